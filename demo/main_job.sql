-- main_job.sql: one appropriation from the province's budget to a school's payment, as the
-- role budget_app; what must be refused is tried and shown. The accounting date is
-- given, because the demonstration's year is not the reader's.
\pset footer off
\set ON_ERROR_STOP on
\set day 2026-11-16
\set ECHO queries

\echo '(a) The province opens a line (预算指标) and gives it authority: appropriation (批复).'
SELECT budget.open_line(2026, '320000102', '2050202', '51301', title => '城乡义务教育补助经费（第二批）',
  executable => false, direct => true) AS province_line \gset
SELECT budget.appropriate(:province_line, 120000000.00, '苏财预〔2026〕88号', accounting_date => :'day') AS posting;

\echo '(b) Transfer (转移支付) province -> 苏州市, under 苏财教〔2026〕108号: out of the province at once, in transit (在途).'
SELECT budget.send_transfer(:province_line, '320500000', 80000000.00, '苏财教〔2026〕108号', accounting_date => :'day') AS to_city \gset
SELECT from_division_name, to_division_name, document, amount, direct FROM budget_report.transfer_in_transit;

\echo '(c) 苏州市 receives it, whole, into a line that carries the sender''s document (上级指标文号) and the mark of direct money (直达).'
SELECT budget.open_line(2026, '320500102', '2050202', '51301', title => '城乡义务教育补助经费（第二批）',
  executable => false, source_document => '苏财教〔2026〕108号', direct => true) AS city_line \gset
SELECT budget.receive_transfer(:to_city, :city_line, '苏州财教〔2026〕41号', accounting_date => :'day') AS posting;

\echo '(d) 苏州市 -> 昆山市, the same way.'
SELECT budget.send_transfer(:city_line, '320583000', 30000000.00, '苏州财教〔2026〕42号',
  accounting_date => :'day') AS to_county \gset
SELECT budget.open_line(2026, '320583102', '2050202', '50502', '30299', title => '城乡义务教育补助经费（第二批）',
  executable => false, source_document => '苏州财教〔2026〕42号', direct => true) AS county_line \gset
SELECT budget.receive_transfer(:to_county, :county_line, '昆财教〔2026〕17号', accounting_date => :'day') AS posting;

\echo '(e) Inside 昆山市: allotment (下达) from the department''s line, held for distribution (待分), to the school''s, which can be spent (可执行).'
SELECT budget.open_line(2026, '320583102003', '2050202', '50502', '30299', title => '昆山市实验小学 公用经费补助',
  parent => :county_line) AS school_line \gset
SELECT budget.allot(:county_line, :school_line, 12000000.00, '昆财教〔2026〕18号', accounting_date => :'day') AS posting;

\echo '(f) The school pays (支付); the bank sends a part back, and that part is reversed (冲销) by name.'
SELECT budget.pay(:school_line, 3000000.00, '支付凭证202611-900001', key => 'demo-1', accounting_date => :'day',
  memo => '{"收款人": "苏州东吴物资有限公司"}') AS payment \gset
SELECT budget.reverse(:payment, '冲销单2026-0007', 500000.00, accounting_date => :'day') AS reversal \gset
SELECT line_id, entry_no AS no, kind, source, target, amount, available_before, available_after, document
  FROM budget.posting(:payment) UNION ALL
SELECT line_id, entry_no, kind, source, target, amount, available_before, available_after, document
  FROM budget.posting(:reversal);

\echo '(g) The same request again, with the same key: nothing happens twice.'
SELECT budget.pay(:school_line, 3000000.00, '支付凭证202611-900001', key => 'demo-1', accounting_date => :'day',
  memo => '{"收款人": "苏州东吴物资有限公司"}') = :payment AS same_payment;

\echo '(h) More than is there: refused, with the figures, and from where money could legally come.'
\set ON_ERROR_STOP off
SELECT budget.pay(:school_line, 9500000.01, '支付凭证202611-900002', accounting_date => :'day');
\echo 'SQLSTATE' :SQLSTATE
\echo
\echo '    More than is left of a payment cannot be reversed either:'
SELECT budget.reverse(:payment, '冲销单2026-0008', 2500000.01, accounting_date => :'day');
\echo 'SQLSTATE' :SQLSTATE
\echo
\echo '    A line held for distribution pays nothing:'
SELECT budget.pay(:county_line, 1.00, '支付凭证202611-900003', accounting_date => :'day');
\echo 'SQLSTATE' :SQLSTATE
\echo
\echo '    A closed year takes nothing:'
SELECT min(line_id) AS old_line FROM budget.line WHERE fiscal_year = 2024 AND executable \gset
SELECT budget.pay(:old_line, 1.00, '支付凭证202412-900004', accounting_date => '2024-12-31');
\echo 'SQLSTATE' :SQLSTATE
\echo
\echo '    And nobody writes beside the API:'
UPDATE budget.balance SET available = available + '1' WHERE line_id = :school_line;
\echo 'SQLSTATE' :SQLSTATE
\set ON_ERROR_STOP on
\echo

\echo '(i) Why the school''s line holds what it holds (explain_line), and where the payment''s money came from (trace 逆向可溯).'
SELECT bucket, name_zh, entries, amount, bucket_total FROM budget.explain_line(:school_line);
SELECT depth, relation, kind, amount, document FROM budget.trace(:payment, 'up');
