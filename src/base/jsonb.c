/*
 * jsonb.c
 *	  Small documents made and taken apart.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/jsonb.h"
#include "base/number.h"

/* Returns the document that a text says. */
Jsonb *
bpm_jsonb_of(const char *text)
{
	return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(text)));
}

/* Returns a document as its text. */
char *
bpm_jsonb_out(Jsonb *document)
{
	return JsonbToCString(NULL, &document->root, VARSIZE(document));
}

/* Tells whether a document is an array: a scalar is kept as one inside. */
bool
bpm_is_array(Jsonb *document)
{
	return JB_ROOT_IS_ARRAY(document) && !JB_ROOT_IS_SCALAR(document);
}

/* Returns {}. */
Jsonb *
bpm_empty_object(void)
{
	return bpm_jsonb_of("{}");
}

/* Makes a document of a value. */
Jsonb *
bpm_jsonb_value(const JsonbValue *value)
{
	return JsonbValueToJsonb((JsonbValue *) value);
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

/* Returns a member of an object that is a text or a number, as text; NULL for any other. */
char *
bpm_jsonb_scalar(JsonbContainer *object, const char *key)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(object, key, strlen(key), &value) == NULL)
		return NULL;
	if (value.type == jbvString)
		return pnstrdup(value.val.string.val, value.val.string.len);
	if (value.type == jbvNumeric)
		return bpm_numeric_text(value.val.numeric);
	return NULL;
}

/* Returns the keys of an object, in the order in which it keeps them. */
List *
bpm_jsonb_keys(JsonbContainer *object)
{
	JsonbIterator *iterator = JsonbIteratorInit(object);
	JsonbIteratorToken token;
	JsonbValue	value;
	List	   *keys = NIL;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
		if (token == WJB_KEY)
			keys = lappend(keys, pnstrdup(value.val.string.val, value.val.string.len));
	return keys;
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

/* Returns the object with one member set. */
Jsonb *
bpm_jsonb_with(Jsonb *object, const char *key, Jsonb *value)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_document(&state, key, value);
	return bpm_jsonb_join(object, JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
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

/* Adds a member that is a whole number to the object being written. */
void
bpm_push_number(JsonbParseState **state, const char *key, int64 number)
{
	bpm_push_numeric(state, key, int64_to_numeric(number));
}

/* Adds a member that is an exact number, or null for NULL, to the object being written. */
void
bpm_push_numeric(JsonbParseState **state, const char *key, Numeric number)
{
	JsonbValue	value;

	bpm_push_key(state, key);
	value.type = number ? jbvNumeric : jbvNull;
	value.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a member that is a copy of a text, or null for NULL, to the object being written. */
void
bpm_push_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	value;

	bpm_push_key(state, key);
	value.type = text ? jbvString : jbvNull;
	value.val.string.val = text ? pstrdup(text) : NULL;
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
