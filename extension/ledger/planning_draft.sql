-- planning: the draft of a budget, from revenue estimates to the vote and the notices after it

CREATE TABLE @ledger@.division_draft (
  preparation_id integer NOT NULL REFERENCES @ledger@.preparation,
  division       budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  fiscal_year    integer NOT NULL,
  state          varchar(10) COLLATE "C" NOT NULL DEFAULT 'open',
  versions       integer NOT NULL DEFAULT 0,
  congress_on    date,
  resolution     varchar(200),
  PRIMARY KEY (preparation_id, division),
  CHECK (state OPERATOR(pg_catalog.=) ANY ('{open,out,approved}'))
);
COMMENT ON TABLE @ledger@.division_draft IS 'How far the draft budget of each government is. Who changes a request, an estimate or a planned transfer of it shares a lock on its row, who sends the draft off has it alone.';
COMMENT ON COLUMN @ledger@.division_draft.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.division_draft.division IS 'The government.';
COMMENT ON COLUMN @ledger@.division_draft.fiscal_year IS 'Fiscal year of the preparation.';
COMMENT ON COLUMN @ledger@.division_draft.state IS 'open (being prepared), out (a draft is under way to the vote: nothing of it changes) or approved.';
COMMENT ON COLUMN @ledger@.division_draft.versions IS 'Number of drafts that were sent off.';
COMMENT ON COLUMN @ledger@.division_draft.congress_on IS 'Day on which the people''s congress (人代会) opens.';
COMMENT ON COLUMN @ledger@.division_draft.resolution IS 'Document number of its resolution (批准文号); appropriations are posted under it.';

CREATE TABLE @ledger@.draft (
  draft_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id integer NOT NULL,
  fiscal_year    integer NOT NULL,
  division       budgetpm.budget_code NOT NULL,
  version        integer NOT NULL,
  state          varchar(10) COLLATE "C" NOT NULL,
  case_id        bigint NOT NULL,
  requests       integer NOT NULL,
  expenditure    budgetpm.amount NOT NULL,
  reserve        budgetpm.amount NOT NULL,
  transfers_out  budgetpm.amount NOT NULL,
  revenue        budgetpm.amount NOT NULL,
  transfers_in   budgetpm.amount NOT NULL,
  digest         bytea NOT NULL,
  made_at        timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  made_by        varchar(63) COLLATE "C" NOT NULL,
  ended_at       timestamptz,
  document       varchar(200),
  UNIQUE (preparation_id, division, version),
  FOREIGN KEY (preparation_id, division) REFERENCES @ledger@.division_draft,
  CHECK (state OPERATOR(pg_catalog.=) ANY ('{out,returned,approved}'))
);
CREATE INDEX draft_case ON @ledger@.draft (case_id);
COMMENT ON TABLE @ledger@.draft IS 'Drafts of budgets (预算草案) as they were sent off, numbered by government. What one contains never changes.';
COMMENT ON COLUMN @ledger@.draft.draft_id IS 'The draft.';
COMMENT ON COLUMN @ledger@.draft.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.draft.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.draft.division IS 'The government.';
COMMENT ON COLUMN @ledger@.draft.version IS 'Number of the draft, from 1.';
COMMENT ON COLUMN @ledger@.draft.state IS 'out (under way), returned (退回, or not approved) or approved (批准).';
COMMENT ON COLUMN @ledger@.draft.case_id IS 'The case (流程实例) that carries it.';
COMMENT ON COLUMN @ledger@.draft.requests IS 'Number of requests in it.';
COMMENT ON COLUMN @ledger@.draft.expenditure IS 'Own expenditure (本级支出) in fen (stored), transfers to governments below apart.';
COMMENT ON COLUMN @ledger@.draft.reserve IS 'The reserve (预备费, 227) within it.';
COMMENT ON COLUMN @ledger@.draft.transfers_out IS 'Planned transfers to governments below.';
COMMENT ON COLUMN @ledger@.draft.revenue IS 'Estimated own revenue (本级收入).';
COMMENT ON COLUMN @ledger@.draft.transfers_in IS 'Planned transfers from the government above.';
COMMENT ON COLUMN @ledger@.draft.digest IS 'Digest of all that it contains; docs/planning.md has its bytes.';
COMMENT ON COLUMN @ledger@.draft.made_at IS 'When it was sent off.';
COMMENT ON COLUMN @ledger@.draft.made_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.draft.ended_at IS 'When it was returned or approved.';
COMMENT ON COLUMN @ledger@.draft.document IS 'The document that approved it (批准文号).';

CREATE TABLE @ledger@.draft_item (
  draft_id   bigint NOT NULL REFERENCES @ledger@.draft,
  request_id bigint NOT NULL REFERENCES @ledger@.request,
  version_id bigint NOT NULL REFERENCES @ledger@.request_version,
  amount     budgetpm.amount NOT NULL,
  division   budgetpm.budget_code NOT NULL,
  unit       budgetpm.budget_code NOT NULL,
  PRIMARY KEY (draft_id, request_id)
);
COMMENT ON TABLE @ledger@.draft_item IS 'Requests that a draft contains, each with the version that it goes to the vote with.';
COMMENT ON COLUMN @ledger@.draft_item.draft_id IS 'The draft.';
COMMENT ON COLUMN @ledger@.draft_item.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.draft_item.version_id IS 'Its version.';
COMMENT ON COLUMN @ledger@.draft_item.amount IS 'Amount of the version, in fen (stored).';
COMMENT ON COLUMN @ledger@.draft_item.division IS 'Division of the unit, for row security.';
COMMENT ON COLUMN @ledger@.draft_item.unit IS 'Unit, for row security.';

CREATE TABLE @ledger@.revenue_estimate (
  estimate_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id    integer NOT NULL REFERENCES @ledger@.preparation,
  fiscal_year       integer NOT NULL,
  division          budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  fund_type         varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  revenue           budgetpm.budget_code NOT NULL,
  version           integer NOT NULL,
  amount            budgetpm.amount NOT NULL,
  basis             varchar(1000) NOT NULL,
  made_at           timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  made_by           varchar(63) COLLATE "C" NOT NULL,
  replaced_at       timestamptz,
  approved_at       timestamptz,
  approved_by       varchar(63) COLLATE "C",
  approval_document varchar(200),
  UNIQUE (preparation_id, division, fund_type, revenue, version),
  CHECK (amount OPERATOR(budgetpm.>=) '0'::budgetpm.amount)
);
CREATE UNIQUE INDEX revenue_estimate_current ON @ledger@.revenue_estimate (preparation_id, division, fund_type, revenue) WHERE replaced_at IS NULL;
CREATE INDEX revenue_estimate_year ON @ledger@.revenue_estimate (fiscal_year, division) WHERE replaced_at IS NULL;
COMMENT ON TABLE @ledger@.revenue_estimate IS 'Estimates of own revenue (收入预算) by government, fund type and revenue code, every version of them; the one that was not replaced counts.';
COMMENT ON COLUMN @ledger@.revenue_estimate.estimate_id IS 'The estimate.';
COMMENT ON COLUMN @ledger@.revenue_estimate.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.revenue_estimate.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.revenue_estimate.division IS 'The government whose revenue it is.';
COMMENT ON COLUMN @ledger@.revenue_estimate.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.revenue_estimate.revenue IS 'Revenue code (收入分类科目), in the edition of the year.';
COMMENT ON COLUMN @ledger@.revenue_estimate.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN @ledger@.revenue_estimate.amount IS 'Amount in fen (stored).';
COMMENT ON COLUMN @ledger@.revenue_estimate.basis IS 'What it was estimated from (测算依据).';
COMMENT ON COLUMN @ledger@.revenue_estimate.made_at IS 'When it was made.';
COMMENT ON COLUMN @ledger@.revenue_estimate.made_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.revenue_estimate.replaced_at IS 'When a newer version took its place; NULL: it counts.';
COMMENT ON COLUMN @ledger@.revenue_estimate.approved_at IS 'When it was approved for the draft.';
COMMENT ON COLUMN @ledger@.revenue_estimate.approved_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.revenue_estimate.approval_document IS 'By which document.';

CREATE TABLE @ledger@.planned_transfer (
  planned_transfer_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id      integer NOT NULL REFERENCES @ledger@.preparation,
  fiscal_year         integer NOT NULL,
  from_division       budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  to_division         budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  func                budgetpm.budget_code NOT NULL,
  fund_type           varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  version             integer NOT NULL,
  amount              budgetpm.amount NOT NULL,
  early               boolean NOT NULL,
  document            varchar(200),
  made_at             timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  made_by             varchar(63) COLLATE "C" NOT NULL,
  replaced_at         timestamptz,
  UNIQUE (preparation_id, from_division, to_division, func, fund_type, version),
  CHECK (amount OPERATOR(budgetpm.>=) '0'::budgetpm.amount)
);
CREATE UNIQUE INDEX planned_transfer_current ON @ledger@.planned_transfer (preparation_id, from_division, to_division, func, fund_type) WHERE replaced_at IS NULL;
CREATE INDEX planned_transfer_from ON @ledger@.planned_transfer (fiscal_year, from_division) WHERE replaced_at IS NULL;
CREATE INDEX planned_transfer_to ON @ledger@.planned_transfer (fiscal_year, to_division) WHERE replaced_at IS NULL;
COMMENT ON TABLE @ledger@.planned_transfer IS 'Transfers between governments that budgets are planned with (转移支付预算), every version of them: expenditure of the one above, revenue of the one below, and neither where both are added up. Authority to spend comes from the requests of the government below; money beyond the plan goes by send_transfer().';
COMMENT ON COLUMN @ledger@.planned_transfer.planned_transfer_id IS 'The planned transfer.';
COMMENT ON COLUMN @ledger@.planned_transfer.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.planned_transfer.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.planned_transfer.from_division IS 'The government that gives.';
COMMENT ON COLUMN @ledger@.planned_transfer.to_division IS 'The government below it that receives.';
COMMENT ON COLUMN @ledger@.planned_transfer.func IS 'Function (转移支付支出功能分类科目), in the edition of the year.';
COMMENT ON COLUMN @ledger@.planned_transfer.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.planned_transfer.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN @ledger@.planned_transfer.amount IS 'Amount in fen (stored); 0: none any more.';
COMMENT ON COLUMN @ledger@.planned_transfer.early IS 'Told before the year began (提前下达).';
COMMENT ON COLUMN @ledger@.planned_transfer.document IS 'The document that told it.';
COMMENT ON COLUMN @ledger@.planned_transfer.made_at IS 'When it was planned.';
COMMENT ON COLUMN @ledger@.planned_transfer.made_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.planned_transfer.replaced_at IS 'When a newer version took its place; NULL: it counts.';

CREATE TABLE @ledger@.approval_notice (
  notice_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  draft_id    bigint NOT NULL REFERENCES @ledger@.draft,
  fiscal_year integer NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  department  budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  amount      budgetpm.amount NOT NULL,
  requests    integer NOT NULL,
  document    varchar(200),
  issued_on   date,
  issued_by   varchar(63) COLLATE "C",
  received_on date,
  received_by varchar(63) COLLATE "C",
  UNIQUE (draft_id, unit),
  CHECK ((document IS NULL) OPERATOR(pg_catalog.=) (issued_on IS NULL)),
  CHECK (received_on OPERATOR(pg_catalog.>=) issued_on)
);
CREATE INDEX approval_notice_department ON @ledger@.approval_notice (draft_id, department);
COMMENT ON TABLE @ledger@.approval_notice IS 'Notices of what was approved (预算批复): of finance to each department, with all below it, and of the department to each of its units.';
COMMENT ON COLUMN @ledger@.approval_notice.notice_id IS 'The notice.';
COMMENT ON COLUMN @ledger@.approval_notice.draft_id IS 'The draft that was approved.';
COMMENT ON COLUMN @ledger@.approval_notice.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.approval_notice.division IS 'The government.';
COMMENT ON COLUMN @ledger@.approval_notice.department IS 'The department (主管部门).';
COMMENT ON COLUMN @ledger@.approval_notice.unit IS 'Who is told: the department itself, of all its units together, or one of its units.';
COMMENT ON COLUMN @ledger@.approval_notice.amount IS 'What was approved, in fen (stored).';
COMMENT ON COLUMN @ledger@.approval_notice.requests IS 'Number of requests in it.';
COMMENT ON COLUMN @ledger@.approval_notice.document IS 'Document number of the notice (批复文号); NULL: not issued yet.';
COMMENT ON COLUMN @ledger@.approval_notice.issued_on IS 'Day of the notice.';
COMMENT ON COLUMN @ledger@.approval_notice.issued_by IS 'Who issued it.';
COMMENT ON COLUMN @ledger@.approval_notice.received_on IS 'Day on which it was received.';
COMMENT ON COLUMN @ledger@.approval_notice.received_by IS 'Who confirmed that.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.division_draft
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.division_draft
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.draft
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.draft
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.draft_item
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.draft_item
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.revenue_estimate
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.revenue_estimate
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.planned_transfer
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.planned_transfer
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.approval_notice
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.approval_notice
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

ALTER TABLE @ledger@.division_draft ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.division_draft FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));
ALTER TABLE @ledger@.draft ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.draft FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));
ALTER TABLE @ledger@.draft_item ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.draft_item FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.revenue_estimate ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.revenue_estimate FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));
ALTER TABLE @ledger@.planned_transfer ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.planned_transfer FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, from_division, NULL)
      OR budgetpm.can_read('@ledger@.ledger'::regclass, to_division, NULL));
ALTER TABLE @ledger@.approval_notice ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.approval_notice FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
