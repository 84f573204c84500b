-- Scores of indicators with their formulas, and what is refused; boundaries are in test/pgtap/performance_score.sql.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

-- g.2, row by row: >=, =, <= under both attested formulas, zero targets
SELECT d, t, a, w, budgetpm.score_indicator('proportional', d, t, a, w) AS score,
       budgetpm.score_formula('proportional', d, t, a, w) AS formula
  FROM (VALUES ('>=', 100, 100, 10), ('>=', 100, 99.99, 10), ('>=', 100, 99.94, 10), ('>=', 3, 1, 30), ('≥', 7, 2, 5.5),
    ('>=', 0, 0, 10), ('>=', 0, -1, 10), ('>=', 0, 1, 10), ('>=', 10, -3, 10),
    ('=', 0, 0, 10), ('=', 0, 0.01, 10), ('=', 5, 5, 10), ('=', 5, 6, 10), ('=', 5, 4, 10),
    ('<=', 20, 20, 10), ('<=', 20, 20.01, 10), ('<=', 20, 25, 10), ('<=', 20, 39.99, 10), ('<=', 20, 40, 10), ('≤', 20, 400, 10),
    ('<=', 0, 0, 10), ('<=', 0, 1, 10)) AS v (d, t, a, w);
SELECT d, t, a, w, budgetpm.score_indicator('ratio', d, t, a, w) AS score, budgetpm.score_formula('ratio', d, t, a, w) AS formula
  FROM (VALUES ('<=', 20, 20, 10), ('<=', 20, 25, 10), ('<=', 20, 40, 10), ('<=', 20, 400, 10), ('<=', 0, 1, 10), ('>=', 100, 87.5, 20)) AS v (d, t, a, w);
-- execution rate (预算执行率): capped, and a budget of 0 is 0 points
SELECT t AS budget, a AS paid, budgetpm.score_formula('execution', NULL, t, a, 10)
  FROM (VALUES (251.89, 251.89), (100, 93.755), (100, 130), (0, 0), (0, 5), (100, -1)) AS v (t, a);
-- 达标法, 区间累进法, 分档, 定性, 直接赋分
SELECT m, d, t, a, p, budgetpm.score_formula(m, d, t, a, 10, p) FROM (VALUES
  ('threshold', '>=', 95, 95, NULL), ('threshold', '>=', 95, 94.999, NULL), ('threshold', '=', -5, -5, NULL), ('threshold', '<=', -5, -4, NULL),
  ('progressive', '>=', NULL, 95, '{"full": 95, "deduct": 0.5, "floor": 60}'::jsonb), ('progressive', '>=', NULL, 93.2, '{"full": 95, "deduct": 0.5, "floor": 60}'),
  ('progressive', '>=', NULL, 93.2, '{"full": 95, "deduct": 0.5, "steps": "started"}'), ('progressive', '>=', 95, 93.2, '{"deduct": 0.5, "steps": "proportional"}'),
  ('progressive', '>=', NULL, 60, '{"full": 95, "deduct": 0.5, "floor": 60}'), ('progressive', '>=', NULL, 59.999, '{"full": 95, "deduct": 0.01, "floor": 60}'),
  ('progressive', '>=', 95, 10, '{"deduct": 0.5}'), ('progressive', '<=', 30, 33, '{"step": 2, "deduct": 3}'),
  ('progressive', '>=', 90, 85, '{"step": 5, "deduct": 1}'), ('progressive', '>=', 90, 85.01, '{"step": 5, "deduct": 1}'),
  ('tiers', '>=', NULL, 95, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}'), ('tiers', '>=', NULL, 94.99, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}'),
  ('tiers', '>=', NULL, 79, '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}]}'),
  ('tiers', '=', 0, -10, '{"tiers": [{"at": 10, "share": 1}, {"at": 15, "share": 0.6}, {"at": 20, "share": 0.2}]}'),
  ('tiers', '=', 0, 10.1, '{"tiers": [{"at": 10, "share": 1}, {"at": 15, "share": 0.6}, {"at": 20, "share": 0.2}]}'),
  ('tiers', '=', 0, -20.5, '{"tiers": [{"at": 10, "share": 1}, {"at": 15, "share": 0.6}, {"at": 20, "share": 0.2}]}'),
  ('qualitative', NULL, NULL, 8, '{"level": "achieved"}'), ('qualitative', NULL, NULL, 7.99, '{"level": "部分达成"}'),
  ('qualitative', NULL, NULL, 6, '{"level": "部分达成年度指标并具有一定效果"}'), ('qualitative', NULL, NULL, 5.99, '{"level": "failed"}'),
  ('qualitative', NULL, NULL, 5.5, '{"level": "partly", "lower": 0.5}'),
  ('direct', NULL, NULL, 7.25, NULL)) AS v (m, d, t, a, p);
-- what nobody has reported has no score
SELECT budgetpm.score_indicator('proportional', '>=', 1, NULL, 10), budgetpm.score_formula('proportional', '>=', 1, NULL, 10), budgetpm.score_indicator(NULL, '>=', 1, 1, 10);

-- what is refused
SELECT pg_temp.refused('SELECT budgetpm.score_indicator(' || s || ')') FROM unnest(ARRAY[
  $$'guess', '>=', 1, 1, 10$$, $$'ratio', '>', 1, 1, 10$$, $$'ratio', '>=', NULL, 1, 10$$, $$'ratio', '>=', -1, 1, 10$$,
  $$'ratio', '>=', 1, 1, -1$$, $$'ratio', '>=', 1, 1, 1.005$$, $$'ratio', '>=', 'NaN', 1, 10$$, $$'ratio', '>=', 1, 'Infinity', 10$$,
  $$'ratio', '>=', 1, 1, 'NaN'$$, $$'ratio', '>=', 0, 1, 10, '{"zero_target": "half"}'$$, $$'ratio', '>=', 2, 1, 10, '{"floor": 1}'$$, $$'ratio', '>=', 2, 1, 10, '[1]'$$,
  $$'qualitative', NULL, NULL, 8, 10$$, $$'qualitative', NULL, NULL, 8, 10, '{"level": "so so"}'$$,
  $$'qualitative', NULL, NULL, 7.99, 10, '{"level": "achieved"}'$$, $$'qualitative', NULL, NULL, 10.01, 10, '{"level": "achieved"}'$$,
  $$'qualitative', NULL, NULL, 8, 10, '{"level": "partly"}'$$, $$'qualitative', NULL, NULL, 6, 10, '{"level": "failed"}'$$, $$'qualitative', NULL, NULL, 9.999, 10, '{"level": "achieved"}'$$,
  $$'qualitative', NULL, NULL, 8, 10, '{"level": "achieved", "upper": 0.5}'$$,
  $$'direct', NULL, NULL, 10.01, 10$$, $$'progressive', '>=', 90, 80, 10$$, $$'progressive', '>=', NULL, 80, 10, '{"deduct": 1}'$$,
  $$'progressive', '=', 90, 80, 10, '{"deduct": 1}'$$, $$'progressive', '>=', 90, 80, 10, '{"deduct": 1, "step": 0}'$$, $$'progressive', '>=', 90, 80, 10, '{"deduct": "1"}'$$,
  $$'progressive', '>=', 90, 80, 10, '{"deduct": 1, "steps": "some"}'$$,
  $$'tiers', '>=', NULL, 80, 10$$, $$'tiers', '>=', NULL, 80, 10, '{"tiers": []}'$$, $$'tiers', '>=', NULL, 80, 10, '{"tiers": [{"at": 90}]}'$$,
  $$'tiers', '>=', NULL, 80, 10, '{"tiers": [{"at": 80, "share": 0.8}, {"at": 90, "share": 1}]}'$$, $$'tiers', '<=', NULL, 80, 10, '{"tiers": [{"at": 80, "share": 1.1}]}'$$,
  $$'execution', NULL, -1, 5, 10$$]) AS s;

SELECT pg_temp.refused('SELECT budgetpm.grade(' || s || ')') FROM unnest(ARRAY['''NaN''', '90, ''{90,80}''', '90, ''{60,80,90}''', '90, ''{90,NULL,60}''']) AS s;

-- Random indicators: the short way in integers, the long way (the same numbers a
-- trillion of trillions smaller), and plain SQL agree; no score leaves [0, weight].
CREATE TEMP TABLE random_indicator AS
  SELECT i, (ARRAY['proportional', 'ratio', 'threshold', 'execution'])[1 + i % 4] AS m, (ARRAY['>=', '<=', '='])[1 + i / 4 % 3] AS d,
         round((random() * 10 ^ (i % 17))::numeric, i % 9) AS t, round(((random() * 2.4 - 0.2) * 10 ^ (i % 17))::numeric, (i / 3) % 9) AS a,
         round((random() * 50)::numeric, i % 3) AS w
    FROM generate_series(1, 40000) AS i;
UPDATE random_indicator SET a = t WHERE i % 11 = 0;
UPDATE random_indicator SET t = 0 WHERE i % 97 = 0;
SELECT count(*) AS indicators, count(*) FILTER (WHERE short <> long) AS short_differs, count(*) FILTER (WHERE short <> plain) AS plain_differs,
       count(*) FILTER (WHERE short < 0 OR short > w) AS outside
  FROM random_indicator,
       LATERAL (SELECT budgetpm.score_indicator(m, d, t, a, w) AS short, budgetpm.score_indicator(m, d, t * 1e-24, a * 1e-24, w) AS long,
         CASE WHEN m = 'execution' AND t = 0 THEN 0
              WHEN m = 'threshold' THEN CASE WHEN d = '>=' AND a >= t OR d = '<=' AND a <= t OR d = '=' AND a = t THEN w ELSE 0 END
              WHEN t = 0 THEN CASE WHEN a <= 0 THEN w ELSE 0 END
              WHEN d = '<=' AND m <> 'execution' THEN CASE WHEN a <= t THEN w
                WHEN m = 'ratio' THEN div(200 * w * t + a, 2 * a) / 100
                WHEN a >= 2 * t THEN 0 ELSE div(200 * w * (2 * t - a) + t, 2 * t) / 100 END
              WHEN a >= t THEN w WHEN a <= 0 THEN 0 ELSE div(200 * w * a + t, 2 * t) / 100 END AS plain) AS s;
-- More is never less where more is better, nor more where less is: neighbours in order of a.
SELECT count(*) AS steps, count(*) FILTER (WHERE (d <> '<=' OR m = 'execution') AND score < earlier OR d = '<=' AND m <> 'execution' AND score > earlier) AS wrong,
       count(*) FILTER (WHERE score NOT BETWEEN 0 AND 13.37) AS outside
  FROM (SELECT m, d, score, lag(score) OVER (PARTITION BY m, d, t, p ORDER BY a) AS earlier
          FROM (SELECT m, d, p, t, a::numeric / 7 AS a, budgetpm.score_indicator(m, d, t, a::numeric / 7, 13.37, p) AS score
                  FROM (VALUES ('proportional', NULL), ('ratio', NULL), ('threshold', NULL), ('execution', NULL), ('progressive', '{"deduct": 0.3, "step": 0.7}'::jsonb),
                         ('progressive', '{"deduct": 0.3, "step": 0.7, "steps": "started"}'), ('progressive', '{"deduct": 0.3, "step": 0.7, "steps": "proportional"}')) AS r (m, p),
                       unnest(ARRAY['>=', '<=']) AS d, unnest(ARRAY[1, 33.3, 90]) AS t, generate_series(0, 1400) AS a) AS x) AS y
 WHERE earlier IS NOT NULL;
-- Tiers too, and the score of everything is the same whatever the numbers are written with.
SELECT count(*) AS steps, count(*) FILTER (WHERE d = '>=' AND score < earlier OR d = '<=' AND score > earlier) AS wrong
  FROM (SELECT d, score, lag(score) OVER (PARTITION BY d ORDER BY a) AS earlier
          FROM (VALUES ('>=', '{"tiers": [{"at": 95, "share": 1}, {"at": 80, "share": 0.8}, {"at": 60, "share": 0.333}]}'::jsonb), ('<=', '{"tiers": [{"at": 30, "share": 1}, {"at": 60.5, "share": 0.635}, {"at": 99, "share": 0.1}]}')) AS r(d, p),
               generate_series(0, 1200) AS n, LATERAL (SELECT n / 10.0 AS a, budgetpm.score_indicator('tiers', d, NULL, n / 10.0, 13.37, p) AS score) AS s) AS y
 WHERE earlier IS NOT NULL;
SELECT count(*) AS compared, count(*) FILTER (WHERE budgetpm.score_indicator(m, d, t, a, w) <> budgetpm.score_indicator(m, d, round(t, 20), round(a, 30), w)) AS differ FROM random_indicator WHERE i % 10 = 0;
