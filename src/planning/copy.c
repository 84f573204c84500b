/*
 * copy.c
 *	  copy_requests(): a unit's requests pre-filled from last year, from what was
 *	  approved then or from the lines that it had.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"

#include "base/errors.h"
#include "ledger/arguments.h"
#include "planning/draft.h"
#include "planning/private.h"

/* Argument positions of budgetpm.copy_requests() */
enum
{
	ARG_LEDGER, ARG_PREPARATION, ARG_UNIT, ARG_FACTOR, ARG_SOURCE
};

#define MULTIPLY	" OPERATOR(pg_catalog.*) "

/* The edition that a scheme goes by in year $2. */
#define EDITION(scheme) "(SELECT e.edition FROM @ledger@.classification_edition e WHERE e.scheme" EQ "'" scheme "'" \
	" AND e.first_year" LE "$2 AND (e.last_year IS NULL OR e.last_year" GE "$2)" \
	" ORDER BY e.first_year DESC LIMIT 1)"

/* A code in year $2: itself, or what all of it became by the cross-walk. */
#define CODE_NOW(scheme, code) "COALESCE((SELECT k.code FROM @ledger@.classification k WHERE k.scheme" EQ "'" scheme "'" \
	" AND k.code" CODE_EQ code " AND k.edition" EQ EDITION(scheme) ")," \
	" (SELECT w.to_code FROM @ledger@.classification_walk w WHERE w.scheme" EQ "'" scheme "'" \
	" AND w.from_code" CODE_EQ code " AND w.share" EQ "1 AND w.to_edition" EQ EDITION(scheme) \
	" ORDER BY w.from_edition DESC LIMIT 1), " code ")"

/* Last year's lines of a unit with what is its own of them. */
#define LINES " FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id" EQ "l.line_id" \
	" CROSS JOIN LATERAL (SELECT b.appropriated::pg_catalog.numeric OPERATOR(pg_catalog.-) b.allotted::pg_catalog.numeric" \
	"  OPERATOR(pg_catalog.-) b.transferred::pg_catalog.numeric OPERATOR(pg_catalog.-) b.withdrawn::pg_catalog.numeric AS net) n" \
	" WHERE l.fiscal_year" EQ "($2 OPERATOR(pg_catalog.-) 1) AND l.unit" CODE_EQ "$3 AND n.net" GT "0"

static const BpmStatement requests_of_requests = {
	"INSERT INTO @ledger@.request (preparation_id, fiscal_year, division, unit, department, project_id,"
	" category, fund_type, title, state, created_by, copied_from, key)"
	" SELECT $1, $2, $4, $3, $5, o.project_id, o.category, o.fund_type, o.title, 'draft', $6,"
	"  o.request_id, 'copy request ' " CAT "o.request_id::pg_catalog.text"
	" FROM @ledger@.request o JOIN @ledger@.request_version v ON v.version_id" EQ "o.approved_version"
	" WHERE o.fiscal_year" EQ "($2 OPERATOR(pg_catalog.-) 1) AND o.unit" CODE_EQ "$3"
	" AND v.amount OPERATOR(budgetpm.>) '0'"
	" ORDER BY o.request_id ON CONFLICT (preparation_id, unit, key) WHERE key IS NOT NULL DO NOTHING",
	"iiccct"
};
static const BpmStatement requests_of_lines = {
	"INSERT INTO @ledger@.request (preparation_id, fiscal_year, division, unit, department, project_id,"
	" category, fund_type, title, state, created_by, key)"
	" SELECT $1, $2, $4, $3, $5, g.project_id, p.category, g.fund_type, COALESCE(p.name, '基本支出'),"
	"  'draft', $6, 'copy lines ' " CAT "COALESCE(p.official_code, '-')" CAT "' '" CAT "g.fund_type"
	" FROM (SELECT l.project_id, l.fund_type" LINES " GROUP BY l.project_id, l.fund_type) g"
	" LEFT JOIN @ledger@.project p ON p.project_id" EQ "g.project_id"
	" ORDER BY p.official_code NULLS FIRST, g.fund_type"
	" ON CONFLICT (preparation_id, unit, key) WHERE key IS NOT NULL DO NOTHING",
	"iiccct"
};
/* The first version of each request that has none yet. */
static const BpmStatement first_versions = {
	"INSERT INTO @ledger@.request_version (request_id, version_no, round, kind, amount, attributes,"
	" attachments, reason, made_at, made_by, division, unit)"
	" SELECT r.request_id, 1, $3, 'working', '0', COALESCE(v.attributes, '{}'), '[]', $4,"
	"  pg_catalog.clock_timestamp(), $5, r.division, r.unit"
	" FROM @ledger@.request r LEFT JOIN @ledger@.request o ON o.request_id" EQ "r.copied_from"
	" LEFT JOIN @ledger@.request_version v ON v.version_id" EQ "o.approved_version"
	" WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2 AND r.current_version IS NULL", "icitt"
};
static const BpmStatement link_versions = {
	"UPDATE @ledger@.request r SET current_version = v.version_id FROM @ledger@.request_version v"
	" WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2 AND r.current_version IS NULL"
	" AND v.request_id" EQ "r.request_id", "ic"
};
/* Of reviewed items the amount goes on, of others the cost; a standard's cost is the one that holds now. */
static const BpmStatement items_of_requests = {
	"INSERT INTO @ledger@.request_item (version_id, item_no, title, func, gov_econ, dept_econ, standard,"
	" unit_cost, quantity, measure, amount, procurement, division, unit)"
	" SELECT c.version_id, pg_catalog.row_number() OVER (PARTITION BY c.version_id ORDER BY c.item_no), c.title,"
	"  c.func, c.gov_econ, c.dept_econ, c.standard, c.unit_cost, c.quantity, c.measure,"
	"  pg_catalog.round(c.unit_cost" MULTIPLY "c.quantity, 2)::budgetpm.amount, c.procurement, c.division, c.unit"
	" FROM (SELECT r.current_version AS version_id, i.item_no, i.title, " CODE_NOW("function", "i.func") " AS func,"
	"   " CODE_NOW("gov_economic", "i.gov_econ") " AS gov_econ, " CODE_NOW("dept_economic", "i.dept_econ") " AS dept_econ,"
	"   CASE WHEN NOT i.reviewed THEN s.standard END AS standard,"
	"   CASE WHEN i.reviewed THEN pg_catalog.round(i.amount::pg_catalog.numeric" MULTIPLY "$4::pg_catalog.numeric, 2)"
	"    WHEN s.standard IS NOT NULL THEN s.unit_cost"
	"    ELSE pg_catalog.round(i.unit_cost" MULTIPLY "$4::pg_catalog.numeric, 4) END AS unit_cost,"
	"   CASE WHEN i.reviewed THEN 1 ELSE i.quantity END AS quantity,"
	"   CASE WHEN NOT i.reviewed THEN i.measure END AS measure, i.procurement, r.division, r.unit"
	"  FROM @ledger@.request r JOIN @ledger@.request o ON o.request_id" EQ "r.copied_from"
	"  JOIN @ledger@.request_item i ON i.version_id" EQ "o.approved_version"
	"  LEFT JOIN LATERAL (SELECT x.standard, x.unit_cost FROM @ledger@.expenditure_standard x"
	"   WHERE x.standard" EQ "i.standard AND x.division" COVERS "r.division"
	"    AND x.valid_from" LE "pg_catalog.make_date($2, 1, 1)"
	"    AND (x.valid_to IS NULL OR x.valid_to" GT "pg_catalog.make_date($2, 1, 1))"
	"   ORDER BY x.division DESC LIMIT 1) s ON true"
	"  WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$3"
	"   AND NOT EXISTS (SELECT 1 FROM @ledger@.request_item h WHERE h.version_id" EQ "r.current_version)"
	"   AND EXISTS (SELECT 1 FROM @ledger@.request_version v WHERE v.version_id" EQ "r.current_version AND v.version_no" EQ "1)) c"
	" WHERE pg_catalog.round(c.unit_cost" MULTIPLY "c.quantity, 2)" GT "0", "iict"
};
static const BpmStatement items_of_lines = {
	"INSERT INTO @ledger@.request_item (version_id, item_no, title, func, gov_econ, dept_econ,"
	" unit_cost, quantity, amount, procurement, division, unit)"
	" SELECT c.version_id, pg_catalog.row_number() OVER (PARTITION BY c.version_id ORDER BY c.line_id), c.title,"
	"  c.func, c.gov_econ, c.dept_econ, c.cost, 1, c.cost::budgetpm.amount, false, c.division, c.unit"
	" FROM (SELECT r.current_version AS version_id, l.line_id, l.title, " CODE_NOW("function", "l.func") " AS func,"
	"   " CODE_NOW("gov_economic", "l.gov_econ") " AS gov_econ, " CODE_NOW("dept_economic", "l.dept_econ") " AS dept_econ,"
	"   pg_catalog.round(l.net" MULTIPLY "$4::pg_catalog.numeric, 2) AS cost, r.division, r.unit"
	"  FROM @ledger@.request r JOIN (SELECT l.line_id, l.title, l.func, l.gov_econ, l.dept_econ,"
	"    l.project_id, l.fund_type, n.net" LINES ") l ON l.fund_type" EQ "r.fund_type"
	"   AND l.project_id IS NOT DISTINCT FROM r.project_id"
	"  WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$3 AND r.copied_from IS NULL"
	"   AND r.key OPERATOR(pg_catalog.~~) 'copy lines %'"
	"   AND NOT EXISTS (SELECT 1 FROM @ledger@.request_item h WHERE h.version_id" EQ "r.current_version)"
	"   AND EXISTS (SELECT 1 FROM @ledger@.request_version v WHERE v.version_id" EQ "r.current_version AND v.version_no" EQ "1)) c"
	" WHERE c.cost" GT "0", "iict"
};
/* Versions that got their items just now. */
static const BpmStatement total_versions = {
	"UPDATE @ledger@.request_version v SET amount = (SELECT budgetpm.sum(i.amount)"
	"  FROM @ledger@.request_item i WHERE i.version_id" EQ "v.version_id)"
	" FROM @ledger@.request r WHERE r.preparation_id" EQ "$1 AND r.unit" CODE_EQ "$2"
	" AND v.version_id" EQ "r.current_version AND v.kind" EQ "'working'"
	" AND v.amount OPERATOR(budgetpm.=) '0'"
	" AND EXISTS (SELECT 1 FROM @ledger@.request_item i WHERE i.version_id" EQ "v.version_id)", "ic"
};

/* Makes the requests and their empty versions; returns how many. */
static int
make_requests(BpmLedger *ledger, const BpmRequestPlace *place, const BpmStatement *statement,
			  const char *login)
{
	BpmParameters requests = {0};
	BpmParameters versions = {0};
	BpmParameters link = {0};
	int			round = bpm_unit_round(ledger, place);
	int			made;

	bpm_bind_int(&requests, place->preparation.id);
	bpm_bind_int(&requests, place->preparation.fiscal_year);
	bpm_bind_id(&requests, place->unit);
	bpm_bind_id(&requests, place->division);
	bpm_bind_id(&requests, bpm_department_of(ledger, place));
	bpm_bind_text(&requests, login);
	made = bpm_planning_store(ledger, "request", statement, &requests);
	if (made == 0)
		return 0;
	bpm_bind_int(&versions, place->preparation.id);
	bpm_bind_id(&versions, place->unit);
	bpm_bind_int(&versions, round);
	bpm_bind_text(&versions, psprintf("copied from %d", place->preparation.fiscal_year - 1));
	bpm_bind_text(&versions, login);
	bpm_planning_store(ledger, "request_version", &first_versions, &versions);
	bpm_bind_int(&link, place->preparation.id);
	bpm_bind_id(&link, place->unit);
	bpm_planning_store(ledger, "request", &link_versions, &link);
	return made;
}

/* Fills the empty versions of the unit from one source, and adds them up. */
static void
fill_versions(BpmLedger *ledger, const BpmRequestPlace *place, const BpmStatement *statement,
			  const char *factor)
{
	BpmParameters items = {0};
	BpmParameters total = {0};

	bpm_bind_int(&items, place->preparation.id);
	bpm_bind_int(&items, place->preparation.fiscal_year);
	bpm_bind_id(&items, place->unit);
	bpm_bind_text(&items, factor);
	bpm_planning_store(ledger, "request_item", statement, &items);
	bpm_bind_int(&total, place->preparation.id);
	bpm_bind_id(&total, place->unit);
	bpm_planning_store(ledger, "request_version", &total_versions, &total);
}

/* Copies from one source; returns how many requests that made. */
static int
copy_from(BpmLedger *ledger, const BpmRequestPlace *place, bool lines, const char *factor,
		  const char *login)
{
	int			made = make_requests(ledger, place, lines ? &requests_of_lines : &requests_of_requests,
									 login);

	if (made > 0)
		fill_versions(ledger, place, lines ? &items_of_lines : &items_of_requests, factor);
	return made;
}

/* Returns the factor, above zero and not absurd. */
static char *
factor_argument(FunctionCallInfo fcinfo)
{
	char	   *text = PG_ARGISNULL(ARG_FACTOR) ? pstrdup("1") :
		numeric_normalize(PG_GETARG_NUMERIC(ARG_FACTOR));
	char	   *fault = bpm_wrong_digits(text, 6, false);

	if (fault == NULL && strcspn(text, ".") > 2)
		fault = psprintf("%s is not below 100", text);
	if (fault)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("factor: %s", fault)));
	return text;
}

/* Refuses a source that there is none of. */
static void
check_source(const char *source)
{
	if (source && strcmp(source, "requests") != 0 && strcmp(source, "lines") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("source \"%s\" is not known", source),
				 errhint("Use requests or lines.")));
}

/* Tells whether the unit has requests that were copied from last year's. */
static bool
copied_from_requests(BpmLedger *ledger, const BpmRequestPlace *place)
{
	static const BpmStatement find = {
		"SELECT 1 FROM @ledger@.request WHERE preparation_id" EQ "$1 AND unit" CODE_EQ "$2"
		" AND copied_from IS NOT NULL LIMIT 1", "ic"
	};
	BpmParameters parameters = {0};

	bpm_bind_int(&parameters, place->preparation.id);
	bpm_bind_id(&parameters, place->unit);
	return bpm_planning_read(ledger, &find, &parameters) > 0;
}

/* Pre-fills a unit's requests from last year, and returns how many it made. */
PG_FUNCTION_INFO_V1(bpm_copy_requests);
Datum
bpm_copy_requests(PG_FUNCTION_ARGS)
{
	static const char *const arguments[] = {"preparation", "unit", NULL};
	BpmRequestPlace place;
	BpmCall		call;
	char	   *source;
	char	   *factor;
	int			made = 0;

	bpm_require_arguments(fcinfo, arguments);
	bpm_call_begin(&call, fcinfo, "copy_requests", NULL);
	bpm_request_place(call.ledger, PG_GETARG_INT32(ARG_PREPARATION),
					  bpm_limited_text(fcinfo, ARG_UNIT, "unit", 21), &place);
	bpm_call_require(&call, place.division, place.unit);
	bpm_preparation_open(&place.preparation);
	bpm_draft_hold_open(call.ledger, place.preparation.id, place.division);
	source = bpm_limited_text(fcinfo, ARG_SOURCE, "source", 10);
	check_source(source);
	factor = factor_argument(fcinfo);
	if (source == NULL || strcmp(source, "requests") == 0)
		made = copy_from(call.ledger, &place, false, factor, call.login);
	if (source ? strcmp(source, "lines") == 0 :
		made == 0 && !copied_from_requests(call.ledger, &place))
		made = copy_from(call.ledger, &place, true, factor, call.login);
	bpm_call_end(&call);
	PG_RETURN_INT32(made);
}
