/*
 * segment.h
 *	  Which segment of the journal a posting writes.
 *
 * The rule that rollups stand on: a transaction takes RowExclusiveLock on a
 * journal partition before it asks for the segment, and taking a lock delivers
 * the message that a newer segment has begun. So whoever takes the lock after that
 * message was sent writes the newer one, and an older segment is finished when
 * those have ended who held the lock when the message was sent.
 */
#ifndef BPM_SEGMENT_H
#define BPM_SEGMENT_H

#include "base/ledger.h"

extern void bpm_segment_init(void);
extern int32 bpm_segment_to_write(BpmLedger *ledger, Oid journal);
extern int32 bpm_segment_written(BpmLedger *ledger);

#endif
