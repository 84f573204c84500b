/*
 * watch.h
 *	  What this module looks at when money is asked for or given: the contract's
 *	  clauses, the monitoring rules, and that the project has not ended.
 */
#ifndef BPM_WATCH_H
#define BPM_WATCH_H

#include "ledger/posting.h"
#include "project/project.h"

/* The contract that a request draws on. */
typedef struct BpmWatchedContract
{
	int64		id;
	char	   *contract_no;
	BpmFen		amount;
	char	   *supplier;		/* NULL: none */
	BpmFen		drawn;			/* by its other obligations, of other years */
} BpmWatchedContract;

/* clause.c */
extern bool bpm_watch_contract(BpmLedger *ledger, int64 obligation, BpmWatchedContract *contract);
extern bool bpm_ask_clauses(BpmPosting *posting, const BpmWatchedContract *contract, BpmFen total,
							BpmFen amount, DateADT day);

/* monitor.c */
extern bool bpm_ask_monitor(BpmPosting *posting, const BpmLeg *leg, bool direct, int64 contract);
extern bool bpm_ask_stop(BpmPosting *posting, const BpmLeg *leg);
extern void bpm_forget_asked(void);
extern void bpm_tell_monitor(BpmPosting *posting);
extern bool bpm_stops_wanted(BpmLedger *ledger);

/* stop.c */
extern void bpm_begin_stops(BpmLedger *ledger);
extern void bpm_stop_init(void);

/* watch.c */
extern void bpm_watch_init(void);

#endif
