-- Contracts and payments as tables: rows post by themselves, in every way that rows are written.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
\set SHOW_CONTEXT errors
SELECT budget.appropriate(:root, 10000, '苏财预1号') > 0 AS given;
SELECT budget.appropriate(:other, 10000, '苏财预1号') > 0 AS given;
CREATE ROLE regress_clerk LOGIN;
GRANT regress_clerk TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_clerk', 'officer', '320500000') > 0 AS granted;
CREATE FUNCTION pg_temp.money_of(VARIADIC titles text[]) RETURNS TABLE (line varchar, available numeric, committed numeric, requested numeric, paid numeric)
LANGUAGE sql AS $$
  SELECT l.title, b.available::numeric, b.committed::numeric, b.requested::numeric, b.paid::numeric
  FROM budget.line l JOIN budget.balance b USING (line_id) WHERE l.title = ANY (titles) ORDER BY l.line_id $$;
SET ROLE regress_clerk;

-- A contract is signed, requested on, paid, given back and closed.
INSERT INTO budget.contract (contract_no, line_id, amount, supplier) VALUES ('合同1', :root, 1000, '某公司') RETURNING contract_id, state, division, unit, version;
UPDATE budget.contract SET state = 'signed', version = version + 1 WHERE contract_no = '合同1' AND version = 1 RETURNING state, version;
INSERT INTO budget.payment (payment_no, line_id, contract_id, amount)
  SELECT '支付' || i, :root, c.contract_id, 400 FROM generate_series(1, 3) AS i, budget.contract AS c;
SELECT * FROM pg_temp.money_of('root');
UPDATE budget.payment SET state = 'requested' WHERE payment_no IN ('支付1', '支付2');
UPDATE budget.payment SET state = 'requested' WHERE payment_no = '支付3';
UPDATE budget.payment SET state = 'paid' WHERE state = 'requested';
SELECT * FROM pg_temp.money_of('root');
UPDATE budget.payment SET state = 'returned' WHERE payment_no = '支付2';
UPDATE budget.payment SET state = 'requested' WHERE payment_no = '支付3';
UPDATE budget.payment SET state = 'cancelled' WHERE payment_no = '支付3';
UPDATE budget.contract SET state = 'cancelled';
UPDATE budget.contract SET state = 'closed';
SELECT * FROM pg_temp.money_of('root');
SELECT document, document_no, state FROM budget.document_posting ORDER BY posting_id;

-- What is posted stays, and states have an order.
UPDATE budget.payment SET amount = 1 WHERE payment_no = '支付1';
UPDATE budget.payment SET amount = 400.00, line_id = line_id, payee = '某公司' WHERE payment_no = '支付1';
UPDATE budget.payment SET line_id = :other WHERE payment_no = '支付1';
UPDATE budget.payment SET payment_no = '支付9' WHERE payment_no = '支付1';
UPDATE budget.payment SET contract_id = NULL WHERE payment_no = '支付1';
UPDATE budget.payment SET payment_id = 99 WHERE payment_no = '支付1';
UPDATE budget.payment SET state = 'draft' WHERE payment_no = '支付1';
UPDATE budget.payment SET state = 'requested' WHERE payment_no = '支付3';
DELETE FROM budget.payment WHERE payment_no = '支付1';
UPDATE budget.contract SET amount = 1;
UPDATE budget.contract SET supplier = '别的公司' WHERE contract_no = '合同1';
DELETE FROM budget.contract;
TRUNCATE budget.payment;
UPDATE budget.payment SET division = '3202' WHERE payment_no = '支付1' RETURNING division;

-- One statement, many rows: all or none.
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('甲1', :root, 10, 'paid'), ('甲2', :other, 20, 'requested'), ('甲3', :root, 30, 'draft');
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('乙1', :root, 10, 'paid'), ('乙2', :other, 99999, 'paid');
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('甲1', :root, 10, 'paid'), ('甲2', :other, 20, 'requested'), ('甲4', :root, 40, 'paid')
  ON CONFLICT (payment_no) DO UPDATE SET state = CASE payment.state WHEN 'requested' THEN 'paid' ELSE payment.state END;
MERGE INTO budget.payment AS p USING (VALUES ('甲3', 'paid'), ('甲5', 'paid')) AS v(payment_no, state) ON p.payment_no = v.payment_no
  WHEN MATCHED THEN UPDATE SET state = v.state
  WHEN NOT MATCHED THEN INSERT (payment_no, line_id, amount, state) VALUES (v.payment_no, 2026000000000001, 50, v.state);
COPY budget.payment (payment_no, line_id, amount, state) FROM STDIN;
\.
COPY budget.payment_load (payment_no, line_id, amount, state, accounting_date, payee) FROM STDIN;
丙1	2026000000000001	60	paid	2026-05-01	张三
丙2	2026000000000003	70	requested	\N	李四
丙3	2026000000000003	80	draft	\N	王五
\.
WITH sent AS (UPDATE budget.payment SET state = 'paid' WHERE payment_no = '丙2' RETURNING payment_no) SELECT * FROM sent;
SELECT * FROM pg_temp.money_of('root', 'other');
SELECT payment_no, state FROM budget.payment ORDER BY payment_id;
SELECT kind, amount, document, key LIKE 'payment:%' AS keyed, login FROM budget.journal WHERE line_id = :other AND entry_no > 1 ORDER BY entry_no;

-- What cannot be.
INSERT INTO budget.payment (payment_no, line_id, amount) VALUES ('丁', :root, 1.005);
INSERT INTO budget.payment (payment_no, line_id, amount) VALUES ('丁', :root, 0);
INSERT INTO budget.payment (payment_no, line_id, amount) VALUES ('丁', 2026000000999999, 1);
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('丁', :root, 1, 'returned');
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('丁', :root, 1, 'sent');
INSERT INTO budget.payment (payment_no, line_id, amount, contract_id) VALUES ('丁2', :root, 1, 999);
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('丁3', :held, 1, 'paid');
INSERT INTO budget.contract (contract_no, line_id, amount) VALUES ('合同2', :root, 100);
INSERT INTO budget.payment (payment_no, line_id, amount, state, contract_id) SELECT '丁4', line_id, 1, 'requested', contract_id FROM budget.contract WHERE contract_no = '合同2';
UPDATE budget.contract SET state = 'signed' WHERE contract_no = '合同2';
INSERT INTO budget.payment (payment_no, line_id, amount, state, contract_id) SELECT '丁5', :other, 1, 'requested', contract_id FROM budget.contract WHERE contract_no = '合同2';
-- Paid at once on a contract: requested on it first.
INSERT INTO budget.payment (payment_no, line_id, amount, state, contract_id) SELECT '丁6', line_id, 60, 'paid', contract_id FROM budget.contract WHERE contract_no = '合同2';
INSERT INTO budget.payment (payment_no, line_id, amount, state, contract_id) SELECT '戊', line_id, 60, 'paid', contract_id FROM budget.contract WHERE contract_no = '合同2';
SELECT * FROM pg_temp.money_of('root');

-- As an ORM does it: prepared, with a version that it counts.
PREPARE add_payment (text, bigint, numeric) AS INSERT INTO budget.payment (payment_no, line_id, amount) VALUES ($1, $2, $3) RETURNING payment_id, state, version, created_by;
PREPARE set_state (text, int, bigint, int) AS UPDATE budget.payment SET state = $1, version = $2 WHERE payment_id = $3 AND version = $4;
EXECUTE add_payment('ORM1', :root, 12.50) \gset
EXECUTE set_state('requested', 2, :payment_id, 1);
EXECUTE set_state('requested', 2, :payment_id, 1);
EXECUTE set_state('paid', 3, :payment_id, 2);
SELECT state, version FROM budget.payment WHERE payment_id = :payment_id;
BEGIN;
SAVEPOINT before;
EXECUTE add_payment('ORM2', :root, 99999) \gset
EXECUTE set_state('paid', 2, :payment_id, 1);
ROLLBACK TO before;
EXECUTE add_payment('ORM2', :root, 9.99) \gset
EXECUTE set_state('paid', 2, :payment_id, 1);
COMMIT;
RESET ROLE;

-- Without EXECUTE on an operation its state cannot be reached; the owner is under the same rules.
REVOKE EXECUTE ON FUNCTION budget.pay FROM regress_clerk;
SET ROLE regress_clerk;
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('己', :root, 1, 'paid');
INSERT INTO budget.payment (payment_no, line_id, amount, state) VALUES ('己', :root, 1, 'requested');
RESET ROLE;
UPDATE budget.payment SET amount = 2 WHERE payment_no = '己';
DELETE FROM budget.payment WHERE payment_no = '己';
SELECT count(*) AS damage FROM budget.verify_ledger();
SELECT * FROM budgetpm.check_ledger('budget') WHERE severity = 'error';
SELECT budgetpm.revoke_ledger('budget', 'regress_clerk');
DROP OWNED BY regress_clerk;
DROP ROLE regress_clerk;
