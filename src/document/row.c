/*
 * row.c
 *	  Trigger of each document row: the order of states, what stays once it is
 *	  posted, and where the row belongs.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/datum.h"
#include "utils/fmgrprotos.h"
#include "utils/hsearch.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/rows.h"
#include "base/table.h"
#include "document/document.h"

typedef struct Place
{
	int64		line;
	BpmCode		division;
	BpmCode		unit;
} Place;

/* What is kept from one row of a statement to the next. */
typedef struct RowState
{
	const BpmDocumentKind *kind;
	Oid			relation;
	int			id;				/* numbers of columns */
	int			number;
	int			line;
	int			amount;
	int			state;
	int			division;
	int			unit;
	int			accounting_date;
	int			signed_on;		/* 0: this sort of document has none, as the next */
	int			ended_on;
	HTAB	   *places;
} RowState;

/* Returns a column's number; a table without it is not ours. */
static int
column_number(TupleDesc desc, const char *name)
{
	int			number = SPI_fnumber(desc, name);

	if (number <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("column \"%s\" of the document table is missing", name),
				 errhint("Run budgetpm.check_ledger().")));
	return number;
}

/* Prepares what every row of the statement needs. */
static RowState *
row_state(FunctionCallInfo fcinfo, TriggerData *trigger)
{
	RowState   *state = fcinfo->flinfo->fn_extra;
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);

	if (state && state->relation == RelationGetRelid(trigger->tg_relation))
		return state;
	state = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RowState));
	state->kind = bpm_document_kind(trigger, "document_row");
	state->relation = RelationGetRelid(trigger->tg_relation);
	state->id = column_number(desc, state->kind->id);
	state->number = column_number(desc, state->kind->number);
	state->line = column_number(desc, "line_id");
	state->amount = column_number(desc, "amount");
	state->state = column_number(desc, "state");
	state->division = column_number(desc, "division");
	state->unit = column_number(desc, "unit");
	state->accounting_date = column_number(desc, "accounting_date");
	state->signed_on = Max(SPI_fnumber(desc, "signed_on"), 0);
	state->ended_on = state->signed_on ? column_number(desc, "ended_on") : 0;
	state->places = bpm_make_table("budgetpm document lines", 64, sizeof(int64), sizeof(Place), fcinfo->flinfo->fn_mcxt);
	fcinfo->flinfo->fn_extra = state;
	return state;
}

static const BpmStatement place_of_line = {
	"SELECT division, unit FROM @ledger@.line WHERE line_id OPERATOR(pg_catalog.=) $1", "l"
};

/*
 * Refuses a row on a line that the caller has no duty for: what comes by COPY meets
 * no policy.  The refusal does not say where the line is.
 */
static void
check_duty(BpmLedger *ledger, const BpmDocumentKind *kind, const Place *place)
{
	if (!bpm_has_duty(ledger, BPM_RIGHT_POST, place->division, place->unit))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("role \"%s\" has no duty for a %s on line " INT64_FORMAT,
						GetUserNameFromId(GetUserId(), false), kind->name, place->line),
				 errhint("A duty is given by %s.grant_duty().", ledger->schema)));
}

/* Reads where a line belongs, as the ledger's owner, for a caller who may write there. */
static void
read_place(TriggerData *trigger, const BpmDocumentKind *kind, Place *place)
{
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	Datum		values[1] = {Int64GetDatum(place->line)};
	bool		isnull;

	SPI_connect();
	ledger = bpm_ledger_open(get_relname_relid("ledger", RelationGetNamespace(trigger->tg_relation)));
	bpm_owner_enter(ledger, &scope);
	if (bpm_ledger_execute(ledger, &place_of_line, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("budget line " INT64_FORMAT " does not exist in ledger %s",
						place->line, ledger->schema),
				 errhint("A line's id begins with its fiscal year; open_line() returns it.")));
	place->division = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
												  1, &isnull));
	place->unit = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											  2, &isnull));
	bpm_owner_leave(&scope);
	check_duty(ledger, kind, place);
	SPI_finish();
}

/* Returns the row with the division and unit of its line, whatever it said. */
static HeapTuple
placed(RowState *state, TriggerData *trigger, HeapTuple row)
{
	TupleDesc	desc = RelationGetDescr(trigger->tg_relation);
	int			columns[2] = {state->division, state->unit};
	Datum		values[2];
	bool		nulls[2] = {false};
	bool		isnull;
	int64		line = DatumGetInt64(heap_getattr(row, state->line, desc, &isnull));
	Place	   *place;
	bool		found;

	if (isnull)
		return row;				/* the column is NOT NULL */
	place = hash_search(state->places, &line, HASH_FIND, &found);
	if (!found)
	{
		Place		read = {line};

		read_place(trigger, state->kind, &read);
		place = hash_search(state->places, &line, HASH_ENTER, NULL);
		*place = read;
	}
	values[0] = Int64GetDatum(place->division);
	values[1] = Int64GetDatum(place->unit);
	return heap_modify_tuple_by_cols(row, desc, 2, columns, values, nulls);
}

/* Refuses a change, naming the row. */
static void
refuse(RowState *state, TupleDesc desc, HeapTuple row, char *problem, char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("%s \"%s\" (%s %s) %s", state->kind->name,
					SPI_getvalue(row, desc, state->number), state->kind->id,
					SPI_getvalue(row, desc, state->id), problem),
			 errhint("%s", hint)));
}

/* Lists the states that a document may go to, for a hint. */
static char *
next_states(const BpmDocumentKind *kind, const char *from)
{
	StringInfoData text;
	int			shown = 0;

	initStringInfo(&text);
	for (int i = 0; i < kind->ntransitions; i++)
	{
		const BpmTransition *transition = &kind->transitions[i];

		if ((from == NULL) == (transition->from == NULL) &&
			(from == NULL || strcmp(transition->from, from) == 0))
			appendStringInfo(&text, "%s%s", shown++ ? ", " : "", transition->to);
	}
	if (shown == 0)
		return psprintf("A %s that is %s stays so.", kind->name, from);
	return from ? psprintf("From %s it goes to: %s.", from, text.data)
		: psprintf("It begins as: %s.", text.data);
}

/* Refuses a change of state that is out of order. */
static void
check_transition(RowState *state, TupleDesc desc, HeapTuple row, const char *from)
{
	char	   *to = SPI_getvalue(row, desc, state->state);

	if (to != NULL && !bpm_document_transition(state->kind, from, to))
		refuse(state, desc, row,
			   from ? psprintf("cannot go from %s to %s", from, to) : psprintf("cannot begin as %s", to),
			   next_states(state->kind, from));
}

/* Tells whether a column is the same in both rows. */
static bool
same_column(TupleDesc desc, int column, HeapTuple old, HeapTuple new)
{
	Form_pg_attribute attribute = TupleDescAttr(desc, column - 1);
	bool		old_null,
				new_null;
	Datum		old_value = heap_getattr(old, column, desc, &old_null);
	Datum		new_value = heap_getattr(new, column, desc, &new_null);

	if (old_null != new_null || old_null)
		return old_null == new_null;
	/* 100 and 100.00 are one amount. */
	if (attribute->atttypid == NUMERICOID)
		return DatumGetBool(DirectFunctionCall2(numeric_eq, old_value, new_value));
	return datum_image_eq(old_value, new_value, attribute->attbyval, attribute->attlen);
}

/* Refuses to change any of some columns. */
static void
check_same(RowState *state, TupleDesc desc, HeapTuple old, HeapTuple new, const char *const *columns, const char *from)
{
	for (const char *const *name = columns; *name; name++)
		if (!same_column(desc, column_number(desc, *name), old, new))
			refuse(state, desc, old, psprintf("is %s, and its %s cannot change", from, *name),
				   psprintf("It was posted as it stands; make a new %s.", state->kind->name));
}

/* Refuses to change what a posting was made from. */
static void
check_fixed(RowState *state, TupleDesc desc, HeapTuple old, HeapTuple new, const char *from)
{
	if (!same_column(desc, state->id, old, new))
		refuse(state, desc, old, psprintf("cannot get another %s", state->kind->id),
			   pstrdup("Its postings are found by that number."));
	if (strcmp(from, "draft") == 0)
		return;
	check_same(state, desc, old, new, state->kind->fixed, from);
	if (strcmp(from, "requested") != 0)
		check_same(state, desc, old, new, state->kind->settled, from);
}

/* Passes an amount that can be posted, also on a draft: it is never rounded. */
static void
check_amount(RowState *state, TupleDesc desc, HeapTuple row)
{
	bool		isnull;
	Datum		value = heap_getattr(row, state->amount, desc, &isnull);

	if (!isnull)
		(void) bpm_positive_amount(DatumGetNumeric(value), "amount");
}

/* Gives the day of a change of state: its accounting date where it names one, today otherwise, in the line's year. */
static DateADT
day_of_change(RowState *state, TupleDesc desc, HeapTuple old, HeapTuple new)
{
	bool		isnull;
	Datum		day = heap_getattr(new, state->accounting_date, desc, &isnull);
	int			year;
	DateADT		today = GetSQLCurrentDate();

	if (!isnull && (old == NULL || !same_column(desc, state->accounting_date, old, new) ||
					strcmp(bpm_row_string(old, desc, state->state), "draft") == 0))
		return DatumGetDateADT(day);
	if (old && strcmp(bpm_row_string(old, desc, state->state), "draft") != 0)
		return today;
	year = BPM_LINE_YEAR(DatumGetInt64(heap_getattr(new, state->line, desc, &isnull)));
	return Max(Min(today, date2j(year, 12, 31) - POSTGRES_EPOCH_JDATE), date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE);
}

/* Returns the row with the days on which it was signed and ended, whatever it said. */
static HeapTuple
dated(RowState *state, TupleDesc desc, HeapTuple old, HeapTuple new)
{
	int			columns[2] = {state->signed_on, state->ended_on};
	Datum		values[2] = {0};
	bool		nulls[2] = {true, true};
	char	   *to = SPI_getvalue(new, desc, state->state);
	bool		moved = old == NULL || !same_column(desc, state->state, old, new);

	for (int i = 0; old && i < 2; i++)
		values[i] = heap_getattr(old, columns[i], desc, &nulls[i]);
	if (moved && to && strcmp(to, "signed") == 0)
	{
		values[0] = DateADTGetDatum(day_of_change(state, desc, old, new));
		nulls[0] = false;
	}
	else if (moved && to && old && strcmp(bpm_row_string(old, desc, state->state), "signed") == 0)
	{
		values[1] = DateADTGetDatum(day_of_change(state, desc, old, new));
		nulls[1] = false;
	}
	return heap_modify_tuple_by_cols(new, desc, 2, columns, values, nulls);
}

/* Keeps a document row in order, before it is written. */
PG_FUNCTION_INFO_V1(bpm_document_row);
Datum
bpm_document_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	RowState   *state;
	HeapTuple	old;
	HeapTuple	new;
	char	   *from;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"document_row\" was not called by trigger manager before a row")));
	state = row_state(fcinfo, trigger);
	desc = RelationGetDescr(trigger->tg_relation);
	old = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? NULL : trigger->tg_trigtuple;
	new = TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? trigger->tg_trigtuple : trigger->tg_newtuple;
	from = old ? bpm_row_string(old, desc, state->state) : NULL;
	if (TRIGGER_FIRED_BY_DELETE(trigger->tg_event))
	{
		if (strcmp(from, "draft") != 0)
			refuse(state, desc, old, psprintf("is %s and cannot be deleted", from),
				   pstrdup("Only drafts are deleted; what was posted is cancelled or returned."));
		return PointerGetDatum(old);
	}
	check_amount(state, desc, new);
	if (old)
		check_fixed(state, desc, old, new, from);
	if (old == NULL || !same_column(desc, state->state, old, new))
		check_transition(state, desc, new, from);
	if (old == NULL || !same_column(desc, state->line, old, new) ||
		!same_column(desc, state->division, old, new) || !same_column(desc, state->unit, old, new))
		new = placed(state, trigger, new);
	if (state->signed_on)
		new = dated(state, desc, old, new);
	return PointerGetDatum(new);
}
