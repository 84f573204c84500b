-- performance: what evaluations over projects of several divisions come to

CREATE VIEW @report@.joint_evaluation_project WITH (security_invoker = true) AS
  WITH named AS (
    SELECT j.joint_id, j.title, j.fiscal_year, x.n, p.project_id, p.official_code AS project, p.name, p.unit, p.division,
           budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, j.division, NULL)
             AND pg_catalog.count(*) OVER (PARTITION BY j.joint_id) = pg_catalog.cardinality(j.projects) AS whole
      FROM @ledger@.joint_evaluation j
      CROSS JOIN LATERAL pg_catalog.unnest(j.projects) WITH ORDINALITY AS x(project_id, n)
      JOIN @ledger@.project p ON p.project_id = x.project_id
  ), counted AS (
    SELECT DISTINCT ON (e.joint_id, e.project_id) e.joint_id, e.project_id, e.evaluation_id, e.evaluator, e.score, e.grade, e.budget
      FROM @ledger@.evaluation e
     WHERE e.joint_id IS NOT NULL AND e.period = 'year'
     ORDER BY e.joint_id, e.project_id, CASE e.evaluator WHEN 'finance' THEN 1 WHEN 'third_party' THEN 2 WHEN 'department' THEN 3 ELSE 4 END, e.evaluation_id DESC
  ), money AS (
    SELECT n.*, c.evaluation_id, c.evaluator, c.score, c.grade, c.budget, b.fen, b.fen * c.score * 100 AS points,
           CASE WHEN n.whole THEN NULLIF(pg_catalog.sum(b.fen) OVER (PARTITION BY n.joint_id), 0) END AS whole_fen
      FROM named n LEFT JOIN counted c ON c.joint_id = n.joint_id AND c.project_id = n.project_id
      CROSS JOIN LATERAL (SELECT CASE WHEN c.budget < 0 THEN 0 ELSE c.budget * 100 END) AS b(fen)
  ), shares AS (
    SELECT m.*, pg_catalog.div(2 * pg_catalog.sum(m.points) OVER j + m.whole_fen, 2 * m.whole_fen) - pg_catalog.sum(pg_catalog.div(m.points, m.whole_fen)) OVER j AS left_points,
           1000000 - pg_catalog.sum(pg_catalog.div(m.fen * 1000000, m.whole_fen)) OVER j AS left_weight,
           pg_catalog.row_number() OVER (PARTITION BY m.joint_id ORDER BY pg_catalog.mod(m.points, m.whole_fen) DESC NULLS LAST, m.n) AS nearest_points,
           pg_catalog.row_number() OVER (PARTITION BY m.joint_id ORDER BY pg_catalog.mod(m.fen * 1000000, m.whole_fen) DESC NULLS LAST, m.n) AS nearest_weight
      FROM money m
    WINDOW j AS (PARTITION BY m.joint_id)
  )
  SELECT s.joint_id * 1000000 + s.n AS id, s.joint_id, s.title, s.fiscal_year, s.project, s.name, u.official_code AS unit, d.official_code AS division, d.name AS division_name,
         s.whole, s.evaluation_id, s.evaluator, s.score, s.grade, s.budget, x.weight::numeric(7,4) AS weight, x.contribution::numeric(9,2) AS contribution,
         CASE WHEN x.contribution IS NOT NULL THEN pg_catalog.format('%s / %s * %s = %s, %s', pg_catalog.round(s.fen * 0.01, 2), pg_catalog.round(s.whole_fen * 0.01, 2), s.score,
           pg_catalog.round(s.points * 0.01 / s.whole_fen, 6), x.contribution) END::varchar(200) AS formula
    FROM shares s
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) s.unit
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) s.division
    CROSS JOIN LATERAL (SELECT (pg_catalog.div(s.points, s.whole_fen) + CASE WHEN s.nearest_points <= s.left_points THEN 1 ELSE 0 END) * 0.01,
                               (pg_catalog.div(s.fen * 1000000, s.whole_fen) + CASE WHEN s.nearest_weight <= s.left_weight THEN 1 ELSE 0 END) * 0.0001) AS x(contribution, weight);
COMMENT ON VIEW @report@.joint_evaluation_project IS 'The projects of joint evaluations (联合绩效考评), a row for each that the reader may see. What counts is the evaluation of the year that names the joint one: of several the most independent (finance, third party, department, self), of that the newest. weight and contribution are told who may read the whole division that the joint evaluation was opened for, and add up exactly to 100 % and to the joint score: every project has its whole hundredths, and those left go to the largest remainders.';
COMMENT ON COLUMN @report@.joint_evaluation_project.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.joint_evaluation_project.joint_id IS 'The joint evaluation.';
COMMENT ON COLUMN @report@.joint_evaluation_project.title IS 'Its title.';
COMMENT ON COLUMN @report@.joint_evaluation_project.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @report@.joint_evaluation_project.project IS 'Official code of the project.';
COMMENT ON COLUMN @report@.joint_evaluation_project.name IS 'Its name.';
COMMENT ON COLUMN @report@.joint_evaluation_project.unit IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.joint_evaluation_project.division IS 'Official code of its division.';
COMMENT ON COLUMN @report@.joint_evaluation_project.division_name IS 'Name of its division.';
COMMENT ON COLUMN @report@.joint_evaluation_project.whole IS 'Whether the reader may see all projects of the joint evaluation and the division it was opened for; false: weight and contribution are not told.';
COMMENT ON COLUMN @report@.joint_evaluation_project.evaluation_id IS 'The evaluation that counts; NULL: none yet.';
COMMENT ON COLUMN @report@.joint_evaluation_project.evaluator IS 'Who made it: self, department, finance or third_party.';
COMMENT ON COLUMN @report@.joint_evaluation_project.score IS 'Its score in points.';
COMMENT ON COLUMN @report@.joint_evaluation_project.grade IS 'Its grade, by the cut-offs of the project''s targets.';
COMMENT ON COLUMN @report@.joint_evaluation_project.budget IS 'Budget in yuan, at that evaluation.';
COMMENT ON COLUMN @report@.joint_evaluation_project.weight IS 'Share of the budget of all projects that were evaluated (权重), in per cent; NULL: not evaluated, or they have no budget.';
COMMENT ON COLUMN @report@.joint_evaluation_project.contribution IS 'What of the joint score is the project''s (得分贡献), in points.';
COMMENT ON COLUMN @report@.joint_evaluation_project.formula IS 'How it came about: budget / sum of the budgets * score, exact to six decimals, and as it counts.';

CREATE VIEW @report@.joint_evaluation WITH (security_invoker = true) AS
  WITH sums AS (
    SELECT r.joint_id, pg_catalog.bool_and(r.whole) AS whole, pg_catalog.count(*) AS readable, pg_catalog.count(r.score) AS evaluated,
           pg_catalog.sum(GREATEST(r.budget, 0)) AS budget, pg_catalog.sum(GREATEST(r.budget, 0) * r.score) AS points, pg_catalog.sum(r.score) AS scores,
           pg_catalog.min(r.score) AS lowest, pg_catalog.max(r.score) AS highest
      FROM @report@.joint_evaluation_project r GROUP BY r.joint_id
  ), results AS (
    SELECT s.joint_id, s.readable, s.evaluated, s.budget, s.lowest, s.highest,
           pg_catalog.div(200 * s.points + NULLIF(s.budget, 0), 2 * NULLIF(s.budget, 0)) * 0.01 AS score,
           pg_catalog.div(200 * s.scores + NULLIF(s.evaluated, 0), 2 * NULLIF(s.evaluated, 0)) * 0.01 AS mean_score
      FROM sums s WHERE s.whole
  )
  SELECT j.joint_id AS id, j.title, j.fiscal_year, d.official_code AS division, d.name AS division_name, j.document,
         pg_catalog.cardinality(j.projects)::bigint AS projects, COALESCE(a.readable, 0) AS readable, s.evaluated, s.readable - s.evaluated AS missing,
         s.budget::numeric(20,2) AS budget, s.score::numeric(9,2) AS score, budgetpm.grade(s.score, g.cutoffs)::varchar(4) AS grade,
         s.mean_score::numeric(9,2) AS mean_score, s.lowest::numeric(9,2) AS lowest, s.highest::numeric(9,2) AS highest
    FROM @ledger@.joint_evaluation j
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) j.division
    LEFT JOIN sums a ON a.joint_id = j.joint_id
    LEFT JOIN results s ON s.joint_id = j.joint_id
    CROSS JOIN LATERAL (SELECT COALESCE(@ledger@.setting(d.official_code, 'performance.cutoffs'), '[90, 80, 60]')) AS c(given)
    CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.jsonb_typeof(c.given) = 'array' AND pg_catalog.jsonb_array_length(c.given) = 3 AND pg_catalog.jsonb_typeof(c.given -> 0) = 'number'
                                      AND pg_catalog.jsonb_typeof(c.given -> 1) = 'number' AND pg_catalog.jsonb_typeof(c.given -> 2) = 'number'
                                      AND c.given -> 0 > c.given -> 1 AND c.given -> 1 > c.given -> 2
                                    THEN ARRAY[(c.given ->> 0)::numeric, (c.given ->> 1)::numeric, (c.given ->> 2)::numeric] END) AS g(cutoffs);
COMMENT ON VIEW @report@.joint_evaluation IS 'Joint evaluations (联合绩效考评) with what they come to: score = sum(budget * score) / sum(budget) over the projects that were evaluated, rounded once to two decimals, half away from zero; mean_score = sum(score) / count, beside it. Who may read only some of the projects sees that there is the evaluation, and no result: a result over a part would be none, and one over all would tell the others'' scores.';
COMMENT ON COLUMN @report@.joint_evaluation.id IS 'Number of the joint evaluation, for evaluate_project(joint).';
COMMENT ON COLUMN @report@.joint_evaluation.title IS 'Title.';
COMMENT ON COLUMN @report@.joint_evaluation.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.joint_evaluation.division IS 'Official code of the division that all projects are in or below.';
COMMENT ON COLUMN @report@.joint_evaluation.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.joint_evaluation.document IS 'The document.';
COMMENT ON COLUMN @report@.joint_evaluation.projects IS 'How many projects it names.';
COMMENT ON COLUMN @report@.joint_evaluation.readable IS 'How many of them the reader may see; fewer than projects: what follows is not told.';
COMMENT ON COLUMN @report@.joint_evaluation.evaluated IS 'How many have an evaluation of the year that names the joint one.';
COMMENT ON COLUMN @report@.joint_evaluation.missing IS 'How many have none yet.';
COMMENT ON COLUMN @report@.joint_evaluation.budget IS 'Budgets in yuan of those that were evaluated, together.';
COMMENT ON COLUMN @report@.joint_evaluation.score IS 'Mean of their scores by budget, in points; NULL: nothing is evaluated, or there is no budget.';
COMMENT ON COLUMN @report@.joint_evaluation.grade IS '优, 良, 中 or 差, of the score by the setting performance.cutoffs of its division; NULL also where those are not three falling numbers.';
COMMENT ON COLUMN @report@.joint_evaluation.mean_score IS 'Plain mean of their scores, in points.';
COMMENT ON COLUMN @report@.joint_evaluation.lowest IS 'The lowest of their scores.';
COMMENT ON COLUMN @report@.joint_evaluation.highest IS 'The highest of them.';
