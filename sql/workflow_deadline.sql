-- 超时: hours, calendar days, working days; pass, reject, transfer, absent, remind.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT pg_temp.publish('late_' || action, ARRAY[pg_temp.sign('a', 'bo', 'b', jsonb_build_object('deadline', jsonb_build_object('hours', 48, 'action', action, 'to', 'wf_di'))), pg_temp.sign('b', 'cy', 'done')])
  FROM unnest('{pass,reject,transfer,remind}'::text[]) action;
CREATE FUNCTION pg_temp.late(after interval) RETURNS TABLE (action text, error text) LANGUAGE sql AS $$
  SELECT d.action, regexp_replace(d.error, '\d{3,}', 'N', 'g') FROM budget.run_deadlines(now() + after) d ORDER BY task_id $$;

-- 48 hours, not a moment earlier
SELECT pg_temp.start('late_pass');
SELECT * FROM pg_temp.late('47 hours 59 minutes');
SELECT * FROM pg_temp.late('48 hours');
SELECT pg_temp.stand();
SELECT action, step, actor, to_whom FROM pg_temp.history();
SELECT decided_by FROM pg_temp.tasks() WHERE step = 'a';
SELECT * FROM pg_temp.late('48 hours');
SELECT pg_temp.start('late_reject') \g /dev/null
SELECT * FROM pg_temp.late('3 days');
SELECT pg_temp.stand();
-- who gets it has as long again
SELECT pg_temp.start('late_transfer') \g /dev/null
SELECT * FROM pg_temp.late('2 days 1 hour');
SELECT pg_temp.stand();
SELECT * FROM pg_temp.late('3 days');
-- reminded once a day, and nothing else
SELECT pg_temp.start('late_remind') \g /dev/null
SELECT * FROM pg_temp.late('2 days 1 hour');
SELECT * FROM pg_temp.late('2 days 2 hours');
SELECT * FROM pg_temp.late('3 days 2 hours');
SELECT pg_temp.stand();
SELECT pg_temp.act('bo', 'approve');
-- a suspended case waits, and its time is given back
SELECT pg_temp.start('late_pass'), pg_temp.do($$suspend(@case@, '审计')$$);
SELECT * FROM pg_temp.late('3 days');
SELECT pg_temp.do($$terminate(@case@, '审计')$$);
-- who does not come to the vote is absent
SELECT pg_temp.publish('vote', ARRAY[pg_temp.sign('m', 'bo cy di', 'done', '{"decide": {"rule": "ratio", "pass": "1/2", "more": true, "quorum": "2/3", "collect": true}, "deadline": {"hours": 1, "action": "absent"}}')]);
SELECT pg_temp.start('vote'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT * FROM pg_temp.late('2 hours');
SELECT pg_temp.stand();
-- what fails is left as it was, with the reason, and the others go on
SELECT pg_temp.publish('fails', ARRAY[pg_temp.sign('a', 'bo', 'done', '{"deadline": {"hours": 1, "action": "pass"}, "effects": [{"effect": "post", "arguments": {"operation": "pay", "line": 1, "amount": 1}}]}')]);
SELECT pg_temp.start('fails') \g /dev/null
SELECT pg_temp.start('late_pass') \g /dev/null
SELECT * FROM pg_temp.late('4 days');
SELECT pg_temp.stand();
SELECT flow, state FROM budget.approval_case WHERE flow = 'fails';

-- what ends the whole call is no failure of a task: cancelled, shut down, out of memory, a broken assertion
CREATE FUNCTION budget.fail_with(case_id bigint, facts jsonb, arguments jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
  BEGIN RAISE 'no' USING ERRCODE = facts ->> 'code'; END $$;
SELECT pg_temp.publish('ends', ARRAY[pg_temp.sign('a', 'bo', 'done', '{"deadline": {"hours": 1, "action": "pass"}, "effects": [{"function": "fail_with"}]}')]);
SELECT pg_temp.start('ends', '{"code": "22012"}');
SELECT error FROM pg_temp.late('2 hours') WHERE error ~ 'no$';
\set VERBOSITY sqlstate
SELECT pg_temp.do($$terminate(@case@, '')$$), pg_temp.start('ends', '{"code": "57014"}');
SELECT * FROM pg_temp.late('2 hours');
SELECT pg_temp.do($$terminate(@case@, '')$$), pg_temp.start('ends', '{"code": "57P01"}');
SELECT * FROM pg_temp.late('2 hours');
SELECT pg_temp.do($$terminate(@case@, '')$$), pg_temp.start('ends', '{"code": "53200"}');
SELECT * FROM pg_temp.late('2 hours');
SELECT pg_temp.do($$terminate(@case@, '')$$), pg_temp.start('ends', '{"code": "P0004"}');
SELECT * FROM pg_temp.late('2 hours');
\set VERBOSITY default
SELECT pg_temp.do($$terminate(@case@, '完')$$);

-- days: calendar days keep the hour; working days follow the registry's calendar
INSERT INTO budget.calendar_day (day, working, name) SELECT d::date, true, '调休上班' FROM generate_series(now() - interval '1 day', now() + interval '90 days', '1 day') d;
INSERT INTO budget.calendar_day (day, working, name) VALUES ((timezone('UTC', now()))::date + 2, false, '放假') ON CONFLICT (day) DO UPDATE SET working = false;
SELECT pg_temp.publish(unit, ARRAY[pg_temp.sign('a', 'bo', 'done', jsonb_build_object('deadline', jsonb_build_object(unit, 3)))]) FROM unnest('{days,working_days}'::text[]) unit;
SELECT pg_temp.start('days') \g /dev/null
SELECT pg_temp.start('working_days') \g /dev/null
SELECT flow, due_at - opened_at AS time_given FROM budget.task WHERE flow IN ('days', 'working_days') AND kind = 'sign' ORDER BY flow;
SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
\i :top/test/workflow/gone.sql
