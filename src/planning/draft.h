/*
 * draft.h
 *	  The draft of a government's budget (预算草案): what goes into it, its way to
 *	  the vote, and what the vote sets off.
 *
 * The row of division_draft is the lock of a government's draft: whoever changes a
 * request, an estimate or a planned transfer shares it, before he locks anything
 * else; who sends the draft off, takes it back or has it approved holds it alone.
 *
 * All functions here run as the ledger's owner, connected to SPI, for callers who
 * have asked for the right to what they do.
 */
#ifndef BPM_DRAFT_H
#define BPM_DRAFT_H

#include "postgres.h"

#include "utils/date.h"

#include "base/effect.h"
#include "base/ledger.h"
#include "evidence/digest.h"
#include "types/types.h"

/* A draft that is out, under the lock on its government. */
typedef struct BpmDraft
{
	int64		id;
	int32		preparation;
	int			fiscal_year;
	BpmCode		division;
	int32		version;
	BpmFen		expenditure;
	char	   *resolution;		/* NULL: none was named */
	uint8		digest[BPM_DIGEST_LENGTH];
} BpmDraft;

/* draft.c */
extern void bpm_draft_require_latest(void);
extern void bpm_draft_share(BpmLedger *ledger, int32 preparation, BpmCode division);
extern void bpm_draft_hold_open(BpmLedger *ledger, int32 preparation, BpmCode division);
extern void bpm_draft_take(BpmLedger *ledger, int32 preparation, BpmCode division);
extern char *bpm_draft_division_name(BpmLedger *ledger, BpmCode division);
extern bool bpm_draft_of_case(BpmLedger *ledger, const BpmEffectCall *call, BpmDraft *draft);
extern void bpm_draft_end(BpmLedger *ledger, const BpmDraft *draft, const char *state,
						  const char *document);
extern Jsonb *bpm_draft_hold(BpmLedger *ledger, const BpmEffectCall *call);
extern Jsonb *bpm_draft_release(BpmLedger *ledger, const BpmEffectCall *call);

/* draft_content.c */
extern void bpm_draft_digest(BpmLedger *ledger, int32 preparation, BpmCode division,
							 int32 version, uint8 *digest);
extern int64 bpm_draft_store(BpmLedger *ledger, const BpmEffectCall *call, int32 preparation,
							 int32 version, const uint8 *digest);

/* draft_lines.c */
extern int64 bpm_draft_appropriate(BpmLedger *ledger, const BpmEffectCall *call,
								   const BpmDraft *draft, const char *document);

/* draft_notice.c */
extern void bpm_draft_notices(BpmLedger *ledger, const BpmDraft *draft, DateADT today);

/* draft_approve.c: registers the effects of drafts */
extern void bpm_draft_init(void);

#endif
