-- Scores (绩效评分): every method on and beside each of its boundaries, with the arithmetic of
-- the rules written out; grades, weights, totals and the ladder of monitoring.
SET client_min_messages = warning;
SELECT plan(561);

CREATE FUNCTION public.score(m text, d text, t numeric, a numeric, w numeric, p jsonb DEFAULT NULL) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT budgetpm.score_indicator(m, d, t, a, w, p)';
-- The same by the long way: numbers a trillion of trillions smaller do not fit 64 bits.
CREATE FUNCTION public.long(m text, d text, t numeric, a numeric, w numeric, p jsonb DEFAULT NULL) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT budgetpm.score_indicator(m, d, t * 1e-24, a * 1e-24, w, p)';
-- SQLSTATE of what is refused, the score of what is not.
CREATE FUNCTION public.refused(m text, d text, t numeric, a numeric, w numeric, p jsonb DEFAULT NULL) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  RETURN score(m, d, t, a, w, p);
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE;
END $$;

-- 正向 >= and 等于 =: a >= t gives w, else a / t * w
SELECT unnest(ARRAY[is(score(m, d, t, a, w), e, format('%s %s %s: %s of %s', m, d, t, a, w)), is(long(m, d, t, a, w), e, format('%s %s %s: %s of %s, the long way', m, d, t, a, w))])
  FROM unnest('{proportional,ratio}'::text[]) AS m, unnest('{>=,=}'::text[]) AS d, (VALUES
  (100, 100, 10, 10.00), (100, 100.01, 10, 10), (100, 1e9, 10, 10), (100, 99.99, 10, round(99.99 * 10 / 100, 2)), (100, 99.94, 10, round(99.94 * 10 / 100, 2)), (100, 50, 10, 5), (100, 0.05, 10, round(0.05 * 10 / 100, 2)), (100, 0.04, 10, 0),
  (100, 0, 10, 0), (100, -0.01, 10, 0), (100, -500, 10, 0), (0.01, 0.01, 10, 10), (0.01, 0, 10, 0), (3, 1, 30, round(1 * 30 / 3.0, 2)), (3, 2, 10, round(2 * 10 / 3.0, 2)),
  -- a half goes up, a hair less does not: 100.5 / 1000 * 10 = 1.005
  (1000, 100.5, 10, 1.01), (1000, 100.499999, 10, 1.00), (100, 100, 0, 0), (100, 99, 0, 0), (100, 99, 0.01, 0.01), (100, 49.99, 0.01, 0)) AS x(t, a, w, e);
-- 反向 <=: a <= t gives w; (1 - (a - t) / t) * w up to 2t, 0 from there; by ratio t / a * w
SELECT unnest(ARRAY[is(score('proportional', '<=', t, a, w), e, format('proportional <= %s: %s of %s', t, a, w)), is(score('ratio', '<=', t, a, w), r, format('ratio <= %s: %s of %s', t, a, w)),
                    is(long('proportional', '<=', t, a, w), e, format('proportional <= %s: %s of %s, the long way', t, a, w)), is(long('ratio', '<=', t, a, w), r, format('ratio <= %s: %s of %s, the long way', t, a, w))])
  FROM (VALUES
  (20, 20, 10, 10.00, 10.00), (20, 19.99, 10, 10, 10), (20, 0, 10, 10, 10), (20, -5, 10, 10, 10), (20, 20.01, 10, round((20 - 0.01) * 10 / 20, 2), round(20 * 10 / 20.01, 2)), (20, 20.02, 10, round((20 - 0.02) * 10 / 20, 2), round(20 * 10 / 20.02, 2)),
  (20, 25, 10, (20 - 5) * 10 / 20.0, 20 * 10 / 25.0), (20, 39.98, 10, round((20 - 19.98) * 10 / 20, 2), round(20 * 10 / 39.98, 2)), (20, 39.99, 10, round((20 - 19.99) * 10 / 20, 2), round(20 * 10 / 39.99, 2)), (20, 39.9901, 10, 0, round(20 * 10 / 39.9901, 2)),
  (20, 40, 10, 0, 5), (20, 40.01, 10, 0, round(20 * 10 / 40.01, 2)), (20, 40000, 10, 0, 0.01), (20, 40000.01, 10, 0, 0), (0.01, 0.02, 10, 0, 5), (0.01, 0.01, 10, 10, 10)) AS x(t, a, w, e, r);
-- a target of zero: nothing or less is all of it, anything more nothing; unless nothing is to be exceeded
SELECT unnest(ARRAY[is(score(m, d, 0, a, 10), CASE WHEN a <= 0 THEN 10.00 ELSE 0 END, format('%s %s 0: %s', m, d, a)),
                    is(score(m, d, 0, a, 10, '{"zero_target": "reached"}'), CASE WHEN d = '>=' AND a >= 0 OR d <> '>=' AND a <= 0 THEN 10.00 ELSE 0 END, format('%s %s 0: %s, reached', m, d, a))])
  FROM unnest('{proportional,ratio}'::text[]) AS m, unnest('{>=,=,<=}'::text[]) AS d, unnest('{-0.01,0,0.01}'::numeric[]) AS a;
-- 达标法: all or nothing, below zero too
SELECT unnest(ARRAY[is(score('threshold', d, t, t + s, 7.5), e, format('threshold %s %s: %s more', d, t, s)), is(long('threshold', d, t, t + s, 7.5), e, format('threshold %s %s: %s more, the long way', d, t, s))])
  FROM unnest('{95,0,-5}'::numeric[]) AS t, (VALUES ('>=', -0.0001, 0), ('>=', 0, 7.5), ('>=', 0.0001, 7.5), ('<=', -0.0001, 7.5), ('<=', 0, 7.5), ('<=', 0.0001, 0), ('=', -0.0001, 0), ('=', 0, 7.5), ('=', 0.0001, 0)) AS x(d, s, e);
-- 区间累进法: 95 is all; for each point below half a point; below 60 nothing
SELECT is(score('progressive', '>=', NULL, a, 10, jsonb_build_object('full', 95, 'deduct', 0.5, 'floor', 60, 'steps', steps)), greatest(e, 0), format('progressive >= 95, %s steps: %s', steps, a)) FROM (VALUES
  ('whole', 95.01, 10.00), ('whole', 95, 10), ('whole', 94.99, 10), ('whole', 94.01, 10), ('whole', 94, 10 - 1 * 0.5), ('whole', 93.01, 10 - 1 * 0.5), ('whole', 93, 10 - 2 * 0.5), ('whole', 75, 10 - 20 * 0.5), ('whole', 76, 10 - 19 * 0.5), ('whole', 60, 0), ('whole', 59.99, 0),
  ('started', 95, 10), ('started', 94.99, 10 - 1 * 0.5), ('started', 94, 10 - 1 * 0.5), ('started', 93.99, 10 - 2 * 0.5), ('started', 76.01, 10 - 19 * 0.5), ('started', 76, 10 - 19 * 0.5), ('started', 75.99, 0),
  ('proportional', 95, 10), ('proportional', 94.98, 10 - 0.02 * 0.5), ('proportional', 94.99, round(10 - 0.01 * 0.5, 2)), ('proportional', 94.991, round(10 - 0.009 * 0.5, 2)), ('proportional', 93.2, 10 - 1.8 * 0.5), ('proportional', 75.02, round(10 - 19.98 * 0.5, 2)), ('proportional', 75, 0)) AS x(steps, a, e);
SELECT is(score('progressive', d, t, a, 10, p), e, format('progressive %s %s %s: %s', d, t, p, a)) FROM (VALUES
  ('>=', 95, 60, '{"deduct": 0.1, "floor": 60}'::jsonb, 10 - 35 * 0.1), ('>=', 95, 59.9999, '{"deduct": 0.1, "floor": 60}', 0), ('<=', 30, 30, '{"step": 2, "deduct": 3}', 10), ('<=', 30, 31.99, '{"step": 2, "deduct": 3}', 10), ('<=', 30, 32, '{"step": 2, "deduct": 3}', 10 - 3),
  ('<=', 30, 36, '{"step": 2, "deduct": 3, "floor": 36}', 10 - 3 * 3), ('<=', 30, 36.0001, '{"step": 2, "deduct": 3, "floor": 36}', 0), ('<=', 30, 38, '{"step": 2, "deduct": 3}', 0),
  ('>=', 0, -1, '{"deduct": 1}', 10 - 1), ('>=', 0.3, 0.2, '{"step": 0.1, "deduct": 1}', 10 - 1), ('>=', 0.3, 0.0, '{"step": 0.1, "deduct": 1}', 10 - 3)) AS x(d, t, a, p, e);
-- 分档: the share of the first tier that is reached
SELECT is(score('tiers', d, t, a, 10.01, p), e, format('tiers %s: %s', d, a)) FROM (VALUES
  ('>=', NULL, 95, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}, {"at": 60, "share": 0}]}'::jsonb, 10.01), ('>=', NULL, 94.9999, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}', round(10.01 * 0.8, 2)),
  ('>=', NULL, 80, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}', round(10.01 * 0.8, 2)), ('>=', NULL, 79.9999, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}', 0), ('>=', NULL, 79.9999, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}, {"at": 60, "share": 0}]}', 0),
  ('<=', NULL, 30, '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.5}]}', 10.01), ('<=', NULL, 30.0001, '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.5}]}', round(10.01 * 0.5, 2)), ('<=', NULL, 60, '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.5}]}', round(10.01 * 0.5, 2)),
  ('<=', NULL, 60.0001, '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.5}]}', 0),
  ('=', 100, 95, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', 10.01), ('=', 100, 105, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', 10.01), ('=', 100, 94.9999, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', round(10.01 * 0.5, 2)),
  ('=', 100, 105.0001, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', round(10.01 * 0.5, 2)), ('=', 100, 110, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', round(10.01 * 0.5, 2)), ('=', 100, 110.0001, '{"tiers": [{"at": 5, "share": 1}, {"at": 10, "share": 0.5}]}', 0)) AS x(d, t, a, p, e);
-- 定性: 达成 [0.8w, w], 部分达成 [0.6w, 0.8w), 未达成 [0, 0.6w); 直接赋分 [0, w]
SELECT is(refused('qualitative', NULL, NULL, a, w, jsonb_build_object('level', level) || p), e, format('qualitative %s: %s of %s %s', level, a, w, p)) FROM (VALUES
  ('达成', 10, 10, '{}'::jsonb, '10.00'), ('达成', 10.01, 10, '{}', '22023'), ('达成', 8, 10, '{}', '8.00'), ('达成', 7.99, 10, '{}', '22023'), ('部分达成', 7.99, 10, '{}', '7.99'), ('部分达成', 8, 10, '{}', '22023'), ('部分达成', 6, 10, '{}', '6.00'), ('部分达成', 5.99, 10, '{}', '22023'),
  ('未达成', 5.99, 10, '{}', '5.99'), ('未达成', 6, 10, '{}', '22023'), ('未达成', 0, 10, '{}', '0.00'), ('未达成', -0.01, 10, '{}', '22023'),
  -- 0.8 of 7.51 is 6.008: no score of two decimals is exactly that
  ('达成', 6.01, 7.51, '{}', '6.01'), ('达成', 6.00, 7.51, '{}', '22023'), ('部分达成', 6.00, 7.51, '{}', '6.00'), ('部分达成', 6.01, 7.51, '{}', '22023'),
  ('部分达成', 5, 10, '{"lower": 0.5}', '5.00'), ('部分达成', 4.99, 10, '{"lower": 0.5}', '22023'), ('未达成', 4.99, 10, '{"lower": 0.5}', '4.99'), ('达成', 9, 10, '{"upper": 0.9}', '9.00'), ('达成', 8.99, 10, '{"upper": 0.9}', '22023'), ('达成', 10, 10, '{"upper": 1}', '10.00')) AS x(level, a, w, p, e);
SELECT is(refused('direct', NULL, NULL, a, 10), e, format('direct: %s of 10', a)) FROM (VALUES (-0.01, '22023'), (0, '0.00'), (0.01, '0.01'), (9.99, '9.99'), (10, '10.00'), (10.01, '22023')) AS x(a, e);
-- 预算执行率: paid / budget * 10, 10 at most; nothing of no budget
SELECT unnest(ARRAY[is(score('execution', NULL, t, a, 10), e, format('execution: %s of %s', a, t)), is(long('execution', NULL, t, a, 10), e, format('execution: %s of %s, the long way', a, t))]) FROM (VALUES
  (1000000, 0, 0.00), (1000000, 0.01, 0), (1000000, 499.99, 0), (1000000, 500, 0.01), (1000000, 930000, round(930000 * 10 / 1000000.0, 2)), (1000000, 999499.99, 9.99), (1000000, 999500, round(999500 * 10 / 1000000.0, 2)), (1000000, 999999.99, 10), (1000000, 1000000, 10),
  (1000000, 1000000.01, 10), (1000000, 2000000, 10), (1000000, -1, 0), (0, 0, 0), (0, 0.01, 0), (0.01, 0.01, 10)) AS x(t, a, e);

-- 等级: half-open intervals, of the number as it is
SELECT unnest(ARRAY[is(budgetpm.grade(s), g, format('grade of %s', s)), is(budgetpm.grade(s, '{80,70,60}'), h, format('grade of %s by 80, 70, 60', s))]) FROM (VALUES
  (0, '差', '差'), (59.99, '差', '差'), (59.995, '差', '差'), (59.999999999999, '差', '差'), (60, '中', '中'), (69.99, '中', '中'), (69.995, '中', '中'), (70, '中', '良'), (79.99, '中', '良'), (79.995, '中', '良'), (80, '良', '优'), (89.99, '良', '优'), (89.995, '良', '优'),
  (90, '优', '优'), (90.01, '优', '优'), (100, '优', '优'), (-0.01, '差', '差'), (110, '优', '优')) AS x(s, g, h);
-- 总分: (indicators + execution) * total / (weights that apply), half away from zero
SELECT is(budgetpm.total_score(p, w, 100), e, format('total of %s points of %s', p, w)) FROM (VALUES
  (86.5 + 9.3, 100, 95.80), (89.995, 100, 90.00), (89.994999, 100, 89.99), (80, 80, 100), (60, 80, 75), (1, 3, round(1 * 100 / 3.0, 2)), (2, 3, round(2 * 100 / 3.0, 2)), (0, 80, 0), (0.000004, 0.1, 0), (0.000005, 0.1, 0.01), (0, 0, NULL)) AS x(p, w, e);
-- 自评预警: red where (S/90 - E/10) / (S/90) > 0.05; yellow where more than a fifth is unspent
SELECT is(budgetpm.self_score_warning(s, 90, e, 10, b, p), w, format('self-evaluation: %s and %s, %s of %s paid', s, e, p, b)) FROM (VALUES
  (90, 9.5, 100, 95, NULL), (90, 9.49, 100, 94.9, 'red'), (90, 10, 100, 100, NULL), (45, 4.75, 100, 80, NULL), (45, 4.74, 100, 80, 'red'), (0, 0, 100, 80, NULL), (0, 0, 100, 79.99, 'yellow'), (0.01, 0, 100, 79.99, 'red'), (0, 0, 0, 0, 'yellow'), (72, 8, 100, 80, NULL), (72, 8, 100, 79.99, 'yellow')) AS x(s, e, b, p, w);

-- A ledger: weights, what does not apply, deviations, the ladder of double monitoring
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT p.register_unit('101', '省教育厅', '320000000');
SELECT count(p.register_project('P' || i, '项目' || i, '101', setup_year => 2025)) FROM generate_series(1, 30) AS i;
SELECT p.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT p.take_over_projects(jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'under_way', 'started_on', '2025-01-01')), '移交') ->> 'taken_over' FROM p.project;
CREATE SEQUENCE public.n;
CREATE FUNCTION public.target(weight numeric, target numeric DEFAULT 100, direction text DEFAULT '>=', method text DEFAULT 'proportional') RETURNS jsonb LANGUAGE sql AS
  $$SELECT jsonb_build_object('name', '指标' || nextval('public.n'), 'level1', 'output', 'level2', 'quantity', 'measure', '项', 'source', '方案', 'direction', direction, 'method', method, 'target', target, 'weight', weight)$$;
CREATE FUNCTION public.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  EXECUTE statement;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN 'taken';
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || regexp_replace(coalesce(nullif(detail, ''), SQLERRM), '^target \d+ "指标\d+": |\.$', '', 'g');
END $$;
SELECT is(outcome(format('SELECT p.set_targets(''P1'', 2025, %L, ''d'', %s, %s)', targets, total, execution)), wanted, format('weights of %s in %s + %s', (SELECT string_agg(t ->> 'weight', ' + ') FROM jsonb_array_elements(targets) AS t), total, execution))
  FROM (VALUES
  (jsonb_build_array(target(90)), 90, 10, 'taken'), (jsonb_build_array(target(89.99)), 90, 10, '22023 The weights of the indicators add up to 89.99, with 10 for execution to 99.99, not to 100'),
  (jsonb_build_array(target(90.01)), 90, 10, '22023 The weights of the indicators add up to 90.01, with 10 for execution to 100.01, not to 100'), (jsonb_build_array(target(100)), 90, 10, '22023 The weights of the indicators add up to 100, with 10 for execution to 110, not to 100'),
  (jsonb_build_array(target(100)), 100, 0, 'taken'), (jsonb_build_array(target(99.99)), 100, 0, '22023 The weights add up to 99.99, not to 100'), (jsonb_build_array(target(100.01)), 100, 0, '22023 The weights add up to 100.01, not to 100'), (jsonb_build_array(target(110)), 100, 0, '22023 The weights add up to 110, not to 100'),
  (jsonb_build_array(target(33.33), target(33.33), target(33.34)), 100, 0, 'taken'), (jsonb_build_array(target(33.33), target(33.33), target(33.33)), 100, 0, '22023 The weights add up to 99.99, not to 100'), (jsonb_build_array(target(80)), 80, 20, 'taken'),
  (jsonb_build_array(target(89.99), target(0.01)), 90, 10, 'taken'), (jsonb_build_array(target(90), target(0)), 90, 10, '22023 target 2: weight 0 is not above 0 and at most 1000, with two decimals'),
  (jsonb_build_array(target(89.995), target(0.005)), 90, 10, E'22023 target 1: weight 89.995 is not above 0 and at most 1000, with two decimals.\ntarget 2: weight 0.005 is not above 0 and at most 1000, with two decimals')) AS x(targets, total, execution, wanted);

-- what does not apply is left out, and the rest scaled to the total
CREATE FUNCTION public.evaluated(targets jsonb, results jsonb, total numeric DEFAULT 90, execution numeric DEFAULT 10, budget numeric DEFAULT 1000000, paid numeric DEFAULT 1000000, OUT points numeric, OUT applicable numeric, OUT executed numeric, OUT score numeric, OUT grade text, OUT warning text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM p.set_targets('P1', 2025, targets, 'd', total, execution);
  PERFORM p.evaluate_project('P1', 2025, 'self', results, budget => budget, paid => paid);
  SELECT e.indicator_score, e.applicable, e.execution_score, e.score, e.grade, e.warning INTO points, applicable, executed, score, grade, warning FROM p.evaluation e;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN NULL;
END $$;
CREATE FUNCTION public.results(VARIADIC actuals numeric[]) RETURNS jsonb IMMUTABLE LANGUAGE sql AS
  $$SELECT jsonb_agg(CASE WHEN a IS NULL THEN jsonb_build_object('item', n, 'applicable', false) ELSE jsonb_build_object('item', n, 'actual', a, 'reason', '无') END ORDER BY n) FROM unnest(actuals) WITH ORDINALITY AS x(a, n)$$;
SELECT is(evaluated(t, r, total, x, b, paid)::text, e::text, what) FROM (VALUES
  ('all of it', jsonb_build_array(target(40), target(50)), results(100, 100), 90, 10, 1000000, 1000000, ROW(90.00, 90.00, 10.00, 100.00, '优', NULL)),
  ('execution over the budget', jsonb_build_array(target(90)), results(100), 90, 10, 1000000, 1000000.01, ROW(90.00, 90.00, 10.00, 100.00, '优', NULL)),
  ('nothing paid', jsonb_build_array(target(90)), results(100), 90, 10, 1000000, 0, ROW(90.00, 90.00, 0.00, 90.00, '优', 'red')),
  ('no budget', jsonb_build_array(target(90)), results(100), 90, 10, 0, 0, ROW(90.00, 90.00, 0.00, 90.00, '优', 'red')),
  ('nothing at all', jsonb_build_array(target(90)), results(0), 90, 10, 0, 0, ROW(0.00, 90.00, 0.00, 0.00, '差', 'yellow')),
  ('one that does not apply', jsonb_build_array(target(40), target(50)), results(100, NULL), 90, 10, 1000000, 800000, ROW(40.00, 40.00, 8.00, round((40 + 8) * 100 / (40 + 10.0), 2), '优', 'red')),
  ('without execution', jsonb_build_array(target(30), target(70)), results(NULL, 80), 100, 0, 1000000, 0, ROW(56.00, 70.00, 0.00, round(56 * 100 / 70.0, 2), '良', NULL)),
  ('a third of it applies', jsonb_build_array(target(30), target(60)), results(50, NULL), 90, 10, 1000000, 1000000, ROW(15.00, 30.00, 10.00, round((15 + 10) * 100 / (30 + 10.0), 2), '中', NULL)),
  -- 60.595 of 67.33 is 89.9970...: the total is rounded, and has the grade of what is published
  ('a total of 89.997 is published as 90.00', jsonb_build_array(target(67.33, 6733), target(32.67)), results(6060, NULL), 100, 0, 1000000, 0, ROW(60.60, 67.33, 0.00, round(60.60 * 100 / 67.33, 2), '优', NULL)),
  ('points that make exactly 90', jsonb_build_array(target(100)), results(90), 100, 0, 1000000, 0, ROW(90.00, 100.00, 0.00, 90.00, '优', NULL)),
  ('a hundredth less', jsonb_build_array(target(100)), results(89.99), 100, 0, 1000000, 0, ROW(89.99, 100.00, 0.00, 89.99, '良', NULL)),
  ('half a hundredth less is 90.00 points', jsonb_build_array(target(100)), results(89.995), 100, 0, 1000000, 0, ROW(90.00, 100.00, 0.00, 90.00, '优', NULL)),
  ('exactly 60', jsonb_build_array(target(100)), results(60), 100, 0, 1000000, 0, ROW(60.00, 100.00, 0.00, 60.00, '中', NULL)), ('59.99', jsonb_build_array(target(100)), results(59.99), 100, 0, 1000000, 0, ROW(59.99, 100.00, 0.00, 59.99, '差', NULL))) AS x(what, t, r, total, x, b, paid, e);
-- 结果应用: what a score does to the next budget of 1000000
CREATE FUNCTION public.advised(actual numeric) RETURNS text LANGUAGE plpgsql AS $$
DECLARE answer text;
BEGIN
  PERFORM p.set_targets('P1', 2025, jsonb_build_array(target(100)), 'd', 100, 0);
  PERFORM p.evaluate_project('P1', 2025, 'finance', results(actual), budget => 1000000, paid => 1000000);
  SELECT concat_ws(' ', action, trim_scale(change), amount) INTO answer FROM p.advise_budget('P1', 2025);
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
END $$;
SELECT is(advised(a), wanted, format('advice: %s points', a)) FROM (VALUES
  (100, 'raise 0.1 1100000.00'), (90, 'raise 0.1 1100000.00'), (89.99, 'keep 0 1000000.00'), (80, 'keep 0 1000000.00'), (79.99, 'cut -0.2 800000.00'), (60, 'cut -0.2 800000.00'), (59.99, 'cancel -1 0.00'), (0, 'cancel -1 0.00')) AS x(a, wanted);
-- the order of targets says nothing
CREATE FUNCTION public.turned(turn integer) RETURNS text LANGUAGE sql AS $$
  SELECT evaluated(jsonb_agg(target(w, t, d) ORDER BY k), jsonb_agg(jsonb_build_object('item', k, 'actual', a, 'reason', '无') ORDER BY k))::text
    FROM (SELECT x.*, row_number() OVER (ORDER BY (n * (2 * turn + 1) + turn) % 16, n) AS k
            FROM (VALUES (1, 11.11, 7, '>=', 5), (2, 13.37, 3, '<=', 4), (3, 20.02, 90, '>=', 77.7), (4, 0.5, 1, '=', 0.3), (5, 45, 1000, '>=', 666)) AS x(n, w, t, d, a)) AS o $$;
SELECT is(turned(turn), turned(0), format('order %s of the targets', turn)) FROM generate_series(1, 7) AS turn;
-- 偏差: from 130 % of the target on the reason must be written
SELECT p.set_targets('P2', 2025, jsonb_build_array(target(90)), 'd');
SELECT is(outcome(format($$SELECT p.evaluate_project('P2', 2025, 'self', '[{"item": 1, "actual": %s}]', budget => 1, paid => 1)$$, a)), wanted, format('deviation: %s of 100', a)) FROM (VALUES
  (129.9999, 'taken'), (130, '22023 it deviates by 30.00 % and no reason is given'), (130.0001, '22023 it deviates by 30.00 % and no reason is given'), (100, 'taken'), (0, 'taken')) AS x(a, wanted);
-- 双监控: 25/40/60/80 % at the end of April, June, August and October, to the fen and the day
CREATE FUNCTION public.watched(paid numeric, day date, achieved numeric, budget numeric DEFAULT 1000000) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line bigint;
  answer text;
BEGIN
  PERFORM p.set_targets('P3', 2025, jsonb_build_array(target(90)), 'd');
  line := p.open_line(2025, '101', '2050202', title => 'P3', project => 'P3');
  IF budget > 0 THEN PERFORM p.appropriate(line, budget, 'd', accounting_date => '2025-01-05'); END IF;
  IF paid > 0 THEN PERFORM p.pay(line, paid, 'd', accounting_date => '2025-04-01'); END IF;
  PERFORM p.record_monitoring('P3', 2025, day, jsonb_build_array(jsonb_build_object('item', 1, 'actual', achieved)));
  SELECT array_to_string(flags, ', ') INTO answer FROM p.monitoring;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
END $$;
SELECT unnest(ARRAY[is(watched(rate * 10000 - 0.01, day, rate), 'execution_behind', format('ladder: a fen below %s %% on %s', rate, day)), is(watched(rate * 10000, day, rate), '', format('ladder: %s %% on %s', rate, day)),
                    is(watched(before * 10000, day - 1, before), '', format('ladder: the day before, %s', day - 1))])
  FROM (VALUES ('2025-04-30'::date, 25, 0), ('2025-06-30', 40, 25), ('2025-08-31', 60, 40), ('2025-10-31', 80, 60)) AS x(day, rate, before);
SELECT is(watched(799999.99, '2025-12-31', 80), 'execution_behind', 'ladder: the last step holds to the end of the year');
SELECT is(watched(0, '2025-04-29', 0), '', 'ladder: nothing is due before its first day');
-- what nobody rounds away: a hair of achievement beside 50 %
SELECT is(watched(500000, '2025-04-30', 60 + hair), wanted, format('gap: %s more', hair)) FROM (VALUES (0, ''), (0.0000001, 'deviation')) AS x(hair, wanted);
-- achievement and execution more than ten points apart, either way
SELECT is(watched(paid, '2025-04-30', achieved), wanted, format('gap: %s paid, %s achieved', paid, achieved)) FROM (VALUES
  (500000, 60, ''), (499999.99, 60, 'deviation'), (500000, 60.02, 'deviation'), (500000, 40, ''), (500000.01, 40, 'deviation'), (500000, 39.98, 'deviation')) AS x(paid, achieved, wanted);
SELECT is(watched(0, '2025-04-29', achieved, 0), wanted, format('gap: no budget, %s achieved', achieved)) FROM (VALUES (10, ''), (10.02, 'deviation')) AS x(achieved, wanted);
SELECT * FROM finish();
