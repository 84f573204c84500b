/*
 * performance.h
 *	  What the functions of this module share: rows that carry a digest, and faults
 *	  that the database finds.
 *
 * Every function locks the row of its project, so that targets and evaluations of
 * one project come one after the other; postings lock lines and never a project.
 */
#ifndef BPM_PERFORMANCE_H
#define BPM_PERFORMANCE_H

#include "postgres.h"

#include "base/faults.h"
#include "base/ledger.h"
#include "project/project.h"

/* record.c */
extern void bpm_insert_sealed(BpmLedger *ledger, const char *table, const char *belongs,
							  const BpmStatement *statement, Datum *values, const char *nulls);
extern bool bpm_seal_holds(BpmLedger *ledger, const BpmStatement *statement, Datum *values);
extern char *bpm_read_text(BpmLedger *ledger, const BpmStatement *statement, Datum *values, const char *nulls);
extern char *bpm_performance_setting(BpmLedger *ledger, BpmCode division, const char *key, const char *usual);
extern Datum bpm_performance_number(BpmLedger *ledger, BpmCode division, const char *key, const char *usual);
extern BpmCode bpm_performance_owner(FunctionCallInfo fcinfo, BpmLedger *ledger, int division, int profile);
extern void bpm_set_argument(FunctionCallInfo fcinfo, int argument, Datum *values, char *nulls, int at);
extern Jsonb *bpm_array_argument(FunctionCallInfo fcinfo, int argument, const char *name);

#endif
