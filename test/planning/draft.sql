-- A province and a city that prepare 2027 together, and the flows that their requests and drafts go through.
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026);
SELECT b.add_year(2027);
SELECT count(b.register_division('320100000', '南京市', '320000000', 2, '2020-01-01'));
SELECT count(b.register_unit(code, name, division, parent, kind)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL, 'department'), ('101001', '省属中学', '320000000', '101', 'unit'),
  ('101002', '省属小学', '320000000', '101', 'unit'), ('900', '省财政厅', '320000000', NULL, 'finance'),
  ('201', '市教育局', '320100000', NULL, 'department'), ('901', '市财政局', '320100000', NULL, 'finance')) AS u(code, name, division, parent, kind);
SELECT b.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "done", "on_reject": "start"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
             "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}], "voided": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') AS up;
SELECT b.publish_flow('{"flow": "vote", "title": "预算草案", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "congress", "on_reject": "start", "effects": [{"effect": "present_draft"}]},
  {"step": "congress", "assign": [{"initiator": true}], "self": "allow", "next": "done", "on_reject": "start"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "hold_draft", "as": "draft"}], "release": [{"effect": "release_draft"}], "approved": [{"effect": "approve_budget", "as": "approval"}]}}') AS vote;
SELECT b.define_form_field('request', 'held', 'boolean', '{"zh": "代编"}', '320000000', valid_from => '2020-01-01') > 0 AS field;
SELECT b.create_preparation(2027, '320000000', '2027年预算', 'up', 'vote') AS p \gset
-- One request of one item, submitted and accepted.
CREATE FUNCTION pg_temp.ask(preparation integer, unit text, title text, func text, gov text, amount numeric, attributes jsonb DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE request bigint;
BEGIN
	request := b.save_request(preparation, unit, title, jsonb_build_array(jsonb_build_object('title', title, 'func', func, 'gov_econ', gov, 'unit_cost', amount, 'quantity', 1)), attributes => attributes);
	PERFORM b.submit_requests(preparation, unit);
	PERFORM b.act(task_id, 'approve') FROM b.my_tasks() WHERE flow = 'up';
	RETURN request;
END $$;
-- What a task of the draft's case is answered with.
CREATE FUNCTION pg_temp.vote(word text) RETURNS text LANGUAGE sql AS $$ SELECT string_agg(b.act(task_id, word), ' ') FROM b.my_tasks() WHERE flow = 'vote' $$;
