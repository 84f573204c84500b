-- access: who may read and post what, where

CREATE FUNCTION budgetpm.can_read(ledger regclass, division budgetpm.budget_code, unit budgetpm.budget_code)
RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_can_read';
COMMENT ON FUNCTION budgetpm.can_read(regclass, budgetpm.budget_code, budgetpm.budget_code) IS
  'Whether a duty (岗位职责) of the current user, in force today, lets him read rows of this division and unit: every read policy asks it. A NULL unit is a row about the whole division, a NULL division one about the whole ledger. The ledger''s owner reads everything.';

CREATE FUNCTION budgetpm.can_read_as(ledger regclass, reader oid, division budgetpm.budget_code, unit budgetpm.budget_code)
RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_can_read_as';
COMMENT ON FUNCTION budgetpm.can_read_as(regclass, oid, budgetpm.budget_code, budgetpm.budget_code) IS
  'can_read() about another role: statements that run as the ledger''s owner, for an index that row security would not let a reader use, ask it for each row. Errors: 42501 for anybody but the owner.';

CREATE FUNCTION budgetpm.can_post(ledger regclass, division budgetpm.budget_code, unit budgetpm.budget_code)
RETURNS boolean
LANGUAGE c STABLE PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_can_post';
COMMENT ON FUNCTION budgetpm.can_post(regclass, budgetpm.budget_code, budgetpm.budget_code) IS
  'Whether a duty (岗位职责) of the current user, in force today, lets him change what concerns this division and unit: for the write policies of tables that people write themselves. NULL as in can_read(), but what concerns the whole ledger needs a duty over all of it.';

CREATE FUNCTION budgetpm.register_principal(ledger regclass, login text, title text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_register_principal';
COMMENT ON FUNCTION budgetpm.register_principal(regclass, text, text) IS
  'Makes a database login known to a ledger and returns its id; the title of a known one is changed. Called through the ledger''s own register_principal().';

CREATE FUNCTION budgetpm.grant_duty(ledger regclass, login text, division text, unit text,
  may_read boolean, may_post boolean, valid_from date, valid_to date)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_grant_duty';
COMMENT ON FUNCTION budgetpm.grant_duty(regclass, text, text, text, boolean, boolean, date, date) IS
  'Gives a login a duty over a division or unit and all below, and returns its id. Nobody gives more than he holds (42501, ZB008). Called through the ledger''s own grant_duty().';

CREATE FUNCTION budgetpm.end_duty(ledger regclass, duty bigint, last_day date)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_end_duty';
COMMENT ON FUNCTION budgetpm.end_duty(regclass, bigint, date) IS
  'Ends a duty with that day, at once when it is NULL; the row stays. Called through the ledger''s own end_duty().';

CREATE FUNCTION budgetpm.ledger_relation(ledger text)
RETURNS regclass
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
DECLARE
  found regclass;
BEGIN
  SELECT c.oid::regclass INTO found
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = ledger AND c.relname = 'ledger' AND c.relkind = 'r';
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_schema_name',
      MESSAGE = format('ledger "%s" does not exist', ledger),
      HINT = 'SELECT * FROM budgetpm.list_ledgers() shows those of this database.';
  END IF;
  RETURN found;
END;
$$;
COMMENT ON FUNCTION budgetpm.ledger_relation(text) IS
  'The table that names a ledger, found by the name of its schema: the first argument of the functions behind its API. Error 3F000 when there is none.';

-- A companion is known by its view about_ledger, not by its name: renaming one
-- schema by hand must not lose the other.  The name counts when the view is lost.
CREATE FUNCTION budgetpm.ledger_schemas(ledger text)
RETURNS SETOF name
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 3 SET search_path TO pg_catalog, pg_temp AS $$
  WITH companion AS (
    SELECT DISTINCT n.nspname
      FROM pg_depend d
      JOIN pg_rewrite r ON r.oid = d.objid
      JOIN pg_class v ON v.oid = r.ev_class
      JOIN pg_namespace n ON n.oid = v.relnamespace
      JOIN pg_class l ON l.oid = d.refobjid
     WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
       AND d.refobjid = budgetpm.ledger_relation(ledger)
       AND v.relname = 'about_ledger' AND v.relkind = 'v'
       -- Anybody who reads the ledger can make such a view in a schema of his own.
       AND v.relowner = l.relowner
  )
  SELECT ledger::name
  UNION ALL
  (SELECT nspname FROM companion ORDER BY nspname DESC)
  UNION ALL
  SELECT n.nspname FROM pg_namespace n JOIN pg_class l ON l.relowner = n.nspowner
   WHERE l.oid = budgetpm.ledger_relation(ledger) AND n.nspname = concat(ledger, '_report')
     AND NOT EXISTS (SELECT FROM companion)
$$;
COMMENT ON FUNCTION budgetpm.ledger_schemas(text) IS
  'The schemas of a ledger: its own, the one with its views (<ledger>_report) and, where there is one, that of its published tables (<ledger>_open).';

-- Whoever looks after a ledger that is not his own must not run what its owner has put
-- in place of a table: a view would run with the rights of the one who reads it.
CREATE FUNCTION budgetpm.sound_table(ledger regclass, name text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_class l JOIN pg_class c USING (relnamespace, relowner)
                  WHERE l.oid = ledger AND c.relname = name AND c.relkind = 'r')
$$;
COMMENT ON FUNCTION budgetpm.sound_table(regclass, text) IS
  'Whether a ledger has an ordinary table of that name, its owner''s. Maintenance reads no other.';

CREATE FUNCTION budgetpm.require_tables(ledger regclass, names text[]) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
DECLARE
  part text;
BEGIN
  FOREACH part IN ARRAY names LOOP
    IF NOT budgetpm.sound_table(ledger, part) THEN
      RAISE EXCEPTION USING ERRCODE = 'undefined_table',
        MESSAGE = format('%s has no table "%s" of its owner beside it', ledger, part),
        HINT = 'Run budgetpm.check_ledger().';
    END IF;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION budgetpm.require_tables(regclass, text[]) IS
  'Refuses (42P01) a ledger whose named tables are lost, or replaced by something else.';

CREATE FUNCTION budgetpm.check_profile(profile text)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  IF profile IS NULL OR profile NOT IN ('reader', 'officer', 'application', 'administrator') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('profile of grants %s does not exist', coalesce(quote_literal(profile), 'NULL')),
      HINT = 'It is one of reader, officer, application, administrator.';
  END IF;
END;
$$;
COMMENT ON FUNCTION budgetpm.check_profile(text) IS
  'Refuses (22023) a name that is not a profile of grants.';

-- The grants of a profile are rows (grant_profile), so that a site can move
-- an operation from one profile to another without touching code.
CREATE FUNCTION budgetpm.grant_ledger(ledger text, role text, profile text DEFAULT 'reader', division text DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(ledger);
  part name;
  statement text;
BEGIN
  PERFORM budgetpm.check_profile(profile);
  PERFORM budgetpm.require_tables(relation, '{grant_profile,principal,duty}');
  FOR part IN SELECT s FROM budgetpm.ledger_schemas(ledger) s LOOP
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', part, role);
    -- A partition is read through its parent, whose policy then applies.
    FOR statement IN
      SELECT format('GRANT SELECT ON %I.%I TO %I', part, c.relname, role)
        FROM pg_class c
       WHERE c.relnamespace = quote_ident(part)::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
         AND (NOT c.relispartition OR EXISTS (SELECT FROM pg_policy o WHERE o.polrelid = c.oid AND o.polcmd <> 'r'))
         -- A door for COPY: rows go in, nobody looks out.
         AND (c.relkind <> 'p' OR c.relrowsecurity)
       ORDER BY c.relname
    LOOP
      EXECUTE statement;
    END LOOP;
  END LOOP;
  FOR statement IN EXECUTE format(
    'SELECT format(''GRANT %%s TO %%I'', CASE c.relkind WHEN ''p'' THEN ''INSERT ON '' WHEN ''S'' THEN ''USAGE ON SEQUENCE ''
                   ELSE ''INSERT, UPDATE, DELETE ON '' END || c.oid::regclass, $1)
       FROM pg_class c JOIN %I.grant_profile g ON g.operation = c.relname
      WHERE c.relnamespace = $2 AND g.profile = $3 AND c.relkind IN (''r'', ''p'', ''S'')
        AND c.relowner = (SELECT l.relowner FROM pg_class l WHERE l.oid = $4)
      ORDER BY c.relname', ledger)
    USING role, quote_ident(ledger)::regnamespace, profile, relation
  LOOP
    EXECUTE statement;
  END LOOP;
  FOR statement IN EXECUTE format(
    'SELECT format(''GRANT EXECUTE ON ROUTINE %%s TO %%I'', p.oid::regprocedure, $1)
       FROM pg_proc p JOIN %I.grant_profile g ON g.operation = p.proname
      WHERE p.pronamespace = $2 AND g.profile = $3
      ORDER BY p.proname', ledger)
    USING role, quote_ident(ledger)::regnamespace, profile
  LOOP
    EXECUTE statement;
  END LOOP;
  RETURN budgetpm.grant_duty(relation, role, division, NULL, true, profile <> 'reader', NULL, NULL);
END;
$$;
COMMENT ON FUNCTION budgetpm.grant_ledger(text, text, text, text) IS
  'Gives a role what a profile needs in a ledger: USAGE on its schemas, SELECT on tables and views (row security still decides which rows), EXECUTE on the operations of the profile, the right to write the document and staging tables that the profile names, and a duty over a division (official code) or, without one, the whole ledger. Returns the duty. Profiles: reader, officer (daily operations), application (an officer that also registers), administrator (registers, years, duties; no postings). Run it as the ledger''s owner. Errors: 3F000, 22023, 42704, 23503.';

CREATE FUNCTION budgetpm.revoke_ledger(ledger text, role text)
RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(ledger);
  part name;
  duty bigint;
BEGIN
  PERFORM budgetpm.require_tables(relation, '{principal,duty}');
  FOR part IN SELECT s FROM budgetpm.ledger_schemas(ledger) s LOOP
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', part, role);
    EXECUTE format('REVOKE ALL ON ALL SEQUENCES IN SCHEMA %I FROM %I', part, role);
    EXECUTE format('REVOKE ALL ON ALL ROUTINES IN SCHEMA %I FROM %I', part, role);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', part, role);
  END LOOP;
  FOR duty IN EXECUTE format(
    'SELECT d.duty_id FROM %1$I.duty d JOIN %1$I.principal p USING (principal_id)
      WHERE p.login = $1 AND (d.valid_to IS NULL OR d.valid_to >= current_date - 1)
      ORDER BY d.duty_id', ledger)
    USING role
  LOOP
    PERFORM budgetpm.end_duty(relation, duty, NULL);
  END LOOP;
END;
$$;
COMMENT ON FUNCTION budgetpm.revoke_ledger(text, text) IS
  'Takes from a role everything that grant_ledger() and single GRANTs gave it in a ledger, and ends its duties at once; what it holds through membership in another role stays. Run it as the ledger''s owner.';
