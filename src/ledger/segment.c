/*
 * segment.c
 *	  The current segment of each ledger's journal, cached in the backend.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "storage/lmgr.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/rows.h"
#include "base/table.h"
#include "ledger/segment.h"

typedef struct SegmentEntry
{
	Oid			ledger;
	Oid			relation;		/* the ledger's journal_segment */
	bool		valid;
	int32		current;
	int32		written;		/* the newest that this transaction wrote, 0:
								 * none */
} SegmentEntry;

static HTAB *segments = NULL;

static const BpmStatement newest_segment = {
	"SELECT s.segment FROM @ledger@.journal_segment s ORDER BY s.segment DESC LIMIT 1", ""
};

/* Has the segment read again after the table has changed; InvalidOid means all. */
static void
segment_relcache_callback(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	SegmentEntry *entry;

	hash_seq_init(&scan, segments);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (relid == InvalidOid || relid == entry->relation)
			entry->valid = false;
}

/* Forgets at its end what the transaction wrote. */
static void
segment_xact_callback(XactEvent event, void *arg)
{
	HASH_SEQ_STATUS scan;
	SegmentEntry *entry;

	if (event != XACT_EVENT_COMMIT && event != XACT_EVENT_ABORT && event != XACT_EVENT_PREPARE)
		return;
	hash_seq_init(&scan, segments);
	while ((entry = hash_seq_search(&scan)) != NULL)
		entry->written = 0;
}

/* Makes the cache and registers what keeps it honest; called once a backend. */
void
bpm_segment_init(void)
{
	segments = bpm_make_table("budgetpm segments", 8, sizeof(Oid), sizeof(SegmentEntry), TopMemoryContext);
	CacheRegisterRelcacheCallback(segment_relcache_callback, (Datum) 0);
	RegisterXactCallback(segment_xact_callback, NULL);
}

/* Returns the newest segment that is committed now, whatever snapshot the transaction has. */
static int32
read_newest(BpmLedger *ledger)
{
	int32		segment;

	if (bpm_ledger_execute_latest(ledger, &newest_segment, 0, NULL, NULL, false) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s.journal_segment is empty", ledger->schema),
				 errhint("Restore it from the ledger's backup.")));
	segment = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	return segment;
}

/* Returns the ledger's entry, made now if it is the first time. */
static SegmentEntry *
find_entry(BpmLedger *ledger)
{
	bool		found;
	SegmentEntry *entry = hash_search(segments, &ledger->relid, HASH_ENTER, &found);

	if (!found)
	{
		entry->relation = InvalidOid;
		entry->valid = false;
		entry->current = entry->written = 0;
	}
	return entry;
}

/*
 * Locks a journal partition for writing and returns the segment that an entry in
 * it belongs to, for a caller that runs as the ledger's owner.
 */
int32
bpm_segment_to_write(BpmLedger *ledger, Oid journal)
{
	SegmentEntry *entry;

	/* First the lock: what it delivers says whether the number is still right. */
	LockRelationOid(journal, RowExclusiveLock);
	entry = find_entry(ledger);
	while (!entry->valid)
	{
		/* A message that comes while we read must not be lost. */
		entry->relation = get_relname_relid("journal_segment", ledger->namespace);
		entry->valid = true;
		PG_TRY();
		{
			entry->current = read_newest(ledger);
		}
		PG_CATCH();
		{
			entry->valid = false;
			PG_RE_THROW();
		}
		PG_END_TRY();
	}
	entry->written = Max(entry->written, entry->current);
	return entry->current;
}

/* Returns the newest segment that this transaction wrote, 0 if it wrote none. */
int32
bpm_segment_written(BpmLedger *ledger)
{
	return find_entry(ledger)->written;
}
