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
