-- 1. A ledger, and what was spent before it
SELECT budgetpm.create_ledger('plan', root => '320000000', first_year => 2027) \g /dev/null
SELECT count(plan.register_unit(code, name, '320000000', parent)) FROM (VALUES ('101', '省教育厅', NULL), ('101001', '省属中学', '101')) AS u(code, name, parent) \g /dev/null
SELECT plan.apply_profile('jiangsu') \g /dev/null
SELECT * FROM plan.load_spending_history('[
  {"fiscal_year": 2023, "unit": "101", "func": "2050202", "spent": "9000000.00"},
  {"fiscal_year": 2024, "unit": "101", "func": "2050202", "spent": "12000000.00"},
  {"fiscal_year": 2025, "unit": "101", "func": "2050202", "spent": "14500000.00"},
  {"fiscal_year": 2026, "unit": "999", "func": "2050202", "spent": "1.005"}]', '2025年决算');

-- 2. A rule is data
SELECT * FROM plan.check_rule('{"rule": "meetings", "title": "会议费", "severity": "explain",
  "predicate": "exists($.items[*] ? (@.dept_econ == \"30215\" && @.amount > $limit))", "message": {"en": "{amount}"}}');
SELECT plan.define_rule('{"rule": "meetings", "title": "会议费", "severity": "explain",
  "predicate": "exists($.items[*] ? (@.dept_econ == \"30215\" && @.amount > $limit))",
  "parameters": {"limit": 50000}, "measures": {"amount": "$.items[*] ? (@.dept_econ == \"30215\").amount"},
  "message": {"zh": "会议费{amount}元，超过{limit}元", "en": "meetings cost {amount}, more than {limit}"}, "active": false}');
SELECT rule, title, severity, profile, category, in_force FROM plan_report.planning_rule ORDER BY rule;

-- 3. The average, and what is over it
SELECT budgetpm.average_growth('{9000000,12000000,11600000}', 'arithmetic') AS arithmetic,
       budgetpm.average_growth('{9000000,12000000,11600000}', 'compound') AS compound,
       budgetpm.average_growth('{9000000,12000000,11600000.01}', 'arithmetic') > 0.15 AS a_fen_more;

-- 4. A suggestion
SELECT * FROM plan.load_driver_values('[
  {"driver": "gdp", "division": "320000000", "period": "2024", "value": "137008.0", "published_on": "2025-01-20"},
  {"driver": "gdp", "division": "320000000", "period": "2025", "value": "142351.5", "published_on": "2026-01-20"}]', '省统计局');
SELECT * FROM plan.suggest_request('101', 2027, 'index', driver => 'gdp');
SELECT plan.give_advice(2027, '101', '绩效评分90分', '2026年绩效评价', 0.10) > 0 AS given;
SELECT * FROM plan.suggest_request('101', 2027, 'advice');
