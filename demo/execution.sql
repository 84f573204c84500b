-- execution.sql: execution by city, and whether the ledger is right. The view is what
-- a BI tool sees; 全辖 counts all governments below too, transfers between them out.
\pset footer off
SELECT division_name AS "city 市", lines, to_char(total_budget / 10000, 'FM999,999,990.00') AS "budget 预算, 万元",
       to_char(total_paid / 10000, 'FM999,999,990.00') AS "paid 支出, 万元", round(100 * total_execution_rate, 1) AS "%",
       rpad(repeat('█', round(25 * total_execution_rate)::int), 25, '░') AS "execution 执行率, 2026"
  FROM budget_report.execution_by_division
 WHERE fiscal_year = 2026 AND division_level = 2 ORDER BY total_execution_rate DESC;

\echo 'The province itself: own level (本级) and consolidated (全辖), by year'
SELECT fiscal_year AS year, to_char(own_budget / 10000, 'FM999,999,990.00') AS "budget 本级, 万元",
       to_char(own_transferred / 10000, 'FM999,999,990.00') AS "sent down 转移支付",
       to_char(total_budget / 10000, 'FM999,999,990.00') AS "budget 全辖",
       to_char(total_paid / 10000, 'FM999,999,990.00') AS "paid 全辖", round(100 * total_execution_rate, 1) AS "%"
  FROM budget_report.execution_by_division WHERE division_level = 1 ORDER BY fiscal_year;

\echo 'verify_ledger() recomputes every balance, tree sum and digest from the journal:'
SELECT count(*) AS differences, CASE count(*) WHEN 0 THEN 'the ledger is right' ELSE 'THE LEDGER IS WRONG' END AS verdict
  FROM budget.verify_ledger();
\echo 'check_ledger() looks for triggers, constraints, policies and partitions that are not as they should be:'
SELECT count(*) AS findings, CASE count(*) WHEN 0 THEN 'nothing found' ELSE 'READ: SELECT * FROM budgetpm.check_ledger(''budget'')' END AS verdict
  FROM budgetpm.check_ledger('budget', data => false);
