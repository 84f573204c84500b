/*
 * check.c
 *	  check_funds(): decides as a posting would, and writes nothing.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/json.h"
#include "utils/numeric.h"

#include "access/access.h"
#include "base/errors.h"
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

/* Gives the answer as jsonb, money as text. */
static Datum
verdict(const BpmPosting *posting, bool passes)
{
	const BpmRefusal *refusal = &posting->refusal;
	StringInfoData json;

	initStringInfo(&json);
	appendStringInfo(&json, "{\"passes\": %s", passes ? "true" : "false");
	append_field(&json, "amount", bpm_fen_to_text(posting->request.amount));
	append_field(&json, "available",
				 posting->nlines ? bpm_fen_to_text(posting->lines[0].before[BUCKET_AVAILABLE]) : NULL);
	if (!passes)
	{
		append_field(&json, "sqlstate", unpack_sql_state(refusal->sqlstate));
		append_field(&json, "message", refusal->message);
		append_field(&json, "detail", refusal->detail);
		append_field(&json, "hint", refusal->hint);
	}
	appendStringInfoChar(&json, '}');
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

/* Refuses an operation that needs more than one line. */
static void
check_operation(const BpmOperation *operation)
{
	if (operation->plan != bpm_plan_line && operation->plan != bpm_plan_spending)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("operation \"%s\" cannot be checked on one line", operation->name),
				 errhint("Check commit_funds, freeze, pay, precommit, reduce, request_payment, reserve_out, supplement, unfreeze or withdraw.")));
}

/* Says whether an operation of that amount would pass now, and if not why and from where money could come. */
PG_FUNCTION_INFO_V1(bpm_check_funds);
Datum
bpm_check_funds(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"line", "kind", "amount", NULL};
	MemoryContext caller = CurrentMemoryContext;
	BpmPosting *posting = bpm_new_posting();
	Datum		result;
	MemoryContext old;
	bool		passes;

	bpm_require_arguments(fcinfo, arguments);
	posting->dry = true;
	posting->request.line = PG_GETARG_INT64(1);
	posting->request.operation = bpm_find_operation(text_to_cstring(PG_GETARG_TEXT_PP(2)));
	posting->request.amount = bpm_positive_amount(PG_GETARG_NUMERIC(3), "amount");
	check_operation(posting->request.operation);
	SPI_connect();
	posting->ledger = bpm_ledger_open(PG_GETARG_OID(0));
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
