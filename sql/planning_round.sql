-- 三上三下 with people: two units below a department, finance, ceilings, reviews (DOMAIN (b.3), (i) 1, 4; 控制数, 申报数, 审核数, 批复数).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('c', root => '320000000', first_year => 2026);
SELECT count(c.register_unit(code, name, '320000000', parent)) FROM (VALUES ('101', '省教育厅', NULL), ('101001', '省属中学', '101'), ('101002', '省属小学', '101'), ('102', '省科技厅', NULL)) AS u(code, name, parent);
SELECT c.add_year(2027, 'preparing');
CREATE ROLE pr_zhong; CREATE ROLE pr_xiao; CREATE ROLE pr_dept; CREATE ROLE pr_fin; CREATE ROLE pr_other;
SELECT current_user AS owner \gset
SELECT format('GRANT %I TO %I', r, :'owner') FROM unnest(ARRAY['pr_zhong', 'pr_xiao', 'pr_dept', 'pr_fin', 'pr_other']) AS r \gexec
SELECT count(c.end_duty(budgetpm.grant_ledger('c', r, 'officer'))) FROM unnest(ARRAY['pr_zhong', 'pr_xiao', 'pr_dept', 'pr_fin', 'pr_other']) AS r;
SELECT count(c.register_principal(login, title)) FROM (VALUES ('pr_zhong', '经办'), ('pr_xiao', '经办'), ('pr_dept', '主管'), ('pr_fin', '预算处'), ('pr_other', '经办')) AS p(login, title);
SELECT count(c.grant_duty(login, '320000000', unit, may_post => true)) FROM (VALUES ('pr_zhong', '101001'), ('pr_xiao', '101002'), ('pr_dept', '101'), ('pr_fin', NULL), ('pr_other', '102')) AS d(login, unit);
SELECT c.publish_flow('{"flow": "three", "title": "三上三下", "steps": [
   {"step": "dept_1", "assign": [{"duty": "主管", "at": "superior"}], "nobody": "pass", "next": "fin_1", "on_reject": "start"},
   {"step": "fin_1", "assign": [{"duty": "预算处", "at": "division"}], "next": "up_2", "on_reject": "start",
    "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
   {"step": "up_2", "assign": [{"initiator": true}], "self": "allow", "next": "fin_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}]},
   {"step": "fin_2", "assign": [{"duty": "预算处", "at": "division"}], "next": "up_3",
    "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
   {"step": "up_3", "assign": [{"initiator": true}], "self": "allow", "next": "fin_3",
    "effects": [{"effect": "prepare", "arguments": {"move": "submit", "round": 3}}]},
   {"step": "fin_3", "assign": [{"duty": "预算处", "at": "division"}], "next": "done"},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit"}}],
   "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
   "approved": [{"effect": "prepare", "as": "accepted", "arguments": {"move": "accept"}}]}}') AS version;
SELECT c.publish_flow('{"flow": "shortcut", "title": "捷径", "steps": [{"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
   "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}') AS version;
SELECT c.create_preparation(2027, '320000000', '2027年预算编制', 'three', rounds => '3') AS p \gset
\pset footer off

-- 一上
SET ROLE pr_zhong;
SELECT c.save_request(:p, '101001', '课桌', '[{"title": "课桌", "func": "2050204", "unit_cost": 300, "quantity": 100}]') AS desks \gset
SELECT c.save_request(:p, '101001', '水电', '[{"title": "水", "func": "2050204", "amount": 10000}, {"title": "电", "func": "2050204", "amount": 20000.01}, {"title": "暖", "func": "2050204", "amount": 0.02}]') AS water \gset
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101002'', ''别人的'', ''[{"title": "a", "func": "2050204", "amount": 1}]'')', :p));
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101002'')', :p));
SELECT pg_temp.refused(format('SELECT c.create_preparation(2027, ''320000000'', ''x'', ''three'')'));
SELECT c.submit_requests(:p, '101001', key => 's1') AS k1 \gset
SELECT c.submit_requests(:p, '101001', key => 's1') = :k1 AS repeated;
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101001'')', :p));
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101001'', ''课桌'', ''[{"title": "a", "func": "2050204", "amount": 1}]'', request => %s, expected_version => 1)', :p, :desks));
SELECT pg_temp.refused(format('SELECT c.withdraw_request(%s, ''不要了'')', :desks));
SELECT pg_temp.refused(format('SELECT c.review_request(%s, ''自己审'')', :desks)), pg_temp.refused(format('SELECT c.issue_ceiling(%s, 1, ''自己定'', unit => ''101001'')', :p));
SET ROLE pr_xiao;
SELECT c.save_request(:p, '101002', '图书', '[{"title": "图书", "func": "2050202", "unit_cost": 25.55, "quantity": 1000}]') AS books \gset
SELECT c.submit_requests(:p, '101002') AS k2 \gset
SELECT title, state FROM c_report.request ORDER BY 1;
SET ROLE pr_other;
SELECT count(*) AS sees FROM c_report.request;
SELECT pg_temp.refused(format('SELECT c.withdraw_request(%s, ''x'')', :desks)), pg_temp.refused('SELECT c.request_document(1)');
RESET ROLE;
SELECT unit_code, title, state, kind, round, amount FROM c_report.request ORDER BY request_id;
SELECT facts OPERATOR(pg_catalog.-) 'preparation' AS facts FROM c.approval_case WHERE case_id = :k1;

-- the department sends one back: the unit has it in hand again, and submits once more
SET ROLE pr_dept;
SELECT c.act(task_id, 'return', '写清用途', '{"to": "start"}') FROM c.my_tasks() WHERE case_id = :k2;
SET ROLE pr_xiao;
SELECT title, state, kind, version_no FROM c_report.request;
SELECT c.save_request(:p, '101002', '图书', '[{"title": "图书", "func": "2050202", "unit_cost": 25.55, "quantity": 900}]', request => :books, expected_version => 2) > 0 AS saved;
SELECT pg_temp.refused(format('SELECT c.save_request(%s, ''101002'', ''别的'', ''[{"title": "图书", "func": "2050202", "amount": 1}]'', request => %s, expected_version => 3)', :p, :books));
SELECT c.submit_requests(:p, '101002') = :k2 AS same_case;
SET ROLE pr_dept;
SELECT c.act(task_id, 'approve') FROM c.my_tasks() ORDER BY task_id;

-- 审核 and 一下: what finance lets is hidden until it is returned
SET ROLE pr_fin;
SELECT pg_temp.refused(format(s, :water)) FROM unnest(ARRAY['SELECT c.review_request(%s, NULL)', 'SELECT c.review_request(%s, ''x'', 30000.04)', 'SELECT c.review_request(%s, ''x'', -1)', 'SELECT c.review_request(%s, ''x'', 1.001)',
  'SELECT c.review_request(%s, ''x'', 1, ''[]'')', 'SELECT c.review_request(%s, ''x'', items => ''[]'')', 'SELECT c.review_request(%s, ''x'', items => ''[{"item_no": 9, "amount": 1}, {"item_no": 1, "amount": 10000.01}, {"amount": -1, "item_no": 2}, 5]'')',
  'SELECT c.review_request(%s00, ''x'')']) AS s;
SELECT c.review_request(:water, '压减', 20000) > 0 AS reviewed;
SELECT c.review_request(:desks, '减量', items => '[{"item_no": 1, "amount": "24000.50"}]') > 0 AS reviewed;
SELECT i.item_no, i.title, i.amount, i.reviewed FROM c_report.request_item i JOIN c_report.request r USING (version_id) WHERE r.request_id = :water ORDER BY 1;
SELECT title, kind, requested_amount, reviewed_amount FROM c_report.request ORDER BY request_id;
SELECT c.issue_ceiling(:p, 45000, '苏财预〔2026〕1号', unit => '101', key => 'c1') AS first_ceiling \gset
SELECT c.issue_ceiling(:p, 45000, '苏财预〔2026〕1号', unit => '101', key => 'c1') = :first_ceiling AS repeated;
SELECT pg_temp.refused(format('SELECT c.issue_ceiling(%s, 45001, ''苏财预〔2026〕1号'', unit => ''101'', key => ''c1'')', :p));
SELECT c.issue_ceiling(:p, 45000.50, '苏财预〔2026〕2号', unit => '101001') > 0 AS unit_ceiling, c.issue_ceiling(:p, 43000, '苏财预〔2026〕3号', func => '205') > 0 AS function_ceiling;
SELECT pg_temp.refused(format(s, :p)) FROM unnest(ARRAY['SELECT c.issue_ceiling(%s, NULL, ''x'')', 'SELECT c.issue_ceiling(%s, -1, ''x'')', 'SELECT c.issue_ceiling(%s, 1.005, ''x'')', 'SELECT c.issue_ceiling(%s, ''NaN'', ''x'')', 'SELECT c.issue_ceiling(%s, 1, ''x'', func => ''999'')',
  'SELECT c.issue_ceiling(%s, 1, ''x'', round => 4)', 'SELECT c.issue_ceiling(%s, 1, ''x'', fund_type => ''zz'')', 'SELECT c.issue_ceiling(99, 1, ''x'')']) AS s;
SET ROLE pr_zhong;
SELECT title, kind, amount, reviewed_amount FROM c_report.request ORDER BY request_id;
SELECT count(*) AS hidden FROM c_report.request_version WHERE kind = 'reviewed';
SET ROLE pr_fin;
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101001'')', :p));
SELECT c.act(task_id, 'approve', '一下') FROM c.my_tasks() ORDER BY task_id;
SET ROLE pr_zhong;
SELECT title, state, kind, round, amount, reviewed_amount FROM c_report.request ORDER BY request_id;
SELECT unit_code, amount, used, left_amount FROM c_report.ceiling ORDER BY ceiling_id;
SELECT c.request_document(version_id) OPERATOR(pg_catalog.->) 'ceiling' AS ceiling, c.request_document(version_id) OPERATOR(pg_catalog.->) 'previous' AS previous FROM c_report.request WHERE request_id = :desks;

-- 二上: within the ceilings of the unit, of the department above it, of the function; all that are passed are named
SELECT v.version_no FROM c_report.request v WHERE request_id = :desks \gset
SELECT c.save_request(:p, '101001', '课桌', '[{"title": "课桌", "func": "2050204", "unit_cost": 300, "quantity": 84}]', request => :desks, expected_version => :version_no) > 0 AS saved;
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101001'')', :p));
-- a ceiling of this round binds the next: the one from before it binds as before
BEGIN;
SELECT current_role AS asks \gset
SET ROLE pr_fin;
SELECT c.issue_ceiling(:p, 99999999, '苏财预〔2026〕9号', unit => '101001', round => 2) > 0 AS of_the_next;
SET ROLE :asks;
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101001'')', :p));
ROLLBACK;
SELECT pg_temp.refused(format('SELECT c.act(%s, ''approve'')', task_id)) AS by_hand FROM c.my_tasks();
SELECT c.save_request(:p, '101001', '课桌', '[{"title": "课桌", "func": "2050204", "unit_cost": 300, "quantity": 70}]', request => :desks, expected_version => :version_no + 1) > 0 AS saved;
SELECT c.submit_requests(:p, '101001') = :k1 AS same_case;
SET ROLE pr_xiao;
SELECT pg_temp.refused(format('SELECT c.act(%s, ''approve'')', task_id)) AS together FROM c.my_tasks();
SET ROLE pr_fin;
SELECT unit_code, func_code, amount, used, left_amount FROM c_report.ceiling ORDER BY ceiling_id;
SELECT c.issue_ceiling(:p, 63995, '苏财预〔2026〕4号', func => '205', round => 1) > 0 AS raised, c.issue_ceiling(:p, 63995, '苏财预〔2026〕5号', unit => '101', round => 1) > 0 AS raised_too;
SELECT ceiling_id - :first_ceiling AS number, amount, used, left_amount, newest FROM c_report.ceiling ORDER BY ceiling_id;
SELECT c.issue_ceiling(:p, 63994.99, '苏财预〔2026〕6号', func => '20502', round => 1) > 0 AS a_fen_short;
SET ROLE pr_xiao;
SELECT pg_temp.refused(format('SELECT c.act(%s, ''approve'')', task_id)) AS by_a_fen FROM c.my_tasks();
SET ROLE pr_fin;
SELECT c.issue_ceiling(:p, 63995, '苏财预〔2026〕7号', func => '20502', round => 1) > 0 AS enough;
SET ROLE pr_xiao;
SELECT c.act(task_id, 'approve') FROM c.my_tasks();

-- 二下, 三上 closed: reopened for one unit with a reason
SET ROLE pr_fin;
SELECT c.act(task_id, 'approve', '二下') FROM c.my_tasks() ORDER BY task_id;
RESET ROLE;
SELECT c.set_round(:p, 3, up_closes_on => current_date - 10, down_closes_on => current_date);
SELECT pg_temp.refused(format(s, :p)) FROM unnest(ARRAY['SELECT c.set_round(%s, 4, current_date)', 'SELECT c.set_round(%s, NULL)', 'SELECT c.reopen_round(%s, 3, current_date, NULL)', 'SELECT c.reopen_round(%s, 3, current_date, '' '')', 'SELECT c.reopen_round(%s, 7, current_date, ''x'')']) AS s;
SET ROLE pr_xiao;
SELECT regexp_replace(pg_temp.refused(format('SELECT c.submit_requests(%s, ''101002'')', :p)), '\d{4}-\d\d-\d\d', 'DATE');
SELECT pg_temp.refused(format('SELECT c.reopen_round(%s, 3, current_date, ''自己开'', unit => ''101002'')', :p));
SET ROLE pr_fin;
SELECT round, unit_code, status, requests, amount FROM c_report.round_status ORDER BY 2, 1;
SELECT c.reopen_round(:p, 3, current_date - 2, '又过期', unit => '101002') > 0 AS in_vain, c.reopen_round(:p, 3, current_date, '系统升级', unit => '101001') > 0 AS for_another;
SET ROLE pr_xiao;
SELECT left(pg_temp.refused(format('SELECT c.submit_requests(%s, ''101002'')', :p)), 5);
SET ROLE pr_fin;
SELECT c.reopen_round(:p, 3, current_date, '系统升级', unit => '101') > 0 AS for_the_department;
SET ROLE pr_xiao;
SELECT c.submit_requests(:p, '101002') = :k2 AS third;
SET ROLE pr_zhong;
SELECT c.submit_requests(:p, '101001') = :k1 AS third;

-- 三下: what goes into the draft
SET ROLE pr_fin;
SELECT c.act(task_id, 'approve', '三下') FROM c.my_tasks() ORDER BY task_id;
RESET ROLE;
SELECT unit_code, title, state, kind, round, requested_amount, reviewed_amount, approved_amount FROM c_report.request ORDER BY request_id;
SELECT title, version_no, round, kind, amount, made_by, length(digest) AS digest FROM c_report.request_version WHERE request_id = :desks ORDER BY 2;
SELECT level, department_code, unit_code, title, requests, requested_amount, approved_amount FROM c_report.request_total ORDER BY id;
SELECT round, unit_code, status, requests, amount FROM c_report.round_status WHERE requests > 0 ORDER BY 2, 1;
SELECT state, days >= 0 AS counted, days_before, change, first_submitted_at < last_submitted_at AS in_order FROM c_report.preparation_cycle;
SELECT count(*) AS faults FROM c.approval_case k, c.verify_case(k.case_id);
SET ROLE pr_zhong;
SELECT pg_temp.refused(format('SELECT c.submit_requests(%s, ''101001'')', :p)) AS nothing_left;
RESET ROLE;

-- nobody gets in by another way: not by another flow, another unit's case, or without a preparation
SELECT c.save_request(:p, '102', '科研', '[{"title": "a", "func": "2050202", "amount": 5}]') AS lab \gset
SELECT pg_temp.refused(format('SELECT c.start_case(''shortcut'', ''x'', ''{"preparation": %s}'', unit => ''102'')', :p));
SELECT pg_temp.refused('SELECT c.start_case(''three'', ''x'', ''{}'', unit => ''102'')');
SELECT pg_temp.refused('SELECT c.start_case(''three'', ''x'', ''{"preparation": 1e10}'', unit => ''102'')');
SELECT pg_temp.refused(format('SELECT c.start_case(''three'', ''x'', ''{"preparation": %s}'', division => ''320000000'')', :p));
SELECT state FROM c_report.request WHERE request_id = :lab;
-- retracted and rejected: back in hand, and the case of a unit is the only one
SET ROLE pr_other;
SELECT c.start_case('three', '直接发起', format('{"preparation": %s}', :p)::jsonb, unit => '102') AS k3 \gset
RESET ROLE;
SELECT state, round FROM c_report.request WHERE request_id = :lab;
SELECT c.save_request(:p, '102', '二号', '[{"title": "a", "func": "2050202", "amount": 6}]') AS lab2 \gset
SET ROLE pr_other;
SELECT pg_temp.refused(format('SELECT c.start_case(''three'', ''又一次'', ''{"preparation": %s}'', unit => ''102'')', :p));
SELECT c.retract(:k3);
SELECT title, state, kind FROM c_report.request ORDER BY 1;
SELECT c.submit_requests(:p, '102') > :k3 AS another_case;
SELECT title, state, kind FROM c_report.request ORDER BY 1;
RESET ROLE;
SELECT pg_temp.refused('UPDATE c.request_version SET amount = ''1'' WHERE kind = ''approved''');
SELECT * FROM budgetpm.check_ledger('c');
DROP SCHEMA c, c_report CASCADE;
DROP OWNED BY pr_zhong, pr_xiao, pr_dept, pr_fin, pr_other;
DROP ROLE pr_zhong, pr_xiao, pr_dept, pr_fin, pr_other;
