/*
 * version.c
 *	  Versions of requests: copied, frozen with a digest, and what a request's row
 *	  says of them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
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
static const BpmStatement copy_version = {
	"INSERT INTO @ledger@.request_version (request_id, version_no, round, kind, amount, attributes,"
	" attachments, reason, made_at, made_by, division, unit)"
	" SELECT v.request_id, (SELECT pg_catalog.max(n.version_no) OPERATOR(pg_catalog.+) 1"
	"  FROM @ledger@.request_version n WHERE n.request_id" EQ "v.request_id), $2, 'working',"
	" v.amount, v.attributes, v.attachments, $3, pg_catalog.clock_timestamp(), $4, v.division, v.unit"
	" FROM @ledger@.request_version v WHERE v.version_id" EQ "$1 RETURNING version_id", "litt"
};
static const BpmStatement copy_items = {
	"INSERT INTO @ledger@.request_item (version_id, item_no, title, func, gov_econ, dept_econ,"
	" standard, unit_cost, quantity, measure, amount, procurement, reviewed, division, unit)"
	" SELECT $2, item_no, title, func, gov_econ, dept_econ, standard, unit_cost, quantity, measure,"
	" amount, procurement, reviewed, division, unit FROM @ledger@.request_item"
	" WHERE version_id" EQ "$1", "ll"
};
static const BpmStatement freeze_version = {
	"UPDATE @ledger@.request_version SET kind = $2, round = $3, hidden = $4, made_at = $5,"
	" made_by = $6, digest = $7 WHERE version_id" EQ "$1", "ltibzty"
};
static const BpmStatement hide_items = {
	"UPDATE @ledger@.request_item SET hidden = $2 WHERE version_id" EQ "$1", "lb"
};
static const BpmStatement set_request = {
	"UPDATE @ledger@.request SET state = $2, current_version = $3, case_id = COALESCE($4, case_id),"
	" approved_version = CASE WHEN $2" EQ "'accepted' THEN $3"
	"  WHEN $2" EQ "'approved' THEN approved_version END"
	" WHERE request_id" EQ "$1", "ltll"
};
/* What the digest is made of besides the kind, round and moment of freezing. */
static const BpmStatement version_content = {
	"SELECT r.request_id, v.version_no, r.title, r.unit::pg_catalog.text,"
	" r.category, r.fund_type, r.project_id::pg_catalog.text, v.amount::pg_catalog.text,"
	" v.attributes::pg_catalog.text, v.attachments::pg_catalog.text, v.reason"
	" FROM @ledger@.request_version v JOIN @ledger@.request r ON r.request_id" EQ "v.request_id"
	" WHERE v.version_id" EQ "$1", "l"
};
static const BpmStatement item_content = {
	"SELECT item_no::pg_catalog.text, title, func::pg_catalog.text, gov_econ::pg_catalog.text,"
	" dept_econ::pg_catalog.text, standard, unit_cost::pg_catalog.text, quantity::pg_catalog.text,"
	" measure, amount::pg_catalog.text, procurement::pg_catalog.text, reviewed::pg_catalog.text"
	" FROM @ledger@.request_item WHERE version_id" EQ "$1 ORDER BY item_no", "l"
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

/* Makes a working version of another one, for a round, and returns it. */
int64
bpm_version_copy(BpmLedger *ledger, int64 version, int round, const char *reason, const char *login)
{
	BpmParameters parameters = {0};
	BpmParameters items = {0};
	int64		copy;

	bpm_bind_id(&parameters, version);
	bpm_bind_int(&parameters, round);
	bpm_bind_text(&parameters, reason);
	bpm_bind_text(&parameters, login);
	bpm_planning_store(ledger, "request_version", &copy_version, &parameters);
	copy = bpm_result_int(0, 1);
	bpm_bind_id(&items, version);
	bpm_bind_id(&items, copy);
	bpm_planning_store(ledger, "request_item", &copy_items, &items);
	return copy;
}

/* Adds the columns of a row of the last result, from one on, to the content of a digest. */
static void
digest_row(int row, int from)
{
	for (int column = from; column <= SPI_tuptable->tupdesc->natts; column++)
		bpm_digest_cstring(bpm_result_text(row, column));
}

/* Gives the digest of a version as it is to be frozen; docs/planning.md has its bytes. */
static void
digest_version(BpmLedger *ledger, int64 version, const char *kind, int round, const char *login,
			   TimestampTz moment, uint8 *digest)
{
	BpmParameters parameters = {0};
	int			count;

	bpm_bind_id(&parameters, version);
	bpm_planning_read(ledger, &version_content, &parameters);
	bpm_digest_start(ledger->digest);
	bpm_digest_cstring("budgetpm/request-version/1");
	digest_row(0, 1);
	bpm_digest_cstring(kind);
	bpm_digest_int64(round);
	bpm_digest_cstring(login);
	bpm_digest_int64(moment);
	count = bpm_planning_read(ledger, &item_content, &parameters);
	bpm_digest_int64(count);
	for (int i = 0; i < count; i++)
		digest_row(i, 1);
	bpm_digest_finish(digest);
}

/* Makes the working version what it is to stay: submitted, reviewed or approved. */
void
bpm_version_freeze(BpmLedger *ledger, int64 version, const char *kind, int round, bool hidden,
				   const char *login)
{
	BpmParameters parameters = {0};
	BpmParameters items = {0};
	TimestampTz moment = GetCurrentTimestamp();
	bytea	   *digest = palloc(VARHDRSZ + BPM_DIGEST_LENGTH);

	SET_VARSIZE(digest, VARHDRSZ + BPM_DIGEST_LENGTH);
	digest_version(ledger, version, kind, round, login, moment, (uint8 *) VARDATA(digest));
	bpm_bind_id(&parameters, version);
	bpm_bind_text(&parameters, kind);
	bpm_bind_int(&parameters, round);
	bpm_bind_bool(&parameters, hidden);
	bpm_bind_datum(&parameters, TimestampTzGetDatum(moment));
	bpm_bind_text(&parameters, login);
	bpm_bind_datum(&parameters, PointerGetDatum(digest));
	bpm_planning_store(ledger, "request_version", &freeze_version, &parameters);
	if (!hidden)
		return;
	bpm_bind_id(&items, version);
	bpm_bind_bool(&items, hidden);
	bpm_planning_store(ledger, "request_item", &hide_items, &items);
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
