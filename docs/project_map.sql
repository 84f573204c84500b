-- 1. a ledger with a project under way
SELECT budgetpm.create_ledger('site', root => '320000000', first_year => 2025) \g /dev/null
SELECT count(site.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES
  ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name) \g /dev/null
SELECT count(site.register_unit(code, name, division)) FROM (VALUES
  ('101', '南京市城建局', '320100000'), ('201', '苏州市水利局', '320500000')) AS u(code, name, division) \g /dev/null
SELECT site.register_project('NJ-TUNNEL', '过江通道', '101', setup_year => 2025),
       site.register_project('SZ-DIKE', '太湖堤防', '201', setup_year => 2025) \g /dev/null
SELECT site.describe_project(p, planned_total => 1000000, starts_on => '2025-01-01', ends_on => '2025-12-31', responsible => '张工')
  FROM unnest('{NJ-TUNNEL,SZ-DIKE}'::text[]) AS p \g /dev/null
SELECT site.set_milestones('NJ-TUNNEL', '[{"no": 1, "title": "工作井", "planned_on": "2025-02-01", "weight": 10},
  {"no": 2, "title": "隧道贯通", "planned_on": "2025-08-01", "weight": 60}, {"no": 3, "title": "竣工", "planned_on": "2025-12-31", "weight": 30}]') \g /dev/null
-- here the owner lets every move be made by hand; usually an approval flow makes some of them
\set QUIET on
UPDATE site.project_stage_move SET road = 'function' WHERE road = 'effect';
DELETE FROM site.project_template_document;
\set QUIET off
SELECT site.move_project(p, s) FROM unnest('{reviewed,admitted}'::text[]) WITH ORDINALITY AS m(s, n), unnest('{NJ-TUNNEL,SZ-DIKE}'::text[]) AS p
 ORDER BY n, p \g /dev/null
SELECT site.open_line(2025, '101', '2120303', title => '过江通道', project => 'NJ-TUNNEL') AS tunnel,
       site.open_line(2025, '201', '2130305', title => '太湖堤防', project => 'SZ-DIKE') AS dike \gset
SELECT site.appropriate(:tunnel, 800000, '苏财建〔2025〕1号'), site.appropriate(:dike, 600000, '苏财农〔2025〕2号') \g /dev/null
SELECT site.move_project(p, s, on_day => CASE s WHEN 'under_way' THEN date '2025-01-06' END)
  FROM unnest('{selected,funded,under_way}'::text[]) WITH ORDINALITY AS m(s, n), unnest('{NJ-TUNNEL,SZ-DIKE}'::text[]) AS p
 ORDER BY n, p \g /dev/null

-- 2. where it is
SELECT site.set_site('NJ-TUNNEL', 'SRID=4490;LINESTRING Z (118.70 32.03 4, 118.74 32.06 -48, 118.78 32.09 6)') AS version;
SELECT site.set_site('SZ-DIKE', 'SRID=4490;POINT(120.31 31.22)') AS version;
SELECT site.set_site('SZ-DIKE', 'SRID=4326;POLYGON((120 31,121 32,121 31,120 32,120 31))', 2);

-- 3. it moves
SELECT site.set_site('SZ-DIKE', 'SRID=4490;POINT(120.35 31.20)', reason => '堤线调整,苏水计〔2025〕9号') AS version;
SELECT version_no, ST_AsText(place) AS place, reason FROM site.project_site_version JOIN site.project p USING (project_id)
 WHERE p.official_code = 'SZ-DIKE' ORDER BY version_no;

-- 4. a phone's place
SELECT ST_AsText(budgetpm.to_cgcs2000('POINT(118.74521 32.05795)', 'GCJ-02'), 6) AS gcj02,
       ST_AsText(budgetpm.to_cgcs2000('POINT(118.75163 32.06369)', 'BD-09'), 6) AS bd09;

-- 5. reports
SELECT site.report_progress('NJ-TUNNEL', 8, '2025-02-10', '工作井完成', 118.74521, 32.05795, 'GCJ-02', taken_at => '2025-02-10 16:00+08',
         photos => '[{"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "title": "工作井"}]') AS report;
SELECT site.report_progress('NJ-TUNNEL', 12, '2025-03-10', '始发', 118.95, 32.20, 'GCJ-02', taken_at => '2025-02-10 16:02+08',
         photos => '[{"digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}]') AS report;
SELECT site.report_progress('NJ-TUNNEL', 11.5, '2025-03-10', '更正', 118.74521, 32.05795, 'GCJ-02', taken_at => '2025-03-10 16:00+08', replaces => 2) AS report;
SELECT report_id, reported_for, percent, round(distance) AS metres, flags, replaced_by FROM site_report.progress_report ORDER BY report_id;
SELECT site.report_progress('NJ-TUNNEL', 101, '2125-03-10', datum => 'XIAN80', kind => 'hourly');

-- 6. what did not come
SELECT project_code, missing_for, days_late FROM site.missing_reports('monthly', '2025-03-31', '2025-02-01') ORDER BY 1, 2;

-- 7. the S-curve
SELECT site.pay(:tunnel, 100000, '凭证 1', accounting_date => '2025-02-20'), site.pay(:tunnel, 150000.50, '凭证 2', accounting_date => '2025-03-20') \g /dev/null
SELECT * FROM site.project_curve('NJ-TUNNEL', '2025-03-31');

-- 8. layers and tiles
SELECT f_table_name, f_geometry_column, srid, type FROM geometry_columns WHERE f_table_schema = 'site_report' ORDER BY 1;
SELECT length(site.project_tiles(8, 212, 103)) > 0 AS nanjing, site.project_tiles(8, 0, 0) AS sea,
       site.project_tiles(8, 212, 103, '{"division": "320500000"}') AS suzhou_only;
SELECT projects, budget, paid, ST_AsText(ST_Centroid(geom), 1) AS centre FROM site.heat_grid(size_km => 50, fiscal_year => 2025) ORDER BY budget DESC;
