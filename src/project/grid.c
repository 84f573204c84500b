/*
 * grid.c
 *	  The hexagon of a grid in which a point lies (热力图).
 *
 * PostGIS draws the hexagons of a grid over an area and can be asked which of them a
 * point meets: so many points times so many hexagons.  The hexagon of a point is
 * arithmetic: the centre that it is nearest to, in the grid that ST_Hexagon() draws.
 *
 * Doubles are right here: these are places, not money.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "fmgr.h"

#include "base/errors.h"

/* A number has both in 52 bits: a browser, where all numbers are doubles, can tell them apart. */
#define MOST_STEPS	(INT64CONST(1) << 25)

/* Rounds to the hexagon whose centre is nearest; across and up are axial coordinates. */
static void
nearest_hexagon(double across, double up, int64 *column, int64 *row)
{
	double		q = rint(across);
	double		r = rint(up);
	double		s = rint(-across - up);
	double		dq = fabs(q - across);
	double		dr = fabs(r - up);
	double		ds = fabs(s + across + up);

	/* The three must have the sum 0: the one that was rounded most gives way. */
	if (dq > dr && dq > ds)
		q = -r - s;
	else if (dr > ds)
		r = -q - s;
	*column = (int64) q;
	/* Odd columns are half a hexagon higher. */
	*row = (int64) r + (*column - (*column & 1)) / 2;
}

/* hexagon_at(size, x, y): the number of the hexagon, with edges of that size, in which a point lies. */
PG_FUNCTION_INFO_V1(bpm_hexagon_at);
Datum
bpm_hexagon_at(PG_FUNCTION_ARGS)
{
	double		size = PG_GETARG_FLOAT8(0);
	double		x = PG_GETARG_FLOAT8(1);
	double		y = PG_GETARG_FLOAT8(2);
	double		across = x / size * 2.0 / 3.0;
	double		up = (y / size * sqrt(3.0) - x / size) / 3.0;
	int64		column;
	int64		row;

	if (!(size > 0) || !(fabs(across) < MOST_STEPS - 1) || !(fabs(up) + fabs(across) / 2 < MOST_STEPS - 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("point %.*g %.*g lies in no hexagon of size %.*g", DBL_DIG, x, DBL_DIG, y,
						DBL_DIG, size),
				 errdetail("A grid has 2^25 hexagons in each direction.")));
	nearest_hexagon(across, up, &column, &row);
	PG_RETURN_INT64((column + MOST_STEPS) * 2 * MOST_STEPS + row + MOST_STEPS);
}
