-- performance: indicators, targets, assessments, evaluations, consequences

CREATE SEQUENCE @ledger@.indicator_seq;
COMMENT ON SEQUENCE @ledger@.indicator_seq IS 'Numbers of rows of the indicator library.';
CREATE TABLE @ledger@.indicator (
  indicator_id bigint PRIMARY KEY,
  indicator    varchar(60) COLLATE "C" NOT NULL CHECK (indicator ~ '^[A-Za-z0-9_.-]{1,60}$'),
  sector       varchar(40) COLLATE "C" NOT NULL,
  level1       varchar(12) COLLATE "C" NOT NULL CHECK (level1 IN ('output', 'benefit', 'satisfaction', 'cost')),
  level2       varchar(12) COLLATE "C" NOT NULL CHECK (level2 IN ('quantity', 'quality', 'timeliness', 'cost', 'economic', 'social', 'ecological', 'sustained', 'satisfaction')),
  name_zh      varchar(200) NOT NULL,
  name_en      varchar(200) NOT NULL,
  measure      varchar(20),
  measure_en   varchar(60),
  direction    varchar(2) COLLATE "C" NOT NULL CHECK (direction IN ('>=', '<=', '=')),
  kind         varchar(12) COLLATE "C" NOT NULL CHECK (kind IN ('quantitative', 'qualitative')),
  method       varchar(12) COLLATE "C" NOT NULL,
  parameters   jsonb NOT NULL DEFAULT '{}',
  weight       numeric(6,2) CHECK (weight > 0),
  tags         text[] NOT NULL DEFAULT '{}',
  provenance   varchar(200),
  from_year    integer NOT NULL CHECK (from_year BETWEEN 1949 AND 9999),
  active       boolean NOT NULL DEFAULT true,
  profile      varchar(63) COLLATE "C",
  division     budgetpm.budget_code REFERENCES @ledger@.division (code),
  defined_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  defined_by   varchar(63) COLLATE "C" NOT NULL DEFAULT SESSION_USER,
  UNIQUE NULLS NOT DISTINCT (indicator, from_year, profile, division),
  CHECK (profile IS NULL OR division IS NULL)
);
COMMENT ON TABLE @ledger@.indicator IS 'Library of performance indicators (绩效指标库), append-only: a row is an indicator as it is from a year on, in general, in a profile, or in a division and all below it. Of one indicator the row of the nearest division counts, then that of the profile, then the general one; among those the newest that has begun.';
COMMENT ON COLUMN @ledger@.indicator.indicator_id IS 'Number of the row.';
COMMENT ON COLUMN @ledger@.indicator.indicator IS 'Code of the indicator.';
COMMENT ON COLUMN @ledger@.indicator.sector IS 'Sector (行业): general, education, environment, roads, grassland, health, welfare, or one of the house.';
COMMENT ON COLUMN @ledger@.indicator.level1 IS 'Level 1 (一级指标): output 产出, benefit 效益, satisfaction 满意度, cost 成本.';
COMMENT ON COLUMN @ledger@.indicator.level2 IS 'Level 2 (二级指标): quantity 数量, quality 质量, timeliness 时效, cost 成本; economic 经济, social 社会, ecological 生态, sustained 可持续; satisfaction 满意度.';
COMMENT ON COLUMN @ledger@.indicator.name_zh IS 'Name (三级指标).';
COMMENT ON COLUMN @ledger@.indicator.name_en IS 'Name in English.';
COMMENT ON COLUMN @ledger@.indicator.measure IS 'Unit of measure (计量单位); NULL: qualitative.';
COMMENT ON COLUMN @ledger@.indicator.measure_en IS 'The measure in English, which reports in English print for every target with this measure; NULL: as in Chinese.';
COMMENT ON COLUMN @ledger@.indicator.direction IS 'Nature (指标性质): >=, <= or =.';
COMMENT ON COLUMN @ledger@.indicator.kind IS 'quantitative 定量 or qualitative 定性.';
COMMENT ON COLUMN @ledger@.indicator.method IS 'Scoring method, of budgetpm.score_indicator().';
COMMENT ON COLUMN @ledger@.indicator.parameters IS 'Parameters of the method.';
COMMENT ON COLUMN @ledger@.indicator.weight IS 'Weight that it usually has, in points; NULL: none.';
COMMENT ON COLUMN @ledger@.indicator.tags IS 'What rules go by: beneficiaries (受益人数).';
COMMENT ON COLUMN @ledger@.indicator.provenance IS 'Where the indicator is from.';
COMMENT ON COLUMN @ledger@.indicator.from_year IS 'First fiscal year it is so.';
COMMENT ON COLUMN @ledger@.indicator.active IS 'False: no longer used from that year on.';
COMMENT ON COLUMN @ledger@.indicator.profile IS 'Profile it belongs to; NULL: none.';
COMMENT ON COLUMN @ledger@.indicator.division IS 'Division it belongs to, with all below; NULL: none.';
COMMENT ON COLUMN @ledger@.indicator.defined_at IS 'When it was defined.';
COMMENT ON COLUMN @ledger@.indicator.defined_by IS 'By whom.';

CREATE SEQUENCE @ledger@.target_set_seq;
COMMENT ON SEQUENCE @ledger@.target_set_seq IS 'Numbers of sets of targets.';
CREATE TABLE @ledger@.target_set (
  set_id           bigint PRIMARY KEY,
  project_id       bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year      integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  version_no       integer NOT NULL,
  total            numeric(6,2) NOT NULL CHECK (total > 0),
  execution_weight numeric(6,2) NOT NULL CHECK (execution_weight >= 0),
  cutoffs          numeric[] NOT NULL,
  blending         jsonb NOT NULL,
  execution_plan   jsonb NOT NULL CHECK (execution_plan IN ('"year"', '"pro_rata"')),
  flags            text[] NOT NULL,
  document         varchar(200),
  goal             varchar(1000),
  set_at           timestamptz NOT NULL,
  set_by           varchar(63) COLLATE "C" NOT NULL,
  division         budgetpm.budget_code NOT NULL,
  unit             budgetpm.budget_code NOT NULL,
  digest           bytea NOT NULL,
  UNIQUE (project_id, fiscal_year, version_no)
);
COMMENT ON TABLE @ledger@.target_set IS 'Performance targets (绩效目标) of a project for a year, as a version: append-only, the newest counts. What they are judged by is fixed with them.';
COMMENT ON COLUMN @ledger@.target_set.set_id IS 'Number of the set.';
COMMENT ON COLUMN @ledger@.target_set.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.target_set.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.target_set.version_no IS 'Which version of the project''s targets for the year, from 1.';
COMMENT ON COLUMN @ledger@.target_set.total IS 'What the weights of the indicators add up to, in points: 90, or 100 where execution is not scored.';
COMMENT ON COLUMN @ledger@.target_set.execution_weight IS 'Points for the rate of execution (预算执行率); 0: not scored.';
COMMENT ON COLUMN @ledger@.target_set.cutoffs IS 'From how many points on a project is 优, 良, 中.';
COMMENT ON COLUMN @ledger@.target_set.blending IS 'Shares of the evaluators in the blended score, such as {"self": 0.3, "third_party": 0.7}, together 1; {}: the most independent one counts, finance before third_party before department before self. missing says what holds while one of them has not evaluated: rescale, the others make up the whole, or wait, there is no result.';
COMMENT ON COLUMN @ledger@.target_set.execution_plan IS 'What execution is measured against in a month or quarter: pro_rata, so many twelfths of the budget as months are over (按序时进度), or year, all of it.';
COMMENT ON COLUMN @ledger@.target_set.flags IS 'level_weights: the weights by level 1 are none of the forms of the setting performance.level_weights.';
COMMENT ON COLUMN @ledger@.target_set.document IS 'The document.';
COMMENT ON COLUMN @ledger@.target_set.goal IS 'What the year is to bring, in words (年度总体目标).';
COMMENT ON COLUMN @ledger@.target_set.set_at IS 'When.';
COMMENT ON COLUMN @ledger@.target_set.set_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.target_set.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.target_set.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.target_set.digest IS 'Digest of the row''s content, in the ledger''s algorithm; the project''s event of the same moment holds it too.';

CREATE TABLE @ledger@.target (
  set_id      bigint NOT NULL,
  item_no     integer NOT NULL,
  indicator   varchar(60) COLLATE "C",
  level1      varchar(12) COLLATE "C" NOT NULL,
  level2      varchar(12) COLLATE "C" NOT NULL,
  name        varchar(200) NOT NULL,
  measure     varchar(20),
  direction   varchar(2) COLLATE "C" NOT NULL,
  kind        varchar(12) COLLATE "C" NOT NULL,
  method      varchar(12) COLLATE "C" NOT NULL,
  parameters  jsonb NOT NULL,
  target      numeric,
  plan        jsonb NOT NULL,
  expectation varchar(400),
  weight      numeric(6,2) NOT NULL CHECK (weight > 0),
  source      varchar(200),
  binding     varchar(12) COLLATE "C" CHECK (binding IN ('deliveries', 'progress', 'milestones', 'payments', 'execution')),
  tags        text[] NOT NULL,
  flags       text[] NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  PRIMARY KEY (set_id, item_no)
);
COMMENT ON TABLE @ledger@.target IS 'Targets of a set: an indicator, its number and its weight. Append-only.';
COMMENT ON COLUMN @ledger@.target.set_id IS 'The set.';
COMMENT ON COLUMN @ledger@.target.item_no IS 'Number of the target in the set, from 1.';
COMMENT ON COLUMN @ledger@.target.indicator IS 'Indicator of the library; NULL: none.';
COMMENT ON COLUMN @ledger@.target.level1 IS 'Level 1 (一级指标), as in the library.';
COMMENT ON COLUMN @ledger@.target.level2 IS 'Level 2 (二级指标), as in the library.';
COMMENT ON COLUMN @ledger@.target.name IS 'Level 3 (三级指标).';
COMMENT ON COLUMN @ledger@.target.measure IS 'Unit of measure.';
COMMENT ON COLUMN @ledger@.target.direction IS '>=, <= or =.';
COMMENT ON COLUMN @ledger@.target.kind IS 'quantitative 定量 or qualitative 定性.';
COMMENT ON COLUMN @ledger@.target.method IS 'Scoring method.';
COMMENT ON COLUMN @ledger@.target.parameters IS 'Its parameters.';
COMMENT ON COLUMN @ledger@.target.target IS 'Target (指标值); NULL: qualitative, or flagged.';
COMMENT ON COLUMN @ledger@.target.plan IS 'What of the target is due in a month or quarter: year, all of it; pro_rata, so many twelfths as months are over, to four decimals; or planned values up to the end of months, such as {"3": 200, "6": 500}.';
COMMENT ON COLUMN @ledger@.target.expectation IS 'What is expected in words.';
COMMENT ON COLUMN @ledger@.target.weight IS 'Weight (分值) in points.';
COMMENT ON COLUMN @ledger@.target.source IS 'Where the target comes from; NULL: flagged.';
COMMENT ON COLUMN @ledger@.target.binding IS 'What the actual value fills itself from; NULL: it is reported.';
COMMENT ON COLUMN @ledger@.target.tags IS 'What rules go by.';
COMMENT ON COLUMN @ledger@.target.flags IS 'no_measure, no_number, no_source: what is missing for the target to be checked.';
COMMENT ON COLUMN @ledger@.target.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.target.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.ex_ante_seq;
COMMENT ON SEQUENCE @ledger@.ex_ante_seq IS 'Numbers of assessments before admission.';
CREATE TABLE @ledger@.ex_ante (
  assessment_id bigint PRIMARY KEY,
  project_id    bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year   integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  dimensions    jsonb NOT NULL,
  result        varchar(12) COLLATE "C" NOT NULL CHECK (result IN ('support', 'adjust', 'reject')),
  amount        budgetpm.amount,
  document      varchar(200),
  assessed_at   timestamptz NOT NULL,
  assessed_by   varchar(63) COLLATE "C" NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL,
  digest        bytea NOT NULL
);
COMMENT ON TABLE @ledger@.ex_ante IS 'Assessments before admission (事前绩效评估), append-only.';
COMMENT ON COLUMN @ledger@.ex_ante.assessment_id IS 'Number of the assessment.';
COMMENT ON COLUMN @ledger@.ex_ante.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.ex_ante.fiscal_year IS 'First fiscal year asked for.';
COMMENT ON COLUMN @ledger@.ex_ante.dimensions IS 'Points of 100 and opinion on each of necessity 立项必要性, economy 投入经济性, targets 绩效目标合理性, feasibility 实施方案可行性, funding 筹资合规性.';
COMMENT ON COLUMN @ledger@.ex_ante.result IS 'support 支持, adjust 调整后支持 or reject 不予支持.';
COMMENT ON COLUMN @ledger@.ex_ante.amount IS 'Amount that is supported, in fen (stored).';
COMMENT ON COLUMN @ledger@.ex_ante.document IS 'The report.';
COMMENT ON COLUMN @ledger@.ex_ante.assessed_at IS 'When.';
COMMENT ON COLUMN @ledger@.ex_ante.assessed_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.ex_ante.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.ex_ante.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.ex_ante.digest IS 'Digest of the row''s content, in the ledger''s algorithm; the project''s event of the same moment holds it too.';

CREATE SEQUENCE @ledger@.monitoring_seq;
COMMENT ON SEQUENCE @ledger@.monitoring_seq IS 'Numbers of monitoring records.';
CREATE TABLE @ledger@.monitoring (
  monitoring_id bigint PRIMARY KEY,
  project_id    bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year   integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  as_of         date NOT NULL,
  budget        numeric(20,2) NOT NULL,
  paid          numeric(20,2) NOT NULL,
  execution     numeric(9,2),
  achievement   numeric(9,2),
  actuals       jsonb NOT NULL,
  flags         text[] NOT NULL,
  note          varchar(1000),
  recorded_at   timestamptz NOT NULL,
  recorded_by   varchar(63) COLLATE "C" NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL,
  digest        bytea NOT NULL
);
COMMENT ON TABLE @ledger@.monitoring IS 'Dual monitoring (绩效双监控) of execution and achievement, append-only.';
COMMENT ON COLUMN @ledger@.monitoring.monitoring_id IS 'Number of the record.';
COMMENT ON COLUMN @ledger@.monitoring.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.monitoring.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @ledger@.monitoring.as_of IS 'Day.';
COMMENT ON COLUMN @ledger@.monitoring.budget IS 'Budget in yuan.';
COMMENT ON COLUMN @ledger@.monitoring.paid IS 'Paid in yuan.';
COMMENT ON COLUMN @ledger@.monitoring.execution IS 'Rate of execution in per cent; NULL: no budget.';
COMMENT ON COLUMN @ledger@.monitoring.achievement IS 'Achievement of the targets in per cent, by weight, each at most 100; NULL: nothing is known.';
COMMENT ON COLUMN @ledger@.monitoring.actuals IS 'What was reported or measured, by number of the target.';
COMMENT ON COLUMN @ledger@.monitoring.flags IS 'execution_behind (below 25 % from 30 April, 40 % from 30 June, 60 % from 31 August, 80 % from 31 October), deviation (achievement and execution more than 10 points apart); dates and numbers are settings.';
COMMENT ON COLUMN @ledger@.monitoring.note IS 'What is done about it.';
COMMENT ON COLUMN @ledger@.monitoring.recorded_at IS 'When.';
COMMENT ON COLUMN @ledger@.monitoring.recorded_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.monitoring.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.monitoring.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.monitoring.digest IS 'Digest of the row''s content, in the ledger''s algorithm; the project''s event of the same moment holds it too.';

CREATE SEQUENCE @ledger@.evaluation_seq;
COMMENT ON SEQUENCE @ledger@.evaluation_seq IS 'Numbers of evaluations.';
CREATE TABLE @ledger@.evaluation (
  evaluation_id   bigint PRIMARY KEY,
  project_id      bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year     integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  set_id          bigint NOT NULL REFERENCES @ledger@.target_set,
  evaluator       varchar(12) COLLATE "C" NOT NULL CHECK (evaluator IN ('self', 'department', 'finance', 'third_party')),
  period          varchar(7) COLLATE "C" NOT NULL CHECK (period IN ('month', 'quarter', 'year')),
  period_no       integer NOT NULL,
  as_of           date NOT NULL,
  agency          varchar(200),
  joint_id        bigint,
  evidence        jsonb NOT NULL,
  budget          numeric(20,2) NOT NULL,
  planned         numeric(20,2) NOT NULL,
  paid            numeric(20,2) NOT NULL,
  indicator_score numeric(9,2) NOT NULL,
  applicable      numeric(9,2) NOT NULL,
  execution_score numeric(9,2) NOT NULL,
  score           numeric(9,2) NOT NULL,
  grade           varchar(4) NOT NULL,
  warning         varchar(6) COLLATE "C",
  opinion         varchar(2000),
  evaluated_at    timestamptz NOT NULL,
  evaluated_by    varchar(63) COLLATE "C" NOT NULL,
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code NOT NULL,
  digest          bytea NOT NULL
);
COMMENT ON TABLE @ledger@.evaluation IS 'Evaluations (绩效评价) of a project in a period, append-only: self, department, finance and third party side by side; the newest of an evaluator in a period counts.';
COMMENT ON COLUMN @ledger@.evaluation.evaluation_id IS 'Number of the evaluation.';
COMMENT ON COLUMN @ledger@.evaluation.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.evaluation.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @ledger@.evaluation.set_id IS 'The targets it is made on.';
COMMENT ON COLUMN @ledger@.evaluation.evaluator IS 'self 单位自评, department 部门评价, finance 财政评价 or third_party 第三方评价.';
COMMENT ON COLUMN @ledger@.evaluation.period IS 'month, quarter or year.';
COMMENT ON COLUMN @ledger@.evaluation.period_no IS 'Which month (1-12) or quarter (1-4); 1 for the year.';
COMMENT ON COLUMN @ledger@.evaluation.as_of IS 'Last day of the period.';
COMMENT ON COLUMN @ledger@.evaluation.agency IS 'Agency that made it (第三方机构).';
COMMENT ON COLUMN @ledger@.evaluation.joint_id IS 'The joint evaluation it belongs to.';
COMMENT ON COLUMN @ledger@.evaluation.evidence IS 'Documents it rests on: an array of {"kind", "title", "digest"}.';
COMMENT ON COLUMN @ledger@.evaluation.budget IS 'Budget of the year in yuan (全年预算数), as adjusted.';
COMMENT ON COLUMN @ledger@.evaluation.planned IS 'What of it was to be paid by as_of, in yuan, by the set''s execution_plan; execution is scored by it. Of a year: the budget.';
COMMENT ON COLUMN @ledger@.evaluation.paid IS 'Paid of it in yuan, up to as_of (全年执行数).';
COMMENT ON COLUMN @ledger@.evaluation.indicator_score IS 'Sum of the scores of its indicators, in points.';
COMMENT ON COLUMN @ledger@.evaluation.applicable IS 'Sum of the weights that apply, in points.';
COMMENT ON COLUMN @ledger@.evaluation.execution_score IS 'Score of execution, in points.';
COMMENT ON COLUMN @ledger@.evaluation.score IS 'Total, two decimals, half away from zero: (indicator_score + execution_score) * (total + execution_weight) / (applicable + execution_weight).';
COMMENT ON COLUMN @ledger@.evaluation.grade IS 'Grade of the score: 优, 良, 中 or 差.';
COMMENT ON COLUMN @ledger@.evaluation.warning IS 'Of a self-evaluation (自评预警): red, yellow or NULL.';
COMMENT ON COLUMN @ledger@.evaluation.opinion IS 'Opinion.';
COMMENT ON COLUMN @ledger@.evaluation.evaluated_at IS 'When.';
COMMENT ON COLUMN @ledger@.evaluation.evaluated_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.evaluation.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.evaluation.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.evaluation.digest IS 'Digest of the row''s content, in the ledger''s algorithm; the project''s event of the same moment holds it too.';

CREATE TABLE @ledger@.evaluation_result (
  evaluation_id bigint NOT NULL,
  item_no       integer NOT NULL,
  applicable    boolean NOT NULL,
  target        numeric,
  actual        numeric,
  measured      numeric,
  level         varchar(40),
  source        varchar(12) COLLATE "C" NOT NULL,
  score         numeric(9,2) NOT NULL,
  formula       varchar(400) NOT NULL,
  deviation     numeric(20,2),
  reason        varchar(1000),
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL,
  PRIMARY KEY (evaluation_id, item_no)
);
COMMENT ON TABLE @ledger@.evaluation_result IS 'What an evaluation says of each target: append-only.';
COMMENT ON COLUMN @ledger@.evaluation_result.evaluation_id IS 'The evaluation.';
COMMENT ON COLUMN @ledger@.evaluation_result.item_no IS 'The target.';
COMMENT ON COLUMN @ledger@.evaluation_result.applicable IS 'False: does not apply, or nothing of it was planned by then, and the rest is scaled up.';
COMMENT ON COLUMN @ledger@.evaluation_result.target IS 'What of the target was due in the period, which the score goes by.';
COMMENT ON COLUMN @ledger@.evaluation_result.actual IS 'Actual value (实际完成值), or the points given of a qualitative target.';
COMMENT ON COLUMN @ledger@.evaluation_result.measured IS 'What the target is bound to said; another actual value was reported with a reason.';
COMMENT ON COLUMN @ledger@.evaluation_result.level IS 'Level of a qualitative target.';
COMMENT ON COLUMN @ledger@.evaluation_result.source IS 'reported, or what it filled itself from.';
COMMENT ON COLUMN @ledger@.evaluation_result.score IS 'Points.';
COMMENT ON COLUMN @ledger@.evaluation_result.formula IS 'How they came about.';
COMMENT ON COLUMN @ledger@.evaluation_result.deviation IS '(actual - target) / target in per cent, NULL where there is none or it is 10^12 or more.';
COMMENT ON COLUMN @ledger@.evaluation_result.reason IS 'Reason of a deviation (偏差原因) and what is done.';
COMMENT ON COLUMN @ledger@.evaluation_result.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.evaluation_result.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.evaluation_answer_seq;
COMMENT ON SEQUENCE @ledger@.evaluation_answer_seq IS 'Numbers of answers.';
CREATE TABLE @ledger@.evaluation_answer (
  answer_id     bigint PRIMARY KEY,
  evaluation_id bigint NOT NULL REFERENCES @ledger@.evaluation,
  note          varchar(2000) NOT NULL,
  document      varchar(200),
  answered_at   timestamptz NOT NULL,
  answered_by   varchar(63) COLLATE "C" NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL
);
COMMENT ON TABLE @ledger@.evaluation_answer IS 'Answers to poor results (整改反馈), append-only.';
COMMENT ON COLUMN @ledger@.evaluation_answer.answer_id IS 'Number of the answer.';
COMMENT ON COLUMN @ledger@.evaluation_answer.evaluation_id IS 'The evaluation.';
COMMENT ON COLUMN @ledger@.evaluation_answer.note IS 'What is done.';
COMMENT ON COLUMN @ledger@.evaluation_answer.document IS 'The document.';
COMMENT ON COLUMN @ledger@.evaluation_answer.answered_at IS 'When.';
COMMENT ON COLUMN @ledger@.evaluation_answer.answered_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.evaluation_answer.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.evaluation_answer.unit IS 'The project''s unit, for row security.';

CREATE TABLE @ledger@.accountability (
  evaluation_id bigint PRIMARY KEY REFERENCES @ledger@.evaluation,
  case_id       bigint NOT NULL REFERENCES @ledger@.approval_case,
  opened_on     date NOT NULL,
  opened_by     varchar(63) COLLATE "C" NOT NULL,
  division      budgetpm.budget_code NOT NULL,
  unit          budgetpm.budget_code NOT NULL
);
COMMENT ON TABLE @ledger@.accountability IS 'Poor results that nobody answered in time (问责), each with its case once: append-only.';
COMMENT ON COLUMN @ledger@.accountability.evaluation_id IS 'The evaluation.';
COMMENT ON COLUMN @ledger@.accountability.case_id IS 'The case.';
COMMENT ON COLUMN @ledger@.accountability.opened_on IS 'Day.';
COMMENT ON COLUMN @ledger@.accountability.opened_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.accountability.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.accountability.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.joint_evaluation_seq;
COMMENT ON SEQUENCE @ledger@.joint_evaluation_seq IS 'Numbers of joint evaluations.';
CREATE TABLE @ledger@.joint_evaluation (
  joint_id    bigint PRIMARY KEY,
  title       varchar(200) NOT NULL,
  fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  projects    bigint[] NOT NULL,
  document    varchar(200),
  opened_at   timestamptz NOT NULL,
  opened_by   varchar(63) COLLATE "C" NOT NULL,
  division    budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code)
);
COMMENT ON TABLE @ledger@.joint_evaluation IS 'Evaluations that span projects of several divisions (联合绩效考评), append-only. Read by who may read the division, or one of the projects: whoever evaluates it needs the number.';
COMMENT ON COLUMN @ledger@.joint_evaluation.joint_id IS 'Number.';
COMMENT ON COLUMN @ledger@.joint_evaluation.title IS 'Title.';
COMMENT ON COLUMN @ledger@.joint_evaluation.fiscal_year IS 'Fiscal year.';
COMMENT ON COLUMN @ledger@.joint_evaluation.projects IS 'Its projects.';
COMMENT ON COLUMN @ledger@.joint_evaluation.document IS 'The document.';
COMMENT ON COLUMN @ledger@.joint_evaluation.opened_at IS 'When.';
COMMENT ON COLUMN @ledger@.joint_evaluation.opened_by IS 'By whom.';
COMMENT ON COLUMN @ledger@.joint_evaluation.division IS 'The division that all of them are in or below.';

CREATE SEQUENCE @ledger@.consequence_rule_seq;
COMMENT ON SEQUENCE @ledger@.consequence_rule_seq IS 'Numbers of rows of the rule table.';
CREATE TABLE @ledger@.consequence_rule (
  rule_id    bigint PRIMARY KEY,
  rule       varchar(60) COLLATE "C" NOT NULL,
  cause      varchar(14) COLLATE "C" NOT NULL CHECK (cause IN ('score', 'grade', 'beneficiaries', 'unspent', 'deviation')),
  grade      varchar(4),
  min_score  numeric,
  max_score  numeric,
  action     varchar(8) COLLATE "C" NOT NULL CHECK (action IN ('raise', 'keep', 'cut', 'cancel')),
  change     numeric(12,6) NOT NULL CHECK (change >= -1 AND change <= 1),
  reason     varchar(400) NOT NULL,
  from_year  integer NOT NULL,
  active     boolean NOT NULL DEFAULT true,
  provenance varchar(200),
  profile    varchar(63) COLLATE "C",
  division   budgetpm.budget_code REFERENCES @ledger@.division (code),
  defined_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  defined_by varchar(63) COLLATE "C" NOT NULL DEFAULT SESSION_USER,
  UNIQUE NULLS NOT DISTINCT (rule, from_year, profile, division),
  CHECK (profile IS NULL OR division IS NULL)
);
COMMENT ON TABLE @ledger@.consequence_rule IS 'What a result does to the next budget (结果应用), append-only: of a rule the row of the nearest division counts, then that of the profile, then the general one; among those the newest that has begun. Of all rules that match, the one with the lowest change wins.';
COMMENT ON COLUMN @ledger@.consequence_rule.rule_id IS 'Number of the row.';
COMMENT ON COLUMN @ledger@.consequence_rule.rule IS 'Name of the rule.';
COMMENT ON COLUMN @ledger@.consequence_rule.cause IS 'score: from min_score up to below max_score; grade; beneficiaries: a target with that tag was missed; unspent: share of the budget unspent from min_score per cent on; deviation: a target missed by min_score per cent or more.';
COMMENT ON COLUMN @ledger@.consequence_rule.grade IS 'The grade.';
COMMENT ON COLUMN @ledger@.consequence_rule.min_score IS 'From here on.';
COMMENT ON COLUMN @ledger@.consequence_rule.max_score IS 'Below here; NULL: no end.';
COMMENT ON COLUMN @ledger@.consequence_rule.action IS 'raise 优先保障, keep 保持, cut 压减 or cancel 取消.';
COMMENT ON COLUMN @ledger@.consequence_rule.change IS 'Change of the next year''s ceiling: 0.1 is 10 % more.';
COMMENT ON COLUMN @ledger@.consequence_rule.reason IS 'Why, in words.';
COMMENT ON COLUMN @ledger@.consequence_rule.from_year IS 'First fiscal year whose results it goes by.';
COMMENT ON COLUMN @ledger@.consequence_rule.active IS 'False: no longer used.';
COMMENT ON COLUMN @ledger@.consequence_rule.provenance IS 'Where the rule is from, and what of it is this software''s own.';
COMMENT ON COLUMN @ledger@.consequence_rule.profile IS 'Profile it belongs to; NULL: none.';
COMMENT ON COLUMN @ledger@.consequence_rule.division IS 'Division it holds in, with all below; NULL: everywhere.';
COMMENT ON COLUMN @ledger@.consequence_rule.defined_at IS 'When.';
COMMENT ON COLUMN @ledger@.consequence_rule.defined_by IS 'By whom.';

CREATE INDEX ex_ante_project ON @ledger@.ex_ante (project_id, fiscal_year);
CREATE INDEX monitoring_project ON @ledger@.monitoring (project_id, fiscal_year, as_of);
CREATE INDEX evaluation_project ON @ledger@.evaluation (project_id, fiscal_year, evaluator);
CREATE INDEX evaluation_joint ON @ledger@.evaluation (joint_id) WHERE joint_id IS NOT NULL;
CREATE INDEX evaluation_place ON @ledger@.evaluation (division, unit, fiscal_year);
CREATE INDEX evaluation_answer_of ON @ledger@.evaluation_answer (evaluation_id);

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.target_set
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.target_set
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.target_set ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.target_set FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.target
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.target
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.target ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.target FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.ex_ante
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.ex_ante
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.ex_ante ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.ex_ante FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.monitoring
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.monitoring
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.monitoring ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.monitoring FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.evaluation
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.evaluation
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.evaluation ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.evaluation FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.evaluation_result
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.evaluation_result
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.evaluation_result ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.evaluation_result FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.evaluation_answer
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.evaluation_answer
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.evaluation_answer ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.evaluation_answer FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.accountability
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.accountability
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.accountability ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.accountability FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.joint_evaluation
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.joint_evaluation
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.joint_evaluation ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.joint_evaluation FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, NULL)
         OR EXISTS (SELECT FROM @ledger@.project p WHERE p.project_id = ANY (joint_evaluation.projects)));
