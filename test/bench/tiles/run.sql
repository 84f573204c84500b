-- run.sql: the timings, taken inside the server so that no client's reading of the tile counts.
SET client_min_messages = warning;
SET jit = off;
CREATE TEMP TABLE taken (name text, z int, x int, y int, ms numeric, bytes int);
GRANT ALL ON taken TO PUBLIC;
-- The same tables and attributes, the signal's colour among them; and once without it.
CREATE FUNCTION pg_temp.bare(z int, x int, y int) RETURNS bytea LANGUAGE sql AS $$
  SELECT ST_AsMVT(f.*, 'project_tiles', 4096, 'geom', 'site_id') FROM (
    SELECT s.site_id, p.project_id, p.official_code AS code, p.name, s.title AS site, p.category, p.stage, g.colour,
           NULL::float8 AS budget, NULL::float8 AS paid,
           ST_AsMVTGeom(ST_Transform(s.place, 3857), ST_TileEnvelope(z, x, y), 4096, 64, true) AS geom
      FROM tiles.project_site s JOIN tiles.project p ON p.project_id = s.project_id
      LEFT JOIN LATERAL (SELECT o.colour FROM tiles.project_signal o WHERE o.project_id = p.project_id ORDER BY o.as_of DESC, o.revision DESC LIMIT 1) g ON true
     WHERE s.place && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4490) AND s.active) AS f
   WHERE f.geom IS NOT NULL $$;
CREATE FUNCTION pg_temp.colourless(z int, x int, y int) RETURNS bytea LANGUAGE sql AS $$
  SELECT ST_AsMVT(f.*, 'project_tiles', 4096, 'geom', 'site_id') FROM (
    SELECT s.site_id, p.project_id, p.official_code AS code, p.name, s.title AS site, p.category, p.stage, NULL::varchar AS colour,
           NULL::float8 AS budget, NULL::float8 AS paid,
           ST_AsMVTGeom(ST_Transform(s.place, 3857), ST_TileEnvelope(z, x, y), 4096, 64, true) AS geom
      FROM tiles.project_site s JOIN tiles.project p ON p.project_id = s.project_id
     WHERE s.place && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4490) AND s.active) AS f
   WHERE f.geom IS NOT NULL $$;
CREATE FUNCTION pg_temp.take(name text, role text, z int, x int, y int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE began timestamptz; tile bytea;
BEGIN
  EXECUTE format('SET LOCAL ROLE %I', role);
  began := clock_timestamp();
  IF name = 'bare' THEN tile := pg_temp.bare(z, x, y);
  ELSIF name = 'bare, no colour' THEN tile := pg_temp.colourless(z, x, y);
  ELSE tile := tiles.project_tiles(z, x, y); END IF;
  INSERT INTO taken VALUES (name, z, x, y, extract(epoch FROM clock_timestamp() - began) * 1000, length(tile));
  RESET ROLE;
END $$;
SELECT format('SELECT pg_temp.take(%L, %L, %s, %s, %s)', t.name, CASE t.name WHEN 'all of it' THEN 'tiles_reader' WHEN 'one city' THEN 'tiles_city' ELSE current_user::text END, p.z, p.x, p.y)
  FROM generate_series(0, :rounds) AS round, (VALUES (8, 213, 103), (6, 53, 25), (12, 3412, 1660)) AS p(z, x, y), (VALUES ('bare, no colour'), ('bare'), ('all of it'), ('one city')) AS t(name) ORDER BY round, random() \gexec
\pset format aligned
\pset tuples_only off
SELECT count(*) AS sites_in_tile_8 FROM tiles.project_site WHERE place && ST_Transform(ST_TileEnvelope(8, 213, 103, margin => 64.0 / 4096), 4490);
SELECT z AS zoom, name AS who, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 2) AS ms, round(max(bytes) / 1024.0, 1) AS kib,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) / (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY b.ms) FROM taken b WHERE b.name = 'bare' AND b.z = t.z))::numeric, 2) AS ratio
  FROM taken t GROUP BY z, name ORDER BY z, array_position('{bare,"bare, no colour",all of it,one city}', name);
