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

#include "fmgr.h"
#include "utils/jsonb.h"

#include "base/json.h"
#include "base/ledger.h"
#include "types/types.h"

/* Members of the document that are joined in for those who ask. */
#define BPM_FACT_HISTORY	0x01
#define BPM_FACT_GROWTH		0x02
#define BPM_FACT_TOTALS		0x04
#define BPM_FACT_SHARE		0x08
#define BPM_FACT_DUPLICATES 0x10
#define BPM_FACT_CATEGORIES 0x20
#define BPM_FACT_NEW		0x40
#define BPM_FACT_DEPARTMENT 0x80

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
	List	   *kept;			/* parameters that its messages name */
} BpmPlanRule;

/* plain_name.c */
extern Datum bpm_plain_name(PG_FUNCTION_ARGS);

/* rule_path.c */
typedef struct BpmPathUse
{
	List	   *variables;		/* of char *, each once */
	List	   *members;		/* names right below $ */
	bool		whole;			/* $ itself is looked at, so that any member may be */
	bool		inexact;		/* it takes a detour through floats */
} BpmPathUse;

extern void bpm_path_use(Datum path, BpmPathUse *use);

/* rule_define.c */
extern BpmPlanRule *bpm_parse_rule_definition(BpmLedger *ledger, Jsonb *definition,
											  const char *place, BpmFaults *faults);
extern void bpm_refuse_rule_faults(const BpmFaults *faults);

/* A rule where it holds: what its place says of it is decided. */
typedef struct BpmRuleInstance
{
	const BpmPlanRule *rule;
	char	   *severity;
	Jsonb	   *variables;
} BpmRuleInstance;

/* rule_set.c: rules to be applied together, compiled once a backend and ledger generation */
typedef struct BpmRuleSet BpmRuleSet;

extern BpmRuleSet *bpm_rules_in_force(BpmLedger *ledger);
extern BpmRuleSet *bpm_rules_given(BpmLedger *ledger, List *rules);
extern List *bpm_rules_at(BpmLedger *ledger, BpmRuleSet *set, BpmCode division);
extern Jsonb *bpm_rule_categories(BpmRuleSet *set, const char *category);
extern bool bpm_rule_holds(BpmRuleSet *set, const BpmPlanRule *rule, int fiscal_year,
						   const char *category);
extern char *bpm_rule_language(BpmLedger *ledger, BpmCode division, const char *wanted);
extern BpmPlanRule *bpm_newest_rule(BpmLedger *ledger, const char *name);

/* rule_facts.c: versions of requests as the documents that rules read */
typedef struct BpmSubject
{
	int64		version;
	int64		request;
	BpmCode		division;
	BpmCode		unit;
	int32		fiscal_year;
	char	   *category;		/* NULL: none */
	int64		project;		/* 0: none */
	char	   *unit_code;
	char	   *title;
	Numeric		amount;
	Jsonb	   *document;
	List	   *instances;		/* of BpmRuleInstance, that hold for it */
} BpmSubject;

extern BpmSubject *bpm_rule_subjects(BpmLedger *ledger, BpmRuleSet *set, const int64 *versions,
									 int count, int *found);

/* rule_history.c */
extern void bpm_join_history(BpmLedger *ledger, Datum versions, BpmSubject *subjects, int count);

/* rule_find.c */
typedef struct BpmRuleFinding
{
	const BpmSubject *subject;
	const BpmRuleInstance *instance;
	Jsonb	   *measured;
	int64		explanation;	/* 0: none */
	char	   *reason;
} BpmRuleFinding;

extern List *bpm_find(BpmLedger *ledger, BpmRuleSet *set, const int64 *versions, int count,
					  bool explained);
extern bool bpm_same_document(Jsonb *one, Jsonb *other);
extern void bpm_check_request_rules(BpmLedger *ledger, const int64 *versions, int count);
extern void bpm_check_case_rules(BpmLedger *ledger, int64 case_id);

/* rule_message.c */
extern List *bpm_placeholders(const char *message);
extern char *bpm_fill_message(Jsonb *message, const char *language, Jsonb *values);

#endif
