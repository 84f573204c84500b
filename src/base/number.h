/*
 * number.h
 *	  Exact arithmetic on numeric, for C: percentages, quantities and scores.  Amounts
 *	  of money are int64 fen (types/types.h).
 */
#ifndef BPM_NUMBER_H
#define BPM_NUMBER_H

#include "postgres.h"

#include "access/htup.h"
#include "access/tupdesc.h"
#include "utils/numeric.h"

extern int	bpm_compare_numeric(Numeric a, Numeric b);
extern bool bpm_exceeds(Numeric a, Numeric b);
extern int	bpm_numeric_sign(Numeric number);
extern Numeric bpm_times(Numeric a, Numeric b);
extern Numeric bpm_plus(Numeric a, Numeric b);
extern Numeric bpm_minus(Numeric a, Numeric b);
extern Numeric bpm_divided(Numeric a, Numeric b);
extern Numeric bpm_rounded(Numeric number, int decimals);
extern Numeric bpm_numeric_of(const char *text);
extern char *bpm_numeric_text(Numeric number);
extern Numeric bpm_row_numeric(HeapTuple row, TupleDesc desc, int column);

#endif
