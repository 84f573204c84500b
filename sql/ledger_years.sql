-- Years: what each state lets through, months that close, dates that count.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
CREATE FUNCTION pg_temp.answer(call text) RETURNS text LANGUAGE sql AS $$ SELECT s.state || ' ' || s.message FROM pg_temp.said(call) s $$;

-- preparing: appropriations, allotments and transfers (提前下达), no spending
SELECT budget.add_year(2027);
SELECT budget.open_line(2027, '101', '2050202', title => 'early') AS early \gset
SELECT budget.open_line(2027, '101001', '2050202', title => 'early child', parent => :early) AS early_child \gset
SELECT pg_temp.answer(format('budget.appropriate(%s, 1000, ''提前下达1号'') > 0', :early));
SELECT pg_temp.answer(format('budget.allot(%s, %s, 400, ''提前下达2号'') > 0', :early, :early_child));
SELECT pg_temp.answer(format('budget.return_allotment(%s, %s, 100, ''退回1号'') > 0', :early_child, :early));
SELECT pg_temp.answer(format('budget.supplement(%s, 1, ''追加'')', :early));
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''凭证'')', :early_child));
SELECT pg_temp.answer(format('budget.freeze(%s, 1, ''冻结'')', :early));
-- an early entry belongs to the year's first day, whatever today is, unless a day of the year is given
SELECT DISTINCT accounting_date >= '2027-01-01' AND accounting_date <= '2027-12-31' AS in_its_year FROM budget.journal WHERE line_id >= 2027000000000000;

-- open, closing, open again, closing, closed; nothing else follows
SELECT pg_temp.answer('budget.set_year_state(2027, ''closing'')');
SELECT pg_temp.answer('budget.set_year_state(2027, ''closed'')');
SELECT pg_temp.answer('budget.set_year_state(2027, ''preparing'')');
SELECT budget.set_year_state(2027, 'open');
SELECT pg_temp.answer('budget.set_year_state(2027, ''open'')');
SELECT pg_temp.answer('budget.set_year_state(2027, ''preparing'')');
SELECT budget.pay(:early_child, 50, '凭证1号', accounting_date => '2027-03-05') AS paid \gset
SELECT pg_temp.answer(format('budget.supplement(%s, 10, ''追加1号'') > 0', :early));
SELECT budget.set_year_state(2027, 'closing');
SELECT title, year_state FROM budget.balance JOIN budget.line USING (line_id) WHERE fiscal_year = 2027 ORDER BY line_id;
-- closing: what settles, no new spending, no new money
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''凭证'')', :early_child));
SELECT pg_temp.answer(format('budget.appropriate(%s, 1, ''批复'')', :early));
SELECT pg_temp.answer(format('budget.allot(%s, %s, 1, ''下达'')', :early, :early_child));
SELECT pg_temp.answer('budget.open_line(2027, ''101'', ''2050202'', title => ''late'')');
SELECT pg_temp.answer(format('budget.refund(%s, 10, ''退款1号'', accounting_date => ''2027-12-31'') > 0', :paid));
SELECT pg_temp.answer(format('budget.withdraw(%s, 20, ''收回1号'') > 0', :early_child));
SELECT pg_temp.answer(format('budget.return_allotment(%s, %s, 30, ''退回2号'') > 0', :early_child, :early));
SELECT budget.set_year_state(2027, 'open'), budget.set_year_state(2027, 'closing'), budget.set_year_state(2027, 'closed');
-- closed: nothing, and for good
SELECT pg_temp.answer(format('budget.refund(%s, 1, ''退款'')', :paid));
SELECT pg_temp.answer(format('budget.reverse(%s, ''冲销'')', :paid));
SELECT pg_temp.answer('budget.open_line(2027, ''101'', ''2050202'', title => ''late'')');
SELECT pg_temp.answer('budget.set_year_state(2027, ''open'')');
SELECT pg_temp.answer('budget.set_year_state(2027, ''closing'')');
SELECT * FROM pg_temp.money('early', 'early child');
SELECT final FROM budget.balance_as_of(:early, '2027-06-30');

-- months
SELECT budget.appropriate(:root, 1000, '苏财预1号', accounting_date => '2026-01-10'), budget.allot(:root, :child, 500, '苏财教1号', accounting_date => '2026-01-20') \g /dev/null
SELECT budget.close_month(2026, 3);
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''凭证'', accounting_date => ''2026-03-31'')', :child));
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''凭证'', accounting_date => ''2026-04-01'') > 0', :child));
SELECT pg_temp.answer('budget.close_month(2026, 3)');
SELECT pg_temp.answer('budget.close_month(2026, 2)');
-- a line opened later knows of it
SELECT budget.open_line(2026, '102', '2050203', title => 'later') AS later \gset
SELECT pg_temp.answer(format('budget.appropriate(%s, 1, ''批复'', accounting_date => ''2026-02-01'')', :later));
SELECT final FROM budget.balance_as_of(:child, '2026-03-31');
SELECT final FROM budget.balance_as_of(:child, '2026-04-01');
SELECT budget.close_month(2026, 12);
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''凭证'', accounting_date => ''2026-12-31'')', :child));
SELECT fiscal_year, state, closed_month FROM budget.fiscal_year ORDER BY 1;
SELECT * FROM budget.verify_ledger();
