/*
 * guard.c
 *	  Guard triggers of a ledger's tables, and the permits that open them once.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "access/xact.h"
#include "catalog/namespace.h"
#include "catalog/pg_trigger.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "nodes/value.h"
#include "parser/parse_func.h"
#include "utils/builtins.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guard.h"

static BpmPermit permit;		/* accept NULL: nothing may be written */
static Oid	guard_function = InvalidOid;

/* Closes the guard. */
static void
drop_permit(void)
{
	permit.accept = NULL;
}

/* Leaves no permit to the next transaction. */
static void
guard_xact_callback(XactEvent event, void *arg)
{
	drop_permit();
}

/* Leaves no permit behind a caught error. */
static void
guard_subxact_callback(SubXactEvent event, SubTransactionId mine,
					   SubTransactionId parent, void *arg)
{
	if (event == SUBXACT_EVENT_ABORT_SUB)
		drop_permit();
}

/* Forgets the guard functions' OIDs when any function changes. */
static void
guard_function_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	guard_function = InvalidOid;
}

/* Registers what takes a permit back when its statement fails. */
void
bpm_guard_init(void)
{
	RegisterXactCallback(guard_xact_callback, NULL);
	RegisterSubXactCallback(guard_subxact_callback, NULL);
	CacheRegisterSyscacheCallback(PROCOID, guard_function_callback, (Datum) 0);
}

/* Returns the OID of a trigger function of ours. */
static Oid
own_function(const char *name)
{
	List	   *names = list_make2(makeString("budgetpm"), makeString(pstrdup(name)));

	return LookupFuncName(names, 0, NULL, false);
}

/* Returns the OID of a table's partition for a year, InvalidOid if there is none. */
Oid
bpm_year_relation(BpmLedger *ledger, const char *table, int year)
{
	char		name[NAMEDATALEN];

	snprintf(name, sizeof(name), "%s_%d", table, year);
	return get_relname_relid(name, ledger->namespace);
}

/* Returns the OID of a guarded table, or of its partition for a year. */
Oid
bpm_guarded_relation(BpmLedger *ledger, const char *table, int year)
{
	Oid			relation = year != 0 ? bpm_year_relation(ledger, table, year) :
		get_relname_relid(table, ledger->namespace);

	if (!OidIsValid(relation) && year != 0)
		bpm_no_such_year(ledger, year);
	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s.%s does not exist", ledger->schema, table),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	return relation;
}

/* Tells whether a table begins with columns of these types: accept() reads rows by position. */
static bool
has_columns(BpmLedger *ledger, TupleDesc desc, const char *types)
{
	if (types == NULL)
		return true;
	if (desc->natts < (int) strlen(types))
		return false;
	for (int i = 0; types[i]; i++)
		if (TupleDescAttr(desc, i)->atttypid != bpm_letter_type(ledger, types[i]))
			return false;
	return true;
}

/*
 * Refuses to write a table on which somebody else's code would run with the
 * owner's rights, or on which our guard no longer stands.  Trigger functions of
 * the extension's own schema are ours.
 */
static void
inspect_relation(BpmLedger *ledger, Relation relation, const char *columns)
{
	TriggerDesc *triggers = relation->trigdesc;
	bool		guarded = false;
	const char *fault = NULL;

	for (int i = 0; triggers && i < triggers->numtriggers && !fault; i++)
	{
		Trigger    *trigger = &triggers->triggers[i];

		if (trigger->tgfoid == guard_function)
			guarded |= TRIGGER_FOR_ROW(trigger->tgtype) &&
				trigger->tgenabled == TRIGGER_FIRES_ALWAYS;
		else if (get_func_namespace(trigger->tgfoid) != get_func_namespace(guard_function) &&
				 RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_NONE)
			fault = psprintf("It has a trigger \"%s\" that is not the ledger's.",
							 trigger->tgname);
	}
	if (!fault && relation->rd_rules)
		fault = "It has a rule.";
	if (!fault && relation->rd_rel->relowner != ledger->owner)
		fault = "It does not belong to the ledger's owner.";
	if (!fault && !has_columns(ledger, RelationGetDescr(relation), columns))
		fault = "Its columns are not those that budgetpm.create_ledger() makes.";
	if (!fault && !guarded)
		fault = "Its guard trigger is missing or not enabled ALWAYS.";
	if (fault)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRITE_REFUSED),
				 errmsg("table \"%s\" is not safe to post into",
						RelationGetRelationName(relation)),
				 errdetail_internal("%s", fault),
				 errhint("Run budgetpm.check_ledger('%s') and repair what it names.",
						 ledger->schema)));
}

/* Opens one write of one relation, after looking that only our guard stands on it. */
void
bpm_guard_permit(BpmLedger *ledger, const BpmPermit *wanted)
{
	Relation	relation;

	if (!OidIsValid(guard_function))
	{
		guard_function = own_function("guard_write");
	}
	/* The lock keeps triggers and rules as they were looked at. */
	relation = table_open(wanted->relation, RowExclusiveLock);
	inspect_relation(ledger, relation, wanted->columns);
	table_close(relation, NoLock);
	permit = *wanted;
}

/* Tells whether a guard has taken the permit. */
bool
bpm_guard_used(void)
{
	return permit.accept == NULL;
}

/* Ends the write: a permit that nothing used is a fault of the table, not of the caller. */
void
bpm_guard_done(bool must_be_used)
{
	bool		unused = permit.accept != NULL;

	drop_permit();
	if (unused && must_be_used)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRITE_REFUSED),
				 errmsg("a write of the ledger did not pass its guard"),
				 errhint("Run budgetpm.check_ledger().")));
}

/* Tells whether a row's first column, an integer, is the permit's key. */
static bool
has_key(const BpmPermit *holder, TupleDesc desc, HeapTuple row)
{
	bool		isnull;
	Datum		value = heap_getattr(row, 1, desc, &isnull);

	return !isnull && holder->key == (TupleDescAttr(desc, 0)->attlen == 8 ?
									  DatumGetInt64(value) : DatumGetInt32(value));
}

/* Accepts the insertion or change of the row that the permit's key names. */
bool
bpm_accept_key(const BpmPermit *holder, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return *row != NULL && has_key(holder, desc, *row) &&
		(old == NULL || has_key(holder, desc, old));
}

/* Accepts whatever is done to rows of the permit's key. */
bool
bpm_accept_owned(const BpmPermit *holder, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return (old == NULL || has_key(holder, desc, old)) && (*row == NULL || has_key(holder, desc, *row));
}

/* Accepts the insertion or deletion of rows of the permit's key, no change of one. */
bool
bpm_accept_members(const BpmPermit *holder, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	if ((old == NULL) == (*row == NULL))
		return false;
	return has_key(holder, desc, old ? old : *row);
}

/*
 * Runs one statement on a guarded table under a permit, whose relation need not be
 * set, and returns how many rows it wrote.
 */
int
bpm_guarded_execute(BpmLedger *ledger, const char *table, int year, BpmPermit *permit,
					const BpmStatement *statement, Datum *values, const char *nulls,
					bool must_write)
{
	int			rows;

	permit->relation = bpm_guarded_relation(ledger, table, year);
	bpm_guard_permit(ledger, permit);
	rows = bpm_ledger_execute(ledger, statement, year, values, nulls);
	bpm_guard_done(must_write);
	return rows;
}

/* Writes one row of a guarded table, named by its key, and returns how many were written. */
int
bpm_write_row(BpmLedger *ledger, const char *table, int year, int64 key,
			  const BpmStatement *statement, Datum *values, const char *nulls,
			  bool must_write)
{
	BpmPermit	permit = {0};

	permit.accept = bpm_accept_key;
	permit.key = key;
	return bpm_guarded_execute(ledger, table, year, &permit, statement, values, nulls, must_write);
}

/* Accepts a new row, whatever it says: the statement that makes it is ours. */
static bool
accept_new(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return old == NULL && *row != NULL;
}

/* Runs one statement on the rows that a key owns; returns how many there were. */
int
bpm_write_owned(BpmLedger *ledger, const char *table, int64 key, const BpmStatement *statement,
				Datum *values, const char *nulls)
{
	BpmPermit	permit = {0};

	permit.accept = bpm_accept_owned;
	permit.key = key;
	permit.many = true;
	return bpm_guarded_execute(ledger, table, 0, &permit, statement, values, nulls, false);
}

/* Runs one statement that inserts into a guarded table: one row, or as many as it makes. */
void
bpm_insert_rows(BpmLedger *ledger, const char *table, const BpmStatement *statement,
				Datum *values, const char *nulls, bool many)
{
	BpmPermit	permit = {0};

	permit.accept = accept_new;
	permit.many = many;
	bpm_guarded_execute(ledger, table, 0, &permit, statement, values, nulls, !many);
}

/* Refuses the write with what was attempted on which table. */
static void
refuse_write(TriggerData *trigger)
{
	const char *action = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? "INSERT" :
		TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? "UPDATE" :
		TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? "DELETE" : "TRUNCATE";

	drop_permit();
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRITE_REFUSED),
			 errmsg("%s on table \"%s\" is refused outside the ledger's functions",
					action, RelationGetRelationName(trigger->tg_relation)),
			 errdetail("What a guarded table holds is written by the ledger's functions alone."),
			 errhint("Use the ledger's functions; a posting that is wrong is undone with reverse().")));
}

/* Refuses every write of a guarded table but the one that holds the permit. */
PG_FUNCTION_INFO_V1(bpm_guard_write);
Datum
bpm_guard_write(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	BpmPermit	holder;
	TupleDesc	desc;
	HeapTuple	old;
	HeapTuple	row;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"guard_write\" was not called by trigger manager")));
	holder = permit;
	if (holder.accept == NULL || holder.relation != RelationGetRelid(trigger->tg_relation) ||
		!TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		refuse_write(trigger);

	/* Dropped first: what accept() itself writes has permits of its own. */
	if (!holder.many)
		drop_permit();
	desc = RelationGetDescr(trigger->tg_relation);
	old = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? NULL : trigger->tg_trigtuple;
	row = old == NULL ? trigger->tg_trigtuple : trigger->tg_newtuple;
	if (!holder.accept(&holder, desc, old, &row))
		refuse_write(trigger);
	return PointerGetDatum(TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? old : row);
}
