/*
 * document.c
 *	  A version of a request as a JSON document, which rules read; what changed
 *	  between two of them.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "funcapi.h"
#include "utils/builtins.h"

#include "access/access.h"
#include "base/compat.h"
#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/private.h"

static const BpmStatement build_document = {
	"SELECT pg_catalog.jsonb_build_object('request', r.request_id, 'version', v.version_id,"
	" 'version_no', v.version_no, 'kind', v.kind, 'round', v.round, 'fiscal_year', r.fiscal_year,"
	" 'preparation', r.preparation_id,"
	" 'division', (SELECT d.official_code FROM @ledger@.division d WHERE d.code" CODE_EQ "r.division),"
	" 'unit', (SELECT u.official_code FROM @ledger@.unit u WHERE u.code" CODE_EQ "r.unit),"
	" 'department', (SELECT u.official_code FROM @ledger@.unit u WHERE u.code" CODE_EQ "r.department),"
	" 'project', p.official_code, 'project_stage', p.stage, 'title', r.title,"
	" 'category', r.category, 'fund_type', r.fund_type, 'amount', v.amount::pg_catalog.numeric,"
	" 'items', (SELECT COALESCE(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object("
	"   'item_no', i.item_no, 'title', i.title, 'func', i.func::pg_catalog.text,"
	"   'gov_econ', i.gov_econ::pg_catalog.text, 'dept_econ', i.dept_econ::pg_catalog.text,"
	"   'standard', i.standard, 'unit_cost', i.unit_cost, 'quantity', i.quantity,"
	"   'measure', i.measure, 'amount', i.amount::pg_catalog.numeric,"
	"   'procurement', i.procurement, 'reviewed', i.reviewed) ORDER BY i.item_no), '[]')"
	"  FROM @ledger@.request_item i WHERE i.version_id" EQ "v.version_id),"
	" 'attributes', " BPM_RULE_ATTRIBUTES ", 'attachments', v.attachments,"
	" 'ceiling', (SELECT c.amount::pg_catalog.numeric FROM @ledger@.ceiling c"
	"  WHERE c.preparation_id" EQ "r.preparation_id AND c.division" CODE_EQ "r.division"
	"  AND r.unit" UNDER "c.unit AND c.func IS NULL AND c.fund_type IS NULL AND c.round" LT "v.round"
	"  ORDER BY c.unit DESC, c.round DESC, c.ceiling_id DESC LIMIT 1),"
	" 'previous', (SELECT b.amount::pg_catalog.numeric FROM @ledger@.request_version b"
	"  WHERE b.request_id" EQ "r.request_id AND b.kind" EQ "'submitted' AND b.round" LT "v.round"
	"  ORDER BY b.version_no DESC LIMIT 1)),"
	" r.division, r.unit, v.hidden"
	" FROM @ledger@.request_version v JOIN @ledger@.request r ON r.request_id" EQ "v.request_id"
	" LEFT JOIN @ledger@.project p ON p.project_id" EQ "r.project_id"
	" WHERE v.version_id" EQ "$1", "l"
};

/* Items are the same where title and its occurrence are; attributes by key, attachments by digest. */
static const BpmStatement compare_versions = {
	"WITH part AS ("
	" SELECT 'item'::pg_catalog.varchar AS part, i.title"
	CAT "CASE WHEN pg_catalog.row_number() OVER same" GT "1"
	"   THEN ' #'" CAT "(pg_catalog.row_number() OVER same)::pg_catalog.text ELSE '' END AS name,"
	"  i.version_id, i.amount::pg_catalog.numeric AS amount,"
	"  pg_catalog.jsonb_build_object('func', i.func::pg_catalog.text,"
	"   'gov_econ', i.gov_econ::pg_catalog.text, 'dept_econ', i.dept_econ::pg_catalog.text,"
	"   'standard', i.standard, 'unit_cost', pg_catalog.trim_scale(i.unit_cost)::pg_catalog.text,"
	"   'quantity', pg_catalog.trim_scale(i.quantity)::pg_catalog.text,"
	"   'measure', i.measure, 'amount', i.amount::pg_catalog.text,"
	"   'procurement', i.procurement) AS content, i.item_no AS place"
	"  FROM @ledger@.request_item i WHERE i.version_id" EQ "ANY (ARRAY[$1, $2])"
	"  WINDOW same AS (PARTITION BY i.version_id, i.title ORDER BY i.item_no)"
	" UNION ALL"
	" SELECT 'attribute', a.key, v.version_id, NULL, a.value, 0"
	"  FROM @ledger@.request_version v CROSS JOIN LATERAL pg_catalog.jsonb_each(v.attributes) a"
	"  WHERE v.version_id" EQ "ANY (ARRAY[$1, $2])"
	" UNION ALL"
	" SELECT 'attachment', a.value OPERATOR(pg_catalog.->>) 'title', v.version_id, NULL, a.value, a.ordinality::pg_catalog.int4"
	"  FROM @ledger@.request_version v"
	"  CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(v.attachments) WITH ORDINALITY a"
	"  WHERE v.version_id" EQ "ANY (ARRAY[$1, $2]))"
	" SELECT (CASE WHEN a.name IS NULL THEN 'added' WHEN b.name IS NULL THEN 'removed' ELSE 'changed' END)::pg_catalog.text,"
	" COALESCE(a.part, b.part)::pg_catalog.text, COALESCE(a.name, b.name)::pg_catalog.text, a.amount, b.amount,"
	" CASE WHEN COALESCE(a.part, b.part)" EQ "'item' THEN"
	"  COALESCE(b.amount, 0) OPERATOR(pg_catalog.-) COALESCE(a.amount, 0) END, a.content, b.content"
	" FROM (SELECT * FROM part WHERE version_id" EQ "$1) a"
	" FULL JOIN (SELECT * FROM part WHERE version_id" EQ "$2) b"
	"  ON a.part" EQ "b.part AND a.name" EQ "b.name"
	" WHERE a.content IS NULL OR b.content IS NULL OR a.content" NE "b.content"
	" ORDER BY pg_catalog.array_position(ARRAY['item', 'attribute', 'attachment'], COALESCE(a.part, b.part)::pg_catalog.text),"
	" COALESCE(a.place, b.place), COALESCE(a.name, b.name)", "ll"
};

/* Says that a version does not exist, to one who may not see it as well. */
static void
refuse_version(BpmLedger *ledger, int64 version)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("version " INT64_FORMAT " does not exist in ledger %s", version, ledger->schema),
			 errhint("The report view \"request_version\" shows those that you may read.")));
}

/* Returns a version as a document, and where it belongs; NULL for one that does not exist. */
static Jsonb *
read_document(BpmLedger *ledger, int64 version, BpmCode *division, BpmCode *unit)
{
	BpmParameters parameters = {0};
	bool		isnull;

	bpm_bind_id(&parameters, version);
	if (version == 0 || bpm_planning_read_latest(ledger, &build_document, &parameters) != 1)
		return NULL;
	*division = bpm_result_int(0, 2);
	*unit = bpm_result_int(0, 4) ? 0 : bpm_result_int(0, 3);
	return DatumGetJsonbPCopy(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &isnull));
}

/* Returns a version of a request as the document that rules read. */
Jsonb *
bpm_request_document(BpmLedger *ledger, int64 version)
{
	BpmCode		division;
	BpmCode		unit;
	Jsonb	   *document = read_document(ledger, version, &division, &unit);

	if (document == NULL)
		refuse_version(ledger, version);
	return document;
}

/* Returns a document that the caller may read. */
static Jsonb *
require_document(BpmCall *call, int64 version)
{
	BpmCode		division;
	BpmCode		unit;
	Jsonb	   *document = read_document(call->ledger, version, &division, &unit);

	if (document == NULL || !bpm_call_reads(call, division, unit))
		refuse_version(call->ledger, version);
	return document;
}

/* request_document(): a version as JSON, to those who may read it. */
PG_FUNCTION_INFO_V1(bpm_show_request_document);
Datum
bpm_show_request_document(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"version", NULL};
	MemoryContext caller = CurrentMemoryContext;
	BpmCall		call;
	Jsonb	   *document;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "request_document", NULL);
	document = require_document(&call, PG_GETARG_INT64(1));
	MemoryContextSwitchTo(caller);
	document = DatumGetJsonbPCopy(JsonbPGetDatum(document));
	bpm_call_end(&call);
	PG_RETURN_JSONB_P(document);
}

/* diff_request(): what is added, removed or changed in b against a. */
PG_FUNCTION_INFO_V1(bpm_diff_request);
Datum
bpm_diff_request(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"a", "b", NULL};
	BpmParameters parameters = {0};
	BpmCall		call;

	bpm_require_arguments(fcinfo, arguments);
	InitMaterializedSRF(fcinfo, 0);
	bpm_call_begin(&call, fcinfo, "diff_request", NULL);
	(void) require_document(&call, PG_GETARG_INT64(1));
	(void) require_document(&call, PG_GETARG_INT64(2));
	bpm_bind_id(&parameters, PG_GETARG_INT64(1));
	bpm_bind_id(&parameters, PG_GETARG_INT64(2));
	bpm_rows(fcinfo, call.ledger, &compare_versions, parameters.values, parameters.nulls);
	bpm_call_end(&call);
	return (Datum) 0;
}
