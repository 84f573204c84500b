/*
 * carry.c
 *	  carry_forward: money of a closing year goes on in the next one, free or held
 *	  by its contract.
 *
 * One posting with entries in two years: what leaves the one enters the other, or
 * neither happens.  In the new year money enters the tree at its root and goes down to
 * the line, so that the lines below always add up to what is allotted to them.
 */
#include "postgres.h"

#include "base/errors.h"
#include "ledger/obligation.h"

/* Refuses two lines that money cannot be carried between. */
static bool
check_pair(BpmPosting *posting, const BpmLineFacts *from, const BpmLineFacts *to)
{
	const char *problem = NULL;

	if (BPM_LINE_YEAR(to->id) <= BPM_LINE_YEAR(from->id))
		problem = "It belongs to no later fiscal year.";
	else if (to->division != from->division)
		problem = "It belongs to another government.";
	else if (strcmp(to->fund_type, from->fund_type) != 0)
		problem = "It has another fund type.";
	else if (to->direct != from->direct)
		problem = "It differs in the mark of direct money (直达).";
	if (problem == NULL)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("money of line " INT64_FORMAT " cannot be carried to line " INT64_FORMAT,
							   from->id, to->id),
					  pstrdup(problem),
					  pstrdup("Carry forward to a line of the same government and fund type in the next year."));
}

/* The new line and those above it, the line itself first. */
typedef struct Road
{
	int			count;
	int64		line[BPM_MAX_LINES];
} Road;

/* Asks for the new line and every one above it. */
static Road *
plan_road(BpmPosting *posting, BpmLineFacts to)
{
	Road	   *road = palloc(sizeof(Road));

	road->count = 0;
	for (;;)
	{
		bpm_posting_want(posting, to.id, road->count > 0);
		road->line[road->count++] = to.id;
		if (to.parent == 0 || !bpm_line_facts(posting->ledger, to.parent, &to))
			return road;
	}
}

/* Asks for the old line and the new one. */
bool
bpm_plan_carry(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmLineFacts from;
	BpmLineFacts to;

	bpm_posting_want(posting, request->line, false);
	if (!bpm_line_facts(posting->ledger, request->line, &from) ||
		!bpm_line_facts(posting->ledger, request->other, &to))
	{
		/* The lock says which one does not exist. */
		bpm_posting_want(posting, request->other, false);
		return true;
	}
	posting->operation_state = plan_road(posting, to);
	return check_pair(posting, &from, &to);
}

/* Refuses an obligation that is not a contract on the old line. */
static bool
check_contract(BpmPosting *posting, const BpmObligation *obligation)
{
	if (!bpm_check_own_obligation(posting, obligation))
		return false;
	if (strcmp(obligation->stage, "commit") != 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("obligation " INT64_FORMAT " cannot be carried forward", obligation->id),
						  psprintf("Its stage is %s.", obligation->stage),
						  pstrdup("Contracts are carried; requests are settled or released, and plans released, before the year closes."));
	return true;
}

/*
 * Brings the amount from the root of the new tree down to the parent of the new
 * line.  What comes from above is another kind than what comes from the old year:
 * accounts tell the two apart.
 */
static bool
carry_down(BpmPosting *posting, const Road *road)
{
	BpmFen		amount = posting->request.amount;

	for (int i = road->count - 1; i > 0; i--)
		if (!bpm_add_leg(posting, road->line[i],
						 i == road->count - 1 ? "carry_in" : "carry_down_in", amount,
						 i == road->count - 1 ? posting->request.line : road->line[i + 1]) ||
			!bpm_add_leg(posting, road->line[i], "carry_down", amount, road->line[i - 1]))
			return false;
	return true;
}

/* carry_forward: out of the old line's available or contract, into the same of the new line. */
bool
bpm_decide_carry(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	BpmLeg		out = {.amount = request->amount,.peer_line = request->other};
	BpmLeg		in = {.amount = request->amount,.peer_line = request->line};
	const Road *road = posting->operation_state;
	BpmObligation *obligation;

	if (request->obligation == 0)
		return bpm_add_whole_leg(posting, request->line, "carry_out", out) &&
			carry_down(posting, road) &&
			bpm_add_whole_leg(posting, request->other,
							  road->count == 1 ? "carry_in" : "carry_down_in", in);
	obligation = bpm_posting_obligation(posting, request->obligation);
	if (obligation == NULL || !check_contract(posting, obligation))
		return false;
	out.from_obligation = obligation->id;
	in.to_obligation = BPM_NEW_OBLIGATION;
	if (!bpm_add_whole_leg(posting, request->line, "carry_out_committed", out) ||
		!carry_down(posting, road) ||
		!bpm_add_whole_leg(posting, request->other, road->count == 1 ? "carry_in_committed" : "carry_down_committed", in))
		return false;
	posting->obligations[posting->nobligations - 1].predecessor = obligation->id;
	return true;
}
