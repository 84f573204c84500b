/*
 * report.h
 *	  A progress report (进度填报) as its digest sees it.
 */
#ifndef BPM_REPORT_H
#define BPM_REPORT_H

#include "postgres.h"

#include "utils/date.h"

#include "evidence/digest.h"

/* Texts are NULL and ids 0 where there is nothing; numbers are as the table prints them. */
typedef struct BpmReport
{
	int64		id;
	int64		project;
	const char *kind;
	DateADT		reported_for;
	const char *percent;
	const char *note;
	const char *longitude;
	const char *latitude;
	const char *datum;
	TimestampTz taken_at;
	const char *photos;
	const char *distance;
	const char *flags;			/* joined by commas */
	int64		replaces;
	const char *key;
	TimestampTz reported_at;
	const char *reported_by;
	const char *login;
} BpmReport;

/* report_chain.c */
extern void bpm_report_digest(const char *algorithm, const uint8 *previous,
							  const BpmReport *report, uint8 *digest);

#endif
