-- rollup: sums of finished segments of the journal
--
-- Never updated: rows come and go with their run, so that each snapshot shows whole runs.

CREATE TABLE @ledger@.rollup_run (
  run_id        integer PRIMARY KEY,
  first_segment integer NOT NULL,
  last_segment  integer NOT NULL,
  level         smallint NOT NULL,
  detail_rows   bigint NOT NULL,
  entries       bigint NOT NULL,
  folded_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  CHECK (first_segment OPERATOR(pg_catalog.>) 0 AND first_segment OPERATOR(pg_catalog.<=) last_segment),
  CONSTRAINT rollup_run_segments EXCLUDE USING gist
    (pg_catalog.int4range(first_segment, last_segment, '[]') WITH OPERATOR(pg_catalog.&&))
);
COMMENT ON TABLE @ledger@.rollup_run IS 'Which segments of the journal are summed: one row a run, with its sums in rollup_detail and rollup_division. Written by fold_rollup() only. No two runs overlap, or an entry would count twice.';
COMMENT ON COLUMN @ledger@.rollup_run.run_id IS 'Number of the run.';
COMMENT ON COLUMN @ledger@.rollup_run.first_segment IS 'First segment that it sums.';
COMMENT ON COLUMN @ledger@.rollup_run.last_segment IS 'Last one.';
COMMENT ON COLUMN @ledger@.rollup_run.level IS 'Size class: eight neighbours of one level are merged into one of the next.';
COMMENT ON COLUMN @ledger@.rollup_run.detail_rows IS 'Number of its rows in rollup_detail.';
COMMENT ON COLUMN @ledger@.rollup_run.entries IS 'Number of entries summed.';
COMMENT ON COLUMN @ledger@.rollup_run.folded_at IS 'When it was made.';

CREATE TABLE @ledger@.rollup_detail (
  run_id         integer NOT NULL,
  row_no         bigint NOT NULL,
  fiscal_year    integer NOT NULL,
  month          smallint NOT NULL,
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code NOT NULL,
  func           budgetpm.budget_code NOT NULL,
  gov_econ       budgetpm.budget_code,
  fund_type      varchar(10) COLLATE "C" NOT NULL,
  project_id     bigint,
  appropriated   budgetpm.amount NOT NULL,
  available      budgetpm.amount NOT NULL,
  allotted       budgetpm.amount NOT NULL,
  transferred    budgetpm.amount NOT NULL,
  frozen         budgetpm.amount NOT NULL,
  pending_out    budgetpm.amount NOT NULL,
  precommitted   budgetpm.amount NOT NULL,
  committed      budgetpm.amount NOT NULL,
  requested      budgetpm.amount NOT NULL,
  paid           budgetpm.amount NOT NULL,
  withdrawn      budgetpm.amount NOT NULL,
  carried        budgetpm.amount NOT NULL,
  entries        bigint NOT NULL,
  PRIMARY KEY (run_id, row_no)
);
CREATE INDEX rollup_detail_division_idx ON @ledger@.rollup_detail (division, fiscal_year);
CREATE INDEX rollup_detail_unit_idx ON @ledger@.rollup_detail (unit, fiscal_year);
CREATE INDEX rollup_detail_func_idx ON @ledger@.rollup_detail (func, fiscal_year);
CREATE INDEX rollup_detail_project_id_idx ON @ledger@.rollup_detail (project_id) WHERE project_id IS NOT NULL;
COMMENT ON TABLE @ledger@.rollup_detail IS 'What the entries of a run moved, by unit, function, economic class, fund type, project and accounting month. All runs together with budgetpm.rollup_tail() are the journal; monthly_detail shows that.';
COMMENT ON COLUMN @ledger@.rollup_detail.run_id IS 'The run.';
COMMENT ON COLUMN @ledger@.rollup_detail.row_no IS 'Number of the row in its run.';
COMMENT ON COLUMN @ledger@.rollup_detail.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @ledger@.rollup_detail.month IS 'Accounting month, 1 to 12.';
COMMENT ON COLUMN @ledger@.rollup_detail.division IS 'Division of the lines, as tree key.';
COMMENT ON COLUMN @ledger@.rollup_detail.unit IS 'Unit of the lines, as tree key.';
COMMENT ON COLUMN @ledger@.rollup_detail.func IS 'Function of the lines.';
COMMENT ON COLUMN @ledger@.rollup_detail.gov_econ IS 'Economic class in the governments view; NULL where the lines have none.';
COMMENT ON COLUMN @ledger@.rollup_detail.fund_type IS 'Fund type of the lines.';
COMMENT ON COLUMN @ledger@.rollup_detail.project_id IS 'Project of the lines; NULL where they have none.';
COMMENT ON COLUMN @ledger@.rollup_detail.appropriated IS 'Net change of appropriated (批复/追加总额): authority given to the lines.';
COMMENT ON COLUMN @ledger@.rollup_detail.available IS 'Net change of available (可用额度): may be spent or moved.';
COMMENT ON COLUMN @ledger@.rollup_detail.allotted IS 'Net change of allotted (已下达): given to child lines.';
COMMENT ON COLUMN @ledger@.rollup_detail.transferred IS 'Net change of transferred (转移支付下级财政): sent to other governments.';
COMMENT ON COLUMN @ledger@.rollup_detail.frozen IS 'Net change of frozen (冻结): not usable for a time.';
COMMENT ON COLUMN @ledger@.rollup_detail.pending_out IS 'Net change of pending_out (在途调减): asked to leave.';
COMMENT ON COLUMN @ledger@.rollup_detail.precommitted IS 'Net change of precommitted (采购计划占用): held by procurement plans.';
COMMENT ON COLUMN @ledger@.rollup_detail.committed IS 'Net change of committed (合同占用): held by contracts.';
COMMENT ON COLUMN @ledger@.rollup_detail.requested IS 'Net change of requested (支付申请占用): held by payment requests.';
COMMENT ON COLUMN @ledger@.rollup_detail.paid IS 'Net change of paid (已支付): paid, net of refunds.';
COMMENT ON COLUMN @ledger@.rollup_detail.withdrawn IS 'Net change of withdrawn (收回): taken back by finance.';
COMMENT ON COLUMN @ledger@.rollup_detail.carried IS 'Net change of carried (结转): carried into the next year.';
COMMENT ON COLUMN @ledger@.rollup_detail.entries IS 'Number of entries.';

CREATE TABLE @ledger@.rollup_division (
  division       budgetpm.budget_code NOT NULL,
  fiscal_year    integer NOT NULL,
  subtree        boolean NOT NULL,
  fund_type      varchar(10) COLLATE "C" NOT NULL,
  month          smallint NOT NULL,
  run_id         integer NOT NULL,
  appropriated   budgetpm.amount NOT NULL,
  available      budgetpm.amount NOT NULL,
  allotted       budgetpm.amount NOT NULL,
  transferred    budgetpm.amount NOT NULL,
  frozen         budgetpm.amount NOT NULL,
  pending_out    budgetpm.amount NOT NULL,
  precommitted   budgetpm.amount NOT NULL,
  committed      budgetpm.amount NOT NULL,
  requested      budgetpm.amount NOT NULL,
  paid           budgetpm.amount NOT NULL,
  withdrawn      budgetpm.amount NOT NULL,
  carried        budgetpm.amount NOT NULL,
  entries        bigint NOT NULL,
  PRIMARY KEY (division, fiscal_year, subtree, fund_type, month, run_id)
);
CREATE INDEX rollup_division_run_id_idx ON @ledger@.rollup_division (run_id);
COMMENT ON TABLE @ledger@.rollup_division IS 'The same by division, fund type and month: of each division itself (本级), and of each with all below it (全辖), so that a province is a few rows. monthly_by_division shows it with what is not summed yet.';
COMMENT ON COLUMN @ledger@.rollup_division.division IS 'The division, as tree key.';
COMMENT ON COLUMN @ledger@.rollup_division.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @ledger@.rollup_division.subtree IS 'True: with all divisions below it. False: itself only.';
COMMENT ON COLUMN @ledger@.rollup_division.fund_type IS 'Fund type.';
COMMENT ON COLUMN @ledger@.rollup_division.month IS 'Accounting month, 1 to 12.';
COMMENT ON COLUMN @ledger@.rollup_division.run_id IS 'The run.';
COMMENT ON COLUMN @ledger@.rollup_division.appropriated IS 'Net change of appropriated (批复/追加总额): authority given to the lines.';
COMMENT ON COLUMN @ledger@.rollup_division.available IS 'Net change of available (可用额度): may be spent or moved.';
COMMENT ON COLUMN @ledger@.rollup_division.allotted IS 'Net change of allotted (已下达): given to child lines.';
COMMENT ON COLUMN @ledger@.rollup_division.transferred IS 'Net change of transferred (转移支付下级财政): sent to other governments.';
COMMENT ON COLUMN @ledger@.rollup_division.frozen IS 'Net change of frozen (冻结): not usable for a time.';
COMMENT ON COLUMN @ledger@.rollup_division.pending_out IS 'Net change of pending_out (在途调减): asked to leave.';
COMMENT ON COLUMN @ledger@.rollup_division.precommitted IS 'Net change of precommitted (采购计划占用): held by procurement plans.';
COMMENT ON COLUMN @ledger@.rollup_division.committed IS 'Net change of committed (合同占用): held by contracts.';
COMMENT ON COLUMN @ledger@.rollup_division.requested IS 'Net change of requested (支付申请占用): held by payment requests.';
COMMENT ON COLUMN @ledger@.rollup_division.paid IS 'Net change of paid (已支付): paid, net of refunds.';
COMMENT ON COLUMN @ledger@.rollup_division.withdrawn IS 'Net change of withdrawn (收回): taken back by finance.';
COMMENT ON COLUMN @ledger@.rollup_division.carried IS 'Net change of carried (结转): carried into the next year.';
COMMENT ON COLUMN @ledger@.rollup_division.entries IS 'Number of entries.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.rollup_run
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.rollup_run
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.rollup_run ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.rollup_detail
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.rollup_detail
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.rollup_division
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.rollup_division
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

ALTER TABLE @ledger@.rollup_detail ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.rollup_detail FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
-- A sum over units is shown to those who may read all of them.
ALTER TABLE @ledger@.rollup_division ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.rollup_division FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, NULL));

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES
  ('administrator', 'fold_rollup'), ('administrator', 'rebuild_rollup'),
  ('reader', 'rollup_total'), ('officer', 'rollup_total'), ('application', 'rollup_total'), ('administrator', 'rollup_total'),
  ('reader', 'verify_rollup'), ('officer', 'verify_rollup'), ('application', 'verify_rollup'), ('administrator', 'verify_rollup');

CREATE FUNCTION @ledger@.fold_rollup()
RETURNS TABLE (segments_folded integer, rows_written bigint, runs_merged integer, segment_begun integer,
  segments_waiting integer, waiting_for text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 1
BEGIN ATOMIC
  SELECT f.segments_folded, f.rows_written, f.runs_merged, f.segment_begun, f.segments_waiting, f.waiting_for
    FROM budgetpm.fold_rollup('@ledger@.ledger'::regclass) f;
END;
COMMENT ON FUNCTION @ledger@.fold_rollup() IS 'Sums what was posted before the last call into the rollups (汇总), and begins a new segment of the journal for the next call to sum. Call it every minute or so, from pg_cron or the like; how often decides how fast the rollups are read, never whether they are right. Waits for nobody: segments that a transaction under way may still write are left for a later call, which segments_waiting counts and waiting_for explains. Needs a duty to post over the whole ledger. Errors: 25000 under REPEATABLE READ, 42501, ZB008.';

CREATE FUNCTION @ledger@.rebuild_rollup() RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.rebuild_rollup('@ledger@.ledger'::regclass);
END;
COMMENT ON FUNCTION @ledger@.rebuild_rollup() IS 'Sums anew, from the journal, all that is folded, and returns the number of rows: for a ledger whose rollups verify_rollup() finds damaged. Beside running postings; readers see the old sums until it commits. Errors: 25000 under REPEATABLE READ, 42501, ZB008.';

CREATE FUNCTION @ledger@.verify_rollup()
RETURNS TABLE (grain text, fiscal_year integer, month integer, division text, place text, bucket text,
  expected numeric, found numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT v.grain, v.fiscal_year, v.month, v.division, v.place, v.bucket, v.expected, v.found
    FROM budgetpm.verify_rollup('@ledger@.ledger'::regclass) v;
END;
COMMENT ON FUNCTION @ledger@.verify_rollup() IS 'Compares the rollups with sums of the journal in one snapshot: a row for each difference, by tree keys; no row is the good answer. It reads the whole journal.';

CREATE FUNCTION @ledger@.rollup_total(division text, fiscal_year integer, month_from integer DEFAULT 1, month_to integer DEFAULT 12,
  fund_type text DEFAULT NULL, own boolean DEFAULT false)
RETURNS TABLE (entries bigint, budget numeric, appropriated numeric, available numeric, allotted numeric, transferred numeric, frozen numeric, pending_out numeric, precommitted numeric, committed numeric, requested numeric, paid numeric, withdrawn numeric, carried numeric)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1
BEGIN ATOMIC
  SELECT t.entries, t.budget, t.appropriated, t.available, t.allotted, t.transferred, t.frozen, t.pending_out, t.precommitted, t.committed, t.requested, t.paid, t.withdrawn, t.carried
    FROM budgetpm.rollup_total('@ledger@.ledger'::regclass, division, fiscal_year, month_from, month_to, fund_type, own) t;
END;
COMMENT ON FUNCTION @ledger@.rollup_total(text, integer, integer, integer, text, boolean) IS 'What the entries of a fiscal year and its accounting months moved, in yuan, over a division (official code) and all below it, or its own (本级): number of entries, budget (预算数) = appropriated - allotted - transferred - withdrawn, and each bucket. Exact at any moment, whatever is folded. To those who may read all of the division. Errors: 22004, 23503, 42501, ZB004 unknown year, ZB008.';
