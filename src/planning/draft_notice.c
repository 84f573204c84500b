/*
 * draft_notice.c
 *	  After the vote: who is told what was approved (批复), and until when the law
 *	  wants it told.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "workflow/watch.h"

static const BpmStatement insert_notices = {
	"INSERT INTO @ledger@.approval_notice (draft_id, fiscal_year, division, department, unit, amount, requests)"
	" SELECT $1, q.fiscal_year, q.division, q.department, n.unit, budgetpm.sum(d.amount), pg_catalog.count(*)"
	" FROM @ledger@.draft_item d JOIN @ledger@.request q ON q.request_id" EQ "d.request_id"
	" CROSS JOIN LATERAL (SELECT q.department AS unit UNION ALL"
	"  SELECT q.unit WHERE q.unit OPERATOR(budgetpm.<>) q.department) AS n"
	" WHERE d.draft_id" EQ "$1 GROUP BY q.fiscal_year, q.division, q.department, n.unit"
	" ORDER BY q.department, n.unit", "l"
};
static const BpmStatement notice_subjects = {
	"SELECT n.notice_id, pg_catalog.left(pg_catalog.format('%s年预算批复 %s %s', n.fiscal_year, u.official_code, u.name), 200)"
	" FROM @ledger@.approval_notice n JOIN @ledger@.unit u ON u.code" CODE_EQ "n.department"
	" WHERE n.draft_id" EQ "$1 AND n.unit" CODE_EQ "n.department ORDER BY n.notice_id", "l"
};
static const BpmStatement lock_notice = {
	"SELECT n.division, n.department, n.unit, n.issued_on, n.received_on, n.draft_id, n.fiscal_year,"
	" pg_catalog.left(pg_catalog.format('%s年预算批复 %s %s', n.fiscal_year, u.official_code, u.name), 200),"
	" u.name, (SELECT h.received_on IS NOT NULL FROM @ledger@.approval_notice h"
	"  WHERE h.draft_id" EQ "n.draft_id AND h.unit" CODE_EQ "n.department),"
	" EXISTS (SELECT 1 FROM @ledger@.approval_notice b WHERE b.draft_id" EQ "n.draft_id"
	"  AND b.department" CODE_EQ "n.department AND b.unit OPERATOR(budgetpm.<>) n.department AND b.issued_on IS NULL)"
	" FROM @ledger@.approval_notice n JOIN @ledger@.unit u ON u.code" CODE_EQ "n.department"
	" WHERE n.notice_id" EQ "$1 FOR NO KEY UPDATE OF n", "l"
};
static const BpmStatement issue_notice = {
	"UPDATE @ledger@.approval_notice SET document = $2, issued_on = $3, issued_by = $4 WHERE notice_id" EQ "$1", "ltdt"
};
static const BpmStatement receive_notice = {
	"UPDATE @ledger@.approval_notice SET received_on = $2, received_by = $3 WHERE notice_id" EQ "$1", "ldt"
};

/* A notice under its lock. */
typedef struct Notice
{
	int64		id;
	BpmCode		division;
	BpmCode		department;
	BpmCode		unit;
	bool		issued;
	DateADT		issued_on;
	bool		received;
	int			fiscal_year;
	char	   *subject;
	bool		department_received;
	bool		units_wait;		/* some unit of the department was not told yet */
} Notice;

/* Writes the notices of an approved draft and opens the deadlines that begin with the vote. */
void
bpm_draft_notices(BpmLedger *ledger, const BpmDraft *draft, DateADT today)
{
	BpmParameters parameters = {0};
	SPITupleTable *table;
	int			rows;

	bpm_bind_id(&parameters, draft->id);
	bpm_planning_store(ledger, "approval_notice", &insert_notices, &parameters);
	rows = bpm_planning_read(ledger, &notice_subjects, &parameters);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
		bpm_watch_deadline(ledger, "finance_to_department", draft->division, 0,
						   SPI_getvalue(table->vals[i], table->tupdesc, 2), today);
	bpm_watch_deadline(ledger, "budget_disclosure", draft->division, 0,
					   psprintf("%d年预算公开", draft->fiscal_year), today);
}

/* Tells whether a date column of the row just read is there, and which day it is. */
static bool
read_day(int column, DateADT *day)
{
	bool		isnull;
	Datum		value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column, &isnull);

	*day = isnull ? 0 : DatumGetDateADT(value);
	return !isnull;
}

/* Locks the notice that a call is about; to who may not read it, it does not exist. */
static void
take_notice(BpmCall *call, int64 id, Notice *notice)
{
	BpmParameters parameters = {0};
	DateADT		ignored;
	bool		found;

	bpm_bind_id(&parameters, id);
	found = bpm_planning_read(call->ledger, &lock_notice, &parameters) == 1;
	if (found)
	{
		notice->id = id;
		notice->division = bpm_result_int(0, 1);
		notice->department = bpm_result_int(0, 2);
		notice->unit = bpm_result_int(0, 3);
		notice->issued = read_day(4, &notice->issued_on);
		notice->received = read_day(5, &ignored);
		notice->fiscal_year = bpm_result_int(0, 7);
		notice->subject = bpm_result_text(0, 8);
		notice->department_received = bpm_result_int(0, 10) != 0;
		notice->units_wait = bpm_result_int(0, 11) != 0;
	}
	if (!found || !bpm_call_reads(call, notice->division, notice->unit))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("notice " INT64_FORMAT " does not exist in ledger %s", id, call->ledger->schema),
				 errhint("The report view \"approval_notice\" lists those that you may read.")));
}

/* Returns the day that an argument gives, today where it gives none; never one to come. */
static DateADT
day_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	DateADT		today = GetSQLCurrentDate();

	if (PG_ARGISNULL(number))
		return today;
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(number)) || PG_GETARG_DATEADT(number) > today)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be today or a day before", name)));
	return PG_GETARG_DATEADT(number);
}

/* Refuses what a notice is too early or too late for. */
static void
refuse_state(const Notice *notice, const char *problem, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("notice " INT64_FORMAT " %s", notice->id, problem),
			 hint ? errhint("%s", hint) : 0));
}

/* Meets the deadline that a notice was issued under, and opens that of the department's own disclosure. */
static void
meet_issue(BpmLedger *ledger, const Notice *notice, const char *document, DateADT day)
{
	BpmParameters parameters = {0};

	if (notice->unit == notice->department)
	{
		bpm_meet_deadlines(ledger, "finance_to_department", notice->division, 0, notice->subject, day, document);
		bpm_watch_deadline(ledger, "budget_disclosure", notice->division, notice->department,
						   psprintf("%d年部门预算公开", notice->fiscal_year), day);
		return;
	}
	bpm_bind_id(&parameters, notice->id);
	bpm_planning_read(ledger, &lock_notice, &parameters);
	if (bpm_result_int(0, 11) == 0)
		bpm_meet_deadlines(ledger, "department_to_unit", notice->division, notice->department, notice->subject,
						   day, document);
}

/* Issues a notice (批复) under its document: finance to a department, then the department to its units. */
PG_FUNCTION_INFO_V1(bpm_issue_notice);
Datum
bpm_issue_notice(PG_FUNCTION_ARGS)
{
	BpmParameters parameters = {0};
	Notice		notice = {0};
	BpmCall		call;
	char	   *document;
	DateADT		day;

	bpm_require_argument(fcinfo, 1, "notice");
	bpm_require_argument(fcinfo, 2, "document");
	document = bpm_limited_text(fcinfo, 2, "document", 200);
	day = day_argument(fcinfo, 3, "issued_on");
	bpm_call_begin(&call, fcinfo, "issue_notice", NULL);
	take_notice(&call, PG_GETARG_INT64(1), &notice);
	bpm_call_require(&call, notice.division, notice.unit == notice.department ? 0 : notice.department);
	if (notice.issued)
		refuse_state(&notice, "was issued before", NULL);
	if (notice.unit != notice.department && !notice.department_received)
		refuse_state(&notice, "waits for the one of its department",
					 "A department tells its units once it has been told itself: receive_notice().");
	bpm_bind_id(&parameters, notice.id);
	bpm_bind_text(&parameters, document);
	parameters.values[2] = DateADTGetDatum(day);
	parameters.nulls[2] = ' ';
	parameters.count = 3;
	bpm_bind_text(&parameters, call.login);
	bpm_planning_store(call.ledger, "approval_notice", &issue_notice, &parameters);
	meet_issue(call.ledger, &notice, document, day);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Says when a notice was received; a department's opens the time that it has to tell its units. */
PG_FUNCTION_INFO_V1(bpm_receive_notice);
Datum
bpm_receive_notice(PG_FUNCTION_ARGS)
{
	BpmParameters parameters = {0};
	Notice		notice = {0};
	BpmCall		call;
	DateADT		day;

	bpm_require_argument(fcinfo, 1, "notice");
	day = day_argument(fcinfo, 2, "received_on");
	bpm_call_begin(&call, fcinfo, "receive_notice", NULL);
	take_notice(&call, PG_GETARG_INT64(1), &notice);
	bpm_call_require(&call, notice.division, notice.unit);
	if (!notice.issued || notice.received)
		refuse_state(&notice, notice.issued ? "was received before" : "was not issued yet", NULL);
	if (day < notice.issued_on)
		refuse_state(&notice, "cannot have been received before it was issued", NULL);
	bpm_bind_id(&parameters, notice.id);
	parameters.values[1] = DateADTGetDatum(day);
	parameters.nulls[1] = ' ';
	parameters.count = 2;
	bpm_bind_text(&parameters, call.login);
	bpm_planning_store(call.ledger, "approval_notice", &receive_notice, &parameters);
	if (notice.unit == notice.department && notice.units_wait)
		bpm_watch_deadline(call.ledger, "department_to_unit", notice.division, notice.department,
						   notice.subject, day);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
