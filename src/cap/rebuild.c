/*
 * rebuild.c
 *	  Writes a cap's rows anew: when it is made, and when its limits, basis or
 *	  slots change.
 */
#include "postgres.h"

#include "access/htup_details.h"

#include "base/guard.h"
#include "base/rows.h"
#include "cap/cap_private.h"

static const BpmStatement insert_row = {
	"INSERT INTO @ledger@.cap_balance (cap_id, basis, used, division, unit)"
	" VALUES ($1, $2, $3, $4, $5)", "iaacc"
};

static const BpmStatement delete_slots = {
	"DELETE FROM @ledger@.cap_slot WHERE cap_id OPERATOR(pg_catalog.=) $1", "i"
};

static const BpmStatement insert_slots = {
	"INSERT INTO @ledger@.cap_slot (cap_id, slot, basis, used, floor, granted, division, unit)"
	" SELECT $1, slot, '0', '0', '0', '0', $3, $4"
	" FROM pg_catalog.generate_series(0, $2 OPERATOR(pg_catalog.-) 1) AS slot", "iicc"
};

/* Runs one statement on the slots of a cap. */
static void
write_slots(BpmLedger *ledger, const BpmStatement *statement, const BpmCap *cap, Datum *values,
			const char *nulls)
{
	BpmPermit	permit = {0};

	permit.columns = CAP_SLOT_TYPES;
	permit.accept = bpm_accept_members;
	permit.key = cap->id;
	permit.many = true;
	bpm_guarded_execute(ledger, "cap_slot", 0, &permit, statement, values, nulls, false);
}

/* Writes the cap's row, which then holds the totals alone. */
static void
rebuild_row(BpmLedger *ledger, const BpmCapState *before, const BpmCapState *after)
{
	Datum		values[5];
	char		nulls[] = "     ";

	if (before->cap.id != 0)
	{
		bpm_cap_store_row(ledger, after);
		return;
	}
	values[0] = Int32GetDatum(after->cap.id);
	values[1] = Int64GetDatum(after->basis);
	values[2] = Int64GetDatum(after->used);
	values[3] = Int64GetDatum(after->cap.division);
	bpm_set_id(values, nulls, 4, after->cap.unit);
	bpm_write_row(ledger, "cap_balance", 0, after->cap.id, &insert_row, values, nulls, true);
}

/* Puts empty slots in place of those there were, and divides the room among them. */
static void
rebuild_slots(BpmLedger *ledger, const BpmCapState *before, BpmCapState *after)
{
	Datum		values[4];
	char		nulls[] = "    ";

	values[0] = Int32GetDatum(after->cap.id);
	values[1] = Int32GetDatum(after->cap.slots);
	values[2] = Int64GetDatum(after->cap.division);
	bpm_set_id(values, nulls, 3, after->cap.unit);
	if (before->cap.slots > 0)
		write_slots(ledger, &delete_slots, &after->cap, values, NULL);
	memset(after->slot_basis, 0, sizeof(after->slot_basis));
	memset(after->slot_used, 0, sizeof(after->slot_used));
	after->locked_basis = after->basis;
	after->locked_used = after->used;
	if (after->cap.slots > 0)
	{
		write_slots(ledger, &insert_slots, &after->cap, values, nulls);
		bpm_slots_level(ledger, after);
	}
}

/* Writes a cap anew, with an alert for each limit that it is now above and was not. */
void
bpm_cap_rebuild(BpmLedger *ledger, const BpmCapState *before, BpmCapState *after, int month)
{
	rebuild_row(ledger, before, after);
	rebuild_slots(ledger, before, after);
	bpm_cap_note_crossings(before, after, month, 0);
	bpm_cap_raise_alerts(ledger, after);
	bpm_cap_definition_changed(ledger);
}
