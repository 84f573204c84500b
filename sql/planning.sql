-- Preparations and their rounds; requests saved, changed, withdrawn; copied from last year (DOMAIN (b.3) 编制).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('c', root => '320000000', first_year => 2026);
SELECT count(c.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320200000', '无锡市')) AS d(code, name);
SELECT count(c.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL), ('101001', '省属中学', '320000000', '101'), ('101002', '省属小学', '320000000', '101'),
  ('201', '市教育局', '320100000', NULL), ('301', '无锡教育局', '320200000', NULL)) AS u(code, name, division, parent);
SELECT c.add_year(2027, 'preparing');
SELECT c.publish_flow('{"flow": "requests", "title": "两上两下", "steps": [
   {"step": "finance", "assign": [{"login": "regress_owner"}], "self": "allow", "next": "done",
    "effects": [{"effect": "prepare", "arguments": {"move": "accept"}}]},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit"}}],
   "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') AS version;
SELECT c.publish_flow('{"flow": "idle", "title": "空", "steps": [{"step": "done", "type": "end"}]}') AS version;

SELECT c.define_form_field('request', 'campus', 'text', '{"zh": "校区"}', '320000000', required => true) > 0 AS field;

-- what is refused of a preparation
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT c.create_preparation(NULL, '320000000', 'x', 'requests')$$,
  $$SELECT c.create_preparation(2031, '320000000', 'x', 'requests')$$,
  $$SELECT c.create_preparation(2027, '329900000', 'x', 'requests')$$,
  $$SELECT c.create_preparation(2027, '320000000', ' ', 'requests')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'nowhere')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'idle')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'requests', rounds => '0')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'requests', rounds => '2.5')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'requests', rounds => '[]')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'requests', rounds => '[{"top": 1}, 2, {"up": "一上", "ceiling_binds": 1}]')$$,
  $$SELECT c.create_preparation(2027, '320000000', 'x', 'requests', rounds => '[{"up_closes_on": "2026-02-30", "down_closes_on": "infinity"}, {"up_closes_on": "soon", "up": "　"}]')$$]) AS s;
SELECT pg_temp.refused($$SELECT c.publish_flow('{"flow": "wrong", "title": "错", "steps": [{"step": "done", "type": "end"}], "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "leap", "when": 1}}]}}')$$);

-- rounds are rows: the profile's two, three of Jiangsu, or described one by one
SELECT c.create_preparation(2027, '320000000', '2027年省级预算编制', 'requests') AS p \gset
SELECT c.create_preparation(2027, '320100000', '2027年南京预算编制', 'requests', rounds => '[{"up": "申报", "down": "下达", "up_closes_on": "2026-09-30"}, {"ceiling_binds": false}]') AS nanjing \gset
SELECT pg_temp.refused($$SELECT c.create_preparation(2027, '320000000', 'again', 'requests')$$);
SELECT preparation_id, round, up_title, down_title, up_closes_on, ceiling_binds FROM c.preparation_round ORDER BY 1, 2;
SELECT preparation_id, fiscal_year, division_code, title, flow, state, rounds, requests FROM c_report.preparation ORDER BY 1;

-- who takes part where: the nearest preparation above
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''201'', ''办公'', ''[{"title": "a", "func": "2050202", "amount": 1}]'')', :p));
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101'', ''办公'', ''[{"title": "a", "func": "2050202", "amount": 1}]'')', :nanjing));
SELECT pg_temp.refused('SELECT c.save_request(99, ''101'', ''办公'', ''[{"title": "a", "func": "2050202", "amount": 1}]'')');
SELECT c.save_request(:p, '301', '办公', '[{"title": "a", "func": "2050202", "amount": 1}]') > 0 AS below_takes_part;

-- saved, saved again, changed on top of what was read
SELECT c.save_request(:p, '101001', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 320.5, "quantity": 40, "measure": "套"}]',
  attributes => '{"campus": "鼓楼"}', attachments => '[{"kind": "quote", "title": "报价", "digest": "00000000000000000000000000000000000000000000000000000000000000aa"}]', key => 'k1') AS r \gset
SELECT c.save_request(:p, '101001', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 320.5, "quantity": 40, "measure": "套"}]',
  attributes => '{"campus": "鼓楼"}', attachments => '[{"kind": "quote", "title": "报价", "digest": "00000000000000000000000000000000000000000000000000000000000000aa"}]', key => 'k1') = :r AS same;
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101001'', ''课椅'', ''[{"title": "a", "func": "2050202", "amount": 1}]'', key => ''k1'')', :p));
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101001'', ''课桌'', ''[{"title": "课桌", "func": "2050202", "amount": 1}]'', request => %s)', :p, :r));
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101001'', ''课桌'', ''[{"title": "课桌", "func": "2050202", "amount": 1}]'', request => %s, expected_version => 2)', :p, :r));
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101002'', ''课桌'', ''[{"title": "课桌", "func": "2050202", "amount": 1}]'', request => %s, expected_version => 1)', :p, :r));
SELECT c.save_request(:p, '101001', '课桌椅', '[{"title": "课桌", "func": "2050202", "unit_cost": 300, "quantity": 40}, {"title": "椅子", "func": "2050202", "amount": "99.99"}]',
  attributes => '{"campus": "江宁"}', request => :r, expected_version => 1, reason => '加椅子', key => 'k2') = :r AS changed;
SELECT c.save_request(:p, '101001', '课桌椅', '[{"title": "课桌", "func": "2050202", "unit_cost": 300, "quantity": 40}, {"title": "椅子", "func": "2050202", "amount": "99.99"}]',
  attributes => '{"campus": "江宁"}', request => :r, expected_version => 1, reason => '加椅子', key => 'k2') = :r AS repeated;
SELECT unit_code, department_code, title, state, version_no, round, kind, amount, requested_amount FROM c_report.request ORDER BY request_id;
SELECT jsonb_pretty(c.request_document(version_id) - 'version' - 'request' - 'preparation') FROM c_report.request WHERE request_id = :r;
SELECT pg_temp.refused('SELECT c.request_document(999)');

-- given up
SELECT pg_temp.refused(format('SELECT c.withdraw_request(%s, NULL)', :r));
SELECT pg_temp.refused('SELECT c.withdraw_request(999, ''x'')');
SELECT c.withdraw_request(:r, '不要了');
SELECT pg_temp.refused(format('SELECT c.withdraw_request(%s, ''x'')', :r));
SELECT state, kind FROM c_report.request WHERE request_id = :r;
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101001'', ''课桌椅'', ''[{"title": "课桌", "func": "2050202", "amount": 1}]'', request => %s, expected_version => 2)', :p, :r));

-- nobody writes but through the functions
SELECT pg_temp.refused(s) FROM unnest(ARRAY['UPDATE c.request SET state = ''approved''', 'DELETE FROM c.request_item', 'TRUNCATE c.ceiling',
  'UPDATE c.request_version SET amount = ''1''', 'INSERT INTO c.preparation_round VALUES (1, 3, ''x'', ''y'', NULL, NULL, false)']) AS s;

-- from last year's lines: net of what was passed on, by project and fund type; twice is once
SELECT c.register_project('P1', '校园网', '101002', '3', 2026) > 0 AS made;
SELECT pg_temp.take_over('c') AS taken_over;
SELECT c.open_line(2026, '101002', '2050202', '50206', '30217', title => '会议') AS a \gset
SELECT c.open_line(2026, '101002', '2050202', '50299', '30299', title => '校园网', project => 'P1') AS b \gset
SELECT count(c.appropriate(line_id, 1000.01, '苏财预1号')) FROM c.line WHERE line_id IN (:a, :b);
SELECT c.copy_requests(:p, '101002', 1.05) AS made;
SELECT c.copy_requests(:p, '101002', 1.05) AS again;
SELECT title, project_code, category, fund_type, amount FROM c_report.request WHERE unit_code = '101002' ORDER BY 1;
SELECT i.title, func_code, gov_econ_code, dept_econ_code, unit_cost, quantity, i.amount FROM c_report.request_item i JOIN c_report.request r USING (version_id) WHERE unit_code = '101002' ORDER BY 1;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT c.copy_requests(%s, ''101002'', 0)', :p), format('SELECT c.copy_requests(%s, ''101002'', ''NaN'')', :p),
  format('SELECT c.copy_requests(%s, ''101002'', 100)', :p), format('SELECT c.copy_requests(%s, ''101002'', 1, ''dreams'')', :p)]) AS s;

-- the next year's from what was approved: a standard's new cost, the rest by the factor, in the codes of the year
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101002'')', :p)) AS form_not_filled_in;
SELECT c.retire_form_field((SELECT field_id FROM c.form_field));
SELECT c.submit_requests(:p, '101002') AS kase \gset
SELECT c.act(task_id, 'approve') FROM c.my_tasks();
SELECT title, state, kind, amount, requested_amount, approved_amount FROM c_report.request WHERE unit_code = '101002' ORDER BY 1;
SELECT c.add_year(2028, 'preparing');
SELECT c.create_preparation(2028, '320000000', '2028年省级预算编制', 'requests') AS next \gset
SELECT c.copy_requests(:next, '101002', 2) AS made;
SELECT title, project_code, state, version_no, amount FROM c_report.request WHERE preparation_id = :next ORDER BY 1;
SELECT c.copy_requests(:next, '101002', source => 'lines') AS no_lines_then;

SELECT * FROM budgetpm.check_ledger('c');
DROP SCHEMA c CASCADE;
