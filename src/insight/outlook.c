/*
 * outlook.c
 *	  smooth_series(): a forecast that says its model, parameters and errors.
 *
 * Models are named as the literature does: error, trend, season; A additive, Ad
 * additive and damped, N none.  "auto" takes, of those that the series is long enough
 * for, the one with the least corrected information criterion (AICc).
 */
#include "postgres.h"

#include <float.h>
#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "base/arguments.h"
#include "base/jsonb.h"
#include "base/number.h"
#include "insight/smooth.h"

#define MOST_VALUES		10000
#define MOST_HORIZON	120

typedef struct Kind
{
	const char *name;
	bool		trend;
	bool		damped;
	bool		season;
} Kind;

static const Kind kinds[] = {
	{"ANN", false, false, false},
	{"AAN", true, false, false},
	{"AAdN", true, true, false},
	{"ANA", false, false, true},
	{"AAA", true, false, true},
	{"AAdA", true, true, true}
};

/* Amounts are less than 10^17 yuan. */
#define TOO_LARGE	1e18

/* What smooth_series() was asked. */
typedef struct Question
{
	double	   *values;
	int			n;
	int			season;
	int			horizon;
	double		z;				/* half width of the interval, in deviations */
	const char *kind;
	Jsonb	   *parameters;		/* NULL: to be estimated */
} Question;

/* Returns a numeric as the nearest double; refuses one whose square could not be told from infinity, as no amount is. */
static double
to_double(Numeric value)
{
	double		number = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value)));

	if (fabs(number) >= TOO_LARGE)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("a number of 10^18 or more cannot be smoothed")));
	return number;
}

/* Reads the series; a value that is missing or not a number is named by its place. */
static void
read_series(ArrayType *array, Question *question)
{
	Datum	   *items;
	bool	   *nulls;

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("the series must have one dimension")));
	deconstruct_array(array, NUMERICOID, -1, false, TYPALIGN_INT, &items, &nulls, &question->n);
	if (question->n == 0 || question->n > MOST_VALUES)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a series of %d values cannot be smoothed", question->n),
				 errhint("Give 1 to %d values.", MOST_VALUES)));
	question->values = palloc(question->n * sizeof(double));
	for (int i = 0; i < question->n; i++)
	{
		if (nulls[i] || numeric_is_nan(DatumGetNumeric(items[i])) || numeric_is_inf(DatumGetNumeric(items[i])))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("value %d of the series is not a number", i + 1),
					 errhint("Give 0 for a month without spending.")));
		question->values[i] = to_double(DatumGetNumeric(items[i]));
	}
}

/* Returns the half width of an interval in deviations; levels are those that tables print. */
static double
read_confidence(int percent)
{
	switch (percent)
	{
		case 80:
			return 1.2815515655446004;
		case 90:
			return 1.6448536269514722;
		case 95:
			return 1.9599639845400545;
		case 99:
			return 2.5758293035489004;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("confidence %d is not known", percent),
					 errhint("Use 80, 90, 95 or 99 percent.")));
	}
}

/* Returns a number among the given parameters; those that the model needs must be there. */
static double
parameter(const Question *question, const char *name)
{
	JsonbValue	value;

	if (getKeyJsonValueFromContainer(&question->parameters->root, name, strlen(name), &value) == NULL ||
		value.type != jbvNumeric)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" of model %s is missing or not a number", name, question->kind)));
	return to_double(value.val.numeric);
}

/* Returns a share among the given parameters: from 0 to 1. */
static double
share(const Question *question, const char *name)
{
	double		value = parameter(question, name);

	if (value < 0 || value > 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"%s\" of model %s is %g, not between 0 and 1", name, question->kind, value)));
	return value;
}

/* Takes the first states of the season, as many as it has steps. */
static void
take_season(const Question *question, BpmSmoothing *model)
{
	JsonbValue *array = getKeyJsonValueFromContainer(&question->parameters->root, "seasonal", 8, NULL);
	int			count = array && array->type == jbvBinary && JsonContainerIsArray(array->val.binary.data) ?
		JsonContainerSize(array->val.binary.data) : -1;

	if (count != model->season)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameter \"seasonal\" of model %s must be an array of %d numbers", question->kind,
						model->season)));
	for (int i = 0; i < count; i++)
	{
		JsonbValue *item = getIthJsonbValueFromContainer(array->val.binary.data, i);

		if (item->type != jbvNumeric)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("element %d of parameter \"seasonal\" is not a number", i)));
		model->seasonal[i] = to_double(item->val.numeric);
	}
}

/* Takes given parameters into a model: nothing of it is then estimated. */
static void
take_parameters(const Question *question, BpmSmoothing *model)
{
	model->alpha = share(question, "alpha");
	model->level = parameter(question, "level");
	if (model->trend)
	{
		model->beta = share(question, "beta");
		model->slope = parameter(question, "slope");
	}
	if (model->season)
	{
		model->gamma = share(question, "gamma");
		take_season(question, model);
	}
	if (model->damped)
		model->phi = share(question, "phi");
}

/* Sets a model's form; false when there is no season for a seasonal one. */
static bool
shape_model(const Question *question, const Kind *kind, BpmSmoothing *model)
{
	memset(model, 0, sizeof(BpmSmoothing));
	model->trend = kind->trend;
	model->damped = kind->damped;
	model->season = kind->season ? question->season : 0;
	return !kind->season || question->season > 1;
}

/* Chooses by AICc among the models that fit, and returns its kind; NULL when the series is too short for any. */
static const Kind *
choose(const Question *question, BpmSmoothing *best)
{
	const Kind *chosen = NULL;

	for (int i = 0; i < lengthof(kinds); i++)
	{
		BpmSmoothing model;

		if (strcmp(question->kind, "auto") != 0 && strcmp(question->kind, kinds[i].name) != 0)
			continue;
		if (!shape_model(question, &kinds[i], &model) ||
			!bpm_smooth_fit(&model, question->values, question->n))
			continue;
		bpm_smooth(&model, question->values, question->n, NULL, NULL, 0);
		if (chosen == NULL || model.aicc < best->aicc)
		{
			*best = model;
			chosen = &kinds[i];
		}
	}
	return chosen;
}

/* Refuses a series that is too short for what was asked, or a kind that is not known. */
static void
refuse_kind(const Question *question)
{
	for (int i = 0; i < lengthof(kinds); i++)
		if (strcmp(question->kind, "auto") == 0 || strcmp(question->kind, kinds[i].name) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%d values are too few for model %s", question->n, question->kind),
					 errdetail("A model needs three values more than it has parameters, and two whole seasons."),
					 errhint("Give a longer history, or parameters.")));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("model \"%s\" is not known", question->kind),
			 errhint("Use auto, ANN, AAN, AAdN, ANA, AAA or AAdA.")));
}

/* Fills the model, with parameters as given or estimated, and returns its kind. */
static const Kind *
make_model(const Question *question, BpmSmoothing *model)
{
	const Kind *kind = NULL;

	if (question->parameters == NULL)
		kind = choose(question, model);
	else
		for (int i = 0; i < lengthof(kinds); i++)
			if (strcmp(question->kind, kinds[i].name) == 0 && shape_model(question, &kinds[i], model))
			{
				kind = &kinds[i];
				take_parameters(question, model);
			}
	if (kind == NULL)
		refuse_kind(question);
	return kind;
}

/* Gives a number with every digit that the double has, which the cast to numeric does not; JSON has no infinite ones. */
static Numeric
exact_number(double number)
{
	if (isnan(number) || isinf(number))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("the series has numbers too large to be smoothed"),
				 errdetail("The square of an error is no number any more.")));
	return bpm_numeric_of(DatumGetCString(DirectFunctionCall1(float8out, Float8GetDatum(number))));
}

/* Adds a number to an object under construction. */
static void
push_number(JsonbParseState **state, const char *name, double number)
{
	bpm_push_numeric(state, name, exact_number(number));
}

/* Adds the first states of a season. */
static void
push_season(JsonbParseState **state, const BpmSmoothing *model)
{
	bpm_push_key(state, "seasonal");
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < model->season; i++)
	{
		JsonbValue	value = {.type = jbvNumeric,.val.numeric = exact_number(model->seasonal[i])};

		pushJsonbValue(state, WJB_ELEM, &value);
	}
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/* Returns everything that somebody else needs to compute the same forecast. */
static Datum
describe(const BpmSmoothing *model)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_number(&state, "alpha", model->alpha);
	push_number(&state, "level", model->level);
	if (model->trend)
	{
		push_number(&state, "beta", model->beta);
		push_number(&state, "slope", model->slope);
	}
	if (model->season)
	{
		push_number(&state, "gamma", model->gamma);
		push_season(&state, model);
	}
	if (model->damped)
		push_number(&state, "phi", model->phi);
	push_number(&state, "estimated", model->fitted);
	push_number(&state, "sse", model->sse);
	push_number(&state, "variance", model->variance);
	push_number(&state, "likelihood", model->likelihood);
	return JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/* Sets a number with the ends of its interval. */
static void
set_interval(Datum *values, double mean, double width)
{
	values[0] = Float8GetDatum(mean);
	values[1] = Float8GetDatum(mean - width);
	values[2] = Float8GetDatum(mean + width);
}

/* Puts out a row for each value and each step of the forecast. */
static void
put_rows(ReturnSetInfo *result, const Question *question, const Kind *kind, const BpmSmoothing *model,
		 const double *fitted, const BpmForecast *forecasts)
{
	Datum		values[10] = {0};

	values[8] = CStringGetTextDatum(kind->name);
	values[9] = describe(model);
	for (int i = 0; i < question->n + question->horizon; i++)
	{
		bool		past = i < question->n;
		bool		nulls[10] = {false, !past, false, past, past, past, past, past, false, false};

		values[0] = Int32GetDatum(i + 1);
		if (past)
		{
			values[1] = Float8GetDatum(question->values[i]);
			values[2] = Float8GetDatum(fitted[i]);
		}
		else
		{
			const BpmForecast *forecast = &forecasts[i - question->n];

			set_interval(&values[2], forecast->mean, question->z * forecast->deviation);
			set_interval(&values[5], forecast->total, question->z * forecast->total_deviation);
		}
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/* Smooths a series and looks ahead; every row says by which model and parameters. */
PG_FUNCTION_INFO_V1(bpm_smooth_series);
Datum
bpm_smooth_series(PG_FUNCTION_ARGS)
{
	static const char *const names[] = {"series", "horizon", "season", "model", "confidence"};
	Question	question = {0};
	BpmSmoothing model;
	const Kind *kind;
	double	   *fitted;
	BpmForecast *forecasts;

	for (int i = 0; i < lengthof(names); i++)
		bpm_require_argument(fcinfo, i, names[i]);
	read_series(PG_GETARG_ARRAYTYPE_P(0), &question);
	question.horizon = PG_GETARG_INT32(1);
	question.season = PG_GETARG_INT32(2);
	question.kind = text_to_cstring(PG_GETARG_TEXT_PP(3));
	question.z = read_confidence(PG_GETARG_INT32(4));
	question.parameters = PG_ARGISNULL(5) ? NULL : PG_GETARG_JSONB_P(5);
	if (question.horizon < 0 || question.horizon > MOST_HORIZON || question.season < 0 ||
		question.season > BPM_SEASON_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("horizon %d and season %d are out of range", question.horizon, question.season),
				 errhint("The horizon is 0 to %d, a season 0 to %d.", MOST_HORIZON, BPM_SEASON_MAX)));
	if (question.parameters && !JB_ROOT_IS_OBJECT(question.parameters))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("parameters must be a JSON object")));
	kind = make_model(&question, &model);
	fitted = palloc(question.n * sizeof(double));
	forecasts = palloc((question.horizon + 1) * sizeof(BpmForecast));
	bpm_smooth(&model, question.values, question.n, fitted, forecasts, question.horizon);
	InitMaterializedSRF(fcinfo, 0);
	put_rows((ReturnSetInfo *) fcinfo->resultinfo, &question, kind, &model, fitted, forecasts);
	return (Datum) 0;
}
