/*
 * rehearse.c
 *	  Replays a year's postings in their order against caps that do not exist,
 *	  and says what they would have stopped.
 *
 * It decides with the arithmetic of postings and writes nothing.  A posting that
 * would have been stopped consumes nothing, nor does what later drew on it or
 * undid it.  What is kept in memory is the caps and the entries that were
 * stopped; the journal goes by in a cursor.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/progress.h"
#include "base/rows.h"
#include "base/table.h"
#include "control/rehearsal.h"
#include "ledger/arguments.h"

#define FETCH	500

static const BpmStatement count_entries = {
	"SELECT pg_catalog.sum(entry_no)::pg_catalog.int8 FROM ONLY @ledger@.balance_@year@", ""
};

/* The entries of a posting stay together, by the moment of its first one; receipts go between. */
static const BpmStatement read_year = {
	"SELECT j.posting_id, j.line_id, j.entry_no, j.kind::pg_catalog.text, k.source::pg_catalog.text,"
	" k.target::pg_catalog.text, j.amount, j.accounting_date, j.refers_line, j.refers_entry,"
	" j.from_obligation, l.division, l.unit, l.func, l.gov_econ, l.dept_econ,"
	" l.fund_type::pg_catalog.text, l.project_id,"
	" pg_catalog.min(j.posted_at) OVER (PARTITION BY j.posting_id) AS began"
	" FROM ONLY @ledger@.journal_@year@ j JOIN @ledger@.line l ON l.line_id" EQ "j.line_id"
	" JOIN @ledger@.entry_kind k ON k.kind" EQ "j.kind"
	" UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, r.amount, r.received_on, NULL, NULL, NULL,"
	" r.division, NULL, r.revenue, NULL, NULL, r.fund_type::pg_catalog.text, NULL, r.recorded_at"
	" FROM @ledger@.receipt r WHERE r.fiscal_year" EQ "$1"
	" ORDER BY 19, 1, 2, 3", "i"
};

/* Columns of read_year */
enum
{
	COLUMN_POSTING = 1, COLUMN_LINE, COLUMN_ENTRY, COLUMN_KIND, COLUMN_SOURCE, COLUMN_TARGET,
	COLUMN_AMOUNT, COLUMN_DATE, COLUMN_REFERS_LINE, COLUMN_REFERS_ENTRY,
	COLUMN_FROM_OBLIGATION, COLUMN_DIVISION, COLUMN_UNIT, COLUMN_FUNC, COLUMN_GOV_ECON,
	COLUMN_DEPT_ECON, COLUMN_FUND_TYPE, COLUMN_PROJECT
};

/* An entry that was stopped, or (line 0) a posting. */
typedef struct Stopped
{
	int64		line;
	int64		number;
} Stopped;

#define MAX_ENTRIES	256

/* The posting that is being replayed. */
typedef struct Replayed
{
	int64		id;
	int			month;
	DateADT		date;
	BpmFen		amount;			/* of its largest entry */
	char		kind[41];
	bool		fell;			/* it stands on one that was stopped */
	bool		pays;
	int			nentries;
	Stopped		entries[MAX_ENTRIES];
} Replayed;

typedef struct Rehearsal
{
	BpmLedger  *ledger;
	ReturnSetInfo *result;
	BpmRehearsedCap *caps;
	int			ncaps;
	int		   *touched;		/* caps of the posting at hand, ascending */
	int			ntouched;
	HTAB	   *stopped;
	Replayed	posting;
	int64		postings;
	int64		payments;
	BpmFen		paid;
	int64		stopped_postings;
	int64		stopped_payments;
	BpmFen		stopped_paid;
	int64		fallen;
} Rehearsal;

/* Tells whether an entry, or (line 0) a posting, was stopped. */
static bool
was_stopped(Rehearsal *rehearsal, int64 line, int64 entry)
{
	Stopped		key = {line, entry};

	return hash_search(rehearsal->stopped, &key, HASH_FIND, NULL) != NULL;
}

/* Remembers that an entry, or (line 0) a posting, was stopped. */
static void
remember_stopped(Rehearsal *rehearsal, int64 line, int64 entry)
{
	Stopped		key = {line, entry};

	hash_search(rehearsal->stopped, &key, HASH_ENTER, NULL);
}

/* Adds a row to the result. */
static void
put_stopped(Rehearsal *rehearsal, const BpmRehearsedCap *cap, const BpmCapRefusal *refusal)
{
	const Replayed *posting = &rehearsal->posting;
	Datum		values[10];
	bool		nulls[10] = {false};

	values[0] = CStringGetTextDatum(cap->name);
	values[1] = Int64GetDatum(posting->id);
	values[2] = Int64GetDatum(cap->line);
	values[3] = CStringGetTextDatum(posting->kind);
	values[4] = DateADTGetDatum(posting->date);
	values[5] = NumericGetDatum(bpm_fen_to_numeric(posting->amount));
	values[6] = NumericGetDatum(bpm_fen_to_numeric(refusal->limit));
	values[7] = NumericGetDatum(bpm_fen_to_numeric(refusal->used));
	values[8] = NumericGetDatum(bpm_fen_to_numeric(refusal->short_by));
	nulls[9] = true;
	tuplestore_putvalues(rehearsal->result->setResult, rehearsal->result->setDesc, values, nulls);
}

/* Adds the last row: what all of it comes to. */
static void
put_summary(Rehearsal *rehearsal)
{
	Datum		values[10];
	bool		nulls[10];

	memset(nulls, true, sizeof(nulls));
	nulls[5] = nulls[9] = false;
	values[5] = NumericGetDatum(bpm_fen_to_numeric(rehearsal->stopped_paid));
	values[9] = CStringGetTextDatum(psprintf("would have stopped " INT64_FORMAT " payments, %s yuan, of "
											 INT64_FORMAT ", %s yuan, and " INT64_FORMAT
											 " other postings; " INT64_FORMAT " more stand on them",
											 rehearsal->stopped_payments,
											 bpm_fen_to_text(rehearsal->stopped_paid),
											 rehearsal->payments,
											 bpm_fen_to_text(rehearsal->paid),
											 rehearsal->stopped_postings - rehearsal->stopped_payments,
											 rehearsal->fallen));
	tuplestore_putvalues(rehearsal->result->setResult, rehearsal->result->setDesc, values, nulls);
}

/* Decides on the posting at hand by all its caps, and lets it consume them or remembers it as stopped. */
static void
end_posting(Rehearsal *rehearsal)
{
	Replayed   *posting = &rehearsal->posting;
	bool		passes = true;

	if (posting->id == 0)
		return;
	rehearsal->postings++;
	if (posting->pays)
	{
		rehearsal->payments++;
		rehearsal->paid += posting->amount;
	}
	for (int i = 0; i < rehearsal->ntouched && !posting->fell; i++)
	{
		BpmRehearsedCap *cap = &rehearsal->caps[rehearsal->touched[i]];
		BpmCapRefusal refusal = {0};

		if (!bpm_cap_decide(&cap->state, cap->delta, posting->month, &refusal))
		{
			put_stopped(rehearsal, cap, &refusal);
			passes = false;
		}
	}
	for (int i = 0; i < rehearsal->ntouched; i++)
	{
		BpmRehearsedCap *cap = &rehearsal->caps[rehearsal->touched[i]];

		if (passes && !posting->fell)
			bpm_cap_apply(&cap->state, cap->delta, posting->month, posting->id);
		cap->state.crossings = NIL;
		memset(cap->delta, 0, sizeof(cap->delta));
		cap->line = 0;
	}
	rehearsal->ntouched = 0;
	if (!passes || posting->fell)
	{
		remember_stopped(rehearsal, 0, posting->id);
		for (int i = 0; i < posting->nentries; i++)
			remember_stopped(rehearsal, posting->entries[i].line, posting->entries[i].number);
		rehearsal->fallen += posting->fell;
		rehearsal->stopped_postings += !passes;
		if (!passes && posting->pays)
		{
			rehearsal->stopped_payments++;
			rehearsal->stopped_paid += posting->amount;
		}
	}
	posting->id = 0;
}

/* Begins a posting with its first entry. */
static void
begin_posting(Rehearsal *rehearsal, HeapTuple row, TupleDesc desc)
{
	Replayed   *posting = &rehearsal->posting;
	int			year,
				day;

	posting->id = bpm_row_number(row, desc, COLUMN_POSTING);
	posting->date = (DateADT) bpm_row_number(row, desc, COLUMN_DATE);
	j2date(posting->date + POSTGRES_EPOCH_JDATE, &year, &posting->month, &day);
	strlcpy(posting->kind, bpm_row_string(row, desc, COLUMN_KIND), sizeof(posting->kind));
	posting->amount = 0;
	posting->fell = posting->pays = false;
	posting->nentries = 0;
}

/* Adds a cap to those of the posting at hand. */
static void
touch_cap(Rehearsal *rehearsal, int number)
{
	int			at = rehearsal->ntouched++;

	for (; at > 0 && rehearsal->touched[at - 1] > number; at--)
		rehearsal->touched[at] = rehearsal->touched[at - 1];
	rehearsal->touched[at] = number;
}

/* Counts one entry for the caps that its line belongs to. */
static void
count_entry(Rehearsal *rehearsal, HeapTuple row, TupleDesc desc)
{
	int			source = bpm_cap_bucket(bpm_row_string(row, desc, COLUMN_SOURCE));
	int			target = bpm_cap_bucket(bpm_row_string(row, desc, COLUMN_TARGET));
	BpmFen		amount = bpm_row_number(row, desc, COLUMN_AMOUNT);
	int64		line = bpm_row_number(row, desc, COLUMN_LINE);
	BpmCapPlace place;

	place.division = bpm_row_number(row, desc, COLUMN_DIVISION);
	place.unit = bpm_row_number(row, desc, COLUMN_UNIT);
	place.func = bpm_row_number(row, desc, COLUMN_FUNC);
	place.gov_econ = bpm_row_number(row, desc, COLUMN_GOV_ECON);
	place.dept_econ = bpm_row_number(row, desc, COLUMN_DEPT_ECON);
	place.fund_type = bpm_row_string(row, desc, COLUMN_FUND_TYPE);
	place.project = bpm_row_number(row, desc, COLUMN_PROJECT);
	if (source < 0 || target < 0)
		elog(ERROR, "an entry names an unknown bucket");
	for (int i = 0; i < rehearsal->ncaps; i++)
	{
		BpmRehearsedCap *cap = &rehearsal->caps[i];

		if (!bpm_rehearsed_holds(cap, &place, line))
			continue;
		/* What appropriated loses, the line's total gains. */
		cap->delta[source] += source == BUCKET_APPROPRIATED ? amount : -amount;
		cap->delta[target] += target == BUCKET_APPROPRIATED ? -amount : amount;
		if (cap->line == 0)
		{
			cap->line = line;
			touch_cap(rehearsal, i);
		}
	}
}

/* Takes one entry into the posting at hand. */
static void
take_entry(Rehearsal *rehearsal, HeapTuple row, TupleDesc desc)
{
	Replayed   *posting = &rehearsal->posting;
	BpmFen		amount = bpm_row_number(row, desc, COLUMN_AMOUNT);
	int64		refers = bpm_row_number(row, desc, COLUMN_REFERS_LINE);
	int64		obligation = bpm_row_number(row, desc, COLUMN_FROM_OBLIGATION);

	if (bpm_row_number(row, desc, COLUMN_POSTING) != posting->id)
	{
		end_posting(rehearsal);
		begin_posting(rehearsal, row, desc);
	}
	if ((refers != 0 && was_stopped(rehearsal, refers, bpm_row_number(row, desc, COLUMN_REFERS_ENTRY))) ||
		(obligation != 0 && was_stopped(rehearsal, 0, obligation)))
		posting->fell = true;
	if (strcmp(bpm_row_string(row, desc, COLUMN_TARGET), "paid") == 0)
		posting->pays = true;
	posting->amount = Max(posting->amount, amount);
	if (posting->nentries < MAX_ENTRIES)
	{
		posting->entries[posting->nentries].line = bpm_row_number(row, desc, COLUMN_LINE);
		posting->entries[posting->nentries++].number = bpm_row_number(row, desc, COLUMN_ENTRY);
	}
	count_entry(rehearsal, row, desc);
}

/* Takes a receipt, which lets the caps of that basis grow. */
static void
take_receipt(Rehearsal *rehearsal, HeapTuple row, TupleDesc desc)
{
	end_posting(rehearsal);
	for (int i = 0; i < rehearsal->ncaps; i++)
	{
		BpmRehearsedCap *cap = &rehearsal->caps[i];

		if (cap->state.cap.basis_kind == BPM_BASIS_RECEIPTS &&
			bpm_rehearsed_receives(cap, bpm_row_number(row, desc, COLUMN_DIVISION),
								   bpm_row_number(row, desc, COLUMN_FUNC),
								   bpm_row_string(row, desc, COLUMN_FUND_TYPE)))
			bpm_cap_shift(&cap->state, bpm_row_number(row, desc, COLUMN_AMOUNT), 0, 1, 0);
		cap->state.crossings = NIL;
	}
}

/* Replays the year's entries. */
static void
replay_year(Rehearsal *rehearsal, int fiscal_year)
{
	Datum		values[1] = {Int32GetDatum(fiscal_year)};
	Portal		portal = SPI_cursor_open(NULL, bpm_ledger_plan(rehearsal->ledger, &read_year, fiscal_year),
										 values, NULL, true);
	MemoryContext rows_context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm rehearsal",
													   ALLOCSET_DEFAULT_SIZES);
	int64		done = 0;

	bpm_ledger_check_rows(rehearsal->ledger, &read_year, fiscal_year, portal->tupDesc);
	for (;;)
	{
		SPITupleTable *rows;
		uint64		count;
		MemoryContext old;

		SPI_cursor_fetch(portal, true, FETCH);
		rows = SPI_tuptable;
		count = SPI_processed;
		if (count == 0)
			break;
		old = MemoryContextSwitchTo(rows_context);
		for (uint64 i = 0; i < count; i++)
		{
			if (bpm_row_number(rows->vals[i], rows->tupdesc, COLUMN_POSTING) == 0)
				take_receipt(rehearsal, rows->vals[i], rows->tupdesc);
			else
				take_entry(rehearsal, rows->vals[i], rows->tupdesc);
		}
		MemoryContextSwitchTo(old);
		MemoryContextReset(rows_context);
		SPI_freetuptable(rows);
		bpm_progress_update(done += count);
		CHECK_FOR_INTERRUPTS();
	}
	end_posting(rehearsal);
	SPI_cursor_close(portal);
}

/* Returns how many entries a year has. */
static int64
entries_of_year(BpmLedger *ledger, int fiscal_year)
{
	bool		isnull;
	Datum		value;

	bpm_ledger_execute(ledger, &count_entries, fiscal_year, NULL, NULL);
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	return isnull ? 0 : DatumGetInt64(value);
}

/* Says which postings of a year the caps would have stopped, with the figures of each. */
PG_FUNCTION_INFO_V1(bpm_rehearse);
Datum
bpm_rehearse(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"caps", "fiscal_year", NULL};
	Rehearsal  *rehearsal = palloc0(sizeof(Rehearsal));
	BpmOwnerScope scope;
	int			fiscal_year;

	bpm_require_arguments(fcinfo, arguments);
	fiscal_year = PG_GETARG_INT32(2);
	InitMaterializedSRF(fcinfo, 0);
	rehearsal->result = (ReturnSetInfo *) fcinfo->resultinfo;
	rehearsal->stopped = bpm_make_table("budgetpm stopped entries", 256, sizeof(Stopped), sizeof(Stopped),
										CurrentMemoryContext);
	SPI_connect();
	rehearsal->ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(rehearsal->ledger, "rehearse");
	rehearsal->caps = bpm_read_rehearsed(rehearsal->ledger, PG_GETARG_JSONB_P(1), fiscal_year,
										 &rehearsal->ncaps);
	rehearsal->touched = palloc(rehearsal->ncaps * sizeof(int));
	for (int i = 0; i < rehearsal->ncaps; i++)
		bpm_authorize_read(rehearsal->ledger, "rehearse", rehearsal->caps[i].state.cap.division,
						   rehearsal->caps[i].state.cap.unit);
	bpm_owner_enter(rehearsal->ledger, &scope);
	bpm_progress_start("rehearse", entries_of_year(rehearsal->ledger, fiscal_year));
	replay_year(rehearsal, fiscal_year);
	put_summary(rehearsal);
	bpm_progress_end();
	bpm_owner_leave(&scope);
	SPI_finish();
	return (Datum) 0;
}
