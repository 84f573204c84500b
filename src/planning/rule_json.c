/*
 * rule_json.c
 *	  Small documents made and taken apart, and statements that leave memory alone.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "planning/rule.h"
#include "planning/rule_private.h"

/* Executes a statement and stays in the current memory context, which SPI leaves for its own. */
int
bpm_run_here(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls)
{
	MemoryContext here = CurrentMemoryContext;
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, nulls);

	MemoryContextSwitchTo(here);
	return rows;
}

/* Returns {}. */
Jsonb *
bpm_empty_object(void)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum("{}")));
}

/* Returns a member of an object as a document of its own, NULL for none. */
Jsonb *
bpm_jsonb_member(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(object, key, strlen(key), &value) == NULL)
		return NULL;
	return JsonbValueToJsonb(&value);
}

/* Returns a member of an object that is a text, NULL for any other. */
char *
bpm_jsonb_text(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(object, key, strlen(key), &value) == NULL ||
		value.type != jbvString)
		return NULL;
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* Returns the items of an array, each as a document of its own. */
List *
bpm_jsonb_items(Jsonb *array)
{
	List	   *items = NIL;

	for (int i = 0; i < JB_ROOT_COUNT(array); i++)
		items = lappend(items, JsonbValueToJsonb(getIthJsonbValueFromContainer(&array->root, i)));
	return items;
}

/* Returns two objects as one; of a member that both have, the second one's. */
Jsonb *
bpm_jsonb_join(Jsonb *one, Jsonb *other)
{
	return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(one),
											  JsonbPGetDatum(other)));
}

/* Adds a member that is a number to the object being written. */
void
bpm_push_number(JsonbParseState **state, const char *key, int64 number)
{
	JsonbValue	value;

	bpm_push_key(state, key);
	value.type = jbvNumeric;
	value.val.numeric = int64_to_numeric(number);
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a key to the object being written. */
void
bpm_push_key(JsonbParseState **state, const char *key)
{
	JsonbValue	name;

	name.type = jbvString;
	name.val.string.val = (char *) key;
	name.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &name);
}

/* Adds a member that is a text, or null for NULL, to the object being written. */
void
bpm_push_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	value;

	bpm_push_key(state, key);
	value.type = text ? jbvString : jbvNull;
	value.val.string.val = (char *) text;
	value.val.string.len = text ? strlen(text) : 0;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a member that is a document to the object being written. */
void
bpm_push_document(JsonbParseState **state, const char *key, Jsonb *document)
{
	JsonbValue	value;

	bpm_push_key(state, key);
	if (!JB_ROOT_IS_SCALAR(document) || !JsonbExtractScalar(&document->root, &value))
		JsonbToJsonbValue(document, &value);
	pushJsonbValue(state, WJB_VALUE, &value);
}
