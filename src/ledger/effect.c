/*
 * effect.c
 *	  The effect "post": a decision above posts any operation of the ledger.
 *
 * It runs as the owner, for whom no duty is asked: what stands in its place is the
 * place of the decision, which must cover every line that is posted to.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/effect.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "ledger/arguments.h"
#include "ledger/effect.h"
#include "ledger/posting.h"

/* Returns a member that is an id; "given" says whether there is one. */
static int64
id_member(Jsonb *arguments, const char *key, bool *given)
{
	char	   *text = key ? bpm_jsonb_scalar(&arguments->root, key) : NULL;

	*given = text != NULL;
	return text ? pg_strtoint64(text) : 0;
}

/* Fills a form from arguments that carry the names of the operation's own. */
static void
fill_form(const BpmOperation *operation, Jsonb *arguments, const BpmEffectCall *call, BpmForm *form)
{
	char	   *date = bpm_jsonb_scalar(&arguments->root, "accounting_date");
	bool		ignored;

	memset(form, 0, sizeof(BpmForm));
	form->operation = (char *) operation->name;
	form->line = id_member(arguments, operation->first ? operation->first : "line", &form->line_given);
	form->other = id_member(arguments, operation->other, &form->other_given);
	form->obligation = id_member(arguments, bpm_jsonb_scalar(&arguments->root, "commitment") ? "commitment" :
								 bpm_jsonb_scalar(&arguments->root, "precommitment") ? "precommitment" : "request", &ignored);
	form->amount = bpm_jsonb_scalar(&arguments->root, "amount");
	form->from_pending = bpm_jsonb_scalar(&arguments->root, "from_pending");
	form->from_frozen = bpm_jsonb_scalar(&arguments->root, "from_frozen");
	form->document = bpm_jsonb_scalar(&arguments->root, "document");
	form->detail = operation->detail ? bpm_jsonb_scalar(&arguments->root, operation->detail) : NULL;
	form->actor = (char *) call->actor;
	form->case_id = call->case_id;
	form->key = bpm_jsonb_scalar(&arguments->root, "key");
	form->date_given = date != NULL;
	if (date)
		form->accounting_date = DatumGetDateADT(DirectFunctionCall1(date_in, CStringGetDatum(date)));
	if (form->document == NULL)
		form->document = (char *) call->subject;
}

/*
 * Refuses a posting to a line that is not of the place where the decision was made:
 * all lines are of its division, and the first one of its unit, where it has one.
 */
static void
check_place(const BpmPosting *posting, const BpmEffectCall *call)
{
	for (int i = 0; i < posting->nlines; i++)
	{
		const BpmLine *line = &posting->lines[i];

		if (line->foreign_scope)
			continue;
		if (!bpm_code_covers(call->division, line->division) ||
			(line->id == posting->request.line && call->unit != 0 &&
			 !bpm_code_covers(call->unit, line->unit)))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_NOT_ALLOWED),
					 errmsg("line " INT64_FORMAT " is not of the place that case " INT64_FORMAT " belongs to",
							line->id, call->case_id)));
	}
}

/* Posts one operation; the posting's id is the result. */
static Jsonb *
post(BpmLedger *ledger, const BpmEffectCall *call)
{
	BpmPosting *posting = bpm_new_posting();
	BpmForm		form;
	JsonbValue	result;
	char	   *name = bpm_jsonb_scalar(&call->arguments->root, "operation");

	posting->ledger = ledger;
	fill_form(bpm_find_operation(name ? name : ""), call->arguments, call, &form);
	if (!bpm_check_form(&form, &posting->request, &posting->refusal) || !bpm_posting_run(posting))
		bpm_posting_fail(posting);
	check_place(posting, call);
	result.type = jbvNumeric;
	result.val.numeric = int64_to_numeric(posting->id);
	return JsonbValueToJsonb(&result);
}

/* Says which operation or argument of a definition is not known. */
static char *
check(BpmLedger *ledger, Jsonb *arguments)
{
	static const char *const common[] = {
		"operation", "amount", "from_pending", "from_frozen", "document", "key", "accounting_date",
		"commitment", "precommitment", "request", NULL
	};
	char	   *name = bpm_jsonb_scalar(&arguments->root, "operation");
	BpmRefusal	refusal;
	const BpmOperation *operation;
	ListCell   *cell;

	if (name == NULL)
		return pstrdup("\"operation\" is missing");
	operation = bpm_look_up_operation(name, &refusal);
	if (operation == NULL)
		return psprintf("%s", refusal.message);
	foreach(cell, bpm_jsonb_keys(&arguments->root))
	{
		char	   *key = lfirst(cell);
		bool		known = false;

		for (int i = 0; common[i]; i++)
			known |= strcmp(common[i], key) == 0;
		known |= strcmp(key, operation->first ? operation->first : "line") == 0;
		known |= operation->other && strcmp(key, operation->other) == 0;
		known |= operation->detail && strcmp(key, operation->detail) == 0;
		if (!known)
			return psprintf("operation \"%s\" has no argument \"%s\"", name, key);
	}
	if (bpm_jsonb_scalar(&arguments->root, operation->first ? operation->first : "line") == NULL)
		return psprintf("\"%s\" is missing", operation->first ? operation->first : "line");
	return NULL;
}

static const BpmEffect post_effect = {"post", post, check};

/* Registers the ledger's effects; called when the library is loaded. */
void
bpm_ledger_effects_init(void)
{
	bpm_register_effect(&post_effect);
}
