-- project: signals (预警) and what they have brought about

CREATE TABLE @ledger@.project_signal (
  project_id  bigint NOT NULL,
  as_of       date NOT NULL,
  revision    integer NOT NULL,
  colour      varchar(8) COLLATE "C" NOT NULL CHECK (colour IN ('none', 'blue', 'green', 'yellow', 'red')),
  score       numeric(5,2),
  reasons     jsonb NOT NULL,
  inputs      jsonb NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  assessed_at timestamptz NOT NULL,
  assessed_by varchar(63) COLLATE "C" NOT NULL,
  -- By day first: a night is added at the end, and one that has no signals yet is known at once.
  PRIMARY KEY (as_of, project_id, revision)
);
CREATE INDEX project_signal_project ON @ledger@.project_signal (project_id, as_of);
COMMENT ON TABLE @ledger@.project_signal IS 'Signals (红黄绿蓝预警) of projects, only added to: one row for each project and day that was assessed, and one more where the same day was assessed again on other facts. Written by assess_project() and assess_all().';
COMMENT ON COLUMN @ledger@.project_signal.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_signal.as_of IS 'The day that it is about.';
COMMENT ON COLUMN @ledger@.project_signal.revision IS 'Number of the assessment of that day; the highest one counts.';
COMMENT ON COLUMN @ledger@.project_signal.colour IS 'red 红, yellow 黄, green 绿, blue 蓝 (ahead); none: nothing could be judged.';
COMMENT ON COLUMN @ledger@.project_signal.score IS 'Weighted share of what was reached, 0 to 100; NULL where nothing could be judged.';
COMMENT ON COLUMN @ledger@.project_signal.reasons IS 'Every reason: dimension, colour, value, relation, threshold, formula, note; docs/project.md describes them.';
COMMENT ON COLUMN @ledger@.project_signal.inputs IS 'The facts that budgetpm.signal() was given: it can be computed again.';
COMMENT ON COLUMN @ledger@.project_signal.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_signal.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.project_signal.assessed_at IS 'When it was assessed.';
COMMENT ON COLUMN @ledger@.project_signal.assessed_by IS 'By which login.';

CREATE SEQUENCE @ledger@.project_concern_seq CACHE 20;
COMMENT ON SEQUENCE @ledger@.project_concern_seq IS 'Numbers of concerns.';
CREATE TABLE @ledger@.project_concern (
  concern_id   bigint PRIMARY KEY DEFAULT pg_catalog.nextval('@ledger@.project_concern_seq'::pg_catalog.regclass),
  project_id   bigint NOT NULL REFERENCES @ledger@.project,
  kind         varchar(40) COLLATE "C" NOT NULL,
  colour       varchar(8) COLLATE "C" NOT NULL,
  opened_on    date NOT NULL,
  ended_on     date,
  ended_colour varchar(8) COLLATE "C",
  case_id      bigint,
  problem      text,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code NOT NULL,
  held_on      date,
  ended_stage  varchar(12) COLLATE "C",
  CHECK ((ended_on IS NULL) = (ended_colour IS NULL AND ended_stage IS NULL)),
  CHECK (held_on IS NULL OR ended_on IS NULL)
);
CREATE UNIQUE INDEX project_concern_standing ON @ledger@.project_concern (project_id, kind) WHERE ended_on IS NULL;
CREATE INDEX project_concern_project ON @ledger@.project_concern (project_id);
CREATE INDEX project_concern_case ON @ledger@.project_concern (case_id) WHERE case_id IS NOT NULL;
COMMENT ON TABLE @ledger@.project_concern IS 'What a colour has brought about (预警处置): an intervention (人工干预) or an audit (审计介入), once as long as the colour stays as bad. Written with the signals.';
COMMENT ON COLUMN @ledger@.project_concern.concern_id IS 'Number of the concern.';
COMMENT ON COLUMN @ledger@.project_concern.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_concern.kind IS 'What the setting project.signal.actions names for the colour: intervention, audit.';
COMMENT ON COLUMN @ledger@.project_concern.colour IS 'The colour that began it.';
COMMENT ON COLUMN @ledger@.project_concern.opened_on IS 'The day of that signal.';
COMMENT ON COLUMN @ledger@.project_concern.ended_on IS 'The day of the first signal after it that was better, or on which the project came to a stage where it is judged no more; NULL: it stands.';
COMMENT ON COLUMN @ledger@.project_concern.ended_colour IS 'The colour of that signal; NULL: a stage ended it.';
COMMENT ON COLUMN @ledger@.project_concern.ended_stage IS 'The stage that ended it: accepted, closed or cancelled; NULL: a signal did.';
COMMENT ON COLUMN @ledger@.project_concern.held_on IS 'Day on which the project was suspended or completed: it waits, and goes on when the project does.';
COMMENT ON COLUMN @ledger@.project_concern.case_id IS 'The case that was begun, of the flow that the setting project.signal.flows names; NULL: none yet, the next assessment tries again.';
COMMENT ON COLUMN @ledger@.project_concern.problem IS 'Why no case could be begun.';
COMMENT ON COLUMN @ledger@.project_concern.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_concern.unit IS 'The project''s unit, for row security.';

CREATE TABLE @ledger@.project_indicator (
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  indicators  jsonb NOT NULL,
  achievement numeric(7,4) CHECK (achievement BETWEEN 0 AND 100),
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  PRIMARY KEY (project_id, fiscal_year)
);
COMMENT ON TABLE @ledger@.project_indicator IS 'Performance indicators (绩效指标) under way, as signals look at them. Written by report_indicators(), and by record_monitoring() of the newest day.';
COMMENT ON COLUMN @ledger@.project_indicator.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_indicator.fiscal_year IS 'Fiscal year (预算年度) of the targets.';
COMMENT ON COLUMN @ledger@.project_indicator.indicators IS 'Each with indicator, kind (>=, <=, <, = or qualitative), target and actual.';
COMMENT ON COLUMN @ledger@.project_indicator.achievement IS 'Achievement of the targets (目标实现程度), 1 is all of them; NULL: not known.';
COMMENT ON COLUMN @ledger@.project_indicator.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_indicator.unit IS 'The project''s unit, for row security.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_signal
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_signal
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_concern
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_concern
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_indicator
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_indicator
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

ALTER TABLE @ledger@.project_signal ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_signal FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_concern ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_concern FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_indicator ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_indicator FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES ('roa+', '{signal_rules}'), ('oa+', '{assess_project,report_indicators,notify_rectification}'), ('a+', '{assess_all}')) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

INSERT INTO @ledger@.flow_template (template, title, purpose, profile, definition) VALUES
('project_intervention', '黄色预警干预', '项目黄色预警时由评估任务发起：单位说明原因和措施（五个工作日）、业务处室确认。事实 project（项目代码）、colour、as_of、reasons（全部原因）、concern。', NULL, '{
  "flow": "project_intervention", "title": "黄色预警干预",
  "steps": [
    {"step": "explain", "title": "单位说明", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "deadline": {"working_days": 5, "action": "remind"}, "on_reject": "start", "next": "confirm"},
    {"step": "confirm", "title": "业务处室确认", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "explain", "next": "done"},
    {"step": "done", "type": "end"}]}'),
('project_audit', '红色预警审计', '项目红色预警时由评估任务发起：监督检查部门核查（十个工作日）、单位反馈、监督检查部门结案。事实 project（项目代码）、colour、as_of、reasons（全部原因）、concern。', NULL, '{
  "flow": "project_audit", "title": "红色预警审计",
  "steps": [
    {"step": "inspect", "title": "监督核查", "assign": [{"duty": "监督检查", "at": "division"}], "decide": {"rule": "any"}, "deadline": {"working_days": 10, "action": "remind"}, "on_reject": "end", "next": "answer"},
    {"step": "answer", "title": "单位反馈", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "deadline": {"working_days": 5, "action": "remind"}, "on_reject": "inspect", "next": "close"},
    {"step": "close", "title": "结案", "assign": [{"duty": "监督检查", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "answer", "next": "done"},
    {"step": "done", "type": "end"}]}');
