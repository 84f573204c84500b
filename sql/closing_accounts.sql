--
-- The indicator account: vouchers of every kind, trial balances that are zero at
-- every moment, and local accounts beside those that ship.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set ECHO none
\i :top/test/ledger/small.sql
\set ECHO all
SET client_min_messages = warning;

-- The chart that ships: every kind of entry has its accounts, reversals included.
SELECT code, name, side FROM budget.account WHERE standard ORDER BY code;
SELECT * FROM budget.check_accounts();
SELECT a.kind, string_agg(DISTINCT a.account, '/' ORDER BY a.account) FILTER (WHERE a.side = 'debit') AS debit,
	string_agg(DISTINCT a.account, '/' ORDER BY a.account) FILTER (WHERE a.side = 'credit') AS credit
FROM budget.account_case a JOIN budget.entry_kind k USING (kind)
WHERE k.reverses IS NULL AND a.fund_type = '11' GROUP BY a.kind ORDER BY a.kind;
-- A reversal is its kind turned round, in every case.
SELECT count(*) AS differing FROM budget.account_case a JOIN budget.entry_kind k USING (kind)
JOIN budget.account_case b ON b.kind = k.reverses AND (b.chart, b.scope, b.fund_type, b.executable) = (a.chart, a.scope, a.fund_type, a.executable)
	AND b.side <> a.side WHERE b.account IS DISTINCT FROM a.account;

-- Vouchers of a few postings.
CREATE FUNCTION pg_temp.voucher(posting bigint) RETURNS TABLE (title varchar, kind_name varchar, side varchar, account varchar, debit numeric, credit numeric)
LANGUAGE sql AS $$
	SELECT l.title, a.kind_name, a.side, a.account_code || ' ' || a.account_name, a.debit, a.credit
	FROM budget_report.account_entry a JOIN budget.line l USING (line_id)
	WHERE a.posting_id = voucher.posting AND a.chart = 'neutral' ORDER BY a.line_id, a.entry_no, a.side DESC $$;
SELECT budget.appropriate(:root, 1000, '苏财预1号', accounting_date => '2026-01-05') AS given,
	budget.appropriate(:held, 500, '苏财预1号', accounting_date => '2026-01-05') AS given_held,
	budget.allot(:root, :child, 400, '下达1号', accounting_date => '2026-02-01') AS allotted,
	budget.freeze(:child, 50, '冻结', accounting_date => '2026-02-02') AS frozen,
	budget.pay(:child, 100, '凭证1', accounting_date => '2026-03-01') AS paid \gset
SELECT budget.reverse(:paid, '冲销', 30, accounting_date => '2026-03-02') AS reversed,
	budget.virement(:child, :other, 20, '调剂', accounting_date => '2026-04-01') AS moved,
	budget.send_transfer(:root, '320505000', 60, '苏财教9号', accounting_date => '2026-04-02') AS sent \gset
SELECT budget.receive_transfer(:sent, :district, '收到', accounting_date => '2026-04-03') AS received \gset
SELECT v.* FROM unnest(ARRAY[:given, :given_held, :allotted, :paid, :reversed, :moved, :sent, :received]) WITH ORDINALITY p(id, n)
CROSS JOIN LATERAL pg_temp.voucher(p.id) v ORDER BY p.n;

-- Of a year, of a quarter, as of a day, as it was known then.
SELECT * FROM budget_report.trial_balance;
SELECT * FROM budget.trial_balance_as_of(2026, '2026-04-30', '2026-03-01');
SELECT sum(closing) AS zero, sum(closing) FILTER (WHERE account_code = '31') AS paid, sum(debit) - sum(credit) AS nothing
FROM budget.trial_balance_as_of(2026, to_date => '2026-03-01');
SELECT posted_at AS moment FROM budget.journal WHERE posting_id = :paid \gset
SELECT sum(closing) AS zero, sum(closing) FILTER (WHERE account_code = '31') AS paid FROM budget.trial_balance_as_of(2026, known_at => :'moment');
SELECT * FROM budget.trial_balance_as_of(2031);

-- A city books its executable money on an account of its own; the shipped chart stays.
CREATE TEMP TABLE shipped AS SELECT * FROM budget.account_rule;
SELECT budget.add_account('neutral', '12.01', '可执行指标-虎丘区', parent => '12') \g /dev/null
SELECT budget.divert_account('neutral', '12', '12.01', division => '320505000') > 20 AS diverted;
SELECT account_code, account_name, standard, parent_code, closing FROM budget_report.trial_balance
WHERE account_code LIKE '12%' OR account_code = '53' ORDER BY 1;
SELECT count(*) AS changed FROM shipped s LEFT JOIN budget.account_rule r ON r IS NOT DISTINCT FROM s::text::budget.account_rule WHERE r.rule_id IS NULL;
SELECT * FROM budget.check_accounts();
-- The unit's own money keeps its account there.
SELECT DISTINCT account FROM budget.account_case WHERE kind = 'pay' AND side = 'credit' AND fund_type = '3' AND scope <> '';

-- A second chart, of one government only; one that leaves something out says so, and still adds up.
SELECT budget.add_chart('suzhou', '苏州市指标账', '320500000', copy_of => 'neutral'), budget.add_chart('bare', '未完成', '320505000') \g /dev/null
SELECT budget.add_account('bare', 'A', '可用', 'debit'), budget.add_account('bare', 'B', '来源', 'credit') \g /dev/null
SELECT budget.add_account_rule('bare', 'A', 'debit') > 0 AS any_kind, budget.add_account_rule('bare', 'B', 'credit', 'transfer_in') > 0 AS one_kind;
SELECT chart, account_code, debit, credit, closing FROM budget_report.trial_balance WHERE chart <> 'neutral' ORDER BY 1, 2;
SELECT count(*) > 100 AS incomplete, bool_and(chart_name = 'bare') AS only_this FROM budget.check_accounts();
SELECT chart, sum(closing) AS zero FROM budget_report.trial_balance GROUP BY 1 ORDER BY 1;

-- Refusals.
SELECT pg_temp.refused(call) FROM (VALUES
	(1, $$SELECT budget.add_chart('neutral', 'x')$$),
	(2, $$SELECT budget.add_chart('Bad name', 'x')$$),
	(3, $$SELECT budget.add_chart('x', 'x', copy_of => 'nosuch')$$),
	(4, $$SELECT budget.add_account('nosuch', '1', 'x', 'debit')$$),
	(5, $$SELECT budget.add_account('neutral', '12', 'x', 'debit')$$),
	(6, $$SELECT budget.add_account('neutral', '99', 'x')$$),
	(7, $$SELECT budget.add_account('neutral', '99', 'x', 'both')$$),
	(8, $$SELECT budget.add_account('neutral', '99', 'x', parent => '98')$$),
	(9, $$SELECT budget.add_account_rule('neutral', '98', 'debit', 'pay')$$),
	(10, $$SELECT budget.add_account_rule('neutral', '12', 'debit', 'nosuch')$$),
	(11, $$SELECT budget.add_account_rule('neutral', '12', 'debit', 'reverse_pay')$$),
	(12, $$SELECT budget.add_account_rule('neutral', '31', 'debit', 'pay')$$),
	(13, $$SELECT budget.divert_account('neutral', '12', '31')$$),
	(14, $$SELECT budget.divert_account('neutral', '12', '12.01', '320505000')$$),
	(15, $$SELECT budget.add_account_rule(NULL, '12', 'debit')$$)) c(n, call) ORDER BY n;

-- A reader's share of the books balances by itself; who may add accounts, and where.
CREATE ROLE regress_books_reader;
CREATE ROLE regress_books_clerk;
GRANT regress_books_reader, regress_books_clerk TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_books_reader', 'reader', '320505000') > 0 AS granted,
	budgetpm.grant_ledger('budget', 'regress_books_clerk', 'administrator', '320505000') > 0 AS granted;
SET ROLE regress_books_reader;
SELECT account_code, closing FROM budget_report.trial_balance WHERE chart = 'neutral';
SELECT count(DISTINCT division_code) AS divisions FROM budget_report.account_entry;
SELECT pg_temp.attempt($$SELECT budget.add_account('neutral', '99', 'x', 'debit')$$);
SET ROLE regress_books_clerk;
SELECT pg_temp.attempt($$SELECT budget.add_account('neutral', '99', 'x', 'debit')$$);
SELECT pg_temp.attempt($$SELECT budget.add_account('bare', 'C', 'x', 'debit')$$);
SELECT pg_temp.attempt($$SELECT budget.divert_account('neutral', '31', '33', fund_type => '12')$$);
SELECT pg_temp.attempt($$SELECT budget.divert_account('neutral', '31', '33', division => '320505000')$$);
RESET ROLE;
SELECT budgetpm.revoke_ledger('budget', 'regress_books_reader'), budgetpm.revoke_ledger('budget', 'regress_books_clerk') \g /dev/null
DROP ROLE regress_books_reader, regress_books_clerk;

-- Whatever is posted, by any kind: each posting, each year, each moment.
SELECT budget.add_year(2027, 'open'), setseed(0.5) \g /dev/null
CREATE TEMP TABLE some_line AS SELECT budget.open_line(CASE n % 4 WHEN 0 THEN 2027 ELSE 2026 END, u, '2050202', '50201', title => 'r' || n,
	executable => n % 5 > 0, fund_type => CASE n % 3 WHEN 0 THEN '3' WHEN 1 THEN '11' ELSE '12' END, control => CASE n % 6 WHEN 0 THEN 'off' ELSE 'block' END) AS line_id
FROM (SELECT n, (ARRAY['101', '101001', '102', '201', '301'])[1 + n % 5] AS u FROM generate_series(1, 25) n) x;
CREATE FUNCTION pg_temp.act() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	a bigint; b bigint; entry bigint;
	money numeric := 1 + (random() * 10000)::integer / 100.0;
BEGIN
	SELECT line_id INTO a FROM some_line ORDER BY random() LIMIT 1;
	SELECT line_id INTO b FROM some_line ORDER BY random() LIMIT 1;
	SELECT posting_id INTO entry FROM budget.journal ORDER BY random() LIMIT 1;
	CASE (random() * 15)::integer
		WHEN 0, 1 THEN PERFORM budget.appropriate(a, money * 10, 'd');
		WHEN 2 THEN PERFORM budget.supplement(a, money, 'd');
		WHEN 3 THEN PERFORM budget.reduce(a, money, 'd');
		WHEN 4, 5, 6 THEN PERFORM budget.pay(a, money, 'd');
		WHEN 7 THEN PERFORM budget.freeze(a, money, 'd');
		WHEN 8 THEN PERFORM budget.reserve_out(a, money, 'd');
		WHEN 9 THEN PERFORM budget.withdraw(a, money, 'd');
		WHEN 10, 11 THEN PERFORM budget.virement(a, b, money, 'd');
		WHEN 12 THEN PERFORM budget.send_transfer(a, '320505000', money, 'd');
		WHEN 13 THEN PERFORM budget.refund(entry, money / 10, 'd');
		WHEN 14 THEN PERFORM budget.reverse(entry, 'd');
		ELSE PERFORM budget.correct_payment(entry, b, money / 10, 'd');
	END CASE;
	RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
	RETURN 'refused';
END $$;
SELECT outcome, count(*) > 100 AS many FROM (SELECT pg_temp.act() AS outcome FROM generate_series(1, 800)) x GROUP BY 1 ORDER BY 1;
SELECT count(DISTINCT kind) > 25 AS many_kinds FROM budget.journal;
SELECT count(*) FILTER (WHERE d <> c) AS unbalanced_postings, count(*) > 300 AS many FROM (
	SELECT posting_id, sum(debit) d, sum(credit) c FROM budget_report.account_entry GROUP BY chart, posting_id) x;
SELECT chart, fiscal_year, sum(opening) AS opening, sum(debit) - sum(credit) AS movement, sum(closing) AS closing
FROM budget_report.trial_balance GROUP BY 1, 2 ORDER BY 1, 2;
SELECT count(*) AS moments, count(*) FILTER (WHERE zero <> 0) AS not_zero FROM (
	SELECT (SELECT sum(t.closing) FROM budget.trial_balance_as_of(2026, known_at => j.posted_at) t) AS zero
	FROM budget.journal j WHERE j.line_id < 2027000000000000 ORDER BY random() LIMIT 15) x;
-- The books say what the balances say; 虎丘区 has its payments on 33 since a moment ago.
SELECT coalesce(t.account_code, b.account) AS account, t.closing, b.amount FROM (
	SELECT account_code, sum(closing) AS closing FROM budget_report.trial_balance WHERE chart = 'neutral' AND account_code < '5' GROUP BY 1) t
FULL JOIN (
	SELECT v.account, sum(v.amount) AS amount FROM budget.balance b JOIN budget.line l USING (line_id) JOIN budget.division d ON d.code OPERATOR(budgetpm.=) l.division
	CROSS JOIN LATERAL (VALUES
		(CASE WHEN l.fund_type = '3' THEN '13' WHEN NOT l.executable THEN '11' WHEN d.official_code = '320505000' THEN '12.01' ELSE '12' END, b.available::numeric),
		('14', b.frozen::numeric), ('15', b.pending_out::numeric), ('32', b.transferred::numeric), ('33', b.withdrawn::numeric),
		(CASE WHEN d.official_code = '320505000' THEN '33' ELSE '31' END, b.paid::numeric)) v(account, amount)
	GROUP BY 1) b ON b.account = t.account_code
WHERE coalesce(t.closing, 0) <> coalesce(b.amount, 0);
-- What was allotted meets what was received: zero over whole trees.
SELECT account_code, sum(closing) AS zero FROM budget_report.trial_balance WHERE chart = 'neutral' AND account_code LIKE '6%' GROUP BY 1 ORDER BY 1;

-- Carried down a tree of the next year: it opens with what was carried, once, and what
-- came from above meets what was given down.
SELECT budget.add_year(2028), budget.open_line(2028, '101', '2050202', '50201', title => 'top') AS top \gset
SELECT budget.open_line(2028, '101', '2050202', '50201', title => 'middle', parent => :top) AS middle \gset
SELECT budget.open_line(2028, '101001', '2050202', '50201', title => 'bottom', parent => :middle) AS bottom, budget.open_line(2027, '101001', '2050202', '50201', title => 'old') AS old \gset
SELECT budget.appropriate(:old, 500, 'd'), budget.commit_funds(:old, 200, '合同') AS contract \gset
SELECT budget.set_year_state(2027, 'closing') \g /dev/null
SELECT budget.carry_forward(:old, :bottom, 300, '结转') > 0 AS carried, budget.carry_forward(:old, :bottom, 200, '结转', obligation => :contract) > 0 AS carried;
SELECT account_code, account_name, opening, debit, credit, closing FROM budget_report.trial_balance WHERE chart = 'neutral' AND fiscal_year = 2028;
SELECT * FROM budget.verify_ledger();
