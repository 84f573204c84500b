--
-- Random reorganisations of divisions and units; whatever happened, the trees, their
-- keys and their history must agree.  Refused steps change nothing.
--
\set SHOW_CONTEXT never
SET client_min_messages = warning;
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
SELECT setseed(0.2260) IS NOT NULL;
SELECT budget.register_divisions((SELECT jsonb_agg(jsonb_build_object('official_code', format('32%s00000', c), 'name', 'city ' || c,
	'parent', '320000000', 'valid_from', '2000-01-01') ORDER BY c) FROM generate_series(11, 16) AS c));
SELECT budget.register_divisions((SELECT jsonb_agg(jsonb_build_object('official_code', format('32%s%s000', c, d), 'name', 'county ' || d,
	'parent', format('32%s00000', c), 'valid_from', '2000-01-01') ORDER BY c, d)
	FROM generate_series(11, 16) AS c, generate_series(11, 16) AS d));
SELECT budget.register_divisions((SELECT jsonb_agg(jsonb_build_object('official_code', format('32%s%s%s', c, d, e), 'name', 'town ' || e,
	'parent', format('32%s%s000', c, d), 'valid_from', '2000-01-01') ORDER BY c, d, e)
	FROM generate_series(11, 16) AS c, generate_series(11, 16) AS d, generate_series(101, 103) AS e));
SELECT budget.register_units((SELECT jsonb_agg(jsonb_build_object('official_code', 'D' || n, 'name', 'department ' || n,
	'division', '320000000', 'valid_from', '2000-01-01') ORDER BY n) FROM generate_series(1, 8) AS n));
SELECT budget.register_units((SELECT jsonb_agg(jsonb_build_object('official_code', 'U' || n, 'name', 'unit ' || n, 'parent', 'D' || n % 8 + 1,
	'division', format('32%s%s000', 11 + n % 6, 11 + n % 5), 'valid_from', '2000-01-01') ORDER BY n) FROM generate_series(1, 60) AS n));

CREATE FUNCTION pg_temp.reorganise(steps integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	day date := '2001-01-01';
	division text[];
	unit text[];
	done integer := 0;
BEGIN
	FOR step IN 1 .. steps LOOP
		day := day + 7;
		SELECT array_agg(official_code ORDER BY random()) INTO division FROM budget.division WHERE valid_to IS NULL;
		SELECT array_agg(official_code ORDER BY random()) INTO unit FROM budget.unit WHERE valid_to IS NULL;
		BEGIN
			CASE floor(random() * 8)
				WHEN 0 THEN PERFORM budget.move_division(division[1], division[2], day);
				WHEN 1 THEN PERFORM budget.merge_divisions(division[1:1], division[2], day);
				WHEN 2 THEN PERFORM budget.rename_division(division[1], 'renamed ' || step, day, NULL, (320000000 + 900000 + step)::text);
				WHEN 3 THEN PERFORM budget.register_division((320000000 + 800000 + step)::text, 'new ' || step, division[1], valid_from => day);
				WHEN 4 THEN PERFORM budget.close_division(division[1], day);
				WHEN 5 THEN PERFORM budget.move_unit(unit[1], CASE WHEN random() < 0.8 THEN unit[2] END, day);
				WHEN 6 THEN PERFORM budget.merge_units(unit[1:1], unit[2], day);
				ELSE PERFORM budget.register_unit('N' || step, 'new ' || step, division[1], unit[1], 'unit', valid_from => day);
			END CASE;
			done := done + 1;
		EXCEPTION WHEN invalid_parameter_value OR foreign_key_violation OR program_limit_exceeded THEN
			NULL;
		END;
	END LOOP;
	RETURN done > steps / 4;
END $$;
SELECT pg_temp.reorganise(400) AS more_than_a_quarter_went_through;

-- A key covers another exactly when it stands above it.
CREATE VIEW pg_temp.tree AS
	SELECT 'division' AS what, code, parent, valid_to, official_code, successor FROM budget.division
	UNION ALL SELECT 'unit', code, parent, valid_to, official_code, successor FROM budget.unit;
WITH RECURSIVE above AS (
	SELECT what, code, code AS ancestor FROM tree
	UNION ALL SELECT a.what, a.code, t.parent FROM above a JOIN tree t ON t.what = a.what AND t.code = a.ancestor WHERE t.parent IS NOT NULL)
SELECT count(*) FROM (
	(SELECT b.what, b.code, a.code FROM tree a JOIN tree b ON a.what = b.what AND a.code @> b.code EXCEPT SELECT what, code, ancestor FROM above)
	UNION ALL
	(SELECT what, code, ancestor FROM above EXCEPT SELECT b.what, b.code, a.code FROM tree a JOIN tree b ON a.what = b.what AND a.code @> b.code)) AS differ;
-- What exists stands below what exists; what ended by merger or move names what took over.
SELECT count(*) FROM tree t JOIN tree p ON p.what = t.what AND p.code = t.parent WHERE t.valid_to IS NULL AND p.valid_to IS NOT NULL;
SELECT count(*) FROM budget.unit u JOIN budget.division d ON d.code = u.division WHERE u.valid_to IS NULL AND d.valid_to IS NOT NULL;
SELECT count(*) FROM budget.division d JOIN budget.division_version v ON v.division = d.code AND v.valid_to = d.valid_to
	WHERE (d.successor IS NULL) <> (v.ending = 'abolished') AND v.ending <> 'renamed';
-- The present state of the history is the row; states follow each other without a gap.
SELECT count(*) FROM (
	SELECT code, official_code, name, parent, level FROM budget.division WHERE valid_to IS NULL
	EXCEPT SELECT division, official_code, name, parent, level FROM budget.division_version WHERE valid_to IS NULL) AS differ;
SELECT count(*) FROM (
	SELECT code, official_code, name, division, parent, kind FROM budget.unit WHERE valid_to IS NULL
	EXCEPT SELECT unit, official_code, name, division, parent, kind FROM budget.unit_version WHERE valid_to IS NULL) AS differ;
SELECT count(*) FROM (
	SELECT valid_to, lead(valid_from) OVER (PARTITION BY division ORDER BY valid_from) AS next FROM budget.division_version
	UNION ALL SELECT valid_to, lead(valid_from) OVER (PARTITION BY unit ORDER BY valid_from) FROM budget.unit_version) AS v
	WHERE next IS NOT NULL AND next IS DISTINCT FROM valid_to;
-- At no time two of one official code.
SELECT count(*) FROM budget.division_version a JOIN budget.division_version b ON a.official_code = b.official_code AND a.division < b.division
	AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to);
SELECT count(*) FROM budget.unit_version a JOIN budget.unit_version b ON a.official_code = b.official_code AND a.unit < b.unit
	AND daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to);
-- Levels grow downwards on every day.
SELECT count(*) FROM budget.division_version c JOIN budget.division_version p ON p.division = c.parent
	AND daterange(p.valid_from, p.valid_to) && daterange(c.valid_from, c.valid_to) WHERE c.level <= p.level;
