/*
 * plans.h
 *	  What the handles of ledgers keep for themselves: their plans and wrappers.
 */
#ifndef BPM_PLANS_H
#define BPM_PLANS_H

#include "postgres.h"

#include "utils/hsearch.h"

#include "base/ledger.h"

struct BpmLedgerPrivate
{
	bool		valid;
	MemoryContext context;		/* holds the two tables */
	HTAB	   *plans;
	HTAB	   *functions;		/* NULL until asked for, dropped by any
								 * pg_proc change */
};

extern HTAB *bpm_plans_create(MemoryContext context);
extern void bpm_plans_retire(HTAB *plans);
extern void bpm_plans_free_retired(void);

#endif
