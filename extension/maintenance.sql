-- maintenance: making, checking, renaming, upgrading and dropping ledgers
--
-- Everything here runs with the caller's own rights: whoever may create a schema
-- may make a ledger, and owns what he made.

CREATE FUNCTION budgetpm.newest_layout() RETURNS integer
LANGUAGE c IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_newest_layout';
COMMENT ON FUNCTION budgetpm.newest_layout() IS
  'The layout of ledgers that this version makes; upgrade_ledger() brings older ones to it.';

CREATE FUNCTION budgetpm.refuse_extension_script() RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_refuse_extension_script';
COMMENT ON FUNCTION budgetpm.refuse_extension_script() IS
  'Fails (0A000) inside an extension script, where a ledger would become part of that extension.';

CREATE FUNCTION budgetpm.check_ledger_name(name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  IF name IS NULL OR name = '' OR octet_length(name) > 56
     OR name ~ '["''\\$@.;[:cntrl:]]' OR name ~ '^pg_'
     OR name IN ('budgetpm', 'public', 'information_schema') THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_name',
      MESSAGE = format('%s cannot be the name of a ledger', coalesce('"' || name || '"', 'NULL')),
      HINT = 'A name has 1 to 56 bytes, without quotes, dots and the like, and does not begin with pg_: it becomes the name of a schema.';
  END IF;
END;
$$;
COMMENT ON FUNCTION budgetpm.check_ledger_name(text) IS
  'Refuses (42602) what cannot be the name of a ledger and, with _report and _open behind it, of its schemas.';

CREATE FUNCTION budgetpm.ledger_ddl(name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  PERFORM budgetpm.check_ledger_name(name);
  RETURN replace(replace(replace(replace(budgetpm.ledger_source(),
    -- PostGIS may have been put into any schema.
    '@postgis@', (SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                   WHERE e.extname = 'postgis')),
    '@report@', quote_ident(name || '_report')),
    '@open@', quote_ident(name || '_open')),
    '@ledger@', quote_ident(name));
END;
$$;
COMMENT ON FUNCTION budgetpm.ledger_ddl(text) IS
  'The DDL of a ledger of that name, to read, or to run by oneself in one transaction with search_path = pg_catalog, budgetpm. create_ledger() runs it, then adds the row of the ledger, the root division and the first year. Error: 42602.';

-- A tenth of making a ledger is the compression of what the server stores of views and
-- functions, with its slow method.
CREATE FUNCTION budgetpm.prefer_lz4() RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM pg_settings s WHERE s.name = 'default_toast_compression' AND 'lz4' = ANY (s.enumvals)) THEN
    SET LOCAL default_toast_compression TO lz4;
  END IF;
END;
$$;
COMMENT ON FUNCTION budgetpm.prefer_lz4() IS
  'Sets default_toast_compression to lz4, where the server has it, until the function that calls this ends, if that has a setting of it, or else the transaction.';

-- The bodies are the ones that this version was tested with: the server need not parse
-- them a second time.
CREATE FUNCTION budgetpm.run_ledger_ddl(name text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, budgetpm, pg_temp
SET check_function_bodies TO off SET default_toast_compression TO pglz AS $$
BEGIN
  PERFORM budgetpm.prefer_lz4();
  EXECUTE budgetpm.ledger_ddl(name);
END;
$$;
COMMENT ON FUNCTION budgetpm.run_ledger_ddl(text) IS
  'Runs ledger_ddl(name): a ledger''s schemas with everything in them, but no row of the ledger, no division and no year.';

-- What create_ledger() is given is checked before anything is made, so that the
-- message speaks of the argument and not of some object of the DDL.
CREATE FUNCTION budgetpm.check_new_ledger(name text, root text, digest text) RETURNS void
LANGUAGE plpgsql STABLE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  PERFORM budgetpm.refuse_extension_script();
  PERFORM budgetpm.check_ledger_name(name);
  IF EXISTS (SELECT FROM pg_namespace n WHERE n.nspname IN (name, name || '_report', name || '_open')) THEN
    RAISE EXCEPTION USING ERRCODE = 'duplicate_schema',
      MESSAGE = format('schema "%s" already exists', (
        SELECT n.nspname FROM pg_namespace n
         WHERE n.nspname IN (name, name || '_report', name || '_open') ORDER BY length(n.nspname) LIMIT 1)),
      HINT = 'Choose another name: a ledger makes its schemas itself.';
  END IF;
  IF NOT has_database_privilege(current_database(), 'CREATE') THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('permission denied for database %s', current_database()),
      HINT = format('A ledger is a schema: GRANT CREATE ON DATABASE %I TO %I.', current_database(), current_user);
  END IF;
  IF root IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
      MESSAGE = 'root must not be null',
      HINT = 'It is the official code of the root division, such as 320000000.';
  END IF;
  IF NOT budgetpm.digest_available(coalesce(digest, '')) THEN
    RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
      MESSAGE = format('this server''s OpenSSL has no %s', digest),
      HINT = 'Use digest => ''sha256'', or an OpenSSL build that has it.';
  END IF;
END;
$$;
COMMENT ON FUNCTION budgetpm.check_new_ledger(text, text, text) IS
  'Refuses what create_ledger() cannot make: 42602 name, 42P06 name taken, 42501 no right to create schemas, 22023 or 0A000 digest.';

CREATE FUNCTION budgetpm.adopt_profile(name text, root text, profile text, valid_from date) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, budgetpm, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  known text[];
BEGIN
  EXECUTE format('SELECT array_agg(DISTINCT p.profile::text ORDER BY p.profile::text) FROM %I.profile p', name) INTO known;
  IF profile = ANY (known) THEN
    EXECUTE format('SELECT %I.apply_profile($1, $2, $3)', name) USING profile, root, valid_from;
  ELSE
    RAISE EXCEPTION USING ERRCODE = 'undefined_object',
      MESSAGE = format('profile "%s" does not exist', profile),
      HINT = format('It is one of %s.', array_to_string(known, ', '));
  END IF;
END;
$$;
COMMENT ON FUNCTION budgetpm.adopt_profile(text, text, text, date) IS
  'Binds a profile (地区配置) that comes with the extension to the root division of a new ledger, from a date. Error: 42704.';

CREATE FUNCTION budgetpm.create_ledger(name text, root text, profile text DEFAULT NULL,
  digest text DEFAULT 'sha256', first_year integer DEFAULT NULL, title text DEFAULT NULL)
RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, budgetpm, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  year integer := coalesce(first_year, extract(year FROM current_date)::integer);
  heading text := coalesce(title, name);
BEGIN
  PERFORM budgetpm.check_new_ledger(name, root, digest);
  PERFORM budgetpm.report_progress('create_ledger', 'tables', 0, 4);
  PERFORM budgetpm.run_ledger_ddl(name);
  EXECUTE format('INSERT INTO %I.ledger (layout, digest, root_code, title) VALUES ($1, $2, $3, $4)', name)
    USING budgetpm.newest_layout(), digest, root, heading;
  PERFORM budgetpm.report_progress('create_ledger', 'root division', 1, 4);
  EXECUTE format('SELECT %I.register_division(official_code => $1, name => $2, parent => NULL)', name)
    USING root, left(heading, 100);
  PERFORM budgetpm.report_progress('create_ledger', 'profile', 2, 4);
  IF profile IS NOT NULL THEN
    PERFORM budgetpm.adopt_profile(name, root, profile, make_date(year, 1, 1));
  END IF;
  PERFORM budgetpm.report_progress('create_ledger', 'first year', 3, 4);
  EXECUTE format('SELECT %I.add_year($1, ''open'')', name) USING year;
  PERFORM budgetpm.report_progress(NULL, NULL, NULL, NULL);
  RETURN format('%I.ledger', name)::regclass;
END;
$$;
COMMENT ON FUNCTION budgetpm.create_ledger(text, text, text, text, integer, text) IS
  'Makes a ledger: the schemas <name> and <name>_report with everything in them, owned by the caller, the root division (official code), a profile if one is named, and its first fiscal year, open (the current one unless given). digest is sha256 or sm3 and never changes. All or nothing. Needs CREATE on the database. Errors: 42602, 42P06, 42501, 22023, 0A000.';

CREATE FUNCTION budgetpm.list_ledgers(OUT name text, OUT owner text, OUT layout integer, OUT digest text,
  OUT root text, OUT title text, OUT years integer[], OUT bytes bigint)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.oid, n.nspname, n.oid AS namespace, pg_get_userbyid(c.relowner) AS owner
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relname = 'ledger' AND c.relkind = 'r'
       AND (SELECT count(*) FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attname IN ('layout', 'digest', 'root_code', 'title')
               AND a.atttypid IN ('integer'::regtype, 'character varying'::regtype)) = 4
       -- A policy, or a type with casts, would be somebody else's code run by whoever asks.
       AND NOT c.relrowsecurity
     ORDER BY n.nspname
  LOOP
    name := found.nspname;
    owner := found.owner;
    layout := NULL; digest := NULL; root := NULL; title := NULL;
    IF has_schema_privilege(found.namespace, 'USAGE') AND has_table_privilege(found.oid, 'SELECT') THEN
      EXECUTE format('SELECT layout, digest, root_code, title FROM %s', found.oid::regclass)
        INTO layout, digest, root, title;
    END IF;
    SELECT array_agg(y.year ORDER BY y.year) INTO years
      FROM (SELECT substr(c.relname, 9)::integer AS year FROM pg_class c
             WHERE c.relnamespace = found.namespace AND c.relname ~ '^journal_[0-9]{4}$' AND c.relispartition) y;
    SELECT sum(pg_total_relation_size(c.oid))::bigint INTO bytes FROM pg_class c
     WHERE c.relnamespace = found.namespace AND c.relkind IN ('r', 'm');
    RETURN NEXT;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION budgetpm.list_ledgers() IS
  'The ledgers of this database: owner, layout, digest, root division, title (NULL where the caller may not read), fiscal years and size in bytes.';

CREATE FUNCTION budgetpm.rename_ledger(name text, new_name text) RETURNS regclass
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(name);
  part name;
  wanted name;
BEGIN
  PERFORM budgetpm.refuse_extension_script();
  PERFORM budgetpm.check_ledger_name(new_name);
  FOR part, wanted IN
    SELECT s, new_name || CASE WHEN s = name THEN '' ELSE coalesce(substring(s FROM '_(?:report|open)$'), '_report') END
      FROM budgetpm.ledger_schemas(name) s
  LOOP
    -- After a renaming by hand, one of them may have its name already.
    IF part <> wanted THEN
      EXECUTE format('ALTER SCHEMA %I RENAME TO %I', part, wanted);
    END IF;
  END LOOP;
  RETURN relation;
END;
$$;
COMMENT ON FUNCTION budgetpm.rename_ledger(text, text) IS
  'Renames a ledger with its companion schemas. Functions, views, policies and grants follow; only clients that spell the name must change. Renaming a schema by hand is as safe. Errors: 3F000, 42602, 42P06, 42501.';

-- Later layouts add one function each, budgetpm.upgrade_ledger_<n>(regclass), that
-- brings a ledger from layout n to n + 1.
CREATE FUNCTION budgetpm.upgrade_ledger(name text) RETURNS text
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, budgetpm, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(name);
  newest integer := budgetpm.newest_layout();
  layout integer;
  first integer;
BEGIN
  PERFORM budgetpm.refuse_extension_script();
  -- Two upgrades of one ledger must not interleave.
  EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', relation);
  EXECUTE format('SELECT layout FROM %s', relation) INTO layout;
  IF layout IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('table %s must hold exactly one row', relation),
      HINT = 'Restore the ledger from its backup.';
  ELSIF layout > newest THEN
    RAISE EXCEPTION USING ERRCODE = 'object_not_in_prerequisite_state',
      MESSAGE = format('ledger "%s" has layout %s, newer than this version''s %s', name, layout, newest),
      HINT = 'Install the newer version of the extension and run ALTER EXTENSION budgetpm UPDATE.';
  ELSIF layout = newest THEN
    RETURN format('ledger "%s" has layout %s, the newest', name, layout);
  END IF;
  first := layout;
  WHILE layout < newest LOOP
    PERFORM budgetpm.report_progress('upgrade_ledger', format('layout %s', layout + 1), layout - first, newest - first);
    EXECUTE format('SELECT budgetpm.upgrade_ledger_%s($1)', layout) USING relation;
    layout := layout + 1;
    EXECUTE format('UPDATE %s SET layout = $1', relation) USING layout;
  END LOOP;
  PERFORM budgetpm.report_progress(NULL, NULL, NULL, NULL);
  RETURN format('ledger "%s" was brought from layout %s to %s', name, first, layout);
END;
$$;
COMMENT ON FUNCTION budgetpm.upgrade_ledger(text) IS
  'Brings a ledger''s tables to the layout of the installed version, step by step, after ALTER EXTENSION budgetpm UPDATE; says so when there is nothing to do. Errors: 3F000, 55000 a layout newer than the version, 42501.';

-- CASCADE would take along, in silence, what others built on the ledger.
CREATE FUNCTION budgetpm.ledger_dependents(name text) RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE ROWS 5 SET search_path TO pg_catalog, pg_temp AS $$
  WITH part AS (
    SELECT quote_ident(s)::regnamespace::oid AS oid FROM budgetpm.ledger_schemas(name) s
  ), inside AS (
    SELECT 'pg_class'::regclass AS class, c.oid FROM pg_class c JOIN part ON part.oid = c.relnamespace
    UNION ALL
    SELECT 'pg_proc', p.oid FROM pg_proc p JOIN part ON part.oid = p.pronamespace
    UNION ALL
    SELECT 'pg_type', t.oid FROM pg_type t JOIN part ON part.oid = t.typnamespace
  ), dependent AS (
    SELECT d.classid, d.objid,
           CASE d.classid
             WHEN 'pg_rewrite'::regclass THEN (SELECT r.ev_class FROM pg_rewrite r WHERE r.oid = d.objid)
             WHEN 'pg_constraint'::regclass THEN (SELECT k.conrelid FROM pg_constraint k WHERE k.oid = d.objid)
             WHEN 'pg_trigger'::regclass THEN (SELECT g.tgrelid FROM pg_trigger g WHERE g.oid = d.objid)
             WHEN 'pg_policy'::regclass THEN (SELECT l.polrelid FROM pg_policy l WHERE l.oid = d.objid)
             WHEN 'pg_attrdef'::regclass THEN (SELECT a.adrelid FROM pg_attrdef a WHERE a.oid = d.objid) END AS relation
      FROM inside i
      JOIN pg_depend d ON d.refclassid = i.class AND d.refobjid = i.oid AND d.deptype = 'n'
  ), owner AS (
    SELECT DISTINCT CASE WHEN relation IS NULL THEN classid ELSE 'pg_class'::regclass::oid END AS classid,
           coalesce(relation, objid) AS objid
      FROM dependent
  )
  SELECT o.type || ' ' || o.identity
    FROM owner CROSS JOIN LATERAL pg_identify_object(owner.classid, owner.objid, 0) o
   WHERE NOT EXISTS (SELECT FROM inside i WHERE i.class = owner.classid AND i.oid = owner.objid)
     AND owner.classid NOT IN ('pg_constraint'::regclass, 'pg_publication_rel'::regclass)
   ORDER BY 1
$$;
COMMENT ON FUNCTION budgetpm.ledger_dependents(text) IS
  'Objects outside a ledger''s schemas that depend on something in them, such as views of other schemas: drop_ledger() refuses while there are any.';

-- A notice for each of some hundred objects would hide what matters.
CREATE FUNCTION budgetpm.drop_ledger(name text, confirm text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path TO pg_catalog, pg_temp SET client_min_messages TO warning AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(name);
  dependents text;
  parts text;
BEGIN
  PERFORM budgetpm.refuse_extension_script();
  IF confirm IS DISTINCT FROM name THEN
    RAISE EXCEPTION USING ERRCODE = 'invalid_parameter_value',
      MESSAGE = format('ledger "%s" was not dropped', name),
      DETAIL = 'All its lines, postings and evidence would be gone.',
      HINT = format('If that is meant, repeat its name: confirm => %L.', name);
  END IF;
  SELECT string_agg(d, ', ') INTO dependents FROM budgetpm.ledger_dependents(name) d;
  IF dependents IS NOT NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'dependent_objects_still_exist',
      MESSAGE = format('ledger "%s" cannot be dropped: other objects depend on it', name),
      DETAIL = format('They are: %s.', dependents),
      HINT = 'Drop them first.';
  END IF;
  PERFORM budgetpm.report_progress('drop_ledger', 'drop', 0, 1);
  SELECT string_agg(quote_ident(s), ', ') INTO parts FROM budgetpm.ledger_schemas(name) s;
  EXECUTE format('DROP SCHEMA %s CASCADE', parts);
  PERFORM budgetpm.report_progress(NULL, NULL, NULL, NULL);
END;
$$;
COMMENT ON FUNCTION budgetpm.drop_ledger(text, text) IS
  'Drops a ledger with its schemas and everything in them; confirm must repeat its name. Refused while objects of other schemas depend on it. Errors: 3F000, 22023 not confirmed, 2BP01 dependents, 42501.';

-- What check_ledger() compares.  Definitions are printed by the server with an
-- empty path, so that they name every schema; one row an object.
CREATE FUNCTION budgetpm.ledger_catalog(name text, OUT kind text, OUT object text, OUT place text, OUT definition text)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 500 SET search_path TO pg_catalog, pg_temp AS $$
  WITH part AS (
    SELECT n.oid, n.nspname FROM pg_namespace n JOIN budgetpm.ledger_schemas(name) s ON n.nspname = s
  ), relation AS (
    SELECT c.*, format('%I.%I', part.nspname, c.relname) AS place
      FROM pg_class c JOIN part ON part.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')
  )
  SELECT 'schema', quote_ident(nspname), quote_ident(nspname), '' FROM part
  UNION ALL
  SELECT CASE relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                      ELSE CASE WHEN relispartition THEN 'partition' ELSE 'table' END END,
         place, place,
         concat_ws(' ', CASE relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' END,
                   CASE WHEN relkind = 'p' THEN 'partition by ' || pg_get_partkeydef(oid) END,
                   (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
                      FROM pg_inherits i WHERE i.inhrelid = relation.oid),
                   pg_get_expr(relpartbound, oid),
                   -- Other options, such as fillfactor, are the site's own business.
                   CASE WHEN relkind = 'v' THEN array_to_string(reloptions, ', ') || ' ' || pg_get_viewdef(oid) END)
    FROM relation
  UNION ALL
  SELECT 'row security', place, place,
         CASE WHEN relrowsecurity THEN 'enabled' ELSE 'disabled' END || CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END
    FROM relation WHERE relkind IN ('r', 'p')
  UNION ALL
  SELECT 'column', format('%s.%I', place, a.attname), place,
         concat_ws(' ', format_type(a.atttypid, a.atttypmod),
                   (SELECT 'collate ' || l.collname FROM pg_collation l WHERE l.oid = a.attcollation AND l.collname <> 'default'),
                   CASE WHEN a.attnotnull THEN 'not null' END,
                   'default ' || pg_get_expr(d.adbin, d.adrelid),
                   CASE a.attidentity WHEN 'a' THEN 'generated always as identity' WHEN 'd' THEN 'generated by default as identity' END,
                   CASE WHEN a.attgenerated <> '' THEN 'generated' END)
    FROM relation JOIN pg_attribute a ON a.attrelid = relation.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'constraint', format('%s.%I', place, k.conname), place,
         pg_get_constraintdef(k.oid) || CASE WHEN (SELECT bool_or(t.tgenabled = 'D') FROM pg_trigger t WHERE t.tgconstraint = k.oid)
                                             THEN ', disabled' ELSE '' END
    FROM relation JOIN pg_constraint k ON k.conrelid = relation.oid
   WHERE k.contype IN ('c', 'f', 'p', 'u', 'x')
     -- A partition's share of a foreign key repeats the parent's.
     AND NOT (k.contype = 'f' AND k.conparentid <> 0)
  UNION ALL
  SELECT 'index', format('%s.%I', place, x.relname), place,
         pg_get_indexdef(i.indexrelid)
    FROM relation JOIN pg_index i ON i.indrelid = relation.oid JOIN pg_class x ON x.oid = i.indexrelid
  UNION ALL
  SELECT 'trigger', format('%s.%I', place, t.tgname), place,
         pg_get_triggerdef(t.oid) || CASE t.tgenabled WHEN 'A' THEN ', always' WHEN 'D' THEN ', disabled'
                                                      WHEN 'R' THEN ', replica only' ELSE '' END
    FROM relation JOIN pg_trigger t ON t.tgrelid = relation.oid
   WHERE NOT t.tgisinternal
  UNION ALL
  SELECT 'rule', format('%s.%I', place, r.rulename), place, pg_get_ruledef(r.oid)
    FROM relation JOIN pg_rewrite r ON r.ev_class = relation.oid
   WHERE r.rulename <> '_RETURN'
  UNION ALL
  SELECT 'policy', format('%s.%I', place, p.polname), place,
         concat_ws(' ', CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END, 'FOR',
                   CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
                   'TO', CASE WHEN p.polroles = '{0}' THEN 'PUBLIC' ELSE (SELECT string_agg(r::regrole::text, ', ') FROM unnest(p.polroles) r) END,
                   'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
                   'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
    FROM relation JOIN pg_policy p ON p.polrelid = relation.oid
  UNION ALL
  SELECT 'function', p.oid::regprocedure::text, p.oid::regprocedure::text, pg_get_functiondef(p.oid)
    FROM part JOIN pg_proc p ON p.pronamespace = part.oid
   WHERE p.prokind IN ('f', 'p')
$$;
COMMENT ON FUNCTION budgetpm.ledger_catalog(text) IS
  'What a ledger consists of, as the catalogs say: kind, name, the relation it belongs to, definition. check_ledger() compares it with that of a new ledger.';

-- A server prints some expressions otherwise once it has read its own print, as a
-- restore makes it do (IN lists of varchar, for one).  This brings a new ledger to
-- that state, so that a restored one can be told from a changed one exactly.
CREATE FUNCTION budgetpm.reparse_ledger(name text) RETURNS void
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  statement text;
BEGIN
  FOR statement IN
    WITH part AS (
      SELECT quote_ident(s)::regnamespace::oid AS oid FROM budgetpm.ledger_schemas(name) s
    )
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %2$I %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
      FROM pg_constraint k JOIN part ON part.oid = k.connamespace
     WHERE k.contype = 'c' AND k.conislocal AND k.conrelid <> 0
    UNION ALL
    SELECT pg_get_functiondef(p.oid)
      FROM pg_proc p JOIN part ON part.oid = p.pronamespace
     WHERE p.prokind IN ('f', 'p')
    UNION ALL
    SELECT format('CREATE OR REPLACE VIEW %s %s AS %s', c.oid::regclass,
                  'WITH (' || array_to_string(c.reloptions, ', ') || ')', pg_get_viewdef(c.oid))
      FROM pg_class c JOIN part ON part.oid = c.relnamespace
     WHERE c.relkind = 'v'
    UNION ALL
    SELECT format('ALTER POLICY %I ON %s', p.polname, p.polrelid::regclass)
           || coalesce(' USING (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
           || coalesce(' WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN part ON part.oid = c.relnamespace
  LOOP
    EXECUTE statement;
  END LOOP;
END;
$$;
COMMENT ON FUNCTION budgetpm.reparse_ledger(text) IS
  'Makes the constraints, functions, views and policies of a ledger once more from what the server prints of them, as a restore does; they mean the same.';

CREATE FUNCTION budgetpm.ledger_years(name text) RETURNS integer[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  years integer[];
BEGIN
  IF budgetpm.sound_table(budgetpm.ledger_relation(name), 'fiscal_year') THEN
    EXECUTE format('SELECT array_agg(fiscal_year ORDER BY fiscal_year) FROM %I.fiscal_year', name) INTO years;
  ELSE
    SELECT array_agg(substr(c.relname, 9)::integer ORDER BY c.relname) INTO years
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = name AND c.relname ~ '^journal_[0-9]{4}$';
  END IF;
  RETURN years;
END;
$$;
COMMENT ON FUNCTION budgetpm.ledger_years(text) IS
  'The fiscal years of a ledger; where their table is lost, those of its partitions.';

-- The reference is a ledger made a moment before and rolled back: of this very
-- server version, of this version of the extension, and with nothing stored that
-- an owner could have edited.
CREATE FUNCTION budgetpm.ledger_reference(name text) RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE SET search_path TO pg_catalog, budgetpm, pg_temp
SET check_function_bodies TO off SET default_toast_compression TO pglz AS $$
#variable_conflict use_variable
DECLARE
  scratch text := 'budgetpm_scratch_' || pg_backend_pid();
  years integer[];
  result jsonb;
  part name;
BEGIN
  years := budgetpm.ledger_years(name);
  PERFORM budgetpm.prefer_lz4();
  BEGIN
    PERFORM budgetpm.run_ledger_ddl(scratch);
    EXECUTE format('INSERT INTO %I.ledger (layout, digest, root_code, title) VALUES ($1, ''sha256'', ''1'', ''scratch'')', scratch)
      USING budgetpm.newest_layout();
    EXECUTE format('SELECT %I.add_year(y) FROM unnest($1) y', scratch) USING years;
    EXECUTE format('SELECT jsonb_build_object(
        ''objects'', (SELECT jsonb_agg(c) FROM budgetpm.ledger_catalog($1) c),
        ''kinds'', (SELECT jsonb_agg(k) FROM %I.entry_kind k))', scratch)
      INTO result USING scratch;
    PERFORM budgetpm.reparse_ledger(scratch);
    result := result || jsonb_build_object('restored', (SELECT jsonb_agg(c) FROM budgetpm.ledger_catalog(scratch) c));
    RAISE EXCEPTION USING ERRCODE = 'ZB000', MESSAGE = 'the scratch ledger goes';
  EXCEPTION WHEN SQLSTATE 'ZB000' THEN
    NULL;
  END;
  -- The scratch name is unique enough to be replaced in whatever text it stands.
  FOR part IN SELECT s FROM budgetpm.ledger_schemas(name) s WHERE s <> name LOOP
    result := replace(result::text, scratch || coalesce(substring(part FROM '_(?:report|open)$'), '_report'),
                      substr(to_json(quote_ident(part))::text, 2, length(to_json(quote_ident(part))::text) - 2))::jsonb;
  END LOOP;
  RETURN replace(result::text, scratch,
                 substr(to_json(quote_ident(name))::text, 2, length(to_json(quote_ident(name))::text) - 2))::jsonb;
END;
$$;
COMMENT ON FUNCTION budgetpm.ledger_reference(text) IS
  'What a ledger of this name and these fiscal years consists of when it is new, as budgetpm.ledger_catalog() prints it, with its kinds of entry. It makes such a ledger and rolls it back.';

-- A remedy is a statement that the owner can run as it stands, wherever one exists.
CREATE FUNCTION budgetpm.check_remedy(kind text, object text, place text, wanted text, found text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path TO pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN kind = 'row security' THEN format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY', place)
    WHEN kind = 'trigger' AND found IS NOT NULL AND split_part(found, ', ', 1) = split_part(wanted, ', ', 1) THEN
      format('ALTER TABLE %s ENABLE %sTRIGGER %s', place,
             CASE WHEN wanted LIKE '%, always' THEN 'ALWAYS ' ELSE '' END, substr(object, length(place) + 2))
    WHEN kind = 'trigger' THEN
      CASE WHEN found IS NULL THEN '' ELSE format('DROP TRIGGER %s ON %s; ', substr(object, length(place) + 2), place) END
      || regexp_replace(wanted, ', always$', '')
      || CASE WHEN wanted LIKE '%, always'
              THEN format('; ALTER TABLE %s ENABLE ALWAYS TRIGGER %s', place, substr(object, length(place) + 2)) ELSE '' END
    WHEN kind = 'constraint' AND found = wanted || ' NOT VALID' THEN
      format('ALTER TABLE %s VALIDATE CONSTRAINT %s', place, substr(object, length(place) + 2))
    WHEN kind = 'constraint' THEN
      CASE WHEN found IS NULL THEN '' ELSE format('ALTER TABLE %s DROP CONSTRAINT %s; ', place, substr(object, length(place) + 2)) END
      || format('ALTER TABLE %s ADD CONSTRAINT %s %s', place, substr(object, length(place) + 2), wanted)
    WHEN kind = 'index' AND found IS NULL THEN replace(wanted, ' ON ONLY ', ' ON ')
    WHEN kind = 'policy' THEN
      CASE WHEN found IS NULL THEN '' ELSE format('DROP POLICY %s ON %s; ', substr(object, length(place) + 2), place) END
      || format('CREATE POLICY %s ON %s %s', substr(object, length(place) + 2), place, wanted)
    WHEN kind = 'function' THEN 'CREATE OR REPLACE FUNCTION as in budgetpm.ledger_ddl()'
    WHEN kind IN ('table', 'partition', 'column', 'sequence') AND found IS NULL THEN 'restore it from the backup'
    ELSE format('make this %s again as in budgetpm.ledger_ddl()', kind)
  END
$$;
COMMENT ON FUNCTION budgetpm.check_remedy(text, text, text, text, text) IS
  'What to do about an object that is missing (found is NULL) or not as it should be: a statement where one does it.';

CREATE FUNCTION budgetpm.check_objects(name text, reference jsonb,
  OUT severity text, OUT object text, OUT problem text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path TO pg_catalog, pg_temp AS $$
  WITH wanted AS MATERIALIZED (
    SELECT kind, object, o.place, o.definition, r.definition AS restored
      FROM jsonb_to_recordset(reference -> 'objects') AS o(kind text, object text, place text, definition text)
      LEFT JOIN jsonb_to_recordset(reference -> 'restored') AS r(kind text, object text, definition text) USING (kind, object)
  ), found AS MATERIALIZED (
    SELECT * FROM budgetpm.ledger_catalog(name)
  ), guarded AS (
    SELECT DISTINCT place FROM wanted WHERE kind = 'trigger' AND definition LIKE '%FUNCTION budgetpm.guard_write()%'
  ), relation AS (
    SELECT place FROM wanted WHERE kind IN ('table', 'partition', 'view')
  ), compared AS (
    SELECT kind, object, coalesce(w.place, f.place) AS place, w.definition AS wanted, f.definition AS found
      FROM wanted w FULL JOIN found f USING (kind, object)
     WHERE w.definition IS DISTINCT FROM f.definition AND w.restored IS DISTINCT FROM f.definition
  ), difference AS (
    -- What a partition has, or lacks, because its parent does is told once.
    SELECT c.*, EXISTS (
             SELECT FROM compared t
              WHERE t.place = regexp_replace(c.place, '_[0-9]{4}$', '') AND t.place <> c.place AND t.kind = c.kind
                AND (t.found IS NULL) = (c.found IS NULL) AND (t.wanted IS NULL) = (c.wanted IS NULL)
                AND (t.kind = 'index' OR substr(t.object, length(t.place) + 1) = substr(c.object, length(c.place) + 1))
                AND split_part(t.found, ', ', 2) IS NOT DISTINCT FROM split_part(c.found, ', ', 2)) AS inherited
      FROM compared c
  )
  SELECT CASE WHEN kind = 'index' AND wanted NOT LIKE 'CREATE UNIQUE%' THEN 'warning' ELSE 'error' END,
         object,
         CASE WHEN found IS NULL THEN format('%s is missing', kind)
              WHEN kind IN ('function', 'view') THEN format('%s is not the one that create_ledger() makes', kind)
              WHEN kind = 'row security' THEN format('row security is %s', found)
              WHEN kind = 'trigger' AND split_part(found, ', ', 1) = split_part(wanted, ', ', 1) THEN
                CASE split_part(found, ', ', 2) WHEN 'disabled' THEN 'trigger is disabled'
                     WHEN '' THEN 'trigger is not ENABLE ALWAYS: session_replication_role turns it off'
                     ELSE format('trigger is enabled as %s', split_part(found, ', ', 2)) END
              ELSE format('%s is "%s", should be "%s"', kind, found, wanted) END,
         budgetpm.check_remedy(kind, object, place, wanted, found)
    FROM difference c
   WHERE wanted IS NOT NULL
     -- What a missing table had is not worth a line each.
     AND NOT (found IS NULL AND kind NOT IN ('table', 'partition', 'view', 'schema')
              AND EXISTS (SELECT FROM compared t WHERE t.place = c.place AND t.found IS NULL
                                                   AND t.kind IN ('table', 'partition', 'view')))
     AND NOT inherited
  UNION ALL
  SELECT CASE WHEN place IN (SELECT place FROM guarded) THEN 'error' ELSE 'warning' END, object,
         format('%s was added to a table that only operations write', kind),
         format('DROP %s %s ON %s', upper(kind), substr(object, length(place) + 2), place)
    FROM difference
   WHERE wanted IS NULL AND NOT inherited AND kind IN ('trigger', 'rule') AND place IN (SELECT place FROM relation)
  UNION ALL
  -- A policy for a role is how an owner lets it read more; one for everybody ends the scopes.
  SELECT 'warning', object, 'policy was added that shows its rows to everybody who may SELECT',
         format('DROP POLICY %s ON %s', substr(object, length(place) + 2), place)
    FROM difference
   WHERE wanted IS NULL AND NOT inherited AND kind = 'policy' AND found ~ '^AS PERMISSIVE FOR (SELECT|ALL) TO PUBLIC '
     AND place IN (SELECT place FROM relation)
  UNION ALL
  SELECT 'error', f.object, 'function has the name of an operation: calls may reach it instead',
         format('DROP FUNCTION %s', f.object)
    FROM compared f
   WHERE f.wanted IS NULL AND f.kind = 'function'
     AND split_part(f.object, '(', 1) IN (SELECT split_part(w.object, '(', 1) FROM wanted w WHERE w.kind = 'function')
  UNION ALL
  SELECT 'error', i.inhrelid::regclass::text, 'table inherits from a table of the ledger: its rows appear there',
         format('ALTER TABLE %s NO INHERIT %s, or DETACH PARTITION', i.inhrelid::regclass, i.inhparent::regclass)
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent IN (SELECT to_regclass(place) FROM relation)
     AND format('%I.%I', (SELECT n.nspname FROM pg_namespace n WHERE n.oid = c.relnamespace), c.relname)
         NOT IN (SELECT place FROM relation)
$$;
COMMENT ON FUNCTION budgetpm.check_objects(text, jsonb) IS
  'First part of check_ledger(): objects that are missing, changed or added, against budgetpm.ledger_reference().';

CREATE FUNCTION budgetpm.check_kinds(name text, reference jsonb,
  OUT severity text, OUT object text, OUT problem text, OUT remedy text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 1 SET search_path TO pg_catalog, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format('
    SELECT ''error'', format(''%%I.entry_kind, kind %%s'', $1, coalesce(w.kind, f.kind)),
           CASE WHEN f.kind IS NULL THEN ''kind of entry is missing''
                WHEN w.kind IS NULL THEN ''kind of entry was added: a road for money that the control does not know''
                ELSE ''kind of entry was changed'' END,
           ''restore the row from the backup''
      FROM (SELECT r ->> ''kind'' AS kind, r AS row FROM jsonb_array_elements($2) r) w
      FULL JOIN (SELECT k.kind, to_jsonb(k) AS row FROM %I.entry_kind k) f USING (kind)
     WHERE w.row IS DISTINCT FROM f.row', name)
    USING name, reference -> 'kinds';
END;
$$;
COMMENT ON FUNCTION budgetpm.check_kinds(text, jsonb) IS
  'Part of check_ledger(): kinds of entry that are not those of a new ledger.';

-- Roads: what runs inside a posting with the owner's rights, or lets somebody
-- write without posting.  None of it can be made without the owner's help.
CREATE FUNCTION budgetpm.check_roads(name text, reference jsonb,
  OUT severity text, OUT object text, OUT problem text, OUT remedy text)
RETURNS SETOF record
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10 SET search_path TO pg_catalog, pg_temp AS $$
  WITH wanted AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(reference -> 'objects') AS r(kind text, object text, place text, definition text)
  ), guarded AS (
    SELECT DISTINCT to_regclass(place)::oid AS oid FROM wanted
     WHERE kind = 'trigger' AND definition LIKE '%FUNCTION budgetpm.guard_write()%'
  ), relation AS (
    SELECT c.oid, c.relowner, c.relacl, c.relkind, c.relnamespace, w.place, c.oid IN (SELECT g.oid FROM guarded g) AS guarded
      FROM wanted w JOIN pg_class c ON c.oid = to_regclass(w.place)
     WHERE w.kind IN ('table', 'partition', 'view', 'sequence')
  ), owner AS (
    SELECT c.relowner AS oid FROM pg_class c WHERE c.oid = budgetpm.ledger_relation(name)
  ), expression AS (
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, r.place, r.guarded, 'default expression' AS what
      FROM relation r JOIN pg_attrdef a ON a.adrelid = r.oid
      JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = a.oid
    UNION ALL
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, r.place, r.guarded, 'constraint'
      FROM relation r JOIN pg_constraint k ON k.conrelid = r.oid AND k.contype = 'c'
      JOIN pg_depend d ON d.classid = 'pg_constraint'::regclass AND d.objid = k.oid
    UNION ALL
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, r.place, r.guarded, 'index'
      FROM relation r JOIN pg_index i ON i.indrelid = r.oid
      JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
  )
  SELECT DISTINCT CASE WHEN e.guarded THEN 'error' ELSE 'warning' END, e.place,
         format('%s uses %s, which runs inside postings with the owner''s rights', e.what,
                (SELECT o.type || ' ' || o.identity FROM pg_identify_object(e.refclassid, e.refobjid, 0) o)),
         format('drop %s', pg_describe_object(e.classid, e.objid, 0))
    FROM expression e
   WHERE e.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass)
     -- Members of extensions were put there by a superuser.
     AND NOT EXISTS (SELECT FROM pg_depend m WHERE m.classid = e.refclassid AND m.objid = e.refobjid AND m.deptype = 'e')
  UNION ALL
  SELECT CASE WHEN r.guarded OR x.privilege_type = 'TRIGGER' THEN 'error' ELSE 'warning' END, r.place,
         format('%s may %s', coalesce('role ' || quote_ident(g.rolname), 'PUBLIC'), x.privilege_type),
         format('REVOKE %s ON %s FROM %s', x.privilege_type, r.place, coalesce(quote_ident(g.rolname), 'PUBLIC'))
    FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) x
    LEFT JOIN pg_roles g ON g.oid = x.grantee
   WHERE x.grantee <> r.relowner AND r.relkind IN ('r', 'p')
     AND x.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'TRIGGER')
     -- Tables that people write have policies that say which rows; a door for COPY leads to one.
     AND (r.guarded OR x.privilege_type IN ('TRUNCATE', 'TRIGGER') OR g.rolname IS NULL OR NOT EXISTS (
            SELECT FROM pg_policy p WHERE p.polcmd <> 'r'
               AND (p.polrelid = r.oid OR p.polrelid IN (SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = r.oid))))
  UNION ALL
  SELECT CASE WHEN r.guarded THEN 'error' ELSE 'warning' END, format('%s.%I', r.place, a.attname),
         format('%s may %s the column', coalesce('role ' || quote_ident(g.rolname), 'PUBLIC'), x.privilege_type),
         format('REVOKE %s (%I) ON %s FROM %s', x.privilege_type, a.attname, r.place, coalesce(quote_ident(g.rolname), 'PUBLIC'))
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attacl IS NOT NULL
    CROSS JOIN LATERAL aclexplode(a.attacl) x
    LEFT JOIN pg_roles g ON g.oid = x.grantee
   WHERE x.grantee <> r.relowner AND x.privilege_type IN ('INSERT', 'UPDATE')
  UNION ALL
  SELECT 'error', r.place, format('owner is %s, not the ledger''s %s', r.relowner::regrole, owner.oid::regrole),
         format('ALTER %s %s OWNER TO %s', CASE r.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                r.place, owner.oid::regrole)
    FROM relation r CROSS JOIN owner WHERE r.relowner <> owner.oid
  UNION ALL
  SELECT 'error', p.oid::regprocedure::text,
         format('owner is %s, not the ledger''s %s', p.proowner::regrole, owner.oid::regrole),
         format('ALTER FUNCTION %s OWNER TO %s', p.oid::regprocedure, owner.oid::regrole)
    FROM wanted w JOIN pg_proc p ON p.oid = to_regprocedure(w.object) CROSS JOIN owner
   WHERE w.kind = 'function' AND p.proowner <> owner.oid
  UNION ALL
  SELECT 'error', CASE count(*) WHEN 1 THEN min(p.oid::regprocedure::text) ELSE p.pronamespace::regnamespace::text END,
         CASE count(*) WHEN 1 THEN 'PUBLIC may EXECUTE' ELSE format('PUBLIC may EXECUTE %s functions', count(*)) END,
         CASE count(*) WHEN 1 THEN format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', min(p.oid::regprocedure::text))
                       ELSE format('REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA %s FROM PUBLIC', p.pronamespace::regnamespace) END
    FROM wanted w JOIN pg_proc p ON p.oid = to_regprocedure(w.object)
   WHERE w.kind = 'function'
     AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0)
   GROUP BY p.pronamespace
  UNION ALL
  SELECT CASE WHEN n.nspowner <> owner.oid THEN 'error' ELSE 'warning' END, quote_ident(n.nspname),
         CASE WHEN n.nspowner <> owner.oid THEN format('owner is %s, not the ledger''s %s', n.nspowner::regrole, owner.oid::regrole)
              ELSE format('%s may CREATE in the schema, and so plant functions of its own beside the API',
                          coalesce('role ' || quote_ident(g.rolname), 'PUBLIC')) END,
         CASE WHEN n.nspowner <> owner.oid THEN format('ALTER SCHEMA %I OWNER TO %s', n.nspname, owner.oid::regrole)
              ELSE format('REVOKE CREATE ON SCHEMA %I FROM %s', n.nspname, coalesce(quote_ident(g.rolname), 'PUBLIC')) END
    FROM budgetpm.ledger_schemas(name) s JOIN pg_namespace n ON n.nspname = s CROSS JOIN owner
    LEFT JOIN LATERAL aclexplode(n.nspacl) x ON x.privilege_type = 'CREATE' AND x.grantee <> n.nspowner
    LEFT JOIN pg_roles g ON g.oid = x.grantee
   WHERE n.nspowner <> owner.oid OR x.grantee IS NOT NULL
$$;
COMMENT ON FUNCTION budgetpm.check_roads(text, jsonb) IS
  'Second part of check_ledger(): owners, privileges, and functions in defaults, constraints and indexes that would run inside postings.';

CREATE FUNCTION budgetpm.check_state(name text,
  OUT severity text, OUT object text, OUT problem text, OUT remedy text)
RETURNS SETOF record
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
BEGIN
  RETURN QUERY EXECUTE format('
    SELECT ''warning'', format(''%%I.principal, %%s'', $1, p.login), ''duties belong to a login that does not exist: whoever takes the name has them'',
           format(''CREATE ROLE %%I, or end the duties'', p.login)
      FROM %1$I.principal p
     WHERE NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = p.login)
       AND EXISTS (SELECT FROM %1$I.duty d WHERE d.principal_id = p.principal_id
                                          AND (d.valid_to IS NULL OR d.valid_to >= current_date))
    UNION ALL
    SELECT ''error'', format(''%%I.division'', $1), format(''root division %%s is missing'', l.root_code), ''restore it from the backup''
      FROM %1$I.ledger l
     WHERE NOT EXISTS (SELECT FROM %1$I.division d WHERE d.official_code = l.root_code)
    UNION ALL
    SELECT ''error'', format(''%%I.project_site'', $1),
           format(''%%s sites have another colour than the newest signal of their project, site %%s for one'', count(*), min(s.site_id)),
           format(''UPDATE %%1$I.project_site s SET colour = (SELECT g.colour FROM %%1$I.project_signal g WHERE g.project_id = s.project_id ORDER BY g.as_of DESC, g.revision DESC LIMIT 1)'', $1)
      FROM %1$I.project_site s
     WHERE s.colour IS DISTINCT FROM (SELECT g.colour FROM %1$I.project_signal g
                                       WHERE g.project_id = s.project_id ORDER BY g.as_of DESC, g.revision DESC LIMIT 1)
    HAVING count(*) > 0', name)
    USING name;
  RETURN QUERY
    SELECT CASE WHEN i.indisunique THEN 'error' ELSE 'warning' END, i.indexrelid::regclass::text, CASE WHEN i.indisunique THEN 'index is invalid: it lets duplicates in' ELSE 'index is invalid: it costs and is not used' END,
           format('REINDEX INDEX CONCURRENTLY %s', i.indexrelid::regclass)
      FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = name AND NOT (i.indisvalid AND i.indisready);
END;
$$;
COMMENT ON FUNCTION budgetpm.check_state(text) IS
  'Third part of check_ledger(): invalid indexes, duties of logins that are gone, a missing root, colours on the map that are not those of the newest signals.';

CREATE FUNCTION budgetpm.check_ledger(name text, data boolean DEFAULT true,
  OUT severity text, OUT object text, OUT problem text, OUT remedy text)
RETURNS SETOF record
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 10 SET search_path TO pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
  relation regclass := budgetpm.ledger_relation(name);
  reference jsonb;
  obstacle text;
BEGIN
  IF NOT (SELECT pg_has_role(c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
      MESSAGE = format('must be owner of ledger "%s"', name),
      HINT = 'Another role sees only some of its rows.';
  END IF;
  obstacle := CASE
    WHEN pg_is_in_recovery() THEN 'this server is a standby'
    WHEN current_setting('transaction_read_only')::boolean THEN 'this transaction is read-only'
    WHEN NOT has_database_privilege(current_database(), 'CREATE') THEN 'this role may not create schemas' END;
  IF obstacle IS NOT NULL THEN
    severity := 'warning'; object := name; remedy := 'run check_ledger() on the primary, as a role that may create schemas';
    problem := 'tables, functions and privileges were not compared with those of a new ledger: ' || obstacle;
    RETURN NEXT;
  ELSE
    PERFORM budgetpm.report_progress('check_ledger', 'reference', 0, 4);
    reference := budgetpm.ledger_reference(name);
    -- Rolling the reference back has ended the report.
    PERFORM budgetpm.report_progress('check_ledger', 'objects', 1, 4);
    RETURN QUERY SELECT * FROM budgetpm.check_objects(name, reference) o ORDER BY o.severity, o.object, o.problem;
    IF budgetpm.sound_table(relation, 'entry_kind') THEN
      RETURN QUERY SELECT * FROM budgetpm.check_kinds(name, reference) o ORDER BY o.object;
    END IF;
    PERFORM budgetpm.report_progress('check_ledger', 'privileges', 2, 4);
    RETURN QUERY SELECT * FROM budgetpm.check_roads(name, reference) o ORDER BY o.severity, o.object, o.problem;
  END IF;
  -- Where a table or column is gone, what was found so far must not be lost.
  BEGIN
    PERFORM budgetpm.require_tables(relation, '{fiscal_year,entry_kind,line,principal,duty,division}');
    RETURN QUERY SELECT * FROM budgetpm.check_state(name) o ORDER BY o.severity, o.object, o.problem;
    IF data THEN
      PERFORM budgetpm.report_progress('check_ledger', 'journal', 3, 4);
      RETURN QUERY
        SELECT 'error', concat('line ', v.line_id, ', entry ' || v.entry_no),
               concat(v.problem, ': is ' || v.found, ', should be ' || v.expected),
               'find out who changed it, and restore it from the backup'
          FROM budgetpm.verify_ledger(relation, NULL) v;
      RETURN QUERY
        SELECT 'error', format('rollup of year %s, month %s, division %s', v.fiscal_year, v.month, v.division),
               format('sums differ from the journal (%s, %s): first is %s %s, should be %s', v.grain, v.place, v.bucket, v.found, v.expected),
               format('SELECT %I.rebuild_rollup()', name)
          FROM (SELECT DISTINCT ON (o.fiscal_year, o.month, o.division) o.* FROM budgetpm.verify_rollup(relation) o
                 ORDER BY o.fiscal_year, o.month, o.division, o.grain, o.place, o.bucket) v;
      -- The argument is typed: a function planted beside ours is never the better match.
      RETURN QUERY EXECUTE format(
        $sql$ SELECT 'error', concat('cap ' || v.cap_id, ', line ' || v.line_id),
                     concat(v.problem, ': is ' || v.found, ', should be ' || v.expected),
                     'find out who changed it, and restore it from the backup'
                FROM %I.verify_caps(NULL::integer) v $sql$, name);
    END IF;
  EXCEPTION WHEN OTHERS THEN
    severity := 'error'; object := name; problem := 'rows and chains could not be checked: ' || SQLERRM;
    remedy := 'repair what is named above and run check_ledger() again';
    RETURN NEXT;
  END;
  PERFORM budgetpm.report_progress(NULL, NULL, NULL, NULL);
END;
$$;
COMMENT ON FUNCTION budgetpm.check_ledger(text, boolean) IS
  'Looks for damage: triggers, constraints, policies, partitions, indexes, functions, owners and privileges that are not those of a new ledger, and (data) chains and balances that the journal does not bear out. No row: none found. severity is error (the control has a hole), warning or info; remedy is a statement where one helps. What users added for themselves (columns, indexes, policies, grants to read) is no damage, unless it opens a road round the control. Run it as the ledger''s owner. Errors: 3F000, 42501.';
