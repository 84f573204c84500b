/*
 * visit.c
 *	  A stay of a token at a step that people decide: whose turn it is, how it was
 *	  reached, and what its votes say.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "workflow/workflow.h"

/* Tells whether a task still waits for somebody. */
static bool
is_undecided(const BpmTask *task)
{
	return bpm_is(task->state, "open") || bpm_is(task->state, "waiting");
}

/* Lets the undecided tasks of a visit lapse (失效). */
void
bpm_lapse_visit(BpmCase *work, int32 visit)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->visit != visit || !is_undecided(task) || bpm_is(task->kind, "copy"))
			continue;
		bpm_set_state(task->state, "lapsed");
		task->dirty = true;
	}
}

/* Returns a task of a visit that people decided, NULL if the visit had none. */
BpmTask *
bpm_visit_task(BpmCase *work, int32 visit)
{
	for (int i = 0; i < work->ntasks; i++)
		if (work->tasks[i]->visit == visit && !bpm_is(work->tasks[i]->kind, "copy"))
			return work->tasks[i];
	return NULL;
}

/* Returns the visit before a visit on the way back to the start, 0 for none. */
int32
bpm_visit_before(BpmCase *work, int32 visit)
{
	BpmTask    *task = bpm_visit_task(work, visit);

	return task ? task->previous : 0;
}

/* Returns the newest visit of a step on the way back, 0 for none. */
int32
bpm_visit_of_step(BpmCase *work, const BpmToken *token, int step)
{
	int32		visit = token->visit ? bpm_visit_before(work, token->visit) : token->last_visit;

	while (visit != 0)
	{
		BpmTask    *task = bpm_visit_task(work, visit);

		if (task == NULL || task->step == step)
			break;
		visit = task->previous;
	}
	return visit;
}

/* Tells whether every earlier seat of a sequence has been decided. */
static bool
may_run(BpmCase *work, const BpmTask *task, const BpmStep *step)
{
	if (step->rule.kind != RULE_SEQUENCE)
		return true;
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other->visit == task->visit && other->seat_no < task->seat_no && is_undecided(other) &&
			bpm_is(other->kind, "sign"))
			return false;
	}
	return true;
}

/* Tells whether a task is the first undecided one in its seat. */
static bool
is_first(BpmCase *work, const BpmTask *task)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other->visit == task->visit && other->seat == task->seat && other->rank < task->rank &&
			is_undecided(other))
			return false;
	}
	return true;
}

/* Opens a task to its assignee, and tells him. */
static void
open_task(BpmCase *work, BpmTask *task, const BpmStep *step)
{
	bpm_set_state(task->state, "open");
	task->dirty = true;
	if (task->opened_at == 0)
	{
		task->opened_at = GetCurrentTimestamp();
		task->due_at = bpm_due(work, &step->deadline, task->opened_at);
	}
	bpm_tell(work, "task", task->id, task->assignee);
}

/* Opens the tasks of a token's visit whose turn it is, and lets the others wait. */
void
bpm_arrange(BpmCase *work, BpmToken *token)
{
	const BpmStep *step = &work->flow->steps[token->step];

	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];
		bool		turn;

		if (task->visit != token->visit || !is_undecided(task) || bpm_is(task->kind, "copy"))
			continue;
		turn = is_first(work, task) && may_run(work, task, step);
		if (turn && bpm_is(task->state, "waiting"))
			open_task(work, task, step);
		else if (!turn && bpm_is(task->state, "open"))
		{
			bpm_set_state(task->state, "waiting");
			task->dirty = true;
		}
	}
}

/* Returns the vote of a seat. */
static BpmVote
seat_vote(BpmCase *work, const BpmTask *holder)
{
	BpmVote		vote = VOTE_PASS;
	bool		open = false;

	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->seat != holder->id || bpm_is(task->state, "removed"))
			continue;
		if (bpm_is(task->state, "rejected"))
			return VOTE_REJECT;
		open |= is_undecided(task);
	}
	if (open)
		return VOTE_OPEN;
	if (bpm_is(holder->state, "abstained"))
		vote = VOTE_ABSTAIN;
	if (bpm_is(holder->state, "absent"))
		vote = VOTE_ABSENT;
	return vote;
}

/* Decides the visit of a token from the votes of its seats. */
BpmOutcome
bpm_visit_outcome(BpmCase *work, BpmToken *token)
{
	BpmBallot  *ballots = palloc0(work->ntasks * sizeof(BpmBallot));
	int			n = 0;

	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->visit != token->visit || task->seat != task->id || bpm_is(task->state, "removed") ||
			bpm_is(task->kind, "copy"))
			continue;
		ballots[n].vote = seat_vote(work, task);
		ballots[n++].weight = task->weight;
	}
	return bpm_decide_votes(&work->flow->steps[token->step].rule, ballots, n);
}
