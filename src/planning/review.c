/*
 * review.c
 *	  What finance lets of a request (审核数), item by item or of the whole: a
 *	  version beside what was submitted, hidden until it is returned.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"

/* Argument positions of budgetpm.review_request() */
enum
{
	ARG_LEDGER, ARG_REQUEST, ARG_OPINION, ARG_AMOUNT, ARG_ITEMS
};

static const BpmStatement submitted_version = {
	"SELECT version_id, round FROM @ledger@.request_version WHERE request_id" EQ "$1"
	" AND kind" EQ "'submitted' ORDER BY version_no DESC LIMIT 1", "l"
};
static const BpmStatement read_item = {
	"SELECT amount FROM @ledger@.request_item WHERE version_id" EQ "$1 AND item_no" EQ "$2", "li"
};
static const BpmStatement set_item = {
	"UPDATE @ledger@.request_item SET amount = $3, reviewed = reviewed"
	" OR amount OPERATOR(budgetpm.<>) $3 WHERE version_id" EQ "$1 AND item_no" EQ "$2", "lia"
};
/*
 * Each item gets its share in whole fen, and the fen that are left go one each to
 * the largest remainders, so that the sum is the total.
 */
static const BpmStatement share_total = {
	"UPDATE @ledger@.request_item t SET amount = s.fen::budgetpm.amount,"
	" reviewed = t.reviewed OR t.amount OPERATOR(budgetpm.<>) s.fen::budgetpm.amount"
	" FROM (SELECT p.item_no, (p.base OPERATOR(pg_catalog.+)"
	"   CASE WHEN pg_catalog.row_number() OVER (ORDER BY p.rest DESC, p.item_no)"
	"    " LE "($2::pg_catalog.numeric OPERATOR(pg_catalog.*) 100 OPERATOR(pg_catalog.-)"
	"    pg_catalog.sum(p.base) OVER ()) THEN 1 ELSE 0 END) OPERATOR(pg_catalog./) 100.00 AS fen"
	"  FROM (SELECT q.item_no, pg_catalog.div(q.part, q.whole) AS base,"
	"    pg_catalog.mod(q.part, q.whole) AS rest"
	"   FROM (SELECT i.item_no, i.amount::pg_catalog.numeric OPERATOR(pg_catalog.*) 100"
	"      OPERATOR(pg_catalog.*) $2::pg_catalog.numeric OPERATOR(pg_catalog.*) 100 AS part,"
	"     pg_catalog.sum(i.amount::pg_catalog.numeric) OVER () OPERATOR(pg_catalog.*) 100 AS whole"
	"    FROM @ledger@.request_item i WHERE i.version_id" EQ "$1) q WHERE q.whole" GT "0) p) s"
	" WHERE t.version_id" EQ "$1 AND t.item_no" EQ "s.item_no", "la"
};
static const BpmStatement set_total = {
	"UPDATE @ledger@.request_version SET amount = (SELECT COALESCE(budgetpm.sum(i.amount), '0')"
	" FROM @ledger@.request_item i WHERE i.version_id" EQ "$1) WHERE version_id" EQ "$1"
	" RETURNING amount", "l"
};

/* Reads one reviewed item and stores its amount; what is wrong with it joins the findings. */
static void
review_item(BpmLedger *ledger, int64 version, const BpmNode *node, BpmFindings *findings)
{
	static const char *const keys[] = {"item_no", "amount", NULL};
	BpmParameters parameters = {0};
	int			item_no = bpm_node_int(node, "item_no", 0, 1);
	char	   *text;
	BpmFen		amount;
	BpmFen		asked;
	BpmRefusal	refusal;

	bpm_node_keys(node, keys);
	if (!bpm_read_decimal(node, "amount", 2, true, findings, &text))
		return;
	if (!bpm_fen_parse(text, &amount, &refusal))
	{
		bpm_finding(findings, refusal.sqlstate, node->path, refusal.message);
		return;
	}
	bpm_bind_id(&parameters, version);
	bpm_bind_int(&parameters, item_no);
	if (bpm_planning_read(ledger, &read_item, &parameters) != 1)
	{
		bpm_fault(node->faults, psprintf("%s.item_no", node->path), "the request has no item %d", item_no);
		return;
	}
	asked = bpm_result_int(0, 1);
	if (amount > asked)
		bpm_finding(findings, ERRCODE_BPM_RULE_VIOLATED, psprintf("%s.amount", node->path),
					psprintf("%s is more than the %s that are asked for", text, bpm_fen_to_text(asked)));
	bpm_bind_fen(&parameters, amount);
	bpm_planning_store(ledger, "request_item", &set_item, &parameters);
}

/* Stores the amounts that finance gives item by item. */
static void
review_items(BpmLedger *ledger, int64 version, Jsonb *items)
{
	BpmFindings findings = {0};
	BpmNode		array = {&items->root, "items", &findings.faults};

	if (!JB_ROOT_IS_ARRAY(items) || JB_ROOT_IS_SCALAR(items) || JB_ROOT_COUNT(items) == 0)
		bpm_fault(&findings.faults, "items", "must be an array of objects {item_no, amount}");
	else
		for (int i = 0; i < (int) JB_ROOT_COUNT(items); i++)
		{
			BpmNode		node;

			if (bpm_node_item(&array, i, &node))
				review_item(ledger, version, &node, &findings);
		}
	bpm_raise_findings(&findings, "the review");
}

/* Shares a total among the items. */
static void
review_total(BpmLedger *ledger, int64 version, BpmFen total, BpmFen asked)
{
	BpmParameters parameters = {0};

	if (total < 0 || total > asked)
		ereport(ERROR,
				(errcode(total < 0 ? ERRCODE_INVALID_PARAMETER_VALUE : ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("a review cannot let %s of %s", bpm_fen_to_text(total), bpm_fen_to_text(asked)),
				 errdetail("What is reviewed (审核数) lies between nothing and what was submitted (申报数).")));
	bpm_bind_id(&parameters, version);
	bpm_bind_fen(&parameters, total);
	bpm_planning_store(ledger, "request_item", &share_total, &parameters);
}

/* Makes the sum of a version's items its amount, and returns it. */
static BpmFen
total_version(BpmLedger *ledger, int64 version)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, version);
	bpm_planning_store(ledger, "request_version", &set_total, &parameters);
	return bpm_result_int(0, 1);
}

/* Finds what was last submitted of a request. */
int64
bpm_version_submitted(BpmLedger *ledger, int64 request, int *round)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, request);
	if (bpm_planning_read_latest(ledger, &submitted_version, &parameters) != 1)
		return 0;
	*round = bpm_result_int(0, 2);
	return bpm_result_int(0, 1);
}

/* Refuses to review what is not submitted, and nothing at all. */
static void
require_reviewable(FunctionCallInfo fcinfo, const BpmRequestRow *request)
{
	if (strcmp(request->state, "submitted") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("request " INT64_FORMAT " is %s", request->id, request->state),
				 errdetail("Only what is submitted is reviewed.")));
	if (!PG_ARGISNULL(ARG_AMOUNT) && !PG_ARGISNULL(ARG_ITEMS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a review gives the amount of the whole or those of items, not both"),
				 errhint("With neither it lets everything that is asked for.")));
}

/* Writes what finance lets of a submitted request, with its opinion, and returns the version. */
PG_FUNCTION_INFO_V1(bpm_review_request);
Datum
bpm_review_request(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"request", "opinion", NULL};
	BpmRequestRow request;
	BpmPreparation preparation;
	BpmCall		call;
	int64		version;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "review_request", NULL);
	bpm_request_require(&call, PG_GETARG_INT64(ARG_REQUEST), false, &request);
	bpm_preparation_require(call.ledger, request.preparation, false, &preparation);
	bpm_preparation_open(&preparation);
	require_reviewable(fcinfo, &request);
	request.version = bpm_version_submitted(call.ledger, request.id, &request.round);
	bpm_versions_copy(call.ledger, &request, 1, true,
					  bpm_limited_text(fcinfo, ARG_OPINION, "opinion", 1000), call.login);
	version = request.version;
	if (!PG_ARGISNULL(ARG_ITEMS))
		review_items(call.ledger, version, PG_GETARG_JSONB_P(ARG_ITEMS));
	if (!PG_ARGISNULL(ARG_AMOUNT))
		review_total(call.ledger, version, bpm_fen_from_numeric(PG_GETARG_NUMERIC(ARG_AMOUNT)),
					 total_version(call.ledger, version));
	total_version(call.ledger, version);
	bpm_versions_freeze(call.ledger, &request, 1, "reviewed", true, call.login);
	bpm_request_set(call.ledger, request.id, "submitted", version, 0);
	bpm_call_end(&call);
	PG_RETURN_INT64(version);
}
