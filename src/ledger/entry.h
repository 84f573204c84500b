/*
 * entry.h
 *	  The content of a journal entry as its digest sees it; the posting path
 *	  computes it once, verification computes it again from the stored row.
 */
#ifndef BPM_ENTRY_H
#define BPM_ENTRY_H

#include "ledger/posting.h"

typedef struct BpmEntry
{
	int64		line;
	int32		entry_no;
	int64		posting;
	const char *kind;
	BpmFen		amount;
	BpmFen		available_after;
	TimestampTz posted_at;
	DateADT		accounting_date;
	const char *document;
	const char *actor;
	const char *login;
	const char *key;			/* NULL: none */
	const char *memo;			/* jsonb as text; NULL: none */
	int64		peer_line;		/* 0: none, as the next two */
	int64		refers_line;
	int32		refers_entry;
	int64		from_obligation;
	int64		to_obligation;
} BpmEntry;

extern void bpm_entry_digest(const char *algorithm, const uint8 *previous,
							 const BpmEntry *entry, uint8 *digest);
extern char *bpm_memo_text(Jsonb *memo);

#endif
