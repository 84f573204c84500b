/*
 * decide.c
 *	  How a step is decided from its votes: whole numbers only, nothing else read.
 *
 * A step passes as soon as whatever the open seats do would pass it, and is
 * rejected as soon as nothing that they do would.  A share is compared as
 * votes * den with num * base: two of three reach 2/3, and do not reach 6667/10000.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "workflow/workflow.h"

typedef struct Tally
{
	int64		due;
	int64		pass;
	int64		reject;
	int64		abstain;
	int64		open;
	int64		pass_weight;
	int64		open_weight;
} Tally;

/* Counts the votes. */
static Tally
count_votes(const BpmBallot *ballots, int n)
{
	Tally		tally = {0};

	tally.due = n;
	for (int i = 0; i < n; i++)
	{
		tally.pass += ballots[i].vote == VOTE_PASS;
		tally.reject += ballots[i].vote == VOTE_REJECT;
		tally.abstain += ballots[i].vote == VOTE_ABSTAIN;
		tally.open += ballots[i].vote == VOTE_OPEN;
		if (ballots[i].vote == VOTE_PASS)
			tally.pass_weight += ballots[i].weight;
		if (ballots[i].vote == VOTE_OPEN)
			tally.open_weight += ballots[i].weight;
	}
	return tally;
}

/* Tells whether so many of the members due are a quorum. */
static bool
has_quorum(const BpmRule *rule, int64 present, int64 due)
{
	return present * rule->quorum_den >= due * rule->quorum_num;
}

/* Tells whether so many votes are the share that the rule asks for. */
static bool
has_share(const BpmRule *rule, int64 pass, int64 base)
{
	return pass > 0 && (rule->more ? pass * rule->den > base * rule->num :
						pass * rule->den >= base * rule->num);
}

/* Tells whether the rule's number is reached; open votes all pass, or all reject. */
static bool
reaches(const BpmRule *rule, const Tally *tally, bool open_pass)
{
	int64		pass = tally->pass + (open_pass ? tally->open : 0);

	switch (rule->kind)
	{
		case RULE_RATIO:
			return has_share(rule, pass, rule->base_present ?
							 tally->pass + tally->reject + tally->abstain + tally->open :
							 tally->due);
		case RULE_WEIGHT:
			return tally->pass_weight + (open_pass ? tally->open_weight : 0) > rule->num;
		case RULE_COUNT:
			return pass >= rule->num;
		default:
			return pass == tally->due;
	}
}

/* Decides a vote (票签): by share, weight or count, with a quorum. */
static BpmOutcome
decide_vote(const BpmRule *rule, const Tally *tally)
{
	int64		present = tally->pass + tally->reject + tally->abstain;

	if (reaches(rule, tally, false) && has_quorum(rule, present, tally->due))
		return OUTCOME_PASSED;
	if (rule->kind == RULE_COUNT && rule->reject > 0 && tally->reject >= rule->reject)
		return OUTCOME_REJECTED;
	if (!reaches(rule, tally, true) ||
		!has_quorum(rule, present + tally->open, tally->due))
		return OUTCOME_REJECTED;
	return OUTCOME_PENDING;
}

/* Decides a step from its votes, without looking at anything else. */
BpmOutcome
bpm_decide_votes(const BpmRule *rule, const BpmBallot *ballots, int n)
{
	Tally		tally = count_votes(ballots, n);

	if (rule->collect && tally.open > 0)
		return OUTCOME_PENDING;
	switch (rule->kind)
	{
		case RULE_ANY:
			if (tally.pass > 0)
				return OUTCOME_PASSED;
			return tally.open < tally.due ? OUTCOME_REJECTED : OUTCOME_PENDING;
		case RULE_ALL:
		case RULE_SEQUENCE:
			if (tally.pass == tally.due)
				return OUTCOME_PASSED;
			return tally.pass + tally.open < tally.due ? OUTCOME_REJECTED : OUTCOME_PENDING;
		default:
			return decide_vote(rule, &tally);
	}
}

/* Reads a share such as "2/3", at most one. */
static void
read_share(const BpmNode *node, const char *key, bool required, int64 *num, int64 *den)
{
	char	   *text = bpm_node_text(node, key, required);
	int			over;
	int			under;
	int			length = 0;

	if (text == NULL)
		return;
	if (sscanf(text, "%9d/%9d%n", &over, &under, &length) == 2 &&
		length == (int) strlen(text) && over > 0 && over <= under)
	{
		*num = over;
		*den = under;
		return;
	}
	bpm_fault(node->faults, bpm_node_place(node, key),
			  "\"%s\" is not a share such as \"2/3\"", text);
}

/* Reads how a step is decided; every fault is kept. */
void
bpm_parse_rule(const BpmNode *node, BpmRule *rule)
{
	static const char *const keys[] = {"rule", "pass", "reject", "quorum", "base", "more", "collect", NULL};
	static const char *const rules[] = {"all", "sequence", "any", "ratio", "weight", "count", NULL};
	static const char *const bases[] = {"due", "present", NULL};
	char	   *kind = bpm_node_word(node, "rule", rules);

	bpm_node_keys(node, keys);
	for (int i = 0; rules[i]; i++)
		if (strcmp(rules[i], kind) == 0)
			rule->kind = i;
	rule->num = rule->den = 1;
	rule->quorum_num = 0;
	rule->quorum_den = 1;
	if (rule->kind == RULE_RATIO)
		read_share(node, "pass", true, &rule->num, &rule->den);
	if (rule->kind == RULE_WEIGHT)
		rule->num = bpm_node_int(node, "pass", 50, 0);
	if (rule->kind == RULE_COUNT)
		rule->num = bpm_node_int(node, "pass", 1, 1);
	rule->reject = bpm_node_int(node, "reject", 0, 1);
	read_share(node, "quorum", false, &rule->quorum_num, &rule->quorum_den);
	rule->base_present = strcmp(bpm_node_word(node, "base", bases), "present") == 0;
	rule->more = bpm_node_bool(node, "more");
	rule->collect = bpm_node_bool(node, "collect");
	if (rule->collect && (rule->kind == RULE_ANY || rule->kind == RULE_SEQUENCE))
		bpm_fault(node->faults, psprintf("%s.collect", node->path),
				  "the rule \"%s\" ends with the vote that decides it", kind);
	if (rule->kind < RULE_RATIO && rule->quorum_num > 0)
		bpm_fault(node->faults, psprintf("%s.quorum", node->path), "the rule \"%s\" has no quorum", kind);
}

/* Reads the votes that a test hands over. */
static BpmBallot *
read_ballots(ArrayType *votes, ArrayType *weights, int *n)
{
	static const char *const words[] = {"open", "pass", "reject", "abstain", "absent"};
	Datum	   *items;
	bool	   *nulls;
	Datum	   *numbers = NULL;
	int			nnumbers = 0;
	BpmBallot  *ballots;

	deconstruct_array(votes, TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, n);
	if (weights)
		deconstruct_array(weights, INT4OID, 4, true, TYPALIGN_INT, &numbers, NULL, &nnumbers);
	ballots = palloc0(*n * sizeof(BpmBallot));
	for (int i = 0; i < *n; i++)
	{
		char	   *word = nulls[i] ? pstrdup("open") : TextDatumGetCString(items[i]);
		int			vote = 0;

		while (vote < lengthof(words) && strcmp(words[vote], word) != 0)
			vote++;
		if (vote == lengthof(words))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("vote \"%s\" is not known", word),
					 errhint("Use open, pass, reject, abstain or absent.")));
		ballots[i].vote = vote;
		ballots[i].weight = i < nnumbers ? DatumGetInt32(numbers[i]) : 1;
	}
	return ballots;
}

/* Says how a rule decides these votes. */
PG_FUNCTION_INFO_V1(bpm_decide);
Datum
bpm_decide(PG_FUNCTION_ARGS)
{
	static const char *const outcomes[] = {"pending", "passed", "rejected"};
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	BpmFaults	faults = {0};
	BpmNode		node = {&document->root, "$", &faults};
	BpmRule		rule = {0};
	BpmBallot  *ballots;
	int			n;

	if (!JB_ROOT_IS_OBJECT(document))
		bpm_fault(&faults, "$", "must be an object");
	else
		bpm_parse_rule(&node, &rule);
	if (faults.count > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rule of decision is wrong at %s: %s", faults.items[0].path,
						faults.items[0].text)));
	ballots = read_ballots(PG_GETARG_ARRAYTYPE_P(1), PG_GETARG_ARRAYTYPE_P(2), &n);
	PG_RETURN_TEXT_P(cstring_to_text(outcomes[bpm_decide_votes(&rule, ballots, n)]));
}
