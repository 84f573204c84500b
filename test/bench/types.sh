#!/usr/bin/env bash
# types.sh: what budget_code and amount cost beside bigint, numeric and ltree.
#
#   test/bench/types.sh [ROWS [ROUNDS]]        on the server of PGHOST, PGDATABASE
#   scripts/cluster.sh run --set shared_buffers=512MB -- test/bench/types.sh
#
# All variants run in one session, one after the other in each round, so that what
# disturbs one disturbs all; a ratio is taken within a round.  Times are wall time
# in the server; tables are in memory and vacuumed; no parallel workers.
set -euo pipefail

rows=${1:-1000000}
rounds=${2:-7}

psql -XAtq -v ON_ERROR_STOP=1 -v rows="$rows" -v rounds="$rounds" <<'SQL'
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS ltree;
DROP SCHEMA IF EXISTS bench_types CASCADE;
CREATE SCHEMA bench_types;
SET search_path = bench_types, budgetpm, public;
SET max_parallel_workers_per_gather = 0;
SET plan_cache_mode = force_generic_plan;
SET work_mem = '64MB';

-- 31 provinces, 13 cities, 10 counties, and townships below, in no order.
CREATE TABLE place AS
SELECT p || c || d || lpad(t::text, 3, '0') AS digits, (p || '.' || c || '.' || d || '.' || t)::ltree AS path
FROM (SELECT lpad((11 + i % 31)::text, 2, '0') AS p, lpad((1 + i / 31 % 13)::text, 2, '0') AS c,
		lpad((1 + i / 403 % 10)::text, 2, '0') AS d, 1 + i / 4030 % 300 AS t, i
	FROM generate_series(1, :rows) i) v
ORDER BY hashint8(i);
CREATE TABLE by_code AS SELECT digits::budget_code AS code FROM place;
-- The same eight bytes as a bigint.
CREATE TABLE by_bigint AS SELECT ('x' || encode(budget_code_send(digits::budget_code), 'hex'))::bit(64)::bigint AS code FROM place;
CREATE TABLE by_ltree AS SELECT path FROM place;
DROP TABLE place;
CREATE INDEX by_code_i ON by_code (code);
CREATE INDEX by_bigint_i ON by_bigint (code);
CREATE INDEX by_ltree_i ON by_ltree USING gist (path);
CREATE TABLE as_amount AS SELECT i, from_fen(hashint8extended(i, 0) >> 24) AS v FROM generate_series(1, :rows) i;
CREATE TABLE as_bigint AS SELECT i, fen(v) AS v FROM as_amount;
CREATE TABLE as_numeric AS SELECT i, v::numeric(18,2) AS v FROM as_amount;
VACUUM (ANALYZE, FREEZE) by_code, by_bigint, by_ltree, as_amount, as_bigint, as_numeric;

CREATE FUNCTION count_code(top budget_code) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT count(*) FROM by_code WHERE code <@ top); END';
CREATE FUNCTION count_bigint(low bigint, high bigint) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT count(*) FROM by_bigint WHERE code >= low AND code <= high); END';
CREATE FUNCTION count_ltree(top ltree) RETURNS bigint LANGUAGE plpgsql AS
	'BEGIN RETURN (SELECT count(*) FROM by_ltree WHERE path <@ top); END';

CREATE TABLE variant (question text, name text, repeats int, call text);
INSERT INTO variant
SELECT 'count below, depth ' || depth, v.name, v.repeats, v.call
FROM (VALUES (1, '32', '32', 5), (2, '3205', '32.05', 60), (3, '320505', '32.05.05', 400), (4, '320505001', '32.05.05.1', 2000)) d(depth, digits, path, repeats),
LATERAL (VALUES
	('budget_code <@', repeats, format('count_code(%L)', digits)),
	('bigint range', repeats, format('count_bigint(%s, %s)',
		('x' || encode(budget_code_send(digits::budget_code), 'hex'))::bit(64)::bigint,
		('x' || encode(budget_code_send(last(digits::budget_code)), 'hex'))::bit(64)::bigint)),
	('ltree <@, GiST', greatest(repeats / 5, 1), format('count_ltree(%L)', path))) v(name, repeats, call);
INSERT INTO variant VALUES
	('sum of all rows', 'sum(amount)', 1, '(SELECT sum(v) FROM as_amount)'),
	('sum of all rows', 'sum(bigint)', 1, '(SELECT sum(v) FROM as_bigint)'),
	('sum of all rows', 'sum(numeric)', 1, '(SELECT sum(v) FROM as_numeric)'),
	('sort all rows', 'ORDER BY amount', 1, '(SELECT count(*) FROM (SELECT v FROM as_amount ORDER BY v OFFSET 0) s)'),
	('sort all rows', 'ORDER BY bigint', 1, '(SELECT count(*) FROM (SELECT v FROM as_bigint ORDER BY v OFFSET 0) s)'),
	('sort all rows', 'ORDER BY numeric', 1, '(SELECT count(*) FROM (SELECT v FROM as_numeric ORDER BY v OFFSET 0) s)');

CREATE TABLE measured (question text, name text, round int, us float8);
CREATE PROCEDURE measure(rounds int) LANGUAGE plpgsql AS $$
DECLARE
	one variant;
	began timestamptz;
BEGIN
	FOR round IN 0..rounds LOOP
		FOR one IN SELECT * FROM variant LOOP
			began := clock_timestamp();
			IF one.repeats = 1 THEN
				EXECUTE 'SELECT ' || one.call;
			ELSE
				EXECUTE format('SELECT %s FROM generate_series(1, %s)', regexp_replace(one.call, '^(\w+)\(', 'max(\1(') || ')', one.repeats);
			END IF;
			-- Round 0 warms up.
			IF round > 0 THEN
				INSERT INTO measured VALUES (one.question, one.name, round,
					extract(epoch FROM clock_timestamp() - began) * 1000000 / one.repeats);
			END IF;
		END LOOP;
	END LOOP;
END $$;
CALL measure(:rounds);

\pset format aligned
\pset tuples_only off
\pset footer off
\echo Times in microseconds: median of the rounds (lowest to highest).  Ratio: ours to the other, per round.
WITH figure AS (
	SELECT question, name, percentile_cont(0.5) WITHIN GROUP (ORDER BY us) AS median, min(us) AS low, max(us) AS high
	FROM measured GROUP BY question, name
), ratio AS (
	SELECT o.question, o.name, percentile_cont(0.5) WITHIN GROUP (ORDER BY b.us / o.us) AS median, min(b.us / o.us) AS low, max(b.us / o.us) AS high
	FROM measured b JOIN measured o USING (question, round)
	WHERE b.name IN ('budget_code <@', 'sum(amount)', 'ORDER BY amount') AND o.name NOT IN ('budget_code <@', 'sum(amount)', 'ORDER BY amount')
	GROUP BY o.question, o.name
), target(question, name, wanted) AS (
	VALUES ('sum of all rows', 'sum(bigint)', '<= 1.20'), ('sum of all rows', 'sum(numeric)', '<= 0.50'),
		('count below, depth 1', 'ltree <@, GiST', '<= 0.25'), ('count below, depth 2', 'ltree <@, GiST', '<= 0.25')
)
SELECT f.question, f.name AS variant, format('%s (%s to %s)', round(f.median::numeric, 1), round(f.low::numeric, 1), round(f.high::numeric, 1)) AS "time",
	CASE WHEN r.median IS NULL THEN '' ELSE format('%s (%s to %s)', round(r.median::numeric, 3), round(r.low::numeric, 3), round(r.high::numeric, 3)) END AS "ratio of ours",
	coalesce(t.wanted, CASE WHEN f.name = 'bigint range' THEN '<= 1.20' END, '') AS target
FROM figure f LEFT JOIN ratio r USING (question, name) LEFT JOIN target t USING (question, name)
ORDER BY f.question, r.median IS NOT NULL, f.median;
SELECT relname AS index, pg_size_pretty(pg_relation_size(oid)) AS size,
	round(pg_relation_size('by_code_i') / pg_relation_size(oid)::numeric, 3) AS "ratio of ours", CASE relname WHEN 'by_bigint_i' THEN '<= 1.05' ELSE '' END AS target
FROM pg_class WHERE relname IN ('by_code_i', 'by_bigint_i', 'by_ltree_i') AND relnamespace = 'bench_types'::regnamespace ORDER BY pg_relation_size(oid), 1;
SELECT format('%s rows, %s rounds after one to warm up, PostgreSQL %s', (SELECT count(*) FROM by_code), max(round), current_setting('server_version')) AS run FROM measured;
DROP SCHEMA bench_types CASCADE;
SQL
