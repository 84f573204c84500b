-- The map: layers that GIS tools open, vector tiles under the caller's rights and with the spatial index, heat grid, drill-down.
-- DOMAIN (i) 38 (地图热力图): hexagons of spending and lateness; 16 (下钻): divisions by subtree; 47 (全省重点项目在线监管).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('m', root => '320000000', first_year => 2025);
SELECT count(m.register_division(code, name, parent, level, '2020-01-01')) FROM (VALUES ('320100000', '南京市', '320000000', 2), ('320500000', '苏州市', '320000000', 2),
  ('320102000', '玄武区', '320100000', 3), ('320505000', '虎丘区', '320500000', 3)) AS d(code, name, parent, level);
SELECT count(m.register_unit(code, name, division)) FROM (VALUES ('101', '南京市住建局', '320100000'), ('102', '玄武区住建局', '320102000'), ('201', '苏州市水利局', '320500000'), ('202', '虎丘区水利局', '320505000')) AS u(code, name, division);

-- 4,000 projects: half of them in Nanjing, half in Suzhou, each with a site, straight into the tables
SELECT count(m.register_project('R' || n, '项目', '101')) FROM generate_series(1, 1) AS n;
INSERT INTO m.project (official_code, name, unit, division, category, setup_year)
SELECT 'X' || n, '项目' || n, u.code, u.division, '3', 2025 FROM generate_series(1, 4000) AS n JOIN m.unit u ON u.official_code = (ARRAY['101', '102', '201', '202'])[n % 4 + 1];
ALTER TABLE m.project_site DISABLE TRIGGER guard;
INSERT INTO m.project_site (site_id, project_id, site_no, version_no, active, place, since, division, unit)
SELECT n, p.project_id, 1, 1, true, ST_SetSRID(ST_MakePoint(CASE WHEN n % 4 < 2 THEN 118.5 ELSE 120.3 END + n % 61 * 0.01, CASE WHEN n % 4 < 2 THEN 31.8 ELSE 31.0 END + n % 67 * 0.01), 4490), now(), p.division, p.unit
  FROM generate_series(1, 4000) AS n JOIN m.project p ON p.official_code = 'X' || n;
ALTER TABLE m.project_site ENABLE ALWAYS TRIGGER guard;
SELECT setval('m.site_seq', 10000) AS sites;
ANALYZE m.project_site, m.project;

-- layers: a key first, one geometry with type and SRID, and what they are
SELECT g.f_table_name, g.coord_dimension, g.srid, g.type, (SELECT attname FROM pg_attribute WHERE attrelid = c.oid AND attnum = 1) AS key, obj_description(c.oid, 'pg_class') IS NOT NULL AS described
  FROM geometry_columns g JOIN pg_class c ON c.oid = format('m_report.%I', f_table_name)::regclass WHERE g.f_table_schema = 'm_report' ORDER BY 1;
SELECT c.relname, count(*) FILTER (WHERE t.typname = 'geometry') AS geometries FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 JOIN pg_type t ON t.oid = a.atttypid
 WHERE c.relnamespace = 'm_report'::regnamespace AND c.relname LIKE '%\_geo' GROUP BY 1 ORDER BY 1;

-- function sources as Martin and pg_tileserv look for them
SELECT p.proname, pg_get_function_arguments(p.oid) AS arguments, p.prorettype::regtype, p.provolatile, p.proparallel, (obj_description(p.oid, 'pg_proc')::json ->> 'description') IS NOT NULL AS tilejson
  FROM pg_proc p WHERE p.pronamespace = 'm'::regnamespace AND p.proname LIKE '%\_tiles' AND p.proargnames[1:3] = '{z,x,y}' AND p.prorettype = 'bytea'::regtype
   AND p.proargtypes[0] = 'int4'::regtype AND p.proargtypes[1] = 'int4'::regtype AND p.proargtypes[2] = 'int4'::regtype AND p.proargtypes[3] = 'json'::regtype ORDER BY 1;

-- What is in a tile: MVT is protocol buffers, a layer's fields 2 are its features, a feature's field 1 its key. Layers here are small enough to read byte by byte.
CREATE FUNCTION pg_temp.varint(tile bytea, at int, OUT value bigint, OUT next int) LANGUAGE plpgsql AS $$
DECLARE shift int := 0; b int;
BEGIN
  value := 0; next := at;
  LOOP
    b := get_byte(tile, next); next := next + 1;
    value := value | ((b & 127)::bigint << shift); shift := shift + 7;
    EXIT WHEN b < 128;
  END LOOP;
END $$;
CREATE FUNCTION pg_temp.fields(message bytea, OUT field int, OUT number bigint, OUT content bytea) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE at int := 0; head bigint; size bigint;
BEGIN
  WHILE at < length(message) LOOP
    SELECT v.value, v.next INTO head, at FROM pg_temp.varint(message, at) v;
    field := head >> 3; content := NULL; number := NULL;
    IF head & 7 = 0 THEN SELECT v.value, v.next INTO number, at FROM pg_temp.varint(message, at) v;
    ELSIF head & 7 = 1 THEN at := at + 8;
    ELSE SELECT v.value, v.next INTO size, at FROM pg_temp.varint(message, at) v; content := substr(message, at + 1, size::int); at := at + size; END IF;
    RETURN NEXT;
  END LOOP;
END $$;
CREATE FUNCTION pg_temp.keys(tile bytea) RETURNS bigint[] LANGUAGE sql AS $$
  SELECT coalesce(array_agg(k.number ORDER BY k.number), '{}') FROM pg_temp.fields(tile) l, pg_temp.fields(l.content) f, pg_temp.fields(f.content) k
   WHERE l.field = 3 AND f.field = 2 AND k.field = 1 $$;
CREATE FUNCTION pg_temp.names(tile bytea) RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(convert_from(f.content, 'UTF8'), ', ' ORDER BY f.content) FROM pg_temp.fields(tile) l, pg_temp.fields(l.content) f WHERE l.field = 3 AND f.field IN (1, 3) $$;

CREATE FUNCTION pg_temp.counted(tile bytea) RETURNS TABLE (cell bigint, projects bigint) LANGUAGE sql AS $$
  WITH layer AS (SELECT l.content FROM pg_temp.fields(tile) l WHERE l.field = 3),
  names AS (SELECT convert_from(f.content, 'UTF8') AS name, row_number() OVER () - 1 AS n FROM layer l, pg_temp.fields(l.content) f WHERE f.field = 3),
  numbers AS (SELECT v.number, row_number() OVER () - 1 AS n FROM layer l, pg_temp.fields(l.content) f LEFT JOIN LATERAL (SELECT v.number FROM pg_temp.fields(f.content) v WHERE v.field IN (4, 5)) v ON true WHERE f.field = 4),
  tags AS (SELECT f.n, k.number AS cell, p.content FROM layer l, pg_temp.fields(l.content) WITH ORDINALITY f(field, number, content, n), pg_temp.fields(f.content) k, pg_temp.fields(f.content) p WHERE f.field = 2 AND k.field = 1 AND p.field = 2)
  SELECT t.cell, v.number FROM tags t, names a, numbers v WHERE a.name = 'projects' AND get_byte(t.content, 0) = a.n AND v.n = get_byte(t.content, 1) $$;

-- all sites of a tile and no other; a tile of the sea has none
SELECT cardinality(pg_temp.keys(m.project_tiles(0, 0, 0))) AS world, cardinality(pg_temp.keys(m.project_tiles(8, 212, 103))) AS nanjing_tile, m.project_tiles(8, 0, 0) AS sea;
SELECT pg_temp.keys(m.project_tiles(8, 212, 103)) = (SELECT array_agg(site_id ORDER BY site_id) FROM m.project_site
  WHERE ST_Transform(place, 3857) && ST_TileEnvelope(8, 212, 103, margin => 64.0 / 4096)) AS same;
SELECT pg_temp.names(m.project_tiles(8, 212, 103)) AS names;
SELECT pg_temp.refused(s) FROM unnest(ARRAY['SELECT m.project_tiles(-1, 0, 0)', 'SELECT m.project_tiles(8, 256, 0)', 'SELECT m.project_tiles(25, 0, 0)', 'SELECT m.heat_tiles(3, 8, 0)',
  $$SELECT m.project_tiles(0, 0, 0, '[]')$$, $$SELECT m.project_tiles(0, 0, 0, '{"fiscal_year": "this"}')$$, $$SELECT m.project_tiles(0, 0, 0, '{"fiscal_year": 2025.5}')$$, $$SELECT m.project_tiles(0, 0, 0, '{"fiscal_year": 99999999999}')$$, $$SELECT m.division_tiles(0, 0, 0, '{"level": "county"}')$$,
  $$SELECT m.heat_tiles(0, 0, 0, '{"late_by": "NaN"}')$$, 'SELECT * FROM m.heat_grid(late_by => NULL)', 'SELECT m.project_tiles(40, 0, 0)', 'SELECT m.project_tiles(8, -1, 0)', 'SELECT m.project_tiles(31, 2147483647, 0)', $$SELECT budgetpm.map_tile('m.ledger', 'ledger', 0, 0, 0, '{}')$$]) AS s;

-- filters, as strings or numbers: tile servers send both
SELECT pg_temp.take_over('m', 'funded', '{X2,X4,X8}') AS taken_over;
SELECT m.open_line(2025, '101', '2120303', title => 'x', project => 'X4') AS line \gset
SELECT m.open_line(2025, '201', '2120303', title => 'y', project => 'X2') AS other \gset
SELECT m.appropriate(:line, 1000, '苏财预1号') > 0 AND m.appropriate(:other, 500, '苏财预1号') > 0 AND m.pay(:line, 250.5, '凭证1') > 0 AS posted;
SELECT p AS params, cardinality(pg_temp.keys(m.project_tiles(0, 0, 0, p::json))) AS sites FROM unnest(ARRAY['{}', '{"division": "320500000"}', '{"division": "320505000"}', '{"division": "999"}',
  '{"category": "3"}', '{"category": "nothing"}', '{"stage": "proposed"}', '{"stage": "under_way"}', '{"fiscal_year": "2025"}', '{"fiscal_year": 2025}', '{"fiscal_year": 2024}', '{"division": "320500000", "fiscal_year": 2025}', '{"fiscal_year": ""}']) AS p;
SELECT pg_temp.names(m.project_tiles(0, 0, 0, '{"fiscal_year": 2025}')) AS names;
ALTER TABLE m.project_site DISABLE TRIGGER guard;
UPDATE m.project_site SET active = false WHERE site_id = 8;
SELECT 8 = ANY (pg_temp.keys(m.project_tiles(0, 0, 0))) AS retired_is_shown;
UPDATE m.project_site SET active = true WHERE site_id = 8;
ALTER TABLE m.project_site ENABLE ALWAYS TRIGGER guard;

-- divisions: drill-down from the province to its cities to their counties
SELECT m.load_boundaries(jsonb_agg(jsonb_build_object('division', code, 'geometry', ST_AsEWKT(ST_MakeEnvelope(w, s, e, n, 4490)))), '示意') FROM (VALUES
  ('320000000', 116, 30, 122, 35), ('320100000', 118.4, 31.7, 119.2, 32.6), ('320500000', 120.2, 30.9, 121.0, 31.8), ('320102000', 118.4, 31.7, 118.8, 32.1), ('320505000', 120.2, 30.9, 120.6, 31.3)) AS b(code, w, s, e, n);
SELECT boundary_id, division_code, level, parent_code, projects FROM m_report.division_geo ORDER BY 1;
SELECT p AS params, pg_temp.keys(m.division_tiles(4, 13, 6, p::json)) AS boundaries FROM unnest(ARRAY['{}', '{"level": "2"}', '{"parent": "320000000"}', '{"parent": "320500000"}', '{"division": "320500000"}', '{"parent": "999"}', '{"parent": "320000000", "fiscal_year": "2025"}']) AS p;
SELECT pg_temp.names(m.division_tiles(4, 13, 6, '{"fiscal_year": "2025"}')) AS names;

-- heat: every project is counted once, money adds up
SELECT count(*) > 10 AS cells, sum(projects) AS projects, sum(late) AS late, sum(budget) AS budget, sum(paid) AS paid, bool_and(ST_SRID(geom) = 4490 AND ST_NPoints(geom) = 7) AS hexagons FROM m.heat_grid(size_km => 10);
SELECT sum(projects) AS projects, sum(budget) AS budget FROM m.heat_grid('320500000', 10, 2025);
SELECT sum(budget) AS budget FROM m.heat_grid(fiscal_year => 2024);
SELECT pg_temp.refused($$SELECT * FROM m.heat_grid('999')$$);
SELECT pg_temp.refused('SELECT * FROM m.heat_grid(size_km => 0)');
-- the hexagon of a point is the one that ST_Hexagon() draws around it, on either side of both axes
SELECT count(*) AS points, count(*) FILTER (WHERE ST_Intersects(ST_Hexagon(size, (id / 67108864 - 33554432)::int, (id % 67108864 - 33554432)::int), ST_MakePoint(x, y))) AS within, count(DISTINCT id) > 300 AS many
  FROM (SELECT size, x, y, budgetpm.hexagon_at(size, x, y) AS id FROM (VALUES (1000.0::float8), (333.3)) AS s(size), generate_series(-7000, 7000, 171) AS x, generate_series(-7000, 7000, 173) AS y) AS h;
SELECT pg_temp.refused(s) FROM unnest(ARRAY['SELECT budgetpm.hexagon_at(0, 1, 1)', $$SELECT budgetpm.hexagon_at('NaN', 1, 1)$$, $$SELECT budgetpm.hexagon_at(1, 'NaN', 1)$$, $$SELECT budgetpm.hexagon_at(1, 1, 'Infinity')$$, 'SELECT budgetpm.hexagon_at(1, 1e8, 1)', 'SELECT budgetpm.hexagon_at(1, 1, -1e300)']) AS s;
UPDATE m.project SET starts_on = '2025-01-01' WHERE official_code IN ('X4', 'X8');
SELECT m.move_project('X4', 'under_way', on_day => '2025-01-01') > 0 AND m.appropriate(m.open_line(2025, '101', '2120303', title => 'z', project => 'X8'), 0.01, '苏财预2号') > 0 AND m.move_project('X8', 'under_way', on_day => '2025-01-01') > 0 AS begun;
ALTER TABLE m.milestone DISABLE TRIGGER guard;
INSERT INTO m.milestone (project_id, milestone_no, title, planned_on, weight, division, unit) SELECT project_id, 1, '竣工', '2025-06-30', 100, division, unit FROM m.project WHERE official_code IN ('X4', 'X8');
ALTER TABLE m.milestone ENABLE ALWAYS TRIGGER guard;
SELECT m.report_progress('X4', 89.99, '2025-07-01') > 0 AND m.report_progress('X8', 90, '2025-07-01') > 0 AS reported;
SELECT sum(late) AS late, max(behind) AS behind FROM m.heat_grid(size_km => 10);
SELECT sum(late) AS late FROM m.heat_grid(size_km => 10, late_by => 9.99);
SELECT cardinality(pg_temp.keys(m.heat_tiles(5, 26, 12))) > 0 AS drawn, pg_temp.names(m.heat_tiles(5, 26, 12)) AS names, cardinality(pg_temp.keys(m.heat_tiles(0, 0, 0))) AS world, cardinality(pg_temp.keys(m.heat_tiles(1, 1, 0))) AS east;
SELECT project_code, physical, reported_for, planned FROM m_report.project_geo WHERE project_code IN ('X4', 'X5') ORDER BY 1;

SELECT array_agg(t.projects) AS world FROM pg_temp.counted(m.heat_tiles(0, 0, 0)) t;
-- a hexagon that two tiles show is the same in both, and a project with two sites is in one hexagon
SELECT m.set_site('X4', 'SRID=4490;POINT(120.9 31.5)', 2) AS second;
SELECT sum(projects) AS projects FROM m.heat_grid(size_km => 10);
SELECT count(*) > 0 AS shared, bool_and(a.projects = b.projects) AS same FROM pg_temp.counted(m.heat_tiles(11, 1699, 830)) a JOIN pg_temp.counted(m.heat_tiles(11, 1699, 831)) b USING (cell);
SELECT count(*) > 0 AS shared, bool_and(a.projects = b.projects) AS same FROM pg_temp.counted(m.heat_tiles(11, 1699, 830)) a JOIN pg_temp.counted(m.heat_tiles(11, 1700, 830)) b USING (cell);
SELECT m.retire_site('X4', 2, '误报') > 0 AS retired;

-- a desktop GIS draws one kind of geometry in a layer: a site of several kinds is in several layers, with its parts of that kind
SELECT m.set_site('X4', 'SRID=4490;GEOMETRYCOLLECTION(POINT(120.9 31.5), LINESTRING(120.9 31.5, 121 31.5), POLYGON((120.9 31.3,121 31.3,121 31.4,120.9 31.3)), GEOMETRYCOLLECTION(POLYGON((120.6 31.3,120.7 31.3,120.7 31.4,120.6 31.3))))', 3) AS mixed;
SELECT ST_AsText(geom) AS parts FROM m_report.project_site_point_geo WHERE project_code = 'X4' AND site_no = 3
 UNION ALL SELECT ST_AsText(geom) FROM m_report.project_site_line_geo WHERE project_code = 'X4'
 UNION ALL SELECT ST_AsText(geom) FROM m_report.project_site_area_geo WHERE project_code = 'X4';
SELECT (SELECT count(*) FROM m_report.project_site_point_geo) = (SELECT count(*) FROM m_report.project_site_geo) AS points, (SELECT count(*) FROM m_report.project_site_line_geo) AS lines, (SELECT count(*) FROM m_report.project_site_area_geo) AS areas;
SELECT m.retire_site('X4', 3, '误报') > 0 AS retired;

-- rights: who reads Suzhou sees Suzhou, in tiles as in tables; who reads nothing sees nothing; without EXECUTE no tile
CREATE ROLE map_suzhou ROLE CURRENT_USER;
CREATE ROLE map_clerk ROLE CURRENT_USER;
CREATE ROLE map_nobody ROLE CURRENT_USER;
SELECT budgetpm.grant_ledger('m', 'map_suzhou', 'reader', '320500000') > 0 AS granted, budgetpm.grant_ledger('m', 'map_clerk', 'reader', '320505000') AS clerk \gset
SELECT m.end_duty(:clerk, CURRENT_DATE - 1);
SELECT array_agg(site_id ORDER BY site_id) AS suzhou FROM m.project_site WHERE division::text LIKE '3205%' \gset
GRANT USAGE ON SCHEMA m TO map_nobody;
GRANT ALL ON FUNCTION pg_temp.keys(bytea), pg_temp.fields(bytea), pg_temp.varint(bytea, int) TO PUBLIC;
SET ROLE map_suzhou;
SELECT count(*) AS by_table FROM m.project_site;
SELECT pg_temp.keys(m.project_tiles(0, 0, 0)) = :'suzhou'::bigint[] AS by_tile, pg_temp.keys(m.project_tiles(8, 212, 103)) AS of_nanjing;
SELECT cardinality(pg_temp.keys(m.project_tiles(0, 0, 0, '{"fiscal_year": 2025}'))) AS with_money, sum(projects) AS in_grid, sum(budget) AS budget FROM m.heat_grid();
SELECT division_code, projects FROM m_report.division_geo ORDER BY 1;
SET ROLE map_clerk;
SELECT (SELECT count(*) FROM m.project_site) AS by_table, m.project_tiles(0, 0, 0) AS by_tile, m.division_tiles(0, 0, 0) AS divisions, (SELECT count(*) FROM m.heat_grid()) AS cells;
SET ROLE map_nobody;
SELECT pg_temp.refused(s) FROM unnest(ARRAY['SELECT m.project_tiles(0, 0, 0)', $$SELECT budgetpm.map_tile('m.ledger', 'project_tiles', 0, 0, 0, '{}')$$, $$SELECT m.draw_project_tiles(0, 0, 0, '{}', 10)$$, 'SELECT * FROM m.heat_grid()']) AS s;
RESET ROLE;

-- the spatial index: a layer's window for who is exempt from row security, and every tile for those who are not
SELECT count(*) AS index_scans FROM pg_temp.plan('SELECT project_code FROM m_report.project_site_geo WHERE geom && ST_MakeEnvelope(118.5, 31.8, 118.52, 31.82, 4490)') AS l WHERE l ~ 'Index Scan (on|using) project_site_place';
SELECT pg_stat_force_next_flush();
SELECT idx_scan AS before FROM pg_stat_user_indexes WHERE indexrelname = 'project_site_place' \gset
SET ROLE map_suzhou;
SELECT cardinality(pg_temp.keys(m.project_tiles(12, 3418, 1672))) AS sites;
RESET ROLE;
SELECT pg_stat_force_next_flush();
SELECT idx_scan - :before AS used FROM pg_stat_user_indexes WHERE indexrelname = 'project_site_place';
-- and in a parallel worker; PostgreSQL 16 renamed the setting
SELECT set_config(name, 'on', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT cardinality(pg_temp.keys(m.project_tiles(8, 212, 103))) AS nanjing_tile;
SELECT set_config(name, 'off', false) FROM pg_settings WHERE name IN ('force_parallel_mode', 'debug_parallel_query');
SELECT severity, problem FROM budgetpm.check_ledger('m');
DROP SCHEMA m CASCADE;
DROP SCHEMA m_report CASCADE;
DROP OWNED BY map_suzhou, map_clerk, map_nobody CASCADE;
DROP ROLE map_suzhou;
DROP ROLE map_clerk;
DROP ROLE map_nobody;
