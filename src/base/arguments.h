/*
 * arguments.h
 *	  Arguments of functions that are not STRICT: clients send NULL for a forgotten
 *	  field, and are told by its name.
 */
#ifndef BPM_BASE_ARGUMENTS_H
#define BPM_BASE_ARGUMENTS_H

#include "postgres.h"

#include "fmgr.h"

extern void bpm_require_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern char *bpm_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern char *bpm_optional_argument(FunctionCallInfo fcinfo, int number);
extern int32 bpm_year_argument(FunctionCallInfo fcinfo, int number, const char *name);
extern char *bpm_optional_number(FunctionCallInfo fcinfo, int number);

#endif
