/*
 * alerts.c
 *	  The life of an alert (预警): raised, assigned, answered, closed.
 *
 * Who assigns and closes holds a duty over its place; who was assigned answers;
 * nobody closes what he answered.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "control/control.h"
#include "ledger/arguments.h"

typedef struct Alert
{
	int64		id;
	char	   *state;
	char	   *assigned_to;	/* NULL: nobody */
	BpmCode		division;
	BpmCode		unit;
	Oid			caller;			/* who asks: statements run as the owner */
} Alert;

static const BpmStatement lock_alert = {
	"SELECT state::pg_catalog.text, assigned_to::pg_catalog.text, division, unit"
	" FROM @ledger@.alert WHERE alert_id" EQ "$1 FOR NO KEY UPDATE", "l"
};

static const BpmStatement read_alert = {
	"SELECT state::pg_catalog.text, assigned_to::pg_catalog.text, division, unit"
	" FROM @ledger@.alert WHERE alert_id" EQ "$1", "l"
};

static const BpmStatement move_alert = {
	"UPDATE @ledger@.alert SET state = $2, assigned_to = $3 WHERE alert_id" EQ "$1", "ltt"
};

static const BpmStatement insert_event = {
	"INSERT INTO @ledger@.alert_event (alert_id, event_no, action, assigned_to, note, login,"
	" done_at, division, unit)"
	" SELECT $1, COALESCE(pg_catalog.max(e.event_no), 0) OPERATOR(pg_catalog.+) 1, $2, $3, $4, $5,"
	" $6, $7, $8 FROM @ledger@.alert_event e WHERE e.alert_id" EQ "$1", "lttttzcc"
};

static const BpmStatement last_answer = {
	"SELECT login::pg_catalog.text FROM @ledger@.alert_event WHERE alert_id" EQ "$1"
	" AND action" EQ "'answered' ORDER BY event_no DESC LIMIT 1", "l"
};

/* Reads an alert, locked if asked; false if there is none. */
static bool
fetch_alert(BpmLedger *ledger, int64 id, bool lock, Alert *alert)
{
	Datum		values[1] = {Int64GetDatum(id)};
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;
	Datum		code;

	if (bpm_ledger_execute(ledger, lock ? &lock_alert : &read_alert, 0, values, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	alert->id = id;
	alert->state = bpm_row_string(row, desc, 1);
	alert->assigned_to = SPI_getvalue(row, desc, 2);
	alert->division = DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull));
	code = SPI_getbinval(row, desc, 4, &isnull);
	alert->unit = isnull ? 0 : DatumGetInt64(code);
	return true;
}

/* Refuses a step that the alert's state does not allow. */
static void
wrong_state(const Alert *alert, const char *wanted)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("alert " INT64_FORMAT " is %s", alert->id, alert->state),
			 errhint("It has to be %s for this.", wanted)));
}

/* Stores the alert's new state, and what was done as the next of its events. */
static void
store_step(BpmLedger *ledger, const Alert *alert, const char *state, const char *assigned_to,
		   const char *note)
{
	Datum		values[8];
	char		nulls[] = "        ";

	values[0] = Int64GetDatum(alert->id);
	values[1] = CStringGetTextDatum(state);
	bpm_set_text(values, nulls, 2, assigned_to);
	bpm_write_row(ledger, "alert", 0, alert->id, &move_alert, values, nulls, true);
	values[3] = CStringGetTextDatum(note);
	values[4] = CStringGetTextDatum(GetUserNameFromId(alert->caller, false));
	values[5] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[6] = Int64GetDatum(alert->division);
	bpm_set_id(values, nulls, 7, alert->unit);
	bpm_write_row(ledger, "alert_event", 0, alert->id, &insert_event, values, nulls, true);
}

/* Refuses somebody else than the one who has to answer. */
static void
check_assignee(const Alert *alert)
{
	Oid			role = alert->assigned_to ? get_role_oid(alert->assigned_to, true) : InvalidOid;

	if (!OidIsValid(role) || !has_privs_of_role(GetUserId(), role))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("alert " INT64_FORMAT " is for somebody else to answer", alert->id),
				 errdetail("It is assigned to \"%s\".", alert->assigned_to)));
}

/* Refuses to let the one who answered close it. */
static void
check_closer(BpmLedger *ledger, const Alert *alert)
{
	Datum		values[1] = {Int64GetDatum(alert->id)};

	if (bpm_ledger_execute(ledger, &last_answer, 0, values, NULL) == 1 &&
		strcmp(bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1),
			   GetUserNameFromId(alert->caller, false)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("alert " INT64_FORMAT " was answered by the one who would close it", alert->id),
				 errhint("Somebody else has to look at the answer.")));
}

/* Opens an alert to its caller: who may not read it is told that there is none. */
static BpmLedger *
begin_step(FunctionCallInfo fcinfo, const char *operation, bool with_duty, Alert *alert,
		   BpmOwnerScope *scope)
{
	BpmLedger  *ledger = bpm_ledger_open(PG_GETARG_OID(0));
	int64		id = PG_GETARG_INT64(1);
	bool		found;

	bpm_authorize_operation(ledger, operation);
	alert->caller = GetUserId();
	bpm_owner_enter(ledger, scope);
	found = fetch_alert(ledger, id, false, alert);
	bpm_owner_leave(scope);
	if (found && !with_duty)
	{
		Oid			role = alert->assigned_to ? get_role_oid(alert->assigned_to, true) : InvalidOid;

		if (OidIsValid(role) && has_privs_of_role(GetUserId(), role))
		{
			bpm_owner_enter(ledger, scope);
			fetch_alert(ledger, id, true, alert);
			return ledger;
		}
	}
	if (!found || !bpm_has_duty(ledger, BPM_RIGHT_READ, alert->division, alert->unit))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("alert " INT64_FORMAT " does not exist in ledger %s", id, ledger->schema)));
	if (with_duty)
		bpm_authorize(ledger, operation, alert->division, alert->unit);
	bpm_owner_enter(ledger, scope);
	fetch_alert(ledger, id, true, alert);
	return ledger;
}

/* Says who has to answer an alert; it may be said again. */
PG_FUNCTION_INFO_V1(bpm_assign_alert);
Datum
bpm_assign_alert(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"alert", "login", NULL};
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	Alert		alert;
	char	   *login;
	char	   *note;

	bpm_require_arguments(fcinfo, arguments);
	login = bpm_limited_text(fcinfo, 2, "login", 63);
	note = bpm_limited_text(fcinfo, 3, "note", 2000);
	SPI_connect();
	ledger = begin_step(fcinfo, "assign_alert", true, &alert, &scope);
	get_role_oid(login, false);
	if (strcmp(alert.state, "closed") == 0)
		wrong_state(&alert, "raised, assigned or answered");
	store_step(ledger, &alert, "assigned", login, note ? note : "");
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}

/* Answers an alert; only who it was assigned to may. */
PG_FUNCTION_INFO_V1(bpm_answer_alert);
Datum
bpm_answer_alert(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"alert", "note", NULL};
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	Alert		alert;
	char	   *note;

	bpm_require_arguments(fcinfo, arguments);
	note = bpm_limited_text(fcinfo, 2, "note", 2000);
	SPI_connect();
	ledger = begin_step(fcinfo, "answer_alert", false, &alert, &scope);
	if (strcmp(alert.state, "assigned") != 0)
		wrong_state(&alert, "assigned");
	bpm_owner_leave(&scope);
	check_assignee(&alert);
	bpm_owner_enter(ledger, &scope);
	store_step(ledger, &alert, "answered", alert.assigned_to, note);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}

/* Closes an alert that was answered; nobody closes his own answer. */
PG_FUNCTION_INFO_V1(bpm_close_alert);
Datum
bpm_close_alert(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"alert", "note", NULL};
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	Alert		alert;
	char	   *note;

	bpm_require_arguments(fcinfo, arguments);
	note = bpm_limited_text(fcinfo, 2, "note", 2000);
	SPI_connect();
	ledger = begin_step(fcinfo, "close_alert", true, &alert, &scope);
	if (strcmp(alert.state, "answered") != 0)
		wrong_state(&alert, "answered");
	check_closer(ledger, &alert);
	store_step(ledger, &alert, "closed", alert.assigned_to, note);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_VOID();
}
