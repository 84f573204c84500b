/*
 * faults.h
 *	  Everything that is wrong with what somebody gave, told at once.
 *
 * A list begins as {0}; what is added lies in the memory that is current then.
 */
#ifndef BPM_FAULTS_H
#define BPM_FAULTS_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "base/ledger.h"

typedef struct BpmFault
{
	char	   *path;			/* where it is, NULL: the whole */
	char	   *text;
	char	   *hint;			/* what to do, NULL: nothing in particular */
} BpmFault;

typedef struct BpmFaults
{
	BpmFault   *items;
	int			count;
	int			room;
} BpmFaults;

extern void bpm_fault(BpmFaults *faults, const char *path, const char *format,...) pg_attribute_printf(3, 4);
extern void bpm_add_fault(BpmFaults *faults, const char *where, const char *problem,
						  const char *hint);
extern void bpm_gather_faults(BpmLedger *ledger, const BpmStatement *statement, Datum *values,
							  const char *nulls, BpmFaults *faults);
extern void bpm_put_faults(const BpmFaults *faults, ReturnSetInfo *result);
extern void bpm_refuse_faults(const BpmFaults *faults, int sqlstate, const char *what, int most,
							  const char *hint);
extern void bpm_raise_faults(const BpmFaults *faults, int sqlstate, const char *message);

#endif
