/*
 * verify.h
 *	  The state of a verification: a line recomputed so far, and where to report.
 */
#ifndef BPM_VERIFY_H
#define BPM_VERIFY_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "ledger/entry.h"
#include "ledger/line_request.h"

typedef struct BpmVerifier
{
	BpmLedger  *ledger;
	ReturnSetInfo *result;
	int64		lines_done;
	/* the line under verification */
	BpmFen		bucket[BUCKET_COUNT];
	int32		entry_no;
	TimestampTz posted_at;
	uint8		head[BPM_DIGEST_LENGTH];
} BpmVerifier;

/* replay.c */
extern void bpm_report(BpmVerifier *verifier, int64 line, int32 entry_no,
					   const char *problem, const char *expected, const char *found);
extern void bpm_start_line(BpmVerifier *verifier, const BpmLineRequest *line);
extern void bpm_replay_entry(BpmVerifier *verifier, const BpmEntry *entry,
							 const uint8 *stored_digest, char control);

/* sums.c */
extern void bpm_verify_sums(BpmVerifier *verifier, Datum line, bool all);

#endif
