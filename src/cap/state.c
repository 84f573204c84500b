/*
 * state.c
 *	  A whole cap under its locks: its row, then its slots from 0 up.
 *
 * Used where a cap is changed, and where many postings are decided at once.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/inval.h"

#include "base/errors.h"
#include "base/guard.h"
#include "cap/cap_private.h"

static const BpmStatement lock_row = {
	"SELECT basis, used FROM @ledger@.cap_balance"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE", "i"
};

static const BpmStatement read_row = {
	"SELECT basis, used FROM @ledger@.cap_balance"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

static const BpmStatement write_row = {
	"UPDATE @ledger@.cap_balance SET basis = $2, used = $3"
	" WHERE cap_id OPERATOR(pg_catalog.=) $1", "iaa"
};

/* Takes the totals of the row just read into the state. */
static void
take_row(BpmCapState *state)
{
	bool		isnull;

	state->basis = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											   1, &isnull));
	state->used = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											  2, &isnull));
	SPI_freetuptable(SPI_tuptable);
	state->locked_basis = state->basis;
	state->locked_used = state->used;
}

/* Locks a cap and reads it; false if there is none. */
bool
bpm_cap_lock(BpmLedger *ledger, int32 cap, BpmCapState *state)
{
	Datum		values[1] = {Int32GetDatum(cap)};

	memset(state, 0, sizeof(BpmCapState));
	if (bpm_ledger_execute(ledger, &lock_row, 0, values, NULL) != 1)
		return false;
	take_row(state);

	/* Whoever changes a cap holds its row: it is now what it will stay. */
	AcceptInvalidationMessages();
	if (!bpm_cap_find(ledger, cap, &state->cap))
		return false;
	if (state->cap.slots > 0)
	{
		bpm_slots_lock(ledger, cap, state->cap.slots);
		bpm_slots_read(ledger, state);
	}
	return true;
}

/* Reads a cap without a lock; false if there is none. */
bool
bpm_cap_look(BpmLedger *ledger, int32 cap, BpmCapState *state)
{
	Datum		values[1] = {Int32GetDatum(cap)};

	memset(state, 0, sizeof(BpmCapState));
	if (!bpm_cap_find(ledger, cap, &state->cap) ||
		bpm_ledger_execute_latest(ledger, &read_row, 0, values, NULL, false) != 1)
		return false;
	take_row(state);
	if (state->cap.slots > 0)
		bpm_slots_read(ledger, state);
	return true;
}

/* Accepts exactly the totals of the state, on its own row. */
static bool
accept_totals(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	const BpmCapState *state = permit->context;
	bool		isnull;

	return bpm_accept_key(permit, desc, old, row) &&
		DatumGetInt64(heap_getattr(*row, CAP_BALANCE_BASIS + 1, desc, &isnull)) == state->basis &&
		DatumGetInt64(heap_getattr(*row, CAP_BALANCE_USED + 1, desc, &isnull)) == state->used;
}

/* Stores the totals in the cap's row. */
void
bpm_cap_store_row(BpmLedger *ledger, const BpmCapState *state)
{
	BpmPermit	permit = {0};
	Datum		values[3];

	values[0] = Int32GetDatum(state->cap.id);
	values[1] = Int64GetDatum(state->basis);
	values[2] = Int64GetDatum(state->used);
	permit.relation = bpm_guarded_relation(ledger, "cap_balance", 0);
	permit.columns = CAP_BALANCE_TYPES;
	permit.accept = accept_totals;
	permit.key = state->cap.id;
	permit.context = (void *) state;
	bpm_guard_permit(ledger, &permit);
	if (bpm_ledger_execute(ledger, &write_row, 0, values, NULL) != 1)
		elog(ERROR, "row of cap %d vanished under its lock", state->cap.id);
	bpm_guard_done(true);
}

/* Stores what was applied to a locked cap, and raises its alerts. */
void
bpm_cap_store(BpmLedger *ledger, BpmCapState *state)
{
	if (state->basis != state->locked_basis || state->used != state->locked_used)
	{
		if (state->cap.slots > 0)
			bpm_slots_level(ledger, state);
		else
			bpm_cap_store_row(ledger, state);
	}
	bpm_cap_raise_alerts(ledger, state);
	state->locked_basis = state->basis;
	state->locked_used = state->used;
}
