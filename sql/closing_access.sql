--
-- Who closes a year: EXECUTE says which step, a duty says where.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set ECHO none
\i :top/test/ledger/small.sql
\set ECHO all
SET client_min_messages = warning;
CREATE ROLE regress_closer;
CREATE ROLE regress_city;
GRANT regress_closer, regress_city TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_closer', 'officer') > 0 AS a, budgetpm.grant_ledger('budget', 'regress_closer', 'administrator') > 0 AS b,
	budgetpm.grant_ledger('budget', 'regress_city', 'officer', '320500000') > 0 AS c, budgetpm.grant_ledger('budget', 'regress_city', 'administrator', '320500000') > 0 AS d;
SELECT budget.open_line(2026, '301', '2050202', title => 'wuxi') AS wuxi \gset
SELECT budget.appropriate(:root, 1000, 'd'), budget.appropriate(:wuxi, 500, 'd'), budget.freeze(:root, 10, 'd'), budget.freeze(:wuxi, 10, 'd'), budget.add_year(2027) \g /dev/null

-- A city decides and settles what is its own, and cannot begin or end the year.
SET ROLE regress_city;
SELECT pg_temp.attempt($$SELECT budget.decide_closing(2026, 'frozen', 'release', 'd')$$);
SELECT pg_temp.attempt($$SELECT budget.decide_closing(2026, 'frozen', 'release', 'd', division => '320200000')$$);
SELECT pg_temp.attempt(format('SELECT budget.decide_closing(2026, ''frozen'', ''release'', ''d'', line => %s)', :wuxi)) ~ '^ZB008' AS refused;
SELECT budget.decide_closing(2026, 'frozen', 'release', 'd', division => '320500000') > 0 AS decided;
SELECT line_id = :root AS own, item, action FROM budget.closing_plan(2026) ORDER BY step;
SELECT pg_temp.attempt($$CALL budget.close_year(2026, dry_run => false, document => '年终')$$);
SELECT pg_temp.attempt($$SELECT budget.open_year(2027, 'd')$$);
RESET ROLE;
SELECT budget.set_year_state(2026, 'closing') \g /dev/null
SET ROLE regress_city;
CALL budget.close_year(2026, dry_run => false, document => '年终');
SELECT count(*) AS decisions_seen FROM budget.closing_decision;
RESET ROLE;
SELECT l.title, b.available::text, b.frozen::text, b.withdrawn::text FROM budget.balance b JOIN budget.line l USING (line_id) WHERE b.appropriated::numeric > 0 ORDER BY 1;

-- The province does the rest and ends it.
SET ROLE regress_closer;
CALL budget.close_year(2026, dry_run => false, document => '年终');
SELECT budget.decide_closing(2026, 'frozen', 'withdraw', 'd') > 0 AS decided;
CALL budget.close_year(2026, dry_run => false, document => '年终');
SELECT budget.open_year(2027, '人代会');
RESET ROLE;
SELECT event, login FROM budget.year_event ORDER BY event_id;
SELECT l.title, b.available::text, b.frozen::text, b.withdrawn::text, b.year_state FROM budget.balance b JOIN budget.line l USING (line_id) WHERE b.appropriated::numeric > 0 ORDER BY 1;

-- In a transaction block it cannot commit, and does nothing; a dry run can be anywhere.
SELECT budget.open_line(2027, '101', '2050202', '50201', title => 'next') AS next \gset
SELECT budget.appropriate(:next, 1, 'd'), budget.add_year(2028) \g /dev/null
BEGIN;
CALL budget.close_year(2027, dry_run => false, document => '年终');
ROLLBACK;
SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2027;
BEGIN;
CALL budget.close_year(2027);
COMMIT;
-- A ledger that was renamed closes its own year.
SELECT budgetpm.rename_ledger('budget', 'ledger_of_suzhou');
CALL ledger_of_suzhou.close_year(2027, dry_run => false, document => '年终');
SELECT state FROM ledger_of_suzhou.fiscal_year WHERE fiscal_year = 2027;
-- A line that a posting refuses is named, and the others are settled.
SELECT ledger_of_suzhou.open_year(2028, '人代会');
SELECT ledger_of_suzhou.register_project('P1', '项目', '101', setup_year => 2026), ledger_of_suzhou.add_year(2029),
	ledger_of_suzhou.create_cap(2029, '上限', 'fixed', 5, project => 'P1', consumes => '{committed,paid}') \g /dev/null
SELECT pg_temp.take_over('ledger_of_suzhou') AS taken_over;
SELECT ledger_of_suzhou.open_line(2028, '101', '2050202', '50201', title => 'in the way', project => 'P1') AS stuck, ledger_of_suzhou.open_line(2028, '102', '2050202', '50201', title => 'free') AS free \gset
SELECT ledger_of_suzhou.appropriate(:stuck, 10, 'd'), ledger_of_suzhou.commit_funds(:stuck, 10, 'contract'), ledger_of_suzhou.appropriate(:free, 10, 'd') \g /dev/null
\set VERBOSITY terse
CALL ledger_of_suzhou.close_year(2028, dry_run => false, document => '年终');
SELECT l.title, b.available::text, b.committed::text, b.withdrawn::text FROM ledger_of_suzhou.balance b JOIN ledger_of_suzhou.line l USING (line_id) WHERE l.fiscal_year = 2028 ORDER BY 1;
SELECT count(*) AS differences FROM ledger_of_suzhou.verify_ledger();
SELECT budgetpm.revoke_ledger('ledger_of_suzhou', 'regress_closer'), budgetpm.revoke_ledger('ledger_of_suzhou', 'regress_city') \g /dev/null
DROP OWNED BY regress_closer, regress_city;
DROP ROLE regress_closer, regress_city;
