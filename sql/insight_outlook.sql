-- Forecasts: how a year's spending goes on, and where a month was out of the ordinary.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

-- What is given and what is estimated. Simple smoothing by hand: level 100, alpha 1/2.
SELECT place, actual, mean, lower, upper, used_model FROM budgetpm.smooth_series('{100,110,90}', 0, 0, 'ANN', 95, '{"alpha": 0.5, "level": 100}');
-- the errors are 0, 10 and -15, so the level goes 100, 105, 97.5, and their variance is 325 / 3
SELECT mean, round(lower::numeric, 6) AS lower, round((97.5 - 1.9599639845400545 * sqrt(325 / 3.0))::numeric, 6) AS by_hand,
       total, round(total_upper::numeric, 6) AS total_upper
  FROM budgetpm.smooth_series('{100,110,90}', 1, 0, 'ANN', 95, '{"alpha": 0.5, "level": 100}') WHERE place = 4;
-- two steps: the second one's own variance is that and a quarter, the total's 1 + 1.5 x 1.5
SELECT round((((upper - mean) / 1.9599639845400545) ^ 2 / (325 / 3.0))::numeric, 9) AS spread,
       round((((total_upper - total) / 1.9599639845400545) ^ 2 / (325 / 3.0))::numeric, 9) AS total_spread
  FROM budgetpm.smooth_series('{100,110,90}', 2, 0, 'ANN', 95, '{"alpha": 0.5, "level": 100}') WHERE place = 5;
-- a straight line goes on
SELECT place, round(mean::numeric, 6) AS mean FROM budgetpm.smooth_series('{1,2,3}', 3, 0, 'AAN', 80, '{"alpha": 0.3, "beta": 0.1, "level": 0, "slope": 1}') WHERE place > 3;
-- damped by half: 3 + 1/2 + 1/4 ...; the slope that was 4 is halved with each value
SELECT place, round(mean::numeric, 6) AS mean FROM budgetpm.smooth_series('{2,3}', 3, 0, 'AAdN', 99, '{"alpha": 0.3, "beta": 0.1, "level": 0, "slope": 4, "phi": 0.5}') WHERE place > 2;
-- a season of four that repeats is found: nothing is left over
SELECT used_model, bool_and(abs(mean - (ARRAY[1, 2, 3, 10])[(place - 1) % 4 + 1]) < 1e-6) AS repeats
  FROM budgetpm.smooth_series('{1,2,3,10,1,2,3,10,1,2,3,10,1,2,3,10}', 4, 4, 'ANA', 90, NULL) WHERE actual IS NULL GROUP BY used_model;
-- what a row says is enough to compute it again
WITH series AS (SELECT array_agg((100 + 30 * (i % 12 = 11)::int + i * 0.5 + (i * 37 % 11))::numeric) AS s FROM generate_series(0, 47) AS i),
     first AS (SELECT f.* FROM series, budgetpm.smooth_series(s, 6, 12, 'auto', 95, NULL) f)
SELECT count(*) AS rows, bool_and(f.mean = again.mean AND f.actual IS NOT DISTINCT FROM again.actual) AS same_means,
       max(abs(f.total_upper - f.total) / abs(again.total_upper - again.total)) FILTER (WHERE f.actual IS NULL) > 1 AS estimating_costs
  FROM first f, series, budgetpm.smooth_series(s, 6, 12, f.used_model, 95, f.used_parameters) again WHERE again.place = f.place;

-- bad input
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{}', 1, 0, 'auto', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,NULL,3}', 1, 0, 'auto', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,NaN,3}', 1, 0, 'auto', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{{1,2},{3,4}}', 1, 0, 'auto', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3}', 1, 0, 'auto', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 0, 'MAM', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 12, 'ANA', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 0, 'ANN', 94, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 121, 0, 'ANN', 95, NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 0, 'ANN', 95, '{"alpha": 0.5}')$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 0, 'ANN', 95, '[]')$$);
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,1e300,3,4,5,6,7}', 1, 0, 'ANN', 95, NULL)$$);
SELECT pg_temp.refused(format('SELECT * FROM budgetpm.smooth_series(%s)', a)) FROM unnest(ARRAY['NULL, 1, 0, ''ANN'', 95, NULL', '''{1,2,3,4,5,6,7}'', NULL, 0, ''ANN'', 95, NULL', '''{1,2,3,4,5,6,7}'', 1, 0, NULL, 95, NULL', '''{1,2,3,4,5,6,7}'', 1, 0, ''ANN'', NULL, NULL']) AS a;
SELECT pg_temp.refused($$SELECT * FROM budgetpm.smooth_series('{1,2,3,4,5,6,7}', 1, 4, 'ANA', 95, '{"alpha": 0.5, "gamma": 0.1, "level": 1, "seasonal": [1, 2]}')$$);

SELECT pg_temp.refused(format($$SELECT * FROM budgetpm.smooth_series('{%s,2,3,4,5,6}', 1, 0, 'ANN', 95, %s)$$, v, coalesce(quote_literal(p), 'NULL')))
  FROM (VALUES ('1e400', NULL), ('-1e18', NULL), ('Infinity', NULL), ('1', '{"alpha": 1e400, "level": 1}'), ('1', '{"alpha": -1, "level": 1}'), ('1', '{"alpha": 1.01, "level": 1}'), ('1', '{"alpha": 0.5, "level": 1e18}')) AS t(v, p);
-- series that are strange, but series: constant, nothing, below zero, to and fro, very large, fractions of a fen, one spike
SELECT n, used_model, bool_and(mean NOT IN ('NaN', 'Infinity', '-Infinity')) AS finite, bool_and(lower <= mean AND mean <= upper AND upper < 'Infinity') FILTER (WHERE actual IS NULL) AS inside,
       max(upper - lower) FILTER (WHERE actual IS NULL) > 0.001 AS uncertain
  FROM (VALUES ('constant', array_fill(100::numeric, ARRAY[36])), ('zero', array_fill(0::numeric, ARRAY[36])), ('below zero', (SELECT array_agg((-100 - i % 12)::numeric) FROM generate_series(1, 36) AS i)),
    ('to and fro', (SELECT array_agg((CASE WHEN i % 2 = 0 THEN -1 ELSE 1 END * (i * 37 % 11))::numeric) FROM generate_series(1, 36) AS i)), ('large', (SELECT array_agg((9e17 - i * i * 1e12)::numeric) FROM generate_series(1, 36) AS i)),
    ('small', (SELECT array_agg((0.00001 * (i * i % 7))::numeric) FROM generate_series(1, 36) AS i)), ('spike', (SELECT array_agg(CASE WHEN i = 20 THEN 1e9 ELSE 0 END::numeric) FROM generate_series(1, 36) AS i))) AS v(n, s),
       LATERAL budgetpm.smooth_series(s, 6, 12, 'auto', 95, NULL) AS f GROUP BY n, used_model ORDER BY n;

-- A ledger with three years and a half: 100 a month and a unit's school, 1,000 every December.
SELECT budgetpm.create_ledger('f', root => '130000000', first_year => 2022);
SELECT count(f.register_unit(code, name, '130000000', parent)) FROM (VALUES
  ('101', '省教育厅', NULL), ('101001', '省属中学', '101'), ('102', '省卫健委', NULL)) AS u(code, name, parent);
SELECT count(f.add_year(y, 'open')) FROM generate_series(2023, 2025) AS y;
CREATE TEMP TABLE line AS
  SELECT y AS year, u AS unit, f.open_line(y, u, CASE u WHEN '102' THEN '2100101' ELSE '2050202' END, title => u) AS line
    FROM generate_series(2022, 2025) AS y, unnest('{101,101001,102}'::text[]) AS u;
SELECT count(f.appropriate(line, 100000, 'doc')) FROM line;
SELECT count(f.pay(line, CASE WHEN month = 12 THEN 1000 ELSE 100 END + (month * 7 + year) % 5, 'doc', accounting_date => make_date(year, month, 15)))
  FROM line, generate_series(1, 12) AS month WHERE year < 2025 OR month <= 6;
SELECT month, paid, method, history_months, round(expected, -2) AS expected, lower < expected AND expected < upper AS inside,
       round(year_total, -2) AS year_total, total_upper > year_total AS total_inside
  FROM f.forecast_spending(2025, 6, unit => '101');
-- the same, by function and division; and the school alone
SELECT bool_and(a.expected = b.expected) AS same FROM f.forecast_spending(2025, 6, unit => '101') a
  JOIN f.forecast_spending(2025, 6, division => '130000000', func => '205') b USING (month);
SELECT month, round(expected, -2) AS expected FROM f.forecast_spending(2025, 6, unit => '101001', model => 'ANA') WHERE month = 12;
SELECT pg_temp.refused($$SELECT * FROM f.forecast_spending(2022, 3, unit => '101')$$);
SELECT count(*) AS nothing_paid FROM f.forecast_spending(2025, 6, func => '211');

-- Money that is paid is not unspent: a unit that pays every other month has bounds below 0 by the model, and none in the forecast.
SELECT f.register_unit('103', '省司法厅', '130000000') AS registered;
CREATE TEMP TABLE every_other AS SELECT y AS year, f.open_line(y, '103', '2120303', title => '103') AS line FROM generate_series(2022, 2025) AS y;
SELECT count(f.appropriate(line, 100000, 'doc')) FROM every_other;
SELECT count(f.pay(line, 1000 - (year - 2022) * 260, 'doc', accounting_date => make_date(year, month, 15))) AS paid
  FROM every_other, generate_series(1, 12) AS month WHERE month % 2 = 1 AND (year < 2025 OR month <= 6);
SELECT month, expected, lower, upper, year_total, total_lower, total_upper, note FROM f.forecast_spending(2025, 6, unit => '103', model => 'ANN') WHERE month >= 6;
-- uncut is what smooth_series() gives for the same series, and what is not cut is that too
WITH series AS (SELECT array_agg(coalesce(p.paid, 0) ORDER BY y, m) AS s FROM generate_series(2022, 2025) AS y CROSS JOIN generate_series(1, 12) AS m
    LEFT JOIN LATERAL (SELECT 1000.00 - (y - 2022) * 260 AS paid WHERE m % 2 = 1) p ON true WHERE y < 2025 OR m <= 6)
SELECT k.model, count(*) AS months, count(f.note) AS cut, count(*) FILTER (WHERE f.expected > (f.uncut ->> 'expected')::numeric) AS raised, bool_and(f.expected >= 0 AND f.lower >= 0 AND f.total_lower >= 660 AND f.lower <= f.expected AND f.expected <= f.upper AND f.total_lower <= f.year_total AND f.year_total <= f.total_upper) AS above_paid,
       bool_and(m.mean::numeric(20,2) = coalesce((f.uncut ->> 'expected')::numeric, f.expected) AND m.lower::numeric(20,2) = coalesce((f.uncut ->> 'lower')::numeric, f.lower) AND m.upper::numeric(20,2) = coalesce((f.uncut ->> 'upper')::numeric, f.upper)
         AND 660 + m.total::numeric(20,2) = coalesce((f.uncut ->> 'year_total')::numeric, f.year_total) AND 660 + m.total_lower::numeric(20,2) = coalesce((f.uncut ->> 'total_lower')::numeric, f.total_lower)
         AND 660 + m.total_upper::numeric(20,2) = coalesce((f.uncut ->> 'total_upper')::numeric, f.total_upper)) AS models_own,
       bool_and(abs(f.year_total - 660 - f.up_to) < 0.05) AS adds_up
  FROM series, unnest('{ANN,AAN,AAdN,ANA,AAA}'::text[]) AS k(model),
       LATERAL (SELECT f.*, sum(f.expected) OVER (ORDER BY f.month) AS up_to FROM f.forecast_spending(2025, 6, unit => '103', model => k.model) f WHERE f.month > 6) AS f, LATERAL budgetpm.smooth_series(s, 6, 12, k.model, 95, NULL) m
 WHERE m.place = 36 + f.month GROUP BY k.model ORDER BY k.model;
-- refunds apart: where a month of the history was below 0, one may be again, and nothing is cut
SELECT f.refund(f.pay(line, 500, 'doc', accounting_date => '2025-01-20'), 500, 'doc', accounting_date => '2025-02-20') > 0 AS refunded FROM every_other WHERE year = 2025;
SELECT count(*) FILTER (WHERE lower < 0) > 0 AS below, count(note) AS cut, count(uncut) AS uncut FROM f.forecast_spending(2025, 6, unit => '103', model => 'ANN');

-- one month out of the ordinary
SELECT f.pay(line, 5000, 'doc', accounting_date => '2025-06-20') > 0 AS paid FROM line WHERE year = 2025 AND unit = '102';
SELECT func_code, paid, beyond > 4000 AS far_beyond, method, history_months FROM f.spending_surge(2025, 6);
SELECT count(*) AS with_all_digits FROM f.spending_surge(2025, 6, digits => 7);
SELECT count(*) AS may FROM f.spending_surge(2025, 5);
-- no month, and no level, that there is not: nothing out of the ordinary would have been the answer
SELECT pg_temp.refused(s) FROM unnest(ARRAY['SELECT * FROM f.spending_surge(2025, 13)', 'SELECT * FROM f.spending_surge(2025, NULL)', 'SELECT * FROM f.spending_surge(2025, 6, digits => 4)', 'SELECT * FROM f.forecast_spending(2025, 13)', 'SELECT * FROM f.forecast_spending(2025, NULL)']) AS s;
