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

/* What says nothing: blanks, brackets, quotes, punctuation. */
#define NARROW	" \t\r\n-_()[]<>\"'.,:;/\\"
#define WIDE	"·—–【】《》〈〉“”‘’、。「」"

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
		if (length == 1 ? strchr(NARROW, *at) != NULL : is_among(wide, at, length))
			continue;
		memmove(end, at, length);
		end += length;
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(lower, end - lower));
}
