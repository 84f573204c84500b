-- What rules find about requests, what reasons do, and what a rule would have found (规则试算).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/planning/plant.sql
SELECT budgetpm.create_ledger('r', root => '320000000', first_year => 2027);
SELECT count(r.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(r.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL), ('101001', '省属中学', '320000000', '101'), ('102', '省林业局', '320000000', NULL),
  ('201', '市教育局', '320100000', NULL), ('301', '苏州教育局', '320500000', NULL)) AS u(code, name, division, parent);
SELECT r.apply_profile('inner_mongolia', '320100000');
SELECT count(r.register_project(code, name, unit, category)) FROM (VALUES
  ('P1', '校舍改造（一期）', '101', '3'), ('P2', '实验室', '101001', '3'), ('P3', '草原', '201', 'nm01')) AS p(code, name, unit, category);
SELECT pg_temp.open_planting('r');
SELECT pg_temp.plant_preparation('r', 2027, '320000000') AS prep \gset

-- 先有项目再安排预算; a category below 3 is 3 as well, 2 is not
SELECT pg_temp.plant('r', :prep, '101', '公用经费', 100, '2') AS plain \gset
SELECT pg_temp.plant('r', :prep, '101', '无项目', 100, '3') AS no_project \gset
SELECT pg_temp.plant('r', :prep, '201', '草原保护', 100, 'nm01') AS grass \gset
SELECT q.request, f.* FROM (VALUES (1, :plain), (2, :no_project), (3, :grass)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request, 'zh') AS f ORDER BY n;
SELECT language, f.message FROM unnest('{NULL,zh,en,mn}'::text[]) AS language CROSS JOIN LATERAL r.check_request(:grass, language) AS f;
SELECT pg_temp.refused(format('SELECT r.check_request(%s, %L)', :grass, 'fr')), pg_temp.refused('SELECT r.check_request(NULL)');

-- 事前绩效评估: ten million, and not a fen less; not for a project that was paid for before; not with the report
SELECT r.load_spending_history('[{"fiscal_year": 2025, "unit": "101001", "project": "P2", "func": "2050202", "spent": 1}]', '决算');
SELECT pg_temp.plant('r', :prep, '101', '新建甲', 10000000, '3', 'P1') AS at \gset
SELECT pg_temp.plant('r', :prep, '101', '新建乙', 9999999.99, '3', 'P1') AS below \gset
SELECT pg_temp.plant('r', :prep, '101', '新建丙', 10000000, '3', 'P1', '[{"kind": "ex_ante_assessment", "title": "报告", "digest": "00"}]') AS with_report \gset
SELECT pg_temp.plant('r', :prep, '101001', '续建', 20000000, '3', 'P2') AS old \gset
SELECT n, f.rule, f.severity, f.message, f.measured FROM (VALUES (1, :at), (2, :below), (3, :with_report), (4, :old)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request) AS f ORDER BY n, rule;

-- 重复申报: one name written in two ways, a project of that name; within one government
SELECT pg_temp.plant('r', :prep, '102', '（造林）补助 Ａ', 70, '2') AS one \gset
SELECT pg_temp.plant('r', :prep, '102', '造林补助a', 80, '2') AS two \gset
SELECT pg_temp.plant('r', :prep, '301', '造林补助A', 90, '2') AS elsewhere \gset
SELECT pg_temp.plant('r', :prep, '102', '校舍改造(一期)', 60, '3') AS renamed \gset
SELECT pg_temp.plant('r', :prep, '101', '续 建', 60, '3', 'P1') AS same_name \gset
SELECT n, f.rule, f.severity, f.message FROM (VALUES (1, :one), (2, :two), (3, :elsewhere), (4, :renamed), (5, :same_name)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request) AS f ORDER BY n, rule;
SELECT budgetpm.plain_name(' Ｃ－１０号“楼”（二期） '), budgetpm.plain_name('c-10号楼（二期）') = budgetpm.plain_name('C10号楼(二期)') AS same;
-- what nobody sees, and hyphens and dots of other kinds, make no other name; letters do
SELECT string_agg(to_hex(c), ' ' ORDER BY c) AS another FROM unnest(ARRAY[9, 11, 12, 27, 127, 133, 160, 173, 847, 1564, 4447, 5760, 6158, 8203, 8204, 8206, 8232, 8239, 8288, 12288, 12644, 65024, 65039, 65279, 65440, 917505, 917760,
  8208, 8209, 8210, 8213, 8722, 65293, 8226, 8231, 12539]) AS c WHERE budgetpm.plain_name('建筑' || chr(c) || '公司1') <> '建筑公司1' OR budgetpm.plain_name(chr(c) || '622' || chr(c)) <> '622';
SELECT budgetpm.plain_name('建築公司1') = '建筑公司1' AS letter, budgetpm.plain_name('建筑公司11') = '建筑公司1' AS digit, budgetpm.plain_name('A+B') = 'ab' AS sign, budgetpm.plain_name(U&'\200B-') = '' AS nothing;

-- 支出占比上限 and 必备附件 are settings of a place: each item is a set of parameters
SELECT r.register_profile('hebei', '河北', '{"settings": {
  "planning.share_ceilings": {"value": [{"scheme": "dept_economic", "code": "30217", "share": 0.02}, {"scheme": "function", "code": "205", "share": 0.9}], "name": "支出占比上限"},
  "planning.required_attachments": {"value": [{"category": "2", "kind": "basis"}], "name": "必备附件"}}}');
SELECT r.apply_profile('hebei', '320500000', valid_from => CURRENT_DATE - 2, version => 2);
SELECT pg_temp.plant('r', :prep, '301', '运转', 9910, '2', items => '[{"amount": "200", "dept_econ": "30217"}, {"amount": "8800", "func": "2050202"}, {"amount": "910", "func": "2010101"}]') AS share \gset
-- 教育 90 + 200 + 8800 of 10000 is 90.9 %; 公务接待 200 of 10000 is 2 %, which is not above 2 %
SELECT rule, severity, message, measured FROM r.check_request(:share);
SELECT pg_temp.plant('r', :prep, '301', '接待', 0.01, '2', attachments => '[{"kind": "basis"}]', items => '[{"amount": "0.01", "func": "2010101", "dept_econ": "30217"}]') AS cent \gset
SELECT rule, message FROM r.check_request(:cent);
-- a setting that leaves a parameter out is refused when it is registered; and where it is used, with the setting, should one have come in past the check
SELECT pg_temp.refused($$SELECT r.register_profile('hebei', '河北', '{"settings": {"planning.share_ceilings": {"value": [{"code": "30217", "share": 0.02}], "name": "x"}}}')$$);
BEGIN;
ALTER TABLE r.profile_setting DISABLE TRIGGER check_setting;
UPDATE r.profile_setting SET value = '[{"code": "30217", "share": 0.02}]' WHERE key = 'planning.share_ceilings' AND version = 2;
SELECT pg_temp.refused(format('SELECT r.check_request(%s)', :share));
ROLLBACK;
SELECT r.register_profile('hebei', '河北', '{"settings": {"planning.share_ceilings": {"value": [], "name": "x"}}}');
SELECT r.apply_profile('hebei', '320500000', version => 3);

-- where a rule holds: a division and below, a category, years
SELECT r.define_rule('{"rule": "big", "title": "大额", "severity": "explain", "predicate": "$.amount >= $limit", "parameters": {"limit": 100},
  "measures": {"items": "$.items[*].title", "none": "$.attributes.none"}, "message": {"zh": "{items}: {none} ≥ {limit}"}, "division": "320100000"}');
SELECT n, f.message, f.measured FROM (VALUES (1, :plain), (2, :grass)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request) AS f WHERE rule = 'big';
SELECT r.define_rule('{"rule": "big", "title": "大额", "severity": "explain", "predicate": "$.department_total > $limit", "parameters": {"limit": 49000000},
  "measures": {"department": "$.department_total", "unit": "$.unit_total"}, "message": {"zh": "部门{department}，单位{unit}"}, "category": "3", "from_year": 2027, "to_year": 2027}');
SELECT n, f.message FROM (VALUES (1, :plain), (2, :at), (3, :old)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request) AS f WHERE rule = 'big' ORDER BY n;

-- 情况说明: a reason holds for the values it was given for, for one request or the unit's
SELECT r.explain_finding(:at, 'big', '三年集中建设', '[{"kind": "minutes", "title": "会议纪要", "digest": "ab"}]', true) AS explained;
SELECT n, f.explanation FROM (VALUES (2, :at), (3, :below), (4, :old)) AS q(n, request) CROSS JOIN LATERAL r.check_request(q.request) AS f WHERE rule = 'big' ORDER BY n;
SELECT pg_temp.plant('r', :prep, '102', '别的', 1, '2') > 0 AS other_department, pg_temp.plant('r', :prep, '101', '又一笔', 1, '2') > 0 AS same_department;
SELECT count(*) AS found, count(f.explanation) AS explained FROM r.check_request(:at) AS f WHERE rule = 'big';
SELECT pg_temp.refused(q) FROM unnest(ARRAY[
  format('SELECT r.explain_finding(%s, %L, %L)', :plain, 'big', 'x'), format('SELECT r.explain_finding(%s, %L, %L)', :no_project, 'missing_project', 'x'),
  format('SELECT r.explain_finding(%s, %L, %L)', :at, 'big', ' '), format('SELECT r.explain_finding(%s, %L, NULL)', :at, 'big'),
  format('SELECT r.explain_finding(%s, %L, %L, %L)', :at, 'big', 'x', '{}'), 'SELECT r.explain_finding(0, $$big$$, $$x$$)',
  'UPDATE r.rule_explanation SET explanation = $$other$$', 'DELETE FROM r.rule_explanation', 'TRUNCATE r.rule_finding']) AS q;

-- a rule is tried before it is switched on, as it stands or as nobody has published it
SELECT r.retire_rule('big');
SELECT count(*) FROM r.check_request(:at) WHERE rule = 'big';
SELECT * FROM r.test_rule('big', 2027);
SELECT * FROM r.test_rule('ex_ante', 2027);
SELECT * FROM r.test_rule('new', 2027, '320100000', '{"rule": "new", "title": "x", "severity": "warn", "predicate": "$.amount > 0", "measures": {"amount": "$.amount"}, "message": {"zh": "{amount}"}}');
SELECT rule, count(*), max(message) FILTER (WHERE rule IS NULL) AS summary FROM r.rehearse_rules('["duplicate", "missing_project", {"rule": "new", "title": "x", "severity": "warn", "predicate": "$.amount > 9999999.99", "message": {"zh": "x"}}]', 2027) GROUP BY rule ORDER BY rule;
SELECT count(*) FROM r.rule_finding;
SELECT pg_temp.refused(q) FROM unnest(ARRAY['SELECT r.test_rule($$none$$, 2027)', 'SELECT r.test_rule(NULL, 2027)', 'SELECT r.test_rule($$big$$, NULL)',
  'SELECT r.test_rule($$big$$, 2027, $$999$$)', 'SELECT r.rehearse_rules($$[]$$, 2027)', 'SELECT r.rehearse_rules($${"rule": "x"}$$, 2027)',
  'SELECT r.rehearse_rules($$[{"rule": "x"}, 5]$$, 2027)', 'SELECT r.rehearse_rules(NULL, 2027)']) AS q;
