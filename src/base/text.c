/*
 * text.c
 *	  What texts look like to a reader, and days that are written in them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "base/arguments.h"
#include "base/text.h"

/* Tells whether a character leaves no ink: a blank of any width, a line end, a mark for choosing a form, or nothing at all. */
bool
bpm_leaves_no_ink(pg_wchar c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x34f || c == 0x61c ||
		c == 0x115f || c == 0x1160 || c == 0x1680 || c == 0x17b4 || c == 0x17b5 || (c >= 0x180b && c <= 0x180f) ||
		(c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
		(c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0x3164 ||
		(c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff || c == 0xffa0 || (c >= 0xfff0 && c <= 0xfff8) || (c >= 0xe0000 && c <= 0xe0fff);
}

/*
 * Tells whether a reader sees nothing of a text, the wide blank of Chinese (U+3000)
 * among what he does not see.  Other encodings than UTF-8 are looked at as far as ASCII goes.
 */
bool
bpm_blank(const char *text)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *at = text; *at; at += pg_mblen(at))
	{
		unsigned char byte = *at;

		if (byte >= 0x80 && !utf8)
			return false;
		if (!bpm_leaves_no_ink(byte < 0x80 ? byte : utf8_to_unicode((const unsigned char *) at)))
			return false;
	}
	return true;
}

/* Returns a text without the characters that nobody sees; the blanks of a keyboard stay. */
char *
bpm_seen(const char *text)
{
	char	   *seen = palloc(strlen(text) + 1);
	char	   *end = seen;
	int			length;

	for (const char *at = text; *at; at += length)
	{
		pg_wchar	c = (unsigned char) *at;

		length = pg_mblen(at);
		if (length > 1)
			c = GetDatabaseEncoding() == PG_UTF8 ? utf8_to_unicode((const unsigned char *) at) : 'x';
		if (bpm_leaves_no_ink(c) && c != ' ' && !(c >= '\t' && c <= '\r') && c != 0x3000)
			continue;
		memcpy(end, at, length);
		end += length;
	}
	*end = '\0';
	return seen;
}

/* Returns the number that some digits write. */
static int
number_of(const char *digits, int count)
{
	int			number = 0;

	for (int i = 0; i < count; i++)
		number = number * 10 + digits[i] - '0';
	return number;
}

/* Reads a day as YYYY-MM-DD, in a year of four digits; false for what is none, or no day of the calendar. */
bool
bpm_read_day(const char *text, DateADT *day)
{
	int			year,
				month,
				number;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || strspn(text, "0123456789-") != 10 ||
		strspn(text, "0123456789") != 4 || strspn(text + 5, "0123456789") != 2 || strspn(text + 8, "0123456789") != 2)
		return false;
	year = number_of(text, 4);
	month = number_of(text + 5, 2);
	number = number_of(text + 8, 2);
	if (year < 1 || month < 1 || month > 12 || number < 1 || number > day_tab[isleap(year)][month - 1])
		return false;
	*day = date2j(year, month, number) - POSTGRES_EPOCH_JDATE;
	return true;
}

/* Tells whether a day is of a fiscal year (1949 to 9999); an infinite one is not. */
bool
bpm_is_calendar_day(DateADT day)
{
	return day >= date2j(1949, 1, 1) - POSTGRES_EPOCH_JDATE && day <= date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE;
}

/* Returns today where the server stands (SERVER_DATE): a caller who sets his own time zone moves no day. */
DateADT
bpm_server_today(void)
{
	TimestampTz now = GetCurrentTransactionStartTimestamp();
	struct pg_tm tm;
	fsec_t		fraction;
	int			zone;

	if (timestamp2tm(now, &zone, &tm, &fraction, NULL, log_timezone) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("timestamp out of range")));
	return date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
}

/* Returns a day that an argument gives; refuses one of no fiscal year: it would be in every sum of days. */
DateADT
bpm_calendar_day(const char *name, DateADT day)
{
	if (!bpm_is_calendar_day(day))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a day from 1949-01-01 to 9999-12-31", name)));
	return day;
}

/* Tells whether a JSON value is a text that shows something, in so many characters at most. */
PG_FUNCTION_INFO_V1(bpm_is_text);
Datum
bpm_is_text(PG_FUNCTION_ARGS)
{
	Jsonb	   *document;
	JsonbValue	value;
	char	   *text;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_BOOL(false);
	document = PG_GETARG_JSONB_P(0);
	if (!JB_ROOT_IS_SCALAR(document) || !JsonbExtractScalar(&document->root, &value) || value.type != jbvString)
		PG_RETURN_BOOL(false);
	text = pnstrdup(value.val.string.val, value.val.string.len);
	PG_RETURN_BOOL(!bpm_blank(text) && pg_mbstrlen(text) <= PG_GETARG_INT32(1));
}

/* Tells whether a text is a day of the calendar as YYYY-MM-DD, in a fiscal year. */
PG_FUNCTION_INFO_V1(bpm_is_day);
Datum
bpm_is_day(PG_FUNCTION_ARGS)
{
	DateADT		day;

	PG_RETURN_BOOL(!PG_ARGISNULL(0) && bpm_read_day(text_to_cstring(PG_GETARG_TEXT_PP(0)), &day) &&
				   bpm_is_calendar_day(day));
}

/* Returns true for a day of a fiscal year and fails for any other: what a function makes of it stays a day. */
PG_FUNCTION_INFO_V1(bpm_day_in_range);
Datum
bpm_day_in_range(PG_FUNCTION_ARGS)
{
	char	   *name = bpm_argument(fcinfo, 0, "name");

	bpm_require_argument(fcinfo, 1, name);
	bpm_calendar_day(name, PG_GETARG_DATEADT(1));
	PG_RETURN_BOOL(true);
}
