/*
 * concern.h
 *	  What a signal brings about: an intervention, an audit.
 */
#ifndef BPM_CONCERN_H
#define BPM_CONCERN_H

#include "project/project.h"
#include "project/signal.h"

/* What one assessment has changed. */
typedef struct BpmConcerns
{
	int64		kept;			/* signals */
	int64		colours[COLOUR_RED + 1];	/* of them */
	int64		opened;
	int64		ended;
	int64		cases;
	int64		failed;
} BpmConcerns;

extern void bpm_settle_concerns(BpmCall *call, DateADT day, const char *colour, Datum projects,
								BpmConcerns *concerns);
extern void bpm_begin_cases(BpmCall *call, DateADT day, BpmCode place, int64 project,
							BpmConcerns *concerns);
extern void bpm_move_concerns(BpmCall *call, const BpmProject *project, const char *from, DateADT day,
							  const char *reason);

#endif
