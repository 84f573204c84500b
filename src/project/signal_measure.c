/*
 * signal_measure.c
 *	  Measures payment, contract, delivery, schedule, and the gap between execution
 *	  and achievement.
 *
 * Ratios are compared by multiplication, so that exactly 60 % is never below 60 %;
 * what is shown of them is cut off, not rounded, for the same reason.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/fmgrprotos.h"

#include "base/number.h"
#include "project/signal.h"

/* The part of the year, or of the project's share of it, that has passed. */
typedef struct Elapsed
{
	int			passed;
	int			whole;
	int			month;			/* months of it that have begun */
	int			months;
	const char *note;			/* of a project that is past its planned end; NULL: it is not */
} Elapsed;

/* Divides, cut off after four decimals; the divisor is not 0. */
Numeric
bpm_quotient(Numeric num, Numeric den)
{
	Datum		whole = DirectFunctionCall2(numeric_div_trunc,
											NumericGetDatum(bpm_times(num, int64_to_numeric(10000))),
											NumericGetDatum(den));

	return bpm_times(DatumGetNumeric(whole), int64_div_fast_to_numeric(1, 4));
}

/* Adds a reason, without a colour yet. */
BpmReason *
bpm_add_reason(BpmFacts *facts, BpmDimension dimension)
{
	BpmReason  *reason;

	if (facts->count == facts->room)
	{
		facts->room = Max(8, facts->room * 2);
		facts->reasons = facts->reasons ?
			repalloc(facts->reasons, facts->room * sizeof(BpmReason)) :
			palloc(facts->room * sizeof(BpmReason));
	}
	reason = &facts->reasons[facts->count++];
	memset(reason, 0, sizeof(BpmReason));
	reason->dimension = dimension;
	return reason;
}

/* Tells the sign of a number. */
static int
sign_of(Numeric value)
{
	return bpm_compare_numeric(value, int64_to_numeric(0));
}

/* Gives a ratio its colour; exactly a threshold is not below it. The divisor is positive. */
void
bpm_judge_ratio(BpmFacts *facts, BpmReason *reason, Numeric num, Numeric den)
{
	const BpmSignalRule *rule = &facts->rules->of[reason->dimension];

	reason->value = bpm_quotient(num, den);
	reason->share = sign_of(num) < 0 ? int64_to_numeric(0) :
		bpm_compare_numeric(num, den) > 0 ? int64_to_numeric(1) : reason->value;
	reason->relation = "<";
	/* Red is never above yellow: what is not below yellow, as most is, needs no second look. */
	if (rule->yellow_below == NULL || bpm_compare_numeric(num, bpm_times(rule->yellow_below, den)) < 0)
	{
		if (rule->red_below && bpm_compare_numeric(num, bpm_times(rule->red_below, den)) < 0)
		{
			reason->colour = COLOUR_RED;
			reason->threshold = rule->red_below;
			return;
		}
		if (rule->yellow_below)
		{
			reason->colour = COLOUR_YELLOW;
			reason->threshold = rule->yellow_below;
			return;
		}
	}
	reason->relation = ">=";
	reason->colour = COLOUR_GREEN;
	reason->threshold = rule->yellow_below ? rule->yellow_below : rule->red_below;
	if (rule->blue_from && facts->rules->has_blue &&
		bpm_compare_numeric(num, bpm_times(rule->blue_from, den)) >= 0)
	{
		reason->colour = COLOUR_BLUE;
		reason->threshold = rule->blue_from;
	}
}

/* Tells how much has passed of the year, or of the project's own part of it. */
static Elapsed
elapsed_time(const BpmFacts *facts, bool by_day)
{
	Elapsed		elapsed;
	int			year,
				month,
				day;
	DateADT		first;
	DateADT		last;
	int			first_month = 1;
	int			last_month = 12;
	int			ignored;

	j2date(facts->as_of + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	first = date2j(year, 1, 1) - POSTGRES_EPOCH_JDATE;
	last = date2j(year, 12, 31) - POSTGRES_EPOCH_JDATE;
	if (facts->starts_on > first)
	{
		first = facts->starts_on;
		j2date(first + POSTGRES_EPOCH_JDATE, &ignored, &first_month, &day);
	}
	if (facts->ends_on < last && facts->ends_on >= first)
	{
		last = facts->ends_on;
		j2date(last + POSTGRES_EPOCH_JDATE, &ignored, &last_month, &day);
	}
	elapsed.months = last_month - first_month + 1;
	elapsed.month = Min(month - first_month + 1, elapsed.months);
	elapsed.whole = by_day ? last - first + 1 : elapsed.months;
	/* What is late of former years has the year that its money was given for, as any budget. */
	elapsed.note = facts->ends_on >= facts->as_of ? NULL : last == facts->ends_on ?
		"past its planned end: all of it is due" : "past its planned end: judged by the year";
	elapsed.passed = by_day ? Min(facts->as_of - first + 1, elapsed.whole) : elapsed.month;
	return elapsed;
}

/*
 * Judges what was reached against the time that has passed: (reached / whole) /
 * (passed / all), never before the start month.  false: too early to judge.
 */
bool
bpm_judge_by_time(BpmFacts *facts, BpmReason *reason, Numeric reached, const char *reached_name,
				  Numeric whole, const char *whole_name)
{
	const BpmSignalRule *rule = &facts->rules->of[reason->dimension];
	Elapsed		elapsed = elapsed_time(facts, rule->by_day);

	if (elapsed.month < Min(rule->start_month, elapsed.months))
	{
		reason->note = "before the start month";
		return false;
	}
	reason->note = elapsed.note;
	bpm_judge_ratio(facts, reason, bpm_times(reached, int64_to_numeric(elapsed.whole)),
					bpm_times(whole, int64_to_numeric(elapsed.passed)));
	reason->formula = psprintf("(%s %s / %s %s) / (%d / %d)", reached_name, bpm_numeric_text(reached),
							   whole_name, bpm_numeric_text(whole), elapsed.passed, elapsed.whole);
	return true;
}

/* Judges execution by the rung of the ladder that the day stands on. */
static void
judge_by_ladder(BpmFacts *facts, BpmReason *reason, Numeric paid, Numeric budget)
{
	const BpmSignalRule *rule = &facts->rules->of[DIMENSION_PAYMENT];
	const BpmRung *rung = NULL;
	int			year,
				month,
				day;

	j2date(facts->as_of + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	for (int i = 0; i < rule->rungs; i++)
		if (month * 100 + day >= rule->ladder[i].from)
			rung = &rule->ladder[i];
	if (rung == NULL)
	{
		reason->note = "before the first day of the ladder";
		return;
	}
	reason->value = reason->share = bpm_quotient(paid, budget);
	reason->threshold = rung->at_least;
	reason->formula = psprintf("paid %s / budget %s, from %02d-%02d on", bpm_numeric_text(paid),
							   bpm_numeric_text(budget), rung->from / 100, rung->from % 100);
	if (bpm_compare_numeric(paid, bpm_times(rung->at_least, budget)) < 0)
	{
		reason->colour = rung->colour;
		reason->relation = "<";
		return;
	}
	reason->colour = COLOUR_GREEN;
	reason->relation = ">=";
}

/* Measures payment progress (支付进度). */
static void
measure_payment(BpmFacts *facts)
{
	const BpmSignalRule *rule = &facts->rules->of[DIMENSION_PAYMENT];
	Numeric		budget = facts->number[FACT_BUDGET];
	Numeric		paid = facts->number[FACT_PAID];
	BpmReason  *reason;

	if (budget == NULL)
		return;
	if (paid == NULL)
		paid = int64_to_numeric(0);
	reason = bpm_add_reason(facts, DIMENSION_PAYMENT);
	if (bpm_compare_numeric(paid, budget) > 0 && sign_of(paid) > 0)
	{
		reason->colour = rule->over_budget;
		reason->relation = ">";
		reason->value = sign_of(budget) > 0 ? bpm_quotient(paid, budget) : NULL;
		reason->share = int64_to_numeric(1);
		reason->threshold = int64_to_numeric(1);
		reason->formula = psprintf("paid %s / budget %s", bpm_numeric_text(paid), bpm_numeric_text(budget));
		reason->note = "paid over budget";
	}
	else if (sign_of(budget) <= 0)
		reason->note = "no budget";
	else if (facts->as_of < facts->starts_on)
		reason->note = "not started";
	else if (rule->rungs > 0)
		judge_by_ladder(facts, reason, paid, budget);
	else
		bpm_judge_by_time(facts, reason, paid, "paid", budget, "budget");
}

/* Measures what was met of what was due by now; nothing due gives no colour. */
static void
measure_due(BpmFacts *facts, BpmDimension dimension, BpmFact due_fact, BpmFact met_fact)
{
	Numeric		due = facts->number[due_fact];
	Numeric		met = facts->number[met_fact];
	BpmReason  *reason;

	if (due == NULL)
		return;
	if (met == NULL)
		met = int64_to_numeric(0);
	reason = bpm_add_reason(facts, dimension);
	if (sign_of(due) <= 0)
	{
		reason->note = "nothing is due yet";
		return;
	}
	bpm_judge_ratio(facts, reason, met, due);
	reason->formula = psprintf("%s %s / %s %s", bpm_fact_names[met_fact], bpm_numeric_text(met),
							   bpm_fact_names[due_fact], bpm_numeric_text(due));
}

/* Measures by how many days the contract clause (合同条款) that waits longest is late. */
static void
measure_late(BpmFacts *facts)
{
	const BpmSignalRule *rule = &facts->rules->of[DIMENSION_CONTRACT];
	Numeric		days = facts->number[FACT_CLAUSE_LATE];
	BpmReason  *reason;

	if (days == NULL || (rule->red_days == NULL && rule->yellow_days == NULL))
		return;
	reason = bpm_add_reason(facts, DIMENSION_CONTRACT);
	reason->value = days;
	reason->clause = facts->clause;
	reason->formula = psprintf("%s %s days", bpm_fact_names[FACT_CLAUSE_LATE], bpm_numeric_text(days));
	reason->relation = ">=";
	if (rule->red_days && bpm_compare_numeric(days, rule->red_days) >= 0)
	{
		reason->colour = COLOUR_RED;
		reason->threshold = rule->red_days;
		return;
	}
	if (rule->yellow_days && bpm_compare_numeric(days, rule->yellow_days) >= 0)
	{
		reason->colour = COLOUR_YELLOW;
		reason->threshold = rule->yellow_days;
		return;
	}
	reason->relation = "<";
	reason->colour = COLOUR_GREEN;
	reason->threshold = rule->yellow_days ? rule->yellow_days : rule->red_days;
}

/* Measures how contracts are performed (合同履约): their deliveries, their clauses, and what is late. */
static void
measure_contract(BpmFacts *facts)
{
	measure_due(facts, DIMENSION_CONTRACT, FACT_CONTRACT_DUE, FACT_CONTRACT_MET);
	measure_due(facts, DIMENSION_CONTRACT, FACT_CLAUSE_DUE, FACT_CLAUSE_MET);
	measure_late(facts);
}

/* Measures the gap between execution and achievement of targets (双监控). */
static void
measure_gap(BpmFacts *facts)
{
	const BpmSignalRule *rule = &facts->rules->of[DIMENSION_GAP];
	Numeric		budget = facts->number[FACT_BUDGET];
	Numeric		paid = facts->number[FACT_PAID];
	Numeric		achievement = facts->number[FACT_ACHIEVEMENT];
	BpmReason  *reason;
	Numeric		distance;

	if (budget == NULL || achievement == NULL || rule->points == NULL)
		return;
	if (paid == NULL)
		paid = int64_to_numeric(0);
	reason = bpm_add_reason(facts, DIMENSION_GAP);
	if (sign_of(budget) <= 0)
	{
		reason->note = "no budget";
		return;
	}
	distance = DatumGetNumeric(DirectFunctionCall1(numeric_abs,
												   NumericGetDatum(bpm_minus(bpm_times(achievement, budget), paid))));
	reason->value = bpm_quotient(distance, budget);
	reason->threshold = rule->points;
	reason->formula = psprintf("|achievement %s - paid %s / budget %s|", bpm_numeric_text(achievement),
							   bpm_numeric_text(paid), bpm_numeric_text(budget));
	reason->relation = bpm_compare_numeric(distance, bpm_times(rule->points, budget)) > 0 ? ">" : "<=";
	reason->colour = reason->relation[0] == '>' ? rule->worst : COLOUR_GREEN;
}

/* Measures one dimension, as far as the facts say something of it. */
void
bpm_measure(BpmFacts *facts, BpmDimension dimension)
{
	switch (dimension)
	{
		case DIMENSION_PAYMENT:
			measure_payment(facts);
			break;
		case DIMENSION_CONTRACT:
			measure_contract(facts);
			break;
		case DIMENSION_DELIVERY:
			measure_due(facts, dimension, FACT_DELIVERY_DUE, FACT_DELIVERY_MET);
			break;
		case DIMENSION_SCHEDULE:
			measure_due(facts, dimension, FACT_PLANNED, FACT_PHYSICAL);
			break;
		case DIMENSION_INDICATOR:
			bpm_measure_indicators(facts);
			break;
		case DIMENSION_GAP:
			measure_gap(facts);
			break;
		default:
			break;
	}
}
