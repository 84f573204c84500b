-- 10,000 lines of one unit, with money that does not end.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.register_unit('101', '教育厅', '320000000', NULL);
SELECT count(budget.open_line(2026, '101', '2050201', title => '项目 ' || i)) FROM generate_series(1, 10000) AS i;
SELECT count(budget.appropriate(line_id, 1000000000, '苏财预 1')) FROM budget.line;
VACUUM ANALYZE;
