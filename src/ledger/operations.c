/*
 * operations.c
 *	  Every posting operation, by the name of its wrapper.
 */
#include "postgres.h"

#include "base/errors.h"
#include "ledger/posting.h"

static const char *const refund_targets[] = {"available", "request", "commitment", NULL};
static const char *const release_targets[] = {"available", "predecessor", NULL};

/* Ordered by name. */
static const BpmOperation operations[] = {
	{"allot", bpm_plan_pair, bpm_decide_allot, .other = "child", .first = "parent"},
	{"appropriate", bpm_plan_line, bpm_decide_appropriate},
	{"approve_line", bpm_plan_approve, bpm_decide_approve},
	{"carry_forward", bpm_plan_carry, bpm_decide_carry, .other = "to_line",
	.first = "from_line", .obligation = "obligation", .across_years = true},
	{"commit_funds", bpm_plan_spending, bpm_decide_spending, .obligation = "precommitment"},
	{"correct_payment", bpm_plan_correct, bpm_decide_correct, .reads_entries = true,
	.other = "to_line", .first = "payment"},
	{"freeze", bpm_plan_line, bpm_decide_simple},
	{"pay", bpm_plan_spending, bpm_decide_spending, .obligation = "request"},
	{"precommit", bpm_plan_spending, bpm_decide_spending},
	{"receive_transfer", bpm_plan_receive, bpm_decide_receive, bpm_finish_receive,
	.amount_optional = true, .other = "transfer"},
	{"reduce", bpm_plan_line, bpm_decide_outflow},
	{"refund", bpm_plan_refund, bpm_decide_refund, .reads_entries = true,
	.first = "payment", .detail = "target", .details = refund_targets},
	{"refund_prior_year", bpm_plan_prior_refund, bpm_decide_prior_refund,
		.reads_entries = true,.other = "to_line",.first = "payment",.across_years = true},
	{"release", bpm_plan_release, bpm_decide_release, .amount_optional = true,
	.first = "obligation", .detail = "target", .details = release_targets},
	{"release_out", bpm_plan_line, bpm_decide_simple},
	{"request_payment", bpm_plan_spending, bpm_decide_spending, .obligation = "commitment"},
	{"reserve_out", bpm_plan_line, bpm_decide_simple},
	{"return_allotment", bpm_plan_pair, bpm_decide_return_allotment, .other = "parent",
	.first = "child"},
	{"return_transfer", bpm_plan_transfer_return, bpm_decide_transfer_return,
	bpm_finish_transfer_return, .amount_optional = true, .first = "transfer"},
	{"reverse", bpm_plan_reverse, bpm_decide_reverse, .reads_entries = true,
	.amount_optional = true, .first = "posting"},
	{"send_transfer", bpm_plan_send, bpm_decide_send, bpm_finish_send, .detail = "to_division"},
	{"supplement", bpm_plan_line, bpm_decide_supplement, .detail = "source"},
	{"unfreeze", bpm_plan_line, bpm_decide_simple},
	{"virement", bpm_plan_virement, bpm_decide_virement, .other = "to_line",
	.first = "from_line"},
	{"withdraw", bpm_plan_line, bpm_decide_outflow},
};

/* Orders operations by name, for the binary search. */
static int
compare_operation(const void *name, const void *operation)
{
	return strcmp((const char *) name, ((const BpmOperation *) operation)->name);
}

/* Lists the operations for a message. */
static char *
known_names(void)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < lengthof(operations); i++)
		appendStringInfo(&names, "%s%s", i ? ", " : "", operations[i].name);
	return names.data;
}

/* Returns the operation of that name, or NULL and a refusal with the list of those there are. */
const BpmOperation *
bpm_look_up_operation(const char *name, BpmRefusal *refusal)
{
	const BpmOperation *found = bsearch(name, operations, lengthof(operations),
										sizeof(BpmOperation), compare_operation);

	if (found == NULL)
		bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
						psprintf("operation \"%s\" is not known", name), NULL,
						psprintf("The operations are %s.", known_names()));
	return found;
}

/* Returns the operation of that name, or raises that there is none. */
const BpmOperation *
bpm_find_operation(const char *name)
{
	BpmRefusal	refusal;
	const BpmOperation *found = bpm_look_up_operation(name, &refusal);

	if (found == NULL)
		bpm_refusal_raise(&refusal);
	return found;
}
