/*
 * task.c
 *	  What a person has to do, what happened in a case, and the outbox.
 */
#include "postgres.h"

#include "commands/async.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "workflow/call.h"

#define TASK_COLUMNS \
	"t.task_id, t.case_id, c.flow, c.subject, t.step, t.kind, c.initiator, t.assignee," \
	" t.opened_at, t.due_at, t.reminders"
/* The case of each task by its key: a generic plan would rather hash all cases. */
#define TASK_CASE \
	" CROSS JOIN LATERAL (SELECT k.flow, k.subject, k.initiator, k.state FROM @ledger@.approval_case k" \
	" WHERE k.case_id" EQ "t.case_id OFFSET 0) c" \
	" WHERE t.state" EQ "'open' AND (c.state" EQ "ANY ('{running,returned}'::pg_catalog.text[]) OR t.kind" EQ "'copy')"

/* Lists the open tasks of a person: his own, his groups', and those of whom he is the proxy for. */
PG_FUNCTION_INFO_V1(bpm_my_tasks);
Datum
bpm_my_tasks(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT " TASK_COLUMNS " FROM @ledger@.task t" TASK_CASE
		" AND t.assignee" EQ "ANY ($1)"
		" UNION ALL SELECT " TASK_COLUMNS " FROM @ledger@.proxy p"
		" JOIN @ledger@.task t ON t.assignee" EQ "p.principal" TASK_CASE
		" AND p.agent" EQ "$2 AND p.ended_at IS NULL AND (p.flow IS NULL OR p.flow" EQ "c.flow)"
		" AND t.kind OPERATOR(pg_catalog.<>) 'copy' AND p.valid_from OPERATOR(pg_catalog.<=) " SERVER_DATE
		" AND (p.valid_to IS NULL OR p.valid_to OPERATOR(pg_catalog.>=) " SERVER_DATE ")", "st"
	};
	BpmCall		call;
	Datum		values[2];

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "my_tasks", bpm_optional_argument(fcinfo, 1));
	values[0] = bpm_names_of(call.ledger, call.actor);
	values[1] = CStringGetTextDatum(call.actor);
	bpm_rows(fcinfo, call.ledger, &find, values, NULL);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Tells whether a person began a case or has had a task in it. */
static bool
takes_part(BpmCall *call, Datum case_id)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.approval_case c WHERE c.case_id" EQ "$1 AND (c.initiator" EQ "$2"
		" OR EXISTS (SELECT 1 FROM @ledger@.task t WHERE t.case_id" EQ "$1"
		" AND (t.assignee" EQ "ANY ($3) OR t.decided_by" EQ "$2)))", "lts"
	};
	Datum		values[3];

	values[0] = case_id;
	values[1] = CStringGetTextDatum(call->actor);
	values[2] = bpm_names_of(call->ledger, call->actor);
	return bpm_ledger_execute(call->ledger, &find, 0, values, NULL) > 0;
}

/* Refuses a person who neither takes part in a case nor may read its place. */
static void
require_reader(BpmCall *call, Datum case_id)
{
	static const BpmStatement find = {
		"SELECT division, unit FROM @ledger@.approval_case WHERE case_id" EQ "$1", "l"
	};
	bool		isnull;
	BpmCode		division;
	Datum		unit;

	if (bpm_ledger_execute(call->ledger, &find, 0, &case_id, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("case " INT64_FORMAT " does not exist in ledger %s", DatumGetInt64(case_id),
						call->ledger->schema)));
	division = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	unit = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	if (!bpm_call_reads(call, division, isnull ? 0 : DatumGetInt64(unit)) && !takes_part(call, case_id))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("\"%s\" takes no part in case " INT64_FORMAT, call->actor, DatumGetInt64(case_id))));
}

/* Lists what happened in a case, to those who take part in it or may read its place. */
PG_FUNCTION_INFO_V1(bpm_case_history);
Datum
bpm_case_history(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT event_no, happened_at, action, step, to_step, actor, on_behalf_of, to_whom, opinion, details,"
		" task_id FROM @ledger@.case_event WHERE case_id" EQ "$1 ORDER BY event_no", "l"
	};
	BpmCall		call;
	Datum		value = PG_GETARG_DATUM(1);

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "case_id");
	bpm_call_begin(&call, fcinfo, "case_history", bpm_optional_argument(fcinfo, 2));
	require_reader(&call, value);
	bpm_rows(fcinfo, call.ledger, &find, &value, NULL);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Gives a message as JSON for NOTIFY, whose payload is limited: the subject stays in the table. */
static char *
message_of(HeapTuple row, TupleDesc desc, const char *schema)
{
	StringInfoData json;
	char	   *case_id = SPI_getvalue(row, desc, 2);
	char	   *task = SPI_getvalue(row, desc, 3);
	char	   *deadline = SPI_getvalue(row, desc, 7);

	initStringInfo(&json);
	appendStringInfo(&json, "{\"message\": %s, \"ledger\": ", SPI_getvalue(row, desc, 1));
	escape_json(&json, schema);
	appendStringInfo(&json, ", \"case\": %s, \"task\": %s, \"kind\": \"%s\", \"recipient\": ",
					 case_id ? case_id : "null", task ? task : "null", SPI_getvalue(row, desc, 4));
	escape_json(&json, SPI_getvalue(row, desc, 5));
	appendStringInfo(&json, ", \"state\": \"%s\"", SPI_getvalue(row, desc, 6));
	if (deadline)
		appendStringInfo(&json, ", \"deadline\": %s", deadline);
	appendStringInfoChar(&json, '}');
	return json.data;
}

/* Marks undelivered messages as delivered, notifies of each, and returns how many there were. */
PG_FUNCTION_INFO_V1(bpm_run_outbox);
Datum
bpm_run_outbox(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT outbox_id, case_id, task_id, kind, recipient, state, deadline_id FROM @ledger@.outbox"
		" WHERE delivered_at IS NULL ORDER BY outbox_id LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED", "i"
	};
	static const BpmStatement deliver = {
		"UPDATE @ledger@.outbox SET delivered_at = pg_catalog.clock_timestamp() WHERE outbox_id" EQ "$1", "l"
	};
	BpmCall		call;
	char	   *channel = bpm_argument(fcinfo, 2, "channel");
	Datum		value = PG_GETARG_DATUM(1);
	SPITupleTable *table;
	int			rows;

	bpm_require_argument(fcinfo, 1, "most");
	bpm_call_begin(&call, fcinfo, "run_outbox", NULL);
	bpm_call_require(&call, 0, 0);
	rows = bpm_ledger_execute(call.ledger, &find, 0, &value, NULL);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		Datum		id = SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull);

		bpm_write_row(call.ledger, "outbox", 0, DatumGetInt64(id), &deliver, &id, NULL, true);
		Async_Notify(channel, message_of(table->vals[i], table->tupdesc, call.ledger->schema));
	}
	bpm_call_end(&call);
	PG_RETURN_INT32(rows);
}
