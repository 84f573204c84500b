-- Payment monitoring at the moment of payment: rules that came between request and payment, corrections, who asked.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
CREATE ROLE regress_payer LOGIN;
CREATE ROLE regress_signer LOGIN;
GRANT regress_payer, regress_signer TO CURRENT_USER;
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(b.register_unit(code, name, '320000000')) FROM (VALUES ('101', '省教育厅'), ('102', '省卫生厅')) AS u(code, name) \g /dev/null
SELECT b.open_line(2026, '101', '2050202', '50201', '30201', title => 'a') AS a, b.open_line(2026, '101', '2050203', '50201', '30201', title => 'b') AS b, b.open_line(2026, '102', '2050202', '50201', '30201', title => 'c') AS c \gset
SELECT count(b.appropriate(line_id, 1000000, '预1号')) FROM b.line;
SELECT b.register_account('101', '32001122', '工行', '基本户'), budgetpm.grant_ledger('b', 'regress_payer', 'officer') > 0 AS payer, budgetpm.grant_ledger('b', 'regress_signer', 'officer') > 0 AS signer;
CREATE FUNCTION pg_temp.told(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\m(request|payment) \d+', '\1 N', 'g') $$;

-- 1. A request that was made before a rule: what holds when it is paid counts, of the request as a whole.
SELECT b.request_payment(:a, 1500, '现金', memo => '{"settlement": "cash"}') AS cash, b.request_payment(:a, 100, '自付', memo => '{"payee_account": "32001122"}') AS own,
  b.request_payment(:a, 20, '接待', memo => '{"purpose": "公务接待"}') AS meal, b.request_payment(:a, 100000, '分1', memo => '{"payee": "甲"}', accounting_date => '2026-03-01') AS p1, b.request_payment(:a, 120000, '分2', memo => '{"payee": "甲"}', accounting_date => '2026-03-01') AS p2 \gset
INSERT INTO b.payment (payment_no, line_id, amount, payee_account, state) VALUES ('单据', :a, 5, '32001122', 'requested');
SELECT count(b.set_monitor_rule(rule)) FROM b.monitor_rule;
SELECT pg_temp.told(s) FROM unnest(ARRAY[format($$SELECT b.pay(%s, 1500, '现金', request => %s)$$, :a, :cash), format($$SELECT b.pay(%s, 750, '现金', request => %s)$$, :a, :cash), format($$SELECT b.pay(%s, 100, '自付', request => %s)$$, :a, :own),
  $$UPDATE b.payment SET state = 'paid' WHERE payment_no = '单据'$$]) AS s;
SELECT b.pay(:a, 12, '接待', request => :meal) > 0 AND b.pay(:a, 8, '接待', request => :meal) > 0 AS warned_once;
SELECT b.pay(:a, 100000, '分1', request => :p1, accounting_date => '2026-03-02') > 0 AS alone, pg_temp.told(format($$SELECT b.pay(%s, 120000, '分2', request => %s, accounting_date => '2026-03-02')$$, :a, :p2)) AS together;
SELECT rule, colour, document, payee, amount, (posting_id IN (:meal, :p1, :p2)) AS of_the_request FROM b_report.monitor_finding ORDER BY finding_id;
SELECT posting_id = ANY (ARRAY[:meal, :p1, :p2]::bigint[]) AS of_the_request, kind, amount, payee, replaces FROM b.monitor_payment ORDER BY posting_id;
-- what was released stays so, unless it is forbidden by now; a rule that has become stricter asks anew
SELECT b.request_payment(:a, 30, '自付2', memo => '{"payee_account": "32001122"}') AS r, b.request_payment(:a, 10, '接待2', memo => '{"purpose": "公务接待"}') AS m \gset
SET ROLE regress_signer;
SELECT b.decide_stop(stop_id, 'release', '核实') FROM b.monitor_stop WHERE request_id = :r \g /dev/null
RESET ROLE;
SELECT b.pay(:a, 10, '自付2', request => :r) > 0 AS released;
SELECT b.set_monitor_rule('own_account', strength => 'forbid'), b.set_monitor_rule('economic_mismatch', strength => 'stop');
SELECT pg_temp.told(format($$SELECT b.pay(%s, 20, '自付2', request => %s)$$, :a, :r)), pg_temp.told(format($$SELECT b.pay(%s, 10, '接待2', request => %s)$$, :a, :m));
SELECT b.set_monitor_rule('own_account', strength => 'stop'), b.set_monitor_rule('economic_mismatch', strength => 'warn');
-- a batch asks like a single payment, and so does check_funds
SELECT r ->> 'message' AS message FROM jsonb_path_query(b.post_batch(jsonb_build_array(jsonb_build_object('operation', 'pay', 'line', :a, 'amount', '1500', 'document', '现金', 'request', :cash)), 'report'), '$.refusals[*]') AS r;

-- 2. A correction is a payment onto another line: who is paid is who was, whether it was said by a memo or a document.
SELECT b.pay(:a, 50, '更1', memo => '{"payee": "乙", "purpose": "办公"}') AS pay1, b.pay(:a, 900, '更2', memo => '{"payee": "丙", "settlement": "cash"}') AS pay2 \gset
INSERT INTO b.payment (payment_no, line_id, amount, payee, state) VALUES ('更3', :a, 60, '供应商', 'paid');
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :b, 1000, '供应商', 'signed');
SELECT posting_id AS pay3 FROM b.journal WHERE document = '更3' AND kind ~ '^pay' \gset
SELECT pg_temp.told(s) FROM unnest(ARRAY[
  format($$SELECT b.correct_payment(%s, %s, 60, '更正3')$$, :pay3, :b), format($$SELECT b.correct_payment(%s, %s, 50, '更正1', memo => '{"payee_account": "32001122"}')$$, :pay1, :b),
  format($$SELECT b.correct_payment(%s, %s, 10, '更正1', memo => '{"payee": "省卫生厅"}')$$, :pay1, :c)]) AS s;
SELECT b.correct_payment(:pay1, :b, 20, '更正1') AS c1, b.correct_payment(:pay2, :b, 900, '更正2') > 0 AS cash_within_the_limit \gset
SELECT kind, amount, payee, purpose, settlement, line_id = :b AS on_b, replaces IN (:pay1, :pay2) AS replaces FROM b.monitor_payment WHERE kind = 'correct' ORDER BY posting_id;
-- it is counted where it is now, once, and back when the correction is undone
SELECT b.set_monitor_rule('seen', title => '看', strength => 'log', predicate => '$.recent.total > 0', days => 30);
SELECT b.request_payment(:a, 1, '看1', memo => '{"payee": "乙"}') > 0 AS asked, b.reverse(:c1, '冲更正') > 0 AS undone, b.request_payment(:a, 1, '看2', memo => '{"payee": "乙"}') > 0 AS asked_again;
SELECT facts ->> 'document' AS document, facts -> 'recent' AS recent FROM b.monitor_finding WHERE rule = 'seen' ORDER BY finding_id;
SELECT b.pay(:a, 150000, '大1', memo => '{"payee": "丁"}') AS big \gset
SELECT b.correct_payment(:big, :b, 150000, '更正大') > 0 AS no_split_of_one;

-- 3. Who asked is who signed, where a flow's effect posts the request; he does not decide the stop.
SELECT b.publish_flow('{"flow": "ask", "title": "申请", "steps": [{"step": "签", "assign": [{"login": "regress_signer"}], "next": "完"}, {"step": "完", "type": "end"}],
  "effects": {"approved": [{"effect": "post", "arguments": {"operation": "request_payment", "line": "$.line", "amount": "$.amount", "document": "招待费"}}]}}') > 0 AS published;
SELECT b.set_monitor_rule('any', title => '任何', strength => 'stop', predicate => '$.document == "招待费"');
SET ROLE regress_payer;
SELECT b.start_case('ask', '招待费', jsonb_build_object('line', :a, 'amount', 7), unit => '101') > 0 AS begun;
SET ROLE regress_signer;
SELECT count(b.act(task_id, 'approve', '同意')) AS signed FROM b.task WHERE assignee = 'regress_signer' AND state = 'open';
SELECT s.login, f.login AS finding, s.state FROM b.monitor_stop s JOIN b.monitor_finding f ON f.posting_id = s.request_id WHERE f.rule = 'any';
SELECT pg_temp.refused(format('SELECT b.decide_stop(%s, ''release'', ''我签的'')', (SELECT max(stop_id) FROM b.monitor_stop))) ~ '^ZB008' AS not_his_own;
SET ROLE regress_payer;
SELECT pg_temp.refused(format('SELECT b.decide_stop(%s, ''release'', ''我报的'')', (SELECT max(stop_id) FROM b.monitor_stop))) ~ '^ZB008' AS nor_who_began_the_case;
RESET ROLE;
SELECT b.decide_stop(max(stop_id), 'forbid', '不合规') FROM b.monitor_stop;
SELECT count(*) FROM b.verify_ledger();
SELECT * FROM budgetpm.check_ledger('b');
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_payer, regress_signer;
DROP ROLE regress_payer, regress_signer;
