/*
 * monitor_facts.c
 *	  What monitoring rules look at: the payment, and what is read about its line,
 *	  payee and contract when a rule names it.
 */
#include "postgres.h"

#include "access/table.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "storage/bufmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/rel.h"

#include "base/guard.h"
#include "base/number.h"
#include "base/rows.h"
#include "base/text.h"
#include "planning/rule.h"
#include "project/monitor.h"

#define WIDTH	200				/* of the columns that keep words */

/* What of a payment that was looked at has since been corrected away, and is counted there. */
#define REPLACED \
	"COALESCE((SELECT budgetpm.sum(e.amount)::pg_catalog.numeric FROM @ledger@.monitor_payment e WHERE e.replaces" EQ "m.posting_id), 0)"

/* What of a payment m was not released again, where it was a request o. */
#define LEFT_OF_IT \
	"CASE WHEN o.obligation_id IS NULL THEN m.amount ELSE o.amount OPERATOR(budgetpm.-) o.released END::pg_catalog.numeric"

/* Line $1, unit $2, division $3, plain name of the payee $4, contract $5. */
#define FACT_ARGUMENTS "lcctl", .by_key = true
#define OBJECT "SELECT pg_catalog.jsonb_build_object("

/* What facts are read from, each by one statement. */
typedef enum Source
{
	SOURCE_POSTING, SOURCE_LINE, SOURCE_UNIT, SOURCE_DIVISION, SOURCE_PROJECT, SOURCE_CONTRACT, SOURCE_BESIDE,
	SOURCE_OWN, SOURCE_RECENT, SOURCE_MONTH
} Source;

/* Facts of the posting itself, in the order of fact_table; words follow. */
enum
{
	FACT_LINE, FACT_KIND, FACT_AMOUNT, FACT_DOCUMENT, FACT_DATE, FACT_MONTH, FACT_YEAR, FACT_BUDGET, FACT_WORDS
};

static const struct
{
	const char *name;
	Source		source;
}			fact_table[] = {
	{"line", SOURCE_POSTING}, {"kind", SOURCE_POSTING}, {"amount", SOURCE_POSTING}, {"document", SOURCE_POSTING},
	{"accounting_date", SOURCE_POSTING}, {"month", SOURCE_POSTING}, {"year", SOURCE_POSTING}, {"budget", SOURCE_POSTING},
	{"payee", SOURCE_POSTING}, {"payee_account", SOURCE_POSTING}, {"payee_bank", SOURCE_POSTING},
	{"purpose", SOURCE_POSTING}, {"settlement", SOURCE_POSTING},
	{"func", SOURCE_LINE}, {"gov_econ", SOURCE_LINE}, {"dept_econ", SOURCE_LINE}, {"fund_type", SOURCE_LINE},
	{"unit", SOURCE_UNIT}, {"unit_name", SOURCE_UNIT}, {"division", SOURCE_DIVISION},
	{"project", SOURCE_PROJECT}, {"stage", SOURCE_PROJECT},
	{"contract", SOURCE_CONTRACT}, {"contract_supplier", SOURCE_CONTRACT}, {"contract_amount", SOURCE_CONTRACT},
	{"payee_is_contractor", SOURCE_CONTRACT}, {"beside_contract", SOURCE_BESIDE}, {"own_account", SOURCE_OWN},
	{"recent", SOURCE_RECENT}, {"month_total", SOURCE_MONTH},
};

#define FACT_BIT(fact)	(UINT64CONST(1) << (fact))

static const BpmStatement reads[BPM_FACT_SOURCES] = {
	[SOURCE_LINE] = {
		OBJECT "'func', l.func::pg_catalog.text, 'gov_econ', l.gov_econ::pg_catalog.text,"
		" 'dept_econ', l.dept_econ::pg_catalog.text, 'fund_type', l.fund_type) FROM @ledger@.line l WHERE l.line_id" EQ "$1",
	FACT_ARGUMENTS},
	[SOURCE_UNIT] = {
		OBJECT "'unit', u.official_code, 'unit_name', u.name) FROM @ledger@.unit u WHERE u.code" CODE_EQ "$2",
	FACT_ARGUMENTS},
	[SOURCE_DIVISION] = {
		OBJECT "'division', d.official_code) FROM @ledger@.division d WHERE d.code" CODE_EQ "$3",
	FACT_ARGUMENTS},
	[SOURCE_PROJECT] = {
		OBJECT "'project', r.official_code, 'stage', r.stage) FROM @ledger@.line l"
		" LEFT JOIN @ledger@.project r ON r.project_id" EQ "l.project_id WHERE l.line_id" EQ "$1",
	FACT_ARGUMENTS},
	[SOURCE_CONTRACT] = {
		OBJECT "'contract', g.contract_no, 'contract_supplier', g.supplier, 'contract_amount', g.amount,"
		" 'payee_is_contractor', $4" EQ "budgetpm.plain_name(g.supplier))"
		" FROM (SELECT 1) AS one LEFT JOIN @ledger@.contract g ON g.contract_id" EQ "$5",
	FACT_ARGUMENTS},
	[SOURCE_BESIDE] = {
		OBJECT "'beside_contract', pg_catalog.min(o.contract_no)) FROM @ledger@.contract o"
		" WHERE o.line_id" EQ "$1 AND o.state" EQ "'signed' AND budgetpm.plain_name(o.supplier)" EQ "$4",
	FACT_ARGUMENTS},
};

/* Payments of unit $1 to payee, or account, $2 within $4 days of day $3: conditions of an index each. */
#define RECENT(column) \
	"SELECT posting_id FROM @ledger@.monitor_payment WHERE unit" CODE_EQ "$1 AND budgetpm.plain_name(" column ")" EQ "$2 AND " column " IS NOT NULL"\
	" AND accounting_date" GT "($3" MINUS "$4) AND accounting_date" LT "($3" PLUS "$4)", "ctdi", .by_key = true

static const BpmStatement recent_of_payee = {RECENT("payee")};
static const BpmStatement recent_of_account = {RECENT("payee_account")};

/* How many of payments $1 are left, and of how much, where $2 is not counted beside the amount $3 that is asked about. */
static const BpmStatement sum_recent = {
	"SELECT 1" PLUS "pg_catalog.count(*), $3" PLUS "COALESCE(pg_catalog.sum(w.amount), 0), GREATEST($3, pg_catalog.max(w.amount))"
	" FROM (SELECT " LEFT_OF_IT MINUS REPLACED MINUS "CASE WHEN m.posting_id" EQ "$2 THEN $3 ELSE 0 END AS amount"
	"  FROM @ledger@.monitor_payment m LEFT JOIN @ledger@.obligation o ON o.obligation_id" EQ "m.posting_id"
	"  WHERE m.posting_id" EQ "ANY ($1)) w WHERE w.amount" GT "0", "xln", .by_key = true
};

/* Payments of line $1 in the month from $2 to before $3; $4 is not counted beside the amount $5. */
static const BpmStatement read_month = {
	OBJECT "'month_total', $5" PLUS "COALESCE(pg_catalog.sum(" LEFT_OF_IT
	"   " MINUS REPLACED MINUS "CASE WHEN m.posting_id" EQ "$4 THEN $5 ELSE 0 END), 0))"
	" FROM @ledger@.monitor_payment m LEFT JOIN @ledger@.obligation o ON o.obligation_id" EQ "m.posting_id WHERE m.line_id" EQ "$1"
	" AND m.accounting_date" GE "$2 AND m.accounting_date" LT "$3", "lddln", .by_key = true
};

/* Tells which facts a path names; one that looks at $ itself may see any. */
BpmFactSet
bpm_facts_named(Datum path)
{
	BpmPathUse	use = {0};
	ListCell   *cell;
	BpmFactSet	facts = 0;

	StaticAssertStmt(SOURCE_MONTH + 1 == BPM_FACT_SOURCES, "each source has a part");
	bpm_path_use(path, &use);
	if (use.whole)
		return FACT_BIT(lengthof(fact_table)) - 1;
	foreach(cell, use.members)
		for (int i = 0; i < lengthof(fact_table); i++)
			if (strcmp(fact_table[i].name, lfirst(cell)) == 0)
				facts |= FACT_BIT(i);
	return facts;
}

/* Returns a member of the memo as text, cut to what a column keeps; NULL for none. */
static char *
word_of(Jsonb *memo, const char *name)
{
	LOCAL_FCINFO(fcinfo, 2);
	Datum		word;

	InitFunctionCallInfoData(*fcinfo, NULL, 2, InvalidOid, NULL, NULL);
	fcinfo->args[0].value = JsonbPGetDatum(memo);
	fcinfo->args[0].isnull = false;
	fcinfo->args[1].value = CStringGetTextDatum(name);
	fcinfo->args[1].isnull = false;
	word = jsonb_object_field_text(fcinfo);
	if (fcinfo->isnull)
		return NULL;
	return TextDatumGetCString(DirectFunctionCall2(text_left, word, Int32GetDatum(WIDTH)));
}

/* Takes words that are not known yet from the row just read. */
static void
add_words(BpmPaymentFacts *facts)
{
	for (int w = 0; w < BPM_WORDS; w++)
		if (facts->words[w] == NULL)
			facts->words[w] = bpm_result_text(0, w + 1);
}

/* Words of the row of payment $1, and of request $2 as it was looked at. */
#define WRITTEN(word) "pg_catalog.\"left\"(COALESCE(y." word ", s." word "), 200)"

static const BpmStatement looked_at = {
	"SELECT " WRITTEN("payee") ", " WRITTEN("payee_account") ", " WRITTEN("payee_bank") ", " WRITTEN("purpose") ", "
	WRITTEN("settlement") ", s.posting_id IS NOT NULL"
	" FROM (SELECT 1) AS one LEFT JOIN @ledger@.payment y ON y.payment_id" EQ "$1"
	" LEFT JOIN @ledger@.monitor_payment s ON s.posting_id" EQ "$2", "ll", .by_key = true
};

/* Words of posting $1 that nobody looked at: of its memo, and of the row of payment that it was made for. */
#define POSTED(word) "pg_catalog.\"left\"(COALESCE(h.memo OPERATOR(pg_catalog.->>) '" word "', z." word "), 200)"

static const BpmStatement posted = {
	"SELECT " POSTED("payee") ", " POSTED("payee_account") ", " POSTED("payee_bank") ", " POSTED("purpose") ", " POSTED("settlement")
	" FROM (SELECT j.memo, CASE WHEN j.key OPERATOR(pg_catalog.~) '^payment:[0-9]{1,18}(:|$)'"
	"    THEN pg_catalog.split_part(j.key, ':', 2)::pg_catalog.int8 END AS payment FROM @ledger@.journal_@year@ j"
	"   WHERE j.posting_id" EQ "$1 ORDER BY j.key LIMIT 1) h"
	" LEFT JOIN @ledger@.payment z ON z.payment_id" EQ "h.payment", "l", .by_key = true
};

/*
 * Reads the words of a payment: what its memo says, what is not said there from the
 * row of payment, and then from the request or posting that it takes up.
 */
static void
read_words(BpmPaymentFacts *facts)
{
	BpmLedger  *ledger = facts->posting->ledger;
	Datum		values[2];
	char		nulls[] = "  ";
	bool		isnull;

	for (int w = 0; facts->posting->request.memo && w < BPM_WORDS; w++)
		facts->words[w] = word_of(facts->posting->request.memo, fact_table[FACT_WORDS + w].name);
	if (facts->payment == 0 && facts->source == 0)
		return;
	bpm_set_id(values, nulls, 0, facts->payment);
	bpm_set_id(values, nulls, 1, facts->source);
	bpm_ledger_execute_latest(ledger, &looked_at, 0, values, nulls, true);
	add_words(facts);
	facts->kept = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, BPM_WORDS + 1, &isnull));
	if (facts->source && !facts->kept &&
		bpm_ledger_execute_latest(ledger, &posted, BPM_LINE_YEAR(facts->source), values + 1, NULL, true) == 1)
		add_words(facts);
}

/* Returns a word as a reader sees it, NULL for none. */
static char *
seen(const char *word)
{
	return word ? bpm_seen(word) : NULL;
}

/* Returns a name as it is compared with others, NULL for none. */
static char *
plain(const char *name)
{
	return name ? TextDatumGetCString(DirectFunctionCall1(bpm_plain_name, CStringGetTextDatum(name))) : NULL;
}

/* Reads whom a payment goes to and what for. */
void
bpm_read_words(BpmPaymentFacts *facts)
{
	read_words(facts);
	facts->payee = plain(facts->words[0]);
	facts->account = plain(facts->words[1]);
}

/* Returns what the line has been given, less what it gave on. */
static Numeric
budget_of(const BpmLine *line)
{
	static const BpmBucket gone[] = {BUCKET_ALLOTTED, BUCKET_TRANSFERRED, BUCKET_WITHDRAWN};
	Numeric		budget = bpm_fen_to_numeric(line->bucket[BUCKET_APPROPRIATED]);

	for (int i = 0; i < lengthof(gone); i++)
		budget = bpm_minus(budget, bpm_fen_to_numeric(line->bucket[gone[i]]));
	return budget;
}

/* Adds a fact of the posting itself; a day as the server writes it into a document. */
static void
push_own(JsonbParseState **state, const BpmPaymentFacts *facts, int fact)
{
	const char *name = fact_table[fact].name;
	const BpmLine *line = facts->line;
	int			year,
				month,
				day;

	j2date(line->accounting_date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	if (fact >= FACT_WORDS)
		bpm_push_text(state, name, seen(facts->words[fact - FACT_WORDS]));
	else if (fact == FACT_KIND)
		bpm_push_text(state, name, facts->watched->kind);
	else if (fact == FACT_AMOUNT)
		bpm_push_numeric(state, name, bpm_fen_to_numeric(facts->watched->amount));
	else if (fact == FACT_DOCUMENT)
		bpm_push_text(state, name, facts->posting->request.document);
	else if (fact == FACT_DATE)
		bpm_push_text(state, name, psprintf("%04d-%02d-%02d", year, month, day));
	else if (fact == FACT_BUDGET)
		bpm_push_numeric(state, name, budget_of(line));
	else
		bpm_push_number(state, name, fact == FACT_LINE ? line->id : fact == FACT_MONTH ? month : BPM_LINE_YEAR(line->id));
}

/* Returns the document of a statement's only row. */
static Jsonb *
read_document(const BpmPaymentFacts *facts, const BpmStatement *statement, Datum *values, const char *nulls)
{
	bool		isnull;

	if (bpm_ledger_execute_latest(facts->posting->ledger, statement, 0, values, nulls, true) != 1)
		elog(ERROR, "facts of line " INT64_FORMAT " are missing", facts->line->id);
	return DatumGetJsonbP(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Tells whether a payment goes to its own unit, by its name or an account of it, or of one above or below it. */
static bool
read_own_account(const BpmPaymentFacts *facts)
{
	static const BpmStatement name = {"SELECT budgetpm.plain_name(name) FROM @ledger@.unit WHERE code" CODE_EQ "$1", "c", .by_key = true};
	static const BpmStatement account = {
		"SELECT 1 FROM @ledger@.unit_account a WHERE budgetpm.plain_name(a.account)" EQ "$2"
		" AND (a.unit OPERATOR(budgetpm.@>) $1 OR $1 OPERATOR(budgetpm.@>) a.unit)", "ct", .by_key = true
	};
	BpmLedger  *ledger = facts->posting->ledger;
	Datum		values[2] = {Int64GetDatum(facts->line->unit)};

	if (facts->payee && bpm_ledger_execute_latest(ledger, &name, 0, values, NULL, true) == 1 &&
		strcmp(facts->payee, bpm_result_text(0, 1)) == 0)
		return true;
	if (facts->account == NULL)
		return false;
	values[1] = CStringGetTextDatum(facts->account);
	return bpm_ledger_execute_latest(ledger, &account, 0, values, NULL, true) > 0;
}

/*
 * Has payments that were looked at planned for again whenever they have doubled: to a plan
 * made while there were few, one index is as good as the other.
 */
static void
follow_growth(const BpmPaymentFacts *facts)
{
	static const BpmStatement *const planned[] = {&recent_of_payee, &recent_of_account, &sum_recent, &read_month};
	BpmLedger  *ledger = facts->posting->ledger;
	Relation	relation = table_open(bpm_guarded_relation(ledger, "monitor_payment", 0), AccessShareLock);
	BlockNumber blocks = RelationGetNumberOfBlocks(relation);

	table_close(relation, NoLock);
	if (blocks <= 2 * facts->rules->planned)
		return;
	facts->rules->planned = blocks;
	for (int i = 0; i < lengthof(planned); i++)
		bpm_ledger_plan_anew(ledger, planned[i], 0);
}

/* Adds the ids of the rows just read to those found so far. */
static void
add_ids(int64 **ids, int *count, int rows)
{
	*ids = *ids ? repalloc(*ids, (*count + rows + 1) * sizeof(int64)) : palloc((rows + 1) * sizeof(int64));
	for (int i = 0; i < rows; i++)
		(*ids)[(*count)++] = bpm_result_int(i, 1);
}

/* Finds other payments to the payee or his account within so many days; returns how many, some of them twice. */
static int
find_recent(const BpmPaymentFacts *facts, int32 days, int64 **ids)
{
	BpmLedger  *ledger = facts->posting->ledger;
	Datum		values[4];
	int			count = 0;

	follow_growth(facts);
	*ids = NULL;
	values[0] = Int64GetDatum(facts->line->unit);
	values[2] = DateADTGetDatum(facts->line->accounting_date);
	values[3] = Int32GetDatum(days);
	if (facts->payee)
	{
		values[1] = CStringGetTextDatum(facts->payee);
		add_ids(ids, &count, bpm_ledger_execute_latest(ledger, &recent_of_payee, 0, values, NULL, true));
	}
	if (facts->account)
	{
		values[1] = CStringGetTextDatum(facts->account);
		add_ids(ids, &count, bpm_ledger_execute_latest(ledger, &recent_of_account, 0, values, NULL, true));
	}
	return count;
}

/* Writes the facts about recent payments. */
static Jsonb *
make_recent(int32 days, int64 count, Numeric total, Numeric largest)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_key(&state, "recent");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_number(&state, "days", days);
	bpm_push_number(&state, "count", count);
	bpm_push_numeric(&state, "total", total);
	bpm_push_numeric(&state, "largest", largest);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Returns what the payee is paid over so many days, this payment included. */
static Jsonb *
recent_facts(const BpmPaymentFacts *facts, int32 days)
{
	Numeric		amount = bpm_fen_to_numeric(facts->watched->amount);
	int64	   *ids;
	int			count;
	Datum		values[3];
	char		nulls[] = "   ";

	count = find_recent(facts, days, &ids);
	if (count == 0)
		return make_recent(days, 1, amount, amount);
	values[0] = bpm_id_array(ids, count);
	bpm_set_id(values, nulls, 1, facts->source);
	values[2] = NumericGetDatum(amount);
	bpm_ledger_execute_latest(facts->posting->ledger, &sum_recent, 0, values, nulls, true);
	return make_recent(days, bpm_result_int(0, 1), bpm_row_numeric(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2),
					   bpm_row_numeric(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3));
}

/* Returns what is paid from the line in the month, this payment included. */
static Jsonb *
month_facts(const BpmPaymentFacts *facts)
{
	Datum		values[5];
	char		nulls[] = "     ";
	int			year,
				month,
				day;

	follow_growth(facts);
	j2date(facts->line->accounting_date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	values[0] = Int64GetDatum(facts->line->id);
	values[1] = DateADTGetDatum(date2j(year, month, 1) - POSTGRES_EPOCH_JDATE);
	values[2] = DateADTGetDatum(date2j(year + month / 12, month % 12 + 1, 1) - POSTGRES_EPOCH_JDATE);
	bpm_set_id(values, nulls, 3, facts->source);
	values[4] = NumericGetDatum(bpm_fen_to_numeric(facts->watched->amount));
	return read_document(facts, &read_month, values, nulls);
}

/* Reads what a source has about the payment; one member is enough of what is there or not. */
static Jsonb *
read_part(const BpmPaymentFacts *facts, Source source, int32 days)
{
	Datum		values[5];
	char		nulls[] = "     ";

	if (source == SOURCE_OWN)
		return bpm_jsonb_of(read_own_account(facts) ? "{\"own_account\": true}" : "{\"own_account\": false}");
	if (source == SOURCE_RECENT)
		return recent_facts(facts, days);
	if (source == SOURCE_MONTH)
		return month_facts(facts);
	values[0] = Int64GetDatum(facts->line->id);
	values[1] = Int64GetDatum(facts->line->unit);
	values[2] = Int64GetDatum(facts->line->division);
	bpm_set_text(values, nulls, 3, facts->payee);
	bpm_set_id(values, nulls, 4, facts->watched->contract);
	return read_document(facts, &reads[source], values, nulls);
}

/* Tells whether all that a source could say is null: of a contract that is not there, or beside one that is. */
static bool
is_absent(const BpmPaymentFacts *facts, Source source)
{
	return (source == SOURCE_CONTRACT && facts->watched->contract == 0) ||
		(source == SOURCE_BESIDE && (facts->watched->contract != 0 || facts->payee == NULL));
}

/* Adds a fact as its source has it, which is read once; recent payments for the days of the rule. */
static void
push_fact(JsonbParseState **state, BpmPaymentFacts *facts, const BpmMonitorRule *rule, int fact)
{
	const char *name = fact_table[fact].name;
	Source		source = fact_table[fact].source;
	JsonbValue	value = {.type = jbvNull};

	if (source == SOURCE_RECENT && rule->days == 0)
		return;
	if (source == SOURCE_RECENT && facts->recent_days != rule->days)
		facts->parts[source] = NULL;
	if (!is_absent(facts, source))
	{
		if (facts->parts[source] == NULL)
			facts->parts[source] = read_part(facts, source, rule->days);
		if (source == SOURCE_RECENT)
			facts->recent_days = rule->days;
		(void) getKeyJsonValueFromContainer(&facts->parts[source]->root, name, strlen(name), &value);
	}
	bpm_push_key(state, name);
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Returns the payment as a path of a rule sees it, with the facts that it names. */
Jsonb *
bpm_facts_for(BpmPaymentFacts *facts, const BpmMonitorRule *rule, BpmFactSet named)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < lengthof(fact_table); i++)
	{
		if ((named & FACT_BIT(i)) == 0)
			continue;
		if (fact_table[i].source == SOURCE_POSTING)
			push_own(&state, facts, i);
		else
			push_fact(&state, facts, rule, i);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Returns the payment as a finding of a rule keeps it: all but what is summed for rules that name it. */
Jsonb *
bpm_facts_kept(BpmPaymentFacts *facts, const BpmMonitorRule *rule, BpmFactSet named)
{
	for (int i = 0; i < lengthof(fact_table); i++)
		if (fact_table[i].source != SOURCE_MONTH)
			named |= FACT_BIT(i);
	return bpm_facts_for(facts, rule, named);
}
