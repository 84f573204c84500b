/*
 * supplement.c
 *	  Supplements (追加): what may raise a total that a people's congress has
 *	  approved, and what only moves inside it.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/operators.h"
#include "base/rows.h"
#include "ledger/posting.h"

/* The source's rule, if it is known, and whether the budget has been voted on. */
static const BpmStatement find_rule = {
	"SELECT s.posted_by::pg_catalog.text, s.case_needed, s.name::pg_catalog.text,"
	" EXISTS (SELECT 1 FROM @ledger@.budget_approval a WHERE a.fiscal_year" EQ "$2"
	" AND a.division OPERATOR(budgetpm.=) $3 AND a.approved_on IS NOT NULL)"
	" FROM (VALUES (1)) AS one(n) LEFT JOIN @ledger@.supplement_source s ON s.source" EQ "$1", "tic"
};
static const BpmStatement list_sources = {
	"SELECT pg_catalog.string_agg(s.source OPERATOR(pg_catalog.||) ' (' OPERATOR(pg_catalog.||) s.name"
	" OPERATOR(pg_catalog.||) ')', ', ' ORDER BY s.number, s.source) FROM @ledger@.supplement_source s", ""
};

static const BpmStatement find_vote = {
	"SELECT 1 FROM @ledger@.budget_approval a WHERE a.fiscal_year" EQ "$1"
	" AND a.division OPERATOR(budgetpm.=) $2 AND a.approved_on IS NOT NULL", "ic"
};

/* A row of supplement_source as the ledger has it now. */
typedef struct SourceRule
{
	char	   *posted_by;		/* NULL: there is no such source */
	char	   *name;
	bool		case_needed;
	bool		voted;			/* the budget that it would raise */
} SourceRule;

/* Reads the rule of the source that was named, and whether one has to be. */
static void
read_rule(BpmPosting *posting, const BpmLine *line, SourceRule *rule)
{
	Datum		values[3];
	char		nulls[] = "   ";
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;

	bpm_set_text(values, nulls, 0, posting->request.detail);
	values[1] = Int32GetDatum(BPM_LINE_YEAR(line->id));
	values[2] = Int64GetDatum(line->division);
	if (bpm_ledger_execute(posting->ledger, &find_rule, 0, values, nulls) != 1)
		elog(ERROR, "no answer about the source of a supplement");
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	rule->posted_by = SPI_getvalue(row, desc, 1);
	rule->case_needed = DatumGetBool(SPI_getbinval(row, desc, 2, &isnull)) && !isnull;
	rule->name = SPI_getvalue(row, desc, 3);
	rule->voted = DatumGetBool(SPI_getbinval(row, desc, 4, &isnull));
}

/* Lists the sources that there are. */
static char *
known_sources(BpmLedger *ledger)
{
	bpm_ledger_execute(ledger, &list_sources, 0, NULL, NULL);
	return psprintf("The sources are %s.", SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
}

/* Refuses a source that is not known, or that this posting cannot be paid from. */
static bool
check_source(BpmPosting *posting, const BpmLine *line)
{
	const char *source = posting->request.detail;
	SourceRule	rule;

	read_rule(posting, line, &rule);
	if (source == NULL)
		return !rule.voted ||
			bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					   psprintf("a supplement of line " INT64_FORMAT " must name its source", line->id),
					   pstrdup("The people's congress (人代会) has approved the budget that it would raise."),
					   known_sources(posting->ledger));
	if (rule.posted_by == NULL)
		return bpm_refuse(posting, ERRCODE_INVALID_PARAMETER_VALUE,
						  psprintf("source \"%s\" of a supplement is not known", source), NULL,
						  known_sources(posting->ledger));
	if (strcmp(rule.posted_by, "virement") == 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("source \"%s\" does not raise the total", source),
						  psprintf("What it stands for (%s) is in the approved total already.", rule.name),
						  pstrdup("Move it with virement() from the line that holds it (227 预备费)."));
	if (rule.case_needed && posting->request.case_id == 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("source \"%s\" needs an approved case", source),
						  psprintf("It (%s) raises the approved total by a decision of its own.", rule.name),
						  pstrdup("Start a case of a flow whose effect \"post\" makes this supplement when it is approved."));
	return true;
}

/* supplement: raises a root line, from a source that may do so. */
bool
bpm_decide_supplement(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;

	return check_source(posting, bpm_posting_line(posting, request->line)) &&
		bpm_add_leg(posting, request->line, "supplement", request->amount, 0);
}

/*
 * Refuses to raise a total that the congress has approved, in a year that has begun,
 * by what names no source.  Before that the opening of the year compares the two.
 */
bool
bpm_check_voted(BpmPosting *posting, const BpmLine *line)
{
	Datum		values[] = {Int32GetDatum(BPM_LINE_YEAR(line->id)), Int64GetDatum(line->division)};

	if (line->year_state != 'o' || bpm_ledger_execute(posting->ledger, &find_vote, 0, values, NULL) == 0)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("%s of line " INT64_FORMAT " would raise an approved total",
							   posting->request.operation->name, line->id),
					  pstrdup("The people's congress (人代会) has approved the budget, and the year has begun."),
					  pstrdup("A change in the year is a supplement(), which names its source, or a virement()."));
}

/* appropriate: gives a root line what it may spend, before the budget is voted on or with the vote. */
bool
bpm_decide_appropriate(BpmPosting *posting)
{
	return bpm_check_voted(posting, bpm_posting_line(posting, posting->request.line)) &&
		bpm_decide_simple(posting);
}
