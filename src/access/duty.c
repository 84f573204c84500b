/*
 * duty.c
 *	  The cache of duties: one scope for each ledger and user.
 *
 * A policy asks for every row, so a scope is loaded once and kept until the
 * ledger's generation moves (a statement trigger on principal and duty moves it)
 * or a role or membership changes.  Loading scans the two tables directly, never
 * through SPI: a policy may run inside a plan of ours, or in a parallel worker.
 */
#include "postgres.h"

#include "access/heapam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
#include "utils/syscache.h"
#include "utils/timestamp.h"

#include "access/duty.h"
#include "base/table.h"

#define DUTY_COLUMNS		7
#define PRINCIPAL_COLUMNS	2

typedef struct Principals
{
	int64	   *ids;
	int			count;
	int			room;
} Principals;

static HTAB *scopes = NULL;
static uint64 role_epoch = 1;

/* Roles and memberships decide whose duties a user has; any change of them counts. */
static void
role_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	role_epoch++;
}

/* Makes the cache of scopes and registers what empties it; called once a backend. */
static void
make_cache(void)
{
	scopes = bpm_make_table("budgetpm scopes", 16, sizeof(BpmScopeKey), sizeof(BpmScope), TopMemoryContext);
	CacheRegisterSyscacheCallback(AUTHMEMROLEMEM, role_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, role_callback, (Datum) 0);
}

/*
 * Returns the date by which duties begin and end.  It is the server's date
 * (log_timezone) at the start of the transaction: a user can set his own time
 * zone, and would stretch a duty by a day.
 */
DateADT
bpm_access_date(void)
{
	static TimestampTz known_moment = DT_NOBEGIN;
	static DateADT known_date;
	TimestampTz moment = GetCurrentTransactionStartTimestamp();

	if (moment != known_moment)
	{
		struct pg_tm tm;
		fsec_t		fraction;
		int			zone;

		if (timestamp2tm(moment, &zone, &tm, &fraction, NULL, log_timezone) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
					 errmsg("timestamp out of range")));
		known_date = date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - POSTGRES_EPOCH_JDATE;
		known_moment = moment;
	}
	return known_date;
}

/* Opens a table of ours; one of another owner or shape could show duties that nobody gave. */
static Relation
open_table(BpmLedger *ledger, const char *name)
{
	Oid			relid = get_relname_relid(name, ledger->namespace);
	Relation	relation;

	if (!OidIsValid(relid))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("table %s.%s is missing", ledger->schema, name),
				 errhint("Restore the ledger from its backup; run budgetpm.check_ledger('%s').",
						 ledger->schema)));
	relation = table_open(relid, AccessShareLock);
	if (relation->rd_rel->relkind != RELKIND_RELATION ||
		relation->rd_rel->relowner != ledger->owner)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("%s.%s is not the table that budgetpm.create_ledger() made",
						ledger->schema, name),
				 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
	return relation;
}

/* Returns the number of a column of the given type; users may have added or dropped others. */
static AttrNumber
column_number(Relation relation, const char *name, Oid type)
{
	AttrNumber	number = get_attnum(RelationGetRelid(relation), name);

	if (number == InvalidAttrNumber ||
		TupleDescAttr(RelationGetDescr(relation), number - 1)->atttypid != type)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("column \"%s\" of table \"%s\" is missing or of another type",
						name, RelationGetRelationName(relation))));
	return number;
}

/*
 * Begins a scan of everything committed until now.  A catalog snapshot is that,
 * and is allowed in parallel workers, where GetLatestSnapshot() is not.
 */
static TableScanDesc
begin_scan(Relation relation, Snapshot *snapshot)
{
	*snapshot = RegisterSnapshot(GetCatalogSnapshot(RelationGetRelid(relation)));
	return table_beginscan(relation, *snapshot, 0, NULL);
}

/* Gives back all that a scan holds. */
static void
end_scan(Relation relation, TableScanDesc scan, Snapshot snapshot)
{
	table_endscan(scan);
	UnregisterSnapshot(snapshot);
	table_close(relation, AccessShareLock);
}

/* Appends a principal, with room for as many as there are. */
static void
add_principal(Principals *principals, int64 id)
{
	if (principals->count == principals->room)
	{
		principals->room *= 2;
		principals->ids = repalloc_huge(principals->ids,
										principals->room * sizeof(int64));
	}
	principals->ids[principals->count++] = id;
}

/* Tells whether the id is among the user's principals. */
static bool
is_principal(const Principals *principals, int64 id)
{
	for (int i = 0; i < principals->count; i++)
		if (principals->ids[i] == id)
			return true;
	return false;
}

/* Collects the principals whose login the user is, or has the privileges of. */
static void
load_principals(BpmLedger *ledger, Oid user, Principals *principals)
{
	Relation	relation = open_table(ledger, "principal");
	AttrNumber	id = column_number(relation, "principal_id", INT8OID);
	AttrNumber	login = column_number(relation, "login", VARCHAROID);
	Snapshot	snapshot;
	TableScanDesc scan = begin_scan(relation, &snapshot);
	HeapTuple	tuple;

	principals->count = 0;
	principals->room = 8;
	principals->ids = palloc(principals->room * sizeof(int64));
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		bool		isnull;
		Datum		name = heap_getattr(tuple, login, RelationGetDescr(relation), &isnull);
		Oid			role = isnull ? InvalidOid :
			get_role_oid(TextDatumGetCString(name), true);

		if (OidIsValid(role) && has_privs_of_role(user, role))
			add_principal(principals,
						  DatumGetInt64(heap_getattr(tuple, id, RelationGetDescr(relation), &isnull)));
	}
	end_scan(relation, scan, snapshot);
}

/* Finds the columns by name and type, so that columns added by users do no harm. */
static void
duty_columns(Relation relation, BpmLedger *ledger, AttrNumber *columns)
{
	columns[0] = column_number(relation, "principal_id", INT8OID);
	columns[1] = column_number(relation, "division", ledger->code_type);
	columns[2] = column_number(relation, "unit", ledger->code_type);
	columns[3] = column_number(relation, "valid_from", DATEOID);
	columns[4] = column_number(relation, "valid_to", DATEOID);
	columns[5] = column_number(relation, "may_read", BOOLOID);
	columns[6] = column_number(relation, "may_post", BOOLOID);
}

/* Turns a row into a duty; a NULL place is the whole ledger, a NULL end is open. */
static void
read_duty(BpmDuty *duty, const Datum *values, const bool *nulls)
{
	duty->division = nulls[1] ? 0 : DatumGetInt64(values[1]);
	duty->unit = nulls[2] ? 0 : DatumGetInt64(values[2]);
	duty->valid_from = nulls[3] ? DATEVAL_NOEND : DatumGetDateADT(values[3]);
	duty->valid_to = nulls[4] ? DATEVAL_NOEND : DatumGetDateADT(values[4]);
	duty->may_read = !nulls[5] && DatumGetBool(values[5]);
	duty->may_post = !nulls[6] && DatumGetBool(values[6]);
}

/* Returns the duties of the principals, allocated here; those that ended stay out. */
static BpmDuty *
load_duties(BpmLedger *ledger, const Principals *principals, int *count)
{
	Relation	relation = open_table(ledger, "duty");
	AttrNumber	columns[DUTY_COLUMNS];
	Snapshot	snapshot;
	TableScanDesc scan;
	HeapTuple	tuple;
	int			room = 8;
	BpmDuty    *duties = palloc(room * sizeof(BpmDuty));

	duty_columns(relation, ledger, columns);
	scan = begin_scan(relation, &snapshot);
	*count = 0;
	while ((tuple = heap_getnext(scan, ForwardScanDirection)) != NULL)
	{
		Datum		values[DUTY_COLUMNS];
		bool		nulls[DUTY_COLUMNS];

		for (int i = 0; i < DUTY_COLUMNS; i++)
			values[i] = heap_getattr(tuple, columns[i], RelationGetDescr(relation), &nulls[i]);
		if (nulls[0] || !is_principal(principals, DatumGetInt64(values[0])))
			continue;
		if (*count == room)
		{
			room *= 2;
			duties = repalloc_huge(duties, room * sizeof(BpmDuty));
		}
		read_duty(&duties[*count], values, nulls);
		if (duties[*count].valid_to >= bpm_access_date())
			(*count)++;
	}
	end_scan(relation, scan, snapshot);
	return duties;
}

/* Fills a scope; nothing is kept of a load that failed. */
static void
load_scope(BpmLedger *ledger, BpmScope *scope)
{
	uint64		epoch = role_epoch;
	uint64		generation = ledger->generation;
	BpmDuty    *duties = NULL;
	int			count = 0;

	scope->loaded = false;
	if (scope->duties)
		pfree(scope->duties);
	scope->duties = NULL;
	scope->exempt = has_privs_of_role(scope->key.user, ledger->owner);
	if (!scope->exempt)
	{
		Principals	principals;

		load_principals(ledger, scope->key.user, &principals);
		duties = load_duties(ledger, &principals, &count);
		scope->duties = MemoryContextAllocHuge(TopMemoryContext,
											   Max(count, 1) * sizeof(BpmDuty));
		memcpy(scope->duties, duties, count * sizeof(BpmDuty));
		pfree(duties);
		pfree(principals.ids);
	}
	scope->count = count;
	scope->generation = generation;
	scope->epoch = epoch;
	scope->loaded = true;
}

/* Returns a user's scope in a ledger, as current as what this transaction sees. */
BpmScope *
bpm_scope_of(BpmLedger *ledger, Oid user, BpmScope *known)
{
	BpmScopeKey key;
	BpmScope   *scope = known;
	bool		found = true;

	key.ledger = ledger->relid;
	key.user = user;
	if (scope == NULL || scope->key.ledger != key.ledger || scope->key.user != key.user)
	{
		if (scopes == NULL)
			make_cache();
		scope = hash_search(scopes, &key, HASH_ENTER, &found);
	}
	if (!found)
	{
		scope->loaded = false;
		scope->duties = NULL;
	}
	if (!scope->loaded || scope->generation != ledger->generation ||
		scope->epoch != role_epoch)
		load_scope(ledger, scope);
	return scope;
}

/* Returns the current user's scope in a ledger. */
BpmScope *
bpm_scope(BpmLedger *ledger, BpmScope *known)
{
	return bpm_scope_of(ledger, GetUserId(), known);
}

/* Tells whether a duty in force today gives the right over the place. */
bool
bpm_scope_covers(BpmScope *scope, BpmRight right, BpmCode division, BpmCode unit)
{
	DateADT		date;

	if (scope->exempt)
		return true;
	if (scope->count == 0)
		return false;
	date = bpm_access_date();
	for (int i = 0; i < scope->count; i++)
	{
		const BpmDuty *duty = &scope->duties[i];

		if (!(right == BPM_RIGHT_READ ? duty->may_read : duty->may_post) ||
			date < duty->valid_from || date > duty->valid_to)
			continue;

		/*
		 * What concerns the whole ledger may be read under any duty, and done
		 * under one for all of it.
		 */
		if (division == 0 && unit == 0 && right == BPM_RIGHT_READ)
			return true;
		if (duty->division != 0 &&
			(division == 0 || !bpm_code_covers(duty->division, division)))
			continue;
		if (duty->unit != 0 && (unit == 0 || !bpm_code_covers(duty->unit, unit)))
			continue;
		return true;
	}
	return false;
}
