/*
 * verify.c
 *	  verify_ledger(): recomputes every line from its journal and compares.
 *
 * Reads with the calling query's snapshot and rights, line by line in id order,
 * beside running postings; memory does not grow with the ledger.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "base/progress.h"
#include "base/rows.h"
#include "ledger/verify.h"

#define FETCH	1000

static const BpmStatement years_of_ledger = {
	"SELECT y.fiscal_year FROM @ledger@.fiscal_year y ORDER BY 1", ""
};
static const BpmStatement count_lines = {
	"SELECT pg_catalog.count(*) FROM @ledger@.line l"
	" WHERE $1 IS NULL OR l.line_id OPERATOR(pg_catalog.=) $1", "l"
};
static const BpmStatement lines_of_year = {
	"SELECT l.line_id, l.fiscal_year, l.parent_id, l.division, l.unit, l.func, l.gov_econ,"
	" l.dept_econ, l.fund_type::pg_catalog.text, l.project_id, l.title::pg_catalog.text,"
	" l.executable, l.source_doc::pg_catalog.text, l.direct, l.elements,"
	" b.line_id, b.appropriated, b.available, b.allotted, b.transferred, b.frozen,"
	" b.pending_out, b.precommitted, b.committed, b.requested, b.paid, b.withdrawn, b.carried,"
	" b.entry_no, b.head, b.control::pg_catalog.text, l.control::pg_catalog.text"
	" FROM @ledger@.line l LEFT JOIN @ledger@.balance b ON b.line_id OPERATOR(pg_catalog.=) l.line_id"
	"  AND b.line_id OPERATOR(pg_catalog.>=) $2 AND b.line_id OPERATOR(pg_catalog.<) $3"
	" WHERE l.line_id OPERATOR(pg_catalog.>=) $2 AND l.line_id OPERATOR(pg_catalog.<) $3"
	" AND ($1 IS NULL OR l.line_id OPERATOR(pg_catalog.=) $1) ORDER BY l.line_id", "lll"
};
static const BpmStatement entries_of_year = {
	"SELECT j.line_id, j.entry_no, j.posting_id, j.kind::pg_catalog.text, j.amount,"
	" j.available_after, j.posted_at, j.accounting_date, j.document, j.actor, j.login, j.key,"
	" j.memo, j.peer_line, j.refers_line, j.refers_entry, j.digest, j.from_obligation,"
	" j.to_obligation"
	" FROM @ledger@.journal j"
	" WHERE j.line_id OPERATOR(pg_catalog.>=) $2 AND j.line_id OPERATOR(pg_catalog.<) $3"
	" AND ($1 IS NULL OR j.line_id OPERATOR(pg_catalog.=) $1)"
	" ORDER BY j.line_id, j.entry_no", "lll"
};

/* A cursor with one row at hand. */
typedef struct Reader
{
	Portal		portal;
	SPITupleTable *rows;
	uint64		count;
	uint64		next;
} Reader;

/* Opens a cursor that sees the calling query's snapshot. */
static void
open_reader(Reader *reader, BpmLedger *ledger, const BpmStatement *statement,
			Datum *values, const char *nulls)
{
	reader->portal = SPI_cursor_open(NULL, bpm_ledger_plan(ledger, statement, 0),
									 values, nulls, true);
	bpm_ledger_check_rows(ledger, statement, 0, reader->portal->tupDesc);
	reader->rows = NULL;
	reader->count = reader->next = 0;
}

/* Returns the row at hand, NULL behind the last. */
static HeapTuple
current_row(Reader *reader)
{
	if (reader->next >= reader->count)
	{
		if (reader->rows)
			SPI_freetuptable(reader->rows);
		SPI_cursor_fetch(reader->portal, true, FETCH);
		reader->rows = SPI_tuptable;
		reader->count = SPI_processed;
		reader->next = 0;
	}
	return reader->next < reader->count ? reader->rows->vals[reader->next] : NULL;
}

/* Returns a number of the row, 0 for null. */
static int64
number(Reader *reader, HeapTuple row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, reader->rows->tupdesc, column, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/* Returns a text of the row, NULL for null. */
static char *
string(Reader *reader, HeapTuple row, int column)
{
	return SPI_getvalue(row, reader->rows->tupdesc, column);
}

/* Returns a text that no row may lack. */
static char *
required(Reader *reader, HeapTuple row, int column)
{
	return bpm_row_string(row, reader->rows->tupdesc, column);
}

/* Reads a line as its digest sees it. */
static void
read_line(Reader *reader, HeapTuple row, BpmLineRequest *line)
{
	bool		isnull;
	Datum		elements = SPI_getbinval(row, reader->rows->tupdesc, 15, &isnull);

	memset(line, 0, sizeof(BpmLineRequest));
	line->id = number(reader, row, 1);
	line->fiscal_year = (int) (line->id / BPM_YEAR_FACTOR);
	line->parent = number(reader, row, 3);
	line->division = number(reader, row, 4);
	line->unit_code = number(reader, row, 5);
	line->func_code = number(reader, row, 6);
	line->gov_econ_code = number(reader, row, 7);
	line->dept_econ_code = number(reader, row, 8);
	line->fund_type = required(reader, row, 9);
	line->project_id = number(reader, row, 10);
	line->title = required(reader, row, 11);
	line->executable = required(reader, row, 12)[0] == 't';
	line->source_doc = string(reader, row, 13);
	line->direct = required(reader, row, 14)[0] == 't';
	line->control = required(reader, row, 32);
	line->elements = isnull ? NULL : DatumGetJsonbP(elements);
}

/* Reads an entry as its digest sees it. */
static void
read_entry(Reader *reader, HeapTuple row, BpmEntry *entry)
{
	bool		isnull;
	TupleDesc	desc = reader->rows->tupdesc;
	Datum		memo = SPI_getbinval(row, desc, 13, &isnull);

	entry->memo = isnull ? NULL : bpm_memo_text(DatumGetJsonbP(memo));
	entry->line = number(reader, row, 1);
	entry->entry_no = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
	entry->posting = number(reader, row, 3);
	entry->kind = required(reader, row, 4);
	entry->amount = number(reader, row, 5);
	entry->available_after = number(reader, row, 6);
	entry->posted_at = DatumGetTimestampTz(SPI_getbinval(row, desc, 7, &isnull));
	entry->accounting_date = DatumGetDateADT(SPI_getbinval(row, desc, 8, &isnull));
	entry->document = string(reader, row, 9);
	entry->actor = string(reader, row, 10);
	entry->login = string(reader, row, 11);
	entry->key = string(reader, row, 12);
	entry->peer_line = number(reader, row, 14);
	entry->refers_line = number(reader, row, 15);
	entry->refers_entry = (int32) number(reader, row, 16);
	entry->from_obligation = number(reader, row, 18);
	entry->to_obligation = number(reader, row, 19);
}

/* Returns a stored digest, NULL if it is not one. */
static const uint8 *
digest_of(Reader *reader, HeapTuple row, int column)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, reader->rows->tupdesc, column, &isnull);
	bytea	   *bytes = isnull ? NULL : DatumGetByteaPP(value);

	if (isnull || VARSIZE_ANY_EXHDR(bytes) != BPM_DIGEST_LENGTH)
		return NULL;
	return (const uint8 *) VARDATA_ANY(bytes);
}

/* Replays a line's entries, reporting those before it that have no line. */
static void
verify_entries(BpmVerifier *verifier, Reader *entries, int64 line, char control)
{
	HeapTuple	row;

	while ((row = current_row(entries)) != NULL && number(entries, row, 1) <= line)
	{
		BpmEntry	entry;

		read_entry(entries, row, &entry);
		if (entry.line < line)
			bpm_report(verifier, entry.line, entry.entry_no, "entry without a line", NULL, NULL);
		else
			bpm_replay_entry(verifier, &entry, digest_of(entries, row, 17), control);
		entries->next++;
	}
}

/* Reports where the stored balance differs from the replay. */
static void
compare_balance(BpmVerifier *verifier, Reader *lines, HeapTuple row)
{
	int64		line = number(lines, row, 1);
	const uint8 *head = digest_of(lines, row, 30);
	bool		isnull;
	int32		entries = DatumGetInt32(SPI_getbinval(row, lines->rows->tupdesc, 29, &isnull));

	for (int i = 0; i < BUCKET_COUNT; i++)
	{
		BpmFen		found = number(lines, row, 17 + i);

		if (found != verifier->bucket[i])
			bpm_report(verifier, line, 0, psprintf("bucket %s differs", bpm_bucket_names[i]),
					   bpm_fen_to_text(verifier->bucket[i]), bpm_fen_to_text(found));
	}
	if (entries != verifier->entry_no)
		bpm_report(verifier, line, 0, "number of entries differs",
				   psprintf("%d", verifier->entry_no), psprintf("%d", entries));
	if (head == NULL || memcmp(head, verifier->head, BPM_DIGEST_LENGTH) != 0)
		bpm_report(verifier, line, 0, "head of the chain differs", NULL, NULL);
}

/* Verifies one line and its entries. */
static void
verify_line(BpmVerifier *verifier, Reader *lines, HeapTuple row, Reader *entries)
{
	BpmLineRequest line;
	char	   *control = string(lines, row, 31);

	read_line(lines, row, &line);
	bpm_start_line(verifier, &line);
	verify_entries(verifier, entries, line.id, control ? control[0] : 'b');
	if (number(lines, row, 16) == 0)
		bpm_report(verifier, line.id, 0, "line without a balance", NULL, NULL);
	else
		compare_balance(verifier, lines, row);
}

/* Verifies the lines of a year, whatever their number, in constant memory. */
static void
verify_year(BpmVerifier *verifier, int year, Datum line, bool all)
{
	Datum		values[3];
	char		nulls[3] = {all ? 'n' : ' ', ' ', ' '};
	Reader		lines;
	Reader		entries;
	HeapTuple	row;
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "verify line",
												  ALLOCSET_DEFAULT_SIZES);

	values[0] = line;
	values[1] = Int64GetDatum(year * BPM_YEAR_FACTOR);
	values[2] = Int64GetDatum((year + 1) * BPM_YEAR_FACTOR);
	open_reader(&lines, verifier->ledger, &lines_of_year, values, nulls);
	open_reader(&entries, verifier->ledger, &entries_of_year, values, nulls);
	while ((row = current_row(&lines)) != NULL)
	{
		MemoryContext old = MemoryContextSwitchTo(scratch);

		CHECK_FOR_INTERRUPTS();
		verify_line(verifier, &lines, row, &entries);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scratch);
		lines.next++;
		bpm_progress_update(++verifier->lines_done);
	}
	verify_entries(verifier, &entries, PG_INT64_MAX, 'b');
	SPI_cursor_close(lines.portal);
	SPI_cursor_close(entries.portal);
	MemoryContextDelete(scratch);
}

/* Returns how many lines there are to verify, for the progress. */
static int64
lines_to_verify(BpmLedger *ledger, Datum line, bool all)
{
	bool		isnull;
	char		nulls[1] = {all ? 'n' : ' '};

	SPI_execute_plan(bpm_ledger_plan(ledger, &count_lines, 0), &line, nulls, true, 0);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Verifies year by year, or the one year of the line. */
static void
verify_years(BpmVerifier *verifier, Datum line, bool all)
{
	SPITupleTable *years;
	uint64		count;

	SPI_execute_plan(bpm_ledger_plan(verifier->ledger, &years_of_ledger, 0), NULL, NULL, true, 0);
	years = SPI_tuptable;
	count = SPI_processed;
	for (uint64 i = 0; i < count; i++)
	{
		bool		isnull;
		int			year = DatumGetInt32(SPI_getbinval(years->vals[i], years->tupdesc, 1, &isnull));

		if (all || BPM_LINE_YEAR(DatumGetInt64(line)) == year)
			verify_year(verifier, year, line, all);
	}
}

/* Returns a row for each difference between a ledger and its journal. */
PG_FUNCTION_INFO_V1(bpm_verify_ledger);
Datum
bpm_verify_ledger(PG_FUNCTION_ARGS)
{
	BpmVerifier verifier = {0};
	bool		all = PG_ARGISNULL(1);
	Datum		line = all ? (Datum) 0 : PG_GETARG_DATUM(1);

	InitMaterializedSRF(fcinfo, 0);
	verifier.result = (ReturnSetInfo *) fcinfo->resultinfo;
	SPI_connect();
	verifier.ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_progress_start("verify_ledger", lines_to_verify(verifier.ledger, line, all));
	verify_years(&verifier, line, all);
	bpm_verify_sums(&verifier, line, all);
	bpm_progress_end();

	/* No difference on a mistyped line would read as a line that is right. */
	if (!all && verifier.lines_done == 0 &&
		tuplestore_tuple_count(verifier.result->setResult) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("budget line " INT64_FORMAT " does not exist in ledger %s, or is not yours to read",
						DatumGetInt64(line), verifier.ledger->schema),
				 errhint("A line's id begins with its fiscal year; open_line() returns it.")));
	SPI_finish();
	return (Datum) 0;
}
