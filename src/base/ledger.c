/*
 * ledger.c
 *	  Handles of ledgers, kept for the life of the backend.
 *
 * DML on a rule table invalidates nothing by itself: statement triggers
 * (bpm_invalidate_ledger) send a relcache message for <schema>.ledger, and the
 * handle is rebuilt at its next use.  Renaming the schema sends a namespace
 * message.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/ledger.h"
#include "base/plans.h"
#include "base/rows.h"
#include "base/table.h"

typedef struct FunctionEntry
{
	NameData	name;
	Oid			function;
} FunctionEntry;

typedef struct HandleEntry
{
	Oid			relid;
	BpmLedger	ledger;
	struct BpmLedgerPrivate private;
} HandleEntry;

static HTAB *handles = NULL;
static uint64 last_generation = 0;

/* Makes the next bpm_ledger_open() of the relation read it anew; InvalidOid means all. */
static void
ledger_relcache_callback(Datum arg, Oid relid)
{
	HASH_SEQ_STATUS scan;
	HandleEntry *entry;

	hash_seq_init(&scan, handles);
	while ((entry = hash_seq_search(&scan)) != NULL)
		if (relid == InvalidOid || relid == entry->relid)
			entry->private.valid = false;
}

/* A renamed schema changes the text of every statement, and the message does not say which. */
static void
ledger_namespace_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	ledger_relcache_callback(arg, InvalidOid);
}

/* Forgets the wrappers found so far, because any of them may be the one that changed. */
static void
ledger_function_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	HASH_SEQ_STATUS scan;
	HandleEntry *entry;

	hash_seq_init(&scan, handles);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (entry->private.functions)
			hash_destroy(entry->private.functions);
		entry->private.functions = NULL;
	}
}

/* Makes the cache of handles and registers what keeps it honest; called once a backend. */
void
bpm_ledger_init(void)
{
	handles = bpm_make_table("budgetpm ledgers", 8, sizeof(Oid), sizeof(HandleEntry), TopMemoryContext);
	CacheRegisterRelcacheCallback(ledger_relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, ledger_namespace_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, ledger_function_callback, (Datum) 0);
}

/* Switches to the ledger's owner, as foreign-key triggers do for their statements. */
void
bpm_owner_enter(BpmLedger *ledger, BpmOwnerScope *scope)
{
	GetUserIdAndSecContext(&scope->saved_user, &scope->saved_context);
	SetUserIdAndSecContext(ledger->owner,
						   scope->saved_context | SECURITY_LOCAL_USERID_CHANGE |
						   SECURITY_NOFORCE_RLS);
}

/* Gives the caller's identity back; an error does the same through the transaction's abort. */
void
bpm_owner_leave(BpmOwnerScope *scope)
{
	SetUserIdAndSecContext(scope->saved_user, scope->saved_context);
}

/* Gives a handle its own memory, so that dropping the handle drops all it kept. */
static void
make_tables(struct BpmLedgerPrivate *private)
{
	private->context = AllocSetContextCreate(TopMemoryContext, "budgetpm ledger",
											 ALLOCSET_SMALL_SIZES);
	private->plans = bpm_plans_create(private->context);
	private->functions = NULL;
}

/* Refuses what is not <schema>.ledger, an ordinary table, before anything runs as its owner. */
static void
load_relation(BpmLedger *ledger)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(ledger->relid));
	Form_pg_class form;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("ledger with OID %u does not exist", ledger->relid)));
	form = (Form_pg_class) GETSTRUCT(tuple);
	if (form->relkind != RELKIND_RELATION ||
		strcmp(NameStr(form->relname), "ledger") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is not a ledger", NameStr(form->relname)),
				 errhint("Pass the table \"ledger\" of a schema made by budgetpm.create_ledger().")));
	ledger->namespace = form->relnamespace;
	ledger->owner = form->relowner;
	ReleaseSysCache(tuple);
	strlcpy(ledger->schema, quote_identifier(get_namespace_name(ledger->namespace)),
			sizeof(ledger->schema));
}

/* Returns the OID of a type of the extension, whatever the search path holds. */
static Oid
own_type(const char *name)
{
	Oid			namespace = get_namespace_oid("budgetpm", false);
	Oid			type = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid,
									   CStringGetDatum(name),
									   ObjectIdGetDatum(namespace));

	if (!OidIsValid(type))
		elog(ERROR, "type budgetpm.%s is missing", name);
	return type;
}

/* Refuses a ledger whose tables this library was not written for. */
static void
check_layout(BpmLedger *ledger, int layout)
{
	if (layout > BPM_LAYOUT_NEWEST)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("ledger %s has layout %d, newer than this library's %d",
						ledger->schema, layout, BPM_LAYOUT_NEWEST),
				 errhint("Install the newer version of the extension and run ALTER EXTENSION budgetpm UPDATE.")));
	if (layout < BPM_LAYOUT_OLDEST)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("ledger %s has layout %d, older than this library runs",
						ledger->schema, layout),
				 errhint("Run SELECT budgetpm.upgrade_ledger('%s').", ledger->schema)));
}

/* Reads the ledger's one row, as its owner, because a clerk need not see it. */
static void
load_settings(BpmLedger *ledger)
{
	BpmOwnerScope scope;
	char	   *query = psprintf("SELECT layout, digest FROM %s.ledger", ledger->schema);
	bool		isnull;
	int			layout;

	bpm_owner_enter(ledger, &scope);
	SPI_connect();
	if (SPI_execute(query, true, 2) != SPI_OK_SELECT || SPI_processed != 1)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("table %s.ledger must hold exactly one row", ledger->schema),
				 errhint("Restore the ledger from its backup; run budgetpm.check_ledger('%s').",
						 ledger->schema)));
	layout = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0],
										 SPI_tuptable->tupdesc, 1, &isnull));
	strlcpy(ledger->digest,
			bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2),
			sizeof(ledger->digest));
	SPI_finish();
	bpm_owner_leave(&scope);
	check_layout(ledger, layout);
}

/* Fills a handle completely, or leaves it invalid. */
static void
load_ledger(HandleEntry *entry)
{
	BpmLedger  *ledger = &entry->ledger;

	/*
	 * A message that comes while we read must not be lost under our own
	 * "valid".
	 */
	entry->private.valid = true;
	PG_TRY();
	{
		load_relation(ledger);
		ledger->amount_type = own_type("amount");
		ledger->code_type = own_type("budget_code");
		load_settings(ledger);

		/*
		 * One count for all: an OID that is used again must not revive old
		 * caches.
		 */
		ledger->generation = ++last_generation;
	}
	PG_CATCH();
	{
		entry->private.valid = false;
		PG_RE_THROW();
	}
	PG_END_TRY();
}

/* Gives up the handles of ledgers that were dropped, or rolled back as check_ledger's are. */
static void
forget_dropped(void)
{
	HASH_SEQ_STATUS scan;
	HandleEntry *entry;

	hash_seq_init(&scan, handles);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		if (SearchSysCacheExists1(RELOID, ObjectIdGetDatum(entry->relid)))
			continue;
		bpm_plans_retire(entry->private.plans);
		MemoryContextDelete(entry->private.context);
		hash_search(handles, &entry->relid, HASH_REMOVE, NULL);
	}
}

/* Returns the handle of a ledger, as current as the catalogs this transaction sees. */
BpmLedger *
bpm_ledger_open(Oid relid)
{
	bool		found;
	HandleEntry *entry = hash_search(handles, &relid, HASH_FIND, &found);

	if (!found)
	{
		forget_dropped();
		entry = hash_search(handles, &relid, HASH_ENTER, &found);
		memset(&entry->ledger, 0, sizeof(BpmLedger));
		memset(&entry->private, 0, sizeof(entry->private));
		entry->ledger.relid = relid;
		entry->ledger.private = &entry->private;
		make_tables(&entry->private);
	}
	if (!entry->private.valid)
	{
		bpm_plans_retire(entry->private.plans);
		load_ledger(entry);
	}
	bpm_plans_free_retired();
	return &entry->ledger;
}

/* Returns the only function of that name in the ledger's schema, InvalidOid if there is none. */
static Oid
find_function(BpmLedger *ledger, const char *name)
{
	CatCList   *list = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(name));
	Oid			function = InvalidOid;

	for (int i = 0; i < list->n_members; i++)
	{
		Form_pg_proc form = (Form_pg_proc) GETSTRUCT(&list->members[i]->tuple);

		/*
		 * Two of one name would let a planted one answer for the other's
		 * rights.
		 */
		if (form->pronamespace == ledger->namespace)
		{
			if (OidIsValid(function))
				ereport(ERROR,
						(errcode(ERRCODE_AMBIGUOUS_FUNCTION),
						 errmsg("function %s.%s exists more than once", ledger->schema, name),
						 errhint("Drop the one that budgetpm.create_ledger() did not make.")));
			function = form->oid;
		}
	}
	ReleaseCatCacheList(list);
	return function;
}

/* Returns the OID of the ledger's wrapper of that name, InvalidOid if there is none. */
Oid
bpm_ledger_function(BpmLedger *ledger, const char *name)
{
	struct BpmLedgerPrivate *private = ledger->private;
	NameData	key;
	FunctionEntry *entry;
	Oid			function;

	memset(&key, 0, sizeof(key));
	namestrcpy(&key, name);
	if (private->functions)
	{
		entry = hash_search(private->functions, &key, HASH_FIND, NULL);
		if (entry)
			return entry->function;
	}
	function = find_function(ledger, name);
	if (private->functions == NULL)
		private->functions = bpm_make_table("budgetpm functions", 32, sizeof(NameData), sizeof(FunctionEntry), private->context);
	entry = hash_search(private->functions, &key, HASH_ENTER, NULL);
	entry->function = function;
	return function;
}

/* Statement trigger on rule tables: makes every backend reload the ledger it belongs to. */
PG_FUNCTION_INFO_V1(bpm_invalidate_ledger);
Datum
bpm_invalidate_ledger(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Oid			ledger;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"invalidate_ledger\" was not called by trigger manager")));
	ledger = get_relname_relid("ledger", RelationGetNamespace(trigger->tg_relation));
	if (OidIsValid(ledger))
		CacheInvalidateRelcacheByRelid(ledger);
	return PointerGetDatum(NULL);
}
