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
#include "base/rows.h"
#include "project/watch.h"

/* A rule that holds of a payment. */
typedef struct Found
{
	char	   *rule;
	char	   *title;
	char	   *strength;
	Jsonb	   *facts;
} Found;

#define WORDS	5

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
	char	   *words[WORDS];	/* payee, account, bank, purpose, settlement; NULL: not known */
	Found	   *found;
	int			nfound;
}			asked;

/* Whether rules of a ledger are active, or have found anything, as of its generation. */
static struct
{
	Oid			ledger;
	uint64		generation;
	bool		active;
	bool		looks_back;		/* a rule sums what others have paid */
	bool		watched;
}			known;

static Oid	wanted_ledger = InvalidOid;	/* stops of it wait for their cases */

/* Tells what a ledger's rules are worth looking at for. */
static void
look_up_rules(BpmLedger *ledger)
{
	static const BpmStatement read = {
		"SELECT EXISTS (SELECT 1 FROM @ledger@.monitor_rule WHERE active), EXISTS (SELECT 1 FROM @ledger@.monitor_finding),"
		" EXISTS (SELECT 1 FROM @ledger@.monitor_rule WHERE active AND days" GT "0)", ""
	};
	bool		isnull;

	if (known.ledger == ledger->relid && known.generation == ledger->generation)
		return;
	SPI_connect();
	/* What is kept outlives the transaction, and with it the transaction's snapshot. */
	bpm_ledger_execute_latest(ledger, &read, 0, NULL, NULL, true);
	known.active = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	known.watched = known.active ||
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull));
	known.looks_back = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3, &isnull));
	known.ledger = ledger->relid;
	known.generation = ledger->generation;
	SPI_finish();
}

/* Gives the number of the row of payment that a posting is made for, 0 for none. */
static int64
payment_of(const BpmPosting *posting)
{
	const char *key = posting->request.key;

	if (key == NULL || strncmp(key, "payment:", 8) != 0 || strspn(key + 8, "0123456789") == 0)
		return 0;
	return strtoll(key + 8, NULL, 10);
}

/* What of a payment that was looked at has since been corrected away, and is counted there. */
#define REPLACED \
	"COALESCE((SELECT budgetpm.sum(e.amount)::pg_catalog.numeric FROM @ledger@.monitor_payment e WHERE e.replaces" EQ "m.posting_id), 0)"

/* What of a payment m was not released again, where it was a request o. */
#define LEFT_OF_IT \
	"CASE WHEN o.obligation_id IS NULL THEN m.amount ELSE o.amount OPERATOR(budgetpm.-) o.released END::pg_catalog.numeric"

/*
 * The rules that hold of line $1, kind $2, amount $3, document $4, payment $5, memo $6,
 * day $7, contract $8.  $9 is the request that is being paid, or the posting that a
 * correction takes its amount from: it has the words that are not said anew, and is
 * not counted beside itself.  What was found of a request is not found again, unless
 * it is forbidden.
 */
static const BpmStatement match_rules = {
	"WITH words AS MATERIALIZED (SELECT l.line_id, l.division, l.unit, l.fiscal_year, l.project_id, l.func, l.gov_econ, l.dept_econ, l.fund_type,"
	"  pg_catalog.\"left\"(COALESCE($6 OPERATOR(pg_catalog.->>) 'payee', y.payee, s.payee, h.memo OPERATOR(pg_catalog.->>) 'payee', z.payee), 200) AS payee,"
	"  pg_catalog.\"left\"(COALESCE($6 OPERATOR(pg_catalog.->>) 'payee_account', y.payee_account, s.payee_account, h.memo OPERATOR(pg_catalog.->>) 'payee_account', z.payee_account), 200) AS account,"
	"  pg_catalog.\"left\"(COALESCE($6 OPERATOR(pg_catalog.->>) 'payee_bank', y.payee_bank, s.payee_bank, h.memo OPERATOR(pg_catalog.->>) 'payee_bank', z.payee_bank), 200) AS bank,"
	"  pg_catalog.\"left\"(COALESCE($6 OPERATOR(pg_catalog.->>) 'purpose', y.purpose, s.purpose, h.memo OPERATOR(pg_catalog.->>) 'purpose', z.purpose), 200) AS purpose,"
	"  pg_catalog.\"left\"(COALESCE($6 OPERATOR(pg_catalog.->>) 'settlement', y.settlement, s.settlement, h.memo OPERATOR(pg_catalog.->>) 'settlement', z.settlement), 200) AS settlement,"
	"  s.posting_id IS NOT NULL AS kept"
	"  FROM @ledger@.line l LEFT JOIN @ledger@.payment y ON y.payment_id" EQ "$5 LEFT JOIN @ledger@.monitor_payment s ON s.posting_id" EQ "$9"
	"  LEFT JOIN LATERAL (SELECT j.memo, CASE WHEN j.key OPERATOR(pg_catalog.~) '^payment:[0-9]{1,18}(:|$)'"
	"     THEN pg_catalog.split_part(j.key, ':', 2)::pg_catalog.int8 END AS payment FROM @ledger@.journal_@year@ j"
	"    WHERE s.posting_id IS NULL AND j.posting_id" EQ "$9 ORDER BY j.key LIMIT 1) h ON true"
	"  LEFT JOIN @ledger@.payment z ON z.payment_id" EQ "h.payment WHERE l.line_id" EQ "$1),"
	" p AS MATERIALIZED (SELECT t.*, budgetpm.plain_name(t.payee) AS plain_payee, budgetpm.plain_name(t.account) AS plain_account FROM words t),"
	" f AS MATERIALIZED (SELECT p.*, pg_catalog.jsonb_build_object('line', p.line_id, 'kind', $2, 'amount', $3, 'document', $4,"
	"   'accounting_date', $7, 'month', EXTRACT(MONTH FROM $7)::pg_catalog.int4, 'year', p.fiscal_year,"
	"   'unit', u.official_code, 'unit_name', u.name, 'division', d.official_code, 'project', r.official_code,"
	"   'stage', r.stage, 'func', p.func::pg_catalog.text, 'gov_econ', p.gov_econ::pg_catalog.text,"
	"   'dept_econ', p.dept_econ::pg_catalog.text, 'fund_type', p.fund_type, 'payee', p.payee, 'payee_account', p.account,"
	"   'payee_bank', p.bank, 'purpose', p.purpose, 'settlement', p.settlement, 'contract', g.contract_no,"
	"   'contract_supplier', g.supplier, 'payee_is_contractor', p.plain_payee" EQ "budgetpm.plain_name(g.supplier), 'contract_amount', g.amount, 'beside_contract', (SELECT pg_catalog.min(o.contract_no)"
	"     FROM @ledger@.contract o WHERE $8 IS NULL AND o.line_id" EQ "p.line_id AND o.state" EQ "'signed' AND budgetpm.plain_name(o.supplier)" EQ "p.plain_payee),"
	"   'budget', (b.appropriated OPERATOR(budgetpm.-) b.allotted"
	"     OPERATOR(budgetpm.-) b.transferred OPERATOR(budgetpm.-) b.withdrawn)::pg_catalog.numeric,"
	"   'own_account', COALESCE(p.plain_payee" EQ "budgetpm.plain_name(u.name), false) OR EXISTS (SELECT 1 FROM @ledger@.unit_account a"
	"     WHERE budgetpm.plain_name(a.account)" EQ "p.plain_account AND (a.unit OPERATOR(budgetpm.@>) p.unit OR p.unit OPERATOR(budgetpm.@>) a.unit))) AS facts"
	"  FROM p LEFT JOIN @ledger@.unit u ON u.code" CODE_EQ "p.unit LEFT JOIN @ledger@.division d ON d.code" CODE_EQ "p.division"
	"   LEFT JOIN @ledger@.project r ON r.project_id" EQ "p.project_id LEFT JOIN @ledger@.contract g ON g.contract_id" EQ "$8"
	"   LEFT JOIN @ledger@.balance b ON b.line_id" EQ "p.line_id)"
	" SELECT f.payee, f.account, f.bank, f.purpose, f.settlement, k.rule, k.title, k.strength, f.facts OPERATOR(pg_catalog.||) n.more, f.kept"
	" FROM f LEFT JOIN (@ledger@.monitor_rule k CROSS JOIN LATERAL (SELECT COALESCE(CASE WHEN k.days" GT "0 THEN"
	"   (SELECT pg_catalog.jsonb_build_object('recent', pg_catalog.jsonb_build_object('days', k.days, 'count', 1" PLUS "pg_catalog.count(*),"
	"     'total', $3" PLUS "COALESCE(pg_catalog.sum(w.amount), 0), 'largest', GREATEST($3, pg_catalog.max(w.amount))))"
	"    FROM (SELECT " LEFT_OF_IT MINUS REPLACED MINUS "CASE WHEN m.posting_id" EQ "$9 THEN $3 ELSE 0 END AS amount"
	"     FROM f q CROSS JOIN LATERAL (SELECT a.posting_id, a.amount FROM @ledger@.monitor_payment a WHERE a.unit" CODE_EQ "q.unit"
	"        AND budgetpm.plain_name(a.payee)" EQ "q.plain_payee AND a.accounting_date" GT "($7" MINUS "k.days) AND a.accounting_date" LT "($7" PLUS "k.days)"
	"       UNION SELECT a.posting_id, a.amount FROM @ledger@.monitor_payment a WHERE a.unit" CODE_EQ "q.unit"
	"        AND budgetpm.plain_name(a.payee_account)" EQ "q.plain_account AND a.payee_account IS NOT NULL AND a.accounting_date" GT "($7" MINUS "k.days) AND a.accounting_date" LT "($7" PLUS "k.days)) m"
	"     LEFT JOIN @ledger@.obligation o ON o.obligation_id" EQ "m.posting_id) w WHERE w.amount" GT "0) END, '{}') OPERATOR(pg_catalog.||)"
	/* Summed only for rules that look at it. */
	"   COALESCE(CASE WHEN pg_catalog.strpos(k.predicate, 'month_total')" GT "0 THEN"
	"    (SELECT pg_catalog.jsonb_build_object('month_total', $3" PLUS "COALESCE(pg_catalog.sum(" LEFT_OF_IT
	"       " MINUS REPLACED MINUS "CASE WHEN m.posting_id" EQ "$9 THEN $3 ELSE 0 END), 0))"
	"     FROM @ledger@.monitor_payment m LEFT JOIN @ledger@.obligation o ON o.obligation_id" EQ "m.posting_id WHERE m.line_id" EQ "$1"
	"      AND m.accounting_date" GE "pg_catalog.date_trunc('month', $7::pg_catalog.timestamp)::pg_catalog.date"
	"      AND m.accounting_date" LT "(pg_catalog.date_trunc('month', $7::pg_catalog.timestamp)" PLUS "'1 month'::pg_catalog.interval)::pg_catalog.date)"
	"    END, '{}') AS more) n)"
	"  ON k.active AND (k.division IS NULL OR k.division OPERATOR(budgetpm.@>) f.division)"
	"   AND COALESCE(k.valid_from" LE "$7, true) AND COALESCE(k.valid_to" GE "$7, true)"
	"   AND pg_catalog.jsonb_path_match(f.facts OPERATOR(pg_catalog.||) n.more, k.predicate::pg_catalog.jsonpath, k.parameters, true)"
	"   AND NOT ($2" EQ "'pay' AND k.strength" NE "'forbid' AND EXISTS (SELECT 1 FROM @ledger@.monitor_finding q"
	"    WHERE q.posting_id" EQ "$9 AND q.rule" EQ "k.rule AND q.strength" EQ "k.strength))"
	" ORDER BY k.rule", "ltntljdll"
};

/* Takes over what the rules found, from the rows that have just been read. */
static void
take_found(int rows)
{
	bool		isnull;

	asked.found = palloc(Max(rows, 1) * sizeof(Found));
	asked.nfound = 0;
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Found	   *found = &asked.found[asked.nfound];

		for (int w = 0; w < WORDS; w++)
			asked.words[w] = SPI_getvalue(row, desc, w + 1);
		asked.kept = DatumGetBool(SPI_getbinval(row, desc, WORDS + 5, &isnull));
		if ((found->rule = SPI_getvalue(row, desc, WORDS + 1)) == NULL)
			continue;
		found->title = SPI_getvalue(row, desc, WORDS + 2);
		found->strength = SPI_getvalue(row, desc, WORDS + 3);
		found->facts = DatumGetJsonbPCopy(SPI_getbinval(row, desc, WORDS + 4, &isnull));
		asked.nfound++;
	}
}

/* Asks the rules about a payment and keeps what they found until it is written. */
static void
ask_rules(BpmPosting *posting, const BpmLeg *leg, const BpmWatched *watched)
{
	const BpmLine *line = &posting->lines[leg->line];
	int64		source = watched->request ? watched->request : watched->replaces;
	MemoryContext old;
	Datum		values[9];
	char		nulls[] = "         ";
	int			rows;

	values[0] = Int64GetDatum(line->id);
	values[1] = CStringGetTextDatum(watched->kind);
	values[2] = NumericGetDatum(bpm_fen_to_numeric(watched->amount));
	values[3] = CStringGetTextDatum(posting->request.document);
	bpm_set_id(values, nulls, 4, watched->payment ? watched->payment : payment_of(posting));
	values[5] = JsonbPGetDatum(posting->request.memo);
	nulls[5] = posting->request.memo ? ' ' : 'n';
	values[6] = DateADTGetDatum(line->accounting_date);
	bpm_set_id(values, nulls, 7, watched->contract);
	bpm_set_id(values, nulls, 8, source);
	if (known.looks_back && !posting->dry)
		bpm_lock_payee(posting, values, nulls);
	rows = bpm_ledger_execute_latest(posting->ledger, &match_rules, BPM_LINE_YEAR(source ? source : line->id),
									 values, nulls, true);
	old = MemoryContextSwitchTo(posting->context);
	asked.posting = posting;
	asked.line = values[0];
	asked.kind = watched->kind;
	asked.amount = watched->amount;
	asked.day = line->accounting_date;
	asked.request = watched->request;
	asked.replaces = watched->replaces;
	take_found(rows);
	MemoryContextSwitchTo(old);
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
	bool		passes;

	look_up_rules(posting->ledger);
	if (!known.active)
		return true;
	SPI_connect();
	ask_rules(posting, leg, watched);
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
	look_up_rules(ledger);
	return known.active;
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
	" LEFT JOIN @ledger@.monitor_payment m ON m.posting_id" EQ "$1 LEFT JOIN @ledger@.payment y ON y.payment_id" EQ "$2", "llj"
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

	look_up_rules(posting->ledger);
	if (!known.watched)
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
	for (int w = 0; w < WORDS; w++)
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
