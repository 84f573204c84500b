-- 1. A contract
INSERT INTO office.contract (contract_no, line_id, amount, supplier)
VALUES ('合同1', :primary_school, 400, '某公司') RETURNING contract_id, state;
UPDATE office.contract SET state = 'signed' WHERE contract_no = '合同1';
SELECT available, committed FROM office.balance WHERE line_id = :primary_school;

-- 2. Payments on it
INSERT INTO office.payment (payment_no, line_id, contract_id, amount, state)
SELECT '支付' || i, line_id, contract_id, 150, 'requested' FROM office.contract, generate_series(1, 2) AS i;
INSERT INTO office.payment (payment_no, line_id, contract_id, amount, state)
SELECT '支付3', line_id, contract_id, 150, 'requested' FROM office.contract;
UPDATE office.payment SET state = 'paid' WHERE payment_no = '支付1';
SELECT available, committed, requested, paid FROM office.balance WHERE line_id = :primary_school;

-- 3. What is posted stays
UPDATE office.payment SET amount = 100 WHERE payment_no = '支付1';
UPDATE office.payment SET state = 'draft' WHERE payment_no = '支付1';
DELETE FROM office.payment WHERE payment_no = '支付1';

-- 4. Back, void and closed
UPDATE office.payment SET state = 'returned' WHERE payment_no = '支付1';
UPDATE office.payment SET state = 'cancelled' WHERE payment_no = '支付2';
UPDATE office.contract SET state = 'closed';
SELECT available, committed, requested, paid FROM office.balance WHERE line_id = :primary_school;

-- 5. By COPY
COPY office.payment_load (payment_no, line_id, amount, state, payee) FROM STDIN;
支付4	2026000000000001	10.00	paid	张三
支付5	2026000000000002	20.00	paid	李四
\.

-- 6. What was posted for them
SELECT document, document_no, state, posting_id FROM office.document_posting ORDER BY posting_id;
