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

-- Execution comes after the credit of all lines, as it does in a year.
SELECT count(*) > 0 AS staged FROM import.lines WHERE coalesce(precommitted, committed, requested) IS NOT NULL \gset
\if :staged
CALL import.run('lines.csv', 'stages of execution', 'SELECT import.load_stages($1, $2)');
\endif

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
-- goes to the first line that still has room for it. One that fits nowhere whole takes
-- what room there is, the most first, and the rest where it began: so no line is paid
-- above its room unless the key is. The room of a line is what was requested of it, or
-- its credit where the file has no stages.
CREATE TEMPORARY TABLE candidate AS
  SELECT l.year, l.line, l.item, d.line_id, d.n, l.requested IS NOT NULL AS staged, count(*) OVER (PARTITION BY l.year, l.line) AS of_key
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
  fullest int[];
  part numeric[];
  rest numeric;
  i int;
BEGIN
  FOR payment IN
    SELECT w.n, w.year, w.line, w.amount AS known, coalesce(w.amount, 0) AS amount FROM wanted w
     WHERE w.item IS NULL AND EXISTS (SELECT 1 FROM candidate c WHERE c.year = w.year AND c.line = w.line AND c.of_key > 1)
     ORDER BY w.year, w.line, w.amount DESC NULLS LAST, w.n
  LOOP
    IF current <> payment.year || '/' || payment.line THEN
      current := payment.year || '/' || payment.line;
      SELECT array_agg(c.line_id ORDER BY c.n), array_agg(CASE WHEN c.staged THEN b.requested ELSE b.available END::numeric ORDER BY c.n)
        INTO lines, room
        FROM candidate c JOIN budget.balance b ON b.line_id = c.line_id
       WHERE c.year = payment.year AND c.line = payment.line;
    END IF;
    SELECT o INTO i FROM unnest(room) WITH ORDINALITY u(free, o)
     WHERE free >= payment.amount OR payment.amount = 0 ORDER BY o LIMIT 1;
    IF FOUND THEN
      room[i] := room[i] - payment.amount;
      INSERT INTO import.payment_line (n, line_id, amount) VALUES (payment.n, lines[i], payment.known);
      CONTINUE;
    END IF;
    rest := payment.amount;
    SELECT array_agg(o ORDER BY free DESC, o) INTO fullest FROM unnest(room) WITH ORDINALITY u(free, o);
    FOREACH i IN ARRAY fullest LOOP
      part[i] := least(rest, greatest(room[i], 0));
      rest := rest - part[i];
    END LOOP;
    part[fullest[1]] := part[fullest[1]] + rest;
    INSERT INTO import.payment_line (n, line_id, amount)
      SELECT payment.n, lines[o], part[o] FROM unnest(fullest) o WHERE part[o] > 0;
    FOREACH i IN ARRAY fullest LOOP
      room[i] := room[i] - part[i];
    END LOOP;
  END LOOP;
END;
$$;
INSERT INTO import.note (file, row_no, kind, remark)
SELECT 'payments.csv', min(p.row_no), 'line chosen',
       format('%s %s: %s payments name a key of %s lines; the loader chose (see the repeated key)',
              p.year, p.line, count(DISTINCT p.n), (SELECT count(*) FROM candidate c WHERE c.year = p.year AND c.line = p.line))
  FROM import.payment_line t JOIN import.payments p USING (n)
 WHERE p.item IS NULL AND EXISTS (SELECT 1 FROM candidate c WHERE c.year = p.year AND c.line = p.line AND c.of_key > 1)
 GROUP BY p.year, p.line;
INSERT INTO import.note (file, row_no, kind, remark)
SELECT 'payments.csv', p.row_no, 'payment split',
       format('%s %s: payment %s of %s fits no line of the key: %s', p.year, p.line, coalesce(p.payment, 'on row ' || p.row_no), p.amount,
              string_agg(format('%s on item %s', t.amount, c.item), ', ' ORDER BY c.n))
  FROM import.payment_line t JOIN import.payments p USING (n) JOIN candidate c USING (line_id)
 GROUP BY p.n HAVING count(*) > 1;

-- What each payment is drawn on. In the order of the file the payments of a line use up
-- its requests, the older first; what is paid above them comes from available. An amount
-- that the ledger is going to refuse uses up nothing. The key of a second part begins
-- with a space, as no reference of a file does.
CREATE TEMPORARY TABLE request AS
  SELECT line_id, obligation_id AS request, hi - amount AS lo, hi
    FROM (SELECT o.line_id, o.obligation_id, o.amount::numeric AS amount,
                 sum(o.amount::numeric) OVER (PARTITION BY o.line_id ORDER BY o.obligation_id) AS hi
            FROM budget.obligation o WHERE o.stage = 'request') o;
INSERT INTO request
  SELECT d.line_id, NULL, coalesce(max(r.hi), 0), 'infinity' FROM import.line_done d LEFT JOIN request r USING (line_id)
   GROUP BY d.line_id;
CREATE INDEX ON request (line_id);
ANALYZE request;
INSERT INTO import.payment_part (n, part, line_id, request, amount)
  SELECT n, row_number() OVER (PARTITION BY n ORDER BY line_id, lo), line_id, request, amount
    FROM (SELECT p.n, p.line_id, r.lo, r.request, least(p.hi, r.hi) - greatest(p.lo, r.lo) AS amount
            FROM (SELECT n, line_id, hi - amount AS lo, hi
                    FROM (SELECT n, line_id, amount, sum(amount) OVER (PARTITION BY line_id ORDER BY n) AS hi
                            FROM import.payment_line WHERE amount > 0 AND amount = round(amount, 2)) a) p
            JOIN request r ON r.line_id = p.line_id AND r.lo < p.hi AND p.lo < r.hi
          UNION ALL
          SELECT n, line_id, 0, NULL, amount FROM import.payment_line WHERE (amount > 0 AND amount = round(amount, 2)) IS NOT TRUE) d;

CALL import.run('payments.csv', 'payments',
  $$WITH entry AS MATERIALIZED (
      SELECT row_number() OVER (ORDER BY t.n, t.part) AS no, t.n, t.part, t.line_id, t.amount,
             jsonb_build_object('operation', 'pay', 'line', t.line_id, 'amount', coalesce(t.amount, import.money(p.amount, 'amount')),
               'document', coalesce(p.document, p.payment, 'payments.csv row ' || p.row_no), 'request', t.request,
               'key', CASE WHEN t.part > 1 THEN ' ' || t.part || ' of ' ELSE '' END || coalesce(p.payment, 'payments.csv/' || p.row_no),
               'accounting_date', coalesce(p.date::date, make_date(p.year::int, 12, 31)),
               'memo', CASE WHEN p.payee IS NOT NULL OR p.description IS NOT NULL THEN
                 jsonb_strip_nulls(jsonb_build_object('payee', p.payee, 'description', p.description)) END) AS item
        FROM import.payments p JOIN import.payment_part t USING (n)
       WHERE p.n BETWEEN $1 AND $2),
    done AS MATERIALIZED (
      SELECT budget.post_batch(jsonb_agg(item ORDER BY no)) AS result FROM entry HAVING count(*) > 0)
    INSERT INTO import.payment_done (n, part, line_id, amount, posting_id)
    SELECT e.n, e.part, e.line_id, e.amount, i.posting::bigint
      FROM done, jsonb_array_elements_text(result -> 'postings') WITH ORDINALITY AS i(posting, no) JOIN entry e USING (no)$$, 5000);

SELECT count(*) > 0 AS some, max(n) AS last FROM import.payments WHERE amount LIKE '-%' \gset
\if :some
SELECT import.attempt('payments.csv', $$SELECT import.load_refund(p) FROM import.payments p
  WHERE p.n BETWEEN $1 AND $2 AND p.amount LIKE '-%'
    AND NOT EXISTS (SELECT 1 FROM import.refused r WHERE r.file = 'payments.csv' AND r.row_no = p.row_no)
  ORDER BY p.n$$, 1, :last) AS refused \gset
SELECT count(DISTINCT n) AS refunds FROM import.refund_done \gset
\warn '  negative payments as refunds' :refunds ',' :refused 'refused'
\endif
