/*
 * cap_private.h
 *	  What the files of this module share.
 */
#ifndef BPM_CAP_PRIVATE_H
#define BPM_CAP_PRIVATE_H

#include "cap/cap.h"

/* A limit that was crossed upwards. */
typedef struct BpmCapCrossing
{
	const char *kind;			/* of the alert */
	BpmFen		limit;
	BpmFen		used;
	int64		posting;		/* 0: none */
} BpmCapCrossing;

/* Types of the columns that permits read by position. */
#define CAP_BALANCE_TYPES	"iaa"
#define CAP_SLOT_TYPES		"iiaaaa"

enum
{
	CAP_BALANCE_CAP, CAP_BALANCE_BASIS, CAP_BALANCE_USED
};

enum
{
	CAP_SLOT_CAP, CAP_SLOT_SLOT, CAP_SLOT_BASIS, CAP_SLOT_USED, CAP_SLOT_FLOOR,
	CAP_SLOT_GRANTED
};

/* limit.c */
extern BpmFen bpm_cap_add(BpmFen a, BpmFen b);
extern void bpm_cap_note_crossings(const BpmCapState *before, BpmCapState *after, int month,
								   int64 posting);

/* state.c */
extern void bpm_cap_store_row(BpmLedger *ledger, const BpmCapState *state);

/* slot.c */
typedef enum BpmSlotOutcome
{
	BPM_SLOT_TAKEN,				/* written */
	BPM_SLOT_SHORT,				/* all slots have to be levelled */
	BPM_SLOT_MOVED				/* the cap is no longer what it was: look again */
} BpmSlotOutcome;

extern BpmSlotOutcome bpm_slot_consume(BpmLedger *ledger, const BpmCap *cap, BpmFen used);
extern void bpm_slots_lock(BpmLedger *ledger, int32 cap, int slots);
extern void bpm_slots_read(BpmLedger *ledger, BpmCapState *state);
extern void bpm_slots_level(BpmLedger *ledger, BpmCapState *state);

/* alert.c */
extern void bpm_cap_raise_alerts(BpmLedger *ledger, BpmCapState *state);

#endif
