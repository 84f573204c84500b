-- control: caps, plans, receipts, alerts: what a budget division sets up over its lines

ALTER TABLE @ledger@.cap ADD FOREIGN KEY (fiscal_year) REFERENCES @ledger@.fiscal_year;
ALTER TABLE @ledger@.cap_member ADD FOREIGN KEY (line_id) REFERENCES @ledger@.line;

CREATE TABLE @ledger@.cap_event (
  event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  cap_id   integer NOT NULL REFERENCES @ledger@.cap,
  action   varchar(20) COLLATE "C" NOT NULL,
  content  jsonb,
  document varchar(200),
  login    varchar(63) COLLATE "C" NOT NULL,
  done_at  timestamptz NOT NULL,
  division budgetpm.budget_code NOT NULL,
  unit     budgetpm.budget_code
);
CREATE INDEX cap_event_cap ON @ledger@.cap_event (cap_id);
COMMENT ON TABLE @ledger@.cap_event IS 'What was done to each cap, append-only.';
COMMENT ON COLUMN @ledger@.cap_event.event_id IS 'Number of the event.';
COMMENT ON COLUMN @ledger@.cap_event.cap_id IS 'The cap.';
COMMENT ON COLUMN @ledger@.cap_event.action IS 'created, changed, lines added, lines removed or closed.';
COMMENT ON COLUMN @ledger@.cap_event.content IS 'The definition as it was after the change, or how many lines moved.';
COMMENT ON COLUMN @ledger@.cap_event.document IS 'The document that gives authority.';
COMMENT ON COLUMN @ledger@.cap_event.login IS 'The database role that did it.';
COMMENT ON COLUMN @ledger@.cap_event.done_at IS 'When.';
COMMENT ON COLUMN @ledger@.cap_event.division IS 'The cap''s division, for row security.';
COMMENT ON COLUMN @ledger@.cap_event.unit IS 'The cap''s unit, for row security.';

CREATE TABLE @ledger@.receipt (
  receipt_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year integer NOT NULL REFERENCES @ledger@.fiscal_year,
  division    budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  fund_type   varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  revenue     budgetpm.budget_code,
  amount      budgetpm.amount NOT NULL,
  document    varchar(200) NOT NULL,
  received_on date NOT NULL,
  reverses    bigint REFERENCES @ledger@.receipt,
  key         varchar(100) COLLATE "C",
  login       varchar(63) COLLATE "C" NOT NULL,
  recorded_at timestamptz NOT NULL,
  CHECK ((reverses IS NULL) OPERATOR(pg_catalog.=) (amount OPERATOR(budgetpm.>) '0'))
);
CREATE UNIQUE INDEX receipt_key ON @ledger@.receipt (fiscal_year, division, key) WHERE key IS NOT NULL;
CREATE INDEX receipt_reverses ON @ledger@.receipt (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX receipt_division ON @ledger@.receipt (fiscal_year, division);
COMMENT ON TABLE @ledger@.receipt IS 'Money received (收入), append-only: the basis of caps that spend no more than came in (以收定支).';
COMMENT ON COLUMN @ledger@.receipt.receipt_id IS 'The receipt.';
COMMENT ON COLUMN @ledger@.receipt.fiscal_year IS 'Fiscal year (预算年度) whose caps it counts for.';
COMMENT ON COLUMN @ledger@.receipt.division IS 'Government that received it, also for row security.';
COMMENT ON COLUMN @ledger@.receipt.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.receipt.revenue IS 'Revenue code (收入分类), where known.';
COMMENT ON COLUMN @ledger@.receipt.amount IS 'Amount in fen (stored); negative for a reversal.';
COMMENT ON COLUMN @ledger@.receipt.document IS 'The document that shows it (缴款书).';
COMMENT ON COLUMN @ledger@.receipt.received_on IS 'Day on which it came in.';
COMMENT ON COLUMN @ledger@.receipt.reverses IS 'The receipt that this one undoes in whole or part.';
COMMENT ON COLUMN @ledger@.receipt.key IS 'Idempotency key, unique in the year and division.';
COMMENT ON COLUMN @ledger@.receipt.login IS 'The database role that recorded it.';
COMMENT ON COLUMN @ledger@.receipt.recorded_at IS 'When it was recorded.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.cap_event
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.cap_event
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.receipt
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.receipt
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.cap_event ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.cap_event FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.receipt ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.receipt FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));

CREATE FUNCTION @ledger@.create_cap(
  fiscal_year integer, name text, basis text DEFAULT 'fixed', amount numeric DEFAULT NULL,
  division text DEFAULT NULL, unit text DEFAULT NULL, func text[] DEFAULT NULL, gov_econ text[] DEFAULT NULL,
  dept_econ text[] DEFAULT NULL, fund_type text DEFAULT NULL, project text DEFAULT NULL, lines bigint[] DEFAULT NULL,
  revenue text[] DEFAULT NULL, consumes text[] DEFAULT NULL, warn_ratio numeric DEFAULT NULL,
  block_ratio numeric DEFAULT 1, slots integer DEFAULT 0, plan numeric[] DEFAULT NULL, kind text DEFAULT 'own',
  document text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.create_cap('@ledger@.ledger'::regclass, fiscal_year, name, kind, basis, amount, division, unit,
    func, gov_econ, dept_econ, fund_type, project, lines, revenue, consumes, warn_ratio, block_ratio, slots, plan, document);
END;
COMMENT ON FUNCTION @ledger@.create_cap(integer, text, text, numeric, text, text, text[], text[], text[], text, text, bigint[], text[], text[], numeric, numeric, integer, numeric[], text, text) IS
  'Makes a cap (控制限额) over the lines of a year and returns its number: by rule (division, the root unless given; unit, func, gov_econ, dept_econ, fund_type, project: all that are given must match, a code matches its subtree) or by list (lines). basis says what the ratios are of: fixed (amount, in yuan), lines (appropriated - allotted - transferred - withdrawn of its lines), receipts (以收定支) or plan (twelve amounts; the limit is their sum up to the month of the posting). consumes names the buckets that use it up: precommitted, committed, requested and paid unless said otherwise. Above warn_ratio an alert is raised, above block_ratio a posting is refused with ZB002; NULL or 0 is never. slots spreads what is used over so many rows, for a cap over very many busy lines. Errors: 22023, 22004, 23503 unknown code, 23505 name, 42704 line, ZB004 year, ZB008 duty, ZB010 line outside.';

CREATE FUNCTION @ledger@.change_cap(
  cap integer, amount numeric DEFAULT NULL, basis text DEFAULT NULL, warn_ratio numeric DEFAULT NULL,
  block_ratio numeric DEFAULT NULL, slots integer DEFAULT NULL, consumes text[] DEFAULT NULL, name text DEFAULT NULL,
  plan numeric[] DEFAULT NULL, document text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.change_cap('@ledger@.ledger'::regclass, cap, amount, basis, warn_ratio, block_ratio, slots, consumes,
    name, plan, document);
END;
COMMENT ON FUNCTION @ledger@.change_cap(integer, numeric, text, numeric, numeric, integer, text[], text, numeric[], text) IS
  'Changes a cap under running postings: each comes wholly before or after. What is NULL stays; a ratio of 0 takes it away, slots 0 goes back to one row. A limit may be set below what is used: then an alert is raised, and only what gives back is posted. Errors: 22023, 42704, ZB007 closed, ZB008 duty.';

CREATE FUNCTION @ledger@.add_cap_lines(cap integer, lines bigint[], document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.add_cap_lines('@ledger@.ledger'::regclass, cap, lines, document);
END;
COMMENT ON FUNCTION @ledger@.add_cap_lines(integer, bigint[], text) IS
  'Lets lines join a cap that is a list, with what they have used; returns how many were not in it. Joining is never refused for want of room: an alert says so. Errors: 42704, ZB004 year, ZB007 a rule or closed, ZB008 duty, ZB010 line outside.';

CREATE FUNCTION @ledger@.remove_cap_lines(cap integer, lines bigint[], document text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.remove_cap_lines('@ledger@.ledger'::regclass, cap, lines, document);
END;
COMMENT ON FUNCTION @ledger@.remove_cap_lines(integer, bigint[], text) IS
  'Lets lines leave a cap that is a list, with what they have used; returns how many were in it. Errors: 42704, ZB007 a rule or closed, ZB008 duty.';

CREATE FUNCTION @ledger@.close_cap(cap integer, document text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.close_cap('@ledger@.ledger'::regclass, cap, document);
END;
COMMENT ON FUNCTION @ledger@.close_cap(integer, text) IS
  'Ends a cap: its lines leave it, and what was used of it stays to be read. Errors: 42704, ZB007 closed already, ZB008 duty.';

CREATE FUNCTION @ledger@.record_receipt(
  fiscal_year integer, division text, fund_type text, amount numeric, document text, revenue text DEFAULT NULL,
  received_on date DEFAULT NULL, key text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_receipt('@ledger@.ledger'::regclass, fiscal_year, division, fund_type, amount, document,
    revenue, received_on, key);
END;
COMMENT ON FUNCTION @ledger@.record_receipt(integer, text, text, numeric, text, text, date, text) IS
  'Records money received (收入), in yuan, and lets the caps of basis receipts grow by it (以收定支); returns its number. Errors: 22023, 22004, 23503, ZB004 year, ZB006 key, ZB008 duty.';

CREATE FUNCTION @ledger@.reverse_receipt(receipt bigint, document text, amount numeric DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.reverse_receipt('@ledger@.ledger'::regclass, receipt, document, amount);
END;
COMMENT ON FUNCTION @ledger@.reverse_receipt(bigint, text, numeric) IS
  'Reverses a receipt in whole (no amount: all that is left) or part; returns the reversal. Never refused for what a cap has used: the cap raises an alert. Errors: 42704, ZB001 more than is left, ZB004 year, ZB007 nothing left or a reversal itself, ZB008 duty.';

CREATE FUNCTION @ledger@.set_plan(
  fiscal_year integer, amounts numeric[], line bigint DEFAULT NULL, unit text DEFAULT NULL, block boolean DEFAULT false,
  reminder numeric DEFAULT NULL, consumes text[] DEFAULT NULL, document text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_plan('@ledger@.ledger'::regclass, fiscal_year, amounts, line, unit, block, reminder, consumes, document);
END;
COMMENT ON FUNCTION @ledger@.set_plan(integer, numeric[], bigint, text, boolean, numeric, text[], text) IS
  'Sets the monthly plan (用款计划) of a line, or of a unit and all below it, in place of the one it has; returns its cap. amounts are those of the twelve months, in yuan. With block, what is requested or paid up to a month cannot pass the plan up to it (双控制); without, an alert is raised where it passes by more than the reminder ratio, the profile''s (河北 0.05, 金财 0.1) unless given. Errors: 22023, 22004, 23503, 42704, ZB004 year, ZB007 other buckets, ZB008 duty.';

CREATE FUNCTION @ledger@.assign_alert(alert bigint, login text, note text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.assign_alert('@ledger@.ledger'::regclass, alert, login, note);
END;
COMMENT ON FUNCTION @ledger@.assign_alert(bigint, text, text) IS
  'Says who has to answer an alert (派发); it may be said again. Errors: 42704 no such alert or role, ZB007 closed, ZB008 duty.';

CREATE FUNCTION @ledger@.answer_alert(alert bigint, note text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.answer_alert('@ledger@.ledger'::regclass, alert, note);
END;
COMMENT ON FUNCTION @ledger@.answer_alert(bigint, text) IS
  'Answers an alert (反馈), by the one it is assigned to. Errors: 42704, ZB007 not assigned, ZB008 somebody else''s.';

CREATE FUNCTION @ledger@.close_alert(alert bigint, note text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.close_alert('@ledger@.ledger'::regclass, alert, note);
END;
COMMENT ON FUNCTION @ledger@.close_alert(bigint, text) IS
  'Closes an alert that was answered (销号), by another than who answered. Errors: 42704, ZB007 not answered, ZB008 duty or own answer.';

CREATE FUNCTION @ledger@.run_reminders(as_of date DEFAULT NULL, division text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.run_reminders('@ledger@.ledger'::regclass, as_of, division);
END;
COMMENT ON FUNCTION @ledger@.run_reminders(date, text) IS
  'Raises the reminders (提醒) of a day (today), in a division and below or everywhere, and returns how many. plan_exceeded: a plan''s use is above its sum up to this month by more than the profile''s ratio; plan_behind: below its sum up to the last month by more than that; progress_ahead, progress_behind: what a unit has paid differs from its budget times the part of the year that has passed by more than the ratio of its budget. The ratio is the setting ledger.overspend_reminder (河北 0.05, 金财 0.1), 0.1 where none is set. An alert is raised once and stands until a run finds its reason gone; a reason that comes back raises another. Errors: 23503 division, ZB004 year, ZB008 duty.';

CREATE FUNCTION @ledger@.rehearse(caps jsonb, fiscal_year integer) RETURNS TABLE (
  cap text, posting bigint, line bigint, kind text, accounting_date date, amount numeric, limit_amount numeric,
  used numeric, short_by numeric, remark text)
LANGUAGE sql STABLE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT r.cap, r.posting, r.line, r.kind, r.accounting_date, r.amount, r.limit_amount, r.used, r.short_by, r.remark
    FROM budgetpm.rehearse('@ledger@.ledger'::regclass, caps, fiscal_year) AS r;
END;
COMMENT ON FUNCTION @ledger@.rehearse(jsonb, integer) IS
  'Replays a year''s postings in their order against new limits and changes nothing (模拟): a row for each posting and cap that would have stopped it, with what would have been used then, and a last row with the sum: payments and yuan. caps is an array of objects with the arguments of create_cap() that say which lines, what limit and which buckets. What was stopped consumes nothing, nor does what drew on it or undid it. Errors: 22023, 23503, ZB004 year, ZB008 duty to read.';
