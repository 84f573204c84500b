/*
 * rule_replay.c
 *	  Rules replayed over the requests of a year: what they would have found.
 *
 * Requests go by in their order, so many at a time; nothing is kept of them but sums.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/number.h"
#include "base/rows.h"
#include "control/control.h"
#include "planning/rule.h"
#include "planning/rule_private.h"
#include "workflow/call.h"

#define AT_ONCE		500

typedef struct Replay
{
	BpmCall		call;
	ReturnSetInfo *result;
	BpmRuleSet *set;
	char	   *language;
	int64		requests;
	int64		findings;
	int64		found;			/* requests with a finding */
	Numeric		amount;			/* of those */
} Replay;

/* Reads the rules to be replayed: names of published ones, or definitions. */
static List *
read_rules(BpmLedger *ledger, Jsonb *rules)
{
	BpmFaults	faults = {0};
	List	   *result = NIL;
	int			count = JB_ROOT_IS_ARRAY(rules) && !JB_ROOT_IS_SCALAR(rules) ? JB_ROOT_COUNT(rules) : 0;

	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("rules must be an array of names and definitions"),
				 errhint("Such as [\"growth_15\", {\"rule\": \"...\", ...}].")));
	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(&rules->root, i);
		BpmPlanRule *rule;

		if (item->type == jbvString)
		{
			char	   *name = pnstrdup(item->val.string.val, item->val.string.len);

			rule = bpm_newest_rule(ledger, name);
			if (rule == NULL)
				bpm_refuse_unknown_rule(ledger, name);
		}
		else
			rule = bpm_parse_rule_definition(ledger, JsonbValueToJsonb(item),
											 psprintf("$[%d]", i), &faults);
		result = lappend(result, rule);
	}
	bpm_refuse_rule_faults(&faults);
	return result;
}

/* Adds a finding to the result. */
static void
put_finding(Replay *replay, const BpmRuleFinding *finding)
{
	Datum		values[8];
	bool		nulls[8] = {false};

	values[0] = CStringGetTextDatum(finding->instance->rule->name);
	values[1] = Int64GetDatum(finding->subject->request);
	values[2] = CStringGetTextDatum(finding->subject->unit_code);
	values[3] = CStringGetTextDatum(finding->subject->title);
	values[4] = NumericGetDatum(finding->subject->amount);
	values[5] = CStringGetTextDatum(finding->instance->severity);
	values[6] = CStringGetTextDatum(bpm_fill_message(finding->instance->rule->message, replay->language,
													 finding->measured));
	values[7] = JsonbPGetDatum(finding->measured);
	tuplestore_putvalues(replay->result->setResult, replay->result->setDesc, values, nulls);
}

/* Adds the last row: what all of it comes to. */
static void
put_summary(Replay *replay)
{
	Datum		values[8];
	bool		nulls[8];

	memset(nulls, true, sizeof(nulls));
	nulls[4] = nulls[6] = false;
	values[4] = NumericGetDatum(replay->amount);
	values[6] = CStringGetTextDatum(psprintf(INT64_FORMAT " findings about " INT64_FORMAT " of " INT64_FORMAT
											 " requests, %s yuan",
											 replay->findings, replay->found, replay->requests,
											 bpm_numeric_text(replay->amount)));
	tuplestore_putvalues(replay->result->setResult, replay->result->setDesc, values, nulls);
}

/* Applies the rules to some versions, and gives back all memory that it took. */
static void
replay_versions(Replay *replay, const int64 *versions, int count)
{
	MemoryContext keep = CurrentMemoryContext;
	int64		last = 0;
	ListCell   *cell;

	SPI_connect();
	foreach(cell, bpm_find(replay->call.ledger, replay->set, versions, count, false))
	{
		const BpmRuleFinding *finding = lfirst(cell);

		put_finding(replay, finding);
		replay->findings++;
		if (finding->subject->version != last)
		{
			MemoryContext old = MemoryContextSwitchTo(keep);

			replay->found++;
			replay->amount = DatumGetNumeric(DirectFunctionCall2(numeric_add, NumericGetDatum(replay->amount),
																 NumericGetDatum(finding->subject->amount)));
			MemoryContextSwitchTo(old);
		}
		last = finding->subject->version;
	}
	replay->requests += count;
	SPI_finish();
}

/* Replays the rules over all requests of a year in a division and below. */
static void
replay_year(Replay *replay, int fiscal_year, BpmCode division)
{
	static const BpmStatement find = {
		"SELECT COALESCE(approved_version, current_version) FROM @ledger@.request"
		" WHERE fiscal_year" EQ "$1 AND division OPERATOR(budgetpm.<@) $2"
		" AND current_version IS NOT NULL AND state" NE "'withdrawn' ORDER BY request_id", "ic"
	};
	Datum		values[2];
	int64	   *versions;
	int			count;

	values[0] = Int32GetDatum(fiscal_year);
	values[1] = Int64GetDatum(division);
	count = bpm_ledger_execute(replay->call.ledger, &find, 0, values, NULL);
	versions = MemoryContextAllocHuge(CurrentMemoryContext, Max(count, 1) * sizeof(int64));
	for (int i = 0; i < count; i++)
		versions[i] = bpm_row_number(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1);
	SPI_freetuptable(SPI_tuptable);
	for (int from = 0; from < count; from += AT_ONCE)
	{
		replay_versions(replay, versions + from, Min(AT_ONCE, count - from));
		CHECK_FOR_INTERRUPTS();
	}
}

/* Refuses a caller without a duty to read there. */
static void
require_reader(BpmCall *call, BpmCode division)
{
	bpm_owner_leave(&call->scope);
	bpm_authorize_read(call->ledger, call->operation, division, 0);
	bpm_owner_enter(call->ledger, &call->scope);
}

/* Says what rules would have found about the requests of a year. */
PG_FUNCTION_INFO_V1(bpm_rehearse_rules);
Datum
bpm_rehearse_rules(PG_FUNCTION_ARGS)
{
	Replay	   *replay = palloc0(sizeof(Replay));
	char	   *operation = bpm_argument(fcinfo, 1, "operation");
	char	   *official_code = bpm_optional_argument(fcinfo, 4);
	BpmCode		division;

	InitMaterializedSRF(fcinfo, 0);
	bpm_require_argument(fcinfo, 2, "rules");
	bpm_require_argument(fcinfo, 3, "fiscal_year");
	replay->result = (ReturnSetInfo *) fcinfo->resultinfo;
	replay->amount = int64_to_numeric(0);
	/* The words are ours: whoever calls past the wrappers names one of them. */
	bpm_call_begin(&replay->call, fcinfo, strcmp(operation, "test_rule") == 0 ? "test_rule" :
				   "rehearse_rules", NULL);
	division = bpm_division_or_root(replay->call.ledger, official_code);
	require_reader(&replay->call, division);
	replay->language = bpm_rule_language(replay->call.ledger, division, NULL);
	replay->set = bpm_rules_given(replay->call.ledger,
								  read_rules(replay->call.ledger, PG_GETARG_JSONB_P(2)));
	replay_year(replay, PG_GETARG_INT32(3), division);
	put_summary(replay);
	bpm_call_end(&replay->call);
	return (Datum) 0;
}
