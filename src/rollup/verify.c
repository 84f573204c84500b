/*
 * verify.c
 *	  verify_rollup(): rollups against a GROUP BY of the journal, in one snapshot.
 *
 * The expected side moves money with arithmetic of its own, bucket by bucket,
 * because what it shared with folding would hide the mistakes of folding.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"

#include "base/progress.h"
#include "rollup/rollup.h"

#define ONE_BUCKET(bucket)	"('" bucket "', d." bucket "::pg_catalog.numeric), "

/* Sums as one row a bucket, the number of entries among them. */
#define BY_BUCKET \
	" CROSS JOIN LATERAL (VALUES " BPM_EACH_BUCKET(ONE_BUCKET) \
	"('entries', d.entries::pg_catalog.numeric)) m (bucket, amount)"

/* Rows whose two sides differ; $1 is the ledger's OID. */
static const BpmStatement differences = {
	"WITH flow AS MATERIALIZED (SELECT j.line_id, j.kind,"
	"  EXTRACT(month FROM j.accounting_date)::pg_catalog.int2 AS month,"
	"  pg_catalog.sum(j.amount::pg_catalog.numeric) AS amount, pg_catalog.count(*) AS entries"
	"  FROM @ledger@.journal j GROUP BY 1, 2, 3),"
	" expected AS MATERIALIZED (SELECT l.fiscal_year, f.month, l.division, l.unit, l.func,"
	"  l.gov_econ, l.fund_type, l.project_id, m.bucket, pg_catalog.sum(m.amount) AS amount"
	"  FROM flow f JOIN @ledger@.line l ON l.line_id" IS "f.line_id"
	"  JOIN @ledger@.entry_kind k ON k.kind" IS "f.kind"
	"  CROSS JOIN LATERAL (SELECT b.bucket, b.sign OPERATOR(pg_catalog.*) f.amount"
	"    OPERATOR(pg_catalog.*) CASE WHEN b.bucket" IS "'appropriated' THEN -1 ELSE 1 END AS amount"
	"   FROM (VALUES (k.target::pg_catalog.text, 1), (k.source::pg_catalog.text, -1)) b (bucket, sign)"
	"   UNION ALL SELECT 'entries', f.entries::pg_catalog.numeric) m"
	"  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9),"
	" tail AS MATERIALIZED (SELECT * FROM budgetpm.rollup_tail($1::pg_catalog.oid, NULL)),"
	" detail AS (SELECT d.fiscal_year, d.month, d.division, d.unit, d.func, d.gov_econ,"
	"   d.fund_type, d.project_id, m.bucket, m.amount FROM @ledger@.rollup_detail d" BY_BUCKET
	"  UNION ALL SELECT d.fiscal_year, d.month, d.division, d.unit, d.func, d.gov_econ,"
	"   d.fund_type, d.project_id, m.bucket, m.amount FROM tail d" BY_BUCKET "),"
	" place AS (SELECT e.*, a.code, a.subtree FROM expected e CROSS JOIN LATERAL ("
	"   SELECT e.division AS code, false AS subtree UNION ALL"
	"   SELECT a.code, true FROM @ledger@.division a WHERE a.code OPERATOR(budgetpm.@>) e.division) a"
	"  WHERE budgetpm.can_read($1::pg_catalog.oid, a.code, NULL)),"
	" divisions AS (SELECT d.fiscal_year, d.month, d.division, d.fund_type, d.subtree,"
	"   m.bucket, m.amount FROM @ledger@.rollup_division d" BY_BUCKET
	"  UNION ALL SELECT d.fiscal_year, d.month, a.code, d.fund_type, a.subtree, m.bucket, m.amount"
	"  FROM tail d" BY_BUCKET " CROSS JOIN LATERAL ("
	"   SELECT d.division AS code, false AS subtree UNION ALL"
	"   SELECT a.code, true FROM @ledger@.division a WHERE a.code OPERATOR(budgetpm.@>) d.division) a"
	"  WHERE budgetpm.can_read($1::pg_catalog.oid, a.code, NULL))"
	" SELECT 'detail', x.fiscal_year, x.month::pg_catalog.int4, x.division::pg_catalog.text,"
	"  pg_catalog.concat_ws(' ', x.unit, x.func, x.gov_econ, x.fund_type, x.project_id),"
	"  x.bucket, pg_catalog.sum(x.expected), pg_catalog.sum(x.found) FROM ("
	"  SELECT fiscal_year, month, division, unit, func, gov_econ, fund_type, project_id, bucket,"
	"   amount AS expected, 0::pg_catalog.numeric AS found FROM expected UNION ALL"
	"  SELECT fiscal_year, month, division, unit, func, gov_econ, fund_type, project_id, bucket,"
	"   0, amount FROM detail) x"
	" GROUP BY x.fiscal_year, x.month, x.division, x.unit, x.func, x.gov_econ, x.fund_type,"
	"  x.project_id, x.bucket"
	" HAVING pg_catalog.sum(x.expected) OPERATOR(pg_catalog.<>) pg_catalog.sum(x.found)"
	" UNION ALL SELECT CASE WHEN x.subtree THEN 'subtree' ELSE 'division' END, x.fiscal_year,"
	"  x.month::pg_catalog.int4, x.division::pg_catalog.text, x.fund_type::pg_catalog.text,"
	"  x.bucket, pg_catalog.sum(x.expected), pg_catalog.sum(x.found) FROM ("
	"  SELECT fiscal_year, month, code AS division, fund_type, subtree, bucket,"
	"   amount AS expected, 0::pg_catalog.numeric AS found FROM place UNION ALL"
	"  SELECT fiscal_year, month, division, fund_type, subtree, bucket, 0, amount FROM divisions) x"
	" GROUP BY x.fiscal_year, x.month, x.division, x.fund_type, x.subtree, x.bucket"
	" HAVING pg_catalog.sum(x.expected) OPERATOR(pg_catalog.<>) pg_catalog.sum(x.found)"
	" ORDER BY 1, 2, 3, 4, 5, 6", "l"
};

/* verify_rollup(ledger): a row for each sum that the journal does not bear out. */
PG_FUNCTION_INFO_V1(bpm_verify_rollup);
Datum
bpm_verify_rollup(PG_FUNCTION_ARGS)
{
	Datum		value = Int64GetDatum((int64) PG_GETARG_OID(0));
	BpmLedger  *ledger;
	int			result;

	InitMaterializedSRF(fcinfo, 0);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_progress_start("verify_rollup", 0);
	bpm_progress_phase("sum and compare", 0);
	result = SPI_execute_plan(bpm_ledger_plan(ledger, &differences, 0), &value, NULL, true, 0);
	if (result < 0)
		elog(ERROR, "could not verify rollups: %s", SPI_result_code_string(result));
	bpm_ledger_check_rows(ledger, &differences, 0, SPI_tuptable->tupdesc);
	bpm_return_rows(fcinfo);
	bpm_progress_end();
	SPI_finish();
	return (Datum) 0;
}
