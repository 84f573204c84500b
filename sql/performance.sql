-- From targets to the next budget: library, targets, evaluations, consequence. DOMAIN (g), (i) 12-14, 35-36, 52, 58, 87, 115, 123.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT count(p.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(p.register_unit(code, name, division)) FROM (VALUES ('101', '南京市教育局', '320100000'), ('201', '苏州市水利局', '320500000')) AS u(code, name, division);
SELECT count(p.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('P1', '助学金', '101'), ('P2', '太湖堤防', '201'), ('P3', '水库水标尺', '201'), ('P4', '课后服务', '101')) AS p(code, name, unit);
SELECT pg_temp.take_over('p') AS taken_over;

-- i.12, i.58, i.87: a library by sector, levels and provenance
SELECT sector, count(*), string_agg(DISTINCT level1, ',' ORDER BY level1) AS levels FROM p.library(2025) GROUP BY 1 ORDER BY 1;
SELECT indicator, name_zh, direction, method, parameters, weight FROM p.library(2025, sector => 'education') ORDER BY 1;
-- a division's own weight and method from 2026 on; others and earlier years keep the general one
SELECT p.define_indicator('EDU.satisfaction', 2026, '{"weight": 12, "method": "proportional"}', '320100000') > 0 AS defined;
SELECT y, d, weight, method, owner FROM unnest(ARRAY[2025, 2026]) AS y, unnest(ARRAY['320100000', '320500000']) AS d, p.library(y, d) WHERE indicator = 'EDU.satisfaction' ORDER BY 1, 2;
SELECT p.define_indicator('NJ.bus', 2025, '{"sector": "roads", "level1": "benefit", "level2": "social", "name_zh": "公交准点率", "name_en": "Buses on time", "measure": "%", "weight": 5}', '320100000') > 0 AS own;
SELECT p.define_indicator('ROAD.time', 2026, '{"active": false}', '320500000') > 0 AS retired;
SELECT count(*) FILTER (WHERE indicator = 'ROAD.time') AS time, count(*) FILTER (WHERE indicator = 'NJ.bus') AS bus FROM p.library(2026, '320500000');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT p.define_indicator('bad code', 2025, '{"sector": "", "level1": "output", "level2": "social", "kind": "some", "weight": -1, "method": "guess", "color": 1}')$$,
  $$SELECT p.define_indicator('X', 2025, '[]')$$,
  $$SELECT p.define_indicator('NJ.bus', 2025, '{}', '320100000')$$,
  $$SELECT p.define_indicator('NJ.bus', 2025, '{}', '320100000', 'standard')$$,
  $$SELECT p.define_indicator('NJ.bus', 2025, '{}', profile => 'nowhere')$$,
  $$SELECT p.define_indicator('NJ.bus', 2025, '{}', '999999999')$$]) AS s;

-- i.115: targets; weights must add up (90 + 10), and every fault is told at once
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT p.set_targets('P1', 2025, '[]')$$, $$SELECT p.set_targets('P9', 2025, '[]')$$, $$SELECT p.set_targets('P1', 2025, '{}')$$,
  $$SELECT p.set_targets('P1', 2025, '[1, {"indicator": "NO.such", "weight": 10}, {"name": "甲", "level1": "output", "level2": "social", "weight": 0.005, "target": "many", "binding": "hope", "hue": 1},
    {"name": "乙", "level1": "benefit", "level2": "social", "direction": ">", "target": -1, "weight": 10}, {"indicator": "EDU.students", "target": 1, "weight": -2}]')$$]) AS s;
SELECT p.set_targets('P1', 2025, '[{"indicator": "EDU.students", "target": 1000, "weight": 30, "source": "年度计划"},
  {"indicator": "EDU.attainment", "target": 95, "weight": 20, "source": "年度计划"}, {"indicator": "G.cost", "target": 20, "weight": 10, "source": "概算"},
  {"indicator": "G.social", "weight": 20, "expectation": "困难学生安心就学"}, {"indicator": "EDU.satisfaction", "source": "问卷"}]', '苏财教〔2025〕1号') AS set_id \gset
SELECT item_no, indicator, level1, level2, measure, direction, method, target, weight, flags FROM p.target WHERE set_id = :set_id ORDER BY 1;
SELECT version_no, total, execution_weight, cutoffs, blending FROM p.target_set;

-- 事前评估: five dimensions, three results
SELECT p.record_ex_ante('P1', 2025, '{"necessity": {"points": 95}, "economy": {"points": 80}, "targets": {"points": 85}, "feasibility": {"points": 90}, "funding": {"points": 100}}', 'adjust', 900000) > 0 AS assessed;
SELECT pg_temp.refused($$SELECT p.record_ex_ante('P1', 2025, '{"necessity": {"points": 101}, "economy": 5, "luck": {}}', 'maybe', -0.001)$$);

-- money of the project
SELECT p.open_line(2025, '101', '2050202', '50206', '30217', title => '助学金', project => 'P1') AS line \gset
SELECT p.appropriate(:line, 1000000, '苏财预1号') > 0 AS posted;
SELECT p.pay(:line, 930000, '凭证1', accounting_date => '2025-06-15') > 0 AS paid;
SELECT * FROM p.project_money(1, 2025, '2025-06-14'), p.project_money(1, 2025, '2025-06-15') AS m;

-- evaluation: every fault at once
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT p.evaluate_project('P2', 2025, 'self', '[]')$$,
  $$SELECT p.evaluate_project('P1', 2025, 'neighbour', '[1, {"item": 9, "actual": 1}, {"item": 1, "actual": "1", "mood": 1}, {"item": 2, "actual": 124},
    {"item": 4, "score": 17, "level": "部分达成"}, {"item": 3, "actual": 20}]', 'month', 13, evidence => '[{"title": "report"}]', joint => 7, budget => 1.005)$$]) AS s;
-- S1's own case: unmet number of students. 980/1000*30 = 29.40; 93 < 95: 93/95*20 = 19.5789 = 19.58; (1-(21-20)/20)*10 = 9.50; 18 in [16, 20]; 92 >= 90: 10. S = 86.48
-- execution 930000/1000000*10 = 9.30; total 95.78
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 93}, {"item": 3, "actual": 21}, {"item": 4, "score": 18, "level": "达成"}, {"indicator": "EDU.satisfaction", "actual": 92}]',
  evidence => jsonb_build_array(jsonb_build_object('title', '自评表', 'digest', repeat('a', 64)))) AS self \gset
SELECT row_no, depth, name, weight, target, actual, score, rate, formula FROM p.score_project('P1', 2025);
SELECT evaluator, indicator_score, applicable, execution_score, score, grade, warning FROM p.evaluation;
-- i.52: a third party every month; i.13: side by side with the self-evaluation
SELECT p.evaluate_project('P1', 2025, 'third_party', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 90}, {"item": 3, "actual": 20}, {"item": 4, "score": 14, "level": "partly"}, {"item": 5, "actual": 80}]', 'month', m, agency => '某评价事务所') > 0 AS monthly
  FROM unnest(ARRAY[11, 12]) AS m;
SELECT score AS by_precedence, grade, formula, self_score, third_party_score FROM p_report.project_score;
SELECT p.evaluate_project('P1', 2025, 'third_party', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 90}, {"item": 3, "actual": 20}, {"item": 4, "applicable": false}, {"item": 5, "actual": 80}]') AS third \gset
SELECT depth, name, weight, score, formula FROM p.score_project('P1', 2025, 'third_party') WHERE depth < 2;
SELECT score, grade, formula, self_score, third_party_score FROM p_report.project_score;
SELECT pg_temp.refused($$SELECT p.set_targets('P1', 2025, '[{"indicator": "EDU.students", "target": 1, "weight": 90}]')$$);
SELECT p.verify_evaluation(:self) AND p.verify_evaluation(:third) AS holds;
SELECT p.score_document('P1', 2025) #> '{result}' ->> 'grade' AS grade, jsonb_array_length(p.score_document('P1', 2025) #> '{evaluations,self}') AS rows;

-- the published form zj2022: 100 for indicators and 10 for execution are 110
SELECT pg_temp.refused($$SELECT p.set_targets('P3', 2025, '[{"name": "安装水标尺长度", "level1": "output", "level2": "quantity", "target": 266, "measure": "米", "weight": 70},
  {"name": "受益人口", "level1": "benefit", "level2": "social", "target": 1000, "measure": "人", "weight": 20}, {"name": "受益户满意度", "level1": "satisfaction", "level2": "satisfaction", "target": 95, "measure": "%", "weight": 10}]')$$);
-- 100 without execution is another form
SELECT p.set_targets('P3', 2025, '[{"name": "安装水标尺长度", "level1": "output", "level2": "quantity", "target": 266, "weight": 70, "measure": "米"},
  {"name": "受益人口", "level1": "benefit", "level2": "social", "target": 1000, "measure": "人", "weight": 20, "tags": ["beneficiaries"]}, {"name": "受益户满意度", "level1": "satisfaction", "level2": "satisfaction", "target": 95, "measure": "%", "weight": 10}]',
  total => 100, execution_weight => 0) > 0 AS set;
SELECT p.evaluate_project('P3', 2025, 'finance', '[{"item": 1, "actual": 266}, {"item": 2, "actual": 500}, {"item": 3, "actual": 95}]', budget => 200000, paid => 200000) > 0 AS evaluated;
-- 130 % of the target needs a reason
SELECT pg_temp.refused($$SELECT p.evaluate_project('P3', 2025, 'self', '[{"item": 1, "actual": 345.8}, {"item": 2, "actual": 500}, {"item": 3, "actual": 95}]')$$);
SELECT p.evaluate_project('P3', 2025, 'self', '[{"item": 1, "actual": 345.8, "reason": "增设站点, 目标已修正"}, {"item": 2, "actual": 500}, {"item": 3, "actual": 95}]') > 0 AS with_reason;

-- i.14: exactly 90 points: +10 %; i.36: beneficiaries unmet: cut
SELECT p.set_targets('P4', 2025, '[{"name": "课时", "level1": "output", "level2": "quantity", "target": 100, "measure": "节", "weight": 100, "source": "计划"}]', total => 100, execution_weight => 0) > 0 AS set;
SELECT p.evaluate_project('P4', 2025, 'department', '[{"item": 1, "actual": 90}]', budget => 500000, paid => 500000) > 0 AS ninety;
SELECT project, a.* FROM unnest(ARRAY['P1', 'P3', 'P4']) AS project, p.advise_budget(project, 2025) AS a ORDER BY 1;
SELECT p.record_advice(2025, '320000000') AS given, p.record_advice(2025, '320000000') AS again;
SELECT fiscal_year, project_id, change, source FROM p.budget_advice ORDER BY project_id;
SELECT p.define_consequence('score_90', 2026, 'score', 'raise', 0.05, '财力紧张, 只增 5 %', min_score => 90) > 0 AS later;
SELECT change FROM p.advise_budget('P4', 2025);
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.define_consequence('x', 2025, 'mood', 'raise', 0.05, 'x')$$, $$SELECT p.define_consequence('x', 2025, 'score', 'raise', 5, 'x')$$,
  $$SELECT p.define_consequence('score_90', 2026, 'score', 'raise', 0.05, 'x')$$, $$SELECT p.define_consequence('x', NULL, 'score', 'raise', 0.05, 'x')$$]) AS s;

-- dual monitoring (双监控): the ladder is below 40 % from 30 June; 5 of 100 paid, half achieved
SELECT p.open_line(2025, '201', '2130305', title => '堤防', project => 'P2') AS dyke \gset
SELECT p.appropriate(:dyke, 100, '苏财预2号') > 0, p.pay(:dyke, 5, '凭证2', accounting_date => '2025-05-05') > 0;
SELECT p.set_targets('P2', 2025, '[{"indicator": "G.quantity", "target": 10, "weight": 50, "source": "计划"}, {"name": "支付率", "level1": "output", "level2": "timeliness", "target": 100, "measure": "%", "weight": 40, "binding": "execution", "source": "账"}]') > 0 AS set;
SELECT p.record_monitoring('P2', 2025, d, '[{"item": 1, "actual": 5}]') > 0 AS recorded FROM unnest(ARRAY['2025-04-29', '2025-06-30']::date[]) AS d;
-- the signals of the project look at what the newest day found; an earlier one that comes late changes nothing
SELECT fiscal_year, indicators, achievement FROM p.project_indicator WHERE project_id = (SELECT project_id FROM p.project WHERE official_code = 'P2');
SELECT p.record_monitoring('P2', 2025, '2025-05-31', '[{"item": 1, "actual": 1}]') > 0 AS recorded;
SELECT indicators #> '{0,actual}' AS actual FROM p.project_indicator WHERE project_id = (SELECT project_id FROM p.project WHERE official_code = 'P2');
SELECT as_of, budget, paid, execution, achievement, actuals, flags FROM p.monitoring ORDER BY 1;
-- what is bound fills itself (i.115)
SELECT p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 2}]') AS poor \gset
SELECT item_no, actual, source, score, formula FROM p.evaluation_result WHERE evaluation_id = :poor ORDER BY 1;
SELECT score, grade FROM p.evaluation WHERE evaluation_id = :poor;
-- 无效必问责: not before it is due (performance_use drives a case to its end)
SELECT p.run_accountability(2025, '320000000') AS too_early;
SELECT p.answer_evaluation(:poor, '整改方案') > 0 AS answered;
SELECT pg_temp.refused('SELECT p.answer_evaluation(999, ''x'')');

-- i.62: one evaluation over projects of several divisions
SELECT pg_temp.refused($$SELECT p.open_joint_evaluation('联合考评', 2025, '320100000', '{P1,P2,P9}')$$);
SELECT p.open_joint_evaluation('太湖联合考评', 2025, '320000000', '{P1,P2}') AS joint \gset
SELECT p.evaluate_project('P2', 2025, 'department', '[{"item": 1, "actual": 10}]', joint => :joint) > 0 AS joined;
SELECT pg_temp.refused(format($$SELECT p.evaluate_project('P3', 2025, 'department', '[]', joint => %s)$$, :joint));

-- nothing of it is changed afterwards
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  'UPDATE p.evaluation SET score = 100', 'DELETE FROM p.evaluation_result', 'TRUNCATE p.target', 'UPDATE p.target_set SET total = 1', 'DELETE FROM p.monitoring',
  'UPDATE p.ex_ante SET result = ''support''', 'DELETE FROM p.indicator', 'UPDATE p.consequence_rule SET change = 1', 'DELETE FROM p.evaluation_answer', 'DELETE FROM p.joint_evaluation']) AS s;
-- and a superuser who forges a score is found out
\c - postgres
SET session_replication_role = replica;
ALTER TABLE p.evaluation_result DISABLE TRIGGER guard;
UPDATE p.evaluation_result SET actual = 1000 WHERE evaluation_id = :self AND item_no = 1;
SELECT p.verify_evaluation(:self) AS forged, p.verify_evaluation(:third) AS untouched;
