/*
 * consequence.c
 *	  What a result does: advice for the next budget (结果应用), and a case where a poor
 *	  one was not answered (无效必问责).
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/json.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "base/undo.h"
#include "ledger/posting.h"
#include "performance/performance.h"
#include "registry/registry.h"

#define SHIPPED_FLOW "performance_accountability"

/* Argument positions of define_consequence() */
enum
{
	RULE_NAME = 1, RULE_FROM, RULE_CAUSE, RULE_ACTION, RULE_CHANGE, RULE_REASON, RULE_GRADE, RULE_MIN, RULE_MAX, RULE_DIVISION, RULE_ACTIVE,
	RULE_PROFILE, RULE_PROVENANCE
};

static const BpmStatement insert_rule = {
	"INSERT INTO @ledger@.consequence_rule (rule_id, rule, from_year, cause, action, change, reason, grade, min_score, max_score, active,"
	" division, defined_by, profile, provenance)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)", "ltittnttnnbcttt"
};
static const BpmStatement rule_problems = {
	"SELECT place, problem, hint FROM @ledger@.consequence_problems($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", "titnttnntt"
};
static const BpmStatement insert_advice = {
	"INSERT INTO @ledger@.budget_advice (fiscal_year, division, unit, project_id, change, reason, source, given_by)"
	" SELECT a.fiscal_year, p.division, p.unit, p.project_id, a.change, a.reason, $3, $4 FROM @ledger@.new_advice($1, $2::text) AS a"
	" JOIN @ledger@.project p ON p.project_id" EQ "a.project_id", "ictt"
};
static const BpmStatement poor_results = {
	"SELECT evaluation_id, project_id, score FROM @ledger@.poor_results($1, $2::text, $3, $4)", "icdi"
};
/* Two runs at once come one after the other: the second sees what the first did. */
static const BpmStatement lock_advice = {
	"LOCK TABLE @ledger@.budget_advice IN SHARE ROW EXCLUSIVE MODE", ""
};
static const BpmStatement lock_accountability = {
	"LOCK TABLE @ledger@.accountability IN SHARE ROW EXCLUSIVE MODE", ""
};
static const BpmStatement insert_accountability = {
	"INSERT INTO @ledger@.accountability (evaluation_id, case_id, opened_on, opened_by, division, unit)"
	" VALUES ($1, $2, $3, $4, $5, $6)", "lldtcc"
};

/* A poor result that nobody answered. */
typedef struct Poor
{
	int64		evaluation;
	int64		project;
	char	   *score;
} Poor;

/* Refuses a rule with everything that is wrong with it. */
static void
check_rule(FunctionCallInfo fcinfo, BpmLedger *ledger)
{
	static const int arguments[] = {RULE_NAME, RULE_FROM, RULE_CAUSE, RULE_CHANGE, RULE_ACTION, RULE_GRADE, RULE_MIN, RULE_MAX,
		RULE_REASON, RULE_PROVENANCE};
	Datum		values[lengthof(arguments)];
	char		nulls[] = "          ";
	BpmFaults	faults = {0};

	for (int i = 0; i < (int) lengthof(arguments); i++)
		bpm_set_argument(fcinfo, arguments[i], values, nulls, i);
	bpm_gather_faults(ledger, &rule_problems, values, nulls, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "this cannot be a rule of consequence");
}

/* define_consequence(ledger, rule, from_year, ...): a row of the rule table. */
PG_FUNCTION_INFO_V1(bpm_define_consequence);
Datum
bpm_define_consequence(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"rule", "from_year", "cause", "action", "change", "reason"};
	BpmCall		call;
	BpmCode		division;
	Datum		values[15];
	char		nulls[] = "               ";
	int64		id;

	for (int i = 0; i < (int) lengthof(names); i++)
		bpm_require_argument(fcinfo, RULE_NAME + i, names[i]);
	bpm_require_argument(fcinfo, RULE_ACTIVE, "active");
	bpm_call_begin(&call, fcinfo, "define_consequence", NULL);
	division = bpm_performance_owner(fcinfo, call.ledger, RULE_DIVISION, RULE_PROFILE);
	bpm_call_require(&call, division, 0);
	check_rule(fcinfo, call.ledger);
	id = bpm_next_id(call.ledger, "consequence_rule_seq", 0);
	values[0] = Int64GetDatum(id);
	for (int i = 0; i < 9; i++)
		bpm_set_argument(fcinfo, RULE_NAME + i, values, nulls, 1 + i);
	bpm_set_argument(fcinfo, RULE_ACTIVE, values, nulls, 10);
	bpm_set_id(values, nulls, 11, division);
	values[12] = CStringGetTextDatum(call.login);
	bpm_set_argument(fcinfo, RULE_PROFILE, values, nulls, 13);
	bpm_set_argument(fcinfo, RULE_PROVENANCE, values, nulls, 14);
	bpm_insert_rows(call.ledger, "consequence_rule", &insert_rule, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Begins a call about the results of a year in a division and below. */
static BpmCode
begin_place(BpmCall *call, FunctionCallInfo fcinfo, const char *operation)
{
	BpmCode		division;

	bpm_year_argument(fcinfo, 1, "fiscal_year");
	bpm_call_begin(call, fcinfo, operation, NULL);
	division = bpm_registry_division(call->ledger, bpm_argument(fcinfo, 2, "division"));
	bpm_call_require(call, division, 0);
	return division;
}

/* record_advice(ledger, fiscal_year, division): hands the advice on, once in the same words. */
PG_FUNCTION_INFO_V1(bpm_record_advice);
Datum
bpm_record_advice(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division = begin_place(&call, fcinfo, "record_advice");
	Datum		values[4];
	int64		given;

	values[0] = PG_GETARG_DATUM(1);
	values[1] = Int64GetDatum(division);
	values[2] = CStringGetTextDatum(psprintf("绩效评价 %d", PG_GETARG_INT32(1)));
	values[3] = CStringGetTextDatum(call.login);
	bpm_ledger_execute(call.ledger, &lock_advice, 0, NULL, NULL);
	bpm_insert_rows(call.ledger, "budget_advice", &insert_advice, values, NULL, true);
	given = SPI_processed;
	bpm_call_end(&call);
	PG_RETURN_INT64(given);
}

/* Returns the flow of accountability: the one that the setting names, otherwise the shipped one. */
static char *
find_flow(BpmLedger *ledger, BpmCode division)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, "performance.accountability_flow", GetSQLCurrentDate());
	JsonbValue	name;

	if (setting && JB_ROOT_IS_SCALAR(setting) && JsonbExtractScalar(&setting->root, &name) && name.type == jbvString)
		return pnstrdup(name.val.string.val, name.val.string.len);
	if (!bpm_flow_known(ledger, SHIPPED_FLOW))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no flow of accountability in ledger %s", ledger->schema),
				 errdetail("A poor result was not answered, and nobody can be held to account (问责)."),
				 errhint("%s.adopt_flow('" SHIPPED_FLOW "') publishes one, or the setting performance.accountability_flow names another.",
						 ledger->schema)));
	return SHIPPED_FLOW;
}

/* Begins the case of a poor result. */
static int64
begin_case(BpmCall *call, const BpmProject *project, const Poor *poor)
{
	BpmNewCase	start = {.division = project->division,.unit = project->unit};
	StringInfoData facts;

	initStringInfo(&facts);
	appendStringInfo(&facts, "{\"evaluation\": " INT64_FORMAT ", \"score\": %s, \"project\": ", poor->evaluation, poor->score);
	escape_json(&facts, project->official_code);
	appendStringInfoChar(&facts, '}');
	start.subject = psprintf("绩效问责 %s %s", project->official_code, poor->score);
	start.facts = bpm_jsonb_of(facts.data);
	start.flow = find_flow(call->ledger, project->division);
	start.key = psprintf("accountability/" INT64_FORMAT, poor->evaluation);
	return bpm_call_start(call, &start);
}

/* A poor result that is to be held to account. */
typedef struct Holding
{
	BpmCall    *call;
	const Poor *poor;
	DateADT		day;
} Holding;

/* Holds a poor result to account: its case begins and is recorded. */
static void
hold(void *argument)
{
	Holding    *holding = argument;
	BpmCall    *call = holding->call;
	BpmProject	project;
	Datum		values[6];

	bpm_project_read_id(call->ledger, holding->poor->project, false, &project);
	values[0] = Int64GetDatum(holding->poor->evaluation);
	values[1] = Int64GetDatum(begin_case(call, &project, holding->poor));
	values[2] = DateADTGetDatum(holding->day);
	values[3] = CStringGetTextDatum(call->login);
	values[4] = Int64GetDatum(project.division);
	values[5] = Int64GetDatum(project.unit);
	bpm_insert_rows(call->ledger, "accountability", &insert_accountability, values, NULL, false);
}

/*
 * Holds poor results to account, and returns how many.  One whose case cannot begin does
 * not keep the others from theirs; where none can, its error is the error.
 */
static int
hold_all(BpmCall *call, const Poor *poor, int count, DateADT day)
{
	ErrorData **failures = palloc0(Max(count, 1) * sizeof(ErrorData *));
	int			held = 0;

	for (int i = 0; i < count; i++)
	{
		Holding		holding = {call, &poor[i], day};

		failures[i] = bpm_do_or_undo(hold, &holding);
		held += failures[i] == NULL;
	}
	if (count > 0 && held == 0)
		ReThrowError(failures[0]);
	for (int i = 0; i < count; i++)
		if (failures[i])
			ereport(WARNING,
					(errcode(ERRCODE_WARNING),
					 errmsg("evaluation " INT64_FORMAT " is not held to account", poor[i].evaluation),
					 errdetail("%s", bpm_error_text(failures[i]))));
	return held;
}

/* Finds the poor results of a year that nobody answered in time. */
static int
find_poor(BpmLedger *ledger, int year, BpmCode division, DateADT day, Poor **poor)
{
	Datum		days = DirectFunctionCall1(numeric_int4, bpm_performance_number(ledger, division, "performance.answer_days", "15"));
	Datum		values[] = {Int32GetDatum(year), Int64GetDatum(division), DateADTGetDatum(day), days};
	int			rows;

	bpm_ledger_execute(ledger, &lock_accountability, 0, NULL, NULL);
	rows = bpm_ledger_execute_latest(ledger, &poor_results, 0, values, NULL, false);
	*poor = palloc(Max(rows, 1) * sizeof(Poor));
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;

		(*poor)[i].evaluation = bpm_row_number(row, desc, 1);
		(*poor)[i].project = bpm_row_number(row, desc, 2);
		(*poor)[i].score = bpm_row_string(row, desc, 3);
	}
	return rows;
}

/* run_accountability(ledger, fiscal_year, division, as_of): a case for each poor result that nobody answered, once. */
PG_FUNCTION_INFO_V1(bpm_run_accountability);
Datum
bpm_run_accountability(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	DateADT		day = bpm_past_day(fcinfo, 3, "as_of");
	BpmCode		division = begin_place(&call, fcinfo, "run_accountability");
	Poor	   *poor;
	int			count = find_poor(call.ledger, PG_GETARG_INT32(1), division, day, &poor);

	count = hold_all(&call, poor, count, day);
	bpm_call_end(&call);
	PG_RETURN_INT64(count);
}
