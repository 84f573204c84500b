/*
 * reversal.c
 *	  Refund, correction and reversal: each names the entry that it undoes, and
 *	  never undoes more than is left of it.
 *
 * What is left is read after the entry's line is locked: every undoing entry
 * stands on that same line, so two of them cannot both see the whole.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/rows.h"
#include "ledger/obligation.h"

typedef struct Undone
{
	int64		line;
	int32		entry_no;
	char	   *kind;
	BpmFen		amount;
	int64		peer;			/* 0: none, as the next two */
	int64		from_obligation;
	int64		to_obligation;
} Undone;

typedef struct UndoneList
{
	int			count;
	Undone		entry[BPM_MAX_LEGS];
} UndoneList;

static const BpmStatement entries_of_posting = {
	"SELECT line_id, entry_no, kind::pg_catalog.text, amount,"
	" COALESCE(peer_line, 0::pg_catalog.int8), COALESCE(from_obligation, 0::pg_catalog.int8),"
	" COALESCE(to_obligation, 0::pg_catalog.int8)"
	" FROM @ledger@.journal_@year@ WHERE posting_id OPERATOR(pg_catalog.=) $1"
	" ORDER BY line_id, entry_no DESC", "l"
};

/* A refund that was itself reversed has given its part back. */
static const BpmStatement left_of_entry = {
	"SELECT e.amount OPERATOR(budgetpm.-) COALESCE(("
	" SELECT budgetpm.sum(r.amount OPERATOR(budgetpm.-) COALESCE(("
	"  SELECT budgetpm.sum(u.amount) FROM @ledger@.journal u"
	"  WHERE u.refers_line OPERATOR(pg_catalog.=) r.line_id"
	"  AND u.refers_entry OPERATOR(pg_catalog.=) r.entry_no), '0'::budgetpm.amount))"
	" FROM @ledger@.journal r WHERE r.refers_line OPERATOR(pg_catalog.=) $1"
	" AND r.refers_entry OPERATOR(pg_catalog.=) $2), '0'::budgetpm.amount)"
	" FROM @ledger@.journal_@year@ e WHERE e.line_id OPERATOR(pg_catalog.=) $1"
	" AND e.entry_no OPERATOR(pg_catalog.=) $2", "li"
};

/* Refuses a posting that does not exist. */
static bool
no_such_posting(BpmPosting *posting)
{
	return bpm_deny(posting, ERRCODE_UNDEFINED_OBJECT,
					psprintf("posting " INT64_FORMAT " does not exist in ledger %s",
							 posting->request.line, posting->ledger->schema),
					NULL,
					pstrdup("A posting's id begins with its fiscal year; each posting function returns it."));
}

/* Reads the entries of the posting to undo, the last of each line first; NULL refuses one that is not there. */
static UndoneList *
read_entries(BpmPosting *posting)
{
	Datum		values[1] = {Int64GetDatum(posting->request.line)};
	int			year = BPM_LINE_YEAR(posting->request.line);
	UndoneList *list = palloc(sizeof(UndoneList));
	bool		isnull;

	if ((year < 1949 || year > 9999) && !no_such_posting(posting))
		return NULL;
	if (!bpm_posting_has_year(posting, year))
		return NULL;
	list->count = bpm_ledger_execute(posting->ledger, &entries_of_posting, year, values, NULL);
	if (list->count == 0 && !no_such_posting(posting))
		return NULL;
	if (list->count > BPM_MAX_LEGS)
		elog(ERROR, "posting " INT64_FORMAT " has too many entries", posting->request.line);
	for (int i = 0; i < list->count; i++)
	{
		HeapTuple	row = SPI_tuptable->vals[i];
		TupleDesc	desc = SPI_tuptable->tupdesc;
		Undone	   *entry = &list->entry[i];

		entry->line = DatumGetInt64(SPI_getbinval(row, desc, 1, &isnull));
		entry->entry_no = DatumGetInt32(SPI_getbinval(row, desc, 2, &isnull));
		entry->kind = bpm_row_string(row, desc, 3);
		entry->amount = DatumGetInt64(SPI_getbinval(row, desc, 4, &isnull));
		entry->peer = DatumGetInt64(SPI_getbinval(row, desc, 5, &isnull));
		entry->from_obligation = DatumGetInt64(SPI_getbinval(row, desc, 6, &isnull));
		entry->to_obligation = DatumGetInt64(SPI_getbinval(row, desc, 7, &isnull));
	}
	SPI_freetuptable(SPI_tuptable);
	return list;
}

/*
 * Returns how much of an entry was not undone; its line is locked.  What undid it
 * may stand on another line than this one, which nobody writes then and no older
 * snapshot conflicts with: so it is read as it is now.
 */
static BpmFen
left_of(BpmPosting *posting, const Undone *entry)
{
	Datum		values[2];

	values[0] = Int64GetDatum(entry->line);
	values[1] = Int32GetDatum(entry->entry_no);
	if (bpm_ledger_execute_latest(posting->ledger, &left_of_entry, BPM_LINE_YEAR(entry->line),
								  values, NULL, false) != 1)
		elog(ERROR, "entry %d of line " INT64_FORMAT " vanished", entry->entry_no, entry->line);
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Refuses to undo more than is left. */
static bool
too_much(BpmPosting *posting, const Undone *entry, BpmFen left)
{
	return bpm_refuse(posting, ERRCODE_BPM_INSUFFICIENT_FUNDS,
					  psprintf("posting " INT64_FORMAT " has only %s left to undo",
							   posting->request.line, bpm_fen_to_text(left)),
					  psprintf("%s of %s was asked for; it moved %s on line " INT64_FORMAT "%s.",
							   posting->request.operation->name,
							   bpm_fen_to_text(posting->request.amount),
							   bpm_fen_to_text(entry->amount), entry->line,
							   left < entry->amount ? ", and the rest was undone before" : ""),
					  left < entry->amount ? pstrdup("trace() shows what undid it.")
					  : pstrdup("Give at most what it moved."));
}

/* Begins the leg that undoes an entry by one amount: what it gave to an obligation leaves that again. */
static BpmLeg
undoing_leg(const Undone *entry, BpmFen amount)
{
	BpmLeg		leg = {.amount = amount,.peer_line = entry->peer,.refers_entry = entry->entry_no};

	leg.from_obligation = entry->to_obligation;
	leg.to_obligation = entry->from_obligation;
	return leg;
}

/* The entry by which the posting paid: a payment's own, or the new side of a correction. */
static Undone *
payment_entry(BpmPosting *posting)
{
	UndoneList *list = read_entries(posting);

	if (list == NULL)
		return NULL;
	for (int i = 0; i < list->count; i++)
		if (strcmp(list->entry[i].kind, "pay") == 0 ||
			strcmp(list->entry[i].kind, "pay_drawn") == 0 ||
			strcmp(list->entry[i].kind, "correct_in") == 0)
			return &list->entry[i];
	bpm_posting_want(posting, list->entry[0].line, false);
	bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
			   psprintf("posting " INT64_FORMAT " is not a payment", posting->request.line),
			   psprintf("It is of kind %s.", list->entry[0].kind),
			   pstrdup("Other postings are undone with reverse()."));
	return NULL;
}

/* request.line is the payment; its line is the one to lock. */
bool
bpm_plan_refund(BpmPosting *posting)
{
	Undone	   *payment = payment_entry(posting);

	if (payment == NULL)
		return false;
	posting->operation_state = payment;
	bpm_posting_want(posting, payment->line, false);
	return true;
}

/* Refuses an amount beyond what is left of the entry. */
static bool
check_left(BpmPosting *posting, const Undone *entry)
{
	BpmFen		left = left_of(posting, entry);

	return posting->request.amount <= left || too_much(posting, entry, left);
}

/* Refuses a payment that was not drawn on what the refund should go back to. */
static bool
no_such_target(BpmPosting *posting, const char *target)
{
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("payment " INT64_FORMAT " has no %s to give money back to",
							   posting->request.line, target),
					  strcmp(target, "request") == 0 ? pstrdup("It was not drawn on a payment request.")
					  : pstrdup("It was not drawn, by its request, on a commitment."),
					  pstrdup("Refund it with target available."));
}

/* Chooses kind and obligation of a refund by its target; false when the payment has none. */
static bool
choose_target(BpmPosting *posting, const Undone *payment, const char **kind, int64 *obligation)
{
	const char *target = posting->request.detail;
	BpmObligation *request;

	*kind = "refund";
	*obligation = 0;
	if (target == NULL || strcmp(target, "available") == 0)
		return true;
	if (payment->from_obligation == 0)
		return no_such_target(posting, target);
	*kind = "refund_request";
	*obligation = payment->from_obligation;
	if (strcmp(target, "request") == 0)
		return true;
	request = bpm_posting_obligation(posting, payment->from_obligation);
	if (request == NULL)
		return false;
	*kind = "refund_commit";
	*obligation = request->predecessor;
	return *obligation != 0 || no_such_target(posting, target);
}

/* refund: paid back to available, or to what the payment drew on, up to what is left of it. */
bool
bpm_decide_refund(BpmPosting *posting)
{
	const Undone *payment = posting->operation_state;
	BpmLeg		leg = {.amount = posting->request.amount,.refers_entry = payment->entry_no};
	const char *kind;

	return check_left(posting, payment) &&
		choose_target(posting, payment, &kind, &leg.to_obligation) &&
		bpm_add_whole_leg(posting, payment->line, kind, leg);
}

static const BpmStatement carries_payment = {
	"WITH RECURSIVE heir(line_id) AS ("
	" SELECT j.peer_line FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind OPERATOR(pg_catalog.=) j.kind"
	"  WHERE j.line_id OPERATOR(pg_catalog.=) $1 AND k.target OPERATOR(pg_catalog.=) 'carried'"
	" UNION"
	" SELECT j.peer_line FROM heir h JOIN @ledger@.journal j ON j.line_id OPERATOR(pg_catalog.=) h.line_id"
	"  JOIN @ledger@.entry_kind k ON k.kind OPERATOR(pg_catalog.=) j.kind"
	"  WHERE k.target OPERATOR(pg_catalog.=) 'carried')"
	"SELECT u.kind OPERATOR(pg_catalog.=) 'finance' OR NOT n.executable"
	" OR EXISTS (SELECT 1 FROM heir h WHERE h.line_id OPERATOR(pg_catalog.=) n.line_id),"
	" n.parent_id IS NULL, n.division OPERATOR(budgetpm.=) o.division"
	"  AND n.fund_type OPERATOR(pg_catalog.=) o.fund_type AND n.direct OPERATOR(pg_catalog.=) o.direct"
	" FROM @ledger@.line o, @ledger@.line n JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) n.unit"
	" WHERE o.line_id OPERATOR(pg_catalog.=) $1 AND n.line_id OPERATOR(pg_catalog.=) $2", "ll"
};

/* Refuses a line that money of an older payment cannot come back to. */
static bool
check_receiving_line(BpmPosting *posting, const Undone *payment)
{
	Datum		values[2] = {Int64GetDatum(payment->line), Int64GetDatum(posting->request.other)};
	const char *problem = NULL;
	bool		ok[3];
	bool		isnull;

	if (BPM_LINE_YEAR(posting->request.other) <= BPM_LINE_YEAR(payment->line))
		problem = "It belongs to no later fiscal year.";
	else if (bpm_ledger_execute(posting->ledger, &carries_payment, 0, values, NULL) != 1)
		return true;			/* reading it says that it does not exist */
	else
		for (int i = 0; i < 3; i++)
			ok[i] = DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc,
											   i + 1, &isnull)) && !isnull;
	if (problem == NULL)
		problem = !ok[2] ? "It has another government, fund type or mark of direct money (直达)." :
			!ok[1] ? "Money enters a tree of lines at its root, and this is none." :
			!ok[0] ? "It is neither the line that the rest was carried to nor one that finance holds." : NULL;
	if (problem == NULL)
		return true;
	return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
					  psprintf("payment " INT64_FORMAT " cannot be refunded to line " INT64_FORMAT,
							   posting->request.line, posting->request.other),
					  pstrdup(problem),
					  pstrdup("Name the line that money of the payment's line was carried to, or a held line or one of the finance department, in an open year."));
}

/*
 * request.line is the payment, request.other the line of a later year.  The
 * payment's own line is locked too, though it takes no entry: under that lock two
 * refunds cannot both see the whole.
 */
bool
bpm_plan_prior_refund(BpmPosting *posting)
{
	Undone	   *payment = payment_entry(posting);

	if (payment == NULL)
		return false;
	posting->operation_state = payment;
	bpm_posting_want(posting, posting->request.other, false);
	bpm_posting_want(posting, payment->line, false);
	return check_receiving_line(posting, payment);
}

/* refund_prior_year: the closed year's entries stay, the money is new on the later line. */
bool
bpm_decide_prior_refund(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	const Undone *payment = posting->operation_state;
	BpmLeg		leg = {.amount = request->amount,.peer_line = payment->line};

	if (bpm_posting_line(posting, payment->line)->year_state != 'x')
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
						  psprintf("fiscal year %d of payment " INT64_FORMAT " is not closed",
								   BPM_LINE_YEAR(payment->line), request->line),
						  NULL, pstrdup("Until it is, money comes back to the payment's own line by refund()."));
	leg.refers_line = payment->line;
	leg.refers_entry = payment->entry_no;
	return check_left(posting, payment) &&
		bpm_add_whole_leg(posting, request->other, "refund_prior", leg);
}

/* request.line is the payment, request.other the line that should have paid. */
bool
bpm_plan_correct(BpmPosting *posting)
{
	if (!bpm_plan_refund(posting))
		return false;
	bpm_posting_want(posting, posting->request.other, false);
	if (posting->nwanted < 2)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("payment " INT64_FORMAT " is on line " INT64_FORMAT " already",
								   posting->request.line, posting->request.other),
						  pstrdup("A correction moves a payment to another line."),
						  pstrdup("Name the line that should have paid."));
	return true;
}

/* correct_payment: the payment leaves one line and stands on the other. */
bool
bpm_decide_correct(BpmPosting *posting)
{
	const BpmRequest *request = &posting->request;
	const Undone *payment = posting->operation_state;
	BpmLeg		out = {0};

	if (bpm_posting_line(posting, request->other)->division !=
		bpm_posting_line(posting, payment->line)->division)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " belongs to another government than payment "
								   INT64_FORMAT, request->other, request->line),
						  NULL, pstrdup("Between governments money moves by send_transfer() only."));
	if (!bpm_posting_line(posting, request->other)->executable)
		return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
						  psprintf("line " INT64_FORMAT " is held for distribution and cannot be spent",
								   request->other),
						  pstrdup("It is there to be allotted (待分指标)."), pstrdup("Correct onto an executable line."));
	out.amount = request->amount;
	out.peer_line = request->other;
	out.refers_entry = payment->entry_no;
	return check_left(posting, payment) &&
		bpm_add_whole_leg(posting, payment->line, "correct_out", out) &&
		bpm_add_leg(posting, request->other, "correct_in", request->amount, payment->line);
}

/* Tells whether two entries of a line are parts of one amount, out of two buckets or into two. */
static bool
are_parts(BpmPosting *posting, const Undone *a, const Undone *b)
{
	const BpmKind *first = bpm_find_kind(posting->ledger, a->kind);
	const BpmKind *second = bpm_find_kind(posting->ledger, b->kind);

	return a->line == b->line &&
		(first->source == second->source || first->target == second->target);
}

/* Tells whether every entry moved all of the posting's amount, so that any part of it can be undone. */
static bool
is_divisible(BpmPosting *posting, const UndoneList *list)
{
	for (int i = 1; i < list->count; i++)
	{
		if (list->entry[i].amount != list->entry[0].amount)
			return false;
		for (int j = 0; j < i; j++)
			if (are_parts(posting, &list->entry[i], &list->entry[j]))
				return false;
	}
	return true;
}

/* Refuses a posting that reverse() is not for. */
static bool
check_reversible(BpmPosting *posting, const UndoneList *list)
{
	const BpmRequest *request = &posting->request;

	for (int i = 0; i < list->count; i++)
	{
		const Undone *entry = &list->entry[i];
		const BpmKind *kind = bpm_find_kind(posting->ledger, entry->kind);

		if (kind->reverses[0] != '\0')
			return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
							  psprintf("posting " INT64_FORMAT " is a reversal itself", request->line),
							  psprintf("It is of kind %s.", entry->kind), pstrdup("Post again what should stand."));
		if (strstr(kind->operation, "_transfer") != NULL)
			return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							  psprintf("posting " INT64_FORMAT " is between governments", request->line),
							  psprintf("It is of kind %s.", entry->kind), pstrdup("Undo it with return_transfer()."));
		if (strcmp(kind->operation, "carry_forward") == 0)
			return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							  psprintf("posting " INT64_FORMAT " carried money into another year", request->line),
							  psprintf("It is of kind %s.", entry->kind),
							  pstrdup("Release or withdraw the money on the line that it was carried to."));
		if (strcmp(kind->operation, "approve_line") == 0)
			return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							  psprintf("posting " INT64_FORMAT " approved a line", request->line),
							  psprintf("It is of kind %s.", entry->kind),
							  pstrdup("What was approved is changed by supplement() or reduce()."));
		if (request->amount != 0 && !is_divisible(posting, list))
			return bpm_refuse(posting, ERRCODE_BPM_RULE_VIOLATED,
							  psprintf("posting " INT64_FORMAT " cannot be reversed in part",
									   request->line),
							  pstrdup("Its entries moved different parts of the amount."),
							  pstrdup("Reverse it whole, without an amount, and post the rest anew."));
	}
	return true;
}

/* request.line is the posting: every line that it touched is locked. */
bool
bpm_plan_reverse(BpmPosting *posting)
{
	UndoneList *list = read_entries(posting);

	if (list == NULL)
		return false;
	posting->operation_state = list;
	for (int i = 0; i < list->count; i++)
		bpm_posting_want(posting, list->entry[i].line, false);
	return check_reversible(posting, list);
}

/*
 * Reads what is left of each entry.  Refunds and corrections undo one entry of a
 * correction alone: what they took back must not come back by its other entry.
 */
static void
read_left(BpmPosting *posting, const UndoneList *list, BpmFen *left)
{
	BpmFen		least = PG_INT64_MAX;

	for (int i = 0; i < list->count; i++)
	{
		left[i] = left_of(posting, &list->entry[i]);
		least = Min(least, left[i]);
	}
	if (is_divisible(posting, list))
		for (int i = 0; i < list->count; i++)
			left[i] = least;
}

/* reverse: every entry of the posting, backwards, whole or by one amount. */
bool
bpm_decide_reverse(BpmPosting *posting)
{
	const UndoneList *list = posting->operation_state;
	BpmFen		asked = posting->request.amount;
	BpmFen		left[BPM_MAX_LEGS];

	read_left(posting, list, left);
	for (int i = 0; i < list->count; i++)
	{
		const Undone *entry = &list->entry[i];

		if (asked > left[i])
			return too_much(posting, entry, left[i]);
		if (!bpm_add_whole_leg(posting, entry->line, psprintf("reverse_%s", entry->kind),
							   undoing_leg(entry, asked != 0 ? asked : left[i])))
			return false;
	}
	if (posting->nlegs == 0)
		return bpm_refuse(posting, ERRCODE_BPM_WRONG_STATE,
						  psprintf("nothing is left of posting " INT64_FORMAT " to reverse",
								   posting->request.line),
						  pstrdup("Each of its entries was undone before."),
						  pstrdup("trace() shows what undid it."));
	return true;
}
