-- project_suspended: the function behind releases of suspended projects

CREATE FUNCTION budgetpm.release_suspended(
  ledger regclass, project text, line bigint, amount numeric, document text, reason text, valid_to date, actor text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_release_suspended';
COMMENT ON FUNCTION budgetpm.release_suspended(regclass, text, bigint, numeric, text, text, date, text) IS
  'Lets something of a suspended project be paid (暂停期间放行). See release_suspended() of a ledger.';
