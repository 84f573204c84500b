-- Control modes: a line in mode warn or off spends more than it has, and never
-- hands to another line what it has not.
SET client_min_messages = error;
SELECT budgetpm.create_ledger('modes', root => '320000000', first_year => 2026);
SELECT count(modes.register_unit('101', '省财政厅', '320000000'));
SELECT count(modes.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'));
SELECT count(modes.register_unit('201', '南京市财政局', '320100000'));
SELECT modes.open_line(2026, '101', '2010601', title => 'block') AS block \gset
SELECT modes.open_line(2026, '101', '2010602', title => 'off', control => 'off') AS off \gset
SELECT modes.open_line(2026, '101', '2010607', title => 'warn', control => 'warn') AS warn \gset
SELECT modes.open_line(2026, '101', '2010602', title => 'off below', parent => :off, control => 'off') AS below \gset
SELECT modes.open_line(2026, '101', '2010602', title => 'block below', parent => :below) AS deep \gset
SELECT modes.open_line(2026, '101', '2010602', title => 'other below', parent => :off) AS other \gset
SELECT modes.open_line(2026, '201', '2010602', title => 'city') AS city \gset
SELECT count(modes.appropriate(:block, 100, '苏财预1号'));

CREATE FUNCTION pg_temp.attempt(statement text, VARIADIC ids bigint[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text; answer text;
BEGIN
  EXECUTE format(statement, VARIADIC ids) INTO answer;
  RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN concat_ws(' | ', SQLSTATE, regexp_replace(message, '\d{16}', 'N', 'g'), nullif(detail, ''));
END $$;

-- spending, freezing and lowering the line's own authority
SELECT pg_temp.attempt('SELECT modes.pay(%s, 40, ''凭证1号'')', :off),
       pg_temp.attempt('SELECT modes.freeze(%s, 5, ''冻1号'')', :off),
       pg_temp.attempt('SELECT modes.withdraw(%s, 5, ''收1号'', from_frozen => 5)', :off),
       pg_temp.attempt('SELECT modes.reduce(%s, 5, ''减1号'')', :off),
       pg_temp.attempt('SELECT modes.pay(%s, 40, ''凭证2号'')', :warn);
-- handing on
SELECT pg_temp.attempt('SELECT modes.allot(%s, %s, 10, ''下1号'')', :off, :below);
SELECT pg_temp.attempt('SELECT modes.virement(%s, %s, 10, ''调1号'')', :off, :block);
SELECT pg_temp.attempt('SELECT modes.virement(%s, %s, 10, ''调1号'')', :warn, :block);
SELECT pg_temp.attempt('SELECT modes.send_transfer(%s, ''320100000'', 10, ''转1号'')', :off);
SELECT pg_temp.attempt('SELECT modes.reserve_out(%s, 10, ''留1号'')', :off);
SELECT modes.check_funds(:off, 'pay', 10) ->> 'passes' AS pay, modes.check_funds(:off, 'reserve_out', 10) ->> 'passes' AS reserve_out;
-- what it was given can go on, and not come back once it is spent
SELECT pg_temp.attempt('SELECT modes.virement(%s, %s, 70, ''调2号'')', :block, :off);
SELECT pg_temp.attempt('SELECT modes.allot(%s, %s, 21, ''下2号'')', :off, :below);
SELECT modes.allot(:off, :below, 15, '下2号') AS allotment \gset
SELECT modes.allot(:below, :deep, 10, '下3号') > 0 AS allotted;
SELECT pg_temp.attempt('SELECT modes.pay(%s, 30, ''凭证3号'')', :below);
SELECT pg_temp.attempt('SELECT modes.reverse(%s, ''冲1号'')', :allotment);
SELECT pg_temp.attempt('SELECT modes.return_allotment(%s, %s, 1, ''退1号'')', :below, :off);
-- what only passes through an overspent line still passes
SELECT pg_temp.attempt('SELECT modes.virement(%s, %s, 4, ''调3号'')', :deep, :other);
SELECT l.title, b.appropriated::text, b.available::text, b.allotted::text, b.paid::text
  FROM modes.balance b JOIN modes.line l USING (line_id) ORDER BY line_id;

-- a payment is corrected inside one government
SELECT modes.pay(:block, 10, '凭证4号') AS pay \gset
SELECT pg_temp.attempt('SELECT modes.correct_payment(%s, %s, 10, ''更1号'')', :pay, :city);
SELECT pg_temp.attempt('SELECT modes.correct_payment(%s, %s, 10, ''更1号'')', :pay, :off);
SELECT count(*) AS differences FROM modes.verify_ledger();
