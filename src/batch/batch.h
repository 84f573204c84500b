/*
 * batch.h
 *	  Many requests posted by one call: planned, locked together, decided in their
 *	  order, written together.
 *
 * A chunk of requests at a time is in memory, whatever the source holds.  When
 * there is more than one chunk, the source is read twice: once for the lines to
 * lock, once to post.
 */
#ifndef BPM_BATCH_H
#define BPM_BATCH_H

#include "ledger/arguments.h"
#include "ledger/buffer.h"

typedef struct BpmBatchEntry
{
	int64		number;			/* as the source counts */
	BpmRequest	request;
	BpmRefusal	refusal;		/* sqlstate 0: none */
	bool		denied;
	bool		replayed;		/* its key had posted it before */
	int64		posting;		/* 0: refused */
	/* what its plan says: */
	int			nwanted;
	int64		one_wanted;
	bool		one_foreign;
	int64	   *wanted;
	bool	   *foreign;
	void	   *operation_state;
} BpmBatchEntry;

/* Where requests come from and where the answers go. */
typedef struct BpmBatchSource
{
	const char *name;			/* of the operation, for budgetpm.progress() */
	int64		count;			/* of its entries */
	void		(*rewind) (struct BpmBatchSource *source);
	/* fills at most limit entries in the current memory context */
	int			(*next) (struct BpmBatchSource *source, BpmBatchEntry *entries, int limit);
	void		(*answer) (struct BpmBatchSource *source, BpmBatchEntry *entries, int count);
	/* adds the place of an entry to an error, NULL: its number */
	void		(*context) (struct BpmBatchSource *source, int64 number);
} BpmBatchSource;

typedef struct BpmBatch
{
	BpmLedger  *ledger;
	bool		abort;			/* the first refusal is an error */
	int64		posted;
	int64		replayed;
	int64		refused;
} BpmBatch;

extern bool bpm_batch_aborts(const char *on_error);
extern void bpm_batch_run(BpmBatch *batch, BpmBatchSource *source);
extern void bpm_batch_lock(BpmLedger *ledger, int64 *lines, int count);

/* values.c: numbers, dates and memos out of texts, without an error */
extern bool bpm_read_id(const char *text, int64 *id, BpmRefusal *refusal);
extern bool bpm_read_date(const char *text, DateADT *date, BpmRefusal *refusal);
extern bool bpm_read_memo(const char *text, Jsonb **memo, BpmRefusal *refusal);

#endif
