/*
 * alert.c
 *	  Alerts that limits raise when they are crossed, in the same transaction.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/guard.h"
#include "base/rows.h"
#include "cap/cap_private.h"

static const BpmStatement insert_alert = {
	"INSERT INTO @ledger@.alert (fiscal_year, kind, cap_id, posting_id, limit_amount,"
	" found_amount, division, unit, as_of, raised_at)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", "itilaaccdz"
};

/* Types of the columns up to found_amount, and their places. */
#define ALERT_TYPES	"livillaa"

enum
{
	ALERT_ID, ALERT_YEAR, ALERT_KIND, ALERT_CAP, ALERT_LINE, ALERT_POSTING, ALERT_LIMIT,
	ALERT_FOUND
};

/* Accepts the alert of the cap that the key names, with exactly these figures. */
static bool
accept_alert(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	const BpmCapCrossing *crossing = permit->context;
	bool		isnull;
	Datum		posting;

	if (old != NULL || *row == NULL)
		return false;
	posting = heap_getattr(*row, ALERT_POSTING + 1, desc, &isnull);
	return (isnull ? 0 : DatumGetInt64(posting)) == crossing->posting &&
		DatumGetInt32(heap_getattr(*row, ALERT_CAP + 1, desc, &isnull)) == permit->key &&
		DatumGetInt64(heap_getattr(*row, ALERT_LIMIT + 1, desc, &isnull)) == crossing->limit &&
		DatumGetInt64(heap_getattr(*row, ALERT_FOUND + 1, desc, &isnull)) == crossing->used;
}

/* Stores the alert of one crossing. */
static void
raise_alert(BpmLedger *ledger, const BpmCap *cap, BpmCapCrossing *crossing)
{
	BpmPermit	permit = {0};
	Datum		values[10];
	char		nulls[] = "          ";

	values[0] = Int32GetDatum(cap->fiscal_year);
	values[1] = CStringGetTextDatum(crossing->kind);
	values[2] = Int32GetDatum(cap->id);
	bpm_set_id(values, nulls, 3, crossing->posting);
	values[4] = Int64GetDatum(crossing->limit);
	values[5] = Int64GetDatum(crossing->used);
	values[6] = Int64GetDatum(cap->division);
	bpm_set_id(values, nulls, 7, cap->unit);
	values[8] = DateADTGetDatum(GetSQLCurrentDate());
	values[9] = TimestampTzGetDatum(GetCurrentTimestamp());
	permit.columns = ALERT_TYPES;
	permit.accept = accept_alert;
	permit.key = cap->id;
	permit.context = crossing;
	bpm_guarded_execute(ledger, "alert", 0, &permit, &insert_alert, values, nulls, true);
}

/* Stores an alert for each limit that was crossed, and forgets them. */
void
bpm_cap_raise_alerts(BpmLedger *ledger, BpmCapState *state)
{
	ListCell   *cell;

	foreach(cell, state->crossings)
		raise_alert(ledger, &state->cap, lfirst(cell));
	list_free(state->crossings);
	state->crossings = NIL;
}
