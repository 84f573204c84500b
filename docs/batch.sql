-- 1. A ledger to post to
SELECT budgetpm.create_ledger('office', root => '320000000', first_year => 2026) IS NOT NULL AS made;
SELECT office.register_unit('101', '教育厅', '320000000') IS NOT NULL AS unit;
SELECT office.open_line(2026, '101', '2050202', '50201', title => '小学教育') AS primary_school \gset
SELECT office.open_line(2026, '101', '2050203', '50201', title => '初中教育') AS middle_school \gset

-- 2. Many postings in one call
SELECT jsonb_pretty(office.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'appropriate', 'line', :primary_school, 'amount', '1000.00', 'document', '苏财预1号'),
  jsonb_build_object('operation', 'appropriate', 'line', :middle_school, 'amount', '500.00', 'document', '苏财预1号'),
  jsonb_build_object('operation', 'pay', 'line', :primary_school, 'amount', '300.00', 'document', '凭证1', 'key', 'voucher-1'))));

-- 3. What is refused is told
SELECT jsonb_pretty(office.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'pay', 'line', :middle_school, 'amount', '400.00', 'document', '凭证2', 'key', 'voucher-2'),
  jsonb_build_object('operation', 'pay', 'line', :middle_school, 'amount', '200.00', 'document', '凭证3', 'key', 'voucher-3'),
  jsonb_build_object('operation', 'pay', 'line', :primary_school, 'amount', '300.00', 'document', '凭证1', 'key', 'voucher-1'),
  jsonb_build_object('operation', 'pay', 'line', :primary_school, 'amount', '1.005', 'document', '凭证4')), 'report'));

-- 4. Or nothing is posted
SELECT office.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'freeze', 'line', :primary_school, 'amount', '1.00', 'document', '冻结1'),
  jsonb_build_object('operation', 'pay', 'line', :middle_school, 'amount', '200.00', 'document', '凭证3')));
SELECT line_id, available, frozen, paid FROM office.balance ORDER BY line_id;

-- 5. Entries that come by COPY
COPY office.staged_entry_load (batch, number, operation, line, amount, document, key) FROM STDIN;
2026-07	1	pay	2026000000000001	120.00	凭证5	voucher-5
2026-07	2	pay	2026000000000001	1,200.00	凭证6	voucher-6
2026-07	3	freeze	2026000000000002	50	冻结2	\N
\.
SELECT office.post_staged('2026-07', 'report');
SELECT number, posting_id, sqlstate, message FROM office.staged_entry ORDER BY number;

-- 6. Put right and posted again
UPDATE office.staged_entry SET amount = '12.00' WHERE batch = '2026-07' AND number = 2;
SELECT office.post_staged('2026-07');
SELECT count(*) AS damage FROM office.verify_ledger();
