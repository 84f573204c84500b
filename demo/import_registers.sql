-- import_registers.sql: divisions, units, codes and projects of the files, by the ledger's owner.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = info;

-- A scheme that the files bring takes the place of the national one, whole.
DELETE FROM budget.classification c USING import.classifications i WHERE c.scheme = i.scheme;
DELETE FROM budget.classification_edition e USING import.classifications i WHERE e.scheme = i.scheme;

CREATE FUNCTION import.load_code(r import.classifications) RETURNS integer
LANGUAGE sql VOLATILE AS $$
  SELECT budget.load_classification(r.scheme, r.edition::int, coalesce(r.first_year, r.edition)::int,
    jsonb_build_array(jsonb_build_object('code', r.code, 'name', r.name)))
$$;

CALL import.run('divisions.csv', 'divisions',
  $$SELECT budget.register_division(code, name, parent, level::int) FROM import.divisions WHERE n BETWEEN $1 AND $2 ORDER BY n$$);
CALL import.run('fund_types.csv', 'fund types',
  $$INSERT INTO budget.fund_type (fund_type, name) SELECT code, name FROM import.fund_types WHERE n BETWEEN $1 AND $2$$);
CALL import.run('classifications.csv', 'classification codes',
  $$SELECT import.load_code(c) FROM import.classifications c WHERE n BETWEEN $1 AND $2 ORDER BY n$$);
CALL import.run('units.csv', 'units',
  $$SELECT budget.register_unit(code, name, coalesce(division, (SELECT root_code FROM budget.ledger)), parent, kind)
      FROM import.units WHERE n BETWEEN $1 AND $2 ORDER BY n$$);
CALL import.run('projects.csv', 'projects',
  $$SELECT budget.register_project(code, name, unit, coalesce(category, '3'), coalesce(setup_year, '2000')::int, parent)
      FROM import.projects WHERE n BETWEEN $1 AND $2 ORDER BY n$$);

-- The projects ran before this ledger did: they are taken over as they are, not admitted again.
SELECT budget.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'),
         '{settings,project.take_over_until,value}', to_jsonb(CURRENT_DATE::text))) \g /dev/null
WITH listed AS (
  SELECT row_number() OVER (ORDER BY i.n) AS row, i.row_no, i.code FROM import.projects i JOIN budget.project p ON p.official_code = i.code WHERE p.stage = 'proposed')
INSERT INTO import.note (file, row_no, kind, remark)
SELECT 'projects.csv', l.row_no, 'not taken over', r ->> 'problem'
  FROM (SELECT budget.take_over_projects(jsonb_agg(jsonb_build_object('project', code, 'stage', 'under_way') ORDER BY row), '迁移数据 projects.csv', on_error => 'report') AS result
          FROM listed HAVING count(*) > 0) t
  CROSS JOIN LATERAL jsonb_array_elements(t.result -> 'refusals') AS r JOIN listed l ON l.row = (r ->> 'row')::int;

-- The years that the lines are of; a year that is no number is the refusal of its rows.
SELECT budget.add_year(y.year, 'open')
  FROM (SELECT DISTINCT year::int AS year FROM import.lines WHERE year ~ '^[12][0-9]{3}$') y
 WHERE NOT EXISTS (SELECT 1 FROM budget.fiscal_year f WHERE f.fiscal_year = y.year)
 ORDER BY y.year \g /dev/null
