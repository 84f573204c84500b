-- 1. The pool
SELECT budgetpm.create_ledger('town', root => '320000000', first_year => 2026) \g /dev/null
SELECT town.register_division('320500000', '苏州市', '320000000', 2) \g /dev/null
SELECT town.register_unit('101', '苏州市教育局', '320500000') \g /dev/null
SELECT count(town.register_project(code, name, '101', '3', 2026, parent)) FROM (VALUES
  ('XX', '新校区', NULL), ('XX-1', '教学楼', 'XX'), ('XX-2', '操场', 'XX')) AS p(code, name, parent) \g /dev/null
SELECT town.describe_project('XX-1', 900000, '2026-01-01', '2026-10-31', '张三',
         years => '{"2026": "600000", "2027": "300000"}') \g /dev/null
SELECT town.apply_project_template('XX-1');
SELECT town.add_dependency('XX-2', 'XX-1', 10, '场地') \g /dev/null
SELECT milestone_no, title, planned_on, weight, planned_progress
  FROM town_report.project_schedule WHERE project_code = 'XX-1' ORDER BY 1;
SELECT town.add_dependency('XX-1', 'XX-2');

-- 2. Stages
SELECT town.move_project('XX-1', 'reviewed');
SELECT town.move_project('XX-1', 'admitted');
SELECT town.publish_flow('{"flow": "admission", "title": "入库", "steps": [
  {"step": "审核", "assign": [{"initiator": true}], "self": "allow", "next": "完成"},
  {"step": "完成", "type": "end"}], "effects": {"approved":
  [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "admitted"}}]}}') \g /dev/null
SELECT town.start_case('admission', '教学楼入库', '{"project": "XX-1"}', unit => '101') AS work \gset
SELECT town.act(task_id, 'approve', '同意') FROM town.task WHERE case_id = :work AND state = 'open';
SELECT town.register_document('ex_ante_assessment', '事前绩效评估报告', 'sha256',
         'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 0, 'application/pdf',
         'archive/2026/1.pdf', project => 'XX-1') \g /dev/null
SELECT town.act(task_id, 'approve', '同意') FROM town.task WHERE case_id = :work AND state = 'open';
SELECT official_code, stage, events FROM town.project ORDER BY 1;

-- 3. Money and work
SELECT town.open_line(2026, '101', '2050202', '50302', title => '教学楼', project => 'XX-1') AS line \gset
SELECT town.appropriate(:line, 600000, '苏财预〔2026〕1号') \g /dev/null
SELECT count(town.move_project('XX-1', stage, on_day => '2026-01-10'))
  FROM unnest('{selected,funded,under_way}'::text[]) AS stage;
SELECT town.complete_milestone('XX-1', 1, '2026-01-25', '监理报告1');
SELECT milestone_no, planned_on, done_on, days_late
  FROM town_report.project_schedule WHERE project_code = 'XX-1' AND done_on IS NOT NULL;
SELECT project_code, fiscal_year, planned_total, planned, appropriated, paid, above_total
  FROM town_report.project_money WHERE project_code = 'XX-1' ORDER BY 2;

-- 4. Projects of an older system
SELECT town.register_project('OLD-1', '旧校改造', '101', '3', 2024), town.register_project('OLD-2', '校门', '101', '3', 2024) \g /dev/null
SELECT town.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', '"9999-12-31"')) \g /dev/null
SELECT jsonb_pretty(town.take_over_projects('[
  {"project": "OLD-1", "stage": "under_way", "planned_total": "300000", "started_on": "2024-09-01"},
  {"project": "OLD-2", "stage": "admitted"}, {"project": "OLD-3", "stage": "funded"}]', '移交清单1号', on_error => 'report')) AS result;
SELECT project_code, taken_over_stage, document, passed_over, stage FROM town_report.project_taken_over;

-- 5. A contract and its clauses
INSERT INTO town.contract (contract_no, line_id, amount, supplier, state)
VALUES ('合同1', :line, 500000, '苏州建筑公司', 'signed');
SELECT town.set_contract_clauses('合同1', '[
  {"no": 1, "kind": "milestone", "title": "预付款", "terms": {"share": 0.3, "on": "signing"}},
  {"no": 2, "kind": "milestone", "title": "实施过半", "terms": {"share": 0.4, "milestone": 3}},
  {"no": 3, "kind": "milestone", "title": "竣工", "terms": {"share": 0.3, "milestone": 5}},
  {"no": 4, "kind": "retention", "title": "质保金", "terms": {"share": 0.05, "until": "2028-06-30"}},
  {"no": 5, "kind": "document", "title": "发票", "terms": {"document": "invoice", "cover": true}}]', '合同1');
SELECT town.register_invoice('04512345', '苏州建筑公司', 200000, '2026-01-31', code => '3200221130',
         contract_no => '合同1', seller_code => '91110000600037341L') \g /dev/null
INSERT INTO town.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date)
SELECT '支付1', line_id, contract_id, 150000, supplier, 'requested', '2026-02-01' FROM town.contract;
INSERT INTO town.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date)
SELECT '支付2', line_id, contract_id, 100000, supplier, 'requested', '2026-03-01' FROM town.contract;
SELECT clause_no, kind, title, allowed, requested, open, needs FROM town.check_contract('合同1', '2026-03-01');

-- 6. Payment monitoring
SELECT town.set_monitor_rule('not_contractor'), town.set_monitor_rule('cash') \g /dev/null
SELECT town.pay(:line, 5000, '凭证1', memo => '{"settlement": "cash"}');
SELECT town.complete_milestone('XX-1', 3, '2026-06-20', '监理报告2') \g /dev/null
INSERT INTO town.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date)
SELECT '支付3', line_id, contract_id, 50000, '皮包公司', 'requested', '2026-07-01' FROM town.contract;
UPDATE town.payment SET state = 'paid' WHERE payment_no = '支付3';
SELECT rule, colour, document, payee, amount, stop_state FROM town_report.monitor_finding;
