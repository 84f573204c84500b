-- closing: a fiscal year begins and ends

CREATE TABLE @ledger@.closing_decision (
  decision_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year integer NOT NULL REFERENCES @ledger@.fiscal_year,
  item        varchar(20) COLLATE "C" NOT NULL,
  decision    varchar(10) COLLATE "C" NOT NULL,
  division    budgetpm.budget_code REFERENCES @ledger@.division (code),
  unit        budgetpm.budget_code REFERENCES @ledger@.unit (code),
  project_id  bigint REFERENCES @ledger@.project,
  line_id     bigint REFERENCES @ledger@.line,
  document    varchar(200) NOT NULL,
  decided_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  decided_by  varchar(63) NOT NULL,
  CHECK ((item, decision) IN (('requested', 'release'), ('pending_out', 'release'), ('pending_out', 'withdraw'),
    ('frozen', 'release'), ('frozen', 'withdraw'), ('precommitted', 'release'), ('committed', 'carry'),
    ('committed', 'release'), ('available', 'carry'), ('available', 'withdraw')))
);
CREATE INDEX closing_decision_year ON @ledger@.closing_decision (fiscal_year, item);
COMMENT ON TABLE @ledger@.closing_decision IS 'What is to become of money that a year leaves behind (年终处理决定). The narrowest decision counts: of the line, the project, the nearest division, the whole year; of two alike the later one. Rows are only added.';
COMMENT ON COLUMN @ledger@.closing_decision.decision_id IS 'The decision.';
COMMENT ON COLUMN @ledger@.closing_decision.fiscal_year IS 'The year that ends.';
COMMENT ON COLUMN @ledger@.closing_decision.item IS 'What is decided on: the bucket that the money is in.';
COMMENT ON COLUMN @ledger@.closing_decision.decision IS 'release (释放) to available, withdraw (收回) to finance, or carry (结转) into the next year.';
COMMENT ON COLUMN @ledger@.closing_decision.division IS 'Government that it holds for, with all below it; of a line or project its own; NULL: the whole ledger.';
COMMENT ON COLUMN @ledger@.closing_decision.unit IS 'Unit of the line or project, for row security.';
COMMENT ON COLUMN @ledger@.closing_decision.project_id IS 'The project that it holds for.';
COMMENT ON COLUMN @ledger@.closing_decision.line_id IS 'The line that it holds for.';
COMMENT ON COLUMN @ledger@.closing_decision.document IS 'The document behind it.';
COMMENT ON COLUMN @ledger@.closing_decision.decided_at IS 'When it was recorded.';
COMMENT ON COLUMN @ledger@.closing_decision.decided_by IS 'The login that recorded it.';
ALTER TABLE @ledger@.closing_decision ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.closing_decision FOR SELECT
  USING (division IS NULL OR budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

CREATE TABLE @ledger@.year_event (
  event_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year integer NOT NULL REFERENCES @ledger@.fiscal_year,
  event       varchar(20) COLLATE "C" NOT NULL CHECK (event IN ('opened', 'closing begun', 'settled', 'closed')),
  document    varchar(200) NOT NULL,
  lines       bigint NOT NULL DEFAULT 0,
  postings    bigint NOT NULL DEFAULT 0,
  happened_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  login       varchar(63) NOT NULL
);
CREATE INDEX year_event_year ON @ledger@.year_event (fiscal_year);
COMMENT ON TABLE @ledger@.year_event IS 'What open_year() and close_year() did, step by step, with the documents behind them (年度开启与结账记录). Rows are only added.';
COMMENT ON COLUMN @ledger@.year_event.event_id IS 'The event.';
COMMENT ON COLUMN @ledger@.year_event.fiscal_year IS 'The year.';
COMMENT ON COLUMN @ledger@.year_event.event IS 'opened, closing begun (no more requests), settled (a run over the lines ended), closed.';
COMMENT ON COLUMN @ledger@.year_event.document IS 'The document behind it.';
COMMENT ON COLUMN @ledger@.year_event.lines IS 'Lines that the run settled.';
COMMENT ON COLUMN @ledger@.year_event.postings IS 'Postings that it made.';
COMMENT ON COLUMN @ledger@.year_event.happened_at IS 'When.';
COMMENT ON COLUMN @ledger@.year_event.login IS 'Who ran it.';

-- Lines that somebody opened for carried money, among which each old line looks for its own.
CREATE INDEX line_origin ON @ledger@.line (fiscal_year, unit)
  WHERE elements ? 'origin_year' AND (key IS NULL OR key !~~ 'close:%');

-- Where money of a line goes: the year it first came from, and how long it has been
-- carried, are elements, so that they are part of the line's first digest.
INSERT INTO @ledger@.element (number, element, name, kind, scheme, choices, line_column) VALUES
  (NULL, 'origin_year', '资金来源年度', 'number', NULL, NULL, NULL),
  (NULL, 'provisional', '人代会批准前预安排', 'flag', NULL, NULL, NULL);

CREATE FUNCTION @ledger@.next_year_code(scheme text, code text, fiscal_year integer,
  OUT next_code varchar(20), OUT problem text)
RETURNS record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT CASE WHEN count(*) = 1 THEN min(s.official_code) END::varchar(20),
         CASE count(*) WHEN 1 THEN NULL
           WHEN 0 THEN pg_catalog.format('Code %s of scheme %s has no successor in %s: add_walk() one, or carry_forward() by hand.', next_year_code.code, next_year_code.scheme, next_year_code.fiscal_year + 1)
           ELSE pg_catalog.format('Code %s of scheme %s is split in %s: %s; carry_forward() its parts by hand.', next_year_code.code, next_year_code.scheme, next_year_code.fiscal_year + 1,
                  pg_catalog.string_agg(s.official_code || ' ' || s.share, ', ' ORDER BY s.official_code)) END
  FROM @ledger@.classification_successors(scheme, code, next_year_code.fiscal_year, next_year_code.fiscal_year + 1) s;
END;
COMMENT ON FUNCTION @ledger@.next_year_code(text, text, integer) IS
  'The code that stands for this one in the next year''s edition (新旧科目对照), or the problem: it has no successor, or several.';

CREATE FUNCTION @ledger@.next_year_line(line bigint,
  OUT to_line bigint, OUT problem text, OUT unit_code text, OUT func_code text, OUT gov_econ_code text, OUT dept_econ_code text,
  OUT fund_type text, OUT title text, OUT project_code text, OUT executable boolean, OUT control text, OUT elements jsonb,
  OUT source_document text, OUT direct boolean, OUT origin_year integer)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH old AS (
    SELECT l.*, l.func::text AS func_code, l.gov_econ::text AS gov_econ_code, l.dept_econ::text AS dept_econ_code,
           COALESCE((l.elements ->> 'origin_year')::integer, l.fiscal_year) AS origin
    FROM @ledger@.line l WHERE l.line_id = next_year_line.line),
  heir AS (
    WITH RECURSIVE step AS (
      SELECT u.code, u.official_code, u.division, u.valid_to, u.successor, 1 AS n
      FROM old o JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) o.unit
      UNION ALL
      SELECT u.code, u.official_code, u.division, u.valid_to, u.successor, s.n + 1
      FROM step s JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) s.successor
      WHERE s.valid_to IS NOT NULL AND s.n < 50)
    SELECT s.code, s.official_code, s.division FROM step s WHERE s.valid_to IS NULL),
  item AS (
    SELECT e.key, c.kind = 'classification' AS coded, n.next_code, n.problem, e.value
    FROM old o CROSS JOIN LATERAL jsonb_each(o.elements) e
    LEFT JOIN @ledger@.element c ON c.element = e.key
    LEFT JOIN LATERAL @ledger@.next_year_code(c.scheme, e.value #>> '{}', o.fiscal_year) n ON c.kind = 'classification'
    WHERE e.key NOT IN ('provisional', 'origin_year')),
  new AS (
    SELECT o.*, h.code AS heir, h.official_code AS heir_code, h.division AS heir_division,
           f.next_code AS next_func, g.next_code AS next_gov_econ, d.next_code AS next_dept_econ,
           COALESCE((SELECT jsonb_object_agg(i.key, CASE WHEN i.coded THEN to_jsonb(i.next_code) ELSE i.value END) FROM item i), '{}'::jsonb)
             || jsonb_build_object('origin_year', o.origin) AS next_elements,
           CASE WHEN y.state IS NULL THEN format('Fiscal year %s is not in the ledger.', o.fiscal_year + 1)
                WHEN y.state NOT IN ('preparing', 'open') THEN format('Fiscal year %s is %s.', o.fiscal_year + 1, y.state)
                WHEN h.code IS NULL THEN 'Its unit was closed and has no successor.'
                WHEN h.division OPERATOR(budgetpm.<>) o.division THEN format('Its unit goes on as %s under another government.', h.official_code)
                ELSE COALESCE(f.problem, CASE WHEN o.gov_econ IS NOT NULL THEN g.problem END,
                              CASE WHEN o.dept_econ IS NOT NULL THEN d.problem END, (SELECT min(i.problem) FROM item i)) END AS trouble
    FROM old o
    LEFT JOIN heir h ON true
    LEFT JOIN @ledger@.fiscal_year y ON y.fiscal_year = o.fiscal_year + 1
    LEFT JOIN LATERAL @ledger@.next_year_code('function', o.func_code, o.fiscal_year) f ON true
    LEFT JOIN LATERAL @ledger@.next_year_code('gov_economic', o.gov_econ_code, o.fiscal_year) g ON true
    LEFT JOIN LATERAL @ledger@.next_year_code('dept_economic', o.dept_econ_code, o.fiscal_year) d ON true)
  SELECT COALESCE(
           (SELECT m.line_id FROM @ledger@.line m
             WHERE m.fiscal_year = n.fiscal_year + 1 AND m.key = 'close:' || n.line_id AND m.elements = n.next_elements),
           (SELECT min(m.line_id) FROM @ledger@.line m
             WHERE m.fiscal_year = n.fiscal_year + 1 AND m.elements ? 'origin_year' AND (m.key IS NULL OR m.key !~~ 'close:%')
               AND m.unit OPERATOR(budgetpm.=) n.heir AND m.parent_id IS NULL
               AND m.func::text = n.next_func AND m.gov_econ::text IS NOT DISTINCT FROM n.next_gov_econ
               AND m.dept_econ::text IS NOT DISTINCT FROM n.next_dept_econ AND m.fund_type = n.fund_type
               AND m.project_id IS NOT DISTINCT FROM n.project_id AND m.title = n.title AND m.executable = n.executable
               AND m.control = n.control AND m.source_doc IS NOT DISTINCT FROM n.source_doc AND m.direct = n.direct
               AND m.elements = n.next_elements)),
         n.trouble, n.heir_code, n.next_func, n.next_gov_econ, n.next_dept_econ, n.fund_type, n.title,
         (SELECT p.official_code FROM @ledger@.project p WHERE p.project_id = n.project_id), n.executable,
         CASE n.control WHEN 'b' THEN 'block' WHEN 'w' THEN 'warn' ELSE 'off' END, n.next_elements, n.source_doc, n.direct, n.origin
  FROM new n;
END;
COMMENT ON FUNCTION @ledger@.next_year_line(bigint) IS
  'The line of the next year that money of this one is carried to (结转): a root line with the same elements in that year''s editions, its unit''s successor, and the year that the money first came from as element origin_year. to_line is NULL while there is none, problem says why there can be none.';

-- What close_year() would do: each row is one posting, or one thing that somebody
-- has to decide first.
CREATE FUNCTION @ledger@.closing_plan(fiscal_year integer, after_line bigint DEFAULT NULL, to_line bigint DEFAULT NULL,
  OUT line_id bigint, OUT step integer, OUT item varchar(20), OUT obligation bigint, OUT amount numeric, OUT action varchar(20),
  OUT next_line bigint, OUT origin_year integer, OUT blocks boolean, OUT note text, OUT key text)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH unsettled AS (
    SELECT b.line_id, b.entry_no, b.line_state, b.available::numeric AS available, b.frozen::numeric AS frozen, b.pending_out::numeric AS pending_out,
           l.division, l.unit, l.project_id, l.elements,
           COALESCE((l.elements ->> 'origin_year')::integer, l.fiscal_year) AS origin,
           COALESCE((l.elements ->> 'construction')::boolean, false) AS construction
    FROM @ledger@.balance b JOIN @ledger@.line l ON l.line_id = b.line_id
    WHERE b.line_id >= closing_plan.fiscal_year * 1000000000000 AND b.line_id < (closing_plan.fiscal_year + 1) * 1000000000000
      AND (after_line IS NULL OR b.line_id > after_line) AND (closing_plan.to_line IS NULL OR b.line_id <= closing_plan.to_line)
      AND (b.available OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR b.frozen OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR b.pending_out OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR b.precommitted OPERATOR(budgetpm.<>) '0'::budgetpm.amount
           OR b.committed OPERATOR(budgetpm.<>) '0'::budgetpm.amount OR b.requested OPERATOR(budgetpm.<>) '0'::budgetpm.amount)),
  decided AS (
    SELECT u.*, i.item,
           (SELECT d.decision FROM @ledger@.closing_decision d
             WHERE d.fiscal_year = closing_plan.fiscal_year AND d.item = i.item
               AND (d.line_id IS NULL OR d.line_id = u.line_id) AND (d.project_id IS NULL OR d.project_id = u.project_id)
               AND (d.division IS NULL OR d.division OPERATOR(budgetpm.@>) u.division)
             ORDER BY d.line_id IS NULL, d.project_id IS NULL, length(d.division::text) DESC NULLS LAST, d.decision_id DESC LIMIT 1) AS decision
    FROM unsettled u CROSS JOIN (VALUES ('requested'), ('pending_out'), ('frozen'), ('precommitted'), ('committed'), ('available')) AS i(item)),
  place AS (
    SELECT v.code::text AS division, COALESCE((@ledger@.setting(v.official_code, 'closing.carry_years') #>> '{}')::integer, 2) AS years
    FROM @ledger@.division v WHERE v.code::text IN (SELECT u.division::text FROM unsettled u)),
  limits AS (
    SELECT u.line_id, u.construction OR closing_plan.fiscal_year - u.origin < p.years AS may_carry
    FROM unsettled u JOIN place p ON p.division = u.division::text),
  held AS (
    SELECT d.line_id, d.item, o.obligation_id, d.decision, d.origin,
           CASE o.stage WHEN 'request' THEN 1 WHEN 'precommit' THEN 4 ELSE 5 END AS step, o.document,
           o.amount::numeric - o.drawn::numeric - o.released::numeric AS left_over, o.predecessor
    FROM decided d JOIN @ledger@.obligation o ON o.line_id = d.line_id
     AND d.item = CASE o.stage WHEN 'request' THEN 'requested' WHEN 'precommit' THEN 'precommitted' ELSE 'committed' END),
  -- What a released request gives back to its contract goes the contract's way.
  returned AS (
    SELECT r.predecessor AS obligation_id, sum(r.left_over) AS amount
    FROM held r WHERE r.step = 1 AND r.decision = 'release' AND r.predecessor IS NOT NULL GROUP BY r.predecessor),
  contract AS (
    SELECT h.*, h.left_over + COALESCE(r.amount, 0) AS whole, m.may_carry
    FROM held h JOIN limits m ON m.line_id = h.line_id LEFT JOIN returned r ON r.obligation_id = h.obligation_id WHERE h.step = 5),
  action AS (
    SELECT h.line_id, h.step, h.item, h.obligation_id, h.left_over AS amount,
           CASE WHEN h.decision = 'release' THEN CASE WHEN h.predecessor IS NULL OR h.step = 4 THEN 'release' ELSE 'release back' END END AS action,
           CASE WHEN h.decision IS NULL AND h.step = 1
                THEN format('Pay it with pay(request => %s), or give it back with release(%s); or decide release for the year, division, project or line.', h.obligation_id, h.obligation_id)
                WHEN h.decision IS NULL THEN format('Make a contract of it before the year closes, release(%s), or decide release.', h.obligation_id) END AS blocker,
           CASE WHEN h.decision = 'release' AND (h.predecessor IS NULL OR h.step = 4) THEN h.left_over ELSE 0 END AS freed
    FROM held h WHERE h.step < 5 AND h.left_over > 0
    UNION ALL
    SELECT d.line_id, CASE d.item WHEN 'pending_out' THEN 2 ELSE 3 END, d.item, NULL, CASE d.item WHEN 'pending_out' THEN d.pending_out ELSE d.frozen END,
           d.decision, CASE WHEN d.decision IS NULL THEN format('Decide release or withdraw for %s, or post it.', d.item) END,
           CASE WHEN d.decision = 'release' THEN CASE d.item WHEN 'pending_out' THEN d.pending_out ELSE d.frozen END ELSE 0 END
    FROM decided d WHERE d.item IN ('pending_out', 'frozen') AND CASE d.item WHEN 'pending_out' THEN d.pending_out ELSE d.frozen END > 0
    UNION ALL
    SELECT c.line_id, c.step, c.item, c.obligation_id, c.whole,
           CASE WHEN c.decision = 'release' THEN 'release' WHEN c.may_carry THEN 'carry' END,
           CASE WHEN COALESCE(c.decision, 'carry') <> 'release' AND NOT c.may_carry
                THEN format('Money of %s cannot be carried again: pay it before the year closes, or decide release, which withdraws it.', c.origin) END,
           CASE WHEN c.decision = 'release' THEN c.whole ELSE 0 END
    FROM contract c WHERE c.whole > 0),
  rest AS (
    SELECT d.line_id, d.available + COALESCE((SELECT sum(a.freed) FROM action a WHERE a.line_id = d.line_id), 0) AS amount,
           CASE WHEN NOT m.may_carry THEN 'withdraw'
                ELSE COALESCE(d.decision, CASE WHEN d.project_id IS NULL THEN 'withdraw' ELSE 'carry' END) END AS action
    FROM decided d JOIN limits m ON m.line_id = d.line_id WHERE d.item = 'available'),
  planned AS (
    SELECT a.line_id, a.step, a.item, a.obligation_id, a.amount, a.action, a.blocker FROM action a
    UNION ALL
    SELECT r.line_id, 6, 'available', NULL, r.amount, CASE WHEN r.amount > 0 THEN r.action END,
           CASE WHEN r.amount < 0 THEN 'The line is overspent: open the year again and supplement() it, or correct a payment.' END
    FROM rest r WHERE r.amount <> 0
    UNION ALL
    SELECT u.line_id, 0, 'provisional', NULL, u.available, NULL, 'approve_line() it, or withdraw() what it holds: nobody has approved its money.'
    FROM unsettled u WHERE u.line_state = 'p')
  SELECT p.line_id, p.step, p.item, p.obligation_id, p.amount, p.action::varchar(20),
         CASE WHEN p.action = 'carry' THEN n.to_line END, CASE WHEN p.action = 'carry' THEN n.origin_year END,
         COALESCE(p.blocker, CASE WHEN p.action = 'carry' THEN n.problem END) IS NOT NULL,
         COALESCE(p.blocker, CASE WHEN p.action = 'carry' THEN COALESCE(n.problem,
           CASE WHEN n.to_line IS NULL THEN 'A line of the next year is opened for it.' END) END),
         format('close:%s:%s:%s:%s:%s', closing_plan.fiscal_year, p.line_id, u.entry_no, p.step, COALESCE(p.obligation_id::text, ''))
  FROM planned p JOIN unsettled u ON u.line_id = p.line_id
  LEFT JOIN LATERAL @ledger@.next_year_line(p.line_id) n ON p.action = 'carry'
  ORDER BY p.line_id, p.step, p.obligation_id;
END;
COMMENT ON FUNCTION @ledger@.closing_plan(integer, bigint, bigint) IS
  'What close_year() would do to the lines that the asker may read, line by line (年终结账方案): each row is a posting in order (release, release back, withdraw, carry) or, where blocks is true, something to settle or decide first, as note says. A line with a blocker is left alone as a whole. Amounts in yuan; key is the idempotency key of the posting.';

CREATE FUNCTION @ledger@.open_next_line(line bigint) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT COALESCE(n.to_line, @ledger@.open_line((open_next_line.line / 1000000000000)::integer + 1, n.unit_code, n.func_code, n.gov_econ_code,
           n.dept_econ_code, n.fund_type, n.title, n.project_code, NULL, n.executable, n.control, n.elements, 'close:' || open_next_line.line,
           n.source_document, n.direct))
  FROM @ledger@.next_year_line(line) n;
END;
COMMENT ON FUNCTION @ledger@.open_next_line(bigint) IS
  'The line of the next year that money of this one is carried to, opened where there is none (next_year_line). Errors: as open_line().';

-- What close_year() runs, a stretch of lines at a time.
CREATE FUNCTION @ledger@.settle_lines(fiscal_year integer, after_line bigint, to_line bigint, document text,
  OUT lines bigint, OUT postings bigint, OUT carried numeric, OUT withdrawn numeric, OUT blocked bigint)
RETURNS record LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH plan AS MATERIALIZED (
    SELECT p.*, bool_or(p.blocks) OVER (PARTITION BY p.line_id) AS stuck
    FROM @ledger@.closing_plan(settle_lines.fiscal_year, after_line, settle_lines.to_line) p),
  done AS MATERIALIZED (
    SELECT p.line_id, p.action, p.amount,
           CASE p.action
             WHEN 'release' THEN CASE p.item
               WHEN 'pending_out' THEN @ledger@.release_out(p.line_id, p.amount, settle_lines.document, key => p.key)
               WHEN 'frozen' THEN @ledger@.unfreeze(p.line_id, p.amount, settle_lines.document, key => p.key)
               ELSE @ledger@.release(p.obligation, settle_lines.document, target => 'available', key => p.key) END
             WHEN 'release back' THEN @ledger@.release(p.obligation, settle_lines.document, target => 'predecessor', key => p.key)
             WHEN 'withdraw' THEN @ledger@.withdraw(p.line_id, p.amount, settle_lines.document,
               CASE p.item WHEN 'frozen' THEN p.amount ELSE 0 END, CASE p.item WHEN 'pending_out' THEN p.amount ELSE 0 END, key => p.key)
             WHEN 'carry' THEN @ledger@.carry_forward(p.line_id, @ledger@.open_next_line(p.line_id), p.amount, settle_lines.document,
               obligation => p.obligation, key => p.key)
           END AS posting
    FROM (SELECT * FROM plan WHERE NOT plan.stuck ORDER BY plan.line_id, plan.step, plan.obligation) p)
  SELECT count(DISTINCT d.line_id), count(d.posting),
         COALESCE(sum(d.amount) FILTER (WHERE d.action = 'carry'), 0.00), COALESCE(sum(d.amount) FILTER (WHERE d.action = 'withdraw'), 0.00),
         (SELECT count(DISTINCT p.line_id) FROM plan p WHERE p.stuck)
  FROM done d;
END;
COMMENT ON FUNCTION @ledger@.settle_lines(integer, bigint, bigint, text) IS
  'Settles the lines between two ids as closing_plan() says, all of them or, on an error, none. budgetpm.lock_unsettled() comes before it in the same transaction; close_year() does both. Errors: as the postings.';

CREATE VIEW @ledger@.lapsed_money WITH (security_invoker = true) AS
  SELECT j.line_id, j.entry_no, j.amount::numeric
           - COALESCE((SELECT sum(r.amount::numeric) FROM @ledger@.journal r JOIN @ledger@.entry_kind k ON k.kind = r.kind AND k.reverses = j.kind
                        WHERE r.line_id = j.line_id AND r.refers_line = j.line_id AND r.refers_entry = j.entry_no), 0) AS amount
    FROM @ledger@.journal j
   WHERE j.kind IN ('withdraw', 'withdraw_frozen', 'withdraw_pending') AND starts_with(j.key, 'close:');
COMMENT ON VIEW @ledger@.lapsed_money IS 'What close_year() took back of lines because the year was over (年终收回), less what of it was reversed. It was the budget of the year to its end: who asks how much of a year''s budget was executed adds it again.';
COMMENT ON COLUMN @ledger@.lapsed_money.line_id IS 'The line.';
COMMENT ON COLUMN @ledger@.lapsed_money.entry_no IS 'The entry.';
COMMENT ON COLUMN @ledger@.lapsed_money.amount IS 'In yuan.';

CREATE VIEW @ledger@.changed_money WITH (security_invoker = true) AS
  SELECT j.line_id, j.entry_no, j.amount::numeric * ((k.source IN ('appropriated', 'allotted', 'transferred', 'withdrawn'))::integer
           - (k.target IN ('appropriated', 'allotted', 'transferred', 'withdrawn'))::integer) AS amount
    FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
   WHERE COALESCE(k.reverses, k.kind) IN ('supplement', 'reduce', 'reduce_pending', 'virement_out', 'virement_out_pending', 'virement_in', 'virement_up_out', 'virement_up_in',
           'virement_down_out', 'virement_down_in', 'refund_prior', 'withdraw', 'withdraw_frozen', 'withdraw_pending');
COMMENT ON VIEW @ledger@.changed_money IS 'What changed budgets in the course of a year (预算调整): 追加, 追减, 调剂, 收回 and money of earlier years that came back, and what reversed them. A budget less its changes is what was given at the beginning (年初预算数); what moved between lines of the same sum is in neither.';
COMMENT ON COLUMN @ledger@.changed_money.line_id IS 'The line.';
COMMENT ON COLUMN @ledger@.changed_money.entry_no IS 'The entry.';
COMMENT ON COLUMN @ledger@.changed_money.amount IS 'What it added to the budget of the line, in yuan; below 0 what it took.';

CREATE FUNCTION @ledger@.lapsed_of(line bigint) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE(sum(m.amount), 0) FROM @ledger@.lapsed_money m WHERE m.line_id = lapsed_of.line;
END;
COMMENT ON FUNCTION @ledger@.lapsed_of(bigint) IS 'Internal: what of a line lapsed when its year was closed (lapsed_money), in yuan.';

CREATE FUNCTION @ledger@.decide_closing(fiscal_year integer, item text, decision text, document text,
  line bigint DEFAULT NULL, project text DEFAULT NULL, division text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.decide_closing('@ledger@.ledger'::regclass, fiscal_year, item, decision, document, line, project, division);
END;
COMMENT ON FUNCTION @ledger@.decide_closing(integer, text, text, text, bigint, text, text) IS
  'Records what is to become of money that a year leaves behind (年终处理决定), for a line, a project, a division and all below it, or the whole year: requested release; pending_out and frozen release or withdraw; precommitted release; committed carry (unless decided) or release; available carry (projects, unless decided) or withdraw (everything else, unless decided). Returns the decision; a later one replaces it. Errors: 22023, 22004, 23503, 42704, ZB004, ZB008.';

CREATE FUNCTION @ledger@.opening_check(fiscal_year integer,
  OUT item varchar(30), OUT line_id bigint, OUT amount numeric, OUT blocks boolean, OUT note text)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.item::varchar(30), c.line_id, c.amount, c.blocks, c.note FROM (
    SELECT 1 AS step, 'classification' AS item, NULL::bigint AS line_id, NULL::numeric AS amount, true AS blocks,
           format('No edition of scheme %s is in force in %s.', s.scheme, opening_check.fiscal_year) AS note
    FROM (VALUES ('function'), ('gov_economic'), ('dept_economic')) AS s(scheme)
    WHERE NOT EXISTS (SELECT 1 FROM @ledger@.classification_edition e WHERE e.scheme = s.scheme
                       AND e.first_year <= opening_check.fiscal_year AND (e.last_year IS NULL OR e.last_year >= opening_check.fiscal_year))
    UNION ALL
    SELECT 2, 'year before', NULL, NULL, false, format('Fiscal year %s is %s.', y.fiscal_year, y.state)
    FROM @ledger@.fiscal_year y WHERE y.fiscal_year = opening_check.fiscal_year - 1 AND y.state <> 'closed'
    UNION ALL
    SELECT 3, 'calendar', NULL, NULL, false, 'No holiday or make-up working day of the year is known.'
    WHERE NOT EXISTS (SELECT 1 FROM @ledger@.calendar_day d
                       WHERE d.day BETWEEN make_date(opening_check.fiscal_year, 1, 1) AND make_date(opening_check.fiscal_year, 12, 31))
    UNION ALL
    SELECT 4, 'in transit', t.from_line, t.amount::numeric, false, format('Transfer %s was sent and not received.', t.transfer_id)
    FROM @ledger@.transfer t WHERE t.state = 'sent' AND t.transfer_id / 1000000000000 = opening_check.fiscal_year
    UNION ALL
    SELECT CASE WHEN b.line_state = 'p' THEN 5 WHEN b.appropriated OPERATOR(budgetpm.=) '0'::budgetpm.amount THEN 6 ELSE 7 END,
           CASE WHEN b.line_state = 'p' THEN 'provisional' WHEN b.appropriated OPERATOR(budgetpm.=) '0'::budgetpm.amount THEN 'no money' ELSE 'held' END,
           b.line_id, b.available::numeric, false,
           CASE WHEN b.line_state = 'p' AND b.caps IS NULL THEN 'Not approved, and under no cap: nothing can be spent before approve_line().'
                WHEN b.line_state = 'p' THEN 'Not approved: spent up to its caps before approve_line().'
                WHEN b.appropriated OPERATOR(budgetpm.=) '0'::budgetpm.amount THEN 'Nothing was appropriated, allotted or carried to it.'
                ELSE 'Held for distribution: nothing can be paid before it is allotted.' END
    FROM @ledger@.balance b
    WHERE b.line_id >= opening_check.fiscal_year * 1000000000000 AND b.line_id < (opening_check.fiscal_year + 1) * 1000000000000
      AND (b.line_state = 'p' OR b.appropriated OPERATOR(budgetpm.=) '0'::budgetpm.amount
           OR (NOT b.executable AND b.available OPERATOR(budgetpm.>) '0'::budgetpm.amount))
    UNION ALL
    SELECT 8, 'budget', NULL, CASE WHEN p.approved_on IS NOT NULL THEN p.appropriated - p.approved END, p.approved_on IS NOT NULL,
           CASE WHEN p.approved_on IS NULL THEN format('The budget of %s waits for its vote.', p.name)
                ELSE format('Of %s %s were approved (%s), and %s appropriated.', p.name, p.approved, p.document, p.appropriated) END
    FROM (SELECT d.name, a.approved_on, a.document, a.amount::numeric(20,2) AS approved,
                 COALESCE((SELECT sum(CASE WHEN j.kind IN ('appropriate', 'approve_up', 'reverse_approve_down') THEN j.amount::numeric ELSE -j.amount::numeric END)
                   FROM @ledger@.journal j JOIN @ledger@.balance b ON b.line_id = j.line_id
                   WHERE j.line_id >= a.fiscal_year * 1000000000000 AND j.line_id < (a.fiscal_year + 1) * 1000000000000
                     AND b.line_id >= a.fiscal_year * 1000000000000 AND b.line_id < (a.fiscal_year + 1) * 1000000000000
                     AND b.division OPERATOR(budgetpm.=) a.division AND b.line_state <> 'p'
                     AND j.kind IN ('appropriate', 'approve_up', 'approve_down', 'reverse_appropriate', 'reverse_approve_up', 'reverse_approve_down')), 0)::numeric(20,2) AS appropriated
          FROM @ledger@.budget_approval a JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) a.division
          WHERE a.fiscal_year = opening_check.fiscal_year) p
    WHERE p.approved_on IS NULL OR p.appropriated <> p.approved) AS c
  ORDER BY c.step, c.line_id, c.note;
END;
COMMENT ON FUNCTION @ledger@.opening_check(integer) IS
  'What open_year() looks at (年度开启检查): rows with blocks keep the year from opening; the others say what will not be spendable on its first day, line by line. Amounts in yuan, of what is available; of item budget what was appropriated beyond what the people''s congress approved.';

CREATE FUNCTION @ledger@.open_year(fiscal_year integer, document text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.open_year('@ledger@.ledger'::regclass, fiscal_year, document);
END;
COMMENT ON FUNCTION @ledger@.open_year(integer, text) IS
  'Opens a preparing year for spending (年度开启) once opening_check() has nothing that blocks. Errors: ZB007 something blocks or the year is not preparing, ZB004 unknown year, ZB008, 22004.';

-- The ledger is an argument whose default follows a renamed schema, which the text of
-- a procedure does not.
CREATE PROCEDURE @ledger@.close_year(fiscal_year integer, dry_run boolean DEFAULT true, document text DEFAULT NULL,
  stretch integer DEFAULT 200, INOUT state text DEFAULT NULL, INOUT lines bigint DEFAULT NULL, INOUT postings bigint DEFAULT NULL,
  INOUT carried numeric DEFAULT NULL, INOUT withdrawn numeric DEFAULT NULL, INOUT blocked bigint DEFAULT NULL,
  ledger regclass DEFAULT '@ledger@.ledger'::regclass)
LANGUAGE plpgsql AS $bpm_body$
BEGIN
  CALL budgetpm.close_year(ledger, fiscal_year, dry_run, document, stretch, state, lines, postings, carried, withdrawn, blocked);
END;
$bpm_body$;
COMMENT ON PROCEDURE @ledger@.close_year(integer, boolean, text, integer, text, bigint, bigint, numeric, numeric, bigint, regclass) IS
  'Closes a fiscal year (年终结账). dry_run (the default) prints closing_plan(), line by line. Otherwise: the year becomes closing, which stops new spending; its lines are settled, so many (stretch) a transaction; when none holds money any more it becomes closed. Ended at any point, it goes on where it was when called again, and does nothing twice. Returns the state of the year and what this run did. Call it outside a transaction block. Errors: ZB004, ZB007, ZB008, 42501, 22004.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p, o FROM pg_catalog.unnest('{reader,officer,application,administrator}'::text[]) AS p,
                 pg_catalog.unnest('{next_year_code,next_year_line,closing_plan,opening_check}'::text[]) AS o
UNION ALL
SELECT p, o FROM pg_catalog.unnest('{officer,administrator}'::text[]) AS p, pg_catalog.unnest('{decide_closing,open_next_line,settle_lines}'::text[]) AS o
UNION ALL
SELECT 'administrator', o FROM pg_catalog.unnest('{open_year,close_year}'::text[]) AS o;
