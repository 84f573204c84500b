/*
 * chain.h
 *	  Events of one thing, each linked by its digest to the one before.
 */
#ifndef BPM_CHAIN_H
#define BPM_CHAIN_H

#include "postgres.h"

#include "nodes/execnodes.h"

#include "evidence/digest.h"

/* A chain while it is verified; begins as {result}. */
typedef struct BpmChain
{
	ReturnSetInfo *result;		/* rows of a number and what is wrong there */
	int32		events;			/* seen so far */
	uint8		head[BPM_DIGEST_LENGTH];	/* of the last one, as computed */
} BpmChain;

extern void bpm_chain_say(BpmChain *chain, int32 event_no, const char *what);
extern void bpm_chain_event(BpmChain *chain, int32 event_no, const uint8 *digest,
							const uint8 *stored);
extern bool bpm_chain_ends(const BpmChain *chain, int32 events, const uint8 *head);

#endif
