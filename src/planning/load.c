/*
 * load.c
 *	  Loading of items: one statement writes those that are right, one lists the
 *	  others.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base/errors.h"
#include "base/guard.h"
#include "planning/load.h"
#include "workflow/call.h"

/*
 * Loads the items (argument 1, an array of objects) from their source (argument 2)
 * and returns the number and fault of each that was not.  Both statements take
 * items, source and login.
 */
Datum
bpm_load_items(FunctionCallInfo fcinfo, const char *operation, const char *table,
			   const BpmStatement *insert, const BpmStatement *faults)
{
	BpmCall		call;
	Datum		values[3];
	char	   *source = bpm_argument(fcinfo, 2, "source");
	Jsonb	   *items;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "items");
	items = PG_GETARG_JSONB_P(1);
	if (!JB_ROOT_IS_ARRAY(items) || JB_ROOT_IS_SCALAR(items))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("items must be an array of objects")));
	if (source[0] == '\0' || strlen(source) > 200)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("source has 1 to 200 bytes")));
	bpm_call_begin(&call, fcinfo, operation, NULL);
	bpm_call_require(&call, 0, 0);
	values[0] = JsonbPGetDatum(items);
	values[1] = CStringGetTextDatum(source);
	values[2] = CStringGetTextDatum(call.login);
	bpm_insert_rows(call.ledger, table, insert, values, NULL, true);
	bpm_rows(fcinfo, call.ledger, faults, values, NULL);
	bpm_call_end(&call);
	return (Datum) 0;
}
