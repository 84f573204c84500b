-- Targets of a period, values that fill themselves, and what no evaluation takes. DOMAIN (g.2, g.3), (i) 35, 52, 59, 68, 115.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT count(p.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(p.register_unit(code, name, division)) FROM (VALUES ('101', '南京市教育局', '320100000'), ('201', '苏州市水利局', '320500000')) AS u(code, name, division);
SELECT p.register_unit('101001', '南京市第一中学', '320100000', '101') IS NOT NULL AS school, p.register_project('P4', '图书馆', '101001', setup_year => 2025) > 0 AS project;
SELECT count(p.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('P1', '助学金', '101'), ('P2', '太湖堤防', '201'), ('P3', '水库', '201')) AS p(code, name, unit);

-- What of a target is due when: all of it (what is not said), twelfths, or planned values up to the end of months.
SELECT p.set_targets('P1', 2025, '[{"name": "按序时", "level1": "output", "level2": "quantity", "measure": "人", "target": 1000, "weight": 30, "plan": "pro_rata", "source": "计划"},
  {"name": "按计划", "level1": "output", "level2": "quantity", "measure": "次", "target": 100, "weight": 30, "plan": {"6": 20, "9": 60, "12": 100}, "source": "计划"},
  {"name": "全年", "level1": "satisfaction", "level2": "satisfaction", "measure": "%", "target": 90, "weight": 30, "source": "问卷"}]') > 0 AS set;
SELECT item_no, name, target, plan FROM p.target ORDER BY 1;
-- March: 1000 * 3 / 12 = 250 are due, 200 / 250 * 30 = 24.00; nothing of the second is due, so that its 30 do not apply; 81 / 90 * 30 = 27.00;
-- 20 of 100 are paid where 25 were due: 20 / 25 * 10 = 8.00. (24 + 27 + 8) * 100 / 70 = 84.2857 = 84.29
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 200}, {"item": 2, "actual": 5}, {"item": 3, "actual": 81}]', 'quarter', 1, budget => 100, paid => 20) AS q1 \gset
SELECT item_no, applicable, target, actual, score, formula, deviation FROM p.evaluation_result WHERE evaluation_id = :q1 ORDER BY 1;
SELECT as_of, budget, planned, paid, indicator_score, applicable, execution_score, score, grade FROM p.evaluation WHERE evaluation_id = :q1;
SELECT row_no, depth, name, weight, target, actual, score, formula FROM p.score_project('P1', 2025, 'self', 'quarter', 1);
SELECT count(*) AS of_the_year FROM p.score_project('P1', 2025);
-- August has the plan of June; January the twelfth part of 1000, to four decimals; the year the whole
SELECT count(p.evaluate_project('P1', 2025, 'third_party', '[{"item": 1, "actual": 100, "reason": "x"}, {"item": 2, "actual": 20}, {"item": 3, "actual": 90}]', q, n, budget => 100, paid => 50))
  FROM (VALUES ('month', 1), ('month', 8), ('month', 12), ('quarter', 4), ('year', 1)) AS v(q, n);
SELECT period, period_no, (SELECT array_agg(target ORDER BY item_no) FROM p.evaluation_result r WHERE r.evaluation_id = e.evaluation_id) AS due, planned, score
  FROM p.evaluation e WHERE evaluator = 'third_party' ORDER BY as_of, evaluation_id;
SELECT period, period_no, target, year_target, achieved FROM p_report.performance_result WHERE item_no = 2 ORDER BY as_of, period, evaluator;
SELECT p.verify_evaluation(:q1);
SELECT pg_temp.refused(format($$SELECT p.set_targets('P2', 2025, '[{"name": "a", "level1": "output", "level2": "quantity", "measure": "项", "target": 10, "weight": 90, "method": "%s", "plan": %s}]')$$, m, plan))
  FROM (VALUES ('proportional', '"later"'), ('proportional', '{}'), ('proportional', '[1]'), ('proportional', '{"13": 1}'), ('proportional', '{"03": 1}'), ('proportional', '{"3": "1"}'), ('proportional', '{"3": 1e400}'),
    ('proportional', '{"12": 11}'), ('direct', '"pro_rata"'), ('proportional', '7')) AS v(m, plan);
SELECT p.set_targets('P2', 2025, '[{"name": "a", "level1": "output", "level2": "quantity", "measure": "项", "target": 10, "weight": 90, "plan": null}]') > 0 AS none_is_the_year;

-- Actual values that fill themselves
-- the road to being under way is another test's
DELETE FROM p.project_template_document;
UPDATE p.project_stage_move SET road = 'function';
SELECT p.describe_project('P2', 1000000, '2025-01-01', '2025-12-31', '张三');
SELECT count(p.move_project('P2', s)) FROM unnest('{reviewed,admitted}'::text[]) AS s;
SELECT p.open_line(2025, '201', '2130305', title => '堤防', project => 'P2') AS dyke \gset
SELECT p.appropriate(:dyke, 1000000, '苏财预2号') > 0, p.pay(:dyke, 250000, '凭证2', accounting_date => '2025-05-05') > 0, p.pay(:dyke, 500000, '凭证3', accounting_date => '2025-11-05') > 0;
SELECT p.plan_delivery('石料', '2025-06-30', 1000, project => 'P2', measure => '吨') AS stones \gset
SELECT p.plan_delivery('水泵', '2025-06-30', 4, project => 'P2', measure => '台') AS pumps \gset
SELECT count(*) FROM (SELECT p.record_delivery(:stones, 600, '送货单', '2025-05-01'), p.accept_delivery(:stones, 400, '验收单', '2025-05-10'), p.record_delivery(:pumps, 4, '送货单', '2025-05-02'), p.accept_delivery(:pumps, 4, '验收单', '2025-05-02')) AS x;
SELECT count(*) FROM (SELECT p.record_delivery(:stones, 300, '送货单2', '2025-09-01'), p.accept_delivery(:stones, 500, '验收单2', '2025-09-10')) AS x;
SELECT p.set_milestones('P2', '[{"no": 1, "title": "清基", "planned_on": "2025-05-31", "weight": 40}, {"no": 2, "title": "合龙", "planned_on": "2025-10-31", "weight": 60}]') > 0 AS milestones;
SELECT count(p.move_project('P2', s, '测试', on_day => '2025-02-01')) FROM unnest('{selected,funded,under_way}'::text[]) AS s;
SELECT p.complete_milestone('P2', 1, '2025-05-20', '验收单') IS NOT NULL, p.report_progress('P2', 35.5, '2025-06-15') > 0 AS june, p.report_progress('P2', 80, '2025-10-15') > 0 AS october;
SELECT p.set_targets('P2', 2025, '[{"name": "石料", "level1": "output", "level2": "quantity", "measure": "吨", "target": 1000, "weight": 20, "binding": "deliveries", "source": "合同"},
  {"name": "进度", "level1": "output", "level2": "timeliness", "measure": "%", "target": 100, "weight": 20, "binding": "progress", "source": "方案"},
  {"name": "节点", "level1": "output", "level2": "timeliness", "measure": "%", "target": 100, "weight": 20, "binding": "milestones", "source": "方案"},
  {"name": "支付", "level1": "cost", "level2": "cost", "measure": "万元", "direction": "<=", "target": 70, "weight": 20, "binding": "payments", "source": "概算"},
  {"name": "执行", "level1": "output", "level2": "timeliness", "measure": "%", "target": 100, "weight": 10, "binding": "execution", "source": "账"}]') > 0 AS set;
-- as of the end of June and of the year: what was accepted, reported, done and paid up to then
SELECT count(p.evaluate_project('P2', 2025, 'finance', '[]', q, n)) FROM (VALUES ('quarter', 2), ('year', 1)) AS v(q, n);
SELECT e.period, r.item_no, r.target, r.actual, r.measured, r.source, r.score, r.formula FROM p.evaluation e JOIN p.evaluation_result r USING (evaluation_id) WHERE e.evaluator = 'finance' ORDER BY e.as_of, item_no;
-- bound and reported: the same is no matter, another needs its reason, and both are kept
SELECT pg_temp.refused($$SELECT p.evaluate_project('P2', 2025, 'self', '[{"item": 1, "actual": 1000}, {"item": 2, "actual": 80}]')$$);
SELECT p.evaluate_project('P2', 2025, 'self', '[{"item": 1, "actual": 1000, "reason": "100 吨未办验收"}, {"item": 2, "actual": 80}]') AS self \gset
SELECT item_no, actual, measured, source, reason, score FROM p.evaluation_result WHERE evaluation_id = :self AND item_no < 4 ORDER BY 1;
SELECT item_no, actual, measured FROM p_report.performance_result WHERE project = 'P2' AND evaluator = 'self' AND item_no = 1;

-- What nobody may report
SELECT p.set_targets('P3', 2025, '[{"name": "同名", "level1": "output", "level2": "quantity", "measure": "项", "target": 10, "weight": 30}, {"name": "同名", "level1": "output", "level2": "quality", "measure": "项", "target": 0, "weight": 30},
  {"name": "负担", "level1": "benefit", "level2": "social", "measure": "项", "direction": "<=", "target": 5, "weight": 30}]') AS set \gset
SELECT item_no, flags FROM p.target WHERE set_id = :set;
SELECT pg_temp.refused(format($$SELECT p.evaluate_project('P3', 2025, 'self', '%s', budget => %s, paid => %s)$$, r, b, a)) FROM (VALUES
  ('[{"name": "同名", "actual": 1}, {"item": 1, "actual": 2}, {"item": 1, "actual": 3}, {"item": 2, "actual": 1, "score": 2}, {"item": 3, "actual": 1, "applicable": "no"}]', '100', '1'),
  ('[{"item": 1, "actual": 1e400}, {"item": 2, "actual": -1e400}, {"item": 3, "actual": 1e-400}]', '100', '1'),
  ('[{"item": 1, "actual": 1}, {"item": 2, "actual": 0}, {"item": 3, "actual": 1}]', '''NaN''', '1'), ('[{"item": 1, "actual": 1}, {"item": 2, "actual": 0}, {"item": 3, "actual": 1}]', '''Infinity''', '''-Infinity'''),
  ('[{"item": 1, "actual": 1}, {"item": 2, "actual": 0}, {"item": 3, "actual": 1}]', '1e400', '0.001'), ('[{"item": 1, "actual": 1}, {"item": 2, "actual": 0}, {"item": 3, "actual": 1}]', '-1', 'NULL')) AS v(r, b, a);
SELECT pg_temp.refused(format($$SELECT p.evaluate_project('P3', 2025, 'self', '[{"item": 1, "actual": 1, "reason": "%s"}, {"item": 2, "actual": 0}, {"item": 3, "actual": 1}]', agency => '%s', budget => 1, paid => 1)$$, repeat('因', 1001), repeat('所', 201)));
SELECT pg_temp.refused(format($$SELECT p.set_targets('P3', 2025, '[{"name": "%s", "level1": "output", "level2": "quantity", "measure": "%s", "target": %s, "weight": 90}]')$$, repeat('长', n), repeat('长', n), t)) FROM (VALUES (201, '1e400'), (1, '1e18'), (1, '0.12345678901')) AS v(n, t);
-- zero and less: a target of 0 is met by 0, a budget of 0 scores nothing, a value below 0 scores nothing, and nothing is divided by 0
SELECT p.evaluate_project('P3', 2025, 'self', '[{"item": 1, "actual": -5}, {"item": 2, "actual": 0}, {"item": 3, "actual": 999999999999999999, "reason": "错填"}]', budget => 0, paid => 0) AS zero \gset
SELECT item_no, score, formula, deviation FROM p.evaluation_result WHERE evaluation_id = :zero ORDER BY 1;
SELECT execution_score, score, grade, warning FROM p.evaluation WHERE evaluation_id = :zero;
-- where nothing applies there is nothing to score
SELECT p.set_targets('P3', 2024, '[{"name": "a", "level1": "output", "level2": "quantity", "measure": "项", "target": 1, "weight": 100}]', total => 100, execution_weight => 0) > 0 AS set;
SELECT pg_temp.refused($$SELECT p.evaluate_project('P3', 2024, 'self', '[{"item": 1, "applicable": false}]')$$);
-- monitoring is held to the same
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.record_monitoring('P3', 2025, '2026-01-01', '[{"item": 9, "actual": 1}, {"item": 1, "actual": "1"}, {"item": 2, "actual": 1e400}]', repeat('x', 1001))$$,
  $$SELECT p.record_monitoring('P3', 2025, '2025-06-30', '[{"item": 1, "actual": 1}, {"item": 1, "actual": 2}]')$$, $$SELECT p.record_monitoring('P3', 2025, 'infinity')$$, $$SELECT p.record_monitoring('P3', 2026, '2026-06-30')$$]) AS s;
SELECT p.record_monitoring('P3', 2025, '2025-06-30', '[{"item": 1, "actual": 4}]') > 0 AS recorded;

-- Who: a unit's officer evaluates his own projects, and does not know of others
CREATE ROLE regress_perf_unit LOGIN; CREATE ROLE regress_perf_other LOGIN;
GRANT regress_perf_unit, regress_perf_other TO CURRENT_USER;
SELECT p.end_duty(budgetpm.grant_ledger('p', 'regress_perf_unit', 'officer')), p.grant_duty('regress_perf_unit', unit => '101', may_post => true) > 0, budgetpm.grant_ledger('p', 'regress_perf_other', 'officer', '320500000') > 0;
SET ROLE regress_perf_unit;
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 1000}, {"item": 2, "actual": 100}, {"item": 3, "actual": 90}]', budget => 100, paid => 100) > 0 AS own;
-- nor speaks for his department, for finance or for a third party
SELECT e, pg_temp.refused(format($$SELECT p.evaluate_project('P1', 2025, %L, '[{"item": 1, "actual": 1000}, {"item": 2, "actual": 100}, {"item": 3, "actual": 90}]', budget => 100, paid => 100)$$, e)) FROM unnest('{finance,third_party,neighbour}'::text[]) AS e;
SELECT project, score FROM p_report.project_score ORDER BY 1;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.evaluate_project('P2', 2025, 'finance', '[]')$$, $$SELECT p.set_targets('P2', 2026, '[]')$$, $$SELECT p.record_monitoring('P2', 2025, '2025-06-30')$$,
  format('SELECT p.answer_evaluation(%s, ''x'')', :self), format('SELECT p.verify_evaluation(%s)', :self), $$SELECT p.record_advice(2025, '320500000')$$, $$SELECT p.run_accountability(2025, '320100000')$$]) AS s;
SELECT count(*) AS rows, count(DISTINCT project) AS projects FROM p_report.performance_result;
SELECT count(*) AS trees FROM p.score_project('P2', 2025);
SELECT p.performance_document('P2', 2025) IS NULL AS nothing, p.score_document('P2', 2025) ->> 'result' AS result;
RESET ROLE;
-- the school evaluates itself, its department evaluates the school
SELECT p.end_duty(duty_id), p.grant_duty('regress_perf_unit', unit => '101001', may_post => true) > 0 FROM p.duty JOIN p.principal USING (principal_id) WHERE login = 'regress_perf_unit' AND valid_to IS NULL;
SELECT p.set_targets('P4', 2025, '[{"name": "a", "level1": "output", "level2": "quantity", "measure": "项", "target": 1, "weight": 90}]') > 0 AS set;
SET ROLE regress_perf_unit;
SELECT e, pg_temp.refused(format($$SELECT p.evaluate_project('P4', 2025, %L, '[{"item": 1, "actual": 1}]', budget => 1, paid => 1)$$, e)) FROM unnest('{self,department}'::text[]) AS e;
RESET ROLE;
SELECT p.grant_duty('regress_perf_unit', unit => '101', may_post => true) > 0 AS department;
SET ROLE regress_perf_unit;
SELECT p.evaluate_project('P4', 2025, 'department', '[{"item": 1, "actual": 1}]', budget => 1, paid => 1) > 0 AS by_the_department;
RESET ROLE;
SET ROLE regress_perf_other;
SELECT count(*) AS his FROM p_report.project_score;
SELECT goal FROM p_report.target_achievement ORDER BY id LIMIT 1;
SELECT indicator FROM p.library(2025, '320500000', 'roads') ORDER BY 1 LIMIT 1;
SELECT action FROM p.advise_budget('P2', 2025);
RESET ROLE;
\c - postgres
DROP OWNED BY regress_perf_unit, regress_perf_other;
DROP ROLE regress_perf_unit, regress_perf_other;
