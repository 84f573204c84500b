--
-- Making, naming, upgrading and dropping ledgers, as a role that is no superuser.
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
\set VERBOSITY default
SELECT rolsuper FROM pg_roles WHERE rolname = current_user;
SELECT budgetpm.create_ledger('budget', '320000000', 'jiangsu', first_year => 2026, title => '江苏省');
SELECT budgetpm.create_ledger('Training 培训', '320000000', digest => 'sm3', first_year => 2025);
SELECT name, owner = current_user AS mine, layout, digest, root, title, years, bytes > 0 AS sized
FROM budgetpm.list_ledgers();
SELECT * FROM budget_report.about_ledger \gset about_
\echo :about_title :about_root_code :about_digest
SELECT schema FROM budgetpm.ledger_schemas('budget') AS schema;
SELECT official_code, name, parent FROM budget.division;
SELECT b.profile, b.valid_from FROM budget.profile_binding b;
SELECT fiscal_year, state FROM budget.fiscal_year;

-- Two ledgers know nothing of each other.
SELECT budget.register_unit('A', '甲', '320000000');
SELECT count(*) FROM "Training 培训".unit;

-- What cannot be made.
SELECT budgetpm.create_ledger('budget', '320000000');
CREATE SCHEMA taken_report;
SELECT budgetpm.create_ledger('taken', '320000000');
SELECT budgetpm.create_ledger('pg_budget', '320000000');
SELECT budgetpm.create_ledger('budgetpm', '320000000');
SELECT budgetpm.create_ledger('', '320000000');
SELECT budgetpm.create_ledger(NULL, '320000000');
SELECT budgetpm.create_ledger('o''hara', '320000000');
SELECT budgetpm.create_ledger('a"b', '320000000');
SELECT budgetpm.create_ledger(repeat('x', 57), '320000000');
SELECT budgetpm.create_ledger(repeat('预', 18), '320000000', first_year => 2026) IS NOT NULL AS longest;
SELECT budgetpm.drop_ledger(repeat('预', 18), repeat('预', 18));
SELECT budgetpm.create_ledger('fresh', NULL);
SELECT budgetpm.create_ledger('fresh', 'x');
SELECT budgetpm.create_ledger('fresh', '320000000', 'atlantis');
SELECT budgetpm.create_ledger('fresh', '320000000', digest => 'md5');
SELECT budgetpm.create_ledger('fresh', '320000000', digest => NULL);
SELECT budgetpm.create_ledger('fresh', '320000000', first_year => 1066);
SELECT count(*) AS left_over FROM pg_namespace WHERE nspname LIKE 'fresh%';
CREATE ROLE regress_poor;
GRANT regress_poor TO CURRENT_USER;
SET ROLE regress_poor;
SELECT budgetpm.create_ledger('fresh', '320000000') IS NULL;
SELECT budgetpm.rename_ledger('budget', 'mine');
SELECT budgetpm.drop_ledger('budget', 'budget');
SELECT budgetpm.upgrade_ledger('budget');
SELECT * FROM budgetpm.check_ledger('budget');
SELECT name, title FROM budgetpm.list_ledgers();
RESET ROLE;

-- The text of the DDL.
SELECT count(*) = (SELECT count(*) FROM regexp_matches(budgetpm.ledger_source(), 'CREATE TABLE @ledger@\.', 'g')) AS every_table
  FROM regexp_matches(budgetpm.ledger_ddl('My ledger'), 'CREATE TABLE "My ledger"\.', 'g');
SELECT budgetpm.ledger_ddl('x') ~ '@(ledger|report|open)@' AS tokens_left;
SELECT budgetpm.ledger_ddl('a.b');

-- Run by hand, it makes the same ledger, and the server parses the bodies of its
-- functions once more, which create_ledger() leaves out.
SET search_path TO pg_catalog, budgetpm;
DO $$ BEGIN EXECUTE budgetpm.ledger_ddl('byhand'); END $$;
INSERT INTO byhand.ledger (layout, digest, root_code, title) VALUES (1, 'sha256', '320000000', 'by hand');
SELECT byhand.register_division('320000000', '江苏省', NULL);
SELECT byhand.add_year(2026, 'open');
RESET search_path;
SELECT * FROM budgetpm.check_ledger('byhand');

SELECT budgetpm.drop_ledger('byhand', 'byhand');

-- A new name: functions, views, policies, triggers and plans follow.
SELECT budget.open_line(2026, 'A', '2050201', '50201', fund_type => '11', title => 'L') AS line \gset
SELECT budget.appropriate(:line, 100, 'D1', accounting_date => '2026-01-05') > 0 AS posted;
ALTER SCHEMA budget RENAME TO accounts;
SELECT accounts.pay(:line, 10, 'V1', accounting_date => '2026-01-05') > 0 AS posted;
SELECT count(*) FROM accounts.verify_ledger();
SELECT count(*) FROM budgetpm.check_ledger('accounts');
SELECT schema FROM budgetpm.ledger_schemas('accounts') AS schema;
SELECT title FROM budget_report.about_ledger;
SELECT budgetpm.rename_ledger('accounts', 'budget');
SELECT budgetpm.rename_ledger('budget', 'accounts');
SELECT budgetpm.rename_ledger('accounts', 'Ledger of 2026');
SELECT schema FROM budgetpm.ledger_schemas('Ledger of 2026') AS schema;
SELECT "Ledger of 2026".pay(:line, 10, 'V2', accounting_date => '2026-01-05') > 0 AS posted;
SELECT count(*) FROM budgetpm.check_ledger('Ledger of 2026');
SELECT budgetpm.rename_ledger('Ledger of 2026', 'Training 培训');
SELECT budgetpm.rename_ledger('Ledger of 2026', 'pg_x');
SELECT budgetpm.rename_ledger('nowhere', 'x');
SELECT budgetpm.rename_ledger('Ledger of 2026', 'budget');

-- Upgrading: nothing to do, and what is too new.
SELECT budgetpm.upgrade_ledger('budget');
BEGIN;
UPDATE budget.ledger SET layout = 99;
SAVEPOINT s;
SELECT budgetpm.upgrade_ledger('budget');
ROLLBACK TO s;
SELECT budget.pay(:line, 10, 'V3');
ROLLBACK;
SELECT budget.pay(:line, 10, 'V3', accounting_date => '2026-01-05') > 0 AS posted;

-- Dropping: by name, twice, and not while others depend on it.
SELECT budgetpm.drop_ledger('budget', 'yes');
SELECT budgetpm.drop_ledger('budget', NULL);
CREATE SCHEMA other;
CREATE VIEW other.paid AS SELECT sum(paid) AS paid FROM budget.balance;
CREATE TABLE other.note (line_id bigint REFERENCES budget.line);
CREATE FUNCTION other.lines() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM budget.line; END;
SELECT budgetpm.drop_ledger('budget', 'budget');
DROP SCHEMA other CASCADE;
SELECT budgetpm.drop_ledger('budget', 'budget');
SELECT name FROM budgetpm.list_ledgers();
SELECT nspname FROM pg_namespace WHERE nspname LIKE 'budget\_%' OR nspname = 'budget';
SELECT budgetpm.drop_ledger('budget', 'budget');
SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026);
SELECT budgetpm.drop_ledger('budget', 'budget');
SELECT budgetpm.drop_ledger('Training 培训', 'Training 培训');
DROP ROLE regress_poor;
