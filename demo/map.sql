-- map.sql: the ledger of demo/map.sh: Jiangsu with a finance bureau in each county.
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('jiangsu_map', root => '320000000', first_year => 2025, title => '江苏省重点项目') \g /dev/null
CREATE TEMP TABLE place (code text, name text, parent text, level int);
\copy place FROM 'demo/jiangsu.csv' WITH (FORMAT csv, HEADER)
SELECT jiangsu_map.register_divisions((SELECT jsonb_agg(jsonb_build_object('official_code', code, 'name', name, 'parent', parent, 'level', level) ORDER BY level, code)
	FROM place WHERE level > 1)) \g /dev/null
SELECT count(jiangsu_map.register_unit('K' || left(code, 6), name || '重点项目办', code)) FROM place WHERE level = 3 \g /dev/null
