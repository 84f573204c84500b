-- form: fields that are added to forms without a programmer

CREATE FUNCTION budgetpm.check_form_attributes() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_check_form_attributes';
COMMENT ON FUNCTION budgetpm.check_form_attributes() IS
  'Trigger BEFORE INSERT OR UPDATE OF attributes of a ledger''s table with columns attributes, division, unit and, if it has one, category: checks them against the form that its argument names, request or project; with a second argument ''partial'' what is required may be missing. Errors: 22023 with every bad field.';

CREATE FUNCTION budgetpm.define_form_field(ledger regclass, form text, field text, type text, label jsonb, division text, unit text, category text, required boolean, options jsonb, minimum numeric, maximum numeric, max_length integer, rule text, message jsonb, place integer, valid_from date, valid_to date)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_define_form_field';
COMMENT ON FUNCTION budgetpm.define_form_field(regclass, text, text, text, jsonb, text, text, text, boolean, jsonb, numeric, numeric, integer, text, jsonb, integer, date, date) IS
  'Adds a field to a form and returns its number; every fault is told at once. Called through the ledger''s own define_form_field(). Errors: 22023 faults, 22004, 23503, 23505, 42501, ZB008.';

CREATE FUNCTION budgetpm.retire_form_field(ledger regclass, field bigint, valid_to date)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_retire_form_field';
COMMENT ON FUNCTION budgetpm.retire_form_field(regclass, bigint, date) IS
  'Takes a field out of its form from a day on. Called through the ledger''s own retire_form_field(). Errors: 22004, 22023, 42704, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.describe_form(ledger regclass, form text, unit text, category text, language text, division text)
RETURNS TABLE (place integer, field varchar(63), label text, type varchar(10), required boolean, options jsonb, minimum numeric, maximum numeric, max_length integer, rule text, message text, defined_for varchar(21), field_id bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'bpm_describe_form';
COMMENT ON FUNCTION budgetpm.describe_form(regclass, text, text, text, text, text) IS
  'Lists the fields that a form has for a place and category. Called through the ledger''s own describe_form(). Errors: 22004, 22023, 23503, 42501, ZB008.';

CREATE FUNCTION budgetpm.set_project_attributes(ledger regclass, project text, attributes jsonb)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_project_attributes';
COMMENT ON FUNCTION budgetpm.set_project_attributes(regclass, text, jsonb) IS
  'Fills in the form of a project. Called through the ledger''s own set_project_attributes(). Errors: 22023 fields, 22004, 23503, 42501, ZB008.';
