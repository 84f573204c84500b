/*
 * watch.h
 *	  Deadlines that the law sets (法定期限), watched until what they ask for is done.
 *
 * The caller is connected to SPI and runs as the ledger's owner; he has settled
 * who may.  Units are 0 where the division itself is meant.
 */
#ifndef BPM_WATCH_H
#define BPM_WATCH_H

#include "postgres.h"

#include "nodes/execnodes.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "base/ledger.h"
#include "types/types.h"

/*
 * Watches a deadline of a kind, counted from a day, or back from it where the kind
 * says so; returns its number, that of the same one where it is open already.
 */
extern int64 bpm_watch_deadline(BpmLedger *ledger, const char *kind, BpmCode division,
								BpmCode unit, const char *subject, DateADT starts_on);

/* Says that the open deadlines of a kind, place and subject are met; returns how many. */
extern int	bpm_meet_deadlines(BpmLedger *ledger, const char *kind, BpmCode division,
							   BpmCode unit, const char *subject, DateADT met_on,
							   const char *document);

/* Reminds of what is due soon and tells of what is overdue, each once. */
extern void bpm_run_watched(BpmLedger *ledger, TimestampTz now, ReturnSetInfo *result);

#endif
