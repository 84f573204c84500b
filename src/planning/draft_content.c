/*
 * draft_content.c
 *	  What a draft contains: accepted requests, revenue, transfers; their digest,
 *	  and the rows that keep them.
 *
 * Called under the lock on the government's draft, which nobody who changes any of
 * these shares at that time.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "planning/draft.h"
#include "planning/private.h"

#define ACCEPTED \
	" FROM @ledger@.request q JOIN @ledger@.request_version v" \
	" ON v.version_id" EQ "COALESCE(q.approved_version, q.current_version)" \
	" WHERE q.preparation_id" EQ "$1 AND q.division" CODE_EQ "$2 AND q.state" EQ "'accepted'"
#define SUM_OR_ZERO(what) \
	"COALESCE((SELECT budgetpm.sum(" what "), '0'::budgetpm.amount)"

static const BpmStatement request_content = {
	"SELECT q.request_id, v.version_id, v.amount::pg_catalog.text, pg_catalog.encode(v.digest, 'hex')"
	ACCEPTED " ORDER BY q.request_id", "ic"
};
static const BpmStatement revenue_content = {
	"SELECT fund_type::pg_catalog.text, revenue::pg_catalog.text, version, amount::pg_catalog.text"
	" FROM @ledger@.revenue_estimate WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2"
	" AND replaced_at IS NULL ORDER BY fund_type, revenue", "ic"
};
static const BpmStatement transfer_content = {
	"SELECT t.from_division::pg_catalog.text, t.to_division::pg_catalog.text, t.func::pg_catalog.text,"
	" t.fund_type::pg_catalog.text, t.version, t.amount::pg_catalog.text FROM @ledger@.planned_transfer t"
	" JOIN @ledger@.preparation p ON p.preparation_id" EQ "$1"
	" WHERE t.fiscal_year" EQ "p.fiscal_year AND t.replaced_at IS NULL"
	" AND (t.from_division" CODE_EQ "$2 OR t.to_division" CODE_EQ "$2)"
	" ORDER BY t.planned_transfer_id", "ic"
};
static const BpmStatement insert_draft = {
	"INSERT INTO @ledger@.draft (preparation_id, fiscal_year, division, version, state, case_id, requests,"
	" expenditure, reserve, transfers_out, revenue, transfers_in, digest, made_by)"
	" SELECT p.preparation_id, p.fiscal_year, $2, $3, 'out', $4, (SELECT pg_catalog.count(*)" ACCEPTED "),"
	SUM_OR_ZERO("v.amount)" ACCEPTED) ","
	SUM_OR_ZERO("i.amount) FROM @ledger@.request q JOIN @ledger@.request_item i"
				" ON i.version_id" EQ "COALESCE(q.approved_version, q.current_version)"
				" WHERE q.preparation_id" EQ "$1 AND q.division" CODE_EQ "$2 AND q.state" EQ "'accepted'"
				" AND i.func" UNDER "'227'::budgetpm.budget_code") ","
	SUM_OR_ZERO("t.amount) FROM @ledger@.planned_transfer t WHERE t.fiscal_year" EQ "p.fiscal_year"
				" AND t.from_division" CODE_EQ "$2 AND t.replaced_at IS NULL") ","
	SUM_OR_ZERO("r.amount) FROM @ledger@.revenue_estimate r WHERE r.preparation_id" EQ "$1"
				" AND r.division" CODE_EQ "$2 AND r.replaced_at IS NULL") ","
	SUM_OR_ZERO("t.amount) FROM @ledger@.planned_transfer t WHERE t.fiscal_year" EQ "p.fiscal_year"
				" AND t.to_division" CODE_EQ "$2 AND t.replaced_at IS NULL") ","
	" $5, $6 FROM @ledger@.preparation p WHERE p.preparation_id" EQ "$1 RETURNING draft_id", "icilyt"
};
static const BpmStatement insert_items = {
	"INSERT INTO @ledger@.draft_item (draft_id, request_id, version_id, amount, division, unit)"
	" SELECT $3, q.request_id, v.version_id, v.amount, q.division, q.unit" ACCEPTED, "icl"
};

/* Adds the rows of a statement to the content of a digest, their number first. */
static void
digest_rows(BpmLedger *ledger, const BpmStatement *statement, BpmParameters *parameters)
{
	int			rows = bpm_planning_read(ledger, statement, parameters);

	bpm_digest_int64(rows);
	for (int i = 0; i < rows; i++)
		for (int column = 1; column <= SPI_tuptable->tupdesc->natts; column++)
		{
			char	   *text = bpm_result_text(i, column);

			bpm_digest_cstring(text);
			if (text)
				pfree(text);
		}
	SPI_freetuptable(SPI_tuptable);
}

/* Gives the digest of a draft's content as it is now; docs/planning.md has its bytes. */
void
bpm_draft_digest(BpmLedger *ledger, int32 preparation, BpmCode division, int32 version, uint8 *digest)
{
	BpmParameters parameters = {0};
	char	   *place = bpm_code_to_text(division);

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, division);
	/* Plans are made before a content is begun: one is built at a time. */
	bpm_ledger_plan(ledger, &request_content, 0);
	bpm_ledger_plan(ledger, &revenue_content, 0);
	bpm_ledger_plan(ledger, &transfer_content, 0);
	bpm_digest_start(ledger->digest);
	bpm_digest_cstring("budgetpm/draft/1");
	bpm_digest_int64(preparation);
	bpm_digest_cstring(place);
	bpm_digest_int64(version);
	digest_rows(ledger, &request_content, &parameters);
	digest_rows(ledger, &revenue_content, &parameters);
	digest_rows(ledger, &transfer_content, &parameters);
	bpm_digest_finish(digest);
}

/* Stores a draft with what it contains, and returns it. */
int64
bpm_draft_store(BpmLedger *ledger, const BpmEffectCall *call, int32 preparation, int32 version,
				const uint8 *digest)
{
	BpmParameters parameters = {0};
	BpmParameters items = {0};
	int64		draft;

	bpm_bind_int(&parameters, preparation);
	bpm_bind_id(&parameters, call->division);
	bpm_bind_int(&parameters, version);
	bpm_bind_id(&parameters, call->case_id);
	bpm_bind_datum(&parameters, bpm_digest_datum(digest));
	bpm_bind_text(&parameters, call->actor);
	if (bpm_planning_store(ledger, "draft", &insert_draft, &parameters) != 1)
		elog(ERROR, "draft was not stored");
	draft = bpm_result_int(0, 1);
	bpm_bind_int(&items, preparation);
	bpm_bind_id(&items, call->division);
	bpm_bind_id(&items, draft);
	bpm_planning_store(ledger, "draft_item", &insert_items, &items);
	return draft;
}
