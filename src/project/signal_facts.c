/*
 * signal_facts.c
 *	  What a signal judges by, from two sources: a document that a caller gives, and
 *	  columns that a night's statement has summed.
 *
 * Both fill the same BpmFacts, and what columns say is written as the document that
 * gives the same facts again.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/jsonb.h"
#include "project/signal.h"
#include "types/types.h"

const char *const bpm_fact_names[] = {
	"budget", "paid", "contract_due", "contract_met", "clause_due", "clause_met", "clause_late",
	"delivery_due", "delivery_met", "planned", "physical", "achievement", NULL
};

/* Days that YYYY-MM-DD can say. */
#define FIRST_DAY	(date2j(1, 1, 1) - POSTGRES_EPOCH_JDATE)
#define LAST_DAY	(date2j(9999, 12, 31) - POSTGRES_EPOCH_JDATE)

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

/* Reads the facts of a document; what is wrong with it becomes faults. */
void
bpm_read_facts(BpmFacts *facts, Jsonb *document)
{
	static const char *const keys[] = {
		"as_of", "starts_on", "ends_on", "budget", "paid", "contract_due", "contract_met",
		"clause_due", "clause_met", "clause_late", "clause", "delivery_due", "delivery_met",
		"planned", "physical", "indicators", "achievement", NULL
	};
	BpmNode		node = {&document->root, "$", facts->faults};

	bpm_node_keys(&node, keys);
	facts->as_of = read_date(&node, "as_of", true, 0);
	facts->starts_on = read_date(&node, "starts_on", false, DATEVAL_NOBEGIN);
	facts->ends_on = read_date(&node, "ends_on", false, DATEVAL_NOEND);
	for (int i = 0; i < FACT_COUNT; i++)
		facts->number[i] = bpm_node_number(&node, bpm_fact_names[i]);
	facts->clause = bpm_node_text(&node, "clause", false);
	facts->indicator_count = bpm_node_array(&node, "indicators", &facts->indicators);
}

/* Takes a date argument; one that no document can say is not said. */
static DateADT
take_date(FunctionCallInfo fcinfo, int number, DateADT missing)
{
	DateADT		day = PG_ARGISNULL(number) ? missing : PG_GETARG_DATEADT(number);

	return day >= FIRST_DAY && day <= LAST_DAY ? day : missing;
}

/* Makes a number of a count of its last decimals. */
static Numeric
scaled(int64 count, int decimals)
{
	return count == 0 && decimals > 2 ? int64_to_numeric(0) : int64_div_fast_to_numeric(count, decimals);
}

/*
 * Takes the facts from arguments in this order: as_of, starts_on, ends_on, the numbers
 * of BpmFact, clause, indicators.  Money is in fen, counts are whole, delivery_met is
 * in millionths.
 */
void
bpm_take_facts(BpmFacts *facts, FunctionCallInfo fcinfo, int first)
{
	facts->as_of = take_date(fcinfo, first, 0);
	facts->starts_on = take_date(fcinfo, first + 1, DATEVAL_NOBEGIN);
	facts->ends_on = take_date(fcinfo, first + 2, DATEVAL_NOEND);
	for (int i = 0; i < FACT_COUNT; i++)
	{
		int			number = first + 3 + i;

		if (PG_ARGISNULL(number))
			continue;
		if (i >= FACT_PLANNED)
			facts->number[i] = PG_GETARG_NUMERIC(number);
		else if (i <= FACT_PAID)
			facts->number[i] = bpm_fen_to_numeric(PG_GETARG_INT64(number));
		else
			facts->number[i] = scaled(PG_GETARG_INT64(number), i == FACT_DELIVERY_MET ? 6 : 0);
	}
	if (!PG_ARGISNULL(first + 3 + FACT_COUNT))
		facts->clause = text_to_cstring(PG_GETARG_TEXT_PP(first + 3 + FACT_COUNT));
	if (!PG_ARGISNULL(first + 4 + FACT_COUNT))
	{
		Jsonb	   *indicators = PG_GETARG_JSONB_P(first + 4 + FACT_COUNT);

		facts->indicators.object = &indicators->root;
		facts->indicators.path = "$.indicators";
		facts->indicators.faults = facts->faults;
		facts->indicator_count = bpm_is_array(indicators) ? JB_ROOT_COUNT(indicators) : 0;
	}
}

/* Adds a member that is a text, which stays where it is, none for NULL. */
void
bpm_tell_text(JsonbParseState **state, const char *key, const char *text)
{
	JsonbValue	value;

	if (text == NULL)
		return;
	bpm_push_key(state, key);
	value.type = jbvString;
	value.val.string.val = (char *) text;
	value.val.string.len = strlen(text);
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Adds a member that is a number, none for NULL. */
void
bpm_tell_number(JsonbParseState **state, const char *key, Numeric number)
{
	if (number)
		bpm_push_numeric(state, key, number);
}

/* Adds a day as YYYY-MM-DD. */
static void
push_date(JsonbParseState **state, const char *key, DateADT date)
{
	int			year,
				month,
				day;
	char	   *text;

	if (DATE_NOT_FINITE(date))
		return;
	j2date(date + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	text = palloc(11);
	text[0] = '0' + year / 1000;
	text[1] = '0' + year / 100 % 10;
	text[2] = '0' + year / 10 % 10;
	text[3] = '0' + year % 10;
	text[4] = text[7] = '-';
	text[5] = '0' + month / 10;
	text[6] = '0' + month % 10;
	text[8] = '0' + day / 10;
	text[9] = '0' + day % 10;
	text[10] = '\0';
	bpm_tell_text(state, key, text);
}

/* Adds one of the numbers that the facts say. */
static void
push_fact(JsonbParseState **state, const BpmFacts *facts, BpmFact fact)
{
	bpm_tell_number(state, bpm_fact_names[fact], facts->number[fact]);
}

/* Adds the indicators, where the facts have them. */
static void
push_indicators(JsonbParseState **state, const BpmFacts *facts)
{
	JsonbValue	value;

	if (facts->indicators.object == NULL)
		return;
	bpm_push_key(state, "indicators");
	value.type = jbvBinary;
	value.val.binary.data = facts->indicators.object;
	value.val.binary.len = 0;
	pushJsonbValue(state, WJB_VALUE, &value);
}

/* Writes the facts as the document that bpm_read_facts() takes them from again. */
Jsonb *
bpm_facts_document(const BpmFacts *facts)
{
	JsonbParseState *state = NULL;

	/* In the order in which a document keeps its keys: they need no sorting then. */
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_fact(&state, facts, FACT_PAID);
	push_date(&state, "as_of", facts->as_of);
	push_fact(&state, facts, FACT_BUDGET);
	bpm_tell_text(&state, "clause", facts->clause);
	push_date(&state, "ends_on", facts->ends_on);
	push_fact(&state, facts, FACT_PLANNED);
	push_fact(&state, facts, FACT_PHYSICAL);
	push_date(&state, "starts_on", facts->starts_on);
	push_fact(&state, facts, FACT_CLAUSE_DUE);
	push_fact(&state, facts, FACT_CLAUSE_MET);
	push_indicators(&state, facts);
	push_fact(&state, facts, FACT_ACHIEVEMENT);
	push_fact(&state, facts, FACT_CLAUSE_LATE);
	push_fact(&state, facts, FACT_CONTRACT_DUE);
	push_fact(&state, facts, FACT_CONTRACT_MET);
	push_fact(&state, facts, FACT_DELIVERY_DUE);
	push_fact(&state, facts, FACT_DELIVERY_MET);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/* Returns which share of a quantity has come, in millionths, cut off, 1000000 for all of it or more. */
PG_FUNCTION_INFO_V1(bpm_share_met);
Datum
bpm_share_met(PG_FUNCTION_ARGS)
{
	Numeric		part = PG_GETARG_NUMERIC(0);
	Numeric		whole = PG_GETARG_NUMERIC(1);

	if (numeric_is_nan(part) || numeric_is_inf(part) || numeric_is_nan(whole) || numeric_is_inf(whole))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("part and whole must be finite")));
	if (bpm_compare_numeric(part, whole) >= 0)
		PG_RETURN_INT32(1000000);
	PG_RETURN_DATUM(DirectFunctionCall1(numeric_int4,
										DirectFunctionCall2(numeric_div_trunc,
															NumericGetDatum(bpm_times(part, int64_to_numeric(1000000))),
															NumericGetDatum(whole))));
}
