-- batch: many postings by one call

CREATE FUNCTION @ledger@.post_batch(entries jsonb, on_error text DEFAULT 'abort') RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post_batch('@ledger@.ledger'::regclass, entries, on_error);
END;
COMMENT ON FUNCTION @ledger@.post_batch(jsonb, text) IS
  'Posts many entries (批量记账) as if one after the other, in one call: each an object with "operation" and that function''s arguments by their names. on_error abort: the first refusal is an error and nothing is posted; report: what is refused is left out and told. Returns posted, replayed and refused (counts), postings (the id of each entry, null where refused) and refusals (number, sqlstate, message, detail, hint). EXECUTE on each operation and a duty are asked for as always. Errors: those of the operations, 22023 not an array or unknown on_error.';

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES
  ('officer', 'post_batch'), ('application', 'post_batch');
