/*
 * logistic.c
 *	  Logistic regression with a ridge, by Newton's method.
 *
 * Features are centred and scaled, so that one ridge fits all; the ridge keeps weights
 * finite where a feature separates the outcomes altogether.  The function that is made
 * largest is concave, and each step is halved until it grows: the search cannot diverge.
 */
#include "postgres.h"

#include <math.h>

#include "insight/logistic.h"

#define MOST_STEPS		100
#define SIZE			(BPM_FEATURES_MAX + 1)

/* Sets the mean and spread of each feature. */
static void
standardise(BpmLogistic *model, const double *rows, int n)
{
	int			d = model->features;

	for (int j = 0; j < d; j++)
	{
		double		sum = 0;
		double		squares = 0;

		for (int i = 0; i < n; i++)
			sum += rows[i * d + j];
		model->centre[j] = sum / n;
		for (int i = 0; i < n; i++)
			squares += (rows[i * d + j] - model->centre[j]) * (rows[i * d + j] - model->centre[j]);
		model->scale[j] = squares > 0 ? sqrt(squares / n) : 1;
	}
}

/* Fills one case's standardised features, with 1 for the weight that stands alone. */
static void
standard_row(const BpmLogistic *model, const double *row, double *x)
{
	for (int j = 0; j < model->features; j++)
		x[j] = (row[j] - model->centre[j]) / model->scale[j];
	x[model->features] = 1;
}

/* Returns the weighted sum of a standardised row. */
static double
score(const BpmLogistic *model, const double *x)
{
	double		sum = 0;

	for (int j = 0; j <= model->features; j++)
		sum += model->weight[j] * x[j];
	return sum;
}

/* Returns the probability that belongs to a score. */
static double
probability(double score)
{
	return 1 / (1 + exp(-score));
}

/* Returns the probability of the outcome for a case. */
double
bpm_logistic_probability(const BpmLogistic *model, const double *row)
{
	double		x[SIZE];

	standard_row(model, row, x);
	return probability(score(model, x));
}

/* Returns the logarithm of the likelihood, less what the ridge takes off. */
static double
likelihood(const BpmLogistic *model, const double *rows, const bool *outcomes, int n, double ridge)
{
	double		sum = 0;
	double		x[SIZE];

	for (int i = 0; i < n; i++)
	{
		double		s;

		standard_row(model, rows + i * model->features, x);
		s = outcomes[i] ? score(model, x) : -score(model, x);
		sum -= s > 0 ? log1p(exp(-s)) : log1p(exp(s)) - s;
	}
	for (int j = 0; j < model->features; j++)
		sum -= ridge / 2 * model->weight[j] * model->weight[j];
	return sum;
}

/* Fills the gradient of the likelihood and the matrix of its curvature. */
static void
derive(const BpmLogistic *model, const double *rows, const bool *outcomes, int n, double ridge,
	   double gradient[SIZE], double curvature[SIZE][SIZE])
{
	int			d = model->features + 1;
	double		x[SIZE];

	memset(gradient, 0, sizeof(double) * SIZE);
	memset(curvature, 0, sizeof(double) * SIZE * SIZE);
	for (int i = 0; i < n; i++)
	{
		double		p;

		standard_row(model, rows + i * model->features, x);
		p = probability(score(model, x));
		for (int j = 0; j < d; j++)
		{
			gradient[j] += x[j] * ((outcomes[i] ? 1 : 0) - p);
			for (int k = 0; k <= j; k++)
				curvature[j][k] += x[j] * x[k] * p * (1 - p);
		}
	}
	for (int j = 0; j < model->features; j++)
	{
		gradient[j] -= ridge * model->weight[j];
		curvature[j][j] += ridge;
	}
	curvature[d - 1][d - 1] += 1e-12;
}

/* Solves a symmetric system by Cholesky's method, in place; false when it is not positive definite. */
static bool
solve(double matrix[SIZE][SIZE], double *vector, int d)
{
	for (int j = 0; j < d; j++)
	{
		for (int k = 0; k <= j; k++)
		{
			double		sum = matrix[j][k];

			for (int i = 0; i < k; i++)
				sum -= matrix[j][i] * matrix[k][i];
			if (j == k && sum <= 0)
				return false;
			matrix[j][k] = j == k ? sqrt(sum) : sum / matrix[k][k];
		}
	}
	for (int j = 0; j < d; j++)
	{
		for (int i = 0; i < j; i++)
			vector[j] -= matrix[j][i] * vector[i];
		vector[j] /= matrix[j][j];
	}
	for (int j = d - 1; j >= 0; j--)
	{
		for (int i = j + 1; i < d; i++)
			vector[j] -= matrix[i][j] * vector[i];
		vector[j] /= matrix[j][j];
	}
	return true;
}

/* Goes along a step as far as the likelihood grows, and returns by how much. */
static double
go(BpmLogistic *model, const double *step, const double *rows, const bool *outcomes, int n, double ridge)
{
	double		before = likelihood(model, rows, outcomes, n, ridge);
	BpmLogistic start = *model;

	for (double length = 1; length > 1e-8; length /= 2)
	{
		double		after;

		for (int j = 0; j <= model->features; j++)
			model->weight[j] = start.weight[j] + length * step[j];
		after = likelihood(model, rows, outcomes, n, ridge);
		if (after > before)
			return after - before;
	}
	*model = start;
	return 0;
}

/* Fits the model to the cases; false when they cannot be told apart at all. */
bool
bpm_logistic_fit(BpmLogistic *model, const double *rows, const bool *outcomes, int n, double ridge)
{
	double		gradient[SIZE];
	double		curvature[SIZE][SIZE];

	standardise(model, rows, n);
	memset(model->weight, 0, sizeof(model->weight));
	for (int i = 0; i < MOST_STEPS; i++)
	{
		derive(model, rows, outcomes, n, ridge, gradient, curvature);
		if (!solve(curvature, gradient, model->features + 1))
			return false;
		if (go(model, gradient, rows, outcomes, n, ridge) < 1e-12 * n)
			return true;
	}
	return true;
}
