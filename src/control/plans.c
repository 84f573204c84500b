/*
 * plans.c
 *	  Monthly plans (用款计划) over a line or a unit: caps whose limit grows from
 *	  month to month.
 *
 * With block, a payment needs room both on its line and in the plan (双控制);
 * without, the plan only reminds, at the profile's ratio.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/progress.h"
#include "control/control.h"
#include "ledger/arguments.h"
#include "registry/registry.h"

#define REMINDER_SETTING	"ledger.overspend_reminder"

/* Argument positions of budgetpm.set_plan() */
enum
{
	ARG_LEDGER, ARG_YEAR, ARG_AMOUNTS, ARG_LINE, ARG_UNIT, ARG_BLOCK, ARG_REMINDER,
	ARG_CONSUMES, ARG_DOCUMENT
};

static const BpmStatement line_place = {
	"SELECT fiscal_year, division, unit FROM @ledger@.line WHERE line_id" EQ "$1", "l"
};

static const BpmStatement plan_of_line = {
	"SELECT c.cap_id FROM @ledger@.cap_member m JOIN @ledger@.cap c ON c.cap_id" EQ "m.cap_id"
	" WHERE m.line_id" EQ "$1 AND c.basis" EQ "'plan' AND c.kind" EQ "'plan' AND c.state" EQ "'active'"
	" ORDER BY c.cap_id LIMIT 1", "l"
};

static const BpmStatement plan_of_unit = {
	"SELECT c.cap_id FROM @ledger@.cap c WHERE c.fiscal_year" EQ "$1 AND c.unit" CODE_EQ "$2"
	" AND c.basis" EQ "'plan' AND c.kind" EQ "'plan' AND c.state" EQ "'active' AND NOT c.listed"
	" ORDER BY c.cap_id LIMIT 1", "ic"
};

static const BpmStatement update_plan = {
	"UPDATE @ledger@.cap SET plan = $2::pg_catalog.text[]::budgetpm.amount[],"
	" warn_ratio = $3::pg_catalog.numeric OPERATOR(pg_catalog./) 10000,"
	" block_ratio = $4::pg_catalog.numeric OPERATOR(pg_catalog./) 10000"
	" WHERE cap_id" EQ "$1 RETURNING pg_catalog.to_jsonb(cap)", "isii"
};

/* Returns a ratio that a division's profile sets, as a count of 1/10000; the other one where it sets none. */
int32
bpm_profile_ratio(BpmLedger *ledger, BpmCode division, int32 other)
{
	Jsonb	   *setting = division == 0 ? NULL :
		bpm_registry_setting(ledger, division, REMINDER_SETTING, GetSQLCurrentDate());
	Datum		text;

	if (setting == NULL)
		return other;
	text = DirectFunctionCall1(jsonb_out, JsonbPGetDatum(setting));
	return bpm_cap_ratio(DatumGetNumeric(DirectFunctionCall3(numeric_in, text,
															 ObjectIdGetDatum(InvalidOid),
															 Int32GetDatum(-1))));
}

/* Fills where the plan is for: a line, or a unit and all below it. */
static void
read_place(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCapRequest *request)
{
	char	   *unit = bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21);

	if ((unit == NULL) == PG_ARGISNULL(ARG_LINE))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan is for a line or for a unit")));
	request->cap.fiscal_year = PG_GETARG_INT32(ARG_YEAR);
	if (unit)
	{
		bpm_registry_unit(ledger, unit, &request->cap.unit, &request->cap.division);
		request->name = psprintf("用款计划 %s", unit);
	}
	else
	{
		Datum		values[1] = {PG_GETARG_DATUM(ARG_LINE)};
		bool		isnull;
		HeapTuple	row;
		TupleDesc	desc;

		if (bpm_ledger_execute(ledger, &line_place, 0, values, NULL) != 1)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_OBJECT),
					 errmsg("budget line " INT64_FORMAT " does not exist in ledger %s",
							PG_GETARG_INT64(ARG_LINE), ledger->schema)));
		row = SPI_tuptable->vals[0];
		desc = SPI_tuptable->tupdesc;
		if (DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull)) != request->cap.fiscal_year)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRONG_YEAR),
					 errmsg("budget line " INT64_FORMAT " is not of fiscal year %d",
							PG_GETARG_INT64(ARG_LINE), request->cap.fiscal_year)));
		request->cap.division = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
		request->cap.unit = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
		request->lines = PointerGetDatum(construct_array(values, 1, INT8OID, sizeof(int64),
														 FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
		request->name = psprintf("用款计划 " INT64_FORMAT, PG_GETARG_INT64(ARG_LINE));
	}
}

/* Fills how the plan binds. */
static void
read_binding(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCapRequest *request)
{
	static const char *const usual[] = {"requested", "paid"};
	BpmCap	   *cap = &request->cap;
	bool		block = !PG_ARGISNULL(ARG_BLOCK) && PG_GETARG_BOOL(ARG_BLOCK);
	int32		reminder = PG_ARGISNULL(ARG_REMINDER) ?
		bpm_profile_ratio(ledger, cap->division, BPM_CAP_RATIO_UNIT / 10) :
		bpm_cap_ratio(PG_GETARG_NUMERIC(ARG_REMINDER));
	ArrayType  *consumes;
	Datum		items[lengthof(usual)];

	if (reminder < 0 || reminder > 100 * BPM_CAP_RATIO_UNIT)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reminder must be between 0 and 100")));
	cap->active = true;
	cap->basis_kind = BPM_BASIS_PLAN;
	cap->block_ratio = block ? BPM_CAP_RATIO_UNIT : BPM_CAP_NO_RATIO;
	cap->warn_ratio = block ? BPM_CAP_NO_RATIO : BPM_CAP_RATIO_UNIT + reminder;
	request->kind = "plan";
	request->plan = bpm_read_plan(PG_GETARG_ARRAYTYPE_P(ARG_AMOUNTS), cap->plan);
	for (int i = 0; i < lengthof(usual); i++)
		items[i] = CStringGetTextDatum(usual[i]);
	consumes = PG_ARGISNULL(ARG_CONSUMES) ?
		construct_array(items, lengthof(usual), TEXTOID, -1, false, TYPALIGN_INT) :
		PG_GETARG_ARRAYTYPE_P(ARG_CONSUMES);
	cap->consumes = bpm_read_consumes(consumes);
	request->consumes = PointerGetDatum(consumes);
	request->document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200);
}

/* Returns the plan that stands for the place, 0 if there is none; the year is locked. */
static int32
find_plan(BpmLedger *ledger, FunctionCallInfo fcinfo, const BpmCapRequest *request)
{
	Datum		values[2];
	bool		isnull;
	int			found;

	if (request->lines != 0)
	{
		values[0] = PG_GETARG_DATUM(ARG_LINE);
		found = bpm_ledger_execute_latest(ledger, &plan_of_line, 0, values, NULL, false);
	}
	else
	{
		values[0] = Int32GetDatum(request->cap.fiscal_year);
		values[1] = Int64GetDatum(request->cap.unit);
		found = bpm_ledger_execute_latest(ledger, &plan_of_unit, 0, values, NULL, false);
	}
	return found == 0 ? 0 :
		DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Puts another plan in place of the one that stands. */
static void
change_plan(BpmLedger *ledger, int32 id, const BpmCapRequest *request)
{
	BpmCapState *before = palloc(sizeof(BpmCapState));
	BpmCapState *after = palloc(sizeof(BpmCapState));
	Datum		values[4];
	char		nulls[] = "    ";
	bool		isnull;

	bpm_lock_active_cap(ledger, id, before);
	if (request->cap.consumes != before->cap.consumes)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("plan %d counts other buckets", id),
				 errhint("Change what consumes it with %s.change_cap().", ledger->schema)));
	*after = *before;
	after->crossings = NIL;
	memcpy(after->cap.plan, request->cap.plan, sizeof(after->cap.plan));
	after->cap.warn_ratio = request->cap.warn_ratio;
	after->cap.block_ratio = request->cap.block_ratio;
	after->basis = after->cap.plan[11];
	values[0] = Int32GetDatum(id);
	values[1] = request->plan;
	values[2] = Int32GetDatum(after->cap.warn_ratio);
	nulls[2] = after->cap.warn_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	values[3] = Int32GetDatum(after->cap.block_ratio);
	nulls[3] = after->cap.block_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	bpm_write_row(ledger, "cap", 0, id, &update_plan, values, nulls, true);
	bpm_note_cap_event(ledger, request->caller, &after->cap, "changed",
					   DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0],
														SPI_tuptable->tupdesc, 1, &isnull)),
					   request->document);
	bpm_cap_rebuild(ledger, before, after, bpm_year_month(after->cap.fiscal_year));
}

/* Sets the monthly plan of a line or unit, in place of the one it has, and returns its cap. */
PG_FUNCTION_INFO_V1(bpm_set_plan);
Datum
bpm_set_plan(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"fiscal_year", "amounts", NULL};
	BpmCapRequest *request = palloc0(sizeof(BpmCapRequest));
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	int32		id;

	bpm_require_arguments(fcinfo, arguments);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(ARG_LEDGER));
	bpm_authorize_operation(ledger, "set_plan");
	bpm_owner_enter(ledger, &scope);
	read_place(fcinfo, ledger, request);
	bpm_owner_leave(&scope);
	if (request->lines != 0)
		bpm_authorize_line(ledger, "set_plan", BPM_RIGHT_POST, PG_GETARG_INT64(ARG_LINE),
						   request->cap.division, request->cap.unit);
	else
		bpm_authorize(ledger, "set_plan", request->cap.division, request->cap.unit);
	bpm_owner_enter(ledger, &scope);
	read_binding(fcinfo, ledger, request);
	request->caller = scope.saved_user;
	bpm_lock_year(ledger, request->cap.fiscal_year);
	id = find_plan(ledger, fcinfo, request);
	if (id != 0)
		change_plan(ledger, id, request);
	else
		id = bpm_make_cap(ledger, request);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT32(id);
}
