/*
 * smooth.c
 *	  Runs a model of exponential smoothing over a series, and finds its parameters.
 *
 * Parameters are those that make the sum of squared one-step errors least, which for
 * additive errors is the maximum of the likelihood.  They are looked for by the
 * simplex method of Nelder and Mead from one fixed start, so that the same series
 * always gives the same forecast.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "insight/smooth.h"

/* alpha, beta, gamma, phi, level, slope */
#define MOST_PARAMETERS	6
#define STEPS			2000

/* The bounds that R's forecast package keeps to. */
#define LOWEST			0.0001
#define HIGHEST			0.9999
#define PHI_LOWEST		0.8
#define PHI_HIGHEST		0.98

typedef struct Point
{
	double		at[MOST_PARAMETERS];
	double		sse;
} Point;

/* What a walk over the series carries along. */
typedef struct Walk
{
	double		level;
	double		slope;
	double		seasonal[BPM_SEASON_MAX];
	double		phi;
} Walk;

/* Sets a walk to the states before the first value. */
static void
begin_walk(const BpmSmoothing *model, Walk *walk)
{
	walk->level = model->level;
	walk->slope = model->trend ? model->slope : 0;
	walk->phi = model->damped ? model->phi : 1;
	for (int i = 0; i < model->season; i++)
		walk->seasonal[i] = model->seasonal[i];
}

/* Returns what the states expect of the next value. */
static double
expect(const BpmSmoothing *model, const Walk *walk, int t)
{
	return walk->level + walk->phi * walk->slope +
		(model->season ? walk->seasonal[t % model->season] : 0);
}

/* Moves the states on by the error of one value. */
static void
take_error(const BpmSmoothing *model, Walk *walk, int t, double error)
{
	walk->level += walk->phi * walk->slope + model->alpha * error;
	if (model->trend)
		walk->slope = walk->phi * walk->slope + model->beta * error;
	if (model->season)
		walk->seasonal[t % model->season] += model->gamma * error;
}

/* Returns what an error leaves in the expectation of the value that comes h steps after it. */
static double
weight_after(const BpmSmoothing *model, int h, double damping)
{
	return model->alpha + (model->trend ? model->beta * damping : 0) +
		(model->season && h % model->season == 0 ? model->gamma : 0);
}

/*
 * Fills the forecasts that follow the last value, with the spread of their errors. An
 * error of the first step is in all later ones, so the spread of a total is more than
 * that of its months one by one.
 */
static void
look_ahead(const BpmSmoothing *model, const Walk *walk, int n, BpmForecast *forecasts, int horizon)
{
	double		spread = 1;
	double		total_spread = 0;
	double		total = 0;
	double		inherited = 1;	/* 1 and the weights up to here */
	double		damping = 0;	/* phi + phi^2 + ... */
	double		power = 1;

	for (int h = 1; h <= horizon; h++)
	{
		BpmForecast *forecast = &forecasts[h - 1];
		double		weight;

		power *= walk->phi;
		damping += power;
		forecast->mean = walk->level + damping * walk->slope +
			(model->season ? walk->seasonal[(n + h - 1) % model->season] : 0);
		total += forecast->mean;
		total_spread += inherited * inherited;
		forecast->deviation = sqrt(model->variance * spread);
		forecast->total = total;
		forecast->total_deviation = sqrt(model->variance * total_spread);
		weight = weight_after(model, h, damping);
		spread += weight * weight;
		inherited += weight;
	}
}

/* Returns how many parameters of a model are estimated, its states before the first value with them. */
int
bpm_smooth_parameters(const BpmSmoothing *model)
{
	return 2 + (model->trend ? 2 : 0) + (model->damped ? 1 : 0) +
		(model->season ? model->season : 0);
}

/*
 * Runs the model over the series: its errors' sum and variance, what was fitted (may be
 * NULL) and what is forecast.  Estimated parameters cost degrees of freedom.
 */
void
bpm_smooth(BpmSmoothing *model, const double *values, int n, double *fitted,
		   BpmForecast *forecasts, int horizon)
{
	Walk		walk;
	int			k = model->fitted;

	begin_walk(model, &walk);
	model->sse = 0;
	for (int t = 0; t < n; t++)
	{
		double		expected = expect(model, &walk, t);
		double		error = values[t] - expected;

		if (fitted)
			fitted[t] = expected;
		model->sse += error * error;
		take_error(model, &walk, t, error);
	}
	model->variance = model->sse / Max(n - k, 1);
	model->likelihood = -0.5 * n * log(Max(model->sse, DBL_MIN));
	k++;						/* the variance */
	model->aicc = n - k - 1 > 0 ?
		-2 * model->likelihood + 2 * k + 2.0 * k * (k + 1) / (n - k - 1) : DBL_MAX;
	look_ahead(model, &walk, n, forecasts, horizon);
}

/* Sets the states before the first value from the first years, and smoothing to common values. */
void
bpm_smooth_start(BpmSmoothing *model, const double *values, int n)
{
	int			m = model->season ? model->season : 1;
	int			years = model->season ? n / m : 0;
	int			first = model->season ? m : Min(n, 10);

	model->alpha = 0.5;
	model->beta = 0.1;
	model->gamma = 0.1;
	model->phi = model->damped ? 0.9 : 1;
	model->level = 0;
	for (int i = 0; i < first; i++)
		model->level += values[i] / first;
	model->slope = model->trend && n > first ? (values[n - 1] - values[0]) / (n - 1) : 0;
	for (int i = 0; i < model->season; i++)
		model->seasonal[i] = 0;
	for (int year = 0; year < years; year++)
	{
		double		mean = 0;

		for (int i = 0; i < m; i++)
			mean += values[year * m + i] / m;
		for (int i = 0; i < m; i++)
			model->seasonal[i] += (values[year * m + i] - mean -
								   model->slope * (i - (m - 1) / 2.0)) / years;
	}
	if (!model->season)
		model->level = model->trend ? values[0] : model->level;
}

/* Takes a point of the search into the model; false when it is out of bounds. */
static bool
take_point(BpmSmoothing *model, const Point *point)
{
	int			i = 0;

	model->alpha = point->at[i++];
	model->level = point->at[i++];
	if (model->trend)
	{
		model->beta = point->at[i++];
		model->slope = point->at[i++];
	}
	if (model->season)
		model->gamma = point->at[i++];
	if (model->damped)
		model->phi = point->at[i++];
	return model->alpha >= LOWEST && model->alpha <= HIGHEST &&
		(!model->trend || (model->beta >= LOWEST && model->beta <= model->alpha)) &&
		(!model->season || (model->gamma >= LOWEST && model->gamma <= 1 - model->alpha)) &&
		(!model->damped || (model->phi >= PHI_LOWEST && model->phi <= PHI_HIGHEST));
}

/* Sets what the point costs: its errors, or more than any when it is out of bounds. */
static void
weigh_point(BpmSmoothing *model, Point *point, const double *values, int n)
{
	point->sse = DBL_MAX;
	if (!take_point(model, point))
		return;
	bpm_smooth(model, values, n, NULL, NULL, 0);
	if (isfinite(model->sse))
		point->sse = model->sse;
}

/* Lays out the first simplex around the model's start, each step as large as its coordinate allows. */
static int
first_simplex(BpmSmoothing *model, Point *simplex, const double *values, int n)
{
	Point	   *start = &simplex[0];
	double		step[MOST_PARAMETERS];
	double		scale = 0;
	int			d = 0;

	for (int t = 1; t < n; t++)
		scale += fabs(values[t] - values[t - 1]) / (n - 1);
	start->at[d] = model->alpha;
	step[d++] = 0.2;
	start->at[d] = model->level;
	step[d++] = Max(scale, 1e-6);
	if (model->trend)
	{
		start->at[d] = model->beta;
		step[d++] = 0.1;
		start->at[d] = model->slope;
		step[d++] = Max(scale / 10, 1e-6);
	}
	if (model->season)
	{
		start->at[d] = model->gamma;
		step[d++] = 0.1;
	}
	if (model->damped)
	{
		start->at[d] = model->phi;
		step[d++] = 0.05;
	}
	weigh_point(model, start, values, n);
	for (int i = 1; i <= d; i++)
	{
		simplex[i] = *start;
		simplex[i].at[i - 1] += step[i - 1];
		weigh_point(model, &simplex[i], values, n);
	}
	return d;
}

/* Orders the points of a simplex, the best first. */
static int
compare_points(const void *a, const void *b)
{
	double		left = ((const Point *) a)->sse;
	double		right = ((const Point *) b)->sse;

	return left < right ? -1 : left > right;
}

/* Tries the point at a distance along the line from the worst through the middle of the others. */
static Point
try_point(BpmSmoothing *model, const Point *simplex, int d, double distance,
		  const double *values, int n)
{
	Point		tried;

	for (int i = 0; i < d; i++)
	{
		double		middle = 0;

		for (int j = 0; j < d; j++)
			middle += simplex[j].at[i] / d;
		tried.at[i] = middle + distance * (middle - simplex[d].at[i]);
	}
	weigh_point(model, &tried, values, n);
	return tried;
}

/* Makes one step of the search: replaces the worst point, or draws all towards the best. */
static void
step_simplex(BpmSmoothing *model, Point *simplex, int d, const double *values, int n)
{
	Point		reflected = try_point(model, simplex, d, 1, values, n);
	Point		other;

	if (reflected.sse < simplex[0].sse)
	{
		other = try_point(model, simplex, d, 2, values, n);
		simplex[d] = other.sse < reflected.sse ? other : reflected;
		return;
	}
	if (reflected.sse < simplex[d - 1].sse)
	{
		simplex[d] = reflected;
		return;
	}
	other = try_point(model, simplex, d, reflected.sse < simplex[d].sse ? 0.5 : -0.5, values, n);
	if (other.sse < Min(reflected.sse, simplex[d].sse))
	{
		simplex[d] = other;
		return;
	}
	for (int i = 1; i <= d; i++)
	{
		for (int j = 0; j < d; j++)
			simplex[i].at[j] = (simplex[i].at[j] + simplex[0].at[j]) / 2;
		weigh_point(model, &simplex[i], values, n);
	}
}

/* Searches from the model's own parameters and leaves the best that were found in it. */
static void
search(BpmSmoothing *model, const double *values, int n)
{
	Point		simplex[MOST_PARAMETERS + 1];
	int			d = first_simplex(model, simplex, values, n);

	for (int i = 0; i < STEPS; i++)
	{
		qsort(simplex, d + 1, sizeof(Point), compare_points);
		if (simplex[d].sse - simplex[0].sse <= 1e-14 * simplex[0].sse)
			break;
		step_simplex(model, simplex, d, values, n);
	}
	qsort(simplex, d + 1, sizeof(Point), compare_points);
	take_point(model, &simplex[0]);
}

/*
 * Fits the model to the series; false when the series is too short for it.  A second
 * search from where the first ended frees it from a simplex that collapsed.
 */
bool
bpm_smooth_fit(BpmSmoothing *model, const double *values, int n)
{
	int			parameters = bpm_smooth_parameters(model);

	if (n < parameters + 3 || (model->season && n < 2 * model->season))
		return false;
	model->fitted = parameters;
	bpm_smooth_start(model, values, n);
	search(model, values, n);
	search(model, values, n);
	return true;
}
