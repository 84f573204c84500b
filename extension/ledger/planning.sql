-- planning: preparations, rounds, requests with their versions and items, standards, ceilings

CREATE TABLE @ledger@.preparation (
  preparation_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year    integer NOT NULL REFERENCES @ledger@.fiscal_year,
  division       budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  title          varchar(200) NOT NULL,
  flow           varchar(63) COLLATE "C" NOT NULL,
  draft_flow     varchar(63) COLLATE "C",
  state          varchar(10) COLLATE "C" NOT NULL DEFAULT 'open',
  opened_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  opened_by      varchar(63) COLLATE "C" NOT NULL,
  drafted_at     timestamptz,
  approved_at    timestamptz,
  UNIQUE (fiscal_year, division),
  CHECK (state OPERATOR(pg_catalog.=) ANY ('{open,drafted,approved,closed}'))
);
COMMENT ON TABLE @ledger@.preparation IS 'Preparations of a budget (预算编制): one of a year for a division and all governments below it that have none of their own. Written by the functions of this schema only.';
COMMENT ON COLUMN @ledger@.preparation.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.preparation.fiscal_year IS 'Fiscal year (预算年度) that is prepared.';
COMMENT ON COLUMN @ledger@.preparation.division IS 'Division at its top.';
COMMENT ON COLUMN @ledger@.preparation.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.preparation.flow IS 'Flow that the requests of a unit go through.';
COMMENT ON COLUMN @ledger@.preparation.draft_flow IS 'Flow that the draft goes through; NULL: not named yet.';
COMMENT ON COLUMN @ledger@.preparation.state IS 'open, drafted (the draft is made), approved (by the congress) or closed.';
COMMENT ON COLUMN @ledger@.preparation.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @ledger@.preparation.opened_by IS 'The database role that opened it.';
COMMENT ON COLUMN @ledger@.preparation.drafted_at IS 'When its draft was made.';
COMMENT ON COLUMN @ledger@.preparation.approved_at IS 'When it was approved.';

CREATE TABLE @ledger@.preparation_round (
  preparation_id integer NOT NULL REFERENCES @ledger@.preparation,
  round          integer NOT NULL,
  up_title       varchar(40) NOT NULL,
  down_title     varchar(40) NOT NULL,
  up_closes_on   date,
  down_closes_on date,
  ceiling_binds  boolean NOT NULL,
  PRIMARY KEY (preparation_id, round),
  CHECK (round OPERATOR(pg_catalog.>) 0)
);
COMMENT ON TABLE @ledger@.preparation_round IS 'Rounds of a preparation (三上三下, 两上两下): what goes up and comes down, and until when.';
COMMENT ON COLUMN @ledger@.preparation_round.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.preparation_round.round IS 'Number of the round, from 1.';
COMMENT ON COLUMN @ledger@.preparation_round.up_title IS 'Name of the submission (一上).';
COMMENT ON COLUMN @ledger@.preparation_round.down_title IS 'Name of the return (一下).';
COMMENT ON COLUMN @ledger@.preparation_round.up_closes_on IS 'Last day of submissions, by the date of the servers log_timezone; NULL: none is set.';
COMMENT ON COLUMN @ledger@.preparation_round.down_closes_on IS 'Day by which finance means to return them; nothing is refused after it.';
COMMENT ON COLUMN @ledger@.preparation_round.ceiling_binds IS 'Whether submissions of the round must keep within the ceilings (控制数) of the rounds before.';

CREATE TABLE @ledger@.round_reopening (
  reopening_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id integer NOT NULL,
  round          integer NOT NULL,
  closes_on      date NOT NULL,
  reason         varchar(1000) NOT NULL,
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code,
  decided_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  decided_by     varchar(63) COLLATE "C" NOT NULL,
  FOREIGN KEY (preparation_id, round) REFERENCES @ledger@.preparation_round
);
COMMENT ON TABLE @ledger@.round_reopening IS 'Decisions to let submissions in after a round has closed, append-only.';
COMMENT ON COLUMN @ledger@.round_reopening.reopening_id IS 'The decision.';
COMMENT ON COLUMN @ledger@.round_reopening.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.round_reopening.round IS 'The round.';
COMMENT ON COLUMN @ledger@.round_reopening.closes_on IS 'Last day now.';
COMMENT ON COLUMN @ledger@.round_reopening.reason IS 'Why.';
COMMENT ON COLUMN @ledger@.round_reopening.division IS 'Division whose units may submit, with those below; also for row security.';
COMMENT ON COLUMN @ledger@.round_reopening.unit IS 'Unit that may submit, with those below; NULL: all of the division.';
COMMENT ON COLUMN @ledger@.round_reopening.decided_at IS 'When.';
COMMENT ON COLUMN @ledger@.round_reopening.decided_by IS 'The database role that decided.';

CREATE TABLE @ledger@.expenditure_standard (
  standard      varchar(40) COLLATE "C" NOT NULL,
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  valid_from    date NOT NULL,
  valid_to      date,
  title         varchar(200) NOT NULL,
  measure       varchar(20) NOT NULL,
  unit_cost     numeric(20,4) NOT NULL,
  func          budgetpm.budget_code,
  document      varchar(200),
  registered_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  registered_by varchar(63) COLLATE "C" NOT NULL,
  PRIMARY KEY (standard, division, valid_from),
  CHECK (unit_cost OPERATOR(pg_catalog.>) 0),
  CHECK (valid_to OPERATOR(pg_catalog.>) valid_from)
);
COMMENT ON TABLE @ledger@.expenditure_standard IS 'Expenditure standards (支出标准): what one of something may cost in a division and those below, and from when to when.';
COMMENT ON COLUMN @ledger@.expenditure_standard.standard IS 'Code of the standard.';
COMMENT ON COLUMN @ledger@.expenditure_standard.division IS 'Division that set it; the nearest one upwards that has the standard counts.';
COMMENT ON COLUMN @ledger@.expenditure_standard.valid_from IS 'First day.';
COMMENT ON COLUMN @ledger@.expenditure_standard.valid_to IS 'Day on which it is no more in force; NULL: open.';
COMMENT ON COLUMN @ledger@.expenditure_standard.title IS 'What it is for.';
COMMENT ON COLUMN @ledger@.expenditure_standard.measure IS 'Unit of measure (计量单位).';
COMMENT ON COLUMN @ledger@.expenditure_standard.unit_cost IS 'Cost of one, in yuan: the most that an item may ask.';
COMMENT ON COLUMN @ledger@.expenditure_standard.func IS 'Function (功能分类) below which it may be used; NULL: any.';
COMMENT ON COLUMN @ledger@.expenditure_standard.document IS 'The document that set it.';
COMMENT ON COLUMN @ledger@.expenditure_standard.registered_at IS 'When it was registered.';
COMMENT ON COLUMN @ledger@.expenditure_standard.registered_by IS 'The database role that did.';

CREATE TABLE @ledger@.request (
  request_id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id   integer NOT NULL REFERENCES @ledger@.preparation,
  fiscal_year      integer NOT NULL,
  division         budgetpm.budget_code NOT NULL,
  unit             budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  department       budgetpm.budget_code NOT NULL,
  project_id       bigint REFERENCES @ledger@.project,
  category         varchar(40) COLLATE "C",
  fund_type        varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  title            varchar(200) NOT NULL,
  state            varchar(10) COLLATE "C" NOT NULL,
  case_id          bigint,
  current_version  bigint,
  approved_version bigint,
  created_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  created_by       varchar(63) COLLATE "C" NOT NULL,
  copied_from      bigint,
  key              varchar(100) COLLATE "C",
  content          bytea,
  saved_key        varchar(100) COLLATE "C",
  saved_content    bytea,
  CHECK (state OPERATOR(pg_catalog.=) ANY ('{draft,submitted,returned,accepted,approved,rejected,withdrawn}'))
);
CREATE UNIQUE INDEX request_key ON @ledger@.request (preparation_id, unit, key) WHERE key IS NOT NULL;
CREATE INDEX request_unit ON @ledger@.request (preparation_id, unit);
CREATE INDEX request_case ON @ledger@.request (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX request_project ON @ledger@.request (project_id) WHERE project_id IS NOT NULL;
COMMENT ON TABLE @ledger@.request IS 'Requests for money (预算申报), by department, unit and project. What is asked for is in the versions.';
COMMENT ON COLUMN @ledger@.request.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.request.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.request.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.request.division IS 'Division of the unit.';
COMMENT ON COLUMN @ledger@.request.unit IS 'Unit (预算单位) that asks.';
COMMENT ON COLUMN @ledger@.request.department IS 'Department (主管部门) above the unit, or itself.';
COMMENT ON COLUMN @ledger@.request.project_id IS 'The project; NULL: basic expenditure.';
COMMENT ON COLUMN @ledger@.request.category IS 'Category (项目类别).';
COMMENT ON COLUMN @ledger@.request.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.request.title IS 'What the money is for.';
COMMENT ON COLUMN @ledger@.request.state IS 'draft, submitted (in review), returned (to be submitted again), accepted (goes into the draft), approved, rejected or withdrawn.';
COMMENT ON COLUMN @ledger@.request.case_id IS 'Case (流程实例) that it goes or went through.';
COMMENT ON COLUMN @ledger@.request.current_version IS 'Its newest version.';
COMMENT ON COLUMN @ledger@.request.approved_version IS 'The version that was accepted (批复数).';
COMMENT ON COLUMN @ledger@.request.created_at IS 'When it was made.';
COMMENT ON COLUMN @ledger@.request.created_by IS 'The database role that made it.';
COMMENT ON COLUMN @ledger@.request.copied_from IS 'Last years request that it was copied from.';
COMMENT ON COLUMN @ledger@.request.key IS 'Idempotency key of its making.';
COMMENT ON COLUMN @ledger@.request.content IS 'Digest of what it was made with, to know a repetition.';
COMMENT ON COLUMN @ledger@.request.saved_key IS 'Idempotency key of its last change.';
COMMENT ON COLUMN @ledger@.request.saved_content IS 'Digest of what it was changed with.';

CREATE TABLE @ledger@.request_version (
  version_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id  bigint NOT NULL REFERENCES @ledger@.request,
  version_no  integer NOT NULL,
  round       integer NOT NULL,
  kind        varchar(10) COLLATE "C" NOT NULL,
  amount      budgetpm.amount NOT NULL,
  attributes  jsonb NOT NULL DEFAULT '{}',
  attachments jsonb NOT NULL DEFAULT '[]',
  reason      varchar(1000),
  made_at     timestamptz NOT NULL,
  made_by     varchar(63) COLLATE "C" NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  hidden      boolean NOT NULL DEFAULT false,
  digest      bytea,
  UNIQUE (request_id, version_no),
  CHECK (kind OPERATOR(pg_catalog.=) ANY ('{working,submitted,reviewed,approved}')),
  CHECK ((kind OPERATOR(pg_catalog.=) 'working') OPERATOR(pg_catalog.=) (digest IS NULL))
);
CREATE UNIQUE INDEX request_version_working ON @ledger@.request_version (request_id) WHERE kind = 'working';
COMMENT ON TABLE @ledger@.request_version IS 'Versions of requests: the working one, what was submitted (申报数), reviewed (审核数) and approved (批复数). None but the working one ever changes.';
COMMENT ON COLUMN @ledger@.request_version.version_id IS 'The version.';
COMMENT ON COLUMN @ledger@.request_version.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.request_version.version_no IS 'Number in the request; every saving of the working version counts it on.';
COMMENT ON COLUMN @ledger@.request_version.round IS 'Round of the preparation.';
COMMENT ON COLUMN @ledger@.request_version.kind IS 'working, submitted, reviewed or approved.';
COMMENT ON COLUMN @ledger@.request_version.amount IS 'Sum of its items in fen (stored).';
COMMENT ON COLUMN @ledger@.request_version.attributes IS 'Fields that the divisions forms add.';
COMMENT ON COLUMN @ledger@.request_version.attachments IS 'Array of {kind, title, digest}: documents (附件) that stay outside.';
COMMENT ON COLUMN @ledger@.request_version.reason IS 'Why it was saved so, or the reviewers opinion.';
COMMENT ON COLUMN @ledger@.request_version.made_at IS 'When it was last saved, or made what it is.';
COMMENT ON COLUMN @ledger@.request_version.made_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.request_version.division IS 'Division of the unit, for row security.';
COMMENT ON COLUMN @ledger@.request_version.unit IS 'Unit, for row security.';
COMMENT ON COLUMN @ledger@.request_version.hidden IS 'Whether only those see it who may read all of the division: a review before it is returned.';
COMMENT ON COLUMN @ledger@.request_version.digest IS 'Digest of its content; NULL while it is the working one. docs/planning.md has its bytes.';

CREATE TABLE @ledger@.request_item (
  version_id  bigint NOT NULL REFERENCES @ledger@.request_version,
  item_no     integer NOT NULL,
  title       varchar(200) NOT NULL,
  func        budgetpm.budget_code NOT NULL,
  gov_econ    budgetpm.budget_code,
  dept_econ   budgetpm.budget_code,
  standard    varchar(40) COLLATE "C",
  unit_cost   numeric(20,4) NOT NULL,
  quantity    numeric(20,4) NOT NULL,
  measure     varchar(20),
  amount      budgetpm.amount NOT NULL,
  procurement boolean NOT NULL,
  reviewed    boolean NOT NULL DEFAULT false,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  hidden      boolean NOT NULL DEFAULT false,
  PRIMARY KEY (version_id, item_no),
  CHECK (reviewed OR amount::pg_catalog.numeric OPERATOR(pg_catalog.=) pg_catalog.round(unit_cost OPERATOR(pg_catalog.*) quantity, 2))
);
COMMENT ON TABLE @ledger@.request_item IS 'Items of a version: cost of one times quantity.';
COMMENT ON COLUMN @ledger@.request_item.version_id IS 'The version.';
COMMENT ON COLUMN @ledger@.request_item.item_no IS 'Number in the version, from 1.';
COMMENT ON COLUMN @ledger@.request_item.title IS 'What it is.';
COMMENT ON COLUMN @ledger@.request_item.func IS 'Function (功能分类).';
COMMENT ON COLUMN @ledger@.request_item.gov_econ IS 'Government economic code (政府经济分类).';
COMMENT ON COLUMN @ledger@.request_item.dept_econ IS 'Departmental economic code (部门经济分类).';
COMMENT ON COLUMN @ledger@.request_item.standard IS 'Expenditure standard (支出标准) that it goes by.';
COMMENT ON COLUMN @ledger@.request_item.unit_cost IS 'Cost of one, in yuan.';
COMMENT ON COLUMN @ledger@.request_item.quantity IS 'How many.';
COMMENT ON COLUMN @ledger@.request_item.measure IS 'Unit of measure.';
COMMENT ON COLUMN @ledger@.request_item.amount IS 'Cost of one × quantity, rounded half away from zero, in fen (stored).';
COMMENT ON COLUMN @ledger@.request_item.procurement IS 'Whether it is bought by government procurement (政府采购).';
COMMENT ON COLUMN @ledger@.request_item.reviewed IS 'Whether the amount is not cost × quantity but what finance let of it (审核数).';
COMMENT ON COLUMN @ledger@.request_item.division IS 'Division of the unit, for row security.';
COMMENT ON COLUMN @ledger@.request_item.unit IS 'Unit, for row security.';
COMMENT ON COLUMN @ledger@.request_item.hidden IS 'As of its version.';

CREATE TABLE @ledger@.ceiling (
  ceiling_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  preparation_id integer NOT NULL,
  round          integer NOT NULL,
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code,
  func           budgetpm.budget_code,
  fund_type      varchar(10) COLLATE "C",
  amount         budgetpm.amount NOT NULL,
  document       varchar(200) NOT NULL,
  issued_at      timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  issued_by      varchar(63) COLLATE "C" NOT NULL,
  key            varchar(100) COLLATE "C",
  FOREIGN KEY (preparation_id, round) REFERENCES @ledger@.preparation_round
);
CREATE INDEX ceiling_scope ON @ledger@.ceiling (preparation_id, division);
CREATE UNIQUE INDEX ceiling_key ON @ledger@.ceiling (preparation_id, key) WHERE key IS NOT NULL;
COMMENT ON TABLE @ledger@.ceiling IS 'Ceilings (控制数) that finance issues in a round; the newest one of the same scope counts. Append-only.';
COMMENT ON COLUMN @ledger@.ceiling.ceiling_id IS 'The ceiling.';
COMMENT ON COLUMN @ledger@.ceiling.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.ceiling.round IS 'Round at whose return it was issued; it binds the submissions of later rounds.';
COMMENT ON COLUMN @ledger@.ceiling.division IS 'Division whose own requests it binds.';
COMMENT ON COLUMN @ledger@.ceiling.unit IS 'Unit, with those below; NULL: all of the division.';
COMMENT ON COLUMN @ledger@.ceiling.func IS 'Function (功能分类), with those below; NULL: all.';
COMMENT ON COLUMN @ledger@.ceiling.fund_type IS 'Fund type (资金性质); NULL: all.';
COMMENT ON COLUMN @ledger@.ceiling.amount IS 'The most that may be asked for, in fen (stored).';
COMMENT ON COLUMN @ledger@.ceiling.document IS 'The document (文号).';
COMMENT ON COLUMN @ledger@.ceiling.issued_at IS 'When it was issued.';
COMMENT ON COLUMN @ledger@.ceiling.issued_by IS 'The database role that issued it.';
COMMENT ON COLUMN @ledger@.ceiling.key IS 'Idempotency key.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.preparation
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.preparation
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.preparation_round
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.preparation_round
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.round_reopening
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.round_reopening
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.expenditure_standard
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.expenditure_standard
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.request
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.request
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.request_version
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.request_version
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.request_item
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.request_item
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.ceiling
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.ceiling
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

-- Everybody with a duty reads when what is due, and the standards of the divisions above his own.
ALTER TABLE @ledger@.preparation ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.preparation FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));
ALTER TABLE @ledger@.preparation_round ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.preparation_round FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));
ALTER TABLE @ledger@.round_reopening ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.round_reopening FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.expenditure_standard ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.expenditure_standard FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));
ALTER TABLE @ledger@.request ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.request FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.request_version ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.request_version FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, CASE WHEN NOT hidden THEN unit END));
ALTER TABLE @ledger@.request_item ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.request_item FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, CASE WHEN NOT hidden THEN unit END));
ALTER TABLE @ledger@.ceiling ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.ceiling FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
