/*
 * delivery.c
 *	  What a contract or project is delivered (物资到位): planned, arrived, accepted.
 *
 * Where a delivery is of a project, the project's row is locked first, then its own.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/number.h"
#include "base/rows.h"
#include "base/text.h"
#include "ledger/arguments.h"
#include "project/project.h"

/* A hundred thousand of these fit into their column together. */
#define MOST_QUANTITY	"100000000000"

/* Returns a quantity above 0 with at most four decimals. */
static Datum
quantity_argument(FunctionCallInfo fcinfo, int number)
{
	Numeric		quantity;

	bpm_require_argument(fcinfo, number, "quantity");
	quantity = PG_GETARG_NUMERIC(number);
	if (numeric_is_nan(quantity) || numeric_is_inf(quantity) || bpm_numeric_sign(quantity) <= 0 ||
		bpm_compare_numeric(bpm_rounded(quantity, 4), quantity) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a quantity must be above 0 with at most four decimals")));
	if (bpm_exceeds(quantity, bpm_numeric_of(MOST_QUANTITY)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("a quantity must be at most " MOST_QUANTITY ", not %s", bpm_numeric_text(quantity))));
	return NumericGetDatum(bpm_rounded(quantity, 4));
}

/* Finds a contract by its number; false if there is none. */
bool
bpm_find_contract(BpmLedger *ledger, const char *contract_no, BpmContract *contract)
{
	static const BpmStatement find = {
		"SELECT c.contract_id, c.division, c.unit, c.supplier, l.project_id, c.amount::budgetpm.amount"
		" FROM @ledger@.contract c JOIN @ledger@.line l ON l.line_id" EQ "c.line_id WHERE c.contract_no" EQ "$1", "t"
	};
	Datum		value = CStringGetTextDatum(contract_no);
	HeapTuple	row;
	TupleDesc	desc;

	if (bpm_ledger_execute(ledger, &find, 0, &value, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	contract->id = bpm_row_number(row, desc, 1);
	contract->division = bpm_row_number(row, desc, 2);
	contract->unit = bpm_row_number(row, desc, 3);
	contract->supplier = SPI_getvalue(row, desc, 4);
	contract->project = bpm_row_number(row, desc, 5);
	contract->amount = bpm_row_number(row, desc, 6);
	return true;
}

/* Refuses a contract that is not there, or not to be seen. */
void
bpm_no_such_contract(BpmLedger *ledger, const char *contract_no)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("contract \"%s\" is not in ledger %s", contract_no, ledger->schema)));
}

/* Finds the contract that a caller names by its number and may see. */
void
bpm_call_contract(BpmCall *call, const char *contract_no, BpmContract *contract)
{
	if (!bpm_find_contract(call->ledger, contract_no, contract) ||
		!bpm_call_reads(call, contract->division, contract->unit))
		bpm_no_such_contract(call->ledger, contract_no);
}

/* A row of delivery. */
typedef struct Delivery
{
	int64		id;
	int64		contract;
	int64		project;
	BpmCode		division;
	BpmCode		unit;
} Delivery;

/* Locks a delivery that the caller has a duty for, after its project. */
static void
lock_delivery(BpmCall *call, int64 id, Delivery *delivery, BpmProject *project)
{
	static const BpmStatement find = {
		"SELECT contract_id, project_id, division, unit FROM @ledger@.delivery WHERE delivery_id" EQ "$1", "l"
	};
	Datum		value = Int64GetDatum(id);
	HeapTuple	row;
	TupleDesc	desc;

	if (bpm_ledger_execute(call->ledger, &find, 0, &value, NULL) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("delivery " INT64_FORMAT " does not exist in ledger %s", id, call->ledger->schema)));
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	delivery->id = id;
	delivery->contract = bpm_row_number(row, desc, 1);
	delivery->project = bpm_row_number(row, desc, 2);
	delivery->division = bpm_row_number(row, desc, 3);
	delivery->unit = bpm_row_number(row, desc, 4);
	bpm_call_require(call, delivery->division, delivery->unit);
	if (delivery->project)
		bpm_project_read_id(call->ledger, delivery->project, true, project);
}

static const BpmStatement planned_details = {
	"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('delivery', $1, 'title', $2, 'planned_on', $3,"
	" 'quantity', $4, 'contract', $5))", "ltdnt"
};
static const BpmStatement step_details = {
	"SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('delivery', $1, 'quantity', $2, 'on', $3,"
	" 'document', $4))", "lndt"
};

/* Finds whose a new delivery is: of a contract, and then of its line's project, or of a project. */
static void
find_owner(BpmCall *call, const char *contract_no, const char *code, Delivery *delivery, BpmProject *project)
{
	BpmContract contract;

	if (contract_no == NULL && code == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a delivery is of a contract or of a project")));
	if (contract_no)
	{
		bpm_call_contract(call, contract_no, &contract);
		delivery->contract = contract.id;
		delivery->project = contract.project;
		delivery->division = contract.division;
		delivery->unit = contract.unit;
		bpm_call_require(call, contract.division, contract.unit);
	}
	if (code)
	{
		bpm_call_project(call, code, project);
		delivery->project = project->id;
		if (contract_no == NULL)
		{
			delivery->division = project->division;
			delivery->unit = project->unit;
		}
	}
	else if (delivery->project)
		bpm_project_read_id(call->ledger, delivery->project, true, project);
}

/* Plans a delivery; returns its number. */
PG_FUNCTION_INFO_V1(bpm_plan_delivery);
Datum
bpm_plan_delivery(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.delivery (delivery_id, contract_id, project_id, title, measure, planned_on, planned_quantity,"
		" division, unit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", "lllttdncc"
	};
	BpmCall		call;
	BpmProject	project;
	Delivery	delivery = {0};
	Datum		values[9];
	char		nulls[] = "         ";
	Datum		details[5];
	char		absent[] = "     ";
	char	   *contract_no = bpm_optional_argument(fcinfo, 4);
	char	   *title;

	bpm_require_argument(fcinfo, 1, "title");
	title = bpm_limited_text(fcinfo, 1, "title", 200);
	bpm_require_argument(fcinfo, 2, "planned_on");
	values[5] = DateADTGetDatum(bpm_calendar_day("planned_on", PG_GETARG_DATEADT(2)));
	values[6] = quantity_argument(fcinfo, 3);
	bpm_set_text(values, nulls, 4, PG_ARGISNULL(6) ? NULL : bpm_limited_text(fcinfo, 6, "measure", 20));
	bpm_call_begin(&call, fcinfo, "plan_delivery", NULL);
	find_owner(&call, contract_no, bpm_optional_argument(fcinfo, 5), &delivery, &project);
	delivery.id = bpm_next_id(call.ledger, "delivery_seq", 0);
	values[0] = Int64GetDatum(delivery.id);
	bpm_set_id(values, nulls, 1, delivery.contract);
	bpm_set_id(values, nulls, 2, delivery.project);
	bpm_set_text(values, nulls, 3, title);
	values[7] = Int64GetDatum(delivery.division);
	values[8] = Int64GetDatum(delivery.unit);
	bpm_write_row(call.ledger, "delivery", 0, delivery.id, &insert, values, nulls, true);
	details[0] = values[0];
	details[1] = values[3];
	details[2] = values[5];
	details[3] = values[6];
	bpm_set_text(details, absent, 4, contract_no);
	if (delivery.project)
		bpm_call_note(&call, &project, "delivery", NULL,
					  bpm_make_details(call.ledger, &planned_details, details, absent));
	bpm_call_end(&call);
	PG_RETURN_INT64(delivery.id);
}

/* Refuses a step that did not happen: its document was there before, or what the caller says. */
static void
refuse_step(BpmLedger *ledger, const Delivery *delivery, Datum *values, const char *refusal)
{
	static const BpmStatement known = {
		"SELECT 1 FROM @ledger@.delivery WHERE delivery_id" EQ "$1 AND $2" EQ "ANY (papers)", "lt"
	};
	Datum		paper[] = {values[0], values[4]};

	if (bpm_ledger_execute_latest(ledger, &known, 0, paper, NULL, true) == 1)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("document \"%s\" was recorded with delivery " INT64_FORMAT " before",
						TextDatumGetCString(values[3]), delivery->id),
				 errdetail("One document shows one arrival (到货) and one acceptance (验收) of a delivery.")));
	ereport(ERROR,
			(errcode(ERRCODE_BPM_RULE_VIOLATED),
			 errmsg(refusal, delivery->id)));
}

/* Does one step of a delivery, whose statement returns flags, and records it. */
static Datum
do_step(FunctionCallInfo fcinfo, const char *operation, const char *action, const BpmStatement *statement,
		const char *refusal)
{
	BpmCall		call;
	BpmProject	project;
	Delivery	delivery;
	Datum		values[5];
	Datum		flags;
	bool		isnull;

	bpm_require_argument(fcinfo, 1, "delivery");
	values[0] = PG_GETARG_DATUM(1);
	values[1] = quantity_argument(fcinfo, 2);
	values[2] = DateADTGetDatum(bpm_past_day(fcinfo, 4, "on_day"));
	bpm_require_argument(fcinfo, 3, "document");
	values[3] = CStringGetTextDatum(bpm_limited_text(fcinfo, 3, "document", 200));
	values[4] = CStringGetTextDatum(psprintf("%s:%s", action, TextDatumGetCString(values[3])));
	bpm_call_begin(&call, fcinfo, operation, NULL);
	lock_delivery(&call, PG_GETARG_INT64(1), &delivery, &project);
	if (bpm_write_row(call.ledger, "delivery", 0, delivery.id, statement, values, NULL, false) != 1)
		refuse_step(call.ledger, &delivery, values, refusal);
	flags = SPI_datumTransfer(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull), false, -1);
	if (delivery.project)
		bpm_call_note(&call, &project, action, NULL, bpm_make_details(call.ledger, &step_details, values, NULL));
	bpm_call_end(&call);
	return flags;
}

/* Records that something of a delivery has come; returns what was noticed of it. */
PG_FUNCTION_INFO_V1(bpm_record_delivery);
Datum
bpm_record_delivery(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.delivery d SET delivered_quantity = d.delivered_quantity" PLUS "$2,"
		" delivered_on = GREATEST(d.delivered_on, $3), document = $4, papers = d.papers" CAT "$5,"
		" flags = ARRAY(SELECT DISTINCT f.flag FROM (SELECT pg_catalog.unnest(d.flags) UNION ALL"
		"   SELECT 'late' WHERE $3" GT "d.planned_on UNION ALL"
		"   SELECT 'beyond_quantity' WHERE d.delivered_quantity" PLUS "$2" GT "d.planned_quantity UNION ALL"
		"   SELECT 'clause_' " CAT "c.clause_no::pg_catalog.text FROM @ledger@.contract_clause c"
		"    WHERE c.contract_id" EQ "d.contract_id AND c.kind" EQ "'deadline' AND $3" GT
		"     (c.terms OPERATOR(pg_catalog.->>) 'due_on')::pg_catalog.date AND c.version" EQ
		"     (SELECT pg_catalog.max(v.version) FROM @ledger@.contract_clause v WHERE v.contract_id" EQ "d.contract_id))"
		"   AS f(flag) ORDER BY 1) WHERE d.delivery_id" EQ "$1 AND NOT $5" EQ "ANY (d.papers) RETURNING d.flags", "lndtt"
	};

	return do_step(fcinfo, "record_delivery", "delivered", &update, "delivery " INT64_FORMAT " does not exist");
}

/* Records that something of a delivery was accepted; returns what was noticed of it. */
PG_FUNCTION_INFO_V1(bpm_accept_delivery);
Datum
bpm_accept_delivery(PG_FUNCTION_ARGS)
{
	static const BpmStatement update = {
		"UPDATE @ledger@.delivery SET accepted_quantity = accepted_quantity" PLUS "$2,"
		" accepted_on = GREATEST(accepted_on, $3), first_accepted_on = LEAST(first_accepted_on, $3),"
		" whole_accepted_on = CASE WHEN whole_accepted_on IS NULL AND accepted_quantity" PLUS "$2" GE "planned_quantity"
		"  THEN GREATEST(accepted_on, $3) ELSE whole_accepted_on END, document = $4, papers = papers" CAT "$5 WHERE delivery_id" EQ "$1"
		" AND NOT $5" EQ "ANY (papers) AND accepted_quantity" PLUS "$2" LE "delivered_quantity AND $3" GE "delivered_on RETURNING flags", "lndtt"
	};

	return do_step(fcinfo, "accept_delivery", "accepted", &update,
				   "of delivery " INT64_FORMAT " less has come, or later, than was accepted");
}
