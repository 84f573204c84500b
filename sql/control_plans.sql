-- Monthly plans and reminders.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '130000000', first_year => 2025);
SELECT count(p.register_division('130100000', '石家庄市', '130000000', 2, '2020-01-01'));
SELECT count(p.register_unit(code, name, division, parent)) FROM (VALUES
  ('101', '省教育厅', '130000000', NULL), ('101001', '省属中学', '130000000', '101'), ('201', '市教育局', '130100000', NULL)) AS u(code, name, division, parent);
SELECT p.apply_profile('hebei', '130100000', '2024-01-01');
SELECT p.setting('130100000', 'ledger.overspend_reminder') AS hebei, p.setting('130000000', 'ledger.overspend_reminder') AS none;
SELECT p.open_line(2025, '101', '2050202', title => 'a') AS a \gset
SELECT p.open_line(2025, '101001', '2050202', title => 'b') AS b \gset
SELECT p.open_line(2025, '201', '2050202', title => 'c') AS c \gset
SELECT count(p.appropriate(line_id, 1200, '冀财预1号')) FROM p.line;

-- both the line's money and its plan bind (双控制)
SELECT p.set_plan(2025, '{100,100,100,100,100,100,100,100,100,100,100,100}', line => :a, block => true) AS plan \gset
SELECT p.pay(:a, 80, '凭证1', accounting_date => '2025-01-20') > 0 AS posted;
SELECT pg_temp.refused(format('SELECT p.pay(%s, 21, ''凭证'', accounting_date => ''2025-01-31'')', :a));
SELECT p.pay(:a, 21, '凭证2', accounting_date => '2025-02-01') > 0 AS posted;
-- a request holds room, and its payment takes it over
SELECT p.request_payment(:a, 99, '申请1', accounting_date => '2025-02-02') AS request \gset
SELECT pg_temp.refused(format('SELECT p.request_payment(%s, 0.01, ''申请'', accounting_date => ''2025-02-02'')', :a));
SELECT p.pay(:a, 99, '凭证3', accounting_date => '2025-02-03', request => :request) > 0 AS posted;
-- what is booked into an earlier month finds its limit passed already
SELECT pg_temp.refused(format('SELECT p.pay(%s, 1, ''凭证'', accounting_date => ''2025-01-31'')', :a));
-- another plan in its place; a plan below what is used stops, and says so
SELECT p.set_plan(2025, '{300,0,0,0,0,0,0,0,0,0,0,0}', line => :a, block => true) = :plan AS same;
SELECT p.pay(:a, 1, '凭证', accounting_date => '2025-01-31') > 0 AS posted;
SELECT p.set_plan(2025, '{10,10,10,10,10,10,10,10,10,10,10,10}', line => :a, block => true) = :plan AS same;
SELECT kind, limit_amount, found_amount FROM p_report.alert ORDER BY alert_id;
SELECT p.set_plan(2025, '{100,100,100,100,100,100,100,100,100,100,100,100}', line => :a) = :plan AS same;
SELECT warn_ratio, block_ratio, used, basis_amount FROM p_report.cap WHERE cap_id = :plan;
-- of a unit and all below it; the ratio is the profile's, or a given one
SELECT p.set_plan(2025, '{100,100,100,100,100,100,100,100,100,100,100,100}', unit => '201') AS unit_plan \gset
SELECT p.set_plan(2025, '{100,100,100,100,100,100,100,100,100,100,100,100}', unit => '101001', reminder => 0.02) > 0 AS set;
SELECT name, unit_code, warn_ratio, block_ratio FROM p_report.cap ORDER BY cap_id;
SELECT p.pay(:c, 105, '凭证4', accounting_date => '2025-01-05') > 0 AS posted;
SELECT p.pay(:c, 0.01, '凭证5', accounting_date => '2025-01-05') > 0 AS posted;
SELECT kind, cap_id = :unit_plan AS of_plan, limit_amount, found_amount FROM p_report.alert ORDER BY alert_id DESC LIMIT 1;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT p.set_plan(2025, '{1,2}', unit => '101')$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,1}')$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,-1}', unit => '101')$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,NULL}', unit => '101')$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,1}', line => 7)$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,1}', unit => '101', reminder => -1)$$,
  $$SELECT p.set_plan(2025, '{1,1,1,1,1,1,1,1,1,1,1,1}', unit => '201', consumes => '{paid}')$$,
  $$SELECT p.set_plan(2026, '{1,1,1,1,1,1,1,1,1,1,1,1}', unit => '101')$$]) AS s;
SELECT * FROM p.verify_caps();

-- reminders: a quarter of the year has passed. a paid 201 of 1200 with a plan of 300, b nothing, c 105.01
CREATE VIEW pg_temp.standing AS
  SELECT kind, unit_code, cap_id, limit_amount, found_amount, as_of, ended_at IS NOT NULL AS ended
    FROM p_report.alert WHERE kind NOT LIKE 'cap%' ORDER BY alert_id;
SELECT p.run_reminders('2025-03-31');
SELECT * FROM pg_temp.standing ORDER BY kind, unit_code, cap_id;
SELECT p.run_reminders('2025-03-31') AS again;
-- recovered, and crossed again
SELECT p.pay(:b, 310, '凭证6', accounting_date => '2025-03-31') > 0 AS posted;
SELECT p.run_reminders('2025-03-31');
SELECT kind, found_amount, ended FROM pg_temp.standing WHERE unit_code = '101001' ORDER BY kind;
SELECT p.run_reminders('2025-12-31');
SELECT kind, limit_amount, found_amount, as_of, ended FROM pg_temp.standing WHERE unit_code = '101001' ORDER BY as_of, kind;
-- one division only
SELECT p.pay(:c, 1000, '凭证7', accounting_date => '2025-12-31') > 0 AS posted;
SELECT p.run_reminders('2025-12-31', '130100000') AS city, p.run_reminders('2025-12-31', '130100000') AS again;
SELECT kind, limit_amount, found_amount, as_of, ended FROM pg_temp.standing WHERE unit_code = '201' ORDER BY as_of, kind;
SELECT pg_temp.refused($$SELECT p.run_reminders('infinity')$$), pg_temp.refused($$SELECT p.run_reminders('2031-01-01')$$), pg_temp.refused($$SELECT p.run_reminders(division => '99')$$);
DROP VIEW pg_temp.standing;
DROP SCHEMA p CASCADE;
