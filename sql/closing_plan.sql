--
-- Where money is carried when codes, units and governments change between two years,
-- and lines that somebody opened for it before.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set ECHO none
\i :top/test/ledger/small.sql
\set ECHO all
SET client_min_messages = warning;
SELECT budget.register_project('P1', '项目', '101', setup_year => 2026), budget.add_year(2027) \g /dev/null
SELECT pg_temp.take_over('budget') AS taken_over;
SELECT edition, first_year, last_year FROM budget.classification_edition WHERE scheme = 'function' ORDER BY edition;
-- The next year has an edition of its own: one code goes elsewhere, one is split, one is gone, the others stay.
SELECT budget.load_classification('function', 2027, 2027, (SELECT jsonb_agg(jsonb_build_object('code', c.official_code, 'name', c.name))
	FROM budget.classification c WHERE c.scheme = 'function' AND c.edition = (SELECT max(edition) FROM budget.classification_edition WHERE scheme = 'function')
	AND c.official_code NOT IN ('2050203', '2050204', '2050205'))) > 100 AS loaded;
SELECT budget.register_classification('function', 2027, '2050208', '职业初中教育'), budget.register_classification('function', 2027, '2050209', '高中教育新'),
	budget.register_classification('function', 2027, '2050210', '特色高中') \g /dev/null
SELECT budget.add_walk('function', 2020, '2050203', 2027, '2050208'), budget.add_walk('function', 2020, '2050204', 2027, '2050209', 0.6),
	budget.add_walk('function', 2020, '2050204', 2027, '2050210', 0.4) \g /dev/null
SELECT c.code, n.* FROM unnest(ARRAY['2050202', '2050203', '2050204', '2050205']) c(code), LATERAL budget.next_year_code('function', c.code, 2026) n;

-- Units: merged into another, closed for good, gone to another government.
SELECT count(budget.register_unit(code, name, division)) FROM (VALUES ('401', '市广电局', '320500000'), ('402', '市文旅局', '320500000'),
	('403', '市临时办', '320500000')) u(code, name, division) \g /dev/null
SELECT count(budget.open_line(2026, u, f, '50201', title => t, project => 'P1', elements => e::jsonb)) FROM (VALUES
	('101', '2050202', 'stays', NULL), ('101', '2050203', 'elsewhere', NULL), ('101', '2050204', 'split', NULL), ('101', '2050205', 'gone', NULL),
	('401', '2050202', 'merged', NULL), ('403', '2050202', 'closed', NULL), ('102', '2050202', 'second code', '{"transfer_function": "2050203"}'),
	('102', '2050202', 'second code gone', '{"transfer_function": "2050205"}')) v(u, f, t, e);
SELECT count(budget.appropriate(line_id, 100, 'd')) FROM budget.line WHERE title IN ('stays', 'elsewhere', 'split', 'gone', 'merged', 'closed', 'second code', 'second code gone');
SELECT budget.merge_units('{401}', '402', '2026-06-01'), budget.close_unit('403', '2026-06-01') \g /dev/null
SELECT l.title, p.action, p.blocks, p.note FROM budget.closing_plan(2026) p JOIN budget.line l USING (line_id) ORDER BY l.line_id;
SELECT l.title, n.unit_code, n.func_code, n.elements FROM budget.line l, LATERAL budget.next_year_line(l.line_id) n
WHERE l.title IN ('stays', 'elsewhere', 'merged', 'second code') ORDER BY l.line_id;

-- A line that somebody opened for it is taken; one that differs in anything is not.
SELECT budget.open_line(2027, '101', '2050202', '50201', title => 'stays', project => 'P1', elements => '{"origin_year": 2026}') AS opened_for_it,
	budget.open_line(2027, '101', '2050208', '50201', title => 'elsewhere', project => 'P1') AS no_origin,
	budget.open_line(2027, '402', '2050202', '50201', title => 'merged', project => 'P1', elements => '{"origin_year": 2025}') AS other_origin \gset
SELECT l.title, p.next_line = :opened_for_it AS taken FROM budget.closing_plan(2026) p JOIN budget.line l USING (line_id) WHERE p.action = 'carry' AND NOT p.blocks ORDER BY l.line_id;
-- What blocks is decided or moved by hand; the rest is carried.
SELECT count(budget.decide_closing(2026, 'available', 'withdraw', '年终', line => line_id)) FROM budget.line WHERE title IN ('gone', 'closed', 'second code gone');
SELECT line_id AS split FROM budget.line WHERE title = 'split' \gset
SELECT budget.open_line(2027, '101', '2050209', '50201', title => 'split 1', project => 'P1', elements => '{"origin_year": 2026}') AS part1,
	budget.open_line(2027, '101', '2050210', '50201', title => 'split 2', project => 'P1', elements => '{"origin_year": 2026}') AS part2 \gset
SELECT budget.set_year_state(2026, 'closing') \g /dev/null
SELECT budget.carry_forward(:split, :part1, 60, '新旧科目对照') > 0 AS carried, budget.carry_forward(:split, :part2, 40, '新旧科目对照') > 0 AS carried;
CALL budget.close_year(2026, dry_run => false, document => '年终');
SELECT l.title, u.official_code AS unit, l.func::text AS func, b.appropriated::text, l.elements, l.key IS NOT NULL AS by_closing
FROM budget.line l JOIN budget.balance b USING (line_id) JOIN budget.unit u ON u.code OPERATOR(budgetpm.=) l.unit
WHERE l.fiscal_year = 2027 ORDER BY l.title, b.appropriated::numeric;
SELECT * FROM budget.verify_ledger();
-- Overspent lines.
SELECT budget.open_line(2027, '101', '2050202', '50201', title => 'overspent', control => 'off') AS overspent \gset
SELECT budget.set_year_state(2027, 'open'), budget.add_year(2028) \g /dev/null
SELECT budget.pay(:overspent, 5, 'd') > 0 AS paid;
SELECT item, amount, blocks, note FROM budget.closing_plan(2027) WHERE line_id = :overspent;
