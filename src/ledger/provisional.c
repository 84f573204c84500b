/*
 * provisional.c
 *	  Lines opened before the People's Congress has voted: what may be spent from
 *	  them, and their approval.
 */
#include "postgres.h"

#include "base/errors.h"
#include "cap/cap.h"
#include "ledger/posting.h"

/* Tells whether a kind uses up money that was free: holds it, pays it, or sends it away. */
static bool
uses_up(const BpmKind *kind)
{
	return kind->source == BUCKET_AVAILABLE && kind->reverses[0] == '\0' &&
		(kind->target == BUCKET_PRECOMMITTED || kind->target == BUCKET_COMMITTED ||
		 kind->target == BUCKET_REQUESTED || kind->target == BUCKET_PAID ||
		 kind->target == BUCKET_TRANSFERRED);
}

/*
 * Tells whether one of the caps that the locked row names refuses what goes beyond
 * it.  One whose basis is what its lines hold would hold back nothing of them.
 */
static bool
has_blocking_cap(BpmPosting *posting, const BpmLine *line)
{
	BpmCap		cap;

	for (int i = 0; i < line->ncaps; i++)
		if (bpm_cap_find(posting->ledger, line->caps[i], &cap) && cap.active &&
			cap.block_ratio != BPM_CAP_NO_RATIO && cap.basis_kind != BPM_BASIS_LINES)
			return true;
	return false;
}

/* Tells whether a kind hands money to another line of the government. */
static bool
gives_away(const BpmKind *kind)
{
	return (kind->source == BUCKET_AVAILABLE || kind->source == BUCKET_PENDING_OUT) &&
		kind->reverses[0] == '\0' &&
		(strcmp(kind->operation, "allot") == 0 || strcmp(kind->operation, "virement") == 0);
}

/* What is not approved does not become so by being given to a line that is. */
static bool
check_receivers(BpmPosting *posting, const BpmLine *line)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].line_state != 'p')
			return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							  psprintf("line " INT64_FORMAT " is provisional and line " INT64_FORMAT
									   " is not", line->id, posting->lines[i].id),
							  pstrdup("Money that nobody has approved yet goes to provisional lines only."),
							  pstrdup("approve_line() the giving line first, or open the other one as provisional."));
	return true;
}

/* A provisional line takes every posting but spending that no cap holds, and gifts to approved lines. */
bool
bpm_check_provisional(BpmPosting *posting, const BpmLine *line, const BpmKind *kind)
{
	if (gives_away(kind))
		return check_receivers(posting, line);
	if (!uses_up(kind) || has_blocking_cap(posting, line))
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("line " INT64_FORMAT " is provisional and under no blocking cap", line->id),
					  pstrdup("Before the People's Congress (人代会) has voted, money is spent up to a limit only."),
					  pstrdup("Put the line under a cap that blocks, of an amount, a plan or receipts (create_standard_caps() makes one of last year's payments), or approve_line() it after the vote."));
}

/* Asks for the line; whether it is a root never changes. */
bool
bpm_plan_approve(BpmPosting *posting)
{
	BpmLineFacts facts;
	bool	   *root = palloc(sizeof(bool));

	bpm_posting_want(posting, posting->request.line, false);
	*root = !bpm_line_facts(posting->ledger, posting->request.line, &facts) || facts.parent == 0;
	posting->operation_state = root;
	return true;
}

/* Refuses a line that is not waiting for approval. */
static bool
check_waiting(BpmPosting *posting, const BpmLine *line)
{
	if (line->line_state == 'p')
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
					  psprintf("line " INT64_FORMAT " is not provisional", line->id),
					  pstrdup("It was opened as an approved line, or was approved before."),
					  pstrdup("A change in the year is a supplement() or a reduce()."));
}

/* Below a root money comes from above, so that the lines below always add up to it. */
static bool
check_given(BpmPosting *posting, const BpmLine *line, BpmFen given)
{
	bool		root = *(bool *) posting->operation_state;

	if (root || given == posting->request.amount)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("line " INT64_FORMAT " was allotted %s and not the approved %s", line->id,
							   bpm_fen_to_text(given), bpm_fen_to_text(posting->request.amount)),
					  pstrdup("It stands below another line, and its money comes from there."),
					  pstrdup("Approve the lines above, allot() or return_allotment() the difference, then approve this one."));
}

/*
 * approve_line: what was approved beyond what was given, or less, is posted, and
 * the line is one like others.  Where they are equal, two entries that cancel
 * out keep the document.
 */
bool
bpm_decide_approve(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmLine    *line = bpm_posting_line(posting, request->line);
	BpmFen		given = line->bucket[BUCKET_APPROPRIATED];
	BpmFen		up = given == request->amount ? given : Max(request->amount - given, 0);
	BpmFen		down = given == request->amount ? given : Max(given - request->amount, 0);

	if (!check_waiting(posting, line) || !check_given(posting, line, given) ||
		(given < request->amount && !bpm_check_voted(posting, line)) ||
		!bpm_add_leg(posting, request->line, "approve_up", up, 0) ||
		!bpm_add_leg(posting, request->line, "approve_down", down, 0))
		return false;
	line->line_state = 'o';
	return true;
}
