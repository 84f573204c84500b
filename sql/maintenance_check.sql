--
-- check_ledger: every road that DDL can open is seen, and most remedies close it.
--
SET client_min_messages = warning;
\set SHOW_CONTEXT never
SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026);
SELECT budget.add_year(2027);
SELECT budget.register_unit('A', '甲', '320000000');
SELECT budget.open_line(2026, 'A', '2050201', '50201', fund_type => '11', title => 'L') AS line \gset
SELECT budget.appropriate(:line, 100, 'D1', accounting_date => '2026-01-05') > 0 AS posted;
SELECT budget.pay(:line, 10, 'V1', accounting_date => '2026-01-05') > 0 AS posted;
CREATE ROLE regress_other;
GRANT regress_other TO CURRENT_USER;
CREATE FUNCTION public.planted() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION public.planted_trigger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE FUNCTION public.planted_text(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1';
SELECT * FROM budgetpm.check_ledger('budget');

-- What users make for themselves is no damage.
BEGIN;
ALTER TABLE budget.line ADD COLUMN room text DEFAULT 'A' CHECK (room <> '');
ALTER TABLE budget.journal ADD COLUMN seen boolean;
CREATE INDEX ON budget.journal (lower(document));
CREATE POLICY mine ON budget.line FOR SELECT TO regress_other USING (true);
CREATE TABLE budget.my_note (line_id bigint REFERENCES budget.line);
CREATE VIEW budget_report.my_view AS SELECT * FROM budget.my_note;
CREATE FUNCTION budget.my_function() RETURNS integer LANGUAGE sql AS 'SELECT 1';
GRANT SELECT ON ALL TABLES IN SCHEMA budget TO PUBLIC;
COMMENT ON TABLE budget.line IS 'ours';
ALTER TABLE budget.balance_2026 SET (fillfactor = 50);
ALTER TABLE budget.line ALTER COLUMN title SET STATISTICS 500;
SELECT budget.pay(:line, 1, 'V', accounting_date => '2026-01-05') > 0 AS posted;
SELECT * FROM budgetpm.check_ledger('budget');
ROLLBACK;

-- Damage, one kind after another; the remedies are run, and nothing is left.
CREATE PROCEDURE pg_temp.heal() LANGUAGE plpgsql AS $$
DECLARE
	r text;
BEGIN
	FOR r IN SELECT remedy FROM budgetpm.check_ledger('budget', data => false) LOOP
		EXECUTE r;
	END LOOP;
END $$;
BEGIN;
ALTER TABLE budget.journal_2026 DISABLE TRIGGER guard;
ALTER TABLE budget.balance DISABLE TRIGGER guard_truncate;
ALTER TABLE budget.line ENABLE TRIGGER guard;
ALTER TABLE budget.transfer ENABLE REPLICA TRIGGER guard;
DROP TRIGGER guard_truncate ON budget.journal_2027;
DROP TRIGGER guard ON budget.fiscal_year;
DROP TRIGGER invalidate_ledger ON budget.duty;
SELECT object, problem FROM budgetpm.check_ledger('budget', data => false);
CALL pg_temp.heal();
SELECT * FROM budgetpm.check_ledger('budget');
ROLLBACK;

BEGIN;
ALTER TABLE budget.journal DISABLE ROW LEVEL SECURITY;
ALTER TABLE budget.balance_2026 DISABLE ROW LEVEL SECURITY;
ALTER TABLE budget.line FORCE ROW LEVEL SECURITY;
DROP POLICY read_scope ON budget.journal_2027;
ALTER POLICY read_scope ON budget.line USING (true);
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
CALL pg_temp.heal();
SELECT * FROM budgetpm.check_ledger('budget');
ROLLBACK;

BEGIN;
ALTER TABLE budget.balance DROP CONSTRAINT balance_buckets;
ALTER TABLE budget.line DROP CONSTRAINT line_unit_fkey;
ALTER TABLE budget.line ADD CONSTRAINT line_unit_fkey FOREIGN KEY (unit) REFERENCES budget.unit (code) NOT VALID;
ALTER TABLE budget.ledger DROP CONSTRAINT ledger_digest_check, ADD CONSTRAINT ledger_digest_check CHECK (digest <> '');
ALTER TABLE budget.journal ALTER COLUMN document DROP NOT NULL;
DROP INDEX budget.journal_key;
DROP INDEX budget.line_unit;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;

BEGIN;
CREATE OR REPLACE FUNCTION budget.pay(line bigint, amount numeric, document text, request bigint DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL)
	RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
CREATE FUNCTION budget.refund(line bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
DROP FUNCTION budget.supplement;
GRANT EXECUTE ON FUNCTION budget.freeze TO PUBLIC;
ALTER FUNCTION budget.unfreeze SECURITY DEFINER;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA budget TO PUBLIC;
SELECT object, problem LIKE 'PUBLIC may EXECUTE % functions' AS counted, remedy FROM budgetpm.check_ledger('budget', data => false) WHERE problem LIKE 'PUBLIC%';
ROLLBACK;

-- Roads into a posting: functions that would run with the owner's rights.
BEGIN;
CREATE TRIGGER planted BEFORE INSERT ON budget.journal FOR EACH ROW EXECUTE FUNCTION public.planted_trigger();
CREATE TRIGGER planted BEFORE UPDATE ON budget.unit FOR EACH ROW EXECUTE FUNCTION public.planted_trigger();
CREATE RULE planted AS ON INSERT TO budget.transfer DO ALSO NOTHING;
ALTER TABLE budget.line ADD COLUMN a integer DEFAULT public.planted();
ALTER TABLE budget.balance ADD CHECK (public.planted() = 1);
CREATE INDEX planted ON budget.journal (public.planted_text(document));
CREATE INDEX planted_too ON budget.line (title) WHERE public.planted() = 1;
CREATE TABLE budget.shadow () INHERITS (budget.line);
CREATE TABLE budget.balance_old PARTITION OF budget.balance FOR VALUES FROM (1) TO (2);
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;

BEGIN;
GRANT INSERT, UPDATE, TRIGGER ON budget.journal_2026 TO regress_other;
GRANT TRUNCATE ON budget.balance TO PUBLIC;
GRANT UPDATE (available) ON budget.balance TO regress_other;
GRANT INSERT ON budget.duty TO regress_other;
GRANT TRIGGER ON budget.unit TO regress_other;
GRANT CREATE ON SCHEMA budget TO regress_other;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
CALL pg_temp.heal();
SELECT * FROM budgetpm.check_ledger('budget');
ROLLBACK;

BEGIN;
GRANT CREATE ON SCHEMA budget, budget_report TO regress_other;
ALTER TABLE budget.journal_2027 OWNER TO regress_other;
ALTER FUNCTION budget.pay OWNER TO regress_other;
ALTER VIEW budget_report.about_ledger OWNER TO regress_other;
SELECT severity, object, replace(problem, current_user, 'OWNER') AS problem FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;

-- Objects that are gone.
BEGIN;
ALTER TABLE budget.journal DETACH PARTITION budget.journal_2027;
DROP TABLE budget.journal_2027;
DROP VIEW budget_report.about_ledger;
ALTER TABLE budget.transfer DROP COLUMN sent_at CASCADE;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;

BEGIN;
DROP TABLE budget.fiscal_year, budget.entry_kind CASCADE;
CREATE VIEW budget.fiscal_year AS SELECT 1 / 0 AS fiscal_year;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget')
WHERE object IN ('budget', 'budget.entry_kind', 'budget.fiscal_year', 'budget.line.line_fiscal_year_fkey', 'budget.posting(bigint)');
ROLLBACK;

-- Kinds of entry are data, and a changed one would be a road to overspend.
BEGIN;
ALTER TABLE budget.entry_kind DISABLE TRIGGER guard;
UPDATE budget.entry_kind SET source = 'withdrawn' WHERE kind = 'pay';
INSERT INTO budget.entry_kind (kind, operation, source, target, year_states, name_zh) VALUES ('gift', 'pay', 'paid', 'available', 'o', 'x');
DELETE FROM budget.entry_kind WHERE kind = 'reverse_freeze';
ALTER TABLE budget.entry_kind ENABLE ALWAYS TRIGGER guard;
SELECT severity, object, problem FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;

-- Rows that were edited with the guards put aside.
BEGIN;
ALTER TABLE budget.balance DISABLE TRIGGER guard;
UPDATE budget.balance SET available = '95.00', appropriated = '105.00';
ALTER TABLE budget.balance ENABLE ALWAYS TRIGGER guard;
SELECT severity, replace(object, :'line', 'LINE') AS object, problem FROM budgetpm.check_ledger('budget') LIMIT 2;
SELECT count(*) FROM budgetpm.check_ledger('budget', data => false);
ROLLBACK;
BEGIN;
ALTER TABLE budget.journal DISABLE TRIGGER guard;
UPDATE budget.journal SET document = 'V2' WHERE document = 'V1';
ALTER TABLE budget.journal ENABLE ALWAYS TRIGGER guard;
SELECT severity, replace(object, :'line', 'LINE') AS object, regexp_replace(problem, ': is .*', '') AS problem FROM budgetpm.check_ledger('budget');
ROLLBACK;

-- Where it cannot compare, it says so.
BEGIN READ ONLY;
SELECT * FROM budgetpm.check_ledger('budget');
ROLLBACK;
SELECT budgetpm.drop_ledger('budget', 'budget');
DROP FUNCTION public.planted(), public.planted_trigger(), public.planted_text(text);
DROP ROLE regress_other;
