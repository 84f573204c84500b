--
-- budget_code: what it reads and refuses, tree order, and <@ as an index range.
--
SET search_path = public, budgetpm;
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

--
-- Text: input and casts accept one set
--
SELECT written, pg_temp.attempt(format('SELECT %L::budget_code', written)) AS input,
	pg_temp.attempt(format('SELECT %L::text::budget_code', written)) AS cast_
FROM unnest(ARRAY['0', '9', '00', '32', '320505001', '12345678901234567', '99999999999999999', '', '123456789012345678', ' 32', '32 ', '3a', '-1', '3.2', '３２']) written;
\set VERBOSITY default
SELECT '123456789012345678'::budget_code;

-- Binary: 11^16 * sum of digits plus one.  Eight bytes that stand for no code are refused.
SELECT code, budget_code_send(code) FROM unnest('{0,00,9,99999999999999999}'::budget_code[]) code;
CREATE TEMP TABLE received (code budget_code);
\set VERBOSITY sqlstate
-- zero; minus one; 11^17; 11^16 + 1, digits with a hole between them; 11^15, no first digit; seven bytes
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\000\000\000\000\000\000\000\000\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\377\377\377\377\377\377\377\377\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\007\003\265\144\372\172\046\113\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\000\243\077\011\056\013\032\302\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\000\016\327\057\141\106\323\343\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\007\000\243\077\011\056\013\032\377\377"' (format binary)
-- 11^16 itself is the code 0.
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\010\000\243\077\011\056\013\032\301\377\377"' (format binary)
\set VERBOSITY default
SELECT * FROM received;
TRUNCATE received;
-- On assignment from and to text and varchar.
INSERT INTO received VALUES ('32'::text), ('3205'::varchar), ('320505'::varchar(9));
SELECT code::varchar(4), pg_typeof(code || '') FROM received ORDER BY code;
TRUNCATE received;

--
-- Properties over pseudo-random codes of every length; text is the oracle
--
CREATE TEMP TABLE sample AS
SELECT DISTINCT digits AS t, digits::budget_code AS code
FROM (SELECT left(lpad(abs(hashint8extended(i, 7))::text, 19, '0'), 1 + i % 17) AS digits FROM generate_series(1, 3000) i) v;
ANALYZE sample;
SELECT count(*),
	count(*) FILTER (WHERE code::text <> t) AS text_trip,
	count(*) FILTER (WHERE digits(code) <> length(t)) AS digits,
	count(*) FILTER (WHERE last(code)::text <> rpad(t, 17, '9')) AS last,
	count(*) FILTER (WHERE prefix(code, 3)::text <> left(t, 3)) AS prefix,
	count(*) FILTER (WHERE prefixes(code)::text[] <> ARRAY(SELECT left(t, n) FROM generate_series(1, length(t)) n)) AS prefixes,
	count(*) FILTER (WHERE code_hash(code) <> hashint8(('x' || encode(budget_code_send(code), 'hex'))::bit(64)::bigint)) AS hash
FROM sample;
SELECT array_agg(t ORDER BY code) = array_agg(t ORDER BY t COLLATE "C") AS tree_order FROM sample;
SELECT count(*) AS pairs, count(*) FILTER (WHERE x.code @> y.code) AS covering,
	count(*) FILTER (WHERE (x.code @> y.code) <> starts_with(y.t, x.t) OR (y.code <@ x.code) <> starts_with(y.t, x.t)) AS wrong_covers,
	count(*) FILTER (WHERE (x.code < y.code) <> (x.t < y.t COLLATE "C") OR (x.code <= y.code) <> (x.t <= y.t COLLATE "C")
		OR (x.code = y.code) <> (x.t = y.t) OR (x.code <> y.code) <> (x.t <> y.t)
		OR (x.code >= y.code) <> (x.t >= y.t COLLATE "C") OR (x.code > y.code) <> (x.t > y.t COLLATE "C")) AS wrong_order
FROM sample x, sample y WHERE length(x.t) <= 4;
\set file `mktemp`
\setenv FILE :file
\set copy_out '\\copy sample (code) to ' :file ' (format binary)'
\set copy_in '\\copy received from ' :file ' (format binary)'
:copy_out
:copy_in
\! rm -f "$FILE"
SELECT count(*) = (SELECT count(*) FROM sample) AS all_there, (SELECT count(*) FROM (SELECT code FROM received EXCEPT SELECT code FROM sample) d) AS different
FROM received;
SELECT min(code), max(code) FROM sample;

--
-- Levels of a scheme
--
SELECT code, level(code, '{2,2,2,3}'), parent(code, '{2,2,2,3}'), ancestors(code, '{2,2,2,3}')
FROM unnest('{32,3205,320505,320505001}'::budget_code[]) code;
SELECT widths, pg_temp.attempt(format('SELECT level(%L, %L)', '3205', widths))
FROM unnest(ARRAY['{3,2}', '{2}', '{2,2,14}', '{2,2,13}', '{}', '{2,NULL}', '{2,0}', '{-2,4}', '{{2},{2}}', '{2,2147483647}', '{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}']) widths;
SELECT pg_temp.attempt('SELECT prefix(''3205'', 0)'), pg_temp.attempt('SELECT prefix(''3205'', 18)'), prefix('3205', 17);

--
-- Plans: a range of the btree for a constant, a parameter, the inner side of a join
--
SELECT amname, opcname, amvalidate(o.oid) FROM pg_opclass o JOIN pg_am ON pg_am.oid = opcmethod
WHERE opcnamespace = 'budgetpm'::regnamespace AND opcintype = 'budget_code'::regtype ORDER BY 1;
CREATE TABLE place (id int, code budget_code NOT NULL);
INSERT INTO place SELECT i, ((10 + i % 30)::text || lpad((i % 97)::text, 2, '0') || lpad((i % 89)::text, 2, '0') || lpad((i % 83)::text, 3, '0'))::budget_code
FROM generate_series(1, 20000) i;
CREATE INDEX place_code ON place (code);
VACUUM ANALYZE place;
CREATE TABLE scope (code budget_code);
INSERT INTO scope VALUES ('32'), ('1503');
ANALYZE scope;

EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE code <@ '3205';
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE '3205' @> code;
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE covered_by(code, '3205');
SET plan_cache_mode = force_generic_plan;
PREPARE under(budget_code) AS SELECT count(*) FROM place WHERE code <@ $1;
EXPLAIN (COSTS OFF) EXECUTE under('32');
RESET plan_cache_mode;
EXPLAIN (COSTS OFF) SELECT count(*) FROM scope JOIN place ON place.code <@ scope.code;
SELECT * FROM pg_temp.plan('SELECT count(*) FROM place WHERE code <@ (SELECT min(code) FROM scope)');
-- Who stands above: at most 17 probes.
EXPLAIN (COSTS OFF) SELECT * FROM place WHERE code @> '150305';
EXPLAIN (COSTS OFF) SELECT * FROM scope JOIN place ON place.code @> scope.code;
-- A volatile ancestor is no range; a hash index has none.
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE code <@ (random() * 9)::int::text::budget_code;
CREATE INDEX place_hash ON place USING hash (code);
EXPLAIN (COSTS OFF) SELECT * FROM place WHERE code = '150305001';
DROP INDEX place_code;
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE code <@ '3205';
DROP INDEX place_hash;
CREATE INDEX place_code ON place (code);

-- The same rows as text finds.
SELECT count(*) = (SELECT count(*) FROM place WHERE code::text LIKE '32%') AS const FROM place WHERE code <@ '32';
EXECUTE under('32');
SELECT count(*) = (SELECT count(*) FROM place, scope WHERE place.code::text LIKE scope.code || '%') AS joined FROM scope JOIN place ON place.code <@ scope.code;
SELECT count(*) AS above FROM scope WHERE code @> '320505001';
EXECUTE under(NULL);

-- Look-alikes in the search_path change nothing.
CREATE SCHEMA planted;
CREATE FUNCTION planted.last(budgetpm.budget_code) RETURNS budgetpm.budget_code LANGUAGE sql IMMUTABLE AS 'SELECT NULL::budgetpm.budget_code';
CREATE FUNCTION planted.code_ge(budgetpm.budget_code, budgetpm.budget_code) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR planted.>= (FUNCTION = planted.code_ge, LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code);
SET search_path = planted, budgetpm, public;
SET enable_seqscan = off;
SELECT count(*) > 0 AS found FROM place WHERE code <@ '32';
RESET enable_seqscan;
SET search_path = public, budgetpm;
DROP SCHEMA planted CASCADE;

-- Estimates: within a factor of two of what is there, at each depth and in the join.
CREATE FUNCTION pg_temp.estimated(statement text) RETURNS numeric LANGUAGE plpgsql AS $$
DECLARE plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan;
	RETURN plan -> 0 -> 'Plan' ->> 'Plan Rows';
END $$;
SELECT ancestor, pg_temp.estimated(format('SELECT 1 FROM place WHERE code <@ %L', ancestor)) / actual BETWEEN 0.5 AND 2 AS near
FROM unnest('{1,3,15}'::budget_code[]) ancestor, LATERAL (SELECT count(*) AS actual FROM place WHERE code <@ ancestor) a;
SELECT pg_temp.estimated('SELECT 1 FROM scope JOIN place ON place.code <@ scope.code')
	/ (SELECT count(*) FROM scope JOIN place ON place.code <@ scope.code) BETWEEN 0.5 AND 2 AS near;
SELECT pg_temp.estimated('SELECT 1 FROM place WHERE code <@ NULL') AS nothing;

--
-- Row security: the comparison may not see hidden rows' values, and still uses the index
--
ALTER TABLE place ENABLE ROW LEVEL SECURITY;
CREATE POLICY below ON place USING (id % 2 = 0);
CREATE ROLE regress_types_reader;
GRANT regress_types_reader TO CURRENT_USER;
GRANT SELECT ON place, scope TO regress_types_reader;
SET ROLE regress_types_reader;
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE code <@ '3205';
EXPLAIN (COSTS OFF) SELECT count(*) FROM scope JOIN place ON place.code <@ scope.code;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE under('32');
RESET plan_cache_mode;
RESET ROLE;
-- The scope itself as the policy.
DROP POLICY below ON place;
CREATE POLICY below ON place USING (code <@ current_setting('regress.scope')::budget_code);
SET regress.scope = '3205';
SET ROLE regress_types_reader;
EXPLAIN (COSTS OFF) SELECT count(*) FROM place;
EXPLAIN (COSTS OFF) SELECT count(*) FROM place WHERE code = '320505005';
RESET ROLE;
DROP TABLE place, scope;
DROP ROLE regress_types_reader;

--
-- What the planner may rely on
--
SELECT proname, provolatile, proisstrict, proparallel FROM pg_proc
WHERE pronamespace = 'budgetpm'::regnamespace AND 'budget_code'::regtype = ANY (proargtypes)
	AND NOT (provolatile = 'i' AND proisstrict AND proparallel = 's') AND prokind = 'f' AND prolang <> (SELECT oid FROM pg_language WHERE lanname = 'plpgsql')
	AND proname IN ('digits', 'last', 'prefix', 'prefixes', 'level', 'parent', 'ancestors', 'covers', 'covered_by');
SELECT string_agg(proname, ' ' ORDER BY proname) AS leakproof FROM pg_proc
WHERE pronamespace = 'budgetpm'::regnamespace AND proleakproof AND 'budget_code'::regtype = ANY (proargtypes);
