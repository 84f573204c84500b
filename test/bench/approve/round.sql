-- round.sql: one vote and one INSERT of what it left; prints milliseconds of both and the number of lines.
SET client_min_messages = warning;
BEGIN;
SELECT clock_timestamp() AS began \gset
SELECT count(budget.act(task_id, 'approve')) AS voted FROM budget.my_tasks() WHERE flow = 'vote' \gset
SELECT clock_timestamp() AS voted \gset
WITH l AS (INSERT INTO bare_line SELECT * FROM budget.line WHERE fiscal_year = 2027 RETURNING 1),
  b AS (INSERT INTO bare_balance SELECT * FROM budget.balance_2027 RETURNING 1),
  j AS (INSERT INTO bare_journal SELECT * FROM budget.journal_2027 RETURNING 1)
SELECT (SELECT count(*) FROM l) AS lines, (SELECT count(*) FROM b) + (SELECT count(*) FROM j) AS others \gset
SELECT round(1000 * extract(epoch FROM :'voted'::timestamptz - :'began'::timestamptz)), round(1000 * extract(epoch FROM clock_timestamp() - :'voted'::timestamptz)), :lines;
ROLLBACK;
