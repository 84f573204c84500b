--
-- The rules of the house on what a ledger is made of: each query lists offenders.
--
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('house', root => '320000000', first_year => 2025) IS NOT NULL AS made;

CREATE TEMP TABLE home AS
SELECT oid, nspname FROM pg_namespace WHERE nspname IN ('house', 'house_report', 'house_open');

-- Everything that a person or a tool can see says what it is.
SELECT c.oid::regclass AS undocumented FROM pg_class c JOIN home ON home.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'c') AND NOT relispartition
	AND obj_description(c.oid, 'pg_class') IS NULL
	-- A sequence behind an identity column is a part of that column.
	AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype IN ('a', 'i')
					AND refclassid = 'pg_class'::regclass)
ORDER BY 1::text;

SELECT c.oid::regclass AS of, attname AS undocumented
FROM pg_class c JOIN home ON home.oid = relnamespace
JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
WHERE relkind IN ('r', 'p', 'v', 'm') AND NOT relispartition AND col_description(c.oid, attnum) IS NULL
ORDER BY 1::text, 2;

SELECT p.oid::regprocedure AS undocumented FROM pg_proc p JOIN home ON home.oid = pronamespace
WHERE obj_description(p.oid, 'pg_proc') IS NULL
ORDER BY 1::text;

SELECT nspname AS undocumented FROM home WHERE obj_description(oid, 'pg_namespace') IS NULL ORDER BY 1;

-- Clients meet core types only, in views and in functions.
SELECT c.oid::regclass AS view, attname, format_type(atttypid, atttypmod) AS type
FROM pg_class c JOIN home ON home.oid = relnamespace
JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
JOIN pg_type t ON t.oid = atttypid
WHERE relkind IN ('v', 'm') AND typnamespace = 'budgetpm'::regnamespace
ORDER BY 1::text, 2;

SELECT p.oid::regprocedure AS function, t.typname
FROM pg_proc p JOIN home ON home.oid = pronamespace
CROSS JOIN LATERAL unnest(coalesce(proallargtypes, proargtypes::oid[]) || prorettype) AS u (type)
JOIN pg_type t ON t.oid = u.type
WHERE typnamespace = 'budgetpm'::regnamespace AND obj_description(p.oid, 'pg_proc') !~ '^Internal: '
ORDER BY 1::text, 2;

-- pg_upgrade restores functions before operator classes: a body that sorts, groups or
-- compares for DISTINCT by a type of ours cannot be made again.
SELECT DISTINCT p.oid::regprocedure AS sorts_by_our_types, o.oprname
FROM pg_proc p JOIN home ON home.oid = pronamespace
CROSS JOIN LATERAL regexp_matches(prosqlbody::text, ':(?:eqop|sortop) ([1-9][0-9]*)', 'g') AS m (found)
JOIN pg_operator o ON o.oid = found[1]::oid AND oprnamespace = 'budgetpm'::regnamespace
ORDER BY 1, 2;

-- Replication and tools need to name a row.
SELECT c.oid::regclass AS keyless FROM pg_class c JOIN home ON home.oid = relnamespace
WHERE relkind IN ('r', 'p')
	AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = c.oid AND (indisprimary OR indisreplident))
ORDER BY 1::text;

-- Nobody's rights are lent out, and nobody has rights unasked.
SELECT p.oid::regprocedure AS lends_rights FROM pg_proc p JOIN home ON home.oid = pronamespace
WHERE prosecdef ORDER BY 1::text;

SELECT p.oid::regprocedure AS anyone_may_run FROM pg_proc p JOIN home ON home.oid = pronamespace
WHERE prorettype <> 'trigger'::regtype
	AND EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0)
ORDER BY 1::text;

SELECT c.oid::regclass AS anyone_may_use FROM pg_class c JOIN home ON home.oid = relnamespace
WHERE EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0)
ORDER BY 1::text;

-- A body that is parsed once follows a renamed schema and cannot be captured by search_path.
-- A procedure has to be text; it finds its ledger by the default of an argument.
SELECT p.oid::regprocedure AS body_is_text FROM pg_proc p JOIN home ON home.oid = pronamespace
JOIN pg_language l ON l.oid = prolang
WHERE lanname IN ('sql', 'plpgsql') AND prosqlbody IS NULL AND prokind <> 'p'
ORDER BY 1::text;

-- Views show what the asker may see, not what their owner may.
SELECT c.oid::regclass AS sees_as_owner FROM pg_class c JOIN home ON home.oid = relnamespace
WHERE relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions)
	OR 'security_invoker=on' = ANY (reloptions) OR 'security_invoker=1' = ANY (reloptions), false)
ORDER BY 1::text;

SELECT budgetpm.drop_ledger('house', confirm => 'house');
SELECT count(*) AS left_over FROM pg_namespace WHERE nspname LIKE 'house%';
