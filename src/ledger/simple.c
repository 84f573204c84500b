/*
 * simple.c
 *	  Operations on one line, and on a line and its parent.
 */
#include "postgres.h"

#include "base/errors.h"
#include "ledger/posting.h"

/* Tells whether a name is in a list that ends with NULL. */
static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return true;
	return false;
}

/* Money enters and leaves a tree at its root only, so that the children always add up to it. */
static bool
plan_root(BpmPosting *posting)
{
	BpmLineFacts facts;

	if (bpm_line_facts(posting->ledger, posting->request.line, &facts) &&
		facts.parent != 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("%s is for root lines, and line " INT64_FORMAT
								   " stands below line " INT64_FORMAT,
								   posting->request.operation->name, facts.id, facts.parent),
						  pstrdup("Money enters and leaves a tree of lines at its root, so that the lines below always add up to it."),
						  pstrdup("Post to the root and allot() down, or return_allotment() up first."));
	return true;
}

/* Asks for the line that the request names. */
bool
bpm_plan_line(BpmPosting *posting)
{
	static const char *const at_roots[] = {"appropriate", "supplement", "reduce", NULL};

	bpm_posting_want(posting, posting->request.line, false);
	return !is_one_of(posting->request.operation->name, at_roots) || plan_root(posting);
}

/* Moves the amount by the one kind that bears the operation's name. */
bool
bpm_decide_simple(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;

	return bpm_add_leg(posting, request->line, request->operation->name,
					   request->amount, 0);
}

/* Moves the amount out, as asked partly from what is pending or frozen. */
static bool
add_outflow(BpmPosting *posting, int64 line, const char *kind, int64 peer)
{
	const BpmRequest *request = &posting->request;
	BpmFen		plain = request->amount - request->from_pending - request->from_frozen;

	if (request->from_frozen != 0 &&
		!bpm_add_leg(posting, line, psprintf("%s_frozen", kind), request->from_frozen, peer))
		return false;
	if (request->from_pending != 0 &&
		!bpm_add_leg(posting, line, psprintf("%s_pending", kind), request->from_pending, peer))
		return false;
	return bpm_add_leg(posting, line, kind, plain, peer);
}

/* reduce and withdraw: out of available, pending and frozen as the request says. */
bool
bpm_decide_outflow(BpmPosting *posting)
{
	return add_outflow(posting, posting->request.line, posting->request.operation->name, 0);
}

/* Asks for a parent and its child; request.line is the one that loses. */
bool
bpm_plan_pair(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	bool		down = strcmp(request->operation->name, "allot") == 0;
	int64		child = down ? request->other : request->line;
	int64		parent = down ? request->line : request->other;
	BpmLineFacts facts;

	bpm_posting_want(posting, request->line, false);
	bpm_posting_want(posting, request->other, false);
	if (request->line == request->other)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " is both ends of %s", request->line,
								   request->operation->name),
						  NULL, pstrdup("Name the parent and its child."));
	if (bpm_line_facts(posting->ledger, child, &facts) && facts.parent != parent)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " is not the parent of line "
								   INT64_FORMAT, parent, child),
						  facts.parent ? psprintf("Its parent is line " INT64_FORMAT ".", facts.parent)
						  : pstrdup("It is a root line."),
						  pstrdup("Money between lines of one parent moves by virement()."));
	return true;
}

/* allot: parent's available to its child's, in one posting. */
bool
bpm_decide_allot(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;

	return add_outflow(posting, request->line, "allot_out", request->other) &&
		bpm_add_leg(posting, request->other, "allot_in", request->amount, request->line);
}

/* return_allotment: the way up. */
bool
bpm_decide_return_allotment(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;

	return bpm_add_leg(posting, request->line, "return_out", request->amount, request->other) &&
		bpm_add_leg(posting, request->other, "return_in", request->amount, request->line);
}
