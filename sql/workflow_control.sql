-- 催办, 挂起, 终止, 作废, 跳转, signatures and attachments, keys, the outbox, and reports.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT pg_temp.publish('three', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy di', 'c'), pg_temp.sign('c', 'ed', 'done')], '{"parties": [{"login": "wf_fay"}]}');

-- 催办: a record, a count, a minimum interval
SELECT pg_temp.start('three'), pg_temp.act('bo', 'approve');
SELECT pg_temp.do($$remind(@case@, '请尽快', 'wf_ann')$$), pg_temp.do($$remind(@case@, NULL, 'wf_ann')$$);
SELECT assignee, reminders, reminded_at IS NOT NULL AS reminded FROM budget.task WHERE case_id = (SELECT case_id FROM now_case) AND state = 'open' ORDER BY 1;
SELECT pg_temp.publish('often', ARRAY[pg_temp.sign('a', 'bo', 'done')], '{"remind_minutes": 0}');
SELECT pg_temp.start('often'), pg_temp.do($$remind(@case@, NULL, 'wf_ann')$$), pg_temp.do($$remind(@case@, NULL, 'wf_ann')$$);
SELECT reminders FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case);

-- 挂起: nobody acts; 恢复 goes on where it stood
SELECT pg_temp.start('three'), pg_temp.do($$suspend(@case@, '待补材料')$$), pg_temp.act('bo', 'approve'), pg_temp.do($$suspend(@case@, '再次')$$), pg_temp.do($$retract(@case@, '', 'wf_ann')$$);
SELECT count(*) AS seen FROM budget.my_tasks('wf_bo') t JOIN now_case USING (case_id);
SELECT pg_temp.do($$resume(@case@, '已补')$$), pg_temp.act('bo', 'return'), pg_temp.do($$suspend(@case@, '待补材料')$$), pg_temp.do($$resume(@case@, '已补')$$), pg_temp.do($$resume(@case@, '已补')$$);
-- 终止, 作废: with a reason, once
SELECT pg_temp.do($$terminate(@case@, NULL)$$), pg_temp.do($$terminate(@case@, '项目取消')$$), pg_temp.do($$terminate(@case@, '项目取消')$$), pg_temp.do($$void_case(@case@, '项目取消')$$);
SELECT pg_temp.start('three'), pg_temp.do($$void_case(@case@, '重复')$$);
-- 跳转: by decree, with a reason, to a step outside branches
SELECT pg_temp.start('three'), pg_temp.do($$jump(@case@, 'c', '局长批示')$$), pg_temp.do($$jump(@case@, 'done', '局长批示')$$), pg_temp.do($$jump(@case@, 'a', '局长批示')$$);
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve'), pg_temp.act('di', 'approve'), pg_temp.act('ed', 'approve');
-- 唤醒: what ended without approval goes on; what was approved or declared void does not
SELECT pg_temp.do($$jump(@case@, 'a', '重启')$$);
SELECT pg_temp.start('three'), pg_temp.act('bo', 'reject'), pg_temp.do($$jump(@case@, 'b', '重启')$$), pg_temp.act('cy', 'return', '{"to": "start"}'), pg_temp.do($$void_case(@case@, '重复')$$), pg_temp.do($$jump(@case@, 'a', '重启')$$);
SELECT pg_temp.publish('branches', ARRAY['{"step": "f", "type": "parallel", "join": "j", "branches": [{"next": "a"}, {"next": "b"}]}'::jsonb,
  pg_temp.sign('a', 'bo', 'j'), pg_temp.sign('b', 'cy', 'j'), '{"step": "j", "type": "join", "next": "c"}', pg_temp.sign('c', 'di', 'done')]);
SELECT pg_temp.start('branches'), pg_temp.do($$jump(@case@, 'a', '批示')$$), pg_temp.do($$jump(@case@, 'c', '批示')$$), pg_temp.act('di', 'approve');

-- opinion, attachments' digests, a signature where the step demands it
SELECT pg_temp.publish('signed', ARRAY[pg_temp.sign('a', 'bo', 'done', '{"signature": true}')]);
SELECT pg_temp.start('signed'), pg_temp.act('bo', 'approve');
SELECT pg_temp.act('bo', 'approve', '{"signature": "xyz"}'), pg_temp.act('bo', 'approve', '{"signature": "00ff", "attachments": ["short"]}');
SELECT pg_temp.act('bo', 'approve', jsonb_build_object('signature', '00ff', 'attachments', jsonb_build_array(repeat('ab', 32))));
SELECT action, opinion, details, signature FROM budget.case_event WHERE case_id = (SELECT case_id FROM now_case) AND action = 'approve';

-- a repeated key is the same case; another one under it is refused
SELECT budget.start_case('three', '一', '{"a": 1}', unit => '101001', key => 'k1', actor => 'wf_ann') = budget.start_case('three', '一', '{"a": 1}', unit => '101001', key => 'k1', actor => 'wf_ann') AS same;
SELECT pg_temp.tried($$SELECT budget.start_case('three', '二', '{"a": 1}', unit => '101001', key => 'k1', actor => 'wf_ann')$$);
SELECT pg_temp.refused($$SELECT budget.start_case('none', 's', '{}', unit => '101001')$$), pg_temp.refused($$SELECT budget.start_case('three', 's', '[]', unit => '101001')$$),
       pg_temp.refused($$SELECT budget.start_case('three', 's', '{}')$$), pg_temp.refused($$SELECT budget.start_case('three', 's', '{}', unit => '999')$$) ~ '^23503' AS unknown;

-- outbox: a row for every task, reminder, copy, and change of status for each party; delivered apart
UPDATE now_case SET case_id = (SELECT min(case_id) FROM budget.approval_case);
SELECT kind, recipient, state FROM budget.outbox WHERE case_id = (SELECT case_id FROM now_case) ORDER BY outbox_id;
SELECT budget.run_outbox(2), budget.run_outbox(1000) > 50 AS many, budget.run_outbox();
SELECT count(*) FROM budget.outbox WHERE delivered_at IS NULL;

-- reports
SELECT flow, state, count(*), bool_and(hours >= 0) FROM budget_report.approval_case GROUP BY 1, 2 ORDER BY 1, 2;
SELECT step, assignee, state, reminders FROM budget_report.task t JOIN now_case USING (case_id) ORDER BY task_id;
SELECT event_no, action, step, to_step, actor, to_whom, opinion FROM budget_report.case_event JOIN now_case USING (case_id) ORDER BY 1;
SELECT flow, step, division_code, decided, average_hours >= 0 AS average, median_hours <= p90_hours AS ordered FROM budget_report.approval_duration WHERE flow = 'three' ORDER BY 2 NULLS FIRST;

-- evidence: an event changed behind the guard is found
SELECT * FROM budget.verify_case((SELECT case_id FROM now_case));
ALTER TABLE budget.case_event DISABLE TRIGGER guard;
UPDATE budget.case_event SET opinion = '同意' WHERE event_no = 3 AND case_id = (SELECT case_id FROM now_case);
DELETE FROM budget.case_event WHERE event_no = 5 AND case_id = (SELECT case_id FROM now_case);
SELECT * FROM budget.verify_case((SELECT case_id FROM now_case));
\i :top/test/workflow/gone.sql
