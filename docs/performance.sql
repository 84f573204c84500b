-- 1. A project with money
SELECT budgetpm.create_ledger('perf', root => '320000000', first_year => 2025) \g /dev/null
SELECT perf.register_unit('101', '省教育厅', '320000000'), perf.register_project('P1', '助学金', '101', setup_year => 2025) \g /dev/null
-- the project ran before this ledger did
SELECT perf.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', '"9999-12-31"')) \g /dev/null
SELECT perf.take_over_projects('[{"project": "P1", "stage": "under_way", "started_on": "2025-01-01"}]', '移交清单') \g /dev/null
SELECT perf.open_line(2025, '101', '2050202', title => '助学金', project => 'P1') AS line \gset
SELECT perf.appropriate(:line, 1000000, '苏财预1号'), perf.pay(:line, 930000, '凭证1', accounting_date => '2025-11-15') \g /dev/null

-- 2. Targets, an evaluation, the tree
SELECT perf.set_targets('P1', 2025, '[
  {"indicator": "EDU.students", "target": 1000, "weight": 50, "source": "年度计划"},
  {"indicator": "G.cost", "target": 20, "weight": 10, "source": "概算"},
  {"indicator": "G.social", "weight": 20, "expectation": "困难学生安心就学", "source": "方案"},
  {"indicator": "EDU.satisfaction", "weight": 10, "source": "问卷"}]', '苏财教〔2025〕1号') \g /dev/null
SELECT perf.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 21},
  {"item": 3, "score": 18, "level": "达成"}, {"item": 4, "actual": 92}]') \g /dev/null
SELECT depth, name, weight, score, formula FROM perf.score_project('P1', 2025) WHERE depth IN (0, 3) OR level1 = 'execution';

-- 3. Advice
SELECT action, change, base, amount, reason FROM perf.advise_budget('P1', 2025);

-- 4. The next budget
SELECT perf.record_advice(2025, '320000000'), perf.add_year(2026) \g /dev/null
SELECT perf.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "check", "assign": [{"initiator": true}], "self": "allow", "next": "end"}, {"step": "end", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}'),
  perf.create_preparation(2026, '320000000', '2026年预算编制', 'up') AS preparation \gset
SELECT step, value, explanation FROM perf.suggest_request('101', 2026, 'advice', project => 'P1') AS s(step, explanation, value);
SELECT unit, base, amount FROM perf.advised_ceilings(:preparation);
SELECT perf.issue_advised_ceilings(:preparation, '苏财预〔2026〕1号', 1) AS issued;

-- 5. The reports
\pset tuples_only
\pset format unaligned
SELECT perf.performance_document('P1', 2025);
SELECT perf.performance_report(2025, '320000000', language => 'en');
\pset format aligned
\pset tuples_only off
