-- performance: evaluations and dual monitoring

CREATE FUNCTION @ledger@.project_money(project bigint, fiscal_year integer, as_of date, OUT budget numeric, OUT paid numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT COALESCE(pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric), 0)
           + COALESCE((SELECT pg_catalog.sum(x.amount) FROM @ledger@.line o JOIN @ledger@.lapsed_money x ON x.line_id = o.line_id
                        WHERE o.project_id = project_money.project AND o.fiscal_year = project_money.fiscal_year), 0),
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
  'Internal: the budget of a project''s lines of a year as it is now, or was before what was left of it lapsed at the end of the year, and what was paid of it up to a day, in yuan.';

CREATE FUNCTION @ledger@.bound_actual(project bigint, fiscal_year integer, as_of date, binding text, measure text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT CASE bound_actual.binding
    WHEN 'deliveries' THEN (SELECT COALESCE(pg_catalog.sum((e.details ->> 'quantity')::numeric), 0)
       FROM @ledger@.project_event e JOIN @ledger@.delivery d ON d.delivery_id = (e.details ->> 'delivery')::bigint
      WHERE e.project_id = bound_actual.project AND e.action = 'accepted' AND e.details ? 'delivery'
        AND (e.details ->> 'on')::date BETWEEN pg_catalog.make_date(bound_actual.fiscal_year, 1, 1) AND bound_actual.as_of
        AND (bound_actual.measure IS NULL OR d.measure = bound_actual.measure))
    WHEN 'progress' THEN (SELECT r.percent FROM @ledger@.progress_report r
      WHERE r.project_id = bound_actual.project AND r.reported_for <= bound_actual.as_of
        AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = r.report_id)
      ORDER BY r.reported_for DESC, r.report_id DESC LIMIT 1)
    WHEN 'milestones' THEN (SELECT COALESCE(pg_catalog.sum(m.weight) FILTER (WHERE m.done_on <= bound_actual.as_of), 0) FROM @ledger@.milestone m
      WHERE m.project_id = bound_actual.project)
    WHEN 'payments' THEN (SELECT pg_catalog.trim_scale(m.paid / CASE WHEN bound_actual.measure = '万元' THEN 10000 WHEN bound_actual.measure = '亿元' THEN 100000000 ELSE 1 END)
      FROM @ledger@.project_money(bound_actual.project, bound_actual.fiscal_year, bound_actual.as_of) AS m)
    WHEN 'execution' THEN (SELECT CASE WHEN m.budget <= 0 THEN 0 ELSE pg_catalog.round(m.paid * 100 / m.budget, 4) END
      FROM @ledger@.project_money(bound_actual.project, bound_actual.fiscal_year, bound_actual.as_of) AS m) END;
END;
COMMENT ON FUNCTION @ledger@.bound_actual(bigint, integer, date, text, text) IS
  'Internal: an actual value that fills itself, as of a day: what was accepted of deliveries in the year up to the day, in that measure, the last standing progress report in per cent, the weights of milestones done, payments in 元, 万元 or 亿元, or payments in per cent of the budget.';

CREATE FUNCTION @ledger@.planned_by(whole numeric, plan jsonb, as_of date, decimals integer) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN planned_by.plan = '"year"' OR EXTRACT(month FROM planned_by.as_of) = 12 THEN planned_by.whole
            WHEN planned_by.plan = '"pro_rata"' THEN pg_catalog.round(planned_by.whole * EXTRACT(month FROM planned_by.as_of) / 12, planned_by.decimals)
            ELSE (SELECT p.value::numeric FROM pg_catalog.jsonb_each_text(planned_by.plan) AS p(month, value)
                   WHERE p.month::integer <= EXTRACT(month FROM planned_by.as_of) ORDER BY p.month::integer DESC LIMIT 1) END;
COMMENT ON FUNCTION @ledger@.planned_by(numeric, jsonb, date, integer) IS
  'Internal: what of a year''s number was planned by the end of a month (the whole in December): all of it, twelfths to so many decimals, or the newest planned value; NULL: nothing yet.';

CREATE FUNCTION @ledger@.named_results(set_id bigint, results jsonb) RETURNS TABLE (n bigint, r jsonb, items integer[])
LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  WITH given AS MATERIALIZED (
    SELECT x.n, x.r, CASE WHEN k.by = 'item' THEN x.r -> 'item' END AS item, CASE WHEN k.by = 'indicator' THEN x.r ->> 'indicator' END AS indicator,
           CASE WHEN k.by = 'name' THEN x.r ->> 'name' END AS name
      FROM pg_catalog.jsonb_array_elements(named_results.results) WITH ORDINALITY AS x(r, n)
      CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.jsonb_typeof(x.r) <> 'object' THEN NULL WHEN x.r ? 'item' THEN 'item' WHEN x.r ? 'indicator' THEN 'indicator' ELSE 'name' END) AS k(by)
  ), named AS (
    SELECT g.n, t.item_no FROM given g JOIN @ledger@.target t ON g.item = pg_catalog.to_jsonb(t.item_no) WHERE t.set_id = named_results.set_id
    UNION ALL
    SELECT g.n, t.item_no FROM given g JOIN @ledger@.target t ON g.indicator = t.indicator WHERE t.set_id = named_results.set_id
    UNION ALL
    SELECT g.n, t.item_no FROM given g JOIN @ledger@.target t ON g.name = t.name WHERE t.set_id = named_results.set_id
  )
  SELECT g.n, g.r, COALESCE(a.items, '{}')
    FROM given g LEFT JOIN (SELECT x.n, pg_catalog.array_agg(x.item_no ORDER BY x.item_no) AS items FROM named x GROUP BY x.n) AS a ON a.n = g.n
   ORDER BY g.n;
END;
COMMENT ON FUNCTION @ledger@.named_results(bigint, jsonb) IS
  'Internal: each of the results with the targets it names, by item, otherwise by indicator, otherwise by name; what is no object names none.';

CREATE FUNCTION @ledger@.result_rows(set_id bigint, as_of date, results jsonb, planned boolean)
RETURNS TABLE (item_no integer, name text, kind text, method text, direction text, target numeric, weight numeric, parameters jsonb,
  applicable boolean, actual numeric, measured numeric, level text, source text, deviation numeric, reason text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 20
BEGIN ATOMIC
  -- What a binding says is asked once, however many targets have it; OFFSET 0 keeps what a
  -- target says from being computed again wherever it is looked at.
  WITH bound AS MATERIALIZED (
    SELECT b.binding, b.measure, @ledger@.bound_actual(s.project_id, s.fiscal_year, result_rows.as_of, b.binding, b.measure) AS actual
      FROM @ledger@.target_set s
      CROSS JOIN LATERAL (SELECT DISTINCT t.binding, t.measure FROM @ledger@.target t WHERE t.set_id = s.set_id AND t.binding IS NOT NULL) AS b
     WHERE s.set_id = result_rows.set_id
  )
  SELECT t.item_no, t.name, t.kind, t.method, t.direction, d.target, t.weight,
         CASE WHEN t.method = 'qualitative' AND g.r ? 'level' THEN t.parameters || pg_catalog.jsonb_build_object('level', g.r ->> 'level') ELSE t.parameters END,
         COALESCE(g.r -> 'applicable' <> 'false', true) AND (d.target IS NOT NULL OR t.target IS NULL), v.actual, x.measured, g.r ->> 'level',
         CASE WHEN x.reported IS NULL AND t.binding IS NOT NULL THEN t.binding ELSE 'reported' END,
         CASE WHEN pg_catalog.abs(e.deviation) < 1e12 THEN pg_catalog.round(e.deviation, 2) END, NULLIF(g.r ->> 'reason', '')
    FROM @ledger@.target_set s
    JOIN @ledger@.target t ON t.set_id = s.set_id
    LEFT JOIN (SELECT DISTINCT ON (i.item_no) i.item_no, x.r FROM @ledger@.named_results(result_rows.set_id, result_rows.results) AS x CROSS JOIN LATERAL pg_catalog.unnest(x.items) AS i(item_no)
                ORDER BY i.item_no, x.n) AS g ON g.item_no = t.item_no
    LEFT JOIN bound b ON b.binding = t.binding AND b.measure IS NOT DISTINCT FROM t.measure
    CROSS JOIN LATERAL (SELECT CASE WHEN NOT result_rows.planned OR t.plan = '"year"' OR EXTRACT(month FROM result_rows.as_of) = 12 THEN t.target
                                    ELSE @ledger@.planned_by(t.target, t.plan, result_rows.as_of, 4) END OFFSET 0) AS d(target)
    CROSS JOIN LATERAL (SELECT CASE WHEN pg_catalog.jsonb_typeof(COALESCE(g.r -> 'actual', g.r -> 'score')) = 'number' THEN (COALESCE(g.r ->> 'actual', g.r ->> 'score'))::numeric END AS reported,
                               b.actual AS measured OFFSET 0) AS x
    CROSS JOIN LATERAL (SELECT COALESCE(x.reported, x.measured)) AS v(actual)
    CROSS JOIN LATERAL (SELECT CASE WHEN d.target <> 0 AND t.kind = 'quantitative' THEN (v.actual - d.target) * 100 / pg_catalog.abs(d.target) END OFFSET 0) AS e(deviation)
   WHERE s.set_id = result_rows.set_id
   ORDER BY t.item_no;
END;
COMMENT ON FUNCTION @ledger@.result_rows(bigint, date, jsonb, boolean) IS
  'Internal: what is known of each target of a set on a day: what was reported, otherwise what it fills itself from, beside what was planned by then, or the year''s target.';

CREATE FUNCTION @ledger@.result_problems(set_id bigint, as_of date, results jsonb, deviation numeric, complete boolean)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  WITH given AS MATERIALIZED (
    SELECT x.n, x.r, x.items FROM @ledger@.named_results(result_problems.set_id, result_problems.results) AS x
  ), quantitative AS MATERIALIZED (
    SELECT g.n FROM given g CROSS JOIN LATERAL pg_catalog.unnest(g.items) AS i(item_no)
      JOIN @ledger@.target t ON t.set_id = result_problems.set_id AND t.item_no = i.item_no
     WHERE t.kind = 'quantitative' GROUP BY g.n
  ), many AS MATERIALIZED (
    SELECT i.item_no, pg_catalog.count(*) AS results FROM given g CROSS JOIN LATERAL pg_catalog.unnest(g.items) AS i(item_no) GROUP BY i.item_no HAVING pg_catalog.count(*) > 1
  ), rows AS MATERIALIZED (
    SELECT r.* FROM @ledger@.result_rows(result_problems.set_id, result_problems.as_of, result_problems.results, result_problems.complete) AS r
  )
  SELECT pg_catalog.format('result %s', g.n), f.problem, f.hint
    FROM given g LEFT JOIN quantitative q ON q.n = g.n
    CROSS JOIN LATERAL (
      SELECT 'it is not an object', NULL WHERE pg_catalog.jsonb_typeof(g.r) <> 'object'
      UNION ALL
      SELECT 'it is of no target', 'Name it by item, indicator or name.' WHERE pg_catalog.jsonb_typeof(g.r) = 'object' AND pg_catalog.cardinality(g.items) = 0
      UNION ALL
      SELECT pg_catalog.format('it is of targets %s', pg_catalog.array_to_string(g.items, ', ')), 'Name it by item.' WHERE pg_catalog.cardinality(g.items) > 1
      UNION ALL
      SELECT pg_catalog.format('it has no member "%s"', k), 'Members are item, indicator, name, actual, score, level, applicable and reason.'
        FROM pg_catalog.jsonb_object_keys(CASE WHEN pg_catalog.jsonb_typeof(g.r) = 'object' THEN g.r ELSE '{}' END) AS k
       WHERE k NOT IN ('item', 'indicator', 'name', 'actual', 'score', 'level', 'applicable', 'reason')
      UNION ALL
      SELECT 'what it says is not a number', 'Write numbers without quotes.'
       WHERE pg_catalog.jsonb_typeof(COALESCE(g.r -> 'actual', g.r -> 'score')) NOT IN ('number', 'null')
      UNION ALL
      SELECT 'it has an actual value and a score', 'A quantitative target has an actual value, a qualitative one a score.' WHERE g.r -> 'actual' <> 'null' AND g.r -> 'score' <> 'null'
      UNION ALL
      SELECT 'a quantitative target has an actual value, not a score', 'Its points are computed.'
       WHERE g.r -> 'score' <> 'null' AND NOT COALESCE(g.r -> 'actual' <> 'null', false)
         AND q.n IS NOT NULL
      UNION ALL
      SELECT 'its reason or its level is not a text', NULL WHERE pg_catalog.jsonb_typeof(g.r -> 'reason') NOT IN ('string', 'null') OR pg_catalog.jsonb_typeof(g.r -> 'level') NOT IN ('string', 'null')
      UNION ALL
      SELECT 'applicable is neither true nor false', NULL WHERE pg_catalog.jsonb_typeof(g.r -> 'applicable') <> 'boolean'
      UNION ALL
      SELECT 'its reason has more than 1000 characters, or its level more than 40', NULL WHERE pg_catalog.length(g.r ->> 'reason') > 1000 OR pg_catalog.length(g.r ->> 'level') > 40
    ) AS f(problem, hint)
  UNION ALL
  SELECT pg_catalog.format('target %s "%s"', r.item_no, r.name), f.problem, f.hint
    FROM rows r
    CROSS JOIN LATERAL (
      SELECT 'it has no actual value', 'Report it, bind it, or say that it is not applicable.' WHERE result_problems.complete AND r.applicable AND r.actual IS NULL
      UNION ALL
      SELECT pg_catalog.format('it has %s results', m.results), 'Give one.' FROM many m WHERE m.item_no = r.item_no
      UNION ALL
      SELECT 'its value is 10^18 or more, or has more than ten decimals', NULL WHERE pg_catalog.abs(r.actual) >= 1e18 OR pg_catalog.min_scale(r.actual) > 10
      UNION ALL
      SELECT budgetpm.scoring_fault(r.method, r.direction, r.target, r.actual, r.weight, r.parameters), NULL WHERE r.applicable AND r.actual IS NOT NULL AND (result_problems.complete OR r.kind = 'qualitative')
      UNION ALL
      SELECT pg_catalog.format('it deviates by %s %% and no reason is given', COALESCE(r.deviation::text, '10^12 or more')), 'From the setting performance.deviation (1.3: 130 % of the target) on, the reason and what is corrected must be written.'
       WHERE result_problems.complete AND r.applicable AND r.kind = 'quantitative' AND r.reason IS NULL AND r.target > 0 AND r.actual >= r.target * result_problems.deviation
      UNION ALL
      SELECT pg_catalog.format('it fills itself with %s, and %s is reported without a reason', pg_catalog.trim_scale(r.measured), pg_catalog.trim_scale(r.actual)), 'Leave it out, or say why it is another.'
       WHERE r.applicable AND r.reason IS NULL AND r.measured <> r.actual
    ) AS f(problem, hint)
   WHERE f.problem IS NOT NULL
  UNION ALL
  SELECT NULL, 'none of its targets applies', 'There is nothing to score.'
    FROM rows r
   WHERE result_problems.complete HAVING NOT pg_catalog.bool_or(r.applicable);
END;
COMMENT ON FUNCTION @ledger@.result_problems(bigint, date, jsonb, numeric, boolean) IS
  'Internal: everything that keeps an array of results from being a complete evaluation, or what monitoring saw.';

CREATE FUNCTION @ledger@.period_end(fiscal_year integer, period text, period_no integer) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN period_end.period = 'month' AND period_end.period_no BETWEEN 1 AND 12 THEN (pg_catalog.make_date(period_end.fiscal_year, period_end.period_no, 1) + interval '1 month' - interval '1 day')::date
            WHEN period_end.period = 'quarter' AND period_end.period_no BETWEEN 1 AND 4 THEN (pg_catalog.make_date(period_end.fiscal_year, period_end.period_no * 3, 1) + interval '1 month' - interval '1 day')::date
            ELSE pg_catalog.make_date(period_end.fiscal_year, 12, 31) END;
COMMENT ON FUNCTION @ledger@.period_end(integer, text, integer) IS 'Internal: the last day of a period.';

CREATE FUNCTION @ledger@.evaluation_problems(project bigint, fiscal_year integer, evaluator text, period text, period_no integer, evidence jsonb,
  joint bigint, budget numeric, paid numeric, agency text, opinion text)
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
  SELECT NULL, pg_catalog.format('%s %s of %s has not begun', evaluation_problems.period, evaluation_problems.period_no, evaluation_problems.fiscal_year), 'There is nothing to evaluate yet.'
   WHERE pg_catalog.date_trunc(CASE WHEN evaluation_problems.period IN ('month', 'quarter') THEN evaluation_problems.period ELSE 'year' END,
           @ledger@.period_end(evaluation_problems.fiscal_year, evaluation_problems.period, evaluation_problems.period_no)::timestamp) > CURRENT_DATE
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
   WHERE (evaluation_problems.budget IS NULL) <> (evaluation_problems.paid IS NULL) OR NOT evaluation_problems.budget BETWEEN 0 AND 1e16 OR NOT evaluation_problems.paid BETWEEN -1e16 AND 1e16
      OR pg_catalog.min_scale(evaluation_problems.budget) > 2 OR pg_catalog.min_scale(evaluation_problems.paid) > 2
  UNION ALL
  SELECT NULL, pg_catalog.format('the %s is too long', x.argument), 'An agency has 200 characters at most, an opinion 2000.'
    FROM (VALUES ('agency', evaluation_problems.agency, 200), ('opinion', evaluation_problems.opinion, 2000)) AS x(argument, given, most) WHERE pg_catalog.length(x.given) > x.most;
END;
COMMENT ON FUNCTION @ledger@.evaluation_problems(bigint, integer, text, text, integer, jsonb, bigint, numeric, numeric, text, text) IS
  'Internal: everything about an evaluation, but its results, that keeps it from being recorded.';

CREATE FUNCTION @ledger@.evaluation_sums(evaluation bigint, project bigint, fiscal_year integer, set_id bigint, evaluator text, as_of date, budget numeric, paid numeric)
RETURNS TABLE (budget numeric, planned numeric, paid numeric, indicator_score numeric, applicable numeric, execution_score numeric, score numeric, grade text, warning text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  -- OFFSET 0: each weight by the key of its target, whatever the planner thinks of tables that were empty.
  SELECT m.budget, y.planned, m.paid, p.points, p.weight, e.points, g.score, budgetpm.grade(g.score, s.cutoffs),
         CASE WHEN evaluation_sums.evaluator = 'self' AND s.execution_weight > 0 THEN budgetpm.self_score_warning(p.points, p.weight, e.points, s.execution_weight, y.planned, m.paid) END
    FROM @ledger@.target_set s
    CROSS JOIN LATERAL (SELECT COALESCE(pg_catalog.sum(r.score), 0), COALESCE(pg_catalog.sum(t.weight) FILTER (WHERE r.applicable), 0)
                          FROM @ledger@.evaluation_result r
                          CROSS JOIN LATERAL (SELECT x.weight FROM @ledger@.target x WHERE x.set_id = s.set_id AND x.item_no = r.item_no OFFSET 0) AS t
                         WHERE r.evaluation_id = evaluation_sums.evaluation) AS p(points, weight)
    CROSS JOIN LATERAL (SELECT COALESCE(evaluation_sums.budget, x.budget), COALESCE(evaluation_sums.paid, x.paid)
                          FROM @ledger@.project_money(evaluation_sums.project, evaluation_sums.fiscal_year, evaluation_sums.as_of) AS x) AS m(budget, paid)
    CROSS JOIN LATERAL (SELECT @ledger@.planned_by(GREATEST(m.budget, 0), s.execution_plan, evaluation_sums.as_of, 2)) AS y(planned)
    CROSS JOIN LATERAL (SELECT budgetpm.score_indicator('execution', NULL, y.planned, m.paid, s.execution_weight)) AS e(points)
    CROSS JOIN LATERAL (SELECT COALESCE(budgetpm.total_score(p.points + e.points, p.weight + s.execution_weight, s.total + s.execution_weight), 0)) AS g(score)
   WHERE s.set_id = evaluation_sums.set_id;
END;
COMMENT ON FUNCTION @ledger@.evaluation_sums(bigint, bigint, integer, bigint, text, date, numeric, numeric) IS
  'Internal: the sums over an evaluation''s results, in points, with the money in yuan that execution is scored by.';

CREATE FUNCTION @ledger@.monitoring_facts(project bigint, fiscal_year integer, set_id bigint, as_of date, actuals jsonb, ladder jsonb, gap numeric)
RETURNS TABLE (budget numeric, paid numeric, execution numeric, achievement numeric, actuals jsonb, flags text[])
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  -- Compared by multiplication: what is a fen short of a step is short of it.
  SELECT m.budget, m.paid, CASE WHEN m.budget > 0 THEN pg_catalog.round(x.paid * 100 / x.budget, 2) END, pg_catalog.round(a.points * 100 / a.weight, 2), a.actuals,
         ARRAY(SELECT f FROM (VALUES
           ('execution_behind', x.paid * 100 < x.budget * (SELECT (s.r ->> 1)::numeric FROM pg_catalog.jsonb_array_elements(monitoring_facts.ladder) AS s(r)
              WHERE s.r ->> 0 <= pg_catalog.to_char(monitoring_facts.as_of, 'MM-DD') ORDER BY s.r ->> 0 DESC LIMIT 1)),
           ('deviation', pg_catalog.abs(a.points * 100 * x.budget - x.paid * 100 * a.weight) > monitoring_facts.gap * a.weight * x.budget)) AS v(f, holds) WHERE v.holds)
    FROM @ledger@.project_money(monitoring_facts.project, monitoring_facts.fiscal_year, monitoring_facts.as_of) AS m
    -- of no budget nothing is executed
    CROSS JOIN LATERAL (SELECT CASE WHEN m.budget > 0 THEN m.paid ELSE 0 END, CASE WHEN m.budget > 0 THEN m.budget ELSE 1 END) AS x(paid, budget)
    CROSS JOIN LATERAL (
      SELECT pg_catalog.sum(r.weight * budgetpm.score_indicator('proportional', r.direction, r.target, r.actual, 1e12)) FILTER (WHERE r.known) / 1e12,
             NULLIF(pg_catalog.sum(r.weight) FILTER (WHERE r.known), 0),
             COALESCE(pg_catalog.jsonb_object_agg(r.item_no::text, r.actual) FILTER (WHERE r.actual IS NOT NULL), '{}')
        FROM (SELECT v.*, v.kind = 'quantitative' AND v.applicable AND v.target >= 0 AND v.actual IS NOT NULL AS known
                FROM @ledger@.result_rows(monitoring_facts.set_id, monitoring_facts.as_of, monitoring_facts.actuals, false) AS v) AS r) AS a(points, weight, actuals);
END;
COMMENT ON FUNCTION @ledger@.monitoring_facts(bigint, integer, bigint, date, jsonb, jsonb, numeric) IS
  'Internal: execution and achievement in per cent on a day, with the flags that follow from the ladder ([["04-30", 25], ...]) and from more points between them than the gap.';

CREATE FUNCTION @ledger@.joint_problems(root text, projects text[])
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, pg_catalog.format('there is no project "%s" in or below the division', c), NULL
    FROM pg_catalog.unnest(joint_problems.projects) AS c
   WHERE NOT EXISTS (SELECT FROM @ledger@.project p WHERE p.official_code = c AND joint_problems.root::budgetpm.budget_code OPERATOR(budgetpm.@>) p.division)
  UNION ALL
  SELECT NULL, pg_catalog.format('project "%s" is given %s times', c, pg_catalog.count(*)), NULL FROM pg_catalog.unnest(joint_problems.projects) AS c GROUP BY c HAVING pg_catalog.count(*) > 1
  UNION ALL
  SELECT NULL, 'there is no project', NULL WHERE pg_catalog.cardinality(joint_problems.projects) = 0;
END;
COMMENT ON FUNCTION @ledger@.joint_problems(text, text[]) IS 'Internal: what keeps projects from being evaluated together.';

CREATE FUNCTION @ledger@.record_monitoring(project text, fiscal_year integer, as_of date, actuals jsonb DEFAULT '[]', note text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_monitoring('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, as_of, actuals, note);
END;
COMMENT ON FUNCTION @ledger@.record_monitoring(text, integer, date, jsonb, text) IS
  'Records execution and achievement (绩效双监控) of a project on a day, with the flags that follow: execution_behind of the ladder of the setting performance.ladder ([["04-30", 25], ["06-30", 40], ["08-31", 60], ["10-31", 80]]), deviation where they are further apart than the setting performance.monitoring_gap (10 points). actuals as the results of evaluate_project(), of as many targets as are known; what is bound fills itself. Both are measured against the whole year. Errors: 22023 with every fault, 23503 project, ZB007 no targets, ZB008 duty.';

CREATE FUNCTION @ledger@.evaluate_project(project text, fiscal_year integer, evaluator text, results jsonb, period text DEFAULT 'year', period_no integer DEFAULT 1,
  agency text DEFAULT NULL, opinion text DEFAULT NULL, evidence jsonb DEFAULT '[]', joint bigint DEFAULT NULL, budget numeric DEFAULT NULL, paid numeric DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.evaluate_project('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, evaluator, results, period, period_no, agency, opinion, evidence, joint, budget, paid);
END;
COMMENT ON FUNCTION @ledger@.evaluate_project(text, integer, text, jsonb, text, integer, text, text, jsonb, bigint, numeric, numeric) IS
  'Evaluates a project (绩效评价) against its targets in a month, quarter or year, as self, department, finance or third_party; returns the number. self needs a duty over the unit, department one over its department (主管部门), finance and third_party one over the division: nobody speaks for another. results: objects that name a target by item, indicator or name, with actual (or score and level of a qualitative one), applicable and reason; a bound target fills itself, and what is reported instead needs a reason. In a month or quarter targets and execution are what was planned by its end. evidence: objects with a digest of 64 hexadecimal digits. budget and paid in yuan are the ledger''s, and are only given for a project without lines. A value from 130 % of its target on (setting performance.deviation) needs a reason. Errors: 22023 with every fault, 23503 project, ZB007 no targets, ZB008 duty.';

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

CREATE FUNCTION @ledger@.verify_evaluation(evaluation bigint) RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.verify_evaluation('@ledger@.ledger'::pg_catalog.regclass, evaluation);
END;
COMMENT ON FUNCTION @ledger@.verify_evaluation(bigint) IS
  'Tells whether an evaluation, its results and the targets it is made on are as they were written: their digests are computed again. Errors: 42704, ZB008 duty.';
