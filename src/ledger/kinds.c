/*
 * kinds.c
 *	  The kinds of entry, read once a ledger from its guarded table.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/rows.h"
#include "base/table.h"
#include "ledger/posting.h"

const char *const bpm_bucket_names[BUCKET_COUNT] = {
	"appropriated", "available", "allotted", "transferred", "frozen", "pending_out",
	"precommitted", "committed", "requested", "paid", "withdrawn", "carried"
};

typedef struct KindSet
{
	Oid			ledger;
	uint64		generation;
	int			count;
	BpmKind    *kinds;			/* ordered by name */
} KindSet;

static HTAB *kind_sets = NULL;

/* Returns the bucket of that name; an unknown one is damage. */
static BpmBucket
bucket_of(const char *name)
{
	for (int i = 0; i < BUCKET_COUNT; i++)
		if (strcmp(bpm_bucket_names[i], name) == 0)
			return (BpmBucket) i;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
			 errmsg("entry kind names an unknown bucket \"%s\"", name),
			 errhint("Run budgetpm.check_ledger().")));
}

/* Fills a kind from its row. */
static void
read_kind(BpmKind *kind, HeapTuple row, TupleDesc desc)
{
	char	   *reverses = SPI_getvalue(row, desc, 6);

	strlcpy(kind->name, bpm_row_string(row, desc, 1), sizeof(kind->name));
	strlcpy(kind->operation, bpm_row_string(row, desc, 2), sizeof(kind->operation));
	kind->source = bucket_of(bpm_row_string(row, desc, 3));
	kind->target = bucket_of(bpm_row_string(row, desc, 4));
	strlcpy(kind->year_states, bpm_row_string(row, desc, 5), sizeof(kind->year_states));
	strlcpy(kind->reverses, reverses ? reverses : "", sizeof(kind->reverses));
}

static const BpmStatement all_kinds = {
	"SELECT kind, operation, source, target, year_states, reverses"
	" FROM @ledger@.entry_kind ORDER BY kind COLLATE pg_catalog.\"C\"", ""
};

/* Reads all kinds, replacing what an older generation of the ledger had. */
static void
load_kinds(BpmLedger *ledger, KindSet *set)
{
	int			count = bpm_ledger_execute(ledger, &all_kinds, 0, NULL, NULL);
	BpmKind    *kinds = MemoryContextAlloc(TopMemoryContext,
										   Max(count, 1) * sizeof(BpmKind));

	for (int i = 0; i < count; i++)
		read_kind(&kinds[i], SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	if (set->kinds)
		pfree(set->kinds);
	set->kinds = kinds;
	set->count = count;
	set->generation = ledger->generation;
}

/* Returns the ledger's kinds, as current as its handle. */
static KindSet *
kinds_of(BpmLedger *ledger)
{
	KindSet    *set;
	bool		found;

	if (kind_sets == NULL)
		kind_sets = bpm_make_table("budgetpm entry kinds", 8, sizeof(Oid), sizeof(KindSet), TopMemoryContext);
	set = hash_search(kind_sets, &ledger->relid, HASH_ENTER, &found);
	if (!found)
	{
		set->kinds = NULL;
		set->generation = 0;
	}
	if (set->kinds == NULL || set->generation != ledger->generation)
		load_kinds(ledger, set);
	return set;
}

/* Orders kinds by name, for the binary search. */
static int
compare_kind(const void *name, const void *kind)
{
	return strcmp((const char *) name, ((const BpmKind *) kind)->name);
}

/* Returns the kind of that name; its absence is damage, not a mistake of the caller. */
const BpmKind *
bpm_find_kind(BpmLedger *ledger, const char *name)
{
	KindSet    *set = kinds_of(ledger);
	BpmKind    *kind = bsearch(name, set->kinds, set->count, sizeof(BpmKind), compare_kind);

	if (kind == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("entry kind \"%s\" is missing in ledger %s", name, ledger->schema),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	return kind;
}
