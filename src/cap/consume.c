/*
 * consume.c
 *	  What a single posting does to its caps.
 *
 * A cap without slots costs one statement: the server locks the row and the guard
 * has the posting decided under that lock.  A cap whose totals stay is not locked.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "utils/inval.h"

#include "base/errors.h"
#include "base/guard.h"
#include "cap/cap_private.h"

/* The guard puts the decided totals in place of this. */
static const BpmStatement touch_row = {
	"UPDATE @ledger@.cap_balance SET used = used"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

typedef enum Outcome
{
	OUTCOME_DONE,
	OUTCOME_REFUSED,
	OUTCOME_MOVED				/* the cap is no longer what it was: look again */
} Outcome;

typedef struct Consumption
{
	BpmLedger  *ledger;
	MemoryContext context;		/* outlives the statements */
	const BpmCapChange *change;
	int			month;
	int64		posting;
	BpmCapState state;
	BpmCapRefusal *refusal;
	Outcome		outcome;
} Consumption;

/* Gives the row with the totals of the state. */
static HeapTuple
with_totals(const BpmCapState *state, HeapTuple row, TupleDesc desc)
{
	int			columns[2] = {CAP_BALANCE_BASIS + 1, CAP_BALANCE_USED + 1};
	Datum		values[2];
	bool		nulls[2] = {false};

	values[0] = Int64GetDatum(state->basis);
	values[1] = Int64GetDatum(state->used);
	return heap_modify_tuple_by_cols(row, desc, 2, columns, values, nulls);
}

/* Decides on the newest version of a cap's row, which the server has locked. */
static bool
decide_row(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	Consumption *consumption = permit->context;
	BpmCapState *state = &consumption->state;
	bool		isnull;
	bool		found;

	if (!bpm_accept_key(permit, desc, old, row) || old == NULL)
		return false;

	/* Whoever changes a cap holds its row: it is now what it will stay. */
	AcceptInvalidationMessages();
	SPI_connect();
	found = bpm_cap_find(consumption->ledger, consumption->change->cap, &state->cap);
	SPI_finish();
	state->basis = DatumGetInt64(heap_getattr(old, CAP_BALANCE_BASIS + 1, desc, &isnull));
	state->used = DatumGetInt64(heap_getattr(old, CAP_BALANCE_USED + 1, desc, &isnull));
	*row = NULL;
	if (!found || state->cap.slots > 0)
		consumption->outcome = OUTCOME_MOVED;
	else if (!bpm_cap_decide(state, consumption->change->delta, consumption->month,
							 consumption->refusal))
		consumption->outcome = OUTCOME_REFUSED;
	else
	{
		MemoryContext row_context = MemoryContextSwitchTo(consumption->context);

		consumption->outcome = OUTCOME_DONE;
		bpm_cap_apply(state, consumption->change->delta, consumption->month,
					  consumption->posting);
		MemoryContextSwitchTo(row_context);
		*row = with_totals(state, old, desc);
	}
	return true;
}

/* Consumes from a cap without slots. */
static Outcome
consume_row(Consumption *consumption)
{
	BpmLedger  *ledger = consumption->ledger;
	BpmPermit	permit = {0};
	Datum		values[1] = {Int32GetDatum(consumption->change->cap)};

	permit.columns = CAP_BALANCE_TYPES;
	permit.accept = decide_row;
	permit.key = consumption->change->cap;
	permit.context = consumption;
	bpm_guarded_execute(ledger, "cap_balance", 0, &permit, &touch_row, values, NULL, true);
	if (consumption->outcome == OUTCOME_DONE && consumption->state.crossings != NIL)
		bpm_cap_raise_alerts(ledger, &consumption->state);
	return consumption->outcome;
}

/* Decides under the locks of all slots. */
static Outcome
consume_levelled(Consumption *consumption)
{
	BpmCapState *state = &consumption->state;
	int			slots = state->cap.slots;

	bpm_slots_lock(consumption->ledger, state->cap.id, slots);
	AcceptInvalidationMessages();

	/* The cap's row is left unlocked: only who holds all slots changes it. */
	if (!bpm_cap_look(consumption->ledger, consumption->change->cap, state) ||
		state->cap.slots != slots)
		return OUTCOME_MOVED;
	if (!bpm_cap_decide(state, consumption->change->delta, consumption->month,
						consumption->refusal))
		return OUTCOME_REFUSED;
	bpm_cap_apply(state, consumption->change->delta, consumption->month, consumption->posting);
	bpm_cap_store(consumption->ledger, state);
	return OUTCOME_DONE;
}

/* Consumes from a cap with slots: from one, or from all under their locks. */
static Outcome
consume_slots(Consumption *consumption, BpmFen basis, BpmFen used)
{
	if (basis == 0)
		switch (bpm_slot_consume(consumption->ledger, &consumption->state.cap, used))
		{
			case BPM_SLOT_TAKEN:
				return OUTCOME_DONE;
			case BPM_SLOT_MOVED:
				return OUTCOME_MOVED;
			case BPM_SLOT_SHORT:
				break;
		}
	return consume_levelled(consumption);
}

/* Decides without a lock or a write. */
static Outcome
consume_dry(Consumption *consumption)
{
	if (bpm_cap_look(consumption->ledger, consumption->change->cap, &consumption->state) &&
		!bpm_cap_decide(&consumption->state, consumption->change->delta, consumption->month,
						consumption->refusal))
		return OUTCOME_REFUSED;
	return OUTCOME_DONE;
}

/* Lets one cap take its change; a cap that is changed meanwhile is asked again. */
static Outcome
consume_one(Consumption *consumption, bool dry)
{
	const BpmCapChange *change = consumption->change;
	BpmCapState *state = &consumption->state;
	Outcome		outcome = OUTCOME_MOVED;

	while (outcome == OUTCOME_MOVED)
	{
		BpmFen		basis,
					used;

		if (!bpm_cap_find(consumption->ledger, change->cap, &state->cap))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
					 errmsg("cap %d, which a line names, does not exist", change->cap),
					 errhint("Run budgetpm.check_ledger().")));
		if (!state->cap.active)
			return OUTCOME_DONE;
		bpm_cap_measure(&state->cap, change->delta, &basis, &used);
		if (basis == 0 && used == 0)
			return OUTCOME_DONE;
		state->crossings = NIL;
		outcome = dry ? consume_dry(consumption) :
			state->cap.slots > 0 ? consume_slots(consumption, basis, used) :
			consume_row(consumption);
	}
	return outcome;
}

/*
 * Lets all caps of a posting take their changes, in ascending order, or fills the
 * refusal of the first that does not.  The caller holds the lines, is connected
 * to SPI, and runs as the ledger's owner.
 */
bool
bpm_caps_consume(BpmLedger *ledger, int month, const BpmCapChange *changes, int count,
				 int64 posting, bool dry, BpmCapRefusal *refusal)
{
	Consumption *consumption = palloc0(sizeof(Consumption));
	bool		passes = true;

	memset(refusal, 0, sizeof(BpmCapRefusal));
	consumption->ledger = ledger;
	consumption->context = CurrentMemoryContext;
	consumption->month = month;
	consumption->posting = posting;
	consumption->refusal = refusal;
	for (int i = 0; i < count && passes; i++)
	{
		consumption->change = &changes[i];
		passes = consume_one(consumption, dry) == OUTCOME_DONE;
	}
	pfree(consumption);
	return passes;
}
