-- How a step is decided: 会签, 顺序会签, 或签, 票签.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql

-- a flow of one step after another
SELECT pg_temp.publish('plain', ARRAY[pg_temp.sign('dept', 'bo', 'fin'), pg_temp.sign('fin', 'cy', 'done')]);
SELECT pg_temp.start('plain');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT * FROM pg_temp.history();

-- 会签: all of them; the first rejection ends it, and the open tasks lapse
SELECT pg_temp.publish('all', ARRAY[pg_temp.sign('board', 'bo cy di', 'done', '{"decide": {"rule": "all"}}')]);
SELECT pg_temp.start('all');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('di', 'approve');
SELECT pg_temp.start('all');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('bo', 'reject');
SELECT * FROM pg_temp.tasks();
SELECT pg_temp.act('di', 'approve');
-- 会签, collected: a rejection counts once all have acted
SELECT pg_temp.publish('collected', ARRAY[pg_temp.sign('board', 'bo cy di', 'done', '{"decide": {"rule": "all", "collect": true}}')]);
SELECT pg_temp.start('collected');
SELECT pg_temp.act('bo', 'reject');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'approve');

-- 顺序会签: the next has his task once the one before him has approved
SELECT pg_temp.publish('sequence', ARRAY[pg_temp.sign('board', 'di bo cy', 'done', '{"decide": {"rule": "sequence"}}')]);
SELECT pg_temp.start('sequence');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('di', 'approve');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.start('sequence');
SELECT pg_temp.act('di', 'reject');
SELECT * FROM pg_temp.tasks();

-- 或签: the first decides, whichever way
SELECT pg_temp.publish('any', ARRAY[pg_temp.sign('desk', 'bo cy', 'done', '{"decide": {"rule": "any"}}')]);
SELECT pg_temp.start('any');
SELECT pg_temp.act('cy', 'approve');
SELECT * FROM pg_temp.tasks();
SELECT pg_temp.start('any');
SELECT pg_temp.act('bo', 'reject');

-- 票签 by ratio: two of three are 2/3, and early rejection when that is out of reach
SELECT pg_temp.publish('ratio', ARRAY[pg_temp.sign('vote', 'bo cy di', 'done', '{"decide": {"rule": "ratio", "pass": "2/3"}}')]);
SELECT pg_temp.start('ratio');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.start('ratio');
SELECT pg_temp.act('bo', 'reject');
SELECT pg_temp.act('cy', 'reject');
SELECT * FROM pg_temp.tasks();
-- 66.67 % is more than two of three: the boundary that rounding gets wrong
SELECT pg_temp.publish('ratio', ARRAY[pg_temp.sign('vote', 'bo cy di', 'done', '{"decide": {"rule": "ratio", "pass": "6667/10000"}}')]);
SELECT pg_temp.start('ratio');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'reject');
-- by weight: strictly more than the threshold
SELECT pg_temp.publish('weight', ARRAY['{"step": "vote", "next": "done", "decide": {"rule": "weight", "pass": 65},
  "assign": [{"login": "wf_bo", "weight": 30}, {"login": "wf_cy", "weight": 35}, {"login": "wf_di", "weight": 35}]}'::jsonb]);
SELECT pg_temp.start('weight');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'approve');
-- by count: any two of three
SELECT pg_temp.publish('count', ARRAY[pg_temp.sign('vote', 'bo cy di', 'done', '{"decide": {"rule": "count", "pass": 2}}')]);
SELECT pg_temp.start('count');
SELECT pg_temp.act('di', 'approve');
SELECT pg_temp.act('bo', 'reject');
SELECT pg_temp.act('cy', 'approve');

-- 三重一大: quorum two thirds present, more than half of those due; abstention stays in the base; absent is not reject
SELECT pg_temp.publish('party', ARRAY[pg_temp.sign('meeting', 'bo cy di ed', 'done',
  '{"decide": {"rule": "ratio", "pass": "1/2", "more": true, "quorum": "2/3", "collect": true}}')]);
SELECT pg_temp.start('party');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'approve');
SELECT pg_temp.act('ed', 'absent');
SELECT * FROM pg_temp.tasks();
SELECT pg_temp.start('party');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'abstain');
SELECT pg_temp.act('ed', 'abstain');
-- of those present: two of the three who came
SELECT pg_temp.publish('party', ARRAY[pg_temp.sign('meeting', 'bo cy di ed', 'done',
  '{"decide": {"rule": "ratio", "pass": "1/2", "more": true, "base": "present", "quorum": "2/3", "collect": true}}')]);
SELECT pg_temp.start('party');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'reject');
SELECT pg_temp.act('ed', 'absent');
-- no quorum: half are absent
SELECT pg_temp.start('party');
SELECT pg_temp.act('bo', 'approve');
SELECT pg_temp.act('cy', 'approve');
SELECT pg_temp.act('di', 'absent');
SELECT pg_temp.act('ed', 'absent');
-- abstention where all must sign
SELECT pg_temp.start('all');
SELECT pg_temp.act('cy', 'abstain');

SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
\i :top/test/workflow/gone.sql
