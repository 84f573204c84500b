/*
 * rule_set.c
 *	  The rules in force, compiled once a backend, and what each place says of them.
 *
 * A set is built anew when the ledger is: the tables of rules, settings and bindings
 * send that message.  Places are added to it as they are asked for, each for a day.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "base/table.h"
#include "planning/rule.h"
#include "planning/rule_private.h"
#include "registry/registry.h"

/* The definition of a stored rule, as define_rule() took it. */
#define DEFINITION \
	"pg_catalog.jsonb_build_object('rule', r.rule, 'title', r.title, 'severity', r.severity," \
	" 'predicate', r.predicate, 'parameters', r.parameters, 'setting', r.setting, 'measures', r.measures," \
	" 'message', r.message, 'profile', r.profile, 'division', d.official_code, 'category', r.category," \
	" 'from_year', r.from_year, 'to_year', r.to_year, 'active', r.active)"

typedef struct CategoryPair
{
	char	   *category;
	char	   *parent;			/* NULL: at the top */
} CategoryPair;

typedef struct PlaceKey
{
	BpmCode		division;
	DateADT		day;
} PlaceKey;

typedef struct PlaceEntry
{
	PlaceKey	key;
	List	   *instances;
} PlaceEntry;

struct BpmRuleSet
{
	MemoryContext context;
	uint64		generation;
	List	   *rules;			/* of BpmPlanRule */
	CategoryPair *categories;
	int			ncategories;
	HTAB	   *places;
};

typedef struct SetEntry
{
	Oid			ledger;
	BpmRuleSet *set;			/* NULL: none yet */
} SetEntry;

static HTAB *sets = NULL;

/* Compiles one stored rule; a definition that no longer compiles is damage. */
static BpmPlanRule *
compile(BpmLedger *ledger, HeapTuple row, TupleDesc desc)
{
	BpmFaults	faults = {0};
	bool		isnull;
	Jsonb	   *definition = DatumGetJsonbPCopy(SPI_getbinval(row, desc, 1, &isnull));
	int32		version = bpm_row_number(row, desc, 2);
	BpmPlanRule *rule = bpm_parse_rule_definition(ledger, definition, "$", &faults);

	/* A division that has ended since is no fault: the rule holds nowhere. */
	if (faults.count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("version %d of rule \"%s\" cannot be applied", version,
						rule->name ? rule->name : ""),
				 errdetail("%s: %s.", faults.items[0].path, faults.items[0].text),
				 errhint("Define it again, or retire it.")));
	rule->version = version;
	return rule;
}

/* Reads the rules in force. */
static List *
read_rules(BpmLedger *ledger)
{
	static const BpmStatement find = {
		"SELECT " DEFINITION ", r.version FROM @ledger@.planning_rule r"
		" LEFT JOIN @ledger@.division d ON d.code" CODE_EQ "r.division AND d.valid_to IS NULL"
		" WHERE r.active AND (r.division IS NULL OR d.code IS NOT NULL)"
		" AND r.version" EQ "(SELECT pg_catalog.max(n.version) FROM @ledger@.planning_rule n"
		" WHERE n.rule" EQ "r.rule) ORDER BY r.rule", ""
	};
	int			count = bpm_run_here(ledger, &find, NULL, NULL);
	SPITupleTable *rows = SPI_tuptable;
	List	   *rules = NIL;

	for (int i = 0; i < count; i++)
		rules = lappend(rules, compile(ledger, rows->vals[i], rows->tupdesc));
	return rules;
}

/* Returns the newest version of a rule, in force or not; NULL for an unknown one. */
BpmPlanRule *
bpm_newest_rule(BpmLedger *ledger, const char *name)
{
	static const BpmStatement find = {
		"SELECT " DEFINITION ", r.version FROM @ledger@.planning_rule r"
		" LEFT JOIN @ledger@.division d ON d.code" CODE_EQ "r.division"
		" WHERE r.rule" EQ "$1 ORDER BY r.version DESC LIMIT 1", "t"
	};
	Datum		value = CStringGetTextDatum(name);

	if (bpm_run_here(ledger, &find, &value, NULL) != 1)
		return NULL;
	return compile(ledger, SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
}

/* Reads which category stands below which. */
static void
read_categories(BpmLedger *ledger, BpmRuleSet *set)
{
	static const BpmStatement find = {
		"SELECT DISTINCT category, parent FROM @ledger@.profile_category", ""
	};
	SPITupleTable *rows;

	set->ncategories = bpm_run_here(ledger, &find, NULL, NULL);
	rows = SPI_tuptable;
	set->categories = palloc(Max(set->ncategories, 1) * sizeof(CategoryPair));
	for (int i = 0; i < set->ncategories; i++)
	{
		set->categories[i].category = bpm_row_string(rows->vals[i], rows->tupdesc, 1);
		set->categories[i].parent = SPI_getvalue(rows->vals[i], rows->tupdesc, 2);
	}
}

/* Makes a set of rules in the current memory context, all of it in one of its own. */
static BpmRuleSet *
make_set(BpmLedger *ledger, List *rules, bool given)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "budgetpm rules",
												  ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = MemoryContextSwitchTo(context);
	BpmRuleSet *set = palloc0(sizeof(BpmRuleSet));

	set->context = context;
	set->generation = ledger->generation;
	set->rules = given ? list_copy(rules) : read_rules(ledger);
	read_categories(ledger, set);
	set->places = bpm_make_table("budgetpm rule places", 32, sizeof(PlaceKey), sizeof(PlaceEntry), context);
	MemoryContextSwitchTo(caller);
	return set;
}

/* Returns a set of the rules given, for this call. */
BpmRuleSet *
bpm_rules_given(BpmLedger *ledger, List *rules)
{
	return make_set(ledger, rules, true);
}

/* Returns the set of the rules in force; the caller is connected, as the owner. */
BpmRuleSet *
bpm_rules_in_force(BpmLedger *ledger)
{
	SetEntry   *entry;
	BpmRuleSet *set;
	bool		found;

	if (sets == NULL)
		sets = bpm_make_table("budgetpm rule sets", 8, sizeof(Oid), sizeof(SetEntry), TopMemoryContext);
	entry = hash_search(sets, &ledger->relid, HASH_ENTER, &found);
	if (!found)
		entry->set = NULL;
	if (entry->set && entry->set->generation == ledger->generation)
		return entry->set;
	if (entry->set)
		MemoryContextDelete(entry->set->context);
	entry->set = NULL;
	set = make_set(ledger, NIL, false);

	/* Kept from here on: nothing below fails.  Reading may have moved the entry. */
	entry = hash_search(sets, &ledger->relid, HASH_ENTER, &found);
	entry->set = set;
	MemoryContextSetParent(set->context, TopMemoryContext);
	return set;
}

/* Returns the categories above a category, itself first, as an array. */
Jsonb *
bpm_rule_categories(BpmRuleSet *set, const char *category)
{
	JsonbParseState *state = NULL;
	JsonbValue	value;
	int			depth = 0;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (const char *at = category; at && depth < 10; depth++)
	{
		const char *parent = NULL;

		value.type = jbvString;
		value.val.string.val = (char *) at;
		value.val.string.len = strlen(at);
		pushJsonbValue(&state, WJB_ELEM, &value);
		for (int i = 0; i < set->ncategories && !parent; i++)
			if (strcmp(set->categories[i].category, at) == 0)
				parent = set->categories[i].parent;
		at = parent;
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/* Tells whether a category is another one or stands below it. */
static bool
is_under(BpmRuleSet *set, const char *category, const char *above)
{
	for (int depth = 0; category && depth < 10; depth++)
	{
		const char *parent = NULL;

		if (strcmp(category, above) == 0)
			return true;
		for (int i = 0; i < set->ncategories && !parent; i++)
			if (strcmp(set->categories[i].category, category) == 0)
				parent = set->categories[i].parent;
		category = parent;
	}
	return false;
}

/* Tells whether a rule that holds at the place holds for requests of that year and category. */
bool
bpm_rule_holds(BpmRuleSet *set, const BpmPlanRule *rule, int fiscal_year, const char *category)
{
	return (rule->from_year == 0 || fiscal_year >= rule->from_year) &&
		(rule->to_year == 0 || fiscal_year <= rule->to_year) &&
		(rule->category == NULL || is_under(set, category, rule->category));
}

/* Returns today, as duties count days, and the names of the profiles bound at a division or above. */
static DateADT
read_profiles(BpmLedger *ledger, BpmCode division, List **profiles)
{
	static const BpmStatement find = {
		"SELECT today.day, b.profile FROM (SELECT " SERVER_DATE " AS day) AS today"
		" LEFT JOIN @ledger@.profile_binding b ON b.division" COVERS "$1 AND b.valid_from" LE "today.day"
		" AND (b.valid_to IS NULL OR b.valid_to" GT "today.day)", "c"
	};
	Datum		value = Int64GetDatum(division);
	int			count = bpm_run_here(ledger, &find, &value, NULL);
	SPITupleTable *rows = SPI_tuptable;

	*profiles = list_make1("standard");
	for (int i = 0; i < count; i++)
	{
		char	   *profile = SPI_getvalue(rows->vals[i], rows->tupdesc, 2);

		if (profile)
			*profiles = lappend(*profiles, profile);
	}
	return (DateADT) bpm_row_number(rows->vals[0], rows->tupdesc, 1);
}

/* Tells whether a name is in a list. */
static bool
has_name(List *names, const char *name)
{
	ListCell   *cell;

	foreach(cell, names)
		if (strcmp(lfirst(cell), name) == 0)
			return true;
	return false;
}

/* Refuses a place whose setting leaves a variable of the rule without a value. */
static void
require_variables(const BpmPlanRule *rule, Jsonb *variables)
{
	ListCell   *cell;

	foreach(cell, rule->variables)
	{
		JsonbValue	value;
		char	   *name = lfirst(cell);

		if (getKeyJsonValueFromContainer(&variables->root, name, strlen(name), &value) == NULL)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("rule \"%s\" cannot be applied: \"%s\" has no value", rule->name, name),
					 errdetail("Profile setting \"%s\" holds %s.", rule->setting ? rule->setting : "",
							   bpm_jsonb_out(variables)),
					 errhint("Give every item of the setting the parameters of the rule.")));
	}
}

/* Adds the rule with one set of parameters to those that hold at a place. */
static List *
add_instance(List *instances, const BpmPlanRule *rule, Jsonb *variables)
{
	BpmRuleInstance *instance = palloc(sizeof(BpmRuleInstance));
	char	   *action;

	if (!JB_ROOT_IS_OBJECT(variables))
		variables = bpm_empty_object();
	require_variables(rule, variables);
	action = bpm_jsonb_text(&variables->root, "action");
	instance->rule = rule;
	instance->variables = variables;
	instance->severity = rule->severity;
	if (action && (strcmp(action, "block") == 0 || strcmp(action, "explain") == 0 ||
				   strcmp(action, "warn") == 0))
		instance->severity = action;
	return lappend(instances, instance);
}

/* Adds a rule with each of the sets of parameters that the place has for it. */
static List *
add_instances(List *instances, const BpmPlanRule *rule, Jsonb *setting)
{
	Jsonb	   *given = rule->parameters;
	ListCell   *cell;

	if (setting && JB_ROOT_IS_ARRAY(setting) && !JB_ROOT_IS_SCALAR(setting))
		given = setting;
	else if (setting && JB_ROOT_IS_OBJECT(setting) && JB_ROOT_IS_OBJECT(given))
		given = bpm_jsonb_join(given, setting);
	if (JB_ROOT_IS_OBJECT(given))
		return add_instance(instances, rule, given);
	foreach(cell, bpm_jsonb_items(given))
	{
		Jsonb	   *item = lfirst(cell);

		if (given == setting && JB_ROOT_IS_OBJECT(item) && JB_ROOT_IS_OBJECT(rule->parameters))
			item = bpm_jsonb_join(rule->parameters, item);
		instances = add_instance(instances, rule, item);
	}
	return instances;
}

/* Decides which rules hold at a division on this day, and with which parameters. */
static List *
decide_place(BpmLedger *ledger, BpmRuleSet *set, BpmCode division, List *profiles, DateADT day)
{
	List	   *instances = NIL;
	ListCell   *cell;

	foreach(cell, set->rules)
	{
		const BpmPlanRule *rule = lfirst(cell);
		Jsonb	   *setting = NULL;

		if (rule->profile && !has_name(profiles, rule->profile))
			continue;
		if (rule->division != 0 && !bpm_code_covers(rule->division, division))
			continue;
		if (rule->setting)
			setting = bpm_registry_setting(ledger, division, rule->setting, day);
		instances = add_instances(instances, rule, setting);
	}
	return instances;
}

/* Returns the rules that hold at a division today, as BpmRuleInstance. */
List *
bpm_rules_at(BpmLedger *ledger, BpmRuleSet *set, BpmCode division)
{
	List	   *profiles;
	PlaceKey	key;
	PlaceEntry *entry;
	MemoryContext caller;
	List	   *instances;
	bool		found;

	memset(&key, 0, sizeof(key));
	key.division = division;
	key.day = read_profiles(ledger, division, &profiles);
	entry = hash_search(set->places, &key, HASH_FIND, NULL);
	if (entry)
		return entry->instances;
	caller = MemoryContextSwitchTo(set->context);
	instances = decide_place(ledger, set, division, profiles, key.day);
	MemoryContextSwitchTo(caller);
	entry = hash_search(set->places, &key, HASH_ENTER, &found);
	entry->instances = instances;
	return instances;
}

/* Returns the language of messages: the one wanted, or the first that the place's profile names. */
char *
bpm_rule_language(BpmLedger *ledger, BpmCode division, const char *wanted)
{
	static const char *const known[] = {"zh", "en", "mn"};
	Jsonb	   *setting;
	List	   *profiles;
	JsonbValue *first;

	for (int i = 0; wanted && i < lengthof(known); i++)
		if (strcmp(known[i], wanted) == 0)
			return pstrdup(wanted);
	if (wanted)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("language \"%s\" is not known", wanted),
				 errhint("Use zh, en or mn.")));
	setting = bpm_registry_setting(ledger, division, "registry.languages",
								   read_profiles(ledger, division, &profiles));
	if (setting == NULL || !JB_ROOT_IS_ARRAY(setting) || JB_ROOT_COUNT(setting) == 0)
		return pstrdup("zh");
	first = getIthJsonbValueFromContainer(&setting->root, 0);
	return first->type == jbvString ? pnstrdup(first->val.string.val, first->val.string.len) :
		pstrdup("zh");
}
