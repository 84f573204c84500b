/*
 * post.c
 *	  Posts what documents ask for: a list of rows becomes a batch, which the first
 *	  refusal ends.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "document/document.h"

/* One posting to make. */
typedef struct DocumentItem
{
	const BpmDocument *document;
	const char *operation;
	const char *stage;			/* of the key */
	int64		first;			/* line, payment or obligation */
	int64		obligation;		/* to draw on, 0: none */
	const char *target;			/* NULL: none */
	bool		whole;			/* all that is left */
} DocumentItem;

typedef struct DocumentSource
{
	BpmBatchSource source;
	const BpmDocumentKind *kind;
	DocumentItem *items;
	int64		read;
} DocumentSource;

/* Gives the key under which a stage of a document is posted. */
static char *
stage_key(const BpmDocumentKind *kind, const BpmDocument *document, const char *stage)
{
	return psprintf("%s:" INT64_FORMAT ":%s", kind->name, document->id, stage);
}

/* Begins with the first item again. */
static void
rewind_items(BpmBatchSource *source)
{
	((DocumentSource *) source)->read = 0;
}

/* Gives the next items as entries. */
static int
next_items(BpmBatchSource *source, BpmBatchEntry *entries, int limit)
{
	DocumentSource *documents = (DocumentSource *) source;
	int			count = 0;

	for (; count < limit && documents->read < source->count; count++)
	{
		const DocumentItem *item = &documents->items[documents->read++];
		const BpmDocument *document = item->document;
		BpmForm		form = {0};

		memset(&entries[count], 0, sizeof(BpmBatchEntry));
		entries[count].number = documents->read;
		form.operation = unconstify(char *, item->operation);
		form.line_given = true;
		form.line = item->first;
		form.obligation = item->obligation;
		form.amount = item->whole ? NULL : document->amount;
		form.document = document->number;
		form.detail = unconstify(char *, item->target);
		form.key = stage_key(documents->kind, document, item->stage);
		form.actor = document->actor;
		form.date_given = document->date_given;
		form.accounting_date = document->date;
		(void) bpm_check_form(&form, &entries[count].request, &entries[count].refusal);
	}
	return count;
}

/* What became of an item is found by its key: nothing is written back. */
static void
answer_items(BpmBatchSource *source, BpmBatchEntry *entries, int count)
{
}

/* Names the row that an error is about. */
static void
item_context(BpmBatchSource *source, int64 number)
{
	const DocumentSource *documents = (DocumentSource *) source;
	const BpmDocument *document = documents->items[number - 1].document;

	errcontext("%s \"%s\" (%s " INT64_FORMAT ") becomes %s", documents->kind->name,
			   document->number, documents->kind->id, document->id, document->state);
}

/* Posts the items, all or none. */
static void
post_items(BpmLedger *ledger, const BpmDocumentKind *kind, DocumentItem *items, int count)
{
	BpmBatch	batch = {ledger, true};
	DocumentSource documents = {{0}};

	if (count == 0)
		return;
	documents.source.name = "post_documents";
	documents.source.count = count;
	documents.source.rewind = rewind_items;
	documents.source.next = next_items;
	documents.source.answer = answer_items;
	documents.source.context = item_context;
	documents.kind = kind;
	documents.items = items;
	bpm_batch_run(&batch, &documents.source);
}

/* Refuses a document, naming it. */
static void
refuse(const BpmDocumentKind *kind, const BpmDocument *document, char *problem, char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("%s \"%s\" (%s " INT64_FORMAT ") %s", kind->name, document->number, kind->id,
					document->id, problem),
			 errhint("%s", hint)));
}

/* Orders commitments by contract. */
static int
compare_commitments(const void *a, const void *b)
{
	return bpm_compare_ids(&((const BpmCommitment *) a)->contract,
					   &((const BpmCommitment *) b)->contract);
}

/* Finds the commitments of all contracts that documents name; ordered by contract. */
static int
find_commitments(BpmLedger *ledger, const BpmDocumentKind *kind, const BpmDocument *documents,
				 int count, BpmCommitment **commitments)
{
	MemoryContext caller = CurrentMemoryContext;
	bool		contracts = strcmp(kind->name, "contract") == 0;
	int64	   *ids = palloc(count * sizeof(int64));
	int			n = 0;
	int			distinct = 0;
	int			found;
	BpmCommitment *rows;
	BpmOwnerScope scope;

	*commitments = NULL;
	for (int i = 0; i < count; i++)
		if (contracts ? documents[i].step == STEP_RELEASE : documents[i].contract != 0)
			ids[n++] = contracts ? documents[i].id : documents[i].contract;
	if (n == 0)
		return 0;
	qsort(ids, n, sizeof(int64), bpm_compare_ids);
	for (int i = 0; i < n; i++)
		if (i == 0 || ids[i] != ids[i - 1])
			ids[distinct++] = ids[i];
	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	found = bpm_find_commitments(ledger, ids, distinct, &rows);
	qsort(rows, found, sizeof(BpmCommitment), compare_commitments);
	*commitments = MemoryContextAlloc(caller, Max(found, 1) * sizeof(BpmCommitment));
	memcpy(*commitments, rows, found * sizeof(BpmCommitment));
	bpm_owner_leave(&scope);
	SPI_finish();
	return found;
}

/* Returns a contract's commitment on a line, or where it first was; NULL when it has none. */
static const BpmCommitment *
commitment_on(const BpmCommitment *commitments, int count, int64 contract, int64 line)
{
	const BpmCommitment *first;
	const BpmCommitment *end = commitments + count;
	BpmCommitment key = {contract};

	first = count == 0 ? NULL :
		bsearch(&key, commitments, count, sizeof(BpmCommitment), compare_commitments);
	if (first == NULL)
		return NULL;
	while (first > commitments && first[-1].contract == contract)
		first--;
	for (const BpmCommitment *at = first; at < end && at->contract == contract; at++)
		if (at->line == line)
			return at;
	return first;
}

/* Finds the posting of an earlier stage of each document that has one of these steps. */
static int64 *
find_stage(BpmLedger *ledger, const BpmDocumentKind *kind, const BpmDocument *documents,
		   int count, BpmStep step, const char *stage)
{
	int64	   *found = palloc0(count * sizeof(int64));
	int64	   *lines = palloc(count * sizeof(int64));
	int64	   *postings = palloc(count * sizeof(int64));
	char	  **keys = palloc(count * sizeof(char *));
	int			n = 0;
	BpmOwnerScope scope;

	for (int i = 0; i < count; i++)
		if (documents[i].step == step)
		{
			lines[n] = documents[i].line;
			keys[n++] = stage_key(kind, &documents[i], stage);
		}
	if (n == 0)
		return found;
	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	bpm_find_postings(ledger, lines, keys, n, postings);
	bpm_owner_leave(&scope);
	SPI_finish();
	n = 0;
	for (int i = 0; i < count; i++)
		if (documents[i].step == step)
		{
			found[i] = postings[n++];
			if (found[i] == 0)
				refuse(kind, &documents[i], psprintf("was never posted as %s", stage),
					   pstrdup("Its row was written past the triggers; run budgetpm.check_ledger()."));
		}
	return found;
}

/* Makes the items of contracts: what is signed is committed, what ends is released. */
static void
post_contracts(BpmLedger *ledger, const BpmDocumentKind *kind, BpmDocument *documents, int count)
{
	BpmCommitment *commitments;
	int			ncommitments = find_commitments(ledger, kind, documents, count, &commitments);
	DocumentItem *items = palloc0((count + ncommitments) * sizeof(DocumentItem));
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		const BpmDocument *document = &documents[i];
		DocumentItem *item = &items[n];

		item->document = document;
		item->stage = document->state;
		if (document->step == STEP_COMMIT)
		{
			item->operation = "commit_funds";
			item->first = document->line;
			item->obligation = document->precommitment;
			n++;
			continue;
		}
		for (int j = 0; j < ncommitments; j++)
		{
			if (commitments[j].contract != document->id)
				continue;
			if (strcmp(document->state, "cancelled") == 0 && commitments[j].drawn != 0)
				refuse(kind, document, psprintf("cannot be cancelled: %s of it went to payments",
												bpm_fen_to_text(commitments[j].drawn)),
					   pstrdup("Close it: what is left goes back."));
			if (commitments[j].left == 0)
				continue;
			items[n].document = document;
			items[n].stage = document->state;
			items[n].operation = "release";
			items[n].first = commitments[j].obligation;
			items[n++].whole = true;
		}
	}
	post_items(ledger, kind, items, n);
}

/* Tells whether a payment has to be requested by this statement. */
static bool
needs_request(const BpmDocument *document)
{
	return document->step == STEP_REQUEST ||
		(document->step == STEP_PAY_AT_ONCE && document->contract != 0);
}

/* Locks all lines first where requests come in one batch and other payments in a second. */
static void
lock_for_both(BpmLedger *ledger, const BpmDocument *documents, int count)
{
	int64	   *lines = palloc(count * sizeof(int64));
	int			requests = 0;

	for (int i = 0; i < count; i++)
	{
		lines[i] = documents[i].line;
		requests += needs_request(&documents[i]);
	}
	if (requests > 0 && requests < count)
		bpm_batch_lock(ledger, lines, count);
	pfree(lines);
}

/* Makes the requests of payments, drawn on their contracts where they name one. */
static void
post_requests(BpmLedger *ledger, const BpmDocumentKind *kind, BpmDocument *documents, int count)
{
	DocumentItem *items = palloc0(count * sizeof(DocumentItem));
	BpmCommitment *commitments;
	int			ncommitments = find_commitments(ledger, kind, documents, count, &commitments);
	int			n = 0;

	for (int i = 0; i < count; i++)
	{
		const BpmDocument *document = &documents[i];
		DocumentItem *item = &items[n];

		if (!needs_request(document))
			continue;
		item->document = document;
		item->operation = "request_payment";
		item->stage = "requested";
		item->first = document->line;
		if (document->contract != 0)
		{
			const BpmCommitment *commitment = commitment_on(commitments, ncommitments,
															document->contract, document->line);

			if (commitment == NULL)
				refuse(kind, document, psprintf("names contract " INT64_FORMAT ", which is not signed",
												document->contract),
					   pstrdup("Sign the contract first; its state is then signed."));
			item->obligation = commitment->obligation;
		}
		n++;
	}
	post_items(ledger, kind, items, n);
}

/* Posts payments: first all requests, then what is paid, released or given back. */
static void
post_payments(BpmLedger *ledger, const BpmDocumentKind *kind, BpmDocument *documents, int count)
{
	DocumentItem *items = palloc0(count * sizeof(DocumentItem));
	int64	   *requested;
	int64	   *cancelled;
	int64	   *returned;
	int			n = 0;

	lock_for_both(ledger, documents, count);
	post_requests(ledger, kind, documents, count);

	/* Now that they are requested, these are paid as any others. */
	for (int i = 0; i < count; i++)
		if (documents[i].step == STEP_PAY_AT_ONCE && documents[i].contract != 0)
			documents[i].step = STEP_PAY;
	requested = find_stage(ledger, kind, documents, count, STEP_PAY, "requested");
	cancelled = find_stage(ledger, kind, documents, count, STEP_RELEASE, "requested");
	returned = find_stage(ledger, kind, documents, count, STEP_REFUND, "paid");
	for (int i = 0; i < count; i++)
	{
		const BpmDocument *document = &documents[i];
		DocumentItem *item = &items[n];

		item->document = document;
		item->stage = document->state;
		switch (document->step)
		{
			case STEP_PAY_AT_ONCE:
			case STEP_PAY:
				item->operation = "pay";
				item->first = document->line;
				item->obligation = requested[i];
				break;
			case STEP_RELEASE:
				item->operation = "release";
				item->first = cancelled[i];
				item->whole = true;
				break;
			case STEP_REFUND:
				item->operation = "refund";
				item->first = returned[i];
				item->target = document->contract ? "commitment" : "available";
				break;
			default:
				continue;
		}
		n++;
	}
	post_items(ledger, kind, items, n);
}

/* Orders documents by line, and on one line by number. */
static int
compare_documents(const void *a, const void *b)
{
	const BpmDocument *left = a;
	const BpmDocument *right = b;

	return left->line != right->line ? (left->line < right->line ? -1 : 1) :
		left->id < right->id ? -1 : left->id > right->id;
}

/* Posts what a list of documents asks for, ordered by line; all of it or an error. */
void
bpm_post_document_list(BpmLedger *ledger, const BpmDocumentKind *kind,
					   BpmDocument *documents, int count)
{
	if (count == 0)
		return;
	qsort(documents, count, sizeof(BpmDocument), compare_documents);
	if (strcmp(kind->name, "contract") == 0)
		post_contracts(ledger, kind, documents, count);
	else
		post_payments(ledger, kind, documents, count);
}
