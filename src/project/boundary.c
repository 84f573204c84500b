/*
 * boundary.c
 *	  Boundaries of divisions (行政区界), for maps.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/faults.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/project.h"

#define ITEMS \
	" FROM (SELECT i.ordinality, i.value OPERATOR(pg_catalog.->>) 'division' AS code," \
	" CASE WHEN i.ordinality OPERATOR(pg_catalog.<>) ALL ($2) THEN @ledger@.write_geometry(i.value OPERATOR(pg_catalog.->>) 'geometry') END AS place" \
	" FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS i(value, ordinality)) AS i" \
	" LEFT JOIN @ledger@.division d ON d.official_code" EQ "i.code"

/* A boundary may be anywhere: the ledger of another country has its own. */
static const BpmStatement find_problems = {
	"SELECT pg_catalog.format('item %s (%s)', i.ordinality, i.code), f.problem, f.hint" ITEMS
	" CROSS JOIN LATERAL (SELECT 'there is no such division', NULL WHERE d.code IS NULL"
	" UNION ALL SELECT 'it has no geometry', NULL WHERE i.place IS NULL AND i.ordinality OPERATOR(pg_catalog.<>) ALL ($2)"
	" UNION ALL SELECT 'the division is there twice', NULL WHERE EXISTS ("
	"  SELECT FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS o(value, ordinality)"
	"  WHERE o.ordinality" LT "i.ordinality AND o.value OPERATOR(pg_catalog.->>) 'division'" EQ "i.code)"
	" UNION ALL SELECT g.problem, g.hint"
	"  FROM @ledger@.geometry_problems(i.place, '{-180,-90,180,90}', true) AS g WHERE i.place IS NOT NULL"
	" ) AS f(problem, hint) ORDER BY i.ordinality", "jx"
};
static const BpmStatement store = {
	"INSERT INTO @ledger@.division_boundary (division, place, source, loaded_by)"
	" SELECT d.code, @ledger@.read_area(i.place), $3, $4" ITEMS
	" ON CONFLICT (division) DO UPDATE SET place = EXCLUDED.place, source = EXCLUDED.source,"
	" loaded_at = pg_catalog.clock_timestamp(), loaded_by = EXCLUDED.loaded_by", "jxtt"
};

static const BpmStatement list_geometries = {
	"SELECT i.ordinality, pg_catalog.format('item %s (%s)', i.ordinality, i.value OPERATOR(pg_catalog.->>) 'division'),"
	" i.value OPERATOR(pg_catalog.->>) 'geometry'"
	" FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS i(value, ordinality)", "j"
};

/* Tries every geometry, and returns the numbers of the items whose cannot be read, as int8[]. */
static Datum
find_unread(BpmLedger *ledger, Datum items, BpmFaults *faults)
{
	int			rows = bpm_ledger_execute(ledger, &list_geometries, 0, &items, NULL);
	SPITupleTable *table = SPI_tuptable;
	Datum	   *unread = palloc(Max(rows, 1) * sizeof(Datum));
	int			count = 0;

	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = table->vals[i];

		if (!bpm_read_place(ledger, SPI_getvalue(row, table->tupdesc, 3), SPI_getvalue(row, table->tupdesc, 2), NULL, faults))
			unread[count++] = Int64GetDatum(bpm_row_number(row, table->tupdesc, 1));
	}
	return PointerGetDatum(construct_array(unread, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}

/* load_boundaries(ledger, items, source): boundaries in place of those there are; returns how many. */
PG_FUNCTION_INFO_V1(bpm_load_boundaries);
Datum
bpm_load_boundaries(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmFaults	faults = {0};
	Datum		values[4];
	int			rows;
	char	   *source;

	bpm_require_argument(fcinfo, 1, "items");
	bpm_require_argument(fcinfo, 2, "source");
	source = bpm_limited_text(fcinfo, 2, "source", 200);
	bpm_call_begin(&call, fcinfo, "load_boundaries", NULL);
	bpm_call_require(&call, 0, 0);
	bpm_require_list(PG_GETARG_JSONB_P(1));
	values[0] = PG_GETARG_DATUM(1);
	values[1] = find_unread(call.ledger, values[0], &faults);
	values[2] = CStringGetTextDatum(source);
	values[3] = CStringGetTextDatum(call.login);
	bpm_gather_faults(call.ledger, &find_problems, values, NULL, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("boundaries cannot be loaded: %d fault%s", faults.count, faults.count == 1 ? "" : "s"));
	rows = bpm_ledger_execute(call.ledger, &store, 0, values, NULL);
	bpm_call_end(&call);
	PG_RETURN_INT32(rows);
}
