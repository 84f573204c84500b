-- Places in the datums of Chinese maps: GCJ-02, BD-09 and WGS84 to CGCS2000 and back.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

-- Points that others have published: eviltransform (Shanghai, Shenzhen, Beijing), coordtransform and its ports (116.404, 39.915).
CREATE TEMP TABLE published (source text, longitude float8, latitude float8, target text, to_longitude float8, to_latitude float8);
INSERT INTO published VALUES
  ('WGS84', 121.5272106, 31.1774276, 'GCJ-02', 121.531541859215, 31.17530398364597),
  ('WGS84', 113.912316, 22.543847, 'GCJ-02', 113.9171764808363, 22.540796131694766),
  ('WGS84', 116.377817, 39.911954, 'GCJ-02', 116.38404722455657, 39.91334545536069),
  ('WGS84', 116.404, 39.915, 'GCJ-02', 116.41024449916938, 39.91640428150164),
  ('GCJ-02', 116.404, 39.915, 'BD-09', 116.41036949371029, 39.92133699351021),
  ('WGS84', 116.404, 39.915, 'BD-09', 116.41662724378733, 39.922699552216216);
SELECT source, target, shifted, abs(c.to_longitude - p.to_longitude) < 1e-6 AND abs(c.to_latitude - p.to_latitude) < 1e-6 AS agrees,
       abs(c.to_longitude - p.to_longitude) < 1e-9 AND abs(c.to_latitude - p.to_latitude) < 1e-9 AS exactly
  FROM published p CROSS JOIN LATERAL budgetpm.convert_point(longitude, latitude, 'ST_Point', 4490, source, target) c;
-- and the other way round
SELECT source, target, abs(c.to_longitude - p.longitude) < 1e-6 AND abs(c.to_latitude - p.latitude) < 1e-6 AS agrees
  FROM published p CROSS JOIN LATERAL budgetpm.convert_point(p.to_longitude, p.to_latitude, 'ST_Point', 4490, target, source) c;

-- The inverse that those publish takes one step only: it is some metres beside the exact one.
SELECT abs(c.to_longitude - p.to_longitude) < 1e-5 AND abs(c.to_latitude - p.to_latitude) < 1e-4 AS near
  FROM (VALUES ('GCJ-02', 116.39775550083061, 39.91359571849836, 'WGS84'), ('BD-09', 116.39762729119315, 39.90865673957631, 'GCJ-02')) AS p(source, to_longitude, to_latitude, target)
 CROSS JOIN LATERAL budgetpm.convert_point(116.404, 39.915, 'ST_Point', 4490, source, target) c;

-- There and back on a grid over the country: less than 1e-9 degrees; and the shift is some hundred metres, never none.
SELECT datum, count(*) AS points,
       max(greatest(abs(ST_X(back) - ST_X(place)), abs(ST_Y(back) - ST_Y(place)))) < 1e-9 AS returns,
       min(meters) > 30 AS moved, max(meters) < 2500 AS not_far
  FROM (SELECT datum, place, budgetpm.to_cgcs2000(budgetpm.to_datum(place, datum), datum) AS back,
               ST_Distance(place::geography, ST_SetSRID(budgetpm.to_datum(place, datum), 4490)::geography) AS meters
          FROM (SELECT ST_SetSRID(ST_MakePoint(lon + 0.123, lat + 0.456), 4490) AS place
                  FROM generate_series(73, 135) AS lon, generate_series(17, 53) AS lat) AS grid,
               (VALUES ('GCJ-02'), ('BD-09')) AS d(datum)) AS s
 GROUP BY datum ORDER BY datum;
SELECT max(greatest(abs(ST_X(back) - ST_X(place)), abs(ST_Y(back) - ST_Y(place)))) < 1e-9 AS returns
  FROM (SELECT place, budgetpm.to_datum(budgetpm.to_cgcs2000(place, datum), datum) AS back
          FROM (SELECT ST_MakePoint(lon + 0.5, lat + 0.5) AS place FROM generate_series(74, 134, 5) AS lon, generate_series(18, 52, 2) AS lat) AS grid,
               (VALUES ('gcj02'), ('bd 09')) AS d(datum)) AS s;

-- WGS84 is taken as CGCS2000; outside China nothing is shifted, and that is said.
SELECT ST_AsEWKT(budgetpm.to_cgcs2000('SRID=4326;POINT(118.7969 32.0603)', 'WGS84')) AS same;
SELECT ST_AsEWKT(budgetpm.to_cgcs2000('POINT(-3.7038 40.4168)', 'GCJ-02')) AS madrid;
SELECT shifted FROM budgetpm.convert_point(-3.7038, 40.4168, 'ST_Point', 0, 'GCJ-02', 'CGCS2000');
-- The rectangle has Hong Kong, Macao and Taiwan in it, and some of the neighbours; the poles and the dateline are places too.
SELECT name, shifted, ST_Distance(ST_SetSRID(ST_MakePoint(x, y), 4490)::geography, ST_SetSRID(ST_MakePoint(to_longitude, to_latitude), 4490)::geography)::int AS metres
  FROM (VALUES ('香港', 114.1694, 22.3193), ('澳门', 113.5439, 22.1987), ('台北', 121.5654, 25.0330), ('Ulaanbaatar', 106.9057, 47.8864), ('Tokyo', 139.69, 35.69),
    ('north pole', 0, 90), ('south pole', 0, -90), ('dateline', 180, 0), ('dateline', -180, 0)) AS p(name, x, y), budgetpm.convert_point(x, y, 'ST_Point', 4490, 'GCJ-02', 'CGCS2000');
-- Z is kept, NULL is NULL.
SELECT ST_Z(budgetpm.to_cgcs2000('POINT Z (118.8 32.06 12.5)', 'BD-09')) AS z, ST_SRID(budgetpm.to_cgcs2000('POINT(118.8 32.06)', 'BD-09')) AS srid,
       budgetpm.to_cgcs2000(NULL, 'BD-09') IS NULL AS nothing;

-- what is no place, or of no datum
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budgetpm.to_cgcs2000('POINT(118.8 32.06)', 'WGS72')$$,
  $$SELECT budgetpm.to_cgcs2000('POINT(118.8 32.06)', '')$$,
  $$SELECT budgetpm.to_cgcs2000('POINT EMPTY', 'GCJ-02')$$,
  $$SELECT budgetpm.to_cgcs2000('LINESTRING(118 32,119 33)', 'GCJ-02')$$,
  $$SELECT budgetpm.to_cgcs2000('SRID=3857;POINT(13224000 3770000)', 'GCJ-02')$$,
  $$SELECT budgetpm.to_cgcs2000('SRID=4549;POINT(500000 3548000)', 'CGCS2000')$$,
  $$SELECT budgetpm.to_cgcs2000('POINT(NaN 32)', 'GCJ-02')$$,
  $$SELECT budgetpm.to_cgcs2000(ST_MakePoint(118, 'Infinity'), 'GCJ-02')$$,
  $$SELECT budgetpm.to_cgcs2000('POINT(32.06 118.8)', 'GCJ-02')$$,
  $$SELECT budgetpm.to_datum('POINT(118 NaN)', 'GCJ-02')$$]) AS s;
