/*
 * rounds.c
 *	  Rounds of a preparation (三上三下, 两上两下): how many, until when, and who may
 *	  submit after that.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "planning/private.h"
#include "registry/registry.h"

#define MOST_ROUNDS		9

static const BpmStatement insert_round = {
	"INSERT INTO @ledger@.preparation_round (preparation_id, round, up_title, down_title,"
	" up_closes_on, down_closes_on, ceiling_binds) VALUES ($1, $2, $3, $4, $5, $6, $7)", "iittddb"
};
static const BpmStatement change_round = {
	"UPDATE @ledger@.preparation_round SET up_closes_on = COALESCE($3, up_closes_on),"
	" down_closes_on = COALESCE($4, down_closes_on), ceiling_binds = COALESCE($5, ceiling_binds)"
	" WHERE preparation_id" EQ "$1 AND round" EQ "$2", "iiddb"
};
static const BpmStatement find_round = {
	"SELECT ceiling_binds, up_title, down_title FROM @ledger@.preparation_round"
	" WHERE preparation_id" EQ "$1 AND round" EQ "$2", "ii"
};
static const BpmStatement insert_reopening = {
	"INSERT INTO @ledger@.round_reopening (preparation_id, round, closes_on, reason, division,"
	" unit, decided_by) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING reopening_id", "iidtcct"
};
/* Closed on which day for whom, NULL while it is open. */
static const BpmStatement closed_on = {
	"SELECT r.up_closes_on::pg_catalog.text, r.up_title FROM @ledger@.preparation_round r"
	" WHERE r.preparation_id" EQ "$1 AND r.round" EQ "$2 AND r.up_closes_on" LT SERVER_DATE
	" AND NOT EXISTS (SELECT 1 FROM @ledger@.round_reopening o"
	"  WHERE o.preparation_id" EQ "$1 AND o.round" EQ "$2 AND o.closes_on" GE SERVER_DATE
	"  AND $3" UNDER "o.division AND (o.unit IS NULL OR $4" UNDER "o.unit))", "iicc"
};

/* Returns the Chinese numeral of a small number: 一上, 二上. */
static const char *
numeral(int number)
{
	static const char *const numerals[] = {"一", "二", "三", "四", "五", "六", "七", "八", "九"};

	return numerals[number - 1];
}

/* Reads a member that is a date; 0 for none, and with a fault for what is no day. */
static Datum
date_member(const BpmNode *node, const char *key, bool *isnull)
{
	char	   *text = bpm_node_text(node, key, false);
	DateADT		day = 0;

	*isnull = text == NULL;
	if (text && (!bpm_read_day(text, &day) || !bpm_is_calendar_day(day)))
		bpm_fault(node->faults, bpm_node_place(node, key), "\"%s\" is not a day as YYYY-MM-DD", text);
	return DateADTGetDatum(day);
}

/* Stores one round, as described or by default. */
static void
make_round(BpmLedger *ledger, int32 preparation, int number, const BpmNode *node)
{
	BpmParameters parameters = {0};
	static const char *const keys[] = {"up", "down", "up_closes_on", "down_closes_on",
	"ceiling_binds", NULL};
	char	   *up = node ? bpm_node_text(node, "up", false) : NULL;
	char	   *down = node ? bpm_node_text(node, "down", false) : NULL;
	bool		isnull = true;
	JsonbValue	ignored;

	if (node)
		bpm_node_keys(node, keys);
	bpm_bind_int(&parameters, preparation);
	bpm_bind_int(&parameters, number);
	bpm_bind_text(&parameters, up ? up : psprintf("%s上", numeral(number)));
	bpm_bind_text(&parameters, down ? down : psprintf("%s下", numeral(number)));
	bpm_bind_int(&parameters, node ? DatumGetDateADT(date_member(node, "up_closes_on", &isnull)) : 0);
	parameters.nulls[4] = isnull ? 'n' : ' ';
	bpm_bind_int(&parameters, node ? DatumGetDateADT(date_member(node, "down_closes_on", &isnull)) : 0);
	parameters.nulls[5] = isnull ? 'n' : ' ';
	bpm_bind_bool(&parameters, node && bpm_node_find(node, "ceiling_binds", &ignored) ?
				  bpm_node_bool(node, "ceiling_binds") : number > 1);
	bpm_planning_store(ledger, "preparation_round", &insert_round, &parameters);
}

/* Refuses rounds that are neither a number nor a list. */
static void
refuse_rounds(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("rounds must be a number from 1 to %d, or an array of so many objects", MOST_ROUNDS),
			 errhint("An object may have up, down, up_closes_on, down_closes_on and ceiling_binds.")));
}

/* Stores rounds that are described one by one. */
static void
make_described(BpmLedger *ledger, int32 preparation, Jsonb *rounds)
{
	BpmFindings findings = {0};
	BpmNode		array = {&rounds->root, "rounds", &findings.faults};
	int			count = JB_ROOT_COUNT(rounds);

	if (count < 1 || count > MOST_ROUNDS)
		refuse_rounds();
	for (int i = 0; i < count; i++)
	{
		BpmNode		node;

		if (bpm_node_item(&array, i, &node))
			make_round(ledger, preparation, i + 1, &node);
	}
	bpm_raise_findings(&findings, "rounds");
}

/* Stores the rounds of a new preparation: as given, or as the division's profile says. */
void
bpm_make_rounds(BpmLedger *ledger, const BpmPreparation *preparation, Jsonb *rounds)
{
	JsonbValue	scalar;
	int			count = 0;

	if (rounds == NULL)
		rounds = bpm_registry_setting(ledger, preparation->division, "planning.rounds",
									  GetSQLCurrentDate());
	if (rounds && JB_ROOT_IS_ARRAY(rounds) && !JB_ROOT_IS_SCALAR(rounds))
	{
		make_described(ledger, preparation->id, rounds);
		return;
	}
	if (rounds && JB_ROOT_IS_SCALAR(rounds) && JsonbExtractScalar(&rounds->root, &scalar) &&
		scalar.type == jbvNumeric)
	{
		char	   *digits = numeric_normalize(scalar.val.numeric);

		count = strlen(digits) == 1 ? digits[0] - '0' : 0;
	}
	if (rounds == NULL)
		count = 2;
	if (count < 1)
		refuse_rounds();
	for (int i = 1; i <= count; i++)
		make_round(ledger, preparation->id, i, NULL);
}

/* Tells whether a preparation has a round, and whether ceilings bind its submissions. */
bool
bpm_round_known(BpmLedger *ledger, int32 preparation, int round, bool *binds)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, preparation);
	bpm_bind_int(&parameters, round);
	if (bpm_planning_read(ledger, &find_round, &parameters) != 1)
		return false;
	*binds = bpm_result_int(0, 1) != 0;
	return true;
}

/* Refuses a round that the preparation has not. */
static void
require_round(BpmLedger *ledger, int32 preparation, int round)
{
	bool		binds;

	if (!bpm_round_known(ledger, preparation, round, &binds))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("preparation %d has no round %d", preparation, round)));
}

/* Refuses to submit after the round's last day, unless it was opened again for that unit. */
void
bpm_require_open_round(BpmLedger *ledger, const BpmPreparation *preparation, BpmCode division,
					   BpmCode unit, int round)
{
	BpmParameters parameters = {0};

	require_round(ledger, preparation->id, round);
	bpm_bind_int(&parameters, preparation->id);
	bpm_bind_int(&parameters, round);
	bpm_bind_id(&parameters, division);
	bpm_bind_id(&parameters, unit);
	if (bpm_planning_read(ledger, &closed_on, &parameters) == 0)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_BPM_WRONG_STATE),
			 errmsg("round %d (%s) of preparation %d is closed", round, bpm_result_text(0, 2),
					preparation->id),
			 errdetail("Its last day was %s.", bpm_result_text(0, 1)),
			 errhint("The finance department may let you in with %s.reopen_round().", ledger->schema)));
}

/* Argument positions of budgetpm.set_round() and budgetpm.reopen_round() */
enum
{
	ARG_LEDGER, ARG_PREPARATION, ARG_ROUND,
	SET_UP = 3, SET_DOWN, SET_BINDS,
	REOPEN_CLOSES = 3, REOPEN_REASON, REOPEN_UNIT, REOPEN_DIVISION
};

/* Adds an argument as it is. */
static void
bind_argument(BpmParameters *parameters, FunctionCallInfo fcinfo, int argument)
{
	bpm_bind_datum(parameters, PG_ARGISNULL(argument) ? (Datum) 0 : PG_GETARG_DATUM(argument));
	parameters->nulls[parameters->count - 1] = PG_ARGISNULL(argument) ? 'n' : ' ';
}

/* Sets until when a round goes and whether ceilings bind it; what is NULL stays. */
PG_FUNCTION_INFO_V1(bpm_set_round);
Datum
bpm_set_round(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "round", NULL};
	BpmParameters parameters = {0};
	BpmPreparation preparation;
	BpmCall		call;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "set_round", NULL);
	bpm_preparation_require(call.ledger, PG_GETARG_INT32(ARG_PREPARATION), false, &preparation);
	bpm_call_require(&call, preparation.division, 0);
	bpm_preparation_require(call.ledger, preparation.id, true, &preparation);
	bpm_preparation_open(&preparation);
	require_round(call.ledger, preparation.id, PG_GETARG_INT32(ARG_ROUND));
	bpm_bind_int(&parameters, preparation.id);
	bpm_bind_int(&parameters, PG_GETARG_INT32(ARG_ROUND));
	bind_argument(&parameters, fcinfo, SET_UP);
	bind_argument(&parameters, fcinfo, SET_DOWN);
	bind_argument(&parameters, fcinfo, SET_BINDS);
	bpm_planning_store(call.ledger, "preparation_round", &change_round, &parameters);
	bpm_call_end(&call);
	PG_RETURN_VOID();
}

/* Finds whom a round is opened again for: a unit, a division, or everybody. */
static void
reopened_place(FunctionCallInfo fcinfo, BpmCall *call, const BpmPreparation *preparation,
			   BpmCode *division, BpmCode *unit)
{
	char	   *unit_code = bpm_limited_text(fcinfo, REOPEN_UNIT, "unit", 21);
	char	   *division_code = bpm_limited_text(fcinfo, REOPEN_DIVISION, "division", 12);

	*division = division_code ? bpm_registry_division(call->ledger, division_code) :
		preparation->division;
	if (unit_code)
		bpm_registry_unit(call->ledger, unit_code, unit, division);
	if (!bpm_code_covers(preparation->division, *division))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("the place is not below the division of preparation %d", preparation->id)));
	bpm_call_require(call, *division, 0);
}

/* Lets submissions in after a round has closed, with the reason, and returns the decision. */
PG_FUNCTION_INFO_V1(bpm_reopen_round);
Datum
bpm_reopen_round(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "round", "closes_on", "reason", NULL};
	BpmParameters parameters = {0};
	BpmPreparation preparation;
	BpmCall		call;
	BpmCode		division = 0;
	BpmCode		unit = 0;
	int64		id;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "reopen_round", NULL);
	bpm_preparation_require(call.ledger, PG_GETARG_INT32(ARG_PREPARATION), false, &preparation);
	reopened_place(fcinfo, &call, &preparation, &division, &unit);
	bpm_preparation_open(&preparation);
	require_round(call.ledger, preparation.id, PG_GETARG_INT32(ARG_ROUND));
	bpm_bind_int(&parameters, preparation.id);
	bpm_bind_int(&parameters, PG_GETARG_INT32(ARG_ROUND));
	bind_argument(&parameters, fcinfo, REOPEN_CLOSES);
	bpm_bind_text(&parameters, bpm_limited_text(fcinfo, REOPEN_REASON, "reason", 1000));
	bpm_bind_id(&parameters, division);
	bpm_bind_id(&parameters, unit);
	bpm_bind_text(&parameters, call.login);
	bpm_planning_store(call.ledger, "round_reopening", &insert_reopening, &parameters);
	id = bpm_result_int(0, 1);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
