-- document: contracts and payments that post by themselves, for applications that know tables only.
-- PostgreSQL refuses COPY into a table with row security: <table>_load is the same table
-- without it, a door that lets rows in and nobody look out.

CREATE SEQUENCE @ledger@.contract_seq CACHE 32;
COMMENT ON SEQUENCE @ledger@.contract_seq IS 'Numbers of contracts. Gaps mean nothing.';
CREATE SEQUENCE @ledger@.payment_seq CACHE 32;
COMMENT ON SEQUENCE @ledger@.payment_seq IS 'Numbers of payments. Gaps mean nothing.';

CREATE TABLE @ledger@.contract_load (
  contract_id     bigint NOT NULL DEFAULT pg_catalog.nextval('@ledger@.contract_seq'::regclass),
  contract_no     varchar(100) COLLATE "C" NOT NULL,
  line_id         bigint NOT NULL,
  amount          numeric NOT NULL,
  precommitment   bigint,
  supplier        varchar(200),
  title           varchar(200),
  accounting_date date,
  state           varchar(10) COLLATE "C" NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'signed', 'closed', 'cancelled')),
  actor           varchar(100),
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
  created_by      varchar(63) COLLATE "C" NOT NULL DEFAULT CURRENT_USER,
  signed_on       date,
  ended_on        date,
  PRIMARY KEY (contract_id)
) PARTITION BY RANGE (contract_id);
CREATE TABLE @ledger@.contract PARTITION OF @ledger@.contract_load DEFAULT;
ALTER TABLE @ledger@.contract ADD UNIQUE (contract_no), ADD FOREIGN KEY (line_id) REFERENCES @ledger@.line (line_id);
CREATE INDEX contract_line ON @ledger@.contract (line_id);

CREATE TABLE @ledger@.payment_load (
  payment_id      bigint NOT NULL DEFAULT pg_catalog.nextval('@ledger@.payment_seq'::regclass),
  payment_no      varchar(100) COLLATE "C" NOT NULL,
  line_id         bigint NOT NULL,
  contract_id     bigint,
  amount          numeric NOT NULL,
  payee           varchar(200),
  payee_account   varchar(64),
  payee_bank      varchar(200),
  purpose         varchar(200),
  settlement      varchar(20) COLLATE "C",
  accounting_date date,
  state           varchar(10) COLLATE "C" NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'requested', 'paid', 'returned', 'cancelled')),
  actor           varchar(100),
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT pg_catalog.now(),
  created_by      varchar(63) COLLATE "C" NOT NULL DEFAULT CURRENT_USER,
  PRIMARY KEY (payment_id)
) PARTITION BY RANGE (payment_id);
CREATE TABLE @ledger@.payment PARTITION OF @ledger@.payment_load DEFAULT;
ALTER TABLE @ledger@.payment ADD UNIQUE (payment_no), ADD FOREIGN KEY (line_id) REFERENCES @ledger@.line (line_id),
  ADD FOREIGN KEY (contract_id) REFERENCES @ledger@.contract (contract_id);
CREATE INDEX payment_line ON @ledger@.payment (line_id);
CREATE INDEX payment_contract ON @ledger@.payment (contract_id) WHERE contract_id IS NOT NULL;

COMMENT ON TABLE @ledger@.contract IS 'Contracts (合同). A row that is or becomes signed posts commit_funds(), one that is closed or cancelled posts release() of what is left; the caller needs EXECUTE on these functions and a duty. Forbidden changes are refused with ZB007.';
COMMENT ON TABLE @ledger@.contract_load IS 'A door to contract for COPY, which PostgreSQL refuses into a table with row security: what is copied here arrives there.';
COMMENT ON TABLE @ledger@.payment IS 'Payments (支付). A row posts request_payment(), pay(), release() or refund() as its state is set, at once when inserted so; the caller needs EXECUTE on these functions and a duty. Forbidden changes are refused with ZB007.';
COMMENT ON TABLE @ledger@.payment_load IS 'A door to payment for COPY, which PostgreSQL refuses into a table with row security: what is copied here arrives there.';
COMMENT ON COLUMN @ledger@.contract.contract_id IS 'Number of the contract in this ledger; its postings have keys contract:<contract_id>:<state>.';
COMMENT ON COLUMN @ledger@.contract.contract_no IS 'Contract number, the document of its postings.';
COMMENT ON COLUMN @ledger@.contract.line_id IS 'The budget line that pays.';
COMMENT ON COLUMN @ledger@.contract.amount IS 'Amount in yuan, at most two decimals, never rounded.';
COMMENT ON COLUMN @ledger@.contract.precommitment IS 'The procurement plan (采购计划) that it is drawn on: the obligation of a precommit(); NULL: from what is available.';
COMMENT ON COLUMN @ledger@.contract.supplier IS 'Supplier (供应商).';
COMMENT ON COLUMN @ledger@.contract.title IS 'What is bought.';
COMMENT ON COLUMN @ledger@.contract.accounting_date IS 'Accounting date of its next posting; NULL: today.';
COMMENT ON COLUMN @ledger@.contract.state IS 'draft; signed: committed, at once when inserted so; closed: what is left was released; cancelled: all of it was. signed contracts never go back to draft.';
COMMENT ON COLUMN @ledger@.contract.actor IS 'Who acts, as the application says; the login unless given.';
COMMENT ON COLUMN @ledger@.contract.division IS 'The lines division, as tree key; set by the table itself.';
COMMENT ON COLUMN @ledger@.contract.unit IS 'The lines unit, as tree key; set by the table itself.';
COMMENT ON COLUMN @ledger@.contract.version IS 'For optimistic locking by applications; the ledger does not use it.';
COMMENT ON COLUMN @ledger@.contract.created_at IS 'When the row was made.';
COMMENT ON COLUMN @ledger@.contract.created_by IS 'The role that made it.';
COMMENT ON COLUMN @ledger@.contract.signed_on IS 'Day on which it became signed: the accounting date of that change, or the day on which it was made; set by the table itself. NULL: it never was.';
COMMENT ON COLUMN @ledger@.contract.ended_on IS 'Day on which it was closed or cancelled after it had been signed: the accounting date that came with that change, or the day on which it was made; set by the table itself.';
COMMENT ON COLUMN @ledger@.contract_load.contract_id IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.contract_no IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.line_id IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.amount IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.precommitment IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.supplier IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.title IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.accounting_date IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.state IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.actor IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.division IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.unit IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.version IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.created_at IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.created_by IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.signed_on IS 'As in contract.';
COMMENT ON COLUMN @ledger@.contract_load.ended_on IS 'As in contract.';
COMMENT ON COLUMN @ledger@.payment.payment_id IS 'Number of the payment in this ledger; its postings have keys payment:<payment_id>:<state>.';
COMMENT ON COLUMN @ledger@.payment.payment_no IS 'Payment number, the document of its postings.';
COMMENT ON COLUMN @ledger@.payment.line_id IS 'The budget line that pays.';
COMMENT ON COLUMN @ledger@.payment.contract_id IS 'The contract that it is paid on: drawn on that contracts commitment and on no other.';
COMMENT ON COLUMN @ledger@.payment.amount IS 'Amount in yuan, at most two decimals, never rounded.';
COMMENT ON COLUMN @ledger@.payment.payee IS 'Payee (收款人).';
COMMENT ON COLUMN @ledger@.payment.payee_account IS 'Payees account.';
COMMENT ON COLUMN @ledger@.payment.payee_bank IS 'Payees bank.';
COMMENT ON COLUMN @ledger@.payment.purpose IS 'What it is for (用途).';
COMMENT ON COLUMN @ledger@.payment.settlement IS 'How it is settled (结算方式): transfer, card, check, cash (现金) or a word of your own, for the rules of payment monitoring.';
COMMENT ON COLUMN @ledger@.payment.accounting_date IS 'Accounting date of its next posting; NULL: today.';
COMMENT ON COLUMN @ledger@.payment.state IS 'draft; requested (支付申请): request_payment() is posted; paid: the bank has confirmed, pay() is posted; returned: refund() is posted; cancelled: the request was released.';
COMMENT ON COLUMN @ledger@.payment.actor IS 'Who acts, as the application says; the login unless given.';
COMMENT ON COLUMN @ledger@.payment.division IS 'The lines division, as tree key; set by the table itself.';
COMMENT ON COLUMN @ledger@.payment.unit IS 'The lines unit, as tree key; set by the table itself.';
COMMENT ON COLUMN @ledger@.payment.version IS 'For optimistic locking by applications; the ledger does not use it.';
COMMENT ON COLUMN @ledger@.payment.created_at IS 'When the row was made.';
COMMENT ON COLUMN @ledger@.payment.created_by IS 'The role that made it.';
COMMENT ON COLUMN @ledger@.payment_load.payment_id IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.payment_no IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.line_id IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.contract_id IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.amount IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.payee IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.payee_account IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.payee_bank IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.purpose IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.settlement IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.accounting_date IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.state IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.actor IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.division IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.unit IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.version IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.created_at IS 'As in payment.';
COMMENT ON COLUMN @ledger@.payment_load.created_by IS 'As in payment.';

-- ALWAYS: session_replication_role must not open a road past them.
CREATE TRIGGER document_row BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.contract
  FOR EACH ROW EXECUTE FUNCTION budgetpm.document_row('contract');
CREATE TRIGGER post_inserted AFTER INSERT ON @ledger@.contract REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('contract');
CREATE TRIGGER post_updated AFTER UPDATE ON @ledger@.contract REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('contract');
CREATE TRIGGER post_inserted AFTER INSERT ON @ledger@.contract_load REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('contract');
CREATE TRIGGER post_updated AFTER UPDATE ON @ledger@.contract_load REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('contract');
ALTER TABLE @ledger@.contract_load ENABLE ALWAYS TRIGGER post_inserted, ENABLE ALWAYS TRIGGER post_updated;
ALTER TABLE @ledger@.contract ENABLE ALWAYS TRIGGER document_row,
  ENABLE ALWAYS TRIGGER post_inserted, ENABLE ALWAYS TRIGGER post_updated, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.contract FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY insert_scope ON @ledger@.contract FOR INSERT
  WITH CHECK (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY update_scope ON @ledger@.contract FOR UPDATE
  USING (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit))
  WITH CHECK (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY delete_scope ON @ledger@.contract FOR DELETE
  USING (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE TRIGGER document_row BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.payment
  FOR EACH ROW EXECUTE FUNCTION budgetpm.document_row('payment');
CREATE TRIGGER post_inserted AFTER INSERT ON @ledger@.payment REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('payment');
CREATE TRIGGER post_updated AFTER UPDATE ON @ledger@.payment REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('payment');
CREATE TRIGGER post_inserted AFTER INSERT ON @ledger@.payment_load REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('payment');
CREATE TRIGGER post_updated AFTER UPDATE ON @ledger@.payment_load REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.post_documents('payment');
ALTER TABLE @ledger@.payment_load ENABLE ALWAYS TRIGGER post_inserted, ENABLE ALWAYS TRIGGER post_updated;
ALTER TABLE @ledger@.payment ENABLE ALWAYS TRIGGER document_row,
  ENABLE ALWAYS TRIGGER post_inserted, ENABLE ALWAYS TRIGGER post_updated, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.payment FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY insert_scope ON @ledger@.payment FOR INSERT
  WITH CHECK (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY update_scope ON @ledger@.payment FOR UPDATE
  USING (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit))
  WITH CHECK (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY delete_scope ON @ledger@.payment FOR DELETE
  USING (budgetpm.can_post('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE VIEW @ledger@.document_posting WITH (security_invoker = true) AS
  SELECT d.document::varchar(10) AS document, d.document_id, d.document_no, s.state::varchar(10) AS state, j.posting_id,
         j.accounting_date, j.posted_at
  FROM (SELECT 'contract' AS document, c.contract_id AS document_id, c.contract_no AS document_no, c.line_id FROM @ledger@.contract c
        UNION ALL
        SELECT 'payment', p.payment_id, p.payment_no, p.line_id FROM @ledger@.payment p) AS d
  CROSS JOIN (VALUES ('contract', 'signed'), ('contract', 'closed'), ('contract', 'cancelled'), ('payment', 'requested'),
                     ('payment', 'paid'), ('payment', 'cancelled'), ('payment', 'returned')) AS s(document, state)
  JOIN @ledger@.journal j ON j.line_id = d.line_id AND j.key = d.document || ':' || d.document_id || ':' || s.state
  WHERE s.document = d.document;
COMMENT ON VIEW @ledger@.document_posting IS 'Which postings contracts and payments have made, found by their keys.';
COMMENT ON COLUMN @ledger@.document_posting.document IS 'contract or payment.';
COMMENT ON COLUMN @ledger@.document_posting.document_id IS 'Number of the row.';
COMMENT ON COLUMN @ledger@.document_posting.document_no IS 'Contract or payment number.';
COMMENT ON COLUMN @ledger@.document_posting.state IS 'The state that posted it.';
COMMENT ON COLUMN @ledger@.document_posting.posting_id IS 'The posting; for signed contracts and requested payments also the obligation.';
COMMENT ON COLUMN @ledger@.document_posting.accounting_date IS 'Its accounting date.';
COMMENT ON COLUMN @ledger@.document_posting.posted_at IS 'When it was posted.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT profile, operation
  FROM (VALUES ('officer'), ('application')) AS p(profile)
  CROSS JOIN (VALUES ('contract'), ('contract_load'), ('contract_seq'), ('payment'), ('payment_load'), ('payment_seq')) AS o(operation);
