/*
 * closing.h
 *	  Shared among the files of this module: the year, its end, its accounts.
 */
#ifndef BPM_CLOSING_H
#define BPM_CLOSING_H

#include "postgres.h"

#include "fmgr.h"

#include "base/arguments.h"
#include "base/ledger.h"

/* accounts.c */

/* year.c */
extern char *bpm_closing_document(FunctionCallInfo fcinfo, int number);
extern char *bpm_closing_state(BpmLedger *ledger, int year);

#endif
