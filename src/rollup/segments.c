/*
 * segments.c
 *	  Begins segments of the journal and finds out which are finished.
 *
 * A transaction locks a journal partition before it asks for the segment, and
 * taking the lock delivers the news that a newer one has begun (ledger/segment.h).
 * So a segment that is not the newest can still be written only by those who held
 * such a lock when the news had been sent. They are written down when they are
 * first looked for, and the segment is finished when they are gone. Nobody is
 * ever waited for. Every fold holds one lock to the end of its transaction, which
 * is after its news: the next one looks later.
 *
 * A transaction that waits for COMMIT PREPARED writes no more, but is seen only
 * when it ends. It holds up the segments that began before it was prepared, and
 * no later one, so that a forgotten one does not stop all folding.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/transam.h"
#include "access/xact.h"
#include "catalog/pg_inherits.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "base/guard.h"
#include "base/rows.h"
#include "rollup/rollup.h"

/* A posting takes milliseconds: so many of them are given to those under way. */
#define LOOKS			20
#define LOOK_INTERVAL	5000L

/* Number, name and moment: the number alone comes again, in time or in another cluster. */
#define PREPARED_NAME \
	"pg_catalog.concat_ws(' ', p.transaction, p.gid, EXTRACT(epoch FROM p.prepared))"
#define SERVER_START \
	"EXTRACT(epoch FROM pg_catalog.pg_postmaster_start_time())::pg_catalog.text"

static const BpmStatement begun_segments = {
	"SELECT s.segment, s.xmin FROM @ledger@.journal_segment s ORDER BY s.segment DESC", ""
};

/*
 * For each segment before $2: whether who may still write it was looked for before,
 * which of them are running, and all by name. $1 are the journal and its partitions.
 */
static const BpmStatement look_for_writers = {
	"WITH locks AS MATERIALIZED (SELECT l.locktype, l.database, l.relation, l.transactionid,"
	"  l.virtualtransaction, l.pid, l.mode, l.granted FROM pg_catalog.pg_lock_status() l),"
	" prepared AS (SELECT t.virtualtransaction, p.gid, " PREPARED_NAME " AS who"
	"  FROM locks t JOIN pg_catalog.pg_prepared_xact() p ON p.transaction" IS "t.transactionid"
	"  WHERE t.pid IS NULL AND t.locktype" IS "'transactionid'),"
	" holder AS MATERIALIZED (SELECT DISTINCT l.pid IS NULL AS is_prepared,"
	"  CASE WHEN l.pid IS NULL THEN COALESCE(p.who, l.virtualtransaction)"
	"   ELSE l.virtualtransaction END AS who,"
	"  CASE WHEN l.pid IS NULL THEN pg_catalog.concat('prepared transaction ', p.gid)"
	"   ELSE pg_catalog.concat('process ', l.pid) END AS label"
	"  FROM locks l LEFT JOIN prepared p ON l.pid IS NULL"
	"   AND p.virtualtransaction" IS "l.virtualtransaction"
	"  WHERE l.locktype" IS "'relation' AND l.mode" IS "'RowExclusiveLock' AND l.granted"
	"   AND l.database" IS "$3::pg_catalog.oid"
	"   AND l.relation::pg_catalog.int8" IS "ANY ($1))"
	" SELECT s.segment, s.awaited IS NULL, w.running, w.label"
	" FROM @ledger@.journal_segment s CROSS JOIN LATERAL ("
	"  SELECT COALESCE(pg_catalog.array_agg(h.who) FILTER (WHERE NOT h.is_prepared), '{}') AS running,"
	"   pg_catalog.string_agg(h.label, ', ' ORDER BY h.label) AS label FROM holder h"
	"  WHERE CASE WHEN h.is_prepared THEN NOT h.who" IS "ANY (s.prepared)"
	"   WHEN s.awaited IS NULL THEN true"
	"   ELSE h.who" IS "ANY (s.awaited) AND s.server_start" IS SERVER_START " END) w"
	" WHERE s.segment OPERATOR(pg_catalog.<) $2 ORDER BY s.segment", "xil"
};
static const BpmStatement write_down = {
	"UPDATE @ledger@.journal_segment SET awaited = $2, server_start = " SERVER_START
	" WHERE segment" IS "$1", "is"
};
static const BpmStatement has_entries = {
	"SELECT 1 FROM @ledger@.journal j WHERE j.segment" IS "ANY ($1) LIMIT 1", "k"
};
static const BpmStatement insert_segment = {
	"INSERT INTO @ledger@.journal_segment (segment, prepared) VALUES ($1, ARRAY("
	"SELECT " PREPARED_NAME " FROM pg_catalog.pg_prepared_xact() p))", "i"
};
static const BpmStatement delete_segments = {
	"DELETE FROM @ledger@.journal_segment WHERE segment OPERATOR(pg_catalog.>=) $1"
	" AND segment OPERATOR(pg_catalog.<=) $2", "ii"
};

/* Returns the journal and its partitions as OIDs in int8[]. */
static Datum
journal_relations(BpmLedger *ledger)
{
	Oid			journal = bpm_guarded_relation(ledger, "journal", 0);
	List	   *relations = lappend_oid(find_inheritance_children(journal, NoLock), journal);
	int64	   *ids = palloc(list_length(relations) * sizeof(int64));
	int			count = 0;
	ListCell   *cell;

	foreach(cell, relations)
		ids[count++] = lfirst_oid(cell);
	return bpm_id_array(ids, count);
}

/*
 * Gives the newest segment, and the newest that another transaction has begun, 0
 * if there is none: what we began ourselves, nobody else has heard of.
 */
static int32
newest_segment(BpmLedger *ledger, int32 *announced)
{
	int			count = bpm_ledger_execute(ledger, &begun_segments, 0, NULL, NULL);
	int32		newest = 0;

	*announced = 0;
	for (int i = 0; i < count && *announced == 0; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		int32		segment = DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull));

		newest = Max(newest, segment);
		if (!TransactionIdIsCurrentTransactionId(
				DatumGetTransactionId(SPI_getbinval(row, desc, 2, &isnull))))
			*announced = segment;
	}
	return newest;
}

/* Keeps who may still write a segment, so that the next look asks for nobody else. */
static void
keep_awaited(BpmLedger *ledger, int32 segment, Datum awaited)
{
	Datum		values[2] = {Int32GetDatum(segment), awaited};

	bpm_write_row(ledger, "journal_segment", 0, segment, &write_down, values, NULL, true);
}

/* Looks once at the segments before the newest announced one. */
static void
look(BpmLedger *ledger, int32 announced, BpmSealing *sealing)
{
	Datum		values[3] = {journal_relations(ledger), Int32GetDatum(announced),
	Int64GetDatum((int64) MyDatabaseId)};
	int			count = bpm_ledger_execute(ledger, &look_for_writers, 0, values, NULL);
	SPITupleTable *rows = SPI_tuptable;

	sealing->sealed = palloc(Max(count, 1) * sizeof(int32));
	sealing->nsealed = sealing->waiting = 0;
	sealing->who = NULL;
	for (int i = 0; i < count; i++)
	{
		bool		isnull;
		HeapTuple	row = rows->vals[i];
		int32		segment = DatumGetInt32(SPI_getbinval(row, rows->tupdesc, 1, &isnull));
		bool		first = DatumGetBool(SPI_getbinval(row, rows->tupdesc, 2, &isnull));
		Datum		running = SPI_getbinval(row, rows->tupdesc, 3, &isnull);
		char	   *who = SPI_getvalue(row, rows->tupdesc, 4);

		if (who == NULL)
		{
			sealing->sealed[sealing->nsealed++] = segment;
			continue;
		}
		sealing->waiting++;
		sealing->who = who;
		if (first)
			keep_awaited(ledger, segment, running);
	}
	SPI_freetuptable(rows);
}

/*
 * Finds the segments that nobody writes any more, giving the short transactions
 * under way a moment to end.
 */
void
bpm_seal_segments(BpmLedger *ledger, BpmSealing *sealing)
{
	int32		announced;

	newest_segment(ledger, &announced);
	look(ledger, announced, sealing);
	for (int i = 1; i < LOOKS && sealing->waiting > 0; i++)
	{
		CHECK_FOR_INTERRUPTS();
		pg_usleep(LOOK_INTERVAL);
		look(ledger, announced, sealing);
	}
}

/* Tells whether a segment has an entry that is committed, or our own. */
static bool
is_used(BpmLedger *ledger, int32 segment)
{
	Datum		element = Int32GetDatum(segment);
	Datum		value = PointerGetDatum(construct_array(&element, 1, INT4OID, 4, true,
														TYPALIGN_INT));

	return bpm_execute_by_index(ledger, &has_entries, 0, &value, NULL, false) > 0;
}

/* Begins a segment if the newest one has entries, and returns its number, 0 if it did not. */
int32
bpm_begin_segment(BpmLedger *ledger)
{
	int32		announced;
	int32		segment = newest_segment(ledger, &announced);
	Datum		value = Int32GetDatum(segment + 1);

	if (segment != announced || !is_used(ledger, segment))
		return 0;
	bpm_write_row(ledger, "journal_segment", 0, segment + 1, &insert_segment, &value, NULL, true);
	CacheInvalidateRelcacheByRelid(bpm_guarded_relation(ledger, "journal_segment", 0));
	return segment + 1;
}

/* The two ends of the segments that may be deleted. */
typedef struct Range
{
	int32		first;
	int32		last;
} Range;

/* Accepts the deletion of segments within the range. */
static bool
accept_deletion(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	const Range *range = permit->context;
	bool		isnull;
	int32		segment;

	if (old == NULL || *row != NULL)
		return false;
	segment = DatumGetInt32(heap_getattr(old, 1, desc, &isnull));
	return segment >= range->first && segment <= range->last;
}

/* Deletes the rows of segments that are summed. */
void
bpm_forget_segments(BpmLedger *ledger, int32 first, int32 last)
{
	Range		range = {first, last};
	BpmPermit	permit = {0};
	Datum		values[2] = {Int32GetDatum(first), Int32GetDatum(last)};

	permit.columns = "i";
	permit.accept = accept_deletion;
	permit.context = &range;
	permit.many = true;
	bpm_guarded_execute(ledger, "journal_segment", 0, &permit, &delete_segments, values, NULL, false);
}
