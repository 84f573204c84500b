-- document: the triggers of contracts and payments

CREATE FUNCTION budgetpm.document_row() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_document_row';
COMMENT ON FUNCTION budgetpm.document_row() IS
  'Row trigger of contract and payment: keeps the order of states and what was posted, and fills in the line''s division and unit. Errors: ZB007 state, ZB008 duty, 42704 no such line, 22023 amount.';

CREATE FUNCTION budgetpm.post_documents() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_post_documents';
COMMENT ON FUNCTION budgetpm.post_documents() IS
  'Statement trigger of contract and payment: posts for all rows that the statement has inserted or moved to another state, as whoever runs it. Errors: those of commit_funds(), request_payment(), pay(), release() and refund(), ZB007.';
