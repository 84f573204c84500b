-- performance: scores and grades, exact and pure

CREATE FUNCTION budgetpm.score_indicator(
  method text, direction text, target numeric, actual numeric, weight numeric, parameters jsonb DEFAULT NULL)
RETURNS numeric
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'bpm_score_indicator';
COMMENT ON FUNCTION budgetpm.score_indicator(text, text, numeric, numeric, numeric, jsonb) IS
  'The score of one indicator (绩效指标得分) in points: two decimals, half away from zero, from 0 to the weight; NULL where method, actual or weight is. The target is compared before anything is rounded. method is proportional (按完成比例; <= loses (a-t)/t of the weight), ratio (比率法; <= gives t/a of it), threshold (达标法), progressive (区间累进法), tiers (分档), qualitative (定性: actual is the score given, checked against the band of parameter level), direct (直接赋分) or execution (预算执行率: target is the budget, actual what was paid). direction is >=, <= or = (≥, ≤). docs/performance.md has the formulas and parameters. Errors: 22023.';

CREATE FUNCTION budgetpm.score_formula(
  method text, direction text, target numeric, actual numeric, weight numeric, parameters jsonb DEFAULT NULL)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_score_formula';
COMMENT ON FUNCTION budgetpm.score_formula(text, text, numeric, numeric, numeric, jsonb) IS
  'How score_indicator() came to its score, with the numbers written out. Errors: as of score_indicator().';

CREATE FUNCTION budgetpm.grade(score numeric, cutoffs numeric[] DEFAULT '{90,80,60}')
RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'bpm_grade';
COMMENT ON FUNCTION budgetpm.grade(numeric, numeric[]) IS
  'The grade (评价等级) of a score: 优 from the first cut-off on, 良 from the second, 中 from the third, otherwise 差. The score is taken as it is: 59.995 is 差. Errors: 22023 cut-offs that are not three falling numbers, NaN or infinity.';

CREATE FUNCTION budgetpm.self_score_warning(
  score numeric, total numeric, execution_score numeric, execution_total numeric, budget numeric, paid numeric)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN score * execution_total * 95 > execution_score * total * 100 AND score > 0 THEN 'red'
  WHEN budget = 0 OR paid * 100 < budget * 80 THEN 'yellow' END;
COMMENT ON FUNCTION budgetpm.self_score_warning(numeric, numeric, numeric, numeric, numeric, numeric) IS
  'Warns of good marks for money that was not spent (自评预警): red where (S/90 - E/10) / (S/90) > 0.05 with S points of total (90) for indicators and E points of execution_total (10) for execution; yellow where the budget is 0 or more than 20 % of it is unspent; otherwise NULL. Nothing is divided, so nothing is rounded.';

CREATE FUNCTION budgetpm.level_name(level integer, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE level_name.name WHEN 'output' THEN '产出' WHEN 'benefit' THEN '效益' WHEN 'satisfaction' THEN CASE level_name.level WHEN 1 THEN '满意度' ELSE '服务对象满意度' END
  WHEN 'cost' THEN '成本' WHEN 'quantity' THEN '数量' WHEN 'quality' THEN '质量' WHEN 'timeliness' THEN '时效' WHEN 'economic' THEN '经济' WHEN 'social' THEN '社会'
  WHEN 'ecological' THEN '生态' WHEN 'sustained' THEN '可持续' ELSE level_name.name END;
COMMENT ON FUNCTION budgetpm.level_name(integer, text) IS 'The Chinese name of a level of indicators.';

CREATE FUNCTION budgetpm.markdown_cell(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_catalog.regexp_replace(pg_catalog.replace($1, '|', '\|'), '\s+', ' ', 'g');
COMMENT ON FUNCTION budgetpm.markdown_cell(text) IS 'A text as it can stand in a cell of a Markdown table: on one line, a | with a backslash before it.';

CREATE FUNCTION budgetpm.printed_money(amount numeric, unit text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN pg_catalog.to_char(CASE printed_money.unit WHEN 'wan' THEN pg_catalog.round(printed_money.amount * 0.0001, 2) ELSE printed_money.amount END, 'FM999,999,999,999,999,999,990.00');
COMMENT ON FUNCTION budgetpm.printed_money(numeric, text) IS 'An amount in yuan as a report prints it, with separators of thousands: in yuan (元), or with unit wan in 万元, rounded to two decimals half away from zero. Never read it back.';

CREATE FUNCTION budgetpm.printed_advice(word text, action text, change numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN printed_advice.word || CASE WHEN printed_advice.action IN ('raise', 'cut') THEN pg_catalog.concat(CASE WHEN printed_advice.word ~ '^[ -~]+$' THEN ' ' END, pg_catalog.trim_scale(pg_catalog.abs(printed_advice.change) * 100), '%') ELSE '' END;
COMMENT ON FUNCTION budgetpm.printed_advice(text, text, numeric) IS 'An advice on the next budget as a report prints it: the word for the action, and by how much a raise or a cut is.';

CREATE FUNCTION budgetpm.total_score(points numeric, weight numeric, total numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN weight > 0 THEN pg_catalog.div(200 * points * total + weight, 2 * weight) * 0.01 END;
COMMENT ON FUNCTION budgetpm.total_score(numeric, numeric, numeric) IS
  'round(points * total / weight, 2), half away from zero and exact: the points of what applies, scaled to the total. NULL where nothing applies.';

CREATE FUNCTION budgetpm.scoring_fault(
  method text, direction text, target numeric, actual numeric, weight numeric, parameters jsonb DEFAULT NULL)
RETURNS text
LANGUAGE c IMMUTABLE PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_scoring_fault';
COMMENT ON FUNCTION budgetpm.scoring_fault(text, text, numeric, numeric, numeric, jsonb) IS
  'What score_indicator() would refuse, in its words; NULL where it gives a score or has nothing to score.';

CREATE FUNCTION budgetpm.define_indicator(ledger regclass, indicator text, from_year integer, definition jsonb, division text, profile text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_define_indicator';
COMMENT ON FUNCTION budgetpm.define_indicator(regclass, text, integer, jsonb, text, text) IS
  'Adds an indicator to the library; see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.set_targets(ledger regclass, project text, fiscal_year integer, targets jsonb, document text, total numeric, execution_weight numeric, goal text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_targets';
COMMENT ON FUNCTION budgetpm.set_targets(regclass, text, integer, jsonb, text, numeric, numeric, text) IS
  'Sets a project''s targets (绩效目标) for a year; see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.record_ex_ante(ledger regclass, project text, fiscal_year integer, dimensions jsonb, result text, amount numeric, document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_ex_ante';
COMMENT ON FUNCTION budgetpm.record_ex_ante(regclass, text, integer, jsonb, text, numeric, text) IS
  'Records an assessment before admission (事前绩效评估); see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.record_monitoring(ledger regclass, project text, fiscal_year integer, as_of date, actuals jsonb, note text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_monitoring';
COMMENT ON FUNCTION budgetpm.record_monitoring(regclass, text, integer, date, jsonb, text) IS
  'Records execution and achievement (绩效双监控); see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.evaluate_project(ledger regclass, project text, fiscal_year integer, evaluator text, results jsonb, period text, period_no integer, agency text, opinion text, evidence jsonb, joint bigint, budget numeric, paid numeric) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_evaluate_project';
COMMENT ON FUNCTION budgetpm.evaluate_project(regclass, text, integer, text, jsonb, text, integer, text, text, jsonb, bigint, numeric, numeric) IS
  'Evaluates a project (绩效评价); see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.open_joint_evaluation(ledger regclass, title text, fiscal_year integer, division text, projects text[], document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_open_joint_evaluation';
COMMENT ON FUNCTION budgetpm.open_joint_evaluation(regclass, text, integer, text, text[], text) IS
  'Opens an evaluation of projects of several divisions; see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.answer_evaluation(ledger regclass, evaluation bigint, note text, document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_answer_evaluation';
COMMENT ON FUNCTION budgetpm.answer_evaluation(regclass, bigint, text, text) IS
  'Answers a result (整改反馈); see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.define_consequence(ledger regclass, rule text, from_year integer, cause text, action text, change numeric, reason text, grade text, min_score numeric, max_score numeric, division text, active boolean, profile text, provenance text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_define_consequence';
COMMENT ON FUNCTION budgetpm.define_consequence(regclass, text, integer, text, text, numeric, text, text, numeric, numeric, text, boolean, text, text) IS
  'Adds a rule to the table of consequences (结果应用); see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.record_advice(ledger regclass, fiscal_year integer, division text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_advice';
COMMENT ON FUNCTION budgetpm.record_advice(regclass, integer, text) IS
  'Hands advice on the next budget to planning; see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.run_accountability(ledger regclass, fiscal_year integer, division text, as_of date) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_run_accountability';
COMMENT ON FUNCTION budgetpm.run_accountability(regclass, integer, text, date) IS
  'Opens cases for poor results that nobody answered; see the ledger''s own function. Errors: as there.';

CREATE FUNCTION budgetpm.verify_evaluation(ledger regclass, evaluation bigint) RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_verify_evaluation';
COMMENT ON FUNCTION budgetpm.verify_evaluation(regclass, bigint) IS
  'Tells whether an evaluation is as it was written; see the ledger''s own function. Errors: as there.';
