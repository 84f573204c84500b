-- Items of requests: standard × quantity in exact numbers, codes of the year, every fault at once (DOMAIN (i) 4, 5, 106; 支出标准).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('c', root => '320000000', first_year => 2026);
SELECT count(c.register_division(code, name, parent, level, '2020-01-01')) FROM (VALUES ('320100000', '南京市', '320000000', 2), ('320102000', '玄武区', '320100000', 3)) AS d(code, name, parent, level);
SELECT count(c.register_unit(code, name, division)) FROM (VALUES ('101', '省教育厅', '320000000'), ('102', '省科技厅', '320000000'), ('301', '区教育局', '320102000')) AS u(code, name, division);
SELECT c.register_project('P1', '校园网', '101', '3', 2026) > 0 AS made, c.register_project('P2', '实验室', '102', '3', 2026) > 0 AS made_too;
SELECT c.add_year(2027, 'preparing');
SELECT c.publish_flow('{"flow": "requests", "title": "两上两下", "steps": [{"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') AS version;
SELECT count(c.define_form_field('request', field, type, jsonb_build_object('zh', label), '320000000')) FROM (VALUES ('lab', 'text', '实验室'), ('site', 'text', '地点'), ('staff', 'integer', '人数')) AS f(field, type, label);
SELECT c.create_preparation(2027, '320000000', '2027年预算编制', 'requests') AS p \gset

-- standards: dated, of a division, the nearest one upwards
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT c.register_standard('MEET', '320000000', '会议费', NULL, 1, '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 0, '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', -5, '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 'NaN', '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 1.00001, '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 1, '2026-01-01', '2026-01-01')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 1, 'infinity')$$,
  $$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 1, '2026-01-01', func => '99999')$$,
  $$SELECT c.register_standard('MEET', '999', '会议费', '人天', 1, '2026-01-01')$$]) AS s;
SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 550, '2020-01-01');
SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 600, '2026-07-01', func => '205', document => '苏财行〔2026〕1号');
SELECT c.register_standard('MEET', '320100000', '会议费', '人天', 450.55, '2026-01-01');
SELECT c.register_standard('CAR', '320000000', '公务用车', '辆', 180000, '2015-01-01', '2026-12-31');
SELECT c.register_standard('NEW', '320000000', '新标准', '项', 1, '2027-03-01');
SELECT pg_temp.refused($$SELECT c.register_standard('MEET', '320000000', '会议费', '人天', 600, '2026-07-01')$$);
SELECT standard, valid_from, valid_to, unit_cost, measure FROM c.expenditure_standard ORDER BY 1, division, 2;

-- cost × quantity, rounded half away from zero to the fen
CREATE FUNCTION pg_temp.ask(items text, unit text DEFAULT '101') RETURNS text LANGUAGE plpgsql AS $$
DECLARE asked bigint; BEGIN
  SELECT c.save_request(preparation_id, unit, '测算', items::jsonb) INTO asked FROM c.preparation;
  RETURN (SELECT string_agg(i.unit_cost || ' × ' || i.quantity || ' = ' || i.amount || coalesce(' ' || i.measure, '') || coalesce(' ' || i.standard, ''), '; ' ORDER BY i.item_no) || ' sum ' || r.amount
    FROM c_report.request r JOIN c_report.request_item i USING (version_id) WHERE r.request_id = asked GROUP BY r.amount);
END $$;
SELECT pg_temp.ask('[{"title": "a", "func": "2050202", "unit_cost": 0.005, "quantity": 1}, {"title": "b", "func": "2050202", "unit_cost": "1.0050", "quantity": "3"}, {"title": "c", "func": "2050202", "unit_cost": 333.3333, "quantity": 3.0003}]');
SELECT pg_temp.ask('[{"title": "a", "func": "2050202", "amount": "123456789012345.67"}]');
SELECT pg_temp.ask('[{"title": "a", "func": "2050202", "unit_cost": 12.5, "quantity": 1e2, "amount": 1250.00}]');
SELECT pg_temp.ask('[{"title": "会", "func": "2050202", "standard": "MEET", "quantity": 30}, {"title": "小会", "func": "2050202", "standard": "MEET", "unit_cost": 599.99, "quantity": 2.5}]');
SELECT pg_temp.ask('[{"title": "区里的会", "func": "2050202", "standard": "MEET", "quantity": 3}]', '301') AS nearest_standard;

-- one thing wrong
SELECT pg_temp.refused(format('SELECT pg_temp.ask(%L)', '[{"title": "a", "func": "2050202", ' || s || '}]')) FROM unnest(ARRAY[
  '"unit_cost": 1, "quantity": -1', '"unit_cost": 0, "quantity": 1', '"unit_cost": "NaN", "quantity": 1', '"unit_cost": 1', '"quantity": 1',
  '"unit_cost": 1.00001, "quantity": 1', '"unit_cost": 12345678901234567, "quantity": 1', '"unit_cost": true, "quantity": 1', '"unit_cost": "1,5", "quantity": 1', '"unit_cost": "1.", "quantity": 1',
  '"amount": 1.001', '"amount": -1', '"unit_cost": 9999999999999999, "quantity": 9999999999999999', '"unit_cost": 3, "quantity": 3, "amount": 9.01', '"amount": "Infinity"',
  '"standard": "NONE", "quantity": 1', '"standard": "CAR", "quantity": 1', '"standard": "NEW", "quantity": 1', '"standard": "MEET", "unit_cost": 600.01, "quantity": 1', '"standard": "MEET"',
  '"amount": 1, "gov_econ": "999"', '"amount": 1, "dept_econ": "30217x"', '"amount": 1, "procurement": "yes"', '"amount": 1, "price": 1']) AS s;
SELECT pg_temp.refused(format('SELECT pg_temp.ask(%L)', s)) FROM unnest(ARRAY['[]', '{}', '1', 'null', '[1]', '[{"title": "a", "amount": 1}]', '[{"func": "2050202", "amount": 1}]', '[{"title": " ", "func": "2050202", "amount": 1}]',
  '[{"title": "a", "func": "205", "amount": 1}]', '[{"title": "a", "func": "2060101", "standard": "MEET", "quantity": 1}]',
  '[{"title": "a", "func": "2050202", "amount": 92233720368547758.07}]', '[{"title": "a", "func": "2050202", "amount": "9223372036854775.07"}, {"title": "a", "func": "2050202", "unit_cost": "9223372036854775", "quantity": 9.9}]']) AS s;

-- all of it at once, with the item's number; nothing was stored
SELECT pg_temp.refused(format($$SELECT c.save_request(%s, '101', '都错', '[{"title": "a", "func": "2050299x", "unit_cost": -1, "quantity": 1.12345}, {"title": "b", "func": "2050202", "amount": 1}, {"func": "2050202", "gov_econ": "77", "standard": "NONE", "quantity": 1}]',
  fund_type => '99', category => '31', project => 'P2', attributes => '[]', attachments => '[{"kind": "quote", "digest": "xyz"}, 7]')$$, :p));
SELECT pg_temp.refused(format($$SELECT c.save_request(%s, '101', '都不认识', '[{"title": "a", "func": "2050299x", "amount": 1}]', fund_type => '99', category => '31')$$, :p)) AS one_sqlstate;
SELECT pg_temp.refused(format($$SELECT c.save_request(%s, '101', '类别', '[{"title": "a", "func": "2050202", "amount": 1}]', category => '2', project => 'P1')$$, :p));
SELECT pg_temp.refused(format($$SELECT c.save_request(%s, '999', '无', '[]')$$, :p));
SELECT count(*) FROM c.request WHERE title IN ('都错', '都不认识', '类别');
SELECT c.save_request(:p, '101', '校园网', '[{"title": "a", "func": "2050202", "amount": 1}]', project => 'P1') > 0 AS made;
SELECT title, project_code, category FROM c_report.request WHERE project_code IS NOT NULL;

SELECT pg_temp.refused(format($$SELECT c.save_request(%s, '101', '表单', '[{"title": "a", "func": "2050202", "amount": 1}]', attributes => '{"staff": "three", "colour": "red"}')$$, :p));

-- what changed between two versions
SELECT c.save_request(:p, '102', '仪器', '[{"title": "显微镜", "func": "2050202", "unit_cost": 5000, "quantity": 4}, {"title": "试剂", "func": "2050202", "amount": 800}, {"title": "试剂", "func": "2050202", "amount": 900}, {"title": "培训", "func": "2050202", "amount": 100}]',
  attributes => '{"lab": "物理", "staff": 3}', attachments => '[{"kind": "quote", "title": "报价", "digest": "00000000000000000000000000000000000000000000000000000000000000aa"}]') AS a \gset
SELECT c.save_request(:p, '102', '仪器二', '[{"title": "试剂", "func": "2050202", "amount": 800}, {"title": "试剂", "func": "2050202", "amount": 950.5}, {"title": "显微镜", "func": "2050202", "unit_cost": 5000, "quantity": 5, "procurement": true}, {"title": "运费", "func": "2050202", "amount": 1}]',
  attributes => '{"lab": "物理", "staff": 4, "site": "A"}', attachments => '[{"kind": "quote", "title": "报价", "digest": "00000000000000000000000000000000000000000000000000000000000000bb"}]') AS b \gset
SELECT d.change, d.part, d.name, d.before_amount, d.after_amount, d.difference FROM c_report.request a, c_report.request b, c.diff_request(a.version_id, b.version_id) d WHERE a.request_id = :a AND b.request_id = :b;
SELECT d.before_content, d.after_content FROM c_report.request a, c_report.request b, c.diff_request(a.version_id, b.version_id) d WHERE a.request_id = :a AND b.request_id = :b AND d.name = '显微镜';
SELECT count(*) AS no_difference FROM c_report.request a, c.diff_request(a.version_id, a.version_id) WHERE a.request_id = :a;
SELECT pg_temp.refused('SELECT * FROM c.diff_request(1, 999)');
DROP SCHEMA c CASCADE;
