/*
 * balance.c
 *	  Reads, locks and writes balance rows, always in the partition of the year.
 *
 * Naming the partition saves what routing and pruning cost at each posting;
 * docs/decisions.md has the figure.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "ledger/balance.h"
#include "ledger/columns.h"
#include "ledger/posting.h"

static const BpmStatement lock_balance = {
	"SELECT " BALANCE_LIST " FROM ONLY @ledger@.balance_@year@"
	" WHERE line_id OPERATOR(pg_catalog.=) $1 FOR NO KEY UPDATE", "l"
};

static const BpmStatement look_at_balance = {
	"SELECT " BALANCE_LIST " FROM ONLY @ledger@.balance_@year@"
	" WHERE line_id OPERATOR(pg_catalog.=) $1", "l"
};

static const BpmStatement update_balance = {
	"UPDATE ONLY @ledger@.balance_@year@ SET appropriated = $2, available = $3,"
	" allotted = $4, transferred = $5, frozen = $6, pending_out = $7,"
	" precommitted = $8, committed = $9, requested = $10, paid = $11,"
	" withdrawn = $12, carried = $13, entry_no = $14, posted_at = $15, head = $16,"
	" line_state = $17::pg_catalog.\"char\""
	" WHERE line_id OPERATOR(pg_catalog.=) $1", "laaaaaaaaaaaaizyt"
};

/* The guard puts the decided content in place of this. */
static const BpmStatement touch_balance = {
	"UPDATE ONLY @ledger@.balance_@year@ SET entry_no = entry_no"
	" WHERE line_id OPERATOR(pg_catalog.=) $1", "l"
};

static const BpmStatement insert_balance = {
	"INSERT INTO @ledger@.balance_@year@ (" BALANCE_LIST ")"
	" SELECT $1, $2, $3, z, z, z, z, z, z, z, z, z, z, z, z, 0, $4, $5,"
	" $9::pg_catalog.int2, $6::pg_catalog.\"char\", $7::pg_catalog.\"char\","
	" $10::pg_catalog.\"char\", $8, $11"
	" FROM (SELECT '0'::budgetpm.amount AS z) AS zero", "lcczyttbitk"
};

/* Reads the caps that the line belongs to. */
static void
read_caps(BpmLine *line, Datum value)
{
	ArrayType  *array = DatumGetArrayTypePCopy(value);

	if (ARR_NDIM(array) > 1 || ARR_HASNULL(array) || ARR_ELEMTYPE(array) != INT4OID)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
				 errmsg("the caps of line " INT64_FORMAT " are not a list of numbers", line->id),
				 errhint("Run budgetpm.check_ledger().")));
	line->ncaps = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	line->caps = (int32 *) ARR_DATA_PTR(array);
}

/* Reads a balance row; what stands behind the ledger's own columns is not ours. */
void
bpm_fill_line(BpmLine *line, HeapTuple row, TupleDesc desc)
{
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	heap_deform_tuple(row, desc, values, nulls);
	for (int i = 0; i < BALANCE_CAPS; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_BPM_EVIDENCE_BROKEN),
					 errmsg("a balance row holds a null"),
					 errhint("Run budgetpm.check_ledger().")));
	memset(line, 0, sizeof(BpmLine));
	line->id = DatumGetInt64(values[BALANCE_LINE]);
	line->division = DatumGetInt64(values[BALANCE_DIVISION]);
	line->unit = DatumGetInt64(values[BALANCE_UNIT]);
	for (int i = 0; i < BUCKET_COUNT; i++)
		line->bucket[i] = DatumGetInt64(values[BALANCE_BUCKETS + i]);
	line->entry_no = DatumGetInt32(values[BALANCE_ENTRY_NO]);
	line->posted_at = DatumGetTimestampTz(values[BALANCE_POSTED_AT]);
	memcpy(line->head, VARDATA_ANY(DatumGetByteaPP(values[BALANCE_HEAD])), BPM_DIGEST_LENGTH);
	line->closed_month = DatumGetInt16(values[BALANCE_CLOSED_MONTH]);
	line->control = DatumGetChar(values[BALANCE_CONTROL]);
	line->year_state = DatumGetChar(values[BALANCE_YEAR_STATE]);
	line->line_state = DatumGetChar(values[BALANCE_LINE_STATE]);
	line->executable = DatumGetBool(values[BALANCE_EXECUTABLE]);
	memcpy(line->before, line->bucket, sizeof(line->before));
	if (!nulls[BALANCE_CAPS])
		read_caps(line, values[BALANCE_CAPS]);
}

/* Gives a line's row as it is now, locked until the transaction ends if asked; false if there is none. */
bool
bpm_read_balance(BpmLedger *ledger, int64 line, bool lock, BpmLine *result)
{
	Datum		values[1] = {Int64GetDatum(line)};
	int			year = BPM_LINE_YEAR(line);

	if (year < 1949 || year > 9999 ||
		bpm_ledger_execute(ledger, lock ? &lock_balance : &look_at_balance, year,
						   values, NULL) != 1)
		return false;
	bpm_fill_line(result, SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* Gives the row with the line's new buckets, head and state; nothing else of it changes. */
HeapTuple
bpm_modify_row(const BpmLine *line, HeapTuple row, TupleDesc desc)
{
	int			columns[BUCKET_COUNT + 4];
	Datum		values[BUCKET_COUNT + 4];
	bool		nulls[BUCKET_COUNT + 4] = {false};

	for (int i = 0; i < BUCKET_COUNT; i++)
	{
		columns[i] = BALANCE_BUCKETS + i + 1;
		values[i] = Int64GetDatum(line->bucket[i]);
	}
	columns[BUCKET_COUNT] = BALANCE_ENTRY_NO + 1;
	values[BUCKET_COUNT] = Int32GetDatum(line->entry_no);
	columns[BUCKET_COUNT + 1] = BALANCE_POSTED_AT + 1;
	values[BUCKET_COUNT + 1] = TimestampTzGetDatum(line->posted_at);
	columns[BUCKET_COUNT + 2] = BALANCE_HEAD + 1;
	values[BUCKET_COUNT + 2] = bpm_digest_datum(line->head);
	columns[BUCKET_COUNT + 3] = BALANCE_LINE_STATE + 1;
	values[BUCKET_COUNT + 3] = CharGetDatum(line->line_state);
	return heap_modify_tuple_by_cols(row, desc, BUCKET_COUNT + 4, columns, values, nulls);
}

/* What bpm_decide_balance() hands through the guard. */
typedef struct Decision
{
	int64		line;
	bool		(*decide) (void *context, BpmLine *line);
	void	   *context;
} Decision;

/* Hands the locked row to the posting and stores what it became, if anything. */
static bool
accept_decision(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	Decision   *decision = permit->context;
	BpmLine		line;

	if (old == NULL || *row == NULL)
		return false;
	bpm_fill_line(&line, old, desc);
	*row = line.id == decision->line && decision->decide(decision->context, &line) ?
		bpm_modify_row(&line, old, desc) : NULL;
	return true;
}

/*
 * Locks a line's row, lets decide() work on it, and stores what it made; false
 * if there is no such row. One statement in place of two.
 */
bool
bpm_decide_balance(BpmLedger *ledger, int64 line,
				   bool (*decide) (void *context, BpmLine *line), void *context)
{
	int			year = BPM_LINE_YEAR(line);
	Datum		values[1] = {Int64GetDatum(line)};
	Decision	decision = {line, decide, context};
	BpmPermit	permit = {0};
	bool		found;

	if (year < 1949 || year > 9999)
		return false;
	permit.relation = bpm_guarded_relation(ledger, "balance", year);
	permit.columns = BALANCE_TYPES;
	permit.accept = accept_decision;
	permit.context = &decision;
	bpm_guard_permit(ledger, &permit);
	bpm_ledger_execute(ledger, &touch_balance, year, values, NULL);
	found = bpm_guard_used();
	bpm_guard_done(false);
	return found;
}

/* Tells whether a balance row is exactly what the line says. */
static bool
row_matches(const BpmLine *line, const Datum *values, const bool *nulls)
{
	BpmLine		row = {0};

	for (int i = 0; i < BALANCE_CAPS; i++)
		if (nulls[i])
			return false;
	for (int i = 0; i < BUCKET_COUNT; i++)
		if (DatumGetInt64(values[BALANCE_BUCKETS + i]) != line->bucket[i])
			return false;
	if (!nulls[BALANCE_CAPS])
		read_caps(&row, values[BALANCE_CAPS]);
	return row.ncaps == line->ncaps &&
		(row.ncaps == 0 || memcmp(row.caps, line->caps, row.ncaps * sizeof(int32)) == 0) &&
		DatumGetInt64(values[BALANCE_LINE]) == line->id &&
		DatumGetInt64(values[BALANCE_DIVISION]) == line->division &&
		DatumGetInt64(values[BALANCE_UNIT]) == line->unit &&
		DatumGetInt32(values[BALANCE_ENTRY_NO]) == line->entry_no &&
		DatumGetTimestampTz(values[BALANCE_POSTED_AT]) == line->posted_at &&
		bpm_digest_matches(values[BALANCE_HEAD], line->head) &&
		DatumGetInt16(values[BALANCE_CLOSED_MONTH]) == line->closed_month &&
		DatumGetChar(values[BALANCE_CONTROL]) == line->control &&
		DatumGetChar(values[BALANCE_YEAR_STATE]) == line->year_state &&
		DatumGetChar(values[BALANCE_LINE_STATE]) == line->line_state &&
		DatumGetBool(values[BALANCE_EXECUTABLE]) == line->executable;
}

/* Accepts a new or changed row that is what the posting computed, column by column. */
static bool
accept_line(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	Datum		values[MaxHeapAttributeNumber];
	bool		nulls[MaxHeapAttributeNumber];

	if (*row == NULL)
		return false;
	heap_deform_tuple(*row, desc, values, nulls);
	return row_matches(permit->context, values, nulls);
}

/* Opens a balance row to exactly this content. */
static void
permit_line(BpmLedger *ledger, const BpmLine *line)
{
	BpmPermit	permit = {0};

	permit.relation = bpm_guarded_relation(ledger, "balance", BPM_LINE_YEAR(line->id));
	permit.columns = BALANCE_TYPES;
	permit.accept = accept_line;
	permit.context = (void *) line;
	bpm_guard_permit(ledger, &permit);
}

/* Tells whether a column number is in a list that ends with -1. */
static bool
is_listed(const int *columns, int column)
{
	for (; *columns >= 0; columns++)
		if (*columns == column)
			return true;
	return false;
}

/* Accepts changes of the listed columns alone. */
static bool
accept_columns(const BpmPermit *permit, TupleDesc desc, HeapTuple old, HeapTuple *row)
{
	if (old == NULL || *row == NULL)
		return false;
	for (int i = 1; i <= desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i - 1);
		bool		old_null,
					new_null;
		Datum		old_value,
					new_value;

		if (attribute->attisdropped || is_listed(permit->context, i - 1))
			continue;
		old_value = heap_getattr(old, i, desc, &old_null);
		new_value = heap_getattr(*row, i, desc, &new_null);
		if (old_null != new_null ||
			(!old_null && !datumIsEqual(old_value, new_value,
										attribute->attbyval, attribute->attlen)))
			return false;
	}
	return true;
}

/*
 * Makes a permit for one statement that changes many balance rows of a year, in these
 * columns (numbers of columns.h, -1 ends) and in nothing that money depends on.
 */
void
bpm_permit_columns(BpmLedger *ledger, int year, const int *columns, BpmPermit *permit)
{
	memset(permit, 0, sizeof(BpmPermit));
	permit->relation = bpm_guarded_relation(ledger, "balance", year);
	permit->columns = BALANCE_TYPES;
	permit->accept = accept_columns;
	permit->context = (void *) columns;
	permit->many = true;
}

/* Stores a locked line's new buckets, head and state; nothing else of the row changes. */
void
bpm_write_balance(BpmLedger *ledger, const BpmLine *line)
{
	int			year = BPM_LINE_YEAR(line->id);
	Datum		values[17];

	values[0] = Int64GetDatum(line->id);
	for (int i = 0; i < BUCKET_COUNT; i++)
		values[1 + i] = Int64GetDatum(line->bucket[i]);
	values[13] = Int32GetDatum(line->entry_no);
	values[14] = TimestampTzGetDatum(line->posted_at);
	values[15] = bpm_digest_datum(line->head);
	values[16] = PointerGetDatum(cstring_to_text_with_len(&line->line_state, 1));
	permit_line(ledger, line);
	if (bpm_ledger_execute(ledger, &update_balance, year, values, NULL) != 1)
		elog(ERROR, "balance row of line " INT64_FORMAT " vanished under its lock", line->id);
	bpm_guard_done(true);
}

/* Gives the line's caps as int4[]. */
static Datum
caps_datum(const BpmLine *line)
{
	Datum	   *elements = palloc(line->ncaps * sizeof(Datum));

	for (int i = 0; i < line->ncaps; i++)
		elements[i] = Int32GetDatum(line->caps[i]);
	return PointerGetDatum(construct_array(elements, line->ncaps, INT4OID, sizeof(int32),
										   true, TYPALIGN_INT));
}

/* Stores the empty balance row of a new line. */
void
bpm_insert_balance(BpmLedger *ledger, const BpmLine *line)
{
	int			year = BPM_LINE_YEAR(line->id);
	Datum		values[11];
	char		nulls[11];

	values[0] = Int64GetDatum(line->id);
	values[1] = Int64GetDatum(line->division);
	values[2] = Int64GetDatum(line->unit);
	values[3] = TimestampTzGetDatum(line->posted_at);
	values[4] = bpm_digest_datum(line->head);
	values[5] = PointerGetDatum(cstring_to_text_with_len(&line->control, 1));
	values[6] = PointerGetDatum(cstring_to_text_with_len(&line->year_state, 1));
	values[7] = BoolGetDatum(line->executable);
	values[8] = Int32GetDatum(line->closed_month);
	values[9] = PointerGetDatum(cstring_to_text_with_len(&line->line_state, 1));
	memset(nulls, ' ', sizeof(nulls));
	nulls[10] = line->ncaps == 0 ? 'n' : ' ';
	values[10] = line->ncaps == 0 ? (Datum) 0 : caps_datum(line);
	permit_line(ledger, line);
	bpm_ledger_execute(ledger, &insert_balance, year, values, nulls);
	bpm_guard_done(true);
}
