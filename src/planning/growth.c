/*
 * growth.c
 *	  Growth from year to year, in exact decimals.
 *
 * A mean of rates is a fraction of whole numbers, or a root of one, and seldom a
 * decimal.  It is rounded up, at the tenth decimal: for every limit of up to ten
 * decimals, the rounded mean is over the limit exactly when the true one is.
 * 15 % is not over 15 %, and what is over it by less than a decimal shows is.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"

#include "base/errors.h"
#include "base/number.h"
#include "planning/growth.h"

#define CALL2(function, a, b) \
	DatumGetNumeric(DirectFunctionCall2(function, NumericGetDatum(a), NumericGetDatum(b)))
#define WHOLE(n)	int64_to_numeric(n)

static const char *const means[] = {"arithmetic", "compound"};

/* Finds a mean by its name. */
bool
bpm_read_mean(const char *word, BpmMean *mean)
{
	for (int i = 0; i < lengthof(means); i++)
		if (strcmp(means[i], word) == 0)
		{
			*mean = (BpmMean) i;
			return true;
		}
	return false;
}

/* Returns the name of a mean. */
const char *
bpm_mean_name(BpmMean mean)
{
	return means[mean];
}

/* Returns 1 with BPM_RATE_SCALE zeros: how many steps of a rate make a whole. */
static Numeric
steps_of_whole(void)
{
	int64		steps = 1;

	for (int i = 0; i < BPM_RATE_SCALE; i++)
		steps *= 10;
	return WHOLE(steps);
}

/* Returns a number of steps as a rate, with BPM_RATE_SCALE decimals. */
static Numeric
steps_to_rate(Numeric steps)
{
	Numeric		step = bpm_numeric_of("0.0000000001");

	return bpm_times(steps, step);
}

/* Returns part / whole, rounded up at the last decimal of a rate; whole is above zero. */
static Numeric
ratio_up(Numeric part, Numeric whole)
{
	Numeric		scaled = bpm_times(part, steps_of_whole());
	Numeric		steps = CALL2(numeric_div_trunc, scaled, whole);

	/* Cut towards zero, so a remainder above zero is one step more. */
	if (bpm_compare_numeric(bpm_times(steps, whole), scaled) < 0)
		steps = bpm_plus(steps, WHOLE(1));
	return steps_to_rate(steps);
}

/* Tells whether growth from this figure can be told: there is one, above zero. */
static bool
is_base(Numeric figure)
{
	return figure != NULL && bpm_compare_numeric(figure, WHOLE(0)) > 0;
}

/*
 * The arithmetic mean of the yearly rates there are, as one fraction: nothing is
 * rounded before the end.
 */
static Numeric
arithmetic_mean(const Numeric *figures, int count, int *rates)
{
	Numeric		part = WHOLE(0);
	Numeric		whole = WHOLE(1);

	*rates = 0;
	for (int i = 1; i < count; i++)
	{
		if (figures[i] == NULL || !is_base(figures[i - 1]))
			continue;
		part = bpm_plus(bpm_times(part, figures[i - 1]), bpm_times(bpm_minus(figures[i], figures[i - 1]), whole));
		whole = bpm_times(whole, figures[i - 1]);
		++*rates;
	}
	return *rates == 0 ? NULL : ratio_up(part, bpm_times(whole, WHOLE(*rates)));
}

/* Returns a number to a small power. */
static Numeric
power(Numeric number, int exponent)
{
	Numeric		result = WHOLE(1);

	for (int i = 0; i < exponent; i++)
		result = bpm_times(result, number);
	return result;
}

/*
 * The yearly rate at which the first figure would have become the last: the least
 * number of steps with first * (1 + steps)^years >= last.  The server's root is the
 * first guess, and whole numbers decide.
 */
static Numeric
compound_mean(const Numeric *figures, int count, int *rates)
{
	Numeric		first = figures[0];
	Numeric		last = figures[count - 1];
	Numeric		whole = steps_of_whole();
	Numeric		goal;
	Numeric		steps;

	*rates = 0;
	if (count < 2 || !is_base(first) || last == NULL || bpm_compare_numeric(last, WHOLE(0)) < 0)
		return NULL;
	*rates = count - 1;
	goal = bpm_times(last, power(whole, *rates));
	steps = bpm_divided(last, first);
	if (bpm_compare_numeric(last, WHOLE(0)) > 0)
		steps = CALL2(numeric_power, steps, bpm_divided(WHOLE(1), WHOLE(*rates)));
	steps = DatumGetNumeric(DirectFunctionCall1(numeric_ceil, NumericGetDatum(bpm_times(steps, whole))));
	while (bpm_compare_numeric(bpm_times(first, power(steps, *rates)), goal) < 0)
		steps = bpm_plus(steps, WHOLE(1));
	while (bpm_compare_numeric(steps, WHOLE(0)) > 0 &&
		   bpm_compare_numeric(bpm_times(first, power(bpm_minus(steps, WHOLE(1)), *rates)), goal) >= 0)
		steps = bpm_minus(steps, WHOLE(1));
	return steps_to_rate(bpm_minus(steps, whole));
}

/*
 * Returns the average growth of yearly figures, the oldest first, NULL for a year
 * without one; NULL when no growth can be told.  rates says how many yearly rates
 * it stands on: a year after none, or after one of zero or less, has no rate.
 */
Numeric
bpm_growth(const Numeric *figures, int count, BpmMean mean, int *rates)
{
	return mean == BPM_MEAN_ARITHMETIC ? arithmetic_mean(figures, count, rates) :
		compound_mean(figures, count, rates);
}

/* Reads figures out of an array, refusing what is no number. */
static Numeric *
read_figures(ArrayType *array, int *count)
{
	Datum	   *items;
	bool	   *nulls;
	Numeric    *figures;

	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &items, &nulls, count);
	figures = palloc(Max(*count, 1) * sizeof(Numeric));
	for (int i = 0; i < *count; i++)
	{
		figures[i] = nulls[i] ? NULL : DatumGetNumeric(items[i]);
		if (figures[i] && (numeric_is_nan(figures[i]) || numeric_is_inf(figures[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("a yearly figure must be a finite number")));
	}
	return figures;
}

/* Reads the arguments of both functions and returns the average, NULL for none. */
static Numeric
read_growth(FunctionCallInfo fcinfo, int *rates)
{
	char	   *word = text_to_cstring(PG_GETARG_TEXT_PP(1));
	BpmMean		mean;
	int			count;
	Numeric    *figures = read_figures(PG_GETARG_ARRAYTYPE_P(0), &count);

	if (!bpm_read_mean(word, &mean))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("mean \"%s\" is not known", word),
				 errhint("Use arithmetic or compound.")));
	if (count > BPM_RATE_YEARS + 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("growth over %d years is not told", count - 1),
				 errdetail("An average is of %d yearly rates at most.", BPM_RATE_YEARS)));
	*rates = 0;
	return count < 2 ? NULL : bpm_growth(figures, count, mean, rates);
}

/* Returns the average growth of yearly figures, or null when none can be told. */
PG_FUNCTION_INFO_V1(bpm_average_growth);
Datum
bpm_average_growth(PG_FUNCTION_ARGS)
{
	int			rates;
	Numeric		average = read_growth(fcinfo, &rates);

	if (average == NULL)
		PG_RETURN_NULL();
	PG_RETURN_NUMERIC(average);
}

/* Returns how many yearly rates that average stands on. */
PG_FUNCTION_INFO_V1(bpm_growth_rates);
Datum
bpm_growth_rates(PG_FUNCTION_ARGS)
{
	int			rates;

	(void) read_growth(fcinfo, &rates);
	PG_RETURN_INT32(rates);
}
