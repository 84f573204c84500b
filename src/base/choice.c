/*
 * choice.c
 *	  Arguments of SQL functions that take one of a few values, in place of enum
 *	  parameters, or a number of a range.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "base/arguments.h"

/* Returns the values of a text array as a list for a message, and tells whether one is this. */
static char *
list_choices(ArrayType *allowed, const char *value, bool *found)
{
	StringInfoData list;
	Datum	   *items;
	int			count;

	initStringInfo(&list);
	*found = false;
	deconstruct_array(allowed, TEXTOID, -1, false, TYPALIGN_INT, &items, NULL, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *item = TextDatumGetCString(items[i]);

		if (value && strcmp(item, value) == 0)
			*found = true;
		appendStringInfo(&list, "%s%s", i == 0 ? "" : i == count - 1 ? " or " : ", ", item);
	}
	return list.data;
}

/* Returns true for an allowed value and fails for any other, with the list of those there are. */
PG_FUNCTION_INFO_V1(bpm_one_of);
Datum
bpm_one_of(PG_FUNCTION_ARGS)
{
	char	   *name = bpm_argument(fcinfo, 0, "name");
	char	   *value = bpm_optional_argument(fcinfo, 1);
	bool		found;
	char	   *choices;

	bpm_require_argument(fcinfo, 2, "allowed");
	choices = list_choices(PG_GETARG_ARRAYTYPE_P(2), value, &found);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 value ? errmsg("%s \"%s\" is not known", name, value)
				 : errmsg("%s must not be null", name),
				 errhint("Use %s.", choices)));
	PG_RETURN_BOOL(true);
}

/* Returns true for a number of the range and fails for any other: what a function makes of it stays small. */
PG_FUNCTION_INFO_V1(bpm_in_range);
Datum
bpm_in_range(PG_FUNCTION_ARGS)
{
	char	   *name = bpm_argument(fcinfo, 0, "name");
	int64		value;

	bpm_require_argument(fcinfo, 1, name);
	bpm_require_argument(fcinfo, 2, "lowest");
	bpm_require_argument(fcinfo, 3, "highest");
	value = PG_GETARG_INT64(1);
	if (value < PG_GETARG_INT64(2) || value > PG_GETARG_INT64(3))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be " INT64_FORMAT " to " INT64_FORMAT ", not " INT64_FORMAT, name,
						PG_GETARG_INT64(2), PG_GETARG_INT64(3), value)));
	PG_RETURN_BOOL(true);
}
