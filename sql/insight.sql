--
-- Report views: what they show of a small province, and that their sums are those
-- of the journal, whatever was posted.
--
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省', first_year => 2026);
SELECT budget.register_division('320500000', '苏州市', '320000000', 2),
	budget.register_division('320505000', '虎丘区', '320500000', 3),
	budget.register_division('321300000', '宿迁市', '320000000', 2);
SELECT count(budget.register_unit(official_code, name, division, parent, kind)) FROM (VALUES
	('001', '江苏省财政厅', '320000000', NULL, 'finance'),
	('101', '江苏省教育厅', '320000000', NULL, 'department'),
	('101001', '江苏省教育考试院', '320000000', '101', 'unit'),
	('101001-1', '考试院印刷所', '320000000', '101001', 'subordinate'),
	('501', '苏州市财政局', '320500000', NULL, 'finance'),
	('505', '虎丘区财政局', '320505000', NULL, 'finance'),
	('513', '宿迁市教育局', '321300000', NULL, 'department')) u(official_code, name, division, parent, kind);
SELECT budget.register_project('P1', '义务教育薄弱环节改善', '101', setup_year => 2026),
	budget.register_project('P2', '标准化考场', '101001', setup_year => 2026, parent => 'P1');
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"')) AS version;
SELECT budget.take_over_projects(jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'funded')), '移交清单') ->> 'refused' AS refused FROM budget.project;

-- Nothing was posted: no rows, and no division by zero.
SELECT * FROM budget_report.execution_by_division;

-- The province appropriates, allots to a unit, and sends money down two levels; one
-- transfer stays on its way.
SELECT budget.open_line(2026, '101', '2050201', '50299', '30299', title => '教育厅', project => 'P1', executable => false) AS root \gset
SELECT budget.open_line(2026, '101001', '2050201', '50299', '30299', title => '考试院', project => 'P2', parent => :root) AS child \gset
SELECT budget.open_line(2026, '001', '2050201', '51301', title => '教育转移支付', executable => false) AS source \gset
SELECT budget.open_line(2026, '501', '2050202', '50299', title => '上级教育资金', source_document => '苏财教〔2026〕7号') AS city \gset
SELECT budget.appropriate(:root, 5000000, '苏财预〔2026〕1号') > 0,
	budget.appropriate(:source, 3000000, '苏财预〔2026〕1号') > 0,
	budget.allot(:root, :child, 2000000, '苏教财〔2026〕3号') > 0;
SELECT budget.send_transfer(:source, '320500000', 1200000, '苏财教〔2026〕7号') AS sent \gset
SELECT budget.send_transfer(:source, '321300000', 800000, '苏财教〔2026〕8号') > 0;
SELECT budget.receive_transfer(:sent, :city, '苏市财教〔2026〕2号') > 0;
SELECT budget.pay(:child, 450000.55, '支付凭证 001', accounting_date => '2026-03-05') AS payment \gset
SELECT budget.refund(:payment, 50000.55, '退款 001', accounting_date => '2026-04-01') > 0,
	budget.freeze(:child, 100000, '审〔2026〕1号') > 0,
	budget.reserve_out(:child, 60000, '调剂申请 1') > 0,
	budget.pay(:city, 300000, '支付凭证 501-1', accounting_date => '2026-05-05') > 0,
	budget.withdraw(:root, 500000, '盘活存量') > 0;

SELECT fiscal_year AS year, division_code, division_level AS level, lines, own_budget, own_paid, own_transferred,
	total_budget, total_paid, total_execution_rate AS rate, total_in_transit AS in_transit
FROM budget_report.execution_by_division ORDER BY division_code;
-- What came in from outside is where it is now: in a budget, on its way, or withdrawn.
SELECT d.total_budget + d.total_in_transit + l.withdrawn AS accounted_for
FROM budget_report.execution_by_division d,
	(SELECT sum(withdrawn) AS withdrawn FROM budget_report.line_detail) l
WHERE division_code = '320000000';
SELECT division_code, fund_type, fund_type_name, own_budget, total_budget
FROM budget_report.execution_by_fund_type ORDER BY 1, 2;
SELECT unit_code, unit_kind, parent_unit_code AS parent, division_name, lines, own_budget, own_execution_rate AS own_rate,
	total_budget, total_paid, total_encumbered AS encumbered, total_blocked AS blocked, total_carried AS carried,
	total_available AS available, total_execution_rate AS rate
FROM budget_report.execution_by_unit ORDER BY unit_code;
SELECT division_name, func_code, func_name, func_level AS level, func_is_leaf AS leaf, own_budget, total_budget, total_execution_rate AS rate
FROM budget_report.execution_by_function WHERE func_code LIKE '205%' ORDER BY division_code, func_code;
SELECT project_code, project_name, category, parent_project_code AS parent, unit_code, lines, budget, paid, blocked, available, execution_rate
FROM budget_report.execution_by_project ORDER BY project_code;
SELECT title, unit_name, func_name, gov_econ_name, dept_econ_name, source_doc, executable, control, budget, appropriated, allotted, execution_rate
FROM budget_report.line_detail ORDER BY line_id;
SELECT entry_no, accounting_date, kind_name, source, target, amount, budget_change, paid_change, available_after, unit_code, func_code, project_code, document
FROM budget_report.journal WHERE line_id = :child AND accounting_date < '2026-05-01' AND kind IN ('pay', 'refund')
ORDER BY entry_no;
SELECT fiscal_year, document, from_division_name, to_division_name, amount, direct, days_in_transit BETWEEN 0 AND 1 AS fresh
FROM budget_report.transfer_in_transit;
-- One that another ledger announces has left no budget here.
SELECT budget.announce_transfer(2026, '320000000', '321300000', 70000, '苏财教〔2026〕9号', origin => 'province', origin_id => '17') AS announced \gset
SELECT total_in_transit FROM budget_report.execution_by_division WHERE division_code = '320000000';
SELECT document, from_line_id, to_division_name, amount, origin FROM budget_report.transfer_in_transit ORDER BY document;

--
-- The same for anything that may be posted: two random years on random lines.
--
SELECT budget.add_year(2027, 'open');
SELECT setseed(0.42);
CREATE TEMP TABLE some_line AS
SELECT budget.open_line(CASE WHEN g.n % 7 < 4 THEN 2026 ELSE 2027 END, u.unit, c.func, '50299', title => 'r' || g.n, fund_type => CASE WHEN g.n % 3 = 0 THEN '12' ELSE '11' END,
	project => CASE WHEN g.n % 4 = 0 THEN 'P' || 1 + g.n / 4 % 2 END, control => CASE WHEN g.n % 5 = 0 THEN 'off' ELSE 'block' END) AS line_id
FROM generate_series(1, 40) g(n)
JOIN (VALUES (0, '101'), (1, '101001'), (2, '101001-1'), (3, '501'), (4, '505'), (5, '513')) u(n, unit) ON u.n = g.n % 6
JOIN (VALUES (0, '2050201'), (1, '2050202'), (2, '2010101')) c(n, func) ON c.n = g.n % 3;
CREATE FUNCTION pg_temp.act() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a bigint; b bigint;
	money numeric := 1 + (random() * 100000)::integer / 100.0;
	entry bigint;
BEGIN
	SELECT line_id INTO a FROM some_line ORDER BY random() LIMIT 1;
	SELECT line_id INTO b FROM some_line ORDER BY random() LIMIT 1;
	SELECT posting_id INTO entry FROM budget.journal ORDER BY random() LIMIT 1;
	CASE (random() * 13)::integer
		WHEN 0, 1 THEN PERFORM budget.appropriate(a, money * 10, 'd');
		WHEN 2 THEN PERFORM budget.reduce(a, money, 'd');
		WHEN 3, 4, 5 THEN PERFORM budget.pay(a, money, 'd');
		WHEN 6 THEN PERFORM budget.freeze(a, money, 'd');
		WHEN 7 THEN PERFORM budget.reserve_out(a, money, 'd');
		WHEN 8 THEN PERFORM budget.withdraw(a, money, 'd');
		WHEN 9 THEN PERFORM budget.virement(a, b, money, 'd');
		WHEN 10 THEN PERFORM budget.send_transfer(a, CASE WHEN money < 500 THEN '320500000' ELSE '320505000' END, money, 'd');
		WHEN 11 THEN PERFORM budget.refund(entry, money / 10, 'd');
		WHEN 12 THEN PERFORM budget.reverse(entry, 'd');
		ELSE PERFORM budget.correct_payment(entry, b, money / 10, 'd');
	END CASE;
	RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
	RETURN 'refused';
END $$;
SELECT outcome, count(*) > 100 AS many FROM (SELECT pg_temp.act() AS outcome FROM generate_series(1, 1500)) x GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM budget.verify_ledger();

-- The journal, added up with nothing of the views, and without budget_code's operators.
CREATE TEMP TABLE truth AS
SELECT l.line_id, l.fiscal_year, l.division::text AS division, l.unit::text AS unit, l.func::text AS func, l.fund_type, l.project_id,
	coalesce(sum(j.amount::numeric * (('appropriated' = k.source)::int - ('appropriated' = k.target)::int
		+ (k.source IN ('allotted', 'transferred', 'withdrawn'))::int - (k.target IN ('allotted', 'transferred', 'withdrawn'))::int)), 0) AS budget,
	coalesce(sum(j.amount::numeric * (('paid' = k.target)::int - ('paid' = k.source)::int)), 0) AS paid,
	coalesce(sum(j.amount::numeric * ((k.target IN ('frozen', 'pending_out'))::int - (k.source IN ('frozen', 'pending_out'))::int)), 0) AS blocked,
	coalesce(sum(j.amount::numeric * (('available' = k.target)::int - ('available' = k.source)::int)), 0) AS available,
	count(j.line_id) AS entries
FROM budget.line l LEFT JOIN budget.journal j ON j.line_id = l.line_id LEFT JOIN budget.entry_kind k ON k.kind = j.kind
GROUP BY l.line_id;
SELECT count(*) AS lines, sum(budget) > 0 AS money, count(*) FILTER (WHERE paid > 0) > 10 AS paid, sum(blocked) > 0 AS blocked FROM truth;
CREATE TEMP TABLE expected (what text, name text, fiscal_year integer, own_budget numeric, own_paid numeric,
	budget numeric, paid numeric, blocked numeric, available numeric, lines bigint);
CREATE TEMP TABLE shown (LIKE expected);
INSERT INTO expected
SELECT 'division', d.official_code, t.fiscal_year,
	coalesce(sum(t.budget) FILTER (WHERE t.division = d.code::text), 0), coalesce(sum(t.paid) FILTER (WHERE t.division = d.code::text), 0),
	sum(t.budget), sum(t.paid), sum(t.blocked), sum(t.available), count(*)
FROM budget.division d JOIN truth t ON starts_with(t.division, d.code::text) GROUP BY 2, 3
UNION ALL
SELECT 'fund type', d.official_code || ' ' || t.fund_type, t.fiscal_year,
	coalesce(sum(t.budget) FILTER (WHERE t.division = d.code::text), 0), coalesce(sum(t.paid) FILTER (WHERE t.division = d.code::text), 0),
	sum(t.budget), sum(t.paid), sum(t.blocked), sum(t.available), count(*)
FROM budget.division d JOIN truth t ON starts_with(t.division, d.code::text) GROUP BY 2, 3
UNION ALL
SELECT 'function', d.official_code || ' ' || c.official_code, t.fiscal_year,
	coalesce(sum(t.budget) FILTER (WHERE t.division = d.code::text), 0), coalesce(sum(t.paid) FILTER (WHERE t.division = d.code::text), 0),
	sum(t.budget), sum(t.paid), sum(t.blocked), sum(t.available), count(*)
FROM budget.division d JOIN truth t ON starts_with(t.division, d.code::text)
JOIN budget.classification c ON c.scheme = 'function' AND starts_with(t.func, c.official_code) GROUP BY 2, 3
UNION ALL
SELECT 'unit', u.official_code, t.fiscal_year,
	coalesce(sum(t.budget) FILTER (WHERE t.unit = u.code::text), 0), coalesce(sum(t.paid) FILTER (WHERE t.unit = u.code::text), 0),
	sum(t.budget), sum(t.paid), sum(t.blocked), sum(t.available), count(*)
FROM budget.unit u JOIN truth t ON starts_with(t.unit, u.code::text) GROUP BY 2, 3
UNION ALL
SELECT 'project', r.official_code, t.fiscal_year, 0, 0, sum(t.budget), sum(t.paid), sum(t.blocked), sum(t.available), count(*)
FROM truth t JOIN budget.project r USING (project_id) GROUP BY 2, 3
UNION ALL
SELECT 'line', line_id::text, fiscal_year, 0, 0, budget, paid, blocked, available, 1 FROM truth
UNION ALL
SELECT 'journal', line_id::text, fiscal_year, 0, 0, budget, paid, 0, 0, 0 FROM truth WHERE entries > 0;
INSERT INTO shown
SELECT 'division', division_code, fiscal_year, own_budget, own_paid, total_budget, total_paid, total_blocked, total_available, lines
FROM budget_report.execution_by_division
UNION ALL
SELECT 'fund type', division_code || ' ' || fund_type, fiscal_year, own_budget, own_paid, total_budget, total_paid, total_blocked, total_available, lines
FROM budget_report.execution_by_fund_type
UNION ALL
SELECT 'function', division_code || ' ' || func_code, fiscal_year, own_budget, own_paid, total_budget, total_paid, total_blocked, total_available, lines
FROM budget_report.execution_by_function
UNION ALL
SELECT 'unit', unit_code, fiscal_year, own_budget, own_paid, total_budget, total_paid, total_blocked, total_available, lines
FROM budget_report.execution_by_unit
UNION ALL
SELECT 'project', project_code, fiscal_year, 0, 0, budget, paid, blocked, available, lines FROM budget_report.execution_by_project
UNION ALL
SELECT 'line', line_id::text, fiscal_year, 0, 0, budget, paid, frozen + pending_out, available, 1 FROM budget_report.line_detail
UNION ALL
SELECT 'journal', line_id::text, fiscal_year, 0, 0, sum(budget_change), sum(paid_change), 0, 0, 0 FROM budget_report.journal GROUP BY 2, 3;
(TABLE expected EXCEPT ALL TABLE shown) UNION ALL (TABLE shown EXCEPT ALL TABLE expected);
SELECT what, count(*) FROM shown GROUP BY what ORDER BY what;

-- Own levels add up to the root's consolidated figures; the rest is on its way.
SELECT sum(o.own_budget) = sum(o.total_budget) FILTER (WHERE division_code = '320000000') AS budget,
	sum(o.own_paid) = sum(o.total_paid) FILTER (WHERE division_code = '320000000') AS paid,
	sum(o.total_in_transit) FILTER (WHERE division_code = '320000000')
		= (SELECT sum(amount) FROM budget_report.transfer_in_transit WHERE origin IS NULL) AS in_transit
FROM budget_report.execution_by_division o;
SELECT bool_and(total_budget = total_paid + total_encumbered + total_blocked + total_carried + total_available) AS parts
FROM budget_report.execution_by_division;
-- An id names one row.
SELECT bool_and(rows = ids) AS unique_ids FROM (
	SELECT count(*) AS rows, count(DISTINCT id) AS ids FROM budget_report.execution_by_division
	UNION ALL SELECT count(*), count(DISTINCT id) FROM budget_report.execution_by_fund_type
	UNION ALL SELECT count(*), count(DISTINCT id) FROM budget_report.execution_by_unit
	UNION ALL SELECT count(*), count(DISTINCT id) FROM budget_report.execution_by_function
	UNION ALL SELECT count(*), count(DISTINCT id) FROM budget_report.execution_by_project
	UNION ALL SELECT count(*), count(DISTINCT (line_id, entry_no)) FROM budget_report.journal) v;
-- No budget, no rate: on a line in mode off a payment may stand alone.
SELECT budget.open_line(2026, '513', '2050201', '50299', title => 'off', control => 'off') AS off \gset
SELECT budget.pay(:off, 10, 'd') > 0 AS posted;
SELECT budget, paid, available, execution_rate FROM budget_report.line_detail WHERE line_id = :off;
SELECT bool_and((execution_rate IS NULL) = (budget <= 0)) AS rate_defined FROM budget_report.line_detail;

-- The most that a line may hold is what the views can show: nobody can blind a report.
SELECT budget.open_line(2026, '513', '2050201', '50299', title => 'much') AS much \gset
SELECT budget.appropriate(:much, 9999999999999999.99, 'd') > 0 AS posted;
SELECT budget.appropriate(:much, 0.01, 'd');
SELECT budget, appropriated, available FROM budget_report.line_detail WHERE line_id = :much;
SELECT total_budget > 9999999999999999 AS shown FROM budget_report.execution_by_division WHERE division_code = '320000000' AND fiscal_year = 2026;
