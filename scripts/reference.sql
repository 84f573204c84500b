-- What reference.sh prints: one line a row, from the catalog and COMMENT ON alone.
-- Set beforehand: ledger, the name of a ledger to describe, or empty.

CREATE TEMP VIEW page_object AS
SELECT n.nspname AS schema, 'function' AS kind, p.oid, 'pg_proc'::regclass AS class, p.proname::text AS name,
	CASE p.prokind WHEN 'a' THEN 'aggregate ' WHEN 'p' THEN 'procedure ' ELSE '' END
	|| p.proname || '(' || pg_get_function_arguments(p.oid) || ')'
	|| coalesce(' → ' || pg_get_function_result(p.oid), '') AS shown
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prorettype <> 'trigger'::regtype
UNION ALL
SELECT n.nspname, 'type', t.oid, 'pg_type'::regclass, t.typname, t.typname
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE t.typelem = 0 AND t.typrelid = 0
UNION ALL
SELECT n.nspname, 'operator', o.oid, 'pg_operator'::regclass, o.oprname,
	concat_ws(' ', NULLIF(o.oprleft, 0)::regtype, o.oprname, o.oprright::regtype) || ' → ' || o.oprresult::regtype
FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
UNION ALL
SELECT n.nspname, CASE WHEN c.relkind = 'v' THEN 'view' ELSE 'table' END, c.oid, 'pg_class'::regclass, c.relname, c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm') AND (NOT c.relispartition OR c.relname !~ '_[0-9]{4}$');

-- Functions of the machinery take the ledger first; people call the ledger's own,
-- so only what stands alone is shown from the schema budgetpm.
CREATE TEMP VIEW page_line AS
SELECT schema, kind, name, shown, 0 AS part,
	CASE WHEN kind IN ('table', 'view')
		THEN E'\n### ' || schema || '.' || shown || E'\n\n' || coalesce(obj_description(oid, class::regclass::text), '')
			|| E'\n\n| column | type | meaning |\n|---|---|---|'
		ELSE '* `' || replace(shown, '|', '\|') || '`' || E'  \n  ' || coalesce(obj_description(oid, class::regclass::text), '') END AS line
FROM page_object
UNION ALL
SELECT o.schema, o.kind, o.name, o.shown, a.attnum,
	'| `' || a.attname || '` | ' || format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull AND o.kind = 'table' THEN ', not null' ELSE '' END
	|| ' | ' || replace(coalesce(col_description(o.oid, a.attnum), ''), '|', '\|') || ' |'
FROM page_object o JOIN pg_attribute a ON a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE o.kind IN ('table', 'view');

CREATE FUNCTION pg_temp.page(of_schema text, of_kind text, heading text) RETURNS SETOF text
LANGUAGE sql AS $$
	SELECT E'\n## ' || heading || E'\n'
	WHERE EXISTS (SELECT FROM page_object WHERE schema = of_schema AND kind = of_kind)
	UNION ALL
	(SELECT line FROM page_line WHERE schema = of_schema AND kind = of_kind
	 ORDER BY name COLLATE "C", shown COLLATE "C", part)
$$;

SELECT '# Reference', '', 'Written by `make reference` from the comments in the catalog: change those, not this page.'
\g (format=unaligned fieldsep='\n')

SELECT pg_temp.page(:'ledger', 'function', 'Functions of a ledger (here named ' || :'ledger' || ')');
SELECT pg_temp.page(:'ledger' || '_report', 'view', 'Reporting views');
SELECT pg_temp.page(:'ledger', 'table', 'Tables of a ledger');
SELECT pg_temp.page(:'ledger', 'view', 'Views of a ledger');
SELECT pg_temp.page(:'ledger' || '_open', 'table', 'Published tables');
SELECT pg_temp.page('budgetpm', 'type', 'Types');
SELECT pg_temp.page('budgetpm', 'operator', 'Operators');
SELECT pg_temp.page('budgetpm', 'function', 'Machinery');
