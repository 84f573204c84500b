/*
 * draft.c
 *	  A government's draft budget: open while it is prepared, out on its way to the
 *	  vote, returned or approved.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "registry/registry.h"

static const BpmStatement share_division = {
	"SELECT state FROM @ledger@.division_draft WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2"
	" FOR SHARE", "ic"
};
static const BpmStatement lock_division = {
	"SELECT state, versions FROM @ledger@.division_draft WHERE preparation_id" EQ "$1"
	" AND division" CODE_EQ "$2 FOR NO KEY UPDATE", "ic"
};
static const BpmStatement add_division = {
	"INSERT INTO @ledger@.division_draft (preparation_id, division, fiscal_year)"
	" SELECT p.preparation_id, $2, p.fiscal_year FROM @ledger@.preparation p"
	" WHERE p.preparation_id" EQ "$1 ON CONFLICT DO NOTHING", "ic"
};
static const BpmStatement find_preparation = {
	"SELECT 1 FROM @ledger@.preparation WHERE preparation_id" EQ "$1 AND $2 IS NOT NULL", "ic"
};
static const BpmStatement set_division = {
	"UPDATE @ledger@.division_draft SET state = $3, versions = versions OPERATOR(pg_catalog.+) $4"
	" WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2", "icti"
};
static const BpmStatement find_division = {
	"SELECT official_code, name FROM @ledger@.division WHERE code" CODE_EQ "$1", "c"
};
static const BpmStatement nearest_preparation = {
	"SELECT p.preparation_id FROM @ledger@.preparation p"
	" WHERE p.fiscal_year" EQ "(SELECT o.fiscal_year FROM @ledger@.preparation o WHERE o.preparation_id" EQ "$1)"
	" AND p.division" COVERS "$2 ORDER BY p.division DESC LIMIT 1", "ic"
};
static const BpmStatement list_blockers = {
	"SELECT f.note FROM @ledger@.draft_findings($1, $2) AS f WHERE f.blocks", "it"
};
static const BpmStatement find_living = {
	"SELECT c.case_id FROM @ledger@.draft d JOIN @ledger@.approval_case c ON c.case_id" EQ "d.case_id"
	" WHERE d.preparation_id" EQ "$1 AND d.division" CODE_EQ "$2 AND c.case_id" NE "$3"
	" AND c.state" EQ "ANY ('{running,returned,suspended}'::pg_catalog.text[]) LIMIT 1", "icl"
};
static const BpmStatement find_draft = {
	"SELECT d.draft_id, d.preparation_id, d.fiscal_year, d.division, d.version, d.expenditure, d.digest, x.resolution"
	" FROM @ledger@.draft d JOIN @ledger@.division_draft x ON x.preparation_id" EQ "d.preparation_id"
	" AND x.division" CODE_EQ "d.division WHERE d.case_id" EQ "$1 AND d.state" EQ "'out'"
	" FOR NO KEY UPDATE OF x", "l"
};
static const BpmStatement find_approved = {
	"SELECT 1 FROM @ledger@.draft WHERE case_id" EQ "$1 AND state" EQ "'approved'", "l"
};
static const BpmStatement end_draft = {
	"UPDATE @ledger@.draft SET state = $2, ended_at = pg_catalog.clock_timestamp(), document = $3"
	" WHERE draft_id" EQ "$1", "ltt"
};
static const BpmStatement await_vote = {
	"INSERT INTO @ledger@.budget_approval (fiscal_year, division, amount, case_id)"
	" SELECT d.fiscal_year, d.division, d.expenditure, d.case_id FROM @ledger@.draft d WHERE d.draft_id" EQ "$1"
	" ON CONFLICT (fiscal_year, division) DO UPDATE SET amount = excluded.amount, case_id = excluded.case_id"
	" WHERE budget_approval.approved_on IS NULL", "l"
};

/*
 * Refuses a transaction that would look at requests as they were when it began: what
 * goes to the vote is what stands under the lock.
 */
void
bpm_draft_require_latest(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("drafts are sent off and approved under isolation level read committed only"),
				 errhint("Begin the transaction with that level.")));
}

/* Names a division for a message. */
char *
bpm_draft_division_name(BpmLedger *ledger, BpmCode division)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, division);
	if (bpm_planning_read(ledger, &find_division, &parameters) != 1)
		elog(ERROR, "division of a draft does not exist");
	return psprintf("%s %s", bpm_result_text(0, 1), bpm_result_text(0, 2));
}

/*
 * Takes the row of a government's draft, made where it is missing, and returns its
 * state; NULL when there is no such preparation.
 */
static char *
take_division(BpmLedger *ledger, const BpmStatement *lock, int32 preparation, BpmCode division)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, division);
	if (bpm_planning_read(ledger, lock, &parameters) == 0)
	{
		if (bpm_planning_read(ledger, &find_preparation, &parameters) == 0)
			return NULL;
		bpm_planning_store(ledger, "division_draft", &add_division, &parameters);
		if (bpm_planning_read(ledger, lock, &parameters) != 1)
			ereport(ERROR,
					(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
					 errmsg("the draft of a division was begun by somebody else at the same moment"),
					 errhint("Try again.")));
	}
	return bpm_result_text(0, 1);
}

/* Locks the row of a government's draft, whatever its state, against everybody else. */
void
bpm_draft_take(BpmLedger *ledger, int32 preparation, BpmCode division)
{
	take_division(ledger, &lock_division, preparation, division);
}

/* Keeps a government's draft as it is until the end of the transaction, for who may yet find nothing to change. */
void
bpm_draft_share(BpmLedger *ledger, int32 preparation, BpmCode division)
{
	take_division(ledger, &share_division, preparation, division);
}

/*
 * Keeps a government's draft from being sent off until the end of the transaction, or
 * refuses what would change a draft that is out or approved.
 */
void
bpm_draft_hold_open(BpmLedger *ledger, int32 preparation, BpmCode division)
{
	char	   *state = take_division(ledger, &share_division, preparation, division);

	if (state == NULL || strcmp(state, "open") == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 strcmp(state, "out") == 0 ?
			 errmsg("the draft budget of %s is on its way to the vote", bpm_draft_division_name(ledger, division)) :
			 errmsg("the budget of %s is approved", bpm_draft_division_name(ledger, division)),
			 errdetail("Nothing of it changes while it is out, nor after the vote."),
			 strcmp(state, "out") == 0 ?
			 errhint("Have it returned first.") :
			 errhint("What changes in the year is posted: virement(), supplement().")));
}

/* Returns the preparation that a submission is about: an argument of the effect, or a fact of the case. */
static int32
preparation_of(const BpmEffectCall *call)
{
	Jsonb	   *places[] = {call->arguments, call->facts};
	JsonbValue	value;

	for (int i = 0; i < lengthof(places); i++)
		if (places[i] && getKeyJsonValueFromContainer(&places[i]->root, "preparation", strlen("preparation"), &value) &&
			value.type == jbvNumeric)
			return DatumGetInt32(DirectFunctionCall1(numeric_int4, NumericGetDatum(value.val.numeric)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the case does not say of which preparation the draft is"),
			 errhint("Begin it with submit_draft(), or give the fact \"preparation\".")));
}

/* Refuses a government that takes part in another preparation, and a case of a unit. */
static void
check_place(BpmLedger *ledger, const BpmEffectCall *call, int32 preparation)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, call->division);
	if (call->unit == 0 && bpm_planning_read(ledger, &nearest_preparation, &parameters) == 1 &&
		bpm_result_int(0, 1) == preparation)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("%s has no draft in preparation %d", bpm_draft_division_name(ledger, call->division),
					preparation),
			 errdetail("A draft is of a government, in the nearest preparation of the year at or above it.")));
}

/* Refuses a draft with all that keeps it from being sent off. */
static void
check_ready(BpmLedger *ledger, const BpmEffectCall *call, int32 preparation)
{
	BpmParameters parameters = {0};
	StringInfoData notes;
	char	   *name = bpm_draft_division_name(ledger, call->division);
	int			rows;

	bpm_bind_int(&parameters, preparation);
	bpm_bind_text(&parameters, pnstrdup(name, strcspn(name, " ")));
	rows = bpm_planning_read(ledger, &list_blockers, &parameters);
	if (rows == 0)
		return;
	initStringInfo(&notes);
	for (int i = 0; i < rows; i++)
		appendStringInfo(&notes, "%s%s", i ? "\n" : "", bpm_result_text(i, 1));
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("the draft budget of %s cannot be sent off, for %d reasons", name, rows),
			 errdetail_internal("%s", notes.data),
			 errhint("check_draft(%d, '%s') lists them with their amounts.", preparation,
					 pnstrdup(name, strcspn(name, " ")))));
}

/* Refuses a second case for a draft that one is about already. */
static void
check_only_case(BpmLedger *ledger, const BpmEffectCall *call, int32 preparation)
{
	BpmParameters parameters = {0};
	int64		living;

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, call->division);
	bpm_bind_id(&parameters, call->case_id);
	if (bpm_planning_read(ledger, &find_living, &parameters) == 0)
		return;
	living = bpm_result_int(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("case " INT64_FORMAT " is about the draft budget of %s already", living,
					bpm_draft_division_name(ledger, call->division)),
			 errhint("Submit that one again with act(), or have it ended first.")));
}

/* Writes where a government's draft is now. */
static void
move_division(BpmLedger *ledger, int32 preparation, BpmCode division, const char *state, int versions)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, division);
	bpm_bind_text(&parameters, state);
	bpm_bind_int(&parameters, versions);
	bpm_planning_store(ledger, "division_draft", &set_division, &parameters);
}

/* Gives what the facts of a case are to say of its draft. */
static Jsonb *
draft_fact(int64 id, int32 version, BpmFen expenditure)
{
	char	   *text = psprintf("{\"draft\": " INT64_FORMAT ", \"version\": %d, \"expenditure\": %s}",
								id, version, bpm_fen_to_text(expenditure));

	return bpm_jsonb_of(text);
}

/* hold_draft: freezes the next version of a government's draft, which nothing changes until it is back or approved. */
Jsonb *
bpm_draft_hold(BpmLedger *ledger, const BpmEffectCall *call)
{
	int32		preparation = preparation_of(call);
	BpmParameters parameters = {0};
	BpmDraft	draft;
	uint8		digest[BPM_DIGEST_LENGTH];
	int32		version;
	char	   *state;

	bpm_draft_require_latest();
	check_place(ledger, call, preparation);
	state = take_division(ledger, &lock_division, preparation, call->division);
	version = bpm_result_int(0, 2) + 1;
	if (strcmp(state, "open") != 0)
		bpm_draft_hold_open(ledger, preparation, call->division);
	check_only_case(ledger, call, preparation);
	check_ready(ledger, call, preparation);
	bpm_draft_digest(ledger, preparation, call->division, version, digest);
	bpm_bind_id(&parameters, bpm_draft_store(ledger, call, preparation, version, digest));
	move_division(ledger, preparation, call->division, "out", 1);
	if (bpm_planning_store(ledger, "budget_approval", &await_vote, &parameters) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("the budget of %s is approved", bpm_draft_division_name(ledger, call->division)),
				 errdetail("It was voted on in another preparation of the year."),
				 errhint("What changes in the year is posted: virement(), supplement().")));
	bpm_draft_of_case(ledger, call, &draft);
	return draft_fact(draft.id, version, draft.expenditure);
}

/* Reads the draft that a case has out, under the lock on its government; false if it has none. */
bool
bpm_draft_of_case(BpmLedger *ledger, const BpmEffectCall *call, BpmDraft *draft)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, call->case_id);
	if (bpm_planning_read(ledger, &find_draft, &parameters) != 1)
		return false;
	draft->id = bpm_result_int(0, 1);
	draft->preparation = bpm_result_int(0, 2);
	draft->fiscal_year = bpm_result_int(0, 3);
	draft->division = bpm_result_int(0, 4);
	draft->version = bpm_result_int(0, 5);
	draft->expenditure = bpm_result_int(0, 6);
	bpm_row_digest(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 7, draft->digest);
	draft->resolution = bpm_result_text(0, 8);
	return true;
}

/* Ends the way of a draft, returned or approved, and says so of its government. */
void
bpm_draft_end(BpmLedger *ledger, const BpmDraft *draft, const char *state, const char *document)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, draft->id);
	bpm_bind_text(&parameters, state);
	bpm_bind_text(&parameters, document);
	bpm_planning_store(ledger, "draft", &end_draft, &parameters);
	move_division(ledger, draft->preparation, draft->division,
				  strcmp(state, "approved") == 0 ? "approved" : "open", 0);
}

/* Refuses to undo a vote: its appropriations stand. */
static void
refuse_approved(BpmLedger *ledger, const BpmEffectCall *call)
{
	BpmParameters parameters = {0};

	bpm_bind_id(&parameters, call->case_id);
	if (bpm_planning_read(ledger, &find_approved, &parameters) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("the budget of %s is approved", bpm_draft_division_name(ledger, call->division)),
				 errdetail("Case " INT64_FORMAT " has opened and appropriated its lines.", call->case_id),
				 errhint("What changes in the year is posted: virement(), supplement().")));
}

/* release_draft: what the case has out comes back, and may be changed again; also refuses to void a vote. */
Jsonb *
bpm_draft_release(BpmLedger *ledger, const BpmEffectCall *call)
{
	BpmDraft	draft;

	if (bpm_draft_of_case(ledger, call, &draft))
		bpm_draft_end(ledger, &draft, "returned", NULL);
	else
		refuse_approved(ledger, call);
	return NULL;
}
