/*
 * records.c
 *	  What belongs to a project: what it waits for, what it is delivered, what it
 *	  needs, and what inspectors found.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/project.h"

/* Returns a jsonb that a statement makes of values. */
Jsonb *
bpm_make_details(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls)
{
	bool		isnull;

	bpm_ledger_execute(ledger, statement, 0, values, nulls);
	return DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

static const BpmStatement dependency_details = {
	"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('predecessor', $1, 'lag_days', $2))", "ti"
};

/* Refuses a dependency that would close a circle; no other one is added meanwhile. */
static void
check_circle(BpmLedger *ledger, const BpmProject *project, const BpmProject *predecessor)
{
	static const BpmStatement lock = {
		"LOCK TABLE @ledger@.project_dependency IN SHARE ROW EXCLUSIVE MODE", ""
	};
	static const BpmStatement road = {
		"WITH RECURSIVE before (project_id, road) AS (SELECT $2, ARRAY[$2] UNION ALL"
		" SELECT d.predecessor_id, b.road" CAT "d.predecessor_id FROM before b"
		"  JOIN @ledger@.project_dependency d ON d.project_id" EQ "b.project_id"
		"  WHERE NOT d.predecessor_id" EQ "ANY (b.road))"
		" SELECT pg_catalog.string_agg(p.official_code, ' after ' ORDER BY r.n) FROM"
		"  (SELECT road FROM before WHERE project_id" EQ "$1 LIMIT 1) b"
		"  CROSS JOIN LATERAL pg_catalog.unnest(b.road) WITH ORDINALITY AS r(id, n)"
		"  JOIN @ledger@.project p ON p.project_id" EQ "r.id", "ll"
	};
	Datum		values[] = {Int64GetDatum(project->id), Int64GetDatum(predecessor->id)};
	char	   *found;

	bpm_ledger_execute(ledger, &lock, 0, NULL, NULL);
	bpm_ledger_execute_latest(ledger, &road, 0, values, NULL, false);
	found = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (found)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("project \"%s\" cannot wait for \"%s\"", project->official_code, predecessor->official_code),
				 errdetail("That would be a circle: %s.", found)));
}

/* Lets a project wait for another one. */
PG_FUNCTION_INFO_V1(bpm_add_dependency);
Datum
bpm_add_dependency(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.project_dependency (project_id, predecessor_id, lag_days, reason, division, unit)"
		" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, predecessor_id)"
		" DO UPDATE SET lag_days = excluded.lag_days, reason = excluded.reason", "llitcc"
	};
	BpmCall		call;
	BpmProject	project;
	BpmProject	predecessor;
	Datum		values[6];
	char		nulls[] = "      ";
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *before = bpm_argument(fcinfo, 2, "predecessor");
	char	   *reason = PG_ARGISNULL(4) ? NULL : bpm_limited_text(fcinfo, 4, "reason", 200);

	bpm_require_argument(fcinfo, 3, "lag_days");
	if (PG_GETARG_INT32(3) < 0 || PG_GETARG_INT32(3) > 36500)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("lag_days %d is out of range", PG_GETARG_INT32(3))));
	bpm_call_begin(&call, fcinfo, "add_dependency", NULL);
	bpm_call_project(&call, code, &project);
	bpm_call_read_project(&call, before, &predecessor);
	if (project.id == predecessor.id)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("project \"%s\" cannot wait for itself", code)));
	check_circle(call.ledger, &project, &predecessor);
	values[0] = Int64GetDatum(project.id);
	values[1] = Int64GetDatum(predecessor.id);
	values[2] = PG_GETARG_DATUM(3);
	bpm_set_text(values, nulls, 3, reason);
	values[4] = Int64GetDatum(project.division);
	values[5] = Int64GetDatum(project.unit);
	bpm_write_owned(call.ledger, "project_dependency", project.id, &insert, values, nulls);
	values[0] = CStringGetTextDatum(before);
	values[1] = PG_GETARG_DATUM(3);
	bpm_call_note(&call, &project, "dependency", reason,
				  bpm_make_details(call.ledger, &dependency_details, values, NULL));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Lets a project wait for another one no longer. */
PG_FUNCTION_INFO_V1(bpm_remove_dependency);
Datum
bpm_remove_dependency(PG_FUNCTION_ARGS)
{
	static const BpmStatement delete = {
		"DELETE FROM @ledger@.project_dependency d USING @ledger@.project p"
		" WHERE d.project_id" EQ "$1 AND p.project_id" EQ "d.predecessor_id AND p.official_code" EQ "$2", "lt"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[2];
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *before = bpm_argument(fcinfo, 2, "predecessor");
	char	   *reason;

	bpm_require_argument(fcinfo, 3, "reason");
	reason = bpm_limited_text(fcinfo, 3, "reason", 200);
	bpm_call_begin(&call, fcinfo, "remove_dependency", NULL);
	bpm_call_project(&call, code, &project);
	values[0] = Int64GetDatum(project.id);
	values[1] = CStringGetTextDatum(before);
	if (bpm_write_owned(call.ledger, "project_dependency", project.id, &delete, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("project \"%s\" does not wait for \"%s\"", code, before)));
	values[0] = values[1];
	bpm_call_note(&call, &project, "independent", reason,
				  bpm_make_details(call.ledger, &dependency_details, values, " n"));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Refuses what is not a list of resources. */
static void
check_resources(BpmLedger *ledger, const BpmProject *project, Datum resources)
{
	static const BpmStatement faults = {
		"WITH r AS (SELECT o.n, o.value OPERATOR(pg_catalog.->>) 'kind' AS kind, budgetpm.is_text(o.value OPERATOR(pg_catalog.->) 'title', 200) AS titled,"
		"  o.value OPERATOR(pg_catalog.->) 'measure' AS measure,"
		"  o.value OPERATOR(pg_catalog.->>) 'quantity' AS quantity, o.value OPERATOR(pg_catalog.->>) 'valid_from' AS valid_from,"
		"  o.value OPERATOR(pg_catalog.->>) 'valid_to' AS valid_to"
		"  FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS o(value, n))"
		" SELECT 'item ' " CAT "n::pg_catalog.text" CAT "': kind \"' " CAT "COALESCE(kind, 'null') " CAT
		"'\" is not people, equipment, material, land or other' FROM r WHERE NOT COALESCE(kind, '')" EQ
		"ANY ('{people,equipment,material,land,other}')"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no title of 1 to 200 characters' FROM r"
		"  WHERE NOT titled"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has a measure that is no text of 1 to 20 characters' FROM r"
		"  WHERE measure" NE "'null' AND NOT budgetpm.is_text(measure, 20)"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no quantity above 0' FROM r"
		"  WHERE COALESCE(quantity, '') OPERATOR(pg_catalog.!~) '^[0-9]{1,15}([.][0-9]{1,4})?$' OR quantity OPERATOR(pg_catalog.~) '^[0.]*$'"
		" UNION ALL SELECT 'item ' " CAT "n::pg_catalog.text" CAT "' has no period from valid_from to valid_to' FROM r"
		"  WHERE NOT (COALESCE(valid_from" LE "valid_to, false) AND budgetpm.is_day(valid_from) AND budgetpm.is_day(valid_to))", "j"
	};

	if (!bpm_is_array(DatumGetJsonbP(resources)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("resources must be an array"),
				 errhint("Give each as {\"kind\": \"equipment\", \"title\": \"...\", \"quantity\": 2, \"valid_from\": \"2026-01-01\", \"valid_to\": \"2026-06-30\"}.")));
	bpm_refuse_rows(ledger, &faults, &resources, NULL, ERRCODE_INVALID_PARAMETER_VALUE,
					  psprintf("resources of project \"%s\" are not right", project->official_code));
}

/* Sets what a project needs and when, all at once; returns how many rows. */
PG_FUNCTION_INFO_V1(bpm_set_resources);
Datum
bpm_set_resources(PG_FUNCTION_ARGS)
{
	static const BpmStatement clear = {"DELETE FROM @ledger@.project_resource WHERE project_id" EQ "$1", "l"};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.project_resource (project_id, resource_no, kind, title, quantity, measure, valid_from,"
		"  valid_to, division, unit)"
		" SELECT $1, o.n, o.value OPERATOR(pg_catalog.->>) 'kind', o.value OPERATOR(pg_catalog.->>) 'title',"
		"  (o.value OPERATOR(pg_catalog.->>) 'quantity')::pg_catalog.numeric, o.value OPERATOR(pg_catalog.->>) 'measure',"
		"  (o.value OPERATOR(pg_catalog.->>) 'valid_from')::pg_catalog.date, (o.value OPERATOR(pg_catalog.->>) 'valid_to')::pg_catalog.date,"
		"  $3, $4 FROM pg_catalog.jsonb_array_elements($2) WITH ORDINALITY AS o(value, n)", "ljcc"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[4];
	char	   *code = bpm_argument(fcinfo, 1, "project");

	bpm_require_argument(fcinfo, 2, "resources");
	bpm_call_begin(&call, fcinfo, "set_resources", NULL);
	bpm_call_project(&call, code, &project);
	bpm_require_open_project(&project);
	values[0] = Int64GetDatum(project.id);
	values[1] = PG_GETARG_DATUM(2);
	values[2] = Int64GetDatum(project.division);
	values[3] = Int64GetDatum(project.unit);
	check_resources(call.ledger, &project, values[1]);
	bpm_write_owned(call.ledger, "project_resource", project.id, &clear, values, NULL);
	bpm_write_owned(call.ledger, "project_resource", project.id, &insert, values, NULL);
	bpm_call_note(&call, &project, "resources", NULL, PG_GETARG_JSONB_P(2));
	bpm_call_end(&call);
	PG_RETURN_INT32(JB_ROOT_COUNT(PG_GETARG_JSONB_P(2)));
}

/* Refuses to repair what is no failed record of this project. */
static void
check_repair(BpmLedger *ledger, const BpmProject *project, Datum record)
{
	static const BpmStatement failed = {
		"SELECT 1 FROM @ledger@.quality_record q WHERE q.record_id" EQ "$1 AND q.project_id" EQ "$2 AND q.result" EQ "'failed'"
		" AND NOT EXISTS (SELECT 1 FROM @ledger@.quality_record r WHERE r.repairs" EQ "q.record_id)", "ll"
	};
	Datum		values[] = {record, Int64GetDatum(project->id)};

	if (bpm_ledger_execute(ledger, &failed, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("inspection " INT64_FORMAT " is no failed one of project \"%s\" that waits for repair",
						DatumGetInt64(record), project->official_code)));
}

/* Reads the result of an inspection, and refuses one that does not fit with what it repairs. */
static char *
read_result(FunctionCallInfo fcinfo)
{
	char	   *result = bpm_argument(fcinfo, 4, "result");

	if (strcmp(result, "passed") != 0 && strcmp(result, "failed") != 0 && strcmp(result, "repaired") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("result \"%s\" is not known", result),
				 errhint("Use passed, failed or repaired.")));
	if ((strcmp(result, "repaired") == 0) == PG_ARGISNULL(8))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a repaired inspection names the failed one in repairs, and no other does")));
	return result;
}

/* Records an inspection; returns its number. */
PG_FUNCTION_INFO_V1(bpm_record_quality);
Datum
bpm_record_quality(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.quality_record (record_id, project_id, checked_on, title, result, repairs, finding, document,"
		" inspector, recorded_by, recorded_at, division, unit)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", "lldttlttttzcc"
	};
	static const BpmStatement details = {
		"SELECT pg_catalog.jsonb_build_object('record', $1, 'title', $2, 'result', $3)", "ltt"
	};
	BpmCall		call;
	BpmProject	project;
	Datum		values[13];
	char		nulls[] = "             ";
	char	   *code = bpm_argument(fcinfo, 1, "project");
	char	   *result = read_result(fcinfo);
	int64		id;

	values[2] = DateADTGetDatum(bpm_past_day(fcinfo, 2, "checked_on"));
	bpm_require_argument(fcinfo, 3, "title");
	bpm_set_text(values, nulls, 3, bpm_limited_text(fcinfo, 3, "title", 200));
	bpm_set_text(values, nulls, 4, result);
	bpm_set_id(values, nulls, 5, PG_ARGISNULL(8) ? 0 : PG_GETARG_INT64(8));
	bpm_set_text(values, nulls, 6, PG_ARGISNULL(5) ? NULL : bpm_limited_text(fcinfo, 5, "finding", 4000));
	bpm_set_text(values, nulls, 7, PG_ARGISNULL(6) ? NULL : bpm_limited_text(fcinfo, 6, "document", 200));
	bpm_set_text(values, nulls, 8, PG_ARGISNULL(7) ? NULL : bpm_limited_text(fcinfo, 7, "inspector", 100));
	bpm_call_begin(&call, fcinfo, "record_quality", NULL);
	bpm_call_project(&call, code, &project);
	if (!PG_ARGISNULL(8))
		check_repair(call.ledger, &project, values[5]);
	id = bpm_next_id(call.ledger, "quality_seq", 0);
	values[0] = Int64GetDatum(id);
	values[1] = Int64GetDatum(project.id);
	bpm_set_text(values, nulls, 9, call.login);
	values[10] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[11] = Int64GetDatum(project.division);
	values[12] = Int64GetDatum(project.unit);
	bpm_write_row(call.ledger, "quality_record", 0, id, &insert, values, nulls, true);
	values[1] = values[3];
	values[2] = values[4];
	bpm_call_note(&call, &project, "quality", NULL, bpm_make_details(call.ledger, &details, values, NULL));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
