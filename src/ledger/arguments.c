/*
 * arguments.c
 *	  Form of a request: present, positive, not too long.  Core SQLSTATEs.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "ledger/arguments.h"

#define DOCUMENT_LIMIT	200
#define KEY_LIMIT		100
#define ACTOR_LIMIT		100
#define MEMO_LIMIT		65536

/* Argument positions of budgetpm.post() */
enum
{
	ARG_LEDGER, ARG_OPERATION, ARG_LINE, ARG_AMOUNT, ARG_DOCUMENT, ARG_KEY,
	ARG_ACCOUNTING_DATE, ARG_MEMO, ARG_ACTOR, ARG_OTHER, ARG_FROM_PENDING,
	ARG_FROM_FROZEN, ARG_DETAIL
};

/* Refuses a missing argument by its name. */
static void
missing(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
			 errmsg("%s must not be null", name)));
}

/* Refuses a call with a null among its arguments after the ledger: doing nothing would look like success. */
void
bpm_require_arguments(FunctionCallInfo fcinfo, const char *const *names)
{
	for (int i = 0; names[i]; i++)
		if (PG_ARGISNULL(i + 1))
			missing(names[i]);
}

/* True for control, formatting and zero-width characters, which print as nothing. */
static bool
is_invisible(pg_wchar c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xad ||
		(c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
		(c >= 0x2060 && c <= 0x206f) || c == 0xfeff;
}

/*
 * Refuses what no reader sees: two documents that look alike must be alike.  Other
 * encodings than UTF-8 have no such characters beyond ASCII.
 */
static void
refuse_invisible(const char *string, const char *name)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *at = string; *at; at += pg_mblen(at))
	{
		unsigned char byte = *at;

		if (byte >= 0x80 && !utf8)
			continue;
		if (is_invisible(byte < 0x80 ? byte : utf8_to_unicode((const unsigned char *) at)))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s has an invisible character, U+%04X, at byte %d", name,
							byte < 0x80 ? byte : utf8_to_unicode((const unsigned char *) at),
							(int) (at - string) + 1),
					 errhint("Send it without line ends, tabs, control, zero-width and direction characters.")));
	}
}

/* Returns a text argument, NULL when absent; refuses one that is blank, too long or not what it looks. */
char *
bpm_limited_text(FunctionCallInfo fcinfo, int argument, const char *name, int limit)
{
	char	   *string;
	int			length;

	if (PG_ARGISNULL(argument))
		return NULL;
	string = text_to_cstring(PG_GETARG_TEXT_PP(argument));
	length = pg_mbstrlen(string);
	if (strspn(string, " ") == strlen(string))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must not be empty", name)));
	if (length > limit)
		ereport(ERROR,
				(errcode(ERRCODE_STRING_DATA_RIGHT_TRUNCATION),
				 errmsg("%s has %d characters, more than %d", name, length, limit),
				 errhint("Shorten it; what is longer belongs in the document that it names.")));
	refuse_invisible(string, name);
	return string;
}

/* Returns a number as an amount greater than zero. */
BpmFen
bpm_positive_amount(Numeric value, const char *name)
{
	BpmFen		amount = bpm_fen_from_numeric(value);

	if (amount <= 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be greater than zero, not %s", name, bpm_fen_to_text(amount)),
				 errhint("What is wrong is undone with reverse() or refund(), not with a negative amount.")));
	return amount;
}

/* Returns an amount that may be missing or zero, never a negative one. */
static BpmFen
optional_amount(FunctionCallInfo fcinfo, int argument, const char *name)
{
	BpmFen		amount;

	if (PG_ARGISNULL(argument))
		return 0;
	amount = bpm_fen_from_numeric(PG_GETARG_NUMERIC(argument));
	if (amount == 0)
		return 0;
	return bpm_positive_amount(PG_GETARG_NUMERIC(argument), name);
}

/* Reads the amounts, whose parts never exceed the whole. */
static void
read_amounts(FunctionCallInfo fcinfo, BpmRequest *request)
{
	if (!PG_ARGISNULL(ARG_AMOUNT))
		request->amount = bpm_positive_amount(PG_GETARG_NUMERIC(ARG_AMOUNT), "amount");
	else if (!request->operation->amount_optional)
		missing("amount");
	request->from_pending = optional_amount(fcinfo, ARG_FROM_PENDING, "from_pending");
	request->from_frozen = optional_amount(fcinfo, ARG_FROM_FROZEN, "from_frozen");
	if (request->amount != 0 &&
		(request->from_pending > request->amount ||
		 request->from_frozen > request->amount - request->from_pending))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("from_pending and from_frozen exceed the amount %s",
						bpm_fen_to_text(request->amount)),
				 errhint("They are parts of the amount.")));
}

/* Reads the memo within its limit. */
static void
read_memo(FunctionCallInfo fcinfo, BpmRequest *request)
{
	if (PG_ARGISNULL(ARG_MEMO))
		return;
	request->memo = PG_GETARG_JSONB_P(ARG_MEMO);
	if (VARSIZE(request->memo) > MEMO_LIMIT)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("memo has %zu bytes, more than %d",
						(size_t) VARSIZE(request->memo), MEMO_LIMIT),
				 errhint("Keep documents outside and put their digest into the memo.")));
}

/* Reads an accounting date that is finite, if one is given. */
static void
read_date(FunctionCallInfo fcinfo, BpmRequest *request)
{
	request->date_given = !PG_ARGISNULL(ARG_ACCOUNTING_DATE);
	if (!request->date_given)
		return;
	request->accounting_date = PG_GETARG_DATEADT(ARG_ACCOUNTING_DATE);
	if (DATE_NOT_FINITE(request->accounting_date))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("accounting date must be finite")));
}

/* Gives the name that an operation's first argument has in its wrapper. */
static const char *
first_argument(const char *operation)
{
	static const char *const names[][2] = {
		{"refund", "payment"}, {"correct_payment", "payment"}, {"reverse", "posting"},
		{"return_transfer", "transfer"}, {"allot", "parent"}, {"return_allotment", "child"},
		{"virement", "from_line"}
	};

	for (int i = 0; i < lengthof(names); i++)
		if (strcmp(operation, names[i][0]) == 0)
			return names[i][1];
	return "line";
}

/* Fills the request from the arguments of budgetpm.post(). */
void
bpm_read_request(FunctionCallInfo fcinfo, BpmRequest *request)
{
	if (PG_ARGISNULL(ARG_OPERATION))
		missing("operation");
	request->operation = bpm_find_operation(text_to_cstring(PG_GETARG_TEXT_PP(ARG_OPERATION)));
	if (PG_ARGISNULL(ARG_LINE))
		missing(first_argument(request->operation->name));
	request->line = PG_GETARG_INT64(ARG_LINE);
	if (PG_ARGISNULL(ARG_OTHER) && request->operation->other)
		missing(request->operation->other);
	request->other = PG_ARGISNULL(ARG_OTHER) ? 0 : PG_GETARG_INT64(ARG_OTHER);
	request->document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", DOCUMENT_LIMIT);
	if (request->document == NULL)
		missing("document");
	request->detail = bpm_limited_text(fcinfo, ARG_DETAIL,
									   strcmp(request->operation->name, "refund") == 0 ?
									   "target" : "to_division", DOCUMENT_LIMIT);
	request->key = bpm_limited_text(fcinfo, ARG_KEY, "key", KEY_LIMIT);
	request->actor = bpm_limited_text(fcinfo, ARG_ACTOR, "actor", ACTOR_LIMIT);
	if (request->actor == NULL)
		request->actor = GetUserNameFromId(GetSessionUserId(), false);
	request->memo = NULL;
	request->amount = 0;
	read_amounts(fcinfo, request);
	read_memo(fcinfo, request);
	read_date(fcinfo, request);
}
