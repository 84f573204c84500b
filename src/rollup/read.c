/*
 * read.c
 *	  What readers ask: the part of the journal that no run covers, and totals.
 *
 * All of it is read in the snapshot of the query that asks, which also shows it the
 * runs: this is what makes the two parts fit.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/guc.h"

#include "access/access.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "ledger/segment.h"
#include "registry/registry.h"
#include "rollup/rollup.h"
#include "types/types.h"

static const BpmStatement covered_segments = {
	"SELECT r.first_segment, r.last_segment FROM @ledger@.rollup_run r ORDER BY r.first_segment", ""
};
static const BpmStatement newest_segment = {
	"SELECT pg_catalog.max(s.segment) FROM @ledger@.journal_segment s", ""
};
static const BpmStatement tail_detail = {
	BPM_DETAIL("@ledger@.journal",
			   "j.segment" IS "ANY ($1) AND ($2 IS NULL OR"
			   " j.line_id OPERATOR(pg_catalog./) 1000000000000" IS "$2)"), "ki"
};

#define MONEY(bucket)	", COALESCE(budgetpm.sum(x." bucket "), '0')::pg_catalog.numeric"

/*
 * $1 is a division, $2 its last code or itself, $3 whether with what is below. No
 * condition but the segment may fit an index of the journal: the planner would
 * believe a range of parameters to be narrow.
 */
static const BpmStatement total_of_division = {
	"SELECT COALESCE(pg_catalog.sum(x.entries), 0)::pg_catalog.int8,"
	" COALESCE(budgetpm.sum(x.appropriated OPERATOR(budgetpm.-) x.allotted OPERATOR(budgetpm.-)"
	"  x.transferred OPERATOR(budgetpm.-) x.withdrawn), '0')::pg_catalog.numeric"
	BPM_EACH_BUCKET(MONEY) " FROM ("
	"SELECT r.entries" BPM_EACH_BUCKET(BPM_COLUMN) " FROM @ledger@.rollup_division r"
	" WHERE r.division OPERATOR(budgetpm.=) $1 AND r.fiscal_year" IS "$4 AND r.subtree" IS "$3"
	" AND r.month OPERATOR(pg_catalog.>=) $5 AND r.month OPERATOR(pg_catalog.<=) $6"
	" AND ($7 IS NULL OR r.fund_type" IS "$7)"
	" UNION ALL SELECT f.entries" BPM_CHANGES " FROM (SELECT j.kind,"
	"  budgetpm.sum(j.amount) AS amount, pg_catalog.count(*) AS entries"
	"  FROM @ledger@.journal_@year@ j WHERE j.segment" IS "ANY ($8)"
	"  AND j.division OPERATOR(budgetpm.>=) $1 AND j.division OPERATOR(budgetpm.<=) $2"
	"  AND ($5 OPERATOR(pg_catalog.<=) 1 AND $6 OPERATOR(pg_catalog.>=) 12"
	"   OR pg_catalog.date_part('month', j.accounting_date) OPERATOR(pg_catalog.>=) $5::pg_catalog.float8"
	"   AND pg_catalog.date_part('month', j.accounting_date) OPERATOR(pg_catalog.<=) $6::pg_catalog.float8)"
	"  AND ($7 IS NULL OR EXISTS (SELECT 1 FROM @ledger@.line l"
	"   WHERE l.line_id" IS "j.line_id AND l.fund_type" IS "$7)) GROUP BY j.kind) f"
	" JOIN @ledger@.entry_kind k ON k.kind" IS "f.kind) x", "ccbiiitk"
};

/*
 * Executes a statement that reads the journal by segment: how many entries a
 * segment has the planner cannot know, and guesses a scan of everything.
 */
int
bpm_execute_by_index(BpmLedger *ledger, const BpmStatement *statement, int year,
					 Datum *values, const char *nulls, bool read_only)
{
	int			level = NewGUCNestLevel();
	int			rows;

	(void) set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	if (read_only)
	{
		int			result = SPI_execute_plan(bpm_ledger_plan(ledger, statement, year), values,
											  nulls, true, 0);

		if (result < 0)
			elog(ERROR, "could not execute \"%s\": %s", statement->text,
				 SPI_result_code_string(result));
		bpm_ledger_check_rows(ledger, statement, year, SPI_tuptable->tupdesc);
		rows = (int) SPI_processed;
	}
	else
		rows = bpm_ledger_execute(ledger, statement, year, values, nulls);
	AtEOXact_GUC(false, level);
	return rows;
}

/* Executes a small statement in the snapshot of the query that asks. */
static SPITupleTable *
read_rows(BpmLedger *ledger, const BpmStatement *statement)
{
	SPI_execute_plan(bpm_ledger_plan(ledger, statement, 0), NULL, NULL, true, 0);
	bpm_ledger_check_rows(ledger, statement, 0, SPI_tuptable->tupdesc);
	return SPI_tuptable;
}

/* Returns a number of a row, 0 for null. */
static int32
number(SPITupleTable *rows, uint64 row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(rows->vals[row], rows->tupdesc, column, &isnull);

	return isnull ? 0 : DatumGetInt32(value);
}

/*
 * Returns the segments that the snapshot shows and no run of it covers, as int4[].
 * What this transaction wrote under an older snapshot it sees too.
 */
ArrayType *
bpm_uncovered_segments(BpmLedger *ledger)
{
	SPITupleTable *runs = read_rows(ledger, &covered_segments);
	uint64		count = SPI_processed;
	SPITupleTable *newest = read_rows(ledger, &newest_segment);
	int32		last = Max(number(newest, 0, 1), bpm_segment_written(ledger));
	int			size = 64;
	int			n = 0;
	Datum	   *segments = palloc(size * sizeof(Datum));
	int32		next = 1;

	for (uint64 i = 0; i <= count; i++)
	{
		int32		end = i < count ? number(runs, i, 1) : last + 1;

		for (; next < end; next++)
		{
			if (n == size)
				segments = repalloc(segments, (size *= 2) * sizeof(Datum));
			segments[n++] = Int32GetDatum(next);
		}
		if (i < count)
			next = number(runs, i, 2) + 1;
	}
	return construct_array(segments, n, INT4OID, 4, true, TYPALIGN_INT);
}

/* Returns the rows of the last statement as the function's result. */
void
bpm_return_rows(FunctionCallInfo fcinfo)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	SPITupleTable *rows = SPI_tuptable;
	int			columns = result->setDesc->natts;
	Datum	   *values = palloc(columns * sizeof(Datum));
	bool	   *nulls = palloc(columns * sizeof(bool));

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		for (int c = 0; c < columns; c++)
			values[c] = SPI_getbinval(rows->vals[i], rows->tupdesc, c + 1, &nulls[c]);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* rollup_tail(ledger, fiscal_year): detail sums of the entries that no run covers. */
PG_FUNCTION_INFO_V1(bpm_rollup_tail);
Datum
bpm_rollup_tail(PG_FUNCTION_ARGS)
{
	Datum		values[2];
	char		nulls[2] = {' ', PG_ARGISNULL(1) ? 'n' : ' '};
	BpmLedger  *ledger;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	values[0] = PointerGetDatum(bpm_uncovered_segments(ledger));
	values[1] = PG_ARGISNULL(1) ? (Datum) 0 : PG_GETARG_DATUM(1);
	bpm_execute_by_index(ledger, &tail_detail, 0, values, nulls, true);
	bpm_return_rows(fcinfo);
	SPI_finish();
	return (Datum) 0;
}

/*
 * rollup_total(ledger, division, fiscal_year, month_from, month_to, fund_type, own):
 * the sums of a division, read with the owner's rights once a duty to read all of
 * it is found.
 */
PG_FUNCTION_INFO_V1(bpm_rollup_total);
Datum
bpm_rollup_total(PG_FUNCTION_ARGS)
{
	Datum		values[8];
	char		nulls[8];
	BpmLedger  *ledger;
	BpmCode		division;
	bool		own;
	BpmOwnerScope scope;

	bpm_require_argument(fcinfo, 1, "division");
	bpm_require_argument(fcinfo, 2, "fiscal_year");
	own = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	division = bpm_registry_division(ledger, text_to_cstring(PG_GETARG_TEXT_PP(1)));
	bpm_authorize_read(ledger, "rollup_total", division, 0);
	memset(nulls, ' ', sizeof(nulls));
	values[0] = Int64GetDatum(division);
	values[1] = Int64GetDatum(own ? division : bpm_code_last(division));
	values[2] = BoolGetDatum(!own);
	values[3] = PG_GETARG_DATUM(2);
	values[4] = Int32GetDatum(PG_ARGISNULL(3) ? 1 : PG_GETARG_INT32(3));
	values[5] = Int32GetDatum(PG_ARGISNULL(4) ? 12 : PG_GETARG_INT32(4));
	values[6] = PG_ARGISNULL(5) ? (Datum) 0 : PG_GETARG_DATUM(5);
	nulls[6] = PG_ARGISNULL(5) ? 'n' : ' ';
	bpm_owner_enter(ledger, &scope);
	values[7] = PointerGetDatum(bpm_uncovered_segments(ledger));
	bpm_execute_by_index(ledger, &total_of_division, PG_GETARG_INT32(2), values, nulls, true);
	bpm_owner_leave(&scope);
	bpm_return_rows(fcinfo);
	SPI_finish();
	return (Datum) 0;
}
