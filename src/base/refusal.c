/*
 * refusal.c
 *	  A refusal as data, and as the error that it becomes.
 */
#include "postgres.h"

#include "base/refusal.h"

/* Fills a refusal and returns false, for the caller to pass on. */
bool
bpm_refusal_set(BpmRefusal *refusal, int sqlstate, char *message, char *detail, char *hint)
{
	refusal->sqlstate = sqlstate;
	refusal->message = message;
	refusal->detail = detail;
	refusal->hint = hint;
	return false;
}

/* Raises a refusal as an error; returns when there is none. */
void
bpm_refusal_raise(const BpmRefusal *refusal)
{
	if (refusal->sqlstate == 0)
		return;
	ereport(ERROR,
			(errcode(refusal->sqlstate),
			 errmsg_internal("%s", refusal->message),
			 refusal->detail ? errdetail_internal("%s", refusal->detail) : 0,
			 refusal->hint ? errhint("%s", refusal->hint) : 0));
}
