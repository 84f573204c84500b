/*
 * smooth.h
 *	  Exponential smoothing with additive errors (Holt-Winters family): the
 *	  state space form of Hyndman and others, Forecasting with Exponential
 *	  Smoothing (2008), tables 2.1 and 6.1.
 *
 * Numbers here are forecasts, not money: doubles are what the method is made of,
 * and what comes out never reaches an amount of the ledger.
 */
#ifndef BPM_SMOOTH_H
#define BPM_SMOOTH_H

#include "postgres.h"

#define BPM_SEASON_MAX	24

typedef struct BpmSmoothing
{
	bool		trend;
	bool		damped;
	int			season;			/* 0: none */
	double		alpha;			/* of the level */
	double		beta;			/* of the trend */
	double		gamma;			/* of the season */
	double		phi;			/* damping, 1: none */
	double		level;			/* states before the first value */
	double		slope;
	double		seasonal[BPM_SEASON_MAX];
	int			fitted;			/* parameters that were estimated, without the
								 * variance */
	double		sse;			/* of the one-step errors */
	double		variance;		/* sse / (n - fitted) */
	double		likelihood;		/* log, up to a constant of the data */
	double		aicc;
} BpmSmoothing;

typedef struct BpmForecast
{
	double		mean;
	double		deviation;		/* standard deviation of its error */
	double		total;			/* of this and the steps before it */
	double		total_deviation;	/* their errors hang together */
} BpmForecast;

extern void bpm_smooth(BpmSmoothing *model, const double *values, int n, double *fitted,
					   BpmForecast *forecasts, int horizon);
extern void bpm_smooth_start(BpmSmoothing *model, const double *values, int n);
extern bool bpm_smooth_fit(BpmSmoothing *model, const double *values, int n);
extern int	bpm_smooth_parameters(const BpmSmoothing *model);

#endif
