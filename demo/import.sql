-- import.sql: schema import: the files of docs/import.md as they were read, what
-- became of each row, and the functions that load them through the ledger's API.
-- Run by the ledger's owner; the posting is done by the role budget_app.

CREATE SCHEMA import;
GRANT USAGE ON SCHEMA import TO budget_app;

-- Every value is kept as text: a bad one is a refused row, not a failed COPY.
CREATE TABLE import.ledger (n int PRIMARY KEY, row_no int NOT NULL, root text, title text, profile text, digest text);
CREATE TABLE import.divisions (n int PRIMARY KEY, row_no int NOT NULL, code text, name text, parent text, level text);
CREATE TABLE import.units (n int PRIMARY KEY, row_no int NOT NULL, code text, name text, division text, parent text, kind text);
CREATE TABLE import.fund_types (n int PRIMARY KEY, row_no int NOT NULL, code text, name text);
CREATE TABLE import.classifications (n int PRIMARY KEY, row_no int NOT NULL, scheme text, edition text, first_year text,
  code text, name text);
CREATE TABLE import.projects (n int PRIMARY KEY, row_no int NOT NULL, code text, name text, unit text, category text,
  parent text, setup_year text);
CREATE TABLE import.lines (n int PRIMARY KEY, row_no int NOT NULL, year text, line text, item text, unit text, func text,
  gov_econ text, dept_econ text, fund_type text, title text, project text, control text, initial text,
  modification text, final text, precommitted text, committed text, requested text, document text, date text,
  source_document text, direct text, elements text);
CREATE TABLE import.payments (n int PRIMARY KEY, row_no int NOT NULL, year text, line text, item text, amount text,
  payment text, document text, date text, refund_of text, payee text, description text);
CREATE TABLE import.caps (n int PRIMARY KEY, row_no int NOT NULL, year text, name text, division text, unit text, func text,
  gov_econ text, dept_econ text, fund_type text, project text, basis text, amount text, consumes text, warn_ratio text,
  block_ratio text, slots text, kind text);

CREATE INDEX ON import.payments (year, line);
CREATE INDEX ON import.lines (year, line);

CREATE TABLE import.refused (
  file text NOT NULL, row_no int NOT NULL, sqlstate text NOT NULL, reason text NOT NULL, detail text, hint text, content text);
COMMENT ON TABLE import.refused IS 'Rows that were not loaded: the file, the line in it, and why.';
CREATE TABLE import.note (file text NOT NULL, row_no int NOT NULL, kind text NOT NULL, remark text NOT NULL);
COMMENT ON TABLE import.note IS 'Rows that were loaded and need a word: repeated keys, refunds, figures that do not agree with each other.';
CREATE TABLE import.line_done (n int PRIMARY KEY, line_id bigint NOT NULL UNIQUE);
CREATE TABLE import.stage_done (n int, stage int, part int, obligation bigint NOT NULL, amount numeric NOT NULL, PRIMARY KEY (n, stage, part));
CREATE TABLE import.payment_line (n int, line_id bigint, amount numeric, PRIMARY KEY (n, line_id));
-- A payment is a part for each request that it is drawn on, and one for what none of them holds.
CREATE TABLE import.payment_part (n int, part int, line_id bigint NOT NULL, request bigint, amount numeric, PRIMARY KEY (n, part));
CREATE TABLE import.payment_done (n int, part int, line_id bigint NOT NULL, amount numeric NOT NULL, posting_id bigint NOT NULL,
  PRIMARY KEY (n, part));
CREATE TABLE import.cap_done (n int PRIMARY KEY, cap_id int NOT NULL);
CREATE TABLE import.refund_done (n int NOT NULL, payment bigint NOT NULL, amount numeric NOT NULL, posting_id bigint NOT NULL);
CREATE INDEX ON import.refund_done (payment);
GRANT SELECT ON ALL TABLES IN SCHEMA import TO budget_app;
GRANT INSERT ON import.refused, import.note, import.line_done, import.stage_done, import.payment_line, import.payment_part,
  import.payment_done, import.refund_done TO budget_app;

-- What a column of money says; anything that is not a plain decimal number is refused
-- by name, and what the ledger cannot hold is left for the ledger to refuse.
CREATE FUNCTION import.money(value text, "column" text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF value !~ '^[+-]?[0-9]+([.][0-9]+)?$' THEN
    RAISE invalid_text_representation USING MESSAGE = format('%s "%s" is not an amount', "column", value),
      DETAIL = 'An amount is digits with a decimal point, such as -1234.50.';
  END IF;
  RETURN value::numeric;
END;
$$;

CREATE FUNCTION import.is_money(value text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(value ~ '^[+-]?[0-9]+([.][0-9]+)?$', false) $$;

-- Runs a statement over rows lo to hi of a file. When it fails, the halves are tried,
-- and few rows one by one, down to the bad one, which is written down with the reason:
-- a bad row costs a few repetitions of a chunk, a good file nothing. Trouble of the
-- server itself is nobody's row and ends the load.
CREATE FUNCTION import.attempt(file text, statement text, lo int, hi int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  state text;
  reason text;
  detail text;
  hint text;
  refused int := 0;
BEGIN
  BEGIN
    EXECUTE statement USING lo, hi;
    RETURN 0;
  EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, reason = MESSAGE_TEXT,
      detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    IF left(state, 2) IN ('08', '25', '40', '53', '54', '57', '58', 'F0', 'XX') OR state IN ('42P01', '42883') THEN
      RAISE;
    END IF;
  END;
  IF hi - lo >= 32 THEN
    RETURN import.attempt(file, statement, lo, (lo + hi) / 2) + import.attempt(file, statement, (lo + hi) / 2 + 1, hi);
  ELSIF lo < hi THEN
    FOR i IN lo .. hi LOOP
      refused := refused + import.attempt(file, statement, i, i);
    END LOOP;
    RETURN refused;
  END IF;
  EXECUTE format('INSERT INTO import.refused SELECT $1, row_no, $2, $3, nullif($4, ''''), nullif($5, ''''), '
                 '(to_jsonb(s) - ''n'' - ''row_no'')::text FROM import.%I s WHERE n = $6', split_part(file, '.', 1))
    USING file, state, reason, detail, hint, lo;
  RETURN 1;
END;
$$;

CREATE PROCEDURE import.run(file text, title text, statement text, chunk int DEFAULT 2000)
LANGUAGE plpgsql AS $$
DECLARE
  last int;
  lo int := 1;
  refused int := 0;
  begun timestamptz := clock_timestamp();
  shown timestamptz := begun;
BEGIN
  EXECUTE format('SELECT coalesce(max(n), 0) FROM import.%I', split_part(file, '.', 1)) INTO last;
  WHILE lo <= last LOOP
    refused := refused + import.attempt(file, statement, lo, least(lo + chunk - 1, last));
    COMMIT;
    lo := lo + chunk;
    IF lo > last OR clock_timestamp() > shown + interval '3 seconds' THEN
      shown := clock_timestamp();
      RAISE INFO '  % % of %, % refused, % s', rpad(title, 24), lpad(least(lo - 1, last)::text, 7), last, refused,
        round(extract(epoch FROM shown - begun), 1);
    END IF;
  END LOOP;
END;
$$;

-- Opens the line of a row and posts its credit: all of it or nothing.
CREATE FUNCTION import.load_line(r import.lines, first_row int) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  line bigint;
  document text := coalesce(r.document, 'Budget ' || r.year);
  day date := coalesce(r.date::date, make_date(r.year::int, 1, 1));
  initial numeric := coalesce(import.money(r.initial, 'initial'), 0);
  modification numeric := coalesce(import.money(r.modification, 'modification'), 0);
  rest numeric := coalesce(import.money(r.final, 'final'), initial + modification) - initial - modification;
BEGIN
  IF r.line IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'the row has no line', DETAIL = 'The column line holds your key of the budget line.';
  END IF;
  IF first_row <> r.row_no THEN
    RAISE unique_violation USING
      MESSAGE = format('line "%s" of %s is there already%s', r.line, r.year, coalesce(' as item ' || r.item, '')),
      DETAIL = format('The same key is on row %s.', first_row),
      HINT = 'Tell rows of one key apart by the column item.';
  END IF;
  PERFORM import.money(r.precommitted, 'precommitted'), import.money(r.committed, 'committed'), import.money(r.requested, 'requested');
  line := budget.open_line(r.year::int, r.unit, r.func, r.gov_econ, r.dept_econ, coalesce(r.fund_type, '11'),
    coalesce(r.title, r.line), project => r.project, control => coalesce(r.control, 'block'), elements => r.elements::jsonb,
    key => r.line || coalesce('/' || r.item, ''), source_document => r.source_document,
    direct => r.direct::boolean);
  IF initial <> 0 THEN
    PERFORM budget.appropriate(line, initial, document, accounting_date => day, memo => '{"column": "initial"}');
  END IF;
  IF modification > 0 THEN
    PERFORM budget.supplement(line, modification, document, accounting_date => day, memo => '{"column": "modification"}');
  ELSIF modification < 0 THEN
    PERFORM budget.reduce(line, -modification, document, accounting_date => day, memo => '{"column": "modification"}');
  END IF;
  IF rest > 0 THEN
    PERFORM budget.supplement(line, rest, document, accounting_date => day, memo => '{"column": "final"}');
  ELSIF rest < 0 THEN
    PERFORM budget.reduce(line, -rest, document, accounting_date => day, memo => '{"column": "final"}');
  END IF;
  IF rest <> 0 THEN
    INSERT INTO import.note VALUES ('lines.csv', r.row_no, 'final differs',
      format('%s %s: initial %s + modification %s is not final %s; the difference of %s was posted as an entry of its own',
             r.year, r.line || coalesce('/' || r.item, ''), initial, modification, r.final, rest));
  END IF;
  RETURN line;
END;
$$;

-- The stages of execution that the file gives for the lines of rows lo to hi, each drawn
-- on the one before. A contract above its plan takes the rest from the line by itself; a
-- request draws on a contract what that holds, and the rest is a request without one.
CREATE FUNCTION import.load_stages(lo int, hi int) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  s record;
BEGIN
  FOR s IN VALUES (1, 'precommit', 'precommitted', ''), (2, 'commit_funds', 'committed', 'precommitment'),
                  (3, 'request_payment', 'requested', 'commitment')
  LOOP
    WITH total AS (
      SELECT l.n, d.line_id, coalesce(l.document, 'Budget ' || l.year) AS document,
             coalesce(l.date::date, make_date(l.year::int, 1, 1)) AS day, p.obligation, p.amount AS held,
             import.money(CASE s.column1 WHEN 1 THEN l.precommitted WHEN 2 THEN l.committed ELSE l.requested END, s.column3) AS amount
        FROM import.lines l JOIN import.line_done d USING (n)
        LEFT JOIN import.stage_done p ON p.n = l.n AND p.stage = s.column1 - 1
       WHERE l.n BETWEEN lo AND hi),
    part AS (
      SELECT n, 1 AS part, line_id, document, day, obligation, CASE s.column1 WHEN 3 THEN least(amount, held) ELSE amount END AS amount
        FROM total WHERE amount <> 0
      UNION ALL
      SELECT n, 2, line_id, document, day, NULL, amount - held FROM total WHERE s.column1 = 3 AND amount > held),
    entry AS MATERIALIZED (
      SELECT row_number() OVER (ORDER BY n, part) AS no, n, part, line_id, amount,
             jsonb_build_object('operation', s.column2, 'line', line_id, 'amount', amount, 'document', document, 'accounting_date', day,
               'memo', jsonb_build_object('column', s.column3))
             || CASE WHEN obligation IS NULL THEN '{}' ELSE jsonb_build_object(s.column4, obligation) END AS item
        FROM part),
    done AS MATERIALIZED (
      SELECT budget.post_batch(jsonb_agg(item ORDER BY no)) AS result FROM entry HAVING count(*) > 0)
    INSERT INTO import.stage_done (n, stage, part, obligation, amount)
    SELECT e.n, s.column1, e.part, i.posting::bigint, e.amount
      FROM done, jsonb_array_elements_text(result -> 'postings') WITH ORDINALITY AS i(posting, no) JOIN entry e USING (no);
  END LOOP;
END;
$$;

-- A negative payment is money that came back: a refund of the payment that it names,
-- or else of payments of its line, those to the same payee first, then the largest.
-- What came from a request goes back to it, so that what was requested stays what it is.
CREATE FUNCTION import.load_refund(r import.payments) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  needed numeric := -import.money(r.amount, 'amount');
  back numeric;
  posting bigint;
  parts int := 0;
  names text := '';
  p record;
BEGIN
  FOR p IN
    SELECT d.line_id, d.posting_id, s.payment, s.row_no, CASE WHEN t.request IS NULL THEN 'available' ELSE 'request' END AS target,
           d.amount - coalesce((SELECT sum(f.amount) FROM import.refund_done f WHERE f.payment = d.posting_id), 0) AS remaining
      FROM import.payment_done d JOIN import.payment_part t USING (n, part) JOIN import.payments s USING (n)
     WHERE s.year = r.year AND s.line = r.line AND (r.item IS NULL OR s.item = r.item)
       AND (r.refund_of IS NULL OR s.payment = r.refund_of)
     ORDER BY s.payee IS NOT DISTINCT FROM r.payee DESC, s.amount::numeric DESC, d.n, d.part DESC
  LOOP
    EXIT WHEN needed <= 0;
    CONTINUE WHEN p.remaining <= 0;
    back := least(needed, p.remaining);
    posting := budget.refund(p.posting_id, back, coalesce(r.document, r.payment, 'payments.csv row ' || r.row_no), target => p.target,
      accounting_date => coalesce(r.date::date, make_date(r.year::int, 12, 31)),
      memo => jsonb_strip_nulls(jsonb_build_object('payment', r.payment, 'payee', r.payee, 'description', r.description)));
    parts := parts + 1;
    INSERT INTO import.refund_done VALUES (r.n, p.posting_id, back, posting);
    INSERT INTO import.payment_done VALUES (r.n, parts, p.line_id, -back, posting);
    names := names || format('%s%s of payment %s', CASE WHEN names <> '' THEN ', ' ELSE '' END, back,
                             coalesce(p.payment, 'on row ' || p.row_no));
    needed := needed - back;
  END LOOP;
  IF needed > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'ZB001',
      MESSAGE = format('negative payment %s has nothing to take back', r.amount),
      DETAIL = format('%s more than was paid%s.', needed,
                      CASE WHEN r.refund_of IS NULL THEN ' on the line' ELSE format(' by "%s"', r.refund_of) END);
  END IF;
  INSERT INTO import.note VALUES ('payments.csv', r.row_no, 'refund',
    format('%s %s: negative payment %s%s was posted as a refund: %s', r.year, r.line, r.amount,
           coalesce(' (' || r.payment || ')', ''), names));
END;
$$;
