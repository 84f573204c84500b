/*
 * cap_row.c
 *	  The row that defines a cap, its history, and who may touch it.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "control/control.h"

static const BpmStatement insert_cap = {
	"INSERT INTO @ledger@.cap (fiscal_year, name, kind, division, unit, listed, func, gov_econ,"
	" dept_econ, fund_type, project_id, basis, revenue, consumes, warn_ratio, block_ratio,"
	" slots, plan) VALUES ($1, $2, $3, $4, $5, $6,"
	" $7::pg_catalog.text[]::budgetpm.budget_code[], $8::pg_catalog.text[]::budgetpm.budget_code[],"
	" $9::pg_catalog.text[]::budgetpm.budget_code[], $10, $11, $12,"
	" $13::pg_catalog.text[]::budgetpm.budget_code[], $14,"
	" $15::pg_catalog.numeric OPERATOR(pg_catalog./) 10000,"
	" $16::pg_catalog.numeric OPERATOR(pg_catalog./) 10000, $17,"
	" $18::pg_catalog.text[]::budgetpm.amount[]) RETURNING cap_id", "ittccbssstltssiiis"
};

static const BpmStatement insert_member = {
	"INSERT INTO @ledger@.cap_member (cap_id, line_id)"
	" SELECT $1, item FROM pg_catalog.unnest($2) AS item ON CONFLICT DO NOTHING", "ix"
};

static const BpmStatement insert_event = {
	"INSERT INTO @ledger@.cap_event (cap_id, action, content, document, login, done_at, division, unit)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "itjttzcc"
};

/* Stores the definition of a cap and the lines of its list, and returns its number. */
int32
bpm_insert_cap(BpmLedger *ledger, const BpmCapRequest *request)
{
	const BpmCap *cap = &request->cap;
	Datum		values[18];
	char		nulls[18];
	bool		isnull;
	Datum		member[2];

	memset(nulls, ' ', sizeof(nulls));
	values[0] = Int32GetDatum(cap->fiscal_year);
	values[1] = CStringGetTextDatum(request->name);
	values[2] = CStringGetTextDatum(request->kind);
	values[3] = Int64GetDatum(cap->division);
	bpm_set_id(values, nulls, 4, cap->unit);
	values[5] = BoolGetDatum(request->lines != 0);
	bpm_set_datum(values, nulls, 6, request->func);
	bpm_set_datum(values, nulls, 7, request->gov_econ);
	bpm_set_datum(values, nulls, 8, request->dept_econ);
	bpm_set_text(values, nulls, 9, request->fund_type);
	bpm_set_id(values, nulls, 10, request->project);
	values[11] = CStringGetTextDatum(bpm_basis_name(cap->basis_kind));
	bpm_set_datum(values, nulls, 12, request->revenue);
	values[13] = request->consumes;
	values[14] = Int32GetDatum(cap->warn_ratio);
	nulls[14] = cap->warn_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	values[15] = Int32GetDatum(cap->block_ratio);
	nulls[15] = cap->block_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	values[16] = Int32GetDatum(cap->slots);
	bpm_set_datum(values, nulls, 17, request->plan);
	bpm_insert_rows(ledger, "cap", &insert_cap, values, nulls, false);
	member[0] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	member[1] = request->lines;
	if (request->lines != 0)
		bpm_insert_rows(ledger, "cap_member", &insert_member, member, NULL, true);
	return DatumGetInt32(member[0]);
}

/* Adds to the history of a cap. */
void
bpm_note_cap_event(BpmLedger *ledger, Oid caller, const BpmCap *cap, const char *action,
				   Jsonb *content, const char *document)
{
	Datum		values[8];
	char		nulls[] = "        ";

	values[0] = Int32GetDatum(cap->id);
	values[1] = CStringGetTextDatum(action);
	bpm_set_datum(values, nulls, 2, PointerGetDatum(content));
	bpm_set_datum(values, nulls, 3, document ? CStringGetTextDatum(document) : 0);
	values[4] = CStringGetTextDatum(GetUserNameFromId(caller, false));
	values[5] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[6] = Int64GetDatum(cap->division);
	bpm_set_id(values, nulls, 7, cap->unit);
	bpm_insert_rows(ledger, "cap_event", &insert_event, values, nulls, false);
}

/*
 * Gives a cap to a caller who may run the operation on it.  To one who may not
 * even read it, it does not exist.  Called as the caller, not as the owner.
 */
void
bpm_require_cap(BpmLedger *ledger, const char *operation, int32 id, BpmCap *cap)
{
	BpmOwnerScope scope;
	bool		found;

	bpm_authorize_operation(ledger, operation);
	bpm_owner_enter(ledger, &scope);
	found = bpm_cap_find(ledger, id, cap);
	bpm_owner_leave(&scope);
	if (!found || !bpm_has_duty(ledger, BPM_RIGHT_READ, cap->division, cap->unit))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("cap %d does not exist in ledger %s", id, ledger->schema),
				 errhint("The report view \"cap\" shows those that you may read.")));
	bpm_authorize(ledger, operation, cap->division, cap->unit);
	if (!cap->active)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("cap %d is closed", id),
				 errhint("Make another with %s.create_cap().", ledger->schema)));
}
