/*
 * post_staged.c
 *	  post_staged(): posts the entries that a login has put into staged_entry,
 *	  usually by COPY, and writes back what became of each.
 *
 * All values are texts there, so that a bad number is its row's refusal and not
 * the end of the COPY.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/jsonb.h"
#include "utils/rel.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "base/rows.h"
#include "batch/batch.h"

/* Tells the lock of a staged batch from other advisory locks on a ledger: caps use 16 and above. */
#define STAGED_LOCK		15

typedef struct StagedSource
{
	BpmBatchSource source;
	BpmLedger  *ledger;
	char	   *batch;
	const char *login;
	int64		last;			/* number of the last row that was read */
	int64		posted_before;
} StagedSource;

enum
{
	COLUMN_NUMBER = 1, COLUMN_OPERATION, COLUMN_LINE, COLUMN_OTHER, COLUMN_OBLIGATION,
	COLUMN_AMOUNT, COLUMN_FROM_PENDING, COLUMN_FROM_FROZEN, COLUMN_DOCUMENT, COLUMN_TARGET,
	COLUMN_KEY, COLUMN_ACCOUNTING_DATE, COLUMN_MEMO, COLUMN_ACTOR
};

#define OF_BATCH \
	" FROM @ledger@.staged_entry WHERE staged_by OPERATOR(pg_catalog.=) $1" \
	" AND batch OPERATOR(pg_catalog.=) $2"

static const BpmStatement count_rows = {
	"SELECT pg_catalog.count(*) FILTER (WHERE posting_id IS NULL),"
	" pg_catalog.count(posting_id)" OF_BATCH, "tt"
};
static const BpmStatement read_rows = {
	"SELECT number, operation, line, other, obligation, amount, from_pending, from_frozen,"
	" document, target, key, accounting_date, memo, actor" OF_BATCH
	" AND posting_id IS NULL AND number OPERATOR(pg_catalog.>) $3"
	" ORDER BY number LIMIT $4", "ttll"
};
/*
 * The trigger of the table puts the answers in: a join with them would be planned by
 * a guess at the batch's size, and a wrong one reads the batch once for each of its rows.
 */
static const BpmStatement write_answers = {
	"UPDATE @ledger@.staged_entry SET posting_id = posting_id"
	" WHERE staged_by OPERATOR(pg_catalog.=) $1 AND batch OPERATOR(pg_catalog.=) $2"
	" AND number OPERATOR(pg_catalog.>=) $3 AND number OPERATOR(pg_catalog.<=) $4"
	" AND posting_id IS NULL", "ttll"
};

/* What post_staged() is writing into the rows now, by ascending number. */
typedef struct Answers
{
	Oid			owner;
	const BpmBatchEntry *entries;
	int			count;
} Answers;

static const Answers *answers = NULL;

/* Gives the two values that name a batch. */
static void
name_batch(const StagedSource *staged, Datum *values)
{
	values[0] = CStringGetTextDatum(staged->login);
	values[1] = CStringGetTextDatum(staged->batch);
}

/* Has a second call on the same batch wait for the first one's end. */
static void
lock_batch(const StagedSource *staged)
{
	LOCKTAG		tag;
	char	   *name = psprintf("%s %s", staged->login, staged->batch);

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, staged->ledger->relid,
						 hash_bytes((unsigned char *) name, strlen(name)), STAGED_LOCK);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

/* Counts the rows that are to be posted, and those that were posted before. */
static void
count_staged(StagedSource *staged)
{
	Datum		values[2];
	bool		isnull;

	name_batch(staged, values);
	bpm_ledger_execute(staged->ledger, &count_rows, 0, values, NULL);
	staged->source.count = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
													   SPI_tuptable->tupdesc, 1, &isnull));
	staged->posted_before = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0],
														SPI_tuptable->tupdesc, 2, &isnull));
	if (staged->source.count == 0 && staged->posted_before == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("batch \"%s\" is empty", staged->batch),
				 errdetail("Role \"%s\" has no row of that batch in %s.staged_entry.",
						   staged->login, staged->ledger->schema),
				 errhint("A batch belongs to the role that staged it.")));
}

/* Reads an id that may be missing; the text is as it was staged. */
static bool
read_id(HeapTuple row, TupleDesc desc, int column, bool *given, int64 *id, BpmRefusal *refusal)
{
	char	   *text = SPI_getvalue(row, desc, column);

	*given = text != NULL;
	*id = 0;
	return text == NULL || bpm_read_id(text, id, refusal);
}

/* Reads the values that are not texts. */
static bool
read_values(HeapTuple row, TupleDesc desc, BpmForm *form, BpmRefusal *refusal)
{
	char	   *date = SPI_getvalue(row, desc, COLUMN_ACCOUNTING_DATE);
	char	   *memo = SPI_getvalue(row, desc, COLUMN_MEMO);
	bool		given;

	form->date_given = date != NULL;
	return read_id(row, desc, COLUMN_LINE, &form->line_given, &form->line, refusal) &&
		read_id(row, desc, COLUMN_OTHER, &form->other_given, &form->other, refusal) &&
		read_id(row, desc, COLUMN_OBLIGATION, &given, &form->obligation, refusal) &&
		(date == NULL || bpm_read_date(date, &form->accounting_date, refusal)) &&
		(memo == NULL || bpm_read_memo(memo, &form->memo, refusal));
}

/* Refuses a value in a column that the operation knows nothing of. */
static bool
check_columns(const BpmForm *form, BpmRefusal *refusal)
{
	const BpmOperation *operation = form->operation ?
		bpm_look_up_operation(form->operation, refusal) : NULL;
	const char *column = NULL;

	if (operation == NULL)
		return form->operation == NULL;
	if (form->other_given && operation->other == NULL)
		column = "other";
	if (form->obligation != 0 && operation->obligation == NULL)
		column = "obligation";
	if (form->detail && operation->detail == NULL)
		column = "target";
	return column == NULL ||
		bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
						psprintf("%s takes no \"%s\"", operation->name, column), NULL, NULL);
}

/* Fills an entry from a staged row. */
static void
read_entry(BpmBatchEntry *entry, HeapTuple row, TupleDesc desc)
{
	BpmForm		form = {0};
	bool		isnull;

	memset(entry, 0, sizeof(BpmBatchEntry));
	entry->number = DatumGetInt64(SPI_getbinval(row, desc, COLUMN_NUMBER, &isnull));
	form.operation = SPI_getvalue(row, desc, COLUMN_OPERATION);
	form.amount = SPI_getvalue(row, desc, COLUMN_AMOUNT);
	form.from_pending = SPI_getvalue(row, desc, COLUMN_FROM_PENDING);
	form.from_frozen = SPI_getvalue(row, desc, COLUMN_FROM_FROZEN);
	form.document = SPI_getvalue(row, desc, COLUMN_DOCUMENT);
	form.detail = SPI_getvalue(row, desc, COLUMN_TARGET);
	form.key = SPI_getvalue(row, desc, COLUMN_KEY);
	form.actor = SPI_getvalue(row, desc, COLUMN_ACTOR);
	if (read_values(row, desc, &form, &entry->refusal) &&
		check_columns(&form, &entry->refusal))
		(void) bpm_check_form(&form, &entry->request, &entry->refusal);
}

/* Begins with the first row again. */
static void
rewind_rows(BpmBatchSource *source)
{
	((StagedSource *) source)->last = PG_INT64_MIN;
}

/* Reads the next rows. */
static int
next_rows(BpmBatchSource *source, BpmBatchEntry *entries, int limit)
{
	StagedSource *staged = (StagedSource *) source;
	Datum		values[4];
	int			count;

	name_batch(staged, values);
	values[2] = Int64GetDatum(staged->last);
	values[3] = Int64GetDatum(limit);
	count = bpm_reach_rows(staged->ledger, &read_rows, 0, values);
	for (int i = 0; i < count; i++)
		read_entry(&entries[i], SPI_tuptable->vals[i], SPI_tuptable->tupdesc);
	if (count > 0)
		staged->last = entries[count - 1].number;
	return count;
}

/* Writes what became of the rows into them. */
static void
answer_rows(BpmBatchSource *source, BpmBatchEntry *entries, int count)
{
	StagedSource *staged = (StagedSource *) source;
	Answers		now = {staged->ledger->owner, entries, count};
	Datum		values[4];

	if (count == 0)
		return;
	name_batch(staged, values);
	values[2] = Int64GetDatum(entries[0].number);
	values[3] = Int64GetDatum(entries[count - 1].number);
	PG_TRY();
	{
		answers = &now;
		bpm_reach_rows(staged->ledger, &write_answers, 0, values);
	}
	PG_FINALLY();
	{
		answers = NULL;
	}
	PG_END_TRY();
}

/* Names the row that an error is about. */
static void
row_context(BpmBatchSource *source, int64 number)
{
	errcontext("row " INT64_FORMAT " of batch \"%s\"", number, ((StagedSource *) source)->batch);
}

/* Gives the counts as jsonb. */
static Datum
counts(const BpmBatch *batch, int64 posted_before)
{
	char	   *json = psprintf("{\"posted\": " INT64_FORMAT ", \"replayed\": " INT64_FORMAT
								", \"refused\": " INT64_FORMAT "}",
								batch->posted, batch->replayed + posted_before, batch->refused);

	return JsonbPGetDatum(bpm_jsonb_of(json));
}

/* post_staged(ledger, batch, on_error): posts the rows of a batch that are not posted yet. */
PG_FUNCTION_INFO_V1(bpm_post_staged);
Datum
bpm_post_staged(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"batch", "on_error", NULL};
	BpmBatch	batch = {0};
	StagedSource staged = {0};
	BpmOwnerScope scope;

	bpm_require_arguments(fcinfo, arguments);
	staged.batch = text_to_cstring(PG_GETARG_TEXT_PP(1));
	staged.login = GetUserNameFromId(GetUserId(), false);
	batch.abort = bpm_batch_aborts(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	staged.source.name = "post_staged";
	staged.source.rewind = rewind_rows;
	staged.source.next = next_rows;
	staged.source.answer = answer_rows;
	staged.source.context = row_context;
	rewind_rows(&staged.source);
	SPI_connect();
	batch.ledger = staged.ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize_operation(batch.ledger, "post_staged");
	lock_batch(&staged);
	bpm_owner_enter(batch.ledger, &scope);
	count_staged(&staged);
	bpm_owner_leave(&scope);
	SPI_finish();
	bpm_batch_run(&batch, &staged.source);
	PG_RETURN_DATUM(counts(&batch, staged.posted_before));
}

/* Tells whether a trigger was called before a row is inserted or updated; anything else is a fault of the DDL. */
static void
check_trigger_call(FunctionCallInfo fcinfo)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) ||
		!TRIGGER_FIRED_BEFORE(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"stage_row\" was not called by trigger manager before a row")));
}

/* The columns that the trigger writes, in the order of their values. */
enum
{
	RESULT_STAGED_BY, RESULT_POSTING, RESULT_SQLSTATE, RESULT_MESSAGE, RESULT_DETAIL, RESULT_HINT,
	RESULT_COLUMNS
};

/* Returns the row with other values in columns of the answer, from the first one on. */
static HeapTuple
with_results(HeapTuple row, TupleDesc desc, int first, Datum *values, bool *nulls)
{
	static const char *const names[] = {
		"staged_by", "posting_id", "sqlstate", "message", "detail", "hint"
	};
	int			columns[RESULT_COLUMNS];

	for (int i = first; i < RESULT_COLUMNS; i++)
	{
		columns[i] = SPI_fnumber(desc, names[i]);
		if (columns[i] <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("column \"%s\" of the staging table is missing", names[i]),
					 errhint("Run budgetpm.check_ledger().")));
	}
	return heap_modify_tuple_by_cols(row, desc, RESULT_COLUMNS - first, columns + first,
									 values + first, nulls + first);
}

/* Returns the row with the caller as who staged it and nothing in the columns of the answer. */
static HeapTuple
own_row(HeapTuple row, TupleDesc desc)
{
	Datum		values[RESULT_COLUMNS] = {0};
	bool		nulls[RESULT_COLUMNS];

	memset(nulls, true, sizeof(nulls));
	values[RESULT_STAGED_BY] = CStringGetTextDatum(GetUserNameFromId(GetUserId(), false));
	nulls[RESULT_STAGED_BY] = false;
	return with_results(row, desc, RESULT_STAGED_BY, values, nulls);
}

/* Orders entries by number, for the search. */
static int
compare_number(const void *number, const void *entry)
{
	int64		left = *(const int64 *) number;
	int64		right = ((const BpmBatchEntry *) entry)->number;

	return left < right ? -1 : left > right;
}

/* Returns the row with what became of it; NULL leaves one that was not read as it is. */
static HeapTuple
answered_row(HeapTuple row, TupleDesc desc)
{
	bool		isnull;
	int64		number = DatumGetInt64(SPI_getbinval(row, desc, SPI_fnumber(desc, "number"), &isnull));
	const BpmBatchEntry *entry = bsearch(&number, answers->entries, answers->count,
										 sizeof(BpmBatchEntry), compare_number);
	Datum		values[RESULT_COLUMNS];
	bool		nulls[RESULT_COLUMNS];
	bool		refused;

	if (entry == NULL)
		return NULL;
	refused = entry->posting == 0;
	nulls[RESULT_POSTING] = refused;
	values[RESULT_POSTING] = Int64GetDatum(entry->posting);
	bpm_put_text(values, nulls, RESULT_SQLSTATE,
				 refused ? unpack_sql_state(entry->refusal.sqlstate) : NULL);
	bpm_put_text(values, nulls, RESULT_MESSAGE, refused ? entry->refusal.message : NULL);
	bpm_put_text(values, nulls, RESULT_DETAIL, refused ? entry->refusal.detail : NULL);
	bpm_put_text(values, nulls, RESULT_HINT, refused ? entry->refusal.hint : NULL);
	return with_results(row, desc, RESULT_POSTING, values, nulls);
}

/*
 * Trigger of staged_entry: a row belongs to whoever stages it, and what became of it
 * is written by post_staged(), which runs as the table's owner.
 */
PG_FUNCTION_INFO_V1(bpm_stage_row);
Datum
bpm_stage_row(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TupleDesc	desc;
	HeapTuple	row;
	bool		isnull;

	check_trigger_call(fcinfo);
	desc = RelationGetDescr(trigger->tg_relation);
	row = TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple : trigger->tg_trigtuple;
	if (answers && GetUserId() == answers->owner && TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(answered_row(row, desc));
	if (GetUserId() == trigger->tg_relation->rd_rel->relowner)
		return PointerGetDatum(row);
	if (TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
	{
		(void) SPI_getbinval(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "posting_id"), &isnull);
		if (!isnull)
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRONG_STATE),
					 errmsg("row %s of batch \"%s\" is posted",
							SPI_getvalue(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "number")),
							SPI_getvalue(trigger->tg_trigtuple, desc, SPI_fnumber(desc, "batch"))),
					 errhint("Stage another row; what is wrong is undone with reverse().")));
	}
	return PointerGetDatum(own_row(row, desc));
}
