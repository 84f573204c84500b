/*
 * slot.c
 *	  Escrow slots: what is used of a busy cap, spread over rows of its own.
 *
 * Each slot may move between its floor and what it was granted.  The bounds of
 * all slots together keep the total between two neighbouring limits (warn, block),
 * so that none is crossed, upwards or downwards, but while all slots are locked:
 * there it is seen, refused or told, once.
 *
 * A slot is locked by a heavyweight lock, not by its row, so that a slot that
 * turns out short is given back before all are taken in order: two postings that
 * find different slots short would otherwise wait for each other.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "storage/proc.h"
#include "utils/inval.h"

#include "base/compat.h"
#include "base/errors.h"
#include "base/guard.h"
#include "cap/cap_private.h"

/* Of the fourth field of an advisory lock's tag, core uses 1 and 2. */
#define SLOT_LOCK_BASE	16

/* Where no limit lies above, or below, a slot is bound by nothing. */
#define UNBOUND			(PG_INT64_MAX / 2)

static const BpmStatement consume_slot = {
	"UPDATE @ledger@.cap_slot SET used = used OPERATOR(budgetpm.+) $3"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1 AND slot OPERATOR(pg_catalog.=) $2"
	" AND used OPERATOR(budgetpm.+) $3 OPERATOR(budgetpm.<=) granted"
	" AND used OPERATOR(budgetpm.+) $3 OPERATOR(budgetpm.>=) floor", "iia"
};

static const BpmStatement read_slots = {
	"SELECT slot, basis, used FROM @ledger@.cap_slot"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1 ORDER BY slot", "i"
};

/* The guard puts what was computed in place of this. */
static const BpmStatement touch_slots = {
	"UPDATE @ledger@.cap_slot SET used = used"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

/* Names the lock of a slot. */
static LOCKTAG
slot_lock(BpmLedger *ledger, int32 cap, int slot)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, ledger->relid, cap, SLOT_LOCK_BASE + slot);
	return tag;
}

/* Tells which slot this backend takes: always the same one of a cap. */
static int
own_slot(int slots)
{
	return bpm_backend_number % slots;
}

/* Accepts a slot whose use moves by the amount of the key, within its bounds. */
static bool
accept_use(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	bool		isnull;
	int64		before,
				after;

	if (old == NULL || *row == NULL)
		return false;
	before = DatumGetInt64(heap_getattr(old, CAP_SLOT_USED + 1, desc, &isnull));
	after = DatumGetInt64(heap_getattr(*row, CAP_SLOT_USED + 1, desc, &isnull));
	return after == before + permit->key &&
		after <= DatumGetInt64(heap_getattr(*row, CAP_SLOT_GRANTED + 1, desc, &isnull)) &&
		after >= DatumGetInt64(heap_getattr(*row, CAP_SLOT_FLOOR + 1, desc, &isnull));
}

/* Moves the use of a locked slot; false, with nothing locked or written, beyond its bounds. */
static bool
write_slot(BpmLedger *ledger, const BpmCap *cap, int slot, BpmFen used)
{
	BpmPermit	permit = {0};
	Datum		values[3];
	int			rows;

	values[0] = Int32GetDatum(cap->id);
	values[1] = Int32GetDatum(slot);
	values[2] = Int64GetDatum(used);
	permit.columns = CAP_SLOT_TYPES;
	permit.accept = accept_use;
	permit.key = used;
	rows = bpm_guarded_execute(ledger, "cap_slot", 0, &permit, &consume_slot, values, NULL, false);
	return rows == 1;
}

/* Consumes from this backend's slot of a cap as it is known here. */
BpmSlotOutcome
bpm_slot_consume(BpmLedger *ledger, const BpmCap *cap, BpmFen used)
{
	int			slot = own_slot(cap->slots);
	LOCKTAG		tag = slot_lock(ledger, cap->id, slot);
	LockAcquireResult acquired = LockAcquire(&tag, ExclusiveLock, false, false);
	BpmCap		now;
	BpmSlotOutcome outcome;

	/* Whoever makes, moves or ends slots holds them all. */
	AcceptInvalidationMessages();
	if (!bpm_cap_find(ledger, cap->id, &now) || now.slots != cap->slots)
		outcome = BPM_SLOT_MOVED;
	else if (write_slot(ledger, cap, slot, used))
		return BPM_SLOT_TAKEN;
	else
		outcome = BPM_SLOT_SHORT;

	/* Held before: this transaction has written under it, and keeps it. */
	if (acquired == LOCKACQUIRE_OK)
		LockRelease(&tag, ExclusiveLock, false);
	return outcome;
}

/* Locks all slots of a cap, from 0 up. */
void
bpm_slots_lock(BpmLedger *ledger, int32 cap, int slots)
{
	for (int i = 0; i < slots; i++)
	{
		LOCKTAG		tag = slot_lock(ledger, cap, i);

		LockAcquire(&tag, ExclusiveLock, false, false);
	}
}

/* Adds the slots to the totals of the state, and keeps each. */
void
bpm_slots_read(BpmLedger *ledger, BpmCapState *state)
{
	Datum		values[1] = {Int32GetDatum(state->cap.id)};
	int			count = bpm_ledger_execute_latest(ledger, &read_slots, 0, values, NULL, false);

	for (int i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		bool		isnull;
		int			slot = DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull));

		if (slot < 0 || slot >= BPM_CAP_MAX_SLOTS)
			continue;
		state->slot_basis[slot] = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
		state->slot_used[slot] = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
		state->basis = bpm_cap_add(state->basis, state->slot_basis[slot]);
		state->used = bpm_cap_add(state->used, state->slot_used[slot]);
	}
	SPI_freetuptable(SPI_tuptable);
	state->locked_basis = state->basis;
	state->locked_used = state->used;
}

/* How far the total may go, either way, before a limit is crossed. */
typedef struct Room
{
	bool		bound_above;
	bool		bound_below;
	BpmFen		above;
	BpmFen		below;
} Room;

/* Narrows the room by one limit: above it means to be more than it. */
static void
narrow(Room *room, BpmFen used, BpmFen limit)
{
	if (used <= limit)
	{
		BpmFen		above = (limit - used > UNBOUND || limit - used < 0) ? UNBOUND : limit - used;

		if (!room->bound_above || above < room->above)
			room->above = above;
		room->bound_above = true;
	}
	else
	{
		BpmFen		below = (used - limit - 1 > UNBOUND || used - limit - 1 < 0) ? UNBOUND
			: used - limit - 1;

		if (!room->bound_below || below < room->below)
			room->below = below;
		room->bound_below = true;
	}
}

/* Measures the room of a cap around what is used of it now. */
static Room
measure_room(const BpmCapState *state)
{
	const BpmCap *cap = &state->cap;
	Room		room = {0};

	if (cap->warn_ratio != BPM_CAP_NO_RATIO)
		narrow(&room, state->used, bpm_cap_limit(state->basis, cap->warn_ratio));
	if (cap->block_ratio != BPM_CAP_NO_RATIO)
	{
		BpmFen		limit = bpm_cap_limit(state->basis, cap->block_ratio);

		narrow(&room, state->used, limit);
		/* Beyond the block limit nothing more is granted, only given back. */
		if (state->used > limit)
		{
			room.bound_above = true;
			room.above = 0;
		}
	}
	return room;
}

/* Returns a slot's part of a whole, so that the parts add up to it. */
static BpmFen
share(BpmFen whole, int slots, int slot)
{
	return whole / slots + (slot < whole % slots ? 1 : 0);
}

typedef struct Levelling
{
	const BpmCapState *state;
	Room		room;
} Levelling;

/* Gives each slot its totals and its part of the room, in place of what the statement said. */
static bool
accept_level(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	const Levelling *levelling = permit->context;
	const BpmCapState *state = levelling->state;
	const Room *room = &levelling->room;
	int			columns[4] = {CAP_SLOT_BASIS + 1, CAP_SLOT_USED + 1, CAP_SLOT_FLOOR + 1,
	CAP_SLOT_GRANTED + 1};
	Datum		values[4];
	bool		nulls[4] = {false};
	bool		isnull;
	int			slot;
	BpmFen		used;

	if (old == NULL || *row == NULL ||
		DatumGetInt32(heap_getattr(old, CAP_SLOT_CAP + 1, desc, &isnull)) != state->cap.id)
		return false;
	slot = DatumGetInt32(heap_getattr(old, CAP_SLOT_SLOT + 1, desc, &isnull));
	if (slot < 0 || slot >= state->cap.slots)
		return false;
	used = state->slot_used[slot];
	values[0] = Int64GetDatum(state->slot_basis[slot]);
	values[1] = Int64GetDatum(used);
	values[2] = Int64GetDatum(room->bound_below ?
							  bpm_cap_add(used, -share(room->below, state->cap.slots, slot))
							  : -UNBOUND);
	values[3] = Int64GetDatum(room->bound_above ?
							  bpm_cap_add(used, share(room->above, state->cap.slots, slot))
							  : UNBOUND);
	*row = heap_modify_tuple_by_cols(old, desc, 4, columns, values, nulls);
	return true;
}

/*
 * Stores the totals of a cap whose slots are all locked and divides its room among
 * them anew; what has changed goes to this backend's slot.
 */
void
bpm_slots_level(BpmLedger *ledger, BpmCapState *state)
{
	Levelling	levelling = {state, measure_room(state)};
	BpmPermit	permit = {0};
	Datum		values[1] = {Int32GetDatum(state->cap.id)};
	int			slot = own_slot(state->cap.slots);
	int			touched;

	state->slot_basis[slot] = bpm_cap_add(state->slot_basis[slot],
										  state->basis - state->locked_basis);
	state->slot_used[slot] = bpm_cap_add(state->slot_used[slot],
										 state->used - state->locked_used);
	permit.relation = bpm_guarded_relation(ledger, "cap_slot", 0);
	permit.columns = CAP_SLOT_TYPES;
	permit.accept = accept_level;
	permit.context = &levelling;
	permit.many = true;
	bpm_guard_permit(ledger, &permit);
	touched = bpm_ledger_execute(ledger, &touch_slots, 0, values, NULL);

	/* Slots are read as they are now, and written as the transaction's snapshot has them. */
	if (touched != state->cap.slots && IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent update"),
				 errdetail("Cap %d was given its slots after the transaction's snapshot.", state->cap.id)));
	if (touched != state->cap.slots)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("cap %d has not its %d slots", state->cap.id, state->cap.slots),
				 errhint("Run budgetpm.check_ledger().")));
	bpm_guard_done(false);
	state->locked_basis = state->basis;
	state->locked_used = state->used;
}
