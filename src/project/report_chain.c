/*
 * report_chain.c
 *	  The reports of a project, chained by digest in the order in which they came.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "project/project.h"
#include "project/report.h"

static const BpmStatement read_reports = {
	"SELECT report_id, kind, reported_for, percent, note, longitude, latitude, datum, taken_at, photos, distance,"
	" pg_catalog.array_to_string(flags, ','), replaces, key, reported_at, reported_by, login, digest"
	" FROM @ledger@.progress_report WHERE project_id" EQ "$1 ORDER BY report_id", "l"
};

/* Gives the digest that links a report to the one of its project that came before. */
void
bpm_report_digest(const char *algorithm, const uint8 *previous, const BpmReport *report, uint8 *digest)
{
	uint8		content[BPM_DIGEST_LENGTH];

	bpm_digest_start(algorithm);
	bpm_digest_cstring("budgetpm/progress-report/1");
	bpm_digest_int64(report->id);
	bpm_digest_int64(report->project);
	bpm_digest_cstring(report->kind);
	bpm_digest_date(report->reported_for);
	bpm_digest_cstring(report->percent);
	bpm_digest_cstring(report->note);
	bpm_digest_cstring(report->longitude);
	bpm_digest_cstring(report->latitude);
	bpm_digest_cstring(report->datum);
	bpm_digest_moment(report->taken_at);
	bpm_digest_cstring(report->photos);
	bpm_digest_cstring(report->distance);
	bpm_digest_cstring(report->flags);
	bpm_digest_optional(report->replaces);
	bpm_digest_cstring(report->key);
	bpm_digest_moment(report->reported_at);
	bpm_digest_cstring(report->reported_by);
	bpm_digest_cstring(report->login);
	bpm_digest_finish(content);
	bpm_digest_link(algorithm, previous, content, digest);
}

/* Reads a report as it is stored. */
static void
take_report(BpmReport *report, HeapTuple row, TupleDesc desc)
{
	bool		isnull;

	report->id = bpm_row_number(row, desc, 1);
	report->kind = SPI_getvalue(row, desc, 2);
	report->reported_for = DatumGetDateADT(SPI_getbinval(row, desc, 3, &isnull));
	report->percent = SPI_getvalue(row, desc, 4);
	report->note = SPI_getvalue(row, desc, 5);
	report->longitude = SPI_getvalue(row, desc, 6);
	report->latitude = SPI_getvalue(row, desc, 7);
	report->datum = SPI_getvalue(row, desc, 8);
	report->taken_at = DatumGetTimestampTz(SPI_getbinval(row, desc, 9, &isnull));
	report->photos = SPI_getvalue(row, desc, 10);
	report->distance = SPI_getvalue(row, desc, 11);
	report->flags = SPI_getvalue(row, desc, 12);
	report->replaces = bpm_row_number(row, desc, 13);
	report->key = SPI_getvalue(row, desc, 14);
	report->reported_at = DatumGetTimestampTz(SPI_getbinval(row, desc, 15, &isnull));
	report->reported_by = SPI_getvalue(row, desc, 16);
	report->login = SPI_getvalue(row, desc, 17);
}

/* Lists the reports of a project whose digest is not that of their content. */
static void
verify_chain(BpmLedger *ledger, int64 project, ReturnSetInfo *result)
{
	Datum		value = Int64GetDatum(project);
	int			rows = bpm_ledger_execute(ledger, &read_reports, 0, &value, NULL);
	uint8		head[BPM_DIGEST_LENGTH] = {0};

	for (int i = 0; i < rows; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		BpmReport	report = {.project = project};
		uint8		digest[BPM_DIGEST_LENGTH];
		uint8		stored[BPM_DIGEST_LENGTH];

		take_report(&report, row, desc);
		bpm_report_digest(ledger->digest, head, &report, digest);
		bpm_row_digest(row, desc, 18, stored);
		if (memcmp(stored, digest, BPM_DIGEST_LENGTH) != 0)
		{
			Datum		values[2];
			bool		nulls[2] = {false, false};

			values[0] = Int64GetDatum(report.id);
			values[1] = CStringGetTextDatum("its digest differs from its content, or one before it is missing");
			tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
		}
		memcpy(head, stored, BPM_DIGEST_LENGTH);
	}
}

/* verify_reports(ledger, project): what differs between the reports of a project and their digests. */
PG_FUNCTION_INFO_V1(bpm_verify_reports);
Datum
bpm_verify_reports(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "project");
	bpm_call_begin(&call, fcinfo, "verify_reports", NULL);
	bpm_call_read_project(&call, text_to_cstring(PG_GETARG_TEXT_PP(1)), &project);
	verify_chain(call.ledger, project.id, (ReturnSetInfo *) fcinfo->resultinfo);
	bpm_call_end(&call);
	return (Datum) 0;
}
