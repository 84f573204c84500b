-- What performance does not take: wrong types, methods that do not fit, days that have not come, answers that say nothing.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT p.register_unit('101', '省教育厅', '320000000') IS NOT NULL AS unit, p.register_project('P1', '助学金', '101', setup_year => 2025) > 0 AS project;

-- a name is a text, a tag is one, and each kind has its methods
SELECT pg_temp.refused(format($$SELECT p.set_targets('P1', 2025, '[{"level1": "output", "level2": "quantity", "weight": 90, "target": 1, %s}]')$$, x)) FROM unnest(ARRAY[
  '"name": ["a"], "measure": 5, "source": {"a": 1}, "expectation": [1]', '"name": "a", "measure": "项", "tags": "beneficiaries"', '"name": "a", "measure": "项", "tags": [1, null, {"a": 1}]',
  '"name": "a", "measure": "项", "method": "execution"', '"name": "a", "measure": "项", "kind": "qualitative", "method": "proportional"', '"name": "a", "measure": "项", "kind": "quantitative", "method": "qualitative"']) AS x;
SELECT pg_temp.refused($$SELECT p.set_targets('P1', 99999, '[{"name": "a", "level1": "output", "level2": "quantity", "weight": 90, "target": 1, "measure": "项"}]')$$);
SELECT pg_temp.refused(format($$SELECT p.define_indicator('X.1', 2025, '{"sector": "general", "level1": "output", "level2": "quantity", "name_zh": "甲", "measure": "项", %s}')$$, x)) FROM unnest(ARRAY['"method": "execution"', '"kind": "qualitative", "method": "ratio"']) AS x;

SELECT p.set_targets('P1', year, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 60}, {"name": "效益", "level1": "benefit", "level2": "social", "kind": "qualitative", "weight": 30}]') > 0 AS set
  FROM unnest(ARRAY[2025, 9998]) AS year;
-- points for a quantitative target would have been read as its actual value
SELECT pg_temp.refused(format($$SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, %s}, {"item": 2, "score": 30, "level": %s}]')$$, a, l)) FROM (VALUES ('"score": 50', '"达成"'), ('"actual": 90, "reason": {"a": 1}', '["达成"]')) AS v(a, l);
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.evaluate_project('P1', 9998, 'self', '[{"item": 1, "actual": 1}, {"item": 2, "score": 30, "level": "达成"}]')$$,
  $$SELECT p.evaluate_project('P1', 9998, 'self', '[{"item": 1, "actual": 1}, {"item": 2, "score": 30, "level": "达成"}]', 'quarter', 3)$$, $$SELECT p.record_monitoring('P1', 9998, '9998-06-30')$$]) AS s;
-- of a project that is there twice, and a rule without a reason
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.open_joint_evaluation('联合', 2025, '320000000', '{P1,P1}')$$, $$SELECT p.define_consequence('x', 2025, 'score', 'raise', 0.2, ' ', min_score => 95)$$,
  $$SELECT budgetpm.grade(90, '{Infinity,80,60}')$$, $$SELECT budgetpm.grade(90, '{90,80,-Infinity}')$$]) AS s;
-- a bound that a rule does not look at
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.define_consequence('x', 2025, 'beneficiaries', 'cut', -0.2, '减', grade => '优', min_score => 10)$$, $$SELECT p.define_consequence('x', 2025, 'unspent', 'cut', -0.2, '减', min_score => 10, max_score => 20)$$]) AS s;
-- an answer that says nothing is none: the poor result stays unanswered
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 1}, {"item": 2, "score": 0, "level": "未达成"}]', budget => 1, paid => 0) AS poor \gset
SELECT pg_temp.refused(format('SELECT p.answer_evaluation(%s, %L)', :poor, n)) FROM unnest(ARRAY['', E' \t\n']) AS n;
SELECT count(*) AS unanswered FROM p.poor_results(2025, (SELECT code::text FROM p.division), CURRENT_DATE + 30, 15);
SELECT p.answer_evaluation(:poor, '整改方案') > 0 AS answered;
SELECT count(*) AS unanswered FROM p.poor_results(2025, (SELECT code::text FROM p.division), CURRENT_DATE + 30, 15);
