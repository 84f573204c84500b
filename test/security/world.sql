-- The world of the security tests: one ledger, two cities, a role of each sort.
-- Run as a superuser in an empty database with the extension.  It prints, as
-- NAME=VALUE, the ids that the matrix writes in braces.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;

CREATE ROLE sec_owner LOGIN CREATEROLE;
CREATE ROLE sec_nobody LOGIN;
CREATE ROLE sec_reader LOGIN;
CREATE ROLE sec_officer LOGIN;
CREATE ROLE sec_clerk LOGIN;
CREATE ROLE sec_other LOGIN;
CREATE ROLE sec_application LOGIN;
CREATE ROLE sec_administrator LOGIN;
CREATE ROLE sec_stranger LOGIN;
CREATE ROLE sec_planter LOGIN;
CREATE ROLE sec_partition LOGIN;
CREATE ROLE sec_branch LOGIN;
SELECT format('GRANT CREATE ON DATABASE %I TO sec_owner, sec_stranger, sec_planter', current_database()) \gexec

SET SESSION AUTHORIZATION sec_owner;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division(code, name, parent, level)) FROM (VALUES
  ('320500000', '苏州市', '320000000', 2), ('320505000', '虎丘区', '320500000', 3),
  ('320200000', '无锡市', '320000000', 2)) AS d(code, name, parent, level) \g /dev/null
SELECT count(budget.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '苏州市教育局', '320500000', NULL), ('101001', '苏州市第一中学', '320500000', '101'),
  ('102', '苏州市卫生局', '320500000', NULL), ('201', '虎丘区教育局', '320505000', NULL),
  ('301', '无锡市教育局', '320200000', NULL)) AS u(code, name, division, parent) \g /dev/null
SELECT budget.add_year(2025, 'open'), budget.set_year_state(2025, 'closing'), budget.set_year_state(2025, 'closed') \g /dev/null

-- Suzhou: a root with a child and a second root; Huqiu below it; Wuxi, which Suzhou must not see.
SELECT budget.open_line(2026, '101', '2050202', '50201', title => '小学教育', key => 'root') AS root \gset
SELECT budget.open_line(2026, '101001', '2050202', '50201', title => '第一中学', parent => :root) AS child \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => '初中教育') AS second \gset
SELECT budget.open_line(2026, '201', '2050202', title => '虎丘小学', source_document => '苏财教〔2026〕9号') AS county \gset
SELECT budget.open_line(2026, '301', '2050202', title => '无锡机密') AS wuxi \gset
SELECT budget.appropriate(:root, 1000000, '苏财预〔2026〕1号') AS given \gset
SELECT budget.appropriate(:second, 500000, '苏财预〔2026〕2号') AS given2 \gset
SELECT budget.appropriate(:wuxi, 777777.77, '锡财机密') AS wuxi_given \gset
SELECT budget.allot(:root, :child, 300000, '苏财教〔2026〕3号') AS allotted \gset
SELECT budget.pay(:child, 1000, '凭证1', key => 'k1') AS paid \gset
SELECT budget.pay(:wuxi, 7.77, '锡机密凭证', key => 'wk') AS wuxi_paid \gset
SELECT budget.precommit(:child, 900, '采购计划1') AS plan \gset
SELECT budget.commit_funds(:child, 600, '合同1', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:child, 300, '申请1', commitment => :contract) AS request \gset
SELECT budget.commit_funds(:wuxi, 66.66, '锡机密合同') AS wuxi_contract \gset
SELECT budget.request_payment(:wuxi, 33.33, '锡机密申请', commitment => :wuxi_contract) AS wuxi_request \gset
SELECT budget.send_transfer(:root, '320505000', 5000, '苏财教〔2026〕9号') AS sent \gset

-- Caps with an alert each, one in slots and one a list; what Wuxi received.
SELECT budget.create_cap(2026, '苏财预限额', 'lines', division => '320500000', warn_ratio => 0.0001, slots => 2) AS cap \gset
SELECT budget.create_cap(2026, '第一中学', amount => 5, lines => ARRAY[:child]::bigint[], block_ratio => 0, warn_ratio => 1) AS unit_cap \gset
SELECT budget.create_cap(2026, '无锡机密限额', 'lines', division => '320200000') AS wuxi_cap \gset
SELECT budget.create_cap(2026, '无锡机密预警', amount => 5, lines => ARRAY[:wuxi]::bigint[], block_ratio => 0, warn_ratio => 1) \g /dev/null
SELECT budget.record_receipt(2026, '320200000', '11', 777770, '锡财机密缴款') AS wuxi_receipt \gset
-- Preparations: a unit's request in hand and one that is submitted and reviewed; what Wuxi asks for.
SELECT budget.publish_flow('{"flow": "requests", "title": "申报", "steps": [
   {"step": "fin", "assign": [{"login": "sec_owner"}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') \g /dev/null
SELECT budget.create_preparation(2026, '320500000', '苏州预算编制', 'requests') AS prep \gset
SELECT budget.create_preparation(2026, '320200000', '另一市预算编制', 'requests') AS wuxi_prep \gset
SELECT budget.save_request(:prep, '102', '苏州设备', '[{"title": "设备", "func": "2050202", "amount": 40}]') AS reviewed \gset
SELECT budget.submit_requests(:prep, '102'), budget.review_request(:reviewed, '苏财审核', 30) \g /dev/null
SELECT budget.save_request(:prep, '101001', '一中课桌', '[{"title": "课桌", "func": "2050202", "amount": 50}]') AS asked \gset
SELECT budget.save_request(:wuxi_prep, '301', '无锡机密申报', '[{"title": "无锡机密项", "func": "2050202", "amount": 777}]') AS wuxi_asked \gset
SELECT budget.issue_ceiling(:prep, 45, '苏财控制数', unit => '101001'), budget.issue_ceiling(:wuxi_prep, 777, '无锡机密控制数', unit => '301') \g /dev/null
SELECT max(version_id) FILTER (WHERE kind = 'reviewed') AS hidden, max(version_id) FILTER (WHERE request_id = :asked) AS version, max(version_id) FILTER (WHERE request_id = :wuxi_asked) AS wuxi_version FROM budget.request_version \gset
SELECT max(alert_id) FILTER (WHERE cap_id = :cap) AS alert, max(alert_id) AS wuxi_alert FROM budget.alert \gset
SELECT budget.assign_alert(:alert, 'sec_officer', '苏财请答复'), budget.assign_alert(:wuxi_alert, 'sec_other', '无锡机密答复') \g /dev/null

-- What was spent before, what drives it, what was advised.
SELECT budget.load_spending_history('[{"fiscal_year": 2024, "unit": "101", "func": "2050202", "spent": 100}]', '苏州决算'),
       budget.load_spending_history('[{"fiscal_year": 2024, "unit": "301", "func": "2050202", "spent": "777.77"}]', '无锡机密决算'),
       budget.load_driver_values('[{"driver": "gdp", "division": "320000000", "period": "2024", "value": 1}]', '统计局') \g /dev/null
SELECT budget.give_advice(2027, '301', '无锡机密建议', '评价', 0.1) \g /dev/null
-- Deadlines that are watched, and forms with a field.
SELECT budget.watch_deadline('budget_disclosure', '苏州公开', '2026-02-01', division => '320500000') AS deadline \gset
SELECT budget.watch_deadline('budget_disclosure', '无锡机密期限', '2026-02-01', division => '320200000') AS wuxi_deadline \gset
SELECT budget.register_project('SEC1', '苏州项目', '101001', '3', 2026) \g /dev/null
SELECT budget.define_form_field('project', 'site', 'text', '{"zh": "地点"}', '320500000') AS field \gset
SELECT budget.define_form_field('project', 'secret', 'text', '{"zh": "无锡机密字段"}', '320200000') AS wuxi_field \gset
SELECT budget.set_project_attributes('SEC1', '{"site": "x"}') \g /dev/null

-- A project of each city with all that belongs to one, a contract with a clause, a stopped request.
SELECT count(budget.register_project(code, name, unit, '2', 2026)) FROM (VALUES ('PS', '苏州学校', '101001'), ('PW', '无锡机密工程', '301')) AS p(code, name, unit) \g /dev/null
SELECT budget.describe_project(code, 100, '2026-01-01', '2026-12-31', '无锡机密负责人'), budget.move_project(code, 'reviewed'),
       budget.set_milestones(code, '[{"no": 1, "title": "无锡机密节点", "planned_on": "2026-06-30", "weight": 100}]'),
       budget.record_quality(code, '2026-02-01', '无锡机密检查', 'passed'), budget.plan_delivery('无锡机密物资', '2026-03-01', 1, project => code),
       budget.set_resources(code, '[{"kind": "other", "title": "无锡机密设备", "quantity": 1, "valid_from": "2026-01-01", "valid_to": "2026-02-01"}]'),
       budget.register_document('report', '无锡机密报告', 'sm3', repeat('00', 32), 1, 'text/plain', '无锡机密地址', project => code),
       budget.register_invoice(number, '无锡机密销售方', 1, '2026-01-01', unit => unit), budget.register_account(unit, number, '无锡机密银行')
  FROM (VALUES ('PW', '301', '12345678901234567890')) AS w(code, unit, number) \g /dev/null
SELECT budget.describe_project('PS', 100, '2026-01-01', '2026-12-31', '苏州'), budget.set_milestones('PS', '[{"no": 1, "title": "节点", "planned_on": "2026-06-30", "weight": 100}]'),
       budget.record_quality('PS', '2026-02-01', '检查', 'passed') \g /dev/null
SELECT budget.plan_delivery('物资', '2026-03-01', 1, project => 'PS') AS delivery \gset
SELECT budget.record_delivery(:delivery, 1, '送货单', '2026-03-01') \g /dev/null
INSERT INTO budget.contract (contract_no, line_id, amount, supplier) VALUES ('苏合同', :child, 1, '苏州公司'), ('锡合同', :wuxi, 1, '无锡机密公司');
SELECT budget.set_contract_clauses('锡合同', '[{"no": 1, "kind": "retention", "title": "无锡机密条款", "terms": {"share": 0.1, "until": "2027-01-01"}}]', '锡合同') \g /dev/null
SELECT budget.set_monitor_rule('own_account') \g /dev/null
SELECT budget.request_payment(:wuxi, 0.07, '无锡机密自付', memo => '{"payee": "无锡市教育局"}') \g /dev/null
SELECT budget.request_payment(:second, 0.01, '自付', memo => '{"payee": "苏州市卫生局"}') AS stopped \gset
SELECT stop_id AS stop FROM budget.monitor_stop WHERE request_id = :stopped \gset

-- Projects on the map, in Suzhou and in Wuxi, each with a site and a report.
SELECT budget.register_project('SITE1', '苏州地铁', '101'), budget.register_project('SITE2', '无锡机密工程', '301') \g /dev/null
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"')) \g /dev/null
SELECT budget.take_over_projects('[{"project": "SITE1", "stage": "under_way", "started_on": "2026-01-05"}, {"project": "SITE2", "stage": "under_way", "started_on": "2026-01-05"}]', '移交清单') \g /dev/null
SELECT budget.set_site('SITE1', 'SRID=4490;POINT(120.62 31.30)'), budget.set_site('SITE2', 'SRID=4490;POINT(120.30 31.57)'),
       budget.report_progress('SITE1', 10, '2026-01-10'), budget.report_progress('SITE2', 20, '2026-01-10', '无锡机密进度'),
       budget.load_boundaries('[{"division": "320500000", "geometry": "SRID=4490;POLYGON((120 30.8,121.3 30.8,121.3 32,120 30.8))"}]', '示意') \g /dev/null

SELECT budgetpm.grant_ledger('budget', 'sec_reader', 'reader', '320500000'),
       budgetpm.grant_ledger('budget', 'sec_officer', 'officer', '320500000'),
       budgetpm.grant_ledger('budget', 'sec_other', 'officer', '320200000'),
       budgetpm.grant_ledger('budget', 'sec_application', 'application'),
       budgetpm.grant_ledger('budget', 'sec_administrator', 'administrator'),
       budgetpm.grant_ledger('budget', 'sec_branch', 'administrator', '320200000'),
       budgetpm.grant_ledger('budget', 'sec_planter', 'application'),
       budgetpm.grant_ledger('budget', 'sec_planter', 'administrator') \g /dev/null
-- A clerk of one unit: the grants of an officer, and a duty over that unit alone.
SELECT budgetpm.grant_ledger('budget', 'sec_clerk', 'officer', '320500000') AS duty \gset
SELECT budget.end_duty(:duty), budget.grant_duty('sec_clerk', unit => '101001', may_post => true) \g /dev/null
-- What a careless owner may give away: TRIGGER, REFERENCES, CREATE, a partition.
GRANT TRIGGER, REFERENCES ON ALL TABLES IN SCHEMA budget TO sec_planter;
GRANT CREATE ON SCHEMA budget TO sec_planter;
GRANT USAGE ON SCHEMA budget TO sec_partition;
GRANT SELECT ON budget.journal_2026, budget.balance_2026, budget.obligation_2026 TO sec_partition;
SELECT budget.grant_duty('sec_partition', '320500000') \g /dev/null
RESET SESSION AUTHORIZATION;
ANALYZE;

SELECT format(E'root=%s\nchild=%s\nsecond=%s\ncounty=%s\nwuxi=%s\ngiven=%s\nallotted=%s\npaid=%s\nwuxi_given=%s\nwuxi_paid=%s\nsent=%s\nplan=%s\ncontract=%s\nrequest=%s\nwuxi_contract=%s\nwuxi_request=%s\nledger=%s\ncap=%s\nunit_cap=%s\nwuxi_cap=%s\nwuxi_receipt=%s\nalert=%s\nwuxi_alert=%s\ndelivery=%s\nstop=%s\nstopped=%s',
  :root, :child, :second, :county, :wuxi, :given, :allotted, :paid, :wuxi_given, :wuxi_paid, :sent,
  :plan, :contract, :request, :wuxi_contract, :wuxi_request,
  'budget.ledger'::regclass::oid, :cap, :unit_cap, :wuxi_cap, :wuxi_receipt, :alert, :wuxi_alert, :delivery, :stop, :stopped);
SELECT format(E'deadline=%s\nwuxi_deadline=%s\nfield=%s\nwuxi_field=%s', :deadline, :wuxi_deadline, :field, :wuxi_field);
SELECT format(E'prep=%s\nwuxi_prep=%s\nasked=%s\nreviewed=%s\nwuxi_asked=%s\nhidden=%s\nversion=%s\nwuxi_version=%s',
  :prep, :wuxi_prep, :asked, :reviewed, :wuxi_asked, :hidden, :version, :wuxi_version);
