-- Who may: EXECUTE says which function, the task says whose, a duty says where.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT pg_temp.publish('two', ARRAY[pg_temp.sign('a', 'bo', 'b'), pg_temp.sign('b', 'cy', 'done')]);
-- the duty over the whole ledger that comes with a profile is taken away again
SELECT count(budget.end_duty(budgetpm.grant_ledger('budget', 'wf_' || who, profile))) FROM (VALUES ('ann', 'officer'), ('bo', 'officer'), ('cy', 'officer'), ('di', 'reader')) g(who, profile) \g /dev/null
SELECT session_user AS owner \gset
SET client_min_messages = warning;
SELECT format('GRANT wf_%s TO %I', who, :'owner') FROM unnest('{ann,bo,cy,di,ed,fay}'::text[]) who \gexec
GRANT SELECT ON now_case TO PUBLIC;

-- as themselves
SET ROLE wf_ann;
SELECT budget.start_case('two', '事项', '{}', unit => '101001') AS case_id \gset
SELECT pg_temp.refused($$SELECT budget.start_case('two', '事项', '{}', unit => '102')$$) ~ '^ZB008' AS elsewhere;
SELECT pg_temp.refused($$SELECT budget.start_case('two', '事项', '{}', unit => '101001', actor => 'wf_bo')$$) AS as_another;
SELECT pg_temp.refused($$SELECT budget.publish_flow('{}')$$) AS publish, pg_temp.refused($$SELECT budget.jump(1, 'b', 'x')$$) AS jump, pg_temp.refused('SELECT budget.run_outbox()') AS outbox;
RESET ROLE;
SET ROLE wf_bo;
SELECT task_id AS task, case_id = :case_id AS same, subject, step, initiator FROM budget.my_tasks() \gset
SELECT :'same' AS mine, :'subject' AS subject, :'step' AS step, :'initiator' AS initiator;
SELECT budget.act(:task, 'approve');
SELECT count(*) AS left FROM budget.my_tasks();
SELECT action, actor FROM budget.case_history(:case_id);
RESET ROLE;
-- past the wrapper it is the same
SET ROLE wf_di;
SELECT pg_temp.refused(format($$SELECT budget.act(%s, 'approve')$$, :task)) AS reader;
SELECT pg_temp.refused(format($$SELECT budgetpm.act('budget.ledger'::regclass, %s, 'approve', NULL, NULL, NULL)$$, :task)) AS past;
SELECT pg_temp.refused(format($$SELECT budgetpm.act('budget.ledger'::regclass, %s, 'approve', NULL, NULL, 'wf_cy')$$, :task)) AS as_another;
RESET ROLE;
-- rows are seen where a duty covers them; who takes part sees the history without one
SET ROLE wf_bo;
SELECT (SELECT count(*) FROM budget.approval_case) AS cases, (SELECT count(*) > 0 FROM budget.task) AS tasks;
RESET ROLE;
SET ROLE wf_ed;
SELECT pg_temp.refused('SELECT * FROM budget.task'), pg_temp.refused('SELECT * FROM budget.my_tasks()');
RESET ROLE;
SELECT budget.end_duty(budgetpm.grant_ledger('budget', 'wf_ed')) \g /dev/null
SELECT count(budget.end_duty(duty_id)) AS ended FROM budget.duty JOIN budget.principal USING (principal_id) WHERE login = 'wf_ed' AND valid_to IS NULL;
SET ROLE wf_ed;
SELECT (SELECT count(*) FROM budget.approval_case) AS cases, (SELECT count(*) FROM budget.task) AS tasks, (SELECT count(*) FROM budget_report.case_event) AS events;
SELECT pg_temp.refused(format('SELECT * FROM budget.case_history(%s)', :case_id)) ~ '^ZB008' AS history, pg_temp.refused(format('SELECT * FROM budget.verify_case(%s)', :case_id)) ~ '^ZB008' AS verify;
RESET ROLE;
-- nobody writes the tables, the owner included
SELECT pg_temp.refused(format('UPDATE budget.task SET assignee = ''wf_di'' WHERE task_id = %s', :task)) ~ '^ZB005' AS owner;
SELECT pg_temp.refused('TRUNCATE budget.case_event, budget.outbox') ~ '^ZB005' AS truncated;
-- a gateway that is a member of its people's roles speaks for them; both names are kept
SET client_min_messages = warning;
CREATE ROLE wf_gate LOGIN;
GRANT wf_cy TO wf_gate;
SELECT budget.end_duty(budgetpm.grant_ledger('budget', 'wf_gate', 'officer')) \g /dev/null
SELECT format('GRANT wf_gate TO %I', :'owner') \gexec
SET ROLE wf_gate;
SELECT budget.act(task_id, 'approve', actor => 'wf_cy') FROM budget.my_tasks('wf_cy');
RESET ROLE;
SELECT actor, login FROM budget.case_event WHERE case_id = :case_id AND action = 'approve' ORDER BY event_no;
-- somebody else's planted operator or function is not called with the owner's rights
CREATE SCHEMA planted;
CREATE FUNCTION planted.eq(varchar, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
CREATE OPERATOR planted.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = planted.eq);
SET search_path TO planted, pg_catalog;
SELECT budget.start_case('two', 's', '{}', unit => '101001', key => 'k', actor => 'wf_ann') > 0 AS started;
SELECT count(budget.act(task_id, 'transfer', options => '{"to": "wf_di"}', actor => 'wf_bo')) AS handed FROM budget.my_tasks('wf_bo');
SELECT count(*) AS tasks FROM budget.my_tasks('wf_di');
SELECT count(budget.act(task_id, 'approve', actor => 'wf_di')) AS signed FROM budget.my_tasks('wf_di');
SELECT budget.run_outbox(1000) > 0 AS delivered, (SELECT count(*) FROM budget.run_deadlines()) AS late;
RESET search_path;
DROP SCHEMA planted CASCADE;
DROP OWNED BY wf_ann, wf_bo, wf_cy, wf_di, wf_ed, wf_gate;
DROP ROLE wf_gate;
\i :top/test/workflow/gone.sql
