-- project: signals

CREATE FUNCTION budgetpm.signal(facts pg_catalog.jsonb, rules pg_catalog.jsonb DEFAULT '{}')
RETURNS pg_catalog.jsonb
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_signal';
COMMENT ON FUNCTION budgetpm.signal(pg_catalog.jsonb, pg_catalog.jsonb) IS
  'The colour (红黄绿蓝) of a project with every reason: measured value, threshold, formula. The worst dimension wins; none where nothing can be judged. rules are the settings project.signal.* of a profile without that prefix; what is missing is as in profile standard. docs/project.md lists the members of both. 22023 tells every fault.';
