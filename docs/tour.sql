-- 1. A ledger is a schema
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省', first_year => 2026);

SELECT budget.register_division('320500000', '苏州市', '320000000');
SELECT budget.register_unit('101', '江苏省教育厅', '320000000', kind => 'department'),
       budget.register_unit('101001', '江苏省教育考试院', '320000000', parent => '101'),
       budget.register_unit('501', '苏州市财政局', '320500000', kind => 'finance');

-- 2. Money comes in at the top of a tree, is allotted, is spent
SELECT budget.open_line(2026, '101', '2050201', '50201', title => '学前教育', executable => false) AS department \gset
SELECT budget.open_line(2026, '101001', '2050201', '50201', title => '学前教育', parent => :department) AS unit \gset

SELECT budget.appropriate(:department, 5000000, '苏财预〔2026〕1号') AS appropriated \gset
SELECT budget.allot(:department, :unit, 2000000, '苏教财〔2026〕3号') AS allotted \gset
SELECT budget.pay(:unit, 450000, '支付凭证 0001', key => 'voucher-0001') AS payment \gset

SELECT title, unit_name, appropriated, allotted, paid, available
  FROM budget_report.line_detail ORDER BY line_id;

-- 3. What is not there cannot be spent
SELECT budget.pay(:unit, 1550000.01, '支付凭证 0002');
\echo SQLSTATE :SQLSTATE
SELECT budget.check_funds(:unit, 'pay', 1550000.01) ->> 'hint' AS hint;

-- 4. The same key again is the same payment, and nothing goes round the functions
SELECT budget.pay(:unit, 450000, '支付凭证 0001', key => 'voucher-0001') = :payment AS same_payment;
SELECT budget.pay(:unit, 99, '支付凭证 0001', key => 'voucher-0001');
UPDATE budget.balance SET available = 99 WHERE line_id = :unit;

-- 5. Money for another government is on its way until it is received
SELECT budget.send_transfer(:department, '320500000', 1200000, '苏财教〔2026〕7号') AS transfer \gset
SELECT document, from_division_name, to_division_name, amount FROM budget_report.transfer_in_transit;

SELECT budget.open_line(2026, '501', '2050201', '50201', title => '省补学前教育',
                        source_document => '苏财教〔2026〕7号') AS city \gset
SELECT budget.receive_transfer(:transfer, :city, '苏市财教〔2026〕2号') AS received \gset
SELECT budget.pay(:city, 300000, '支付凭证 5001') AS city_payment \gset

-- 6. What is wrong is reversed, never changed
SELECT budget.refund(:payment, 50000, '退款 0001') AS refund \gset
SELECT budget.refund(:payment, 400000.01, '退款 0002');
SELECT bucket, name_zh, entries, amount, bucket_total FROM budget.explain_line(:unit);

-- 7. A contract's money is its own, and a cap limits many lines
SELECT budget.commit_funds(:unit, 600000, '合同 甲') AS contract_a \gset
SELECT budget.commit_funds(:unit, 200000, '合同 乙') AS contract_b \gset
SELECT budget.request_payment(:unit, 200000.01, '支付申请 0001', commitment => :contract_b);

SELECT budget.create_cap(2026, '考试院支出', amount => 1300000, unit => '101001') AS cap \gset
SELECT budget.pay(:unit, 100000.01, '支付凭证 0003');

-- 8. Execution: own level and consolidated, transfers eliminated
SELECT division_name, own_budget, own_paid, own_transferred, total_budget, total_paid, total_execution_rate
  FROM budget_report.execution_by_division ORDER BY division_code;

-- 9. Where did the city's money come from, and is every figure what the journal says?
SELECT depth, relation, kind, amount, document FROM budget.trace(:city_payment, 'up') ORDER BY depth, posting_id;
SELECT count(*) AS differences FROM budget.verify_ledger();
SELECT count(*) AS findings FROM budgetpm.check_ledger('budget');

-- 9. A contract holds its money
SELECT budgetpm.create_ledger('works', root => '320500000', title => '苏州市', first_year => 2026);
SELECT works.register_unit('102', '苏州市教育局', '320500000');
SELECT works.open_line(2026, '102', '2050204', '50201', title => '校舍维修') AS repairs \gset
SELECT works.appropriate(:repairs, 1000000, '苏市财预〔2026〕1号') AS granted \gset

SELECT works.precommit(:repairs, 600000, '采购计划 1') AS plan \gset
SELECT works.commit_funds(:repairs, 560000, '合同 HT-1', precommitment => :plan) AS contract \gset
SELECT works.request_payment(:repairs, 200000, '支付申请 1', commitment => :contract) AS request \gset
SELECT works.pay(:repairs, 200000, '支付凭证 7001', request => :request) AS instalment \gset
SELECT works.release(:plan, '采购计划 1 节余') AS saved \gset

SELECT stage_name, document, amount, drawn, released, remaining FROM works_report.obligation ORDER BY obligation_id;
SELECT works.request_payment(:repairs, 360000.01, '支付申请 2', commitment => :contract);

-- 10. A cap limits many lines
SELECT works.create_cap(2026, '苏州市教育局 总额', basis => 'lines', unit => '102', warn_ratio => 0.6, block_ratio => 0.7) AS cap \gset
SELECT works.pay(:repairs, 100000, '支付凭证 7002') AS small \gset
SELECT works.pay(:repairs, 50000, '支付凭证 7003');
SELECT name, basis_amount, used, warn_limit, block_limit, left_amount, colour FROM works_report.cap;
SELECT kind, limit_amount, found_amount, state FROM works_report.alert;
