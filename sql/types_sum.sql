--
-- sum, avg, min and max of amounts: exact, parallel, in parts, over moving frames.
--
SET search_path = public, budgetpm;
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql

-- Times 0.01, because a numeric quotient of 19 digits would be rounded.
CREATE TABLE entry AS
SELECT i, i % 7 AS line, from_fen(f) AS a, f::numeric * 0.01 AS n
FROM generate_series(1, 20000) i, LATERAL (SELECT hashint8extended(i, 3) >> 16 AS f) v;
INSERT INTO entry VALUES (0, 0, NULL, NULL), (0, 8, NULL, NULL);
ANALYZE entry;

-- By group, against numeric.
SELECT count(*) AS groups, count(*) FILTER (WHERE sum_a IS DISTINCT FROM sum_n) AS wrong_sum, count(*) FILTER (WHERE avg_a <> avg_n) AS wrong_avg,
	count(*) FILTER (WHERE min_a <> min_n OR max_a <> max_n) AS wrong_ends, count(*) FILTER (WHERE sum_a IS NULL) AS of_nothing
FROM (SELECT line, sum(a)::numeric AS sum_a, sum(n) AS sum_n, round(avg(a), 10) AS avg_a, round(avg(n), 10) AS avg_n,
		min(a)::numeric AS min_a, min(n) AS min_n, max(a)::numeric AS max_a, max(n) AS max_n
	FROM entry GROUP BY line) g;
SELECT pg_typeof(sum(a)), pg_typeof(avg(a)), pg_typeof(max(a)) FROM entry;
SELECT sum(a), avg(a), min(a), max(a) FROM entry WHERE false;

-- The state passes both ends and comes back; the result does not.
SELECT sum(a) FROM unnest('{92233720368547758.07,92233720368547758.07,-92233720368547758.07}'::amount[]) a;
SELECT sum(a) FROM unnest('{-92233720368547758.08,-92233720368547758.08,92233720368547758.07,0.01}'::amount[]) a;
SELECT pg_temp.attempt($$SELECT sum(a) FROM unnest('{92233720368547758.07,0.01}'::amount[]) a$$) AS above,
	pg_temp.attempt($$SELECT sum(a) FROM unnest('{-92233720368547758.08,-0.01}'::amount[]) a$$) AS below;
SELECT avg(a) FROM unnest('{92233720368547758.07,92233720368547758.07}'::amount[]) a;
SELECT sum(a::numeric) FROM unnest('{92233720368547758.07,0.01}'::amount[]) a;

-- Parallel.
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET max_parallel_workers_per_gather = 2;
EXPLAIN (COSTS OFF) SELECT sum(a), avg(a), min(a), max(a) FROM entry;
SELECT sum(a) = (SELECT sum(n) FROM entry) AS sum, round(avg(a), 10) = round((SELECT avg(n) FROM entry), 10) AS avg FROM entry;
SELECT count(*) FILTER (WHERE sum_a IS DISTINCT FROM sum_n) AS wrong FROM (SELECT sum(a)::numeric AS sum_a, sum(n) AS sum_n FROM entry GROUP BY line) g;
RESET parallel_setup_cost; RESET parallel_tuple_cost; RESET min_parallel_table_scan_size; RESET max_parallel_workers_per_gather;

-- In parts, as text: what a system of several servers does.
CREATE AGGREGATE pg_temp.part(amount) (SFUNC = amount_accum, STYPE = amount_sum, INITCOND = '0/0');
CREATE AGGREGATE pg_temp.whole(amount_sum) (SFUNC = amount_combine, STYPE = amount_sum, INITCOND = '0/0');
SELECT amount_sum_final(pg_temp.whole(part::text::amount_sum)) = (SELECT sum(a) FROM entry) AS sum,
	amount_avg_final(pg_temp.whole(part)) = (SELECT avg(a) FROM entry) AS avg
FROM (SELECT pg_temp.part(a) AS part FROM entry GROUP BY line) p;
-- A state that is no aggregate's own is not written on.
CREATE TEMP TABLE state AS SELECT '150/2'::amount_sum AS s;
SELECT amount_accum(s, '1'), amount_combine(s, '1/1'), amount_accum_inv(s, '0.5'), s FROM state;

-- Moving frames take values out again.
SELECT count(*) FILTER (WHERE sum_a IS DISTINCT FROM sum_n) AS wrong_sum, count(*) FILTER (WHERE avg_a IS DISTINCT FROM avg_n) AS wrong_avg
FROM (SELECT (sum(a) OVER w)::numeric AS sum_a, sum(n) OVER w AS sum_n, round(avg(a) OVER w, 8) AS avg_a, round(avg(n) OVER w, 8) AS avg_n
	FROM entry WHERE i <= 3000 WINDOW w AS (PARTITION BY line ORDER BY i ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING)) v;
SELECT sum(a) OVER (ORDER BY i ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING) FROM (VALUES (1, NULL::amount), (2, NULL), (3, '5')) v(i, a);

--
-- The state's own input and output
--
SELECT written, pg_temp.attempt(format('SELECT %L::amount_sum', written))
FROM unnest(ARRAY['0/0', '-150/2', '9223372036854775807/1', '-9223372036854775808/1', '85070591730234615838173535747377725449/9223372036854775807',
	'9223372036854775808/1', '-9223372036854775809/1', '1/0', '1/-1', '1', '/1', '1/', '1/1/', ' 1/1', '-/1', '1/9223372036854775808', '999999999999999999999999999999999999999/1', '']) written;
SELECT s, amount_sum_send(s) FROM unnest(ARRAY['0/0', '-1/1', '18446744073709551614/3']::amount_sum[]) s;
CREATE TEMP TABLE received (s amount_sum);
\set file `mktemp`
\setenv FILE :file
CREATE TEMP TABLE parts AS SELECT pg_temp.part(a) AS s FROM entry GROUP BY line;
\set copy_out '\\copy parts to ' :file ' (format binary)'
\set copy_in '\\copy received from ' :file ' (format binary)'
:copy_out
:copy_in
\! rm -f "$FILE"
SELECT amount_sum_final(pg_temp.whole(s)) = (SELECT sum(a) FROM entry) AS same FROM received;
\set VERBOSITY sqlstate
-- a sum of no amounts; a negative count; two halves only
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\030\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\001\000\000\000\000\000\000\000\000\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\030\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\377\377\377\377\377\377\377\377\377\377"' (format binary)
\copy received from program 'printf "PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000\000\001\000\000\000\020\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\377\377"' (format binary)
\set VERBOSITY default
DROP TABLE entry;
