--
-- Access: EXECUTE says which operation, a duty says where.
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026, title => '江苏省');
SELECT budget.register_division('320500000', '苏州市', '320000000');
SELECT budget.register_division('320505000', '虎丘区', '320500000');
SELECT budget.register_division('320100000', '南京市', '320000000');
SELECT budget.register_unit('205001', '苏州市教育局', '320500000');
SELECT budget.register_unit('205002', '虎丘区教育局', '320505000');
SELECT budget.register_unit('205003', '南京市教育局', '320100000');
CREATE ROLE regress_city;
CREATE ROLE regress_auditor;
CREATE ROLE regress_unit;
CREATE ROLE regress_admin;
CREATE ROLE regress_member IN ROLE regress_city;
CREATE ROLE regress_nobody;
GRANT regress_city, regress_auditor, regress_unit, regress_admin, regress_member, regress_nobody TO CURRENT_USER;
SELECT count(budget.open_line(2026, u, '2050201', '50201', fund_type => '11', title => u))
FROM unnest('{205001,205002,205003}'::text[]) u;
SELECT count(budget.appropriate(line_id, 1000, 'D', accounting_date => '2026-01-05')) FROM budget.line;

-- Every function belongs to a profile or is a part of others and says so; none is left to
-- PUBLIC, and a part is nobody's but the owner's.
CREATE TEMP VIEW part AS
SELECT oid, proname, proacl, proowner FROM pg_proc
WHERE pronamespace IN ('budget'::regnamespace, 'budget_report'::regnamespace)
	AND obj_description(oid, 'pg_proc') ~ '^Internal: ';
SELECT p.proname FROM pg_proc p
WHERE p.pronamespace = 'budget'::regnamespace
	AND NOT EXISTS (SELECT FROM budget.grant_profile g WHERE g.operation = p.proname)
	AND NOT EXISTS (SELECT FROM part WHERE part.oid = p.oid)
ORDER BY 1;
SELECT count(*) > 0 AS parts, count(*) FILTER (WHERE g.operation IS NOT NULL) AS granted
FROM part LEFT JOIN budget.grant_profile g ON g.operation = proname;
SELECT DISTINCT g.operation FROM budget.grant_profile g
WHERE NOT EXISTS (SELECT FROM pg_proc p WHERE p.pronamespace = 'budget'::regnamespace AND p.proname = g.operation)
  AND to_regclass('budget.' || g.operation) IS NULL
ORDER BY 1;
SELECT p.proname FROM pg_proc p
CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x
WHERE p.pronamespace = 'budget'::regnamespace AND x.grantee = 0 ORDER BY 1;

-- Without anything.
SET ROLE regress_nobody;
SELECT count(*) FROM budget.line;
SELECT budgetpm.can_read('budget.ledger', '3205', NULL);
RESET ROLE;
GRANT USAGE ON SCHEMA budget TO regress_nobody;
GRANT SELECT ON ALL TABLES IN SCHEMA budget TO regress_nobody;
SET ROLE regress_nobody;
SELECT count(*) FROM budget.line;
SELECT count(*) FROM budget.balance_2026;
SELECT budgetpm.can_read('budget.ledger', '3205', NULL), budgetpm.can_read('budget.ledger', NULL, NULL),
	budgetpm.can_read(NULL, '3205', NULL);
SELECT budget.pay(1, 1, 'V');
SELECT budgetpm.post('budget.ledger', 'pay', (2026 * 10^12)::bigint + 1, 1, 'V', NULL, NULL, NULL, NULL);
RESET ROLE;

-- The profiles.
SELECT budgetpm.grant_ledger('budget', 'regress_city', 'officer', '320500000');
SELECT budgetpm.grant_ledger('budget', 'regress_auditor');
SELECT budgetpm.grant_ledger('budget', 'regress_admin', 'administrator');
SELECT budgetpm.grant_ledger('budget', 'regress_city', 'boss');
SELECT budgetpm.grant_ledger('budget', 'regress_none');
SELECT budgetpm.grant_ledger('budget', 'public');
SELECT budgetpm.grant_ledger('nowhere', 'regress_city');
SELECT budgetpm.grant_ledger('budget', 'regress_city', 'reader', '999');

-- Nobody of any profile got a part with it.
SELECT proname, x.grantee::regrole FROM part
CROSS JOIN LATERAL aclexplode(coalesce(proacl, acldefault('f', proowner))) x
WHERE x.grantee <> proowner ORDER BY 1;

-- A city officer reads down his tree, and posts there.
SET ROLE regress_city;
SELECT title FROM budget.line ORDER BY 1;
SELECT count(*) FROM budget.journal;
SELECT count(*) FROM budget.journal_2026;
SELECT title FROM budget.line WHERE budget.freeze(line_id, 1, 'F', accounting_date => '2026-01-05') > 0 ORDER BY 1;
RESET ROLE;
SELECT line_id AS nanjing FROM budget.line WHERE title = '205003' \gset
SET ROLE regress_city;
SELECT budget.freeze(:nanjing, 1, 'F', accounting_date => '2026-01-05');
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.grant_duty('regress_city', '320000000');
RESET ROLE;

-- A member of the role has its duties; without INHERIT it would not.  From PostgreSQL
-- 16 on it is the grant that inherits, and the role only says how it will be granted.
SET ROLE regress_member;
SELECT title FROM budget.line ORDER BY 1;
RESET ROLE;
REVOKE regress_city FROM regress_member;
ALTER ROLE regress_member NOINHERIT;
GRANT regress_city TO regress_member;
SET ROLE regress_member;
SELECT budgetpm.can_read('budget.ledger', '3205', NULL);
RESET ROLE;

-- A reader reads everything, and posts nothing.
SET ROLE regress_auditor;
SELECT title FROM budget.line ORDER BY 1;
SELECT budget.pay(:nanjing, 1, 'V');
RESET ROLE;
GRANT EXECUTE ON FUNCTION budget.freeze TO regress_auditor;
SET ROLE regress_auditor;
SELECT budget.freeze(:nanjing, 1, 'F', accounting_date => '2026-01-05');
RESET ROLE;

-- An administrator gives duties, and cannot post.
SET ROLE regress_admin;
SELECT budget.register_principal('regress_unit', '教育局会计') AS principal;
SELECT budget.grant_duty('regress_unit', unit => '205001', may_post => true) AS duty \gset
SELECT budget.grant_duty('regress_unit', '320100000', '205001');
SELECT budget.grant_duty('regress_unit', '320100000', valid_from => '2026-02-01', valid_to => '2026-01-01');
SELECT budget.grant_duty(NULL);
SELECT budget.grant_duty('regress_none');
SELECT budget.pay(:nanjing, 1, 'V');
SELECT p.login, d.division, d.unit, d.may_read, d.may_post, d.granted_by
FROM budget.duty d JOIN budget.principal p USING (principal_id) ORDER BY d.duty_id;
RESET ROLE;

-- A duty over one unit shows the unit's rows, and not what concerns its whole division.
GRANT USAGE ON SCHEMA budget TO regress_unit;
GRANT SELECT ON budget.line TO regress_unit;
SET ROLE regress_unit;
SELECT title FROM budget.line;
SELECT budgetpm.can_read('budget.ledger', '3205', NULL) AS division, budgetpm.can_read('budget.ledger', NULL, NULL) AS common,
	budgetpm.can_post('budget.ledger', NULL, NULL) AS ledger;
RESET ROLE;

-- Who holds a part gives no more than that part.
GRANT EXECUTE ON FUNCTION budget.grant_duty, budget.end_duty TO regress_city;
SET ROLE regress_city;
SELECT budget.grant_duty('regress_unit', '320505000') > 0 AS inside;
SELECT budget.grant_duty('regress_unit', '320100000');
SELECT budget.grant_duty('regress_unit');
SELECT budget.end_duty(:duty);
SELECT budget.end_duty(-1);
RESET ROLE;

-- Duties begin and end by date; a change is seen by the next statement.
BEGIN;
UPDATE budget.duty SET valid_from = CURRENT_DATE + 2, valid_to = NULL;
SET LOCAL ROLE regress_city;
SELECT count(*) FROM budget.line;
RESET ROLE;
UPDATE budget.duty SET valid_from = CURRENT_DATE - 9, valid_to = CURRENT_DATE + 2;
SET LOCAL ROLE regress_city;
SELECT count(*) FROM budget.line;
RESET ROLE;
UPDATE budget.duty SET valid_from = CURRENT_DATE - 9, valid_to = CURRENT_DATE - 2;
SET LOCAL ROLE regress_city;
SELECT count(*) FROM budget.line;
ROLLBACK;
SET ROLE regress_city;
SELECT count(*) FROM budget.line;
RESET ROLE;

-- Ending, and taking everything back.
SELECT budget.end_duty(:duty);
SET ROLE regress_unit;
SELECT count(*) FROM budget.line;
RESET ROLE;
SELECT budgetpm.revoke_ledger('budget', 'regress_city');
SET ROLE regress_city;
SELECT count(*) FROM budget.line;
RESET ROLE;
SELECT count(*) FROM budget.duty d JOIN budget.principal p USING (principal_id)
WHERE p.login = 'regress_city' AND d.valid_to IS NULL;

-- Parallel workers know the scope too.
SET ROLE regress_auditor;
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
-- The first name is PostgreSQL 15's.
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT count(*) FROM budget.line;
RESET ROLE;
SELECT budgetpm.drop_ledger('budget', 'budget');
DROP ROLE regress_city, regress_auditor, regress_unit, regress_admin, regress_member, regress_nobody;
