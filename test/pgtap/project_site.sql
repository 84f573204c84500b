-- Reports, sites, codes and idle money at their exact boundaries: metres, kilometres an hour,
-- percent, days, months, the edge of the shifted maps.
SET client_min_messages = warning;
SELECT plan(162);
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT b.register_unit('101', '省交通厅', '320000000');
SELECT b.register_project('P', '过江通道', '101', setup_year => 2025), b.register_project('Q', '另一项目', '101', setup_year => 2025), b.register_project('R', '第三个项目', '101', setup_year => 2025);
SELECT b.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"'));
SELECT b.take_over_projects(jsonb_agg(jsonb_build_object('project', official_code, 'stage', 'under_way', 'started_on', '2025-01-06', 'starts_on', '2025-01-01', 'ends_on', '2025-12-31', 'planned_total', '1000000')), '移交') ->> 'taken_over' FROM b.project;
-- What becomes of the last statement: its flags, or SQLSTATE and what is wrong; nothing stays.
CREATE FUNCTION public.flags(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  report bigint;
  answer text;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    IF statement LIKE 'SET %' THEN EXECUTE statement; ELSE EXECUTE statement INTO report; END IF;
  END LOOP;
  SELECT array_to_string(r.flags, ', ') INTO answer FROM b.progress_report r WHERE report_id = report;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || regexp_replace(coalesce(nullif(answer, ''), SQLERRM), '\d{4}-\d\d-\d\d', 'DAY');
END $$;
CREATE FUNCTION public.report(percent numeric, day date DEFAULT '2025-03-01', more text DEFAULT '', project text DEFAULT 'Q') RETURNS text IMMUTABLE LANGUAGE sql AS
  $$SELECT format('SELECT b.report_progress(%L, %s, %L %s)', project, percent, day, more)$$;

-- percent: from 0 to 100, two decimals
SELECT is(flags(report(p)), wanted, format('%s percent', p)) FROM (VALUES
  (0, ''), (0.01, ''), (29.99, ''), (30, ''), (-0.01, '22023 Percent -0.01 is not between 0 and 100.'), (100.01, '22023 Percent 100.01 is not between 0 and 100.'), (101, '22023 Percent 101 is not between 0 and 100.'), (10.005, '22023 Percent 10.005 has more than two decimals.')) AS x(p, wanted);
SELECT is(flags(report(70), report(p, '2025-03-02')), wanted, format('%s percent after 70', p)) FROM (VALUES
  (100, ''), (100.01, '22023 Percent 100.01 is not between 0 and 100.'), (99.99, ''), (70, ''), (69.99, 'falling')) AS x(p, wanted);
-- more than 30 points at once; on the same day too; between two others
SELECT is(flags(report(10), report(p, day)), wanted, format('%s percent on %s after 10', p, day)) FROM (VALUES
  (40, '2025-03-02'::date, ''), (40.01, '2025-03-02', 'jumping'), (40.01, '2025-03-01', 'jumping'), (9.99, '2025-03-01', 'falling'), (9.99, '2025-02-28', ''), (10, '2025-02-28', ''), (10.01, '2025-02-28', 'falling')) AS x(p, day, wanted);

-- the day: today, not tomorrow; from when work began
SELECT is(flags(report(1, CURRENT_DATE + d)), wanted, format('%s days from today', d)) FROM (VALUES (-1, ''), (0, ''), (1, '22023 The day that it is for, DAY, has not come.')) AS x(d, wanted);
SELECT is(flags(report(1, day, format(', taken_at => %L', taken))), wanted, format('for %s, taken %s', day, taken)) FROM (VALUES
  ('2025-01-06'::date, '2025-01-06 00:00:00+08'::timestamptz, ''), ('2025-01-05', '2025-01-06 00:00:00+08', 'before_start'), ('2025-01-06', '2025-01-05 23:59:59+08', 'before_start'), ('2025-01-05', '2025-01-05 23:59:59+08', 'before_start'), ('1949-01-01', '2025-01-06 00:00:00+08', 'before_start'),
  ('1948-12-31', '2025-01-06 00:00:00+08', '22023 The day that it is for is before DAY.')) AS x(day, taken, wanted);
-- a clock may be five minutes ahead
SELECT is(flags(report(1, '2025-03-01', format(', taken_at => clock_timestamp() + %L::interval', ahead))), wanted, format('taken in %s', ahead)) FROM (VALUES ('0 seconds', ''), ('4 minutes 59 seconds', ''), ('5 minutes 5 seconds', '22023 It was taken in the future.')) AS x(ahead, wanted);
-- the contract's deadline: from the day after it, unless all is done
SELECT b.appropriate(b.open_line(2025, '101', '2140104', title => 'R', project => 'R'), 1000, '预', accounting_date => '2025-01-06');
INSERT INTO b.contract (contract_no, line_id, amount, state) SELECT '合同', line_id, 100, 'signed' FROM b.line;
SELECT b.set_contract_clauses('合同', '[{"no": 1, "kind": "deadline", "title": "竣工", "terms": {"due_on": "2025-03-10", "per_day": 0.001, "document": "acceptance"}}]', '合同');
SELECT is(flags(report(90, '2025-03-01', project => 'R'), report(p, day, project => 'R')), wanted, format('%s percent on %s, due on 10 March', p, day)) FROM (VALUES (99, '2025-03-10'::date, ''), (99, '2025-03-11', 'past_deadline'), (99.99, '2025-03-11', 'past_deadline'), (100, '2025-03-11', '')) AS x(p, day, wanted);

-- off site: more than 500 metres from the site, measured to the decimetre
SELECT b.set_site('P', 'SRID=4490;POINT(118.80 32.06)');
CREATE FUNCTION public.place(metres double precision, azimuth double precision DEFAULT 0, taken timestamptz DEFAULT '2025-03-01 09:00+08', "from" text DEFAULT 'SRID=4490;POINT(118.80 32.06)') RETURNS text IMMUTABLE LANGUAGE sql AS
  $$SELECT format(', longitude => %s, latitude => %s, datum => ''CGCS2000'', taken_at => %L', ST_X(g), ST_Y(g), taken) FROM (SELECT ST_Project("from"::geography, metres, radians(azimuth))::geometry) AS x(g)$$;
SELECT is(flags(report(1, '2025-03-01', place(m, a), 'P')), wanted, format('%s metres at %s degrees', m, a)) FROM (VALUES (0, ''), (499, ''), (500, ''), (500.1, 'off_site'), (501, 'off_site')) AS x(m, wanted), unnest('{0,90,200}'::double precision[]) AS a;
SELECT is(flags($$SELECT b.set_site('P', 'SRID=4490;LINESTRING(118.80 32.06, 118.90 32.06)', site_no => 2)$$, report(1, '2025-03-01', place(m, 0, "from" => 'SRID=4490;POINT(118.90 32.06)'), 'P')), wanted, format('%s metres from the nearest of two sites', m)) FROM (VALUES (500, ''), (501, 'off_site')) AS x(m, wanted);
SELECT is(flags(report(1, project => 'P')), 'no_place', 'a report without a place on a project with a site');
-- too fast: more than 400 km/h, whoever comes first
SELECT is(flags(report(1, '2025-03-01', place(0)), report(1, '2025-03-01', place(km * 1000, 270, '2025-03-01 09:00+08'::timestamptz + seconds * interval '1 second'))), wanted, format('%s km in %s seconds', km, seconds)) FROM (VALUES
  (400, 3600, ''), (400.2, 3600, 'too_fast'), (400, 3598, 'too_fast'), (400, -3600, ''), (400, -3598, 'too_fast'), (0.1, 1, ''), (0.112, 1, 'too_fast'), (0.1, 0, ''), (0.112, 0, 'too_fast'), (0, 0, '')) AS x(km, seconds, wanted);
CREATE ROLE regress_bounds_reporter;
GRANT regress_bounds_reporter TO CURRENT_USER;
SELECT budgetpm.grant_ledger('b', 'regress_bounds_reporter', 'officer');
SELECT is(flags(report(1, '2025-03-01', place(0)), 'SET LOCAL ROLE regress_bounds_reporter', report(1, '2025-03-01', place(1000000, 270, '2025-03-01 09:01+08'))), '', 'somebody else may be anywhere');

-- the rectangle in which maps are shifted: its edges belong to it
SELECT is((SELECT shifted FROM budgetpm.convert_point(x, y, 'ST_Point', 4490, 'CGCS2000', datum)), wanted, format('%s %s in %s', x, y, datum))
  FROM (VALUES (72.004, 35, true), (72.00399, 35, false), (137.8347, 45, true), (137.83471, 45, false), (110, 0.8293, true), (110, 0.82929, false), (110, 55.8271, true), (110, 55.82711, false), (72.004, 0.8293, true), (137.8347, 55.8271, true), (0, 0, false), (-110, 35, false)) AS x(x, y, wanted), unnest('{GCJ-02,BD-09}'::text[]) AS datum;
SELECT is(flags(report(1, '2025-03-01', format(', longitude => %s, latitude => 35, datum => ''CGCS2000''', x))), wanted, format('longitude %s', x)) FROM (VALUES (72.004, ''), (72.00399, 'outside_china'), (137.8347, ''), (137.83471, 'outside_china')) AS x(x, wanted);
SELECT is(flags(report(1, '2025-03-01', format(', longitude => %s, latitude => %s, datum => ''WGS84''', x, y))), wanted, format('%s %s', x, y)) FROM (VALUES
  (180, 90, 'outside_china'), (-180, -90, 'outside_china'), (180.001, 35, '22023 Longitude 180.001, latitude 35 is no place.'), (110, 90.001, '22023 Longitude 110, latitude 90.001 is no place.')) AS x(x, y, wanted);
-- a site lies within China and its waters, 73 to 136 and 3 to 54
SELECT is(coalesce(flags(format('SELECT b.set_site(''Q'', ''SRID=4490;POINT(%s %s)'')', x, y)), '') ~ '^22023', NOT wanted, format('a site at %s %s', x, y)) FROM (VALUES
  (73, 3, true), (136, 54, true), (72.9999, 30, false), (136.0001, 30, false), (110, 2.9999, false), (110, 54.0001, false)) AS x(x, y, wanted);

-- 统一社会信用代码: of 31 check characters exactly one is right, 31 - sum of characters times 3^i modulo 31
CREATE FUNCTION public.check_character(code text) RETURNS text IMMUTABLE LANGUAGE sql AS $$
  SELECT substr(a, (31 - sum((strpos(a, substr(code, i, 1)) - 1) * ('{1,3,9,27,19,26,16,17,20,29,25,13,8,24,10,30,28}'::int[])[i]) % 31)::int % 31 + 1, 1)
    FROM (SELECT '0123456789ABCDEFGHJKLMNPQRTUWXY') AS x(a), generate_series(1, 17) AS i GROUP BY a $$;
SELECT is((SELECT string_agg(c, '') FROM regexp_split_to_table('0123456789ABCDEFGHJKLMNPQRTUWXY', '') AS c WHERE budgetpm.credit_code_fault(s || c) IS NULL), check_character(s), format('check character of %s', s))
  FROM unnest('{91310110666007217,91110000600037341,00000000000000000,YY000000YYYYYYYYY,91320000MA1MXXXX0,12320000466007217,91320000000000001,91320000000000002,91320000000000003}'::text[]) AS s;
SELECT is(budgetpm.credit_code_fault(c), wanted, format('code "%s"', c)) FROM (VALUES
  ('91310110666007217T', NULL), ('91110000600037341L', NULL), ('91110000600037341M', 'bad_checksum'), ('91110000600037341K', 'bad_checksum'), ('9111000060003734', 'bad_length'), ('91110000600037341', 'bad_length'), ('91110000600037341L0', 'bad_length'),
  ('9111000060003734IL', 'bad_character'), ('91110000600037341l', 'bad_character'), ('9111000060003734 L', 'bad_character'), ('91A10000600037341L', 'bad_division'), ('9111000A600037341L', 'bad_division'), ('', 'bad_length')) AS x(c, wanted);
-- every single wrong character is found
SELECT is((SELECT count(*) FROM generate_series(1, 17) AS i, regexp_split_to_table('0123456789ABCDEFGHJKLMNPQRTUWXY', '') AS c, LATERAL (SELECT overlay('91110000600037341L' PLACING c FROM i) AS code) AS x
  WHERE code <> '91110000600037341L' AND budgetpm.credit_code_fault(code) IS NULL), 0::bigint, 'no code with one wrong character is right');

-- 漏报: a month is over on its last day
SELECT is((SELECT string_agg(missing_for || ' ' || days_late, ', ' ORDER BY missing_for) FROM b.missing_reports('monthly', day, since) WHERE project_code = 'P'), wanted, format('monthly reports by %s since %s', day, since)) FROM (VALUES
  ('2025-01-30'::date, '2025-01-01'::date, NULL), ('2025-01-31', '2025-01-01', '2025-01-31 0'), ('2025-02-27', '2025-01-01', '2025-01-31 27'), ('2025-02-28', '2025-01-01', '2025-01-31 28, 2025-02-28 0'), ('2025-02-28', NULL, '2025-02-28 0'), ('2025-03-30', NULL, '2025-02-28 30'),
  ('2025-05-30', NULL, '2025-04-30 30')) AS x(day, since, wanted);
SELECT is((SELECT string_agg(missing_for::text, ', ') FROM b.missing_reports('daily', day) WHERE project_code = 'P'), wanted, format('daily reports on %s', day)) FROM (VALUES
  ('2025-01-03'::date, NULL), ('2025-01-06', '2025-01-06'), ('2025-01-04', NULL)) AS x(day, wanted);

-- 沉淀资金: what was released by this day months ago, to the day, at the ends of months too
CREATE FUNCTION public.idle(released date, paid date, day date, months integer) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE
  line bigint := b.open_line(2025, '101', '2140104', title => 'idle');
  answer numeric;
BEGIN
  PERFORM b.appropriate(line, 100, '预', accounting_date => released);
  IF paid IS NOT NULL THEN PERFORM b.pay(line, 0.01, '凭证', accounting_date => paid); END IF;
  SELECT idle INTO answer FROM b.idle_money(day, months) WHERE line_id = line;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
END $$;
SELECT is(idle(released, paid, day, months), wanted, format('released %s, a fen paid %s: %s months on %s', released, paid, months, day)) FROM (VALUES
  ('2025-07-01'::date, NULL::date, '2025-12-31'::date, 6, 0.00), ('2025-07-01', NULL, '2026-01-01', 6, 100), ('2025-07-01', NULL, '2025-12-31', 5, 100), ('2025-07-01', NULL, '2026-01-01', 7, 0), ('2025-06-30', NULL, '2025-12-31', 6, 100),
  ('2025-02-28', NULL, '2025-08-31', 6, 100), ('2025-03-01', NULL, '2025-08-31', 6, 0), ('2025-02-28', NULL, '2025-08-28', 6, 100), ('2025-02-28', NULL, '2025-08-27', 6, 0), ('2025-07-01', NULL, '2025-07-01', 0, 100), ('2025-07-02', NULL, '2025-07-01', 0, NULL),
  ('2025-07-01', '2025-12-31', '2026-01-01', 6, 99.99), ('2025-06-29', '2025-12-30', '2025-12-30', 6, 99.99), ('2025-06-29', '2025-12-31', '2025-12-30', 6, 100), ('2025-07-01', '2025-12-31', '2025-12-31', 6, 0)) AS x(released, paid, day, months, wanted);

-- payments are judged from March on, from what the ledger says
CREATE FUNCTION public.judged(paid numeric, day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  line bigint := b.open_line(2025, '101', '2140104', title => 'P', project => 'P');
  answer text;
BEGIN
  PERFORM b.appropriate(line, 1200000, '预', accounting_date => '2025-01-06');
  IF paid > 0 THEN PERFORM b.pay(line, paid, '凭证', accounting_date => '2025-01-31'); END IF;
  PERFORM b.assess_project('P', day);
  SELECT concat_ws(' ', r ->> 'colour', r ->> 'note') INTO answer FROM b.project_signal, jsonb_array_elements(reasons) AS r WHERE r ->> 'dimension' = 'payment';
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
END $$;
-- of 1200000, 100000 a month: 60 % of three months are 180000, 80 % are 240000
SELECT is(judged(paid, day), wanted, format('%s paid by %s', paid, day)) FROM (VALUES
  (0, '2025-01-31'::date, 'none before the start month'), (100000, '2025-01-31', 'none before the start month'), (0, '2025-02-28', 'none before the start month'), (0, '2025-03-01', 'red'), (179999.99, '2025-03-01', 'red'), (180000, '2025-03-01', 'yellow'),
  (239999.99, '2025-03-31', 'yellow'), (240000, '2025-03-31', 'green'), (240000, '2025-04-01', 'yellow'), (359999.99, '2025-03-31', 'green'), (360000, '2025-03-31', 'blue')) AS x(paid, day, wanted);
SELECT * FROM finish();
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_bounds_reporter;
DROP ROLE regress_bounds_reporter;
