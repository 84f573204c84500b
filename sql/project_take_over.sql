-- Projects before their budget: every road by which money comes to a line asks whether its project
-- is in the pool; running projects of an older system come into it by being taken over.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
CREATE ROLE regress_taker LOGIN;
GRANT regress_taker TO CURRENT_USER;
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025) \g /dev/null
SELECT b.add_year(2026) \g /dev/null
SELECT count(b.register_division(c, n, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS x(c, n) \g /dev/null
SELECT count(b.register_unit(c, n, d, p)) FROM (VALUES ('1', '省教育厅', '320000000', NULL), ('101', '南京市教育局', '320100000', NULL), ('101001', '南京一中', '320100000', '101'), ('201', '苏州市教育局', '320500000', NULL)) AS x(c, n, d, p) \g /dev/null
SELECT count(b.register_project(c, n, u, k, y, a)) FROM (VALUES
  ('N1', '校舍改造', '101001', '3', 2024, NULL), ('N2', '实验楼', '101001', '3', 2024, NULL), ('U', '未入库', '101', '3', 2024, NULL), ('N3', '操场', '101001', '3', 2027, NULL), ('N4', '图书馆', '101', '3', 2024, NULL), ('N4.1', '图书馆一期', '101', '3', 2024, 'N4'),
  ('S1', '苏州校舍', '201', '3', 2024, NULL), ('Q', '物业', '101001', '2', 2024, NULL)) AS p(c, n, u, k, y, a) \g /dev/null

-- 1. Without any profile a project of the target category gets no line before it is admitted; a division switches that off knowingly.
SELECT pg_temp.refused($$SELECT b.open_line(2025, '101001', '2050202', title => 'x', project => 'N1')$$);
SELECT b.open_line(2025, '101001', '2050202', title => 'q', project => 'Q') > 0 AS another_category;
SELECT b.register_profile('loose', '不设项目库', '{"settings": {"project.pool_required": {"value": false, "name": "先有项目再安排预算"}}}') AS version, b.apply_profile('loose', '320100000', '2020-01-01') AS applied;
SELECT pg_temp.refused($$SELECT b.open_line(2025, '201', '2050202', title => 'x', project => 'S1')$$) ~ '^ZB010' AS elsewhere_as_before;
SELECT b.open_line(2025, '101001', '2050202', title => 'top', executable => false, project => 'N1') AS top, b.open_line(2025, '101001', '2050202', title => 'free') AS free,
  b.open_line(2025, '1', '2050202', title => 'province') AS province, b.open_line(2026, '101001', '2050202', title => 'p', project => 'N1', provisional => true) AS early \gset
SELECT b.open_line(2025, '101001', '2050202', title => 'n1', project => 'N1', parent => :top) AS n1, b.open_line(2025, '101001', '2050202', title => 'root', project => 'N1') AS root,
  b.open_line(2025, '101001', '2050202', title => 'received', project => 'N1', source_document => '补1号') AS received, b.open_line(2025, '101', '2050202', title => 'u', project => 'U') AS u, b.open_line(2026, '101', '2050202', title => 'u', project => 'U') AS u_next \gset
SELECT count(b.appropriate(l, 100, '预1号')) FROM unnest(ARRAY[:top, :free, :province, :root, :u]::bigint[]) AS l;
SELECT b.appropriate(:early, 10, '预1号') > 0 AS begun, b.reduce(:root, 5, '减') AS reduced, b.freeze(:root, 1, '冻') > 0 AS frozen, b.withdraw(:root, 2, '收') AS withdrawn, b.send_transfer(:province, '320100000', 7, '补1号') AS sent \gset

-- 2. Switched on again, no road leads to its lines, what was given before stays, and what is undone comes back.
SELECT b.apply_profile('standard', '320100000', '2020-01-02') > 0 AS on_again;
SELECT regexp_replace(pg_temp.refused(s), '\d{13,}', 'N', 'g') AS refused FROM unnest(ARRAY[
  format('SELECT b.appropriate(%s, 1, ''预2号'')', :root), format('SELECT b.supplement(%s, 1, ''预2号'', ''stabilisation_fund'')', :root), format('SELECT b.allot(%s, %s, 1, ''预2号'')', :top, :n1),
  format('SELECT b.receive_transfer(%s, %s, ''预2号'')', :sent, :received), format('SELECT b.virement(%s, %s, 1, ''预2号'')', :free, :root),
  format('SELECT b.approve_line(%s, 11, ''批复'')', :early)]) AS s;
SELECT r ->> 'sqlstate' AS sqlstate, r ->> 'message' AS message FROM jsonb_path_query(b.post_batch(jsonb_build_array(jsonb_build_object('operation', 'appropriate', 'line', :root, 'amount', '1', 'document', 'x')), 'report'), '$.refusals[*]') AS r;
SELECT b.check_funds(:root, 'appropriate', 1) ->> 'passes' AS dry_run;
SELECT b.reverse(:reduced, '冲') > 0 AND b.reverse(:withdrawn, '冲') > 0 AND b.unfreeze(:root, 1, '解冻') > 0 AND b.pay(:root, 1, '凭证') > 0 AS what_it_has_goes_on;

-- 3. Nothing is taken over before the day is set, nor after it, nor by whom it is not given to.
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交1号')$$);
SELECT b.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', to_jsonb((CURRENT_DATE - 1)::text))) AS version, b.apply_profile('standard', '320100000', '2020-01-03') AS applied;
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交1号', CURRENT_DATE - 10)$$) ~ 'projects were taken over until' AS over;
-- however the caller writes days, and in whatever zone he is
BEGIN;
SET LOCAL DateStyle = 'SQL, MDY';
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交1号', CURRENT_DATE - 10)$$) ~ 'projects were taken over until' AS over;
SET LOCAL DateStyle = 'ISO';
SET LOCAL TimeZone = '<back>+100';
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交1号', CURRENT_DATE - 10)$$) ~ 'projects were taken over until' AS over;
ROLLBACK;
SELECT b.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,project.take_over_until,value}', '"9999-12-31"')) AS version, b.apply_profile('standard', '320100000', '2020-01-04') AS applied;
SELECT budgetpm.grant_ledger('b', 'regress_taker', 'officer', '320100000') > 0 AS officer;
SET ROLE regress_taker;
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交1号')$$);
RESET ROLE;
GRANT EXECUTE ON FUNCTION b.take_over_projects TO regress_taker;
SET ROLE regress_taker;
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N2", "stage": "under_way"}, {"project": "S1", "stage": "under_way"}]', '移交1号')$$) AS not_his;
RESET ROLE;
UPDATE b.duty SET unit = (SELECT code FROM b.unit WHERE official_code = '101001') WHERE unit IS NULL;
SET ROLE regress_taker;
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "U", "stage": "under_way"}, {"project": "N2", "stage": "under_way"}]', '移交1号')$$) AS a_unit_alone;
RESET ROLE;

-- 4. Every wrong row is told by its number, all that is wrong with it.
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT b.take_over_projects('{}', 'x')$$, $$SELECT b.take_over_projects('[]', NULL)$$, $$SELECT b.take_over_projects('[]', 'x', CURRENT_DATE + 1)$$, $$SELECT b.take_over_projects('[]', 'x', on_error => 'skip')$$]) AS s;
SELECT b.move_project('N2', 'reviewed') > 0 AND b.move_project('N2', 'proposed', '退回') > 0 AS was_reviewed;
SELECT b.register_project('X', '在办', '101', '3', 2024) > 0 AS made, b.publish_flow('{"flow": "admission", "title": "入库", "steps": [{"step": "审核", "assign": [{"login": "regress_owner"}], "self": "allow", "next": "完成"}, {"step": "完成", "type": "end"}]}') > 0 AS published, b.start_case('admission', '入库', '{"project": "X"}', unit => '101') > 0 AS begun;
SELECT r ->> 'row' AS row, r ->> 'project' AS project, regexp_replace(r ->> 'problem', 'case \d+', 'case N') AS problem FROM jsonb_array_elements(b.take_over_projects('[7, {"project": "none", "stage": "under_way"}, {"stage": "under_way"},
  {"project": "N2", "stage": "under_way"}, {"project": "N3", "stage": "funded"}, {"project": "X", "stage": "funded"}, {"project": "S1", "stage": "closed", "colour": "red"},
  {"project": "N4", "stage": "accepted", "completed_on": "2026-06-01"}, {"project": "N4.1", "stage": "under_way", "starts_on": "2025-02-30", "ends_on": "soon", "planned_total": "1.005"},
  {"project": "Q", "stage": "admitted"}, {"project": "Q", "stage": "completed", "started_on": "2999-01-01", "responsible": "", "document": 7},
  {"project": "N1", "stage": "under_way", "started_on": "2024-03-01", "admitted_on": "2023-12-01", "starts_on": "2024-01-01", "ends_on": "2026-12-31", "planned_total": "5000.50"}]', '移交1号', '2026-09-30', 'report') -> 'refusals') AS r;

-- 5. What is taken over is in the pool, says so for good, and gets money as if it had been admitted.
SELECT project_code, taken_over_stage, taken_over_on, document, admitted_on, passed_over, actor, stage, appropriated FROM b_report.project_taken_over;
SELECT official_code, stage, planned_total, starts_on, ends_on, started_on, events FROM b.project WHERE official_code = 'N1';
SELECT action, from_stage, to_stage, details FROM b.project_event e JOIN b.project p USING (project_id) WHERE official_code = 'N1';
SELECT count(*) AS problems FROM b.verify_project('N1');
SELECT pg_temp.refused($$SELECT b.take_over_projects('[{"project": "N1", "stage": "under_way"}]', '移交2号')$$);
SELECT b.appropriate(:root, 1, '预2号') > 0 AND b.allot(:top, :n1, 1, '预2号') > 0 AND b.approve_line(:early, 11, '批复') > 0 AS given;
-- nobody makes a project that was admitted by inserting it
SELECT pg_temp.refused($$INSERT INTO b.project (official_code, name, unit, division, category, setup_year, stage) SELECT 'Z', 'z', unit, division, '3', 2024, 'admitted' FROM b.project WHERE official_code = 'N1'$$) ~ '^23514' AS not_inserted;

-- 6. The end of a project: no new money, nor money back by an undoing; what its lines hold goes on to the next year.
SELECT b.register_project('C', '竣工项目', '101001', '3', 2023) > 0 AS made, b.take_over_projects('[{"project": "C", "stage": "accepted", "completed_on": "2025-06-30"}]', '移交1号') ->> 'taken_over' AS taken_over;
SELECT b.open_line(2025, '101001', '2050202', title => 'c', project => 'C') AS c \gset
SELECT b.appropriate(:c, 100, '预1号') > 0 AS given, b.pay(:c, 60, '凭证') AS paid, b.withdraw(:c, 40, '收') AS withdrawn, b.move_project('C', 'closed', '竣工') > 0 AS closed \gset
SELECT b.refund(:paid, 3, '质保退回') > 0 AS money_comes_back;
SELECT regexp_replace(pg_temp.refused(s), '\d{13,}', 'N', 'g') FROM unnest(ARRAY[format('SELECT b.reverse(%s, ''冲'')', :withdrawn), format('SELECT b.supplement(%s, 1, ''x'', ''stabilisation_fund'')', :c)]) AS s;
SELECT b.open_line(2026, '101001', '2050202', title => 'c', project => 'C') AS next \gset
SELECT pg_temp.refused(format('SELECT b.appropriate(%s, 1, ''x'')', :next)) ~ '^ZB010' AS no_new_money;
SELECT b.set_year_state(2025, 'closing') \g /dev/null
SELECT b.carry_forward(:c, :next, 3, '结转') > 0 AND b.carry_forward(:u, :u_next, 100, '结转') > 0 AS carried;
SELECT pg_temp.refused(format('SELECT b.carry_forward(%s, %s, 1, ''结转'')', :free, :u_next)) ~ '"U" is proposed' AS other_money_is_not;
SELECT pg_temp.refused($$SELECT b.open_line(2026, '101001', '2050202', title => 'again', project => 'C')$$) AS nothing_left;
SELECT count(*) FROM b.verify_ledger();
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_taker;
DROP ROLE regress_taker;
