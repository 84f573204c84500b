-- performance: what a result does: advice, ceilings, a case

INSERT INTO @ledger@.consequence_rule (rule_id, rule, cause, grade, min_score, action, change, reason, from_year)
SELECT pg_catalog.nextval('@ledger@.consequence_rule_seq'), rule, cause, grade, least, action, change, reason, 1949
  FROM (VALUES
    ('score_90', 'score', NULL, 90::pg_catalog.numeric, 'raise', 0.10, '得分 90 分及以上, 下一年度预算增加 10 %'),
    ('good', 'grade', '良', NULL::pg_catalog.numeric, 'keep', 0, '评价等级良, 保持预算'),
    ('fair', 'grade', '中', NULL::pg_catalog.numeric, 'cut', -0.20, '评价等级中, 压减预算'),
    ('poor', 'grade', '差', NULL::pg_catalog.numeric, 'cancel', -1, '评价等级差, 取消安排'),
    ('beneficiaries', 'beneficiaries', NULL, NULL::pg_catalog.numeric, 'cut', -0.10, '未完成预定受益人数, 削减或调整预算')
  ) AS r(rule, cause, grade, least, action, change, reason);

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.consequence_rule
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.consequence_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.consequence_rule ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.consequence_rule FOR SELECT
  USING (division IS NULL OR budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, NULL));

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
