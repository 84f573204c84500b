-- Ways: conditions, parallel and inclusive gateways, joins, sub-flows, running versions.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql

-- 条件分支: ordered, the first true one wins; a missing fact is not true
SELECT pg_temp.publish('choice', ARRAY['{"step": "band", "type": "choose", "default": "small", "branches": [
    {"when": "$.amount >= 1000", "next": "large"}, {"when": "$.amount >= 100", "next": "middle"},
    {"when": "$.kind like_regex \"^急\"", "next": "large"}]}'::jsonb,
  pg_temp.sign('small', 'bo', 'done'), pg_temp.sign('middle', 'cy', 'done'), pg_temp.sign('large', 'di', 'done')]);
SELECT facts, pg_temp.start('choice', facts) FROM unnest(ARRAY['{"amount": 1000}', '{"amount": 999.99}', '{"amount": 100}',
  '{"amount": 99}', '{}', '{"amount": "1000"}', '{"kind": "急办", "amount": 1}']::jsonb[]) facts;

-- 并行网关: all branches; the join waits for all
SELECT pg_temp.publish('fork', ARRAY[pg_temp.sign('first', 'bo', 'split'),
  '{"step": "split", "type": "parallel", "join": "meet", "branches": [{"next": "x"}, {"next": "y"}, {"next": "meet"}]}'::jsonb,
  pg_temp.sign('x', 'cy', 'x2'), pg_temp.sign('x2', 'ed', 'meet'), pg_temp.sign('y', 'di', 'meet'),
  '{"step": "meet", "type": "join", "next": "last"}', pg_temp.sign('last', 'fay', 'done')]);
SELECT pg_temp.start('fork'), pg_temp.act('bo', 'approve');
SELECT pg_temp.act('di', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'approve'), pg_temp.act('fay', 'approve');
-- 退回 out of a branch: the others are cancelled, their tasks lapse, and the initiator is still he
SELECT pg_temp.start('fork'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'return', '{"to": "first", "resume": "direct"}');
SELECT pg_temp.act('ed', 'return', '{"to": "first"}');
SELECT * FROM pg_temp.tasks();
SELECT initiator FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case);
SELECT pg_temp.act('di', 'approve');
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'approve'), pg_temp.act('ed', 'approve'), pg_temp.act('fay', 'approve');
-- inside a branch the other one goes on
SELECT pg_temp.start('fork'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'return', '{"to": "x"}'), pg_temp.act('di', 'approve');
-- a rejection in a branch ends all of it
SELECT pg_temp.act('cy', 'reject');
SELECT state, count(*) FROM budget.case_token WHERE case_id = (SELECT case_id FROM now_case) GROUP BY 1 ORDER BY 1;
-- after the join a step returns to the one before the fork
SELECT pg_temp.start('fork'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'approve'), pg_temp.act('di', 'approve');
SELECT pg_temp.act('fay', 'return', '{"to": "x"}'), pg_temp.act('fay', 'return');
-- 拿回 before a fork of which nothing was acted on; in a branch while the others are under way
SELECT pg_temp.act('bo', 'approve'), pg_temp.do(format($$take_back(%s, NULL, 'wf_bo')$$, pg_temp.task_of('bo')));
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('di', 'approve'), pg_temp.do(format($$take_back(%s, NULL, 'wf_bo')$$, pg_temp.task_of('bo')));
SELECT pg_temp.do(format($$take_back(%s, NULL, 'wf_di')$$, pg_temp.task_of('di')));

-- 包容网关: the branches whose condition is true; the join waits for those that were started
SELECT pg_temp.publish('some', ARRAY['{"step": "split", "type": "inclusive", "join": "meet", "default": "z", "branches": [
    {"when": "$.age > 5", "next": "x"}, {"when": "$.age > 7", "next": "y"}]}'::jsonb,
  pg_temp.sign('x', 'bo', 'meet'), pg_temp.sign('y', 'cy', 'meet'), pg_temp.sign('z', 'di', 'meet'),
  '{"step": "meet", "type": "join", "next": "last"}', pg_temp.sign('last', 'fay', 'done')]);
SELECT pg_temp.start('some', '{"age": 1}'), pg_temp.act('di', 'approve');
SELECT pg_temp.start('some', '{"age": 8}'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT pg_temp.start('some', '{"age": 6}'), pg_temp.act('bo', 'approve'), pg_temp.act('fay', 'approve');

-- a fork within a branch
SELECT pg_temp.publish('nested', ARRAY['{"step": "f", "type": "parallel", "join": "j", "branches": [{"next": "g"}, {"next": "c"}]}'::jsonb,
  '{"step": "g", "type": "parallel", "join": "k", "branches": [{"next": "a"}, {"next": "b"}]}',
  pg_temp.sign('a', 'bo', 'k'), pg_temp.sign('b', 'cy', 'k'), '{"step": "k", "type": "join", "next": "d"}', pg_temp.sign('d', 'ed', 'j'),
  pg_temp.sign('c', 'di', 'j'), '{"step": "j", "type": "join", "next": "done"}']);
SELECT pg_temp.start('nested'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'return');
SELECT pg_temp.start('nested'), pg_temp.act('bo', 'approve'), pg_temp.act('di', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'approve');

-- 子流程: the caller waits for the sub-case, and follows its end
SELECT pg_temp.publish('inner', ARRAY[pg_temp.sign('review', 'di', 'done')]);
SELECT pg_temp.publish('outer', ARRAY[pg_temp.sign('a', 'bo', 'sub'),
  '{"step": "sub", "type": "call", "flow": "inner", "facts": "$.project", "next": "b", "on_reject": "a"}'::jsonb, pg_temp.sign('b', 'cy', 'done')]);
SELECT pg_temp.start('outer', '{"project": {"name": "p"}}') \g /dev/null
SELECT pg_temp.act('bo', 'approve');
CREATE TEMP TABLE caller AS SELECT case_id FROM now_case;
UPDATE now_case SET case_id = (SELECT max(case_id) FROM budget.approval_case);
SELECT pg_temp.stand(), flow, facts, initiator FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case);
SELECT pg_temp.do($$retract(@case@, NULL, 'wf_ann')$$), pg_temp.do($$terminate(@case@, '不行')$$);
SELECT pg_temp.act('di', 'reject');
UPDATE now_case SET case_id = (SELECT case_id FROM caller);
SELECT pg_temp.stand(), pg_temp.act('bo', 'approve');
UPDATE now_case SET case_id = (SELECT max(case_id) FROM budget.approval_case);
SELECT pg_temp.act('di', 'approve');
UPDATE now_case SET case_id = (SELECT case_id FROM caller);
SELECT pg_temp.stand(), pg_temp.act('cy', 'approve');
-- the caller ends, and what it called with it
SELECT pg_temp.start('outer', '{"project": {}}'), pg_temp.act('bo', 'approve'), pg_temp.do($$suspend(@case@, '审计')$$);
SELECT flow, state FROM budget.approval_case ORDER BY case_id DESC LIMIT 2;
SELECT pg_temp.do($$resume(@case@, '审计完')$$), pg_temp.do($$retract(@case@, NULL, 'wf_ann')$$);
SELECT flow, state FROM budget.approval_case ORDER BY case_id DESC LIMIT 2;
SELECT pg_temp.tried($$SELECT pg_temp.start('outer', '{"project": 1}'), pg_temp.act('bo', 'approve')$$);

-- 版本: a running case keeps the version it began with
SELECT pg_temp.publish('version', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'done')]);
SELECT pg_temp.start('version');
SELECT pg_temp.publish('version', ARRAY[pg_temp.sign('a', 'bo', 'done')]);
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.start('version'), pg_temp.act('bo', 'approve');

SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
\i :top/test/workflow/gone.sql
