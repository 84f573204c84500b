/*
 * watch.h
 *	  What this module looks at when money is asked for or given: the contract's
 *	  clauses, the monitoring rules, and that the project has not ended and is not suspended.
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

/* A payment as the monitoring rules are asked about it; ids are 0 where there is none. */
typedef struct BpmWatched
{
	const char *kind;			/* request, pay or correct */
	BpmFen		amount;
	int64		contract;
	int64		payment;		/* row of payment that the words come from */
	int64		request;		/* that is paid */
	int64		replaces;		/* request or payment that a correction takes its amount from */
} BpmWatched;

/* clause.c */
extern bool bpm_watch_contract(BpmLedger *ledger, int64 obligation, BpmWatchedContract *contract);
extern bool bpm_ask_clauses(BpmPosting *posting, const BpmWatchedContract *contract, BpmFen total,
							BpmFen amount, DateADT day);

/* monitor.c */
extern bool bpm_monitor_active(BpmLedger *ledger);
extern bool bpm_ask_monitor(BpmPosting *posting, const BpmLeg *leg, const BpmWatched *watched);
extern bool bpm_ask_stop(BpmPosting *posting, const BpmLeg *leg);
extern void bpm_forget_asked(void);
extern void bpm_tell_monitor(BpmPosting *posting);
extern bool bpm_stops_wanted(BpmLedger *ledger);

/* payee.c */
extern void bpm_lock_payee(BpmPosting *posting, const char *payee, const char *account);

/* suspended.c */
extern bool bpm_ask_suspended(BpmPosting *posting, const BpmLeg *leg);
extern void bpm_suspensions_change(BpmLedger *ledger);

/* stop.c */
extern void bpm_begin_stops(BpmLedger *ledger);
extern void bpm_stop_init(void);

/* watch.c */
extern void bpm_watch_init(void);

#endif
