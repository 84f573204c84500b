-- Loaded history, driver series, and suggestions whose arithmetic can be followed with a pocket calculator.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('s', root => '320000000', first_year => 2027);
SELECT count(s.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'));
SELECT count(s.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL), ('101001', '省属中学', '320000000', '101'), ('201', '市教育局', '320100000', NULL)) AS u(code, name, division, parent);
SELECT count(s.register_project(code, name, unit)) FROM (VALUES ('P1', '校舍改造', '101'), ('P2', '实验室', '101001')) AS p(code, name, unit);

-- loaded year by year: what is right goes in, each of the others says all that is wrong with it
SELECT * FROM s.load_spending_history('[
  {"fiscal_year": 2023, "unit": "101", "func": "2050202", "budget": 9500000, "spent": "9000000.00"},
  {"fiscal_year": 2024, "unit": "101", "func": "2050202", "budget": "12000000.00", "spent": "12000000.00"},
  {"fiscal_year": 2025, "unit": "101", "func": "2050202", "spent": "11600000.01"},
  {"fiscal_year": 2025, "unit": "101", "project": "P1", "func": "2050299", "spent": 100},
  {"fiscal_year": 25, "unit": "999", "project": "P9", "category": "x", "func": "a b", "fund_type": "99", "budget": "1.005", "spent": "NaN"},
  {"fiscal_year": 2025, "unit": "101", "project": "P2", "func": "2050202", "spent": "1e3"},
  {"fiscal_year": 2022, "unit": "101001", "func": "2050202", "spent": 1},
  {"fiscal_year": 2022, "unit": "101001", "func": "2050202", "spent": 2},
  {}, 5, null]', '2025年决算');
SELECT fiscal_year, category, func, budget, spent, source FROM s.spending_history ORDER BY 1, 3;
-- the same again is no fault; other figures for the same are
SELECT * FROM s.load_spending_history('[
  {"fiscal_year": 2023, "unit": "101", "func": "2050202", "budget": 9500000, "spent": 9000000},
  {"fiscal_year": 2024, "unit": "101", "func": "2050202", "budget": 12000000, "spent": 12000001}]', '2025年决算');
-- a year that the ledger itself holds for the unit is the ledger's
SELECT s.open_line(2027, '101001', '2050202', title => 'own') > 0 AS opened;
SELECT * FROM s.load_spending_history('[{"fiscal_year": 2027, "unit": "101001", "func": "2050202", "spent": 5}]', 'x');

-- drivers: each publication is a row, and what is published again as it was is not
SELECT driver, name, kind, measure FROM s.driver ORDER BY driver;
SELECT s.define_driver('beds', '床位数', measure => '张');
SELECT * FROM s.load_driver_values('[
  {"driver": "gdp", "division": "320000000", "period": "2023", "value": "128222.2", "published_on": "2024-01-20"},
  {"driver": "gdp", "division": "320000000", "period": "2024", "value": "137008.0", "published_on": "2025-01-20"},
  {"driver": "gdp", "division": "320000000", "period": "2025", "value": "142351.5", "published_on": "2026-01-20"},
  {"driver": "gdp", "division": "320000000", "period": "2026Q1", "value": "35000", "published_on": "2026-04-20"},
  {"driver": "gdp_growth", "division": "320100000", "period": "2025", "value": "0.052", "published_on": "2026-01-25"},
  {"driver": "pupils", "division": "320000000", "period": "2026", "value": "12345", "published_on": "2026-09-10"},
  {"driver": "pupil", "division": "1", "period": "26", "value": "1.1234567", "published_on": "2026-02-30"},
  {"driver": "beds", "division": "320000000", "period": "2026-13", "value": "many", "published_on": "tomorrow"},
  {"driver": "beds", "division": "320000000", "period": "2025", "value": 1, "published_on": "2026-01-01"},
  {"driver": "beds", "division": "320000000", "period": "2025", "value": 2, "published_on": "2026-01-01"}, {}]', '统计局');
SELECT * FROM s.load_driver_values('[
  {"driver": "gdp", "division": "320000000", "period": "2025", "value": 142351.5, "published_on": "2026-03-01"},
  {"driver": "gdp", "division": "320000000", "period": "2024", "value": "137100.0", "published_on": "2026-02-01"}]', '统计公报');
SELECT driver, period, revision, value, published_on, source FROM s.driver_value ORDER BY 1, 2, 3;

-- index: the last complete year × (1 + growth); as published then, and as revised since
SELECT * FROM s.suggest_request('101', 2027, 'index', driver => 'gdp');
SELECT round(11600100.01 * (1 + round(142351.5 / 137100 - 1, 6)), 2) AS by_hand;
SELECT * FROM s.suggest_request('101', 2027, 'index', driver => 'gdp', as_of => '2026-01-31');
-- 金财: GDP growth for education is a setting of the place; a city's own series comes before the province's
SELECT s.apply_profile('jincai');
SELECT * FROM s.load_spending_history('[{"fiscal_year": 2025, "unit": "201", "func": "2050202", "spent": "1000000.10"}]', '决算');
SELECT * FROM s.suggest_request('201', 2027);
-- norm × quantity, the quantity given or a driver's
ALTER TABLE s.expenditure_standard DISABLE TRIGGER guard;
INSERT INTO s.expenditure_standard (standard, division, valid_from, title, measure, unit_cost, registered_by) VALUES ('E01', '32', '2024-01-01', '生均公用经费', '人', 1050.55, 'test');
ALTER TABLE s.expenditure_standard ENABLE ALWAYS TRIGGER guard;
SELECT * FROM s.suggest_request('101', 2027, 'norm', standard => 'E01', quantity => 1200.5);
SELECT * FROM s.suggest_request('101', 2027, 'norm', standard => 'E01', driver => 'pupils');
-- history: the average of the complete years there are
SELECT * FROM s.suggest_request('101', 2027, 'history');
SELECT * FROM s.suggest_request('101', 2027, 'history', project => 'P1', years => 2);
-- 90分，增加10%: advice for the unit, and for one project before it
SELECT s.give_advice(2027, '101', '绩效评分90分', '2026年绩效评价', 0.10) > 0 AS given;
SELECT s.give_advice(2027, '101', '未达目标', '2026年绩效评价', amount => 80.5, project => 'P1') > 0 AS given;
SELECT * FROM s.suggest_request('101', 2027, 'advice');
SELECT * FROM s.suggest_request('101', 2027, 'advice', project => 'P1');

SELECT pg_temp.refused(q) FROM unnest(ARRAY[
  $$SELECT s.suggest_request('999', 2027)$$,
  $$SELECT s.suggest_request(NULL, 2027)$$,
  $$SELECT s.suggest_request('101', NULL)$$,
  $$SELECT s.suggest_request('101', 2027, 'guess')$$,
  $$SELECT s.suggest_request('101', 2027, 'history', years => 0)$$,
  $$SELECT s.suggest_request('101', 2027, 'history', project => 'P2')$$,
  $$SELECT s.suggest_request('101', 2027, 'index', driver => 'tax_revenue')$$,
  $$SELECT s.suggest_request('101', 2024, 'index', driver => 'gdp')$$,
  $$SELECT s.suggest_request('101001', 2027, 'index', driver => 'gdp')$$,
  $$SELECT s.suggest_request('101', 2027, 'norm')$$,
  $$SELECT s.suggest_request('101', 2027, 'norm', standard => 'none', quantity => 1)$$,
  $$SELECT s.suggest_request('101', 2027, 'norm', standard => 'E01')$$,
  $$SELECT s.suggest_request('101', 2027, 'norm', standard => 'E01', quantity => 'NaN')$$,
  $$SELECT s.suggest_request('201', 2027, 'advice')$$,
  $$SELECT s.give_advice(2027, '101', 'r', 's')$$,
  $$SELECT s.give_advice(2027, '101', 'r', 's', 0.1, 5)$$,
  $$SELECT s.give_advice(2027, '101', '', 's', 0.1)$$,
  $$SELECT s.give_advice(2027, '101', 'r', 's', amount => 1.005)$$,
  $$SELECT s.define_driver('Beds', 'x')$$,
  $$SELECT s.define_driver('beds', 'x')$$,
  $$SELECT s.define_driver('b', 'x', 'trend')$$,
  $$SELECT s.load_driver_values('{}', 'x')$$,
  $$SELECT s.load_spending_history('[]', '')$$,
  $$SELECT s.load_spending_history(NULL, 'x')$$,
  $$UPDATE s.spending_history SET spent = '0'$$, $$DELETE FROM s.driver_value$$, $$TRUNCATE s.budget_advice$$]) AS q;
