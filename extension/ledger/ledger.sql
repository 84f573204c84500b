-- ledger: years, lines, balances, journal

CREATE TABLE @ledger@.fiscal_year (
  fiscal_year  integer PRIMARY KEY CHECK (fiscal_year BETWEEN 1949 AND 9999),
  state        varchar(10) COLLATE "C" NOT NULL CHECK (state IN ('preparing', 'open', 'closing', 'closed')),
  closed_month smallint NOT NULL DEFAULT 0 CHECK (closed_month BETWEEN 0 AND 12),
  changed_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp()
);
COMMENT ON TABLE @ledger@.fiscal_year IS 'Fiscal years (预算年度) of the ledger and their states. Each balance row carries its year''s state, so that a posting reads it under the row lock.';
COMMENT ON COLUMN @ledger@.fiscal_year.fiscal_year IS 'The year; it has partitions balance_<year> and journal_<year>.';
COMMENT ON COLUMN @ledger@.fiscal_year.state IS 'preparing (appropriations and allotments only, 提前下达), open, closing (what settles, no new spending), closed (nothing).';
COMMENT ON COLUMN @ledger@.fiscal_year.closed_month IS 'Accounting months 1 to this one are closed: no entry with an accounting date in them can be posted.';
COMMENT ON COLUMN @ledger@.fiscal_year.changed_at IS 'When the state or the closed month last changed.';

CREATE SEQUENCE @ledger@.line_seq CACHE 32;
COMMENT ON SEQUENCE @ledger@.line_seq IS 'Low part of line ids; the fiscal year times 10^12 is added.';
CREATE SEQUENCE @ledger@.posting_seq CACHE 32;
COMMENT ON SEQUENCE @ledger@.posting_seq IS 'Low part of posting ids; the fiscal year times 10^12 is added. Gaps mean nothing.';

CREATE TABLE @ledger@.line (
  line_id       bigint PRIMARY KEY,
  fiscal_year   integer NOT NULL REFERENCES @ledger@.fiscal_year,
  parent_id     bigint REFERENCES @ledger@.line,
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  unit          budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  func          budgetpm.budget_code NOT NULL,
  gov_econ      budgetpm.budget_code,
  dept_econ     budgetpm.budget_code,
  fund_type     varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  project_id    bigint REFERENCES @ledger@.project (project_id),
  title         varchar(200) NOT NULL,
  executable    boolean NOT NULL,
  source_doc    varchar(200),
  direct        boolean NOT NULL DEFAULT false,
  control       "char" NOT NULL CHECK (control IN ('b', 'w', 'o')),
  elements      jsonb NOT NULL DEFAULT '{}',
  key           varchar(100) COLLATE "C",
  opened_at     timestamptz NOT NULL,
  opened_by     varchar(63) NOT NULL,
  CHECK (line_id OPERATOR(pg_catalog./) 1000000000000 OPERATOR(pg_catalog.=) fiscal_year)
);
CREATE UNIQUE INDEX line_key ON @ledger@.line (fiscal_year, key) WHERE key IS NOT NULL;
CREATE INDEX line_parent ON @ledger@.line (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX line_division ON @ledger@.line (division, fiscal_year);
CREATE INDEX line_unit ON @ledger@.line (unit, fiscal_year);
CREATE INDEX line_func ON @ledger@.line (func, fiscal_year);
CREATE INDEX line_project ON @ledger@.line (project_id) WHERE project_id IS NOT NULL;
COMMENT ON TABLE @ledger@.line IS 'Budget lines (预算指标): the smallest unit of spending authority, with the 26 elements of the national standard. Written by open_line() only; what it says is part of the line''s first digest and never changes.';
COMMENT ON COLUMN @ledger@.line.line_id IS 'Fiscal year times 10^12 plus a serial number: the partition is known from the id alone.';
COMMENT ON COLUMN @ledger@.line.fiscal_year IS 'Element 1, 预算年度.';
COMMENT ON COLUMN @ledger@.line.parent_id IS 'The line of the same government that this one is allotted from; NULL is a root, where money enters the tree.';
COMMENT ON COLUMN @ledger@.line.division IS 'Element 2, 财政区划, as tree key; the government whose budget it is, taken from the unit.';
COMMENT ON COLUMN @ledger@.line.unit IS 'Element 5, 预算单位, as tree key.';
COMMENT ON COLUMN @ledger@.line.func IS 'Element 11, 支出功能分类科目, in the edition of the year.';
COMMENT ON COLUMN @ledger@.line.gov_econ IS 'Element 12, 政府支出经济分类.';
COMMENT ON COLUMN @ledger@.line.dept_econ IS 'Element 13, 部门支出经济分类.';
COMMENT ON COLUMN @ledger@.line.fund_type IS 'Element 6, 资金性质.';
COMMENT ON COLUMN @ledger@.line.project_id IS 'Element 4, 预算项目.';
COMMENT ON COLUMN @ledger@.line.title IS 'What the line is called.';
COMMENT ON COLUMN @ledger@.line.executable IS 'Spendable (可执行指标), or held for distribution (待分指标).';
COMMENT ON COLUMN @ledger@.line.source_doc IS 'Element 19, 上级指标文号; inherited by allotment, never changed.';
COMMENT ON COLUMN @ledger@.line.direct IS 'Element 23, 直达资金标识; inherited by allotment, never changed.';
COMMENT ON COLUMN @ledger@.line.control IS 'Control mode that the line was opened with: b block, w warn, o off. Evidence of it; the posting path reads the balance row.';
COMMENT ON COLUMN @ledger@.line.elements IS 'The other elements, by the keys of the element catalogue.';
COMMENT ON COLUMN @ledger@.line.key IS 'Idempotency key of open_line(), unique in the year.';
COMMENT ON COLUMN @ledger@.line.opened_at IS 'When the line was opened.';
COMMENT ON COLUMN @ledger@.line.opened_by IS 'The login that opened it.';

-- Money of a line: buckets in fen. Identity and signs are a constraint of the row,
-- so that no code of ours, and no one else's, can store a broken one; one function,
-- because the server parses a constraint's tree again at every statement.
CREATE TABLE @ledger@.balance (
  line_id      bigint NOT NULL PRIMARY KEY,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code NOT NULL,
  appropriated budgetpm.amount NOT NULL DEFAULT '0',
  available    budgetpm.amount NOT NULL DEFAULT '0',
  allotted     budgetpm.amount NOT NULL DEFAULT '0',
  transferred  budgetpm.amount NOT NULL DEFAULT '0',
  frozen       budgetpm.amount NOT NULL DEFAULT '0',
  pending_out  budgetpm.amount NOT NULL DEFAULT '0',
  precommitted budgetpm.amount NOT NULL DEFAULT '0',
  committed    budgetpm.amount NOT NULL DEFAULT '0',
  requested    budgetpm.amount NOT NULL DEFAULT '0',
  paid         budgetpm.amount NOT NULL DEFAULT '0',
  withdrawn    budgetpm.amount NOT NULL DEFAULT '0',
  carried      budgetpm.amount NOT NULL DEFAULT '0',
  entry_no     integer NOT NULL DEFAULT 0,
  posted_at    timestamptz NOT NULL,
  head         bytea NOT NULL,
  closed_month smallint NOT NULL DEFAULT 0,
  control      "char" NOT NULL,
  year_state   "char" NOT NULL,
  line_state   "char" NOT NULL DEFAULT 'o',
  executable   boolean NOT NULL,
  caps         integer[],
  CONSTRAINT balance_buckets CHECK (budgetpm.buckets_hold(control, appropriated, available, allotted,
    transferred, frozen, pending_out, precommitted, committed, requested, paid, withdrawn, carried))
) PARTITION BY RANGE (line_id);
COMMENT ON TABLE @ledger@.balance IS 'Where the money of each line is now, one row a line, by fiscal year. Written by the posting functions only: every other write is refused with ZB005.';
COMMENT ON COLUMN @ledger@.balance.line_id IS 'The line.';
COMMENT ON COLUMN @ledger@.balance.division IS 'The line''s division, for row security.';
COMMENT ON COLUMN @ledger@.balance.unit IS 'The line''s unit, for row security.';
COMMENT ON COLUMN @ledger@.balance.appropriated IS '批复/追加总额: the total authority given to the line, the source of every bucket.';
COMMENT ON COLUMN @ledger@.balance.available IS '可用额度: may be spent or moved; negative only on a line in mode warn or off.';
COMMENT ON COLUMN @ledger@.balance.allotted IS '已下达: given to child lines of the same government; equals the sum of the children''s appropriated.';
COMMENT ON COLUMN @ledger@.balance.transferred IS '转移支付下级财政: sent to another government.';
COMMENT ON COLUMN @ledger@.balance.frozen IS '冻结: owned, not usable for a time.';
COMMENT ON COLUMN @ledger@.balance.pending_out IS '在途调减: asked to leave, bites at once.';
COMMENT ON COLUMN @ledger@.balance.precommitted IS '采购计划占用: held by procurement plans.';
COMMENT ON COLUMN @ledger@.balance.committed IS '合同占用: held by contracts.';
COMMENT ON COLUMN @ledger@.balance.requested IS '支付申请占用: held by payment requests.';
COMMENT ON COLUMN @ledger@.balance.paid IS '已支付: confirmed by the bank, net of refunds.';
COMMENT ON COLUMN @ledger@.balance.withdrawn IS '收回: taken back by finance.';
COMMENT ON COLUMN @ledger@.balance.carried IS '结转: carried into the next year.';
COMMENT ON COLUMN @ledger@.balance.entry_no IS 'Number of the line''s last journal entry.';
COMMENT ON COLUMN @ledger@.balance.posted_at IS 'Moment of the last entry; the next one is later.';
COMMENT ON COLUMN @ledger@.balance.head IS 'Digest of the last entry (of the line''s elements before the first): the head of its chain.';
COMMENT ON COLUMN @ledger@.balance.closed_month IS 'Accounting months up to this one are closed.';
COMMENT ON COLUMN @ledger@.balance.control IS 'Control mode: b block, w warn, o off.';
COMMENT ON COLUMN @ledger@.balance.year_state IS 'State of the fiscal year: p preparing, o open, c closing, x closed.';
COMMENT ON COLUMN @ledger@.balance.line_state IS 'o open, p provisional (before the vote), c closed.';
COMMENT ON COLUMN @ledger@.balance.executable IS 'Spendable, or held for distribution (待分).';
COMMENT ON COLUMN @ledger@.balance.caps IS 'Numbers of the caps (控制限额) that the line belongs to, ascending; NULL is none. A posting reads them under the row lock.';

CREATE TABLE @ledger@.journal (
  line_id         bigint NOT NULL,
  entry_no        integer NOT NULL,
  posting_id      bigint NOT NULL,
  kind            varchar(40) COLLATE "C" NOT NULL,
  amount          budgetpm.amount NOT NULL,
  available_after budgetpm.amount NOT NULL,
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code NOT NULL,
  posted_at       timestamptz NOT NULL,
  accounting_date date NOT NULL,
  document        text NOT NULL,
  actor           text NOT NULL,
  login           text NOT NULL,
  key             text COLLATE "C",
  memo            jsonb,
  peer_line       bigint,
  refers_line     bigint,
  refers_entry    integer,
  from_obligation bigint,
  to_obligation   bigint,
  segment         integer NOT NULL,
  digest          bytea NOT NULL,
  PRIMARY KEY (line_id, entry_no)
) PARTITION BY RANGE (line_id);
CREATE UNIQUE INDEX journal_key ON @ledger@.journal (line_id, key) WHERE key IS NOT NULL;
CREATE INDEX journal_posting ON @ledger@.journal (posting_id);
CREATE INDEX journal_segment_idx ON @ledger@.journal (segment);
CREATE INDEX journal_refers ON @ledger@.journal (refers_line, refers_entry) WHERE refers_line IS NOT NULL;
CREATE INDEX journal_from_obligation ON @ledger@.journal (from_obligation) WHERE from_obligation IS NOT NULL;
CREATE INDEX journal_accounting_date ON @ledger@.journal USING brin (accounting_date);
COMMENT ON TABLE @ledger@.journal IS 'Every movement of money, append-only, by fiscal year. An entry moves amount from the source to the target bucket of its kind on one line; the entries of one posting share posting_id. What is undone is posted as a reversal that names its entry.';
COMMENT ON COLUMN @ledger@.journal.line_id IS 'The line whose money moved.';
COMMENT ON COLUMN @ledger@.journal.entry_no IS 'Number within the line, from 1 without gaps.';
COMMENT ON COLUMN @ledger@.journal.posting_id IS 'The posting: fiscal year times 10^12 plus a serial number.';
COMMENT ON COLUMN @ledger@.journal.kind IS 'Kind of entry, of entry_kind.';
COMMENT ON COLUMN @ledger@.journal.amount IS 'Amount moved, in fen (stored), always positive.';
COMMENT ON COLUMN @ledger@.journal.available_after IS 'The line''s available amount after the entry.';
COMMENT ON COLUMN @ledger@.journal.division IS 'The line''s division, for row security and rollups.';
COMMENT ON COLUMN @ledger@.journal.unit IS 'The line''s unit, for row security and rollups.';
COMMENT ON COLUMN @ledger@.journal.posted_at IS 'When it was posted; strictly increasing on a line.';
COMMENT ON COLUMN @ledger@.journal.accounting_date IS 'The date that plans, rollups and reports use; inside the line''s year.';
COMMENT ON COLUMN @ledger@.journal.document IS 'The document that gives authority (指标文号, contract, voucher).';
COMMENT ON COLUMN @ledger@.journal.actor IS 'Who acted, as the application says; the login unless given.';
COMMENT ON COLUMN @ledger@.journal.login IS 'The database role that posted.';
COMMENT ON COLUMN @ledger@.journal.key IS 'Idempotency key, on the first entry of the posting''s first line; unique in the line.';
COMMENT ON COLUMN @ledger@.journal.memo IS 'Free data of the application, part of the digest.';
COMMENT ON COLUMN @ledger@.journal.peer_line IS 'The line at the other end, where there is one.';
COMMENT ON COLUMN @ledger@.journal.refers_line IS 'With refers_entry: the entry that this one undoes in whole or part.';
COMMENT ON COLUMN @ledger@.journal.refers_entry IS 'See refers_line.';
COMMENT ON COLUMN @ledger@.journal.from_obligation IS 'The obligation (procurement plan, contract, payment request) that the money left; NULL where none did.';
COMMENT ON COLUMN @ledger@.journal.to_obligation IS 'The obligation that the money went to.';
COMMENT ON COLUMN @ledger@.journal.segment IS 'The stretch of journal_segment in which it was written; not part of the digest.';
COMMENT ON COLUMN @ledger@.journal.digest IS 'H(previous digest of the line || H(content)); docs/evidence.md gives the bytes.';

CREATE TABLE @ledger@.journal_segment (
  segment      integer PRIMARY KEY CHECK (segment OPERATOR(pg_catalog.>) 0),
  begun_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  prepared     text[] NOT NULL DEFAULT '{}',
  awaited      text[],
  server_start varchar(40) COLLATE "C"
);
COMMENT ON TABLE @ledger@.journal_segment IS 'Stretches of the journal: each entry carries the newest segment that its posting could see under its lock on the journal. Rollups sum whole segments, once nobody can write them any more. Written by fold_rollup() only; segments that are summed have no row here.';
COMMENT ON COLUMN @ledger@.journal_segment.segment IS 'Number of the segment; the highest one is being written.';
COMMENT ON COLUMN @ledger@.journal_segment.begun_at IS 'When it was begun.';
COMMENT ON COLUMN @ledger@.journal_segment.prepared IS 'Prepared transactions that stood when it was begun: they write no more, so that one forgotten does not hold it up. Number, name and moment of each.';
COMMENT ON COLUMN @ledger@.journal_segment.awaited IS 'Transactions that may still write the segment, found after the next one had begun; NULL: not yet looked for.';
COMMENT ON COLUMN @ledger@.journal_segment.server_start IS 'Start of the server in which they run: they do not outlive it.';
INSERT INTO @ledger@.journal_segment (segment) VALUES (1);

CREATE TABLE @ledger@.entry_kind (
  kind         varchar(40) COLLATE "C" PRIMARY KEY,
  operation    varchar(40) COLLATE "C" NOT NULL,
  source       varchar(20) COLLATE "C" NOT NULL,
  target       varchar(20) COLLATE "C" NOT NULL,
  year_states  varchar(4) COLLATE "C" NOT NULL,
  reverses     varchar(40) COLLATE "C" REFERENCES @ledger@.entry_kind (kind),
  name_zh      varchar(40) NOT NULL,
  CHECK (source OPERATOR(pg_catalog.<>) target)
);
COMMENT ON TABLE @ledger@.entry_kind IS 'Kinds of entry (业务类型): which bucket loses, which gains. Guarded: an edited kind would be a road to overspend; upgrade_ledger() alone changes it.';
COMMENT ON COLUMN @ledger@.entry_kind.kind IS 'Name of the kind.';
COMMENT ON COLUMN @ledger@.entry_kind.operation IS 'The API function that posts it; the right to execute that function is the right to post the kind.';
COMMENT ON COLUMN @ledger@.entry_kind.source IS 'Bucket that loses; appropriated as source means that the line''s total grows.';
COMMENT ON COLUMN @ledger@.entry_kind.target IS 'Bucket that gains; appropriated as target means that the line''s total shrinks.';
COMMENT ON COLUMN @ledger@.entry_kind.year_states IS 'Year states in which it may be posted: p preparing, o open, c closing.';
COMMENT ON COLUMN @ledger@.entry_kind.reverses IS 'The kind that this one undoes, for reversals.';
COMMENT ON COLUMN @ledger@.entry_kind.name_zh IS 'Chinese name.';

INSERT INTO @ledger@.entry_kind (kind, operation, source, target, year_states, name_zh) VALUES
  ('appropriate',          'appropriate',      'appropriated', 'available',    'po',  '批复'),
  ('supplement',           'supplement',       'appropriated', 'available',    'o',   '追加'),
  ('reduce',               'reduce',           'available',    'appropriated', 'oc',  '追减'),
  ('reduce_pending',       'reduce',           'pending_out',  'appropriated', 'oc',  '追减(在途)'),
  ('allot_out',            'allot',            'available',    'allotted',     'po',  '下达(出)'),
  ('allot_out_pending',    'allot',            'pending_out',  'allotted',     'po',  '下达(在途)'),
  ('allot_in',             'allot',            'appropriated', 'available',    'po',  '下达(入)'),
  ('return_out',           'return_allotment', 'available',    'appropriated', 'poc', '退回下达(出)'),
  ('return_in',            'return_allotment', 'allotted',     'available',    'poc', '退回下达(入)'),
  ('transfer_out',         'send_transfer',    'available',    'transferred',  'po',  '转移支付(出)'),
  ('transfer_in',          'receive_transfer', 'appropriated', 'available',    'po',  '转移支付(入)'),
  ('transfer_return_out',  'return_transfer',  'available',    'appropriated', 'poc', '转移支付退回(出)'),
  ('transfer_return_in',   'return_transfer',  'transferred',  'available',    'poc', '转移支付退回(入)'),
  ('virement_out',         'virement',         'available',    'appropriated', 'o',   '调剂(出)'),
  ('virement_out_pending', 'virement',         'pending_out',  'appropriated', 'o',   '调剂(在途)'),
  ('virement_in',          'virement',         'appropriated', 'available',    'o',   '调剂(入)'),
  ('virement_up_out',      'virement',         'available',    'appropriated', 'o',   '调剂(上行出)'),
  ('virement_up_in',       'virement',         'allotted',     'available',    'o',   '调剂(上行入)'),
  ('virement_down_out',    'virement',         'available',    'allotted',     'o',   '调剂(下行出)'),
  ('virement_down_in',     'virement',         'appropriated', 'available',    'o',   '调剂(下行入)'),
  ('reserve_out',          'reserve_out',      'available',    'pending_out',  'o',   '在途调减'),
  ('release_out',          'release_out',      'pending_out',  'available',    'oc',  '撤销在途'),
  ('freeze',               'freeze',           'available',    'frozen',       'oc',  '冻结'),
  ('unfreeze',             'unfreeze',         'frozen',       'available',    'oc',  '解冻'),
  ('precommit',            'precommit',        'available',    'precommitted', 'o',   '采购计划'),
  ('commit',               'commit_funds',     'available',    'committed',    'o',   '合同'),
  ('commit_drawn',         'commit_funds',     'precommitted', 'committed',    'o',   '合同(采购计划)'),
  ('request',              'request_payment',  'available',    'requested',    'o',   '支付申请'),
  ('request_drawn',        'request_payment',  'committed',    'requested',    'o',   '支付申请(合同)'),
  ('pay',                  'pay',              'available',    'paid',         'o',   '支付'),
  ('pay_drawn',            'pay',              'requested',    'paid',         'oc',  '支付(申请)'),
  ('release_precommit',    'release',          'precommitted', 'available',    'oc',  '释放采购计划'),
  ('release_commit',       'release',          'committed',    'available',    'oc',  '释放合同'),
  ('release_commit_back',  'release',          'committed',    'precommitted', 'oc',  '合同退回采购计划'),
  ('release_request',      'release',          'requested',    'available',    'oc',  '释放支付申请'),
  ('release_request_back', 'release',          'requested',    'committed',    'oc',  '支付申请退回合同'),
  ('refund',               'refund',           'paid',         'available',    'oc',  '退款'),
  ('refund_request',       'refund',           'paid',         'requested',    'oc',  '退款(退回申请)'),
  ('refund_commit',        'refund',           'paid',         'committed',    'oc',  '退款(退回合同)'),
  ('correct_out',          'correct_payment',  'paid',         'available',    'oc',  '支付更正(出)'),
  ('correct_in',           'correct_payment',  'available',    'paid',         'oc',  '支付更正(入)'),
  ('approve_up',           'approve_line',     'appropriated', 'available',    'poc', '批准(增)'),
  ('approve_down',         'approve_line',     'available',    'appropriated', 'poc', '批准(减)'),
  ('carry_out',            'carry_forward',    'available',    'carried',      'c',   '结转(出)'),
  ('carry_out_committed',  'carry_forward',    'committed',    'carried',      'c',   '结转合同(出)'),
  ('carry_down',           'carry_forward',    'available',    'allotted',     'po',  '结转(下行出)'),
  ('carry_down_in',        'carry_forward',    'appropriated', 'available',    'po',  '结转(下行入)'),
  ('carry_down_committed', 'carry_forward',    'appropriated', 'committed',    'po',  '结转合同(下行入)'),
  ('carry_in',             'carry_forward',    'appropriated', 'available',    'po',  '结转(入)'),
  ('carry_in_committed',   'carry_forward',    'appropriated', 'committed',    'po',  '结转合同(入)'),
  ('refund_prior',         'refund_prior_year','appropriated', 'available',    'o',   '以前年度退回'),
  ('withdraw',             'withdraw',         'available',    'withdrawn',    'oc',  '收回'),
  ('withdraw_frozen',      'withdraw',         'frozen',       'withdrawn',    'oc',  '收回(冻结)'),
  ('withdraw_pending',     'withdraw',         'pending_out',  'withdrawn',    'oc',  '收回(在途)');
INSERT INTO @ledger@.entry_kind (kind, operation, source, target, year_states, reverses, name_zh)
  SELECT 'reverse_' || k.kind, 'reverse', k.target, k.source,
         CASE WHEN pg_catalog.strpos(k.year_states, 'p') OPERATOR(pg_catalog.>) 0 THEN 'poc' ELSE 'oc' END,
         k.kind, '冲销' || k.name_zh
  FROM @ledger@.entry_kind k;

CREATE TABLE @ledger@.virement_rule (
  rule_id        integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fund_type      varchar(10) COLLATE "C" REFERENCES @ledger@.fund_type (fund_type),
  from_func      budgetpm.budget_code,
  to_func        budgetpm.budget_code,
  from_gov_econ  budgetpm.budget_code,
  to_gov_econ    budgetpm.budget_code,
  same_unit      boolean NOT NULL DEFAULT false,
  allowed        boolean NOT NULL,
  reason         varchar(200) NOT NULL
);
COMMENT ON TABLE @ledger@.virement_rule IS 'Which pairs of lines may exchange money (调剂). A pair must match a rule with allowed = true and none with allowed = false; NULL in a rule matches anything, a code matches its subtree.';
COMMENT ON COLUMN @ledger@.virement_rule.rule_id IS 'The rule.';
COMMENT ON COLUMN @ledger@.virement_rule.fund_type IS 'Fund type of both lines; lines of two fund types never exchange money.';
COMMENT ON COLUMN @ledger@.virement_rule.from_func IS 'Function subtree of the losing line.';
COMMENT ON COLUMN @ledger@.virement_rule.to_func IS 'Function subtree of the gaining line.';
COMMENT ON COLUMN @ledger@.virement_rule.from_gov_econ IS 'Economic subtree of the losing line.';
COMMENT ON COLUMN @ledger@.virement_rule.to_gov_econ IS 'Economic subtree of the gaining line.';
COMMENT ON COLUMN @ledger@.virement_rule.same_unit IS 'The rule matches only lines of one unit.';
COMMENT ON COLUMN @ledger@.virement_rule.allowed IS 'Allows or forbids.';
COMMENT ON COLUMN @ledger@.virement_rule.reason IS 'Its source, shown in the refusal.';
INSERT INTO @ledger@.virement_rule (same_unit, allowed, reason)
  VALUES (false, true, '同一政府、同一资金性质内调剂');
INSERT INTO @ledger@.virement_rule (from_gov_econ, to_gov_econ, allowed, reason) VALUES
  ('501', '502', false, '基本支出人员经费不得调剂用于公用经费');

CREATE TABLE @ledger@.transfer (
  transfer_id     bigint PRIMARY KEY,
  from_line       bigint REFERENCES @ledger@.line,
  from_division   budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  to_division     budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  amount          budgetpm.amount NOT NULL,
  document        varchar(200) NOT NULL,
  direct          boolean NOT NULL,
  state           varchar(10) COLLATE "C" NOT NULL CHECK (state IN ('sent', 'received', 'returned')),
  sent_at         timestamptz NOT NULL,
  to_line         bigint REFERENCES @ledger@.line,
  receive_posting bigint,
  return_posting  bigint,
  origin          varchar(100) COLLATE "C",
  origin_id       varchar(100) COLLATE "C",
  CHECK ((from_line IS NULL) OPERATOR(pg_catalog.=) (origin IS NOT NULL)),
  CHECK ((origin IS NULL) OPERATOR(pg_catalog.=) (origin_id IS NULL))
);
CREATE UNIQUE INDEX transfer_origin ON @ledger@.transfer (origin, origin_id) WHERE origin IS NOT NULL;
CREATE INDEX transfer_to_division ON @ledger@.transfer (to_division) WHERE state = 'sent';
CREATE INDEX transfer_from_line ON @ledger@.transfer (from_line);
COMMENT ON TABLE @ledger@.transfer IS 'Money between governments (转移支付): sent under the sender''s document, received into a root line of the receiver. Written by the transfer functions only.';
COMMENT ON COLUMN @ledger@.transfer.transfer_id IS 'The sending posting; a number of its own for a transfer out of another ledger.';
COMMENT ON COLUMN @ledger@.transfer.from_line IS 'The sender''s line; NULL when the money was sent in another ledger.';
COMMENT ON COLUMN @ledger@.transfer.from_division IS 'The sending government.';
COMMENT ON COLUMN @ledger@.transfer.to_division IS 'The receiving government.';
COMMENT ON COLUMN @ledger@.transfer.amount IS 'Amount in fen (stored).';
COMMENT ON COLUMN @ledger@.transfer.document IS 'The sender''s document: the receiver''s 上级指标文号.';
COMMENT ON COLUMN @ledger@.transfer.direct IS 'Direct-to-grass-roots money (直达资金); the receiving line must carry the same mark.';
COMMENT ON COLUMN @ledger@.transfer.state IS 'sent (in transit, 在途), received, returned.';
COMMENT ON COLUMN @ledger@.transfer.sent_at IS 'When it was sent.';
COMMENT ON COLUMN @ledger@.transfer.to_line IS 'The receiver''s line.';
COMMENT ON COLUMN @ledger@.transfer.receive_posting IS 'The receiving posting.';
COMMENT ON COLUMN @ledger@.transfer.return_posting IS 'The returning posting.';
COMMENT ON COLUMN @ledger@.transfer.origin IS 'The ledger or system in which it was sent; NULL for this one.';
COMMENT ON COLUMN @ledger@.transfer.origin_id IS 'Its number there: announced again, it is the same transfer.';

-- Guards. ALWAYS: session_replication_role must not open a road. Row triggers of a
-- partitioned table are cloned to its partitions; TRUNCATE triggers are not, so
-- add_year() makes one for each partition.
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.balance
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.balance
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.journal
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.journal
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.line
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.line
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.transfer
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.transfer
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.fiscal_year
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.fiscal_year
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.fiscal_year ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.journal_segment
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.journal_segment
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.journal_segment ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.entry_kind
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.entry_kind
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.entry_kind ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE ON @ledger@.virement_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.virement_rule ENABLE ALWAYS TRIGGER invalidate_ledger;

-- Row security: read down the tree.
ALTER TABLE @ledger@.line ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.line FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.balance ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.balance FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.journal ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.journal FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.transfer ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.transfer FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, from_division, NULL)
      OR budgetpm.can_read('@ledger@.ledger'::regclass, to_division, NULL));
