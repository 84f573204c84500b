-- 1. By division
SELECT division_code, division_name, lines, own_budget, own_paid, own_execution_rate AS own_rate,
       total_budget, total_paid, total_execution_rate AS total_rate, total_in_transit
  FROM budget_report.execution_by_division WHERE fiscal_year = 2026 ORDER BY division_code;

-- 2. By fund type
SELECT division_name, fund_type, fund_type_name, total_budget, total_paid
  FROM budget_report.execution_by_fund_type WHERE fiscal_year = 2026 ORDER BY division_code, fund_type;

-- 3. By unit
SELECT unit_code, unit_name, unit_kind, parent_unit_code AS parent, own_budget, total_budget, total_paid, total_available
  FROM budget_report.execution_by_unit WHERE fiscal_year = 2026 ORDER BY division_code, unit_code;

-- 4. By function
SELECT func_code, func_name, func_level, own_budget, total_budget, total_execution_rate AS total_rate
  FROM budget_report.execution_by_function
 WHERE fiscal_year = 2026 AND division_code = '320000000' ORDER BY func_code;

-- 5. By project
SELECT budget.register_project('32000010126001', '幼儿园改扩建', '101', setup_year => 2026);
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', '"9999-12-31"')) \g /dev/null
SELECT budget.take_over_projects('[{"project": "32000010126001", "stage": "funded"}]', '移交清单') \g /dev/null
SELECT budget.open_line(2026, '101', '2050201', '50201', title => '幼儿园改扩建', project => '32000010126001') AS line \gset
SELECT budget.appropriate(:line, 800000, '苏财预〔2026〕1号') > 0 AS appropriated,
       budget.pay(:line, 200000, '支付凭证 0007', accounting_date => '2026-03-20') > 0 AS paid,
       budget.freeze(:line, 100000, '苏审〔2026〕5号') > 0 AS frozen;

SELECT project_code, project_name, unit_name, budget, paid, blocked, available, execution_rate
  FROM budget_report.execution_by_project WHERE fiscal_year = 2026;

-- 6. Lines
SELECT line_id, unit_code, func_name, title, appropriated, allotted, transferred, budget, paid, execution_rate
  FROM budget_report.line_detail WHERE division_code = '320000000' ORDER BY line_id;

-- 7. Journal
SELECT entry_no, kind_name, source, target, amount, budget_change, paid_change, available_after, document
  FROM budget_report.journal WHERE line_id = :line ORDER BY entry_no;
SELECT division_name, date_trunc('month', accounting_date)::date AS month, sum(paid_change) AS paid
  FROM budget_report.journal
 WHERE fiscal_year = 2026 AND accounting_date < '2026-04-01' AND division_code = '320000000'
 GROUP BY 1, 2 HAVING sum(paid_change) <> 0 ORDER BY 1, 2;

-- 8. In transit
SELECT budget.send_transfer(:department, '320500000', 500000, '苏财教〔2026〕9号') > 0 AS sent;
SELECT document, from_division_name, to_division_name, amount, direct
  FROM budget_report.transfer_in_transit;

-- 9. Obligations and contracts
SELECT budget.open_line(2026, '101', '2050202', '50201', title => '设备购置') AS equipment \gset
SELECT budget.appropriate(:equipment, 500000, '苏财预〔2026〕1号') > 0 AS appropriated;
SELECT budget.precommit(:equipment, 300000, '采购计划 9') AS plan \gset
SELECT budget.commit_funds(:equipment, 260000, '合同 HT-9', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:equipment, 120000, '支付申请 11', commitment => :contract) AS request \gset
SELECT budget.pay(:equipment, 100000, '支付凭证 0011', request => :request) AS payment \gset
SELECT budget.refund(:payment, 10000, '退款 0011', target => 'request') > 0 AS refunded;

SELECT stage_name, document, amount, drawn, released, remaining, state
  FROM budget_report.obligation WHERE unit_code = '101' AND state = 'open' ORDER BY obligation_id;
SELECT document, plan_document, planned, contracted, requested, paid, refunded, pending, remaining, payment_rate
  FROM budget_report.contract_execution WHERE fiscal_year = 2026 ORDER BY contracted DESC;
