/*
 * monitor_rules.c
 *	  The active monitoring rules of a ledger, compiled once a backend.
 *
 * A set is built anew when the ledger is: the table of rules sends that message at
 * every change, and the transaction that rolls one back sends it to itself.  What is
 * kept outlives the transaction, so it is read as it is committed, whatever snapshot
 * the transaction has.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/json.h"
#include "base/rows.h"
#include "base/table.h"
#include "project/monitor.h"

typedef struct SetEntry
{
	Oid			ledger;
	BpmMonitorRules *rules;		/* NULL: none yet */
} SetEntry;

static HTAB *sets = NULL;

/* Returns the last character of a quoted text that begins here. */
static const char *
skip_quoted(const char *text)
{
	for (text++; *text != '\0' && *text != '"'; text++)
		if (*text == '\\' && text[1] != '\0')
			text++;
	return *text == '\0' ? text - 1 : text;
}

/* A stretch of a predicate, and where it ends: none is copied, or a long one would be kept once a part. */
typedef struct Stretch
{
	const char *text;
	const char *end;
} Stretch;

/* Returns where an operator first stands in no parentheses and no quotes, NULL for nowhere. */
static const char *
find_operator(Stretch stretch, const char *operator)
{
	int			depth = 0;

	for (const char *text = stretch.text; text < stretch.end; text++)
	{
		if (*text == '"')
			text = skip_quoted(text);
		else if (strchr("([{", *text))
			depth++;
		else if (strchr(")]}", *text))
			depth--;
		else if (depth == 0 && strncmp(text, operator, strlen(operator)) == 0)
			return text;
	}
	return NULL;
}

/* Tells whether the parentheses that a stretch begins and ends with belong together. */
static bool
is_wrapped(Stretch stretch)
{
	int			depth = 0;

	if (stretch.text == stretch.end || *stretch.text != '(' || stretch.end[-1] != ')')
		return false;
	for (const char *at = stretch.text; at < stretch.end - 1; at++)
	{
		if (*at == '"')
			at = skip_quoted(at);
		else if (*at == '(')
			depth++;
		else if (*at == ')' && --depth == 0)
			return false;
	}
	return true;
}

/* Returns a stretch without spaces around it and without parentheses around all of it. */
static Stretch
bare(const char *text, const char *end)
{
	Stretch		stretch = {text, end};

	for (;;)
	{
		while (stretch.text < stretch.end && *stretch.text == ' ')
			stretch.text++;
		while (stretch.text < stretch.end && stretch.end[-1] == ' ')
			stretch.end--;
		if (!is_wrapped(stretch))
			return stretch;
		stretch.text++;
		stretch.end--;
	}
}

/*
 * Takes a predicate apart at && and ||, so that facts of a part are read only when the
 * parts before it leave the answer open.  The text is the server's own of a path: || binds
 * less than &&.  A whole is true if and only if its parts, taken as true or not, make it so.
 */
static BpmMonitorTest *
take_apart(const char *mode, Stretch stretch)
{
	BpmMonitorTest *test = palloc0(sizeof(BpmMonitorTest));
	const char *at;
	char	   *part;

	check_stack_depth();
	test->join = '|';
	at = find_operator(stretch, "||");
	if (at == NULL)
	{
		test->join = '&';
		at = find_operator(stretch, "&&");
	}
	if (at)
	{
		test->left = take_apart(mode, bare(stretch.text, at));
		test->right = take_apart(mode, bare(at + 2, stretch.end));
		return test;
	}
	test->join = '\0';
	part = psprintf("%s%.*s", mode, (int) (stretch.end - stretch.text), stretch.text);
	test->path = DirectFunctionCall1(jsonpath_in, CStringGetDatum(part));
	pfree(part);
	test->facts = bpm_facts_named(test->path);
	return test;
}

/* Compiles a predicate. */
static BpmMonitorTest *
compile(char *predicate)
{
	Datum		path = DirectFunctionCall1(jsonpath_in, CStringGetDatum(predicate));
	char	   *text = DatumGetCString(DirectFunctionCall1(jsonpath_out, path));
	bool		strict = strncmp(text, "strict ", 7) == 0;

	return take_apart(strict ? "strict " : "", bare(strict ? text + 7 : text, text + strlen(text)));
}

/* Asks each part of a predicate about a day, where some compare what only a time zone tells. */
static void
try_parts(const BpmMonitorTest *test, Jsonb *facts, Jsonb *parameters)
{
	check_stack_depth();
	if (test->join)
	{
		try_parts(test->left, facts, parameters);
		try_parts(test->right, facts, parameters);
	}
	else
		(void) bpm_path_match(test->path, facts, parameters);
}

/* Says which rule failed. */
void
bpm_name_monitor_rule(void *rule)
{
	errcontext("monitoring rule \"%s\"", (const char *) rule);
}

/* Fails where a rule would fail payments: of what a path does wrong, the server tells some even in silence. */
void
bpm_try_monitor_rule(char *rule, char *predicate, Jsonb *parameters)
{
	ErrorContextCallback context = {error_context_stack, bpm_name_monitor_rule, rule};

	error_context_stack = &context;
	try_parts(compile(predicate), bpm_jsonb_of("{\"accounting_date\": \"2026-01-01\"}"), parameters);
	error_context_stack = context.previous;
}

/* Takes over one rule from its row. */
static void
take_rule(BpmMonitorRule *rule, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		day;

	rule->name = bpm_row_string(row, desc, 1);
	rule->title = bpm_row_string(row, desc, 2);
	rule->strength = bpm_row_string(row, desc, 3);
	rule->test = compile(bpm_row_string(row, desc, 4));
	rule->parameters = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 5, &isnull));
	rule->days = (int32) bpm_row_number(row, desc, 6);
	rule->division = bpm_row_number(row, desc, 7);
	day = SPI_getbinval(row, desc, 8, &isnull);
	rule->from = isnull ? DATEVAL_NOBEGIN : DatumGetDateADT(day);
	day = SPI_getbinval(row, desc, 9, &isnull);
	rule->to = isnull ? DATEVAL_NOEND : DatumGetDateADT(day);
}

/* Reads the active rules into the memory context of their set. */
static void
read_rules(BpmLedger *ledger, BpmMonitorRules *set)
{
	static const BpmStatement active = {
		"SELECT rule, title, strength, predicate, parameters, days, division, valid_from, valid_to"
		" FROM @ledger@.monitor_rule WHERE active ORDER BY rule", ""
	};
	static const BpmStatement found = {"SELECT 1 FROM @ledger@.monitor_finding LIMIT 1", ""};
	int			count = bpm_ledger_execute_latest(ledger, &active, 0, NULL, NULL, true);
	SPITupleTable *rows = SPI_tuptable;
	MemoryContext caller = MemoryContextSwitchTo(set->context);

	set->count = count;
	set->rules = palloc0(Max(count, 1) * sizeof(BpmMonitorRule));
	for (int i = 0; i < count; i++)
		take_rule(&set->rules[i], rows->vals[i], rows->tupdesc);
	MemoryContextSwitchTo(caller);
	set->watched = count > 0 || bpm_ledger_execute_latest(ledger, &found, 0, NULL, NULL, true) > 0;
}

/* Makes a set of rules in a memory context of its own. */
static BpmMonitorRules *
make_set(BpmLedger *ledger)
{
	MemoryContext context;
	BpmMonitorRules *set;

	SPI_connect();
	context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm monitoring rules", ALLOCSET_SMALL_SIZES);
	set = MemoryContextAllocZero(context, sizeof(BpmMonitorRules));
	set->context = context;
	/* From before it is read: what changes meanwhile is another generation. */
	set->generation = ledger->generation;
	read_rules(ledger, set);
	/* Kept from here on: nothing below fails. */
	MemoryContextSetParent(context, TopMemoryContext);
	SPI_finish();
	return set;
}

/* Returns the rules of a ledger that are active now. */
BpmMonitorRules *
bpm_monitor_rules(BpmLedger *ledger)
{
	SetEntry   *entry;
	BpmMonitorRules *set;
	bool		found;

	if (sets == NULL)
		sets = bpm_make_table("budgetpm monitoring rules", 8, sizeof(Oid), sizeof(SetEntry), TopMemoryContext);
	entry = hash_search(sets, &ledger->relid, HASH_FIND, NULL);
	if (entry && entry->rules && entry->rules->generation == ledger->generation)
		return entry->rules;
	set = make_set(ledger);
	entry = hash_search(sets, &ledger->relid, HASH_ENTER, &found);
	if (found && entry->rules)
		MemoryContextDelete(entry->rules->context);
	entry->rules = set;
	return set;
}
