-- 近三年历史: three years beside a request, from the ledger or loaded, and 近三年平均支出增长率 over 15 %.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/planning/plant.sql
SELECT budgetpm.create_ledger('h', root => '320000000', first_year => 2025);
SELECT count(h.register_unit(code, name, '320000000')) FROM (VALUES
  ('15.00', '恰好百分之十五'), ('15.01', '百分之十五点零一'), ('fen', '多一分钱'), ('two', '只有两个增长率'), ('one', '只有一个增长率'), ('new', '新单位'),
  ('zero', '从零开始'), ('own', '账内'), ('both', '两个来源')) AS u(code, name);
SELECT count(h.register_project(code, name, unit, category)) FROM (VALUES ('P1', '校舍', 'own', '3'), ('P2', '草原', 'own', '2')) AS p(code, name, unit, category);
SELECT pg_temp.take_over('h') AS taken_over;
SELECT h.apply_profile('jiangsu', valid_from => '2021-01-01');
SELECT pg_temp.open_planting('h');

-- what the ledger holds: 2025 is closing, 2026 is open, 2027 is prepared
SELECT h.open_line(2025, 'own', '2050202', '50206', '30217', project => 'P1', title => 'p1') AS p1 \gset
SELECT h.open_line(2025, 'own', '2050202', '50206', '30217', title => 'rest') AS rest \gset
SELECT h.open_line(2025, 'both', '2050202', '50206', '30217', title => 'both') AS both \gset
SELECT count(h.appropriate(l, a, '苏财预1号')) FROM (VALUES (:p1, 500), (:rest, 1000), (:both, 300)) AS v(l, a);
SELECT count(h.pay(l, a, '凭证')) FROM (VALUES (:p1, 400), (:rest, 900.01), (:both, 250)) AS v(l, a);
SELECT h.set_year_state(2025, 'closing');
SELECT h.add_year(2026, 'open');
SELECT h.open_line(2026, 'own', '2050202', title => 'now') AS now \gset
SELECT h.appropriate(:now, 5000, '苏财预2号') > 0 AS posted;
SELECT h.pay(:now, 700, '凭证') > 0 AS posted;
SELECT h.add_year(2027);
SELECT pg_temp.plant_preparation('h', 2027, '320000000') AS prep \gset

-- the years before; 115 and 132.25, 115.01 and so on, and the same over one more year
SELECT * FROM h.load_spending_history((SELECT jsonb_agg(jsonb_build_object('fiscal_year', y, 'unit', u, 'func', '2050202', 'spent', s)) FROM (VALUES
  ('15.00', 2022, '9000000.00'), ('15.00', 2023, '12000000.00'), ('15.00', 2024, '11600000.00'), ('15.00', 2025, '13340000.00'),
  ('15.01', 2022, '10000.00'), ('15.01', 2023, '11501.00'), ('15.01', 2024, '13227.30'), ('15.01', 2025, '15212.72'),
  ('fen', 2022, '9000000.00'), ('fen', 2023, '12000000.00'), ('fen', 2024, '11600000.01'), ('fen', 2025, '13340000.02'),
  ('two', 2023, '100.00'), ('two', 2024, '110.00'), ('two', 2025, '132.00'),
  ('one', 2024, '100.00'), ('one', 2025, '300.00'), ('zero', 2022, '0.00'), ('zero', 2023, '0.00'), ('zero', 2024, '100.00'), ('zero', 2025, '130.00'),
  ('own', 2023, '1000.00'), ('own', 2024, '1200.00'), ('both', 2024, '200.00')) AS v(u, y, s)), '决算');
SELECT * FROM h.load_spending_history('[{"fiscal_year": 2023, "unit": "own", "project": "P1", "func": "2050202", "budget": 350, "spent": 300},
  {"fiscal_year": 2024, "unit": "own", "project": "P1", "func": "2050202", "budget": 350, "spent": 330},
  {"fiscal_year": 2024, "unit": "own", "project": "P2", "func": "2110101", "budget": 60, "spent": 50}]', '决算');
-- never both: rows that were there before the ledger had lines are passed over
ALTER TABLE h.spending_history DISABLE TRIGGER guard;
INSERT INTO h.spending_history (fiscal_year, division, unit, func, fund_type, budget, spent, source, loaded_by)
  SELECT 2025, division, code, '2050202', '11', 9999, 9999, 'before', 'test' FROM h.unit WHERE official_code = 'both';
ALTER TABLE h.spending_history ENABLE ALWAYS TRIGGER guard;

CREATE TEMP TABLE planted AS SELECT unit, pg_temp.plant('h', :prep, unit, '日常运转' || unit, 1000) AS request
  FROM unnest('{15.00,15.01,fen,two,one,new,zero,own,both}'::text[]) AS unit;
SELECT pg_temp.plant('h', :prep, 'own', '校舍改造', 500, '3', 'P1') AS own_project \gset
SELECT pg_temp.plant('h', :prep, 'own', '草原保护', 500, '2', 'P2') AS own_grass \gset

-- (33.33 % - 3.33 % + 15 %) / 3 = 15 %, exactly; a fen more in a year is over
SELECT p.unit, f.message FROM planted p CROSS JOIN LATERAL h.check_request(p.request) AS f ORDER BY 1;
SELECT f.message FROM planted p CROSS JOIN LATERAL h.check_request(p.request, 'en') AS f ORDER BY 1;
SELECT p.unit, f.measured FROM planted p CROSS JOIN LATERAL h.check_request(p.request) AS f ORDER BY 1;
-- the other mean: 100, 110, 132 grows by 14.89 % a year, compounded; least rates and years are parameters too
SELECT h.register_profile('jiangsu', '江苏', '{"settings": {"planning.growth_flag": {"value": {"years": 2, "ratio": 0.1489, "mean": "compound", "rates": 1, "action": "warn"}, "name": "x"}}}');
SELECT h.apply_profile('jiangsu', valid_from => '2022-01-01', version => 2);
SELECT p.unit, f.severity, f.message FROM planted p CROSS JOIN LATERAL h.check_request(p.request) AS f ORDER BY 1;

-- three years beside the request, by unit, category and project; the open year is there and counts for nothing
SELECT * FROM h.request_history(:own_project);
SELECT * FROM h.request_history(:own_grass);
SELECT h.* FROM planted p CROSS JOIN LATERAL h.request_history(p.request) AS h WHERE p.unit IN ('both', 'new', 'zero') ORDER BY p.unit, fiscal_year;
SELECT unit_code, scope, fiscal_year, spent, source FROM h_report.request_history WHERE request_id = :own_project ORDER BY 2, 3;
SELECT pg_temp.refused('SELECT h.request_history(0)'), pg_temp.refused('SELECT h.request_history(NULL)'), pg_temp.refused('SELECT h.check_request(0)');
