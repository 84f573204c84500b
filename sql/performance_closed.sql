-- A year that is closed: what lapsed at its end was the year's budget, in scores, risks and the next ceilings.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT p.register_unit('101', '省教育厅', '320000000') IS NOT NULL AS unit, p.register_project('P1', '校舍', '101', setup_year => 2025) > 0 AS project;
SELECT pg_temp.take_over('p') AS taken_over;
SELECT p.open_line(2025, '101', '2050202', '50201', title => '校舍', project => 'P1') AS line \gset
SELECT p.appropriate(:line, 100, '批') > 0 AS given, p.pay(:line, 30, '凭证', accounting_date => '2025-06-01') > 0 AS paid, p.freeze(:line, 5, '审') > 0 AS frozen;
SELECT p.withdraw(:line, 10, '年中收回', accounting_date => '2025-09-01') > 0 AS taken_back;
SELECT p.set_targets('P1', 2025, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 60, "source": "计划"}, {"name": "满意度", "level1": "satisfaction", "level2": "satisfaction", "target": 90, "measure": "%", "weight": 30, "source": "问卷"}]') > 0 AS set;
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 100}, {"item": 2, "actual": 90}]') > 0 AS before;
SELECT p.add_year(2026);
SELECT p.decide_closing(2025, 'available', 'withdraw', '苏财〔2026〕30号', project => 'P1') > 0 AS lapses, p.decide_closing(2025, 'frozen', 'withdraw', '苏财〔2026〕30号', project => 'P1') > 0 AS with_frozen;
CALL p.close_year(2025, dry_run => false, document => '苏财库〔2026〕31号');
SELECT appropriated, paid, withdrawn FROM p.balance;
-- 30 of 90: what was taken back in September was no budget any more, what lapsed was
SELECT p.evaluate_project('P1', 2025, 'finance', '[{"item": 1, "actual": 100}, {"item": 2, "actual": 90}]') > 0 AS after;
SELECT evaluator, budget, paid, execution_score, score, warning FROM p.evaluation ORDER BY evaluation_id;
SELECT budget, paid, delayed FROM p_report.risk_case;
SELECT p.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "fin", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}], "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') > 0 AS flow;
SELECT p.create_preparation(2026, '320000000', '2026年预算编制', 'up', rounds => '2') AS preparation \gset
SELECT unit, base, amount FROM p.advised_ceilings(:preparation);
SELECT p.give_advice(2026, '101', '照旧', '预算处', change => 0, project => 'P1') > 0 AS advised;
SELECT description, value FROM p.suggest_request('101', 2026, 'advice', project => 'P1') WHERE step IN (1, 3);
-- where a target does not apply the warning goes by what does: 80 of 80 beside 8.6 of 10, not 80 of 90
SELECT p.register_project('P2', '操场', '101', setup_year => 2026) > 0 AS project;
SELECT p.set_targets('P2', 2026, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 80, "source": "计划"}, {"name": "满意度", "level1": "satisfaction", "level2": "satisfaction", "target": 90, "measure": "%", "weight": 10, "source": "问卷"}]') > 0 AS set;
SELECT p.evaluate_project('P2', 2026, 'self', '[{"item": 1, "actual": 100}, {"item": 2, "applicable": false}]', budget => 100, paid => 86) AS self \gset
SELECT indicator_score, applicable, execution_score, warning FROM p.evaluation WHERE evaluation_id = :self;
