/*
 * take_over.c
 *	  Projects that ran in an older system (在建项目移交): into the pool at the stage
 *	  that they had there, by a document and not by admission.
 *
 * The rows are judged as one set, with the projects locked; what is taken over is an
 * event of each project.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/project.h"

/* More rows than these are counted in a refusal, not listed. */
#define LISTED	50

/* A row of the list. */
typedef struct TakenRow
{
	int32		number;
	char	   *project;
	int64		id;
	BpmCode		division;
	BpmCode		unit;
	char	   *stage;
	Jsonb	   *details;
	char	   *problem;		/* NULL: none */
} TakenRow;

/* The list, as it is judged. */
typedef struct TakenRows
{
	int			count;
	int			wrong;
	TakenRow   *row;
	Datum		values[3];		/* what it was judged by */
} TakenRows;

/* Locks the projects of the list, in the order of their ids. */
static void
lock_projects(BpmLedger *ledger, Datum *values)
{
	static const BpmStatement lock = {
		"SELECT 1 FROM @ledger@.project p WHERE p.official_code" EQ "ANY (ARRAY(SELECT o.value OPERATOR(pg_catalog.->>) 'project'"
		"  FROM pg_catalog.jsonb_array_elements($1) AS o(value) WHERE pg_catalog.jsonb_typeof(o.value)" EQ "'object'))"
		" ORDER BY p.project_id FOR NO KEY UPDATE", "j"
	};

	bpm_ledger_execute(ledger, &lock, 0, values, NULL);
}

/* Judges the rows of the list, in the caller's context. */
static void
judge_rows(BpmLedger *ledger, TakenRows *rows)
{
	static const BpmStatement judge = {
		"SELECT row_no, project, project_id, division::budgetpm.budget_code, unit::budgetpm.budget_code, stage, details, problem"
		" FROM @ledger@.take_over_rows($1, $2, $3) ORDER BY row_no", "jtd"
	};

	rows->count = bpm_ledger_execute_latest(ledger, &judge, 0, rows->values, NULL, true);
	rows->row = palloc0(Max(rows->count, 1) * sizeof(TakenRow));
	for (int i = 0; i < rows->count; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		TakenRow   *row = &rows->row[i];
		bool		isnull;

		row->number = bpm_row_number(tuple, desc, 1);
		row->project = bpm_row_string(tuple, desc, 2);
		row->id = bpm_row_number(tuple, desc, 3);
		row->division = bpm_row_number(tuple, desc, 4);
		row->unit = bpm_row_number(tuple, desc, 5);
		row->stage = SPI_getvalue(tuple, desc, 6);
		row->details = DatumGetJsonbPCopy(SPI_getbinval(tuple, desc, 7, &isnull));
		row->problem = SPI_getvalue(tuple, desc, 8);
	}
	SPI_freetuptable(SPI_tuptable);
}

/* Adds what the caller has no duty for; what he may not read either is not told from what is not there. */
static void
ask_duties(BpmCall *call, TakenRows *rows)
{
	bpm_owner_leave(&call->scope);
	for (int i = 0; i < rows->count; i++)
	{
		TakenRow   *row = &rows->row[i];

		if (row->id == 0)
			continue;
		if (!bpm_has_duty(call->ledger, BPM_RIGHT_READ, row->division, row->unit))
			row->problem = psprintf("project \"%s\" is not in the ledger", row->project);
		else if (!bpm_has_duty(call->ledger, BPM_RIGHT_POST, row->division, 0))
			row->problem = pstrdup("you have no duty over its whole division");
	}
	bpm_owner_enter(call->ledger, &call->scope);
	for (int i = 0; i < rows->count; i++)
		rows->wrong += rows->row[i].problem != NULL;
}

/* Refuses the list, with its wrong rows by their numbers. */
static void
refuse_rows(const TakenRows *rows)
{
	StringInfoData list;
	int			listed = 0;

	initStringInfo(&list);
	for (int i = 0; i < rows->count && listed < LISTED; i++)
		if (rows->row[i].problem)
			appendStringInfo(&list, "%sRow %d (%s): %s.", listed++ ? " " : "", rows->row[i].number,
							 rows->row[i].project, rows->row[i].problem);
	if (rows->wrong > listed)
		appendStringInfo(&list, " And %d more.", rows->wrong - listed);
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("%d of %d projects cannot be taken over", rows->wrong, rows->count),
			 errdetail_internal("%s", list.data),
			 errhint("Nothing was taken over. With on_error => 'report' the others are, and these are returned.")));
}

/* Stores what the list says of the projects that are taken over. */
static void
store_descriptions(BpmLedger *ledger, const TakenRows *rows)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.project p SET planned_total = COALESCE(r.planned_total::budgetpm.amount, p.planned_total), starts_on = r.starts_on,"
		" ends_on = r.ends_on, responsible = r.responsible, started_on = r.started_on, completed_on = r.completed_on"
		" FROM @ledger@.take_over_rows($1, $2, $3) r JOIN pg_catalog.unnest($4) AS g(id) ON g.id" EQ "r.project_id"
		" WHERE p.project_id" EQ "r.project_id", "jtdx"
	};
	Datum	   *ids = palloc(Max(rows->count, 1) * sizeof(Datum));
	Datum		values[4];
	int			good = 0;

	for (int i = 0; i < rows->count; i++)
		if (rows->row[i].problem == NULL)
			ids[good++] = Int64GetDatum(rows->row[i].id);
	memcpy(values, rows->values, sizeof(rows->values));
	values[3] = PointerGetDatum(construct_array(ids, good, INT8OID, 8, true, TYPALIGN_DOUBLE));
	bpm_ledger_execute(ledger, &update, 0, values, NULL);
}

/* Records with each project that it was taken over. */
static void
store_events(BpmCall *call, const TakenRows *rows)
{
	MemoryContext old = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(old, "budgetpm project taken over", ALLOCSET_DEFAULT_SIZES);

	for (int i = 0; i < rows->count; i++)
	{
		const TakenRow *row = &rows->row[i];
		BpmProject	project;
		BpmProjectEvent event = {.action = "taken_over",.to_stage = row->stage,.details = row->details};

		if (row->problem)
			continue;
		CHECK_FOR_INTERRUPTS();
		MemoryContextSwitchTo(scratch);
		bpm_project_read_id(call->ledger, row->id, true, &project);
		event.actor = call->actor;
		event.login = call->login;
		bpm_note_project(call->ledger, &project, &event);
		SPI_freetuptable(SPI_tuptable);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
	}
	MemoryContextDelete(scratch);
}

/* Adds a member to an object that is being made. */
static void
push(JsonbParseState **state, const char *key, enum jbvType type, const char *text, int64 number)
{
	JsonbValue	value;

	value.type = jbvString;
	value.val.string.val = (char *) key;
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
	value.type = type;
	if (type == jbvNumeric)
		value.val.numeric = int64_to_numeric(number);
	else
	{
		value.val.string.val = (char *) text;
		value.val.string.len = strlen(text);
	}
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Tells what became of the list. */
static Jsonb *
report_rows(const TakenRows *rows)
{
	JsonbParseState *state = NULL;
	JsonbValue	key;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push(&state, "taken_over", jbvNumeric, NULL, rows->count - rows->wrong);
	push(&state, "refused", jbvNumeric, NULL, rows->wrong);
	key.type = jbvString;
	key.val.string.val = "refusals";
	key.val.string.len = strlen("refusals");
	pushJsonbValue(&state, WJB_KEY, &key);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < rows->count; i++)
	{
		if (rows->row[i].problem == NULL)
			continue;
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push(&state, "row", jbvNumeric, NULL, rows->row[i].number);
		push(&state, "project", jbvString, rows->row[i].project, 0);
		push(&state, "problem", jbvString, rows->row[i].problem, 0);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Tells whether a wrong row is to end it all, of the two words for it. */
static bool
aborts(const char *on_error)
{
	if (strcmp(on_error, "abort") != 0 && strcmp(on_error, "report") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("on_error \"%s\" is not known", on_error),
				 errhint("Use abort or report.")));
	return on_error[0] == 'a';
}

/* Takes projects over from an older system; returns how many, and which were not. */
PG_FUNCTION_INFO_V1(bpm_take_over_projects);
Datum
bpm_take_over_projects(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	TakenRows	rows = {0};
	MemoryContext caller = CurrentMemoryContext;
	Jsonb	   *result;
	bool		abort_wrong = aborts(bpm_argument(fcinfo, 4, "on_error"));

	bpm_require_argument(fcinfo, 1, "projects");
	rows.values[0] = PG_GETARG_DATUM(1);
	if (!JB_ROOT_IS_ARRAY(PG_GETARG_JSONB_P(1)) || JB_ROOT_IS_SCALAR(PG_GETARG_JSONB_P(1)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("projects must be an array"),
				 errhint("Give each as {\"project\": \"...\", \"stage\": \"under_way\", \"planned_total\": \"1000000.00\"}.")));
	bpm_require_argument(fcinfo, 2, "document");
	rows.values[1] = CStringGetTextDatum(bpm_limited_text(fcinfo, 2, "document", 200));
	rows.values[2] = DateADTGetDatum(bpm_past_day(fcinfo, 3, "taken_over_on"));
	bpm_call_begin(&call, fcinfo, "take_over_projects", bpm_optional_argument(fcinfo, 5));
	lock_projects(call.ledger, rows.values);
	judge_rows(call.ledger, &rows);
	ask_duties(&call, &rows);
	if (abort_wrong && rows.wrong > 0)
		refuse_rows(&rows);
	store_descriptions(call.ledger, &rows);
	store_events(&call, &rows);
	MemoryContextSwitchTo(caller);
	result = report_rows(&rows);
	bpm_call_end(&call);
	PG_RETURN_JSONB_P(result);
}
