-- project: sites, progress reports, boundaries, tiles

CREATE FUNCTION budgetpm.set_site(ledger regclass, project text, place bytea, site_no integer, title text, reason text,
  actor text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_set_site';
COMMENT ON FUNCTION budgetpm.set_site(regclass, text, bytea, integer, text, text, text) IS
  'Says where a project is and returns the version of that site; place is EWKB. Called through the ledger''s own set_site().';

CREATE FUNCTION budgetpm.retire_site(ledger regclass, project text, site_no integer, reason text, actor text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_retire_site';
COMMENT ON FUNCTION budgetpm.retire_site(regclass, text, integer, text, text) IS
  'Gives up a site of a project and returns that version. Called through the ledger''s own retire_site().';

CREATE FUNCTION budgetpm.load_sites(ledger regclass, items jsonb, actor text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_load_sites';
COMMENT ON FUNCTION budgetpm.load_sites(regclass, jsonb, text) IS
  'Sets many sites and returns how many versions it made. Called through the ledger''s own load_sites().';

CREATE FUNCTION budgetpm.load_boundaries(ledger regclass, items jsonb, source text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_load_boundaries';
COMMENT ON FUNCTION budgetpm.load_boundaries(regclass, jsonb, text) IS
  'Loads boundaries of divisions and returns how many. Called through the ledger''s own load_boundaries().';

CREATE FUNCTION budgetpm.submit_report(ledger regclass, project text, percent numeric, reported_for date, note text,
  longitude double precision, latitude double precision, datum text, photos jsonb, kind text, taken_at timestamptz,
  replaces bigint, key text, actor text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_submit_report';
COMMENT ON FUNCTION budgetpm.submit_report(regclass, text, numeric, date, text, double precision, double precision, text, jsonb, text, timestamptz, bigint, text, text) IS
  'Takes a progress report (进度填报), flags what is doubtful of it, and returns its number. Called through the ledger''s own report_progress().';

CREATE FUNCTION budgetpm.verify_reports(ledger regclass, project text, OUT report_id bigint, OUT problem text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE ROWS 1 AS 'MODULE_PATHNAME', 'bpm_verify_reports';
COMMENT ON FUNCTION budgetpm.verify_reports(regclass, text) IS
  'Compares the reports of a project with their digests. Called through the ledger''s own verify_reports().';

CREATE FUNCTION budgetpm.hexagon_at(size double precision, x double precision, y double precision) RETURNS bigint
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'bpm_hexagon_at';
COMMENT ON FUNCTION budgetpm.hexagon_at(double precision, double precision, double precision) IS
  'Number of the hexagon in which a point lies, in the grid that ST_Hexagon(size, column, row) draws: (column + 2^25) * 2^26 + row + 2^25. Errors: 22023 where there is none.';

CREATE FUNCTION budgetpm.map_tile(ledger regclass, layer text, z integer, x integer, y integer, query_params jsonb) RETURNS bytea
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_map_tile';
COMMENT ON FUNCTION budgetpm.map_tile(regclass, text, integer, integer, integer, jsonb) IS
  'A vector tile of a layer, project_tiles, division_tiles or heat_tiles, with what the caller may read, drawn with the ledger owner''s right to its spatial index. Called through the ledger''s functions of those names. Errors: 22023, 42501.';
