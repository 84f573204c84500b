/*
 * signal_rules.c
 *	  Reads the thresholds of a signal as a profile says them (project.signal.*).
 *
 * What is missing has the value of profile standard; every fault is told at once.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/number.h"
#include "project/signal.h"

const char *const bpm_dimension_names[] = {
	"payment", "contract", "delivery", "schedule", "indicator", "gap", NULL
};

const char *const bpm_colour_names[] = {
	"none", "blue", "green", "yellow", "red", NULL
};

/* The member of the rules that says how a dimension is judged. */
static const char *const rule_keys[] = {
	"execution", "contract", "delivery", "schedule", "indicator", "gap"
};

/* Returns a number that lies in the caller's memory, or what stands for a missing one; null means none. */
static Numeric
ratio(const BpmNode *node, const char *key, Numeric missing)
{
	JsonbValue	value;
	Numeric		found;

	if (getKeyJsonValueFromContainer(node->object, key, strlen(key), &value) == NULL)
		return missing;
	found = bpm_node_number(node, key);
	if (found && bpm_numeric_sign(found) < 0)
		bpm_fault(node->faults, bpm_node_place(node, key), "must not be negative");
	return found ? DatumGetNumericCopy(NumericGetDatum(found)) : NULL;
}

/* Returns the colour that a member names, or what stands for a missing one. */
static BpmColour
colour(const BpmNode *node, const char *key, BpmColour missing)
{
	static const char *const words[] = {"yellow", "red", "green", "blue", "none", NULL};
	JsonbValue	value;
	char	   *word;

	if (!bpm_node_find(node, key, &value))
		return missing;
	word = bpm_node_word(node, key, words);
	for (int i = 0; bpm_colour_names[i]; i++)
		if (strcmp(word, bpm_colour_names[i]) == 0)
			return (BpmColour) i;
	return missing;
}

/* Reads a day of any year, MM-DD, as month * 100 + day; 0 with a fault for another. */
static int
day_of_year(const BpmNode *node)
{
	char	   *text = bpm_node_text(node, "from", true);
	int			month = 0;
	int			day = 0;

	if (text && strlen(text) == 5 && sscanf(text, "%2d-%2d", &month, &day) == 2 &&
		month >= 1 && month <= 12 && day >= 1 && day <= day_tab[1][month - 1])
		return month * 100 + day;
	if (text)
		bpm_fault(node->faults, psprintf("%s.from", node->path), "\"%s\" is not a day MM-DD", text);
	return 0;
}

/* Reads a dated ladder: rungs in order of their days. */
static void
read_ladder(const BpmNode *node, BpmSignalRule *rule)
{
	static const char *const keys[] = {"from", "at_least", "colour", NULL};
	BpmNode		array;
	int			count = bpm_node_array(node, "ladder", &array);

	if (count < 1)
		return;
	rule->ladder = palloc0(count * sizeof(BpmRung));
	for (int i = 0; i < count; i++)
	{
		BpmNode		item;
		BpmRung    *rung = &rule->ladder[rule->rungs];

		if (!bpm_node_item(&array, i, &item))
			continue;
		bpm_node_keys(&item, keys);
		rung->from = day_of_year(&item);
		rung->at_least = ratio(&item, "at_least", NULL);
		rung->colour = colour(&item, "colour", COLOUR_YELLOW);
		if (rung->at_least == NULL)
			bpm_fault(node->faults, psprintf("%s.at_least", item.path), "missing");
		if (rule->rungs > 0 && rung->from <= rule->ladder[rule->rungs - 1].from)
			bpm_fault(node->faults, psprintf("%s.from", item.path), "must be later than the one before");
		rule->rungs++;
	}
}

/* Reads the words that a qualitative indicator may be answered with. */
static void
read_words(const BpmNode *node, BpmSignalRule *rule)
{
	static const char *const keys[] = {"red", "yellow", "green", NULL};
	BpmNode		words;

	if (!bpm_node_object(node, "words", &words))
		return;
	bpm_node_keys(&words, keys);
	for (int c = COLOUR_GREEN; c <= COLOUR_RED; c++)
	{
		BpmNode		list;
		int			count = bpm_node_array(&words, bpm_colour_names[c], &list);

		if (count < 0)
			continue;
		rule->words[c] = NIL;
		for (int i = 0; i < count; i++)
		{
			JsonbValue *item = getIthJsonbValueFromContainer(list.object, i);

			if (item->type != jbvString)
				bpm_fault(node->faults, psprintf("%s[%d]", list.path, i), "must be a text");
			else
				rule->words[c] = lappend(rule->words[c], pnstrdup(item->val.string.val,
																  item->val.string.len));
		}
	}
}

/* Gives every dimension what profile standard says. */
static void
set_defaults(BpmSignalRules *rules)
{
	for (int d = 0; d < DIMENSION_COUNT; d++)
	{
		BpmSignalRule *rule = &rules->of[d];

		rule->used = d != DIMENSION_GAP;
		rule->red_below = bpm_numeric_of("0.6");
		rule->yellow_below = bpm_numeric_of("0.8");
		rule->start_month = d == DIMENSION_PAYMENT || d == DIMENSION_INDICATOR ? 3 : 1;
		rule->over_budget = COLOUR_YELLOW;
		rule->worst = COLOUR_RED;
	}
	rules->of[DIMENSION_PAYMENT].blue_from = bpm_numeric_of("1.2");
	rules->of[DIMENSION_CONTRACT].red_days = bpm_numeric_of("30");
	rules->of[DIMENSION_CONTRACT].yellow_days = bpm_numeric_of("1");
	rules->of[DIMENSION_SCHEDULE].blue_from = bpm_numeric_of("1.2");
	rules->of[DIMENSION_INDICATOR].blue_from = bpm_numeric_of("1.2");
	rules->of[DIMENSION_GAP].points = bpm_numeric_of("0.1");
	rules->of[DIMENSION_GAP].worst = COLOUR_YELLOW;
	rules->of[DIMENSION_INDICATOR].words[COLOUR_GREEN] =
		list_make3("达成", "达成年度指标", "达成预期指标");
	rules->of[DIMENSION_INDICATOR].words[COLOUR_YELLOW] =
		list_make3("部分达成", "部分达成年度指标并具有一定效果", "部分达成预期指标并具有一定效果");
	rules->of[DIMENSION_INDICATOR].words[COLOUR_RED] =
		list_make3("未达成", "未达成年度指标且效果较差", "未达成预期指标且效果较差");
	rules->has_blue = true;
}

/* Reads how one dimension is judged. */
static void
read_rule(const BpmNode *root, BpmDimension dimension, BpmSignalRule *rule)
{
	static const char *const keys[] = {
		"red_below", "yellow_below", "blue_from", "points", "red_days", "yellow_days", "start_month",
		"by", "over_budget", "worst", "ladder", "words", NULL
	};
	static const char *const clocks[] = {"month", "day", NULL};
	BpmNode		node;

	if (!bpm_node_object(root, rule_keys[dimension], &node))
		return;
	bpm_node_keys(&node, keys);
	rule->red_below = ratio(&node, "red_below", rule->red_below);
	rule->yellow_below = ratio(&node, "yellow_below", rule->yellow_below);
	rule->blue_from = ratio(&node, "blue_from", rule->blue_from);
	rule->points = ratio(&node, "points", rule->points);
	rule->red_days = ratio(&node, "red_days", rule->red_days);
	rule->yellow_days = ratio(&node, "yellow_days", rule->yellow_days);
	rule->start_month = (int) bpm_node_int(&node, "start_month", rule->start_month, 1);
	rule->by_day = strcmp(bpm_node_word(&node, "by", clocks), "day") == 0;
	rule->over_budget = colour(&node, "over_budget", rule->over_budget);
	rule->worst = colour(&node, "worst", rule->worst);
	read_ladder(&node, rule);
	read_words(&node, rule);
	if (rule->red_below && rule->yellow_below &&
		bpm_exceeds(rule->red_below, rule->yellow_below))
		bpm_fault(node.faults, psprintf("%s.red_below", node.path), "must not be above yellow_below");
	if (rule->red_days && rule->yellow_days && bpm_exceeds(rule->yellow_days, rule->red_days))
		bpm_fault(node.faults, psprintf("%s.red_days", node.path), "must not be below yellow_days");
}

/* Reads which dimensions count, and their weights in the score. */
static void
read_dimensions(const BpmNode *root, BpmSignalRules *rules)
{
	BpmNode		list;
	BpmNode		weights;
	int			count = bpm_node_array(root, "dimensions", &list);

	for (int d = 0; count >= 0 && d < DIMENSION_COUNT; d++)
		rules->of[d].used = false;
	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(list.object, i);
		int			d = 0;

		while (d < DIMENSION_COUNT &&
			   !(item->type == jbvString && item->val.string.len == (int) strlen(bpm_dimension_names[d]) &&
				 memcmp(item->val.string.val, bpm_dimension_names[d], item->val.string.len) == 0))
			d++;
		if (d < DIMENSION_COUNT)
			rules->of[d].used = true;
		else
			bpm_fault(root->faults, psprintf("%s[%d]", list.path, i),
					  "is not one of payment, contract, delivery, schedule, indicator, gap");
	}
	if (!bpm_node_object(root, "weights", &weights))
		return;
	bpm_node_keys(&weights, bpm_dimension_names);
	for (int d = 0; d < DIMENSION_COUNT; d++)
		rules->of[d].weight = ratio(&weights, bpm_dimension_names[d], NULL);
}

/* Reads which colours a profile has: one without blue calls green what is blue elsewhere. */
static void
read_colours(const BpmNode *root, BpmSignalRules *rules)
{
	BpmNode		list;
	int			count = bpm_node_array(root, "colours", &list);

	if (count >= 0)
		rules->has_blue = false;
	for (int i = 0; i < count; i++)
	{
		BpmNode		item;

		if (bpm_node_item(&list, i, &item) && colour(&item, "colour", COLOUR_NONE) == COLOUR_BLUE)
			rules->has_blue = true;
	}
}

/* Reads the rules, in the current memory; 22023 lists every fault. */
BpmSignalRules *
bpm_read_signal_rules(Jsonb *document)
{
	static const char *const keys[] = {
		"execution", "contract", "delivery", "schedule", "indicator", "gap", "dimensions",
		"weights", "colours", "actions", "flows", NULL
	};
	BpmSignalRules *rules = palloc0(sizeof(BpmSignalRules));
	BpmFaults	faults = {0};
	BpmNode		root = {&document->root, "$", &faults};

	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules of the signal must be an object")));
	bpm_node_keys(&root, keys);
	set_defaults(rules);
	for (int d = 0; d < DIMENSION_COUNT; d++)
		read_rule(&root, (BpmDimension) d, &rules->of[d]);
	read_dimensions(&root, rules);
	read_colours(&root, rules);
	bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "rules of the signal have", 0, NULL);
	return rules;
}
