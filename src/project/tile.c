/*
 * tile.c
 *	  Vector tiles, drawn as the ledger's owner for somebody else to see.
 *
 * Row security lets no index be used whose operators are not LEAKPROOF, and those of
 * PostGIS are not: every tile would read the whole table.  So the statement runs as
 * the owner and asks for each row whether the caller may read it.
 */
#include "postgres.h"

#include <math.h>

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/jsonb.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/jsonb.h"
#include "base/ledger.h"

#define DEEPEST_ZOOM	24

/* Argument positions of budgetpm.map_tile() */
enum
{
	ARG_LEDGER, ARG_LAYER, ARG_Z, ARG_X, ARG_Y, ARG_PARAMS
};

typedef struct Layer
{
	const char *name;
	BpmStatement draw;
} Layer;

static const Layer layers[] = {
	{"project_tiles", {"SELECT t.tile FROM @ledger@.draw_project_tiles($1, $2, $3, $4, $5) AS t", "iiijl"}},
	{"division_tiles", {"SELECT t.tile FROM @ledger@.draw_division_tiles($1, $2, $3, $4, $5) AS t", "iiijl"}},
	{"heat_tiles", {"SELECT t.tile FROM @ledger@.draw_heat_tiles($1, $2, $3, $4, $5) AS t", "iiijl"}}
};

/* Refuses what is no tile of the pyramid. */
static void
check_tile(int z, int x, int y)
{
	if (z < 0 || z > DEEPEST_ZOOM || x < 0 || y < 0 || x >= 1 << z || y >= 1 << z)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("there is no tile %d/%d/%d", z, x, y),
				 errdetail("Zoom is from 0 to %d, column and row from 0 to 2^zoom - 1.", DEEPEST_ZOOM)));
}

/* Finds a layer by its name. */
static const Layer *
find_layer(const char *name)
{
	for (int i = 0; i < lengthof(layers); i++)
		if (strcmp(layers[i].name, name) == 0)
			return &layers[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("layer \"%s\" is not known", name),
			 errhint("It is project_tiles, division_tiles or heat_tiles.")));
}

/* Refuses a parameter that is no number from least to most; one that is empty is not there. */
static void
check_number(Jsonb *params, const char *key, bool whole, int least, int most, const char *hint)
{
	Jsonb	   *member = bpm_jsonb_member(&params->root, key);
	char	   *text = bpm_jsonb_scalar(&params->root, key);
	char	   *end;
	double		value;

	if (text != NULL && *text == '\0')
		return;
	if (text == NULL)
		text = member ? bpm_jsonb_out(member) : "null";
	if (strcmp(text, "null") == 0)
		return;
	value = strtod(text, &end);
	if (strspn(text, "-.0123456789") == strlen(text) && *end == '\0' && value >= least && value <= most &&
		(!whole || value == floor(value)))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("query parameter \"%s\" is \"%s\"", key, text),
			 errhint("%s", hint)));
}

/* Refuses parameters that are no object, and numbers in it that are none. */
static void
check_params(Jsonb *params)
{
	if (!JB_ROOT_IS_OBJECT(params))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("query_params must be an object"),
				 errhint("Without parameters it is {}.")));
	check_number(params, "fiscal_year", true, 1949, 9999, "It is a year such as 2025.");
	check_number(params, "level", true, 1, 9, "It is a level of divisions: 1 province, 2 city, 3 county, 4 township.");
	check_number(params, "late_by", false, -100, 100, "It is a number of points, from -100 to 100.");
}

/* Draws the tile in the snapshot of the query that asks; NULL only where PostGIS gives none. */
static bytea *
draw(BpmLedger *ledger, const Layer *layer, Datum *values, MemoryContext caller)
{
	MemoryContext own;
	bytea	   *tile = NULL;
	Datum		value;
	bool		isnull;
	int			result = SPI_execute_plan(bpm_ledger_plan(ledger, &layer->draw, 0), values, NULL, true, 0);

	if (result < 0)
		elog(ERROR, "could not draw a tile: %s", SPI_result_code_string(result));
	bpm_ledger_check_rows(ledger, &layer->draw, 0, SPI_tuptable->tupdesc);
	value = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull);
	own = MemoryContextSwitchTo(caller);
	if (!isnull)
		tile = DatumGetByteaPCopy(value);
	MemoryContextSwitchTo(own);
	return tile;
}

/* map_tile(ledger, layer, z, x, y, query_params): a vector tile with what the caller may read. */
PG_FUNCTION_INFO_V1(bpm_map_tile);
Datum
bpm_map_tile(PG_FUNCTION_ARGS)
{
	MemoryContext caller = CurrentMemoryContext;
	BpmLedger  *ledger;
	BpmOwnerScope scope;
	const Layer *layer;
	Datum		values[5];
	bytea	   *tile;

	for (int i = 0; i <= ARG_PARAMS; i++)
		if (PG_ARGISNULL(i))
			PG_RETURN_NULL();
	layer = find_layer(text_to_cstring(PG_GETARG_TEXT_PP(ARG_LAYER)));
	check_tile(PG_GETARG_INT32(ARG_Z), PG_GETARG_INT32(ARG_X), PG_GETARG_INT32(ARG_Y));
	check_params(PG_GETARG_JSONB_P(ARG_PARAMS));
	for (int i = 0; i < 4; i++)
		values[i] = PG_GETARG_DATUM(ARG_Z + i);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(ARG_LEDGER));
	bpm_authorize_operation(ledger, layer->name);
	values[4] = Int64GetDatum((int64) GetUserId());
	bpm_owner_enter(ledger, &scope);
	tile = draw(ledger, layer, values, caller);
	bpm_owner_leave(&scope);
	SPI_finish();
	if (tile == NULL)
		PG_RETURN_NULL();
	PG_RETURN_BYTEA_P(tile);
}
