-- workflow: templates of flows

CREATE FUNCTION budgetpm.adopt_flow(ledger regclass, template text, flow text, duties jsonb, changes jsonb)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_adopt_flow';
COMMENT ON FUNCTION budgetpm.adopt_flow(regclass, text, text, jsonb, jsonb) IS
  'Publishes a template (流程模板), with the titles and the changes of this place, as the next version of a flow and returns the version. Called through the ledger''s own adopt_flow(). Errors: 22004, 22023 faults, 42704 template, 42501, ZB008.';

CREATE FUNCTION budgetpm.compose_flow(ledger regclass, template text, flow text, duties jsonb, changes jsonb)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_compose_flow';
COMMENT ON FUNCTION budgetpm.compose_flow(regclass, text, text, jsonb, jsonb) IS
  'The definition that adopt_flow() would publish; writes nothing. Called through the ledger''s own compose_flow(). Errors: 22004, 22023 duties or changes, 42704 template, 42501.';
