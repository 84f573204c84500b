/*
 * draft_input.c
 *	  The other side of a draft: estimated revenue, and transfers between
 *	  governments; every version stays.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/draft.h"
#include "planning/private.h"
#include "registry/registry.h"

#define ESTIMATES \
	"pg_catalog.jsonb_to_recordset($3) AS e(fund_type pg_catalog.text, revenue pg_catalog.text," \
	" amount pg_catalog.text, basis pg_catalog.text)"

static const BpmStatement estimate_faults = {
	"SELECT f.fault FROM @ledger@.estimate_faults($1, $2) AS f", "ij"
};
static const BpmStatement replace_estimates = {
	"UPDATE @ledger@.revenue_estimate SET replaced_at = pg_catalog.clock_timestamp()"
	" WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2 AND replaced_at IS NULL"
	" AND EXISTS (SELECT 1 FROM " ESTIMATES " WHERE e.fund_type" EQ "revenue_estimate.fund_type"
	"  AND e.revenue" EQ "revenue_estimate.revenue::pg_catalog.text)", "icj"
};
static const BpmStatement insert_estimates = {
	"INSERT INTO @ledger@.revenue_estimate (preparation_id, fiscal_year, division, fund_type, revenue, version,"
	" amount, basis, made_by)"
	" SELECT $1, p.fiscal_year, $2, e.fund_type, e.revenue::budgetpm.budget_code,"
	" 1 OPERATOR(pg_catalog.+) COALESCE((SELECT pg_catalog.max(o.version) FROM @ledger@.revenue_estimate o"
	"  WHERE o.preparation_id" EQ "$1 AND o.division" CODE_EQ "$2 AND o.fund_type" EQ "e.fund_type"
	"  AND o.revenue" CODE_EQ "e.revenue::budgetpm.budget_code), 0),"
	" e.amount::budgetpm.amount, e.basis, $4"
	" FROM @ledger@.preparation p CROSS JOIN " ESTIMATES " WHERE p.preparation_id" EQ "$1", "icjt"
};
static const BpmStatement approve_estimates = {
	"UPDATE @ledger@.revenue_estimate SET approved_at = pg_catalog.clock_timestamp(), approved_by = $3,"
	" approval_document = $4 WHERE preparation_id" EQ "$1 AND division" CODE_EQ "$2"
	" AND replaced_at IS NULL AND approved_at IS NULL", "ictt"
};
static const BpmStatement receiving_preparation = {
	"SELECT p.preparation_id FROM @ledger@.preparation p WHERE p.fiscal_year" EQ "$1"
	" AND p.division" COVERS "$2 ORDER BY p.division DESC LIMIT 1", "ic"
};
static const BpmStatement replace_transfer = {
	"UPDATE @ledger@.planned_transfer SET replaced_at = pg_catalog.clock_timestamp()"
	" WHERE preparation_id" EQ "$1 AND from_division" CODE_EQ "$2 AND to_division" CODE_EQ "$3"
	" AND func" CODE_EQ "$4 AND fund_type" EQ "$5 AND replaced_at IS NULL", "iccct"
};
static const BpmStatement insert_transfer = {
	"INSERT INTO @ledger@.planned_transfer (preparation_id, from_division, to_division, func, fund_type, fiscal_year,"
	" version, amount, early, document, made_by) SELECT $1, $2, $3, $4, $5, $6,"
	" 1 OPERATOR(pg_catalog.+) COALESCE((SELECT pg_catalog.max(o.version) FROM @ledger@.planned_transfer o"
	"  WHERE o.preparation_id" EQ "$1 AND o.from_division" CODE_EQ "$2 AND o.to_division" CODE_EQ "$3"
	"  AND o.func" CODE_EQ "$4 AND o.fund_type" EQ "$5), 0), $7, $8, $9, $10 RETURNING planned_transfer_id",
	"iccctiabtt"
};

/* Refuses estimates with everything that is wrong with them. */
static void
check_estimates(BpmLedger *ledger, const BpmPreparation *preparation, Jsonb *estimates)
{
	BpmParameters parameters = {0};
	StringInfoData list;
	int			faults;

	if (!JB_ROOT_IS_ARRAY(estimates) || JB_ROOT_IS_SCALAR(estimates) || JB_ROOT_COUNT(estimates) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("estimates must be an array of objects"),
				 errhint("Each has fund_type, revenue, amount and basis.")));
	bpm_bind_int(&parameters, preparation->fiscal_year);
	bpm_bind_datum(&parameters, JsonbPGetDatum(estimates));
	faults = bpm_planning_read(ledger, &estimate_faults, &parameters);
	if (faults == 0)
		return;
	initStringInfo(&list);
	for (int i = 0; i < faults; i++)
		appendStringInfo(&list, "%s%s", i ? "\n" : "", bpm_result_text(i, 1));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("revenue estimates have %d faults", faults),
			 errdetail_internal("%s", list.data)));
}

/* Stores estimates of a government's revenue in place of those of the same codes; returns how many. */
PG_FUNCTION_INFO_V1(bpm_load_revenue_estimates);
Datum
bpm_load_revenue_estimates(PG_FUNCTION_ARGS)
{
	char	   *division_code = bpm_argument(fcinfo, 2, "division");
	BpmPreparation preparation;
	BpmParameters parameters = {0};
	BpmCode		division;
	BpmCall		call;
	bool		single;
	int64		count;

	bpm_require_argument(fcinfo, 1, "preparation");
	bpm_require_argument(fcinfo, 3, "estimates");
	single = !PG_ARGISNULL(4) && PG_GETARG_BOOL(4);
	bpm_call_begin(&call, fcinfo, single ? "set_revenue_estimate" : "load_revenue_estimates", NULL);
	bpm_preparation_require(call.ledger, PG_GETARG_INT32(1), false, &preparation);
	division = bpm_registry_division(call.ledger, division_code);
	bpm_call_require(&call, division, 0);
	check_estimates(call.ledger, &preparation, PG_GETARG_JSONB_P(3));
	bpm_draft_hold_open(call.ledger, preparation.id, division);
	bpm_bind_int(&parameters, preparation.id);
	bpm_bind_id(&parameters, division);
	bpm_bind_datum(&parameters, PG_GETARG_DATUM(3));
	bpm_planning_store(call.ledger, "revenue_estimate", &replace_estimates, &parameters);
	bpm_bind_text(&parameters, call.login);
	count = bpm_planning_store(call.ledger, "revenue_estimate", &insert_estimates, &parameters);
	bpm_call_end(&call);
	PG_RETURN_INT64(count);
}

/* Approves all estimates of a government that are not approved yet; returns how many. */
PG_FUNCTION_INFO_V1(bpm_approve_revenue);
Datum
bpm_approve_revenue(PG_FUNCTION_ARGS)
{
	char	   *division_code = bpm_argument(fcinfo, 2, "division");
	char	   *document;
	BpmPreparation preparation;
	BpmParameters parameters = {0};
	BpmCode		division;
	BpmCall		call;
	int64		count;

	bpm_require_argument(fcinfo, 1, "preparation");
	bpm_require_argument(fcinfo, 3, "document");
	document = bpm_limited_text(fcinfo, 3, "document", 200);
	bpm_call_begin(&call, fcinfo, "approve_revenue", NULL);
	bpm_preparation_require(call.ledger, PG_GETARG_INT32(1), false, &preparation);
	division = bpm_registry_division(call.ledger, division_code);
	bpm_call_require(&call, division, 0);
	bpm_draft_hold_open(call.ledger, preparation.id, division);
	bpm_bind_int(&parameters, preparation.id);
	bpm_bind_id(&parameters, division);
	bpm_bind_text(&parameters, call.login);
	bpm_bind_text(&parameters, document);
	count = bpm_planning_store(call.ledger, "revenue_estimate", &approve_estimates, &parameters);
	bpm_call_end(&call);
	PG_RETURN_INT64(count);
}

/* What is planned to go from one government to another. */
typedef struct Transfer
{
	BpmPreparation preparation;
	BpmCode		from;
	BpmCode		to;
	BpmCode		func;
	char	   *fund_type;
	BpmFen		amount;
	bool		early;
	char	   *document;
} Transfer;

/* Reads what is planned; codes are looked up in the year of the preparation. */
static void
read_transfer(FunctionCallInfo fcinfo, BpmLedger *ledger, Transfer *transfer)
{
	char	   *from = bpm_argument(fcinfo, 2, "from_division");
	char	   *to = bpm_argument(fcinfo, 3, "to_division");
	char	   *func = bpm_argument(fcinfo, 4, "func_code");

	bpm_require_argument(fcinfo, 1, "preparation");
	bpm_require_argument(fcinfo, 6, "amount");
	transfer->fund_type = bpm_argument(fcinfo, 5, "fund_type");
	transfer->amount = bpm_fen_from_numeric(PG_GETARG_NUMERIC(6));
	transfer->document = bpm_limited_text(fcinfo, 7, "document", 200);
	transfer->early = !PG_ARGISNULL(8) && PG_GETARG_BOOL(8);
	bpm_preparation_require(ledger, PG_GETARG_INT32(1), false, &transfer->preparation);
	transfer->from = bpm_registry_division(ledger, from);
	transfer->to = bpm_registry_division(ledger, to);
	transfer->func = bpm_registry_subtree(ledger, "function", transfer->preparation.fiscal_year, func);
	bpm_registry_fund_type(ledger, transfer->fund_type);
	if (transfer->amount < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("amount must not be negative, as %s is", bpm_fen_to_text(transfer->amount)),
				 errhint("An amount of 0 takes the transfer out of the plan.")));
	if (transfer->from == transfer->to || !bpm_code_covers(transfer->from, transfer->to))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("division \"%s\" is not below division \"%s\"", to, from),
				 errdetail("Transfers (转移支付) are planned from a government to one below it.")));
	if (transfer->early && transfer->document == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an early transfer (提前下达) needs the document that tells it")));
}

/* Keeps the drafts of both governments open, the one above first. */
static void
hold_both(BpmLedger *ledger, const Transfer *transfer)
{
	BpmParameters parameters = {0};

	bpm_draft_hold_open(ledger, transfer->preparation.id, transfer->from);
	bpm_bind_int(&parameters, transfer->preparation.fiscal_year);
	bpm_bind_id(&parameters, transfer->to);
	if (bpm_planning_read(ledger, &receiving_preparation, &parameters) == 1)
		bpm_draft_hold_open(ledger, bpm_result_int(0, 1), transfer->to);
}

/* Stores a planned transfer in place of the one between the same two for the same, and returns it. */
static int64
store_transfer(BpmLedger *ledger, const Transfer *transfer, const char *login)
{
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, transfer->preparation.id);
	bpm_bind_id(&parameters, transfer->from);
	bpm_bind_id(&parameters, transfer->to);
	bpm_bind_id(&parameters, transfer->func);
	bpm_bind_text(&parameters, transfer->fund_type);
	bpm_planning_store(ledger, "planned_transfer", &replace_transfer, &parameters);
	bpm_bind_int(&parameters, transfer->preparation.fiscal_year);
	bpm_bind_fen(&parameters, transfer->amount);
	bpm_bind_bool(&parameters, transfer->early);
	bpm_bind_text(&parameters, transfer->document);
	bpm_bind_text(&parameters, login);
	bpm_planning_store(ledger, "planned_transfer", &insert_transfer, &parameters);
	return bpm_result_int(0, 1);
}

/* Plans a transfer from a government to one below it (转移支付预算), and returns it. */
PG_FUNCTION_INFO_V1(bpm_set_planned_transfer);
Datum
bpm_set_planned_transfer(PG_FUNCTION_ARGS)
{
	Transfer	transfer = {0};
	BpmCall		call;
	int64		id;

	bpm_call_begin(&call, fcinfo, "set_planned_transfer", NULL);
	read_transfer(fcinfo, call.ledger, &transfer);
	bpm_call_require(&call, transfer.from, 0);
	hold_both(call.ledger, &transfer);
	id = store_transfer(call.ledger, &transfer, call.login);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
