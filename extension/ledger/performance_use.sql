-- performance: what a result does: advice, ceilings, a case

INSERT INTO @ledger@.consequence_rule (rule_id, rule, cause, grade, min_score, action, change, reason, from_year, provenance, profile)
SELECT pg_catalog.nextval('@ledger@.consequence_rule_seq'), rule, cause, grade, least, action, change, reason, 1949, provenance, profile
  FROM (VALUES
    ('score_90', 'score', NULL, 90::pg_catalog.numeric, 'raise', 0.10, '得分 90 分及以上, 下一年度预算增加 10 %', '江苏需求: 90 分建议增加 10 %', NULL),
    ('score_90', 'score', NULL, 90, 'raise', 0.10, '得分 90 分及以上, 下一年度预算增加 10 %', '江苏需求: 90 分建议增加 10 %', 'jiangsu'),
    ('good', 'grade', '良', NULL, 'keep', 0, '评价等级良, 保持预算', '川财绩〔2025〕10号: 良, 予以保障', NULL),
    ('fair', 'grade', '中', NULL, 'cut', -0.20, '评价等级中, 压减预算 20 %', '川财绩〔2025〕10号: 中, 压减; 20 % 为本软件默认', NULL),
    ('poor', 'grade', '差', NULL, 'cancel', -1, '评价等级差, 取消安排', '川财绩〔2025〕10号: 差, 取消', NULL),
    ('beneficiaries', 'beneficiaries', NULL, NULL, 'cut', -0.10, '未完成预定受益人数, 削减预算 10 %', '财政重点项目需求: 未完成受益人数可削减或调整; 10 % 为本软件默认', NULL),
    ('beneficiaries', 'beneficiaries', NULL, NULL, 'cut', -0.10, '未完成预定受益人数, 削减预算 10 %', '财政重点项目需求: 未完成受益人数可削减或调整; 10 % 为本软件默认', 'key_projects')
  ) AS r(rule, cause, grade, least, action, change, reason, provenance, profile);

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.consequence_rule
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.consequence_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.consequence_rule ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.consequence_rule FOR SELECT
  USING (division IS NULL OR budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, NULL));

CREATE FUNCTION @ledger@.define_consequence(rule text, from_year integer, cause text, action text, change numeric, reason text,
  grade text DEFAULT NULL, min_score numeric DEFAULT NULL, max_score numeric DEFAULT NULL, division text DEFAULT NULL, active boolean DEFAULT true,
  profile text DEFAULT NULL, provenance text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.define_consequence('@ledger@.ledger'::pg_catalog.regclass, rule, from_year, cause, action, change, reason, grade, min_score, max_score, division, active, profile, provenance);
END;
COMMENT ON FUNCTION @ledger@.define_consequence(text, integer, text, text, numeric, text, text, numeric, numeric, text, boolean, text, text) IS
  'Adds a rule to the table of consequences (结果应用), or says what it is from a year on, everywhere, in a profile, or in a division and below. cause is score (min_score, max_score), grade, beneficiaries, unspent (min_score per cent of the budget) or deviation (a target missed by min_score per cent); change is of the next ceiling, 0.1 is 10 % more. Errors: 22023 with every fault, 22004, 23503, 23505, ZB008 duty.';

CREATE FUNCTION @ledger@.advise_budget(project text, fiscal_year integer)
RETURNS TABLE (next_year integer, action text, change numeric, base numeric, amount numeric, reason text, rules text[])
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  WITH rule AS (
    SELECT DISTINCT ON (c.rule) c.* FROM @ledger@.consequence_rule c JOIN @ledger@.project p ON p.official_code = COALESCE(advise_budget.project, '')
     WHERE c.from_year <= advise_budget.fiscal_year AND (c.division IS NULL OR c.division OPERATOR(budgetpm.@>) p.division)
       AND (c.profile IS NULL OR c.profile = @ledger@.profile_in_year(p.division::text, advise_budget.fiscal_year))
     ORDER BY c.rule, c.division::text COLLATE "C" DESC NULLS LAST, c.profile NULLS LAST, c.from_year DESC
  ), hit AS (
    SELECT r.*, s.score, s.grade AS won, s.budget, s.paid, CASE r.cause WHEN 'beneficiaries' THEN m.missed WHEN 'deviation' THEN n.missed END AS missed
      FROM @report@.project_score s CROSS JOIN rule r
      LEFT JOIN LATERAL (
        SELECT pg_catalog.string_agg(pg_catalog.format('%s %s / %s %s', t.name, x.actual, t.target, t.measure), '; ' ORDER BY t.item_no) AS missed
          FROM @ledger@.evaluation v JOIN @ledger@.target t ON t.set_id = v.set_id
          JOIN @ledger@.evaluation_result x ON x.evaluation_id = v.evaluation_id AND x.item_no = t.item_no
         WHERE v.evaluation_id = s.evaluation_id AND 'beneficiaries' = ANY (t.tags) AND x.applicable AND x.actual < t.target) AS m ON true
      LEFT JOIN LATERAL (
        SELECT pg_catalog.string_agg(pg_catalog.format('%s %s / %s %s', t.name, x.actual, t.target, t.measure), '; ' ORDER BY t.item_no) AS missed
          FROM @ledger@.evaluation v JOIN @ledger@.target t ON t.set_id = v.set_id
          JOIN @ledger@.evaluation_result x ON x.evaluation_id = v.evaluation_id AND x.item_no = t.item_no
         WHERE v.evaluation_id = s.evaluation_id AND r.cause = 'deviation' AND x.applicable AND t.target > 0
           AND CASE t.direction WHEN '<=' THEN x.actual - t.target WHEN '>=' THEN t.target - x.actual ELSE pg_catalog.abs(x.actual - t.target) END * 100 >= COALESCE(r.min_score, 0) * t.target
           AND x.actual <> t.target) AS n ON true
     WHERE s.project = advise_budget.project AND s.fiscal_year = advise_budget.fiscal_year AND s.score IS NOT NULL AND r.active
       AND CASE r.cause WHEN 'score' THEN s.score >= COALESCE(r.min_score, s.score) AND s.score < COALESCE(r.max_score, s.score + 1)
                        WHEN 'grade' THEN s.grade = r.grade WHEN 'beneficiaries' THEN m.missed IS NOT NULL WHEN 'deviation' THEN n.missed IS NOT NULL
                        WHEN 'unspent' THEN s.budget > 0 AND (s.budget - s.paid) * 100 >= COALESCE(r.min_score, 0) * s.budget END
  )
  SELECT LEAST(advise_budget.fiscal_year, 9999) + 1, (pg_catalog.array_agg(h.action ORDER BY h.change, h.rule))[1], pg_catalog.min(h.change), pg_catalog.max(h.budget),
         pg_catalog.round(pg_catalog.max(h.budget) * (1 + pg_catalog.min(h.change)), 2),
         pg_catalog.format('%s 年得分 %s, 等级%s: %s', advise_budget.fiscal_year, pg_catalog.max(h.score), pg_catalog.max(h.won),
           pg_catalog.string_agg(pg_catalog.concat(h.reason, ' (' || h.missed || ')'), '; ' ORDER BY h.change, h.rule)),
         pg_catalog.array_agg(h.rule::text ORDER BY h.change, h.rule)
    FROM hit h WHERE (EXISTS (SELECT FROM @ledger@.project n WHERE n.official_code = advise_budget.project) OR (SELECT budgetpm.project_key('@ledger@.ledger'::pg_catalog.regclass, advise_budget.project)) IS NOT NULL) HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION @ledger@.advise_budget(text, integer) IS
  'What a year''s result says of the next year''s budget (下一年度预算安排建议): the rules that match, the lowest change of them, and the amount in yuan that it makes of the year''s budget, with the reason. No row: no result, or no rule. record_advice() hands it to planning. Errors: 23503 project.';

CREATE FUNCTION @ledger@.consequence_problems(rule text, from_year integer, cause text, change numeric, action text, grade text, min_score numeric, max_score numeric, reason text, provenance text)
RETURNS TABLE (place text, problem text, hint text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  SELECT NULL, 'the rule has no name of 1 to 60 characters', NULL WHERE NOT budgetpm.is_text(pg_catalog.to_jsonb(consequence_problems.rule), 60)
  UNION ALL
  SELECT NULL, pg_catalog.format('cause cannot be "%s"', consequence_problems.cause), 'It is score, grade, beneficiaries, unspent or deviation.' WHERE consequence_problems.cause NOT IN ('score', 'grade', 'beneficiaries', 'unspent', 'deviation')
  UNION ALL
  SELECT NULL, pg_catalog.format('action cannot be "%s"', consequence_problems.action), 'It is raise, keep, cut or cancel.' WHERE consequence_problems.action NOT IN ('raise', 'keep', 'cut', 'cancel')
  UNION ALL
  SELECT NULL, pg_catalog.format('change %s does not go with %s', pg_catalog."left"(consequence_problems.change::text, 40), consequence_problems.action), 'raise is above 0 and at most 1, keep 0, cut between -1 and 0, cancel -1.'
   WHERE consequence_problems.change NOT BETWEEN -1 AND 1
      OR NOT CASE consequence_problems.action WHEN 'raise' THEN consequence_problems.change > 0 WHEN 'keep' THEN consequence_problems.change = 0 WHEN 'cut' THEN consequence_problems.change < 0
                                              WHEN 'cancel' THEN consequence_problems.change = -1 ELSE true END
  UNION ALL
  SELECT NULL, 'a rule of grade needs a grade', 'It is 优, 良, 中 or 差.' WHERE consequence_problems.cause = 'grade' AND NOT COALESCE(consequence_problems.grade IN ('优', '良', '中', '差'), false)
  UNION ALL
  SELECT NULL, 'a rule of score needs min_score below max_score, or one of them', NULL
   WHERE consequence_problems.cause = 'score' AND (consequence_problems.min_score IS NULL AND consequence_problems.max_score IS NULL OR consequence_problems.min_score >= consequence_problems.max_score)
  UNION ALL
  SELECT NULL, pg_catalog.format('%s cannot be %s', x.name, x.given), 'It is a number from 0 to 1000.'
    FROM (VALUES ('min_score', consequence_problems.min_score), ('max_score', consequence_problems.max_score)) AS x(name, given) WHERE NOT x.given BETWEEN 0 AND 1000
  UNION ALL
  SELECT NULL, 'change has more than six decimals', NULL WHERE pg_catalog.min_scale(consequence_problems.change) > 6
  UNION ALL
  SELECT NULL, pg_catalog.format('year %s is not between 1949 and 9999', consequence_problems.from_year), NULL WHERE consequence_problems.from_year NOT BETWEEN 1949 AND 9999
  UNION ALL
  SELECT NULL, pg_catalog.format('a rule of %s has no %s', consequence_problems.cause, x.name), 'It would not be looked at.'
    FROM (VALUES ('grade', consequence_problems.grade IS NOT NULL, '{grade}'::text[]), ('min_score', consequence_problems.min_score IS NOT NULL, '{score,unspent,deviation}'), ('max_score', consequence_problems.max_score IS NOT NULL, '{score}')) AS x(name, given, causes)
   WHERE x.given AND consequence_problems.cause IN ('score', 'grade', 'beneficiaries', 'unspent', 'deviation') AND consequence_problems.cause <> ALL (x.causes)
  UNION ALL
  SELECT NULL, 'it gives no reason', 'The reason is what the advice says.' WHERE NOT budgetpm.is_text(pg_catalog.to_jsonb(consequence_problems.reason), 1000000000)
  UNION ALL
  SELECT NULL, 'the reason has more than 400 characters, or the provenance more than 200', NULL WHERE pg_catalog.length(consequence_problems.reason) > 400 OR pg_catalog.length(consequence_problems.provenance) > 200;
END;
COMMENT ON FUNCTION @ledger@.consequence_problems(text, integer, text, numeric, text, text, numeric, numeric, text, text) IS 'Internal: everything that keeps a rule of consequence from being defined.';

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
     AND NOT EXISTS (SELECT FROM @ledger@.accountability a JOIN @ledger@.evaluation o ON o.evaluation_id = a.evaluation_id
                      WHERE o.project_id = e.project_id AND o.fiscal_year = e.fiscal_year)
   ORDER BY s.evaluation_id;
END;
COMMENT ON FUNCTION @ledger@.poor_results(integer, text, date, integer) IS 'Internal: results of 差 that nobody answered within the days.';

CREATE FUNCTION @ledger@.record_advice(fiscal_year integer, division text) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_advice('@ledger@.ledger'::pg_catalog.regclass, fiscal_year, division);
END;
COMMENT ON FUNCTION @ledger@.record_advice(integer, text) IS
  'Hands the advice of advise_budget() on every project of a division and below to planning (budget_advice of the next year), which suggest_request() shows; what was handed on before in the same words is not again. Returns how many. Errors: 23503 division, ZB008 duty.';

CREATE FUNCTION @ledger@.advised_ceilings(preparation integer)
RETURNS TABLE (unit text, name text, base numeric, amount numeric, advised bigint, reason text)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  WITH given AS (
    SELECT DISTINCT ON (a.unit::text, a.project_id) a.unit, a.project_id, a.change, a.amount::numeric AS amount, a.reason, q.official_code AS project
      FROM @ledger@.preparation p JOIN @ledger@.budget_advice a ON a.fiscal_year = p.fiscal_year
      LEFT JOIN @ledger@.project q ON q.project_id = a.project_id
     WHERE p.preparation_id = advised_ceilings.preparation
     ORDER BY a.unit::text, a.project_id, a.advice_id DESC
  ), money AS (
    SELECT (l.unit::text)::budgetpm.budget_code AS unit, l.project_id, pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric + COALESCE(x.amount, 0)) AS budget
      FROM @ledger@.preparation p
      JOIN @ledger@.line l ON l.fiscal_year = p.fiscal_year - 1 AND p.division OPERATOR(budgetpm.@>) l.division
      JOIN @ledger@.balance b ON b.line_id = l.line_id
      LEFT JOIN LATERAL (SELECT pg_catalog.sum(y.amount) AS amount FROM @ledger@.lapsed_money y WHERE y.line_id = l.line_id) AS x ON true
     WHERE p.preparation_id = advised_ceilings.preparation
       AND NOT EXISTS (SELECT FROM @ledger@.preparation n WHERE n.fiscal_year = p.fiscal_year AND n.preparation_id <> p.preparation_id
                         AND p.division OPERATOR(budgetpm.@>) n.division AND n.division OPERATOR(budgetpm.@>) l.division)
     GROUP BY l.unit::text, l.project_id
  ), part AS (
    SELECT m.unit, m.budget, COALESCE(g.amount, pg_catalog.round(m.budget * (1 + g.change), 2)) AS amount, g.project, g.reason
      FROM money m JOIN given g ON g.unit OPERATOR(budgetpm.=) m.unit AND g.project_id = m.project_id
    UNION ALL
    SELECT r.unit, r.budget, COALESCE(g.amount, pg_catalog.round(r.budget * (1 + COALESCE(g.change, 0)), 2)), NULL, g.reason
      FROM (SELECT (m.unit::text)::budgetpm.budget_code AS unit, pg_catalog.sum(m.budget) AS budget FROM money m
             WHERE NOT EXISTS (SELECT FROM given g WHERE g.unit OPERATOR(budgetpm.=) m.unit AND g.project_id = m.project_id)
             GROUP BY m.unit::text) AS r
      LEFT JOIN given g ON g.unit OPERATOR(budgetpm.=) r.unit AND g.project_id IS NULL
  )
  SELECT u.official_code, u.name, pg_catalog.sum(x.budget), pg_catalog.sum(x.amount), pg_catalog.count(x.reason),
         pg_catalog.string_agg(pg_catalog.format('%s %s → %s: %s', x.project, x.budget, x.amount, x.reason), '; ' ORDER BY x.project) FILTER (WHERE x.reason IS NOT NULL)
    FROM @ledger@.unit u JOIN part x ON u.code OPERATOR(budgetpm.@>) x.unit
   WHERE EXISTS (SELECT FROM part o WHERE o.unit OPERATOR(budgetpm.=) u.code)
   GROUP BY u.official_code, u.name
   ORDER BY 1;
END;
COMMENT ON FUNCTION @ledger@.advised_ceilings(integer) IS
  'What the advice of results makes of the ceilings of a preparation (控制数建议): for each unit that had money in the year before, with the units below it, that money and what the advice on its projects (budget_advice) makes of it, what was not advised on as it was; in yuan, with the arithmetic. Of what the caller may read. No row: no such preparation, or no money the year before.';

CREATE FUNCTION @ledger@.issue_advised_ceilings(preparation integer, document text, round integer DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT pg_catalog.count(@ledger@.issue_ceiling(issue_advised_ceilings.preparation, a.amount, issue_advised_ceilings.document, unit => a.unit, round => a.round))
    FROM (SELECT c.unit, c.amount, issue_advised_ceilings.round FROM @ledger@.advised_ceilings(issue_advised_ceilings.preparation) AS c
          UNION ALL
          -- no preparation that the caller may see: issue_ceiling() says why, and no preparation has a round 0 that it could issue for
          SELECT NULL, 0, 0 WHERE NOT EXISTS (SELECT FROM @ledger@.preparation p WHERE p.preparation_id = issue_advised_ceilings.preparation)) AS a(unit, amount, round);
END;
COMMENT ON FUNCTION @ledger@.issue_advised_ceilings(integer, text, integer) IS
  'Issues the ceilings of advised_ceilings() to all of its units, and returns how many, 0 where no unit had money the year before; needs EXECUTE on issue_ceiling() too. Errors: as of issue_ceiling(), 42704 preparation among them.';

CREATE FUNCTION @ledger@.missing_evaluations(fiscal_year integer, as_of date DEFAULT NULL, division text DEFAULT NULL)
RETURNS TABLE (project text, name text, unit text, division text, period_end date)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100
BEGIN ATOMIC
  SELECT p.official_code, p.name, u.official_code, d.official_code, e.period_end
    FROM @ledger@.project p
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) p.unit
    JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) p.division
    CROSS JOIN LATERAL (SELECT @ledger@.setting(d.official_code, 'performance.third_party_interval_months', COALESCE(missing_evaluations.as_of, CURRENT_DATE))) AS s(months)
    CROSS JOIN LATERAL pg_catalog.generate_series(CASE WHEN s.months IN ('1', '2', '3', '4', '6', '12') THEN (s.months #>> '{}')::integer END, 12, CASE WHEN s.months IN ('1', '2', '3', '4', '6', '12') THEN (s.months #>> '{}')::integer END) AS m(month)
    CROSS JOIN LATERAL (SELECT (pg_catalog.make_date(missing_evaluations.fiscal_year, m.month, 1) + interval '1 month' - interval '1 day')::date) AS e(period_end)
   WHERE EXISTS (SELECT FROM @ledger@.target_set t WHERE t.project_id = p.project_id AND t.fiscal_year = missing_evaluations.fiscal_year)
     AND e.period_end <= COALESCE(missing_evaluations.as_of, CURRENT_DATE)
     AND (missing_evaluations.division IS NULL OR (SELECT budgetpm.division_key('@ledger@.ledger'::pg_catalog.regclass, missing_evaluations.division)) IS NOT NULL)
     AND (missing_evaluations.division IS NULL OR EXISTS (SELECT FROM @ledger@.division o WHERE o.official_code = missing_evaluations.division AND o.code OPERATOR(budgetpm.@>) p.division))
     AND NOT EXISTS (SELECT FROM @ledger@.evaluation v WHERE v.project_id = p.project_id AND v.fiscal_year = missing_evaluations.fiscal_year
                       AND v.evaluator = 'third_party' AND v.as_of = e.period_end)
   ORDER BY 1, 5;
END;
COMMENT ON FUNCTION @ledger@.missing_evaluations(integer, date, text) IS
  'Evaluations by a third party that are due and were not made (第三方评估缺报): of projects with targets for the year, in divisions whose profile wants one every so many months (setting performance.third_party_interval_months: 1, 2, 3, 4, 6 or 12), each period that has ended without one. Of what the caller may read. Errors: 23503 division.';

CREATE FUNCTION @ledger@.run_accountability(fiscal_year integer, division text, as_of date DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.run_accountability('@ledger@.ledger'::pg_catalog.regclass, fiscal_year, division, as_of);
END;
COMMENT ON FUNCTION @ledger@.run_accountability(integer, text, date) IS
  'Holds to account (无效必问责): every project of a division and below whose yearly result is 差 and was not answered within the setting performance.answer_days (15) gets a case of the flow of the setting performance.accountability_flow, otherwise of performance_accountability (adopt_flow() publishes it), once a year, whoever evaluates again. Returns how many; one whose case cannot begin is told in a warning, and the others begin. A day that has not come is none: nobody has had his time yet. Errors, where none begins: 22023 day, 23503 division, 42704 no flow, ZB008 duty, and those of the flow.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('roa+', '{library,profile_in_year,score_project,score_document,advise_budget,advised_ceilings,missing_evaluations,verify_evaluation}'),
    ('oa+', '{set_targets,record_ex_ante,record_monitoring,evaluate_project,answer_evaluation,record_advice}'),
    ('a+', '{run_accountability}'),
    ('o+a', '{issue_advised_ceilings}'),
    ('+', '{define_indicator,define_consequence,open_joint_evaluation}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

INSERT INTO @ledger@.flow_template (template, title, purpose, profile, definition) VALUES
('performance_accountability', '绩效问责', '评价等级为差而逾期未反馈的项目：单位书面说明（十个工作日）、监督检查核实、财政局长处理。由 run_accountability() 发起；事实 evaluation、score、project。', NULL, '{
  "flow": "performance_accountability", "title": "绩效问责",
  "steps": [
    {"step": "explain", "title": "单位说明", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "deadline": {"working_days": 10, "action": "remind"}, "next": "verify"},
    {"step": "verify", "title": "核实", "assign": [{"duty": "监督检查", "at": "division"}], "self": "allow", "decide": {"rule": "any"}, "on_reject": "explain", "next": "decide"},
    {"step": "decide", "title": "处理决定", "assign": [{"duty": "财政局长", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "verify", "next": "done"},
    {"step": "done", "type": "end"}]}');
