/*
 * score.c
 *	  Scores as SQL sees them, and the short way for numbers of everyday size.
 *
 * Most indicators are scored by share or threshold, with numbers that fit 64 bits
 * once their decimals are shifted away.  Those are scored in integers; a test holds
 * every such score against that of the long way.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "catalog/pg_type.h"

#include "performance/score.h"

/* Argument positions of budgetpm.score_indicator() and score_formula() */
enum
{
	ARG_METHOD, ARG_DIRECTION, ARG_TARGET, ARG_ACTUAL, ARG_WEIGHT, ARG_PARAMETERS
};

/* A numeric as digits of base 10000 on disk (numeric.c), which no release has changed since 8.3. */
#define DIGIT_BASE			10000
#define HEADER_SPECIAL		0xC000	/* also the mask of the sign of the long form */
#define HEADER_SHORT		0x8000
#define HEADER_SHORT_SIGN	0x2000
#define HEADER_LONG_SIGN	0x4000
#define SHORT_WEIGHT_SIGN	0x0040
#define SHORT_WEIGHT_MASK	0x003F

/* A number as value / 10000 ^ groups. */
typedef struct Scaled
{
	int64		value;
	int			groups;
} Scaled;

static const char *const method_names[] = {
	"proportional", "ratio", "threshold", "progressive", "tiers", "qualitative", "direct", "execution"
};

StaticAssertDecl(lengthof(method_names) == METHOD_COUNT, "each method has a name");

/* Finds a method by its name. */
bool
bpm_find_method(const char *name, int length, BpmMethod *method)
{
	for (int i = 0; i < METHOD_COUNT; i++)
		if (strncmp(name, method_names[i], length) == 0 && method_names[i][length] == '\0')
		{
			*method = (BpmMethod) i;
			return true;
		}
	return false;
}

/* Finds a direction by its sign, in either spelling. */
bool
bpm_find_direction(const char *name, int length, BpmDirection *direction)
{
	if ((length == 2 && memcmp(name, ">=", 2) == 0) || (length == 3 && memcmp(name, "≥", 3) == 0))
		*direction = DIRECTION_UP;
	else if ((length == 2 && memcmp(name, "<=", 2) == 0) || (length == 3 && memcmp(name, "≤", 3) == 0))
		*direction = DIRECTION_DOWN;
	else if (length == 1 && *name == '=')
		*direction = DIRECTION_EQUAL;
	else
		return false;
	return true;
}

/* Reads the sign, the place of the first digit and the digits of a numeric. */
static const char *
read_header(const char *data, int *length, bool *negative, int *weight)
{
	uint16		header;
	int16		long_weight;
	int			size = sizeof(header);

	memcpy(&header, data, sizeof(header));
	if ((header & HEADER_SPECIAL) == HEADER_SPECIAL)
		return NULL;
	if (header & HEADER_SHORT)
	{
		*negative = (header & HEADER_SHORT_SIGN) != 0;
		*weight = (header & SHORT_WEIGHT_SIGN ? ~SHORT_WEIGHT_MASK : 0) | (header & SHORT_WEIGHT_MASK);
	}
	else
	{
		memcpy(&long_weight, data + sizeof(header), sizeof(long_weight));
		*negative = (header & HEADER_SPECIAL) == HEADER_LONG_SIGN;
		*weight = long_weight;
		size += sizeof(long_weight);
	}
	*length = (*length - size) / (int) sizeof(int16);
	return data + size;
}

/* Reads a numeric of at most 16 digits, 8 of them behind the point; false for others. */
static bool
read_scaled(struct varlena *number, Scaled *scaled)
{
	int			length = VARSIZE_ANY_EXHDR(number);
	int			weight;
	bool		negative;
	const char *digits = read_header(VARDATA_ANY(number), &length, &negative, &weight);
	int64		value = 0;

	if (digits == NULL || length > 4 || weight > 3 || weight < -2)
		return false;
	for (int i = 0; i < length; i++)
	{
		int16		digit;

		memcpy(&digit, digits + i * sizeof(digit), sizeof(digit));
		value = value * DIGIT_BASE + digit;
	}
	for (int i = length; i <= weight && length > 0; i++)
		value *= DIGIT_BASE;
	scaled->value = negative ? -value : value;
	scaled->groups = length > weight + 1 ? length - weight - 1 : 0;
	return scaled->groups <= 2;
}

/* Brings two numbers to the same scale; false where one has no room. */
static bool
align(Scaled *one, Scaled *other)
{
	Scaled	   *low = one->groups < other->groups ? one : other;
	int			groups = Max(one->groups, other->groups);

	while (low->groups < groups)
	{
		if (pg_mul_s64_overflow(low->value, DIGIT_BASE, &low->value))
			return false;
		low->groups++;
	}
	return true;
}

/* Turns a weight into hundredths of a point; false for one that the long way has to look at. */
static bool
read_hundredths(const Scaled *weight, int64 *hundredths)
{
	*hundredths = weight->groups == 0 ? weight->value * 100 : weight->value / 100;
	return weight->value >= 0 && weight->value < INT64CONST(100000000) &&
		(weight->groups == 0 || (weight->groups == 1 && weight->value % 100 == 0));
}

/* Returns round(weight * x / y) for x >= 0 and y > 0, half away from zero. */
static int64
rounded_part(int64 weight, int64 x, int64 y)
{
	if (x < INT64CONST(100000000) && y < INT64CONST(1000000000000000000))
		return (weight * x * 2 + y) / (y * 2);
	return (int64) (((int128) weight * x * 2 + y) / ((int128) y * 2));
}

/* Scores a share or a threshold in hundredths of a point; the target is not below zero. */
static int64
score_short(BpmMethod method, BpmDirection direction, int64 target, int64 actual, int64 weight)
{
	bool		down = direction == DIRECTION_DOWN && method != METHOD_EXECUTION;

	if (method == METHOD_EXECUTION && target == 0)
		return 0;
	if (method == METHOD_THRESHOLD)
		return (down ? actual <= target : direction == DIRECTION_UP ? actual >= target : actual == target) ? weight : 0;
	if (target == 0)
		return actual <= 0 ? weight : 0;
	if (down ? actual <= target : actual >= target)
		return weight;
	if (down)
		return method == METHOD_RATIO ? rounded_part(weight, target, actual) :
			target > actual - target ? rounded_part(weight, target - (actual - target), target) : 0;
	return actual > 0 ? rounded_part(weight, actual, target) : 0;
}

/* Scores in integers where all numbers are small enough and the rule has no parameters; false for others. */
static bool
try_short(FunctionCallInfo fcinfo, BpmMethod method, BpmDirection direction, int64 *hundredths)
{
	Scaled		target,
				actual,
				weight;
	int64		points;

	if (method != METHOD_PROPORTIONAL && method != METHOD_RATIO && method != METHOD_THRESHOLD &&
		method != METHOD_EXECUTION)
		return false;
	if (PG_ARGISNULL(ARG_TARGET) ||
		(!PG_ARGISNULL(ARG_PARAMETERS) &&
		 VARSIZE_ANY_EXHDR(PG_GETARG_RAW_VARLENA_P(ARG_PARAMETERS)) != sizeof(uint32)))
		return false;
	if (!read_scaled(PG_GETARG_VARLENA_PP(ARG_TARGET), &target) ||
		!read_scaled(PG_GETARG_VARLENA_PP(ARG_ACTUAL), &actual) ||
		!read_scaled(PG_GETARG_VARLENA_PP(ARG_WEIGHT), &weight) ||
		!read_hundredths(&weight, &points) || target.value < 0 || !align(&target, &actual))
		return false;
	*hundredths = score_short(method, direction, target.value, actual.value, points);
	return true;
}

/* Reads which rule is meant, or raises that there is no such method or direction. */
static void
read_rule(FunctionCallInfo fcinfo, BpmMethod *method, BpmDirection *direction)
{
	text	   *name = PG_GETARG_TEXT_PP(ARG_METHOD);
	text	   *sign = PG_ARGISNULL(ARG_DIRECTION) ? NULL : PG_GETARG_TEXT_PP(ARG_DIRECTION);

	*direction = DIRECTION_UP;
	if (!bpm_find_method(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), method))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("scoring method \"%s\" is not known", text_to_cstring(name)),
				 errhint("It is one of proportional, ratio, threshold, progressive, tiers, qualitative, direct and execution.")));
	if (sign && !bpm_find_direction(VARDATA_ANY(sign), VARSIZE_ANY_EXHDR(sign), direction))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("direction \"%s\" is not known", text_to_cstring(sign)),
				 errhint("It is >=, <= or =.")));
}

/* Scores the long way; formula may be NULL. */
static Numeric
score_long(FunctionCallInfo fcinfo, BpmMethod method, BpmDirection direction, StringInfo formula)
{
	BpmScoring	scoring = {0};
	BpmRefusal	refusal;

	scoring.method = method;
	scoring.direction = direction;
	scoring.target = PG_ARGISNULL(ARG_TARGET) ? NULL : PG_GETARG_NUMERIC(ARG_TARGET);
	scoring.actual = PG_GETARG_NUMERIC(ARG_ACTUAL);
	scoring.weight = PG_GETARG_NUMERIC(ARG_WEIGHT);
	scoring.parameters = PG_ARGISNULL(ARG_PARAMETERS) ? NULL : PG_GETARG_JSONB_P(ARG_PARAMETERS);
	scoring.formula = formula;
	if (!bpm_score_exactly(&scoring, &refusal))
		bpm_refusal_raise(&refusal);
	return scoring.score;
}

/* score_indicator(method, direction, target, actual, weight, parameters): the exact score, two decimals. */
PG_FUNCTION_INFO_V1(bpm_score_indicator);
Datum
bpm_score_indicator(PG_FUNCTION_ARGS)
{
	BpmMethod	method;
	BpmDirection direction;
	int64		hundredths;

	if (PG_ARGISNULL(ARG_METHOD) || PG_ARGISNULL(ARG_ACTUAL) || PG_ARGISNULL(ARG_WEIGHT))
		PG_RETURN_NULL();
	read_rule(fcinfo, &method, &direction);
	if (try_short(fcinfo, method, direction, &hundredths))
		PG_RETURN_NUMERIC(int64_div_fast_to_numeric(hundredths, 2));
	PG_RETURN_NUMERIC(score_long(fcinfo, method, direction, NULL));
}

/* score_formula(method, direction, target, actual, weight, parameters): how the score came about, in numbers. */
PG_FUNCTION_INFO_V1(bpm_score_formula);
Datum
bpm_score_formula(PG_FUNCTION_ARGS)
{
	BpmMethod	method;
	BpmDirection direction;
	StringInfoData formula;

	if (PG_ARGISNULL(ARG_METHOD) || PG_ARGISNULL(ARG_ACTUAL) || PG_ARGISNULL(ARG_WEIGHT))
		PG_RETURN_NULL();
	read_rule(fcinfo, &method, &direction);
	initStringInfo(&formula);
	score_long(fcinfo, method, direction, &formula);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(formula.data, formula.len));
}

/* Reads three cut-offs that fall; raises on anything else. */
static void
read_cutoffs(ArrayType *array, Datum **cutoffs)
{
	bool	   *nulls;
	int			count;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, cutoffs, &nulls, &count);
	if (count == 3 && !nulls[0] && !nulls[1] && !nulls[2] && !numeric_is_nan(DatumGetNumeric((*cutoffs)[0])) &&
		!numeric_is_inf(DatumGetNumeric((*cutoffs)[0])) && !numeric_is_inf(DatumGetNumeric((*cutoffs)[2])) &&
		bpm_compare_numeric(DatumGetNumeric((*cutoffs)[0]), DatumGetNumeric((*cutoffs)[1])) > 0 &&
		bpm_compare_numeric(DatumGetNumeric((*cutoffs)[1]), DatumGetNumeric((*cutoffs)[2])) > 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("cut-offs of grades must be three falling numbers"),
			 errhint("Such as {90,80,60} or {80,70,60}.")));
}

/* grade(score, cutoffs): 优, 良, 中 or 差, each from its cut-off on; nothing is rounded. */
PG_FUNCTION_INFO_V1(bpm_grade);
Datum
bpm_grade(PG_FUNCTION_ARGS)
{
	static const char *const grades[] = {"优", "良", "中", "差"};
	Numeric		score = PG_GETARG_NUMERIC(0);
	Datum	   *cutoffs;
	int			grade = 0;

	read_cutoffs(PG_GETARG_ARRAYTYPE_P(1), &cutoffs);
	if (numeric_is_nan(score) || numeric_is_inf(score))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("score %s has no grade", bpm_plain_number(score))));
	while (grade < 3 && bpm_compare_numeric(score, DatumGetNumeric(cutoffs[grade])) < 0)
		grade++;
	PG_RETURN_TEXT_P(cstring_to_text(grades[grade]));
}

/* scoring_fault(method, direction, target, actual, weight, parameters): what would be refused, NULL for nothing. */
PG_FUNCTION_INFO_V1(bpm_scoring_fault);
Datum
bpm_scoring_fault(PG_FUNCTION_ARGS)
{
	BpmScoring	scoring = {0};
	BpmRefusal	refusal;
	text	   *name;
	text	   *sign;

	if (PG_ARGISNULL(ARG_METHOD) || PG_ARGISNULL(ARG_ACTUAL) || PG_ARGISNULL(ARG_WEIGHT))
		PG_RETURN_NULL();
	name = PG_GETARG_TEXT_PP(ARG_METHOD);
	sign = PG_ARGISNULL(ARG_DIRECTION) ? NULL : PG_GETARG_TEXT_PP(ARG_DIRECTION);
	if (!bpm_find_method(VARDATA_ANY(name), VARSIZE_ANY_EXHDR(name), &scoring.method))
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("scoring method \"%s\" is not known", text_to_cstring(name))));
	if (sign && !bpm_find_direction(VARDATA_ANY(sign), VARSIZE_ANY_EXHDR(sign), &scoring.direction))
		PG_RETURN_TEXT_P(cstring_to_text(psprintf("direction \"%s\" is not known", text_to_cstring(sign))));
	scoring.target = PG_ARGISNULL(ARG_TARGET) ? NULL : PG_GETARG_NUMERIC(ARG_TARGET);
	scoring.actual = PG_GETARG_NUMERIC(ARG_ACTUAL);
	scoring.weight = PG_GETARG_NUMERIC(ARG_WEIGHT);
	scoring.parameters = PG_ARGISNULL(ARG_PARAMETERS) ? NULL : PG_GETARG_JSONB_P(ARG_PARAMETERS);
	if (bpm_score_exactly(&scoring, &refusal))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(refusal.detail ? psprintf("%s (%s)", refusal.message, refusal.detail) : refusal.message));
}
