/*
 * rehearsal.h
 *	  Caps that exist only while a year is replayed against them.
 */
#ifndef BPM_REHEARSAL_H
#define BPM_REHEARSAL_H

#include "control/control.h"
#include "ledger/posting.h"

typedef struct BpmRehearsedCodes
{
	int			count;			/* 0: anything matches */
	BpmCode    *codes;
} BpmRehearsedCodes;

typedef struct BpmRehearsedCap
{
	char	   *name;
	BpmCapState state;
	BpmRehearsedCodes func;
	BpmRehearsedCodes gov_econ;
	BpmRehearsedCodes dept_econ;
	BpmRehearsedCodes revenue;
	char	   *fund_type;		/* NULL: any */
	int64		project;		/* 0: any */
	int64	   *lines;			/* sorted; NULL: by rule */
	int			nlines;
	/* of the posting at hand: */
	BpmFen		delta[BPM_CAP_BUCKETS];
	int64		line;			/* the first that it counts, 0: none */
} BpmRehearsedCap;

/* rehearsal.c */
extern BpmRehearsedCap *bpm_read_rehearsed(BpmLedger *ledger, Jsonb *caps, int fiscal_year,
										   int *count);
extern bool bpm_rehearsed_holds(const BpmRehearsedCap *cap, const BpmCapPlace *place,
								int64 line);
extern bool bpm_rehearsed_receives(const BpmRehearsedCap *cap, BpmCode division,
								   BpmCode revenue, const char *fund_type);

#endif
