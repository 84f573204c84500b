/*
 * effect.c
 *	  Runs what a decision sets off: effects that C modules registered, and
 *	  functions of the ledger's own schema.
 *
 * They run as the ledger's owner: what may be done was settled when the flow was
 * published, and who decides when he signed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_proc.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/syscache.h"

#include "base/effect.h"
#include "base/errors.h"
#include "workflow/workflow.h"

/* Returns a text with a leading $ as the jsonpath that it is, evaluated. */
static Jsonb *
evaluate(const char *path, Jsonb *facts)
{
	return bpm_path_first(DirectFunctionCall1(jsonpath_in, CStringGetDatum(path)), facts);
}

/* Returns the arguments with every text that begins with $ replaced by what it finds among the facts. */
static Jsonb *
bind_arguments(BpmCase *work, Jsonb *arguments)
{
	Jsonb	   *bound = arguments;
	JsonbIterator *iterator = JsonbIteratorInit(&arguments->root);
	JsonbValue	value;
	JsonbIteratorToken token;
	char	   *key = NULL;

	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		Jsonb	   *found;
		char	   *text;

		if (token == WJB_KEY)
			key = pnstrdup(value.val.string.val, value.val.string.len);
		if (token != WJB_VALUE || value.type != jbvString || value.val.string.len == 0 ||
			value.val.string.val[0] != '$')
			continue;
		text = pnstrdup(value.val.string.val, value.val.string.len);
		found = evaluate(text, work->facts);
		if (found == NULL)
			found = bpm_jsonb_of("null");
		bound = bpm_jsonb_with(bound, key, found);
	}
	return bound;
}

/* Calls a function of the ledger's schema, which must be the owner's. */
static Jsonb *
call_function(BpmCase *work, const char *name, Jsonb *arguments)
{
	Oid			types[] = {INT8OID, JSONBOID, JSONBOID};
	HeapTuple	tuple = SearchSysCache3(PROCNAMEARGSNSP, CStringGetDatum(name),
										PointerGetDatum(buildoidvector(types, 3)),
										ObjectIdGetDatum(work->ledger->namespace));
	Form_pg_proc form;
	Oid			function;
	bool		own;
	FmgrInfo	info;
	LOCAL_FCINFO(fcinfo, 3);
	Datum		result;
	int			nest;

	if (!HeapTupleIsValid(tuple))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s.%s(bigint, jsonb, jsonb) does not exist", work->ledger->schema, name)));
	form = (Form_pg_proc) GETSTRUCT(tuple);
	function = form->oid;
	own = form->proowner == work->ledger->owner && form->prorettype == JSONBOID;
	ReleaseSysCache(tuple);
	if (!own)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRITE_REFUSED),
				 errmsg("function %s.%s cannot be an effect", work->ledger->schema, name),
				 errdetail("An effect runs with the rights of the ledger's owner, so it must be his, and return jsonb.")));
	fmgr_info(function, &info);
	InitFunctionCallInfoData(*fcinfo, &info, 3, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = Int64GetDatum(work->id);
	fcinfo->args[1].value = JsonbPGetDatum(work->facts);
	fcinfo->args[2].value = JsonbPGetDatum(arguments);
	fcinfo->args[0].isnull = fcinfo->args[1].isnull = fcinfo->args[2].isnull = false;

	/* With the owner's rights nothing is looked up where the caller says. */
	nest = NewGUCNestLevel();
	(void) set_config_option("search_path", "pg_catalog, pg_temp", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	result = FunctionCallInvoke(fcinfo);
	AtEOXact_GUC(true, nest);
	return fcinfo->isnull ? NULL : DatumGetJsonbPCopy(result);
}

/* Refuses a fact under the name that one of the effects keeps its result under. */
static void
refuse_results(const BpmEffects *effects, Jsonb *facts)
{
	for (int i = 0; i < effects->count; i++)
	{
		const char *name = effects->items[i].as;
		JsonbValue	value;

		if (name && getKeyJsonValueFromContainer(&facts->root, name, strlen(name), &value))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("fact \"%s\" is the result of an effect of the flow", name),
					 errhint("Leave it out: nobody but the effect sets it.")));
	}
}

/* Refuses facts from outside that would pass for what effects have done. */
void
bpm_check_facts(const BpmFlow *flow, Jsonb *facts)
{
	for (int i = 0; i < MOMENT_COUNT; i++)
		refuse_results(&flow->effects[i], facts);
	for (int i = 0; i < flow->nsteps; i++)
	{
		refuse_results(&flow->steps[i].effects, facts);
		refuse_results(&flow->steps[i].undo, facts);
	}
}

/* Runs one effect, whose result may become a fact. */
static void
run_effect(BpmCase *work, const BpmEffectSpec *spec)
{
	Jsonb	   *arguments;
	Jsonb	   *result;
	BpmEvent	event = {.action = "effect",.step = NO_STEP,.to_step = NO_STEP};

	if (spec->when && !bpm_path_true(spec->when_path, work->facts))
		return;
	arguments = bind_arguments(work, spec->arguments);
	if (spec->function)
		result = call_function(work, spec->function, arguments);
	else
	{
		const BpmEffect *effect = bpm_find_effect(spec->name);
		BpmEffectCall call = {work->id, work->subject, work->actor, work->division, work->unit,
		work->facts, arguments};

		if (effect == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_RULE_VIOLATED),
					 errmsg("effect \"%s\" is not registered", spec->name),
					 errhint("The flow was published under another version of the library.")));
		result = effect->run(work->ledger, &call);
	}
	if (result && spec->as)
	{
		work->facts = bpm_jsonb_with(work->facts, spec->as, result);
		work->facts_changed = true;
	}
	event.to_whom = spec->function ? spec->function : spec->name;
	event.details = result;
	bpm_record(work, &event);
}

/* Runs effects in their order; one that fails raises, and nothing of the decision remains. */
void
bpm_run_effects(BpmCase *work, const BpmEffects *effects)
{
	for (int i = 0; i < effects->count; i++)
		run_effect(work, &effects->items[i]);
}

/*
 * Takes back what the steps set off that a token has passed since a visit, that one
 * included (0: since the start): the latest one first.
 */
void
bpm_undo(BpmCase *work, const BpmToken *token, int32 last)
{
	BpmTask    *task = token->visit ? bpm_visit_task(work, token->visit) : NULL;
	int32		visit = token->visit ? (task ? task->previous : 0) : token->last_visit;

	while (visit != 0 && (task = bpm_visit_task(work, visit)) != NULL)
	{
		bpm_run_effects(work, &work->flow->steps[task->step].undo);
		if (visit == last)
			break;
		visit = task->previous;
	}
}

/*
 * Runs the effects of a moment of the whole case.  What is held is released once,
 * and not held twice.
 */
void
bpm_run_moment(BpmCase *work, BpmMoment moment)
{
	if (moment == MOMENT_HOLD ? work->held : moment == MOMENT_RELEASE && !work->held)
		return;
	bpm_run_effects(work, &work->flow->effects[moment]);
	if (moment == MOMENT_HOLD)
		work->held = true;
	if (moment == MOMENT_RELEASE || moment == MOMENT_APPROVED)
		work->held = false;
}
