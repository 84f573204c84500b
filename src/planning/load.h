/*
 * load.h
 *	  Rows that people bring in many at a time: what is right is loaded, and each of
 *	  the others says what is wrong with it.
 */
#ifndef BPM_PLANNING_LOAD_H
#define BPM_PLANNING_LOAD_H

#include "postgres.h"

#include "fmgr.h"

#include "base/ledger.h"

extern Datum bpm_load_items(FunctionCallInfo fcinfo, const char *operation, const char *table,
							const BpmStatement *insert, const BpmStatement *faults);

#endif
