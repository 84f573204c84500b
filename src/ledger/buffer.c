/*
 * buffer.c
 *	  The lines and the waiting entries of many postings, written by one statement
 *	  a table.
 *
 * The statements name neither amounts nor texts: the guard asks its permit for
 * each row, and stores the one that the postings made.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "storage/itemptr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/rows.h"
#include "base/table.h"
#include "ledger/balance.h"
#include "ledger/buffer_private.h"
#include "ledger/columns.h"
#include "ledger/segment.h"

typedef struct PoolLine
{
	int64		id;
	bool		locked;			/* false: the caller has no duty for it */
	ItemPointerData place;		/* of its row; invalid once it was written */
	BpmLine		line;
} PoolLine;

typedef struct Row
{
	struct Row *next;
	int			year;
	Datum		values[JOURNAL_COLUMNS];
	bool		nulls[JOURNAL_COLUMNS];
} Row;

/* Makes an empty buffer in the current context. */
BpmBuffer *
bpm_buffer_make(BpmLedger *ledger)
{
	BpmBuffer  *buffer = palloc0(sizeof(BpmBuffer));

	buffer->ledger = ledger;
	buffer->context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm buffered lines",
											ALLOCSET_DEFAULT_SIZES);
	buffer->rows_context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm buffered entries",
												 ALLOCSET_DEFAULT_SIZES);
	buffer->call_context = CurrentMemoryContext;
	buffer->caps = bpm_make_table("budgetpm buffered caps", 1024, sizeof(int32), bpm_pool_cap_size(), buffer->call_context);
	bpm_buffer_reset(buffer);
	return buffer;
}

/* Forgets the lines, keys and obligations, not their locks; everything is written. */
void
bpm_buffer_reset(BpmBuffer *buffer)
{
	Assert(buffer->first == NULL);
	MemoryContextReset(buffer->context);
	buffer->lines = bpm_make_table("budgetpm buffered lines", 1024, sizeof(int64), sizeof(PoolLine), buffer->context);
	buffer->keys = bpm_make_table("budgetpm buffered keys", 1024, sizeof(int64), sizeof(int64), buffer->context);
	buffer->obligations = bpm_make_table("budgetpm buffered obligations", 1024, sizeof(int64),
										 bpm_pool_obligation_size(), buffer->context);
	buffer->touched = NULL;
	buffer->ntouched = buffer->touched_size = 0;
}

/*
 * Executes a statement that reaches its rows by an index whatever the planner
 * believes: planned while the year was empty, it would read the whole year.
 */
static int
reach_rows(BpmLedger *ledger, const BpmStatement *statement, int year, Datum *values, bool latest)
{
	static const char *const settings[] = {"enable_seqscan", "enable_hashjoin", "enable_mergejoin"};
	int			level = NewGUCNestLevel();
	int			rows;

	for (int i = 0; i < lengthof(settings); i++)
		(void) set_config_option(settings[i], "off", PGC_USERSET, PGC_S_SESSION,
								 GUC_ACTION_SAVE, true, 0, false);
	rows = latest ? bpm_ledger_execute_latest(ledger, statement, year, values, NULL, true)
		: bpm_ledger_execute(ledger, statement, year, values, NULL);
	AtEOXact_GUC(true, level);
	return rows;
}

/* Reaches rows by an index, as of the transaction's snapshot. */
int
bpm_reach_rows(BpmLedger *ledger, const BpmStatement *statement, int year, Datum *values)
{
	return reach_rows(ledger, statement, year, values, false);
}

/* Reaches rows by an index, as they are committed now. */
int
bpm_reach_latest_rows(BpmLedger *ledger, const BpmStatement *statement, int year, Datum *values)
{
	return reach_rows(ledger, statement, year, values, true);
}

/* Each line is locked when its turn comes: the order of the array is the order of the locks. */
static const BpmStatement look_at_balances = {
	"SELECT b.* FROM pg_catalog.unnest($1) AS u (id) CROSS JOIN LATERAL (SELECT " BALANCE_LIST
	" FROM ONLY @ledger@.balance_@year@ WHERE line_id OPERATOR(pg_catalog.=) u.id"
	" OFFSET 0) AS b", "x"
};
static const BpmStatement lock_balances = {
	"SELECT " BALANCE_LIST ", ctid FROM ONLY @ledger@.balance_@year@"
	" WHERE line_id OPERATOR(pg_catalog.=) ANY ($1) ORDER BY line_id FOR NO KEY UPDATE", "x"
};

/* Reads where a locked row is: it stays there until it is written. */
static void
read_place(PoolLine *entry, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		place = SPI_getbinval(row, desc, desc->natts, &isnull);

	ItemPointerCopy((ItemPointer) DatumGetPointer(place), &entry->place);
}

/* Takes the rows just read, and locked or not, into the pool. */
static void
take_rows(BpmBuffer *buffer, int count, bool locked)
{
	MemoryContext old = MemoryContextSwitchTo(buffer->context);
	SPITupleTable *rows = SPI_tuptable;
	BpmLine		line;

	for (int i = 0; i < count; i++)
	{
		PoolLine   *entry;

		bpm_fill_line(&line, rows->vals[i], rows->tupdesc);
		entry = hash_search(buffer->lines, &line.id, HASH_ENTER, NULL);
		entry->line = line;
		entry->locked = locked;
		ItemPointerSetInvalid(&entry->place);
		if (locked)
			read_place(entry, rows->vals[i], rows->tupdesc);
		if (locked)
			bpm_buffer_note_caps(buffer, &line);
	}
	SPI_freetuptable(rows);
	MemoryContextSwitchTo(old);
}

/* Counts the lines at the beginning of the list that are of one year. */
int
bpm_same_year_count(const int64 *lines, int count)
{
	int			n = 1;

	while (n < count && BPM_LINE_YEAR(lines[n]) == BPM_LINE_YEAR(lines[0]))
		n++;
	return n;
}

/*
 * Takes lines of one year that the caller has no duty for out of the list, and keeps
 * them as they are: their entries are refused, and nobody has to wait for them.
 */
static int
leave_out_others(BpmBuffer *buffer, const BpmLockScope *scope, int year, int64 *lines, int count)
{
	Datum		values[1] = {bpm_id_array(lines, count)};
	int			kept = 0;

	take_rows(buffer, bpm_reach_rows(buffer->ledger, &look_at_balances, year, values), false);
	bpm_owner_leave(scope->caller);
	for (int i = 0; i < count; i++)
	{
		PoolLine   *entry = hash_search(buffer->lines, &lines[i], HASH_FIND, NULL);

		if (entry && (bpm_has_duty(buffer->ledger, BPM_RIGHT_POST, entry->line.division,
								   entry->line.unit) ||
					  bsearch(&lines[i], scope->foreign, scope->nforeign, sizeof(int64),
							  bpm_compare_ids) != NULL))
			lines[kept++] = lines[i];
	}
	bpm_owner_enter(buffer->ledger, scope->caller);
	return kept;
}

/* Locks lines of one year and reads them. */
static void
lock_year(BpmBuffer *buffer, const BpmLockScope *scope, int year, const int64 *lines, int count)
{
	int64	   *chosen = palloc(count * sizeof(int64));
	Datum		values[1];

	memcpy(chosen, lines, count * sizeof(int64));
	if (scope && scope->caller)
		count = leave_out_others(buffer, scope, year, chosen, count);
	if (count > 0)
	{
		values[0] = bpm_id_array(chosen, count);
		take_rows(buffer, bpm_reach_rows(buffer->ledger, &lock_balances, year, values), true);
		pfree(DatumGetPointer(values[0]));
	}
	pfree(chosen);
}

/*
 * Locks lines, given once each in ascending order, and reads them; what does not
 * exist is left out.  Duties that ended while they were waited for have ended.  With
 * a scope, lines that the caller's duties do not cover are not locked.
 */
void
bpm_buffer_lock(BpmBuffer *buffer, const BpmLockScope *scope, const int64 *lines, int count)
{
	while (count > 0)
	{
		int			n = bpm_same_year_count(lines, count);
		int			year = BPM_LINE_YEAR(lines[0]);

		if (year >= 1949 && year <= 9999 && bpm_ledger_has_year(buffer->ledger, year))
			lock_year(buffer, scope, year, lines, n);
		lines += n;
		count -= n;
	}
	AcceptInvalidationMessages();
	bpm_ledger_open(buffer->ledger->relid);
}

/*
 * Returns a line as the postings so far have left it, NULL if there is none; locked
 * tells whether anything may be decided on it.
 */
const BpmLine *
bpm_buffer_line(BpmBuffer *buffer, int64 line, bool *locked)
{
	PoolLine   *entry = hash_search(buffer->lines, &line, HASH_FIND, NULL);

	*locked = entry && entry->locked;
	return entry ? &entry->line : NULL;
}

/* Notes a line that must be written. */
static void
note_touched(BpmBuffer *buffer, int64 line)
{
	if (buffer->ntouched == buffer->touched_size)
	{
		MemoryContext old = MemoryContextSwitchTo(buffer->context);

		buffer->touched_size = Max(1024, 2 * buffer->touched_size);
		buffer->touched = buffer->touched ?
			repalloc(buffer->touched, buffer->touched_size * sizeof(int64)) :
			palloc(buffer->touched_size * sizeof(int64));
		MemoryContextSwitchTo(old);
	}
	buffer->touched[buffer->ntouched++] = line;
}

/* Takes over the lines as a posting left them; whether it wrote them itself is on the lines. */
static void
keep_lines(BpmBuffer *buffer, const BpmPosting *posting, bool written)
{
	for (int i = 0; i < posting->nlines; i++)
	{
		PoolLine   *entry = hash_search(buffer->lines, &posting->lines[i].id, HASH_FIND, NULL);
		bool		waiting = entry->line.touched;

		if (written)
			ItemPointerSetInvalid(&entry->place);
		entry->line = posting->lines[i];
		entry->line.touched = !written && (waiting || posting->lines[i].touched);
		if (entry->line.touched && !waiting)
			note_touched(buffer, entry->id);
	}
}

/* Takes over the lines of a posting that was written past the buffer, which was empty. */
void
bpm_buffer_keep(BpmBuffer *buffer, const BpmPosting *posting)
{
	bpm_buffer_note_key(buffer, posting);
	keep_lines(buffer, posting, true);
}

/* Adds an entry to those that wait. */
static void
add_row(BpmBuffer *buffer, BpmPosting *posting, int leg, bool with_key)
{
	Row		   *row = palloc(sizeof(Row));

	row->next = NULL;
	row->year = BPM_LINE_YEAR(posting->lines[posting->legs[leg].line].id);
	bpm_link_entry(posting, leg, with_key, row->values, row->nulls);
	if (buffer->last)
		buffer->last->next = row;
	else
		buffer->first = row;
	buffer->last = row;
}

/* Takes a decided posting: its entries wait, its lines are what the next one finds. */
void
bpm_buffer_add(BpmBuffer *buffer, BpmPosting *posting)
{
	MemoryContext old = MemoryContextSwitchTo(buffer->rows_context);
	int			first = bpm_posting_begin_writing(posting);

	add_row(buffer, posting, first, true);
	for (int i = 0; i < posting->nlegs; i++)
		if (i != first)
			add_row(buffer, posting, i, false);
	MemoryContextSwitchTo(old);
	bpm_buffer_note_key(buffer, posting);
	keep_lines(buffer, posting, false);
}

/* What the journal's guard asks for: the next row of a year. */
typedef struct RowReader
{
	Row		   *next;
	int			year;
	int32		segment;
} RowReader;

/* Moves the reader to the next row of its year. */
static void
skip_other_years(RowReader *reader)
{
	while (reader->next && reader->next->year != reader->year)
		reader->next = reader->next->next;
}

/* Puts the next waiting entry in place of the row that the statement inserts. */
static bool
accept_row(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *new)
{
	RowReader  *reader = permit->context;
	Row		   *row = reader->next;
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	if (old != NULL || row == NULL)
		return false;
	row->values[JOURNAL_SEGMENT] = Int32GetDatum(reader->segment);
	row->nulls[JOURNAL_SEGMENT] = false;
	if (desc->natts == JOURNAL_COLUMNS)
		*new = heap_form_tuple(desc, row->values, row->nulls);
	else
	{
		/* Columns that somebody added keep their defaults. */
		heap_deform_tuple(*new, desc, values, nulls);
		memcpy(values, row->values, sizeof(row->values));
		memcpy(nulls, row->nulls, sizeof(row->nulls));
		*new = heap_form_tuple(desc, values, nulls);
	}
	reader->next = row->next;
	skip_other_years(reader);
	return true;
}

static const BpmStatement insert_entries = {
	"INSERT INTO @ledger@.journal_@year@ (line_id)"
	" SELECT 0 FROM pg_catalog.generate_series(1, $1)", "i"
};

/* Writes the waiting entries of one year. */
static void
write_rows(BpmBuffer *buffer, int year)
{
	RowReader	reader = {buffer->first, year};
	BpmPermit	permit = {0};
	int			count = 0;
	Datum		values[1];

	for (Row *row = buffer->first; row; row = row->next)
		if (row->year == year)
			count++;
	skip_other_years(&reader);
	permit.relation = bpm_guarded_relation(buffer->ledger, "journal", year);
	permit.columns = JOURNAL_TYPES;
	permit.accept = accept_row;
	permit.context = &reader;
	permit.many = true;
	reader.segment = bpm_segment_to_write(buffer->ledger, permit.relation);
	values[0] = Int32GetDatum(count);
	bpm_guard_permit(buffer->ledger, &permit);
	if (bpm_ledger_execute(buffer->ledger, &insert_entries, year, values, NULL) != count ||
		reader.next != NULL)
		elog(ERROR, "not every entry of the batch was written");
	bpm_guard_done(false);
	for (Row *row = buffer->first; row; row = row->next)
		if (row->year == year)
			row->year = 0;
}

/* Stores what the postings made of a locked line. */
static bool
accept_balance(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	BpmBuffer  *buffer = permit->context;
	bool		isnull;
	int64		id;
	PoolLine   *entry;

	if (old == NULL || *row == NULL)
		return false;
	id = DatumGetInt64(heap_getattr(old, BALANCE_LINE + 1, desc, &isnull));
	entry = hash_search(buffer->lines, &id, HASH_FIND, NULL);
	if (entry == NULL || !entry->line.touched)
		return false;
	*row = bpm_modify_row(&entry->line, old, desc);
	entry->line.touched = false;
	ItemPointerSetInvalid(&entry->place);
	return true;
}

static const BpmStatement update_balances = {
	"UPDATE ONLY @ledger@.balance_@year@ AS b SET entry_no = b.entry_no"
	" FROM pg_catalog.unnest($1) AS u (id) WHERE b.line_id OPERATOR(pg_catalog.=) u.id", "x"
};

static const BpmStatement update_places = {
	"UPDATE ONLY @ledger@.balance_@year@ SET entry_no = entry_no WHERE ctid"
	" OPERATOR(pg_catalog.=) ANY ($1)", "p"
};

/*
 * Gives the places of these lines' rows as tid[], NULL when one was written before
 * and is no longer where it was locked.
 */
static ArrayType *
places_of(BpmBuffer *buffer, const int64 *lines, int count)
{
	Datum	   *elements = palloc(count * sizeof(Datum));

	for (int i = 0; i < count; i++)
	{
		PoolLine   *entry = hash_search(buffer->lines, &lines[i], HASH_FIND, NULL);

		if (!ItemPointerIsValid(&entry->place))
			return NULL;
		elements[i] = PointerGetDatum(&entry->place);
	}
	return construct_array(elements, count, TIDOID, sizeof(ItemPointerData), false,
						   TYPALIGN_SHORT);
}

/* Stores touched lines of one year, by the places of their rows where these are known. */
static int
update_rows(BpmBuffer *buffer, int year, const int64 *lines, int count)
{
	ArrayType  *places = places_of(buffer, lines, count);
	Datum		values[1];

	values[0] = places ? PointerGetDatum(places) : bpm_id_array(lines, count);
	return bpm_reach_rows(buffer->ledger, places ? &update_places : &update_balances, year,
						  values);
}

/* Stores the lines that the postings touched. */
static void
write_touched(BpmBuffer *buffer)
{
	int64	   *lines = buffer->touched;
	int			left = buffer->ntouched;

	qsort(lines, left, sizeof(int64), bpm_compare_ids);
	while (left > 0)
	{
		int			n = bpm_same_year_count(lines, left);
		int			year = BPM_LINE_YEAR(lines[0]);
		BpmPermit	permit = {0};

		permit.relation = bpm_guarded_relation(buffer->ledger, "balance", year);
		permit.columns = BALANCE_TYPES;
		permit.accept = accept_balance;
		permit.context = buffer;
		permit.many = true;
		bpm_guard_permit(buffer->ledger, &permit);
		if (update_rows(buffer, year, lines, n) != n)
			elog(ERROR, "not every line of the batch was stored");
		bpm_guard_done(false);
		lines += n;
		left -= n;
	}
	buffer->ntouched = 0;
}

/* Writes what waits. */
void
bpm_buffer_flush(BpmBuffer *buffer)
{
	for (Row *row = buffer->first; row; row = row->next)
		if (row->year != 0)
			write_rows(buffer, row->year);
	write_touched(buffer);
	bpm_buffer_flush_obligations(buffer);
	buffer->first = buffer->last = NULL;
	MemoryContextReset(buffer->rows_context);
}
