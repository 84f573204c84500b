/*
 * request.c
 *	  save_request() and withdraw_request(): what a unit does with a request that
 *	  is in its own hands.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "evidence/digest.h"
#include "form/form.h"
#include "ledger/arguments.h"
#include "ledger/entry.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.save_request() */
enum
{
	ARG_LEDGER, ARG_PREPARATION, ARG_UNIT, ARG_TITLE, ARG_ITEMS, ARG_FUND_TYPE, ARG_CATEGORY,
	ARG_PROJECT, ARG_ATTRIBUTES, ARG_ATTACHMENTS, ARG_REQUEST, ARG_EXPECTED, ARG_REASON, ARG_KEY
};

/* A request as it was asked to be saved. */
typedef struct Form
{
	BpmRequestPlace place;
	char	   *title;
	char	   *fund_type;
	char	   *category;		/* NULL: none, as project, reason and key */
	char	   *project;
	int64		project_id;
	Jsonb	   *attributes;
	Jsonb	   *attachments;
	char	   *reason;
	char	   *key;
	BpmItem    *items;
	int			count;
	BpmFen		amount;
	Datum		content;		/* digest of all of it */
	const char *login;
} Form;

static const BpmStatement find_project = {
	"SELECT project_id, unit, category FROM @ledger@.project WHERE official_code" EQ "$1", "t"
};
static const BpmStatement find_key = {
	"SELECT request_id, content" EQ "$4, state FROM @ledger@.request"
	" WHERE preparation_id" EQ "$1 AND unit" CODE_EQ "$2 AND key" EQ "$3", "icty"
};
static const BpmStatement find_saved = {
	"SELECT saved_content" EQ "$3 FROM @ledger@.request WHERE request_id" EQ "$1 AND saved_key" EQ "$2",
	"lty"
};
static const BpmStatement unit_round = {
	"SELECT COALESCE(pg_catalog.max(v.round), 1) FROM @ledger@.request r"
	" JOIN @ledger@.request_version v ON v.version_id" EQ "r.current_version"
	" WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2", "ic"
};
static const BpmStatement find_department = {
	"SELECT code FROM @ledger@.unit WHERE code" COVERS "$1 AND division" CODE_EQ "$2"
	" ORDER BY kind" NE "'department', code LIMIT 1", "cc"
};
static const BpmStatement insert_request = {
	"INSERT INTO @ledger@.request (preparation_id, fiscal_year, division, unit, department,"
	" project_id, category, fund_type, title, state, created_by, key, content)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', $10, $11, $12)"
	" ON CONFLICT (preparation_id, unit, key) WHERE key IS NOT NULL DO NOTHING"
	" RETURNING request_id", "iiccclttttty"
};
static const BpmStatement insert_version = {
	"INSERT INTO @ledger@.request_version (request_id, version_no, round, kind, amount, attributes,"
	" attachments, reason, made_at, made_by, division, unit)"
	" VALUES ($1, 1, $2, 'working', $3, $4, $5, $6, pg_catalog.clock_timestamp(), $7, $8, $9)"
	" RETURNING version_id", "liajjttcc"
};
static const BpmStatement change_request = {
	"UPDATE @ledger@.request SET title = $2, fund_type = $3, category = $4, project_id = $5,"
	" saved_key = $6, saved_content = $7 WHERE request_id" EQ "$1", "ltttlty"
};
static const BpmStatement same_identity = {
	"SELECT title" EQ "$2 AND fund_type" EQ "$3 AND category IS NOT DISTINCT FROM $4"
	" AND project_id IS NOT DISTINCT FROM $5 FROM @ledger@.request WHERE request_id" EQ "$1", "ltttl"
};
static const BpmStatement change_version = {
	"UPDATE @ledger@.request_version SET version_no = version_no OPERATOR(pg_catalog.+) 1,"
	" amount = $2, attributes = $3, attachments = $4, reason = $5,"
	" made_at = pg_catalog.clock_timestamp(), made_by = $6 WHERE version_id" EQ "$1", "lajjtt"
};
static const BpmStatement delete_items = {
	"DELETE FROM @ledger@.request_item WHERE version_id" EQ "$1", "l"
};

/* Looks a fund type up. */
static void
search_fund_type(BpmLedger *ledger, void *form)
{
	bpm_registry_fund_type(ledger, ((Form *) form)->fund_type);
}

/* Looks a category up, as register_project() does. */
static void
search_category(BpmLedger *ledger, void *form)
{
	bpm_registry_category(ledger, ((Form *) form)->place.division, ((Form *) form)->category);
}

/* Looks at what the fields of the unit's forms hold; what is required may still be missing. */
static void
check_fields(BpmLedger *ledger, void *argument)
{
	Form	   *form = argument;

	bpm_check_some_attributes(ledger, "request", form->place.division, form->place.unit,
							  form->category, form->attributes, true);
}

/* Takes the project of a request, which must be the unit's; its category holds unless one is given. */
static void
take_project(BpmLedger *ledger, Form *form, BpmFindings *findings)
{
	BpmParameters parameters = {0};
	char	   *category;

	if (form->project == NULL)
		return;
	bpm_bind_text(&parameters, form->project);
	/* Of another unit's project nobody is told more than that it is not his. */
	if (bpm_planning_read(ledger, &find_project, &parameters) != 1 ||
		bpm_result_int(0, 2) != form->place.unit)
	{
		bpm_finding(findings, ERRCODE_FOREIGN_KEY_VIOLATION, "project",
					psprintf("\"%s\" is not a project of unit \"%s\"", form->project,
							 form->place.unit_code));
		return;
	}
	form->project_id = bpm_result_int(0, 1);
	category = bpm_result_text(0, 3);
	if (form->category == NULL)
		form->category = category;
	else if (strcmp(form->category, category) != 0)
		bpm_finding(findings, ERRCODE_INVALID_PARAMETER_VALUE, "category",
					psprintf("\"%s\" is not the category of project \"%s\", which is \"%s\"",
							 form->category, form->project, category));
}

/* Checks one attachment: what it is, and the digest of a document that stays outside. */
static void
check_attachment(const BpmNode *node)
{
	static const char *const keys[] = {"kind", "title", "digest", NULL};
	char	   *digest = bpm_node_text(node, "digest", true);

	bpm_node_keys(node, keys);
	bpm_node_text(node, "kind", true);
	bpm_node_text(node, "title", true);
	if (digest && (strlen(digest) != 64 || strspn(digest, "0123456789abcdef") != 64))
		bpm_fault(node->faults, psprintf("%s.digest", node->path),
				  "must be the digest of a document, 64 digits 0-9a-f");
}

/* Checks the attachments, an array of objects. */
static void
check_attachments(const Form *form, BpmFindings *findings)
{
	BpmNode		array = {&form->attachments->root, "attachments", &findings->faults};

	if (!JB_ROOT_IS_ARRAY(form->attachments) || JB_ROOT_IS_SCALAR(form->attachments))
	{
		bpm_fault(&findings->faults, "attachments", "must be an array");
		return;
	}
	for (int i = 0; i < (int) JB_ROOT_COUNT(form->attachments); i++)
	{
		BpmNode		node;

		if (bpm_node_item(&array, i, &node))
			check_attachment(&node);
	}
}

/* Returns a document argument, or an empty one. */
static Jsonb *
jsonb_argument(FunctionCallInfo fcinfo, int argument, const char *missing)
{
	return PG_ARGISNULL(argument) ?
		bpm_jsonb_of(missing) :
		PG_GETARG_JSONB_P(argument);
}

/* Gives the digest of everything that is asked for, to know a repeated call. */
static Datum
digest_call(FunctionCallInfo fcinfo, BpmLedger *ledger, const Form *form)
{
	uint8		digest[BPM_DIGEST_LENGTH];

	bpm_digest_start(ledger->digest);
	bpm_digest_cstring(form->title);
	bpm_digest_cstring(form->fund_type);
	bpm_digest_cstring(form->category);
	bpm_digest_cstring(form->project);
	bpm_digest_cstring(bpm_memo_text(PG_GETARG_JSONB_P(ARG_ITEMS)));
	bpm_digest_cstring(bpm_memo_text(form->attributes));
	bpm_digest_cstring(bpm_memo_text(form->attachments));
	bpm_digest_cstring(form->reason);
	bpm_digest_finish(digest);
	return bpm_digest_datum(digest);
}

/* Reads the arguments; what is wrong with them is told with what is wrong with the items. */
static void
read_form(FunctionCallInfo fcinfo, BpmLedger *ledger, Form *form)
{
	form->title = bpm_limited_text(fcinfo, ARG_TITLE, "title", 200);
	form->fund_type = bpm_limited_text(fcinfo, ARG_FUND_TYPE, "fund_type", 10);
	form->category = bpm_limited_text(fcinfo, ARG_CATEGORY, "category", 40);
	form->project = bpm_limited_text(fcinfo, ARG_PROJECT, "project", 21);
	form->reason = bpm_limited_text(fcinfo, ARG_REASON, "reason", 1000);
	form->key = bpm_limited_text(fcinfo, ARG_KEY, "key", 100);
	form->attributes = jsonb_argument(fcinfo, ARG_ATTRIBUTES, "{}");
	form->attachments = jsonb_argument(fcinfo, ARG_ATTACHMENTS, "[]");
	form->content = digest_call(fcinfo, ledger, form);
}

/* Checks everything that is asked for, and raises every fault at once. */
static void
check_form(FunctionCallInfo fcinfo, BpmLedger *ledger, Form *form)
{
	BpmFindings findings = {0};

	bpm_attempt(ledger, search_fund_type, form, false, &findings, "fund_type");
	take_project(ledger, form, &findings);
	if (form->category)
		bpm_attempt(ledger, search_category, form, false, &findings, "category");
	if (!JB_ROOT_IS_OBJECT(form->attributes))
		bpm_fault(&findings.faults, "attributes", "must be an object");
	else
		bpm_attempt(ledger, check_fields, form, true, &findings, "attributes");
	check_attachments(form, &findings);
	form->items = bpm_read_items(ledger, &form->place, PG_GETARG_JSONB_P(ARG_ITEMS), &findings,
								 &form->count);
	form->amount = bpm_items_total(form->items, form->count, &findings);
	bpm_raise_findings(&findings, psprintf("request \"%s\"", form->title));
}

/* Says that a key stands for something else. */
static void
refuse_key(const char *key)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_KEY_CONFLICT),
			 errmsg("key \"%s\" saved another content", key),
			 errhint("Give each saving a key of its own.")));
}

/* Returns the request that a key made before, 0 for none; the same key with another content is refused. */
static int64
replay_creation(BpmLedger *ledger, const Form *form)
{
	BpmParameters parameters = {0};

	if (form->key == NULL)
		return 0;
	bpm_bind_int(&parameters, form->place.preparation.id);
	bpm_bind_id(&parameters, form->place.unit);
	bpm_bind_text(&parameters, form->key);
	bpm_bind_datum(&parameters, form->content);
	if (bpm_planning_read_latest(ledger, &find_key, &parameters) != 1)
		return 0;
	if (!bpm_result_int(0, 2))
		refuse_key(form->key);
	return bpm_result_int(0, 1);
}

/* Tells whether a key was the last to change the request in the same way. */
static bool
replay_change(BpmLedger *ledger, const Form *form, int64 request)
{
	BpmParameters parameters = {0};

	if (form->key == NULL)
		return false;
	bpm_bind_id(&parameters, request);
	bpm_bind_text(&parameters, form->key);
	bpm_bind_datum(&parameters, form->content);
	if (bpm_planning_read(ledger, &find_saved, &parameters) != 1)
		return false;
	if (!bpm_result_int(0, 1))
		refuse_key(form->key);
	return true;
}

/* Returns the department above a unit, the nearest to the top; the unit at the top where none is called so. */
BpmCode
bpm_department_of(BpmLedger *ledger, const BpmRequestPlace *place)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, place->unit);
	bpm_bind_id(&parameters, place->division);
	return bpm_planning_read(ledger, &find_department, &parameters) == 1 ? bpm_result_int(0, 1) :
		place->unit;
}

/* Returns the round that a unit is in: a new request joins it. */
int
bpm_unit_round(BpmLedger *ledger, const BpmRequestPlace *place)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, place->preparation.id);
	bpm_bind_id(&parameters, place->unit);
	bpm_planning_read(ledger, &unit_round, &parameters);
	return bpm_result_int(0, 1);
}

/* Stores the first version of a new request. */
static void
store_first_version(BpmLedger *ledger, const Form *form, int64 request)
{
	BpmParameters parameters = {0};
	int			round = bpm_unit_round(ledger, &form->place);
	int64		version;

	bpm_bind_id(&parameters, request);
	bpm_bind_int(&parameters, round);
	bpm_bind_fen(&parameters, form->amount);
	bpm_bind_datum(&parameters, JsonbPGetDatum(form->attributes));
	bpm_bind_datum(&parameters, JsonbPGetDatum(form->attachments));
	bpm_bind_text(&parameters, form->reason);
	bpm_bind_text(&parameters, form->login);
	bpm_bind_id(&parameters, form->place.division);
	bpm_bind_id(&parameters, form->place.unit);
	bpm_planning_store(ledger, "request_version", &insert_version, &parameters);
	version = bpm_result_int(0, 1);
	bpm_store_items(ledger, &form->place, version, form->items, form->count);
	bpm_request_set(ledger, request, "draft", version, 0);
}

/* Makes a request, or finds that somebody made it under the key at the same moment; returns it. */
static int64
create_request(BpmLedger *ledger, const Form *form)
{
	BpmParameters parameters = {0};
	const BpmRequestPlace *place = &form->place;
	int64		request;

	bpm_bind_int(&parameters, place->preparation.id);
	bpm_bind_int(&parameters, place->preparation.fiscal_year);
	bpm_bind_id(&parameters, place->division);
	bpm_bind_id(&parameters, place->unit);
	bpm_bind_id(&parameters, bpm_department_of(ledger, place));
	bpm_bind_id(&parameters, form->project_id);
	bpm_bind_text(&parameters, form->category);
	bpm_bind_text(&parameters, form->fund_type);
	bpm_bind_text(&parameters, form->title);
	bpm_bind_text(&parameters, form->login);
	bpm_bind_text(&parameters, form->key);
	bpm_bind_datum(&parameters, form->content);
	if (bpm_planning_store(ledger, "request", &insert_request, &parameters) == 0)
		return replay_creation(ledger, form);
	request = bpm_result_int(0, 1);
	store_first_version(ledger, form, request);
	return request;
}

/* Refuses what is not in the unit's hands now. */
static void
require_editable(const BpmRequestRow *request)
{
	if (strcmp(request->state, "draft") != 0 && strcmp(request->state, "returned") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("request " INT64_FORMAT " is %s", request->id, request->state),
				 request->case_id != 0 ?
				 errdetail("It goes through case " INT64_FORMAT ".", request->case_id) : 0,
				 errhint("A unit changes a request before it is submitted, or when it was returned.")));
}

/* Refuses to change another version than the one that the caller has read. */
static void
require_expected(FunctionCallInfo fcinfo, const BpmRequestRow *request)
{
	if (PG_ARGISNULL(ARG_EXPECTED))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("expected_version must not be null"),
				 errhint("It is the version_no that the change is based on.")));
	if (PG_GETARG_INT32(ARG_EXPECTED) != request->version_no)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("request " INT64_FORMAT " is at version %d, not %d", request->id,
						request->version_no, PG_GETARG_INT32(ARG_EXPECTED)),
				 errdetail("Somebody has saved it since it was read."),
				 errhint("Read it again, and save on top of that.")));
}

/* Refuses to turn a request that was submitted before into another one. */
static void
require_identity(BpmLedger *ledger, const Form *form, const BpmRequestRow *request)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, request->id);
	bpm_bind_text(&parameters, form->title);
	bpm_bind_text(&parameters, form->fund_type);
	bpm_bind_text(&parameters, form->category);
	bpm_bind_id(&parameters, form->project_id);
	bpm_planning_read(ledger, &same_identity, &parameters);
	if (request->submitted_before && !bpm_result_int(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("title, fund type, category and project of request " INT64_FORMAT " stay as they were submitted",
						request->id),
				 errhint("Withdraw it and make another one.")));
}

/* Replaces what the working version of a locked request says. */
static void
change_working(BpmLedger *ledger, const Form *form, const BpmRequestRow *request)
{
	BpmParameters row = {0};
	BpmParameters version = {0};
	BpmParameters items = {0};

	bpm_bind_id(&row, request->id);
	bpm_bind_text(&row, form->title);
	bpm_bind_text(&row, form->fund_type);
	bpm_bind_text(&row, form->category);
	bpm_bind_id(&row, form->project_id);
	bpm_bind_text(&row, form->key);
	bpm_bind_datum(&row, form->content);
	bpm_planning_store(ledger, "request", &change_request, &row);
	bpm_bind_id(&version, request->version);
	bpm_bind_fen(&version, form->amount);
	bpm_bind_datum(&version, JsonbPGetDatum(form->attributes));
	bpm_bind_datum(&version, JsonbPGetDatum(form->attachments));
	bpm_bind_text(&version, form->reason);
	bpm_bind_text(&version, form->login);
	bpm_planning_store(ledger, "request_version", &change_version, &version);
	bpm_bind_id(&items, request->version);
	bpm_planning_store(ledger, "request_item", &delete_items, &items);
	bpm_store_items(ledger, &form->place, request->version, form->items, form->count);
}

/* Changes a request that is in its unit's hands. */
static void
save_over(FunctionCallInfo fcinfo, BpmLedger *ledger, Form *form)
{
	BpmRequestRow request;

	bpm_draft_share(ledger, form->place.preparation.id, form->place.division);
	if (!bpm_request_lock(ledger, PG_GETARG_INT64(ARG_REQUEST), &request) ||
		request.preparation != form->place.preparation.id || request.unit != form->place.unit)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("request " INT64_FORMAT " does not exist in preparation %d for unit \"%s\"",
						PG_GETARG_INT64(ARG_REQUEST), form->place.preparation.id,
						form->place.unit_code)));
	if (replay_change(ledger, form, request.id))
		return;
	bpm_draft_hold_open(ledger, form->place.preparation.id, form->place.division);
	require_editable(&request);
	require_expected(fcinfo, &request);
	check_form(fcinfo, ledger, form);
	require_identity(ledger, form, &request);
	change_working(ledger, form, &request);
}

/* Makes a request of a unit, or replaces the working version of one, and returns it. */
PG_FUNCTION_INFO_V1(bpm_save_request);
Datum
bpm_save_request(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "unit", "title", "items", "fund_type",
	NULL};
	Form		form = {0};
	BpmCall		call;
	int64		request;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "save_request", NULL);
	form.login = call.login;
	bpm_request_place(call.ledger, PG_GETARG_INT32(ARG_PREPARATION),
					  bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21), &form.place);
	bpm_call_require(&call, form.place.division, form.place.unit);
	bpm_preparation_open(&form.place.preparation);
	read_form(fcinfo, call.ledger, &form);
	if (!PG_ARGISNULL(ARG_REQUEST))
	{
		request = PG_GETARG_INT64(ARG_REQUEST);
		save_over(fcinfo, call.ledger, &form);
	}
	else if ((request = replay_creation(call.ledger, &form)) == 0)
	{
		bpm_draft_hold_open(call.ledger, form.place.preparation.id, form.place.division);
		check_form(fcinfo, call.ledger, &form);
		request = create_request(call.ledger, &form);
	}
	bpm_call_end(&call);
	PG_RETURN_INT64(request);
}

/* Gives up a request that is in its unit's hands. */
PG_FUNCTION_INFO_V1(bpm_withdraw_request);
Datum
bpm_withdraw_request(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"request", "reason", NULL};
	BpmRequestRow request;
	BpmPreparation preparation;
	BpmCall		call;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "withdraw_request", NULL);
	bpm_request_require(&call, PG_GETARG_INT64(1), true, &request);
	bpm_preparation_require(call.ledger, request.preparation, false, &preparation);
	bpm_preparation_open(&preparation);
	require_editable(&request);
	bpm_request_note(call.ledger, &request, bpm_limited_text(fcinfo, 2, "reason", 1000), call.login);
	bpm_request_set(call.ledger, request.id, "withdrawn", request.version, 0);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
