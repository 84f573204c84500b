/*
 * deadline.c
 *	  When a task is due, and what happens to one that is not decided by then.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/operators.h"
#include "base/rows.h"
#include "base/undo.h"
#include "workflow/call.h"
#include "workflow/watch.h"

#define ZONE	"pg_catalog.current_setting('log_timezone')"

/* Days are those of the server's log_timezone, as for duties; the time of day stays. */
static const BpmStatement add_days = {
	"SELECT pg_catalog.timezone(" ZONE ", pg_catalog.timezone(" ZONE ", $1) OPERATOR(pg_catalog.+)"
	" pg_catalog.make_interval(days => $2))", "zi"
};
static const BpmStatement add_working_days = {
	"SELECT pg_catalog.timezone(" ZONE ", @ledger@.add_working_days("
	"pg_catalog.timezone(" ZONE ", $1)::pg_catalog.date, $2) OPERATOR(pg_catalog.+)"
	" pg_catalog.timezone(" ZONE ", $1)::pg_catalog.time)", "zi"
};

/* Gives the moment at which a task that was opened then is due, 0 for never. */
TimestampTz
bpm_due(BpmCase *work, const BpmDeadline *deadline, TimestampTz from)
{
	Datum		values[] = {TimestampTzGetDatum(from), Int32GetDatum(deadline->length)};
	bool		isnull;

	if (deadline->unit == 0)
		return 0;
	if (deadline->unit == 'h')
		return from + deadline->length * USECS_PER_HOUR;
	if (bpm_ledger_execute(work->ledger, deadline->unit == 'd' ? &add_days : &add_working_days, 0,
						   values, NULL) != 1)
		elog(ERROR, "no due date");
	return DatumGetTimestampTz(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Does what the step's deadline says; returns the word for it, NULL when nothing was to be done. */
static const char *
run_task(BpmCase *work, BpmTask *task, TimestampTz now)
{
	const BpmDeadline *deadline = &work->flow->steps[task->step].deadline;
	const char *opinion = "deadline";

	if (!bpm_case_live(work) || !bpm_is(task->state, "open") || task->due_at == 0 || task->due_at > now)
		return NULL;
	switch (deadline->action)
	{
		case 'p':
			bpm_act_on(work, task, "approve", opinion, NULL);
			return "pass";
		case 'r':
			bpm_act_on(work, task, "reject", opinion, NULL);
			return "reject";
		case 'a':
			bpm_act_on(work, task, "absent", opinion, NULL);
			return "absent";
		case 't':
			bpm_transfer(work, task, deadline->to, "deadline_transfer", opinion);
			task->due_at = bpm_due(work, deadline, now);
			return "transfer";
	}
	if (task->reminded_at != 0 && now < task->reminded_at + USECS_PER_DAY)
		return NULL;
	bpm_remind_task(work, task);
	task->reminded_at = now;
	return "remind";
}

/*
 * Locks the tree of a case unless somebody else has it: he may be deciding, and a job
 * that holds many cases must not wait for one.
 */
static bool
lock_if_free(BpmLedger *ledger, int64 root)
{
	static const BpmStatement lock = {
		"SELECT case_id FROM @ledger@.approval_case WHERE case_id" EQ "$1 FOR NO KEY UPDATE SKIP LOCKED", "l"
	};
	Datum		value = Int64GetDatum(root);

	return bpm_ledger_execute(ledger, &lock, 0, &value, NULL) == 1;
}

/* A task that is due, and what was done about it. */
typedef struct DueTask
{
	BpmCall    *call;
	int64		case_id;
	int64		task_id;
	TimestampTz now;
	const char *done;			/* NULL: nothing */
} DueTask;

/* Runs the deadline of one task. */
static void
run_due(void *argument)
{
	DueTask    *due = argument;
	BpmCase    *work = bpm_call_case(due->call, due->case_id);
	BpmTask    *task = bpm_case_task(work, due->task_id);

	work->actor = "(deadline)";
	due->done = run_task(work, task, due->now);
	if (due->done)
		bpm_case_store(work);
}

/* Runs the deadline of one task by itself; a failure is returned as its message. */
static const char *
run_safely(DueTask *due, int64 root, char **error)
{
	ErrorData  *failure;

	*error = NULL;
	if (!lock_if_free(due->call->ledger, root))
		return NULL;
	failure = bpm_do_or_undo(run_due, due);
	if (failure)
		*error = bpm_error_text(failure);
	return failure ? "failed" : due->done;
}

/* Runs the deadlines that have passed; lists what was done, and what could not be. */
PG_FUNCTION_INFO_V1(bpm_run_deadlines);
Datum
bpm_run_deadlines(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT t.case_id, t.task_id, c.root_case FROM @ledger@.task t JOIN @ledger@.approval_case c ON c.case_id" EQ "t.case_id"
		" WHERE t.state" EQ "'open' AND t.due_at OPERATOR(pg_catalog.<=) $1 AND c.ended_at IS NULL"
		" ORDER BY c.root_case, t.case_id, t.task_id", "z"
	};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	TimestampTz now = PG_ARGISNULL(1) ? GetCurrentTimestamp() : PG_GETARG_TIMESTAMPTZ(1);
	Datum		value = TimestampTzGetDatum(now);
	BpmCall		call;
	SPITupleTable *table;
	int			rows;

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "run_deadlines", NULL);
	bpm_call_require(&call, 0, 0);
	rows = bpm_ledger_execute(call.ledger, &find, 0, &value, NULL);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		int64		case_id = DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));
		int64		task_id = DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull));
		int64		root = DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 3, &isnull));
		char	   *error;
		DueTask		due = {&call, case_id, task_id, now, NULL};
		const char *done = run_safely(&due, root, &error);
		Datum		values[5] = {Int64GetDatum(case_id), Int64GetDatum(task_id)};
		bool		nulls[5] = {false, false, false, false, true};

		if (done == NULL)
			continue;
		values[2] = CStringGetTextDatum(done);
		bpm_put_text(values, nulls, 3, error);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	bpm_run_watched(call.ledger, now, result);
	bpm_call_end(&call);
	return (Datum) 0;
}
