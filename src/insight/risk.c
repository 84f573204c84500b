/*
 * risk.c
 *	  fit_risk(): weights of features for an outcome of projects, tried on a year
 *	  that they were not fitted to.
 *
 * A model is in use only if it beats the base rate there, by the mean squared error of
 * its probabilities (Brier score).  Everything that a probability is made of is a row.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/arguments.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "insight/logistic.h"

#define BANDS			10
#define FEWEST_CASES	50
#define RIDGE			1.0
#define LARGEST_FEATURE	1e100

typedef struct Cases
{
	int			n;				/* those to fit first, then those held out */
	int			fitted;
	double	   *rows;
	bool	   *outcomes;
} Cases;

typedef struct Trial
{
	double		brier;
	double		base_brier;
	int			cases[BANDS];
	double		predicted[BANDS];
	int			observed[BANDS];
} Trial;

static const BpmStatement insert_model = {
	"INSERT INTO @ledger@.risk_model (outcome, version, held_out, fitted_cases, held_out_cases, brier,"
	" base_brier, beats_base, fitted_at, fitted_by)"
	" SELECT $1, 1 OPERATOR(pg_catalog.+) (SELECT COALESCE(pg_catalog.max(m.version), 0) FROM @ledger@.risk_model m"
	"  WHERE m.outcome OPERATOR(pg_catalog.=) $1), $2, $3, $4, $5::pg_catalog.float8, $6::pg_catalog.float8,"
	" $5::pg_catalog.float8 OPERATOR(pg_catalog.<) $6::pg_catalog.float8, pg_catalog.clock_timestamp(), $7"
	" RETURNING version", "tiiittt"
};

static const BpmStatement insert_weight = {
	"INSERT INTO @ledger@.risk_weight (outcome, version, place, feature, centre, scale, weight)"
	" VALUES ($1, $2, $3, $4, $5::pg_catalog.float8, $6::pg_catalog.float8, $7::pg_catalog.float8)", "tiitttt"
};

static const BpmStatement insert_band = {
	"INSERT INTO @ledger@.risk_calibration (outcome, version, band, cases, predicted, observed)"
	" VALUES ($1, $2, $3, $4, $5::pg_catalog.numeric, $6::pg_catalog.numeric)", "tiiitt"
};

/* Gives a number with every digit that it has. */
static Datum
digits(double number)
{
	return CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(number))));
}

/* Takes apart an array that must have no null and as many elements as are wanted. */
static Datum *
elements(ArrayType *array, Oid type, int length, bool by_value, char align, int wanted, const char *name)
{
	Datum	   *items;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, type, length, by_value, align, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("element %d of %s is null", i + 1, name)));
	if (wanted >= 0 && count != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s has %d elements, not %d", name, count, wanted)));
	return items;
}

/* Refuses an outcome that nobody defined. */
static void
check_outcome(const char *outcome)
{
	if (strcmp(outcome, "delay") != 0 && strcmp(outcome, "overrun") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("outcome \"%s\" is not known", outcome),
				 errhint("Use delay or overrun.")));
}

/* Refuses a call without something that it needs. */
static void
check_given(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"ledger", "outcome", "held_out", "years", "outcomes", "names", "features"};

	for (int i = 0; i < 3; i++)
		bpm_require_argument(fcinfo, i, names[i]);
	check_outcome(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	for (int i = 3; i < lengthof(names); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_BPM_WRONG_STATE),
					 errmsg("there is no case to fit a risk to"),
					 errhint("A case is a project with lines in a year that has a year before it in the ledger.")));
}

/* Passes a feature whose square is still a number; nothing else can be fitted. */
static double
checked_feature(double value)
{
	if (!(fabs(value) <= LARGEST_FEATURE))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("feature %g cannot be fitted", value),
				 errhint("Features are numbers up to %g.", LARGEST_FEATURE)));
	return value;
}

/* Reads the cases: all years before the one that is held out are to be fitted. */
static void
read_cases(FunctionCallInfo fcinfo, int held_out, int features, Cases *cases)
{
	ArrayType  *years = PG_GETARG_ARRAYTYPE_P(3);
	int			n = ArrayGetNItems(ARR_NDIM(years), ARR_DIMS(years));
	Datum	   *year = elements(years, INT4OID, 4, true, TYPALIGN_INT, n, "years");
	Datum	   *outcome = elements(PG_GETARG_ARRAYTYPE_P(4), BOOLOID, 1, true, TYPALIGN_CHAR, n, "outcomes");
	Datum	   *value = elements(PG_GETARG_ARRAYTYPE_P(6), FLOAT8OID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
								 n * features, "features");

	memset(cases, 0, sizeof(Cases));
	cases->rows = palloc(sizeof(double) * (n * features + 1));
	cases->outcomes = palloc(n + 1);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < n; i++)
		{
			int			y = DatumGetInt32(year[i]);

			if (round == 0 ? y >= held_out : y != held_out)
				continue;
			for (int j = 0; j < features; j++)
				cases->rows[cases->n * features + j] = checked_feature(DatumGetFloat8(value[i * features + j]));
			cases->outcomes[cases->n++] = DatumGetBool(outcome[i]);
			cases->fitted += round == 0;
		}
}

/* Refuses a fit that so few cases, or cases of one outcome only, cannot carry. */
static void
check_cases(const Cases *cases, int held_out)
{
	int			true_ones = 0;

	for (int i = 0; i < cases->fitted; i++)
		true_ones += cases->outcomes[i];
	if (cases->fitted < FEWEST_CASES || cases->n - cases->fitted < FEWEST_CASES ||
		true_ones == 0 || true_ones == cases->fitted)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("too little is known to fit a risk"),
				 errdetail("There are %d cases before %d, %d of them with the outcome, and %d in it.",
						   cases->fitted, held_out, true_ones, cases->n - cases->fitted),
				 errhint("At least %d cases are needed on either side, with and without the outcome.", FEWEST_CASES)));
}

/* Tries the model on the cases that it has not seen, beside the rate of those that it has. */
static void
try_model(const BpmLogistic *model, const Cases *cases, Trial *trial)
{
	double		base = 0;
	int			held = cases->n - cases->fitted;

	memset(trial, 0, sizeof(Trial));
	for (int i = 0; i < cases->fitted; i++)
		base += cases->outcomes[i] ? 1.0 / cases->fitted : 0;
	for (int i = cases->fitted; i < cases->n; i++)
	{
		double		p = bpm_logistic_probability(model, cases->rows + i * model->features);
		double		truth = cases->outcomes[i] ? 1 : 0;
		int			band = p >= 0 && p < 1 ? (int) (p * BANDS) : BANDS - 1;

		trial->brier += (p - truth) * (p - truth) / held;
		trial->base_brier += (base - truth) * (base - truth) / held;
		trial->cases[band]++;
		trial->predicted[band] += p;
		trial->observed[band] += cases->outcomes[i];
	}
}

/* Stores the model and how it did, and returns its version. */
static int32
store_model(BpmLedger *ledger, const char *outcome, int held_out, const Cases *cases, const Trial *trial,
			const char *login)
{
	Datum		values[7];

	values[0] = CStringGetTextDatum(outcome);
	values[1] = Int32GetDatum(held_out);
	values[2] = Int32GetDatum(cases->fitted);
	values[3] = Int32GetDatum(cases->n - cases->fitted);
	values[4] = digits(trial->brier);
	values[5] = digits(trial->base_brier);
	values[6] = CStringGetTextDatum(login);
	bpm_insert_rows(ledger, "risk_model", &insert_model, values, NULL, false);
	return bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
}

/* Stores the weights, the one that stands alone as feature "(always)". */
static void
store_weights(BpmLedger *ledger, const char *outcome, int32 version, const BpmLogistic *model, Datum *names)
{
	for (int j = 0; j <= model->features; j++)
	{
		bool		alone = j == model->features;
		Datum		values[7];

		values[0] = CStringGetTextDatum(outcome);
		values[1] = Int32GetDatum(version);
		values[2] = Int32GetDatum(alone ? 0 : j + 1);
		values[3] = alone ? CStringGetTextDatum("(always)") : names[j];
		values[4] = digits(alone ? 0 : model->centre[j]);
		values[5] = digits(alone ? 1 : model->scale[j]);
		values[6] = digits(model->weight[j]);
		bpm_insert_rows(ledger, "risk_weight", &insert_weight, values, NULL, false);
	}
}

/* Stores what was predicted of the year that was held out, and what came, band by band. */
static void
store_bands(BpmLedger *ledger, const char *outcome, int32 version, const Trial *trial)
{
	for (int band = 0; band < BANDS; band++)
	{
		Datum		values[6];

		if (trial->cases[band] == 0)
			continue;
		values[0] = CStringGetTextDatum(outcome);
		values[1] = Int32GetDatum(version);
		values[2] = Int32GetDatum(band);
		values[3] = Int32GetDatum(trial->cases[band]);
		values[4] = digits(trial->predicted[band] / trial->cases[band]);
		values[5] = digits((double) trial->observed[band] / trial->cases[band]);
		bpm_insert_rows(ledger, "risk_calibration", &insert_band, values, NULL, false);
	}
}

/* Fits an outcome to the years before one, tries it on that one, stores both, and returns the version. */
PG_FUNCTION_INFO_V1(bpm_fit_risk);
Datum
bpm_fit_risk(PG_FUNCTION_ARGS)
{
	BpmLedger  *ledger;
	char	   *outcome;
	int			held_out;
	ArrayType  *names;
	Datum	   *name;
	char	   *login = GetUserNameFromId(GetUserId(), false);
	BpmLogistic model;
	BpmOwnerScope scope;
	Cases		cases;
	Trial		trial;
	int32		version;

	check_given(fcinfo);
	ledger = bpm_ledger_open(PG_GETARG_OID(0));
	bpm_authorize(ledger, "fit_risk", 0, 0);
	outcome = text_to_cstring(PG_GETARG_TEXT_PP(1));
	held_out = PG_GETARG_INT32(2);
	names = PG_GETARG_ARRAYTYPE_P(5);
	name = elements(names, TEXTOID, -1, false, TYPALIGN_INT, -1, "names");
	model.features = ArrayGetNItems(ARR_NDIM(names), ARR_DIMS(names));
	if (model.features < 1 || model.features > BPM_FEATURES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%d features cannot be fitted", model.features),
				 errhint("Name 1 to %d.", BPM_FEATURES_MAX)));
	read_cases(fcinfo, held_out, model.features, &cases);
	check_cases(&cases, held_out);
	if (!bpm_logistic_fit(&model, cases.rows, cases.outcomes, cases.fitted, RIDGE))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("the features do not tell the cases apart")));
	try_model(&model, &cases, &trial);
	SPI_connect();
	bpm_owner_enter(ledger, &scope);
	version = store_model(ledger, outcome, held_out, &cases, &trial, login);
	store_weights(ledger, outcome, version, &model, name);
	store_bands(ledger, outcome, version, &trial);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT32(version);
}
