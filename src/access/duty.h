/*
 * duty.h
 *	  The duties of one user in one ledger, as the cache keeps them.  Private to
 *	  this folder.
 */
#ifndef BPM_DUTY_H
#define BPM_DUTY_H

#include "utils/date.h"

#include "access/access.h"

typedef struct BpmDuty
{
	BpmCode		division;		/* 0: the whole ledger */
	BpmCode		unit;			/* 0: every unit of the division */
	DateADT		valid_from;
	DateADT		valid_to;		/* the last day; DATEVAL_NOEND when open */
	bool		may_read;
	bool		may_post;
} BpmDuty;

typedef struct BpmScopeKey
{
	Oid			ledger;
	Oid			user;
} BpmScopeKey;

typedef struct BpmScope
{
	BpmScopeKey key;
	bool		loaded;
	bool		exempt;			/* the owner, and whoever has its privileges */
	uint64		generation;		/* of the ledger when it was loaded */
	uint64		epoch;			/* of role memberships when it was loaded */
	int			count;
	BpmDuty    *duties;
} BpmScope;

/* A user's scope, reloaded if anything under it changed; "known" may be NULL. */
extern BpmScope *bpm_scope_of(BpmLedger *ledger, Oid user, BpmScope *known);

/* The current user's. */
extern BpmScope *bpm_scope(BpmLedger *ledger, BpmScope *known);
extern bool bpm_scope_covers(BpmScope *scope, BpmRight right,
							 BpmCode division, BpmCode unit);
extern DateADT bpm_access_date(void);

#endif
