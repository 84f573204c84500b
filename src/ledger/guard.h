/*
 * guard.h
 *	  Permits: how the posting path tells the guard triggers which single write
 *	  is its own.
 *
 * A permit names one relation and the exact row; the trigger consumes it.  It
 * is dropped at the end of any (sub)transaction that fails.  There is no "we are
 * posting" state for anyone's trigger to exploit.
 *
 * PERMIT_BALANCE_DECIDE saves the statement that would lock the row first: the
 * server has locked the newest version when it calls the guard, so the guard
 * hands that version to the posting and stores what the posting makes of it.
 */
#ifndef BPM_GUARD_H
#define BPM_GUARD_H

#include "ledger/posting.h"

typedef enum BpmPermitKind
{
	PERMIT_NONE,
	PERMIT_BALANCE_UPDATE,
	PERMIT_BALANCE_DECIDE,		/* the row's new content is decided under its
								 * lock */
	PERMIT_BALANCE_INSERT,
	PERMIT_YEAR_UPDATE,			/* year_state and closed_month of many rows,
								 * nothing else */
	PERMIT_JOURNAL_INSERT,
	PERMIT_ROW					/* one row of line, transfer or fiscal_year,
								 * named by its key */
} BpmPermitKind;

typedef struct BpmPermit
{
	BpmPermitKind kind;
	Oid			relation;
	const BpmLine *line;		/* balance rows */
	bool		(*decide) (void *context, BpmLine *line);	/* false: leave the row */
	void	   *context;
	const Datum *values;		/* journal rows, in column order */
	const bool *nulls;
	int64		key;			/* PERMIT_ROW */
} BpmPermit;

extern void bpm_guard_init(void);
extern void bpm_guard_permit(BpmLedger *ledger, const BpmPermit *permit);
extern bool bpm_guard_used(void);
extern void bpm_guard_done(bool must_be_used);
extern Oid	bpm_guarded_relation(BpmLedger *ledger, const char *table, int year);

#endif
