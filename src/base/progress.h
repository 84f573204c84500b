/*
 * progress.h
 *	  How far a long operation has come, for other sessions to see through
 *	  budgetpm.progress().
 *
 * It lives in the server's own per-backend progress slots under a command number
 * that core does not use, so that no core view shows it, nothing has to be
 * preloaded, and an error clears it.  VACUUM, ANALYZE, CREATE INDEX and COPY in
 * the same backend take the slot over: start again after them.  One operation at
 * a time: starting a second one replaces the first.
 */
#ifndef BPM_PROGRESS_H
#define BPM_PROGRESS_H

#include "postgres.h"

/* "kind" names the operation, in at most 24 bytes; "total" is 0 when nobody knows. */
extern void bpm_progress_start(const char *kind, int64 total);

/* "phase" says what is being done now, in at most 24 bytes; done begins at 0 again. */
extern void bpm_progress_phase(const char *phase, int64 total);
extern void bpm_progress_update(int64 done);
extern void bpm_progress_end(void);

#endif
