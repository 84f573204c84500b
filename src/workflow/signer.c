/*
 * signer.c
 *	  Who holds a task changes: 加签, 减签, 转办, 委派, 抄送.
 */
#include "postgres.h"

#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "workflow/workflow.h"

/* Refuses a person who has an undecided task in the visit already, or will have it back. */
static void
check_not_signing(BpmCase *work, const BpmTask *task, const char *login)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other == task ? strcmp(task->assignee, login) == 0 :
			other->visit == task->visit &&
			(strcmp(other->assignee, login) == 0 ||
			 (other->returns_to && strcmp(other->returns_to, login) == 0)) &&
			(bpm_is(other->state, "open") || bpm_is(other->state, "waiting")) && !bpm_is(other->kind, "copy"))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_RULE_VIOLATED),
					 errmsg("\"%s\" signs this step already", login)));
	}
}

/* Refuses a person who does not exist, must not decide this case, or signs the step already. */
static void
check_receiver(BpmCase *work, const BpmTask *task, const char *login)
{
	(void) get_role_oid(login, false);
	if (work->flow->steps[task->step].self != 'a' && strcmp(login, work->initiator) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("\"%s\" began case " INT64_FORMAT " and cannot decide it", login, work->id)));
	check_not_signing(work, task, login);
}

/* Makes room in the task's seat at a rank. */
static void
shift_ranks(BpmCase *work, const BpmTask *task, int32 from)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other->visit == task->visit && other->seat == task->seat && other->rank >= from)
		{
			other->rank++;
			other->dirty = true;
		}
	}
}

/* Returns the number after the last seat of the visit. */
static int32
next_seat(BpmCase *work, const BpmTask *task)
{
	int32		last = 0;

	for (int i = 0; i < work->ntasks; i++)
		if (work->tasks[i]->visit == task->visit)
			last = Max(last, work->tasks[i]->seat_no);
	return last + 1;
}

/* Adds a signer (加签): before or after the actor in his seat, or beside him in one of his own. */
void
bpm_add_signer(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options)
{
	static const char *const places[] = {"before", "after", "beside", NULL};
	BpmToken   *token = bpm_case_token(work, task->token);
	char	   *to = bpm_node_text(options, "to", true);
	char	   *where = bpm_node_word(options, "where", places);
	BpmTask    *added;
	BpmEvent	event = {.action = "add_signer",.task = task->id,.step = task->step,.to_step = NO_STEP,
		.to_whom = to,.opinion = opinion};

	if (options->faults->count > 0)
		return;
	check_receiver(work, task, to);
	added = bpm_case_new_task(work, token, "sign", to);
	added->origin = task->origin;
	added->previous = task->previous;
	added->added_by = task->assignee;
	added->weight = task->weight;
	if (strcmp(where, "beside") == 0)
		added->seat_no = next_seat(work, task);
	else
	{
		int32		rank = strcmp(where, "before") == 0 ? task->rank : task->rank + 1;

		shift_ranks(work, task, rank);
		added->seat = task->seat;
		added->seat_no = task->seat_no;
		added->rank = rank;
	}
	bpm_record(work, &event);
	bpm_arrange(work, token);
}

/* Tells whether a seat would be left for the step without this task. */
static bool
seats_remain(BpmCase *work, const BpmTask *removed)
{
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->visit == removed->visit && task->seat == task->id && task->id != removed->id &&
			!bpm_is(task->state, "removed") && !bpm_is(task->kind, "copy"))
			return true;
	}
	return false;
}

/* Refuses to remove a signer who is not the actor's to remove, or has acted. */
static void
check_removal(BpmCase *work, const BpmTask *task, const BpmTask *removed)
{
	if (removed == NULL || removed->visit != task->visit || removed == task || bpm_is(removed->kind, "copy"))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("the option \"task\" names no other signer's task of this step")));
	if (!bpm_is(removed->state, "open") && !bpm_is(removed->state, "waiting"))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " is %s", removed->id, removed->state),
				 errdetail("Only a signer who has not acted can be removed.")));
	if (!work->flow->steps[task->step].remove &&
		(removed->added_by == NULL || strcmp(removed->added_by, task->assignee) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("\"%s\" did not add the signer of task " INT64_FORMAT, work->actor, removed->id),
				 errdetail("Who was named by the definition stays, unless the step says \"remove\".")));
	if (removed->seat == removed->id && !seats_remain(work, removed))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("the last signer of a step cannot be removed")));
}

/* Removes a signer who has not acted (减签), and decides again. */
void
bpm_remove_signer(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options)
{
	BpmTask    *removed = bpm_case_task(work, bpm_node_int(options, "task", 0, 1));
	BpmEvent	event = {.action = "remove_signer",.task = task->id,.step = task->step,.to_step = NO_STEP,
		.opinion = opinion};

	if (options->faults->count > 0)
		return;
	check_removal(work, task, removed);
	event.to_whom = removed->assignee;
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *other = work->tasks[i];

		if (other == removed || (removed->seat == removed->id && other->seat == removed->id &&
								 other->visit == removed->visit))
		{
			bpm_set_state(other->state, "removed");
			other->dirty = true;
		}
	}
	bpm_record(work, &event);
	bpm_settle(work, bpm_case_token(work, task->token));
}

/* Tells whether a person had the task before. */
static bool
has_held(const BpmTask *task, const char *login)
{
	char	   *mark = psprintf("/%s/", login);

	return task->holders && strstr(psprintf("%s/", task->holders), mark) != NULL;
}

/* Moves a task to another person for good (转办); it does not come back to who had it. */
void
bpm_transfer(BpmCase *work, BpmTask *task, const char *to, const char *action, const char *opinion)
{
	BpmEvent	event = {.action = action,.task = task->id,.step = task->step,.to_step = NO_STEP,
		.to_whom = to,.opinion = opinion};

	check_receiver(work, task, to);
	if (has_held(task, to))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("\"%s\" has had task " INT64_FORMAT " before", to, task->id),
				 errhint("Decide it, or send the case back.")));
	task->holders = psprintf("%s/%s", task->holders ? task->holders : "", task->assignee);
	task->assignee = pstrdup(to);
	task->dirty = true;
	bpm_record(work, &event);
	if (bpm_is(task->state, "open"))
		bpm_tell(work, "task", task->id, to);
}

/* Lets another person handle a task (委派), which then returns to whose it was. */
void
bpm_delegate(BpmCase *work, BpmTask *task, const char *opinion, const BpmNode *options)
{
	char	   *to = bpm_node_text(options, "to", true);
	BpmEvent	event = {.action = "delegate",.task = task->id,.step = task->step,.to_step = NO_STEP,
		.to_whom = to,.opinion = opinion};

	if (options->faults->count > 0)
		return;
	check_receiver(work, task, to);
	if (task->returns_to && strcmp(task->returns_to, to) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("task " INT64_FORMAT " is \"%s\"'s own", task->id, to),
				 errhint("Use resolve: it returns to him.")));
	if (task->returns_to == NULL)
		task->returns_to = task->assignee;
	task->assignee = to;
	task->dirty = true;
	bpm_record(work, &event);
	bpm_tell(work, "task", task->id, to);
}

/* Returns a delegated task to whose it was. */
void
bpm_resolve_task(BpmCase *work, BpmTask *task, const char *opinion)
{
	BpmEvent	event = {.action = "resolve",.task = task->id,.step = task->step,.to_step = NO_STEP,
		.to_whom = task->returns_to,.opinion = opinion};

	task->assignee = task->returns_to;
	task->returns_to = NULL;
	task->dirty = true;
	bpm_record(work, &event);
	bpm_tell(work, "task", task->id, task->assignee);
}

/* Sends a copy of the case to a person (抄送), once in a case. */
void
bpm_copy_to(BpmCase *work, BpmToken *token, const char *login)
{
	BpmTask    *copy;

	(void) get_role_oid(login, false);
	for (int i = 0; i < work->ntasks; i++)
		if (bpm_is(work->tasks[i]->kind, "copy") && strcmp(work->tasks[i]->assignee, login) == 0)
			return;
	copy = bpm_case_new_task(work, token, "copy", login);
	copy->visit = 0;
	copy->seat = 0;
	copy->opened_at = GetCurrentTimestamp();
	bpm_set_state(copy->state, "open");
	bpm_tell(work, "copy", copy->id, login);
}
