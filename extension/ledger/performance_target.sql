-- performance: targets, and the assessment before admission

CREATE FUNCTION @ledger@.target_rows(division text, fiscal_year integer, targets jsonb)
RETURNS TABLE (item_no integer, given jsonb, indicator text, known boolean, level1 text, level2 text, name text, measure text, direction text,
  kind text, method text, parameters jsonb, target numeric, expectation text, weight numeric, source text, binding text, tags text[], flags text[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  WITH library AS MATERIALIZED (
    SELECT * FROM @ledger@.library(target_rows.fiscal_year, target_rows.division)
     WHERE EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(target_rows.targets) AS g(t) WHERE g.t ? 'indicator')
  ), given AS (
    SELECT t.n::integer AS n, CASE WHEN pg_catalog.jsonb_typeof(t.r) = 'object' THEN t.r ELSE '{}' END AS r, t.r AS raw
      FROM pg_catalog.jsonb_array_elements(target_rows.targets) WITH ORDINALITY AS t(r, n)
  ), resolved AS (
    SELECT g.n, g.raw, g.r, g.r ->> 'indicator' AS indicator, NOT g.r ? 'indicator' OR i.indicator IS NOT NULL AS known,
           COALESCE(g.r ->> 'level1', i.level1) AS level1, COALESCE(g.r ->> 'level2', i.level2) AS level2,
           COALESCE(g.r ->> 'name', i.name_zh) AS name, COALESCE(g.r ->> 'measure', i.measure) AS measure,
           CASE COALESCE(g.r ->> 'direction', i.direction, CASE WHEN g.r ->> 'kind' = 'qualitative' THEN '=' ELSE '>=' END)
             WHEN '≥' THEN '>=' WHEN '≤' THEN '<=' ELSE COALESCE(g.r ->> 'direction', i.direction, CASE WHEN g.r ->> 'kind' = 'qualitative' THEN '=' ELSE '>=' END) END AS direction,
           COALESCE(g.r ->> 'kind', i.kind, CASE WHEN g.r ->> 'method' IN ('qualitative', 'direct') THEN 'qualitative' ELSE 'quantitative' END) AS kind,
           g.r ->> 'method' AS own_method, i.method AS usual_method,
           COALESCE(g.r -> 'parameters', CASE WHEN g.r ->> 'method' IS NULL OR g.r ->> 'method' = i.method THEN i.parameters END, '{}') AS parameters,
           CASE WHEN pg_catalog.jsonb_typeof(g.r -> 'target') = 'number' THEN (g.r ->> 'target')::numeric END AS target,
           g.r ->> 'expectation' AS expectation,
           CASE WHEN g.r ? 'weight' THEN CASE WHEN pg_catalog.jsonb_typeof(g.r -> 'weight') = 'number' THEN (g.r ->> 'weight')::numeric END ELSE i.weight END AS weight,
           NULLIF(g.r ->> 'source', '') AS source, g.r ->> 'binding' AS binding,
           CASE WHEN pg_catalog.jsonb_typeof(g.r -> 'tags') = 'array' THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(g.r -> 'tags')) ELSE COALESCE(i.tags, '{}') END AS tags
      FROM given g LEFT JOIN library i ON i.indicator = g.r ->> 'indicator'
  )
  SELECT r.n, r.raw, r.indicator, r.known, r.level1, r.level2, r.name, r.measure, r.direction, r.kind,
         COALESCE(r.own_method, r.usual_method, CASE r.kind WHEN 'qualitative' THEN 'qualitative' ELSE 'proportional' END),
         r.parameters, r.target, r.expectation, r.weight, r.source, r.binding, r.tags,
         ARRAY(SELECT f FROM (VALUES ('no_measure', r.kind = 'quantitative' AND r.measure IS NULL), ('no_number', r.kind = 'quantitative' AND r.target IS NULL AND COALESCE(r.own_method, r.usual_method, '') NOT IN ('progressive', 'tiers')),
                                ('no_source', r.source IS NULL)) AS x(f, holds) WHERE x.holds)
    FROM resolved r;
END;
COMMENT ON FUNCTION @ledger@.target_rows(text, integer, jsonb) IS
  'Internal: targets as they would be stored in a division and year, what they leave out taken from the library.';

CREATE FUNCTION @ledger@.target_problems(division text, fiscal_year integer, targets jsonb, total numeric, execution_weight numeric)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH rows AS MATERIALIZED (SELECT * FROM @ledger@.target_rows(target_problems.division, target_problems.fiscal_year, target_problems.targets)),
  faults AS (
    SELECT r.item_no, f.*
      FROM rows r
      CROSS JOIN LATERAL (
        SELECT 'it is not an object', NULL WHERE pg_catalog.jsonb_typeof(r.given) <> 'object'
        UNION ALL
        SELECT pg_catalog.format('it has no member "%s"', k), 'Members are indicator, level1, level2, name, measure, direction, kind, method, parameters, target, expectation, weight, source, binding and tags.'
          FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(r.given) = 'object' THEN r.given ELSE '{}' END) AS k
         WHERE k NOT IN ('indicator', 'level1', 'level2', 'name', 'measure', 'direction', 'kind', 'method', 'parameters', 'target', 'expectation', 'weight', 'source', 'binding', 'tags')
        UNION ALL
        SELECT pg_catalog.format('indicator "%s" is not in the library of %s', r.indicator, target_problems.fiscal_year), 'library(year, division) shows those that are.' WHERE NOT r.known
        UNION ALL
        SELECT 'it has no name', NULL WHERE COALESCE(r.name, '') = '' AND r.known
        UNION ALL
        SELECT pg_catalog.format('level 1 cannot be %L', r.level1), 'Level 1 is output, benefit, satisfaction or cost.'
         WHERE r.known AND NOT COALESCE(r.level1 IN ('output', 'benefit', 'satisfaction', 'cost'), false)
        UNION ALL
        SELECT pg_catalog.format('level 2 cannot be %L below %s', r.level2, COALESCE(r.level1, 'nothing')), 'Below output: quantity, quality, timeliness, cost; benefit: economic, social, ecological, sustained; satisfaction: satisfaction; cost: cost, economic, social, ecological.'
         WHERE r.known AND r.level1 IN ('output', 'benefit', 'satisfaction', 'cost') AND NOT COALESCE(r.level2 = ANY (CASE r.level1 WHEN 'output' THEN ARRAY['quantity', 'quality', 'timeliness', 'cost']
           WHEN 'benefit' THEN ARRAY['economic', 'social', 'ecological', 'sustained'] WHEN 'satisfaction' THEN ARRAY['satisfaction']
           WHEN 'cost' THEN ARRAY['cost', 'economic', 'social', 'ecological'] END), false)
        UNION ALL
        SELECT pg_catalog.format('kind cannot be "%s"', r.kind), 'It is quantitative or qualitative.' WHERE r.kind NOT IN ('quantitative', 'qualitative')
        UNION ALL
        SELECT 'its target is not a number', 'What is expected in words is expectation, of a qualitative target.'
         WHERE pg_catalog.jsonb_typeof(r.given) = 'object' AND r.given ? 'target' AND r.target IS NULL AND r.given -> 'target' <> 'null'
        UNION ALL
        SELECT 'it has no weight', NULL WHERE r.weight IS NULL AND pg_catalog.jsonb_typeof(r.given) = 'object'
        UNION ALL
        SELECT pg_catalog.format('weight %s is not above 0 and at most 1000, with two decimals', r.weight), NULL
         WHERE r.weight <= 0 OR r.weight > 1000 OR pg_catalog.min_scale(r.weight) > 2
        UNION ALL
        SELECT pg_catalog.format('binding cannot be "%s"', r.binding), 'It is deliveries, progress, milestones, payments or execution.'
         WHERE r.binding NOT IN ('deliveries', 'progress', 'milestones', 'payments', 'execution')
        UNION ALL
        SELECT budgetpm.scoring_fault(r.method, r.direction, COALESCE(r.target, 0), CASE WHEN r.method = 'qualitative' THEN w.weight WHEN r.method = 'direct' THEN 0 ELSE COALESCE(r.target, 0) END,
                 w.weight, CASE WHEN r.method = 'qualitative' THEN r.parameters || '{"level": "achieved"}' ELSE r.parameters END), NULL
          FROM (SELECT CASE WHEN r.weight > 0 AND pg_catalog.min_scale(r.weight) <= 2 THEN r.weight ELSE 1 END) AS w(weight)
      ) AS f(problem, hint)
     WHERE f.problem IS NOT NULL
  ), total AS (SELECT COALESCE(pg_catalog.sum(weight), 0) AS weight, pg_catalog.count(*) AS items FROM rows)
  SELECT pg_catalog.format('target %s', item_no), f.problem, f.hint FROM faults f
  UNION ALL
  SELECT NULL, 'there is no target', NULL FROM total WHERE items = 0
  UNION ALL
  SELECT NULL, CASE WHEN target_problems.execution_weight > 0
           THEN pg_catalog.format('the weights of the indicators add up to %s, with %s for execution to %s, not to %s', pg_catalog.trim_scale(t.weight), pg_catalog.trim_scale(target_problems.execution_weight),
                  pg_catalog.trim_scale(t.weight + target_problems.execution_weight), pg_catalog.trim_scale(target_problems.total + target_problems.execution_weight))
           ELSE pg_catalog.format('the weights add up to %s, not to %s', pg_catalog.trim_scale(t.weight), pg_catalog.trim_scale(target_problems.total)) END,
         'The settings performance.total and performance.execution_weight say what they must add up to.'
    FROM total t WHERE t.items > 0 AND t.weight <> target_problems.total;
END;
COMMENT ON FUNCTION @ledger@.target_problems(text, integer, jsonb, numeric, numeric) IS
  'Internal: everything that keeps an array of targets from being set, each with where it is and what to do.';

CREATE FUNCTION @ledger@.ex_ante_problems(dimensions jsonb, result text, amount numeric)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT k, 'it has no points between 0 and 100', 'Such as {"necessity": {"points": 90, "opinion": "..."}}.'
    FROM pg_catalog.unnest(ARRAY['necessity', 'economy', 'targets', 'feasibility', 'funding']) AS k
   WHERE NOT COALESCE(CASE WHEN pg_catalog.jsonb_typeof(ex_ante_problems.dimensions -> k -> 'points') = 'number'
                           THEN (ex_ante_problems.dimensions -> k ->> 'points')::numeric BETWEEN 0 AND 100 END, false)
  UNION ALL
  SELECT NULL, pg_catalog.format('there is no dimension "%s"', k), 'The five are necessity, economy, targets, feasibility and funding.'
    FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(ex_ante_problems.dimensions) = 'object' THEN ex_ante_problems.dimensions ELSE '{}' END) AS k
   WHERE k NOT IN ('necessity', 'economy', 'targets', 'feasibility', 'funding')
  UNION ALL
  SELECT NULL, pg_catalog.format('result cannot be "%s"', ex_ante_problems.result), 'It is support (支持), adjust (调整后支持) or reject (不予支持).'
   WHERE ex_ante_problems.result NOT IN ('support', 'adjust', 'reject')
  UNION ALL
  SELECT NULL, 'the amount is less than zero, or has more than two decimals', NULL WHERE ex_ante_problems.amount < 0 OR pg_catalog.min_scale(ex_ante_problems.amount) > 2;
END;
COMMENT ON FUNCTION @ledger@.ex_ante_problems(jsonb, text, numeric) IS 'Internal: everything that keeps an assessment from being recorded.';

CREATE FUNCTION @ledger@.set_targets(project text, fiscal_year integer, targets jsonb, document text DEFAULT NULL, total numeric DEFAULT NULL, execution_weight numeric DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_targets('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, targets, document, total, execution_weight);
END;
COMMENT ON FUNCTION @ledger@.set_targets(text, integer, jsonb, text, numeric, numeric) IS
  'Sets the performance targets (绩效目标) of a project for a year as its next version; returns the number of the set. Each is an object with indicator (of the library, which fills what is left out), level1, level2, name, measure, direction, kind, method, parameters, target, expectation, weight, source, binding and tags. The weights must add up to total: the settings performance.total (90) and performance.execution_weight (10) unless given. What has no measure, number or source is flagged. Errors: 22023 with every fault, 23503 project, ZB007 evaluated already, ZB008 duty.';

CREATE FUNCTION @ledger@.record_ex_ante(project text, fiscal_year integer, dimensions jsonb, result text, amount numeric DEFAULT NULL, document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_ex_ante('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, dimensions, result, amount, document);
END;
COMMENT ON FUNCTION @ledger@.record_ex_ante(text, integer, jsonb, text, numeric, text) IS
  'Records an assessment before admission (事前绩效评估): dimensions has points of 100 and an opinion for each of necessity, economy, targets, feasibility and funding, result is support, adjust or reject, amount in yuan what is supported. Errors: 22023 with every fault, 23503 project, ZB008 duty.';
