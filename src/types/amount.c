/*
 * amount.c
 *	  amount (金额): money as a signed 64-bit count of fen.
 *
 * What can overflow or must not round is here; comparison is in compare.c.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "types/types_private.h"

#define FEN_DECIMALS	2

/* Raises the one error for every result that no amount can hold. */
void
bpm_amount_out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount out of range"),
			 errdetail("An amount lies between -92233720368547758.08 and 92233720368547758.07 yuan.")));
}

/* True for the spaces that numeric's input skips too, whatever the locale. */
static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Appends a decimal digit to a magnitude, or reports that limit would be passed. */
static bool
push_digit(uint64 *magnitude, int digit, uint64 limit)
{
	if (*magnitude > (limit - digit) / 10)
		return false;
	*magnitude = *magnitude * 10 + digit;
	return true;
}

/*
 * Reads [spaces][sign]digits[.digits][spaces] exactly: decimals after the second
 * must be zeros, because they are not rounded.
 */
static BpmAmountFault
parse_fen(const char *text, BpmFen *fen)
{
	BpmAmountFault fault = BPM_AMOUNT_OK;
	const char *p = text;
	uint64		magnitude = 0;
	uint64		limit = PG_INT64_MAX;
	bool		negative;
	int			decimals = -1;	/* -1 before the point */
	int			digits = 0;

	while (is_space(*p))
		p++;
	negative = *p == '-';
	if (negative)
		limit++;
	if (*p == '-' || *p == '+')
		p++;
	for (; *p == '.' || (*p >= '0' && *p <= '9'); p++)
	{
		if (*p == '.')
		{
			if (decimals >= 0)
				return BPM_AMOUNT_SYNTAX;
			decimals = 0;
			continue;
		}
		digits++;
		if (decimals == FEN_DECIMALS)
		{
			if (*p != '0')
				fault = BPM_AMOUNT_DECIMALS;
			continue;
		}
		if (decimals >= 0)
			decimals++;
		if (!push_digit(&magnitude, *p - '0', limit))
			fault = Max(fault, BPM_AMOUNT_RANGE);
	}
	while (is_space(*p))
		p++;
	if (*p != '\0' || digits == 0)
		return BPM_AMOUNT_SYNTAX;
	for (decimals = Max(decimals, 0); decimals < FEN_DECIMALS; decimals++)
		if (!push_digit(&magnitude, 0, limit))
			fault = Max(fault, BPM_AMOUNT_RANGE);
	*fen = negative ? (BpmFen) (0 - magnitude) : (BpmFen) magnitude;
	return fault;
}

/* Says why text is no amount. */
static bool
refuse_text(const char *text, BpmAmountFault fault, BpmRefusal *refusal)
{
	switch (fault)
	{
		case BPM_AMOUNT_DECIMALS:
			return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
								   psprintf("amount \"%s\" has more than two decimals", text),
								   pstrdup("The smallest unit is the fen (0.01 yuan), and nothing is rounded silently."),
								   pstrdup("Round it first, for example with round(value, 2)."));
		case BPM_AMOUNT_RANGE:
			return bpm_refusal_set(refusal, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
								   psprintf("value \"%s\" is out of range for type %s", text, "amount"),
								   pstrdup("An amount lies between -92233720368547758.08 and 92233720368547758.07 yuan."),
								   NULL);
		default:
			return bpm_refusal_set(refusal, ERRCODE_INVALID_TEXT_REPRESENTATION,
								   psprintf("invalid input syntax for type %s: \"%s\"", "amount", text),
								   NULL,
								   pstrdup("To read thousands separators, units or Chinese digits, use parse_amount(text)."));
	}
}

/* amount_in(cstring) gives exactly the value written, or an error, soft where the caller can take that. */
PG_FUNCTION_INFO_V1(bpm_amount_in);
Datum
bpm_amount_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	BpmFen		fen;
	BpmAmountFault fault = parse_fen(text, &fen);
	BpmRefusal	refusal;

	if (fault == BPM_AMOUNT_OK)
		PG_RETURN_INT64(fen);
	refuse_text(text, fault, &refusal);
	ereturn(fcinfo->context, (Datum) 0,
			(errcode(refusal.sqlstate),
			 errmsg_internal("%s", refusal.message),
			 refusal.detail ? errdetail_internal("%s", refusal.detail) : 0,
			 refusal.hint ? errhint("%s", refusal.hint) : 0));
}

/* Writes an amount as yuan with two decimals; the result is palloc'd. */
char *
bpm_fen_to_text(BpmFen fen)
{
	char	   *text = palloc(BPM_FEN_TEXT_SIZE);
	uint64		magnitude = fen < 0 ? 0 - (uint64) fen : (uint64) fen;

	snprintf(text, BPM_FEN_TEXT_SIZE, "%s" UINT64_FORMAT ".%02d",
			 fen < 0 ? "-" : "", magnitude / 100, (int) (magnitude % 100));
	return text;
}

/* amount_out(amount) writes what amount_in reads back to the same value. */
PG_FUNCTION_INFO_V1(bpm_amount_out);
Datum
bpm_amount_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(bpm_fen_to_text(PG_GETARG_INT64(0)));
}

/* amount_recv(internal): eight bytes, big-endian fen; every value is an amount. */
PG_FUNCTION_INFO_V1(bpm_amount_recv);
Datum
bpm_amount_recv(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(pq_getmsgint64((StringInfo) PG_GETARG_POINTER(0)));
}

/* amount_send(amount): eight bytes, big-endian fen. */
PG_FUNCTION_INFO_V1(bpm_amount_send);
Datum
bpm_amount_send(PG_FUNCTION_ARGS)
{
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, PG_GETARG_INT64(0));
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* Converts the text of a number exactly, or says why that cannot be. */
bool
bpm_fen_parse(const char *text, BpmFen *fen, BpmRefusal *refusal)
{
	const char *magnitude = text[0] == '-' ? text + 1 : text;
	BpmAmountFault fault = parse_fen(text, fen);

	if (fault == BPM_AMOUNT_OK)
		return true;
	/* As numeric writes what is no number. */
	if (strcmp(text, "NaN") == 0 || strcmp(magnitude, "Infinity") == 0)
		return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
							   psprintf("cannot convert %s to amount",
										text[0] == 'N' ? "NaN" : "infinity"),
							   NULL, NULL);
	return refuse_text(text, fault, refusal);
}

/* Converts a numeric exactly; anything that would need rounding is refused. */
BpmFen
bpm_fen_from_numeric(Numeric value)
{
	/* Through text, so that the cast and amount_in accept the same set. */
	char	   *text = numeric_normalize(value);
	BpmFen		fen = 0;
	BpmRefusal	refusal;

	if (!bpm_fen_parse(text, &fen, &refusal))
		bpm_refusal_raise(&refusal);
	pfree(text);
	return fen;
}

/* amount_from_numeric(numeric) serves the assignment cast. */
PG_FUNCTION_INFO_V1(bpm_amount_from_numeric);
Datum
bpm_amount_from_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(bpm_fen_from_numeric(PG_GETARG_NUMERIC(0)));
}

/* Gives the yuan of an amount as a numeric of scale 2. */
Numeric
bpm_fen_to_numeric(BpmFen fen)
{
	return int64_div_fast_to_numeric(fen, FEN_DECIMALS);
}

/* amount_to_numeric(amount) serves the implicit cast. */
PG_FUNCTION_INFO_V1(bpm_amount_to_numeric);
Datum
bpm_amount_to_numeric(PG_FUNCTION_ARGS)
{
	PG_RETURN_NUMERIC(bpm_fen_to_numeric(PG_GETARG_INT64(0)));
}

/* Converts whole yuan, or raises that no amount holds them. */
BpmFen
bpm_fen_from_yuan(int64 yuan)
{
	BpmFen		fen;

	if (pg_mul_s64_overflow(yuan, 100, &fen))
		bpm_amount_out_of_range();
	return fen;
}

/* amount_from_bigint(bigint): whole yuan. */
PG_FUNCTION_INFO_V1(bpm_amount_from_bigint);
Datum
bpm_amount_from_bigint(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(bpm_fen_from_yuan(PG_GETARG_INT64(0)));
}

/* amount_from_integer(integer): whole yuan; every integer fits. */
PG_FUNCTION_INFO_V1(bpm_amount_from_integer);
Datum
bpm_amount_from_integer(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64((BpmFen) PG_GETARG_INT32(0) * 100);
}

/* amount_add(amount, amount), or an error; it never wraps. */
PG_FUNCTION_INFO_V1(bpm_amount_add);
Datum
bpm_amount_add(PG_FUNCTION_ARGS)
{
	BpmFen		sum;

	if (unlikely(pg_add_s64_overflow(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &sum)))
		bpm_amount_out_of_range();
	PG_RETURN_INT64(sum);
}

/* amount_subtract(amount, amount), or an error; it never wraps. */
PG_FUNCTION_INFO_V1(bpm_amount_subtract);
Datum
bpm_amount_subtract(PG_FUNCTION_ARGS)
{
	BpmFen		difference;

	if (unlikely(pg_sub_s64_overflow(PG_GETARG_INT64(0), PG_GETARG_INT64(1), &difference)))
		bpm_amount_out_of_range();
	PG_RETURN_INT64(difference);
}

/* Changes the sign; the lowest amount has no opposite. */
static BpmFen
negate(BpmFen fen)
{
	if (unlikely(fen == PG_INT64_MIN))
		bpm_amount_out_of_range();
	return -fen;
}

/* amount_negate(amount) changes the sign. */
PG_FUNCTION_INFO_V1(bpm_amount_negate);
Datum
bpm_amount_negate(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(negate(PG_GETARG_INT64(0)));
}

/* abs(amount) gives the distance from zero. */
PG_FUNCTION_INFO_V1(bpm_abs);
Datum
bpm_abs(PG_FUNCTION_ARGS)
{
	BpmFen		fen = PG_GETARG_INT64(0);

	PG_RETURN_INT64(fen < 0 ? negate(fen) : fen);
}

/* sign(amount) gives -1, 0 or 1. */
PG_FUNCTION_INFO_V1(bpm_sign);
Datum
bpm_sign(PG_FUNCTION_ARGS)
{
	BpmFen		fen = PG_GETARG_INT64(0);

	PG_RETURN_INT32((fen > 0) - (fen < 0));
}

/* fen(amount) gives the count of fen that is stored. */
PG_FUNCTION_INFO_V1(bpm_fen);
Datum
bpm_fen(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0));
}

/* from_fen(bigint) is the inverse of fen(amount). */
PG_FUNCTION_INFO_V1(bpm_from_fen);
Datum
bpm_from_fen(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(PG_GETARG_INT64(0));
}

/* Multiplies exactly and rounds once, half away from zero, to the fen. */
static BpmFen
multiply(BpmFen fen, Numeric factor)
{
	Datum		product = DirectFunctionCall2(numeric_mul,
											  NumericGetDatum(bpm_fen_to_numeric(fen)),
											  NumericGetDatum(factor));

	return bpm_fen_from_numeric(DatumGetNumeric(DirectFunctionCall2(numeric_round, product,
																	Int32GetDatum(FEN_DECIMALS))));
}

/* amount_multiply(amount, numeric) rounds half away from zero to the fen. */
PG_FUNCTION_INFO_V1(bpm_amount_multiply);
Datum
bpm_amount_multiply(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(multiply(PG_GETARG_INT64(0), PG_GETARG_NUMERIC(1)));
}

/* multiply_amount(numeric, amount) is amount_multiply with the sides changed. */
PG_FUNCTION_INFO_V1(bpm_multiply_amount);
Datum
bpm_multiply_amount(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(multiply(PG_GETARG_INT64(1), PG_GETARG_NUMERIC(0)));
}

/* amount_divide(amount, amount) gives their ratio, a plain number. */
PG_FUNCTION_INFO_V1(bpm_amount_divide);
Datum
bpm_amount_divide(PG_FUNCTION_ARGS)
{
	return DirectFunctionCall2(numeric_div,
							   NumericGetDatum(bpm_fen_to_numeric(PG_GETARG_INT64(0))),
							   NumericGetDatum(bpm_fen_to_numeric(PG_GETARG_INT64(1))));
}

/*
 * percent_of(amount, amount, integer) gives 100 * part / whole, rounded half away
 * from zero; of nothing there is no percentage, and the answer is NULL.
 */
PG_FUNCTION_INFO_V1(bpm_percent_of);
Datum
bpm_percent_of(PG_FUNCTION_ARGS)
{
	int128		part = PG_GETARG_INT64(0);
	int128		whole = PG_GETARG_INT64(1);
	int32		decimals = PG_GETARG_INT32(2);
	int128		twice;

	if (decimals < 0 || decimals > 10)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a percentage cannot have %d decimals", decimals),
				 errdetail("It can have 0 to 10.")));
	if (whole == 0)
		PG_RETURN_NULL();
	if (whole < 0)
	{
		part = -part;
		whole = -whole;
	}
	/* Adding half a divisor before the truncation rounds once, and exactly. */
	twice = 2 * 100 * part;
	for (int i = 0; i < decimals; i++)
		twice *= 10;
	twice += part < 0 ? -whole : whole;
	PG_RETURN_NUMERIC(bpm_scaled_numeric(twice / (2 * whole), decimals));
}
