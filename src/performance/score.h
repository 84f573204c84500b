/*
 * score.h
 *	  The score of one performance indicator (绩效指标得分): rule kinds, and what goes
 *	  into them.
 *
 * A score is always round(weight * x / y, 2), half away from zero, of an exact
 * fraction: comparisons with the target are made before, on unrounded numbers, and
 * nothing is rounded on the way.
 */
#ifndef BPM_SCORE_H
#define BPM_SCORE_H

#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/number.h"
#include "base/refusal.h"
#include "project/signal.h"

typedef enum BpmMethod
{
	METHOD_PROPORTIONAL,		/* 按完成比例 */
	METHOD_RATIO,				/* 比率法 */
	METHOD_THRESHOLD,			/* 达标法 */
	METHOD_PROGRESSIVE,			/* 区间累进法 */
	METHOD_TIERS,				/* 分档 */
	METHOD_QUALITATIVE,			/* 定性 */
	METHOD_DIRECT,				/* 直接赋分 */
	METHOD_EXECUTION,			/* 预算执行率 */
	METHOD_COUNT
} BpmMethod;

typedef enum BpmDirection
{
	DIRECTION_UP,				/* 正向 ≥ */
	DIRECTION_DOWN,				/* 反向 ≤ */
	DIRECTION_EQUAL
} BpmDirection;

typedef struct BpmScoring
{
	BpmMethod	method;
	BpmDirection direction;
	Numeric		target;			/* NULL: none */
	Numeric		actual;
	Numeric		weight;
	Jsonb	   *parameters;		/* NULL: none */
	Numeric		score;			/* the result */
	StringInfo	formula;		/* how it came about; NULL: nobody asks */
} BpmScoring;

/* score_rules.c */
extern bool bpm_score_exactly(BpmScoring *scoring, BpmRefusal *refusal);

/* score_parts.c: what the rules are made of */
extern char *bpm_plain_number(Numeric number);
extern Numeric bpm_whole_times(Numeric number, Numeric of);
extern bool bpm_set_part(BpmScoring *scoring, Numeric x, Numeric y, const char *formula);
extern bool bpm_set_full(BpmScoring *scoring, const char *why);
extern bool bpm_set_zero(BpmScoring *scoring, const char *why);
extern bool bpm_refuse_scoring(BpmRefusal *refusal, char *message, char *detail, char *hint);
extern bool bpm_scoring_number(const BpmScoring *scoring, const char *key, Numeric *value,
							   BpmRefusal *refusal);
extern bool bpm_scoring_word(const BpmScoring *scoring, const char *key, char **word,
							 BpmRefusal *refusal);
extern bool bpm_scoring_keys(const BpmScoring *scoring, const char *allowed, BpmRefusal *refusal);

/* score_bands.c: rules with steps */
extern bool bpm_score_progressive(BpmScoring *scoring, BpmRefusal *refusal);
extern bool bpm_score_tiers(BpmScoring *scoring, BpmRefusal *refusal);
extern bool bpm_score_qualitative(BpmScoring *scoring, BpmRefusal *refusal);

/* score.c */
extern bool bpm_find_method(const char *name, int length, BpmMethod *method);
extern bool bpm_find_direction(const char *name, int length, BpmDirection *direction);

#endif
