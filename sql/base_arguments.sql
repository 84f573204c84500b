-- No C function that takes nulls falls over one: each is called with nulls alone, and
-- with a null in the place of every argument in turn. What it says to that is its own
-- matter; that it has no SQLSTATE of its own, or takes the server down, is not.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);

CREATE TEMP TABLE call AS
SELECT format('SELECT count(*) FROM budgetpm.%I(%s)', f.proname, (
         SELECT string_agg(CASE WHEN n = 0 OR n = a.place OR v.value IS NULL THEN format('NULL::%s', a.type::regtype) ELSE format('%L::%s', v.value, a.type::regtype) END, ', ' ORDER BY a.place)
           FROM unnest(f.proargtypes::oid[]) WITH ORDINALITY AS a(type, place)
           LEFT JOIN (VALUES ('regclass'::regtype, 'p.ledger'), ('text', 'P1'), ('integer', '12'), ('bigint', '1'), ('numeric', '1'), ('boolean', 'true'), ('date', '2025-06-30'), ('jsonb', '{}'),
                  ('text[]', '{P1}'), ('numeric[]', '{1,2,3,4,5,6}'), ('budgetpm.amount', '1')) AS v(type, value) ON v.type = a.type::regtype)) AS statement
  FROM pg_proc f JOIN pg_language l ON l.oid = f.prolang AND l.lanname = 'c'
 CROSS JOIN LATERAL generate_series(0, f.pronargs) AS n
 WHERE f.pronamespace = 'budgetpm'::regnamespace AND NOT f.proisstrict AND f.prokind = 'f'
   AND NOT 'internal'::regtype = ANY (f.proargtypes::oid[]) AND f.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype);

CREATE TEMP TABLE answer (statement text, state text, message text);
DO $$
DECLARE
  c record;
BEGIN
  FOR c IN SELECT statement FROM call LOOP
    BEGIN
      EXECUTE c.statement;
      RAISE EXCEPTION USING ERRCODE = '00001', MESSAGE = 'undone';
    EXCEPTION WHEN OTHERS THEN
      INSERT INTO answer VALUES (c.statement, SQLSTATE, SQLERRM);
    END;
  END LOOP;
END $$;
SELECT count(*) > 500 AS many, count(*) FILTER (WHERE state = '00001') > 0 AS some_take_nulls FROM answer;
SELECT statement, state, message FROM answer WHERE state LIKE 'XX%' ORDER BY 1;
