/*
 * logistic.h
 *	  Logistic regression with a ridge, by Newton's method.
 *
 * Probabilities are not money: doubles are what the method is made of.
 */
#ifndef BPM_LOGISTIC_H
#define BPM_LOGISTIC_H

#include "postgres.h"

#define BPM_FEATURES_MAX	20

typedef struct BpmLogistic
{
	int			features;
	double		centre[BPM_FEATURES_MAX];
	double		scale[BPM_FEATURES_MAX];	/* 1 for a feature that does not
											 * vary */
	double		weight[BPM_FEATURES_MAX + 1];	/* the last one stands alone */
} BpmLogistic;

extern bool bpm_logistic_fit(BpmLogistic *model, const double *rows, const bool *outcomes, int n,
							 double ridge);
extern double bpm_logistic_probability(const BpmLogistic *model, const double *row);

#endif
