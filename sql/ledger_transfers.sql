-- Money between governments (转移支付): sent, on its way, received, returned.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
CREATE FUNCTION pg_temp.transfers() RETURNS TABLE (from_line varchar, from_division text, to_division text, amount numeric, document varchar, direct boolean, state varchar, to_line varchar)
LANGUAGE sql AS $$ SELECT f.title, t.from_division::text, t.to_division::text, t.amount::numeric, t.document, t.direct, t.state, r.title
  FROM budget.transfer t LEFT JOIN budget.line f ON f.line_id = t.from_line LEFT JOIN budget.line r ON r.line_id = t.to_line ORDER BY t.transfer_id $$;
SELECT budget.appropriate(:root, 1000, '苏财预1号') \g /dev/null
SELECT budget.send_transfer(:root, '320505000', 300, '苏财教9号') AS sent \gset
SELECT * FROM pg_temp.entries(:sent);
SELECT * FROM pg_temp.transfers();
SELECT * FROM pg_temp.money('root', 'district');

-- the wrong line: of another government, below a root, without the document, without the mark
SELECT budget.open_line(2026, '201', '2050202', title => 'no document') AS bare \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'direct', source_document => '苏财教9号', direct => true) AS direct \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'below', parent => :district) AS below \gset
\x on
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :other));
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :bare));
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :direct));
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :below));
\x off
SELECT budget.receive_transfer(:sent, :district, '虎财收1号', key => 'r1') AS received \gset
SELECT * FROM pg_temp.entries(:received);
SELECT budget.receive_transfer(:sent, :district, '虎财收1号', key => 'r1') = :received AS same_posting;
SELECT * FROM pg_temp.transfers();
SELECT * FROM pg_temp.money('root', 'district');

-- returned out of what the receiver still has; once
SELECT budget.pay(:district, 200, '凭证1号') AS paid \gset
\x on
SELECT * FROM pg_temp.said(format('budget.return_transfer(%s, ''退1号'')', :sent));
\x off
SELECT budget.reverse(:paid, '冲销1号') > 0 AS reversed;
SELECT budget.return_transfer(:sent, '退1号') AS returned \gset
SELECT * FROM pg_temp.entries(:returned);
SELECT * FROM pg_temp.transfers();
SELECT * FROM pg_temp.money('root', 'district');

-- taken back while it is on its way; direct money arrives in a line that bears the mark
SELECT budget.open_line(2026, '101', '2050201', title => 'direct root', source_document => '财教2号', direct => true) AS direct_root \gset
SELECT budget.appropriate(:direct_root, 500, '财教2号') \g /dev/null
SELECT budget.send_transfer(:direct_root, '320505000', 100, '苏财教10号') AS second \gset
SELECT budget.return_transfer(:second, '退2号') AS returned \gset
SELECT * FROM pg_temp.entries(:returned);
SELECT budget.send_transfer(:direct_root, '320505000', 100, '苏财教9号') AS third \gset
SELECT pg_temp.said(format('budget.receive_transfer(%s, %s, ''收2号'')', :third, :district));
SELECT budget.receive_transfer(:third, :direct, '虎财收2号') > 0 AS received;
-- a transfer cannot be undone piecemeal, nor by a reversal
SELECT state, message FROM pg_temp.said(format('budget.reverse(%s, ''冲销'')', :third));
SELECT * FROM pg_temp.transfers();
SELECT from_division, to_division, amount, document, state FROM budget_report.transfer_in_transit;
SELECT * FROM budget.verify_ledger();
