/*
 * text.c
 *	  What texts look like to a reader, and days that are written in them.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/datetime.h"

#include "base/text.h"

/* Tells whether a character leaves no ink: a blank of any width, a line end, or nothing at all. */
static bool
leaves_no_ink(pg_wchar c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0xad || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200f) || (c >= 0x2028 && c <= 0x202f) ||
		(c >= 0x205f && c <= 0x206f) || c == 0x3000 || c == 0x3164 || c == 0xfeff;
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
		if (!leaves_no_ink(byte < 0x80 ? byte : utf8_to_unicode((const unsigned char *) at)))
			return false;
	}
	return true;
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
