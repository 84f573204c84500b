/*
 * spending.c
 *	  The stages of spending: precommit, commit_funds, request_payment, pay, and
 *	  release.  Each stage draws on its own predecessor or, without one, on what
 *	  is available.
 */
#include "postgres.h"

#include "base/errors.h"
#include "ledger/obligation.h"

typedef struct Stage
{
	const char *operation;
	const char *kind;			/* out of available */
	const char *drawn_kind;		/* out of the predecessor */
	const char *predecessor;	/* its stage */
	bool		opens;			/* an obligation */
} Stage;

static const Stage stages[] = {
	{"precommit", "precommit", NULL, NULL, true},
	{"commit_funds", "commit", "commit_drawn", "precommit", true},
	{"request_payment", "request", "request_drawn", "commit", true},
	{"pay", "pay", "pay_drawn", "request", false},
};

/* Returns the stage that an operation brings money to. */
static const Stage *
stage_of(const BpmPosting *posting)
{
	for (int i = 0; i < lengthof(stages); i++)
		if (strcmp(stages[i].operation, posting->request.operation->name) == 0)
			return &stages[i];
	elog(ERROR, "operation \"%s\" is no stage of spending", posting->request.operation->name);
}

/* Asks for the line; what is bought by public procurement is known from its elements. */
bool
bpm_plan_spending(BpmPosting *posting)
{
	BpmLineFacts facts;
	bool	   *procurement;

	bpm_posting_want(posting, posting->request.line, false);
	posting->operation_state = NULL;
	if (strcmp(posting->request.operation->name, "commit_funds") == 0 &&
		bpm_line_facts(posting->ledger, posting->request.line, &facts) && facts.procurement)
	{
		procurement = palloc(sizeof(bool));
		*procurement = true;
		posting->operation_state = procurement;
	}
	return true;
}

/* Refuses to spend from a line held for distribution. */
bool
bpm_check_executable(BpmPosting *posting, const BpmLine *line)
{
	if (line->executable)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("line " INT64_FORMAT " is held for distribution and cannot be spent",
							   line->id),
					  psprintf("Its available %s is there to be allotted (待分指标).",
							   bpm_fen_to_text(line->bucket[BUCKET_AVAILABLE])),
					  pstrdup("Allot the money to an executable line first."));
}

/* Refuses an obligation of another line or stage than the one to draw on. */
static bool
check_predecessor(BpmPosting *posting, const BpmObligation *obligation, const Stage *stage)
{
	if (!bpm_check_own_obligation(posting, obligation))
		return false;
	if (stage->predecessor == NULL || strcmp(obligation->stage, stage->predecessor) != 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("%s cannot draw on obligation " INT64_FORMAT,
								   stage->operation, obligation->id),
						  psprintf("Its stage is %s.", obligation->stage),
						  stage->predecessor ? psprintf("Name an obligation of stage %s.", stage->predecessor)
						  : pstrdup("A procurement plan draws on the line itself."));
	return true;
}

/* On a procurement line a contract comes from a procurement plan, and is no larger than it. */
static bool
check_procurement(BpmPosting *posting, BpmFen planned)
{
	if (posting->operation_state == NULL || posting->request.amount <= planned)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("line " INT64_FORMAT " is for government procurement, and its contracts need a procurement plan",
							   posting->request.line),
					  psprintf("The contract is over %s, and the plan named holds %s.",
							   bpm_fen_to_text(posting->request.amount), bpm_fen_to_text(planned)),
					  pstrdup("Precommit the difference, and name the plan as precommitment."));
}

/* Moves an amount out of available, or out of the predecessor, to the stage. */
static bool
move_to_stage(BpmPosting *posting, const Stage *stage, BpmFen amount, int64 predecessor)
{
	BpmLeg		leg = {.amount = amount,.from_obligation = predecessor};

	leg.to_obligation = stage->opens ? BPM_NEW_OBLIGATION : 0;
	return bpm_add_whole_leg(posting, posting->request.line,
							 predecessor ? stage->drawn_kind : stage->kind, leg);
}

/*
 * Brings the amount to the operation's stage.  A contract above its plan takes
 * the rest from what is available, but a plan of which nothing is left is no plan;
 * no other stage exceeds its predecessor.
 */
bool
bpm_decide_spending(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	const Stage *stage = stage_of(posting);
	BpmObligation *obligation;
	BpmFen		drawn;

	if (!bpm_check_executable(posting, bpm_posting_line(posting, request->line)))
		return false;
	if (request->obligation == 0)
		return check_procurement(posting, 0) &&
			move_to_stage(posting, stage, request->amount, 0);
	obligation = bpm_posting_obligation(posting, request->obligation);
	if (obligation == NULL || !check_predecessor(posting, obligation, stage))
		return false;
	if (!check_procurement(posting, bpm_left_of_obligation(obligation)))
		return false;
	drawn = request->amount;
	if (strcmp(stage->operation, "commit_funds") == 0 && bpm_left_of_obligation(obligation) > 0)
		drawn = Min(drawn, bpm_left_of_obligation(obligation));
	return move_to_stage(posting, stage, drawn, obligation->id) &&
		move_to_stage(posting, stage, request->amount - drawn, 0);
}

/* request.line is the obligation: the line that holds its money is locked. */
bool
bpm_plan_release(BpmPosting *posting)
{
	int64		line = bpm_line_of_obligation(posting, posting->request.line);

	if (line == 0)
		return false;
	bpm_posting_want(posting, line, false);
	return true;
}

/* Tells how much of an amount goes back to the obligation that it was drawn from. */
static BpmFen
part_for_predecessor(const BpmRequest *request, const BpmObligation *obligation, BpmFen amount)
{
	if (request->detail && strcmp(request->detail, "predecessor") != 0)
		return 0;
	return Min(amount, obligation->returnable);
}

/* Refuses to give back to a predecessor that there is none of. */
static bool
no_predecessor(BpmPosting *posting, const BpmObligation *obligation)
{
	char	   *reason;

	if (obligation->predecessor == 0)
		reason = pstrdup("It was drawn from what is available.");
	else if (BPM_LINE_YEAR(obligation->predecessor) != BPM_LINE_YEAR(obligation->line))
		reason = psprintf("It was carried forward from obligation " INT64_FORMAT " of an earlier year.",
						  obligation->predecessor);
	else
		reason = psprintf("All that it drew from obligation " INT64_FORMAT " has gone back there.",
						  obligation->predecessor);
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("obligation " INT64_FORMAT " has no predecessor to give money back to",
							   obligation->id),
					  reason, pstrdup("Release it without a target, or with target available."));
}

/* Gives an amount of an obligation back, its predecessor's part first. */
static bool
give_back(BpmPosting *posting, const BpmObligation *obligation, BpmFen back, BpmFen rest)
{
	const char *kind = psprintf("release_%s", obligation->stage);
	BpmLeg		leg = {.from_obligation = obligation->id};
	int64		line = obligation->line;
	int64		predecessor = obligation->predecessor;

	leg.amount = back;
	leg.to_obligation = predecessor;
	if (back != 0 && !bpm_add_whole_leg(posting, line, psprintf("%s_back", kind), leg))
		return false;
	leg.amount = rest;
	leg.to_obligation = 0;
	return bpm_add_whole_leg(posting, line, kind, leg);
}

/* release: what is left, or a part of it, back to where it came from. */
bool
bpm_decide_release(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmObligation *obligation = bpm_posting_obligation(posting, request->line);
	BpmFen		amount;
	BpmFen		back;

	if (obligation == NULL)
		return false;
	if (request->detail && strcmp(request->detail, "predecessor") == 0 && obligation->returnable == 0)
		return no_predecessor(posting, obligation);
	amount = request->amount ? request->amount : bpm_left_of_obligation(obligation);
	if (amount == 0)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
						  psprintf("nothing is left of obligation " INT64_FORMAT " to release",
								   obligation->id),
						  psprintf("Of %s, %s went on to the next stage and %s was released.",
								   bpm_fen_to_text(obligation->amount), bpm_fen_to_text(obligation->drawn),
								   bpm_fen_to_text(obligation->released)), NULL);
	back = part_for_predecessor(request, obligation, amount);
	return give_back(posting, obligation, back, amount - back);
}
