-- execution.sql: execution by city, and whether the ledger is right.
\pset footer off
SELECT c.name AS "city 市", count(*) AS lines,
       to_char(sum(b.appropriated::numeric - b.allotted::numeric - b.transferred::numeric - b.withdrawn::numeric) / 10000, 'FM999,999,990.00') AS "budget 万元",
       to_char(sum(b.paid::numeric) / 10000, 'FM999,999,990.00') AS "paid 万元",
       r.rate AS "%", repeat('█', (r.rate / 4)::int) AS "执行率 2026"
  FROM budget.division c
  JOIN budget.line l ON l.division OPERATOR(budgetpm.<@) c.code AND l.fiscal_year = 2026
  JOIN budget.balance b ON b.line_id = l.line_id
 CROSS JOIN LATERAL (
   SELECT round(100 * sum(x.paid::numeric) / sum(x.appropriated::numeric - x.allotted::numeric - x.transferred::numeric - x.withdrawn::numeric), 1) AS rate
     FROM budget.balance x WHERE x.division OPERATOR(budgetpm.<@) c.code AND x.line_id / 1000000000000 = 2026) r
 WHERE c.level = 2 GROUP BY c.code, c.name, r.rate ORDER BY r.rate DESC;

\echo 'verify_ledger() recomputes every balance, tree sum and digest from the journal:'
SELECT count(*) AS differences, CASE count(*) WHEN 0 THEN 'the ledger is right' ELSE 'THE LEDGER IS WRONG' END AS verdict
  FROM budget.verify_ledger();
\echo 'check_ledger() looks for triggers, constraints, policies and partitions that are not as they should be:'
SELECT count(*) AS findings, CASE count(*) WHEN 0 THEN 'nothing found' ELSE 'READ: SELECT * FROM budgetpm.check_ledger(''budget'')' END AS verdict
  FROM budgetpm.check_ledger('budget');
