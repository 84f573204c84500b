/*
 * text.h
 *	  What texts look like to a reader, and days that are written in them.
 */
#ifndef BPM_TEXT_H
#define BPM_TEXT_H

#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/date.h"

extern bool bpm_leaves_no_ink(pg_wchar c);
extern bool bpm_blank(const char *text);
extern char *bpm_seen(const char *text);
extern bool bpm_read_day(const char *text, DateADT *day);
extern bool bpm_is_calendar_day(DateADT day);
extern DateADT bpm_server_today(void);
extern DateADT bpm_calendar_day(const char *name, DateADT day);

#endif
