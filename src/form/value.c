/*
 * value.c
 *	  Whether one value is what its field asks for.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"
#include "form/form_private.h"

/* Gives the characters of a text value. */
static char *
characters(const JsonbValue *value)
{
	return pnstrdup(value->val.string.val, value->val.string.len);
}

/* Compares a number with the limits of its field. */
static char *
fault_of_range(const BpmFormField *field, Numeric number)
{
	if (field->minimum && bpm_exceeds(field->minimum, number))
		return psprintf("must be at least %s", numeric_normalize(field->minimum));
	if (field->maximum && bpm_exceeds(number, field->maximum))
		return psprintf("must be at most %s", numeric_normalize(field->maximum));
	return NULL;
}

/* Says what is wrong with a number. */
static char *
fault_of_number(const BpmFormField *field, const JsonbValue *value)
{
	if (value->type != jbvNumeric)
		return "must be a number";
	if (field->type == 'i' && strchr(numeric_normalize(value->val.numeric), '.'))
		return "must be a whole number";
	return fault_of_range(field, value->val.numeric);
}

/* Says what is wrong with an amount of money: yuan, at most two decimals. */
static char *
fault_of_amount(const BpmFormField *field, const JsonbValue *value)
{
	char	   *text = value->type == jbvNumeric ? numeric_normalize(value->val.numeric) :
		value->type == jbvString ? characters(value) : "";
	const char *at = text + (text[0] == '-');
	size_t		whole = strspn(at, "0123456789");
	size_t		decimals = at[whole] == '.' ? strspn(at + whole + 1, "0123456789") : 0;

	if (whole == 0 || whole > 15 || decimals > 2 || (at[whole] == '.' && decimals == 0) ||
		at[whole + (at[whole] == '.') + decimals] != '\0')
		return "must be an amount in yuan with at most two decimals";
	return fault_of_range(field, bpm_numeric_of(text));
}

/* Says what is wrong with a date. */
static char *
fault_of_date(const JsonbValue *value)
{
	char	   *text = value->type == jbvString ? characters(value) : "";
	int			year = atoi(text);
	int			month;
	int			day;
	int			back[3];

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, "0123456789-") != 10)
		return "must be a date, YYYY-MM-DD";
	month = atoi(text + 5);
	day = atoi(text + 8);
	if (year < 1 || month < 1 || month > 12 || day < 1)
		return "is not a day of the calendar";
	j2date(date2j(year, month, day), &back[0], &back[1], &back[2]);
	return back[0] == year && back[1] == month && back[2] == day ? NULL : "is not a day of the calendar";
}

/* Gives the value of an option, which is a text or an object with one. */
bool
bpm_option_value(JsonbValue *option, JsonbValue *value)
{
	if (option->type == jbvString)
		*value = *option;
	else if (option->type != jbvBinary || !JsonContainerIsObject(option->val.binary.data) ||
			 getKeyJsonValueFromContainer(option->val.binary.data, "value", 5, value) == NULL)
		return false;
	return value->type == jbvString && value->val.string.len > 0;
}

/* Says that a value is none of the options, and which they are. */
static char *
fault_of_choice(const BpmFormField *field, const JsonbValue *value)
{
	StringInfoData list;
	int			count = JB_ROOT_COUNT(field->options);

	initStringInfo(&list);
	for (int i = 0; i < count; i++)
	{
		JsonbValue	option;

		if (!bpm_option_value(getIthJsonbValueFromContainer(&field->options->root, i), &option))
			continue;
		if (value->type == jbvString && option.val.string.len == value->val.string.len &&
			memcmp(option.val.string.val, value->val.string.val, option.val.string.len) == 0)
			return NULL;
		appendStringInfo(&list, "%s%.*s", list.len ? ", " : "", option.val.string.len, option.val.string.val);
	}
	return psprintf("must be one of %s", list.data);
}

/* Says what is wrong with a text. */
static char *
fault_of_text(const BpmFormField *field, const JsonbValue *value)
{
	int			most = field->max_length ? field->max_length : LONGEST_TEXT;

	if (value->type != jbvString)
		return "must be a text";
	if (pg_mbstrlen_with_len(value->val.string.val, value->val.string.len) > most)
		return psprintf("must have at most %d characters", most);
	return NULL;
}

/* Says what is wrong with the value of a field, NULL when nothing is. */
char *
bpm_field_fault(const BpmFormField *field, JsonbValue *value)
{
	switch (field->type)
	{
		case 'n':
		case 'i':
			return fault_of_number(field, value);
		case 'a':
			return fault_of_amount(field, value);
		case 'd':
			return fault_of_date(value);
		case 'b':
			return value->type == jbvBool ? NULL : "must be true or false";
		case 'c':
			return fault_of_choice(field, value);
	}
	return fault_of_text(field, value);
}
