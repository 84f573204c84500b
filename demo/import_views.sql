-- import_views.sql: the files beside the ledger, for the report and for whoever looks;
-- REFRESH MATERIALIZED VIEW after further postings.

-- What each line's entries say, by kind and net of reversals; payments net of refunds too.
CREATE MATERIALIZED VIEW import.ledger_line AS
WITH entry AS (
  SELECT j.line_id, coalesce(k.reverses, k.kind) AS kind, j.memo ->> 'column' AS "column",
         CASE WHEN k.reverses IS NULL THEN j.amount::numeric ELSE -j.amount::numeric END AS amount
    FROM budget.journal j JOIN budget.entry_kind k USING (kind))
SELECT line_id,
       coalesce(sum(amount) FILTER (WHERE kind = 'appropriate'), 0) AS initial,
       coalesce(sum(CASE kind WHEN 'supplement' THEN amount WHEN 'reduce' THEN -amount END) FILTER (WHERE "column" = 'modification'), 0)
         AS modification,
       coalesce(sum(CASE kind WHEN 'supplement' THEN amount WHEN 'reduce' THEN -amount END) FILTER (WHERE "column" = 'final'), 0)
         AS difference,
       coalesce(sum(amount) FILTER (WHERE kind = 'precommit'), 0) AS precommitted,
       coalesce(sum(amount) FILTER (WHERE kind IN ('commit', 'commit_drawn')), 0) AS committed,
       coalesce(sum(amount) FILTER (WHERE kind IN ('request', 'request_drawn')), 0) AS requested,
       coalesce(sum(CASE WHEN kind IN ('pay', 'pay_drawn') THEN amount WHEN kind IN ('refund', 'refund_request', 'refund_commit') THEN -amount END), 0)
         AS paid,
       coalesce(sum(amount) FILTER (WHERE kind = 'commit'), 0) AS commit_available,
       coalesce(sum(amount) FILTER (WHERE kind = 'request'), 0) AS request_available,
       coalesce(sum(CASE kind WHEN 'pay' THEN amount WHEN 'refund' THEN -amount END), 0) AS pay_available
  FROM entry GROUP BY line_id;

-- What the files say of each line that was loaded, beside what the ledger holds.
CREATE MATERIALIZED VIEW import.line_check AS
SELECT l.n, l.row_no, l.year, l.line, l.item, d.line_id, l.title, l.requested IS NOT NULL AS staged,
       coalesce(l.initial, '0')::numeric(18,2) AS said_initial,
       coalesce(l.modification, '0')::numeric(18,2) AS said_modification,
       coalesce(l.final::numeric, coalesce(l.initial, '0')::numeric + coalesce(l.modification, '0')::numeric)::numeric(18,2) AS said_final,
       coalesce(l.precommitted, '0')::numeric(18,2) AS said_precommitted,
       coalesce(l.committed, '0')::numeric(18,2) AS said_committed,
       coalesce(l.requested, '0')::numeric(18,2) AS said_requested,
       coalesce(p.paid, 0)::numeric(18,2) AS said_paid,
       coalesce(j.initial, 0)::numeric(18,2) AS initial, coalesce(j.modification, 0)::numeric(18,2) AS modification,
       coalesce(j.difference, 0)::numeric(18,2) AS difference, b.appropriated::numeric(18,2) AS final,
       coalesce(j.precommitted, 0)::numeric(18,2) AS precommitted, coalesce(j.committed, 0)::numeric(18,2) AS committed,
       coalesce(j.requested, 0)::numeric(18,2) AS requested, coalesce(j.paid, 0)::numeric(18,2) AS paid,
       coalesce(j.commit_available, 0)::numeric(18,2) AS commit_available,
       coalesce(j.request_available, 0)::numeric(18,2) AS request_available,
       coalesce(j.pay_available, 0)::numeric(18,2) AS pay_available, b.available::numeric(18,2) AS available
  FROM import.lines l
  JOIN import.line_done d USING (n)
  JOIN budget.balance b ON b.line_id = d.line_id
  LEFT JOIN import.ledger_line j ON j.line_id = d.line_id
  LEFT JOIN (SELECT line_id, sum(amount) AS paid FROM import.payment_done GROUP BY line_id) p ON p.line_id = d.line_id;

-- The same by key, which is all that a payment names; the payments straight from the file.
CREATE MATERIALIZED VIEW import.key_check AS
SELECT c.year, c.line, count(*) AS lines, sum(c.said_final) AS said_credit, sum(c.final) AS credit,
       coalesce(max(p.paid), 0)::numeric(20,2) AS said_paid, sum(c.paid) AS paid,
       greatest(sum(c.paid) - sum(c.final), 0) AS over, bool_or(c.staged) AS staged, sum(c.requested) AS requested,
       CASE WHEN bool_or(c.staged) THEN greatest(sum(c.paid) - sum(c.requested), 0) ELSE 0 END AS unrequested,
       sum(c.pay_available) AS pay_available, min(c.title) AS title
  FROM import.line_check c
  LEFT JOIN (SELECT p.year, p.line, sum(p.amount::numeric) AS paid FROM import.payments p
              WHERE NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no)
              GROUP BY p.year, p.line) p ON p.year = c.year AND p.line = c.line
 GROUP BY c.year, c.line;

CREATE TABLE import.verification AS SELECT * FROM budget.verify_ledger();
