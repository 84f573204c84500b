-- project: signals

CREATE FUNCTION budgetpm.signal(facts pg_catalog.jsonb, rules pg_catalog.jsonb DEFAULT '{}')
RETURNS pg_catalog.jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_signal';
COMMENT ON FUNCTION budgetpm.signal(pg_catalog.jsonb, pg_catalog.jsonb) IS
  'The colour (红黄绿蓝) of a project with every reason: measured value, threshold, formula. The worst dimension wins; none where nothing can be judged. rules are the settings project.signal.* of a profile without that prefix; what is missing is as in profile standard. docs/project.md lists the members of both. 22023 tells every fault.';

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
