/*
 * capped.c
 *	  What a posting does to the caps that its lines belong to.
 *
 * Called last, with everything else written: a cap's row is shared by many lines
 * and should be held for as short as can be.
 */
#include "postgres.h"

#include "utils/date.h"
#include "utils/datetime.h"

#include "access/access.h"
#include "base/errors.h"
#include "cap/cap.h"
#include "ledger/capped.h"

StaticAssertDecl(BPM_CAP_BUCKETS == BUCKET_COUNT, "a cap knows all buckets");

/* Finds a cap among the changes, which stay in ascending order; a new one has no change yet. */
static BpmCapChange *
change_of(BpmCapChanges *changes, int32 cap)
{
	int			at = changes->count;

	while (at > 0 && changes->change[at - 1].cap >= cap)
		at--;
	if (at < changes->count && changes->change[at].cap == cap)
		return &changes->change[at];
	if (changes->count == changes->room)
	{
		changes->room = Max(2 * changes->room, 8);
		changes->change = changes->change == NULL ?
			palloc(changes->room * sizeof(BpmCapChange)) :
			repalloc(changes->change, changes->room * sizeof(BpmCapChange));
	}
	memmove(&changes->change[at + 1], &changes->change[at],
			(changes->count - at) * sizeof(BpmCapChange));
	changes->count++;
	memset(&changes->change[at], 0, sizeof(BpmCapChange));
	changes->change[at].cap = cap;
	return &changes->change[at];
}

/* Adds what the posting did to a line to each cap of the line. */
static void
add_line(BpmCapChanges *changes, const BpmLine *line)
{
	for (int i = 0; i < line->ncaps; i++)
	{
		BpmCapChange *change = change_of(changes, line->caps[i]);

		for (int bucket = 0; bucket < BUCKET_COUNT; bucket++)
			change->delta[bucket] += line->bucket[bucket] - line->before[bucket];
	}
}

/* Gathers, by ascending cap, what the posting did to its lines of a year. */
void
bpm_cap_changes(const BpmPosting *posting, int year, BpmCapChanges *changes)
{
	memset(changes, 0, sizeof(BpmCapChanges));
	for (int i = 0; i < posting->nlines; i++)
	{
		const BpmLine *line = &posting->lines[i];

		if (BPM_LINE_YEAR(line->id) == year && line->touched)
			add_line(changes, line);
	}
}

/* Refuses the posting with the texts of a cap's refusal, figures for those only who may read them. */
bool
bpm_refuse_cap(BpmPosting *posting, const BpmCapRefusal *refusal)
{
	char	   *message;
	char	   *detail;
	char	   *hint;
	bool		visible;

	bpm_owner_leave(&posting->scope);
	visible = bpm_has_duty(posting->ledger, BPM_RIGHT_READ, refusal->division, refusal->unit);
	bpm_owner_enter(posting->ledger, &posting->scope);
	bpm_cap_refusal_texts(posting->ledger, refusal, visible, &message, &detail, &hint);
	return bpm_refuse(posting, ERRCODE_BPM_CAP_EXCEEDED, message, detail, hint);
}

/* Returns the month of a line's accounting date. */
int
bpm_accounting_month(const BpmLine *line)
{
	int			year,
				month,
				day;

	j2date(line->accounting_date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	return month;
}

/*
 * Takes what the posting did to its lines from their caps, year by year; false with
 * the refusal where one has not enough left.  A dry posting only asks.
 */
bool
bpm_consume_caps(BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines;)
	{
		int			year = BPM_LINE_YEAR(posting->lines[i].id);
		int			month = bpm_accounting_month(&posting->lines[i]);
		BpmCapChanges changes;
		BpmCapRefusal refusal;

		bpm_cap_changes(posting, year, &changes);
		if (changes.count > 0 &&
			!bpm_caps_consume(posting->ledger, month, changes.change, changes.count,
							  posting->id, posting->dry, &refusal))
			return bpm_refuse_cap(posting, &refusal);
		while (i < posting->nlines && BPM_LINE_YEAR(posting->lines[i].id) == year)
			i++;
	}
	return true;
}
