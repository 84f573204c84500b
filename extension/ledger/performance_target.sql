-- performance: targets, and the assessment before admission

CREATE FUNCTION @ledger@.target_rows(division text, fiscal_year integer, targets jsonb)
RETURNS TABLE (item_no integer, given jsonb, indicator text, known boolean, level1 text, level2 text, name text, measure text, direction text,
  kind text, method text, parameters jsonb, target numeric, plan jsonb, expectation text, weight numeric, source text, binding text, tags text[], flags text[],
  sector text, usual_weight numeric)
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
           COALESCE(NULLIF(g.r -> 'plan', 'null'), '"year"') AS plan, g.r ->> 'expectation' AS expectation, i.sector, i.weight AS usual_weight,
           CASE WHEN g.r ? 'weight' THEN CASE WHEN pg_catalog.jsonb_typeof(g.r -> 'weight') = 'number' THEN (g.r ->> 'weight')::numeric END ELSE i.weight END AS weight,
           NULLIF(g.r ->> 'source', '') AS source, g.r ->> 'binding' AS binding,
           CASE WHEN pg_catalog.jsonb_typeof(g.r -> 'tags') = 'array' THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(g.r -> 'tags')) ELSE COALESCE(i.tags, '{}') END AS tags
      FROM given g LEFT JOIN library i ON i.indicator = g.r ->> 'indicator'
  )
  SELECT r.n, r.raw, r.indicator, r.known, r.level1, r.level2, r.name, r.measure, r.direction, r.kind,
         COALESCE(r.own_method, r.usual_method, CASE r.kind WHEN 'qualitative' THEN 'qualitative' ELSE 'proportional' END),
         r.parameters, r.target, r.plan, r.expectation, r.weight, r.source, r.binding, r.tags,
         ARRAY(SELECT f FROM (VALUES ('no_measure', r.kind = 'quantitative' AND r.measure IS NULL), ('no_number', r.kind = 'quantitative' AND r.target IS NULL AND COALESCE(r.own_method, r.usual_method, '') NOT IN ('progressive', 'tiers')),
                                ('no_source', r.source IS NULL)) AS x(f, holds) WHERE x.holds),
         r.sector, r.usual_weight
    FROM resolved r;
END;
COMMENT ON FUNCTION @ledger@.target_rows(text, integer, jsonb) IS
  'Internal: targets as they would be stored in a division and year, what they leave out taken from the library.';

CREATE FUNCTION @ledger@.plan_problem(plan jsonb, target numeric, method text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN plan_problem.plan = '"year"' THEN NULL
  WHEN plan_problem.target IS NULL OR NOT COALESCE(plan_problem.method IN ('proportional', 'ratio', 'threshold'), false) THEN 'only a number that is scored as proportional, ratio or threshold has a plan'
  WHEN plan_problem.plan = '"pro_rata"' THEN NULL
  WHEN pg_catalog.jsonb_typeof(plan_problem.plan) <> 'object' OR plan_problem.plan = '{}' THEN pg_catalog.format('plan cannot be %s', pg_catalog."left"(plan_problem.plan::text, 60))
  WHEN EXISTS (SELECT FROM pg_catalog.jsonb_each(plan_problem.plan) AS p(month, value)
                WHERE NOT (p.month ~ '^([1-9]|1[0-2])$' AND pg_catalog.jsonb_typeof(p.value) = 'number')) THEN 'a plan has months from 1 to 12, each with a number'
  WHEN EXISTS (SELECT FROM pg_catalog.jsonb_each_text(plan_problem.plan) AS p(month, value)
                WHERE pg_catalog.abs(p.value::numeric) >= 1e18 OR pg_catalog.min_scale(p.value::numeric) > 10) THEN 'a planned value is 10^18 or more, or has more than ten decimals'
  WHEN (plan_problem.plan ->> '12')::numeric <> plan_problem.target
    THEN pg_catalog.format('its plan ends the year with %s, and its target is %s', pg_catalog."left"(plan_problem.plan ->> '12', 40), pg_catalog.trim_scale(plan_problem.target)) END;
COMMENT ON FUNCTION @ledger@.plan_problem(jsonb, numeric, text) IS 'Internal: what is wrong with the plan of a target; NULL: nothing.';

CREATE FUNCTION @ledger@.performance_setting_problems(total numeric, execution_weight numeric, settings jsonb)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH share AS (
    SELECT x.key, x.value, CASE WHEN pg_catalog.jsonb_typeof(x.value) = 'number' THEN (x.value #>> '{}')::numeric END AS share
      FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(performance_setting_problems.settings -> 'blending') = 'object' THEN performance_setting_problems.settings -> 'blending' ELSE '{}' END) AS x(key, value)
     WHERE x.key <> 'missing'
  )
  SELECT NULL, pg_catalog.format('the total cannot be %s', performance_setting_problems.total), 'It is above 0 and at most 1000 points, with two decimals at most.'
   WHERE NOT (performance_setting_problems.total > 0 AND performance_setting_problems.total <= 1000 AND pg_catalog.min_scale(performance_setting_problems.total) <= 2)
  UNION ALL
  SELECT NULL, pg_catalog.format('the weight of execution cannot be %s', performance_setting_problems.execution_weight), 'It is from 0 to 1000 points, with two decimals at most.'
   WHERE NOT (performance_setting_problems.execution_weight >= 0 AND performance_setting_problems.execution_weight <= 1000 AND pg_catalog.min_scale(performance_setting_problems.execution_weight) <= 2)
  UNION ALL
  SELECT 'setting performance.cutoffs', pg_catalog.format('%s are not three falling numbers', performance_setting_problems.settings -> 'cutoffs'), 'Such as [90, 80, 60].'
   WHERE NOT COALESCE(pg_catalog.jsonb_typeof(performance_setting_problems.settings -> 'cutoffs') = 'array' AND pg_catalog.jsonb_array_length(performance_setting_problems.settings -> 'cutoffs') = 3
     AND pg_catalog.jsonb_typeof(performance_setting_problems.settings #> '{cutoffs,0}') = 'number' AND pg_catalog.jsonb_typeof(performance_setting_problems.settings #> '{cutoffs,1}') = 'number'
     AND pg_catalog.jsonb_typeof(performance_setting_problems.settings #> '{cutoffs,2}') = 'number'
     AND performance_setting_problems.settings #> '{cutoffs,0}' > performance_setting_problems.settings #> '{cutoffs,1}' AND performance_setting_problems.settings #> '{cutoffs,1}' > performance_setting_problems.settings #> '{cutoffs,2}', false)
  UNION ALL
  SELECT 'setting performance.blending', 'it is not an object', 'Such as {"self": 0.3, "third_party": 0.7, "missing": "wait"}.' WHERE NOT COALESCE(pg_catalog.jsonb_typeof(performance_setting_problems.settings -> 'blending') = 'object', false)
  UNION ALL
  SELECT 'setting performance.blending', pg_catalog.format('"%s" is no evaluator', s.key), 'They are self, department, finance and third_party.' FROM share s WHERE s.key NOT IN ('self', 'department', 'finance', 'third_party')
  UNION ALL
  SELECT 'setting performance.blending', pg_catalog.format('the share of %s cannot be %s', s.key, s.value), 'Shares are numbers from 0 to 1.' FROM share s WHERE NOT COALESCE(s.share BETWEEN 0 AND 1, false)
  UNION ALL
  SELECT 'setting performance.blending', pg_catalog.format('the shares add up to %s %%, not to 100 %%', pg_catalog.trim_scale(pg_catalog.sum(s.share) * 100)), 'They are fractions: 0.3 is 30 %.' FROM share s HAVING pg_catalog.sum(s.share) <> 1
  UNION ALL
  SELECT 'setting performance.blending', pg_catalog.format('missing cannot be %s', performance_setting_problems.settings #> '{blending,missing}'), 'It is rescale (the others make up the whole) or wait (there is no result).'
   WHERE performance_setting_problems.settings #> '{blending,missing}' NOT IN ('"rescale"', '"wait"')
  UNION ALL
  SELECT 'setting performance.execution_plan', pg_catalog.format('it cannot be %s', performance_setting_problems.settings -> 'execution_plan'), 'It is pro_rata or year.'
   WHERE performance_setting_problems.settings -> 'execution_plan' NOT IN ('"year"', '"pro_rata"');
END;
COMMENT ON FUNCTION @ledger@.performance_setting_problems(numeric, numeric, jsonb) IS
  'Internal: everything that is wrong with what targets are to be judged by: the totals, and settings by their names without performance.';

CREATE FUNCTION @ledger@.target_problems(division text, fiscal_year integer, targets jsonb, total numeric, execution_weight numeric, settings jsonb)
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
        SELECT pg_catalog.format('it has no member "%s"', k), 'Members are indicator, level1, level2, name, measure, direction, kind, method, parameters, target, plan, expectation, weight, source, binding and tags.'
          FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(r.given) = 'object' THEN r.given ELSE '{}' END) AS k
         WHERE k NOT IN ('indicator', 'level1', 'level2', 'name', 'measure', 'direction', 'kind', 'method', 'parameters', 'target', 'plan', 'expectation', 'weight', 'source', 'binding', 'tags')
        UNION ALL
        SELECT pg_catalog.format('indicator "%s" is not in the library of %s', r.indicator, target_problems.fiscal_year), 'library(year, division) shows those that are.' WHERE NOT r.known
        UNION ALL
        SELECT 'it has no name', NULL WHERE NOT budgetpm.is_text(pg_catalog.to_jsonb(r.name), 1000000000) AND r.known
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
        SELECT pg_catalog.format('a %s target is not scored by method %s', r.kind, r.method), 'A qualitative target is scored by qualitative or direct, a quantitative one by the others; what was paid of the budget is scored beside the targets.'
         WHERE @ledger@.method_misfits(r.kind, r.method)
        UNION ALL
        SELECT pg_catalog.format('its %s is not a text', k), NULL
          FROM pg_catalog.unnest(ARRAY['indicator', 'level1', 'level2', 'name', 'measure', 'direction', 'kind', 'method', 'expectation', 'source', 'binding']) AS k
         WHERE pg_catalog.jsonb_typeof(r.given -> k) NOT IN ('string', 'null')
        UNION ALL
        SELECT 'its tags are not an array of texts', 'Such as ["beneficiaries"].'
         WHERE pg_catalog.jsonb_typeof(r.given -> 'tags') NOT IN ('array', 'null')
            OR EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(r.given -> 'tags') = 'array' THEN r.given -> 'tags' ELSE '[]' END) AS g(tag) WHERE pg_catalog.jsonb_typeof(g.tag) <> 'string')
        UNION ALL
        SELECT 'its target is not a number', 'What is expected in words is expectation, of a qualitative target.'
         WHERE pg_catalog.jsonb_typeof(r.given) = 'object' AND r.given ? 'target' AND r.target IS NULL AND r.given -> 'target' <> 'null'
        UNION ALL
        SELECT 'its target is 10^18 or more, or has more than ten decimals', NULL WHERE pg_catalog.abs(r.target) >= 1e18 OR pg_catalog.min_scale(r.target) > 10
        UNION ALL
        SELECT @ledger@.plan_problem(r.plan, r.target, r.method), 'A plan is year, pro_rata, or planned values up to the end of months: {"3": 200, "6": 500}.'
        UNION ALL
        SELECT pg_catalog.format('its %s is too long', x.member), 'A name and a source have 200 characters at most, a measure 20, an expectation 400.'
          FROM (VALUES ('name', r.name, 200), ('measure', r.measure, 20), ('expectation', r.expectation, 400), ('source', r.source, 200)) AS x(member, given, most)
         WHERE pg_catalog.length(x.given) > x.most
        UNION ALL
        SELECT pg_catalog.format('weight %s is not that of the library, %s', pg_catalog.trim_scale(r.weight), pg_catalog.trim_scale(r.usual_weight)), 'The setting performance.custom_weights allows no others.'
         WHERE target_problems.settings -> 'custom_weights' = 'false' AND r.weight <> r.usual_weight
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
  SELECT p.* FROM @ledger@.performance_setting_problems(target_problems.total, target_problems.execution_weight, target_problems.settings) AS p
  UNION ALL
  SELECT NULL, pg_catalog.format('indicators of %s, but not %s', n.sector, n.indicator), 'The setting performance.sector_indicators says what a project of a sector is judged by.'
    FROM (SELECT s.key AS sector, i.indicator FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(target_problems.settings -> 'sector_indicators') = 'object' THEN target_problems.settings -> 'sector_indicators' ELSE '{}' END) AS s(key, value)
           CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(CASE WHEN pg_catalog.jsonb_typeof(s.value) = 'array' THEN s.value ELSE pg_catalog.jsonb_build_array(s.value) END) AS i(indicator)) AS n
   WHERE EXISTS (SELECT FROM rows r WHERE r.sector = n.sector) AND NOT EXISTS (SELECT FROM rows r WHERE r.indicator = n.indicator)
  UNION ALL
  SELECT NULL, pg_catalog.format('year %s is not between 1949 and 9999', target_problems.fiscal_year), NULL WHERE target_problems.fiscal_year NOT BETWEEN 1949 AND 9999
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
COMMENT ON FUNCTION @ledger@.target_problems(text, integer, jsonb, numeric, numeric, jsonb) IS
  'Internal: everything that keeps an array of targets from being set, each with where it is and what to do.';

CREATE FUNCTION @ledger@.target_set_flags(set_id bigint, forms jsonb) RETURNS text[]
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH levels AS (SELECT t.level1, pg_catalog.sum(t.weight) AS weight FROM @ledger@.target t WHERE t.set_id = target_set_flags.set_id GROUP BY t.level1)
  SELECT CASE WHEN pg_catalog.jsonb_typeof(target_set_flags.forms) = 'array' AND pg_catalog.jsonb_array_length(target_set_flags.forms) > 0
               AND NOT EXISTS (SELECT FROM pg_catalog.jsonb_array_elements(target_set_flags.forms) AS f(form)
                                WHERE f.form = (SELECT pg_catalog.jsonb_object_agg(l.level1, l.weight) FROM levels l))
              THEN '{level_weights}' ELSE '{}' END::text[];
END;
COMMENT ON FUNCTION @ledger@.target_set_flags(bigint, jsonb) IS 'Internal: level_weights where the weights of a set by level 1 are none of the forms, such as {"output": 50, "benefit": 30, "satisfaction": 10}.';

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

CREATE FUNCTION @ledger@.set_targets(project text, fiscal_year integer, targets jsonb, document text DEFAULT NULL, total numeric DEFAULT NULL, execution_weight numeric DEFAULT NULL, goal text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_targets('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, targets, document, total, execution_weight, goal);
END;
COMMENT ON FUNCTION @ledger@.set_targets(text, integer, jsonb, text, numeric, numeric, text) IS
  'Sets the performance targets (绩效目标) of a project for a year as its next version; returns the number of the set. Each is an object with indicator (of the library, which fills what is left out), level1, level2, name, measure, direction, kind, method, parameters, target, plan, expectation, weight, source, binding and tags. plan says what is due in a month or quarter: year (all of it, unless said otherwise), pro_rata (so many twelfths as months are over), or planned values up to the end of months ({"3": 200, "6": 500}). The weights must add up to total: the settings performance.total (90) and performance.execution_weight (10) unless given. goal is what the year is to bring, in words (年度总体目标). What has no measure, number or source is flagged. Errors: 22023 with every fault, 23503 project, ZB007 evaluated already, ZB008 duty.';

CREATE FUNCTION @ledger@.record_ex_ante(project text, fiscal_year integer, dimensions jsonb, result text, amount numeric DEFAULT NULL, document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_ex_ante('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, dimensions, result, amount, document);
END;
COMMENT ON FUNCTION @ledger@.record_ex_ante(text, integer, jsonb, text, numeric, text) IS
  'Records an assessment before admission (事前绩效评估): dimensions has points of 100 and an opinion for each of necessity, economy, targets, feasibility and funding, result is support, adjust or reject, amount in yuan what is supported. Errors: 22023 with every fault, 23503 project, ZB008 duty.';
