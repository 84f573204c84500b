--
-- Units and projects: keys that no unrelated units share, history, duties.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
SELECT budget.register_divisions('[{"official_code": "320500000", "name": "苏州市", "parent": "320000000"},
	{"official_code": "320800000", "name": "淮安市", "parent": "320000000"}]');
SELECT budget.register_unit('101', '省教育厅', '320000000') AS department,
	budget.register_unit('101001', '厅本级', '320000000', '101') AS unit,
	budget.register_unit('101001001', '实验小学', '320000000', '101001', 'subordinate') AS subordinate,
	budget.register_unit('102', '省财政厅', '320000000', kind => 'finance') AS finance,
	budget.register_unit('101002', '考试院', '320000000', '101') AS sibling;
SELECT budget.register_units('[{"official_code": "S101", "name": "苏州教育局", "division": "320500000"},
	{"official_code": "S101001", "name": "一中", "division": "320500000", "parent": "S101"},
	{"official_code": "101002001", "name": "阅卷中心", "division": "320000000", "parent": "101002", "kind": "subordinate"},
	{"official_code": "101002001001", "name": "二组", "division": "320000000", "parent": "101002001", "kind": "subordinate"}]');
SELECT code, official_code, name, division, parent, kind FROM budget.unit ORDER BY code;
-- No unit covers another that does not stand below it.
SELECT a.official_code, b.official_code FROM budget.unit a JOIN budget.unit b
	ON a.code OPERATOR(budgetpm.@>) b.code AND a.code <> b.code
	WHERE NOT EXISTS (WITH RECURSIVE up AS (SELECT b.parent UNION SELECT u.parent FROM up JOIN budget.unit u ON u.code = up.parent)
		SELECT 1 FROM up WHERE up.parent = a.code);

SELECT budget.rename_unit('101002', '教育考试院', '2020-05-01', '苏编〔2020〕3号', '101900');
SELECT budget.move_unit('101900', '102', '2021-01-01');
SELECT budget.merge_units('{101001}', '101', '2022-01-01');
SELECT budget.close_unit('S101001', '2022-01-01');
SELECT code, official_code, name, parent, kind, valid_from, valid_to, successor FROM budget.unit ORDER BY code;
SELECT unit, valid_from, valid_to, official_code, name, change, ending, document FROM budget.unit_version ORDER BY unit, valid_from;

-- Projects
SELECT budget.register_project('P1', '校舍维修', '101001001', setup_year => 2025) > 0,
	budget.register_project('P1.1', '校舍维修一期', '101001001', '3', 2025, 'P1') > 0;
SELECT p.official_code, p.name, p.category, p.setup_year, p.division, u.official_code AS unit, up.official_code AS parent
	FROM budget.project p JOIN budget.unit u ON u.code = p.unit LEFT JOIN budget.project up ON up.project_id = p.parent_id ORDER BY 1;

-- Refusals
SELECT pg_temp.refused($$SELECT budget.register_unit('101', '重', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '无区划', '320100000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '无上级', '320000000', '104')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '并入', '320000000', '101001')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '厅', '320000000', '101', 'department')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '厅', '320000000', NULL, 'subordinate')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '厅', '320000000', NULL, 'bureau')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('1 3', '空格', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('1234567890123456789012', '太长', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', repeat('长', 201), '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit(NULL, '厅', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('9', '太深', '320000000', '101002001001', 'subordinate')$$);
SELECT pg_temp.refused($$SELECT budget.move_unit('102', '101900', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.rename_unit('101', '教育', '1900-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.close_unit('101', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('P1', '重', '101')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('P2', '无单位', '999')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('P2', '无类', '101', 'nm01')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('P2', '无上级', '101', parent => 'P9')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('P2', '年', '101', setup_year => 0)$$);

-- Who may: EXECUTE on the operation and a duty there; nobody has DML.
CREATE ROLE registry_suzhou;
CREATE ROLE registry_reader;
SELECT budgetpm.grant_ledger('budget', 'registry_suzhou', 'administrator', '320500000') > 0,
	budgetpm.grant_ledger('budget', 'registry_reader', 'reader') > 0;
GRANT registry_suzhou, registry_reader TO CURRENT_USER;
SET ROLE registry_suzhou;
SELECT budget.register_unit('S102', '苏州财政局', '320500000', kind => 'finance');
SELECT budget.register_project('SP1', '苏州项目', 'S102', setup_year => 2025) > 0;
SELECT official_code FROM budget.project ORDER BY 1;
SELECT pg_temp.refused($$SELECT budget.register_unit('H101', '淮安教育局', '320800000')$$);
SELECT pg_temp.refused($$SELECT budget.register_unit('103', '省厅', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.rename_unit('101', '省厅', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('HP1', '省项目', '101')$$);
SELECT pg_temp.refused($$SELECT budget.register_project('SP2', '省项目之子', 'S102', parent => 'P1')$$), budget.register_project('SP1.1', '子项目', 'S102', parent => 'SP1') > 0 AS own;
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_scheme('own', '自有', '{3}')$$);
SELECT pg_temp.refused($$SELECT budget.apply_profile('jiangsu')$$);
SELECT pg_temp.refused($$UPDATE budget.unit SET name = 'x'$$);
SELECT pg_temp.refused($$INSERT INTO budget.project (official_code, name, unit, division, category, setup_year) SELECT 'X', 'x', code, division, '3', 2025 FROM budget.unit LIMIT 1$$);
SET ROLE registry_reader;
SELECT budget.setting('320500000', 'planning.rounds');
SELECT official_code FROM budget.project ORDER BY 1;
SELECT pg_temp.refused($$SELECT budget.register_unit('S103', '局', '320500000')$$);
SELECT pg_temp.refused($$SELECT budgetpm.register_unit('budget.ledger', 'S103', '局', '320500000', NULL, NULL, '2020-01-01', NULL)$$);
RESET ROLE;
CREATE ROLE registry_stranger;
GRANT registry_stranger TO CURRENT_USER;
SELECT 'budget.ledger'::regclass::oid AS ledger \gset
SET ROLE registry_stranger;
SELECT budgetpm.setting(:ledger, '320500000', 'planning.rounds', '2026-01-01');
SELECT budgetpm.unit_key(:ledger, '101');
RESET ROLE;
DROP OWNED BY registry_suzhou, registry_reader, registry_stranger;
DROP ROLE registry_suzhou, registry_reader, registry_stranger;

-- Operators and functions that a caller plants are not what the owner's statements use.
CREATE SCHEMA trap;
CREATE FUNCTION trap.always(text, text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped as %', current_user; END $$;
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.always);
CREATE OPERATOR trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.always);
CREATE FUNCTION trap.always(budgetpm.budget_code, budgetpm.budget_code) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped as %', current_user; END $$;
CREATE OPERATOR trap.= (LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code, FUNCTION = trap.always);
CREATE OPERATOR trap.@> (LEFTARG = budgetpm.budget_code, RIGHTARG = budgetpm.budget_code, FUNCTION = trap.always);
CREATE FUNCTION trap.left(text, integer) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'trapped as %', current_user; END $$;
\c -
SET search_path = trap, pg_catalog, budgetpm;
SELECT budget.register_division('320900000', '盐城市', '320000000'), budget.register_division('320902000', '亭湖区', '320900000'),
	budget.register_unit('Y1', '亭湖教育局', '320902000'), budget.register_unit('Y11', '小学', '320902000', 'Y1');
SELECT budget.rename_division('320902000', '亭湖', '2020-01-01'), budget.rename_unit('Y11', '中心小学', '2020-01-01');
SELECT budget.move_division('320902000', '320500000', '2021-01-01'), budget.move_unit('Y11', '102', '2021-01-01');
SELECT budget.merge_divisions('{320900000}', '320800000', '2022-01-01'), budget.merge_units('{Y1}', 'S101', '2022-01-01');
SELECT budget.close_unit('Y11', '2023-01-01'), budget.close_division('320902000', '2023-01-01');
SELECT budget.register_scheme('own', '自有', '{2,2}'), budget.load_classification('own', 2026, 2026, '[{"code": "01", "name": "a"}]'),
	budget.register_classification('own', 2026, '0101', 'b'), budget.load_classification('own', 2027, 2027, '[{"code": "02", "name": "c"}]');
SELECT budget.add_walk('own', 2026, '0101', 2027, '02');
SELECT budget.check_classification('own', 2026, '0101'), budget.check_elements(2026, '{"budget_source": "1", "revenue": "101"}');
SELECT official_code, share FROM budget.classification_successors('own', '0101', 2026, 2027);
SELECT count(*) FROM budget.check_walk('own', 2026, 2027);
SELECT budget.register_profile('own', '自有', '{"settings": {"own.key": {"value": 1}}}'), budget.apply_profile('own', '320500000', '2025-01-01');
SELECT budget.setting('320500000', 'own.key', '2025-01-01'), (SELECT count(*) FROM budget.settings('320500000')) > 0,
	(SELECT count(*) FROM budget.categories('320500000')), (SELECT count(*) FROM budget.preview_profile('hebei', '320500000')) > 0;
SELECT budget.register_project('Y-P', '项目', 'S101', setup_year => 2026) > 0, budget.working_day('2026-11-20'), budget.add_working_days('2026-11-20', 1);
RESET search_path;
