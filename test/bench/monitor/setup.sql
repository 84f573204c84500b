-- 1,000 lines of one unit, with money that does not end, an account of its own, a contract.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.register_unit('101', '教育厅', '320000000', NULL);
SELECT count(budget.open_line(2026, '101', '2050201', '50201', '30201', title => '经费 ' || i)) FROM generate_series(1, 1000) AS i;
SELECT count(budget.appropriate(line_id, 1000000000, '苏财预 1')) FROM budget.line;
SELECT budget.register_account('101', '32001122', '工行', '基本户');
-- A request and its payment, as an application makes them.
CREATE FUNCTION public.request_and_pay(line bigint, payee text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE asked bigint;
BEGIN
  asked := budget.request_payment(line, 0.01, '申请', memo => jsonb_build_object('payee', payee));
  RETURN budget.pay(line, 0.01, '申请', request => asked);
END $$;
VACUUM ANALYZE;
