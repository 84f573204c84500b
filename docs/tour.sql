-- 1. A ledger is a schema
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省', first_year => 2026);

SELECT budget.register_division('320500000', '苏州市', '320000000');
SELECT budget.register_unit('101', '江苏省教育厅', '320000000', kind => 'department'),
       budget.register_unit('101001', '江苏省教育考试院', '320000000', parent => '101'),
       budget.register_unit('501', '苏州市财政局', '320500000', kind => 'finance');

-- 2. Money comes in at the top of a tree, is allotted, is spent
SELECT budget.open_line(2026, '101', '2050201', '50201', title => '学前教育', executable => false) AS department \gset
SELECT budget.open_line(2026, '101001', '2050201', '50201', title => '学前教育', parent => :department) AS unit \gset

SELECT budget.appropriate(:department, 5000000, '苏财预〔2026〕1号') AS appropriated \gset
SELECT budget.allot(:department, :unit, 2000000, '苏教财〔2026〕3号') AS allotted \gset
SELECT budget.pay(:unit, 450000, '支付凭证 0001', key => 'voucher-0001') AS payment \gset

SELECT title, unit_name, appropriated, allotted, paid, available
  FROM budget_report.line_detail ORDER BY line_id;

-- 3. What is not there cannot be spent
SELECT budget.pay(:unit, 1550000.01, '支付凭证 0002');
\echo SQLSTATE :SQLSTATE
SELECT budget.check_funds(:unit, 'pay', 1550000.01) ->> 'hint' AS hint;

-- 4. The same key again is the same payment, and nothing goes round the functions
SELECT budget.pay(:unit, 450000, '支付凭证 0001', key => 'voucher-0001') = :payment AS same_payment;
SELECT budget.pay(:unit, 99, '支付凭证 0001', key => 'voucher-0001');
UPDATE budget.balance SET available = 99 WHERE line_id = :unit;

-- 5. Money for another government is on its way until it is received
SELECT budget.send_transfer(:department, '320500000', 1200000, '苏财教〔2026〕7号') AS transfer \gset
SELECT document, from_division_name, to_division_name, amount FROM budget_report.transfer_in_transit;

SELECT budget.open_line(2026, '501', '2050201', '50201', title => '省补学前教育',
                        source_document => '苏财教〔2026〕7号') AS city \gset
SELECT budget.receive_transfer(:transfer, :city, '苏市财教〔2026〕2号') AS received \gset
SELECT budget.pay(:city, 300000, '支付凭证 5001') AS city_payment \gset

-- 6. What is wrong is reversed, never changed
SELECT budget.refund(:payment, 50000, '退款 0001') AS refund \gset
SELECT budget.refund(:payment, 400000.01, '退款 0002');
SELECT bucket, name_zh, entries, amount, bucket_total FROM budget.explain_line(:unit);

-- 7. A contract's money is its own, and a cap limits many lines
SELECT budget.commit_funds(:unit, 600000, '合同 甲') AS contract_a \gset
SELECT budget.commit_funds(:unit, 200000, '合同 乙') AS contract_b \gset
SELECT budget.request_payment(:unit, 200000.01, '支付申请 0001', commitment => :contract_b);

SELECT budget.create_cap(2026, '考试院支出', amount => 1300000, unit => '101001') AS cap \gset
SELECT budget.pay(:unit, 100000.01, '支付凭证 0003');

-- 8. Execution: own level and consolidated, transfers eliminated
SELECT division_name, own_budget, own_paid, own_transferred, total_budget, total_paid, total_execution_rate
  FROM budget_report.execution_by_division ORDER BY division_code;

-- 9. Where did the city's money come from, and is every figure what the journal says?
SELECT depth, relation, kind, amount, document FROM budget.trace(:city_payment, 'up') ORDER BY depth, posting_id;
SELECT count(*) AS differences FROM budget.verify_ledger();
SELECT count(*) AS findings FROM budgetpm.check_ledger('budget');

-- 10. A project comes before its budget
SELECT budgetpm.create_ledger('works', root => '320500000', title => '苏州市', first_year => 2026) AS ledger \gset
SELECT works.register_unit('102', '苏州市教育局', '320500000') AS school_unit,
       works.register_project('XX-1', '第一小学校舍改造', '102', setup_year => 2026) AS project,
       works.describe_project('XX-1', 1200000, '2026-01-01', '2026-12-31', '王工') AS described,
       works.register_document('ex_ante_assessment', '事前绩效评估报告', 'sha256', repeat('ab', 32), 1024,
                               'application/pdf', 'archive/2026/1.pdf', project => 'XX-1') AS document \gset
SELECT works.open_line(2026, '102', '2050202', title => '校舍改造', project => 'XX-1');

SELECT works.publish_flow('{"flow": "admission", "title": "项目入库", "steps": [
  {"step": "审核", "assign": [{"initiator": true}], "self": "allow", "next": "完成"}, {"step": "完成", "type": "end"}],
  "effects": {"approved": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "admitted"}}]}}') AS flow \gset
SELECT works.move_project('XX-1', 'reviewed') AS reviewed,
       works.start_case('admission', '校舍改造入库', '{"project": "XX-1"}', unit => '102') AS work \gset
SELECT works.act(task_id, 'approve', '同意入库') FROM works.task WHERE case_id = :work AND state = 'open';
SELECT works.open_line(2026, '102', '2050202', title => '校舍改造', project => 'XX-1') AS school \gset
SELECT event_no, action, from_stage, to_stage, case_id FROM works.project_event ORDER BY project_id, event_no;

-- 11. A signal says why
SELECT works.appropriate(:school, 1200000, '苏市财预〔2026〕1号', accounting_date => '2026-01-10') AS granted,
       works.move_project('XX-1', 'selected') AS selected, works.move_project('XX-1', 'funded') AS funded,
       works.move_project('XX-1', 'under_way', on_day => '2026-01-10') AS begun,
       works.set_milestones('XX-1', '[{"no": 1, "title": "开工", "planned_on": "2026-02-01", "weight": 40},
         {"no": 2, "title": "竣工", "planned_on": "2026-12-01", "weight": 60}]', reason => '施工合同') AS milestones \gset
SELECT works.pay(:school, 300000, '支付凭证 7001', accounting_date => '2026-05-20') AS paid,
       works.report_progress('XX-1', 35, '2026-06-20') AS report \gset

SELECT works.assess_project('XX-1', '2026-06-30');
SELECT r ->> 'dimension' AS dimension, r ->> 'colour' AS colour, r ->> 'value' AS value, r ->> 'relation' AS relation,
       r ->> 'threshold' AS threshold FROM works_report.project_signal, jsonb_array_elements(reasons) AS r ORDER BY 1;

-- 12. A score that can be recomputed, and what follows from it
SELECT works.set_targets('XX-1', 2026, '[
  {"indicator": "G.quantity", "target": 24, "weight": 40, "source": "年度计划"},
  {"indicator": "G.beneficiaries", "target": 1200, "weight": 30, "source": "年度计划"},
  {"indicator": "G.satisfaction", "target": 90, "weight": 20, "source": "问卷"}]', '苏市教〔2026〕5号') AS targets,
       works.pay(:school, 780000, '支付凭证 7002', accounting_date => '2026-10-20') AS paid \gset
SELECT works.evaluate_project('XX-1', 2026, 'finance',
         '[{"item": 1, "actual": 23}, {"item": 2, "actual": 1260}, {"item": 3, "actual": 92}]') AS evaluation \gset
SELECT name, weight, score, formula FROM works.score_project('XX-1', 2026) WHERE depth IN (0, 3) OR level1 = 'execution';
SELECT action, change, base, amount, reason FROM works.advise_budget('XX-1', 2026);
