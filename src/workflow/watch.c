/*
 * watch.c
 *	  Deadlines that the law sets (法定期限): watched, reminded of once, found overdue
 *	  once, and met.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/number.h"
#include "base/operators.h"
#include "base/rows.h"
#include "ledger/posting.h"
#include "registry/registry.h"
#include "workflow/call.h"
#include "workflow/watch.h"

#define OPEN	"met_on IS NULL AND cancelled_at IS NULL"

/* Days of a reminder where no profile says how many. */
#define REMIND_DAYS	3

typedef struct WatchKind
{
	char	   *title;
	int			length;
	char		measure;		/* d days, w working days, h hours */
	bool		before;
} WatchKind;

static const BpmStatement find_kind = {
	"SELECT title, length, measure, side, setting FROM @ledger@.statutory_deadline WHERE kind" EQ "$1", "t"
};

/* The end of a day is the beginning of the next one where the server is. */
static const BpmStatement due_by_days = {
	"SELECT w.due, pg_catalog.timezone(" SERVER_ZONE ", (w.due OPERATOR(pg_catalog.+) 1)::pg_catalog.timestamp)"
	" FROM (SELECT $1 OPERATOR(pg_catalog.+) $2 AS due) w", "di"
};
static const BpmStatement due_by_working_days = {
	"SELECT w.due, pg_catalog.timezone(" SERVER_ZONE ", (w.due OPERATOR(pg_catalog.+) 1)::pg_catalog.timestamp)"
	" FROM (SELECT @ledger@.add_working_days($1, $2) AS due) w", "di"
};
static const BpmStatement due_by_hours = {
	"SELECT pg_catalog.timezone(" SERVER_ZONE ", w.due)::pg_catalog.date, w.due FROM (SELECT"
	" CASE WHEN $1" EQ SERVER_DATE " THEN pg_catalog.now()"
	" ELSE pg_catalog.timezone(" SERVER_ZONE ", $1::pg_catalog.timestamp) END"
	" OPERATOR(pg_catalog.+) pg_catalog.make_interval(hours => $2) AS due) w", "di"
};
static const BpmStatement find_open = {
	"SELECT deadline_id FROM @ledger@.watched_deadline WHERE kind" EQ "$1 AND division OPERATOR(budgetpm.=) $2"
	" AND (unit OPERATOR(budgetpm.=) $3 OR unit IS NULL AND $3 IS NULL) AND subject" EQ "$4"
	" AND ($5 IS NULL OR starts_on" EQ "$5) AND " OPEN " ORDER BY deadline_id", "tcctd"
};
static const BpmStatement insert_watch = {
	"INSERT INTO @ledger@.watched_deadline (deadline_id, kind, division, unit, subject, starts_on, due_on, due_at,"
	" remind_at, watched_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)", "ltcctddzzt"
};
static const BpmStatement find_watch = {
	"SELECT division, unit, due_on, due_at, met_on, cancelled_at IS NOT NULL, " SERVER_DATE ","
	" CASE WHEN starts_on" LE "due_on THEN starts_on ELSE '-infinity' END"
	" FROM @ledger@.watched_deadline WHERE deadline_id" EQ "$1 FOR NO KEY UPDATE", "l"
};
static const BpmStatement set_met = {
	"UPDATE @ledger@.watched_deadline SET met_on = COALESCE($2, " SERVER_DATE "), document = $3, ended_by = $4,"
	" met_at = CASE WHEN COALESCE($2, " SERVER_DATE ")" EQ SERVER_DATE " THEN pg_catalog.now()"
	" ELSE pg_catalog.timezone(" SERVER_ZONE ", $2::pg_catalog.timestamp) END"
	" WHERE deadline_id" EQ "$1 RETURNING met_at OPERATOR(pg_catalog.<) due_at", "ldtt"
};
static const BpmStatement set_cancelled = {
	"UPDATE @ledger@.watched_deadline SET cancelled_at = pg_catalog.now(), document = $2, ended_by = $3"
	" WHERE deadline_id" EQ "$1", "ltt"
};

/* Returns the role that called, whoever's rights its statements run with. */
static char *
caller_name(void)
{
	return GetUserNameFromId(GetOuterUserId(), false);
}

/* Refuses a length that a profile gives wrongly. */
static int
length_of_setting(const char *key, Jsonb *value)
{
	JsonbValue	scalar;
	char	   *digits = NULL;

	if (JB_ROOT_IS_SCALAR(value) && JsonbExtractScalar(&value->root, &scalar) && scalar.type == jbvNumeric)
		digits = bpm_numeric_text(scalar.val.numeric);
	if (digits == NULL || strlen(digits) > 4 || strspn(digits, "0123456789") != strlen(digits) || atoi(digits) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("setting \"%s\" is not a length of time", key),
				 errdetail("A whole number from 1 to 9999 is expected."),
				 errhint("Apply a profile in which it is one.")));
	return atoi(digits);
}

/* Reads a kind of deadline, as it holds in a division on a day. */
static WatchKind
read_kind(BpmLedger *ledger, const char *name, BpmCode division, DateADT on)
{
	Datum		value = CStringGetTextDatum(name);
	WatchKind	kind;
	HeapTuple	row;
	TupleDesc	desc;
	char	   *setting;
	Jsonb	   *found = NULL;
	bool		isnull;

	if (bpm_ledger_execute(ledger, &find_kind, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("there is no kind of deadline \"%s\"", name),
				 errhint("Table %s.statutory_deadline lists them.", ledger->schema)));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	kind.title = SPI_getvalue(row, desc, 1);
	kind.length = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	kind.measure = SPI_getvalue(row, desc, 3)[0];
	kind.before = SPI_getvalue(row, desc, 4)[0] == 'b';
	setting = SPI_getvalue(row, desc, 5);
	if (setting)
		found = bpm_registry_setting(ledger, division, setting, on);
	if (found)
		kind.length = length_of_setting(setting, found);
	return kind;
}

/* Gives the moment of the reminder: some days before, or the last quarter of hours. */
static TimestampTz
reminder(BpmLedger *ledger, const WatchKind *kind, BpmCode division, DateADT on, TimestampTz due_at)
{
	static const char *const key = "workflow.deadline_reminder_days";
	Jsonb	   *found;
	int			days = REMIND_DAYS;

	if (kind->measure == 'h')
		return due_at - kind->length * (USECS_PER_HOUR / 4);
	found = bpm_registry_setting(ledger, division, key, on);
	if (found)
		days = length_of_setting(key, found);
	return due_at - (days + 1) * USECS_PER_DAY;
}

/* Sets the four parameters that say which deadline is meant. */
static void
set_identity(Datum *values, char *nulls, const char *kind, BpmCode division, BpmCode unit,
			 const char *subject)
{
	values[0] = CStringGetTextDatum(kind);
	values[1] = Int64GetDatum(division);
	bpm_set_id(values, nulls, 2, unit);
	values[3] = CStringGetTextDatum(subject);
}

/* Returns the number of the same deadline where it is open, 0 for none. */
static int64
same_open(BpmLedger *ledger, const char *kind, BpmCode division, BpmCode unit, const char *subject,
		  DateADT starts_on)
{
	Datum		values[5];
	char		nulls[] = "     ";
	bool		isnull;

	set_identity(values, nulls, kind, division, unit, subject);
	values[4] = DateADTGetDatum(starts_on);
	if (bpm_ledger_execute(ledger, &find_open, 0, values, nulls) == 0)
		return 0;
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Watches a deadline of a kind from a day on, or back from it; the same one is watched once. */
int64
bpm_watch_deadline(BpmLedger *ledger, const char *kind, BpmCode division, BpmCode unit,
				   const char *subject, DateADT starts_on)
{
	WatchKind	rule = read_kind(ledger, kind, division, starts_on);
	int64		id = same_open(ledger, kind, division, unit, subject, starts_on);
	Datum		count[] = {DateADTGetDatum(starts_on),
	Int32GetDatum(rule.before ? -rule.length : rule.length)};
	Datum		values[10];
	char		nulls[] = "          ";
	bool		isnull;

	if (id != 0)
		return id;
	if (bpm_ledger_execute(ledger, rule.measure == 'd' ? &due_by_days : rule.measure == 'w' ?
						   &due_by_working_days : &due_by_hours, 0, count, NULL) != 1)
		elog(ERROR, "no due date");
	values[6] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	values[7] = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull);
	id = bpm_next_id(ledger, "deadline_seq", 0);
	values[0] = Int64GetDatum(id);
	set_identity(values + 1, nulls + 1, kind, division, unit, subject);
	values[5] = DateADTGetDatum(starts_on);
	values[8] = TimestampTzGetDatum(reminder(ledger, &rule, division, starts_on, DatumGetTimestampTz(values[7])));
	values[9] = CStringGetTextDatum(caller_name());
	bpm_write_row(ledger, "watched_deadline", 0, id, &insert_watch, values, nulls, true);
	return id;
}

/* Marks one deadline as met; returns whether in time. */
static bool
meet(BpmLedger *ledger, int64 id, Datum met_on, bool today, const char *document)
{
	Datum		values[4] = {Int64GetDatum(id), met_on};
	char		nulls[] = "    ";
	bool		isnull;

	nulls[1] = today ? 'n' : ' ';
	bpm_set_text(values, nulls, 2, document);
	values[3] = CStringGetTextDatum(caller_name());
	bpm_write_row(ledger, "watched_deadline", 0, id, &set_met, values, nulls, true);
	return DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Says that the open deadlines of a kind, place and subject are met; returns how many. */
int
bpm_meet_deadlines(BpmLedger *ledger, const char *kind, BpmCode division, BpmCode unit,
				   const char *subject, DateADT met_on, const char *document)
{
	Datum		values[5];
	char		nulls[] = "    n";
	int			rows;
	SPITupleTable *table;
	bool		isnull;

	set_identity(values, nulls, kind, division, unit, subject);
	values[4] = (Datum) 0;
	rows = bpm_ledger_execute(ledger, &find_open, 0, values, nulls);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
		meet(ledger, DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)),
			 DateADTGetDatum(met_on), false, document);
	return rows;
}

/* Returns a text argument that is not blank and fits into its column. */
static char *
limited(FunctionCallInfo fcinfo, int number, const char *name)
{
	char	   *text = bpm_argument(fcinfo, number, name);

	if (text[0] == '\0' || pg_mbstrlen(text) > 200)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must have 1 to 200 characters", name)));
	return text;
}

/* Watches a deadline for the caller, and returns its number. */
PG_FUNCTION_INFO_V1(bpm_watch_deadline_for);
Datum
bpm_watch_deadline_for(PG_FUNCTION_ARGS)
{
	char	   *kind = bpm_argument(fcinfo, 1, "kind");
	char	   *subject = limited(fcinfo, 2, "subject");
	char	   *division_code = bpm_optional_argument(fcinfo, 4);
	char	   *unit_code = bpm_optional_argument(fcinfo, 5);
	BpmCode		division;
	BpmCode		unit = 0;
	BpmCall		call;
	int64		id;

	bpm_require_argument(fcinfo, 3, "starts_on");
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("starts_on must be a day")));
	if ((unit_code == NULL) == (division_code == NULL))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a deadline belongs to a unit or to a division"),
				 errhint("Give one of the two, as official code.")));
	bpm_call_begin(&call, fcinfo, "watch_deadline", NULL);
	if (unit_code)
		bpm_registry_unit(call.ledger, unit_code, &unit, &division);
	else
		division = bpm_registry_division(call.ledger, division_code);
	bpm_call_require(&call, division, unit);
	id = bpm_watch_deadline(call.ledger, kind, division, unit, subject, PG_GETARG_DATEADT(3));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/*
 * Locks a deadline that the caller may change and that is open; returns today's date,
 * and the first day on which it can be met: any where it runs back from a day.
 */
static DateADT
lock_open(BpmCall *call, int64 id, DateADT *begins_on)
{
	Datum		value = Int64GetDatum(id);
	HeapTuple	row;
	TupleDesc	desc;
	BpmCode		division;
	Datum		unit;
	bool		isnull;
	bool		cancelled;

	if (bpm_ledger_execute(call->ledger, &find_watch, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("deadline " INT64_FORMAT " does not exist in ledger %s", id, call->ledger->schema)));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	division = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	unit = SPI_getbinval(row, desc, 2, &isnull);
	bpm_call_require(call, division, isnull ? 0 : DatumGetInt64(unit));
	cancelled = DatumGetBool(SPI_getbinval(row, desc, 6, &isnull));
	(void) SPI_getbinval(row, desc, 5, &isnull);
	if (!isnull || cancelled)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("deadline " INT64_FORMAT " is not watched any more", id),
				 errdetail(cancelled ? "Its watch was given up." : "It was met.")));
	*begins_on = DatumGetDateADT(SPI_getbinval(row, desc, 8, &isnull));
	return DatumGetDateADT(SPI_getbinval(row, desc, 7, &isnull));
}

/* Says that a deadline was met; returns whether in time. */
PG_FUNCTION_INFO_V1(bpm_meet_this_deadline);
Datum
bpm_meet_this_deadline(PG_FUNCTION_ARGS)
{
	char	   *document = PG_ARGISNULL(3) ? NULL : limited(fcinfo, 3, "document");
	BpmCall		call;
	DateADT		begins_on;
	DateADT		today;
	bool		in_time;

	bpm_require_argument(fcinfo, 1, "deadline");
	bpm_call_begin(&call, fcinfo, "meet_deadline", NULL);
	today = lock_open(&call, PG_GETARG_INT64(1), &begins_on);
	if (!PG_ARGISNULL(2) && (PG_GETARG_DATEADT(2) > today || DATE_NOT_FINITE(PG_GETARG_DATEADT(2))))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a deadline is not met on a day that has not come")));
	if (!PG_ARGISNULL(2) && PG_GETARG_DATEADT(2) < begins_on)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a deadline is not met on a day before it began")));
	in_time = meet(call.ledger, PG_GETARG_INT64(1), PG_GETARG_DATUM(2), PG_ARGISNULL(2), document);
	bpm_call_end(&call);
	PG_RETURN_BOOL(in_time);
}

/* Gives up the watch of a deadline that does not apply. */
PG_FUNCTION_INFO_V1(bpm_cancel_deadline);
Datum
bpm_cancel_deadline(PG_FUNCTION_ARGS)
{
	char	   *reason = limited(fcinfo, 2, "reason");
	BpmCall		call;
	DateADT		begins_on;
	Datum		values[3];

	bpm_require_argument(fcinfo, 1, "deadline");
	bpm_call_begin(&call, fcinfo, "cancel_deadline", NULL);
	lock_open(&call, PG_GETARG_INT64(1), &begins_on);
	values[0] = PG_GETARG_DATUM(1);
	values[1] = CStringGetTextDatum(reason);
	values[2] = CStringGetTextDatum(call.actor);
	bpm_write_row(call.ledger, "watched_deadline", 0, PG_GETARG_INT64(1), &set_cancelled, values, NULL, true);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Tells those with the nearest duty where a deadline is, or who began to watch it where nobody has one. */
static void
tell(BpmLedger *ledger, int64 id, bool overdue)
{
	static const BpmStatement recipients = {
		"WITH w AS (SELECT * FROM @ledger@.watched_deadline WHERE deadline_id" EQ "$1), near AS ("
		" SELECT p.login, pg_catalog.rank() OVER (ORDER BY"
		"  pg_catalog.length(COALESCE(d.unit::pg_catalog.text, '')) DESC,"
		"  pg_catalog.length(COALESCE(d.division::pg_catalog.text, '')) DESC) AS place"
		" FROM w, @ledger@.principal p JOIN @ledger@.duty d ON d.principal_id" EQ "p.principal_id"
		" WHERE d.may_post AND d.valid_from" LE SERVER_DATE " AND (d.valid_to IS NULL OR d.valid_to OPERATOR(pg_catalog.>=) " SERVER_DATE ")"
		" AND (d.division IS NULL OR d.division OPERATOR(budgetpm.@>) w.division)"
		" AND (d.unit IS NULL OR d.unit OPERATOR(budgetpm.@>) w.unit))"
		" SELECT DISTINCT login FROM near WHERE place" EQ "1"
		" UNION ALL SELECT watched_by FROM w WHERE NOT EXISTS (SELECT 1 FROM near) ORDER BY 1", "l"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.outbox (outbox_id, deadline_id, kind, recipient, subject, state, division, unit)"
		" SELECT $1, w.deadline_id, $3, $4, pg_catalog.left(pg_catalog.concat(s.title, '：', w.subject), 200), $5,"
		" w.division, w.unit FROM @ledger@.watched_deadline w JOIN @ledger@.statutory_deadline s ON s.kind" EQ "w.kind"
		" WHERE w.deadline_id" EQ "$2", "llttt"
	};
	Datum		value = Int64GetDatum(id);
	int			rows = bpm_ledger_execute(ledger, &recipients, 0, &value, NULL);
	SPITupleTable *table = SPI_tuptable;

	for (int i = 0; i < rows; i++)
	{
		int64		message = bpm_next_id(ledger, "outbox_seq", 0);
		Datum		values[5] = {Int64GetDatum(message), value};

		values[2] = CStringGetTextDatum(overdue ? "overdue" : "remind");
		values[3] = CStringGetTextDatum(bpm_row_string(table->vals[i], table->tupdesc, 1));
		values[4] = CStringGetTextDatum(overdue ? "overdue" : "open");
		bpm_write_row(ledger, "outbox", 0, message, &insert, values, NULL, true);
	}
}

/* Reminds of what is due soon and tells of what is overdue, each once; lists what it did. */
void
bpm_run_watched(BpmLedger *ledger, TimestampTz now, ReturnSetInfo *result)
{
	static const BpmStatement find = {
		"SELECT deadline_id, due_at" LE "$1 FROM @ledger@.watched_deadline WHERE " OPEN " AND remind_at" LE "$1"
		" AND (reminded_at IS NULL OR overdue_at IS NULL AND due_at" LE "$1)"
		" ORDER BY deadline_id FOR NO KEY UPDATE SKIP LOCKED", "z"
	};
	static const BpmStatement mark = {
		"UPDATE @ledger@.watched_deadline SET reminded_at = COALESCE(reminded_at, $2),"
		" overdue_at = CASE WHEN $3 THEN $2 END WHERE deadline_id" EQ "$1", "lzb"
	};
	Datum		values[3] = {TimestampTzGetDatum(now)};
	int			rows = bpm_ledger_execute(ledger, &find, 0, values, NULL);
	SPITupleTable *table = SPI_tuptable;

	for (int i = 0; i < rows; i++)
	{
		bool		isnull;
		Datum		row[5] = {0};
		bool		nulls[5] = {true, true, false, true, false};
		int64		id;

		values[0] = row[4] = SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull);
		values[1] = TimestampTzGetDatum(now);
		values[2] = SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull);
		id = DatumGetInt64(values[0]);
		bpm_write_row(ledger, "watched_deadline", 0, id, &mark, values, NULL, true);
		tell(ledger, id, DatumGetBool(values[2]));
		row[2] = CStringGetTextDatum(DatumGetBool(values[2]) ? "overdue" : "remind");
		tuplestore_putvalues(result->setResult, result->setDesc, row, nulls);
	}
}
