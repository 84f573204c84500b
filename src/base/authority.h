/*
 * authority.h
 *	  The question "may the current user do this here?", for modules that stand
 *	  below the one that answers it.
 */
#ifndef BPM_AUTHORITY_H
#define BPM_AUTHORITY_H

#include "base/ledger.h"

typedef struct BpmAuthority
{
	void		(*operation) (BpmLedger *ledger, const char *operation);
	void		(*place) (BpmLedger *ledger, const char *operation,
						  int64 division, int64 unit);
} BpmAuthority;

extern void bpm_set_authority(const BpmAuthority *authority);
extern void bpm_require_operation(BpmLedger *ledger, const char *operation);
extern void bpm_require(BpmLedger *ledger, const char *operation,
						int64 division, int64 unit);

#endif
