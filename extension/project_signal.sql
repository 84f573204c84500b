-- project: signals

CREATE FUNCTION budgetpm.signal(facts pg_catalog.jsonb, rules pg_catalog.jsonb DEFAULT '{}')
RETURNS pg_catalog.jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_signal';
COMMENT ON FUNCTION budgetpm.signal(pg_catalog.jsonb, pg_catalog.jsonb) IS
  'The colour (红黄绿蓝) of a project with every reason: measured value, threshold, formula. The worst dimension wins; none where nothing can be judged. rules are the settings project.signal.* of a profile without that prefix; what is missing is as in profile standard. docs/project.md lists the members of both. 22023 tells every fault.';

CREATE FUNCTION budgetpm.signal_columns(rules pg_catalog.jsonb, as_of pg_catalog.date, starts_on pg_catalog.date, ends_on pg_catalog.date,
  budget budgetpm.amount, paid budgetpm.amount, contract_due pg_catalog.int8, contract_met pg_catalog.int8, clause_due pg_catalog.int8, clause_met pg_catalog.int8, clause_late pg_catalog.int8,
  delivery_due pg_catalog.int8, delivery_met pg_catalog.int8, planned pg_catalog.numeric, physical pg_catalog.numeric, achievement pg_catalog.numeric,
  clause pg_catalog.text, indicators pg_catalog.jsonb,
  OUT colour pg_catalog.text, OUT score pg_catalog.numeric, OUT reasons pg_catalog.jsonb, OUT inputs pg_catalog.jsonb)
RETURNS pg_catalog.record
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_signal_columns';
COMMENT ON FUNCTION budgetpm.signal_columns(pg_catalog.jsonb, pg_catalog.date, pg_catalog.date, pg_catalog.date, budgetpm.amount, budgetpm.amount, pg_catalog.int8, pg_catalog.int8, pg_catalog.int8, pg_catalog.int8, pg_catalog.int8,
  pg_catalog.int8, pg_catalog.int8, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.numeric, pg_catalog.text, pg_catalog.jsonb) IS
  'Internal: signal(inputs, rules) in parts, with the inputs, for facts that are columns. delivery_met is in millionths. NULL: not said.';

CREATE FUNCTION budgetpm.share_met(part pg_catalog.numeric, whole pg_catalog.numeric) RETURNS pg_catalog.int4
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_share_met';
COMMENT ON FUNCTION budgetpm.share_met(pg_catalog.numeric, pg_catalog.numeric) IS
  'Internal: part / whole in millionths, cut off, no more than 1000000.';

CREATE FUNCTION budgetpm.assess_project(ledger pg_catalog.regclass, project pg_catalog.text, as_of pg_catalog.date, actor pg_catalog.text)
RETURNS pg_catalog.text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_assess_project';
COMMENT ON FUNCTION budgetpm.assess_project(pg_catalog.regclass, pg_catalog.text, pg_catalog.date, pg_catalog.text) IS
  'Assesses one project. See assess_project() of a ledger.';

CREATE FUNCTION budgetpm.assess_all(ledger pg_catalog.regclass, as_of pg_catalog.date, division pg_catalog.text, actor pg_catalog.text,
  OUT assessed pg_catalog.int8, OUT red pg_catalog.int8, OUT yellow pg_catalog.int8, OUT green pg_catalog.int8, OUT blue pg_catalog.int8, OUT unjudged pg_catalog.int8,
  OUT opened pg_catalog.int8, OUT ended pg_catalog.int8, OUT cases pg_catalog.int8, OUT failed pg_catalog.int8)
RETURNS SETOF pg_catalog.record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000 ROWS 1 AS 'MODULE_PATHNAME', 'bpm_assess_all';
COMMENT ON FUNCTION budgetpm.assess_all(pg_catalog.regclass, pg_catalog.date, pg_catalog.text, pg_catalog.text) IS
  'Assesses every project under way as one set. See assess_all() of a ledger.';

CREATE FUNCTION budgetpm.report_indicators(ledger pg_catalog.regclass, project pg_catalog.text, fiscal_year pg_catalog.int4, indicators pg_catalog.jsonb, achievement pg_catalog.numeric, actor pg_catalog.text)
RETURNS pg_catalog.void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_report_indicators';
COMMENT ON FUNCTION budgetpm.report_indicators(pg_catalog.regclass, pg_catalog.text, pg_catalog.int4, pg_catalog.jsonb, pg_catalog.numeric, pg_catalog.text) IS
  'Says how far the indicators of a project have come. See report_indicators() of a ledger.';

CREATE FUNCTION budgetpm.notify_rectification(ledger pg_catalog.regclass, project pg_catalog.text, requirement pg_catalog.text, due_on pg_catalog.date,
  document pg_catalog.text, line pg_catalog.int8, amount pg_catalog.numeric, key pg_catalog.text, actor pg_catalog.text)
RETURNS pg_catalog.int8
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_notify_rectification';
COMMENT ON FUNCTION budgetpm.notify_rectification(pg_catalog.regclass, pg_catalog.text, pg_catalog.text, pg_catalog.date, pg_catalog.text, pg_catalog.int8, pg_catalog.numeric, pg_catalog.text, pg_catalog.text) IS
  'Gives notice that something of a project is to be put right. See notify_rectification() of a ledger.';
