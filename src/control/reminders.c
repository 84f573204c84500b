/*
 * reminders.c
 *	  Reminders (提醒): execution beside plans and beside the time that has passed,
 *	  set-based, raised once a crossing.
 *
 * An alert of a reminder stands until its reason is found gone; the unique index
 * over standing alerts makes a second run, or one at the same moment, raise
 * nothing.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/progress.h"
#include "base/rows.h"
#include "control/control.h"
#include "ledger/arguments.h"
#include "registry/registry.h"

#define N(op)	" OPERATOR(pg_catalog." op ") "

/*
 * What is to be reminded of on day $1 of year $2 in division $3 (NULL: all); $4 is
 * the ledger.  A plan is passed by more than the ratio above its sum up to this
 * month, or fallen behind by more than that below its sum up to the last one;
 * a unit's lines are ahead of or behind the days that have passed by more than the
 * ratio of their budget: percentage points, so that January reminds of nothing by
 * its small numbers alone.
 */
#define REASONS \
	"WITH ratio AS MATERIALIZED (" \
	" SELECT d.code, COALESCE(budgetpm.setting($4::pg_catalog.oid::pg_catalog.regclass, d.official_code," \
	"  'ledger.overspend_reminder', $1)::pg_catalog.text::pg_catalog.numeric, 0.1) AS ratio" \
	"  FROM @ledger@.division d WHERE ($3 IS NULL OR d.code" UNDER "$3)" \
	"  AND EXISTS (SELECT 1 FROM @ledger@.line l WHERE l.division" CODE_EQ "d.code AND l.fiscal_year" EQ "$2))," \
	" plan AS (" \
	" SELECT c.cap_id, c.division, c.unit, b.used::pg_catalog.numeric AS used, r.ratio," \
	"  (SELECT pg_catalog.sum(p.amount::pg_catalog.numeric) FROM pg_catalog.unnest(c.plan)" \
	"   WITH ORDINALITY AS p(amount, month) WHERE p.month" N("<=") "EXTRACT(month FROM $1)) AS now_due," \
	"  (SELECT COALESCE(pg_catalog.sum(p.amount::pg_catalog.numeric), 0) FROM pg_catalog.unnest(c.plan)" \
	"   WITH ORDINALITY AS p(amount, month) WHERE p.month" N("<") "EXTRACT(month FROM $1)) AS past_due" \
	"  FROM @ledger@.cap c JOIN @ledger@.cap_balance b ON b.cap_id" EQ "c.cap_id" \
	"  JOIN ratio r ON r.code" CODE_EQ "c.division" \
	"  WHERE c.fiscal_year" EQ "$2 AND c.state" EQ "'active' AND c.basis" EQ "'plan')," \
	" progress AS (" \
	" SELECT l.division, l.unit, r.ratio, pg_catalog.sum(b.paid::pg_catalog.numeric) AS paid," \
	"  pg_catalog.sum(b.appropriated::pg_catalog.numeric" N("-") "b.allotted::pg_catalog.numeric" \
	N("-") "b.transferred::pg_catalog.numeric" N("-") "b.withdrawn::pg_catalog.numeric) AS budget," \
	"  ($1" N("-") "pg_catalog.make_date($2, 1, 1)" N("+") "1)::pg_catalog.numeric" N("/") \
	"  (pg_catalog.make_date($2" N("+") "1, 1, 1)" N("-") "pg_catalog.make_date($2, 1, 1)) AS elapsed" \
	"  FROM @ledger@.line l JOIN @ledger@.balance_@year@ b ON b.line_id" EQ "l.line_id" \
	"  JOIN ratio r ON r.code" CODE_EQ "l.division WHERE l.fiscal_year" EQ "$2 GROUP BY 1, 2, 3)," \
	" reason(kind, cap_id, division, unit, due, found) AS (" \
	" SELECT 'plan_exceeded', cap_id, division, unit, now_due, used FROM plan" \
	"  WHERE used" N(">") "(now_due" N("*") "(1" N("+") "ratio))" \
	" UNION ALL SELECT 'plan_behind', cap_id, division, unit, past_due, used FROM plan" \
	"  WHERE used" N("<") "(past_due" N("*") "(1" N("-") "ratio))" \
	" UNION ALL SELECT 'progress_ahead', NULL, division, unit," \
	"  pg_catalog.round(budget" N("*") "elapsed, 2), paid FROM progress" \
	"  WHERE paid" N(">") "(budget" N("*") "(elapsed" N("+") "ratio))" \
	" UNION ALL SELECT 'progress_behind', NULL, division, unit," \
	"  pg_catalog.round(budget" N("*") "elapsed, 2), paid FROM progress" \
	"  WHERE paid" N("<") "(budget" N("*") "(elapsed" N("-") "ratio)))"

static const BpmStatement end_reminders = {
	REASONS " UPDATE @ledger@.alert a SET ended_at = $5 WHERE a.fiscal_year" EQ "$2"
	" AND a.ended_at IS NULL AND a.kind" EQ "ANY ('{plan_exceeded,plan_behind,progress_ahead,progress_behind}')"
	" AND ($3 IS NULL OR a.division" UNDER "$3)"
	" AND NOT EXISTS (SELECT 1 FROM reason r WHERE r.kind" EQ "a.kind"
	"  AND r.cap_id IS NOT DISTINCT FROM a.cap_id AND r.unit" CODE_EQ "a.unit)", "diclz"
};

static const BpmStatement raise_reminders = {
	REASONS " INSERT INTO @ledger@.alert (fiscal_year, kind, cap_id, limit_amount, found_amount,"
	" division, unit, as_of, raised_at)"
	" SELECT $2, r.kind, r.cap_id, r.due::budgetpm.amount, r.found::budgetpm.amount,"
	"  r.division, r.unit, $1, $5 FROM reason r"
	" ON CONFLICT (fiscal_year, kind, cap_id, line_id, unit) WHERE ended_at IS NULL"
	"  AND kind" NE "'cap_warned' AND kind" NE "'cap_exceeded' DO NOTHING", "diclz"
};

/* Accepts new reminders, and the end of standing ones. */
static bool
accept_reminder(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	bool		isnull;
	char	   *kind;

	if (*row == NULL)
		return false;
	kind = TextDatumGetCString(heap_getattr(*row, 3, desc, &isnull));
	return strncmp(kind, "plan_", 5) == 0 || strncmp(kind, "progress_", 9) == 0;
}

/* Runs one of the two statements, and returns the number of alerts that it wrote. */
static int64
write_reminders(BpmLedger *ledger, const BpmStatement *statement, int fiscal_year, Datum *values,
				const char *nulls)
{
	BpmPermit	permit = {0};
	int			rows;

	permit.relation = bpm_guarded_relation(ledger, "alert", 0);
	permit.columns = "liv";
	permit.accept = accept_reminder;
	permit.many = true;
	bpm_guard_permit(ledger, &permit);
	rows = bpm_ledger_execute(ledger, statement, fiscal_year, values, nulls);
	bpm_guard_done(false);
	return rows;
}

/* Returns the day for which to remind: the one given, finite. */
static DateADT
reminder_day(FunctionCallInfo fcinfo)
{
	DateADT		day = PG_ARGISNULL(1) ? GetSQLCurrentDate() : PG_GETARG_DATEADT(1);

	if (DATE_NOT_FINITE(day))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("as_of must be finite")));
	return day;
}

/* Raises what there is to remind of on a day, ends what there is no more, and returns how many it raised. */
PG_FUNCTION_INFO_V1(bpm_run_reminders);
Datum
bpm_run_reminders(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	DateADT		day = reminder_day(fcinfo);
	char	   *official = bpm_limited_text(fcinfo, 2, "division", 12);
	BpmCode		division = 0;
	int			year,
				month,
				day_of_month;
	Datum		values[5];
	char		nulls[] = "     ";
	int64		raised;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "run_reminders");
	if (official)
		division = bpm_registry_division(ledger, official);
	bpm_authorize(ledger, "run_reminders", division, 0);
	values[0] = DateADTGetDatum(day);
	values[1] = Int32GetDatum(year);
	bpm_set_id(values, nulls, 2, division);
	values[3] = Int64GetDatum((int64) ledger->relid);
	values[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	bpm_owner_enter(ledger, &scope);
	bpm_progress_start("run_reminders", 0);
	bpm_progress_phase("end", 0);
	write_reminders(ledger, &end_reminders, year, values, nulls);
	bpm_progress_phase("raise", 0);
	raised = write_reminders(ledger, &raise_reminders, year, values, nulls);
	bpm_progress_end();
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT64(raised);
}
