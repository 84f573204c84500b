/*
 * control.c
 *	  What is done with a case as a whole: by its initiator, by the last handler,
 *	  and by those who administer flows, always with a reason.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "workflow/call.h"

/* Records an action on the whole case. */
static void
record(BpmCase *work, const char *action, const char *opinion)
{
	BpmEvent	event = {.action = action,.step = NO_STEP,.to_step = NO_STEP,.opinion = opinion};

	bpm_record(work, &event);
}

/* Refuses a case that is not in the state that an action needs. */
static void
refuse_state(BpmCase *work)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("case " INT64_FORMAT " is %s", work->id, work->state)));
}

/* Refuses a sub-case, which follows the case that called it. */
static void
require_own(BpmCase *work)
{
	if (work->parent != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " was called by case " INT64_FORMAT, work->id, work->parent),
				 errhint("Act on that case.")));
}

/* Refuses to retract once somebody has approved, where the flow says so. */
static void
check_before_first(BpmCase *work)
{
	for (int i = 0; i < work->ntasks && work->flow->retract_before_first; i++)
		if (bpm_is(work->tasks[i]->kind, "sign") && bpm_is(work->tasks[i]->state, "approved"))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRONG_STATE),
					 errmsg("case " INT64_FORMAT " has been approved by somebody already", work->id),
					 errdetail("The flow lets its initiator retract only before the first approval.")));
}

/* Withdraws a case (撤回); only its initiator does, before its end. */
PG_FUNCTION_INFO_V1(bpm_retract);
Datum
bpm_retract(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCase    *work;

	bpm_require_argument(fcinfo, 1, "case_id");
	bpm_call_begin(&call, fcinfo, "retract", bpm_optional_argument(fcinfo, 3));
	work = bpm_call_case(&call, PG_GETARG_INT64(1));
	if (strcmp(work->actor, work->initiator) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("\"%s\" did not begin case " INT64_FORMAT, work->actor, work->id)));
	require_own(work);
	if (!bpm_case_live(work))
		refuse_state(work);
	check_before_first(work);
	record(work, "retract", bpm_optional_argument(fcinfo, 2));
	bpm_finish_case(work, "retracted", MOMENT_RETRACTED);
	bpm_case_store(work);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Refuses to take back what others have built on. */
static void
refuse_taking_back(const BpmTask *task, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("task " INT64_FORMAT " cannot be taken back", task->id),
			 errdetail_internal("%s", why)));
}

/* Tells whether one person's signature alone passed the visit. */
static bool
decided_alone(BpmCase *work, const BpmTask *task)
{
	int			seats = 0;

	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other->visit != task->visit || bpm_is(other->kind, "copy") || bpm_is(other->state, "removed"))
			continue;
		if (other->seat != other->id)
			return false;
		seats++;
	}
	return seats == 1 || work->flow->steps[task->step].rule.kind == RULE_ANY;
}

/* Tells whether a token stands in the branches below another one. */
static bool
is_below(BpmCase *work, const BpmToken *token, int64 above)
{
	while (token->parent != 0 && token->parent != above)
		token = bpm_case_token(work, token->parent);
	return token->parent == above;
}

/* Refuses unless everything that followed from the task is still untouched. */
static void
check_untouched(BpmCase *work, const BpmTask *task)
{
	for (int i = 0; i < work->ntokens; i++)
	{
		BpmToken   *token = work->tokens[i];

		if (bpm_is(token->state, "called") &&
			(token->id == task->token || is_below(work, token, task->token)))
			refuse_taking_back(task, "It has begun another flow.");
	}
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *next = work->tasks[i];

		if (next->visit <= task->visit || bpm_is(next->kind, "copy") ||
			(next->token != task->token &&
			 !is_below(work, bpm_case_token(work, next->token), task->token)))
			continue;
		if (next->origin != task->visit || next->decided_by || next->holders || next->added_by ||
			next->returns_to)
			refuse_taking_back(task, "The step after it has been acted on.");
	}
}

/* Refuses what cannot be taken back by this person now. */
static void
check_taking_back(BpmCase *work, const BpmTask *task)
{
	BpmToken   *token;

	if (task == NULL || task->decided_by == NULL || strcmp(task->decided_by, work->actor) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("\"%s\" has not decided this task", work->actor)));
	if (!bpm_is(work->state, "running"))
		refuse_state(work);
	if (!bpm_is(task->kind, "sign") || !bpm_is(task->state, "approved"))
		refuse_taking_back(task, "Only an approval is taken back.");
	if (!decided_alone(work, task))
		refuse_taking_back(task, "Several people signed this step together.");
	if (work->flow->steps[task->step].effects.count > 0)
		refuse_taking_back(task, "Its approval had effects.");
	token = bpm_case_token(work, task->token);
	if (bpm_is(token->state, "ended") || token->visit == task->visit)
		refuse_taking_back(task, "The branches have joined, or the step is still open.");
	if (token->last_visit != task->visit)
		refuse_taking_back(task, "The case has moved on.");
	check_untouched(work, task);
}

/* Opens the step again for the person who takes it back. */
static void
reopen(BpmCase *work, const BpmTask *task)
{
	BpmToken   *token = bpm_case_token(work, task->token);
	BpmTask    *again;

	bpm_cancel_below(work, token->id);
	if (token->visit)
		bpm_lapse_visit(work, token->visit);
	work->origin = task->origin;
	token->step = task->step;
	token->visit = ++work->visits;
	token->last_visit = task->previous;
	token->dirty = true;
	bpm_set_state(token->state, "active");
	again = bpm_case_new_task(work, token, "sign", task->assignee);
	again->seat_no = task->seat_no;
	again->weight = task->weight;
	again->previous = task->previous;
	bpm_arrange(work, token);
}

/* Takes an approval back (拿回); only while nobody has acted on what follows. */
PG_FUNCTION_INFO_V1(bpm_take_back);
Datum
bpm_take_back(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT case_id FROM @ledger@.task WHERE task_id" EQ "$1", "l"
	};
	BpmCall		call;
	BpmCase    *work;
	BpmTask    *task;
	Datum		value = PG_GETARG_DATUM(1);
	bool		isnull;
	BpmEvent	event = {.action = "take_back",.to_step = NO_STEP};

	bpm_require_argument(fcinfo, 1, "task");
	bpm_call_begin(&call, fcinfo, "take_back", bpm_optional_argument(fcinfo, 3));
	if (bpm_ledger_execute(call.ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("task " INT64_FORMAT " does not exist in ledger %s", DatumGetInt64(value),
						call.ledger->schema)));
	work = bpm_call_case(&call, DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
															 SPI_tuptable->tupdesc, 1, &isnull)));
	task = bpm_case_task(work, DatumGetInt64(value));
	check_taking_back(work, task);
	event.task = task->id;
	event.step = task->step;
	event.opinion = bpm_optional_argument(fcinfo, 2);
	bpm_record(work, &event);
	reopen(work, task);
	bpm_case_store(work);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Reminds the holder of a task (催办). */
void
bpm_remind_task(BpmCase *work, BpmTask *task)
{
	task->reminders++;
	task->reminded_at = GetCurrentTimestamp();
	task->dirty = true;
	bpm_tell(work, "remind", task->id, task->assignee);
}

/* Reminds everybody whom a case waits for, not more often than its flow says; returns how many. */
PG_FUNCTION_INFO_V1(bpm_remind);
Datum
bpm_remind(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCase    *work;
	TimestampTz now = GetCurrentTimestamp();
	int32		count = 0;

	bpm_require_argument(fcinfo, 1, "case_id");
	bpm_call_begin(&call, fcinfo, "remind", bpm_optional_argument(fcinfo, 3));
	work = bpm_call_case(&call, PG_GETARG_INT64(1));
	if (strcmp(work->actor, work->initiator) != 0)
		bpm_call_require(&call, work->division, work->unit);
	if (!bpm_case_live(work))
		refuse_state(work);
	if (work->reminded_at != 0 &&
		now < work->reminded_at + work->flow->remind_minutes * USECS_PER_MINUTE)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " was reminded of less than %d minutes ago", work->id,
						work->flow->remind_minutes)));
	for (int i = 0; i < work->ntasks; i++)
		if (bpm_is(work->tasks[i]->state, "open") && !bpm_is(work->tasks[i]->kind, "copy"))
		{
			bpm_remind_task(work, work->tasks[i]);
			count++;
		}
	work->reminders++;
	work->reminded_at = now;
	record(work, "remind", bpm_optional_argument(fcinfo, 2));
	bpm_case_store(work);
	bpm_call_end(&call);
	PG_RETURN_INT32(count);
}

/* Begins an administrative act on a case: with a reason, under a duty where the case is. */
static BpmCase *
begin_administration(BpmCall *call, FunctionCallInfo fcinfo, const char *operation, int reason)
{
	BpmCase    *work;

	bpm_require_argument(fcinfo, 1, "case_id");
	bpm_argument(fcinfo, reason, "reason");
	bpm_call_begin(call, fcinfo, operation, NULL);
	work = bpm_call_case(call, PG_GETARG_INT64(1));
	bpm_call_require(call, work->division, work->unit);
	return work;
}

/* Stores a case and ends the call. */
static void
end_administration(BpmCall *call, BpmCase *work)
{
	bpm_case_store(work);
	bpm_call_end(call);
}

/* Does something to the sub-cases of a case that have not ended, and stores them. */
static void
with_sub_cases(BpmCase *work, void (*change) (BpmCase *))
{
	static const BpmStatement find = {
		"SELECT case_id FROM @ledger@.approval_case WHERE parent_case" EQ "$1 AND ended_at IS NULL", "l"
	};
	Datum		value = Int64GetDatum(work->id);
	int			rows = bpm_ledger_execute(work->ledger, &find, 0, &value, NULL);
	SPITupleTable *table = SPI_tuptable;

	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		BpmCase    *called = bpm_case_lock(work->ledger,
										   DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)));

		called->actor = work->actor;
		called->login = work->login;
		change(called);
		bpm_case_store(called);
	}
}

/* Does something to a case that is nobody's part, with the reason given, and tells the parties. */
static Datum
administer(FunctionCallInfo fcinfo, const char *operation, void (*change) (BpmCase *))
{
	BpmCall		call;
	BpmCase    *work = begin_administration(&call, fcinfo, operation, 2);

	require_own(work);
	record(work, operation, bpm_argument(fcinfo, 2, "reason"));
	change(work);
	bpm_tell_parties(work);
	end_administration(&call, work);
	PG_RETURN_VOID();
}

/* Stops a case, and what it called. */
static void
suspend_one(BpmCase *work)
{
	if (!bpm_case_live(work))
		refuse_state(work);
	bpm_set_state(work->state, "suspended");
	work->suspended_at = GetCurrentTimestamp();
	with_sub_cases(work, suspend_one);
}

/* Suspends a case (挂起): nobody can act on it, and its deadlines stand still. */
PG_FUNCTION_INFO_V1(bpm_suspend);
Datum
bpm_suspend(PG_FUNCTION_ARGS)
{
	return administer(fcinfo, "suspend", suspend_one);
}

/* Lets a case go on where it stood; deadlines move by the time that it was suspended. */
static void
resume_one(BpmCase *work)
{
	TimestampTz paused;

	if (!bpm_is(work->state, "suspended"))
		refuse_state(work);
	paused = GetCurrentTimestamp() - work->suspended_at;
	bpm_set_state(work->state, "running");
	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->step == START_STEP && work->tokens[i]->visit)
			bpm_set_state(work->state, "returned");
	work->suspended_at = 0;
	for (int i = 0; i < work->ntasks; i++)
		if (bpm_is(work->tasks[i]->state, "open") && work->tasks[i]->due_at != 0)
		{
			work->tasks[i]->due_at += paused;
			work->tasks[i]->dirty = true;
		}
	with_sub_cases(work, resume_one);
}

/* Lets a suspended case go on. */
PG_FUNCTION_INFO_V1(bpm_resume);
Datum
bpm_resume(PG_FUNCTION_ARGS)
{
	return administer(fcinfo, "resume", resume_one);
}

/* Ends a case that has not ended (终止); what it held is released. */
PG_FUNCTION_INFO_V1(bpm_terminate);
Datum
bpm_terminate(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCase    *work = begin_administration(&call, fcinfo, "terminate", 2);

	require_own(work);
	if (work->ended_at != 0)
		refuse_state(work);
	record(work, "terminate", bpm_argument(fcinfo, 2, "reason"));
	bpm_finish_case(work, "terminated", MOMENT_TERMINATED);
	end_administration(&call, work);
	PG_RETURN_VOID();
}

/* Declares a case void (作废), whether it runs or was approved. */
PG_FUNCTION_INFO_V1(bpm_void_case);
Datum
bpm_void_case(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCase    *work = begin_administration(&call, fcinfo, "void_case", 2);

	require_own(work);
	if (work->ended_at != 0 && !bpm_is(work->state, "approved"))
		refuse_state(work);
	record(work, "void", bpm_argument(fcinfo, 2, "reason"));
	bpm_finish_case(work, "voided", MOMENT_VOIDED);
	end_administration(&call, work);
	PG_RETURN_VOID();
}

/* Refuses a step to which nobody can be sent from outside. */
static int
step_to_jump_to(BpmCase *work, const char *name)
{
	int			step = bpm_find_step(work->flow, name);

	if (step == NO_STEP || work->flow->steps[step].type != STEP_SIGN ||
		work->flow->steps[step].scope != NO_STEP)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot jump to step \"%s\" of flow \"%s\"", name, work->flow->name),
				 errhint("Name a step that people sign, outside parallel branches.")));
	return step;
}

/* Brings a case that ended without approval to life again (唤醒). */
static void
wake(BpmCase *work)
{
	if (bpm_case_live(work))
		return;
	require_own(work);
	if (!bpm_is(work->state, "rejected") && !bpm_is(work->state, "retracted") &&
		!bpm_is(work->state, "terminated"))
		refuse_state(work);
	bpm_set_state(work->state, "running");
	work->ended_at = 0;
	bpm_run_moment(work, MOMENT_HOLD);
	bpm_tell_parties(work);
}

/* Moves a case to a step by decree (跳转), one that ended without approval too (唤醒). */
PG_FUNCTION_INFO_V1(bpm_jump);
Datum
bpm_jump(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	char	   *name = bpm_argument(fcinfo, 2, "step");
	BpmCase    *work = begin_administration(&call, fcinfo, "jump", 3);
	BpmEvent	event = {.action = "jump",.step = NO_STEP};
	BpmToken   *token = work->tokens[0];

	event.to_step = step_to_jump_to(work, name);
	event.opinion = bpm_argument(fcinfo, 3, "reason");
	event.step = token->step;
	bpm_record(work, &event);
	wake(work);
	bpm_cancel_below(work, token->id);
	if (bpm_is(token->state, "called"))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " waits for a case that it called", work->id),
				 errhint("Terminate it, or decide the called case.")));
	if (token->visit)
		bpm_lapse_visit(work, token->visit);
	if (token->step == START_STEP)
	{
		bpm_set_state(work->state, "running");
		bpm_run_moment(work, MOMENT_HOLD);
	}
	token->resume = NO_STEP;
	bpm_open_visit(work, token, event.to_step, token->last_visit);
	end_administration(&call, work);
	PG_RETURN_VOID();
}

/* Hands over one task, unless its rules forbid that. */
static bool
hand_over_task(BpmCase *work, BpmTask *task, const char *to, const char *reason)
{
	if (work->flow->steps[task->step].self != 'a' && strcmp(work->initiator, to) == 0 &&
		bpm_is(task->kind, "sign"))
	{
		ereport(WARNING,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("task " INT64_FORMAT " is not handed over", task->id),
				 errdetail("\"%s\" began its case and cannot decide it.", to)));
		return false;
	}
	for (int i = 0; i < work->ntasks; i++)
		if (work->tasks[i]->visit == task->visit && strcmp(work->tasks[i]->assignee, to) == 0 &&
			(bpm_is(work->tasks[i]->state, "open") || bpm_is(work->tasks[i]->state, "waiting")))
			return false;
	if (task->holders && strstr(psprintf("%s/", task->holders), psprintf("/%s/", to)))
		task->holders = NULL;
	bpm_transfer(work, task, to, "hand_over", reason);
	return true;
}

/* Hands over a person's undecided tasks (离职转办) to another, and returns how many. */
PG_FUNCTION_INFO_V1(bpm_hand_over);
Datum
bpm_hand_over(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT DISTINCT c.root_case, c.case_id FROM @ledger@.task t JOIN @ledger@.approval_case c"
		" ON c.case_id" EQ "t.case_id WHERE t.assignee" EQ "$1 AND t.state" EQ "ANY ('{open,waiting}'::pg_catalog.text[])"
		" AND c.ended_at IS NULL ORDER BY 1, 2", "t"
	};
	BpmCall		call;
	char	   *from = bpm_argument(fcinfo, 1, "from_login");
	char	   *to = bpm_argument(fcinfo, 2, "to_login");
	char	   *reason = bpm_argument(fcinfo, 3, "reason");
	Datum		value = CStringGetTextDatum(from);
	SPITupleTable *table;
	int			rows;
	int32		count = 0;

	bpm_call_begin(&call, fcinfo, "hand_over", NULL);
	(void) get_role_oid(to, false);
	rows = bpm_ledger_execute(call.ledger, &find, 0, &value, NULL);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		BpmCase    *work = bpm_call_case(&call, DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc,
																			 2, &isnull)));

		bpm_call_require(&call, work->division, work->unit);
		for (int j = 0; j < work->ntasks; j++)
			if (strcmp(work->tasks[j]->assignee, from) == 0 &&
				(bpm_is(work->tasks[j]->state, "open") || bpm_is(work->tasks[j]->state, "waiting")) &&
				hand_over_task(work, work->tasks[j], to, reason))
				count++;
		bpm_case_store(work);
	}
	bpm_call_end(&call);
	PG_RETURN_INT32(count);
}
