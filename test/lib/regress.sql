\set ECHO none
--
-- regress.sql: what regress files share.  A file includes it with
--	\getenv top PG_ABS_SRCDIR
--	\i :top/test/lib/regress.sql
--
\set SHOW_CONTEXT never
SET client_min_messages = warning;

-- Gives the result of a statement, or the SQLSTATE and message of its error.
CREATE FUNCTION pg_temp.attempt(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text;
BEGIN
	EXECUTE statement INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN SQLSTATE || ' ' || SQLERRM;
END $$;

-- What a statement is refused with: SQLSTATE and message, detail, hint.
CREATE FUNCTION pg_temp.refused(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement;
	RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN format(E'%s %s', SQLSTATE, message) || coalesce(E'\n  ' || nullif(detail, ''), '')
		|| coalesce(E'\n  ' || nullif(hint, ''), '');
END $$;

-- A plan, without what PostgreSQL 17 renamed: the value that an InitPlan gives.
CREATE FUNCTION pg_temp.plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
		RETURN NEXT replace(replace(line, ' (returns $0)', ''), '(InitPlan 1).col1', '$0');
	END LOOP;
END $$;

-- Takes the projects of a ledger that are only proposed over into its pool, as a migration does.
CREATE FUNCTION pg_temp.take_over(ledger text, stage text DEFAULT 'funded', codes text[] DEFAULT NULL) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE taken bigint;
BEGIN
	EXECUTE format('SELECT %1$I.register_profile(''standard'', ''全国通用基准'', jsonb_set(budgetpm.profile_source(''standard''),
		''{settings,project.take_over_until,value}'', ''"9999-12-31"''))', ledger);
	EXECUTE format('SELECT (%1$I.take_over_projects(jsonb_agg(jsonb_build_object(''project'', official_code, ''stage'', $1)), ''移交清单'') ->> ''taken_over'')::bigint
		FROM %1$I.project WHERE stage = ''proposed'' AND (official_code = ANY ($2)) IS NOT FALSE', ledger) USING stage, codes INTO taken;
	RETURN taken;
END $$;
\set ECHO all
