/*
 * signal.h
 *	  The signal of a project (预警信号): what is measured, against which thresholds,
 *	  and the colour that comes out of it.
 *
 * All of it is pure: colours follow from facts and rules alone, in exact numbers,
 * so that a stored signal can be computed again.
 */
#ifndef BPM_SIGNAL_H
#define BPM_SIGNAL_H

#include "postgres.h"

#include "fmgr.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/json.h"
#include "base/number.h"

/* In order of badness: the worst wins. */
typedef enum BpmColour
{
	COLOUR_NONE,				/* nothing to judge by */
	COLOUR_BLUE,
	COLOUR_GREEN,
	COLOUR_YELLOW,
	COLOUR_RED
} BpmColour;

typedef enum BpmDimension
{
	DIMENSION_PAYMENT,
	DIMENSION_CONTRACT,
	DIMENSION_DELIVERY,
	DIMENSION_SCHEDULE,
	DIMENSION_INDICATOR,
	DIMENSION_GAP,
	DIMENSION_COUNT
} BpmDimension;

/* The numbers among the facts. */
typedef enum BpmFact
{
	FACT_BUDGET,
	FACT_PAID,
	FACT_CONTRACT_DUE,
	FACT_CONTRACT_MET,
	FACT_CLAUSE_DUE,
	FACT_CLAUSE_MET,
	FACT_CLAUSE_LATE,
	FACT_DELIVERY_DUE,
	FACT_DELIVERY_MET,
	FACT_PLANNED,
	FACT_PHYSICAL,
	FACT_ACHIEVEMENT,
	FACT_COUNT
} BpmFact;

/* A rung of a dated ladder: from that day of the year on, so much at least. */
typedef struct BpmRung
{
	int			from;			/* month * 100 + day */
	Numeric		at_least;
	BpmColour	colour;
} BpmRung;

typedef struct BpmSignalRule
{
	bool		used;			/* among the profile's dimensions */
	Numeric		red_below;		/* NULL: never */
	Numeric		yellow_below;
	Numeric		blue_from;
	Numeric		points;			/* gap: what is allowed between the two */
	Numeric		red_days;		/* contract: so many days late, NULL: never */
	Numeric		yellow_days;
	Numeric		weight;			/* in the score, NULL: none */
	int			start_month;	/* nothing is judged by before that month */
	bool		by_day;			/* time passes by days, not by months */
	BpmColour	over_budget;
	BpmColour	worst;			/* this dimension alone makes nothing worse */
	BpmRung    *ladder;			/* in order of days; takes the place of time */
	int			rungs;
	List	   *words[COLOUR_RED + 1];	/* of a qualitative indicator */
} BpmSignalRule;

typedef struct BpmSignalRules
{
	BpmSignalRule of[DIMENSION_COUNT];
	bool		has_blue;		/* otherwise what would be blue is green */
} BpmSignalRules;

/* Why a dimension has its colour. */
typedef struct BpmReason
{
	BpmDimension dimension;
	const char *indicator;		/* NULL: not one of several */
	const char *clause;			/* the one that is late, NULL: none */
	BpmColour	colour;
	Numeric		value;			/* measured; NULL where there is none */
	Numeric		threshold;
	const char *relation;		/* of value to threshold */
	char	   *formula;
	const char *note;			/* why it was not measured */
	Numeric		share;			/* in the score, 0 to 1; NULL: none */
} BpmReason;

/* What is known of the project, whether a document says it or the tables do. */
typedef struct BpmFacts
{
	const BpmSignalRules *rules;
	BpmFaults  *faults;
	DateADT		as_of;
	DateADT		starts_on;		/* DATEVAL_NOBEGIN: not said */
	DateADT		ends_on;		/* DATEVAL_NOEND */
	Numeric		number[FACT_COUNT]; /* NULL: not said */
	const char *clause;			/* the one that is most days late */
	BpmNode		indicators;
	int			indicator_count;
	BpmReason  *reasons;
	int			count;
	int			room;
} BpmFacts;

/* signal_facts.c */
extern const char *const bpm_fact_names[];
extern void bpm_read_facts(BpmFacts *facts, Jsonb *document);
extern void bpm_take_facts(BpmFacts *facts, FunctionCallInfo fcinfo, int first);
extern Jsonb *bpm_facts_document(const BpmFacts *facts);
extern void bpm_tell_text(JsonbParseState **state, const char *key, const char *text);
extern void bpm_tell_number(JsonbParseState **state, const char *key, Numeric number);

/* signal_rules.c */
extern const char *const bpm_dimension_names[];
extern const char *const bpm_colour_names[];
extern BpmSignalRules *bpm_read_signal_rules(Jsonb *rules);

/* signal_measure.c */
extern Numeric bpm_quotient(Numeric num, Numeric den);
extern BpmReason *bpm_add_reason(BpmFacts *facts, BpmDimension dimension);
extern void bpm_judge_ratio(BpmFacts *facts, BpmReason *reason, Numeric num, Numeric den);
extern bool bpm_judge_by_time(BpmFacts *facts, BpmReason *reason, Numeric reached,
							  const char *reached_name, Numeric whole, const char *whole_name);
extern void bpm_measure(BpmFacts *facts, BpmDimension dimension);

/* signal_indicator.c */
extern void bpm_measure_indicators(BpmFacts *facts);

#endif
