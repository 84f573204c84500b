--
-- amount: what it reads and refuses, order, hash, arithmetic against numeric.
--
SET search_path = budgetpm, public;
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

--
-- Text, and casts: one set of values
--
SELECT written, pg_temp.attempt(format('SELECT %L::amount', written)) AS as_text,
	pg_temp.attempt(format('SELECT %L::numeric::amount', written)) AS as_numeric
FROM unnest(ARRAY['0', '-0', '+5', '5.', '.5', ' 12.30 ', '1.5', '1.50', '1.500', '-0.01', '007',
	'92233720368547758.07', '-92233720368547758.08']) written;

SELECT written, pg_temp.attempt(format('SELECT %L::amount', written)) AS as_text,
	pg_temp.attempt(format('SELECT %L::numeric::amount', written)) AS as_numeric
FROM unnest(ARRAY['1.005', '0.001', '-0.009', '1e-3', 'NaN', 'Infinity', '-Infinity', '92233720368547758.08',
	'-92233720368547758.09', '1000000000000000000', '99999999999999999999999999', '', ' ', '.', '-', '--1', '1,000', '1.2.3', '12a', '１２']) written;

-- Hexadecimal and digits in groups: numeric reads them from PostgreSQL 16 on, amount does not.
SELECT written, pg_temp.attempt(format('SELECT %L::amount', written)) FROM unnest(ARRAY['0x10', '0b11', '1_000']) written;

-- Exponents are spellings that numeric has and amount has not; values are the same.
SELECT pg_temp.attempt($$SELECT '1.01e3'::amount$$), pg_temp.attempt($$SELECT '1.01e3'::numeric::amount$$);

-- The whole message, as a client sees it.
\set VERBOSITY default
SELECT '1.005'::amount;
SELECT '1,234.5'::amount;
SELECT 92233720368547758.08::amount;
SELECT 'NaN'::numeric::amount;

-- Whole yuan from integers.
SELECT 100::amount, (-2147483648)::amount, 92233720368547758::bigint::amount;
SELECT pg_temp.attempt('SELECT 92233720368547759::bigint::amount'), pg_temp.attempt('SELECT (-92233720368547759)::bigint::amount');
SELECT fen('12.34'::amount), from_fen(1234);

-- Floats do not come near.
SELECT pg_temp.attempt('SELECT 1.5::float8::amount'), pg_temp.attempt($$SELECT '1.5'::amount * 1.5::float8$$);

--
-- Round trip, order, hash: pseudo-random values of every magnitude, numeric as oracle
--
-- Times 0.01, because a numeric quotient of 19 digits would be rounded.
CREATE TEMP TABLE sample AS
SELECT i, from_fen(f) AS a, f::numeric * 0.01 AS n
FROM (SELECT i, hashint8extended(i, 42) >> (i % 64)::int AS f FROM generate_series(1, 4000) i
	  UNION ALL VALUES (0, 9223372036854775807), (0, -9223372036854775808), (0, 0), (0, -1), (0, 1)) v(i, f);
ANALYZE sample;

SELECT count(*),
	count(*) FILTER (WHERE a::text::amount IS DISTINCT FROM a) AS text_trip,
	count(*) FILTER (WHERE a::text <> n::numeric(20,2)::text) AS text_form,
	count(*) FILTER (WHERE a::numeric IS DISTINCT FROM n) AS numeric_value,
	count(*) FILTER (WHERE a::numeric::amount IS DISTINCT FROM a) AS numeric_trip,
	count(*) FILTER (WHERE amount_hash(a) <> hashint8(fen(a)) OR amount_hash_extended(a, 7) <> hashint8extended(fen(a), 7)) AS hash,
	count(*) FILTER (WHERE sign(a) <> sign(n)) AS sign,
	count(*) FILTER (WHERE abs(a)::numeric <> abs(n)) AS abs
FROM sample WHERE fen(a) > -9223372036854775808;

SELECT count(*) AS pairs,
	count(*) FILTER (WHERE (x.a < y.a) <> (x.n < y.n) OR (x.a <= y.a) <> (x.n <= y.n) OR (x.a = y.a) <> (x.n = y.n)
		OR (x.a <> y.a) <> (x.n <> y.n) OR (x.a >= y.a) <> (x.n >= y.n) OR (x.a > y.a) <> (x.n > y.n)
		OR amount_cmp(x.a, y.a) <> sign(x.n - y.n)) AS wrong
FROM sample x, sample y WHERE x.i % 20 = 0 AND y.i % 10 = 3;

SELECT array_agg(a ORDER BY a) = array_agg(a ORDER BY n) AS sorted, max(a), min(a), max(a) = max(n) AND min(a) = min(n) AS extremes
FROM sample;

-- Binary: through a file and back, byte for byte.
\set file `mktemp`
\setenv FILE :file
\set copy_out '\\copy sample (a) to ' :file ' (format binary)'
\set copy_in '\\copy received from ' :file ' (format binary)'
CREATE TEMP TABLE received (a amount);
:copy_out
:copy_in
\! rm -f "$FILE"
SELECT count(*), (SELECT sum(fen(a)::numeric) FROM received) = (SELECT sum(fen(a)::numeric) FROM sample) AS same_sum,
	(SELECT count(*) FROM (SELECT a FROM received EXCEPT ALL SELECT a FROM sample) d) AS different
FROM received;
SELECT amount_send('-0.01'), amount_send('92233720368547758.07');

-- Malformed: too short, too long.  (A header, one field of 4 or 9 bytes, a trailer.)
\set VERBOSITY sqlstate
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\004\001\002\003\004\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\011\001\002\003\004\005\006\007\010\011\377\377"' (format binary)
\set VERBOSITY default

--
-- Arithmetic against numeric: the same result, or 22003 exactly where it does not fit
--
CREATE FUNCTION pg_temp.expected(value numeric) RETURNS text LANGUAGE sql AS $$
	SELECT CASE WHEN round(value, 2) BETWEEN -92233720368547758.08 AND 92233720368547758.07
		THEN round(value, 2)::numeric(22,2)::text ELSE '22003' END $$;
CREATE FUNCTION pg_temp.outcome(statement text) RETURNS text LANGUAGE sql AS $$
	SELECT regexp_replace(pg_temp.attempt(statement), '^(22003) .*', '\1') $$;

SELECT count(*) AS pairs,
	count(*) FILTER (WHERE plus = '22003') > 20 AND count(*) FILTER (WHERE times = '22003') > 20 AS ends_reached,
	count(*) FILTER (WHERE plus <> pg_temp.expected(xn + yn)) AS wrong_plus,
	count(*) FILTER (WHERE minus <> pg_temp.expected(xn - yn)) AS wrong_minus,
	count(*) FILTER (WHERE opposite <> pg_temp.expected(-xn)) AS wrong_opposite,
	count(*) FILTER (WHERE times <> pg_temp.expected(xn * factor)) AS wrong_times,
	count(*) FILTER (WHERE times <> swapped) AS wrong_swapped
FROM (SELECT x.n AS xn, y.n AS yn, factor,
		pg_temp.outcome(format('SELECT %L::amount + %L::amount', x.a, y.a)) AS plus,
		pg_temp.outcome(format('SELECT %L::amount - %L::amount', x.a, y.a)) AS minus,
		pg_temp.outcome(format('SELECT -(%L::amount)', x.a)) AS opposite,
		pg_temp.outcome(format('SELECT %L::amount * %s', x.a, factor)) AS times,
		pg_temp.outcome(format('SELECT %s * %L::amount', factor, x.a)) AS swapped
	FROM sample x JOIN sample y ON y.i = x.i + 64 * (x.i % 3)
	CROSS JOIN LATERAL (SELECT round(hashint8extended(x.i, 1)::numeric / 1000000000000000000 , (x.i % 7)::int) AS factor) f
	WHERE x.i % 4 IN (0, 1) OR x.i = 0) v;

-- Half away from zero, once.
SELECT '0.05'::amount * 0.1 AS up, '-0.05'::amount * 0.1 AS down, '0.05'::amount * 0.0999 AS below, 0.005 * '1.00'::amount AS swapped,
	'100'::amount * 0.06 AS tax;
SELECT pg_temp.attempt($$SELECT '1'::amount * 'NaN'$$) AS nan, pg_temp.attempt($$SELECT '0'::amount * 'Infinity'$$) AS infinity,
	pg_temp.attempt($$SELECT '1'::amount / '0'$$) AS by_zero, pg_temp.attempt($$SELECT abs('-92233720368547758.08'::amount)$$) AS abs;
SELECT '1'::amount / '3' AS ratio, '10'::amount / 4 AS by_number, pg_typeof('10'::amount / 4);

-- An amount has no square.
SELECT pg_temp.attempt($$SELECT '2'::amount * '3'::amount$$);

--
-- As plain SQL of a BI tool meets it
--
SELECT count(*) FILTER (WHERE a > 100) > 0 AS greater, count(*) FILTER (WHERE a BETWEEN 0 AND 1e6) > 0 AS between_,
	count(*) FILTER (WHERE a IN (0, 0.01)) AS in_, round(avg(a + 1), 2) = round(avg(n + 1), 2) AS plus, max(round(a / 1e8, 2)) AS yi
FROM sample WHERE i < 2000;
SELECT to_char('1234567.5'::amount, 'FM999,999,999.00'), coalesce('1'::amount, 0.00), greatest('1'::amount, '2');

--
-- Operator classes, index, window frames
--
SELECT amname, opcname, amvalidate(o.oid) FROM pg_opclass o JOIN pg_am ON pg_am.oid = opcmethod
WHERE opcnamespace = 'budgetpm'::regnamespace AND opcintype = 'amount'::regtype ORDER BY 1;
CREATE INDEX sample_a ON sample (a);
CREATE INDEX sample_hash ON sample USING hash (a);
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT * FROM sample WHERE a >= '10' AND a < '20';
SELECT * FROM pg_temp.plan('SELECT max(a) FROM sample');
RESET enable_seqscan;
SET enable_mergejoin = off; SET enable_nestloop = off;
EXPLAIN (COSTS OFF) SELECT count(*) FROM sample x JOIN sample y USING (a);
SELECT count(*) = (SELECT count(*) FROM sample x JOIN sample y ON x.n = y.n) AS hash_join FROM sample x JOIN sample y USING (a);
RESET enable_mergejoin; RESET enable_nestloop;
CREATE TEMP TABLE part (a amount) PARTITION BY HASH (a);
CREATE TEMP TABLE part_0 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE part_1 PARTITION OF part FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO part SELECT a FROM sample;
SELECT count(*) = (SELECT count(*) FROM sample) AS all_there, count(DISTINCT tableoid) AS partitions FROM part;
SELECT a, count(*) OVER (ORDER BY a RANGE BETWEEN '1.00'::amount PRECEDING AND '0.50'::amount FOLLOWING) AS near
FROM unnest('{1,1.5,2,2.01,9}'::amount[]) a;
SELECT pg_temp.attempt($$SELECT count(*) OVER (ORDER BY a RANGE '-1'::amount PRECEDING) FROM unnest('{1}'::amount[]) a$$);

--
-- What the planner may rely on
--
SELECT proname, provolatile, proisstrict, proparallel, proleakproof FROM pg_proc
WHERE pronamespace = 'budgetpm'::regnamespace AND (proname LIKE 'amount%' OR proname IN ('fen', 'from_fen', 'abs', 'sign', 'split', 'percent_of', 'parse_amount', 'capital_amount', 'multiply_amount'))
	AND NOT (provolatile = 'i' AND proisstrict AND proparallel = 's');
SELECT string_agg(proname, ' ' ORDER BY proname) AS leakproof FROM pg_proc
WHERE pronamespace = 'budgetpm'::regnamespace AND proleakproof AND 'amount'::regtype = ANY (proargtypes);
SELECT oprname, oprleft::regtype, oprright::regtype FROM pg_operator
WHERE oprnamespace = 'budgetpm'::regnamespace AND oprresult = 'boolean'::regtype
	AND (oprcom = 0 OR (oprnegate = 0 AND oprname NOT IN ('@>', '<@')) OR oprrest = 0 OR oprjoin = 0);
