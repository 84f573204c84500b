/*
 * concern.c
 *	  Begins what a colour calls for, once, and ends it when the colour is better.
 *
 * Only a project's newest signal counts: an assessment of a past day is history.  A
 * colour of "none" ends nothing, for nothing was seen to be better.  Where a project is
 * judged no more its stage holds what stands, and ends it in the end.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"

#include "base/guard.h"
#include "base/rows.h"
#include "base/undo.h"
#include "project/concern.h"

/* Nobody has assessed project p after day $1. */
#define NEWEST(p) \
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.project_signal n WHERE n.project_id" EQ p " AND n.as_of" GT "$1)"
#define BADNESS(colour) "pg_catalog.array_position('{none,blue,green,yellow,red}'::pg_catalog.text[], " colour ")"

/* $1 day, $2 the colour that day, $3 the projects. */
static const BpmStatement end_concerns = {
	"UPDATE @ledger@.project_concern c SET ended_on = $1, ended_colour = $2"
	" WHERE c.project_id" EQ "ANY ($3) AND c.ended_on IS NULL AND $2" NE "'none'"
	" AND " BADNESS("$2") LT BADNESS("c.colour::pg_catalog.text") NEWEST("c.project_id")
	" RETURNING c.project_id, c.concern_id, c.kind::pg_catalog.text, $2, c.case_id", "dtx"
};

static const BpmStatement open_concerns = {
	"WITH wanted AS MATERIALIZED (SELECT p.project_id, p.division, p.unit FROM @ledger@.project p"
	"  WHERE p.project_id" EQ "ANY ($3)" NEWEST("p.project_id") "),"
	" rule AS MATERIALIZED (SELECT r.division, r.rules OPERATOR(pg_catalog.->) 'actions' OPERATOR(pg_catalog.->>) $2 AS action"
	"  FROM @ledger@.signal_rule_sets($1, ARRAY(SELECT DISTINCT w.division::pg_catalog.text FROM wanted w)) r)"
	" INSERT INTO @ledger@.project_concern (project_id, kind, colour, opened_on, division, unit)"
	" SELECT w.project_id, r.action, $2, $1, w.division, w.unit"
	" FROM wanted w JOIN rule r ON r.division" EQ "w.division::pg_catalog.text"
	" WHERE r.action" NE "'none' AND $2" NE "'none' AND NOT EXISTS (SELECT 1 FROM @ledger@.project_concern c"
	"  WHERE c.project_id" EQ "w.project_id AND c.kind" EQ "r.action AND c.ended_on IS NULL)"
	" ORDER BY w.project_id"
	" RETURNING project_id, concern_id, kind::pg_catalog.text, $2, case_id", "dtx"
};

/* Concerns that stand without a case, and the flow that is named for them: $1 day, $2 place, $3 project. */
static const BpmStatement find_waiting = {
	"WITH waiting AS MATERIALIZED (SELECT c.* FROM @ledger@.project_concern c"
	"  WHERE c.ended_on IS NULL AND c.held_on IS NULL AND c.case_id IS NULL AND c.opened_on" LE "$1"
	"  AND ($2 IS NULL OR c.division OPERATOR(budgetpm.<@) $2) AND ($3 IS NULL OR c.project_id" EQ "$3)),"
	" rule AS MATERIALIZED (SELECT r.division, r.rules OPERATOR(pg_catalog.->) 'flows' AS flows"
	"  FROM @ledger@.signal_rule_sets($1, ARRAY(SELECT DISTINCT w.division::pg_catalog.text FROM waiting w)) r)"
	" SELECT w.project_id, w.concern_id, w.kind::pg_catalog.text, w.colour::pg_catalog.text,"
	"  r.flows OPERATOR(pg_catalog.->>) w.kind::pg_catalog.text,"
	"  (SELECT s.reasons FROM @ledger@.project_signal s WHERE s.project_id" EQ "w.project_id AND s.as_of" EQ "w.opened_on"
	"   ORDER BY s.revision DESC LIMIT 1), w.opened_on::pg_catalog.text, w.problem"
	" FROM waiting w JOIN rule r ON r.division" EQ "w.division::pg_catalog.text ORDER BY w.concern_id", "dcl"
};

static const BpmStatement store_case = {
	"UPDATE @ledger@.project_concern SET case_id = $2, problem = $3 WHERE concern_id" EQ "$1", "llt"
};

/* Accepts what is added or changed, never what is deleted. */
static bool
accept_change(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return *row != NULL;
}

/* Makes an object of texts and numbers, up to a NULL key. */
static Jsonb *
details_of(const char *kind, const char *colour, const char *day, int64 case_id)
{
	StringInfoData text;

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"kind\": ");
	escape_json(&text, kind);
	appendStringInfo(&text, ", \"colour\": \"%s\", \"as_of\": \"%s\"", colour, day);
	if (case_id)
		appendStringInfo(&text, ", \"case\": " INT64_FORMAT, case_id);
	appendStringInfoChar(&text, '}');
	return bpm_jsonb_of(text.data);
}

/* Writes concerns by one statement, and notes each with its project; returns how many. */
static int64
write_concerns(BpmCall *call, const BpmStatement *statement, Datum *values, const char *nulls,
			   const char *action, const char *day, const char *reason)
{
	BpmPermit	permit = {0};
	SPITupleTable *table;
	int			rows;

	permit.accept = accept_change;
	permit.many = true;
	rows = bpm_guarded_execute(call->ledger, "project_concern", 0, &permit, statement, values, nulls, false);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = table->vals[i];
		BpmProject	project;

		bpm_project_read_id(call->ledger, bpm_row_number(row, table->tupdesc, 1), true, &project);
		bpm_call_note(call, &project, action, reason,
					  details_of(bpm_row_string(row, table->tupdesc, 3), bpm_row_string(row, table->tupdesc, 4),
								 day, bpm_row_number(row, table->tupdesc, 5)));
	}
	return rows;
}

/* Makes the facts of a case. */
static Jsonb *
case_facts(const BpmProject *project, HeapTuple row, TupleDesc desc)
{
	StringInfoData text;
	char	   *reasons = SPI_getvalue(row, desc, 6);

	initStringInfo(&text);
	appendStringInfoString(&text, "{\"project\": ");
	escape_json(&text, project->official_code);
	appendStringInfoString(&text, ", \"name\": ");
	escape_json(&text, project->name);
	appendStringInfoString(&text, ", \"kind\": ");
	escape_json(&text, bpm_row_string(row, desc, 3));
	appendStringInfo(&text, ", \"concern\": " INT64_FORMAT ", \"colour\": \"%s\", \"as_of\": \"%s\", \"reasons\": %s}",
					 bpm_row_number(row, desc, 2), bpm_row_string(row, desc, 4), bpm_row_string(row, desc, 7),
					 reasons ? reasons : "[]");
	return bpm_jsonb_of(text.data);
}

/* Begins the case of a concern, and returns it. */
static int64
begin_case(BpmCall *call, const char *flow, HeapTuple row, TupleDesc desc)
{
	BpmNewCase	start = {flow};
	BpmProject	project;

	bpm_project_read_id(call->ledger, bpm_row_number(row, desc, 1), false, &project);
	start.subject = psprintf("%s %s %s", strcmp(bpm_row_string(row, desc, 4), "red") == 0 ? "红色预警" : "黄色预警",
							 project.official_code, bpm_row_string(row, desc, 7));
	start.facts = case_facts(&project, row, desc);
	start.division = project.division;
	start.unit = project.unit;
	start.key = psprintf("concern/" INT64_FORMAT, bpm_row_number(row, desc, 2));
	return bpm_call_start(call, &start);
}

/* A concern whose case is to begin. */
typedef struct Beginning
{
	BpmCall    *call;
	const char *flow;
	HeapTuple	row;
	TupleDesc	desc;
	int64		case_id;		/* 0: it has not begun */
} Beginning;

/* Begins the case of a concern. */
static void
begin_one(void *argument)
{
	Beginning  *one = argument;

	one->case_id = begin_case(one->call, one->flow, one->row, one->desc);
}

/* Begins a case by itself: one that cannot begin leaves its reason, and the others go on. */
static int64
begin_safely(BpmCall *call, const char *flow, HeapTuple row, TupleDesc desc, char **problem)
{
	Beginning	one = {call, flow, row, desc, 0};
	ErrorData  *failure = bpm_do_or_undo(begin_one, &one);

	if (failure)
		*problem = bpm_error_text(failure);
	return failure ? 0 : one.case_id;
}

/* Keeps what became of a concern's case: its number, or why there is none. */
static void
keep_case(BpmCall *call, int64 concern, int64 case_id, const char *problem)
{
	Datum		values[3];
	char		nulls[] = "   ";

	values[0] = Int64GetDatum(concern);
	bpm_set_id(values, nulls, 1, case_id);
	bpm_set_text(values, nulls, 2, problem);
	bpm_write_row(call->ledger, "project_concern", 0, concern, &store_case, values, nulls, true);
}

/* Begins the case of a waiting concern, where its flow is there; returns it, or 0 with the reason. */
static int64
try_case(BpmCall *call, HeapTuple row, TupleDesc desc, char **problem)
{
	char	   *flow = SPI_getvalue(row, desc, 5);

	if (flow == NULL)
		*problem = psprintf("project.signal.flows names no flow for \"%s\"", bpm_row_string(row, desc, 3));
	else if (!bpm_flow_known(call->ledger, flow))
		*problem = psprintf("no flow \"%s\" is published", flow);
	else
		return begin_safely(call, flow, row, desc, problem);
	return 0;
}

/* Begins the cases that concerns of a place or a project wait for. */
void
bpm_begin_cases(BpmCall *call, DateADT day, BpmCode place, int64 project, BpmConcerns *concerns)
{
	Datum		values[3];
	char		nulls[] = "   ";
	int			rows;
	SPITupleTable *table;

	values[0] = DateADTGetDatum(day);
	bpm_set_id(values, nulls, 1, place);
	bpm_set_id(values, nulls, 2, project);
	rows = bpm_ledger_execute(call->ledger, &find_waiting, 0, values, nulls);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = table->vals[i];
		char	   *known = SPI_getvalue(row, table->tupdesc, 8);
		char	   *problem = NULL;
		int64		case_id = try_case(call, row, table->tupdesc, &problem);

		concerns->cases += case_id != 0;
		concerns->failed += case_id == 0;
		if (case_id != 0 || known == NULL || problem == NULL || strcmp(known, problem) != 0)
			keep_case(call, bpm_row_number(row, table->tupdesc, 2), case_id, problem);
	}
}

/* Gives a day as YYYY-MM-DD. */
static char *
day_text(DateADT day)
{
	int			year,
				month,
				day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return psprintf("%04d-%02d-%02d", year, month, day_of_month);
}

/* Ends and begins what the colour of a day calls for, of the projects that have it. */
void
bpm_settle_concerns(BpmCall *call, DateADT day, const char *colour, Datum projects, BpmConcerns *concerns)
{
	Datum		values[3];
	char	   *text = day_text(day);

	values[0] = DateADTGetDatum(day);
	values[1] = CStringGetTextDatum(colour);
	values[2] = projects;
	concerns->ended += write_concerns(call, &end_concerns, values, NULL, "signal_better", text, NULL);
	concerns->opened += write_concerns(call, &open_concerns, values, NULL, "signal_raised", text, NULL);
}

/* $1 project, $2 day, $3 stage. */
#define OF_STAGE(changes, condition) \
	"UPDATE @ledger@.project_concern c SET " changes " WHERE c.project_id" EQ "$1 AND c.ended_on IS NULL" condition \
	" RETURNING c.project_id, c.concern_id, c.kind::pg_catalog.text, c.colour::pg_catalog.text, c.case_id"

/*
 * Holds what stands of a locked project where it is suspended or completed, lets it go on
 * where it is resumed, and ends it where the project is accepted or ends, which takes an
 * approval: who completes a red project alone does not get rid of its signal.  Who calls
 * has kept out whoever assesses all projects.
 */
void
bpm_move_concerns(BpmCall *call, const BpmProject *project, const char *from, DateADT day, const char *reason)
{
	static const BpmStatement hold = {OF_STAGE("held_on = GREATEST(c.opened_on, $2)", " AND c.held_on IS NULL AND $3 IS NOT NULL"), "ldt"};
	static const BpmStatement resume = {OF_STAGE("held_on = NULL", " AND c.held_on IS NOT NULL AND $2 IS NOT NULL AND $3 IS NOT NULL"), "ldt"};
	static const BpmStatement end = {OF_STAGE("held_on = NULL, ended_on = GREATEST(c.opened_on, $2), ended_stage = $3", ""), "ldt"};
	const char *to = project->stage;
	Datum		values[] = {Int64GetDatum(project->id), DateADTGetDatum(day), CStringGetTextDatum(to)};

	if (strcmp(to, "suspended") == 0 || strcmp(to, "completed") == 0)
		write_concerns(call, &hold, values, NULL, "signal_held", day_text(day), reason);
	else if (strcmp(to, "accepted") == 0 || strcmp(to, "closed") == 0 || strcmp(to, "cancelled") == 0)
		write_concerns(call, &end, values, NULL, "signal_ended", day_text(day), reason ? reason : to);
	else if (strcmp(from, "suspended") == 0 || strcmp(from, "completed") == 0)
		write_concerns(call, &resume, values, NULL, "signal_resumed", day_text(day), reason);
}
