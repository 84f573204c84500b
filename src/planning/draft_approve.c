/*
 * draft_approve.c
 *	  The effects of drafts, and the vote that turns one into appropriations.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "base/errors.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "workflow/watch.h"

static const BpmStatement approve_requests = {
	"UPDATE @ledger@.request SET state = 'approved', approved_version = d.version_id FROM @ledger@.draft_item d"
	" WHERE d.draft_id" EQ "$1 AND request.request_id" EQ "d.request_id AND request.state" EQ "'accepted'"
	" AND COALESCE(request.approved_version, request.current_version)" EQ "d.version_id", "l"
};
static const BpmStatement count_items = {
	"SELECT pg_catalog.count(*) FROM @ledger@.draft_item WHERE draft_id" EQ "$1", "l"
};
static const BpmStatement record_vote = {
	"UPDATE @ledger@.budget_approval SET document = $3, approved_on = $4, case_id = $5"
	" WHERE fiscal_year" EQ "$1 AND division" CODE_EQ "$2", "ictdl"
};
/* A unit whose government takes part and has no approved budget yet. */
static const BpmStatement left_open = {
	"SELECT 1 FROM @ledger@.preparation p JOIN @ledger@.unit u ON p.division" COVERS "u.division AND u.valid_to IS NULL"
	" WHERE p.preparation_id" EQ "$1"
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.division_draft x WHERE x.preparation_id" EQ "p.preparation_id"
	"  AND x.division" CODE_EQ "u.division AND x.state" EQ "'approved')"
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.preparation o WHERE o.fiscal_year" EQ "p.fiscal_year"
	"  AND o.preparation_id" NE "p.preparation_id AND p.division" COVERS "o.division AND o.division" COVERS "u.division)"
	" LIMIT 1", "i"
};

/* Refuses a draft whose content is not what was sent off any more. */
static void
check_digest(BpmLedger *ledger, const BpmDraft *draft)
{
	uint8		digest[BPM_DIGEST_LENGTH];

	bpm_draft_digest(ledger, draft->preparation, draft->division, draft->version, digest);
	if (memcmp(digest, draft->digest, BPM_DIGEST_LENGTH) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
			 errmsg("draft " INT64_FORMAT " is not what was sent off", draft->id),
			 errdetail("A request, an estimate or a planned transfer in it was changed."),
			 errhint("Have it returned and sent off again; run budgetpm.check_ledger('%s').", ledger->schema)));
}

/* Makes the draft's requests approved ones, with the versions that it contains. */
static int64
approve_all(BpmLedger *ledger, const BpmDraft *draft)
{
	BpmParameters parameters = {0};
	int64		approved;

	bpm_bind_id(&parameters, draft->id);
	approved = bpm_planning_store(ledger, "request", &approve_requests, &parameters);
	bpm_planning_read(ledger, &count_items, &parameters);
	if (approved != bpm_result_int(0, 1))
		elog(ERROR, "not all requests of draft " INT64_FORMAT " could be approved", draft->id);
	return approved;
}

/* Writes down what the congress has decided, for all who ask what the budget is. */
static void
record(BpmLedger *ledger, const BpmEffectCall *call, const BpmDraft *draft, const char *document, DateADT today)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, draft->fiscal_year);
	bpm_bind_id(&parameters, draft->division);
	bpm_bind_text(&parameters, document);
	parameters.values[3] = DateADTGetDatum(today);
	parameters.nulls[3] = ' ';
	parameters.count = 4;
	bpm_bind_id(&parameters, call->case_id);
	if (bpm_planning_store(ledger, "budget_approval", &record_vote, &parameters) != 1)
		elog(ERROR, "the budget of a draft does not wait for its vote");
}

/* Ends the preparation once every government in it that has units has its budget. */
static void
end_preparation(BpmLedger *ledger, const BpmDraft *draft)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, draft->preparation);
	if (bpm_planning_read(ledger, &left_open, &parameters) == 0)
		bpm_preparation_set_state(ledger, draft->preparation, "approved");
}

/* Gives what the facts of the case are to say of the approval. */
static Jsonb *
approval_fact(const BpmDraft *draft, int64 lines, int64 requests)
{
	char	   *text = psprintf("{\"draft\": " INT64_FORMAT ", \"lines\": " INT64_FORMAT ", \"requests\": " INT64_FORMAT
								", \"amount\": \"%s\"}", draft->id, lines, requests, bpm_fen_to_text(draft->expenditure));

	return bpm_jsonb_of(text);
}

/*
 * approve_budget: lines opened and appropriated, requests approved, notices and
 * deadlines, all with the deciding signature or none of it.
 */
static Jsonb *
approve_budget(BpmLedger *ledger, const BpmEffectCall *call)
{
	char	   *document = bpm_jsonb_text(&call->arguments->root, "document");
	DateADT		today = GetSQLCurrentDate();
	BpmDraft	draft;
	int64		lines;
	int64		requests;

	bpm_draft_require_latest();
	if (!bpm_draft_of_case(ledger, call, &draft))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("case " INT64_FORMAT " has no draft budget out", call->case_id),
				 errhint("The flow needs the effect \"hold_draft\" at the moment \"hold\".")));
	document = document ? document : draft.resolution ? draft.resolution : (char *) call->subject;
	check_digest(ledger, &draft);
	lines = bpm_draft_appropriate(ledger, call, &draft, document);
	requests = approve_all(ledger, &draft);
	bpm_draft_notices(ledger, &draft, today);
	record(ledger, call, &draft, document, today);
	bpm_draft_end(ledger, &draft, "approved", document);
	end_preparation(ledger, &draft);
	return approval_fact(&draft, lines, requests);
}

/* present_draft: the preliminary draft is before the congress (初步审查), which had to have it in time. */
static Jsonb *
present_draft(BpmLedger *ledger, const BpmEffectCall *call)
{
	BpmDraft	draft;
	char	   *document = bpm_jsonb_text(&call->arguments->root, "document");

	if (bpm_draft_of_case(ledger, call, &draft))
		bpm_meet_deadlines(ledger, "preliminary_draft", draft.division, 0,
						   psprintf("%d年预算草案初步方案", draft.fiscal_year), GetSQLCurrentDate(),
						   document ? document : call->subject);
	return NULL;
}

/* Says which arguments an effect of a draft does not know. */
static char *
check_arguments(BpmLedger *ledger, Jsonb *arguments)
{
	ListCell   *cell;

	foreach(cell, bpm_jsonb_keys(&arguments->root))
	{
		char	   *key = lfirst(cell);

		if (strcmp(key, "document") != 0 && strcmp(key, "preparation") != 0)
			return psprintf("there is no argument \"%s\"; it has document and preparation", key);
	}
	return NULL;
}

static const BpmEffect effects[] = {
	{"hold_draft", bpm_draft_hold, check_arguments},
	{"release_draft", bpm_draft_release, check_arguments},
	{"present_draft", present_draft, check_arguments},
	{"approve_budget", approve_budget, check_arguments}
};

/* Registers the effects of drafts; called when the library is loaded. */
void
bpm_draft_init(void)
{
	for (int i = 0; i < lengthof(effects); i++)
		bpm_register_effect(&effects[i]);
}
