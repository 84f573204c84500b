-- ledger: obligations, what holds money for one purpose

CREATE TABLE @ledger@.obligation (
  obligation_id bigint NOT NULL PRIMARY KEY,
  line_id       bigint NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL,
  stage         varchar(10) COLLATE "C" NOT NULL,
  amount        budgetpm.amount NOT NULL,
  drawn         budgetpm.amount NOT NULL,
  released      budgetpm.amount NOT NULL,
  returnable    budgetpm.amount NOT NULL,
  predecessor   bigint,
  document      varchar(200) NOT NULL,
  opened_at     timestamptz NOT NULL,
  CONSTRAINT obligation_holds CHECK (budgetpm.obligation_holds(amount, drawn, released))
) PARTITION BY RANGE (obligation_id);
CREATE INDEX obligation_line ON @ledger@.obligation (line_id, document);
CREATE INDEX obligation_predecessor ON @ledger@.obligation (predecessor) WHERE predecessor IS NOT NULL;
COMMENT ON TABLE @ledger@.obligation IS 'What holds money of a line for one purpose: a procurement plan (采购计划), a contract (合同) or a payment request (支付申请). The next stage draws on its own predecessor, so that one contract''s payment cannot eat another''s money. Written by the posting functions only.';
COMMENT ON COLUMN @ledger@.obligation.obligation_id IS 'The posting that opened it.';
COMMENT ON COLUMN @ledger@.obligation.line_id IS 'The line whose money it holds.';
COMMENT ON COLUMN @ledger@.obligation.division IS 'The line''s division, for row security.';
COMMENT ON COLUMN @ledger@.obligation.unit IS 'The line''s unit, for row security.';
COMMENT ON COLUMN @ledger@.obligation.stage IS 'precommit (采购计划), commit (合同) or request (支付申请).';
COMMENT ON COLUMN @ledger@.obligation.amount IS 'What it was opened with, in fen (stored).';
COMMENT ON COLUMN @ledger@.obligation.drawn IS 'What went on to the next stage, net of what came back from there. What is left is amount - drawn - released.';
COMMENT ON COLUMN @ledger@.obligation.released IS 'What was given back, net of reversals.';
COMMENT ON COLUMN @ledger@.obligation.returnable IS 'What of it came from the predecessor and has not gone back there: no more than this is released to it.';
COMMENT ON COLUMN @ledger@.obligation.predecessor IS 'The obligation that it was drawn on; NULL where the money came from available.';
COMMENT ON COLUMN @ledger@.obligation.document IS 'The document that opened it (contract number, plan, request).';
COMMENT ON COLUMN @ledger@.obligation.opened_at IS 'When it was opened.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.obligation
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.obligation
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.obligation ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.obligation FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

CREATE FUNCTION @ledger@.obligation_history(obligation bigint) RETURNS TABLE (
  line_id bigint, entry_no integer, posting_id bigint, kind varchar(40), name_zh varchar(40), change numeric,
  remaining numeric, other_obligation bigint, document varchar(200), posted_at timestamptz, accounting_date date,
  actor varchar(100))
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  WITH named AS (
    SELECT j.line_id, j.entry_no, j.posting_id, j.kind, j.document, j.posted_at, j.accounting_date, j.actor,
           CASE WHEN j.to_obligation = o.obligation_id THEN j.amount::numeric ELSE -j.amount::numeric END AS change,
           CASE WHEN j.to_obligation = o.obligation_id THEN j.from_obligation ELSE j.to_obligation END AS other
    FROM @ledger@.obligation o
    JOIN @ledger@.journal j ON j.line_id = o.line_id
         AND (j.from_obligation = o.obligation_id OR j.to_obligation = o.obligation_id)
    WHERE o.obligation_id = obligation_history.obligation
      AND j.entry_no >= (SELECT min(e.entry_no) FROM @ledger@.journal e
                         WHERE e.posting_id = o.obligation_id AND e.line_id = o.line_id))
  SELECT n.line_id, n.entry_no, n.posting_id, n.kind, k.name_zh, n.change,
         sum(n.change) OVER (ORDER BY n.entry_no), n.other, n.document::varchar(200), n.posted_at, n.accounting_date,
         n.actor::varchar(100)
  FROM named n JOIN @ledger@.entry_kind k ON k.kind = n.kind
  ORDER BY n.entry_no;
END;
COMMENT ON FUNCTION @ledger@.obligation_history(bigint) IS
  'What happened to a procurement plan (采购计划), contract (合同) or payment request (支付申请): every entry that named it, what it gave or took in yuan, what was left after it, and the obligation at the other end. No row for one that the caller may not read.';
