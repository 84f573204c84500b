-- Who may open lines that can be overspent, and arguments out of a list.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('relax', root => '320000000', first_year => 2026);
SELECT count(relax.register_unit('101', '省财政厅', '320000000'));
CREATE ROLE regress_relax ROLE CURRENT_USER;
SELECT budgetpm.grant_ledger('relax', 'regress_relax', 'officer') > 0 AS granted;

SET ROLE regress_relax;
SELECT pg_temp.refused($$SELECT relax.open_line(2026, '101', '2050201', title => 'x', control => 'off')$$);
SELECT pg_temp.refused($$SELECT relax.open_line(2026, '101', '2050201', title => 'x', control => 'warn')$$);
SELECT pg_temp.refused($$SELECT relax.open_line(2026, '101', '2050201', title => 'x', control => 'block')$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION relax.relax_control() TO regress_relax;
SET ROLE regress_relax;
SELECT pg_temp.refused($$SELECT relax.open_line(2026, '101', '2050201', title => 'x', control => 'off')$$);
RESET ROLE;

SELECT relax.appropriate(min(line_id), 1, '苏财预 1') AS posting FROM relax.line \gset
SELECT count(*) FROM relax.trace(:posting, 'down');
SELECT pg_temp.refused(format('SELECT * FROM relax.trace(%s, %L)', :posting, 'sideways'));
SELECT pg_temp.refused(format('SELECT * FROM relax.trace(%s, NULL)', :posting));

-- the list of what may be
SELECT budgetpm.one_of('colour', 'red', '{red,green}');
SELECT pg_temp.refused($$SELECT budgetpm.one_of('colour'::text, 'blue', '{red,green,grey}')$$);
SELECT budgetpm.revoke_ledger('relax', 'regress_relax');
SELECT budgetpm.drop_ledger('relax', 'relax');
DROP ROLE regress_relax;
