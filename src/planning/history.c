/*
 * history.c
 *	  What was spent in the years before: loaded where the ledger does not know it,
 *	  and shown beside a request.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "planning/load.h"
#include "planning/rule_private.h"

/*
 * Each item with its number and what is wrong with it: all of it, in one text.  An
 * item is compared as text with what a number must look like, so that a bad one
 * refuses itself alone.
 */
#define FAULTS \
	"pg_catalog.concat_ws('; '," \
	" CASE WHEN i.fiscal_year IS NULL OR i.fiscal_year OPERATOR(pg_catalog.!~) '^(19|20)[0-9]{2}$'" \
	"  THEN 'fiscal_year ' " CAT "COALESCE(" QUOTED("i.fiscal_year") ", 'is missing')" CAT "CASE WHEN i.fiscal_year IS NULL THEN '' ELSE ' is no year' END END," \
	" CASE WHEN i.unit IS NULL THEN 'unit is missing' WHEN u.code IS NULL THEN 'unit '" CAT "" QUOTED("i.unit") "" CAT "' is not known' END," \
	" CASE WHEN i.project IS NOT NULL AND p.project_id IS NULL THEN 'project '" CAT "" QUOTED("i.project") "" CAT "' is not known' END," \
	" CASE WHEN p.unit IS NOT NULL AND NOT p.unit" CODE_EQ "u.code THEN 'project '" CAT "" QUOTED("i.project") "" CAT "' is of another unit' END," \
	" CASE WHEN i.category IS NOT NULL AND NOT EXISTS (SELECT 1 FROM @ledger@.profile_category c WHERE c.category" EQ "i.category)" \
	"  THEN 'category '" CAT "" QUOTED("i.category") "" CAT "' is not known' END," \
	" CASE WHEN i.func IS NULL THEN 'func is missing' WHEN i.func OPERATOR(pg_catalog.!~) '^[0-9A-Za-z.]{1,20}$' THEN 'func '" CAT "" QUOTED("i.func") "" CAT "' is no code' END," \
	" CASE WHEN f.fund_type IS NULL THEN 'fund_type '" CAT "" QUOTED("i.fund_type") "" CAT "' is not known' END," \
	" CASE WHEN i.budget OPERATOR(pg_catalog.!~) " MONEY " THEN 'budget '" CAT "" QUOTED("i.budget") "" CAT "' is no amount in yuan and fen' END," \
	" CASE WHEN i.spent IS NULL THEN 'spent is missing' WHEN i.spent OPERATOR(pg_catalog.!~) " MONEY " THEN 'spent '" CAT "" QUOTED("i.spent") "" CAT "' is no amount in yuan and fen' END," \
	" CASE WHEN EXISTS (SELECT 1 FROM @ledger@.line l WHERE l.unit" CODE_EQ "u.code AND l.fiscal_year::pg_catalog.text" EQ "i.fiscal_year)" \
	"  THEN 'the ledger itself has lines of this unit in that year' END," \
	" CASE WHEN i.unit IS NOT NULL AND pg_catalog.count(*) OVER (PARTITION BY i.fiscal_year, i.unit, COALESCE(i.project, ''), COALESCE(i.category, p.category, ''), i.func, i.fund_type)" GT "1 THEN 'is there twice' END)"

#define MONEY	"'^-?[0-9]{1,15}([.][0-9]{1,2})?$'"

#define CHECKED \
	"WITH item AS (SELECT x.ord, x.value OPERATOR(pg_catalog.->>) 'fiscal_year' AS fiscal_year," \
	"  x.value OPERATOR(pg_catalog.->>) 'unit' AS unit, x.value OPERATOR(pg_catalog.->>) 'project' AS project," \
	"  x.value OPERATOR(pg_catalog.->>) 'category' AS category, x.value OPERATOR(pg_catalog.->>) 'func' AS func," \
	"  COALESCE(x.value OPERATOR(pg_catalog.->>) 'fund_type', '11') AS fund_type," \
	"  COALESCE(x.value OPERATOR(pg_catalog.->>) 'budget', x.value OPERATOR(pg_catalog.->>) 'spent') AS budget," \
	"  x.value OPERATOR(pg_catalog.->>) 'spent' AS spent" \
	"  FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS x(value, ord))," \
	" checked AS MATERIALIZED (SELECT i.*, u.code, u.division, p.project_id," \
	"  COALESCE(i.category, p.category) AS own_category, " FAULTS " AS fault" \
	"  FROM item i LEFT JOIN @ledger@.unit u ON u.official_code" EQ "i.unit AND u.valid_to IS NULL" \
	"  LEFT JOIN @ledger@.project p ON p.official_code" EQ "i.project" \
	"  LEFT JOIN @ledger@.fund_type f ON f.fund_type" EQ "i.fund_type)"

/* Loads what is right; what is there already and says the same is not touched. */
static const BpmStatement insert_history = {
	CHECKED " INSERT INTO @ledger@.spending_history (fiscal_year, division, unit, project_id, category, func,"
	" fund_type, budget, spent, source, loaded_by)"
	" SELECT fiscal_year::pg_catalog.int4, division, code, project_id, own_category, func, fund_type,"
	" budget::pg_catalog.numeric::budgetpm.amount, spent::pg_catalog.numeric::budgetpm.amount, $2, $3"
	" FROM checked WHERE fault" EQ "'' ORDER BY ord ON CONFLICT DO NOTHING", "jtt"
};

/* Lists what is wrong, and what is there already with other figures. */
static const BpmStatement list_faults = {
	CHECKED " SELECT c.ord::pg_catalog.int4, CASE WHEN c.fault" NE "'' THEN c.fault"
	" ELSE 'is loaded already, with budget '" CAT "h.budget::pg_catalog.text" CAT "' and spent '"
	CAT "h.spent::pg_catalog.text END FROM checked c LEFT JOIN @ledger@.spending_history h"
	" ON c.fault" EQ "'' AND h.unit" CODE_EQ "c.code AND h.fiscal_year::pg_catalog.text" EQ "c.fiscal_year"
	" AND COALESCE(h.project_id, 0)" EQ "COALESCE(c.project_id, 0)"
	" AND COALESCE(h.category, '')" EQ "COALESCE(c.own_category, '') AND h.func" EQ "c.func"
	" AND h.fund_type" EQ "c.fund_type"
	" WHERE c.fault" NE "'' OR NOT (h.budget::pg_catalog.numeric" EQ "c.budget::pg_catalog.numeric"
	" AND h.spent::pg_catalog.numeric" EQ "c.spent::pg_catalog.numeric) ORDER BY c.ord", "jtt"
};

/* Loads yearly figures that the ledger does not hold, and lists what is wrong with the others. */
PG_FUNCTION_INFO_V1(bpm_load_spending_history);
Datum
bpm_load_spending_history(PG_FUNCTION_ARGS)
{
	return bpm_load_items(fcinfo, "load_spending_history", "spending_history", &insert_history,
						  &list_faults);
}

/* Each year with its complete neighbour before it; $1 is the request. */
static const BpmStatement read_history = {
	"WITH wanted AS (SELECT r.unit, r.project_id, r.category, r.fiscal_year, " BPM_LAST_YEAR("r") " AS last_year"
	"  FROM @ledger@.request r WHERE r.request_id" EQ "$1),"
	" sums AS (SELECT s.scope, s.place, y.fiscal_year, pg_catalog.sum(y.budget) AS budget,"
	"  pg_catalog.sum(y.spent) AS spent, pg_catalog.min(y.source) AS source"
	"  FROM wanted w CROSS JOIN LATERAL (" BPM_YEARLY("w.unit", "w.last_year" MINUS "3", "w.fiscal_year" MINUS "1") ") AS y"
	"  CROSS JOIN LATERAL (VALUES (1, 'unit', true), (2, 'category', y.category" EQ "w.category),"
	"   (3, 'project', y.project_id" EQ "w.project_id)) AS s(place, scope, holds)"
	"  WHERE s.holds GROUP BY s.scope, s.place, y.fiscal_year)"
	" SELECT s.scope::pg_catalog.varchar, s.fiscal_year, pg_catalog.round(s.budget, 2), pg_catalog.round(s.spent, 2),"
	" budgetpm.average_growth(ARRAY[b.spent, s.spent], 'arithmetic'), s.fiscal_year" LE "w.last_year,"
	" s.source::pg_catalog.varchar FROM wanted w CROSS JOIN sums s LEFT JOIN sums b ON b.scope" EQ "s.scope"
	" AND b.fiscal_year" EQ "(s.fiscal_year" MINUS "1) ORDER BY s.place, s.fiscal_year", "l"
};

/* Lists what was budgeted and spent in the years before a request. */
PG_FUNCTION_INFO_V1(bpm_request_history);
Datum
bpm_request_history(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division;
	BpmCode		unit;
	Datum		value = PG_GETARG_DATUM(1);

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "request");
	bpm_call_begin(&call, fcinfo, "request_history", NULL);
	bpm_require_request(&call, DatumGetInt64(value), &division, &unit);
	bpm_rows(fcinfo, call.ledger, &read_history, &value, NULL);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Returns today, as duties count days. */
DateADT
bpm_server_day(BpmLedger *ledger)
{
	static const BpmStatement today = {"SELECT " SERVER_DATE, ""};

	bpm_ledger_execute(ledger, &today, 0, NULL, NULL);
	return (DateADT) bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}
