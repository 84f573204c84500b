/*
 * report.c
 *	  Progress reports (进度填报): taken, compared with what is known, and kept for
 *	  good.
 *
 * What cannot be true is refused, all of it at once; what is doubtful is kept and
 * flagged, because a reporter who is refused goes on without reporting.  Reports of
 * one project come one after the other, under the lock on its row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/faults.h"
#include "base/guard.h"
#include "base/jsonb.h"
#include "base/number.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/posting.h"
#include "project/datum.h"
#include "project/project.h"
#include "project/report.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.submit_report() */
enum
{
	ARG_LEDGER, ARG_PROJECT, ARG_PERCENT, ARG_REPORTED_FOR, ARG_NOTE, ARG_LONGITUDE, ARG_LATITUDE, ARG_DATUM,
	ARG_PHOTOS, ARG_KIND, ARG_TAKEN_AT, ARG_REPLACES, ARG_KEY, ARG_ACTOR
};

#define MOST_PHOTOS		100
#define MOST_NOTE		10000
#define CLOCK_TOLERANCE	(5 * USECS_PER_MINUTE)

/* A report on its way in. */
typedef struct Entry
{
	BpmReport	report;
	Numeric		percent;
	Jsonb	   *photos;
	bool		placed;
	BpmPlace	given;
	BpmPlace	place;			/* of CGCS2000 */
	Numeric		distance;		/* NULL: not known */
	List	   *flags;
} Entry;

static const BpmStatement photo_problems = {
	"SELECT problem FROM @ledger@.photo_problems($1)", "j"
};
static const BpmStatement read_facts = {
	"SELECT f.earlier, f.later, f.distance, f.speed, f.reused, f.sites, f.past_deadline"
	" FROM @ledger@.report_facts($1, $2, $3, $4, $5, $6, $7, $8) AS f", "ldfftzjl"
};
static const BpmStatement read_replaced = {
	"SELECT (SELECT x.report_id FROM @ledger@.progress_report x WHERE x.replaces" EQ "r.report_id)"
	" FROM @ledger@.progress_report r WHERE r.report_id" EQ "$1 AND r.project_id" EQ "$2", "ll"
};
static const BpmStatement report_of_key = {
	"SELECT report_id, percent" EQ "$3 AND reported_for" EQ "$4 AND kind" EQ "$5"
	" AND note IS NOT DISTINCT FROM $6 AND longitude IS NOT DISTINCT FROM $7"
	" AND latitude IS NOT DISTINCT FROM $8 AND photos" EQ "$9 AND replaces IS NOT DISTINCT FROM $10"
	" FROM @ledger@.progress_report WHERE project_id" EQ "$1 AND key" EQ "$2", "ltndttnnjl"
};
static const BpmStatement last_digest = {
	"SELECT digest FROM @ledger@.progress_report WHERE project_id" EQ "$1 ORDER BY report_id DESC LIMIT 1", "l"
};
static const BpmStatement insert_report = {
	"INSERT INTO @ledger@.progress_report (report_id, project_id, kind, reported_for, percent, note, longitude,"
	" latitude, datum, place, taken_at, photos, distance, flags, replaces, key, reported_at, reported_by, login,"
	" division, unit, digest)"
	" SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, CASE WHEN $10 IS NOT NULL THEN @ledger@.place_at($10, $11) END,"
	" $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23",
	"lltdntnntffzjnsltzttccy"
};

/* Reads the percentage: two decimals at most, from 0 to 100. */
static void
read_percent(Entry *entry, Numeric percent, BpmFaults *faults)
{
	if (numeric_is_nan(percent) || numeric_is_inf(percent) ||
		bpm_exceeds(bpm_numeric_of("0"), percent) || bpm_exceeds(percent, bpm_numeric_of("100")))
		bpm_add_fault(faults, NULL, psprintf("percent %s is not between 0 and 100", bpm_numeric_text(percent)), NULL);
	else if (DatumGetInt32(DirectFunctionCall1(numeric_min_scale, NumericGetDatum(percent))) > 2)
		bpm_add_fault(faults, NULL, psprintf("percent %s has more than two decimals", bpm_numeric_text(percent)), NULL);
	entry->percent = bpm_rounded(percent, 2);
	entry->report.percent = bpm_numeric_text(entry->percent);
}

/* Returns a day as people write it. */
static char *
date_text(DateADT day)
{
	return DatumGetCString(DirectFunctionCall1(date_out, DateADTGetDatum(day)));
}

/* Reads for which day, and when it was taken: neither lies in the future. */
static void
read_moments(FunctionCallInfo fcinfo, Entry *entry, BpmFaults *faults)
{
	BpmReport  *report = &entry->report;

	report->reported_at = GetCurrentTimestamp();
	report->reported_for = PG_GETARG_DATEADT(ARG_REPORTED_FOR);
	report->taken_at = PG_ARGISNULL(ARG_TAKEN_AT) ? report->reported_at : PG_GETARG_TIMESTAMPTZ(ARG_TAKEN_AT);
	if (report->reported_for > GetSQLCurrentDate())
		bpm_add_fault(faults, NULL, psprintf("the day that it is for, %s, has not come", date_text(report->reported_for)),
					  "Report what is done; what is planned are milestones.");
	else if (!bpm_is_calendar_day(report->reported_for))
		bpm_add_fault(faults, NULL, "the day that it is for is before 1949-01-01", NULL);
	if (TIMESTAMP_NOT_FINITE(report->taken_at) || report->taken_at > report->reported_at + CLOCK_TOLERANCE)
		bpm_add_fault(faults, NULL, "it was taken in the future", "Set the clock of the device.");
}

/* Returns a coordinate as it is kept: nine decimals, a tenth of a millimetre. */
static char *
coordinate(double value)
{
	return psprintf("%.9f", value);
}

/* Reads from where it was reported, and takes that into CGCS2000. */
static void
read_place(FunctionCallInfo fcinfo, Entry *entry, BpmFaults *faults)
{
	char	   *datum = bpm_optional_argument(fcinfo, ARG_DATUM);
	int			given = !PG_ARGISNULL(ARG_LONGITUDE) + !PG_ARGISNULL(ARG_LATITUDE) + (datum != NULL);
	const char *name = datum ? bpm_datum_name(datum) : NULL;

	if (given == 0)
		return;
	if (given < 3)
		bpm_add_fault(faults, NULL, "a place has a longitude, a latitude and a datum",
					  "Most maps of phones in China give GCJ-02, Baidu's BD-09, a bare receiver WGS84.");
	if (datum && !name)
		bpm_add_fault(faults, NULL, psprintf("datum \"%s\" is not known", datum),
					  "It is one of CGCS2000, WGS84, GCJ-02 (国测局坐标) and BD-09 (百度坐标).");
	if (given < 3 || !name)
		return;
	entry->given.longitude = PG_GETARG_FLOAT8(ARG_LONGITUDE);
	entry->given.latitude = PG_GETARG_FLOAT8(ARG_LATITUDE);
	if (!bpm_is_place(entry->given))
	{
		bpm_add_fault(faults, NULL, psprintf("longitude %g, latitude %g is no place", entry->given.longitude,
											 entry->given.latitude), "Longitude (经度) comes first.");
		return;
	}
	entry->placed = true;
	entry->report.datum = name;
	entry->report.longitude = coordinate(entry->given.longitude);
	entry->report.latitude = coordinate(entry->given.latitude);
	entry->given.longitude = strtod(entry->report.longitude, NULL);
	entry->given.latitude = strtod(entry->report.latitude, NULL);
	entry->place = bpm_convert_place(entry->given, name, "CGCS2000");
}

/* Reads the photos: an array of objects, each with a digest. */
static void
read_photos(FunctionCallInfo fcinfo, BpmLedger *ledger, Entry *entry, BpmFaults *faults)
{
	Datum		value;
	int			rows;

	entry->photos = PG_ARGISNULL(ARG_PHOTOS) ?
		bpm_jsonb_of("[]") : PG_GETARG_JSONB_P(ARG_PHOTOS);
	if (!JB_ROOT_IS_ARRAY(entry->photos) || JB_ROOT_IS_SCALAR(entry->photos))
		bpm_add_fault(faults, NULL, "the photos are not an array", NULL);
	else if (JB_ROOT_COUNT(entry->photos) > MOST_PHOTOS)
		bpm_add_fault(faults, NULL, psprintf("there are more than %d photos", MOST_PHOTOS), NULL);
	else
	{
		value = JsonbPGetDatum(entry->photos);
		rows = bpm_ledger_execute(ledger, &photo_problems, 0, &value, NULL);
		for (int i = 0; i < rows; i++)
			bpm_add_fault(faults, NULL, bpm_row_string(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1),
						  "A photo is an object such as {\"digest\": \"<SHA-256 or SM3>\", \"title\": \"基坑\"}.");
	}
	entry->report.photos = bpm_jsonb_out(entry->photos);
}

/* Reads what is said in words. */
static void
read_texts(FunctionCallInfo fcinfo, Entry *entry, BpmFaults *faults)
{
	BpmReport  *report = &entry->report;

	report->kind = bpm_argument(fcinfo, ARG_KIND, "kind");
	report->note = bpm_optional_argument(fcinfo, ARG_NOTE);
	report->key = bpm_optional_argument(fcinfo, ARG_KEY);
	report->replaces = PG_ARGISNULL(ARG_REPLACES) ? 0 : PG_GETARG_INT64(ARG_REPLACES);
	if (strcmp(report->kind, "daily") != 0 && strcmp(report->kind, "monthly") != 0 && strcmp(report->kind, "other") != 0)
		bpm_add_fault(faults, NULL, psprintf("kind \"%s\" is not known", report->kind),
					  "A report is daily (日报), monthly (月报) or other.");
	if (report->note && pg_mbstrlen(report->note) > MOST_NOTE)
		bpm_add_fault(faults, NULL, psprintf("its note is longer than %d characters", MOST_NOTE), NULL);
	if (report->key && (*report->key == '\0' || pg_mbstrlen(report->key) > 100))
		bpm_add_fault(faults, NULL, "its key does not have 1 to 100 characters", NULL);
}

/* Reads a report from the arguments; refuses it with everything that is wrong with it. */
static void
read_entry(FunctionCallInfo fcinfo, BpmCall *call, const BpmProject *project, Entry *entry)
{
	BpmFaults	faults = {0};

	entry->report.project = project->id;
	entry->report.reported_by = call->actor;
	entry->report.login = call->login;
	read_percent(entry, PG_GETARG_NUMERIC(ARG_PERCENT), &faults);
	read_moments(fcinfo, entry, &faults);
	read_place(fcinfo, entry, &faults);
	read_photos(fcinfo, call->ledger, entry, &faults);
	read_texts(fcinfo, entry, &faults);
	bpm_raise_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE,
					 psprintf("this cannot be a report on project \"%s\"", project->official_code));
}

/* Refuses a report on a project that nobody works on. */
static void
check_stage(BpmLedger *ledger, const BpmProject *project)
{
	if (bpm_project_under_way(project) || strcmp(project->stage, "suspended") == 0 ||
		strcmp(project->stage, "completed") == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("project \"%s\" is %s", project->official_code, project->stage),
			 errdetail("Progress is reported of a project that is under way, suspended or completed."),
			 errhint("Move it on with %s.move_project().", ledger->schema)));
}

/* Refuses to replace a report that is not there, or was replaced before. */
static void
check_replaced(BpmLedger *ledger, const BpmProject *project, int64 replaced)
{
	Datum		values[2] = {Int64GetDatum(replaced), Int64GetDatum(project->id)};
	int64		by;

	if (replaced == 0)
		return;
	if (bpm_ledger_execute_latest(ledger, &read_replaced, 0, values, NULL, false) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("project \"%s\" has no report " INT64_FORMAT, project->official_code, replaced)));
	by = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (by != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("report " INT64_FORMAT " was replaced by report " INT64_FORMAT, replaced, by),
				 errhint("Correct that one.")));
}

/* Returns the limit that a division's profile sets, or the usual one. */
static Numeric
limit(BpmLedger *ledger, BpmCode division, const char *key, const char *usual)
{
	Jsonb	   *setting = bpm_registry_setting(ledger, division, key, GetSQLCurrentDate());

	return bpm_numeric_of(setting ? bpm_jsonb_out(setting) : usual);
}

/* Flags a report where something about it holds. */
static void
flag(Entry *entry, bool holds, const char *name)
{
	if (holds)
		entry->flags = lappend(entry->flags, pstrdup(name));
}

/* Returns the day of a moment, as the session counts days. */
static DateADT
day_of(TimestampTz moment)
{
	return DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(moment)));
}

/* Asks what is known of the project, its sites, its reporter and the photos. */
static void
ask_facts(BpmLedger *ledger, const Entry *entry)
{
	Datum		values[8];
	char		nulls[] = "        ";
	char		absent = entry->placed ? ' ' : 'n';

	values[0] = Int64GetDatum(entry->report.project);
	values[1] = DateADTGetDatum(entry->report.reported_for);
	values[2] = Float8GetDatum(entry->place.longitude);
	values[3] = Float8GetDatum(entry->place.latitude);
	nulls[2] = nulls[3] = absent;
	values[4] = CStringGetTextDatum(entry->report.reported_by);
	values[5] = TimestampTzGetDatum(entry->report.taken_at);
	values[6] = JsonbPGetDatum(entry->photos);
	bpm_set_id(values, nulls, 7, entry->report.replaces);
	if (bpm_ledger_execute_latest(ledger, &read_facts, 0, values, nulls, false) != 1)
		elog(ERROR, "a report has no facts");
}

/* Compares a report with what is known, and flags what is doubtful. */
static void
flag_entry(BpmLedger *ledger, const BpmProject *project, Entry *entry)
{
	BpmCode		division = project->division;
	HeapTuple	row;
	TupleDesc	desc;
	Numeric		earlier,
				later,
				speed;
	Numeric		hundred = int64_to_numeric(100);
	bool		isnull,
				reused,
				sites,
				late;

	ask_facts(ledger, entry);
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	earlier = bpm_row_numeric(row, desc, 1);
	later = bpm_row_numeric(row, desc, 2);
	entry->distance = bpm_row_numeric(row, desc, 3);
	speed = bpm_row_numeric(row, desc, 4);
	reused = SPI_getvalue(row, desc, 5) != NULL;
	sites = DatumGetBool(SPI_getbinval(row, desc, 6, &isnull));
	late = DatumGetBool(SPI_getbinval(row, desc, 7, &isnull));
	flag(entry, entry->distance && bpm_exceeds(entry->distance, limit(ledger, division, "project.site_tolerance", "500")), "off_site");
	flag(entry, sites && !entry->placed, "no_place");
	flag(entry, entry->placed && !bpm_in_china(entry->place) &&
		 bpm_registry_setting(ledger, division, "project.site_bounds", GetSQLCurrentDate()) == NULL, "outside_china");
	flag(entry, speed && bpm_exceeds(speed, limit(ledger, division, "project.report_speed", "400")), "too_fast");
	flag(entry, (earlier && bpm_exceeds(earlier, entry->percent)) || (later && bpm_exceeds(entry->percent, later)), "falling");
	flag(entry, earlier && bpm_exceeds(bpm_minus(entry->percent, earlier),
								   limit(ledger, division, "project.progress_jump", "30")), "jumping");
	flag(entry, reused, "photo_reused");
	flag(entry, late && bpm_exceeds(hundred, entry->percent), "past_deadline");
	flag(entry, project->started_on != BPM_NO_DATE &&
		 (entry->report.reported_for < project->started_on || day_of(entry->report.taken_at) < project->started_on),
		 "before_start");
}

/* Returns the flags as text[], and joins them for the digest. */
static Datum
flag_array(Entry *entry)
{
	Datum	   *items = palloc(Max(list_length(entry->flags), 1) * sizeof(Datum));
	StringInfoData joined;
	ListCell   *cell;
	int			count = 0;

	initStringInfo(&joined);
	foreach(cell, entry->flags)
	{
		appendStringInfo(&joined, "%s%s", count ? "," : "", (char *) lfirst(cell));
		items[count++] = CStringGetTextDatum((char *) lfirst(cell));
	}
	entry->report.flags = joined.data;
	return PointerGetDatum(construct_array(items, count, TEXTOID, -1, false, TYPALIGN_INT));
}

/* Sets a number that may not be there. */
static void
set_numeric(Datum *values, char *nulls, int at, const char *text)
{
	bpm_set_datum(values, nulls, at, text ? NumericGetDatum(bpm_numeric_of(text)) : (Datum) 0);
}

/* Returns the report that the key brought before, 0 if none; the same key with another content is an error. */
static int64
replay(BpmLedger *ledger, const Entry *entry)
{
	const BpmReport *report = &entry->report;
	Datum		values[10];
	char		nulls[] = "          ";
	bool		isnull;

	if (report->key == NULL)
		return 0;
	values[0] = Int64GetDatum(report->project);
	values[1] = CStringGetTextDatum(report->key);
	values[2] = NumericGetDatum(entry->percent);
	values[3] = DateADTGetDatum(report->reported_for);
	values[4] = CStringGetTextDatum(report->kind);
	bpm_set_text(values, nulls, 5, report->note);
	set_numeric(values, nulls, 6, report->longitude);
	set_numeric(values, nulls, 7, report->latitude);
	values[8] = JsonbPGetDatum(entry->photos);
	bpm_set_id(values, nulls, 9, report->replaces);
	if (bpm_ledger_execute_latest(ledger, &report_of_key, 0, values, nulls, false) != 1)
		return 0;
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" brought another report", report->key),
				 errhint("Give each report a key of its own.")));
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Links a report to the last one of its project. */
static Datum
link_report(BpmLedger *ledger, const BpmReport *report)
{
	Datum		value = Int64GetDatum(report->project);
	uint8		head[BPM_DIGEST_LENGTH] = {0};
	uint8		digest[BPM_DIGEST_LENGTH];

	if (bpm_ledger_execute_latest(ledger, &last_digest, 0, &value, NULL, false) == 1)
		bpm_row_digest(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, head);
	bpm_report_digest(ledger->digest, head, report, digest);
	return bpm_digest_datum(digest);
}

/* Stores a report as the last of its project's chain. */
static void
store_entry(BpmLedger *ledger, const BpmProject *project, Entry *entry)
{
	BpmReport  *report = &entry->report;
	Datum		values[23];
	char		nulls[] = "                       ";

	report->id = bpm_next_id(ledger, "report_seq", 0);
	report->distance = entry->distance ? bpm_numeric_text(entry->distance) : NULL;
	values[0] = Int64GetDatum(report->id);
	values[1] = Int64GetDatum(report->project);
	values[2] = CStringGetTextDatum(report->kind);
	values[3] = DateADTGetDatum(report->reported_for);
	values[4] = NumericGetDatum(entry->percent);
	bpm_set_text(values, nulls, 5, report->note);
	set_numeric(values, nulls, 6, report->longitude);
	set_numeric(values, nulls, 7, report->latitude);
	bpm_set_text(values, nulls, 8, report->datum);
	values[9] = Float8GetDatum(entry->place.longitude);
	values[10] = Float8GetDatum(entry->place.latitude);
	nulls[9] = nulls[10] = entry->placed ? ' ' : 'n';
	values[11] = TimestampTzGetDatum(report->taken_at);
	values[12] = JsonbPGetDatum(entry->photos);
	set_numeric(values, nulls, 13, report->distance);
	values[14] = flag_array(entry);
	bpm_set_id(values, nulls, 15, report->replaces);
	bpm_set_text(values, nulls, 16, report->key);
	values[17] = TimestampTzGetDatum(report->reported_at);
	values[18] = CStringGetTextDatum(report->reported_by);
	values[19] = CStringGetTextDatum(report->login);
	values[20] = Int64GetDatum(project->division);
	values[21] = Int64GetDatum(project->unit);
	values[22] = link_report(ledger, report);
	bpm_write_row(ledger, "progress_report", 0, report->id, &insert_report, values, nulls, true);
}

/* submit_report(ledger, project, percent, ...): takes a progress report and returns its number. */
PG_FUNCTION_INFO_V1(bpm_submit_report);
Datum
bpm_submit_report(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Entry		entry = {0};
	int64		id;

	bpm_require_argument(fcinfo, ARG_PROJECT, "project");
	bpm_require_argument(fcinfo, ARG_PERCENT, "percent");
	bpm_require_argument(fcinfo, ARG_REPORTED_FOR, "reported_for");
	bpm_call_begin(&call, fcinfo, "report_progress", bpm_optional_argument(fcinfo, ARG_ACTOR));
	bpm_call_project(&call, bpm_argument(fcinfo, ARG_PROJECT, "project"), &project);
	read_entry(fcinfo, &call, &project, &entry);
	id = replay(call.ledger, &entry);
	if (id == 0)
	{
		check_stage(call.ledger, &project);
		check_replaced(call.ledger, &project, entry.report.replaces);
		flag_entry(call.ledger, &project, &entry);
		store_entry(call.ledger, &project, &entry);
		id = entry.report.id;
	}
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
