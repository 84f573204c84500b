-- insight: which driver explains how spending grew

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES
  ('reader', 'suggest_driver'), ('officer', 'suggest_driver'), ('application', 'suggest_driver'), ('administrator', 'suggest_driver');

-- Every figure that the next one is made of is rounded as it is shown, so that whoever
-- follows them with a pocket calculator comes to the same verdict.

CREATE FUNCTION @ledger@.suggest_driver(fiscal_year integer, unit text DEFAULT NULL, category text DEFAULT NULL,
  func text DEFAULT NULL, division text DEFAULT NULL)
RETURNS TABLE (driver text, name text, division_code text, years integer, year_list integer[], history jsonb,
  difference numeric, carried_difference numeric, unchanged_difference numeric,
  error numeric, carried_error numeric, unchanged_error numeric,
  beats boolean, growth numeric, reason_zh text, reason_en text)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 10
BEGIN ATOMIC
  WITH asked AS MATERIALIZED (
    SELECT u.code AS unit, coalesce(d.code, r.code) AS division, coalesce(u.division, d.code, r.code) AS place,
           coalesce((SELECT pg_catalog.min(f.fiscal_year) FROM @ledger@.fiscal_year f
                      WHERE f.fiscal_year < suggest_driver.fiscal_year AND f.state IN ('preparing', 'open')),
                    suggest_driver.fiscal_year) - 1 AS last_year
      FROM (SELECT pg_catalog.min(top.code::text)::budgetpm.budget_code AS code FROM @ledger@.division top WHERE top.parent IS NULL) r
      LEFT JOIN LATERAL (SELECT x.* FROM @ledger@.unit x WHERE x.official_code = suggest_driver.unit
                          ORDER BY x.valid_to DESC NULLS FIRST LIMIT 1) u ON true
      LEFT JOIN LATERAL (SELECT x.* FROM @ledger@.division x WHERE x.official_code = suggest_driver.division
                          ORDER BY x.valid_to DESC NULLS FIRST LIMIT 1) d ON true
     WHERE budgetpm.one_of('fiscal_year', CASE WHEN suggest_driver.fiscal_year BETWEEN 1900 AND 2099 THEN 'a year from 1900 to 2099'
                             ELSE suggest_driver.fiscal_year::text END, '{a year from 1900 to 2099}')
       AND budgetpm.one_of('unit', CASE WHEN suggest_driver.unit IS NULL OR u.code IS NOT NULL THEN 'the official code of a unit'
                             ELSE suggest_driver.unit END, '{the official code of a unit}')
       AND budgetpm.one_of('division', CASE WHEN suggest_driver.division IS NULL OR d.code IS NOT NULL THEN 'the official code of a division'
                             ELSE suggest_driver.division END, '{the official code of a division}')
       AND budgetpm.one_of('category', CASE WHEN suggest_driver.category IS NULL OR EXISTS (
                             SELECT 1 FROM @ledger@.profile_category c WHERE c.category = suggest_driver.category)
                             THEN 'a category of projects' ELSE suggest_driver.category END, '{a category of projects}')
       AND budgetpm.one_of('func', CASE WHEN suggest_driver.func IS NULL OR suggest_driver.func <> '' AND (
                             EXISTS (SELECT 1 FROM @ledger@.classification c
                                      WHERE c.scheme = 'function' AND pg_catalog.starts_with(c.official_code, suggest_driver.func))
                             OR EXISTS (SELECT 1 FROM @ledger@.spending_history h WHERE pg_catalog.starts_with(h.func, suggest_driver.func)))
                             THEN 'a function code or its beginning' ELSE suggest_driver.func END, '{a function code or its beginning}')),
  wanted AS (
    SELECT u.code FROM asked a JOIN @ledger@.unit u ON u.division <@ a.division AND (a.unit IS NULL OR u.code <@ a.unit)),
  yearly AS (
    SELECT s.fiscal_year, sum(s.spent) AS spent
      FROM (SELECT l.fiscal_year, j.category, c.official_code AS func, b.paid::numeric AS spent
              FROM wanted w JOIN @ledger@.line l ON l.unit = w.code
              JOIN @ledger@.balance b ON b.line_id = l.line_id
              JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
              LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = l.func
              LEFT JOIN @ledger@.project j ON j.project_id = l.project_id
            UNION ALL
            SELECT h.fiscal_year, h.category, h.func, h.spent::numeric
              FROM wanted w JOIN @ledger@.spending_history h ON h.unit = w.code
             WHERE NOT EXISTS (SELECT 1 FROM @ledger@.line o WHERE o.unit = h.unit AND o.fiscal_year = h.fiscal_year)) s
      JOIN asked a ON s.fiscal_year <= a.last_year
     WHERE (suggest_driver.category IS NULL OR s.category = suggest_driver.category)
       AND (suggest_driver.func IS NULL OR pg_catalog.starts_with(s.func, suggest_driver.func))
     GROUP BY s.fiscal_year),
  grown AS (
    SELECT y.fiscal_year, b.spent AS before, y.spent, pg_catalog.round(y.spent / b.spent - 1, 6) AS growth
      FROM yearly y JOIN yearly b ON b.fiscal_year = y.fiscal_year - 1
     WHERE y.spent > 0 AND b.spent > 0),
  plain AS (
    SELECT g.fiscal_year, g.before, g.spent, g.growth, p.growth AS carried,
           pg_catalog.round(pg_catalog.abs(pg_catalog.round(g.before * (1 + p.growth), 2) - g.spent) / g.spent, 6) AS carried_error,
           pg_catalog.round(pg_catalog.abs(g.before - g.spent) / g.spent, 6) AS unchanged_error
      FROM grown g JOIN grown p ON p.fiscal_year = g.fiscal_year - 1),
  published AS (
    SELECT DISTINCT ON (v.driver, v.period) v.driver, v.division, pg_catalog."left"(v.period, 4)::integer AS year, v.value
      FROM asked a JOIN @ledger@.driver_value v ON v.division @> a.place AND pg_catalog.length(v.period) = 4
     WHERE NOT EXISTS (SELECT 1 FROM @ledger@.driver_value n WHERE n.driver = v.driver AND pg_catalog.length(n.period) = 4
                          AND n.division @> a.place AND n.division > v.division)
     ORDER BY v.driver, v.period, v.revision DESC),
  driven AS (
    SELECT s.driver, v.year, pg_catalog.round(CASE WHEN s.kind = 'rate' THEN v.value WHEN b.value > 0 THEN v.value / b.value - 1 END, 6) AS growth
      FROM @ledger@.driver s JOIN published v ON v.driver = s.driver
      LEFT JOIN published b ON b.driver = v.driver AND b.year = v.year - 1),
  tried AS (
    SELECT n.driver, p.*, n.growth AS driver_growth,
           pg_catalog.round(pg_catalog.abs(pg_catalog.round(p.before * (1 + n.growth), 2) - p.spent) / p.spent, 6) AS error
      FROM driven n JOIN plain p ON p.fiscal_year = n.year
     WHERE n.growth IS NOT NULL),
  judged AS (
    SELECT t.driver, count(*)::integer AS years, count(*) >= 3 AS enough,
           pg_catalog.array_agg(t.fiscal_year ORDER BY t.fiscal_year) AS year_list,
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('year', t.fiscal_year, 'spent', t.spent::numeric(20,2)::text,
             'spending_growth', t.growth, 'driver_growth', t.driver_growth, 'carried_growth', t.carried,
             'error', t.error, 'carried_error', t.carried_error, 'unchanged_error', t.unchanged_error)
             ORDER BY t.fiscal_year) AS history,
           pg_catalog.round(pg_catalog.avg(pg_catalog.abs(t.growth - t.driver_growth)), 6) AS difference,
           pg_catalog.round(pg_catalog.avg(pg_catalog.abs(t.growth - t.carried)), 6) AS carried_difference,
           pg_catalog.round(pg_catalog.avg(pg_catalog.abs(t.growth)), 6) AS unchanged_difference,
           pg_catalog.round(pg_catalog.avg(t.error), 6) AS error,
           pg_catalog.round(pg_catalog.avg(t.carried_error), 6) AS carried_error,
           pg_catalog.round(pg_catalog.avg(t.unchanged_error), 6) AS unchanged_error
      FROM tried t GROUP BY t.driver),
  verdict AS (
    SELECT s.driver::text, s.name::text, (SELECT d.official_code::text FROM @ledger@.division d
             WHERE d.code = (SELECT p.division FROM published p WHERE p.driver = s.driver LIMIT 1)) AS division_code,
           coalesce(j.years, 0) AS years, coalesce(j.year_list, '{}') AS year_list, coalesce(j.history, '[]') AS history,
           CASE WHEN j.enough THEN j.difference END AS difference, CASE WHEN j.enough THEN j.carried_difference END AS carried_difference,
           CASE WHEN j.enough THEN j.unchanged_difference END AS unchanged_difference, CASE WHEN j.enough THEN j.error END AS error,
           CASE WHEN j.enough THEN j.carried_error END AS carried_error, CASE WHEN j.enough THEN j.unchanged_error END AS unchanged_error,
           CASE WHEN j.enough THEN j.error < j.carried_error AND j.error < j.unchanged_error END AS beats,
           (SELECT n.growth FROM driven n WHERE n.driver = s.driver AND n.year = suggest_driver.fiscal_year) AS growth,
           pg_catalog.array_to_string(j.year_list, ', ') AS list,
           (SELECT count(*) FROM plain) AS spending_years, (SELECT count(*) FROM driven n WHERE n.driver = s.driver AND n.growth IS NOT NULL AND n.year <= asked.last_year) AS driver_years
      FROM asked CROSS JOIN @ledger@.driver s LEFT JOIN judged j ON j.driver = s.driver)
  SELECT v.driver, v.name, v.division_code, v.years, v.year_list, v.history, v.difference, v.carried_difference, v.unchanged_difference,
         v.error, v.carried_error, v.unchanged_error, v.beats, v.growth,
         CASE WHEN v.beats IS NULL THEN
           pg_catalog.format('不作评判：支出有%s年可检验（须连续三年有支出），因素在区划%s有%s年增长率，共同年份%s年，至少需要3年。',
             v.spending_years, coalesce(v.division_code, '（无数据）'), v.driver_years, v.years)
         ELSE pg_catalog.format('%s：上年支出×（1＋%s当年增长率），逐年检验%s年（%s），因素取自区划%s；平均绝对百分比误差%s，沿用上年增长率%s，零增长%s。%s',
             CASE WHEN v.beats THEN '建议采用' ELSE '不建议采用，未优于简单方法' END, v.name, v.years, v.list, v.division_code,
             v.error, v.carried_error, v.unchanged_error,
             pg_catalog.format('%s年因素增长率%s。', suggest_driver.fiscal_year, coalesce(v.growth::text, '未知'))) END,
         CASE WHEN v.beats IS NULL THEN
           pg_catalog.format('Not judged: spending has %s years to try (each with spending in the two years before it), the driver has growth of %s years at division %s, %s in common; 3 are needed.',
             v.spending_years, v.driver_years, coalesce(v.division_code, '(no values)'), v.years)
         ELSE pg_catalog.format('%s: spending of the year before × (1 + growth of %s in the year), walked forward over %s years (%s), driver of division %s; mean absolute percentage error %s, growth of the year before carried on %s, no change %s. %s',
             CASE WHEN v.beats THEN 'Recommended' ELSE 'Not recommended, does not beat both plain ways' END, v.driver, v.years, v.list, v.division_code,
             v.error, v.carried_error, v.unchanged_error,
             pg_catalog.format('Its growth in %s is %s.', suggest_driver.fiscal_year, coalesce(v.growth::text, 'not known'))) END
    FROM verdict v
   ORDER BY v.beats DESC NULLS LAST, v.error, v.years DESC, v.driver;
END;
COMMENT ON FUNCTION @ledger@.suggest_driver(integer, text, text, text, text) IS
  'Which driver (测算因素) explains how spending grew, the best first (增长因素建议): a row for each driver, tried on every complete year before fiscal_year with spending in the two years before it. The spending of the year before, grown as the driver did in the year, is compared with what was spent, beside two plain ways: the growth of the year before carried on (carried_), and no change (unchanged_). difference is the mean absolute difference of the growth rates, error the mean absolute percentage error, both as fractions (0.05 is 5 %), six decimals; beats says whether the error is less than both plain ones, and nothing else is recommended. With fewer than three years in common a driver is not judged: beats is NULL, and the reason says why. growth is the driver''s own in fiscal_year, NULL where it is not known; division_code where its values are from: the division of the unit, or the one asked for, or the nearest above with yearly values, as published last. history has the figures of each year (spent in yuan). Spending is that of the units that the caller may read, of a unit and division with all below them, a category of projects and a function (official code or its beginning), from the ledger or loaded, never both. A growth is no amount of the ledger. Errors: 22023.';
