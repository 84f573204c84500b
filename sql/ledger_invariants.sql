--
-- What must hold after every posting, one rule at a time: each of these lines is
-- what catches one small mistake in the code (see test/faults).
--
\set VERBOSITY terse
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025) \g /dev/null
SELECT budget.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'),
       budget.register_division('320200000', '无锡市', '320000000', 2, '2020-01-01'),
       budget.register_unit('101', '省财政厅', '320000000'),
       budget.register_unit('102', '省教育厅', '320000000'),
       budget.register_unit('201', '南京市财政局', '320100000'),
       budget.register_unit('301', '无锡市财政局', '320200000') \g /dev/null
SELECT budget.open_line(2025, '101', '2010601', title => 'root') AS root \gset
SELECT budget.open_line(2025, '101', '2010601', title => 'a', parent => :root) AS a \gset
SELECT budget.open_line(2025, '102', '2010602', title => 'b', parent => :root) AS b \gset
SELECT budget.open_line(2025, '101', '2010602', title => 'held', executable => false) AS held \gset
SELECT budget.open_line(2025, '101', '2010607', title => 'warn', control => 'warn') AS warn \gset
SELECT budget.open_line(2025, '101', '2010699', title => 'off', control => 'off') AS off \gset
SELECT budget.open_line(2025, '201', '2010601', title => 'nanjing', source_document => '苏财预9号') AS nanjing \gset
SELECT budget.open_line(2025, '301', '2010601', title => 'wuxi', source_document => '苏财预9号') AS wuxi \gset

-- What a call gave, with its SQLSTATE, so that the next one goes on.
CREATE FUNCTION public.outcome(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE 'SELECT budget.' || call;
  RETURN 'posted';
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || SQLERRM;
END $$;
CREATE VIEW public.money AS
SELECT l.title, b.appropriated, b.available, b.allotted, b.transferred, b.frozen, b.pending_out AS pending,
       b.paid, b.withdrawn, b.entry_no AS entries
FROM budget.balance b JOIN budget.line l USING (line_id) ORDER BY l.line_id;

-- Each operation moves its own bucket.
SELECT budget.appropriate(:root, 1000, '苏财预1号', key => 'given') AS given,
       budget.appropriate(:held, 100, '苏财预1号'), budget.appropriate(:warn, 10, '苏财预1号'),
       budget.appropriate(:off, 10, '苏财预1号') \g /dev/null
SELECT budget.allot(:root, :a, 400, '下达', key => 'allot-a'), budget.allot(:root, :b, 200, '下达') \g /dev/null
SELECT budget.freeze(:a, 20, '冻结'), budget.unfreeze(:a, 5, '解冻'), budget.reserve_out(:a, 30, '在途'),
       budget.release_out(:a, 7, '撤销') \g /dev/null
SELECT budget.withdraw(:a, 10, '收回', from_frozen => 4, from_pending => 3) \g /dev/null
SELECT budget.return_allotment(:b, :root, 50, '退回'), budget.supplement(:root, 5.55, '追加'),
       budget.reduce(:root, 0.55, '追减') \g /dev/null
SELECT budget.pay(:a, 100, '支付', key => 'p1') AS p1 \gset
SELECT budget.virement(:a, :b, 10, '调剂') \g /dev/null
SELECT budget.virement(:b, :warn, 10, '调剂') AS far \gset
SELECT * FROM public.money;
SELECT line_id - :root AS line, entry_no, kind, amount, available_after FROM budget.journal WHERE posting_id = :far ORDER BY 1, 2;

-- To the last fen, and not one more.
SELECT available::text AS all_of_a FROM budget.balance WHERE line_id = :a \gset
SELECT public.outcome(format('pay(%s, %s + 0.01, ''支付'')', :a, :all_of_a)) AS one_fen_more;
SELECT public.outcome(format('pay(%s, %s, ''支付'')', :a, :all_of_a)) AS all_of_it;
SELECT public.outcome(format('pay(%s, 0.01, ''支付'')', :a)) AS nothing_left;
SELECT public.outcome(format('unfreeze(%s, 11.01, ''解冻'')', :a)) AS more_than_frozen;
SELECT public.outcome(format('pay(%s, 1.005, ''支付'')', :b)) AS half_a_fen;
SELECT public.outcome(format('supplement(%s, 9999999999999999, ''追加'')', :root)) AS beyond_amount;

-- Held for distribution; warn goes below with a warning, off without.
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :held)) AS held;
SELECT budget.pay(:warn, 25, '支付') > 0 AS posted, budget.pay(:off, 25, '支付') > 0 AS posted;
SELECT title, available FROM public.money WHERE available < '0';
SELECT public.outcome(format('appropriate(%s, 1, ''批复'')', :a)) AS not_a_root;
SELECT public.outcome(format('allot(%s, %s, 1, ''下达'')', :held, :a)) AS not_its_child;

-- Undone once, by whatever name; what undid it can be undone.
SELECT public.outcome(format('refund(%s, 100.01, ''退款'')', :p1)) AS too_much;
SELECT budget.refund(:p1, 60, '退款') AS r1 \gset
SELECT public.outcome(format('refund(%s, 40.01, ''退款'')', :p1)) AS too_much;
SELECT public.outcome(format('reverse(%s, ''冲销'', 40.01)', :p1)) AS too_much;
SELECT public.outcome(format('correct_payment(%s, %s, 40.01, ''更正'')', :p1, :b)) AS too_much;
SELECT budget.reverse(:r1, '冲销', 10) > 0 AS posted;
SELECT public.outcome(format('refund(%s, 50.01, ''退款'')', :p1)) AS too_much;
SELECT public.outcome(format('refund(%s, 50, ''退款'')', :p1)) AS the_rest;
SELECT public.outcome(format('reverse(%s, ''冲销'')', :p1)) AS nothing_left;
SELECT public.outcome(format('refund(%s, 1, ''退款'')', posting_id)) AS not_a_payment FROM budget.journal WHERE key = 'allot-a';
SELECT public.outcome(format('refund(%s, 1, ''退款'')', posting_id)) AS not_a_payment FROM budget.journal WHERE key = 'given';
SELECT public.outcome(format('reverse(%s, ''冲销'')', :far)) AS overspent_line_has_none;
SELECT budget.supplement(:warn, 40, '追加') > 0 AS posted, budget.reverse(:far, '冲销') > 0 AS posted;
SELECT title, appropriated, available, allotted FROM public.money WHERE title IN ('root', 'b', 'warn');

-- A transfer goes to the government and the document it names, once.
SELECT budget.send_transfer(:root, '320100000', 30, '苏财预9号') AS sent \gset
SELECT public.outcome(format('receive_transfer(%s, %s, ''收到'')', :sent, :wuxi)) AS other_government;
SELECT public.outcome(format('receive_transfer(%s, %s, ''收到'')', :sent, :a)) AS not_a_root;
SELECT public.outcome(format('receive_transfer(%s, %s, ''收到'')', :sent, :nanjing)) AS received;
SELECT public.outcome(format('receive_transfer(%s, %s, ''收到'')', :sent, :nanjing)) AS again;
SELECT public.outcome(format('return_transfer(%s, ''退回'')', :sent)) AS returned;
SELECT public.outcome(format('return_transfer(%s, ''退回'')', :sent)) AS again;
SELECT title, appropriated, available, transferred FROM public.money WHERE title IN ('root', 'nanjing', 'wuxi');

-- A key is held against the whole request, and each repetition is the same posting.
SELECT budget.pay(:b, 20, '支付', key => 'p2') AS p2, budget.pay(:b, 20, '支付', key => 'p3') AS p3 \gset
SELECT budget.refund(:p2, 1, '退款', key => 'r2') = budget.refund(:p2, 1, '退款', key => 'r2') AS same;
SELECT public.outcome(format('refund(%s, 1, ''退款'', key => ''r2'')', :p3)) AS other_payment;
SELECT public.outcome(format('pay(%s, 20, ''另'', key => ''p2'')', :b)) AS other_document;
SELECT public.outcome(format('pay(%s, 20, ''支付'', key => ''p2'', memo => ''{}'')', :b)) AS other_memo;
SELECT public.outcome(format('pay(%s, 20, ''支付'', key => ''p2'', accounting_date => ''2025-03-01'')', :b)) AS other_date;
SELECT budget.correct_payment(:p3, :off, 1, '更正', key => 'c3') = budget.correct_payment(:p3, :off, 1, '更正', key => 'c3') AS same;
SELECT public.outcome(format('correct_payment(%s, %s, 1, ''更正'', key => ''c3'')', :p3, :a)) AS other_line;
SELECT budget.send_transfer(:root, '320100000', 1, '苏财预9号', key => 't') AS t \gset
SELECT budget.receive_transfer(:t, :nanjing, '收到', key => 'i') = budget.receive_transfer(:t, :nanjing, '收到', key => 'i') AS same;
SELECT public.outcome(format('send_transfer(%s, ''320200000'', 1, ''苏财预9号'', key => ''t'')', :root)) AS other_division;
SELECT budget.freeze(:root, 2, '冻结') > 0 AS posted;
SELECT budget.withdraw(:root, 2, '收回', from_frozen => 1, key => 'w') = budget.withdraw(:root, 2, '收回', from_frozen => 1, key => 'w') AS same;
SELECT public.outcome(format('withdraw(%s, 2, ''收回'', key => ''w'')', :root)) AS other_parts;

-- Accounting dates: the nearest day of the year, an open month, nothing else.
SELECT DISTINCT accounting_date FROM budget.journal;
SELECT public.outcome(format('pay(%s, 1, ''支付'', accounting_date => ''2024-12-31'')', :b)) AS day_before;
SELECT public.outcome(format('pay(%s, 1, ''支付'', accounting_date => ''2026-01-01'')', :b)) AS day_after;
SELECT public.outcome('close_month(2025, 6)') AS june_closes;
SELECT public.outcome(format('pay(%s, 1, ''支付'', accounting_date => ''2025-06-30'')', :b)) AS closed_month;
SELECT public.outcome(format('pay(%s, 1, ''支付'', accounting_date => ''2025-07-01'')', :b)) AS open_month;

-- The year's state decides, on old lines and new ones.
SELECT budget.add_year(2099) \g /dev/null
SELECT budget.open_line(2099, '101', '2010601', title => 'next') AS next \gset
SELECT public.outcome(format('appropriate(%s, 5, ''提前下达'')', :next)) AS early;
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :next)) AS too_early;
SELECT accounting_date FROM budget.journal WHERE line_id = :next;
SELECT public.outcome(format('virement(%s, %s, 1, ''调剂'')', :root, :next)) AS two_years;
SELECT public.outcome('set_year_state(2099, ''open'')') AS opens;
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :next)) AS now_it_may;

-- A permit opens one write and is gone: after it, after an error that was caught,
-- and in the next transaction.
BEGIN;
SELECT budget.open_line(2099, '101', '2010602', title => 'just opened') AS just \gset
SAVEPOINT s;
UPDATE budget.line SET title = 'edited' WHERE line_id = :just;
ROLLBACK TO s;
SELECT budget.send_transfer(:root, '320100000', 1, '苏财预9号') AS just \gset
SAVEPOINT s;
UPDATE budget.transfer SET amount = '0.01' WHERE transfer_id = :just;
ROLLBACK TO s;
ALTER TABLE budget.balance ADD CONSTRAINT users_own CHECK (year_state <> 'c');
SELECT public.outcome('set_year_state(2099, ''closing'')') AS fails_inside;
UPDATE budget.balance SET closed_month = 12 WHERE line_id = :next;
ROLLBACK;
ALTER TABLE budget.balance ADD CONSTRAINT users_own CHECK (year_state <> 'c');
SELECT budget.set_year_state(2099, 'closing');
UPDATE budget.balance SET closed_month = 12 WHERE line_id = :next;
ALTER TABLE budget.balance DROP CONSTRAINT users_own;

-- A duty is asked for every line of a posting, and ends when it ends.
CREATE ROLE regress_officer;
GRANT regress_officer TO CURRENT_USER;
GRANT USAGE ON SCHEMA public TO regress_officer;
SELECT budgetpm.grant_ledger('budget', 'regress_officer', 'officer') AS duty \gset
SET ROLE regress_officer;
SELECT public.outcome(format('virement(%s, %s, 1, ''调剂'')', :a, :b)) AS everywhere;
SELECT public.outcome(format('virement(%s, %s, 1, ''调剂'')', :b, :a)) AS everywhere;
RESET ROLE;
SELECT budget.end_duty(:duty), budget.grant_duty('regress_officer', unit => '102', may_post => true) \g /dev/null
SET ROLE regress_officer;
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :b)) AS own_unit;
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :root)) AS other_unit;
SELECT public.outcome(format('virement(%s, %s, 1, ''调剂'')', :b, :root)) AS half_of_it;
SELECT public.outcome(format('virement(%s, %s, 1, ''调剂'')', :b, :held)) AS half_of_it;
RESET ROLE;
REVOKE EXECUTE ON FUNCTION budget.pay FROM regress_officer;
SET ROLE regress_officer;
SELECT public.outcome(format('pay(%s, 1, ''支付'')', :b)) AS no_execute;
SELECT budgetpm.post('budget.ledger', 'pay', :b, 1, '支付');
RESET ROLE;

-- The chain, computed again in SQL from the written form (docs/evidence.md).
CREATE FUNCTION public.field(value text) RETURNS bytea LANGUAGE sql IMMUTABLE AS
  $$ SELECT convert_to(coalesce(octet_length(value) || ':' || value || ',', '-,'), 'UTF8') $$;
WITH RECURSIVE content AS (
  SELECT line_id, entry_no, digest, sha256(
    public.field('budgetpm/entry/1') || public.field(line_id::text) || public.field(entry_no::text)
    || public.field(posting_id::text) || public.field(kind)
    || public.field((amount::numeric * 100)::bigint::text)
    || public.field((available_after::numeric * 100)::bigint::text)
    || public.field((extract(epoch FROM posted_at) * 1000000)::bigint::text)
    || public.field(accounting_date::text) || public.field(document) || public.field(actor)
    || public.field(login) || public.field(key) || public.field(memo::text)
    || public.field(peer_line::text) || public.field(refers_line::text)
    || public.field(refers_entry::text) || public.field(from_obligation::text)
    || public.field(to_obligation::text)) AS content
  FROM budget.journal),
first_link AS (
  SELECT l.line_id, sha256(
    public.field('budgetpm/line/1') || public.field(l.line_id::text) || public.field(fiscal_year::text)
    || public.field(parent_id::text) || public.field(l.division::text) || public.field(l.unit::text)
    || public.field(func::text) || public.field(gov_econ::text) || public.field(dept_econ::text)
    || public.field(fund_type) || public.field(project_id::text) || public.field(title)
    || public.field(CASE WHEN l.executable THEN 't' ELSE 'f' END) || public.field(source_doc)
    || public.field(CASE WHEN direct THEN 't' ELSE 'f' END) || public.field(elements::text)
    || public.field(b.control::text)) AS digest
  FROM budget.line l JOIN budget.balance b USING (line_id)),
chain AS (
  SELECT line_id, 0 AS entry_no, digest, true AS right FROM first_link
  UNION ALL
  SELECT c.line_id, c.entry_no, c.digest, c.digest = sha256(p.digest || c.content)
  FROM chain p JOIN content c ON c.line_id = p.line_id AND c.entry_no = p.entry_no + 1)
SELECT count(*) FILTER (WHERE NOT c.right) AS wrong_links,
       count(*) FILTER (WHERE c.right) = (SELECT count(*) FROM budget.journal) + (SELECT count(*) FROM budget.line) AS all_seen,
       bool_and(b.head = c.digest) FILTER (WHERE b.entry_no = c.entry_no) AS heads
FROM chain c JOIN budget.balance b USING (line_id);

-- A renamed ledger is the same ledger, also for a session that knew it before.
SELECT * FROM budget.verify_ledger();
SELECT budgetpm.rename_ledger('budget', 'kept') \g /dev/null
SELECT kept.reserve_out(:b, 1, '在途') > 0 AS posted, kept.release_out(:b, 1, '撤销') > 0 AS posted;
SELECT kept.open_line(2025, '101', '2010601', title => 'after') > 0 AS opened;
SELECT * FROM kept.verify_ledger();
DROP VIEW public.money;
SELECT budgetpm.drop_ledger('kept', 'kept') \g /dev/null
DROP OWNED BY regress_officer;
DROP ROLE regress_officer;
