-- Money that another ledger sent: announced once, received, returned.
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('city', root => '320000000', first_year => 2026);
SELECT count(*) FROM (SELECT
  city.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'),
  city.register_division('320102000', '玄武区', '320100000', 3, '2020-01-01')) AS d;
SELECT count(city.register_unit('201', '南京市财政局', '320100000'));

CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; hint text; answer text;
BEGIN
  EXECUTE statement INTO answer;
  RETURN 'ok: ' || answer;
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
  RETURN concat_ws(' | ', SQLSTATE, message, nullif(detail, ''), nullif(hint, ''));
END $$;

SELECT city.announce_transfer(2026, '320000000', '320100000', 500, '苏转9号', '省级账', '77') AS transfer \gset
-- announced again it is the same; with another content it is an error
SELECT city.announce_transfer(2026, '320000000', '320100000', 500, '苏转9号', '省级账', '77') = :transfer AS same;
SELECT pg_temp.attempt($$SELECT city.announce_transfer(2026, '320000000', '320100000', 501, '苏转9号', '省级账', '77')$$);
-- what cannot be
SELECT pg_temp.attempt($$SELECT city.announce_transfer(2026, '320100000', '320000000', 5, '苏转9号', '省级账', '78')$$);
SELECT pg_temp.attempt($$SELECT city.announce_transfer(2026, '320000000', '320100000', -5, '苏转9号', '省级账', '78')$$);
SELECT pg_temp.attempt($$SELECT city.announce_transfer(2026, '320000000', '320100000', 5, '苏转9号', NULL, '78')$$);
SELECT pg_temp.attempt($$SELECT city.announce_transfer(2026, '320000000', '329900000', 5, '苏转9号', '省级账', '78')$$);
SELECT pg_temp.attempt(format('SELECT city.return_transfer(%s, %L)', :transfer, '退1号'));
-- received into a line that carries the sender's document, spent, given back
SELECT city.open_line(2026, '201', '2050201', title => '上级专款', source_document => '苏转9号') AS line \gset
SELECT city.receive_transfer(:transfer, :line, '宁收1号') AS received \gset
SELECT pg_temp.attempt(format('SELECT city.receive_transfer(%s, %s, %L)', :transfer, :line, '宁收2号'))
  LIKE format('ZB007 | transfer %s is received already |%%', :transfer) AS once;
SELECT city.pay(:line, 10, '凭证1号') AS payment \gset
SELECT depth, kind, amount, relation FROM city.trace(:payment);
SELECT left(pg_temp.attempt(format('SELECT city.return_transfer(%s, %L)', :transfer, '退1号')), 5) AS spent;
SELECT count(city.reverse(:payment, '冲1号'));
SELECT count(city.return_transfer(:transfer, '退1号'));
SELECT appropriated, available FROM city.balance_as_of(:line);
SELECT state FROM city.transfer;
SELECT * FROM city.verify_ledger();
SELECT budgetpm.drop_ledger('city', 'city');
