--
-- Rollups: the same as a GROUP BY of the journal, whatever is folded, for whoever
-- may read it, and out of reach of everybody's DML.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省', first_year => 2026);
SELECT budget.add_year(2025, 'open');
SELECT budget.register_division('320500000', '苏州市', '320000000', 2),
	budget.register_division('320505000', '虎丘区', '320500000', 3),
	budget.register_division('321300000', '宿迁市', '320000000', 2);
SELECT count(budget.register_unit('D' || official_code, name || '财政局', official_code)) FROM budget.division;
SELECT budget.register_unit('S1', '实验小学', '320505000', 'D320505000');
SELECT budget.register_project('P1', '校舍', 'S1');
SELECT pg_temp.take_over('budget') AS taken_over;
SELECT budget.open_line(2026, 'D320000000', '2050201', '50201', title => '省本级') AS province \gset
SELECT budget.open_line(2026, 'D320500000', '2050202', '50201', title => '市本级') AS city \gset
SELECT budget.open_line(2026, 'S1', '2050201', '50201', title => '学校', project => 'P1', source_document => '苏财教〔2026〕7号') AS school \gset
SELECT budget.open_line(2026, 'D321300000', '2050201', title => '宿迁', fund_type => '12') AS other \gset
SELECT budget.open_line(2025, 'S1', '2050201', '50201', title => '上年') AS last_year \gset

-- Totals of the root against the balances, which another module keeps.
CREATE VIEW pg_temp.whole AS
	SELECT y.fiscal_year, t.entries, t.budget, t.appropriated, t.available, t.allotted, t.transferred, t.paid
	FROM (VALUES (2025), (2026)) y(fiscal_year), budget.rollup_total('320000000', y.fiscal_year) t
	EXCEPT ALL
	SELECT y.fiscal_year, coalesce(sum(b.entry_no), 0), coalesce(sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric), 0),
		coalesce(sum(b.appropriated::numeric), 0), coalesce(sum(b.available::numeric), 0), coalesce(sum(b.allotted::numeric), 0),
		coalesce(sum(b.transferred::numeric), 0), coalesce(sum(b.paid::numeric), 0)
	FROM (VALUES (2025), (2026)) y(fiscal_year) LEFT JOIN budget.balance b ON b.line_id / 1000000000000 = y.fiscal_year GROUP BY 1;

-- Nothing posted, nothing to sum, no segment begun for nothing.
SELECT * FROM budget.fold_rollup();
SELECT * FROM budget.rollup_total('320000000', 2026);
SELECT count(*) FROM budget_report.monthly_by_division;

SELECT budget.appropriate(:province, 1000, 'd1', accounting_date => '2026-01-10') > 0,
	budget.appropriate(:city, 500, 'd2', accounting_date => '2026-01-11') > 0,
	budget.appropriate(:school, 80.05, 'd3', accounting_date => '2026-02-01') > 0,
	budget.appropriate(:other, 7, 'd4', accounting_date => '2026-02-02') > 0,
	budget.appropriate(:last_year, 3, 'd5', accounting_date => '2025-12-31') > 0;
SELECT budget.pay(:school, 10, 'v1', accounting_date => '2026-03-01') AS payment \gset
SELECT budget.send_transfer(:province, '320500000', 100, '苏财1号', accounting_date => '2026-03-02') > 0;

-- Before a fold, all of it is read from the journal.
SELECT * FROM pg_temp.whole;
SELECT fiscal_year, month, division_code, fund_type, entries, own_budget, own_paid, total_budget, total_paid, total_available
FROM budget_report.monthly_by_division ORDER BY 1, 2, 3, 4;
CREATE TEMP TABLE before AS TABLE budget_report.monthly_by_division;
CREATE TEMP TABLE detail_before AS TABLE budget_report.monthly_detail;

-- The first call begins a segment, the second sums what came before it.
SELECT segments_folded, rows_written, segment_begun, segments_waiting, waiting_for FROM budget.fold_rollup();
SELECT segments_folded, rows_written, segment_begun, segments_waiting, waiting_for FROM budget.fold_rollup();
SELECT run_id, first_segment, last_segment, level, detail_rows, entries FROM budget.rollup_run;
SELECT segment, prepared, awaited FROM budget.journal_segment;
SELECT count(*) FROM budgetpm.rollup_tail('budget.ledger', NULL);
(TABLE before EXCEPT ALL TABLE budget_report.monthly_by_division) UNION ALL
(TABLE budget_report.monthly_by_division EXCEPT ALL TABLE before);
(TABLE detail_before EXCEPT ALL TABLE budget_report.monthly_detail) UNION ALL
(TABLE budget_report.monthly_detail EXCEPT ALL TABLE detail_before);
SELECT * FROM budget.verify_rollup();

-- Folded and not folded together: refunds and reversals into months that are folded.
SELECT budget.refund(:payment, 4, 'r1', accounting_date => '2026-03-05') > 0,
	budget.pay(:school, 1.01, 'v2', accounting_date => '2026-03-01') > 0,
	budget.pay(:other, 7, 'v3', accounting_date => '2026-12-31') > 0;
SELECT month, division_code, fund_type, entries, own_paid, total_paid
FROM budget_report.monthly_by_division WHERE month IN (3, 12) ORDER BY 1, 2, 3;
SELECT * FROM pg_temp.whole;
SELECT * FROM budget.verify_rollup();

-- A total: months, fund type, own.
SELECT entries, budget, paid FROM budget.rollup_total('320000000', 2026, 3, 3);
SELECT entries, budget, paid FROM budget.rollup_total('320000000', 2026, fund_type => '12');
SELECT entries, budget, paid FROM budget.rollup_total('320500000', 2026, own => true);
SELECT entries, budget, paid FROM budget.rollup_total('320500000', 2026);
SELECT pg_temp.refused($$SELECT * FROM budget.rollup_total('999', 2026)$$);
SELECT pg_temp.refused($$SELECT * FROM budget.rollup_total(NULL, 2026)$$);

-- The views agree with the other reports, month by month or as a whole.
SELECT division_code, sum(own_budget), sum(own_paid), sum(total_budget), sum(total_paid), sum(total_available)
FROM budget_report.monthly_by_division WHERE fiscal_year = 2026 GROUP BY 1
EXCEPT SELECT division_code, own_budget, own_paid, total_budget, total_paid, total_available
FROM budget_report.execution_by_division WHERE fiscal_year = 2026;
SELECT unit_code, func_code, gov_econ_code, fund_type, project_code, sum(entries), sum(appropriated), sum(paid)
FROM budget_report.monthly_detail WHERE fiscal_year = 2026 GROUP BY 1, 2, 3, 4, 5
EXCEPT SELECT unit_code, func_code, gov_econ_code, fund_type, project_code, sum(entries), sum(appropriated), sum(paid)
FROM budget_report.line_detail WHERE fiscal_year = 2026 GROUP BY 1, 2, 3, 4, 5;

-- An undone posting leaves nothing, folded or not; a subtransaction likewise.
BEGIN;
SELECT budget.pay(:school, 1, 'gone', accounting_date => '2026-04-01') > 0;
SAVEPOINT s;
SELECT segment_begun FROM budget.fold_rollup();
ROLLBACK TO s;
SELECT budget.pay(:school, 1, 'gone too', accounting_date => '2026-04-01') > 0;
SELECT * FROM budget.verify_rollup();
ROLLBACK;
SELECT segment FROM budget.journal_segment;
SELECT * FROM pg_temp.whole;

-- A segment begun by a transaction that is not committed seals nothing: others cannot
-- know of it. What the transaction itself posted counts as unfinished.
BEGIN;
SELECT segments_folded, segment_begun FROM budget.fold_rollup();
SELECT segments_folded, segment_begun, segments_waiting FROM budget.fold_rollup();
SELECT budget.pay(:school, 1, 'v4', accounting_date => '2026-05-01') > 0;
SELECT segments_folded, segment_begun, segments_waiting FROM budget.fold_rollup();
SELECT * FROM budget.verify_rollup();
COMMIT;
BEGIN;
SELECT budget.pay(:school, 1, 'v5', accounting_date => '2026-05-01') > 0;
SELECT segments_folded, segment_begun, segments_waiting, waiting_for IS NOT NULL AS waits FROM budget.fold_rollup();
COMMIT;
SELECT segments_folded, segment_begun, segments_waiting FROM budget.fold_rollup();
SELECT segments_folded, segment_begun, segments_waiting FROM budget.fold_rollup();
SELECT * FROM budget.verify_rollup();

-- A snapshot from before would leave out for good what it does not show.
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT budget.fold_rollup();
ROLLBACK;
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT budget.rebuild_rollup();
ROLLBACK;
-- To read, any isolation level does.
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT * FROM budget.verify_rollup();
COMMIT;

-- Many folds: runs are merged, segments lie side by side, sums stay.
DO $$
BEGIN
	FOR i IN 1..140 LOOP
		PERFORM budget.pay((SELECT min(line_id) + 2 FROM budget.line WHERE fiscal_year = 2026), 0.01, 'v', accounting_date => make_date(2026, 1 + i % 12, 1));
		COMMIT;
		PERFORM budget.fold_rollup();
		COMMIT;
	END LOOP;
END $$;
SELECT count(*) < 16 AS few_runs, sum(last_segment - first_segment + 1) = max(last_segment) AS all_segments, max(level) FROM budget.rollup_run;
SELECT count(*) FROM budget.rollup_detail WHERE run_id NOT IN (SELECT run_id FROM budget.rollup_run);
SELECT count(*) FROM budget.rollup_division WHERE run_id NOT IN (SELECT run_id FROM budget.rollup_run);
SELECT * FROM pg_temp.whole;
SELECT * FROM budget.verify_rollup();
SELECT phase IS NULL AS progress_left FROM budgetpm.progress();

-- Nobody writes them.
SELECT pg_temp.attempt('UPDATE budget.rollup_division SET paid = paid');
SELECT pg_temp.attempt('DELETE FROM budget.rollup_detail');
SELECT pg_temp.attempt('TRUNCATE budget.rollup_division');
SELECT pg_temp.attempt('INSERT INTO budget.rollup_run SELECT 1000, 1, 1, 0, 0, 0');
SELECT pg_temp.attempt('DELETE FROM budget.rollup_run');
SELECT pg_temp.attempt('INSERT INTO budget.journal_segment (segment) VALUES (100000)');
SELECT pg_temp.attempt('UPDATE budget.journal_segment SET awaited = NULL');
SELECT pg_temp.attempt('DELETE FROM budget.journal_segment');
SELECT pg_temp.attempt('TRUNCATE budget.journal_segment');
-- The owner who takes the guard away is found out, and can begin anew.
ALTER TABLE budget.rollup_division DISABLE TRIGGER guard;
ALTER TABLE budget.rollup_detail DISABLE TRIGGER guard;
SELECT pg_temp.attempt('SELECT segments_folded FROM budget.fold_rollup()');
UPDATE budget.rollup_division SET paid = paid + '1.00' WHERE division OPERATOR(budgetpm.=) '32' AND subtree AND month = 2 AND fiscal_year = 2026;
UPDATE budget.rollup_detail SET entries = entries + 1, requested = '5' WHERE fiscal_year = 2025;
ALTER TABLE budget.rollup_division ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.rollup_detail ENABLE ALWAYS TRIGGER guard;
SELECT grain, fiscal_year, month, division, place, bucket, expected, found FROM budget.verify_rollup();
SELECT * FROM budgetpm.check_ledger('budget');
SELECT budget.rebuild_rollup() > 0 AS rebuilt;
SELECT count(*), sum(entries) FROM budget.rollup_run;
SELECT * FROM budget.verify_rollup();
SELECT * FROM pg_temp.whole;

--
-- Who sees what: the same as in the journal, and of divisions what is whole.
--
SELECT budget.pay(:school, 0.02, 'tail', accounting_date => '2026-05-01') > 0, budget.pay(:city, 0.02, 'tail', accounting_date => '2026-05-01') > 0;
CREATE ROLE regress_rollup_city;
CREATE ROLE regress_rollup_school;
CREATE ROLE regress_rollup_nobody;
CREATE ROLE regress_rollup_admin;
GRANT regress_rollup_city, regress_rollup_school, regress_rollup_nobody, regress_rollup_admin TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_rollup_city', 'reader', '320500000') > 0,
	budgetpm.grant_ledger('budget', 'regress_rollup_school', 'reader', '320505000') > 0,
	budgetpm.grant_ledger('budget', 'regress_rollup_nobody', 'reader', '321300000') > 0,
	budgetpm.grant_ledger('budget', 'regress_rollup_admin', 'administrator') > 0;
SELECT budget.end_duty(duty_id) FROM budget.duty d JOIN budget.principal p USING (principal_id) WHERE login IN ('regress_rollup_school', 'regress_rollup_nobody');
SELECT budget.grant_duty('regress_rollup_school', unit => 'S1') > 0;
SET ROLE regress_rollup_city;
SELECT division_code, sum(entries), sum(own_paid), sum(total_paid) FROM budget_report.monthly_by_division GROUP BY 1 ORDER BY 1;
SELECT unit_code, sum(entries), sum(paid) FROM budget_report.monthly_detail GROUP BY 1 ORDER BY 1;
SELECT entries, paid FROM budget.rollup_total('320500000', 2026);
SELECT * FROM budget.verify_rollup();
SELECT budget.rollup_total('320000000', 2026);
SELECT budget.fold_rollup();
SET ROLE regress_rollup_school;
SELECT count(*) FROM budget_report.monthly_by_division;
SELECT unit_code, sum(entries), sum(paid) FROM budget_report.monthly_detail GROUP BY 1 ORDER BY 1;
SELECT count(*) FROM budget.rollup_division;
SELECT * FROM budget.verify_rollup();
SELECT budget.rollup_total('320505000', 2026);
SET ROLE regress_rollup_nobody;
SELECT count(*) FROM budget_report.monthly_by_division;
SELECT count(*) FROM budget_report.monthly_detail;
SET ROLE regress_rollup_admin;
SELECT segments_folded, segment_begun > 0 AS begun FROM budget.fold_rollup();
SELECT segments_folded, segment_begun FROM budget.fold_rollup();
SELECT budget.rebuild_rollup() > 0 AS rebuilt;

--
-- Through which index, for a reader whose policies have their say.
--
RESET ROLE;
ANALYZE budget.rollup_detail, budget.rollup_division, budget.division, budget.unit, budget.journal;
SET enable_seqscan = off;
SET ROLE regress_rollup_city;
SELECT plan AS division FROM pg_temp.plan($$SELECT sum(total_paid) FROM budget_report.monthly_by_division WHERE division_code = '320500000' AND fiscal_year = 2026$$) plan WHERE plan ~ 'Scan .*rollup';
SELECT plan AS unit FROM pg_temp.plan($$SELECT sum(paid) FROM budget_report.monthly_detail WHERE unit_code = 'S1' AND fiscal_year = 2026$$) plan WHERE plan ~ 'Scan .*rollup';
RESET ROLE;
RESET enable_seqscan;

DROP VIEW pg_temp.whole;
SELECT budgetpm.drop_ledger('budget', 'budget');
DROP ROLE regress_rollup_city, regress_rollup_school, regress_rollup_nobody, regress_rollup_admin;
