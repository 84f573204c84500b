/*
 * evaluate.c
 *	  Evaluations (绩效评价) and dual monitoring (双监控): what is known is scored, kept
 *	  for good and sealed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "ledger/posting.h"
#include "performance/performance.h"
#include "registry/registry.h"

/* Argument positions of evaluate_project() */
enum
{
	ARG_LEDGER, ARG_PROJECT, ARG_YEAR, ARG_EVALUATOR, ARG_RESULTS, ARG_PERIOD, ARG_PERIOD_NO, ARG_AGENCY, ARG_OPINION,
	ARG_EVIDENCE, ARG_JOINT, ARG_BUDGET, ARG_PAID
};
/* Of record_monitoring() */
enum
{
	MONITOR_AS_OF = 3, MONITOR_ACTUALS, MONITOR_NOTE
};

static const BpmStatement newest_set = {
	"SELECT set_id FROM @ledger@.target_set WHERE project_id" EQ "$1 AND fiscal_year" EQ "$2 ORDER BY version_no DESC LIMIT 1", "li"
};
static const BpmStatement period_end = {
	"SELECT @ledger@.period_end($1, $2, $3)", "iti"
};
static const BpmStatement head_problems = {
	"SELECT place, problem, hint FROM @ledger@.evaluation_problems($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)", "littijlnntt"
};
static const BpmStatement result_problems = {
	"SELECT place, problem, hint FROM @ledger@.result_problems($1, $2, $3, $4, $5)", "ldjnb"
};
static const BpmStatement monitoring_problems = {
	"SELECT NULL::pg_catalog.text, pg_catalog.format('%s is not in %s', $1, $2), NULL::pg_catalog.text"
	" WHERE EXTRACT(year FROM $1) OPERATOR(pg_catalog.<>) $2 UNION ALL"
	" SELECT NULL, pg_catalog.format('%s has not come', $1), NULL WHERE $1" GT "CURRENT_DATE UNION ALL"
	" SELECT NULL, 'the note has more than 1000 characters', NULL WHERE pg_catalog.length($5) OPERATOR(pg_catalog.>) 1000 UNION ALL"
	" SELECT * FROM @ledger@.result_problems($3, $1, $4, NULL, false)", "diljt"
};
static const BpmStatement insert_results = {
	"INSERT INTO @ledger@.evaluation_result (evaluation_id, item_no, applicable, target, actual, measured, level, source, score, formula, deviation, reason,"
	" division, unit)"
	" SELECT $1, item_no, applicable, target, actual, measured, level, source,"
	" CASE WHEN applicable THEN budgetpm.score_indicator(method, direction, target, actual, weight, parameters) ELSE 0 END,"
	" CASE WHEN applicable THEN budgetpm.score_formula(method, direction, target, actual, weight, parameters) ELSE 'not applicable' END,"
	" deviation, reason, $5, $6 FROM @ledger@.result_rows($2, $3, $4, true)", "lldjcc"
};
static const BpmStatement results_text = {
	"SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) ORDER BY r.item_no)::text FROM @ledger@.evaluation_result r WHERE r.evaluation_id" EQ "$1", "l"
};
static const BpmStatement insert_evaluation = {
	"INSERT INTO @ledger@.evaluation (evaluation_id, project_id, fiscal_year, set_id, evaluator, period, period_no, as_of, agency, joint_id,"
	" evidence, budget, planned, paid, indicator_score, applicable, execution_score, score, grade, warning, opinion, evaluated_at, evaluated_by,"
	" division, unit, digest)"
	" SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, s.budget, s.planned, s.paid, s.indicator_score, s.applicable, s.execution_score, s.score,"
	" s.grade, s.warning, $12, $13, $14, $15, $16, ''::bytea"
	" FROM @ledger@.evaluation_sums($1, $2, $3, $4, $5, $8, $17, $18) AS s", "llilttidtljtztccnn"
};
static const BpmStatement insert_monitoring = {
	"INSERT INTO @ledger@.monitoring (monitoring_id, project_id, fiscal_year, as_of, budget, paid, execution, achievement, actuals, flags,"
	" note, recorded_at, recorded_by, division, unit, digest)"
	" SELECT $1, $2, $3, $4, m.budget, m.paid, m.execution, m.achievement, m.actuals, m.flags, $7, $8, $9, $10, $11, ''::bytea"
	" FROM @ledger@.monitoring_facts($2, $3, $5, $4, $6, $12, $13) AS m", "llidljtztccjn"
};
/* What monitoring $1 of set $2 found is what the signals of the project look at, unless a later day is known. */
static const BpmStatement tell_signals = {
	"INSERT INTO @ledger@.project_indicator (project_id, fiscal_year, indicators, achievement, division, unit)"
	" SELECT m.project_id, m.fiscal_year, COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object("
	"   'indicator', t.name, 'kind', t.direction, 'target', t.target,"
	"   'actual', (m.actuals OPERATOR(pg_catalog.->>) t.item_no::pg_catalog.text)::pg_catalog.numeric) ORDER BY t.item_no)"
	"  FROM @ledger@.target t WHERE t.set_id" EQ "$2 AND t.kind" EQ "'quantitative' AND t.target IS NOT NULL"
	"   AND m.actuals OPERATOR(pg_catalog.?) t.item_no::pg_catalog.text), '[]'),"
	" m.achievement OPERATOR(pg_catalog./) 100, m.division, m.unit FROM @ledger@.monitoring m"
	" WHERE m.monitoring_id" EQ "$1 AND NOT EXISTS (SELECT 1 FROM @ledger@.monitoring n WHERE n.project_id" EQ "m.project_id"
	"  AND n.fiscal_year" EQ "m.fiscal_year AND n.as_of OPERATOR(pg_catalog.>) m.as_of)"
	" ON CONFLICT (project_id, fiscal_year) DO UPDATE SET indicators = EXCLUDED.indicators, achievement = EXCLUDED.achievement", "ll"
};
static const BpmStatement place_of_evaluation = {
	"SELECT division, unit, project_id, set_id FROM @ledger@.evaluation WHERE evaluation_id" EQ "$1", "l"
};
static const BpmStatement insert_answer = {
	"INSERT INTO @ledger@.evaluation_answer (answer_id, evaluation_id, note, document, answered_at, answered_by, division, unit)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "llttztcc"
};
static const BpmStatement sealed_evaluation = {
	"SELECT e.*, (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) ORDER BY r.item_no)::text FROM @ledger@.evaluation_result r"
	" WHERE r.evaluation_id" EQ "e.evaluation_id) FROM @ledger@.evaluation e WHERE e.evaluation_id" EQ "$1", "l"
};
static const BpmStatement sealed_set = {
	"SELECT s.*, (SELECT pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) ORDER BY t.item_no)::text FROM @ledger@.target t"
	" WHERE t.set_id" EQ "s.set_id) FROM @ledger@.target_set s WHERE s.set_id" EQ "$1", "l"
};
static const BpmStatement joint_problems = {
	"SELECT place, problem, hint FROM @ledger@.joint_problems($1::text, $2)", "cs"
};
static const BpmStatement insert_joint = {
	"INSERT INTO @ledger@.joint_evaluation (joint_id, title, fiscal_year, projects, document, opened_at, opened_by, division)"
	" SELECT $1, $2, $3, ARRAY(SELECT p.project_id FROM @ledger@.project p WHERE p.official_code" EQ "ANY ($4) ORDER BY 1), $5, $7, $6, $8",
	"ltisttzc"
};

/* Returns the newest targets of a project and year, or raises that there are none. */
static int64
find_set(BpmLedger *ledger, const BpmProject *project, int year)
{
	Datum		values[2] = {Int64GetDatum(project->id), Int32GetDatum(year)};

	if (bpm_ledger_execute(ledger, &newest_set, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" has no targets for %d", project->official_code, year),
				 errhint("Set them with %s.set_targets().", ledger->schema)));
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Returns the last day of the period, or the year's where the period is none. */
static Datum
find_end(FunctionCallInfo fcinfo, BpmLedger *ledger)
{
	Datum		values[3] = {PG_GETARG_DATUM(ARG_YEAR), PG_GETARG_DATUM(ARG_PERIOD), PG_GETARG_DATUM(ARG_PERIOD_NO)};
	bool		isnull;

	bpm_ledger_execute(ledger, &period_end, 0, values, NULL);
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
}

/* Refuses an evaluation with everything that is wrong with it. */
static void
check_evaluation(FunctionCallInfo fcinfo, BpmLedger *ledger, const BpmProject *project, int64 set, Datum as_of)
{
	Datum		head[11] = {Int64GetDatum(project->id)};
	char		nulls[] = "           ";
	Datum		values[5];
	BpmFaults	faults = {0};

	bpm_set_argument(fcinfo, ARG_YEAR, head, nulls, 1);
	bpm_set_argument(fcinfo, ARG_EVALUATOR, head, nulls, 2);
	bpm_set_argument(fcinfo, ARG_PERIOD, head, nulls, 3);
	bpm_set_argument(fcinfo, ARG_PERIOD_NO, head, nulls, 4);
	bpm_set_argument(fcinfo, ARG_EVIDENCE, head, nulls, 5);
	bpm_set_argument(fcinfo, ARG_JOINT, head, nulls, 6);
	bpm_set_argument(fcinfo, ARG_BUDGET, head, nulls, 7);
	bpm_set_argument(fcinfo, ARG_PAID, head, nulls, 8);
	bpm_set_argument(fcinfo, ARG_AGENCY, head, nulls, 9);
	bpm_set_argument(fcinfo, ARG_OPINION, head, nulls, 10);
	bpm_gather_faults(ledger, &head_problems, head, nulls, &faults);
	values[0] = Int64GetDatum(set);
	values[1] = as_of;
	values[2] = PG_GETARG_DATUM(ARG_RESULTS);
	values[3] = bpm_performance_number(ledger, project->division, "performance.deviation", "1.3");
	values[4] = BoolGetDatum(true);
	bpm_gather_faults(ledger, &result_problems, values, NULL, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be an evaluation of project \"%s\"", project->official_code));
}

/* Stores the results, and the evaluation over them, sealed. */
static int64
store_evaluation(FunctionCallInfo fcinfo, BpmCall *call, const BpmProject *project, int64 set, Datum as_of)
{
	int64		id = bpm_next_id(call->ledger, "evaluation_seq", 0);
	Datum		rows[] = {Int64GetDatum(id), Int64GetDatum(set), as_of, PG_GETARG_DATUM(ARG_RESULTS),
		Int64GetDatum(project->division), Int64GetDatum(project->unit)};
	Datum		values[18];
	char		nulls[] = "                  ";

	bpm_insert_rows(call->ledger, "evaluation_result", &insert_results, rows, NULL, true);
	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(project->id);
	bpm_set_argument(fcinfo, ARG_YEAR, values, nulls, 2);
	values[3] = Int64GetDatum(set);
	bpm_set_argument(fcinfo, ARG_EVALUATOR, values, nulls, 4);
	bpm_set_argument(fcinfo, ARG_PERIOD, values, nulls, 5);
	bpm_set_argument(fcinfo, ARG_PERIOD_NO, values, nulls, 6);
	values[7] = as_of;
	bpm_set_argument(fcinfo, ARG_AGENCY, values, nulls, 8);
	bpm_set_argument(fcinfo, ARG_JOINT, values, nulls, 9);
	bpm_set_argument(fcinfo, ARG_EVIDENCE, values, nulls, 10);
	bpm_set_argument(fcinfo, ARG_OPINION, values, nulls, 11);
	values[12] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[13] = CStringGetTextDatum(call->login);
	values[14] = Int64GetDatum(project->division);
	values[15] = Int64GetDatum(project->unit);
	bpm_set_argument(fcinfo, ARG_BUDGET, values, nulls, 16);
	bpm_set_argument(fcinfo, ARG_PAID, values, nulls, 17);
	bpm_insert_sealed(call->ledger, "evaluation", bpm_read_text(call->ledger, &results_text, rows, NULL),
					  &insert_evaluation, values, nulls);
	return id;
}

/* Returns the department (主管部门) that the project's unit is of in its division, or the unit where it has none. */
static BpmCode
find_department(BpmLedger *ledger, const BpmProject *project)
{
	static const BpmStatement find = {
		"SELECT code FROM @ledger@.unit WHERE kind" EQ "'department' AND code" COVERS "$1 AND division" CODE_EQ "$2"
		" ORDER BY code LIMIT 1", "cc"
	};
	Datum		values[2] = {Int64GetDatum(project->unit), Int64GetDatum(project->division)};

	return bpm_ledger_execute(ledger, &find, 0, values, NULL) == 1 ? bpm_result_int(0, 1) : project->unit;
}

/* Asks for a duty where the evaluator is: the unit itself, its department, or its division's finance department. */
static void
require_evaluator(BpmCall *call, const BpmProject *project, const char *evaluator)
{
	if (strcmp(evaluator, "self") == 0)
		bpm_call_require(call, project->division, project->unit);
	else if (strcmp(evaluator, "department") == 0)
		bpm_call_require(call, project->division, find_department(call->ledger, project));
	else
		bpm_call_require(call, project->division, 0);
}

/* evaluate_project(ledger, project, fiscal_year, evaluator, results, ...): scores what is known, and keeps it. */
PG_FUNCTION_INFO_V1(bpm_evaluate_project);
Datum
bpm_evaluate_project(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	int64		set;
	int64		id;
	Datum		as_of;

	bpm_require_argument(fcinfo, ARG_YEAR, "fiscal_year");
	bpm_require_argument(fcinfo, ARG_EVALUATOR, "evaluator");
	bpm_array_argument(fcinfo, ARG_RESULTS, "results");
	bpm_require_argument(fcinfo, ARG_PERIOD, "period");
	bpm_require_argument(fcinfo, ARG_PERIOD_NO, "period_no");
	bpm_array_argument(fcinfo, ARG_EVIDENCE, "evidence");
	bpm_call_begin(&call, fcinfo, "evaluate_project", NULL);
	bpm_call_project(&call, bpm_argument(fcinfo, ARG_PROJECT, "project"), &project);
	require_evaluator(&call, &project, bpm_argument(fcinfo, ARG_EVALUATOR, "evaluator"));
	set = find_set(call.ledger, &project, PG_GETARG_INT32(ARG_YEAR));
	as_of = find_end(fcinfo, call.ledger);
	check_evaluation(fcinfo, call.ledger, &project, set, as_of);
	id = store_evaluation(fcinfo, &call, &project, set, as_of);
	bpm_call_note(&call, &project, "evaluated", NULL,
				  bpm_jsonb_of(psprintf("{\"evaluation\": " INT64_FORMAT "}", id)));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Refuses what monitoring cannot have seen, with everything that is wrong with it. */
static void
check_monitoring(FunctionCallInfo fcinfo, BpmLedger *ledger, const BpmProject *project, Datum set)
{
	Datum		values[5] = {PG_GETARG_DATUM(MONITOR_AS_OF), PG_GETARG_DATUM(ARG_YEAR), set, PG_GETARG_DATUM(MONITOR_ACTUALS)};
	char		nulls[] = "     ";
	BpmFaults	faults = {0};

	bpm_set_argument(fcinfo, MONITOR_NOTE, values, nulls, 4);
	bpm_gather_faults(ledger, &monitoring_problems, values, nulls, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be monitoring of project \"%s\"", project->official_code));
}

/* record_monitoring(ledger, project, fiscal_year, as_of, actuals, note): execution beside achievement. */
PG_FUNCTION_INFO_V1(bpm_record_monitoring);
Datum
bpm_record_monitoring(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Datum		values[13];
	char		nulls[] = "             ";
	int64		id;

	bpm_require_argument(fcinfo, ARG_YEAR, "fiscal_year");
	bpm_require_argument(fcinfo, MONITOR_AS_OF, "as_of");
	bpm_array_argument(fcinfo, MONITOR_ACTUALS, "actuals");
	bpm_call_begin(&call, fcinfo, "record_monitoring", NULL);
	bpm_call_project(&call, bpm_argument(fcinfo, ARG_PROJECT, "project"), &project);
	values[4] = Int64GetDatum(find_set(call.ledger, &project, PG_GETARG_INT32(ARG_YEAR)));
	check_monitoring(fcinfo, call.ledger, &project, values[4]);
	id = bpm_next_id(call.ledger, "monitoring_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(project.id);
	bpm_set_argument(fcinfo, ARG_YEAR, values, nulls, 2);
	bpm_set_argument(fcinfo, MONITOR_AS_OF, values, nulls, 3);
	bpm_set_argument(fcinfo, MONITOR_ACTUALS, values, nulls, 5);
	bpm_set_argument(fcinfo, MONITOR_NOTE, values, nulls, 6);
	values[7] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[8] = CStringGetTextDatum(call.login);
	values[9] = Int64GetDatum(project.division);
	values[10] = Int64GetDatum(project.unit);
	values[11] = JsonbPGetDatum(bpm_jsonb_of(bpm_performance_setting(call.ledger, project.division, "performance.ladder",
																	 "[[\"04-30\", 25], [\"06-30\", 40], [\"08-31\", 60], [\"10-31\", 80]]")));
	values[12] = bpm_performance_number(call.ledger, project.division, "performance.monitoring_gap", "10");
	bpm_insert_sealed(call.ledger, "monitoring", NULL, &insert_monitoring, values, nulls);
	values[1] = values[4];
	bpm_write_owned(call.ledger, "project_indicator", project.id, &tell_signals, values, NULL);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Reads where an evaluation is; false where there is none. */
static bool
find_evaluation(BpmLedger *ledger, int64 evaluation, BpmCode *division, BpmCode *unit, int64 *set)
{
	Datum		value = Int64GetDatum(evaluation);

	if (bpm_ledger_execute(ledger, &place_of_evaluation, 0, &value, NULL) != 1)
		return false;
	*division = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	*unit = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	*set = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);
	return true;
}

/* Raises that there is no such evaluation, or none that the caller may see. */
static void
no_evaluation(int64 evaluation)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("there is no evaluation " INT64_FORMAT, evaluation)));
}

/* Refuses a note that says nothing, or more than its column holds; it may have lines. */
static void
check_note(const char *note, int longest)
{
	if (bpm_blank(note))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("note must not be empty"),
				 errdetail("An answer says what is done about the result.")));
	if (pg_mbstrlen(note) > longest)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("note has %d characters, more than %d", pg_mbstrlen(note), longest),
				 errhint("What is longer belongs in the document that it names.")));
}

/* answer_evaluation(ledger, evaluation, note, document): what is done about a result. */
PG_FUNCTION_INFO_V1(bpm_answer_evaluation);
Datum
bpm_answer_evaluation(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division,
				unit;
	Datum		values[8];
	char		nulls[] = "        ";
	char	   *note = bpm_argument(fcinfo, 2, "note");
	int64		set;
	int64		id;

	bpm_require_argument(fcinfo, 1, "evaluation");
	check_note(note, 2000);
	bpm_limited_text(fcinfo, 3, "document", 200);
	bpm_call_begin(&call, fcinfo, "answer_evaluation", NULL);
	if (!find_evaluation(call.ledger, PG_GETARG_INT64(1), &division, &unit, &set) || !bpm_call_reads(&call, division, unit))
		no_evaluation(PG_GETARG_INT64(1));
	bpm_call_require(&call, division, unit);
	id = bpm_next_id(call.ledger, "evaluation_answer_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = CStringGetTextDatum(note);
	bpm_set_argument(fcinfo, 3, values, nulls, 3);
	values[4] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[5] = CStringGetTextDatum(call.login);
	values[6] = Int64GetDatum(division);
	values[7] = Int64GetDatum(unit);
	bpm_insert_rows(call.ledger, "evaluation_answer", &insert_answer, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* verify_evaluation(ledger, evaluation): whether it, its results and its targets have the digests they were sealed with. */
PG_FUNCTION_INFO_V1(bpm_verify_evaluation);
Datum
bpm_verify_evaluation(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division,
				unit;
	Datum		value = PG_GETARG_DATUM(1);
	int64		set;
	bool		holds;

	bpm_require_argument(fcinfo, 1, "evaluation");
	bpm_call_begin(&call, fcinfo, "verify_evaluation", NULL);
	if (!find_evaluation(call.ledger, PG_GETARG_INT64(1), &division, &unit, &set) || !bpm_call_reads(&call, division, unit))
		no_evaluation(PG_GETARG_INT64(1));
	holds = bpm_seal_holds(call.ledger, &sealed_evaluation, &value);
	value = Int64GetDatum(set);
	holds = holds && bpm_seal_holds(call.ledger, &sealed_set, &value);
	bpm_call_end(&call);
	PG_RETURN_BOOL(holds);
}

/* open_joint_evaluation(ledger, title, fiscal_year, division, projects, document): over several divisions. */
PG_FUNCTION_INFO_V1(bpm_open_joint_evaluation);
Datum
bpm_open_joint_evaluation(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmCode		division;
	BpmFaults	faults = {0};
	Datum		asked[2];
	Datum		values[8];
	char		nulls[] = "        ";
	int64		id;

	bpm_require_argument(fcinfo, 1, "title");
	bpm_limited_text(fcinfo, 1, "title", 200);
	bpm_year_argument(fcinfo, 2, "fiscal_year");
	bpm_require_argument(fcinfo, 4, "projects");
	if (ARR_NDIM(PG_GETARG_ARRAYTYPE_P(4)) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("projects must be one list, not a table")));
	bpm_limited_text(fcinfo, 5, "document", 200);
	bpm_call_begin(&call, fcinfo, "open_joint_evaluation", NULL);
	division = bpm_registry_division(call.ledger, bpm_argument(fcinfo, 3, "division"));
	bpm_call_require(&call, division, 0);
	asked[0] = Int64GetDatum(division);
	asked[1] = PG_GETARG_DATUM(4);
	bpm_gather_faults(call.ledger, &joint_problems, asked, NULL, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "these projects cannot be evaluated together");
	id = bpm_next_id(call.ledger, "joint_evaluation_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = PG_GETARG_DATUM(1);
	values[2] = PG_GETARG_DATUM(2);
	values[3] = PG_GETARG_DATUM(4);
	bpm_set_argument(fcinfo, 5, values, nulls, 4);
	values[5] = CStringGetTextDatum(call.login);
	values[6] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[7] = Int64GetDatum(division);
	bpm_insert_rows(call.ledger, "joint_evaluation", &insert_joint, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
