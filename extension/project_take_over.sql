-- project_take_over: the function behind taking projects over

CREATE FUNCTION budgetpm.take_over_projects(
  ledger regclass, projects jsonb, document text, taken_over_on date, on_error text, actor text) RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'bpm_take_over_projects';
COMMENT ON FUNCTION budgetpm.take_over_projects(regclass, jsonb, text, date, text, text) IS
  'Takes registered projects over from an older system (在建项目移交) into the pool, at the stage that they had there; a ledger''s take_over_projects() says what holds. Errors: 22004, 22023, ZB008 duty, ZB010 every wrong row.';
