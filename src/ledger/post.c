/*
 * post.c
 *	  The one road to the journal: check the request, lock, decide, write.
 *
 * Locks: balance rows in id order, then what an operation's finish step writes
 * (a transfer row), then caps by year and id. One call cannot deadlock another.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "ledger/buffer.h"
#include "ledger/capped.h"
#include "ledger/obligation.h"
#include "ledger/watcher.h"

/* Asks for a line to be locked; the first one asked for carries the key. */
void
bpm_posting_want(BpmPosting *posting, int64 line, bool foreign)
{
	for (int i = 0; i < posting->nwanted; i++)
		if (posting->wanted[i] == line)
			return;
	if (posting->nwanted == BPM_MAX_LINES)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("a posting cannot touch more than %d lines", BPM_MAX_LINES)));
	posting->wanted[posting->nwanted] = line;
	posting->foreign[posting->nwanted++] = foreign;
}

/* Gives the wanted lines in id order. */
static void
order_wanted(const BpmPosting *posting, int64 *ordered)
{
	memcpy(ordered, posting->wanted, posting->nwanted * sizeof(int64));
	qsort(ordered, posting->nwanted, sizeof(int64), bpm_compare_ids);
}

/* Tells whether a wanted line is another government's. */
static bool
is_foreign(const BpmPosting *posting, int64 line)
{
	for (int i = 0; i < posting->nwanted; i++)
		if (posting->wanted[i] == line)
			return posting->foreign[i];
	return false;
}

/* Refuses a year, of a line or a posting, that the ledger does not have; what no year can be passes. */
bool
bpm_posting_has_year(BpmPosting *posting, int year)
{
	if (year < 1949 || year > 9999 || bpm_ledger_has_year(posting->ledger, year))
		return true;
	return bpm_deny(posting, ERRCODE_BPM_WRONG_YEAR,
					psprintf("fiscal year %d is not in ledger %s", year, posting->ledger->schema),
					NULL, psprintf("Add it with %s.add_year(%d).", posting->ledger->schema, year));
}

/* Refuses lines of years that the ledger does not have. */
static bool
years_exist(BpmPosting *posting)
{
	for (int i = 0; i < posting->nwanted; i++)
		if (!bpm_posting_has_year(posting, BPM_LINE_YEAR(posting->wanted[i])))
			return false;
	return true;
}

/* Refuses a line that does not exist. */
static bool
no_such_line(BpmPosting *posting, int64 line)
{
	return bpm_deny(posting, ERRCODE_UNDEFINED_OBJECT,
					psprintf("budget line " INT64_FORMAT " does not exist in ledger %s",
							 line, posting->ledger->schema),
					NULL, pstrdup("A line's id begins with its fiscal year; open_line() returns it."));
}

/* Reads the wanted lines in id order, locked unless nothing will be written; false if one is missing. */
static bool
read_lines(BpmPosting *posting)
{
	int64		ordered[BPM_MAX_LINES];

	order_wanted(posting, ordered);
	for (int i = 0; i < posting->nwanted; i++)
	{
		if (!bpm_read_balance(posting->ledger, ordered[i], !posting->dry,
							  &posting->lines[i]))
			return no_such_line(posting, ordered[i]);
		posting->lines[i].foreign_scope = is_foreign(posting, ordered[i]);
	}
	posting->nlines = posting->nwanted;
	return true;
}

/*
 * A duty is asked for under the lock and as the caller, before anything is decided
 * or any refusal is told.  A dry run asks for one to read.
 */
static bool
authorize_lines(BpmPosting *posting)
{
	BpmRefusal	refusal = {0};

	const char *operation = posting->dry ? "check_funds" : posting->request.operation->name;
	BpmRight	right = posting->dry ? BPM_RIGHT_READ : BPM_RIGHT_POST;

	/* A duty that ended while the lines were waited for has ended. */
	if (posting->buffer == NULL)
	{
		AcceptInvalidationMessages();
		bpm_ledger_open(posting->ledger->relid);
	}
	bpm_owner_leave(&posting->scope);
	for (int i = 0; i < posting->nlines && refusal.sqlstate == 0; i++)
		if (!posting->lines[i].foreign_scope)
			bpm_check_line(posting->ledger, operation, right, posting->lines[i].id,
						   posting->lines[i].division, posting->lines[i].unit, &refusal);
	bpm_owner_enter(posting->ledger, &posting->scope);
	return refusal.sqlstate == 0 ||
		bpm_deny(posting, refusal.sqlstate, refusal.message, refusal.detail, refusal.hint);
}

/* Gives the transaction's date in the session's time zone. */
static DateADT
today(void)
{
	return GetSQLCurrentDate();
}

/* Gives January 1st. */
static DateADT
first_of_year(int year)
{
	return date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;
}

/* Refuses a date outside the line's year or in a month that is closed. */
static bool
check_accounting_date(BpmPosting *posting, const BpmLine *line)
{
	int			year = BPM_LINE_YEAR(line->id);
	int			found_year,
				month,
				day;

	j2date(line->accounting_date + POSTGRES_EPOCH_JDATE, &found_year, &month, &day);
	if (found_year != year)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_YEAR,
						  psprintf("accounting date %04d-%02d-%02d is outside fiscal year %d",
								   found_year, month, day, year),
						  psprintf("Line " INT64_FORMAT " belongs to fiscal year %d.", line->id, year),
						  psprintf("Give a date between %d-01-01 and %d-12-31.", year, year));
	if (month <= line->closed_month)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_YEAR,
						  psprintf("accounting month %d-%02d is closed", year, month),
						  psprintf("Months up to %d are closed.", line->closed_month),
						  psprintf("Give an accounting date after month %d.", line->closed_month));
	return true;
}

/* The year that a given date belongs to: of the first line that can take an entry. */
static int
year_of_date(const BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].year_state != 'x')
			return BPM_LINE_YEAR(posting->lines[i].id);
	return BPM_LINE_YEAR(posting->lines[0].id);
}

/*
 * Today, or the nearest day of the line's year: an early release (提前下达)
 * belongs to its first day, a settlement after the year to its last.  A given date
 * is that of the first line's year; what goes into another year has a day of that.
 */
static bool
settle_accounting_dates(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	int			first_year = year_of_date(posting);

	for (int i = 0; i < posting->nlines; i++)
	{
		BpmLine    *line = &posting->lines[i];
		int			year = BPM_LINE_YEAR(line->id);

		line->accounting_date = request->date_given && year == first_year ?
			request->accounting_date :
			Min(Max(today(), first_of_year(year)), first_of_year(year + 1) - 1);

		/* A closed year's line takes no entry: what names it books elsewhere. */
		if (line->year_state != 'x' && !check_accounting_date(posting, line))
			return false;
	}
	return true;
}

/* Refuses lines of different years in one posting, but where money is carried over. */
static bool
same_year(BpmPosting *posting)
{
	if (posting->request.operation->across_years)
		return true;
	for (int i = 1; i < posting->nlines; i++)
		if (BPM_LINE_YEAR(posting->lines[i].id) != BPM_LINE_YEAR(posting->lines[0].id))
			return bpm_refuse(posting, ERRCODE_BPM_WRONG_YEAR,
							  psprintf("lines " INT64_FORMAT " and " INT64_FORMAT
									   " belong to different fiscal years",
									   posting->lines[0].id, posting->lines[i].id),
							  psprintf("They are %d and %d.", BPM_LINE_YEAR(posting->lines[0].id),
									   BPM_LINE_YEAR(posting->lines[i].id)),
							  pstrdup("A posting stays inside one year."));
	return true;
}

/* Decides on the lines as they were read; false when a rule refuses. */
bool
bpm_posting_decide(BpmPosting *posting)
{
	return same_year(posting) && settle_accounting_dates(posting) &&
		posting->request.operation->decide(posting) && bpm_ask_watchers(posting);
}

/* Gives the next id of a year out of one of the ledger's sequences. */
int64
bpm_next_id(BpmLedger *ledger, const char *sequence_name, int year)
{
	Oid			sequence = get_relname_relid(sequence_name, ledger->namespace);

	if (!OidIsValid(sequence))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("sequence %s.%s does not exist", ledger->schema, sequence_name),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	return year * BPM_YEAR_FACTOR + nextval_internal(sequence, true);
}

/* The keyed entry goes first: when the key is taken, nothing else was written yet. */
static int
keyed_leg(const BpmPosting *posting)
{
	for (int i = 0; i < posting->nlegs; i++)
		if (posting->lines[posting->legs[i].line].id == posting->wanted[0])
			return i;
	return 0;
}

/* Gives a decided posting its id, and returns the leg to write first. */
int
bpm_posting_begin_writing(BpmPosting *posting)
{
	posting->id = bpm_next_id(posting->ledger, "posting_seq",
							  BPM_LINE_YEAR(posting->lines[posting->nlines - 1].id));
	bpm_name_new_obligation(posting);
	return keyed_leg(posting);
}

/* Writes the entries; false, with nothing written, when the key was used before. */
static bool
write_entries(BpmPosting *posting)
{
	int			first = bpm_posting_begin_writing(posting);

	if (!bpm_write_entry(posting, first, true))
		return false;
	for (int i = 0; i < posting->nlegs; i++)
		if (i != first)
			bpm_write_entry(posting, i, false);
	return true;
}

/* Stores every line that the posting touched. */
static void
write_balances(BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].touched)
			bpm_write_balance(posting->ledger, &posting->lines[i]);
}

/* Moves the list of a line's caps to where the posting lives: they are consumed after the statement that read them. */
static void
keep_caps(BpmPosting *posting, BpmLine *line)
{
	int32	   *caps;

	if (line->ncaps == 0)
		return;
	caps = MemoryContextAlloc(posting->context, line->ncaps * sizeof(int32));
	memcpy(caps, line->caps, line->ncaps * sizeof(int32));
	line->caps = caps;
}

/* Called with the one line's row under its lock. */
static bool
post_locked_line(void *context, BpmLine *line)
{
	BpmPosting *posting = context;

	SPI_connect();
	posting->lines[0] = *line;
	posting->lines[0].foreign_scope = posting->foreign[0];
	keep_caps(posting, &posting->lines[0]);
	posting->nlines = 1;
	posting->written = authorize_lines(posting) && bpm_posting_decide(posting) &&
		write_entries(posting);
	*line = posting->lines[0];
	SPI_finish();
	return posting->written;
}

/* Posts where the storing statement is the one that locks. */
static void
run_on_one_line(BpmPosting *posting)
{
	if (!bpm_decide_balance(posting->ledger, posting->wanted[0], post_locked_line, posting))
		no_such_line(posting, posting->wanted[0]);
}

/* Posts, or only decides, with every line locked first. */
static void
run_on_lines(BpmPosting *posting)
{
	if (!read_lines(posting) || !authorize_lines(posting) || !bpm_posting_decide(posting))
		return;
	posting->written = !posting->dry && write_entries(posting);
	if (posting->written)
		write_balances(posting);
}

/*
 * Tells of each line in mode warn that the posting left overspent; only once it is
 * written, because a repeated key spends nothing.
 */
static void
warn_overspent(const BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines; i++)
	{
		const BpmLine *line = &posting->lines[i];
		BpmFen		available = line->bucket[BUCKET_AVAILABLE];

		if (line->control == 'w' && available < 0 && available < line->before[BUCKET_AVAILABLE])
			ereport(WARNING,
					(errcode(ERRCODE_BPM_INSUFFICIENT_FUNDS),
					 errmsg("line " INT64_FORMAT " is overspent by %s", line->id,
							bpm_fen_to_text(-available)),
					 errdetail("The line's control mode is warn.")));
	}
}

/* What a plan refuses speaks of its lines: only to somebody who may ask. */
static void
look_at_refused(BpmPosting *posting)
{
	BpmRefusal	refusal = posting->refusal;

	if (posting->denied)
		return;
	memset(&posting->refusal, 0, sizeof(BpmRefusal));
	if (years_exist(posting) && read_lines(posting) && authorize_lines(posting))
		posting->refusal = refusal;
}

/* Writes what follows from the entries.  A cap that refuses takes all of it back, as an error. */
static void
finish(BpmPosting *posting)
{
	bpm_store_obligations(posting);
	if (posting->request.operation->finish)
		posting->request.operation->finish(posting);
	if (!bpm_consume_caps(posting))
	{
		bpm_owner_leave(&posting->scope);
		bpm_posting_fail(posting);
	}
	warn_overspent(posting);
	bpm_tell_watchers(posting);
	bpm_watchers_done(posting->ledger);
}

/*
 * Runs a posting from its plan to its last write, as the ledger's owner; false
 * when a rule refuses, with nothing written.
 */
bool
bpm_posting_run(BpmPosting *posting)
{
	bpm_owner_enter(posting->ledger, &posting->scope);
	if (!posting->request.operation->plan(posting))
		look_at_refused(posting);
	else if (!years_exist(posting))
		posting->written = false;
	else if (posting->nwanted == 1 && !posting->dry)
		run_on_one_line(posting);
	else
		run_on_lines(posting);
	if (posting->written)
		finish(posting);
	else if (posting->dry && posting->refusal.sqlstate == 0)
		bpm_consume_caps(posting);

	/*
	 * A repeated key answers before a refusal does: the funds went to its
	 * first use.
	 */
	if (!posting->written && !posting->dry && !posting->denied)
		posting->id = bpm_replay(posting);
	bpm_owner_leave(&posting->scope);
	return posting->written || posting->id != 0 ||
		(posting->dry && posting->refusal.sqlstate == 0);
}

/*
 * Takes the wanted lines as the postings before have left them; false if one is
 * missing.  Nothing is ever decided on one that is not locked.
 */
static bool
take_lines(BpmPosting *posting, bool *locked)
{
	int64		ordered[BPM_MAX_LINES];
	bool		each;

	*locked = true;

	order_wanted(posting, ordered);
	for (int i = 0; i < posting->nwanted; i++)
	{
		const BpmLine *line = bpm_buffer_line(posting->buffer, ordered[i], &each);

		if (line == NULL)
			return no_such_line(posting, ordered[i]);
		*locked &= each;
		posting->lines[i] = *line;
		memcpy(posting->lines[i].before, line->bucket, sizeof(line->before));
		posting->lines[i].foreign_scope = is_foreign(posting, ordered[i]);
		posting->lines[i].touched = false;
	}
	posting->nlines = posting->nwanted;
	return true;
}

/* Writes a decided posting, or leaves it to the buffer when nothing of its own waits to be read. */
static void
write_buffered(BpmPosting *posting)
{
	const BpmOperation *operation = posting->request.operation;

	posting->written = true;
	if (operation->reads_entries || operation->finish)
	{
		if (!write_entries(posting))
			elog(ERROR, "a key appeared on a locked line");
		write_balances(posting);
		if (operation->finish)
			operation->finish(posting);
		bpm_buffer_keep(posting->buffer, posting);
	}
	else
		bpm_buffer_add(posting->buffer, posting);
	bpm_store_obligations(posting);
	bpm_buffer_consume_caps(posting);
	warn_overspent(posting);
	bpm_tell_watchers(posting);
}

/*
 * Runs a posting that has been planned, on the lines that its buffer holds under
 * lock; false when a rule refuses.  It answers as bpm_posting_run() would have.
 */
bool
bpm_posting_run_buffered(BpmPosting *posting)
{
	BpmRefusal	planned = posting->refusal;
	const BpmOperation *operation = posting->request.operation;
	bool		locked;

	if (posting->denied)
		return false;
	memset(&posting->refusal, 0, sizeof(BpmRefusal));
	if (!years_exist(posting) || !take_lines(posting, &locked) || !authorize_lines(posting))
		return false;
	if (!locked)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("duties changed while the batch was being posted"),
				 errhint("Try again.")));
	if (bpm_buffer_knows_key(posting->buffer, posting))
	{
		bpm_buffer_flush(posting->buffer);
		posting->id = bpm_replay(posting);
		if (posting->id != 0 || posting->refusal.sqlstate != 0)
			return posting->id != 0;
	}
	posting->refusal = planned;
	if (planned.sqlstate != 0)
		return false;
	if (operation->reads_entries || operation->finish)
		bpm_buffer_flush(posting->buffer);
	if (!bpm_posting_decide(posting) || !bpm_buffer_ask_caps(posting))
		return false;
	write_buffered(posting);
	return true;
}

/* Takes a posting back to its beginning; its arrays count from empty. */
void
bpm_posting_reset(BpmPosting *posting)
{
	/* Lines and legs are filled up to their counts and never read beyond. */
	memset(posting, 0, offsetof(BpmPosting, wanted));
	posting->nwanted = posting->nlines = posting->nlegs = posting->nobligations = 0;
	memset(&posting->refusal, 0, sizeof(BpmRefusal));
	posting->denied = false;
	posting->operation_state = NULL;
	posting->context = CurrentMemoryContext;
}

/* Makes a posting that lives in the current context. */
BpmPosting *
bpm_new_posting(void)
{
	BpmPosting *posting = palloc(sizeof(BpmPosting));

	bpm_posting_reset(posting);
	return posting;
}

/* Posts one operation on a ledger and returns the posting's id. */
PG_FUNCTION_INFO_V1(bpm_post);
Datum
bpm_post(PG_FUNCTION_ARGS)
{
	BpmPosting *posting = bpm_new_posting();
	int64		id;

	SPI_connect();
	posting->ledger = bpm_ledger_open(PG_GETARG_OID(0));
	if (!bpm_read_request(fcinfo, &posting->request, &posting->refusal))
		bpm_posting_fail(posting);
	bpm_authorize_operation(posting->ledger, posting->request.operation->name);
	if (!bpm_posting_run(posting))
		bpm_posting_fail(posting);
	id = posting->id;
	SPI_finish();
	PG_RETURN_INT64(id);
}
