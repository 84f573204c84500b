-- Caps are set up, changed and ended; receipts; the standard caps.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('c', root => '320000000', first_year => 2025);
SELECT count(c.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'));
SELECT count(c.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL), ('101001', '省属中学', '320000000', '101'), ('201', '市教育局', '320100000', NULL)) AS u(code, name, division, parent);
SELECT c.open_line(2025, '101001', '2050202', '50206', '30217', title => 'a') AS a \gset
SELECT c.open_line(2025, '201', '2050202', '50206', '30231', fund_type => '12', title => 'b') AS b \gset
SELECT count(c.appropriate(line_id, 1000, '苏财预1号')) FROM c.line;
SELECT c.add_year(2026, 'open');
SELECT c.open_line(2026, '101', '2050202', title => 'next') AS next \gset

-- what is refused
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT c.create_cap(NULL, 'x', amount => 1)$$,
  $$SELECT c.create_cap(2025, ' ', amount => 1)$$,
  $$SELECT c.create_cap(2024, 'x', amount => 1)$$,
  $$SELECT c.create_cap(2025, 'x')$$,
  $$SELECT c.create_cap(2025, 'x', amount => -1)$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1.005)$$,
  $$SELECT c.create_cap(2025, 'x', 'lines', amount => 1)$$,
  $$SELECT c.create_cap(2025, 'x', 'share')$$,
  $$SELECT c.create_cap(2025, 'x', 'plan')$$,
  $$SELECT c.create_cap(2025, 'x', 'plan', plan => '{1,2,3}')$$,
  $$SELECT c.create_cap(2025, 'x', 'plan', plan => '{1,2,3,4,5,6,7,8,9,10,11,12}', slots => 4)$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, slots => 65)$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, warn_ratio => 0.12345)$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, block_ratio => -1)$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, block_ratio => 'NaN')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, consumes => '{paid,paid}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, consumes => '{}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, consumes => '{spent}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, dept_econ => '{99999}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, func => ARRAY[NULL])$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, division => '320100000', unit => '101')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, revenue => '{101}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, lines => '{}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, lines => '{1}')$$,
  $$SELECT c.create_cap(2025, 'x', amount => 1, lines => '{2025000000000001}', func => '{205}')$$,
  format($$SELECT c.create_cap(2025, 'x', amount => 1, lines => ARRAY[%s])$$, :'next'),
  format($$SELECT c.create_cap(2025, 'x', amount => 1, lines => ARRAY[%s], unit => '101')$$, :'b'),
  $$SELECT c.change_cap(99, amount => 1)$$,
  $$SELECT c.close_cap(NULL)$$]) AS s;

-- by list: who may read the cap may read its lines
SELECT c.create_cap(2025, '名单', amount => 100, lines => ARRAY[:a, :b, :a]) AS list \gset
SELECT c.create_cap(2025, '一行', amount => 100, lines => ARRAY[:a]) AS single \gset
SELECT cap_id, name, division_code, unit_code, used FROM c_report.cap ORDER BY 1;
SELECT c.pay(:a, 60, '凭证1') > 0 AS posted;
SELECT c.add_cap_lines(:list, ARRAY[:a, :b]) AS none, c.remove_cap_lines(:list, ARRAY[:a]) AS one, c.remove_cap_lines(:list, ARRAY[:a]) AS again;
SELECT used FROM c_report.cap ORDER BY cap_id;
SELECT c.add_cap_lines(:list, ARRAY[:a]) AS one;
SELECT pg_temp.refused(format('SELECT c.add_cap_lines(%s, ARRAY[%s])', :single, :b));
SELECT c.close_cap(:single, '撤销1号');
SELECT pg_temp.refused(format('SELECT c.close_cap(%s)', :single));
SELECT pg_temp.refused(format('SELECT c.change_cap(%s, amount => 1)', :single));
-- by rule: no list, and one of a name
SELECT c.create_cap(2025, '教育厅', 'lines', unit => '101', document => '苏财教〔2025〕3号') AS rule \gset
SELECT pg_temp.refused(format('SELECT c.add_cap_lines(%s, ARRAY[%s])', :rule, :a));
SELECT pg_temp.refused($$SELECT c.create_cap(2025, '教育厅', amount => 1, unit => '101')$$) ~ '^23505' AS refused;
SELECT c.create_cap(2025, '教育厅', amount => 500, division => '320100000') > 0 AS other_place;
-- changes
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format($$SELECT c.change_cap(%s, amount => 5)$$, :rule),
  format($$SELECT c.change_cap(%s, basis => 'fixed')$$, :rule),
  format($$SELECT c.change_cap(%s, basis => 'plan')$$, :rule),
  format($$SELECT c.change_cap(%s, slots => 1)$$, :rule)]) AS s;
SELECT c.change_cap(:rule, basis => 'fixed', amount => 50, warn_ratio => 0.5, block_ratio => 0, name => '教育厅限额') > 0 AS changed;
SELECT name, basis, basis_amount, used, warn_limit, block_limit, colour FROM c_report.cap WHERE cap_id = :rule;
SELECT c.change_cap(:rule, basis => 'plan', plan => '{5,5,5,5,5,5,5,5,5,5,5,5}', warn_ratio => 0, block_ratio => 1.5) > 0 AS changed;
SELECT basis, basis_amount, used, warn_limit IS NULL AS never, colour FROM c_report.cap WHERE cap_id = :rule;
SELECT c.change_cap(:rule, basis => 'lines', consumes => '{available}', block_ratio => 1) > 0 AS changed;
SELECT basis, basis_amount, used FROM c_report.cap WHERE cap_id = :rule;
SELECT cap_id, action, document, content ->> 'basis' AS basis, content ->> 'lines' AS lines FROM c.cap_event ORDER BY event_id;
SELECT * FROM c.verify_caps();

-- spend no more than came in
SELECT c.create_cap(2025, '以收定支', 'receipts', division => '320100000', fund_type => '12', warn_ratio => 0.8) AS receipts \gset
SELECT pg_temp.refused(format('SELECT c.pay(%s, 1, ''凭证'')', :b));
SELECT c.record_receipt(2025, '320100000', '12', 100, '缴款书1', key => 'r1') AS receipt \gset
SELECT c.record_receipt(2025, '320100000', '12', 100, '缴款书1', key => 'r1') = :receipt AS again;
SELECT pg_temp.refused($$SELECT c.record_receipt(2025, '320100000', '12', 101, '缴款书1', key => 'r1')$$);
SELECT c.record_receipt(2025, '320100000', '11', 1000, '缴款书2') > 0 AS other_fund, c.record_receipt(2025, '320000000', '12', 1000, '缴款书3') > 0 AS other_division;
SELECT c.change_cap(:list, amount => 10000) > 0 AS changed;
SELECT c.pay(:b, 90, '凭证2') > 0 AS posted;
SELECT basis_amount, used, colour FROM c_report.cap WHERE cap_id = :receipts;
SELECT c.reverse_receipt(:receipt, '退库1', 30) > 0 AS reversed;
SELECT basis_amount, used, colour FROM c_report.cap WHERE cap_id = :receipts;
SELECT kind, limit_amount, found_amount FROM c_report.alert WHERE cap_id = :receipts ORDER BY alert_id;
SELECT pg_temp.refused(format('SELECT c.reverse_receipt(%s, ''退库2'', 71)', :receipt));
SELECT c.reverse_receipt(:receipt, '退库2') AS reversal \gset
SELECT pg_temp.refused(format('SELECT c.reverse_receipt(%s, ''退库2'')', :receipt));
SELECT pg_temp.refused(format('SELECT c.reverse_receipt(%s, ''退库2'')', :reversal));
SELECT pg_temp.refused('SELECT c.reverse_receipt(99, ''退库2'')');
SELECT pg_temp.refused($$SELECT c.record_receipt(2025, '320100000', '12', 0, '缴款书')$$);
SELECT amount, reverses = :receipt AS reverses FROM c.receipt ORDER BY receipt_id;
SELECT * FROM c.verify_caps();

-- the standard caps: looked at first, made once
SELECT kind, name, unit_code, fund_type, basis, amount, lines, cap FROM c.create_standard_caps(2025);
SELECT kind, count(cap) FROM c.create_standard_caps(2025, preview => false) GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM c.create_standard_caps(2025);
SELECT kind, name, unit_code, fund_type, basis, amount, lines FROM c.create_standard_caps(2026, '{department,provisional}', '320000000');
SELECT pg_temp.refused($$SELECT c.create_standard_caps(2025, '{party}')$$);
SELECT name, array_agg(right(line_id::text, 1) ORDER BY line_id) AS lines FROM c.cap JOIN c.balance ON cap_id = ANY (caps) WHERE kind IN ('three_public', 'department') GROUP BY cap_id, name ORDER BY cap_id;
SELECT * FROM c.verify_caps();

-- what somebody wrote past the guard is found, by check_ledger too
ALTER TABLE c.cap_balance DISABLE TRIGGER guard;
UPDATE c.cap_balance SET used = used - '0.01' WHERE cap_id = (SELECT min(cap_id) FROM c.cap WHERE state = 'active' AND slots = 0);
ALTER TABLE c.cap_balance ENABLE ALWAYS TRIGGER guard;
SELECT problem, expected::numeric - found::numeric AS difference FROM c.verify_caps();
SELECT severity, regexp_replace(problem, '[0-9.]+', 'N', 'g') AS problem FROM budgetpm.check_ledger('c');
DROP SCHEMA c CASCADE;
