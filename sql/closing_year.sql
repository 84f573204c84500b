--
-- A year from its first line to the next year's refunds: open, spend, close, go on.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set ECHO none
\i :top/test/ledger/small.sql
\set ECHO all
SET client_min_messages = warning;
CREATE FUNCTION pg_temp.plan() RETURNS TABLE (title varchar, step int, item varchar, amount numeric, action varchar, to_line varchar, origin int, blocks boolean, note text)
LANGUAGE sql AS $$
	SELECT l.title, p.step, p.item, p.amount, p.action, (SELECT n.title || ' ' || n.fiscal_year FROM budget.line n WHERE n.line_id = p.next_line), p.origin_year, p.blocks, pg_temp.named(p.note)
	FROM budget.closing_plan(2026) p JOIN budget.line l USING (line_id) ORDER BY l.line_id, p.step, p.obligation $$;
CREATE FUNCTION pg_temp.state(year int) RETURNS TABLE (title varchar, appropriated numeric, available numeric, allotted numeric, transferred numeric,
	held numeric, committed numeric, paid numeric, withdrawn numeric, carried numeric)
LANGUAGE sql AS $$
	SELECT l.title, b.appropriated::numeric, b.available::numeric, b.allotted::numeric, b.transferred::numeric,
		b.frozen::numeric + b.pending_out::numeric + b.precommitted::numeric + b.requested::numeric, b.committed::numeric, b.paid::numeric, b.withdrawn::numeric, b.carried::numeric
	FROM budget.balance b JOIN budget.line l USING (line_id) WHERE l.fiscal_year = year AND b.appropriated::numeric <> 0 ORDER BY l.line_id $$;
SELECT pg_temp.refused('CALL budget.close_year(2031)');
SELECT pg_temp.refused($$SELECT budget.open_year(2026, 'x')$$);

-- The year: a tree, a project with contracts, a held line, money to a district.
SELECT budget.register_project('P1', '校舍改造', '101', setup_year => 2026), budget.register_project('P2', '设备', '102', setup_year => 2026) \g /dev/null
SELECT pg_temp.take_over('budget') AS taken_over;
SELECT budget.open_line(2026, '101', '2050202', '50201', title => '校舍', project => 'P1') AS school \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => '设备', project => 'P2', elements => '{"origin_year": 2024}') AS old_money \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => '基建', project => 'P2', elements => '{"origin_year": 2024, "construction": true}') AS building \gset
SELECT budget.appropriate(:root, 1000, '苏财预1号'), budget.allot(:root, :child, 400, '苏教财1号'), budget.appropriate(:held, 70, '苏财预1号'),
	budget.appropriate(:school, 1000, '苏财预1号'), budget.appropriate(:old_money, 100, '苏财预1号'), budget.appropriate(:building, 100, '苏财预1号') \g /dev/null
SELECT budget.send_transfer(:root, '320505000', 60, '苏财教9号') AS sent \gset
SELECT budget.receive_transfer(:sent, :district, '收到') AS received, budget.pay(:child, 100, '凭证1') AS paid_by_child, budget.pay(:school, 60, '凭证2') AS paid_by_school \gset
SELECT budget.commit_funds(:school, 300, '合同甲') AS contract_a, budget.commit_funds(:school, 100, '合同乙') AS contract_b,
	budget.precommit(:school, 15, '采购计划') AS procurement, budget.commit_funds(:old_money, 40, '合同丙') AS old_contract \gset
SELECT budget.request_payment(:school, 100, '申请1', commitment => :contract_a) AS request_a, budget.request_payment(:school, 5, '申请2') AS request_free,
	budget.freeze(:school, 50, '审计'), budget.reserve_out(:school, 20, '调剂申请') \gset

-- What would happen: nothing of it does.
SELECT * FROM pg_temp.plan();
SELECT pg_temp.refused('CALL budget.close_year(2026, dry_run => false)');
SELECT budget.add_year(2027) \g /dev/null
SELECT DISTINCT note FROM pg_temp.plan() WHERE action = 'carry';
\set VERBOSITY terse
\set SHOW_CONTEXT never
CALL budget.close_year(2026);
SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2026;
SELECT count(*) AS events FROM budget.year_event;

-- Decisions: the narrowest counts, of two alike the later.
SELECT budget.decide_closing(2026, 'requested', 'release', '年终1号') > 0 AS decided, budget.decide_closing(2026, 'frozen', 'release', '年终1号', project => 'P1') > 0 AS decided,
	budget.decide_closing(2026, 'frozen', 'withdraw', '年终2号', line => :school) > 0 AS decided, budget.decide_closing(2026, 'pending_out', 'withdraw', '年终1号', division => '320000000') > 0 AS decided,
	budget.decide_closing(2026, 'pending_out', 'release', '年终1号', division => '320500000') > 0 AS decided, budget.decide_closing(2026, 'precommitted', 'release', '年终1号') > 0 AS decided,
	budget.decide_closing(2026, 'committed', 'carry', '年终1号', line => :school) > 0 AS decided;
SELECT pg_temp.refused(call) FROM (VALUES
	(1, $$SELECT budget.decide_closing(2026, 'frozen', 'carry', 'x')$$),
	(2, $$SELECT budget.decide_closing(2026, 'paid', 'release', 'x')$$),
	(3, $$SELECT budget.decide_closing(2026, 'frozen', 'release', 'x', line => 2026000000000999)$$),
	(4, $$SELECT budget.decide_closing(2026, 'frozen', 'release', 'x', project => 'P9')$$),
	(5, $$SELECT budget.decide_closing(2026, 'frozen', 'release', 'x', project => 'P1', division => '320500000')$$),
	(6, $$SELECT budget.decide_closing(2031, 'frozen', 'release', 'x')$$),
	(7, $$SELECT budget.decide_closing(2026, 'frozen', 'release', '')$$),
	(8, $$SELECT budget.decide_closing(2026, 'frozen', NULL, 'x')$$)) c(n, call) ORDER BY n;
SELECT * FROM pg_temp.plan() WHERE title IN ('校舍', '设备', '基建');

-- A first run does what is decided, leaves alone what is not, and stays closing.
CALL budget.close_year(2026, dry_run => false, document => '年终结账1号', stretch => 2);
SELECT * FROM pg_temp.state(2026);
SELECT title, step, item, blocks, note FROM pg_temp.plan();
SELECT pg_temp.attempt(format('SELECT budget.pay(%s, 1, ''x'')', :old_money));
-- Decided too, it closes; once more there is nothing to do.
SELECT budget.decide_closing(2026, 'committed', 'release', '年终3号', line => :old_money) > 0 AS decided;
CALL budget.close_year(2026, dry_run => false, document => '年终结账1号');
SELECT pg_temp.refused($$CALL budget.close_year(2026, dry_run => false, document => '年终结账1号')$$);
SELECT pg_temp.refused($$SELECT budget.decide_closing(2026, 'frozen', 'release', 'x')$$);
SELECT event, document, lines, postings FROM budget.year_event ORDER BY event_id;

-- Every line of the closed year: nothing but paid, withdrawn, carried and what other lines got.
SELECT * FROM pg_temp.state(2026);
SELECT * FROM pg_temp.state(2027);
SELECT l.title, l.parent_id, l.project_id IS NOT NULL AS project, l.elements, replace(l.key, :'school', '<school>') AS key FROM budget.line l WHERE fiscal_year = 2027 AND l.title <> '基建' ORDER BY l.line_id;
SELECT o.document, o.stage, o.amount::text, (o.amount - o.drawn - o.released)::text AS left_over, p.document AS predecessor, l.fiscal_year
FROM budget.obligation o JOIN budget.line l USING (line_id) LEFT JOIN budget.obligation p ON p.obligation_id = o.predecessor WHERE o.stage = 'commit' ORDER BY o.obligation_id;
SELECT fiscal_year, account_code, account_name, opening, debit, credit, closing FROM budget_report.trial_balance WHERE closing <> 0 ORDER BY 1, 2;
SELECT fiscal_year, sum(opening) AS opening, sum(closing) AS closing FROM budget_report.trial_balance GROUP BY 1 ORDER BY 1;
SELECT * FROM budget.verify_ledger();
-- From the journal alone: what came into 2026 is paid, withdrawn, carried, or was given on.
SELECT sum(amount * ((source = 'appropriated')::int - (target = 'appropriated')::int)) AS given,
	sum(amount * ((target IN ('allotted', 'transferred'))::int - (source IN ('allotted', 'transferred'))::int)) AS passed_on,
	sum(amount * ((target IN ('paid', 'withdrawn', 'carried'))::int - (source IN ('paid', 'withdrawn', 'carried'))::int)) AS ended
FROM (SELECT k.source, k.target, j.amount::numeric FROM budget.journal_2026 j JOIN budget.entry_kind k USING (kind)) x;

-- The next year begins: its contract goes on where it was.
SELECT item, blocks, note FROM budget.opening_check(2027);
SELECT pg_temp.refused($$SELECT budget.open_year(2027, NULL)$$);
SELECT budget.open_year(2027, '人代会决议');
SELECT pg_temp.refused($$SELECT budget.open_year(2027, '人代会决议')$$);
SELECT line_id AS school_2027 FROM budget.line WHERE key = 'close:' || :'school' \gset
SELECT obligation_id AS contract_2027 FROM budget.obligation WHERE line_id = :school_2027 AND amount = '300.00' \gset
SELECT budget.request_payment(:school_2027, 250, '申请3', commitment => :contract_2027) AS request_2027 \gset
SELECT budget.pay(:school_2027, 250, '凭证9', request => :request_2027) > 0 AS paid;
SELECT pg_temp.named(pg_temp.refused(format('SELECT budget.request_payment(%s, 51, ''申请4'', commitment => %s)', :school_2027, :contract_2027)));

-- Refunds of the closed year: on the line that its rest was carried to, or one that finance holds.
SELECT budget.register_unit('900', '苏州市财政局', '320500000', NULL, 'finance') \g /dev/null
SELECT budget.open_line(2027, '900', '2050202', '50201', title => '财政') AS finance, budget.open_line(2027, '101', '2050202', '50201', title => '新') AS fresh,
	budget.open_line(2027, '101001', '2050202', '50201', title => '新子', parent => currval('budget.line_seq') + 2027000000000000) AS fresh_child,
	budget.open_line(2027, '201', '2050202', title => '区', executable => false) AS district_2027 \gset
SELECT s.state, s.message, s.detail FROM (VALUES
	(1, format('budget.refund_prior_year(%s, %s, 61, ''退1'')', :paid_by_school, :school_2027)),
	(2, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', :paid_by_school, :fresh)),
	(3, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', :paid_by_school, :fresh_child)),
	(4, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', :paid_by_school, :district_2027)),
	(5, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', :paid_by_school, :child)),
	(6, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', :received, :finance)),
	(7, format('budget.refund_prior_year(%s, %s, 1, ''退1'')', 2026000000009999, :finance)),
	(8, format('budget.refund_prior_year(%s, %s, 1.005, ''退1'')', :paid_by_school, :finance)),
	(9, format('budget.refund_prior_year(%s, %s, 1, ''退1'', accounting_date => ''2026-12-31'')', :paid_by_school, :finance)),
	(10, format('budget.refund(%s, 1, ''退1'')', :paid_by_school))) c(n, call), LATERAL pg_temp.said(c.call) s ORDER BY n;
SELECT budget.refund_prior_year(:paid_by_school, :school_2027, 40, '退1', key => 'r1', accounting_date => '2027-02-03') AS r1 \gset
SELECT budget.refund_prior_year(:paid_by_school, :school_2027, 40, '退1', key => 'r1') = :r1 AS same;
SELECT s.state, s.message FROM (VALUES
	(1, format('budget.refund_prior_year(%s, %s, 41, ''退1'', key => ''r1'')', :paid_by_school, :school_2027)),
	(2, format('budget.refund_prior_year(%s, %s, 40, ''退1'', key => ''r1'')', :paid_by_child, :school_2027)),
	(3, format('budget.refund_prior_year(%s, %s, 21, ''退2'')', :paid_by_school, :finance))) c(n, call), LATERAL pg_temp.said(c.call) s ORDER BY n;
SELECT budget.refund_prior_year(:paid_by_school, :finance, 20, '退2') > 0 AS rest, budget.refund_prior_year(:paid_by_child, :finance, 100, '退3') > 0 AS whole;
SELECT s.state, s.message FROM pg_temp.said(format('budget.refund_prior_year(%s, %s, 0.01, ''退2'')', :paid_by_school, :finance)) s;
-- Undone, it can be refunded again.
SELECT budget.reverse(:r1, '冲销', 15) > 0 AS reversed, budget.refund_prior_year(:paid_by_school, :finance, 15, '退4') > 0 AS again;
SELECT l.title, j.kind, j.amount::text, j.accounting_date, pg_temp.named('line ' || j.refers_line) AS refers FROM budget.journal j JOIN budget.line l USING (line_id)
WHERE j.kind LIKE '%refund_prior' ORDER BY j.posting_id;
SELECT depth, kind, amount, relation FROM budget.trace(:r1) WHERE relation IN ('itself', 'undoes') ORDER BY 1;
SELECT * FROM budget.verify_ledger();
SELECT fiscal_year, sum(closing) AS zero, sum(closing) FILTER (WHERE account_code = '55') AS prior_years FROM budget_report.trial_balance GROUP BY 1 ORDER BY 1;

-- Carried a second time, and then no more: origin 2026 ends with 2028.
SELECT budget.add_year(2028), budget.add_year(2029) \g /dev/null
SELECT budget.decide_closing(2027, 'available', 'carry', '年终', line => :fresh) \g /dev/null
-- Not by this road while the payment's own year is open.
SELECT budget.open_line(2028, '900', '2050202', '50201', title => '财政') AS finance_2028 \gset
SELECT posting_id AS paid_2027 FROM budget.journal WHERE line_id = :school_2027 AND kind = 'pay_drawn' \gset
SELECT s.state, s.message, s.hint FROM pg_temp.said(format('budget.refund_prior_year(%s, %s, 1, ''x'')', :paid_2027, :finance_2028)) s;
CALL budget.close_year(2027, dry_run => false, document => '年终结账2号');
SELECT budget.open_year(2028, '人代会决议');
SELECT l.title, p.item, p.amount, p.action, p.blocks, p.origin_year, p.note FROM budget.closing_plan(2028) p JOIN budget.line l USING (line_id) ORDER BY l.line_id, p.step;
-- ... unless a profile says otherwise.
SELECT budget.register_profile('longer', '三年', '{"settings": {"closing.carry_years": {"value": 3}}}') > 0 AS registered, budget.apply_profile('longer', '320500000', '2020-01-01') > 0 AS applied;
SELECT l.title, p.item, p.amount, p.action, p.origin_year FROM budget.closing_plan(2028) p JOIN budget.line l USING (line_id) ORDER BY l.line_id, p.step;
SELECT count(*) AS differences FROM budget.verify_ledger();
