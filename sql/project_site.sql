-- Where projects are: each bad geometry refused with all that is wrong, versions with reasons, heights kept.
-- DOMAIN (i) 55 (三维GIS地图展示现场): sites of any kind, with Z.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('s', root => '320000000', first_year => 2025);
SELECT count(s.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(s.register_unit(code, name, division)) FROM (VALUES ('101', '南京市住建局', '320100000'), ('201', '苏州市水利局', '320500000')) AS u(code, name, division);
SELECT count(s.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('P1', '过江通道', '101'), ('P2', '太湖堤防', '201')) AS p(code, name, unit);

-- every kind of geometry
SELECT s.set_site('P1', ST_SetSRID(g::geometry, 4490), site_no) AS version, ST_GeometryType(g::geometry) AS kind FROM (VALUES
  (1, 'POINT(118.80 32.06)'), (2, 'MULTIPOINT((118.80 32.06),(118.81 32.07))'), (3, 'LINESTRING(118.70 32.00,118.75 32.12)'),
  (4, 'POLYGON((118.70 32.00,118.71 32.00,118.71 32.01,118.70 32.00))'), (5, 'POINT Z (118.80 32.06 -23.5)'),
  (6, 'LINESTRING Z (118.70 32.00 5,118.75 32.12 -60.25)'), (7, 'GEOMETRYCOLLECTION(POINT(118.80 32.06),LINESTRING(118.70 32.00,118.75 32.12))'),
  (8, 'MULTIPOLYGON(((118.70 32.00,118.71 32.00,118.71 32.01,118.70 32.00)))')) AS v(site_no, g) ORDER BY site_no;
SELECT site_no, ST_NDims(place) AS dimensions, ST_AsText(place_z) AS with_heights FROM s.project_site WHERE place_z IS NOT NULL ORDER BY site_no;

-- what cannot be a site; of the two places where rings cross, one GEOS names the first, another the second
SELECT regexp_replace(pg_temp.refused(format('SELECT s.set_site(''P1'', %L, %s)', g, n)), '\[(119 32.5|118.5 33)\]', '[119 32.5] or [118.5 33]') AS refused FROM (VALUES
  ('SRID=4490;POINT EMPTY', 1), ('SRID=4490;POLYGON EMPTY', 1), ('POINT(118.8 32.06)', 1), ('SRID=4326;POINT(118.8 32.06)', 1),
  ('SRID=3857;POINT(13224000 3770000)', 1), ('SRID=4490;POINT(NaN 32.06)', 1), ('SRID=4490;POINT(32.06 118.8)', 1),
  ('SRID=4490;POINT(2.35 48.85)', 1), ('SRID=4490;LINESTRING(118.8 32.06,140 32.06)', 1),
  ('SRID=4490;POLYGON((118 32,119 33,119 32,118 33,118 32))', 1),
  ('SRID=4490;MULTIPOLYGON(((118 32,119 32,119 33,118 33,118 32)),((118.5 32.5,119.5 32.5,119.5 33.5,118.5 33.5,118.5 32.5)))', 1),
  ('SRID=4490;CIRCULARSTRING(118 32,119 33,120 32)', 1), ('SRID=4490;POINT(118.8 32.06)', 0), ('SRID=4490;POINT(118.8 32.06)', 10000)) AS v(g, n);
-- what would break every tile of its place, or slow it for everybody
SELECT pg_temp.refused(format('SELECT s.set_site(''P1'', %L)', g)) FROM (VALUES ('SRID=4490;GEOMETRYCOLLECTION(POINT(118 32),GEOMETRYCOLLECTION(CIRCULARSTRING(118 32,118.5 32.5,119 32)))'),
  ('SRID=4490;GEOMETRYCOLLECTION(TIN(((118 32,118 33,119 33,118 32))))'), ('SRID=4490;POINT Z (118 32 1e308)'), ('SRID=4490;POINT Z (118 32 -12001)'), ('SRID=4490;POINT(1e308 -1e308)')) AS v(g);
SELECT pg_temp.refused($$SELECT s.set_site('P1', (SELECT ST_SetSRID(ST_Collect(ST_MakePoint(118 + n * 1e-6, 32)), 4490) FROM generate_series(1, 100001) AS n))$$);
SELECT pg_temp.refused(format('SELECT s.load_sites(%L)', i)) FROM unnest(ARRAY['{}', '5', '[5]', '[{"project": "P1", "geometry": "POINT(118"}, {"project": "P2", "geometry": {"type": "Point"}, "site_no": "x"}]']) AS i;
SELECT pg_temp.refused($$SELECT s.load_boundaries('{}', 'x')$$);
-- all of it at once
SELECT pg_temp.refused($$SELECT s.set_site('P1', 'SRID=4326;POLYGON((118 32,119 33,119 NaN,118 33,118 32))', 0)$$);
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT s.set_site('P1', NULL)$$, $$SELECT s.set_site(NULL, 'SRID=4490;POINT(118.8 32.06)')$$,
  $$SELECT s.set_site('P9', 'SRID=4490;POINT(118.8 32.06)')$$, $$SELECT s.set_site('P1', 'SRID=4490;POINT(118.8 32.06)', NULL)$$]) AS s;
-- ST_MakeValid() repairs what the hint says it does
SELECT s.set_site('P1', ST_MakeValid('SRID=4490;POLYGON((118 32,119 33,119 32,118 33,118 32))'), 9) AS version;

-- a site that moves is a new version, for a reason; the same again is nothing
SELECT s.set_site('P1', 'SRID=4490;POINT(118.80 32.06)') AS same;
SELECT pg_temp.refused($$SELECT s.set_site('P1', 'SRID=4490;POINT(118.85 32.06)')$$);
SELECT s.set_site('P1', 'SRID=4490;POINT(118.85 32.06)', reason => '线位调整,苏发改〔2025〕7号') AS moved;
SELECT s.set_site('P1', 'SRID=4490;POINT(118.85 32.06)', title => '北岸工作井', reason => '命名') AS named;
SELECT s.set_site('P1', 'SRID=4490;POINT(118.85 32.06)') AS title_stays;
SELECT version_no, title, active, ST_AsText(place) AS place, reason, recorded_by FROM s.project_site_version WHERE site_no = 1 AND project_id = 1 ORDER BY 1;
SELECT s.retire_site('P1', 9, '取消') AS version;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT s.retire_site('P1', 9, '取消')$$, $$SELECT s.retire_site('P1', 99, '取消')$$, $$SELECT s.retire_site('P1', 8, NULL)$$]) AS s;
SELECT s.set_site('P1', 'SRID=4490;POINT(118.80 32.06)', 9, reason => '恢复') AS taken_up_again;
SELECT site_no, version_no, active FROM s.project_site WHERE site_no IN (1, 9) ORDER BY 1;
-- each version is an event of the project, with the digest of what was set
SELECT count(*) AS events, count(*) FILTER (WHERE v.version_id IS NULL) AS without_version
  FROM s.project_event e LEFT JOIN s.project_site_version v ON v.project_id = e.project_id AND v.site_no = (e.details ->> 'site')::int
   AND v.version_no = (e.details ->> 'version')::int AND e.details ->> 'digest' = encode(sha256(convert_to(length(ST_AsEWKB(coalesce(v.place_z, v.place), 'NDR')) || ':', 'UTF8') || ST_AsEWKB(coalesce(v.place_z, v.place), 'NDR') || ','), 'hex')
 WHERE e.action = 'site';
SELECT * FROM s.verify_project('P1');

-- many at once, all or nothing
SELECT s.load_sites('[{"project": "P2", "geometry": "SRID=4490;POINT(120.2 31.2)"},
  {"project": "P2", "site_no": 2, "title": "东段", "geometry": {"type": "LineString", "coordinates": [[120.2, 31.2], [120.3, 31.25]]}}]');
SELECT site_no, title, ST_AsEWKT(place) AS place FROM s.project_site WHERE project_id = 2 ORDER BY 1;
SELECT s.load_sites('[{"project": "P2", "geometry": "SRID=4490;POINT(120.2 31.2)"}]') AS nothing_new;
SELECT pg_temp.refused($$SELECT s.load_sites('[{"project": "P9", "geometry": "SRID=4490;POINT(120.2 31.2)"}, {"geometry": "POINT(120.2 31.2)"},
  {"project": "P2", "site_no": 0}, {"project": "P2", "geometry": {"type": "Point", "coordinates": [31.2, 120.2], "crs": {"type": "name", "properties": {"name": "EPSG:4326"}}}}]')$$);
SELECT pg_temp.refused($$SELECT s.load_sites('[{"project": "P2", "geometry": "here"}]')$$) ~ 'parse error' AS refused;

-- bounds of another country, for its ledger
INSERT INTO s.profile (profile, version, title) VALUES ('madrid', 1, 'Madrid');
INSERT INTO s.profile_setting (profile, version, key, value) VALUES ('madrid', 1, 'project.site_bounds', '[-4.6, 39.8, -3.0, 41.2]');
SELECT s.apply_profile('madrid', '320500000', '2020-01-01') IS NOT NULL AS applied;
SELECT s.set_site('P2', 'SRID=4490;POINT(-3.70 40.41)', 3) AS version;
SELECT pg_temp.refused($$SELECT s.set_site('P2', 'SRID=4490;POINT(120.2 31.2)', 4)$$);
SELECT s.set_site('P1', 'SRID=4490;POINT(118.80 32.06)', 10) AS elsewhere_china;

-- boundaries
SELECT s.load_boundaries(jsonb_build_array(jsonb_build_object('division', '320100000', 'geometry', 'SRID=4490;POLYGON((118 31,119.5 31,119.5 33,118 33,118 31))'),
  jsonb_build_object('division', '320500000', 'geometry', '{"type":"MultiPolygon","coordinates":[[[[119.9,30.7],[121.3,30.7],[121.3,32.1],[119.9,32.1],[119.9,30.7]]]]}'::jsonb)), '示意') AS loaded;
SELECT d.official_code, ST_GeometryType(b.place) AS kind, ST_SRID(b.place) AS srid, b.source FROM s.division_boundary b JOIN s.division d ON d.code OPERATOR(budgetpm.=) b.division ORDER BY 1;
SELECT pg_temp.refused($$SELECT s.load_boundaries('[{"division": "320900000", "geometry": "SRID=4490;POINT(118 31)"}, {"division": "320100000"},
  {"division": "320100000", "geometry": "SRID=4490;POLYGON((118 32,119 33,119 32,118 33,118 32))"}]', 'x')$$);

-- nobody writes past the functions
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  'UPDATE s.project_site SET place = ''SRID=4490;POINT(1 1)''', 'DELETE FROM s.project_site_version', 'TRUNCATE s.project_site_version',
  'INSERT INTO s.project_site_version SELECT * FROM s.project_site_version']) AS s;
-- nor asks what others may read
CREATE ROLE site_reader ROLE CURRENT_USER;
SELECT budgetpm.grant_ledger('s', 'site_reader', 'reader', '320500000') IS NOT NULL AS granted;
SET ROLE site_reader;
SELECT count(*) AS own_division FROM s.project_site;
SELECT pg_temp.refused($$SELECT s.set_site('P2', 'SRID=4490;POINT(120.2 31.2)')$$);
SELECT pg_temp.refused($$SELECT budgetpm.set_site('s.ledger', 'P2', ST_AsEWKB('SRID=4490;POINT(120.2 31.2)'), 1, NULL, 'x', NULL)$$);
SELECT pg_temp.refused($$SELECT budgetpm.can_read_as('s.ledger', 10, '32', NULL)$$);
SELECT pg_temp.refused($$SELECT * FROM s.geometry_problems('', '{}', true)$$);
RESET ROLE;
DROP SCHEMA s CASCADE;
DROP SCHEMA s_report CASCADE;
DROP OWNED BY site_reader CASCADE;
DROP ROLE site_reader;
