-- setup.sql: a ledger with :sites projects, each with a site, a line, three milestones and two reports, spread over Jiangsu; a reader of all and one of a city.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS budgetpm;
SELECT budgetpm.create_ledger('tiles', root => '320000000', first_year => 2025);
SELECT count(tiles.register_division('32' || lpad(n::text, 2, '0') || '00000', '市' || n, '320000000', 2, '2020-01-01')) FROM generate_series(1, 13) AS n;
SELECT count(tiles.register_unit('U' || n, '局' || n, '32' || lpad(n::text, 2, '0') || '00000')) FROM generate_series(1, 13) AS n;
INSERT INTO tiles.project (official_code, name, unit, division, category, setup_year, stage, events, starts_on)
SELECT 'X' || n, '重点项目' || n, u.code, u.division, '3', 2025, CASE WHEN n % 5 < 3 THEN 'under_way' ELSE 'funded' END, 1, '2025-01-01' FROM generate_series(1, :sites) AS n JOIN tiles.unit u ON u.official_code = 'U' || n % 13 + 1;
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
UPDATE tiles.project_site s SET colour = (ARRAY['green', 'yellow', 'red'])[s.project_id % 3 + 1];
SELECT tiles.open_line(2025, 'U1', '2120303', title => '第一条') > 0 AS pattern;
SET session_replication_role = replica;
ALTER TABLE tiles.line DISABLE TRIGGER ALL;
ALTER TABLE tiles.balance_2025 DISABLE TRIGGER ALL;
ALTER TABLE tiles.progress_report DISABLE TRIGGER ALL;
INSERT INTO tiles.line SELECT 2025001000000000 + r.project_id, 2025, NULL, r.division, r.unit, l.func, NULL, NULL, l.fund_type, r.project_id, r.name, true, NULL, false, 'b', '{}', NULL, now(), 'x'
  FROM tiles.line l CROSS JOIN tiles.project r;
INSERT INTO tiles.balance_2025 (line_id, division, unit, appropriated, available, paid, entry_no, posted_at, head, control, year_state, executable)
  SELECT l.line_id, l.division, l.unit, '1000000', '600000', '400000', 1, now(), sha256(l.line_id::text::bytea), 'b', 'o', true FROM tiles.line l WHERE l.project_id IS NOT NULL;
ALTER TABLE tiles.milestone DISABLE TRIGGER guard;
INSERT INTO tiles.milestone (project_id, milestone_no, title, planned_on, weight, division, unit)
  SELECT r.project_id, m, '节点' || m, make_date(2025, 4 * m, 1), 30, r.division, r.unit FROM tiles.project r, generate_series(1, 3) AS m;
ALTER TABLE tiles.milestone ENABLE ALWAYS TRIGGER guard;
INSERT INTO tiles.progress_report (report_id, project_id, kind, reported_for, percent, note, taken_at, photos, flags, reported_at, reported_by, login, division, unit, digest)
  SELECT w * 1000000 + r.project_id, r.project_id, 'other', DATE '2025-01-01' + w * 30, w * 45 + r.project_id % 9, '按计划施工', now(), '[]', '{}', now(), 'clerk', 'clerk', r.division, r.unit, sha256(r.project_id::text::bytea)
    FROM generate_series(1, 2) AS w, tiles.project r;
RESET session_replication_role;
ALTER TABLE tiles.line ENABLE TRIGGER ALL;
ALTER TABLE tiles.line ENABLE ALWAYS TRIGGER guard;
ALTER TABLE tiles.balance_2025 ENABLE TRIGGER ALL;
ALTER TABLE tiles.balance_2025 ENABLE ALWAYS TRIGGER guard;
ALTER TABLE tiles.progress_report ENABLE TRIGGER ALL;
ALTER TABLE tiles.progress_report ENABLE ALWAYS TRIGGER guard;
CREATE ROLE tiles_reader;
SELECT budgetpm.grant_ledger('tiles', 'tiles_reader', 'reader');
CREATE ROLE tiles_city;
SELECT budgetpm.grant_ledger('tiles', 'tiles_city', 'reader', '320100000');
VACUUM ANALYZE;
