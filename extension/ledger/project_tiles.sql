-- project: the map, as layers with geometry and as vector tiles

CREATE VIEW @report@.project_site_geo WITH (security_invoker = true) AS
  SELECT s.site_id, s.project_id, p.official_code AS project_code, p.name AS project_name, s.site_no, s.title, s.version_no,
         s.since, p.category, p.stage, u.official_code AS unit_code, u.name AS unit_name, d.official_code AS division_code,
         d.name AS division_name, s.place_z IS NOT NULL AS has_heights, s.place AS geom
    FROM @ledger@.project_site s
    JOIN @ledger@.project p ON p.project_id = s.project_id
    JOIN @ledger@.unit u ON u.code = p.unit
    JOIN @ledger@.division d ON d.code = p.division
   WHERE s.active;
COMMENT ON VIEW @report@.project_site_geo IS 'Map layer of the sites of projects (项目现场图层), in CGCS2000 (EPSG:4490), without heights; site_id is its key. Geometries of every kind: a desktop GIS takes project_site_point_geo, project_site_line_geo and project_site_area_geo.';
COMMENT ON COLUMN @report@.project_site_geo.site_id IS 'Number of the site: the key of the layer.';
COMMENT ON COLUMN @report@.project_site_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_site_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_site_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_geo.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @report@.project_site_geo.title IS 'What the site is called.';
COMMENT ON COLUMN @report@.project_site_geo.version_no IS 'Which of its versions this is.';
COMMENT ON COLUMN @report@.project_site_geo.since IS 'Since when it is so.';
COMMENT ON COLUMN @report@.project_site_geo.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @report@.project_site_geo.stage IS 'Stage of the project (项目阶段).';
COMMENT ON COLUMN @report@.project_site_geo.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.project_site_geo.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_geo.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_site_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_geo.has_heights IS 'Whether project_site_z_geo has it with heights.';
COMMENT ON COLUMN @report@.project_site_geo.geom IS 'Where it is: points, lines, areas or collections.';

CREATE VIEW @report@.project_site_z_geo WITH (security_invoker = true) AS
  SELECT s.site_id, s.project_id, p.official_code AS project_code, p.name AS project_name, s.site_no, s.title, s.place_z AS geom
    FROM @ledger@.project_site s JOIN @ledger@.project p ON p.project_id = s.project_id
   WHERE s.active AND s.place_z IS NOT NULL;
COMMENT ON VIEW @report@.project_site_z_geo IS 'Map layer of the sites that have heights (三维现场图层), in CGCS2000 (EPSG:4490); site_id is its key.';
COMMENT ON COLUMN @report@.project_site_z_geo.site_id IS 'Number of the site: the key of the layer.';
COMMENT ON COLUMN @report@.project_site_z_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_site_z_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_site_z_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_z_geo.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @report@.project_site_z_geo.title IS 'What the site is called.';
COMMENT ON COLUMN @report@.project_site_z_geo.geom IS 'Where it is, with heights in metres.';

-- A desktop GIS draws one kind of geometry in a layer, and no collection at all: each site is in the layers of its parts.
CREATE VIEW @report@.project_site_point_geo WITH (security_invoker = true) AS
  SELECT s.site_id, s.project_id, s.project_code, s.project_name, s.site_no, s.title, s.stage, s.unit_code, s.unit_name, s.division_code, s.division_name,
         @postgis@.ST_Multi(@postgis@.ST_CollectionExtract(s.geom, 1))::@postgis@.geometry(MultiPoint, 4490) AS geom
    FROM @report@.project_site_geo s WHERE NOT @postgis@.ST_IsEmpty(@postgis@.ST_CollectionExtract(s.geom, 1));
COMMENT ON VIEW @report@.project_site_point_geo IS 'Map layer of the points of sites (点状现场图层), in CGCS2000 (EPSG:4490); site_id is its key. A site with parts of several kinds is in several layers.';
COMMENT ON COLUMN @report@.project_site_point_geo.site_id IS 'Number of the site: the key of the layer.';
COMMENT ON COLUMN @report@.project_site_point_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_site_point_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_site_point_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_point_geo.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @report@.project_site_point_geo.title IS 'What the site is called.';
COMMENT ON COLUMN @report@.project_site_point_geo.stage IS 'Stage of the project (项目阶段).';
COMMENT ON COLUMN @report@.project_site_point_geo.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.project_site_point_geo.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_point_geo.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_site_point_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_point_geo.geom IS 'The points of the site, without heights.';

CREATE VIEW @report@.project_site_line_geo WITH (security_invoker = true) AS
  SELECT s.site_id, s.project_id, s.project_code, s.project_name, s.site_no, s.title, s.stage, s.unit_code, s.unit_name, s.division_code, s.division_name,
         @postgis@.ST_Multi(@postgis@.ST_CollectionExtract(s.geom, 2))::@postgis@.geometry(MultiLineString, 4490) AS geom
    FROM @report@.project_site_geo s WHERE NOT @postgis@.ST_IsEmpty(@postgis@.ST_CollectionExtract(s.geom, 2));
COMMENT ON VIEW @report@.project_site_line_geo IS 'Map layer of the lines of sites (线状现场图层), in CGCS2000 (EPSG:4490); site_id is its key. A site with parts of several kinds is in several layers.';
COMMENT ON COLUMN @report@.project_site_line_geo.site_id IS 'Number of the site: the key of the layer.';
COMMENT ON COLUMN @report@.project_site_line_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_site_line_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_site_line_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_line_geo.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @report@.project_site_line_geo.title IS 'What the site is called.';
COMMENT ON COLUMN @report@.project_site_line_geo.stage IS 'Stage of the project (项目阶段).';
COMMENT ON COLUMN @report@.project_site_line_geo.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.project_site_line_geo.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_line_geo.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_site_line_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_line_geo.geom IS 'The lines of the site, without heights.';

CREATE VIEW @report@.project_site_area_geo WITH (security_invoker = true) AS
  SELECT s.site_id, s.project_id, s.project_code, s.project_name, s.site_no, s.title, s.stage, s.unit_code, s.unit_name, s.division_code, s.division_name,
         @postgis@.ST_Multi(@postgis@.ST_CollectionExtract(s.geom, 3))::@postgis@.geometry(MultiPolygon, 4490) AS geom
    FROM @report@.project_site_geo s WHERE NOT @postgis@.ST_IsEmpty(@postgis@.ST_CollectionExtract(s.geom, 3));
COMMENT ON VIEW @report@.project_site_area_geo IS 'Map layer of the areas of sites (面状现场图层), in CGCS2000 (EPSG:4490); site_id is its key. A site with parts of several kinds is in several layers.';
COMMENT ON COLUMN @report@.project_site_area_geo.site_id IS 'Number of the site: the key of the layer.';
COMMENT ON COLUMN @report@.project_site_area_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_site_area_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_site_area_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_area_geo.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @report@.project_site_area_geo.title IS 'What the site is called.';
COMMENT ON COLUMN @report@.project_site_area_geo.stage IS 'Stage of the project (项目阶段).';
COMMENT ON COLUMN @report@.project_site_area_geo.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.project_site_area_geo.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_area_geo.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_site_area_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_site_area_geo.geom IS 'The areas of the site, without heights.';

CREATE VIEW @report@.project_geo WITH (security_invoker = true) AS
  SELECT p.project_id, p.official_code AS project_code, p.name AS project_name, p.category, p.stage, p.setup_year,
         u.official_code AS unit_code, u.name AS unit_name, d.official_code AS division_code, d.name AS division_name,
         r.percent AS physical, r.reported_for, n.planned::numeric(9,4) AS planned, g.colour, g.as_of AS signal_as_of,
         @postgis@.ST_PointOnSurface(s.place)::@postgis@.geometry(Point, 4490) AS geom
    FROM @ledger@.project p
    JOIN @ledger@.unit u ON u.code = p.unit
    JOIN @ledger@.division d ON d.code = p.division
    JOIN LATERAL (SELECT o.place FROM @ledger@.project_site o WHERE o.project_id = p.project_id AND o.active ORDER BY o.site_no LIMIT 1) s ON true
    LEFT JOIN LATERAL (
      SELECT o.percent, o.reported_for FROM @ledger@.progress_report o
       WHERE o.project_id = p.project_id AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = o.report_id)
       ORDER BY o.reported_for DESC, o.report_id DESC LIMIT 1) r ON true
    LEFT JOIN @ledger@.planned_progress(CURRENT_DATE) n ON n.project_id = p.project_id
    LEFT JOIN LATERAL (SELECT o.colour, o.as_of FROM @ledger@.project_signal o WHERE o.project_id = p.project_id ORDER BY o.as_of DESC, o.revision DESC LIMIT 1) g ON true;
COMMENT ON VIEW @report@.project_geo IS 'Map layer of projects (项目图层): a point for each that has a site, in CGCS2000 (EPSG:4490); project_id is its key.';
COMMENT ON COLUMN @report@.project_geo.project_id IS 'Key of the project in this ledger, and of the layer.';
COMMENT ON COLUMN @report@.project_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_geo.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @report@.project_geo.stage IS 'Stage of the project (项目阶段).';
COMMENT ON COLUMN @report@.project_geo.setup_year IS 'Year of initiation (立项年度).';
COMMENT ON COLUMN @report@.project_geo.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.project_geo.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_geo.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_geo.physical IS 'Physical progress (形象进度) by the last report that stands, in percent.';
COMMENT ON COLUMN @report@.project_geo.reported_for IS 'Day of that report.';
COMMENT ON COLUMN @report@.project_geo.planned IS 'Planned progress (计划进度) today, in percent.';
COMMENT ON COLUMN @report@.project_geo.colour IS 'Colour of the last signal (红黄绿蓝预警); NULL: none was given yet.';
COMMENT ON COLUMN @report@.project_geo.signal_as_of IS 'Day of that signal.';
COMMENT ON COLUMN @report@.project_geo.geom IS 'A point on its first site.';

CREATE VIEW @report@.division_geo WITH (security_invoker = true) AS
  SELECT b.boundary_id, d.official_code AS division_code, d.name AS division_name, d.level::integer AS level, a.official_code AS parent_code,
         (SELECT count(*) FROM @ledger@.project p WHERE p.division <@ b.division) AS projects, b.source, b.place AS geom
    FROM @ledger@.division_boundary b
    JOIN @ledger@.division d ON d.code = b.division
    LEFT JOIN @ledger@.division a ON a.code = d.parent;
COMMENT ON VIEW @report@.division_geo IS 'Map layer of divisions (行政区图层) with boundaries, in CGCS2000 (EPSG:4490); boundary_id is its key. Figures join by division_code.';
COMMENT ON COLUMN @report@.division_geo.boundary_id IS 'Number of the boundary: the key of the layer.';
COMMENT ON COLUMN @report@.division_geo.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.division_geo.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.division_geo.level IS '1 province, 2 city, 3 county, 4 township.';
COMMENT ON COLUMN @report@.division_geo.parent_code IS 'Official code of the division above.';
COMMENT ON COLUMN @report@.division_geo.projects IS 'Projects in it and below that the reader may read.';
COMMENT ON COLUMN @report@.division_geo.source IS 'Where the boundary comes from.';
COMMENT ON COLUMN @report@.division_geo.geom IS 'Its area.';

CREATE VIEW @report@.progress_report_geo WITH (security_invoker = true) AS
  SELECT r.report_id, r.project_id, p.official_code AS project_code, p.name AS project_name, r.kind, r.reported_for, r.percent,
         r.distance, pg_catalog.array_to_string(r.flags, ',')::varchar(200) AS flags, r.reported_by, r.taken_at, r.place AS geom
    FROM @ledger@.progress_report r JOIN @ledger@.project p ON p.project_id = r.project_id
   WHERE r.place IS NOT NULL AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = r.report_id);
COMMENT ON VIEW @report@.progress_report_geo IS 'Map layer of the places from which progress was reported (填报位置图层), in CGCS2000 (EPSG:4490), without reports that were replaced; report_id is its key.';
COMMENT ON COLUMN @report@.progress_report_geo.report_id IS 'Number of the report: the key of the layer.';
COMMENT ON COLUMN @report@.progress_report_geo.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.progress_report_geo.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.progress_report_geo.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.progress_report_geo.kind IS 'daily (日报), monthly (月报) or other.';
COMMENT ON COLUMN @report@.progress_report_geo.reported_for IS 'The day whose state it reports.';
COMMENT ON COLUMN @report@.progress_report_geo.percent IS 'Physical progress (形象进度), in percent.';
COMMENT ON COLUMN @report@.progress_report_geo.distance IS 'Metres from the nearest site when it arrived.';
COMMENT ON COLUMN @report@.progress_report_geo.flags IS 'What was doubtful, joined by commas.';
COMMENT ON COLUMN @report@.progress_report_geo.reported_by IS 'Who reported.';
COMMENT ON COLUMN @report@.progress_report_geo.taken_at IS 'When the place was taken.';
COMMENT ON COLUMN @report@.progress_report_geo.geom IS 'Where it was reported from.';

-- Tiles. An index of PostGIS is closed to a query under row security, because its operators are not LEAKPROOF: a tile
-- is drawn as the owner, with the index, and asks can_read_as() for each row that the index gives. ST_AsMVT() leaves out
-- what has no geometry left; to ask for that before would clip everything twice.
-- It returns a set, so that its body becomes part of the saved plan that calls it: any other would be planned at each call.
CREATE FUNCTION @ledger@.draw_project_tiles(z integer, x integer, y integer, query_params jsonb, reader bigint) RETURNS TABLE (tile bytea)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT nullif(q ->> 'fiscal_year', '')::integer AS fiscal_year, nullif(q ->> 'colour', '') AS colour,
           nullif(q ->> 'category', '') AS category, nullif(q ->> 'stage', '') AS stage, nullif(q ->> 'division', '') AS place,
           (SELECT d.code FROM @ledger@.division d WHERE d.official_code = q ->> 'division') AS division,
           @postgis@.ST_TileEnvelope(draw_project_tiles.z, draw_project_tiles.x, draw_project_tiles.y) AS frame
      FROM (SELECT draw_project_tiles.query_params AS q) AS i
  ), feature AS (
    SELECT s.site_id, p.project_id, p.official_code AS code, p.name, s.title AS site, p.category, p.stage, s.colour,
           m.budget::double precision AS budget, m.paid::double precision AS paid,
           @postgis@.ST_AsMVTGeom(@postgis@.ST_Transform(s.place, 3857), w.frame, 4096, 64, true) AS geom
      FROM @ledger@.project_site s
      CROSS JOIN wanted w
      JOIN @ledger@.project p ON p.project_id = s.project_id
      LEFT JOIN LATERAL (
        SELECT sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric) AS budget, sum(b.paid::numeric) AS paid, count(*) AS lines
          FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
         WHERE w.fiscal_year IS NOT NULL AND l.project_id = p.project_id AND l.fiscal_year = w.fiscal_year
           AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, draw_project_tiles.reader::oid, l.division, l.unit)) m ON w.fiscal_year IS NOT NULL
     WHERE s.place OPERATOR(@postgis@.&&) @postgis@.ST_Transform(@postgis@.ST_TileEnvelope(draw_project_tiles.z, draw_project_tiles.x,
             draw_project_tiles.y, margin => 64.0 / 4096), 4490)
       AND s.active
       AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, draw_project_tiles.reader::oid, s.division, s.unit)
       AND (w.category IS NULL OR p.category = w.category) AND (w.stage IS NULL OR p.stage = w.stage)
       AND (w.place IS NULL OR s.division <@ w.division) AND (w.colour IS NULL OR s.colour = w.colour)
       AND (w.fiscal_year IS NULL OR m.lines > 0)
  )
  SELECT @postgis@.ST_AsMVT(f.*, 'project_tiles', 4096, 'geom', 'site_id') FROM feature f;
END;
COMMENT ON FUNCTION @ledger@.draw_project_tiles(integer, integer, integer, jsonb, bigint) IS 'Internal: a tile of project_tiles() with what a role may read.';

CREATE FUNCTION @ledger@.draw_division_tiles(z integer, x integer, y integer, query_params jsonb, reader bigint) RETURNS TABLE (tile bytea)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT nullif(q ->> 'fiscal_year', '')::integer AS fiscal_year, nullif(q ->> 'level', '')::integer AS level,
           nullif(q ->> 'parent', '') AS above, nullif(q ->> 'division', '') AS place,
           (SELECT d.code FROM @ledger@.division d WHERE d.official_code = q ->> 'parent') AS parent,
           (SELECT d.code FROM @ledger@.division d WHERE d.official_code = q ->> 'division') AS division,
           @postgis@.ST_TileEnvelope(draw_division_tiles.z, draw_division_tiles.x, draw_division_tiles.y) AS frame
      FROM (SELECT draw_division_tiles.query_params AS q) AS i
  ), feature AS (
    SELECT b.boundary_id, d.official_code AS code, d.name, d.level::integer AS level,
           (SELECT count(*) FROM @ledger@.project p WHERE p.division <@ b.division
               AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, draw_division_tiles.reader::oid, p.division, p.unit)) AS projects,
           m.budget::double precision AS budget, m.paid::double precision AS paid,
           round(m.paid / nullif(m.budget, 0), 4)::double precision AS execution_rate,
           @postgis@.ST_AsMVTGeom(@postgis@.ST_Transform(b.place, 3857), w.frame, 4096, 64, true) AS geom
      FROM @ledger@.division_boundary b
      CROSS JOIN wanted w
      JOIN @ledger@.division d ON d.code = b.division
      LEFT JOIN LATERAL (
        SELECT sum((t.appropriated - t.allotted - t.transferred - t.withdrawn)::numeric) AS budget, sum(t.paid::numeric) AS paid
          FROM @ledger@.line l JOIN @ledger@.balance t ON t.line_id = l.line_id
         WHERE l.fiscal_year = w.fiscal_year AND l.division <@ b.division
           AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, draw_division_tiles.reader::oid, l.division, l.unit)) m ON w.fiscal_year IS NOT NULL
     WHERE b.place OPERATOR(@postgis@.&&) @postgis@.ST_Transform(@postgis@.ST_TileEnvelope(draw_division_tiles.z, draw_division_tiles.x,
             draw_division_tiles.y, margin => 64.0 / 4096), 4490)
       AND budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, draw_division_tiles.reader::oid, NULL, NULL)
       AND (w.level IS NULL OR d.level = w.level) AND (w.above IS NULL OR d.parent = w.parent)
       AND (w.place IS NULL OR b.division <@ w.division)
  )
  SELECT @postgis@.ST_AsMVT(f.*, 'division_tiles', 4096, 'geom', 'boundary_id') FROM feature f;
END;
COMMENT ON FUNCTION @ledger@.draw_division_tiles(integer, integer, integer, jsonb, bigint) IS 'Internal: a tile of division_tiles() with what a role may read.';

CREATE FUNCTION @ledger@.project_tiles(z integer, x integer, y integer, query_params json DEFAULT '{}') RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT budgetpm.map_tile('@ledger@.ledger'::pg_catalog.regclass, 'project_tiles', z, x, y, query_params::jsonb);
END;
COMMENT ON FUNCTION @ledger@.project_tiles(integer, integer, integer, json) IS
  '{"description": "Sites of projects (项目现场) as a vector tile, layer project_tiles, key site_id: code, name, site, category, stage, colour, and with fiscal_year budget and paid in yuan. query_params: fiscal_year, colour, category, stage, division (official code, with all below). It shows what the caller may read. Errors: 22023, 42501."}';

CREATE FUNCTION @ledger@.division_tiles(z integer, x integer, y integer, query_params json DEFAULT '{}') RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT budgetpm.map_tile('@ledger@.ledger'::pg_catalog.regclass, 'division_tiles', z, x, y, query_params::jsonb);
END;
COMMENT ON FUNCTION @ledger@.division_tiles(integer, integer, integer, json) IS
  '{"description": "Divisions (行政区) as a vector tile, layer division_tiles, key boundary_id: code, name, level, projects in it and below, and with fiscal_year budget, paid and execution_rate. query_params: fiscal_year, level, parent (its children: drill-down), division (official code, with all below). Figures are what the caller may read. Errors: 22023, 42501."}';

-- As the owner, it asks for each row whether the reader may see it; with no reader, row security has done that.
CREATE FUNCTION @ledger@.heat_cells(bounds @postgis@.geometry, size double precision, fiscal_year integer, division text, late_by numeric, reader bigint)
RETURNS TABLE (cell_id bigint, projects bigint, late bigint, behind numeric, budget numeric, paid numeric, cell @postgis@.geometry)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 100 BEGIN ATOMIC
  WITH placed AS MATERIALIZED (
    SELECT s.project_id, @postgis@.ST_Transform(@postgis@.ST_PointOnSurface(s.place), 3857) AS place
      FROM @ledger@.project_site s
     WHERE s.active
       AND s.site_no = (SELECT min(e.site_no) FROM @ledger@.project_site e WHERE e.project_id = s.project_id AND e.active)
       AND (heat_cells.division IS NULL OR s.division <@ (SELECT d.code FROM @ledger@.division d WHERE d.official_code = heat_cells.division))
       AND s.place OPERATOR(@postgis@.&&) coalesce(@postgis@.ST_Transform(heat_cells.bounds, 4490), @postgis@.ST_MakeEnvelope(-180, -90, 180, 90, 4490))
       AND (heat_cells.reader IS NULL OR budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, heat_cells.reader::oid, s.division, s.unit))
  ), assigned AS MATERIALIZED (
    SELECT p.project_id, budgetpm.hexagon_at(heat_cells.size, @postgis@.ST_X(p.place), @postgis@.ST_Y(p.place)) AS cell_id FROM placed p
  )
  -- Project by project, each by its indexes: how many there are is not known when this is planned.
  SELECT a.cell_id, count(*), count(*) FILTER (WHERE g.behind > heat_cells.late_by), round(avg(g.behind), 2),
         coalesce(sum(m.budget), 0), coalesce(sum(m.paid), 0),
         @postgis@.ST_SetSRID(@postgis@.ST_Hexagon(heat_cells.size, (a.cell_id / 67108864 - 33554432)::integer, (a.cell_id % 67108864 - 33554432)::integer), 3857)
    FROM assigned a
    LEFT JOIN LATERAL (
      SELECT sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric) AS budget, sum(b.paid::numeric) AS paid
        FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
       WHERE l.project_id = a.project_id AND (heat_cells.fiscal_year IS NULL OR l.fiscal_year = heat_cells.fiscal_year)
         AND (heat_cells.reader IS NULL OR budgetpm.can_read_as('@ledger@.ledger'::pg_catalog.regclass, heat_cells.reader::oid, l.division, l.unit))) m ON true
    LEFT JOIN LATERAL (
      SELECT n.planned - coalesce(r.percent, 0) AS behind
        FROM @ledger@.project p
       CROSS JOIN LATERAL (SELECT o.planned FROM @ledger@.planned_progress(CURRENT_DATE) o WHERE o.project_id = a.project_id) n
        LEFT JOIN LATERAL (
          SELECT o.percent FROM @ledger@.progress_report o
           WHERE o.project_id = a.project_id AND NOT EXISTS (SELECT FROM @ledger@.progress_report e WHERE e.replaces = o.report_id)
           ORDER BY o.reported_for DESC, o.report_id DESC LIMIT 1) r ON true
       WHERE p.project_id = a.project_id AND p.stage IN ('under_way', 'suspended')) g ON true
   GROUP BY a.cell_id;
END;
COMMENT ON FUNCTION @ledger@.heat_cells(@postgis@.geometry, double precision, integer, text, numeric, bigint) IS
  'What heat_grid() and heat_tiles() count in hexagons over bounds of Web Mercator (EPSG:3857), NULL for the world, of an edge in its metres; reader is the role that it is for where it is called as another.';

CREATE FUNCTION @ledger@.heat_grid(division text DEFAULT NULL, size_km numeric DEFAULT 20, fiscal_year integer DEFAULT NULL, late_by numeric DEFAULT 10)
RETURNS TABLE (cell_id bigint, projects bigint, late bigint, behind numeric(7,2), budget numeric(20,2), paid numeric(20,2), geom @postgis@.geometry(Polygon, 4490))
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100 BEGIN ATOMIC
  SELECT c.cell_id, c.projects, c.late, c.behind::numeric(7,2), c.budget::numeric(20,2), c.paid::numeric(20,2),
         @postgis@.ST_Transform(c.cell, 4490)::@postgis@.geometry(Polygon, 4490)
    FROM @ledger@.heat_cells(NULL, heat_grid.size_km::double precision * 1000, heat_grid.fiscal_year, heat_grid.division, heat_grid.late_by, NULL) AS c
   WHERE budgetpm.one_of('size_km', CASE WHEN heat_grid.size_km BETWEEN 1 AND 1000 THEN 'from 1 to 1000' ELSE heat_grid.size_km::text END, '{from 1 to 1000}')
     AND (heat_grid.division IS NULL OR (SELECT budgetpm.division_key('@ledger@.ledger'::pg_catalog.regclass, heat_grid.division)) IS NOT NULL)
     AND budgetpm.one_of('late_by', CASE WHEN heat_grid.late_by BETWEEN -100 AND 100 THEN 'from -100 to 100' ELSE heat_grid.late_by::text END, '{from -100 to 100}');
END;
COMMENT ON FUNCTION @ledger@.heat_grid(text, numeric, integer, numeric) IS
  'Spending and lateness as a grid of hexagons (热力图): for each with a project, by the project''s first site, how many there are, how many under way are behind their plan by more than late_by points today, by how much on average, and their budget and payments in yuan, of one fiscal year or all. size_km is the edge of a hexagon on the map (Web Mercator). What the caller may read. Errors: 22023, 23503 division.';

-- Hexagons have a twelfth of a tile's width as edge; deeper than zoom 18, where that is 13 metres, they stay as they are.
-- A hexagon that reaches into the tile's buffer is counted as a whole, so that it is the same in every tile that shows it.
CREATE FUNCTION @ledger@.draw_heat_tiles(z integer, x integer, y integer, query_params jsonb, reader bigint) RETURNS TABLE (tile bytea)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1 BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT @postgis@.ST_TileEnvelope(draw_heat_tiles.z, draw_heat_tiles.x, draw_heat_tiles.y) AS frame,
           40075016.6855784 / (2 ^ least(draw_heat_tiles.z, 18)) / 12 AS size
  ), feature AS (
    SELECT c.cell_id, c.projects, c.late, c.behind::double precision AS behind, c.budget::double precision AS budget, c.paid::double precision AS paid,
           @postgis@.ST_AsMVTGeom(c.cell, w.frame, 4096, 64, true) AS geom
      FROM wanted w
      CROSS JOIN LATERAL @ledger@.heat_cells(@postgis@.ST_Intersection(@postgis@.ST_Expand(w.frame, w.size * 2.25), @postgis@.ST_TileEnvelope(0, 0, 0)), w.size, nullif(draw_heat_tiles.query_params ->> 'fiscal_year', '')::integer,
        nullif(draw_heat_tiles.query_params ->> 'division', ''), coalesce(nullif(draw_heat_tiles.query_params ->> 'late_by', '')::numeric, 10), draw_heat_tiles.reader) AS c
  )
  SELECT @postgis@.ST_AsMVT(f.*, 'heat_tiles', 4096, 'geom', 'cell_id') FROM feature f;
END;
COMMENT ON FUNCTION @ledger@.draw_heat_tiles(integer, integer, integer, jsonb, bigint) IS 'Internal: a tile of heat_tiles() with what a role may read.';

CREATE FUNCTION @ledger@.heat_tiles(z integer, x integer, y integer, query_params json DEFAULT '{}') RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT budgetpm.map_tile('@ledger@.ledger'::pg_catalog.regclass, 'heat_tiles', z, x, y, query_params::jsonb);
END;
COMMENT ON FUNCTION @ledger@.heat_tiles(integer, integer, integer, json) IS
  '{"description": "Hexagons (热力图) of spending and lateness as a vector tile, layer heat_tiles, key cell_id: projects, late, behind, budget, paid, as heat_grid() counts them. query_params: fiscal_year, division, late_by. It shows what the caller may read. Errors: 22023, 42501."}';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p, o FROM pg_catalog.unnest('{reader,officer,application,administrator}'::text[]) AS p,
                 pg_catalog.unnest('{project_tiles,division_tiles,heat_tiles,heat_cells,heat_grid}'::text[]) AS o;
