/*
 * site.h
 *	  What sites and reports share: everything that is wrong with a request, told
 *	  at once.
 */
#ifndef BPM_SITE_H
#define BPM_SITE_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "nodes/pg_list.h"

/* Faults of a request, a line each, and what to do about them, each once. */
typedef struct BpmFaultList
{
	int			count;
	StringInfoData text;
	List	   *hints;
} BpmFaultList;

/* faults.c */
extern void bpm_faults_init(BpmFaultList *faults);
extern void bpm_add_fault(BpmFaultList *faults, const char *where, const char *problem,
						  const char *hint);
extern void bpm_raise_faults(const BpmFaultList *faults, int sqlstate, const char *message);

#endif
