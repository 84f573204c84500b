-- province_registers.sql: registers what demo/province_plan.sql planned, by the ledger's owner.
SELECT count(budget.register_division(code, name, parent, level)) AS divisions
  FROM (SELECT * FROM demo.place WHERE level > 1 ORDER BY level, code) p \gset
SELECT count(budget.register_unit(code, name, division, parent, kind)) AS units
  FROM (SELECT * FROM demo.unit ORDER BY no > 0, code) u \gset
SELECT count(budget.register_project(code, name, unit, '3', 2024)) AS projects
  FROM (SELECT * FROM demo.project ORDER BY code) p \gset
-- They ran before this ledger did: taken over, not admitted again.
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', to_jsonb(CURRENT_DATE::text))) \g /dev/null
SELECT budget.take_over_projects(jsonb_agg(jsonb_build_object('project', code, 'stage', 'under_way')), '全省项目移交清单') ->> 'taken_over' AS taken_over
  FROM demo.project \gset
\echo '  registered' :divisions 'divisions below the province,' :units 'units,' :projects 'projects,' :taken_over 'taken over'
SELECT format('  planned    %s governments, %s lines, %s payments', (SELECT count(*) FROM demo.government),
              (SELECT count(*) FROM demo.plan), (SELECT count(*) FROM demo.payment));
