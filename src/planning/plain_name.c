/*
 * plain_name.c
 *	  A name without what two writings of it differ in.
 */
#include "postgres.h"

#include "catalog/pg_collation.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/formatting.h"
#include "utils/fmgrprotos.h"

#include "base/compat.h"
#include "base/text.h"

/* What says nothing: brackets, quotes, punctuation, hyphens and dots of every kind; blanks leave no ink. */
#define NARROW	"-_()[]<>\"'.,:;/\\"
#define WIDE	"·•‧∙⋅・—–―‒‐⁃−【】《》〈〉“”‘’、。「」"

/* Tells whether a wide character is among those of a text; in UTF-8 no character begins within another one. */
static bool
is_among(const char *text, const char *character, int length)
{
	char		wanted[MAX_MULTIBYTE_CHAR_LEN + 1];

	memcpy(wanted, character, length);
	wanted[length] = '\0';
	if (GetDatabaseEncoding() == PG_UTF8)
		return strstr(text, wanted) != NULL;
	for (const char *at = text; *at; at += pg_mblen(at))
		if (strncmp(at, wanted, length) == 0)
			return true;
	return false;
}

/* Tells whether a character is passed over: it says nothing, or nobody sees it. */
static bool
is_passed_over(const char *wide, const char *character, int length)
{
	if (length == 1)
		return (unsigned char) *character < 0x80 && (bpm_leaves_no_ink(*character) || strchr(NARROW, *character) != NULL);
	return is_among(wide, character, length) ||
		(GetDatabaseEncoding() == PG_UTF8 && bpm_leaves_no_ink(utf8_to_unicode((const unsigned char *) character)));
}

/* plain_name(name): letters of one width and case, without blanks, brackets, quotes and punctuation. */
PG_FUNCTION_INFO_V1(bpm_plain_name);
Datum
bpm_plain_name(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *wide = pg_any_to_server(WIDE, strlen(WIDE), PG_UTF8);
	char	   *lower;
	char	   *end;
	int			length;

	if (GetDatabaseEncoding() == PG_UTF8)
		name = DatumGetTextPP(DirectFunctionCall2(unicode_normalize_func, PointerGetDatum(name),
												  CStringGetTextDatum("NFKC")));
	lower = end = str_tolower(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), DEFAULT_COLLATION_OID);
	for (const char *at = lower; *at; at += length)
	{
		length = pg_mblen(at);
		if (is_passed_over(wide, at, length))
			continue;
		memmove(end, at, length);
		end += length;
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(lower, end - lower));
}
