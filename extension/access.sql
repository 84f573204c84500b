-- access: who may read and post what, where

CREATE FUNCTION budgetpm.can_read(ledger regclass, division budgetpm.budget_code, unit budgetpm.budget_code)
RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_can_read';
COMMENT ON FUNCTION budgetpm.can_read(regclass, budgetpm.budget_code, budgetpm.budget_code) IS
  'Whether a duty (岗位职责) of the current user, in force today, lets him read rows of this division and unit: every read policy asks it. A NULL unit is a row about the whole division, a NULL division one about the whole ledger. The ledger''s owner reads everything.';
