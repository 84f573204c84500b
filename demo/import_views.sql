-- import_views.sql: the files beside the ledger, for the report and for whoever looks;
-- REFRESH MATERIALIZED VIEW after further postings.

-- What the files say of each line that was loaded, beside what the ledger holds.
CREATE MATERIALIZED VIEW import.line_check AS
SELECT l.n, l.row_no, l.year, l.line, l.item, d.line_id, l.title,
       coalesce(l.initial, '0')::numeric(18,2) AS said_initial,
       coalesce(l.modification, '0')::numeric(18,2) AS said_modification,
       coalesce(l.final::numeric, coalesce(l.initial, '0')::numeric + coalesce(l.modification, '0')::numeric)::numeric(18,2) AS said_final,
       coalesce(j.initial, 0)::numeric(18,2) AS initial,
       coalesce(j.modification, 0)::numeric(18,2) AS modification,
       coalesce(j.difference, 0)::numeric(18,2) AS difference,
       b.appropriated::numeric(18,2) AS final, b.paid::numeric(18,2) AS paid, b.available::numeric(18,2) AS available,
       coalesce(p.paid, 0)::numeric(18,2) AS said_paid
  FROM import.lines l
  JOIN import.line_done d USING (n)
  JOIN budget.balance b ON b.line_id = d.line_id
  LEFT JOIN (SELECT j.line_id,
                    sum(CASE WHEN j.kind = 'appropriate' THEN j.amount::numeric END) AS initial,
                    sum(CASE j.kind WHEN 'supplement' THEN j.amount::numeric WHEN 'reduce' THEN -j.amount::numeric END)
                      FILTER (WHERE j.memo ->> 'column' = 'modification') AS modification,
                    sum(CASE j.kind WHEN 'supplement' THEN j.amount::numeric WHEN 'reduce' THEN -j.amount::numeric END)
                      FILTER (WHERE j.memo ->> 'column' = 'final') AS difference
               FROM budget.journal j WHERE j.kind IN ('appropriate', 'supplement', 'reduce')
              GROUP BY j.line_id) j ON j.line_id = d.line_id
  LEFT JOIN (SELECT line_id, sum(amount) AS paid FROM import.payment_done GROUP BY line_id) p ON p.line_id = d.line_id;

-- The same by key, which is all that a payment names; the payments straight from the file.
CREATE MATERIALIZED VIEW import.key_check AS
SELECT c.year, c.line, count(*) AS lines, sum(c.said_final) AS said_credit, sum(c.final) AS credit,
       coalesce(max(p.paid), 0)::numeric(20,2) AS said_paid, sum(c.paid) AS paid,
       greatest(sum(c.paid) - sum(c.final), 0) AS over, min(c.title) AS title
  FROM import.line_check c
  LEFT JOIN (SELECT p.year, p.line, sum(p.amount::numeric) AS paid FROM import.payments p
              WHERE NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no)
              GROUP BY p.year, p.line) p ON p.year = c.year AND p.line = c.line
 GROUP BY c.year, c.line;

CREATE TABLE import.verification AS SELECT * FROM budget.verify_ledger();
