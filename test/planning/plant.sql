\set ECHO none
--
-- plant.sql: requests written past the functions that make them, so that rules are
-- tested on any request there may be, and apart from how it came about.
--
CREATE FUNCTION pg_temp.open_planting(ledger text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE name text;
BEGIN
	FOREACH name IN ARRAY '{preparation,preparation_round,request,request_version,request_item}'::text[] LOOP
		EXECUTE format('ALTER TABLE %I.%I DISABLE TRIGGER guard', ledger, name);
	END LOOP;
END $$;

CREATE FUNCTION pg_temp.plant_preparation(ledger text, year integer, division text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE id integer;
BEGIN
	EXECUTE format($q$INSERT INTO %1$I.preparation (fiscal_year, division, title, flow, opened_by)
		SELECT $1, code, 'planted', 'none', 'test' FROM %1$I.division WHERE official_code = $2 RETURNING preparation_id$q$, ledger)
		INTO id USING year, division;
	EXECUTE format($q$INSERT INTO %I.preparation_round (preparation_id, round, up_title, down_title, ceiling_binds)
		SELECT $1, n, n || ' up', n || ' down', n > 1 FROM generate_series(1, 3) AS n$q$, ledger) USING id;
	RETURN id;
END $$;

CREATE FUNCTION pg_temp.plant(ledger text, preparation integer, unit text, title text, amount numeric,
	category text DEFAULT '2', project text DEFAULT NULL, attachments jsonb DEFAULT '[]', items jsonb DEFAULT NULL,
	fund_type text DEFAULT '11') RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE request bigint; version bigint;
BEGIN
	EXECUTE format($q$INSERT INTO %1$I.request (preparation_id, fiscal_year, division, unit, department, project_id, category,
			fund_type, title, state, created_by)
		SELECT $1, p.fiscal_year, u.division, u.code, top.code, j.project_id, $4, $5, $3, 'draft', 'test'
		  FROM %1$I.preparation p, %1$I.unit u JOIN %1$I.unit top ON top.parent IS NULL AND u.code OPERATOR(budgetpm.<@) top.code
		  LEFT JOIN %1$I.project j ON j.official_code = $6
		 WHERE p.preparation_id = $1 AND u.official_code = $2 RETURNING request_id$q$, ledger)
		INTO request USING preparation, unit, title, category, fund_type, project;
	EXECUTE format($q$INSERT INTO %1$I.request_version (request_id, version_no, round, kind, amount, attachments, made_at, made_by, division, unit)
		SELECT $1, 1, 1, 'working', $2::budgetpm.amount, $3, now(), 'test', division, unit FROM %1$I.request WHERE request_id = $1 RETURNING version_id$q$, ledger)
		INTO version USING request, amount, attachments;
	EXECUTE format($q$INSERT INTO %1$I.request_item (version_id, item_no, title, func, gov_econ, dept_econ, unit_cost, quantity, amount, procurement, division, unit)
		SELECT $1, i.ord, 'item ' || i.ord, coalesce(value->>'func', '2050202')::budgetpm.budget_code, (value->>'gov_econ')::budgetpm.budget_code,
			(value->>'dept_econ')::budgetpm.budget_code, (value->>'amount')::numeric, 1, (value->>'amount')::numeric::budgetpm.amount, false, v.division, v.unit
		  FROM %1$I.request_version v, jsonb_array_elements($2) WITH ORDINALITY AS i(value, ord) WHERE v.version_id = $1$q$, ledger)
		USING version, coalesce(items, jsonb_build_array(jsonb_build_object('amount', amount::text)));
	EXECUTE format('UPDATE %I.request SET current_version = $2 WHERE request_id = $1', ledger) USING request, version;
	RETURN request;
END $$;
\set ECHO all
