/*
 * buffer_cap.c
 *	  The caps that many postings of one call consume: locked once, after all the
 *	  lines, decided in memory, stored once.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "base/errors.h"
#include "ledger/buffer_private.h"
#include "ledger/capped.h"

typedef struct PoolCap
{
	int32		id;
	int			year;
	bool		locked;
	BpmCapState state;
} PoolCap;

/* Gives the size of what the buffer keeps for a cap. */
Size
bpm_pool_cap_size(void)
{
	return sizeof(PoolCap);
}

/* Notes the caps of a locked line; which ones they are cannot change any more. */
void
bpm_buffer_note_caps(BpmBuffer *buffer, const BpmLine *line)
{
	for (int i = 0; i < line->ncaps; i++)
	{
		bool		found;
		PoolCap    *entry = hash_search(buffer->caps, &line->caps[i], HASH_ENTER, &found);

		if (!found)
		{
			entry->locked = false;
			entry->year = BPM_LINE_YEAR(line->id);
		}
	}
}

/* Orders caps as a single posting consumes them: by year and number. */
static int
compare_caps(const void *a, const void *b)
{
	const PoolCap *left = *(PoolCap *const *) a;
	const PoolCap *right = *(PoolCap *const *) b;

	if (left->year != right->year)
		return left->year < right->year ? -1 : 1;
	return left->id < right->id ? -1 : left->id > right->id;
}

/* Locks the caps that were noted and are not locked yet, in their order. */
void
bpm_buffer_lock_caps(BpmBuffer *buffer)
{
	int			count = 0;
	PoolCap   **caps = palloc(hash_get_num_entries(buffer->caps) * sizeof(PoolCap *) + 1);
	HASH_SEQ_STATUS scan;
	PoolCap    *entry;

	hash_seq_init(&scan, buffer->caps);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (!entry->locked)
			caps[count++] = entry;
	qsort(caps, count, sizeof(PoolCap *), compare_caps);
	for (int i = 0; i < count; i++)
	{
		entry = caps[i];
		if (!bpm_cap_lock(buffer->ledger, entry->id, &entry->state))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
					 errmsg("cap %d of a line does not exist", entry->id),
					 errhint("Run budgetpm.check_ledger('%s').", buffer->ledger->schema)));
		entry->locked = true;
	}
	pfree(caps);
}

/* Does something with each change that the posting makes to its caps, until one of them refuses. */
static bool
for_each_change(BpmPosting *posting, bool (*act) (BpmPosting *, PoolCap *, const BpmFen *, int))
{
	for (int i = 0; i < posting->nlines;)
	{
		int			year = BPM_LINE_YEAR(posting->lines[i].id);
		int			month = bpm_accounting_month(&posting->lines[i]);
		BpmCapChanges changes;

		bpm_cap_changes(posting, year, &changes);
		for (int j = 0; j < changes.count; j++)
		{
			PoolCap    *entry = hash_search(posting->buffer->caps, &changes.change[j].cap,
											HASH_FIND, NULL);

			if (entry == NULL || !entry->locked)
				elog(ERROR, "cap %d is not locked", changes.change[j].cap);
			if (!act(posting, entry, changes.change[j].delta, month))
				return false;
		}
		while (i < posting->nlines && BPM_LINE_YEAR(posting->lines[i].id) == year)
			i++;
	}
	return true;
}

/* Tells whether a posting has any line with a cap. */
static bool
has_caps(const BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].ncaps > 0)
			return true;
	return false;
}

/* Asks one cap. */
static bool
decide(BpmPosting *posting, PoolCap *entry, const BpmFen *delta, int month)
{
	BpmCapRefusal refusal;

	return bpm_cap_decide(&entry->state, delta, month, &refusal) ||
		bpm_refuse_cap(posting, &refusal);
}

/* Takes a decided change from one cap. */
static bool
apply(BpmPosting *posting, PoolCap *entry, const BpmFen *delta, int month)
{
	MemoryContext old = MemoryContextSwitchTo(posting->buffer->call_context);

	bpm_cap_apply(&entry->state, delta, month, posting->id);
	MemoryContextSwitchTo(old);
	return true;
}

/* Asks the caps of a decided posting, as the postings before have left them; false with the refusal. */
bool
bpm_buffer_ask_caps(BpmPosting *posting)
{
	return !has_caps(posting) || for_each_change(posting, decide);
}

/* Takes what the posting did, under its id, from its caps, which were asked before. */
void
bpm_buffer_consume_caps(BpmPosting *posting)
{
	if (has_caps(posting))
		(void) for_each_change(posting, apply);
}

/* Stores the caps, at the end of the call. */
void
bpm_buffer_store_caps(BpmBuffer *buffer)
{
	HASH_SEQ_STATUS scan;
	PoolCap    *entry;

	hash_seq_init(&scan, buffer->caps);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (entry->locked)
			bpm_cap_store(buffer->ledger, &entry->state);
}
