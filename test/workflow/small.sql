\set ECHO none
-- A ledger for the workflow tests, people with duties, and what acts and shows without ids.
-- Everybody acts through the owner, who names the actor.
SET client_min_messages = warning;
DO $$ DECLARE who text; BEGIN
  FOREACH who IN ARRAY '{ann,bo,cy,di,ed,fay}'::text[] LOOP
    EXECUTE format('CREATE ROLE wf_%s LOGIN', who);
  END LOOP;
END $$;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2)) \g /dev/null
SELECT count(budget.register_unit(code, name, '320500000', parent)) FROM (VALUES
  ('101', '苏州市教育局', NULL), ('101001', '苏州市第一中学', '101'), ('102', '苏州市卫生局', NULL)) AS u(code, name, parent) \g /dev/null
SELECT count(budget.register_principal('wf_' || login, title)) FROM (VALUES
  ('ann', '经办'), ('bo', '科长'), ('cy', '处长'), ('di', '专家'), ('ed', '专家'), ('fay', '专家')) AS p(login, title) \g /dev/null
SELECT count(budget.grant_duty('wf_' || login, unit => unit, division => division, may_post => true)) FROM (VALUES
  ('ann', '101001', NULL), ('bo', '101', NULL), ('cy', NULL, '320500000'),
  ('di', NULL, '320000000'), ('ed', NULL, '320000000'), ('fay', NULL, '320000000')) AS d(login, unit, division) \g /dev/null
RESET client_min_messages;

CREATE TEMP TABLE now_case (case_id bigint);
INSERT INTO now_case VALUES (0);
-- Publishes; short steps: a name, a signer or some, further properties.
CREATE FUNCTION pg_temp.sign(step text, signers text, next text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('step', step, 'next', next, 'assign',
    (SELECT jsonb_agg(jsonb_build_object('login', 'wf_' || s)) FROM unnest(string_to_array(signers, ' ')) s)) || more $$;
CREATE FUNCTION pg_temp.publish(flow text, steps jsonb[], more jsonb DEFAULT '{}') RETURNS integer LANGUAGE sql AS $$
  SELECT budget.publish_flow(jsonb_build_object('flow', flow, 'title', flow, 'steps',
    to_jsonb(steps || '{"step": "done", "type": "end"}'::jsonb)) || more) $$;
-- Begins a case as ann, and makes it the one that is spoken of.
CREATE FUNCTION pg_temp.start(flow text, facts jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  UPDATE now_case SET case_id = budget.start_case(flow, '事项', facts, unit => '101001', actor => 'wf_ann');
  RETURN pg_temp.stand();
END $$;
-- Where the case stands: its state, and each step with those whose turn it is.
CREATE FUNCTION pg_temp.stand() RETURNS text LANGUAGE sql AS $$
  SELECT c.state || coalesce(': ' || (SELECT string_agg(step || '[' || people || ']', ' ' ORDER BY step)
    FROM (SELECT t.step, string_agg(substr(t.assignee, 4), ' ' ORDER BY t.assignee) AS people FROM budget.task t
           WHERE t.case_id = c.case_id AND t.state = 'open' AND t.kind <> 'copy' GROUP BY t.step) s), '')
  FROM budget.approval_case c WHERE c.case_id = (SELECT case_id FROM now_case) $$;
-- The person's open task, or his last one where he has none.
CREATE FUNCTION pg_temp.task_of(person text, wanted text DEFAULT NULL) RETURNS bigint LANGUAGE sql AS $$
  SELECT t.task_id FROM budget.task t WHERE t.case_id = (SELECT case_id FROM now_case) AND t.assignee = 'wf_' || person
    AND (wanted IS NULL OR t.step = wanted OR t.kind = wanted)
  ORDER BY t.state = 'open' DESC, t.state = 'waiting' DESC, t.task_id DESC LIMIT 1 $$;
CREATE FUNCTION pg_temp.tried(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE message text; detail text;
BEGIN
  EXECUTE call;
  RETURN pg_temp.stand();
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ' ' || regexp_replace(message, '\m(task|case|line) \d+', '\1 N', 'g') || coalesce(' | ' || nullif(regexp_replace(detail, '\m(task|case) \d+', '\1 N', 'g'), ''), '');
END $$;
-- A person acts on his task: person, action, options.
CREATE FUNCTION pg_temp.act(person text, action text, options jsonb DEFAULT '{}', wanted text DEFAULT NULL, agent text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.tried(format('SELECT budget.act(%s, %L, %L, %L, %L)', coalesce(pg_temp.task_of(person, wanted),
      (SELECT max(task_id) FROM budget.task WHERE case_id = (SELECT case_id FROM now_case) AND kind = 'sign'), 0), action, action || '意见', options,
                              'wf_' || coalesce(agent, person))) $$;
-- Something is done with the case: a call with @case@ for its number and @person@ for a task.
CREATE FUNCTION pg_temp.do(call text) RETURNS text LANGUAGE sql AS $$
  SELECT pg_temp.tried('SELECT budget.' || replace(call, '@case@', (SELECT case_id::text FROM now_case))) $$;
CREATE FUNCTION pg_temp.tasks() RETURNS TABLE (step varchar, assignee text, state varchar, decided_by varchar, on_behalf_of varchar) LANGUAGE sql AS $$
  SELECT t.step, substr(t.assignee, 4), t.state, t.decided_by, t.on_behalf_of FROM budget.task t
   WHERE t.case_id = (SELECT case_id FROM now_case) AND t.kind <> 'submit' ORDER BY t.task_id $$;
CREATE FUNCTION pg_temp.history() RETURNS TABLE (action varchar, step varchar, to_step varchar, actor varchar, on_behalf_of varchar, to_whom varchar) LANGUAGE sql AS $$
  SELECT h.action, h.step, h.to_step, h.actor, h.on_behalf_of, h.to_whom FROM budget.case_history((SELECT case_id FROM now_case)) h $$;
\set ECHO all
