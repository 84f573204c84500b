/*
 * types.h
 *	  The two types of this extension as other C code sees them.
 *
 * amount (金额) is a signed 64-bit count of fen (分), passed by value.
 *
 * budget_code (编码) is 1 to 17 digits in one int64, passed by value: with digits
 * d1..dn the value is the sum of (di + 1) * 11^(17 - i).  The order of the values is
 * tree order, a node before what stands below it, and what stands below an
 * n-digit code v is [v, v + 11^(17-n) - 1].  Both are stored as int8 is; neither
 * representation may ever change meaning.
 */
#ifndef BPM_TYPES_H
#define BPM_TYPES_H

#include "postgres.h"

#include "utils/numeric.h"

#include "base/refusal.h"

typedef int64 BpmFen;
typedef int64 BpmCode;

#define BPM_CODE_MAX_DIGITS		17

/* Room for "-92233720368547758.08" and for 17 digits, with the final zero. */
#define BPM_FEN_TEXT_SIZE		22
#define BPM_CODE_TEXT_SIZE		(BPM_CODE_MAX_DIGITS + 1)

/* amount.c */
extern bool bpm_fen_parse(const char *text, BpmFen *fen, BpmRefusal *refusal);
extern BpmFen bpm_fen_from_numeric(Numeric value);
extern Numeric bpm_fen_to_numeric(BpmFen fen);
extern char *bpm_fen_to_text(BpmFen fen);
extern BpmFen bpm_fen_from_yuan(int64 yuan);

/* code.c */
extern BpmCode bpm_code_from_text(const char *text);
extern char *bpm_code_to_text(BpmCode code);
extern bool bpm_code_covers(BpmCode ancestor, BpmCode code);
extern BpmCode bpm_code_last(BpmCode code);
extern int	bpm_code_digits(BpmCode code);
extern BpmCode bpm_code_prefix(BpmCode code, int digits);

#endif
