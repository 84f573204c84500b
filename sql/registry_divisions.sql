--
-- Divisions: tree keys, history, and what is refused.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
-- Keys are the official digits where these follow the tree.
SELECT budget.register_division('320500000', '苏州市', '320000000') AS city,
	budget.register_division('320505000', '虎丘区', '320500000') AS county,
	budget.register_division('320505001', '横塘街道', '320505000') AS township;
-- A county directly below its province, by a code of another province, and one whose
-- city is not the one its digits say: the own groups under the parent's key.
SELECT budget.register_division('329001000', '省直管县', '320000000', level => 3) AS direct,
	budget.register_division('419001000', '飞地', '320000000', level => 3) AS foreign_digits,
	budget.register_division('321322000', '沭阳县', '320500000') AS other_city;
-- No group left: a serial.
SELECT budget.register_division('321305000', '又一个05', '320500000') AS serial,
	budget.register_division('321405000', '再一个05', '320500000') AS next_serial;
SELECT budget.register_divisions('[{"official_code": "321300000", "name": "宿迁市", "parent": "320000000", "valid_from": "1996-07-19"},
	{"official_code": "321302000", "name": "宿城区", "parent": "321300000", "document": "国函〔1996〕60号"}]');
SELECT code, official_code, name, parent, level, valid_from FROM budget.division ORDER BY code;

-- A new name, a new code, and a correction on the day the state began.
SELECT budget.rename_division('320505000', '虎丘新区', '2002-02-01', '国函〔2002〕1号');
SELECT budget.rename_division('320505000', '虎丘区', '2012-09-01', NULL, '320506000');
SELECT budget.rename_division('320506000', '虎丘区（改）', '2012-09-01', '更正');
SELECT key, code, name, valid_from, valid_to, change, ending, document FROM budget.division_history('320505000');
SELECT code, official_code, name FROM budget.division WHERE official_code = '320506000';

-- A move takes everything below and the units with it; posted rows stay with the old node.
SELECT budget.register_unit('U1', '虎丘财政局', '320506000', kind => 'finance');
SELECT budget.move_division('320506000', '321300000', '2020-01-01', '苏政发〔2020〕1号');
SELECT code, official_code, name, parent, valid_from, valid_to, successor FROM budget.division
	WHERE official_code IN ('320506000', '320505001') ORDER BY code;
SELECT unit, division, valid_from, valid_to, change, ending, document FROM budget.unit_version ORDER BY unit, valid_from;

-- A merger: what stood below goes to the one that stays.
SELECT budget.merge_divisions('{321322000,321305000}', '320506000', '2021-01-01');
SELECT budget.merge_divisions('{321300000}', '320500000', '2022-01-01', '国函〔2022〕1号');
SELECT code, official_code, name, valid_to, successor FROM budget.division WHERE valid_to IS NOT NULL ORDER BY code;
SELECT u.official_code, d.official_code AS division, d.code FROM budget.unit u JOIN budget.division d ON d.code = u.division;
SELECT key, code, name, valid_from, valid_to, change, ending FROM budget.division_history('320506000');
SELECT official_code, name, parent_code, level FROM budget.divisions_as_of('2001-01-01') WHERE level > 1;
SELECT official_code, name, parent_code, level FROM budget.divisions_as_of('2022-06-01') WHERE level > 1;
SELECT budget.close_division('329001000', '2022-01-01');

-- Refusals
SELECT pg_temp.refused($$SELECT budget.register_division('3205', '短', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('32050500A', '字母', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320009000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '321300000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '329001000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', NULL)$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320000000', '江苏省', NULL)$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320500000', '苏州市', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320000000', level => 1)$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320000000', level => 5)$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division(NULL, '盐城市', '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', NULL, '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', repeat('城', 101), '320000000')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320000000', valid_from => 'infinity')$$);
SELECT pg_temp.refused($$SELECT budget.register_division('320900000', '盐城市', '320000000', valid_from => NULL)$$);
SELECT pg_temp.refused($$SELECT budget.rename_division('320500000', '姑苏市', '1900-01-01')$$);
SELECT regexp_replace(pg_temp.refused(format($$SELECT budget.rename_division('320500000', '姑苏市', %L)$$, current_date + 1)),
	'\d{4}-\d\d-\d\d', 'YYYY-MM-DD', 'g');
SELECT pg_temp.refused($$SELECT budget.rename_division('320500000', '姑苏市', '2020-01-01', NULL, '320506000')$$);
SELECT pg_temp.refused($$SELECT budget.move_division('320500000', '320506000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.move_division('320000000', '320500000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.merge_divisions('{320500000}', '320500000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.merge_divisions('{}', '320500000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.merge_divisions('{321302000,NULL}', '320500000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.close_division('320506000', '2023-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.close_division('999999999', '2023-01-01')$$);
-- All or nothing.
SELECT pg_temp.refused($$SELECT budget.register_divisions('[{"official_code": "320900000", "name": "盐城市", "parent": "320000000"},
	{"official_code": "320902000", "name": "亭湖区", "parent": "320800000"}]')$$);
SELECT count(*) FROM budget.division WHERE name = '盐城市';
-- Constraints hold against an owner's own DML, too.
SELECT pg_temp.refused($$UPDATE budget.division SET level = 9 WHERE official_code = '320500000'$$);
SELECT pg_temp.refused($$DELETE FROM budget.division WHERE official_code = '320000000'$$);
SELECT pg_temp.refused($$INSERT INTO budget.division (code, official_code, name, parent, level, valid_from)
	VALUES ('9999', '320500000', '双', '32', 2, '2000-01-01')$$);
