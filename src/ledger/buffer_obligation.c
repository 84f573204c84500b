/*
 * buffer_obligation.c
 *	  The obligations that many postings of one call open, draw on and release.
 *
 * As with a single posting, an obligation is read under its line's lock.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/guard.h"
#include "base/rows.h"
#include "ledger/buffer_private.h"
#include "ledger/columns.h"
#include "ledger/obligation.h"

typedef struct PoolObligation
{
	int64		id;
	BpmObligation obligation;	/* opened: not stored yet */
	bool		waiting;		/* to be written */
	/* of one that is not stored yet: */
	BpmCode		division;
	BpmCode		unit;
	char	   *document;
	TimestampTz opened_at;
} PoolObligation;

/* Gives the size of what the buffer keeps for an obligation. */
Size
bpm_pool_obligation_size(void)
{
	return sizeof(PoolObligation);
}

/* Gives an obligation as the postings so far have left it; false if the buffer does not hold it. */
bool
bpm_buffer_obligation(BpmBuffer *buffer, int64 id, BpmObligation *obligation)
{
	PoolObligation *entry = hash_search(buffer->obligations, &id, HASH_FIND, NULL);

	if (entry == NULL)
		return false;
	*obligation = entry->obligation;
	obligation->opened = obligation->changed = false;
	return true;
}

/* Finds an obligation in the buffer, or begins it there. */
static PoolObligation *
enter(BpmBuffer *buffer, int64 id)
{
	bool		found;
	PoolObligation *entry = hash_search(buffer->obligations, &id, HASH_ENTER, &found);

	if (!found)
	{
		memset(entry, 0, sizeof(PoolObligation));
		entry->id = id;
	}
	return entry;
}

/* Takes over what a posting made of its obligations. */
void
bpm_buffer_keep_obligations(BpmBuffer *buffer, const BpmPosting *posting)
{
	for (int i = 0; i < posting->nobligations; i++)
	{
		const BpmObligation *obligation = &posting->obligations[i];
		PoolObligation *entry;
		bool		unstored;

		if (!obligation->changed)
			continue;
		entry = enter(buffer, obligation->id);
		unstored = entry->obligation.opened || obligation->opened;
		entry->obligation = *obligation;
		entry->obligation.opened = unstored;
		if (!entry->waiting)
			buffer->waiting_obligations++;
		entry->waiting = true;
		if (obligation->opened)
		{
			const BpmLine *line = bpm_posting_line((BpmPosting *) posting, obligation->line);

			entry->division = line->division;
			entry->unit = line->unit;
			entry->document = posting->request.document;
			entry->opened_at = line->posted_at;
		}
	}
}

/* Reads the row of one obligation into the buffer. */
static void
take_row(BpmBuffer *buffer, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	PoolObligation *entry = enter(buffer, DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull)));

	if (!entry->waiting)
		bpm_fill_obligation(&entry->obligation, row, desc);
}

static const BpmStatement read_obligations = {
	"SELECT o.* FROM pg_catalog.unnest($1) AS u (id) CROSS JOIN LATERAL (SELECT " OBLIGATION_LIST
	" FROM ONLY @ledger@.obligation_@year@ WHERE obligation_id OPERATOR(pg_catalog.=) u.id"
	" OFFSET 0) AS o", "x"
};

/*
 * Reads obligations whose lines are locked, given in ascending order; what does not
 * exist is left out.
 */
void
bpm_buffer_read_obligations(BpmBuffer *buffer, const int64 *ids, int count)
{
	while (count > 0)
	{
		int			n = bpm_same_year_count(ids, count);
		int			year = BPM_LINE_YEAR(ids[0]);

		if (year >= 1949 && year <= 9999 && bpm_ledger_has_year(buffer->ledger, year))
		{
			Datum		values[1] = {bpm_id_array(ids, n)};
			int			found = bpm_reach_rows(buffer->ledger, &read_obligations, year, values);

			for (int i = 0; i < found; i++)
				take_row(buffer, SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
			SPI_freetuptable(SPI_tuptable);
		}
		ids += n;
		count -= n;
	}
}

/* What the guard asks for: the next obligation to insert. */
typedef struct Reader
{
	BpmBuffer  *buffer;
	const int64 *next;
	const int64 *end;
} Reader;

/* Puts the next new obligation in place of the row that the statement inserts. */
static bool
accept_new(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	Reader	   *reader = permit->context;
	PoolObligation *entry;
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	if (old != NULL || reader->next == reader->end)
		return false;
	entry = hash_search(reader->buffer->obligations, reader->next++, HASH_FIND, NULL);
	/* Columns that somebody added keep their defaults. */
	heap_deform_tuple(*row, desc, values, nulls);
	memset(nulls, false, OBLIGATION_COLUMNS * sizeof(bool));
	values[OBLIGATION_ID] = Int64GetDatum(entry->id);
	values[OBLIGATION_LINE] = Int64GetDatum(entry->obligation.line);
	values[OBLIGATION_DIVISION] = Int64GetDatum(entry->division);
	values[OBLIGATION_UNIT] = Int64GetDatum(entry->unit);
	values[OBLIGATION_STAGE] = CStringGetTextDatum(entry->obligation.stage);
	values[OBLIGATION_AMOUNT] = Int64GetDatum(entry->obligation.amount);
	values[OBLIGATION_DRAWN] = Int64GetDatum(entry->obligation.drawn);
	values[OBLIGATION_RELEASED] = Int64GetDatum(entry->obligation.released);
	values[OBLIGATION_RETURNABLE] = Int64GetDatum(entry->obligation.returnable);
	values[OBLIGATION_PREDECESSOR] = Int64GetDatum(entry->obligation.predecessor);
	nulls[OBLIGATION_PREDECESSOR] = entry->obligation.predecessor == 0;
	values[OBLIGATION_DOCUMENT] = CStringGetTextDatum(entry->document);
	values[OBLIGATION_OPENED_AT] = TimestampTzGetDatum(entry->opened_at);
	*row = heap_form_tuple(desc, values, nulls);
	entry->obligation.opened = entry->waiting = false;
	return true;
}

/* Stores what was drawn from an obligation and released of it, and what may go back. */
static bool
accept_changed(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	BpmBuffer  *buffer = permit->context;
	int			columns[3] = {OBLIGATION_DRAWN + 1, OBLIGATION_RELEASED + 1, OBLIGATION_RETURNABLE + 1};
	bool		nulls[3] = {false};
	Datum		values[3];
	bool		isnull;
	int64		id;
	PoolObligation *entry;

	if (old == NULL || *row == NULL)
		return false;
	id = DatumGetInt64(heap_getattr(old, OBLIGATION_ID + 1, desc, &isnull));
	entry = hash_search(buffer->obligations, &id, HASH_FIND, NULL);
	if (entry == NULL || !entry->waiting)
		return false;
	values[0] = Int64GetDatum(entry->obligation.drawn);
	values[1] = Int64GetDatum(entry->obligation.released);
	values[2] = Int64GetDatum(entry->obligation.returnable);
	*row = heap_modify_tuple_by_cols(old, desc, 3, columns, values, nulls);
	entry->waiting = false;
	return true;
}

static const BpmStatement insert_obligations = {
	"INSERT INTO @ledger@.obligation_@year@ (obligation_id)"
	" SELECT 0 FROM pg_catalog.generate_series(1, $1)", "i"
};
static const BpmStatement update_obligations = {
	"UPDATE ONLY @ledger@.obligation_@year@ AS o SET drawn = o.drawn"
	" FROM pg_catalog.unnest($1) AS u (id) WHERE o.obligation_id OPERATOR(pg_catalog.=) u.id", "x"
};

/* Writes obligations of one year that are all new, or all stored before. */
static void
write_year(BpmBuffer *buffer, const int64 *ids, int count, bool new)
{
	int			year = BPM_LINE_YEAR(ids[0]);
	Reader		reader = {buffer, ids, ids + count};
	BpmPermit	permit = {0};
	Datum		values[1];
	int			written;

	permit.relation = bpm_guarded_relation(buffer->ledger, "obligation", year);
	permit.columns = OBLIGATION_TYPES;
	permit.accept = new ? accept_new : accept_changed;
	permit.context = new ? (void *) &reader : (void *) buffer;
	permit.many = true;
	bpm_guard_permit(buffer->ledger, &permit);
	values[0] = new ? Int32GetDatum(count) : bpm_id_array(ids, count);
	written = new ? bpm_ledger_execute(buffer->ledger, &insert_obligations, year, values, NULL)
		: bpm_reach_rows(buffer->ledger, &update_obligations, year, values);
	bpm_guard_done(false);
	if (written != count)
		elog(ERROR, "not every obligation of the batch was stored");
}

/* Writes the obligations that wait and are new, or those that are not. */
static void
write_waiting(BpmBuffer *buffer, bool new)
{
	int64	   *ids = palloc(buffer->waiting_obligations * sizeof(int64));
	int			count = 0;
	HASH_SEQ_STATUS scan;
	PoolObligation *entry;

	hash_seq_init(&scan, buffer->obligations);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (entry->waiting && entry->obligation.opened == new)
			ids[count++] = entry->id;
	qsort(ids, count, sizeof(int64), bpm_compare_ids);
	for (int i = 0; i < count;)
	{
		int			n = bpm_same_year_count(ids + i, count - i);

		write_year(buffer, ids + i, n, new);
		i += n;
	}
	pfree(ids);
}

/* Writes the obligations that wait: once a new one is stored it is no longer new. */
void
bpm_buffer_flush_obligations(BpmBuffer *buffer)
{
	if (buffer->waiting_obligations == 0)
		return;
	write_waiting(buffer, false);
	write_waiting(buffer, true);
	buffer->waiting_obligations = 0;
}
