-- 1. A ledger
SELECT budgetpm.create_ledger('province', root => '130000000', first_year => 2025) \g /dev/null
SELECT count(province.register_unit(code, name, '130000000', parent)) FROM (VALUES
  ('101', '省教育厅', NULL), ('101001', '省属中学', '101'), ('102', '省卫健委', NULL)) AS u(code, name, parent) \g /dev/null
SELECT province.open_line(2025, '101', '2050202', '50206', '30217', title => '厅机关公务接待') AS guests \gset
SELECT province.open_line(2025, '101001', '2050204', '50205', '30227', title => '教学委托') AS teaching \gset
SELECT count(province.appropriate(line_id, 100000, '冀财预〔2025〕1号')) FROM province.line \g /dev/null

-- 2. Two caps
SELECT province.create_cap(2025, '教育厅部门总额', 'lines', unit => '101',
         warn_ratio => 0.8, document => '冀财预〔2025〕3号') AS department \gset
SELECT province.create_cap(2025, '三公经费', amount => 30000,
         dept_econ => '{30212,30217,30231}', warn_ratio => 0.9) AS three_public \gset
SELECT name, unit_code, basis, basis_amount, warn_limit, block_limit, used FROM province_report.cap ORDER BY cap_id;

-- 3. A posting that both count
SELECT province.pay(:guests, 28000, '凭证 1', accounting_date => '2025-03-10') AS paid \gset
SELECT province.pay(:guests, 2000.01, '凭证 2', accounting_date => '2025-03-11');
SELECT kind, cap_name, limit_amount, found_amount, state FROM province_report.alert;

-- 4. Under running postings
SELECT province.change_cap(:three_public, amount => 25000, slots => 8, document => '冀财预〔2025〕30号') > 0 AS changed;
SELECT province.refund(:paid, 1000, '退款 1', accounting_date => '2025-03-12') > 0 AS refunded;
SELECT name, used, left_amount, colour, slots FROM province_report.cap ORDER BY cap_id;

-- 5. A plan
SELECT province.set_plan(2025, '{10000,10000,10000,10000,10000,10000,10000,10000,5000,5000,5000,5000}',
         line => :teaching, block => true) AS plan \gset
SELECT province.pay(:teaching, 20000, '凭证 3', accounting_date => '2025-02-20') > 0 AS february;
SELECT province.pay(:teaching, 1, '凭证 4', accounting_date => '2025-02-28');

-- 6. Spend no more than came in
SELECT province.open_line(2025, '102', '2100201', fund_type => '12', title => '基金项目') AS fund \gset
SELECT province.appropriate(:fund, 50000, '冀财预〔2025〕5号') \g /dev/null
SELECT cap, name, basis, lines FROM province.create_standard_caps(2025, '{fund_receipts}', preview => false);
SELECT province.record_receipt(2025, '130000000', '12', 8000, '缴款书 1') > 0 AS received;
SELECT province.pay(:fund, 8000.01, '凭证 5', accounting_date => '2025-04-01');

-- 7. Reminders
SELECT province.run_reminders('2025-06-30') AS raised, province.run_reminders('2025-06-30') AS again;
SELECT kind, unit_code, cap_name, limit_amount, found_amount FROM province_report.alert WHERE kind LIKE 'pro%' OR kind LIKE 'plan%' ORDER BY alert_id;

-- 8. What would have been
SELECT cap, posting = :paid AS that, amount, limit_amount, used, short_by, remark
  FROM province.rehearse('[{"name": "三公经费 2万", "amount": "20000", "dept_econ": ["30217"]}]', 2025);

-- 9. Recomputed
SELECT line_id = :guests AS guests, used FROM province.explain_cap(:three_public);
SELECT * FROM province.verify_caps();
