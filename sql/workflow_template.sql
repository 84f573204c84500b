-- Templates that ship: each one whose effects are there is adopted, and driven by the people themselves
-- through its main way and its main refusal; money moves with it.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
\i :top/test/workflow/titles.sql
SELECT template, title, profile FROM budget_report.flow_template ORDER BY template;
-- what only other modules' effects stand against is not adopted here
SELECT template, count(c.path) > 0 AS waits FROM budget.flow_template t LEFT JOIN LATERAL budget.check_flow(budget.compose_flow(t.template)) c
    ON c.fault !~ '^effect "(prepare|hold_draft|release_draft|present_draft|approve_budget|project_stage)" is not registered' GROUP BY template ORDER BY template;
SELECT template, budget.adopt_flow(template) AS version FROM budget.flow_template
 WHERE template IN ('three_majors_one_large', 'payment_request', 'virement', 'supplement', 'payment_correction', 'rectification', 'project_admission', 'project_acceptance') ORDER BY template;
SELECT template, flows, adopted_at IS NOT NULL AS adopted FROM budget_report.flow_template WHERE flows IS NOT NULL ORDER BY template;
SELECT * FROM budget.describe_flow('payment_request');
SELECT budget.draw_flow('project_admission');

SELECT budget.open_line(2026, '101001', '2050202', '50201', title => 'school') AS school \gset
SELECT budget.open_line(2026, '101001', '2050203', '50201', title => 'second') AS second \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => 'other') AS other \gset
SELECT count(budget.appropriate(line_id, 3000000, '苏财预1号')) FROM budget.line;
CREATE VIEW pg_temp.money AS SELECT l.title, b.available::text, b.pending_out::text AS pending, b.frozen::text, b.requested::text, b.paid::text, b.appropriated::text
  FROM budget.line l JOIN budget.balance b USING (line_id) WHERE l.title IN ('school', 'second') ORDER BY l.line_id;
CREATE FUNCTION pg_temp.facts(amount numeric, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_build_object('line', (SELECT line_id FROM budget.line WHERE title = 'school'), 'amount', amount, 'document', '文号') || more $$;

-- 用款支付: three bands, held at submission, paid when the bank says so
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(1200000.50));
SELECT * FROM pg_temp.money;
SELECT pg_temp.does('dept', 'approve') AS not_his, pg_temp.does('head', 'approve') AS unit, pg_temp.does('dept', 'approve') AS department, pg_temp.does('div', 'approve') AS division,
       pg_temp.does('chief', 'approve') AS leader, pg_temp.does('tre', 'approve') AS treasury;
SELECT pg_temp.does('bank', 'approve');
SELECT * FROM pg_temp.money;
SELECT action, actor, to_whom FROM pg_temp.history() WHERE action IN ('approve', 'effect');
SELECT kind, amount::text, document, actor FROM budget.journal WHERE line_id = :school ORDER BY entry_no;
-- void afterwards: the payment and the request are undone
SELECT pg_temp.do($$void_case(@case@, '付错')$$);
SELECT * FROM pg_temp.money;
-- under 1,000,000 the leader is not asked, under 50,000 nor the division; an amount as text goes the longest way
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(999999.99)), pg_temp.does('head', 'approve'), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS under_a_million;
-- 退回 lets the money go, and submitting again holds it again; 驳回 ends it
SELECT pg_temp.does('tre', 'reject');
SELECT * FROM pg_temp.money;
SELECT pg_temp.does('clerk', 'approve', '{"facts": {"amount": 49999.99}}'), pg_temp.does('head', 'approve'), pg_temp.does('dept', 'approve') AS small;
SELECT * FROM pg_temp.money;
SELECT pg_temp.does('tre', 'approve'), pg_temp.does('bank', 'reject') AS bank_refuses;
SELECT * FROM pg_temp.money;
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(1, '{"amount": "40000.00"}')), pg_temp.does('head', 'approve'), pg_temp.does('dept', 'approve') AS as_text, pg_temp.does('div', 'approve') AS longest;
SELECT pg_temp.retracts('clerk');
-- with a contract
SELECT budget.commit_funds(:school, 5000, '合同1') AS contract \gset
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(3000, jsonb_build_object('commitment', :contract))), pg_temp.does('head', 'approve'), pg_temp.does('dept', 'approve'), pg_temp.does('tre', 'approve'), pg_temp.does('bank', 'approve');
SELECT stage, amount::text, drawn::text FROM budget.obligation WHERE obligation_id = :contract;
SELECT * FROM pg_temp.money;
-- more than there is does not begin; another unit's money is not asked for
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(5000000));
SELECT pg_temp.begin('clerk', 'payment_request', pg_temp.facts(1, jsonb_build_object('line', :other)));
SELECT pg_temp.begin('clerk', 'payment_request', '{"amount": 1}');

-- 预算调剂: two bands; a failing effect leaves the case as it was
SELECT jsonb_build_object('from', :school::bigint, 'to', :second::bigint, 'amount', 99999.99, 'document', '苏财调1号') AS facts \gset
SELECT pg_temp.begin('clerk', 'virement', :'facts'), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS under;
SELECT * FROM pg_temp.money;
SELECT pg_temp.begin('clerk', 'virement', :'facts'::jsonb || '{"amount": 100000}'), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS band;
INSERT INTO budget.virement_rule (from_func, to_func, allowed, reason) VALUES ('2050202', '2050203', false, '试验：不得调剂');
SELECT pg_temp.does('bud', 'approve') AS forbidden, pg_temp.stand() AS unmoved;
SELECT count(*) AS decided FROM pg_temp.tasks() WHERE decided_by = 'tp_bud';
SELECT * FROM pg_temp.money;
DELETE FROM budget.virement_rule WHERE reason LIKE '试验%';
SELECT pg_temp.does('bud', 'approve');
SELECT * FROM pg_temp.money;
SELECT pg_temp.do($$void_case(@case@, '依据错误')$$);
SELECT * FROM pg_temp.money;
SELECT pg_temp.begin('clerk', 'virement', :'facts'), pg_temp.does('dept', 'reject') AS back, pg_temp.retracts('clerk');
SELECT * FROM pg_temp.money;

-- 预算追加: an adjustment of the total goes to the standing committee, money with a source of its own does not
SELECT pg_temp.begin('clerk', 'supplement', pg_temp.facts(1000, '{"source": "higher_level_transfer"}')), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve'), pg_temp.does('bud', 'approve'), pg_temp.does('chief', 'approve');
SELECT pg_temp.begin('clerk', 'supplement', pg_temp.facts(500, '{"source": "adjustment"}')), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve'), pg_temp.does('bud', 'approve'), pg_temp.does('chief', 'approve') AS to_committee, pg_temp.does('npc', 'approve');
SELECT * FROM pg_temp.money WHERE title = 'school';
SELECT pg_temp.do($$void_case(@case@, '撤销')$$);
SELECT pg_temp.begin('clerk', 'supplement', pg_temp.facts(500, '{"source": "adjustment"}')), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'reject') AS back;
SELECT * FROM pg_temp.money WHERE title = 'school';

-- 支付更正: the new line's money is locked while it is decided
SELECT budget.pay(:school, 700, '凭证') AS paid \gset
SELECT jsonb_build_object('payment', :paid::bigint, 'to_line', :second::bigint, 'amount', 200, 'document', '更正1号') AS facts \gset
SELECT pg_temp.begin('clerk', 'payment_correction', :'facts');
SELECT * FROM pg_temp.money;
SELECT pg_temp.does('dept', 'approve'), pg_temp.does('tre', 'approve');
SELECT * FROM pg_temp.money;
SELECT pg_temp.begin('clerk', 'payment_correction', :'facts'::jsonb || '{"amount": 900}'), pg_temp.does('dept', 'approve'), pg_temp.does('tre', 'approve') AS too_much, pg_temp.stand() AS unmoved;
SELECT pg_temp.does('tre', 'reject'), pg_temp.retracts('clerk');
SELECT * FROM pg_temp.money;

-- 整改: the money is frozen until it is checked
SELECT pg_temp.begin('sup', 'rectification', pg_temp.facts(10000));
SELECT * FROM pg_temp.money WHERE title = 'school';
SELECT pg_temp.does('head', 'approve') AS done_they_say, pg_temp.does('sup', 'reject') AS not_yet, pg_temp.does('head', 'approve'), pg_temp.does('sup', 'approve');
SELECT * FROM pg_temp.money WHERE title = 'school';
SELECT pg_temp.begin('sup', 'rectification', '{}'), pg_temp.does('head', 'approve'), pg_temp.does('sup', 'approve') AS without_money;

-- 三重一大: two thirds of those due present, more than half of those due for it, by name
SELECT pg_temp.begin('m1', 'three_majors_one_large', '{}', NULL, '320500000'), pg_temp.does('m1', 'approve'), pg_temp.does('m2', 'approve'), pg_temp.does('m3', 'approve') AS three_of_four, pg_temp.does('m4', 'abstain');
SELECT step, assignee, state, decided_by FROM pg_temp.tasks() ORDER BY assignee;
SELECT pg_temp.begin('clerk', 'three_majors_one_large', '{}'), pg_temp.does('m1', 'approve'), pg_temp.does('m2', 'approve'), pg_temp.does('m3', 'abstain'), pg_temp.does('m4', 'reject') AS half_is_not_enough;
SELECT pg_temp.begin('clerk', 'three_majors_one_large', '{}'), pg_temp.does('m1', 'approve'), pg_temp.does('m2', 'approve'), pg_temp.stand();
SELECT action FROM budget.run_deadlines(now() + interval '20 days') WHERE case_id = (SELECT case_id FROM now_case);
SELECT pg_temp.stand() AS no_quorum;
SELECT pg_temp.begin('clerk', 'three_majors_one_large', '{}'), pg_temp.does('m1', 'approve'), pg_temp.retracts('clerk');

-- 项目入库: experts vote, and nothing cuts the public notice short
SELECT budget.register_project('P1', '教学楼', '101001', '1', 2026) \g /dev/null
SELECT pg_temp.begin('clerk', 'project_admission', '{"project": "P1"}'), pg_temp.does('dept', 'approve'), pg_temp.does('e1', 'approve'), pg_temp.does('e2', 'approve'), pg_temp.does('e3', 'reject');
SELECT stage FROM budget.project WHERE official_code = 'P1';
SELECT due_at - opened_at AS notice FROM budget.task WHERE case_id = (SELECT case_id FROM now_case) AND step = 'notice';
SELECT pg_temp.does('div', 'approve') AS too_early;
-- an objection returns it, and what the review had done is undone
SELECT pg_temp.does('div', 'reject') AS objection;
SELECT stage FROM budget.project WHERE official_code = 'P1';
SELECT pg_temp.does('clerk', 'approve'), pg_temp.does('dept', 'approve'), pg_temp.does('e1', 'approve'), pg_temp.does('e2', 'approve'), pg_temp.does('e3', 'approve');
SELECT action FROM budget.run_deadlines(now() + interval '6 days 23 hours') WHERE case_id = (SELECT case_id FROM now_case);
SELECT action, error FROM budget.run_deadlines(now() + interval '7 days 1 minute') WHERE case_id = (SELECT case_id FROM now_case);
SELECT pg_temp.stand() AS left_as_it_was, stage FROM budget.project WHERE official_code = 'P1';
UPDATE budget.project SET planned_total = '100', starts_on = '2026-01-01', ends_on = '2026-12-31', responsible = '张三' WHERE official_code = 'P1';
SELECT action, error FROM budget.run_deadlines(now() + interval '8 days') WHERE case_id = (SELECT case_id FROM now_case);
SELECT pg_temp.stand(), stage FROM budget.project WHERE official_code = 'P1';
SELECT action, step, actor, to_whom FROM pg_temp.history() WHERE action IN ('effect', 'reject', 'approve') AND (step IS NULL OR step IN ('notice', 'experts'));
-- experts of whom one of three is for it
SELECT budget.register_project('P2', '操场', '101001', '3', 2026) \g /dev/null
SELECT pg_temp.begin('clerk', 'project_admission', '{"project": "P2"}'), pg_temp.does('dept', 'approve'), pg_temp.does('e1', 'approve'), pg_temp.does('e2', 'reject'), pg_temp.does('e3', 'abstain');
-- ended during the notice by its initiator: the stage goes back too
SELECT pg_temp.begin('clerk', 'project_admission', '{"project": "P2"}'), pg_temp.does('dept', 'approve'), pg_temp.does('e1', 'approve'), pg_temp.does('e2', 'approve'), pg_temp.does('e3', 'approve');
SELECT stage FROM budget.project WHERE official_code = 'P2';
SELECT pg_temp.retracts('clerk');
SELECT stage FROM budget.project WHERE official_code = 'P2';
-- 项目验收 of what is not completed is refused with the effect, and the case stays
SELECT pg_temp.begin('clerk', 'project_acceptance', '{"project": "P1"}'), pg_temp.does('dept', 'approve'), pg_temp.does('e1', 'approve'), pg_temp.does('e2', 'approve'), pg_temp.does('e3', 'absent');
SELECT pg_temp.does('div', 'approve') AS refused, pg_temp.stand() AS unmoved;
SELECT budget.open_line(2026, '101001', '2050202', '50201', title => 'project', project => 'P1') AS project \gset
SELECT budget.appropriate(:project, 100, '苏财预2号') > 0 AS funded;
SELECT count(budget.move_project('P1', stage, '试验')) FROM unnest('{selected,funded,under_way,completed}'::text[]) stage;
SELECT pg_temp.does('div', 'approve'), stage FROM budget.project WHERE official_code = 'P1';
SELECT stage FROM budget.project WHERE official_code = 'P1';

-- adopted with other titles and changes; every fault at once
SELECT budget.adopt_flow('virement', 'small_virement', '{"部门负责人": "科长", "预算处": "处长"}',
  '{"title": "小额调剂", "remind_minutes": 30, "steps": {"band": {"branches": [{"when": "$.amount < 5", "next": "done"}]}, "budget": {"title": null, "deadline": {"hours": 48, "action": "remind"}}}}');
SELECT step, title, signers, decided, leads_to, rest FROM budget.describe_flow('small_virement');
SELECT template, flows FROM budget_report.flow_template WHERE template = 'virement';
SELECT budget.adopt_flow('virement', 'small_virement', changes => '{"steps": [{"step": "a", "assign": [{"duty": "科长"}], "next": "done"}, {"step": "done", "type": "end"}]}') AS second_version;
SELECT pg_temp.refused($$SELECT budget.adopt_flow('virement', 'Bad', '{"长官": "科长", "预算处": 5, "业务处室": "没有的"}', '{"colour": "red", "steps": {"none": {}, "band": 5, "budget": {"next": "nowhere"}}}')$$);
SELECT pg_temp.refused($$SELECT budget.adopt_flow('virement', duties => '[]', changes => '5')$$);
SELECT pg_temp.refused($$SELECT budget.adopt_flow('lunch')$$);
SELECT pg_temp.refused($$SELECT budget.adopt_flow(NULL)$$), pg_temp.refused($$SELECT budget.compose_flow('virement', duties => '{"长官": "科长"}')$$);
SELECT budget.compose_flow('virement', 'v') = definition || '{"flow": "v"}' AS as_it_is FROM budget.flow_template WHERE template = 'virement';
SELECT pg_temp.by('clerk', $$SELECT budget.adopt_flow('virement')$$);
-- a step that waits, and what is undone, are checked when published
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [{"step": "a", "assign": [{"initiator": true}], "wait": true, "next": "p"},
  {"step": "p", "type": "parallel", "branches": [{"next": "b"}, {"next": "c"}], "join": "j"}, {"step": "b", "assign": [{"initiator": true}], "next": "j", "undo": [{"effect": "post", "arguments": {"operation": "none"}}]},
  {"step": "c", "assign": [{"initiator": true}], "next": "j"}, {"step": "j", "type": "join", "next": "e"}, {"step": "e", "type": "end"}]}');

SELECT count(*) AS differences FROM budget.verify_ledger();
SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
SELECT flow, state, count(*) FROM budget.approval_case GROUP BY flow, state ORDER BY flow, state;
DROP VIEW pg_temp.money;
\i :top/test/workflow/no_titles.sql
\i :top/test/workflow/gone.sql
