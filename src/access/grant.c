/*
 * grant.c
 *	  Giving and ending duties.
 *
 * Nobody gives what he does not hold: the giver needs EXECUTE on the wrapper and
 * a duty of his own that covers the place with the same rights.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "access/duty.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/rows.h"
#include "registry/registry.h"

static const BpmStatement put_principal = {
	"INSERT INTO @ledger@.principal (login, title) VALUES ($1, $2)"
	" ON CONFLICT (login) DO UPDATE SET title = COALESCE(EXCLUDED.title, principal.title)"
	" RETURNING principal_id", "tt"
};
static const BpmStatement put_duty = {
	"INSERT INTO @ledger@.duty (principal_id, division, unit, may_read, may_post,"
	" valid_from, valid_to, granted_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
	" RETURNING duty_id", "lccbbddt"
};
static const BpmStatement find_duty = {
	"SELECT division, unit, may_read, may_post, valid_from FROM @ledger@.duty"
	" WHERE duty_id OPERATOR(pg_catalog.=) $1 FOR UPDATE", "l"
};
static const BpmStatement close_duty = {
	"UPDATE @ledger@.duty SET valid_to = $2"
	" WHERE duty_id OPERATOR(pg_catalog.=) $1", "ld"
};

/* A duty of a misspelt login would cover nobody, and later whoever takes the name. */
static void
require_role(const char *login)
{
	if (!OidIsValid(get_role_oid(login, true)))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", login),
				 errhint("Create the login first; a duty belongs to a database role.")));
}

/* Runs a statement as the ledger's owner and returns the id it gave. */
static int64
execute_id(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls)
{
	BpmOwnerScope scope;
	bool		isnull;
	int64		id;

	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	if (bpm_ledger_execute(ledger, statement, 0, values, nulls) != 1)
		elog(ERROR, "statement returned no row: %s", statement->text);
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	bpm_owner_leave(&scope);
	SPI_finish();
	return id;
}

/* Returns the principal of a login, made if need be; the role must exist. */
static int64
register_principal(BpmLedger *ledger, const char *login, Datum title, bool has_title)
{
	Datum		values[2] = {CStringGetTextDatum(login), title};

	require_role(login);
	return execute_id(ledger, &put_principal, values, has_title ? "  " : " n");
}

/* register_principal(ledger, login, title) -> its id; the title of a known one is changed. */
PG_FUNCTION_INFO_V1(bpm_register_principal);
Datum
bpm_register_principal(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));

	bpm_require_argument(fcinfo, 1, "login");
	bpm_authorize(ledger, "register_principal", 0, 0);
	PG_RETURN_INT64(register_principal(ledger, text_to_cstring(PG_GETARG_TEXT_PP(1)),
									   PG_GETARG_DATUM(2), !PG_ARGISNULL(2)));
}

/* Lets nobody give or end more than he holds himself. */
static void
authorize_rights(BpmLedger *ledger, const char *operation, BpmCode division, BpmCode unit,
				 bool may_read, bool may_post)
{
	if (may_read || !may_post)
		bpm_authorize_read(ledger, operation, division, unit);
	if (may_post)
		bpm_authorize(ledger, operation, division, unit);

	/*
	 * A duty over everything is not covered by one that can merely read what
	 * is common.
	 */
	if (division == 0 && unit == 0)
		bpm_authorize(ledger, operation, 0, 0);
}

/* Reads the place of a duty from the arguments; a unit must lie in the division named with it. */
static void
resolve_place(BpmLedger *ledger, FunctionCallInfo fcinfo, BpmCode *division, BpmCode *unit)
{
	BpmCode		home;

	*division = 0;
	*unit = 0;
	if (!PG_ARGISNULL(2))
		*division = bpm_registry_division(ledger, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	if (PG_ARGISNULL(3))
		return;
	bpm_registry_unit(ledger, text_to_cstring(PG_GETARG_TEXT_PP(3)), unit, &home);
	if (*division != 0 && !bpm_code_covers(*division, home))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit \"%s\" is not in division \"%s\"",
						text_to_cstring(PG_GETARG_TEXT_PP(3)),
						text_to_cstring(PG_GETARG_TEXT_PP(2))),
				 errhint("Leave the division out to give a duty over the unit alone.")));
}

/* Refuses a duty that would never be in force. */
static void
check_period(DateADT from, DateADT to)
{
	if (to < from)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a duty cannot end before it begins"),
				 errdetail("It would begin on %s and end on %s.",
						   DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(from))),
						   DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(to))))));
}

/* grant_duty(ledger, login, division, unit, may_read, may_post, valid_from, valid_to) -> its id. */
PG_FUNCTION_INFO_V1(bpm_grant_duty);
Datum
bpm_grant_duty(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bool		may_read = PG_ARGISNULL(4) || PG_GETARG_BOOL(4);
	bool		may_post = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	DateADT		from = PG_ARGISNULL(6) ? bpm_access_date() : PG_GETARG_DATEADT(6);
	BpmCode		division;
	BpmCode		unit;
	char	   *login;
	char		nulls[] = "        ";
	Datum		values[8];

	bpm_require_argument(fcinfo, 1, "login");
	login = text_to_cstring(PG_GETARG_TEXT_PP(1));
	resolve_place(ledger, fcinfo, &division, &unit);
	authorize_rights(ledger, "grant_duty", division, unit, may_read, may_post);
	if (!PG_ARGISNULL(7))
		check_period(from, PG_GETARG_DATEADT(7));

	values[0] = Int64GetDatum(register_principal(ledger, login, (Datum) 0, false));
	bpm_set_id(values, nulls, 1, division);
	bpm_set_id(values, nulls, 2, unit);
	values[3] = BoolGetDatum(may_read);
	values[4] = BoolGetDatum(may_post);
	values[5] = DateADTGetDatum(from);
	values[6] = PG_GETARG_DATUM(7);
	values[7] = CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	nulls[6] = PG_ARGISNULL(7) ? 'n' : ' ';
	PG_RETURN_INT64(execute_id(ledger, &put_duty, values, nulls));
}

typedef struct DutyRow
{
	BpmCode		division;
	BpmCode		unit;
	bool		may_read;
	bool		may_post;
	DateADT		valid_from;
} DutyRow;

/* Reads the duty that the statement returned. */
static void
read_row(DutyRow *row)
{
	HeapTuple	tuple = SPI_tuptable->vals[0];
	TupleDesc	desc = SPI_tuptable->tupdesc;
	bool		isnull;
	Datum		value;

	value = SPI_getbinval(tuple, desc, 1, &isnull);
	row->division = isnull ? 0 : DatumGetInt64(value);
	value = SPI_getbinval(tuple, desc, 2, &isnull);
	row->unit = isnull ? 0 : DatumGetInt64(value);
	row->may_read = DatumGetBool(SPI_getbinval(tuple, desc, 3, &isnull));
	row->may_post = DatumGetBool(SPI_getbinval(tuple, desc, 4, &isnull));
	row->valid_from = DatumGetDateADT(SPI_getbinval(tuple, desc, 5, &isnull));
}

/* Reads and locks a duty, so that its end is decided on what it says now. */
static void
lock_duty(BpmLedger *ledger, int64 id, DutyRow *row)
{
	BpmOwnerScope scope;
	Datum		value = Int64GetDatum(id);

	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	if (bpm_ledger_execute(ledger, &find_duty, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("duty " INT64_FORMAT " does not exist in ledger %s", id, ledger->schema)));
	read_row(row);
	bpm_owner_leave(&scope);
	SPI_finish();
}

/*
 * end_duty(ledger, duty, last_day): the duty holds until that day; without a day
 * it ends at once.  The row stays, to show later who could do what.
 */
PG_FUNCTION_INFO_V1(bpm_end_duty);
Datum
bpm_end_duty(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	BpmOwnerScope scope;
	DutyRow		row;
	DateADT		last;
	Datum		values[2];

	bpm_require_argument(fcinfo, 1, "duty");
	lock_duty(ledger, PG_GETARG_INT64(1), &row);
	authorize_rights(ledger, "end_duty", row.division, row.unit, row.may_read, row.may_post);
	last = PG_ARGISNULL(2) ? bpm_access_date() - 1 : PG_GETARG_DATEADT(2);
	values[0] = Int64GetDatum(PG_GETARG_INT64(1));
	values[1] = DateADTGetDatum(Max(last, row.valid_from - 1));

	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	bpm_ledger_execute(ledger, &close_duty, 0, values, NULL);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}
