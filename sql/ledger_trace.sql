-- Where money came from and what it became (顺向可控, 逆向可溯).
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
CREATE FUNCTION pg_temp.way(posting bigint, direction text) RETURNS TABLE (depth int, line varchar, kind varchar, amount numeric, document text, relation varchar)
LANGUAGE sql AS $$ SELECT t.depth, l.title, t.kind, t.amount, t.document, t.relation FROM budget.trace(posting, direction) t JOIN budget.line l USING (line_id)
  ORDER BY t.depth, t.posting_id, l.line_id, t.kind $$;
-- 市 appropriates, transfers to the district, which allots to a school, which pays, gets some back and corrects the rest
SELECT budget.appropriate(:root, 1000, '苏财预1号') AS given \gset
SELECT budget.send_transfer(:root, '320505000', 300, '苏财教9号') AS sent \gset
SELECT budget.receive_transfer(:sent, :district, '虎财收1号') AS received \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'school', parent => :district) AS school \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'second school', parent => :district) AS school2 \gset
SELECT budget.allot(:district, :school, 200, '虎财教1号') AS allotted \gset
SELECT budget.allot(:district, :school2, 50, '虎财教2号') > 0 AS allotted2;
SELECT budget.pay(:school, 120, '凭证1号') AS paid \gset
SELECT budget.refund(:paid, 20, '退款1号') AS refunded \gset
SELECT budget.correct_payment(:paid, :school2, 30, '更正1号') AS corrected \gset
SELECT * FROM pg_temp.way(:paid, 'up');
SELECT * FROM pg_temp.way(:paid, 'down');
SELECT * FROM pg_temp.way(:refunded, 'up');
SELECT * FROM pg_temp.way(:given, 'down');
SELECT * FROM pg_temp.way(:sent, 'down') WHERE depth < 2;
-- virement
SELECT budget.virement(:root, :other, 40, '苏财调1号') AS moved \gset
SELECT budget.pay(:other, 10, '凭证2号') AS paid2 \gset
SELECT * FROM pg_temp.way(:paid2, 'up');
-- nothing of that id
SELECT * FROM pg_temp.way(2026000000999999, 'up');
