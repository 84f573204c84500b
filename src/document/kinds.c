/*
 * kinds.c
 *	  The sorts of document, their states, and what each change of state posts.
 */
#include "postgres.h"

#include "utils/rel.h"

#include "base/errors.h"
#include "document/document.h"

static const BpmTransition contract_transitions[] = {
	{NULL, "draft", STEP_NONE},
	{NULL, "signed", STEP_COMMIT},
	{"draft", "signed", STEP_COMMIT},
	{"draft", "cancelled", STEP_NONE},
	{"signed", "closed", STEP_RELEASE},
	{"signed", "cancelled", STEP_RELEASE},
};

static const BpmTransition payment_transitions[] = {
	{NULL, "draft", STEP_NONE},
	{NULL, "requested", STEP_REQUEST},
	{NULL, "paid", STEP_PAY_AT_ONCE},
	{"draft", "requested", STEP_REQUEST},
	{"draft", "paid", STEP_PAY_AT_ONCE},
	{"draft", "cancelled", STEP_NONE},
	{"requested", "paid", STEP_PAY},
	{"requested", "cancelled", STEP_RELEASE},
	{"paid", "returned", STEP_REFUND},
};

/* The supplier too: payment monitoring compares the payee with it. */
static const char *const contract_fixed[] = {
	"contract_no", "line_id", "amount", "precommitment", "supplier", NULL
};
static const char *const payment_fixed[] = {
	"payment_no", "line_id", "amount", "contract_id", NULL
};
/* Who was paid, for what and how, is a fact once it is paid. */
static const char *const payment_settled[] = {
	"payee", "payee_account", "payee_bank", "purpose", "settlement", NULL
};
static const char *const none[] = {NULL};

static const BpmDocumentKind kinds[] = {
	{"contract", "contract_id", "contract_no", contract_fixed, none, contract_transitions,
	lengthof(contract_transitions)},
	{"payment", "payment_id", "payment_no", payment_fixed, payment_settled, payment_transitions,
	lengthof(payment_transitions)},
};

/* Returns the sort of document that the trigger was made for. */
const BpmDocumentKind *
bpm_document_kind(TriggerData *trigger, const char *function)
{
	const char *name = trigger->tg_trigger->tgnargs == 1 ? trigger->tg_trigger->tgargs[0] : "";

	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	ereport(ERROR,
			(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
			 errmsg("function \"%s\" must be called with the name of a sort of document", function)));
}

/* Returns the change of state, NULL when it is not allowed. */
const BpmTransition *
bpm_document_transition(const BpmDocumentKind *kind, const char *from, const char *to)
{
	for (int i = 0; i < kind->ntransitions; i++)
	{
		const BpmTransition *transition = &kind->transitions[i];

		if (strcmp(transition->to, to) == 0 && (from == NULL) == (transition->from == NULL) &&
			(from == NULL || strcmp(transition->from, from) == 0))
			return transition;
	}
	return NULL;
}
