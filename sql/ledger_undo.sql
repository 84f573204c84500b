-- What undoes in combination: a yuan that came back once does not come back again.
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('undo', root => '320000000', first_year => 2026);
SELECT count(undo.register_unit('101', '省财政厅', '320000000'));
SELECT undo.open_line(2026, '101', '2010601', title => 'a') AS a \gset
SELECT undo.open_line(2026, '101', '2010602', title => 'b') AS b \gset
SELECT undo.open_line(2026, '101', '2010607', title => 'c') AS c \gset
SELECT count(undo.appropriate(line_id, 1000, '苏财预1号')) FROM undo.line;

CREATE FUNCTION pg_temp.attempt(statement text, VARIADIC posting bigint[] DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text; answer text;
BEGIN
  EXECUTE format(statement, VARIADIC posting) INTO answer;
  RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, regexp_replace(message, '\d{16}', 'N', 'g'),
    regexp_replace(nullif(detail, ''), '\d{16}', 'N', 'g'), nullif(hint, ''));
END $$;
CREATE FUNCTION pg_temp.money() RETURNS TABLE (title varchar, appropriated text, available text, allotted text, pending text, paid text)
LANGUAGE sql AS $$
  SELECT l.title, b.appropriated::text, b.available::text, b.allotted::text, b.pending_out::text, b.paid::text
  FROM undo.line l JOIN undo.balance b USING (line_id) WHERE b.entry_no > 0 ORDER BY l.line_id $$;

-- refunded where the correction had moved it: the correction goes back without that part
SELECT undo.pay(:a, 100, '凭证1号') AS pay \gset
SELECT undo.correct_payment(:pay, :b, 100, '更正1号') AS correction \gset
SELECT undo.refund(:correction, 30, '退款1号') AS refund \gset
SELECT pg_temp.attempt('SELECT undo.refund(%s, 1, ''退款2号'')', :pay);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲1号'', 71)', :correction);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲1号'')', :correction);
SELECT * FROM pg_temp.money();
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲1号'')', :correction);
SELECT pg_temp.attempt('SELECT undo.refund(%s, 71, ''退款2号'')', :pay);
-- the refund undone, its part of the correction can go back too
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲2号'')', :refund);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲3号'')', :correction);
SELECT pg_temp.attempt('SELECT undo.refund(%s, 100, ''退款2号'')', :pay);
SELECT * FROM pg_temp.money();

-- corrected again: the first correction has nothing left, the second has all
SELECT undo.pay(:a, 100, '凭证2号') AS pay \gset
SELECT undo.correct_payment(:pay, :b, 60, '更正2号') AS first \gset
SELECT undo.correct_payment(:first, :c, 60, '更正3号') AS second \gset
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲4号'')', :first);
SELECT pg_temp.attempt('SELECT undo.correct_payment(%s, %s, 41, ''更正4号'')', :pay, :b);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲5号'')', :pay);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲6号'')', :second);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲7号'')', :first);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲8号'')', :pay);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲9号'')', :pay);
SELECT * FROM pg_temp.money();

-- a payment in parts, and a reversal that cannot be undone itself
SELECT undo.pay(:a, 100, '凭证3号') AS pay \gset
SELECT undo.reverse(:pay, '冲10号', 60) AS part \gset
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲11号'', 60)', :pay);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲12号'')', :part);
SELECT pg_temp.attempt('SELECT undo.refund(%s, 1, ''退款3号'')', :part);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲13号'')', :pay);

-- an allotment comes back as far as the child has not spent it
SELECT undo.open_line(2026, '101', '2010601', title => 'child', parent => :c) AS child \gset
SELECT undo.reserve_out(:c, 200, '申请1号') > 0 AS reserved;
SELECT undo.allot(:c, :child, 500, '下达1号') AS allotment \gset
SELECT undo.allot(:c, :child, 300, '下达2号', from_pending => 200) AS mixed \gset
SELECT undo.pay(:child, 700, '凭证4号') > 0 AS paid;
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲14号'')', :allotment);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲14号'', 100)', :allotment);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲15号'', 0.01)', :allotment);
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲16号'', 1)', :mixed);
SELECT count(undo.supplement(:c, 300, '追加1号')), count(undo.allot(:c, :child, 300, '下达3号'));
SELECT pg_temp.attempt('SELECT undo.reverse(%s, ''冲16号'')', :mixed);
SELECT * FROM pg_temp.money();

-- mode warn: told once it is written, and not again by a repeated key
SELECT undo.open_line(2026, '101', '2010601', title => 'warn', control => 'warn') AS warn \gset
SELECT undo.pay(:warn, 10, '凭证5号', key => 'k') AS pay \gset
SELECT undo.pay(:warn, 10, '凭证5号', key => 'k') = :pay AS same;
SELECT undo.check_funds(:warn, 'pay', 5) ->> 'passes' AS passes;
SELECT undo.refund(:pay, 5, '退款4号') > 0 AS refunded;
SELECT count(*) AS differences FROM undo.verify_ledger();
-- an answer of no rows means a line that is right, not one that does not exist
SELECT count(*) FROM undo.verify_ledger(2026000000000077);
SELECT pg_temp.attempt('SELECT undo.pay(%s, 1, ''凭证6号'')', 2030000000000001);
SELECT pg_temp.attempt('SELECT undo.refund(NULL, 1, ''退款5号'')');
SELECT pg_temp.attempt('SELECT undo.reverse(NULL, ''冲17号'')');

-- a keyed reversal of what was taken out of pending money can be repeated
SELECT undo.reserve_out(:c, 50, '调减申请') > 0 AS reserved;
SELECT undo.reduce(:c, 80, '苏财预3号', from_pending => 50) AS reduction \gset
SELECT undo.reverse(:reduction, '冲追减', key => 'undo-reduce') AS undone \gset
SELECT undo.reverse(:reduction, '冲追减', key => 'undo-reduce') = :undone AS same;
