-- cap: limits over many lines, what is used of them, and the alerts that they raise

CREATE TABLE @ledger@.cap (
  cap_id       integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year  integer NOT NULL,
  name         varchar(200) NOT NULL,
  kind         varchar(40) COLLATE "C" NOT NULL,
  division     budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  unit         budgetpm.budget_code REFERENCES @ledger@.unit (code),
  listed       boolean NOT NULL DEFAULT false,
  func         budgetpm.budget_code[],
  gov_econ     budgetpm.budget_code[],
  dept_econ    budgetpm.budget_code[],
  fund_type    varchar(10) COLLATE "C" REFERENCES @ledger@.fund_type (fund_type),
  project_id   bigint REFERENCES @ledger@.project (project_id),
  basis        varchar(10) COLLATE "C" NOT NULL CHECK (basis IN ('fixed', 'lines', 'receipts', 'plan')),
  revenue      budgetpm.budget_code[],
  consumes     text[] COLLATE "C" NOT NULL,
  warn_ratio   numeric(7,4) CHECK (warn_ratio > 0),
  block_ratio  numeric(7,4) CHECK (block_ratio > 0),
  slots        integer NOT NULL DEFAULT 0 CHECK (slots = 0 OR slots BETWEEN 2 AND 64),
  plan         budgetpm.amount[],
  state        varchar(10) COLLATE "C" NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed')),
  CHECK ((basis = 'plan') = (plan IS NOT NULL)),
  CHECK (plan IS NULL OR (pg_catalog.array_ndims(plan) = 1 AND pg_catalog.cardinality(plan) = 12
                          AND pg_catalog.array_position(plan, NULL) IS NULL)),
  CHECK (basis <> 'plan' OR slots = 0),
  CHECK (basis = 'receipts' OR revenue IS NULL)
);
CREATE UNIQUE INDEX cap_name ON @ledger@.cap (fiscal_year, division, unit, name) NULLS NOT DISTINCT
  WHERE state = 'active' AND NOT listed;
CREATE INDEX cap_rule ON @ledger@.cap (fiscal_year, unit, division) WHERE state = 'active' AND NOT listed;
CREATE INDEX cap_receipts ON @ledger@.cap (fiscal_year) WHERE state = 'active' AND basis = 'receipts';
CREATE INDEX cap_division ON @ledger@.cap (division);
COMMENT ON TABLE @ledger@.cap IS 'Caps (控制限额): limits over many lines, by rule or by list. NULL in a rule matches anything, a code matches its subtree. Written by create_cap() and its kin only.';
COMMENT ON COLUMN @ledger@.cap.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap.fiscal_year IS 'Fiscal year (预算年度): a cap holds lines of one year.';
COMMENT ON COLUMN @ledger@.cap.name IS 'What people call it; it stands in refusals and alerts.';
COMMENT ON COLUMN @ledger@.cap.kind IS 'What sort of cap it is: three_public (三公经费), department (部门总额), provisional (人代会批准前预支), fund_receipts (以收定支), plan (用款计划), or any other word.';
COMMENT ON COLUMN @ledger@.cap.division IS 'Division and all below it, also for row security; the root for a cap over the whole ledger, with a unit the unit''s own.';
COMMENT ON COLUMN @ledger@.cap.unit IS 'Unit and all below it, also for row security; NULL: every unit.';
COMMENT ON COLUMN @ledger@.cap.listed IS 'Whether its lines are those of cap_member, and not those that its rule matches.';
COMMENT ON COLUMN @ledger@.cap.func IS 'Function codes (支出功能分类): the subtree of any of them.';
COMMENT ON COLUMN @ledger@.cap.gov_econ IS 'Government economic codes (政府支出经济分类): the subtree of any of them.';
COMMENT ON COLUMN @ledger@.cap.dept_econ IS 'Department economic codes (部门支出经济分类): the subtree of any of them.';
COMMENT ON COLUMN @ledger@.cap.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.cap.project_id IS 'Project.';
COMMENT ON COLUMN @ledger@.cap.basis IS 'What its limits are a ratio of: fixed (an amount), lines (appropriated - allotted - transferred - withdrawn of its lines), receipts (what was recorded as received, 以收定支), plan (its plan up to the month of the posting).';
COMMENT ON COLUMN @ledger@.cap.revenue IS 'Revenue codes whose receipts count, with their subtrees; NULL: all.';
COMMENT ON COLUMN @ledger@.cap.consumes IS 'Buckets whose sum over its lines is what is used of it.';
COMMENT ON COLUMN @ledger@.cap.warn_ratio IS 'Above this ratio of the basis an alert is raised; NULL: never.';
COMMENT ON COLUMN @ledger@.cap.block_ratio IS 'Above this ratio of the basis postings are refused; NULL: never.';
COMMENT ON COLUMN @ledger@.cap.slots IS 'Over how many rows what is used is spread, for a cap over very many busy lines; 0: one row.';
COMMENT ON COLUMN @ledger@.cap.plan IS 'Amounts of the twelve months, for basis plan.';
COMMENT ON COLUMN @ledger@.cap.state IS 'active, or closed: it has no lines and limits nothing any more.';

CREATE TABLE @ledger@.cap_member (
  cap_id  integer NOT NULL REFERENCES @ledger@.cap,
  line_id bigint NOT NULL,
  PRIMARY KEY (cap_id, line_id)
);
CREATE INDEX cap_member_line ON @ledger@.cap_member (line_id);
COMMENT ON TABLE @ledger@.cap_member IS 'Lines of the caps that are a list.';
COMMENT ON COLUMN @ledger@.cap_member.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap_member.line_id IS 'The line.';

-- Written at every posting, and by the functions alone: no CHECK, no foreign key that
-- the server would look at each time.
CREATE TABLE @ledger@.cap_balance (
  cap_id   integer PRIMARY KEY,
  basis    budgetpm.amount NOT NULL,
  used     budgetpm.amount NOT NULL,
  division budgetpm.budget_code NOT NULL,
  unit     budgetpm.budget_code
) WITH (fillfactor = 50);
COMMENT ON TABLE @ledger@.cap_balance IS 'What is used of each cap. With slots, the totals are this row''s plus those of its slots.';
COMMENT ON COLUMN @ledger@.cap_balance.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap_balance.basis IS 'What its limits are a ratio of; for basis plan the whole year''s.';
COMMENT ON COLUMN @ledger@.cap_balance.used IS 'Sum of the consuming buckets of its lines.';
COMMENT ON COLUMN @ledger@.cap_balance.division IS 'The cap''s division, for row security.';
COMMENT ON COLUMN @ledger@.cap_balance.unit IS 'The cap''s unit, for row security.';

CREATE TABLE @ledger@.cap_slot (
  cap_id   integer NOT NULL,
  slot     integer NOT NULL,
  basis    budgetpm.amount NOT NULL,
  used     budgetpm.amount NOT NULL,
  floor    budgetpm.amount NOT NULL,
  granted  budgetpm.amount NOT NULL,
  division budgetpm.budget_code NOT NULL,
  unit     budgetpm.budget_code,
  PRIMARY KEY (cap_id, slot)
) WITH (fillfactor = 20);
COMMENT ON TABLE @ledger@.cap_slot IS 'Escrow slots of the caps that have them: used moves between floor and granted under the slot''s own lock; beyond them all slots are levelled. Together the bounds keep the total between two limits, so that none is crossed unseen.';
COMMENT ON COLUMN @ledger@.cap_slot.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap_slot.slot IS 'Number from 0.';
COMMENT ON COLUMN @ledger@.cap_slot.basis IS 'Change of the basis since the slots were made.';
COMMENT ON COLUMN @ledger@.cap_slot.used IS 'Used through this slot since the slots were made; negative where more came back through it.';
COMMENT ON COLUMN @ledger@.cap_slot.floor IS 'Least that used may be without levelling.';
COMMENT ON COLUMN @ledger@.cap_slot.granted IS 'Most that used may be without levelling.';
COMMENT ON COLUMN @ledger@.cap_slot.division IS 'The cap''s division, for row security.';
COMMENT ON COLUMN @ledger@.cap_slot.unit IS 'The cap''s unit, for row security.';

CREATE TABLE @ledger@.alert (
  alert_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year  integer NOT NULL,
  kind         varchar(30) COLLATE "C" NOT NULL,
  cap_id       integer REFERENCES @ledger@.cap,
  line_id      bigint,
  posting_id   bigint,
  limit_amount budgetpm.amount NOT NULL,
  found_amount budgetpm.amount NOT NULL,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  as_of        date NOT NULL,
  state        varchar(10) COLLATE "C" NOT NULL DEFAULT 'raised'
               CHECK (state IN ('raised', 'assigned', 'answered', 'closed')),
  assigned_to  varchar(63) COLLATE "C",
  raised_at    timestamptz NOT NULL,
  ended_at     timestamptz
);
CREATE UNIQUE INDEX alert_standing ON @ledger@.alert (fiscal_year, kind, cap_id, line_id, unit) NULLS NOT DISTINCT
  WHERE ended_at IS NULL AND kind <> 'cap_warned' AND kind <> 'cap_exceeded';
CREATE INDEX alert_cap ON @ledger@.alert (cap_id) WHERE cap_id IS NOT NULL;
CREATE INDEX alert_open ON @ledger@.alert (division, unit) WHERE state <> 'closed';
COMMENT ON TABLE @ledger@.alert IS 'Alerts (预警): one row a crossing. Its life is raised, assigned, answered, closed; alert_event holds its history.';
COMMENT ON COLUMN @ledger@.alert.alert_id IS 'The alert.';
COMMENT ON COLUMN @ledger@.alert.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.alert.kind IS 'cap_warned, cap_exceeded; of run_reminders(): plan_exceeded, plan_behind, progress_ahead, progress_behind.';
COMMENT ON COLUMN @ledger@.alert.cap_id IS 'The cap or plan, where there is one.';
COMMENT ON COLUMN @ledger@.alert.line_id IS 'The line, where it is about one.';
COMMENT ON COLUMN @ledger@.alert.posting_id IS 'The posting that crossed the limit, where one did.';
COMMENT ON COLUMN @ledger@.alert.limit_amount IS 'The limit that was crossed, or what was expected, at that moment.';
COMMENT ON COLUMN @ledger@.alert.found_amount IS 'What was found in its place.';
COMMENT ON COLUMN @ledger@.alert.division IS 'Division that it concerns, also for row security.';
COMMENT ON COLUMN @ledger@.alert.unit IS 'Unit that it concerns, also for row security.';
COMMENT ON COLUMN @ledger@.alert.as_of IS 'Day for which it was raised.';
COMMENT ON COLUMN @ledger@.alert.state IS 'raised (预警), assigned (派发), answered (反馈), closed (销号).';
COMMENT ON COLUMN @ledger@.alert.assigned_to IS 'Who has to answer.';
COMMENT ON COLUMN @ledger@.alert.raised_at IS 'When it was raised.';
COMMENT ON COLUMN @ledger@.alert.ended_at IS 'When run_reminders() found that its reason was gone; a reason that comes back raises another.';

CREATE TABLE @ledger@.alert_event (
  alert_id    bigint NOT NULL REFERENCES @ledger@.alert,
  event_no    integer NOT NULL,
  action      varchar(10) COLLATE "C" NOT NULL,
  assigned_to varchar(63) COLLATE "C",
  note        text NOT NULL,
  login       varchar(63) COLLATE "C" NOT NULL,
  done_at     timestamptz NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code,
  PRIMARY KEY (alert_id, event_no)
);
COMMENT ON TABLE @ledger@.alert_event IS 'What was done about each alert, append-only.';
COMMENT ON COLUMN @ledger@.alert_event.alert_id IS 'The alert.';
COMMENT ON COLUMN @ledger@.alert_event.event_no IS 'Number within the alert, from 1.';
COMMENT ON COLUMN @ledger@.alert_event.action IS 'assigned, answered or closed.';
COMMENT ON COLUMN @ledger@.alert_event.assigned_to IS 'Who has to answer from then on.';
COMMENT ON COLUMN @ledger@.alert_event.note IS 'What was said.';
COMMENT ON COLUMN @ledger@.alert_event.login IS 'The database role that did it.';
COMMENT ON COLUMN @ledger@.alert_event.done_at IS 'When.';
COMMENT ON COLUMN @ledger@.alert_event.division IS 'The alert''s division, for row security.';
COMMENT ON COLUMN @ledger@.alert_event.unit IS 'The alert''s unit, for row security.';

-- Guards. ALWAYS: session_replication_role must not open a road.
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.cap
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.cap
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.cap_member
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.cap_member
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.cap_balance
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.cap_balance
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.cap_slot
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.cap_slot
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.alert
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.alert
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.alert_event
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.alert_event
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

-- Row security: a cap and its alerts are read by whoever may read its place.
ALTER TABLE @ledger@.cap ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.cap FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.cap_balance ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.cap_balance FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.cap_slot ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.cap_slot FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.alert ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.alert FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.alert_event ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.alert_event FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.cap_member ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.cap_member FOR SELECT
  USING (EXISTS (SELECT 1 FROM @ledger@.cap c WHERE c.cap_id = cap_member.cap_id));
