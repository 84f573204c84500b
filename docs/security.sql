-- 1. Past the functions
INSERT INTO budget.journal SELECT * FROM budget.journal LIMIT 1;
DELETE FROM budget.journal_2026;
TRUNCATE budget.balance;
UPDATE budget.fiscal_year SET state = 'open';

-- 2. After a refusal
DO $$
BEGIN
  BEGIN
    PERFORM budget.pay((SELECT min(line_id) FROM budget.line), 1e12, '支付凭证 0099');
  EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'refused: %', SQLSTATE;
  END;
  UPDATE budget.balance SET available = available;
END $$;

-- 3. A guard taken away
BEGIN;
ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard;
SELECT budget.pay(:unit, 1, '支付凭证 0100');
ROLLBACK;

-- 4. What check_ledger() says
BEGIN;
ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard;
UPDATE budget.balance_2026 SET available = available + '1000', paid = paid - '1000' WHERE line_id = :unit;
GRANT TRIGGER ON budget.line TO PUBLIC;
CREATE FUNCTION budget.pay(bigint, integer, text) RETURNS bigint LANGUAGE sql AS 'SELECT 1::bigint';
SELECT severity, object, problem FROM budgetpm.check_ledger('budget');
SELECT remedy FROM budgetpm.check_ledger('budget') WHERE remedy LIKE 'ALTER%';
ROLLBACK;
SELECT count(*) AS findings FROM budgetpm.check_ledger('budget');
