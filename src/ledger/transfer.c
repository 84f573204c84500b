/*
 * transfer.c
 *	  Money between governments (转移支付): sent, in transit, received or returned.
 *
 * The transfer row is locked after the lines; its state under that lock decides
 * between two receivers.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "ledger/posting.h"
#include "registry/registry.h"

typedef struct Transfer
{
	int64		id;
	int64		from_line;		/* 0: sent in another ledger */
	BpmCode		from_division;
	BpmCode		to_division;
	BpmFen		amount;
	char	   *document;
	bool		direct;
	char	   *state;
	int64		to_line;		/* 0: not received */
} Transfer;

#define TRANSFER_LIST \
	"SELECT from_line, from_division, to_division, amount, document, direct, state, to_line" \
	" FROM @ledger@.transfer WHERE transfer_id OPERATOR(pg_catalog.=) $1"

static const BpmStatement look_at_transfer = {TRANSFER_LIST, "l"};
static const BpmStatement lock_transfer = {TRANSFER_LIST " FOR NO KEY UPDATE", "l"};

static const BpmStatement insert_transfer = {
	"INSERT INTO @ledger@.transfer (transfer_id, from_line, from_division, to_division,"
	" amount, document, direct, state, sent_at) VALUES ($1, $2, $3, $4, $5, $6, $7,"
	" 'sent', $8)", "llccatbz"
};
static const BpmStatement mark_received = {
	"UPDATE @ledger@.transfer SET state = 'received', to_line = $2, receive_posting = $3"
	" WHERE transfer_id OPERATOR(pg_catalog.=) $1", "lll"
};
static const BpmStatement mark_returned = {
	"UPDATE @ledger@.transfer SET state = 'returned', return_posting = $2"
	" WHERE transfer_id OPERATOR(pg_catalog.=) $1", "ll"
};

/* Reads a transfer, locked on request; false refuses one that does not exist. */
static bool
read_transfer(BpmPosting *posting, int64 id, bool lock, Transfer *transfer)
{
	Datum		values[1] = {Int64GetDatum(id)};
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	if (bpm_ledger_execute(posting->ledger, lock ? &lock_transfer : &look_at_transfer, 0,
						   values, NULL) != 1)
		return bpm_deny(posting, ERRCODE_UNDEFINED_OBJECT,
						psprintf("transfer " INT64_FORMAT " does not exist in ledger %s",
								 id, posting->ledger->schema),
						NULL,
						pstrdup("A transfer's id is the posting that send_transfer() returned; the view transfer_in_transit lists the open ones."));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	transfer->id = id;
	transfer->from_line = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	if (isnull)
		transfer->from_line = 0;
	transfer->from_division = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
	transfer->to_division = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
	transfer->amount = DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
	transfer->document = bpm_row_string(row, desc, 5);
	transfer->direct = DatumGetBool(SPI_getbinval(row, desc, 6, &isnull));
	transfer->state = bpm_row_string(row, desc, 7);
	transfer->to_line = DatumGetInt64(SPI_getbinval(row, desc, 8, &isnull));
	if (isnull)
		transfer->to_line = 0;
	return true;
}

/* Writes one transfer row through its guard. */
static void
execute_permitted(BpmPosting *posting, const BpmStatement *statement, int64 id,
				  Datum *values, const char *nulls)
{
	bpm_write_row(posting->ledger, "transfer", 0, id, statement, values, nulls, true);
}

/* Finds the receiving division and asks for the sender's line. */
bool
bpm_plan_send(BpmPosting *posting)
{
	BpmCode    *to = palloc(sizeof(BpmCode));
	BpmRefusal	refusal;

	if (posting->request.detail == NULL)
		return bpm_deny(posting, ERRCODE_NULL_VALUE_NOT_ALLOWED,
						pstrdup("to_division must not be null"), NULL, NULL);
	if (!bpm_registry_find_division(posting->ledger, posting->request.detail, to, &refusal))
		return bpm_deny(posting, refusal.sqlstate, refusal.message, refusal.detail, refusal.hint);
	posting->operation_state = to;
	bpm_posting_want(posting, posting->request.line, false);
	return true;
}

/* send_transfer: available to transferred, to a government below. */
bool
bpm_decide_send(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmCode		to = *(BpmCode *) posting->operation_state;
	BpmLine    *line = bpm_posting_line(posting, request->line);

	if (to == line->division || !bpm_code_covers(line->division, to))
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("division %s is not below the government of line "
								   INT64_FORMAT, request->detail, line->id),
						  psprintf("The line belongs to the government with tree key %s.",
								   bpm_code_to_text(line->division)),
						  pstrdup("A transfer goes to a lower government; inside one government use allot()."));
	return bpm_add_leg(posting, request->line, "transfer_out", request->amount, 0);
}

/* Records what is now in transit, under the sender's document. */
void
bpm_finish_send(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmLineFacts facts;
	Datum		values[8];

	bpm_line_facts(posting->ledger, request->line, &facts);
	values[0] = Int64GetDatum(posting->id);
	values[1] = Int64GetDatum(request->line);
	values[2] = Int64GetDatum(facts.division);
	values[3] = Int64GetDatum(*(BpmCode *) posting->operation_state);
	values[4] = Int64GetDatum(request->amount);
	values[5] = CStringGetTextDatum(request->document);
	values[6] = BoolGetDatum(facts.direct);
	values[7] = TimestampTzGetDatum(GetCurrentTimestamp());
	execute_permitted(posting, &insert_transfer, posting->id, values, NULL);
}

/* request.line is the receiver's line, request.other the transfer. */
bool
bpm_plan_receive(BpmPosting *posting)
{
	bpm_posting_want(posting, posting->request.line, false);
	return true;
}

/* Refuses a line that is not the receiver's root with the sender's document and mark. */
static bool
check_receiver(BpmPosting *posting, const Transfer *transfer)
{
	int64		line = posting->request.line;
	BpmLineFacts facts;

	bpm_line_facts(posting->ledger, line, &facts);
	if (facts.division != transfer->to_division || facts.parent != 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " cannot receive transfer " INT64_FORMAT,
								   line, transfer->id),
						  facts.parent != 0 ? pstrdup("It is not a root line.")
						  : pstrdup("It belongs to another government than the transfer names."),
						  pstrdup("Receive into a root line of the receiving government."));
	if (facts.source_doc == NULL || strcmp(facts.source_doc, transfer->document) != 0 ||
		facts.direct != transfer->direct)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " does not carry the sender's document and mark",
								   line),
						  psprintf("The transfer came under 上级指标文号 \"%s\"%s, the line says \"%s\"%s.",
								   transfer->document, transfer->direct ? " as direct money (直达)" : "",
								   facts.source_doc ? facts.source_doc : "",
								   facts.direct ? " as direct money (直达)" : ""),
						  pstrdup("Open the line with source_document and direct as the transfer has them."));
	return true;
}

/* Refuses a transfer that is no longer in transit. */
static bool
check_open(BpmPosting *posting, const Transfer *transfer)
{
	if (strcmp(transfer->state, "sent") == 0)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
					  psprintf("transfer " INT64_FORMAT " is %s already",
							   transfer->id, transfer->state),
					  psprintf("It was of %s, under document \"%s\".",
							   bpm_fen_to_text(transfer->amount), transfer->document),
					  strcmp(transfer->state, "received") == 0 ?
					  pstrdup("return_transfer() undoes it; what is still on its way is in the view transfer_in_transit.")
					  : pstrdup("Send it again with send_transfer()."));
}

/* receive_transfer: the whole amount, into a line that names the sender's document. */
bool
bpm_decide_receive(BpmPosting *posting)
{
	Transfer	transfer;

	if (!read_transfer(posting, posting->request.other, !posting->dry, &transfer) ||
		!check_receiver(posting, &transfer) || !check_open(posting, &transfer))
		return false;
	return bpm_add_leg(posting, posting->request.line, "transfer_in", transfer.amount,
					   transfer.from_line);
}

/* Takes the transfer out of transit. */
void
bpm_finish_receive(BpmPosting *posting)
{
	Datum		values[3];

	values[0] = Int64GetDatum(posting->request.other);
	values[1] = Int64GetDatum(posting->request.line);
	values[2] = Int64GetDatum(posting->id);
	execute_permitted(posting, &mark_received, posting->request.other, values, NULL);
}

/* request.line is the transfer: whoever holds the money now gives it back. */
bool
bpm_plan_transfer_return(BpmPosting *posting)
{
	Transfer	transfer;
	bool		received;

	if (!read_transfer(posting, posting->request.line, false, &transfer))
		return false;
	received = transfer.to_line != 0;
	if (received)
		bpm_posting_want(posting, transfer.to_line, false);
	if (transfer.from_line != 0)
		bpm_posting_want(posting, transfer.from_line, received);
	else if (!received)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
						  psprintf("transfer " INT64_FORMAT " was sent in another ledger and not received here",
								   transfer.id),
						  psprintf("It was announced here with %s.", bpm_fen_to_text(transfer.amount)),
						  pstrdup("Return it in the ledger that sent it."));
	return true;
}

/* return_transfer: undone on both sides, or on the sender's while in transit. */
bool
bpm_decide_transfer_return(BpmPosting *posting)
{
	Transfer	transfer;

	if (!read_transfer(posting, posting->request.line, !posting->dry, &transfer))
		return false;
	if (strcmp(transfer.state, "returned") == 0)
		return check_open(posting, &transfer);
	if (transfer.to_line != 0 && transfer.from_line != 0 && posting->nlines < 2)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("transfer " INT64_FORMAT " was received while it was being returned",
						transfer.id),
				 errhint("Try again.")));
	if (transfer.to_line != 0 &&
		!bpm_add_leg(posting, transfer.to_line, "transfer_return_out", transfer.amount,
					 transfer.from_line))
		return false;
	return transfer.from_line == 0 ||
		bpm_add_leg(posting, transfer.from_line, "transfer_return_in", transfer.amount,
					transfer.to_line);
}

/* Marks the transfer as returned; it can never be received again. */
void
bpm_finish_transfer_return(BpmPosting *posting)
{
	Datum		values[2];

	values[0] = Int64GetDatum(posting->request.line);
	values[1] = Int64GetDatum(posting->id);
	execute_permitted(posting, &mark_returned, posting->request.line, values, NULL);
}

/* Gives the transfer that a request receives or returns, 0 where it is about none. */
int64
bpm_transfer_of_request(const BpmRequest *request)
{
	if (request->operation->decide == bpm_decide_receive)
		return request->other;
	return request->operation->decide == bpm_decide_transfer_return ? request->line : 0;
}

/* Locks transfers, given in ascending order; one that does not exist is its posting's to refuse. */
void
bpm_lock_transfers(BpmLedger *ledger, const int64 *ids, int count)
{
	for (int i = 0; i < count; i++)
	{
		Datum		values[1] = {Int64GetDatum(ids[i])};

		bpm_ledger_execute(ledger, &lock_transfer, 0, values, NULL);
		SPI_freetuptable(SPI_tuptable);
	}
}
