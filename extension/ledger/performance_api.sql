-- performance: what the functions written in C ask, and the functions for clients

CREATE FUNCTION @ledger@.project_money(project bigint, fiscal_year integer, as_of date, OUT budget numeric, OUT paid numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric), 0),
         COALESCE(pg_catalog.sum(b.paid::numeric), 0)
           - COALESCE((SELECT pg_catalog.sum(CASE WHEN k.target = 'paid' THEN j.amount::numeric ELSE - j.amount::numeric END)
                         FROM @ledger@.line o JOIN @ledger@.journal j ON j.line_id = o.line_id
                         JOIN @ledger@.entry_kind k ON k.kind = j.kind AND 'paid' IN (k.target, k.source)
                        WHERE o.project_id = project_money.project AND o.fiscal_year = project_money.fiscal_year
                          AND j.accounting_date > project_money.as_of), 0)
    FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
   WHERE l.project_id = project_money.project AND l.fiscal_year = project_money.fiscal_year;
END;
COMMENT ON FUNCTION @ledger@.project_money(bigint, integer, date) IS
  'Internal: the budget of a project''s lines of a year as it is now, and what was paid of it up to a day, in yuan.';

CREATE FUNCTION @ledger@.bound_actual(project bigint, fiscal_year integer, as_of date, binding text, measure text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT CASE bound_actual.binding
    WHEN 'deliveries' THEN (SELECT COALESCE(pg_catalog.sum(d.accepted_quantity), 0) FROM @ledger@.delivery d
      WHERE d.project_id = bound_actual.project AND d.accepted_on <= bound_actual.as_of
        AND EXTRACT(year FROM d.accepted_on) = bound_actual.fiscal_year AND (bound_actual.measure IS NULL OR d.measure = bound_actual.measure))
    WHEN 'progress' THEN (SELECT r.percent FROM @ledger@.progress_report r
      WHERE r.project_id = bound_actual.project AND r.reported_for <= bound_actual.as_of
        AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = r.report_id)
      ORDER BY r.reported_for DESC, r.report_id DESC LIMIT 1)
    WHEN 'milestones' THEN (SELECT COALESCE(pg_catalog.sum(m.weight) FILTER (WHERE m.done_on <= bound_actual.as_of), 0) FROM @ledger@.milestone m
      WHERE m.project_id = bound_actual.project)
    WHEN 'payments' THEN (SELECT m.paid / CASE WHEN bound_actual.measure = '万元' THEN 10000 WHEN bound_actual.measure = '亿元' THEN 100000000 ELSE 1 END
      FROM @ledger@.project_money(bound_actual.project, bound_actual.fiscal_year, bound_actual.as_of) AS m)
    WHEN 'execution' THEN (SELECT CASE WHEN m.budget <= 0 THEN 0 ELSE pg_catalog.round(m.paid * 100 / m.budget, 4) END
      FROM @ledger@.project_money(bound_actual.project, bound_actual.fiscal_year, bound_actual.as_of) AS m) END;
END;
COMMENT ON FUNCTION @ledger@.bound_actual(bigint, integer, date, text, text) IS
  'Internal: an actual value that fills itself, as of a day: accepted quantities of deliveries of the year in that measure, the last standing progress report in per cent, the weights of milestones done, payments in 元, 万元 or 亿元, or payments in per cent of the budget.';

CREATE FUNCTION @ledger@.library(fiscal_year integer, division text DEFAULT NULL, sector text DEFAULT NULL)
RETURNS TABLE (indicator text, sector text, level1 text, level2 text, name_zh text, name_en text, measure text, direction text,
  kind text, method text, parameters jsonb, weight numeric, tags text[], provenance text, owner text, from_year integer)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT x.indicator, x.sector, x.level1, x.level2, x.name_zh, x.name_en, x.measure, x.direction, x.kind, x.method, x.parameters,
         x.weight, x.tags, x.provenance, x.owner, x.from_year
    FROM (SELECT DISTINCT ON (i.indicator) i.*, COALESCE(o.official_code, 'profile ' || i.profile, 'general') AS owner
            FROM @ledger@.indicator i
            LEFT JOIN @ledger@.division o ON o.code OPERATOR(budgetpm.=) i.division
            LEFT JOIN @ledger@.division d ON d.official_code = library.division
           WHERE i.from_year <= library.fiscal_year
             AND (i.division IS NULL OR i.division OPERATOR(budgetpm.@>) d.code)
             AND (i.profile IS NULL OR i.profile = (
                    SELECT b.profile FROM @ledger@.profile_binding b
                     WHERE b.division OPERATOR(budgetpm.@>) d.code AND EXTRACT(year FROM b.valid_from) <= library.fiscal_year
                       AND (b.valid_to IS NULL OR EXTRACT(year FROM b.valid_to) > library.fiscal_year)
                     ORDER BY b.division::text COLLATE "C" DESC, b.valid_from DESC LIMIT 1))
           ORDER BY i.indicator, i.division::text COLLATE "C" DESC NULLS LAST, i.profile NULLS LAST, i.from_year DESC) AS x
   WHERE x.active AND (library.sector IS NULL OR x.sector = library.sector);
END;
COMMENT ON FUNCTION @ledger@.library(integer, text, text) IS
  'The indicators (绩效指标库) that a division (official code; NULL: the general ones) uses in a fiscal year, of one sector or all: of each the row of the nearest division, else that of the profile, else the general one. weight in points.';

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

CREATE FUNCTION @ledger@.result_rows(set_id bigint, as_of date, results jsonb)
RETURNS TABLE (item_no integer, name text, kind text, method text, direction text, target numeric, weight numeric, parameters jsonb,
  applicable boolean, actual numeric, level text, source text, deviation numeric, reason text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 20
BEGIN ATOMIC
  SELECT t.item_no, t.name, t.kind, t.method, t.direction, t.target, t.weight,
         CASE WHEN t.method = 'qualitative' AND g.r ? 'level' THEN t.parameters || pg_catalog.jsonb_build_object('level', g.r ->> 'level') ELSE t.parameters END,
         COALESCE(g.r -> 'applicable' <> 'false', true), v.actual, g.r ->> 'level', CASE WHEN v.reported IS NULL AND t.binding IS NOT NULL THEN t.binding ELSE 'reported' END,
         CASE WHEN t.target <> 0 AND t.kind = 'quantitative' THEN pg_catalog.round((v.actual - t.target) * 100 / pg_catalog.abs(t.target), 2) END, NULLIF(g.r ->> 'reason', '')
    FROM @ledger@.target_set s
    JOIN @ledger@.target t ON t.set_id = s.set_id
    LEFT JOIN LATERAL (SELECT x.r FROM pg_catalog.jsonb_array_elements(result_rows.results) AS x(r)
                        WHERE x.r -> 'item' = pg_catalog.to_jsonb(t.item_no) OR x.r ->> 'indicator' = t.indicator OR x.r ->> 'name' = t.name LIMIT 1) AS g ON true
    CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.jsonb_typeof(COALESCE(g.r -> 'actual', g.r -> 'score')) = 'number' THEN (COALESCE(g.r ->> 'actual', g.r ->> 'score'))::numeric END) AS x(reported)
    CROSS JOIN LATERAL (SELECT x.reported, CASE WHEN x.reported IS NULL AND t.binding IS NOT NULL
                               THEN @ledger@.bound_actual(s.project_id, s.fiscal_year, result_rows.as_of, t.binding, t.measure) ELSE x.reported END) AS v(reported, actual)
   WHERE s.set_id = result_rows.set_id;
END;
COMMENT ON FUNCTION @ledger@.result_rows(bigint, date, jsonb) IS
  'Internal: what is known of each target of a set on a day: what was reported, otherwise what it fills itself from.';

CREATE FUNCTION @ledger@.result_problems(set_id bigint, as_of date, results jsonb, deviation numeric)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT pg_catalog.format('result %s', x.n), f.problem, f.hint
    FROM pg_catalog.jsonb_array_elements(result_problems.results) WITH ORDINALITY AS x(r, n)
    CROSS JOIN LATERAL (
      SELECT 'it is not an object', NULL WHERE pg_catalog.jsonb_typeof(x.r) <> 'object'
      UNION ALL
      SELECT 'it is of no target', 'Name it by item, indicator or name.'
       WHERE pg_catalog.jsonb_typeof(x.r) = 'object' AND NOT EXISTS (SELECT FROM @ledger@.target t WHERE t.set_id = result_problems.set_id
               AND (x.r -> 'item' = pg_catalog.to_jsonb(t.item_no) OR x.r ->> 'indicator' = t.indicator OR x.r ->> 'name' = t.name))
      UNION ALL
      SELECT pg_catalog.format('it has no member "%s"', k), 'Members are item, indicator, name, actual, score, level, applicable and reason.'
        FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(x.r) = 'object' THEN x.r ELSE '{}' END) AS k
       WHERE k NOT IN ('item', 'indicator', 'name', 'actual', 'score', 'level', 'applicable', 'reason')
      UNION ALL
      SELECT 'what it says is not a number', 'Write numbers without quotes.'
       WHERE pg_catalog.jsonb_typeof(COALESCE(x.r -> 'actual', x.r -> 'score')) NOT IN ('number', 'null')
    ) AS f(problem, hint)
  UNION ALL
  SELECT pg_catalog.format('target %s "%s"', r.item_no, r.name), f.problem, f.hint
    FROM @ledger@.result_rows(result_problems.set_id, result_problems.as_of, result_problems.results) AS r
    CROSS JOIN LATERAL (
      SELECT 'it has no actual value', 'Report it, bind it, or say that it is not applicable.' WHERE r.applicable AND r.actual IS NULL
      UNION ALL
      SELECT budgetpm.scoring_fault(r.method, r.direction, r.target, r.actual, r.weight, r.parameters), NULL WHERE r.applicable
      UNION ALL
      SELECT pg_catalog.format('it deviates by %s %% and no reason is given', r.deviation), 'From the setting performance.deviation (1.3: 130 % of the target) on, the reason and what is corrected must be written.'
       WHERE r.applicable AND r.kind = 'quantitative' AND r.reason IS NULL AND r.target > 0 AND r.actual >= r.target * result_problems.deviation
    ) AS f(problem, hint)
   WHERE f.problem IS NOT NULL;
END;
COMMENT ON FUNCTION @ledger@.result_problems(bigint, date, jsonb, numeric) IS
  'Internal: everything that keeps an array of results from being an evaluation.';

CREATE FUNCTION @ledger@.indicator_row(indicator text, definition jsonb)
RETURNS TABLE (sector text, level1 text, level2 text, name_zh text, name_en text, measure text, direction text, kind text, method text,
  parameters jsonb, weight numeric, tags text[], provenance text, active boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT COALESCE(d ->> 'sector', i.sector), COALESCE(d ->> 'level1', i.level1), COALESCE(d ->> 'level2', i.level2), COALESCE(d ->> 'name_zh', i.name_zh),
         COALESCE(d ->> 'name_en', i.name_en, d ->> 'name_zh'), COALESCE(d ->> 'measure', i.measure),
         CASE COALESCE(d ->> 'direction', i.direction, '>=') WHEN '≥' THEN '>=' WHEN '≤' THEN '<=' ELSE COALESCE(d ->> 'direction', i.direction, '>=') END,
         COALESCE(d ->> 'kind', i.kind, 'quantitative'), COALESCE(d ->> 'method', i.method, CASE d ->> 'kind' WHEN 'qualitative' THEN 'qualitative' ELSE 'proportional' END),
         COALESCE(d -> 'parameters', CASE WHEN d ->> 'method' IS NULL OR d ->> 'method' = i.method THEN i.parameters END, '{}'),
         CASE WHEN pg_catalog.jsonb_typeof(d -> 'weight') = 'number' THEN (d ->> 'weight')::numeric WHEN NOT d ? 'weight' THEN i.weight END,
         CASE WHEN pg_catalog.jsonb_typeof(d -> 'tags') = 'array' THEN ARRAY(SELECT pg_catalog.jsonb_array_elements_text(d -> 'tags')) ELSE COALESCE(i.tags, '{}') END,
         COALESCE(d ->> 'provenance', i.provenance), COALESCE(d -> 'active' <> 'false', i.active, true)
    FROM (SELECT indicator_row.definition) AS x(d)
    LEFT JOIN LATERAL (SELECT * FROM @ledger@.indicator o WHERE o.indicator = indicator_row.indicator
                        ORDER BY o.division::text COLLATE "C" NULLS FIRST, o.profile NULLS FIRST, o.from_year DESC LIMIT 1) AS i ON true;
END;
COMMENT ON FUNCTION @ledger@.indicator_row(text, jsonb) IS
  'Internal: an indicator as it would be defined, what is left out taken from the newest general row of its code.';

CREATE FUNCTION @ledger@.indicator_problems(indicator text, definition jsonb)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, f.problem, f.hint
    FROM @ledger@.indicator_row(indicator_problems.indicator, CASE WHEN pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' THEN indicator_problems.definition ELSE '{}' END) AS r
    CROSS JOIN LATERAL (
      SELECT 'the definition is not an object', NULL WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) <> 'object'
      UNION ALL
      SELECT pg_catalog.format('code "%s" is not 1 to 60 of A-Z, a-z, 0-9, "_", "." and "-"', indicator_problems.indicator), NULL WHERE indicator_problems.indicator !~ '^[A-Za-z0-9_.-]{1,60}$'
      UNION ALL
      SELECT pg_catalog.format('there is no member "%s"', k), 'Members are sector, level1, level2, name_zh, name_en, measure, direction, kind, method, parameters, weight, tags, provenance and active.'
        FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' THEN indicator_problems.definition ELSE '{}' END) AS k
       WHERE k NOT IN ('sector', 'level1', 'level2', 'name_zh', 'name_en', 'measure', 'direction', 'kind', 'method', 'parameters', 'weight', 'tags', 'provenance', 'active')
      UNION ALL
      SELECT 'it has no sector', NULL WHERE COALESCE(r.sector, '') = ''
      UNION ALL
      SELECT 'it has no name_zh', NULL WHERE COALESCE(r.name_zh, '') = ''
      UNION ALL
      SELECT pg_catalog.format('level 2 cannot be %L below %L', r.level2, r.level1), 'Below output: quantity, quality, timeliness, cost; benefit: economic, social, ecological, sustained; satisfaction: satisfaction; cost: cost, economic, social, ecological.'
       WHERE NOT COALESCE(r.level2 = ANY (CASE r.level1 WHEN 'output' THEN ARRAY['quantity', 'quality', 'timeliness', 'cost']
         WHEN 'benefit' THEN ARRAY['economic', 'social', 'ecological', 'sustained'] WHEN 'satisfaction' THEN ARRAY['satisfaction']
         WHEN 'cost' THEN ARRAY['cost', 'economic', 'social', 'ecological'] END), false)
      UNION ALL
      SELECT pg_catalog.format('kind cannot be "%s"', r.kind), 'It is quantitative or qualitative.' WHERE r.kind NOT IN ('quantitative', 'qualitative')
      UNION ALL
      SELECT 'a quantitative indicator has a measure', NULL WHERE r.kind = 'quantitative' AND COALESCE(r.measure, '') = ''
      UNION ALL
      SELECT 'its weight is not a number above 0 with two decimals at most', NULL
       WHERE pg_catalog.jsonb_typeof(indicator_problems.definition) = 'object' AND indicator_problems.definition ? 'weight'
         AND (r.weight IS NULL OR r.weight <= 0 OR r.weight > 1000 OR pg_catalog.min_scale(r.weight) > 2)
      UNION ALL
      SELECT budgetpm.scoring_fault(r.method, r.direction, 1, CASE WHEN r.method = 'qualitative' THEN 10 ELSE 1 END, 10,
               CASE WHEN r.method = 'qualitative' THEN r.parameters || '{"level": "achieved"}' WHEN r.method = 'progressive' THEN '{"full": 1}' || r.parameters ELSE r.parameters END), NULL
    ) AS f(problem, hint)
   WHERE f.problem IS NOT NULL;
END;
COMMENT ON FUNCTION @ledger@.indicator_problems(text, jsonb) IS 'Internal: everything that keeps a definition from being an indicator.';

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

CREATE FUNCTION @ledger@.period_end(fiscal_year integer, period text, period_no integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN period_end.period = 'month' AND period_end.period_no BETWEEN 1 AND 12 THEN (pg_catalog.make_date(period_end.fiscal_year, period_end.period_no, 1) + interval '1 month' - interval '1 day')::date
            WHEN period_end.period = 'quarter' AND period_end.period_no BETWEEN 1 AND 4 THEN (pg_catalog.make_date(period_end.fiscal_year, period_end.period_no * 3, 1) + interval '1 month' - interval '1 day')::date
            ELSE pg_catalog.make_date(period_end.fiscal_year, 12, 31) END;
COMMENT ON FUNCTION @ledger@.period_end(integer, text, integer) IS 'Internal: the last day of a period.';

CREATE FUNCTION @ledger@.evaluation_problems(project bigint, fiscal_year integer, evaluator text, period text, period_no integer, evidence jsonb,
  joint bigint, budget numeric, paid numeric)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, pg_catalog.format('evaluator "%s" is not known', evaluation_problems.evaluator), 'It is self (单位自评), department (部门评价), finance (财政评价) or third_party (第三方评价).'
   WHERE evaluation_problems.evaluator NOT IN ('self', 'department', 'finance', 'third_party')
  UNION ALL
  SELECT NULL, pg_catalog.format('there is no %s %s', evaluation_problems.period, evaluation_problems.period_no), 'Periods are month 1 to 12, quarter 1 to 4 and year 1.'
   WHERE NOT (evaluation_problems.period = 'month' AND evaluation_problems.period_no BETWEEN 1 AND 12 OR evaluation_problems.period = 'quarter' AND evaluation_problems.period_no BETWEEN 1 AND 4
              OR evaluation_problems.period = 'year' AND evaluation_problems.period_no = 1)
  UNION ALL
  SELECT pg_catalog.format('evidence %s', x.n), 'it has no digest of 64 hexadecimal digits', 'Such as {"kind": "report", "title": "评价报告", "digest": "<SHA-256 or SM3>"}.'
    FROM pg_catalog.jsonb_array_elements(evaluation_problems.evidence) WITH ORDINALITY AS x(r, n)
   WHERE NOT COALESCE(x.r ->> 'digest' ~ '^[0-9a-fA-F]{64}$', false)
  UNION ALL
  SELECT NULL, pg_catalog.format('joint evaluation %s does not hold this project and year', evaluation_problems.joint), NULL
   WHERE evaluation_problems.joint IS NOT NULL
     AND NOT EXISTS (SELECT FROM @ledger@.joint_evaluation j WHERE j.joint_id = evaluation_problems.joint
                       AND j.fiscal_year = evaluation_problems.fiscal_year AND evaluation_problems.project = ANY (j.projects))
  UNION ALL
  SELECT NULL, 'budget and paid are in the ledger', 'Leave them out: the project has lines of that year.'
   WHERE (evaluation_problems.budget IS NOT NULL OR evaluation_problems.paid IS NOT NULL)
     AND EXISTS (SELECT FROM @ledger@.line l WHERE l.project_id = evaluation_problems.project AND l.fiscal_year = evaluation_problems.fiscal_year)
  UNION ALL
  SELECT NULL, 'budget and paid are not amounts', 'Give both, in yuan, with two decimals at most.'
   WHERE (evaluation_problems.budget IS NULL) <> (evaluation_problems.paid IS NULL) OR evaluation_problems.budget < 0
      OR pg_catalog.min_scale(evaluation_problems.budget) > 2 OR pg_catalog.min_scale(evaluation_problems.paid) > 2 OR evaluation_problems.budget = 'NaN' OR evaluation_problems.paid = 'NaN';
END;
COMMENT ON FUNCTION @ledger@.evaluation_problems(bigint, integer, text, text, integer, jsonb, bigint, numeric, numeric) IS
  'Internal: everything about an evaluation, but its results, that keeps it from being recorded.';

CREATE FUNCTION @ledger@.evaluation_sums(evaluation bigint, project bigint, fiscal_year integer, set_id bigint, evaluator text, as_of date, budget numeric, paid numeric)
RETURNS TABLE (budget numeric, paid numeric, indicator_score numeric, applicable numeric, execution_score numeric, score numeric, grade text, warning text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT m.budget, m.paid, p.points, p.weight, e.points, g.score, budgetpm.grade(g.score, s.cutoffs),
         CASE WHEN evaluation_sums.evaluator = 'self' AND s.execution_weight > 0 THEN budgetpm.self_score_warning(p.points, s.total, e.points, s.execution_weight, m.budget, m.paid) END
    FROM @ledger@.target_set s
    CROSS JOIN LATERAL (SELECT COALESCE(pg_catalog.sum(r.score), 0), COALESCE(pg_catalog.sum(t.weight) FILTER (WHERE r.applicable), 0)
                          FROM @ledger@.evaluation_result r JOIN @ledger@.target t ON t.set_id = s.set_id AND t.item_no = r.item_no
                         WHERE r.evaluation_id = evaluation_sums.evaluation) AS p(points, weight)
    CROSS JOIN LATERAL (SELECT COALESCE(evaluation_sums.budget, x.budget), COALESCE(evaluation_sums.paid, x.paid)
                          FROM @ledger@.project_money(evaluation_sums.project, evaluation_sums.fiscal_year, evaluation_sums.as_of) AS x) AS m(budget, paid)
    CROSS JOIN LATERAL (SELECT budgetpm.score_indicator('execution', NULL, GREATEST(m.budget, 0), m.paid, s.execution_weight)) AS e(points)
    CROSS JOIN LATERAL (SELECT COALESCE(budgetpm.total_score(p.points + e.points, p.weight + s.execution_weight, s.total + s.execution_weight), 0)) AS g(score)
   WHERE s.set_id = evaluation_sums.set_id;
END;
COMMENT ON FUNCTION @ledger@.evaluation_sums(bigint, bigint, integer, bigint, text, date, numeric, numeric) IS
  'Internal: the sums over an evaluation''s results, in points, with the money in yuan that execution is scored by.';

CREATE FUNCTION @ledger@.monitoring_facts(project bigint, fiscal_year integer, set_id bigint, as_of date, actuals jsonb, ladder jsonb)
RETURNS TABLE (budget numeric, paid numeric, execution numeric, achievement numeric, actuals jsonb, flags text[])
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT m.budget, m.paid, x.execution, a.achievement, a.actuals,
         ARRAY(SELECT f FROM (VALUES
           ('execution_behind', COALESCE(x.execution, 0) < (SELECT (s.r ->> 1)::numeric FROM pg_catalog.jsonb_array_elements(monitoring_facts.ladder) AS s(r)
              WHERE s.r ->> 0 <= pg_catalog.to_char(monitoring_facts.as_of, 'MM-DD') ORDER BY s.r ->> 0 DESC LIMIT 1)),
           ('deviation', pg_catalog.abs(a.achievement - COALESCE(x.execution, 0)) > 10)) AS v(f, holds) WHERE v.holds)
    FROM @ledger@.project_money(monitoring_facts.project, monitoring_facts.fiscal_year, monitoring_facts.as_of) AS m
    CROSS JOIN LATERAL (SELECT CASE WHEN m.budget > 0 THEN pg_catalog.round(m.paid * 100 / m.budget, 2) END) AS x(execution)
    CROSS JOIN LATERAL (
      SELECT pg_catalog.round(pg_catalog.sum(budgetpm.score_indicator('proportional', r.direction, r.target, r.actual, r.weight)) FILTER (WHERE r.known) * 100
               / NULLIF(pg_catalog.sum(r.weight) FILTER (WHERE r.known), 0), 2),
             COALESCE(pg_catalog.jsonb_object_agg(r.item_no::text, r.actual) FILTER (WHERE r.actual IS NOT NULL), '{}')
        FROM (SELECT v.*, v.kind = 'quantitative' AND v.applicable AND v.target >= 0 AND v.actual IS NOT NULL AS known
                FROM @ledger@.result_rows(monitoring_facts.set_id, monitoring_facts.as_of, monitoring_facts.actuals) AS v) AS r) AS a(achievement, actuals);
END;
COMMENT ON FUNCTION @ledger@.monitoring_facts(bigint, integer, bigint, date, jsonb, jsonb) IS
  'Internal: execution and achievement in per cent on a day, with the flags that follow from the ladder ([["04-30", 25], ...]) and from 10 points between them.';

CREATE FUNCTION @ledger@.joint_problems(root text, projects text[])
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, pg_catalog.format('there is no project "%s" in or below the division', c), NULL
    FROM pg_catalog.unnest(joint_problems.projects) AS c
   WHERE NOT EXISTS (SELECT FROM @ledger@.project p WHERE p.official_code = c AND joint_problems.root::budgetpm.budget_code OPERATOR(budgetpm.@>) p.division)
  UNION ALL
  SELECT NULL, 'there is no project', NULL WHERE pg_catalog.cardinality(joint_problems.projects) = 0;
END;
COMMENT ON FUNCTION @ledger@.joint_problems(text, text[]) IS 'Internal: what keeps projects from being evaluated together.';

CREATE VIEW @report@.project_score WITH (security_invoker = true) AS
  WITH newest AS (
    SELECT DISTINCT ON (e.project_id, e.fiscal_year, e.evaluator) e.*
      FROM @ledger@.evaluation e WHERE e.period = 'year'
     ORDER BY e.project_id, e.fiscal_year, e.evaluator, e.evaluation_id DESC
  ), shares AS (
    SELECT n.*, s.cutoffs, pg_catalog.row_number() OVER w AS rank,
           CASE WHEN s.blending = '{}' THEN CASE WHEN pg_catalog.row_number() OVER w = 1 THEN 1 ELSE 0 END
                ELSE COALESCE((s.blending ->> n.evaluator)::numeric, 0) END AS share
      FROM newest n JOIN @ledger@.target_set s ON s.set_id = n.set_id
    WINDOW w AS (PARTITION BY n.project_id, n.fiscal_year
                 ORDER BY CASE n.evaluator WHEN 'finance' THEN 1 WHEN 'third_party' THEN 2 WHEN 'department' THEN 3 ELSE 4 END)
  ), blended AS (
    SELECT b.project_id, b.fiscal_year, pg_catalog.sum(b.share) AS shares, pg_catalog.sum(b.share * b.score) AS points,
           pg_catalog.max(b.cutoffs) FILTER (WHERE b.rank = 1) AS cutoffs, pg_catalog.max(b.evaluation_id) FILTER (WHERE b.rank = 1) AS evaluation_id,
           pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'self') AS self_score, pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'department') AS department_score,
           pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'finance') AS finance_score, pg_catalog.max(b.score) FILTER (WHERE b.evaluator = 'third_party') AS third_party_score,
           pg_catalog.max(b.warning) FILTER (WHERE b.evaluator = 'self') AS self_warning,
           pg_catalog.string_agg(pg_catalog.format('%s %s × %s', b.evaluator, b.score, pg_catalog.trim_scale(b.share)), ' + ' ORDER BY b.rank) FILTER (WHERE b.share > 0) AS formula
      FROM shares b GROUP BY b.project_id, b.fiscal_year
  )
  SELECT b.evaluation_id AS id, p.official_code AS project, p.name, u.official_code AS unit, u.name AS unit_name, d.official_code AS division, d.name AS division_name,
         b.fiscal_year, x.score, budgetpm.grade(x.score, b.cutoffs)::varchar(4) AS grade, b.formula::varchar(400) AS formula, b.self_score::numeric(9,2) AS self_score,
         b.department_score::numeric(9,2) AS department_score, b.finance_score::numeric(9,2) AS finance_score, b.third_party_score::numeric(9,2) AS third_party_score,
         b.self_warning::varchar(6) AS self_warning, e.evaluation_id, e.budget, e.paid, p.project_id
    FROM blended b
    JOIN @ledger@.project p ON p.project_id = b.project_id
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) p.unit
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) p.division
    JOIN @ledger@.evaluation e ON e.evaluation_id = b.evaluation_id
    CROSS JOIN LATERAL (SELECT CASE WHEN b.shares > 0 THEN (pg_catalog.div(200 * b.points + b.shares, 2 * b.shares) * 0.01)::numeric(9,2) ELSE e.score END) AS x(score);
COMMENT ON VIEW @report@.project_score IS 'The result of each project and year (绩效评价结果): its newest evaluations of the year side by side, blended as declared with its targets.';
COMMENT ON COLUMN @report@.project_score.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.project_score.project IS 'Official code of the project.';
COMMENT ON COLUMN @report@.project_score.name IS 'Its name.';
COMMENT ON COLUMN @report@.project_score.unit IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.project_score.unit_name IS 'Name of its unit.';
COMMENT ON COLUMN @report@.project_score.division IS 'Official code of its division.';
COMMENT ON COLUMN @report@.project_score.division_name IS 'Name of its division.';
COMMENT ON COLUMN @report@.project_score.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @report@.project_score.score IS 'Blended score, two decimals, half away from zero.';
COMMENT ON COLUMN @report@.project_score.grade IS '优, 良, 中 or 差, of the score.';
COMMENT ON COLUMN @report@.project_score.formula IS 'Whose scores with what shares.';
COMMENT ON COLUMN @report@.project_score.self_score IS 'Score of the self-evaluation (单位自评).';
COMMENT ON COLUMN @report@.project_score.department_score IS 'Score of the department (部门评价).';
COMMENT ON COLUMN @report@.project_score.finance_score IS 'Score of the finance department (财政评价).';
COMMENT ON COLUMN @report@.project_score.third_party_score IS 'Score of a third party (第三方评价).';
COMMENT ON COLUMN @report@.project_score.self_warning IS 'red: good marks, money not spent; yellow: no budget, or more than 20 % unspent (自评预警).';
COMMENT ON COLUMN @report@.project_score.evaluation_id IS 'The most independent of the evaluations.';
COMMENT ON COLUMN @report@.project_score.budget IS 'Budget in yuan, at that evaluation.';
COMMENT ON COLUMN @report@.project_score.paid IS 'Paid in yuan, at that evaluation.';
COMMENT ON COLUMN @report@.project_score.project_id IS 'The project.';

CREATE FUNCTION @ledger@.score_project(project text, fiscal_year integer, evaluator text DEFAULT NULL)
RETURNS TABLE (row_no bigint, evaluator text, depth integer, level1 text, level2 text, name text, weight numeric, direction text,
  target numeric, actual numeric, measure text, method text, score numeric, rate numeric, formula text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30
BEGIN ATOMIC
  WITH e AS (
    SELECT DISTINCT ON (e.evaluator) e.*, s.total, s.execution_weight, s.cutoffs
      FROM @ledger@.project p JOIN @ledger@.evaluation e ON e.project_id = p.project_id JOIN @ledger@.target_set s ON s.set_id = e.set_id
     WHERE p.official_code = score_project.project AND e.fiscal_year = score_project.fiscal_year AND e.period = 'year'
       AND (score_project.evaluator IS NULL OR e.evaluator = score_project.evaluator)
     ORDER BY e.evaluator, e.evaluation_id DESC
  ), leaf AS MATERIALIZED (
    SELECT e.evaluator, t.*, r.applicable, r.actual, r.formula,
           CASE WHEN r.applicable THEN budgetpm.score_indicator(t.method, t.direction, t.target, r.actual, t.weight,
             CASE WHEN r.level IS NULL THEN t.parameters ELSE t.parameters || pg_catalog.jsonb_build_object('level', r.level) END) END AS score
      FROM e JOIN @ledger@.evaluation_result r ON r.evaluation_id = e.evaluation_id
      JOIN @ledger@.target t ON t.set_id = e.set_id AND t.item_no = r.item_no
  ), execution AS (
    SELECT e.*, budgetpm.score_indicator('execution', NULL, GREATEST(e.budget, 0), e.paid, e.execution_weight) AS points,
           budgetpm.score_formula('execution', NULL, GREATEST(e.budget, 0), e.paid, e.execution_weight) AS how FROM e
  ), sums AS (
    SELECT l.evaluator, COALESCE(pg_catalog.sum(l.score), 0) AS points, COALESCE(pg_catalog.sum(l.weight) FILTER (WHERE l.applicable), 0) AS weight FROM leaf l GROUP BY l.evaluator
  ), tree AS (
    SELECT l.evaluator, 3 AS depth, l.level1, l.level2, l.item_no, l.name, l.weight, l.direction, l.target, l.actual, l.measure, l.method, l.score,
           CASE WHEN l.applicable THEN l.formula ELSE 'not applicable' END AS formula FROM leaf l
    UNION ALL
    SELECT l.evaluator, CASE WHEN GROUPING(l.level2) = 1 THEN 1 ELSE 2 END, l.level1, l.level2, NULL, budgetpm.level_name(CASE WHEN GROUPING(l.level2) = 1 THEN 1 ELSE 2 END, COALESCE(l.level2, l.level1)),
           pg_catalog.sum(l.weight), NULL, NULL, NULL, NULL, NULL, COALESCE(pg_catalog.sum(l.score), 0), pg_catalog.string_agg(l.score::text, ' + ' ORDER BY l.item_no)
      FROM leaf l GROUP BY GROUPING SETS ((l.evaluator, l.level1), (l.evaluator, l.level1, l.level2))
    UNION ALL
    SELECT x.evaluator, 1, 'execution', NULL, NULL, '预算执行率', x.execution_weight, NULL, x.budget, x.paid, '元', 'execution', x.points, x.how
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
COMMENT ON FUNCTION @ledger@.score_project(text, integer, text) IS
  'The whole tree of a project''s yearly scores (评分树), computed again from targets and actual values, of one evaluator or of each: total (depth 0), level 1, level 2, indicators (3), every row with its formula. weight and score in points, rate in per cent of the weight.';

CREATE FUNCTION @ledger@.score_document(project text, fiscal_year integer) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.jsonb_build_object('project', score_document.project, 'fiscal_year', score_document.fiscal_year,
           'result', (SELECT pg_catalog.to_jsonb(s) - 'id' - 'project_id' FROM @report@.project_score s WHERE s.project = score_document.project AND s.fiscal_year = score_document.fiscal_year),
           'evaluations', COALESCE((SELECT pg_catalog.jsonb_object_agg(x.evaluator, x.rows) FROM (
             SELECT r.evaluator, pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.to_jsonb(r) - 'evaluator') ORDER BY r.row_no) AS rows
               FROM @ledger@.score_project(score_document.project, score_document.fiscal_year) AS r GROUP BY r.evaluator) AS x), '{}'));
END;
COMMENT ON FUNCTION @ledger@.score_document(text, integer) IS 'The result and the trees of score_project() as one document.';

CREATE FUNCTION @ledger@.define_indicator(indicator text, from_year integer, definition jsonb, division text DEFAULT NULL, profile text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.define_indicator('@ledger@.ledger'::pg_catalog.regclass, indicator, from_year, definition, division, profile);
END;
COMMENT ON FUNCTION @ledger@.define_indicator(text, integer, jsonb, text, text) IS
  'Adds an indicator to the library, or says what it is from a year on, in general, in a profile or in a division and below; returns the number of the row. definition has sector, level1, level2, name_zh, name_en, measure, direction, kind, method, parameters, weight, tags, provenance and active; what it leaves out stays as the row before it of the library has it. Errors: 22023 with every fault, 23503 division, 23505 the year has one, ZB008 duty.';

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

CREATE FUNCTION @ledger@.record_monitoring(project text, fiscal_year integer, as_of date, actuals jsonb DEFAULT '[]', note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_monitoring('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, as_of, actuals, note);
END;
COMMENT ON FUNCTION @ledger@.record_monitoring(text, integer, date, jsonb, text) IS
  'Records execution and achievement (绩效双监控) of a project on a day, with the flags that follow: execution_behind of the ladder of the setting performance.ladder ([["04-30", 25], ["06-30", 40], ["08-31", 60], ["10-31", 80]]), deviation where they are more than 10 points apart. actuals as of evaluate_project(); what is bound fills itself. Errors: 22023, 23503 project, ZB007 no targets, ZB008 duty.';

CREATE FUNCTION @ledger@.evaluate_project(project text, fiscal_year integer, evaluator text, results jsonb, period text DEFAULT 'year', period_no integer DEFAULT 1,
  agency text DEFAULT NULL, opinion text DEFAULT NULL, evidence jsonb DEFAULT '[]', joint bigint DEFAULT NULL, budget numeric DEFAULT NULL, paid numeric DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.evaluate_project('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, evaluator, results, period, period_no, agency, opinion, evidence, joint, budget, paid);
END;
COMMENT ON FUNCTION @ledger@.evaluate_project(text, integer, text, jsonb, text, integer, text, text, jsonb, bigint, numeric, numeric) IS
  'Evaluates a project (绩效评价) against its targets in a month, quarter or year, as self, department, finance or third_party; returns the number. results: objects that name a target by item, indicator or name, with actual (or score and level of a qualitative one), applicable and reason; a bound target fills itself. evidence: objects with a digest of 64 hexadecimal digits. budget and paid in yuan are the ledger''s, and are only given for a project without lines. A value from 130 % of its target on (setting performance.deviation) needs a reason. Errors: 22023 with every fault, 23503 project, ZB007 no targets, ZB008 duty.';

CREATE FUNCTION @ledger@.open_joint_evaluation(title text, fiscal_year integer, division text, projects text[], document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.open_joint_evaluation('@ledger@.ledger'::pg_catalog.regclass, title, fiscal_year, division, projects, document);
END;
COMMENT ON FUNCTION @ledger@.open_joint_evaluation(text, integer, text, text[], text) IS
  'Opens an evaluation that spans projects of several divisions (联合绩效考评), all in or below the division; its evaluations name it by joint. Errors: 22023 with every fault, 23503 division, ZB008 duty.';

CREATE FUNCTION @ledger@.answer_evaluation(evaluation bigint, note text, document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.answer_evaluation('@ledger@.ledger'::pg_catalog.regclass, evaluation, note, document);
END;
COMMENT ON FUNCTION @ledger@.answer_evaluation(bigint, text, text) IS
  'Answers a result (整改反馈): what is done about it. Errors: 22004, 42704, ZB008 duty.';

CREATE FUNCTION @ledger@.define_consequence(rule text, from_year integer, cause text, action text, change numeric, reason text,
  grade text DEFAULT NULL, min_score numeric DEFAULT NULL, max_score numeric DEFAULT NULL, division text DEFAULT NULL, active boolean DEFAULT true) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.define_consequence('@ledger@.ledger'::pg_catalog.regclass, rule, from_year, cause, action, change, reason, grade, min_score, max_score, division, active);
END;
COMMENT ON FUNCTION @ledger@.define_consequence(text, integer, text, text, numeric, text, text, numeric, numeric, text, boolean) IS
  'Adds a rule to the table of consequences (结果应用), or says what it is from a year on, everywhere or in a division and below. cause is score (min_score, max_score), grade, beneficiaries or unspent (min_score per cent); change is of the next ceiling, 0.1 is 10 % more. Errors: 22023 with every fault, 22004, 23503, 23505, ZB008 duty.';

CREATE FUNCTION @ledger@.advise_budget(project text, fiscal_year integer)
RETURNS TABLE (next_year integer, action text, change numeric, base numeric, amount numeric, reason text, rules text[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH rule AS (
    SELECT DISTINCT ON (c.rule) c.* FROM @ledger@.consequence_rule c JOIN @ledger@.project p ON p.official_code = advise_budget.project
     WHERE c.from_year <= advise_budget.fiscal_year AND (c.division IS NULL OR c.division OPERATOR(budgetpm.@>) p.division)
     ORDER BY c.rule, c.division::text COLLATE "C" DESC NULLS LAST, c.from_year DESC
  ), hit AS (
    SELECT r.*, s.score, s.grade AS won, s.budget, s.paid, m.missed
      FROM @report@.project_score s CROSS JOIN rule r
      LEFT JOIN LATERAL (
        SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s %s / %s', t.name, x.actual, COALESCE(t.measure, ''), t.target), '; ' ORDER BY t.item_no) AS missed
          FROM @ledger@.evaluation v JOIN @ledger@.target t ON t.set_id = v.set_id
          JOIN @ledger@.evaluation_result x ON x.evaluation_id = v.evaluation_id AND x.item_no = t.item_no
         WHERE v.evaluation_id = s.evaluation_id AND 'beneficiaries' = ANY (t.tags) AND x.applicable AND x.actual < t.target) AS m ON true
     WHERE s.project = advise_budget.project AND s.fiscal_year = advise_budget.fiscal_year AND r.active
       AND CASE r.cause WHEN 'score' THEN s.score >= COALESCE(r.min_score, s.score) AND s.score < COALESCE(r.max_score, s.score + 1)
                        WHEN 'grade' THEN s.grade = r.grade WHEN 'beneficiaries' THEN m.missed IS NOT NULL
                        WHEN 'unspent' THEN s.budget > 0 AND (s.budget - s.paid) * 100 >= COALESCE(r.min_score, 0) * s.budget END
  )
  SELECT advise_budget.fiscal_year + 1, (pg_catalog.array_agg(h.action ORDER BY h.change, h.rule))[1], pg_catalog.min(h.change), pg_catalog.max(h.budget),
         pg_catalog.round(pg_catalog.max(h.budget) * (1 + pg_catalog.min(h.change)), 2),
         pg_catalog.format('%s 年得分 %s, 等级%s: %s', advise_budget.fiscal_year, pg_catalog.max(h.score), pg_catalog.max(h.won),
           pg_catalog.string_agg(h.reason || CASE WHEN h.cause = 'beneficiaries' THEN ' (' || h.missed || ')' ELSE '' END, '; ' ORDER BY h.change, h.rule)),
         pg_catalog.array_agg(h.rule::text ORDER BY h.change, h.rule)
    FROM hit h HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION @ledger@.advise_budget(text, integer) IS
  'What a year''s result says of the next year''s budget (下一年度预算安排建议): the rules that match, the lowest change of them, and the amount in yuan that it makes of the year''s budget, with the reason. No row: no result, or no rule. record_advice() hands it to planning.';

CREATE FUNCTION @ledger@.consequence_problems(rule text, from_year integer, cause text, change numeric, action text, grade text, min_score numeric, max_score numeric, active boolean)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, 'the rule has no name of 1 to 60 characters', NULL WHERE pg_catalog.length(consequence_problems.rule) NOT BETWEEN 1 AND 60
  UNION ALL
  SELECT NULL, pg_catalog.format('cause cannot be "%s"', consequence_problems.cause), 'It is score, grade, beneficiaries or unspent.' WHERE consequence_problems.cause NOT IN ('score', 'grade', 'beneficiaries', 'unspent')
  UNION ALL
  SELECT NULL, pg_catalog.format('action cannot be "%s"', consequence_problems.action), 'It is raise, keep, cut or cancel.' WHERE consequence_problems.action NOT IN ('raise', 'keep', 'cut', 'cancel')
  UNION ALL
  SELECT NULL, pg_catalog.format('change %s does not go with %s', consequence_problems.change, consequence_problems.action), 'raise is above 0 and at most 1, keep 0, cut between -1 and 0, cancel -1.'
   WHERE consequence_problems.change NOT BETWEEN -1 AND 1
      OR NOT CASE consequence_problems.action WHEN 'raise' THEN consequence_problems.change > 0 WHEN 'keep' THEN consequence_problems.change = 0 WHEN 'cut' THEN consequence_problems.change < 0
                                              WHEN 'cancel' THEN consequence_problems.change = -1 ELSE true END
  UNION ALL
  SELECT NULL, 'a rule of grade needs a grade', 'It is 优, 良, 中 or 差.' WHERE consequence_problems.cause = 'grade' AND NOT COALESCE(consequence_problems.grade IN ('优', '良', '中', '差'), false)
  UNION ALL
  SELECT NULL, 'a rule of score needs min_score below max_score, or one of them', NULL
   WHERE consequence_problems.cause = 'score' AND (consequence_problems.min_score IS NULL AND consequence_problems.max_score IS NULL OR consequence_problems.min_score >= consequence_problems.max_score);
END;
COMMENT ON FUNCTION @ledger@.consequence_problems(text, integer, text, numeric, text, text, numeric, numeric, boolean) IS 'Internal: everything that keeps a rule of consequence from being defined.';

CREATE FUNCTION @ledger@.new_advice(year integer, place text)
RETURNS TABLE (fiscal_year integer, project_id bigint, change numeric, reason text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT a.next_year, p.project_id, a.change, pg_catalog."left"(a.reason, 1000)
    FROM @report@.project_score s JOIN @ledger@.project p ON p.project_id = s.project_id
   CROSS JOIN LATERAL @ledger@.advise_budget(p.official_code, new_advice.year) AS a
    LEFT JOIN LATERAL (SELECT b.change, b.reason FROM @ledger@.budget_advice b WHERE b.project_id = p.project_id AND b.fiscal_year = a.next_year
                        ORDER BY b.advice_id DESC LIMIT 1) AS b ON true
   WHERE s.fiscal_year = new_advice.year AND new_advice.place::budgetpm.budget_code OPERATOR(budgetpm.@>) p.division
     AND (b.change IS DISTINCT FROM a.change OR b.reason IS DISTINCT FROM pg_catalog."left"(a.reason, 1000));
END;
COMMENT ON FUNCTION @ledger@.new_advice(integer, text) IS 'Internal: advice that planning has not in these words.';

CREATE FUNCTION @ledger@.poor_results(fiscal_year integer, place text, as_of date, days integer)
RETURNS TABLE (evaluation_id bigint, project_id bigint, score numeric)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
  SELECT s.evaluation_id, s.project_id, s.score
    FROM @report@.project_score s JOIN @ledger@.evaluation e ON e.evaluation_id = s.evaluation_id
   WHERE s.fiscal_year = poor_results.fiscal_year AND poor_results.place::budgetpm.budget_code OPERATOR(budgetpm.@>) e.division AND s.grade = '差'
     AND e.evaluated_at::date + poor_results.days < poor_results.as_of
     AND NOT EXISTS (SELECT FROM @ledger@.evaluation_answer a WHERE a.evaluation_id = e.evaluation_id)
     AND NOT EXISTS (SELECT FROM @ledger@.accountability a WHERE a.evaluation_id = e.evaluation_id)
   ORDER BY s.evaluation_id;
END;
COMMENT ON FUNCTION @ledger@.poor_results(integer, text, date, integer) IS 'Internal: results of 差 that nobody answered within the days.';

CREATE FUNCTION @ledger@.record_advice(fiscal_year integer, division text) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_advice('@ledger@.ledger'::pg_catalog.regclass, fiscal_year, division);
END;
COMMENT ON FUNCTION @ledger@.record_advice(integer, text) IS
  'Hands the advice of advise_budget() on every project of a division and below to planning (budget_advice of the next year), which suggest_request() shows; what was handed on before in the same words is not again. Returns how many. Errors: 23503 division, ZB008 duty.';

CREATE FUNCTION @ledger@.run_accountability(fiscal_year integer, division text, as_of date DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.run_accountability('@ledger@.ledger'::pg_catalog.regclass, fiscal_year, division, as_of);
END;
COMMENT ON FUNCTION @ledger@.run_accountability(integer, text, date) IS
  'Holds to account (无效必问责): every project of a division and below whose yearly result is 差 and was not answered within the setting performance.answer_days (15) gets a case of the flow of the setting performance.accountability_flow, once; without that setting it is recorded without a case. Returns how many. Errors: 23503 division, 42704 flow, ZB008 duty.';

CREATE FUNCTION @ledger@.verify_evaluation(evaluation bigint) RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.verify_evaluation('@ledger@.ledger'::pg_catalog.regclass, evaluation);
END;
COMMENT ON FUNCTION @ledger@.verify_evaluation(bigint) IS
  'Tells whether an evaluation, its results and the targets it is made on are as they were written: their digests are computed again. Errors: 42704, ZB008 duty.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('roa+', '{library,score_project,score_document,advise_budget,verify_evaluation}'),
    ('oa+', '{set_targets,record_ex_ante,record_monitoring,evaluate_project,answer_evaluation,record_advice}'),
    ('a+', '{run_accountability}'),
    ('+', '{define_indicator,define_consequence,open_joint_evaluation}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;
