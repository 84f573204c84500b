/*
 * preparation.c
 *	  Preparations of a budget: opened, found, moved on; and where in them a unit asks.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/effect.h"
#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.create_preparation() */
enum
{
	ARG_LEDGER, ARG_YEAR, ARG_DIVISION, ARG_TITLE, ARG_FLOW, ARG_DRAFT_FLOW, ARG_ROUNDS
};

#define PREPARATION "SELECT preparation_id, fiscal_year, division, title, flow, draft_flow, state" \
	" FROM @ledger@.preparation WHERE preparation_id" EQ "$1"

static const BpmStatement find_preparation = {PREPARATION, "i"};
static const BpmStatement lock_preparation = {PREPARATION " FOR NO KEY UPDATE", "i"};
static const BpmStatement share_preparation = {PREPARATION " FOR SHARE", "i"};

static const BpmStatement insert_preparation = {
	"INSERT INTO @ledger@.preparation (fiscal_year, division, title, flow, draft_flow, opened_by)"
	" VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (fiscal_year, division) DO NOTHING"
	" RETURNING preparation_id", "ictttt"
};
static const BpmStatement set_state = {
	"UPDATE @ledger@.preparation SET state = $2,"
	" drafted_at = CASE WHEN $2" EQ "'drafted' THEN pg_catalog.clock_timestamp() ELSE drafted_at END,"
	" approved_at = CASE WHEN $2" EQ "'approved' THEN pg_catalog.clock_timestamp() ELSE approved_at END"
	" WHERE preparation_id" EQ "$1", "it"
};
static const BpmStatement year_state = {
	"SELECT state FROM @ledger@.fiscal_year WHERE fiscal_year" EQ "$1", "i"
};
static const BpmStatement nearest_preparation = {
	"SELECT preparation_id, title FROM @ledger@.preparation"
	" WHERE fiscal_year" EQ "$1 AND division" COVERS "$2 ORDER BY division DESC LIMIT 1", "ic"
};

/* Takes the row just read. */
static bool
take_preparation(int rows, BpmPreparation *preparation)
{
	if (rows != 1)
		return false;
	preparation->id = bpm_result_int(0, 1);
	preparation->fiscal_year = bpm_result_int(0, 2);
	preparation->division = bpm_result_int(0, 3);
	preparation->title = bpm_result_text(0, 4);
	preparation->flow = bpm_result_text(0, 5);
	preparation->draft_flow = bpm_result_text(0, 6);
	preparation->state = bpm_result_text(0, 7);
	return true;
}

/* Finds a preparation, and locks it for who changes its state or ceilings; false if there is none. */
bool
bpm_preparation_find(BpmLedger *ledger, int32 id, bool lock, BpmPreparation *preparation)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, id);
	return take_preparation(bpm_planning_read(ledger, lock ? &lock_preparation : &find_preparation,
											  &parameters), preparation);
}

/* Keeps a preparation as it is until the end of the transaction, and reads it. */
bool
bpm_preparation_share(BpmLedger *ledger, int32 id, BpmPreparation *preparation)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, id);
	return take_preparation(bpm_planning_read(ledger, &share_preparation, &parameters), preparation);
}

/* Finds a preparation, or says that there is none. */
void
bpm_preparation_require(BpmLedger *ledger, int32 id, bool lock, BpmPreparation *preparation)
{
	if (!bpm_preparation_find(ledger, id, lock, preparation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("preparation %d does not exist in ledger %s", id, ledger->schema),
				 errhint("The report view \"preparation\" lists them.")));
}

/* Refuses what only an open preparation takes. */
void
bpm_preparation_open(const BpmPreparation *preparation)
{
	if (strcmp(preparation->state, "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("preparation %d is %s", preparation->id, preparation->state),
				 errdetail("Requests, reviews and ceilings belong to a preparation that is open.")));
}

/* Moves a preparation on; it has been locked by the caller. */
void
bpm_preparation_set_state(BpmLedger *ledger, int32 id, const char *state)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, id);
	bpm_bind_text(&parameters, state);
	bpm_planning_store(ledger, "preparation", &set_state, &parameters);
}

/* Refuses a unit whose government takes part in another preparation of the year. */
static void
check_nearest(BpmLedger *ledger, const BpmRequestPlace *place)
{
	BpmParameters parameters = {0};
	const BpmPreparation *preparation = &place->preparation;

	bpm_bind_int(&parameters, preparation->fiscal_year);
	bpm_bind_id(&parameters, place->division);
	if (bpm_planning_read(ledger, &nearest_preparation, &parameters) == 1 &&
		bpm_result_int(0, 1) == preparation->id)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg("unit \"%s\" does not take part in preparation %d", place->unit_code,
					preparation->id),
			 SPI_processed == 1 ?
			 errdetail("Its government takes part in preparation %s of the year, the nearest one above it.",
					   bpm_result_text(0, 1)) :
			 errdetail("Its government is not below the division of the preparation.")));
}

/* Finds where a request is, and that its unit takes part in the preparation. */
void
bpm_request_place(BpmLedger *ledger, int32 preparation, const char *unit, BpmRequestPlace *place)
{
	bpm_preparation_require(ledger, preparation, false, &place->preparation);
	place->unit_code = pstrdup(unit);
	bpm_registry_unit(ledger, unit, &place->unit, &place->division);
	check_nearest(ledger, place);
}

/* Tells whether a flow freezes what is submitted to it: an effect of ours runs at each submission. */
static bool
submits_requests(const BpmFlow *flow)
{
	for (int i = 0; i < flow->effects[MOMENT_HOLD].count; i++)
	{
		const char *name = flow->effects[MOMENT_HOLD].items[i].name;

		if (name && strcmp(name, "prepare") == 0)
			return true;
	}
	return false;
}

/* Refuses a flow that there is none of, or that would leave requests as they are. */
static void
check_flow(BpmLedger *ledger, const char *flow)
{
	if (!submits_requests(bpm_flow_newest(ledger, flow)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("flow \"%s\" cannot carry requests", flow),
				 errdetail("It has no effect \"prepare\" among those that it holds at submission."),
				 errhint("Give it \"hold\": [{\"effect\": \"prepare\", \"arguments\": {\"move\": \"submit\"}}].")));
}

/* Refuses a year that no budget can be prepared for. */
static void
check_year(BpmLedger *ledger, int fiscal_year)
{
	BpmParameters parameters = {0};
	char	   *state;

	bpm_bind_int(&parameters, fiscal_year);
	if (bpm_planning_read(ledger, &year_state, &parameters) != 1)
		bpm_no_such_year(ledger, fiscal_year);
	state = bpm_result_text(0, 1);
	if (strcmp(state, "preparing") != 0 && strcmp(state, "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is %s", fiscal_year, state),
				 errdetail("A budget is prepared for a year that is preparing or open.")));
}

/* Opens a preparation with its rounds, and returns its number. */
PG_FUNCTION_INFO_V1(bpm_create_preparation);
Datum
bpm_create_preparation(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"fiscal_year", "division", "title", "flow", NULL};
	BpmParameters parameters = {0};
	BpmPreparation preparation = {0};
	BpmCall		call;
	char	   *division;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "create_preparation", NULL);
	preparation.fiscal_year = PG_GETARG_INT32(ARG_YEAR);
	division = bpm_limited_text(fcinfo, ARG_DIVISION, "division", 12);
	preparation.division = bpm_registry_division(call.ledger, division);
	bpm_call_require(&call, preparation.division, 0);
	preparation.title = bpm_limited_text(fcinfo, ARG_TITLE, "title", 200);
	preparation.flow = bpm_limited_text(fcinfo, ARG_FLOW, "flow", 63);
	preparation.draft_flow = bpm_limited_text(fcinfo, ARG_DRAFT_FLOW, "draft_flow", 63);
	check_year(call.ledger, preparation.fiscal_year);
	check_flow(call.ledger, preparation.flow);
	bpm_bind_int(&parameters, preparation.fiscal_year);
	bpm_bind_id(&parameters, preparation.division);
	bpm_bind_text(&parameters, preparation.title);
	bpm_bind_text(&parameters, preparation.flow);
	bpm_bind_text(&parameters, preparation.draft_flow);
	bpm_bind_text(&parameters, call.login);
	if (bpm_planning_store(call.ledger, "preparation", &insert_preparation, &parameters) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("division \"%s\" has a preparation of fiscal year %d already", division,
						preparation.fiscal_year)));
	preparation.id = bpm_result_int(0, 1);
	bpm_make_rounds(call.ledger, &preparation, PG_ARGISNULL(ARG_ROUNDS) ? NULL :
					PG_GETARG_JSONB_P(ARG_ROUNDS));
	bpm_call_end(&call);
	PG_RETURN_INT32(preparation.id);
}
