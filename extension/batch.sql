-- batch: many postings by one call

CREATE FUNCTION budgetpm.post_batch(ledger regclass, entries jsonb, on_error text) RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'bpm_post_batch';
COMMENT ON FUNCTION budgetpm.post_batch(regclass, jsonb, text) IS
  'Posts many entries in their order by one call; the machinery behind a ledger''s post_batch(). Errors: those of the operations with on_error abort, 22023, 22004, 42501.';
