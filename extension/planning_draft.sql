-- planning: the functions behind drafts

CREATE FUNCTION budgetpm.load_revenue_estimates(ledger regclass, preparation integer, division text, estimates jsonb, single boolean) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_load_revenue_estimates';
COMMENT ON FUNCTION budgetpm.load_revenue_estimates(regclass, integer, text, jsonb, boolean) IS
  'Sets estimates of a government''s revenue, as load_revenue_estimates() or, single, set_revenue_estimate(); returns how many. Errors: 22023 with every fault, 22004, 23503, 42704, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.approve_revenue(ledger regclass, preparation integer, division text, document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_approve_revenue';
COMMENT ON FUNCTION budgetpm.approve_revenue(regclass, integer, text, text) IS
  'Approves the estimates of a government''s revenue and returns how many. Errors: 22004, 22023, 23503, 42704, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.set_planned_transfer(
  ledger regclass, preparation integer, from_division text, to_division text, func_code text, fund_type text, amount numeric, document text, early boolean) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_set_planned_transfer';
COMMENT ON FUNCTION budgetpm.set_planned_transfer(regclass, integer, text, text, text, text, numeric, text, boolean) IS
  'Plans a transfer from a government to one below it (转移支付预算), and returns it. Errors: 22004, 22023, 23503, 42704, 42501, ZB007, ZB008, ZB010.';

CREATE FUNCTION budgetpm.check_draft(
  ledger regclass, preparation integer, division text,
  OUT item varchar, OUT division_code varchar, OUT unit_code varchar, OUT fund_type varchar, OUT amount numeric, OUT limit_amount numeric,
  OUT blocks boolean, OUT note text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 ROWS 20 AS 'MODULE_PATHNAME', 'bpm_check_draft';
COMMENT ON FUNCTION budgetpm.check_draft(regclass, integer, text) IS
  'What keeps a government''s draft from being sent off, and what else there is to say of it. Errors: 22004, 23503, 42704, 42501, ZB008.';

CREATE FUNCTION budgetpm.submit_draft(ledger regclass, preparation integer, division text, key text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'bpm_submit_draft';
COMMENT ON FUNCTION budgetpm.submit_draft(regclass, integer, text, text) IS
  'Sends a government''s draft off to the vote, and returns the case that carries it. Errors: 22004, 23503, 42704, 42501, ZB006, ZB007, ZB008, ZB010.';

CREATE FUNCTION budgetpm.set_congress_date(ledger regclass, preparation integer, division text, congress_on date, resolution text, final_accounts_on date) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_set_congress_date';
COMMENT ON FUNCTION budgetpm.set_congress_date(regclass, integer, text, date, text, date) IS
  'Says when the people''s congress meets, and opens the deadlines that this sets. Errors: 22004, 22023, 23503, 42704, 42501, ZB008.';

CREATE FUNCTION budgetpm.issue_notice(ledger regclass, notice bigint, document text, issued_on date) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_issue_notice';
COMMENT ON FUNCTION budgetpm.issue_notice(regclass, bigint, text, date) IS
  'Issues a notice of approval (批复). Errors: 22004, 22023, 42704, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.receive_notice(ledger regclass, notice bigint, received_on date) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_receive_notice';
COMMENT ON FUNCTION budgetpm.receive_notice(regclass, bigint, date) IS
  'Says that a notice of approval was received. Errors: 22004, 22023, 42704, 42501, ZB007, ZB008.';
