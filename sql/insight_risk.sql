-- Risks of projects: fitted to years, tried on one that was held out, explained.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('r', root => '130000000', first_year => 2022);
SELECT count(r.add_year(y, 'open')) FROM generate_series(2023, 2025) AS y;
SELECT count(r.register_unit(code, name, '130000000', NULL)) FROM (VALUES ('101', '省教育厅'), ('102', '省卫健委')) AS u(code, name);
SELECT pg_temp.refused($$SELECT r.fit_risk('delay', 2024)$$);

-- 120 projects a year and a unit: the unit 102 is late, mostly with those that were late before
CREATE TEMP TABLE plan AS
  SELECT y AS year, unit, n, format('%s%s%s', unit, 2022, lpad(n::text, 4, '0')) AS code,
         CASE WHEN unit = '102' AND (n * 7 + y) % 4 > 0 OR unit = '101' AND (n * 5 + y) % 9 = 0 THEN 20 ELSE 90 END AS paid
    FROM generate_series(2022, 2025) AS y, unnest('{101,102}'::text[]) AS unit, generate_series(1, 60) AS n;
SELECT count(r.register_project(code, '项目' || code, unit, setup_year => 2022)) FROM (SELECT DISTINCT code, unit FROM plan) p;
SELECT pg_temp.take_over('r') AS taken_over;
CREATE TEMP TABLE line AS SELECT p.*, r.open_line(year, unit, '2050202', title => code, project => code) AS line FROM plan p;
SELECT count(r.appropriate(line, 100, '批复')) FROM line;
SELECT count(r.pay(line, paid, '凭证', accounting_date => make_date(year, 6, 1))) FROM line;
SELECT fiscal_year, unit_code, count(*) AS cases, sum(delayed::int) AS delayed, sum(overrun::int) AS overrun,
       round(avg(last_execution)::numeric, 4) AS last_execution, round(avg(unit_last_execution)::numeric, 4) AS unit_last
  FROM r_report.risk_case GROUP BY 1, 2 ORDER BY 1, 2;

SELECT r.fit_risk('delay', 2024) AS version;
SELECT outcome, version, held_out, fitted_cases, held_out_cases, brier < base_brier AS better, beats_base FROM r.risk_model;
SELECT sum(cases) AS cases, round(sum(cases * observed)) AS late, bool_and(predicted >= band / 10.0 AND predicted <= (band + 1) / 10.0) AS in_their_band FROM r.risk_calibration;
SELECT place, feature, sign(weight) AS sign, weight = 0 AS says_nothing FROM r.risk_weight ORDER BY place;
-- what a probability is made of adds up to it
SELECT count(*) AS projects, bool_and(abs(probability - 1 / (1 + exp(- score))) < 0.001) AS adds_up,
       count(*) FILTER (WHERE unit_code = '102' AND probability > 0.5) AS of_102, count(*) FILTER (WHERE unit_code = '101' AND probability > 0.5) AS of_101
  FROM r.project_risk(2025) p, LATERAL (SELECT sum((reason ->> 'adds')::numeric) AS score FROM jsonb_array_elements(p.reasons) AS reason) s;
SELECT held_out, version, brier < base_brier AS better FROM r.project_risk(2025) LIMIT 1;

-- nothing overran: there is nothing to learn from
SELECT pg_temp.refused($$SELECT r.fit_risk('overrun', 2024)$$);
SELECT pg_temp.refused($$SELECT r.fit_risk('delay', 2023)$$);
SELECT pg_temp.refused($$SELECT r.fit_risk('weather', 2024)$$);
SELECT pg_temp.refused($$SELECT r.fit_risk(NULL, 2024)$$);
SELECT count(*) AS none FROM r.project_risk(2025, 'overrun');
-- a fit that does not beat the base rate is kept and not used
SELECT budgetpm.fit_risk('r.ledger'::regclass, 'overrun', 2001, array_agg(2000 + (i > 60)::int), array_agg(CASE WHEN i > 60 THEN i % 2 = 0 ELSE i % 2 = 1 END), '{even}', array_agg(ARRAY[(i % 2)::float8]))
  FROM generate_series(1, 120) AS i;
SELECT outcome, version, brier > base_brier AS worse, beats_base FROM r.risk_model WHERE outcome = 'overrun';
SELECT count(*) AS none FROM r.project_risk(2025, 'overrun');
-- a feature that tells all fitted cases apart has a finite weight all the same
SELECT count(*) AS weights, bool_and(weight <> 'NaN') AS finite FROM r.risk_weight WHERE outcome = 'overrun';

-- the calibration by year; and of two years that were tried, the later one says whether there are probabilities, whichever was tried last
SELECT outcome, fiscal_year, version, newest, beats_base, sum(cases) AS cases, bool_and(predicted BETWEEN from_probability AND to_probability) AS in_their_band
  FROM r_report.risk_calibration WHERE outcome = 'delay' GROUP BY 1, 2, 3, 4, 5 ORDER BY 3;
SELECT r.fit_risk('delay', 2025) AS version;
SELECT r.fit_risk('delay', 2024) AS version;
SELECT outcome, fiscal_year, version, newest, count(*) > 0 AS bands FROM r_report.risk_calibration WHERE outcome = 'delay' GROUP BY 1, 2, 3, 4 ORDER BY 3;
SELECT DISTINCT version, held_out FROM r.project_risk(2025);
-- a fit of the latest year that does not beat the base rate takes the earlier one out of use
SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2026, array_agg(2000 + 26 * (i > 60)::int), array_agg(CASE WHEN i > 60 THEN i % 2 = 0 ELSE i % 2 = 1 END), '{even}', array_agg(ARRAY[(i % 2)::float8])) AS version
  FROM generate_series(1, 120) AS i;
SELECT count(*) AS none FROM r.project_risk(2025);

-- overrun (超支): what was left over from last year, beside this year's plan
CREATE TEMP TABLE grown AS
  SELECT y AS year, n, format('OV%s', lpad(n::text, 3, '0')) AS code, (n * 7 + y) % 3 = 0 AS left_over FROM generate_series(2022, 2025) AS y, generate_series(1, 90) AS n;
SELECT count(r.register_project(code, code, '101', setup_year => 2022)) FROM (SELECT DISTINCT code FROM grown) g;
SELECT pg_temp.take_over('r') AS taken_over;
CREATE TEMP TABLE grown_line AS SELECT g.*, r.open_line(year, '101', '2050202', title => code, project => code) AS line FROM grown g;
SELECT count(r.appropriate(line, 100, '年初')) FROM grown_line;
SELECT count(r.pay(line, CASE WHEN left_over THEN 40 ELSE 95 END, '凭证', accounting_date => make_date(year, 6, 1))) FROM grown_line;
-- of those with money left over most are given more in the next year, of the others one in ten
SELECT count(r.supplement(g.line, 20, '追加')) FROM grown_line g JOIN grown l ON l.code = g.code AND l.year = g.year - 1
 WHERE CASE WHEN l.left_over THEN (g.n * 11 + g.year) % 5 > 0 ELSE (g.n * 11 + g.year) % 10 = 0 END;
SELECT fiscal_year, round(left_over::numeric, 4) AS left_over, count(*) AS projects, sum(overrun::int) AS overrun FROM r_report.risk_case WHERE project_code LIKE 'OV%' GROUP BY 1, 2 ORDER BY 1, 2;
SELECT r.fit_risk('overrun', 2025) AS version;
SELECT held_out, fitted_cases, held_out_cases, brier < base_brier AS better, beats_base FROM r.risk_model WHERE outcome = 'overrun' AND version = 2;
SELECT place, feature, sign(weight) AS sign FROM r.risk_weight WHERE outcome = 'overrun' AND version = 2 ORDER BY place;
SELECT count(*) AS projects, bool_and(jsonb_array_length(reasons) = 2) AS explained, (SELECT count(DISTINCT probability) FROM r.project_risk(2025, 'overrun')) AS probabilities FROM r.project_risk(2025, 'overrun');
-- money that came only in the course of the year was not planned, and cannot be above its plan
SELECT r.register_project('LATE', 'LATE', '101', setup_year => 2025) > 0 AND pg_temp.take_over('r') = 1 AS registered;
SELECT r.supplement(r.open_line(2025, '101', '2050202', title => 'LATE', project => 'LATE'), 50, '追加') > 0 AS given;
SELECT (SELECT count(*) FROM r.project_risk(2025, 'overrun') WHERE project_code = 'LATE') AS late, (SELECT overrun IS NULL AND left_over = 0 FROM r_report.risk_case WHERE project_code = 'LATE') AS no_plan;
-- what one line of a project gives down to another is planned once, and a virement between them changes nothing
SELECT r.register_project('TREE', 'TREE', '101', setup_year => 2025) > 0 AND pg_temp.take_over('r') = 1 AS registered;
SELECT r.open_line(2025, '101', '2050202', title => 'TREE', project => 'TREE', executable => false) AS top_line \gset
SELECT r.open_line(2025, '101', '2050202', title => 'a', project => 'TREE', parent => :top_line) AS a, r.open_line(2025, '101', '2050202', title => 'b', project => 'TREE', parent => :top_line) AS b \gset
SELECT r.appropriate(:top_line, 100, '年初') > 0 AND r.allot(:top_line, :a, 60, '下达') > 0 AND r.allot(:top_line, :b, 40, '下达') > 0 AND r.virement(:a, :b, 10, '调剂') > 0 AND r.return_allotment(:b, :top_line, 5, '退回') > 0 AS moved;
SELECT budget, planned, overrun FROM r_report.risk_case WHERE project_code = 'TREE';
SELECT r.supplement(:top_line, 30, '追加') AS added \gset
SELECT budget, planned, overrun FROM r_report.risk_case WHERE project_code = 'TREE';
SELECT r.reverse(:added, '冲销', 20) > 0 AND r.withdraw(:top_line, 5, '收回') > 0 AS less;
SELECT budget, planned, overrun FROM r_report.risk_case WHERE project_code = 'TREE';

-- bad input, and who may
SELECT pg_temp.refused($$SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2001, '{2000,2001}', '{t,f,t}', '{a}', '{{1},{2}}')$$);
SELECT pg_temp.refused($$SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2001, '{2000,2001}', '{t,f}', '{a,b}', '{{1},{2}}')$$);
SELECT pg_temp.refused($$SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2001, '{2000,NULL}', '{t,f}', '{a}', '{{1},{2}}')$$);
SELECT pg_temp.refused($$SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2001, '{2000,2001}', '{t,f}', '{}', '{}')$$);
-- what is no number, or too large a one, is refused in whatever year it stands
SELECT odd, pg_temp.refused(format($$SELECT budgetpm.fit_risk('r.ledger'::regclass, 'delay', 2001, array_agg(2000 + (i > 60)::int), array_agg(i %% 2 = 0), '{f}',
  array_agg(CASE i WHEN %s THEN %L::float8 ELSE i END)) FROM generate_series(1, 120) AS i$$, place, odd))
  FROM (VALUES (1, 'NaN'), (110, 'NaN'), (110, 'Infinity'), (1, '-Infinity'), (60, '1e101')) AS v(place, odd);
SELECT pg_temp.refused($$UPDATE r.risk_weight SET weight = 0$$);
