-- 1. Kinds
SELECT kind, operation, source, target, year_states AS years, name_zh
  FROM budget.entry_kind WHERE reverses IS NULL ORDER BY operation, kind;

-- 2. A posting
SELECT line_id, entry_no, kind, source, target, amount, available_before, available_after
  FROM budget.posting(:allotted);

-- 3. What is asked to leave has left
SELECT budget.reserve_out(:unit, 300000, '调剂申请 12') AS reserved \gset
SELECT available, pending_out FROM budget.balance_as_of(:unit);
SELECT budget.reduce(:department, 100000, '苏财预〔2026〕20号') > 0 AS reduced;
SELECT budget.release_out(:unit, 300000, '调剂申请 12 撤回') > 0 AS released;

-- 4. Virement
SELECT budget.open_line(2026, '101', '2050201', '50101', title => '人员经费') AS staff \gset
SELECT budget.open_line(2026, '101', '2050202', '50201', title => '公用经费') AS running \gset
SELECT budget.appropriate(:staff, 600000, '苏财预〔2026〕1号') > 0 AS a,
       budget.appropriate(:running, 200000, '苏财预〔2026〕1号') > 0 AS b;

SELECT budget.virement(:running, :staff, 50000, '调剂单 1') AS moved \gset
SELECT line_id, kind, source, target, amount FROM budget.posting(:moved);
SELECT budget.virement(:staff, :running, 50000, '调剂单 2');

-- 5. Obligations
SELECT budget.open_line(2026, '101', '2050202', '50201', title => '校舍维修',
                        elements => '{"procurement": true}') AS works \gset
SELECT budget.appropriate(:works, 400000, '苏财预〔2026〕1号') > 0 AS appropriated;

SELECT budget.precommit(:works, 300000, '采购计划 17') AS plan \gset
SELECT budget.commit_funds(:works, 280000, '合同 HT-17', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:works, 100000, '支付申请 31', commitment => :contract) AS request \gset
SELECT budget.pay(:works, 100000, '支付凭证 0031', request => :request) AS instalment \gset

SELECT stage_name, document, amount, drawn, released, remaining, state
  FROM budget_report.obligation WHERE line_id = :works ORDER BY obligation_id;
SELECT available, precommitted, committed, requested, paid FROM budget.balance_as_of(:works);
SELECT budget.commit_funds(:works, 50000, '合同 HT-18');
SELECT budget.request_payment(:works, 180000.01, '支付申请 32', commitment => :contract);

-- 6. What comes back
SELECT budget.refund(:instalment, 20000, '退款 2', target => 'commitment') > 0 AS refunded,
       budget.release(:contract, '合同 HT-17 补充协议', 50000) > 0 AS released;
SELECT name_zh, change, remaining, document FROM budget.obligation_history(:contract);

-- 7. Undoing
SELECT budget.pay(:running, 80000, '支付凭证 0020') AS voucher \gset
SELECT budget.reverse(:voucher, '冲销 1', 30000) AS reversed \gset
SELECT line_id, kind, amount, available_after, refers_line, refers_entry FROM budget.posting(:reversed);
SELECT budget.reverse(:voucher, '冲销 2', 50000.01);
SELECT budget.correct_payment(:voucher, :staff, 20000, '更正 1') AS corrected \gset
SELECT line_id, kind, amount, available_after FROM budget.posting(:corrected);

-- 8. Would it pass?
SELECT jsonb_pretty(budget.check_funds(:running, 'pay', 1000000));
SELECT jsonb_pretty(budget.check_funds(:department, 'allot', 5000, other => :unit));
SELECT budget.check_funds(NULL, 'refund', 90000, posting => :instalment) ->> 'message' AS message;

-- 9. As of a moment
SELECT appropriated, available, paid, entries, final FROM budget.balance_as_of(:running);

-- 10. What holds the money
SELECT bucket, name_zh, amount, bucket_total, obligation_document AS document, obligation_left AS remaining
  FROM budget.explain_line(:works) WHERE bucket IN ('precommitted', 'committed', 'requested');

-- 11. A year that closes
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.pay(:staff, 1, '支付凭证 0021');
SELECT budget.refund(:corrected, 5000, '退款 3') > 0 AS refunded;
SELECT budget.set_year_state(2026, 'open');

-- 12. Into the next year
SELECT budget.set_year_state(2026, 'closing'), budget.add_year(2027);
SELECT budget.open_line(2027, '101', '2050202', '50201', title => '校舍维修',
                        elements => '{"procurement": true}') AS next_year \gset
SELECT budget.carry_forward(:works, :next_year, 150000, '苏财预〔2027〕1号', obligation => :contract) AS carried \gset
SELECT line_id, kind, source, target, amount FROM budget.posting(:carried);
SELECT depth, relation, kind, amount, document FROM budget.trace(:carried, 'up') WHERE line_id = :works;
SELECT budget.set_year_state(2026, 'open');
