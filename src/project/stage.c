/*
 * stage.c
 *	  The stage machine (项目阶段): which stage follows which, who may move a project
 *	  so, and what must be true of it there.
 *
 * What is true is looked at with the project's row locked. A condition that a
 * reason can pass over is soft: the event says which one and why.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "base/effect.h"
#include "base/errors.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/concern.h"
#include "project/watch.h"

/* A move that somebody asks for. */
typedef struct Move
{
	const char *to;
	const char *reason;			/* NULL: none */
	DateADT		on;
	int64		case_id;		/* 0: no flow */
	const char *actor;
	const char *login;
	bool		over_division;	/* who moves it has a duty over the whole division */
} Move;

/* What stands against a move. */
typedef struct Faults
{
	StringInfoData hard;
	StringInfoData soft;
} Faults;

/* A condition: the rows of the statement, for project $1 and stage $2, are what stands against it. */
typedef struct Condition
{
	const char *stages;			/* each between blanks; NULL: every one */
	bool		soft;
	BpmStatement statement;
} Condition;

/* The project $1 and all below it. */
#define TREE \
	"WITH RECURSIVE tree (project_id) AS (SELECT $1 UNION ALL" \
	" SELECT p.project_id FROM tree t JOIN @ledger@.project p ON p.parent_id" EQ "t.project_id) "

/* Its category and the more general ones. */
#define CATEGORIES \
	"WITH RECURSIVE wider (category) AS (SELECT category FROM @ledger@.project WHERE project_id" EQ "$1 UNION" \
	" SELECT c.parent FROM wider w JOIN @ledger@.profile_category c ON c.category" EQ "w.category" \
	" WHERE c.parent IS NOT NULL) "

static const Condition conditions[] = {
	{NULL, false, {CATEGORIES
		"SELECT 'document \"' " CAT "d.kind" CAT "'\" (' " CAT "d.title" CAT "') is not registered'"
		" FROM @ledger@.project_template_document d JOIN wider w ON w.category" EQ "d.category"
		" WHERE d.stage" EQ "$2 AND NOT EXISTS (SELECT 1 FROM @ledger@.evidence_document e"
		"   WHERE e.project_id" EQ "$1 AND e.kind" EQ "d.kind) ORDER BY d.kind", "lt"}},
	{" funded ", false, {TREE
		"SELECT 'no money is appropriated to it' WHERE NOT EXISTS (SELECT 1 FROM tree t"
		" JOIN @ledger@.line l ON l.project_id" EQ "t.project_id JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id"
		" WHERE b.appropriated OPERATOR(budgetpm.>) '0'::budgetpm.amount) AND $2 IS NOT NULL", "lt"}},
	{" under_way ", true, {
		"SELECT 'project \"' " CAT "p.official_code" CAT "'\", which comes before it, is ' " CAT
		" CASE WHEN p.completed_on IS NULL THEN p.stage ELSE 'completed since ' " CAT "p.completed_on::pg_catalog.text" CAT
		" ', ' " CAT "d.lag_days::pg_catalog.text" CAT "' days are between them' END"
		" FROM @ledger@.project_dependency d JOIN @ledger@.project p ON p.project_id" EQ "d.predecessor_id"
		" WHERE d.project_id" EQ "$1 AND $2 IS NOT NULL AND NOT (p.stage" EQ "ANY ('{completed,accepted,evaluated,closed}')"
		"   AND COALESCE(p.completed_on" PLUS "d.lag_days" LE "CURRENT_DATE, true))"
		" ORDER BY p.official_code", "lt"}},
	{" under_way ", false, {
		"SELECT 'project \"' " CAT "p.official_code" CAT "'\" above it is ' " CAT "p.stage"
		" FROM @ledger@.project s JOIN @ledger@.project p ON p.project_id" EQ "s.parent_id"
		" WHERE s.project_id" EQ "$1 AND p.stage" EQ "ANY ('{suspended,cancelled,closed}') AND $2 IS NOT NULL", "lt"}},
	{" completed ", true, {
		"SELECT 'milestone ' " CAT "milestone_no::pg_catalog.text" CAT "' (' " CAT "title" CAT "') is not done'"
		" FROM @ledger@.milestone WHERE project_id" EQ "$1 AND done_on IS NULL AND $2 IS NOT NULL"
		" ORDER BY milestone_no", "lt"}},
	{" completed accepted evaluated closed cancelled ", false, {
		"SELECT 'project \"' " CAT "official_code" CAT "'\" below it is ' " CAT "stage FROM @ledger@.project"
		" WHERE parent_id" EQ "$1 AND NOT (stage" EQ "ANY (CASE WHEN $2" EQ "ANY ('{closed,cancelled}')"
		"   THEN '{closed,cancelled}'::pg_catalog.text[] ELSE '{completed,accepted,evaluated,closed,cancelled}' END))"
		" ORDER BY official_code", "lt"}},
	{" accepted ", false, {
		"SELECT 'inspection ' " CAT "q.record_id::pg_catalog.text" CAT "' (' " CAT "q.title" CAT "') failed and was not repaired'"
		" FROM @ledger@.quality_record q WHERE q.project_id" EQ "$1 AND q.result" EQ "'failed' AND $2 IS NOT NULL"
		"   AND NOT EXISTS (SELECT 1 FROM @ledger@.quality_record r WHERE r.repairs" EQ "q.record_id) ORDER BY q.record_id", "lt"}},
	{" closed cancelled ", false, {
		"SELECT 'line ' " CAT "l.line_id::pg_catalog.text" CAT "' still holds ' " CAT
		" (b.precommitted OPERATOR(budgetpm.+) b.committed OPERATOR(budgetpm.+) b.requested)::pg_catalog.text" CAT
		" ' for plans, contracts and requests' FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id"
		" WHERE l.project_id" EQ "$1 AND $2 IS NOT NULL AND (b.precommitted OPERATOR(budgetpm.+) b.committed"
		"   OPERATOR(budgetpm.+) b.requested) OPERATOR(budgetpm.>) '0'::budgetpm.amount ORDER BY l.line_id", "lt"}},
	{" closed cancelled ", false, {
		"SELECT 'line ' " CAT "l.line_id::pg_catalog.text" CAT "' still has ' " CAT
		" (b.available OPERATOR(budgetpm.+) b.frozen OPERATOR(budgetpm.+) b.pending_out)::pg_catalog.text" CAT
		" ' to spend (take it back: reduce, withdraw or virement)' FROM @ledger@.line l"
		" JOIN @ledger@.fiscal_year y ON y.fiscal_year" EQ "l.fiscal_year AND y.state" NE "'closed'"
		" JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id WHERE l.project_id" EQ "$1 AND $2 IS NOT NULL"
		"  AND (b.available OPERATOR(budgetpm.+) b.frozen OPERATOR(budgetpm.+) b.pending_out)"
		"   OPERATOR(budgetpm.>) '0'::budgetpm.amount ORDER BY l.line_id", "lt"}},
};

/* Adds a fault to a list. */
static void
add_fault(StringInfo list, const char *fault)
{
	appendStringInfo(list, "%s%s", list->len ? "; " : "", fault);
}

/* Adds what a project must say of itself before it is admitted. */
static void
check_description(const BpmProject *project, Faults *faults)
{
	if (project->planned_total <= 0)
		add_fault(&faults->hard, "it has no planned total (项目总投资)");
	if (project->starts_on == BPM_NO_DATE || project->ends_on == BPM_NO_DATE)
		add_fault(&faults->hard, "its planned first and last day (起止日期) are missing");
	if (project->responsible == NULL)
		add_fault(&faults->hard, "nobody is responsible (项目负责人) for it");
}

/* Adds that a suspended project goes back to another stage than it came from. */
static void
check_resumption(BpmLedger *ledger, const BpmProject *project, const char *to, Faults *faults)
{
	static const BpmStatement find = {
		"SELECT from_stage FROM @ledger@.project_event WHERE project_id" EQ "$1 AND to_stage" EQ "'suspended'"
		" ORDER BY event_no DESC LIMIT 1", "l"
	};
	Datum		value = Int64GetDatum(project->id);
	char	   *before;

	if (strcmp(project->stage, "suspended") != 0 || strcmp(to, "cancelled") == 0 ||
		bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		return;
	before = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (strcmp(before, to) != 0)
		add_fault(&faults->hard, psprintf("it was suspended when it was %s, and goes back there", before));
}

/* Collects everything that stands against a move. */
static void
collect_faults(BpmLedger *ledger, const BpmProject *project, const char *to, Faults *faults)
{
	Datum		values[] = {Int64GetDatum(project->id), CStringGetTextDatum(to)};

	initStringInfo(&faults->hard);
	initStringInfo(&faults->soft);
	if (strcmp(to, "admitted") == 0)
		check_description(project, faults);
	check_resumption(ledger, project, to, faults);
	for (int i = 0; i < lengthof(conditions); i++)
	{
		const Condition *condition = &conditions[i];
		int			rows;

		if (condition->stages && strstr(condition->stages, psprintf(" %s ", to)) == NULL)
			continue;
		rows = bpm_ledger_execute_latest(ledger, &condition->statement, 0, values, NULL, true);
		for (int j = 0; j < rows; j++)
			add_fault(condition->soft ? &faults->soft : &faults->hard,
					  bpm_row_string(SPI_tuptable->vals[j], SPI_tuptable->tupdesc, 1));
	}
}

/* Lists the stages that a project may go to now. */
static char *
next_stages(BpmLedger *ledger, const BpmProject *project)
{
	static const BpmStatement list = {
		"SELECT pg_catalog.string_agg(to_stage" CAT "' (' " CAT "name" CAT
		" CASE road WHEN 'effect' THEN ', through a flow' WHEN 'reason' THEN ', with a reason' ELSE '' END" CAT "')', ', '"
		"   ORDER BY to_stage) FROM @ledger@.project_stage_move WHERE from_stage" EQ "$1", "t"
	};
	Datum		value = CStringGetTextDatum(project->stage);
	char	   *stages;

	bpm_ledger_execute(ledger, &list, 0, &value, NULL);
	stages = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	return stages ? stages : "no other stage";
}

/* Refuses a move that is not on the list, or not for who asks. */
static void
check_road(BpmLedger *ledger, const BpmProject *project, const Move *move)
{
	static const BpmStatement find = {
		"SELECT road, name FROM @ledger@.project_stage_move WHERE from_stage" EQ "$1 AND to_stage" EQ "$2", "tt"
	};
	Datum		values[] = {CStringGetTextDatum(project->stage), CStringGetTextDatum(move->to)};
	char	   *road;
	char	   *name;

	if (bpm_ledger_execute(ledger, &find, 0, values, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" cannot go from %s to %s", project->official_code, project->stage, move->to),
				 errhint("From %s it goes to: %s.", project->stage, next_stages(ledger, project))));
	road = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	name = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	if (strcmp(road, "effect") == 0 && move->case_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("project \"%s\" goes from %s to %s (%s) through an approval only", project->official_code,
						project->stage, move->to, name),
				 errhint("Start a case of a flow whose effect is project_stage with {\"to\": \"%s\"}.", move->to)));
	if (strcmp(road, "reason") == 0 && move->case_id == 0 && move->reason == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("moving project \"%s\" from %s to %s (%s) needs a reason", project->official_code,
						project->stage, move->to, name)));
}

/* Refuses a move that conditions stand against; returns those that its reason passes over, NULL for none. */
static char *
check_conditions(BpmLedger *ledger, const BpmProject *project, const Move *move)
{
	Faults		faults;

	collect_faults(ledger, project, move->to, &faults);
	if (faults.hard.len > 0 || (faults.soft.len > 0 && move->reason == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("project \"%s\" cannot become %s", project->official_code, move->to),
				 errdetail("%s%s%s.", faults.hard.data, faults.hard.len && faults.soft.len ? "; " : "", faults.soft.data),
				 faults.hard.len > 0 ? errhint("Bring what is missing first.") :
				 errhint("Bring what is missing, or give a reason: it is recorded with the move.")));
	return faults.soft.len > 0 ? faults.soft.data : NULL;
}

/* Keeps the days on which work began and ended. */
static void
store_days(BpmLedger *ledger, const BpmProject *project, const Move *move)
{
	static const BpmStatement begin = {
		"UPDATE @ledger@.project SET started_on = COALESCE(started_on, $2) WHERE project_id" EQ "$1", "ld"
	};
	static const BpmStatement again = {
		"UPDATE @ledger@.project SET completed_on = NULL WHERE project_id" EQ "$1 AND $2 IS NOT NULL", "ld"
	};
	static const BpmStatement end = {
		"UPDATE @ledger@.project SET completed_on = $2 WHERE project_id" EQ "$1", "ld"
	};
	Datum		values[] = {Int64GetDatum(project->id), DateADTGetDatum(move->on)};

	if (strcmp(move->to, "completed") == 0 && project->started_on != BPM_NO_DATE && move->on < project->started_on)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("project \"%s\" cannot be completed before it began", project->official_code)));
	/* Who resumes, or works again, does not begin: a project taken over without that day would not have started for its signals. */
	if (strcmp(move->to, "under_way") == 0 && strcmp(project->stage, "completed") == 0)
		bpm_ledger_execute(ledger, &again, 0, values, NULL);
	else if (strcmp(move->to, "under_way") == 0 && strcmp(project->stage, "suspended") != 0)
		bpm_ledger_execute(ledger, &begin, 0, values, NULL);
	else if (strcmp(move->to, "completed") == 0)
		bpm_ledger_execute(ledger, &end, 0, values, NULL);
}

/* Returns an object with one text. */
static Jsonb *
one_text(const char *key, const char *text)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_push_text(&state, key, text);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Moves a locked project, records it, and lets what its signals have begun go with it. */
static void
move_project(BpmLedger *ledger, BpmProject *project, const Move *move)
{
	BpmProjectEvent event = {.action = "stage"};
	BpmCall		call = {ledger,.actor = unconstify(char *, move->actor),.login = unconstify(char *, move->login)};
	const char *from = project->stage;
	char	   *passed;

	check_road(ledger, project, move);
	passed = check_conditions(ledger, project, move);
	store_days(ledger, project, move);
	event.to_stage = move->to;
	event.reason = move->reason;
	event.details = passed ? one_text("passed_over", passed) :
		move->over_division && strcmp(move->to, "suspended") == 0 ? bpm_jsonb_of("{\"over_division\": true}") : NULL;
	event.case_id = move->case_id;
	event.actor = move->actor;
	event.login = move->login;
	bpm_note_project(ledger, project, &event);
	if (strcmp(from, "suspended") == 0 || strcmp(move->to, "suspended") == 0 || strcmp(move->to, "closed") == 0 ||
		strcmp(move->to, "cancelled") == 0)
		bpm_suspensions_change(ledger);
	bpm_move_concerns(&call, project, from, move->on, move->reason);
}

/* Tells whether work on a project is going on. */
bool
bpm_project_under_way(const BpmProject *project)
{
	return strcmp(project->stage, "under_way") == 0;
}

/* Refuses to resume what somebody with a duty over the division, or a case, has suspended: a unit does not release itself. */
static void
check_resumer(BpmCall *call, const BpmProject *project)
{
	static const BpmStatement find = {
		"SELECT e.case_id IS NOT NULL OR COALESCE(e.details OPERATOR(pg_catalog.@>) '{\"over_division\": true}', false)"
		" FROM @ledger@.project_event e WHERE e.project_id" EQ "$1 AND e.to_stage" EQ "'suspended'"
		" ORDER BY e.event_no DESC LIMIT 1", "l"
	};
	Datum		value = Int64GetDatum(project->id);
	bool		isnull;

	if (strcmp(project->stage, "suspended") == 0 && bpm_ledger_execute(call->ledger, &find, 0, &value, NULL) == 1 &&
		DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull)))
		bpm_call_require(call, project->division, 0);
}

/* Moves a project to a stage, where that needs no approval; returns the number of the event. */
PG_FUNCTION_INFO_V1(bpm_move_project);
Datum
bpm_move_project(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Move		move = {0};
	char	   *code = bpm_argument(fcinfo, 1, "project");

	move.to = bpm_argument(fcinfo, 2, "to_stage");
	move.reason = PG_ARGISNULL(3) ? NULL : bpm_limited_text(fcinfo, 3, "reason", 2000);
	move.on = bpm_past_day(fcinfo, 4, "on_day");
	bpm_call_begin(&call, fcinfo, "move_project", bpm_optional_argument(fcinfo, 5));
	bpm_share_signals(&call);
	bpm_call_project(&call, code, &project);
	check_resumer(&call, &project);
	move.over_division = bpm_call_posts(&call, project.division, 0);
	move.actor = call.actor;
	move.login = call.login;
	move_project(call.ledger, &project, &move);
	bpm_call_end(&call);
	PG_RETURN_INT32(project.events);
}

/* The effect project_stage: moves a project of the place where the decision was made. */
static Jsonb *
run_effect(BpmLedger *ledger, const BpmEffectCall *call)
{
	char	   *code = bpm_jsonb_text(&call->arguments->root, "project");
	BpmProject	project;
	Move		move = {0};
	JsonbValue	result;
	BpmCall		own = {ledger};

	bpm_share_signals(&own);
	if (code == NULL || !bpm_project_read(ledger, code, true, &project))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("project \"%s\" is not in ledger %s", code ? code : "", ledger->schema)));
	if (!bpm_code_covers(call->division, project.division) ||
		(call->unit != 0 && !bpm_code_covers(call->unit, project.unit)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_NOT_ALLOWED),
				 errmsg("project \"%s\" is not of the place that case " INT64_FORMAT " belongs to",
						code, call->case_id)));
	move.to = bpm_jsonb_text(&call->arguments->root, "to");
	move.reason = bpm_jsonb_text(&call->arguments->root, "reason");
	move.on = GetSQLCurrentDate();
	move.case_id = call->case_id;
	move.actor = move.login = call->actor;
	move_project(ledger, &project, &move);
	result.type = jbvString;
	result.val.string.val = project.stage;
	result.val.string.len = strlen(project.stage);
	return JsonbValueToJsonb(&result);
}

/* Says what is wrong with the arguments of project_stage in a definition. */
static char *
check_effect(BpmLedger *ledger, Jsonb *arguments)
{
	static const BpmStatement known = {
		"SELECT 1 FROM @ledger@.project_stage_move WHERE to_stage" EQ "$1 LIMIT 1", "t"
	};
	char	   *to = bpm_jsonb_text(&arguments->root, "to");
	Datum		value;

	if (bpm_jsonb_text(&arguments->root, "project") == NULL)
		return pstrdup("\"project\" is missing");
	if (to == NULL)
		return pstrdup("\"to\" is missing");
	value = CStringGetTextDatum(to);
	if (to[0] != '$' && bpm_ledger_execute(ledger, &known, 0, &value, NULL) != 1)
		return psprintf("no project can come to stage \"%s\"", to);
	return NULL;
}

/* Registers what other modules call by name or at certain moments; called when the library is loaded. */
void
bpm_project_init(void)
{
	static const BpmEffect stage = {"project_stage", run_effect, check_effect};

	bpm_register_effect(&stage);
	bpm_clause_init();
	bpm_watch_init();
}
