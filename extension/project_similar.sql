-- project: names that are alike

CREATE FUNCTION budgetpm.similar_projects(ledger pg_catalog.regclass, project pg_catalog.text, at_least pg_catalog.numeric, most pg_catalog.int4,
  OUT project_code pg_catalog.varchar(21), OUT name pg_catalog.varchar(200), OUT unit_code pg_catalog.varchar(21), OUT division_code pg_catalog.varchar(12), OUT setup_year pg_catalog.int4,
  OUT name_similarity pg_catalog.numeric, OUT shared_pairs pg_catalog.int4, OUT all_pairs pg_catalog.int4, OUT distance pg_catalog.numeric,
  OUT same_unit pg_catalog.bool, OUT years_in_common pg_catalog.int4, OUT amount pg_catalog.numeric, OUT amount_ratio pg_catalog.numeric, OUT total pg_catalog.numeric)
RETURNS SETOF pg_catalog.record
LANGUAGE c STABLE PARALLEL UNSAFE COST 10000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_similar_projects';
COMMENT ON FUNCTION budgetpm.similar_projects(pg_catalog.regclass, pg_catalog.text, pg_catalog.numeric, pg_catalog.int4) IS
  'Projects that may be the same one declared again. See similar_projects() of a ledger.';
