-- What results do: blending, profiles, advice, ceilings of the next preparation, accountability. DOMAIN (g.3), (i) 12-14, 36, 52, 58, 87, 104, 123.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT count(p.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(p.register_unit(code, name, division, parent)) FROM (VALUES ('101', '省教育厅', '320000000', NULL), ('101001', '省属中学', '320000000', '101'),
  ('201', '南京市教育局', '320100000', NULL), ('301', '苏州市环境局', '320500000', NULL)) AS u(code, name, division, parent);
SELECT count(p.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('A1', '助学金', '101'), ('A2', '实验室', '101'), ('A3', '食堂', '101'), ('A4', '校舍', '101001'), ('A5', '操场', '101001'),
  ('N1', '课后服务', '201'), ('S1', '减排', '301')) AS p(code, name, unit);
-- one indicator of 90 points, and 10 for execution
CREATE FUNCTION pg_temp.set(project text) RETURNS bigint LANGUAGE sql AS
  $$SELECT p.set_targets(project, 2025, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 90, "source": "计划"}]')$$;
CREATE FUNCTION pg_temp.evaluate(project text, who text, actual numeric, paid numeric DEFAULT 100) RETURNS bigint LANGUAGE sql AS
  $$SELECT p.evaluate_project(project, 2025, who, jsonb_build_array(jsonb_build_object('item', 1, 'actual', actual)), budget => 100, paid => paid)$$;
CREATE VIEW pg_temp.result AS SELECT project, score, grade, formula, missing FROM p_report.project_score;

-- Nothing declared: the most independent evaluator counts, alone.
SELECT pg_temp.set('N1') > 0, pg_temp.evaluate('N1', 'self', 100) > 0, pg_temp.evaluate('N1', 'department', 80) > 0;
SELECT * FROM pg_temp.result;
-- 30 % self, 70 % third party: 100 * 0.3 + 73 * 0.7 = 30 + 51.1 = 81.1. An evaluator without a share never counts.
SELECT p.register_profile('nanjing', '南京', '{"settings": {"performance.blending": {"value": {"self": 0.3, "third_party": 0.7}}}}'), p.apply_profile('nanjing', '320100000', '2025-01-01');
SELECT count(p.register_project('N' || n, '项目', '201', setup_year => 2025)) FROM generate_series(2, 6) AS n;
SELECT pg_temp.set('N2') > 0, pg_temp.evaluate('N2', 'finance', 10) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N2';
SELECT pg_temp.evaluate('N2', 'self', 100) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N2';
SELECT pg_temp.evaluate('N2', 'third_party', 70) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N2';
-- the blended score is rounded once, half away from zero: 99.95 * 0.3 + 99.95 * 0.7 = 99.95; 10.05 * 0.3 + 91.01 * 0.7 = 66.722
SELECT pg_temp.set('N3') > 0, pg_temp.evaluate('N3', 'self', 0.06, 100) > 0, pg_temp.evaluate('N3', 'third_party', 90.01, 100) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N3';
-- one that is evaluated again counts as it is now; the earlier one stays
SELECT pg_temp.evaluate('N2', 'third_party', 80) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N2';
SELECT evaluator, count(*) FROM p.evaluation JOIN p.project USING (project_id) WHERE official_code = 'N2' GROUP BY 1 ORDER BY 1;
-- what a set is judged by stays, whatever the profile says later: wait for the third party
SELECT p.register_profile('nanjing', '南京', '{"settings": {"performance.blending": {"value": {"self": 0.3, "third_party": 0.7, "missing": "wait"}}, "performance.cutoffs": {"value": [80, 70, 60]}}}'),
       p.apply_profile('nanjing', '320100000', '2025-01-02');
SELECT pg_temp.set('N4') > 0, pg_temp.evaluate('N4', 'self', 100) > 0;
SELECT * FROM pg_temp.result WHERE project IN ('N2', 'N4') ORDER BY 1;
SELECT count(*) AS no_advice FROM p.advise_budget('N4', 2025);
SELECT project, rank FROM p_report.performance_league WHERE division = '320100000' ORDER BY rank, project;
-- 80/70/60: 70.00 is 良 there
SELECT pg_temp.evaluate('N4', 'third_party', 52.39) > 0;
SELECT * FROM pg_temp.result WHERE project = 'N4';
-- shares that do not add up, and whatever else cannot be judged by
SELECT pg_temp.refused(format('SELECT p.register_profile(''nanjing'', ''南京'', %L)', format('{"settings": {%s}}', s)))
  FROM unnest(ARRAY['"performance.blending": {"value": {"self": 0.3, "third_party": 0.6}}', '"performance.blending": {"value": {"self": 0.7, "finance": 0.7, "neighbour": -0.4, "missing": "guess"}}',
    '"performance.blending": {"value": [1]}, "performance.cutoffs": {"value": [60, 80, 90]}, "performance.execution_plan": {"value": "never"}', '"performance.total": {"value": "ninety"}',
    '"performance.total": {"value": 0}, "performance.execution_weight": {"value": -1}, "performance.cutoffs": {"value": [90, "80", 60]}']) AS x(s);
-- should one have come in past the check
SELECT place, problem, hint FROM p.performance_setting_problems(0, -1, '{"cutoffs": [90, "80", 60], "blending": {"self": 0.7, "finance": 0.7, "neighbour": -0.5, "missing": "guess"}, "execution_plan": "never"}')
UNION ALL SELECT * FROM p.performance_setting_problems(90, 10, '{"cutoffs": [60, 80, 90], "blending": [1], "execution_plan": "year"}');
SELECT pg_temp.refused(format($$SELECT p.set_targets('N5', 2025, '[{"name": "a", "level1": "output", "level2": "quantity", "target": 1, "weight": 90}]', total => %s, execution_weight => %s)$$, t, e))
  FROM (VALUES ('''NaN''', '10'), ('90', '''NaN'''), ('''Infinity''', '''-Infinity'''), ('90.001', '10'), ('-90', '10')) AS v(t, e);

-- Profiles: 苏州 as key projects: a third party every month, what a sector is judged by, the library's own weights
SELECT p.apply_profile('key_projects', '320500000', '2025-01-01') > 0 AS applied;
SELECT pg_temp.refused($$SELECT p.set_targets('S1', 2025, '[{"indicator": "ENV.days", "target": 80, "weight": 90}]')$$);
SELECT p.set_targets('S1', 2025, '[{"indicator": "ENV.reduction", "target": 12, "weight": 50, "source": "方案", "plan": "pro_rata"}, {"indicator": "ENV.days", "target": 80, "weight": 40, "source": "方案"}]') > 0 AS set;
SELECT p.evaluate_project('S1', 2025, 'third_party', '[{"item": 1, "actual": 1}, {"item": 2, "actual": 80}]', 'month', 1, budget => 100, paid => 0) > 0 AS january;
SELECT * FROM p.missing_evaluations(2025, '2025-03-30');
SELECT project, period_end FROM p.missing_evaluations(2025, '2025-03-31', '320500000');
SELECT count(*) AS elsewhere FROM p.missing_evaluations(2025, '2025-12-31', '320100000');
-- the weights of the form 财预〔2020〕10号 (50, 30, 10), or that with cost, are what is usual; others are flagged
SELECT official_code, s.flags FROM p.target_set s JOIN p.project USING (project_id) WHERE official_code IN ('S1') ORDER BY 1;
SELECT p.set_targets('S1', 2025, '[{"indicator": "ENV.reduction", "target": 12, "weight": 50}, {"indicator": "ENV.days", "target": 80, "weight": 30}, {"indicator": "G.satisfaction", "target": 90, "weight": 10}]') > 0 AS set;
SELECT version_no, s.flags FROM p.target_set s JOIN p.project USING (project_id) WHERE official_code = 'S1' ORDER BY 1;
-- 河北: its own library, and students asked
SELECT indicator, method, weight, owner FROM p.library(2025, '320500000') WHERE owner <> 'general' OR indicator = 'EDU.satisfaction' ORDER BY 1;
SELECT p.apply_profile('hebei', '320500000', '2025-06-01') > 0 AS applied;
SELECT indicator, method, weight, owner FROM p.library(2025, '320500000') WHERE owner <> 'general' ORDER BY 1;
SELECT count(*) AS before FROM p.library(2024, '320500000') WHERE owner <> 'general';
SELECT pg_temp.refused($$SELECT p.set_targets('S1', 2025, '[{"indicator": "HEB.standard", "target": 90, "weight": 90}]')$$);
SELECT p.register_profile('strict', '统一权重', '{"settings": {"performance.custom_weights": {"value": false}}}') > 0, p.apply_profile('strict', '320500000', '2025-07-01') > 0;
SELECT pg_temp.refused($$SELECT p.set_targets('S1', 2025, '[{"indicator": "ENV.reduction", "target": 12, "weight": 60}, {"indicator": "ENV.days", "target": 80, "weight": 30}]')$$);

-- From a score to next year's money. 省教育厅 had 1,000,000 each for A1 to A3 and 500,000 outside projects, its school 1,000,000 each for A4 and A5.
SELECT p.apply_profile('jiangsu', '320000000', '2025-01-01') > 0 AS applied;
SELECT pg_temp.take_over('p', 'funded', '{A1,A2,A3,A4,A5}') AS taken_over;
CREATE TEMP TABLE money AS SELECT x.project, p.open_line(2025, x.unit, '2050202', title => coalesce(x.project, '日常'), project => x.project) AS line, x.amount
  FROM (VALUES ('A1', '101', 1000000), ('A2', '101', 1000000), ('A3', '101', 1000000), (NULL, '101', 500000), ('A4', '101001', 1000000), ('A5', '101001', 1000000)) AS x(project, unit, amount);
SELECT count(p.appropriate(line, amount, '苏财预1号')), count(p.pay(line, amount, '凭证', accounting_date => '2025-12-01')) FROM money;
SELECT count(pg_temp.set(a)) FROM unnest('{A1,A2,A3,A4,A5}'::text[]) AS a;
-- 80 + 10 = 90 to the fen: A1 (0.888888889 of 90 is 80.00); A2 良, A3 中, A4 差, A5 not evaluated
SELECT count(p.evaluate_project(c, 2025, 'finance', jsonb_build_array(jsonb_build_object('item', 1, 'actual', a)))) FROM (VALUES ('A1', 88.8888889), ('A2', 80), ('A3', 60), ('A4', 40)) AS v(c, a);
SELECT project, score, grade, action, change, base, amount, reason FROM pg_temp.result r JOIN unnest('{A1,A2,A3,A4,A5}'::text[]) AS c ON c = r.project CROSS JOIN LATERAL p.advise_budget(c, 2025) ORDER BY 1;
SELECT p.record_advice(2025, '320000000') AS advised;
SELECT p.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "fin", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}], "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}]}}') > 0 AS flow;
SELECT p.add_year(2026);
SELECT p.create_preparation(2026, '320000000', '2026年预算编制', 'up', rounds => '2') AS preparation \gset
SELECT step, text, value FROM p.suggest_request('101', 2026, 'advice', project => 'A1') AS s(step, text, value);
-- 1,100,000 + 1,000,000 + 800,000 + 500,000 and below it 0 + 1,000,000
SELECT unit, base, amount, advised, reason FROM p.advised_ceilings(:preparation);
SELECT p.issue_advised_ceilings(:preparation, '苏财预〔2026〕1号', 1) AS issued;
SELECT pg_temp.refused($$SELECT p.issue_advised_ceilings(999, '苏财预〔2026〕1号', 1)$$), pg_temp.refused($$SELECT p.issue_advised_ceilings(NULL, '苏财预〔2026〕1号', 1)$$);
SELECT u.official_code, c.round, c.amount::text, c.document FROM p.ceiling c JOIN p.unit u ON u.code::text = c.unit::text ORDER BY 1;
-- and they bind: 省属中学 may ask for what is left of it, and not for a yuan more
CREATE FUNCTION pg_temp.asks(unit text, amount numeric) RETURNS boolean LANGUAGE sql AS
  $$SELECT p.save_request(preparation_id, unit, '申报', jsonb_build_array(jsonb_build_object('title', 'a', 'func', '2050202', 'amount', amount))) > 0 FROM p.preparation$$;
SELECT pg_temp.asks('101001', 1000001);
SELECT pg_temp.refused($$SELECT p.submit_requests(preparation_id, '101001') FROM p.preparation$$);
-- a newer result advises anew, and the newest advice counts
SELECT p.evaluate_project('A4', 2025, 'finance', '[{"item": 1, "actual": 75}]', opinion => '复评') > 0 AS again;
SELECT p.record_advice(2025, '320000000') AS advised, p.record_advice(2025, '320000000') AS nothing_new;
SELECT unit, amount FROM p.advised_ceilings(:preparation);
-- a division's own rule, a rule of a profile, and one that looks at deviations
SELECT p.define_consequence('score_90', 2025, 'score', 'raise', 0.05, '苏州: 只增 5 %', min_score => 90, profile => 'jiangsu', provenance => '省厅') > 0 AS of_profile;
-- ... that of a profile which is in force elsewhere changes nothing here
SELECT p.define_consequence('elsewhere', 2025, 'score', 'cut', -0.9, '只在南京', min_score => 0, profile => 'nanjing') > 0 AS of_another_profile;
SELECT p.define_consequence('far_off', 2025, 'deviation', 'cut', -0.3, '目标偏差 20 % 以上', min_score => 20, division => '320000000') > 0 AS of_division;
SELECT c, change, reason FROM unnest('{A1,A2,A3}'::text[]) AS c, p.advise_budget(c, 2025) ORDER BY 1;
SELECT rule, profile, provenance FROM p.consequence_rule WHERE from_year = 1949 ORDER BY 1, 2 NULLS FIRST;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT p.define_consequence('x', 2025, 'score', 'cut', 'NaN', 'x', min_score => 'NaN')$$, $$SELECT p.define_consequence('x', 2025, 'score', 'cut', '-Infinity', 'x', max_score => 'Infinity')$$,
  $$SELECT p.define_consequence('x', 0, 'unspent', 'cut', -0.1234567, 'x', min_score => -1)$$, $$SELECT p.define_consequence('x', 2025, 'unspent', 'cut', -0.1, 'x', profile => 'nowhere')$$,
  $$SELECT p.define_consequence('x', 2025, 'unspent', 'cut', -0.1, 'x', profile => 'jiangsu', division => '320000000')$$, $$SELECT p.define_consequence('x', 2025, 'unspent', 'cut', 1e400, repeat('x', 401))$$]) AS s;

-- i.123: the rate of achieved targets against the goal of the place
SELECT fiscal_year, division, unit, targets, achieved, rate, goal, reaches_goal, mean_deviation FROM p_report.target_achievement ORDER BY id;

-- 无效必问责: 差, not answered in 15 days: a case, really driven to its end
SELECT p.evaluate_project('A3', 2025, 'finance', '[{"item": 1, "actual": 20}]') AS poor \gset
SELECT p.evaluate_project('A4', 2025, 'finance', '[{"item": 1, "actual": 10}]') AS answered \gset
SELECT p.answer_evaluation(:answered, '已制定整改方案', '苏教函1号') > 0 AS answered;
-- days go by: evaluations become older by so many
CREATE FUNCTION pg_temp.wait(days integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  ALTER TABLE p.evaluation DISABLE TRIGGER guard;
  UPDATE p.evaluation SET evaluated_at = evaluated_at - make_interval(days => days);
  ALTER TABLE p.evaluation ENABLE ALWAYS TRIGGER guard;
END $$;
SELECT pg_temp.refused(format($$SELECT p.run_accountability(2025, '320000000', %L)$$, d)) FROM unnest(ARRAY[(current_date + 1)::text, 'infinity', '-infinity', '1948-12-31']) AS d;
SELECT pg_temp.wait(15) \g /dev/null
SELECT * FROM p.run_accountability(2025, '320000000') AS on_the_last_day;
SELECT pg_temp.wait(1) \g /dev/null
-- without a flow nobody can be held to account
SELECT pg_temp.refused($$SELECT p.run_accountability(2025, '320000000')$$);
CREATE ROLE regress_head LOGIN; CREATE ROLE regress_check LOGIN; CREATE ROLE regress_chief LOGIN;
SELECT count(p.register_principal(login, title)), count(p.grant_duty(login, unit => unit, division => division, may_post => true))
  FROM (VALUES ('regress_head', '单位负责人', '101', NULL), ('regress_check', '监督检查', NULL, '320000000'), ('regress_chief', '财政局长', NULL, '320000000')) AS v(login, title, unit, division);
SELECT p.adopt_flow('performance_accountability') AS version;
-- the case begins, and once only
SELECT p.run_accountability(2025, '320000000', current_date - 1) AS the_day_before, p.run_accountability(2025, '320000000') AS held, p.run_accountability(2025, '320000000', current_date) AS again;
SELECT a.evaluation_id = :poor AS of_the_poor_one, c.subject, c.facts - 'evaluation' AS facts, c.state FROM p.accountability a JOIN p.approval_case c USING (case_id);
CREATE FUNCTION pg_temp.acts(who text, action text) RETURNS text LANGUAGE sql AS
  $$SELECT p.act(t.task_id, action, action, actor => who) FROM p.task t JOIN p.accountability a USING (case_id) WHERE t.state = 'open' AND t.assignee = who$$;
SELECT pg_temp.acts('regress_head', 'approve') AS explained, pg_temp.acts('regress_check', 'approve') AS verified, pg_temp.acts('regress_chief', 'reject') AS asks_again, pg_temp.acts('regress_check', 'approve') AS once_more, pg_temp.acts('regress_chief', 'approve') AS decided;
-- another evaluation of the same year that is poor too is the same matter
SELECT p.evaluate_project('A3', 2025, 'finance', '[{"item": 1, "actual": 19}]') > 0 AS again;
SELECT pg_temp.wait(30) \g /dev/null
SELECT p.run_accountability(2025, '320000000') AS held;
SELECT pg_temp.refused('DELETE FROM p.accountability');
-- a setting names another flow; one that was never published is an error
SELECT p.register_profile('other', '另一', '{"settings": {"performance.accountability_flow": {"value": "nowhere"}, "performance.answer_days": {"value": 3}}}') > 0, p.apply_profile('other', '320100000', '2025-01-20') > 0;
SELECT pg_temp.evaluate('N1', 'finance', 1) > 0 AS poor;
SELECT pg_temp.wait(3) \g /dev/null
SELECT p.run_accountability(2025, '320100000') AS on_the_last_day;
SELECT pg_temp.wait(1) \g /dev/null
SELECT pg_temp.refused($$SELECT p.run_accountability(2025, '320100000')$$);
-- one that cannot begin does not keep the others from theirs
SELECT count(p.register_project(c, '项目', u, setup_year => 2025)) FROM (VALUES ('A6', '101'), ('N7', '201')) AS v(c, u);
SELECT pg_temp.set('A6') > 0, pg_temp.evaluate('A6', 'self', 1) > 0;
SET client_min_messages = error;
SELECT pg_temp.wait(60) \g /dev/null
SELECT p.run_accountability(2025, '320000000') AS held;
RESET client_min_messages;
SELECT o.official_code, count(*) FROM p.accountability a JOIN p.evaluation e USING (evaluation_id) JOIN p.project o USING (project_id) GROUP BY 1 ORDER BY 1;
\c - postgres
DROP OWNED BY regress_head, regress_check, regress_chief;
DROP ROLE regress_head, regress_check, regress_chief;
