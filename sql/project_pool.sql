-- The pool of projects: stages and who may move them, plans, milestones, dependencies, records, money by year.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025) \g /dev/null
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2)) \g /dev/null
SELECT count(budget.register_unit(code, name, '320500000', parent)) FROM (VALUES
  ('101', '苏州市教育局', NULL), ('101001', '苏州市第一中学', '101')) AS u(code, name, parent) \g /dev/null
SELECT count(budget.register_project(code, name, '101001', category, 2025, parent)) FROM (VALUES
  ('P', '新校区建设', '3', NULL), ('P.1', '教学楼', '3', 'P'), ('P.2', '操场', '3', 'P'), ('P.1.1', '教学楼一标段', '3', 'P.1'), ('Q', '物业', '2', NULL)) AS p(code, name, category, parent) \g /dev/null
SELECT project_code, path, level, root_code, category_name, stage, sub_projects FROM budget_report.project_pool ORDER BY path;

-- 1. What a project says of itself: every fault of the years at once.
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.describe_project('X')$$,
  $$SELECT budget.describe_project(NULL)$$,
  $$SELECT budget.describe_project('P', planned_total => 1.005)$$,
  $$SELECT budget.describe_project('P', planned_total => -1)$$,
  $$SELECT budget.describe_project('P', starts_on => '2026-02-01', ends_on => '2026-01-31')$$,
  $$SELECT budget.describe_project('P', years => '[]')$$,
  $$SELECT budget.describe_project('P', planned_total => 100, years => '{"26": "1", "2026": "1.005", "2027": null}')$$,
  $$SELECT budget.describe_project('P', planned_total => 100, years => '{"2025": "60", "2026": "40.01"}')$$,
  $$SELECT budget.describe_project('P', attributes => '[]')$$]) AS s;
SELECT budget.describe_project('P', 1000, '2025-01-01', '2026-12-31', '张三', '教育', NULL, '{"2025": "600", "2026": "400"}');
SELECT budget.describe_project('P.1', 700, '2025-01-01', '2026-06-30', '李四');
SELECT budget.describe_project('P.2', 300, '2025-07-01', '2026-12-31');
SELECT official_code, planned_total, starts_on, ends_on, responsible, industry, attributes FROM budget.project WHERE planned_total IS NOT NULL ORDER BY 1;

-- 2. Milestones: by hand with every fault at once, or from the template of the category or a more general one.
SELECT pg_temp.refused(format('SELECT budget.set_milestones(''P.1'', %L)', m)) FROM unnest(ARRAY[
  '{}', '[{"no": 0, "title": "", "planned_on": "soon", "weight": 101.00001}, {"no": 2, "title": "a", "planned_on": "2025-06-30", "weight": 50}, {"no": 2, "title": "b", "planned_on": "2025-07-30", "weight": 49.9999}]']) AS m;
SELECT budget.set_milestones('P.1', '[{"no": 1, "title": "基础", "planned_on": "2025-06-30", "weight": 33.3333}, {"no": 2, "title": "封顶", "planned_on": "2026-01-31", "weight": 66.6667}]');
SELECT budget.apply_project_template('P.2');
SELECT project_code, milestone_no, title, planned_on, weight, planned_progress FROM budget_report.project_schedule ORDER BY 1, 2;
SELECT pg_temp.refused($$SELECT budget.apply_project_template('P.1.1')$$), pg_temp.refused($$SELECT budget.complete_milestone('P.1', 1, document => '验收1')$$);
SELECT budget.describe_project('Q', 5, '2025-01-01', '2025-12-31');
SELECT pg_temp.refused($$SELECT budget.apply_project_template('Q')$$);

-- 3. Stages: the list says who may; conditions are all told at once.
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.move_project('X', 'reviewed')$$,
  $$SELECT budget.move_project('P', 'funded')$$,
  $$SELECT budget.move_project('P', 'built')$$,
  $$SELECT budget.move_project('P', NULL)$$,
  $$SELECT budget.move_project('P', 'reviewed', on_day => CURRENT_DATE + 1)$$,
  $$SELECT budget.move_project('P', 'reviewed', on_day => 'infinity')$$, $$SELECT budget.move_project('P', 'reviewed', on_day => '-infinity')$$,
  $$SELECT budget.describe_project('P', starts_on => '-infinity')$$, $$SELECT budget.describe_project('P', ends_on => 'infinity')$$, $$SELECT budget.describe_project('P', ends_on => '10000-01-01')$$,
  $$SELECT budget.plan_delivery('钢材', 'infinity', 1, project => 'P')$$,
  $$SELECT budget.move_project('P', 'cancelled')$$]) AS s;
SELECT count(budget.move_project(official_code, 'reviewed')) FROM budget.project;
SELECT pg_temp.refused($$SELECT budget.move_project('P', 'admitted', '领导同意')$$);
SELECT pg_temp.refused($$UPDATE budget.project SET stage = 'admitted'$$), pg_temp.refused($$DELETE FROM budget.project_event$$);
-- a flow: refused as a whole while the project is not complete, and moved with the signature
SELECT count(budget.publish_flow(format('{"flow": %s, "title": "阶段", "steps": [{"step": "审批", "assign": [{"login": "regress_owner"}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}], "effects": {"approved": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": %s%s}}]}}', to_jsonb('to_' || stage), to_jsonb(stage), CASE stage WHEN 'cancelled' THEN ', "reason": "$.reason"' ELSE '' END)::jsonb)) FROM unnest('{admitted,accepted,cancelled}'::text[]) AS stage;
SELECT pg_temp.refused(format($$SELECT budget.publish_flow('{"flow": "x", "title": "x", "steps": [{"step": "a", "assign": [{"login": "regress_owner"}], "next": "b"}, {"step": "b", "type": "end"}], "effects": {"approved": [{"effect": "project_stage", "arguments": %s}]}}')$$, a)) FROM unnest('{"{}","{\"project\": \"P\"}","{\"project\": \"P\", \"to\": \"built\"}"}'::text[]) AS a;
CREATE FUNCTION pg_temp.approve(code text, wanted text, why text DEFAULT '研究决定') RETURNS text LANGUAGE plpgsql AS $$
DECLARE work bigint;
BEGIN
  work := budget.start_case('to_' || wanted, code, jsonb_build_object('project', code, 'reason', why), unit => '101001');
  PERFORM budget.act(t.task_id, 'approve', '同意') FROM budget.task t WHERE t.case_id = work AND t.state = 'open' AND t.kind = 'sign';
  RETURN (SELECT stage FROM budget.project WHERE official_code = code);
END $$;
SELECT pg_temp.refused($$SELECT pg_temp.approve('P.2', 'admitted')$$);
SELECT pg_temp.refused($$SELECT pg_temp.approve('P.1.1', 'admitted')$$);
SELECT budget.describe_project('P.1.1', 700, '2025-01-01', '2026-06-30', '王五'), budget.describe_project('P.2', responsible => '赵六');
SELECT count(budget.register_document('ex_ante_assessment', '事前绩效评估', 'sha256', repeat('ab', 32), 1000, 'application/pdf', 'store/1', project => code)) FROM unnest('{P,P.1,P.2,P.1.1}'::text[]) AS code;
SELECT pg_temp.approve(code, 'admitted') FROM unnest('{P,P.1,P.2,P.1.1}'::text[]) AS code;
SELECT official_code, stage, events FROM budget.project ORDER BY 1;
-- once in the pool, total and period change with a reason
SELECT pg_temp.refused($$SELECT budget.describe_project('P', 1200)$$);
SELECT budget.describe_project('P', 1200, reason => '材料涨价', years => '{"2025": "600", "2026": "600"}');

-- 4. 先有项目再安排预算: a line needs an admitted project unless a profile says otherwise; of another category it does not.
SELECT budget.register_project('N', '新项目', '101001', '3', 2025) > 0 AS made;
SELECT pg_temp.refused($$SELECT budget.open_line(2025, '101001', '2050202', title => 'n', project => 'N')$$);
SELECT budget.register_profile('no_pool', '不设项目库', '{"settings": {"project.pool_required": {"value": false, "name": "先有项目再安排预算"}}, "categories": []}') > 0 AND budget.apply_profile('no_pool', '320500000', '2020-01-01') > 0 AS switched_off;
SELECT budget.open_line(2025, '101001', '2050202', title => 'free', project => 'N') > 0 AS free;
SELECT count(*) > 0 AS applied FROM budget.apply_profile('key_projects', '320500000', '2020-01-02');
SELECT pg_temp.refused($$SELECT budget.open_line(2025, '101001', '2050202', title => 'n', project => 'N')$$);
-- nor before the day on which it is switched off, whatever zone the caller names
BEGIN;
SELECT budget.apply_profile('no_pool', '320500000', CURRENT_DATE + 2) > 0 AS to_come;
SET LOCAL TimeZone = '<away>-100';
SELECT split_part(pg_temp.refused($$SELECT budget.open_line(2025, '101001', '2050202', title => 'n', project => 'N')$$), E'\n', 1);
ROLLBACK;
SELECT budget.open_line(2025, '101001', '2050202', title => 'q', project => 'Q') > 0 AS running;
SELECT budget.open_line(2025, '101001', '2050202', title => 'p1', project => 'P.1') AS line \gset
SELECT count(budget.move_project(code, 'selected')) FROM unnest('{P,P.1,P.2,P.1.1}'::text[]) AS code;
SELECT pg_temp.refused($$SELECT budget.move_project('P', 'funded')$$);
SELECT budget.appropriate(:line, 650, '苏财预1号') > 0 AS given;
SELECT budget.move_project('P', 'funded') > 0 AS whole_tree, budget.move_project('P.1', 'funded') > 0 AS itself;
SELECT pg_temp.refused($$SELECT budget.move_project('P.2', 'funded')$$);
SELECT budget.add_year(2026, 'open');
SELECT budget.open_line(2026, '101001', '2050202', title => 'p1', project => 'P.1') AS next \gset
SELECT budget.open_line(2026, '101001', '2050202', title => 'p2', project => 'P.2') AS p2 \gset
SELECT budget.appropriate(:next, 50.01, '苏财预2号') > 0, budget.appropriate(:p2, 300, '苏财预2号') > 0, budget.pay(:line, 100, '凭证1') > 0;
SELECT budget.describe_project('P.1', years => '{"2025": "650", "2026": "50", "2027": "0"}', reason => '分年度');
SELECT project_code, fiscal_year, planned_total, planned, appropriated, paid, total_appropriated, appropriated_to_date, above_total, after_end FROM budget_report.project_money ORDER BY 1, 2;

-- 5. Dependencies: no circle, and a project does not begin before the one it waits for.
SELECT budget.add_dependency('P.2', 'P.1', 10, '场地');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.add_dependency('P.2', 'P.2')$$, $$SELECT budget.add_dependency('P.1', 'P.2')$$, $$SELECT budget.add_dependency('P.2', 'Z')$$,
  $$SELECT budget.add_dependency('P.2', 'N', -1)$$, $$SELECT budget.remove_dependency('P.2', 'N', 'x')$$, $$SELECT budget.remove_dependency('P.2', 'P.1', NULL)$$]) AS s;
SELECT budget.add_dependency('N', 'P.2'), budget.add_dependency('Q', 'N');
SELECT pg_temp.refused($$SELECT budget.add_dependency('P.1', 'Q')$$);
SELECT budget.remove_dependency('Q', 'N', '取消');
SELECT budget.move_project('P.2', 'funded') > 0 AS funded, budget.move_project('P', 'under_way', on_day => '2025-01-05') > 0 AS begun, budget.move_project('P.1', 'under_way', on_day => '2025-01-05') > 0 AS begun;
SELECT pg_temp.refused($$SELECT budget.move_project('P.2', 'under_way', on_day => '2025-08-01')$$);
SELECT budget.move_project('P.2', 'under_way', '先行平整场地', '2025-08-01') > 0 AS begun;
SELECT details ->> 'passed_over' AS passed_over, reason FROM budget.project_event WHERE details ? 'passed_over';
SELECT project_code, predecessor_code, lag_days, earliest_start, starts_on, pushes_by_days FROM budget_report.project_dependency WHERE project_code = 'N' ORDER BY 1;

-- 6. Milestones are reached once; days early and late.
SELECT budget.complete_milestone('P.1', 1, '2025-06-25', '监理报告1');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.complete_milestone('P.1', 1, '2025-06-25', '监理报告1')$$, $$SELECT budget.complete_milestone('P.1', 9, '2025-06-25', 'x')$$,
  $$SELECT budget.complete_milestone('P.1', 2, '2999-01-01', 'x')$$, $$SELECT budget.complete_milestone('P.1', 2, '2026-03-02')$$,
  $$SELECT budget.set_milestones('P.1', '[{"no": 2, "title": "封顶", "planned_on": "2026-01-31", "weight": 100}]')$$,
  $$SELECT budget.set_milestones('P.1', '[{"no": 2, "title": "封顶", "planned_on": "2026-01-31", "weight": 100}]', '合并')$$]) AS s;
SELECT pg_temp.refused($$SELECT budget.move_project('P.1', 'completed')$$);
SELECT budget.complete_milestone('P.1', 2, '2026-03-02', '监理报告2');
SELECT milestone_no, planned_on, done_on, days_late FROM budget_report.project_schedule WHERE project_code = 'P.1' ORDER BY 1;

-- 7. Deliveries, resources, inspections.
SELECT budget.plan_delivery('钢材', '2025-09-01', 100, project => 'P.1', measure => '吨') AS delivery \gset
SELECT budget.record_delivery(:delivery, 60, '送货单1', '2025-08-20'), budget.record_delivery(:delivery, 40.5, '送货单2', '2025-09-02'), budget.accept_delivery(:delivery, 100, '验收单1', '2025-09-03');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT budget.accept_delivery(%s, 0.6, ''验收单2'')', :delivery), format('SELECT budget.record_delivery(%s, 0, ''x'')', :delivery),
  format('SELECT budget.record_delivery(%s, ''NaN'', ''x'')', :delivery), format('SELECT budget.record_delivery(%s, 1.00001, ''x'')', :delivery),
  'SELECT budget.record_delivery(99, 1, ''x'')', $$SELECT budget.plan_delivery('x', '2025-01-01', 1)$$, $$SELECT budget.plan_delivery('x', '2025-01-01', 1, contract_no => 'x')$$]) AS s;
SELECT delivered_quantity, accepted_quantity, delivered_on, accepted_on, flags FROM budget.delivery;
SELECT budget.set_resources('P.1', '[{"kind": "equipment", "title": "塔吊", "quantity": 2, "valid_from": "2025-03-01", "valid_to": "2025-12-31"}]'), budget.set_resources('P.2', '[{"kind": "equipment", "title": "塔吊", "quantity": 1, "valid_from": "2025-12-01", "valid_to": "2026-02-28"}]');
SELECT project_code, other_code, title, quantity, other_quantity, from_day, to_day FROM budget_report.project_resource_overlap;
SELECT pg_temp.refused($$SELECT budget.set_resources('P.1', '[{"kind": "magic", "quantity": "0", "valid_from": "2025-12-31", "valid_to": "2025-01-01"}]')$$), pg_temp.refused($$SELECT budget.set_resources('P.1', '{}')$$);
SELECT budget.record_quality('P.1', '2026-03-10', '混凝土强度', 'failed', 'C30 不足', '检测报告1', '质监站') AS failed \gset
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.record_quality('P.1', '2026-03-10', 'x', 'good')$$, $$SELECT budget.record_quality('P.1', '2026-03-10', 'x', 'repaired')$$,
  format($$SELECT budget.record_quality('P.1', '2026-03-10', 'x', 'passed', repairs => %s)$$, :failed), format($$SELECT budget.record_quality('P.2', '2026-03-10', 'x', 'repaired', repairs => %s)$$, :failed)]) AS s;
-- P.1.1 below it has to end first, and the failed inspection to be answered
SELECT pg_temp.refused($$SELECT budget.move_project('P.1', 'completed', on_day => '2026-03-20')$$);
SELECT budget.move_project('P.1.1', 'cancelled', '并入 P.1') > 0 AS cancelled;
SELECT pg_temp.refused($$SELECT budget.move_project('P.1', 'completed', on_day => '2024-12-31')$$);
SELECT budget.move_project('P.1', 'completed', on_day => '2026-03-20') > 0 AS completed;
SELECT earliest_start, starts_on, pushes_by_days FROM budget_report.project_dependency WHERE project_code = 'P.2';
SELECT pg_temp.refused($$SELECT pg_temp.approve('P.1', 'accepted')$$);
SELECT budget.record_quality('P.1', '2026-04-10', '混凝土强度', 'repaired', repairs => :failed) > 0 AS repaired;
SELECT budget.register_document('acceptance_report', '竣工验收', 'sm3', repeat('CD', 32), 1, 'application/pdf', 'store/2', project => 'P.1') > 0 AS shown;
SELECT pg_temp.approve('P.1', 'accepted');
SELECT project_code, stage, started_on, completed_on, days_late, milestones_done, open_failures FROM budget_report.project_pool WHERE project_code = 'P.1';

-- 8. Suspended and resumed where it was; the end, after which no money comes.
SELECT budget.move_project('P.2', 'suspended', '汛期') > 0 AS suspended;
SELECT pg_temp.refused($$SELECT budget.move_project('P.2', 'funded', '恢复')$$), pg_temp.refused($$SELECT budget.move_project('P.2', 'under_way')$$);
SELECT budget.move_project('P.2', 'under_way', '恢复') > 0 AS resumed;
SELECT budget.commit_funds(:p2, 10, '合同9') AS contract \gset
SELECT pg_temp.refused($$SELECT pg_temp.approve('P.2', 'cancelled')$$);
SELECT budget.release(:contract, '解约') > 0 AS released;
SELECT budget.reduce(:p2, 300, '收回') > 0 AS taken_back;
SELECT pg_temp.approve('P.2', 'cancelled');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT budget.appropriate(%s, 1, ''苏财预3号'')', :p2), format('SELECT budget.supplement(%s, 1, ''苏财预3号'', ''reserve'')', :p2),
  $$SELECT budget.open_line(2026, '101001', '2050202', title => 'x', project => 'P.2')$$, $$SELECT budget.describe_project('P.2', 1)$$, $$SELECT budget.move_project('P.2', 'proposed')$$]) AS s;
SELECT r ->> 'sqlstate' AS sqlstate, r ->> 'message' AS message FROM jsonb_path_query(budget.post_batch(jsonb_build_array(jsonb_build_object('operation', 'appropriate', 'line', :p2, 'amount', '1', 'document', 'x')), 'report'), '$.refusals[*]') AS r;
SELECT budget.check_funds(:p2, 'appropriate', 1) - 'line' AS dry_run;
SELECT fiscal_year, appropriated, after_end FROM budget_report.project_money WHERE project_code = 'P.2';

-- 9. What happened is chained; what was changed past the guard is found.
SELECT event_no, action, from_stage, to_stage, reason, case_id IS NOT NULL AS by_flow, actor FROM budget.project_event e JOIN budget.project p USING (project_id) WHERE p.official_code = 'P.2' ORDER BY 1;
SELECT p.official_code, v.* FROM budget.project p CROSS JOIN LATERAL budget.verify_project(p.official_code) v;
-- plans, milestones, waiting, resources and indicators are written by the functions alone: a milestone opens contract money
SELECT pg_temp.refused(s) FROM unnest(ARRAY['UPDATE budget.milestone SET done_on = CURRENT_DATE', 'DELETE FROM budget.milestone', 'TRUNCATE budget.milestone',
  'UPDATE budget.project_year SET planned = ''1''', 'UPDATE budget.project_dependency SET lag_days = 1', 'UPDATE budget.project_resource SET quantity = 1',
  'TRUNCATE budget.project_indicator']) AS s;
ALTER TABLE budget.project DISABLE TRIGGER guard;
UPDATE budget.project SET stage = 'accepted' WHERE official_code = 'P.2';
ALTER TABLE budget.project ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.project_event DISABLE TRIGGER guard;
UPDATE budget.project_event e SET reason = '无' FROM budget.project p WHERE p.project_id = e.project_id AND p.official_code = 'P.2' AND e.to_stage = 'suspended';
ALTER TABLE budget.project_event ENABLE ALWAYS TRIGGER guard;
SELECT p.official_code, v.problem FROM budget.project p CROSS JOIN LATERAL budget.verify_project(p.official_code) v;
DROP SCHEMA budget CASCADE;
