-- Roads around what is stopped, forbidden or not yet owed: none of them pays.
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
SELECT count(budget.set_monitor_rule(rule)) FROM budget.monitor_rule;
CREATE FUNCTION pg_temp.told(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\m(request|obligation) \d+', '\1 N', 'g') $$;

-- 1. What is paid is what was looked at: nothing comes, goes or changes between request and payment.
INSERT INTO budget.payment (payment_no, line_id, amount, payee, purpose, state) VALUES ('支付1', :line, 5000, '甲', '设备', 'requested'), ('支付2', :line, 5000, NULL, NULL, 'requested');
CREATE FUNCTION pg_temp.try_change(changes text, payment text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE budget.payment SET %s WHERE payment_no = %L', changes, payment);
  RETURN pg_temp.told(format('UPDATE budget.payment SET state = ''paid'' WHERE payment_no = %L', payment));
END $$;
BEGIN;
SELECT pg_temp.try_change($$payee = '乙'$$, '支付1'), pg_temp.try_change($$payee = NULL$$, '支付1');
SELECT pg_temp.try_change($$payee = '苏州市教育局', payee_account = '32001122', payee_bank = '工行'$$, '支付2');
ROLLBACK;
BEGIN;
SELECT pg_temp.try_change($$settlement = 'cash'$$, '支付2'), pg_temp.try_change($$purpose = '招待'$$, '支付1');
ROLLBACK;
SELECT budget.request_payment(:line, 200, '支付3') AS r3, budget.request_payment(:line, 200, '支付4', memo => '{"payee": "丁"}') AS r4 \gset
SELECT pg_temp.told(format($$SELECT budget.pay(%s, 200, '支付3', request => %s, memo => '{"payee_account": "32001122"}')$$, :line, :r3)) AS came,
       pg_temp.told(format($$SELECT budget.pay(%s, 200, '支付4', request => %s, memo => '{"payee": "戊"}')$$, :line, :r4)) AS changed;
SELECT budget.pay(:line, 200, '支付4', request => :r4, memo => '{"payee": "丁"}') > 0 AS same, budget.pay(:line, 200, '支付3', request => :r3) > 0 AS silent;
UPDATE budget.payment SET state = 'paid';
SELECT pg_temp.refused($$UPDATE budget.payment SET payee = '苏州市教育局' WHERE payment_no = '支付1'$$), pg_temp.refused($$UPDATE budget.payment SET settlement = 'cash' WHERE payment_no = '支付2'$$);
UPDATE budget.payment SET state = 'returned' WHERE payment_no = '支付1';
-- the memo says who is paid, whatever payment the key names
SELECT payment_id AS other FROM budget.payment WHERE payment_no = '支付1' \gset
SELECT pg_temp.told(format($$SELECT budget.pay(%s, 200, '凭证1', key => 'payment:%s:x', memo => '{"payee": "苏州市教育局"}')$$, :line, :other));
-- words longer than any column are looked at, and cut
SELECT budget.request_payment(:line, 1, '长', memo => jsonb_build_object('payee', repeat('长', 5000), 'payee_account', repeat('9', 5000), 'settlement', repeat('x', 5000))) AS long \gset
SELECT budget.pay(:line, 1, '长', request => :long) > 0 AS paid;

-- 2. Dating back does not hide that a payment was split.
SELECT budget.pay(:line, 150000, '分1', accounting_date => '2026-03-15', memo => '{"payee": "乙"}') > 0 AS first;
SELECT pg_temp.told(format($$SELECT budget.pay(%s, 150000, '分2', accounting_date => '2026-03-01', memo => '{"payee": "乙"}')$$, :line)) AS a_fortnight_back;
SELECT budget.pay(:line, 1, '分3', accounting_date => '2026-02-28', memo => '{"payee": "乙"}') > 0 AS fifteen_days_back;
-- and a file of somebody else is no attachment
SELECT budget.register_document('explanation', '情况说明', 'sha256', repeat('ee', 32), 5, 'application/pdf', 'store/9', subject => '分2', unit => '102') > 0 AS registered;
SELECT pg_temp.told(format($$SELECT budget.pay(%s, 150000, '分2', accounting_date => '2026-03-01', memo => '{"payee": "乙"}')$$, :line)) ~ 'needs an attachment' AS still;

-- 3. Clauses are asked when a release is undone; the contractor is not paid beside the contract.
INSERT INTO budget.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :line, 1000, '建筑公司', 'signed');
SELECT budget.set_contract_clauses('合同1', '[{"no": 1, "kind": "milestone", "title": "预付", "terms": {"share": 0.3, "on": "signing"}},
  {"no": 2, "kind": "milestone", "title": "余款", "terms": {"share": 0.7, "until": "2028-06-30"}}]', '合同1') \g /dev/null
SELECT obligation_id AS contract FROM budget.obligation WHERE document = '合同1' \gset
SELECT budget.request_payment(:line, 300, '预付1', commitment => :contract) AS q1 \gset
SELECT budget.release(:q1, '退回') AS back \gset
SELECT budget.request_payment(:line, 300, '预付2', commitment => :contract) AS q2 \gset
SELECT pg_temp.told(format('SELECT budget.reverse(%s, ''冲销'')', :back));
SELECT pg_temp.told(format($$SELECT budget.post_batch(jsonb_build_array(jsonb_build_object('operation', 'release', 'obligation', %s, 'document', '退'),
  jsonb_build_object('operation', 'request_payment', 'line', %s, 'amount', '200', 'document', 'b1', 'commitment', %s),
  jsonb_build_object('operation', 'request_payment', 'line', %s, 'amount', '200', 'document', 'b2', 'commitment', %s)))$$, :q2, :line, :contract, :line, :contract)) ~ 'goes beyond' AS batch;
SELECT budget.release(:q2, '退回') > 0 AS released, budget.reverse(:back, '冲销') > 0 AS undone, pg_temp.told(format('SELECT budget.request_payment(%s, 0.01, ''x'', commitment => %s)', :line, :contract)) ~ 'goes beyond' AS nothing_more;
SELECT pg_temp.told(format($$SELECT budget.pay(%s, 700, '绕行', memo => '{"payee": "建筑公司"}')$$, :line));

-- a case that was ended before it decided leaves the stop to decide_stop()
SELECT budget.publish_flow('{"flow": "payment_stop", "title": "支付拦截", "steps": [
  {"step": "核查", "assign": [{"initiator": true}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}],
  "effects": {"approved": [{"effect": "payment_stop", "arguments": {"stop": "$.stop", "decision": "release"}}]}}') > 0 AS published;
CREATE ROLE regress_asker LOGIN;
GRANT regress_asker TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_asker', 'officer', '320500000') > 0 AS granted;
SET ROLE regress_asker;
SELECT budget.request_payment(:line, 30, '支付5', memo => '{"payee_account": "32001122"}') AS r5 \gset
SELECT stop_id AS s5, case_id AS c5 FROM budget.monitor_stop ORDER BY stop_id DESC LIMIT 1 \gset
RESET ROLE;
SELECT pg_temp.refused(format($$SELECT budget.decide_stop(%s, 'release', '核实')$$, :s5)) ~ 'is decided by case' AS waits;
SELECT budget.terminate(:c5, '流程停用');
SELECT pg_temp.refused(format($$SELECT budget.pay(%s, 30, '支付5', request => %s)$$, :line, :r5)) ~ 'is stopped' AS stands, budget.decide_stop(:s5, 'release', '核实');
SELECT budget.pay(:line, 30, '支付5', request => :r5) > 0 AS paid;

-- 4. A project does not end while there is money to spend for it.
UPDATE budget.project_stage_move SET road = 'reason' WHERE to_stage = 'cancelled';
SELECT budget.release(:q1, '退回') > 0 AS released;
UPDATE budget.contract SET state = 'cancelled';
SELECT regexp_replace(pg_temp.refused($$SELECT budget.move_project('P', 'cancelled', '不再需要')$$), '\d+\.\d\d', 'N', 'g');
SELECT budget.reduce(:line, available::numeric, '收回') > 0 AS taken_back FROM budget.balance WHERE line_id = :line;
SELECT budget.move_project('P', 'cancelled', '不再需要') > 0 AS cancelled;
SELECT pg_temp.refused(format('SELECT budget.pay(%s, 0.01, ''x'')', :line)) ~ '^ZB001' AS nothing_to_pay, pg_temp.refused(format('SELECT budget.supplement(%s, 1, ''x'')', :line));
SELECT count(*) FROM budget.verify_ledger();
SELECT * FROM budgetpm.check_ledger('budget');
DROP SCHEMA budget CASCADE;
DROP OWNED BY regress_asker;
DROP ROLE regress_asker;
