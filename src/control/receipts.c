/*
 * receipts.c
 *	  What was received (收入), append-only: the basis of caps that spend no more
 *	  than came in (以收定支).
 *
 * A receipt is a fact: neither it nor its reversal is ever refused for what a cap
 * has used. Where a reversal leaves more used than received, the cap raises an
 * alert, and blocks what would make it worse.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "control/control.h"
#include "ledger/arguments.h"
#include "registry/registry.h"

/* Argument positions of budgetpm.record_receipt() */
enum
{
	ARG_LEDGER, ARG_YEAR, ARG_DIVISION, ARG_FUND_TYPE, ARG_AMOUNT, ARG_DOCUMENT, ARG_REVENUE,
	ARG_RECEIVED_ON, ARG_KEY
};

typedef struct Receipt
{
	int			fiscal_year;
	BpmCode		division;
	char	   *fund_type;
	BpmCode		revenue;		/* 0: none */
	BpmFen		amount;			/* negative: a reversal */
	char	   *document;
	DateADT		received_on;
	char	   *key;
	int64		reverses;		/* 0: none */
	Oid			caller;
} Receipt;

static const BpmStatement share_year = {
	"SELECT state::pg_catalog.text FROM @ledger@.fiscal_year"
	" WHERE fiscal_year" EQ "$1 FOR SHARE", "i"
};

static const BpmStatement insert_receipt = {
	"INSERT INTO @ledger@.receipt (fiscal_year, division, fund_type, revenue, amount, document,"
	" received_on, key, reverses, login, recorded_at)"
	" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
	" ON CONFLICT (fiscal_year, division, key) WHERE key IS NOT NULL DO NOTHING"
	" RETURNING receipt_id", "ictcatdtltz"
};

static const BpmStatement receipt_of_key = {
	"SELECT receipt_id, fund_type" EQ "$4 AND amount OPERATOR(budgetpm.=) $5 AND document" EQ "$6"
	" AND (revenue" CODE_EQ "$7 OR (revenue IS NULL AND $7 IS NULL))"
	" AND reverses IS NOT DISTINCT FROM $8"
	" FROM @ledger@.receipt WHERE fiscal_year" EQ "$1 AND division" CODE_EQ "$2 AND key" EQ "$3",
	"icttatcl"
};

static const BpmStatement caps_of_receipt = {
	"SELECT c.cap_id FROM @ledger@.cap c WHERE c.fiscal_year" EQ "$1 AND c.state" EQ "'active'"
	" AND c.basis" EQ "'receipts' AND $2" UNDER "c.division"
	" AND (c.fund_type IS NULL OR c.fund_type" EQ "$3)"
	" AND (c.revenue IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.revenue) AS f"
	"   WHERE $4" UNDER "f)) ORDER BY c.cap_id", "ictc"
};

static const BpmStatement lock_receipt = {
	"SELECT fiscal_year, division, fund_type::pg_catalog.text, revenue, amount, reverses"
	" FROM @ledger@.receipt WHERE receipt_id" EQ "$1 FOR NO KEY UPDATE", "l"
};

static const BpmStatement left_of_receipt = {
	"SELECT budgetpm.sum(amount) FROM @ledger@.receipt WHERE receipt_id" EQ "$1 OR reverses" EQ "$1", "l"
};

/* Keeps the caps of a year as they are, and refuses a year that is closed. */
static void
keep_year(BpmLedger *ledger, int fiscal_year)
{
	Datum		values[1] = {Int32GetDatum(fiscal_year)};
	char	   *state;

	if (bpm_ledger_execute(ledger, &share_year, 0, values, NULL) != 1)
		bpm_no_such_year(ledger, fiscal_year);
	state = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	if (strcmp(state, "closed") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_YEAR),
				 errmsg("fiscal year %d is closed", fiscal_year),
				 errhint("Record what comes in now in the current year.")));
}

/* Lets every cap that the receipt counts for grow, in ascending order. */
static void
raise_caps(BpmLedger *ledger, const Receipt *receipt)
{
	Datum		values[4];
	char		nulls[] = "    ";
	int			count;
	int32	   *caps;

	values[0] = Int32GetDatum(receipt->fiscal_year);
	values[1] = Int64GetDatum(receipt->division);
	values[2] = CStringGetTextDatum(receipt->fund_type);
	bpm_set_id(values, nulls, 3, receipt->revenue);
	count = bpm_ledger_execute_latest(ledger, &caps_of_receipt, 0, values, nulls, false);
	caps = palloc(Max(count, 1) * sizeof(int32));
	for (int i = 0; i < count; i++)
	{
		bool		isnull;

		caps[i] = DatumGetInt32(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1,
											  &isnull));
	}
	for (int i = 0; i < count; i++)
	{
		BpmCapState state;

		bpm_lock_active_cap(ledger, caps[i], &state);
		bpm_cap_shift(&state, receipt->amount, 0, bpm_year_month(receipt->fiscal_year), 0);
		bpm_cap_store(ledger, &state);
	}
}

/* Returns the receipt that the key recorded before; the same key with another content is an error. */
static int64
replay(BpmLedger *ledger, const Receipt *receipt)
{
	Datum		values[8];
	char		nulls[] = "        ";
	bool		isnull;

	values[0] = Int32GetDatum(receipt->fiscal_year);
	values[1] = Int64GetDatum(receipt->division);
	values[2] = CStringGetTextDatum(receipt->key);
	values[3] = CStringGetTextDatum(receipt->fund_type);
	values[4] = Int64GetDatum(receipt->amount);
	values[5] = CStringGetTextDatum(receipt->document);
	bpm_set_id(values, nulls, 6, receipt->revenue);
	bpm_set_id(values, nulls, 7, receipt->reverses);
	if (bpm_ledger_execute(ledger, &receipt_of_key, 0, values, nulls) != 1)
		elog(ERROR, "receipt of key \"%s\" is not visible", receipt->key);
	if (!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2, &isnull)))
		ereport(ERROR,
				(errcode(ERRCODE_BPM_KEY_CONFLICT),
				 errmsg("key \"%s\" recorded another receipt", receipt->key),
				 errhint("Give each receipt a key of its own.")));
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Stores a receipt once and lets its caps grow; returns it. */
static int64
store_receipt(BpmLedger *ledger, const Receipt *receipt)
{
	Datum		values[11];
	char		nulls[] = "           ";
	bool		isnull;
	int64		id;

	values[0] = Int32GetDatum(receipt->fiscal_year);
	values[1] = Int64GetDatum(receipt->division);
	values[2] = CStringGetTextDatum(receipt->fund_type);
	bpm_set_id(values, nulls, 3, receipt->revenue);
	values[4] = Int64GetDatum(receipt->amount);
	values[5] = CStringGetTextDatum(receipt->document);
	values[6] = DateADTGetDatum(receipt->received_on);
	bpm_set_text(values, nulls, 7, receipt->key);
	bpm_set_id(values, nulls, 8, receipt->reverses);
	values[9] = CStringGetTextDatum(GetUserNameFromId(receipt->caller, false));
	values[10] = TimestampTzGetDatum(GetCurrentTimestamp());
	bpm_insert_rows(ledger, "receipt", &insert_receipt, values, nulls, false);
	if (SPI_processed == 0)
		return replay(ledger, receipt);
	id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
	raise_caps(ledger, receipt);
	return id;
}

/* Reads a receipt from the arguments of budgetpm.record_receipt(), as the owner. */
static void
read_receipt(FunctionCallInfo fcinfo, BpmLedger *ledger, Receipt *receipt)
{
	static const char *const arguments[] = {"fiscal_year", "division", "fund_type", "amount",
	"document", NULL};
	char	   *revenue;

	bpm_require_arguments(fcinfo, arguments);
	receipt->fiscal_year = PG_GETARG_INT32(ARG_YEAR);
	receipt->division = bpm_registry_division(ledger,
											  bpm_limited_text(fcinfo, ARG_DIVISION, "division", 12));
	receipt->fund_type = bpm_limited_text(fcinfo, ARG_FUND_TYPE, "fund_type", 10);
	bpm_registry_fund_type(ledger, receipt->fund_type);
	receipt->amount = bpm_positive_amount(PG_GETARG_NUMERIC(ARG_AMOUNT), "amount");
	receipt->document = bpm_limited_text(fcinfo, ARG_DOCUMENT, "document", 200);
	revenue = bpm_limited_text(fcinfo, ARG_REVENUE, "revenue", 20);
	if (revenue)
		receipt->revenue = bpm_registry_subtree(ledger, "revenue", receipt->fiscal_year, revenue);
	receipt->received_on = PG_ARGISNULL(ARG_RECEIVED_ON) ? GetSQLCurrentDate() :
		PG_GETARG_DATEADT(ARG_RECEIVED_ON);
	if (DATE_NOT_FINITE(receipt->received_on))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("received_on must be finite")));
	receipt->key = bpm_limited_text(fcinfo, ARG_KEY, "key", 100);
}

/* Records what was received, and returns its number. */
PG_FUNCTION_INFO_V1(bpm_record_receipt);
Datum
bpm_record_receipt(PG_FUNCTION_ARGS)
{
	Receipt		receipt = {0};
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	int64		id;

	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(ARG_LEDGER));
	bpm_authorize_operation(ledger, "record_receipt");
	bpm_owner_enter(ledger, &scope);
	read_receipt(fcinfo, ledger, &receipt);
	bpm_owner_leave(&scope);
	bpm_authorize(ledger, "record_receipt", receipt.division, 0);
	bpm_owner_enter(ledger, &scope);
	receipt.caller = scope.saved_user;
	keep_year(ledger, receipt.fiscal_year);
	id = store_receipt(ledger, &receipt);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT64(id);
}

/* Reads the receipt that is to be reversed under a lock; false if there is none. */
static bool
read_original(BpmLedger *ledger, int64 id, Receipt *receipt)
{
	Datum		values[1] = {Int64GetDatum(id)};
	HeapTuple	row;
	TupleDesc	desc;
	bool		isnull;
	Datum		revenue;

	if (bpm_ledger_execute(ledger, &lock_receipt, 0, values, NULL) != 1)
		return false;
	row = SPI_tuptable->vals[0];
	desc = SPI_tuptable->tupdesc;
	receipt->fiscal_year = DatumGetInt32(SPI_getbinval(row, desc, 1, &isnull));
	receipt->division = DatumGetInt64(SPI_getbinval(row, desc, 2, &isnull));
	receipt->fund_type = bpm_row_string(row, desc, 3);
	revenue = SPI_getbinval(row, desc, 4, &isnull);
	receipt->revenue = isnull ? 0 : DatumGetInt64(revenue);
	SPI_getbinval(row, desc, 6, &isnull);
	if (!isnull)
		ereport(ERROR,
				(errcode(ERRCODE_BPM_WRONG_STATE),
				 errmsg("receipt " INT64_FORMAT " is a reversal itself", id),
				 errhint("Record the receipt again.")));
	receipt->reverses = id;
	return true;
}

/* Returns what is left of a locked receipt. */
static BpmFen
left_of(BpmLedger *ledger, int64 id)
{
	Datum		values[1] = {Int64GetDatum(id)};
	bool		isnull;

	bpm_ledger_execute_latest(ledger, &left_of_receipt, 0, values, NULL, false);
	return DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Argument positions of budgetpm.reverse_receipt() */
enum
{
	REVERSE_LEDGER, REVERSE_RECEIPT, REVERSE_DOCUMENT, REVERSE_AMOUNT
};

/* Refuses to reverse more than is left of a receipt; fills the amount. */
static void
check_reversal(FunctionCallInfo fcinfo, BpmLedger *ledger, int64 id, Receipt *receipt)
{
	BpmFen		left = left_of(ledger, id);

	receipt->document = bpm_limited_text(fcinfo, REVERSE_DOCUMENT, "document", 200);
	receipt->received_on = GetSQLCurrentDate();
	receipt->amount = PG_ARGISNULL(REVERSE_AMOUNT) ? left :
		bpm_positive_amount(PG_GETARG_NUMERIC(REVERSE_AMOUNT), "amount");
	if (left == 0 || receipt->amount > left)
		ereport(ERROR,
				(errcode(left == 0 ? ERRCODE_BPM_WRONG_STATE : ERRCODE_BPM_INSUFFICIENT_FUNDS),
				 left == 0 ? errmsg("nothing is left of receipt " INT64_FORMAT, id)
				 : errmsg("receipt " INT64_FORMAT " is short by %s", id,
						  bpm_fen_to_text(receipt->amount - left)),
				 left == 0 ? 0 : errdetail("%s are left of it.", bpm_fen_to_text(left))));
	receipt->amount = -receipt->amount;
}

/* Reverses a receipt in whole or part, and returns the reversal's number. */
PG_FUNCTION_INFO_V1(bpm_reverse_receipt);
Datum
bpm_reverse_receipt(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"receipt", "document", NULL};
	Receipt		receipt = {0};
	BpmOwnerScope scope;
	BpmLedger  *ledger;
	int64		id;
	bool		found;

	bpm_require_arguments(fcinfo, arguments);
	id = PG_GETARG_INT64(REVERSE_RECEIPT);
	SPI_connect();
	ledger = bpm_ledger_open(PG_GETARG_OID(REVERSE_LEDGER));
	bpm_authorize_operation(ledger, "reverse_receipt");
	bpm_owner_enter(ledger, &scope);
	found = read_original(ledger, id, &receipt);
	bpm_owner_leave(&scope);
	if (!found || !bpm_has_duty(ledger, BPM_RIGHT_READ, receipt.division, 0))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("receipt " INT64_FORMAT " does not exist in ledger %s", id, ledger->schema)));
	bpm_authorize(ledger, "reverse_receipt", receipt.division, 0);
	bpm_owner_enter(ledger, &scope);
	receipt.caller = scope.saved_user;
	keep_year(ledger, receipt.fiscal_year);
	check_reversal(fcinfo, ledger, id, &receipt);
	id = store_receipt(ledger, &receipt);
	bpm_owner_leave(&scope);
	SPI_finish();
	PG_RETURN_INT64(id);
}
