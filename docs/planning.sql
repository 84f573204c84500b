-- 1. A ledger, its units and a flow
SELECT budgetpm.create_ledger('prov', root => '320000000', first_year => 2026) \g /dev/null
SELECT prov.add_year(2027, 'preparing') \g /dev/null
SELECT count(prov.register_unit(code, name, '320000000', parent)) FROM (VALUES
  ('101', '省教育厅', NULL), ('101001', '省属中学', '101')) AS u(code, name, parent) \g /dev/null
SELECT current_user AS finance \gset
SELECT prov.publish_flow(format('{"flow": "up", "title": "两上两下", "steps": [
   {"step": "down_1", "assign": [{"login": %1$s}], "self": "allow", "next": "up_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
   {"step": "up_2", "assign": [{"initiator": true}], "self": "allow", "next": "down_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}]},
   {"step": "down_2", "assign": [{"login": %1$s}], "self": "allow", "next": "done"},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit", "round": 1}}],
   "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
   "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}', to_json(:'finance'::text))::jsonb) \g /dev/null

-- 2. A preparation
SELECT prov.create_preparation(2027, '320000000', '2027年部门预算编制', 'up', rounds => '2') AS prep \gset
SELECT prov.set_round(:prep, 1, up_closes_on => '2099-09-30', down_closes_on => '2099-10-31') \g /dev/null
SELECT round, up_title, down_title, up_closes_on, ceiling_binds FROM prov.preparation_round;

-- 3. A request by a standard
SELECT prov.register_standard('MEET', '320000000', '会议费', '人天', 600, '2026-01-01', document => '苏财行〔2026〕1号') \g /dev/null
SELECT prov.save_request(:prep, '101001', '教学研讨', '[
  {"title": "会议", "func": "2050204", "dept_econ": "30215", "standard": "MEET", "quantity": 40},
  {"title": "资料", "func": "2050204", "unit_cost": 12.345, "quantity": 101, "measure": "册"}]') AS request \gset
SELECT item_no, title, standard, unit_cost, quantity, measure, amount FROM prov_report.request_item ORDER BY item_no;

-- 4. Everything that is wrong
SELECT prov.save_request(:prep, '101001', '设备', '[
  {"title": "会议", "func": "2050204", "standard": "MEET", "unit_cost": 650, "quantity": 1},
  {"title": "电脑", "func": "205", "unit_cost": 5000, "quantity": -2},
  {"func": "2050204", "unit_cost": 3, "quantity": 3, "amount": 10}]');

-- 5. The first round
SELECT prov.submit_requests(:prep, '101001') AS kase \gset
SELECT prov.review_request(:request, '压减会议', items => '[{"item_no": 1, "amount": 18000}]') > 0 AS reviewed;
SELECT prov.issue_ceiling(:prep, 19000, '苏财预〔2026〕9号', unit => '101001') > 0 AS ceiling;
SELECT prov.act(task_id, 'approve', '一下') FROM prov.my_tasks();
SELECT title, state, kind, round, version_no, amount, requested_amount, reviewed_amount FROM prov_report.request;

-- 6. The second round, within the ceiling
SELECT prov.submit_requests(:prep, '101001');
SELECT version_no AS read FROM prov_report.request \gset
SELECT prov.save_request(:prep, '101001', '教学研讨', '[
  {"title": "会议", "func": "2050204", "dept_econ": "30215", "standard": "MEET", "quantity": 30},
  {"title": "资料", "func": "2050204", "unit_cost": 12, "quantity": 80, "measure": "册"}]', request => :request, expected_version => :read) > 0 AS saved;
SELECT prov.submit_requests(:prep, '101001') = :kase AS submitted;
SELECT unit_code, amount, used, left_amount, document FROM prov_report.ceiling;

-- 7. What changed between the rounds
SELECT a.version_id AS first, b.version_id AS second FROM prov.request_version a, prov.request_version b
 WHERE a.kind = 'submitted' AND a.round = 1 AND b.kind = 'submitted' AND b.round = 2 \gset
SELECT change, part, name, before_amount, after_amount, difference FROM prov.diff_request(:first, :second);

-- 8. Accepted
SELECT prov.act(task_id, 'approve', '二下') FROM prov.my_tasks();
SELECT round, kind, amount FROM prov_report.request_version ORDER BY version_no;
SELECT level, department_code, unit_code, title, requested_amount, approved_amount FROM prov_report.request_total ORDER BY id;
