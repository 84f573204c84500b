-- control: what caps, plans and alerts say to people

CREATE VIEW @ledger@.cap_total WITH (security_invoker = true) AS
  SELECT b.cap_id,
         (b.basis OPERATOR(budgetpm.+) COALESCE((SELECT budgetpm.sum(s.basis) FROM @ledger@.cap_slot s WHERE s.cap_id = b.cap_id), '0'))::numeric(20,2) AS basis,
         (b.used OPERATOR(budgetpm.+) COALESCE((SELECT budgetpm.sum(s.used) FROM @ledger@.cap_slot s WHERE s.cap_id = b.cap_id), '0'))::numeric(20,2) AS used
    FROM @ledger@.cap_balance b;
COMMENT ON VIEW @ledger@.cap_total IS 'Basis and use of each cap, its slots added.';
COMMENT ON COLUMN @ledger@.cap_total.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap_total.basis IS 'What its limits are a ratio of, in yuan.';
COMMENT ON COLUMN @ledger@.cap_total.used IS 'Sum of the consuming buckets of its lines, in yuan.';

CREATE VIEW @report@.cap WITH (security_invoker = true) AS
  SELECT v.cap_id, v.fiscal_year, v.name, v.kind, v.division_code, v.division_name, v.unit_code, v.unit_name,
         v.basis, v.basis_amount::numeric(20,2), v.used::numeric(20,2),
         budgetpm.cap_limit(v.limited, v.warn_ratio)::numeric(20,2) AS warn_limit,
         budgetpm.cap_limit(v.limited, v.block_ratio)::numeric(20,2) AS block_limit,
         (budgetpm.cap_limit(v.limited, v.block_ratio)::numeric - v.used::numeric)::numeric(20,2) AS left_amount,
         CASE WHEN v.state = 'closed' THEN 'grey'
              WHEN v.used > budgetpm.cap_limit(v.limited, v.block_ratio) THEN 'red'
              WHEN v.used > budgetpm.cap_limit(v.limited, v.warn_ratio) THEN 'yellow'
              ELSE 'green' END::varchar(10) AS colour,
         v.warn_ratio, v.block_ratio, v.slots, v.state
    FROM (SELECT c.cap_id, c.fiscal_year, c.name, c.kind, d.official_code AS division_code, d.name AS division_name,
                 u.official_code AS unit_code, u.name AS unit_name, c.basis, t.basis::budgetpm.amount AS basis_amount, t.used::budgetpm.amount AS used,
                 CASE WHEN c.basis = 'plan' THEN
                   (SELECT budgetpm.sum(p.amount) FROM pg_catalog.unnest(c.plan) WITH ORDINALITY AS p(amount, month)
                     WHERE p.month <= CASE WHEN EXTRACT(year FROM CURRENT_DATE) < c.fiscal_year THEN 1
                                           WHEN EXTRACT(year FROM CURRENT_DATE) > c.fiscal_year THEN 12
                                           ELSE EXTRACT(month FROM CURRENT_DATE) END)
                 ELSE t.basis::budgetpm.amount END AS limited,
                 c.warn_ratio, c.block_ratio, c.slots, c.state
            FROM @ledger@.cap c
            JOIN @ledger@.cap_total t ON t.cap_id = c.cap_id
            JOIN @ledger@.division d ON d.code = c.division
            LEFT JOIN @ledger@.unit u ON u.code = c.unit) v;
COMMENT ON VIEW @report@.cap IS 'Caps (控制限额) with what is used and left of them. Of a plan (用款计划), limits are those of the current month.';
COMMENT ON COLUMN @report@.cap.cap_id IS 'The cap.';
COMMENT ON COLUMN @report@.cap.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.cap.name IS 'Its name.';
COMMENT ON COLUMN @report@.cap.kind IS 'What sort of cap it is: three_public (三公经费), department (部门总额), provisional, fund_receipts (以收定支), plan (用款计划) or another word.';
COMMENT ON COLUMN @report@.cap.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.cap.division_name IS 'Name of the division.';
COMMENT ON COLUMN @report@.cap.unit_code IS 'Official code of its unit (单位代码); NULL: every unit.';
COMMENT ON COLUMN @report@.cap.unit_name IS 'Name of the unit.';
COMMENT ON COLUMN @report@.cap.basis IS 'fixed, lines, receipts or plan.';
COMMENT ON COLUMN @report@.cap.basis_amount IS 'What its limits are a ratio of, in yuan; of a plan the whole year''s.';
COMMENT ON COLUMN @report@.cap.used IS 'Used (已用), in yuan.';
COMMENT ON COLUMN @report@.cap.warn_limit IS 'Above it an alert is raised, in yuan; NULL: never.';
COMMENT ON COLUMN @report@.cap.block_limit IS 'Above it postings are refused, in yuan; NULL: never.';
COMMENT ON COLUMN @report@.cap.left_amount IS 'Left (剩余) up to the block limit, in yuan; negative where it was lowered below what is used.';
COMMENT ON COLUMN @report@.cap.colour IS 'red above the block limit, yellow above the warn limit, green below, grey when closed.';
COMMENT ON COLUMN @report@.cap.warn_ratio IS 'Ratio of the warn limit, as a fraction.';
COMMENT ON COLUMN @report@.cap.block_ratio IS 'Ratio of the block limit, as a fraction.';
COMMENT ON COLUMN @report@.cap.slots IS 'Over how many rows its use is spread; 0: one row.';
COMMENT ON COLUMN @report@.cap.state IS 'active or closed.';

CREATE VIEW @report@.alert WITH (security_invoker = true) AS
  SELECT a.alert_id, a.fiscal_year, a.kind, a.cap_id, c.name AS cap_name, a.line_id, a.posting_id,
         d.official_code AS division_code, d.name AS division_name, u.official_code AS unit_code, u.name AS unit_name,
         a.limit_amount::numeric(20,2), a.found_amount::numeric(20,2), a.as_of, a.state, a.assigned_to,
         a.raised_at, a.ended_at,
         (SELECT e.note FROM @ledger@.alert_event e WHERE e.alert_id = a.alert_id
           ORDER BY e.event_no DESC LIMIT 1)::varchar(2000) AS last_note
    FROM @ledger@.alert a
    LEFT JOIN @ledger@.cap c ON c.cap_id = a.cap_id
    JOIN @ledger@.division d ON d.code = a.division
    LEFT JOIN @ledger@.unit u ON u.code = a.unit;
COMMENT ON VIEW @report@.alert IS 'Alerts (预警) and how far they have come: raised, assigned, answered, closed.';
COMMENT ON COLUMN @report@.alert.alert_id IS 'The alert.';
COMMENT ON COLUMN @report@.alert.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.alert.kind IS 'cap_warned, cap_exceeded, plan_exceeded, plan_behind, progress_ahead or progress_behind.';
COMMENT ON COLUMN @report@.alert.cap_id IS 'The cap or plan, where there is one.';
COMMENT ON COLUMN @report@.alert.cap_name IS 'Its name.';
COMMENT ON COLUMN @report@.alert.line_id IS 'The line, where it is about one.';
COMMENT ON COLUMN @report@.alert.posting_id IS 'The posting that crossed the limit, where one did.';
COMMENT ON COLUMN @report@.alert.division_code IS 'Official code of the division that it concerns.';
COMMENT ON COLUMN @report@.alert.division_name IS 'Name of the division.';
COMMENT ON COLUMN @report@.alert.unit_code IS 'Official code of the unit that it concerns.';
COMMENT ON COLUMN @report@.alert.unit_name IS 'Name of the unit.';
COMMENT ON COLUMN @report@.alert.limit_amount IS 'The limit that was crossed, or what was expected, in yuan.';
COMMENT ON COLUMN @report@.alert.found_amount IS 'What was found, in yuan.';
COMMENT ON COLUMN @report@.alert.as_of IS 'Day for which it was raised.';
COMMENT ON COLUMN @report@.alert.state IS 'raised (预警), assigned (派发), answered (反馈) or closed (销号).';
COMMENT ON COLUMN @report@.alert.assigned_to IS 'Who has to answer.';
COMMENT ON COLUMN @report@.alert.raised_at IS 'When it was raised.';
COMMENT ON COLUMN @report@.alert.ended_at IS 'When its reason was found gone.';
COMMENT ON COLUMN @report@.alert.last_note IS 'What was said last.';

CREATE FUNCTION @ledger@.explain_cap(cap integer) RETURNS TABLE (
  line_id bigint, title varchar(200), unit_code varchar(21), basis numeric, used numeric)
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT b.line_id, l.title, u.official_code,
         CASE WHEN c.basis = 'lines' THEN (b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric ELSE 0.00 END,
         ((CASE WHEN 'appropriated' = ANY (c.consumes) THEN b.appropriated ELSE '0' END)
        + (CASE WHEN 'available' = ANY (c.consumes) THEN b.available ELSE '0' END)
        + (CASE WHEN 'allotted' = ANY (c.consumes) THEN b.allotted ELSE '0' END)
        + (CASE WHEN 'transferred' = ANY (c.consumes) THEN b.transferred ELSE '0' END)
        + (CASE WHEN 'frozen' = ANY (c.consumes) THEN b.frozen ELSE '0' END)
        + (CASE WHEN 'pending_out' = ANY (c.consumes) THEN b.pending_out ELSE '0' END)
        + (CASE WHEN 'precommitted' = ANY (c.consumes) THEN b.precommitted ELSE '0' END)
        + (CASE WHEN 'committed' = ANY (c.consumes) THEN b.committed ELSE '0' END)
        + (CASE WHEN 'requested' = ANY (c.consumes) THEN b.requested ELSE '0' END)
        + (CASE WHEN 'paid' = ANY (c.consumes) THEN b.paid ELSE '0' END)
        + (CASE WHEN 'withdrawn' = ANY (c.consumes) THEN b.withdrawn ELSE '0' END)
        + (CASE WHEN 'carried' = ANY (c.consumes) THEN b.carried ELSE '0' END))::numeric
    FROM @ledger@.cap c
    JOIN @ledger@.balance b ON c.cap_id = ANY (b.caps)
     AND b.line_id >= c.fiscal_year * 1000000000000 AND b.line_id < (c.fiscal_year + 1) * 1000000000000
    JOIN @ledger@.line l ON l.line_id = b.line_id
    JOIN @ledger@.unit u ON u.code = l.unit
   WHERE c.cap_id = explain_cap.cap
   ORDER BY b.line_id;
END;
COMMENT ON FUNCTION @ledger@.explain_cap(integer) IS
  'The lines of a cap with what each gives to its basis and uses of it, in yuan; the sums are those of the cap.';

CREATE FUNCTION @ledger@.verify_caps(cap integer DEFAULT NULL) RETURNS TABLE (
  cap_id integer, line_id bigint, problem text, expected text, found text)
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  -- What a caller may not read whole he cannot sum: those caps are left out.
  WITH seen AS MATERIALIZED (
    SELECT c.* FROM @ledger@.cap c
     WHERE (verify_caps.cap IS NULL OR c.cap_id = verify_caps.cap)),
  member AS MATERIALIZED (
    SELECT m.cap_id, b.line_id, b.appropriated, b.available, b.allotted, b.transferred, b.frozen, b.pending_out,
           b.precommitted, b.committed, b.requested, b.paid, b.withdrawn, b.carried
      FROM @ledger@.balance b CROSS JOIN LATERAL pg_catalog.unnest(b.caps) AS m(cap_id)
     WHERE b.caps IS NOT NULL AND (verify_caps.cap IS NULL OR verify_caps.cap = ANY (b.caps))),
  summed AS (
    SELECT m.cap_id, budgetpm.sum(m.appropriated - m.allotted - m.transferred - m.withdrawn) AS basis,
           budgetpm.sum(m.appropriated) AS appropriated, budgetpm.sum(m.available) AS available,
           budgetpm.sum(m.allotted) AS allotted, budgetpm.sum(m.transferred) AS transferred,
           budgetpm.sum(m.frozen) AS frozen, budgetpm.sum(m.pending_out) AS pending_out,
           budgetpm.sum(m.precommitted) AS precommitted, budgetpm.sum(m.committed) AS committed,
           budgetpm.sum(m.requested) AS requested, budgetpm.sum(m.paid) AS paid,
           budgetpm.sum(m.withdrawn) AS withdrawn, budgetpm.sum(m.carried) AS carried
      FROM member m GROUP BY m.cap_id),
  wanted AS (
    SELECT c.cap_id,
           CASE c.basis WHEN 'lines' THEN COALESCE(s.basis, '0')
                WHEN 'plan' THEN (SELECT budgetpm.sum(p.amount) FROM pg_catalog.unnest(c.plan) AS p(amount))
                WHEN 'receipts' THEN COALESCE((
                  SELECT budgetpm.sum(r.amount) FROM @ledger@.receipt r
                   WHERE r.fiscal_year = c.fiscal_year
                     AND r.division OPERATOR(budgetpm.<@) c.division
                     AND (c.fund_type IS NULL OR c.fund_type = r.fund_type)
                     AND (c.revenue IS NULL OR EXISTS (
                       SELECT 1 FROM pg_catalog.unnest(c.revenue) AS f(code) WHERE r.revenue OPERATOR(budgetpm.<@) f.code))), '0')
                ELSE t.basis::budgetpm.amount END AS basis,
           COALESCE((CASE WHEN 'appropriated' = ANY (c.consumes) THEN s.appropriated ELSE '0' END)
            + (CASE WHEN 'available' = ANY (c.consumes) THEN s.available ELSE '0' END)
            + (CASE WHEN 'allotted' = ANY (c.consumes) THEN s.allotted ELSE '0' END)
            + (CASE WHEN 'transferred' = ANY (c.consumes) THEN s.transferred ELSE '0' END)
            + (CASE WHEN 'frozen' = ANY (c.consumes) THEN s.frozen ELSE '0' END)
            + (CASE WHEN 'pending_out' = ANY (c.consumes) THEN s.pending_out ELSE '0' END)
            + (CASE WHEN 'precommitted' = ANY (c.consumes) THEN s.precommitted ELSE '0' END)
            + (CASE WHEN 'committed' = ANY (c.consumes) THEN s.committed ELSE '0' END)
            + (CASE WHEN 'requested' = ANY (c.consumes) THEN s.requested ELSE '0' END)
            + (CASE WHEN 'paid' = ANY (c.consumes) THEN s.paid ELSE '0' END)
            + (CASE WHEN 'withdrawn' = ANY (c.consumes) THEN s.withdrawn ELSE '0' END)
            + (CASE WHEN 'carried' = ANY (c.consumes) THEN s.carried ELSE '0' END), '0') AS used,
           t.basis::budgetpm.amount AS basis_found, t.used::budgetpm.amount AS used_found
      FROM seen c JOIN @ledger@.cap_total t ON t.cap_id = c.cap_id
      LEFT JOIN summed s ON s.cap_id = c.cap_id
     WHERE c.state = 'active'),
  ruled AS (
    SELECT c.cap_id, l.line_id
      FROM seen c JOIN @ledger@.line l ON l.fiscal_year = c.fiscal_year
       AND CASE WHEN c.listed THEN EXISTS (SELECT 1 FROM @ledger@.cap_member m WHERE m.cap_id = c.cap_id AND m.line_id = l.line_id)
                WHEN c.unit IS NOT NULL THEN l.unit OPERATOR(budgetpm.<@) c.unit
                ELSE l.division OPERATOR(budgetpm.<@) c.division END
       AND (c.listed OR (
           (c.func IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.func) AS f(code) WHERE l.func OPERATOR(budgetpm.<@) f.code))
       AND (c.gov_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.gov_econ) AS f(code) WHERE l.gov_econ OPERATOR(budgetpm.<@) f.code))
       AND (c.dept_econ IS NULL OR EXISTS (SELECT 1 FROM pg_catalog.unnest(c.dept_econ) AS f(code) WHERE l.dept_econ OPERATOR(budgetpm.<@) f.code))
       AND (c.fund_type IS NULL OR c.fund_type = l.fund_type)
       AND (c.project_id IS NULL OR c.project_id = l.project_id)))
     WHERE c.state = 'active')
  SELECT w.cap_id, NULL::bigint, 'basis of the cap', w.basis::numeric::text, w.basis_found::numeric::text
    FROM wanted w WHERE w.basis OPERATOR(budgetpm.<>) w.basis_found
  UNION ALL
  SELECT w.cap_id, NULL, 'used of the cap', w.used::numeric::text, w.used_found::numeric::text
    FROM wanted w WHERE w.used OPERATOR(budgetpm.<>) w.used_found
  UNION ALL
  SELECT COALESCE(r.cap_id, m.cap_id), COALESCE(r.line_id, m.line_id), 'line of the cap',
         CASE WHEN r.line_id IS NULL THEN 'out' ELSE 'in' END, CASE WHEN m.line_id IS NULL THEN 'out' ELSE 'in' END
    FROM ruled r FULL JOIN (SELECT m.* FROM member m WHERE m.cap_id IN (SELECT c.cap_id FROM seen c)) m
      ON m.cap_id = r.cap_id AND m.line_id = r.line_id
   WHERE r.line_id IS NULL OR m.line_id IS NULL
  UNION ALL
  SELECT c.cap_id, NULL, 'slots of the cap', c.slots::text, (SELECT count(*) FROM @ledger@.cap_slot s WHERE s.cap_id = c.cap_id)::text
    FROM seen c WHERE c.state = 'active' AND c.slots <> (SELECT count(*) FROM @ledger@.cap_slot s WHERE s.cap_id = c.cap_id)
  UNION ALL
  SELECT s.cap_id, NULL, 'slot ' || s.slot::text, s.floor::numeric::text || ' to ' || s.granted::numeric::text, s.used::numeric::text
    FROM @ledger@.cap_slot s JOIN seen c ON c.cap_id = s.cap_id
   WHERE s.used OPERATOR(budgetpm.<) s.floor OR s.used OPERATOR(budgetpm.>) s.granted;
END;
COMMENT ON FUNCTION @ledger@.verify_caps(integer) IS
  'Recomputes basis, use and lines of every cap (or one) that the caller may read from the balances, receipts and rules, in one snapshot; a row for each difference, none when all is right.';

CREATE FUNCTION @ledger@.create_standard_caps(
  fiscal_year integer, kinds text[] DEFAULT '{three_public,department,provisional,fund_receipts}', division text DEFAULT NULL,
  preview boolean DEFAULT true, warn_ratio numeric DEFAULT 0.9, document text DEFAULT NULL) RETURNS TABLE (
  kind text, name text, division_code text, unit_code text, fund_type text, basis text, amount numeric, lines bigint, cap integer)
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  WITH place AS MATERIALIZED (
    SELECT CASE WHEN create_standard_caps.division IS NOT NULL
                THEN budgetpm.division_key('@ledger@.ledger'::regclass, create_standard_caps.division) END AS code),
  line_of_year AS MATERIALIZED (
    SELECT l.line_id, l.division, l.unit, l.dept_econ, l.fund_type
      FROM @ledger@.line l, place p
     WHERE l.fiscal_year = create_standard_caps.fiscal_year AND (p.code IS NULL OR l.division OPERATOR(budgetpm.<@) p.code)),
  department AS MATERIALIZED (
    SELECT u.code, u.official_code, u.name, u.division, d.official_code AS division_code
      FROM @ledger@.unit u JOIN @ledger@.division d ON d.code = u.division, place p
     WHERE u.parent IS NULL AND (p.code IS NULL OR u.division OPERATOR(budgetpm.<@) p.code)),
  proposed AS (
    SELECT 'three_public' AS kind, '三公经费 ' || u.name AS name, d.official_code AS division_code, u.official_code AS unit_code,
           NULL AS fund_type, 'lines' AS basis, NULL::numeric AS amount, count(*) AS lines, ARRAY['30212', '30217', '30231'] AS dept_econ
      FROM line_of_year l JOIN @ledger@.unit u ON u.code = l.unit JOIN @ledger@.division d ON d.code = u.division
     WHERE EXISTS (SELECT 1 FROM @ledger@.classification c
                    WHERE c.scheme = 'dept_economic' AND c.official_code IN ('30212', '30217', '30231') AND l.dept_econ OPERATOR(budgetpm.=) c.code)
     GROUP BY u.name, u.official_code, d.official_code
    UNION ALL
    SELECT 'department', '部门总额 ' || t.name, t.division_code, t.official_code, NULL, 'lines', NULL, count(*), NULL
      FROM department t JOIN line_of_year l ON l.unit OPERATOR(budgetpm.<@) t.code
     GROUP BY t.name, t.division_code, t.official_code
    UNION ALL
    SELECT 'provisional', '人代会批准前预支 ' || t.name, t.division_code, t.official_code, NULL, 'fixed',
           COALESCE((SELECT pg_catalog.sum(CASE WHEN k.source = 'paid' THEN -j.amount::numeric ELSE j.amount::numeric END)
                       FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
                      WHERE j.unit OPERATOR(budgetpm.<@) t.code AND 'paid' IN (k.source, k.target)
                        AND j.line_id >= (create_standard_caps.fiscal_year - 1) * 1000000000000
                        AND j.line_id < create_standard_caps.fiscal_year * 1000000000000
                        AND j.accounting_date <= (CURRENT_DATE - pg_catalog.make_interval(years =>
                          EXTRACT(year FROM CURRENT_DATE)::integer - create_standard_caps.fiscal_year + 1))::date), 0.00),
           (SELECT count(*) FROM line_of_year l WHERE l.unit OPERATOR(budgetpm.<@) t.code), NULL
      FROM department t
    UNION ALL
    SELECT 'fund_receipts', '以收定支 ' || f.name || ' ' || d.name, d.official_code, NULL, f.fund_type, 'receipts', NULL, count(*), NULL
      FROM line_of_year l JOIN @ledger@.division d ON d.code = l.division JOIN @ledger@.fund_type f ON f.fund_type = l.fund_type
     WHERE f.fund_type NOT LIKE '11%'
     GROUP BY f.name, f.fund_type, d.official_code, d.name),
  fresh AS MATERIALIZED (
    SELECT p.* FROM proposed p
     WHERE p.kind = ANY (ARRAY(SELECT CASE WHEN budgetpm.one_of('kind', k, '{three_public,department,provisional,fund_receipts}') THEN k END
                                 FROM pg_catalog.unnest(kinds) AS k))
       AND (p.amount IS NULL OR p.amount > 0)
       AND NOT EXISTS (SELECT 1 FROM @report@.cap c
                        WHERE c.fiscal_year = create_standard_caps.fiscal_year AND c.kind = p.kind AND c.state = 'active'
                          AND c.name = p.name AND c.division_code = p.division_code AND c.unit_code IS NOT DISTINCT FROM p.unit_code)
     ORDER BY p.kind, p.division_code, p.unit_code, p.fund_type)
  SELECT p.kind, p.name, p.division_code, p.unit_code, p.fund_type, p.basis, p.amount, p.lines,
         CASE WHEN NOT create_standard_caps.preview THEN
           @ledger@.create_cap(create_standard_caps.fiscal_year, p.name, p.basis, p.amount,
             division => CASE WHEN p.unit_code IS NULL THEN p.division_code END, unit => p.unit_code,
             dept_econ => p.dept_econ, fund_type => p.fund_type, warn_ratio => create_standard_caps.warn_ratio,
             kind => p.kind, document => create_standard_caps.document) END
    FROM fresh p;
END;
COMMENT ON FUNCTION @ledger@.create_standard_caps(integer, text[], text, boolean, numeric, text) IS
  'The caps that every budget division has, for those of these kinds that are not there: three_public (三公经费: 30212, 30217 and 30231 of each unit and all below it, of what its lines hold), department (部门总额), provisional (人代会批准前预支: what was paid in the same period of last year), fund_receipts (以收定支: each fund type of a government but the general budget''s, of its receipts). With preview, only shows them; without, makes them. Errors: 22023 unknown kind, and those of create_cap().';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('roa+', '{explain_cap,verify_caps,rehearse}'),
    ('oa', '{record_receipt,reverse_receipt}'),
    ('oa+', '{answer_alert}'),
    ('+', '{create_cap,change_cap,add_cap_lines,remove_cap_lines,close_cap,create_standard_caps,set_plan,run_reminders,assign_alert,close_alert}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;
