/*
 * monitor.h
 *	  Rules of payment monitoring as they are applied: compiled, and asked part by part
 *	  about facts that are read when a part first names them.
 */
#ifndef BPM_MONITOR_H
#define BPM_MONITOR_H

#include "storage/block.h"

#include "project/watch.h"

/* Which facts a path names: a bit each, in an order that monitor_facts.c knows. */
typedef uint64 BpmFactSet;

/* A part of a predicate: both (&) or one (|) of two others, or a path of its own. */
typedef struct BpmMonitorTest
{
	char		join;
	struct BpmMonitorTest *left;
	struct BpmMonitorTest *right;
	Datum		path;
	BpmFactSet	facts;			/* that the path names */
} BpmMonitorTest;

typedef struct BpmMonitorRule
{
	char	   *name;
	char	   *title;
	char	   *strength;
	BpmMonitorTest *test;
	Jsonb	   *parameters;
	int32		days;			/* 0: does not look back */
	BpmCode		division;		/* 0: everywhere */
	DateADT		from;
	DateADT		to;
} BpmMonitorRule;

typedef struct BpmMonitorRules
{
	MemoryContext context;
	uint64		generation;
	BpmMonitorRule *rules;		/* the active ones, by name */
	int			count;
	bool		watched;		/* one is active, or has found anything */
	BlockNumber planned;		/* size of what was looked at when it was last planned for */
} BpmMonitorRules;

#define BPM_WORDS	5			/* payee, account, bank, purpose, settlement */
#define BPM_FACT_SOURCES	10

/* A payment that rules are asked about, and what is known of it so far. */
typedef struct BpmPaymentFacts
{
	const BpmPosting *posting;
	BpmMonitorRules *rules;
	const BpmLine *line;
	const BpmWatched *watched;
	int64		payment;		/* row of payment that words come from; 0: none, as the next */
	int64		source;			/* request that is paid, or posting that is corrected */
	char	   *words[BPM_WORDS];	/* NULL: not known */
	char	   *payee;			/* plain_name() of the first two words: whoever it is written as */
	char	   *account;
	bool		kept;			/* the source was looked at when it was asked for */
	Jsonb	   *parts[BPM_FACT_SOURCES];	/* what was read, NULL: nothing yet */
	int32		recent_days;	/* of recent payments that were read, 0: none */
} BpmPaymentFacts;

/* monitor_rules.c */
extern BpmMonitorRules *bpm_monitor_rules(BpmLedger *ledger);
extern void bpm_name_monitor_rule(void *rule);
extern void bpm_try_monitor_rule(char *rule, char *predicate, Jsonb *parameters);

/* monitor_facts.c */
extern BpmFactSet bpm_facts_named(Datum path);
extern void bpm_read_words(BpmPaymentFacts *facts);
extern Jsonb *bpm_facts_for(BpmPaymentFacts *facts, const BpmMonitorRule *rule, BpmFactSet named);
extern Jsonb *bpm_facts_kept(BpmPaymentFacts *facts, const BpmMonitorRule *rule, BpmFactSet named);

#endif
