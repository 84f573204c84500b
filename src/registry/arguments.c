/*
 * arguments.c
 *	  Arguments of the registry's functions: named in the message when they are
 *	  missing, because clients send NULL for a forgotten field.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"

#include "base/text.h"
#include "registry/registry_private.h"

/* Returns a text argument that must be there. */
char *
bpm_text_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	char	   *value;

	bpm_require_argument(fcinfo, number, name);
	value = text_to_cstring(PG_GETARG_TEXT_PP(number));
	if (bpm_blank(value))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not be empty", name)));
	return value;
}

/* Returns a date argument that must be there and be finite. */
DateADT
bpm_date_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	DateADT		date;

	bpm_require_argument(fcinfo, number, name);
	date = PG_GETARG_DATEADT(number);
	if (DATE_NOT_FINITE(date))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must be a finite date", name)));
	return date;
}

/* Returns an integer argument that must be there. */
int32
bpm_int_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	bpm_require_argument(fcinfo, number, name);
	return PG_GETARG_INT32(number);
}

/* Returns the members of a text[] argument; at least one, none of them NULL. */
char	  **
bpm_text_list(FunctionCallInfo fcinfo, int number, const char *name, int *count)
{
	Datum	   *items;
	bool	   *nulls;
	char	  **list;

	bpm_require_argument(fcinfo, number, name);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT,
					  &items, &nulls, count);
	if (*count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("argument \"%s\" must not be empty", name)));
	list = palloc(*count * sizeof(char *));
	for (int i = 0; i < *count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("argument \"%s\" must not hold nulls", name)));
		list[i] = TextDatumGetCString(items[i]);
	}
	return list;
}

/* Returns a date as YYYY-MM-DD, whatever DateStyle says: messages are compared. */
char *
bpm_date_text(DateADT date)
{
	int			year;
	int			month;
	int			day;

	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return psprintf("%04d-%02d-%02d", year, month, day);
}

/* Refuses a name too long for its column, before the bare 22001 of the server. */
void
bpm_check_length(const char *name, const char *value, int limit)
{
	if (value != NULL && pg_mbstrlen(value) > limit)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("%s has %d characters", name, pg_mbstrlen(value)),
				 errdetail("At most %d are allowed.", limit)));
}
