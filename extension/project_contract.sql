-- project_contract: the functions behind clauses, documents and invoices

CREATE FUNCTION budgetpm.set_contract_clauses(
  ledger regclass, contract_no text, clauses jsonb, document text, valid_from date) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_contract_clauses';
COMMENT ON FUNCTION budgetpm.set_contract_clauses(regclass, text, jsonb, text, date) IS
  'Sets the clauses of a contract (合同条款), all at once, where they loosen none. See set_contract_clauses() of a ledger.';

CREATE FUNCTION budgetpm.check_contract(
  ledger regclass, contract_no text, on_day date, OUT clause_no integer, OUT kind text, OUT title text,
  OUT allowed numeric, OUT requested numeric, OUT open numeric, OUT needs text) RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_check_contract';
COMMENT ON FUNCTION budgetpm.check_contract(regclass, text, date) IS
  'Lists the clauses of a contract with what each allows to be requested in all by a day (today), in yuan, what has been requested, what is open, and what it waits for; allowed is NULL where the clause limits nothing (any more). Errors: 23503.';

CREATE FUNCTION budgetpm.register_document(
  ledger regclass, kind text, title text, algorithm text, digest text, size bigint, media_type text, storage text,
  project text, contract_no text, subject text, unit text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_document';
COMMENT ON FUNCTION budgetpm.register_document(regclass, text, text, text, text, bigint, text, text, text, text, text, text) IS
  'Registers a file by its digest (存证) for a project, a contract or a unit and returns its number; subject is what else it belongs to, such as a payment number; the file stays where storage says. digest is SHA-256 or SM3 in hexadecimal. A digest that is known already is flagged. Errors: 22004, 22023 every fault, 23503, ZB008 duty.';

CREATE FUNCTION budgetpm.register_invoice(
  ledger regclass, number text, seller text, amount numeric, issued_on date, code text, seller_code text,
  contract_no text, payment_no text, document bigint, unit text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_invoice';
COMMENT ON FUNCTION budgetpm.register_invoice(regclass, text, text, numeric, date, text, text, text, text, bigint, text) IS
  'Registers an invoice (发票), in yuan with tax, for a contract or a unit, and returns its number. The same code and number a second time are refused; one of the same seller, day and amount is flagged, as is a seller who is not the contractor. A credit code that fails its check gives a warning and a flag. Errors: 22004, 22023 every fault, 23503, 23505 registered before, ZB008 duty.';

CREATE FUNCTION budgetpm.credit_code_fault(code text) RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE STRICT AS 'MODULE_PATHNAME', 'bpm_credit_code_fault';
COMMENT ON FUNCTION budgetpm.credit_code_fault(text) IS
  'Says what is wrong with a unified social credit code (统一社会信用代码, GB 32100-2015): bad_length, bad_character, bad_division or bad_checksum; NULL: nothing. Codes that were issued may fail.';
