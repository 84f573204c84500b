/*
 * work.c
 *	  Who may change the registry, and with whose rights it is written.
 */
#include "postgres.h"

#include "base/authority.h"
#include "registry/registry_private.h"

/* Checks EXECUTE on the operation, then connects to SPI as the ledger's owner. */
void
bpm_work_begin(BpmWork *work, BpmLedger *ledger, const char *operation)
{
	work->ledger = ledger;
	work->operation = operation;
	bpm_require_operation(ledger, operation);
	bpm_reading_begin(ledger, &work->owner);
}

/* Refuses a caller without a duty there; asked about the caller, so not as the owner. */
void
bpm_work_require(BpmWork *work, BpmCode division, BpmCode unit)
{
	bpm_owner_leave(&work->owner);
	bpm_require(work->ledger, work->operation, division, unit);
	bpm_owner_enter(work->ledger, &work->owner);
}

/* Disconnects and gives the caller's identity back. */
void
bpm_work_end(BpmWork *work)
{
	bpm_reading_end(&work->owner);
}
