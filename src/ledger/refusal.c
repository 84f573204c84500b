/*
 * refusal.c
 *	  What a rule refuses, with its figures and a way out, as data or as an error.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/rows.h"
#include "ledger/buffer.h"

#define SHOWN_SOURCES	3

/* Copies a text to where the posting lives. */
static char *
kept(BpmPosting *posting, const char *text)
{
	return text ? MemoryContextStrdup(posting->context, text) : NULL;
}

/* Keeps the first refusal of a posting and returns false, for the caller to pass on. */
bool
bpm_refuse(BpmPosting *posting, int sqlstate, char *message, char *detail, char *hint)
{
	if (posting->refusal.sqlstate == 0)
	{
		posting->refusal.sqlstate = sqlstate;
		posting->refusal.message = kept(posting, message);
		posting->refusal.detail = kept(posting, detail);
		posting->refusal.hint = kept(posting, hint);
	}
	return false;
}

/* Refuses what must not be looked at any further, not even for a key that was used before. */
bool
bpm_deny(BpmPosting *posting, int sqlstate, char *message, char *detail, char *hint)
{
	posting->denied = true;
	return bpm_refuse(posting, sqlstate, message, detail, hint);
}

/*
 * Lines that could give money to this one under the rules as they stand, richest
 * first.  The rules are asked about the richest fifty only: the refused line is
 * locked meanwhile.
 */
static const BpmStatement legal_sources = {
	"SELECT c.line_id, c.division, c.unit, c.available, c.road FROM ("
	" SELECT b.line_id, b.division, b.unit, b.available, s.road FROM ("
	"  SELECT l.parent_id AS line_id, 'allot'::pg_catalog.text AS road"
	"   FROM @ledger@.line l WHERE l.line_id OPERATOR(pg_catalog.=) $1"
	"   AND l.parent_id IS NOT NULL"
	"  UNION ALL"
	"  SELECT o.line_id, 'virement' FROM @ledger@.line l JOIN @ledger@.line o"
	"   ON o.unit OPERATOR(budgetpm.=) l.unit"
	"   AND o.fiscal_year OPERATOR(pg_catalog.=) l.fiscal_year"
	"   AND o.fund_type OPERATOR(pg_catalog.=) l.fund_type"
	"   AND o.line_id OPERATOR(pg_catalog.<>) l.line_id"
	"   WHERE l.line_id OPERATOR(pg_catalog.=) $1) s"
	"  JOIN @ledger@.balance_@year@ b ON b.line_id OPERATOR(pg_catalog.=) s.line_id"
	"  WHERE b.available OPERATOR(budgetpm.>) '0'::budgetpm.amount"
	"  AND b.line_state OPERATOR(pg_catalog.=) 'o'"
	"  ORDER BY b.available USING OPERATOR(budgetpm.>), b.line_id LIMIT 50) c"
	" WHERE c.road OPERATOR(pg_catalog.=) 'allot'"
	" OR @ledger@.virement_verdict(c.line_id, $1) IS NULL LIMIT 20", "l"
};

/* Tells whether the caller, not the owner, may read there. */
static bool
caller_may_see(BpmPosting *posting, BpmCode division, BpmCode unit)
{
	bool		visible;

	bpm_owner_leave(&posting->scope);
	visible = bpm_has_duty(posting->ledger, BPM_RIGHT_READ, division, unit);
	bpm_owner_enter(posting->ledger, &posting->scope);
	return visible;
}

/* Names lines that may give money and that the caller may read, NULL if none. */
static char *
describe_sources(BpmPosting *posting, int64 line)
{
	Datum		values[1] = {Int64GetDatum(line)};
	SPITupleTable *rows;
	int			count;
	StringInfoData text;
	int			shown = 0;
	bool		isnull;

	/* The balances that it names are those that the postings before have made. */
	if (posting->buffer)
		bpm_buffer_flush(posting->buffer);
	count = bpm_ledger_execute(posting->ledger, &legal_sources, BPM_LINE_YEAR(line), values,
							   NULL);
	rows = SPI_tuptable;
	initStringInfo(&text);
	for (int i = 0; i < count && shown < SHOWN_SOURCES; i++)
	{
		HeapTuple	row = rows->vals[i];
		TupleDesc	desc = rows->tupdesc;

		/* A clerk learns nothing here about lines that he cannot read. */
		if (!caller_may_see(posting, DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull)),
							DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull))))
			continue;
		appendStringInfo(&text, "%sline %s has %s (%s)", shown ? "; " : "",
						 bpm_row_string(row, desc, 1), bpm_row_string(row, desc, 4),
						 bpm_row_string(row, desc, 5));
		shown++;
	}
	SPI_freetuptable(rows);
	return shown ? text.data : NULL;
}

/* Says where the missing money could come from. */
/* What to do where money is taken off a line and more of it would be no help; NULL elsewhere. */
static const char *
advice_when_taking(const BpmRequest *request)
{
	static const char *const names[] = {"reduce", "withdraw", "return_allotment",
	"reserve_out", "reverse", NULL};

	if (strcmp(request->operation->name, "return_transfer") == 0)
		return "A transfer goes back whole; make that much available first.";
	for (const char *const *name = names; *name; name++)
		if (strcmp(*name, request->operation->name) == 0)
			return request->amount == 0 ? "Give an amount to undo a part."
				: "Lower the amount to what is available.";
	return NULL;
}

/* Says what else the line holds, and where money for it could legally come from. */
static char *
shortage_hint(BpmPosting *posting, const BpmLine *line)
{
	StringInfoData text;
	const char *advice = advice_when_taking(&posting->request);
	char	   *sources;

	initStringInfo(&text);
	if (line->bucket[BUCKET_ALLOTTED] > 0)
		appendStringInfo(&text, "%s are allotted to lines below and can be returned. ",
						 bpm_fen_to_text(line->bucket[BUCKET_ALLOTTED]));
	if (line->bucket[BUCKET_PENDING_OUT] > 0)
		appendStringInfo(&text, "%s are pending out and can be released. ",
						 bpm_fen_to_text(line->bucket[BUCKET_PENDING_OUT]));
	if (line->bucket[BUCKET_FROZEN] > 0)
		appendStringInfo(&text, "%s are frozen and can be unfrozen. ",
						 bpm_fen_to_text(line->bucket[BUCKET_FROZEN]));
	if (advice != NULL)
	{
		appendStringInfoString(&text, advice);
		return text.data;
	}
	sources = describe_sources(posting, line->id);
	if (sources)
		appendStringInfo(&text, "Money could come from: %s.", sources);
	else
		appendStringInfoString(&text,
							   "No line that you can read may give money to this one; ask for a supplement().");
	return text.data;
}

/* Refuses a posting because a bucket holds less than it takes. */
bool
bpm_refuse_shortage(BpmPosting *posting, const BpmLine *line, BpmBucket bucket,
					BpmFen amount)
{
	BpmFen		held = line->bucket[bucket];
	BpmFen		missing = amount - held;

	return bpm_refuse(posting, ERRCODE_BPM_INSUFFICIENT_FUNDS,
					  psprintf("insufficient funds on line " INT64_FORMAT ": %s is short by %s",
							   line->id, bpm_bucket_names[bucket], bpm_fen_to_text(missing)),
					  psprintf("%s needs %s, and %s holds %s.",
							   posting->request.operation->name, bpm_fen_to_text(amount),
							   bpm_bucket_names[bucket], bpm_fen_to_text(held)),
					  bucket == BUCKET_AVAILABLE ? shortage_hint(posting, line)
					  : psprintf("At most %s can be taken from %s.", bpm_fen_to_text(held),
								 bpm_bucket_names[bucket]));
}

/* Raises the refusal as an error. */
void
bpm_posting_fail(const BpmPosting *posting)
{
	if (posting->refusal.sqlstate == 0)
		elog(ERROR, "posting failed without a reason");
	bpm_refusal_raise(&posting->refusal);
}
