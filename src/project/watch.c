/*
 * watch.c
 *	  The watch over postings: requests on contracts, money for projects that have
 *	  ended or are suspended, and the monitoring rules.
 *
 * A posting that neither asks for money nor gives any to a line is passed by without
 * a statement.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "ledger/buffer.h"
#include "ledger/obligation.h"
#include "ledger/watcher.h"
#include "project/watch.h"
#include "registry/registry.h"

/* Tells whether a leg brings money to a bucket, as its own doing and not in undoing another one. */
static bool
brings(const BpmLeg *leg, BpmBucket source, BpmBucket target)
{
	return leg->kind->source == source && leg->kind->target == target && leg->kind->reverses[0] == '\0';
}

/* Returns today where the server stands, whatever zone the session names: no day comes sooner by asking for it. */
static DateADT
server_day(BpmLedger *ledger)
{
	static const BpmStatement today = {"SELECT " SERVER_DATE, ""};

	bpm_ledger_execute(ledger, &today, 0, NULL, NULL);
	return (DateADT) bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Refuses a request beyond what the clauses of its contract allow; tells which contract that is, 0 for none. */
static bool
ask_contract(BpmPosting *posting, const BpmLeg *leg, int64 *contract_id)
{
	BpmObligation *obligation = bpm_posting_obligation(posting, leg->from_obligation);
	BpmWatchedContract contract;
	bool		passes = true;

	if (obligation == NULL)
		return false;
	SPI_connect();
	if (bpm_watch_contract(posting->ledger, leg->from_obligation, &contract))
	{
		*contract_id = contract.id;
		passes = bpm_ask_clauses(posting, &contract, obligation->drawn + contract.drawn, leg->amount,
								 Min(posting->lines[leg->line].accounting_date, server_day(posting->ledger)));
	}
	SPI_finish();
	return passes;
}

/* The project of line $1 that stands against money for it; not where it is carried over from the project's line $2. */
static const BpmStatement barred_project = {
	"SELECT p.project_id, p.official_code::pg_catalog.text, p.stage::pg_catalog.text FROM @ledger@.line l"
	" JOIN @ledger@.project p ON p.project_id" EQ "l.project_id"
	" WHERE l.line_id" EQ "$1 AND p.stage" EQ "ANY ('{cancelled,closed,proposed,reviewed}')"
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.line o WHERE o.line_id" EQ "$2 AND o.project_id" EQ "l.project_id)", "ll"
};

/* Refuses money for a project that has ended or, unless only an undoing brings it back, is not in the pool yet. */
static bool
ask_project(BpmPosting *posting, const BpmLeg *leg)
{
	const BpmLine *line = &posting->lines[leg->line];
	Datum		values[2] = {Int64GetDatum(line->id), Int64GetDatum(0)};
	char	   *code;
	char	   *stage;
	int64		project;
	bool		passes = true;

	if (strcmp(leg->kind->operation, "carry_forward") == 0)
		values[1] = Int64GetDatum(posting->request.line);
	SPI_connect();
	if (bpm_ledger_execute_latest(posting->ledger, &barred_project, 0, values, NULL, true) == 1)
	{
		project = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		code = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
		stage = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
		if (stage[0] == 'c')
			passes = bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
								psprintf("project \"%s\" is %s and gets no money", code, stage),
								psprintf("Line " INT64_FORMAT " is of that project.", line->id), NULL);
		else if (leg->kind->reverses[0] == '\0' &&
				 bpm_registry_pool_required(posting->ledger, project, line->division))
			passes = bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
								psprintf("project \"%s\" is %s, and money needs an admitted project", code, stage),
								psprintf("Line " INT64_FORMAT " is of that project, and a project comes before its budget (先有项目再安排预算).",
										 line->id),
								pstrdup("Have it admitted (入库), or take it over (take_over_projects()) if it ran before this ledger did."));
	}
	SPI_finish();
	return passes;
}

/* Tells whether a leg brings money to a line, or back to it after it had gone. */
static bool
gives(const BpmLeg *leg)
{
	return leg->kind->source == BUCKET_APPROPRIATED || leg->kind->source == BUCKET_WITHDRAWN;
}

/* Asks the rules about a leg that requests or pays money that nobody looked at yet. */
static bool
ask_new(BpmPosting *posting, const BpmLeg *leg, const char *kind, int64 contract)
{
	BpmWatched	watched = {.kind = kind,.amount = leg->amount,.contract = contract};

	return bpm_ask_monitor(posting, leg, &watched);
}

/*
 * Asks whether a request may be paid: what was found when it was asked for is settled,
 * and no rule that holds now, of the request as a whole, stands against it.
 */
static bool
ask_paid(BpmPosting *posting, const BpmLeg *leg)
{
	BpmWatched	watched = {.kind = "pay",.request = leg->from_obligation};
	BpmObligation *request;
	BpmWatchedContract contract;

	if (!bpm_ask_stop(posting, leg))
		return false;
	if (!bpm_monitor_active(posting->ledger))
		return true;
	request = bpm_posting_obligation(posting, leg->from_obligation);
	if (request == NULL)
		return false;
	watched.amount = request->amount - request->released;
	SPI_connect();
	if (request->predecessor && bpm_watch_contract(posting->ledger, request->predecessor, &contract))
		watched.contract = contract.id;
	SPI_finish();
	return bpm_ask_monitor(posting, leg, &watched);
}

/* The payment $1 as it was posted: the request that it drew on, that one's contract, and the row of payment. */
static const BpmStatement corrected_payment = {
	"SELECT j.from_obligation, o.predecessor, CASE WHEN j.key OPERATOR(pg_catalog.~) '^payment:[0-9]{1,18}(:|$)'"
	"  THEN pg_catalog.split_part(j.key, ':', 2)::pg_catalog.int8 END FROM @ledger@.journal_@year@ j"
	" LEFT JOIN @ledger@.obligation o ON o.obligation_id" EQ "j.from_obligation WHERE j.posting_id" EQ "$1"
	" ORDER BY j.from_obligation, j.key LIMIT 1", "l"
};

/* Asks the rules about a payment that comes onto another line: who is paid is who was. */
static bool
ask_corrected(BpmPosting *posting, const BpmLeg *leg)
{
	int64		payment = posting->request.line;
	Datum		value = Int64GetDatum(payment);
	BpmWatched	watched = {.kind = "correct",.amount = leg->amount,.replaces = payment};
	BpmWatchedContract contract;
	int64		commitment = 0;

	if (!bpm_monitor_active(posting->ledger))
		return true;
	SPI_connect();
	if (bpm_reach_latest_rows(posting->ledger, &corrected_payment, BPM_LINE_YEAR(payment), &value) == 1)
	{
		int64		request = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);

		commitment = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
		watched.payment = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
		watched.replaces = request ? request : payment;
	}
	if (commitment && bpm_watch_contract(posting->ledger, commitment, &contract))
		watched.contract = contract.id;
	SPI_finish();
	return bpm_ask_monitor(posting, leg, &watched);
}

/* Looks at one leg of a decided posting; false when something refuses it. */
static bool
ask_leg(BpmPosting *posting, const BpmLeg *leg)
{
	int64		contract = 0;

	if (!bpm_ask_suspended(posting, leg))
		return false;
	/* A release or refund that is undone draws on the contract again, and what others requested meanwhile counts. */
	if (leg->kind->source == BUCKET_COMMITTED &&
		(leg->kind->target == BUCKET_REQUESTED || leg->kind->target == BUCKET_PAID) &&
		!ask_contract(posting, leg, &contract))
		return false;
	if (brings(leg, BUCKET_COMMITTED, BUCKET_REQUESTED))
		return ask_new(posting, leg, "request", contract);
	if (brings(leg, BUCKET_AVAILABLE, BUCKET_REQUESTED))
		return ask_new(posting, leg, "request", 0);
	/* A correction that is undone corrects the payment back. */
	if (strcmp(leg->kind->name, "correct_in") == 0 || strcmp(leg->kind->reverses, "correct_out") == 0)
		return ask_corrected(posting, leg);
	if (brings(leg, BUCKET_AVAILABLE, BUCKET_PAID))
		return ask_new(posting, leg, "pay", 0);
	if (brings(leg, BUCKET_REQUESTED, BUCKET_PAID))
		return ask_paid(posting, leg);
	return !gives(leg) || ask_project(posting, leg);
}

/* Looks at every leg of a decided posting; false when something refuses it. */
static bool
ask(BpmPosting *posting)
{
	bpm_forget_asked();
	for (int i = 0; i < posting->nlegs; i++)
		if (!ask_leg(posting, &posting->legs[i]))
			return false;
	return true;
}

/* Begins the cases of the stops that the call has made. */
static void
done(BpmLedger *ledger)
{
	if (bpm_stops_wanted(ledger))
		bpm_begin_stops(ledger);
}

/* Registers the watch; called when the library is loaded. */
void
bpm_watch_init(void)
{
	static const BpmWatcher watcher = {ask, bpm_tell_monitor, done};

	bpm_stop_init();
	bpm_register_watcher(&watcher);
}
