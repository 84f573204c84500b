-- batch: many postings by one call

CREATE FUNCTION @ledger@.post_batch(entries jsonb, on_error text DEFAULT 'abort') RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post_batch('@ledger@.ledger'::regclass, entries, on_error);
END;
COMMENT ON FUNCTION @ledger@.post_batch(jsonb, text) IS
  'Posts many entries (批量记账) as if one after the other, in one call: each an object with "operation" and that function''s arguments by their names. on_error abort: the first refusal is an error and nothing is posted; report: what is refused is left out and told. Returns posted, replayed and refused (counts), postings (the id of each entry, null where refused) and refusals (number, sqlstate, message, detail, hint). EXECUTE on each operation and a duty are asked for as always. Errors: those of the operations, 22023 not an array or unknown on_error.';

-- PostgreSQL refuses COPY into a table with row security. staged_entry_load is the same
-- table without it, a door that lets rows in and nobody look out.
CREATE SEQUENCE @ledger@.staged_entry_seq CACHE 32;
COMMENT ON SEQUENCE @ledger@.staged_entry_seq IS 'Numbers of staged entries that come without one.';
CREATE TABLE @ledger@.staged_entry_load (
  batch           varchar(100) COLLATE "C" NOT NULL,
  number          bigint NOT NULL DEFAULT pg_catalog.nextval('@ledger@.staged_entry_seq'::regclass),
  operation       text,
  line            text,
  amount          text,
  document        text,
  other           text,
  obligation      text,
  target          text,
  from_pending    text,
  from_frozen     text,
  key             text,
  accounting_date text,
  memo            text,
  actor           text,
  staged_by       varchar(63) COLLATE "C" NOT NULL DEFAULT CURRENT_USER,
  staged_at       timestamptz NOT NULL DEFAULT pg_catalog.now(),
  posting_id      bigint,
  sqlstate        varchar(5) COLLATE "C",
  message         text,
  detail          text,
  hint            text,
  PRIMARY KEY (staged_by, batch, number)
) PARTITION BY LIST (staged_by);
CREATE TABLE @ledger@.staged_entry PARTITION OF @ledger@.staged_entry_load DEFAULT WITH (fillfactor = 70);
COMMENT ON TABLE @ledger@.staged_entry_load IS 'A door to staged_entry for COPY, which PostgreSQL refuses into a table with row security: what is copied here arrives there.';
COMMENT ON TABLE @ledger@.staged_entry IS 'Entries that wait for post_staged(), usually brought by COPY into staged_entry_load. All values are texts: a bad number is refused with its row. A row belongs to the role that staged it; a refused one can be put right and posted by another call.';
COMMENT ON COLUMN @ledger@.staged_entry.batch IS 'What the batch is called; post_staged() is given this name.';
COMMENT ON COLUMN @ledger@.staged_entry.number IS 'Its place: entries are posted by ascending number, and the first one gets the last money.';
COMMENT ON COLUMN @ledger@.staged_entry.operation IS 'Name of the posting function, such as pay.';
COMMENT ON COLUMN @ledger@.staged_entry.line IS 'The first id that the function takes: a line; a payment for refund and correct_payment; a posting for reverse; a transfer for return_transfer; an obligation for release.';
COMMENT ON COLUMN @ledger@.staged_entry.amount IS 'Amount in yuan, at most two decimals.';
COMMENT ON COLUMN @ledger@.staged_entry.document IS 'The document that gives authority.';
COMMENT ON COLUMN @ledger@.staged_entry.other IS 'The second id, where the function takes one: child, parent, to_line or transfer.';
COMMENT ON COLUMN @ledger@.staged_entry.obligation IS 'The obligation to draw on: precommitment, commitment, request or obligation.';
COMMENT ON COLUMN @ledger@.staged_entry.target IS 'target of refund and release, to_division of send_transfer, source of supplement.';
COMMENT ON COLUMN @ledger@.staged_entry.from_pending IS 'How much of the amount comes from pending_out.';
COMMENT ON COLUMN @ledger@.staged_entry.from_frozen IS 'How much of the amount comes from frozen.';
COMMENT ON COLUMN @ledger@.staged_entry.key IS 'Idempotency key.';
COMMENT ON COLUMN @ledger@.staged_entry.accounting_date IS 'Accounting date as YYYY-MM-DD.';
COMMENT ON COLUMN @ledger@.staged_entry.memo IS 'Free data of the application, as JSON.';
COMMENT ON COLUMN @ledger@.staged_entry.actor IS 'Who acted, as the application says.';
COMMENT ON COLUMN @ledger@.staged_entry.staged_by IS 'The role that staged it, whatever the row said.';
COMMENT ON COLUMN @ledger@.staged_entry.staged_at IS 'When it was staged.';
COMMENT ON COLUMN @ledger@.staged_entry.posting_id IS 'The posting; NULL while there is none.';
COMMENT ON COLUMN @ledger@.staged_entry.sqlstate IS 'Why it was refused: the SQLSTATE that the function would have raised.';
COMMENT ON COLUMN @ledger@.staged_entry.message IS 'Why it was refused.';
COMMENT ON COLUMN @ledger@.staged_entry.detail IS 'Why it was refused: figures.';
COMMENT ON COLUMN @ledger@.staged_entry.hint IS 'What can be done.';
COMMENT ON COLUMN @ledger@.staged_entry_load.batch IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.number IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.operation IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.line IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.amount IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.document IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.other IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.obligation IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.target IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.from_pending IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.from_frozen IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.key IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.accounting_date IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.memo IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.actor IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.staged_by IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.staged_at IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.posting_id IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.sqlstate IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.message IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.detail IS 'As in staged_entry.';
COMMENT ON COLUMN @ledger@.staged_entry_load.hint IS 'As in staged_entry.';

CREATE TRIGGER stage_row BEFORE INSERT OR UPDATE ON @ledger@.staged_entry
  FOR EACH ROW EXECUTE FUNCTION budgetpm.stage_row();
ALTER TABLE @ledger@.staged_entry ENABLE ALWAYS TRIGGER stage_row, ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_rows ON @ledger@.staged_entry
  USING (staged_by OPERATOR(pg_catalog.=) CURRENT_USER::pg_catalog.text)
  WITH CHECK (staged_by OPERATOR(pg_catalog.=) CURRENT_USER::pg_catalog.text);

CREATE FUNCTION @ledger@.post_staged(batch text, on_error text DEFAULT 'abort') RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post_staged('@ledger@.ledger'::regclass, batch, on_error);
END;
COMMENT ON FUNCTION @ledger@.post_staged(text, text) IS
  'Posts the caller''s rows of a batch in staged_entry that are not posted yet, by ascending number, and writes into each what became of it. on_error as in post_batch(). Returns posted, replayed (posted before) and refused, as counts. Errors: those of the operations with on_error abort, 42704 no such batch, 22023.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT profile, operation
  FROM (VALUES ('officer'), ('application')) AS p(profile)
  CROSS JOIN (VALUES ('post_batch'), ('post_staged'), ('staged_entry'), ('staged_entry_load'),
    ('staged_entry_seq')) AS o(operation);
