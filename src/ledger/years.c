/*
 * years.c
 *	  Fiscal years: their partitions, states and closed months.
 *
 * A change locks the year's row, then its balance rows in id order, as postings
 * do; each balance row carries the state, so that a posting that waited for its
 * line sees the year as it is and not as it was.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "ledger/balance.h"
#include "ledger/columns.h"

static const char *const state_names[] = {"preparing", "open", "closing", "closed"};

/* Short forms of the same states on the balance rows; closing and closed begin alike. */
static const char state_letters[] = "pocx";

static const BpmStatement lock_year = {
	"SELECT state::pg_catalog.text, closed_month::pg_catalog.int4 FROM @ledger@.fiscal_year"
	" WHERE fiscal_year OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE", "i"
};
static const BpmStatement insert_year = {
	"INSERT INTO @ledger@.fiscal_year (fiscal_year, state) VALUES ($1, $2)"
	" ON CONFLICT (fiscal_year) DO NOTHING", "it"
};
static const BpmStatement update_year = {
	"UPDATE @ledger@.fiscal_year SET state = $2, closed_month = $3::pg_catalog.int2,"
	" changed_at = pg_catalog.clock_timestamp()"
	" WHERE fiscal_year OPERATOR(pg_catalog.=) $1", "iti"
};
static const BpmStatement lock_lines = {
	"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM ONLY @ledger@.balance_@year@"
	" ORDER BY line_id FOR NO KEY UPDATE) AS locked", ""
};
static const BpmStatement update_lines = {
	"UPDATE ONLY @ledger@.balance_@year@ SET year_state = $1::pg_catalog.\"char\","
	" closed_month = $2::pg_catalog.int2", "ti"
};

/* Returns the place of a state in their order, or refuses the word. */
static int
state_number(const char *state)
{
	for (int i = 0; i < lengthof(state_names); i++)
		if (strcmp(state_names[i], state) == 0)
			return i;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("year state \"%s\" is not known", state),
			 errhint("Use preparing, open, closing or closed.")));
}

/* Tells whether a year may go from one state to the other. */
static bool
may_follow(int from, int to)
{
	/* A year that is being closed may be opened again; a closed one never. */
	return to == from + 1 || (from == 2 && to == 1);
}

/* Writes the year's own row through its guard. */
static int
write_year_row(BpmLedger *ledger, const BpmStatement *statement, int year, Datum *values)
{
	return bpm_write_row(ledger, "fiscal_year", 0, year, statement, values, NULL, true);
}

/* A change of the year's state touches two columns and nothing that money depends on. */
static const int year_columns[] = {BALANCE_YEAR_STATE, BALANCE_CLOSED_MONTH, -1};

/* Writes the state to the year and to all its lines, each locked in id order. */
static void
write_year(BpmLedger *ledger, int year, int state, int closed_month)
{
	BpmPermit	permit = {0};
	Datum		row[3];
	Datum		lines[2];

	row[0] = Int32GetDatum(year);
	row[1] = CStringGetTextDatum(state_names[state]);
	row[2] = Int32GetDatum(closed_month);
	write_year_row(ledger, &update_year, year, row);

	bpm_ledger_execute_latest(ledger, &lock_lines, year, NULL, NULL, true);
	lines[0] = PointerGetDatum(cstring_to_text_with_len(&state_letters[state], 1));
	lines[1] = Int32GetDatum(closed_month);
	bpm_permit_columns(ledger, year, year_columns, &permit);
	bpm_guard_permit(ledger, &permit);
	bpm_ledger_execute_latest(ledger, &update_lines, year, lines, NULL, true);
	bpm_guard_done(false);
}

/* Reads a year and keeps it locked, or refuses an unknown one. */
static void
read_year_locked(BpmLedger *ledger, int year, int *state, int *closed_month)
{
	Datum		values[1] = {Int32GetDatum(year)};
	bool		isnull;

	if (bpm_ledger_execute(ledger, &lock_year, 0, values, NULL) != 1)
		bpm_no_such_year(ledger, year);
	*state = state_number(bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	*closed_month = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
												SPI_tuptable->tupdesc, 2, &isnull));
}

/* Moves a year from state to state, after every posting that is under way has ended. */
PG_FUNCTION_INFO_V1(bpm_set_year_state);
Datum
bpm_set_year_state(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"fiscal_year", "state", NULL};
	int			year;
	int			wanted;
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	int			state;
	int			closed_month;

	bpm_require_arguments(fcinfo, arguments);
	year = PG_GETARG_INT32(1);
	wanted = state_number(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize(ledger, "set_year_state", 0, 0);
	bpm_owner_enter(ledger, &scope);
	read_year_locked(ledger, year, &state, &closed_month);
	if (!may_follow(state, wanted))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("fiscal year %d cannot go from %s to %s", year, state_names[state],
						state_names[wanted]),
				 errhint("The states follow one another: preparing, open, closing, closed; a closing year may open again.")));
	write_year(ledger, year, wanted, closed_month);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}

/* Closes the accounting months of a year up to one of them, for good. */
PG_FUNCTION_INFO_V1(bpm_close_month);
Datum
bpm_close_month(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"fiscal_year", "month", NULL};
	int			year;
	int			month;
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	int			state;
	int			closed_month;

	bpm_require_arguments(fcinfo, arguments);
	year = PG_GETARG_INT32(1);
	month = PG_GETARG_INT32(2);
	if (month < 1 || month > 12)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("month %d is not between 1 and 12", month)));
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize(ledger, "close_month", 0, 0);
	bpm_owner_enter(ledger, &scope);
	read_year_locked(ledger, year, &state, &closed_month);
	if (month <= closed_month)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("accounting month %d-%02d is closed already", year, month),
				 errdetail("Months up to %d are closed.", closed_month)));
	write_year(ledger, year, state, month);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}

/* One partition with what the parent cannot give it: its policy and its TRUNCATE guard. */
static const char partition_ddl[] =
"CREATE TABLE %1$s.%2$s_%3$d PARTITION OF %1$s.%2$s"
" FOR VALUES FROM (%3$d000000000000) TO (%4$d000000000000) WITH (fillfactor = %5$d);"
"ALTER TABLE %1$s.%2$s_%3$d ENABLE ROW LEVEL SECURITY;"
"CREATE POLICY read_scope ON %1$s.%2$s_%3$d FOR SELECT"
" USING (budgetpm.can_read(%6$s::pg_catalog.regclass, division, unit));"
"CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON %1$s.%2$s_%3$d"
" FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();"
"ALTER TABLE %1$s.%2$s_%3$d ENABLE ALWAYS TRIGGER guard_truncate;"
"COMMENT ON TABLE %1$s.%2$s_%3$d IS 'Fiscal year %3$d of %2$s.'";

/* Makes one partition as the ledger's owner. */
static void
make_partition(BpmLedger *ledger, const char *table, int year, int fillfactor)
{
	char	   *ddl = psprintf(partition_ddl, ledger->schema, table, year, year + 1, fillfactor,
							   quote_literal_cstr(psprintf("%s.ledger", ledger->schema)));

	if (SPI_execute(ddl, false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not make partition %s_%d", table, year);
}

/*
 * Keeps the planner from learning that nearly all entries are in a few segments:
 * asked for the newest ones, it would scan everything.
 */
static void
ignore_segments(BpmLedger *ledger, int year)
{
	if (SPI_execute(psprintf("ALTER TABLE %s.journal_%d ALTER COLUMN segment SET STATISTICS 0",
							 ledger->schema, year), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not alter journal_%d", year);
}

/* The table is too small for autovacuum ever to look at, and unanalyzed counts as a thousand rows. */
static void
analyze_years(BpmLedger *ledger)
{
	if (SPI_execute(psprintf("ANALYZE %s.fiscal_year", ledger->schema), false, 0) != SPI_OK_UTILITY)
		elog(ERROR, "could not analyze the fiscal years");
}

/* Adds a year with its partitions; balances keep room in their pages for HOT updates. */
PG_FUNCTION_INFO_V1(bpm_add_year);
Datum
bpm_add_year(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"fiscal_year", "state", NULL};
	int			year;
	int			state;
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	Datum		values[2];

	bpm_require_arguments(fcinfo, arguments);
	year = PG_GETARG_INT32(1);
	state = state_number(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (year < 1949 || year > 9998)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fiscal year %d is not between 1949 and 9998", year)));
	if (state > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a year cannot begin as %s", state_names[state]),
				 errhint("Use preparing or open.")));
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize(ledger, "add_year", 0, 0);
	bpm_owner_enter(ledger, &scope);
	values[0] = Int32GetDatum(year);
	values[1] = CStringGetTextDatum(state_names[state]);
	if (write_year_row(ledger, &insert_year, year, values) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("fiscal year %d is in ledger %s already", year, ledger->schema),
				 errhint("Its state is changed with %s.set_year_state().", ledger->schema)));
	make_partition(ledger, "balance", year, 70);
	make_partition(ledger, "journal", year, 100);
	ignore_segments(ledger, year);
	make_partition(ledger, "obligation", year, 80);
	analyze_years(ledger);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}
