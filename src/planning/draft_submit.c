/*
 * draft_submit.c
 *	  A draft is looked at, sent off, and given its day before the congress.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "access/access.h"
#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "registry/registry.h"
#include "workflow/watch.h"

static const BpmStatement list_findings = {
	"SELECT f.item, f.division_code, f.unit_code, f.fund_type, f.amount, f.limit_amount, f.blocks, f.note"
	" FROM @ledger@.draft_findings($1, $2) AS f", "it"
};
static const BpmStatement start_case = {
	"SELECT @ledger@.start_case($1, $2, $3, NULL, $4, $5)", "ttjtt"
};
static const BpmStatement draft_of_case = {
	"SELECT 1 FROM @ledger@.draft WHERE case_id" EQ "$1", "l"
};
static const BpmStatement set_congress = {
	"UPDATE @ledger@.division_draft SET congress_on = $3, resolution = COALESCE($4, resolution)"
	" WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2", "icdt"
};
static const BpmStatement other_days = {
	"SELECT deadline_id FROM @ledger@.watched_deadline WHERE kind" EQ "'preliminary_draft' AND division" CODE_EQ "$1"
	" AND subject" EQ "$2 AND met_on IS NULL AND cancelled_at IS NULL AND starts_on" NE "$3", "ctd"
};
static const BpmStatement give_up = {
	"SELECT @ledger@.cancel_deadline($1, $2)", "lt"
};

/* What every function here is about. */
typedef struct Place
{
	BpmPreparation preparation;
	BpmCode		division;
	char	   *code;			/* official */
} Place;

/* Reads the preparation and the government that the first two arguments name. */
static void
read_place(FunctionCallInfo fcinfo, BpmCall *call, Place *place)
{
	bpm_require_argument(fcinfo, 1, "preparation");
	place->code = bpm_argument(fcinfo, 2, "division");
	bpm_preparation_require(call->ledger, PG_GETARG_INT32(1), false, &place->preparation);
	place->division = bpm_registry_division(call->ledger, place->code);
}

/* Lists what keeps a draft from being sent off, and what else there is to say of it. */
PG_FUNCTION_INFO_V1(bpm_check_draft);
Datum
bpm_check_draft(PG_FUNCTION_ARGS)
{
	BpmParameters parameters = {0};
	BpmCall		call;
	Place		place;

	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "check_draft", NULL);
	read_place(fcinfo, &call, &place);
	bpm_owner_leave(&call.scope);
	bpm_authorize_read(call.ledger, "check_draft", place.division, 0);
	bpm_owner_enter(call.ledger, &call.scope);
	bpm_bind_int(&parameters, place.preparation.id);
	bpm_bind_text(&parameters, place.code);
	bpm_rows(fcinfo, call.ledger, &list_findings, parameters.values, parameters.nulls);
	bpm_call_end(&call);
	return (Datum) 0;
}

/* Begins the case as the caller, whose duty it needs, and returns it. */
static int64
begin_case(BpmCall *call, const Place *place, const char *key)
{
	BpmParameters parameters = {0};
	char	   *facts = psprintf("{\"preparation\": %d, \"fiscal_year\": %d, \"division\": \"%s\"}",
								 place->preparation.id, place->preparation.fiscal_year, place->code);
	int64		case_id;

	bpm_bind_text(&parameters, place->preparation.draft_flow);
	bpm_bind_text(&parameters, psprintf("%d年预算草案 %s", place->preparation.fiscal_year, place->code));
	bpm_bind_datum(&parameters, JsonbPGetDatum(bpm_jsonb_of(facts)));
	bpm_bind_text(&parameters, place->code);
	bpm_bind_text(&parameters, key);
	bpm_owner_leave(&call->scope);
	bpm_planning_read(call->ledger, &start_case, &parameters);
	case_id = bpm_result_int(0, 1);
	bpm_owner_enter(call->ledger, &call->scope);
	return case_id;
}

/* Sends the draft of a government off to the vote, and returns the case that carries it. */
PG_FUNCTION_INFO_V1(bpm_submit_draft);
Datum
bpm_submit_draft(PG_FUNCTION_ARGS)
{
	BpmParameters parameters = {0};
	BpmCall		call;
	Place		place;
	char	   *key = bpm_limited_text(fcinfo, 3, "key", 100);
	int64		case_id;

	bpm_call_begin(&call, fcinfo, "submit_draft", NULL);
	read_place(fcinfo, &call, &place);
	bpm_call_require(&call, place.division, 0);
	if (place.preparation.draft_flow == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("preparation %d names no flow for its drafts", place.preparation.id),
				 errhint("Adopt one with %s.adopt_flow('budget_draft', ...), and name it in create_preparation().",
						 call.ledger->schema)));
	case_id = begin_case(&call, &place, key);
	bpm_bind_id(&parameters, case_id);
	if (bpm_planning_read(call.ledger, &draft_of_case, &parameters) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("flow \"%s\" does not hold the draft that it carries", place.preparation.draft_flow),
				 errhint("Its effects need hold_draft at \"hold\", release_draft at \"release\" and approve_budget at \"approved\".")));
	bpm_call_end(&call);
	PG_RETURN_INT64(case_id);
}

/* Gives up the watch over days that the congress no longer begins on. */
static void
forget_other_days(BpmLedger *ledger, BpmCode division, const char *subject, DateADT day)
{
	BpmParameters parameters = {0};
	SPITupleTable *table;
	int			rows;

	bpm_bind_id(&parameters, division);
	bpm_bind_text(&parameters, subject);
	parameters.values[2] = DateADTGetDatum(day);
	parameters.nulls[2] = ' ';
	rows = bpm_planning_read(ledger, &other_days, &parameters);
	table = SPI_tuptable;
	for (int i = 0; i < rows; i++)
	{
		BpmParameters one = {0};
		bool		isnull;

		bpm_bind_id(&one, DatumGetInt64(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull)));
		bpm_bind_text(&one, "人代会召开日期变更");
		bpm_planning_read(ledger, &give_up, &one);
	}
}

/* Opens the deadlines of final accounts (决算) from the day that they are approved on. */
static void
watch_final_accounts(BpmLedger *ledger, const Place *place, DateADT day)
{
	int			year = place->preparation.fiscal_year - 1;

	bpm_watch_deadline(ledger, "final_accounts_to_department", place->division, 0, psprintf("%d年决算批复", year), day);
	/* Units hear from departments, which have heard by the end of the first deadline. */
	bpm_watch_deadline(ledger, "final_accounts_to_unit", place->division, 0, psprintf("%d年决算批复所属单位", year), day + 20);
	bpm_watch_deadline(ledger, "final_accounts_disclosure", place->division, 0, psprintf("%d年决算公开", year), day);
}

/* Refuses a day that is none. */
static DateADT
finite_day(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(number)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a day", name)));
	return PG_GETARG_DATEADT(number);
}

/* Says when the congress meets, and under which number it decides; opens the deadlines that this sets. */
PG_FUNCTION_INFO_V1(bpm_set_congress_date);
Datum
bpm_set_congress_date(PG_FUNCTION_ARGS)
{
	BpmParameters parameters = {0};
	BpmCall		call;
	Place		place;
	char	   *resolution = bpm_limited_text(fcinfo, 4, "resolution", 200);
	char	   *subject;
	DateADT		day;

	bpm_require_argument(fcinfo, 3, "congress_on");
	day = finite_day(fcinfo, 3, "congress_on");
	bpm_call_begin(&call, fcinfo, "set_congress_date", NULL);
	read_place(fcinfo, &call, &place);
	bpm_call_require(&call, place.division, 0);
	bpm_draft_take(call.ledger, place.preparation.id, place.division);
	bpm_bind_int(&parameters, place.preparation.id);
	bpm_bind_id(&parameters, place.division);
	parameters.values[2] = DateADTGetDatum(day);
	parameters.nulls[2] = ' ';
	parameters.count = 3;
	bpm_bind_text(&parameters, resolution);
	bpm_planning_store(call.ledger, "division_draft", &set_congress, &parameters);
	subject = psprintf("%d年预算草案初步方案", place.preparation.fiscal_year);
	forget_other_days(call.ledger, place.division, subject, day);
	bpm_watch_deadline(call.ledger, "preliminary_draft", place.division, 0, subject, day);
	if (!PG_ARGISNULL(5))
		watch_final_accounts(call.ledger, &place, finite_day(fcinfo, 5, "final_accounts_on"));
	bpm_call_end(&call);
	PG_RETURN_VOID();
}
