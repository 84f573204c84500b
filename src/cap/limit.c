/*
 * limit.c
 *	  The arithmetic of caps: limits, measures, and the decision.  Pure: it reads
 *	  and writes nothing, so that a posting, a batch and a rehearsal decide alike.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "nodes/pg_list.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/number.h"
#include "cap/cap_private.h"

/* Places of the buckets that make a basis, in the order of balance rows. */
enum
{
	APPROPRIATED = 0, ALLOTTED = 2, TRANSFERRED = 3, WITHDRAWN = 10
};

/* Fails where a sum of amounts leaves their range. */
static void
out_of_range(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("amount out of range")));
}

/* Adds two amounts, or fails. */
BpmFen
bpm_cap_add(BpmFen a, BpmFen b)
{
	BpmFen		sum;

	if (pg_add_s64_overflow(a, b, &sum))
		out_of_range();
	return sum;
}

/* Subtracts an amount from another, or fails. */
static BpmFen
subtract(BpmFen a, BpmFen b)
{
	BpmFen		difference;

	if (pg_sub_s64_overflow(a, b, &difference))
		out_of_range();
	return difference;
}

/* Returns basis x ratio, rounded down; what is beyond the largest amount is that amount. */
BpmFen
bpm_cap_limit(BpmFen basis, int32 ratio)
{
	int128		product = (int128) basis * ratio;
	int128		limit = product / BPM_CAP_RATIO_UNIT;

	if (product < 0 && product % BPM_CAP_RATIO_UNIT != 0)
		limit--;
	if (limit > PG_INT64_MAX)
		return PG_INT64_MAX;
	if (limit < PG_INT64_MIN)
		return PG_INT64_MIN;
	return (BpmFen) limit;
}

/* Returns the limit that a ratio gives for a posting of a month. */
BpmFen
bpm_cap_limit_at(const BpmCap *cap, BpmFen basis, int month, int32 ratio)
{
	return bpm_cap_limit(cap->basis_kind == BPM_BASIS_PLAN ? cap->plan[month - 1] : basis,
						 ratio);
}

/* Returns what a net change of buckets does to the cap's basis and to what is used of it. */
void
bpm_cap_measure(const BpmCap *cap, const BpmFen *delta, BpmFen *basis, BpmFen *used)
{
	*basis = *used = 0;
	for (int i = 0; i < BPM_CAP_BUCKETS; i++)
		if (delta[i] != 0 && (cap->consumes & (1 << i)))
			*used = bpm_cap_add(*used, delta[i]);
	if (cap->basis_kind == BPM_BASIS_LINES)
		*basis = subtract(subtract(subtract(delta[APPROPRIATED], delta[ALLOTTED]),
								   delta[TRANSFERRED]), delta[WITHDRAWN]);
}

/* Returns how far used lies above the limit, 0 if it does not; beyond the largest amount, that. */
static BpmFen
excess(BpmFen used, BpmFen limit)
{
	BpmFen		over;

	if (used <= limit)
		return 0;
	return pg_sub_s64_overflow(used, limit, &over) ? PG_INT64_MAX : over;
}

/* Tells whether the change is allowed: the excess over the block limit must not grow. */
bool
bpm_cap_decide(const BpmCapState *state, const BpmFen *delta, int month,
			   BpmCapRefusal *refusal)
{
	const BpmCap *cap = &state->cap;
	BpmFen		basis,
				used,
				limit,
				before,
				after;

	if (!cap->active || cap->block_ratio == BPM_CAP_NO_RATIO)
		return true;
	bpm_cap_measure(cap, delta, &basis, &used);
	before = excess(state->used, bpm_cap_limit_at(cap, state->basis, month, cap->block_ratio));
	limit = bpm_cap_limit_at(cap, bpm_cap_add(state->basis, basis), month, cap->block_ratio);
	after = excess(bpm_cap_add(state->used, used), limit);
	if (after <= before)
		return true;
	refusal->cap = cap->id;
	refusal->division = cap->division;
	refusal->unit = cap->unit;
	refusal->limit = limit;
	refusal->used = state->used;
	refusal->short_by = after - before;
	return false;
}

/* Tells whether what is used lies above the limit that a ratio gives. */
static bool
is_over(const BpmCapState *state, int month, int32 ratio)
{
	return ratio != BPM_CAP_NO_RATIO &&
		state->used > bpm_cap_limit_at(&state->cap, state->basis, month, ratio);
}

/* Remembers a limit that is crossed now. */
static void
note_crossing(BpmCapState *state, const char *kind, int month, int32 ratio, int64 posting)
{
	BpmCapCrossing *crossing = palloc(sizeof(BpmCapCrossing));

	crossing->kind = kind;
	crossing->limit = bpm_cap_limit_at(&state->cap, state->basis, month, ratio);
	crossing->used = state->used;
	crossing->posting = posting;
	state->crossings = lappend(state->crossings, crossing);
}

/* Remembers in "after" the limits that were not crossed before and are now. */
void
bpm_cap_note_crossings(const BpmCapState *before, BpmCapState *after, int month, int64 posting)
{
	if (!after->cap.active)
		return;
	if (is_over(after, month, after->cap.warn_ratio) &&
		!is_over(before, month, before->cap.warn_ratio))
		note_crossing(after, "cap_warned", month, after->cap.warn_ratio, posting);
	if (is_over(after, month, after->cap.block_ratio) &&
		!is_over(before, month, before->cap.block_ratio))
		note_crossing(after, "cap_exceeded", month, after->cap.block_ratio, posting);
}

/* Takes a change of the totals into the state, with the limits that it crosses. */
void
bpm_cap_shift(BpmCapState *state, BpmFen basis, BpmFen used, int month, int64 posting)
{
	BpmCapState before;

	before.cap = state->cap;
	before.basis = state->basis;
	before.used = state->used;
	state->basis = bpm_cap_add(state->basis, basis);
	state->used = bpm_cap_add(state->used, used);
	bpm_cap_note_crossings(&before, state, month, posting);
}

/* Takes a posting's change into the state; the caller has had it decided. */
void
bpm_cap_apply(BpmCapState *state, const BpmFen *delta, int month, int64 posting)
{
	BpmFen		basis,
				used;

	if (!state->cap.active)
		return;
	bpm_cap_measure(&state->cap, delta, &basis, &used);
	bpm_cap_shift(state, basis, used, month, posting);
}

/* Returns a ratio as a count of 1/10000, or refuses it. */
int32
bpm_cap_ratio(Numeric ratio)
{
	Datum		unit = DirectFunctionCall1(int4_numeric, Int32GetDatum(BPM_CAP_RATIO_UNIT));
	Datum		scaled;

	if (numeric_is_nan(ratio) || numeric_is_inf(ratio))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a ratio must be finite")));
	scaled = DirectFunctionCall2(numeric_mul, NumericGetDatum(ratio), unit);
	if (!DatumGetBool(DirectFunctionCall2(numeric_eq, scaled,
										  DirectFunctionCall2(numeric_trunc, scaled, Int32GetDatum(0)))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("ratio %s has more than four decimals",
						bpm_numeric_text(ratio)),
				 errhint("0.8 is 80 %%, 1.05 is 105 %%.")));
	return DatumGetInt32(DirectFunctionCall1(numeric_int4, scaled));
}

/* Returns basis x ratio in yuan, rounded down to the fen. */
PG_FUNCTION_INFO_V1(bpm_cap_limit_of);
Datum
bpm_cap_limit_of(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(bpm_cap_limit(PG_GETARG_INT64(0), bpm_cap_ratio(PG_GETARG_NUMERIC(1))));
}

/* Tells by how much a change would be refused by a limit; zero or less never is. */
PG_FUNCTION_INFO_V1(bpm_cap_short_by);
Datum
bpm_cap_short_by(PG_FUNCTION_ARGS)
{
	BpmCapState state = {0};
	BpmCapRefusal refusal = {0};
	BpmFen		delta[BPM_CAP_BUCKETS] = {0};

	state.cap.active = true;
	state.cap.basis_kind = BPM_BASIS_LINES;
	state.cap.consumes = 1 << 9;
	state.basis = PG_GETARG_INT64(0);
	state.used = PG_GETARG_INT64(1);
	delta[APPROPRIATED] = PG_GETARG_INT64(2);
	delta[9] = PG_GETARG_INT64(3);
	state.cap.block_ratio = bpm_cap_ratio(PG_GETARG_NUMERIC(4));
	PG_RETURN_INT64(bpm_cap_decide(&state, delta, 1, &refusal) ? 0 : refusal.short_by);
}
