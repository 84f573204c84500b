-- project: where projects are, and what is reported of their progress

CREATE SEQUENCE @ledger@.site_seq;
COMMENT ON SEQUENCE @ledger@.site_seq IS 'Numbers of sites and of their versions.';
CREATE TABLE @ledger@.project_site (
  site_id    bigint PRIMARY KEY,
  project_id bigint NOT NULL REFERENCES @ledger@.project,
  site_no    integer NOT NULL CHECK (site_no BETWEEN 1 AND 9999),
  version_no integer NOT NULL,
  title      varchar(200),
  active     boolean NOT NULL,
  place      @postgis@.geometry(Geometry, 4490) NOT NULL,
  place_z    @postgis@.geometry(GeometryZ, 4490),
  since      timestamptz NOT NULL,
  division   budgetpm.budget_code NOT NULL,
  unit       budgetpm.budget_code NOT NULL,
  colour     varchar(8) COLLATE "C",
  UNIQUE (project_id, site_no)
) WITH (fillfactor = 90);
CREATE INDEX project_site_place ON @ledger@.project_site USING gist (place);
COMMENT ON TABLE @ledger@.project_site IS 'Sites of projects (项目现场) as they are now: points, lines, areas and collections, in CGCS2000. Written by set_site(), load_sites() and retire_site(); what a site was before is in project_site_version.';
COMMENT ON COLUMN @ledger@.project_site.site_id IS 'Number of the site.';
COMMENT ON COLUMN @ledger@.project_site.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_site.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @ledger@.project_site.version_no IS 'Which of its versions this is.';
COMMENT ON COLUMN @ledger@.project_site.title IS 'What it is called.';
COMMENT ON COLUMN @ledger@.project_site.active IS 'False: the site was given up.';
COMMENT ON COLUMN @ledger@.project_site.place IS 'Where it is, in CGCS2000 (EPSG:4490), longitude before latitude, without heights.';
COMMENT ON COLUMN @ledger@.project_site.place_z IS 'The same with heights in metres, where they were given (三维).';
COMMENT ON COLUMN @ledger@.project_site.since IS 'Since when it is so.';
COMMENT ON COLUMN @ledger@.project_site.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_site.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.project_site.colour IS 'Colour of the newest signal of the project (最新预警), so that a tile need not look for it in project_signal; NULL: none was given yet. Written with the signals; check_ledger() compares it.';

CREATE TABLE @ledger@.project_site_version (
  version_id  bigint PRIMARY KEY,
  site_id     bigint NOT NULL,
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  site_no     integer NOT NULL,
  version_no  integer NOT NULL,
  title       varchar(200),
  active      boolean NOT NULL,
  place       @postgis@.geometry(Geometry, 4490) NOT NULL,
  place_z     @postgis@.geometry(GeometryZ, 4490),
  reason      varchar(200),
  recorded_at timestamptz NOT NULL,
  recorded_by varchar(63) COLLATE "C" NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  UNIQUE (project_id, site_no, version_no)
);
COMMENT ON TABLE @ledger@.project_site_version IS 'What each site was at each time (现场变更), only added to: a site that moves is a new version with its reason. The event of the project that goes with it holds the digest of its geometry.';
COMMENT ON COLUMN @ledger@.project_site_version.version_id IS 'Number of the version in the ledger.';
COMMENT ON COLUMN @ledger@.project_site_version.site_id IS 'The site.';
COMMENT ON COLUMN @ledger@.project_site_version.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_site_version.site_no IS 'Number of the site in the project.';
COMMENT ON COLUMN @ledger@.project_site_version.version_no IS 'Number of the version of the site, from 1.';
COMMENT ON COLUMN @ledger@.project_site_version.title IS 'What it is called.';
COMMENT ON COLUMN @ledger@.project_site_version.active IS 'False: given up by this version.';
COMMENT ON COLUMN @ledger@.project_site_version.place IS 'Where it is, in CGCS2000 (EPSG:4490), without heights.';
COMMENT ON COLUMN @ledger@.project_site_version.place_z IS 'The same with heights, where they were given.';
COMMENT ON COLUMN @ledger@.project_site_version.reason IS 'Why it was changed; NULL for the first version.';
COMMENT ON COLUMN @ledger@.project_site_version.recorded_at IS 'When.';
COMMENT ON COLUMN @ledger@.project_site_version.recorded_by IS 'The database role that recorded it.';
COMMENT ON COLUMN @ledger@.project_site_version.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_site_version.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.report_seq;
COMMENT ON SEQUENCE @ledger@.report_seq IS 'Numbers of progress reports.';
CREATE TABLE @ledger@.progress_report (
  report_id    bigint PRIMARY KEY,
  project_id   bigint NOT NULL REFERENCES @ledger@.project,
  kind         varchar(8) COLLATE "C" NOT NULL CHECK (kind IN ('daily', 'monthly', 'other')),
  reported_for date NOT NULL,
  percent      numeric(5,2) NOT NULL CHECK (percent BETWEEN 0 AND 100),
  note         text,
  longitude    numeric(12,9),
  latitude     numeric(11,9),
  datum        varchar(8) COLLATE "C",
  place        @postgis@.geometry(Point, 4490),
  taken_at     timestamptz NOT NULL,
  photos       jsonb NOT NULL,
  distance     numeric(12,1),
  flags        text[] NOT NULL,
  replaces     bigint REFERENCES @ledger@.progress_report,
  key          varchar(100) COLLATE "C",
  reported_at  timestamptz NOT NULL,
  reported_by  varchar(100) NOT NULL,
  login        varchar(63) COLLATE "C" NOT NULL,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code NOT NULL,
  digest       bytea NOT NULL,
  CHECK ((place IS NULL) = (longitude IS NULL) AND (place IS NULL) = (latitude IS NULL) AND (place IS NULL) = (datum IS NULL))
);
CREATE INDEX progress_report_project ON @ledger@.progress_report (project_id, reported_for DESC, report_id DESC);
CREATE INDEX progress_report_chain ON @ledger@.progress_report (project_id, report_id);
CREATE UNIQUE INDEX progress_report_replaces ON @ledger@.progress_report (replaces) WHERE replaces IS NOT NULL;
CREATE UNIQUE INDEX progress_report_key ON @ledger@.progress_report (project_id, key) WHERE key IS NOT NULL;
CREATE INDEX progress_report_reporter ON @ledger@.progress_report (reported_by, taken_at) WHERE place IS NOT NULL;
CREATE INDEX progress_report_place ON @ledger@.progress_report USING gist (place);
CREATE INDEX progress_report_photos ON @ledger@.progress_report USING gin (photos pg_catalog.jsonb_path_ops);
COMMENT ON TABLE @ledger@.progress_report IS 'What was reported of the physical progress of projects (进度填报), only added to: a report that was wrong is replaced by another that names it. The reports of a project are chained by digest; verify_reports() checks that. What is doubtful is kept, and flagged.';
COMMENT ON COLUMN @ledger@.progress_report.report_id IS 'Number of the report.';
COMMENT ON COLUMN @ledger@.progress_report.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.progress_report.kind IS 'daily (日报), monthly (月报) or other.';
COMMENT ON COLUMN @ledger@.progress_report.reported_for IS 'The day whose state it reports.';
COMMENT ON COLUMN @ledger@.progress_report.percent IS 'Physical progress (形象进度) since the beginning, in percent.';
COMMENT ON COLUMN @ledger@.progress_report.note IS 'What was done (进度说明).';
COMMENT ON COLUMN @ledger@.progress_report.longitude IS 'Longitude as it was reported, in degrees.';
COMMENT ON COLUMN @ledger@.progress_report.latitude IS 'Latitude as it was reported, in degrees.';
COMMENT ON COLUMN @ledger@.progress_report.datum IS 'The datum (坐标系) in which it was reported.';
COMMENT ON COLUMN @ledger@.progress_report.place IS 'Where it was reported from, in CGCS2000 (EPSG:4490).';
COMMENT ON COLUMN @ledger@.progress_report.taken_at IS 'When its place and photos were taken.';
COMMENT ON COLUMN @ledger@.progress_report.photos IS 'Photos (施工照片): an array of objects with the digest of each file, which stays outside, and what else is said of it.';
COMMENT ON COLUMN @ledger@.progress_report.distance IS 'Metres from the nearest site of the project when it arrived; NULL where one of the two is not known.';
COMMENT ON COLUMN @ledger@.progress_report.flags IS 'What was doubtful when it arrived: off_site, no_place, outside_china, too_fast, falling, jumping, photo_reused, past_deadline, before_start.';
COMMENT ON COLUMN @ledger@.progress_report.replaces IS 'The report that this one corrects (更正).';
COMMENT ON COLUMN @ledger@.progress_report.key IS 'Idempotency key, unique in the project.';
COMMENT ON COLUMN @ledger@.progress_report.reported_at IS 'When it arrived.';
COMMENT ON COLUMN @ledger@.progress_report.reported_by IS 'Who reported.';
COMMENT ON COLUMN @ledger@.progress_report.login IS 'The database role that called.';
COMMENT ON COLUMN @ledger@.progress_report.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.progress_report.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.progress_report.digest IS 'Digest that links it to the report of the project that arrived before; docs/project_map.md has its bytes.';

CREATE TABLE @ledger@.division_boundary (
  boundary_id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  division    budgetpm.budget_code NOT NULL UNIQUE REFERENCES @ledger@.division (code),
  place       @postgis@.geometry(MultiPolygon, 4490) NOT NULL,
  source      varchar(200) NOT NULL,
  loaded_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  loaded_by   varchar(63) COLLATE "C" NOT NULL DEFAULT SESSION_USER
);
CREATE INDEX division_boundary_place ON @ledger@.division_boundary USING gist (place);
COMMENT ON TABLE @ledger@.division_boundary IS 'Boundaries of divisions (行政区界) for maps, not for law: a map shown to the public in China needs an approved one (审图号). Written by load_boundaries().';
COMMENT ON COLUMN @ledger@.division_boundary.boundary_id IS 'Number of the boundary.';
COMMENT ON COLUMN @ledger@.division_boundary.division IS 'The division.';
COMMENT ON COLUMN @ledger@.division_boundary.place IS 'Its area, in CGCS2000 (EPSG:4490).';
COMMENT ON COLUMN @ledger@.division_boundary.source IS 'Where the boundary comes from, and its licence or approval number.';
COMMENT ON COLUMN @ledger@.division_boundary.loaded_at IS 'When it was loaded.';
COMMENT ON COLUMN @ledger@.division_boundary.loaded_by IS 'The database role that loaded it.';

-- Not on colour: the statement that keeps signals sets it for every site of what it has assessed.
CREATE TRIGGER guard BEFORE INSERT OR DELETE
  OR UPDATE OF site_id, project_id, site_no, version_no, title, active, place, place_z, since, division, unit ON @ledger@.project_site
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_site
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_site_version
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_site_version
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.progress_report
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.progress_report
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

ALTER TABLE @ledger@.project_site ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_site FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_site_version ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_site_version FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.progress_report ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.progress_report FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
-- A boundary is no secret: whoever reads anything sees on which map it lies.
ALTER TABLE @ledger@.division_boundary ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.division_boundary FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, NULL, NULL));

-- What PostGIS has to say about what C was given: all of it runs as the ledger's owner.
CREATE FUNCTION @ledger@.geometry_problems(place bytea, bounds numeric[], areas boolean)
RETURNS TABLE (problem text, hint text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH given AS MATERIALIZED (
    SELECT g AS place, @postgis@.ST_IsEmpty(g) AS empty, @postgis@.ST_SRID(g) AS srid, @postgis@.ST_GeometryType(g) AS kind,
           @postgis@.ST_AsText(g) ~* '(nan|inf)' AS unmeasured
      FROM @postgis@.ST_GeomFromEWKB(geometry_problems.place) AS g
  ), part AS MATERIALIZED (
    -- What a collection holds at any depth: ST_AsMVTGeom() fails on a curve, for the whole tile.
    SELECT i.*, CASE WHEN i.kind = 'ST_GeometryCollection' THEN (
             SELECT min(@postgis@.ST_GeometryType(d.geom)) FROM @postgis@.ST_Dump(i.place) AS d
              WHERE @postgis@.ST_GeometryType(d.geom) !~ '^ST_(Multi)?(Point|LineString|Polygon)$') END AS strange
      FROM given AS i
  ), sound AS MATERIALIZED (
    SELECT i.*, CASE WHEN i.empty OR i.unmeasured OR i.strange IS NOT NULL OR i.kind !~ '^ST_(Multi)?(Point|LineString|Polygon)$|^ST_GeometryCollection$' THEN NULL
                     ELSE nullif(@postgis@.ST_IsValidReason(i.place), 'Valid Geometry') END AS fault
      FROM part AS i
  )
  SELECT 'it is empty', 'Give at least a point.' FROM sound WHERE empty
  UNION ALL
  SELECT pg_catalog.format('its SRID is %s', srid), CASE WHEN srid = 0 THEN 'Say which it is: ST_SetSRID(geometry, 4490) where it is CGCS2000; a point of a phone goes through budgetpm.to_cgcs2000().'
                                               ELSE 'Bring it to CGCS2000 with ST_Transform(geometry, 4490).' END
    FROM sound WHERE srid <> 4490
  UNION ALL
  SELECT 'it has a coordinate that is no number', NULL FROM sound WHERE unmeasured
  UNION ALL
  SELECT pg_catalog.format('it is a %s', pg_catalog.substr(kind, 4)),
         CASE WHEN geometry_problems.areas THEN 'The boundary of a division is a Polygon or MultiPolygon.'
              ELSE 'A site is made of points, lines and polygons: ST_CurveToLine() makes lines of curves.' END
    FROM sound WHERE kind !~ CASE WHEN geometry_problems.areas THEN '^ST_(Multi)?Polygon$' ELSE '^ST_(Multi)?(Point|LineString|Polygon)$|^ST_GeometryCollection$' END
  UNION ALL
  SELECT pg_catalog.format('it holds a %s', pg_catalog.substr(strange, 4)), 'A site is made of points, lines and polygons: ST_CurveToLine() makes lines of curves.'
    FROM sound WHERE strange IS NOT NULL
  UNION ALL
  SELECT pg_catalog.format('it has %s points, more than 100000', @postgis@.ST_NPoints(place)), 'ST_SimplifyPreserveTopology() leaves out those that no map shows.'
    FROM sound WHERE NOT geometry_problems.areas AND @postgis@.ST_NPoints(place) > 100000
  UNION ALL
  SELECT pg_catalog.format('its heights are from %s to %s', @postgis@.ST_ZMin(place), @postgis@.ST_ZMax(place)), 'Heights are metres above the sea, from -12000 to 9000.'
    FROM sound WHERE NOT empty AND NOT unmeasured AND NOT (coalesce(@postgis@.ST_ZMin(place), 0) >= -12000 AND coalesce(@postgis@.ST_ZMax(place), 0) <= 9000)
  UNION ALL
  SELECT pg_catalog.format('it is not valid: %s', fault), 'ST_MakeValid() repairs it; look at what it made.' FROM sound WHERE fault IS NOT NULL
  UNION ALL
  SELECT pg_catalog.format('it reaches from %s %s to %s %s, outside %s %s to %s %s',
           @postgis@.ST_XMin(place), @postgis@.ST_YMin(place), @postgis@.ST_XMax(place), @postgis@.ST_YMax(place),
           geometry_problems.bounds[1], geometry_problems.bounds[2], geometry_problems.bounds[3], geometry_problems.bounds[4]),
         'Longitude comes first. The bounds are China, or what the setting project.site_bounds of the division''s profile says.'
    FROM sound
   WHERE srid = 4490 AND NOT empty AND NOT unmeasured
     AND NOT (@postgis@.ST_XMin(place) >= geometry_problems.bounds[1] AND @postgis@.ST_YMin(place) >= geometry_problems.bounds[2]
              AND @postgis@.ST_XMax(place) <= geometry_problems.bounds[3] AND @postgis@.ST_YMax(place) <= geometry_problems.bounds[4]);
END;
COMMENT ON FUNCTION @ledger@.geometry_problems(bytea, numeric[], boolean) IS
  'Internal: everything that keeps a geometry (EWKB) from being a site, or with areas a boundary, inside bounds (west, south, east, north in degrees).';

CREATE FUNCTION @ledger@.read_geometry(place bytea, OUT flat @postgis@.geometry, OUT high @postgis@.geometry)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT @postgis@.ST_Force2D(g), CASE WHEN @postgis@.ST_NDims(g) > 2 AND @postgis@.ST_Zmflag(g) <> 1 THEN @postgis@.ST_Force3DZ(g) END
    FROM @postgis@.ST_GeomFromEWKB(read_geometry.place) AS g;
END;
COMMENT ON FUNCTION @ledger@.read_geometry(bytea) IS 'Internal: a geometry (EWKB) without heights, and with them where it has any.';

CREATE FUNCTION @ledger@.read_area(place bytea) RETURNS @postgis@.geometry
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT @postgis@.ST_Multi(@postgis@.ST_Force2D(@postgis@.ST_GeomFromEWKB(read_area.place)));
END;
COMMENT ON FUNCTION @ledger@.read_area(bytea) IS 'Internal: a polygon (EWKB) as the boundary of a division.';

CREATE FUNCTION @ledger@.geometry_bytes(place @postgis@.geometry) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT @postgis@.ST_AsEWKB(geometry_bytes.place, 'NDR');
END;
COMMENT ON FUNCTION @ledger@.geometry_bytes(@postgis@.geometry) IS 'Internal: a geometry as EWKB, the same bytes on every machine.';

CREATE FUNCTION @ledger@.write_geometry(place text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  -- PostGIS takes GeoJSON without crs for WGS84, which nobody meant who sends CGCS2000.
  SELECT @ledger@.geometry_bytes(CASE WHEN write_geometry.place ~ '^\s*\{' AND write_geometry.place !~ '"crs"'
           THEN @postgis@.ST_SetSRID(write_geometry.place::@postgis@.geometry, 4490)
           ELSE write_geometry.place::@postgis@.geometry END);
END;
COMMENT ON FUNCTION @ledger@.write_geometry(text) IS 'Internal: a geometry as clients write it (WKT, EWKT, hexadecimal EWKB, GeoJSON, which is CGCS2000 unless it says otherwise) as EWKB. Errors: what PostGIS says of text that is none.';

CREATE FUNCTION @ledger@.place_at(longitude double precision, latitude double precision) RETURNS @postgis@.geometry
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT @postgis@.ST_SetSRID(@postgis@.ST_MakePoint(place_at.longitude, place_at.latitude), 4490);
END;
COMMENT ON FUNCTION @ledger@.place_at(double precision, double precision) IS 'Internal: a point of CGCS2000.';

-- A section without a site of its own is where the project above it is; a project without one where its sections are.
CREATE FUNCTION @ledger@.sites_of_project(project_id bigint)
RETURNS TABLE (site_id bigint, place @postgis@.geometry)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE above(project_id, steps) AS (
    SELECT sites_of_project.project_id, 0
    UNION ALL
    SELECT p.parent_id, a.steps + 1 FROM above a JOIN @ledger@.project p ON p.project_id = a.project_id
     WHERE p.parent_id IS NOT NULL
  ), below(project_id) AS (
    SELECT sites_of_project.project_id
    UNION ALL
    SELECT p.project_id FROM below b JOIN @ledger@.project p ON p.parent_id = b.project_id
  ), nearest AS (
    SELECT s.site_id, s.place, pg_catalog.rank() OVER (ORDER BY a.steps) AS rank
      FROM above a JOIN @ledger@.project_site s ON s.project_id = a.project_id WHERE s.active
  )
  SELECT s.site_id, s.place FROM below b JOIN @ledger@.project_site s ON s.project_id = b.project_id WHERE s.active
  UNION ALL
  SELECT n.site_id, n.place FROM nearest n
   WHERE n.rank = 1 AND NOT EXISTS (SELECT FROM below b JOIN @ledger@.project_site s ON s.project_id = b.project_id WHERE s.active);
END;
COMMENT ON FUNCTION @ledger@.sites_of_project(bigint) IS
  'Internal: the sites at which work on a project is to be reported: its own and those of its sections, otherwise those of the nearest project above.';

CREATE FUNCTION @ledger@.report_facts(project_id bigint, reported_for date, longitude double precision,
  latitude double precision, reporter text, taken_at timestamptz, photos jsonb, replaces bigint)
RETURNS TABLE (earlier numeric, later numeric, distance numeric, speed numeric, reused text, sites boolean, past_deadline boolean)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH point AS MATERIALIZED (
    SELECT CASE WHEN report_facts.longitude IS NOT NULL
                THEN @ledger@.place_at(report_facts.longitude, report_facts.latitude)::@postgis@.geography END AS place
  ), standing AS NOT MATERIALIZED (
    SELECT r.* FROM @ledger@.progress_report r
     WHERE r.project_id = report_facts.project_id AND r.report_id IS DISTINCT FROM report_facts.replaces
       AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = r.report_id)
  ), beside AS (
    (SELECT r.place, r.taken_at FROM @ledger@.progress_report r
      WHERE r.reported_by = report_facts.reporter AND r.place IS NOT NULL AND r.taken_at <= report_facts.taken_at
      ORDER BY r.taken_at DESC, r.report_id DESC LIMIT 1)
    UNION ALL
    (SELECT r.place, r.taken_at FROM @ledger@.progress_report r
      WHERE r.reported_by = report_facts.reporter AND r.place IS NOT NULL AND r.taken_at > report_facts.taken_at
      ORDER BY r.taken_at, r.report_id LIMIT 1)
  )
  SELECT (SELECT s.percent FROM standing s WHERE s.reported_for <= report_facts.reported_for
           ORDER BY s.reported_for DESC, s.report_id DESC LIMIT 1),
         (SELECT s.percent FROM standing s WHERE s.reported_for > report_facts.reported_for
           ORDER BY s.reported_for, s.report_id DESC LIMIT 1),
         (SELECT pg_catalog.round(min(@postgis@.ST_Distance(s.place::@postgis@.geography, p.place))::numeric, 1)
            FROM @ledger@.sites_of_project(report_facts.project_id) s),
         (SELECT pg_catalog.round(max(@postgis@.ST_Distance(b.place::@postgis@.geography, p.place)
                   / greatest(pg_catalog.abs(pg_catalog.date_part('epoch', b.taken_at - report_facts.taken_at)), 1)) ::numeric * 3.6, 1)
            FROM beside b),
         (SELECT pg_catalog.string_agg(DISTINCT f.photo ->> 'digest', ', ' ORDER BY f.photo ->> 'digest')
            FROM pg_catalog.jsonb_array_elements(report_facts.photos) AS f(photo)
           WHERE EXISTS (SELECT FROM @ledger@.progress_report r
                          WHERE r.photos @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('digest', f.photo -> 'digest'))
                            AND r.report_id IS DISTINCT FROM report_facts.replaces)),
         EXISTS (SELECT FROM @ledger@.sites_of_project(report_facts.project_id)),
         EXISTS (SELECT FROM @ledger@.line l
                   JOIN @ledger@.contract g ON g.line_id = l.line_id AND g.state = 'signed'
                   JOIN @ledger@.contract_clause c ON c.contract_id = g.contract_id AND c.kind = 'deadline'
                  WHERE l.project_id = report_facts.project_id AND (c.terms ->> 'due_on')::date < report_facts.reported_for
                    AND c.version = (SELECT max(n.version) FROM @ledger@.contract_clause n WHERE n.contract_id = c.contract_id))
    FROM point p;
END;
COMMENT ON FUNCTION @ledger@.report_facts(bigint, date, double precision, double precision, text, timestamptz, jsonb, bigint) IS
  'Internal: what a report is compared with: the percentages of the reports before and after it, its distance in metres from the nearest site, the greatest speed in km/h that its reporter would have travelled with, photos that another report has, whether the project has a site, and whether a signed contract of it had a deadline before that day.';

CREATE FUNCTION @ledger@.photo_problems(photos jsonb) RETURNS TABLE (problem text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.format('photo %s has no digest of 64 hexadecimal digits', f.number)
    FROM pg_catalog.jsonb_array_elements(photo_problems.photos) WITH ORDINALITY AS f(photo, number)
   WHERE pg_catalog.jsonb_typeof(f.photo) <> 'object' OR coalesce(f.photo ->> 'digest', '') !~ '^[0-9a-f]{64}$'
  UNION ALL
  SELECT pg_catalog.format('photo %s is there %s times', f.digest, f.times)
    FROM (SELECT photo ->> 'digest' AS digest, count(*) AS times FROM pg_catalog.jsonb_array_elements(photo_problems.photos) AS f(photo)
           WHERE pg_catalog.jsonb_typeof(f.photo) = 'object' AND photo ->> 'digest' IS NOT NULL
           GROUP BY 1 HAVING count(*) > 1) AS f;
END;
COMMENT ON FUNCTION @ledger@.photo_problems(jsonb) IS 'Internal: what is wrong with an array of photos.';

CREATE FUNCTION @ledger@.set_site(project text, place @postgis@.geometry, site_no integer DEFAULT 1, title text DEFAULT NULL,
  reason text DEFAULT NULL, actor text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_site('@ledger@.ledger'::pg_catalog.regclass, project, @postgis@.ST_AsEWKB(place, 'NDR'), site_no, title, reason, actor);
END;
COMMENT ON FUNCTION @ledger@.set_site(text, @postgis@.geometry, integer, text, text, text) IS
  'Says where a project is (项目现场): a geometry of CGCS2000 (EPSG:4490) of points, lines and polygons, valid, inside China or the setting project.site_bounds; heights are kept. Returns the version of that site: 1 for a new one; a site that moves, or is named otherwise, is a new version and needs a reason; the same again changes nothing. Errors: 22023 with all that is wrong with the geometry, 22004, 23503 project, ZB008 duty.';

CREATE FUNCTION @ledger@.retire_site(project text, site_no integer, reason text, actor text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.retire_site('@ledger@.ledger'::pg_catalog.regclass, project, site_no, reason, actor);
END;
COMMENT ON FUNCTION @ledger@.retire_site(text, integer, text, text) IS
  'Gives up a site of a project: it is on no map any more, and stays in project_site_version. Returns that version. Errors: 22004, 23503 project, 42704 site, ZB007 given up already, ZB008 duty.';

CREATE FUNCTION @ledger@.load_sites(items jsonb, actor text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.load_sites('@ledger@.ledger'::pg_catalog.regclass, items, actor);
END;
COMMENT ON FUNCTION @ledger@.load_sites(jsonb, text) IS
  'set_site() for many: an array of objects with project, geometry (text: WKT, EWKT, hexadecimal EWKB; or a GeoJSON object), and where wanted site_no, title, reason. A GeoJSON object without crs is taken as CGCS2000. All or nothing; returns how many versions it made. Errors: those of set_site(), for all items at once.';

CREATE FUNCTION @ledger@.load_boundaries(items jsonb, source text) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.load_boundaries('@ledger@.ledger'::pg_catalog.regclass, items, source);
END;
COMMENT ON FUNCTION @ledger@.load_boundaries(jsonb, text) IS
  'Loads boundaries of divisions (行政区界), in place of those they have: an array of objects with division (official code) and geometry, as load_sites() takes it: Polygon or MultiPolygon of CGCS2000. source says where they come from. Returns how many. Errors: 22023 with all that is wrong, 23503 division, ZB008 without a duty for the whole ledger.';

CREATE FUNCTION @ledger@.report_progress(project text, percent numeric, reported_for date DEFAULT CURRENT_DATE, note text DEFAULT NULL,
  longitude double precision DEFAULT NULL, latitude double precision DEFAULT NULL, datum text DEFAULT NULL,
  photos jsonb DEFAULT '[]', kind text DEFAULT 'daily', taken_at timestamptz DEFAULT NULL, replaces bigint DEFAULT NULL,
  key text DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.submit_report('@ledger@.ledger'::pg_catalog.regclass, project, percent, reported_for, note, longitude, latitude,
    datum, photos, kind, taken_at, replaces, key, actor);
END;
COMMENT ON FUNCTION @ledger@.report_progress(text, numeric, date, text, double precision, double precision, text, jsonb, text, timestamptz, bigint, text, text) IS
  'Reports the physical progress of a project that is under way (进度填报), in percent with at most two decimals; kind is daily, monthly or other. A place comes with its datum: CGCS2000, WGS84, GCJ-02 or BD-09. photos is an array of objects with a digest (64 hexadecimal digits). replaces names the report that this one corrects (更正). What is doubtful is kept and flagged: off_site (farther from every site than project.site_tolerance metres, 500), no_place, outside_china, too_fast (the reporter would have travelled faster than project.report_speed km/h, 400), falling, jumping (more than project.progress_jump points, 30), photo_reused, past_deadline (not finished after a deadline that a clause of its contract sets), before_start (for a day, or taken on one, before work began). Returns the report; the same key again returns the first. Errors: 22023 with all that is wrong, 22004, 23503 project, 42704 report, ZB006 key, ZB007 stage or replaced already, ZB008 duty.';

CREATE FUNCTION @ledger@.verify_reports(project text) RETURNS TABLE (report_id bigint, problem text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1 BEGIN ATOMIC
  SELECT v.report_id, v.problem FROM budgetpm.verify_reports('@ledger@.ledger'::pg_catalog.regclass, project) AS v;
END;
COMMENT ON FUNCTION @ledger@.verify_reports(text) IS
  'Recomputes the digests of the reports of a project from their content: a row for each that does not fit. Errors: 23503 project.';

CREATE FUNCTION @ledger@.missing_reports(kind text, as_of date DEFAULT CURRENT_DATE, since date DEFAULT NULL)
RETURNS TABLE (project_id bigint, project_code varchar(21), project_name varchar(200), unit_code varchar(21),
  division_code varchar(12), kind varchar(8), missing_for date, days_late integer)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 BEGIN ATOMIC
  WITH wanted AS (
    SELECT d::date AS first_day, d::date AS last_day
      FROM pg_catalog.generate_series(
             CASE WHEN missing_reports.kind = 'daily'
                   AND budgetpm.day_in_range('as_of', missing_reports.as_of)
                   AND budgetpm.day_in_range('since', coalesce(missing_reports.since, missing_reports.as_of))
                   AND budgetpm.in_range('days from since to as_of', missing_reports.as_of - coalesce(missing_reports.since, missing_reports.as_of), 0, 3660)
                  THEN coalesce(missing_reports.since, missing_reports.as_of)::timestamp END,
             missing_reports.as_of::timestamp, '1 day') AS d
     WHERE @ledger@.working_day(d::date)
    UNION ALL
    SELECT m::date, (m + '1 month'::interval)::date - 1
      FROM pg_catalog.generate_series(
             CASE WHEN missing_reports.kind = 'monthly'
                   AND budgetpm.day_in_range('as_of', missing_reports.as_of)
                   AND budgetpm.day_in_range('since', coalesce(missing_reports.since, missing_reports.as_of))
                   AND budgetpm.in_range('days from since to as_of', missing_reports.as_of - coalesce(missing_reports.since, missing_reports.as_of), 0, 3660)
                  THEN pg_catalog.date_trunc('month', coalesce(missing_reports.since::timestamp, missing_reports.as_of::timestamp + '1 day'::interval - '1 month'::interval)) END,
             missing_reports.as_of::timestamp, '1 month') AS m
     WHERE (m + '1 month'::interval)::date - 1 <= missing_reports.as_of
  )
  SELECT p.project_id, p.official_code, p.name, u.official_code, v.official_code, missing_reports.kind::varchar(8), w.last_day,
         missing_reports.as_of - w.last_day
    FROM @ledger@.project p
    JOIN @ledger@.unit u ON u.code = p.unit
    JOIN @ledger@.division v ON v.code = p.division
    JOIN wanted w ON coalesce(p.started_on, p.stage_since::date) <= w.last_day
   WHERE budgetpm.one_of('kind', missing_reports.kind, '{daily,monthly}')
     AND p.stage = 'under_way'
     AND NOT EXISTS (SELECT FROM @ledger@.progress_report r
                      WHERE r.project_id = p.project_id AND r.kind = missing_reports.kind
                        AND r.reported_for BETWEEN w.first_day AND w.last_day)
   ORDER BY w.last_day, p.official_code;
END;
COMMENT ON FUNCTION @ledger@.missing_reports(text, date, date) IS
  'Progress reports that did not come (漏报), for projects under way: kind daily asks for each working day from since (as_of itself unless given) to as_of, monthly for each month that has ended by then (the last one unless since is given). Days before work began are not asked for; holidays are those of calendar_day. days_late counts from the day the report was for. From since to as_of are 3660 days at most. Errors: 22023, 22004 as_of.';

CREATE VIEW @report@.project_plan WITH (security_invoker = true) AS
  WITH reached AS (
    SELECT m.project_id, m.planned_on, sum(m.weight) AS weight
      FROM @ledger@.milestone m GROUP BY m.project_id, m.planned_on
  ), summed AS (
    SELECT r.project_id, r.planned_on, sum(r.weight) OVER (PARTITION BY r.project_id ORDER BY r.planned_on) AS weight,
           sum(r.weight) OVER (PARTITION BY r.project_id) AS total,
           lag(r.planned_on) OVER (PARTITION BY r.project_id ORDER BY r.planned_on) AS before,
           r.weight AS own
      FROM reached r
  )
  SELECT s.project_id, p.official_code AS project_code,
         coalesce(s.before, least(p.starts_on, s.planned_on), s.planned_on) AS from_day, s.planned_on AS to_day,
         round((s.weight - s.own) * 100 / s.total, 4)::numeric(7,4) AS from_percent,
         round(s.weight * 100 / s.total, 4)::numeric(7,4) AS to_percent
    FROM summed s JOIN @ledger@.project p ON p.project_id = s.project_id
   WHERE s.total > 0;
COMMENT ON VIEW @report@.project_plan IS 'Planned progress of projects (计划进度): a row from milestone to milestone, between which it rises evenly; the first row begins on the planned first day.';
COMMENT ON COLUMN @report@.project_plan.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_plan.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_plan.from_day IS 'Day on which the piece begins.';
COMMENT ON COLUMN @report@.project_plan.to_day IS 'Planned day of the milestone that ends it.';
COMMENT ON COLUMN @report@.project_plan.from_percent IS 'Planned progress at its beginning, in percent: the weights of the milestones before, of all.';
COMMENT ON COLUMN @report@.project_plan.to_percent IS 'Planned progress at its end, in percent.';

CREATE FUNCTION @ledger@.planned_progress(as_of date DEFAULT CURRENT_DATE)
RETURNS TABLE (project_id bigint, planned numeric(7,4))
LANGUAGE sql STABLE PARALLEL SAFE ROWS 1000 BEGIN ATOMIC
  SELECT s.project_id,
         max(CASE WHEN s.to_day <= planned_progress.as_of THEN s.to_percent
                  WHEN s.from_day >= planned_progress.as_of THEN s.from_percent
                  ELSE round(s.from_percent + (s.to_percent - s.from_percent) * (planned_progress.as_of - s.from_day)
                             / (s.to_day - s.from_day), 4) END)::numeric(7,4)
    FROM @report@.project_plan s
   WHERE (s.from_day <= planned_progress.as_of OR s.from_percent = 0) AND budgetpm.day_in_range('as_of', planned_progress.as_of)
   GROUP BY s.project_id;
END;
COMMENT ON FUNCTION @ledger@.planned_progress(date) IS
  'Planned progress (计划进度) of every project with milestones on a day, in percent with four decimals. Errors: 22023 as_of, 22004.';

CREATE FUNCTION @ledger@.project_curve(project text, as_of date DEFAULT CURRENT_DATE)
RETURNS TABLE (day date, planned numeric(7,4), physical numeric(5,2), paid numeric(12,4), paid_amount numeric(20,2))
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 100 BEGIN ATOMIC
  WITH own AS MATERIALIZED (
    SELECT p.project_id, p.planned_total::numeric AS total FROM @ledger@.project p WHERE p.official_code = COALESCE(project_curve.project, '')
       AND budgetpm.day_in_range('as_of', project_curve.as_of) AND (EXISTS (SELECT FROM @ledger@.project n WHERE n.official_code = project_curve.project) OR (SELECT budgetpm.project_key('@ledger@.ledger'::pg_catalog.regclass, project_curve.project)) IS NOT NULL)
  ), plan AS MATERIALIZED (
    SELECT s.* FROM @report@.project_plan s JOIN own o ON o.project_id = s.project_id
  ), reported AS MATERIALIZED (
    SELECT r.reported_for, r.report_id, r.percent FROM own o JOIN @ledger@.progress_report r ON r.project_id = o.project_id
     WHERE r.reported_for <= project_curve.as_of
       AND NOT EXISTS (SELECT FROM @ledger@.progress_report x WHERE x.replaces = r.report_id)
  ), money AS MATERIALIZED (
    SELECT j.accounting_date, sum(CASE WHEN k.target = 'paid' THEN j.amount::numeric WHEN k.source = 'paid' THEN - j.amount::numeric END) AS amount
      FROM own o JOIN @ledger@.line l ON l.project_id = o.project_id
      JOIN @ledger@.journal j ON j.line_id = l.line_id
      JOIN @ledger@.entry_kind k ON k.kind = j.kind
     WHERE (k.target = 'paid' OR k.source = 'paid') AND j.accounting_date <= project_curve.as_of
     GROUP BY j.accounting_date
  ), basis AS MATERIALIZED (
    SELECT coalesce(o.total, (SELECT sum((b.appropriated - b.allotted - b.transferred - b.withdrawn - b.carried)::numeric)
                                FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
                               WHERE l.project_id = o.project_id)) AS total
      FROM own o
  ), day AS (
    SELECT from_day AS day FROM plan UNION SELECT to_day FROM plan
    UNION SELECT reported_for FROM reported UNION SELECT accounting_date FROM money
    UNION SELECT project_curve.as_of FROM own
  )
  SELECT d.day,
         (SELECT max(CASE WHEN s.to_day <= d.day THEN s.to_percent WHEN s.from_day >= d.day THEN s.from_percent
                          ELSE round(s.from_percent + (s.to_percent - s.from_percent) * (d.day - s.from_day) / (s.to_day - s.from_day), 4) END)
            FROM plan s WHERE s.from_day <= d.day OR s.from_percent = 0)::numeric(7,4),
         CASE WHEN d.day <= project_curve.as_of THEN
           (SELECT r.percent FROM reported r WHERE r.reported_for <= d.day ORDER BY r.reported_for DESC, r.report_id DESC LIMIT 1) END,
         CASE WHEN d.day <= project_curve.as_of THEN
           round((SELECT coalesce(sum(m.amount), 0) FROM money m WHERE m.accounting_date <= d.day) * 100 / nullif(b.total, 0), 4) END::numeric(12,4),
         CASE WHEN d.day <= project_curve.as_of THEN
           (SELECT coalesce(sum(m.amount), 0) FROM money m WHERE m.accounting_date <= d.day) END::numeric(20,2)
    FROM day d CROSS JOIN basis b
   ORDER BY d.day;
END;
COMMENT ON FUNCTION @ledger@.project_curve(text, date) IS
  'The S-curve (进度曲线) of a project up to a day and its plan to the end: a row for each day on which something was planned, reported or paid, with the planned and the physical progress, what was paid of the planned total (of the budget of its lines where none is set) in percent, and in yuan. Exact numbers. After as_of only the plan is given. Figures are those of the lines that the reader may read. Errors: 23503 project, 22023 as_of, 22004.';

CREATE VIEW @report@.progress_report WITH (security_invoker = true) AS
  SELECT r.report_id, r.project_id, p.official_code AS project_code, p.name AS project_name, u.official_code AS unit_code,
         d.official_code AS division_code, r.kind, r.reported_for, r.percent, r.note, r.longitude, r.latitude, r.datum,
         r.taken_at, r.photos, r.distance, r.flags, r.replaces,
         (SELECT x.report_id FROM @ledger@.progress_report x WHERE x.replaces = r.report_id) AS replaced_by,
         r.reported_at, r.reported_by
    FROM @ledger@.progress_report r
    JOIN @ledger@.project p ON p.project_id = r.project_id
    JOIN @ledger@.unit u ON u.code = r.unit
    JOIN @ledger@.division d ON d.code = r.division;
COMMENT ON VIEW @report@.progress_report IS 'Progress reports (进度填报), those that were replaced too.';
COMMENT ON COLUMN @report@.progress_report.report_id IS 'Number of the report.';
COMMENT ON COLUMN @report@.progress_report.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.progress_report.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.progress_report.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.progress_report.unit_code IS 'Official code of its unit (预算单位代码).';
COMMENT ON COLUMN @report@.progress_report.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.progress_report.kind IS 'daily (日报), monthly (月报) or other.';
COMMENT ON COLUMN @report@.progress_report.reported_for IS 'The day whose state it reports.';
COMMENT ON COLUMN @report@.progress_report.percent IS 'Physical progress (形象进度), in percent.';
COMMENT ON COLUMN @report@.progress_report.note IS 'What was done (进度说明).';
COMMENT ON COLUMN @report@.progress_report.longitude IS 'Longitude as it was reported, in degrees.';
COMMENT ON COLUMN @report@.progress_report.latitude IS 'Latitude as it was reported, in degrees.';
COMMENT ON COLUMN @report@.progress_report.datum IS 'The datum (坐标系) of those two.';
COMMENT ON COLUMN @report@.progress_report.taken_at IS 'When its place and photos were taken.';
COMMENT ON COLUMN @report@.progress_report.photos IS 'Photos (施工照片) with the digest of each.';
COMMENT ON COLUMN @report@.progress_report.distance IS 'Metres from the nearest site of the project when it arrived.';
COMMENT ON COLUMN @report@.progress_report.flags IS 'What was doubtful when it arrived: off_site, no_place, outside_china, too_fast, falling, jumping, photo_reused, past_deadline, before_start.';
COMMENT ON COLUMN @report@.progress_report.replaces IS 'The report that this one corrects.';
COMMENT ON COLUMN @report@.progress_report.replaced_by IS 'The report that corrects this one; NULL: it stands.';
COMMENT ON COLUMN @report@.progress_report.reported_at IS 'When it arrived.';
COMMENT ON COLUMN @report@.progress_report.reported_by IS 'Who reported.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('roa+', '{verify_reports,missing_reports,planned_progress,project_curve}'),
    ('oa', '{report_progress}'),
    ('oa+', '{set_site,retire_site,load_sites}'),
    ('+', '{load_boundaries}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;
