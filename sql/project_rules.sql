-- Monitoring rules as they are applied: each fact is read for the rule that names it alone,
-- predicates taken apart say what they say as a whole, and a rule that is changed, or rolled
-- back, holds from the next statement on.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2)) \g /dev/null
SELECT count(budget.register_unit(code, name, '320500000')) FROM (VALUES ('101', '苏州市教育局'), ('102', '苏州市卫生局')) AS u(code, name) \g /dev/null
SELECT budget.register_project('P', '学校', '101', '3', 2026) \g /dev/null
SELECT pg_temp.take_over('budget') AS taken_over;
SELECT budget.open_line(2026, '101', '2050202', '50201', '30201', title => 'school', project => 'P') AS line \gset
SELECT count(budget.appropriate(:line, 1000000, '苏财预1号')) \g /dev/null
SELECT budget.register_account('101', '32001122', '工行', '基本户') \g /dev/null
INSERT INTO budget.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :line, 1000, '建筑公司', 'signed');

-- Tells whether a rule finds a payment; what it tried is taken back, the rule included.
CREATE FUNCTION pg_temp.finds(payment text, predicate text, parameters jsonb DEFAULT '{}', days integer DEFAULT 0) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  PERFORM budget.set_monitor_rule('probe', title => '试', strength => 'forbid', predicate => predicate, parameters => parameters, days => days);
  EXECUTE payment;
  RAISE division_by_zero;
EXCEPTION WHEN SQLSTATE 'ZB010' THEN RETURN true;
WHEN division_by_zero THEN RETURN false;
END $$;
CREATE FUNCTION pg_temp.facts(payment text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE found jsonb;
BEGIN
  PERFORM budget.set_monitor_rule('all', title => '全', strength => 'log', predicate => '$.amount > 0 && $.month_total > 0', days => 30);
  EXECUTE payment;
  SELECT facts INTO found FROM budget.monitor_finding ORDER BY finding_id DESC LIMIT 1;
  PERFORM budget.set_monitor_rule('all', false);
  RAISE division_by_zero;
EXCEPTION WHEN division_by_zero THEN RETURN found;
END $$;

-- 1. Every fact of a payment is there for a rule that names nothing else.
SELECT budget.set_monitor_rule('all', title => '全', strength => 'log', predicate => '$.amount < 0');
SELECT count(budget.pay(:line, 7, '先付', memo => memo, accounting_date => '2026-12-05')) AS paid FROM unnest(ARRAY['{"payee": "建筑公司"}', '{"payee": "建筑公司", "payee_account": "622"}', '{"payee_account": "32001122"}']::jsonb[]) AS memo;
SELECT obligation_id AS contract FROM budget.obligation WHERE document = '合同1' \gset
CREATE TEMP TABLE way (way text, payment text);
INSERT INTO way VALUES
  ('contract', format($$SELECT budget.request_payment(%s, 300, '凭证1', commitment => %s, accounting_date => '2026-12-31', memo => '{"payee": "建筑公司", "payee_account": "622", "payee_bank": "工行", "purpose": "工程", "settlement": "transfer"}')$$, :line, :contract)),
  ('beside', format($$SELECT budget.pay(%s, 0.01, '凭证2', accounting_date => '2026-12-31', memo => '{"payee": "建筑公司"}')$$, :line)),
  ('own', format($$SELECT budget.pay(%s, 5, '凭证3', accounting_date => '2026-12-05', memo => '{"payee_account": "32001122"}')$$, :line)),
  ('nobody', format($$SELECT budget.pay(%s, 5, '凭证4', accounting_date => '2026-12-05')$$, :line));
SELECT way, jsonb_pretty(pg_temp.facts(payment) - 'line') FROM way WHERE way = 'contract';
SELECT way, f.facts -> 'beside_contract' AS beside, f.facts -> 'own_account' AS own, f.facts -> 'contract' AS contract, f.facts -> 'recent' AS recent, f.facts -> 'month_total' AS month
  FROM way CROSS JOIN LATERAL (SELECT pg_temp.facts(payment) AS facts) f ORDER BY way;
SELECT way, count(*) AS facts, string_agg(f.key, ' ') FILTER (WHERE NOT pg_temp.finds(payment, format('$.%s == $v', f.key), jsonb_build_object('v', f.value))) AS not_found,
  string_agg(f.key, ' ') FILTER (WHERE pg_temp.finds(payment, format('$.%s == $v', f.key), '{"v": "other"}')) AS other_found
  FROM way CROSS JOIN LATERAL jsonb_each(pg_temp.facts(payment)) AS f WHERE f.key <> 'recent' GROUP BY way ORDER BY way;
SELECT way, count(*) AS facts, string_agg(f.key, ' ') FILTER (WHERE NOT pg_temp.finds(payment, format('$.recent.%s == $v', f.key), jsonb_build_object('v', f.value), 30)) AS not_found
  FROM way CROSS JOIN LATERAL jsonb_each(pg_temp.facts(payment) -> 'recent') AS f GROUP BY way ORDER BY way;
-- a rule without days has no recent payments, nor has one that looks at all
SELECT way, pg_temp.finds(payment, 'exists($.recent)') AS named, pg_temp.finds(payment, 'exists($.**.largest)') AS anywhere, pg_temp.finds(payment, 'exists($.**.largest)', '{}', 1) AS with_days FROM way ORDER BY way;

-- 2. Taken apart, a predicate says what it says as a whole; $ itself sees everything.
CREATE TEMP TABLE said (no integer, predicate text);
INSERT INTO said VALUES
  (1, '$.amount == 300 && $.stage == "funded"'), (2, '$.amount == 301 && $.stage == "funded" || $.purpose == "工程"'),
  (3, '$.purpose == "工程" || $.amount == 301 && $.stage == "x"'), (4, '($.purpose == "工程" || $.amount == 300) && $.stage == "x"'),
  (5, '!($.purpose == "工程" && $.amount == 300) || $.unit == "101"'), (6, '$.purpose != "a && b || (c" && $.unit == "101"'),
  (7, '$.purpose != "\" && ((" && $.unit == "101"'), (8, 'strict $.nothing == 1 || $.unit == "101"'), (9, 'strict $.unit == "101" && $.amount == 300'),
  (10, '$ ? (@.unit == "101" && @.stage == "funded").amount == 300'), (11, 'exists($ ? (@.budget == 1000000 && @.own_account == false))'),
  (12, '$.*  == "苏州市教育局"'), (13, '$.**.unit == "101"'), (14, '$.keyvalue() ? (@.key == "division").value == "320500000"'),
  (15, '$[*].unit == "101" && $.amount + 1 > 300'), (16, '($.amount == "x") is unknown && $.unit == "102"'), (17, '(($.amount > 299) && (($.unit like_regex "^1(01|02)$" flag "i")))'),
  (18, '$.amount'), (19, '$.own_account'), (20, '$.nothing > 5 || $.nothing like_regex "("'), (21, '$.amount > "x" || $.unit == "101"'),
  (22, '$.amount / 0 > 1 || $.unit == "101"'), (23, '$."unit" == "101" && $.payee starts with "建" && exists($.items[0 to 2]) || $.line > 0');
SELECT no, predicate, pg_temp.refused(format('SELECT pg_temp.finds(%L, %L)', payment, predicate)) AS error,
  CASE WHEN no <> 20 THEN pg_temp.finds(payment, predicate) END AS found, CASE WHEN no <> 20 THEN jsonb_path_match(pg_temp.facts(payment), predicate::jsonpath, '{}', true) END AS as_a_whole
  FROM said CROSS JOIN way WHERE way = 'contract' ORDER BY no;

-- too long a predicate is refused; so is one that would fail payments: what only a time zone tells, in whichever part of it
SELECT pg_temp.refused(format('SELECT budget.set_monitor_rule(''probe'', title => ''试'', strength => ''log'', predicate => %L)', '$.amount < 0' || repeat(' && $.amount < 0', 700)));
SELECT budget.set_monitor_rule('probe', title => '试', strength => 'log', predicate => '$.amount < 0' || repeat(' && $.amount < 0', 600)), pg_temp.finds(payment, repeat('(', 900) || '$.amount == 300' || repeat(')', 900)) FROM way WHERE way = 'contract';
SELECT pg_temp.refused(format('SELECT budget.set_monitor_rule(''probe'', title => ''试'', strength => ''log'', predicate => %L, parameters => %L)', predicate, parameters))
  FROM (VALUES ('$.amount < 0 && $.accounting_date.datetime() < "2027-01-01 00:00:00+08".datetime()', '{}'), ('$.accounting_date.datetime() < $day.datetime()', '{"day": "2027-01-01"}')) AS v(predicate, parameters);
SELECT pg_temp.refused($$SELECT budget.set_monitor_rule('probe', parameters => '{"day": "2027-01-01 00:00:00+08"}')$$), budget.set_monitor_rule('probe', false);

-- words are looked at as a reader sees them, blanks included
SELECT n, pg_temp.finds(format($$SELECT budget.pay(%s, 5, 'x', memo => %L)$$, :line, jsonb_build_object('purpose', word)), '$.purpose == "现 金"') AS found
  FROM unnest(ARRAY['现 金', '现金', U&'\200B现\00AD \FEFF金\FE0F', U&'现\3000金', E'现\x01 金']) WITH ORDINALITY AS w(word, n);

-- 3. A rule that changes holds from the next statement on, as does one that is changed by hand; one that was rolled back never did.
SELECT budget.set_monitor_rule('cash', parameters => '{"limit": 100}');
CREATE FUNCTION pg_temp.cash(amount numeric) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.refused(format($p$SELECT budget.pay(%s, %s, '现金', memo => '{"settlement": "cash"}')$p$, (SELECT min(line_id) FROM budget.line), amount)) $$;
SELECT pg_temp.cash(50) AS below, pg_temp.cash(150) AS above;
-- what is corrected is found by its numbers, however few there were when that was planned
BEGIN;
SELECT budget.open_line(2026, '101', '2050202', '50201', '30201', title => 'other') AS other \gset
SELECT budget.appropriate(:other, 100, '文') > 0 AS given;
SELECT count(*) AS batches FROM budget.post_batch((SELECT jsonb_agg(jsonb_build_object('operation', CASE WHEN n % 5 = 0 THEN 'commit_funds' ELSE 'pay' END, 'line', :other, 'amount', '0.01', 'document', '合同' || n)) FROM generate_series(10, 4009) n));
SELECT budget.pay(:line, 1, '错', memo => '{"payee": "甲"}') AS wrong \gset
SELECT budget.correct_payment(:wrong, :other, 1, '更正') > 0 AS corrected;
SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables WHERE schemaname = 'budget' AND relname ~ '^(obligation|journal|balance|payment|monitor_payment|contract)' AND seq_tup_read > 0;
ROLLBACK;
BEGIN;
SAVEPOINT a;
SELECT budget.set_monitor_rule('cash', parameters => '{"limit": 10}');
SELECT pg_temp.cash(50) ~ '^ZB010' AS above;
ROLLBACK TO a;
SELECT pg_temp.cash(50) AS below;
SELECT budget.set_monitor_rule('cash', false);
SELECT pg_temp.cash(150) AS not_active;
ROLLBACK;
SELECT pg_temp.cash(150) ~ '^ZB010' AS above;
UPDATE budget.monitor_rule SET parameters = '{"limit": 20}' WHERE rule = 'cash';
SELECT pg_temp.cash(50) ~ '^ZB010' AS above;
DELETE FROM budget.monitor_rule WHERE rule = 'cash';
SELECT pg_temp.cash(50) AS gone;
-- two ledgers beside each other each have their own
SELECT budgetpm.create_ledger('other', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(other.register_unit('101', '教育厅', '320000000')), other.open_line(2026, '101', '2050202', '50201', '30201', title => 'x') AS other \gset
SELECT other.appropriate(:other, 100, '文') > 0 AS given, other.set_monitor_rule('cash', parameters => '{"limit": 1}');
SELECT pg_temp.refused(format($$SELECT other.pay(%s, 5, '现金', memo => '{"settlement": "cash"}')$$, :other)) ~ '^ZB010' AS there, pg_temp.cash(5) AS here,
  pg_temp.refused(format($$SELECT other.pay(%s, 5, '现金', memo => '{"settlement": "cash"}')$$, :other)) ~ '^ZB010' AS there_still;

-- 4. A key finds its row by an index, also where the statement is planned while the table has no pages.
VACUUM other.obligation_2026, other.monitor_payment, other.monitor_finding, other.monitor_stop, other.payment;
SELECT count(other.set_monitor_rule(rule)) FROM other.monitor_rule;
\c
SET client_min_messages = warning;
BEGIN;
SELECT array_agg(other.request_payment(:other, 1, '申请' || n, memo => '{"payee": "甲", "payee_account": "1"}') ORDER BY n) AS ids FROM generate_series(1, 2) AS n \gset
SELECT count(other.pay(:other, 1, '申请' || n, request => id)) AS paid FROM unnest(:'ids'::bigint[]) WITH ORDINALITY AS r(id, n);
SELECT count(other.pay(:other, 1, '凭证', memo => '{"payee": "甲"}')) AS paid;
SELECT relname, seq_scan AS read_from_end_to_end, idx_scan > 0 AS by_key FROM pg_stat_xact_user_tables
  WHERE schemaname = 'other' AND relname IN ('obligation_2026', 'monitor_payment', 'monitor_finding', 'monitor_stop') ORDER BY relname COLLATE "C";
COMMIT;
SELECT count(*) FROM budget.verify_ledger();
DROP SCHEMA budget CASCADE;
DROP SCHEMA other CASCADE;
