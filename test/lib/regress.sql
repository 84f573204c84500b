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
-- Sets clauses that loosen others, through a case that who calls approves himself; returns the version.
CREATE FUNCTION pg_temp.supplement(ledger text, contract text, clauses jsonb, document text, valid_from date DEFAULT NULL) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE work bigint; version integer;
BEGIN
	EXECUTE format('SELECT %I.publish_flow($1)', ledger) USING '{"flow": "clause_supplement", "title": "补充协议", "steps": [
		{"step": "审批", "assign": [{"initiator": true}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}],
		"effects": {"approved": [{"effect": "contract_clauses", "as": "version", "arguments":
		{"contract": "$.contract", "clauses": "$.clauses", "document": "$.document", "valid_from": "$.valid_from"}}]}}'::jsonb;
	EXECUTE format('SELECT %1$I.start_case(''clause_supplement'', $1, $2, unit => u.official_code)
		FROM %1$I.contract c JOIN %1$I.unit u ON u.code OPERATOR(budgetpm.=) c.unit WHERE c.contract_no = $1', ledger)
		USING contract, jsonb_strip_nulls(jsonb_build_object('contract', contract, 'clauses', clauses, 'document', document, 'valid_from', valid_from)) INTO work;
	EXECUTE format('SELECT %1$I.act(task_id, ''approve'', ''同意'') FROM %1$I.task WHERE case_id = $1 AND state = ''open''', ledger) USING work;
	EXECUTE format('SELECT (facts ->> ''version'')::integer FROM %I.approval_case WHERE case_id = $1', ledger) USING work INTO version;
	RETURN version;
END $$;
\set ECHO all
