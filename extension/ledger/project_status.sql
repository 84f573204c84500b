-- project: what signals are made of, and what they are asked with

CREATE FUNCTION @ledger@.signal_rules(division text, as_of date DEFAULT CURRENT_DATE) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT pg_catalog.jsonb_object_agg(pg_catalog.substr(s.key, 16), s.value)
    FROM @ledger@.settings(signal_rules.division, signal_rules.as_of) AS s
   WHERE pg_catalog.starts_with(s.key, 'project.signal.');
END;
COMMENT ON FUNCTION @ledger@.signal_rules(text, date) IS
  'Thresholds, weights, colours and actions of signals in a division (official code) on a day: the settings project.signal.* without that prefix, as budgetpm.signal() takes them. Errors: 23503 no such division, 42501.';

CREATE FUNCTION @ledger@.requested_after(contract bigint, as_of date) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  WITH RECURSIVE chain AS (
    SELECT o.obligation_id, o.line_id FROM @ledger@.contract g
      JOIN @ledger@.obligation o ON o.line_id = g.line_id AND o.document = g.contract_no AND o.stage = 'commit'
     WHERE g.contract_id = requested_after.contract
    UNION
    SELECT o.obligation_id, o.line_id FROM chain c JOIN @ledger@.obligation o ON o.predecessor = c.obligation_id AND o.stage = 'commit')
  SELECT COALESCE(pg_catalog.sum(CASE WHEN j.from_obligation = c.obligation_id THEN j.amount::numeric ELSE -j.amount::numeric END), 0)
    FROM chain c
    JOIN @ledger@.journal j ON j.line_id = c.line_id AND j.accounting_date > requested_after.as_of
    JOIN @ledger@.entry_kind k ON k.kind = j.kind
   WHERE (j.from_obligation = c.obligation_id AND k.target IN ('requested', 'paid'))
      OR (j.to_obligation = c.obligation_id AND k.source IN ('requested', 'paid'));
END;
COMMENT ON FUNCTION @ledger@.requested_after(bigint, date) IS
  'Internal: what was requested of a contract with an accounting date after a day, in yuan, less what came back after it.';

-- Conditions of several kinds in one clause are all to be met.  What a clause waits for is
-- looked up only where it names it: few clauses name deliveries, a document or another project.
CREATE FUNCTION @ledger@.clause_duties(as_of date, project bigint)
RETURNS TABLE (project_id bigint, contract_no varchar, clause_no integer, kind varchar, title varchar, due_on date, met boolean)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1000
BEGIN ATOMIC
  SELECT c.project_id, c.contract_no, c.clause_no, c.kind, c.title,
         CASE c.kind WHEN 'deadline' THEN (c.terms ->> 'due_on')::date WHEN 'milestone' THEN c.due_on WHEN 'retention' THEN c.met_on END,
         CASE WHEN c.kind <> 'retention' OR c.met_on IS NULL THEN c.met_on IS NOT NULL
              ELSE (SELECT pg_catalog.max(v.requested) - CASE WHEN clause_duties.as_of < CURRENT_DATE THEN @ledger@.requested_after(c.contract_id, clause_duties.as_of) ELSE 0 END
                             >= LEAST(pg_catalog.min(v.allowed), c.amount)
                      FROM budgetpm.check_contract('@ledger@.ledger'::pg_catalog.regclass, c.contract_no, clause_duties.as_of) v) END
    FROM (SELECT l.project_id, g.contract_id, g.contract_no, g.amount, k.clause_no, k.kind, k.title, k.terms,
                 -- when it was to be met, where that is planned
                 GREATEST(s.planned_on, CASE k.terms ->> 'delivery' WHEN 'any' THEN d.first_planned WHEN 'all' THEN d.last_planned END) AS due_on,
                 -- since when it is met; NULL: it is not, by that day
                 CASE WHEN (s.done_on <= clause_duties.as_of OR NOT k.terms ? 'milestone')
                       AND (NOT k.terms ? 'delivery' OR CASE k.terms ->> 'delivery' WHEN 'any' THEN d.first_accepted ELSE d.all_accepted END <= clause_duties.as_of)
                       AND (NOT k.terms ? 'until' OR (k.terms ->> 'until')::date <= clause_duties.as_of)
                       AND (NOT k.terms ? 'document' OR EXISTS (SELECT 1 FROM @ledger@.evidence_document e
                             WHERE e.contract_id = k.contract_id AND e.kind = k.terms ->> 'document' AND e.registered_at::date <= clause_duties.as_of))
                      THEN GREATEST(CASE WHEN k.terms ? 'milestone' THEN s.done_on END, (k.terms ->> 'until')::date,
                             CASE k.terms ->> 'delivery' WHEN 'any' THEN d.first_accepted WHEN 'all' THEN d.all_accepted END,
                             CASE WHEN k.terms ? 'document' THEN (SELECT pg_catalog.min(e.registered_at)::date FROM @ledger@.evidence_document e
                               WHERE e.contract_id = k.contract_id AND e.kind = k.terms ->> 'document') END,
                             CASE WHEN k.terms ? 'on' THEN COALESCE(g.signed_on, g.created_at::date) END) END AS met_on
            FROM @ledger@.line l
            JOIN @ledger@.contract g ON g.line_id = l.line_id AND (g.state = 'signed' OR g.ended_on > clause_duties.as_of)
             AND COALESCE(g.signed_on <= clause_duties.as_of, true)
            JOIN @ledger@.contract_clause k ON k.contract_id = g.contract_id
            LEFT JOIN @ledger@.milestone s ON s.milestone_no = (k.terms ->> 'milestone')::integer
             AND s.project_id = CASE WHEN k.terms ? 'project' THEN (SELECT p.project_id FROM @ledger@.project p WHERE p.official_code = k.terms ->> 'project') ELSE l.project_id END
            LEFT JOIN LATERAL (
              SELECT pg_catalog.min(d.planned_on) AS first_planned, pg_catalog.max(d.planned_on) AS last_planned, pg_catalog.min(d.first_accepted_on) AS first_accepted,
                     CASE WHEN pg_catalog.bool_and(d.whole_accepted_on IS NOT NULL) THEN pg_catalog.max(d.whole_accepted_on) END AS all_accepted
                FROM @ledger@.delivery d WHERE d.contract_id = k.contract_id AND k.terms ? 'delivery') d ON true
           WHERE k.kind IN ('milestone', 'retention', 'deadline')
             AND COALESCE(k.valid_from <= clause_duties.as_of, true)
             AND NOT EXISTS (SELECT 1 FROM @ledger@.contract_clause n WHERE n.contract_id = k.contract_id AND n.version > k.version
                              AND COALESCE(n.valid_from <= clause_duties.as_of, true))
             AND l.project_id BETWEEN COALESCE(clause_duties.project, 0) AND COALESCE(clause_duties.project, 9223372036854775807)) c;
END;
COMMENT ON FUNCTION @ledger@.clause_duties(date, bigint) IS
  'Internal: what the clauses of signed contracts ask for, with the day it is due and whether it is met by a day, of all projects (NULL) or one. milestone: its milestone or its deliveries, by the day they are planned; deadline: its conditions, by due_on; retention (质保金): that all is requested that the contract allows, from the day its conditions are met. A contract counts from its signing to its end, and with the clauses that were valid on the day. due_on NULL: no day is known.';

-- One row for each project under way.  BETWEEN, so that one text serves all projects, by
-- scans that are joined, and another one project, by its indexes: NULL is folded away.
CREATE FUNCTION @ledger@.signal_facts(as_of date, place text, project bigint)
RETURNS TABLE (project_id bigint, division budgetpm.budget_code, unit budgetpm.budget_code, starts_on date, ends_on date,
  budget budgetpm.amount, paid budgetpm.amount, contract_due bigint, contract_met bigint, clause_due bigint, clause_met bigint, clause_late bigint,
  delivery_due bigint, delivery_met bigint, planned numeric, physical numeric, achievement numeric, clause text, indicators jsonb)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100000
BEGIN ATOMIC
  WITH later AS MATERIALIZED (
    SELECT l.project_id,
           budgetpm.sum(CASE WHEN k.target = 'paid' THEN j.amount WHEN k.source = 'paid' THEN -j.amount ELSE '0' END) AS paid,
           budgetpm.sum(CASE WHEN k.source IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount ELSE '0' END
             - CASE WHEN k.target IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount ELSE '0' END) AS budget
      FROM @ledger@.journal j
      JOIN @ledger@.entry_kind k ON k.kind = j.kind
      JOIN @ledger@.line l ON l.line_id = j.line_id
     WHERE j.accounting_date > signal_facts.as_of
       AND l.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807)
       AND j.line_id >= EXTRACT(year FROM signal_facts.as_of)::bigint * 1000000000000
       AND j.line_id < (EXTRACT(year FROM signal_facts.as_of)::bigint + 1) * 1000000000000
     GROUP BY l.project_id),
  -- the plan of that day, of projects that have another one now
  former AS MATERIALIZED (
    SELECT DISTINCT ON (e.project_id) e.project_id, e.details
      FROM @ledger@.project_event e
     WHERE signal_facts.as_of < CURRENT_DATE AND e.action = 'planned' AND e.happened_at::date <= signal_facts.as_of
       AND e.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807)
       AND EXISTS (SELECT 1 FROM @ledger@.project_event n WHERE n.project_id = e.project_id AND n.action = 'planned' AND n.event_no > e.event_no AND n.happened_at::date > signal_facts.as_of)
     ORDER BY e.project_id, e.event_no DESC)
  SELECT p.project_id, p.division, p.unit, LEAST(p.starts_on, p.started_on), p.ends_on,
         COALESCE(m.budget, '0') - COALESCE(t.budget, '0'), COALESCE(m.paid, '0') - COALESCE(t.paid, '0'),
         d.contract_due, d.contract_met, c.clause_due, c.clause_met, c.clause_late, d.delivery_due, d.delivery_met,
         CASE WHEN COALESCE(o.last, s.last) IS NOT NULL THEN COALESCE(o.planned, s.planned) * 0.000001
              WHEN r.percent IS NOT NULL AND p.starts_on <= p.ends_on
              THEN pg_catalog.trunc(LEAST(GREATEST(signal_facts.as_of - LEAST(p.starts_on, p.started_on) + 1, 0)::numeric / (p.ends_on - LEAST(p.starts_on, p.started_on) + 1), 1), 4) END,
         COALESCE(r.percent * 0.01, COALESCE(o.done, s.done) * 0.000001), i.achievement, c.clause, i.indicators
    FROM @ledger@.project p
    LEFT JOIN (
      SELECT l.project_id, budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS budget, budgetpm.sum(b.paid) AS paid
        FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
       WHERE l.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807)
         AND b.line_id >= EXTRACT(year FROM signal_facts.as_of)::bigint * 1000000000000
         AND b.line_id < (EXTRACT(year FROM signal_facts.as_of)::bigint + 1) * 1000000000000
       GROUP BY l.project_id) m ON m.project_id = p.project_id
    LEFT JOIN later t ON t.project_id = p.project_id
    LEFT JOIN (
      SELECT d.project_id, pg_catalog.count(*) AS delivery_due,
             pg_catalog.sum(CASE WHEN d.delivered_on <= signal_facts.as_of THEN budgetpm.share_met(d.delivered_quantity, d.planned_quantity)
               -- the steps of one that went on later are events
               WHEN d.delivered_on > signal_facts.as_of THEN budgetpm.share_met(COALESCE((SELECT pg_catalog.sum((e.details ->> 'quantity')::numeric)
                 FROM @ledger@.project_event e WHERE e.project_id = d.project_id AND e.action = 'delivered' AND (e.details ->> 'delivery')::bigint = d.delivery_id
                  AND (e.details ->> 'on')::date <= signal_facts.as_of), 0), d.planned_quantity) ELSE 0 END) AS delivery_met,
             NULLIF(pg_catalog.count(*) FILTER (WHERE g.stands), 0) AS contract_due,
             pg_catalog.count(*) FILTER (WHERE g.stands AND d.whole_accepted_on <= signal_facts.as_of) AS contract_met
        FROM @ledger@.delivery d
        LEFT JOIN LATERAL (
          SELECT (c.state = 'signed' OR c.ended_on > signal_facts.as_of) AND COALESCE(c.signed_on <= signal_facts.as_of, true) AS stands,
                 c.state IN ('closed', 'cancelled') AND COALESCE(c.ended_on <= signal_facts.as_of, true) AS ended
            FROM @ledger@.contract c WHERE c.contract_id = d.contract_id) g ON true
       WHERE d.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807) AND d.planned_on <= signal_facts.as_of
         AND g.ended IS NOT TRUE
       GROUP BY d.project_id) d ON d.project_id = p.project_id
    LEFT JOIN (
      SELECT c.project_id, pg_catalog.count(*) AS clause_due, pg_catalog.count(*) FILTER (WHERE c.met) AS clause_met,
             COALESCE(pg_catalog.max(signal_facts.as_of - c.due_on) FILTER (WHERE NOT c.met), 0)::bigint AS clause_late,
             -- the number of days in front finds the one that is most late
             pg_catalog.substr(pg_catalog.max(pg_catalog.lpad((signal_facts.as_of - c.due_on)::text, 7, '0') || c.contract_no || '/' || c.clause_no || ' ' || c.title COLLATE "C")
               FILTER (WHERE NOT c.met), 8) AS clause
        FROM (SELECT x.* FROM @ledger@.clause_duties(signal_facts.as_of, signal_facts.project) x WHERE x.due_on <= signal_facts.as_of OFFSET 0) c
       GROUP BY c.project_id) c ON c.project_id = p.project_id
    LEFT JOIN (
      SELECT s.project_id, COALESCE(pg_catalog.sum(s.weight_parts) FILTER (WHERE s.planned_on <= signal_facts.as_of), 0) AS planned,
             COALESCE(pg_catalog.sum(s.weight_parts) FILTER (WHERE s.done_on <= signal_facts.as_of), 0) AS done, pg_catalog.max(s.planned_on) AS last
        FROM @ledger@.milestone s
       WHERE s.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807)
       GROUP BY s.project_id) s ON s.project_id = p.project_id
    LEFT JOIN (
      SELECT former.project_id, COALESCE(pg_catalog.sum((x.weight * 10000)::bigint) FILTER (WHERE x.planned_on <= signal_facts.as_of), 0) AS planned,
             COALESCE(pg_catalog.sum((x.weight * 10000)::bigint) FILTER (WHERE n.done_on <= signal_facts.as_of), 0) AS done, pg_catalog.max(x.planned_on) AS last
        FROM former CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(former.details) AS x(no integer, planned_on date, weight numeric)
        LEFT JOIN @ledger@.milestone n ON n.project_id = former.project_id AND n.milestone_no = x.no
       GROUP BY former.project_id) o ON o.project_id = p.project_id
    LEFT JOIN LATERAL (
      SELECT r.percent FROM @ledger@.progress_report r
       WHERE r.project_id = p.project_id AND r.reported_for <= signal_facts.as_of
         AND NOT EXISTS (SELECT 1 FROM @ledger@.progress_report n WHERE n.replaces = r.report_id)
       ORDER BY r.reported_for DESC, r.report_id DESC LIMIT 1) r ON true
    LEFT JOIN @ledger@.project_indicator i ON i.project_id = p.project_id AND i.fiscal_year = EXTRACT(year FROM signal_facts.as_of)::integer
   WHERE p.stage IN ('funded', 'under_way')
     AND (signal_facts.place IS NULL OR p.division OPERATOR(budgetpm.<@) signal_facts.place::budgetpm.budget_code)
     AND p.project_id BETWEEN COALESCE(signal_facts.project, 0) AND COALESCE(signal_facts.project, 9223372036854775807);
END;
COMMENT ON FUNCTION @ledger@.signal_facts(date, text, bigint) IS
  'Internal: the facts that budgetpm.signal() judges by, of projects that are funded or under way, in a place (tree key; NULL: all) or of one project: budget and paid of the lines of the year by accounting date, deliveries due and met (in millionths) but those of closed and cancelled contracts, clauses of contracts due and met, planned and physical progress (the last report, or the milestones done), indicators.';

CREATE FUNCTION @ledger@.signal_rule_sets(as_of date, divisions text[])
RETURNS TABLE (division text, rules jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100
BEGIN ATOMIC
  SELECT d.division, (
           SELECT pg_catalog.jsonb_object_agg(pg_catalog.substr(x.key, 16), x.value)
             FROM (SELECT DISTINCT ON (c.key) c.key, c.value
                     FROM (SELECT s.key, s.value, b.division::text COLLATE "C" AS division, b.version
                             FROM @ledger@.profile_binding b
                             JOIN @ledger@.profile_setting s ON s.profile = b.profile AND s.version = b.version
                            WHERE b.division OPERATOR(budgetpm.@>) d.division::budgetpm.budget_code AND b.valid_from <= signal_rule_sets.as_of
                              AND (b.valid_to IS NULL OR b.valid_to > signal_rule_sets.as_of) AND pg_catalog.starts_with(s.key, 'project.signal.')
                           UNION ALL
                           SELECT s.key, s.value, NULL, s.version FROM @ledger@.profile_setting s
                            WHERE s.profile = 'standard' AND pg_catalog.starts_with(s.key, 'project.signal.')) c
                    ORDER BY c.key, c.division DESC NULLS LAST, c.version DESC) x)
    FROM pg_catalog.unnest(signal_rule_sets.divisions) AS d(division);
END;
COMMENT ON FUNCTION @ledger@.signal_rule_sets(date, text[]) IS
  'Internal: signal_rules() of several divisions, by their tree keys.';

CREATE FUNCTION @ledger@.signal_judged(as_of date, place text, project bigint)
RETURNS TABLE (project_id bigint, division budgetpm.budget_code, unit budgetpm.budget_code, colour text, score numeric, reasons jsonb, inputs jsonb)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100000
BEGIN ATOMIC
  WITH rule AS MATERIALIZED (
    SELECT r.division::budgetpm.budget_code AS division, r.rules
      FROM @ledger@.signal_rule_sets(signal_judged.as_of, ARRAY(
             SELECT DISTINCT p.division::text FROM @ledger@.project p
              WHERE p.stage IN ('funded', 'under_way')
                AND p.project_id BETWEEN COALESCE(signal_judged.project, 0) AND COALESCE(signal_judged.project, 9223372036854775807))) r)
  SELECT j.project_id, j.division, j.unit, (j.signal).colour, (j.signal).score, (j.signal).reasons, (j.signal).inputs
    FROM (SELECT f.project_id, f.division, f.unit,
                 budgetpm.signal_columns(r.rules, signal_judged.as_of, f.starts_on, f.ends_on, f.budget, f.paid, f.contract_due, f.contract_met,
                   f.clause_due, f.clause_met, f.clause_late, f.delivery_due, f.delivery_met, f.planned, f.physical, f.achievement, f.clause, f.indicators) AS signal
            FROM @ledger@.signal_facts(signal_judged.as_of, signal_judged.place, signal_judged.project) f
            JOIN rule r ON r.division OPERATOR(budgetpm.=) f.division
          -- A signal is not computed again wherever a part of it is used.
          OFFSET 0) j;
END;
COMMENT ON FUNCTION @ledger@.signal_judged(date, text, bigint) IS
  'Internal: the signals that the rules of each division give for signal_facts(), with the facts as a document.';

CREATE FUNCTION @ledger@.assess_project(project text, as_of date DEFAULT CURRENT_DATE, actor text DEFAULT NULL) RETURNS text
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.assess_project('@ledger@.ledger'::pg_catalog.regclass, project, as_of, actor);
END;
COMMENT ON FUNCTION @ledger@.assess_project(text, date, text) IS
  'Assesses a project (预警评估) that is funded or under way, keeps the signal where it is not the one kept already, and returns its colour. What the colour brings about is begun or ended as assess_all() does. Errors: 23503 no such project, ZB007 not under way, 22023 a day in the future, 22004, 25000 under REPEATABLE READ, 42501, ZB008 duty.';

CREATE FUNCTION @ledger@.assess_all(as_of date DEFAULT CURRENT_DATE, division text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS TABLE (assessed bigint, red bigint, yellow bigint, green bigint, blue bigint, unjudged bigint, opened bigint, ended bigint, cases bigint, failed bigint)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT * FROM budgetpm.assess_all('@ledger@.ledger'::pg_catalog.regclass, as_of, division, actor);
END;
COMMENT ON FUNCTION @ledger@.assess_all(date, text, text) IS
  'Assesses every project that is funded or under way, in a division (official code) and all below it or in the whole ledger, as one set. A signal is kept where it is not the one kept already, so that the same night twice changes nothing. By the newest signal of each project, what the setting project.signal.actions names for its colour is begun once (yellow: intervention 人工干预, red: audit 审计介入), with a case of the flow of that name in project.signal.flows, and ended when the colour is better again; both are events of the project. Returns how many signals were kept, by colour, how many concerns were opened and ended, how many cases begun, and how many could not be: project_concern says why. Call it from a job. Errors: 23503 no such division, 22023 a day in the future or rules that cannot be read, 25000 under REPEATABLE READ, 42501, ZB008 duty.';

CREATE FUNCTION @ledger@.report_indicators(project text, fiscal_year integer, indicators jsonb, achievement numeric DEFAULT NULL, actor text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.report_indicators('@ledger@.ledger'::pg_catalog.regclass, project, fiscal_year, indicators, achievement, actor);
END;
COMMENT ON FUNCTION @ledger@.report_indicators(text, integer, jsonb, numeric, text) IS
  'Says how far the performance indicators (绩效指标) of a project have come in a year, in place of what was said before: a list of {"indicator", "kind": ">=", "<=", "<", "=" or "qualitative", "target", "actual"}, and the achievement of the targets as a whole, 1 is all of them. Errors: 22023 every fault, 22004, 23503 no such project, 42501, ZB008 duty.';

CREATE VIEW @report@.project_signal WITH (security_invoker = true) AS
  SELECT s.project_id * 100000 + (s.as_of - DATE '2000-01-01') AS id, p.official_code AS project_code, p.name AS project_name,
         d.official_code AS division_code, u.official_code AS unit_code, s.as_of, s.colour, s.score, s.reasons,
         s.last_colour::varchar(10) AS last_colour, s.colour IS DISTINCT FROM s.last_colour AS changed, s.next_as_of IS NULL AS newest, s.revision, s.assessed_at
    FROM (SELECT x.*, lag(x.colour) OVER w AS last_colour, lead(x.as_of) OVER w AS next_as_of
            FROM (SELECT DISTINCT ON (g.project_id, g.as_of) g.* FROM @ledger@.project_signal g ORDER BY g.project_id, g.as_of, g.revision DESC) x
          WINDOW w AS (PARTITION BY x.project_id ORDER BY x.as_of)) s
    JOIN @ledger@.project p ON p.project_id = s.project_id
    JOIN @ledger@.division d ON d.code = s.division
    JOIN @ledger@.unit u ON u.code = s.unit;
COMMENT ON VIEW @report@.project_signal IS 'Signals of projects (项目预警): a row for each project and day that was assessed, the last assessment of that day. To draw a trend, order by as_of; for the state now, take newest.';
COMMENT ON COLUMN @report@.project_signal.id IS 'Unique in the view; for clients that need one integer key.';
COMMENT ON COLUMN @report@.project_signal.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.project_signal.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_signal.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.project_signal.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.project_signal.as_of IS 'The day that it is about.';
COMMENT ON COLUMN @report@.project_signal.colour IS 'red 红, yellow 黄, green 绿, blue 蓝; none: nothing could be judged.';
COMMENT ON COLUMN @report@.project_signal.score IS 'Weighted share of what was reached, 0 to 100.';
COMMENT ON COLUMN @report@.project_signal.reasons IS 'Every reason: dimension, colour, value, relation, threshold, formula, note.';
COMMENT ON COLUMN @report@.project_signal.last_colour IS 'The colour of the assessment before; NULL: there was none.';
COMMENT ON COLUMN @report@.project_signal.changed IS 'Whether it is another colour than that.';
COMMENT ON COLUMN @report@.project_signal.newest IS 'Whether no later day was assessed.';
COMMENT ON COLUMN @report@.project_signal.revision IS 'How many assessments of that day there were.';
COMMENT ON COLUMN @report@.project_signal.assessed_at IS 'When it was assessed.';

CREATE VIEW @report@.project_concern WITH (security_invoker = true) AS
  SELECT c.concern_id AS id, c.concern_id, p.official_code AS project_code, p.name AS project_name, d.official_code AS division_code,
         u.official_code AS unit_code, c.kind, c.colour, c.opened_on, c.ended_on, c.ended_colour,
         COALESCE(c.ended_on, CURRENT_DATE) - c.opened_on AS days, c.case_id, a.state AS case_state, c.problem::varchar(1000) AS problem,
         c.ended_stage, c.held_on
    FROM @ledger@.project_concern c
    JOIN @ledger@.project p ON p.project_id = c.project_id
    JOIN @ledger@.division d ON d.code = c.division
    JOIN @ledger@.unit u ON u.code = c.unit
    LEFT JOIN @ledger@.approval_case a ON a.case_id = c.case_id;
COMMENT ON VIEW @report@.project_concern IS 'What signals have brought about (预警处置): interventions and audits, their cases, and whether they stand.';
COMMENT ON COLUMN @report@.project_concern.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.project_concern.concern_id IS 'The concern.';
COMMENT ON COLUMN @report@.project_concern.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.project_concern.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_concern.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.project_concern.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.project_concern.kind IS 'intervention (人工干预) or audit (审计介入), as the profile names it.';
COMMENT ON COLUMN @report@.project_concern.colour IS 'The colour that began it.';
COMMENT ON COLUMN @report@.project_concern.opened_on IS 'The day of that signal.';
COMMENT ON COLUMN @report@.project_concern.ended_on IS 'The day of the first better signal, or on which the project came to a stage where it is judged no more; NULL: it stands.';
COMMENT ON COLUMN @report@.project_concern.ended_colour IS 'The colour of that signal; NULL: a stage ended it.';
COMMENT ON COLUMN @report@.project_concern.ended_stage IS 'The stage that ended it: accepted, closed or cancelled; NULL: a signal did.';
COMMENT ON COLUMN @report@.project_concern.held_on IS 'Day on which the project was suspended or completed: the concern waits, and goes on when the project does.';
COMMENT ON COLUMN @report@.project_concern.days IS 'Days that it stood, or has stood.';
COMMENT ON COLUMN @report@.project_concern.case_id IS 'The case that was begun.';
COMMENT ON COLUMN @report@.project_concern.case_state IS 'State of the case, where the reader may see it.';
COMMENT ON COLUMN @report@.project_concern.problem IS 'Why no case could be begun.';

CREATE VIEW @report@.problem_frequency WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY f.count DESC, f.division_code, f.problem, f.kind) AS id, f.problem::varchar(40) AS problem, f.kind::varchar(63) AS kind, f.division_code::varchar(12) AS division_code, d.name AS division_name,
         f.count, f.of_all, trunc(f.count::numeric / f.of_all, 4)::numeric(24,4) AS rate, f.amount::numeric(20,2),
         rank() OVER (PARTITION BY f.problem ORDER BY f.count DESC) AS rank_in_problem, rank() OVER (ORDER BY f.count DESC) AS rank
    FROM (
      SELECT '审批延迟'::varchar(40) AS problem, t.flow::varchar(63) AS kind, t.division_code, count(*) FILTER (WHERE t.overdue OR t.decided_at > t.due_at) AS count,
             count(*) AS of_all, NULL::numeric AS amount
        FROM @report@.task t WHERE t.kind = 'sign' AND t.opened_at IS NOT NULL GROUP BY t.flow, t.division_code
      UNION ALL
      SELECT '进度滞后', r.dimension, s.division_code, count(*) FILTER (WHERE r.colour IN ('yellow', 'red')), count(*), NULL
        FROM @report@.project_signal s CROSS JOIN LATERAL (SELECT DISTINCT ON (x ->> 'dimension') x ->> 'dimension' AS dimension, x ->> 'colour' AS colour
               FROM jsonb_array_elements(s.reasons) AS x
              ORDER BY x ->> 'dimension', array_position('{red,yellow,green,blue,none}', x ->> 'colour')) r
       WHERE s.newest AND EXISTS (SELECT 1 FROM @ledger@.project p WHERE p.official_code = s.project_code AND p.stage IN ('funded', 'under_way', 'suspended'))
       GROUP BY r.dimension, s.division_code
      UNION ALL
      SELECT '资金沉淀', f.name, i.division_code, count(*) FILTER (WHERE i.idle > 0), count(*), sum(i.idle)
        FROM @report@.idle_money i JOIN @ledger@.fund_type f ON f.fund_type = i.fund_type GROUP BY f.name, i.division_code) f
    JOIN @ledger@.division d ON d.official_code = f.division_code
   WHERE f.count > 0;
COMMENT ON VIEW @report@.problem_frequency IS 'What goes wrong most often (高频问题), by division and kind: approvals late (审批延迟, by flow), progress late (进度滞后, by dimension of the newest signals of projects that have not ended), money idle (资金沉淀, by fund type). Of what the reader may read.';
COMMENT ON COLUMN @report@.problem_frequency.id IS 'Unique in the view; do not store it.';
COMMENT ON COLUMN @report@.problem_frequency.problem IS '审批延迟, 进度滞后 or 资金沉淀.';
COMMENT ON COLUMN @report@.problem_frequency.kind IS 'Flow, dimension or fund type.';
COMMENT ON COLUMN @report@.problem_frequency.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.problem_frequency.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.problem_frequency.count IS 'How often: tasks decided late or open beyond their time, projects yellow or red, lines with idle money.';
COMMENT ON COLUMN @report@.problem_frequency.of_all IS 'Of how many.';
COMMENT ON COLUMN @report@.problem_frequency.rate IS 'count / of_all, as a fraction.';
COMMENT ON COLUMN @report@.problem_frequency.amount IS 'Idle money, in yuan; NULL for the other problems.';
COMMENT ON COLUMN @report@.problem_frequency.rank_in_problem IS 'Rank among the divisions and kinds of that problem, by count.';
COMMENT ON COLUMN @report@.problem_frequency.rank IS 'Rank among all, by count.';

CREATE FUNCTION @ledger@.notify_rectification(project text, requirement text, due_on date, document text, line bigint DEFAULT NULL, amount numeric DEFAULT NULL,
  key text DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.notify_rectification('@ledger@.ledger'::pg_catalog.regclass, project, requirement, due_on, document, line, amount, key, actor);
END;
COMMENT ON FUNCTION @ledger@.notify_rectification(text, text, date, text, bigint, numeric, text, text) IS
  'Gives notice that something of a project is to be put right (整改通知) until a day, by a document, and returns the case: of the flow that the setting project.signal.flows names for rectification. Its step rectify is the answer, its step check the check that closes it; the view rectification shows them. With a line and an amount that flow holds the money back until then (暂缓拨款). A repeated key returns the case that it began. Errors: 22004, 22023 a day that has passed, 22001, 23503 project, 42704 no such flow, 42501, ZB006 key, ZB008 duty, and those of the flow.';

CREATE VIEW @report@.rectification WITH (security_invoker = true) AS
  SELECT c.case_id AS id, c.case_id, (c.facts ->> 'project')::varchar(21) AS project_code, p.name AS project_name, d.official_code AS division_code, u.official_code AS unit_code,
         (c.facts ->> 'document')::varchar(200) AS document, (c.facts ->> 'requirement')::varchar(2000) AS requirement, c.started_at AS noticed_at, c.initiator AS noticed_by,
         (c.facts ->> 'due_on')::date AS due_on, a.opinion::varchar(4000) AS answer, a.actor AS answered_by, a.happened_at AS answered_at,
         k.action::varchar(30) AS checked, k.opinion::varchar(4000) AS check_opinion, k.actor AS checked_by, k.happened_at AS checked_at,
         CASE WHEN c.state = 'approved' THEN 'closed' WHEN c.ended_at IS NOT NULL THEN c.state
              WHEN a.happened_at IS NULL THEN 'noticed' WHEN k.happened_at > a.happened_at THEN 'sent back' ELSE 'answered' END::varchar(12) AS state,
         c.ended_at IS NULL AND (c.facts ->> 'due_on')::date < CURRENT_DATE
           OR COALESCE(a.happened_at::date > (c.facts ->> 'due_on')::date, false) AS late,
         c.ended_at AS closed_at
    FROM @ledger@.approval_case c
    LEFT JOIN @ledger@.project p ON p.official_code = c.facts ->> 'project'
    JOIN @ledger@.division d ON d.code = c.division
    LEFT JOIN @ledger@.unit u ON u.code = c.unit
    LEFT JOIN LATERAL (SELECT e.opinion, e.actor, e.happened_at FROM @ledger@.case_event e
                        WHERE e.case_id = c.case_id AND e.step = 'rectify' AND e.action = 'approve' ORDER BY e.event_no DESC LIMIT 1) a ON true
    LEFT JOIN LATERAL (SELECT e.opinion, e.actor, e.happened_at, e.action FROM @ledger@.case_event e
                        WHERE e.case_id = c.case_id AND e.step = 'check' AND e.action IN ('approve', 'reject', 'return') ORDER BY e.event_no DESC LIMIT 1) k ON true
   WHERE c.facts ? 'requirement' AND c.facts ? 'due_on' AND c.facts ? 'project';
COMMENT ON VIEW @report@.rectification IS 'Rectification (整改台账): notice, answer, check, closed, one row a notice. Its record is the case.';
COMMENT ON COLUMN @report@.rectification.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.rectification.case_id IS 'The case.';
COMMENT ON COLUMN @report@.rectification.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.rectification.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.rectification.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.rectification.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.rectification.document IS 'The notice (整改通知书).';
COMMENT ON COLUMN @report@.rectification.requirement IS 'What is to be put right (整改要求).';
COMMENT ON COLUMN @report@.rectification.noticed_at IS 'When notice was given.';
COMMENT ON COLUMN @report@.rectification.noticed_by IS 'By whom.';
COMMENT ON COLUMN @report@.rectification.due_on IS 'Until when (整改时限).';
COMMENT ON COLUMN @report@.rectification.answer IS 'The last answer (整改情况).';
COMMENT ON COLUMN @report@.rectification.answered_by IS 'Who gave it.';
COMMENT ON COLUMN @report@.rectification.answered_at IS 'When.';
COMMENT ON COLUMN @report@.rectification.checked IS 'What the last check said: approve, reject or return.';
COMMENT ON COLUMN @report@.rectification.check_opinion IS 'Its opinion (复核意见).';
COMMENT ON COLUMN @report@.rectification.checked_by IS 'Who checked.';
COMMENT ON COLUMN @report@.rectification.checked_at IS 'When.';
COMMENT ON COLUMN @report@.rectification.state IS 'noticed 已通知, answered 已反馈, sent back 退回, closed 已销号; or how else the case ended.';
COMMENT ON COLUMN @report@.rectification.late IS 'Whether the last answer came after its day, or that day has passed and it is not closed.';
COMMENT ON COLUMN @report@.rectification.closed_at IS 'When it was closed.';
