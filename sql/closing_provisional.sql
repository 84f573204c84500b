--
-- Before the year and before the vote: 提前下达 in a preparing year, and provisional
-- lines, spent up to a cap until they are approved.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set ECHO none
\i :top/test/ledger/small.sql
\set ECHO all
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.answer(call text) RETURNS text LANGUAGE sql AS $$
	SELECT s.state || coalesce(' ' || CASE WHEN s.state <> 'ok' THEN s.message END, '') || coalesce(E'\n  ' || s.detail, '') FROM pg_temp.said(call) s $$;
SELECT budget.add_year(2027) \g /dev/null

-- 提前下达: next year's money is told, allotted, sent and received; nothing is spent.
SELECT budget.open_line(2027, '101', '2050202', '50201', title => 'early', elements => '{"advance": true}') AS early \gset
SELECT budget.open_line(2027, '101001', '2050202', '50201', title => 'early child', parent => :early) AS early_child,
	budget.open_line(2027, '201', '2050202', title => 'early district', source_document => '苏财教提前1号') AS early_district \gset
SELECT budget.appropriate(:early, 1000, '苏财预提前1号') AS given, budget.allot(:early, :early_child, 300, '苏教财提前1号') AS allotted,
	budget.send_transfer(:early, '320505000', 200, '苏财教提前1号') AS sent \gset
SELECT budget.receive_transfer(:sent, :early_district, '虎财教提前1号') AS received \gset
SELECT pg_temp.answer(call) FROM (VALUES
	(1, format('budget.pay(%s, 1, ''x'')', :early_child)),
	(2, format('budget.precommit(%s, 1, ''x'')', :early_child)),
	(3, format('budget.commit_funds(%s, 1, ''x'')', :early_child)),
	(4, format('budget.request_payment(%s, 1, ''x'')', :early_child)),
	(5, format('budget.freeze(%s, 1, ''x'')', :early_child)),
	(6, format('budget.virement(%s, %s, 1, ''x'')', :early_child, :early)),
	(7, format('budget.supplement(%s, 1, ''x'')', :early)),
	(8, format('budget.withdraw(%s, 1, ''x'')', :early))) c(n, call) ORDER BY n;
SELECT DISTINCT accounting_date FROM budget.journal WHERE line_id > 2027000000000000;
SELECT l.title, b.appropriated::text, b.available::text, b.allotted::text, b.transferred::text, b.year_state FROM budget.balance b JOIN budget.line l USING (line_id)
WHERE l.fiscal_year = 2027 ORDER BY l.line_id;

-- A provisional line: held as long as no cap holds it.
SELECT budget.open_line(2026, '101', '2050202', '50201', title => 'before the vote', provisional => true, key => 'p') AS early_line,
	budget.open_line(2026, '101', '2050202', '50201', title => 'before the vote', provisional => true, key => 'p') = currval('budget.line_seq') - 1 + 2026000000000000 AS same \gset
SELECT pg_temp.answer($$budget.open_line(2026, '101', '2050202', '50201', title => 'before the vote', key => 'p')$$);
SELECT line_state, elements FROM budget.balance JOIN budget.line USING (line_id) WHERE line_id = :early_line;
SELECT budget.appropriate(:early_line, 1000, '预安排') > 0 AS given;
SELECT pg_temp.answer(call) FROM (VALUES
	(1, format('budget.pay(%s, 1, ''x'')', :early_line)),
	(2, format('budget.commit_funds(%s, 1, ''x'')', :early_line)),
	(3, format('budget.send_transfer(%s, ''320505000'', 1, ''x'')', :early_line)),
	(4, format('budget.freeze(%s, 1, ''x'')', :early_line)),
	(5, format('budget.unfreeze(%s, 1, ''x'')', :early_line))) c(n, call) ORDER BY n;
-- Nor does it by way of another line.
SELECT budget.open_line(2026, '101001', '2050202', '50201', title => 'approved child', parent => :early_line) AS approved_child,
	budget.open_line(2026, '101001', '2050202', '50201', title => 'provisional child', parent => :early_line, provisional => true) AS provisional_child \gset
SELECT pg_temp.answer(call) FROM (VALUES
	(1, format('budget.allot(%s, %s, 1, ''x'')', :early_line, :approved_child)),
	(2, format('budget.virement(%s, %s, 1, ''x'')', :early_line, :other)),
	(3, format('budget.allot(%s, %s, 1, ''x'')', :early_line, :provisional_child)),
	(4, format('budget.pay(%s, 1, ''x'')', :provisional_child)),
	(5, format('budget.return_allotment(%s, %s, 1, ''x'')', :provisional_child, :early_line))) c(n, call) ORDER BY n;
SELECT budget.check_funds(:early_line, 'pay', 1) ->> 'sqlstate' AS check_funds;
-- A cap that only warns, and one over what the lines hold, hold nothing back.
SELECT budget.create_cap(2026, 'warns', 'fixed', 100, lines => ARRAY[:early_line], warn_ratio => 0.9, block_ratio => NULL) AS warns,
	budget.create_cap(2026, 'of the lines', 'lines', lines => ARRAY[:early_line]) AS of_lines \gset
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''x'')', :early_line));
SELECT budget.create_cap(2026, '上年同期支出', 'fixed', 250, lines => ARRAY[:early_line], kind => 'provisional') AS held \gset
SELECT budget.pay(:early_line, 100, '工资1月') AS january, budget.commit_funds(:early_line, 150, '合同') AS contract \gset
SELECT pg_temp.answer(format('budget.pay(%s, 0.01, ''x'')', :early_line));
SELECT budget.request_payment(:early_line, 50, '申请', commitment => :contract) AS request \gset
-- What was held before goes on when the line leaves the cap; new spending does not.
SELECT budget.remove_cap_lines(:held, ARRAY[:early_line]) AS left_it;
SELECT budget.pay(:early_line, 50, '凭证', request => :request) > 0 AS paid;
SELECT pg_temp.answer(format('budget.pay(%s, 1, ''x'')', :early_line));

-- The vote: more, less, the same; what was spent cannot be taken.
SELECT budget.open_line(2026, '101', '2050203', '50201', title => 'less', provisional => true) AS less, budget.open_line(2026, '101', '2050204', '50201', title => 'same', provisional => true) AS same,
	budget.open_line(2026, '101', '2050205', '50201', title => 'tree', provisional => true) AS tree \gset
SELECT budget.open_line(2026, '101001', '2050205', '50201', title => 'branch', parent => :tree, provisional => true) AS branch \gset
SELECT budget.appropriate(:less, 500, 'd'), budget.appropriate(:same, 70, 'd'), budget.appropriate(:tree, 300, 'd'), budget.allot(:tree, :branch, 100, 'd') \g /dev/null
SELECT pg_temp.answer(format('budget.approve_line(%s, 199.99, ''人代会'')', :early_line));
SELECT budget.approve_line(:early_line, 1200, '人代会', key => 'vote') AS up, budget.approve_line(:less, 400, '人代会', key => 'vote') AS down, budget.approve_line(:same, 70, '人代会', key => 'vote') AS level \gset
SELECT l.title, j.kind, j.amount::text, j.available_after::text, j.document FROM budget.journal j JOIN budget.line l USING (line_id) WHERE j.posting_id IN (:up, :down, :level) ORDER BY j.posting_id, j.entry_no;
-- Once; the same call again is the same posting, another one is refused.
SELECT budget.approve_line(:early_line, 1200, '人代会', key => 'vote') = :up AS same_up, budget.approve_line(:less, 400, '人代会', key => 'vote') = :down AS same_down,
	budget.approve_line(:same, 70, '人代会', key => 'vote') = :level AS same_level;
SELECT pg_temp.answer(call) FROM (VALUES
	(1, format('budget.approve_line(%s, 1201, ''人代会'', key => ''vote'')', :early_line)),
	(2, format('budget.approve_line(%s, 1200, ''人代会'')', :early_line)),
	(3, format('budget.approve_line(%s, 1, ''人代会'')', :root)),
	(4, format('budget.approve_line(%s, 0, ''人代会'')', :tree)),
	(5, format('budget.reverse(%s, ''x'')', :up))) c(n, call) ORDER BY n;
-- Below another line: what was allotted, which comes from above.
SELECT pg_temp.answer(format('budget.approve_line(%s, 150, ''人代会'')', :branch));
SELECT budget.approve_line(:tree, 350, '人代会') > 0 AS approved, budget.allot(:tree, :branch, 50, '下达') > 0 AS allotted, budget.approve_line(:branch, 150, '人代会') > 0 AS approved;
-- Approved, it is a line like others.
SELECT budget.pay(:early_line, 700, '凭证') > 0 AS paid, budget.pay(:branch, 150, '凭证') > 0 AS paid;
SELECT l.title, b.appropriated::text, b.available::text, b.allotted::text, b.committed::text, b.paid::text, b.line_state FROM budget.balance b JOIN budget.line l USING (line_id)
WHERE l.elements ->> 'provisional' = 'true' ORDER BY l.line_id;

-- Not approved when the year ends, its money stops the closing.
SELECT budget.open_line(2026, '101', '2050299', '50201', title => 'never approved', provisional => true) AS never \gset
SELECT budget.appropriate(:never, 10, 'd') \g /dev/null
SELECT item, blocks, note FROM budget.closing_plan(2026) WHERE line_id = :never;
SELECT budget.set_year_state(2026, 'closing') \g /dev/null
SELECT budget.approve_line(:never, 12, '人代会') > 0 AS approved;
SELECT item, action, amount, blocks FROM budget.closing_plan(2026) WHERE line_id = :never;
SELECT item, l.title, o.amount, o.blocks, o.note FROM budget.opening_check(2027) o LEFT JOIN budget.line l USING (line_id) ORDER BY 1, 2;
SELECT * FROM budget.verify_ledger();
SELECT * FROM budget.verify_caps();
SELECT sum(closing) AS zero FROM budget_report.trial_balance;
