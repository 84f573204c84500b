-- performance: reports

CREATE VIEW @report@.performance_result WITH (security_invoker = true) AS
  SELECT e.evaluation_id * 10000 + r.item_no AS id, p.official_code AS project, p.name AS project_name, u.official_code AS unit, d.official_code AS division,
         e.fiscal_year, e.evaluator, e.period, e.period_no, e.as_of, t.item_no, t.indicator, t.level1, t.level2, t.name, t.measure, t.direction, r.target::numeric(38,10) AS target, r.actual::numeric(38,10) AS actual,
         t.weight, r.score, r.formula, r.applicable, r.source, r.deviation::numeric(16,2) AS deviation, r.reason, t.flags,
         r.applicable AND CASE WHEN t.kind = 'qualitative' THEN r.score * 100 >= t.weight * 80 WHEN t.method IN ('progressive', 'tiers') THEN r.score = t.weight
                               WHEN t.direction = '<=' THEN r.actual <= r.target ELSE r.actual >= r.target END AS achieved,
         t.target::numeric(38,10) AS year_target, r.measured::numeric(38,10) AS measured
    FROM @ledger@.evaluation e
    JOIN @ledger@.evaluation_result r ON r.evaluation_id = e.evaluation_id
    JOIN @ledger@.target t ON t.set_id = e.set_id AND t.item_no = r.item_no
    JOIN @ledger@.project p ON p.project_id = e.project_id
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) p.unit
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) p.division;
COMMENT ON VIEW @report@.performance_result IS 'Every result of every evaluation (绩效指标完成情况), a row for each target.';
COMMENT ON COLUMN @report@.performance_result.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.performance_result.project IS 'Official code of the project.';
COMMENT ON COLUMN @report@.performance_result.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.performance_result.unit IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.performance_result.division IS 'Official code of its division.';
COMMENT ON COLUMN @report@.performance_result.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.performance_result.evaluator IS 'self, department, finance or third_party.';
COMMENT ON COLUMN @report@.performance_result.period IS 'month, quarter or year.';
COMMENT ON COLUMN @report@.performance_result.period_no IS 'Which of them.';
COMMENT ON COLUMN @report@.performance_result.as_of IS 'Last day of the period.';
COMMENT ON COLUMN @report@.performance_result.item_no IS 'Number of the target.';
COMMENT ON COLUMN @report@.performance_result.indicator IS 'Indicator of the library; NULL: none.';
COMMENT ON COLUMN @report@.performance_result.level1 IS 'Level 1 (一级指标).';
COMMENT ON COLUMN @report@.performance_result.level2 IS 'Level 2 (二级指标).';
COMMENT ON COLUMN @report@.performance_result.name IS 'Level 3 (三级指标).';
COMMENT ON COLUMN @report@.performance_result.measure IS 'Unit of measure.';
COMMENT ON COLUMN @report@.performance_result.direction IS '>=, <= or =.';
COMMENT ON COLUMN @report@.performance_result.target IS 'Target; in a month or quarter what was planned by its end.';
COMMENT ON COLUMN @report@.performance_result.actual IS 'Actual value.';
COMMENT ON COLUMN @report@.performance_result.weight IS 'Weight in points.';
COMMENT ON COLUMN @report@.performance_result.score IS 'Points.';
COMMENT ON COLUMN @report@.performance_result.formula IS 'How they came about.';
COMMENT ON COLUMN @report@.performance_result.applicable IS 'False: left out, and the rest scaled up.';
COMMENT ON COLUMN @report@.performance_result.source IS 'reported, or what the value filled itself from.';
COMMENT ON COLUMN @report@.performance_result.deviation IS 'Deviation from the target in per cent (偏差率).';
COMMENT ON COLUMN @report@.performance_result.reason IS 'Its reason (偏差原因).';
COMMENT ON COLUMN @report@.performance_result.flags IS 'What was missing for the target to be checked.';
COMMENT ON COLUMN @report@.performance_result.year_target IS 'Target of the whole year.';
COMMENT ON COLUMN @report@.performance_result.measured IS 'What the target is bound to said.';
COMMENT ON COLUMN @report@.performance_result.achieved IS 'Whether the target was reached: a qualitative one from 80 % of its weight on.';

CREATE VIEW @report@.target_achievement WITH (security_invoker = true) AS
  SELECT r.fiscal_year::bigint * 1000000 + pg_catalog.row_number() OVER (PARTITION BY r.fiscal_year ORDER BY r.division, r.unit) AS id,
         r.fiscal_year, r.division, r.unit, pg_catalog.count(*) AS targets, pg_catalog.count(*) FILTER (WHERE r.achieved) AS achieved,
         pg_catalog.round(pg_catalog.count(*) FILTER (WHERE r.achieved) * 100.0 / pg_catalog.count(*), 2)::numeric(7,2) AS rate,
         g.goal, pg_catalog.count(*) FILTER (WHERE r.achieved) >= g.goal * pg_catalog.count(*) AS reaches_goal,
         pg_catalog.round(pg_catalog.avg(pg_catalog.abs(r.deviation)), 2)::numeric(16,2) AS mean_deviation
    FROM @report@.performance_result r JOIN @report@.project_score s ON s.project = r.project AND s.fiscal_year = r.fiscal_year
    JOIN @ledger@.evaluation e ON e.evaluation_id = s.evaluation_id AND e.evaluator = r.evaluator AND r.id / 10000 = e.evaluation_id
    CROSS JOIN LATERAL (SELECT COALESCE((@ledger@.setting(r.division, 'performance.goal.target_achievement') #>> '{}')::numeric, 0.85)::numeric(7,4)) AS g(goal)
   WHERE r.applicable
   GROUP BY r.fiscal_year, r.division, r.unit, g.goal;
COMMENT ON VIEW @report@.target_achievement IS 'Rate of achieved targets (绩效目标达成率) by year, division and unit, of the most independent yearly evaluation of each project.';
COMMENT ON COLUMN @report@.target_achievement.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.target_achievement.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.target_achievement.division IS 'Official code of the division.';
COMMENT ON COLUMN @report@.target_achievement.unit IS 'Official code of the unit.';
COMMENT ON COLUMN @report@.target_achievement.targets IS 'Targets that apply.';
COMMENT ON COLUMN @report@.target_achievement.achieved IS 'Those that were reached.';
COMMENT ON COLUMN @report@.target_achievement.rate IS 'In per cent.';
COMMENT ON COLUMN @report@.target_achievement.goal IS 'Goal of the setting performance.goal.target_achievement; 0.85 is 85 %.';
COMMENT ON COLUMN @report@.target_achievement.reaches_goal IS 'Whether the rate reaches it.';
COMMENT ON COLUMN @report@.target_achievement.mean_deviation IS 'Mean of the deviations from the targets, in per cent, without their signs.';

CREATE VIEW @report@.performance_league WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.division, s.division_name, s.unit, s.unit_name, s.project, s.name, s.score, s.grade, s.budget, s.paid, s.self_warning,
         pg_catalog.rank() OVER (PARTITION BY s.fiscal_year ORDER BY s.score DESC NULLS LAST) AS rank,
         pg_catalog.rank() OVER (PARTITION BY s.fiscal_year, s.division ORDER BY s.score DESC NULLS LAST) AS rank_in_division,
         pg_catalog.rank() OVER (PARTITION BY s.fiscal_year, s.unit ORDER BY s.score DESC NULLS LAST) AS rank_in_unit
    FROM @report@.project_score s;
COMMENT ON VIEW @report@.performance_league IS 'Projects by score (绩效排名) of each year: of all that the reader may see, of the division, of the unit.';
COMMENT ON COLUMN @report@.performance_league.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.performance_league.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.performance_league.division IS 'Official code of the division.';
COMMENT ON COLUMN @report@.performance_league.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.performance_league.unit IS 'Official code of the unit.';
COMMENT ON COLUMN @report@.performance_league.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.performance_league.project IS 'Official code of the project.';
COMMENT ON COLUMN @report@.performance_league.name IS 'Its name.';
COMMENT ON COLUMN @report@.performance_league.score IS 'Blended score.';
COMMENT ON COLUMN @report@.performance_league.grade IS '优, 良, 中 or 差.';
COMMENT ON COLUMN @report@.performance_league.budget IS 'Budget in yuan.';
COMMENT ON COLUMN @report@.performance_league.paid IS 'Paid in yuan.';
COMMENT ON COLUMN @report@.performance_league.self_warning IS 'Warning of the self-evaluation.';
COMMENT ON COLUMN @report@.performance_league.rank IS 'Among all.';
COMMENT ON COLUMN @report@.performance_league.rank_in_division IS 'In its division.';
COMMENT ON COLUMN @report@.performance_league.rank_in_unit IS 'In its unit.';

CREATE VIEW @report@.performance_summary WITH (security_invoker = true) AS
  SELECT s.fiscal_year::bigint * 1000000 + pg_catalog.row_number() OVER (PARTITION BY s.fiscal_year ORDER BY s.division, s.unit NULLS FIRST) AS id, s.*
    FROM (SELECT s.fiscal_year, s.division, s.unit, pg_catalog.count(s.score) AS projects,
                 pg_catalog.round(pg_catalog.sum(s.score * s.budget) / NULLIF(pg_catalog.sum(s.budget) FILTER (WHERE s.score IS NOT NULL), 0), 2)::numeric(7,2) AS weighted_score, pg_catalog.round(pg_catalog.avg(s.score), 2)::numeric(7,2) AS mean_score,
                 pg_catalog.count(*) FILTER (WHERE s.grade = '优') AS excellent, pg_catalog.count(*) FILTER (WHERE s.grade = '良') AS good,
                 pg_catalog.count(*) FILTER (WHERE s.grade = '中') AS fair, pg_catalog.count(*) FILTER (WHERE s.grade = '差') AS poor,
                 pg_catalog.sum(s.budget)::numeric(20,2) AS budget, pg_catalog.sum(s.paid)::numeric(20,2) AS paid, pg_catalog.count(*) FILTER (WHERE s.self_warning = 'red') AS warnings
            FROM @report@.project_score s GROUP BY GROUPING SETS ((s.fiscal_year, s.division), (s.fiscal_year, s.division, s.unit))) AS s;
COMMENT ON VIEW @report@.performance_summary IS 'Results of units and divisions by year (部门、地区绩效): a row for each unit, and one without a unit for its division.';
COMMENT ON COLUMN @report@.performance_summary.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.performance_summary.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.performance_summary.division IS 'Official code of the division.';
COMMENT ON COLUMN @report@.performance_summary.unit IS 'Official code of the unit; NULL: the division as a whole.';
COMMENT ON COLUMN @report@.performance_summary.projects IS 'Projects with a result.';
COMMENT ON COLUMN @report@.performance_summary.weighted_score IS 'Mean of their scores by budget; NULL: no budget.';
COMMENT ON COLUMN @report@.performance_summary.mean_score IS 'Mean of their scores.';
COMMENT ON COLUMN @report@.performance_summary.excellent IS 'How many are 优.';
COMMENT ON COLUMN @report@.performance_summary.good IS 'How many are 良.';
COMMENT ON COLUMN @report@.performance_summary.fair IS 'How many are 中.';
COMMENT ON COLUMN @report@.performance_summary.poor IS 'How many are 差.';
COMMENT ON COLUMN @report@.performance_summary.budget IS 'Their budgets in yuan.';
COMMENT ON COLUMN @report@.performance_summary.paid IS 'What was paid, in yuan.';
COMMENT ON COLUMN @report@.performance_summary.warnings IS 'How many self-evaluations are warned of in red.';
