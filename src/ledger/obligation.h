/*
 * obligation.h
 *	  What holds money for one purpose: a procurement plan, a contract, a payment
 *	  request.
 *
 * An obligation's row is read and written under its line's lock only. What is
 * left of it is amount - drawn - released; the next stage draws on its own
 * predecessor and on no pool.
 */
#ifndef BPM_OBLIGATION_H
#define BPM_OBLIGATION_H

#include "ledger/posting.h"

/* Stands for the id of the obligation that this posting opens: its own id, not yet known. */
#define BPM_NEW_OBLIGATION	INT64CONST(-1)

/* The columns that bpm_fill_obligation() reads, in their order. */
#define OBLIGATION_LIST \
	"obligation_id, line_id, stage::pg_catalog.text, amount, drawn, released," \
	" returnable, predecessor"

extern void bpm_fill_obligation(BpmObligation *obligation, HeapTuple row, TupleDesc desc);
extern BpmObligation *bpm_posting_obligation(BpmPosting *posting, int64 id);
extern bool bpm_change_obligations(BpmPosting *posting, const BpmLeg *leg);
extern void bpm_name_new_obligation(BpmPosting *posting);
extern void bpm_store_obligations(BpmPosting *posting);
extern int64 bpm_line_of_obligation(BpmPosting *posting, int64 id);
extern bool bpm_check_own_obligation(BpmPosting *posting, const BpmObligation *obligation);
extern BpmFen bpm_left_of_obligation(const BpmObligation *obligation);

#endif
