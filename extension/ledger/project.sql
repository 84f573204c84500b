-- project: the pool of projects, their stages, plans and records

CREATE TABLE @ledger@.project_stage_move (
  from_stage varchar(12) COLLATE "C" NOT NULL,
  to_stage   varchar(12) COLLATE "C" NOT NULL,
  road       varchar(8) COLLATE "C" NOT NULL CHECK (road IN ('function', 'reason', 'effect')),
  name       varchar(40) NOT NULL,
  PRIMARY KEY (from_stage, to_stage)
);
COMMENT ON TABLE @ledger@.project_stage_move IS 'Which stage follows which (阶段流转), and who may move a project so. Rows may be changed by the owner of the ledger; what must be true of a project at a stage is not said here but checked by the code.';
COMMENT ON COLUMN @ledger@.project_stage_move.from_stage IS 'Stage before.';
COMMENT ON COLUMN @ledger@.project_stage_move.to_stage IS 'Stage after. Out of suspended it must be the one that the project had before.';
COMMENT ON COLUMN @ledger@.project_stage_move.road IS 'function: move_project() or a flow; reason: the same, with a reason; effect: only the effect project_stage of a flow (经审批).';
COMMENT ON COLUMN @ledger@.project_stage_move.name IS 'What the move is called.';

INSERT INTO @ledger@.project_stage_move (from_stage, to_stage, road, name) VALUES
  ('proposed', 'reviewed', 'function', '评审'), ('reviewed', 'proposed', 'reason', '退回'),
  ('reviewed', 'admitted', 'effect', '入库'), ('admitted', 'selected', 'function', '出库'),
  ('selected', 'admitted', 'reason', '退回备选'), ('selected', 'funded', 'function', '资金下达'),
  ('funded', 'under_way', 'function', '开工'), ('under_way', 'completed', 'function', '完工'),
  ('completed', 'under_way', 'reason', '返工'), ('completed', 'accepted', 'effect', '验收'),
  ('accepted', 'evaluated', 'function', '评价'), ('evaluated', 'closed', 'function', '关闭'),
  ('accepted', 'closed', 'reason', '免评关闭'),
  ('admitted', 'suspended', 'reason', '暂停'), ('selected', 'suspended', 'reason', '暂停'),
  ('funded', 'suspended', 'reason', '暂停'), ('under_way', 'suspended', 'reason', '暂停'),
  ('suspended', 'admitted', 'reason', '恢复'), ('suspended', 'selected', 'reason', '恢复'),
  ('suspended', 'funded', 'reason', '恢复'), ('suspended', 'under_way', 'reason', '恢复'),
  ('proposed', 'cancelled', 'reason', '撤销'), ('reviewed', 'cancelled', 'reason', '不予入库'),
  ('admitted', 'cancelled', 'reason', '取消'), ('selected', 'cancelled', 'reason', '取消'),
  ('funded', 'cancelled', 'effect', '取消'), ('under_way', 'cancelled', 'effect', '终止'),
  ('suspended', 'cancelled', 'effect', '终止');

CREATE TABLE @ledger@.project_event (
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  event_no    integer NOT NULL,
  action      varchar(30) COLLATE "C" NOT NULL,
  from_stage  varchar(12) COLLATE "C",
  to_stage    varchar(12) COLLATE "C",
  reason      text,
  details     jsonb,
  case_id     bigint,
  actor       varchar(100) NOT NULL,
  login       varchar(63) COLLATE "C" NOT NULL,
  happened_at timestamptz NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  digest      bytea NOT NULL,
  PRIMARY KEY (project_id, event_no)
);
COMMENT ON TABLE @ledger@.project_event IS 'What happened to each project (项目留痕), in order and only added to. Each event is chained to the one before by digest, as case_event is; verify_project() checks that.';
COMMENT ON COLUMN @ledger@.project_event.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_event.event_no IS 'Number of the event of that project, from 1.';
COMMENT ON COLUMN @ledger@.project_event.action IS 'What was done: stage, described, planned, milestone, dependency and so on; other modules add theirs.';
COMMENT ON COLUMN @ledger@.project_event.from_stage IS 'Stage before a move.';
COMMENT ON COLUMN @ledger@.project_event.to_stage IS 'Stage after it.';
COMMENT ON COLUMN @ledger@.project_event.reason IS 'Why.';
COMMENT ON COLUMN @ledger@.project_event.details IS 'What was set, or which rules were passed over with that reason.';
COMMENT ON COLUMN @ledger@.project_event.case_id IS 'The case whose effect it was; NULL: a function.';
COMMENT ON COLUMN @ledger@.project_event.actor IS 'Who acted.';
COMMENT ON COLUMN @ledger@.project_event.login IS 'The database role that called.';
COMMENT ON COLUMN @ledger@.project_event.happened_at IS 'When.';
COMMENT ON COLUMN @ledger@.project_event.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_event.unit IS 'The project''s unit, for row security.';
COMMENT ON COLUMN @ledger@.project_event.digest IS 'Digest that links it to the event before; docs/project.md has its bytes.';

CREATE TABLE @ledger@.project_year (
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  fiscal_year integer NOT NULL CHECK (fiscal_year BETWEEN 1949 AND 9999),
  planned     budgetpm.amount NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  PRIMARY KEY (project_id, fiscal_year)
);
COMMENT ON TABLE @ledger@.project_year IS 'How a project''s planned total falls on years (分年度投资计划). Written by describe_project().';
COMMENT ON COLUMN @ledger@.project_year.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.project_year.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.project_year.planned IS 'Planned amount of that year.';
COMMENT ON COLUMN @ledger@.project_year.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_year.unit IS 'The project''s unit, for row security.';

CREATE TABLE @ledger@.project_dependency (
  project_id     bigint NOT NULL REFERENCES @ledger@.project,
  predecessor_id bigint NOT NULL REFERENCES @ledger@.project,
  lag_days       integer NOT NULL DEFAULT 0 CHECK (lag_days BETWEEN 0 AND 36500),
  reason         varchar(200),
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code NOT NULL,
  PRIMARY KEY (project_id, predecessor_id),
  CHECK (project_id <> predecessor_id)
);
CREATE INDEX project_dependency_predecessor ON @ledger@.project_dependency (predecessor_id);
COMMENT ON TABLE @ledger@.project_dependency IS 'Which project begins only after which other is completed (工期协同); there is never a circle. Written by add_dependency() and remove_dependency().';
COMMENT ON COLUMN @ledger@.project_dependency.project_id IS 'The project that waits.';
COMMENT ON COLUMN @ledger@.project_dependency.predecessor_id IS 'The one that has to be completed first.';
COMMENT ON COLUMN @ledger@.project_dependency.lag_days IS 'Days between its end and the beginning.';
COMMENT ON COLUMN @ledger@.project_dependency.reason IS 'Why.';
COMMENT ON COLUMN @ledger@.project_dependency.division IS 'Division of the project that waits, for row security.';
COMMENT ON COLUMN @ledger@.project_dependency.unit IS 'Unit of the project that waits, for row security.';

CREATE TABLE @ledger@.milestone (
  project_id   bigint NOT NULL REFERENCES @ledger@.project,
  milestone_no integer NOT NULL CHECK (milestone_no BETWEEN 1 AND 9999),
  title        varchar(200) NOT NULL,
  planned_on   date NOT NULL,
  weight       numeric(7,4) NOT NULL CHECK (weight >= 0 AND weight <= 100),
  done_on      date,
  document     varchar(200),
  done_by      varchar(63) COLLATE "C",
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code NOT NULL,
  -- Sums over all projects of a province are those of integers, which cost a fifth.
  weight_parts integer NOT NULL GENERATED ALWAYS AS ((weight * 10000)::integer) STORED,
  PRIMARY KEY (project_id, milestone_no)
);
CREATE INDEX milestone_open ON @ledger@.milestone (planned_on) WHERE done_on IS NULL;
COMMENT ON TABLE @ledger@.milestone IS 'Milestones of projects (里程碑): planned day, weight, and the day on which each was reached. Written by set_milestones() and complete_milestone().';
COMMENT ON COLUMN @ledger@.milestone.project_id IS 'The project.';
COMMENT ON COLUMN @ledger@.milestone.milestone_no IS 'Number in the project.';
COMMENT ON COLUMN @ledger@.milestone.title IS 'What is reached.';
COMMENT ON COLUMN @ledger@.milestone.planned_on IS 'Planned day.';
COMMENT ON COLUMN @ledger@.milestone.weight IS 'Part of the physical progress of the project, in percent; those of a project make 100.';
COMMENT ON COLUMN @ledger@.milestone.weight_parts IS 'The weight in millionths of the project, as signals sum it.';
COMMENT ON COLUMN @ledger@.milestone.done_on IS 'Day on which it was reached; NULL: not yet.';
COMMENT ON COLUMN @ledger@.milestone.document IS 'The document that shows it.';
COMMENT ON COLUMN @ledger@.milestone.done_by IS 'The database role that recorded it.';
COMMENT ON COLUMN @ledger@.milestone.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.milestone.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.delivery_seq;
COMMENT ON SEQUENCE @ledger@.delivery_seq IS 'Numbers of deliveries.';
CREATE TABLE @ledger@.delivery (
  delivery_id        bigint PRIMARY KEY,
  contract_id        bigint REFERENCES @ledger@.contract (contract_id),
  project_id         bigint REFERENCES @ledger@.project,
  title              varchar(200) NOT NULL,
  measure            varchar(20),
  planned_on         date NOT NULL,
  planned_quantity   numeric(20,4) NOT NULL CHECK (planned_quantity > 0),
  delivered_on       date,
  delivered_quantity numeric(20,4) NOT NULL DEFAULT 0 CHECK (delivered_quantity >= 0),
  accepted_on        date,
  first_accepted_on  date,
  whole_accepted_on  date,
  accepted_quantity  numeric(20,4) NOT NULL DEFAULT 0 CHECK (accepted_quantity >= 0),
  document           varchar(200),
  flags              text[] NOT NULL DEFAULT '{}',
  division           budgetpm.budget_code NOT NULL,
  unit               budgetpm.budget_code NOT NULL,
  papers             text[] NOT NULL DEFAULT '{}',
  CHECK (accepted_quantity <= delivered_quantity),
  CHECK (contract_id IS NOT NULL OR project_id IS NOT NULL)
);
CREATE INDEX delivery_contract ON @ledger@.delivery (contract_id);
CREATE INDEX delivery_project ON @ledger@.delivery (project_id);
COMMENT ON TABLE @ledger@.delivery IS 'What a contract or project is to be delivered (物资到位), what has come and what was accepted (验收). Written by plan_delivery(), record_delivery() and accept_delivery(); each step is an event of the project.';
COMMENT ON COLUMN @ledger@.delivery.delivery_id IS 'Number of the delivery.';
COMMENT ON COLUMN @ledger@.delivery.contract_id IS 'The contract under which it comes.';
COMMENT ON COLUMN @ledger@.delivery.project_id IS 'The project that it is for.';
COMMENT ON COLUMN @ledger@.delivery.title IS 'What is delivered.';
COMMENT ON COLUMN @ledger@.delivery.measure IS 'Unit of measure.';
COMMENT ON COLUMN @ledger@.delivery.planned_on IS 'Day by which all of it is to be there.';
COMMENT ON COLUMN @ledger@.delivery.planned_quantity IS 'Quantity agreed.';
COMMENT ON COLUMN @ledger@.delivery.delivered_on IS 'Day of the last arrival; NULL: nothing yet.';
COMMENT ON COLUMN @ledger@.delivery.delivered_quantity IS 'Quantity that has come.';
COMMENT ON COLUMN @ledger@.delivery.accepted_on IS 'Day of the last acceptance; NULL: nothing yet.';
COMMENT ON COLUMN @ledger@.delivery.first_accepted_on IS 'Day of the first acceptance, by which clauses that wait for any delivery go.';
COMMENT ON COLUMN @ledger@.delivery.whole_accepted_on IS 'Day by which the quantity agreed was accepted, by which clauses that wait for all deliveries go; what comes beyond it does not move it. NULL: not all of it yet.';
COMMENT ON COLUMN @ledger@.delivery.accepted_quantity IS 'Quantity that was accepted.';
COMMENT ON COLUMN @ledger@.delivery.document IS 'The last document: delivery note or acceptance record.';
COMMENT ON COLUMN @ledger@.delivery.flags IS 'What was noticed at arrival: late, beyond_quantity.';
COMMENT ON COLUMN @ledger@.delivery.papers IS 'Every document that a step was recorded by, after what it recorded: delivered:..., accepted:...; each counts once.';
COMMENT ON COLUMN @ledger@.delivery.division IS 'Division, for row security.';
COMMENT ON COLUMN @ledger@.delivery.unit IS 'Unit, for row security.';

CREATE TABLE @ledger@.project_resource (
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  resource_no integer NOT NULL CHECK (resource_no > 0),
  kind        varchar(20) COLLATE "C" NOT NULL CHECK (kind IN ('people', 'equipment', 'material', 'land', 'other')),
  title       varchar(200) NOT NULL,
  quantity    numeric(20,4) NOT NULL CHECK (quantity > 0),
  measure     varchar(20),
  valid_from  date NOT NULL,
  valid_to    date NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  PRIMARY KEY (project_id, resource_no),
  CHECK (valid_to >= valid_from)
);
COMMENT ON TABLE @ledger@.project_resource IS 'What a project or section needs and when (资源调配). Written by set_resources().';
COMMENT ON COLUMN @ledger@.project_resource.project_id IS 'The project or section.';
COMMENT ON COLUMN @ledger@.project_resource.resource_no IS 'Number in the project.';
COMMENT ON COLUMN @ledger@.project_resource.kind IS 'people, equipment, material, land or other.';
COMMENT ON COLUMN @ledger@.project_resource.title IS 'What it is; the same title in several sections is the same resource.';
COMMENT ON COLUMN @ledger@.project_resource.quantity IS 'How much of it.';
COMMENT ON COLUMN @ledger@.project_resource.measure IS 'Unit of measure.';
COMMENT ON COLUMN @ledger@.project_resource.valid_from IS 'First day.';
COMMENT ON COLUMN @ledger@.project_resource.valid_to IS 'Last day.';
COMMENT ON COLUMN @ledger@.project_resource.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_resource.unit IS 'The project''s unit, for row security.';

CREATE SEQUENCE @ledger@.quality_seq;
COMMENT ON SEQUENCE @ledger@.quality_seq IS 'Numbers of quality records.';
CREATE TABLE @ledger@.quality_record (
  record_id   bigint PRIMARY KEY,
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  checked_on  date NOT NULL,
  title       varchar(200) NOT NULL,
  result      varchar(10) COLLATE "C" NOT NULL CHECK (result IN ('passed', 'failed', 'repaired')),
  repairs     bigint REFERENCES @ledger@.quality_record,
  finding     text,
  document    varchar(200),
  inspector   varchar(100),
  recorded_by varchar(63) COLLATE "C" NOT NULL,
  recorded_at timestamptz NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL,
  CHECK ((result = 'repaired') = (repairs IS NOT NULL))
);
CREATE INDEX quality_record_project ON @ledger@.quality_record (project_id);
CREATE UNIQUE INDEX quality_record_repairs ON @ledger@.quality_record (repairs) WHERE repairs IS NOT NULL;
COMMENT ON TABLE @ledger@.quality_record IS 'Inspections of projects and sections (质量监督), only added to: a failed one is answered by one that repairs it. Written by record_quality().';
COMMENT ON COLUMN @ledger@.quality_record.record_id IS 'Number of the record.';
COMMENT ON COLUMN @ledger@.quality_record.project_id IS 'The project or section.';
COMMENT ON COLUMN @ledger@.quality_record.checked_on IS 'Day of the inspection.';
COMMENT ON COLUMN @ledger@.quality_record.title IS 'What was inspected.';
COMMENT ON COLUMN @ledger@.quality_record.result IS 'passed, failed, or repaired: a failed one was put right.';
COMMENT ON COLUMN @ledger@.quality_record.repairs IS 'The failed record that this one answers.';
COMMENT ON COLUMN @ledger@.quality_record.finding IS 'What was found.';
COMMENT ON COLUMN @ledger@.quality_record.document IS 'The inspection report.';
COMMENT ON COLUMN @ledger@.quality_record.inspector IS 'Who inspected.';
COMMENT ON COLUMN @ledger@.quality_record.recorded_by IS 'The database role that recorded it.';
COMMENT ON COLUMN @ledger@.quality_record.recorded_at IS 'When.';
COMMENT ON COLUMN @ledger@.quality_record.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.quality_record.unit IS 'The project''s unit, for row security.';

CREATE TABLE @ledger@.project_template_milestone (
  category     varchar(40) COLLATE "C" NOT NULL,
  milestone_no integer NOT NULL CHECK (milestone_no BETWEEN 1 AND 9999),
  title        varchar(200) NOT NULL,
  at_share     numeric(5,4) NOT NULL CHECK (at_share BETWEEN 0 AND 1),
  weight       numeric(7,4) NOT NULL CHECK (weight >= 0 AND weight <= 100),
  PRIMARY KEY (category, milestone_no)
);
COMMENT ON TABLE @ledger@.project_template_milestone IS 'Standard milestones of a project category (标准化模板); a category without any takes those of the more general one. Rows may be changed by the owner of the ledger.';
COMMENT ON COLUMN @ledger@.project_template_milestone.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @ledger@.project_template_milestone.milestone_no IS 'Number of the milestone.';
COMMENT ON COLUMN @ledger@.project_template_milestone.title IS 'What is reached.';
COMMENT ON COLUMN @ledger@.project_template_milestone.at_share IS 'When, as part of the time between the first and the last planned day.';
COMMENT ON COLUMN @ledger@.project_template_milestone.weight IS 'Part of the progress, in percent.';

CREATE TABLE @ledger@.project_template_document (
  category varchar(40) COLLATE "C" NOT NULL,
  stage    varchar(12) COLLATE "C" NOT NULL,
  kind     varchar(40) COLLATE "C" NOT NULL,
  title    varchar(100) NOT NULL,
  PRIMARY KEY (category, stage, kind)
);
COMMENT ON TABLE @ledger@.project_template_document IS 'Documents (材料清单) that a project of a category needs before it comes to a stage, for the category and all more special ones. Rows may be changed by the owner of the ledger.';
COMMENT ON COLUMN @ledger@.project_template_document.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @ledger@.project_template_document.stage IS 'The stage that needs it.';
COMMENT ON COLUMN @ledger@.project_template_document.kind IS 'Kind of document, as evidence_document has it.';
COMMENT ON COLUMN @ledger@.project_template_document.title IS 'What it is called.';

INSERT INTO @ledger@.project_template_milestone (category, milestone_no, title, at_share, weight) VALUES
  ('3', 1, '前期准备', 0.1, 10), ('3', 2, '招标采购', 0.25, 15), ('3', 3, '实施过半', 0.6, 35),
  ('3', 4, '实施完成', 0.9, 30), ('3', 5, '竣工验收', 1, 10);
INSERT INTO @ledger@.project_template_document (category, stage, kind, title) VALUES
  ('3', 'admitted', 'ex_ante_assessment', '事前绩效评估报告'),
  ('3', 'accepted', 'acceptance_report', '验收报告');

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_event
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_event
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.delivery
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.delivery
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.quality_record
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.quality_record
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_year
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_year
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_dependency
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_dependency
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.milestone
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.milestone
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_resource
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_resource
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

ALTER TABLE @ledger@.project_event ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_event FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_year ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_year FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_dependency ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_dependency FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.milestone ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.milestone FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.delivery ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.delivery FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_resource ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_resource FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.quality_record ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.quality_record FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
ALTER TABLE @ledger@.project_stage_move ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_stage_move FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, NULL, NULL));
ALTER TABLE @ledger@.project_template_milestone ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_template_milestone FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, NULL, NULL));
ALTER TABLE @ledger@.project_template_document ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_template_document FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, NULL, NULL));

CREATE FUNCTION @ledger@.move_project(
  project text, to_stage text, reason text DEFAULT NULL, on_day date DEFAULT NULL,
  actor text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.move_project('@ledger@.ledger'::pg_catalog.regclass, project, to_stage, reason, on_day, actor);
END;
COMMENT ON FUNCTION @ledger@.move_project(text, text, text, date, text) IS
  'Moves a project to a stage (项目阶段), where project_stage_move lets a function do so; on_day (today) is the day on which work began or was completed. Returns the number of the event. What stands against it is listed as a whole; what a reason can pass over (a predecessor that is not completed, a milestone that is not done) is recorded with the reason. Errors: 22004 reason, 22023 day, 23503 project, ZB007 no such move, ZB008 duty or only through a flow, ZB010.';

CREATE FUNCTION @ledger@.describe_project(
  project text, planned_total numeric DEFAULT NULL, starts_on date DEFAULT NULL, ends_on date DEFAULT NULL,
  responsible text DEFAULT NULL, industry text DEFAULT NULL, attributes jsonb DEFAULT NULL, years jsonb DEFAULT NULL,
  reason text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.describe_project(
    '@ledger@.ledger'::pg_catalog.regclass, project, planned_total, starts_on, ends_on, responsible, industry,
    attributes, years, reason);
END;
COMMENT ON FUNCTION @ledger@.describe_project(text, numeric, date, date, text, text, jsonb, jsonb, text) IS
  'Says what a project is: planned total in yuan over all years (项目总投资), planned first and last day, who is responsible (负责人), sector, fields of a local form, and the plan by years as {"2026": "100.00"} (分年度计划, replaces the one there was). What is NULL stays. Once it is in the pool, total and period change with a reason only. Errors: 22004 reason, 22023 every fault of the years, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION @ledger@.set_milestones(project text, milestones jsonb, reason text DEFAULT NULL) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_milestones('@ledger@.ledger'::pg_catalog.regclass, project, milestones, reason);
END;
COMMENT ON FUNCTION @ledger@.set_milestones(text, jsonb, text) IS
  'Sets the milestones of a project (里程碑), all at once, and returns how many: an array of {"no", "title", "planned_on", "weight"}, whose weights make 100. Those that are done must be there unchanged. Once the project is funded this needs a reason. Errors: 22004 reason, 22023 every fault, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION @ledger@.apply_project_template(project text) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.apply_project_template('@ledger@.ledger'::pg_catalog.regclass, project);
END;
COMMENT ON FUNCTION @ledger@.apply_project_template(text) IS
  'Gives a project the standard milestones (标准化模板) of its category, or of the nearest more general one, spread over its planned period; returns how many. Errors: 23503 project, 42704 no template, ZB007 no period or ended, ZB008 duty.';

CREATE FUNCTION @ledger@.complete_milestone(
  project text, milestone_no integer, done_on date DEFAULT NULL, document text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.complete_milestone('@ledger@.ledger'::pg_catalog.regclass, project, milestone_no, done_on, document);
END;
COMMENT ON FUNCTION @ledger@.complete_milestone(text, integer, date, text) IS
  'Records that a milestone was reached, on a day (today) and by a document, once. Contracts that wait for it become payable. Errors: 22004 document, 22023 day, 23503 project, ZB007 not under way, or no such open milestone, ZB008 duty.';

CREATE FUNCTION @ledger@.add_dependency(
  project text, predecessor text, lag_days integer DEFAULT 0, reason text DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.add_dependency('@ledger@.ledger'::pg_catalog.regclass, project, predecessor, lag_days, reason);
END;
COMMENT ON FUNCTION @ledger@.add_dependency(text, text, integer, text) IS
  'Lets a project begin only after another one is completed, lag_days later (工期协同). Errors: 22023, 23503 project, ZB008 duty, ZB010 a circle, named as a whole.';

CREATE FUNCTION @ledger@.remove_dependency(project text, predecessor text, reason text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.remove_dependency('@ledger@.ledger'::pg_catalog.regclass, project, predecessor, reason);
END;
COMMENT ON FUNCTION @ledger@.remove_dependency(text, text, text) IS
  'Lets a project wait for another one no longer. Errors: 22004 reason, 23503 project, 42704 it does not wait, ZB008 duty.';

CREATE FUNCTION @ledger@.set_resources(project text, resources jsonb) RETURNS integer
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_resources('@ledger@.ledger'::pg_catalog.regclass, project, resources);
END;
COMMENT ON FUNCTION @ledger@.set_resources(text, jsonb) IS
  'Sets what a project or section needs and when (资源调配), all at once, and returns how many rows: an array of {"kind", "title", "quantity", "measure", "valid_from", "valid_to"}. Errors: 22023 every fault, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION @ledger@.record_quality(
  project text, checked_on date, title text, result text, finding text DEFAULT NULL, document text DEFAULT NULL,
  inspector text DEFAULT NULL, repairs bigint DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_quality(
    '@ledger@.ledger'::pg_catalog.regclass, project, checked_on, title, result, finding, document, inspector, repairs);
END;
COMMENT ON FUNCTION @ledger@.record_quality(text, date, text, text, text, text, text, bigint) IS
  'Records an inspection (质量监督) and returns its number: passed, failed, or repaired, which answers the failed one that repairs names. A project with a failed inspection that nothing answers is not accepted. Errors: 22023, 22004, 23503 project, ZB007 nothing to repair, ZB008 duty.';

CREATE FUNCTION @ledger@.plan_delivery(
  title text, planned_on date, quantity numeric, contract_no text DEFAULT NULL, project text DEFAULT NULL,
  measure text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.plan_delivery(
    '@ledger@.ledger'::pg_catalog.regclass, title, planned_on, quantity, contract_no, project, measure);
END;
COMMENT ON FUNCTION @ledger@.plan_delivery(text, date, numeric, text, text, text) IS
  'Plans a delivery (物资) of a contract, or of a project, and returns its number. Errors: 22004 neither given, 22023 quantity, 23503 contract or project, ZB008 duty.';

CREATE FUNCTION @ledger@.record_delivery(
  delivery bigint, quantity numeric, document text, on_day date DEFAULT NULL) RETURNS text[]
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.record_delivery('@ledger@.ledger'::pg_catalog.regclass, delivery, quantity, document, on_day);
END;
COMMENT ON FUNCTION @ledger@.record_delivery(bigint, numeric, text, date) IS
  'Records that something of a delivery has come (到货), on a day (today), by its delivery note. It is checked on arrival, and what is noticed returned: late, beyond_quantity, clause_n for each deadline of the contract that has passed. A delivery note counts once. Errors: 22023, 22004, 42704, ZB008 duty, ZB010 the document was recorded before.';

CREATE FUNCTION @ledger@.accept_delivery(
  delivery bigint, quantity numeric, document text, on_day date DEFAULT NULL) RETURNS text[]
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.accept_delivery('@ledger@.ledger'::pg_catalog.regclass, delivery, quantity, document, on_day);
END;
COMMENT ON FUNCTION @ledger@.accept_delivery(bigint, numeric, text, date) IS
  'Records that something of a delivery was accepted (验收), on a day (today), by the acceptance record; never more than has come. Returns what was noticed of it at arrival. Errors: 22023, 22004, 42704, ZB008 duty, ZB010 more than has come, or the document was recorded before.';

CREATE FUNCTION @ledger@.verify_project(project text) RETURNS TABLE (event_no integer, problem text)
LANGUAGE sql STABLE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT v.event_no, v.problem FROM budgetpm.verify_project('@ledger@.ledger'::pg_catalog.regclass, project) AS v;
END;
COMMENT ON FUNCTION @ledger@.verify_project(text) IS
  'Compares the events of a project with their digests and its stage with them; a row for each difference. Errors: 23503 no such project, or not to be seen.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('oa+', '{move_project,describe_project,set_milestones,apply_project_template,complete_milestone,add_dependency,remove_dependency,set_resources,record_quality,plan_delivery,record_delivery,accept_delivery}'),
    ('roa+', '{verify_project}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;
