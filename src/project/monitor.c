/*
 * monitor.c
 *	  Payment monitoring (动态监控): rules over the facts of a payment, asked before it
 *	  is written, and what they found, written with it.
 *
 * What a rule forbids is refused. What a rule stops may be requested, and is not paid
 * until somebody releases it. Between asking and telling no other posting runs.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/json.h"
#include "base/rows.h"
#include "project/monitor.h"

/* A rule that holds of a payment. */
typedef struct Found
{
	char	   *rule;
	char	   *title;
	char	   *strength;
	Jsonb	   *facts;
} Found;

/* What was found of the posting that was asked about last. */
static struct
{
	const BpmPosting *posting;	/* NULL: none */
	Datum		line;
	const char *kind;
	BpmFen		amount;
	DateADT		day;
	int64		request;		/* being paid, whose findings they are; 0: none, as the next */
	int64		replaces;		/* a payment looked at before, of which this one is a part */
	bool		kept;			/* the request was kept when it was asked for */
	char	   *words[BPM_WORDS];	/* NULL: not known */
	Found	   *found;
	int			nfound;
}			asked;

static Oid	wanted_ledger = InvalidOid;	/* stops of it wait for their cases */

/* Gives the number of the row of payment that a posting is made for, 0 for none. */
static int64
payment_of(const BpmPosting *posting)
{
	const char *key = posting->request.key;

	if (key == NULL || strncmp(key, "payment:", 8) != 0 || strspn(key + 8, "0123456789") == 0)
		return 0;
	return strtoll(key + 8, NULL, 10);
}

/* Tells whether a rule has found the same of this request already, which is settled; what is forbidden never is. */
static bool
was_found(const BpmPaymentFacts *facts, const BpmMonitorRule *rule)
{
	/* Not by the rule: the index of all its findings would fit that. */
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.monitor_finding WHERE posting_id" EQ "$1 AND COALESCE(rule, '')" EQ "$2 AND strength" EQ "$3 LIMIT 1", "ltt", .by_key = true
	};
	Datum		values[3];

	if (facts->source == 0 || strcmp(facts->watched->kind, "pay") != 0 || strcmp(rule->strength, "forbid") == 0)
		return false;
	values[0] = Int64GetDatum(facts->source);
	values[1] = CStringGetTextDatum(rule->name);
	values[2] = CStringGetTextDatum(rule->strength);
	return bpm_ledger_execute_latest(facts->posting->ledger, &find, 0, values, NULL, true) > 0;
}

/* Tells whether a rule is meant for the place and day of a payment. */
static bool
is_meant(const BpmMonitorRule *rule, const BpmLine *line)
{
	return (rule->division == 0 || bpm_code_covers(rule->division, line->division)) &&
		rule->from <= line->accounting_date && line->accounting_date <= rule->to;
}

/* Tells whether a part of a rule's predicate is true of the payment. */
static bool
holds(BpmPaymentFacts *facts, const BpmMonitorRule *rule, const BpmMonitorTest *test)
{
	if (test->join == '&')
		return holds(facts, rule, test->left) && holds(facts, rule, test->right);
	if (test->join == '|')
		return holds(facts, rule, test->left) || holds(facts, rule, test->right);
	return bpm_path_match(test->path, bpm_facts_for(facts, rule, test->facts), rule->parameters);
}

/* Tells which facts any part of a predicate names. */
static BpmFactSet
all_named(const BpmMonitorTest *test)
{
	return test->join ? all_named(test->left) | all_named(test->right) : test->facts;
}

/* Keeps what a rule found, with all that can be known of the payment. */
static void
add_found(BpmPaymentFacts *facts, const BpmMonitorRule *rule)
{
	Jsonb	   *document = bpm_facts_kept(facts, rule, all_named(rule->test));
	MemoryContext caller = MemoryContextSwitchTo(facts->posting->context);
	Found	   *found = &asked.found[asked.nfound++];

	found->rule = pstrdup(rule->name);
	found->title = pstrdup(rule->title);
	found->strength = pstrdup(rule->strength);
	found->facts = DatumGetJsonbPCopy(JsonbPGetDatum(document));
	MemoryContextSwitchTo(caller);
}

/* Asks each rule that is meant for the payment. */
static void
find_all(BpmPaymentFacts *facts)
{
	const BpmMonitorRules *rules = facts->rules;
	ErrorContextCallback context = {error_context_stack, bpm_name_monitor_rule, NULL};

	asked.found = MemoryContextAlloc(facts->posting->context, rules->count * sizeof(Found));
	asked.nfound = 0;
	error_context_stack = &context;
	for (int i = 0; i < rules->count; i++)
	{
		const BpmMonitorRule *rule = &rules->rules[i];

		context.arg = rule->name;
		if (is_meant(rule, facts->line) && holds(facts, rule, rule->test) && !was_found(facts, rule))
			add_found(facts, rule);
	}
	error_context_stack = context.previous;
}

/* Tells whether a rule that is meant for the payment sums what others have paid. */
static bool
looks_back(const BpmMonitorRules *rules, const BpmLine *line)
{
	for (int i = 0; i < rules->count; i++)
		if (rules->rules[i].days > 0 && is_meant(&rules->rules[i], line))
			return true;
	return false;
}

/* Asks the rules about a payment and keeps what they found until it is written. */
static void
ask_rules(BpmPosting *posting, const BpmLeg *leg, const BpmWatched *watched, BpmMonitorRules *rules)
{
	const BpmLine *line = &posting->lines[leg->line];
	BpmPaymentFacts facts = {
		.posting = posting,.rules = rules,.line = line,.watched = watched,
		.payment = watched->payment ? watched->payment : payment_of(posting),
		.source = watched->request ? watched->request : watched->replaces
	};

	bpm_read_words(&facts);
	if (!posting->dry && looks_back(rules, line))
		bpm_lock_payee(posting, facts.payee, facts.account);
	find_all(&facts);
	asked.posting = posting;
	asked.line = Int64GetDatum(line->id);
	asked.kind = watched->kind;
	asked.amount = watched->amount;
	asked.day = line->accounting_date;
	asked.request = watched->request;
	asked.replaces = watched->replaces;
	asked.kept = facts.kept;
	for (int w = 0; w < BPM_WORDS; w++)
		asked.words[w] = facts.words[w] ? MemoryContextStrdup(posting->context, facts.words[w]) : NULL;
}

/* Lists the rules of a strength that were found, NULL for none. */
static char *
rules_of(const char *strength)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < asked.nfound; i++)
		if (strcmp(asked.found[i].strength, strength) == 0)
			appendStringInfo(&list, "%s%s (%s)", list.len ? ", " : "", asked.found[i].rule, asked.found[i].title);
	return list.len ? list.data : NULL;
}

/* Tells whether the line's unit, or one above or below it, has registered a file for the posting's document. */
static bool
has_attachment(BpmPosting *posting, const BpmLeg *leg)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.evidence_document e WHERE e.subject" EQ "$1 AND (e.unit OPERATOR(budgetpm.@>) $2"
		"  OR $2 OPERATOR(budgetpm.@>) e.unit) LIMIT 1", "tc"
	};
	Datum		values[2];

	values[0] = CStringGetTextDatum(posting->request.document);
	values[1] = Int64GetDatum(posting->lines[leg->line].unit);
	return bpm_ledger_execute_latest(posting->ledger, &find, 0, values, NULL, true) > 0;
}

/* Says what to do about a payment that a rule stops now. */
static char *
stop_hint(const BpmWatched *watched)
{
	if (watched->request)
		return pstrdup("The rule holds since it was requested. Release the request and ask for the payment anew: it is held, and can be released (放行).");
	if (watched->replaces)
		return pstrdup("Refund the payment, and request it where it belongs: the money is held, and the request can be released (放行).");
	return pstrdup("Request the payment first: the money is held, and the request can be released (放行).");
}

/* Refuses what rules forbid, and where nothing is only requested what they stop. */
static bool
refuse_found(BpmPosting *posting, const BpmLeg *leg, const BpmWatched *watched)
{
	bool		direct = strcmp(watched->kind, "request") != 0;
	char	   *rules = rules_of("forbid");

	if (rules)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("payment of %s is forbidden by monitoring", bpm_fen_to_text(asked.amount)),
						  psprintf("Rules (监控规则, 禁止): %s.", rules), NULL);
	if (!direct)
		return true;
	rules = rules_of("stop");
	if (rules)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("payment of %s is stopped by monitoring", bpm_fen_to_text(asked.amount)),
						  psprintf("Rules (监控规则, 拦截): %s.", rules), stop_hint(watched));
	rules = rules_of("warn_attachment");
	if (rules && !has_attachment(posting, leg))
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("payment of %s needs an attachment", bpm_fen_to_text(asked.amount)),
						  psprintf("Rules (监控规则, 预警须附件): %s.", rules),
						  psprintf("Register it with register_document(subject => '%s').", posting->request.document));
	return true;
}

/* Asks about a request, a payment, or a payment that is corrected onto a line; false when it is refused. */
bool
bpm_ask_monitor(BpmPosting *posting, const BpmLeg *leg, const BpmWatched *watched)
{
	BpmMonitorRules *rules = bpm_monitor_rules(posting->ledger);
	bool		passes;

	if (rules->count == 0)
		return true;
	SPI_connect();
	ask_rules(posting, leg, watched, rules);
	passes = refuse_found(posting, leg, watched);
	SPI_finish();
	if (!passes)
		asked.posting = NULL;
	return passes;
}

/* Tells whether rules of the ledger are active: what else is read for them is not, where none is. */
bool
bpm_monitor_active(BpmLedger *ledger)
{
	return bpm_monitor_rules(ledger)->count > 0;
}

/* Where what is paid differs from what was looked at: a word of memo $3, or of the payment's row, that is another one. */
#define CHANGED(column) \
	"CASE WHEN (y.payment_id IS NOT NULL OR $3 OPERATOR(pg_catalog.->>) '" column "' IS NOT NULL)"\
	" AND COALESCE(pg_catalog.\"left\"(COALESCE($3 OPERATOR(pg_catalog.->>) '" column "', y." column "), 200), '')"\
	NE "COALESCE(m." column ", '') THEN '" column "' END"

/* What stands in the way of paying request $1, by payment $2 and memo $3. */
static const BpmStatement read_stop = {
	"SELECT s.stop_id, s.state, s.case_id, (SELECT pg_catalog.string_agg(f.rule" CAT "COALESCE(' (' " CAT "k.title" CAT "')', ''), ', ' ORDER BY f.rule)"
	"   FROM @ledger@.monitor_finding f LEFT JOIN @ledger@.monitor_rule k ON k.rule" EQ "f.rule"
	"   WHERE f.posting_id" EQ "$1 AND f.strength" EQ "'warn_attachment'),"
	" CASE WHEN m.posting_id IS NOT NULL THEN NULLIF(pg_catalog.concat_ws(', ', " CHANGED("payee") ", " CHANGED("payee_account") ", "
	CHANGED("payee_bank") ", " CHANGED("purpose") ", " CHANGED("settlement") "), '') END"
	" FROM (SELECT 1) AS one LEFT JOIN @ledger@.monitor_stop s ON s.request_id" EQ "$1"
	" LEFT JOIN @ledger@.monitor_payment m ON m.posting_id" EQ "$1 LEFT JOIN @ledger@.payment y ON y.payment_id" EQ "$2", "llj", .by_key = true
};

/* Refuses to pay a request that is stopped. */
static bool
refuse_stopped(BpmPosting *posting, int64 request, int64 stop, const char *state, int64 case_id)
{
	char	   *hint;

	if (strcmp(state, "open") == 0)
		hint = case_id ? psprintf("Case " INT64_FORMAT " decides it.", case_id) :
			psprintf("Somebody else decides it with decide_stop(" INT64_FORMAT ", ...).", stop);
	else
		hint = pstrdup(strcmp(state, "corrected") == 0 ?
					   "Release the request, correct it, and ask for the payment anew." :
					   "Release the request; this payment is not made.");
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("request " INT64_FORMAT " is stopped and cannot be paid", request),
					  psprintf("Stop " INT64_FORMAT " (拦截) is %s.", stop, state), hint);
}

/* Asks whether a request may be paid; false when it is refused. */
bool
bpm_ask_stop(BpmPosting *posting, const BpmLeg *leg)
{
	Datum		values[3];
	char		nulls[] = "   ";
	HeapTuple	row;
	TupleDesc	desc;
	int64		stop;
	char	   *state;
	char	   *attachments;
	char	   *changed;
	bool		passes = true;

	if (!bpm_monitor_rules(posting->ledger)->watched)
		return true;
	SPI_connect();
	values[0] = Int64GetDatum(leg->from_obligation);
	bpm_set_id(values, nulls, 1, payment_of(posting));
	values[2] = JsonbPGetDatum(posting->request.memo);
	nulls[2] = posting->request.memo ? ' ' : 'n';
	bpm_ledger_execute_latest(posting->ledger, &read_stop, 0, values, nulls, true);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	stop = bpm_row_number(row, desc, 1);
	state = SPI_getvalue(row, desc, 2);
	attachments = SPI_getvalue(row, desc, 4);
	changed = SPI_getvalue(row, desc, 5);
	if (stop && strcmp(state, "released") != 0)
		passes = refuse_stopped(posting, leg->from_obligation, stop, state, bpm_row_number(row, desc, 3));
	else if (changed)
		passes = bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							psprintf("payment of request " INT64_FORMAT " is not the one that was looked at", leg->from_obligation),
							psprintf("Since it was requested it has another %s.", changed),
							pstrdup("Cancel the request, and ask for the payment anew."));
	else if (attachments && !has_attachment(posting, leg))
		passes = bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							psprintf("request " INT64_FORMAT " needs an attachment before it is paid", leg->from_obligation),
							psprintf("Rules (监控规则, 预警须附件): %s.", attachments),
							psprintf("Register it with register_document(subject => '%s').", posting->request.document));
	SPI_finish();
	return passes;
}

/* Forgets what was asked about another posting. */
void
bpm_forget_asked(void)
{
	asked.posting = NULL;
}

/* The posting that findings are about: the request, where one is paid. */
static int64
found_of(const BpmPosting *posting)
{
	return asked.request ? asked.request : posting->id;
}

/* Keeps the payment for the rules that look back. */
static void
store_payment(BpmPosting *posting, BpmCode division, BpmCode unit)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.monitor_payment (posting_id, line_id, kind, amount, payee, payee_account, payee_bank, purpose, settlement,"
		"  accounting_date, division, unit, replaces) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", "lltatttttdccl"
	};
	Datum		values[13];
	char		nulls[] = "             ";

	values[0] = Int64GetDatum(found_of(posting));
	values[1] = asked.line;
	values[2] = CStringGetTextDatum(asked.request ? "request" : asked.kind);
	values[3] = Int64GetDatum(asked.amount);
	for (int w = 0; w < BPM_WORDS; w++)
		bpm_set_text(values, nulls, 4 + w, asked.words[w]);
	values[9] = DateADTGetDatum(asked.day);
	values[10] = Int64GetDatum(division);
	values[11] = Int64GetDatum(unit);
	bpm_set_id(values, nulls, 12, asked.replaces);
	bpm_write_row(posting->ledger, "monitor_payment", 0, found_of(posting), &insert, values, nulls, true);
}

/* Keeps what a rule found. */
static void
store_finding(BpmPosting *posting, const Found *found, const char *login, BpmCode division, BpmCode unit)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.monitor_finding (finding_id, posting_id, line_id, rule, strength, facts, found_at, login, division, unit)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", "lllttjztcc"
	};
	Datum		values[10];
	int64		id = bpm_next_id(posting->ledger, "monitor_seq", 0);

	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(found_of(posting));
	values[2] = asked.line;
	values[3] = CStringGetTextDatum(found->rule);
	values[4] = CStringGetTextDatum(found->strength);
	values[5] = JsonbPGetDatum(found->facts);
	values[6] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[7] = CStringGetTextDatum(login);
	values[8] = Int64GetDatum(division);
	values[9] = Int64GetDatum(unit);
	bpm_write_row(posting->ledger, "monitor_finding", 0, id, &insert, values, NULL, true);
}

/* Stops the request; its case is begun at the end of the call. */
static void
store_stop(BpmPosting *posting, const char *login, BpmCode division, BpmCode unit)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.monitor_stop (stop_id, request_id, line_id, state, flow, stopped_at, login, division, unit, asked_in)"
		" VALUES ($1, $2, $3, 'open', 'wanted', $4, $5, $6, $7, $8)", "lllztccl"
	};
	Datum		values[8];
	char		nulls[] = "        ";
	int64		id = bpm_next_id(posting->ledger, "monitor_seq", 0);

	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(posting->id);
	values[2] = asked.line;
	values[3] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[4] = CStringGetTextDatum(login);
	values[5] = Int64GetDatum(division);
	values[6] = Int64GetDatum(unit);
	bpm_set_id(values, nulls, 7, posting->request.case_id);
	bpm_write_row(posting->ledger, "monitor_stop", 0, id, &insert, values, nulls, true);
	wanted_ledger = posting->ledger->relid;
}

/* Notes what the rules found of a posting that has its id now. */
void
bpm_tell_monitor(BpmPosting *posting)
{
	const BpmLine *line;
	char	   *login;

	if (asked.posting != posting)
		return;
	SPI_connect();
	/* An effect posts as the ledger's owner: who asks is who signed. */
	login = posting->request.case_id ? posting->request.actor : GetUserNameFromId(posting->scope.saved_user, false);
	line = bpm_posting_line(posting, DatumGetInt64(asked.line));
	if (!asked.request || !asked.kept)
		store_payment(posting, line->division, line->unit);
	for (int i = 0; i < asked.nfound; i++)
		store_finding(posting, &asked.found[i], login, line->division, line->unit);
	if (strcmp(asked.kind, "request") == 0 && rules_of("stop"))
		store_stop(posting, login, line->division, line->unit);
	SPI_finish();
	asked.posting = NULL;
}

/* Tells whether stops of the ledger wait for their cases, and takes them as seen. */
bool
bpm_stops_wanted(BpmLedger *ledger)
{
	if (wanted_ledger != ledger->relid)
		return false;
	wanted_ledger = InvalidOid;
	return true;
}
