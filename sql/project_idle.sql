-- Idle money (资金沉淀), deviation of execution (执行偏差), what goes wrong most often (高频问题).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT count(b.register_division(c, n, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS x(c, n);
SELECT count(b.register_unit(c, n, d)) FROM (VALUES ('101', '省教育厅', '320000000'), ('201', '市教育局', '320100000'), ('301', '市教育局', '320500000')) AS x(c, n, d);
SELECT count(b.register_project('P' || i, '学校改造' || i, CASE i WHEN 1 THEN '101' ELSE '201' END, setup_year => 2025)) FROM generate_series(1, 3) AS i;
SELECT pg_temp.take_over('b') AS taken_over;
CREATE TEMP TABLE l (name text PRIMARY KEY, line bigint);
CREATE FUNCTION pg_temp.line(wanted text) RETURNS bigint LANGUAGE sql AS $$SELECT line FROM l WHERE name = wanted$$;
INSERT INTO l SELECT n, b.open_line(2025, u, '2050202', title => n, project => p, executable => e)
  FROM (VALUES ('held', '101', NULL, false), ('a', '101', 'P1', true), ('b', '201', 'P2', true), ('c', '201', NULL, true), ('d', '301', NULL, true)) AS x(n, u, p, e);
SELECT count(b.appropriate(pg_temp.line(n), a, '苏财预1号', accounting_date => d::date)) FROM (VALUES
  ('held', 5000, '2025-01-05'), ('a', 1000, '2025-01-10'), ('a', 400, '2025-08-20'), ('b', 1200, '2025-02-01'), ('c', 600, '2025-07-01'), ('d', 0.03, '2025-01-31')) AS x(n, a, d);
SELECT count(b.pay(pg_temp.line(n), a, '凭证', accounting_date => d::date)) FROM (VALUES ('a', 300, '2025-03-01'), ('a', 200, '2025-12-05'), ('b', 600, '2025-06-30'), ('d', 0.01, '2025-09-01')) AS x(n, a, d);
SELECT b.commit_funds(pg_temp.line('b'), 100, '合同1', accounting_date => '2025-07-15') > 0 AS contract;

-- released before the last six months and not used by the day; the oldest money is used first
CREATE FUNCTION pg_temp.idle(day date, months integer DEFAULT NULL) RETURNS TABLE (title text, since date, released numeric, used numeric, recent numeric, unused numeric, idle numeric, idle_rate numeric) LANGUAGE sql AS
  $$SELECT title, since, released, used, recent, unused, idle, idle_rate FROM b.idle_money(day, months) ORDER BY title$$;
SELECT * FROM pg_temp.idle('2025-12-31');
-- a past day knows nothing of what was paid after it
SELECT * FROM pg_temp.idle('2025-09-30', 3);
SELECT * FROM pg_temp.idle('2025-01-31', 0);
SELECT * FROM pg_temp.idle('2025-01-04', 1);
-- no day, months that are none; a line that nothing is released to, and one that nothing was paid from
SELECT pg_temp.refused(format('SELECT * FROM b.idle_money(%L, %L)', d, m)) FROM (VALUES ('infinity', NULL), (NULL, NULL), ('2025-12-31', -1), ('2025-12-31', 1201), ('2025-12-31', 2147483647)) AS v(d, m);
INSERT INTO l SELECT 'empty', b.open_line(2025, '301', '2050202', title => 'empty');
SELECT count(*) AS nothing FROM pg_temp.idle('2025-12-31') WHERE title = 'empty';
-- what is given back is idle as before; what is taken away is not
SELECT b.withdraw(pg_temp.line('c'), 150, '收回', accounting_date => '2025-12-20') > 0 AS withdrawn;
SELECT * FROM pg_temp.idle('2026-01-01') WHERE title = 'c';
-- a profile has months of its own
SELECT b.register_profile('slow', 'slow', '{"settings": {"project.idle_months": {"value": 1200}, "ledger.goal.deviation": {"value": 0.05}}}'), b.apply_profile('slow', '320500000', '2020-01-01');
SELECT title, since FROM b.idle_money('2025-12-31') WHERE unit_code = '301';
-- each line by itself, then added up
SELECT unit_code, lines, idle_lines, released, used, idle, idle_rate FROM b_report.idle_money_by_unit ORDER BY 1;
SELECT division_code, division_level, lines, idle_lines, released, idle, idle_rate FROM b_report.idle_money_by_division ORDER BY 1;
SELECT (SELECT sum(idle) FROM b_report.idle_money) = (SELECT idle FROM b_report.idle_money_by_division WHERE division_code = '320000000') AS adds_up;

-- deviation: monthly plans where there are some, twelfths where there are none; nothing planned is no division by zero
SELECT b.apply_profile('jiangsu', '320100000', '2020-01-01') AS jiangsu, b.apply_profile('jincai', '320000000', '2020-01-01') AS jincai;
SELECT b.set_plan(2025, '{0,0,300,0,0,0,0,0,0,0,0,1100}', line => pg_temp.line('a')) > 0 AS plan;
SELECT month, planned, actual, planned_lines, difference, deviation_rate, goal, within_goal FROM b_report.execution_deviation_month WHERE project_code = 'P1' ORDER BY 1;
SELECT month, planned, actual, planned_lines, deviation_rate, goal, within_goal FROM b_report.execution_deviation_month WHERE project_code = 'P2' AND month IN (1, 5, 6, 7, 12) ORDER BY 1;
SELECT quarter, division_code, projects, projects_off, planned, actual, deviation_rate, project_deviation_rate, goal, within_goal FROM b_report.execution_deviation_quarter ORDER BY 1, 2;
-- exactly the goal is within it, a fen more is not
INSERT INTO l SELECT 'e', b.open_line(2025, '201', '2050202', title => 'e', project => 'P3');
SELECT b.appropriate(pg_temp.line('e'), 1200, '苏财预2号', accounting_date => '2025-01-10') > 0 AS given;
SELECT b.pay(pg_temp.line('e'), 105, '凭证', accounting_date => '2025-01-20') > 0 AS paid;
SELECT planned, actual, deviation_rate, within_goal FROM b_report.execution_deviation_month WHERE project_code = 'P3' AND month = 1;
SELECT b.pay(pg_temp.line('e'), 0.01, '凭证', accounting_date => '2025-01-21') > 0 AS paid;
SELECT planned, actual, deviation_rate, within_goal FROM b_report.execution_deviation_month WHERE project_code = 'P3' AND month = 1;

-- what goes wrong most often
DELETE FROM b.project_template_document;
UPDATE b.project_stage_move SET road = 'function';
UPDATE b.project SET planned_total = '1200', starts_on = '2025-01-01', ends_on = '2025-12-31', responsible = 'x';
SELECT count(b.move_project('P' || i, s, reason => '测试')) FROM generate_series(1, 3) AS i, unnest('{under_way}'::text[]) AS s;
CREATE ROLE pi_clerk LOGIN;
SELECT b.publish_flow('{"flow": "payment", "title": "支付", "steps": [{"step": "check", "assign": [{"login": "pi_clerk"}], "next": "end", "deadline": {"hours": 1, "action": "remind"}}, {"step": "end", "type": "end"}]}');
SELECT b.start_case('payment', '付款' || i, '{}', unit => '201') > 0 AS started FROM generate_series(1, 2) AS i;
ALTER TABLE b.task DISABLE TRIGGER guard;
UPDATE b.task SET due_at = opened_at - interval '1 second' WHERE kind = 'sign' AND task_id = (SELECT min(task_id) FROM b.task WHERE kind = 'sign');
ALTER TABLE b.task ENABLE ALWAYS TRIGGER guard;
SELECT assessed, red, yellow FROM b.assess_all('2025-12-31');
SELECT problem, kind, division_code, count, of_all, rate, amount, rank_in_problem, rank FROM b_report.problem_frequency ORDER BY id;
-- a project that is done is late no more
BEGIN;
SELECT count(b.move_project('P' || i, 'completed', '完工')) FROM generate_series(1, 3) AS i;
SELECT problem, kind, count FROM b_report.problem_frequency WHERE problem = '进度滞后';
ROLLBACK;

-- each reader sees his own
CREATE ROLE pi_city LOGIN;
GRANT pi_city TO regress_owner;
SELECT budgetpm.grant_ledger('b', 'pi_city', 'reader', '320100000') > 0 AS granted;
SET ROLE pi_city;
SELECT title, idle FROM b.idle_money('2025-12-31') ORDER BY 1;
SELECT DISTINCT division_code FROM b_report.idle_money_by_division;
SELECT DISTINCT project_code FROM b_report.execution_deviation_month ORDER BY 1;
SELECT DISTINCT division_code FROM b_report.problem_frequency;
RESET ROLE;
DROP OWNED BY pi_city;
DROP ROLE pi_city, pi_clerk;
