-- map_boundaries.sql: boundaries of the counties that demo/jiangsu.csv knows, out of the table "sent".
SELECT jiangsu_map.load_boundaries((
	SELECT jsonb_agg(jsonb_build_object('division', d.official_code, 'geometry',
			ST_AsEWKT(ST_CollectionExtract(ST_MakeValid(ST_SetSRID(ST_GeomFromGeoJSON(f ->> 'geometry'), 4490)), 3))))
	FROM (SELECT string_agg(document, '')::jsonb AS whole FROM sent) AS s
	CROSS JOIN LATERAL jsonb_array_elements(s.whole -> 'features') AS f
	JOIN jiangsu_map.division d ON d.official_code = (f #>> '{properties,Code_County}') || '000'),
	'© OpenStreetMap contributors, ODbL 1.0') || ' boundaries';
