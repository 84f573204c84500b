/*
 * engine.c
 *	  How a case moves: entering steps, opening and closing visits, gateways and
 *	  joins, going back, sub-flows, and the end.  What happens within a visit is in
 *	  visit.c.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "ledger/posting.h"
#include "workflow/workflow.h"

#define MAX_DEPTH	500			/* steps that one action may pass by itself */

static void enter_step(BpmCase *work, BpmToken *token, int step);
static void finish_sub_case(BpmCase *work);
static void reject_visit(BpmCase *work, BpmToken *token);

/* Ends a token, with the visit that it had open. */
static void
end_token(BpmCase *work, BpmToken *token)
{
	if (token->visit)
		bpm_lapse_visit(work, token->visit);
	token->visit = 0;
	bpm_set_state(token->state, "ended");
	token->dirty = true;
}

/* Terminates the sub-case that a token waits for. */
static void
end_called(BpmCase *work, const BpmToken *token)
{
	static const BpmStatement find = {
		"SELECT case_id FROM @ledger@.approval_case WHERE parent_case" EQ "$1 AND parent_token" EQ "$2"
		" AND ended_at IS NULL", "ll"
	};
	Datum		values[] = {Int64GetDatum(work->id), Int64GetDatum(token->id)};
	bool		isnull;
	BpmCase    *called;

	if (!bpm_is(token->state, "called") ||
		bpm_ledger_execute(work->ledger, &find, 0, values, NULL) != 1)
		return;
	called = bpm_case_lock(work->ledger,
						   DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	called->actor = work->actor;
	called->login = work->login;
	called->parent_token = 0;
	bpm_finish_case(called, "terminated", MOMENT_TERMINATED);
	bpm_case_store(called);
}

/* Ends every token below another one. */
void
bpm_cancel_below(BpmCase *work, int64 token)
{
	for (int i = 0; i < work->ntokens; i++)
	{
		BpmToken   *child = work->tokens[i];

		if (child->parent != token || bpm_is(child->state, "ended"))
			continue;
		bpm_cancel_below(work, child->id);
		end_called(work, child);
		end_token(work, child);
	}
}

/* Opens a visit at a step; one that nobody has to decide is passed at once. */
void
bpm_open_visit(BpmCase *work, BpmToken *token, int step, int32 previous)
{
	int			before = work->ntasks;

	token->step = step;
	bpm_set_state(token->state, "active");
	token->visit = ++work->visits;
	token->dirty = true;
	if (step == START_STEP)
		bpm_case_new_task(work, token, "submit", work->initiator);
	else if (bpm_seat_signers(work, token, &work->flow->steps[step]) == 0)
	{
		BpmEvent	event = {.action = "skip_nobody",.step = step,.to_step = NO_STEP};

		bpm_record(work, &event);
		token->visit = 0;
		enter_step(work, token, work->flow->steps[step].next);
		return;
	}
	for (int i = before; i < work->ntasks; i++)
		work->tasks[i]->previous = previous;
	bpm_arrange(work, token);
	if (step != START_STEP)
		bpm_settle(work, token);
}

/* Makes a branch of a fork. */
static BpmToken *
new_branch(BpmCase *work, BpmToken *fork)
{
	BpmToken   *child = bpm_case_new_token(work, fork->id);

	child->step = fork->step;
	child->last_visit = fork->last_visit;
	return child;
}

/* Goes on from a join once every branch of its fork is there. */
static void
try_join(BpmCase *work, BpmToken *fork)
{
	const BpmStep *step = &work->flow->steps[fork->step];

	if (!bpm_is(fork->state, "forked"))
		return;
	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->parent == fork->id && !bpm_is(work->tokens[i]->state, "ended") &&
			!bpm_is(work->tokens[i]->state, "joined"))
			return;
	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->parent == fork->id && bpm_is(work->tokens[i]->state, "joined"))
			end_token(work, work->tokens[i]);
	bpm_set_state(fork->state, "active");
	fork->dirty = true;
	enter_step(work, fork, work->flow->steps[step->join].next);
}

/* Sends a token into the branches of a parallel or inclusive gateway (并行, 包容网关). */
static void
fork_token(BpmCase *work, BpmToken *token, const BpmStep *step)
{
	BpmToken  **children = palloc((step->nbranches + 1) * sizeof(BpmToken *));
	int		   *targets = palloc((step->nbranches + 1) * sizeof(int));
	int			count = 0;

	bpm_set_state(token->state, "forked");
	token->dirty = true;
	for (int i = 0; i < step->nbranches; i++)
		if (step->type == STEP_PARALLEL || bpm_path_true(step->branches[i].path, work->facts))
			targets[count++] = step->branches[i].next;
	if (count == 0)
		targets[count++] = step->default_step;

	/* All of them first: a branch that is through at once must not close the join. */
	for (int i = 0; i < count; i++)
		children[i] = new_branch(work, token);
	for (int i = 0; i < count && bpm_case_live(work); i++)
		if (!bpm_is(children[i]->state, "ended"))
			enter_step(work, children[i], targets[i]);
}

/* Returns the way that a choice takes: the first true condition, or the default. */
static int
choose(BpmCase *work, const BpmStep *step)
{
	for (int i = 0; i < step->nbranches; i++)
		if (bpm_path_true(step->branches[i].path, work->facts))
			return step->branches[i].next;
	return step->default_step;
}

/* Sends copies (抄送), and goes on. */
static void
send_copies(BpmCase *work, BpmToken *token, const BpmStep *step)
{
	ListCell   *cell;

	foreach(cell, bpm_resolve(work, &step->assign, false))
		bpm_copy_to(work, token, ((BpmSigner *) lfirst(cell))->login);
	enter_step(work, token, step->next);
}

/* Goes on from a call, or back, as the sub-case ended. */
static void
after_call(BpmCase *work, BpmToken *token, const char *state)
{
	if (bpm_is(state, "approved"))
		enter_step(work, token, work->flow->steps[token->step].next);
	else
		reject_visit(work, token);
}

/* Begins a sub-case (子流程), and goes on if it ends at once. */
static void
call_flow(BpmCase *work, BpmToken *token, const BpmStep *step)
{
	BpmCase    *called = palloc0(sizeof(BpmCase));

	bpm_set_state(token->state, "called");
	token->dirty = true;
	called->parent = work->id;
	called->parent_token = 0;	/* its end must not look for us: we are here */
	called->root = work->root;
	called->subject = work->subject;
	called->facts = step->facts ? bpm_path_first(step->facts_path, work->facts) : work->facts;
	if (called->facts == NULL || !JB_ROOT_IS_OBJECT(called->facts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts for flow \"%s\" are not an object", step->call),
				 errdetail("Step \"%s\" takes them from %s.", step->name, step->facts)));
	called->division = work->division;
	called->unit = work->unit;
	called->initiator = work->initiator;
	called->actor = work->actor;
	called->login = work->login;
	called->depth = work->depth;
	bpm_begin_case(work->ledger, bpm_flow_newest(work->ledger, step->call), called, NULL);
	if (called->ended_at != 0)
		after_call(work, token, called->state);
	else
	{
		static const BpmStatement link = {
			"UPDATE @ledger@.approval_case SET parent_token = $2 WHERE case_id" EQ "$1", "ll"
		};
		Datum		values[] = {Int64GetDatum(called->id), Int64GetDatum(token->id)};

		bpm_write_row(work->ledger, "approval_case", 0, called->id, &link, values, NULL, true);
	}
}

/* Brings a token to the end of its way through a fork. */
static void
arrive(BpmCase *work, BpmToken *token)
{
	bpm_set_state(token->state, "joined");
	token->dirty = true;
	try_join(work, bpm_case_token(work, token->parent));
}

/* Moves a token to a step, and on through all that nobody decides. */
static void
enter_step(BpmCase *work, BpmToken *token, int number)
{
	const BpmStep *step = &work->flow->steps[number];

	check_stack_depth();
	if (++work->depth > MAX_DEPTH)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("case " INT64_FORMAT " passes more than %d steps at once", work->id, MAX_DEPTH),
				 errdetail("The flow \"%s\" leads in a circle in which nobody has to sign.", work->flow->name)));
	token->step = number;
	token->visit = 0;
	token->dirty = true;
	bpm_set_state(token->state, "active");
	switch (step->type)
	{
		case STEP_CHOOSE:
			enter_step(work, token, choose(work, step));
			break;
		case STEP_PARALLEL:
		case STEP_INCLUSIVE:
			fork_token(work, token, step);
			break;
		case STEP_JOIN:
			arrive(work, token);
			break;
		case STEP_CALL:
			call_flow(work, token, step);
			break;
		case STEP_COPY:
			send_copies(work, token, step);
			break;
		case STEP_END:
			bpm_finish_case(work, step->end_state,
							bpm_is(step->end_state, "approved") ? MOMENT_APPROVED : MOMENT_REJECTED);
			break;
		default:
			bpm_open_visit(work, token, number, token->last_visit);
	}
}

/* Goes on when the votes decide the token's visit. */
void
bpm_settle(BpmCase *work, BpmToken *token)
{
	switch (bpm_visit_outcome(work, token))
	{
		case OUTCOME_PASSED:
			bpm_pass_visit(work, token);
			break;
		case OUTCOME_REJECTED:
			reject_visit(work, token);
			break;
		default:
			bpm_arrange(work, token);
	}
}

/* Closes a visit that passed: its effects, and on to the next step. */
void
bpm_pass_visit(BpmCase *work, BpmToken *token)
{
	const BpmStep *step = &work->flow->steps[token->step];
	int			next = step->next;
	int32		visit = token->visit;
	int			resume = token->resume;
	BpmEvent	event = {.action = "passed",.step = token->step};

	bpm_lapse_visit(work, visit);
	event.to_step = resume != NO_STEP ? resume : next;
	bpm_record(work, &event);
	if (step->type == STEP_START)
	{
		bpm_set_state(work->state, "running");
		bpm_run_moment(work, MOMENT_HOLD);
		bpm_tell_parties(work);
	}
	bpm_run_effects(work, &step->effects);
	work->origin = visit;
	token->last_visit = visit;
	token->resume = NO_STEP;
	token->visit = 0;
	token->dirty = true;
	if (resume == NO_STEP)
		enter_step(work, token, next);
	else
		bpm_open_visit(work, token, resume, token->resume_previous);
}

/* Closes a visit that was rejected (驳回), as its step says. */
static void
reject_visit(BpmCase *work, BpmToken *token)
{
	const BpmStep *step = &work->flow->steps[token->step];
	BpmEvent	event = {.action = "rejected",.step = token->step,.to_step = NO_STEP};
	int32		visit = 0;

	if (step->on_reject == 'p')
		visit = token->visit ? bpm_visit_before(work, token->visit) : token->last_visit;
	else if (step->on_reject != 'e')
		visit = bpm_visit_of_step(work, token, step->on_reject == 's' ? START_STEP : step->reject_step);

	/* Another way may have led here: nobody must be kept from rejecting by that. */
	if (step->on_reject == 't' && visit == 0)
		visit = bpm_visit_of_step(work, token, START_STEP);
	if (step->on_reject != 'e' && visit == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " cannot go back from step \"%s\"", work->id, step->name),
				 errdetail("It has not been at the step that a rejection leads to.")));
	event.to_step = visit ? bpm_visit_task(work, visit)->step : NO_STEP;
	if (token->visit)
		bpm_lapse_visit(work, token->visit);
	bpm_record(work, &event);
	if (visit == 0)
		bpm_finish_case(work, "rejected", MOMENT_REJECTED);
	else
		bpm_go_back(work, token, visit, false);
}

/*
 * Brings a token, or the one whose branch it is, back to an earlier visit's step.
 * Beside branches are cancelled.  Direct: the step gone from comes straight after.
 */
void
bpm_go_back(BpmCase *work, BpmToken *token, int32 visit, bool direct)
{
	BpmTask    *target = bpm_visit_task(work, visit);
	BpmToken   *mover = bpm_case_token(work, target->token);
	int32		previous = target->previous;

	bpm_undo(work, token, visit);
	if (token->visit)
		bpm_lapse_visit(work, token->visit);
	if (mover != token)
	{
		bpm_cancel_below(work, mover->id);
		direct = false;
	}
	mover->resume = direct ? token->step : NO_STEP;
	mover->resume_previous = direct ? bpm_visit_before(work, token->visit) : 0;
	mover->last_visit = previous;
	mover->dirty = true;
	work->origin = 0;
	if (target->step == START_STEP)
	{
		bpm_run_moment(work, MOMENT_RELEASE);
		bpm_set_state(work->state, "returned");
		bpm_tell_parties(work);
	}
	bpm_open_visit(work, mover, target->step, previous);
}

/* Ends a case: nothing of it waits any more, and what its end sets off has happened. */
void
bpm_finish_case(BpmCase *work, const char *state, BpmMoment moment)
{
	BpmEvent	event = {.action = state,.step = NO_STEP,.to_step = NO_STEP};

	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->parent == 0)
		{
			if (moment != MOMENT_APPROVED && work->ended_at == 0)
				bpm_undo(work, work->tokens[i], 0);
			bpm_cancel_below(work, work->tokens[i]->id);
			end_called(work, work->tokens[i]);
			end_token(work, work->tokens[i]);
		}
	if (moment != MOMENT_APPROVED)
		bpm_run_moment(work, MOMENT_RELEASE);
	bpm_run_moment(work, moment);
	bpm_set_state(work->state, state);
	work->ended_at = GetCurrentTimestamp();
	work->suspended_at = 0;
	bpm_record(work, &event);
	bpm_tell_parties(work);
	finish_sub_case(work);
}

/* Lets the case that called this one go on. */
static void
finish_sub_case(BpmCase *work)
{
	BpmCase    *caller;
	BpmToken   *token;

	if (work->parent_token == 0)
		return;
	bpm_case_store(work);
	caller = bpm_case_lock(work->ledger, work->parent);
	caller->actor = work->actor;
	caller->login = work->login;
	caller->depth = work->depth;
	token = bpm_case_token(caller, work->parent_token);
	after_call(caller, token, work->state);
	bpm_case_store(caller);
}
