/*
 * replay.c
 *	  Plays a line's entries again, independently of legs.c: what verification
 *	  shares with the posting path would hide the posting path's mistakes.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "ledger/verify.h"

/* Adds a difference to the result. */
void
bpm_report(BpmVerifier *verifier, int64 line, int32 entry_no, const char *problem,
		   const char *expected, const char *found)
{
	Datum		values[5];
	bool		nulls[5] = {false, entry_no == 0, false, expected == NULL, found == NULL};

	values[0] = Int64GetDatum(line);
	values[1] = Int32GetDatum(entry_no);
	values[2] = CStringGetTextDatum(problem);
	values[3] = expected ? CStringGetTextDatum(expected) : (Datum) 0;
	values[4] = found ? CStringGetTextDatum(found) : (Datum) 0;
	tuplestore_putvalues(verifier->result->setResult, verifier->result->setDesc, values, nulls);
}

/* Begins a line: empty buckets, and the digest of its elements as head. */
void
bpm_start_line(BpmVerifier *verifier, const BpmLineRequest *line)
{
	memset(verifier->bucket, 0, sizeof(verifier->bucket));
	verifier->entry_no = 0;
	verifier->posted_at = DT_NOBEGIN;
	bpm_line_digest(verifier->ledger->digest, line, verifier->head);
}

/* Moves the entry's amount between the recomputed buckets. */
static void
play(BpmVerifier *verifier, const BpmEntry *entry, const BpmKind *kind)
{
	int			source_sign = kind->source == BUCKET_APPROPRIATED ? 1 : -1;
	int			target_sign = kind->target == BUCKET_APPROPRIATED ? -1 : 1;

	verifier->bucket[kind->source] += source_sign * entry->amount;
	verifier->bucket[kind->target] += target_sign * entry->amount;
}

/* Reports a bucket below zero and an available amount that differs. */
static void
check_buckets(BpmVerifier *verifier, const BpmEntry *entry, char control)
{
	for (int i = BUCKET_AVAILABLE; i < BUCKET_COUNT; i++)
		if (verifier->bucket[i] < 0 && (i != BUCKET_AVAILABLE || control == 'b'))
			bpm_report(verifier, entry->line, entry->entry_no,
					   psprintf("bucket %s was negative", bpm_bucket_names[i]), "0.00",
					   bpm_fen_to_text(verifier->bucket[i]));
	if (verifier->bucket[BUCKET_AVAILABLE] != entry->available_after)
		bpm_report(verifier, entry->line, entry->entry_no, "available after the entry differs",
				   bpm_fen_to_text(verifier->bucket[BUCKET_AVAILABLE]),
				   bpm_fen_to_text(entry->available_after));
}

/* Reports a digest that does not follow from the content. */
static void
check_chain(BpmVerifier *verifier, const BpmEntry *entry, const uint8 *stored)
{
	uint8		computed[BPM_DIGEST_LENGTH];

	bpm_entry_digest(verifier->ledger->digest, verifier->head, entry, computed);
	if (stored == NULL || memcmp(stored, computed, BPM_DIGEST_LENGTH) != 0)
		bpm_report(verifier, entry->line, entry->entry_no, "digest does not follow from the content",
				   NULL, NULL);

	/*
	 * Going on from the stored digest names the broken entries and not all
	 * after them.
	 */
	if (stored != NULL)
		memcpy(verifier->head, stored, BPM_DIGEST_LENGTH);
}

/* Applies an entry to the line and reports what does not fit. */
void
bpm_replay_entry(BpmVerifier *verifier, const BpmEntry *entry,
				 const uint8 *stored_digest, char control)
{
	if (entry->entry_no != verifier->entry_no + 1)
		bpm_report(verifier, entry->line, entry->entry_no, "entries are missing before this one",
				   psprintf("%d", verifier->entry_no + 1), psprintf("%d", entry->entry_no));
	if (entry->posted_at <= verifier->posted_at)
		bpm_report(verifier, entry->line, entry->entry_no, "posted before the entry that it follows",
				   NULL, NULL);
	if (entry->amount <= 0)
		bpm_report(verifier, entry->line, entry->entry_no, "amount is not positive", NULL,
				   bpm_fen_to_text(entry->amount));
	play(verifier, entry, bpm_find_kind(verifier->ledger, entry->kind));
	check_buckets(verifier, entry, control);
	check_chain(verifier, entry, stored_digest);
	verifier->entry_no = entry->entry_no;
	verifier->posted_at = entry->posted_at;
}
