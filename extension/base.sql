-- base: the ground that every module stands on

REVOKE ALL ON SCHEMA budgetpm FROM PUBLIC;
GRANT USAGE ON SCHEMA budgetpm TO PUBLIC;
COMMENT ON SCHEMA budgetpm IS
  'Machinery of budgetpm: types, operators and the functions behind every ledger. It holds no data; a ledger is a schema made by budgetpm.create_ledger().';

CREATE FUNCTION budgetpm.invalidate_ledger() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_invalidate_ledger';
COMMENT ON FUNCTION budgetpm.invalidate_ledger() IS
  'Statement trigger of a ledger''s rule tables: every backend reloads the ledger after the change, because DML alone invalidates no cache.';
