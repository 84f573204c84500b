/*
 * pool.c
 *	  What a project says of itself, its milestones, and what comes before what.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "project/project.h"

#define MATCHES_NOT	" OPERATOR(pg_catalog.!~) "

/* Runs a statement whose rows are faults; refuses what has any, with all of them. */
void
bpm_refuse_rows(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls,
				  int sqlstate, const char *message)
{
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, nulls);
	StringInfoData list;

	if (rows == 0)
		return;
	initStringInfo(&list);
	for (int i = 0; i < rows; i++)
		appendStringInfo(&list, "%s%s", i ? "; " : "",
						 bpm_row_string(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1));
	ereport(ERROR,
			(errcode(sqlstate), errmsg_internal("%s", message), errdetail("%s.", list.data)));
}

/* Refuses what is not a plan by years, and one beyond the planned total. */
static void
check_years(BpmLedger *ledger, const BpmProject *project, Datum years, Datum total)
{
	static const BpmStatement form = {
		"SELECT 'year \"' " CAT "key" CAT "'\" is not a fiscal year' FROM pg_catalog.jsonb_each_text($1)"
		" WHERE key" MATCHES_NOT "'^(19|20|21)[0-9]{2}$' UNION ALL"
		" SELECT 'amount \"' " CAT "COALESCE(value, 'null')" CAT "'\" of ' " CAT "key" CAT "' is not an amount in yuan'"
		" FROM pg_catalog.jsonb_each_text($1) WHERE COALESCE(value, '')" MATCHES_NOT "'^[0-9]{1,15}([.][0-9]{1,2})?$'", "j"
	};
	static const BpmStatement sum = {
		"SELECT 'the years make ' " CAT "s.years::pg_catalog.text" CAT "', the planned total is ' " CAT "$2::pg_catalog.text"
		" FROM (SELECT pg_catalog.sum(value::pg_catalog.numeric) AS years FROM pg_catalog.jsonb_each_text($1)) s"
		" WHERE s.years" GT "$2", "jn"
	};
	Datum		values[] = {years, total};
	char	   *message = psprintf("plan of project \"%s\" by years is not one", project->official_code);

	if (!JB_ROOT_IS_OBJECT(DatumGetJsonbP(years)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("years must be an object"),
				 errhint("Give it as {\"2026\": \"1000000.00\", \"2027\": \"500000.00\"}.")));
	bpm_refuse_rows(ledger, &form, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE, message);
	bpm_refuse_rows(ledger, &sum, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE, message);
}

/* Replaces the plan by years. */
static void
store_years(BpmLedger *ledger, const BpmProject *project, Datum years)
{
	static const BpmStatement clear = {"DELETE FROM @ledger@.project_year WHERE project_id" EQ "$1", "l"};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.project_year (project_id, fiscal_year, planned, division, unit)"
		" SELECT $1, key::pg_catalog.int4, value::pg_catalog.numeric::budgetpm.amount, $3, $4"
		" FROM pg_catalog.jsonb_each_text($2)", "ljcc"
	};
	Datum		values[4];

	values[0] = Int64GetDatum(project->id);
	values[1] = years;
	values[2] = Int64GetDatum(project->division);
	values[3] = Int64GetDatum(project->unit);
	bpm_write_owned(ledger, "project_year", project->id, &clear, values, NULL);
	bpm_write_owned(ledger, "project_year", project->id, &insert, values, NULL);
}

/* Refuses a period that ends before it begins, and a total that is none. */
static void
check_period(const BpmProject *project)
{
	if (project->starts_on != BPM_NO_DATE && project->ends_on != BPM_NO_DATE && project->ends_on < project->starts_on)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("project \"%s\" cannot end before it begins", project->official_code)));
	if (project->planned_total < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("planned total of project \"%s\" must not be negative", project->official_code)));
}

/* Takes over what the arguments of describe_project() give; what is NULL stays. */
static void
take_description(FunctionCallInfo fcinfo, BpmProject *project)
{
	if (!PG_ARGISNULL(2))
		project->planned_total = bpm_fen_from_numeric(PG_GETARG_NUMERIC(2));
	if (!PG_ARGISNULL(3))
		project->starts_on = bpm_calendar_day("starts_on", PG_GETARG_DATEADT(3));
	if (!PG_ARGISNULL(4))
		project->ends_on = bpm_calendar_day("ends_on", PG_GETARG_DATEADT(4));
	check_period(project);
	if (!PG_ARGISNULL(7) && !JB_ROOT_IS_OBJECT(PG_GETARG_JSONB_P(7)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attributes must be an object")));
}

/* Once a project is in the pool, its total and period change for a reason only. */
static void
require_reason(const BpmProject *before, const BpmProject *after, const char *reason)
{
	if (reason || strcmp(before->stage, "proposed") == 0 || strcmp(before->stage, "reviewed") == 0)
		return;
	if (before->planned_total != after->planned_total || before->starts_on != after->starts_on ||
		before->ends_on != after->ends_on)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("changing total or period of project \"%s\" needs a reason", before->official_code),
				 errdetail("It is %s.", before->stage)));
}

/* Refuses to change what has ended. */
void
bpm_require_open_project(const BpmProject *project)
{
	if (strcmp(project->stage, "closed") == 0 || strcmp(project->stage, "cancelled") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" is %s", project->official_code, project->stage)));
}

/* Says what a project is: total, period, people, sector, form fields, plan by years. */
PG_FUNCTION_INFO_V1(bpm_describe_project);
Datum
bpm_describe_project(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.project SET planned_total = $2, starts_on = $3, ends_on = $4,"
		" responsible = COALESCE($5, responsible), industry = COALESCE($6, industry),"
		" attributes = COALESCE($7, attributes) WHERE project_id" EQ "$1", "lnddttj"
	};
	static const BpmStatement details = {
		"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('planned_total', $1::pg_catalog.text,"
		" 'starts_on', $2, 'ends_on', $3, 'responsible', $4, 'industry', $5, 'attributes', $6, 'years', $7))", "nddttjj"
	};
	BpmCall		call;
	BpmProject	before;
	BpmProject	project;
	Datum		values[8] = {0};
	char		nulls[] = "        ";
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *reason = PG_ARGISNULL(9) ? NULL : bpm_limited_text(fcinfo, 9, "reason", 2000);
	bool		isnull;

	if (!PG_ARGISNULL(5))
		bpm_limited_text(fcinfo, 5, "responsible", 100);
	if (!PG_ARGISNULL(6))
		bpm_limited_text(fcinfo, 6, "industry", 100);
	bpm_call_begin(&call, fcinfo, "describe_project", NULL);
	bpm_call_project(&call, code, &before);
	bpm_require_open_project(&before);
	project = before;
	take_description(fcinfo, &project);
	require_reason(&before, &project, reason);
	values[0] = Int64GetDatum(project.id);
	for (int i = 2; i <= 8; i++)
	{
		values[i - 1] = PG_GETARG_DATUM(i);
		nulls[i - 1] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	if (!PG_ARGISNULL(8))
		check_years(call.ledger, &project, values[7], NumericGetDatum(bpm_fen_to_numeric(project.planned_total)));
	bpm_ledger_execute(call.ledger, &details, 0, values + 1, nulls + 1);
	bpm_call_note(&call, &project, "described", reason,
				  DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	values[1] = NumericGetDatum(bpm_fen_to_numeric(project.planned_total));
	nulls[1] = project.planned_total == 0 ? 'n' : ' ';
	values[2] = DateADTGetDatum(project.starts_on);
	nulls[2] = project.starts_on == BPM_NO_DATE ? 'n' : ' ';
	values[3] = DateADTGetDatum(project.ends_on);
	nulls[3] = project.ends_on == BPM_NO_DATE ? 'n' : ' ';
	bpm_ledger_execute(call.ledger, &update, 0, values, nulls);
	if (!PG_ARGISNULL(8))
		store_years(call.ledger, &project, values[7]);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Refuses what is not a list of milestones of 100 percent, or loses one that is done. */
static void
check_milestones(BpmLedger *ledger, const BpmProject *project, Datum milestones)
{
	static const BpmStatement faults = {
		"WITH m AS (SELECT o.n, i.* FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS o(value, n)"
		"  CROSS JOIN LATERAL (SELECT o.value OPERATOR(pg_catalog.->>) 'no' AS no, o.value OPERATOR(pg_catalog.->>) 'title' AS title,"
		"   o.value OPERATOR(pg_catalog.->>) 'planned_on' AS planned_on, o.value OPERATOR(pg_catalog.->>) 'weight' AS weight,"
		"   budgetpm.is_text(o.value OPERATOR(pg_catalog.->) 'title', 200) AS titled) i),"
		" good AS (SELECT * FROM m WHERE no OPERATOR(pg_catalog.~) '^[1-9][0-9]{0,3}$'"
		"  AND weight OPERATOR(pg_catalog.~) '^[0-9]{1,3}([.][0-9]{1,4})?$')"
		" SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no number from 1 to 9999' FROM m"
		"  WHERE no IS NULL OR no" MATCHES_NOT "'^[1-9][0-9]{0,3}$'"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no title of 1 to 200 characters' FROM m"
		"  WHERE NOT titled"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no planned_on as YYYY-MM-DD'"
		"   " CAT "COALESCE(': ' " CAT "pg_catalog.left(planned_on, 40) " CAT "' is no day of the calendar', '') FROM m"
		"  WHERE NOT budgetpm.is_day(planned_on)"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no weight from 0 to 100' FROM m"
		"  WHERE COALESCE(weight, '')" MATCHES_NOT "'^[0-9]{1,3}([.][0-9]{1,4})?$'"
		" UNION ALL (SELECT 'number ' " CAT "no" CAT "' is there twice' FROM good GROUP BY no HAVING pg_catalog.count(*)" GT "1"
		"  ORDER BY pg_catalog.min(n))"
		" UNION ALL SELECT 'the weights make ' " CAT "pg_catalog.sum(weight::pg_catalog.numeric)::pg_catalog.text" CAT "', not 100'"
		"  FROM good HAVING pg_catalog.sum(weight::pg_catalog.numeric)" NE "100"
		" UNION ALL (SELECT 'milestone ' " CAT "d.milestone_no::pg_catalog.text" CAT "' is done and stays' FROM @ledger@.milestone d"
		"  WHERE d.project_id" EQ "$2 AND d.done_on IS NOT NULL AND NOT EXISTS (SELECT 1 FROM good g"
		"   WHERE g.no" EQ "d.milestone_no::pg_catalog.text AND g.title" EQ "d.title"
		"    AND g.planned_on" EQ "d.planned_on::pg_catalog.text) ORDER BY d.milestone_no)", "jl"
	};
	Datum		values[] = {milestones, Int64GetDatum(project->id)};

	if (!bpm_is_array(DatumGetJsonbP(milestones)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("milestones must be an array"),
				 errhint("Give each as {\"no\": 1, \"title\": \"...\", \"planned_on\": \"2026-06-30\", \"weight\": 30}.")));
	bpm_refuse_rows(ledger, &faults, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE,
					  psprintf("milestones of project \"%s\" are not right", project->official_code));
}

/* Writes milestones: those that were there keep the day on which they were done. */
static void
store_milestones(BpmLedger *ledger, const BpmProject *project, Datum milestones)
{
	static const BpmStatement clear = {
		"DELETE FROM @ledger@.milestone m WHERE m.project_id" EQ "$1 AND NOT EXISTS (SELECT 1"
		" FROM pg_catalog.jsonb_array_elements($2) AS o(value)"
		" WHERE (o.value OPERATOR(pg_catalog.->>) 'no')::pg_catalog.int4" EQ "m.milestone_no)", "lj"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.milestone (project_id, milestone_no, title, planned_on, weight, division, unit)"
		" SELECT $1, m.no, m.title, m.planned_on, m.weight, $3, $4 FROM pg_catalog.jsonb_to_recordset($2)"
		"  AS m(no pg_catalog.int4, title pg_catalog.text, planned_on pg_catalog.date, weight pg_catalog.numeric)"
		" ON CONFLICT (project_id, milestone_no) DO UPDATE SET title = excluded.title,"
		"  planned_on = excluded.planned_on, weight = excluded.weight", "ljcc"
	};
	Datum		values[4];

	values[0] = Int64GetDatum(project->id);
	values[1] = milestones;
	values[2] = Int64GetDatum(project->division);
	values[3] = Int64GetDatum(project->unit);
	bpm_write_owned(ledger, "milestone", project->id, &clear, values, NULL);
	bpm_write_owned(ledger, "milestone", project->id, &insert, values, NULL);
}

/* Sets the milestones of a project, all at once; returns how many. */
PG_FUNCTION_INFO_V1(bpm_set_milestones);
Datum
bpm_set_milestones(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *reason = PG_ARGISNULL(3) ? NULL : bpm_limited_text(fcinfo, 3, "reason", 2000);
	Jsonb	   *milestones;

	bpm_require_argument(fcinfo, 2, "milestones");
	milestones = PG_GETARG_JSONB_P(2);
	bpm_call_begin(&call, fcinfo, "set_milestones", NULL);
	bpm_call_project(&call, code, &project);
	bpm_require_open_project(&project);
	if (reason == NULL && strcmp(project.stage, "proposed") != 0 && strcmp(project.stage, "reviewed") != 0 &&
		strcmp(project.stage, "admitted") != 0 && strcmp(project.stage, "selected") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("changing milestones of project \"%s\" needs a reason", code),
				 errdetail("It is %s.", project.stage)));
	check_milestones(call.ledger, &project, JsonbPGetDatum(milestones));
	store_milestones(call.ledger, &project, JsonbPGetDatum(milestones));
	bpm_call_note(&call, &project, "planned", reason, milestones);
	bpm_call_end(&call);
	PG_RETURN_INT32(JB_ROOT_COUNT(milestones));
}

/* Gives a project the standard milestones of its category; returns how many. */
PG_FUNCTION_INFO_V1(bpm_apply_project_template);
Datum
bpm_apply_project_template(PG_FUNCTION_ARGS)
{
	static const BpmStatement template = {
		"WITH RECURSIVE wider (category, depth) AS (SELECT category, 0 FROM @ledger@.project WHERE project_id" EQ "$1 UNION"
		"  SELECT c.parent, w.depth" PLUS "1 FROM wider w JOIN @ledger@.profile_category c ON c.category" EQ "w.category"
		"  WHERE c.parent IS NOT NULL AND w.depth" LT "10),"
		" chosen AS (SELECT w.category FROM wider w WHERE EXISTS (SELECT 1 FROM @ledger@.project_template_milestone t"
		"  WHERE t.category" EQ "w.category) ORDER BY w.depth LIMIT 1)"
		" SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('no', t.milestone_no, 'title', t.title, 'weight', t.weight,"
		"  'planned_on', $2" PLUS "pg_catalog.round(t.at_share OPERATOR(pg_catalog.*) ($3" MINUS "$2)::pg_catalog.numeric)::pg_catalog.int4)"
		"  ORDER BY t.milestone_no) FROM @ledger@.project_template_milestone t JOIN chosen c ON c.category" EQ "t.category", "ldd"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[3];
	char	   *code = bpm_argument(fcinfo, 1, "project");
	Jsonb	   *milestones;
	int			count;
	bool		isnull;

	bpm_call_begin(&call, fcinfo, "apply_project_template", NULL);
	bpm_call_project(&call, code, &project);
	bpm_require_open_project(&project);
	if (project.starts_on == BPM_NO_DATE || project.ends_on == BPM_NO_DATE)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" has no planned period", code),
				 errhint("Set it with describe_project() first.")));
	values[0] = Int64GetDatum(project.id);
	values[1] = DateADTGetDatum(project.starts_on);
	values[2] = DateADTGetDatum(project.ends_on);
	bpm_ledger_execute(call.ledger, &template, 0, values, NULL);
	values[0] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("no template holds for project category \"%s\"", project.category),
				 errhint("Add rows to project_template_milestone, or use set_milestones().")));
	milestones = DatumGetJsonbPCopy(values[0]);
	check_milestones(call.ledger, &project, JsonbPGetDatum(milestones));
	store_milestones(call.ledger, &project, JsonbPGetDatum(milestones));
	bpm_call_note(&call, &project, "planned", "template", milestones);
	count = JB_ROOT_COUNT(milestones);
	bpm_call_end(&call);
	PG_RETURN_INT32(count);
}

/* Returns the day that an argument gives, today when NULL; refuses one that has not come. */
DateADT
bpm_past_day(FunctionCallInfo fcinfo, int number, const char *name)
{
	DateADT		today = GetSQLCurrentDate();
	DateADT		day = PG_ARGISNULL(number) ? today : PG_GETARG_DATEADT(number);

	if (day > today)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be a day that has not come", name)));
	return bpm_calendar_day(name, day);
}

/* Records that a milestone was reached, once. */
PG_FUNCTION_INFO_V1(bpm_complete_milestone);
Datum
bpm_complete_milestone(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.milestone SET done_on = $3, document = $4, done_by = $5"
		" WHERE project_id" EQ "$1 AND milestone_no" EQ "$2 AND done_on IS NULL"
		" RETURNING pg_catalog.jsonb_build_object('milestone', milestone_no, 'title', title, 'planned_on', planned_on,"
		"  'done_on', done_on, 'document', document)", "lidtt"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[5];
	char	   *code = bpm_argument(fcinfo, 1, "project");
	bool		isnull;

	bpm_require_argument(fcinfo, 2, "milestone_no");
	values[1] = PG_GETARG_DATUM(2);
	values[2] = DateADTGetDatum(bpm_past_day(fcinfo, 3, "done_on"));
	bpm_require_argument(fcinfo, 4, "document");
	values[3] = CStringGetTextDatum(bpm_limited_text(fcinfo, 4, "document", 200));
	bpm_call_begin(&call, fcinfo, "complete_milestone", NULL);
	bpm_call_project(&call, code, &project);
	if (!bpm_project_under_way(&project))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" is %s, and reaches no milestone", code, project.stage),
				 errhint("Milestones are reached while it is under_way.")));
	values[0] = Int64GetDatum(project.id);
	values[4] = CStringGetTextDatum(call.login);
	if (bpm_write_owned(call.ledger, "milestone", project.id, &update, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" has no milestone %d that is not done", code, PG_GETARG_INT32(2))));
	bpm_call_note(&call, &project, "milestone", NULL,
				  DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
