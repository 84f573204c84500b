SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025) \g /dev/null
SELECT p.register_unit('101', '省教育厅', '320000000'), p.register_project('P1', '助学金', '101', setup_year => 2025) \g /dev/null
SELECT p.open_line(2025, '101', '2050202', title => '助学金', project => 'P1') AS line \gset
SELECT p.appropriate(:line, 1000000, '苏财预1号'), p.pay(:line, 930000, '凭证1', accounting_date => '2025-11-15') \g /dev/null
SELECT p.set_targets('P1', 2025, '[
  {"indicator": "EDU.students", "target": 1000, "weight": 50, "source": "年度计划"},
  {"indicator": "G.cost", "target": 20, "weight": 10, "source": "概算"},
  {"indicator": "G.social", "weight": 20, "expectation": "困难学生安心就学", "source": "方案"},
  {"indicator": "EDU.satisfaction", "weight": 10, "source": "问卷"}]', '苏财教〔2025〕1号') \g /dev/null
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 980}, {"item": 2, "actual": 21},
  {"item": 3, "score": 18, "level": "达成"}, {"item": 4, "actual": 92}]') \g /dev/null
SELECT depth, name, weight, score, formula FROM p.score_project('P1', 2025) WHERE depth IN (0, 3) OR level1 = 'execution';
SELECT action, change, base, amount, reason FROM p.advise_budget('P1', 2025);
\pset tuples_only
\pset format unaligned
SELECT p.performance_document('P1', 2025, 'en');
