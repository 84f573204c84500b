/*
 * shape.h
 *	  Whether a table is made as the code that reads it expects.
 */
#ifndef BPM_SHAPE_H
#define BPM_SHAPE_H

#include "base/ledger.h"

extern void bpm_check_shape(BpmLedger *ledger, Oid relid);

#endif
