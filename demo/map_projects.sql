-- map_projects.sql: a project in each county, with its plan, reports and payments up to 30 September 2025.
-- What it makes up is decided by the code of the county alone, so that the picture is the same each time.
SET client_min_messages = warning;
CREATE TEMP TABLE work AS
SELECT row_number() OVER (ORDER BY v.official_code) AS n, v.official_code AS division, v.name, u.official_code AS unit,
       coalesce(ST_AsEWKT(ST_PointOnSurface(b.geom)), 'SRID=4490;POINT(119.5 33)') AS place
  FROM jiangsu_map.unit u JOIN jiangsu_map.division v ON 'K' || left(v.official_code, 6) = u.official_code
  LEFT JOIN jiangsu_map_report.division_geo b ON b.division_code = v.official_code;
SELECT count(jiangsu_map.register_project('KEY-' || lpad(n::text, 3, '0'), name || '重点项目', unit, setup_year => 2025)) FROM work \g /dev/null
SELECT count(jiangsu_map.describe_project('KEY-' || lpad(n::text, 3, '0'), planned_total => 10000000, starts_on => '2025-01-01', ends_on => '2025-12-31', responsible => '项目负责人')) FROM work \g /dev/null
SELECT count(jiangsu_map.set_milestones('KEY-' || lpad(n::text, 3, '0'), '[{"no": 1, "title": "前期准备", "planned_on": "2025-03-01", "weight": 10},
  {"no": 2, "title": "主体完成", "planned_on": "2025-09-01", "weight": 60}, {"no": 3, "title": "竣工验收", "planned_on": "2025-12-15", "weight": 30}]')) FROM work \g /dev/null
-- The demonstration's owner lets every move be made by hand.
UPDATE jiangsu_map.project_stage_move SET road = 'function' WHERE road = 'effect';
DELETE FROM jiangsu_map.project_template_document;
SELECT count(jiangsu_map.move_project('KEY-' || lpad(n::text, 3, '0'), stage))
  FROM (SELECT * FROM work CROSS JOIN unnest('{reviewed,admitted}'::text[]) WITH ORDINALITY AS s(stage, step) ORDER BY step, n) AS m \g /dev/null
CREATE TEMP TABLE line AS
SELECT n, jiangsu_map.open_line(2025, unit, '2120303', title => name || '重点项目', project => 'KEY-' || lpad(n::text, 3, '0')) AS line FROM work;
SELECT count(jiangsu_map.appropriate(line, 10000000, '苏财建〔2025〕1号', accounting_date => '2025-01-10')) FROM line \g /dev/null
SELECT count(jiangsu_map.move_project('KEY-' || lpad(n::text, 3, '0'), stage, on_day => CASE stage WHEN 'under_way' THEN date '2025-01-06' END))
  FROM (SELECT * FROM work CROSS JOIN unnest('{selected,funded,under_way}'::text[]) WITH ORDINALITY AS s(stage, step) ORDER BY step, n) AS m \g /dev/null
SELECT jiangsu_map.load_sites((SELECT jsonb_agg(jsonb_build_object('project', 'KEY-' || lpad(n::text, 3, '0'), 'geometry', place)) FROM work)) || ' projects on the map';
SELECT count(jiangsu_map.report_progress('KEY-' || lpad(n::text, 3, '0'), round(least(p.planned * (0.75 + (n * 37 % 31) * 0.011), 100), 2), p.day, kind => 'monthly',
    longitude => round(ST_X(place::geometry)::numeric, 5), latitude => round(ST_Y(place::geometry)::numeric, 5), datum => 'CGCS2000'))
  FROM work CROSS JOIN (SELECT (date '2025-01-01' + m * interval '1 month' - interval '1 day')::date AS day, 10.0 * m - 12 + m * m * 0.05 AS planned FROM generate_series(2, 9) AS m) AS p \g /dev/null
SELECT count(jiangsu_map.pay(line, CASE WHEN n % 9 = 4 THEN 430000 WHEN n * 37 % 31 > 27 THEN 1130000 ELSE 700000 + 40000 * (n * 13 % 11) END,
    '凭证 ' || n || '-' || m, accounting_date => make_date(2025, m::int, 20)))
  FROM line CROSS JOIN generate_series(2, 9) AS m \g /dev/null
-- no flow of intervention or audit is published here: the signals are kept, their cases are not begun
SELECT format('signals of 2025-09-30: %s red, %s yellow, %s green, %s blue', red, yellow, green, blue) FROM jiangsu_map.assess_all('2025-09-30');
