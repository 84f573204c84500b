/*
 * rule.h
 *	  Rules that requests are checked against (审核规则): as they are defined,
 *	  compiled, and applied.
 *
 * A rule is a jsonpath over the request document.  The document of request_document()
 * is joined with what only the ledger knows (history, growth, totals, shares,
 * duplicates), and only with what some rule names.
 */
#ifndef BPM_PLANNING_RULE_H
#define BPM_PLANNING_RULE_H

#include "postgres.h"

#include "utils/jsonb.h"

#include "base/ledger.h"
#include "types/types.h"
#include "workflow/workflow.h"

/* Members of the document that are joined in for those who ask. */
#define BPM_FACT_HISTORY	0x01
#define BPM_FACT_GROWTH		0x02
#define BPM_FACT_TOTALS		0x04
#define BPM_FACT_SHARE		0x08
#define BPM_FACT_DUPLICATES 0x10
#define BPM_FACT_CATEGORIES 0x20
#define BPM_FACT_NEW		0x40

typedef struct BpmMeasure
{
	char	   *name;
	Datum		path;
} BpmMeasure;

typedef struct BpmPlanRule
{
	char	   *name;
	char	   *title;
	int32		version;		/* 0: not published */
	char	   *severity;		/* block, explain, warn */
	char	   *predicate_text;
	Datum		predicate;
	Jsonb	   *parameters;		/* an object, or an array of objects */
	char	   *setting;		/* NULL: none */
	BpmMeasure *measures;
	int			nmeasures;
	Jsonb	   *measure_texts;
	Jsonb	   *message;
	char	   *profile;		/* NULL: everywhere */
	char	   *division_code;	/* official; NULL: everywhere */
	BpmCode		division;		/* 0: everywhere */
	char	   *category;		/* NULL: all */
	int32		from_year;		/* 0: any */
	int32		to_year;		/* 0: any */
	bool		active;
	uint32		facts;			/* BPM_FACT_..., that its paths name */
	List	   *variables;		/* names that its paths use */
} BpmPlanRule;

/* rule_path.c */
typedef struct BpmPathUse
{
	List	   *variables;		/* of char *, each once */
	List	   *members;		/* names right below $ */
	bool		inexact;		/* it takes a detour through floats */
} BpmPathUse;

extern void bpm_path_use(Datum path, BpmPathUse *use);
extern Jsonb *bpm_path_query(Datum path, Jsonb *target, Jsonb *variables);
extern Jsonb *bpm_path_all(Datum path, Jsonb *target, Jsonb *variables);
extern bool bpm_jsonb_truth(Jsonb *value);

/* rule_define.c */
extern BpmPlanRule *bpm_parse_rule_definition(BpmLedger *ledger, Jsonb *definition,
											  const char *place, BpmFaults *faults);
extern void bpm_refuse_rule_faults(const BpmFaults *faults);

/* rule_message.c */
extern List *bpm_placeholders(const char *message);
extern char *bpm_fill_message(Jsonb *message, const char *language, Jsonb *values);

#endif
