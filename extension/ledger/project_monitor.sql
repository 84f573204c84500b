-- project_monitor: payment monitoring (动态监控): rules as rows, what they found, and what is stopped

CREATE SEQUENCE @ledger@.monitor_seq;
COMMENT ON SEQUENCE @ledger@.monitor_seq IS 'Numbers of findings and stops.';

CREATE TABLE @ledger@.unit_account (
  account  varchar(64) COLLATE "C" PRIMARY KEY CHECK (account ~ '^[0-9A-Za-z-]{1,64}$'),
  bank     varchar(200),
  title    varchar(200),
  division budgetpm.budget_code NOT NULL,
  unit     budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code)
);
CREATE UNIQUE INDEX unit_account_plain ON @ledger@.unit_account (budgetpm.plain_name(account));
COMMENT ON TABLE @ledger@.unit_account IS 'Bank accounts of budget units themselves (预算单位账户), for the rule that a unit does not pay itself. Written by register_account().';
COMMENT ON COLUMN @ledger@.unit_account.account IS 'Account number.';
COMMENT ON COLUMN @ledger@.unit_account.bank IS 'Bank.';
COMMENT ON COLUMN @ledger@.unit_account.title IS 'What the account is for.';
COMMENT ON COLUMN @ledger@.unit_account.division IS 'The unit''s division, for row security.';
COMMENT ON COLUMN @ledger@.unit_account.unit IS 'The unit.';

CREATE TABLE @ledger@.monitor_rule (
  rule       varchar(63) COLLATE "C" PRIMARY KEY CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
  title      varchar(200) NOT NULL,
  strength   varchar(15) COLLATE "C" NOT NULL CHECK (strength IN ('warn', 'warn_attachment', 'stop', 'forbid', 'log')),
  predicate  text NOT NULL,
  parameters jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(parameters) = 'object'),
  days       integer NOT NULL DEFAULT 0 CHECK (days BETWEEN 0 AND 366),
  division   budgetpm.budget_code REFERENCES @ledger@.division (code),
  valid_from date,
  valid_to   date,
  active     boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE @ledger@.monitor_rule IS 'Rules of payment monitoring (监控规则). Those that ship are not active: set_monitor_rule() makes them so, for a division and below where it says one.';
COMMENT ON COLUMN @ledger@.monitor_rule.rule IS 'Name.';
COMMENT ON COLUMN @ledger@.monitor_rule.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.monitor_rule.strength IS 'warn (黄, 预警), warn_attachment (橙, 预警且须附件), stop (红, 拦截), forbid (灰, 禁止) or log (蓝, 记录).';
COMMENT ON COLUMN @ledger@.monitor_rule.predicate IS 'jsonpath over the facts of the payment, with the parameters as variables: $.amount >= $band; docs/project.md lists the facts.';
COMMENT ON COLUMN @ledger@.monitor_rule.parameters IS 'Variables of the predicate.';
COMMENT ON COLUMN @ledger@.monitor_rule.days IS 'Over how many days before the payment, and after it for one that is dated back, $.recent looks at the same payee; 0: not at all.';
COMMENT ON COLUMN @ledger@.monitor_rule.division IS 'Where it holds, with all below; NULL: everywhere.';
COMMENT ON COLUMN @ledger@.monitor_rule.valid_from IS 'First day, by accounting date; NULL: no first.';
COMMENT ON COLUMN @ledger@.monitor_rule.valid_to IS 'Last day; NULL: no last.';
COMMENT ON COLUMN @ledger@.monitor_rule.active IS 'Whether it is applied.';

CREATE TABLE @ledger@.monitor_payment (
  posting_id      bigint PRIMARY KEY,
  line_id         bigint NOT NULL,
  kind            varchar(10) COLLATE "C" NOT NULL,
  amount          budgetpm.amount NOT NULL,
  payee           varchar(200),
  payee_account   varchar(200),
  payee_bank      varchar(200),
  purpose         varchar(200),
  settlement      varchar(200),
  accounting_date date NOT NULL,
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code NOT NULL,
  replaces        bigint
);
CREATE INDEX monitor_payment_replaces ON @ledger@.monitor_payment (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX monitor_payment_payee ON @ledger@.monitor_payment (unit, budgetpm.plain_name(payee), accounting_date);
CREATE INDEX monitor_payment_account ON @ledger@.monitor_payment (unit, budgetpm.plain_name(payee_account), accounting_date) WHERE payee_account IS NOT NULL;
CREATE INDEX monitor_payment_line ON @ledger@.monitor_payment (line_id, accounting_date);
COMMENT ON TABLE @ledger@.monitor_payment IS 'Payments that were looked at while rules were active, by payee: what split payments are found by, and that what is paid is what was looked at. Only added to. Longer words are cut to the width of their column.';
COMMENT ON COLUMN @ledger@.monitor_payment.posting_id IS 'The request, the payment without one, or the correction.';
COMMENT ON COLUMN @ledger@.monitor_payment.replaces IS 'For a correction: the request or payment that its amount was part of, and is counted here instead.';
COMMENT ON COLUMN @ledger@.monitor_payment.line_id IS 'Its line.';
COMMENT ON COLUMN @ledger@.monitor_payment.kind IS 'request, pay or correct.';
COMMENT ON COLUMN @ledger@.monitor_payment.amount IS 'Its amount.';
COMMENT ON COLUMN @ledger@.monitor_payment.payee IS 'Payee.';
COMMENT ON COLUMN @ledger@.monitor_payment.payee_account IS 'His account.';
COMMENT ON COLUMN @ledger@.monitor_payment.payee_bank IS 'His bank.';
COMMENT ON COLUMN @ledger@.monitor_payment.purpose IS 'What it was asked for.';
COMMENT ON COLUMN @ledger@.monitor_payment.settlement IS 'How it was to be settled.';
COMMENT ON COLUMN @ledger@.monitor_payment.accounting_date IS 'Its accounting date.';
COMMENT ON COLUMN @ledger@.monitor_payment.division IS 'The line''s division, for row security.';
COMMENT ON COLUMN @ledger@.monitor_payment.unit IS 'The line''s unit, for row security.';

CREATE TABLE @ledger@.monitor_finding (
  finding_id bigint PRIMARY KEY,
  posting_id bigint NOT NULL,
  line_id    bigint NOT NULL,
  rule       varchar(63) COLLATE "C" NOT NULL,
  strength   varchar(15) COLLATE "C" NOT NULL,
  facts      jsonb NOT NULL,
  found_at   timestamptz NOT NULL,
  login      varchar(63) COLLATE "C" NOT NULL,
  division   budgetpm.budget_code NOT NULL,
  unit       budgetpm.budget_code NOT NULL
);
CREATE INDEX monitor_finding_posting ON @ledger@.monitor_finding (posting_id);
CREATE INDEX monitor_finding_rule ON @ledger@.monitor_finding (rule, found_at);
COMMENT ON TABLE @ledger@.monitor_finding IS 'What rules found of payments (监控发现), written in the transaction of the payment and only added to. What a rule forbids is refused, and leaves no row.';
COMMENT ON COLUMN @ledger@.monitor_finding.finding_id IS 'Number of the finding.';
COMMENT ON COLUMN @ledger@.monitor_finding.posting_id IS 'The request, or the payment without one.';
COMMENT ON COLUMN @ledger@.monitor_finding.line_id IS 'Its line.';
COMMENT ON COLUMN @ledger@.monitor_finding.rule IS 'The rule.';
COMMENT ON COLUMN @ledger@.monitor_finding.strength IS 'Its strength then.';
COMMENT ON COLUMN @ledger@.monitor_finding.facts IS 'The facts that it looked at.';
COMMENT ON COLUMN @ledger@.monitor_finding.found_at IS 'When.';
COMMENT ON COLUMN @ledger@.monitor_finding.login IS 'The database role that asked for the payment.';
COMMENT ON COLUMN @ledger@.monitor_finding.division IS 'The line''s division, for row security.';
COMMENT ON COLUMN @ledger@.monitor_finding.unit IS 'The line''s unit, for row security.';

CREATE TABLE @ledger@.monitor_stop (
  stop_id    bigint PRIMARY KEY,
  request_id bigint NOT NULL UNIQUE,
  line_id    bigint NOT NULL,
  state      varchar(10) COLLATE "C" NOT NULL CHECK (state IN ('open', 'released', 'corrected', 'forbidden')),
  flow       varchar(10) COLLATE "C" NOT NULL CHECK (flow IN ('wanted', 'none', 'begun')),
  case_id    bigint,
  reason     text,
  decided_by varchar(100),
  decided_at timestamptz,
  stopped_at timestamptz NOT NULL,
  login      varchar(63) COLLATE "C" NOT NULL,
  division   budgetpm.budget_code NOT NULL,
  unit       budgetpm.budget_code NOT NULL,
  asked_in   bigint,
  CHECK ((state = 'open') = (decided_at IS NULL))
);
CREATE INDEX monitor_stop_wanted ON @ledger@.monitor_stop (stop_id) WHERE flow = 'wanted';
CREATE INDEX monitor_stop_open ON @ledger@.monitor_stop (stop_id) WHERE state = 'open';
COMMENT ON TABLE @ledger@.monitor_stop IS 'Payment requests that were stopped (拦截): the money is held, and paying is refused until somebody decides, through a case of flow payment_stop where one is published, or decide_stop().';
COMMENT ON COLUMN @ledger@.monitor_stop.stop_id IS 'Number of the stop.';
COMMENT ON COLUMN @ledger@.monitor_stop.request_id IS 'The payment request.';
COMMENT ON COLUMN @ledger@.monitor_stop.line_id IS 'Its line.';
COMMENT ON COLUMN @ledger@.monitor_stop.state IS 'open; released (放行): it can be paid; corrected (改正): it is to be released and asked for anew; forbidden (禁止): it is never paid.';
COMMENT ON COLUMN @ledger@.monitor_stop.flow IS 'Whether a case was begun: wanted only until the end of the call.';
COMMENT ON COLUMN @ledger@.monitor_stop.case_id IS 'That case.';
COMMENT ON COLUMN @ledger@.monitor_stop.reason IS 'Why it was decided so.';
COMMENT ON COLUMN @ledger@.monitor_stop.decided_by IS 'Who decided.';
COMMENT ON COLUMN @ledger@.monitor_stop.decided_at IS 'When.';
COMMENT ON COLUMN @ledger@.monitor_stop.stopped_at IS 'When it was stopped.';
COMMENT ON COLUMN @ledger@.monitor_stop.login IS 'The database role that asked for the payment, or who signed where a flow''s effect asked; it does not decide.';
COMMENT ON COLUMN @ledger@.monitor_stop.asked_in IS 'The case whose effect asked for the payment; who began it does not decide either. NULL: no flow.';
COMMENT ON COLUMN @ledger@.monitor_stop.division IS 'The line''s division, for row security.';
COMMENT ON COLUMN @ledger@.monitor_stop.unit IS 'The line''s unit, for row security.';

INSERT INTO @ledger@.monitor_rule (rule, title, strength, predicate, parameters, days) VALUES
  ('own_account', '收款账户为本单位账户', 'stop', '$.own_account == true', '{}', 0),
  ('not_contractor', '收款人与合同供应商不一致', 'stop', '$.payee_is_contractor == false', '{}', 0),
  ('beside_contract', '绕开合同向合同供应商付款', 'stop', '$.beside_contract != null', '{}', 0),
  ('split_payment', '化整为零支付', 'warn_attachment', '$.amount < $band && $.recent.total >= $band && $.recent.count >= 2', '{"band": 200000}', 15),
  ('cash', '现金结算', 'forbid', '$.settlement like_regex "^[\\s　]*(cash|现金)[\\s　]*$" flag "i" && $.amount > $limit', '{"limit": 1000}', 0),
  ('economic_mismatch', '用途与部门经济分类不符', 'warn', '($.purpose like_regex "招待|接待" && !($.dept_econ starts with "30217")) || ($.purpose like_regex "工资|津贴|补贴" && !($.dept_econ starts with "301" || $.dept_econ starts with "303"))', '{}', 0),
  ('december_surge', '年末突击花钱', 'log', '$.month == 12 && $.month_total > $.budget * $share', '{"share": 0.3}', 0);

CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.monitor_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.monitor_payment
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.monitor_payment
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.monitor_finding
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.monitor_finding
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.monitor_stop
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.monitor_stop
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.unit_account ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.unit_account FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.monitor_rule ENABLE ALWAYS TRIGGER invalidate_ledger, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.monitor_rule FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, NULL));
ALTER TABLE @ledger@.monitor_payment ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.monitor_payment FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.monitor_finding ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.monitor_finding FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.monitor_stop ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.monitor_stop FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE FUNCTION @ledger@.set_monitor_rule(
  rule text, active boolean DEFAULT true, title text DEFAULT NULL, strength text DEFAULT NULL,
  predicate text DEFAULT NULL, parameters jsonb DEFAULT NULL, days integer DEFAULT NULL, division text DEFAULT NULL,
  valid_from date DEFAULT NULL, valid_to date DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_monitor_rule(
    '@ledger@.ledger'::pg_catalog.regclass, rule, active, title, strength, predicate, parameters, days, division,
    valid_from, valid_to);
END;
COMMENT ON FUNCTION @ledger@.set_monitor_rule(text, boolean, text, text, text, jsonb, integer, text, date, date) IS
  'Sets a rule of payment monitoring (监控规则): makes a new one, changes one (what is NULL stays, but place and period are set as given), or makes one that ships active. Needs a duty over its division, or the whole ledger where it has none; an active rule that changes, one over the place where it holds so far too. Errors: 0A000 a predicate that only a time zone decides, 22001 one of more than 10000 characters, 22004, 22023 every fault, 23503 division, ZB008 duty.';

CREATE FUNCTION @ledger@.register_account(
  unit text, account text, bank text DEFAULT NULL, title text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.register_account('@ledger@.ledger'::pg_catalog.regclass, unit, account, bank, title);
END;
COMMENT ON FUNCTION @ledger@.register_account(text, text, text, text) IS
  'Registers a bank account of a budget unit itself (单位账户), for the rule that a unit does not pay itself. Errors: 22004, 22023 every fault, 23503 unit, ZB008 duty.';

CREATE FUNCTION @ledger@.decide_stop(stop bigint, decision text, reason text, actor text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.decide_stop('@ledger@.ledger'::pg_catalog.regclass, stop, decision, reason, actor);
END;
COMMENT ON FUNCTION @ledger@.decide_stop(bigint, text, text, text) IS
  'Decides a payment request that was stopped (拦截): release (放行) lets it be paid, correct (改正) and forbid (禁止) do not. Not by the role that asked for the payment, and not while a case of flow payment_stop decides. Errors: 22004, 22023, 42704, ZB007 decided, ZB008 duty, own payment or a case.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{set_monitor_rule}'),
    ('oa+', '{register_account}'),
    ('o+', '{decide_stop}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE VIEW @report@.monitor_finding WITH (security_invoker = true) AS
  SELECT f.finding_id, (f.line_id / 1000000000000)::integer AS fiscal_year, f.posting_id, f.line_id, f.rule, k.title AS rule_title, f.strength,
         (CASE f.strength WHEN 'warn' THEN '黄' WHEN 'warn_attachment' THEN '橙' WHEN 'stop' THEN '红' WHEN 'forbid' THEN '灰' ELSE '蓝' END)::varchar(1) AS colour,
         u.official_code AS unit_code, u.name AS unit_name, d.official_code AS division_code, d.name AS division_name,
         (f.facts ->> 'payee')::varchar(200) AS payee, ((f.facts ->> 'amount')::numeric)::numeric(20,2) AS amount,
         (f.facts ->> 'document')::varchar(200) AS document, f.facts, f.found_at, f.login, s.stop_id, s.state AS stop_state, s.case_id,
         s.reason, s.decided_by, s.decided_at
    FROM @ledger@.monitor_finding f
    LEFT JOIN @ledger@.monitor_rule k ON k.rule = f.rule
    LEFT JOIN @ledger@.monitor_stop s ON s.request_id = f.posting_id AND f.strength = 'stop'
    LEFT JOIN @ledger@.unit u ON u.code = f.unit
    LEFT JOIN @ledger@.division d ON d.code = f.division;
COMMENT ON VIEW @report@.monitor_finding IS 'What payment monitoring found (动态监控预警), and what became of what it stopped.';
COMMENT ON COLUMN @report@.monitor_finding.finding_id IS 'Number of the finding.';
COMMENT ON COLUMN @report@.monitor_finding.posting_id IS 'The request, or the payment without one.';
COMMENT ON COLUMN @report@.monitor_finding.fiscal_year IS 'Fiscal year (预算年度) of its line.';
COMMENT ON COLUMN @report@.monitor_finding.line_id IS 'Its line.';
COMMENT ON COLUMN @report@.monitor_finding.rule IS 'The rule.';
COMMENT ON COLUMN @report@.monitor_finding.rule_title IS 'What people call it.';
COMMENT ON COLUMN @report@.monitor_finding.strength IS 'Its strength then.';
COMMENT ON COLUMN @report@.monitor_finding.colour IS 'The same as colour: 黄, 橙, 红, 灰 or 蓝.';
COMMENT ON COLUMN @report@.monitor_finding.unit_code IS 'Official code of the unit.';
COMMENT ON COLUMN @report@.monitor_finding.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.monitor_finding.division_code IS 'Official code of the division.';
COMMENT ON COLUMN @report@.monitor_finding.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.monitor_finding.payee IS 'Payee.';
COMMENT ON COLUMN @report@.monitor_finding.amount IS 'Amount in yuan.';
COMMENT ON COLUMN @report@.monitor_finding.document IS 'Document of the payment.';
COMMENT ON COLUMN @report@.monitor_finding.facts IS 'All facts that the rule looked at.';
COMMENT ON COLUMN @report@.monitor_finding.found_at IS 'When.';
COMMENT ON COLUMN @report@.monitor_finding.login IS 'The database role that asked for the payment.';
COMMENT ON COLUMN @report@.monitor_finding.stop_id IS 'The stop, where the payment was stopped.';
COMMENT ON COLUMN @report@.monitor_finding.stop_state IS 'open, released (放行), corrected (改正) or forbidden (禁止).';
COMMENT ON COLUMN @report@.monitor_finding.case_id IS 'The case that decides it.';
COMMENT ON COLUMN @report@.monitor_finding.reason IS 'Why it was decided so.';
COMMENT ON COLUMN @report@.monitor_finding.decided_by IS 'Who decided.';
COMMENT ON COLUMN @report@.monitor_finding.decided_at IS 'When.';

INSERT INTO @ledger@.flow_template (template, title, purpose, profile, definition) VALUES
('payment_stop', '支付拦截核查', '动态监控拦截一笔支付申请时自动发起：监督检查部门核查（两个工作日）。同意即放行；驳回即禁止，占用的额度退回；发起人撤回即改正，额度同样退回。事实 stop、request、document、amount、rules。', NULL, '{
  "flow": "payment_stop", "title": "支付拦截核查", "retract": "any",
  "steps": [
    {"step": "inspect", "title": "监督核查", "assign": [{"duty": "监督检查", "at": "division"}], "decide": {"rule": "any"}, "deadline": {"working_days": 2, "action": "remind"}, "on_reject": "end", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "approved": [{"effect": "payment_stop", "arguments": {"stop": "$.stop", "decision": "release"}}],
    "rejected": [{"effect": "payment_stop", "arguments": {"stop": "$.stop", "decision": "forbid"}},
                 {"effect": "post", "arguments": {"operation": "release", "obligation": "$.request"}}],
    "retracted": [{"effect": "payment_stop", "arguments": {"stop": "$.stop", "decision": "correct"}},
                  {"effect": "post", "arguments": {"operation": "release", "obligation": "$.request"}}]}}');
