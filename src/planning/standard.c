/*
 * standard.c
 *	  Expenditure standards (支出标准): what one of something may cost, from when.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.register_standard() */
enum
{
	ARG_LEDGER, ARG_STANDARD, ARG_DIVISION, ARG_TITLE, ARG_MEASURE, ARG_UNIT_COST, ARG_VALID_FROM,
	ARG_VALID_TO, ARG_FUNC, ARG_DOCUMENT
};

static const BpmStatement end_former = {
	"UPDATE @ledger@.expenditure_standard SET valid_to = $3"
	" WHERE standard" EQ "$1 AND division" CODE_EQ "$2 AND valid_from" LT "$3"
	" AND (valid_to IS NULL OR valid_to" GT "$3)", "tcd"
};
static const BpmStatement insert_standard = {
	"INSERT INTO @ledger@.expenditure_standard (standard, division, title, measure, unit_cost,"
	" valid_from, valid_to, func, document, registered_by)"
	" VALUES ($1, $2, $3, $4, $5::pg_catalog.numeric, $6, $7, $8, $9, $10)", "tctttddctt"
};

/* Returns the cost of one, above zero with four decimals at most. */
static char *
cost_argument(FunctionCallInfo fcinfo)
{
	char	   *text = numeric_normalize(PG_GETARG_NUMERIC(ARG_UNIT_COST));
	char	   *fault = bpm_wrong_digits(text, 4, false);

	if (fault)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("unit_cost: %s", fault)));
	return text;
}

/* Returns the day from which the standard holds; its function is looked up in that year. */
static DateADT
first_day(FunctionCallInfo fcinfo, int *year)
{
	DateADT		day = PG_GETARG_DATEADT(ARG_VALID_FROM);
	int			month;
	int			of_month;

	if (DATE_NOT_FINITE(day) ||
		(!PG_ARGISNULL(ARG_VALID_TO) && PG_GETARG_DATEADT(ARG_VALID_TO) <= day))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a standard ends after it begins, and begins on a day")));
	j2date(day + POSTGRES_EPOCH_JDATE, year, &month, &of_month);
	return day;
}

/* Stores a standard, after it has ended the one before it. */
static void
store_standard(FunctionCallInfo fcinfo, BpmCall *call, BpmCode division)
{
	BpmParameters former = {0};
	BpmParameters parameters = {0};
	char	   *standard = bpm_limited_text(fcinfo, ARG_STANDARD, "standard", 40);
	char	   *func = bpm_limited_text(fcinfo, ARG_FUNC, "func", 20);
	int			year;
	DateADT		day = first_day(fcinfo, &year);

	bpm_bind_text(&former, standard);
	bpm_bind_id(&former, division);
	bpm_bind_int(&former, day);
	bpm_planning_store(call->ledger, "expenditure_standard", &end_former, &former);
	bpm_bind_text(&parameters, standard);
	bpm_bind_id(&parameters, division);
	bpm_bind_text(&parameters, bpm_limited_text(fcinfo, ARG_TITLE, "title", 200));
	bpm_bind_text(&parameters, bpm_limited_text(fcinfo, ARG_MEASURE, "measure", 20));
	bpm_bind_text(&parameters, cost_argument(fcinfo));
	bpm_bind_int(&parameters, day);
	bpm_bind_int(&parameters, PG_ARGISNULL(ARG_VALID_TO) ? 0 : PG_GETARG_DATEADT(ARG_VALID_TO));
	parameters.nulls[6] = PG_ARGISNULL(ARG_VALID_TO) ? 'n' : ' ';
	bpm_bind_id(&parameters, func ? bpm_registry_subtree(call->ledger, "function", year, func) : 0);
	bpm_bind_text(&parameters, bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200));
	bpm_bind_text(&parameters, call->login);
	bpm_planning_store(call->ledger, "expenditure_standard", &insert_standard, &parameters);
}

/* Registers a standard of a division from a day on; one before it of the same code ends there. */
PG_FUNCTION_INFO_V1(bpm_register_standard);
Datum
bpm_register_standard(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"standard", "division", "title", "measure", "unit_cost",
	"valid_from", NULL};
	BpmCode		division;
	BpmCall		call;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "register_standard", NULL);
	division = bpm_registry_division(call.ledger,
									 bpm_limited_text(fcinfo, ARG_DIVISION, "division", 12));
	bpm_call_require(&call, division, 0);
	store_standard(fcinfo, &call, division);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
