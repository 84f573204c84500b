/*
 * authority.c
 *	  Passes the question of authority to the module that answers it, and
 *	  answers no while there is none.
 */
#include "postgres.h"

#include "base/authority.h"

static const BpmAuthority *answering = NULL;

/* Names who answers; called once, when the library is loaded. */
void
bpm_set_authority(const BpmAuthority *authority)
{
	answering = authority;
}

/* Returns who answers; asking before anybody does is a fault of ours. */
static const BpmAuthority *
authority(void)
{
	if (answering == NULL)
		elog(ERROR, "nobody answers for authority");
	return answering;
}

/* Refuses a caller who may not run the operation at all, before anything is read. */
void
bpm_require_operation(BpmLedger *ledger, const char *operation)
{
	authority()->operation(ledger, operation);
}

/* Refuses a caller who may not run the operation there; code 0 is the whole of what is above. */
void
bpm_require(BpmLedger *ledger, const char *operation, int64 division, int64 unit)
{
	authority()->place(ledger, operation, division, unit);
}
