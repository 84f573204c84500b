/*
 * statement.c
 *	  Statement trigger of the document tables: reads the transition tables for the
 *	  rows whose state has changed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "executor/tuptable.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "document/document.h"

/* What is read out of a transition table. */
typedef struct Reader
{
	const BpmDocumentKind *kind;
	TupleDesc	desc;
	BpmDocument *documents;
	int			count;
	int			room;
} Reader;

/* Returns a column of a row as a bigint, 0 for null or where there is no such column. */
static int64
number_or_zero(TupleTableSlot *slot, TupleDesc desc, const char *name)
{
	int			column = SPI_fnumber(desc, name);
	bool		isnull = true;
	Datum		value = column > 0 ? slot_getattr(slot, column, &isnull) : (Datum) 0;

	return isnull ? 0 : DatumGetInt64(value);
}

/* Returns a text column, NULL for null. */
static char *
text_or_null(TupleTableSlot *slot, TupleDesc desc, const char *name)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, SPI_fnumber(desc, name), &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/* Returns the amount as numeric writes it. */
static char *
amount_text(TupleTableSlot *slot, TupleDesc desc)
{
	bool		isnull;
	Datum		value = slot_getattr(slot, SPI_fnumber(desc, "amount"), &isnull);

	return isnull ? NULL : numeric_normalize(DatumGetNumeric(value));
}

/* Adds a row to what is to be posted, if its change of state posts anything. */
static void
add_document(Reader *reader, TupleTableSlot *slot, const char *from)
{
	TupleDesc	desc = reader->desc;
	char	   *to = text_or_null(slot, desc, "state");
	const BpmTransition *transition = bpm_document_transition(reader->kind, from, to);
	BpmDocument *document;
	bool		isnull;

	if (transition == NULL || transition->step == STEP_NONE)
		return;
	if (reader->count == reader->room)
	{
		reader->room = Max(64, 2 * reader->room);
		reader->documents = reader->documents ?
			repalloc_huge(reader->documents, mul_size(reader->room, sizeof(BpmDocument))) :
			palloc(mul_size(reader->room, sizeof(BpmDocument)));
	}
	document = &reader->documents[reader->count++];
	document->id = number_or_zero(slot, desc, reader->kind->id);
	document->line = number_or_zero(slot, desc, "line_id");
	document->contract = reader->kind->name[0] == 'p' ? number_or_zero(slot, desc, "contract_id") : 0;
	document->precommitment = reader->kind->name[0] == 'c' ?
		number_or_zero(slot, desc, "precommitment") : 0;
	document->number = text_or_null(slot, desc, reader->kind->number);
	document->amount = amount_text(slot, desc);
	document->actor = text_or_null(slot, desc, "actor");
	document->date = DatumGetDateADT(slot_getattr(slot, SPI_fnumber(desc, "accounting_date"), &isnull));
	document->date_given = !isnull;
	document->state = transition->to;
	document->step = transition->step;
}

/* Reads the rows of the statement; an updated row comes with what it was. */
static void
read_rows(Reader *reader, TriggerData *trigger)
{
	TupleTableSlot *new = MakeSingleTupleTableSlot(reader->desc, &TTSOpsMinimalTuple);
	TupleTableSlot *old = MakeSingleTupleTableSlot(reader->desc, &TTSOpsMinimalTuple);
	bool		updated = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event);

	tuplestore_rescan(trigger->tg_newtable);
	if (updated)
		tuplestore_rescan(trigger->tg_oldtable);
	while (tuplestore_gettupleslot(trigger->tg_newtable, true, false, new))
	{
		char	   *from = NULL;

		if (updated)
		{
			/* Both tables hold the rows in the order in which they were changed. */
			if (!tuplestore_gettupleslot(trigger->tg_oldtable, true, false, old) ||
				number_or_zero(old, reader->desc, reader->kind->id) !=
				number_or_zero(new, reader->desc, reader->kind->id))
				elog(ERROR, "transition tables of a document do not match");
			from = text_or_null(old, reader->desc, "state");
		}
		add_document(reader, new, from);
	}
	ExecDropSingleTupleTableSlot(new);
	ExecDropSingleTupleTableSlot(old);
}

/* Posts for the rows that a statement has inserted or whose state it has changed. */
PG_FUNCTION_INFO_V1(bpm_post_documents);
Datum
bpm_post_documents(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	MemoryContext context;
	MemoryContext caller = CurrentMemoryContext;
	Reader		reader = {0};
	BpmLedger  *ledger;

	if (!CALLED_AS_TRIGGER(fcinfo) || TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_AFTER(trigger->tg_event) || trigger->tg_newtable == NULL ||
		(TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) && trigger->tg_oldtable == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"post_documents\" was not called by trigger manager after a statement with its transition tables")));
	context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm documents",
									ALLOCSET_DEFAULT_SIZES);
	MemoryContextSwitchTo(context);
	reader.kind = bpm_document_kind(trigger, "post_documents");
	reader.desc = RelationGetDescr(trigger->tg_relation);
	read_rows(&reader, trigger);
	SPI_connect();
	ledger = bpm_ledger_open(get_relname_relid("ledger", RelationGetNamespace(trigger->tg_relation)));
	SPI_finish();
	bpm_post_document_list(ledger, reader.kind, reader.documents, reader.count);
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(context);
	return PointerGetDatum(NULL);
}
