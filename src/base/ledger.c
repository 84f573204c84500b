/*
 * ledger.c
 *	  Handles of ledgers and their saved plans, kept for the life of the backend.
 *
 * DML on a rule table invalidates nothing by itself: statement triggers
 * (bpm_invalidate_ledger) send a relcache message for <schema>.ledger, and the
 * handle is rebuilt at its next use.  Renaming the schema sends a namespace
 * message.  Old plans are freed only when none of ours is being executed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/ledger.h"

typedef struct PlanKey
{
	const BpmStatement *statement;
	int			year;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL until it is complete */
	Oid			target;			/* table that it writes, unless that has a guard */
} PlanEntry;

typedef struct FunctionEntry
{
	NameData	name;
	Oid			function;
} FunctionEntry;

struct BpmLedgerPrivate
{
	bool		valid;
	MemoryContext context;		/* holds the two tables */
	HTAB	   *plans;
	HTAB	   *functions;		/* NULL until asked for, dropped by any pg_proc change */
};

typedef struct HandleEntry
{
	Oid			relid;
	BpmLedger	ledger;
	struct BpmLedgerPrivate private;
} HandleEntry;

static HTAB *handles = NULL;
static List *retired_plans = NIL;
static int	executing = 0;
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

/* An error leaves bpm_ledger_execute without its decrement: the end of the transaction puts it right. */
static void
ledger_xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT ||
		event == XACT_EVENT_PREPARE)
		executing = 0;
}

/* Makes the cache of handles and registers what keeps it honest; called once a backend. */
void
bpm_ledger_init(void)
{
	HASHCTL		control = {0};

	control.keysize = sizeof(Oid);
	control.entrysize = sizeof(HandleEntry);
	control.hcxt = TopMemoryContext;
	handles = hash_create("budgetpm ledgers", 8, &control,
						  HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	CacheRegisterRelcacheCallback(ledger_relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(NAMESPACEOID, ledger_namespace_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(PROCOID, ledger_function_callback, (Datum) 0);
	RegisterXactCallback(ledger_xact_callback, NULL);
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

/* Takes the plans out of use but keeps them whole: one of them may be running now. */
static void
retire_plans(HandleEntry *entry)
{
	HASH_SEQ_STATUS scan;
	PlanEntry  *plan;
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	hash_seq_init(&scan, entry->private.plans);
	while ((plan = hash_seq_search(&scan)) != NULL)
	{
		if (plan->plan)
			retired_plans = lappend(retired_plans, plan->plan);
		plan->plan = NULL;
	}
	MemoryContextSwitchTo(old);
}

/* Frees what no statement can be running any more. */
static void
free_retired_plans(void)
{
	ListCell   *cell;

	foreach(cell, retired_plans)
		SPI_freeplan((SPIPlanPtr) lfirst(cell));
	list_free(retired_plans);
	retired_plans = NIL;
}

/* Gives a handle its own memory, so that dropping the handle drops all it kept. */
static void
make_tables(struct BpmLedgerPrivate *private)
{
	HASHCTL		control = {0};

	private->context = AllocSetContextCreate(TopMemoryContext, "budgetpm ledger",
											 ALLOCSET_SMALL_SIZES);
	control.keysize = sizeof(PlanKey);
	control.entrysize = sizeof(PlanEntry);
	control.hcxt = private->context;
	private->plans = hash_create("budgetpm plans", 32, &control,
								 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
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
			SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2),
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

	/* A message that comes while we read must not be lost under our own "valid". */
	entry->private.valid = true;
	PG_TRY();
	{
		load_relation(ledger);
		ledger->amount_type = own_type("amount");
		ledger->code_type = own_type("budget_code");
		load_settings(ledger);
		/* One count for all: an OID that is used again must not revive old caches. */
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
		retire_plans(entry);
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
		retire_plans(entry);
		load_ledger(entry);
	}
	if (executing == 0 && retired_plans != NIL)
		free_retired_plans();
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

		/* Two of one name would let a planted one answer for the other's rights. */
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
	{
		HASHCTL		control = {0};

		control.keysize = sizeof(NameData);
		control.entrysize = sizeof(FunctionEntry);
		control.hcxt = private->context;
		private->functions = hash_create("budgetpm functions", 32, &control,
										 HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(private->functions, &key, HASH_ENTER, NULL);
	entry->function = function;
	return function;
}

/* Returns the type that a letter of a statement's arguments stands for. */
static Oid
argument_type(BpmLedger *ledger, char letter)
{
	switch (letter)
	{
		case 'a':
			return ledger->amount_type;
		case 'b':
			return BOOLOID;
		case 'c':
			return ledger->code_type;
		case 'd':
			return DATEOID;
		case 'i':
			return INT4OID;
		case 'j':
			return JSONBOID;
		case 'l':
			return INT8OID;
		case 'n':
			return NUMERICOID;
		case 's':
			return TEXTARRAYOID;
		case 't':
			return TEXTOID;
		case 'x':
			return INT8ARRAYOID;
		case 'y':
			return BYTEAOID;
		case 'z':
			return TIMESTAMPTZOID;
	}
	elog(ERROR, "unknown argument letter \"%c\"", letter);
}

/* Returns the statement with this ledger's schema and the year in place. */
static char *
statement_text(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	StringInfoData text;
	const char *from = statement->text;

	initStringInfo(&text);
	while (*from)
	{
		if (strncmp(from, "@ledger@", 8) == 0)
		{
			appendStringInfoString(&text, ledger->schema);
			from += 8;
		}
		else if (strncmp(from, "@year@", 6) == 0)
		{
			appendStringInfo(&text, "%d", year);
			from += 6;
		}
		else
			appendStringInfoChar(&text, *from++);
	}
	return text.data;
}

/* A table that someone else owns would have his triggers run with our rights. */
static void
check_owners(BpmLedger *ledger, SPIPlanPtr plan)
{
	ListCell   *source;
	ListCell   *query;
	ListCell   *entry;

	foreach(source, SPI_plan_get_plan_sources(plan))
		foreach(query, ((CachedPlanSource *) lfirst(source))->query_list)
		foreach(entry, lfirst_node(Query, query)->rtable)
	{
		RangeTblEntry *rte = lfirst_node(RangeTblEntry, entry);
		HeapTuple	tuple;

		if (rte->rtekind != RTE_RELATION)
			continue;
		tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(rte->relid));
		if (HeapTupleIsValid(tuple) &&
			((Form_pg_class) GETSTRUCT(tuple))->relowner != ledger->owner)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRITE_REFUSED),
					 errmsg("table \"%s\" does not belong to the owner of ledger %s",
							get_rel_name(rte->relid), ledger->schema),
					 errhint("Change its owner, or drop it if budgetpm.create_ledger() did not make it.")));
		ReleaseSysCache(tuple);
	}
}

/* Only the owner can enable a trigger ALWAYS: a holder of TRIGGER cannot pretend. */
static bool
has_guard(Relation relation)
{
	TriggerDesc *triggers = relation->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgenabled == TRIGGER_FIRES_ALWAYS &&
			strcmp(triggers->triggers[i].tgname, "guard") == 0)
			return true;
	return false;
}

/* The table that a plan writes; a guarded one is looked at by its guard, at each write. */
static Oid
written_table(SPIPlanPtr plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	Query	   *query = linitial_node(Query, source->query_list);
	Relation	relation;
	Oid			target;

	if (query->commandType == CMD_SELECT || query->resultRelation == 0)
		return InvalidOid;
	target = rt_fetch(query->resultRelation, query->rtable)->relid;
	relation = table_open(target, AccessShareLock);
	if (has_guard(relation))
		target = InvalidOid;
	table_close(relation, NoLock);
	return target;
}

/* Tells whether a function belongs to the ledger's owner or a superuser. */
static bool
is_trusted_function(BpmLedger *ledger, Oid function)
{
	HeapTuple	tuple = SearchSysCache1(PROCOID, ObjectIdGetDatum(function));
	Oid			owner;

	if (!HeapTupleIsValid(tuple))
		return false;
	owner = ((Form_pg_proc) GETSTRUCT(tuple))->proowner;
	ReleaseSysCache(tuple);
	return owner == ledger->owner || superuser_arg(owner);
}

/* A role that holds TRIGGER on a table must not have its code run with the owner's rights. */
static void
check_triggers(BpmLedger *ledger, Oid target)
{
	/* The lock keeps triggers as they were looked at. */
	Relation	relation = table_open(target, RowExclusiveLock);
	TriggerDesc *triggers = relation->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
		if (!is_trusted_function(ledger, triggers->triggers[i].tgfoid))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRITE_REFUSED),
					 errmsg("table \"%s\" is not safe to write", RelationGetRelationName(relation)),
					 errdetail("Its trigger \"%s\" runs a function of another role than the ledger's owner.",
							   triggers->triggers[i].tgname),
					 errhint("Run budgetpm.check_ledger('%s') and repair what it names.",
							 ledger->schema)));
	table_close(relation, NoLock);
}

/* Refuses a year that has no partitions, instead of a bare "relation does not exist". */
static void
check_year(BpmLedger *ledger, int year)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "journal_%d", year);
	if (!OidIsValid(get_relname_relid(name, ledger->namespace)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is not in ledger %s", year, ledger->schema),
				 errhint("Add it with %s.add_year(%d).", ledger->schema, year)));
}

/* Returns a saved generic plan of the statement, over tables of the ledger's owner only. */
static SPIPlanPtr
prepare_statement(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	int			nargs = strlen(statement->args);
	Oid			types[FUNC_MAX_ARGS];
	SPIPlanPtr	plan;

	if (year != 0)
		check_year(ledger, year);
	for (int i = 0; i < nargs; i++)
		types[i] = argument_type(ledger, statement->args[i]);

	/* The automatic choice replans by cost estimates that our statements never need. */
	plan = SPI_prepare_cursor(statement_text(ledger, statement, year), nargs, types,
							  CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", statement->text,
			 SPI_result_code_string(SPI_result));
	check_owners(ledger, plan);
	SPI_keepplan(plan);
	return plan;
}

/* Returns a statement's entry with its plan, prepared now if need be. */
static PlanEntry *
find_plan(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	PlanKey		key;
	PlanEntry  *entry;
	bool		found;

	memset(&key, 0, sizeof(key));
	key.statement = statement;
	key.year = year;
	entry = hash_search(ledger->private->plans, &key, HASH_ENTER, &found);
	if (!found)
		entry->plan = NULL;
	if (entry->plan == NULL)
	{
		SPIPlanPtr	plan = prepare_statement(ledger, statement, year);
		Oid			target = written_table(plan);

		/* Preparing takes locks, which may deliver messages and empty the table's plans. */
		entry = hash_search(ledger->private->plans, &key, HASH_ENTER, NULL);
		entry->plan = plan;
		entry->target = target;
	}
	return entry;
}

/* Returns the kept generic plan of a statement; the caller is connected to SPI, as the owner. */
SPIPlanPtr
bpm_ledger_plan(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	return find_plan(ledger, statement, year)->plan;
}

/* Executes a fixed statement with the newest snapshot and returns the number of rows. */
int
bpm_ledger_execute(BpmLedger *ledger, const BpmStatement *statement, int year,
				   Datum *values, const char *nulls)
{
	PlanEntry  *entry = find_plan(ledger, statement, year);
	int			result;

	if (OidIsValid(entry->target) && GetUserId() == ledger->owner)
		check_triggers(ledger, entry->target);
	executing++;
	result = SPI_execute_plan(entry->plan, values, nulls, false, 0);
	executing--;
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", statement->text,
			 SPI_result_code_string(result));
	return (int) SPI_processed;
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
