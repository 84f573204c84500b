/*
 * cap_lines.c
 *	  The lines of a cap: locked in id order, marked, summed, each set-based and
 *	  with what is committed now, whatever the isolation level.
 *
 * A line bears the numbers of its caps, so that a posting reads them under the
 * line's own lock: no posting can miss a cap that it joins, or meet one twice.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/progress.h"
#include "control/control.h"
#include "ledger/balance.h"
#include "ledger/columns.h"

static const BpmStatement lock_year = {
	"SELECT state::pg_catalog.text FROM @ledger@.fiscal_year"
	" WHERE fiscal_year" EQ "$1 FOR NO KEY UPDATE", "i"
};

/* Keeps a year's lines as they are: nobody opens one until this transaction ends. */
void
bpm_lock_year(BpmLedger *ledger, int fiscal_year)
{
	Datum		values[1] = {Int32GetDatum(fiscal_year)};

	if (bpm_ledger_execute(ledger, &lock_year, 0, values, NULL) != 1)
		bpm_no_such_year(ledger, fiscal_year);
}

/* Returns today's month in the year, or the nearest one of it. */
int
bpm_year_month(int fiscal_year)
{
	int			year,
				month,
				day;

	j2date(GetSQLCurrentDate() + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return year < fiscal_year ? 1 : year > fiscal_year ? 12 : month;
}

/* A line matches the codes of a cap c by rule. */
#define MATCHES \
	" AND (c.func IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.func) AS f WHERE l.func" UNDER "f))" \
	" AND (c.gov_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.gov_econ) AS f WHERE l.gov_econ" UNDER "f))" \
	" AND (c.dept_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.dept_econ) AS f WHERE l.dept_econ" UNDER "f))" \
	" AND (c.fund_type IS NULL OR c.fund_type" EQ "l.fund_type)" \
	" AND (c.project_id IS NULL OR c.project_id" EQ "l.project_id)"
#define BY_RULE(place) \
	"SELECT l.line_id FROM @ledger@.cap c JOIN @ledger@.line l" \
	" ON l.fiscal_year" EQ "c.fiscal_year" place MATCHES " WHERE c.cap_id" EQ "$1"

/* The lines of a cap: of its unit, of its division, or a list. */
#define OF_UNIT		BY_RULE(" AND l.unit" UNDER "$2")
#define OF_DIVISION	BY_RULE(" AND l.division" UNDER "$2")
#define OF_LIST		"SELECT item FROM pg_catalog.unnest($2) AS item WHERE $1 IS NOT NULL"

#define LOCK(lines) \
	"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM ONLY @ledger@.balance_@year@ b" \
	" WHERE b.line_id" EQ "ANY (ARRAY(" lines ")) ORDER BY b.line_id FOR NO KEY UPDATE OF b) AS locked"
#define JOIN(lines) \
	"UPDATE ONLY @ledger@.balance_@year@ SET caps = (SELECT pg_catalog.array_agg(number ORDER BY number)" \
	" FROM pg_catalog.unnest(pg_catalog.array_append(caps, $1)) AS number)" \
	" WHERE line_id" EQ "ANY (ARRAY(" lines ")) AND (caps IS NULL OR $1" NE "ALL (caps))"
#define LEAVE(lines) \
	"UPDATE ONLY @ledger@.balance_@year@ SET caps = NULLIF(pg_catalog.array_remove(caps, $1), '{}')" \
	" WHERE line_id" EQ "ANY (ARRAY(" lines ")) AND $1" EQ "ANY (caps)"
#define SUM(lines) \
	"SELECT budgetpm.sum(appropriated), budgetpm.sum(available), budgetpm.sum(allotted)," \
	" budgetpm.sum(transferred), budgetpm.sum(frozen), budgetpm.sum(pending_out)," \
	" budgetpm.sum(precommitted), budgetpm.sum(committed), budgetpm.sum(requested)," \
	" budgetpm.sum(paid), budgetpm.sum(withdrawn), budgetpm.sum(carried)" \
	" FROM ONLY @ledger@.balance_@year@ WHERE line_id" EQ "ANY (ARRAY(" lines "))" \
	" AND $1" EQ "ANY (caps)"

enum
{
	SCOPE_UNIT, SCOPE_DIVISION, SCOPE_LIST
};

#define EACH(action) \
	{{action(OF_UNIT), "ic"}, {action(OF_DIVISION), "ic"}, {action(OF_LIST), "ix"}}

static const BpmStatement lock_lines[] = EACH(LOCK);
static const BpmStatement join_lines[] = EACH(JOIN);
static const BpmStatement leave_lines[] = EACH(LEAVE);
static const BpmStatement sum_lines[] = EACH(SUM);

static const BpmStatement listed_lines = {
	"SELECT pg_catalog.array_agg(line_id) FROM @ledger@.cap_member WHERE cap_id" EQ "$1", "i"
};

/* Returns the number of rows that a statement on the lines of a cap met. */
static int64
execute_on_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, const BpmStatement *each)
{
	int			scope = lines != 0 ? SCOPE_LIST : cap->unit != 0 ? SCOPE_UNIT : SCOPE_DIVISION;
	Datum		values[2];

	values[0] = Int32GetDatum(cap->id);
	values[1] = lines != 0 ? lines : Int64GetDatum(cap->unit != 0 ? cap->unit : cap->division);
	return bpm_ledger_execute_latest(ledger, &each[scope], cap->fiscal_year, values, NULL, true);
}

/* Returns the lines of a cap that is a list, for those that are not given. */
static Datum
all_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, bool *none)
{
	Datum		values[1] = {Int32GetDatum(cap->id)};
	bool		isnull;
	Datum		list;

	*none = false;
	if (lines != 0 || !cap->listed)
		return lines;
	bpm_ledger_execute(ledger, &listed_lines, 0, values, NULL);
	list = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	*none = isnull;
	return isnull ? (Datum) 0 : PointerGetDatum(DatumGetArrayTypePCopy(list));
}

/* Locks the lines of a cap (those given, or all) in id order. */
void
bpm_lock_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines)
{
	bool		none;

	bpm_progress_phase("lock lines", 0);
	lines = all_lines(ledger, cap, lines, &none);
	if (!none)
		execute_on_lines(ledger, cap, lines, lock_lines);
}

/* Writes the cap's number to its lines, or takes it from them, and returns how many changed. */
int64
bpm_mark_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, bool join)
{
	static const int columns[] = {BALANCE_CAPS, -1};
	BpmPermit	permit;
	int64		changed = 0;
	bool		none;

	bpm_progress_phase(join ? "mark lines" : "unmark lines", 0);
	lines = all_lines(ledger, cap, lines, &none);
	if (none)
		return 0;
	bpm_permit_columns(ledger, cap->fiscal_year, columns, &permit);
	bpm_guard_permit(ledger, &permit);
	changed = execute_on_lines(ledger, cap, lines, join ? join_lines : leave_lines);
	bpm_guard_done(false);
	return changed;
}

/* Sums the buckets of those lines that bear the cap's number. */
void
bpm_sum_cap_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, BpmFen *delta)
{
	bool		none;

	memset(delta, 0, BPM_CAP_BUCKETS * sizeof(BpmFen));
	bpm_progress_phase("sum lines", 0);
	lines = all_lines(ledger, cap, lines, &none);
	if (none)
		return;
	execute_on_lines(ledger, cap, lines, sum_lines);
	for (int i = 0; i < BPM_CAP_BUCKETS; i++)
	{
		bool		isnull;
		Datum		sum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, i + 1, &isnull);

		delta[i] = isnull ? 0 : DatumGetInt64(sum);
	}
}

static const BpmStatement sum_receipts = {
	"SELECT budgetpm.sum(r.amount) FROM @ledger@.cap c JOIN @ledger@.receipt r"
	" ON r.fiscal_year" EQ "c.fiscal_year"
	" AND r.division" UNDER "c.division"
	" AND (c.fund_type IS NULL OR c.fund_type" EQ "r.fund_type)"
	" AND (c.revenue IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.revenue) AS f"
	"   WHERE r.revenue" UNDER "f)) WHERE c.cap_id" EQ "$1", "i"
};

/* Returns what was received for a cap, under the lock on its year. */
BpmFen
bpm_sum_receipts(BpmLedger *ledger, int32 cap)
{
	Datum		values[1] = {Int32GetDatum(cap)};
	bool		isnull;
	Datum		sum;

	bpm_ledger_execute_latest(ledger, &sum_receipts, 0, values, NULL, false);
	sum = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt64(sum);
}
