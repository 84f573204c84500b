/*
 * capped.h
 *	  The caps of a posting's lines.
 */
#ifndef BPM_CAPPED_H
#define BPM_CAPPED_H

#include "cap/cap.h"
#include "ledger/posting.h"

typedef struct BpmCapChanges
{
	BpmCapChange *change;		/* by ascending cap */
	int			count;
	int			room;
} BpmCapChanges;

extern void bpm_cap_changes(const BpmPosting *posting, int year, BpmCapChanges *changes);
extern bool bpm_consume_caps(BpmPosting *posting);
extern bool bpm_refuse_cap(BpmPosting *posting, const BpmCapRefusal *refusal);
extern int	bpm_accounting_month(const BpmLine *line);

#endif
