--
-- Report views: who sees what, through which index, and in which types.
--
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省', first_year => 2026);

-- A province with 12 cities of 10 counties, a department and five units each, and a
-- line of its own in every unit.
SELECT count(budget.register_division('32' || lpad(c::text, 2, '0') || '00000', '市' || c, '320000000', 2)) FROM generate_series(1, 12) c;
SELECT count(budget.register_division('32' || lpad(c::text, 2, '0') || lpad(k::text, 2, '0') || '000', '县' || c || '-' || k,
	'32' || lpad(c::text, 2, '0') || '00000', 3)) FROM generate_series(1, 12) c, generate_series(1, 10) k;
SELECT count(budget.register_unit('D' || official_code, name || '教育局', official_code)) FROM budget.division;
SELECT count(budget.register_unit('U' || official_code || n, name || '学校' || n, official_code, 'D' || official_code))
FROM budget.division, generate_series(1, 5) n;
SELECT count(budget.register_project('P' || official_code, name || '项目', official_code)) FROM budget.unit WHERE kind = 'unit';
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"')) AS version;
SELECT budget.take_over_projects(jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'funded')), '移交清单') ->> 'refused' AS refused FROM budget.project;
SELECT count(budget.appropriate(budget.open_line(2026, u.official_code, '20502' || lpad((1 + n % 3)::text, 2, '0'), '50299', title => u.name || n,
	project => 'P' || u.official_code), 1000 + n, 'd'))
FROM budget.unit u, generate_series(1, 3) n WHERE u.kind = 'unit';
SELECT count(budget.appropriate(budget.open_line(2026, official_code, '2050201', '51301', title => name, executable => false), 1000, 'd'))
FROM budget.unit WHERE kind = 'department';
SELECT budget.send_transfer(l.line_id, '320100000', 100, 't') > 0, budget.send_transfer(l.line_id, '320200000', 100, 't') > 0
FROM budget_report.line_detail l WHERE unit_code = 'D320000000';
SELECT budget.send_transfer(l.line_id, '320101000', 100, 't') > 0
FROM budget_report.line_detail l WHERE unit_code = 'D320100000';
SELECT count(budget.pay(line_id, 10, 'p')) FROM budget.line WHERE executable;
ANALYZE budget.division, budget.unit, budget.line, budget.project, budget.balance, budget.journal, budget.classification, budget.classification_edition, budget.fiscal_year, budget.transfer;

--
-- Everybody sees his subtree, in every view, and nothing that would be half a sum.
--
CREATE ROLE regress_insight_province;
CREATE ROLE regress_insight_city;
CREATE ROLE regress_insight_county;
CREATE ROLE regress_insight_school;
CREATE ROLE regress_insight_nobody;
GRANT regress_insight_province, regress_insight_city, regress_insight_county, regress_insight_school, regress_insight_nobody TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_insight_province', 'reader') > 0,
	budgetpm.grant_ledger('budget', 'regress_insight_city', 'reader', '320100000') > 0,
	budgetpm.grant_ledger('budget', 'regress_insight_county', 'reader', '320101000') > 0;
-- The reader of one unit has the grants, and a narrower duty.
SELECT count(budgetpm.grant_ledger('budget', role, 'reader', '320101000'))
FROM unnest(ARRAY['regress_insight_school', 'regress_insight_nobody']) role;
SELECT count(budget.end_duty(duty_id)) FROM budget.duty JOIN budget.principal USING (principal_id)
WHERE login IN ('regress_insight_school', 'regress_insight_nobody');
SELECT budget.grant_duty('regress_insight_school', '320101000', 'U3201010001') > 0;

CREATE FUNCTION public.what_i_see(OUT view text, OUT rows bigint, OUT divisions bigint, OUT highest text, OUT money numeric)
RETURNS SETOF record LANGUAGE sql AS $$
	SELECT 'division', count(*), count(DISTINCT division_code), min(division_code), sum(own_budget) FROM budget_report.execution_by_division
	UNION ALL SELECT 'fund type', count(*), count(DISTINCT division_code), min(division_code), sum(own_budget) FROM budget_report.execution_by_fund_type
	UNION ALL SELECT 'unit', count(*), count(DISTINCT division_code), min(division_code), sum(own_budget) FROM budget_report.execution_by_unit
	UNION ALL SELECT 'function', count(*), count(DISTINCT division_code), min(division_code), sum(own_budget) FROM budget_report.execution_by_function WHERE func_is_leaf
	UNION ALL SELECT 'project', count(*), count(DISTINCT division_code), min(division_code), sum(budget) FROM budget_report.execution_by_project
	UNION ALL SELECT 'line', count(*), count(DISTINCT division_code), min(division_code), sum(budget) FROM budget_report.line_detail
	UNION ALL SELECT 'journal', count(*), count(DISTINCT division_code), min(division_code), sum(budget_change) FROM budget_report.journal
	UNION ALL SELECT 'in transit', count(*), count(DISTINCT to_division_code), min(to_division_code), sum(amount) FROM budget_report.transfer_in_transit
	ORDER BY 1
$$;
SELECT * FROM what_i_see();
SET ROLE regress_insight_province;
SELECT * FROM what_i_see();
SET ROLE regress_insight_city;
SELECT * FROM what_i_see();
-- What a reader sees of his own division is what its parent sees of it.
SELECT division_code, own_budget, total_budget, total_paid, total_in_transit FROM budget_report.execution_by_division
WHERE division_level < 3 ORDER BY 1;
SET ROLE regress_insight_county;
SELECT * FROM what_i_see();
SET ROLE regress_insight_school;
SELECT * FROM what_i_see();
SET ROLE regress_insight_nobody;
SELECT * FROM what_i_see();
RESET ROLE;
SELECT division_code, own_budget, total_budget, total_paid, total_in_transit FROM budget_report.execution_by_division
WHERE division_code = '320100000';
-- Without the grant there is nothing to see at all.
REVOKE SELECT ON budget.balance FROM regress_insight_city;
SET ROLE regress_insight_city;
\set VERBOSITY sqlstate
SELECT * FROM budget_report.execution_by_unit;
\set VERBOSITY default
RESET ROLE;
GRANT SELECT ON budget.balance TO regress_insight_city;

--
-- A filter on an official code goes through the index of its table, and from there to
-- the lines: nothing that grows with the ledger is read whole.
--
CREATE FUNCTION public.plan_of(query text, OUT index text, OUT condition text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO plan;
	RETURN QUERY
	SELECT DISTINCT coalesce(n ->> 'Index Name', n ->> 'Node Type' || ' on ' || (n ->> 'Relation Name')), coalesce(n ->> 'Index Cond', '')
	FROM jsonb_path_query(plan, 'strict $.** ? (@.type() == "object" && (exists(@."Index Name") || @."Node Type" == "Seq Scan"))') n
	WHERE coalesce(n ->> 'Index Name', n ->> 'Relation Name') ~ '^(unit|line|project|balance|journal)'
	ORDER BY 1, 2;
END $$;
SELECT * FROM plan_of($$SELECT * FROM budget_report.execution_by_unit WHERE unit_code = 'U3205050003'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.line_detail WHERE unit_code = 'U3205050003'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.journal WHERE unit_code = 'U3205050003'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.execution_by_division WHERE division_code = '320505000'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.execution_by_fund_type WHERE division_code = '320505000'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.execution_by_project WHERE project_code = 'PU3205050003'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.line_detail WHERE project_code = 'PU3205050003'$$);
SELECT * FROM plan_of($$SELECT * FROM budget_report.line_detail WHERE line_id = 2026000000000007$$);
-- As a prepared statement of a driver, and under row security.
SET plan_cache_mode = force_generic_plan;
PREPARE by_unit(text) AS SELECT unit_code, total_budget, total_paid FROM budget_report.execution_by_unit WHERE unit_code = $1;
SELECT * FROM plan_of($$EXECUTE by_unit('U3205050003')$$);
GRANT EXECUTE ON FUNCTION public.plan_of(text) TO regress_insight_city;
SET ROLE regress_insight_city;
SELECT * FROM plan_of($$EXECUTE by_unit('U3201050003')$$);
EXECUTE by_unit('U3201050003');
EXECUTE by_unit('U3205050003');
RESET ROLE;
RESET plan_cache_mode;

--
-- Types that every driver knows; amounts with their scale; the reader's own rights.
--
CREATE TEMP VIEW report_column AS
SELECT c.relname AS view, a.attname AS column, a.attnum, format_type(a.atttypid, a.atttypmod) AS type, a.atttypmod, t.typname, c.reloptions, c.oid
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relnamespace = 'budget_report'::regnamespace AND c.relkind IN ('v', 'm');
-- A numeric has its precision, a code or a name its length; what people write at length is
-- text, a shape is in a layer of a map, and a double is no money but a factor of a fit.
SELECT "view", "column", type FROM report_column
WHERE typname NOT IN ('int4', 'int8', 'bool', 'date', 'timestamptz', 'jsonb')
	AND NOT (typname IN ('varchar', 'numeric') AND atttypmod > 0)
	AND NOT (typname = 'text' AND "column" IN ('note', 'reason', 'predicate'))
	AND type <> 'text[]'
	AND NOT ("view" LIKE '%\_geo' AND "column" = 'geom' AND type ~ '^geometry\([A-Za-z]+,4490\)$')
	AND NOT ("view" = 'risk_case' AND type = 'double precision')
ORDER BY 1, attnum;
-- Yuan have two decimals, but for the cost of one of something, and wherever they are added up nobody says less.
SELECT "view", "column", type FROM report_column
WHERE col_description(oid, attnum) ~ '\myuan\M' AND typname = 'numeric'
	AND type NOT IN ('numeric(18,2)', 'numeric(20,2)') AND NOT ("view" = 'request_item' AND "column" = 'unit_cost')
ORDER BY 1, attnum;
SELECT DISTINCT "view" AS not_invoker FROM report_column WHERE NOT coalesce('security_invoker=true' = ANY (reloptions), false);
-- Every report of money says its year, and begins with an integer that names the row.
SELECT "view" FROM report_column GROUP BY "view"
HAVING NOT bool_or("column" = 'fiscal_year') AND bool_or(type IN ('numeric(18,2)', 'numeric(20,2)')) ORDER BY 1;
SELECT "view", "column", type FROM report_column WHERE attnum = 1 ORDER BY 1;
-- Every amount says its unit.
SELECT "view", "column" FROM report_column
WHERE type IN ('numeric(18,2)', 'numeric(20,2)') AND coalesce(col_description(oid, attnum), '') NOT LIKE '%yuan%' ORDER BY 1, 2;

-- A renamed ledger keeps its reports.
SELECT budgetpm.rename_ledger('budget', 'renamed') IS NOT NULL AS renamed;
SET ROLE regress_insight_city;
SELECT division_code, total_budget FROM renamed_report.execution_by_division WHERE division_level = 2;
RESET ROLE;

DROP OWNED BY regress_insight_province, regress_insight_city, regress_insight_county, regress_insight_school, regress_insight_nobody;
DROP ROLE regress_insight_province, regress_insight_city, regress_insight_county, regress_insight_school, regress_insight_nobody;
