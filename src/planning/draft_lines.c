/*
 * draft_lines.c
 *	  From an approved draft to the ledger: a line for each set of elements, and the
 *	  exact sum of its items appropriated to it.
 *
 * Codes were checked when the requests were saved, so lines are opened without being
 * looked up again, and all appropriations are one batch.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "base/table.h"
#include "batch/batch.h"
#include "ledger/line_request.h"
#include "planning/draft.h"
#include "planning/private.h"

/* Elements that make two items the same line. */
typedef struct Elements
{
	BpmCode		unit;
	int64		project;		/* 0: none, as the next ones */
	BpmCode		func;
	BpmCode		gov_econ;
	BpmCode		dept_econ;
	int64		executable;
	char		fund_type[16];
} Elements;

/* A line opened before the vote, by its elements. */
typedef struct Provisional
{
	Elements	elements;
	int64		line;
} Provisional;

/* What a line is to be given. */
typedef struct ApprovedLine
{
	int64		line;
	BpmFen		amount;
	bool		provisional;
} ApprovedLine;

/* The appropriations of a draft as a source of a batch. */
typedef struct Appropriations
{
	BpmBatchSource source;
	const BpmEffectCall *call;
	const char *document;
	ApprovedLine *lines;
	int			count;
	int			at;
} Appropriations;

static const BpmStatement approved_elements = {
	"SELECT i.unit, q.project_id, i.func, i.gov_econ, i.dept_econ,"
	" @ledger@.is_executable(u.kind::pg_catalog.text, v.attributes, i.func::pg_catalog.text),"
	" q.fund_type::pg_catalog.text, budgetpm.sum(i.amount), pg_catalog.bool_and(i.procurement),"
	" pg_catalog.max(COALESCE(p.name, q.title)::pg_catalog.text),"
	" pg_catalog.count(DISTINCT COALESCE(p.name, q.title)::pg_catalog.text)"
	" FROM @ledger@.draft_item d"
	" JOIN @ledger@.request q ON q.request_id" EQ "d.request_id"
	" JOIN @ledger@.request_version v ON v.version_id" EQ "d.version_id"
	" JOIN @ledger@.request_item i ON i.version_id" EQ "d.version_id"
	" JOIN @ledger@.unit u ON u.code" CODE_EQ "i.unit"
	" LEFT JOIN @ledger@.project p ON p.project_id" EQ "q.project_id"
	" WHERE d.draft_id" EQ "$1 AND i.amount OPERATOR(budgetpm.<>) '0'::budgetpm.amount"
	" GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7", "l"
};
static const BpmStatement provisional_lines = {
	"SELECT l.unit, l.project_id, l.func, l.gov_econ, l.dept_econ, l.executable,"
	" l.fund_type::pg_catalog.text, l.line_id, b.appropriated FROM @ledger@.line l"
	" JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id"
	" WHERE l.fiscal_year" EQ "$1 AND l.division" CODE_EQ "$2 AND l.parent_id IS NULL"
	" AND b.line_state" EQ "'p'"
	" ORDER BY b.appropriated USING OPERATOR(budgetpm.>), l.line_id", "ic"
};

static const BpmStatement differing_units = {
	"SELECT u.official_code, COALESCE(a.amount, 0), COALESCE(g.amount, 0) FROM"
	" (SELECT q.unit, pg_catalog.sum(v.amount::pg_catalog.numeric) AS amount FROM @ledger@.draft_item d"
	"  JOIN @ledger@.request q ON q.request_id" EQ "d.request_id"
	"  JOIN @ledger@.request_version v ON v.version_id" EQ "d.version_id"
	"  WHERE d.draft_id" EQ "$1 GROUP BY q.unit) AS a FULL JOIN"
	" (SELECT b.unit, pg_catalog.sum(b.appropriated::pg_catalog.numeric) AS amount"
	"  FROM pg_catalog.unnest($2) AS l(line_id) JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id"
	"  GROUP BY b.unit) AS g ON g.unit" CODE_EQ "a.unit"
	" JOIN @ledger@.unit u ON u.code" CODE_EQ "COALESCE(a.unit, g.unit)"
	" WHERE COALESCE(a.amount, 0)" NE "COALESCE(g.amount, 0) ORDER BY 1", "lx"
};

/* Reads elements from the first seven columns of a row. */
static void
read_elements(int row, Elements *elements)
{
	memset(elements, 0, sizeof(Elements));
	elements->unit = bpm_result_int(row, 1);
	elements->project = bpm_result_int(row, 2);
	elements->func = bpm_result_int(row, 3);
	elements->gov_econ = bpm_result_int(row, 4);
	elements->dept_econ = bpm_result_int(row, 5);
	elements->executable = bpm_result_int(row, 6);
	strlcpy(elements->fund_type, bpm_result_text(row, 7), sizeof(elements->fund_type));
}

/* Finds the root lines that were opened before the vote; two that were given money for the same elements are refused. */
static HTAB *
find_provisional(BpmLedger *ledger, const BpmDraft *draft)
{
	HTAB	   *lines;
	BpmParameters parameters = {0};
	int			rows;

	lines = bpm_make_table("budgetpm provisional lines", 64, sizeof(Elements), sizeof(Provisional), CurrentMemoryContext);
	bpm_bind_int(&parameters, draft->fiscal_year);
	bpm_bind_id(&parameters, draft->division);
	rows = bpm_planning_read(ledger, &provisional_lines, &parameters);
	for (int i = 0; i < rows; i++)
	{
		Elements	elements;
		Provisional *line;
		bool		found;

		read_elements(i, &elements);
		line = hash_search(lines, &elements, HASH_ENTER, &found);
		/* One that was given nothing yet does not stand in the way of one that was. */
		if (found && bpm_result_int(i, 9) == 0)
			continue;
		if (found)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_RULE_VIOLATED),
					 errmsg("lines " INT64_FORMAT " and " INT64_FORMAT " are both provisional and have the same elements",
							line->line, bpm_result_int(i, 8)),
					 errdetail("What is approved goes to one line."),
					 errhint("reverse() what one of them was given.")));
		line->line = bpm_result_int(i, 8);
	}
	return lines;
}

/* Gives the elements of a line that is opened by the vote: 年初预算, and whether it is bought by procurement. */
static Jsonb *
line_elements(bool procurement)
{
	const char *text = procurement ? "{\"budget_source\": \"1\", \"procurement\": true}" :
		"{\"budget_source\": \"1\"}";

	return bpm_jsonb_of(text);
}

/* Gives the title of a line: that of its project or request, marked where there are several. */
static char *
line_title(int row)
{
	char	   *title = bpm_result_text(row, 10);

	if (bpm_result_int(row, 11) > 1)
		title = psprintf("%s等", pnstrdup(title, pg_mbcharcliplen(title, strlen(title), 199)));
	return title;
}

/* Opens the line of a row, as those before it in the same year. */
static int64
open_line(BpmLedger *ledger, const BpmLineRequest *year, int row, const Elements *elements)
{
	BpmLineRequest request = *year;

	request.unit_code = elements->unit;
	request.project_id = elements->project;
	request.func_code = elements->func;
	request.gov_econ_code = elements->gov_econ;
	request.dept_econ_code = elements->dept_econ;
	request.executable = elements->executable != 0;
	request.fund_type = pstrdup(elements->fund_type);
	request.title = line_title(row);
	request.control = "block";
	request.elements = line_elements(bpm_result_int(row, 9) != 0);
	return bpm_open_known_line(ledger, &request);
}

/* Reads the year, which must take appropriations, under a lock that its change waits for. */
static void
read_year(BpmLedger *ledger, const BpmEffectCall *call, const BpmDraft *draft, BpmLineRequest *year)
{
	memset(year, 0, sizeof(BpmLineRequest));
	year->fiscal_year = draft->fiscal_year;
	year->division = draft->division;
	year->opened_by = call->actor;
	bpm_read_line_year(ledger, year);
}

/* Finds or opens the line of each set of elements; returns how many there are. */
static int
make_lines(BpmLedger *ledger, const BpmEffectCall *call, const BpmDraft *draft, ApprovedLine **lines)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(old, "budgetpm approved line", ALLOCSET_DEFAULT_SIZES);
	HTAB	   *provisional = find_provisional(ledger, draft);
	BpmLineRequest year;
	BpmParameters parameters = {0};
	SPITupleTable *table;
	int			count;

	read_year(ledger, call, draft, &year);
	bpm_bind_id(&parameters, draft->id);
	count = bpm_planning_read(ledger, &approved_elements, &parameters);
	table = SPI_tuptable;
	*lines = palloc(Max(count, 1) * sizeof(ApprovedLine));
	for (int i = 0; i < count; i++)
	{
		Elements	elements;
		Provisional *given;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(scratch);
		MemoryContextSwitchTo(scratch);
		SPI_tuptable = table;
		read_elements(i, &elements);
		(*lines)[i].amount = bpm_result_int(i, 8);
		given = hash_search(provisional, &elements, HASH_FIND, NULL);
		(*lines)[i].provisional = given != NULL;
		(*lines)[i].line = given ? given->line : open_line(ledger, &year, i, &elements);
		MemoryContextSwitchTo(old);
	}
	MemoryContextDelete(scratch);
	return count;
}

/* Goes back to the first appropriation. */
static void
rewind_lines(BpmBatchSource *source)
{
	((Appropriations *) source)->at = 0;
}

/* Makes requests of the next appropriations. */
static int
next_lines(BpmBatchSource *source, BpmBatchEntry *entries, int limit)
{
	Appropriations *all = (Appropriations *) source;
	int			count = 0;

	for (; count < limit && all->at < all->count; count++, all->at++)
	{
		const ApprovedLine *line = &all->lines[all->at];
		BpmBatchEntry *entry = &entries[count];
		BpmForm		form = {0};

		memset(entry, 0, sizeof(BpmBatchEntry));
		entry->number = all->at + 1;
		form.operation = line->provisional ? "approve_line" : "appropriate";
		form.line = line->line;
		form.line_given = true;
		form.amount = bpm_fen_to_text(line->amount);
		form.document = (char *) all->document;
		form.actor = (char *) all->call->actor;
		form.case_id = all->call->case_id;
		bpm_check_form(&form, &entry->request, &entry->refusal);
	}
	return count;
}

/* Takes the answers, all of which are that it was posted: the batch ends with the first refusal. */
static void
take_answers(BpmBatchSource *source, BpmBatchEntry *entries, int count)
{
}

/* Names the line of an appropriation that failed. */
static void
line_context(BpmBatchSource *source, int64 number)
{
	errcontext("appropriation of line " INT64_FORMAT, ((Appropriations *) source)->lines[number - 1].line);
}

/*
 * Compares what the lines hold now with the approved versions, unit by unit and to
 * the fen; a difference is a fault of ours, and nothing of the approval remains.
 */
static void
check_sums(BpmLedger *ledger, const BpmDraft *draft, const ApprovedLine *lines, int count)
{
	BpmParameters parameters = {0};
	int64	   *ids = palloc(Max(count, 1) * sizeof(int64));

	for (int i = 0; i < count; i++)
		ids[i] = lines[i].line;
	bpm_bind_id(&parameters, draft->id);
	bpm_bind_datum(&parameters, bpm_id_array(ids, count));
	if (bpm_planning_read(ledger, &differing_units, &parameters) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
			 errmsg("what was appropriated to unit %s is not what was approved", bpm_result_text(0, 1)),
			 errdetail("Approved are %s, and its lines hold %s.", bpm_result_text(0, 2), bpm_result_text(0, 3)),
			 errhint("Run budgetpm.check_ledger('%s').", ledger->schema)));
}

/* Opens the lines of a draft and gives each exactly what was approved; returns how many lines. */
int64
bpm_draft_appropriate(BpmLedger *ledger, const BpmEffectCall *call, const BpmDraft *draft,
					  const char *document)
{
	BpmBatch	batch = {.ledger = ledger,.abort = true};
	Appropriations all = {.call = call,.document = document};

	all.source.name = "approve_budget";
	all.source.rewind = rewind_lines;
	all.source.next = next_lines;
	all.source.answer = take_answers;
	all.source.context = line_context;
	all.count = make_lines(ledger, call, draft, &all.lines);
	all.source.count = all.count;
	bpm_batch_run(&batch, &all.source);
	if (batch.posted != all.count)
		elog(ERROR, "only " INT64_FORMAT " of %d lines were appropriated", batch.posted, all.count);
	check_sums(ledger, draft, all.lines, all.count);
	return all.count;
}
