-- "As of" is final once nothing can still be posted before it: by the month's
-- closing, and never for days that were still to come when it was closed.
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('final', root => '320000000', first_year => 2026);
SELECT count(final.register_unit('101', '省财政厅', '320000000'));
SELECT final.open_line(2026, '101', '2010601', title => 'a') AS a \gset
SELECT final.appropriate(:a, 100, '苏财预1号', accounting_date => '2026-01-01') > 0 AS posted;
CREATE FUNCTION pg_temp.as_of(line bigint, moment timestamptz) RETURNS text LANGUAGE sql AS $$
  SELECT concat_ws(' ', paid, CASE WHEN final THEN 'final' ELSE 'open' END) FROM final.balance_as_of(line, moment) $$;

-- the whole year's months but the last are closed, whatever day it is
SELECT pg_temp.as_of(:a, '2026-01-01');
SELECT final.close_month(2026, 11);
SELECT pg_temp.as_of(:a, '2026-01-01'), pg_temp.as_of(:a, 'infinity'), pg_temp.as_of(:a, NULL);
SELECT clock_timestamp() AS after \gset
SELECT final.pay(:a, 10, '凭证1号', accounting_date => '2026-12-01') > 0 AS posted;
SELECT paid, final AND :'after'::timestamptz < '2026-12-01' AS promised FROM final.balance_as_of(:a, :'after');
SELECT final.close_month(2026, 12);
SELECT final.set_year_state(2026, 'closing');
SELECT final.set_year_state(2026, 'closed');
SELECT pg_temp.as_of(:a, :'after'), pg_temp.as_of(:a, 'infinity');
