-- performance: reports as documents, to be printed or passed on

CREATE FUNCTION @ledger@.performance_document(project text, fiscal_year integer, language text DEFAULT 'zh', money text DEFAULT 'yuan') RETURNS text
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH word AS (
    SELECT pg_catalog.replace(CASE WHEN performance_document.language = 'en'
      THEN '{"title": "# Performance report of a project (%s)", "name": "Project", "code": "Code", "department": "Department", "unit": "Unit", "money": "Money ({unit})", "initial": "At the beginning of the year", "budget": "Budget of the year", "paid": "Paid", "rate": "Rate", "result": "Result",
             "level1": "Level 1", "level2": "Level 2", "level3": "Indicator", "nature": "Nature", "target": "Target", "measure": "Measure", "actual": "Actual", "weight": "Weight", "points": "Points", "reason": "Reason of the deviation, and what is done", "formula": "How the points came about",
             "execution": "Execution", "total": "Total", "grade": "Grade", "opinion": "Opinion", "evidence": "Evidence (digest)", "goal": "Goal of the year", "targets_by": "Targets set by", "next": "**Advice for the budget of %s**", "colon": ": ", "open": " (", "close": ")", "comma": ", ", "sep": ", ", "self": "Self-evaluation", "department_evaluation": "Evaluation by the department", "finance": "Evaluation by the finance department", "third_party": "Evaluation by a third party",
             "missing": "Not yet evaluated by", "signed": "Filled in by: ________  Head of the unit: ________  Date: ________", "scored": "Scored as", "unit_name": "{unit}", "in": " in ",
             "red": "Warning: good marks, and the money is not spent", "yellow": "Warning: no budget, or more than 20 % of it unspent",
             "优": "excellent", "良": "good", "中": "fair", "差": "poor", "raise": "raise", "keep": "keep", "cut": "cut", "cancel": "cancel",
             "achieved": "achieved", "达成": "achieved", "达成年度指标": "achieved", "partly": "partly achieved", "部分达成": "partly achieved", "部分达成年度指标并具有一定效果": "partly achieved", "failed": "not achieved", "未达成": "not achieved", "未达成年度指标且效果较差": "not achieved"}'
      ELSE '{"title": "# 项目支出绩效评价表（%s年度）", "name": "项目名称", "code": "项目代码", "department": "主管部门", "unit": "实施单位", "money": "项目资金（{unit}）", "initial": "年初预算数", "budget": "全年预算数", "paid": "全年执行数", "rate": "执行率", "result": "评价结果",
             "level1": "一级指标", "level2": "二级指标", "level3": "三级指标", "nature": "指标性质", "target": "年度指标值", "measure": "度量单位", "actual": "实际完成值", "weight": "分值", "points": "得分", "reason": "偏差原因分析及改进措施", "formula": "得分计算",
             "execution": "预算执行率", "total": "总分", "grade": "等级", "opinion": "评价意见", "evidence": "佐证材料（摘要值）", "goal": "年度总体目标", "targets_by": "绩效目标文号", "next": "**%s年预算安排建议**", "colon": "：", "open": "（", "close": "）", "comma": "、", "sep": "，", "self": "单位自评", "department_evaluation": "部门评价", "finance": "财政评价", "third_party": "第三方评价",
             "missing": "尚未评价", "signed": "填报人：________  单位负责人：________  填报日期：____年__月__日", "scored": "得分构成", "unit_name": "{unit}", "in": " ∈ ",
             "red": "自评预警（红）：自评得分高而预算未执行", "yellow": "自评预警（黄）：无预算，或未执行超过20%",
             "优": "优", "良": "良", "中": "中", "差": "差", "raise": "增加", "keep": "保持", "cut": "压减", "cancel": "取消",
             "achieved": "达成", "partly": "部分达成", "failed": "未达成"}' END, '{unit}', CASE WHEN performance_document.language = 'en' THEN CASE performance_document.money WHEN 'wan' THEN '10,000 yuan' ELSE 'yuan' END WHEN performance_document.money = 'wan' THEN '万元' ELSE '元' END)::jsonb AS w
     WHERE budgetpm.one_of('language', performance_document.language, '{zh,en}') AND budgetpm.one_of('money', performance_document.money, '{yuan,wan}')
  ), evaluation AS (
    SELECT DISTINCT ON (e.evaluator) e.*, t.total, t.execution_weight, t.document, t.goal
      FROM @ledger@.project p JOIN @ledger@.evaluation e ON e.project_id = p.project_id JOIN @ledger@.target_set t ON t.set_id = e.set_id
     WHERE p.official_code = performance_document.project AND e.fiscal_year = performance_document.fiscal_year AND e.period = 'year'
     ORDER BY e.evaluator, e.evaluation_id DESC
  ), line AS (
    SELECT e.evaluator, pg_catalog.string_agg(pg_catalog.format('| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |',
             CASE WHEN performance_document.language = 'en' THEN pg_catalog.initcap(t.level1) ELSE budgetpm.level_name(1, t.level1) END,
             CASE WHEN performance_document.language = 'en' THEN pg_catalog.initcap(t.level2) ELSE budgetpm.level_name(2, t.level2) END,
             budgetpm.markdown_cell(CASE WHEN performance_document.language = 'en' THEN COALESCE((SELECT i.name_en FROM @ledger@.indicator i WHERE i.indicator = t.indicator AND i.name_zh = t.name ORDER BY i.indicator_id DESC LIMIT 1), t.name) ELSE t.name END),
             CASE WHEN t.kind = 'quantitative' THEN CASE t.direction WHEN '>=' THEN '≥' WHEN '<=' THEN '≤' ELSE '=' END WHEN performance_document.language = 'en' THEN 'qualitative' ELSE '定性' END,
             COALESCE(pg_catalog.trim_scale(r.target)::text, budgetpm.markdown_cell(t.expectation), pg_catalog.trim_scale((t.parameters ->> 'full')::numeric)::text, ''), budgetpm.markdown_cell(COALESCE(CASE WHEN performance_document.language = 'en' THEN (SELECT i.measure_en FROM @ledger@.indicator i WHERE i.measure = t.measure AND i.measure_en IS NOT NULL ORDER BY i.indicator = t.indicator DESC, i.indicator_id DESC LIMIT 1) END, t.measure, '')),
             CASE WHEN NOT r.applicable THEN '—' WHEN t.kind = 'quantitative' THEN pg_catalog.trim_scale(r.actual)::text ELSE budgetpm.markdown_cell(COALESCE(w.w ->> r.level::text, r.level, '')) END,
             pg_catalog.trim_scale(t.weight), CASE WHEN r.applicable THEN r.score::text ELSE '—' END, budgetpm.markdown_cell(COALESCE(r.reason, '')), CASE WHEN r.applicable THEN budgetpm.markdown_cell(CASE WHEN r.level IS NULL THEN r.formula ELSE COALESCE(w.w ->> r.level::text, r.level) || (w.w ->> 'colon') || pg_catalog.replace(pg_catalog.regexp_replace(r.formula, '^[^:]*: *', ''), ' in ', w.w ->> 'in') END) WHEN performance_document.language = 'en' THEN 'not applicable' ELSE '不适用' END), E'\n'
             ORDER BY CASE t.level1 WHEN 'output' THEN 1 WHEN 'cost' THEN 2 WHEN 'benefit' THEN 3 ELSE 4 END, t.level2, t.item_no) AS lines
      FROM evaluation e JOIN @ledger@.target t ON t.set_id = e.set_id
      JOIN @ledger@.evaluation_result r ON r.evaluation_id = e.evaluation_id AND r.item_no = t.item_no
     CROSS JOIN word w
     GROUP BY e.evaluator
  ), initial AS (
    SELECT pg_catalog.sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric - COALESCE((SELECT pg_catalog.sum(m.amount) FROM @ledger@.changed_money m WHERE m.line_id = l.line_id), 0)) AS amount
      FROM @ledger@.project p JOIN @ledger@.line l ON l.project_id = p.project_id JOIN @ledger@.balance b ON b.line_id = l.line_id
     WHERE p.official_code = performance_document.project AND l.fiscal_year = performance_document.fiscal_year
  ), part AS (
    SELECT CASE e.evaluator WHEN 'finance' THEN 1 WHEN 'third_party' THEN 2 WHEN 'department' THEN 3 ELSE 4 END AS place,
           pg_catalog.concat(
             pg_catalog.format(E'\n## %s%s\n\n', w.w ->> CASE e.evaluator WHEN 'department' THEN 'department_evaluation' ELSE e.evaluator END, ' · ' || budgetpm.markdown_cell(e.agency)),
             pg_catalog.format(E'| %s | %s | %s | %s | %s | %s | %s |\n|---|---:|---:|---:|---:|---:|---:|\n| %s | %s | %s | %s | %s | %s | %s |\n\n', w.w ->> 'money', w.w ->> 'initial', w.w ->> 'budget', w.w ->> 'paid', w.w ->> 'weight', w.w ->> 'rate', w.w ->> 'points',
               w.w ->> 'execution', COALESCE(budgetpm.printed_money(i.amount, performance_document.money), '—'), budgetpm.printed_money(e.budget, performance_document.money), budgetpm.printed_money(e.paid, performance_document.money),
               pg_catalog.trim_scale(e.execution_weight), COALESCE(pg_catalog.round(e.paid * 100 / NULLIF(e.budget, 0), 2)::text || '%', '—'), e.execution_score),
             pg_catalog.format(E'| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n|---|---|---|---|---:|---|---:|---:|---:|---|---|\n%s\n| **%s** | | | | | | | %s | **%s** | %s%s | %s |\n', w.w ->> 'level1', w.w ->> 'level2', w.w ->> 'level3', w.w ->> 'nature',
               w.w ->> 'target', w.w ->> 'measure', w.w ->> 'actual', w.w ->> 'weight', w.w ->> 'points', w.w ->> 'reason', w.w ->> 'formula', l.lines, w.w ->> 'total', pg_catalog.trim_scale(e.total + e.execution_weight), e.score, (w.w ->> 'grade') || (w.w ->> 'colon'), w.w ->> e.grade::text,
               pg_catalog.format('(%s + %s) × %s / %s', e.indicator_score, e.execution_score, pg_catalog.trim_scale(e.total + e.execution_weight), pg_catalog.trim_scale(e.applicable + e.execution_weight))),
             CASE WHEN COALESCE(e.goal, e.document, e.warning, e.opinion) IS NOT NULL OR e.evidence <> '[]' THEN E'\n' END,
             CASE WHEN e.goal IS NOT NULL THEN pg_catalog.format(E'- %s%s%s\n', w.w ->> 'goal', w.w ->> 'colon', budgetpm.markdown_cell(e.goal)) END,
             CASE WHEN e.document IS NOT NULL THEN pg_catalog.format(E'- %s%s%s\n', w.w ->> 'targets_by', w.w ->> 'colon', budgetpm.markdown_cell(e.document)) END,
             '- ' || (w.w ->> e.warning::text) || E'\n',
             CASE WHEN e.opinion IS NOT NULL THEN pg_catalog.format(E'- %s%s%s\n', w.w ->> 'opinion', w.w ->> 'colon', budgetpm.markdown_cell(e.opinion)) END,
             (SELECT pg_catalog.string_agg(pg_catalog.format(E'- %s%s%s %s\n', w.w ->> 'evidence', w.w ->> 'colon', budgetpm.markdown_cell(x.d ->> 'title'), x.d ->> 'digest'), '' ORDER BY x.n) FROM pg_catalog.jsonb_array_elements(e.evidence) WITH ORDINALITY AS x(d, n))) AS part
      FROM evaluation e JOIN line l ON l.evaluator = e.evaluator CROSS JOIN word w CROSS JOIN initial i
  )
  SELECT pg_catalog.concat(
           pg_catalog.format(w.w ->> 'title', s.fiscal_year),
           pg_catalog.format(E'\n\n| %s | %s | %s | %s |\n|---|---|---|---|\n| %s | %s | %s | %s |\n| **%s** | **%s** | **%s** | **%s** |\n\n', w.w ->> 'name', budgetpm.markdown_cell(s.name), w.w ->> 'code', s.project,
             w.w ->> 'department', budgetpm.markdown_cell((SELECT a.name FROM @ledger@.project p JOIN @ledger@.unit a ON a.code OPERATOR(budgetpm.@>) p.unit AND a.kind = 'department' WHERE p.project_id = s.project_id ORDER BY a.code::text COLLATE "C" LIMIT 1)),
             w.w ->> 'unit', budgetpm.markdown_cell(s.unit_name), w.w ->> 'result', COALESCE(s.score::text, '—'), w.w ->> 'grade', COALESCE(w.w ->> s.grade::text, '—')),
           pg_catalog.format(E'%s%s%s\n', w.w ->> 'scored', w.w ->> 'colon', pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(s.formula, 'self', w.w ->> 'self'), 'department', w.w ->> 'department_evaluation'), 'third_party', w.w ->> 'third_party'), 'finance', w.w ->> 'finance')),
           (SELECT pg_catalog.format(E'\n%s%s%s\n', w.w ->> 'missing', w.w ->> 'colon', pg_catalog.string_agg(w.w ->> CASE m.e WHEN 'department' THEN 'department_evaluation' ELSE m.e END, w.w ->> 'comma' ORDER BY m.n)) FROM pg_catalog.unnest(s.missing) WITH ORDINALITY AS m(e, n) HAVING pg_catalog.count(*) > 0),
           (SELECT pg_catalog.string_agg(p.part, '' ORDER BY p.place) FROM part p),
           (SELECT pg_catalog.format(E'\n%s%s%s%s%s → %s%s%s%s\n', pg_catalog.format(w.w ->> 'next', a.next_year), w.w ->> 'colon', budgetpm.printed_advice(w.w ->> a.action, a.action, a.change), w.w ->> 'sep', budgetpm.printed_money(a.base, performance_document.money),
                     budgetpm.printed_money(a.amount, performance_document.money) || ' ' || (w.w ->> 'unit_name'), w.w ->> 'open',
                     budgetpm.markdown_cell(CASE WHEN performance_document.language = 'en' THEN 'rules: ' || pg_catalog.array_to_string(a.rules, ', ') ELSE a.reason END), w.w ->> 'close')
              FROM @ledger@.advise_budget(performance_document.project, performance_document.fiscal_year) AS a),
           pg_catalog.format(E'\n%s\n', w.w ->> 'signed'))
    FROM @report@.project_score s CROSS JOIN word w
   WHERE s.project = COALESCE(performance_document.project, '') AND s.fiscal_year = performance_document.fiscal_year AND (EXISTS (SELECT FROM @ledger@.project n WHERE n.official_code = performance_document.project) OR (SELECT budgetpm.project_key('@ledger@.ledger'::pg_catalog.regclass, performance_document.project)) IS NOT NULL);
END;
COMMENT ON FUNCTION @ledger@.performance_document(text, integer, text, text) IS
  'The performance report (绩效评价报告) of a project and year as Markdown that prints as the usual form (项目支出绩效自评表), an evaluator after the other, in zh or en, money in yuan (元) or, with money => wan, in 万元; NULL: no result. As data it is score_document(). Errors: 23503 project, 22023 language or money.';

CREATE FUNCTION @ledger@.performance_report_data(fiscal_year integer, division text DEFAULT NULL, unit text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH scored AS MATERIALIZED (
    SELECT s.*, a.next_year, a.action, a.change, a.amount AS advised, pg_catalog.rank() OVER (ORDER BY s.score DESC NULLS LAST) AS rank
      FROM @report@.project_score s JOIN @ledger@.project p ON p.project_id = s.project_id
      LEFT JOIN LATERAL @ledger@.advise_budget(s.project, s.fiscal_year) AS a ON true
     WHERE s.fiscal_year = performance_report_data.fiscal_year
       AND budgetpm.in_range('fiscal_year', performance_report_data.fiscal_year, 1949, 9999)
       AND (performance_report_data.division IS NULL OR (SELECT budgetpm.division_key('@ledger@.ledger'::pg_catalog.regclass, performance_report_data.division)) IS NOT NULL)
       AND (performance_report_data.unit IS NULL OR (SELECT budgetpm.unit_key('@ledger@.ledger'::pg_catalog.regclass, performance_report_data.unit)) IS NOT NULL)
       AND (performance_report_data.division IS NULL OR EXISTS (SELECT FROM @ledger@.division d WHERE d.official_code = performance_report_data.division AND d.code OPERATOR(budgetpm.@>) p.division))
       AND (performance_report_data.unit IS NULL OR EXISTS (SELECT FROM @ledger@.unit u WHERE u.official_code = performance_report_data.unit AND u.code OPERATOR(budgetpm.@>) p.unit))
  ), result AS MATERIALIZED (
    SELECT r.* FROM @report@.performance_result r JOIN scored s ON s.project = r.project AND s.evaluation_id = r.id / 10000
     WHERE r.fiscal_year = performance_report_data.fiscal_year AND r.period = 'year' AND r.applicable
  ), place AS (
    SELECT COALESCE((SELECT u.name FROM @ledger@.unit u WHERE u.official_code = performance_report_data.unit ORDER BY u.valid_to DESC NULLS FIRST LIMIT 1),
                    (SELECT d.name FROM @ledger@.division d WHERE d.official_code = performance_report_data.division ORDER BY d.valid_to DESC NULLS FIRST LIMIT 1)) AS name,
           (@ledger@.setting(COALESCE(performance_report_data.division, (SELECT d.official_code FROM @ledger@.division d ORDER BY d.code::text COLLATE "C" LIMIT 1)), 'performance.goal.target_achievement') #>> '{}')::numeric AS goal
  )
  SELECT pg_catalog.jsonb_build_object('fiscal_year', performance_report_data.fiscal_year, 'division', performance_report_data.division, 'unit', performance_report_data.unit, 'name', place.name,
           'projects', x.projects, 'score', x.score, 'mean_score', x.mean, 'grades', pg_catalog.jsonb_build_object('优', x.excellent, '良', x.good, '中', x.fair, '差', x.poor), 'waiting', x.waiting,
           'budget', x.budget::numeric(20,2)::text, 'paid', x.paid::numeric(20,2)::text, 'execution', pg_catalog.round(x.paid * 100 / NULLIF(x.budget, 0), 2), 'warnings', x.warnings,
           'targets', y.targets, 'achieved', y.achieved, 'achievement', pg_catalog.round(y.achieved * 100.0 / NULLIF(y.targets, 0), 2), 'goal', COALESCE(place.goal, 0.85) * 100, 'mean_deviation', y.deviation,
           'league', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('rank', s.rank, 'project', s.project, 'name', s.name, 'unit', s.unit_name, 'score', s.score, 'grade', s.grade, 'budget', s.budget::text, 'paid', s.paid::text,
              'execution', pg_catalog.round(s.paid * 100 / NULLIF(s.budget, 0), 2), 'warning', s.self_warning, 'action', s.action, 'change', s.change, 'advised', s.advised::text) ORDER BY s.rank, s.project) FROM scored s), '[]'),
           'missed', COALESCE((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('project', r.project, 'indicator', r.indicator, 'name', r.name, 'direction', r.direction, 'target', pg_catalog.trim_scale(COALESCE(r.target, (t.parameters ->> 'full')::numeric)), 'expectation', t.expectation, 'actual', pg_catalog.trim_scale(r.actual), 'measure', r.measure,
              'level', (SELECT x.level FROM @ledger@.evaluation_result x WHERE x.evaluation_id = r.id / 10000 AND x.item_no = r.item_no), 'deviation', r.deviation, 'reason', r.reason) ORDER BY r.project, r.item_no)
             FROM result r JOIN @ledger@.evaluation e ON e.evaluation_id = r.id / 10000 JOIN @ledger@.target t ON t.set_id = e.set_id AND t.item_no = r.item_no WHERE NOT r.achieved), '[]'))
    FROM place
   CROSS JOIN (SELECT pg_catalog.count(s.score) AS projects, pg_catalog.count(*) - pg_catalog.count(s.score) AS waiting, pg_catalog.round(pg_catalog.sum(s.score * s.budget) / NULLIF(pg_catalog.sum(s.budget) FILTER (WHERE s.score IS NOT NULL), 0), 2) AS score,
                      pg_catalog.round(pg_catalog.avg(s.score), 2) AS mean, pg_catalog.count(*) FILTER (WHERE s.grade = '优') AS excellent, pg_catalog.count(*) FILTER (WHERE s.grade = '良') AS good,
                      pg_catalog.count(*) FILTER (WHERE s.grade = '中') AS fair, pg_catalog.count(*) FILTER (WHERE s.grade = '差') AS poor, COALESCE(pg_catalog.sum(s.budget), 0) AS budget, COALESCE(pg_catalog.sum(s.paid), 0) AS paid,
                      pg_catalog.count(*) FILTER (WHERE s.self_warning = 'red') AS warnings FROM scored s) AS x
   CROSS JOIN (SELECT pg_catalog.count(*) AS targets, pg_catalog.count(*) FILTER (WHERE r.achieved) AS achieved, pg_catalog.round(pg_catalog.avg(pg_catalog.abs(r.deviation)), 2) AS deviation FROM result r) AS y;
END;
COMMENT ON FUNCTION @ledger@.performance_report_data(integer, text, text) IS
  'The performance report of a year over a division or a unit with all below it, or over all that the caller may read (部门、地区绩效报告): sums, grades, the rate of achieved targets against its goal, the projects by score with the advice for each (league), and the targets that were missed. Money in yuan as text, rates in per cent. performance_report() prints it.';

CREATE FUNCTION @ledger@.performance_report(fiscal_year integer, division text DEFAULT NULL, unit text DEFAULT NULL, language text DEFAULT 'zh', money text DEFAULT 'yuan') RETURNS text
LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH word AS (
    SELECT pg_catalog.replace(CASE WHEN performance_report.language = 'en'
      THEN '{"title": "# Performance report %1$s: %2$s", "projects": "Projects with a result", "waiting": "Projects that wait for one", "score": "Score (weighted by budget)", "mean_score": "Mean score", "grades": "Grades", "budget": "Budget ({unit})", "paid": "Paid ({unit})", "execution": "Rate of execution", "targets": "Targets", "reached": "Targets achieved", "achievement": "Share achieved", "goal": "Goal", "mean_deviation": "Mean deviation", "warnings": "Self-evaluations warned of",
             "league": "Projects by score", "rank": "Rank", "project": "Code", "name": "Project", "unit": "Unit", "points": "Score", "grade": "Grade", "advice": "Advice for %s", "missed": "Targets that were missed", "target": "Target", "actual": "Actual", "deviation": "Deviation", "reason": "Reason", "indicator": "Indicator", "all": "all", "none": "None.", "warned": "warned of", "comma": ", ",
             "优": "excellent", "良": "good", "中": "fair", "差": "poor", "raise": "raise", "keep": "keep", "cut": "cut", "cancel": "cancel",
             "achieved": "achieved", "达成": "achieved", "达成年度指标": "achieved", "partly": "partly achieved", "部分达成": "partly achieved", "部分达成年度指标并具有一定效果": "partly achieved", "failed": "not achieved", "未达成": "not achieved", "未达成年度指标且效果较差": "not achieved"}'
      ELSE '{"title": "# %1$s年度%2$s绩效评价报告", "projects": "已评价项目数", "waiting": "待评价项目数", "score": "得分（按预算加权）", "mean_score": "平均得分", "grades": "等级分布", "budget": "预算数（{unit}）", "paid": "执行数（{unit}）", "execution": "执行率", "targets": "指标数", "reached": "达成指标数", "achievement": "目标达成率", "goal": "达成率目标", "mean_deviation": "平均偏差率", "warnings": "自评预警项目数",
             "league": "项目得分排名", "rank": "名次", "project": "项目代码", "name": "项目名称", "unit": "单位", "points": "得分", "grade": "等级", "advice": "%s年预算安排建议", "missed": "未达成指标", "target": "指标值", "actual": "实际完成值", "deviation": "偏差率", "reason": "偏差原因", "indicator": "指标", "all": "全部", "none": "无。", "warned": "自评预警", "comma": "、",
             "优": "优", "良": "良", "中": "中", "差": "差", "raise": "增加", "keep": "保持", "cut": "压减", "cancel": "取消",
             "achieved": "达成", "partly": "部分达成", "failed": "未达成"}' END, '{unit}', CASE WHEN performance_report.language = 'en' THEN CASE performance_report.money WHEN 'wan' THEN '10,000 yuan' ELSE 'yuan' END WHEN performance_report.money = 'wan' THEN '万元' ELSE '元' END)::jsonb AS w
     WHERE budgetpm.in_range('fiscal_year', performance_report.fiscal_year, 1949, 9999) AND budgetpm.one_of('language', performance_report.language, '{zh,en}') AND budgetpm.one_of('money', performance_report.money, '{yuan,wan}')
  ), data AS MATERIALIZED (SELECT @ledger@.performance_report_data(performance_report.fiscal_year, performance_report.division, performance_report.unit) AS d)
  SELECT pg_catalog.concat(
           pg_catalog.format(w.w ->> 'title', x.d ->> 'fiscal_year', budgetpm.markdown_cell(COALESCE(x.d ->> 'name', x.d ->> 'unit', x.d ->> 'division', w.w ->> 'all'))), E'\n\n',
           (SELECT pg_catalog.format(E'| %s | %s |\n|---|---:|\n', w.w ->> 'projects', x.d ->> 'projects') || pg_catalog.string_agg(pg_catalog.format(E'| %s | %s |\n', w.w ->> k.key, COALESCE(k.value, '—')), '' ORDER BY k.n)
              FROM (VALUES (1, 'waiting', x.d ->> 'waiting'), (2, 'score', x.d ->> 'score'), (3, 'mean_score', x.d ->> 'mean_score'),
                     (4, 'grades', (SELECT pg_catalog.string_agg(pg_catalog.format('%s %s', w.w ->> g.grade, x.d -> 'grades' ->> g.grade), w.w ->> 'comma' ORDER BY g.n) FROM pg_catalog.unnest('{优,良,中,差}'::text[]) WITH ORDINALITY AS g(grade, n))),
                     (5, 'budget', budgetpm.printed_money((x.d ->> 'budget')::numeric, performance_report.money)), (6, 'paid', budgetpm.printed_money((x.d ->> 'paid')::numeric, performance_report.money)), (7, 'execution', (x.d ->> 'execution') || '%'),
                     (8, 'targets', x.d ->> 'targets'), (9, 'reached', x.d ->> 'achieved'), (10, 'achievement', (x.d ->> 'achievement') || '%'), (11, 'goal', pg_catalog.trim_scale((x.d ->> 'goal')::numeric)::text || '%'),
                     (12, 'mean_deviation', (x.d ->> 'mean_deviation') || '%'), (13, 'warnings', x.d ->> 'warnings')) AS k(n, key, value)),
           pg_catalog.format(E'\n## %s\n\n', w.w ->> 'league'),
           COALESCE((SELECT pg_catalog.format(E'| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n|---:|---|---|---|---:|---|---:|---:|---:|---|\n', w.w ->> 'rank', w.w ->> 'project', w.w ->> 'name', w.w ->> 'unit', w.w ->> 'points', w.w ->> 'grade',
                            w.w ->> 'budget', w.w ->> 'paid', w.w ->> 'execution', pg_catalog.format(w.w ->> 'advice', performance_report.fiscal_year::bigint + 1))
                   || pg_catalog.string_agg(pg_catalog.format(E'| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n', CASE WHEN l.r -> 'score' <> 'null' THEN l.r ->> 'rank' ELSE '—' END, l.r ->> 'project', budgetpm.markdown_cell(l.r ->> 'name'), budgetpm.markdown_cell(l.r ->> 'unit'), COALESCE(l.r ->> 'score', '—'),
                        pg_catalog.concat_ws(w.w ->> 'comma', COALESCE(w.w ->> (l.r ->> 'grade'), '—'), CASE WHEN l.r ->> 'warning' = 'red' THEN w.w ->> 'warned' END),
                        budgetpm.printed_money((l.r ->> 'budget')::numeric, performance_report.money), budgetpm.printed_money((l.r ->> 'paid')::numeric, performance_report.money), COALESCE((l.r ->> 'execution') || '%', '—'),
                        CASE WHEN l.r -> 'action' <> 'null' THEN pg_catalog.format('%s → %s', budgetpm.printed_advice(w.w ->> (l.r ->> 'action'), l.r ->> 'action', (l.r ->> 'change')::numeric), budgetpm.printed_money((l.r ->> 'advised')::numeric, performance_report.money)) ELSE '—' END), '' ORDER BY l.n)
              FROM pg_catalog.jsonb_array_elements(x.d -> 'league') WITH ORDINALITY AS l(r, n)), (w.w ->> 'none') || E'\n'),
           pg_catalog.format(E'\n## %s\n\n', w.w ->> 'missed'),
           COALESCE((SELECT pg_catalog.format(E'| %s | %s | %s | %s | %s | %s |\n|---|---|---:|---:|---:|---|\n', w.w ->> 'project', w.w ->> 'indicator', w.w ->> 'target', w.w ->> 'actual', w.w ->> 'deviation', w.w ->> 'reason')
                   || pg_catalog.string_agg(pg_catalog.format(E'| %s | %s | %s | %s | %s | %s |\n', m.r ->> 'project',
                        budgetpm.markdown_cell(COALESCE(CASE WHEN performance_report.language = 'en' THEN (SELECT i.name_en FROM @ledger@.indicator i WHERE i.indicator = m.r ->> 'indicator' AND i.name_zh = m.r ->> 'name' ORDER BY i.indicator_id DESC LIMIT 1) END, m.r ->> 'name')),
                        CASE WHEN m.r -> 'target' <> 'null' THEN pg_catalog.concat(CASE m.r ->> 'direction' WHEN '>=' THEN '≥' WHEN '<=' THEN '≤' ELSE '=' END, m.r ->> 'target', CASE WHEN m.r ->> 'measure' <> '%' THEN ' ' END,
                               budgetpm.markdown_cell(COALESCE(CASE WHEN performance_report.language = 'en' THEN (SELECT i.measure_en FROM @ledger@.indicator i WHERE i.measure = m.r ->> 'measure' AND i.measure_en IS NOT NULL ORDER BY i.indicator = m.r ->> 'indicator' DESC, i.indicator_id DESC LIMIT 1) END, m.r ->> 'measure')))
                             ELSE COALESCE(budgetpm.markdown_cell(m.r ->> 'expectation'), '—') END,
                        COALESCE(w.w ->> (m.r ->> 'level'), budgetpm.markdown_cell(m.r ->> 'level'), m.r ->> 'actual', '—'),
                        COALESCE((m.r ->> 'deviation') || '%', '—'), budgetpm.markdown_cell(COALESCE(m.r ->> 'reason', ''))), '' ORDER BY m.n)
              FROM pg_catalog.jsonb_array_elements(x.d -> 'missed') WITH ORDINALITY AS m(r, n)), (w.w ->> 'none') || E'\n'))
    FROM data x CROSS JOIN word w;
END;
COMMENT ON FUNCTION @ledger@.performance_report(integer, text, text, text, text) IS
  'performance_report_data() as Markdown, in zh or en (部门、地区绩效报告), money in yuan (元) or, with money => wan, in 万元: of a division (official code) or a unit with all below it, or of all that the caller may read.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, o.operation
  FROM (VALUES ('reader'), ('officer'), ('application'), ('administrator')) AS p(profile)
 CROSS JOIN (VALUES ('performance_document'), ('performance_report'), ('performance_report_data')) AS o(operation);
