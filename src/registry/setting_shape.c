/*
 * setting_shape.c
 *	  Whether a JSON value has a shape, with every place where it has not, and the shape
 *	  in words.
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/json.h"
#include "base/number.h"
#include "base/text.h"
#include "registry/setting.h"

#define MOST_SHOWN		100		/* characters of a value in a message */

/* Appends from where to where a number goes, and its decimals. */
static void
describe_number(StringInfo text, const BpmShape *shape)
{
	appendStringInfoString(text, shape->kind == SHAPE_WHOLE ? "a whole number" : "a number");
	if (shape->least && shape->most)
		appendStringInfo(text, " from %s to %s", shape->least, shape->most);
	else if (shape->least)
		appendStringInfo(text, " from %s on", shape->least);
	if (shape->decimals > 0)
		appendStringInfo(text, " with at most %d decimals", shape->decimals);
}

/* Appends words with commas between them. */
static void
describe_words(StringInfo text, const char *const *words)
{
	appendStringInfoString(text, "one of ");
	for (int i = 0; words[i]; i++)
		appendStringInfo(text, "%s%s", i ? ", " : "", words[i]);
}

/* Appends what the items of a list are. */
static void
describe_list(StringInfo text, const BpmShape *shape)
{
	appendStringInfoString(text, "an array");
	if (shape->fewest > 0 && shape->longest > 0)
		appendStringInfo(text, " of %d to %d", shape->fewest, shape->longest);
	else if (shape->fewest > 0)
		appendStringInfo(text, " of %d or more", shape->fewest);
	appendStringInfo(text, ", each %s", bpm_describe_shape(shape->item));
	if (shape->rising)
		appendStringInfoString(text, ", in rising order");
}

/* Appends the members of an object or a tuple. */
static void
describe_members(StringInfo text, const BpmShape *shape)
{
	bool		object = shape->kind == SHAPE_OBJECT;

	appendStringInfoChar(text, object ? '{' : '[');
	for (const BpmMember *member = shape->members; member->name; member++)
	{
		if (member != shape->members)
			appendStringInfoString(text, ", ");
		if (object)
			appendStringInfo(text, "\"%s\"%s: ", member->name, member->required ? "" : " (optional)");
		appendStringInfoString(text, bpm_describe_shape(member->shape));
	}
	appendStringInfoChar(text, object ? '}' : ']');
	if (shape->whole_sum)
		appendStringInfoString(text, "; its numbers add up to 1");
	for (const BpmViolation *violation = shape->violations; violation && violation->path; violation++)
		appendStringInfo(text, "; %s", violation->text);
}

/* Returns a shape in words, as the end of "it must be". */
char *
bpm_describe_shape(const BpmShape *shape)
{
	StringInfoData text;

	initStringInfo(&text);
	if (shape->words)
		describe_words(&text, shape->words);
	else if (shape->kind == SHAPE_WHOLE || shape->kind == SHAPE_NUMBER)
		describe_number(&text, shape);
	else if (shape->kind == SHAPE_FLAG)
		appendStringInfoString(&text, "true or false");
	else if (shape->kind == SHAPE_TEXT)
		appendStringInfo(&text, "a text of 1 to %d characters", shape->longest);
	else if (shape->kind == SHAPE_DAY)
		appendStringInfoString(&text, "a day as YYYY-MM-DD");
	else if (shape->kind == SHAPE_DAY_OF_YEAR)
		appendStringInfoString(&text, "a day as MM-DD");
	else if (shape->kind == SHAPE_LIST)
		describe_list(&text, shape);
	else if (shape->kind == SHAPE_MAP)
		appendStringInfo(&text, "an object, each member %s", bpm_describe_shape(shape->item));
	else if (shape->kind == SHAPE_EITHER)
		appendStringInfo(&text, "%s, or %s", bpm_describe_shape(shape->item), bpm_describe_shape(shape->other));
	else
		describe_members(&text, shape);
	if (shape->may_be_null)
		appendStringInfoString(&text, ", or null");
	return text.data;
}

/* Returns a value as a message shows it: the beginning of a long one. */
static char *
shown(const JsonbValue *value)
{
	char	   *text = bpm_jsonb_out(bpm_jsonb_value(value));
	int			length = strlen(text);
	int			clipped = pg_mbcliplen(text, length, MOST_SHOWN);

	return clipped < length ? psprintf("%.*s...", clipped, text) : text;
}

/* Tells whether a value is an array. */
static bool
is_array(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsArray(value->val.binary.data) &&
		!JsonContainerIsScalar(value->val.binary.data);
}

/* Tells whether a value is an object. */
static bool
is_object(const JsonbValue *value)
{
	return value->type == jbvBinary && JsonContainerIsObject(value->val.binary.data);
}

/* Tells whether a number lies where it must, and is written with the decimals that it may have. */
static bool
number_fits(const BpmShape *shape, Numeric number)
{
	char	   *text = bpm_numeric_text(number);
	char	   *point = strchr(text, '.');

	if (shape->kind == SHAPE_WHOLE && point != NULL)
		return false;
	if (shape->decimals > 0 && point != NULL && (int) strlen(point + 1) > shape->decimals)
		return false;
	if (shape->least && bpm_compare_numeric(number, bpm_numeric_of(shape->least)) < 0)
		return false;
	if (shape->most && bpm_compare_numeric(number, bpm_numeric_of(shape->most)) > 0)
		return false;
	for (int i = 0; shape->words && shape->words[i]; i++)
		if (strcmp(shape->words[i], text) == 0)
			return true;
	return shape->words == NULL;
}

/* Tells whether a text is a day of the calendar as MM-DD. */
static bool
is_day_of_year(const char *text)
{
	DateADT		ignored;

	/* In a leap year, which has every day. */
	return bpm_read_day(psprintf("2000-%s", text), &ignored);
}

/* Tells whether a text fits. */
static bool
text_fits(const BpmShape *shape, char *text)
{
	DateADT		day;

	switch (shape->kind)
	{
		case SHAPE_DAY:
			return bpm_read_day(text, &day);
		case SHAPE_DAY_OF_YEAR:
			return is_day_of_year(text);
		case SHAPE_TEXT:
			return !bpm_blank(text) && pg_mbstrlen(text) <= shape->longest;
		case SHAPE_WORD:
			for (int i = 0; shape->words[i]; i++)
				if (strcmp(shape->words[i], text) == 0)
					return true;
			return false;
		default:
			return false;
	}
}

/* Tells whether a value is of the JSON type that a shape has, and a scalar fits altogether. */
static bool
type_fits(const BpmShape *shape, const JsonbValue *value)
{
	switch (shape->kind)
	{
		case SHAPE_WHOLE:
		case SHAPE_NUMBER:
			return value->type == jbvNumeric && number_fits(shape, value->val.numeric);
		case SHAPE_FLAG:
			return value->type == jbvBool;
		case SHAPE_TEXT:
		case SHAPE_WORD:
		case SHAPE_DAY:
		case SHAPE_DAY_OF_YEAR:
			return value->type == jbvString &&
				text_fits(shape, pnstrdup(value->val.string.val, value->val.string.len));
		case SHAPE_LIST:
			return is_array(value);
		case SHAPE_TUPLE:
			{
				int			count = 0;

				while (shape->members[count].name)
					count++;
				return is_array(value) && JsonContainerSize(value->val.binary.data) == count;
			}
		case SHAPE_OBJECT:
		case SHAPE_MAP:
			return is_object(value);
		case SHAPE_EITHER:
			break;
	}
	return false;
}

/* Returns what items of a rising list are ordered by: a tuple's first item, or an object's member. */
static char *
order_of(const BpmShape *item, const JsonbValue *value)
{
	JsonbValue	key = {0};

	if (!type_fits(item, value))
		return NULL;
	if (item->kind == SHAPE_TUPLE)
		key = *getIthJsonbValueFromContainer(value->val.binary.data, 0);
	else if (!getKeyJsonValueFromContainer(value->val.binary.data, item->members[0].name,
										   strlen(item->members[0].name), &key))
		return NULL;
	return key.type == jbvString ? pnstrdup(key.val.string.val, key.val.string.len) : NULL;
}

/* Checks the items of a list, how many they are, and their order. */
static void
check_list(const BpmShape *shape, const JsonbValue *value, const char *path, BpmFaults *faults)
{
	JsonbContainer *array = value->val.binary.data;
	int			count = JsonContainerSize(array);
	char	   *before = NULL;

	if (count < shape->fewest || (shape->longest > 0 && count > shape->longest))
		bpm_fault(faults, path, "%s is not %s", shown(value), bpm_describe_shape(shape));
	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(array, i);
		char	   *place = psprintf("%s[%d]", path, i);
		char	   *order = shape->rising ? order_of(shape->item, item) : NULL;

		bpm_shape_faults(shape->item, item, place, faults);
		if (order && before && strcmp(order, before) <= 0)
			bpm_fault(faults, place, "%s does not come after \"%s\"", shown(item), before);
		before = order ? order : before;
	}
}

/* Finds a member by its name. */
static const BpmMember *
find_member(const BpmShape *shape, const char *name)
{
	for (const BpmMember *member = shape->members; member->name; member++)
		if (strcmp(member->name, name) == 0)
			return member;
	return NULL;
}

/* Returns the names of all members. */
static char *
member_names(const BpmShape *shape)
{
	StringInfoData names;

	initStringInfo(&names);
	for (const BpmMember *member = shape->members; member->name; member++)
		appendStringInfo(&names, "%s%s", member == shape->members ? "" : ", ", member->name);
	return names.data;
}

/* Tells whether an object has a member. */
static bool
has_member(JsonbContainer *object, const char *name)
{
	JsonbValue	ignored;

	return getKeyJsonValueFromContainer(object, name, strlen(name), &ignored) != NULL;
}

/* Checks the members that an object has, and asks for those that it must have. */
static void
check_object(const BpmShape *shape, const JsonbValue *value, const char *path, BpmFaults *faults)
{
	JsonbContainer *object = value->val.binary.data;
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(object))
	{
		char	   *name = lfirst(cell);
		const BpmMember *member = shape->kind == SHAPE_MAP ? NULL : find_member(shape, name);
		const BpmShape *expected = shape->kind == SHAPE_MAP ? shape->item : member ? member->shape : NULL;
		char	   *place = psprintf("%s.%s", path, name);
		JsonbValue	found;

		getKeyJsonValueFromContainer(object, name, strlen(name), &found);
		if (expected)
			bpm_shape_faults(expected, &found, place, faults);
		else
			bpm_fault(faults, place, "there is no such member; there are %s", member_names(shape));
	}
	for (const BpmMember *member = shape->members; member && member->name; member++)
		if (member->required && !has_member(object, member->name))
			bpm_fault(faults, psprintf("%s.%s", path, member->name), "it is missing, and must be %s",
					  bpm_describe_shape(member->shape));
}

/* Adds up the numbers of an object, where it has any, and wants 1. */
static void
check_sum(const JsonbValue *value, const char *path, BpmFaults *faults)
{
	JsonbContainer *object = value->val.binary.data;
	Numeric		sum = NULL;
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(object))
	{
		JsonbValue	found;

		getKeyJsonValueFromContainer(object, lfirst(cell), strlen(lfirst(cell)), &found);
		if (found.type == jbvNumeric)
			sum = sum ? bpm_plus(sum, found.val.numeric) : found.val.numeric;
	}
	if (sum && bpm_compare_numeric(sum, bpm_numeric_of("1")) != 0)
		bpm_fault(faults, path, "%s: its numbers add up to %s, not to 1", shown(value), bpm_numeric_text(sum));
}

/* Checks what members say of each other. */
static void
check_together(const BpmShape *shape, const JsonbValue *value, const char *path, BpmFaults *faults)
{
	for (const BpmViolation *violation = shape->violations; violation && violation->path; violation++)
		if (bpm_path_true(DirectFunctionCall1(jsonpath_in, CStringGetDatum(violation->path)), bpm_jsonb_value(value)))
			bpm_fault(faults, path, "%s: %s", shown(value), violation->text);
	if (shape->whole_sum)
		check_sum(value, path, faults);
}

/* Adds every place where a value has not its shape. */
void
bpm_shape_faults(const BpmShape *shape, const JsonbValue *value, const char *path, BpmFaults *faults)
{
	int			before = faults->count;

	if (shape->may_be_null && value->type == jbvNull)
		return;
	if (shape->kind == SHAPE_EITHER)
	{
		if (type_fits(shape->item, value) || type_fits(shape->other, value))
			bpm_shape_faults(type_fits(shape->item, value) ? shape->item : shape->other, value, path, faults);
		else
			bpm_fault(faults, path, "%s is not %s", shown(value), bpm_describe_shape(shape));
		return;
	}
	if (!type_fits(shape, value))
	{
		if (shape->kind == SHAPE_OBJECT)
			bpm_fault(faults, path, "%s is not an object with %s", shown(value), member_names(shape));
		else
			bpm_fault(faults, path, "%s is not %s", shown(value), bpm_describe_shape(shape));
		return;
	}
	if (shape->kind == SHAPE_LIST)
		check_list(shape, value, path, faults);
	else if (shape->kind == SHAPE_OBJECT || shape->kind == SHAPE_MAP)
		check_object(shape, value, path, faults);
	else if (shape->kind == SHAPE_TUPLE)
		for (int i = 0; shape->members[i].name; i++)
			bpm_shape_faults(shape->members[i].shape, getIthJsonbValueFromContainer(value->val.binary.data, i),
							psprintf("%s[%d]", path, i), faults);
	if (faults->count == before)
		check_together(shape, value, path, faults);
}
