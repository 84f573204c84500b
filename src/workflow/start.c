/*
 * start.c
 *	  Cases begin here, by hand or called by another case.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "ledger/posting.h"
#include "registry/registry.h"
#include "workflow/call.h"

static const BpmStatement insert_case = {
	"INSERT INTO @ledger@.approval_case (case_id, root_case, parent_case, version_id, flow, subject, facts,"
	" division, unit, initiator, state, held, started_at, reminders, events, visits, key, head)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, false, $12, 0, 0, 0, $13, $14)"
	" ON CONFLICT (key) DO NOTHING",
	"lllittjccttzty"
};
static const BpmStatement find_key = {
	"SELECT case_id, flow, subject, facts OPERATOR(pg_catalog.@>) $2 FROM @ledger@.approval_case"
	" WHERE key" EQ "$1", "tj"
};

/* Writes the row of a case that begins; false, with nothing written, when the key was used before. */
static bool
insert_row(BpmCase *work, const char *key)
{
	Datum		values[14];
	char		nulls[] = "              ";

	values[0] = Int64GetDatum(work->id);
	values[1] = Int64GetDatum(work->root);
	bpm_set_id(values, nulls, 2, work->parent);
	values[3] = Int32GetDatum(work->flow->version_id);
	values[4] = CStringGetTextDatum(work->flow->name);
	values[5] = CStringGetTextDatum(work->subject);
	values[6] = JsonbPGetDatum(work->facts);
	values[7] = Int64GetDatum(work->division);
	bpm_set_id(values, nulls, 8, work->unit);
	values[9] = CStringGetTextDatum(work->initiator);
	values[10] = CStringGetTextDatum(work->state);
	values[11] = TimestampTzGetDatum(work->started_at);
	bpm_set_text(values, nulls, 12, key);
	values[13] = bpm_digest_datum(work->head);
	return bpm_write_row(work->ledger, "approval_case", 0, work->id, &insert_case, values, nulls, true) == 1;
}

/*
 * Begins a case, whose place, subject and people are set, and runs it as far as it
 * goes by itself; 0 when somebody else has used the key at the same moment.
 */
int64
bpm_begin_case(BpmLedger *ledger, const BpmFlow *flow, BpmCase *work, const char *key)
{
	BpmToken   *token;
	BpmTask    *task;
	BpmEvent	event = {.action = "submit",.step = START_STEP,.to_step = NO_STEP,.details = work->facts};

	bpm_check_facts(flow, work->facts);
	work->ledger = ledger;
	work->flow = flow;
	work->id = bpm_next_id(ledger, "case_seq", 0);
	work->root = work->root ? work->root : work->id;
	work->started_at = GetCurrentTimestamp();
	bpm_set_state(work->state, "running");
	if (!insert_row(work, key))
		return 0;
	token = bpm_case_new_token(work, 0);
	token->visit = ++work->visits;
	task = bpm_case_new_task(work, token, "submit", work->initiator);
	task->opened_at = task->decided_at = work->started_at;
	task->decided_by = work->actor;
	bpm_set_state(task->state, "approved");
	event.task = task->id;
	bpm_record(work, &event);
	bpm_pass_visit(work, token);
	bpm_case_store(work);
	return work->id;
}

/*
 * Begins a case of the newest version of a flow as the one who acts in the call, and
 * leaves its facts as its effects have left them; 0 when somebody else has used the
 * key at the same moment.
 */
int64
bpm_call_start(BpmCall *call, BpmNewCase *start)
{
	BpmCase    *work = palloc0(sizeof(BpmCase));
	int64		id;

	work->subject = start->subject;
	work->facts = start->facts;
	work->division = start->division;
	work->unit = start->unit;
	work->initiator = work->actor = call->actor;
	work->login = call->login;
	id = bpm_begin_case(call->ledger, bpm_flow_newest(call->ledger, start->flow), work, start->key);
	start->facts = work->facts;
	return id;
}

/* Returns the case that a key stands for already, 0 for none; another one under that key is refused. */
static int64
replay(BpmLedger *ledger, const BpmNewCase *start)
{
	Datum		values[2];
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	if (start->key == NULL)
		return 0;
	values[0] = CStringGetTextDatum(start->key);
	values[1] = JsonbPGetDatum(start->facts);
	if (bpm_ledger_execute(ledger, &find_key, 0, values, NULL) != 1)
		return 0;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	if (strcmp(bpm_row_string(row, desc, 2), start->flow) != 0 || strcmp(bpm_row_string(row, desc, 3), start->subject) != 0 ||
		!DatumGetBool(SPI_getbinval(row, desc, 4, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" was used for another case", start->key),
				 errdetail("It stands for case %s of flow \"%s\".", bpm_row_string(row, desc, 1),
						   bpm_row_string(row, desc, 2))));
	return DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
}

/* Finds the place of a case: a unit with its division, or a division alone. */
static void
find_place(BpmLedger *ledger, BpmNewCase *start, const char *unit, const char *division)
{
	if ((unit == NULL) == (division == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a case belongs to a unit or to a division"),
				 errhint("Give one of the two, as official code.")));
	if (unit)
		bpm_registry_unit(ledger, unit, &start->unit, &start->division);
	else
		start->division = bpm_registry_division(ledger, division);
}

/* Begins a case of a flow and returns it; a repeated key returns the case that it began. */
PG_FUNCTION_INFO_V1(bpm_start_case);
Datum
bpm_start_case(PG_FUNCTION_ARGS)
{
	BpmNewCase	start = {.flow = bpm_argument(fcinfo, 1, "flow")};
	BpmCall		call;
	int64		id;

	bpm_require_argument(fcinfo, 2, "subject");
	bpm_require_argument(fcinfo, 3, "facts");
	start.subject = bpm_limited_text(fcinfo, 2, "subject", 200);
	start.facts = PG_GETARG_JSONB_P(3);
	start.key = bpm_limited_text(fcinfo, 6, "key", 100);
	if (!JB_ROOT_IS_OBJECT(start.facts))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts must be an object")));
	bpm_call_begin(&call, fcinfo, "start_case", bpm_optional_argument(fcinfo, 7));
	find_place(call.ledger, &start, bpm_optional_argument(fcinfo, 4), bpm_optional_argument(fcinfo, 5));
	bpm_call_require(&call, start.division, start.unit);
	id = replay(call.ledger, &start);
	if (id == 0)
		id = bpm_call_start(&call, &start);
	if (id == 0)
		id = replay(call.ledger, &start);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
