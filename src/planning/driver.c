/*
 * driver.c
 *	  Series that spending follows (测算因素), their values as they were published,
 *	  and advice for a year's budget.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "planning/load.h"
#include "planning/rule_private.h"
#include "registry/registry.h"
#include "types/types.h"

/* A day as a text that is one: 2025-02-30 is none. */
#define DAY_OF(text) \
	"CASE WHEN " text " OPERATOR(pg_catalog.~) '^(19|20)[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' THEN" \
	" pg_catalog.make_date(pg_catalog.left(" text ", 4)::pg_catalog.int4," \
	" pg_catalog.substr(" text ", 6, 2)::pg_catalog.int4, 1)" PLUS \
	"(pg_catalog.substr(" text ", 9, 2)::pg_catalog.int4" MINUS "1) END"

#define CHECKED \
	"WITH item AS (SELECT x.ord, x.value OPERATOR(pg_catalog.->>) 'driver' AS driver," \
	"  x.value OPERATOR(pg_catalog.->>) 'division' AS division, x.value OPERATOR(pg_catalog.->>) 'period' AS period," \
	"  x.value OPERATOR(pg_catalog.->>) 'value' AS value," \
	"  COALESCE(x.value OPERATOR(pg_catalog.->>) 'published_on', " SERVER_DATE "::pg_catalog.text) AS published_on" \
	"  FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS x(value, ord))," \
	" dated AS (SELECT i.*, " DAY_OF("i.published_on") " AS day FROM item i)," \
	" checked AS MATERIALIZED (SELECT i.*, d.code, n.revision, n.value AS newest, pg_catalog.concat_ws('; '," \
	"  CASE WHEN s.driver IS NULL THEN 'driver '" CAT "COALESCE(" QUOTED("i.driver") ", 'is missing')" CAT "CASE WHEN i.driver IS NULL THEN '' ELSE ' is not known' END END," \
	"  CASE WHEN d.code IS NULL THEN 'division '" CAT "COALESCE(" QUOTED("i.division") ", 'is missing')" CAT "CASE WHEN i.division IS NULL THEN '' ELSE ' is not known' END END," \
	"  CASE WHEN (i.period OPERATOR(pg_catalog.~) '^(19|20)[0-9]{2}(Q[1-4]|-(0[1-9]|1[0-2]))?$') IS NOT TRUE" \
	"   THEN 'period '" CAT "COALESCE(" QUOTED("i.period") ", 'is missing')" CAT "CASE WHEN i.period IS NULL THEN '' ELSE ' is no year, quarter or month' END END," \
	"  CASE WHEN (i.value OPERATOR(pg_catalog.~) '^-?[0-9]{1,18}([.][0-9]{1,6})?$') IS NOT TRUE" \
	"   THEN 'value '" CAT "COALESCE(" QUOTED("i.value") ", 'is missing')" CAT "CASE WHEN i.value IS NULL THEN '' ELSE ' is no number with at most six decimals' END END," \
	"  CASE WHEN (pg_catalog.to_char(i.day, 'YYYY-MM-DD')" EQ "i.published_on) IS NOT TRUE THEN 'published_on '" CAT "" QUOTED("i.published_on") "" CAT "' is no day' END," \
	"  CASE WHEN pg_catalog.count(*) OVER (PARTITION BY i.driver, i.division, i.period)" GT "1 THEN 'is there twice' END) AS fault" \
	"  FROM dated i LEFT JOIN @ledger@.driver s ON s.driver" EQ "i.driver" \
	"  LEFT JOIN @ledger@.division d ON d.official_code" EQ "i.division AND d.valid_to IS NULL" \
	"  LEFT JOIN LATERAL (SELECT v.revision, v.value FROM @ledger@.driver_value v WHERE v.driver" EQ "i.driver" \
	"   AND v.division" CODE_EQ "d.code AND v.period" EQ "i.period ORDER BY v.revision DESC LIMIT 1) AS n ON true)"

/* Loads what is right and says something new; a value that is published again as it was is not. */
static const BpmStatement insert_values = {
	CHECKED " INSERT INTO @ledger@.driver_value (driver, division, period, revision, value, published_on, source, loaded_by)"
	" SELECT driver, code, period, COALESCE(revision" PLUS "1, 0), value::pg_catalog.numeric, day, $2, $3"
	" FROM checked WHERE fault" EQ "'' AND (newest" EQ "value::pg_catalog.numeric) IS NOT TRUE ORDER BY ord", "jtt"
};

static const BpmStatement list_faults = {
	CHECKED " SELECT ord::pg_catalog.int4, fault FROM checked WHERE fault" NE "'' ORDER BY ord", "jtt"
};

/* Loads values of drivers, and lists what is wrong with the others. */
PG_FUNCTION_INFO_V1(bpm_load_driver_values);
Datum
bpm_load_driver_values(PG_FUNCTION_ARGS)
{
	return bpm_load_items(fcinfo, "load_driver_values", "driver_value", &insert_values, &list_faults);
}

/* Refuses a text that is blank or too long. */
static void
check_text(const char *name, const char *value, size_t limit)
{
	if (value[0] == '\0' || strlen(value) > limit)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has 1 to %zu bytes", name, limit)));
}

/* Makes a driver series. */
PG_FUNCTION_INFO_V1(bpm_define_driver);
Datum
bpm_define_driver(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.driver (driver, name, kind, measure) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT DO NOTHING", "tttt"
	};
	char	   *driver = bpm_argument(fcinfo, 1, "driver");
	char	   *name = bpm_argument(fcinfo, 2, "name");
	char	   *kind = bpm_argument(fcinfo, 3, "kind");
	char	   *measure = bpm_argument(fcinfo, 4, "measure");
	BpmCall		call;
	Datum		values[4];

	if (strspn(driver, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(driver) ||
		strlen(driver) > 63 || driver[0] < 'a')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot name a driver", driver),
				 errdetail("A name is at most 63 lower-case letters, digits and underscores, beginning with a letter.")));
	check_text("name", name, 100);
	check_text("measure", measure, 20);
	if (strcmp(kind, "level") != 0 && strcmp(kind, "rate") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("kind \"%s\" is not known", kind),
				 errhint("Use level or rate.")));
	bpm_call_begin(&call, fcinfo, "define_driver", NULL);
	bpm_call_require(&call, 0, 0);
	values[0] = CStringGetTextDatum(driver);
	values[1] = CStringGetTextDatum(name);
	values[2] = CStringGetTextDatum(kind);
	values[3] = CStringGetTextDatum(measure);
	if (bpm_ledger_execute(call.ledger, &insert, 0, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("driver \"%s\" already exists", driver)));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Refuses advice that is neither a change nor an amount, or both. */
static void
check_advice(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(5) == PG_ARGISNULL(6))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("advice is a change or an amount, one of them"),
				 errhint("A change of 0.1 is 10 %% more than the year before.")));
	if (!PG_ARGISNULL(5) && (numeric_is_nan(PG_GETARG_NUMERIC(5)) || numeric_is_inf(PG_GETARG_NUMERIC(5))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a change must be a finite number")));
}

/* Gives advice for a year's budget of a unit or project, and returns its number. */
PG_FUNCTION_INFO_V1(bpm_give_advice);
Datum
bpm_give_advice(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.budget_advice (fiscal_year, division, unit, project_id, change, amount, reason,"
		" source, given_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING advice_id", "icclnattt"
	};
	char	   *unit_code = bpm_argument(fcinfo, 2, "unit");
	char	   *reason = bpm_argument(fcinfo, 3, "reason");
	char	   *source = bpm_argument(fcinfo, 4, "source");
	char	   *project = bpm_optional_argument(fcinfo, 7);
	BpmCall		call;
	BpmCode		unit;
	BpmCode		division;
	Datum		values[9];
	char		nulls[] = "         ";
	int64		id;

	bpm_require_argument(fcinfo, 1, "fiscal_year");
	check_text("reason", reason, 1000);
	check_text("source", source, 200);
	check_advice(fcinfo);
	bpm_call_begin(&call, fcinfo, "give_advice", NULL);
	bpm_registry_unit(call.ledger, unit_code, &unit, &division);
	bpm_call_require(&call, division, unit);
	bpm_set_id(values, nulls, 0, PG_GETARG_INT32(1));
	bpm_set_id(values, nulls, 1, division);
	bpm_set_id(values, nulls, 2, unit);
	bpm_set_id(values, nulls, 3, project ? bpm_registry_project(call.ledger, project) : 0);
	bpm_set_datum(values, nulls, 4, PG_ARGISNULL(5) ? (Datum) 0 : PG_GETARG_DATUM(5));
	nulls[5] = PG_ARGISNULL(6) ? 'n' : ' ';
	values[5] = PG_ARGISNULL(6) ? (Datum) 0 : Int64GetDatum(bpm_fen_from_numeric(PG_GETARG_NUMERIC(6)));
	bpm_set_text(values, nulls, 6, reason);
	bpm_set_text(values, nulls, 7, source);
	bpm_set_text(values, nulls, 8, call.login);
	bpm_insert_rows(call.ledger, "budget_advice", &insert, values, nulls, false);
	id = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
