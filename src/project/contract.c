/*
 * contract.c
 *	  Documents and invoices that are shown for a contract, a project or a unit.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/formatting.h"
#include "utils/timestamp.h"

#include "access/access.h"
#include "base/errors.h"
#include "base/guard.h"
#include "base/rows.h"
#include "ledger/arguments.h"
#include "project/contract.h"
#include "registry/registry.h"

#define MATCHES		" OPERATOR(pg_catalog.~) "

/* Whose a document or invoice is. */
typedef struct Owner
{
	int64		project;
	int64		contract;
	char	   *supplier;
	BpmCode		division;
	BpmCode		unit;
} Owner;

/* Refuses a unit beside a contract or project that is another one's. */
static void
require_unit(BpmLedger *ledger, const char *official_code, BpmCode owner)
{
	BpmCode		unit;
	BpmCode		division;

	bpm_registry_unit(ledger, official_code, &unit, &division);
	if (unit != owner)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("the contract or project is not of unit \"%s\"", official_code),
				 errhint("Leave unit out: it is known.")));
}

/* Finds the contract, project or unit that something is shown for, and asks for a duty there. */
static void
find_owner(BpmCall *call, const char *code, const char *contract_no, const char *unit, BpmProject *project,
		   Owner *owner)
{
	BpmContract contract;

	memset(owner, 0, sizeof(Owner));
	if (contract_no)
	{
		bpm_call_contract(call, contract_no, &contract);
		bpm_call_require(call, contract.division, contract.unit);
		owner->contract = contract.id;
		owner->supplier = contract.supplier;
		owner->project = contract.project;
		owner->division = contract.division;
		owner->unit = contract.unit;
	}
	if (code)
	{
		bpm_call_project(call, code, project);
		owner->project = project->id;
		if (!contract_no)
		{
			owner->division = project->division;
			owner->unit = project->unit;
		}
	}
	else if (owner->project)
	{
		/* What a project shows for itself, such as for its admission, is registered by who has a duty for it. */
		bpm_project_read_id(call->ledger, owner->project, true, project);
		if (!bpm_call_posts(call, project->division, project->unit))
			owner->project = 0;
	}
	if (code == NULL && contract_no == NULL)
	{
		bpm_registry_unit(call->ledger, unit, &owner->unit, &owner->division);
		bpm_call_require(call, owner->division, owner->unit);
	}
	else if (unit)
		require_unit(call->ledger, unit, owner->unit);
}

/* Refuses what is not the digest of a file, with every fault. */
static void
check_document(BpmLedger *ledger, Datum *values)
{
	static const BpmStatement faults = {
		"SELECT 'kind \"' " CAT "$1 " CAT "'\" is not a word of lower-case letters' WHERE NOT $1" MATCHES "'^[a-z][a-z0-9_]{0,39}$'"
		" UNION ALL SELECT 'algorithm \"' " CAT "$2 " CAT "'\" is not sha256 or sm3' WHERE NOT $2" EQ "ANY ('{sha256,sm3}')"
		" UNION ALL SELECT 'digest has ' " CAT "pg_catalog.length($3)::pg_catalog.text " CAT "' characters that are not 64 hexadecimal digits'"
		"  WHERE NOT $3" MATCHES "'^[0-9a-f]{64}$'"
		" UNION ALL SELECT 'size ' " CAT "$4::pg_catalog.text " CAT "' is below 0' WHERE $4" LT "0"
		" UNION ALL SELECT 'media type \"' " CAT "$5 " CAT "'\" is not of the form type/subtype' WHERE NOT $5" MATCHES "'^[a-z]+/[A-Za-z0-9.+-]{1,90}$'", "tttlt"
	};

	bpm_refuse_rows(ledger, &faults, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE, "document cannot be registered");
}

/* Registers a file by its digest; returns its number. */
PG_FUNCTION_INFO_V1(bpm_register_document);
Datum
bpm_register_document(PG_FUNCTION_ARGS)
{
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.evidence_document (document_id, kind, algorithm, digest, size, media_type, title, storage,"
		" project_id, contract_id, subject, flags, registered_by, registered_at, division, unit)"
		" SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, CASE WHEN EXISTS (SELECT 1 FROM @ledger@.evidence_document e"
		"  WHERE e.digest" EQ "$4) THEN '{known_digest}'::pg_catalog.text[] ELSE '{}' END, $12, $13, $14, $15", "ltttltttlltt" "zcc"
	};
	static const BpmStatement details = {
		"SELECT pg_catalog.jsonb_build_object('document', $1, 'kind', $2, 'digest', $3)", "ltt"
	};
	BpmCall		call;
	BpmProject	project;
	Owner		owner;
	char	   *digest;
	Datum		values[15];
	char		nulls[] = "               ";
	int64		id;

	values[1] = CStringGetTextDatum(bpm_argument(fcinfo, 1, "kind"));
	bpm_require_argument(fcinfo, 2, "title");
	values[6] = CStringGetTextDatum(bpm_limited_text(fcinfo, 2, "title", 200));
	values[2] = CStringGetTextDatum(bpm_argument(fcinfo, 3, "algorithm"));
	digest = bpm_argument(fcinfo, 4, "digest");
	values[3] = CStringGetTextDatum(asc_tolower(digest, strlen(digest)));
	bpm_require_argument(fcinfo, 5, "size");
	values[4] = PG_GETARG_DATUM(5);
	values[5] = CStringGetTextDatum(bpm_argument(fcinfo, 6, "media_type"));
	bpm_require_argument(fcinfo, 7, "storage");
	values[7] = CStringGetTextDatum(bpm_limited_text(fcinfo, 7, "storage", 500));
	if (PG_ARGISNULL(8) && PG_ARGISNULL(9) && PG_ARGISNULL(11))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("a document is of a project, a contract or a unit")));
	bpm_set_text(values, nulls, 10, PG_ARGISNULL(10) ? NULL : bpm_limited_text(fcinfo, 10, "subject", 200));
	bpm_call_begin(&call, fcinfo, "register_document", NULL);
	find_owner(&call, bpm_optional_argument(fcinfo, 8), bpm_optional_argument(fcinfo, 9),
			   bpm_optional_argument(fcinfo, 11), &project, &owner);
	check_document(call.ledger, values + 1);
	id = bpm_next_id(call.ledger, "evidence_seq", 0);
	values[0] = Int64GetDatum(id);
	bpm_set_id(values, nulls, 8, owner.project);
	bpm_set_id(values, nulls, 9, owner.contract);
	values[11] = CStringGetTextDatum(call.login);
	values[12] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[13] = Int64GetDatum(owner.division);
	values[14] = Int64GetDatum(owner.unit);
	bpm_write_row(call.ledger, "evidence_document", 0, id, &insert, values, nulls, true);
	values[2] = values[3];
	if (owner.project)
		bpm_call_note(&call, &project, "document", NULL, bpm_make_details(call.ledger, &details, values, NULL));
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}

/* Refuses an invoice that was registered before, and tells where. */
static void
check_new_invoice(BpmCall *call, Datum *values)
{
	static const BpmStatement find = {
		"SELECT invoice_id, registered_at::pg_catalog.date::pg_catalog.text, division, unit FROM @ledger@.invoice"
		" WHERE invoice_code" EQ "$1 AND invoice_number" EQ "$2", "tt"
	};
	int64		id;
	char	   *day;
	bool		reads;

	if (bpm_ledger_execute(call->ledger, &find, 0, values, NULL) == 0)
		return;
	id = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1);
	day = bpm_row_string(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2);
	reads = bpm_call_reads(call, bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 3),
						   bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 4));
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("invoice \"%s\" was registered before", TextDatumGetCString(values[1])),
			 reads ? errdetail("It is invoice " INT64_FORMAT ", registered on %s.", id, day) : 0,
			 errhint("An invoice (发票) is used once.")));
}

/* Refuses to show a document that there is not, or that the caller does not see. */
static void
check_shown(BpmCall *call, int64 document)
{
	static const BpmStatement find = {
		"SELECT division, unit FROM @ledger@.evidence_document WHERE document_id" EQ "$1", "l"
	};
	Datum		value = Int64GetDatum(document);

	if (bpm_ledger_execute(call->ledger, &find, 0, &value, NULL) != 1 ||
		!bpm_call_reads(call, bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1),
						bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 2)))
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("there is no document " INT64_FORMAT, document),
				 errhint("%s.register_document() registers one and returns its number.", call->ledger->schema)));
}

/* Refuses what is no invoice number, code or day. */
static void
check_invoice(BpmLedger *ledger, Datum *values)
{
	static const BpmStatement faults = {
		"SELECT 'code \"' " CAT "$1 " CAT "'\" is not of 10 or 12 digits, or empty' WHERE NOT $1" MATCHES "'^([0-9]{10}|[0-9]{12})?$'"
		" UNION ALL SELECT 'number \"' " CAT "$2 " CAT "'\" is not of 8 or 20 digits' WHERE NOT $2" MATCHES "'^([0-9]{8}|[0-9]{20})$'"
		" UNION ALL SELECT 'it has no code, and its number not 20 digits' WHERE $1" EQ "'' AND $2" MATCHES "'^[0-9]{8}$'"
		" UNION ALL SELECT 'a number of 20 digits (数电票) stands alone, without the code \"' " CAT "$1 " CAT "'\"' WHERE $1" NE "'' AND $2" MATCHES "'^[0-9]{20}$'"
		" UNION ALL SELECT 'it is of ' " CAT "$3::pg_catalog.text " CAT "', a day that has not come' WHERE $3" GT "CURRENT_DATE"
		" UNION ALL SELECT 'it is of ' " CAT "$3::pg_catalog.text " CAT "', before 1949-01-01' WHERE $3" LT "'1949-01-01'", "ttd"
	};

	bpm_refuse_rows(ledger, &faults, values, NULL, ERRCODE_INVALID_PARAMETER_VALUE, "invoice cannot be registered");
}

/* Warns of a credit code that fails its check. */
static void
warn_credit_code(const char *code)
{
	if (code && bpm_check_credit_code(code))
		ereport(WARNING,
				(errcode(ERRCODE_BPM_RULE_VIOLATED),
				 errmsg("unified social credit code \"%s\" fails its check", code),
				 errdetail("%s. Codes that were issued may fail it; the invoice is flagged.", bpm_check_credit_code(code))));
}

static const BpmStatement insert_invoice = {
	"INSERT INTO @ledger@.invoice (invoice_code, invoice_number, issued_on, invoice_id, seller, seller_code, amount, contract_id,"
	" payment_no, document_id, flags, registered_by, registered_at, division, unit)"
	" SELECT $1, $2, $3, $4, $5, $6, $7::budgetpm.amount, $8, $9, $10, ARRAY(SELECT f.flag FROM ("
	"  SELECT 'alike' WHERE EXISTS (SELECT 1 FROM @ledger@.invoice i WHERE i.seller" EQ "$5 AND i.issued_on" EQ "$3"
	"   AND i.amount OPERATOR(budgetpm.=) $7::budgetpm.amount)"
	"  UNION ALL SELECT 'not_the_contractor' WHERE $15" NE "$5 UNION ALL SELECT 'seller_code' WHERE $16) AS f(flag)),"
	" $11, $12, $13, $14", "ttdlttnltltzcctb"
};

/* Registers an invoice, once; returns its number. */
PG_FUNCTION_INFO_V1(bpm_register_invoice);
Datum
bpm_register_invoice(PG_FUNCTION_ARGS)
{
	BpmCall		call;
	BpmProject	project;
	Owner		owner;
	Datum		values[16];
	char		nulls[] = "                ";
	char	   *seller_code = bpm_optional_argument(fcinfo, 6);
	int64		id;

	values[1] = CStringGetTextDatum(bpm_argument(fcinfo, 1, "number"));
	bpm_require_argument(fcinfo, 2, "seller");
	values[4] = CStringGetTextDatum(bpm_limited_text(fcinfo, 2, "seller", 200));
	bpm_require_argument(fcinfo, 3, "amount");
	values[6] = NumericGetDatum(bpm_fen_to_numeric(bpm_positive_amount(PG_GETARG_NUMERIC(3), "amount")));
	bpm_require_argument(fcinfo, 4, "issued_on");
	values[2] = PG_GETARG_DATUM(4);
	values[0] = CStringGetTextDatum(bpm_argument(fcinfo, 5, "code"));
	bpm_set_text(values, nulls, 5, seller_code ? bpm_limited_text(fcinfo, 6, "seller_code", 18) : NULL);
	bpm_set_text(values, nulls, 8, PG_ARGISNULL(8) ? NULL : bpm_limited_text(fcinfo, 8, "payment_no", 100));
	bpm_set_id(values, nulls, 9, PG_ARGISNULL(9) ? 0 : PG_GETARG_INT64(9));
	bpm_call_begin(&call, fcinfo, "register_invoice", NULL);
	if (PG_ARGISNULL(7) && PG_ARGISNULL(10))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("an invoice is for a contract or for a unit")));
	find_owner(&call, NULL, bpm_optional_argument(fcinfo, 7), bpm_optional_argument(fcinfo, 10), &project, &owner);
	check_invoice(call.ledger, values);
	check_new_invoice(&call, values);
	if (!PG_ARGISNULL(9))
		check_shown(&call, PG_GETARG_INT64(9));
	warn_credit_code(seller_code);
	id = bpm_next_id(call.ledger, "invoice_seq", 0);
	values[3] = Int64GetDatum(id);
	bpm_set_id(values, nulls, 7, owner.contract);
	values[10] = CStringGetTextDatum(call.login);
	values[11] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[12] = Int64GetDatum(owner.division);
	values[13] = Int64GetDatum(owner.unit);
	bpm_set_text(values, nulls, 14, owner.supplier);
	values[15] = BoolGetDatum(seller_code && bpm_check_credit_code(seller_code));
	bpm_insert_rows(call.ledger, "invoice", &insert_invoice, values, nulls, false);
	bpm_call_end(&call);
	PG_RETURN_INT64(id);
}
