-- Money carried into the next year: what is left, a contract, down a tree; and what the old year keeps.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT count(budget.register_unit('101', '省教育厅', '320000000'));
SELECT budget.open_line(2025, '101', '2050201', title => '旧') AS old \gset
SELECT budget.open_line(2025, '101', '2050202', title => '旧超支', control => 'warn') AS loose \gset
SELECT budget.appropriate(:old, 1000, '苏财预1号') AS p \gset
SELECT budget.commit_funds(:old, 300, '合同A') AS contract \gset
SELECT budget.request_payment(:old, 50, '申请', commitment => :contract) AS request \gset
SELECT budget.precommit(:old, 40, '计划') AS plan \gset
SELECT budget.add_year(2026);
SELECT budget.open_line(2026, '101', '2050201', title => '新') AS root \gset
SELECT budget.open_line(2026, '101', '2050201', title => '新下级', parent => :root) AS child \gset
SELECT budget.open_line(2026, '101', '2050202', title => '新基金', fund_type => '12') AS fund \gset
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\d{16}', 'N', 'g') $$;

-- only out of a closing year, into a later one, of the same fund type
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转'')', :old, :child));
SELECT budget.set_year_state(2025, 'closing');
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转'')', :child, :old));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转'')', :old, :old));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转'')', :old, :fund));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 660.01, ''结转'')', :old, :child));
-- a line that may be overspent carries what it has, and nothing else
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 0.01, ''结转'')', :loose, :child));

-- down the new tree
SELECT budget.carry_forward(:old, :child, 600, '结转') AS carried \gset
SELECT l.title, j.kind, j.amount::text FROM budget.journal j JOIN budget.line l USING (line_id)
 WHERE posting_id = :carried ORDER BY line_id, entry_no;
SELECT pg_temp.refusal(format('SELECT budget.reverse(%s, ''冲'')', :carried));

-- contracts only, what is left of them
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转'', obligation => %s)', :old, :child, :plan));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 250.01, ''结转'', obligation => %s)', :old, :child, :contract));
SELECT budget.carry_forward(:old, :child, 200, '结转合同A', obligation => :contract) AS again \gset
SELECT stage, amount::text, drawn::text, released::text, predecessor = :contract AS of_the_contract
  FROM budget.obligation ORDER BY obligation_id;
-- the rest of the contract, and its request, stay in the old year
SELECT budget.release(:request, '撤申请') > 0 AS back_to_the_contract;
SELECT budget.set_year_state(2026, 'open');
-- what was carried is a contract of the new year: nothing of it goes back to the old one
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''终止'', 20, target => ''predecessor'')', :again));
SELECT budget.release(:again, '终止', 20) AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT budget.request_payment(:child, 180, '申请', commitment => :again) AS next \gset
SELECT budget.pay(:child, 80, '支付', request => :next) AS paid \gset
SELECT budget.refund(:paid, 10, '退款', target => 'commitment') AS p \gset
SELECT budget.release(:next, '撤申请') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT stage, amount::text, drawn::text, released::text FROM budget.obligation ORDER BY obligation_id;
SELECT l.title, b.available::text, b.allotted::text, b.precommitted::text, b.committed::text, b.paid::text, b.carried::text
  FROM budget.balance b JOIN budget.line l USING (line_id) ORDER BY line_id;
SELECT * FROM budget.verify_ledger();
