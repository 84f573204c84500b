/*
 * access.h
 *	  Who may do what, where: EXECUTE on a wrapper says which operation, a duty
 *	  (岗位职责) says in which divisions and units.
 *
 * All of them ask about the current user, so they are called before
 * bpm_owner_enter(): the owner is exempt.  A code of 0 means "none": a row or an
 * operation without a unit concerns its whole division, one without a division
 * the whole ledger.
 */
#ifndef BPM_ACCESS_H
#define BPM_ACCESS_H

#include "base/ledger.h"
#include "base/refusal.h"
#include "types/types.h"

typedef enum BpmRight
{
	BPM_RIGHT_READ,
	BPM_RIGHT_POST
} BpmRight;

/* Answers for authority from now on (base/authority.h). */
extern void bpm_access_init(void);

/* Refuses (42501) a caller without EXECUTE on the operation's wrapper, before anything is read. */
extern void bpm_authorize_operation(BpmLedger *ledger, const char *operation);

/* Refuses (42501, ZB008) unless the current user may run the operation there. */
extern void bpm_authorize(BpmLedger *ledger, const char *operation,
						  BpmCode division, BpmCode unit);

/* The same for an operation that only reads: a duty to read is enough. */
extern void bpm_authorize_read(BpmLedger *ledger, const char *operation,
							   BpmCode division, BpmCode unit);

/* The same for a line that the caller named by its id: the refusal does not say where it is. */
extern void bpm_authorize_line(BpmLedger *ledger, const char *operation, BpmRight right,
							   int64 line, BpmCode division, BpmCode unit);

/* The first and the last of these for who answers many requests: false fills the refusal. */
extern bool bpm_check_operation(BpmLedger *ledger, const char *operation, BpmRefusal *refusal);
extern bool bpm_check_line(BpmLedger *ledger, const char *operation, BpmRight right,
						   int64 line, BpmCode division, BpmCode unit,
						   BpmRefusal *refusal);

/* Tells whether the current user sees only single units' share of some division. */
extern bool bpm_reads_single_units(BpmLedger *ledger);

/* Tells whether a duty of the current user covers the place; never refuses. */
extern bool bpm_has_duty(BpmLedger *ledger, BpmRight right,
						 BpmCode division, BpmCode unit);

#endif
