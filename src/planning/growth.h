/*
 * growth.h
 *	  Exact growth of yearly figures.
 */
#ifndef BPM_GROWTH_H
#define BPM_GROWTH_H

#include "postgres.h"

#include "utils/numeric.h"

/* Decimals of every rate; rates are rounded up, so that "over a limit" stays exact. */
#define BPM_RATE_SCALE		10
#define BPM_RATE_YEARS		10	/* of an average, at most */

/* How the average of yearly rates is taken; DOMAIN leaves it open, so it is a parameter. */
typedef enum BpmMean
{
	BPM_MEAN_ARITHMETIC,
	BPM_MEAN_COMPOUND
} BpmMean;

extern bool bpm_read_mean(const char *word, BpmMean *mean);
extern const char *bpm_mean_name(BpmMean mean);
extern Numeric bpm_growth(const Numeric *figures, int count, BpmMean mean, int *rates);

#endif
