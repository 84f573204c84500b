/*
 * run.c
 *	  Runs a batch: plans every entry, locks all lines of the call in their order,
 *	  decides entry by entry, and writes what was decided together.
 *
 * No entry has a subtransaction: what a rule refuses is data, and has changed nothing.
 * An error is never taken for a refusal; it ends the batch.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/progress.h"
#include "base/rows.h"
#include "batch/batch.h"
#include "ledger/watcher.h"

#define CHUNK	10000

/* Ids of rows to lock. */
typedef struct IdList
{
	int64	   *ids;
	int			count;
	int			size;
} IdList;

/* A run of a batch, while it lasts. */
typedef struct Run
{
	BpmBatch   *batch;
	BpmBatchSource *source;
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	BpmBuffer  *buffer;
	BpmPosting *posting;		/* the entry that is being worked on */
	const BpmOperation *allowed;	/* the caller has EXECUTE on this one */
	MemoryContext context;
	IdList		lines;			/* of all entries so far, as the next */
	IdList		transfers;
	IdList		foreign;		/* lines that need no duty */
	BpmLockScope lock_scope;
	int			limit;			/* of entries in a chunk */
	int64		number;			/* of the entry being decided */
	int64		done;
} Run;

/* Tells whether the first refusal is to end the batch, of the two words for it. */
bool
bpm_batch_aborts(const char *on_error)
{
	if (strcmp(on_error, "abort") != 0 && strcmp(on_error, "report") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("on_error \"%s\" is not known", on_error),
				 errhint("Use abort or report.")));
	return on_error[0] == 'a';
}

/* Says which entry an error is about. */
static void
entry_context(void *argument)
{
	Run		   *run = argument;

	if (run->number == 0)
		return;
	if (run->source->context)
		run->source->context(run->source, run->number);
	else
		errcontext("entry " INT64_FORMAT " of the batch", run->number);
}

/* Takes the posting in hand back to its beginning, for this entry. */
static BpmPosting *
begin_entry(Run *run, BpmBatchEntry *entry)
{
	BpmPosting *posting = run->posting;

	bpm_posting_reset(posting);
	posting->ledger = run->batch->ledger;
	posting->context = CurrentMemoryContext;
	posting->scope = run->scope;
	posting->request = entry->request;
	posting->buffer = run->buffer;
	return posting;
}

/* Refuses an entry whose operation the caller has no EXECUTE for. */
static bool
check_operation(Run *run, BpmBatchEntry *entry)
{
	if (entry->request.operation == run->allowed)
		return true;
	bpm_owner_leave(&run->scope);
	entry->denied = !bpm_check_operation(run->batch->ledger, entry->request.operation->name,
										 &entry->refusal);
	bpm_owner_enter(run->batch->ledger, &run->scope);
	if (!entry->denied)
		run->allowed = entry->request.operation;
	return !entry->denied;
}

/* Keeps with the entry what its plan asked for. */
static void
keep_plan(BpmBatchEntry *entry, const BpmPosting *posting)
{
	entry->refusal = posting->refusal;
	entry->denied = posting->denied;
	entry->operation_state = posting->operation_state;
	entry->nwanted = posting->nwanted;
	if (posting->nwanted == 1)
	{
		entry->one_wanted = posting->wanted[0];
		entry->one_foreign = posting->foreign[0];
		entry->wanted = &entry->one_wanted;
		entry->foreign = &entry->one_foreign;
		return;
	}
	entry->wanted = palloc(posting->nwanted * sizeof(int64));
	entry->foreign = palloc(posting->nwanted * sizeof(bool));
	memcpy(entry->wanted, posting->wanted, posting->nwanted * sizeof(int64));
	memcpy(entry->foreign, posting->foreign, posting->nwanted * sizeof(bool));
}

/* Finds out which lines the entries need; the refusal of a plan waits for its turn. */
static void
plan_entries(Run *run, BpmBatchEntry *entries, int count)
{
	for (int i = 0; i < count; i++)
	{
		BpmPosting *posting;

		CHECK_FOR_INTERRUPTS();
		/* What is wrong in its form is told before anything else is looked at. */
		entries[i].denied = entries[i].refusal.sqlstate != 0;
		entries[i].nwanted = 0;
		if (entries[i].denied || !check_operation(run, &entries[i]))
			continue;
		posting = begin_entry(run, &entries[i]);
		if (!posting->request.operation->plan(posting) && posting->refusal.sqlstate == 0)
			elog(ERROR, "plan of %s failed without a reason", posting->request.operation->name);
		keep_plan(&entries[i], posting);
	}
}

/* Adds an id to a list of the run. */
static void
add_id(Run *run, IdList *list, int64 id)
{
	if (list->count == list->size)
	{
		Size		size = add_size(1024, mul_size(2, list->size));

		list->ids = list->ids == NULL ?
			MemoryContextAllocHuge(run->context, mul_size(size, sizeof(int64))) :
			repalloc_huge(list->ids, mul_size(size, sizeof(int64)));
		list->size = size;
	}
	list->ids[list->count++] = id;
}

/* Adds the lines and transfers that the entries need to those of the run. */
static void
collect_rows(Run *run, const BpmBatchEntry *entries, int count)
{
	for (int i = 0; i < count; i++)
	{
		int64		transfer = 0;

		for (int j = 0; j < entries[i].nwanted; j++)
		{
			add_id(run, &run->lines, entries[i].wanted[j]);
			if (entries[i].foreign[j])
				add_id(run, &run->foreign, entries[i].wanted[j]);
		}
		if (entries[i].nwanted > 0)
			transfer = bpm_transfer_of_request(&entries[i].request);
		if (transfer != 0)
			add_id(run, &run->transfers, transfer);
	}
}

/* Orders ids, leaves each in once, and returns how many are left. */
static int
leave_in_once(int64 *ids, int count)
{
	int			n = 0;

	if (count == 0)
		return 0;
	qsort(ids, count, sizeof(int64), bpm_compare_ids);
	for (int i = 1; i < count; i++)
		if (ids[i] != ids[n])
			ids[++n] = ids[i];
	return n + 1;
}

/* Orders the lines that need no duty, for those who lock. */
static void
order_foreign(Run *run)
{
	run->foreign.count = leave_in_once(run->foreign.ids, run->foreign.count);
	run->lock_scope.foreign = run->foreign.ids;
	run->lock_scope.nforeign = run->foreign.count;
}

/* Locks, once all lines are locked, what single postings lock after theirs: transfers, then caps. */
static void
lock_transfers_and_caps(Run *run)
{
	IdList	   *transfers = &run->transfers;

	transfers->count = leave_in_once(transfers->ids, transfers->count);
	bpm_lock_transfers(run->ledger, transfers->ids, transfers->count);
	transfers->count = 0;
	bpm_buffer_lock_caps(run->buffer);
}

/* Locks all lines of a run of many chunks, before the first of them is posted. */
static void
lock_all_lines(Run *run)
{
	IdList	   *lines = &run->lines;

	lines->count = leave_in_once(lines->ids, lines->count);
	order_foreign(run);
	bpm_progress_phase("locking lines", lines->count);
	for (int i = 0; i < lines->count; i += CHUNK)
	{
		SPI_connect();
		bpm_buffer_lock(run->buffer, &run->lock_scope, lines->ids + i,
						Min(CHUNK, lines->count - i));
		bpm_buffer_reset(run->buffer);
		SPI_finish();
		bpm_progress_update(i);
	}
	lines->count = 0;
	SPI_connect();
	lock_transfers_and_caps(run);
	SPI_finish();
}

/* Reads the obligations that a chunk draws on at once. */
static void
read_obligations(Run *run, const BpmBatchEntry *entries, int count)
{
	int64	   *ids = palloc(count * sizeof(int64) + 1);
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (entries[i].nwanted > 0 && entries[i].request.obligation != 0)
			ids[n++] = entries[i].request.obligation;
	n = leave_in_once(ids, n);
	bpm_buffer_read_obligations(run->buffer, ids, n);
}

/* Looks all keys of a chunk up at once. */
static void
find_keys(Run *run, const BpmBatchEntry *entries, int count)
{
	int64	   *lines = palloc(count * sizeof(int64));
	char	  **keys = palloc(count * sizeof(char *));
	int			n = 0;

	for (int i = 0; i < count; i++)
		if (entries[i].nwanted > 0 && !entries[i].denied && entries[i].request.key != NULL)
		{
			lines[n] = entries[i].wanted[0];
			keys[n++] = entries[i].request.key;
		}
	if (n > 0)
		bpm_buffer_find_keys(run->buffer, lines, keys, n);
}

/* Decides an entry on the lines as the entries before it left them. */
static void
decide_entry(Run *run, BpmBatchEntry *entry)
{
	BpmPosting *posting = begin_entry(run, entry);

	posting->refusal = entry->refusal;
	posting->denied = entry->denied;
	posting->operation_state = entry->operation_state;
	posting->nwanted = entry->nwanted;
	memcpy(posting->wanted, entry->wanted, entry->nwanted * sizeof(int64));
	memcpy(posting->foreign, entry->foreign, entry->nwanted * sizeof(bool));
	bpm_posting_run_buffered(posting);
	entry->posting = posting->id;
	entry->replayed = !posting->written;
	entry->refusal = posting->refusal;
}

/* Decides the entries in their order and counts what became of them. */
static void
decide_entries(Run *run, BpmBatchEntry *entries, int count)
{
	BpmBatch   *batch = run->batch;

	for (int i = 0; i < count; i++)
	{
		BpmBatchEntry *entry = &entries[i];

		CHECK_FOR_INTERRUPTS();
		run->number = entry->number;
		entry->posting = 0;
		if (!entry->denied)
			decide_entry(run, entry);
		if (entry->posting == 0 && batch->abort)
			bpm_refusal_raise(&entry->refusal);
		if (entry->posting == 0 && entry->refusal.sqlstate == 0)
			elog(ERROR, "posting failed without a reason");
		if (entry->posting == 0)
			batch->refused++;
		else if (entry->replayed)
			batch->replayed++;
		else
			batch->posted++;
	}
	run->number = 0;
}

/* Posts one chunk of the source; false when it had none left. */
static bool
post_chunk(Run *run, BpmBatchEntry *entries)
{
	int			count;

	SPI_connect();
	count = run->source->next(run->source, entries, run->limit);
	plan_entries(run, entries, count);
	collect_rows(run, entries, count);
	run->lines.count = leave_in_once(run->lines.ids, run->lines.count);
	order_foreign(run);
	bpm_buffer_lock(run->buffer, &run->lock_scope, run->lines.ids, run->lines.count);
	run->lines.count = 0;
	lock_transfers_and_caps(run);
	read_obligations(run, entries, count);
	find_keys(run, entries, count);
	decide_entries(run, entries, count);
	bpm_buffer_flush(run->buffer);
	run->source->answer(run->source, entries, count);
	bpm_buffer_reset(run->buffer);
	SPI_finish();
	run->done += count;
	bpm_progress_update(run->done);
	return count == run->limit;
}

/* Reads the whole source for the lines that it needs, and locks them. */
static void
lock_source(Run *run, BpmBatchEntry *entries)
{
	int			count;

	bpm_progress_phase("planning", run->source->count);
	do
	{
		SPI_connect();
		count = run->source->next(run->source, entries, run->limit);
		plan_entries(run, entries, count);
		collect_rows(run, entries, count);
		SPI_finish();
		run->done += count;
		bpm_progress_update(run->done);
	} while (count == run->limit);
	run->done = 0;
	lock_all_lines(run);
	run->source->rewind(run->source);
}

/* Posts all entries of the source in their order, and tells the source what became of each. */
void
bpm_batch_run(BpmBatch *batch, BpmBatchSource *source)
{
	MemoryContext old = CurrentMemoryContext;
	Run			run = {batch, source};
	BpmBatchEntry *entries;
	ErrorContextCallback callback = {error_context_stack, entry_context, &run};

	run.context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm batch",
										ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(run.context);
	run.ledger = batch->ledger;
	run.buffer = bpm_buffer_make(batch->ledger);
	run.posting = bpm_new_posting();
	run.limit = Min(CHUNK, source->count + 1);
	entries = palloc(mul_size(run.limit, sizeof(BpmBatchEntry)));
	bpm_progress_start(source->name, source->count);
	if (!bpm_has_duty(batch->ledger, BPM_RIGHT_POST, 0, 0))
		run.lock_scope.caller = &run.scope;
	bpm_owner_enter(batch->ledger, &run.scope);
	error_context_stack = &callback;
	if (source->count > CHUNK)
		lock_source(&run, entries);
	bpm_progress_phase("posting", source->count);
	while (post_chunk(&run, entries))
		;
	SPI_connect();
	bpm_buffer_store_caps(run.buffer);
	bpm_watchers_done(run.ledger);
	SPI_finish();
	error_context_stack = callback.previous;
	bpm_owner_leave(&run.scope);
	bpm_progress_end();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(run.context);
}

/*
 * Locks lines, and the caps that they are under, in their order: for a statement
 * that makes several batches, whose locks would not be in order otherwise.
 */
void
bpm_batch_lock(BpmLedger *ledger, int64 *lines, int count)
{
	MemoryContext old = CurrentMemoryContext;
	Run			run = {0};

	run.context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm batch",
										ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(run.context);
	run.buffer = bpm_buffer_make(ledger);
	run.ledger = ledger;
	run.lines.ids = lines;
	run.lines.count = count;
	bpm_progress_start("post_documents", count);
	bpm_owner_enter(ledger, &run.scope);
	lock_all_lines(&run);
	bpm_owner_leave(&run.scope);
	bpm_progress_end();
	MemoryContextSwitchTo(old);
	MemoryContextDelete(run.context);
}
