/*
 * check.c
 *	  check_funds(): decides as a posting would, and writes nothing.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "access/access.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "ledger/arguments.h"
#include "ledger/posting.h"

/* Adds one member, escaped, to a JSON object under construction. */
static void
append_field(StringInfo json, const char *name, const char *value)
{
	appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
	if (value)
		escape_json(json, value);
	else
		appendStringInfoString(json, "null");
}

/* Adds an amount of money, as text. */
static void
append_money(StringInfo json, const char *name, BpmFen amount)
{
	append_field(json, name, bpm_fen_to_text(amount));
}

/* Returns the line that was asked about, where several would be touched; NULL if none was read. */
static const BpmLine *
line_asked_for(const BpmPosting *posting)
{
	for (int i = 0; i < posting->nlines; i++)
		if (posting->lines[i].id == posting->wanted[0])
			return &posting->lines[i];
	return NULL;
}

/*
 * Gives the amount that an operation without one would move: one entry's, or all of
 * what is released in two parts; 0 when that is not known.
 */
static BpmFen
amount_found(const BpmPosting *posting)
{
	bool		adds_up = strcmp(posting->request.operation->name, "release") == 0;
	BpmFen		amount = 0;

	for (int i = 0; i < (adds_up ? posting->nlegs : Min(posting->nlegs, 1)); i++)
		amount += posting->legs[i].amount;
	return amount;
}

/* Adds the amount asked for, or else what would be released, undone or received, once that is known. */
static void
append_amount(StringInfo json, const BpmPosting *posting)
{
	BpmFen		amount = posting->request.amount;

	if (amount == 0)
		amount = amount_found(posting);
	if (amount == 0)
		append_field(json, "amount", NULL);
	else
		append_money(json, "amount", amount);
}

/* Gives the answer as jsonb, money as text. */
static Datum
verdict(const BpmPosting *posting, bool passes)
{
	const BpmRefusal *refusal = &posting->refusal;
	const BpmLine *line = line_asked_for(posting);
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"passes\": %s", passes ? "true" : "false");
	append_amount(&json, posting);
	if (line)
		append_money(&json, "available", line->before[BUCKET_AVAILABLE]);
	if (line && passes)
		append_money(&json, "available_after", line->bucket[BUCKET_AVAILABLE]);
	if (!passes)
	{
		append_field(&json, "sqlstate", unpack_sql_state(refusal->sqlstate));
		append_field(&json, "message", refusal->message);
		append_field(&json, "detail", refusal->detail);
		append_field(&json, "hint", refusal->hint);
	}
	appendStringInfoChar(&json, '}');
	return JsonbPGetDatum(bpm_jsonb_of(json.data));
}

/* Argument positions of budgetpm.check_funds() */
enum
{
	ARG_LEDGER, ARG_LINE, ARG_KIND, ARG_AMOUNT, ARG_OTHER, ARG_OBLIGATION, ARG_POSTING,
	ARG_TARGET, ARG_FROM_PENDING, ARG_FROM_FROZEN, ARG_ACCOUNTING_DATE
};

/* Tells which argument is the first id that an operation takes. */
static int
first_argument(const BpmOperation *operation)
{
	static const char *const postings[] = {"payment", "posting", "transfer", NULL};

	for (const char *const *name = postings; operation->first && *name; name++)
		if (strcmp(*name, operation->first) == 0)
			return ARG_POSTING;
	return operation->first && strcmp(operation->first, "obligation") == 0 ?
		ARG_OBLIGATION : ARG_LINE;
}

/* Tells whether an operation is in a list that ends with NULL. */
static bool
is_among(const BpmOperation *operation, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, operation->name) == 0)
			return true;
	return false;
}

/* Tells whether an operation takes an argument that not all of them do. */
static bool
takes(const BpmOperation *operation, int argument)
{
	static const char *const from_pending[] = {"allot", "reduce", "virement", "withdraw", NULL};
	static const char *const from_frozen[] = {"withdraw", NULL};
	static const char *const whole[] = {"receive_transfer", "return_transfer", NULL};

	switch (argument)
	{
		case ARG_AMOUNT:
			return !is_among(operation, whole);
		case ARG_OTHER:
			return operation->other != NULL;
		case ARG_TARGET:
			return operation->detail != NULL;
		case ARG_FROM_PENDING:
			return is_among(operation, from_pending);
		case ARG_FROM_FROZEN:
			return is_among(operation, from_frozen);
		case ARG_OBLIGATION:
			return operation->obligation != NULL || first_argument(operation) == argument;
		default:
			return first_argument(operation) == argument;
	}
}

/* Refuses arguments that the operation does not take: what they ask would not be answered. */
static void
check_arguments(FunctionCallInfo fcinfo, const BpmOperation *operation)
{
	static const struct
	{
		int			argument;
		const char *name;
	}			optional[] = {
		{ARG_LINE, "line"}, {ARG_AMOUNT, "amount"}, {ARG_OTHER, "other"},
		{ARG_OBLIGATION, "obligation"}, {ARG_POSTING, "posting"}, {ARG_TARGET, "target"},
		{ARG_FROM_PENDING, "from_pending"}, {ARG_FROM_FROZEN, "from_frozen"}
	};

	for (int i = 0; i < lengthof(optional); i++)
	{
		int			argument = optional[i].argument;

		if (PG_ARGISNULL(argument) && argument == first_argument(operation))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s must not be null", optional[i].name),
					 errdetail("It is what %s takes first.", operation->name)));
		if (PG_ARGISNULL(argument) && argument == ARG_OTHER && takes(operation, argument))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("other must not be null"),
					 errdetail("It is the %s of %s.", operation->other, operation->name)));
		if (!PG_ARGISNULL(argument) && !takes(operation, argument))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s takes no %s", operation->name, optional[i].name),
					 errhint("Leave it out, or ask about another kind.")));
	}
}

/* Returns an optional id, 0 when absent. */
static int64
id_argument(FunctionCallInfo fcinfo, int argument)
{
	return PG_ARGISNULL(argument) ? 0 : PG_GETARG_INT64(argument);
}

/* Fills the request with what a posting function would be called with. */
static void
read_question(FunctionCallInfo fcinfo, BpmPosting *posting)
{
	BpmForm		form = {0};
	const BpmOperation *operation;

	form.operation = text_to_cstring(PG_GETARG_TEXT_PP(ARG_KIND));
	operation = bpm_find_operation(form.operation);
	check_arguments(fcinfo, operation);
	form.line_given = true;
	form.line = PG_GETARG_INT64(first_argument(operation));
	form.other_given = !PG_ARGISNULL(ARG_OTHER);
	form.other = id_argument(fcinfo, ARG_OTHER);
	form.obligation = first_argument(operation) == ARG_OBLIGATION ? 0 :
		id_argument(fcinfo, ARG_OBLIGATION);
	form.amount = bpm_optional_number(fcinfo, ARG_AMOUNT);
	form.from_pending = bpm_optional_number(fcinfo, ARG_FROM_PENDING);
	form.from_frozen = bpm_optional_number(fcinfo, ARG_FROM_FROZEN);
	form.document = pstrdup("check_funds");
	form.detail = PG_ARGISNULL(ARG_TARGET) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(ARG_TARGET));
	form.date_given = !PG_ARGISNULL(ARG_ACCOUNTING_DATE);
	form.accounting_date = form.date_given ? PG_GETARG_DATEADT(ARG_ACCOUNTING_DATE) : 0;
	if (!bpm_check_form(&form, &posting->request, &posting->refusal))
		bpm_posting_fail(posting);
}

/* Says whether an operation would pass now, and if not why and from where money could come. */
PG_FUNCTION_INFO_V1(bpm_check_funds);
Datum
bpm_check_funds(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	BpmPosting *posting = bpm_new_posting();
	Datum		result;
	MemoryContext old;
	bool		passes;

	bpm_require_argument(fcinfo, ARG_KIND, "kind");
	posting->dry = true;
	read_question(fcinfo, posting);
	SPI_connect();
	posting->ledger = bpm_ledger_open(PG_GETARG_OID(ARG_LEDGER));
	bpm_authorize_operation(posting->ledger, "check_funds");
	passes = bpm_posting_run(posting);
	if (posting->denied)
		bpm_posting_fail(posting);
	old = MemoryContextSwitchTo(caller);
	result = verdict(posting, passes);
	MemoryContextSwitchTo(old);
	SPI_finish();
	PG_RETURN_DATUM(result);
}
