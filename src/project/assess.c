/*
 * assess.c
 *	  Signals are computed and kept: for one project, or for all as one set.
 *
 * Who assesses locks project_signal first (all: against everybody else who assesses;
 * one project: against those alone, and then the project's row), so that two
 * assessments come one after the other and the second finds what the first has kept.
 * Who changes sites locks it like who assesses one project: the newest colour is kept
 * with each site, because a tile has no time to look for it in the history.
 */
#include "postgres.h"

#include "access/xact.h"
#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/number.h"
#include "base/rows.h"
#include "base/text.h"
#include "project/concern.h"
#include "project/project.h"
#include "project/signal.h"
#include "registry/registry.h"

static const BpmStatement lock_all = {
	"LOCK TABLE @ledger@.project_signal IN SHARE ROW EXCLUSIVE MODE", ""
};

/*
 * $1 day, $2 place, $3 project, $4 moment, $5 login, $6 whether that day has signals: a
 * signal is kept where the last one of that day is another.  Returns a row for each
 * colour that was kept: how many, and the projects that something follows for: the
 * colour calls for it, or something stands already.  A day that is not the newest
 * colours no site.
 */
#define KEEP_SIGNALS \
	"WITH kept AS (INSERT INTO @ledger@.project_signal (project_id, as_of, revision, colour, score, reasons, inputs," \
	" division, unit, assessed_at, assessed_by)" \
	" SELECT j.project_id, $1, COALESCE(k.revision, 0)" PLUS "1, j.colour, j.score, j.reasons, j.inputs, j.division, j.unit, $4, $5" \
	" FROM @ledger@.signal_judged($1, $2, $3) j" \
	" LEFT JOIN LATERAL (SELECT s.revision, s.score, s.reasons, s.inputs FROM @ledger@.project_signal s" \
	"  WHERE $6 AND s.project_id" EQ "j.project_id AND s.as_of" EQ "$1 ORDER BY s.revision DESC LIMIT 1) k ON true" \
	" WHERE k.revision IS NULL OR k.inputs" NE "j.inputs OR k.reasons" NE "j.reasons" \
	"  OR k.score IS DISTINCT FROM j.score" \
	" RETURNING project_id, colour)," \
	" drawn AS (UPDATE @ledger@.project_site t SET colour = k.colour FROM kept k WHERE t.project_id" EQ "k.project_id" \
	"  AND t.colour IS DISTINCT FROM k.colour AND NOT EXISTS (SELECT 1 FROM @ledger@.project_signal n" \
	"  WHERE n.project_id" EQ "k.project_id AND n.as_of" GT "$1))" \
	" SELECT k.colour::pg_catalog.text, pg_catalog.count(*), pg_catalog.array_agg(k.project_id ORDER BY k.project_id) FILTER (WHERE a.colour IS NOT NULL" \
	"  OR EXISTS (SELECT 1 FROM @ledger@.project_concern c WHERE c.project_id" EQ "k.project_id AND c.ended_on IS NULL))" \
	" FROM kept k LEFT JOIN (SELECT DISTINCT e.key AS colour FROM @ledger@.profile_setting s" \
	"  CROSS JOIN LATERAL pg_catalog.jsonb_each_text(s.value) AS e WHERE s.key" EQ "'project.signal.actions'" \
	"  AND e.value" NE "'none') a ON a.colour" EQ "k.colour GROUP BY k.colour ORDER BY k.colour"

/* All projects of a place, by a plan that fits them as they are; one project, by a kept one. */
static const BpmStatement keep_all = {KEEP_SIGNALS, "dtlztb", true};
static const BpmStatement keep_one = {KEEP_SIGNALS, "dtlztb"};

static const BpmStatement has_signals = {
	"SELECT EXISTS (SELECT 1 FROM @ledger@.project_signal WHERE as_of" EQ "$1)", "d"
};

static const BpmStatement read_colour = {
	"SELECT colour FROM @ledger@.project_signal WHERE project_id" EQ "$1 AND as_of" EQ "$2"
	" ORDER BY revision DESC LIMIT 1", "ld"
};

/* Keeps whoever assesses all projects out until the transaction ends; comes before a project's lock. */
void
bpm_share_signals(BpmCall *call)
{
	static const BpmStatement lock_one = {
		"LOCK TABLE @ledger@.project_signal IN ROW EXCLUSIVE MODE", ""
	};

	bpm_ledger_execute(call->ledger, &lock_one, 0, NULL, NULL);
}

/* Accepts what is added, never what is changed. */
static bool
accept_new(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	return old == NULL && *row != NULL;
}

/* Refuses an old snapshot: it may not show the newest signal, by which concerns begin and end. */
static void
require_new_snapshot(void)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_TRANSACTION_STATE),
				 errmsg("projects are assessed under READ COMMITTED only"),
				 errdetail("Signals that others have committed since the transaction began count."),
				 errhint("Begin the transaction with that level.")));
}

/* Returns the day to assess: not in the future. */
static DateADT
assessed_day(FunctionCallInfo fcinfo, int number)
{
	DateADT		day;

	bpm_require_argument(fcinfo, number, "as_of");
	require_new_snapshot();
	day = PG_GETARG_DATEADT(number);
	if (day > GetSQLCurrentDate())
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("as_of must not be in the future"),
				 errdetail("A signal rests on what has happened.")));
	return bpm_calendar_day("as_of", day);
}

/* Keeps the signals of a place or a project, and begins and ends what follows from them. */
static void
keep(BpmCall *call, DateADT day, BpmCode place, int64 project, BpmConcerns *concerns)
{
	BpmPermit	permit = {0};
	Datum		values[6];
	char		nulls[] = "      ";
	int			colours;
	SPITupleTable *table;
	bool		isnull;

	permit.accept = accept_new;
	permit.many = true;
	/* Both are looked at; colours of sites pass by the guard. */
	permit.relation = bpm_guarded_relation(call->ledger, "project_site", 0);
	bpm_guard_permit(call->ledger, &permit);
	permit.relation = bpm_guarded_relation(call->ledger, "project_signal", 0);
	values[0] = DateADTGetDatum(day);
	bpm_ledger_execute(call->ledger, &has_signals, 0, values, NULL);
	values[5] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	bpm_set_text(values, nulls, 1, place ? bpm_code_to_text(place) : NULL);
	bpm_set_id(values, nulls, 2, project);
	values[3] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[4] = CStringGetTextDatum(call->login);
	bpm_guard_permit(call->ledger, &permit);
	colours = bpm_ledger_execute(call->ledger, project ? &keep_one : &keep_all, 0, values, nulls);
	bpm_guard_done(false);
	table = SPI_tuptable;
	for (int i = 0; i < colours; i++)
	{
		char	   *colour = bpm_row_string(table->vals[i], table->tupdesc, 1);
		int64		count = bpm_row_number(table->vals[i], table->tupdesc, 2);
		Datum		projects = SPI_getbinval(table->vals[i], table->tupdesc, 3, &isnull);

		concerns->kept += count;
		for (int c = COLOUR_NONE; c <= COLOUR_RED; c++)
			if (strcmp(colour, bpm_colour_names[c]) == 0)
				concerns->colours[c] += count;
		if (!isnull)
			bpm_settle_concerns(call, day, colour, projects, concerns);
	}
	bpm_begin_cases(call, day, place, project, concerns);
}

/* Assesses one project and returns its colour. */
PG_FUNCTION_INFO_V1(bpm_assess_project);
Datum
bpm_assess_project(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	BpmConcerns concerns = {0};
	char	   *code = bpm_argument(fcinfo, 1, "project");
	DateADT		day = assessed_day(fcinfo, 2);
	Datum		values[2];
	MemoryContext caller = CurrentMemoryContext;
	text	   *colour;

	bpm_call_begin(&call, fcinfo, "assess_project", bpm_optional_argument(fcinfo, 3));
	bpm_share_signals(&call);
	bpm_call_project(&call, code, &project);
	if (!bpm_project_under_way(&project) && strcmp(project.stage, "funded") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("project \"%s\" is %s", code, project.stage),
				 errdetail("Projects that are funded or under way have signals.")));
	keep(&call, day, 0, project.id, &concerns);
	values[0] = Int64GetDatum(project.id);
	values[1] = DateADTGetDatum(day);
	bpm_ledger_execute(call.ledger, &read_colour, 0, values, NULL);
	MemoryContextSwitchTo(caller);
	colour = cstring_to_text(SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1));
	bpm_call_end(&call);
	PG_RETURN_TEXT_P(colour);
}

/* Assesses every project under way, and says what that has changed. */
PG_FUNCTION_INFO_V1(bpm_assess_all);
Datum
bpm_assess_all(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmCall		call;
	BpmConcerns concerns = {0};
	DateADT		day = assessed_day(fcinfo, 1);
	char	   *official = bpm_optional_argument(fcinfo, 2);
	BpmCode		place = 0;
	Datum		values[10];
	bool		nulls[10] = {false};
	int64		counted[10];

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "assess_all", bpm_optional_argument(fcinfo, 3));
	if (official)
		place = bpm_registry_division(call.ledger, official);
	bpm_call_require(&call, place, 0);
	bpm_ledger_execute(call.ledger, &lock_all, 0, NULL, NULL);
	keep(&call, day, place, 0, &concerns);
	counted[0] = concerns.kept;
	for (int c = COLOUR_NONE; c <= COLOUR_RED; c++)
		counted[5 - c] = concerns.colours[c];
	counted[6] = concerns.opened;
	counted[7] = concerns.ended;
	counted[8] = concerns.cases;
	counted[9] = concerns.failed;
	for (int i = 0; i < 10; i++)
		values[i] = Int64GetDatum(counted[i]);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Refuses a year that is none, and an achievement that its column would not hold or JSON not say. */
static void
check_achievement(FunctionCallInfo fcinfo)
{
	bpm_year_argument(fcinfo, 2, "fiscal_year");
	if (!PG_ARGISNULL(4) &&
		(bpm_compare_numeric(PG_GETARG_NUMERIC(4), int64_to_numeric(0)) < 0 ||
		 bpm_compare_numeric(PG_GETARG_NUMERIC(4), int64_to_numeric(100)) > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("achievement must be 0 to 100, not %s", bpm_numeric_text(PG_GETARG_NUMERIC(4))),
				 errdetail("1 is all of the targets.")));
}

/* Says how far the indicators of a project have come, in place of what was said before. */
PG_FUNCTION_INFO_V1(bpm_report_indicators);
Datum
bpm_report_indicators(PG_FUNCTION_ARGS)
{
	static const BpmStatement store = {
		"INSERT INTO @ledger@.project_indicator (project_id, fiscal_year, indicators, achievement, division, unit)"
		" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (project_id, fiscal_year) DO UPDATE"
		" SET indicators = EXCLUDED.indicators, achievement = EXCLUDED.achievement", "lijncc"
	};
	static const BpmStatement details = {
		"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('fiscal_year', $2, 'achievement', $4)) OPERATOR(pg_catalog.||)"
		" pg_catalog.jsonb_build_object('indicators', $3)", "lijncc"
	};
	static const BpmStatement check = {
		"SELECT budgetpm.signal(pg_catalog.jsonb_build_object('as_of', '2000-12-31', 'indicators', $1), '{}')", "j"
	};
	BpmCall		call;
	BpmProject	project;
	char	   *code = bpm_argument(fcinfo, 1, "project");
	Datum		values[6];
	char		nulls[] = "      ";

	bpm_require_argument(fcinfo, 3, "indicators");
	check_achievement(fcinfo);
	bpm_call_begin(&call, fcinfo, "report_indicators", bpm_optional_argument(fcinfo, 5));
	values[0] = PG_GETARG_DATUM(3);
	bpm_ledger_execute(call.ledger, &check, 0, values, NULL);
	bpm_call_project(&call, code, &project);
	values[0] = Int64GetDatum(project.id);
	values[1] = PG_GETARG_DATUM(2);
	values[2] = PG_GETARG_DATUM(3);
	values[3] = PG_ARGISNULL(4) ? (Datum) 0 : PG_GETARG_DATUM(4);
	nulls[3] = PG_ARGISNULL(4) ? 'n' : ' ';
	values[4] = Int64GetDatum(project.division);
	values[5] = Int64GetDatum(project.unit);
	bpm_write_owned(call.ledger, "project_indicator", project.id, &store, values, nulls);
	bpm_call_note(&call, &project, "indicators", NULL, bpm_make_details(call.ledger, &details, values, nulls));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
