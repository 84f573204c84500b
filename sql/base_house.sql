--
-- The rules of the house that the catalog can tell: each query lists offenders.
--
-- The extension owns machinery only: tables and sequences would be restored twice
-- and lost with DROP EXTENSION.
CREATE TEMP TABLE member AS
SELECT d.classid, d.objid, i.type, i.identity
FROM pg_depend d
JOIN pg_extension e ON e.oid = d.refobjid AND e.extname = 'budgetpm'
CROSS JOIN LATERAL pg_identify_object(d.classid, d.objid, 0) i
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e';

SELECT type, identity FROM member
WHERE classid = 'pg_class'::regclass
	AND (SELECT relkind FROM pg_class WHERE oid = objid) <> 'c'
	OR classid IN ('pg_event_trigger'::regclass, 'pg_rewrite'::regclass)
ORDER BY 1, 2;

-- Every object says what it is.  Array types and row types speak for their base,
-- members of operator families for the class.
SELECT type, identity FROM member m
WHERE obj_description(objid, (SELECT relname FROM pg_class WHERE oid = classid)) IS NULL
	AND classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass, 'pg_cast'::regclass)
	AND NOT (classid = 'pg_type'::regclass
			 AND (SELECT typelem <> 0 OR typrelid <> 0 FROM pg_type WHERE oid = objid))
	AND classid <> 'pg_namespace'::regclass
ORDER BY 1, 2;

-- Nobody's rights are lent out.
SELECT identity FROM member JOIN pg_proc ON pg_proc.oid = objid
WHERE classid = 'pg_proc'::regclass AND prosecdef
ORDER BY 1;

-- What changes data cannot run in a parallel worker, and what is immutable can.
SELECT identity, provolatile, proparallel FROM member JOIN pg_proc ON pg_proc.oid = objid
WHERE classid = 'pg_proc'::regclass AND provolatile = 'i' AND proparallel <> 's'
ORDER BY 1;

-- A leakproof function must be one that row security may run first: immutable, and in C.
SELECT identity FROM member JOIN pg_proc ON pg_proc.oid = objid
JOIN pg_language l ON l.oid = prolang
WHERE classid = 'pg_proc'::regclass AND proleakproof AND (provolatile <> 'i' OR lanname NOT IN ('c', 'internal'))
ORDER BY 1;

-- SQL and PL/pgSQL functions do not look names up where the caller says.  A procedure
-- that commits cannot have settings: there every name and operator says where it is from.
SELECT identity FROM member JOIN pg_proc p ON p.oid = objid
JOIN pg_language l ON l.oid = prolang
WHERE classid = 'pg_proc'::regclass AND lanname = 'plpgsql' AND prokind <> 'p'
	AND NOT coalesce(array_to_string(proconfig, ' ') LIKE '%search_path=%', false)
ORDER BY 1;

-- Every operator class is complete.
SELECT identity FROM member
WHERE CASE WHEN classid = 'pg_opclass'::regclass THEN NOT amvalidate(objid) END
ORDER BY 1;

-- Operators that compare can be turned round and negated.
SELECT identity FROM member JOIN pg_operator o ON o.oid = objid
WHERE classid = 'pg_operator'::regclass AND oprresult = 'bool'::regtype
	AND oprname IN ('=', '<>', '<', '<=', '>', '>=')
	AND (oprcom = 0 OR oprnegate = 0 OR oprrest = 0 OR oprjoin = 0)
ORDER BY 1;
