-- batch: many postings by one call

CREATE FUNCTION budgetpm.post_batch(ledger regclass, entries jsonb, on_error text) RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'bpm_post_batch';
COMMENT ON FUNCTION budgetpm.post_batch(regclass, jsonb, text) IS
  'Posts many entries in their order by one call; the machinery behind a ledger''s post_batch(). Errors: those of the operations with on_error abort, 22023, 22004, 42501.';

CREATE FUNCTION budgetpm.post_staged(ledger regclass, batch text, on_error text) RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000 AS 'MODULE_PATHNAME', 'bpm_post_staged';
COMMENT ON FUNCTION budgetpm.post_staged(regclass, text, text) IS
  'Posts the rows that the caller has put into staged_entry; the machinery behind a ledger''s post_staged(). Errors: those of the operations with on_error abort, 42704 no such batch, 22023, 22004, 42501.';

CREATE FUNCTION budgetpm.stage_row() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_stage_row';
COMMENT ON FUNCTION budgetpm.stage_row() IS
  'Trigger of staged_entry: a row belongs to the role that stages it, and says nothing yet of what became of it. Errors: ZB007 a posted row is changed.';
