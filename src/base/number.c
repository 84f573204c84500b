/*
 * number.c
 *	  Exact arithmetic on numeric, for C.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"

/* Compares two numbers: below, equal to, or above 0 as the first is to the second. */
int
bpm_compare_numeric(Numeric a, Numeric b)
{
	return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Tells whether the first of two numbers is the greater one. */
bool
bpm_exceeds(Numeric a, Numeric b)
{
	return bpm_compare_numeric(a, b) > 0;
}

/* Returns the sign of a number: -1, 0 or 1. */
int
bpm_numeric_sign(Numeric number)
{
	return bpm_compare_numeric(number, int64_to_numeric(0));
}

/* Multiplies exactly. */
Numeric
bpm_times(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_mul, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Adds exactly. */
Numeric
bpm_plus(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Subtracts exactly. */
Numeric
bpm_minus(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_sub, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Divides by a number that is not 0, to as many decimals as numeric itself gives a quotient. */
Numeric
bpm_divided(Numeric a, Numeric b)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_div, NumericGetDatum(a), NumericGetDatum(b)));
}

/* Rounds half away from zero. */
Numeric
bpm_rounded(Numeric number, int decimals)
{
	return DatumGetNumeric(DirectFunctionCall2(numeric_round, NumericGetDatum(number), Int32GetDatum(decimals)));
}

/* Reads a number that was written as text. */
Numeric
bpm_numeric_of(const char *text)
{
	return DatumGetNumeric(DirectFunctionCall3(numeric_in, CStringGetDatum(text),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* Writes a number with all the decimals that it has. */
char *
bpm_numeric_text(Numeric number)
{
	return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
}

/* Returns a number of a row, NULL for null. */
Numeric
bpm_row_numeric(HeapTuple row, TupleDesc desc, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, column, &isnull);

	return isnull ? NULL : DatumGetNumericCopy(value);
}
