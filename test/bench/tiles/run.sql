-- run.sql: the timings, taken inside the server so that no client's reading of the tile counts: milliseconds of
-- processor, which other work on the machine disturbs least (of the clock where the system does not say them).
SET client_min_messages = warning;
SET jit = off;
SET max_parallel_workers_per_gather = 0;
CREATE FUNCTION pg_temp.spent() RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
  RETURN split_part(pg_read_file(format('/proc/%s/schedstat', pg_backend_pid())), ' ', 1)::numeric / 1e6;
EXCEPTION WHEN OTHERS THEN
  RETURN extract(epoch FROM clock_timestamp()) * 1000;
END $$;
CREATE TEMP TABLE taken (name text, z int, x int, y int, ms numeric, bytes int);
-- Bare queries, in PL/pgSQL so that their plans are kept as ours are: the same tables and
-- attributes; and the least that is a tile, sites with nothing but their key.
CREATE FUNCTION pg_temp.bare(z int, x int, y int) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT ST_AsMVT(f.*, 'project_tiles', 4096, 'geom', 'site_id') FROM (
    SELECT s.site_id, p.project_id, p.official_code AS code, p.name, s.title AS site, p.category, p.stage, s.colour,
           NULL::float8 AS budget, NULL::float8 AS paid,
           ST_AsMVTGeom(ST_Transform(s.place, 3857), ST_TileEnvelope(z, x, y), 4096, 64, true) AS geom
      FROM tiles.project_site s JOIN tiles.project p ON p.project_id = s.project_id
     WHERE s.place && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4490) AND s.active) AS f);
END $$;
CREATE FUNCTION pg_temp.keys_only(z int, x int, y int) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
  RETURN (SELECT ST_AsMVT(f.*, 'project_tiles', 4096, 'geom', 'site_id') FROM (
    SELECT s.site_id, ST_AsMVTGeom(ST_Transform(s.place, 3857), ST_TileEnvelope(z, x, y), 4096, 64, true) AS geom
      FROM tiles.project_site s
     WHERE s.place && ST_Transform(ST_TileEnvelope(z, x, y, margin => 64.0 / 4096), 4490) AND s.active) AS f);
END $$;
CREATE FUNCTION pg_temp.draw(name text, z int, x int, y int) RETURNS bytea LANGUAGE plpgsql AS $$
BEGIN
  IF name = 'bare' THEN RETURN pg_temp.bare(z, x, y);
  ELSIF name = 'bare, keys only' THEN RETURN pg_temp.keys_only(z, x, y);
  ELSIF name = 'with money' THEN RETURN tiles.project_tiles(z, x, y, '{"fiscal_year": 2025}');
  ELSIF name = 'hexagons' THEN RETURN tiles.heat_tiles(z, x, y, '{"fiscal_year": 2025}');
  ELSE RETURN tiles.project_tiles(z, x, y); END IF;
END $$;
-- The system counts processor time in steps of some milliseconds: a tile is drawn until forty have gone.
CREATE FUNCTION pg_temp.take(name text, role text, z int, x int, y int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE began numeric; times int := 0; tile bytea; gone numeric := 0;
BEGIN
  began := pg_temp.spent();
  WHILE gone < 40 LOOP
    EXECUTE format('SET LOCAL ROLE %I', role);
    FOR i IN 1 .. CASE WHEN z > 10 THEN 20 ELSE 1 END LOOP
      tile := pg_temp.draw(name, z, x, y);
      times := times + 1;
    END LOOP;
    RESET ROLE;
    gone := pg_temp.spent() - began;
  END LOOP;
  INSERT INTO taken VALUES (name, z, x, y, gone / times, length(tile));
END $$;
CREATE FUNCTION pg_temp.role_of(name text) RETURNS text LANGUAGE sql AS $$
  SELECT CASE WHEN name LIKE 'bare%' THEN current_user::text WHEN name = 'one city' THEN 'tiles_city' ELSE 'tiles_reader' END $$;
SELECT format('SELECT pg_temp.take(%L, %L, %s, %s, %s)', t.name, pg_temp.role_of(t.name), p.z, p.x, p.y)
  FROM generate_series(0, :rounds) AS round, (VALUES (8, 213, 103), (6, 53, 25), (12, 3412, 1660)) AS p(z, x, y),
       (VALUES ('bare, keys only'), ('bare'), ('all of it'), ('one city'), ('with money'), ('hexagons')) AS t(name) ORDER BY round, random() \gexec
-- The grid over everything, and over one of thirteen cities.
CREATE TEMP TABLE grid (name text, ms numeric, cells bigint);
CREATE FUNCTION pg_temp.grid(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE began numeric; cells bigint;
BEGIN
  began := pg_temp.spent();
  EXECUTE format('SET LOCAL ROLE %I', pg_temp.role_of(name));
  IF name = 'one of 13 cities' THEN SELECT count(*) INTO cells FROM tiles.heat_grid('320100000', 20, 2025);
  ELSE SELECT count(*) INTO cells FROM tiles.heat_grid(size_km => 20, fiscal_year => 2025); END IF;
  RESET ROLE;
  INSERT INTO grid VALUES (name, pg_temp.spent() - began, cells);
END $$;
SELECT format('SELECT pg_temp.grid(%L)', t.name)
  FROM generate_series(0, :rounds / 3) AS round, (VALUES ('all'), ('one of 13 cities')) AS t(name) ORDER BY round, random() \gexec
\pset format aligned
\pset tuples_only off
SELECT count(*) AS sites_in_tile_8 FROM tiles.project_site WHERE place && ST_Transform(ST_TileEnvelope(8, 213, 103, margin => 64.0 / 4096), 4490);
WITH median AS (
  SELECT z, name, percentile_cont(0.5) WITHIN GROUP (ORDER BY ms) AS ms, max(bytes) AS bytes FROM taken GROUP BY z, name)
SELECT m.z AS zoom, m.name AS who, round(m.ms::numeric, 2) AS ms, round(m.bytes / 1024.0, 1) AS kib, round((m.ms / b.ms)::numeric, 2) AS to_bare, round((m.ms / k.ms)::numeric, 2) AS to_keys_only
  FROM median m JOIN median b ON b.z = m.z AND b.name = 'bare' JOIN median k ON k.z = m.z AND k.name = 'bare, keys only'
 ORDER BY m.z, array_position('{"bare, keys only",bare,all of it,one city,with money,hexagons}', m.name);
SELECT name AS heat_grid, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric) AS ms, max(cells) AS cells FROM grid GROUP BY name ORDER BY name;
