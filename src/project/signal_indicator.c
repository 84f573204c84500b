/*
 * signal_indicator.c
 *	  Measures performance indicators (绩效指标) under way: higher is better, lower
 *	  is better, equal, and qualitative ones.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "project/signal.h"

/* Returns a text without white space at its ends, the ideographic and the unbreakable space included. */
static char *
trimmed(const char *text, int length)
{
	static const char *const spaces[] = {" ", "\t", "\n", "\r", "\xe3\x80\x80", "\xc2\xa0"};
	const char *end = text + length;
	bool		again = true;

	while (again)
	{
		again = false;
		for (int i = 0; i < (int) lengthof(spaces); i++)
		{
			int			width = strlen(spaces[i]);

			if (end - text >= width && memcmp(text, spaces[i], width) == 0)
			{
				text += width;
				again = true;
			}
			if (end - text >= width && memcmp(end - width, spaces[i], width) == 0)
			{
				end -= width;
				again = true;
			}
		}
	}
	return pnstrdup(text, end - text);
}

/* Gives a qualitative indicator the colour of its word; an unknown word has none, and is told. */
static void
judge_word(BpmFacts *facts, BpmReason *reason, const BpmNode *item)
{
	const BpmSignalRule *rule = &facts->rules->of[DIMENSION_INDICATOR];
	JsonbValue	value;
	char	   *word;

	if (!bpm_node_find(item, "actual", &value))
	{
		reason->note = "not reported";
		return;
	}
	if (value.type != jbvString)
	{
		bpm_fault(item->faults, psprintf("%s.actual", item->path), "must be a text");
		return;
	}
	word = trimmed(value.val.string.val, value.val.string.len);
	reason->formula = psprintf("actual %s", word);
	for (int c = COLOUR_GREEN; c <= COLOUR_RED; c++)
	{
		ListCell   *cell;

		foreach(cell, rule->words[c])
			if (strcmp(word, (char *) lfirst(cell)) == 0)
				reason->colour = (BpmColour) c;
	}
	if (reason->colour == COLOUR_NONE)
		reason->note = "not a word of the profile";
}

/* Compares actual and target as they are: kept gives green, broken red. */
static void
judge_bound(BpmReason *reason, bool kept, const char *relation, Numeric actual, Numeric target)
{
	reason->colour = kept ? COLOUR_GREEN : COLOUR_RED;
	reason->value = actual;
	reason->threshold = target;
	reason->relation = relation;
	reason->share = int64_to_numeric(kept ? 1 : 0);
	reason->formula = psprintf("actual %s, target %s", bpm_numeric_text(actual), bpm_numeric_text(target));
}

/* Judges an indicator that has a number. */
static void
judge_number(BpmFacts *facts, BpmReason *reason, const char *kind, Numeric actual, Numeric target)
{
	int			order = bpm_compare_numeric(actual, target);
	int			sign = bpm_compare_numeric(target, int64_to_numeric(0));
	const char *found = order < 0 ? "<" : order > 0 ? ">" : "=";

	if (sign == 0)
		judge_bound(reason, order == 0, found, actual, target);
	else if (strcmp(kind, "<=") == 0)
		judge_bound(reason, order <= 0, found, actual, target);
	else if (strcmp(kind, "<") == 0)
		judge_bound(reason, order < 0, found, actual, target);
	else if (sign < 0)
		judge_bound(reason, order >= 0, found, actual, target);
	else
		bpm_judge_by_time(facts, reason, actual, "actual", target, "target");
}

/* Measures one indicator. */
static void
measure_one(BpmFacts *facts, const BpmNode *item)
{
	static const char *const keys[] = {"indicator", "kind", "target", "actual", NULL};
	static const char *const kinds[] = {">=", "<=", "<", "=", "qualitative", NULL};
	BpmReason  *reason = bpm_add_reason(facts, DIMENSION_INDICATOR);
	char	   *kind;
	Numeric		target;
	Numeric		actual;

	bpm_node_keys(item, keys);
	reason->indicator = bpm_node_text(item, "indicator", true);
	kind = bpm_node_word(item, "kind", kinds);
	if (strcmp(kind, "qualitative") == 0)
	{
		judge_word(facts, reason, item);
		return;
	}
	target = bpm_node_number(item, "target");
	actual = bpm_node_number(item, "actual");
	if (target == NULL)
		bpm_fault(item->faults, psprintf("%s.target", item->path), "missing");
	else if (facts->as_of < facts->starts_on)
		reason->note = "not started";
	else if (actual == NULL)
		reason->note = "not reported";
	else
		judge_number(facts, reason, kind, actual, target);
}

/* Measures every indicator that the facts hold; each is a reason of its own. */
void
bpm_measure_indicators(BpmFacts *facts)
{
	for (int i = 0; i < facts->indicator_count; i++)
	{
		BpmNode		item;

		if (bpm_node_item(&facts->indicators, i, &item))
			measure_one(facts, &item);
	}
}
