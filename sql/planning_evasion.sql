-- Ways around what a submission must keep (an amount filled in as text, a round that begins again, an older ceiling issued later), and around a vote.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set fixture :top '/test/planning/draft.sql'
\i :fixture

-- a rule compares numbers, also where a field of the form was filled in with a text
SELECT b.define_form_field('request', 'cost', 'amount', '{"zh": "造价"}', '320000000') > 0 AS cost, b.define_form_field('request', 'room', 'text', '{"zh": "房间"}', '320000000') > 0 AS room;
SELECT b.define_rule('{"rule": "dear", "title": "造价", "severity": "block", "predicate": "$.attributes.cost > $limit", "parameters": {"limit": 100},
  "measures": {"cost": "$.attributes.cost"}, "message": {"zh": "造价{cost}"}}') AS version;
SELECT b.save_request(:p, '101001', '教室', '[{"title": "a", "func": "2050202", "amount": 1}]', attributes => '{"cost": "5000.00", "room": "7"}') AS dear \gset
SELECT pg_temp.refused(format('SELECT b.submit_requests(%s, ''101001'')', :p));
SELECT rule, measured FROM b.check_request(:dear);
SELECT b.request_document(current_version) -> 'attributes' AS attributes FROM b.request WHERE request_id = :dear;
SELECT b.withdraw_request(:dear, '不要了');

-- a flow that says "round 1" at its beginning, and gives the unit its second submission back
SELECT b.publish_flow('{"flow": "up", "title": "上报", "steps": [
   {"step": "down_1", "assign": [{"initiator": true}], "self": "allow", "next": "up_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
   {"step": "up_2", "assign": [{"initiator": true}], "self": "allow", "next": "down_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}]},
   {"step": "down_2", "assign": [{"initiator": true}], "self": "allow", "next": "done"},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit", "round": 1}}],
   "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
   "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}') AS version;
SELECT b.save_request(:p, '101002', '图书', '[{"title": "a", "func": "2050202", "amount": 100}]') AS books \gset
SELECT b.submit_requests(:p, '101002') AS kase \gset
SELECT b.issue_ceiling(:p, 100, '控1号', unit => '101002') AS ceiling;
SELECT b.act(task_id, 'approve') FROM b.my_tasks();
SELECT b.submit_requests(:p, '101002') = :kase AS again;
SELECT b.act(task_id, 'return', '再想想', '{"to": "start", "resume": "direct"}') FROM b.my_tasks();
SELECT version_no AS read FROM b_report.request WHERE request_id = :books \gset
SELECT b.save_request(:p, '101002', '图书', '[{"title": "a", "func": "2050202", "amount": 100.01}]', request => :books, expected_version => :read) > 0 AS raised;
SELECT pg_temp.refused(format('SELECT b.submit_requests(%s, ''101002'')', :p));
SELECT b.save_request(:p, '101002', '图书', '[{"title": "a", "func": "2050202", "amount": 99.99}]', request => :books, expected_version => :read + 1) > 0 AS lowered;
SELECT b.submit_requests(:p, '101002') = :kase AS submitted;
SELECT amount, used, left_amount FROM b_report.ceiling;
SELECT b.act(task_id, 'approve') FROM b.my_tasks();

-- of two ceilings over the same, that of the later round holds for the draft as for submissions, whichever was issued first
SELECT b.issue_ceiling(:p, 50, '控3号', unit => '101002', round => 2) > 0 AS second, b.issue_ceiling(:p, 500, '控2号补', unit => '101002', round => 1) > 0 AS first;
SELECT document, newest FROM b_report.ceiling ORDER BY ceiling_id;
SELECT item, amount, limit_amount, note FROM b.check_draft(:p, '320000000') WHERE item = 'ceiling';

-- an approved total is raised by a supplement with a source only; a vote is not voided
SELECT b.publish_flow('{"flow": "vote", "title": "预算草案", "steps": [{"step": "congress", "assign": [{"initiator": true}], "self": "allow", "next": "done", "on_reject": "start"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "hold_draft"}], "release": [{"effect": "release_draft"}], "voided": [{"effect": "release_draft"}], "approved": [{"effect": "approve_budget"}]}}') AS vote;
SELECT b.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}], "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}') AS up;
SELECT b.create_preparation(2026, '320000000', '年中编制', 'up', 'vote') AS now \gset
SELECT count(pg_temp.ask(:now, u, t, f, '50201', a)) FROM (VALUES ('101001', '学校', '2050202', 97), ('900', '预备费', '227', 3)) AS r(u, t, f, a);
SELECT b.set_revenue_estimate(:now, '320000000', '11', '101', 100, '测算'), b.approve_revenue(:now, '320000000', '纪要');
SELECT b.open_line(2026, '101002', '2050202', '50201', title => '旁') AS beside, b.open_line(2026, '101001', '2050201', '50201', title => '早', provisional => true) AS early \gset
SELECT b.submit_draft(:now, '320000000') AS vote \gset
SELECT pg_temp.vote('approve');
SELECT pg_temp.refused(format('SELECT b.appropriate(%s, 1, ''无据'')', :beside));
SELECT pg_temp.refused(format('SELECT b.approve_line(%s, 1, ''无据'')', :early));
SELECT b.supplement(:beside, 1, '追加1号', 'debt') > 0 AS supplemented;
SELECT pg_temp.refused(format('SELECT b.void_case(%s, ''作废'')', :vote));
SELECT sum(difference) AS beside_the_plan FROM b_report.appropriation_against_plan WHERE fiscal_year = 2026;
SELECT plan, approved, debt, current_total, difference FROM b_report.approved_total WHERE fiscal_year = 2026;
DROP SCHEMA b CASCADE;
