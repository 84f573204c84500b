-- Rules stand between a unit and its submission: everything that stops it is told at once, what goes on is kept.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('s', root => '320000000', first_year => 2027);
SELECT count(s.register_unit(code, name, '320000000')) FROM (VALUES ('101', '省教育厅'), ('102', '省林业局')) AS u(code, name);
SELECT s.apply_profile('jiangsu');
SELECT s.publish_flow('{"flow": "requests", "title": "三上三下", "steps": [
   {"step": "finance", "assign": [{"login": "regress_owner"}], "self": "allow", "next": "done", "effects": [{"effect": "prepare", "arguments": {"move": "accept"}}]},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') AS version;
SELECT s.load_spending_history((SELECT jsonb_agg(jsonb_build_object('fiscal_year', y, 'unit', '101', 'func', '2050202', 'spent', a)) FROM (VALUES (2023, 100), (2024, 120), (2025, 150), (2026, 180)) AS v(y, a)), '决算');
SELECT s.create_preparation(2027, '320000000', '2027年', 'requests') AS prep \gset
SELECT s.save_request(:prep, '101', '公用经费', '[{"title": "办公", "func": "2050202", "unit_cost": 10, "quantity": 20}]', category => '2') AS one \gset
SELECT s.save_request(:prep, '101', '公用 经费', '[{"title": "办公", "func": "2050202", "unit_cost": 10, "quantity": 20}]', category => '2') AS two \gset
SELECT s.save_request(:prep, '101', '新校区', '[{"title": "设计", "func": "2050202", "unit_cost": 1000000, "quantity": 20}]', category => '3') AS three \gset

-- (20 % + 25 % + 20 %) / 3 is 21.67 %; one name twice; 特定目标类 without a project
SELECT pg_temp.refused(format('SELECT s.submit_requests(%s, %L)', :prep, '101'));
SELECT count(*) AS nothing_kept FROM s.rule_finding;
SELECT s.explain_finding(:one, 'growth_15', '新增两个校区', whole_unit => true) AS explained;
SELECT s.withdraw_request(:three, '未入库');
SELECT s.explain_finding(:one, 'duplicate', '分两次支付') AS explained;
SELECT pg_temp.refused(format('SELECT s.submit_requests(%s, %L)', :prep, '101'));
SELECT s.withdraw_request(:two, '并入公用经费');
-- the reason holds, for the rule finds the same; the duplicate is gone
SELECT rule, severity, explanation FROM s.check_request(:one);
SELECT s.submit_requests(:prep, '101') > 0 AS submitted;
SELECT request_id = :one AS one, version_no, round, unit_code, rule, severity, measured, explanation, explained_by FROM s_report.rule_finding ORDER BY finding_id;
-- a unit without history goes through with nothing to say
SELECT s.save_request(:prep, '102', '造林', '[{"title": "苗木", "func": "2110101", "unit_cost": 10, "quantity": 20}]', category => '2') > 0 AS saved, s.submit_requests(:prep, '102') > 0 AS submitted;
SELECT count(*) FROM s.rule_finding;
SELECT pg_temp.refused(q) FROM unnest(ARRAY['UPDATE s.rule_finding SET severity = $$warn$$', 'DELETE FROM s.rule_finding', 'INSERT INTO s.rule_finding OVERRIDING SYSTEM VALUE SELECT * FROM s.rule_finding']) AS q;
