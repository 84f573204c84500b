/*
 * line_request.c
 *	  Reads the arguments of open_line(); the canonical bytes of a line.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "ledger/arguments.h"
#include "ledger/entry.h"
#include "ledger/line_request.h"

/* Argument positions of budgetpm.open_line() */
enum
{
	ARG_LEDGER, ARG_FISCAL_YEAR, ARG_UNIT, ARG_FUNC, ARG_GOV_ECON, ARG_DEPT_ECON,
	ARG_FUND_TYPE, ARG_TITLE, ARG_PROJECT, ARG_PARENT, ARG_EXECUTABLE, ARG_CONTROL,
	ARG_ELEMENTS, ARG_KEY, ARG_SOURCE_DOC, ARG_DIRECT
};

/* Returns a text argument that must be there. */
static char *
required_text(FunctionCallInfo fcinfo, int argument, const char *name, int limit)
{
	char	   *text = bpm_limited_text(fcinfo, argument, name, limit);

	if (text == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s must not be null", name)));
	return text;
}

/* Returns the control mode, one of the three. */
static char *
control_mode(FunctionCallInfo fcinfo)
{
	char	   *mode = bpm_limited_text(fcinfo, ARG_CONTROL, "control", 10);

	if (mode == NULL)
		mode = pstrdup("block");
	if (strcmp(mode, "block") != 0 && strcmp(mode, "warn") != 0 && strcmp(mode, "off") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("control mode \"%s\" is not known", mode),
				 errhint("Use block, warn or off.")));
	return mode;
}

/* Tells whether the elements say that the line is opened before the vote. */
static bool
is_provisional(Jsonb *elements)
{
	JsonbValue	value;

	return elements != NULL && JB_ROOT_IS_OBJECT(elements) &&
		getKeyJsonValueFromContainer(&elements->root, "provisional", strlen("provisional"),
									 &value) != NULL &&
		value.type == jbvBool && value.val.boolean;
}

/* Fills the request from the arguments; codes are looked up later. */
void
bpm_read_line_request(FunctionCallInfo fcinfo, BpmLineRequest *request)
{
	bpm_require_argument(fcinfo, ARG_FISCAL_YEAR, "fiscal_year");
	request->fiscal_year = PG_GETARG_INT32(ARG_FISCAL_YEAR);
	request->unit = required_text(fcinfo, ARG_UNIT, "unit", 21);
	request->func = required_text(fcinfo, ARG_FUNC, "func_code", 20);
	request->gov_econ = bpm_limited_text(fcinfo, ARG_GOV_ECON, "gov_econ_code", 20);
	request->dept_econ = bpm_limited_text(fcinfo, ARG_DEPT_ECON, "dept_econ_code", 20);
	request->fund_type = required_text(fcinfo, ARG_FUND_TYPE, "fund_type", 10);
	request->title = required_text(fcinfo, ARG_TITLE, "title", 200);
	request->project = bpm_limited_text(fcinfo, ARG_PROJECT, "project", 21);
	request->parent = PG_ARGISNULL(ARG_PARENT) ? 0 : PG_GETARG_INT64(ARG_PARENT);
	request->executable = PG_ARGISNULL(ARG_EXECUTABLE) || PG_GETARG_BOOL(ARG_EXECUTABLE);
	request->control = control_mode(fcinfo);
	request->elements = PG_ARGISNULL(ARG_ELEMENTS) ? NULL : PG_GETARG_JSONB_P(ARG_ELEMENTS);
	request->provisional = is_provisional(request->elements);
	request->key = bpm_limited_text(fcinfo, ARG_KEY, "key", 100);
	request->source_doc = bpm_limited_text(fcinfo, ARG_SOURCE_DOC, "source_document", 200);
	request->direct_given = !PG_ARGISNULL(ARG_DIRECT);
	request->direct = request->direct_given && PG_GETARG_BOOL(ARG_DIRECT);
}

/* Adds a code by its digits, null for none. */
static void
digest_code(BpmCode code)
{
	bpm_digest_cstring(code == 0 ? NULL : bpm_code_to_text(code));
}

/* Gives the first link of the line's chain: H of what the line is. */
void
bpm_line_digest(const char *algorithm, const BpmLineRequest *request, uint8 *digest)
{
	bpm_digest_start(algorithm);
	bpm_digest_cstring("budgetpm/line/1");
	bpm_digest_int64(request->id);
	bpm_digest_int64(request->fiscal_year);
	bpm_digest_optional(request->parent);
	digest_code(request->division);
	digest_code(request->unit_code);
	digest_code(request->func_code);
	digest_code(request->gov_econ_code);
	digest_code(request->dept_econ_code);
	bpm_digest_cstring(request->fund_type);
	bpm_digest_optional(request->project_id);
	bpm_digest_cstring(request->title);
	bpm_digest_cstring(request->executable ? "t" : "f");
	bpm_digest_cstring(request->source_doc);
	bpm_digest_cstring(request->direct ? "t" : "f");
	bpm_digest_cstring(request->elements ? bpm_memo_text(request->elements) : "{}");
	bpm_digest_bytes(request->control, 1);
	bpm_digest_finish(digest);
}
