/*
 * balance.h
 *	  The columns of a balance row, and permits for statements that change some of
 *	  them in many rows at once.
 */
#ifndef BPM_BALANCE_H
#define BPM_BALANCE_H

#include "base/guard.h"

/* The columns that bpm_fill_line() reads, in their order. */
#define BALANCE_LIST \
	"line_id, division, unit, appropriated, available, allotted, transferred, frozen," \
	" pending_out, precommitted, committed, requested, paid, withdrawn, carried," \
	" entry_no, posted_at, head, closed_month, control, year_state, line_state, executable, caps"

extern void bpm_permit_columns(BpmLedger *ledger, int year, const int *columns,
							   BpmPermit *permit);

#endif
