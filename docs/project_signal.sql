-- 1. Two schools and a road under way
SELECT budgetpm.create_ledger('watch', root => '320500000', first_year => 2025) \g /dev/null
SELECT count(watch.register_unit(code, name, '320500000')) FROM (VALUES ('101', '市教育局'), ('102', '市交通局')) AS u(code, name) \g /dev/null
SELECT count(watch.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES
  ('XX-1', '第一小学校舍维修改造工程', '101'), ('XX-2', '第二小学校舍维修改造工程', '101'), ('GL-1', '农村公路养护', '102')) AS p(code, name, unit) \g /dev/null
SELECT count(watch.describe_project(code, 1200000, '2025-01-01', '2025-12-31', '王工'))
  FROM unnest('{XX-1,XX-2,GL-1}'::text[]) AS code \g /dev/null
DELETE FROM watch.project_template_document;
UPDATE watch.project_stage_move SET road = 'function';
SELECT count(watch.move_project(code, stage))
  FROM unnest('{XX-1,XX-2,GL-1}'::text[]) AS code, unnest('{reviewed,admitted}'::text[]) AS stage \g /dev/null
CREATE TEMP TABLE watched AS SELECT official_code AS project, watch.open_line(2025, CASE left(official_code, 2) WHEN 'XX' THEN '101' ELSE '102' END,
  '2050202', title => name, project => official_code) AS line FROM watch.project;
SELECT count(watch.appropriate(line, 1200000, '苏财预〔2025〕1号', accounting_date => '2025-01-10')) FROM watched \g /dev/null
SELECT count(watch.move_project(project, stage, reason => '往年项目'))
  FROM watched, unnest('{selected,funded,under_way}'::text[]) AS stage \g /dev/null
SELECT count(watch.pay(line, CASE project WHEN 'XX-1' THEN 300000 WHEN 'XX-2' THEN 600000 ELSE 420000 END, '凭证',
  accounting_date => '2025-05-20')) FROM watched \g /dev/null

-- 2. The pure function
SELECT jsonb_pretty(budgetpm.signal('{"as_of": "2025-06-30", "budget": 1200000, "paid": 359999.99, "planned": 0.5, "physical": 0.4}'));

-- 3. A night
SELECT watch.set_milestones('XX-2', '[{"no": 1, "title": "开工", "planned_on": "2025-02-01", "weight": 40}, {"no": 2, "title": "完工", "planned_on": "2025-12-01", "weight": 60}]', reason => '补录计划') \g /dev/null
SELECT watch.report_progress('XX-2', 35, '2025-06-20') > 0 AS reported;
SELECT * FROM watch.assess_all('2025-06-30');
SELECT assessed, opened FROM watch.assess_all('2025-06-30');
SELECT s.project_code, s.colour, s.score, r ->> 'dimension' AS dimension, r ->> 'value' AS value, r ->> 'relation' AS relation, r ->> 'threshold' AS threshold
  FROM watch_report.project_signal s, jsonb_array_elements(s.reasons) AS r ORDER BY 1, 4;
SELECT project_code, kind, colour, opened_on, problem FROM watch_report.project_concern ORDER BY 1;

-- 4. It gets better
SELECT watch.pay(line, 420000, '凭证', accounting_date => '2025-07-10') > 0 AS paid FROM watched WHERE project = 'XX-1';
SELECT assessed, red, yellow, green, blue, opened, ended FROM watch.assess_all('2025-07-31');
SELECT project_code, as_of, colour, last_colour, changed FROM watch_report.project_signal WHERE changed ORDER BY 1, 2;

-- 5. Who is declared twice
SELECT project_code, name, name_similarity, shared_pairs, all_pairs, same_unit, years_in_common, amount_ratio, total FROM watch.similar_projects('XX-1');

-- 6. What lies idle
SELECT unit_code, title, since, released, used, recent, idle, idle_rate FROM watch.idle_money('2025-12-31', 6) ORDER BY 1, 2;

-- 7. Deviation and problems
SELECT month, planned, actual, deviation_rate FROM watch_report.execution_deviation_month WHERE project_code = 'XX-1' AND month IN (1, 5, 6, 7) ORDER BY 1;
SELECT quarter, projects, planned, actual, deviation_rate, project_deviation_rate FROM watch_report.execution_deviation_quarter ORDER BY 1;
SELECT problem, kind, count, of_all, rate FROM watch_report.problem_frequency ORDER BY id;
