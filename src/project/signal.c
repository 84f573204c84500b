/*
 * signal.c
 *	  budgetpm.signal(facts, rules): a colour with all its reasons.
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/errors.h"
#include "project/signal.h"

/* Rules as they were last read, kept with the call site: a set query passes the same ones row by row. */
typedef struct RulesCache
{
	MemoryContext context;
	Jsonb	   *document;
	BpmSignalRules *rules;
} RulesCache;

/* Returns the rules compiled, from the call before where they are the same. */
static const BpmSignalRules *
compiled_rules(FunctionCallInfo fcinfo, Jsonb *document)
{
	RulesCache *cache = fcinfo->flinfo->fn_extra;
	MemoryContext caller;

	if (cache && VARSIZE(cache->document) == VARSIZE(document) &&
		memcmp(cache->document, document, VARSIZE(document)) == 0)
		return cache->rules;
	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(RulesCache));
		fcinfo->flinfo->fn_extra = cache;
	}
	if (cache->context)
		MemoryContextDelete(cache->context);
	cache->document = NULL;
	cache->context = NULL;
	fcinfo->flinfo->fn_extra = NULL;
	caller = MemoryContextSwitchTo(fcinfo->flinfo->fn_mcxt);
	cache->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "budgetpm signal rules",
										   ALLOCSET_SMALL_SIZES);
	MemoryContextSwitchTo(cache->context);
	cache->rules = bpm_read_signal_rules(document);
	cache->document = palloc(VARSIZE(document));
	memcpy(cache->document, document, VARSIZE(document));
	MemoryContextSwitchTo(caller);
	fcinfo->flinfo->fn_extra = cache;
	return cache->rules;
}

/* Reads a date of the facts, or what stands for a missing one. */
static DateADT
read_date(const BpmNode *node, const char *key, bool required, DateADT missing)
{
	char	   *text = bpm_node_text(node, key, required);
	int			year,
				month,
				day;

	if (text == NULL)
		return missing;
	if (strlen(text) == 10 && sscanf(text, "%4d-%2d-%2d", &year, &month, &day) == 3 &&
		year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= day_tab[isleap(year)][month - 1])
		return date2j(year, month, day) - POSTGRES_EPOCH_JDATE;
	bpm_fault(node->faults, bpm_node_place(node, key), "\"%s\" is not a date YYYY-MM-DD", text);
	return missing;
}

/* Reads what all dimensions need of the facts. */
static void
open_facts(BpmFacts *facts, Jsonb *document, BpmFaults *faults)
{
	static const char *const keys[] = {
		"as_of", "starts_on", "ends_on", "budget", "paid", "contract_due", "contract_met",
		"delivery_due", "delivery_met", "planned", "physical", "indicators", "achievement", NULL
	};

	facts->node.object = &document->root;
	facts->node.path = "$";
	facts->node.faults = faults;
	bpm_node_keys(&facts->node, keys);
	facts->as_of = read_date(&facts->node, "as_of", true, 0);
	facts->starts_on = read_date(&facts->node, "starts_on", false, DATEVAL_NOBEGIN);
	facts->ends_on = read_date(&facts->node, "ends_on", false, DATEVAL_NOEND);
}

/* Adds a text member to an object. */
static void
push_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	value;

	if (text == NULL)
		return;
	value.type = jbvString;
	value.val.string.val = (char *) key;
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
	value.val.string.val = (char *) text;
	value.val.string.len = strlen(text);
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a number to an object, none for NULL. */
static void
push_number(JsonbParseState **state, const char *key, Numeric number)
{
	JsonbValue	value;

	if (number == NULL)
		return;
	value.type = jbvString;
	value.val.string.val = (char *) key;
	value.val.string.len = strlen(key);
	pushJsonbValue(state, WJB_KEY, &value);
	value.type = jbvNumeric;
	value.val.numeric = number;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a reason to the list. */
static void
push_reason(JsonbParseState **state, const BpmReason *reason)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_text(state, "dimension", bpm_dimension_names[reason->dimension]);
	push_text(state, "colour", bpm_colour_names[reason->colour]);
	push_text(state, "indicator", reason->indicator);
	push_number(state, "value", reason->value);
	push_text(state, "relation", reason->threshold ? reason->relation : NULL);
	push_number(state, "threshold", reason->threshold);
	push_text(state, "formula", reason->formula);
	push_text(state, "note", reason->note);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * Returns the weighted share of what was measured, in percent, NULL where no weight is
 * given; several indicators have the weight of one dimension together.
 */
static Numeric
score_of(const BpmFacts *facts)
{
	Numeric		sum = int64_to_numeric(0);
	Numeric		weights = int64_to_numeric(0);

	for (int i = 0; i < facts->count; i++)
	{
		const BpmReason *reason = &facts->reasons[i];
		Numeric		weight = facts->rules->of[reason->dimension].weight;

		if (weight == NULL || reason->share == NULL)
			continue;
		if (reason->dimension == DIMENSION_INDICATOR)
		{
			int			several = 0;

			for (int k = 0; k < facts->count; k++)
				several += facts->reasons[k].dimension == DIMENSION_INDICATOR &&
					facts->reasons[k].share != NULL;
			weight = DatumGetNumeric(DirectFunctionCall2(numeric_div, NumericGetDatum(weight),
														 NumericGetDatum(int64_to_numeric(several))));
		}
		sum = bpm_plus(sum, bpm_times(weight, reason->share));
		weights = bpm_plus(weights, weight);
	}
	if (bpm_compare_numeric(weights, int64_to_numeric(0)) <= 0)
		return NULL;
	return bpm_rounded(bpm_divided(bpm_times(sum, int64_to_numeric(100)), weights), 2);
}

/* Makes the answer: the worst colour, the score, and every reason. */
static Jsonb *
answer(BpmFacts *facts)
{
	JsonbParseState *state = NULL;
	BpmColour	worst = COLOUR_NONE;
	JsonbValue	key = {.type = jbvString,.val.string.val = "reasons",.val.string.len = 7};

	for (int i = 0; i < facts->count; i++)
	{
		BpmReason  *reason = &facts->reasons[i];

		reason->colour = Min(reason->colour, facts->rules->of[reason->dimension].worst);
		worst = Max(worst, reason->colour);
	}
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "colour", bpm_colour_names[worst]);
	push_number(&state, "score", score_of(facts));
	pushJsonbValue(&state, WJB_KEY, &key);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < facts->count; i++)
		push_reason(&state, &facts->reasons[i]);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Gives a project its colour with every reason; the same facts and rules give the same answer. */
PG_FUNCTION_INFO_V1(bpm_signal);
Datum
bpm_signal(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	BpmFaults	faults = {0};
	BpmFacts	facts = {0};

	facts.rules = compiled_rules(fcinfo, PG_GETARG_JSONB_P(1));
	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts of the signal must be an object")));
	open_facts(&facts, document, &faults);
	for (int d = 0; d < DIMENSION_COUNT; d++)
		if (facts.rules->of[d].used)
			bpm_measure(&facts, (BpmDimension) d);
	bpm_refuse_faults(&faults, ERRCODE_INVALID_PARAMETER_VALUE, "facts of the signal have", 0, NULL);
	PG_RETURN_JSONB_P(answer(&facts));
}
