/*
 * entry.c
 *	  The canonical bytes of a journal entry; docs/evidence.md specifies them.
 */
#include "postgres.h"

#include "base/jsonb.h"
#include "ledger/entry.h"

/* Gives the digest that links an entry to the one before it on its line. */
void
bpm_entry_digest(const char *algorithm, const uint8 *previous, const BpmEntry *entry,
				 uint8 *digest)
{
	uint8		content[BPM_DIGEST_LENGTH];

	bpm_digest_start(algorithm);
	bpm_digest_cstring("budgetpm/entry/1");
	bpm_digest_int64(entry->line);
	bpm_digest_int64(entry->entry_no);
	bpm_digest_int64(entry->posting);
	bpm_digest_cstring(entry->kind);
	bpm_digest_int64(entry->amount);
	bpm_digest_int64(entry->available_after);
	bpm_digest_moment(entry->posted_at);
	bpm_digest_date(entry->accounting_date);
	bpm_digest_cstring(entry->document);
	bpm_digest_cstring(entry->actor);
	bpm_digest_cstring(entry->login);
	bpm_digest_cstring(entry->key);
	bpm_digest_cstring(entry->memo);
	bpm_digest_optional(entry->peer_line);
	bpm_digest_optional(entry->refers_line);
	bpm_digest_optional(entry->refers_entry);
	bpm_digest_optional(entry->from_obligation);
	bpm_digest_optional(entry->to_obligation);
	bpm_digest_finish(content);
	bpm_digest_link(algorithm, previous, content, digest);
}

/* Gives a memo as jsonb's own output writes it, which is canonical. */
char *
bpm_memo_text(Jsonb *memo)
{
	if (memo == NULL)
		return NULL;
	return bpm_jsonb_out(memo);
}
