/*
 * arguments.c
 *	  Arguments of functions that are not STRICT.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/arguments.h"

/* Refuses a null argument by its name. */
void
bpm_require_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
}

/* Returns a text argument, or refuses its absence by its name. */
char *
bpm_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	bpm_require_argument(fcinfo, number, name);
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* Returns a text argument, NULL for NULL. */
char *
bpm_optional_argument(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/* Returns a year of the fiscal calendar (1949 to 9999), which must be there. */
int32
bpm_year_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	int32		year;

	bpm_require_argument(fcinfo, number, name);
	year = PG_GETARG_INT32(number);
	if (year < 1949 || year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be 1949 to 9999, not %d", name, year)));
	return year;
}

/* Returns a numeric argument as it is written, NULL for NULL. */
char *
bpm_optional_number(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : numeric_normalize(PG_GETARG_NUMERIC(number));
}
