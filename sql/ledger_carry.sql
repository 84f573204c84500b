-- Money of a closing year goes on in the next one, free or with its contract.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.add_year(2027);
SELECT count(budget.register_unit('101', '省教育厅', '320000000'));
SELECT budget.open_line(2026, '101', '2050201', title => '设备') AS old \gset
SELECT budget.open_line(2027, '101', '2050201', title => '设备根', executable => false) AS root \gset
SELECT budget.open_line(2027, '101', '2050201', title => '设备中', parent => :root, executable => false) AS middle \gset
SELECT budget.open_line(2027, '101', '2050201', title => '设备', parent => :middle) AS child \gset
SELECT budget.open_line(2027, '101', '2050202', title => '单列') AS alone \gset
SELECT budget.open_line(2027, '101', '2050202', title => '别的资金', fund_type => '12') AS fund \gset
SELECT budget.appropriate(:old, 1000, '苏财预1号') > 0 AS appropriated;
SELECT budget.commit_funds(:old, 300, '合同A') AS contract \gset
SELECT budget.request_payment(:old, 100, '申请1', commitment => :contract) AS request \gset
SELECT budget.pay(:old, 60, '凭证1', request => :request) AS payment \gset
CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\d{16}', 'N', 'g') $$;
CREATE VIEW pg_temp.money AS
  SELECT l.fiscal_year, l.title, b.appropriated::text, b.available::text, b.allotted::text, b.committed::text, b.requested::text, b.paid::text, b.carried::text
    FROM budget.line l JOIN budget.balance b USING (line_id) WHERE b.entry_no > 0 ORDER BY l.line_id;

-- not while the year is open, not into the same year or another fund, not a request
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转1'')', :old, :child));
SELECT budget.set_year_state(2026, 'closing');
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转1'')', :child, :old));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转1'')', :old, :fund));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 1, ''结转1'', obligation => %s)', :old, :child, :request));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 200.01, ''结转1'', obligation => %s)', :old, :child, :contract));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, %s, 700.01, ''结转1'')', :old, :child));
SELECT pg_temp.refusal(format('SELECT budget.carry_forward(%s, 2027000000999999, 1, ''结转1'')', :old));

-- the contract with its money, down the new tree; what is free to a line without a parent
SELECT budget.carry_forward(:old, :child, 200, '结转合同A', obligation => :contract, key => 'close:A') AS carried \gset
SELECT budget.carry_forward(:old, :child, 200, '结转合同A', obligation => :contract, key => 'close:A') = :carried AS same;
SELECT l.fiscal_year, l.title, p.kind, p.amount::text, extract(year FROM p.accounting_date) AS year_of_date, p.from_obligation = :contract AS from_contract, p.to_obligation = :carried AS to_new
  FROM budget.posting(:carried) p JOIN budget.line l USING (line_id) ORDER BY line_id, entry_no;
SELECT budget.carry_forward(:old, :alone, 700, '结转', key => 'close:rest') AS rest \gset
SELECT fiscal_year, kind, amount::text FROM budget.posting(:rest) JOIN budget.line USING (line_id) ORDER BY line_id, entry_no;
SELECT * FROM pg_temp.money;
SELECT stage, amount::text, drawn::text, released::text, document FROM budget.obligation ORDER BY obligation_id;
SELECT pg_temp.refusal(format('SELECT budget.reverse(%s, ''冲结转'')', :carried));

-- the request that was under way is still paid; the contract goes on in the new year
SELECT budget.pay(:old, 40, '凭证2', request => :request) > 0 AS settled;
SELECT budget.set_year_state(2027, 'open');
SELECT budget.request_payment(:child, 200, '申请2', commitment => :carried) AS request2 \gset
SELECT budget.pay(:child, 200, '凭证3', request => :request2) > 0 AS paid;
SELECT budget.set_year_state(2026, 'closed');
SELECT * FROM pg_temp.money;
SELECT * FROM budget.verify_ledger();
