-- project: places in the datums of Chinese maps

CREATE FUNCTION budgetpm.convert_point(longitude double precision, latitude double precision, kind text, srid integer,
  source text, target text, OUT to_longitude double precision, OUT to_latitude double precision, OUT shifted boolean)
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'bpm_convert_point';
COMMENT ON FUNCTION budgetpm.convert_point(double precision, double precision, text, integer, text, text) IS
  'A point in another datum: longitude (经度) and latitude (纬度) in degrees, kind and srid as ST_GeometryType() and ST_SRID() name them, source and target each one of CGCS2000, WGS84, GCJ-02 (国测局坐标), BD-09 (百度坐标). shifted is false where nothing was to be done, outside China for one. By the algorithm that is publicly used, within 1e-9 degrees of published points, and as near to the official one as that is; there and back within 1e-9. WGS84 and CGCS2000 are taken as the same. Errors: 22023.';

CREATE FUNCTION budgetpm.to_cgcs2000(place geometry, datum text) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 30
BEGIN ATOMIC
  SELECT ST_SetSRID(CASE WHEN ST_Z(place) IS NULL THEN ST_MakePoint(c.to_longitude, c.to_latitude)
                         ELSE ST_MakePoint(c.to_longitude, c.to_latitude, ST_Z(place)) END, 4490)
    FROM (SELECT ST_GeometryType(place) AS kind) AS k,
         budgetpm.convert_point(CASE WHEN k.kind = 'ST_Point' THEN ST_X(place) END,
           CASE WHEN k.kind = 'ST_Point' THEN ST_Y(place) END, k.kind, ST_SRID(place), datum, 'CGCS2000') AS c;
END;
COMMENT ON FUNCTION budgetpm.to_cgcs2000(geometry, text) IS
  'A point as a phone or a map gives it, in CGCS2000 (国家大地坐标系, EPSG:4490); datum is one of CGCS2000, WGS84, GCJ-02 (国测局坐标), BD-09 (百度坐标). Its Z is kept. Outside China it is only relabelled. Accuracy: convert_point(). Errors: 22023 for what is no point, is empty, has NaN, or an SRID other than 4490, 4326 and 0.';

CREATE FUNCTION budgetpm.to_datum(place geometry, datum text) RETURNS geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 30
BEGIN ATOMIC
  SELECT CASE WHEN ST_Z(place) IS NULL THEN ST_MakePoint(c.to_longitude, c.to_latitude)
              ELSE ST_MakePoint(c.to_longitude, c.to_latitude, ST_Z(place)) END
    FROM (SELECT ST_GeometryType(place) AS kind) AS k,
         budgetpm.convert_point(CASE WHEN k.kind = 'ST_Point' THEN ST_X(place) END,
           CASE WHEN k.kind = 'ST_Point' THEN ST_Y(place) END, k.kind, ST_SRID(place), 'CGCS2000', datum) AS c;
END;
COMMENT ON FUNCTION budgetpm.to_datum(geometry, text) IS
  'A point of CGCS2000 in another datum, for a map that wants GCJ-02 (国测局坐标) or BD-09 (百度坐标): the inverse of to_cgcs2000(). It has no SRID, because those two have none. Errors: 22023.';
