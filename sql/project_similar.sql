-- Duplicates (重复申报): names by pairs of characters, with every part of the likeness.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
-- pairs of characters, whatever the locale: width, case, spaces and punctuation make no difference
SELECT datcollate, datctype FROM pg_database WHERE datname = current_database();
SELECT budgetpm.grams('校舍') = ARRAY[(ascii('校')::bigint << 32) | ascii('舍')] AS one_pair, budgetpm.grams('校') = ARRAY[ascii('校')::bigint << 32] AS one_character,
  budgetpm.grams(' ，。（）') AS nothing, budgetpm.grams('校舍校舍校舍') = budgetpm.grams('校舍校') AS each_once;
SELECT budgetpm.grams('ＡＢＣ１２ 校舍（改造）') = budgetpm.grams('abc12校舍改造') AS folded, budgetpm.grams('ÁREAS') = budgetpm.grams('áreas') AS accents_stay_letters, budgetpm.grams('𠮷野家') = budgetpm.grams('𠮷 野 家') AS beyond_the_first_plane;
SELECT a, b, budgetpm.shared_grams(budgetpm.grams(a), budgetpm.grams(b)) AS shared, cardinality(budgetpm.grams(a)) AS of_a, cardinality(budgetpm.grams(b)) AS of_b
  FROM (VALUES ('农村公路养护', '农村公路养护'), ('农村公路养护', '公路养护'), ('农村公路养护', '护养路公村农'), ('农村公路养护', ''), ('ab', 'AB ')) AS x(a, b);
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT budgetpm.shared_grams('{1,NULL}', '{1}')$$, $$SELECT budgetpm.shared_grams('{{1},{2}}', '{1}')$$]) AS s;

SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026);
SELECT count(b.register_division(c, n, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS x(c, n);
SELECT count(b.register_unit(c, n, d)) FROM (VALUES ('101', '省教育厅', '320000000'), ('201', '市教育局', '320100000'), ('301', '市教育局', '320500000')) AS x(c, n, d);
SELECT count(b.register_project(c, n, u, setup_year => y)) FROM (VALUES
  ('P1', '农村中小学校舍维修改造工程', '101', 2026), ('P2', '农村中小学校舍改造项目', '101', 2026), ('P3', '农村中小学校舍维修改造工程（二期）', '201', 2025),
  ('P4', '公路养护工程', '201', 2026), ('P5', '农村中小学 校舍维修改造 工程', '301', 2026), ('P6', '省级机关信息化运行维护', '101', 2026)) AS x(c, n, u, y);
SELECT b.register_project('P11', '农村中小学校舍维修改造工程一标段', '101', setup_year => 2026, parent => 'P1') > 0 AS section;
SELECT pg_temp.take_over('b') AS taken_over;
SELECT project_code, name_similarity, shared_pairs, all_pairs, distance, same_unit, years_in_common, amount, amount_ratio, total FROM b.similar_projects('P1');
-- exactly the threshold is in, the least more is not
SELECT array_agg(project_code ORDER BY 1) FROM b.similar_projects('P1', 0.857142857142857142);
SELECT array_agg(project_code ORDER BY 1) FROM b.similar_projects('P1', 0.857142857142857143);
SELECT project_code FROM b.similar_projects('P1', 1);
SELECT project_code FROM b.similar_projects('P1', 0.01, 2);
SELECT count(*) FROM b.similar_projects('P6');
-- amounts: planned totals, or the budget of the lines
SELECT b.open_line(2026, '101', '2050202', title => 'a', project => 'P2') AS a \gset
SELECT b.appropriate(:a, 300000, '苏财预1号') > 0 AS given;
UPDATE b.project SET planned_total = '1000000', starts_on = '2026-03-01', ends_on = '2028-10-31' WHERE official_code = 'P1';
UPDATE b.project SET starts_on = '2025-06-01', ends_on = '2027-01-31' WHERE official_code = 'P3';
SELECT project_code, years_in_common, amount, amount_ratio, total FROM b.similar_projects('P1');
-- metres between the nearest sites that are not given up
SELECT b.set_site(c, public.ST_SetSRID(public.ST_GeomFromText(w), 4490), n) FROM (VALUES ('P1', 1, 'POINT(118.8 32.06)'), ('P5', 1, 'POINT(119 32.06)'), ('P5', 2, 'LINESTRING(118.803 32.06, 118.81 32.07)'), ('P2', 1, 'POINT(118.8 32.06)')) AS x(c, n, w);
SELECT b.retire_site('P2', 1, '误报') > 0 AS retired;
SELECT project_code, distance, total FROM b.similar_projects('P1');
-- a name that changes is found by its new one
UPDATE b.project SET name = '农村中小学校舍维修改造工程' WHERE official_code = 'P4';
SELECT project_code, name_similarity FROM b.similar_projects('P4', 0.8);
UPDATE b.project SET name = '公路养护工程' WHERE official_code = 'P4';

-- nobody is shown a project that he may not read, nor the money of a line
CREATE ROLE ps_city LOGIN;
GRANT ps_city TO regress_owner;
SELECT budgetpm.grant_ledger('b', 'ps_city', 'reader', '320100000') > 0 AS granted;
SET ROLE ps_city;
SELECT project_code FROM b.similar_projects('P3', 0.01);
SELECT pg_temp.refused($$SELECT * FROM b.similar_projects('P1')$$);
SELECT pg_temp.refused($$SELECT * FROM b.similar_rows(1, 0.1, 10, 10::oid, '{}')$$);
RESET ROLE;

-- what is refused
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT * FROM b.similar_projects('none')$$, $$SELECT * FROM b.similar_projects(NULL)$$, $$SELECT * FROM b.similar_projects('P1', 0)$$,
  $$SELECT * FROM b.similar_projects('P1', 1.01)$$, $$SELECT * FROM b.similar_projects('P1', 'NaN')$$, $$SELECT * FROM b.similar_projects('P1', NULL)$$, $$SELECT * FROM b.similar_projects('P1', 0.5, 0)$$]) AS s;
SELECT pg_temp.refused($$SELECT b.register_profile('odd', 'odd', '{"settings": {"project.similar": {"value": {"name": -1, "near": 0, "colour": 3}}}}')$$);
BEGIN;
ALTER TABLE b.profile_setting DISABLE TRIGGER check_setting;
UPDATE b.profile_setting SET value = '{"name": -1, "near": 0, "colour": 3}' WHERE key = 'project.similar';
SELECT pg_temp.refused($$SELECT * FROM b.similar_projects('P1')$$);
ROLLBACK;

-- many names: the index finds them, by the rarest pairs once statistics know which those are
INSERT INTO b.project (official_code, name, unit, division, category, setup_year)
  SELECT 'N' || i, '工程建设项目' || chr(19968 + i % 911) || chr(19968 + i % 1013) || chr(19968 + i % 797), '000001', '32', '3', 2026 FROM generate_series(1, 20000) AS i;
ANALYZE b.project;
SELECT b.register_profile('even', 'even', '{"settings": {"project.similar": {"value": {"name": 1, "place": 1, "unit": 1, "years": 1, "amount": 1, "near": 1000}}}}'), b.apply_profile('even', valid_from => '2021-01-01');
SELECT project_code, name_similarity, total FROM b.similar_projects('N7', 0.6, 3);
SELECT (SELECT count(*) FROM b.similar_projects('N7', 0.55, 10000)) = (SELECT count(*) FROM b.project p, b.project m WHERE m.official_code = 'N7' AND p.official_code <> 'N7'
  AND budgetpm.shared_grams(p.grams, m.grams) >= 0.55 * (cardinality(p.grams) + cardinality(m.grams) - budgetpm.shared_grams(p.grams, m.grams))) AS nobody_is_missed;
-- the search itself uses the index, for whoever asks
SELECT pg_stat_force_next_flush();
SELECT idx_scan AS before FROM pg_stat_user_indexes WHERE indexrelname = 'project_grams' AND schemaname = 'b' \gset
SET ROLE ps_city;
SELECT count(*) AS similar FROM b.similar_projects('P3', 0.9);
RESET ROLE;
SELECT pg_stat_force_next_flush();
SELECT idx_scan - :before AS used FROM pg_stat_user_indexes WHERE indexrelname = 'project_grams' AND schemaname = 'b';
-- names of one character or two, of other widths, without a letter, of 200 characters; what stands in the middle of a surrogate
INSERT INTO b.project (official_code, name, unit, division, category, setup_year)
  SELECT 'Z' || n, name, '000001', '32', '3', 2026 FROM (VALUES (1, '路'), (2, '路'), (3, '道路'), (4, '道 路'), (5, 'ＡＢＣ１２'), (6, 'abc12'), (7, '!!!'), (8, '!!!'), (9, repeat('长', 200)), (10, repeat('长', 199) || 'x'), (11, 'Öl'), (12, 'öl'), (13, '🛣道路')) AS v(n, name);
SELECT p.official_code, string_agg(s.project_code || '=' || s.name_similarity, ' ' ORDER BY s.project_code) FILTER (WHERE s.project_code LIKE 'Z%') AS alike
  FROM b.project p LEFT JOIN LATERAL b.similar_projects(p.official_code, 0.3) s ON true WHERE p.official_code LIKE 'Z%' GROUP BY p.project_id, p.official_code ORDER BY p.project_id;
SET enable_seqscan = off;
SELECT pg_temp.plan($$SELECT 1 FROM b.project p WHERE p.grams && ARRAY[1, 2]::bigint[]$$);
DROP OWNED BY ps_city;
DROP ROLE ps_city;
SELECT budgetpm.drop_ledger('b', 'b');
