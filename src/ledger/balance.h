/*
 * balance.h
 *	  Permits for statements that change columns of many balance rows at once.
 */
#ifndef BPM_BALANCE_H
#define BPM_BALANCE_H

#include "base/guard.h"

extern void bpm_permit_columns(BpmLedger *ledger, int year, const int *columns,
							   BpmPermit *permit);

#endif
