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
SELECT p.performance_document('P9', 2025) IS NULL, p.performance_report_data(2025, unit => '999') ->> 'projects', pg_temp.refused($$SELECT p.performance_report(2025, '999999999')$$);
SELECT p.score_document('P1', 2025) #> '{result,budget}', p.score_document('P1', 2025) #> '{evaluations,self,0,formula}';
\pset tuples_only off
\pset format aligned
SELECT project, score, grade, rank, rank_in_division, rank_in_unit FROM p_report.performance_league ORDER BY rank;
SELECT division, unit, projects, weighted_score, mean_score, excellent, good, fair, poor, budget, paid, warnings FROM p_report.performance_summary ORDER BY id;
SELECT unit, targets, achieved, rate, goal, reaches_goal, mean_deviation FROM p_report.target_achievement ORDER BY id;
SELECT project, evaluator, item_no, target, actual, deviation, achieved FROM p_report.performance_result WHERE project = 'P1' ORDER BY id;
-- every row of the documents has as many cells as its head
SELECT bool_and(cells = ANY ('{5,7,3,11,12}')) AS tables, count(*) > 30 AS rows
  FROM (VALUES ('zh'), ('en')) AS l(language), LATERAL regexp_split_to_table(p.performance_document('P1', 2025, language) || p.performance_report(2025, language => language), E'\n') AS line,
       LATERAL (SELECT count(*) AS cells FROM regexp_matches(replace(line, '\|', ''), '\|', 'g')) AS c WHERE line LIKE '|%';

-- Words of codes in the language of the page: how far a judgement went, the warning of a self-evaluation; no other language, and a unit that is not there is no title for all
SELECT p.set_targets('P2', 2024, '[{"indicator": "G.social", "weight": 90, "expectation": "安心", "source": "方案"}]') > 0 AS set, p.evaluate_project('P2', 2024, 'self', '[{"item": 1, "score": 80, "level": "achieved"}]', budget => 100, paid => 10) > 0 AS self,
       p.evaluate_project('P2', 2024, 'finance', '[{"item": 1, "score": 50, "level": "未达成"}]', budget => 100, paid => 10) > 0 AS finance;
SELECT l FROM unnest('{zh,en}'::text[]) AS x CROSS JOIN LATERAL regexp_split_to_table(p.performance_document('P2', 2024, x) || p.performance_report(2024, unit => '101', language => x), '\n') AS l WHERE l ~ '社会|ocial|自评预警|Warning|元|yuan';
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.performance_document('P2', 2024, 'mn')$$, $$SELECT p.performance_report(2024, language => NULL)$$]) AS s;
SELECT split_part(p.performance_report(2024, unit => '999'), E'\n', 1) AS title, p.performance_report(2024, unit => '999') ~ '\| (—)? *\|\n\|' AS dashes;
