/*
 * buffer_private.h
 *	  What the files of the buffer share with each other only.
 */
#ifndef BPM_BUFFER_PRIVATE_H
#define BPM_BUFFER_PRIVATE_H

#include "utils/hsearch.h"

#include "base/rows.h"
#include "ledger/buffer.h"

struct BpmBuffer
{
	BpmLedger  *ledger;
	MemoryContext context;		/* of the pool, until the reset */
	MemoryContext rows_context; /* of the rows, until they are written */
	MemoryContext call_context; /* of the caps, for the whole call */
	HTAB	   *lines;			/* PoolLine */
	HTAB	   *keys;			/* digests of line and key */
	HTAB	   *obligations;	/* PoolObligation */
	HTAB	   *caps;			/* PoolCap */
	int64	   *touched;		/* lines to write */
	int			ntouched;
	int			touched_size;
	int			waiting_obligations;
	struct Row *first;			/* entries to write, in their order */
	struct Row *last;
};

/* buffer.c */
extern int	bpm_same_year_count(const int64 *ids, int count);

/* buffer_key.c */
extern void bpm_buffer_note_key(BpmBuffer *buffer, const BpmPosting *posting);

/* buffer_obligation.c */
extern void bpm_buffer_flush_obligations(BpmBuffer *buffer);
extern Size bpm_pool_obligation_size(void);

/* buffer_cap.c */
extern void bpm_buffer_note_caps(BpmBuffer *buffer, const BpmLine *line);
extern Size bpm_pool_cap_size(void);

#endif
