/*
 * version.c
 *	  Versions of requests: copied, frozen with a digest, and what a request's row
 *	  says of them.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/rows.h"
#include "evidence/digest.h"
#include "planning/draft.h"
#include "planning/private.h"

static const BpmStatement lock_request = {
	"SELECT preparation_id, division, unit, state, case_id, current_version,"
	" EXISTS (SELECT 1 FROM @ledger@.request_version v WHERE v.request_id" EQ "$1"
	"  AND v.kind" NE "'working')"
	" FROM @ledger@.request WHERE request_id" EQ "$1 FOR NO KEY UPDATE", "l"
};
static const BpmStatement read_version = {
	"SELECT version_no, round, kind, amount FROM @ledger@.request_version WHERE version_id" EQ "$1", "l"
};
/* Locked requests, looked up one by one as in rule_facts.c. */
static const BpmStatement read_requests = {
	"SELECT r.request_id, r.preparation_id, r.division, r.unit, r.state, r.case_id, r.current_version,"
	" v.version_no, v.round, v.kind, v.amount FROM pg_catalog.unnest($1) AS g(request_id)"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request n WHERE n.request_id" EQ "g.request_id OFFSET 0) r"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_version n"
	"  WHERE n.version_id" EQ "r.current_version OFFSET 0) v ORDER BY r.request_id", "x"
};
static const BpmStatement copy_versions = {
	"INSERT INTO @ledger@.request_version (request_id, version_no, round, kind, amount, attributes,"
	" attachments, reason, made_at, made_by, division, unit, hidden)"
	" SELECT v.request_id, (SELECT pg_catalog.max(n.version_no) OPERATOR(pg_catalog.+) 1"
	"  FROM @ledger@.request_version n WHERE n.request_id" EQ "v.request_id), g.round, 'working',"
	" v.amount, v.attributes, v.attachments, $3, pg_catalog.clock_timestamp(), $4, v.division, v.unit, $5"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS g(version_id, round)"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_version n"
	"  WHERE n.version_id" EQ "g.version_id OFFSET 0) v"
	" ORDER BY v.request_id RETURNING request_id, version_id", "xkttb"
};
static const BpmStatement copy_items = {
	"INSERT INTO @ledger@.request_item (version_id, item_no, title, func, gov_econ, dept_econ,"
	" standard, unit_cost, quantity, measure, amount, procurement, reviewed, division, unit, hidden)"
	" SELECT g.copy, i.item_no, i.title, i.func, i.gov_econ, i.dept_econ, i.standard, i.unit_cost,"
	" i.quantity, i.measure, i.amount, i.procurement, i.reviewed, i.division, i.unit, $3"
	" FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS g(version_id, copy)"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_item n"
	"  WHERE n.version_id" EQ "g.version_id OFFSET 0) i", "xxb"
};
static const BpmStatement freeze_version = {
	"UPDATE @ledger@.request_version SET kind = $2, round = $3, hidden = $4, made_at = $5,"
	" made_by = $6, digest = $7 WHERE version_id" EQ "$1", "ltibzty"
};
static const BpmStatement set_request = {
	"UPDATE @ledger@.request SET state = $2, current_version = $3, case_id = COALESCE($4, case_id),"
	" approved_version = CASE WHEN $2" EQ "'accepted' THEN $3"
	"  WHEN $2" EQ "'approved' THEN approved_version END"
	" WHERE request_id" EQ "$1", "ltll"
};
/* What the digest is made of besides the kind, round and moment of freezing. */
static const BpmStatement version_content = {
	"SELECT v.version_id, r.request_id, v.version_no, r.title, r.unit::pg_catalog.text,"
	" r.category, r.fund_type, r.project_id::pg_catalog.text, v.amount::pg_catalog.text,"
	" v.attributes::pg_catalog.text, v.attachments::pg_catalog.text, v.reason"
	" FROM pg_catalog.unnest($1) AS g(version_id)"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_version n WHERE n.version_id" EQ "g.version_id OFFSET 0) v"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request n WHERE n.request_id" EQ "v.request_id OFFSET 0) r"
	" ORDER BY v.version_id", "x"
};
static const BpmStatement item_content = {
	"SELECT i.version_id, i.item_no::pg_catalog.text, i.title, i.func::pg_catalog.text, i.gov_econ::pg_catalog.text,"
	" i.dept_econ::pg_catalog.text, i.standard, i.unit_cost::pg_catalog.text, i.quantity::pg_catalog.text,"
	" i.measure, i.amount::pg_catalog.text, i.procurement::pg_catalog.text, i.reviewed::pg_catalog.text"
	" FROM pg_catalog.unnest($1) AS g(version_id)"
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_item n WHERE n.version_id" EQ "g.version_id OFFSET 0) i"
	" ORDER BY i.version_id, i.item_no", "x"
};

/* Locks a request and reads it with its newest version; false if there is none. */
bool
bpm_request_lock(BpmLedger *ledger, int64 id, BpmRequestRow *request)
{
	BpmParameters parameters = {0};

	memset(request, 0, sizeof(BpmRequestRow));
	bpm_bind_id(&parameters, id);
	if (id == 0 || bpm_planning_read(ledger, &lock_request, &parameters) != 1)
		return false;
	request->id = id;
	request->preparation = bpm_result_int(0, 1);
	request->division = bpm_result_int(0, 2);
	request->unit = bpm_result_int(0, 3);
	request->state = bpm_result_text(0, 4);
	request->case_id = bpm_result_int(0, 5);
	request->version = bpm_result_int(0, 6);
	request->submitted_before = bpm_result_int(0, 7) != 0;
	parameters.count = 0;
	bpm_bind_id(&parameters, request->version);
	bpm_planning_read_latest(ledger, &read_version, &parameters);
	request->version_no = bpm_result_int(0, 1);
	request->round = bpm_result_int(0, 2);
	request->kind = bpm_result_text(0, 3);
	request->amount = bpm_result_int(0, 4);
	return true;
}

/*
 * Locks a request for a caller who may do the operation of his call with it: in the
 * name of its unit, or as one who answers for all of its division.  To one who may
 * not even read it, it does not exist.
 */
void
bpm_request_require(BpmCall *call, int64 id, bool of_unit, BpmRequestRow *request)
{
	static const BpmStatement find_place = {
		"SELECT preparation_id, division, unit FROM @ledger@.request WHERE request_id" EQ "$1", "l"
	};
	BpmParameters parameters = {0};
	int32		preparation = 0;
	BpmCode		division = 0;
	BpmCode		unit = 0;

	bpm_bind_id(&parameters, id);
	if (bpm_planning_read(call->ledger, &find_place, &parameters) == 1)
	{
		preparation = bpm_result_int(0, 1);
		division = bpm_result_int(0, 2);
		unit = bpm_result_int(0, 3);
	}
	if (preparation == 0 || !bpm_call_reads(call, division, unit))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("request " INT64_FORMAT " does not exist in ledger %s", id,
						call->ledger->schema),
				 errhint("The report view \"request\" shows those that you may read.")));
	bpm_call_require(call, division, of_unit ? unit : 0);

	/* The draft before the request: its approval locks in that order. */
	bpm_draft_hold_open(call->ledger, preparation, division);
	if (!bpm_request_lock(call->ledger, id, request))
		elog(ERROR, "request " INT64_FORMAT " disappeared", id);
}

/* Says in the newest version of a locked request why it is as it is; a working one only. */
void
bpm_request_note(BpmLedger *ledger, const BpmRequestRow *request, const char *reason,
				 const char *login)
{
	static const BpmStatement note = {
		"UPDATE @ledger@.request_version SET reason = $2, made_by = $3,"
		" made_at = pg_catalog.clock_timestamp()"
		" WHERE version_id" EQ "$1 AND kind" EQ "'working'", "ltt"
	};
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, request->version);
	bpm_bind_text(&parameters, reason);
	bpm_bind_text(&parameters, login);
	bpm_planning_store(ledger, "request_version", &note, &parameters);
}

/* Returns the ids of requests, or of the versions they are at, as an array parameter. */
static Datum
id_array(const BpmRequestRow *requests, int count, bool versions)
{
	int64	   *ids = palloc(Max(count, 1) * sizeof(int64));

	for (int i = 0; i < count; i++)
		ids[i] = versions ? requests[i].version : requests[i].id;
	return bpm_id_array(ids, count);
}

/* Returns the ids of requests as an array parameter. */
Datum
bpm_request_ids(const BpmRequestRow *requests, int count)
{
	return id_array(requests, count, false);
}

/* Returns the rounds of requests as an array parameter. */
static Datum
round_array(const BpmRequestRow *requests, int count)
{
	Datum	   *items = palloc(Max(count, 1) * sizeof(Datum));

	for (int i = 0; i < count; i++)
		items[i] = Int32GetDatum(requests[i].round);
	return PointerGetDatum(construct_array(items, count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/* Reads requests that the caller has locked, each with its newest version, in ascending order of ids. */
BpmRequestRow *
bpm_requests_read(BpmLedger *ledger, const int64 *ids, int count)
{
	BpmParameters parameters = {0};
	BpmRequestRow *requests = palloc0(Max(count, 1) * sizeof(BpmRequestRow));

	for (int i = 0; i < count; i++)
		requests[i].id = ids[i];
	bpm_bind_datum(&parameters, id_array(requests, count, false));
	if (bpm_planning_read_latest(ledger, &read_requests, &parameters) != count)
		elog(ERROR, "requests disappeared");
	for (int i = 0; i < count; i++)
	{
		requests[i].id = bpm_result_int(i, 1);
		requests[i].preparation = bpm_result_int(i, 2);
		requests[i].division = bpm_result_int(i, 3);
		requests[i].unit = bpm_result_int(i, 4);
		requests[i].state = bpm_result_text(i, 5);
		requests[i].case_id = bpm_result_int(i, 6);
		requests[i].version = bpm_result_int(i, 7);
		requests[i].version_no = bpm_result_int(i, 8);
		requests[i].round = bpm_result_int(i, 9);
		requests[i].kind = bpm_result_text(i, 10);
		requests[i].amount = bpm_result_int(i, 11);
	}
	return requests;
}

/*
 * Makes a working version of the one that each request is at, for the request's
 * round, and puts it in its place; requests are in ascending order of ids.
 */
void
bpm_versions_copy(BpmLedger *ledger, BpmRequestRow *requests, int count, bool hidden,
				  const char *reason, const char *login)
{
	BpmParameters parameters = {0};
	BpmParameters items = {0};

	bpm_bind_datum(&parameters, id_array(requests, count, true));
	bpm_bind_datum(&parameters, round_array(requests, count));
	bpm_bind_text(&parameters, reason);
	bpm_bind_text(&parameters, login);
	bpm_bind_bool(&parameters, hidden);
	bpm_bind_datum(&items, parameters.values[0]);
	if (bpm_planning_store(ledger, "request_version", &copy_versions, &parameters) != count)
		elog(ERROR, "versions disappeared");
	for (int i = 0; i < count; i++)
	{
		if (bpm_result_int(i, 1) != requests[i].id)
			elog(ERROR, "versions of requests came out of order");
		requests[i].version = bpm_result_int(i, 2);
	}
	bpm_bind_datum(&items, id_array(requests, count, true));
	bpm_bind_bool(&items, hidden);
	bpm_planning_store(ledger, "request_item", &copy_items, &items);
}

/* Adds the columns of a row, from the second on, to the content of a digest. */
static void
digest_row(HeapTuple row, TupleDesc desc)
{
	for (int column = 2; column <= desc->natts; column++)
		bpm_digest_cstring(SPI_getvalue(row, desc, column));
}

/* What the versions to be frozen hold, in ascending order of their ids. */
typedef struct Contents
{
	SPITupleTable *versions;
	SPITupleTable *items;
	int			nitems;
} Contents;

/* Reads what the digests of versions are made of. */
static void
read_contents(BpmLedger *ledger, const BpmRequestRow *requests, int count, Contents *contents)
{
	BpmParameters parameters = {0};

	bpm_bind_datum(&parameters, id_array(requests, count, true));
	if (bpm_planning_read(ledger, &version_content, &parameters) != count)
		elog(ERROR, "versions disappeared");
	contents->versions = SPI_tuptable;
	contents->nitems = bpm_planning_read(ledger, &item_content, &parameters);
	contents->items = SPI_tuptable;
}

/*
 * Gives the digest of one version as it is to be frozen, whose items begin at the
 * one given, and returns where they end; docs/planning.md has its bytes.
 */
static int
digest_version(BpmLedger *ledger, const Contents *contents, int row, int item, const char *kind,
			   int round, const char *login, TimestampTz moment, uint8 *digest)
{
	TupleDesc	desc = contents->items->tupdesc;
	HeapTuple	version = contents->versions->vals[row];
	int64		id = bpm_row_number(version, contents->versions->tupdesc, 1);
	int			end = item;

	while (end < contents->nitems && bpm_row_number(contents->items->vals[end], desc, 1) == id)
		end++;
	bpm_digest_start(ledger->digest);
	bpm_digest_cstring("budgetpm/request-version/1");
	digest_row(version, contents->versions->tupdesc);
	bpm_digest_cstring(kind);
	bpm_digest_int64(round);
	bpm_digest_cstring(login);
	bpm_digest_int64(moment);
	bpm_digest_int64(end - item);
	for (; item < end; item++)
		digest_row(contents->items->vals[item], desc);
	bpm_digest_finish(digest);
	return end;
}

/* Orders requests by the versions that they are at. */
static int
compare_versions(const void *a, const void *b)
{
	return bpm_compare_ids(&((const BpmRequestRow *) a)->version, &((const BpmRequestRow *) b)->version);
}

/*
 * Makes the working version that each request is at what it is to stay: submitted,
 * reviewed or approved, in the request's round.
 */
void
bpm_versions_freeze(BpmLedger *ledger, const BpmRequestRow *requests, int count, const char *kind,
					bool hidden, const char *login)
{
	TimestampTz moment = GetCurrentTimestamp();
	BpmRequestRow *sorted = palloc(Max(count, 1) * sizeof(BpmRequestRow));
	uint8		digest[BPM_DIGEST_LENGTH];
	Contents	contents;
	int			item = 0;

	memcpy(sorted, requests, count * sizeof(BpmRequestRow));
	qsort(sorted, count, sizeof(BpmRequestRow), compare_versions);
	read_contents(ledger, sorted, count, &contents);
	for (int i = 0; i < count; i++)
	{
		BpmParameters parameters = {0};

		item = digest_version(ledger, &contents, i, item, kind, sorted[i].round, login, moment, digest);
		bpm_bind_id(&parameters, sorted[i].version);
		bpm_bind_text(&parameters, kind);
		bpm_bind_int(&parameters, sorted[i].round);
		bpm_bind_bool(&parameters, hidden);
		bpm_bind_datum(&parameters, TimestampTzGetDatum(moment));
		bpm_bind_text(&parameters, login);
		bpm_bind_datum(&parameters, bpm_digest_datum(digest));
		bpm_planning_store(ledger, "request_version", &freeze_version, &parameters);
	}
}

/* Says in a request's row where it stands; a case of 0 leaves the one it has. */
void
bpm_request_set(BpmLedger *ledger, int64 request, const char *state, int64 version, int64 case_id)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, request);
	bpm_bind_text(&parameters, state);
	bpm_bind_id(&parameters, version);
	bpm_bind_id(&parameters, case_id);
	bpm_planning_store(ledger, "request", &set_request, &parameters);
}
