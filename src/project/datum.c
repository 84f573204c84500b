/*
 * datum.c
 *	  Places in the datums that maps and phones in China use, to and from CGCS2000.
 *
 * GCJ-02 (国测局坐标) shifts a place by up to a kilometre, BD-09 (百度坐标) shifts it
 * once more; what a phone reports is one of them.  The authorities publish neither:
 * what is here is the algorithm that everybody uses, and agrees with points that
 * others have published to 1e-9 degrees (0.1 mm); how near it is to the official one
 * nobody says.  It is inverted by iteration, so that a place that goes there and back
 * moves by less than 1e-9 degrees too.
 *
 * WGS84 and CGCS2000 differ by centimetres, less than anything here can tell, and
 * are taken as the same.  Outside a rectangle round China nothing is shifted.
 *
 * Doubles are right here: these are places, not money.
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "project/datum.h"

#define KRASOVSKY_AXIS			6378245.0
#define KRASOVSKY_ECCENTRICITY	0.00669342162296594323	/* squared */
#define BD_TURN					(M_PI * 3000.0 / 180.0)
#define BD_EAST					0.0065
#define BD_NORTH				0.006

/* The inverse ends when a step is shorter: a hundredth of what is promised. */
#define SHORTEST_STEP			1e-11
#define MOST_STEPS				50

typedef enum Datum2D
{
	CGCS2000, GCJ02, BD09, WGS84
} Datum2D;

typedef BpmPlace (*Shift) (BpmPlace place);

/* Tells whether a place lies in the rectangle in which maps are shifted. */
bool
bpm_in_china(BpmPlace place)
{
	return place.longitude >= 72.004 && place.longitude <= 137.8347 &&
		place.latitude >= 0.8293 && place.latitude <= 55.8271;
}

/* The shift's waves of one coordinate, from the shortest to the longest. */
static double
waves(double x, double twelfth, double thirtieth)
{
	return 2.0 / 3.0 * (20.0 * sin(x * M_PI) + 40.0 * sin(x / 3.0 * M_PI) +
						twelfth * sin(x / 12.0 * M_PI) + thirtieth * sin(x / 30.0 * M_PI));
}

/* Shifts a place from CGCS2000 to GCJ-02. */
static BpmPlace
to_gcj(BpmPlace place)
{
	double		x = place.longitude - 105.0;
	double		y = place.latitude - 35.0;
	double		radians = place.latitude / 180.0 * M_PI;
	double		magic = 1.0 - KRASOVSKY_ECCENTRICITY * sin(radians) * sin(radians);
	double		ripple = 2.0 / 3.0 * (20.0 * sin(6.0 * x * M_PI) + 20.0 * sin(2.0 * x * M_PI));
	double		north;
	double		east;

	north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(fabs(x)) +
		ripple + waves(y, 160.0, 320.0);
	east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(fabs(x)) +
		ripple + waves(x, 150.0, 300.0);
	place.latitude += north * 180.0 * magic * sqrt(magic) /
		(KRASOVSKY_AXIS * (1.0 - KRASOVSKY_ECCENTRICITY) * M_PI);
	place.longitude += east * 180.0 * sqrt(magic) / (KRASOVSKY_AXIS * cos(radians) * M_PI);
	return place;
}

/* Shifts a place from GCJ-02 to BD-09. */
static BpmPlace
gcj_to_bd(BpmPlace place)
{
	double		radius = hypot(place.longitude, place.latitude) +
		0.00002 * sin(place.latitude * BD_TURN);
	double		angle = atan2(place.latitude, place.longitude) +
		0.000003 * cos(place.longitude * BD_TURN);

	place.longitude = radius * cos(angle) + BD_EAST;
	place.latitude = radius * sin(angle) + BD_NORTH;
	return place;
}

/* Finds the place that a shift takes to the given one. */
static BpmPlace
unshift(BpmPlace target, Shift shift)
{
	BpmPlace	guess = target;

	for (int i = 0; i < MOST_STEPS; i++)
	{
		BpmPlace	reached = shift(guess);
		double		east = target.longitude - reached.longitude;
		double		north = target.latitude - reached.latitude;

		guess.longitude += east;
		guess.latitude += north;
		if (fabs(east) < SHORTEST_STEP && fabs(north) < SHORTEST_STEP)
			break;
	}
	return guess;
}

/* Finds the datum that a name as people write it stands for; -1 if there is none. */
static int
find_datum(const char *name)
{
	static const char *const names[] = {"CGCS2000", "GCJ02", "BD09", "WGS84"};
	char		bare[10] = "";
	int			length = 0;

	for (const char *c = name; *c; c++)
		if (*c != '-' && *c != ' ' && length < (int) sizeof(bare) - 1)
			bare[length++] = pg_ascii_toupper((unsigned char) *c);
	for (int i = 0; i < lengthof(names); i++)
		if (strcmp(bare, names[i]) == 0)
			return i;
	return -1;
}

/* Returns the name under which a datum is kept, NULL where there is none. */
const char *
bpm_datum_name(const char *name)
{
	static const char *const names[] = {"CGCS2000", "GCJ-02", "BD-09", "WGS84"};
	int			found = find_datum(name);

	return found < 0 ? NULL : names[found];
}

/* Reads the name of a datum, or refuses it with the list. */
static Datum2D
read_datum(const char *name)
{
	int			found = find_datum(name);

	if (found < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("datum \"%s\" is not known", name),
				 errhint("It is one of CGCS2000, WGS84, GCJ-02 (国测局坐标) and BD-09 (百度坐标).")));
	return found == WGS84 ? CGCS2000 : found;
}

/* Takes a place from one datum to another; outside China it stays what it is. */
BpmPlace
bpm_convert_place(BpmPlace place, const char *source, const char *target)
{
	Datum2D		from = read_datum(source);
	Datum2D		to = read_datum(target);

	if (from == to || !bpm_in_china(place))
		return place;
	if (from == BD09)
		place = unshift(place, gcj_to_bd);
	if (from != CGCS2000 && to == CGCS2000)
		place = unshift(place, to_gcj);
	if (from == CGCS2000)
		place = to_gcj(place);
	if (to == BD09)
		place = gcj_to_bd(place);
	return place;
}

/* Tells whether there is such a place on earth; NaN is none. */
bool
bpm_is_place(BpmPlace place)
{
	return fabs(place.longitude) <= 180.0 && fabs(place.latitude) <= 90.0;
}

/* Refuses what is no place on earth. */
static void
check_place(BpmPlace place)
{
	if (!bpm_is_place(place))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("longitude %.*g, latitude %.*g is no place", DBL_DIG, place.longitude,
						DBL_DIG, place.latitude),
				 errdetail("A longitude lies between -180 and 180, a latitude between -90 and 90 degrees."),
				 errhint("Longitude (经度) comes first.")));
}

/* Refuses a geometry that is no single point in degrees. */
static void
check_point(FunctionCallInfo fcinfo)
{
	char	   *kind = text_to_cstring(PG_GETARG_TEXT_PP(2));
	int			srid = PG_GETARG_INT32(3);

	if (strcmp(kind, "ST_Point") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("geometry is not a point but \"%s\"", kind),
				 errhint("Convert its points one by one.")));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the point is empty")));
	if (srid != 0 && srid != 4326 && srid != 4490)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("SRID %d is not in degrees of longitude and latitude", srid),
				 errhint("Give a point of SRID 4490 (CGCS2000), 4326 (WGS84) or 0, or bring it to 4490 with ST_Transform() first.")));
}

/* convert_point(longitude, latitude, kind, srid, source, target): a point in another datum, and whether it was shifted. */
PG_FUNCTION_INFO_V1(bpm_convert_point);
Datum
bpm_convert_point(PG_FUNCTION_ARGS)
{
	BpmPlace	place;
	BpmPlace	result;
	TupleDesc	desc;
	Datum		values[3];
	bool		nulls[3] = {false, false, false};

	for (int i = 2; i < 6; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	check_point(fcinfo);
	place.longitude = PG_GETARG_FLOAT8(0);
	place.latitude = PG_GETARG_FLOAT8(1);
	check_place(place);
	result = bpm_convert_place(place, text_to_cstring(PG_GETARG_TEXT_PP(4)),
							   text_to_cstring(PG_GETARG_TEXT_PP(5)));
	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	values[0] = Float8GetDatum(result.longitude);
	values[1] = Float8GetDatum(result.latitude);
	values[2] = BoolGetDatum(result.longitude != place.longitude || result.latitude != place.latitude);
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}
