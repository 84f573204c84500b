/*
 * targets.c
 *	  The library of indicators (绩效指标库), performance targets (绩效目标), and the
 *	  assessment before a project is admitted.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "ledger/posting.h"
#include "performance/performance.h"
#include "registry/registry.h"

/* Argument positions */
enum
{
	TARGETS_PROJECT = 1, TARGETS_YEAR, TARGETS_TARGETS, TARGETS_DOCUMENT, TARGETS_TOTAL, TARGETS_EXECUTION,
	TARGETS_GOAL
};
enum
{
	INDICATOR_CODE = 1, INDICATOR_FROM, INDICATOR_DEFINITION, INDICATOR_DIVISION, INDICATOR_PROFILE
};
enum
{
	ANTE_PROJECT = 1, ANTE_YEAR, ANTE_DIMENSIONS, ANTE_RESULT, ANTE_AMOUNT, ANTE_DOCUMENT
};

static const BpmStatement division_code = {
	"SELECT official_code FROM @ledger@.division WHERE code" CODE_EQ "$1", "c"
};
static const BpmStatement evaluated_year = {
	"SELECT evaluator FROM @ledger@.evaluation WHERE project_id" EQ "$1 AND fiscal_year" EQ "$2 AND period" EQ "'year' LIMIT 1", "li"
};
static const BpmStatement target_problems = {
	"SELECT place, problem, hint FROM @ledger@.target_problems($1, $2, $3, $4, $5, $6)", "tijnnj"
};
static const BpmStatement insert_targets = {
	"INSERT INTO @ledger@.target (set_id, item_no, indicator, level1, level2, name, measure, direction, kind, method, parameters,"
	" target, plan, expectation, weight, source, binding, tags, flags, division, unit)"
	" SELECT $1, item_no, indicator, level1, level2, name, measure, direction, kind, method, parameters, target, plan, expectation, weight,"
	" source, binding, tags, flags, $5, $6 FROM @ledger@.target_rows($2, $3, $4)", "ltijcc"
};
static const BpmStatement targets_text = {
	"SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.item_no)::text FROM @ledger@.target t WHERE t.set_id" EQ "$1", "l"
};
static const BpmStatement insert_set = {
	"INSERT INTO @ledger@.target_set (set_id, project_id, fiscal_year, version_no, total, execution_weight, cutoffs, blending,"
	" execution_plan, flags, document, goal, set_at, set_by, division, unit, digest)"
	" SELECT $1, $2, $3, 1 + (SELECT pg_catalog.count(*) FROM @ledger@.target_set s WHERE s.project_id" EQ "$2 AND s.fiscal_year" EQ "$3),"
	" $4, $5, ARRAY(SELECT x::pg_catalog.numeric FROM pg_catalog.jsonb_array_elements_text($6 OPERATOR(pg_catalog.->) 'cutoffs') AS x),"
	" $6 OPERATOR(pg_catalog.->) 'blending', $6 OPERATOR(pg_catalog.->) 'execution_plan',"
	" @ledger@.target_set_flags($1, $6 OPERATOR(pg_catalog.->) 'level_weights'), $7, $12, $8, $9, $10, $11, ''::bytea",
	"llinnjtztcct"
};
static const BpmStatement indicator_problems = {
	"SELECT place, problem, hint FROM @ledger@.indicator_problems($1, $2)", "tj"
};
static const BpmStatement insert_indicator = {
	"INSERT INTO @ledger@.indicator (indicator_id, indicator, sector, level1, level2, name_zh, name_en, measure, measure_en, direction, kind,"
	" method, parameters, weight, tags, provenance, active, from_year, profile, division, defined_by)"
	" SELECT $1, $2, r.sector, r.level1, r.level2, r.name_zh, r.name_en, r.measure, r.measure_en, r.direction, r.kind, r.method,"
	" r.parameters, r.weight, r.tags, r.provenance, r.active, $3, $5, $6, $7 FROM @ledger@.indicator_row($2, $4) AS r", "ltijtct"
};
static const BpmStatement ante_problems = {
	"SELECT place, problem, hint FROM @ledger@.ex_ante_problems($1, $2, $3)", "jtn"
};
static const BpmStatement insert_ante = {
	"INSERT INTO @ledger@.ex_ante (assessment_id, project_id, fiscal_year, dimensions, result, amount, document, assessed_at, assessed_by,"
	" division, unit, digest) SELECT $1, $2, $3, $4, $5, $6::budgetpm.amount, $7, $8, $9, $10, $11, ''::bytea", "llijtntztcc"
};

/* Reads what the weights must add up to: the arguments, otherwise the settings. */
static void
read_totals(FunctionCallInfo fcinfo, BpmLedger *ledger, BpmCode division, Datum *total, Datum *execution)
{
	*total = PG_ARGISNULL(TARGETS_TOTAL) ?
		bpm_performance_number(ledger, division, "performance.total", "90") : PG_GETARG_DATUM(TARGETS_TOTAL);
	*execution = PG_ARGISNULL(TARGETS_EXECUTION) ?
		bpm_performance_number(ledger, division, "performance.execution_weight", "10") :
		PG_GETARG_DATUM(TARGETS_EXECUTION);
}

/* Reads the settings that targets are judged by, as one object. */
static Datum
read_settings(BpmLedger *ledger, BpmCode division)
{
	static const char *const settings[][2] = {
		{"cutoffs", "[90, 80, 60]"}, {"blending", "{}"}, {"execution_plan", "\"pro_rata\""}, {"custom_weights", "true"},
		{"sector_indicators", "{}"}, {"level_weights", "[]"}
	};
	StringInfoData object;

	initStringInfo(&object);
	for (int i = 0; i < (int) lengthof(settings); i++)
		appendStringInfo(&object, "%c\"%s\": %s", i == 0 ? '{' : ',', settings[i][0],
						 bpm_performance_setting(ledger, division, psprintf("performance.%s", settings[i][0]),
												 settings[i][1]));
	appendStringInfoChar(&object, '}');
	return JsonbPGetDatum(bpm_jsonb_of(object.data));
}

/* Returns a division's official code. */
static char *
code_of_division(BpmLedger *ledger, BpmCode division)
{
	Datum		value = Int64GetDatum(division);

	return bpm_read_text(ledger, &division_code, &value, NULL);
}

/* Refuses to change the targets of a year that was evaluated. */
static void
check_open(BpmLedger *ledger, const BpmProject *project, int year)
{
	Datum		values[2] = {Int64GetDatum(project->id), Int32GetDatum(year)};
	char	   *evaluator = bpm_read_text(ledger, &evaluated_year, values, NULL);

	if (evaluator)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("%d of project \"%s\" was evaluated", year, project->official_code),
				 errdetail("There is a yearly evaluation by %s: its targets are settled.", evaluator)));
}

/* Stores targets and their set, sealed. */
static int64
store_targets(FunctionCallInfo fcinfo, BpmCall *call, const BpmProject *project, const Datum *asked)
{
	BpmLedger  *ledger = call->ledger;
	int64		id = bpm_next_id(ledger, "target_set_seq", 0);
	Datum		rows[] = {Int64GetDatum(id), asked[0], asked[1], asked[2], Int64GetDatum(project->division), Int64GetDatum(project->unit)};
	Datum		values[12];
	char		nulls[] = "            ";

	bpm_insert_rows(ledger, "target", &insert_targets, rows, NULL, true);
	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(project->id);
	values[2] = asked[1];
	values[3] = asked[3];
	values[4] = asked[4];
	values[5] = asked[5];
	bpm_set_argument(fcinfo, TARGETS_DOCUMENT, values, nulls, 6);
	values[7] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[8] = CStringGetTextDatum(call->login);
	values[9] = Int64GetDatum(project->division);
	values[10] = Int64GetDatum(project->unit);
	bpm_set_argument(fcinfo, TARGETS_GOAL, values, nulls, 11);
	bpm_insert_sealed(ledger, "target_set", bpm_read_text(ledger, &targets_text, rows, NULL), &insert_set, values, nulls);
	return id;
}

/* Tells of a text that its column has no room for, or that shows nothing. */
static void
check_shown(FunctionCallInfo fcinfo, int argument, const char *name, int most, BpmFaults *faults)
{
	char	   *text = bpm_optional_argument(fcinfo, argument);

	if (text && pg_mbstrlen(text) > most)
		bpm_add_fault(faults, NULL, psprintf("the %s is too long", name), psprintf("A %s has %d characters at most.", name, most));
	else if (text && bpm_blank(text))
		bpm_add_fault(faults, NULL, psprintf("the %s is blank", name), psprintf("Leave the %s out where there is none.", name));
}

/* set_targets(ledger, project, fiscal_year, targets, ...): the next version of a project's targets. */
PG_FUNCTION_INFO_V1(bpm_set_targets);
Datum
bpm_set_targets(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	BpmFaults	faults = {0};
	Datum		values[6];
	int64		id;

	bpm_require_argument(fcinfo, TARGETS_YEAR, "fiscal_year");
	bpm_array_argument(fcinfo, TARGETS_TARGETS, "targets");
	bpm_call_begin(&call, fcinfo, "set_targets", NULL);
	bpm_call_project(&call, bpm_argument(fcinfo, TARGETS_PROJECT, "project"), &project);
	check_open(call.ledger, &project, PG_GETARG_INT32(TARGETS_YEAR));
	values[0] = CStringGetTextDatum(code_of_division(call.ledger, project.division));
	values[1] = PG_GETARG_DATUM(TARGETS_YEAR);
	values[2] = PG_GETARG_DATUM(TARGETS_TARGETS);
	read_totals(fcinfo, call.ledger, project.division, &values[3], &values[4]);
	values[5] = read_settings(call.ledger, project.division);
	bpm_gather_faults(call.ledger, &target_problems, values, NULL, &faults);
	check_shown(fcinfo, TARGETS_DOCUMENT, "document", 200, &faults);
	check_shown(fcinfo, TARGETS_GOAL, "goal", 1000, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("these cannot be the targets of project \"%s\"", project.official_code));
	id = store_targets(fcinfo, &call, &project, values);
	bpm_call_note(&call, &project, "targets_set", NULL, bpm_jsonb_of(psprintf("{\"set\": " INT64_FORMAT "}", id)));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* define_indicator(ledger, indicator, from_year, definition, division, profile): a row of the library. */
PG_FUNCTION_INFO_V1(bpm_define_indicator);
Datum
bpm_define_indicator(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmFaults	faults = {0};
	BpmCode		division;
	Datum		values[7];
	char		nulls[] = "       ";
	Datum		asked[2];
	int64		id;

	bpm_year_argument(fcinfo, INDICATOR_FROM, "from_year");
	bpm_require_argument(fcinfo, INDICATOR_DEFINITION, "definition");
	asked[0] = CStringGetTextDatum(bpm_argument(fcinfo, INDICATOR_CODE, "indicator"));
	asked[1] = PG_GETARG_DATUM(INDICATOR_DEFINITION);
	bpm_call_begin(&call, fcinfo, "define_indicator", NULL);
	division = bpm_performance_owner(fcinfo, call.ledger, INDICATOR_DIVISION, INDICATOR_PROFILE);
	bpm_call_require(&call, division, 0);
	bpm_gather_faults(call.ledger, &indicator_problems, asked, NULL, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be indicator \"%s\"", TextDatumGetCString(asked[0])));
	id = bpm_next_id(call.ledger, "indicator_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = asked[0];
	values[2] = PG_GETARG_DATUM(INDICATOR_FROM);
	values[3] = asked[1];
	bpm_set_argument(fcinfo, INDICATOR_PROFILE, values, nulls, 4);
	bpm_set_id(values, nulls, 5, division);
	values[6] = CStringGetTextDatum(call.login);
	bpm_insert_rows(call.ledger, "indicator", &insert_indicator, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* record_ex_ante(ledger, project, fiscal_year, dimensions, result, amount, document): an assessment before admission. */
PG_FUNCTION_INFO_V1(bpm_record_ex_ante);
Datum
bpm_record_ex_ante(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	BpmFaults	faults = {0};
	Datum		values[11];
	char		nulls[] = "           ";
	Datum		asked[3];
	char		asked_nulls[] = "   ";
	int64		id;

	bpm_year_argument(fcinfo, ANTE_YEAR, "fiscal_year");
	bpm_require_argument(fcinfo, ANTE_DIMENSIONS, "dimensions");
	bpm_require_argument(fcinfo, ANTE_RESULT, "result");
	bpm_limited_text(fcinfo, ANTE_DOCUMENT, "document", 200);
	bpm_call_begin(&call, fcinfo, "record_ex_ante", NULL);
	bpm_call_project(&call, bpm_argument(fcinfo, ANTE_PROJECT, "project"), &project);
	for (int i = 0; i < 3; i++)
		bpm_set_argument(fcinfo, ANTE_DIMENSIONS + i, asked, asked_nulls, i);
	bpm_gather_faults(call.ledger, &ante_problems, asked, asked_nulls, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be an assessment of project \"%s\"", project.official_code));
	id = bpm_next_id(call.ledger, "ex_ante_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(project.id);
	for (int i = 0; i < 5; i++)
		bpm_set_argument(fcinfo, ANTE_YEAR + i, values, nulls, 2 + i);
	values[7] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[8] = CStringGetTextDatum(call.login);
	values[9] = Int64GetDatum(project.division);
	values[10] = Int64GetDatum(project.unit);
	bpm_insert_sealed(call.ledger, "ex_ante", NULL, &insert_ante, values, nulls);
	bpm_call_note(&call, &project, "assessed_ex_ante", NULL,
				  bpm_jsonb_of(psprintf("{\"assessment\": " INT64_FORMAT "}", id)));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
