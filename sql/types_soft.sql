--
-- Faults of written values that a caller can ask about without an error: from
-- PostgreSQL 16 on, by the functions and commands that do; before, the error itself.
--
SET search_path = budgetpm, public;

-- Why a text is no value of a type, NULL where it is one.  No handler stands round
-- the soft way: an error there is an error of the test.
CREATE FUNCTION pg_temp.fault(type text, written text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE fault text;
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		EXECUTE 'SELECT sql_error_code || '' '' || message || coalesce('' / '' || detail, '''') || coalesce('' / '' || hint, '''')
			FROM pg_input_error_info($1, $2)' INTO fault USING written, type;
		RETURN fault;
	END IF;
	DECLARE
		message text;
		detail text;
		hint text;
	BEGIN
		EXECUTE format('SELECT %L::%s', written, type);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
		fault := SQLSTATE || ' ' || message || coalesce(' / ' || nullif(detail, ''), '') || coalesce(' / ' || nullif(hint, ''), '');
	END;
	RETURN fault;
END $$;

SELECT type, written, pg_temp.fault(type, written)
FROM (VALUES ('amount', '1.50'), ('amount', '1.505'), ('amount', '1,000'), ('amount', '92233720368547758.08'), ('amount', ''),
	('amount[]', '{1,2.345}'), ('amount_sum', '150/2'), ('amount_sum', '150/0'), ('amount_sum', 'x'),
	('budget_code', '320505'), ('budget_code', '32x'), ('budget_code', ''), ('budget_code', '123456789012345678'),
	('budget_code[]', '{32,3a}')) v(type, written);
