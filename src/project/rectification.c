/*
 * rectification.c
 *	  Notices that something of a project is to be put right (整改通知).
 *
 * A notice is a case of the flow that the profile names: its answer, check and
 * closing are the case's own, and so is the record of them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/project.h"
#include "project/signal.h"
#include "registry/registry.h"

/* $1 key, $2 facts: the case that a key has begun, and whether it was this one. */
static const BpmStatement find_key = {
	"SELECT case_id, facts OPERATOR(pg_catalog.@>) $2 FROM @ledger@.approval_case WHERE key" EQ "$1", "tj"
};

/* Makes the facts of a notice. */
static const BpmStatement make_facts = {
	"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('project', $1, 'requirement', $2, 'due_on', $3,"
	" 'document', $4, 'line', $5, 'amount', $6))", "ttdtln"
};

/* Returns the flow that the profile of a place names for rectification. */
static char *
flow_of(BpmLedger *ledger, BpmCode division)
{
	Jsonb	   *flows = bpm_registry_setting(ledger, division, "project.signal.flows", GetSQLCurrentDate());
	char	   *flow = flows && JB_ROOT_IS_OBJECT(flows) ? bpm_jsonb_text(&flows->root, "rectification") : NULL;

	if (flow == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("setting \"project.signal.flows\" names no flow for \"rectification\""),
				 errhint("Profile standard shows its members.")));
	return flow;
}

/* Checks the form of a notice: every part is there, and its day is to come. */
static void
check_notice(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"project", "requirement", "due_on", "document"};

	for (int i = 0; i < (int) lengthof(names); i++)
		bpm_require_argument(fcinfo, i + 1, names[i]);
	bpm_limited_text(fcinfo, 2, "requirement", 2000);
	bpm_limited_text(fcinfo, 4, "document", 200);
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(3)) || PG_GETARG_DATEADT(3) < GetSQLCurrentDate())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("due_on must not have passed")));
	if (PG_ARGISNULL(5) != PG_ARGISNULL(6))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("line and amount go together"),
				 errdetail("With both, the money is held back until the case is closed.")));
}

/* Returns the case that a key has begun, 0 for none; another notice under it is refused. */
static int64
find_notice(BpmCall *call, const char *key, Jsonb *facts)
{
	Datum		values[2];
	bool		isnull;

	if (key == NULL)
		return 0;
	values[0] = CStringGetTextDatum(key);
	values[1] = JsonbPGetDatum(facts);
	if (bpm_ledger_execute(call->ledger, &find_key, 0, values, NULL) != 1)
		return 0;
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" was used for another case", key)));
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Gives notice, and returns the case that it begins. */
PG_FUNCTION_INFO_V1(bpm_notify_rectification);
Datum
bpm_notify_rectification(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	BpmNewCase	start = {0};
	Datum		values[6];
	char		nulls[] = "      ";
	char	   *key;
	bool		isnull;
	int64		id;

	check_notice(fcinfo);
	key = bpm_limited_text(fcinfo, 7, "key", 100);
	bpm_call_begin(&call, fcinfo, "notify_rectification", bpm_optional_argument(fcinfo, 8));
	bpm_call_project(&call, bpm_argument(fcinfo, 1, "project"), &project);
	if (!PG_ARGISNULL(5))
		bpm_require_line_of(call.ledger, &project, PG_GETARG_INT64(5));
	for (int i = 0; i < 6; i++)
	{
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
		values[i] = PG_ARGISNULL(i + 1) ? (Datum) 0 : PG_GETARG_DATUM(i + 1);
	}
	bpm_ledger_execute(call.ledger, &make_facts, 0, values, nulls);
	start.facts = DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	start.subject = psprintf("整改 %s %s", project.official_code, bpm_limited_text(fcinfo, 4, "document", 200));
	start.division = project.division;
	start.unit = project.unit;
	start.key = key;
	id = find_notice(&call, key, start.facts);
	if (id == 0)
	{
		start.subject = pnstrdup(start.subject, pg_mbcharcliplen(start.subject, strlen(start.subject), 200));
		start.flow = flow_of(call.ledger, project.division);
		id = bpm_call_start(&call, &start);
		if (id == 0)
			id = find_notice(&call, key, start.facts);
		else
			bpm_call_note(&call, &project, "rectification", NULL, start.facts);
	}
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
