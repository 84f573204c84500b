/*
 * legs.c
 *	  Moves money between the buckets of locked lines, in memory: the one place
 *	  where a bucket changes, and where it is seen to run short.
 */
#include "postgres.h"

#include "common/int.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/obligation.h"

/*
 * No bucket grows beyond numeric(18,2), the type that report views give it: one line
 * with more would make every report that reads it fail.
 */
#define BUCKET_LIMIT	INT64CONST(999999999999999999)

/* Returns a locked line of the posting. */
BpmLine *
bpm_posting_line(BpmPosting *posting, int64 line)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].id == line)
			return &posting->lines[i];
	elog(ERROR, "line " INT64_FORMAT " is not locked by this posting", line);
}

/* Gives a year state in the word that people use. */
static const char *
year_state_name(char state)
{
	switch (state)
	{
		case 'p':
			return "preparing";
		case 'o':
			return "open";
		case 'c':
			return "closing";
		default:
			return "closed";
	}
}

/* Refuses a kind that the year's or the line's state does not take. */
static bool
check_state(BpmPosting *posting, const BpmLine *line, const BpmKind *kind)
{
	if (strchr(kind->year_states, line->year_state) == NULL)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_YEAR,
						  psprintf("%s is not possible while fiscal year %d is %s",
								   posting->request.operation->name,
								   BPM_LINE_YEAR(line->id), year_state_name(line->year_state)),
						  psprintf("Line " INT64_FORMAT " belongs to that year.", line->id),
						  line->year_state == 'p' ? pstrdup("Wait until the year is open.")
						  : line->year_state == 'o' ? pstrdup("It belongs to the end of the year: set_year_state() begins its closing.")
						  : pstrdup("Post to a line of a year that is open; set_year_state() opens a closing year again."));
	if (line->line_state == 'p')
		return bpm_check_provisional(posting, line, kind);
	if (line->line_state != 'o')
		return bpm_refuse(posting, ERRCODE_BPM_LINE_CLOSED,
						  psprintf("line " INT64_FORMAT " is closed", line->id),
						  pstrdup("A closed line takes no postings."),
						  pstrdup("Post to another line."));
	return true;
}

/* Refuses a bucket that would grow beyond what the report views can show. */
static bool
out_of_range(BpmPosting *posting, const BpmLine *line, BpmBucket bucket)
{
	return bpm_refuse(posting, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
					  psprintf("bucket %s of line " INT64_FORMAT " would be out of range",
							   bpm_bucket_names[bucket], line->id),
					  psprintf("A bucket holds at most %s.", bpm_fen_to_text(BUCKET_LIMIT)), NULL);
}

/* Tells whether a kind hands money to another line or makes ready to, or undoes that. */
static bool
hands_over(BpmPosting *posting, const BpmKind *kind)
{
	static const char *const operations[] = {
		"allot", "return_allotment", "send_transfer", "return_transfer", "virement", "reserve_out",
		"carry_forward"
	};

	if (kind->reverses[0] != '\0')
		kind = bpm_find_kind(posting->ledger, kind->reverses);
	for (int i = 0; i < lengthof(operations); i++)
		if (strcmp(kind->operation, operations[i]) == 0)
			return true;
	return false;
}

/*
 * Modes warn and off let a line itself spend more than it has.  What it hands to
 * another line it must have, or a controlled line would spend money of nobody.
 */
static bool
may_fall_short(BpmPosting *posting, const BpmLine *line, const BpmKind *kind,
			   BpmBucket bucket, BpmFen result)
{
	if (bucket == BUCKET_APPROPRIATED)
		return true;
	if (bucket != BUCKET_AVAILABLE || line->control == 'b')
		return false;
	return result >= line->before[BUCKET_AVAILABLE] || !hands_over(posting, kind);
}

/* Adds to one bucket; a shortage is refused unless the line's mode allows it. */
static bool
change_bucket(BpmPosting *posting, BpmLine *line, const BpmKind *kind,
			  BpmBucket bucket, BpmFen change)
{
	BpmFen		result;

	if (pg_add_s64_overflow(line->bucket[bucket], change, &result) ||
		result > BUCKET_LIMIT || result < -BUCKET_LIMIT)
		return out_of_range(posting, line, bucket);
	if (result < 0 && change < 0 && !may_fall_short(posting, line, kind, bucket, result))
		return bpm_refuse_shortage(posting, line, bucket, -change);
	line->bucket[bucket] = result;
	return true;
}

/* Moves a leg's amount between its buckets, or refuses. */
static bool
move_money(BpmPosting *posting, const BpmLeg *leg)
{
	BpmLine    *line = &posting->lines[leg->line];
	const BpmKind *kind = leg->kind;

	line->touched = true;
	if (kind->source == BUCKET_APPROPRIATED)
		return change_bucket(posting, line, kind, BUCKET_APPROPRIATED, leg->amount) &&
			change_bucket(posting, line, kind, kind->target, leg->amount);
	if (!change_bucket(posting, line, kind, kind->source, -leg->amount))
		return false;
	if (kind->target == BUCKET_APPROPRIATED)
		return change_bucket(posting, line, kind, BUCKET_APPROPRIATED, -leg->amount);
	return change_bucket(posting, line, kind, kind->target, leg->amount);
}

/* Applies a leg and keeps it for writing; a leg of nothing is none. */
static bool
add_leg(BpmPosting *posting, BpmLeg *leg)
{
	if (leg->amount == 0)
		return true;
	if (posting->nlegs == BPM_MAX_LEGS)
		return bpm_refuse(posting, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
						  psprintf("a posting cannot have more than %d entries", BPM_MAX_LEGS),
						  NULL, pstrdup("Make it several postings."));
	if (!check_state(posting, &posting->lines[leg->line], leg->kind))
		return false;
	if (!bpm_change_obligations(posting, leg))
		return false;
	if (!move_money(posting, leg))
		return false;
	leg->available_after = posting->lines[leg->line].bucket[BUCKET_AVAILABLE];
	posting->legs[posting->nlegs++] = *leg;
	return true;
}

/*
 * Moves what the leg says on a line by a kind of entry, with the obligations and the entry
 * that it names; false when it is refused.
 */
bool
bpm_add_whole_leg(BpmPosting *posting, int64 line, const char *kind, BpmLeg leg)
{
	leg.line = bpm_posting_line(posting, line) - posting->lines;
	leg.kind = bpm_find_kind(posting->ledger, kind);
	if (leg.refers_entry != 0 && leg.refers_line == 0)
		leg.refers_line = line;
	return add_leg(posting, &leg);
}

/* Moves amount on a line by a kind of entry; false when it is refused. */
bool
bpm_add_leg(BpmPosting *posting, int64 line, const char *kind, BpmFen amount,
			int64 peer_line)
{
	BpmLeg		leg = {.amount = amount,.peer_line = peer_line};

	return bpm_add_whole_leg(posting, line, kind, leg);
}

/* Tells whether a row of buckets keeps its identity and its signs; the row's constraint. */
PG_FUNCTION_INFO_V1(bpm_buckets_hold);
Datum
bpm_buckets_hold(PG_FUNCTION_ARGS)
{
	char		control = PG_GETARG_CHAR(0);
	int128		sum = 0;

	for (int i = BUCKET_AVAILABLE; i < BUCKET_COUNT; i++)
	{
		BpmFen		held = PG_GETARG_INT64(1 + i);

		if (held < 0 && (i != BUCKET_AVAILABLE || control == 'b'))
			PG_RETURN_BOOL(false);
		sum += held;
	}
	PG_RETURN_BOOL(sum == PG_GETARG_INT64(1 + BUCKET_APPROPRIATED));
}
