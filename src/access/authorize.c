/*
 * authorize.c
 *	  The two questions that come before every posting and every row read.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"

#include "access/duty.h"
#include "base/authority.h"
#include "base/compat.h"
#include "base/errors.h"
#include "base/rows.h"

#define SHOWN_DUTIES	5

static const BpmStatement division_official = {
	"SELECT official_code::pg_catalog.text FROM @ledger@.division WHERE code OPERATOR(budgetpm.=) $1", "c"
};
static const BpmStatement unit_official = {
	"SELECT official_code::pg_catalog.text FROM @ledger@.unit WHERE code OPERATOR(budgetpm.=) $1", "c"
};

/* Returns the official code that people know, or the tree key when there is none. */
static char *
official_code(BpmLedger *ledger, const BpmStatement *statement, BpmCode code)
{
	MemoryContext caller = CurrentMemoryContext;
	Datum		value = Int64GetDatum(code);
	BpmOwnerScope scope;
	char	   *text = NULL;

	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	if (bpm_ledger_execute(ledger, statement, 0, &value, NULL) == 1)
		text = MemoryContextStrdup(caller,
								   bpm_row_string(SPI_tuptable->vals[0],
												  SPI_tuptable->tupdesc, 1));

	bpm_owner_leave(&scope);
	SPI_finish();
	return text ? text : bpm_code_to_text(code);
}

/* Names a place for a message, by the official codes that people know. */
static char *
describe_place(BpmLedger *ledger, BpmCode division, BpmCode unit)
{
	StringInfoData text;

	initStringInfo(&text);
	if (division == 0 && unit == 0)
		appendStringInfoString(&text, "the whole ledger");
	if (division != 0)
		appendStringInfo(&text, "division %s",
						 official_code(ledger, &division_official, division));
	if (unit != 0)
		appendStringInfo(&text, "%sunit %s", division != 0 ? ", " : "",
						 official_code(ledger, &unit_official, unit));
	return text.data;
}

/* Lists the first of the duties in force today for a message, NULL if there is none. */
static char *
describe_duties(BpmLedger *ledger, BpmScope *scope)
{
	StringInfoData text;
	DateADT		date = bpm_access_date();
	int			shown = 0;

	initStringInfo(&text);
	for (int i = 0; i < scope->count && shown < SHOWN_DUTIES; i++)
	{
		BpmDuty    *duty = &scope->duties[i];

		if (date < duty->valid_from || date > duty->valid_to)
			continue;
		appendStringInfo(&text, "%s%s in %s", shown ? "; " : "",
						 duty->may_post ? (duty->may_read ? "read and post" : "post") : "read",
						 describe_place(ledger, duty->division, duty->unit));
		shown++;
	}
	return shown ? text.data : NULL;
}

/* Says that no duty covers the place, and where the role may act instead. */
static bool
refuse_duty(BpmLedger *ledger, BpmScope *scope, const char *operation, const char *place,
			BpmRefusal *refusal)
{
	char	   *duties = describe_duties(ledger, scope);
	char	   *user = GetUserNameFromId(GetUserId(), false);

	return bpm_refusal_set(refusal, ERRCODE_BPM_NOT_ALLOWED,
						   psprintf("role \"%s\" has no duty for operation \"%s\" %s",
									user, operation, place),
						   duties ? psprintf("Its duties today: %s.", duties)
						   : pstrdup("It has no duty in this ledger today."),
						   psprintf("A duty is given by %s.grant_duty().", ledger->schema));
}

/* EXECUTE on the wrapper is the right to the operation, also for those who call past the wrapper. */
static bool
check_execute(BpmLedger *ledger, const char *operation, BpmRefusal *refusal)
{
	Oid			function = bpm_ledger_function(ledger, operation);

	if (!OidIsValid(function))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_FUNCTION),
				 errmsg("function %s.%s does not exist", ledger->schema, operation),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	if (bpm_function_aclcheck(function, GetUserId()) != ACLCHECK_OK)
		return bpm_refusal_set(refusal, ERRCODE_INSUFFICIENT_PRIVILEGE,
							   psprintf("permission denied for function %s.%s", ledger->schema,
										operation),
							   NULL,
							   pstrdup("The ledger's owner gives it with budgetpm.grant_ledger(), or with GRANT EXECUTE."));
	return true;
}

/* Passes a caller who has EXECUTE for the operation; otherwise false says so. */
bool
bpm_check_operation(BpmLedger *ledger, const char *operation, BpmRefusal *refusal)
{
	return bpm_scope(ledger, NULL)->exempt || check_execute(ledger, operation, refusal);
}

/* Refuses an operation that the current user has no EXECUTE for. */
void
bpm_authorize_operation(BpmLedger *ledger, const char *operation)
{
	BpmRefusal	refusal;

	if (!bpm_check_operation(ledger, operation, &refusal))
		bpm_refusal_raise(&refusal);
}

/* Passes only a role that may call the operation and has a duty covering the place. */
static void
authorize(BpmLedger *ledger, const char *operation, BpmRight right,
		  BpmCode division, BpmCode unit)
{
	BpmScope   *scope = bpm_scope(ledger, NULL);
	BpmRefusal	refusal = {0};

	if (!scope->exempt && check_execute(ledger, operation, &refusal) &&
		!bpm_scope_covers(scope, right, division, unit))
		refuse_duty(ledger, scope, operation,
					psprintf("in %s", describe_place(ledger, division, unit)), &refusal);
	bpm_refusal_raise(&refusal);
}

/* Refuses an operation that the current user has no EXECUTE for, or no duty to do there. */
void
bpm_authorize(BpmLedger *ledger, const char *operation, BpmCode division, BpmCode unit)
{
	authorize(ledger, operation, BPM_RIGHT_POST, division, unit);
}

/* Refuses a reading operation in the same way, where a duty to read is enough. */
void
bpm_authorize_read(BpmLedger *ledger, const char *operation,
				   BpmCode division, BpmCode unit)
{
	authorize(ledger, operation, BPM_RIGHT_READ, division, unit);
}

/*
 * The same for a line named by its id, as data: ids are easily guessed, so where
 * it is stays unsaid.
 */
bool
bpm_check_line(BpmLedger *ledger, const char *operation, BpmRight right,
			   int64 line, BpmCode division, BpmCode unit, BpmRefusal *refusal)
{
	BpmScope   *scope = bpm_scope(ledger, NULL);

	if (scope->exempt)
		return true;
	if (!check_execute(ledger, operation, refusal))
		return false;
	return bpm_scope_covers(scope, right, division, unit) ||
		refuse_duty(ledger, scope, operation, psprintf("on line " INT64_FORMAT, line), refusal);
}

/* The same as an error. */
void
bpm_authorize_line(BpmLedger *ledger, const char *operation, BpmRight right,
				   int64 line, BpmCode division, BpmCode unit)
{
	BpmRefusal	refusal;

	if (!bpm_check_line(ledger, operation, right, line, division, unit, &refusal))
		bpm_refusal_raise(&refusal);
}

/* Tells whether some duty shows a unit without the rest of its division. */
bool
bpm_reads_single_units(BpmLedger *ledger)
{
	BpmScope   *scope = bpm_scope(ledger, NULL);
	DateADT		date = bpm_access_date();

	for (int i = 0; i < scope->count; i++)
		if (scope->duties[i].may_read && scope->duties[i].unit != 0 &&
			date >= scope->duties[i].valid_from && date <= scope->duties[i].valid_to)
			return true;
	return false;
}

/* Makes this module the one that answers for authority. */
void
bpm_access_init(void)
{
	static const BpmAuthority answers = {bpm_authorize_operation, bpm_authorize};

	bpm_set_authority(&answers);
}

/* Tells whether a duty of the current user covers the place. */
bool
bpm_has_duty(BpmLedger *ledger, BpmRight right, BpmCode division, BpmCode unit)
{
	return bpm_scope_covers(bpm_scope(ledger, NULL), right, division, unit);
}

/* Answers a policy's question for one row without an error; NULL is no place at all. */
static bool
covers(FunctionCallInfo fcinfo, BpmRight right)
{
	BpmLedger  *ledger;
	BpmScope   *scope;

	if (PG_ARGISNULL(0))
		return false;
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	scope = bpm_scope(ledger, (BpmScope *) fcinfo->flinfo->fn_extra);
	fcinfo->flinfo->fn_extra = scope;
	return bpm_scope_covers(scope, right,
							PG_ARGISNULL(1) ? 0 : PG_GETARG_INT64(1),
							PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2));
}

/* can_read(ledger, division, unit): what every policy asks, for each row. */
PG_FUNCTION_INFO_V1(bpm_can_read);
Datum
bpm_can_read(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(covers(fcinfo, BPM_RIGHT_READ));
}

/* can_post(ledger, division, unit): the same for policies of tables that people write. */
PG_FUNCTION_INFO_V1(bpm_can_post);
Datum
bpm_can_post(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(covers(fcinfo, BPM_RIGHT_POST));
}

/*
 * can_read_as(ledger, reader, division, unit): the same about another user, for
 * statements that run as the ledger's owner and give him what he may read.  Only the
 * owner asks: whose duty lies where is not everybody's business.
 */
PG_FUNCTION_INFO_V1(bpm_can_read_as);
Datum
bpm_can_read_as(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	BpmScope   *scope = fcinfo->flinfo->fn_extra;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		PG_RETURN_BOOL(false);
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	if (GetUserId() != ledger->owner && !has_privs_of_role(GetUserId(), ledger->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("only the owner of ledger %s may ask what others may read", ledger->schema)));
	scope = bpm_scope_of(ledger, PG_GETARG_OID(1), scope);
	fcinfo->flinfo->fn_extra = scope;
	PG_RETURN_BOOL(bpm_scope_covers(scope, BPM_RIGHT_READ,
									PG_ARGISNULL(2) ? 0 : PG_GETARG_INT64(2),
									PG_ARGISNULL(3) ? 0 : PG_GETARG_INT64(3)));
}
