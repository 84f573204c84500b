/*
 * caps.c
 *	  Makes caps, changes them, and ends them, under running postings.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/progress.h"
#include "base/rows.h"
#include "control/control.h"
#include "ledger/arguments.h"

static const BpmStatement place_of_lines = {
	"SELECT pg_catalog.count(l.line_id), pg_catalog.min(l.fiscal_year), pg_catalog.max(l.fiscal_year),"
	" (SELECT d.code FROM @ledger@.division d WHERE d.code" UNDER "$2"
	"   AND d.code OPERATOR(budgetpm.@>) budgetpm.min(l.division)"
	"   AND d.code OPERATOR(budgetpm.@>) budgetpm.max(l.division)"
	"   ORDER BY d.code USING OPERATOR(budgetpm.>) LIMIT 1),"
	" CASE WHEN pg_catalog.count(DISTINCT l.unit)" EQ "1 THEN budgetpm.min(l.unit) END,"
	" pg_catalog.count(l.line_id) FILTER (WHERE NOT l.division" UNDER "$2),"
	" pg_catalog.count(l.line_id) FILTER (WHERE NOT ($3 IS NULL OR l.unit" UNDER "$3))"
	" FROM @ledger@.line l WHERE l.line_id" EQ "ANY ($1)", "xcc"
};

/* Returns a number of the only row. */
static int64
number_of_row(int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);

	return isnull ? 0 : TupleDescAttr(SPI_tuptable->tupdesc, column - 1)->attlen == 4 ?
		DatumGetInt32(value) : DatumGetInt64(value);
}

/* Returns the number of different lines in a list. */
static int64
count_lines(ArrayType *lines)
{
	Datum	   *items;
	bool	   *nulls;
	int			count;
	int64	   *ids;
	int			different = 0;

	deconstruct_array(lines, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items,
					  &nulls, &count);
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lines must name at least one line")));
	ids = palloc(count * sizeof(int64));
	for (int i = 0; i < count; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("a line must not be null")));
		ids[i] = DatumGetInt64(items[i]);
	}
	qsort(ids, count, sizeof(int64), bpm_compare_ids);
	for (int i = 0; i < count; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			different++;
	return different;
}

/* Looks that the lines of a list are of the cap's year and place; narrows the place to what they share. */
static void
check_list(BpmLedger *ledger, Datum lines, BpmCap *cap, bool fill)
{
	int64		wanted = count_lines(DatumGetArrayTypeP(lines));
	Datum		values[3];
	char		nulls[] = "   ";

	values[0] = lines;
	values[1] = Int64GetDatum(cap->division);
	bpm_set_id(values, nulls, 2, cap->unit);
	bpm_ledger_execute(ledger, &place_of_lines, 0, values, nulls);
	if (number_of_row(1) != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("some of the lines do not exist in ledger %s", ledger->schema),
				 errdetail("Of " INT64_FORMAT " lines there are " INT64_FORMAT ".", wanted,
						   number_of_row(1))));
	if (number_of_row(2) != cap->fiscal_year || number_of_row(3) != cap->fiscal_year)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("some of the lines are not of fiscal year %d", cap->fiscal_year),
				 errhint("A cap holds lines of one year.")));
	if (number_of_row(6) > 0 || number_of_row(7) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("some of the lines are outside the cap's division or unit"),
				 errdetail("Whoever may read a cap may read all its lines.")));
	if (fill && cap->unit == 0)
	{
		cap->division = number_of_row(4);
		cap->unit = number_of_row(5);
	}
}

/* Gives the totals that a cap's lines, receipts or plan make now, its lines being locked. */
static void
total_up(BpmLedger *ledger, BpmCapState *state, BpmFen amount)
{
	BpmFen		buckets[BPM_CAP_BUCKETS];
	BpmFen		basis;

	bpm_sum_cap_lines(ledger, &state->cap, 0, buckets);
	bpm_cap_measure(&state->cap, buckets, &basis, &state->used);
	switch (state->cap.basis_kind)
	{
		case BPM_BASIS_FIXED:
			state->basis = amount;
			break;
		case BPM_BASIS_LINES:
			state->basis = basis;
			break;
		case BPM_BASIS_RECEIPTS:
			state->basis = bpm_sum_receipts(ledger, state->cap.id);
			break;
		case BPM_BASIS_PLAN:
			state->basis = state->cap.plan[11];
			break;
	}
}

/*
 * Makes the cap and lets its lines join; the caller may, and runs as the owner.
 * No line is opened meanwhile, and no posting on a line that joins is half in it.
 */
int32
bpm_make_cap(BpmLedger *ledger, BpmCapRequest *request)
{
	BpmCapState *before = palloc0(sizeof(BpmCapState));
	BpmCapState *after = palloc0(sizeof(BpmCapState));

	bpm_progress_start("create_cap", 0);
	bpm_lock_year(ledger, request->cap.fiscal_year);
	request->cap.id = bpm_insert_cap(ledger, request);
	request->cap.listed = request->lines != 0;
	after->cap = request->cap;
	bpm_lock_cap_lines(ledger, &after->cap, 0);
	bpm_mark_cap_lines(ledger, &after->cap, 0, true);
	total_up(ledger, after, request->amount);
	bpm_cap_rebuild(ledger, before, after, bpm_year_month(after->cap.fiscal_year));
	bpm_note_cap_event(ledger, request->caller, &after->cap, "created", NULL, request->document);
	bpm_progress_end();
	return request->cap.id;
}

/* Makes a cap and returns its number. */
PG_FUNCTION_INFO_V1(bpm_create_cap);
Datum
bpm_create_cap(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	BpmCapRequest *request;
	BpmOwnerScope scope;
	int32		id;

	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(ledger, "create_cap");
	request = palloc0(sizeof(BpmCapRequest));
	bpm_owner_enter(ledger, &scope);
	bpm_read_cap_request(fcinfo, ledger, request);
	if (request->lines != 0)
		check_list(ledger, request->lines, &request->cap, true);
	bpm_owner_leave(&scope);
	bpm_authorize(ledger, "create_cap", request->cap.division, request->cap.unit);
	bpm_owner_enter(ledger, &scope);
	request->caller = scope.saved_user;
	id = bpm_make_cap(ledger, request);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT32(id);
}

/* Argument positions of budgetpm.change_cap() */
enum
{
	CHANGE_LEDGER, CHANGE_CAP, CHANGE_AMOUNT, CHANGE_BASIS, CHANGE_WARN, CHANGE_BLOCK,
	CHANGE_SLOTS, CHANGE_CONSUMES, CHANGE_NAME, CHANGE_PLAN, CHANGE_DOCUMENT
};

static const BpmStatement update_cap = {
	"UPDATE @ledger@.cap SET basis = $2, warn_ratio = $3::pg_catalog.numeric OPERATOR(pg_catalog./) 10000,"
	" block_ratio = $4::pg_catalog.numeric OPERATOR(pg_catalog./) 10000, slots = $5,"
	" consumes = COALESCE($6, consumes), name = COALESCE($7, name),"
	" plan = $8::pg_catalog.text[]::budgetpm.amount[],"
	" revenue = CASE WHEN $2" EQ "'receipts' THEN revenue END"
	" WHERE cap_id" EQ "$1 RETURNING pg_catalog.to_jsonb(cap)", "itiiists"
};

static const BpmStatement amounts_of_plan = {
	"SELECT plan::pg_catalog.text[] FROM @ledger@.cap WHERE cap_id" EQ "$1 AND plan IS NOT NULL", "i"
};

/* Returns the plan as it stands, text[], 0 for none. */
static Datum
standing_plan(BpmLedger *ledger, int32 cap)
{
	Datum		values[1] = {Int32GetDatum(cap)};
	bool		isnull;

	if (bpm_ledger_execute(ledger, &amounts_of_plan, 0, values, NULL) != 1)
		return (Datum) 0;
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/* Takes what is asked for into the definition; what is not, stays. */
static void
take_changes(FunctionCallInfo fcinfo, BpmCap *cap, Datum *plan)
{
	if (!PG_ARGISNULL(CHANGE_BASIS))
		cap->basis_kind = bpm_read_basis(text_to_cstring(PG_GETARG_TEXT_PP(CHANGE_BASIS)));
	if (!PG_ARGISNULL(CHANGE_WARN))
		cap->warn_ratio = bpm_read_ratio(PG_GETARG_NUMERIC(CHANGE_WARN), "warn_ratio");
	if (!PG_ARGISNULL(CHANGE_BLOCK))
		cap->block_ratio = bpm_read_ratio(PG_GETARG_NUMERIC(CHANGE_BLOCK), "block_ratio");
	if (!PG_ARGISNULL(CHANGE_SLOTS))
		cap->slots = bpm_read_slots(PG_GETARG_INT32(CHANGE_SLOTS));
	if (!PG_ARGISNULL(CHANGE_CONSUMES))
		cap->consumes = bpm_read_consumes(PG_GETARG_ARRAYTYPE_P(CHANGE_CONSUMES));
	if (!PG_ARGISNULL(CHANGE_PLAN))
		*plan = bpm_read_plan(PG_GETARG_ARRAYTYPE_P(CHANGE_PLAN), cap->plan);
	if (cap->basis_kind != BPM_BASIS_PLAN)
		*plan = (Datum) 0;
}

/* Refuses changes that do not fit together. */
static void
check_changes(FunctionCallInfo fcinfo, const BpmCap *before, const BpmCap *after, Datum plan)
{
	if (!PG_ARGISNULL(CHANGE_AMOUNT) && after->basis_kind != BPM_BASIS_FIXED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a cap of basis %s takes no amount", bpm_basis_name(after->basis_kind))));
	if (PG_ARGISNULL(CHANGE_AMOUNT) && after->basis_kind == BPM_BASIS_FIXED &&
		before->basis_kind != BPM_BASIS_FIXED)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a cap of basis fixed needs an amount")));
	if ((after->basis_kind == BPM_BASIS_PLAN) != (plan != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan belongs to a cap of basis plan, and that needs one")));
	if (after->basis_kind == BPM_BASIS_PLAN && after->slots > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a plan cannot have slots"),
				 errdetail("Its limit differs from month to month, and a slot knows one.")));
}

/* Stores the definition as it is to be, with its history. */
static void
store_definition(FunctionCallInfo fcinfo, BpmLedger *ledger, Oid caller, const BpmCap *cap,
				 Datum plan)
{
	Datum		values[8];
	char		nulls[] = "        ";
	char	   *name = bpm_limited_text(fcinfo, CHANGE_NAME, "name", 200);
	bool		isnull;

	values[0] = Int32GetDatum(cap->id);
	values[1] = CStringGetTextDatum(bpm_basis_name(cap->basis_kind));
	values[2] = Int32GetDatum(cap->warn_ratio);
	nulls[2] = cap->warn_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	values[3] = Int32GetDatum(cap->block_ratio);
	nulls[3] = cap->block_ratio == BPM_CAP_NO_RATIO ? 'n' : ' ';
	values[4] = Int32GetDatum(cap->slots);
	values[5] = PG_ARGISNULL(CHANGE_CONSUMES) ? (Datum) 0 : PG_GETARG_DATUM(CHANGE_CONSUMES);
	nulls[5] = values[5] == 0 ? 'n' : ' ';
	bpm_set_text(values, nulls, 6, name);
	bpm_set_datum(values, nulls, 7, plan);
	if (bpm_write_row(ledger, "cap", 0, cap->id, &update_cap, values, nulls, true) != 1)
		elog(ERROR, "cap %d vanished under its lock", cap->id);
	bpm_note_cap_event(ledger, caller, cap, "changed",
					   DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0],
														SPI_tuptable->tupdesc, 1, &isnull)),
					   bpm_limited_text(fcinfo, CHANGE_DOCUMENT, "document", 200));
}

/* Locks a cap that may have been closed since it was looked at. */
void
bpm_lock_active_cap(BpmLedger *ledger, int32 id, BpmCapState *state)
{
	if (!bpm_cap_lock(ledger, id, state))
		elog(ERROR, "cap %d vanished under the lock on its year", id);
	if (!state->cap.active)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("cap %d is closed", id),
				 errhint("Make another with %s.create_cap().", ledger->schema)));
}

/* Changes a cap whose year is locked; its lines too, where what they count for changes. */
static void
change_cap(FunctionCallInfo fcinfo, BpmLedger *ledger, Oid caller, const BpmCap *known)
{
	BpmCapState *before = palloc0(sizeof(BpmCapState));
	BpmCapState *after = palloc(sizeof(BpmCapState));
	bool		recount = !PG_ARGISNULL(CHANGE_BASIS) || !PG_ARGISNULL(CHANGE_CONSUMES);
	Datum		plan;

	if (recount)
		bpm_lock_cap_lines(ledger, known, 0);
	bpm_lock_active_cap(ledger, known->id, before);
	plan = standing_plan(ledger, known->id);
	*after = *before;
	after->crossings = NIL;
	take_changes(fcinfo, &after->cap, &plan);
	check_changes(fcinfo, &before->cap, &after->cap, plan);
	store_definition(fcinfo, ledger, caller, &after->cap, plan);
	if (recount)
		total_up(ledger, after, before->basis);
	if (after->cap.basis_kind == BPM_BASIS_PLAN)
		after->basis = after->cap.plan[11];
	if (!PG_ARGISNULL(CHANGE_AMOUNT))
		after->basis = bpm_amount_or_zero(PG_GETARG_NUMERIC(CHANGE_AMOUNT), "amount");
	bpm_cap_rebuild(ledger, before, after, bpm_year_month(after->cap.fiscal_year));
}

/* Changes limits, ratios, basis or slots of a cap. */
PG_FUNCTION_INFO_V1(bpm_change_cap);
Datum
bpm_change_cap(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"cap", NULL};
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	BpmCap		cap;

	bpm_require_arguments(fcinfo, arguments);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(CHANGE_LEDGER));
	bpm_require_cap(ledger, "change_cap", PG_GETARG_INT32(CHANGE_CAP), &cap);
	bpm_owner_enter(ledger, &scope);
	bpm_progress_start("change_cap", 0);
	bpm_lock_year(ledger, cap.fiscal_year);
	change_cap(fcinfo, ledger, scope.saved_user, &cap);
	bpm_progress_end();
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT32(cap.id);
}

static const BpmStatement add_members = {
	"INSERT INTO @ledger@.cap_member (cap_id, line_id)"
	" SELECT $1, item FROM pg_catalog.unnest($2) AS item ON CONFLICT DO NOTHING", "ix"
};

static const BpmStatement remove_members = {
	"DELETE FROM @ledger@.cap_member WHERE cap_id" EQ "$1 AND line_id" EQ "ANY ($2)", "ix"
};

static const BpmStatement close_row = {
	"UPDATE @ledger@.cap SET state = 'closed' WHERE cap_id" EQ "$1", "i"
};

/* Writes the list of a cap. */
static void
write_members(BpmLedger *ledger, const BpmStatement *statement, int32 cap, Datum lines)
{
	BpmPermit	permit = {0};
	Datum		values[2];

	values[0] = Int32GetDatum(cap);
	values[1] = lines;
	permit.columns = "il";
	permit.accept = bpm_accept_members;
	permit.key = cap;
	permit.many = true;
	bpm_guarded_execute(ledger, "cap_member", 0, &permit, statement, values, NULL, false);
}

/*
 * Lets lines join or leave, and the cap's totals with them; returns how many did.
 * Only those that change count: the others are in it, or out of it, already.
 */
static int64
move_lines(BpmLedger *ledger, const BpmCap *cap, Datum lines, bool join)
{
	BpmCapState *state = palloc(sizeof(BpmCapState));
	BpmFen		before[BPM_CAP_BUCKETS];
	BpmFen		after[BPM_CAP_BUCKETS];
	BpmFen		basis,
				used;
	int64		moved;

	bpm_lock_cap_lines(ledger, cap, lines);
	bpm_sum_cap_lines(ledger, cap, lines, before);
	moved = bpm_mark_cap_lines(ledger, cap, lines, join);
	bpm_sum_cap_lines(ledger, cap, lines, after);
	if (cap->listed)
		write_members(ledger, join ? &add_members : &remove_members, cap->id, lines);
	for (int i = 0; i < BPM_CAP_BUCKETS; i++)
		after[i] -= before[i];
	bpm_lock_active_cap(ledger, cap->id, state);
	bpm_cap_measure(&state->cap, after, &basis, &used);
	bpm_cap_shift(state, basis, used, bpm_year_month(cap->fiscal_year), 0);
	bpm_cap_store(ledger, state);
	return moved;
}

/* Lets lines join or leave a cap that is a list. */
static int64
change_list(FunctionCallInfo fcinfo, const char *operation, bool join)
{
	static const char *const arguments[] = {"cap", "lines", NULL};
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	BpmCap		cap;
	int64		moved;

	bpm_require_arguments(fcinfo, arguments);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_require_cap(ledger, operation, PG_GETARG_INT32(1), &cap);
	if (!cap.listed)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("cap %d is a rule, not a list", cap.id),
				 errdetail("Lines join it when they are opened, by what they are.")));
	bpm_owner_enter(ledger, &scope);
	check_list(ledger, PG_GETARG_DATUM(2), &cap, false);
	bpm_progress_start(operation, 0);
	bpm_lock_year(ledger, cap.fiscal_year);
	moved = move_lines(ledger, &cap, PG_GETARG_DATUM(2), join);
	bpm_note_cap_event(ledger, scope.saved_user, &cap, join ? "lines added" : "lines removed",
					   bpm_jsonb_of(psprintf("{\"lines\": \"" INT64_FORMAT "\"}", moved)),
					   bpm_limited_text(fcinfo, 3, "document", 200));
	bpm_progress_end();
	bpm_owner_leave(&scope);
	SPI_finish();
	return moved;
}

/* Lets lines join a cap that is a list, and returns how many were not in it. */
PG_FUNCTION_INFO_V1(bpm_add_cap_lines);
Datum
bpm_add_cap_lines(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(change_list(fcinfo, "add_cap_lines", true));
}

/* Lets lines leave a cap that is a list, and returns how many were in it. */
PG_FUNCTION_INFO_V1(bpm_remove_cap_lines);
Datum
bpm_remove_cap_lines(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(change_list(fcinfo, "remove_cap_lines", false));
}

/* Ends a cap: its lines leave it, and what was used of it stays to be read. */
PG_FUNCTION_INFO_V1(bpm_close_cap);
Datum
bpm_close_cap(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"cap", NULL};
	BpmCapState *state = palloc(sizeof(BpmCapState));
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	BpmCap		cap;
	Datum		values[1];

	bpm_require_arguments(fcinfo, arguments);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_require_cap(ledger, "close_cap", PG_GETARG_INT32(1), &cap);
	bpm_owner_enter(ledger, &scope);
	bpm_progress_start("close_cap", 0);
	bpm_lock_year(ledger, cap.fiscal_year);
	bpm_lock_cap_lines(ledger, &cap, 0);
	bpm_mark_cap_lines(ledger, &cap, 0, false);
	bpm_lock_active_cap(ledger, cap.id, state);
	values[0] = Int32GetDatum(cap.id);
	bpm_write_row(ledger, "cap", 0, cap.id, &close_row, values, NULL, true);
	bpm_cap_definition_changed(ledger);
	bpm_note_cap_event(ledger, scope.saved_user, &cap, "closed", NULL,
					   bpm_limited_text(fcinfo, 2, "document", 200));
	bpm_progress_end();
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}
