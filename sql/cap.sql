-- Caps: what postings do to them, what they refuse, what they raise.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('c', root => '320000000', first_year => 2025);
SELECT count(c.register_unit(code, name, '320000000', parent)) FROM (VALUES
  ('101', '省教育厅', NULL), ('101001', '省属中学', '101'), ('102', '省卫健委', NULL)) AS u(code, name, parent);
SELECT c.open_line(2025, '101', '2050202', '50201', '30201', title => 'a') AS a \gset
SELECT c.open_line(2025, '101001', '2050202', '50206', '30217', title => 'b') AS b \gset
SELECT c.open_line(2025, '102', '2100201', '50206', '30217', fund_type => '12', title => 'd') AS d \gset
SELECT count(c.appropriate(line_id, 1000, '苏财预1号')) FROM c.line;
SELECT c.pay(:a, 100, '凭证0') > 0 AS posted;

-- the arithmetic, beside numeric
SELECT count(*) AS cases, count(*) FILTER (WHERE budgetpm.cap_limit(basis, ratio)::numeric <> trunc(basis::numeric * ratio, 2)) AS limits_differ,
  count(*) FILTER (WHERE budgetpm.cap_short_by(basis, used, db, du, ratio)::numeric <>
    greatest(greatest(used::numeric + du::numeric - trunc((basis::numeric + db::numeric) * ratio, 2), 0)
           - greatest(used::numeric - trunc(basis::numeric * ratio, 2), 0), 0)) AS decisions_differ,
  count(*) FILTER (WHERE budgetpm.cap_short_by(basis, used, db, du, ratio) > '0') > 500 AS many_refused,
  count(*) FILTER (WHERE budgetpm.cap_short_by(basis, used, db, du, ratio) = '0') > 500 AS many_passed
FROM (SELECT (random() * 10 ^ (random() * 12))::numeric(20,2)::budgetpm.amount AS basis, (random() * 3)::numeric(7,4) AS ratio,
        (random() * 10 ^ (random() * 12))::numeric(20,2)::budgetpm.amount AS used,
        ((random()) * 10 ^ (random() * 11))::numeric(20,2)::budgetpm.amount AS db,
        ((random() - 0.3) * 10 ^ (random() * 11))::numeric(20,2)::budgetpm.amount AS du FROM generate_series(1, 4000)) AS x;
SELECT budgetpm.cap_limit('0.03', 0.5), budgetpm.cap_limit('92233720368547758.07', 999.9999), budgetpm.cap_limit('-0.03', 0.5);
SELECT pg_temp.refused($$SELECT budgetpm.cap_limit('1', 0.00001)$$);
SELECT pg_temp.refused($$SELECT budgetpm.cap_short_by('1', '92233720368547758.07', '0', '1', 1)$$);

-- a cap over a unit and what stands below it, of what its lines hold
SELECT c.create_cap(2025, '教育总额', 'lines', unit => '101', warn_ratio => 0.5, block_ratio => 0.8) AS cap \gset
-- one over two economic codes, one over a fund type
SELECT c.create_cap(2025, '公务接待与出国', amount => 150, dept_econ => '{30217,30212}', warn_ratio => 0.9) AS guests \gset
SELECT c.create_cap(2025, '基金', amount => 140, fund_type => '12', block_ratio => NULL, warn_ratio => 1) AS fund \gset
SELECT title, caps FROM c.line JOIN c.balance USING (line_id) ORDER BY line_id;
SELECT cap_id, name, unit_code, basis_amount, used, warn_limit, block_limit, left_amount, colour FROM c_report.cap ORDER BY 1;
-- several on one posting: all or nothing
SELECT pg_temp.refused(format('SELECT c.pay(%s, 151, ''凭证'')', :d));
SELECT c.check_funds(:d, 'pay', 151) ->> 'sqlstate' AS would_be, c.check_funds(:d, 'pay', 150) ->> 'passes' AS passes;
SELECT c.pay(:d, 145, '凭证1') AS paid \gset
SELECT kind, cap_name, posting_id = :paid AS by_that, limit_amount, found_amount FROM c_report.alert ORDER BY alert_id;
-- a refund gives back, and the limit may be crossed again
SELECT c.refund(:paid, 20, '退1') > 0 AS posted;
SELECT c.pay(:b, 11, '凭证2') > 0 AS posted;
SELECT kind, cap_name, limit_amount, found_amount FROM c_report.alert ORDER BY alert_id;
-- above the limit already: what lowers the excess passes, what raises it does not
SELECT c.change_cap(:guests, amount => 100) = :guests AS changed;
SELECT pg_temp.refused(format('SELECT c.pay(%s, 0.01, ''凭证'')', :b));
SELECT c.refund(:paid, 1, '退2') > 0 AS posted;
SELECT kind, cap_name, posting_id IS NULL AS by_change, limit_amount, found_amount FROM c_report.alert ORDER BY alert_id;
-- the basis falls with the lines: of 2000 less 600 the limit is 1120
SELECT c.pay(:a, 900, '凭证3') > 0 AS posted;
SELECT c.change_cap(:guests, amount => 10000) > 0 AS changed;
SELECT c.pay(:b, 189, '凭证4') AS big \gset
SELECT pg_temp.refused(format('SELECT c.reduce(%s, 600, ''减'')', :b));
SELECT c.reduce(:b, 400, '减') > 0 AS posted;
-- money given down stays in the cap once: no room is made or lost by allotment
SELECT c.open_line(2025, '101001', '2050202', '50201', '30201', title => 'a below', parent => :a) AS below \gset
SELECT c.supplement(:a, 50, '追') > 0 AS posted;
SELECT c.allot(:a, :below, 50, '下') > 0 AS posted;
SELECT basis_amount, used, block_limit FROM c_report.cap WHERE cap_id = :cap;
SELECT line_id = :below AS below, basis, used FROM c.explain_cap(:cap) ORDER BY line_id;
-- what holds money without paying counts, what moves it on does not count twice
SELECT c.commit_funds(:below, 30, '合同1') AS contract \gset
SELECT c.request_payment(:below, 20, '申请1', commitment => :contract) AS request \gset
SELECT c.pay(:below, 20, '凭证5', request => :request) > 0 AS posted;
SELECT used FROM c_report.cap WHERE cap_id = :cap;
SELECT c.release(:contract, '解除') > 0 AS posted;
SELECT used FROM c_report.cap WHERE cap_id = :cap;
-- with slots nothing changes but the rows
SELECT c.change_cap(:cap, slots => 3), c.change_cap(:guests, slots => 2);
SELECT cap_id, count(*), sum(used::numeric), sum(granted::numeric) FROM c.cap_slot GROUP BY 1 ORDER BY 1;
SELECT pg_temp.refused(format('SELECT c.pay(%s, 100.01, ''凭证'')', :b));
SELECT c.pay(:b, 100, '凭证6') > 0 AS posted;
SELECT c.check_funds(:b, 'pay', 0.01) ->> 'message' AS message;
SELECT c.refund(:big, 189, '退3') > 0 AS posted;
SELECT c.check_funds(:b, 'pay', 0.01) ->> 'passes' AS passes;
SELECT cap_id, used, colour FROM c_report.cap ORDER BY 1;
SELECT c.change_cap(:cap, slots => 0), c.change_cap(:guests, slots => 64);
SELECT cap_id, used FROM c_report.cap ORDER BY 1;
SELECT * FROM c.verify_caps();
SELECT * FROM c.verify_ledger();
-- nobody else writes
SELECT pg_temp.refused('UPDATE c.cap_balance SET used = 0::budgetpm.amount');
SELECT pg_temp.refused('UPDATE c.cap SET block_ratio = 9');
SELECT pg_temp.refused('DELETE FROM c.alert');
SELECT pg_temp.refused('DELETE FROM c.cap_slot');
SELECT pg_temp.refused('INSERT INTO c.cap_member VALUES (1, ' || :a || ')');
SELECT pg_temp.refused('UPDATE c.balance SET caps = NULL');
SELECT pg_temp.refused('TRUNCATE c.alert_event');
DROP SCHEMA c CASCADE;
