/*
 * effect.h
 *	  Named effects: what a decision sets off, registered by the module that owns
 *	  it and run by an engine above that knows none of them.
 *
 * An effect runs as the ledger's owner, connected to SPI, in the transaction of
 * the decision.  It fails by raising an error: the decision then never was.
 */
#ifndef BPM_EFFECT_H
#define BPM_EFFECT_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/ledger.h"

/* What an effect is told; places are tree keys, 0 for none. */
typedef struct BpmEffectCall
{
	int64		case_id;
	const char *subject;
	const char *actor;			/* whose decision it is */
	int64		division;
	int64		unit;
	Jsonb	   *facts;
	Jsonb	   *arguments;		/* an object */
} BpmEffectCall;

/* Returns what is to be kept among the facts, NULL for nothing. */
typedef Jsonb *(*BpmEffectRun) (BpmLedger *ledger, const BpmEffectCall *call);

/* Says what is wrong with arguments in a definition, NULL when nothing is. */
typedef char *(*BpmEffectCheck) (BpmLedger *ledger, Jsonb *arguments);

typedef struct BpmEffect
{
	const char *name;
	BpmEffectRun run;
	BpmEffectCheck check;
} BpmEffect;

extern void bpm_register_effect(const BpmEffect *effect);
extern const BpmEffect *bpm_find_effect(const char *name);
extern char *bpm_list_effects(void);

#endif
