/*
 * arguments.c
 *	  Form of a request: present, positive, not too long.  Core SQLSTATEs.  What is
 *	  wrong is data first, so that a batch can tell it of one entry among many.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "base/text.h"
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
	ARG_FROM_FROZEN, ARG_DETAIL, ARG_OBLIGATION
};

/* Says that an argument is missing. */
static bool
missing(const char *name, BpmRefusal *refusal)
{
	return bpm_refusal_set(refusal, ERRCODE_NULL_VALUE_NOT_ALLOWED,
						   psprintf("%s must not be null", name), NULL, NULL);
}

/* Refuses a call with a null among its arguments after the ledger: doing nothing would look like success. */
void
bpm_require_arguments(FunctionCallInfo fcinfo, const char *const *names)
{
	BpmRefusal	refusal;

	for (int i = 0; names[i]; i++)
		if (PG_ARGISNULL(i + 1) && !missing(names[i], &refusal))
			bpm_refusal_raise(&refusal);
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
static bool
check_visible(const char *string, const char *name, BpmRefusal *refusal)
{
	bool		utf8 = GetDatabaseEncoding() == PG_UTF8;

	for (const char *at = string; *at; at += pg_mblen(at))
	{
		unsigned char byte = *at;
		pg_wchar	c;

		if (byte >= 0x80 && !utf8)
			continue;
		c = byte < 0x80 ? byte : utf8_to_unicode((const unsigned char *) at);
		if (is_invisible(c))
			return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
								   psprintf("%s has an invisible character, U+%04X, at byte %d",
											name, c, (int) (at - string) + 1),
								   NULL,
								   pstrdup("Send it without line ends, tabs, control, zero-width and direction characters."));
	}
	return true;
}

/* Passes a text, or none; false for one that is blank, too long or not what it looks. */
static bool
check_text(const char *string, const char *name, int limit, BpmRefusal *refusal)
{
	int			length;

	if (string == NULL)
		return true;
	length = pg_mbstrlen(string);
	if (bpm_blank(string))
		return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
							   psprintf("%s must not be empty", name), NULL, NULL);
	if (length > limit)
		return bpm_refusal_set(refusal, ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
							   psprintf("%s has %d characters, more than %d", name, length, limit),
							   NULL,
							   pstrdup("Shorten it; what is longer belongs in the document that it names."));
	return check_visible(string, name, refusal);
}

/* Returns a text argument, NULL when absent; refuses one that is blank, too long or not what it looks. */
char *
bpm_limited_text(FunctionCallInfo fcinfo, int argument, const char *name, int limit)
{
	char	   *string = bpm_optional_argument(fcinfo, argument);
	BpmRefusal	refusal;

	if (!check_text(string, name, limit, &refusal))
		bpm_refusal_raise(&refusal);
	return string;
}

/* Reads a number as an amount greater than zero. */
static bool
read_positive(const char *number, const char *name, BpmFen *amount, BpmRefusal *refusal)
{
	if (!bpm_fen_parse(number, amount, refusal))
		return false;
	return *amount > 0 ||
		bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
						psprintf("%s must be greater than zero, not %s", name,
								 bpm_fen_to_text(*amount)),
						NULL,
						pstrdup("What is wrong is undone with reverse() or refund(), not with a negative amount."));
}

/* Returns a number as an amount greater than zero. */
BpmFen
bpm_positive_amount(Numeric value, const char *name)
{
	BpmFen		amount = 0;
	BpmRefusal	refusal;

	if (!read_positive(numeric_normalize(value), name, &amount, &refusal))
		bpm_refusal_raise(&refusal);
	return amount;
}

/* Reads an amount that may be missing or zero, never a negative one. */
static bool
read_optional(const char *number, const char *name, BpmFen *amount, BpmRefusal *refusal)
{
	*amount = 0;
	return number == NULL ||
		(bpm_fen_parse(number, amount, refusal) &&
		 (*amount == 0 || read_positive(number, name, amount, refusal)));
}

/* Reads the amounts, whose parts never exceed the whole. */
static bool
read_amounts(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	request->amount = 0;
	if (form->amount == NULL)
	{
		if (!request->operation->amount_optional)
			return missing("amount", refusal);
	}
	else if (!read_positive(form->amount, "amount", &request->amount, refusal))
		return false;
	if (!read_optional(form->from_pending, "from_pending", &request->from_pending, refusal) ||
		!read_optional(form->from_frozen, "from_frozen", &request->from_frozen, refusal))
		return false;
	if (request->amount != 0 &&
		(request->from_pending > request->amount ||
		 request->from_frozen > request->amount - request->from_pending))
		return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
							   psprintf("from_pending and from_frozen exceed the amount %s",
										bpm_fen_to_text(request->amount)),
							   NULL, pstrdup("They are parts of the amount."));
	return true;
}

/* Gives {"source": ...} of a text, with the case that decided on it where there is one. */
static Datum
source_member(const char *source, int64 case_id)
{
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfoString(&json, "{\"source\": ");
	escape_json(&json, source);
	if (case_id != 0)
		appendStringInfo(&json, ", \"case\": " INT64_FORMAT, case_id);
	appendStringInfoChar(&json, '}');
	return JsonbPGetDatum(bpm_jsonb_of(json.data));
}

/* Puts the budget source (预算来源) into the memo; what the caller has there under that name is not lost. */
static bool
add_source(BpmRequest *request, BpmRefusal *refusal)
{
	Datum		source = source_member(request->detail, request->case_id);
	Datum		memo = JsonbPGetDatum(request->memo);

	if (request->memo == NULL)
	{
		request->memo = DatumGetJsonbP(source);
		return true;
	}
	if (!JB_ROOT_IS_OBJECT(request->memo) ||
		DatumGetBool(DirectFunctionCall2(jsonb_exists, memo, CStringGetTextDatum("source"))))
		return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
							   JB_ROOT_IS_OBJECT(request->memo) ?
							   pstrdup("memo has a key \"source\" of its own")
							   : pstrdup("memo is not an object"),
							   pstrdup("The source is kept in the memo under that key."),
							   pstrdup("Give the source in one place, and the memo as an object."));
	request->memo = DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, memo, source));
	return true;
}

/* Reads the memo within its limit. */
static bool
read_memo(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	request->memo = form->memo;
	if (request->detail && strcmp(request->operation->name, "supplement") == 0 &&
		!add_source(request, refusal))
		return false;
	if (request->memo == NULL || VARSIZE(request->memo) <= MEMO_LIMIT)
		return true;
	return bpm_refusal_set(refusal, ERRCODE_PROGRAM_LIMIT_EXCEEDED,
						   psprintf("memo has %zu bytes, more than %d",
									(size_t) VARSIZE(request->memo), MEMO_LIMIT),
						   NULL, pstrdup("Keep documents outside and put their digest into the memo."));
}

/* Reads an accounting date that is finite, if one is given. */
static bool
read_date(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	request->date_given = form->date_given;
	request->accounting_date = form->accounting_date;
	if (!form->date_given || !DATE_NOT_FINITE(form->accounting_date))
		return true;
	return bpm_refusal_set(refusal, ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
						   pstrdup("accounting date must be finite"), NULL, NULL);
}

/* Reads which lines, postings or transfers the request names. */
static bool
read_ends(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	const BpmOperation *operation = request->operation;

	if (!form->line_given)
		return missing(operation->first ? operation->first : "line", refusal);
	request->line = form->line;
	if (!form->other_given && operation->other && !operation->other_optional)
		return missing(operation->other, refusal);
	request->other = form->other_given ? form->other : 0;
	request->obligation = form->obligation;
	return true;
}

/* Lists the words of a text argument for a message. */
static char *
known_words(const char *const *words)
{
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; words[i]; i++)
		appendStringInfo(&list, "%s%s", i == 0 ? "" : words[i + 1] ? ", " : " or ", words[i]);
	return list.data;
}

/* Says that a text argument is none of the words that it may be. */
static bool
check_words(const BpmOperation *operation, const char *detail, BpmRefusal *refusal)
{
	if (detail == NULL || operation->details == NULL)
		return true;
	for (const char *const *word = operation->details; *word; word++)
		if (strcmp(*word, detail) == 0)
			return true;
	return bpm_refusal_set(refusal, ERRCODE_INVALID_PARAMETER_VALUE,
						   psprintf("%s \"%s\" is not known", operation->detail, detail), NULL,
						   psprintf("The %s of %s is %s.", operation->detail, operation->name,
									known_words(operation->details)));
}

/* Reads the texts; the login acts where the application names nobody. */
static bool
read_texts(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	const BpmOperation *operation = request->operation;

	request->document = form->document;
	request->detail = form->detail;
	request->case_id = form->case_id;
	request->key = form->key;
	request->actor = form->actor;
	if (form->actor == NULL)
		request->actor = GetUserNameFromId(GetSessionUserId(), false);
	return check_text(form->document, "document", DOCUMENT_LIMIT, refusal) &&
		(form->document != NULL || missing("document", refusal)) &&
		check_text(form->detail, operation->detail ? operation->detail : "detail",
				   DOCUMENT_LIMIT, refusal) &&
		check_words(operation, form->detail, refusal) &&
		check_text(form->key, "key", KEY_LIMIT, refusal) &&
		check_text(form->actor, "actor", ACTOR_LIMIT, refusal);
}

/* Fills the request from what was written, or says what is wrong with its form. */
bool
bpm_check_form(const BpmForm *form, BpmRequest *request, BpmRefusal *refusal)
{
	if (form->operation == NULL)
		return missing("operation", refusal);
	request->operation = bpm_look_up_operation(form->operation, refusal);
	return request->operation != NULL &&
		read_ends(form, request, refusal) &&
		read_texts(form, request, refusal) &&
		read_amounts(form, request, refusal) &&
		read_memo(form, request, refusal) &&
		read_date(form, request, refusal);
}

/* Fills the request from the arguments of budgetpm.post(); false says what is wrong with them. */
bool
bpm_read_request(FunctionCallInfo fcinfo, BpmRequest *request, BpmRefusal *refusal)
{
	BpmForm		form;

	form.case_id = 0;
	form.operation = bpm_optional_argument(fcinfo, ARG_OPERATION);
	form.line_given = !PG_ARGISNULL(ARG_LINE);
	form.line = form.line_given ? PG_GETARG_INT64(ARG_LINE) : 0;
	form.other_given = !PG_ARGISNULL(ARG_OTHER);
	form.other = form.other_given ? PG_GETARG_INT64(ARG_OTHER) : 0;
	form.obligation = PG_ARGISNULL(ARG_OBLIGATION) ? 0 : PG_GETARG_INT64(ARG_OBLIGATION);
	form.amount = bpm_optional_number(fcinfo, ARG_AMOUNT);
	form.from_pending = bpm_optional_number(fcinfo, ARG_FROM_PENDING);
	form.from_frozen = bpm_optional_number(fcinfo, ARG_FROM_FROZEN);
	form.document = bpm_optional_argument(fcinfo, ARG_DOCUMENT);
	form.detail = bpm_optional_argument(fcinfo, ARG_DETAIL);
	form.key = bpm_optional_argument(fcinfo, ARG_KEY);
	form.actor = bpm_optional_argument(fcinfo, ARG_ACTOR);
	form.memo = PG_ARGISNULL(ARG_MEMO) ? NULL : PG_GETARG_JSONB_P(ARG_MEMO);
	form.date_given = !PG_ARGISNULL(ARG_ACCOUNTING_DATE);
	form.accounting_date = form.date_given ? PG_GETARG_DATEADT(ARG_ACCOUNTING_DATE) : 0;
	return bpm_check_form(&form, request, refusal);
}
