/*
 * chain.c
 *	  Verifies events of one thing, each linked by its digest to the one before.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "evidence/chain.h"

/* Adds a row: at which event, and what is wrong. */
void
bpm_chain_say(BpmChain *chain, int32 event_no, const char *what)
{
	Datum		values[2] = {Int32GetDatum(event_no), CStringGetTextDatum(what)};
	bool		nulls[2] = {false, false};

	tuplestore_putvalues(chain->result->setResult, chain->result->setDesc, values, nulls);
}

/* Takes the next event, whose digest was computed on the head, and says what is wrong with it. */
void
bpm_chain_event(BpmChain *chain, int32 event_no, const uint8 *digest, const uint8 *stored)
{
	if (event_no != ++chain->events)
		bpm_chain_say(chain, event_no, "an event before it is missing");
	if (memcmp(digest, stored, BPM_DIGEST_LENGTH) != 0)
		bpm_chain_say(chain, event_no, "its digest differs from its content");
	memcpy(chain->head, digest, BPM_DIGEST_LENGTH);
}

/* Tells whether so many events, the last of that digest, are all there are. */
bool
bpm_chain_ends(const BpmChain *chain, int32 events, const uint8 *head)
{
	return events == chain->events && memcmp(head, chain->head, BPM_DIGEST_LENGTH) == 0;
}
