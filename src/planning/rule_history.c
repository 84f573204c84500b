/*
 * rule_history.c
 *	  The years before, as rules see them: history, growth, and whether a project is
 *	  new.
 *
 * Units are read once, however many of their requests are checked.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "planning/growth.h"
#include "planning/rule.h"
#include "planning/rule_private.h"

#define USUAL_YEARS		3

/*
 * What the units had and spent, by year: all of it (3), by category (1) and by project
 * (2); $2 is how many years before the last complete one.
 */
static const BpmStatement read_years = {
	"SELECT u.unit, u.fiscal_year, u.last_year, GROUPING(y.category, y.project_id), y.category, y.project_id,"
	" y.fiscal_year, pg_catalog.sum(y.budget), pg_catalog.sum(y.spent), pg_catalog.min(y.source)"
	" FROM (SELECT DISTINCT r.unit, r.fiscal_year, " BPM_LAST_YEAR("r") " AS last_year"
	"  FROM @ledger@.request_version v JOIN @ledger@.request r ON r.request_id" EQ "v.request_id"
	"  WHERE v.version_id" EQ "ANY ($1)) AS u"
	" CROSS JOIN LATERAL (" BPM_YEARLY("u.unit", "u.last_year" MINUS "$2", "u.last_year") ") AS y"
	" GROUP BY u.unit, u.fiscal_year, u.last_year, y.fiscal_year, GROUPING SETS ((), (y.category), (y.project_id))"
	" HAVING GROUPING(y.category, y.project_id)" EQ "3 OR y.category IS NOT NULL OR y.project_id IS NOT NULL"
	" ORDER BY y.fiscal_year", "xi"
};

/* Columns of read_years */
enum
{
	COLUMN_UNIT = 1, COLUMN_REQUESTED, COLUMN_LAST, COLUMN_GROUPING, COLUMN_CATEGORY, COLUMN_PROJECT,
	COLUMN_YEAR, COLUMN_BUDGET, COLUMN_SPENT, COLUMN_SOURCE
};

typedef enum Scope
{
	SCOPE_UNIT,
	SCOPE_CATEGORY,
	SCOPE_PROJECT,
	SCOPE_COUNT
} Scope;

static const char *const scopes[] = {"unit", "category", "project"};

/* A year of a unit, or of one of its categories or projects. */
typedef struct Year
{
	BpmCode		unit;
	int			requested;		/* fiscal year of the requests beside which it stands */
	int			before;			/* how many years before the last complete one */
	Scope		scope;
	char	   *category;
	int64		project;
	int			year;
	Numeric		budget;
	Numeric		spent;
	char	   *source;
} Year;

typedef struct Averages
{
	bool		wanted[2][BPM_RATE_YEARS + 1];	/* by mean and years */
	int			most;			/* years */
} Averages;

/* Finds which averages the rules ask for. */
static void
find_averages(const BpmSubject *subjects, int count, Averages *averages)
{
	ListCell   *cell;

	memset(averages, 0, sizeof(Averages));
	averages->wanted[BPM_MEAN_ARITHMETIC][USUAL_YEARS] = true;
	averages->most = USUAL_YEARS;
	for (int i = 0; i < count; i++)
		foreach(cell, subjects[i].instances)
		{
			BpmRuleInstance *instance = lfirst(cell);
			char	   *word = bpm_jsonb_text(&instance->variables->root, "mean");
			BpmFaults	none = {0};
			BpmNode		node = {&instance->variables->root, "", &none};
			int			years = bpm_node_int(&node, "years", USUAL_YEARS, 1);
			BpmMean		mean = BPM_MEAN_ARITHMETIC;

			if (years > BPM_RATE_YEARS || (word && !bpm_read_mean(word, &mean)))
				continue;
			averages->wanted[mean][years] = true;
			averages->most = Max(averages->most, years);
		}
}

/* Returns a figure of a row. */
static Numeric
figure(HeapTuple row, TupleDesc desc, int column)
{
	bool		isnull;

	return DatumGetNumericCopy(SPI_getbinval(row, desc, column, &isnull));
}

/* Reads the years of all units. */
static Year *
read_all(BpmLedger *ledger, Datum versions, int most, int *count)
{
	Datum		values[2] = {versions, Int32GetDatum(most)};
	SPITupleTable *rows;
	Year	   *years;

	*count = bpm_ledger_execute(ledger, &read_years, 0, values, NULL);
	rows = SPI_tuptable;
	years = palloc(Max(*count, 1) * sizeof(Year));
	for (int i = 0; i < *count; i++)
	{
		HeapTuple	row = rows->vals[i];
		TupleDesc	desc = rows->tupdesc;
		int64		grouping = bpm_row_number(row, desc, COLUMN_GROUPING);

		years[i].unit = bpm_row_number(row, desc, COLUMN_UNIT);
		years[i].requested = bpm_row_number(row, desc, COLUMN_REQUESTED);
		years[i].scope = grouping == 3 ? SCOPE_UNIT : grouping == 1 ? SCOPE_CATEGORY : SCOPE_PROJECT;
		years[i].category = SPI_getvalue(row, desc, COLUMN_CATEGORY);
		years[i].project = bpm_row_number(row, desc, COLUMN_PROJECT);
		years[i].year = bpm_row_number(row, desc, COLUMN_YEAR);
		years[i].before = bpm_row_number(row, desc, COLUMN_LAST) - years[i].year;
		years[i].budget = figure(row, desc, COLUMN_BUDGET);
		years[i].spent = figure(row, desc, COLUMN_SPENT);
		years[i].source = bpm_row_string(row, desc, COLUMN_SOURCE);
	}
	return years;
}

/* Tells whether a year stands beside a request. */
static bool
is_beside(const Year *year, const BpmSubject *subject)
{
	if (year->unit != subject->unit || year->requested != subject->fiscal_year)
		return false;
	if (year->scope == SCOPE_CATEGORY)
		return subject->category != NULL && strcmp(year->category, subject->category) == 0;
	return year->scope == SCOPE_UNIT || year->project == subject->project;
}

/* Writes one year of the history. */
static void
push_year(JsonbParseState **state, const Year *year)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_text(state, "scope", scopes[year->scope]);
	bpm_push_number(state, "year", year->year);
	bpm_push_numeric(state, "budget", year->budget);
	bpm_push_numeric(state, "spent", year->spent);
	bpm_push_text(state, "source", year->source);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Writes one average; figures are those of the years before, the newest first. */
static void
push_average(JsonbParseState **state, Scope scope, BpmMean mean, int years, const Numeric *figures)
{
	Numeric		oldest_first[BPM_RATE_YEARS + 1];
	Numeric		average;
	int			rates;

	for (int i = 0; i <= years; i++)
		oldest_first[years - i] = figures[i];
	average = bpm_growth(oldest_first, years + 1, mean, &rates);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_text(state, "scope", scopes[scope]);
	bpm_push_text(state, "mean", bpm_mean_name(mean));
	bpm_push_number(state, "years", years);
	bpm_push_number(state, "rates", rates);
	bpm_push_numeric(state, "average", average);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Writes the averages of a request. */
static void
push_growth(JsonbParseState **state, const Averages *averages,
			Numeric figures[SCOPE_COUNT][BPM_RATE_YEARS + 1])
{
	bpm_push_key(state, "growth");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (Scope scope = SCOPE_UNIT; scope < SCOPE_COUNT; scope++)
		for (BpmMean mean = BPM_MEAN_ARITHMETIC; mean <= BPM_MEAN_COMPOUND; mean++)
			for (int years = 1; years <= BPM_RATE_YEARS; years++)
				if (averages->wanted[mean][years])
					push_average(state, scope, mean, years, figures[scope]);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* Tells whether a year shows that money was there. */
static bool
has_money(const Year *year)
{
	return strcmp(numeric_normalize(year->budget), "0") != 0 ||
		strcmp(numeric_normalize(year->spent), "0") != 0;
}

/* Joins the years before to one request. */
static void
join_one(BpmSubject *subject, const Averages *averages, const Year *years, int count)
{
	Numeric		figures[SCOPE_COUNT][BPM_RATE_YEARS + 1] = {{NULL}};
	JsonbParseState *state = NULL;
	JsonbValue	flag;
	bool		known = false;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_key(&state, "history");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (Scope scope = SCOPE_UNIT; scope < SCOPE_COUNT; scope++)
		for (int i = 0; i < count; i++)
		{
			if (years[i].scope != scope || !is_beside(&years[i], subject))
				continue;
			push_year(&state, &years[i]);
			figures[scope][years[i].before] = years[i].spent;
			known |= scope == SCOPE_PROJECT && has_money(&years[i]);
		}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	push_growth(&state, averages, figures);
	bpm_push_key(&state, "new_project");
	flag.type = jbvBool;
	flag.val.boolean = subject->project != 0 && !known;
	pushJsonbValue(&state, WJB_VALUE, &flag);
	subject->document = bpm_jsonb_join(subject->document,
									   JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* Joins history, growth, and whether the project is new to the documents of requests. */
void
bpm_join_history(BpmLedger *ledger, Datum versions, BpmSubject *subjects, int count)
{
	Averages	averages;
	Year	   *years;
	int			found;

	find_averages(subjects, count, &averages);
	years = read_all(ledger, versions, averages.most, &found);
	for (int i = 0; i < count; i++)
		join_one(&subjects[i], &averages, years, found);
}
