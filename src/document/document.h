/*
 * document.h
 *	  Contracts and payments as rows that post by themselves.
 *
 * A row's state says what has been posted for it. A row trigger keeps the states
 * in order and what was posted unchanged; a statement trigger posts for all rows of
 * the statement at once, as whoever runs it.
 *
 * Nothing of a posting is written back into the row: its key names row and state
 * ('payment:17:paid'), so that it can be found and is never posted twice.
 */
#ifndef BPM_DOCUMENT_H
#define BPM_DOCUMENT_H

#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"

#include "batch/batch.h"

typedef enum BpmStep
{
	STEP_NONE,
	STEP_COMMIT,				/* a contract is signed */
	STEP_RELEASE,				/* what is left of it, or of a request, goes back */
	STEP_REQUEST,
	STEP_PAY,					/* what was requested */
	STEP_PAY_AT_ONCE,			/* nothing was requested before */
	STEP_REFUND
} BpmStep;

/* A change of state that is allowed, and what it posts. */
typedef struct BpmTransition
{
	const char *from;			/* NULL: a new row */
	const char *to;
	BpmStep		step;
} BpmTransition;

/* A sort of document. */
typedef struct BpmDocumentKind
{
	const char *name;			/* of the table, and in keys */
	const char *id;				/* its columns */
	const char *number;
	const char *const *fixed;	/* columns that stay once it is posted, up to NULL */
	const char *const *settled; /* columns that stay once it is paid, up to NULL */
	const BpmTransition *transitions;
	int			ntransitions;
} BpmDocumentKind;

/* One row that has something to post. */
typedef struct BpmDocument
{
	int64		id;
	int64		line;
	int64		contract;		/* 0: none */
	int64		precommitment;	/* 0: none */
	char	   *number;
	char	   *amount;
	char	   *actor;
	DateADT		date;
	bool		date_given;
	const char *state;
	BpmStep		step;
} BpmDocument;

/* kinds.c */
extern const BpmDocumentKind *bpm_document_kind(TriggerData *trigger, const char *function);
extern const BpmTransition *bpm_document_transition(const BpmDocumentKind *kind,
													const char *from, const char *to);

/* post.c */
extern void bpm_post_document_list(BpmLedger *ledger, const BpmDocumentKind *kind,
								   BpmDocument *documents, int count);

/* lookup.c */
typedef struct BpmCommitment
{
	int64		contract;
	int64		obligation;
	int64		line;
	BpmFen		left;
	BpmFen		drawn;
} BpmCommitment;

extern int	bpm_find_commitments(BpmLedger *ledger, const int64 *contracts, int count,
								 BpmCommitment **commitments);
extern void bpm_find_postings(BpmLedger *ledger, const int64 *lines, char **keys, int count,
							  int64 *postings);

#endif
