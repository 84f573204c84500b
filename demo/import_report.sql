-- import_report.sql: what came in, what did not, and whether the ledger says what the
-- files say. With -v full=true every row, else the first of each list.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\pset footer off
\if :full
  \set rows ALL
\else
  \set rows 8
\endif
SET search_path = import;

\echo
\echo 'Rows of each file'
SELECT f.file, f.loaded + f.refused AS rows, f.loaded, f.refused
FROM (
  SELECT s.o, s.file, s.staged - count(r.row_no) FILTER (WHERE r.sqlstate NOT IN ('22P04', '22021') OR r.content LIKE '{%') AS loaded,
         count(r.row_no) AS refused
  FROM (SELECT 1 AS o, 'divisions.csv' AS file, count(*) AS staged FROM import.divisions
        UNION ALL SELECT 2, 'units.csv', count(*) FROM import.units
        UNION ALL SELECT 3, 'fund_types.csv', count(*) FROM import.fund_types
        UNION ALL SELECT 4, 'classifications.csv', count(*) FROM import.classifications
        UNION ALL SELECT 5, 'projects.csv', count(*) FROM import.projects
        UNION ALL SELECT 6, 'lines.csv', count(*) FROM import.lines
        UNION ALL SELECT 7, 'payments.csv', count(*) FROM import.payments
        UNION ALL SELECT 8, 'caps.csv', count(*) FROM import.caps) s
  LEFT JOIN import.refused r ON r.file = s.file
  GROUP BY s.o, s.file, s.staged) f
WHERE f.loaded + f.refused > 0 ORDER BY f.o;

\echo 'Money: the files and the ledger (the files without the refused rows)'
SELECT year, count(*) AS lines,
       sum(said_initial) AS "initial, file", sum(initial) AS "initial, ledger",
       sum(said_modification) AS "modification, file", sum(modification) AS "modification, ledger",
       sum(said_final) AS "final, file", sum(final) AS "final, ledger"
  FROM line_check GROUP BY year ORDER BY year;
SELECT year, count(*) AS keys, sum(said_paid) AS "payments, file", sum(paid) AS "payments, ledger",
       count(*) FILTER (WHERE over > 0) AS "keys paid over credit"
  FROM key_check GROUP BY year ORDER BY year;

SELECT count(*) > 0 AS staged FROM line_check WHERE staged \gset
\if :staged
\echo 'Stages of execution: what the file says and the entries of each kind, net of reversals'
SELECT s.year, s.stage, count(*) FILTER (WHERE s.said <> 0) AS lines, sum(s.said) AS file, sum(s.posted) AS ledger,
       count(*) FILTER (WHERE s.said <> s.posted) AS different, sum(s.drawn) AS "of it drawn on the stage before"
  FROM line_check c
 CROSS JOIN LATERAL (VALUES
   (c.year, 1, 'precommitted', c.said_precommitted, c.precommitted, NULL),
   (c.year, 2, 'committed', c.said_committed, c.committed, c.committed - c.commit_available),
   (c.year, 3, 'requested', c.said_requested, c.requested, c.requested - c.request_available),
   (c.year, 4, 'paid', c.said_paid, c.paid, c.paid - c.pay_available)) s(year, o, stage, said, posted, drawn)
 GROUP BY s.year, s.o, s.stage ORDER BY s.year, s.o;

\echo 'Obligations: how many were opened, and what they still hold'
SELECT left(o.obligation_id::text, 4) AS year, o.stage, count(*) AS opened, sum(o.amount)::numeric AS amount, sum(o.drawn)::numeric AS drawn,
       count(*) FILTER (WHERE o.amount - o.drawn - o.released > '0') AS outstanding,
       sum(o.amount - o.drawn - o.released)::numeric AS "still held"
  FROM budget.obligation o GROUP BY 1, 2 ORDER BY 1, min(o.obligation_id);
\endif

CREATE TEMPORARY VIEW wrong_line AS SELECT * FROM line_check
 WHERE (said_initial, said_modification, said_final, said_precommitted, said_committed, said_requested, said_paid)
       IS DISTINCT FROM (initial, modification, final, precommitted, committed, requested, paid);
SELECT count(*) > 0 AS wrong FROM wrong_line \gset
\if :wrong
\echo 'Lines whose figures in the ledger are not those of the file'
SELECT year, line, item, said_initial, initial, said_modification, modification, said_final, final, said_precommitted, precommitted,
       said_committed, committed, said_requested, requested, said_paid, paid
  FROM wrong_line ORDER BY n LIMIT :rows;
\endif
\echo 'Every figure of the file against the ledger''s'
SELECT count(*) AS "lines compared", (SELECT count(*) FROM wrong_line) AS different,
       count(*) FILTER (WHERE (said_initial, said_modification, said_final, said_precommitted, said_committed, said_requested, said_paid)
                              = (0, 0, 0, 0, 0, 0, 0)) AS "all figures zero"
  FROM line_check;
SELECT count(*) AS "keys compared",
       count(*) FILTER (WHERE said_credit <> credit OR said_paid <> paid) AS different FROM key_check;

\echo 'Paid over credit: every key whose payments exceed the credit of its lines'
SELECT count(*) AS keys, coalesce(sum(lines), 0) AS lines, coalesce(sum(over), 0) AS "over, in all" FROM key_check WHERE over > 0;
SELECT count(*) > 0 AS some FROM key_check WHERE over > 0 \gset
\if :some
SELECT year, line, lines, credit, paid, over, left(title, 60) AS title
  FROM key_check WHERE over > 0 ORDER BY over DESC, year, line LIMIT :rows;
\endif

SELECT count(*) > 0 AS doubtful FROM line_check c JOIN key_check k USING (year, line)
 WHERE c.paid > c.final AND k.over = 0 \gset
\if :doubtful
\echo 'Lines of a repeated key that are paid over credit while the key as a whole is not.'
\echo 'The payments name the key only, and the loader chose the line: no statement of the source.'
SELECT c.year, c.line, c.item, c.final AS credit, c.paid, c.paid - c.final AS over
  FROM line_check c JOIN key_check k USING (year, line)
 WHERE c.paid > c.final AND k.over = 0 ORDER BY c.paid - c.final DESC, c.n LIMIT :rows;
\endif

\if :staged
\echo 'Paid above what was requested: every key, the excess drawn from available'
SELECT count(*) AS keys, coalesce(sum(lines), 0) AS lines, coalesce(sum(unrequested), 0) AS "above, in all",
       coalesce(sum(pay_available), 0) AS "drawn from available" FROM key_check WHERE unrequested > 0;
SELECT count(*) > 0 AS some FROM key_check WHERE unrequested > 0 \gset
\if :some
SELECT year, line, lines, requested, paid, unrequested AS above, pay_available AS "drawn from available", left(title, 40) AS title
  FROM key_check WHERE unrequested > 0 ORDER BY unrequested DESC, year, line LIMIT :rows;
\endif

SELECT count(*) > 0 AS doubtful FROM line_check c JOIN key_check k USING (year, line)
 WHERE c.staged AND c.paid > c.requested AND k.unrequested = 0 \gset
\if :doubtful
\echo 'Lines of a repeated key that are paid above what was requested while the key as a whole is not (the loader chose the line).'
SELECT c.year, c.line, c.item, c.requested, c.paid, c.pay_available AS "drawn from available"
  FROM line_check c JOIN key_check k USING (year, line)
 WHERE c.staged AND c.paid > c.requested AND k.unrequested = 0 ORDER BY c.pay_available DESC, c.n LIMIT :rows;
\endif

SELECT count(*) > 0 AS some FROM line_check WHERE commit_available > 0 AND said_precommitted > 0 OR request_available > 0 AND said_committed > 0 \gset
\if :some
\echo 'A later stage above the one before it, the excess drawn from available'
SELECT year, line, item, precommitted, committed, commit_available AS "contracts, from available", requested,
       request_available AS "requests, from available"
  FROM line_check WHERE commit_available > 0 AND said_precommitted > 0 OR request_available > 0 AND said_committed > 0 ORDER BY n LIMIT :rows;
\endif
\endif

SELECT count(*) > 0 AS some FROM cap_done \gset
\if :some
\echo 'Caps: limits over many lines, what is used of them, and every one that is above its limit'
CREATE TEMPORARY TABLE cap_check AS
  SELECT r.fiscal_year AS year, r.name, r.block_limit AS "limit", r.used, r.used - r.block_limit AS over, r.colour, a.alerts
    FROM cap_done d JOIN budget_report.cap r USING (cap_id)
    LEFT JOIN (SELECT cap_id, count(*) AS alerts FROM budget.alert WHERE kind = 'cap_exceeded' GROUP BY cap_id) a USING (cap_id);
SELECT year, count(*) AS caps, count(*) FILTER (WHERE colour = 'red') AS exceeded, count(*) FILTER (WHERE alerts = 1) AS "with an alert",
       coalesce(sum(over) FILTER (WHERE over > 0), 0) AS "over, in all"
  FROM cap_check GROUP BY year ORDER BY year;
SELECT year, name, "limit", used, over FROM cap_check WHERE colour = 'red' ORDER BY over DESC, year, name LIMIT :rows;
\endif

SELECT count(*) > 0 AS some FROM import.note \gset
\if :some
\echo 'Rows that were loaded and need a word'
SELECT kind, file, count(*) FROM import.note GROUP BY kind, file ORDER BY kind;
SELECT file, row_no AS row, kind, remark FROM (
  SELECT n.*, row_number() OVER (PARTITION BY kind ORDER BY row_no) AS of_kind FROM import.note n) n
 WHERE :full OR of_kind <= CASE WHEN kind IN ('final differs', 'refund') THEN 12 ELSE 2 END
 ORDER BY kind, row_no, remark;
\endif

\echo 'Rows that were refused'
SELECT count(*) AS refused, count(*) > 0 AS some FROM import.refused \gset
SELECT :refused AS refused;
\if :some
SELECT file, row_no AS row, sqlstate, reason, detail FROM import.refused ORDER BY file, row_no LIMIT :rows;
\endif

\echo 'verify_ledger(): every balance, sum and digest recomputed from the journal'
SELECT count(*) > 0 AS wrong FROM import.verification \gset
\if :wrong
SELECT * FROM import.verification LIMIT :rows;
\endif
SELECT CASE count(*) WHEN 0 THEN 'right: no difference' ELSE count(*) || ' DIFFERENCES' END AS verify_ledger
  FROM import.verification;
