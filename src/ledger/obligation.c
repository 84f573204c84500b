/*
 * obligation.c
 *	  Obligation rows: read under their line's lock, changed in memory with each leg,
 *	  stored with the posting.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "ledger/buffer.h"
#include "ledger/obligation.h"

static const BpmStatement read_obligation = {
	"SELECT " OBLIGATION_LIST
	" FROM ONLY @ledger@.obligation_@year@ WHERE obligation_id OPERATOR(pg_catalog.=) $1", "l", .by_key = true
};
static const BpmStatement update_obligation = {
	"UPDATE ONLY @ledger@.obligation_@year@ SET drawn = $2, released = $3,"
	" returnable = $4"
	" WHERE obligation_id OPERATOR(pg_catalog.=) $1", "laaa", .by_key = true
};
#define INSERT_OBLIGATION \
	"INSERT INTO @ledger@.obligation_@year@ (obligation_id, line_id, division, unit, stage," \
	" amount, drawn, released, returnable, predecessor, document, opened_at)" \
	" VALUES ($1, $2, $3, $4, $5, $6, '0', '0', $7, $8, "

static const BpmStatement insert_obligation = {INSERT_OBLIGATION "$9, $10)", "llcctaaltz"};

/* A contract that is carried into another year keeps its number. */
static const BpmStatement insert_carried = {
	INSERT_OBLIGATION "COALESCE((SELECT p.document FROM @ledger@.obligation p"
	" WHERE p.obligation_id OPERATOR(pg_catalog.=) $8), $9), $10)", "llcctaaltz"
};

/* Fills an obligation from its row. */
void
bpm_fill_obligation(BpmObligation *obligation, HeapTuple row, TupleDesc desc)
{
	bool		isnull;

	memset(obligation, 0, sizeof(BpmObligation));
	obligation->id = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
	obligation->line = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
	strlcpy(obligation->stage, bpm_row_string(row, desc, 3), sizeof(obligation->stage));
	obligation->amount = DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
	obligation->drawn = DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull));
	obligation->released = DatumGetInt64(SPI_getbinval(row, desc, 6, &isnull));
	obligation->returnable = DatumGetInt64(SPI_getbinval(row, desc, 7, &isnull));
	obligation->predecessor = DatumGetInt64(SPI_getbinval(row, desc, 8, &isnull));
	if (isnull)
		obligation->predecessor = 0;
}

/* Fetches an obligation as it is now; false if there is none of that number. */
static bool
fetch(BpmPosting *posting, int64 id, BpmObligation *obligation)
{
	Datum		values[1] = {Int64GetDatum(id)};
	int			year = BPM_LINE_YEAR(id);

	if (posting->buffer && bpm_buffer_obligation(posting->buffer, id, obligation))
		return true;
	if (year < 1949 || year > 9999 ||
		!OidIsValid(bpm_year_relation(posting->ledger, "obligation", year)) ||
		bpm_ledger_execute(posting->ledger, &read_obligation, year, values, NULL) != 1)
		return false;
	bpm_fill_obligation(obligation, SPI_tuptable->vals[0], SPI_tuptable->tupdesc);
	SPI_freetuptable(SPI_tuptable);
	return true;
}

/* Refuses an obligation that there is none of. */
static void
no_such_obligation(BpmPosting *posting, int64 id)
{
	bpm_deny(posting, ERRCODE_UNDEFINED_OBJECT,
			 psprintf("obligation " INT64_FORMAT " does not exist in ledger %s", id,
					  posting->ledger->schema),
			 NULL,
			 pstrdup("precommit(), commit_funds() and request_payment() return an obligation's id."));
}

/*
 * Returns the line of an obligation, which never changes; 0 with a refusal if
 * there is no such obligation.  Before the lock: nothing else of it counts yet.
 */
int64
bpm_line_of_obligation(BpmPosting *posting, int64 id)
{
	BpmObligation obligation;

	if (fetch(posting, id, &obligation))
		return obligation.line;
	no_such_obligation(posting, id);
	return 0;
}

/* Adds an obligation to the posting. */
static BpmObligation *
add_obligation(BpmPosting *posting)
{
	if (posting->nobligations == BPM_MAX_OBLIGATIONS)
		elog(ERROR, "a posting cannot change more than %d obligations", BPM_MAX_OBLIGATIONS);
	return &posting->obligations[posting->nobligations++];
}

/* Returns the obligation as this posting has left it so far; NULL with a refusal if there is none. */
BpmObligation *
bpm_posting_obligation(BpmPosting *posting, int64 id)
{
	BpmObligation found;
	BpmObligation *obligation;

	for (int i = 0; i < posting->nobligations; i++)
		if (posting->obligations[i].id == id)
			return &posting->obligations[i];
	if (!fetch(posting, id, &found))
	{
		no_such_obligation(posting, id);
		return NULL;
	}
	obligation = add_obligation(posting);
	*obligation = found;
	return obligation;
}

/* Gives what an obligation still holds. */
BpmFen
bpm_left_of_obligation(const BpmObligation *obligation)
{
	return obligation->amount - obligation->drawn - obligation->released;
}

/* Tells whether a kind gives money back to where it was before it was held. */
static bool
is_release(const BpmKind *kind)
{
	return strncmp(kind->name, "release_", 8) == 0;
}

/* Tells whether a kind opens an obligation with the money that it moves. */
static bool
is_opening(const BpmKind *kind)
{
	return strcmp(kind->operation, "precommit") == 0 ||
		strcmp(kind->operation, "commit_funds") == 0 ||
		strcmp(kind->operation, "request_payment") == 0 ||
		strcmp(kind->operation, "carry_forward") == 0;
}

/* Refuses to take more from an obligation than it has left. */
static bool
too_little_left(BpmPosting *posting, const BpmObligation *obligation, BpmFen amount)
{
	BpmFen		left = bpm_left_of_obligation(obligation);

	return bpm_refuse(posting, ERRCODE_BPM_INSUFFICIENT_FUNDS,
					  psprintf("obligation " INT64_FORMAT " has only %s left", obligation->id,
							   bpm_fen_to_text(left)),
					  psprintf("%s needs %s; of %s, %s went on to the next stage and %s was released.",
							   posting->request.operation->name, bpm_fen_to_text(amount),
							   bpm_fen_to_text(obligation->amount), bpm_fen_to_text(obligation->drawn),
							   bpm_fen_to_text(obligation->released)),
					  left == 0 ? pstrdup("What is beyond it needs an obligation of its own.") :
					  psprintf("Take at most %s from it; what is beyond needs an obligation of its own.",
							   bpm_fen_to_text(left)));
}

/* Money of one line never meets an obligation of another, whatever decided so. */
static void
check_line(BpmPosting *posting, const BpmLeg *leg, const BpmObligation *obligation)
{
	if (obligation->line != posting->lines[leg->line].id)
		elog(ERROR, "obligation " INT64_FORMAT " is not of line " INT64_FORMAT,
			 obligation->id, posting->lines[leg->line].id);
}

/* Takes money from an obligation: released, or drawn by what comes after it. */
static bool
take(BpmPosting *posting, const BpmLeg *leg, const BpmKind *undone)
{
	BpmObligation *obligation = bpm_posting_obligation(posting, leg->from_obligation);

	if (obligation == NULL)
		return false;
	check_line(posting, leg, obligation);
	if (leg->amount > bpm_left_of_obligation(obligation))
		return too_little_left(posting, obligation, leg->amount);
	if (undone ? is_opening(undone) : is_release(leg->kind))
		obligation->released += leg->amount;
	else
		obligation->drawn += leg->amount;
	obligation->changed = true;
	return true;
}

/* Opens the obligation that is named after the posting, or adds to it. */
static bool
open_obligation(BpmPosting *posting, const BpmLeg *leg)
{
	BpmObligation *obligation = NULL;

	for (int i = 0; i < posting->nobligations; i++)
		if (posting->obligations[i].id == BPM_NEW_OBLIGATION)
			obligation = &posting->obligations[i];
	if (obligation == NULL)
	{
		obligation = add_obligation(posting);
		memset(obligation, 0, sizeof(BpmObligation));
		obligation->id = BPM_NEW_OBLIGATION;
		obligation->line = posting->lines[leg->line].id;
		strlcpy(obligation->stage,
				leg->kind->target == BUCKET_PRECOMMITTED ? "precommit" :
				leg->kind->target == BUCKET_COMMITTED ? "commit" : "request",
				sizeof(obligation->stage));
	}
	if (leg->from_obligation != 0)
	{
		obligation->predecessor = leg->from_obligation;
		obligation->returnable += leg->amount;
	}
	obligation->amount += leg->amount;
	obligation->changed = true;
	return true;
}

/* Gives money back to an obligation that drew it or released it before. */
static bool
give_back(BpmPosting *posting, const BpmLeg *leg, const BpmKind *undone)
{
	BpmObligation *obligation = bpm_posting_obligation(posting, leg->to_obligation);
	BpmFen	   *part;

	if (obligation == NULL)
		return false;
	check_line(posting, leg, obligation);
	part = undone && is_release(undone) ? &obligation->released : &obligation->drawn;
	if (*part < leg->amount)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
						  psprintf("obligation " INT64_FORMAT " cannot take back %s",
								   obligation->id, bpm_fen_to_text(leg->amount)),
						  psprintf("Only %s of it went that way.", bpm_fen_to_text(*part)),
						  pstrdup("Give the money back to available."));
	*part -= leg->amount;
	obligation->changed = true;
	return true;
}

/* Keeps what an obligation may give back in step with what went between it and its predecessor. */
static void
settle_between(BpmPosting *posting, const BpmLeg *leg)
{
	BpmObligation *from = bpm_posting_obligation(posting, leg->from_obligation);
	BpmObligation *to = bpm_posting_obligation(posting, leg->to_obligation);

	if (from->predecessor == to->id)
		from->returnable -= leg->amount;
	else if (to->predecessor == from->id)
		to->returnable += leg->amount;
}

/* Does to the leg's obligations what the leg does to its buckets; false when it is refused. */
bool
bpm_change_obligations(BpmPosting *posting, const BpmLeg *leg)
{
	const BpmKind *undone = leg->kind->reverses[0] == '\0' ? NULL :
		bpm_find_kind(posting->ledger, leg->kind->reverses);

	if (leg->from_obligation != 0 && !take(posting, leg, undone))
		return false;
	if (leg->to_obligation == BPM_NEW_OBLIGATION)
		return open_obligation(posting, leg);
	if (leg->to_obligation == 0)
		return true;
	if (!give_back(posting, leg, undone))
		return false;
	if (leg->from_obligation != 0)
		settle_between(posting, leg);
	return true;
}

/* Puts the posting's id, now that it has one, where the new obligation's id belongs. */
void
bpm_name_new_obligation(BpmPosting *posting)
{
	for (int i = 0; i < posting->nlegs; i++)
		if (posting->legs[i].to_obligation == BPM_NEW_OBLIGATION)
			posting->legs[i].to_obligation = posting->id;
	for (int i = 0; i < posting->nobligations; i++)
		if (posting->obligations[i].id == BPM_NEW_OBLIGATION)
		{
			posting->obligations[i].id = posting->id;
			posting->obligations[i].opened = true;
		}
}

/* Stores an obligation that this posting opened. */
static void
insert(BpmPosting *posting, const BpmObligation *obligation)
{
	const BpmLine *line = bpm_posting_line(posting, obligation->line);
	Datum		values[10];
	char		nulls[10];

	memset(nulls, ' ', sizeof(nulls));
	values[0] = Int64GetDatum(obligation->id);
	values[1] = Int64GetDatum(obligation->line);
	values[2] = Int64GetDatum(line->division);
	values[3] = Int64GetDatum(line->unit);
	values[4] = CStringGetTextDatum(obligation->stage);
	values[5] = Int64GetDatum(obligation->amount);
	values[6] = Int64GetDatum(obligation->returnable);
	bpm_set_id(values, nulls, 7, obligation->predecessor);
	values[8] = CStringGetTextDatum(posting->request.document);
	values[9] = TimestampTzGetDatum(line->posted_at);
	bpm_write_row(posting->ledger, "obligation", BPM_LINE_YEAR(obligation->id), obligation->id,
				  posting->request.operation->across_years ? &insert_carried : &insert_obligation,
				  values, nulls, true);
}

/* Tells whether an obligation holds what is left of it and no less than nothing; the row's constraint. */
PG_FUNCTION_INFO_V1(bpm_obligation_holds);
Datum
bpm_obligation_holds(PG_FUNCTION_ARGS)
{
	BpmFen		amount = PG_GETARG_INT64(0);
	BpmFen		drawn = PG_GETARG_INT64(1);
	BpmFen		released = PG_GETARG_INT64(2);

	PG_RETURN_BOOL(drawn >= 0 && released >= 0 && drawn <= amount &&
				   released <= amount - drawn);
}

/* Stores what this posting made of its obligations, or leaves it to its buffer. */
void
bpm_store_obligations(BpmPosting *posting)
{
	if (posting->buffer)
	{
		bpm_buffer_keep_obligations(posting->buffer, posting);
		return;
	}
	for (int i = 0; i < posting->nobligations; i++)
	{
		const BpmObligation *obligation = &posting->obligations[i];
		Datum		values[4];

		if (!obligation->changed)
			continue;
		if (obligation->opened)
		{
			insert(posting, obligation);
			continue;
		}
		values[0] = Int64GetDatum(obligation->id);
		values[1] = Int64GetDatum(obligation->drawn);
		values[2] = Int64GetDatum(obligation->released);
		values[3] = Int64GetDatum(obligation->returnable);
		bpm_write_row(posting->ledger, "obligation", BPM_LINE_YEAR(obligation->id),
					  obligation->id, &update_obligation, values, NULL, true);
	}
}

/* Refuses an obligation of another line than the one that would draw on it. */
bool
bpm_check_own_obligation(BpmPosting *posting, const BpmObligation *obligation)
{
	if (obligation->line == posting->request.line)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("obligation " INT64_FORMAT " is not of line " INT64_FORMAT,
							   obligation->id, posting->request.line),
					  pstrdup("An obligation is drawn on by its own line only."),
					  pstrdup("Name the line that holds the obligation's money."));
}
