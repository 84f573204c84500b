/*
 * payee.c
 *	  One payment to a payee at a time, while rules look at what else he is paid: of
 *	  two that are asked for at the same moment, the second sees the first.
 *
 * The locks are taken after those of lines, in one order, and held to the end of the
 * transaction.  They are few, so that no batch runs out of them: payees share them.
 * A batch holds all of them by one lock, as what it pays comes in no order.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/lock.h"

#include "project/watch.h"

/* Tells these locks from other advisory locks on a ledger: 1 to 3 and 15 are others', caps use 16 and above. */
#define PAYEE_LOCK	5
#define SLOTS		1024

/* Locks one slot; slot 0 stands for all of them. */
static void
lock_slot(BpmLedger *ledger, uint32 slot, LOCKMODE mode)
{
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, ledger->relid, slot, PAYEE_LOCK);
	(void) LockAcquire(&tag, mode, false, false);
}

/* Gives the slot of a payee or account. */
static uint32
slot_of(const char *word)
{
	return 1 + hash_bytes((const unsigned char *) word, strlen(word)) % SLOTS;
}

/* Lets nobody else ask for a payment to this payee or account (plain_name(), NULL: none) until the transaction ends. */
void
bpm_lock_payee(BpmPosting *posting, const char *payee, const char *account)
{
	uint32		first = payee ? slot_of(payee) : 0;
	uint32		second = account ? slot_of(account) : 0;

	if (posting->buffer)
	{
		lock_slot(posting->ledger, 0, ExclusiveLock);
		return;
	}
	if (payee == NULL && account == NULL)
		return;
	lock_slot(posting->ledger, 0, ShareLock);
	if (Min(first, second) != 0)
		lock_slot(posting->ledger, Min(first, second), ExclusiveLock);
	if (first != second)
		lock_slot(posting->ledger, Max(first, second), ExclusiveLock);
}
