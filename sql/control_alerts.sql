-- The life of an alert: raised, assigned, answered, closed.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
CREATE ROLE alert_office;
CREATE ROLE alert_clerk;
CREATE ROLE alert_boss;
GRANT alert_office, alert_clerk, alert_boss TO regress_owner;
SELECT budgetpm.create_ledger('w', root => '320000000', first_year => 2025);
SELECT count(w.register_unit(code, name, '320000000', parent)) FROM (VALUES ('101', '省教育厅', NULL), ('102', '省卫健委', NULL)) AS u(code, name, parent);
SELECT budgetpm.grant_ledger('w', 'alert_office', 'administrator', '320000000') > 0 AS office,
       budgetpm.grant_ledger('w', 'alert_boss', 'administrator', '320000000') > 0 AS boss,
       budgetpm.grant_ledger('w', 'alert_clerk', 'officer', '320000000') AS duty \gset
SELECT w.end_duty(:duty), w.grant_duty('alert_clerk', unit => '101', may_post => true) > 0 AS given;
GRANT USAGE ON SCHEMA w TO alert_clerk;
SELECT w.open_line(2025, '101', '2050202', title => 'a') AS a \gset
SELECT w.open_line(2025, '102', '2050202', title => 'b') AS b \gset
SELECT count(w.appropriate(line_id, 1000, '苏财预1号')) FROM w.line;
SELECT w.create_cap(2025, '全省', amount => 100, warn_ratio => 0.5) AS cap \gset
SELECT w.create_cap(2025, '教育厅', amount => 100, unit => '101', warn_ratio => 0.5) > 0 AS made;
SELECT w.pay(:a, 60, '凭证1') > 0 AS posted;
SELECT alert_id, kind, cap_name, unit_code, state FROM w_report.alert ORDER BY 1;
-- the clerk sees what concerns his unit, and is told of a cap no more than what is missing
SET ROLE alert_clerk;
SELECT alert_id, cap_name, state FROM w_report.alert;
SELECT name, used FROM w_report.cap;
SELECT pg_temp.refused(format('SELECT w.pay(%s, 41, ''凭证'')', :a));
SELECT pg_temp.refused('SELECT w.answer_alert(2, ''已核实'')'), pg_temp.refused('SELECT w.answer_alert(1, ''已核实'')');
SELECT pg_temp.refused('SELECT w.close_alert(2, ''x'')');
SET ROLE alert_office;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT w.assign_alert(2, 'nobody_here')$$, $$SELECT w.close_alert(2, 'x')$$, $$SELECT w.answer_alert(2, 'x')$$,
  $$SELECT w.assign_alert(99, 'alert_clerk')$$, $$SELECT w.assign_alert(2, NULL)$$]) AS s;
SELECT w.assign_alert(2, 'alert_office', '请核实'), w.assign_alert(2, 'alert_clerk', '请教育厅答复');
SET ROLE alert_clerk;
SELECT pg_temp.refused('SELECT w.answer_alert(2, '' '')');
SELECT w.answer_alert(2, '已核实，属年初集中支付');
SELECT pg_temp.refused('SELECT w.answer_alert(2, ''再答'')');
-- assigned, he answers also what he could not read
SET ROLE alert_office;
SELECT w.assign_alert(1, 'alert_clerk');
SET ROLE alert_clerk;
SELECT w.answer_alert(1, '同上');
-- sent back, answered by the office itself: then somebody else closes
SET ROLE alert_office;
SELECT w.close_alert(2, '认可');
SELECT w.assign_alert(1, 'alert_office', '我来');
SELECT w.answer_alert(1, '由财政处答复');
SELECT pg_temp.refused('SELECT w.close_alert(1, ''认可'')');
SET ROLE alert_boss;
SELECT w.close_alert(1, '认可');
SELECT pg_temp.refused('SELECT w.assign_alert(1, ''alert_clerk'')');
RESET ROLE;
SELECT alert_id, state, assigned_to, last_note FROM w_report.alert ORDER BY 1;
SELECT alert_id, event_no, action, assigned_to, note, login FROM w.alert_event ORDER BY 1, 2;
DROP SCHEMA w CASCADE;
DROP SCHEMA w_report CASCADE;
DROP OWNED BY alert_office, alert_clerk, alert_boss;
DROP ROLE alert_office, alert_clerk, alert_boss;
