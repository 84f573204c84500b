/*
 * submit.c
 *	  submit_requests(): a unit hands in everything that it has in hand.
 *
 * The first time it begins the case of the preparation's flow; in later rounds it
 * decides the unit's task of that case.  What happens to the requests is the
 * effect's, whoever acts.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"

/* Argument positions of budgetpm.submit_requests() */
enum
{
	ARG_LEDGER, ARG_PREPARATION, ARG_UNIT, ARG_OPINION, ARG_KEY, ARG_ACTOR
};

static const BpmStatement live_case = {
	"SELECT c.case_id FROM @ledger@.request r JOIN @ledger@.approval_case c ON c.case_id" EQ "r.case_id"
	" WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2"
	" AND c.state OPERATOR(pg_catalog.=) ANY ('{running,returned,suspended}')"
	" ORDER BY c.case_id DESC LIMIT 1", "ic"
};
static const BpmStatement keyed_case = {
	"SELECT case_id FROM @ledger@.approval_case WHERE key" EQ "$1 AND flow" EQ "$2 AND unit" CODE_EQ "$3",
	"ttc"
};
static const BpmStatement make_facts = {
	"SELECT pg_catalog.jsonb_build_object('preparation', $1, 'unit', u.official_code,"
	" 'department', (SELECT d.official_code FROM @ledger@.unit d WHERE d.code" CODE_EQ
	"  (SELECT pg_catalog.min(r.department::pg_catalog.text)::budgetpm.budget_code FROM @ledger@.request r"
	"   WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2)),"
	" 'fiscal_year', $3, 'round', (SELECT COALESCE(pg_catalog.max(v.round), 1) FROM @ledger@.request r"
	"  JOIN @ledger@.request_version v ON v.version_id" EQ "r.current_version"
	"  WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2"
	"   AND r.state OPERATOR(pg_catalog.=) ANY ('{draft,returned}')),"
	" 'amount', (SELECT COALESCE(budgetpm.sum(v.amount), '0')::pg_catalog.numeric FROM @ledger@.request r"
	"  JOIN @ledger@.request_version v ON v.version_id" EQ "r.current_version"
	"  WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2"
	"   AND r.state OPERATOR(pg_catalog.=) ANY ('{draft,returned}'))), u.name"
	" FROM @ledger@.unit u WHERE u.code" CODE_EQ "$2", "ici"
};

/* Tells whether passing a step submits the requests. */
static bool
is_submission(const BpmFlow *flow, int step)
{
	const BpmEffects *effects = &flow->steps[step].effects;

	if (step == START_STEP)
		return true;
	for (int i = 0; i < effects->count; i++)
	{
		const BpmEffectSpec *effect = &effects->items[i];
		char	   *move = effect->name && strcmp(effect->name, "prepare") == 0 ?
			bpm_jsonb_text(&effect->arguments->root, "move") : NULL;

		if (move && strcmp(move, "submit") == 0)
			return true;
	}
	return false;
}

/* Finds the open task of a case with which the actor submits; NULL for none. */
static BpmTask *
submission_task(BpmCase *work)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (bpm_is(task->state, "open") && !bpm_is(task->kind, "copy") &&
			is_submission(work->flow, task->step) &&
			bpm_may_act_for(work->ledger, work->actor, task->assignee, work->flow->name))
			return task;
	}
	return NULL;
}

/* Submits in a later round, or once more after a return: the unit's open task is decided. */
static void
submit_again(BpmCall *call, int64 case_id, const char *opinion)
{
	BpmCase    *work = bpm_call_case(call, case_id);
	BpmTask    *task = submission_task(work);

	if (task == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " does not wait for a submission by \"%s\"", case_id,
						work->actor),
				 errhint("case_history() shows where it is; my_tasks() lists the tasks of a person.")));
	bpm_act_task(work, task, "approve", opinion, bpm_empty_object());
}

/* Returns the case that a key began for the unit, 0 for none. */
static int64
case_of_key(BpmCall *call, const BpmRequestPlace *place, const char *key)
{
	BpmParameters parameters = {0};

	if (key == NULL)
		return 0;
	bpm_bind_text(&parameters, key);
	bpm_bind_text(&parameters, place->preparation.flow);
	bpm_bind_id(&parameters, place->unit);
	return bpm_planning_read_latest(call->ledger, &keyed_case, &parameters) == 1 ?
		bpm_result_int(0, 1) : 0;
}

/* Begins the case of a unit's requests and returns it. */
static int64
begin_case(BpmCall *call, const BpmRequestPlace *place, const char *key)
{
	BpmNewCase	start = {place->preparation.flow,.division = place->division,.unit = place->unit,.key = key};
	BpmParameters parameters = {0};
	bool		isnull;
	int64		id;

	bpm_bind_int(&parameters, place->preparation.id);
	bpm_bind_id(&parameters, place->unit);
	bpm_bind_int(&parameters, place->preparation.fiscal_year);
	bpm_planning_read(call->ledger, &make_facts, &parameters);
	start.facts = DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1,
													 &isnull));
	start.subject = psprintf("%d %s", place->preparation.fiscal_year, bpm_result_text(0, 2));
	id = bpm_call_start(call, &start);
	if (id == 0)
		id = case_of_key(call, place, key);
	if (id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" was used for another case", key)));
	return id;
}

/* Hands in what a unit has in hand, and returns the case that it goes through. */
PG_FUNCTION_INFO_V1(bpm_submit_requests);
Datum
bpm_submit_requests(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "unit", NULL};
	BpmRequestPlace place;
	BpmParameters parameters = {0};
	BpmCall		call;
	char	   *key;
	int64		id;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "submit_requests", bpm_optional_argument(fcinfo, ARG_ACTOR));
	bpm_request_place(call.ledger, PG_GETARG_INT32(ARG_PREPARATION),
					  bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21), &place);
	bpm_call_require(&call, place.division, place.unit);
	key = bpm_limited_text(fcinfo, ARG_KEY, "key", 100);
	bpm_bind_int(&parameters, place.preparation.id);
	bpm_bind_id(&parameters, place.unit);
	if ((id = case_of_key(&call, &place, key)) == 0)
	{
		if (bpm_planning_read_latest(call.ledger, &live_case, &parameters) == 1)
		{
			id = bpm_result_int(0, 1);
			submit_again(&call, id, bpm_optional_argument(fcinfo, ARG_OPINION));
		}
		else
			id = begin_case(&call, &place, key);
	}
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
