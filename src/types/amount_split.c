/*
 * amount_split.c
 *	  split(): parts of an amount in proportion to weights, exact in sum.
 *
 * All arithmetic is numeric, so that weights of any size and scale compare
 * exactly; the largest remainders (最大余额法) get the fen that are left over.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/numeric.h"

#include "types/types_private.h"

/* One part while it is worked out. */
typedef struct Part
{
	int			position;
	int64		fen;			/* rounded down */
	Datum		remainder;		/* numeric, in units of 1 / sum of weights */
} Part;

/* Raises what is wrong with a weight. */
static void
refuse_weight(int position, const char *detail)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid weight %d of a split", position),
			 errdetail("%s", detail)));
}

/* Checks the weights and returns their sum, a positive numeric. */
static Datum
sum_weights(Datum *weights, bool *nulls, int count)
{
	Datum		zero = NumericGetDatum(int64_to_numeric(0));
	Datum		sum = zero;

	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			refuse_weight(i + 1, "It is NULL.");
		if (numeric_is_nan(DatumGetNumeric(weights[i])) || numeric_is_inf(DatumGetNumeric(weights[i])))
			refuse_weight(i + 1, "It is NaN or infinite.");
		if (DatumGetBool(DirectFunctionCall2(numeric_lt, weights[i], zero)))
			refuse_weight(i + 1, "It is negative.");
		sum = DirectFunctionCall2(numeric_add, sum, weights[i]);
	}
	if (!DatumGetBool(DirectFunctionCall2(numeric_gt, sum, zero)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weights of a split add up to nothing"),
				 errdetail("At least one weight must be greater than zero.")));
	return sum;
}

/* Orders parts by falling remainder, the earlier part first among equals. */
static int
by_remainder(const void *left, const void *right)
{
	const Part *a = left;
	const Part *b = right;
	int			order = DatumGetInt32(DirectFunctionCall2(numeric_cmp, b->remainder, a->remainder));

	return order != 0 ? order : a->position - b->position;
}

/* Fills in the parts, whose fen add up to the magnitude of the total. */
static void
share_out(BpmFen total, Datum *weights, Datum sum, Part *parts, int count)
{
	Datum		magnitude = DirectFunctionCall1(numeric_abs, NumericGetDatum(int64_to_numeric(total)));
	uint64		left = total < 0 ? 0 - (uint64) total : (uint64) total;

	for (int i = 0; i < count; i++)
	{
		Datum		product = DirectFunctionCall2(numeric_mul, magnitude, weights[i]);
		Datum		floor = DirectFunctionCall2(numeric_div_trunc, product, sum);

		CHECK_FOR_INTERRUPTS();
		parts[i].position = i;
		/* Negative, because the magnitude of the lowest amount has no int64. */
		parts[i].fen = DatumGetInt64(DirectFunctionCall1(numeric_int8,
														 DirectFunctionCall1(numeric_uminus, floor)));
		parts[i].remainder = DirectFunctionCall2(numeric_sub, product,
												 DirectFunctionCall2(numeric_mul, floor, sum));
		left += (uint64) parts[i].fen;
	}
	qsort(parts, count, sizeof(Part), by_remainder);
	for (int i = 0; left > 0; i++, left--)
		parts[i].fen--;
}

/* split(amount, numeric[]) gives parts whose sum is the amount, always. */
PG_FUNCTION_INFO_V1(bpm_split);
Datum
bpm_split(PG_FUNCTION_ARGS)
{
	BpmFen		total = PG_GETARG_INT64(0);
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(1);
	Datum	   *weights;
	bool	   *nulls;
	Datum	   *result;
	Datum		sum;
	Part	   *parts;
	int			count;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("weights of a split must be a one-dimensional array")));
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &weights, &nulls, &count);
	sum = sum_weights(weights, nulls, count);
	parts = palloc(sizeof(Part) * count);
	share_out(total, weights, sum, parts, count);
	result = palloc(sizeof(Datum) * count);
	for (int i = 0; i < count; i++)
		result[parts[i].position] = Int64GetDatum(total < 0 ? parts[i].fen : -parts[i].fen);
	PG_RETURN_ARRAYTYPE_P(construct_array(result, count,
										  get_element_type(get_func_rettype(fcinfo->flinfo->fn_oid)),
										  sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
}
