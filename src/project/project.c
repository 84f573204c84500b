/*
 * project.c
 *	  A project's row, and the events that are chained on it.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "evidence/chain.h"
#include "project/project.h"
#include "registry/registry.h"

#define PROJECT_COLUMNS \
	"SELECT project_id, official_code, name, division, unit, category, parent_id, level, stage, starts_on," \
	" ends_on, started_on, completed_on, planned_total, responsible, events, head FROM @ledger@.project"

static const BpmStatement read_code = {PROJECT_COLUMNS " WHERE official_code" EQ "$1", "t"};
static const BpmStatement lock_code = {PROJECT_COLUMNS " WHERE official_code" EQ "$1 FOR NO KEY UPDATE", "t"};
static const BpmStatement read_id = {PROJECT_COLUMNS " WHERE project_id" EQ "$1", "l"};
static const BpmStatement lock_id = {PROJECT_COLUMNS " WHERE project_id" EQ "$1 FOR NO KEY UPDATE", "l"};
static const BpmStatement insert_event = {
	"INSERT INTO @ledger@.project_event (project_id, event_no, action, from_stage, to_stage, reason, details,"
	" case_id, actor, login, happened_at, division, unit, digest)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)", "littttjlttzccy"
};
static const BpmStatement move_head = {
	"UPDATE @ledger@.project SET stage = $2, stage_since = COALESCE($3, stage_since), events = $4, head = $5"
	" WHERE project_id" EQ "$1", "ltziy"
};
static const BpmStatement read_events = {
	"SELECT event_no, action, from_stage, to_stage, reason, details, case_id, actor, login, happened_at, digest"
	" FROM @ledger@.project_event WHERE project_id" EQ "$1 ORDER BY event_no", "l"
};

/* An event as its digest sees it. */
typedef struct EventRow
{
	int64		project;
	int32		event_no;
	const char *action;
	const char *from_stage;
	const char *to_stage;
	const char *reason;
	const char *details;
	int64		case_id;
	const char *actor;
	const char *login;
	TimestampTz happened_at;
} EventRow;

/* Returns a date of a row. */
static DateADT
date_of(HeapTuple row, TupleDesc desc, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, desc, column, &isnull);

	return isnull ? BPM_NO_DATE : DatumGetDateADT(value);
}

/* Fills a project from the row that has just been read; false if there is none. */
static bool
take_project(int rows, BpmProject *project)
{
	HeapTuple	row;
	TupleDesc	desc;

	if (rows != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	project->id = bpm_row_number(row, desc, 1);
	project->official_code = bpm_row_string(row, desc, 2);
	project->name = bpm_row_string(row, desc, 3);
	project->division = bpm_row_number(row, desc, 4);
	project->unit = bpm_row_number(row, desc, 5);
	project->category = bpm_row_string(row, desc, 6);
	project->parent = bpm_row_number(row, desc, 7);
	project->level = bpm_row_number(row, desc, 8);
	project->stage = bpm_row_string(row, desc, 9);
	project->starts_on = date_of(row, desc, 10);
	project->ends_on = date_of(row, desc, 11);
	project->started_on = date_of(row, desc, 12);
	project->completed_on = date_of(row, desc, 13);
	project->planned_total = bpm_row_number(row, desc, 14);
	project->responsible = SPI_getvalue(row, desc, 15);
	project->events = bpm_row_number(row, desc, 16);
	bpm_row_digest(row, desc, 17, project->head);
	return true;
}

/* Reads a project by its official code, locked if asked; false if there is none. */
bool
bpm_project_read(BpmLedger *ledger, const char *official_code, bool lock, BpmProject *project)
{
	Datum		value = CStringGetTextDatum(official_code);

	return take_project(bpm_ledger_execute(ledger, lock ? &lock_code : &read_code, 0, &value, NULL), project);
}

/* Reads a project by its id, locked if asked; false if there is none. */
bool
bpm_project_read_id(BpmLedger *ledger, int64 id, bool lock, BpmProject *project)
{
	Datum		value = Int64GetDatum(id);

	return take_project(bpm_ledger_execute(ledger, lock ? &lock_id : &read_id, 0, &value, NULL), project);
}

/* Reads a project that the caller may read; who may not is told that there is none. */
void
bpm_call_read_project(BpmCall *call, const char *official_code, BpmProject *project)
{
	if (!bpm_project_read(call->ledger, official_code, false, project) ||
		!bpm_call_reads(call, project->division, project->unit))
		bpm_no_such_project(call->ledger, official_code);
}

/* Locks a project that the caller has a duty to change. */
void
bpm_call_project(BpmCall *call, const char *official_code, BpmProject *project)
{
	bpm_call_read_project(call, official_code, project);
	bpm_call_require(call, project->division, project->unit);
	bpm_project_read(call->ledger, official_code, true, project);
}

/* Gives the digest that links an event to the one before it of its project. */
static void
event_digest(const char *algorithm, const uint8 *previous, const EventRow *event, uint8 *digest)
{
	uint8		content[BPM_DIGEST_LENGTH];

	bpm_digest_start(algorithm);
	bpm_digest_cstring("budgetpm/project-event/1");
	bpm_digest_int64(event->project);
	bpm_digest_int64(event->event_no);
	bpm_digest_cstring(event->action);
	bpm_digest_cstring(event->from_stage);
	bpm_digest_cstring(event->to_stage);
	bpm_digest_cstring(event->reason);
	bpm_digest_cstring(event->details);
	bpm_digest_optional(event->case_id);
	bpm_digest_cstring(event->actor);
	bpm_digest_cstring(event->login);
	bpm_digest_moment(event->happened_at);
	bpm_digest_finish(content);
	bpm_digest_link(algorithm, previous, content, digest);
}

/* Writes an event, with the digest that the project's head has become. */
static void
store_event(BpmLedger *ledger, const BpmProject *project, const EventRow *row, Jsonb *details)
{
	Datum		values[14];
	char		nulls[] = "              ";

	values[0] = Int64GetDatum(row->project);
	values[1] = Int32GetDatum(row->event_no);
	bpm_set_text(values, nulls, 2, row->action);
	bpm_set_text(values, nulls, 3, row->from_stage);
	bpm_set_text(values, nulls, 4, row->to_stage);
	bpm_set_text(values, nulls, 5, row->reason);
	values[6] = JsonbPGetDatum(details);
	nulls[6] = details ? ' ' : 'n';
	bpm_set_id(values, nulls, 7, row->case_id);
	bpm_set_text(values, nulls, 8, row->actor);
	bpm_set_text(values, nulls, 9, row->login);
	values[10] = TimestampTzGetDatum(row->happened_at);
	values[11] = Int64GetDatum(project->division);
	values[12] = Int64GetDatum(project->unit);
	values[13] = bpm_digest_datum(project->head);
	bpm_write_row(ledger, "project_event", 0, row->project, &insert_event, values, nulls, true);
}

/* Stores a project's stage and the head of its events. */
static void
store_head(BpmLedger *ledger, const BpmProject *project, bool moved, TimestampTz since)
{
	Datum		values[5];
	char		nulls[] = "     ";

	values[0] = Int64GetDatum(project->id);
	values[1] = CStringGetTextDatum(project->stage);
	values[2] = TimestampTzGetDatum(since);
	nulls[2] = moved ? ' ' : 'n';
	values[3] = Int32GetDatum(project->events);
	values[4] = bpm_digest_datum(project->head);
	bpm_write_row(ledger, "project", 0, project->id, &move_head, values, nulls, true);
}

/* Records what happened to a locked project, for good, and moves its stage where the event does. */
void
bpm_note_project(BpmLedger *ledger, BpmProject *project, const BpmProjectEvent *event)
{
	EventRow	row = {0};
	uint8		digest[BPM_DIGEST_LENGTH];

	row.project = project->id;
	row.event_no = ++project->events;
	row.action = event->action;
	row.from_stage = event->to_stage ? project->stage : NULL;
	row.to_stage = event->to_stage;
	row.reason = event->reason;
	row.details = event->details ? bpm_jsonb_out(event->details) : NULL;
	row.case_id = event->case_id;
	row.actor = event->actor;
	row.login = event->login;
	row.happened_at = GetCurrentTimestamp();
	event_digest(ledger->digest, project->head, &row, digest);
	memcpy(project->head, digest, BPM_DIGEST_LENGTH);
	store_event(ledger, project, &row, event->details);
	if (event->to_stage)
		project->stage = pstrdup(event->to_stage);
	store_head(ledger, project, event->to_stage != NULL, row.happened_at);
}

/* Records what the actor of a call did to a locked project. */
void
bpm_call_note(BpmCall *call, BpmProject *project, const char *action, const char *reason, Jsonb *details)
{
	BpmProjectEvent event = {.action = action,.reason = reason,.details = details};

	event.actor = call->actor;
	event.login = call->login;
	bpm_note_project(call->ledger, project, &event);
}

/* Reads an event as it is stored. */
static void
take_event(int64 project, EventRow *event, HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	Datum		details = SPI_getbinval(row, desc, 6, &isnull);

	event->project = project;
	event->details = isnull ? NULL :
		bpm_jsonb_out(DatumGetJsonbP(details));
	event->event_no = bpm_row_number(row, desc, 1);
	event->action = SPI_getvalue(row, desc, 2);
	event->from_stage = SPI_getvalue(row, desc, 3);
	event->to_stage = SPI_getvalue(row, desc, 4);
	event->reason = SPI_getvalue(row, desc, 5);
	event->case_id = bpm_row_number(row, desc, 7);
	event->actor = SPI_getvalue(row, desc, 8);
	event->login = SPI_getvalue(row, desc, 9);
	event->happened_at = bpm_row_number(row, desc, 10);
}

/* Compares every event of a project with its digest, and the project with the last of them. */
static void
verify_events(BpmLedger *ledger, const BpmProject *project, ReturnSetInfo *result)
{
	Datum		value = Int64GetDatum(project->id);
	int			rows = bpm_ledger_execute(ledger, &read_events, 0, &value, NULL);
	BpmChain	chain = {result};
	const char *stage = "proposed";

	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		EventRow	event;
		uint8		digest[BPM_DIGEST_LENGTH];
		uint8		stored[BPM_DIGEST_LENGTH];

		take_event(project->id, &event, row, desc);
		bpm_row_digest(row, desc, 11, stored);
		event_digest(ledger->digest, chain.head, &event, digest);
		bpm_chain_event(&chain, event.event_no, digest, stored);
		if (event.from_stage && strcmp(event.from_stage, stage) != 0)
			bpm_chain_say(&chain, event.event_no,
						  "it moves the project out of another stage than the one before led to");
		stage = event.to_stage ? event.to_stage : stage;
	}
	if (!bpm_chain_ends(&chain, project->events, project->head))
		bpm_chain_say(&chain, rows, "the project's head is another event's");
	if (strcmp(stage, project->stage) != 0)
		bpm_chain_say(&chain, rows, "the project's stage is not the one that its events led to");
}

/* Lists what differs between a project, its events and their digests. */
PG_FUNCTION_INFO_V1(bpm_verify_project);
Datum
bpm_verify_project(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmCall		call;
	BpmProject	project;
	char	   *code;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "project");
	code = text_to_cstring(PG_GETARG_TEXT_PP(1));
	bpm_call_begin(&call, fcinfo, "verify_project", NULL);
	bpm_call_read_project(&call, code, &project);
	verify_events(call.ledger, &project, result);
	bpm_call_end(&call);
	return (Datum) 0;
}
