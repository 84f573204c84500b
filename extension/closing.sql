-- closing: the chart of accounts

CREATE FUNCTION budgetpm.add_chart(ledger regclass, chart text, name text, division text, copy_of text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_chart';
COMMENT ON FUNCTION budgetpm.add_chart(regclass, text, text, text, text) IS
  'Adds a chart of accounts (科目表) to a ledger, empty or with another one''s accounts and rules. Errors: 23505, 23503, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.add_account(ledger regclass, chart text, code text, name text, side text, parent text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_account';
COMMENT ON FUNCTION budgetpm.add_account(regclass, text, text, text, text, text) IS
  'Adds a local account (扩展科目) to a chart. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.add_account_rule(
  ledger regclass, chart text, account text, side text, kind text, fund_type text, executable boolean, division text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_account_rule';
COMMENT ON FUNCTION budgetpm.add_account_rule(regclass, text, text, text, text, text, boolean, text) IS
  'Adds a rule that finds the account of an entry''s side, and returns it. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.divert_account(
  ledger regclass, chart text, account text, into_account text, division text, fund_type text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_divert_account';
COMMENT ON FUNCTION budgetpm.divert_account(regclass, text, text, text, text, text) IS
  'Copies the rules of an account to another one for a division or fund type, and returns how many. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';
