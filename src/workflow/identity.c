/*
 * identity.c
 *	  Who acts, and for whom: the login itself, a group that it belongs to, or a
 *	  person whose proxy (代理) it is.
 *
 * A login acts as itself.  It may name another one that it is a member of, as a
 * gateway that serves many people is: both names are recorded.
 */
#include "postgres.h"

#include "catalog/pg_auth_members.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/syscache.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/operators.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/posting.h"
#include "workflow/call.h"

/* Returns who acts: the current user, or the role that he names and may speak for. */
static char *
acting(BpmLedger *ledger, const char *actor)
{
	char	   *user = GetUserNameFromId(GetUserId(), false);
	Oid			role;

	if (actor == NULL || strcmp(actor, user) == 0)
		return user;
	role = bpm_blank(actor) ? InvalidOid : get_role_oid(actor, true);
	if (!OidIsValid(role))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("actor \"%.*s\" is not a role", pg_mbcliplen(actor, strlen(actor), NAMEDATALEN - 1), actor),
				 errhint("Name the database role that acts, or leave actor out to act as yourself.")));
	if (!is_member_of_role(GetUserId(), role) && !has_privs_of_role(GetUserId(), ledger->owner))
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" cannot act as \"%s\"", user, actor),
				 errhint("Grant it membership in that role, or act as yourself.")));
	return pstrdup(actor);
}

/* Begins a call: EXECUTE is checked, the actor settled, and statements run as the owner. */
void
bpm_call_begin(BpmCall *call, FunctionCallInfo fcinfo, const char *operation, const char *actor)
{
	SPI_connect();
	call->ledger = bpm_ledger_open(PG_GETARG_OID(0));
	call->operation = operation;
	bpm_authorize_operation(call->ledger, operation);
	call->login = GetUserNameFromId(GetUserId(), false);
	call->actor = acting(call->ledger, actor);
	bpm_owner_enter(call->ledger, &call->scope);
}

/* Refuses a caller without a duty to change things there. */
void
bpm_call_require(BpmCall *call, BpmCode division, BpmCode unit)
{
	bpm_owner_leave(&call->scope);
	bpm_authorize(call->ledger, call->operation, division, unit);
	bpm_owner_enter(call->ledger, &call->scope);
}

/* Tells whether the caller has a duty to read there. */
bool
bpm_call_reads(BpmCall *call, BpmCode division, BpmCode unit)
{
	bool		reads;

	bpm_owner_leave(&call->scope);
	reads = bpm_has_duty(call->ledger, BPM_RIGHT_READ, division, unit);
	bpm_owner_enter(call->ledger, &call->scope);
	return reads;
}

/* Tells whether the caller has a duty to change things there. */
bool
bpm_call_posts(BpmCall *call, BpmCode division, BpmCode unit)
{
	bool		posts;

	bpm_owner_leave(&call->scope);
	posts = bpm_has_duty(call->ledger, BPM_RIGHT_POST, division, unit);
	bpm_owner_enter(call->ledger, &call->scope);
	return posts;
}

/* Locks a case for the actor of this call. */
BpmCase *
bpm_call_case(BpmCall *call, int64 case_id)
{
	BpmCase    *work = bpm_case_lock(call->ledger, case_id);

	work->actor = call->actor;
	work->login = call->login;
	return work;
}

/* Ends a call. */
void
bpm_call_end(BpmCall *call)
{
	bpm_owner_leave(&call->scope);
	SPI_finish();
}

/* Tells whether a role is a group: one that nobody logs in as. */
static bool
is_group(Oid role)
{
	HeapTuple	tuple = SearchSysCache1(AUTHOID, ObjectIdGetDatum(role));
	bool		group = HeapTupleIsValid(tuple) && !((Form_pg_authid) GETSTRUCT(tuple))->rolcanlogin;

	if (HeapTupleIsValid(tuple))
		ReleaseSysCache(tuple);
	return group;
}

/* Tells whether a proxy that is in force lets the agent act for the principal. */
static bool
is_proxy(BpmLedger *ledger, const char *agent, const char *principal, const char *flow)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.proxy WHERE agent" EQ "$1 AND principal" EQ "$2"
		" AND (flow IS NULL OR flow" EQ "$3) AND ended_at IS NULL"
		" AND valid_from OPERATOR(pg_catalog.<=) " SERVER_DATE
		" AND (valid_to IS NULL OR valid_to OPERATOR(pg_catalog.>=) " SERVER_DATE ") LIMIT 1", "ttt"
	};
	Datum		values[3];

	values[0] = CStringGetTextDatum(agent);
	values[1] = CStringGetTextDatum(principal);
	values[2] = CStringGetTextDatum(flow);
	return bpm_ledger_execute(ledger, &find, 0, values, NULL) > 0;
}

/* Tells whether the actor may act on a task of the assignee. */
bool
bpm_may_act_for(BpmLedger *ledger, const char *actor, const char *assignee, const char *flow)
{
	Oid			role;

	if (strcmp(actor, assignee) == 0)
		return true;
	role = get_role_oid(assignee, true);
	if (OidIsValid(role) && is_group(role) &&
		is_member_of_role_nosuper(get_role_oid(actor, false), role))
		return true;
	return is_proxy(ledger, actor, assignee, flow);
}

/* Adds the groups that a role belongs to, however far up. */
static void
collect_groups(Oid member, List **groups)
{
	CatCList   *list = SearchSysCacheList1(AUTHMEMMEMROLE, ObjectIdGetDatum(member));
	List	   *found = NIL;
	ListCell   *cell;

	for (int i = 0; i < list->n_members; i++)
		found = lappend_oid(found, ((Form_pg_auth_members) GETSTRUCT(&list->members[i]->tuple))->roleid);
	ReleaseCatCacheList(list);
	foreach(cell, found)
	{
		if (list_member_oid(*groups, lfirst_oid(cell)))
			continue;
		*groups = lappend_oid(*groups, lfirst_oid(cell));
		collect_groups(lfirst_oid(cell), groups);
	}
}

/* Returns the names under which a person's own tasks are: his, and his groups'. */
Datum
bpm_names_of(BpmLedger *ledger, const char *actor)
{
	List	   *groups = NIL;
	ListCell   *cell;
	Datum	   *names;
	int			count = 1;

	collect_groups(get_role_oid(actor, false), &groups);
	names = palloc((list_length(groups) + 1) * sizeof(Datum));
	names[0] = CStringGetTextDatum(actor);
	foreach(cell, groups)
		if (is_group(lfirst_oid(cell)))
			names[count++] = CStringGetTextDatum(GetUserNameFromId(lfirst_oid(cell), false));
	return PointerGetDatum(construct_array(names, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Refuses a name that is no role's. */
static void
require_role(const char *name)
{
	(void) get_role_oid(name, false);
}

static const BpmStatement insert_proxy = {
	"INSERT INTO @ledger@.proxy (proxy_id, principal, agent, flow, valid_from, valid_to, granted_by)"
	" VALUES ($1, $2, $3, $4, COALESCE($5, " SERVER_DATE "), $6, $7)", "ltttddt"
};

/* Lets an agent act for a person from one day to another, and returns the proxy's number. */
PG_FUNCTION_INFO_V1(bpm_grant_proxy);
Datum
bpm_grant_proxy(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	Datum		values[7];
	char		nulls[] = "       ";
	char	   *agent = bpm_argument(fcinfo, 1, "agent");
	char	   *principal = bpm_optional_argument(fcinfo, 5);
	int64		id;

	bpm_call_begin(&call, fcinfo, "grant_proxy", NULL);
	if (principal && strcmp(principal, call.actor) != 0)
		bpm_call_require(&call, 0, 0);
	principal = principal ? principal : call.actor;
	require_role(agent);
	require_role(principal);
	if (strcmp(agent, principal) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("\"%s\" cannot be his own proxy", agent)));
	id = bpm_next_id(call.ledger, "proxy_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = CStringGetTextDatum(principal);
	values[2] = CStringGetTextDatum(agent);
	for (int i = 2; i <= 4; i++)
	{
		values[i + 1] = PG_GETARG_DATUM(i);
		nulls[i + 1] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	values[6] = CStringGetTextDatum(call.login);
	bpm_write_row(call.ledger, "proxy", 0, id, &insert_proxy, values, nulls, true);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Ends a proxy at once; only who gave it, or an administrator, does. */
PG_FUNCTION_INFO_V1(bpm_end_proxy);
Datum
bpm_end_proxy(PG_FUNCTION_ARGS)
{
	static const BpmStatement find = {
		"SELECT principal FROM @ledger@.proxy WHERE proxy_id" EQ "$1 AND ended_at IS NULL", "l"
	};
	static const BpmStatement end = {
		"UPDATE @ledger@.proxy SET ended_at = pg_catalog.clock_timestamp() WHERE proxy_id" EQ "$1", "l"
	};
	BpmCall		call;
	Datum		value = PG_GETARG_DATUM(1);

	bpm_require_argument(fcinfo, 1, "proxy");
	bpm_call_begin(&call, fcinfo, "end_proxy", NULL);
	if (bpm_ledger_execute(call.ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("proxy " INT64_FORMAT " does not exist or has ended", DatumGetInt64(value))));
	if (strcmp(bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1), call.actor) != 0)
		bpm_call_require(&call, 0, 0);
	bpm_write_row(call.ledger, "proxy", 0, DatumGetInt64(value), &end, &value, NULL, true);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
