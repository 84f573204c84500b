-- 1. Requests that finance has accepted
SELECT budgetpm.create_ledger('b', root => '320000000', title => '江苏省', first_year => 2026) \g /dev/null
SELECT b.add_year(2027) \g /dev/null
SELECT count(b.register_division('320100000', '南京市', '320000000', 2, '2020-01-01')) \g /dev/null
SELECT count(b.register_unit(code, name, division, parent, kind)) FROM (VALUES
  ('101', '省教育厅', '320000000', NULL, 'department'), ('101001', '省属中学', '320000000', '101', 'unit'),
  ('900', '省财政厅', '320000000', NULL, 'finance'), ('201', '市教育局', '320100000', NULL, 'department'), ('901', '市财政局', '320100000', NULL, 'finance')) AS u(code, name, division, parent, kind) \g /dev/null
SELECT b.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}], "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}') \g /dev/null
SELECT b.publish_flow('{"flow": "vote", "title": "预算草案", "steps": [{"step": "congress", "assign": [{"initiator": true}], "self": "allow", "next": "done", "on_reject": "start"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "hold_draft", "as": "draft"}], "release": [{"effect": "release_draft"}], "approved": [{"effect": "approve_budget", "as": "approval"}]}}') \g /dev/null
SELECT b.create_preparation(2027, '320000000', '2027年预算', 'up', 'vote') AS preparation \gset
SELECT count(b.save_request(:preparation, unit, title, jsonb_build_array(jsonb_build_object('title', title, 'func', func, 'gov_econ', econ, 'unit_cost', amount, 'quantity', 1))))
  FROM (VALUES ('101', '厅本级', '2050101', '50201', 600), ('101001', '教学楼', '2050202', '50201', 380), ('900', '预备费', '227', '51401', 20),
               ('201', '市本级', '2050101', '50201', 99), ('901', '市预备费', '227', '51401', 1)) AS r(unit, title, func, econ, amount);
SELECT count(b.submit_requests(:preparation, official_code)) FROM b.unit;
SELECT count(b.act(task_id, 'approve')) FROM b.my_tasks();

-- 2. The other side of the draft
SELECT b.load_revenue_estimates(:preparation, '320000000', '[{"fund_type": "11", "revenue": "101", "amount": "900.00", "basis": "近三年增长6%"},
  {"fund_type": "11", "revenue": "103", "amount": "150.00", "basis": "非税收入测算"}]') AS estimates;
SELECT b.set_revenue_estimate(:preparation, '320100000', '11', '101', 70, '市级收入测算') AS estimates;
SELECT b.set_planned_transfer(:preparation, '320000000', '320100000', '230', '11', 30, '苏财预〔2026〕99号', early => true) AS transfer;
SELECT division_code, scope, func_class, expenditure, reserve, transfers_out, revenue, transfers_in, balance FROM b_report.budget_draft ORDER BY id;
SELECT item, fund_type, amount, limit_amount, blocks, note FROM b.check_draft(:preparation, '320000000');

-- 3. Out, and unchanged until it is back
SELECT b.set_revenue_estimate(:preparation, '320000000', '11', '103', 130, '非税收入复核') \g /dev/null
SELECT b.approve_revenue(:preparation, '320000000', '收入测算会商纪要1号') AS approved;
SELECT b.submit_draft(:preparation, '320000000') AS draft_case \gset
SELECT b.save_request(:preparation, '101', '补报', '[{"title": "补报", "func": "2050202", "unit_cost": 1, "quantity": 1}]');

-- 4. The vote
SELECT b.set_congress_date(:preparation, '320000000', CURRENT_DATE, '苏人发〔2027〕1号') \g /dev/null
SELECT b.act(task_id, 'approve', '表决通过') FROM b.my_tasks();
SELECT facts -> 'approval' AS approval FROM b_report.approval_case JOIN b.approval_case USING (case_id) WHERE case_id = :draft_case;
SELECT unit_code, func_code, executable, planned, appropriated, difference FROM b_report.appropriation_against_plan ORDER BY id;
SELECT department_code, unit_code, level, amount FROM b_report.approval_notice ORDER BY department_code, unit_code;
SELECT kind, subject, due_on - starts_on AS days, state FROM b_report.deadline WHERE kind <> 'preliminary_draft' ORDER BY deadline_id;

-- 5. In the year
SELECT b.open_year(2027, '苏政发〔2027〕1号') \g /dev/null
SELECT line_id AS line FROM b.line WHERE title = '厅本级' \gset
SELECT line_id AS reserve FROM b.line WHERE title = '预备费' \gset
SELECT b.supplement(:line, 10, '苏财预〔2027〕8号');
SELECT b.supplement(:line, 10, '苏财预〔2027〕8号', 'reserve');
SELECT b.supplement(:line, 10, '苏财预〔2027〕9号', 'higher_level_transfer') > 0 AS raised, b.virement(:reserve, :line, 5, '动用预备费1号') > 0 AS moved;
SELECT division_code, plan, approved, higher_level_transfer, adjustment, current_total, difference FROM b_report.approved_total;
SELECT budgetpm.drop_ledger('b', 'b') \g /dev/null
