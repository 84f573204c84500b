/*
 * json.c
 *	  Reads a JSON document key by key, keeping every fault with its JSON path, and
 *	  asks jsonpath questions about facts.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonpath.h"
#include "utils/numeric.h"

#include "base/json.h"
#include "base/text.h"
#include "base/undo.h"

/* Says where a member of the object is. */
char *
bpm_node_place(const BpmNode *node, const char *key)
{
	return node->path[0] == '\0' ? pstrdup(key) : psprintf("%s.%s", node->path, key);
}

/* Reports every key of the object that is not among the allowed ones. */
void
bpm_node_keys(const BpmNode *node, const char *const *allowed)
{
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(node->object))
	{
		char	   *key = lfirst(cell);
		bool		known = false;

		for (int i = 0; allowed[i] && !known; i++)
			known = strcmp(allowed[i], key) == 0;
		if (!known)
			bpm_fault(node->faults, bpm_node_place(node, key), "unknown property");
	}
}

/* Finds a member of the object; false for none, and for a JSON null. */
bool
bpm_node_find(const BpmNode *node, const char *key, JsonbValue *value)
{
	return getKeyJsonValueFromContainer(node->object, key, strlen(key), value) != NULL &&
		value->type != jbvNull;
}

/* Returns a text that is not blank; a missing one is a fault where it is required. */
char *
bpm_node_text(const BpmNode *node, const char *key, bool required)
{
	JsonbValue	value;
	char	   *text;

	if (!bpm_node_find(node, key, &value))
	{
		if (required)
			bpm_fault(node->faults, bpm_node_place(node, key), "missing");
		return NULL;
	}
	text = value.type == jbvString ? pnstrdup(value.val.string.val, value.val.string.len) : NULL;
	if (text == NULL || bpm_blank(text))
	{
		bpm_fault(node->faults, bpm_node_place(node, key), text ? "must not be empty" : "must be a text");
		return NULL;
	}
	return text;
}

/* Returns one of the words, the first of which stands for a missing one. */
char *
bpm_node_word(const BpmNode *node, const char *key, const char *const *words)
{
	char	   *text = bpm_node_text(node, key, false);
	StringInfoData list;

	if (text == NULL)
		return pstrdup(words[0]);
	initStringInfo(&list);
	for (int i = 0; words[i]; i++)
	{
		if (strcmp(words[i], text) == 0)
			return text;
		appendStringInfo(&list, "%s%s", i ? ", " : "", words[i]);
	}
	bpm_fault(node->faults, bpm_node_place(node, key),
			  "\"%s\" is not one of %s", text, list.data);
	return pstrdup(words[0]);
}

/* Returns an integer not below the least one, or what stands for a missing one. */
int64
bpm_node_int(const BpmNode *node, const char *key, int64 missing, int64 least)
{
	JsonbValue	value;

	if (!bpm_node_find(node, key, &value))
		return missing;
	if (value.type == jbvNumeric)
	{
		char	   *digits = numeric_normalize(value.val.numeric);

		if (strspn(digits, "-0123456789") == strlen(digits) && strlen(digits) <= 9 &&
			atol(digits) >= least)
			return atol(digits);
	}
	bpm_fault(node->faults, bpm_node_place(node, key),
			  "must be a whole number from " INT64_FORMAT " on", least);
	return missing;
}

/* Returns a number of the object, NULL for none. */
Numeric
bpm_node_number(const BpmNode *node, const char *key)
{
	JsonbValue	value;

	if (!bpm_node_find(node, key, &value))
		return NULL;
	if (value.type == jbvNumeric)
		return value.val.numeric;
	bpm_fault(node->faults, bpm_node_place(node, key), "must be a number");
	return NULL;
}

/* Returns a boolean, false for a missing one. */
bool
bpm_node_bool(const BpmNode *node, const char *key)
{
	JsonbValue	value;

	if (!bpm_node_find(node, key, &value))
		return false;
	if (value.type == jbvBool)
		return value.val.boolean;
	bpm_fault(node->faults, bpm_node_place(node, key), "must be true or false");
	return false;
}

/* Opens a member that is an object; false for a missing one. */
bool
bpm_node_object(const BpmNode *node, const char *key, BpmNode *child)
{
	JsonbValue	value;

	if (!bpm_node_find(node, key, &value))
		return false;
	child->path = bpm_node_place(node, key);
	child->faults = node->faults;
	if (value.type == jbvBinary && JsonContainerIsObject(value.val.binary.data))
	{
		child->object = value.val.binary.data;
		return true;
	}
	bpm_fault(node->faults, child->path, "must be an object");
	return false;
}

/* Opens a member that is an array and returns its length, -1 for a missing one. */
int
bpm_node_array(const BpmNode *node, const char *key, BpmNode *array)
{
	JsonbValue	value;

	if (!bpm_node_find(node, key, &value))
		return -1;
	array->path = bpm_node_place(node, key);
	array->faults = node->faults;
	if (value.type == jbvBinary && JsonContainerIsArray(value.val.binary.data) &&
		!JsonContainerIsScalar(value.val.binary.data))
	{
		array->object = value.val.binary.data;
		return JsonContainerSize(array->object);
	}
	bpm_fault(node->faults, array->path, "must be an array");
	return -1;
}

/* Opens an item of an array that is an object. */
bool
bpm_node_item(const BpmNode *array, int number, BpmNode *item)
{
	JsonbValue *value = getIthJsonbValueFromContainer(array->object, number);

	item->path = psprintf("%s[%d]", array->path, number);
	item->faults = array->faults;
	if (value && value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data))
	{
		item->object = value->val.binary.data;
		return true;
	}
	bpm_fault(array->faults, item->path, "must be an object");
	return false;
}

/* A text that may be a jsonpath. */
typedef struct PathText
{
	char	   *text;
	Datum		path;
} PathText;

/* Reads a jsonpath or raises what is wrong with it. */
static void
read_path(void *argument)
{
	PathText   *read = argument;

	read->path = DirectFunctionCall1(jsonpath_in, CStringGetDatum(read->text));
}

/* Reads a jsonpath; false, with the server's reason kept as a fault, for what is none. */
bool
bpm_node_path(const BpmNode *node, const char *key, char *text, Datum *path)
{
	PathText	read = {text};
	ErrorData  *error = bpm_do_or_undo(read_path, &read);

	*path = read.path;
	if (error)
		bpm_fault(node->faults, bpm_node_place(node, key), "\"%s\" is not a jsonpath: %s", text,
				  error->message);
	return error == NULL;
}

/* Calls one of core's jsonpath functions, silently; false for no result. */
static bool
call_path(PGFunction function, Datum path, Jsonb *target, Jsonb *variables, Datum *result)
{
	LOCAL_FCINFO(fcinfo, 4);
	FmgrInfo	info = {0};

	info.fn_mcxt = CurrentMemoryContext;
	InitFunctionCallInfoData(*fcinfo, &info, 4, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = JsonbPGetDatum(target);
	fcinfo->args[1].value = path;
	fcinfo->args[2].value = JsonbPGetDatum(variables);
	fcinfo->args[3].value = BoolGetDatum(true);
	for (int i = 0; i < 4; i++)
		fcinfo->args[i].isnull = false;
	*result = function(fcinfo);
	return !fcinfo->isnull;
}

/* Calls a jsonpath function that returns a document; NULL for none. */
static Jsonb *
query_path(PGFunction function, Datum path, Jsonb *target, Jsonb *variables)
{
	Datum		result;

	return call_path(function, path, target, variables, &result) ? DatumGetJsonbP(result) : NULL;
}

/* Tells whether a predicate is true, and not false, unknown or in error. */
bool
bpm_path_match(Datum path, Jsonb *target, Jsonb *variables)
{
	Datum		result;

	return call_path(jsonb_path_match, path, target, variables, &result) && DatumGetBool(result);
}

/* Returns the first thing that a path finds, NULL for none. */
Jsonb *
bpm_path_query(Datum path, Jsonb *target, Jsonb *variables)
{
	return query_path(jsonb_path_query_first, path, target, variables);
}

/* Returns all that a path finds, as an array. */
Jsonb *
bpm_path_all(Datum path, Jsonb *target, Jsonb *variables)
{
	return query_path(jsonb_path_query_array, path, target, variables);
}

/* Returns the first thing that a path without variables finds, NULL for none. */
Jsonb *
bpm_path_first(Datum path, Jsonb *target)
{
	return bpm_path_query(path, target, bpm_empty_object());
}

/* Returns all texts that a path finds, arrays unwrapped. */
List *
bpm_path_texts(Datum path, Jsonb *target)
{
	Jsonb	   *found = bpm_path_all(path, target, bpm_empty_object());
	JsonbIterator *iterator;
	JsonbValue	value;
	JsonbIteratorToken token;
	List	   *texts = NIL;

	if (found == NULL)
		return NIL;
	iterator = JsonbIteratorInit(&found->root);
	while ((token = JsonbIteratorNext(&iterator, &value, false)) != WJB_DONE)
		if (token == WJB_ELEM && value.type == jbvString)
			texts = lappend(texts, pnstrdup(value.val.string.val, value.val.string.len));
	return texts;
}

/* Tells whether what a path found is something: there is one, neither false nor null. */
bool
bpm_jsonb_truth(Jsonb *value)
{
	JsonbValue	scalar;

	if (value == NULL)
		return false;
	if (!JB_ROOT_IS_SCALAR(value) || !JsonbExtractScalar(&value->root, &scalar))
		return true;
	return scalar.type != jbvNull && !(scalar.type == jbvBool && !scalar.val.boolean);
}

/* Tells whether a path finds something that is neither false nor null. */
bool
bpm_path_true(Datum path, Jsonb *target)
{
	return bpm_jsonb_truth(bpm_path_first(path, target));
}
