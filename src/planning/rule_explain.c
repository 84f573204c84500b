/*
 * rule_explain.c
 *	  What rules find about a request, told to people, and the reasons they give.
 *
 * A reason belongs to the request, the rule and the values that it was given for:
 * what is found is written only once a submission goes through, and that waits for
 * the reason.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "planning/rule.h"
#include "planning/rule_private.h"
#include "workflow/call.h"

/* Reads where a request is, and its newest version that the caller may read; refuses another's request. */
int64
bpm_require_request(BpmCall *call, int64 request, BpmCode *division, BpmCode *unit)
{
	static const BpmStatement find = {
		"SELECT r.division, r.unit, r.current_version, (SELECT v.version_id FROM @ledger@.request_version v"
		" WHERE v.request_id" EQ "r.request_id AND NOT v.hidden ORDER BY v.version_no DESC LIMIT 1)"
		" FROM @ledger@.request r WHERE r.request_id" EQ "$1", "l"
	};
	Datum		value = Int64GetDatum(request);
	int64		version = 0;
	int64		shown = 0;
	bool		found = bpm_ledger_execute(call->ledger, &find, 0, &value, NULL) == 1;

	if (found)
	{
		*division = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
		*unit = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
		version = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3);
		shown = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4);
	}
	/* To one who may not read it, it does not exist. */
	if (!found || !bpm_call_reads(call, *division, *unit))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("request " INT64_FORMAT " does not exist in ledger %s", request,
						call->ledger->schema)));
	/* A review is not the unit's to see before it is returned. */
	return bpm_call_reads(call, *division, 0) ? version : shown;
}

/* Lists what the rules in force find about the newest version of a request. */
PG_FUNCTION_INFO_V1(bpm_check_request);
Datum
bpm_check_request(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	BpmCall		call;
	BpmCode		division;
	BpmCode		unit;
	int64		version;
	char	   *language;
	ListCell   *cell;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 1, "request");
	bpm_call_begin(&call, fcinfo, "check_request", NULL);
	version = bpm_require_request(&call, PG_GETARG_INT64(1), &division, &unit);
	language = bpm_rule_language(call.ledger, division, bpm_optional_argument(fcinfo, 2));
	foreach(cell, bpm_find(call.ledger, bpm_rules_in_force(call.ledger), &version, 1, true))
	{
		const BpmRuleFinding *finding = lfirst(cell);
		const BpmPlanRule *rule = finding->instance->rule;
		Datum		values[6];
		bool		nulls[6] = {false};

		values[0] = CStringGetTextDatum(rule->name);
		values[1] = Int32GetDatum(rule->version);
		values[2] = CStringGetTextDatum(finding->instance->severity);
		values[3] = CStringGetTextDatum(bpm_fill_message(rule->message, language, finding->measured));
		values[4] = JsonbPGetDatum(finding->measured);
		nulls[5] = finding->explanation == 0;
		values[5] = nulls[5] ? (Datum) 0 : CStringGetTextDatum(finding->reason);
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Returns the newest versions of the unit's requests beside this one that can still be submitted. */
static int64 *
unit_versions(BpmLedger *ledger, int64 request, int *count)
{
	static const BpmStatement find = {
		"SELECT o.current_version FROM @ledger@.request r JOIN @ledger@.request o"
		" ON o.preparation_id" EQ "r.preparation_id AND o.unit" CODE_EQ "r.unit"
		" WHERE r.request_id" EQ "$1 AND (o.state" EQ "'draft' OR o.state" EQ "'returned' OR o.request_id" EQ "$1)"
		" ORDER BY o.request_id", "l"
	};
	Datum		value = Int64GetDatum(request);
	int64	   *versions;

	*count = bpm_ledger_execute(ledger, &find, 0, &value, NULL);
	versions = palloc(Max(*count, 1) * sizeof(int64));
	for (int i = 0; i < *count; i++)
		versions[i] = bpm_row_number(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
	return versions;
}

/* Refuses to explain what no rule wants explained. */
static void
refuse_explanation(const char *rule, int64 request, const char *severity)
{
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 severity ? errmsg("what rule \"%s\" finds about request " INT64_FORMAT " cannot be explained away", rule, request)
			 : errmsg("rule \"%s\" finds nothing about request " INT64_FORMAT, rule, request),
			 severity ? errdetail("Its severity is %s.", severity) : 0,
			 errhint("check_request() lists what is found; only what has the severity explain is explained.")));
}

/* Finds what one rule wants explained about the request itself. */
static const BpmRuleFinding *
require_finding(List *findings, const char *rule, int64 request)
{
	const BpmRuleFinding *own = NULL;
	ListCell   *cell;

	foreach(cell, findings)
	{
		const BpmRuleFinding *finding = lfirst(cell);

		if (finding->subject->request == request && strcmp(finding->instance->rule->name, rule) == 0 &&
			(own == NULL || strcmp(own->instance->severity, "explain") != 0))
			own = finding;
	}
	if (own == NULL || strcmp(own->instance->severity, "explain") != 0)
		refuse_explanation(rule, request, own ? own->instance->severity : NULL);
	return own;
}

/* Reads the documents that support a reason. */
static Datum
read_attachments(FunctionCallInfo fcinfo, int argument)
{
	Jsonb	   *attachments = PG_ARGISNULL(argument) ? NULL : PG_GETARG_JSONB_P(argument);

	if (attachments == NULL || !JB_ROOT_IS_ARRAY(attachments) || JB_ROOT_IS_SCALAR(attachments))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("attachments must be an array"),
				 errhint("Each is {\"kind\": \"...\", \"title\": \"...\", \"digest\": \"...\"}.")));
	return JsonbPGetDatum(attachments);
}

/* Writes the reason for one finding. */
static void
write_explanation(BpmCall *call, const BpmRuleFinding *finding, const char *reason, Datum attachments)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.rule_explanation (request_id, rule, measured, explanation, attachments,"
		" explained_by, division, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "ltjtjtcc"
	};
	Datum		values[8];

	values[0] = Int64GetDatum(finding->subject->request);
	values[1] = CStringGetTextDatum(finding->instance->rule->name);
	values[2] = JsonbPGetDatum(finding->measured);
	values[3] = CStringGetTextDatum(reason);
	values[4] = attachments;
	values[5] = CStringGetTextDatum(call->login);
	values[6] = Int64GetDatum(finding->subject->division);
	values[7] = Int64GetDatum(finding->subject->unit);
	bpm_insert_rows(call->ledger, "rule_explanation", &insert, values, NULL, false);
}

/* Gives the reason for what a rule finds, and returns how many findings it explains. */
PG_FUNCTION_INFO_V1(bpm_explain_finding);
Datum
bpm_explain_finding(PG_FUNCTION_ARGS)
{
	char	   *rule = bpm_argument(fcinfo, 2, "rule");
	char	   *reason = bpm_argument(fcinfo, 3, "explanation");
	Datum		attachments = read_attachments(fcinfo, 4);
	bool		whole_unit = !PG_ARGISNULL(5) && PG_GETARG_BOOL(5);
	const BpmRuleFinding *own;
	int64	   *versions;
	int64		version;
	int64		request;
	BpmCode		division;
	BpmCode		unit;
	BpmCall		call;
	List	   *findings;
	ListCell   *cell;
	int			count = 1;
	int32		explained = 0;

	bpm_require_argument(fcinfo, 1, "request");
	request = PG_GETARG_INT64(1);
	if (strspn(reason, " \t\r\n") == strlen(reason) || strlen(reason) > 2000)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("an explanation has 1 to 2000 bytes, and not blanks alone")));
	bpm_call_begin(&call, fcinfo, "explain_finding", NULL);
	version = bpm_require_request(&call, request, &division, &unit);
	bpm_call_require(&call, division, unit);
	versions = whole_unit ? unit_versions(call.ledger, request, &count) : &version;
	findings = bpm_find(call.ledger, bpm_rules_in_force(call.ledger), versions, count, false);
	own = require_finding(findings, rule, request);
	foreach(cell, findings)
	{
		const BpmRuleFinding *finding = lfirst(cell);

		if (finding->instance->rule != own->instance->rule ||
			strcmp(finding->instance->severity, "explain") != 0 ||
			(finding->subject->request != request && !bpm_same_document(finding->measured, own->measured)))
			continue;
		write_explanation(&call, finding, reason, attachments);
		explained++;
	}
	bpm_call_end(&call);
	PG_RETURN_INT32(explained);
}
