/*
 * faults.h
 *	  Everything that is wrong with what somebody gave, told at once.
 */
#ifndef BPM_FAULTS_H
#define BPM_FAULTS_H

#include "postgres.h"

typedef struct BpmFault
{
	char	   *path;
	char	   *text;
} BpmFault;

/* Begins as {0}; all lies in the memory that is current at the time. */
typedef struct BpmFaults
{
	BpmFault   *items;
	int			count;
	int			room;
} BpmFaults;

extern void bpm_fault(BpmFaults *faults, const char *path, const char *format,...) pg_attribute_printf(3, 4);

#endif
