-- Contracts against a client who tries everything: nothing is paid beyond the clauses whichever way it comes.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
CREATE ROLE regress_client LOGIN;
GRANT regress_client TO CURRENT_USER;
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(b.register_unit(code, name, '320000000', parent)) FROM (VALUES ('101', '省教育厅', NULL), ('101001', '省实验中学', '101'), ('102', '省卫生厅', NULL)) AS u(code, name, parent) \g /dev/null
SELECT b.open_line(2026, '101001', '2050202', title => 'school') AS line, b.open_line(2026, '102', '2050202', title => 'other') AS other \gset
SELECT count(b.appropriate(line_id, 10000, '预1号')) FROM b.line;
SELECT budgetpm.grant_ledger('b', 'regress_client', 'officer') > 0 AS granted;
UPDATE b.duty SET unit = (SELECT code FROM b.unit WHERE official_code = '101001') WHERE unit IS NULL;
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同1', :line, 1000, '甲', 'signed'), ('合同2', :other, 1000, '乙', 'signed'), ('合同3', :line, 1000, '丙', 'signed');
SELECT count(b.set_contract_clauses(c, jsonb_build_array(jsonb_build_object('no', 1, 'kind', 'advance_cap', 'title', '预付款上限', 'terms', jsonb_build_object('share', 0.3, 'delivery', 'all')),
  jsonb_build_object('no', 2, 'kind', 'retention', 'title', '质保金', 'terms', jsonb_build_object('share', 0.1, 'until', (CURRENT_DATE + 1)::text))), c)) FROM unnest('{合同1,合同2,合同3}'::text[]) AS c;
SELECT max(obligation_id) FILTER (WHERE document = '合同1') AS c1, max(obligation_id) FILTER (WHERE document = '合同2') AS c2, max(obligation_id) FILTER (WHERE document = '合同3') AS c3 FROM b.obligation \gset
CREATE FUNCTION pg_temp.told(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\d{13,}|\d{4}-\d\d-\d\d', 'N', 'g') $$;
SET ROLE regress_client;

-- 1. In parts, and by a batch: the parts add up.
SELECT count(b.request_payment(:line, 100, '预付' || i, commitment => :c1)) AS three FROM generate_series(1, 3) AS i;
SELECT pg_temp.told(format($$SELECT b.request_payment(%s, 0.01, '预付4', commitment => %s)$$, :line, :c1));
SELECT b.post_batch(jsonb_build_array(jsonb_build_object('operation', 'request_payment', 'line', :line, 'amount', '0.01', 'document', 'b', 'commitment', :c1)), 'report') ->> 'refused' AS refused;

-- 2. Paid, refunded to the contract, asked for again, and the refund undone.
SELECT b.pay(:line, 100, '预付1', request => obligation_id) AS paid FROM b.obligation WHERE document = '预付1' \gset
SELECT b.refund(:paid, 100, '退款', target => 'commitment') AS refund \gset
SELECT b.request_payment(:line, 100, '再付', commitment => :c1) > 0 AS again;
SELECT pg_temp.told(format($$SELECT b.reverse(%s, '冲退款')$$, :refund)) AS undone;
SELECT requested, open FROM b.check_contract('合同1') WHERE clause_no = 1;

-- 3. A second commitment in the contract's name is the same contract.
SELECT b.commit_funds(:line, 1000, '合同1') AS twin \gset
SELECT pg_temp.told(format($$SELECT b.request_payment(%s, 1, '另付', commitment => %s)$$, :line, :twin));
SELECT requested, open FROM b.check_contract('合同1') WHERE clause_no = 1;

-- 4. A day that has not come is no day yet, whatever the books say.
SELECT b.plan_delivery('设备', CURRENT_DATE, 10, contract_no => '合同3') AS delivery \gset
SELECT b.record_delivery(:delivery, 10, '送货单') IS NOT NULL AS came, b.accept_delivery(:delivery, 10, '验收单') IS NOT NULL AS accepted;
SELECT pg_temp.told(format($$SELECT b.request_payment(%s, 901, '质保', commitment => %s, accounting_date => (EXTRACT(YEAR FROM CURRENT_DATE) || '-12-31')::date)$$, :line, :c3)) ~ '^ZB010|^ZB004' AS not_yet;
-- what came and was accepted is not once more
SELECT pg_temp.told(s) FROM unnest(ARRAY[format($$SELECT b.accept_delivery(%s, 1, '验收单2')$$, :delivery), format($$SELECT b.record_delivery(%s, 10, '送货单')$$, :delivery)]) AS s;

-- 5. A contract of another unit pays nothing here, and does not wait for what is said about it there.
SELECT pg_temp.told(s) FROM unnest(ARRAY[
  format($$SELECT b.request_payment(%s, 1, 'x', commitment => %s)$$, :line, :c2), format($$SELECT b.request_payment(%s, 1, 'x', commitment => %s)$$, :other, :c2),
  format($$INSERT INTO b.payment (payment_no, line_id, contract_id, amount, payee, state) VALUES ('x', %s, 2, 1, '乙', 'requested')$$, :line),
  $$SELECT b.set_contract_clauses('合同2', '[{"no": 1, "kind": "milestone", "title": "全付", "terms": {"share": 1, "on": "signing"}}]', 'x')$$,
  $$SELECT b.plan_delivery('x', CURRENT_DATE, 1, contract_no => '合同2')$$, $$SELECT b.check_contract('合同2')$$,
  $$SELECT b.register_invoice('12345678', '乙', 1, CURRENT_DATE, code => '1234567890', contract_no => '合同2')$$]) AS s;

-- 6. Beyond the line, and what was signed changed after the request.
SELECT pg_temp.told(s) FROM unnest(ARRAY[
  format($$INSERT INTO b.contract (contract_no, line_id, amount, state) VALUES ('合同4', %s, 7000.01, 'signed')$$, :line),
  $$UPDATE b.contract SET amount = 5000 WHERE contract_no = '合同1'$$, $$UPDATE b.contract SET supplier = '戊' WHERE contract_no = '合同1'$$,
  format($$UPDATE b.contract SET line_id = %s WHERE contract_no = '合同1'$$, :other), $$UPDATE b.contract SET state = 'draft' WHERE contract_no = '合同1'$$,
  format($$SELECT b.request_payment(%s, 1001, '超合同', commitment => %s)$$, :line, :c3)]) AS s;

-- 7. An invoice is used once, whoever shows it and however its number is written.
SELECT b.register_invoice('12345678901234567890', '甲', 5, CURRENT_DATE, unit => '101001') > 0 AS first;
RESET ROLE;
SELECT regexp_replace(pg_temp.refused(s), '\d{4}-\d\d-\d\d', 'DAY') FROM unnest(ARRAY[
  $$SELECT b.register_invoice('12345678901234567890', '甲', 5, CURRENT_DATE, unit => '102')$$,
  $$SELECT b.register_invoice('12345678901234567890', '甲', 5, CURRENT_DATE, code => '123456789012', unit => '102')$$]) AS s;
SELECT b.register_invoice('12345678901234567891', '甲', 5, CURRENT_DATE, unit => '102') > 0 AS alike;
SELECT invoice_number, flags FROM b.invoice ORDER BY 1;
SELECT count(*) FROM b.verify_ledger();
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_client;
DROP ROLE regress_client;
