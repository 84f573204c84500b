-- project_contract: what a contract says (clauses), documents by digest, invoices

CREATE TABLE @ledger@.contract_clause (
  contract_id bigint NOT NULL REFERENCES @ledger@.contract (contract_id),
  version     integer NOT NULL CHECK (version > 0),
  clause_no   integer NOT NULL CHECK (clause_no BETWEEN 1 AND 999),
  kind        varchar(12) COLLATE "C" NOT NULL CHECK (kind IN ('milestone', 'retention', 'advance_cap', 'document', 'deadline')),
  title       varchar(200) NOT NULL,
  terms       jsonb NOT NULL CHECK (pg_catalog.jsonb_typeof(terms) = 'object'),
  document    varchar(200) NOT NULL,
  set_by      varchar(63) COLLATE "C" NOT NULL,
  set_at      timestamptz NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  valid_from  date,
  case_id     bigint,
  PRIMARY KEY (contract_id, version, clause_no)
);
COMMENT ON TABLE @ledger@.contract_clause IS 'Clauses of contracts (合同条款) as data, checked when a payment on the contract is requested. The newest version of a contract counts; an older one stays as it was (补充协议 makes a new one). Written by set_contract_clauses().';
COMMENT ON COLUMN @ledger@.contract_clause.contract_id IS 'The contract.';
COMMENT ON COLUMN @ledger@.contract_clause.version IS 'Version of the contract''s clauses, from 1.';
COMMENT ON COLUMN @ledger@.contract_clause.clause_no IS 'Number of the clause.';
COMMENT ON COLUMN @ledger@.contract_clause.kind IS 'milestone: a share of the amount becomes payable when something is done; retention (质保金): a share is held back; advance_cap (预付款上限): until something is done no more than a share; document: no payment without it; deadline: days late reduce what is payable (违约金).';
COMMENT ON COLUMN @ledger@.contract_clause.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.contract_clause.terms IS 'What it says; docs/project.md lists the terms of each kind.';
COMMENT ON COLUMN @ledger@.contract_clause.document IS 'The contract or supplement that says so.';
COMMENT ON COLUMN @ledger@.contract_clause.set_by IS 'The database role that recorded it.';
COMMENT ON COLUMN @ledger@.contract_clause.set_at IS 'When.';
COMMENT ON COLUMN @ledger@.contract_clause.valid_from IS 'Day from which this version counts where a past day is looked at; NULL: from the signing. A request is always held against the newest version.';
COMMENT ON COLUMN @ledger@.contract_clause.case_id IS 'The case that approved it; NULL: a function, which loosens nothing.';
COMMENT ON COLUMN @ledger@.contract_clause.division IS 'The contract''s division, for row security.';
COMMENT ON COLUMN @ledger@.contract_clause.unit IS 'The contract''s unit, for row security.';

CREATE SEQUENCE @ledger@.evidence_seq;
COMMENT ON SEQUENCE @ledger@.evidence_seq IS 'Numbers of registered documents.';
CREATE TABLE @ledger@.evidence_document (
  document_id   bigint PRIMARY KEY,
  kind          varchar(40) COLLATE "C" NOT NULL CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
  title         varchar(200) NOT NULL,
  algorithm     varchar(10) COLLATE "C" NOT NULL CHECK (algorithm IN ('sha256', 'sm3')),
  digest        varchar(64) COLLATE "C" NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
  size          bigint NOT NULL CHECK (size >= 0),
  media_type    varchar(100) COLLATE "C" NOT NULL,
  storage       varchar(500) NOT NULL,
  project_id    bigint REFERENCES @ledger@.project,
  contract_id   bigint REFERENCES @ledger@.contract (contract_id),
  subject       varchar(200),
  flags         text[] NOT NULL DEFAULT '{}',
  registered_by varchar(63) COLLATE "C" NOT NULL,
  registered_at timestamptz NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL
);
CREATE INDEX evidence_document_subject ON @ledger@.evidence_document (subject) WHERE subject IS NOT NULL;
CREATE INDEX evidence_document_digest ON @ledger@.evidence_document (digest);
CREATE INDEX evidence_document_project ON @ledger@.evidence_document (project_id, kind) WHERE project_id IS NOT NULL;
CREATE INDEX evidence_document_contract ON @ledger@.evidence_document (contract_id, kind) WHERE contract_id IS NOT NULL;
COMMENT ON TABLE @ledger@.evidence_document IS 'Documents by digest (凭证、合同、验收报告的存证): the file stays outside, its digest, size and type stay here, only added to. Written by register_document().';
COMMENT ON COLUMN @ledger@.evidence_document.document_id IS 'Number of the document.';
COMMENT ON COLUMN @ledger@.evidence_document.kind IS 'Kind, such as contract, invoice, acceptance_report, ex_ante_assessment, photo.';
COMMENT ON COLUMN @ledger@.evidence_document.title IS 'Title.';
COMMENT ON COLUMN @ledger@.evidence_document.algorithm IS 'Digest algorithm: sha256 or sm3.';
COMMENT ON COLUMN @ledger@.evidence_document.digest IS 'Digest of the file''s bytes, 64 lower-case hexadecimal digits.';
COMMENT ON COLUMN @ledger@.evidence_document.size IS 'Bytes of the file.';
COMMENT ON COLUMN @ledger@.evidence_document.media_type IS 'Type of the file, such as application/pdf.';
COMMENT ON COLUMN @ledger@.evidence_document.storage IS 'Where the file lies: an address of the unit''s own store.';
COMMENT ON COLUMN @ledger@.evidence_document.project_id IS 'The project that it is about.';
COMMENT ON COLUMN @ledger@.evidence_document.contract_id IS 'The contract that it is about.';
COMMENT ON COLUMN @ledger@.evidence_document.subject IS 'What else it belongs to, such as a payment number.';
COMMENT ON COLUMN @ledger@.evidence_document.flags IS 'What was noticed: known_digest, the same file was registered before.';
COMMENT ON COLUMN @ledger@.evidence_document.registered_by IS 'The database role that registered it.';
COMMENT ON COLUMN @ledger@.evidence_document.registered_at IS 'When.';
COMMENT ON COLUMN @ledger@.evidence_document.division IS 'Division, for row security.';
COMMENT ON COLUMN @ledger@.evidence_document.unit IS 'Unit, for row security.';

CREATE SEQUENCE @ledger@.invoice_seq;
COMMENT ON SEQUENCE @ledger@.invoice_seq IS 'Numbers of invoices.';
CREATE TABLE @ledger@.invoice (
  invoice_id     bigint PRIMARY KEY,
  invoice_code   varchar(20) COLLATE "C" NOT NULL,
  invoice_number varchar(20) COLLATE "C" NOT NULL,
  seller         varchar(200) NOT NULL,
  seller_code    varchar(18) COLLATE "C",
  amount         budgetpm.amount NOT NULL,
  issued_on      date NOT NULL,
  contract_id    bigint REFERENCES @ledger@.contract (contract_id),
  payment_no     varchar(100) COLLATE "C",
  document_id    bigint REFERENCES @ledger@.evidence_document,
  flags          text[] NOT NULL DEFAULT '{}',
  registered_by  varchar(63) COLLATE "C" NOT NULL,
  registered_at  timestamptz NOT NULL,
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code NOT NULL,
  CONSTRAINT invoice_once UNIQUE (invoice_code, invoice_number)
);
CREATE INDEX invoice_alike ON @ledger@.invoice (seller, issued_on, amount);
CREATE INDEX invoice_contract ON @ledger@.invoice (contract_id) WHERE contract_id IS NOT NULL;
COMMENT ON TABLE @ledger@.invoice IS 'Invoices (发票), each used once in a ledger, only added to. Written by register_invoice().';
COMMENT ON COLUMN @ledger@.invoice.invoice_id IS 'Number of the invoice in this ledger.';
COMMENT ON COLUMN @ledger@.invoice.invoice_code IS 'Invoice code (发票代码); empty for a fully digital invoice (数电票).';
COMMENT ON COLUMN @ledger@.invoice.invoice_number IS 'Invoice number (发票号码).';
COMMENT ON COLUMN @ledger@.invoice.seller IS 'Seller (销售方).';
COMMENT ON COLUMN @ledger@.invoice.seller_code IS 'His unified social credit code (统一社会信用代码).';
COMMENT ON COLUMN @ledger@.invoice.amount IS 'Amount with tax (价税合计).';
COMMENT ON COLUMN @ledger@.invoice.issued_on IS 'Day of issue.';
COMMENT ON COLUMN @ledger@.invoice.contract_id IS 'The contract that it is for.';
COMMENT ON COLUMN @ledger@.invoice.payment_no IS 'The payment that it is for.';
COMMENT ON COLUMN @ledger@.invoice.document_id IS 'Its file, registered by digest.';
COMMENT ON COLUMN @ledger@.invoice.flags IS 'What was noticed: alike (another one of the same seller, day and amount), seller_code (its check digit is wrong), not_the_contractor.';
COMMENT ON COLUMN @ledger@.invoice.registered_by IS 'The database role that registered it.';
COMMENT ON COLUMN @ledger@.invoice.registered_at IS 'When.';
COMMENT ON COLUMN @ledger@.invoice.division IS 'Division, for row security.';
COMMENT ON COLUMN @ledger@.invoice.unit IS 'Unit, for row security.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.contract_clause
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.contract_clause
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.contract_clause ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.contract_clause FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.evidence_document
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.evidence_document
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.evidence_document ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.evidence_document FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.invoice
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.invoice
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.invoice ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.invoice FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE FUNCTION @ledger@.set_contract_clauses(contract_no text, clauses jsonb, document text, valid_from date DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_contract_clauses('@ledger@.ledger'::pg_catalog.regclass, contract_no, clauses, document, valid_from);
END;
COMMENT ON FUNCTION @ledger@.set_contract_clauses(text, jsonb, text, date) IS
  'Sets the clauses of a contract (合同条款), all at once, and returns the number of this version; older versions stay. An array of {"no", "kind", "title", "terms"}; docs/project.md lists the terms. valid_from is the day from which the version counts where a past day is looked at: from the signing for the first one, from today for others, unless given. A milestone that is not set yet is warned of. What loosens a clause is set through the effect contract_clauses of a flow only. Errors: 22004, 22023 every fault, a day to come, 23503 contract, ZB008 duty, or what would be loosened.';

CREATE FUNCTION @ledger@.check_contract(
  contract_no text, on_day date DEFAULT NULL) RETURNS TABLE (clause_no integer, kind text, title text,
  allowed numeric, requested numeric, open numeric, needs text)
LANGUAGE sql STABLE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT v.clause_no, v.kind, v.title, v.allowed, v.requested, v.open, v.needs FROM budgetpm.check_contract(
    '@ledger@.ledger'::pg_catalog.regclass, contract_no, on_day) AS v;
END;
COMMENT ON FUNCTION @ledger@.check_contract(text, date) IS
  'Lists the clauses of a contract with what each allows to be requested in all by a day (today), in yuan, what has been requested, what is open, and what it waits for; allowed is NULL where the clause limits nothing (any more). Errors: 23503.';

CREATE FUNCTION @ledger@.register_document(
  kind text, title text, algorithm text, digest text, size bigint, media_type text, storage text,
  project text DEFAULT NULL, contract_no text DEFAULT NULL, subject text DEFAULT NULL,
  unit text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.register_document(
    '@ledger@.ledger'::pg_catalog.regclass, kind, title, algorithm, digest, size, media_type, storage, project,
    contract_no, subject, unit);
END;
COMMENT ON FUNCTION @ledger@.register_document(text, text, text, text, bigint, text, text, text, text, text, text) IS
  'Registers a file by its digest (存证) for a project, a contract or a unit and returns its number; subject is what else it belongs to, such as a payment number; the file stays where storage says. digest is SHA-256 or SM3 in hexadecimal. A digest that is known already is flagged. Errors: 22004, 22023 every fault, 23503, ZB008 duty.';

CREATE FUNCTION @ledger@.register_invoice(
  number text, seller text, amount numeric, issued_on date, code text DEFAULT '', seller_code text DEFAULT NULL,
  contract_no text DEFAULT NULL, payment_no text DEFAULT NULL, document bigint DEFAULT NULL,
  unit text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.register_invoice(
    '@ledger@.ledger'::pg_catalog.regclass, number, seller, amount, issued_on, code, seller_code, contract_no,
    payment_no, document, unit);
END;
COMMENT ON FUNCTION @ledger@.register_invoice(text, text, numeric, date, text, text, text, text, bigint, text) IS
  'Registers an invoice (发票), in yuan with tax, for a contract or a unit, and returns its number. The same code and number a second time are refused; one of the same seller, day and amount is flagged, as is a seller who is not the contractor. A credit code that fails its check gives a warning and a flag. Errors: 22004, 22023 every fault, 23503, 23505 registered before, ZB008 duty.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('oa+', '{set_contract_clauses,register_document,register_invoice}'),
    ('roa+', '{check_contract}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

INSERT INTO @ledger@.flow_template (template, title, purpose, profile, definition) VALUES
('contract_supplement', '合同补充协议', '放宽合同条款（降低质保金、提高预付款、推迟期限、减少单据等）须经审批：单位负责人、财政业务处室；通过即生成新一版条款。事实 contract（合同编号）、clauses（全部条款，同 set_contract_clauses()）、document（补充协议），可有 valid_from（生效日）。', NULL, '{
  "flow": "contract_supplement", "title": "合同补充协议",
  "steps": [
    {"step": "unit", "title": "单位负责人", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "division"},
    {"step": "division", "title": "财政业务处室", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {"approved": [{"effect": "contract_clauses", "as": "version", "arguments": {"contract": "$.contract", "clauses": "$.clauses", "document": "$.document", "valid_from": "$.valid_from"}}]}}');
