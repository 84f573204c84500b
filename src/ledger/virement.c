/*
 * virement.c
 *	  Virement (调剂) between two lines of one government, directly between roots
 *	  or children of one parent, otherwise up one path and down the other.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "ledger/posting.h"

#define MAX_DEPTH	(BPM_MAX_LINES / 2)

/* From a line up to the one just below the common parent, or up to its root. */
typedef struct Path
{
	int64		line[MAX_DEPTH];
	int			length;
	int64		above;			/* parent of the last one; 0 at a root */
} Path;

typedef struct Route
{
	Path		up;
	Path		down;
} Route;

/* Null when the rules allow the pair, otherwise the reason. */
static const BpmStatement verdict = {
	"SELECT @ledger@.virement_verdict($1, $2)", "ll"
};

/* Gives the path from a line to its root. */
static bool
climb(BpmPosting *posting, int64 line, Path *path)
{
	BpmLineFacts facts;

	path->length = 0;
	path->above = 0;
	while (line != 0)
	{
		if (path->length == MAX_DEPTH)
			return bpm_refuse(posting, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
							  psprintf("line " INT64_FORMAT " stands more than %d levels deep",
									   path->line[0], MAX_DEPTH), NULL,
							  pstrdup("Move the money by return_allotment() and allot()."));
		if (!bpm_line_facts(posting->ledger, line, &facts))
			break;
		path->line[path->length++] = line;
		line = facts.parent;
	}
	return true;
}

/* Cuts both paths where they meet, because what lies above only passes money to itself. */
static void
cut_common(Route *route)
{
	Path	   *up = &route->up;
	Path	   *down = &route->down;

	while (up->length > 0 && down->length > 0 &&
		   up->line[up->length - 1] == down->line[down->length - 1])
	{
		up->above = up->line[--up->length];
		down->above = down->line[--down->length];
	}
}

/* Refuses a pair that the rules do not allow. */
static bool
check_pair(BpmPosting *posting)
{
	Datum		values[2];
	char	   *reason = NULL;

	values[0] = Int64GetDatum(posting->request.line);
	values[1] = Int64GetDatum(posting->request.other);
	if (bpm_ledger_execute(posting->ledger, &verdict, 0, values, NULL) == 1)
		reason = SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (reason == NULL)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("virement from line " INT64_FORMAT " to line " INT64_FORMAT
							   " is not allowed", posting->request.line,
							   posting->request.other),
					  psprintf("%s.", reason),
					  pstrdup("The table virement_rule says which pairs may exchange money."));
}

/* Finds the way and asks for every line on it. */
bool
bpm_plan_virement(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	Route	   *route = palloc0(sizeof(Route));

	posting->operation_state = route;
	if (!climb(posting, request->line, &route->up) ||
		!climb(posting, request->other, &route->down))
		return false;
	bpm_posting_want(posting, request->line, false);
	bpm_posting_want(posting, request->other, false);
	if (request->line == request->other)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " is both ends of virement", request->line),
						  NULL, pstrdup("Name the line that loses and the one that gains."));
	if (route->up.length == 0 || route->down.length == 0)
		return true;			/* one of them does not exist: reading it says
								 * so */
	cut_common(route);
	if (route->up.length == 0 || route->down.length == 0)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("lines " INT64_FORMAT " and " INT64_FORMAT
								   " stand above one another", request->line, request->other),
						  pstrdup("Virement (调剂) is between lines beside each other."), pstrdup("Use allot() downwards and return_allotment() upwards."));
	for (int i = 0; i < route->up.length; i++)
		bpm_posting_want(posting, route->up.line[i], false);
	for (int i = 0; i < route->down.length; i++)
		bpm_posting_want(posting, route->down.line[i], false);
	return check_pair(posting);
}

/* Takes the amount out of the losing line, as asked from pending money too. */
static bool
add_out(BpmPosting *posting, int64 line, int64 peer)
{
	const BpmRequest *request = &posting->request;

	return (request->from_pending == 0 ||
			bpm_add_leg(posting, line, "virement_out_pending", request->from_pending, peer)) &&
		bpm_add_leg(posting, line, "virement_out", request->amount - request->from_pending, peer);
}

/* Takes the money up one path and down the other in one posting. */
bool
bpm_decide_virement(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	const Route *route = posting->operation_state;

	if (!add_out(posting, request->line, request->other))
		return false;
	for (int i = 1; i < route->up.length; i++)
		if (!bpm_add_leg(posting, route->up.line[i], "virement_up_in", request->amount, 0) ||
			!bpm_add_leg(posting, route->up.line[i], "virement_up_out", request->amount, 0))
			return false;
	for (int i = route->down.length - 1; i > 0; i--)
		if (!bpm_add_leg(posting, route->down.line[i], "virement_down_in", request->amount, 0) ||
			!bpm_add_leg(posting, route->down.line[i], "virement_down_out", request->amount, 0))
			return false;
	return bpm_add_leg(posting, request->other, "virement_in", request->amount, request->line);
}
