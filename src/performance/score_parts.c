/*
 * score_parts.c
 *	  Exact arithmetic of scores, and the parameters of rules.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"
#include "performance/score.h"

/* Returns a number as people write it, without zeros at its end. */
char *
bpm_plain_number(Numeric number)
{
	return numeric_normalize(number);
}

/* Returns how many whole times one positive number is in another. */
Numeric
bpm_whole_times(Numeric number, Numeric of)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_div_trunc, NumericGetDatum(of), NumericGetDatum(number)));
}

/* Returns round(x / y, 2), half away from zero, for y > 0 and x >= 0: div() is exact where "/" is not. */
static Numeric
rounded_quotient(Numeric x, Numeric y)
{
	Numeric		doubled = numeric_add_opt_error(bpm_times(int64_to_numeric(200), x), y, NULL);
	Numeric		hundredths = bpm_whole_times(bpm_times(int64_to_numeric(2), y), doubled);

	return bpm_times(hundredths, int64_div_fast_to_numeric(1, 2));
}

/* Sets the score to round(weight * x / y, 2); x below zero counts as zero. */
bool
bpm_set_part(BpmScoring *scoring, Numeric x, Numeric y, const char *formula)
{
	if (bpm_numeric_sign(x) <= 0)
		return bpm_set_zero(scoring, formula);
	scoring->score = rounded_quotient(bpm_times(scoring->weight, x), y);
	if (scoring->formula)
		appendStringInfo(scoring->formula, "%s = %s", formula,
						 bpm_numeric_text(scoring->score));
	return true;
}

/* Gives the whole weight. */
bool
bpm_set_full(BpmScoring *scoring, const char *why)
{
	scoring->score = bpm_rounded(scoring->weight, 2);
	if (scoring->formula)
		appendStringInfo(scoring->formula, "%s: %s", why,
						 bpm_numeric_text(scoring->score));
	return true;
}

/* Gives nothing. */
bool
bpm_set_zero(BpmScoring *scoring, const char *why)
{
	scoring->score = int64_div_fast_to_numeric(0, 2);
	if (scoring->formula)
		appendStringInfo(scoring->formula, "%s: 0.00", why);
	return true;
}

/* Fills a refusal of what was given (22023). */
bool
bpm_refuse_scoring(BpmRefusal *refusal, char *message, char *detail, char *hint)
{
	return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE, message, detail, hint);
}

/* Finds a parameter; false where there is none. */
static bool
find_parameter(const BpmScoring *scoring, const char *key, JsonbValue *value)
{
	return scoring->parameters != NULL && JB_ROOT_IS_OBJECT(scoring->parameters) &&
		getKeyJsonValueFromContainer(&scoring->parameters->root, key, strlen(key), value) != NULL &&
		value->type != jbvNull;
}

/* Reads a number among the parameters; leaves *value as it is where there is none. */
bool
bpm_scoring_number(const BpmScoring *scoring, const char *key, Numeric *value, BpmRefusal *refusal)
{
	JsonbValue	found;

	if (!find_parameter(scoring, key, &found))
		return true;
	if (found.type != jbvNumeric)
		return bpm_refuse_scoring(refusal, psprintf("parameter \"%s\" is not a number", key), NULL, NULL);
	*value = found.val.numeric;
	return true;
}

/* Reads a word among the parameters; leaves *word as it is where there is none. */
bool
bpm_scoring_word(const BpmScoring *scoring, const char *key, char **word, BpmRefusal *refusal)
{
	JsonbValue	found;

	if (!find_parameter(scoring, key, &found))
		return true;
	if (found.type != jbvString)
		return bpm_refuse_scoring(refusal, psprintf("parameter \"%s\" is not a text", key), NULL, NULL);
	*word = pnstrdup(found.val.string.val, found.val.string.len);
	return true;
}

/* Tells whether a key is among the words of a list. */
static bool
is_listed(const char *list, const char *key, int length)
{
	for (const char *at = list; *at;)
	{
		int			word = strcspn(at, " ");

		if (word == length && strncmp(at, key, length) == 0)
			return true;
		at += word;
		at += strspn(at, " ");
	}
	return false;
}

/* Refuses a parameter that the method does not know: it would have been ignored in silence. */
bool
bpm_scoring_keys(const BpmScoring *scoring, const char *allowed, BpmRefusal *refusal)
{
	JsonbIterator *iterator;
	JsonbValue	key;
	JsonbIteratorToken token;

	if (scoring->parameters == NULL)
		return true;
	if (!JB_ROOT_IS_OBJECT(scoring->parameters))
		return bpm_refuse_scoring(refusal, "parameters of a scoring method must be an object", NULL, NULL);
	iterator = JsonbIteratorInit(&scoring->parameters->root);
	while ((token = JsonbIteratorNext(&iterator, &key, true)) != WJB_DONE)
		if (token == WJB_KEY && !is_listed(allowed, key.val.string.val, key.val.string.len))
			return bpm_refuse_scoring(refusal, psprintf("the scoring method has no parameter \"%.*s\"",
														key.val.string.len, key.val.string.val), NULL,
									  *allowed ? psprintf("Its parameters are: %s.", allowed) :
									  pstrdup("It has no parameters."));
	return true;
}
