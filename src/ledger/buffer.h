/*
 * buffer.h
 *	  What many postings of one call have decided and not written yet: their
 *	  lines, under lock, and the entries that wait.
 *
 * Every line of the call is locked, and then every cap of theirs, before the first posting is
 * decided, each by id, as a single posting does it. Each posting finds the lines as the ones before it left
 * them; whoever reads tables that they would have written has them written first.
 */
#ifndef BPM_BUFFER_H
#define BPM_BUFFER_H

#include "ledger/posting.h"

typedef struct BpmBuffer BpmBuffer;

/* For whom lines are locked: nobody makes others wait for lines that he has no duty for. */
typedef struct BpmLockScope
{
	BpmOwnerScope *caller;		/* NULL: his duty is over the whole ledger */
	const int64 *foreign;		/* lines that need no duty, ascending */
	int			nforeign;
} BpmLockScope;

extern int	bpm_reach_rows(BpmLedger *ledger, const BpmStatement *statement, int year,
						   Datum *values);
extern int	bpm_reach_latest_rows(BpmLedger *ledger, const BpmStatement *statement, int year,
						   Datum *values);
extern BpmBuffer *bpm_buffer_make(BpmLedger *ledger);
extern void bpm_buffer_lock(BpmBuffer *buffer, const BpmLockScope *scope,
							const int64 *lines, int count);
extern const BpmLine *bpm_buffer_line(BpmBuffer *buffer, int64 line, bool *locked);
extern void bpm_buffer_keep(BpmBuffer *buffer, const BpmPosting *posting);
extern void bpm_buffer_find_keys(BpmBuffer *buffer, const int64 *lines,
								 char **keys, int count);
extern bool bpm_buffer_knows_key(BpmBuffer *buffer, const BpmPosting *posting);
extern bool bpm_buffer_obligation(BpmBuffer *buffer, int64 id, BpmObligation *obligation);
extern void bpm_buffer_read_obligations(BpmBuffer *buffer, const int64 *ids, int count);
extern void bpm_buffer_keep_obligations(BpmBuffer *buffer, const BpmPosting *posting);
extern void bpm_buffer_lock_caps(BpmBuffer *buffer);
extern bool bpm_buffer_ask_caps(BpmPosting *posting);
extern void bpm_buffer_consume_caps(BpmPosting *posting);
extern void bpm_buffer_store_caps(BpmBuffer *buffer);
extern void bpm_buffer_add(BpmBuffer *buffer, BpmPosting *posting);
extern void bpm_buffer_flush(BpmBuffer *buffer);
extern void bpm_buffer_reset(BpmBuffer *buffer);

/* post.c */
extern bool bpm_posting_run_buffered(BpmPosting *posting);

#endif
