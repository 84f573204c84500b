/*
 * rule_facts.c
 *	  Versions of requests as the documents that rules read: what was asked for,
 *	  joined with what the ledger knows of its unit, category, project and year.
 *
 * One statement for all versions and each kind of fact, and only for those kinds
 * that a rule names.
 */
#include "postgres.h"

#include "executor/spi.h"
#include "utils/builtins.h"

#include "base/rows.h"
#include "planning/planning.h"
#include "planning/rule.h"
#include "planning/rule_private.h"

/* Requests that nobody wants any more count for nothing. */
#define STANDING(r) \
	r ".state" NE "'withdrawn' AND " r ".state" NE "'rejected'"

/*
 * The versions of $1 with their requests, looked up one by one: plans are made while
 * tables are small, and a join of whole tables would stay one.
 */
#define VERSIONS \
	"(SELECT DISTINCT version_id FROM pg_catalog.unnest($1) AS given(version_id)) g" \
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_version n WHERE n.version_id" EQ "g.version_id OFFSET 0) v" \
	" CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request n WHERE n.request_id" EQ "v.request_id OFFSET 0) r"

/* So many requests of one name in other units are listed, and no more: they may be one for each unit. */
#define MOST_ELSEWHERE	"20"

static const BpmStatement read_documents = {
	"SELECT v.version_id, v.request_id, r.division, r.unit, r.fiscal_year,"
	" r.category::pg_catalog.text, u.official_code::pg_catalog.text, r.title::pg_catalog.text,"
	" v.amount::pg_catalog.numeric, r.project_id, pg_catalog.jsonb_build_object('request', r.request_id,"
	" 'version', v.version_id, 'version_no', v.version_no, 'kind', v.kind, 'round', v.round,"
	" 'fiscal_year', r.fiscal_year, 'preparation', r.preparation_id,"
	" 'division', d.official_code, 'unit', u.official_code, 'department', m.official_code,"
	" 'project', p.official_code, 'project_stage', p.stage, 'title', r.title, 'category', r.category,"
	" 'fund_type', r.fund_type, 'amount', v.amount::pg_catalog.numeric,"
	" 'attributes', " BPM_RULE_ATTRIBUTES ", 'attachments', v.attachments,"
	" 'ceiling', (SELECT c.amount::pg_catalog.numeric FROM @ledger@.ceiling c"
	"  WHERE c.preparation_id" EQ "r.preparation_id AND c.division" CODE_EQ "r.division"
	"  AND r.unit OPERATOR(budgetpm.<@) c.unit AND c.func IS NULL AND c.fund_type IS NULL"
	"  AND c.round" LT "v.round ORDER BY c.unit DESC, c.round DESC, c.ceiling_id DESC LIMIT 1),"
	" 'previous', (SELECT w.amount::pg_catalog.numeric FROM @ledger@.request_version w"
	"  WHERE w.request_id" EQ "v.request_id AND w.kind" EQ "'submitted' AND w.round" LT "v.round"
	"  ORDER BY w.version_no DESC LIMIT 1),"
	" 'items', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object("
	"  'item_no', i.item_no, 'title', i.title,"
	"  'func', i.func::pg_catalog.text, 'gov_econ', i.gov_econ::pg_catalog.text,"
	"  'dept_econ', i.dept_econ::pg_catalog.text, 'standard', i.standard, 'unit_cost', i.unit_cost,"
	"  'quantity', i.quantity, 'measure', i.measure, 'amount', i.amount::pg_catalog.numeric,"
	"  'procurement', i.procurement, 'reviewed', i.reviewed) ORDER BY i.item_no) FROM @ledger@.request_item i"
	"  WHERE i.version_id" EQ "v.version_id), '[]'))"
	" FROM " VERSIONS
	" CROSS JOIN LATERAL (SELECT n.official_code FROM @ledger@.division n WHERE n.code" CODE_EQ "r.division OFFSET 0) d"
	" CROSS JOIN LATERAL (SELECT n.official_code FROM @ledger@.unit n WHERE n.code" CODE_EQ "r.unit OFFSET 0) u"
	" CROSS JOIN LATERAL (SELECT n.official_code FROM @ledger@.unit n WHERE n.code" CODE_EQ "r.department OFFSET 0) m"
	" LEFT JOIN LATERAL (SELECT n.official_code, n.stage FROM @ledger@.project n WHERE n.project_id" EQ "r.project_id OFFSET 0) p ON true"
	" ORDER BY v.version_id", "x"
};

/* Columns of read_documents */
enum
{
	COLUMN_VERSION = 1, COLUMN_REQUEST, COLUMN_DIVISION, COLUMN_UNIT, COLUMN_YEAR, COLUMN_CATEGORY,
	COLUMN_UNIT_CODE, COLUMN_TITLE, COLUMN_AMOUNT, COLUMN_PROJECT, COLUMN_DOCUMENT
};

/* The unit's total, and the share of each code and of those above it. */
static const BpmStatement read_totals = {
	"WITH wanted AS (SELECT v.version_id, r.request_id, r.preparation_id, r.unit"
	"  FROM " VERSIONS "),"
	" standing AS MATERIALIZED (SELECT r.preparation_id, r.unit,"
	"   COALESCE(w.version_id, r.current_version) AS version_id"
	"  FROM (SELECT DISTINCT preparation_id, unit FROM wanted) AS u"
	"  CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request n WHERE n.preparation_id" EQ "u.preparation_id"
	"   AND n.unit" CODE_EQ "u.unit OFFSET 0) r LEFT JOIN wanted w ON w.request_id" EQ "r.request_id WHERE " STANDING("r") "),"
	" totals AS (SELECT s.preparation_id, s.unit, pg_catalog.sum(v.amount::pg_catalog.numeric) AS total"
	"  FROM standing s CROSS JOIN LATERAL (SELECT n.amount FROM @ledger@.request_version n"
	"   WHERE n.version_id" EQ "s.version_id OFFSET 0) v"
	"  GROUP BY s.preparation_id, s.unit),"
	" codes AS MATERIALIZED (SELECT s.preparation_id, s.unit, c.scheme, c.code, pg_catalog.sum(i.amount::pg_catalog.numeric) AS amount"
	"  FROM standing s CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request_item n"
	"   WHERE n.version_id" EQ "s.version_id OFFSET 0) i"
	"  CROSS JOIN LATERAL (VALUES ('function', i.func::pg_catalog.text),"
	"   ('gov_economic', i.gov_econ::pg_catalog.text), ('dept_economic', i.dept_econ::pg_catalog.text)) AS c(scheme, code)"
	"  WHERE $2 AND c.code IS NOT NULL GROUP BY s.preparation_id, s.unit, c.scheme, c.code),"
	" widths AS (SELECT scheme, pg_catalog.sum(width) OVER (PARTITION BY scheme ORDER BY ord)::pg_catalog.int4 AS width"
	"  FROM @ledger@.classification_scheme CROSS JOIN LATERAL pg_catalog.unnest(widths) WITH ORDINALITY AS digits(width, ord)),"
	" shares AS MATERIALIZED (SELECT c.preparation_id, c.unit, c.scheme, pg_catalog.left(c.code, w.width) AS code,"
	"   pg_catalog.sum(c.amount) AS amount FROM codes c JOIN widths w ON w.scheme" EQ "c.scheme"
	"  WHERE pg_catalog.length(c.code)" GE "w.width"
	"  GROUP BY c.preparation_id, c.unit, c.scheme, pg_catalog.left(c.code, w.width))"
	" SELECT w.version_id, pg_catalog.jsonb_build_object('unit_total', t.total, 'share',"
	"  COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('scheme', s.scheme, 'code', s.code,"
	"   'amount', s.amount, 'ratio', CASE WHEN t.total" NE "0 THEN pg_catalog.round(s.amount OPERATOR(pg_catalog./) t.total, 10) END)"
	"   ORDER BY s.scheme, s.code) FROM shares s WHERE s.preparation_id" EQ "w.preparation_id"
	"   AND s.unit" CODE_EQ "w.unit), '[]'))"
	" FROM wanted w JOIN totals t ON t.preparation_id" EQ "w.preparation_id AND t.unit" CODE_EQ "w.unit", "xb"
};

static const BpmStatement read_department = {
	"WITH wanted AS (SELECT v.version_id, r.request_id, r.preparation_id, r.department"
	"  FROM " VERSIONS "),"
	" totals AS MATERIALIZED (SELECT u.preparation_id, u.department, pg_catalog.sum(v.amount::pg_catalog.numeric) AS total"
	"  FROM (SELECT DISTINCT preparation_id, department FROM wanted) AS u"
	"  CROSS JOIN LATERAL (SELECT n.* FROM @ledger@.request n WHERE n.preparation_id" EQ "u.preparation_id"
	"   AND n.unit OPERATOR(budgetpm.<@) u.department OFFSET 0) r"
	"  LEFT JOIN wanted w ON w.request_id" EQ "r.request_id"
	"  CROSS JOIN LATERAL (SELECT n.amount FROM @ledger@.request_version n"
	"   WHERE n.version_id" EQ "COALESCE(w.version_id, r.current_version) OFFSET 0) v"
	"  WHERE " STANDING("r") " GROUP BY u.preparation_id, u.department)"
	" SELECT w.version_id, pg_catalog.jsonb_build_object('department_total', t.total)"
	" FROM wanted w JOIN totals t ON t.preparation_id" EQ "w.preparation_id AND t.department" CODE_EQ "w.department", "x"
};

/* Requests of the year that have the name of one, within its government; the index has them by unit. */
#define SAME_NAME(where) \
	"SELECT 'name'::pg_catalog.text AS reason, o.request_id, NULL::pg_catalog.text AS project, o.unit" \
	" FROM @ledger@.request o WHERE o.fiscal_year" EQ "r.fiscal_year AND o.division" CODE_EQ "r.division" \
	" AND budgetpm.plain_name(o.title)" EQ "t.title AND " STANDING("o") where

/* Within one government: the same name again, a project of that name, the same money again. */
static const BpmStatement read_duplicates = {
	"SELECT v.version_id, pg_catalog.jsonb_build_object('duplicates', (SELECT COALESCE("
	"  pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('reason', o.reason, 'request', o.request_id,"
	"   'project', o.project, 'unit', u.official_code, 'same_unit', o.unit" CODE_EQ "r.unit)"
	"   ORDER BY o.reason, o.request_id, o.project), '[]')"
	" FROM (" SAME_NAME(" AND o.unit" CODE_EQ "r.unit AND o.request_id" NE "r.request_id")
	"  UNION ALL (" SAME_NAME(" AND o.unit OPERATOR(budgetpm.<) r.unit")
	"   ORDER BY o.unit, o.request_id LIMIT " MOST_ELSEWHERE ")"
	"  UNION ALL (" SAME_NAME(" AND o.unit OPERATOR(budgetpm.>) r.unit")
	"   ORDER BY o.unit, o.request_id LIMIT " MOST_ELSEWHERE ")"
	"  UNION ALL SELECT 'project', NULL, p.official_code, p.unit FROM @ledger@.project p"
	"   WHERE budgetpm.plain_name(p.name)" EQ "t.title AND p.division" CODE_EQ "r.division"
	"   AND (p.project_id" EQ "r.project_id) IS NOT TRUE"
	"  UNION ALL SELECT 'amount', o.request_id, NULL, o.unit FROM @ledger@.request o"
	"   CROSS JOIN LATERAL (SELECT n.amount FROM @ledger@.request_version n"
	"    WHERE n.version_id" EQ "o.current_version OFFSET 0) w"
	"   WHERE o.preparation_id" EQ "r.preparation_id AND o.unit" CODE_EQ "r.unit AND o.category" EQ "r.category"
	"   AND o.fund_type" EQ "r.fund_type AND w.amount OPERATOR(budgetpm.=) v.amount"
	"   AND o.request_id" NE "r.request_id AND " STANDING("o") ") AS o"
	" CROSS JOIN LATERAL (SELECT n.official_code FROM @ledger@.unit n WHERE n.code" CODE_EQ "o.unit OFFSET 0) u))"
	" FROM " VERSIONS
	" CROSS JOIN LATERAL (SELECT budgetpm.plain_name(r.title) AS title OFFSET 0) t", "x"
};

/* Reads the versions as they were asked for. */
static BpmSubject *
read_subjects(BpmLedger *ledger, Datum *values, int *found)
{
	BpmSubject *subjects;
	SPITupleTable *rows;
	bool		isnull;

	*found = bpm_ledger_execute(ledger, &read_documents, 0, values, NULL);
	rows = SPI_tuptable;
	subjects = palloc0(Max(*found, 1) * sizeof(BpmSubject));
	for (int i = 0; i < *found; i++)
	{
		HeapTuple	row = rows->vals[i];
		TupleDesc	desc = rows->tupdesc;
		BpmSubject *subject = &subjects[i];

		subject->version = bpm_row_number(row, desc, COLUMN_VERSION);
		subject->request = bpm_row_number(row, desc, COLUMN_REQUEST);
		subject->division = bpm_row_number(row, desc, COLUMN_DIVISION);
		subject->unit = bpm_row_number(row, desc, COLUMN_UNIT);
		subject->fiscal_year = bpm_row_number(row, desc, COLUMN_YEAR);
		subject->category = SPI_getvalue(row, desc, COLUMN_CATEGORY);
		subject->unit_code = bpm_row_string(row, desc, COLUMN_UNIT_CODE);
		subject->title = bpm_row_string(row, desc, COLUMN_TITLE);
		subject->amount = DatumGetNumericCopy(SPI_getbinval(row, desc, COLUMN_AMOUNT, &isnull));
		subject->project = bpm_row_number(row, desc, COLUMN_PROJECT);
		subject->document = DatumGetJsonbPCopy(SPI_getbinval(row, desc, COLUMN_DOCUMENT, &isnull));
	}
	return subjects;
}

/* Finds the rules that hold for each version, and returns what facts all of them name. */
static uint32
find_instances(BpmLedger *ledger, BpmRuleSet *set, BpmSubject *subjects, int count)
{
	uint32		facts = 0;
	BpmCode		division = 0;
	List	   *there = NIL;
	ListCell   *cell;

	for (int i = 0; i < count; i++)
	{
		BpmSubject *subject = &subjects[i];

		if (subject->division != division)
			there = bpm_rules_at(ledger, set, division = subject->division);
		foreach(cell, there)
		{
			BpmRuleInstance *instance = lfirst(cell);

			if (!bpm_rule_holds(set, instance->rule, subject->fiscal_year, subject->category))
				continue;
			subject->instances = lappend(subject->instances, instance);
			facts |= instance->rule->facts;
		}
	}
	return facts;
}

/* Joins what a statement says of each version to its document. */
static void
join_facts(BpmLedger *ledger, const BpmStatement *statement, Datum *values, BpmSubject *subjects,
		   int count)
{
	int			rows = bpm_ledger_execute(ledger, statement, 0, values, NULL);
	SPITupleTable *table = SPI_tuptable;
	bool		isnull;

	for (int i = 0; i < rows; i++)
	{
		int64		version = bpm_row_number(table->vals[i], table->tupdesc, 1);
		Jsonb	   *facts = DatumGetJsonbP(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull));

		for (int j = 0; j < count; j++)
			if (subjects[j].version == version)
				subjects[j].document = bpm_jsonb_join(subjects[j].document, facts);
	}
}

/* Adds the categories above each version's own. */
static void
join_categories(BpmRuleSet *set, BpmSubject *subjects, int count)
{
	for (int i = 0; i < count; i++)
		subjects[i].document = bpm_jsonb_with(subjects[i].document, "categories",
											  bpm_rule_categories(set, subjects[i].category));
}

/* Returns versions with their documents and the rules that hold for them; the caller is the owner. */
BpmSubject *
bpm_rule_subjects(BpmLedger *ledger, BpmRuleSet *set, const int64 *versions, int count, int *found)
{
	Datum		values[3] = {bpm_id_array(versions, count)};
	BpmSubject *subjects = read_subjects(ledger, values, found);
	uint32		facts = find_instances(ledger, set, subjects, *found);

	if (facts & (BPM_FACT_HISTORY | BPM_FACT_GROWTH | BPM_FACT_NEW))
		bpm_join_history(ledger, values[0], subjects, *found);
	if (facts & (BPM_FACT_TOTALS | BPM_FACT_SHARE))
	{
		values[1] = BoolGetDatum((facts & BPM_FACT_SHARE) != 0);
		join_facts(ledger, &read_totals, values, subjects, *found);
	}
	if (facts & BPM_FACT_DEPARTMENT)
		join_facts(ledger, &read_department, values, subjects, *found);
	if (facts & BPM_FACT_DUPLICATES)
		join_facts(ledger, &read_duplicates, values, subjects, *found);
	if (facts & BPM_FACT_CATEGORIES)
		join_categories(set, subjects, *found);
	return subjects;
}
