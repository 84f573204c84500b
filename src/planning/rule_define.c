/*
 * rule_define.c
 *	  The definition of a rule: read with every fault it has, and published.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "planning/growth.h"
#include "planning/rule.h"
#include "planning/rule_private.h"
#include "registry/registry.h"
#include "registry/setting.h"
#include "workflow/call.h"

static const char *const properties[] = {
	"rule", "title", "severity", "predicate", "parameters", "setting", "measures", "message",
	"profile", "division", "category", "from_year", "to_year", "active", NULL
};
static const char *const severities[] = {"block", "explain", "warn", NULL};
static const char *const languages[] = {"zh", "en", "mn", NULL};

/* Members of the request document, and what has to be joined in for them. */
static const struct
{
	const char *name;
	uint32		fact;
}			members[] = {
	{"request", 0}, {"version", 0}, {"version_no", 0}, {"kind", 0}, {"preparation", 0}, {"round", 0}, {"fiscal_year", 0}, {"division", 0},
	{"unit", 0}, {"department", 0}, {"project", 0}, {"project_stage", 0}, {"title", 0},
	{"category", 0}, {"fund_type", 0}, {"amount", 0}, {"items", 0}, {"attributes", 0},
	{"attachments", 0}, {"ceiling", 0}, {"previous", 0}, {"targets", 0},
	{"history", BPM_FACT_HISTORY}, {"growth", BPM_FACT_GROWTH}, {"unit_total", BPM_FACT_TOTALS},
	{"department_total", BPM_FACT_DEPARTMENT}, {"share", BPM_FACT_SHARE},
	{"duplicates", BPM_FACT_DUPLICATES}, {"categories", BPM_FACT_CATEGORIES},
	{"new_project", BPM_FACT_NEW}
};

/* Returns what facts a member of the document needs, reporting one that is in no document. */
static uint32
member_fact(const BpmNode *node, const char *property, const char *member)
{
	for (int i = 0; i < lengthof(members); i++)
		if (strcmp(members[i].name, member) == 0)
			return members[i].fact;
	bpm_fault(node->faults, bpm_node_place(node, property), "the request document has no member \"%s\"", member);
	return 0;
}

/* Adds what one path of the rule uses to the rule. */
static void
use_path(BpmPlanRule *rule, const BpmNode *node, const char *property, Datum path)
{
	BpmPathUse	use = {0};
	ListCell   *cell;

	bpm_path_use(path, &use);
	if (use.inexact)
		bpm_fault(node->faults, bpm_node_place(node, property), "double() is not exact; numbers of the document are");
	/* Facts are joined to the document as they are named, and a name is looked up. */
	if (use.whole)
		bpm_fault(node->faults, bpm_node_place(node, property), "$ stands without a member of the request document, such as $.amount");
	foreach(cell, use.members)
		rule->facts |= member_fact(node, property, lfirst(cell));
	foreach(cell, use.variables)
		rule->variables = lappend(rule->variables, lfirst(cell));
}

/* Reads the name and what is said of the rule. */
static void
read_names(BpmPlanRule *rule, const BpmNode *node)
{
	rule->name = bpm_node_text(node, "rule", true);
	if (rule->name && (strspn(rule->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(rule->name) ||
					   strlen(rule->name) > 63 || rule->name[0] < 'a'))
		bpm_fault(node->faults, bpm_node_place(node, "rule"),
				  "\"%s\" is not a name of at most 63 lower-case letters, digits and underscores, beginning with a letter", rule->name);
	rule->title = bpm_node_text(node, "title", true);
	if (rule->title && strlen(rule->title) > 200)
		bpm_fault(node->faults, bpm_node_place(node, "title"), "is longer than 200 bytes");
	rule->severity = bpm_node_text(node, "severity", true) ?
		bpm_node_word(node, "severity", severities) : "block";
}

/* Reads what is to be true for a finding. */
static void
read_predicate(BpmPlanRule *rule, const BpmNode *node)
{
	rule->predicate_text = bpm_node_text(node, "predicate", true);
	if (rule->predicate_text &&
		bpm_node_path(node, "predicate", rule->predicate_text, &rule->predicate))
		use_path(rule, node, "predicate", rule->predicate);
}

/* Reads the values that a finding keeps. */
static void
read_measures(BpmPlanRule *rule, const BpmNode *node)
{
	BpmNode		child;
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	value;
	char	   *name = NULL;

	rule->measure_texts = bpm_empty_object();
	if (!bpm_node_object(node, "measures", &child))
		return;
	rule->measure_texts = bpm_jsonb_member(node->object, "measures");
	rule->measures = palloc((JsonContainerSize(child.object) + 1) * sizeof(BpmMeasure));
	iterator = JsonbIteratorInit(child.object);
	while ((token = JsonbIteratorNext(&iterator, &value, true)) != WJB_DONE)
	{
		BpmMeasure *measure = &rule->measures[rule->nmeasures];
		char	   *path;

		if (token == WJB_KEY)
			name = pnstrdup(value.val.string.val, value.val.string.len);
		if (token != WJB_VALUE)
			continue;
		path = bpm_node_text(&child, name, true);
		measure->name = name;
		rule->nmeasures++;
		if (path && bpm_node_path(&child, name, path, &measure->path))
			use_path(rule, &child, name, measure->path);
	}
}

/* Checks one object of parameters; those that name how an average is taken must be known. */
static void
check_parameter_object(const BpmPlanRule *rule, const BpmNode *node)
{
	char	   *word;
	int64		years;
	BpmMean		mean;

	if ((rule->facts & BPM_FACT_GROWTH) == 0)
		return;
	word = bpm_node_text(node, "mean", false);
	if (word && !bpm_read_mean(word, &mean))
		bpm_fault(node->faults, bpm_node_place(node, "mean"), "\"%s\" is not one of arithmetic, compound", word);
	years = bpm_node_int(node, "years", 1, 1);
	if (years > BPM_RATE_YEARS)
		bpm_fault(node->faults, bpm_node_place(node, "years"), "must not be above %d", BPM_RATE_YEARS);
}

/* Reads the parameters: one object, or an array of objects. */
static void
read_parameters(BpmPlanRule *rule, const BpmNode *node)
{
	JsonbValue	value;
	BpmNode		child;
	int			count;

	rule->parameters = bpm_empty_object();
	if (!bpm_node_find(node, "parameters", &value))
		return;
	if (value.type == jbvBinary && JsonContainerIsArray(value.val.binary.data))
	{
		count = bpm_node_array(node, "parameters", &child);
		for (int i = 0; i < count; i++)
		{
			BpmNode		item;

			if (bpm_node_item(&child, i, &item))
				check_parameter_object(rule, &item);
		}
	}
	else if (bpm_node_object(node, "parameters", &child))
		check_parameter_object(rule, &child);
	else
		return;
	rule->parameters = bpm_jsonb_member(node->object, "parameters");
}

/* Tells whether every set of parameters has a name; with a setting, only the request will tell. */
static bool
has_parameter(const BpmPlanRule *rule, const char *name)
{
	JsonbValue	value;
	BpmNode		item;
	BpmFaults	none = {0};
	BpmNode		array = {&rule->parameters->root, "", &none};

	if (rule->setting && JB_ROOT_IS_ARRAY(rule->parameters))
		return true;
	if (JB_ROOT_IS_OBJECT(rule->parameters))
		return getKeyJsonValueFromContainer(&rule->parameters->root, name, strlen(name), &value) != NULL;
	for (int i = 0; i < JB_ROOT_COUNT(rule->parameters); i++)
		if (bpm_node_item(&array, i, &item) &&
			getKeyJsonValueFromContainer(item.object, name, strlen(name), &value) == NULL)
			return false;
	return true;
}

/* Tells whether a finding keeps a measure of that name. */
static bool
has_measure(const BpmPlanRule *rule, const char *name)
{
	for (int i = 0; i < rule->nmeasures; i++)
		if (strcmp(rule->measures[i].name, name) == 0)
			return true;
	return false;
}

/* Reports every variable that no parameter sets. */
static void
check_variables(const BpmPlanRule *rule, const BpmNode *node)
{
	ListCell   *cell;

	foreach(cell, rule->variables)
		if (!has_parameter(rule, lfirst(cell)))
			bpm_fault(node->faults, bpm_node_place(node, "parameters"), "variable \"$%s\" has no value", (char *) lfirst(cell));
}

/* Reads what a finding says, in each language. */
static void
read_message(BpmPlanRule *rule, const BpmNode *node)
{
	BpmNode		child;
	ListCell   *cell;

	rule->message = bpm_empty_object();
	if (!bpm_node_object(node, "message", &child))
	{
		JsonbValue	value;

		if (!bpm_node_find(node, "message", &value))
			bpm_fault(node->faults, bpm_node_place(node, "message"), "missing");
		return;
	}
	bpm_node_keys(&child, languages);
	rule->message = bpm_jsonb_member(node->object, "message");
	for (int i = 0; languages[i]; i++)
	{
		char	   *text = bpm_node_text(&child, languages[i], i == 0);

		if (text == NULL)
			continue;
		foreach(cell, bpm_placeholders(text))
			if (has_measure(rule, lfirst(cell)))
				continue;
			else if (has_parameter(rule, lfirst(cell)))
				rule->kept = lappend(rule->kept, lfirst(cell));
			else
				bpm_fault(node->faults, bpm_node_place(&child, languages[i]),
						  "{%s} is neither a measure nor a parameter", (char *) lfirst(cell));
	}
}

/* Reports a name that a table of the registry does not hold. */
static void
require_known(BpmLedger *ledger, const BpmNode *node, const char *property, const char *name,
			  const BpmStatement *find)
{
	Datum		value;

	if (name == NULL)
		return;
	value = CStringGetTextDatum(name);
	if (bpm_run_here(ledger, find, &value, NULL) == 0)
		bpm_fault(node->faults, bpm_node_place(node, property), "\"%s\" is not known", name);
}

/* Reads where and when the rule holds. */
static void
read_scope(BpmLedger *ledger, BpmPlanRule *rule, const BpmNode *node)
{
	static const BpmStatement find_profile = {
		"SELECT 1 FROM @ledger@.profile WHERE profile" EQ "$1 LIMIT 1", "t"
	};
	static const BpmStatement find_category = {
		"SELECT 1 FROM @ledger@.profile_category WHERE category" EQ "$1 LIMIT 1", "t"
	};
	BpmRefusal	refusal;

	rule->profile = bpm_node_text(node, "profile", false);
	rule->category = bpm_node_text(node, "category", false);
	rule->division_code = bpm_node_text(node, "division", false);
	rule->from_year = bpm_node_int(node, "from_year", 0, 1949);
	rule->to_year = bpm_node_int(node, "to_year", 0, 1949);
	require_known(ledger, node, "profile", rule->profile, &find_profile);
	require_known(ledger, node, "category", rule->category, &find_category);
	if (rule->division_code &&
		!bpm_registry_find_division(ledger, rule->division_code, &rule->division, &refusal))
		bpm_fault(node->faults, bpm_node_place(node, "division"), "%s", refusal.message);
	if (rule->from_year && rule->to_year && rule->to_year < rule->from_year)
		bpm_fault(node->faults, bpm_node_place(node, "to_year"), "lies before from_year");
}

/* Reads the setting that a place may put in place of parameters. */
static void
read_setting(BpmPlanRule *rule, const BpmNode *node)
{
	rule->setting = bpm_node_text(node, "setting", false);
	if (rule->setting && (strspn(rule->setting, "abcdefghijklmnopqrstuvwxyz0123456789_.") != strlen(rule->setting) ||
						  strchr(rule->setting, '.') == NULL || strlen(rule->setting) > 100))
		bpm_fault(node->faults, bpm_node_place(node, "setting"), "\"%s\" is no key of a profile setting", rule->setting);
	else if (rule->setting && !bpm_find_setting_kind(rule->setting) && bpm_setting_key_fault(rule->setting))
		bpm_fault(node->faults, bpm_node_place(node, "setting"), "\"%s\": %s; a setting of your own begins with a word of your own",
				  rule->setting, bpm_setting_key_fault(rule->setting));
}

/* Returns the rule of a definition; all that is wrong with it is among the faults. */
BpmPlanRule *
bpm_parse_rule_definition(BpmLedger *ledger, Jsonb *definition, const char *place, BpmFaults *faults)
{
	BpmPlanRule *rule = palloc0(sizeof(BpmPlanRule));
	BpmNode		node = {&definition->root, pstrdup(place), faults};
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(definition))
	{
		bpm_fault(faults, place, "must be an object");
		return rule;
	}
	bpm_node_keys(&node, properties);
	read_names(rule, &node);
	read_predicate(rule, &node);
	read_measures(rule, &node);
	read_setting(rule, &node);
	read_parameters(rule, &node);
	check_variables(rule, &node);
	read_message(rule, &node);
	read_scope(ledger, rule, &node);
	rule->active = !bpm_node_find(&node, "active", &value) || bpm_node_bool(&node, "active");
	return rule;
}

/* Raises all faults of a definition as one error. */
void
bpm_refuse_rule_faults(const BpmFaults *faults)
{
	bpm_refuse_faults(faults, ERRCODE_INVALID_PARAMETER_VALUE, "definition of a rule has", 0,
					  "check_rule() gives them as rows.");
}

/* Lists the faults of a definition. */
PG_FUNCTION_INFO_V1(bpm_check_rule);
Datum
bpm_check_rule(PG_FUNCTION_ARGS)
{
	BpmFaults	faults = {0};
	BpmCall		call;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "definition");
	bpm_call_begin(&call, fcinfo, "check_rule", NULL);
	bpm_parse_rule_definition(call.ledger, PG_GETARG_JSONB_P(1), "$", &faults);
	bpm_put_faults(&faults, (ReturnSetInfo *) fcinfo->resultinfo);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Reads the newest version of a rule: its number, division and whether it is active; false if there is none. */
static bool
newest(BpmLedger *ledger, const char *name, int32 *version, BpmCode *division, bool *active)
{
	static const BpmStatement find = {
		"SELECT version, division, active FROM @ledger@.planning_rule WHERE rule" EQ "$1"
		" ORDER BY version DESC LIMIT 1", "t"
	};
	Datum		value = CStringGetTextDatum(name);
	HeapTuple	row;
	TupleDesc	desc;

	if (bpm_run_here(ledger, &find, &value, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	*version = bpm_row_number(row, desc, 1);
	*division = bpm_row_number(row, desc, 2);
	*active = bpm_row_number(row, desc, 3) != 0;
	return true;
}

/* Makes versions follow each other: two publishers of one rule wait here. */
static void
lock_rules(BpmLedger *ledger)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.planning_rule IN SHARE ROW EXCLUSIVE MODE", ""
	};

	bpm_run_here(ledger, &lock, NULL, NULL);
}

/* Publishes a definition as the next version of its rule, and returns that version. */
PG_FUNCTION_INFO_V1(bpm_define_rule);
Datum
bpm_define_rule(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.planning_rule (rule, version, title, severity, predicate, parameters,"
		" setting, measures, message, profile, division, category, from_year, to_year, active, defined_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
		"tittt" "jtjjtctiibt"
	};
	BpmFaults	faults = {0};
	BpmCall		call;
	BpmPlanRule *rule;
	int32		version = 0;
	BpmCode		division;
	bool		active;
	Datum		values[16];
	char		nulls[] = "                ";

	bpm_require_argument(fcinfo, 1, "definition");
	bpm_call_begin(&call, fcinfo, "define_rule", NULL);
	rule = bpm_parse_rule_definition(call.ledger, PG_GETARG_JSONB_P(1), "$", &faults);
	bpm_refuse_rule_faults(&faults);
	bpm_call_require(&call, rule->division, 0);
	lock_rules(call.ledger);
	/* Who may only rule over a part cannot take a wider rule away. */
	if (newest(call.ledger, rule->name, &version, &division, &active))
		bpm_call_require(&call, division, 0);
	bpm_set_text(values, nulls, 0, rule->name);
	bpm_set_id(values, nulls, 1, version + 1);
	bpm_set_text(values, nulls, 2, rule->title);
	bpm_set_text(values, nulls, 3, rule->severity);
	bpm_set_text(values, nulls, 4, rule->predicate_text);
	values[5] = JsonbPGetDatum(rule->parameters);
	bpm_set_text(values, nulls, 6, rule->setting);
	values[7] = JsonbPGetDatum(rule->measure_texts);
	values[8] = JsonbPGetDatum(rule->message);
	bpm_set_text(values, nulls, 9, rule->profile);
	bpm_set_id(values, nulls, 10, rule->division);
	bpm_set_text(values, nulls, 11, rule->category);
	bpm_set_id(values, nulls, 12, rule->from_year);
	bpm_set_id(values, nulls, 13, rule->to_year);
	values[14] = BoolGetDatum(rule->active);
	bpm_set_text(values, nulls, 15, call.login);
	bpm_insert_rows(call.ledger, "planning_rule", &insert, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT32(version + 1);
}

/* Puts a rule in force or out of it, as its next version, and returns that version. */
PG_FUNCTION_INFO_V1(bpm_switch_rule);
Datum
bpm_switch_rule(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.planning_rule (rule, version, title, severity, predicate, parameters,"
		" setting, measures, message, profile, division, category, from_year, to_year, active, defined_by)"
		" SELECT rule, version OPERATOR(pg_catalog.+) 1, title, severity, predicate, parameters,"
		" setting, measures, message, profile, division, category, from_year, to_year, $3, $4"
		" FROM @ledger@.planning_rule WHERE rule" EQ "$1 AND version" EQ "$2", "tibt"
	};
	char	   *name = bpm_argument(fcinfo, 1, "rule");
	bool		active = PG_GETARG_BOOL(2);
	BpmCall		call;
	int32		version;
	BpmCode		division;
	bool		was_active;
	Datum		values[4];

	bpm_call_begin(&call, fcinfo, active ? "activate_rule" : "retire_rule", NULL);
	lock_rules(call.ledger);
	if (!newest(call.ledger, name, &version, &division, &was_active))
		bpm_refuse_unknown_rule(call.ledger, name);
	bpm_call_require(&call, division, 0);
	if (active == was_active)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 active ? errmsg("rule \"%s\" is in force", name) :
				 errmsg("rule \"%s\" is not in force", name)));
	values[0] = CStringGetTextDatum(name);
	values[1] = Int32GetDatum(version);
	values[2] = BoolGetDatum(active);
	values[3] = CStringGetTextDatum(call.login);
	bpm_insert_rows(call.ledger, "planning_rule", &insert, values, NULL, false);
	bpm_call_end(&call);
	PG_RETURN_INT32(version + 1);
}

/* Refuses the name of no rule. */
void
bpm_refuse_unknown_rule(BpmLedger *ledger, const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("rule \"%s\" does not exist in ledger %s", name, ledger->schema),
			 errhint("%s.define_rule() makes one; the report view \"planning_rule\" shows those there are.",
					 ledger->schema)));
}
