-- Clauses of contracts, asked whichever way a payment on them is requested; documents by digest; invoices.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2)) \g /dev/null
SELECT count(budget.register_unit(code, name, '320500000', parent)) FROM (VALUES
  ('101', '苏州市教育局', NULL), ('101001', '苏州市第一中学', '101')) AS u(code, name, parent) \g /dev/null
SELECT budget.register_project('P', '新校区建设', '101001', '2', 2026) > 0 AS made;
SELECT budget.describe_project('P', 10000, '2026-01-01', '2026-12-31', '张三');
SELECT budget.set_milestones('P', '[{"no": 1, "title": "基础", "planned_on": "2026-03-31", "weight": 40}, {"no": 2, "title": "封顶", "planned_on": "2026-06-30", "weight": 60}]');
SELECT budget.open_line(2026, '101001', '2050202', title => 'p', project => 'P') AS line \gset
SELECT budget.appropriate(:line, 10000, '苏财预1号') > 0 AS given;
UPDATE budget.project_stage_move SET road = 'function';
SELECT count(budget.move_project('P', stage, on_day => '2026-01-05')) FROM unnest('{reviewed,admitted,selected,funded,under_way}'::text[]) AS stage;
INSERT INTO budget.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :line, 1000.01, '苏州建筑公司', 'signed'), ('合同2', :line, 100, '苏州供货公司', 'signed'), ('合同3', :line, 1, NULL, 'draft');

-- 1. Clauses: every fault at once.
SELECT pg_temp.refused(format('SELECT budget.set_contract_clauses(''合同1'', %L, ''合同1'')', c)) FROM unnest(ARRAY[
  '{}', '[]',
  '[{"no": 0, "kind": "bonus"}, {"no": 2, "kind": "milestone", "title": "a", "terms": {"share": 0.5, "milestone": 1}}, {"no": 2, "kind": "retention", "title": "b", "terms": {"share": 1.1, "colour": "red"}}, {"no": 4, "kind": "deadline", "title": "c", "terms": {"due_on": "soon", "max": 2}}]']) AS c;
SELECT pg_temp.refused($$SELECT budget.set_contract_clauses('合同9', '[{"no": 1}]', 'x')$$), pg_temp.refused($$SELECT budget.set_contract_clauses('合同1', '[{"no": 1}]', NULL)$$);
SELECT budget.set_contract_clauses('合同1', '[
  {"no": 1, "kind": "milestone", "title": "预付款", "terms": {"share": 0.3, "on": "signing"}},
  {"no": 2, "kind": "milestone", "title": "基础完成", "terms": {"share": 0.4, "milestone": 1}},
  {"no": 3, "kind": "milestone", "title": "封顶", "terms": {"share": 0.3, "milestone": 2}},
  {"no": 4, "kind": "retention", "title": "质保金", "terms": {"share": 0.05, "until": "2027-06-30", "document": "warranty_report"}},
  {"no": 5, "kind": "document", "title": "发票", "terms": {"document": "invoice", "cover": true}},
  {"no": 6, "kind": "document", "title": "验收报告", "terms": {"document": "acceptance_report", "above_share": 0.9}}]', '合同1');
SELECT * FROM budget.check_contract('合同1', '2026-02-01');
SELECT pg_temp.refused($$SELECT * FROM budget.check_contract('合同9')$$);

-- 2. Asked by the document's row, by the function, by a batch, by the dry run and by a flow's effect: the same answer.
SELECT contract_id AS c1 FROM budget.contract WHERE contract_no = '合同1' \gset
SELECT obligation_id AS o1 FROM budget.obligation WHERE document = '合同1' \gset
SELECT pg_temp.refused(format($$INSERT INTO budget.payment (payment_no, line_id, contract_id, amount, state, accounting_date) VALUES ('支付1', %s, %s, 300, 'requested', '2026-02-01')$$, :line, :c1));
SELECT budget.register_invoice('12345678', '苏州建筑公司', 700, '2026-01-31', code => '1234567890', contract_no => '合同1') > 0 AS registered;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format($$INSERT INTO budget.payment (payment_no, line_id, contract_id, amount, state, accounting_date) VALUES ('支付1', %s, %s, 300.01, 'requested', '2026-02-01')$$, :line, :c1),
  format($$INSERT INTO budget.payment (payment_no, line_id, contract_id, amount, state, accounting_date) VALUES ('支付1', %s, %s, 300.01, 'paid', '2026-02-01')$$, :line, :c1),
  format($$SELECT budget.request_payment(%s, 300.01, '支付1', commitment => %s, accounting_date => '2026-02-01')$$, :line, :o1)]) AS s;
SELECT r ->> 'sqlstate' AS sqlstate, r ->> 'message' AS message FROM jsonb_path_query(budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '200', 'document', 'b1', 'commitment', :o1, 'accounting_date', '2026-02-01'),
  jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '100.01', 'document', 'b2', 'commitment', :o1, 'accounting_date', '2026-02-01'),
  jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '50', 'document', 'b3', 'commitment', :o1, 'accounting_date', '2026-02-01')), 'report'), '$.refusals[*]') AS r;
-- 30 % of 1000.01 is 300.00 (300.003, rounded): the fen that is left, and no more
SELECT budget.request_payment(:line, 50, '支付2', commitment => :o1, accounting_date => '2026-02-01') AS r2 \gset
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 0.01, '支付3', commitment => %s, accounting_date => '2026-02-01')$$, :line, :o1));
SELECT requested::numeric AS requested FROM budget.balance WHERE line_id = :line;
-- what comes back can be asked for again
SELECT budget.release(:r2, '撤回') > 0 AS released;
SELECT budget.request_payment(:line, 50, '支付4', commitment => :o1, accounting_date => '2026-02-01') > 0 AS again;

-- 3. A milestone is reached: its share is open from that day on, not before.
SELECT budget.complete_milestone('P', 1, '2026-03-20', '监理报告');
SELECT clause_no, allowed, requested, open, needs FROM budget.check_contract('合同1', '2026-03-19') WHERE clause_no <= 3;
SELECT clause_no, allowed, requested, open, needs FROM budget.check_contract('合同1', '2026-03-20') WHERE clause_no <= 3;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 400, '支付5', commitment => %s, accounting_date => '2026-03-19')$$, :line, :o1));
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 400.01, '支付5', commitment => %s, accounting_date => '2026-03-20')$$, :line, :o1));
SELECT budget.request_payment(:line, 400, '支付5', commitment => :o1, accounting_date => '2026-03-20') > 0 AS exactly;
-- 4. All is done; retention: 5 % of 1000.01 is 50.00, so 950.01 and not a fen more, until both day and document are there.
SELECT budget.complete_milestone('P', 2, '2026-06-20', '监理报告');
-- what another seller has invoiced covers nothing of it
SELECT budget.register_invoice('12345680', '别家公司', 9999, '2026-06-21', code => '1234567890', contract_no => '合同1') > 0 AS of_another;
SELECT allowed FROM budget.check_contract('合同1') WHERE clause_no = 5;
SELECT budget.register_invoice('12345679', '苏州建筑公司', 300.01, '2026-06-21', code => '1234567890', contract_no => '合同1') > 0 AS registered;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 300, '支付6', commitment => %s, accounting_date => '2026-07-01')$$, :line, :o1));
SELECT budget.register_document('acceptance_report', '验收报告', 'sha256', repeat('0f', 32), 10, 'application/pdf', 'store/1', contract_no => '合同1') > 0 AS shown;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 250.02, '支付6', commitment => %s, accounting_date => '2026-07-01')$$, :line, :o1));
SELECT budget.request_payment(:line, 250.01, '支付6', commitment => :o1, accounting_date => '2026-07-01') > 0 AS exactly;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 0.01, '支付7', commitment => %s, accounting_date => '2026-07-01')$$, :line, :o1));
-- 5. A supplement changes the clauses: a new version counts, the old one stays.
SELECT pg_temp.refused($$SELECT budget.set_contract_clauses('合同1', '[{"no": 1, "kind": "retention", "title": "质保金", "terms": {"share": 0.03, "until": "2027-06-30"}}]', '补充协议1')$$);
SELECT pg_temp.supplement('budget', '合同1', '[{"no": 1, "kind": "retention", "title": "质保金", "terms": {"share": 0.03, "until": "2027-06-30"}}]', '补充协议1') AS version;
SELECT version, clause_no, kind, title, document FROM budget.contract_clause ORDER BY 1, 2;
SELECT budget.request_payment(:line, 20, '支付7', commitment => :o1, accounting_date => '2026-07-01') > 0 AS exactly;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 0.01, '支付8', commitment => %s, accounting_date => '2026-07-01')$$, :line, :o1));
SELECT pg_temp.refused('DELETE FROM budget.contract_clause'), pg_temp.refused('UPDATE budget.contract_clause SET terms = ''{}''');

-- 6. Advance cap until something is delivered, days late, a document for each payment.
SELECT obligation_id AS o2 FROM budget.obligation WHERE document = '合同2' \gset
SELECT budget.set_contract_clauses('合同2', '[
  {"no": 1, "kind": "advance_cap", "title": "预付款上限", "terms": {"share": 0.333333, "delivery": "any"}},
  {"no": 2, "kind": "deadline", "title": "交货期限", "terms": {"due_on": "2026-04-30", "delivery": "all", "per_day": 0.005, "max": 0.1}},
  {"no": 3, "kind": "document", "title": "每次付款附验货单", "terms": {"document": "inspection", "each": true, "above_share": 0.2}}]', '合同2');
SELECT budget.plan_delivery('课桌', '2026-04-30', 10, contract_no => '合同2') AS d2 \gset
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 33.34, '付1', commitment => %s, accounting_date => '2026-04-01')$$, :line, :o2));
SELECT budget.register_document('inspection', '验货单', 'sm3', repeat('0a', 32), 10, 'image/jpeg', 'store/2', contract_no => '合同2', subject => '付1') > 0 AS shown;
SELECT budget.request_payment(:line, 33.33, '付1', commitment => :o2, accounting_date => '2026-04-01') > 0 AS exactly;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 1, '付2', commitment => %s, accounting_date => '2026-04-01')$$, :line, :o2));
SELECT budget.record_delivery(:d2, 10, '送货单', '2026-05-10'), budget.accept_delivery(:d2, 4, '验收单', '2026-05-10');
SELECT clause_no, allowed, open, needs FROM budget.check_contract('合同2', '2026-05-10');
SELECT clause_no, allowed, open, needs FROM budget.check_contract('合同2', '2026-12-31');
SELECT budget.accept_delivery(:d2, 6, '验收单2', '2026-05-12');
SELECT clause_no, allowed, open, needs FROM budget.check_contract('合同2', '2026-12-31');
SELECT budget.register_document('inspection', '验货单', 'sm3', repeat('0a', 32), 10, 'image/jpeg', 'store/2', contract_no => '合同2', subject => '付2') > 0 AS shown;
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 60.68, '付2', commitment => %s, accounting_date => '2026-06-01')$$, :line, :o2));
SELECT budget.request_payment(:line, 60.67, '付2', commitment => :o2, accounting_date => '2026-06-01') > 0 AS exactly;
SELECT (SELECT flags FROM budget.delivery) AS delivery, array_agg(flags::text ORDER BY document_id) AS documents FROM budget.evidence_document;

-- 7. Documents and invoices that are not right, duplicates, credit codes.
SELECT regexp_replace(pg_temp.refused(s), 'on \d{4}-\d\d-\d\d', 'on DAY') AS refused FROM unnest(ARRAY[
  $$SELECT budget.register_document('Report', 't', 'md5', 'xyz', -1, 'pdf', 's', project => 'P')$$,
  $$SELECT budget.register_document('report', 't', 'sha256', repeat('00', 32), 1, 'application/pdf', 's')$$,
  $$SELECT budget.register_document('report', 't', 'sha256', repeat('00', 32), 1, 'application/pdf', 's', project => 'X')$$,
  $$SELECT budget.register_document('report', '', 'sha256', repeat('00', 32), 1, 'application/pdf', 's', project => 'P')$$,
  $$SELECT budget.register_invoice('12345678', '苏州建筑公司', 700, '2026-01-31', code => '1234567890', unit => '101')$$,
  $$SELECT budget.register_invoice('1234567', 's', 1, '2999-01-31', code => '12', unit => '101')$$,
  $$SELECT budget.register_invoice('12345678', 's', 1, '2026-01-31', unit => '101')$$, $$SELECT budget.register_invoice('12345678901234567890', 's', 1, '-infinity', unit => '101')$$,
  $$SELECT budget.register_invoice('12345678', 's', 0, '2026-01-31', unit => '101')$$,
  $$SELECT budget.register_invoice('12345678901234567890', 's', 1, '2026-01-31')$$,
  $$SELECT budget.register_invoice('12345678901234567890', 's', 1, '2026-01-31', unit => '999')$$,
  'DELETE FROM budget.invoice', 'UPDATE budget.evidence_document SET size = 0']) AS s;
-- a clause that could not be read would fail every payment, and the night of the whole ledger
SELECT pg_temp.refused(format('SELECT budget.set_contract_clauses(''合同2'', %L, ''x'')', c)) FROM unnest(ARRAY[
  '[{"no": 1, "kind": "retention", "title": "t", "terms": {"share": 0.1, "until": "2027-02-29"}}, {"no": 2, "kind": "deadline", "title": "t", "terms": {"due_on": "2027-13-01", "per_day": 0.1, "until": "2028-02-29"}}]',
  '[{"no": 1, "kind": "retention", "title": "t", "terms": {"share": 0.1, "milestone": 1, "project": "NONE"}}]',
  '[{"no": 1, "terms": {"x": 1}}, 5, null]']) AS c;
SET client_min_messages = notice;
SELECT budget.register_invoice('12345678901234567890', '苏州建筑公司', 300.01, '2026-06-21', contract_no => '合同2', seller_code => '91110000600037341N') > 0 AS warned;
SET client_min_messages = warning;
SELECT invoice_code, invoice_number, seller, amount, flags FROM budget.invoice ORDER BY invoice_id;

-- 8. A contract that was carried into the next year: what was requested before counts.
INSERT INTO budget.contract (contract_no, line_id, amount, state) VALUES ('合同4', :line, 1000, 'signed');
SELECT obligation_id AS o4 FROM budget.obligation WHERE document = '合同4' \gset
SELECT budget.set_contract_clauses('合同4', '[{"no": 1, "kind": "retention", "title": "质保金", "terms": {"share": 0.1, "document": "warranty_report"}}]', '合同4');
SELECT budget.request_payment(:line, 600, '年1', commitment => :o4) AS r4 \gset
SELECT budget.pay(:line, 600, '年1', request => :r4) > 0 AS paid;
SELECT budget.add_year(2027, 'open');
SELECT budget.open_line(2027, '101001', '2050202', title => 'p', project => 'P') AS next \gset
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.carry_forward(:line, :next, 400, '结转1号', obligation => :o4) > 0 AS carried;
SELECT obligation_id AS o5 FROM budget.obligation WHERE predecessor = :o4 AND stage = 'commit' \gset
SELECT pg_temp.refused(format($$SELECT budget.request_payment(%s, 300.01, '年2', commitment => %s)$$, :next, :o5));
SELECT budget.request_payment(:next, 300, '年2', commitment => :o5) > 0 AS exactly;
SELECT requested, open FROM budget.check_contract('合同4');
DROP SCHEMA budget CASCADE;
