/*
 * rows.h
 *	  Columns of a row that was read, and parameters of a statement to be run.
 *
 * A parameter that is not there is given as 0 or NULL and becomes null; ids, codes
 * and moments are never 0 themselves.
 */
#ifndef BPM_ROWS_H
#define BPM_ROWS_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"

extern char *bpm_row_string(HeapTuple row, TupleDesc rows, int column);
extern int64 bpm_row_number(HeapTuple row, TupleDesc rows, int column);

/* Of the last result. */
extern char *bpm_result_text(int row, int column);
extern int64 bpm_result_int(int row, int column);

extern void bpm_set_id(Datum *values, char *nulls, int at, int64 id);
extern void bpm_set_datum(Datum *values, char *nulls, int at, Datum value);
extern void bpm_set_text(Datum *values, char *nulls, int at, const char *text);
extern void bpm_put_text(Datum *values, bool *nulls, int at, const char *text);

extern Datum bpm_id_array(const int64 *ids, int count);
extern int	bpm_compare_ids(const void *a, const void *b);

#endif
