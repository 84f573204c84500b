/*
 * rule_message.c
 *	  What a finding says: a text of its language with values in place of {names}.
 */
#include "postgres.h"

#include <ctype.h>

#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/number.h"
#include "planning/rule.h"

/* Finds the next {name} or {name%}; false at the end of the text. */
static bool
next_placeholder(const char **text, const char **begin, int *length, bool *percent)
{
	for (const char *at = *text; *at; at++)
	{
		const char *end = at + 1;

		if (*at != '{')
			continue;
		while (isalnum((unsigned char) *end) || *end == '_')
			end++;
		*percent = *end == '%';
		if (end == at + 1 || end[*percent] != '}')
			continue;
		*begin = at;
		*length = end - at - 1;
		*text = end + *percent + 1;
		return true;
	}
	return false;
}

/* Returns the names that a message wants values for. */
List *
bpm_placeholders(const char *message)
{
	List	   *names = NIL;
	const char *begin;
	int			length;
	bool		percent;

	while (next_placeholder(&message, &begin, &length, &percent))
		names = lappend(names, pnstrdup(begin + 1, length));
	return names;
}

/* Returns a number as a percentage of four decimals at most, rounded up as rates are. */
static char *
percent_text(Numeric number)
{
	Datum		steps = NumericGetDatum(int64_to_numeric(1000000));
	Datum		percent = DirectFunctionCall2(numeric_mul, NumericGetDatum(number), steps);

	percent = DirectFunctionCall1(numeric_ceil, percent);
	percent = DirectFunctionCall2(numeric_div, percent, NumericGetDatum(int64_to_numeric(10000)));
	return psprintf("%s%%", numeric_normalize(DatumGetNumeric(percent)));
}

static void append_value(StringInfo text, JsonbValue *value, bool percent);

/* Writes what stands in an array or object, parted by commas. */
static void
append_container(StringInfo text, JsonbContainer *container, bool percent)
{
	JsonbIterator *iterator = JsonbIteratorInit(container);
	JsonbIteratorToken token;
	JsonbValue	value;
	bool		first = true;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		if (token != WJB_ELEM && token != WJB_VALUE)
			continue;
		if (!first)
			appendStringInfoString(text, token == WJB_ELEM ? ", " : " ");
		first = false;
		append_value(text, &value, percent);
	}
}

/* Writes one value as people read it. */
static void
append_value(StringInfo text, JsonbValue *value, bool percent)
{
	switch (value->type)
	{
		case jbvString:
			appendBinaryStringInfo(text, value->val.string.val, value->val.string.len);
			break;
		case jbvNumeric:
			appendStringInfoString(text, percent ? percent_text(value->val.numeric) :
								   bpm_numeric_text(value->val.numeric));
			break;
		case jbvBool:
			appendStringInfoString(text, value->val.boolean ? "true" : "false");
			break;
		case jbvBinary:
			append_container(text, value->val.binary.data, percent);
			break;
		default:
			appendStringInfoChar(text, '-');
	}
}

/* Returns the text of a language: that one, or else Chinese, which every rule has. */
static char *
message_text(Jsonb *message, const char *language)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(&message->root, language, strlen(language), &value) == NULL &&
		getKeyJsonValueFromContainer(&message->root, "zh", 2, &value) == NULL)
		return pstrdup("");
	return pnstrdup(value.val.string.val, value.val.string.len);
}

/* Returns the message in a language with the values of a finding; what has no value is "-". */
char *
bpm_fill_message(Jsonb *message, const char *language, Jsonb *values)
{
	const char *rest = message_text(message, language);
	const char *from = rest;
	const char *begin;
	StringInfoData text;
	int			length;
	bool		percent;

	initStringInfo(&text);
	while (next_placeholder(&rest, &begin, &length, &percent))
	{
		JsonbValue	value;

		appendBinaryStringInfo(&text, from, begin - from);
		if (getKeyJsonValueFromContainer(&values->root, begin + 1, length, &value) == NULL)
			value.type = jbvNull;
		append_value(&text, &value, percent);
		from = rest;
	}
	appendStringInfoString(&text, from);
	return text.data;
}
