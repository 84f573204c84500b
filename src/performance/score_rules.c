/*
 * score_rules.c
 *	  The rules by which an indicator is scored, on numerics of any size.
 *
 * With a actual, t target, w weight.  The rules are those of docs/performance.md.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"
#include "performance/score.h"

/* Writes a formula, or nothing where nobody asks for one. */
#define FORMULA(scoring, ...) ((scoring)->formula ? psprintf(__VA_ARGS__) : "")

/* Refuses what no rule can be applied to: a number that is none, a weight below zero or of more than two decimals. */
static bool
check_number(const char *name, Numeric number, BpmRefusal *refusal)
{
	if (number != NULL && (numeric_is_nan(number) || numeric_is_inf(number)))
		return bpm_refuse_scoring(refusal, psprintf("%s %s is not a number that can be scored", name,
													bpm_plain_number(number)), NULL, NULL);
	return true;
}

/* Refuses a weight that points cannot be given of. */
static bool
check_weight(const BpmScoring *scoring, BpmRefusal *refusal)
{
	if (!check_number("weight", scoring->weight, refusal))
		return false;
	if (bpm_numeric_sign(scoring->weight) < 0)
		return bpm_refuse_scoring(refusal, psprintf("weight %s is less than zero", bpm_plain_number(scoring->weight)),
								  NULL, NULL);
	if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(scoring->weight))) > 2)
		return bpm_refuse_scoring(refusal, psprintf("weight %s has more than two decimals",
													bpm_plain_number(scoring->weight)),
								  pstrdup("A score has two decimals, and must not be above its weight."), NULL);
	return true;
}

/* Refuses a target that the method has no meaning for. */
static bool
check_target(const BpmScoring *scoring, BpmRefusal *refusal)
{
	if (scoring->method == METHOD_QUALITATIVE || scoring->method == METHOD_DIRECT)
		return true;
	/* A grid may stand for itself. */
	if (scoring->target == NULL && (scoring->method == METHOD_PROGRESSIVE ||
									(scoring->method == METHOD_TIERS && scoring->direction != DIRECTION_EQUAL)))
		return true;
	if (scoring->target == NULL)
		return bpm_refuse_scoring(refusal, pstrdup("the indicator has no target"), NULL,
								  pstrdup("Give it a number, or score it as qualitative."));
	if (!check_number("target", scoring->target, refusal))
		return false;
	if (bpm_numeric_sign(scoring->target) < 0 &&
		(scoring->method == METHOD_PROPORTIONAL || scoring->method == METHOD_RATIO ||
		 scoring->method == METHOD_EXECUTION))
		return bpm_refuse_scoring(refusal, psprintf("target %s is less than zero",
													bpm_plain_number(scoring->target)),
								  pstrdup("A share of it says nothing."),
								  pstrdup("Score it by threshold, progressive or tiers."));
	return true;
}

/* Scores an indicator whose target is zero: no share can be taken of it. */
static bool
score_zero_target(BpmScoring *scoring, BpmRefusal *refusal)
{
	char	   *zero = "exact";
	bool		reached = bpm_numeric_sign(scoring->actual) <= 0;

	if (!bpm_scoring_word(scoring, "zero_target", &zero, refusal))
		return false;
	if (strcmp(zero, "exact") != 0 && strcmp(zero, "reached") != 0)
		return bpm_refuse_scoring(refusal, psprintf("parameter \"zero_target\" cannot be \"%s\"", zero), NULL,
								  pstrdup("It is exact or reached."));
	if (scoring->direction == DIRECTION_UP && strcmp(zero, "reached") == 0)
		reached = bpm_numeric_sign(scoring->actual) >= 0;
	return reached ? bpm_set_full(scoring, FORMULA(scoring, "t = 0, a = %s", bpm_plain_number(scoring->actual)))
		: bpm_set_zero(scoring, FORMULA(scoring, "t = 0, a = %s", bpm_plain_number(scoring->actual)));
}

/* Scores what may not pass its target (≤): by what it is too much, or by t / a. */
static bool
score_down(BpmScoring *scoring)
{
	char	   *a = bpm_plain_number(scoring->actual);
	char	   *t = bpm_plain_number(scoring->target);
	char	   *w = bpm_plain_number(scoring->weight);

	if (scoring->method == METHOD_RATIO)
		return bpm_set_part(scoring, scoring->target, scoring->actual, FORMULA(scoring, "%s / %s * %s", t, a, w));
	return bpm_set_part(scoring, bpm_minus(bpm_times(int64_to_numeric(2), scoring->target), scoring->actual),
						scoring->target, FORMULA(scoring, "(1 - (%s - %s) / %s) * %s", a, t, t, w));
}

/* Scores by the share of the target that was reached (按完成比例, 比率法). */
static bool
score_share(BpmScoring *scoring, BpmRefusal *refusal)
{
	char	   *a = bpm_plain_number(scoring->actual);
	char	   *t = bpm_plain_number(scoring->target);
	bool		down = scoring->direction == DIRECTION_DOWN;
	int			compared = bpm_compare_numeric(scoring->actual, scoring->target);

	if (!bpm_scoring_keys(scoring, "zero_target", refusal))
		return false;
	if (bpm_numeric_sign(scoring->target) == 0)
		return score_zero_target(scoring, refusal);
	if (down ? compared <= 0 : compared >= 0)
		return bpm_set_full(scoring, FORMULA(scoring, "%s %s %s", a, down ? "<=" : ">=", t));
	if (down)
		return score_down(scoring);
	return bpm_set_part(scoring, scoring->actual, scoring->target,
						FORMULA(scoring, "%s / %s * %s", a, t, bpm_plain_number(scoring->weight)));
}

/* Scores all or nothing (达标法). */
static bool
score_threshold(BpmScoring *scoring, BpmRefusal *refusal)
{
	static const char *const signs[] = {">=", "<=", "="};
	int			compared = bpm_compare_numeric(scoring->actual, scoring->target);
	bool		met = scoring->direction == DIRECTION_UP ? compared >= 0 :
		scoring->direction == DIRECTION_DOWN ? compared <= 0 : compared == 0;
	const char *formula = FORMULA(scoring, met ? "%s %s %s" : "not %s %s %s", bpm_plain_number(scoring->actual),
								  signs[scoring->direction], bpm_plain_number(scoring->target));

	if (!bpm_scoring_keys(scoring, "", refusal))
		return false;
	return met ? bpm_set_full(scoring, formula) : bpm_set_zero(scoring, formula);
}

/* Takes a score as an evaluator gave it (直接赋分): from nothing to the weight. */
static bool
score_direct(BpmScoring *scoring, BpmRefusal *refusal)
{
	if (!bpm_scoring_keys(scoring, "", refusal))
		return false;
	if (bpm_numeric_sign(scoring->actual) < 0 || bpm_compare_numeric(scoring->actual, scoring->weight) > 0)
		return bpm_refuse_scoring(refusal, psprintf("score %s is not between 0 and %s",
													bpm_plain_number(scoring->actual),
													bpm_plain_number(scoring->weight)), NULL, NULL);
	scoring->score = bpm_rounded(scoring->actual, 2);
	if (scoring->formula)
		appendStringInfo(scoring->formula, "given: %s", bpm_plain_number(scoring->score));
	return true;
}

/* Scores how much of the budget was paid (预算执行率): target is the budget, actual what was paid. */
static bool
score_execution(BpmScoring *scoring, BpmRefusal *refusal)
{
	char	   *a = bpm_plain_number(scoring->actual);
	char	   *t = bpm_plain_number(scoring->target);

	if (!bpm_scoring_keys(scoring, "", refusal))
		return false;
	if (bpm_numeric_sign(scoring->target) == 0)
		return bpm_set_zero(scoring, FORMULA(scoring, "budget 0, paid %s", a));
	if (bpm_compare_numeric(scoring->actual, scoring->target) >= 0)
		return bpm_set_full(scoring, FORMULA(scoring, "paid %s >= budget %s", a, t));
	return bpm_set_part(scoring, scoring->actual, scoring->target,
						FORMULA(scoring, "%s / %s * %s", a, t, bpm_plain_number(scoring->weight)));
}

/* Scores an indicator exactly, or fills the refusal and returns false. */
bool
bpm_score_exactly(BpmScoring *scoring, BpmRefusal *refusal)
{
	if (!check_weight(scoring, refusal) || !check_number("actual", scoring->actual, refusal) ||
		!check_target(scoring, refusal))
		return false;
	switch (scoring->method)
	{
		case METHOD_PROPORTIONAL:
		case METHOD_RATIO:
			return score_share(scoring, refusal);
		case METHOD_THRESHOLD:
			return score_threshold(scoring, refusal);
		case METHOD_PROGRESSIVE:
			return bpm_score_progressive(scoring, refusal);
		case METHOD_TIERS:
			return bpm_score_tiers(scoring, refusal);
		case METHOD_QUALITATIVE:
			return bpm_score_qualitative(scoring, refusal);
		case METHOD_DIRECT:
			return score_direct(scoring, refusal);
		case METHOD_EXECUTION:
			return score_execution(scoring, refusal);
		case METHOD_COUNT:
			break;
	}
	elog(ERROR, "there is no scoring method %d", scoring->method);
	return false;
}
