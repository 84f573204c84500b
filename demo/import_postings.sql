-- import_postings.sql: lines and payments of the files, by the application's role,
-- through the ledger's API and nothing else.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = info;

-- Rows of one key (year, line, item): the first is the line.
CREATE TEMPORARY TABLE first_row AS
  SELECT n, first_value(row_no) OVER (PARTITION BY year, line, item ORDER BY n) AS first_row FROM import.lines;
ALTER TABLE first_row ADD PRIMARY KEY (n);
ANALYZE first_row;

CALL import.run('lines.csv', 'lines',
  $$INSERT INTO import.line_done (n, line_id)
    SELECT l.n, import.load_line(l, f.first_row) FROM import.lines l JOIN pg_temp.first_row f USING (n)
     WHERE l.n BETWEEN $1 AND $2 ORDER BY l.n$$);

INSERT INTO import.note (file, row_no, kind, remark)
SELECT 'lines.csv', min(l.row_no), 'repeated key',
       format('%s %s: %s lines, rows %s', l.year, l.line, count(*), string_agg(l.row_no::text, ', ' ORDER BY l.row_no))
  FROM import.lines l JOIN import.line_done d USING (n)
 GROUP BY l.year, l.line HAVING count(*) > 1;

-- What can be said of a payment before it is posted. A reference that comes again on
-- a line is refused here: the ledger would take it for the same payment and keep one.
INSERT INTO import.refused (file, row_no, sqlstate, reason, detail, content)
SELECT 'payments.csv', p.row_no, '23505', format('payment "%s" of line "%s" is there already', p.payment, p.line),
       format('The same reference is on row %s.', p.first_row), (to_jsonb(p) - 'n' - 'row_no' - 'first_row')::text
  FROM (SELECT s.*, first_value(s.row_no) OVER (PARTITION BY s.year, s.line, s.item, s.payment ORDER BY s.n) AS first_row
          FROM import.payments s WHERE s.payment IS NOT NULL) p
 WHERE p.row_no <> p.first_row;
INSERT INTO import.refused (file, row_no, sqlstate, reason, detail, content)
SELECT 'payments.csv', p.row_no, '23503',
       format('there is no line "%s"%s of %s', p.line, coalesce(' item ' || p.item, ''), p.year),
       CASE WHEN EXISTS (SELECT 1 FROM import.lines l WHERE l.year = p.year AND l.line = p.line
                            AND (p.item IS NULL OR l.item IS NOT DISTINCT FROM p.item))
            THEN 'Its row in lines.csv was refused.' ELSE 'lines.csv has no such row.' END,
       (to_jsonb(p) - 'n' - 'row_no')::text
  FROM import.payments p
 WHERE NOT EXISTS (SELECT 1 FROM import.lines l JOIN import.line_done d USING (n)
                    WHERE l.year = p.year AND l.line = p.line AND (p.item IS NULL OR l.item IS NOT DISTINCT FROM p.item))
   AND NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no);

-- The line of each payment. Where several lines share the key and the payment names
-- no item, the source does not say which paid: the largest payments come first, each
-- goes to the first line that still has room for it, or else to the one with most room.
CREATE TEMPORARY TABLE candidate AS
  SELECT l.year, l.line, l.item, d.line_id, d.n, count(*) OVER (PARTITION BY l.year, l.line) AS of_key
    FROM import.lines l JOIN import.line_done d USING (n);
CREATE INDEX ON candidate (year, line);
ANALYZE candidate;
CREATE TEMPORARY TABLE wanted AS
  SELECT p.n, p.year, p.line, p.item, CASE WHEN import.is_money(p.amount) THEN p.amount::numeric END AS amount
    FROM import.payments p
   WHERE coalesce(p.amount, '') NOT LIKE '-%'
     AND NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no);
ANALYZE wanted;
INSERT INTO import.payment_line (n, line_id, amount)
  SELECT w.n, c.line_id, w.amount FROM wanted w JOIN candidate c USING (year, line)
   WHERE c.of_key = 1 OR w.item = c.item;
DO $$
DECLARE
  payment record;
  current text := '';
  lines bigint[];
  room numeric[];
  i int;
BEGIN
  FOR payment IN
    SELECT w.n, w.year, w.line, coalesce(w.amount, 0) AS amount FROM wanted w
     WHERE w.item IS NULL AND EXISTS (SELECT 1 FROM candidate c WHERE c.year = w.year AND c.line = w.line AND c.of_key > 1)
     ORDER BY w.year, w.line, w.amount DESC NULLS LAST, w.n
  LOOP
    IF current <> payment.year || '/' || payment.line THEN
      current := payment.year || '/' || payment.line;
      SELECT array_agg(c.line_id ORDER BY c.n), array_agg(b.available::numeric ORDER BY c.n) INTO lines, room
        FROM candidate c JOIN budget.balance b ON b.line_id = c.line_id
       WHERE c.year = payment.year AND c.line = payment.line;
    END IF;
    SELECT o INTO i FROM unnest(room) WITH ORDINALITY u(free, o)
     ORDER BY free >= payment.amount DESC, CASE WHEN free >= payment.amount THEN 0 ELSE -free END, o LIMIT 1;
    room[i] := room[i] - payment.amount;
    INSERT INTO import.payment_line (n, line_id, amount) VALUES (payment.n, lines[i], payment.amount);
  END LOOP;
END;
$$;
INSERT INTO import.note (file, row_no, kind, remark)
SELECT 'payments.csv', min(p.row_no), 'line chosen',
       format('%s %s: %s payments name a key of %s lines; the loader chose (see the repeated key)',
              p.year, p.line, count(*), (SELECT count(*) FROM candidate c WHERE c.year = p.year AND c.line = p.line))
  FROM import.payment_line t JOIN import.payments p USING (n)
 WHERE p.item IS NULL AND EXISTS (SELECT 1 FROM candidate c WHERE c.year = p.year AND c.line = p.line AND c.of_key > 1)
 GROUP BY p.year, p.line;

CALL import.run('payments.csv', 'payments',
  $$INSERT INTO import.payment_done (n, line_id, amount, posting_id)
    SELECT p.n, t.line_id, t.amount,
           budget.pay(t.line_id, import.money(p.amount, 'amount'),
             coalesce(p.document, p.payment, 'payments.csv row ' || p.row_no),
             key => coalesce(p.payment, 'payments.csv/' || p.row_no),
             accounting_date => coalesce(p.date::date, make_date(p.year::int, 12, 31)),
             memo => CASE WHEN p.payee IS NOT NULL OR p.description IS NOT NULL THEN
               jsonb_strip_nulls(jsonb_build_object('payee', p.payee, 'description', p.description)) END)
      FROM import.payments p JOIN import.payment_line t USING (n)
     WHERE p.n BETWEEN $1 AND $2$$, 5000);

SELECT count(*) > 0 AS some, max(n) AS last FROM import.payments WHERE amount LIKE '-%' \gset
\if :some
SELECT import.attempt('payments.csv', $$SELECT import.load_refund(p) FROM import.payments p
  WHERE p.n BETWEEN $1 AND $2 AND p.amount LIKE '-%'
    AND NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no)
  ORDER BY p.n$$, 1, :last) AS refused \gset
SELECT count(DISTINCT n) AS refunds FROM import.refund_done \gset
\warn '  negative payments as refunds' :refunds ',' :refused 'refused'
\endif
