-- Drafts (预算草案): both sides, transfers eliminated, the reserve of 1 to 3 %, and what is out does not change.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set fixture :top '/test/planning/draft.sql'
\i :fixture

-- nothing is there yet
SELECT item, unit_code, fund_type, amount, limit_amount, blocks, note FROM b.check_draft(:p, '320000000');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  'SELECT b.submit_draft(NULL, ''320000000'')', 'SELECT b.submit_draft(99, ''320000000'')', format('SELECT b.submit_draft(%s, ''1'')', :p), format('SELECT b.submit_draft(%s, ''320000000'')', :p),
  'SELECT count(*) FROM b.check_draft(99, ''320000000'')', format('SELECT count(*) FROM b.check_draft(%s, NULL)', :p)]) AS s;

-- revenue: every fault at once, every version kept
SELECT pg_temp.refused(format($$SELECT b.load_revenue_estimates(%s, '320000000', '[{"fund_type": "1", "revenue": "9", "amount": -1}, 3,
  {"fund_type": "11", "revenue": "101", "amount": "1.005", "basis": "x", "y": 1}, {"fund_type": "11", "revenue": "101", "amount": 1, "basis": " "}]')$$, :p));
SELECT pg_temp.refused(format('SELECT b.load_revenue_estimates(%s, ''320000000'', %L)', :p, j)) FROM unnest('{"{}","[]","3","\"x\""}'::text[]) AS j;
SELECT pg_temp.refused(format('SELECT b.set_revenue_estimate(%s, ''320000000'', ''11'', ''101'', NULL, ''x'')', :p));
SELECT b.load_revenue_estimates(:p, '320000000', '[{"fund_type": "11", "revenue": "101", "amount": 900, "basis": "近三年增长"}, {"fund_type": "11", "revenue": "103", "amount": "40.50", "basis": "罚没"}]');
SELECT b.set_revenue_estimate(:p, '320000000', '11', '103', 70, '罚没');
SELECT b.set_revenue_estimate(:p, '320100000', '11', '101', 20, '增长');
SELECT fund_type, revenue, version, amount::numeric(20,2), replaced_at IS NULL AS counts FROM b.revenue_estimate ORDER BY estimate_id;

-- planned transfers: from a government to one below
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT b.set_planned_transfer(%s, ''320100000'', ''320000000'', ''230'', ''11'', 30)', :p), format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''230'', ''11'', -30)', :p),
  format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''2399'', ''11'', 30)', :p), format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''230'', ''77'', 30)', :p),
  format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''230'', ''11'', 0.001)', :p), format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''230'', ''11'', 30, early => true)', :p)]) AS s;
SELECT b.set_planned_transfer(:p, '320000000', '320100000', '230', '11', 25) > 0 AS planned;
SELECT b.set_planned_transfer(:p, '320000000', '320100000', '230', '11', 30, '苏财预〔2026〕99号', true) > 0 AS early;

-- requests; the governments balance, and so do both together without what goes from one to the other
SELECT pg_temp.ask(:p, '101001', '教学楼', '2050202', '50201', 300.08) AS school \gset
SELECT pg_temp.ask(:p, '101', '厅本级', '2050101', '50201', 621.88) AS own \gset
SELECT pg_temp.ask(:p, '900', '预备费', '227', '51401', 18.04) AS reserve \gset
SELECT pg_temp.ask(:p, '201', '市本级', '2050101', '50201', 49.5) AS city \gset
SELECT pg_temp.ask(:p, '901', '市预备费', '227', '51401', 0.5) AS city_reserve \gset
SELECT division_code, scope, func_class, func_name, expenditure, reserve, transfers_out, revenue, transfers_in, balance FROM b_report.budget_draft ORDER BY id;
SELECT item, unit_code, fund_type, amount, limit_amount, blocks, note FROM b.check_draft(:p, '320000000');
SELECT b.approve_revenue(:p, '320000000', '收入预测会商纪要'), b.approve_revenue(:p, '320100000', '收入预测会商纪要'), b.approve_revenue(:p, '320000000', '再次');
SELECT item, division_code, blocks, note FROM b.check_draft(:p, '320000000');
-- a unit that has not finished, a ceiling that is passed, a side that does not balance
SELECT b.save_request(:p, '101002', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 100, "quantity": 3}]') AS desks \gset
SELECT b.issue_ceiling(:p, 300.07, '苏财教控1号', unit => '101001') > 0 AS issued, b.issue_ceiling(:p, 921.96, '苏财教控2号', func => '205') > 0 AS exact;
SELECT item, unit_code, fund_type, amount, limit_amount, note FROM b.check_draft(:p, '320000000') WHERE blocks;
SELECT b.issue_ceiling(:p, 300.08, '苏财教控3号', unit => '101001') > 0 AS issued;
SELECT b.withdraw_request(:desks, '不申报');
SELECT count(*) AS left_over FROM b.check_draft(:p, '320000000') WHERE blocks;

-- 先有项目再安排预算: a project of the target category that is not admitted gets no money, where the profile says so; one that is cancelled gets none anywhere
BEGIN;
SELECT count(b.register_project(code, name, '101001', category, 2026)) FROM (VALUES ('T1', '实训楼', '3'), ('T2', '体育馆', '3'), ('R1', '校园维护', '2')) AS v(code, name, category);
CREATE FUNCTION pg_temp.ask_for(preparation integer, project text, category text, amount numeric) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE request bigint;
BEGIN
	request := b.save_request(preparation, '101001', project, jsonb_build_array(jsonb_build_object('title', project, 'func', '2050202', 'gov_econ', '50201', 'unit_cost', amount, 'quantity', 1)), category => category, project => project);
	PERFORM b.submit_requests(preparation, '101001');
	PERFORM b.act(task_id, 'approve') FROM b.my_tasks() WHERE flow = 'up';
	RETURN request;
END $$;
SELECT count(pg_temp.ask_for(:p, project, category, amount)) AS asked FROM (VALUES ('T1', '3', 40), ('T2', '3', 20), ('R1', '2', 7)) AS v(project, category, amount);
CREATE FUNCTION pg_temp.projects(preparation integer) RETURNS TABLE (unit_code varchar, fund_type varchar, amount numeric, blocks boolean, note text) LANGUAGE sql AS
  $$ SELECT unit_code, fund_type, amount, blocks, note FROM b.check_draft(preparation, '320000000') WHERE item = 'project' $$;
SELECT * FROM pg_temp.projects(:p);
SELECT pg_temp.refused(format('SELECT b.submit_draft(%s, ''320000000'')', :p)) ~ 'Project T1 .实训楼. is proposed' AS keeps_it_from_going;
-- admitted: no longer; reviewed: still
SELECT pg_temp.take_over('b', 'under_way', '{T1}') AS running, b.describe_project('T2', 20, '2027-01-01', '2027-12-31', '李'), b.move_project('T2', 'reviewed') IS NOT NULL AS reviewed;
SELECT * FROM pg_temp.projects(:p);
-- a place without a pool asks for none, and a cancelled project gets nothing even there
SELECT b.register_profile('loose', '不设项目库', '{"settings": {"project.pool_required": {"value": false}}}') > 0 AND b.apply_profile('loose', '320000000', '2020-01-01') > 0 AS switched_off;
SELECT count(*) AS none FROM pg_temp.projects(:p);
SELECT b.move_project('R1', 'cancelled', '不再需要') IS NOT NULL AS cancelled;
SELECT * FROM pg_temp.projects(:p);
ROLLBACK;

-- the reserve: both bounds are in
SELECT count(b.register_division(code, 'x' || code, '320000000', 2, '2020-01-01')), count(b.register_unit('7' || n, 'd' || n, code)), count(b.register_unit('8' || n, 'f' || n, code, NULL, 'finance'))
  FROM (SELECT n, (320200000 + n * 100000)::text AS code FROM generate_series(1, 6) AS n) AS d;
SELECT count(pg_temp.ask(:p, '7' || n, '支出', '2050101', '50201', 10000 - reserve)), count(pg_temp.ask(:p, '8' || n, '预备费', '227', '51401', reserve))
  FROM unnest('{100,300,99,301,99.99,300.01}'::numeric[]) WITH ORDINALITY AS r(reserve, n);
SELECT r.reserve, c.item, c.amount, c.limit_amount, c.blocks, c.note
  FROM unnest('{100,300,99,301,99.99,300.01}'::numeric[]) WITH ORDINALITY AS r(reserve, n) LEFT JOIN LATERAL b.check_draft(:p, (320200000 + n * 100000)::text) AS c ON c.item = 'reserve' ORDER BY n;

-- out: nothing of it changes; returned: it does, and the next version is another
SELECT b.submit_draft(:p, '320000000') AS c \gset
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT b.submit_draft(%s, ''320000000'')', :p),
  format('SELECT b.save_request(%s, ''101002'', ''晚'', ''[{"title": "a", "func": "2050202", "unit_cost": 1, "quantity": 1}]'')', :p),
  format('SELECT b.withdraw_request(%s, ''x'')', :desks), format('SELECT b.review_request(%s, ''x'', 1)', :own),
  format('SELECT b.copy_requests(%s, ''101002'')', :p), format('SELECT b.void_case(%s, ''x'')', (SELECT case_id FROM b.request WHERE request_id = :own)),
  format('SELECT b.set_revenue_estimate(%s, ''320000000'', ''11'', ''101'', 1, ''x'')', :p), format('SELECT b.approve_revenue(%s, ''320000000'', ''x'')', :p),
  format('SELECT b.set_planned_transfer(%s, ''320000000'', ''320100000'', ''230'', ''11'', 31)', :p)]) AS s;
SELECT b.set_revenue_estimate(:p, '320100000', '11', '101', 20, '另一政府不受影响');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT pg_temp.refused(format('SELECT b.submit_draft(%s, ''320100000'')', :p));
ROLLBACK;
SELECT draft_id, version, state, requests, expenditure, reserve, transfers_out, revenue, transfers_in FROM b_report.draft ORDER BY draft_id;
SELECT facts -> 'draft' AS draft FROM b.approval_case WHERE case_id = :c;
SELECT pg_temp.vote('reject');
SELECT state FROM b_report.draft;
SELECT pg_temp.refused(format('SELECT b.submit_draft(%s, ''320000000'')', :p));
SELECT b.set_revenue_estimate(:p, '320000000', '11', '103', 70, '复核') AS again, b.approve_revenue(:p, '320000000', '会商纪要2');
SELECT pg_temp.vote('approve');
SELECT version, state, expenditure, revenue FROM b_report.draft ORDER BY version;
SELECT count(DISTINCT digest) AS digests FROM b.draft;
SELECT amount::numeric(20,2), approved_on IS NULL AS waits FROM b.budget_approval;
SELECT item, note FROM b.opening_check(2027) WHERE item = 'budget';
-- nobody writes the tables but the functions
SELECT pg_temp.refused(s) FROM unnest(ARRAY['UPDATE b.draft SET state = ''approved''', 'DELETE FROM b.draft_item', 'TRUNCATE b.approval_notice', 'UPDATE b.division_draft SET state = ''open''',
  'INSERT INTO b.budget_approval VALUES (2026, ''32'', ''1'', ''x'', ''2026-01-01'', 1)', 'UPDATE b.revenue_estimate SET amount = ''1''', 'DELETE FROM b.planned_transfer']) AS s;
DROP SCHEMA b CASCADE;
