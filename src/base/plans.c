/*
 * plans.c
 *	  Saved plans of a ledger's fixed statements, and their execution.
 *
 * Old plans are freed only when none of ours is being executed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "jit/jit.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/cost.h"
#include "parser/parsetree.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/plancache.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/plans.h"
#include "base/shape.h"
#include "base/table.h"

#define MAX_COLUMNS		40

typedef struct PlanKey
{
	const BpmStatement *statement;
	int			year;
} PlanKey;

typedef struct PlanEntry
{
	PlanKey		key;
	SPIPlanPtr	plan;			/* NULL until it is complete */
	Oid			target;			/* table that it writes, unless that has a
								 * guard */
	int			ncolumns;		/* of its rows, when it was prepared */
	Oid			columns[MAX_COLUMNS];	/* their types */
} PlanEntry;

static List *retired_plans = NIL;
static int	executing = 0;

/* Makes an empty table of plans in the given context. */
HTAB *
bpm_plans_create(MemoryContext context)
{
	return bpm_make_table("budgetpm plans", 32, sizeof(PlanKey), sizeof(PlanEntry), context);
}

/* Takes the plans out of use but keeps them whole: one of them may be running now. */
void
bpm_plans_retire(HTAB *plans)
{
	HASH_SEQ_STATUS scan;
	PlanEntry  *plan;
	MemoryContext old = MemoryContextSwitchTo(TopMemoryContext);

	hash_seq_init(&scan, plans);
	while ((plan = hash_seq_search(&scan)) != NULL)
	{
		if (plan->plan)
			retired_plans = lappend(retired_plans, plan->plan);
		plan->plan = NULL;
	}
	MemoryContextSwitchTo(old);
}

/* Frees what no statement can be running any more, if none is. */
void
bpm_plans_free_retired(void)
{
	ListCell   *cell;

	if (executing != 0)
		return;

	foreach(cell, retired_plans)
		SPI_freeplan((SPIPlanPtr) lfirst(cell));
	list_free(retired_plans);
	retired_plans = NIL;
}

/* Returns the type that a letter stands for, in a statement's arguments or a table's columns. */
Oid
bpm_letter_type(BpmLedger *ledger, char letter)
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
		case 'f':
			return FLOAT8OID;
		case 'h':
			return INT2OID;
		case 'i':
			return INT4OID;
		case 'k':
			return INT4ARRAYOID;
		case 'j':
			return JSONBOID;
		case 'l':
			return INT8OID;
		case 'n':
			return NUMERICOID;
		case 'p':
			return TIDARRAYOID;
		case 'q':
			return CHAROID;
		case 's':
			return TEXTARRAYOID;
		case 't':
			return TEXTOID;
		case 'v':
			return VARCHAROID;
		case 'x':
			return INT8ARRAYOID;
		case 'y':
			return BYTEAOID;
		case 'z':
			return TIMESTAMPTZOID;
	}
	elog(ERROR, "unknown type letter \"%c\"", letter);
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
check_owner(BpmLedger *ledger, Oid relid)
{
	HeapTuple	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	bool		own = HeapTupleIsValid(tuple) &&
		((Form_pg_class) GETSTRUCT(tuple))->relowner == ledger->owner;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	if (!own)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRITE_REFUSED),
				 errmsg("table \"%s\" does not belong to the owner of ledger %s",
						get_rel_name(relid), ledger->schema),
				 errhint("Change its owner, or drop it if budgetpm.create_ledger() did not make it.")));
}

/* Checks every table that a query names, its subqueries included. */
static bool
check_tables_walker(Node *node, void *context)
{
	if (node == NULL)
		return false;
	if (IsA(node, RangeTblEntry))
	{
		RangeTblEntry *rte = (RangeTblEntry *) node;

		if (rte->rtekind == RTE_RELATION)
		{
			check_owner(context, rte->relid);
			bpm_check_shape(context, rte->relid);
		}
		return false;
	}
	if (IsA(node, Query))
		return query_tree_walker((Query *) node, check_tables_walker, context,
								 QTW_EXAMINE_RTES_BEFORE);
	return expression_tree_walker(node, check_tables_walker, context);
}

/* Checks the tables of a plan, which preparing it has locked. */
static void
check_tables(BpmLedger *ledger, SPIPlanPtr plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	ListCell   *query;

	foreach(query, source->query_list)
		check_tables_walker(lfirst(query), ledger);
}

/* Only the owner can enable a trigger ALWAYS: a holder of TRIGGER cannot pretend. */
static bool
has_guard(Relation relation, CmdType command)
{
	int16		event = command == CMD_INSERT ? TRIGGER_TYPE_INSERT :
		command == CMD_UPDATE ? TRIGGER_TYPE_UPDATE : TRIGGER_TYPE_DELETE;
	TriggerDesc *triggers = relation->trigdesc;

	for (int i = 0; triggers && i < triggers->numtriggers; i++)
		if (triggers->triggers[i].tgenabled == TRIGGER_FIRES_ALWAYS &&
			(triggers->triggers[i].tgtype & event) != 0 &&
			strcmp(triggers->triggers[i].tgname, "guard") == 0)
			return true;
	return false;
}

/*
 * The table that a plan writes; one whose guard stands at this kind of write is
 * looked at by it, each time.
 */
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
	if (has_guard(relation, query->commandType))
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

/* Tells whether the ledger has partitions for a year. */
bool
bpm_ledger_has_year(BpmLedger *ledger, int year)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "journal_%d", year);
	return OidIsValid(get_relname_relid(name, ledger->namespace));
}

/* Refuses a year that the ledger has not. */
void
bpm_no_such_year(BpmLedger *ledger, int year)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_YEAR),
			 errmsg("fiscal year %d is not in ledger %s", year, ledger->schema),
			 errhint("Add it with %s.add_year(%d).", ledger->schema, year)));
}

/* Refuses a year that has no partitions, instead of a bare "relation does not exist". */
static void
check_year(BpmLedger *ledger, int year)
{
	if (!bpm_ledger_has_year(ledger, year))
		bpm_no_such_year(ledger, year);
}

/* Returns a saved plan of the statement, over tables of the ledger's owner only. */
static SPIPlanPtr
prepare_statement(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	int			nargs = strlen(statement->args);
	Oid			types[FUNC_MAX_ARGS];
	SPIPlanPtr	plan;

	if (year != 0)
		check_year(ledger, year);
	for (int i = 0; i < nargs; i++)
		types[i] = bpm_letter_type(ledger, statement->args[i]);

	/*
	 * The automatic choice replans by cost estimates that our statements
	 * never need.
	 */
	plan = SPI_prepare_cursor(statement_text(ledger, statement, year), nargs, types,
							  statement->each_time ? CURSOR_OPT_CUSTOM_PLAN : CURSOR_OPT_GENERIC_PLAN);
	if (plan == NULL)
		elog(ERROR, "could not prepare \"%s\": %s", statement->text,
			 SPI_result_code_string(SPI_result));
	check_tables(ledger, plan);
	SPI_keepplan(plan);
	return plan;
}

/* Keeps the types of a plan's rows, as they were when its tables were checked. */
static void
remember_columns(PlanEntry *entry, SPIPlanPtr plan)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	TupleDesc	rows = source->resultDesc;

	entry->ncolumns = rows ? rows->natts : 0;
	if (entry->ncolumns > MAX_COLUMNS)
		elog(ERROR, "statement returns more than %d columns", MAX_COLUMNS);
	for (int i = 0; i < entry->ncolumns; i++)
		entry->columns[i] = TupleDescAttr(rows, i)->atttypid;
}

/* A saved plan follows ALTER TABLE; the code that reads its rows does not. */
static void
check_rows(PlanEntry *entry, TupleDesc rows)
{
	bool		same = rows->natts == entry->ncolumns;

	for (int i = 0; same && i < rows->natts; i++)
		same = TupleDescAttr(rows, i)->atttypid == entry->columns[i];
	if (!same)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("a table of the ledger has changed its columns"),
				 errhint("Run budgetpm.check_ledger().")));
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

		/*
		 * Preparing takes locks, which may deliver messages and empty the
		 * table's plans.
		 */
		entry = hash_search(ledger->private->plans, &key, HASH_ENTER, NULL);
		entry->plan = plan;
		entry->target = target;
		remember_columns(entry, plan);
	}
	return entry;
}

/* Returns the kept plan of a statement; the caller is connected to SPI, as the owner. */
SPIPlanPtr
bpm_ledger_plan(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	return find_plan(ledger, statement, year)->plan;
}

/*
 * Has a statement planned again at its next use, for a caller that will execute it
 * very often: a plan made while a table was empty may read it by the wrong index.
 */
void
bpm_ledger_plan_anew(BpmLedger *ledger, const BpmStatement *statement, int year)
{
	PlanKey		key;
	PlanEntry  *entry;
	MemoryContext old;

	memset(&key, 0, sizeof(key));
	key.statement = statement;
	key.year = year;
	entry = hash_search(ledger->private->plans, &key, HASH_FIND, NULL);
	if (entry == NULL || entry->plan == NULL)
		return;
	old = MemoryContextSwitchTo(TopMemoryContext);
	retired_plans = lappend(retired_plans, entry->plan);
	entry->plan = NULL;
	MemoryContextSwitchTo(old);
}

/* Returns the number of rows of a statement that has run, and refuses those that its plan no longer fits. */
static int
finish(PlanEntry *entry, const BpmStatement *statement, int result)
{
	if (result < 0)
		elog(ERROR, "could not execute \"%s\": %s", statement->text,
			 SPI_result_code_string(result));
	if (SPI_tuptable)
		check_rows(entry, SPI_tuptable->tupdesc);
	return (int) SPI_processed;
}

/*
 * Runs a plan, on a snapshot of its own or on a new one, and returns SPI's result.  The
 * server's compiler stays out: it takes seconds over a night's large statement that runs
 * in less, and as much again in every backend that plans it anew.
 */
static int
run(PlanEntry *entry, Datum *values, const char *nulls, Snapshot snapshot, bool read_only)
{
	bool		jit = jit_enabled;
	bool		seqscan = enable_seqscan;
	bool		hashjoin = enable_hashjoin;
	bool		mergejoin = enable_mergejoin;
	int			result;

	executing++;
	jit_enabled = false;
	if (entry->key.statement->by_key)
		enable_seqscan = enable_hashjoin = enable_mergejoin = false;
	PG_TRY();
	{
		result = snapshot == InvalidSnapshot ?
			SPI_execute_plan(entry->plan, values, nulls, read_only, 0) :
			SPI_execute_snapshot(entry->plan, values, nulls, snapshot, InvalidSnapshot, read_only, false, 0);
	}
	PG_FINALLY();
	{
		jit_enabled = jit;
		enable_seqscan = seqscan;
		enable_hashjoin = hashjoin;
		enable_mergejoin = mergejoin;
		executing--;
	}
	PG_END_TRY();
	return result;
}

/* Executes a fixed statement with the newest snapshot and returns the number of rows. */
int
bpm_ledger_execute(BpmLedger *ledger, const BpmStatement *statement, int year,
				   Datum *values, const char *nulls)
{
	PlanEntry  *entry = find_plan(ledger, statement, year);

	if (OidIsValid(entry->target) && GetUserId() == ledger->owner)
		check_triggers(ledger, entry->target);
	return finish(entry, statement, run(entry, values, nulls, InvalidSnapshot, false));
}

/*
 * Executes a fixed statement on what is committed now, whatever snapshot the
 * transaction has. The snapshot is taken after the plan was made: planning may
 * wait for a lock.
 */
int
bpm_ledger_execute_latest(BpmLedger *ledger, const BpmStatement *statement, int year,
						  Datum *values, const char *nulls, bool writes)
{
	PlanEntry  *entry = find_plan(ledger, statement, year);

	if (writes && OidIsValid(entry->target) && GetUserId() == ledger->owner)
		check_triggers(ledger, entry->target);
	return finish(entry, statement, run(entry, values, nulls, GetLatestSnapshot(), !writes));
}

/* Refuses rows of a kept plan that was executed by other means, if its tables have changed since. */
void
bpm_ledger_check_rows(BpmLedger *ledger, const BpmStatement *statement, int year,
					  TupleDesc rows)
{
	check_rows(find_plan(ledger, statement, year), rows);
}
