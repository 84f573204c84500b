-- 1. What ships
SELECT template, title, profile FROM budget_report.flow_template ORDER BY template;

-- 2. Adopted with the titles of this place
SELECT count(budget.register_principal(current_user::text, '预算股')) AS principals;
SELECT budget.adopt_flow('virement', duties => '{"部门负责人": "预算股", "业务处室": "预算股", "预算处": "预算股"}',
  changes => '{"steps": {"band": {"branches": [{"when": "$.amount < 20000", "next": "done"}]}, "budget": {"deadline": {"working_days": 2, "action": "remind"}}}}') AS version;
SELECT step, title, signers, leads_to, rest FROM budget.describe_flow('virement');
SELECT budget.draw_flow('virement');

-- 3. What does not fit
SELECT budget.adopt_flow('payment_request', duties => '{"国库": "预算股"}', changes => '{"steps": {"bank": {"next": "archive"}}}');

-- 4. Deadlines that the law sets
SELECT kind, title, length, measure, side, article FROM budget.statutory_deadline ORDER BY kind;

-- 5. Watched until they are met
SELECT budget.watch_deadline('preliminary_draft', '2025年预算草案初步方案', '2025-01-20', division => '320000000') AS draft,
       budget.watch_deadline('finance_to_department', '2025年部门预算', '2025-01-24', division => '320000000') AS notice \gset
SELECT budget.meet_deadline(:draft, '2024-12-18', '苏财预〔2024〕90号') AS draft_in_time, budget.meet_deadline(:notice, '2025-02-15', '苏财预〔2025〕3号') AS notice_in_time;
SELECT title, subject, starts_on, due_on, met_on, in_time, days_late, article FROM budget_report.deadline ORDER BY deadline_id;
