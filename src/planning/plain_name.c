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
#define FILLERS " \t\r\n-_()[]<>\"'.,:;/\\·—–【】《》〈〉“”‘’、。「」"

/* plain_name(name): letters of one width and case, without blanks, brackets, quotes and punctuation. */
PG_FUNCTION_INFO_V1(bpm_plain_name);
Datum
bpm_plain_name(PG_FUNCTION_ARGS)
{
	text	   *name = PG_GETARG_TEXT_PP(0);
	char	   *fillers = pg_any_to_server(FILLERS, strlen(FILLERS), PG_UTF8);
	char	   *lower;

	if (GetDatabaseEncoding() == PG_UTF8)
		name = DatumGetTextPP(DirectFunctionCall2(unicode_normalize_func, PointerGetDatum(name),
												  CStringGetTextDatum("NFKC")));
	lower = str_tolower(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), DEFAULT_COLLATION_OID);
	PG_RETURN_DATUM(DirectFunctionCall3(translate, CStringGetTextDatum(lower), CStringGetTextDatum(fillers),
										CStringGetTextDatum("")));
}
