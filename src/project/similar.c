/*
 * similar.c
 *	  Projects that may be the same one declared again (重复申报).
 *
 * The search itself is the ledger's similar_rows(), run as its owner: row security
 * would keep it from the index, so it asks of every row whether the caller may read it.
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/rows.h"
#include "project/project.h"
#include "project/signal.h"
#include "registry/registry.h"

static const BpmStatement find_similar = {
	"SELECT s.* FROM @ledger@.similar_rows($1, $2, $3, $4::pg_catalog.oid, $5) s", "lnilj"
};

/* Returns the weights of the parts, as the profile of the project's division has them; 22023 where they are none. */
static Jsonb *
read_weights(BpmLedger *ledger, BpmCode division)
{
	static const char *const keys[] = {"name", "place", "unit", "years", "amount", "near", NULL};
	Jsonb	   *weights = bpm_registry_setting(ledger, division, "project.similar", GetSQLCurrentDate());
	BpmFaults	faults = {0};
	BpmNode		node = {NULL, "$", &faults};

	if (weights == NULL || !JB_ROOT_IS_OBJECT(weights))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting \"project.similar\" must be an object"),
				 errhint("Profile standard shows its members.")));
	node.object = &weights->root;
	bpm_node_keys(&node, keys);
	for (int i = 0; keys[i]; i++)
	{
		Numeric		value = bpm_node_number(&node, keys[i]);

		if (value == NULL)
			bpm_fault(&faults, psprintf("$.%s", keys[i]), "missing");
		else if (bpm_compare_numeric(value, int64_to_numeric(0)) < (strcmp(keys[i], "near") == 0 ? 1 : 0))
			bpm_fault(&faults, psprintf("$.%s", keys[i]), "is too small");
	}
	bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "weights of likeness have", 0, NULL);
	return weights;
}

/* Lists the projects whose names are alike, with every part of the likeness; only those that the caller may read. */
PG_FUNCTION_INFO_V1(bpm_similar_projects);
Datum
bpm_similar_projects(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	char	   *code = bpm_argument(fcinfo, 1, "project");
	Numeric		least;
	int			most;
	Oid			reader = GetUserId();
	Datum		values[5];

	bpm_require_argument(fcinfo, 2, "at_least");
	bpm_require_argument(fcinfo, 3, "most");
	least = PG_GETARG_NUMERIC(2);
	most = PG_GETARG_INT32(3);
	if (numeric_is_nan(least) || bpm_compare_numeric(least, int64_to_numeric(0)) <= 0 ||
		bpm_compare_numeric(least, int64_to_numeric(1)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("at_least must be above 0, and 1 at most")));
	if (most < 1 || most > 10000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("most must be 1 to 10000")));
	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "similar_projects", NULL);
	bpm_call_read_project(&call, code, &project);
	values[0] = Int64GetDatum(project.id);
	values[1] = NumericGetDatum(least);
	values[2] = Int32GetDatum(most);
	values[3] = Int64GetDatum((int64) reader);
	values[4] = JsonbPGetDatum(read_weights(call.ledger, project.division));
	bpm_rows(fcinfo, call.ledger, &find_similar, values, NULL);
	bpm_call_end(&call);
	return (Datum) 0;
}
