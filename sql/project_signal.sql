-- Signals kept: assessed as a set, once for each night, and what they bring about.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT b.register_division('320100000', '南京市', '320000000', 2, '2020-01-01') IS NOT NULL AS division;
SELECT count(b.register_unit(c, n, d)) FROM (VALUES ('101', '省教育厅', '320000000'), ('201', '市教育局', '320100000')) AS x(c, n, d);
SELECT count(b.register_project('P' || i, '学校改造' || i, CASE WHEN i < 5 THEN '101' ELSE '201' END, setup_year => 2025)) FROM generate_series(1, 6) AS i;
-- the road to being under way is another test's
DELETE FROM b.project_template_document;
UPDATE b.project_stage_move SET road = 'function';
UPDATE b.project SET planned_total = '1200', starts_on = '2025-01-01', ends_on = '2025-12-31', responsible = 'x';
SELECT count(b.move_project('P' || i, s)) FROM generate_series(1, 6) AS i, unnest('{reviewed,admitted}'::text[]) AS s;
CREATE TEMP TABLE l AS SELECT 'P' || i AS p, b.open_line(2025, CASE WHEN i < 5 THEN '101' ELSE '201' END, '2050202', title => 'P' || i, project => 'P' || i) AS line FROM generate_series(1, 6) AS i;
SELECT count(b.appropriate(line, 1200, '苏财预1号', accounting_date => '2025-01-10')) FROM l;
SELECT count(b.move_project(p, s, reason => '测试')) FROM l, unnest('{selected,funded,under_way}'::text[]) AS s WHERE p <> 'P6';
CREATE FUNCTION pg_temp.pays(project text, amount numeric, day date) RETURNS boolean LANGUAGE sql AS $$SELECT b.pay(line, amount, '凭证', accounting_date => day) > 0 FROM l WHERE p = project$$;
SELECT pg_temp.pays('P1', 300, '2025-05-02'), pg_temp.pays('P2', 450, '2025-05-02'), pg_temp.pays('P3', 600, '2025-05-02'), pg_temp.pays('P4', 900, '2025-05-02');

-- what the rules of a place are
SELECT b.signal_rules('320100000') -> 'execution' AS execution, b.signal_rules('320100000') -> 'actions' AS actions;
SELECT b.apply_profile('jiangsu', '320100000', '2020-01-01') AS jiangsu;
SELECT b.signal_rules('320100000') -> 'dimensions' AS dimensions, jsonb_array_length(b.signal_rules('320100000') -> 'colours') AS colours;

-- one night: no flow has the name yet, and the concern says so
SELECT * FROM b.assess_all('2025-06-30');
SELECT project_code, colour, score, last_colour, changed, newest FROM b_report.project_signal ORDER BY 1;
SELECT s.project_id, r ->> 'dimension' AS dimension, r ->> 'colour' AS colour, r ->> 'value' AS value, r ->> 'threshold' AS threshold, r ->> 'formula' AS formula
  FROM b.project_signal s, jsonb_array_elements(s.reasons) AS r ORDER BY 1, 2;
SELECT project_code, kind, colour, opened_on, ended_on, case_id, problem FROM b_report.project_concern ORDER BY project_code, id;
-- the same night again changes nothing, but that it tries the cases again
CREATE TEMP TABLE was AS SELECT s::text FROM b.project_signal s UNION ALL SELECT c::text FROM b.project_concern c UNION ALL SELECT e::text FROM b.project_event e;
SELECT * FROM b.assess_all('2025-06-30');
SELECT count(*) AS differ FROM (SELECT s::text FROM b.project_signal s UNION ALL SELECT c::text FROM b.project_concern c UNION ALL SELECT e::text FROM b.project_event e EXCEPT TABLE was) x;
-- every signal kept can be computed again from its inputs
SELECT count(*), count(*) FILTER (WHERE budgetpm.signal(s.inputs, b.signal_rules(d.official_code, s.as_of)) ->> 'colour' <> s.colour
  OR budgetpm.signal(s.inputs, b.signal_rules(d.official_code, s.as_of)) -> 'reasons' <> s.reasons) AS differ FROM b.project_signal s JOIN b.division d ON d.code OPERATOR(budgetpm.=) s.division;

-- flows of those names: the standing concerns get their cases, once
CREATE ROLE ps_manager LOGIN;
CREATE ROLE ps_auditor LOGIN;
SELECT b.publish_flow(jsonb_build_object('flow', f, 'title', t, 'steps', jsonb_build_array(
    jsonb_build_object('step', 'handle', 'assign', jsonb_build_array(jsonb_build_object('login', r)), 'next', 'end', 'deadline', '{"working_days": 5, "action": "remind"}'::jsonb),
    '{"step": "end", "type": "end"}'::jsonb))) FROM (VALUES ('project_intervention', '黄色预警干预', 'ps_manager'), ('project_audit', '红色预警审计', 'ps_auditor')) AS x(f, t, r);
SELECT assessed, opened, ended, cases, failed FROM b.assess_all('2025-06-30');
SELECT c.project_code, c.kind, c.case_state, c.problem, t.subject, t.assignee FROM b_report.project_concern c JOIN b_report.task t USING (case_id) WHERE t.state = 'open' ORDER BY 1;
SELECT facts - 'concern' - 'reasons' AS facts, facts #>> '{reasons,0,value}' AS value FROM b.approval_case ORDER BY case_id LIMIT 1;
SELECT assessed, opened, ended, cases, failed FROM b.assess_all('2025-06-30');
-- the next night, the same colours: nothing new is begun
SELECT * FROM b.assess_all('2025-07-01');
SELECT count(*) FROM b.approval_case;

-- the map has the colour of the newest signal: of sites that were there before it, and of one that comes after it
SELECT count(b.set_site(p, 'SRID=4490;POINT(118.8 32.06)')) AS sites FROM unnest('{P1,P2,P6}'::text[]) AS p;
CREATE TEMP VIEW map AS SELECT p.official_code, s.site_no, s.colour FROM b.project_site s JOIN b.project p USING (project_id) ORDER BY 1, 2;
TABLE map;

-- P1 pays: from red to yellow, its audit ends and an intervention begins; P2 from yellow to green
SELECT pg_temp.pays('P1', 200, '2025-07-02'), pg_temp.pays('P2', 200, '2025-07-02');
SELECT * FROM b.assess_all('2025-07-31');
SELECT project_code, kind, colour, opened_on, ended_on, ended_colour, case_id IS NOT NULL AS has_case FROM b_report.project_concern ORDER BY project_code, concern_id;
SELECT p.official_code, e.action, e.details - 'case' AS details FROM b.project_event e JOIN b.project p USING (project_id) WHERE action LIKE 'signal%' ORDER BY 1, event_no;
SELECT project_code, as_of, colour, last_colour, changed, newest FROM b_report.project_signal WHERE project_code IN ('P1', 'P2') ORDER BY 1, 2;
TABLE map;
-- it falls back: a concern of its own again
SELECT colour FROM (SELECT b.assess_project('P1', '2025-10-31') AS colour) x;
TABLE map;
SELECT kind, colour, opened_on, ended_on FROM b_report.project_concern WHERE project_code = 'P1' ORDER BY concern_id;
-- a past day is history: it is kept, and begins nothing
SELECT assessed, opened, ended FROM b.assess_all('2025-03-31');
-- nor does it change the map; what somebody else has painted is found
TABLE map;
SELECT severity, object, problem FROM budgetpm.check_state('b');
UPDATE b.project_site SET colour = 'green';
SELECT severity, object, problem, remedy FROM budgetpm.check_state('b');
UPDATE b.project_site s SET colour = (SELECT g.colour FROM b.project_signal g WHERE g.project_id = s.project_id ORDER BY g.as_of DESC, g.revision DESC LIMIT 1);
SELECT count(*) AS problems FROM budgetpm.check_state('b');
SELECT project_code, colour FROM b_report.project_signal WHERE as_of = '2025-03-31' ORDER BY 1;
-- money paid later is not counted on a day before, whenever that day is assessed
SELECT inputs -> 'paid' AS paid, as_of FROM b.project_signal WHERE project_id = (SELECT project_id FROM b.project WHERE official_code = 'P1') ORDER BY as_of;
-- what was posted since then gives the day a second revision
SELECT pg_temp.pays('P5', 700, '2025-10-20');
SELECT b.assess_project('P5', '2025-10-31'), b.assess_project('P5', '2025-10-31');
SELECT pg_temp.pays('P5', 400, '2025-10-30');
SELECT b.assess_project('P5', '2025-10-31');
SELECT as_of, revision, colour FROM b.project_signal WHERE project_id = (SELECT project_id FROM b.project WHERE official_code = 'P5') AND as_of = '2025-10-31' ORDER BY 2;

-- deliveries, milestones and indicators take part
SELECT b.report_indicators('P3', 2025, '[{"indicator": "受益学生数", "kind": ">=", "target": 1000, "actual": 100}, {"indicator": "满意度", "kind": "qualitative", "actual": "达成 "}]', 0.4);
ALTER TABLE b.milestone DISABLE TRIGGER guard;
INSERT INTO b.milestone (project_id, milestone_no, title, planned_on, weight, done_on, division, unit)
  SELECT project_id, n, 'm' || n, d, w, o, division, unit FROM b.project, (VALUES (1, DATE '2025-03-01', 40, DATE '2025-04-01'), (2, '2025-06-01', 30, NULL), (3, '2025-12-01', 30, NULL)) AS x(n, d, w, o) WHERE official_code = 'P3';
ALTER TABLE b.milestone ENABLE ALWAYS TRIGGER guard;
SELECT b.plan_delivery(t, d::date, q, project => 'P3') > 0 AS planned FROM (VALUES ('课桌', '2025-05-01', 100.0), ('黑板', '2025-06-01', 3), ('电脑', '2025-11-01', 50)) AS x(t, d, q) WHERE t <> '黑板';
SELECT b.open_line(2025, '101', '2050202', title => 'P3b', project => 'P3') AS second \gset
SELECT b.appropriate(:second, 100, '苏财预2号', accounting_date => '2025-01-10') > 0 AS given;
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state, accounting_date) VALUES ('合同1', :second, 50, '家具厂', 'signed', '2025-05-06');
SELECT b.plan_delivery('黑板', '2025-06-01', 3, contract_no => '合同1') > 0 AS planned;
SELECT b.record_delivery(delivery_id, 50, '送货单 1', '2025-05-20') FROM b.delivery WHERE title = '课桌';
SELECT b.record_delivery(delivery_id, 3, '送货单 2', '2025-05-20'), b.accept_delivery(delivery_id, 2, '验收单', '2025-05-25') FROM b.delivery WHERE title = '黑板';
SELECT b.assess_project('P3', '2025-10-31');
SELECT r ->> 'dimension' AS dimension, r ->> 'indicator' AS indicator, r ->> 'colour' AS colour, r ->> 'value' AS value, r ->> 'formula' AS formula
  FROM b.project_signal s, jsonb_array_elements(s.reasons) AS r WHERE project_id = (SELECT project_id FROM b.project WHERE official_code = 'P3') AND as_of = '2025-10-31' ORDER BY 1, 2;
-- a report counts from its day on, in place of the milestones done
SELECT b.report_progress('P3', 60, '2025-11-20') > 0 AS reported;
SELECT b.assess_project('P3', '2025-11-19'), b.assess_project('P3', '2025-11-20');
SELECT as_of, inputs -> 'physical' AS physical, inputs -> 'planned' AS planned, jsonb_path_query_first(reasons, '$[*] ? (@.dimension == "schedule").colour') AS schedule FROM b.project_signal WHERE project_id = (SELECT project_id FROM b.project WHERE official_code = 'P3') AND as_of > '2025-11-01' ORDER BY 1;
-- without milestones a report is compared with the planned days
SELECT b.report_progress('P4', 50, '2025-11-20') > 0 AS reported;
SELECT b.assess_project('P4', '2025-11-30');
SELECT reasons -> 1 AS schedule FROM b.project_signal WHERE project_id = (SELECT project_id FROM b.project WHERE official_code = 'P4') AND as_of = '2025-11-30';
SELECT b.verify_project(official_code) FROM b.project;

-- a flow that finds no signer: that concern says so, the others have their cases
SELECT b.publish_flow('{"flow": "project_audit", "title": "红色预警审计", "steps": [{"step": "handle", "assign": [{"fact": "$.auditor"}], "next": "end"}, {"step": "end", "type": "end"}]}');
SELECT red, yellow, opened, cases, failed FROM b.assess_all('2025-12-31');
SELECT project_code, kind, opened_on, problem, case_id IS NOT NULL AS has_case FROM b_report.project_concern WHERE opened_on = '2025-12-31' ORDER BY 1, 2;

-- who may
GRANT ps_manager TO regress_owner;
SELECT budgetpm.grant_ledger('b', 'ps_manager', 'officer', '320100000') > 0 AS granted;
SET ROLE ps_manager;
SELECT project_code, max(as_of) FROM b_report.project_signal GROUP BY 1;
SELECT b.assess_project('P5', '2025-12-31');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT b.assess_project('P1', '2025-12-31')$$, $$SELECT * FROM b.assess_all('2025-12-31', '320100000')$$,
  $$SELECT * FROM b.signal_facts('2025-12-31', NULL, NULL)$$, $$SELECT b.report_indicators('P1', 2025, '[]')$$, $$DELETE FROM b.project_signal$$]) AS s;
RESET ROLE;
-- what is refused
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT b.assess_project('none')$$, $$SELECT b.assess_project(NULL)$$, $$SELECT b.assess_project('P6')$$, $$SELECT b.assess_project('P1', NULL)$$,
  $$SELECT b.assess_project('P1', CURRENT_DATE + 2)$$, $$SELECT b.assess_project('P1', 'infinity')$$, $$SELECT b.assess_project('P1', '-infinity')$$, $$SELECT * FROM b.assess_all('1948-12-31')$$, $$SELECT * FROM b.assess_all(CURRENT_DATE + 2)$$, $$SELECT * FROM b.assess_all('2025-06-30', '999')$$,
  $$SELECT b.report_indicators('P1', 2025, '[{"kind": "~", "actual": 1}]')$$, $$SELECT b.report_indicators('P1', NULL, '[]')$$, $$SELECT b.report_indicators('P1', 1948, '[]')$$,
  $$SELECT b.report_indicators('P1', 2025, '[]', 'NaN')$$, $$SELECT b.report_indicators('P1', 2025, '[]', -0.01)$$, $$SELECT b.report_indicators('P1', 2025, '[]', 100.0001)$$,
  $$UPDATE b.project_signal SET colour = 'green'$$, $$DELETE FROM b.project_signal$$, $$TRUNCATE b.project_signal$$, $$UPDATE b.project_concern SET ended_on = opened_on, ended_colour = 'green'$$,
  $$INSERT INTO b.project_concern (project_id, kind, colour, opened_on, division, unit) SELECT project_id, 'x', 'red', '2025-01-01', division, unit FROM b.project$$]) AS s;
-- an old snapshot may not show the newest signal
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT * FROM b.assess_all('2025-06-30')$$, $$SELECT b.assess_project('P1', '2025-06-30')$$]) AS s;
ROLLBACK;
-- rules that cannot be read stop the night, and say which member
SELECT pg_temp.refused($$SELECT b.register_profile('odd', 'odd', '{"settings": {"project.signal.execution": {"value": {"red_below": "60%"}}}}')$$);
BEGIN;
ALTER TABLE b.profile_setting DISABLE TRIGGER check_setting;
UPDATE b.profile_setting SET value = '{"red_below": "60%"}' WHERE key = 'project.signal.execution';
SELECT pg_temp.refused($$SELECT * FROM b.assess_all('2025-12-31')$$);
ROLLBACK;
DROP OWNED BY ps_manager;
DROP ROLE ps_manager, ps_auditor;

-- rectification: notice, answer, check, closed; the record is the case
SELECT b.apply_profile('standard', '320100000', '2025-12-02') AS standard_again;
SELECT t, c.* FROM unnest('{project_intervention,project_audit}'::text[]) AS t, b.check_flow(b.compose_flow(t)) AS c ORDER BY 1, 2;
CREATE ROLE ps_head LOGIN;
CREATE ROLE ps_inspector LOGIN;
SELECT count(b.grant_duty(l, division => '320000000', may_post => true)) FROM unnest('{ps_head,ps_inspector}'::text[]) AS l;
UPDATE b.principal SET title = CASE login WHEN 'ps_head' THEN '单位负责人' ELSE '监督检查' END WHERE login IN ('ps_head', 'ps_inspector');
SELECT b.adopt_flow('rectification'), b.adopt_flow('project_audit');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT b.notify_rectification('P1', '补充资料', NULL, '整改通知1号')$$, $$SELECT b.notify_rectification('P1', '补充资料', CURRENT_DATE - 1, '整改通知1号')$$,
  $$SELECT b.notify_rectification('none', '补充资料', CURRENT_DATE, '整改通知1号')$$, $$SELECT b.notify_rectification('P1', ' ', CURRENT_DATE, '整改通知1号')$$,
  $$SELECT b.notify_rectification('P1', '补充资料', CURRENT_DATE, '整改通知1号', amount => 5)$$]) AS s;
SELECT b.notify_rectification('P1', '补充资料', CURRENT_DATE + 10, '整改通知1号', key => 'n1') AS notice \gset
SELECT b.notify_rectification('P1', '补充资料', CURRENT_DATE + 10, '整改通知1号', key => 'n1') = :notice AS same;
SELECT pg_temp.refused($$SELECT b.notify_rectification('P2', '补充资料', CURRENT_DATE + 10, '整改通知1号', key => 'n1')$$);
CREATE FUNCTION pg_temp.acts(who text, step text, action text, opinion text) RETURNS text LANGUAGE sql AS
  $$SELECT b.act(t.task_id, action, opinion, actor => who) FROM b.task t WHERE t.step = acts.step AND t.state = 'open' AND t.assignee = who AND t.flow = 'rectification'$$;
SELECT project_code, document, requirement, state, late, due_on - CURRENT_DATE AS days FROM b_report.rectification;
GRANT ps_head, ps_inspector TO regress_owner;
SELECT pg_temp.acts('ps_head', 'rectify', 'approve', '已补充');
SELECT answer, answered_by, checked, state FROM b_report.rectification;
SELECT pg_temp.acts('ps_inspector', 'check', 'reject', '缺验收单');
SELECT answer, checked, check_opinion, state FROM b_report.rectification;
SELECT pg_temp.acts('ps_head', 'rectify', 'approve', '已补验收单');
SELECT pg_temp.acts('ps_inspector', 'check', 'approve', '同意销号');
SELECT answer, checked, check_opinion, state, late, closed_at IS NOT NULL AS closed FROM b_report.rectification;
-- money is held back until it is closed
SELECT b.notify_rectification('P2', '暂缓拨款', CURRENT_DATE, '整改通知2号', (SELECT line FROM l WHERE p = 'P2'), 100) > 0 AS noticed;
SELECT frozen FROM b_report.line_detail WHERE line_id = (SELECT line FROM l WHERE p = 'P2');
-- the waiting audit finds its signer now
SELECT opened, cases, failed FROM b.assess_all('2025-12-31');
SELECT t.step, t.assignee FROM b_report.project_concern c JOIN b_report.task t USING (case_id) WHERE c.project_code = 'P2' AND c.kind = 'audit' AND t.state = 'open';
DROP OWNED BY ps_head, ps_inspector;
DROP ROLE ps_head, ps_inspector;
