-- performance: the result of a project, and the tree it comes from

CREATE VIEW @report@.project_score WITH (security_invoker = true) AS
  WITH newest AS (
    SELECT DISTINCT ON (e.project_id, e.fiscal_year, e.evaluator) e.*
      FROM @ledger@.evaluation e WHERE e.period = 'year'
     ORDER BY e.project_id, e.fiscal_year, e.evaluator, e.evaluation_id DESC
  ), ranked AS (
    SELECT n.*, pg_catalog.row_number() OVER w AS rank, pg_catalog.first_value(n.set_id) OVER w AS judged_by
      FROM newest n
    WINDOW w AS (PARTITION BY n.project_id, n.fiscal_year
                 ORDER BY CASE n.evaluator WHEN 'finance' THEN 1 WHEN 'third_party' THEN 2 WHEN 'department' THEN 3 ELSE 4 END)
  ), shares AS (
    SELECT r.*, s.cutoffs, s.blending - 'missing' <> '{}' AS declared, s.blending ->> 'missing' AS missing,
           CASE WHEN s.blending - 'missing' = '{}' THEN CASE WHEN r.rank = 1 THEN 1 ELSE 0 END
                ELSE COALESCE((s.blending ->> r.evaluator)::numeric, 0) END AS share
      FROM ranked r JOIN @ledger@.target_set s ON s.set_id = r.judged_by
  ), blended AS (
    SELECT b.project_id, b.fiscal_year, pg_catalog.sum(b.share) AS shares, pg_catalog.sum(b.share * b.score) AS points, pg_catalog.max(b.missing) AS missing,
           pg_catalog.max(b.cutoffs) AS cutoffs, pg_catalog.max(b.evaluation_id) FILTER (WHERE b.rank = 1) AS evaluation_id, pg_catalog.max(b.judged_by) AS judged_by,
           pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'self') AS self_score, pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'department') AS department_score,
           pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'finance') AS finance_score, pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'third_party') AS third_party_score,
           pg_catalog.max(b.warning) FILTER (WHERE b.evaluator = 'self') AS self_warning, pg_catalog.bool_or(b.declared) AS declared,
           pg_catalog.string_agg(pg_catalog.format('%s %s × %s', b.evaluator, b.score, pg_catalog.trim_scale(b.share)), ' + ' ORDER BY b.rank) FILTER (WHERE b.share > 0) AS formula
      FROM shares b GROUP BY b.project_id, b.fiscal_year
  )
  SELECT b.evaluation_id AS id, p.official_code AS project, p.name, u.official_code AS unit, u.name AS unit_name, d.official_code AS division, d.name AS division_name,
         b.fiscal_year, x.score, budgetpm.grade(x.score, b.cutoffs)::varchar(4) AS grade,
         (CASE WHEN b.shares = 1 THEN b.formula WHEN b.shares > 0 THEN pg_catalog.format('(%s) / %s', b.formula, pg_catalog.trim_scale(b.shares)) END)::varchar(400) AS formula,
         b.self_score::numeric(9,2) AS self_score, b.department_score::numeric(9,2) AS department_score, b.finance_score::numeric(9,2) AS finance_score,
         b.third_party_score::numeric(9,2) AS third_party_score, b.self_warning::varchar(6) AS self_warning, e.evaluation_id, e.budget, e.paid, p.project_id,
         ARRAY(SELECT s.key FROM @ledger@.target_set t CROSS JOIN LATERAL pg_catalog.jsonb_each_text(t.blending - 'missing') AS s(key, share)
                WHERE t.set_id = b.judged_by AND s.share::numeric > 0 AND CASE s.key WHEN 'self' THEN b.self_score WHEN 'department' THEN b.department_score WHEN 'finance' THEN b.finance_score ELSE b.third_party_score END IS NULL
                ORDER BY s.key) AS missing
    FROM blended b
    JOIN @ledger@.project p ON p.project_id = b.project_id
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) p.unit
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) p.division
    JOIN @ledger@.evaluation e ON e.evaluation_id = b.evaluation_id
    CROSS JOIN LATERAL (SELECT (CASE WHEN b.shares = 1 OR b.shares > 0 AND COALESCE(b.missing, 'rescale') = 'rescale'
                                     THEN pg_catalog.div(200 * b.points + b.shares, 2 * b.shares) * 0.01 END)::numeric(9,2)) AS x(score);
COMMENT ON VIEW @report@.project_score IS 'The result of each project and year (绩效评价结果): its newest evaluations of the year side by side, blended as declared with its targets (setting performance.blending). While an evaluator with a share has not evaluated, the others make up the whole, or there is no result, as declared; one that has no share never counts.';
COMMENT ON COLUMN @report@.project_score.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.project_score.project IS 'Official code of the project.';
COMMENT ON COLUMN @report@.project_score.name IS 'Its name.';
COMMENT ON COLUMN @report@.project_score.unit IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.project_score.unit_name IS 'Name of its unit.';
COMMENT ON COLUMN @report@.project_score.division IS 'Official code of its division.';
COMMENT ON COLUMN @report@.project_score.division_name IS 'Name of its division.';
COMMENT ON COLUMN @report@.project_score.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.project_score.score IS 'Blended score, two decimals, half away from zero; NULL: an evaluation that must count is missing.';
COMMENT ON COLUMN @report@.project_score.grade IS '优, 良, 中 or 差, of the score.';
COMMENT ON COLUMN @report@.project_score.formula IS 'Whose scores with what shares, divided by their sum where some are missing.';
COMMENT ON COLUMN @report@.project_score.self_score IS 'Score of the self-evaluation (单位自评).';
COMMENT ON COLUMN @report@.project_score.department_score IS 'Score of the department (部门评价).';
COMMENT ON COLUMN @report@.project_score.finance_score IS 'Score of the finance department (财政评价).';
COMMENT ON COLUMN @report@.project_score.third_party_score IS 'Score of a third party (第三方评价).';
COMMENT ON COLUMN @report@.project_score.self_warning IS 'red: good marks, money not spent; yellow: no budget, or more than 20 % unspent (自评预警).';
COMMENT ON COLUMN @report@.project_score.evaluation_id IS 'The most independent of the evaluations.';
COMMENT ON COLUMN @report@.project_score.budget IS 'Budget in yuan, at that evaluation.';
COMMENT ON COLUMN @report@.project_score.paid IS 'Paid in yuan, at that evaluation.';
COMMENT ON COLUMN @report@.project_score.project_id IS 'The project.';
COMMENT ON COLUMN @report@.project_score.missing IS 'Evaluators that have a share and have not evaluated.';

CREATE FUNCTION @ledger@.score_project(project text, fiscal_year integer, evaluator text DEFAULT NULL, period text DEFAULT 'year', period_no integer DEFAULT 1)
RETURNS TABLE (row_no bigint, evaluator text, depth integer, level1 text, level2 text, name text, weight numeric, direction text,
  target numeric, actual numeric, measure text, method text, score numeric, rate numeric, formula text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 30
BEGIN ATOMIC
  WITH e AS (
    SELECT DISTINCT ON (e.evaluator) e.*, s.total, s.execution_weight, s.cutoffs
      FROM @ledger@.project p JOIN @ledger@.evaluation e ON e.project_id = p.project_id JOIN @ledger@.target_set s ON s.set_id = e.set_id
     WHERE p.official_code = COALESCE(score_project.project, '') AND e.fiscal_year = score_project.fiscal_year AND e.period = score_project.period AND e.period_no = score_project.period_no
       AND (score_project.evaluator IS NULL OR e.evaluator = score_project.evaluator)
       AND (score_project.evaluator IS NULL OR budgetpm.one_of('evaluator', score_project.evaluator, '{self,department,finance,third_party}'))
       AND budgetpm.one_of('period', score_project.period, '{year,quarter,month}') AND (EXISTS (SELECT FROM @ledger@.project n WHERE n.official_code = score_project.project) OR (SELECT budgetpm.project_key('@ledger@.ledger'::pg_catalog.regclass, score_project.project)) IS NOT NULL)
     ORDER BY e.evaluator, e.evaluation_id DESC
  ), leaf AS MATERIALIZED (
    SELECT e.evaluator, t.*, r.applicable, r.actual, r.formula, r.target AS due,
           CASE WHEN r.applicable THEN budgetpm.score_indicator(t.method, t.direction, r.target, r.actual, t.weight,
             CASE WHEN r.level IS NULL THEN t.parameters ELSE t.parameters || pg_catalog.jsonb_build_object('level', r.level) END) END AS score
      FROM e JOIN @ledger@.evaluation_result r ON r.evaluation_id = e.evaluation_id
      JOIN @ledger@.target t ON t.set_id = e.set_id AND t.item_no = r.item_no
  ), execution AS (
    SELECT e.*, budgetpm.score_indicator('execution', NULL, e.planned, e.paid, e.execution_weight) AS points,
           budgetpm.score_formula('execution', NULL, e.planned, e.paid, e.execution_weight) AS how FROM e
  ), sums AS (
    SELECT l.evaluator, COALESCE(pg_catalog.sum(l.score), 0) AS points, COALESCE(pg_catalog.sum(l.weight) FILTER (WHERE l.applicable), 0) AS weight FROM leaf l GROUP BY l.evaluator
  ), tree AS (
    SELECT l.evaluator, 3 AS depth, l.level1, l.level2, l.item_no, l.name, l.weight, l.direction, l.due AS target, l.actual, l.measure, l.method, l.score,
           CASE WHEN l.applicable THEN l.formula ELSE 'not applicable' END AS formula FROM leaf l
    UNION ALL
    SELECT l.evaluator, CASE WHEN GROUPING(l.level2) = 1 THEN 1 ELSE 2 END, l.level1, l.level2, NULL, budgetpm.level_name(CASE WHEN GROUPING(l.level2) = 1 THEN 1 ELSE 2 END, COALESCE(l.level2, l.level1)),
           pg_catalog.sum(l.weight), NULL, NULL, NULL, NULL, NULL, COALESCE(pg_catalog.sum(l.score), 0), pg_catalog.string_agg(l.score::text, ' + ' ORDER BY l.item_no)
      FROM leaf l GROUP BY GROUPING SETS ((l.evaluator, l.level1), (l.evaluator, l.level1, l.level2))
    UNION ALL
    SELECT x.evaluator, 1, 'execution', NULL, NULL, '预算执行率', x.execution_weight, NULL, x.planned, x.paid, '元', 'execution', x.points, x.how
      FROM execution x WHERE x.execution_weight > 0
    UNION ALL
    SELECT x.evaluator, 0, NULL, NULL, NULL, '总分', x.total + x.execution_weight, NULL, NULL, NULL, NULL, NULL, g.score,
           pg_catalog.format('(%s + %s) * %s / %s = %s %s', s.points, x.points, pg_catalog.trim_scale(x.total + x.execution_weight), pg_catalog.trim_scale(s.weight + x.execution_weight), g.score, budgetpm.grade(g.score, x.cutoffs))
      FROM execution x JOIN sums s ON s.evaluator = x.evaluator
      CROSS JOIN LATERAL (SELECT budgetpm.total_score(s.points + x.points, s.weight + x.execution_weight, x.total + x.execution_weight)) AS g(score)
  )
  SELECT pg_catalog.row_number() OVER w, t.evaluator, t.depth, t.level1, t.level2, t.name, t.weight, t.direction, t.target, t.actual, t.measure, t.method, t.score,
         pg_catalog.round(t.score * 100 / t.weight, 2), t.formula
    FROM tree t
  WINDOW w AS (ORDER BY t.evaluator, t.depth <> 0, t.level1 = 'execution', CASE t.level1 WHEN 'output' THEN 1 WHEN 'cost' THEN 2 WHEN 'benefit' THEN 3 ELSE 4 END,
               t.level2 NULLS FIRST, t.item_no NULLS FIRST)
   ORDER BY 1;
END;
COMMENT ON FUNCTION @ledger@.score_project(text, integer, text, text, integer) IS
  'The whole tree of a project''s scores of the year, or of a month or quarter (评分树), computed again from targets and actual values, of one evaluator or of each: total (depth 0), level 1, level 2, indicators (3), every row with its formula. weight and score in points, rate in per cent of the weight. Errors: 23503 project, 22023 evaluator or period.';

CREATE FUNCTION @ledger@.score_document(project text, fiscal_year integer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_build_object('project', score_document.project, 'fiscal_year', score_document.fiscal_year,
           'result', (SELECT pg_catalog.to_jsonb(s) - 'id' - 'project_id' || pg_catalog.jsonb_build_object('budget', s.budget::text, 'paid', s.paid::text) FROM @report@.project_score s WHERE s.project = score_document.project AND s.fiscal_year = score_document.fiscal_year),
           'evaluations', COALESCE((SELECT pg_catalog.jsonb_object_agg(x.evaluator, x.rows) FROM (
             SELECT r.evaluator, pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(r) - 'evaluator') ORDER BY r.row_no) AS rows
               FROM @ledger@.score_project(score_document.project, score_document.fiscal_year) AS r GROUP BY r.evaluator) AS x), '{}'));
END;
COMMENT ON FUNCTION @ledger@.score_document(text, integer) IS 'The result and the trees of score_project() as one document; budget and paid in yuan as text. Errors: 23503 project.';
