/*
 * guard.c
 *	  Guard triggers of the ledger's tables, and the permits that open them once.
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
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "base/compat.h"
#include "base/errors.h"
#include "ledger/columns.h"
#include "ledger/guard.h"

static BpmPermit permit;		/* kind PERMIT_NONE: nothing may be written */
static Oid	guard_function = InvalidOid;
static Oid	invalidate_function = InvalidOid;

/* Closes the guard. */
static void
drop_permit(void)
{
	permit.kind = PERMIT_NONE;
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

/* Returns the OID of a guarded table, or of its partition for a year. */
Oid
bpm_guarded_relation(BpmLedger *ledger, const char *table, int year)
{
	char		name[NAMEDATALEN];
	Oid			relation;

	if (year != 0)
		snprintf(name, sizeof(name), "%s_%d", table, year);
	else
		strlcpy(name, table, sizeof(name));
	relation = get_relname_relid(name, ledger->namespace);
	if (!OidIsValid(relation) && year != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is not in ledger %s", year, ledger->schema),
				 errhint("Add it with %s.add_year(%d).", ledger->schema, year)));
	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s.%s does not exist", ledger->schema, name),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	return relation;
}

/* Types of the columns that the guard reads, in their order, as BpmStatement writes them. */
static const char balance_types[] = "lccaaaaaaaaaaaaizyhqqqb";
static const char journal_types[] = "lilvaacczdttttjlliy";

/* Tells whether a table begins with columns of these types: the guard reads rows by position. */
static bool
has_columns(BpmLedger *ledger, TupleDesc desc, const char *types)
{
	if (desc->natts < (int) strlen(types))
		return false;
	for (int i = 0; types[i]; i++)
		if (TupleDescAttr(desc, i)->atttypid != bpm_letter_type(ledger, types[i]))
			return false;
	return true;
}

/* Tells whether the table that a permit opens has the columns that its guard will read. */
static bool
is_readable(BpmLedger *ledger, Relation relation, BpmPermitKind kind)
{
	switch (kind)
	{
		case PERMIT_BALANCE_INSERT:
		case PERMIT_BALANCE_UPDATE:
		case PERMIT_BALANCE_DECIDE:
		case PERMIT_YEAR_UPDATE:
			return has_columns(ledger, RelationGetDescr(relation), balance_types);
		case PERMIT_JOURNAL_INSERT:
			return has_columns(ledger, RelationGetDescr(relation), journal_types);
		default:
			return true;
	}
}

/*
 * Refuses to write a table on which somebody else's code would run with the
 * owner's rights, or on which our guard no longer stands.
 */
static void
inspect_relation(BpmLedger *ledger, Relation relation, BpmPermitKind kind)
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
		else if (trigger->tgfoid != invalidate_function &&
				 RI_FKey_trigger_type(trigger->tgfoid) == RI_TRIGGER_NONE)
			fault = psprintf("It has a trigger \"%s\" that is not the ledger's.",
							 trigger->tgname);
	}
	if (!fault && relation->rd_rules)
		fault = "It has a rule.";
	if (!fault && relation->rd_rel->relowner != ledger->owner)
		fault = "It does not belong to the ledger's owner.";
	if (!fault && !is_readable(ledger, relation, kind))
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
		invalidate_function = own_function("invalidate_ledger");
		guard_function = own_function("guard_write");
	}
	/* The lock keeps triggers and rules as they were looked at. */
	relation = table_open(wanted->relation, RowExclusiveLock);
	inspect_relation(ledger, relation, wanted->kind);
	table_close(relation, NoLock);
	permit = *wanted;
}

/* Tells whether a guard has taken the permit. */
bool
bpm_guard_used(void)
{
	return permit.kind == PERMIT_NONE;
}

/* Ends the write: a permit that nothing used is a fault of the table, not of the caller. */
void
bpm_guard_done(bool must_be_used)
{
	bool		unused = permit.kind != PERMIT_NONE;

	drop_permit();
	if (unused && must_be_used)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRITE_REFUSED),
				 errmsg("a write of the ledger did not pass its guard"),
				 errhint("Run budgetpm.check_ledger().")));
}

/* Tells whether a stored digest is this one. */
static bool
same_head(Datum value, const uint8 *digest)
{
	bytea	   *bytes = DatumGetByteaPP(value);

	return VARSIZE_ANY_EXHDR(bytes) == BPM_DIGEST_LENGTH &&
		memcmp(VARDATA_ANY(bytes), digest, BPM_DIGEST_LENGTH) == 0;
}

/* Tells whether a balance row is exactly what the permit says. */
static bool
balance_matches(const BpmLine *line, const Datum *values, const bool *nulls)
{
	for (int i = 0; i < BALANCE_COLUMNS; i++)
		if (nulls[i])
			return false;
	for (int i = 0; i < BUCKET_COUNT; i++)
		if (DatumGetInt64(values[BALANCE_BUCKETS + i]) != line->bucket[i])
			return false;
	return DatumGetInt64(values[BALANCE_LINE]) == line->id &&
		DatumGetInt64(values[BALANCE_DIVISION]) == line->division &&
		DatumGetInt64(values[BALANCE_UNIT]) == line->unit &&
		DatumGetInt32(values[BALANCE_ENTRY_NO]) == line->entry_no &&
		DatumGetTimestampTz(values[BALANCE_POSTED_AT]) == line->posted_at &&
		same_head(values[BALANCE_HEAD], line->head) &&
		DatumGetInt16(values[BALANCE_CLOSED_MONTH]) == line->closed_month &&
		DatumGetChar(values[BALANCE_CONTROL]) == line->control &&
		DatumGetChar(values[BALANCE_YEAR_STATE]) == line->year_state &&
		DatumGetChar(values[BALANCE_LINE_STATE]) == line->line_state &&
		DatumGetBool(values[BALANCE_EXECUTABLE]) == line->executable;
}

/* A change of the year's state touches two columns and nothing that money depends on. */
static bool
only_year_changes(TupleDesc desc, HeapTuple old, HeapTuple new)
{
	for (int i = 1; i <= desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i - 1);
		bool		old_null,
					new_null;
		Datum		old_value,
					new_value;

		if (attribute->attisdropped || i - 1 == BALANCE_YEAR_STATE ||
			i - 1 == BALANCE_CLOSED_MONTH)
			continue;
		old_value = heap_getattr(old, i, desc, &old_null);
		new_value = heap_getattr(new, i, desc, &new_null);
		if (old_null != new_null ||
			(!old_null && !datumIsEqual(old_value, new_value,
										attribute->attbyval, attribute->attlen)))
			return false;
	}
	return true;
}

/* Tells whether a journal row is exactly what the permit says, column by column. */
static bool
journal_matches(TupleDesc desc, HeapTuple new)
{
	for (int i = 0; i < JOURNAL_COLUMNS; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		bool		isnull;
		Datum		value = heap_getattr(new, i + 1, desc, &isnull);

		if (isnull != permit.nulls[i])
			return false;
		if (isnull)
			continue;
		if (attribute->attlen == -1)
		{
			if (!datum_image_eq(value, permit.values[i], false, -1))
				return false;
		}
		else if (!datumIsEqual(value, permit.values[i],
							   attribute->attbyval, attribute->attlen))
			return false;
	}
	return true;
}

/* Tells whether the permit is for this new row. */
static bool
insert_permitted(TupleDesc desc, HeapTuple new)
{
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	switch (permit.kind)
	{
		case PERMIT_BALANCE_INSERT:
			heap_deform_tuple(new, desc, values, nulls);
			return balance_matches(permit.line, values, nulls);
		case PERMIT_JOURNAL_INSERT:
			return journal_matches(desc, new);
		case PERMIT_ROW:
			heap_deform_tuple(new, desc, values, nulls);
			return permit.key == (TupleDescAttr(desc, 0)->attlen == 8 ?
								  DatumGetInt64(values[0]) : DatumGetInt32(values[0]));
		default:
			return false;
	}
}

/* Tells whether the permit is for this change of this row. */
static bool
update_permitted(TupleDesc desc, HeapTuple old, HeapTuple new)
{
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	switch (permit.kind)
	{
		case PERMIT_BALANCE_UPDATE:
			heap_deform_tuple(new, desc, values, nulls);
			return balance_matches(permit.line, values, nulls);
		case PERMIT_YEAR_UPDATE:
			return only_year_changes(desc, old, new);
		case PERMIT_ROW:
			return insert_permitted(desc, old) && insert_permitted(desc, new);
		default:
			return false;
	}
}

/*
 * Hands the locked row to whoever holds the permit and returns what it became;
 * NULL leaves the row as it is.
 */
static HeapTuple
decide_row(TupleDesc desc, HeapTuple old)
{
	BpmPermit	holder = permit;
	BpmLine		line;

	drop_permit();
	bpm_fill_line(&line, old, desc);
	if (line.id != holder.key || !holder.decide(holder.context, &line))
		return NULL;
	return bpm_modify_row(&line, old, desc);
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
			 errmsg("%s on table \"%s\" is refused outside the posting functions",
					action, RelationGetRelationName(trigger->tg_relation)),
			 errdetail("Entries are never changed, and balances follow from them."),
			 errhint("Post through the ledger's functions; what is wrong is undone with reverse().")));
}

/* Refuses every write of a guarded table but the one that holds the permit. */
PG_FUNCTION_INFO_V1(bpm_guard_write);
Datum
bpm_guard_write(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	HeapTuple	result = NULL;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"guard_write\" was not called by trigger manager")));
	desc = RelationGetDescr(trigger->tg_relation);
	if (permit.kind != PERMIT_NONE &&
		permit.relation == RelationGetRelid(trigger->tg_relation))
	{
		if (permit.kind == PERMIT_BALANCE_DECIDE && TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
			return PointerGetDatum(decide_row(desc, trigger->tg_trigtuple));
		if (TRIGGER_FIRED_BY_INSERT(trigger->tg_event) &&
			insert_permitted(desc, trigger->tg_trigtuple))
			result = trigger->tg_trigtuple;
		else if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) &&
				 update_permitted(desc, trigger->tg_trigtuple, trigger->tg_newtuple))
			result = trigger->tg_newtuple;
	}
	if (result == NULL)
		refuse_write(trigger);
	if (permit.kind != PERMIT_YEAR_UPDATE)
		drop_permit();
	return PointerGetDatum(result);
}
