-- Which driver explains how spending grew: every figure by hand, and nothing recommended that plain ways do as well.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('g', root => '320000000', first_year => 2026);
SELECT count(g.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320200000', '无锡市')) AS d(code, name);
SELECT count(g.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '市教育局', '320100000', NULL), ('101001', '市属中学', '320100000', '101'), ('201', '无锡教育局', '320200000', NULL)) AS u(code, name, division, parent);

-- 101 and its school together: 1000, 1100, 1320, 1320, 1584, and 1663.20 in the ledger's own year, of which what was loaded before does not count
SELECT * FROM g.load_spending_history('[
  {"fiscal_year": 2021, "unit": "101", "func": "2050202", "spent": 900}, {"fiscal_year": 2021, "unit": "101001", "func": "2050202", "spent": 100},
  {"fiscal_year": 2022, "unit": "101", "func": "2050202", "spent": 1000, "category": "2"}, {"fiscal_year": 2022, "unit": "101001", "func": "2050203", "spent": 100},
  {"fiscal_year": 2023, "unit": "101", "func": "2050202", "spent": 1320}, {"fiscal_year": 2024, "unit": "101", "func": "2050202", "spent": 1320},
  {"fiscal_year": 2025, "unit": "101", "func": "2050202", "spent": 1584}, {"fiscal_year": 2026, "unit": "101", "func": "2050202", "spent": 5}, {"fiscal_year": 2025, "unit": "201", "func": "2100101", "spent": 7777777}]', '决算');
SELECT g.open_line(2026, '101', '2050202', title => '小学') AS line \gset
SELECT g.appropriate(:line, 2000, 'd') > 0 AND g.pay(:line, 1663.20, 'd') > 0 AS paid;

-- pupils of the city, one value revised, and other ones of the province; growth of the province; a rate far off; one
-- that stands still; one with two levels above nothing before the year asked for, which is one growth; and the others have no values
SELECT count(g.define_driver(d, n, 'rate', '比率')) FROM (VALUES ('cpi', '居民消费价格涨幅'), ('still', '不变')) AS x(d, n);
SELECT * FROM g.load_driver_values('[{"driver": "pupils", "division": "320100000", "period": "2025", "value": 9999, "published_on": "2026-01-01"}]', '快报');
SELECT count(v.*) AS faults FROM (VALUES
    ('pupils', '320100000', '{1000,1190,1213.8,1432.284,1518.22104,1594.132092}'::numeric[]), ('pupils', '320000000', '{1,2,3,4,5,6}'),
    ('gdp_growth', '320000000', '{0.05,0.05,0.05,0.05,0.05}'), ('cpi', '320000000', '{0.3,0.3,0.3,0.3,0.3,0.3}'),
    ('still', '320000000', '{0,0,0,0,0,0}'), ('gdp', '320000000', '{0,0,0,100,110,121}')) AS d(driver, division, series),
  LATERAL (SELECT jsonb_agg(jsonb_build_object('driver', driver, 'division', division, 'period', (2021 + i)::text, 'value', value, 'published_on', '2026-02-01')) AS items
             FROM unnest(series) WITH ORDINALITY AS s(value, i)) AS x,
  LATERAL g.load_driver_values(x.items, '统计局') AS v;

-- 2026 is open and no year to learn from: 2023, 2024 and 2025 are
SELECT driver, years, year_list, error, beats FROM g.suggest_driver(2027, '101') WHERE beats IS NOT NULL;
SELECT g.set_year_state(2026, 'closing');

-- pupils  growth 1190/1000-1 .19, 1213.8/1190-1 .02, 1432.284/1213.8-1 .18, 1518.22104/1432.284-1 .06; spending .2, 0, .2, .05
--   differences (.01 + .02 + .02 + .01) / 4 = .015
--   errors 1100 x 1.19 = 1309, 11/1320 .008333; 1320 x 1.02 = 1346.40, 26.4/1320 .02; 1320 x 1.18 = 1557.60, 26.4/1584 .016667;
--     1584 x 1.06 = 1679.04, 15.84/1663.2 .009524; .054524 / 4 = .013631
-- carried on .1, .2, 0, .2: differences (.1 + .2 + .2 + .15) / 4 = .1625
--   errors 110/1320 .083333, 264/1320 .2, 264/1584 .166667, 237.6/1663.2 .142857; .592857 / 4 = .148214
-- unchanged: differences (.2 + 0 + .2 + .05) / 4 = .1125; errors 220/1320 .166667, 0, 264/1584 .166667, 79.2/1663.2 .047619; .380953 / 4 = .095238
-- gdp_growth .05: differences (.15 + .05 + .15 + 0) / 4 = .0875; errors 165/1320 .125, 66/1320 .05, 198/1584 .125, 0; .3 / 4 = .075
-- cpi .3: differences (.1 + .3 + .1 + .25) / 4 = .1875; errors 110/1320 .083333, 396/1320 .3, 132/1584 .083333, 396/1663.2 .238095; .704761 / 4 = .176190
-- still: as unchanged, which it does not beat
SELECT driver, division_code AS division, years, difference, carried_difference AS carried, unchanged_difference AS unchanged,
       error, carried_error, unchanged_error, beats, growth FROM g.suggest_driver(2027, '101');
SELECT h.* FROM g.suggest_driver(2027, '101') s, jsonb_to_recordset(s.history)
  AS h(year int, spent text, spending_growth numeric, driver_growth numeric, carried_growth numeric, error numeric, carried_error numeric, unchanged_error numeric)
 WHERE s.driver = 'pupils';
SELECT driver, reason_zh, reason_en FROM g.suggest_driver(2027, '101') WHERE driver IN ('pupils', 'gdp_growth', 'still', 'gdp', 'tax_revenue');

-- the same by division, by function; with another year of the driver it says what that gives
SELECT a.driver, a.error = b.error AND b.error = c.error AS same, a.growth, c.growth AS growth_2028
  FROM g.suggest_driver(2027, '101', func => '205') a JOIN g.suggest_driver(2027, division => '320100000') b USING (driver)
  JOIN g.suggest_driver(2028, division => '320100000', func => '2050') c USING (driver) WHERE a.beats;
-- at the root the pupils are the province's: 2/1-1 ... 6/5-1, and Wuxi's one year makes 2025 what it is
SELECT driver, division_code, history #>> '{0,driver_growth}' AS first, history #>> '{2,spent}' AS spent FROM g.suggest_driver(2027) WHERE driver = 'pupils';
-- a category with one year, a function without any: nothing is judged, and nothing recommended
SELECT count(*) AS drivers, count(beats) AS judged, max(years) AS years FROM g.suggest_driver(2027, '101', category => '2');
SELECT count(*) AS drivers, count(beats) AS judged, max(years) AS years FROM g.suggest_driver(2027, '101', func => '210');

-- what each may read: Wuxi knows nothing of Nanjing
CREATE ROLE regress_driver;
GRANT regress_driver TO CURRENT_USER;
SELECT budgetpm.grant_ledger('g', 'regress_driver', 'reader', '320200000') > 0 AS granted;
SET ROLE regress_driver;
SELECT count(beats) AS judged, max(years) AS years FROM g.suggest_driver(2027, '101');
SELECT reason_en FROM g.suggest_driver(2027, '201') WHERE driver = 'gdp_growth';
RESET ROLE;

SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT * FROM g.suggest_driver(NULL)$$, $$SELECT * FROM g.suggest_driver(227)$$, $$SELECT * FROM g.suggest_driver(2027, '999')$$,
  $$SELECT * FROM g.suggest_driver(2027, '')$$, $$SELECT * FROM g.suggest_driver(2027, category => 'none')$$,
  $$SELECT * FROM g.suggest_driver(2027, func => '999')$$, $$SELECT * FROM g.suggest_driver(2027, func => '')$$,
  $$SELECT * FROM g.suggest_driver(2027, division => '99')$$, $$SELECT * FROM g.suggest_driver(2027, '101', 'none', 'x')$$]) AS s;
DROP OWNED BY regress_driver;
DROP ROLE regress_driver;
