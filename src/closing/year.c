/*
 * year.c
 *	  The steps of opening and closing a year that SQL cannot take by itself:
 *	  locks over the ledger's tables, changes of state, and the record of both.
 *
 * Postings of a closing year are made by close_year()'s caller with his own
 * rights; only locks, checks over all lines and the records here run as the owner.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/operators.h"
#include "base/rows.h"
#include "closing/closing.h"

#define HOLDS_MONEY \
	" (available OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR frozen OPERATOR(budgetpm.<>) '0'::budgetpm.amount" \
	" OR pending_out OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR precommitted OPERATOR(budgetpm.<>) '0'::budgetpm.amount" \
	" OR committed OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR requested OPERATOR(budgetpm.<>) '0'::budgetpm.amount)"

/* Returns the year argument, or refuses its absence. */
static int
year_argument(FunctionCallInfo fcinfo, int number)
{
	bpm_require_argument(fcinfo, number, "fiscal_year");
	return PG_GETARG_INT32(number);
}

/* Returns the document, which must say something and fit. */
char *
bpm_closing_document(FunctionCallInfo fcinfo, int number)
{
	char	   *document = bpm_argument(fcinfo, number, "document");

	if (document[0] == '\0' || strlen(document) > 200)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("document must have 1 to 200 bytes")));
	return document;
}

/* Gives the state of a year, or refuses an unknown one. */
char *
bpm_closing_state(BpmLedger *ledger, int year)
{
	static const BpmStatement find = {
		"SELECT state::pg_catalog.text FROM @ledger@.fiscal_year WHERE fiscal_year" EQ "$1", "i"
	};
	Datum		value = Int32GetDatum(year);

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		bpm_no_such_year(ledger, year);
	return bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Moves the year on, as the caller, who needs the right to. */
static void
set_state(BpmLedger *ledger, int year, const char *state)
{
	static const BpmStatement set = {"SELECT @ledger@.set_year_state($1, $2)", "it"};
	Datum		values[] = {Int32GetDatum(year), CStringGetTextDatum(state)};

	bpm_ledger_execute(ledger, &set, 0, values, NULL);
}

/* Records what was done to a year. */
static void
record_event(BpmLedger *ledger, int year, const char *event, const char *document,
			 int64 lines, int64 postings)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.year_event (fiscal_year, event, document, lines, postings, login)"
		" VALUES ($1, $2, $3, $4, $5, $6)", "ittllt"
	};
	Datum		values[] = {Int32GetDatum(year), CStringGetTextDatum(event),
		CStringGetTextDatum(document), Int64GetDatum(lines), Int64GetDatum(postings),
	CStringGetTextDatum(GetUserNameFromId(GetUserId(), false))};
	BpmOwnerScope scope;

	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute(ledger, &insert, 0, values, NULL);
	bpm_owner_leave(&scope);
}

/* Refuses to open a year in which something is missing, with all that is. */
static void
check_opening(BpmLedger *ledger, int year)
{
	static const BpmStatement blockers = {
		"SELECT pg_catalog.string_agg(note, ' ') FROM @ledger@.opening_check($1) WHERE blocks", "i"
	};
	Datum		value = Int32GetDatum(year);
	char	   *notes;

	bpm_ledger_execute(ledger, &blockers, 0, &value, NULL);
	notes = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (notes != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("fiscal year %d cannot be opened", year),
				 errdetail_internal("%s", notes),
				 errhint("opening_check(%d) lists everything that is looked at.", year)));
}

/* Opens a preparing year in which nothing is missing. */
PG_FUNCTION_INFO_V1(bpm_open_year);
Datum
bpm_open_year(PG_FUNCTION_ARGS)
{
	int			year = year_argument(fcinfo, 1);
	char	   *document = bpm_closing_document(fcinfo, 2);
	BpmLedger  *ledger;
	char	   *state;

	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize(ledger, "open_year", 0, 0);
	state = bpm_closing_state(ledger, year);
	if (strcmp(state, "preparing") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("fiscal year %d is %s and not preparing", year, state)));
	check_opening(ledger, year);
	set_state(ledger, year, "open");
	record_event(ledger, year, "opened", document, 0, 0);
	SPI_finish();
	PG_RETURN_VOID();
}

/* Refuses a year that has not begun, or is over. */
static void
check_closable(int year, const char *state)
{
	if (strcmp(state, "open") != 0 && strcmp(state, "closing") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("fiscal year %d is %s and cannot be closed", year, state),
				 errhint("A year is closed while it is open or closing.")));
}

/* Checks what close_year() was given and, unless dry, stops new spending; returns the ledger's schema. */
PG_FUNCTION_INFO_V1(bpm_begin_closing);
Datum
bpm_begin_closing(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int			year = year_argument(fcinfo, 1);
	bool		dry = PG_ARGISNULL(2) || PG_GETARG_BOOL(2);
	BpmLedger  *ledger;
	char	   *state;
	char	   *schema;

	if (PG_ARGISNULL(4) || PG_GETARG_INT32(4) < 1 || PG_GETARG_INT32(4) > 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stretch must be between 1 and 10000 lines")));
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "close_year");
	state = bpm_closing_state(ledger, year);
	check_closable(year, state);
	if (!dry)
	{
		char	   *document = bpm_closing_document(fcinfo, 3);

		if (strcmp(state, "open") == 0)
		{
			set_state(ledger, year, "closing");
			record_event(ledger, year, "closing begun", document, 0, 0);
		}
	}
	schema = MemoryContextStrdup(caller, ledger->schema);
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(schema));
}

/*
 * The years' rows first, so that neither year changes its state before this
 * transaction ends; set_year_state() takes them in the same order, before lines.
 */
static const BpmStatement hold_years = {
	"SELECT pg_catalog.count(*) FROM (SELECT 1 FROM @ledger@.fiscal_year"
	" WHERE fiscal_year OPERATOR(pg_catalog.>=) $1 AND fiscal_year OPERATOR(pg_catalog.<=) $2"
	" ORDER BY fiscal_year FOR SHARE) AS held", "ii"
};
static const BpmStatement lock_next_lines = {
	"SELECT pg_catalog.max(line_id) FROM (SELECT line_id FROM ONLY @ledger@.balance_@year@"
	" WHERE line_id OPERATOR(pg_catalog.>) $1 AND" HOLDS_MONEY
	" ORDER BY line_id LIMIT $2 FOR NO KEY UPDATE) AS locked", "li"
};

/* Tells whether there is something to settle: not when another closer was faster. */
static bool
still_closing(BpmLedger *ledger, int year)
{
	const char *state = bpm_closing_state(ledger, year);

	if (strcmp(state, "closing") != 0 && strcmp(state, "closed") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is %s and not closing", year, state),
				 errhint("close_year() makes it so.")));
	return strcmp(state, "closing") == 0;
}

/* Locks the next lines that hold money and returns the last; null at the end. */
PG_FUNCTION_INFO_V1(bpm_lock_unsettled);
Datum
bpm_lock_unsettled(PG_FUNCTION_ARGS)
{
	int			year = year_argument(fcinfo, 1);
	Datum		years[] = {Int32GetDatum(year), Int32GetDatum(year + 1)};
	Datum		values[2];
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	Datum		last = 0;
	bool		isnull;

	values[0] = PG_ARGISNULL(2) ? Int64GetDatum(0) : PG_GETARG_DATUM(2);
	values[1] = Int32GetDatum(PG_ARGISNULL(3) ? 1 : Max(PG_GETARG_INT32(3), 1));
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "settle_lines");
	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute(ledger, &hold_years, 0, years, NULL);
	isnull = !still_closing(ledger, year);
	if (!isnull)
	{
		bpm_ledger_execute(ledger, &lock_next_lines, year, values, NULL);
		last = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	}
	bpm_owner_leave(&scope);
	SPI_finish();
	if (isnull)
		PG_RETURN_NULL();
	PG_RETURN_DATUM(last);
}

/*
 * Counts the lines that still hold money, whoever may read them, as they are now
 * and not as an older snapshot has them.
 */
static int64
count_unsettled(BpmLedger *ledger, int year)
{
	static const BpmStatement count = {
		"SELECT pg_catalog.count(*) FROM ONLY @ledger@.balance_@year@ WHERE" HOLDS_MONEY, ""
	};
	BpmOwnerScope scope;

	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute_latest(ledger, &count, year, NULL, NULL, true);
	bpm_owner_leave(&scope);
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Waits for whoever changes the year's state, so that it is read as it is. */
static void
hold_year(BpmLedger *ledger, int year)
{
	static const BpmStatement hold = {
		"SELECT 1 FROM @ledger@.fiscal_year WHERE fiscal_year" EQ "$1 FOR NO KEY UPDATE", "i"
	};
	Datum		value = Int32GetDatum(year);
	BpmOwnerScope scope;

	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute(ledger, &hold, 0, &value, NULL);
	bpm_owner_leave(&scope);
}

/* Closes the year when it holds no money any more, and returns its state. */
PG_FUNCTION_INFO_V1(bpm_finish_closing);
Datum
bpm_finish_closing(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	int			year = year_argument(fcinfo, 1);
	char	   *document = bpm_closing_document(fcinfo, 2);
	BpmLedger  *ledger;
	const char *state;

	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "close_year");
	hold_year(ledger, year);
	record_event(ledger, year, "settled", document, PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3),
				 PG_ARGISNULL(4) ? 0 : PG_GETARG_INT64(4));
	state = MemoryContextStrdup(caller, bpm_closing_state(ledger, year));
	if (strcmp(state, "closing") == 0 && count_unsettled(ledger, year) == 0)
	{
		set_state(ledger, year, "closed");
		if (count_unsettled(ledger, year) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRONG_STATE),
					 errmsg("a line of fiscal year %d got money while the year was being closed", year),
					 errhint("Call close_year() again.")));
		record_event(ledger, year, "closed", document, 0, 0);
		state = "closed";
	}
	SPI_finish();
	PG_RETURN_TEXT_P(cstring_to_text(state));
}
