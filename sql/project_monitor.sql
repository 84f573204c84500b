-- Payment monitoring: five strengths, the rules that ship, stops and what becomes of them.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
CREATE ROLE regress_payer LOGIN;
CREATE ROLE regress_control LOGIN;
GRANT regress_payer, regress_control TO CURRENT_USER;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2)) \g /dev/null
SELECT count(budget.register_unit(code, name, '320500000', parent)) FROM (VALUES
  ('101', '苏州市教育局', NULL), ('101001', '苏州市第一中学', '101'), ('102', '苏州市卫生局', NULL)) AS u(code, name, parent) \g /dev/null
SELECT budget.open_line(2026, '101001', '2050202', '50201', '30201', title => 'school') AS line \gset
SELECT budget.open_line(2026, '102', '2050202', '50201', '30201', title => 'health') AS other \gset
SELECT count(budget.appropriate(line_id, 1000000, '苏财预1号')) FROM budget.line;
SELECT budgetpm.grant_ledger('budget', 'regress_payer', 'officer', '320500000') > 0 AS payer, budgetpm.grant_ledger('budget', 'regress_control', 'officer', '320500000') > 0 AS control;
SELECT rule, strength, active FROM budget.monitor_rule ORDER BY 1;
CREATE FUNCTION pg_temp.findings() RETURNS TABLE (n bigint, rule varchar, colour varchar, document varchar, payee varchar, amount numeric, stop varchar) LANGUAGE sql AS $$
  SELECT row_number() OVER (ORDER BY f.finding_id), f.rule, f.colour, f.document, f.payee, f.amount, f.stop_state FROM budget_report.monitor_finding f $$;
CREATE FUNCTION pg_temp.told(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\m(request|case|Case) \d+', '\1 N', 'g') $$;

-- 1. No rule is active: nothing is looked at, nothing kept.
SELECT budget.pay(:line, 5000, '凭证0', memo => '{"settlement": "cash"}') > 0 AS paid;
SELECT count(*) FROM budget.monitor_payment;

-- 2. Rules are set with every fault at once.
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budget.set_monitor_rule('Bad Name', title => '', strength => 'shout', parameters => '[]', days => 400, valid_from => '2026-02-01', valid_to => '2026-01-01')$$,
  $$SELECT budget.set_monitor_rule('mine', title => 't', strength => 'log', predicate => '$.amount >')$$,
  $$SELECT budget.set_monitor_rule('mine', title => 't', strength => 'log', predicate => '$.month == 13 && $.amount > $band && $.payee == "$\"x\""', parameters => '{"Band": 1}')$$,
  $$SELECT budget.set_monitor_rule('cash', parameters => '{"band": 1}')$$,
  $$SELECT budget.set_monitor_rule('cash', division => '999999999')$$, $$SELECT budget.set_monitor_rule(NULL)$$,
  $$SET ROLE regress_payer; SELECT budget.set_monitor_rule('cash')$$]) AS s;
RESET ROLE;
SELECT count(budget.set_monitor_rule(rule)) FROM budget.monitor_rule;
SELECT pg_temp.refused($$SELECT budget.register_account('101001', '11 22')$$), pg_temp.refused($$SELECT budget.register_account('999', '1122')$$);
SELECT budget.register_account('101', '32001122', '工行', '基本户');
SELECT pg_temp.refused($$SELECT budget.register_account('102', '32001122')$$);

SET ROLE regress_payer;
-- 3. 禁止: cash above the limit is refused whichever way it comes.
SELECT pg_temp.told(s) FROM unnest(ARRAY[
  format($$SELECT budget.request_payment(%s, 1000.01, '凭证1', memo => '{"settlement": "cash"}')$$, :line),
  format($$SELECT budget.pay(%s, 1000.01, '凭证1', memo => '{"settlement": "cash"}')$$, :line),
  format($$INSERT INTO budget.payment (payment_no, line_id, amount, settlement, state) VALUES ('凭证1', %s, 1000.01, 'cash', 'paid')$$, :line)]) AS s;
SELECT r ->> 'sqlstate' AS sqlstate, r ->> 'message' AS message FROM jsonb_path_query(budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'pay', 'line', :line, 'amount', '1', 'document', 'b1', 'memo', '{"settlement": "cash"}'::jsonb),
  jsonb_build_object('operation', 'pay', 'line', :line, 'amount', '1001', 'document', 'b2', 'memo', '{"settlement": "cash"}'::jsonb)), 'report'), '$.refusals[*]') AS r;

-- 4. 拦截: the request stands, the money is held, and paying is refused until somebody else releases it.
INSERT INTO budget.payment (payment_no, line_id, amount, payee, payee_account, state) VALUES ('支付1', :line, 100, '某单位', '32001122', 'requested');
SELECT pg_temp.told(format($$INSERT INTO budget.payment (payment_no, line_id, amount, payee_account, state) VALUES ('支付2', %s, 100, '32001122', 'paid')$$, :line));
SELECT budget.request_payment(:line, 200, '支付3', memo => '{"payee": "苏州市第一中学"}') AS r3 \gset
SELECT budget.request_payment(:other, 200, '支付4', memo => '{"payee_account": "32001122"}') > 0 AS another_units;
SELECT requested::text, available::text FROM budget.balance WHERE line_id = :line;
SELECT * FROM pg_temp.findings();
SELECT pg_temp.told($$UPDATE budget.payment SET state = 'paid' WHERE payment_no = '支付1'$$);
SELECT pg_temp.told(format('SELECT budget.pay(%s, 200, ''支付3'', request => %s)', :line, :r3));
SELECT stop_id AS s1 FROM budget.monitor_stop ORDER BY 1 LIMIT 1 \gset
SELECT stop_id AS s3 FROM budget.monitor_stop ORDER BY 1 DESC LIMIT 1 \gset
SELECT pg_temp.told(regexp_replace(s, '@', :'s1')) FROM unnest(ARRAY[
  $$SELECT budget.decide_stop(@, 'release', '核实')$$, $$SELECT budget.decide_stop(0, 'release', '核实')$$, $$SELECT budget.decide_stop(@, 'pass', '核实')$$,
  $$SELECT budget.decide_stop(@, 'release', NULL)$$]) AS s;
SET ROLE regress_control;
SELECT budget.decide_stop(:s1, 'release', '内部往来，已核实'), budget.decide_stop(:s3, 'correct', '收款人有误');
SELECT pg_temp.refused(regexp_replace($$SELECT budget.decide_stop(@, 'forbid', '再想想')$$, '@', :'s1')) ~ '^ZB007' AS decided;
SET ROLE regress_payer;
UPDATE budget.payment SET payee = '另一单位' WHERE payment_no = '支付1';
SELECT pg_temp.told($$UPDATE budget.payment SET state = 'paid' WHERE payment_no = '支付1'$$) AS other_payee;
UPDATE budget.payment SET payee = '某单位' WHERE payment_no = '支付1';
UPDATE budget.payment SET state = 'paid' WHERE payment_no = '支付1';
SELECT pg_temp.told(format('SELECT budget.pay(%s, 200, ''支付3'', request => %s)', :line, :r3)) AS to_be_corrected;
SELECT budget.release(:r3, '改正') > 0 AS released;
SELECT state, decided_by, reason, login FROM budget.monitor_stop ORDER BY stop_id;

-- 5. Who is paid is not who was contracted with.
INSERT INTO budget.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :line, 1000, '苏州建筑公司', 'signed');
INSERT INTO budget.payment (payment_no, line_id, contract_id, amount, payee, state) SELECT '支付5', line_id, contract_id, 300, '苏州建筑公司', 'paid' FROM budget.contract;
INSERT INTO budget.payment (payment_no, line_id, contract_id, amount, payee, state) SELECT '支付6', line_id, contract_id, 300, '皮包公司', 'requested' FROM budget.contract;

-- 6. 预警须附件: split below the band; exactly the band is one payment, the sum is looked at over days and without what was released.
SELECT budget.pay(:line, 200000, '整付', memo => '{"payee": "甲"}', accounting_date => '2026-03-01') > 0 AS at_the_band;
SELECT budget.request_payment(:line, 100000, '分1', memo => '{"payee": "乙"}', accounting_date => '2026-03-01') AS part1 \gset
SELECT budget.request_payment(:line, 99999.99, '分2', memo => '{"payee": "乙"}', accounting_date => '2026-03-15') > 0 AS below;
SELECT budget.request_payment(:line, 0.01, '分3', memo => '{"payee": "乙"}', accounting_date => '2026-03-16') > 0 AS too_late;
SELECT budget.request_payment(:line, 0.01, '分4', memo => '{"payee": "乙"}', accounting_date => '2026-03-15') AS part4 \gset
SELECT budget.release(:part1, '撤回') > 0 AS released, budget.request_payment(:line, 0.01, '分5', memo => '{"payee": "乙"}', accounting_date => '2026-03-15') > 0 AS without_it;
SELECT * FROM pg_temp.findings() WHERE n > 2;
SELECT facts -> 'recent' AS recent FROM budget.monitor_finding WHERE rule = 'split_payment';
SELECT pg_temp.told(format('SELECT budget.pay(%s, 0.01, ''分4'', request => %s)', :line, :part4)) AS without_attachment;
SELECT budget.register_document('explanation', '情况说明', 'sha256', repeat('ee', 32), 5, 'application/pdf', 'store/9', subject => '分4', unit => '101001') > 0 AS shown;
SELECT budget.pay(:line, 0.01, '分4', request => :part4) > 0 AS with_attachment;

-- 7. 预警 and 记录 let everything pass: words that do not fit the economic class, and December.
SELECT budget.pay(:line, 10, '凭证3', memo => '{"purpose": "公务接待餐费"}') > 0 AS warned, budget.pay(:line, 10, '凭证4', memo => '{"purpose": "办公用品"}') > 0 AS fits;
SELECT budget.pay(:other, 300000, '凭证5', accounting_date => '2026-12-01') > 0 AS three_tenths, budget.pay(:other, 0.01, '凭证6', accounting_date => '2026-12-31') > 0 AS and_a_fen;
SELECT * FROM pg_temp.findings() WHERE n > 4;
SELECT budget.check_funds(:line, 'request_payment', 1) ->> 'passes' AS dry_run;
-- a repeated key is not looked at again
SELECT budget.pay(:line, 10, '凭证7', key => 'k7', memo => '{"purpose": "接待"}') = budget.pay(:line, 10, '凭证7', key => 'k7', memo => '{"purpose": "接待"}') AS same;
SELECT count(*) FROM budget.monitor_finding WHERE facts ->> 'document' = '凭证7';
SELECT pg_temp.refused('DELETE FROM budget.monitor_finding');
RESET ROLE;
SELECT pg_temp.refused('DELETE FROM budget.monitor_finding'), pg_temp.refused('UPDATE budget.monitor_stop SET state = ''open''');
-- a rule of one's own, in one place, for a time
SELECT budget.set_monitor_rule('night', title => '夜间', strength => 'forbid', predicate => '$.unit == "102" && $.amount > 5', division => '320500000', valid_to => '2026-06-30');
SELECT pg_temp.told(format('SELECT budget.pay(%s, 6, ''x'', accounting_date => ''2026-06-30'')', :other)), pg_temp.told(format('SELECT budget.pay(%s, 6, ''x'', accounting_date => ''2026-07-01'')', :other));
-- who has a duty in one place sets rules of that place, and takes over none that holds elsewhere
CREATE ROLE regress_place;
GRANT regress_place TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_place', 'administrator', '320500000') > 0 AS administrator;
SELECT budget.set_monitor_rule('province', title => '全省', strength => 'forbid', predicate => '$.amount > 900000');
SET ROLE regress_place;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT budget.set_monitor_rule('province', false)$$, $$SELECT budget.set_monitor_rule('province', false, division => '320500000')$$,
  $$SELECT budget.set_monitor_rule('province', predicate => '$.amount < 0', division => '320500000')$$]) AS s;
SELECT budget.set_monitor_rule('night', false, division => '320500000') \g /dev/null
RESET ROLE;
SELECT rule, active, division IS NULL AS everywhere FROM budget.monitor_rule WHERE rule IN ('province', 'night') ORDER BY 1;

-- 8. A published flow payment_stop: the stop begins a case, whose end decides; also from a batch.
SELECT budget.adopt_flow('payment_stop', changes => '{"steps": {"inspect": {"assign": [{"login": "regress_control"}]}}}') > 0 AS published;
SET ROLE regress_payer;
SELECT budget.request_payment(:line, 11, '支付7', memo => '{"payee_account": "32001122"}') AS r7 \gset
SELECT jsonb_path_query(budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '12', 'document', '支付8', 'memo', '{"payee_account": "32001122"}'::jsonb),
  jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '13', 'document', '支付9', 'memo', '{"payee": "丁"}'::jsonb))), '$.posted') AS posted;
SELECT c.subject ~ '^支付拦截 \d+$' AS subject, c.state, c.initiator, c.facts -> 'rules' AS rules, s.flow, s.state AS stop FROM budget.monitor_stop s JOIN budget.approval_case c USING (case_id) ORDER BY stop_id;
SELECT pg_temp.told(format('SELECT budget.pay(%s, 11, ''支付7'', request => %s)', :line, :r7)) ~ 'decides it' AS waits;
SET ROLE regress_control;
SELECT pg_temp.told(format('SELECT budget.decide_stop(%s, ''release'', ''x'')', (SELECT max(stop_id) FROM budget.monitor_stop))) ~ 'is decided by case' AS refused;
SELECT count(budget.act(t.task_id, CASE facts ->> 'document' WHEN '支付7' THEN 'approve' ELSE 'reject' END, '意见')) FROM budget.task t JOIN budget.approval_case c USING (case_id) WHERE t.state = 'open' AND t.assignee = 'regress_control';
SET ROLE regress_payer;
SELECT budget.pay(:line, 11, '支付7', request => :r7) > 0 AS paid;
-- 改正: who asked takes it back, and the money is free again
SELECT budget.request_payment(:line, 14, '支付10', memo => '{"payee_account": "32001122"}') AS r10 \gset
SELECT count(budget.retract(case_id, '账号填错')) AS retracted FROM budget.approval_case WHERE facts ->> 'document' = '支付10';
SELECT pg_temp.told(format('SELECT budget.pay(%s, 14, ''支付10'', request => %s)', :line, :r10)) !~ 'paid' AS not_paid;
SELECT s.state, o.amount, o.drawn, o.released FROM budget.monitor_stop s JOIN budget.obligation o ON o.obligation_id = s.request_id ORDER BY stop_id DESC LIMIT 3;
RESET ROLE;
SELECT * FROM budgetpm.check_ledger('budget');
SELECT count(*) FROM budget.verify_ledger();
DROP SCHEMA budget CASCADE;
DROP OWNED BY regress_payer, regress_control, regress_place;
DROP ROLE regress_payer, regress_control, regress_place;
