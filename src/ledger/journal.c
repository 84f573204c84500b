/*
 * journal.c
 *	  Writes entries, and answers a key that was used before.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "ledger/buffer.h"
#include "ledger/columns.h"
#include "ledger/entry.h"
#include "ledger/segment.h"

#define INSERT_ENTRY \
	"INSERT INTO @ledger@.journal_@year@ (line_id, entry_no, posting_id, kind, amount," \
	" available_after, division, unit, posted_at, accounting_date, document, actor," \
	" login, key, memo, peer_line, refers_line, refers_entry, from_obligation," \
	" to_obligation, segment, digest)" \
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16," \
	" $17, $18, $19, $20, $21, $22)"
#define ENTRY_ARGUMENTS	"liltaacczdttttjllilliy"

static const BpmStatement insert_entry = {INSERT_ENTRY, ENTRY_ARGUMENTS};

/* The unique index decides between two sessions that bring one key at once. */
static const BpmStatement insert_keyed_entry = {
	INSERT_ENTRY " ON CONFLICT (line_id, key) WHERE key IS NOT NULL DO NOTHING",
	ENTRY_ARGUMENTS
};

/* Gives the content of an entry as its digest will see it. */
static void
fill_entry(BpmEntry *entry, const BpmPosting *posting, const BpmLeg *leg, bool with_key)
{
	const BpmLine *line = &posting->lines[leg->line];
	const BpmRequest *request = &posting->request;

	entry->line = line->id;
	entry->entry_no = line->entry_no;
	entry->posting = posting->id;
	entry->kind = leg->kind->name;
	entry->amount = leg->amount;
	entry->available_after = leg->available_after;
	entry->posted_at = line->posted_at;
	entry->accounting_date = line->accounting_date;
	entry->document = request->document;
	entry->actor = request->actor;
	entry->login = GetUserNameFromId(posting->scope.saved_user, false);
	entry->key = with_key ? request->key : NULL;
	entry->memo = bpm_memo_text(request->memo);
	entry->peer_line = leg->peer_line;
	entry->refers_line = leg->refers_line;
	entry->refers_entry = leg->refers_entry;
	entry->from_obligation = leg->from_obligation;
	entry->to_obligation = leg->to_obligation;
}

/* Sets a column in which 0 stands for null. */
static void
set_optional(Datum *values, bool *nulls, int column, Datum value)
{
	nulls[column] = value == 0;
	values[column] = value;
}

/* Gives the row of an entry in column order. */
static void
entry_values(const BpmPosting *posting, const BpmEntry *entry, const BpmLine *line,
			 Datum *values, bool *nulls)
{
	memset(nulls, false, JOURNAL_COLUMNS);
	values[JOURNAL_LINE] = Int64GetDatum(entry->line);
	values[JOURNAL_ENTRY_NO] = Int32GetDatum(entry->entry_no);
	values[JOURNAL_POSTING] = Int64GetDatum(entry->posting);
	bpm_put_text(values, nulls, JOURNAL_KIND, entry->kind);
	values[JOURNAL_AMOUNT] = Int64GetDatum(entry->amount);
	values[JOURNAL_AVAILABLE_AFTER] = Int64GetDatum(entry->available_after);
	values[JOURNAL_DIVISION] = Int64GetDatum(line->division);
	values[JOURNAL_UNIT] = Int64GetDatum(line->unit);
	values[JOURNAL_POSTED_AT] = TimestampTzGetDatum(entry->posted_at);
	values[JOURNAL_ACCOUNTING_DATE] = DateADTGetDatum(entry->accounting_date);
	bpm_put_text(values, nulls, JOURNAL_DOCUMENT, entry->document);
	bpm_put_text(values, nulls, JOURNAL_ACTOR, entry->actor);
	bpm_put_text(values, nulls, JOURNAL_LOGIN, entry->login);
	bpm_put_text(values, nulls, JOURNAL_KEY, entry->key);
	set_optional(values, nulls, JOURNAL_MEMO, PointerGetDatum(posting->request.memo));
	set_optional(values, nulls, JOURNAL_PEER_LINE, Int64GetDatum(entry->peer_line));
	set_optional(values, nulls, JOURNAL_REFERS_LINE, Int64GetDatum(entry->refers_line));
	set_optional(values, nulls, JOURNAL_REFERS_ENTRY, Int32GetDatum(entry->refers_entry));
	set_optional(values, nulls, JOURNAL_FROM_OBLIGATION, Int64GetDatum(entry->from_obligation));
	set_optional(values, nulls, JOURNAL_TO_OBLIGATION, Int64GetDatum(entry->to_obligation));
	values[JOURNAL_DIGEST] = bpm_digest_datum(line->head);
}

/* The row that the guard will be shown, in column order. */
typedef struct Row
{
	const Datum *values;
	const bool *nulls;
} Row;

/* Accepts a new row that is what the posting computed, column by column. */
static bool
accept_entry(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *new)
{
	const Row  *expected = permit->context;

	if (old != NULL)
		return false;
	for (int i = 0; i < JOURNAL_COLUMNS; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);
		bool		isnull;
		Datum		value = heap_getattr(*new, i + 1, desc, &isnull);

		if (isnull != expected->nulls[i])
			return false;
		if (isnull)
			continue;
		if (attribute->attlen == -1)
		{
			if (!datum_image_eq(value, expected->values[i], false, -1))
				return false;
		}
		else if (!datumIsEqual(value, expected->values[i],
							   attribute->attbyval, attribute->attlen))
			return false;
	}
	return true;
}

/* Appends one entry to its line's chain, in memory, and gives its row but for the segment. */
void
bpm_link_entry(BpmPosting *posting, int leg_number, bool with_key, Datum *values, bool *nulls)
{
	const BpmLeg *leg = &posting->legs[leg_number];
	BpmLine    *line = &posting->lines[leg->line];
	BpmEntry	entry;

	line->entry_no++;
	line->posted_at = Max(GetCurrentTimestamp(), line->posted_at + 1);
	fill_entry(&entry, posting, leg, with_key);
	bpm_entry_digest(posting->ledger->digest, line->head, &entry, line->head);
	entry_values(posting, &entry, line, values, nulls);
}

/*
 * Appends one entry to its line's chain; false, with nothing written, when the
 * key was used on this line before.
 */
bool
bpm_write_entry(BpmPosting *posting, int leg_number, bool with_key)
{
	int			year = BPM_LINE_YEAR(posting->lines[posting->legs[leg_number].line].id);
	bool		keyed = with_key && posting->request.key != NULL;
	Row			row;
	BpmPermit	permit = {0};
	Datum		values[JOURNAL_COLUMNS];
	bool		nulls[JOURNAL_COLUMNS];
	char		spi_nulls[JOURNAL_COLUMNS];
	int			inserted;

	bpm_link_entry(posting, leg_number, keyed, values, nulls);
	permit.relation = bpm_guarded_relation(posting->ledger, "journal", year);
	values[JOURNAL_SEGMENT] = Int32GetDatum(bpm_segment_to_write(posting->ledger,
																 permit.relation));
	for (int i = 0; i < JOURNAL_COLUMNS; i++)
		spi_nulls[i] = nulls[i] ? 'n' : ' ';
	permit.columns = JOURNAL_TYPES;
	permit.accept = accept_entry;
	row.values = values;
	row.nulls = nulls;
	permit.context = &row;
	bpm_guard_permit(posting->ledger, &permit);
	inserted = bpm_ledger_execute(posting->ledger,
								  keyed ? &insert_keyed_entry : &insert_entry,
								  year, values, spi_nulls);
	bpm_guard_done(true);
	return inserted == 1;
}

/*
 * What the first use of a key posted, in the terms that its repetition is held
 * against.  $3 is the request's line, which is a posting or a transfer for what
 * undoes one, $4 its other line or transfer, $5 its division.  No simple CASE
 * here: it takes its operator from the caller's search_path.
 * The join is by posting alone: planned while the year is empty, one by line
 * would read the line's whole journal.
 */
#define IS	" OPERATOR(pg_catalog.=) "
static const BpmStatement keyed_posting = {
	"SELECT f.posting_id, k.operation,"
	" CASE WHEN k.operation" IS "'reverse' THEN f.amount"
	"  WHEN k.operation" IS "'approve_line' THEN ("
	"   SELECT budgetpm.sum(CASE WHEN g.source" IS "'appropriated' THEN e.amount"
	"     ELSE OPERATOR(budgetpm.-) e.amount END)"
	"    FROM @ledger@.journal_@year@ e JOIN @ledger@.entry_kind g ON g.kind" IS "e.kind"
	"    WHERE e.line_id" IS "f.line_id AND 'appropriated'" IS "ANY (ARRAY[g.source, g.target]::pg_catalog.text[])"
	"    AND e.entry_no OPERATOR(pg_catalog.<=) pg_catalog.max(j.entry_no))"
	"  ELSE budgetpm.sum(j.amount) FILTER (WHERE j.line_id" IS "f.line_id) END,"
	" COALESCE(budgetpm.sum(j.amount) FILTER (WHERE j.line_id" IS "f.line_id"
	"  AND k.operation OPERATOR(pg_catalog.<>) 'reverse'"
	"  AND pg_catalog.right(j.kind, 8)" IS "'_pending'), '0'),"
	" COALESCE(budgetpm.sum(j.amount) FILTER (WHERE j.line_id" IS "f.line_id"
	"  AND k.operation OPERATOR(pg_catalog.<>) 'reverse'"
	"  AND pg_catalog.right(j.kind, 7)" IS "'_frozen'), '0'),"
	" f.document, f.memo, f.accounting_date,"
	" CASE WHEN k.operation" IS "'return_transfer' THEN EXISTS (SELECT 1 FROM @ledger@.transfer t"
	"   WHERE t.transfer_id" IS "$3 AND t.return_posting" IS "f.posting_id)"
	"  WHEN k.operation" IS "'release' THEN f.from_obligation" IS "$3"
	"  WHEN f.refers_line IS NULL THEN f.line_id" IS "$3 OR k.operation" IS "'receive_transfer'"
	"  ELSE EXISTS (SELECT 1 FROM @ledger@.journal e WHERE e.line_id" IS "f.refers_line"
	"   AND e.entry_no" IS "f.refers_entry AND e.posting_id" IS "$3) END,"
	" CASE WHEN k.operation" IS "'receive_transfer' THEN EXISTS (SELECT 1 FROM @ledger@.transfer t"
	"   WHERE t.transfer_id" IS "$4 AND t.receive_posting" IS "f.posting_id)"
	"  WHEN k.operation" IS "'correct_payment'"
	"  THEN pg_catalog.bool_or(j.line_id" IS "$4 AND j.kind" IS "'correct_in')"
	"  WHEN k.operation" IS "'refund_prior_year' THEN f.line_id" IS "$4"
	"  WHEN k.operation" IS "'send_transfer' THEN EXISTS (SELECT 1 FROM @ledger@.transfer t"
	"   JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) t.to_division"
	"   WHERE t.transfer_id" IS "f.posting_id AND d.official_code" IS "$5)"
	"  ELSE f.peer_line" IS "$4 OR $4" IS "0 END,"
	" k.operation" IS "ANY ('{release,refund,reverse}'::pg_catalog.text[])"
	"  OR COALESCE(pg_catalog.min(j.from_obligation), 0::pg_catalog.int8)" IS "$6,"
	" f.kind::pg_catalog.text"
	" FROM @ledger@.journal_@year@ f"
	" JOIN @ledger@.journal_@year@ j ON j.posting_id" IS "f.posting_id"
	" JOIN @ledger@.entry_kind k ON k.kind" IS "f.kind"
	" WHERE f.line_id" IS "$1 AND f.key" IS "$2"
	" GROUP BY f.line_id, f.entry_no, k.operation", "ltlltl"
};

/* Tells whether two texts are equal, or both absent. */
static bool
same_text(const char *a, const char *b)
{
	return (a == NULL) == (b == NULL) && (a == NULL || strcmp(a, b) == 0);
}

/* Tells whether an entry of this kind went where the request says; without a target, anywhere. */
static bool
same_target(const BpmRequest *request, const char *kind)
{
	bool		back = strlen(kind) > 5 && strcmp(kind + strlen(kind) - 5, "_back") == 0;
	const char *target = request->detail;

	if (target && strcmp(request->operation->name, "release") == 0)
		return back == (strcmp(target, "predecessor") == 0);
	if (strcmp(request->operation->name, "refund") == 0)
		return strcmp(kind, target == NULL || strcmp(target, "available") == 0 ? "refund" :
					  strcmp(target, "request") == 0 ? "refund_request" : "refund_commit") == 0;
	return true;
}

/* Names what a repeated key's request says differently, NULL if nothing. */
static const char *
replay_difference(const BpmPosting *posting, HeapTuple row, TupleDesc desc)
{
	const BpmRequest *request = &posting->request;
	bool		isnull;

	if (strcmp(bpm_row_string(row, desc, 2), request->operation->name) != 0)
		return "operation";
	if (request->amount != 0 &&
		DatumGetInt64(SPI_getbinval(row, desc, 3, &isnull)) != request->amount)
		return "amount";
	if (DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull)) != request->from_pending ||
		DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull)) != request->from_frozen)
		return "amount out of pending or frozen money";
	if (!same_text(SPI_getvalue(row, desc, 6), request->document))
		return "document";
	if (!same_text(SPI_getvalue(row, desc, 7), bpm_memo_text(request->memo)))
		return "memo";
	if (request->date_given &&
		DatumGetDateADT(SPI_getbinval(row, desc, 8, &isnull)) != request->accounting_date)
		return "accounting date";
	if (!DatumGetBool(SPI_getbinval(row, desc, 9, &isnull)))
		return "posting to undo";
	if (!DatumGetBool(SPI_getbinval(row, desc, 10, &isnull)))
		return "place at the other end";
	if (!DatumGetBool(SPI_getbinval(row, desc, 11, &isnull)))
		return "obligation";
	if (!same_target(request, bpm_row_string(row, desc, 12)))
		return "target";
	return NULL;
}

/* Has the next replays of a year planned for what the journal is now. */
void
bpm_prepare_replays(BpmLedger *ledger, int year)
{
	bpm_ledger_plan_anew(ledger, &keyed_posting, year);
}

/*
 * Returns the posting that this request's key already made, 0 if there is none;
 * the same key with another content is the refusal of the posting.
 */
int64
bpm_replay(BpmPosting *posting)
{
	int64		line = posting->wanted[0];
	Datum		values[6];
	const char *detail = posting->request.detail;
	const char *difference;
	int64		id;
	bool		isnull;

	if (posting->request.key == NULL || posting->nwanted == 0)
		return 0;
	values[0] = Int64GetDatum(line);
	values[1] = CStringGetTextDatum(posting->request.key);
	values[2] = Int64GetDatum(posting->request.line);
	values[3] = Int64GetDatum(posting->request.other);
	values[4] = CStringGetTextDatum(detail ? detail : "");
	values[5] = Int64GetDatum(posting->request.obligation);
	if (bpm_reach_rows(posting->ledger, &keyed_posting, BPM_LINE_YEAR(line), values) == 0)
		return 0;
	difference = replay_difference(posting, SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
	if (difference)
	{
		/* Whatever the rules said before: the key makes it another mistake. */
		memset(&posting->refusal, 0, sizeof(BpmRefusal));
		bpm_refuse(posting, ERRCODE_BPM_KEY_CONFLICT,
				   psprintf("key \"%s\" was used on line " INT64_FORMAT " with another %s",
							posting->request.key, line, difference),
				   psprintf("Posting %s holds the key.",
							SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1)),
				   pstrdup("Give each posting a key of its own; repeat a posting with exactly what it said."));
		return 0;
	}
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	SPI_freetuptable(SPI_tuptable);
	return id;
}
