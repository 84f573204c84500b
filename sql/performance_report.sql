-- Reports of performance: rows, one document, and what is printed, in zh and en. DOMAIN (g.1), (i) 13, 88, 115, 123.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT count(p.register_unit(code, name, '320000000', parent)) FROM (VALUES ('101', '省教育厅', NULL), ('101001', '省属中学', '101')) AS u(code, name, parent);
SELECT count(p.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('P1', '助学金 | 一期', '101001'), ('P2', '实验室', '101'), ('P3', '食堂', '101001')) AS p(code, name, unit);
SELECT p.set_targets('P1', 2025, '[{"indicator": "EDU.students", "target": 1000, "weight": 50, "source": "计划"}, {"indicator": "G.cost", "target": 20, "weight": 10, "source": "概算"},
  {"indicator": "G.social", "weight": 20, "expectation": "困难学生安心就学", "source": "方案"}, {"indicator": "EDU.satisfaction", "weight": 10, "source": "问卷"}]', '苏财教〔2025〕1号') > 0 AS set;
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 980, "reason": "两所学校\n秋季合并"}, {"item": 2, "actual": 21}, {"item": 3, "score": 18, "level": "达成"}, {"item": 4, "applicable": false}]', budget => 1000000, paid => 930000, opinion => '总体较好',
  evidence => jsonb_build_array(jsonb_build_object('title', '自评报告', 'digest', repeat('a', 64)))) > 0 AS self;
SELECT p.evaluate_project('P1', 2025, 'third_party', '[{"item": 1, "actual": 960}, {"item": 2, "actual": 20}, {"item": 3, "score": 14, "level": "部分达成"}, {"item": 4, "actual": 84}]', budget => 1000000, paid => 930000, agency => '某评价事务所') > 0 AS third;
SELECT p.set_targets(c, 2025, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 90, "source": "计划"}]') > 0 AS set FROM unnest('{P2,P3}'::text[]) AS c;
SELECT p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 100}]', budget => 500000, paid => 500000) > 0, p.evaluate_project('P3', 2025, 'self', '[{"item": 1, "actual": 40}]', budget => 0, paid => 0) > 0;
\pset format unaligned
\pset tuples_only
SELECT p.performance_document('P1', 2025);
SELECT p.performance_document('P1', 2025, 'en');
SELECT p.performance_report(2025, '320000000');
SELECT p.performance_report(2025, unit => '101001', language => 'en');
SELECT jsonb_pretty(p.performance_report_data(2025, unit => '101001') - 'league' - 'missed');
SELECT p.performance_report(2024, '320000000');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.performance_document('P9', 2025)$$, $$SELECT p.score_document('P9', 2025)$$, $$SELECT * FROM p.score_project('P9', 2025)$$, $$SELECT * FROM p.score_project('P1', 2025, 'neighbour')$$, $$SELECT * FROM p.score_project('P1', 2025, period => 'week')$$,
  $$SELECT * FROM p.advise_budget('P9', 2025)$$, $$SELECT p.performance_report_data(2025, unit => '999')$$, $$SELECT p.performance_report(2025, '999999999')$$, $$SELECT * FROM p.library(2025, '999999999')$$, $$SELECT * FROM p.missing_evaluations(2025, division => '999999999')$$]) AS s;
SELECT p.score_document('P1', 2025) #> '{result,budget}', p.score_document('P1', 2025) #> '{evaluations,self,0,formula}';
\pset tuples_only off
\pset format aligned
SELECT project, score, grade, rank, rank_in_division, rank_in_unit FROM p_report.performance_league ORDER BY rank;
SELECT division, unit, projects, weighted_score, mean_score, excellent, good, fair, poor, budget, paid, warnings FROM p_report.performance_summary ORDER BY id;
SELECT unit, targets, achieved, rate, goal, reaches_goal, mean_deviation FROM p_report.target_achievement ORDER BY id;
SELECT project, evaluator, item_no, target, actual, deviation, achieved FROM p_report.performance_result WHERE project = 'P1' ORDER BY id;
-- every row of the documents has as many cells as its head
SELECT bool_and(cells = ANY ('{5,8,3,11,12,7}')) AS tables, count(*) > 30 AS rows
  FROM (VALUES ('zh'), ('en')) AS l(language), LATERAL regexp_split_to_table(p.performance_document('P1', 2025, language) || p.performance_report(2025, language => language), E'\n') AS line,
       LATERAL (SELECT count(*) AS cells FROM regexp_matches(replace(line, '\|', ''), '\|', 'g')) AS c WHERE line LIKE '|%';

-- Words of codes in the language of the page: how far a judgement went, the warning of a self-evaluation; no other language, and a unit that is not there is no title for all
SELECT p.set_targets('P2', 2024, '[{"indicator": "G.social", "weight": 90, "expectation": "安心", "source": "方案"}]') > 0 AS set, p.evaluate_project('P2', 2024, 'self', '[{"item": 1, "score": 80, "level": "achieved"}]', budget => 100, paid => 10) > 0 AS self,
       p.evaluate_project('P2', 2024, 'finance', '[{"item": 1, "score": 50, "level": "未达成"}]', budget => 100, paid => 10) > 0 AS finance;
SELECT l FROM unnest('{zh,en}'::text[]) AS x CROSS JOIN LATERAL regexp_split_to_table(p.performance_document('P2', 2024, x) || p.performance_report(2024, unit => '101', language => x), '\n') AS l WHERE l ~ '社会|ocial|自评预警|Warning|元|yuan';
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.performance_document('P2', 2024, 'mn')$$, $$SELECT p.performance_report(2024, language => NULL)$$]) AS s;
SELECT p.register_unit('999', '无项目单位', '320000000') IS NOT NULL AS without_projects;
SELECT split_part(p.performance_report(2024, unit => '999'), E'\n', 1) AS title, p.performance_report(2024, unit => '999') ~ '\| (—)? *\|\n\|' AS dashes;

-- Money as it is printed: separators of thousands, yuan to the fen, 万元 to two decimals half away from zero; the rows and the jsonb stay numbers.
SELECT budgetpm.printed_money(a, 'yuan') AS yuan, budgetpm.printed_money(a, 'wan') AS wan FROM unnest('{0,0.01,-0.01,999.99,1000,1234567.89,-1234567.89,50,49.99,-50,123456789012345678.99}'::numeric[]) AS a;
SELECT p.register_project('P4', '校舍', '101', setup_year => 2025) > 0 AND pg_temp.take_over('p', 'funded', '{P4}') = 1 AS registered;
SELECT p.open_line(2025, '101', '2050202', title => '校舍', project => 'P4') AS line \gset
SELECT p.appropriate(:line, 12345678.50, '年初批复') > 0 AND p.supplement(:line, 1000000, '追加') > 0 AND p.pay(:line, 9876543.21, '凭证', accounting_date => '2025-11-01') > 0 AS posted;
-- a division's own indicator says what its measure is called in English; a measure that nobody translated stays as it is
SELECT p.define_indicator('SCH.rooms', 2025, '{"sector": "education", "level1": "output", "level2": "quantity", "name_zh": "新增教室", "name_en": "New classrooms", "measure": "间", "measure_en": "rooms", "weight": 10}', '320000000') > 0 AS own,
       pg_temp.refused($$SELECT p.define_indicator('SCH.x', 2025, jsonb_build_object('sector', 'education', 'level1', 'output', 'level2', 'quantity', 'name_zh', 'x', 'measure', '间', 'measure_en', repeat('x', 61)))$$);
SELECT indicator, measure, measure_en FROM p.library(2025, '320000000') WHERE indicator IN ('SCH.rooms', 'GRASS.area', 'G.quality', 'HEALTH.mortality') ORDER BY 1;
SELECT p.set_targets('P4', 2025, '[{"indicator": "SCH.rooms", "target": 40, "weight": 50, "source": "计划"}, {"name": "操场", "level1": "output", "level2": "quantity", "target": 2, "measure": "座", "weight": 20, "source": "计划"},
  {"name": "宿舍", "level1": "output", "level2": "quantity", "target": 12, "measure": "间", "weight": 20, "source": "计划"}]', '苏教〔2025〕8号', goal => '新增教室40间，开学前投入使用') > 0 AS set;
SELECT pg_temp.refused(format($$SELECT p.set_targets('P4', 2025, '[]', %L, goal => %L)$$, repeat('文', 201), repeat('目', 1001)));
SELECT p.evaluate_project('P4', 2025, 'self', '[{"item": 1, "actual": 38}, {"item": 2, "actual": 1}, {"item": 3, "actual": 12}]') > 0 AS self;
\pset format unaligned
\pset tuples_only
SELECT p.performance_document('P4', 2025, money => 'wan');
SELECT l FROM regexp_split_to_table(p.performance_document('P4', 2025, 'en'), '\n') AS l WHERE l ~ 'yuan|Execution|classrooms|操场|宿舍|Advice';
SELECT p.performance_report(2025, unit => '101', language => 'en', money => 'wan');
SELECT p.score_document('P4', 2025) #>> '{result,budget}', p.performance_report_data(2025, unit => '101') ->> 'budget';
-- a section that is empty says so
SELECT p.performance_report(2023, language => 'en');
\pset tuples_only off
\pset format aligned
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.performance_document('P4', 2025, money => 'usd')$$, $$SELECT p.performance_report(2025, money => NULL)$$]) AS s;
