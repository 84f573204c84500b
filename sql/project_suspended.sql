-- A suspended project gets no money and is paid nothing on any road, but for what is released; its signals wait with it.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026) \g /dev/null
SELECT b.register_division('320500000', '苏州市', '320000000', 2) \g /dev/null
SELECT b.register_unit('101', '省教育厅', '320000000'), b.register_unit('201', '苏州市教育局', '320500000') \g /dev/null
SELECT b.register_project('P', '学校', '101', '3', 2026), b.register_project('P.1', '教学楼', '101', '3', 2026, 'P'), b.register_project('Q', '道路', '101', '3', 2026) \g /dev/null
SELECT pg_temp.take_over('b', 'under_way') AS taken_over;
SELECT b.open_line(2026, '101', '2050202', title => 'root') AS root \gset
SELECT b.open_line(2026, '101', '2050202', title => 'p', project => 'P', parent => :root) AS p, b.open_line(2026, '101', '2050202', title => 'p1', project => 'P.1') AS p1,
       b.open_line(2026, '101', '2050202', title => 'q', project => 'Q') AS q \gset
SELECT b.appropriate(:root, 10000, 'd'), b.appropriate(:p1, 1000, 'd'), b.appropriate(:q, 1000, 'd'), b.allot(:root, :p, 1000, 'd') \g /dev/null
SELECT b.pay(:p, 10, '付0') AS paid, b.request_payment(:p, 20, '申0') AS asked, b.request_payment(:p, 5, '申1') AS asked1, b.commit_funds(:p, 100, '合同') AS contract, b.pay(:q, 30, '付q') AS paid_q \gset
SELECT b.refund(:paid, 10, '退0') AS refunded, b.reduce(:p1, 1, '减0') AS reduced \gset
SELECT b.release(:asked1, '撤1') AS released \gset
INSERT INTO b.payment (payment_no, line_id, amount, payee, state) VALUES ('凭1', :p, 7, '甲', 'requested');
SELECT b.publish_flow('{"flow": "ask", "title": "申请", "steps": [{"step": "签", "assign": [{"initiator": true}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}],
  "effects": {"approved": [{"effect": "post", "arguments": {"operation": "pay", "line": "$.line", "amount": 1, "document": "流"}}]}}') \g /dev/null
SELECT b.start_case('ask', '流', jsonb_build_object('line', :p), unit => '101') AS work \gset
CREATE FUNCTION pg_temp.told(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(split_part(pg_temp.refused(statement), E'\n', 1), 'row \d+', 'row N') $$;

-- 1. The roads.
SELECT b.move_project('P', 'suspended', '汛期') > 0 AS suspended;
CREATE FUNCTION pg_temp.roads(line bigint, root bigint, paid_q bigint, asked bigint, released bigint, refunded bigint, contract bigint, work bigint, below bigint) RETURNS TABLE (road text, outcome text) LANGUAGE plpgsql AS $$
BEGIN
  FOR road, outcome IN SELECT r.road, r.statement FROM (VALUES
    ('pay', format('SELECT b.pay(%s, 1, ''x'')', line)),
    ('pay what was requested', format('SELECT b.pay(%s, 20, ''x'', request => %s)', line, asked)),
    ('request', format('SELECT b.request_payment(%s, 1, ''x'')', line)),
    ('request on the contract', format('SELECT b.request_payment(%s, 1, ''x'', commitment => %s)', line, contract)),
    ('release undone', format('SELECT b.reverse(%s, ''x'')', released)),
    ('refund undone', format('SELECT b.reverse(%s, ''x'')', refunded)),
    ('correction onto it', format('SELECT b.correct_payment(%s, %s, 1, ''x'')', paid_q, line)),
    ('row, paid', format('INSERT INTO b.payment (payment_no, line_id, amount, payee, state) VALUES (''x'', %s, 1, ''甲'', ''paid'')', line)),
    ('row, requested', format('INSERT INTO b.payment_load (payment_no, line_id, amount, payee, state) VALUES (''x'', %s, 1, ''甲'', ''requested'')', line)),
    ('row, requested before', 'UPDATE b.payment SET state = ''paid'' WHERE payment_no = ''凭1'''),
    ('batch', format('SELECT b.post_batch(''[{"operation": "pay", "line": %s, "amount": "1", "document": "x"}]'')', line)),
    ('flow', format('SELECT b.act(task_id, ''approve'', ''x'') FROM b.task WHERE case_id = %s AND state = ''open''', work)),
    ('appropriation', format('SELECT b.appropriate(%s, 1, ''x'')', below)),
    ('supplement', format('SELECT b.supplement(%s, 1, ''x'')', below)),
    ('payment below', format('SELECT b.pay(%s, 1, ''x'')', below)),
    ('transfer', format('SELECT b.send_transfer(%s, ''320500000'', 1, ''x'')', line)),
    ('allotment', format('SELECT b.allot(%s, %s, 1, ''x'')', root, line)),
    ('virement', format('SELECT b.virement(%s, %s, 1, ''x'')', root, below))) AS r(road, statement)
  LOOP outcome := pg_temp.told(outcome); RETURN NEXT; END LOOP;
END $$;
SELECT * FROM pg_temp.roads(:p, :root, :paid_q, :asked, :released, :refunded, :contract, :work, :p1);
SELECT pg_temp.refused(format('SELECT b.pay(%s, 1, ''x'')', :p1)), pg_temp.refused(format('SELECT b.supplement(%s, 1, ''x'')', :p1));
SELECT b.check_funds(:p, 'pay', 1) - 'line' AS dry_run;
-- a line without a project is of the one whose line it stands below; of another project, it is of that one
BEGIN;
SELECT b.move_project('P', 'under_way', '恢复') > 0 AS resumed, b.open_line(2026, '101', '2050202', title => 'under', parent => :p) AS under, b.open_line(2026, '101', '2050202', title => 'other', project => 'Q', parent => :p) AS other \gset
SELECT b.open_line(2026, '101', '2050202', title => 'deeper', parent => :under) AS deeper \gset
SELECT b.allot(:p, :under, 10, 'd') > 0, b.allot(:under, :deeper, 5, 'd') > 0, b.allot(:p, :other, 5, 'd') > 0, b.move_project('P', 'suspended', '汛期') > 0 AS suspended;
SELECT pg_temp.told(format(s, line)) FROM unnest(ARRAY[:under, :deeper]) AS line, unnest('{SELECT b.pay(%s\, 1\, ''x''),SELECT b.request_payment(%s\, 1\, ''x'')}'::text[]) AS s;
SELECT pg_temp.told(format('SELECT b.allot(%s, %s, 1, ''x'')', :p, :under)), b.pay(:other, 1, 'x') > 0 AS paid;
SELECT pg_temp.told(format('SELECT b.release_suspended(''P'', %s, 1, ''文1'', ''x'')', :root)), b.release_suspended('P', :deeper, 1, '文1', 'x') > 0 AS released, b.pay(:deeper, 1, 'x') > 0 AS paid;
ROLLBACK;
-- what comes back, is held or taken back, and what a contract reserves, passes
BEGIN;
SELECT b.freeze(:p, 1, 'x') > 0, b.commit_funds(:p, 1, 'x') > 0, b.release(:asked, 'x') > 0, b.return_allotment(:p, :root, 1, 'x') > 0, b.reverse(:reduced, 'x') > 0, b.withdraw(:p1, 1, 'x') > 0;
ROLLBACK;

-- 2. A release: so much more of one line, by whom the division is entrusted.
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  format('SELECT b.release_suspended(''P'', %s, 0, ''文1'', ''x'')', :p), format('SELECT b.release_suspended(''P'', %s, 1, ''文1'', NULL)', :p), format('SELECT b.release_suspended(''P'', %s, 1, ''文1'', ''x'', ''infinity'')', :p),
  format('SELECT b.release_suspended(''P'', %s, 1, ''文1'', ''x'')', :q), 'SELECT b.release_suspended(''P'', 2026000000999999, 1, ''文1'', ''x'')', format('SELECT b.release_suspended(''Q'', %s, 1, ''文1'', ''x'')', :q),
  format('SELECT b.release_suspended(''X'', %s, 1, ''文1'', ''x'')', :q)]) AS s;
SELECT b.release_suspended('P', :p, 20, '文1', '已完工程款') AS release;
SELECT pg_temp.refused(format('SELECT b.pay(%s, 20.01, ''x'')', :p)), pg_temp.refused(format('SELECT b.request_payment(%s, 20.01, ''x'')', :p));
SELECT b.pay(:p, 20, '申0', request => :asked) > 0 AS paid;
SELECT pg_temp.refused(format('SELECT b.pay(%s, 0.01, ''x'')', :p)), pg_temp.told(format('SELECT b.allot(%s, %s, 1, ''x'')', :root, :p));
SELECT b.request_payment(:p, 20, '申2') AS asked2 \gset
SELECT pg_temp.told(format('SELECT b.pay(%s, 20, ''申2'', request => %s)', :p, :asked2)) AS not_paid;
-- the newest counts, until its last day; of a line below, given for the project above it
SELECT b.release_suspended('P', :p1, 5, '文2', '农民工工资', CURRENT_DATE + 1), b.pay(:p1, 5, '工资') > 0 AS paid;
SELECT b.release_suspended('P.1', :p1, 5, '文3', '农民工工资', '2026-01-01') AS expired;
SELECT pg_temp.told(format('SELECT b.pay(%s, 0.01, ''x'')', :p1));
SELECT release_id, line_id = :p AS of_p, amount, paid_limit, drawn_limit, document, reason FROM b.project_release ORDER BY 1;
SELECT event_no, action, reason, details - '{line,valid_to}'::text[] AS details FROM b.project_event JOIN b.project USING (project_id) WHERE official_code = 'P' AND action IN ('stage', 'released') ORDER BY 1;
-- what comes back of an older payment, or is corrected away, makes no room for another; what was paid since and came back does
SELECT b.move_project('Q', 'suspended', '汛期') > 0 AS suspended;
BEGIN;
SELECT b.release_suspended('Q', :q, 5, '文2', '工资') > 0 AS released, b.correct_payment(:paid_q, :root, 10, 'x') > 0 AS corrected, b.refund(:paid_q, 10, 'x') > 0 AS refunded;
SELECT pg_temp.refused(format('SELECT b.pay(%s, 5.01, ''x'')', :q));
SELECT pg_temp.told(format('SELECT b.post_batch(''[{"operation": "refund", "payment": %s, "amount": "9", "document": "x"}, {"operation": "pay", "line": %s, "amount": "6", "document": "x"}]'')', :paid_q, :q)) AS batch;
SELECT b.pay(:q, 5, 'y') AS paid5 \gset
SELECT pg_temp.told(format('SELECT b.pay(%s, 0.01, ''x'')', :q)), b.refund(:paid5, 5, '退票') > 0 AS bounced;
SELECT b.pay(:q, 5, 'y') AS paid6 \gset
SELECT b.correct_payment(:paid6, :root, 5, 'x') > 0 AS corrected, pg_temp.told(format('SELECT b.pay(%s, 0.01, ''x'')', :q));
ROLLBACK;
SELECT b.move_project('Q', 'under_way', '恢复') > 0 AS resumed;
-- resumed and suspended again: a release ends with its suspension
SELECT b.release_suspended('P', :p, 100, '文4', '工资') AS release;
SELECT b.move_project('P', 'under_way', '恢复') > 0 AS resumed;
SELECT b.pay(:p, 3, '付1') AS paid1 \gset
SELECT b.move_project('P', 'suspended', '汛期') > 0 AS suspended;
SELECT pg_temp.told(format('SELECT b.pay(%s, 0.01, ''x'')', :p));
SELECT pg_temp.refused(s) FROM unnest('{UPDATE b.project_release SET paid_limit = ''9'',DELETE FROM b.project_release,TRUNCATE b.project_release}'::text[]) AS s;
-- a profile that lets them go on
SELECT b.register_profile('open', '暂停不止付', '{"settings": {"project.suspended_held": {"value": false}}}') AS version, b.apply_profile('open', '320000000', '2020-01-02') AS applied;
BEGIN;
SELECT b.pay(:p, 1, 'x') > 0 AS paid, b.allot(:root, :p, 1, 'x') > 0 AS given;
ROLLBACK;
SELECT b.apply_profile('standard', '320000000', '2020-01-03') > 0 AS back;
-- a day that comes by the caller's time zone alone has not come
BEGIN;
SELECT b.apply_profile('open', '320000000', CURRENT_DATE + 2) > 0 AS to_come;
SET LOCAL TimeZone = '<away>-100';
SELECT pg_temp.told(format('SELECT b.pay(%s, 1, ''x'')', :p));
ROLLBACK;

-- 3. 整改: money is held back on the project's own lines, or those below it.
SELECT b.register_principal('regress_owner', '负责人') \g /dev/null
SELECT b.publish_flow('{"flow": "rectification", "title": "整改", "steps": [{"step": "rectify", "assign": [{"initiator": true}], "self": "allow", "next": "check"}, {"step": "check", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "post", "when": "$.line", "arguments": {"operation": "freeze", "line": "$.line", "amount": "$.amount"}}], "release": [{"effect": "post", "when": "$.line", "arguments": {"operation": "unfreeze", "line": "$.line", "amount": "$.amount"}}], "approved": [{"effect": "post", "when": "$.line", "arguments": {"operation": "unfreeze", "line": "$.line", "amount": "$.amount"}}]}}') \g /dev/null
SELECT pg_temp.refused(format('SELECT b.notify_rectification(%L, ''x'', CURRENT_DATE + 9, ''整改1'', %s, 5)', project, line)) AS told
  FROM (VALUES ('P.1', :p1), ('P', :p1), ('Q', :p1), ('P.1', :p), ('P', :root), ('P', 1)) AS x(project, line);
SELECT line_id = :p1 AS of_p1, frozen FROM b.balance WHERE frozen OPERATOR(budgetpm.<>) '0';
SELECT count(b.terminate(case_id, '撤回')) AS terminated FROM b.approval_case WHERE flow = 'rectification' AND state = 'running';

-- 4. The year ends: what the project holds goes on with it, nothing else does.
SELECT b.add_year(2027, 'open') \g /dev/null
SELECT b.open_line(2027, '101', '2050202', title => 'p', project => 'P') AS next \gset
UPDATE b.payment SET state = 'cancelled' WHERE payment_no = '凭1';
SELECT b.release(:asked2, 'x') > 0 AS released, b.set_year_state(2026, 'closing');
SELECT b.carry_forward(:p, :next, 10, '结转') > 0 AS carried;
SELECT pg_temp.told(format('SELECT b.carry_forward(%s, %s, 10, ''结转'')', :q, :next));
SELECT b.release(:contract, '解约') > 0 AS released, b.set_year_state(2026, 'closed');
SELECT b.refund_prior_year(:paid1, :next, 3, '退') > 0 AS came_back;

-- 5. What signals have begun is held with the project, goes on with it, and ends with it.
SELECT b.add_year(2025, 'open') \g /dev/null
SELECT b.register_project('S1', 's', '101', '3', 2025), b.register_project('S2', 's', '101', '3', 2025), b.register_project('S3', 's', '101', '3', 2025) \g /dev/null
SELECT pg_temp.take_over('b', 'under_way') AS taken_over;
SELECT count(b.appropriate(b.open_line(2025, '101', '2050202', title => p, project => p), 1000, 'd', accounting_date => '2025-01-10')) FROM unnest('{S1,S2,S3}'::text[]) AS p;
SELECT b.assess_project(p, '2025-09-30') FROM unnest('{S1,S2,S3}'::text[]) AS p;
SELECT b.move_project('S1', 'suspended', '等待批复'), b.move_project('S2', 'completed', on_day => '2025-12-20'), b.move_project('S3', 'suspended', '停工') \g /dev/null
SELECT b.publish_flow(budget_flow.d) IS NOT NULL AS published FROM (SELECT '{"flow": "project_audit", "title": "审计", "steps": [{"step": "a", "assign": [{"login": "regress_owner"}], "self": "allow", "next": "z"}, {"step": "z", "type": "end"}]}'::jsonb AS d) budget_flow;
CREATE VIEW pg_temp.concerns AS SELECT project_code, kind, colour, opened_on, held_on = CURRENT_DATE AS held, ended_on, ended_colour, ended_stage, case_id IS NOT NULL AS with_case FROM b_report.project_concern;
SELECT * FROM pg_temp.concerns ORDER BY 1;
-- a night begins no case of what is held, and no colour ends it
SELECT assessed, opened, ended, cases, failed FROM b.assess_all('2025-10-31');
UPDATE b.project_stage_move SET road = 'reason' WHERE to_stage = 'cancelled';
SELECT b.reduce(line_id, 1000, '收回') > 0 AS taken_back FROM b.line JOIN b.project USING (project_id) WHERE official_code = 'S3';
SELECT b.move_project('S1', 'under_way', '批复到达'), b.move_project('S3', 'cancelled', '不再建设') \g /dev/null
SELECT * FROM pg_temp.concerns WHERE project_code <> 'S3' ORDER BY 1;
SELECT project_code, ended_on = CURRENT_DATE AS ended_today, ended_stage, held FROM pg_temp.concerns WHERE project_code = 'S3';
-- resumed, it waits for its case again, and is the one that stood
SELECT assessed, red, opened, ended, cases, failed FROM b.assess_all('2025-11-30');
SELECT * FROM pg_temp.concerns WHERE project_code = 'S1';
SELECT official_code, action, reason, details - 'case' AS details FROM b.project_event JOIN b.project USING (project_id) WHERE action ~ '^signal' ORDER BY 1, event_no;
-- who completes a red project alone keeps its concern: it goes on with rework, and ends with what takes an approval
SELECT b.move_project('S1', 'completed', '急', '2026-01-05') > 0 AS completed;
SELECT project_code, held_on, ended_on, ended_stage FROM b_report.project_concern WHERE project_code = 'S1';
SELECT b.move_project('S1', 'under_way', '返工') > 0 AS rework;
SELECT project_code, held_on, ended_on, ended_stage FROM b_report.project_concern WHERE project_code = 'S1';
UPDATE b.project_stage_move SET road = 'function' WHERE to_stage = 'accepted';
DELETE FROM b.project_template_document;
SELECT b.move_project('S1', 'completed', '完工', '2026-01-05') > 0 AS completed, b.move_project('S1', 'accepted', on_day => '2026-01-06') > 0 AS accepted;
SELECT project_code, held_on, ended_on, ended_stage FROM b_report.project_concern WHERE project_code = 'S1';
SELECT p.official_code, v.* FROM b.project p CROSS JOIN LATERAL b.verify_project(p.official_code) v;
SELECT pg_temp.refused('UPDATE b.project_concern SET held_on = NULL');

-- 6. A unit does not resume what the division has suspended, but what it has suspended itself.
CREATE ROLE regress_unit; CREATE ROLE regress_division;
GRANT regress_unit, regress_division TO CURRENT_USER;
SELECT budgetpm.grant_ledger('b', 'regress_unit', 'officer') AS duty \gset
SELECT b.end_duty(:duty) \g /dev/null
SELECT b.grant_duty('regress_unit', unit => '201', may_post => true) > 0 AND budgetpm.grant_ledger('b', 'regress_division', 'officer', '320500000') > 0 AS granted;
SELECT b.register_project('U', 'u', '201', '3', 2026) \g /dev/null
SELECT pg_temp.take_over('b', 'under_way') AS taken_over;
SET ROLE regress_unit;
SELECT b.move_project('U', 'suspended', '雨') > 0 AS own, b.move_project('U', 'under_way', '晴') > 0 AS resumed;
SET ROLE regress_division;
SELECT b.move_project('U', 'suspended', '核查') > 0 AS supervised;
SET ROLE regress_unit;
SELECT pg_temp.refused($$SELECT b.move_project('U', 'under_way', '没有问题')$$);
SET ROLE regress_division;
SELECT b.move_project('U', 'under_way', '核查完毕') > 0 AS resumed;
RESET ROLE;
-- a document for a contract on a project's line shows nothing for the project of another unit
SELECT b.open_line(2027, '201', '2050202', title => 'x', project => 'Q') AS shared \gset
INSERT INTO b.contract (contract_no, line_id, amount) VALUES ('合同u', :shared, 1);
SET ROLE regress_unit;
SELECT b.register_document('acceptance_report', '验收报告', 'sha256', repeat('0a', 32), 1, 'application/pdf', 's', contract_no => '合同u') > 0 AS registered;
RESET ROLE;
SELECT b.register_document('acceptance_report', '验收报告', 'sha256', repeat('0a', 32), 1, 'application/pdf', 's', contract_no => '合同u') > 0 AS registered;
SELECT registered_by, project_id IS NOT NULL AS of_project FROM b.evidence_document ORDER BY document_id;

-- 7. What came back to a project that has ended is not spent again; what is undone is as it was.
SELECT b.register_project('C', 'c', '101', '3', 2026) \g /dev/null
SELECT pg_temp.take_over('b', 'under_way') AS taken_over;
SELECT b.open_line(2027, '101', '2050202', title => 'c', project => 'C') AS c \gset
SELECT b.appropriate(:c, 100, 'd') > 0 AS given, b.pay(:c, 100, '付') AS paid \gset
SELECT b.move_project('C', 'cancelled', '终止') > 0 AS cancelled;
SELECT b.refund(:paid, 60, '退') AS back \gset
SELECT pg_temp.refused(format('SELECT b.pay(%s, 60, ''x'')', :c)), pg_temp.refused(format('SELECT b.request_payment(%s, 60, ''x'')', :c)), pg_temp.told(format('SELECT b.send_transfer(%s, ''320500000'', 60, ''x'')', :c)) AS sent;
SELECT b.reverse(:back, '退款有误') > 0 AS undone, b.refund(:paid, 60, '退') > 0 AS back, b.reduce(:c, 60, '收回') > 0 AS taken_back;
SELECT count(*) FROM b.verify_ledger();
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_unit, regress_division; DROP ROLE regress_unit, regress_division;
