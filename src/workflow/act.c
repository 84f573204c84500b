/*
 * act.c
 *	  act(): what a person does with a task.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/operators.h"
#include "workflow/call.h"

static const char *const option_keys[] = {
	"facts", "to", "resume", "where", "task", "attachments", "signature", NULL
};

/* Raises the first fault of a call's options. */
static void
refuse_options(const BpmFaults *faults)
{
	if (faults->count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("wrong option at %s: %s", faults->items[0].path, faults->items[0].text),
				 errhint("Options are facts, to, resume, where, task, attachments and signature.")));
}

/* Refuses attachments that are not digests. */
static void
check_attachments(const BpmNode *options)
{
	BpmNode		array;
	int			count = bpm_node_array(options, "attachments", &array);

	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(array.object, i);

		if (item->type != jbvString || item->val.string.len != 64 ||
			strspn(pnstrdup(item->val.string.val, 64), "0123456789abcdef") != 64)
			bpm_fault(options->faults, psprintf("%s[%d]", array.path, i),
					  "must be the digest of a document, 64 digits 0-9a-f");
	}
}

/* Returns the signature that a step demands, in hexadecimal. */
static char *
signature_of(const BpmStep *step, const BpmNode *options)
{
	char	   *signature = bpm_node_text(options, "signature", false);

	if (signature && (strlen(signature) % 2 != 0 ||
					  strspn(signature, "0123456789abcdef") != strlen(signature)))
		bpm_fault(options->faults, "signature", "must be bytes in hexadecimal");
	if (signature == NULL && step->signature)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("step \"%s\" demands a signature", step->name),
				 errhint("Pass it as the option \"signature\", in hexadecimal.")));
	return signature;
}

/* Decides a task. */
static void
decide_task(BpmCase *work, BpmTask *task, const char *state)
{
	bpm_set_state(task->state, state);
	task->decided_at = GetCurrentTimestamp();
	task->decided_by = work->actor;
	task->on_behalf_of = work->on_behalf_of;
	task->dirty = true;
}

/* Gives a resubmitted case its new facts. */
static void
take_facts(BpmCase *work, const BpmNode *options)
{
	BpmNode		facts;
	JsonbValue	value;

	if (!bpm_node_object(options, "facts", &facts))
		return;
	bpm_node_find(options, "facts", &value);
	bpm_check_facts(work->flow, bpm_jsonb_value(&value));
	work->facts = bpm_jsonb_join(work->facts, bpm_jsonb_value(&value));
	work->facts_changed = true;
}

/* Votes: the visit is settled with it. */
static void
vote(BpmCase *work, BpmTask *task, const char *action, const char *state, const char *opinion,
	 const BpmNode *options, Jsonb *details)
{
	BpmToken   *token = bpm_case_token(work, task->token);
	const BpmStep *step = &work->flow->steps[task->step];
	BpmEvent	event = {.action = action,.task = task->id,.step = task->step,.to_step = NO_STEP,
		.opinion = opinion,.details = details};

	if (options)
		event.signature = signature_of(step, options);
	if ((bpm_is(state, "abstained") || bpm_is(state, "absent")) && step->rule.kind < RULE_RATIO)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("step \"%s\" knows approval and rejection only", step->name),
				 errdetail("Abstention and absence count where people vote by ratio, weight or count.")));
	if (step->wait && options && bpm_is(state, "approved"))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("step \"%s\" is not approved before its time", step->name),
				 errdetail("It passes by itself when its deadline has passed and nobody has objected."),
				 errhint("An objection is made by reject or return.")));
	if (task->step == START_STEP && options)
		take_facts(work, options);
	if (options)
		refuse_options(options->faults);
	decide_task(work, task, state);
	bpm_record(work, &event);
	bpm_settle(work, token);
}

/* Returns the visit that a case goes back to: of the step before, or of a named one on the way. */
static int32
visit_to_return_to(BpmCase *work, BpmTask *task, const char *to)
{
	int			step = to && strcmp(to, "previous") != 0 ? bpm_find_step(work->flow, to) : NO_STEP;
	int32		visit = task->previous;

	if (to && strcmp(to, "previous") != 0 && step == NO_STEP)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("flow \"%s\" has no step \"%s\"", work->flow->name, to)));
	while (visit != 0 && step != NO_STEP)
	{
		BpmTask    *earlier = bpm_visit_task(work, visit);

		if (earlier->step == step)
			break;
		visit = earlier->previous;
	}
	if (visit == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " cannot be sent back to \"%s\"", work->id, to ? to : "previous"),
				 errdetail("Only a step that came before on this way can be returned to.")));
	return visit;
}

/* Sends the case back (退回). */
static void
send_back(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options, Jsonb *details)
{
	static const char *const resumes[] = {"through", "direct", NULL};
	BpmToken   *token = bpm_case_token(work, task->token);
	char	   *to = bpm_node_text(options, "to", false);
	bool		direct = strcmp(bpm_node_word(options, "resume", resumes), "direct") == 0;
	int32		visit = visit_to_return_to(work, task, to);
	BpmTask    *target = bpm_visit_task(work, visit);
	BpmEvent	event = {.action = "return",.task = task->id,.step = task->step,.to_step = target->step,
		.opinion = opinion,.details = details};

	refuse_options(options->faults);
	if (direct && target->token != token->id)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("a return out of a branch cannot come straight back"),
				 errdetail("The other branches are cancelled, and all of them run again."),
				 errhint("Leave the option \"resume\" out.")));
	decide_task(work, task, "returned");
	bpm_record(work, &event);
	bpm_go_back(work, token, visit, direct);
}

/* Marks a copy as read (已阅). */
static void
mark_read(BpmCase *work, BpmTask *task)
{
	BpmEvent	event = {.action = "read",.task = task->id,.step = task->step,.to_step = NO_STEP};

	decide_task(work, task, "read");
	bpm_record(work, &event);
}

/* Tells whether the holder waits for a signer whom he added before himself. */
static bool
waits_for_added(BpmCase *work, const BpmTask *task)
{
	for (int i = 0; i < work->ntasks; i++)
		if (work->tasks[i]->seat == task->seat && bpm_is(work->tasks[i]->state, "open") &&
			work->tasks[i]->added_by && strcmp(work->tasks[i]->added_by, task->assignee) == 0)
			return true;
	return false;
}

/* Refuses an action for which it is not the time. */
static void
check_state(BpmCase *work, const BpmTask *task, const char *action)
{
	bool		rejects_before = bpm_is(task->state, "waiting") && strcmp(action, "reject") == 0 &&
		waits_for_added(work, task);

	if (bpm_is(task->kind, "copy") && bpm_is(task->state, "open"))
		return;
	if (!bpm_case_live(work))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " is %s", work->id, work->state)));
	if (!bpm_is(task->state, "open") && !rejects_before)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " is %s", task->id, task->state),
				 task->decided_by ? errdetail("\"%s\" has decided it.", task->decided_by) : 0));
}

/* Refuses a person whose task it is not, and the initiator where he must not decide himself. */
static void
check_person(BpmCase *work, const BpmTask *task)
{
	const BpmStep *step = &work->flow->steps[task->step];

	if (!bpm_may_act_for(work->ledger, work->actor, task->assignee, work->flow->name))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("task " INT64_FORMAT " is not a task of \"%s\"", task->id, work->actor),
				 errhint("my_tasks() lists the tasks of a person.")));
	if (strcmp(work->actor, task->assignee) != 0)
		work->on_behalf_of = task->assignee;
	if (step->self != 'a' && bpm_is(task->kind, "sign") && strcmp(work->actor, work->initiator) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("\"%s\" began case " INT64_FORMAT " and cannot decide it", work->actor, work->id)));
}

/* Says that an action does not go with this kind of task. */
static void
refuse_action(const char *action, const BpmTask *task)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("action \"%s\" does not go with this task", action),
			 errhint("%s", bpm_is(task->kind, "copy") ? "Use read." :
					 task->returns_to ? "A delegated task takes resolve, delegate and copy." :
					 bpm_is(task->kind, "submit") ? "Use approve to submit the case again, or copy." :
					 "Use approve, reject, abstain, absent, return, transfer, delegate, add_signer, remove_signer or copy.")));
}

/* Acts on a task that is nobody's but the actor's. */
static void
act_on_own(BpmCase *work, BpmTask *task, const char *action, const char *opinion,
		   const BpmNode *options, Jsonb *details)
{
	if (strcmp(action, "approve") == 0)
		vote(work, task, action, "approved", opinion, options, details);
	else if (bpm_is(task->kind, "submit"))
		refuse_action(action, task);
	else if (strcmp(action, "reject") == 0)
		vote(work, task, action, "rejected", opinion, options, details);
	else if (strcmp(action, "abstain") == 0)
		vote(work, task, action, "abstained", opinion, options, details);
	else if (strcmp(action, "absent") == 0)
		vote(work, task, action, "absent", opinion, options, details);
	else if (strcmp(action, "return") == 0)
		send_back(work, task, opinion, options, details);
	else if (strcmp(action, "transfer") == 0)
	{
		char	   *to = bpm_node_text(options, "to", true);

		refuse_options(options->faults);
		bpm_transfer(work, task, to, action, opinion);
	}
	else if (strcmp(action, "delegate") == 0)
		bpm_delegate(work, task, opinion, options);
	else if (strcmp(action, "add_signer") == 0)
		bpm_add_signer(work, task, opinion, options);
	else if (strcmp(action, "remove_signer") == 0)
		bpm_remove_signer(work, task, opinion, options);
	else
		refuse_action(action, task);
	refuse_options(options->faults);
}

/* Sends a copy of a case to somebody (抄送). */
static void
copy_task(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options)
{
	char	   *to = bpm_node_text(options, "to", true);
	BpmEvent	event = {.action = "copy",.task = task->id,.step = task->step,.to_step = NO_STEP,
		.to_whom = to,.opinion = opinion};

	refuse_options(options->faults);
	bpm_copy_to(work, bpm_case_token(work, task->token), to);
	bpm_record(work, &event);
}

/* Does with a task what its holder says, or the deadline for him (options NULL). */
void
bpm_act_on(BpmCase *work, BpmTask *task, const char *action, const char *opinion, Jsonb *options)
{
	BpmFaults	faults = {0};
	BpmNode		node = {NULL, "options", &faults};
	JsonbValue	ignored;

	if (options == NULL)
	{
		vote(work, task, action, strcmp(action, "approve") == 0 ? "approved" :
			 strcmp(action, "reject") == 0 ? "rejected" : "absent", opinion, NULL, NULL);
		return;
	}
	node.object = &options->root;
	bpm_node_keys(&node, option_keys);
	check_attachments(&node);
	if (task->step != START_STEP && bpm_node_find(&node, "facts", &ignored))
		bpm_fault(&faults, "options.facts", "only the initiator gives facts, when he submits");
	refuse_options(&faults);
	if (bpm_is(task->kind, "copy") && strcmp(action, "read") != 0)
		refuse_action(action, task);
	else if (bpm_is(task->kind, "copy"))
		mark_read(work, task);
	else if (strcmp(action, "copy") == 0)
		copy_task(work, task, opinion, &node);
	else if (strcmp(action, "resolve") == 0 && task->returns_to)
		bpm_resolve_task(work, task, opinion);
	else if (task->returns_to && strcmp(action, "delegate") != 0)
		refuse_action(action, task);
	else
		act_on_own(work, task, action, opinion, &node,
				   JsonContainerSize(&options->root) > 0 ? options : NULL);
}

/* Returns the case of a task, or refuses an unknown one. */
static int64
case_of_task(BpmLedger *ledger, int64 task)
{
	static const BpmStatement find = {
		"SELECT case_id FROM @ledger@.task WHERE task_id" EQ "$1", "l"
	};
	Datum		value = Int64GetDatum(task);
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("task " INT64_FORMAT " does not exist in ledger %s", task, ledger->schema)));
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Acts for the case's actor on a task that is his and open, and stores the case. */
void
bpm_act_task(BpmCase *work, BpmTask *task, const char *action, const char *opinion, Jsonb *options)
{
	check_person(work, task);
	check_state(work, task, action);
	bpm_act_on(work, task, action, opinion, options);
	bpm_case_store(work);
}

/* Acts on a task and returns the state of its case after it. */
PG_FUNCTION_INFO_V1(bpm_act);
Datum
bpm_act(PG_FUNCTION_ARGS)
{
	char	   *action = bpm_argument(fcinfo, 2, "action");
	char	   *opinion = bpm_optional_argument(fcinfo, 3);
	Jsonb	   *options;
	MemoryContext caller = CurrentMemoryContext;
	BpmCall		call;
	BpmCase    *work;
	BpmTask    *task;
	Datum		state;

	bpm_require_argument(fcinfo, 1, "task");
	options = PG_ARGISNULL(4) ? bpm_empty_object() :
		PG_GETARG_JSONB_P(4);
	if (!JB_ROOT_IS_OBJECT(options))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("options must be an object")));
	bpm_call_begin(&call, fcinfo, "act", bpm_optional_argument(fcinfo, 5));
	work = bpm_call_case(&call, case_of_task(call.ledger, PG_GETARG_INT64(1)));
	task = bpm_case_task(work, PG_GETARG_INT64(1));
	bpm_act_task(work, task, action, opinion, options);
	MemoryContextSwitchTo(caller);
	state = CStringGetTextDatum(work->state);
	bpm_call_end(&call);
	return state;
}
