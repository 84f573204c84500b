/*
 * amount_sum.c
 *	  amount_sum: the state of sum(amount) and avg(amount), 128 bits and a count.
 *
 * The state is a type of its own, and not internal, so that a system that sends
 * partial aggregates between servers can push it down.  No sum of fewer than 2^63
 * amounts overflows it; only the final result can.
 */
#include "postgres.h"

#include "fmgr.h"
#include "libpq/pqformat.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/compat.h"
#include "types/types_private.h"

/*
 * On disk and between workers: 24 bytes, aligned to 8 (as PostgreSQL declares
 * int128).  Text is "<fen>/<count>", binary is high, low, count.
 */
typedef struct AmountSum
{
	int128		fen;
	int64		count;
} AmountSum;

/* Sign, 38 digits, slash, 19 digits, final zero. */
#define SUM_TEXT_SIZE	60

#define PG_GETARG_SUM(n)	((AmountSum *) PG_GETARG_POINTER(n))

/* Gives the state itself inside an aggregate, and a copy to anyone else. */
static inline AmountSum *
writable_state(FunctionCallInfo fcinfo)
{
	AmountSum  *state = PG_GETARG_SUM(0);
	AmountSum  *copy;

	/* AggCheckCallContext() would say the same, at the price of a call a row. */
	if (likely(fcinfo->context != NULL &&
			   (IsA(fcinfo->context, AggState) || IsA(fcinfo->context, WindowAggState))))
		return state;
	copy = palloc(sizeof(AmountSum));
	*copy = *state;
	return copy;
}

/* True if so many amounts can have this sum. */
static bool
is_possible(const AmountSum *state)
{
	return state->count >= 0 &&
		state->fen >= (int128) PG_INT64_MIN * state->count &&
		state->fen <= (int128) PG_INT64_MAX * state->count;
}

/* Writes a 128-bit integer in front of end, and returns where it begins. */
static char *
print_int128(int128 value, char *end)
{
	uint128		magnitude = value < 0 ? 0 - (uint128) value : (uint128) value;

	do
	{
		*--end = '0' + (int) (magnitude % 10);
		magnitude /= 10;
	} while (magnitude > 0);
	if (value < 0)
		*--end = '-';
	return end;
}

/* Gives value / 10^decimals exactly, with so many decimals shown. */
Numeric
bpm_scaled_numeric(int128 value, int decimals)
{
	char		text[SUM_TEXT_SIZE];
	char	   *begin = text + 40;

	snprintf(begin, SUM_TEXT_SIZE - 40, "e-%d", decimals);
	return DatumGetNumeric(DirectFunctionCall3(numeric_in,
											   CStringGetDatum(print_int128(value, begin)),
											   ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
}

/* Reads [-]digits up to a stop character, at most 38 of them. */
static bool
parse_int128(const char **text, char stop, int128 *value)
{
	const char *p = *text;
	bool		negative = *p == '-';
	int			digits = 0;

	*value = 0;
	for (p += negative; *p >= '0' && *p <= '9'; p++)
	{
		if (++digits > 38)
			return false;
		*value = *value * 10 + (*p - '0');
	}
	if (negative)
		*value = -*value;
	*text = p + 1;
	return digits > 0 && *p == stop;
}

/* amount_sum_in(cstring) reads a state that amounts can have led to. */
PG_FUNCTION_INFO_V1(bpm_amount_sum_in);
Datum
bpm_amount_sum_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	const char *p = text;
	AmountSum  *state = palloc(sizeof(AmountSum));
	int128		count;

	if (!parse_int128(&p, '/', &state->fen) || !parse_int128(&p, '\0', &count) ||
		count < 0 || count > PG_INT64_MAX ||
		(state->count = (int64) count, !is_possible(state)))
		ereturn(fcinfo->context, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input syntax for type %s: \"%s\"", "amount_sum", text)));
	PG_RETURN_POINTER(state);
}

/* amount_sum_out(amount_sum) writes what amount_sum_in reads. */
PG_FUNCTION_INFO_V1(bpm_amount_sum_out);
Datum
bpm_amount_sum_out(PG_FUNCTION_ARGS)
{
	AmountSum  *state = PG_GETARG_SUM(0);
	char		text[SUM_TEXT_SIZE];
	char	   *begin = text + SUM_TEXT_SIZE - 1;

	*begin = '\0';
	begin = print_int128(state->count, begin);
	*--begin = '/';
	PG_RETURN_CSTRING(pstrdup(print_int128(state->fen, begin)));
}

/* amount_sum_recv(internal) accepts the same states as amount_sum_in. */
PG_FUNCTION_INFO_V1(bpm_amount_sum_recv);
Datum
bpm_amount_sum_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	AmountSum  *state = palloc(sizeof(AmountSum));
	int64		high = pq_getmsgint64(message);
	uint64		low = (uint64) pq_getmsgint64(message);

	state->fen = (int128) (((uint128) (uint64) high << 64) | low);
	state->count = pq_getmsgint64(message);
	if (!is_possible(state))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value for type %s", "amount_sum")));
	PG_RETURN_POINTER(state);
}

/* amount_sum_send(amount_sum): high, low, count, each eight bytes. */
PG_FUNCTION_INFO_V1(bpm_amount_sum_send);
Datum
bpm_amount_sum_send(PG_FUNCTION_ARGS)
{
	AmountSum  *state = PG_GETARG_SUM(0);
	StringInfoData message;

	pq_begintypsend(&message);
	pq_sendint64(&message, (uint64) ((uint128) state->fen >> 64));
	pq_sendint64(&message, (uint64) state->fen);
	pq_sendint64(&message, state->count);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/* amount_accum(amount_sum, amount) takes one more amount into the sum. */
PG_FUNCTION_INFO_V1(bpm_amount_accum);
Datum
bpm_amount_accum(PG_FUNCTION_ARGS)
{
	AmountSum  *state = writable_state(fcinfo);

	state->fen += PG_GETARG_INT64(1);
	state->count++;
	PG_RETURN_POINTER(state);
}

/* amount_accum_inv(amount_sum, amount) takes an amount out, for moving frames. */
PG_FUNCTION_INFO_V1(bpm_amount_accum_inv);
Datum
bpm_amount_accum_inv(PG_FUNCTION_ARGS)
{
	AmountSum  *state = writable_state(fcinfo);

	state->fen -= PG_GETARG_INT64(1);
	state->count--;
	PG_RETURN_POINTER(state);
}

/* amount_combine(amount_sum, amount_sum) joins two partial sums. */
PG_FUNCTION_INFO_V1(bpm_amount_combine);
Datum
bpm_amount_combine(PG_FUNCTION_ARGS)
{
	AmountSum  *state = writable_state(fcinfo);
	AmountSum  *other = PG_GETARG_SUM(1);

	state->fen += other->fen;
	state->count += other->count;
	PG_RETURN_POINTER(state);
}

/* amount_sum_final(amount_sum): the sum, NULL of no rows, an error if no amount. */
PG_FUNCTION_INFO_V1(bpm_amount_sum_final);
Datum
bpm_amount_sum_final(PG_FUNCTION_ARGS)
{
	AmountSum  *state = PG_GETARG_SUM(0);

	if (state->count == 0)
		PG_RETURN_NULL();
	if (state->fen > PG_INT64_MAX || state->fen < PG_INT64_MIN)
		bpm_amount_out_of_range();
	PG_RETURN_INT64((BpmFen) state->fen);
}

/* amount_avg_final(amount_sum): yuan as numeric, NULL of no rows; it cannot overflow. */
PG_FUNCTION_INFO_V1(bpm_amount_avg_final);
Datum
bpm_amount_avg_final(PG_FUNCTION_ARGS)
{
	AmountSum  *state = PG_GETARG_SUM(0);

	if (state->count == 0)
		PG_RETURN_NULL();
	return DirectFunctionCall2(numeric_div, NumericGetDatum(bpm_scaled_numeric(state->fen, 2)),
							   NumericGetDatum(int64_to_numeric(state->count)));
}
