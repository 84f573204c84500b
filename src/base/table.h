/*
 * table.h
 *	  Hash tables of what a backend keeps.
 */
#ifndef BPM_TABLE_H
#define BPM_TABLE_H

#include "postgres.h"

#include "utils/hsearch.h"

extern HTAB *bpm_make_table(const char *name, long expected, Size key, Size entry,
							MemoryContext context);

#endif
