-- province_registers.sql: registers what demo/province_plan.sql planned, by the ledger's owner.
SELECT count(budget.register_division(code, name, parent, level)) AS divisions
  FROM (SELECT * FROM demo.place WHERE level > 1 ORDER BY level, code) p \gset
SELECT count(budget.register_unit(code, name, division, parent, kind)) AS units
  FROM (SELECT * FROM demo.unit ORDER BY no > 0, code) u \gset
SELECT count(budget.register_project(code, name, unit, '3', 2024)) AS projects
  FROM (SELECT * FROM demo.project ORDER BY code) p \gset
\echo '  registered' :divisions 'divisions below the province,' :units 'units,' :projects 'projects'
SELECT format('  planned    %s governments, %s lines, %s payments', (SELECT count(*) FROM demo.government),
              (SELECT count(*) FROM demo.plan), (SELECT count(*) FROM demo.payment));
