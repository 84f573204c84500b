-- A balance whose line is gone, and duties changed while triggers are told to rest.
\c - postgres
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('orphan', root => '320000000', first_year => 2026);
SELECT count(orphan.register_unit('101', '省财政厅', '320000000'));
SELECT count(orphan.open_line(2026, '101', '2050201', title => 'x'));
SELECT count(*) FROM orphan.verify_ledger();
BEGIN;
ALTER TABLE orphan.line DISABLE TRIGGER guard;
DELETE FROM orphan.line;
SELECT problem FROM orphan.verify_ledger();
ROLLBACK;

-- The session has the role's duty in its cache; a change in replica mode must reach it.
CREATE ROLE regress_orphan;
SELECT budgetpm.grant_ledger('orphan', 'regress_orphan', 'reader') > 0 AS granted;
SET ROLE regress_orphan;
SELECT count(*) FROM orphan.line;
RESET ROLE;
SET session_replication_role = replica;
UPDATE orphan.duty SET may_read = false;
RESET session_replication_role;
SET ROLE regress_orphan;
SELECT count(*) FROM orphan.line;
RESET ROLE;
SELECT budgetpm.revoke_ledger('orphan', 'regress_orphan');
SELECT budgetpm.drop_ledger('orphan', 'orphan');
DROP ROLE regress_orphan;
