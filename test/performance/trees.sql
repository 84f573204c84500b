-- Random projects with random targets and results: some through the functions (perf.called), and perf.trees written as rows.
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT p.register_unit('101', '省教育厅', '320000000');
SELECT count(p.register_project('C' || i, '项目' || i, '101', setup_year => 2025)) FROM generate_series(1, current_setting('perf.called')::int) AS i;
INSERT INTO p.project (official_code, name, unit, division, category, setup_year) SELECT 'T' || i, '项目' || i, unit, division, category, 2025 FROM (SELECT * FROM p.project LIMIT 1) AS o, generate_series(1, current_setting('perf.trees')::int) AS i;

-- One to eight targets each; weights in hundredths that make 90.
CREATE TEMP TABLE random_target AS
  SELECT project_id, official_code, k, (x - lag(x, 1, 0) OVER w) / 100.0 AS weight, m, CASE WHEN m IN ('progressive', 'tiers') AND d = '=' THEN '>=' ELSE d END AS d,
         CASE WHEN zero < 0.05 AND m <> 'progressive' THEN 0 ELSE round(t::numeric, k % 3) END AS t, round(a::numeric, k % 4) AS a, k = 1 OR left_out > 0.1 AS applicable, level1
    FROM (SELECT c.*, row_number() OVER (PARTITION BY project_id ORDER BY x)::int AS k, random() AS zero, random() AS left_out, 1 + random() * 99 AS t, random() * 150 - 5 AS a,
                 (ARRAY['proportional', 'ratio', 'threshold', 'progressive', 'tiers', 'qualitative', 'direct'])[1 + floor(random() * 7)::int] AS m,
                 (ARRAY['>=', '<=', '='])[1 + floor(random() * 3)::int] AS d, (ARRAY['output', 'benefit'])[1 + floor(random() * 2)::int] AS level1
            FROM (SELECT project_id, official_code, x
                    FROM (SELECT project_id, official_code, 1 + floor(random() * 8)::int AS n FROM p.project OFFSET 0) AS o
                    CROSS JOIN LATERAL (SELECT DISTINCT 1 + floor(random() * 8998)::int AS x FROM generate_series(2, n) UNION ALL SELECT 9000) AS cut) AS c) AS y
  WINDOW w AS (PARTITION BY project_id ORDER BY x);
ALTER TABLE random_target ADD parameters jsonb, ADD level2 text, ADD given numeric;
UPDATE random_target SET level2 = CASE level1 WHEN 'output' THEN (ARRAY['quantity', 'quality', 'timeliness', 'cost'])[1 + k % 4] ELSE (ARRAY['economic', 'social', 'ecological', 'sustained'])[1 + k % 4] END,
  given = CASE m WHEN 'qualitative' THEN round(weight * 0.9, 2) WHEN 'direct' THEN round(weight * 0.37, 3) ELSE a END,
  parameters = CASE m WHEN 'progressive' THEN jsonb_build_object('full', t, 'step', 0.7, 'deduct', 0.37, 'floor', CASE d WHEN '<=' THEN t * 1.5 ELSE t * 0.5 END)
    WHEN 'tiers' THEN CASE d WHEN '<=' THEN '{"tiers": [{"at": 30, "share": 1}, {"at": 60, "share": 0.635}]}'::jsonb ELSE '{"tiers": [{"at": 60, "share": 1}, {"at": 30, "share": 0.635}]}' END
    ELSE '{}' END;
CREATE TEMP TABLE random_money AS SELECT project_id, official_code, CASE WHEN random() < 0.02 THEN 0 ELSE round((random() * 2000)::numeric, 2) END AS budget, round((random() * 2200)::numeric, 2) AS paid FROM p.project;
ANALYZE random_target;

-- Through the functions
SELECT count(p.set_targets(official_code, 2025, targets)), count(p.evaluate_project(official_code, 2025, 'self', results, budget => budget, paid => paid))
  FROM (SELECT official_code, jsonb_agg(jsonb_build_object('name', '指标' || k, 'level1', level1, 'level2', level2, 'measure', '项', 'source', 'random', 'weight', weight, 'method', m,
                 'kind', CASE WHEN m IN ('qualitative', 'direct') THEN 'qualitative' ELSE 'quantitative' END, 'direction', d, 'target', t, 'parameters', parameters) ORDER BY k) AS targets,
               jsonb_agg(CASE WHEN NOT applicable THEN jsonb_build_object('item', k, 'applicable', false) WHEN m = 'qualitative' THEN jsonb_build_object('item', k, 'score', given, 'level', 'achieved')
                 WHEN m = 'direct' THEN jsonb_build_object('item', k, 'score', given) ELSE jsonb_build_object('item', k, 'actual', given, 'reason', 'random') END) AS results
          FROM random_target WHERE official_code LIKE 'C%' GROUP BY official_code) AS x JOIN random_money USING (official_code);

-- As rows: what the functions would write, the score of each target apart
ALTER TABLE p.target_set DISABLE TRIGGER guard;
ALTER TABLE p.target DISABLE TRIGGER guard;
ALTER TABLE p.evaluation DISABLE TRIGGER guard;
ALTER TABLE p.evaluation_result DISABLE TRIGGER guard;
CREATE TEMP TABLE written AS SELECT project_id, 1000000 + project_id AS id, '32'::budgetpm.budget_code AS division, u.code AS unit, budget, paid FROM random_money, p.unit u WHERE random_money.official_code LIKE 'T%';
INSERT INTO p.target_set (set_id, project_id, fiscal_year, version_no, total, execution_weight, cutoffs, blending, execution_plan, flags, set_at, set_by, division, unit, digest)
  SELECT id, project_id, 2025, 1, 90, 10, '{90,80,60}', '{}', '"pro_rata"', '{}', now(), 'test', division, unit, '' FROM written;
INSERT INTO p.target (set_id, item_no, level1, level2, name, measure, direction, kind, method, parameters, target, plan, weight, source, tags, flags, division, unit)
  SELECT id, k, level1, level2, '指标' || k, '项', d, CASE WHEN m IN ('qualitative', 'direct') THEN 'qualitative' ELSE 'quantitative' END, m, parameters, t, '"year"', weight, 'random', '{}', '{}', division, unit
    FROM random_target JOIN written USING (project_id);
INSERT INTO p.evaluation_result (evaluation_id, item_no, applicable, target, actual, level, source, score, formula, division, unit)
  SELECT id, k, applicable, t, CASE WHEN applicable THEN given END, CASE WHEN m = 'qualitative' AND applicable THEN 'achieved' END, 'reported', 0, '', division, unit FROM random_target JOIN written USING (project_id);
INSERT INTO p.evaluation (evaluation_id, project_id, fiscal_year, set_id, evaluator, period, period_no, as_of, evidence, budget, planned, paid, indicator_score, applicable, execution_score, score, grade, evaluated_at, evaluated_by, division, unit, digest)
  SELECT id, project_id, 2025, id, 'self', 'year', 1, '2025-12-31', '[]', budget, budget, paid, 0, 0, 0, 0, '', now(), 'test', division, unit, '' FROM written;
ANALYZE p.project, p.target_set, p.target, p.evaluation, p.evaluation_result;
ALTER TABLE p.target_set ENABLE ALWAYS TRIGGER guard;
ALTER TABLE p.target ENABLE ALWAYS TRIGGER guard;
ALTER TABLE p.evaluation ENABLE ALWAYS TRIGGER guard;
ALTER TABLE p.evaluation_result ENABLE ALWAYS TRIGGER guard;
