/*
 * types_private.h
 *	  What the files of this module share with each other only.
 */
#ifndef BPM_TYPES_PRIVATE_H
#define BPM_TYPES_PRIVATE_H

#include "nodes/pathnodes.h"

#include "base/compat.h"
#include "types/types.h"

#ifndef HAVE_INT128
#error "budgetpm needs a compiler with 128-bit integers"
#endif

/* What keeps a text from being an amount; the worst fault found is reported. */
typedef enum BpmAmountFault
{
	BPM_AMOUNT_OK,
	BPM_AMOUNT_RANGE,
	BPM_AMOUNT_DECIMALS,
	BPM_AMOUNT_SYNTAX
} BpmAmountFault;

/* amount.c */
pg_noreturn extern void bpm_amount_out_of_range(void);

/* amount_sum.c */
extern Numeric bpm_scaled_numeric(int128 value, int decimals);

/* chinese_amount.c */
extern BpmAmountFault bpm_chinese_amount_parse(const char *text, size_t length,
											   BpmFen *fen, const char **reason);

/* code_selectivity.c */
extern Selectivity bpm_code_restriction(PlannerInfo *root, Oid function,
										List *args, int ancestor_at, int varRelid);
extern Selectivity bpm_code_join(PlannerInfo *root, Oid function, List *args,
								 int ancestor_at, JoinType jointype,
								 SpecialJoinInfo *sjinfo);

#endif
