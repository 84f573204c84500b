/*
 * effect.h
 *	  The effects that the ledger offers to those above it.
 */
#ifndef BPM_LEDGER_EFFECT_H
#define BPM_LEDGER_EFFECT_H

extern void bpm_ledger_effects_init(void);

#endif
