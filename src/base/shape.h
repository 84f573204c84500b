/*
 * shape.h
 *	  Whether a table is made as the code that reads it expects.
 */
#ifndef BPM_SHAPE_H
#define BPM_SHAPE_H

#include "base/ledger.h"

/* A table of the ledger, as "name type, name type". */
typedef struct BpmTableShape
{
	const char *table;
	const char *columns;
} BpmTableShape;

/* shapes.c */
extern const BpmTableShape bpm_shapes[];
extern const int bpm_shapes_count;

/* shape.c */
extern void bpm_check_shape(BpmLedger *ledger, Oid relid);

#endif
