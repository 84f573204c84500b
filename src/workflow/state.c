/*
 * state.c
 *	  A case with its tokens and tasks: read under the lock of its root, kept in
 *	  memory while it is changed, and stored.
 *
 * Locks: the row of the root case first, FOR NO KEY UPDATE; a sub-case has no lock
 * of its own, so that a case and what it called never wait for each other.  Lines
 * of the ledger are locked after that, by effects.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "base/rows.h"
#include "ledger/posting.h"
#include "workflow/workflow.h"

static const BpmStatement find_root = {
	"SELECT root_case FROM @ledger@.approval_case WHERE case_id" EQ "$1", "l"
};
static const BpmStatement lock_root = {
	"SELECT case_id FROM @ledger@.approval_case WHERE case_id" EQ "$1 FOR NO KEY UPDATE", "l"
};
static const BpmStatement read_case = {
	"SELECT case_id, root_case, parent_case, parent_token, version_id, subject, facts, division, unit,"
	" initiator, state, held, started_at, ended_at, suspended_at, reminded_at, reminders, events, visits, head"
	" FROM @ledger@.approval_case WHERE case_id" EQ "$1", "l"
};
static const BpmStatement read_tokens = {
	"SELECT token_id, parent_token, step, state, visit, last_visit, resume, resume_previous"
	" FROM @ledger@.case_token WHERE case_id" EQ "$1 ORDER BY token_id", "l"
};
static const BpmStatement read_tasks = {
	"SELECT task_id, token_id, visit, origin, previous, step, kind, state, seat, seat_no, rank, weight,"
	" assignee, added_by, returns_to, holders, opened_at, due_at, decided_at, reminded_at, reminders,"
	" decided_by, on_behalf_of FROM @ledger@.task WHERE case_id" EQ "$1 ORDER BY task_id", "l"
};
static const BpmStatement insert_token = {
	"INSERT INTO @ledger@.case_token (token_id, case_id, parent_token, step, state, visit, last_visit,"
	" resume, resume_previous, division, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
	"lllttiiticc"
};
static const BpmStatement update_token = {
	"UPDATE @ledger@.case_token SET step = $2, state = $3, visit = $4, last_visit = $5, resume = $6,"
	" resume_previous = $7 WHERE token_id" EQ "$1", "lttiiti"
};
static const BpmStatement insert_task = {
	"INSERT INTO @ledger@.task (task_id, case_id, token_id, flow, visit, origin, previous, step, kind, seat,"
	" seat_no, weight, assignee, added_by, division, unit, state, rank, returns_to, holders, opened_at, due_at,"
	" decided_at, reminded_at, reminders, decided_by, on_behalf_of) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
	" $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)",
	"llltiiittliittcctittzzzzitt"
};
static const BpmStatement update_task = {
	"UPDATE @ledger@.task SET assignee = $2, state = $3, rank = $4, returns_to = $5, holders = $6,"
	" opened_at = $7, due_at = $8, decided_at = $9, reminded_at = $10, reminders = $11, decided_by = $12,"
	" on_behalf_of = $13 WHERE task_id" EQ "$1", "lttittzzzzitt"
};
static const BpmStatement update_case = {
	"UPDATE @ledger@.approval_case SET facts = COALESCE($2, facts), state = $3, held = $4, ended_at = $5,"
	" suspended_at = $6, reminded_at = $7, reminders = $8, events = $9, visits = $10, head = $11"
	" WHERE case_id" EQ "$1", "ljtbzzziiiy"
};

/* Tells whether a state is this one. */
bool
bpm_is(const char *state, const char *word)
{
	return strcmp(state, word) == 0;
}

/* Sets a state. */
void
bpm_set_state(char *state, const char *word)
{
	strlcpy(state, word, 12);
}

/* Tells whether people can go on with a case. */
bool
bpm_case_live(const BpmCase *work)
{
	return bpm_is(work->state, "running") || bpm_is(work->state, "returned");
}

/* Returns a text of a row, NULL for null. */
static char *
text_of(HeapTuple row, TupleDesc desc, int column)
{
	return SPI_getvalue(row, desc, column);
}

/* Fills a token from its row. */
static BpmToken *
take_token(BpmCase *work, HeapTuple row, TupleDesc desc)
{
	BpmToken   *token = palloc0(sizeof(BpmToken));
	char	   *resume = text_of(row, desc, 7);

	token->id = bpm_row_number(row, desc, 1);
	token->parent = bpm_row_number(row, desc, 2);
	token->step = bpm_find_step(work->flow, bpm_row_string(row, desc, 3));
	bpm_set_state(token->state, bpm_row_string(row, desc, 4));
	token->visit = bpm_row_number(row, desc, 5);
	token->last_visit = bpm_row_number(row, desc, 6);
	token->resume = resume ? bpm_find_step(work->flow, resume) : NO_STEP;
	token->resume_previous = bpm_row_number(row, desc, 8);
	return token;
}

/* Fills a task from its row. */
static BpmTask *
take_task(BpmCase *work, HeapTuple row, TupleDesc desc)
{
	BpmTask    *task = palloc0(sizeof(BpmTask));

	task->id = bpm_row_number(row, desc, 1);
	task->token = bpm_row_number(row, desc, 2);
	task->visit = bpm_row_number(row, desc, 3);
	task->origin = bpm_row_number(row, desc, 4);
	task->previous = bpm_row_number(row, desc, 5);
	task->step = bpm_find_step(work->flow, bpm_row_string(row, desc, 6));
	strlcpy(task->kind, bpm_row_string(row, desc, 7), sizeof(task->kind));
	bpm_set_state(task->state, bpm_row_string(row, desc, 8));
	task->seat = bpm_row_number(row, desc, 9);
	task->seat_no = bpm_row_number(row, desc, 10);
	task->rank = bpm_row_number(row, desc, 11);
	task->weight = bpm_row_number(row, desc, 12);
	task->assignee = bpm_row_string(row, desc, 13);
	task->added_by = text_of(row, desc, 14);
	task->returns_to = text_of(row, desc, 15);
	task->holders = text_of(row, desc, 16);
	task->opened_at = bpm_row_number(row, desc, 17);
	task->due_at = bpm_row_number(row, desc, 18);
	task->decided_at = bpm_row_number(row, desc, 19);
	task->reminded_at = bpm_row_number(row, desc, 20);
	task->reminders = bpm_row_number(row, desc, 21);
	task->decided_by = text_of(row, desc, 22);
	task->on_behalf_of = text_of(row, desc, 23);
	return task;
}

/* Fills the case from its row, which has just been read. */
static void
take_case(BpmCase *work)
{
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	int32		version_id = bpm_row_number(row, desc, 5);

	work->id = bpm_row_number(row, desc, 1);
	work->root = bpm_row_number(row, desc, 2);
	work->parent = bpm_row_number(row, desc, 3);
	work->parent_token = bpm_row_number(row, desc, 4);
	work->subject = bpm_row_string(row, desc, 6);
	work->facts = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 7, &isnull));
	work->division = bpm_row_number(row, desc, 8);
	work->unit = bpm_row_number(row, desc, 9);
	work->initiator = bpm_row_string(row, desc, 10);
	bpm_set_state(work->state, bpm_row_string(row, desc, 11));
	work->held = bpm_row_number(row, desc, 12);
	work->started_at = bpm_row_number(row, desc, 13);
	work->ended_at = bpm_row_number(row, desc, 14);
	work->suspended_at = bpm_row_number(row, desc, 15);
	work->reminded_at = bpm_row_number(row, desc, 16);
	work->reminders = bpm_row_number(row, desc, 17);
	work->events = bpm_row_number(row, desc, 18);
	work->visits = bpm_row_number(row, desc, 19);
	bpm_row_digest(row, desc, 20, work->head);
	work->flow = bpm_flow_version(work->ledger, version_id);
}

/* Reads the tokens and tasks of a case. */
static void
take_parts(BpmCase *work)
{
	Datum		value = Int64GetDatum(work->id);
	int			rows = bpm_ledger_execute(work->ledger, &read_tokens, 0, &value, NULL);

	work->tokens = palloc(Max(rows, 1) * sizeof(BpmToken *));
	for (work->ntokens = 0; work->ntokens < rows; work->ntokens++)
		work->tokens[work->ntokens] = take_token(work, SPI_tuptable->vals[work->ntokens],
												 SPI_tuptable->tupdesc);
	rows = bpm_ledger_execute(work->ledger, &read_tasks, 0, &value, NULL);
	work->tasks = palloc(Max(rows, 1) * sizeof(BpmTask *));
	for (work->ntasks = 0; work->ntasks < rows; work->ntasks++)
		work->tasks[work->ntasks] = take_task(work, SPI_tuptable->vals[work->ntasks],
											  SPI_tuptable->tupdesc);
}

/* Locks the tree that a case belongs to, and reads the case as it is now. */
BpmCase *
bpm_case_lock(BpmLedger *ledger, int64 case_id)
{
	BpmCase    *work = palloc0(sizeof(BpmCase));
	Datum		value = Int64GetDatum(case_id);
	bool		isnull;

	work->ledger = ledger;
	if (bpm_ledger_execute(ledger, &find_root, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("case " INT64_FORMAT " does not exist in ledger %s", case_id, ledger->schema)));
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	bpm_ledger_execute(ledger, &lock_root, 0, &value, NULL);
	value = Int64GetDatum(case_id);
	bpm_ledger_execute(ledger, &read_case, 0, &value, NULL);
	take_case(work);
	take_parts(work);
	return work;
}

/* Returns a token of the case, which must be there. */
BpmToken *
bpm_case_token(BpmCase *work, int64 id)
{
	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->id == id)
			return work->tokens[i];
	elog(ERROR, "case " INT64_FORMAT " has no token " INT64_FORMAT, work->id, id);
}

/* Returns a task of the case, NULL if there is none. */
BpmTask *
bpm_case_task(BpmCase *work, int64 id)
{
	for (int i = 0; i < work->ntasks; i++)
		if (work->tasks[i]->id == id)
			return work->tasks[i];
	return NULL;
}

/* Adds a token. */
BpmToken *
bpm_case_new_token(BpmCase *work, int64 parent)
{
	BpmToken   *token = palloc0(sizeof(BpmToken));

	token->id = bpm_next_id(work->ledger, "token_seq", 0);
	token->parent = parent;
	token->resume = NO_STEP;
	token->fresh = true;
	bpm_set_state(token->state, "active");
	work->tokens = work->tokens ?
		repalloc(work->tokens, (work->ntokens + 1) * sizeof(BpmToken *)) : palloc(sizeof(BpmToken *));
	work->tokens[work->ntokens++] = token;
	return token;
}

/* Adds a task to the token's visit, in a seat of its own. */
BpmTask *
bpm_case_new_task(BpmCase *work, const BpmToken *token, const char *kind, const char *assignee)
{
	BpmTask    *task = palloc0(sizeof(BpmTask));

	task->id = bpm_next_id(work->ledger, "task_seq", 0);
	task->token = token->id;
	task->visit = token->visit;
	task->origin = work->origin;
	task->step = token->step;
	task->seat = task->id;
	task->weight = 1;
	task->assignee = pstrdup(assignee);
	task->fresh = true;
	strlcpy(task->kind, kind, sizeof(task->kind));
	bpm_set_state(task->state, "waiting");
	work->tasks = work->tasks ?
		repalloc(work->tasks, (work->ntasks + 1) * sizeof(BpmTask *)) : palloc(sizeof(BpmTask *));
	work->tasks[work->ntasks++] = task;
	return task;
}

/* Stores a token that is new or has changed. */
static void
store_token(BpmCase *work, BpmToken *token)
{
	Datum		values[11];
	char		nulls[] = "           ";
	int			shift = token->fresh ? 2 : 0;
	const char *step = work->flow->steps[token->step].name;

	values[0] = Int64GetDatum(token->id);
	if (token->fresh)
	{
		values[1] = Int64GetDatum(work->id);
		bpm_set_id(values, nulls, 2, token->parent);
		values[9] = Int64GetDatum(work->division);
		bpm_set_id(values, nulls, 10, work->unit);
	}
	values[shift + 1] = CStringGetTextDatum(step);
	values[shift + 2] = CStringGetTextDatum(token->state);
	values[shift + 3] = Int32GetDatum(token->visit);
	values[shift + 4] = Int32GetDatum(token->last_visit);
	bpm_set_text(values, nulls, shift + 5, token->resume == NO_STEP ? NULL : work->flow->steps[token->resume].name);
	values[shift + 6] = Int32GetDatum(token->resume_previous);
	bpm_write_row(work->ledger, "case_token", 0, token->id, token->fresh ? &insert_token : &update_token,
				  values, nulls, true);
	token->fresh = token->dirty = false;
}

/* Sets the parameters that an insertion and a change of a task share. */
static void
set_task(const BpmTask *task, Datum *values, char *nulls, int at)
{
	values[at] = CStringGetTextDatum(task->state);
	values[at + 1] = Int32GetDatum(task->rank);
	bpm_set_text(values, nulls, at + 2, task->returns_to);
	bpm_set_text(values, nulls, at + 3, task->holders);
	bpm_set_id(values, nulls, at + 4, task->opened_at);
	bpm_set_id(values, nulls, at + 5, task->due_at);
	bpm_set_id(values, nulls, at + 6, task->decided_at);
	bpm_set_id(values, nulls, at + 7, task->reminded_at);
	values[at + 8] = Int32GetDatum(task->reminders);
	bpm_set_text(values, nulls, at + 9, task->decided_by);
	bpm_set_text(values, nulls, at + 10, task->on_behalf_of);
}

/* Stores a new task. */
static void
store_new_task(BpmCase *work, BpmTask *task)
{
	Datum		values[27];
	char		nulls[] = "                           ";

	values[0] = Int64GetDatum(task->id);
	values[1] = Int64GetDatum(work->id);
	values[2] = Int64GetDatum(task->token);
	values[3] = CStringGetTextDatum(work->flow->name);
	values[4] = Int32GetDatum(task->visit);
	values[5] = Int32GetDatum(task->origin);
	values[6] = Int32GetDatum(task->previous);
	values[7] = CStringGetTextDatum(work->flow->steps[task->step].name);
	values[8] = CStringGetTextDatum(task->kind);
	values[9] = Int64GetDatum(task->seat);
	values[10] = Int32GetDatum(task->seat_no);
	values[11] = Int32GetDatum(task->weight);
	values[12] = CStringGetTextDatum(task->assignee);
	bpm_set_text(values, nulls, 13, task->added_by);
	values[14] = Int64GetDatum(work->division);
	bpm_set_id(values, nulls, 15, work->unit);
	set_task(task, values, nulls, 16);
	bpm_write_row(work->ledger, "task", 0, task->id, &insert_task, values, nulls, true);
}

/* Stores a task that has changed. */
static void
store_task(BpmCase *work, BpmTask *task)
{
	Datum		values[13];
	char		nulls[] = "             ";

	values[0] = Int64GetDatum(task->id);
	values[1] = CStringGetTextDatum(task->assignee);
	set_task(task, values, nulls, 2);
	bpm_write_row(work->ledger, "task", 0, task->id, &update_task, values, nulls, true);
}

/* Stores the case's own row. */
static void
store_case(BpmCase *work)
{
	Datum		values[11];
	char		nulls[] = "           ";

	values[0] = Int64GetDatum(work->id);
	values[1] = JsonbPGetDatum(work->facts);
	nulls[1] = work->facts_changed ? ' ' : 'n';
	values[2] = CStringGetTextDatum(work->state);
	values[3] = BoolGetDatum(work->held);
	bpm_set_id(values, nulls, 4, work->ended_at);
	bpm_set_id(values, nulls, 5, work->suspended_at);
	bpm_set_id(values, nulls, 6, work->reminded_at);
	values[7] = Int32GetDatum(work->reminders);
	values[8] = Int32GetDatum(work->events);
	values[9] = Int32GetDatum(work->visits);
	values[10] = bpm_digest_datum(work->head);
	bpm_write_row(work->ledger, "approval_case", 0, work->id, &update_case, values, nulls, true);
}

/* Stores all that has changed in a case. */
void
bpm_case_store(BpmCase *work)
{
	for (int i = 0; i < work->ntokens; i++)
		if (work->tokens[i]->fresh || work->tokens[i]->dirty)
			store_token(work, work->tokens[i]);
	for (int i = 0; i < work->ntasks; i++)
	{
		BpmTask    *task = work->tasks[i];

		if (task->fresh)
			store_new_task(work, task);
		else if (task->dirty)
			store_task(work, task);
		task->fresh = task->dirty = false;
	}
	store_case(work);
}

/* Returns the rows of a statement, run as the owner, as the rows of a function. */
void
bpm_rows(FunctionCallInfo fcinfo, BpmLedger *ledger, const BpmStatement *statement,
		 Datum *values, const char *nulls)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, nulls);

	for (int i = 0; i < rows; i++)
		tuplestore_puttuple(result->setResult, SPI_tuptable->vals[i]);
}
