/*
 * undo.c
 *	  What is done whole, or undone with its reason kept, so that others can go on.
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/resowner.h"

#include "base/undo.h"

/* Tells whether an error is not about what was tried: it ends the whole call. */
static bool
ends_all(const ErrorData *error)
{
	int			class = ERRCODE_TO_CATEGORY(error->sqlerrcode);

	/* Cancelled or shut down; no memory or disk left; a broken assertion. */
	return class == ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION) ||
		class == ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES) ||
		error->sqlerrcode == ERRCODE_ASSERT_FAILURE;
}

/*
 * Does something in a subtransaction and returns NULL, or undoes all of it and returns
 * its error, in the caller's memory.  Never keeps back that the query was cancelled,
 * the server shuts down, or memory or disk is at its end: that is raised again.
 */
ErrorData *
bpm_do_or_undo(BpmAction action, void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	ErrorData  *volatile error = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		action(argument);
		MemoryContextSwitchTo(caller);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	if (error && ends_all(error))
		ReThrowError(error);
	return error;
}

/* Returns an error as its SQLSTATE and message. */
char *
bpm_error_text(const ErrorData *error)
{
	return psprintf("%s: %s", unpack_sql_state(error->sqlerrcode), error->message);
}
