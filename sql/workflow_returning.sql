-- Back: 驳回 with its policies, 退回 with both ways of coming again, 撤回, 拿回.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT pg_temp.publish('three', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'c'), pg_temp.sign('c', 'di', 'done')]);

-- 驳回: to the end, the previous step, the initiator, an earlier step
SELECT pg_temp.publish('reject_' || policy, ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'c'),
    pg_temp.sign('c', 'di', 'done', jsonb_build_object('on_reject', policy))])
  FROM unnest('{end,previous,start,a}'::text[]) policy;
SELECT policy, pg_temp.start('reject_' || policy), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'reject') AS rejected
  FROM unnest('{end,previous,start,a}'::text[]) policy;

-- ... to a step that this case was led past: then to the initiator, so that nobody is kept from rejecting
SELECT pg_temp.publish('past', ARRAY['{"step": "x", "type": "choose", "default": "b", "branches": [{"when": "$.a == 1", "next": "a"}]}'::jsonb,
    pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'done', '{"on_reject": "a"}')]);
SELECT pg_temp.start('past'), pg_temp.act('cy', 'reject');
SELECT pg_temp.start('past', '{"a": 1}'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'reject');
-- 退回 to any earlier step, all steps in between run again
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'return', '{"to": "a"}');
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'approve');
-- ... or straight back to the step that sent it back
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'return', '{"to": "a", "resume": "direct"}');
SELECT pg_temp.act('bo', 'approve');
-- and from there the step before is still the step before
SELECT pg_temp.act('di', 'return', '{"to": "previous"}'), pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'approve');
-- to the initiator, who changes the facts
SELECT pg_temp.start('three', '{"amount": 1}'), pg_temp.act('bo', 'return', '{"to": "start"}');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('ann', 'approve', '{"facts": {"amount": 2}}');
SELECT facts FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case);
SELECT * FROM pg_temp.history();
-- not to a later step, an unknown one, or one that was not passed
SELECT pg_temp.act('bo', 'return', '{"to": "c"}'), pg_temp.act('bo', 'return', '{"to": "x"}'), pg_temp.act('bo', 'return', '{"too": "a"}');
-- 会签 sent back: the other signers' tasks lapse, and all sign again (nothing is lost)
SELECT pg_temp.publish('board', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy di ed', 'done')]);
SELECT pg_temp.start('board'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'return');
SELECT pg_temp.act('ed', 'approve');
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'approve'), pg_temp.act('ed', 'approve');

-- 撤回: only the initiator, only before the end
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve');
SELECT pg_temp.do($$retract(@case@, '不要了', 'wf_bo')$$);
SELECT pg_temp.do($$retract(@case@, '不要了', 'wf_ann')$$);
SELECT pg_temp.do($$retract(@case@, '不要了', 'wf_ann')$$);
SELECT pg_temp.act('cy', 'approve');
-- ... or only before the first approval
SELECT pg_temp.publish('before', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'done')], '{"retract": "before_first"}');
SELECT pg_temp.start('before'), pg_temp.act('bo', 'approve'), pg_temp.do($$retract(@case@, NULL, 'wf_ann')$$);
SELECT pg_temp.start('before'), pg_temp.do($$retract(@case@, NULL, 'wf_ann')$$);

-- 拿回: the last handler, only while the next step has not been acted on
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve');
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_cy')$$, pg_temp.task_of('bo')));
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_bo')$$, pg_temp.task_of('bo')));
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_bo')$$, pg_temp.task_of('bo')));
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_cy')$$, pg_temp.task_of('cy')));
-- the next step was only handed on: that is acting too
SELECT pg_temp.act('cy', 'approve'), pg_temp.act('di', 'transfer', '{"to": "wf_ed"}');
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_cy')$$, pg_temp.task_of('cy')));
-- forbidden where several signed together
SELECT pg_temp.start('board'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_cy')$$, pg_temp.task_of('cy')));
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_bo')$$, pg_temp.task_of('bo')));
-- after the end
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'approve');
SELECT pg_temp.do(format($$take_back(%s, '再看看', 'wf_di')$$, pg_temp.task_of('di')));

SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
\i :top/test/workflow/gone.sql
