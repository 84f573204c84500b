/*
 * event.c
 *	  What happened in a case: one row an action, chained by digest as the journal
 *	  is, and the outbox rows that tell others of it.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "base/rows.h"
#include "evidence/chain.h"
#include "ledger/posting.h"
#include "workflow/call.h"

/* An event as its digest sees it. */
typedef struct EventRow
{
	int64		case_id;
	int32		event_no;
	const char *action;
	int64		task;
	const char *step;
	const char *to_step;
	const char *actor;
	const char *on_behalf_of;
	const char *to_whom;
	const char *login;
	TimestampTz happened_at;
	const char *opinion;
	const char *details;
	const char *signature;
} EventRow;

static const BpmStatement insert_event = {
	"INSERT INTO @ledger@.case_event (case_id, event_no, action, task_id, step, to_step, actor, on_behalf_of,"
	" to_whom, login, happened_at, opinion, details, signature, division, unit, digest)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
	"litlttttttztjtccy"
};
static const BpmStatement read_events = {
	"SELECT case_id, event_no, action, task_id, step, to_step, actor, on_behalf_of, to_whom, login,"
	" happened_at, opinion, details, signature, digest FROM @ledger@.case_event WHERE case_id" EQ "$1"
	" ORDER BY event_no", "l"
};
static const BpmStatement read_head = {
	"SELECT events, head, division, unit FROM @ledger@.approval_case WHERE case_id" EQ "$1", "l"
};
static const BpmStatement insert_message = {
	"INSERT INTO @ledger@.outbox (outbox_id, case_id, task_id, kind, recipient, subject, state, division, unit)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", "llltttt" "cc"
};

/* Gives the digest that links an event to the one before it in its case. */
static void
event_digest(const char *algorithm, const uint8 *previous, const EventRow *event, uint8 *digest)
{
	uint8		content[BPM_DIGEST_LENGTH];

	bpm_digest_start(algorithm);
	bpm_digest_cstring("budgetpm/case-event/1");
	bpm_digest_int64(event->case_id);
	bpm_digest_int64(event->event_no);
	bpm_digest_cstring(event->action);
	bpm_digest_optional(event->task);
	bpm_digest_cstring(event->step);
	bpm_digest_cstring(event->to_step);
	bpm_digest_cstring(event->actor);
	bpm_digest_cstring(event->on_behalf_of);
	bpm_digest_cstring(event->to_whom);
	bpm_digest_cstring(event->login);
	bpm_digest_moment(event->happened_at);
	bpm_digest_cstring(event->opinion);
	bpm_digest_cstring(event->details);
	bpm_digest_cstring(event->signature);
	bpm_digest_finish(content);
	bpm_digest_link(algorithm, previous, content, digest);
}

/* Writes an event with the digest that it has. */
static void
store_event(BpmCase *work, const EventRow *row, Jsonb *details)
{
	Datum		values[17];
	char		nulls[] = "                 ";

	values[0] = Int64GetDatum(row->case_id);
	values[1] = Int32GetDatum(row->event_no);
	bpm_set_text(values, nulls, 2, row->action);
	bpm_set_id(values, nulls, 3, row->task);
	bpm_set_text(values, nulls, 4, row->step);
	bpm_set_text(values, nulls, 5, row->to_step);
	bpm_set_text(values, nulls, 6, row->actor);
	bpm_set_text(values, nulls, 7, row->on_behalf_of);
	bpm_set_text(values, nulls, 8, row->to_whom);
	bpm_set_text(values, nulls, 9, row->login);
	values[10] = TimestampTzGetDatum(row->happened_at);
	bpm_set_text(values, nulls, 11, row->opinion);
	values[12] = JsonbPGetDatum(details);
	nulls[12] = details ? ' ' : 'n';
	bpm_set_text(values, nulls, 13, row->signature);
	values[14] = Int64GetDatum(work->division);
	bpm_set_id(values, nulls, 15, work->unit);
	values[16] = bpm_digest_datum(work->head);
	bpm_write_row(work->ledger, "case_event", 0, row->case_id, &insert_event, values, nulls, true);
}

/* Records an action of the case's actor, for good. */
void
bpm_record(BpmCase *work, const BpmEvent *event)
{
	EventRow	row = {0};
	uint8		digest[BPM_DIGEST_LENGTH];

	row.case_id = work->id;
	row.event_no = ++work->events;
	row.action = event->action;
	row.task = event->task;
	row.step = event->step == NO_STEP ? NULL : work->flow->steps[event->step].name;
	row.to_step = event->to_step == NO_STEP ? NULL : work->flow->steps[event->to_step].name;
	row.actor = work->actor;
	row.on_behalf_of = work->on_behalf_of;
	row.to_whom = event->to_whom;
	row.login = work->login;
	row.happened_at = GetCurrentTimestamp();
	row.opinion = event->opinion;
	row.details = event->details ? bpm_jsonb_out(event->details) : NULL;
	row.signature = event->signature;
	event_digest(work->ledger->digest, work->head, &row, digest);
	memcpy(work->head, digest, BPM_DIGEST_LENGTH);
	store_event(work, &row, event->details);
}

/* Puts a message into the outbox. */
void
bpm_tell(BpmCase *work, const char *kind, int64 task, const char *recipient)
{
	Datum		values[9];
	char		nulls[] = "         ";
	int64		id = bpm_next_id(work->ledger, "outbox_seq", 0);

	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(work->id);
	bpm_set_id(values, nulls, 2, task);
	values[3] = CStringGetTextDatum(kind);
	values[4] = CStringGetTextDatum(recipient);
	values[5] = CStringGetTextDatum(work->subject);
	values[6] = CStringGetTextDatum(work->state);
	values[7] = Int64GetDatum(work->division);
	bpm_set_id(values, nulls, 8, work->unit);
	bpm_write_row(work->ledger, "outbox", 0, id, &insert_message, values, nulls, true);
}

/*
 * Tells the initiator, unless it is his own doing, and every party of the flow
 * (项目单位, 银行, 审计) of a new status.
 */
void
bpm_tell_parties(BpmCase *work)
{
	List	   *parties = bpm_resolve(work, &work->flow->parties, false);
	ListCell   *cell;

	if (strcmp(work->actor, work->initiator) != 0)
		bpm_tell(work, "status", 0, work->initiator);
	foreach(cell, parties)
	{
		BpmSigner  *party = lfirst(cell);

		if (strcmp(party->login, work->initiator) != 0)
			bpm_tell(work, "status", 0, party->login);
	}
}

/* Reads an event as it is stored. */
static void
take_event(EventRow *event, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		details = SPI_getbinval(row, desc, 13, &isnull);

	event->details = isnull ? NULL : bpm_jsonb_out(DatumGetJsonbP(details));
	event->case_id = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	event->event_no = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	event->action = SPI_getvalue(row, desc, 3);
	event->task = DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
	event->task = isnull ? 0 : event->task;
	event->step = SPI_getvalue(row, desc, 5);
	event->to_step = SPI_getvalue(row, desc, 6);
	event->actor = SPI_getvalue(row, desc, 7);
	event->on_behalf_of = SPI_getvalue(row, desc, 8);
	event->to_whom = SPI_getvalue(row, desc, 9);
	event->login = SPI_getvalue(row, desc, 10);
	event->happened_at = DatumGetTimestampTz(SPI_getbinval(row, desc, 11, &isnull));
	event->opinion = SPI_getvalue(row, desc, 12);
	event->signature = SPI_getvalue(row, desc, 14);
}

/* Compares every event of a case with its digest. */
static void
verify_events(BpmLedger *ledger, Datum case_id, BpmChain *chain)
{
	int			rows = bpm_ledger_execute(ledger, &read_events, 0, &case_id, NULL);

	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		EventRow	event;
		uint8		digest[BPM_DIGEST_LENGTH];
		uint8		stored[BPM_DIGEST_LENGTH];

		take_event(&event, row, desc);
		event_digest(ledger->digest, chain->head, &event, digest);
		bpm_row_digest(row, desc, 15, stored);
		bpm_chain_event(chain, event.event_no, digest, stored);
	}
}

/* Refuses a caller who may not read the case whose row has just been read. */
static void
require_reader(BpmCall *call)
{
	HeapTuple	row = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	BpmCode		division = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
	Datum		unit = SPI_getbinval(row, desc, 4, &isnull);

	if (!bpm_call_reads(call, division, isnull ? 0 : DatumGetInt64(unit)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("role \"%s\" may not read this case", call->login)));
}

/* Lists what differs between a case's events and their digests. */
PG_FUNCTION_INFO_V1(bpm_verify_case);
Datum
bpm_verify_case(PG_FUNCTION_ARGS)
{
	BpmChain	chain = {(ReturnSetInfo *) fcinfo->resultinfo};
	BpmCall		call;
	uint8		stored[BPM_DIGEST_LENGTH];
	Datum		case_id = PG_GETARG_DATUM(1);

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "case_id");
	bpm_call_begin(&call, fcinfo, "verify_case", NULL);
	verify_events(call.ledger, case_id, &chain);
	if (bpm_ledger_execute(call.ledger, &read_head, 0, &case_id, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("case " INT64_FORMAT " does not exist in ledger %s", DatumGetInt64(case_id),
						call.ledger->schema)));
	require_reader(&call);
	bpm_row_digest(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, stored);
	if (!bpm_chain_ends(&chain, bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), stored))
		bpm_chain_say(&chain, chain.events, "the case's head is another event's");
	bpm_call_end(&call);
	return (Datum) 0;
}
