-- A year is replayed against caps that do not exist.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('r', root => '320000000', first_year => 2025);
SELECT count(r.register_unit(code, name, '320000000')) FROM (VALUES ('101', '省教育厅'), ('102', '省卫健委')) AS u(code, name);
SELECT r.open_line(2025, '101', '2050202', '50206', '30217', title => 'a') AS a \gset
SELECT r.open_line(2025, '102', '2050202', '50206', '30217', fund_type => '12', title => 'b') AS b \gset
SELECT count(r.appropriate(line_id, 1000, '苏财预1号')) FROM r.line;
SELECT r.pay(:a, 60, '凭证1', accounting_date => '2025-01-10') AS p1 \gset
SELECT r.pay(:b, 50, '凭证2', accounting_date => '2025-01-11') AS p2 \gset
SELECT r.commit_funds(:a, 80, '合同1', accounting_date => '2025-01-12') AS contract \gset
SELECT r.request_payment(:a, 30, '申请1', commitment => :contract, accounting_date => '2025-01-13') AS request \gset
SELECT r.pay(:a, 30, '凭证3', request => :request, accounting_date => '2025-01-14') AS p3 \gset
SELECT r.refund(:p2, 20, '退1', accounting_date => '2025-02-01') AS back \gset
SELECT r.pay(:b, 40, '凭证4', accounting_date => '2025-02-02') AS p4 \gset
SELECT r.pay(:a, 45, '凭证5', accounting_date => '2025-02-03') AS p5 \gset
SELECT r.record_receipt(2025, '320000000', '12', 45, '缴1') > 0 AS recorded;
SELECT r.pay(:b, 10, '凭证6', accounting_date => '2025-03-01') AS p6 \gset
CREATE FUNCTION pg_temp.rehearsed(caps jsonb) RETURNS TABLE (cap text, document text, line text, amount numeric, limit_amount numeric, used numeric, short_by numeric, remark text)
  LANGUAGE sql AS $$
  SELECT x.cap, (SELECT min(j.document) FROM r.journal j WHERE j.posting_id = x.posting), (SELECT title FROM r.line l WHERE l.line_id = x.line),
         x.amount, x.limit_amount, x.used, x.short_by, x.remark
    FROM r.rehearse(caps, 2025) AS x $$;
-- 60, then 50 is stopped, with its refund; 80 is stopped, with what draws on it; 40 fits, 45 not
SELECT * FROM pg_temp.rehearsed('[{"name": "百元", "amount": 100}]');
-- two at once: all or nothing, each says so
SELECT * FROM pg_temp.rehearsed('[{"name": "接待", "amount": "120.00", "dept_econ": ["30217"]}, {"name": "卫健委", "unit": "102", "basis": "lines", "block_ratio": 0.03}]');
-- what was received when; paid only; a list; a plan
SELECT * FROM pg_temp.rehearsed(format('[{"name": "以收定支", "basis": "receipts", "fund_type": "12"}, {"name": "名单", "amount": 95, "lines": [%s], "consumes": ["paid"]}]', :a)::jsonb);
SELECT * FROM pg_temp.rehearsed('[{"name": "计划", "unit": "101", "basis": "plan", "plan": [70, 130, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "consumes": ["paid"]}]');
-- wide enough
SELECT * FROM pg_temp.rehearsed('[{"amount": 100000}]');
-- the same decisions as a cap that had been there
SELECT r.create_cap(2025, 'x', amount => 1000) > 0 AS made;
SELECT count(*) FROM r.alert;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT r.rehearse('{}', 2025)$$, $$SELECT r.rehearse('[]', 2025)$$, $$SELECT r.rehearse('[1]', 2025)$$,
  $$SELECT r.rehearse('[{"amount": 1, "limit": 2}]', 2025)$$, $$SELECT r.rehearse('[{"name": "x"}]', 2025)$$,
  $$SELECT r.rehearse('[{"amount": 1, "unit": "999"}]', 2025)$$, $$SELECT r.rehearse('[{"amount": 1}]', 2031)$$,
  $$SELECT r.rehearse('[{"amount": 1.005}]', 2025)$$, $$SELECT r.rehearse(NULL, 2025)$$]) AS s;
DROP SCHEMA r CASCADE;
