/*
 * definition.c
 *	  What caps say of themselves, kept for the life of the backend.
 *
 * A posting must not pay for a cap that it does not consume, so definitions are
 * cached and no row is read for them.  Who changes one sends a relcache message
 * for the ledger's table "cap"; whoever waited for a lock of the cap takes
 * messages before it asks again.  Definitions are read with the latest snapshot,
 * whatever the isolation level, because they outlive the transaction.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/rows.h"
#include "base/table.h"
#include "cap/cap_private.h"

/* A backend that has met more caps than this forgets them all and begins again. */
#define CACHE_LIMIT		20000

static const char *const bucket_names[BPM_CAP_BUCKETS] = {
	"appropriated", "available", "allotted", "transferred", "frozen", "pending_out",
	"precommitted", "committed", "requested", "paid", "withdrawn", "carried"
};

typedef struct CapCache
{
	Oid			ledger;
	Oid			relation;		/* the ledger's table "cap" */
	uint64		generation;		/* of the ledger: a schema may be renamed */
	bool		valid;
	HTAB	   *caps;
} CapCache;

static HTAB *caches = NULL;

static const BpmStatement read_definition = {
	"SELECT cap_id, fiscal_year, state OPERATOR(pg_catalog.=) 'active', basis::pg_catalog.text,"
	" division, unit, consumes,"
	" (warn_ratio OPERATOR(pg_catalog.*) 10000)::pg_catalog.int4,"
	" (block_ratio OPERATOR(pg_catalog.*) 10000)::pg_catalog.int4, slots, plan, listed"
	" FROM @ledger@.cap WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

/* Columns of read_definition */
enum
{
	COLUMN_CAP = 1, COLUMN_YEAR, COLUMN_ACTIVE, COLUMN_BASIS, COLUMN_DIVISION, COLUMN_UNIT,
	COLUMN_CONSUMES, COLUMN_WARN, COLUMN_BLOCK, COLUMN_SLOTS, COLUMN_PLAN,
	COLUMN_LISTED
};

/* Makes the next question about a ledger's caps read them anew. */
static void
cap_relcache_callback(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	CapCache   *cache;

	hash_seq_init(&scan, caches);
	while ((cache = hash_seq_search(&scan)) != NULL)
		if (relid == InvalidOid || relid == cache->relation)
			cache->valid = false;
}

/* Makes the cache and registers what keeps it honest; called once a backend. */
void
bpm_cap_init(void)
{
	caches = bpm_make_table("budgetpm ledgers with caps", 4, sizeof(Oid), sizeof(CapCache), TopMemoryContext);
	CacheRegisterRelcacheCallback(cap_relcache_callback, (Datum) 0);
}

/* Empties a ledger's cache. */
static void
reset_cache(CapCache *cache, BpmLedger *ledger)
{
	if (cache->caps)
		hash_destroy(cache->caps);
	cache->caps = NULL;
	cache->caps = bpm_make_table("budgetpm caps", 16, sizeof(int32), sizeof(BpmCap), TopMemoryContext);
	cache->generation = ledger->generation;
	cache->relation = get_relname_relid("cap", ledger->namespace);

	/* A message that comes while we read must not be lost under our own "valid". */
	cache->valid = true;
}

/* Returns a ledger's cache, emptied if anything has changed. */
static CapCache *
open_cache(BpmLedger *ledger)
{
	bool		found;
	CapCache   *cache = hash_search(caches, &ledger->relid, HASH_ENTER, &found);

	if (!found)
	{
		cache->caps = NULL;
		cache->valid = false;
	}
	if (!cache->valid || cache->generation != ledger->generation ||
		hash_get_num_entries(cache->caps) > CACHE_LIMIT)
		reset_cache(cache, ledger);
	return cache;
}

/* Returns a number of the row read, or the other one for null. */
static int64
column_or(int column, int64 other)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column,
									  &isnull);

	if (isnull)
		return other;
	return TupleDescAttr(SPI_tuptable->tupdesc, column - 1)->attlen == 8 ?
		DatumGetInt64(value) : DatumGetInt32(value);
}

/* Returns the place of a bucket by its name, -1 when there is none. */
int
bpm_cap_bucket(const char *name)
{
	for (int i = 0; i < BPM_CAP_BUCKETS; i++)
		if (strcmp(name, bucket_names[i]) == 0)
			return i;
	return -1;
}

/* Returns the buckets that a list names, a bit a bucket. */
static uint16
bucket_mask(ArrayType *names)
{
	Datum	   *items;
	bool	   *nulls;
	int			count;
	uint16		mask = 0;

	deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		int			bucket = nulls[i] ? -1 : bpm_cap_bucket(TextDatumGetCString(items[i]));

		if (bucket >= 0)
			mask |= 1 << bucket;
	}
	return mask;
}

/* Fills the plan, each month with all before it. */
static void
fill_plan(BpmCap *definition, Datum plan)
{
	ArrayType  *array = DatumGetArrayTypeP(plan);
	Datum	   *items;
	bool	   *nulls;
	int			count;
	BpmFen		total = 0;

	deconstruct_array(array, ARR_ELEMTYPE(array), sizeof(int64), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &items, &nulls, &count);
	if (count != lengthof(definition->plan))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("the plan of cap %d has not twelve months", definition->id),
				 errhint("Run budgetpm.check_ledger().")));
	for (int i = 0; i < count; i++)
	{
		if (!nulls[i])
			total = bpm_cap_add(total, DatumGetInt64(items[i]));
		definition->plan[i] = total;
	}
}

/* Fills a definition from the row read. */
static void
fill_definition(BpmCap *definition)
{
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	Datum		plan = SPI_getbinval(row, desc, COLUMN_PLAN, &isnull);

	memset(definition, 0, sizeof(BpmCap));
	definition->id = (int32) column_or(COLUMN_CAP, 0);
	if (!isnull)
		fill_plan(definition, plan);
	definition->fiscal_year = (int) column_or(COLUMN_YEAR, 0);
	definition->active = DatumGetBool(SPI_getbinval(row, desc, COLUMN_ACTIVE, &isnull));
	definition->basis_kind = (BpmCapBasis) bpm_row_string(row, desc, COLUMN_BASIS)[0];
	definition->division = column_or(COLUMN_DIVISION, 0);
	definition->unit = column_or(COLUMN_UNIT, 0);
	definition->consumes =
		bucket_mask(DatumGetArrayTypeP(SPI_getbinval(row, desc, COLUMN_CONSUMES, &isnull)));
	definition->warn_ratio = (int32) column_or(COLUMN_WARN, BPM_CAP_NO_RATIO);
	definition->block_ratio = (int32) column_or(COLUMN_BLOCK, BPM_CAP_NO_RATIO);
	definition->slots = (int) column_or(COLUMN_SLOTS, 0);
	definition->listed = DatumGetBool(SPI_getbinval(row, desc, COLUMN_LISTED, &isnull));
}

/* Reads a definition as it is committed, or changed by this transaction; false if there is none. */
static bool
read_cap(BpmLedger *ledger, int32 cap, BpmCap *definition)
{
	Datum		values[1] = {Int32GetDatum(cap)};

	if (bpm_ledger_execute_latest(ledger, &read_definition, 0, values, NULL, false) != 1)
		return false;
	fill_definition(definition);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* Gives a cap as it is defined, false if there is none; the caller is connected to SPI, as the owner. */
bool
bpm_cap_find(BpmLedger *ledger, int32 cap, BpmCap *definition)
{
	CapCache   *cache = open_cache(ledger);
	BpmCap	   *known = hash_search(cache->caps, &cap, HASH_FIND, NULL);

	while (known == NULL)
	{
		BpmCap		read;

		if (!read_cap(ledger, cap, &read))
			return false;
		cache = hash_search(caches, &ledger->relid, HASH_FIND, NULL);
		if (cache->valid)
		{
			known = hash_search(cache->caps, &cap, HASH_ENTER, NULL);
			*known = read;
			break;
		}
		cache = open_cache(ledger);
	}
	*definition = *known;
	return true;
}

/* Makes every backend read this ledger's caps anew, from this transaction's commit on. */
void
bpm_cap_definition_changed(BpmLedger *ledger)
{
	CacheInvalidateRelcacheByRelid(get_relname_relid("cap", ledger->namespace));
}
