/*
 * score_bands.c
 *	  Rules with steps: points off for each step below (区间累进法), a fixed share for
 *	  each tier (分档), and the band that a judgement must lie in (定性).
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"
#include "performance/score.h"

/* A qualitative judgement, by any of its names, and the band of the weight it opens. */
typedef struct Level
{
	const char *name;
	const char *short_name;
	const char *chinese;
	int			band;			/* 0 the best */
} Level;

static const Level levels[] = {
	{"achieved", "达成", "达成年度指标", 0},
	{"partly", "部分达成", "部分达成年度指标并具有一定效果", 1},
	{"failed", "未达成", "未达成年度指标且效果较差", 2},
};

/* How a step that was begun counts. */
typedef enum StepRule
{
	STEPS_WHOLE,
	STEPS_STARTED,
	STEPS_PROPORTIONAL
} StepRule;

typedef struct Grid
{
	Numeric		full;			/* from here on the whole weight */
	Numeric		step;
	Numeric		deduct;			/* points for each step */
	Numeric		floor;			/* beyond it nothing; NULL: none */
	StepRule	steps;
} Grid;

/* Reads how steps that were begun count. */
static bool
read_steps(const BpmScoring *scoring, Grid *grid, BpmRefusal *refusal)
{
	char	   *word = "whole";

	if (!bpm_scoring_word(scoring, "steps", &word, refusal))
		return false;
	if (strcmp(word, "whole") == 0)
		grid->steps = STEPS_WHOLE;
	else if (strcmp(word, "started") == 0)
		grid->steps = STEPS_STARTED;
	else if (strcmp(word, "proportional") == 0)
		grid->steps = STEPS_PROPORTIONAL;
	else
		return bpm_refuse_scoring(refusal, psprintf("parameter \"steps\" cannot be \"%s\"", word), NULL,
								  pstrdup("It is whole, started or proportional."));
	return true;
}

/* Reads the parameters of the progressive rule. */
static bool
read_grid(const BpmScoring *scoring, Grid *grid, BpmRefusal *refusal)
{
	grid->full = scoring->target;
	grid->step = int64_to_numeric(1);
	grid->deduct = grid->floor = NULL;
	if (!bpm_scoring_keys(scoring, "full step deduct floor steps", refusal) ||
		!bpm_scoring_number(scoring, "full", &grid->full, refusal) ||
		!bpm_scoring_number(scoring, "step", &grid->step, refusal) ||
		!bpm_scoring_number(scoring, "deduct", &grid->deduct, refusal) ||
		!bpm_scoring_number(scoring, "floor", &grid->floor, refusal) ||
		!read_steps(scoring, grid, refusal))
		return false;
	if (scoring->direction == DIRECTION_EQUAL)
		return bpm_refuse_scoring(refusal, pstrdup("the progressive rule has a direction, >= or <="), NULL, NULL);
	if (grid->full == NULL || grid->deduct == NULL)
		return bpm_refuse_scoring(refusal, psprintf("the progressive rule needs parameter \"%s\"",
													grid->full ? "deduct" : "full"), NULL,
								  pstrdup("Such as {\"full\": 95, \"step\": 1, \"deduct\": 0.5, \"floor\": 60}."));
	if (bpm_numeric_sign(grid->step) <= 0 || bpm_numeric_sign(grid->deduct) <= 0)
		return bpm_refuse_scoring(refusal, pstrdup("parameters \"step\" and \"deduct\" must be more than zero"),
								  NULL, NULL);
	return true;
}

/* Scores by points off for each step that is missing. */
bool
bpm_score_progressive(BpmScoring *scoring, BpmRefusal *refusal)
{
	bool		down = scoring->direction == DIRECTION_DOWN;
	char	   *a = bpm_plain_number(scoring->actual);
	char	   *formula = "";
	Grid		grid;
	Numeric		missing;
	Numeric		steps;

	if (!read_grid(scoring, &grid, refusal))
		return false;
	missing = down ? bpm_minus(scoring->actual, grid.full) : bpm_minus(grid.full, scoring->actual);
	if (bpm_numeric_sign(missing) <= 0)
		return bpm_set_full(scoring, psprintf("%s %s %s", a, down ? "<=" : ">=", bpm_plain_number(grid.full)));
	if (grid.floor && (down ? bpm_compare_numeric(scoring->actual, grid.floor) > 0 :
					   bpm_compare_numeric(scoring->actual, grid.floor) < 0))
		return bpm_set_zero(scoring, psprintf("%s %s %s", a, down ? ">" : "<", bpm_plain_number(grid.floor)));
	steps = bpm_whole_times(grid.step, missing);
	if (grid.steps == STEPS_STARTED && bpm_compare_numeric(bpm_times(steps, grid.step), missing) < 0)
		steps = bpm_minus(steps, int64_to_numeric(-1));
	if (scoring->formula)
		formula = psprintf("%s - %s%s%s * %s", bpm_plain_number(scoring->weight),
						   grid.steps == STEPS_PROPORTIONAL ? bpm_plain_number(missing) : bpm_plain_number(steps),
						   grid.steps == STEPS_PROPORTIONAL ? " / " : "",
						   grid.steps == STEPS_PROPORTIONAL ? bpm_plain_number(grid.step) : "",
						   bpm_plain_number(grid.deduct));
	if (bpm_numeric_sign(scoring->weight) == 0)
		return bpm_set_zero(scoring, formula);
	/* weight * (x / y), where x / y is what is left of the weight */
	if (grid.steps == STEPS_PROPORTIONAL)
		return bpm_set_part(scoring, bpm_minus(bpm_times(scoring->weight, grid.step), bpm_times(missing, grid.deduct)),
							bpm_times(scoring->weight, grid.step), formula);
	return bpm_set_part(scoring, bpm_minus(scoring->weight, bpm_times(steps, grid.deduct)), scoring->weight, formula);
}

/* Reads a number of one tier. */
static bool
tier_number(JsonbValue *tier, const char *key, int number, Numeric *value, BpmRefusal *refusal)
{
	JsonbValue	found;

	if (tier->type != jbvBinary ||
		getKeyJsonValueFromContainer(tier->val.binary.data, key, strlen(key), &found) == NULL ||
		found.type != jbvNumeric)
		return bpm_refuse_scoring(refusal, psprintf("tier %d has no number \"%s\"", number, key), NULL,
								  pstrdup("Such as {\"tiers\": [{\"at\": 95, \"share\": 1}, {\"at\": 80, \"share\": 0.8}]}."));
	*value = found.val.numeric;
	return true;
}

/* Refuses a tier that is out of order: bounds fall for >=, otherwise rise; shares fall from 1 to 0 at most. */
static bool
check_tier(const BpmScoring *scoring, int number, Numeric at, Numeric share, Numeric last_at, Numeric last_share,
		   BpmRefusal *refusal)
{
	int			order = last_at ? bpm_compare_numeric(at, last_at) : 0;

	if (bpm_numeric_sign(share) < 0 || bpm_compare_numeric(share, int64_to_numeric(1)) > 0)
		return bpm_refuse_scoring(refusal, psprintf("share %s of tier %d is not between 0 and 1",
													bpm_plain_number(share), number), NULL, NULL);
	if (last_at && ((scoring->direction == DIRECTION_UP ? order >= 0 : order <= 0) ||
					bpm_compare_numeric(share, last_share) > 0))
		return bpm_refuse_scoring(refusal, psprintf("tier %d is out of order", number),
								  pstrdup("The best tier comes first, and no worse one gives more."), NULL);
	return true;
}

/* Finds the array of tiers. */
static bool
find_tiers(const BpmScoring *scoring, JsonbValue *tiers, BpmRefusal *refusal)
{
	if (!bpm_scoring_keys(scoring, "tiers", refusal))
		return false;
	if (scoring->parameters == NULL ||
		getKeyJsonValueFromContainer(&scoring->parameters->root, "tiers", 5, tiers) == NULL ||
		tiers->type != jbvBinary || !JsonContainerIsArray(tiers->val.binary.data) ||
		JsonContainerSize(tiers->val.binary.data) == 0)
		return bpm_refuse_scoring(refusal, pstrdup("scoring by tiers needs an array \"tiers\""), NULL, NULL);
	return true;
}

/* Scores by the share of the first tier that is reached; = measures the distance from the target. */
bool
bpm_score_tiers(BpmScoring *scoring, BpmRefusal *refusal)
{
	JsonbValue	tiers;
	Numeric		measured = scoring->actual,
				at = NULL,
				share = NULL,
				won = NULL;

	if (!find_tiers(scoring, &tiers, refusal))
		return false;
	if (scoring->direction == DIRECTION_EQUAL)
		measured = DatumGetNumeric(DirectFunctionCall1(numeric_abs,
													   NumericGetDatum(bpm_minus(scoring->actual, scoring->target))));
	for (int i = 0; i < (int) JsonContainerSize(tiers.val.binary.data); i++)
	{
		JsonbValue *tier = getIthJsonbValueFromContainer(tiers.val.binary.data, i);
		Numeric		last_at = at,
					last_share = share;
		int			compared;

		if (!tier_number(tier, "at", i + 1, &at, refusal) || !tier_number(tier, "share", i + 1, &share, refusal) ||
			!check_tier(scoring, i + 1, at, share, last_at, last_share, refusal))
			return false;
		compared = bpm_compare_numeric(measured, at);
		if (won == NULL && (scoring->direction == DIRECTION_UP ? compared >= 0 : compared <= 0))
			won = share;
	}
	if (won == NULL)
		return bpm_set_zero(scoring, psprintf("%s reaches no tier", bpm_plain_number(measured)));
	return bpm_set_part(scoring, won, int64_to_numeric(1),
						psprintf("%s: %s * %s", bpm_plain_number(measured), bpm_plain_number(won),
								 bpm_plain_number(scoring->weight)));
}

/* Finds the judgement that a word stands for. */
static const Level *
find_level(const char *word)
{
	for (int i = 0; i < (int) lengthof(levels); i++)
		if (strcmp(word, levels[i].name) == 0 || strcmp(word, levels[i].short_name) == 0 ||
			strcmp(word, levels[i].chinese) == 0)
			return &levels[i];
	return NULL;
}

/* Reads where the bands of the weight end: 0.8 and 0.6 unless the form says otherwise. */
static bool
read_bands(const BpmScoring *scoring, Numeric *upper, Numeric *lower, BpmRefusal *refusal)
{
	*upper = int64_div_fast_to_numeric(8, 1);
	*lower = int64_div_fast_to_numeric(6, 1);
	if (!bpm_scoring_number(scoring, "upper", upper, refusal) || !bpm_scoring_number(scoring, "lower", lower, refusal))
		return false;
	if (bpm_numeric_sign(*lower) < 0 || bpm_compare_numeric(*lower, *upper) >= 0 ||
		bpm_compare_numeric(*upper, int64_to_numeric(1)) > 0)
		return bpm_refuse_scoring(refusal, psprintf("bands %s and %s are not between 0 and 1 in that order",
													bpm_plain_number(*lower), bpm_plain_number(*upper)), NULL, NULL);
	return true;
}

/* Checks a judgement's score against its band: [0.8w, w], [0.6w, 0.8w) or [0, 0.6w). */
bool
bpm_score_qualitative(BpmScoring *scoring, BpmRefusal *refusal)
{
	char	   *word = NULL;
	const Level *level;
	Numeric		upper,
				lower,
				from,
				to;
	bool		inside;

	if (!bpm_scoring_keys(scoring, "level upper lower", refusal) ||
		!bpm_scoring_word(scoring, "level", &word, refusal) || !read_bands(scoring, &upper, &lower, refusal))
		return false;
	level = word ? find_level(word) : NULL;
	if (level == NULL)
		return bpm_refuse_scoring(refusal, word ? psprintf("level \"%s\" of a qualitative indicator is not known", word) :
								  pstrdup("a qualitative score needs its level"), NULL,
								  pstrdup("It is achieved (达成), partly (部分达成) or failed (未达成)."));
	from = level->band == 0 ? upper : level->band == 1 ? lower : int64_to_numeric(0);
	to = level->band == 0 ? int64_to_numeric(1) : level->band == 1 ? upper : lower;
	from = bpm_times(from, scoring->weight);
	to = bpm_times(to, scoring->weight);
	inside = bpm_compare_numeric(scoring->actual, from) >= 0 &&
		(level->band == 0 ? bpm_compare_numeric(scoring->actual, to) <= 0 :
		 bpm_compare_numeric(scoring->actual, to) < 0);
	if (!inside || DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(scoring->actual))) > 2)
		return bpm_refuse_scoring(refusal, psprintf("score %s does not fit level \"%s\"",
													bpm_plain_number(scoring->actual), word),
								  psprintf("Of weight %s it lies in [%s, %s%s, with two decimals at most.",
										   bpm_plain_number(scoring->weight), bpm_plain_number(from),
										   bpm_plain_number(to), level->band == 0 ? "]" : ")"), NULL);
	scoring->score = bpm_rounded(scoring->actual, 2);
	if (scoring->formula)
		appendStringInfo(scoring->formula, "%s: %s in [%s, %s%s", word, bpm_plain_number(scoring->actual),
						 bpm_plain_number(from), bpm_plain_number(to), level->band == 0 ? "]" : ")");
	return true;
}
