/*
 * suggest.c
 *	  What a unit could ask for, with the arithmetic line by line (智能测算建议).
 *
 * Each line has the value that the next one uses, as it is shown: whoever follows
 * them with a pocket calculator comes to the same fen.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/number.h"
#include "base/rows.h"
#include "planning/rule_private.h"
#include "registry/registry.h"

#define MOST_YEARS	10

/* Argument positions of budgetpm.suggest_request() */
enum
{
	ARG_LEDGER, ARG_UNIT, ARG_YEAR, ARG_METHOD, ARG_PROJECT, ARG_CATEGORY, ARG_DRIVER, ARG_STANDARD,
	ARG_QUANTITY, ARG_YEARS, ARG_AS_OF
};

typedef struct Suggestion
{
	BpmCall		call;
	FunctionCallInfo fcinfo;
	ReturnSetInfo *result;
	int			step;
	int			fiscal_year;
	BpmCode		unit;
	BpmCode		division;
	int64		project;		/* 0: none */
	char	   *category;		/* NULL: none */
	char	   *driver;			/* NULL: none */
	char	   *method;
	int			years;
} Suggestion;

/* A value of a driver as it was published. */
typedef struct Published
{
	Numeric		value;
	char	   *period;
	char	   *text;			/* what people are told of it */
	bool		rate;
} Published;

/* Adds a line of arithmetic. */
static void
put_line(Suggestion *suggestion, Numeric value, const char *text)
{
	Datum		values[3] = {Int32GetDatum(++suggestion->step), CStringGetTextDatum(text),
	NumericGetDatum(value)};
	bool		nulls[3] = {false, false, false};

	tuplestore_putvalues(suggestion->result->setResult, suggestion->result->setDesc, values, nulls);
}

/* Refuses a suggestion that would stand on nothing. */
static void
refuse_missing(const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("nothing can be suggested: %s", what),
			 errhint("%s", hint)));
}

/* The years of a unit, its category or its project, newest first; $5: complete ones only. */
static const BpmStatement read_years = {
	"WITH wanted AS (SELECT r.fiscal_year, " BPM_LAST_YEAR("r") " AS last_year FROM (SELECT $2 AS fiscal_year) AS r)"
	" SELECT y.fiscal_year, pg_catalog.round(pg_catalog.sum(y.budget), 2), pg_catalog.round(pg_catalog.sum(y.spent), 2),"
	" pg_catalog.min(y.source) FROM wanted w CROSS JOIN LATERAL ("
	BPM_YEARLY("$1", "w.fiscal_year" MINUS "20", "CASE WHEN $5 THEN w.last_year ELSE w.fiscal_year" MINUS "1 END") ") AS y"
	" WHERE ($3 IS NULL OR y.project_id" EQ "$3) AND ($4 IS NULL OR y.category" EQ "$4)"
	" GROUP BY y.fiscal_year ORDER BY y.fiscal_year DESC LIMIT $6", "ciltbi"
};

/* Reads the newest years, and returns how many there are. */
static int
find_years(Suggestion *suggestion, int most, bool complete)
{
	Datum		values[6];
	char		nulls[] = "      ";
	int			count;

	bpm_set_id(values, nulls, 0, suggestion->unit);
	bpm_set_id(values, nulls, 1, suggestion->fiscal_year);
	bpm_set_id(values, nulls, 2, suggestion->project);
	bpm_set_text(values, nulls, 3, suggestion->category);
	values[4] = BoolGetDatum(complete);
	values[5] = Int32GetDatum(most);
	count = bpm_ledger_execute(suggestion->call.ledger, &read_years, 0, values, nulls);
	if (count == 0)
		refuse_missing("no year before is known",
					   "Load the years before with load_spending_history(), or choose another method.");
	return count;
}

/* Returns an amount of a year's row: 2 is what was budgeted, 3 what was spent. */
static Numeric
year_amount(int row, int column)
{
	bool		isnull;

	return DatumGetNumericCopy(SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column,
											 &isnull));
}

/* Adds a line with an amount of a year, and returns the amount. */
static Numeric
put_year(Suggestion *suggestion, int row, int column)
{
	Numeric		amount = year_amount(row, column);

	put_line(suggestion, amount, psprintf("%s in " INT64_FORMAT " (%s), %s",
										  column == 2 ? "budget" : "spent",
										  bpm_row_number(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 1),
										  column == 2 ? "预算数" : "支出数",
										  bpm_row_string(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, 4)));
	return amount;
}

/* The average of the last complete years. */
static void
suggest_history(Suggestion *suggestion)
{
	int			count = find_years(suggestion, suggestion->years, true);
	Numeric		sum = int64_to_numeric(0);
	Numeric		average;

	for (int i = count - 1; i >= 0; i--)
		sum = bpm_plus(sum, put_year(suggestion, i, 3));
	put_line(suggestion, sum, "sum (合计)");
	average = bpm_rounded(bpm_divided(sum, int64_to_numeric(count)), 2);
	put_line(suggestion, average, psprintf("suggestion (建议数): %s / %d", bpm_numeric_text(sum), count));
}

/* Yearly values of a driver in the division or the nearest one above, as published on a day. */
static const BpmStatement read_driver = {
	"SELECT v.value, v.period, s.kind, s.name, s.measure, v.revision, v.published_on::pg_catalog.text, v.source"
	" FROM (SELECT DISTINCT ON (n.period) n.* FROM @ledger@.driver_value n WHERE n.driver" EQ "$1"
	"  AND n.division" CODE_EQ "(SELECT a.division FROM @ledger@.driver_value a WHERE a.driver" EQ "$1"
	"   AND a.division" COVERS "$2 AND a.published_on" LE "COALESCE($4, 'infinity')"
	"   ORDER BY a.division DESC LIMIT 1)"
	"  AND n.published_on" LE "COALESCE($4, 'infinity') AND n.period OPERATOR(pg_catalog.~) '^[0-9]{4}$'"
	"  AND n.period" LT "$3::pg_catalog.text ORDER BY n.period DESC, n.revision DESC) AS v"
	" JOIN @ledger@.driver s ON s.driver" EQ "v.driver ORDER BY v.period DESC LIMIT 2", "tcid"
};

/* Reads the newest yearly values of the driver, and returns how many there are. */
static int
find_driver(Suggestion *suggestion, Published *published)
{
	Datum		values[4];
	char		nulls[] = "    ";
	int			count;
	bool		isnull;

	bpm_set_text(values, nulls, 0, suggestion->driver);
	bpm_set_id(values, nulls, 1, suggestion->division);
	bpm_set_id(values, nulls, 2, suggestion->fiscal_year);
	nulls[3] = suggestion->fcinfo->args[ARG_AS_OF].isnull ? 'n' : ' ';
	values[3] = suggestion->fcinfo->args[ARG_AS_OF].value;
	count = bpm_ledger_execute(suggestion->call.ledger, &read_driver, 0, values, nulls);
	for (int i = 0; i < count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		published[i].value = DatumGetNumericCopy(SPI_getbinval(row, desc, 1, &isnull));
		published[i].period = bpm_row_string(row, desc, 2);
		published[i].rate = strcmp(bpm_row_string(row, desc, 3), "rate") == 0;
		published[i].text = psprintf("%s of %s (%s, %s), revision %s of %s, %s", suggestion->driver,
									 published[i].period, bpm_row_string(row, desc, 4),
									 bpm_row_string(row, desc, 5), bpm_row_string(row, desc, 6),
									 bpm_row_string(row, desc, 7), bpm_row_string(row, desc, 8));
	}
	return count;
}

/* Adds the lines of a driver's growth, and returns it. */
static Numeric
put_growth(Suggestion *suggestion)
{
	Published	published[2];
	int			count = find_driver(suggestion, published);
	Numeric		growth;

	if (count == 0)
		refuse_missing(psprintf("driver \"%s\" has no yearly value", suggestion->driver),
					   "Load its values with load_driver_values().");
	put_line(suggestion, published[0].value, published[0].text);
	if (published[0].rate)
		return published[0].value;
	if (count < 2 || atoi(published[1].period) != atoi(published[0].period) - 1 ||
		strcmp(numeric_normalize(published[1].value), "0") == 0)
		refuse_missing(psprintf("driver \"%s\" has no value for the year before %s", suggestion->driver,
								published[0].period), "Load its values with load_driver_values().");
	put_line(suggestion, published[1].value, published[1].text);
	growth = bpm_minus(bpm_divided(published[0].value, published[1].value),
				   int64_to_numeric(1));
	growth = bpm_rounded(growth, 6);
	put_line(suggestion, growth, psprintf("growth (增长率): %s / %s - 1", bpm_numeric_text(published[0].value),
										  bpm_numeric_text(published[1].value)));
	return growth;
}

/* Adds the last line: an amount and its change. */
static void
put_changed(Suggestion *suggestion, Numeric base, Numeric change)
{
	Numeric		amount = bpm_rounded(bpm_times(base,
									   bpm_plus(int64_to_numeric(1), change)), 2);

	put_line(suggestion, amount, psprintf("suggestion (建议数): %s × (1 + %s)", bpm_numeric_text(base), bpm_numeric_text(change)));
}

/* The last complete year and the growth of a driver. */
static void
suggest_index(Suggestion *suggestion)
{
	Numeric		base;

	if (suggestion->driver == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method index needs a driver"),
				 errhint("Such as gdp_growth, or set planning.suggestion in the profile.")));
	find_years(suggestion, 1, true);
	base = put_year(suggestion, 0, 3);
	put_changed(suggestion, base, put_growth(suggestion));
}

/* Adds the line of an expenditure standard, and returns its unit cost. */
static Numeric
put_standard(Suggestion *suggestion, const char *standard)
{
	static const BpmStatement find = {
		"SELECT unit_cost, title, measure FROM @ledger@.expenditure_standard WHERE standard" EQ "$1"
		" AND division" COVERS "$2 AND valid_from" LE "pg_catalog.make_date($3, 1, 1)"
		" AND (valid_to IS NULL OR valid_to" GT "pg_catalog.make_date($3, 1, 1))"
		" ORDER BY division DESC, valid_from DESC LIMIT 1", "tci"
	};
	Datum		values[3];
	Numeric		cost;
	bool		isnull;

	values[0] = CStringGetTextDatum(standard);
	values[1] = Int64GetDatum(suggestion->division);
	values[2] = Int32GetDatum(suggestion->fiscal_year);
	if (bpm_ledger_execute(suggestion->call.ledger, &find, 0, values, NULL) == 0)
		refuse_missing(psprintf("standard \"%s\" does not hold there in %d", standard,
								suggestion->fiscal_year),
					   "Expenditure standards are rows of expenditure_standard.");
	cost = DatumGetNumericCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	put_line(suggestion, cost, psprintf("standard %s (支出标准): %s, for each %s", standard,
										bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2),
										bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3)));
	return cost;
}

/* A standard times a quantity, given or the newest value of a driver. */
static void
suggest_norm(Suggestion *suggestion)
{
	FunctionCallInfo fcinfo = suggestion->fcinfo;
	Numeric		cost = put_standard(suggestion, bpm_argument(fcinfo, ARG_STANDARD, "standard"));
	Numeric		quantity;
	Published	published[2];

	if (!PG_ARGISNULL(ARG_QUANTITY))
	{
		quantity = PG_GETARG_NUMERIC(ARG_QUANTITY);
		if (numeric_is_nan(quantity) || numeric_is_inf(quantity))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("quantity must be a finite number")));
		put_line(suggestion, quantity, "quantity (数量)");
	}
	else
	{
		if (suggestion->driver == NULL || find_driver(suggestion, published) == 0)
			refuse_missing("a norm needs a quantity, or a driver that has a yearly value",
						   "Give quantity, or a driver such as pupils.");
		quantity = published[0].value;
		put_line(suggestion, quantity, published[0].text);
	}
	put_line(suggestion, bpm_rounded(bpm_times(cost, quantity), 2),
			 psprintf("suggestion (建议数): %s × %s", bpm_numeric_text(cost), bpm_numeric_text(quantity)));
}

/* What was advised: an amount, or a change of the year before. */
static void
suggest_advice(Suggestion *suggestion)
{
	static const BpmStatement find = {
		"SELECT change, amount::pg_catalog.numeric, reason, source FROM @ledger@.budget_advice"
		" WHERE unit" CODE_EQ "$1 AND fiscal_year" EQ "$2 AND (project_id IS NULL OR project_id" EQ "$3)"
		" ORDER BY project_id NULLS LAST, advice_id DESC LIMIT 1", "cil"
	};
	Datum		values[3];
	char		nulls[] = "   ";
	Numeric		change = NULL;
	Numeric		amount = NULL;
	char	   *text;
	bool		isnull;
	Datum		value;

	bpm_set_id(values, nulls, 0, suggestion->unit);
	bpm_set_id(values, nulls, 1, suggestion->fiscal_year);
	bpm_set_id(values, nulls, 2, suggestion->project);
	if (bpm_ledger_execute(suggestion->call.ledger, &find, 0, values, nulls) == 0)
		refuse_missing(psprintf("there is no advice for %d", suggestion->fiscal_year),
					   "give_advice() gives some, and so does a performance evaluation.");
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (!isnull)
		change = DatumGetNumericCopy(value);
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	if (!isnull)
		amount = DatumGetNumericCopy(value);
	text = psprintf("%s, %s", bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3),
					bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4));
	if (amount)
	{
		put_line(suggestion, amount, psprintf("suggestion (建议数): advised amount: %s", text));
		return;
	}
	find_years(suggestion, 1, false);
	amount = put_year(suggestion, 0, 2);
	put_line(suggestion, change, psprintf("advised change (建议增减): %s", text));
	put_changed(suggestion, amount, change);
}

static const struct
{
	const char *name;
	void		(*run) (Suggestion *suggestion);
}			methods[] = {
	{"index", suggest_index}, {"norm", suggest_norm}, {"history", suggest_history},
	{"advice", suggest_advice}
};

/* Takes method and driver from the profile where the caller has not said. */
static void
take_setting(Suggestion *suggestion)
{
	FunctionCallInfo fcinfo = suggestion->fcinfo;
	Jsonb	   *setting;

	suggestion->method = bpm_optional_argument(fcinfo, ARG_METHOD);
	suggestion->driver = bpm_optional_argument(fcinfo, ARG_DRIVER);
	if (suggestion->method && suggestion->driver)
		return;
	setting = bpm_registry_setting(suggestion->call.ledger, suggestion->division, "planning.suggestion",
								   bpm_server_day(suggestion->call.ledger));
	if (setting && JB_ROOT_IS_OBJECT(setting))
	{
		char	   *driver = bpm_jsonb_text(&setting->root, "driver");
		char	   *method = bpm_jsonb_text(&setting->root, "method");

		if (suggestion->method == NULL)
			suggestion->method = method ? method : "index";
		if (suggestion->driver == NULL && strcmp(suggestion->method, "index") == 0)
			suggestion->driver = driver;
	}
	if (suggestion->method == NULL)
		suggestion->method = "history";
}

/* Reads for whom and when; asks for a duty to read there. */
static void
read_arguments(Suggestion *suggestion)
{
	FunctionCallInfo fcinfo = suggestion->fcinfo;
	BpmCall    *call = &suggestion->call;
	char	   *project = bpm_optional_argument(fcinfo, ARG_PROJECT);

	suggestion->fiscal_year = PG_GETARG_INT32(ARG_YEAR);
	suggestion->years = PG_ARGISNULL(ARG_YEARS) ? 3 : PG_GETARG_INT32(ARG_YEARS);
	if (suggestion->fiscal_year < 1949 || suggestion->fiscal_year > 9999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("fiscal year %d is out of range", suggestion->fiscal_year)));
	if (suggestion->years < 1 || suggestion->years > MOST_YEARS)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("years must be between 1 and %d, not %d", MOST_YEARS, suggestion->years)));
	bpm_registry_unit(call->ledger, bpm_argument(fcinfo, ARG_UNIT, "unit"), &suggestion->unit,
					  &suggestion->division);
	bpm_owner_leave(&call->scope);
	bpm_authorize_read(call->ledger, call->operation, suggestion->division, suggestion->unit);
	bpm_owner_enter(call->ledger, &call->scope);
	suggestion->project = project ? bpm_registry_project(call->ledger, project) : 0;
	suggestion->category = bpm_optional_argument(fcinfo, ARG_CATEGORY);
	take_setting(suggestion);
}

/* Suggests what a unit could ask for in a year, with its arithmetic. */
PG_FUNCTION_INFO_V1(bpm_suggest_request);
Datum
bpm_suggest_request(PG_FUNCTION_ARGS)
{
	Suggestion	suggestion = {{0}};
	int			method = 0;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, ARG_YEAR, "fiscal_year");
	suggestion.fcinfo = fcinfo;
	suggestion.result = (ReturnSetInfo *) fcinfo->resultinfo;
	bpm_call_begin(&suggestion.call, fcinfo, "suggest_request", NULL);
	read_arguments(&suggestion);
	while (method < lengthof(methods) && strcmp(methods[method].name, suggestion.method) != 0)
		method++;
	if (method == lengthof(methods))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("method \"%s\" is not known", suggestion.method),
				 errhint("Use index, norm, history or advice.")));
	methods[method].run(&suggestion);
	bpm_call_end(&suggestion.call);
	return (Datum) 0;
}
