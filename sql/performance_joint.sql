-- Evaluations over projects of several divisions, and what they come to. DOMAIN (i) 62.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('p', root => '320000000', first_year => 2025);
SELECT count(p.register_division(code, name, '320000000', 2, '2020-01-01')) FROM (VALUES ('320100000', '南京市'), ('320500000', '苏州市')) AS d(code, name);
SELECT count(p.register_unit(code, name, division)) FROM (VALUES ('101', '南京市水利局', '320100000'), ('201', '苏州市水利局', '320500000'), ('202', '苏州市环保局', '320500000')) AS u(code, name, division);
SELECT count(p.register_project(code, name, unit, setup_year => 2025)) FROM (VALUES ('P1', '秦淮河堤防', '101'), ('P2', '太湖堤防', '201'), ('P3', '太湖蓝藻', '202'), ('P4', '水库水标尺', '201')) AS p(code, name, unit);
SELECT count(p.set_targets(c, 2025, '[{"name": "数量", "level1": "output", "level2": "quantity", "target": 100, "measure": "项", "weight": 90, "source": "计划"}]')) AS sets FROM unnest('{P1,P2,P3,P4}'::text[]) AS c;
SELECT p.open_joint_evaluation('水环境联合考评', 2025, '320000000', '{P1,P2,P3}', '苏财绩〔2025〕6号') AS joint \gset
SELECT p.open_joint_evaluation('尚未开始', 2025, '320500000', '{P2,P4}') AS empty \gset
CREATE VIEW pg_temp.joint AS SELECT title, division, document, projects, readable, evaluated, missing, budget, score, grade, mean_score, lowest, highest FROM p_report.joint_evaluation;
CREATE VIEW pg_temp.part AS SELECT project, division, whole, evaluator, score, budget, weight, contribution, formula FROM p_report.joint_evaluation_project;
SELECT * FROM pg_temp.joint ORDER BY title;

-- What counts: evaluations of the year that name it, the most independent, of that the newest; missing projects are told
SELECT p.evaluate_project('P1', 2025, 'self', '[{"item": 1, "actual": 100}]', budget => 300, paid => 300, joint => :joint) > 0 AS self,
       p.evaluate_project('P1', 2025, 'department', '[{"item": 1, "actual": 50}]', budget => 300, paid => 300, joint => :joint) > 0 AS first,
       p.evaluate_project('P1', 2025, 'department', '[{"item": 1, "actual": 70}]', budget => 300, paid => 300, joint => :joint) > 0 AS newer,
       p.evaluate_project('P1', 2025, 'finance', '[{"item": 1, "actual": 10}]', 'month', 3, budget => 300, paid => 300, joint => :joint) > 0 AS month,
       p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 10}]', budget => 700, paid => 700) > 0 AS another;
SELECT * FROM pg_temp.joint WHERE title = '水环境联合考评';
SELECT * FROM pg_temp.part WHERE project IN ('P1', 'P3') ORDER BY project;
-- a project without a budget has no weight, and the plain mean counts it; none with a budget: no joint score
SELECT p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 100}]', budget => 0, paid => 0, joint => :empty) > 0 AS unpaid;
SELECT * FROM pg_temp.joint WHERE title = '尚未开始';
-- three equal budgets: the hundredths that are left go to the largest remainders
SELECT p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 100}]', budget => 300, paid => 300, joint => :joint) > 0,
       p.evaluate_project('P3', 2025, 'third_party', '[{"item": 1, "actual": 81}]', budget => 300, paid => 300, joint => :joint) > 0;
SELECT * FROM pg_temp.joint WHERE title = '水环境联合考评';
SELECT * FROM pg_temp.part WHERE project <> 'P4' AND budget = 300 ORDER BY project;
-- exactly: the parts add up to the result, whatever the budgets are
SELECT p.evaluate_project('P2', 2025, 'finance', '[{"item": 1, "actual": 77.77}]', budget => 999999999999.99, paid => 3.33, joint => :joint) > 0,
       p.evaluate_project('P3', 2025, 'finance', '[{"item": 1, "actual": 33.35}]', budget => 0.01, paid => 0.01, joint => :joint) > 0;
SELECT * FROM pg_temp.part WHERE division IS NOT NULL AND whole AND evaluator IN ('department', 'finance') AND budget > 0 ORDER BY project;
DO $$
DECLARE joint bigint;
BEGIN
	FOR i IN 1 .. 60 LOOP
		joint := p.open_joint_evaluation('第' || i, 2025, '320000000', '{P1,P2,P3,P4}');
		PERFORM p.evaluate_project('P' || n, 2025, 'finance', jsonb_build_array(jsonb_build_object('item', 1, 'actual', i * n * 37 % 101)),
			budget => i * i * n * 7919 % 100003 * 0.01, paid => 0, joint => joint) FROM generate_series(1, 4) AS n;
	END LOOP;
END $$;
-- sum(budget * score) / sum(budget) again, and never rounded, beside the result and what the parts add up to
SELECT count(*) AS joints, count(*) FILTER (WHERE r.contribution = j.score) AS points_add_up, count(*) FILTER (WHERE r.weight = 100) AS weights_add_up,
       count(*) FILTER (WHERE abs(j.score * r.budget - r.points) * 200 <= r.budget) AS nearest, count(*) FILTER (WHERE r.off < 0.01) AS each_within_a_hundredth
  FROM p_report.joint_evaluation j
  JOIN (SELECT joint_id, sum(contribution) AS contribution, sum(weight) AS weight, sum(budget) AS budget, sum(budget * score) AS points,
               max(abs(contribution - score * budget / nullif(t.total, 0))) AS off
          FROM p_report.joint_evaluation_project JOIN (SELECT joint_id, sum(budget) AS total FROM p_report.joint_evaluation_project GROUP BY 1) AS t USING (joint_id)
         GROUP BY joint_id) AS r ON r.joint_id = j.id WHERE j.title LIKE '第%';

-- By the cut-offs of the division it was opened for; cut-offs that are none give no grade
SELECT title, score, grade FROM p_report.joint_evaluation WHERE id = :joint;
SELECT p.register_profile('standard', '全国通用基准', jsonb_set(budgetpm.profile_source('standard'), '{settings,performance.cutoffs}', '{"value": [69, 60, 50], "source": "test"}')) \g /dev/null
SELECT title, score, grade FROM p_report.joint_evaluation WHERE id = :joint;
-- (no registration would store them, but another ledger's rows may come in past the check)
ALTER TABLE p.profile_setting DISABLE TRIGGER check_setting;
UPDATE p.profile_setting SET value = '[1, 70, "x"]' WHERE key = 'performance.cutoffs';
ALTER TABLE p.profile_setting ENABLE TRIGGER check_setting;
SELECT title, score, grade FROM p_report.joint_evaluation WHERE id = :joint;

-- Who: one city, or one unit, sees its own projects and that they are evaluated together, and no result; the province sees all; a third one nothing
CREATE ROLE regress_joint_city LOGIN; CREATE ROLE regress_joint_province LOGIN; CREATE ROLE regress_joint_unit LOGIN; CREATE ROLE regress_joint_other LOGIN;
GRANT regress_joint_city, regress_joint_province, regress_joint_unit, regress_joint_other TO CURRENT_USER;
SELECT p.register_unit('301', '南京市教育局', '320100000');
SELECT budgetpm.grant_ledger('p', 'regress_joint_city', 'reader', '320500000') > 0 AS city, budgetpm.grant_ledger('p', 'regress_joint_province', 'reader', '320000000') > 0 AS province,
       p.end_duty(budgetpm.grant_ledger('p', 'regress_joint_unit', 'reader')), p.grant_duty('regress_joint_unit', unit => '101') > 0 AS unit,
       p.end_duty(budgetpm.grant_ledger('p', 'regress_joint_other', 'reader')), p.grant_duty('regress_joint_other', unit => '301') > 0 AS other;
SET ROLE regress_joint_city;
SELECT title, projects, readable, evaluated, missing, budget, score, grade, mean_score, lowest, highest FROM p_report.joint_evaluation WHERE title !~ '^第' ORDER BY 1;
SELECT joint_id, project, whole, evaluator, score, budget, weight, contribution, formula FROM p_report.joint_evaluation_project WHERE title !~ '^第' ORDER BY 1, 2;
SET ROLE regress_joint_unit;
SELECT title, projects, readable, evaluated, missing, budget, score, grade, mean_score, lowest, highest FROM p_report.joint_evaluation WHERE title !~ '^第' ORDER BY 1;
SELECT project, whole, weight, contribution FROM p_report.joint_evaluation_project WHERE title !~ '^第' ORDER BY 1, 2;
SET ROLE regress_joint_province;
SELECT title, projects, readable, evaluated, missing, score, mean_score FROM p_report.joint_evaluation WHERE title !~ '^第' ORDER BY 1;
SET ROLE regress_joint_other;
SELECT (SELECT count(*) FROM p_report.joint_evaluation) AS joints, (SELECT count(*) FROM p_report.joint_evaluation_project) AS projects;
RESET ROLE;
\c - postgres
DROP OWNED BY regress_joint_city, regress_joint_province, regress_joint_unit, regress_joint_other;
DROP ROLE regress_joint_city, regress_joint_province, regress_joint_unit, regress_joint_other;
