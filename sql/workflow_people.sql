-- Whose task it is: 加签, 减签, 转办, 委派, 代理, 离职转办, 抄送, duties, and the rules about the initiator.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT pg_temp.publish('one', ARRAY[pg_temp.sign('a', 'bo', 'done')]);
SELECT pg_temp.publish('two', ARRAY[pg_temp.sign('a', 'bo cy', 'done', '{"decide": {"rule": "all"}}')]);
SELECT pg_temp.publish('vote', ARRAY[pg_temp.sign('a', 'bo cy di', 'done', '{"decide": {"rule": "ratio", "pass": "1/2", "more": true}}')]);

-- 加签 before me: I wait, then act
SELECT pg_temp.start('one'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di", "where": "before"}'), pg_temp.act('bo', 'approve');
SELECT pg_temp.act('di', 'approve'), pg_temp.act('bo', 'approve');
-- while the added one is awaited I can still reject
SELECT pg_temp.start('one'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di"}'), pg_temp.act('bo', 'reject');
-- and so can he
SELECT pg_temp.start('one'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di"}'), pg_temp.act('di', 'reject');
-- 加签 after me: I act, then he
SELECT pg_temp.start('one'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di", "where": "after"}'), pg_temp.act('di', 'approve');
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('di', 'approve');
-- 会签: the added one joins, and all must sign; one beside is a voter of his own
SELECT pg_temp.start('two'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di", "where": "after"}'), pg_temp.act('cy', 'approve'), pg_temp.act('bo', 'approve'), pg_temp.act('di', 'approve');
SELECT pg_temp.start('vote'), pg_temp.act('bo', 'add_signer', '{"to": "wf_ed", "where": "beside"}'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'approve');
-- 票签: one before another is of his vote, not one more
SELECT pg_temp.start('vote'), pg_temp.act('bo', 'add_signer', '{"to": "wf_ed", "where": "before"}'), pg_temp.act('ed', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('bo', 'approve');
-- not twice, and not the initiator
SELECT pg_temp.start('two'), pg_temp.act('bo', 'add_signer', '{"to": "wf_cy"}'), pg_temp.act('bo', 'add_signer', '{"to": "wf_ann"}'), pg_temp.act('bo', 'add_signer', '{"to": "wf_nobody"}'),
       pg_temp.act('bo', 'add_signer', '{"where": "above"}');

-- 减签: whom he added and who has not acted; the decision is made again
SELECT pg_temp.start('two'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di", "where": "beside"}'), pg_temp.act('bo', 'approve') , pg_temp.act('cy', 'approve');
SELECT pg_temp.start('two'), pg_temp.act('bo', 'add_signer', '{"to": "wf_di", "where": "beside"}'), pg_temp.act('cy', 'approve');
SELECT pg_temp.act('cy', 'remove_signer', jsonb_build_object('task', pg_temp.task_of('di')));
SELECT pg_temp.act('bo', 'remove_signer', jsonb_build_object('task', pg_temp.task_of('cy')));
SELECT pg_temp.act('bo', 'remove_signer', jsonb_build_object('task', pg_temp.task_of('di'))), pg_temp.act('bo', 'approve');
-- where the step lets everybody: the last one stays
SELECT pg_temp.publish('free', ARRAY[pg_temp.sign('a', 'bo cy di', 'done', '{"remove": true, "decide": {"rule": "all"}}')]);
SELECT pg_temp.start('free'), pg_temp.act('cy', 'approve'), pg_temp.act('bo', 'remove_signer', jsonb_build_object('task', pg_temp.task_of('di')));
SELECT pg_temp.act('bo', 'remove_signer', jsonb_build_object('task', pg_temp.task_of('bo'))), pg_temp.act('bo', 'approve');
SELECT * FROM pg_temp.tasks();

-- 转办: he loses the right, the chain is kept, and it does not come back
SELECT pg_temp.start('one'), pg_temp.act('bo', 'transfer', '{"to": "wf_di"}');
SELECT pg_temp.act('di', 'transfer', '{"to": "wf_bo"}'), pg_temp.act('di', 'transfer', '{"to": "wf_ann"}');
SELECT pg_temp.act('di', 'approve', '{}', NULL, 'bo'), pg_temp.act('di', 'transfer', '{"to": "wf_ed"}'), pg_temp.act('ed', 'approve');
SELECT action, actor, to_whom FROM pg_temp.history() WHERE action = 'transfer';

-- 委派: he handles it, and it returns to whose it is; A to B to C returns to A
SELECT pg_temp.start('one'), pg_temp.act('bo', 'delegate', '{"to": "wf_di"}'), pg_temp.act('di', 'approve');
SELECT pg_temp.act('di', 'delegate', '{"to": "wf_ed"}'), pg_temp.act('ed', 'resolve'), pg_temp.act('bo', 'resolve'), pg_temp.act('bo', 'approve');

-- 代理: both see the task; whoever acts first completes it for the other
SELECT budget.grant_proxy('wf_di', principal => 'wf_bo', valid_from => current_date, valid_to => current_date + 1) AS proxy \gset
SELECT pg_temp.start('one');
SELECT count(*) FILTER (WHERE t.case_id = c.case_id) AS tasks FROM now_case c, budget.my_tasks('wf_di') t;
SELECT pg_temp.act('bo', 'approve', '{}', NULL, 'di'), pg_temp.act('bo', 'approve');
SELECT * FROM pg_temp.tasks();
-- dated, and ended; of one flow only
SELECT count(budget.grant_proxy('wf_ed', flow => 'two', principal => 'wf_bo')), count(budget.grant_proxy('wf_fay', principal => 'wf_bo', valid_from => current_date + 1)) \g /dev/null
SELECT budget.end_proxy(:proxy);
SELECT pg_temp.start('one'), pg_temp.act('bo', 'approve', '{}', NULL, 'di'), pg_temp.act('bo', 'approve', '{}', NULL, 'ed'), pg_temp.act('bo', 'approve', '{}', NULL, 'fay');
SELECT pg_temp.start('two'), pg_temp.act('bo', 'approve', '{}', NULL, 'ed');
SELECT pg_temp.refused($$SELECT budget.grant_proxy('wf_di', principal => 'wf_di')$$), pg_temp.refused($$SELECT budget.grant_proxy('wf_di', valid_from => '2026-02-01', valid_to => '2026-01-01')$$) LIKE '23514%' AS period;

-- 离职转办: all open tasks of a person
SELECT pg_temp.start('one') \g /dev/null
SELECT pg_temp.start('two');
SELECT budget.hand_over('wf_bo', 'wf_fay', '离职') > 2 AS several, pg_temp.stand();
SELECT count(*) AS left FROM budget.my_tasks('wf_bo');

-- 抄送: read, without effect, once for each person in a case; 已阅
SELECT pg_temp.publish('copies', ARRAY[pg_temp.sign('a', 'bo', 'cc'), '{"step": "cc", "type": "copy", "next": "b", "assign": [{"login": "wf_di"}, {"initiator": true}]}'::jsonb, pg_temp.sign('b', 'cy', 'done')]);
SELECT pg_temp.start('copies'), pg_temp.act('bo', 'copy', '{"to": "wf_di"}'), pg_temp.act('bo', 'approve'), pg_temp.act('di', 'approve'), pg_temp.act('di', 'read'), pg_temp.act('cy', 'approve');
SELECT * FROM pg_temp.tasks();
SELECT pg_temp.act('ann', 'read', '{}', 'copy');

-- 岗位: those whose duty is nearest; the superior unit; the division
SELECT pg_temp.publish('duty', ARRAY[
  '{"step": "a", "next": "b", "assign": [{"duty": "科长"}]}'::jsonb, '{"step": "b", "next": "c", "assign": [{"duty": "处长", "at": "division"}]}',
  '{"step": "c", "next": "d", "assign": [{"fact": "$.experts"}]}', '{"step": "d", "next": "done", "assign": [{"duty": "科长", "at": "superior"}]}']);
SELECT pg_temp.start('duty', '{"experts": ["wf_di", "wf_ed"]}'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('ed', 'approve'), pg_temp.act('di', 'approve');
-- a group (role without login): whoever belongs to it
SET client_min_messages = warning;
CREATE ROLE wf_desk NOLOGIN;
GRANT wf_desk TO wf_di, wf_ed;
SELECT pg_temp.publish('pool', ARRAY[pg_temp.sign('a', 'desk', 'done')]);
SELECT pg_temp.start('pool'), pg_temp.act('desk', 'approve', '{}', NULL, 'fay'), pg_temp.act('desk', 'approve', '{}', NULL, 'ed');
SELECT * FROM pg_temp.tasks();

-- 自审: the initiator does not decide; his superior instead, or he is passed over, or the step allows it
SELECT pg_temp.publish('self_' || self, ARRAY[jsonb_build_object('step', 'a', 'next', 'done', 'self', self, 'assign', '[{"duty": "经办"}, {"login": "wf_cy"}]'::jsonb, 'decide', '{"rule": "all"}'::jsonb)])
  FROM unnest('{forbid,skip,allow,upward}'::text[]) self;
SELECT self, pg_temp.start('self_' || self) FROM unnest('{forbid,skip,allow}'::text[]) self;
SELECT count(budget.register_principal('wf_fay', '经办')), count(budget.grant_duty('wf_fay', unit => '101', may_post => true)) \g /dev/null
SELECT pg_temp.start('self_upward');
-- not as somebody's proxy either
SELECT count(budget.grant_proxy('wf_ann', principal => 'wf_cy')) \g /dev/null
SELECT pg_temp.start('self_forbid'), pg_temp.act('cy', 'approve', '{}', NULL, 'ann'), pg_temp.act('cy', 'transfer', '{"to": "wf_ann"}');

-- 去重: who signed the step just before passes; not who signed an earlier one
SELECT pg_temp.publish('repeated', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'bo', 'c'), pg_temp.sign('c', 'cy', 'd'), pg_temp.sign('d', 'bo', 'done')], '{"repeated": "skip"}');
SELECT pg_temp.start('repeated'), pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('bo', 'approve');
SELECT action, step, actor, to_whom FROM pg_temp.history() WHERE action = 'skip_repeated';

-- 无人: an error, passed, or the administrator's
SELECT pg_temp.publish('nobody_' || rule, ARRAY[jsonb_build_object('step', 'a', 'next', 'b', 'nobody', rule, 'assign', '[{"fact": "$.who"}]'::jsonb), pg_temp.sign('b', 'cy', 'done')], '{"administrator": "wf_ed"}')
  FROM unnest('{error,pass,administrator}'::text[]) rule;
SELECT rule, pg_temp.tried(format('SELECT pg_temp.start(%L)', 'nobody_' || rule)) FROM unnest('{pass,administrator}'::text[]) rule;
SELECT pg_temp.refused($$SELECT pg_temp.start('nobody_error')$$) ~ 'ZB010 nobody can sign step "a"' AS refused;
SELECT pg_temp.refused($$SELECT pg_temp.start('nobody_pass', '{"who": "wf_none"}')$$) ~ '42704 role "wf_none" does not exist' AS refused;

SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
DROP ROLE wf_desk;
\i :top/test/workflow/gone.sql
