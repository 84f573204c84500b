/*
 * call.h
 *	  The frame of every function of this module: who calls, for whom, and with
 *	  whose rights its statements run.
 */
#ifndef BPM_CALL_H
#define BPM_CALL_H

#include "base/arguments.h"
#include "workflow/workflow.h"

typedef struct BpmCall
{
	BpmLedger  *ledger;
	const char *operation;
	char	   *actor;			/* who acts */
	char	   *login;			/* who calls */
	BpmOwnerScope scope;
} BpmCall;

extern void bpm_call_begin(BpmCall *call, FunctionCallInfo fcinfo, const char *operation,
						   const char *actor);
extern void bpm_call_require(BpmCall *call, BpmCode division, BpmCode unit);
extern bool bpm_call_reads(BpmCall *call, BpmCode division, BpmCode unit);
extern bool bpm_call_posts(BpmCall *call, BpmCode division, BpmCode unit);
extern BpmCase *bpm_call_case(BpmCall *call, int64 case_id);
extern void bpm_call_end(BpmCall *call);

/* A case that somebody's call is to begin. */
typedef struct BpmNewCase
{
	const char *flow;
	char	   *subject;
	Jsonb	   *facts;
	BpmCode		division;
	BpmCode		unit;			/* 0: none */
	const char *key;			/* NULL: none */
} BpmNewCase;

/* start.c */
extern int64 bpm_call_start(BpmCall *call, BpmNewCase *start);

/* publish.c */
extern void bpm_refuse_definition(const BpmFaults *faults);
extern int32 bpm_publish(BpmCall *call, Jsonb *definition, const char *template, BpmFaults *faults);

#endif
