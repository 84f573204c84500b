/*
 * arguments.h
 *	  Reads and checks the form of what a caller asks for.
 */
#ifndef BPM_ARGUMENTS_H
#define BPM_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

#include "ledger/posting.h"

extern void bpm_read_request(FunctionCallInfo fcinfo, BpmRequest *request);
extern void bpm_require_arguments(FunctionCallInfo fcinfo, const char *const *names);
extern char *bpm_limited_text(FunctionCallInfo fcinfo, int argument,
							  const char *name, int limit);
extern BpmFen bpm_positive_amount(Numeric value, const char *name);

#endif
