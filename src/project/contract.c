/*
 * contract.c
 *	  A contract's clauses, and the documents and invoices that are shown for it.
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

#define JSON_TEXT	" OPERATOR(pg_catalog.->>) "
#define HAS			" OPERATOR(pg_catalog.?) "
#define MATCHES		" OPERATOR(pg_catalog.~) "

/* Every fault of clauses, those of one kind in the order of the clauses whatever the plan; shares are fractions from 0 to 1. */
static const BpmStatement clause_faults = {
	"WITH c AS (SELECT o.n, o.value, o.value" JSON_TEXT "'no' AS no, o.value" JSON_TEXT "'kind' AS kind, o.value" JSON_TEXT "'title' AS title,"
	"  CASE WHEN pg_catalog.jsonb_typeof(o.value OPERATOR(pg_catalog.->) 'terms')" EQ "'object'"
	"   THEN o.value OPERATOR(pg_catalog.->) 'terms' ELSE '{}' END AS terms"
	"  FROM pg_catalog.jsonb_array_elements($1) WITH ORDINALITY AS o(value, n)),"
	" known (kind, term, required, pattern) AS (VALUES"
	"  ('milestone', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('retention', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('advance_cap', 'share', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('deadline', 'due_on', true, '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$'),"
	"  ('deadline', 'per_day', true, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'), ('deadline', 'max', false, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('document', 'document', true, '^[a-z][a-z0-9_]{0,39}$'), ('document', 'above_share', false, '^(0([.][0-9]{1,6})?|1([.]0+)?)$'),"
	"  ('document', 'each', false, '^true$'), ('document', 'cover', false, '^true$'),"
	"  ('milestone', 'on', false, '^signing$'), ('*', 'milestone', false, '^[1-9][0-9]{0,3}$'), ('*', 'project', false, '^[0-9A-Za-z_.-]{1,21}$'),"
	"  ('*', 'delivery', false, '^(any|all)$'), ('*', 'document', false, '^[a-z][a-z0-9_]{0,39}$'), ('*', 'until', false, '^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$')),"
	" named AS (SELECT c.*, 'clause ' " CAT "COALESCE(c.no, 'at ' " CAT "c.n::pg_catalog.text) AS name FROM c)"
	" SELECT name " CAT "' has no number from 1 to 999' FROM named WHERE NOT COALESCE(no" MATCHES "'^[1-9][0-9]{0,2}$', false)"
	" UNION ALL (SELECT 'number ' " CAT "no " CAT "' is there twice' FROM named WHERE no IS NOT NULL GROUP BY no HAVING pg_catalog.count(*)" GT "1"
	"  ORDER BY pg_catalog.min(n))"
	" UNION ALL SELECT name " CAT "': kind \"' " CAT "COALESCE(kind, 'null') " CAT "'\" is not milestone, retention, advance_cap, document or deadline'"
	"  FROM named WHERE NOT COALESCE(kind" EQ "ANY ('{milestone,retention,advance_cap,document,deadline}'), false)"
	" UNION ALL SELECT name " CAT "' has no title of 1 to 200 characters' FROM named"
	"  WHERE pg_catalog.length(COALESCE(title, ''))" LT "1 OR pg_catalog.length(title)" GT "200"
	" UNION ALL (SELECT n.name " CAT "' has no \"' " CAT "k.term " CAT "'\"' FROM named n JOIN known k ON k.kind" EQ "n.kind"
	"  WHERE k.required AND NOT n.terms" HAS "k.term ORDER BY n.n, k.term COLLATE pg_catalog.\"C\")"
	" UNION ALL (SELECT n.name " CAT "': \"' " CAT "t.key " CAT "'\" = ' " CAT "COALESCE(t.value, 'null') " CAT "' is not a term of ' " CAT "COALESCE(n.kind, 'null')"
	"  FROM named n CROSS JOIN LATERAL pg_catalog.jsonb_each_text(n.terms) WITH ORDINALITY AS t(key, value, at)"
	"  WHERE NOT EXISTS (SELECT 1 FROM known k WHERE (k.kind" EQ "n.kind OR k.kind" EQ "'*') AND k.term" EQ "t.key"
	"   AND COALESCE(t.value" MATCHES "k.pattern, false)) ORDER BY n.n, t.at)"
	" UNION ALL (SELECT n.name " CAT "': \"' " CAT "t.key " CAT "'\" = ' " CAT "t.value " CAT "' is no day of the calendar'"
	"  FROM named n CROSS JOIN LATERAL pg_catalog.jsonb_each_text(n.terms) WITH ORDINALITY AS t(key, value, at)"
	"  WHERE t.key" EQ "ANY ('{until,due_on}')"
	"   AND NOT COALESCE(pg_catalog.jsonb_path_exists(pg_catalog.to_jsonb(t.value), '$.datetime(\"YYYY-MM-DD\")', '{}', true), false)"
	"  ORDER BY n.n, t.at)"
	" UNION ALL (SELECT n.name " CAT "': there is no project \"' " CAT "(n.terms" JSON_TEXT "'project') " CAT "'\"' FROM named n"
	"  WHERE n.terms" HAS "'project' AND NOT EXISTS (SELECT 1 FROM @ledger@.project p WHERE p.official_code" EQ "(n.terms" JSON_TEXT "'project'))"
	"  ORDER BY n.n)"
	" UNION ALL SELECT name " CAT "' says nothing that it waits for' FROM named WHERE kind" EQ "ANY ('{milestone,retention,advance_cap,deadline}')"
	"  AND NOT terms OPERATOR(pg_catalog.?|) '{on,milestone,delivery,document,until}'"
	" UNION ALL SELECT 'the shares of the milestones make ' " CAT "s.total::pg_catalog.text " CAT "', not 1' FROM"
	"  (SELECT pg_catalog.sum((terms" JSON_TEXT "'share')::pg_catalog.numeric) AS total FROM named WHERE kind" EQ "'milestone'"
	"    AND terms" JSON_TEXT "'share'" MATCHES "'^[0-9.]+$') s WHERE s.total" NE "1", "j"
};

/* Sets the clauses of a contract, a version as a whole; returns its number. */
PG_FUNCTION_INFO_V1(bpm_set_contract_clauses);
Datum
bpm_set_contract_clauses(PG_FUNCTION_ARGS)
{
	static const BpmStatement lock = {
		"SELECT COALESCE((SELECT pg_catalog.max(k.version) FROM @ledger@.contract_clause k WHERE k.contract_id" EQ "c.contract_id), 0)"
		" FROM @ledger@.contract c WHERE c.contract_id" EQ "$1 FOR NO KEY UPDATE OF c", "l"
	};
	static const BpmStatement insert = {
		"INSERT INTO @ledger@.contract_clause (contract_id, version, clause_no, kind, title, terms, document, set_by, set_at,"
		" division, unit) SELECT $1, $2, (o.value" JSON_TEXT "'no')::pg_catalog.int4, o.value" JSON_TEXT "'kind',"
		" o.value" JSON_TEXT "'title', o.value OPERATOR(pg_catalog.->) 'terms', $4, $5, $6, $7, $8"
		" FROM pg_catalog.jsonb_array_elements($3) AS o(value)", "lijttzcc"
	};
	BpmCall		call;
	BpmContract contract;
	Datum		values[8];
	char	   *contract_no = bpm_argument(fcinfo, 1, "contract_no");
	char	   *document;
	int			version;

	bpm_require_argument(fcinfo, 2, "clauses");
	bpm_require_argument(fcinfo, 3, "document");
	document = bpm_limited_text(fcinfo, 3, "document", 200);
	values[2] = PG_GETARG_DATUM(2);
	if (!JB_ROOT_IS_ARRAY(PG_GETARG_JSONB_P(2)) || JB_ROOT_COUNT(PG_GETARG_JSONB_P(2)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("clauses must be an array that is not empty"),
				 errhint("Give each as {\"no\": 1, \"kind\": \"retention\", \"title\": \"质保金\", \"terms\": {\"share\": 0.05, \"until\": \"2027-06-30\"}}.")));
	bpm_call_begin(&call, fcinfo, "set_contract_clauses", NULL);
	bpm_call_contract(&call, contract_no, &contract);
	bpm_call_require(&call, contract.division, contract.unit);
	bpm_refuse_rows(call.ledger, &clause_faults, values + 2, NULL, ERRCODE_INVALID_PARAMETER_VALUE,
					psprintf("clauses of contract \"%s\" are not right", contract_no));
	values[0] = Int64GetDatum(contract.id);
	bpm_ledger_execute(call.ledger, &lock, 0, values, NULL);
	version = bpm_row_number(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1) + 1;
	values[1] = Int32GetDatum(version);
	values[3] = CStringGetTextDatum(document);
	values[4] = CStringGetTextDatum(call.login);
	values[5] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[6] = Int64GetDatum(contract.division);
	values[7] = Int64GetDatum(contract.unit);
	bpm_insert_rows(call.ledger, "contract_clause", &insert, values, NULL, true);
	bpm_call_end(&call);
	PG_RETURN_INT32(version);
}

/* Whose a document or invoice is. */
typedef struct Owner
{
	int64		project;
	int64		contract;
	char	   *supplier;
	BpmCode		division;
	BpmCode		unit;
} Owner;

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
		bpm_project_read_id(call->ledger, owner->project, true, project);
	if (code == NULL && contract_no == NULL)
	{
		bpm_registry_unit(call->ledger, unit, &owner->unit, &owner->division);
		bpm_call_require(call, owner->division, owner->unit);
	}
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
