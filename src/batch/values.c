/*
 * values.c
 *	  Numbers, dates and memos out of texts: a bad one is a refusal of its entry.
 *
 * The types' own input functions raise errors on servers before 16, and an error
 * would end the batch.
 */
#include "postgres.h"

#include "common/jsonapi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"

#include "base/compat.h"
#include "base/jsonb.h"
#include "batch/batch.h"

#define MEMO_DEPTH		100
#define NUMBER_LENGTH	1000
#define EXPONENT_LENGTH 4

/* Reads a whole number above zero, as an id is. */
bool
bpm_read_id(const char *text, int64 *id, BpmRefusal *refusal)
{
	char	   *end;

	errno = 0;
	*id = strtoi64(text, &end, 10);
	if (end != text && *end == '\0' && errno == 0 && text[strspn(text, "-0123456789")] == '\0')
		return true;
	if (errno == ERANGE)
		return bpm_refusal_set(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
							   psprintf("value \"%s\" is out of range for type %s", text, "bigint"),
							   NULL, NULL);
	return bpm_refusal_set(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   psprintf("invalid input syntax for type %s: \"%s\"", "bigint", text),
						   NULL, pstrdup("Lines, postings and transfers are named by whole numbers."));
}

/* Reads a day written as YYYY-MM-DD, whatever DateStyle says. */
bool
bpm_read_date(const char *text, DateADT *date, BpmRefusal *refusal)
{
	static const char form[] = "dddd-dd-dd";
	bool		well_formed = strlen(text) == strlen(form);
	int			year,
				month,
				day;

	for (int i = 0; well_formed && form[i]; i++)
		well_formed = form[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == form[i];
	if (!well_formed)
		return bpm_refusal_set(refusal, ERRCODE_INVALID_DATETIME_FORMAT,
							   psprintf("invalid input syntax for type %s: \"%s\"", "date", text),
							   NULL, pstrdup("Write a date as YYYY-MM-DD."));
	year = pg_strtoint32(pnstrdup(text, 4));
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
		day > day_tab[isleap(year)][month - 1])
		return bpm_refusal_set(refusal, ERRCODE_DATETIME_FIELD_OVERFLOW,
							   psprintf("date/time field value out of range: \"%s\"", text),
							   NULL, NULL);
	*date = date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* Refuses a memo that is no JSON, or none that can be stored. */
static bool
refuse_memo(BpmRefusal *refusal, char *detail)
{
	return bpm_refusal_set(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION,
						   pstrdup("memo is not JSON that can be stored"), detail,
						   pstrdup("A memo is one JSON value, such as {\"voucher\": \"12\"}."));
}

/* Passes JSON that is not nested so deeply that reading it would run out of stack. */
static bool
check_depth(const char *text, BpmRefusal *refusal)
{
	int			depth = 0;
	bool		in_string = false;

	for (const char *at = text; *at; at++)
	{
		if (in_string && *at == '\\' && at[1] != '\0')
			at++;
		else if (*at == '"')
			in_string = !in_string;
		else if (!in_string && (*at == '{' || *at == '['))
			depth++;
		else if (!in_string && (*at == '}' || *at == ']'))
			depth--;
		if (depth > MEMO_DEPTH)
			return refuse_memo(refusal, psprintf("It is nested more than %d levels deep.", MEMO_DEPTH));
	}
	return true;
}

/* What the parser's scan for numbers finds. */
typedef struct NumberScan
{
	bool		too_long;
} NumberScan;

/* Notes a number that numeric might not hold. */
static bpm_json_result
note_number(void *state, char *token, JsonTokenType type)
{
	NumberScan *scan = state;
	char	   *exponent = type == JSON_TOKEN_NUMBER ? strpbrk(token, "eE") : NULL;

	if (type == JSON_TOKEN_NUMBER &&
		(strlen(token) > NUMBER_LENGTH || (exponent && strlen(exponent) > EXPONENT_LENGTH + 1)))
		scan->too_long = true;
	return bpm_json_done;
}

/* Reads a memo out of JSON text. */
bool
bpm_read_memo(const char *text, Jsonb **memo, BpmRefusal *refusal)
{
	NumberScan	scan = {false};
	JsonSemAction actions = {.semstate = &scan,.scalar = note_number};
	JsonLexContext *lex;

	if (!check_depth(text, refusal))
		return false;
	lex = bpm_json_lexer(text);
	if (pg_parse_json(lex, &actions) != JSON_SUCCESS)
		return refuse_memo(refusal, NULL);
	if (scan.too_long)
		return refuse_memo(refusal, pstrdup("It holds a number that is too long."));
	*memo = bpm_jsonb_of(text);
	return true;
}
