-- setup.sql: a ledger with :sites projects, a site each, spread over Jiangsu; a reader of half of it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS budgetpm;
SELECT budgetpm.create_ledger('tiles', root => '320000000', first_year => 2025);
SELECT count(tiles.register_division('32' || lpad(n::text, 2, '0') || '00000', '市' || n, '320000000', 2, '2020-01-01')) FROM generate_series(1, 13) AS n;
SELECT count(tiles.register_unit('U' || n, '局' || n, '32' || lpad(n::text, 2, '0') || '00000')) FROM generate_series(1, 13) AS n;
INSERT INTO tiles.project (official_code, name, unit, division, category, setup_year)
SELECT 'X' || n, '重点项目' || n, u.code, u.division, '3', 2025 FROM generate_series(1, :sites) AS n JOIN tiles.unit u ON u.official_code = 'U' || n % 13 + 1;
ALTER TABLE tiles.project_site DISABLE TRIGGER guard;
INSERT INTO tiles.project_site (site_id, project_id, site_no, version_no, active, place, since, division, unit)
SELECT n, p.project_id, 1, 1, true, ST_SetSRID(ST_MakePoint(116.4 + 5.5 * (n * 7919 % 100003) / 100003.0, 30.8 + 4.3 * (n * 104729 % 99991) / 99991.0), 4490), now(), p.division, p.unit
  FROM generate_series(1, :sites::bigint) AS n JOIN tiles.project p ON p.official_code = 'X' || n;
ALTER TABLE tiles.project_site ENABLE ALWAYS TRIGGER guard;
-- Three months of signals, of which a tile shows the last.
ALTER TABLE tiles.project_signal DISABLE TRIGGER guard;
INSERT INTO tiles.project_signal (project_id, as_of, revision, colour, reasons, inputs, division, unit, assessed_at, assessed_by)
SELECT p.project_id, day, 1, (ARRAY['green', 'yellow', 'red'])[p.project_id % 3 + 1], '[]', '{}', p.division, p.unit, now(), 'bench'
  FROM tiles.project p, unnest('{2025-07-31,2025-08-31,2025-09-30}'::date[]) AS day;
ALTER TABLE tiles.project_signal ENABLE ALWAYS TRIGGER guard;
CREATE ROLE tiles_reader;
SELECT budgetpm.grant_ledger('tiles', 'tiles_reader', 'reader');
CREATE ROLE tiles_city;
SELECT budgetpm.grant_ledger('tiles', 'tiles_city', 'reader', '320100000');
VACUUM ANALYZE;
