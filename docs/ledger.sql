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

-- 5. Undoing
SELECT budget.pay(:running, 80000, '支付凭证 0020') AS voucher \gset
SELECT budget.reverse(:voucher, '冲销 1', 30000) AS reversed \gset
SELECT line_id, kind, amount, available_after, refers_line, refers_entry FROM budget.posting(:reversed);
SELECT budget.reverse(:voucher, '冲销 2', 50000.01);
SELECT budget.correct_payment(:voucher, :staff, 20000, '更正 1') AS corrected \gset
SELECT line_id, kind, amount, available_after FROM budget.posting(:corrected);

-- 6. Would it pass?
SELECT jsonb_pretty(budget.check_funds(:running, 'pay', 1000000));

-- 7. As of a moment
SELECT appropriated, available, paid, entries, final FROM budget.balance_as_of(:running);

-- 8. A year that closes
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.pay(:staff, 1, '支付凭证 0021');
SELECT budget.refund(:corrected, 5000, '退款 3') > 0 AS refunded;
SELECT budget.set_year_state(2026, 'open');
