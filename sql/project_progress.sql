-- Progress reports: refused where they cannot be true, flagged where they are doubtful, chained; missing ones; the S-curve.
-- DOMAIN (i) 51 (每日上传施工照片和进度说明): daily reports, photos by digest, missing ones; 55 (进度提前): planned against physical; 16 (下钻): by project tree.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('r', root => '320000000', first_year => 2025);
SELECT r.register_division('320100000', '南京市', '320000000', 2, '2020-01-01');
SELECT r.register_unit('101', '南京市住建局', '320100000');
SELECT count(r.register_project(code, name, '101', setup_year => 2025, parent => above)) FROM (VALUES
  ('P1', '过江通道', NULL), ('P2', '另一项目', NULL), ('P3', '尚未开工', NULL)) AS p(code, name, above);
SELECT r.register_project('P1-1', '北段', '101', setup_year => 2025, parent => 'P1');
-- work began in January; how a project comes there is another file's subject
SELECT pg_temp.take_over('r', 'funded', '{P3}') AS taken_over;
SELECT r.take_over_projects(jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'under_way', 'started_on', '2025-01-06', 'starts_on', '2025-01-01', 'ends_on', '2025-12-31', 'planned_total', '1000')), '移交清单') ->> 'taken_over' AS taken_over
  FROM r.project WHERE official_code <> 'P3';
SELECT r.set_site('P1', 'SRID=4490;POINT(118.80 32.06)');

-- what is refused, all of it at once
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT r.report_progress('P1', 101)$$, $$SELECT r.report_progress('P1', 100.01)$$, $$SELECT r.report_progress('P1', -0.01)$$,
  $$SELECT r.report_progress('P1', 'NaN')$$, $$SELECT r.report_progress('P1', 'Infinity')$$, $$SELECT r.report_progress('P1', 10.005)$$,
  $$SELECT r.report_progress('P1', 10, '2125-03-10')$$, $$SELECT r.report_progress('P1', 10, 'infinity')$$, $$SELECT r.report_progress('P1', 10, '-infinity')$$, $$SELECT r.report_progress('P1', 10, '1948-12-31')$$,
  $$SELECT r.report_progress('P1', 10, taken_at => now() + '6 minutes')$$,
  $$SELECT r.report_progress('P1', 10, longitude => 118.8, latitude => 32.06)$$,
  $$SELECT r.report_progress('P1', 10, datum => 'GCJ-02')$$,
  $$SELECT r.report_progress('P1', 10, longitude => 118.8, latitude => 32.06, datum => 'XIAN80')$$,
  $$SELECT r.report_progress('P1', 10, longitude => 32.06, latitude => 118.8, datum => 'GCJ-02')$$,
  $$SELECT r.report_progress('P1', 10, longitude => 'NaN', latitude => 32.06, datum => 'GCJ-02')$$,
  $$SELECT r.report_progress('P1', 10, kind => 'hourly')$$, $$SELECT r.report_progress('P1', 10, photos => '{}')$$,
  $$SELECT r.report_progress('P1', 10, photos => '[{"digest": "abc"}, 5]')$$,
  $$SELECT r.report_progress('P1', 10, photos => jsonb_build_array(jsonb_build_object('digest', repeat('a', 64)), jsonb_build_object('digest', repeat('a', 64))))$$,
  $$SELECT r.report_progress('P1', 120.005, '2125-03-10', kind => 'x', datum => 'y', photos => '5', key => '')$$,
  $$SELECT r.report_progress('P1', NULL)$$, $$SELECT r.report_progress('P1', 1, NULL)$$, $$SELECT r.report_progress('P9', 1)$$,
  $$SELECT r.report_progress('P3', 1)$$, $$SELECT r.report_progress('P1', 1, replaces => 99)$$]) AS s;
SELECT count(*) FROM r.progress_report;

-- a good one, from the phone's datum; the boundary of the tolerance; farther
CREATE TEMP VIEW report AS SELECT report_id, reported_for, percent, round(distance) AS metres, flags, replaces, replaced_by FROM r_report.progress_report;
SELECT r.report_progress('P1', 5, '2025-01-10', '便道完成', ST_X(g), ST_Y(g), 'GCJ-02', taken_at => '2025-01-10 09:00',
  photos => jsonb_build_array(jsonb_build_object('digest', repeat('a', 64), 'title', '便道'))) AS first
  FROM budgetpm.to_datum('SRID=4490;POINT(118.80 32.06)', 'GCJ-02') AS g \gset
SELECT ST_AsText(place, 6) AS place, datum, flags FROM r.progress_report WHERE report_id = :first;
SELECT r.report_progress('P1', 6, '2025-01-13', NULL, ST_X(g), ST_Y(g), 'CGCS2000', taken_at => '2025-01-13 09:00')
  FROM (SELECT ST_Project('SRID=4490;POINT(118.80 32.06)'::geography, meters, 0)::geometry AS g FROM (VALUES (499.9), (500.4)) AS m(meters)) AS p;
SELECT * FROM report ORDER BY 1;
-- without a place; a section is where its project is; a project without a site is anywhere
SELECT r.report_progress('P1', 7, '2025-01-14'), r.report_progress('P1-1', 7, '2025-01-14'), r.report_progress('P2', 7, '2025-01-14');
SELECT r.report_progress('P1-1', 8, '2025-01-15', NULL, 118.80, 32.06, 'WGS84', taken_at => '2025-01-15 09:00'),
       r.report_progress('P2', 8, '2025-01-15', NULL, 118.80, 32.06, 'WGS84', taken_at => '2025-01-15 09:30');
SELECT * FROM report WHERE reported_for >= '2025-01-14' ORDER BY 1;
-- Suzhou an hour after Nanjing is a train, twenty minutes after is not; Paris is outside China
SELECT r.report_progress('P2', 9, '2025-01-16', NULL, 120.62, 31.30, 'WGS84', taken_at => '2025-01-15 10:30'),
       r.report_progress('P2', 9, '2025-01-16', NULL, 118.80, 32.06, 'WGS84', taken_at => '2025-01-15 10:50'),
       r.report_progress('P2', 9, '2025-01-17', NULL, 2.35, 48.85, 'GCJ-02', taken_at => '2025-01-17 09:00');
-- and into the past: the neighbours on both sides are looked at
SELECT r.report_progress('P2', 9, '2025-01-18', NULL, 113.26, 23.13, 'WGS84', taken_at => '2025-01-15 10:45');
SELECT * FROM report WHERE reported_for >= '2025-01-16' ORDER BY 1;
-- falling, jumping (30 points are none), between two others; a photo that was there before
SELECT r.report_progress('P1-1', p, d) FROM (VALUES (7.99, date '2025-02-01'), (37.99, '2025-02-02'), (68.00, '2025-02-03'), (69, '2025-02-02'), (40, '2025-02-02')) AS v(p, d);
SELECT r.report_progress('P2', 10, '2025-02-01', photos => jsonb_build_array(jsonb_build_object('digest', repeat('a', 64))));
SELECT * FROM report WHERE reported_for >= '2025-02-01' ORDER BY 1;

-- a correction is another report that names the one it replaces; that one counts no more
SELECT r.report_progress('P1', 5.5, '2025-01-10', '更正', replaces => :first,
  photos => jsonb_build_array(jsonb_build_object('digest', repeat('a', 64)))) AS correction \gset
SELECT report_id = :correction AS correction, percent, flags, replaces = :first AS replaces, replaced_by IS NOT NULL AS replaced FROM report WHERE report_id IN (:first, :correction) ORDER BY report_id;
SELECT pg_temp.refused(format($$SELECT r.report_progress('P1', 5, '2025-01-10', replaces => %s)$$, :first)) ~ '^ZB007 report \d+ was replaced by report' AS refused;
SELECT pg_temp.refused(format($$SELECT r.report_progress('P2', 5, '2025-01-10', replaces => %s)$$, :correction)) ~ '^42704' AS other_project;
-- the same key again is the same report, with another content an error
SELECT r.report_progress('P1', 9, '2025-01-20', key => 'k1') = r.report_progress('P1', 9.00, '2025-01-20', key => 'k1') AS once;
SELECT pg_temp.refused($$SELECT r.report_progress('P1', 9.01, '2025-01-20', key => 'k1')$$);

-- nobody changes a report, and who does is found
SELECT pg_temp.refused(s) FROM unnest(ARRAY['UPDATE r.progress_report SET percent = 100', 'DELETE FROM r.progress_report', 'TRUNCATE r.progress_report']) AS s;
SELECT * FROM r.verify_reports('P1');
SET extra_float_digits = 0;
SET DateStyle = 'German';
SELECT count(*) AS whatever_the_session FROM r.verify_reports('P1');
RESET DateStyle;
ALTER TABLE r.progress_report DISABLE TRIGGER guard;
UPDATE r.progress_report SET percent = percent + 1 WHERE report_id = :first;
ALTER TABLE r.progress_report ENABLE ALWAYS TRIGGER guard;
SELECT report_id = :first AS found, problem FROM r.verify_reports('P1');
ALTER TABLE r.progress_report DISABLE TRIGGER guard;
UPDATE r.progress_report SET percent = percent - 1 WHERE report_id = :first;
DELETE FROM r.progress_report WHERE key = 'k1';
DELETE FROM r.progress_report r WHERE reported_for = '2025-01-14' AND project_id = 1;
ALTER TABLE r.progress_report ENABLE ALWAYS TRIGGER guard;
SELECT count(*) AS gap FROM r.verify_reports('P1');

-- missing reports: the Spring Festival (28 January to 4 February) asks for none, nor does the time before work began
INSERT INTO r.calendar_day (day, working, name) SELECT d, false, '春节' FROM generate_series(date '2025-01-28', '2025-02-04', '1 day') AS d ON CONFLICT (day) DO UPDATE SET working = false;
INSERT INTO r.calendar_day (day, working, name) VALUES ('2025-01-26', true, '调休') ON CONFLICT (day) DO UPDATE SET working = true;
SELECT project_code, string_agg(to_char(missing_for, 'MMDD'), ' ' ORDER BY missing_for) AS days FROM r.missing_reports('daily', '2025-02-06', '2025-01-01') GROUP BY 1 ORDER BY 1;
SELECT project_code, missing_for, days_late FROM r.missing_reports('daily', '2025-02-05');
SELECT count(*) AS on_a_holiday FROM r.missing_reports('daily', '2025-02-03');
SELECT r.report_progress('P1', 10, '2025-02-28', kind => 'monthly') > 0 AS monthly;
SELECT project_code, missing_for, days_late FROM r.missing_reports('monthly', '2025-03-31', '2025-01-15') ORDER BY 1, 2;
SELECT project_code, missing_for FROM r.missing_reports('monthly', '2025-03-30');
SELECT project_code, missing_for FROM r.missing_reports('monthly', '2025-03-01');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT * FROM r.missing_reports('weekly')$$, $$SELECT * FROM r.missing_reports('monthly', NULL)$$,
  $$SELECT * FROM r.missing_reports('daily', 'infinity')$$, $$SELECT * FROM r.missing_reports('monthly', '2025-03-31', '-infinity')$$,
  $$SELECT * FROM r.missing_reports('daily', '2025-03-31', '2000-01-01')$$, $$SELECT * FROM r.missing_reports('monthly', '2025-03-31', '2015-03-23')$$,
  $$SELECT * FROM r.missing_reports('daily', '2025-03-31', '2025-04-01')$$]) AS s;
SELECT count(*) AS ten_years FROM r.missing_reports('monthly', '2025-03-31', '2015-03-24');
-- before work began is doubtful: for such a day, or taken on one
SELECT r.report_progress('P2', 1, '2025-01-05') > 0 AS before, r.report_progress('P2', 1, '2025-01-06', taken_at => '2025-01-05 23:59') > 0 AS taken_before, r.report_progress('P2', 1, '2025-01-06', taken_at => '2025-01-06 00:00') > 0 AS on_the_day;
SELECT reported_for, flags FROM report WHERE reported_for < '2025-01-07' ORDER BY report_id;

-- the S-curve: planned by milestones, even between them; physical as reported; paid of the planned total; exact
ALTER TABLE r.milestone DISABLE TRIGGER guard;
INSERT INTO r.milestone (project_id, milestone_no, title, planned_on, weight, division, unit)
SELECT p.project_id, n, t, d, w, p.division, p.unit FROM r.project p, (VALUES (1, '开工', date '2025-01-31', 10), (2, '主体', '2025-04-01', 60), (3, '竣工', '2025-07-01', 30)) AS m(n, t, d, w) WHERE p.official_code = 'P1';
ALTER TABLE r.milestone ENABLE ALWAYS TRIGGER guard;
SELECT r.open_line(2025, '101', '2120303', title => '过江通道', project => 'P1') AS line \gset
SELECT r.appropriate(:line, 900, '苏财预1号') > 0 AS given;
SELECT r.pay(:line, 100, '凭证1', accounting_date => '2025-02-15') AS paid \gset
SELECT r.pay(:line, 200.01, '凭证2', accounting_date => '2025-03-15') > 0 AS paid_again;
SELECT r.refund(:paid, 50, '退款1', accounting_date => '2025-03-20') > 0 AS refunded;
SELECT from_day, to_day, from_percent, to_percent FROM r_report.project_plan ORDER BY 1;
SELECT * FROM r.project_curve('P1', '2025-03-31');
SELECT planned_progress.* FROM (VALUES (date '2024-12-31'), ('2025-01-01'), ('2025-01-16'), ('2025-01-31'), ('2025-03-02'), ('2025-07-01'), ('2026-01-01')) AS d(day), r.planned_progress(day) ORDER BY 2;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT * FROM r.project_curve('P9')$$, $$SELECT * FROM r.project_curve(NULL)$$, $$SELECT * FROM r.project_curve('P1', 'infinity')$$, $$SELECT * FROM r.project_curve('P1', '-infinity')$$, $$SELECT * FROM r.project_curve('P1', NULL)$$]) AS s;
SELECT count(*) > 0 AS without_plan, max(planned) AS planned FROM r.project_curve('P2', '2025-03-31');

-- a report is compared with its contract's deadline when it arrives (DOMAIN (i) 51: 匹配合同条款)
INSERT INTO r.contract (contract_no, line_id, amount, state) SELECT '合同1', min(line_id), 100, 'signed' FROM r.line WHERE project_id = (SELECT project_id FROM r.project WHERE official_code = 'P1');
SELECT r.set_contract_clauses('合同1', '[{"no": 1, "kind": "deadline", "title": "工期", "terms": {"due_on": "2025-04-30", "per_day": 0.001, "delivery": "all"}}]', '合同1') AS version;
SELECT count(r.report_progress('P1', percent, day)) AS reports FROM (VALUES (date '2025-04-30', 60), ('2025-05-01', 61), ('2025-05-02', 100)) AS d(day, percent);
SELECT reported_for, percent, flags FROM r_report.progress_report WHERE project_code = 'P1' AND reported_for >= '2025-04-30' ORDER BY 1;

-- who reads only another place sees no report, and who may report there cannot here
SELECT r.register_division('320500000', '苏州市', '320000000', 2, '2020-01-01');
CREATE ROLE progress_clerk ROLE CURRENT_USER;
SELECT budgetpm.grant_ledger('r', 'progress_clerk', 'officer', '320500000') IS NOT NULL AS granted;
SET ROLE progress_clerk;
SELECT (SELECT count(*) FROM r_report.progress_report) AS reports, (SELECT count(*) FROM r.missing_reports('daily', '2025-02-06')) AS missing, (SELECT count(*) FROM r.project_curve('P1')) AS curve;
SELECT pg_temp.refused($$SELECT r.report_progress('P1', 50)$$);
SELECT pg_temp.refused($$SELECT * FROM r.verify_reports('P1')$$);
RESET ROLE;
SELECT severity, problem FROM budgetpm.check_ledger('r');
DROP SCHEMA r CASCADE;
DROP SCHEMA r_report CASCADE;
DROP OWNED BY progress_clerk CASCADE;
DROP ROLE progress_clerk;
