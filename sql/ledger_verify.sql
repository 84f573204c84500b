-- verify_ledger() finds each kind of damage, names the line and what it should be.
-- A superuser turns the guards off, damages, verifies, and takes it back.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\c - postgres
\i :small
SELECT budget.appropriate(:root, 1000, '苏财预1号') AS given \gset
SELECT budget.allot(:root, :child, 400, '苏财教1号') AS allotted \gset
SELECT budget.pay(:child, 100, '凭证1号', key => 'k1', memo => '{"a": 1}') AS paid \gset
SELECT budget.refund(:paid, 30, '退款1号') AS refunded \gset
SELECT budget.send_transfer(:root, '320505000', 50, '苏财教9号') AS sent \gset
SELECT * FROM budget.verify_ledger();

CREATE FUNCTION pg_temp.damage(statement text) RETURNS TABLE (line varchar, entry int, problem text, expected text, found text)
LANGUAGE plpgsql AS $$
DECLARE guarded text;
BEGIN
  BEGIN
    FOREACH guarded IN ARRAY ARRAY['journal_2026', 'balance_2026', 'line', 'transfer', 'fiscal_year', 'entry_kind'] LOOP
      EXECUTE format('ALTER TABLE budget.%I DISABLE TRIGGER ALL', guarded);
    END LOOP;
    EXECUTE statement;
    RETURN QUERY SELECT coalesce((SELECT l.title FROM budget.line l WHERE l.line_id = v.line_id), 'line ' || v.line_id), v.entry_no, v.problem,
      regexp_replace(v.expected, '[0-9a-f]{64}', '<digest>'), regexp_replace(v.found, '[0-9a-f]{64}', '<digest>') FROM budget.verify_ledger() v ORDER BY v.line_id, v.entry_no, v.problem;
    RAISE EXCEPTION 'undo' USING ERRCODE = 'ZZ999';
  EXCEPTION WHEN SQLSTATE 'ZZ999' THEN NULL;
  END;
END $$;
-- an entry changed, in each thing it says
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET amount = ''101.00'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET document = ''凭证2号'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET memo = ''{"a": 2}'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET actor = ''someone'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET login = ''someone'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET key = NULL WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET accounting_date = ''2025-12-31'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET posted_at = posted_at - interval ''1 year'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET kind = ''freeze'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET available_after = ''1.00'' WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET refers_entry = 1 WHERE kind = ''refund''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET digest = sha256(''x'') WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET unit = ''9'' WHERE kind = ''pay''');
-- an entry gone, the last one gone, one too many, one of no line
SELECT * FROM pg_temp.damage('DELETE FROM budget.journal WHERE kind = ''pay''');
SELECT * FROM pg_temp.damage('DELETE FROM budget.journal WHERE kind = ''refund''');
SELECT * FROM pg_temp.damage('INSERT INTO budget.journal SELECT line_id, entry_no + 1, posting_id, kind, amount, available_after, division, unit, posted_at, accounting_date, document, actor, login, NULL, memo, peer_line, refers_line, refers_entry, from_obligation, to_obligation, segment, digest FROM budget.journal WHERE kind = ''refund''');
SELECT * FROM pg_temp.damage('INSERT INTO budget.journal SELECT 2026000000000999, 1, posting_id, kind, amount, available_after, division, unit, posted_at, accounting_date, document, actor, login, NULL, memo, peer_line, refers_line, refers_entry, from_obligation, to_obligation, segment, digest FROM budget.journal WHERE kind = ''pay''');
-- a balance
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET available = available + ''5.00'', appropriated = appropriated + ''5.00'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET paid = paid - ''5.00'', available = available + ''5.00'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET entry_no = entry_no + 1 WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET head = sha256(''x'') WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET control = ''o'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET division = ''3202'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.balance SET year_state = ''c'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('DELETE FROM budget.balance WHERE line_id = ' || :other);
-- a line
SELECT * FROM pg_temp.damage('UPDATE budget.line SET title = ''someone''''s'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.line SET parent_id = ' || :other || ' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.line SET elements = ''{"payroll": true}'' WHERE line_id = ' || :child);
SELECT * FROM pg_temp.damage('UPDATE budget.line SET control = ''o'' WHERE line_id = ' || :child);
-- a transfer, a year (a kind of entry is compared by check_ledger)
SELECT * FROM pg_temp.damage('UPDATE budget.transfer SET amount = ''49.00''');
SELECT * FROM pg_temp.damage('UPDATE budget.transfer SET state = ''returned''');
SELECT * FROM pg_temp.damage('UPDATE budget.fiscal_year SET closed_month = 3');
-- two wrongs that look right together: an amount moved from one entry to another
SELECT * FROM pg_temp.damage('UPDATE budget.journal SET amount = amount + ''1.00'', available_after = available_after + ''1.00'' WHERE line_id = ' || :child || ' AND kind = ''allot_in''; UPDATE budget.balance SET appropriated = appropriated + ''1.00'', available = available + ''1.00'' WHERE line_id = ' || :child);
-- all of it was taken back
SELECT * FROM budget.verify_ledger();
SELECT count(*) FROM budget.verify_ledger(:child);
