-- What people and programs send by mistake.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
SELECT budget.appropriate(:root, 1000, '苏财预1号') AS given \gset
SELECT budget.allot(:root, :child, 400, '苏财教1号') \g /dev/null
SELECT budget.pay(:child, 100, '凭证1号', key => 'k1') AS paid \gset
-- Texts in the answers below are cut: some are very long.
CREATE FUNCTION pg_temp.pay(arguments text, OUT state text, OUT message text, OUT hint text) LANGUAGE sql AS $$
  SELECT s.state, left(s.message, 100), left(s.hint, 120)
  FROM pg_temp.said(format('budget.pay(%s, %s)', (SELECT line_id FROM budget.line WHERE title = 'child'), arguments)) s $$;
CREATE FUNCTION pg_temp.open(arguments text, OUT state text, OUT message text, OUT hint text) LANGUAGE sql AS $$
  SELECT s.state, left(s.message, 100), left(s.hint, 120) FROM pg_temp.said('budget.open_line(' || arguments || ')') s $$;

-- amounts
SELECT a.amount, s.* FROM unnest(ARRAY['1.005', '0.001', '''NaN''', '''Infinity''', '''-Infinity''', '1000000000000000000', '92233720368547758.08',
  '92233720368547758.07', '1e400', '0', '-0.00', '-5', 'NULL', '1.00000', '1e1', '''5''', '''五元''', '''5元''', 'true']) WITH ORDINALITY AS a(amount, n),
  LATERAL pg_temp.pay(a.amount || ', ''凭证''') s ORDER BY n;
-- the parts of an amount
SELECT a.parts, s.state, s.message FROM unnest(ARRAY['from_pending => -1', 'from_pending => 0.001', 'from_pending => 11', 'from_pending => ''NaN''',
  'from_pending => NULL']) WITH ORDINALITY AS a(parts, n), LATERAL pg_temp.said(format('budget.reduce(%s, 10, ''追减'', %s)', :root, a.parts)) s ORDER BY n;
SELECT s.state, s.message FROM pg_temp.said(format('budget.withdraw(%s, 10, ''收回'', from_frozen => 6, from_pending => 6)', :child)) s;
SELECT s.state, s.message FROM pg_temp.said(format('budget.withdraw(%s, 10, ''收回'', from_frozen => 9e15, from_pending => 9e15)', :child)) s;

-- lines and postings that are no ids
SELECT s.state, s.message FROM unnest(ARRAY['NULL', '0', '-1', '''x''', '2026', '1e30']) AS a(line), LATERAL pg_temp.said(format('budget.pay(%s, 1, ''凭证'')', a.line)) s;
SELECT s.state, s.message FROM unnest(ARRAY['NULL', '0', '-9223372036854775808']) AS a(posting), LATERAL pg_temp.said(format('budget.reverse(%s, ''冲销'')', a.posting)) s;
SELECT s.state, s.message FROM unnest(ARRAY['NULL', '0', '5']) AS a(child), LATERAL pg_temp.said(format('budget.allot(%s, %s, 1, ''下达'')', :root, a.child)) s;
SELECT s.state, s.message FROM unnest(ARRAY['NULL', '''''', '''9''', '''320500000x''', '''12345678901234567890''']) AS a(division), LATERAL pg_temp.said(format('budget.send_transfer(%s, %s, 1, ''文'')', :root, a.division)) s;

-- documents, keys, actors, memos
SELECT a.what, s.* FROM (VALUES (1, 'no document', '1, NULL'), (2, 'empty document', '1, '''''), (3, 'blanks only', '1, ''   '''),
  (4, '200 characters', '1, repeat(''文'', 200)'), (5, '201 characters', '1, repeat(''文'', 201)'), (6, '1 MB document', '1, repeat(''x'', 1048576)'),
  (7, 'a newline', '1, E''凭证\n2号'''), (8, 'a tab', '1, E''凭证\t2号'''), (9, 'an escape', '1, E''凭证\x1b[31m'''), (10, 'zero width', '1, U&''凭证\200B2号'''),
  (11, 'right to left', '1, U&''凭证\202E2号'''), (12, 'an empty key', '1, ''凭证'', key => '''''), (13, '101 characters of key', '1, ''凭证'', key => repeat(''k'', 101)'),
  (14, 'a key with a newline', '1, ''凭证'', key => E''k\n1'''), (15, 'an empty actor', '1, ''凭证'', actor => '''''), (16, '101 characters of actor', '1, ''凭证'', actor => repeat(''a'', 101)'),
  (17, '1 MB memo', '1, ''凭证'', memo => to_jsonb(repeat(''x'', 1048576))'), (18, 'a memo of a megabyte of keys', '1, ''凭证'', memo => (SELECT jsonb_object_agg(i, i) FROM generate_series(1, 60000) i)'),
  (19, 'a memo that is a number', '1, ''凭证'', memo => ''5'''), (20, 'a memo that is null', '1, ''凭证'', memo => ''null'''), (21, 'a memo just small enough', '1, ''凭证'', memo => to_jsonb(repeat(''x'', 65000))')
  ) AS a(n, what, arguments), LATERAL pg_temp.pay(a.arguments) s ORDER BY n;

-- dates
SELECT a.date, s.* FROM unnest(ARRAY['''infinity''', '''-infinity''', '''2025-12-31''', '''2027-01-01''', '''2026-02-30''', '''0001-01-01 BC''', '''5874897-12-31''', '''2026-12-31'''])
  WITH ORDINALITY AS a(date, n), LATERAL pg_temp.pay(format('1, ''凭证'', accounting_date => %s', a.date)) s ORDER BY n;

-- lines
SELECT a.what, s.* FROM (VALUES (1, 'no year', 'NULL, ''101'', ''2050202'', title => ''x'''), (2, 'year 0', '0, ''101'', ''2050202'', title => ''x'''),
  (3, 'a year far off', '2147483647, ''101'', ''2050202'', title => ''x'''), (4, 'no unit', '2026, NULL, ''2050202'', title => ''x'''), (5, 'an empty unit', '2026, '''', ''2050202'', title => ''x'''),
  (6, 'an unknown unit', '2026, ''777'', ''2050202'', title => ''x'''), (7, '22 digits of unit', '2026, repeat(''1'', 22), ''2050202'', title => ''x'''),
  (8, 'no function', '2026, ''101'', NULL, title => ''x'''), (9, 'an empty function', '2026, ''101'', '''', title => ''x'''), (10, '18 digits', '2026, ''101'', repeat(''1'', 18), title => ''x'''),
  (11, 'letters', '2026, ''101'', ''205x'', title => ''x'''), (12, 'full-width digits', '2026, ''101'', ''２０５０２０２'', title => ''x'''), (13, 'an injection', '2026, ''101'', ''205''''; DROP TABLE budget.line'', title => ''x'''),
  (14, 'no title', '2026, ''101'', ''2050202'''), (15, 'an empty title', '2026, ''101'', ''2050202'', title => '''''), (16, '201 characters of title', '2026, ''101'', ''2050202'', title => repeat(''题'', 201)'),
  (17, 'a title with a zero-width space', '2026, ''101'', ''2050202'', title => U&''题\200B'''), (18, 'a control mode that is none', '2026, ''101'', ''2050202'', title => ''x'', control => ''maybe'''),
  (19, 'no control mode', '2026, ''101'', ''2050202'', title => ''control'', control => NULL'), (20, 'no fund type', '2026, ''101'', ''2050202'', title => ''x'', fund_type => NULL'),
  (21, 'a parent of 0', '2026, ''101'', ''2050202'', title => ''x'', parent => 0'), (22, 'a negative parent', '2026, ''101'', ''2050202'', title => ''x'', parent => -1'),
  (23, 'an empty document', '2026, ''101'', ''2050202'', title => ''x'', source_document => '''''), (24, '201 characters of document', '2026, ''101'', ''2050202'', title => ''x'', source_document => repeat(''文'', 201)'),
  (25, 'elements as a list', '2026, ''101'', ''2050202'', title => ''x'', elements => ''[]'''), (26, '1 MB of elements', '2026, ''101'', ''2050202'', title => ''x'', elements => jsonb_build_object(''document_no'', repeat(''x'', 1048576))'),
  (27, 'an element of null', '2026, ''101'', ''2050202'', title => ''x'', elements => ''{"payroll": null}''')
  ) AS a(n, what, arguments), LATERAL pg_temp.open(a.arguments) s ORDER BY n;

-- years and months
SELECT a.call, s.state, s.message FROM unnest(ARRAY['budget.add_year(NULL)', 'budget.add_year(0)', 'budget.add_year(9999)', 'budget.add_year(-2026)', 'budget.add_year(2026)', 'budget.add_year(2027, ''closed'')',
  'budget.add_year(2027, ''Open'')', 'budget.add_year(2027, NULL)', 'budget.set_year_state(2026, ''gone'')', 'budget.set_year_state(2031, ''open'')', 'budget.set_year_state(2026, NULL)', 'budget.close_month(2026, 0)',
  'budget.close_month(2026, 13)', 'budget.close_month(2031, 1)', 'budget.close_month(2026, NULL)']) WITH ORDINALITY AS a(call, n), LATERAL pg_temp.said(a.call) s ORDER BY n;

-- questions
SELECT a.call, s.state, left(s.message, 100) AS message FROM unnest(ARRAY['budget.check_funds(%s, ''mint'', 1)', 'budget.check_funds(%s, ''allot'', 1)', 'budget.check_funds(%s, ''pay'', -1)', 'budget.check_funds(%s, ''pay'', ''NaN'')',
  'budget.check_funds(%s, ''pay'', NULL)', 'budget.check_funds(%s, NULL, 1)', 'budget.check_funds(NULL, ''pay'', 1)', '(SELECT count(*) FROM budget.explain_line(NULL))', '(SELECT count(*) FROM budget.posting(-1))', '(SELECT count(*) FROM budget.trace(5, ''sideways''))',
  '(SELECT count(*) FROM budget.balance_as_of(%s, ''infinity''))', '(SELECT count(*) FROM budget.verify_ledger(5))']) WITH ORDINALITY AS a(call, n), LATERAL pg_temp.said(format(a.call, :child)) s ORDER BY n;

-- the budget source of a supplement is kept in the memo, and takes no key of the caller's from it
SELECT m.memo, s.* FROM (VALUES ('{"source": "x"}'), ('[1]'), ('7')) AS m(memo), LATERAL pg_temp.said(format('budget.supplement(%s, 1, ''追加'', source => ''debt'', memo => %L)', :root, memo)) s;
SELECT s.* FROM unnest(ARRAY['预备费"\', 'reserve', 'adjustment', '', 'DEBT']) AS w(word), LATERAL pg_temp.said(format('budget.supplement(%s, 1, ''追加'', source => %L)', :root, word)) s;
SELECT budget.supplement(:root, 1, '追加', source => 'debt', memo => '{"n": 1}') AS kept \gset
SELECT memo FROM budget.posting(:kept);
SELECT budget.reverse(:kept, '冲销') > 0 AS reversed;

-- What passed above moved money and nothing else.
SELECT * FROM pg_temp.money('root', 'child');
SELECT title FROM budget.line ORDER BY line_id DESC LIMIT 3;
SELECT document, octet_length(document) AS bytes, count(*) FROM budget.journal WHERE octet_length(document) < 40 GROUP BY 1, 2 ORDER BY 1;
SELECT * FROM budget.verify_ledger();
