-- What the batch benchmark compares: a ledger, and tables with its columns and
-- indexes that nothing guards.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.set_year_state(2026, 'open') WHERE (SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2026) = 'preparing';
SELECT budget.register_unit('101', '教育厅', '320000000', NULL);
SELECT count(budget.open_line(2026, '101', '2050201', title => '项目 ' || i)) FROM generate_series(1, :entries) AS i;
SELECT budget.post_batch(jsonb_agg(jsonb_build_object('operation', 'appropriate', 'line', line_id, 'amount', 1000000000,
  'document', '苏财预1号'))) FROM budget.line;

CREATE TABLE bare_balance (LIKE budget.balance_2026 INCLUDING INDEXES) WITH (fillfactor = 70);
INSERT INTO bare_balance SELECT * FROM budget.balance;
CREATE TABLE bare_journal (LIKE budget.journal_2026 INCLUDING INDEXES);
INSERT INTO bare_journal SELECT * FROM budget.journal;
CREATE SEQUENCE bare_seq CACHE 32;

-- Entries over as many lines, over a hundred, and with a key each.
CREATE TABLE batch (name text, number int, line bigint, amount numeric, key text);
INSERT INTO batch
  SELECT 'many', i, l.lines[i], 0.01, NULL FROM (SELECT array_agg(line_id) AS lines FROM budget.line) AS l,
    generate_series(1, :entries) AS i
  UNION ALL
  SELECT 'few', i, l.lines[1 + i % 100], 0.01, NULL FROM (SELECT array_agg(line_id) AS lines FROM budget.line) AS l,
    generate_series(1, :entries) AS i;
-- Stored plain, so that neither side is measured at decompressing its input.
CREATE TABLE prepared (name text, entries jsonb, lines bigint[], amounts bigint[]);
ALTER TABLE prepared ALTER entries SET STORAGE EXTERNAL, ALTER lines SET STORAGE EXTERNAL, ALTER amounts SET STORAGE EXTERNAL;
INSERT INTO prepared
  SELECT name, jsonb_agg(jsonb_build_object('operation', 'pay', 'line', line, 'amount', amount::text, 'document', '凭证 ' || number)
           ORDER BY number),
         array_agg(line ORDER BY number), array_agg((amount * 100)::bigint ORDER BY number)
  FROM batch GROUP BY name;

-- The bare work: a line's row and its entry's, nothing asked. A line can be updated
-- once a statement, so entries on few lines are summed first and numbered in their line.
CREATE FUNCTION bare_many(lines bigint[], amounts bigint[]) RETURNS bigint LANGUAGE sql AS $$
  WITH input AS (SELECT * FROM unnest(lines, amounts) WITH ORDINALITY AS u(line, amount, number)),
  moved AS (UPDATE bare_balance AS b
    SET available = b.available OPERATOR(budgetpm.-) budgetpm.from_fen(i.amount), paid = b.paid OPERATOR(budgetpm.+) budgetpm.from_fen(i.amount),
        entry_no = b.entry_no + 1, posted_at = clock_timestamp()
    FROM input AS i WHERE b.line_id = i.line AND b.available OPERATOR(budgetpm.>=) budgetpm.from_fen(i.amount)
    RETURNING b.line_id, b.entry_no, b.available, b.division, b.unit, b.posted_at, b.head, i.amount, i.number),
  written AS (INSERT INTO bare_journal (line_id, entry_no, posting_id, kind, amount, available_after, division, unit, posted_at,
      accounting_date, document, actor, login, segment, digest)
    SELECT line_id, entry_no, nextval('bare_seq'), 'pay', budgetpm.from_fen(amount), available, division, unit, posted_at,
      current_date, '凭证 ' || number, 'bench', 'bench', 1, head FROM moved RETURNING 1)
  SELECT count(*) FROM written $$;
CREATE FUNCTION bare_few(lines bigint[], amounts bigint[]) RETURNS bigint LANGUAGE sql AS $$
  WITH input AS (SELECT *, row_number() OVER (PARTITION BY line ORDER BY number) AS place, sum(amount) OVER (PARTITION BY line ORDER BY number) AS so_far
    FROM unnest(lines, amounts) WITH ORDINALITY AS u(line, amount, number)),
  folded AS (SELECT line, sum(amount) AS amount, count(*) AS entries FROM input GROUP BY line),
  moved AS (UPDATE bare_balance AS b
    SET available = b.available OPERATOR(budgetpm.-) budgetpm.from_fen(f.amount::bigint), paid = b.paid OPERATOR(budgetpm.+) budgetpm.from_fen(f.amount::bigint),
        entry_no = b.entry_no + f.entries, posted_at = clock_timestamp()
    FROM folded AS f WHERE b.line_id = f.line AND b.available OPERATOR(budgetpm.>=) budgetpm.from_fen(f.amount::bigint)
    RETURNING b.line_id, b.entry_no - f.entries AS entry_no, b.available, f.amount, b.division, b.unit, b.posted_at, b.head),
  written AS (INSERT INTO bare_journal (line_id, entry_no, posting_id, kind, amount, available_after, division, unit, posted_at,
      accounting_date, document, actor, login, segment, digest)
    SELECT m.line_id, m.entry_no + i.place, nextval('bare_seq'), 'pay', budgetpm.from_fen(i.amount),
      m.available OPERATOR(budgetpm.+) budgetpm.from_fen((m.amount - i.so_far)::bigint), m.division, m.unit, m.posted_at,
      current_date, '凭证 ' || i.number, 'bench', 'bench', 1, m.head FROM input AS i JOIN moved AS m ON m.line_id = i.line RETURNING 1)
  SELECT count(*) FROM written $$;
CREATE ROLE bench_app LOGIN;
SELECT budgetpm.grant_ledger('budget', 'bench_app', 'application');
SELECT budget.register_principal('bench_app'), budget.grant_duty('bench_app', may_post => true);
GRANT ALL ON ALL TABLES IN SCHEMA public TO bench_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO bench_app;
VACUUM ANALYZE;
