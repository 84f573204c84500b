/*
 * signal.c
 *	  budgetpm.signal(facts, rules): a colour with all its reasons.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "base/arguments.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "project/signal.h"

/* Sets of rules that a call site keeps: as many as a night's divisions may differ by, more or less. */
#define KEPT_RULES	16

typedef struct SignalCache
{
	MemoryContext context;
	TupleDesc	desc;			/* of the row that is returned, NULL: not looked up */
	int			next;			/* the rules that give way */
	struct
	{
		MemoryContext context;
		Jsonb	   *document;
		BpmSignalRules *rules;
	}			kept[KEPT_RULES];
} SignalCache;

/* Reads rules into a place of the cache, which stays empty where they are wrong. */
static const BpmSignalRules *
keep_rules(SignalCache *cache, Jsonb *document)
{
	int			place = cache->next;
	MemoryContext caller;

	if (cache->kept[place].context)
		MemoryContextDelete(cache->kept[place].context);
	cache->kept[place].document = NULL;
	cache->kept[place].context = NULL;
	cache->kept[place].context = AllocSetContextCreate(cache->context, "budgetpm signal rules",
													   ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(cache->kept[place].context);
	cache->kept[place].rules = bpm_read_signal_rules(document);
	cache->kept[place].document = palloc(VARSIZE(document));
	memcpy(cache->kept[place].document, document, VARSIZE(document));
	MemoryContextSwitchTo(caller);
	cache->next = (place + 1) % KEPT_RULES;
	return cache->kept[place].rules;
}

/* Returns what the call site keeps. */
static SignalCache *
open_cache(FunctionCallInfo fcinfo)
{
	SignalCache *cache = fcinfo->flinfo->fn_extra;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(SignalCache));
		cache->context = fcinfo->flinfo->fn_mcxt;
		fcinfo->flinfo->fn_extra = cache;
	}
	return cache;
}

/* Returns the rules compiled, from a call before where they are the same: a set query passes few, row by row. */
static const BpmSignalRules *
compiled_rules(SignalCache *cache, Jsonb *document)
{
	for (int i = 0; i < KEPT_RULES; i++)
	{
		const Jsonb *kept = cache->kept[i].document;

		if (kept && VARSIZE(kept) == VARSIZE(document) && memcmp(kept, document, VARSIZE(document)) == 0)
			return cache->kept[i].rules;
	}
	return keep_rules(cache, document);
}

/* Returns the row that the function returns. */
static TupleDesc
returned_row(FunctionCallInfo fcinfo, SignalCache *cache)
{
	MemoryContext caller = MemoryContextSwitchTo(cache->context);
	TupleDesc	desc;

	if (cache->desc == NULL)
	{
		if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
			elog(ERROR, "return type must be a row type");
		cache->desc = BlessTupleDesc(desc);
	}
	MemoryContextSwitchTo(caller);
	return cache->desc;
}

/* Adds a reason to the list, its members in the order in which a document keeps them. */
static void
push_reason(JsonbParseState **state, const BpmReason *reason)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	bpm_tell_text(state, "note", reason->note);
	bpm_tell_number(state, "value", reason->value);
	bpm_tell_text(state, "clause", reason->clause);
	bpm_tell_text(state, "colour", bpm_colour_names[reason->colour]);
	bpm_tell_text(state, "formula", reason->formula);
	bpm_tell_text(state, "relation", reason->threshold ? reason->relation : NULL);
	bpm_tell_text(state, "dimension", bpm_dimension_names[reason->dimension]);
	bpm_tell_text(state, "indicator", reason->indicator);
	bpm_tell_number(state, "threshold", reason->threshold);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/* Adds the list of all reasons; NULL while it stands inside an object that goes on. */
static JsonbValue *
push_reasons(JsonbParseState **state, const BpmFacts *facts)
{
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < facts->count; i++)
		push_reason(state, &facts->reasons[i]);
	return pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * Returns the weighted share of what was measured, in percent, NULL where no weight is
 * given; several reasons of a dimension have its weight together.
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
		int			several;

		if (weight == NULL || reason->share == NULL)
			continue;
		several = 0;
		for (int k = 0; k < facts->count; k++)
			several += facts->reasons[k].dimension == reason->dimension &&
				facts->reasons[k].share != NULL;
		if (several > 1)
			weight = bpm_divided(weight, int64_to_numeric(several));
		sum = bpm_plus(sum, bpm_times(weight, reason->share));
		weights = bpm_plus(weights, weight);
	}
	if (bpm_compare_numeric(weights, int64_to_numeric(0)) <= 0)
		return NULL;
	return bpm_rounded(bpm_divided(bpm_times(sum, int64_to_numeric(100)), weights), 2);
}

/* Measures all that the rules look at, and returns the worst colour; every fault of the facts is told. */
static BpmColour
judge(BpmFacts *facts)
{
	BpmColour	worst = COLOUR_NONE;

	for (int d = 0; d < DIMENSION_COUNT; d++)
		if (facts->rules->of[d].used)
			bpm_measure(facts, (BpmDimension) d);
	bpm_refuse_faults(facts->faults, ERRCODE_INVALID_PARAMETER_VALUE, "facts of the signal have", 0, NULL);
	for (int i = 0; i < facts->count; i++)
	{
		BpmReason  *reason = &facts->reasons[i];

		reason->colour = Min(reason->colour, facts->rules->of[reason->dimension].worst);
		worst = Max(worst, reason->colour);
	}
	return worst;
}

/* Gives a project its colour with every reason; the same facts and rules give the same answer. */
PG_FUNCTION_INFO_V1(bpm_signal);
Datum
bpm_signal(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	BpmFaults	faults = {0};
	BpmFacts	facts = {.faults = &faults};
	JsonbParseState *state = NULL;
	JsonbValue	key = {.type = jbvString,.val.string.val = "reasons",.val.string.len = 7};
	BpmColour	colour;

	facts.rules = compiled_rules(open_cache(fcinfo), PG_GETARG_JSONB_P(1));
	if (!JB_ROOT_IS_OBJECT(document))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("facts of the signal must be an object")));
	bpm_read_facts(&facts, document);
	colour = judge(&facts);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	bpm_tell_text(&state, "colour", bpm_colour_names[colour]);
	bpm_tell_number(&state, "score", score_of(&facts));
	pushJsonbValue(&state, WJB_KEY, &key);
	push_reasons(&state, &facts);
	PG_RETURN_JSONB_P(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* Gives the same as bpm_signal() for facts that are columns, in parts, with the document of the facts. */
PG_FUNCTION_INFO_V1(bpm_signal_columns);
Datum
bpm_signal_columns(PG_FUNCTION_ARGS)
{
	BpmFaults	faults = {0};
	BpmFacts	facts = {.faults = &faults};
	SignalCache *cache = open_cache(fcinfo);
	JsonbParseState *state = NULL;
	Numeric		score;
	Datum		values[4];
	bool		nulls[4] = {false};

	bpm_require_argument(fcinfo, 0, "rules");
	facts.rules = compiled_rules(cache, PG_GETARG_JSONB_P(0));
	bpm_take_facts(&facts, fcinfo, 1);
	values[0] = CStringGetTextDatum(bpm_colour_names[judge(&facts)]);
	score = score_of(&facts);
	nulls[1] = score == NULL;
	values[1] = NumericGetDatum(score);
	values[2] = JsonbPGetDatum(JsonbValueToJsonb(push_reasons(&state, &facts)));
	values[3] = JsonbPGetDatum(bpm_facts_document(&facts));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(returned_row(fcinfo, cache), values, nulls)));
}
