-- ledger: what a people's congress has approved, and what may raise it afterwards

CREATE TABLE @ledger@.budget_approval (
  fiscal_year integer NOT NULL REFERENCES @ledger@.fiscal_year,
  division    budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  amount      budgetpm.amount NOT NULL CHECK (amount OPERATOR(budgetpm.>=) '0'::budgetpm.amount),
  document    varchar(200),
  approved_on date,
  case_id     bigint,
  PRIMARY KEY (fiscal_year, division),
  CHECK ((document IS NULL) OPERATOR(pg_catalog.=) (approved_on IS NULL))
);
COMMENT ON TABLE @ledger@.budget_approval IS 'Budgets of governments that wait for or have the vote of their people''s congress (人代会批准的预算). From the vote on a supplement names its source. Written by the functions that carry a draft to its vote only.';
COMMENT ON COLUMN @ledger@.budget_approval.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.budget_approval.division IS 'The government whose budget it is, as tree key.';
COMMENT ON COLUMN @ledger@.budget_approval.amount IS 'Own expenditure (本级支出), in fen (stored): of the draft while it waits, of the approved versions afterwards.';
COMMENT ON COLUMN @ledger@.budget_approval.document IS 'Document of the approval (批复文号); NULL while it waits.';
COMMENT ON COLUMN @ledger@.budget_approval.approved_on IS 'Day of the vote; NULL while it waits.';
COMMENT ON COLUMN @ledger@.budget_approval.case_id IS 'The case that carried it.';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.budget_approval
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.budget_approval
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.budget_approval ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.budget_approval FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));

CREATE TABLE @ledger@.supplement_source (
  source       varchar(40) COLLATE "C" PRIMARY KEY,
  name         varchar(100) NOT NULL,
  posted_by    varchar(10) COLLATE "C" NOT NULL CHECK (posted_by IN ('supplement', 'virement')),
  case_needed  boolean NOT NULL,
  number       smallint NOT NULL
);
COMMENT ON TABLE @ledger@.supplement_source IS 'Where money of a supplement (追加) may come from, each source with its rule. Data of the ledger: who may change tables may change it.';
COMMENT ON COLUMN @ledger@.supplement_source.source IS 'The word for it in supplement().';
COMMENT ON COLUMN @ledger@.supplement_source.name IS 'What it is called.';
COMMENT ON COLUMN @ledger@.supplement_source.posted_by IS 'supplement: it raises the total. virement: it is in the total already, and moves from its own line (227 预备费) by virement().';
COMMENT ON COLUMN @ledger@.supplement_source.case_needed IS 'Posted only by the effect of a case, the decision behind it.';
COMMENT ON COLUMN @ledger@.supplement_source.number IS 'Order in lists.';
INSERT INTO @ledger@.supplement_source (source, name, posted_by, case_needed, number) VALUES
  ('higher_level_transfer', '上级转移支付', 'supplement', false, 1),
  ('reserve', '动用预备费', 'virement', false, 2),
  ('stabilisation_fund', '动用预算稳定调节基金', 'supplement', false, 3),
  ('debt', '新增债务', 'supplement', false, 4),
  ('adjustment', '预算调整（人大常委会批准）', 'supplement', true, 5);
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE ON @ledger@.supplement_source
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.supplement_source ENABLE ALWAYS TRIGGER invalidate_ledger, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.supplement_source FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));
