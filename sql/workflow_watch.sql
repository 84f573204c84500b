-- 法定期限: what the Budget Law gives so many days for is watched, reminded of once, overdue once, and met.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT kind, title, length, measure, side, article, setting FROM budget.statutory_deadline ORDER BY kind;
-- days from today, by the server's clock
SELECT timezone(current_setting('log_timezone'), now())::date AS today \gset

-- 财政→部门 20, 部门→单位 15, 转移支付 30/60/90, 公开 20, 决算 20/15: calendar days after; 初步方案 30 before
SELECT count(budget.watch_deadline(kind, '二〇二六年预算', '2026-02-01', division => '320500000')) AS watched FROM budget.statutory_deadline WHERE measure <> 'hours';
SELECT kind, starts_on, due_on, due_on - starts_on AS days, timezone(current_setting('log_timezone'), due_at) AS overdue_from,
       due_at - remind_at AS reminder FROM budget.watched_deadline ORDER BY kind;
-- working days follow the registry's calendar
INSERT INTO budget.calendar_day (day, working, name) VALUES ('2026-02-17', false, '春节'), ('2026-02-18', false, '春节'), ('2026-02-14', true, '调休上班');
SELECT budget.watch_deadline('lagging_project', '春节', '2026-02-10', unit => '101') \g /dev/null
SELECT due_on, budget.working_days(starts_on, due_on) FROM budget.watched_deadline WHERE subject = '春节';
-- 48 h begin now, or with a day that is another one
SELECT budget.watch_deadline('response', '来信', :'today', unit => '101001') \g /dev/null
SELECT budget.watch_deadline('response', '来信二', '2026-03-01', unit => '101001') \g /dev/null
SELECT subject, due_at - CASE WHEN starts_on = :'today' THEN watched_at ELSE timezone(current_setting('log_timezone'), starts_on::timestamp) END
       BETWEEN '47:59' AND '48:00' AS within, due_at - remind_at AS reminder FROM budget.watched_deadline WHERE kind = 'response' ORDER BY deadline_id;
-- a profile goes before the law's length; the reminder too
SELECT budget.register_profile('local', '地方', '{"settings": {"planning.deadline.disclosure": {"value": 15, "name": "公开"}, "workflow.deadline_reminder_days": {"value": 5, "name": "提前提醒"}}, "categories": []}') \g /dev/null
SELECT budget.apply_profile('local', '320500000', '2026-01-01') \g /dev/null
SELECT budget.watch_deadline('budget_disclosure', '地方', '2026-03-01', division => '320500000') \g /dev/null
SELECT due_on, due_at - remind_at AS reminder FROM budget.watched_deadline WHERE subject = '地方';
-- the same again is the same one; for another unit, another day or when it is over, another
SELECT budget.watch_deadline('budget_disclosure', '地方', '2026-03-01', division => '320500000') = (SELECT deadline_id FROM budget.watched_deadline WHERE subject = '地方') AS same;
SELECT budget.watch_deadline('budget_disclosure', '地方', '2026-03-02', division => '320500000') = (SELECT min(deadline_id) FROM budget.watched_deadline WHERE subject = '地方') AS same;

-- run_deadlines: some days before the end, and when it is over, each once
SELECT count(budget.cancel_deadline(deadline_id, '试验')) FROM budget.watched_deadline;
CREATE FUNCTION pg_temp.night(after interval) RETURNS TABLE (action text, subject text, error text) LANGUAGE sql AS $$
  SELECT r.action, w.subject, r.error FROM budget.run_deadlines(now() + after) r LEFT JOIN budget.watched_deadline w USING (deadline_id) ORDER BY deadline_id $$;
SELECT budget.watch_deadline('finance_to_department', '批复', :'today', division => '320500000') AS d20,
       budget.watch_deadline('department_to_unit', '转批复', :'today', unit => '101') AS d15 \gset
SELECT * FROM pg_temp.night('8 days');
SELECT * FROM pg_temp.night('12 days');
SELECT * FROM pg_temp.night('12 days');
SELECT * FROM pg_temp.night('15 days 23:59');
SELECT * FROM pg_temp.night('30 days');
SELECT * FROM pg_temp.night('31 days');
-- told are those with the nearest duty: of the department, of the division; nobody in the unit's own school
SELECT kind, recipient, subject, state, case_id FROM budget.outbox WHERE deadline_id IN (:d20, :d15) ORDER BY outbox_id;
SELECT budget.run_outbox(1000) > 0 AS delivered;
-- where nobody has a duty, who began to watch it
SELECT budget.register_division('320200000', '无锡市', '320000000', 2), budget.watch_deadline('budget_disclosure', '无锡', '2026-01-01', division => '320200000') AS wuxi \gset
SELECT count(budget.end_duty(duty_id)) FROM budget.duty JOIN budget.principal USING (principal_id) WHERE login IN ('wf_di', 'wf_ed', 'wf_fay') \g /dev/null
SELECT * FROM pg_temp.night('0');
SELECT kind, recipient FROM budget.outbox WHERE deadline_id = :wuxi;

-- met in time, or late; the view says by how much
SELECT budget.meet_deadline(:d20, document => '苏财预〔2026〕8号');
SELECT budget.watch_deadline('budget_disclosure', '晚', (:'today'::date - 30), division => '320500000') AS late \gset
SELECT budget.meet_deadline(:late, :'today'::date - 10);
SELECT kind, subject, state, days_left, met_on - starts_on AS met_after, in_time, days_late, document, division_code, unit_code FROM budget_report.deadline
 WHERE deadline_id IN (:d20, :d15, :late) ORDER BY deadline_id;
SELECT state, count(*) FROM budget_report.deadline GROUP BY state ORDER BY state;

-- wrong input, and what is over
SELECT pg_temp.refused($$SELECT budget.watch_deadline('lunch', 'x', '2026-01-01', division => '320500000')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', '2026-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', '2026-01-01', '320500000', '101')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', '2026-01-01', unit => '999')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', 'infinity', unit => '101')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', '', '2026-01-01', unit => '101')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', repeat('长', 201), '2026-01-01', unit => '101')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline(NULL, 'x', '2026-01-01', unit => '101')$$);
SELECT pg_temp.refused(format('SELECT budget.meet_deadline(%s)', :d20)) ~ '^ZB007.*It was met' AS over;
SELECT pg_temp.refused(format('SELECT budget.cancel_deadline(%s, %L)', :late, 'x')) ~ '^ZB007' AS over;
SELECT pg_temp.refused('SELECT budget.meet_deadline(0)');
SELECT pg_temp.refused(format('SELECT budget.meet_deadline(%s, %L)', :d15, :'today'::date + 1));
-- one that runs from a day on is not met before; one that runs back to a day is
SELECT budget.watch_deadline('budget_disclosure', '未到', :'today'::date - 3, division => '320500000') AS begun, budget.watch_deadline('preliminary_draft', '会前', :'today'::date + 60, division => '320500000') AS before \gset
SELECT pg_temp.refused(format('SELECT budget.meet_deadline(%s, %L)', :begun, :'today'::date - 4));
SELECT budget.meet_deadline(:begun, :'today'::date - 3) AS first_day, budget.meet_deadline(:before, :'today'::date - 100) AS before;
SELECT pg_temp.refused(format('SELECT budget.cancel_deadline(%s, NULL)', :d15));
SELECT pg_temp.refused($$SELECT budget.register_profile('wrong', '错', '{"settings": {"planning.deadline.disclosure": {"value": "soon", "name": "公开"}}, "categories": []}')$$);
-- and where it is used, should one have come in past the check
BEGIN;
ALTER TABLE budget.profile_setting DISABLE TRIGGER check_setting;
UPDATE budget.profile_setting SET value = '"soon"' WHERE key = 'planning.deadline.disclosure';
SELECT pg_temp.refused($$SELECT budget.watch_deadline('budget_disclosure', 'x', '2026-07-01', division => '320500000')$$);
ROLLBACK;
SELECT pg_temp.refused('DELETE FROM budget.watched_deadline');
SELECT pg_temp.refused($$UPDATE budget.watched_deadline SET due_on = due_on + 100$$);
-- a duty says where
SELECT budget.end_duty(budgetpm.grant_ledger('budget', 'wf_bo', 'officer')) \g /dev/null
SELECT session_user AS owner \gset
GRANT wf_bo TO :"owner";
SET ROLE wf_bo;
SELECT budget.watch_deadline('response', '本单位', :'today', unit => '101001') > 0 AS own;
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', '2026-01-01', unit => '102')$$);
SELECT pg_temp.refused($$SELECT budget.watch_deadline('response', 'x', '2026-01-01', division => '320500000')$$);
SELECT pg_temp.refused(format('SELECT budget.meet_deadline(%s)', :wuxi)) ~ '^ZB008' AS elsewhere, count(*) AS readable, count(DISTINCT unit_code) AS units FROM budget_report.deadline;
SELECT pg_temp.refused(format('SELECT budget.cancel_deadline(%s, %L)', :d15, 'x')) ~ '^42501' AS administrators;
RESET ROLE;
\i :top/test/workflow/gone.sql
