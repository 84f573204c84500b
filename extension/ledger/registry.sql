-- registry: who and what a budget is about

-- Divisions.  The tree key never changes, because posted rows carry it: a place that
-- moves or is merged leaves its node with its history and lives on in another one.
CREATE TABLE @ledger@.division (
  code          budgetpm.budget_code PRIMARY KEY,
  official_code varchar(12) COLLATE "C" NOT NULL CHECK (official_code ~ '^[0-9]{1,12}$'),
  name          varchar(100) NOT NULL CHECK (name <> ''),
  parent        budgetpm.budget_code REFERENCES @ledger@.division (code),
  level         smallint NOT NULL CHECK (level BETWEEN 1 AND 4),
  valid_from    date NOT NULL,
  valid_to      date CHECK (valid_to >= valid_from),
  successor     budgetpm.budget_code REFERENCES @ledger@.division (code),
  CHECK (successor IS NULL OR valid_to IS NOT NULL)
);
CREATE UNIQUE INDEX division_living ON @ledger@.division (official_code) WHERE valid_to IS NULL;
CREATE INDEX division_official_code ON @ledger@.division (official_code);
CREATE INDEX division_parent ON @ledger@.division (parent);
COMMENT ON TABLE @ledger@.division IS 'Fiscal divisions (财政区划) as they are now: the tree 省, 市, 县, 乡. Closed nodes stay, because posted rows name them; division_version holds what each was called, and when.';
COMMENT ON COLUMN @ledger@.division.code IS 'Tree key, assigned by register_division() and never changed: usually the official digits without trailing zero groups.';
COMMENT ON COLUMN @ledger@.division.official_code IS 'Official code (行政区划代码), 9 digits in a fiscal system; unique among the divisions that exist now.';
COMMENT ON COLUMN @ledger@.division.name IS 'Official name, such as 苏州市.';
COMMENT ON COLUMN @ledger@.division.parent IS 'The division above; NULL for the root alone.';
COMMENT ON COLUMN @ledger@.division.level IS '1 省 province, 2 市 city or league, 3 县 county or banner, 4 乡/街道 township. A county may stand directly below its province (省直管县).';
COMMENT ON COLUMN @ledger@.division.valid_from IS 'First day of this node.';
COMMENT ON COLUMN @ledger@.division.valid_to IS 'First day on which this node is no more; NULL while it exists.';
COMMENT ON COLUMN @ledger@.division.successor IS 'The node that took over when this one was merged (撤并) or moved.';

CREATE TABLE @ledger@.division_version (
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  valid_from    date NOT NULL,
  valid_to      date CHECK (valid_to >= valid_from),
  official_code varchar(12) COLLATE "C" NOT NULL,
  name          varchar(100) NOT NULL,
  parent        budgetpm.budget_code REFERENCES @ledger@.division (code),
  level         smallint NOT NULL,
  change        varchar(20) COLLATE "C" NOT NULL CHECK (change IN ('registered', 'renamed', 'moved in')),
  ending        varchar(20) COLLATE "C" CHECK (ending IN ('renamed', 'merged', 'moved away', 'abolished')),
  document      varchar(200),
  recorded_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  recorded_by   varchar(63) NOT NULL DEFAULT SESSION_USER,
  PRIMARY KEY (division, valid_from),
  CHECK ((valid_to IS NULL) = (ending IS NULL))
);
CREATE INDEX division_version_official_code ON @ledger@.division_version (official_code, valid_from);
COMMENT ON TABLE @ledger@.division_version IS 'Dated history of the divisions (区划沿革): each official code and name a division has had. Periods of one division do not overlap; valid_to is the first day after.';
COMMENT ON COLUMN @ledger@.division_version.division IS 'The node.';
COMMENT ON COLUMN @ledger@.division_version.valid_from IS 'First day of this state.';
COMMENT ON COLUMN @ledger@.division_version.valid_to IS 'First day after it; NULL for the present state.';
COMMENT ON COLUMN @ledger@.division_version.official_code IS 'Official code in that period.';
COMMENT ON COLUMN @ledger@.division_version.name IS 'Name in that period.';
COMMENT ON COLUMN @ledger@.division_version.parent IS 'Division above.';
COMMENT ON COLUMN @ledger@.division_version.level IS 'Level, as in division.';
COMMENT ON COLUMN @ledger@.division_version.change IS 'How the state began: registered, renamed (name or official code), moved in.';
COMMENT ON COLUMN @ledger@.division_version.ending IS 'How it ended: renamed, merged (撤并), moved away, abolished; NULL while it lasts.';
COMMENT ON COLUMN @ledger@.division_version.document IS 'The decision behind the state (批复文号).';
COMMENT ON COLUMN @ledger@.division_version.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN @ledger@.division_version.recorded_by IS 'Who recorded it.';

-- Units
CREATE TABLE @ledger@.unit (
  code          budgetpm.budget_code PRIMARY KEY,
  official_code varchar(21) COLLATE "C" NOT NULL CHECK (official_code ~ '^[0-9A-Za-z_.-]{1,21}$'),
  name          varchar(200) NOT NULL CHECK (name <> ''),
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  parent        budgetpm.budget_code REFERENCES @ledger@.unit (code),
  kind          varchar(20) COLLATE "C" NOT NULL CHECK (kind IN ('department', 'unit', 'subordinate', 'finance')),
  valid_from    date NOT NULL,
  valid_to      date CHECK (valid_to >= valid_from),
  successor     budgetpm.budget_code REFERENCES @ledger@.unit (code),
  CHECK (successor IS NULL OR valid_to IS NOT NULL)
);
CREATE UNIQUE INDEX unit_living ON @ledger@.unit (official_code) WHERE valid_to IS NULL;
CREATE INDEX unit_official_code ON @ledger@.unit (official_code);
CREATE INDEX unit_division ON @ledger@.unit (division);
CREATE INDEX unit_parent ON @ledger@.unit (parent, code);
COMMENT ON TABLE @ledger@.unit IS 'Budget units (预算单位) as they are now: department (主管部门), unit, subordinate unit. Closed nodes stay, because posted rows name them.';
COMMENT ON COLUMN @ledger@.unit.code IS 'Tree key, assigned by register_unit() and never changed: serials of 6, 4, 4 and 3 digits a level, so that no unrelated units share a prefix. It says nothing outside this ledger.';
COMMENT ON COLUMN @ledger@.unit.official_code IS 'Official unit code (预算单位代码), up to 21 characters; unique among the units that exist now.';
COMMENT ON COLUMN @ledger@.unit.name IS 'Official name.';
COMMENT ON COLUMN @ledger@.unit.division IS 'The government (财政区划) that funds the unit.';
COMMENT ON COLUMN @ledger@.unit.parent IS 'The unit above; NULL for a department or a finance department.';
COMMENT ON COLUMN @ledger@.unit.kind IS 'department 主管部门, unit 预算单位, subordinate 基层单位, finance 财政部门.';
COMMENT ON COLUMN @ledger@.unit.valid_from IS 'First day of this node.';
COMMENT ON COLUMN @ledger@.unit.valid_to IS 'First day on which this node is no more; NULL while it exists.';
COMMENT ON COLUMN @ledger@.unit.successor IS 'The node that took over when this one was merged or moved.';

CREATE TABLE @ledger@.unit_version (
  unit          budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  valid_from    date NOT NULL,
  valid_to      date CHECK (valid_to >= valid_from),
  official_code varchar(21) COLLATE "C" NOT NULL,
  name          varchar(200) NOT NULL,
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  parent        budgetpm.budget_code REFERENCES @ledger@.unit (code),
  kind          varchar(20) COLLATE "C" NOT NULL,
  change        varchar(20) COLLATE "C" NOT NULL CHECK (change IN ('registered', 'renamed', 'moved in', 'division changed')),
  ending        varchar(20) COLLATE "C" CHECK (ending IN ('renamed', 'merged', 'moved away', 'abolished', 'division changed')),
  document      varchar(200),
  recorded_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  recorded_by   varchar(63) NOT NULL DEFAULT SESSION_USER,
  PRIMARY KEY (unit, valid_from),
  CHECK ((valid_to IS NULL) = (ending IS NULL))
);
CREATE INDEX unit_version_official_code ON @ledger@.unit_version (official_code, valid_from);
CREATE INDEX unit_version_division ON @ledger@.unit_version (division);
COMMENT ON TABLE @ledger@.unit_version IS 'Dated history of the units: each official code, name and division a unit has had; valid_to is the first day after.';
COMMENT ON COLUMN @ledger@.unit_version.unit IS 'The node.';
COMMENT ON COLUMN @ledger@.unit_version.valid_from IS 'First day of this state.';
COMMENT ON COLUMN @ledger@.unit_version.valid_to IS 'First day after it; NULL for the present state.';
COMMENT ON COLUMN @ledger@.unit_version.official_code IS 'Official code in that period.';
COMMENT ON COLUMN @ledger@.unit_version.name IS 'Name in that period.';
COMMENT ON COLUMN @ledger@.unit_version.division IS 'Division in that period.';
COMMENT ON COLUMN @ledger@.unit_version.parent IS 'Unit above.';
COMMENT ON COLUMN @ledger@.unit_version.kind IS 'Kind, as in unit.';
COMMENT ON COLUMN @ledger@.unit_version.change IS 'How the state began: registered, renamed, moved in, division changed.';
COMMENT ON COLUMN @ledger@.unit_version.ending IS 'How it ended: renamed, merged, moved away, abolished, division changed; NULL while it lasts.';
COMMENT ON COLUMN @ledger@.unit_version.document IS 'The decision behind the state.';
COMMENT ON COLUMN @ledger@.unit_version.recorded_at IS 'When it was recorded.';
COMMENT ON COLUMN @ledger@.unit_version.recorded_by IS 'Who recorded it.';

-- Classifications
CREATE TABLE @ledger@.classification_scheme (
  scheme     varchar(40) COLLATE "C" PRIMARY KEY CHECK (scheme ~ '^[a-z][a-z0-9_]*$'),
  name       varchar(100) NOT NULL,
  widths     integer[] NOT NULL CHECK (pg_catalog.cardinality(widths) > 0 AND 1 <= ALL (widths)),
  leaf_only  boolean NOT NULL
);
COMMENT ON TABLE @ledger@.classification_scheme IS 'Classification schemes (分类科目体系): the national ones ship with the ledger, any number of local ones may be added.';
COMMENT ON COLUMN @ledger@.classification_scheme.scheme IS 'Short name: function, gov_economic, dept_economic, revenue, or your own.';
COMMENT ON COLUMN @ledger@.classification_scheme.name IS 'What people call it, such as 支出功能分类.';
COMMENT ON COLUMN @ledger@.classification_scheme.widths IS 'Digits of each level: {3,2,2} is 类, 款, 项.';
COMMENT ON COLUMN @ledger@.classification_scheme.leaf_only IS 'Whether a line must carry a lowest-level code (末级科目).';

CREATE TABLE @ledger@.classification_edition (
  scheme     varchar(40) COLLATE "C" NOT NULL REFERENCES @ledger@.classification_scheme,
  edition    integer NOT NULL CHECK (edition BETWEEN 1949 AND 9999),
  first_year integer NOT NULL CHECK (first_year BETWEEN 1949 AND 9999),
  last_year  integer CHECK (last_year >= first_year),
  source     varchar(300),
  PRIMARY KEY (scheme, edition),
  UNIQUE (scheme, first_year)
);
COMMENT ON TABLE @ledger@.classification_edition IS 'Editions of a scheme. A line is checked against the edition of its fiscal year: the latest one that has begun and not ended.';
COMMENT ON COLUMN @ledger@.classification_edition.scheme IS 'The scheme.';
COMMENT ON COLUMN @ledger@.classification_edition.edition IS 'Year that names the edition.';
COMMENT ON COLUMN @ledger@.classification_edition.first_year IS 'First fiscal year it is in force.';
COMMENT ON COLUMN @ledger@.classification_edition.last_year IS 'Last fiscal year it is in force; NULL until a later edition begins.';
COMMENT ON COLUMN @ledger@.classification_edition.source IS 'Where the codes come from.';

CREATE TABLE @ledger@.classification (
  scheme        varchar(40) COLLATE "C" NOT NULL,
  edition       integer NOT NULL,
  code          budgetpm.budget_code NOT NULL,
  official_code varchar(20) COLLATE "C" NOT NULL,
  name          varchar(200) NOT NULL CHECK (name <> ''),
  is_leaf       boolean NOT NULL,
  PRIMARY KEY (scheme, edition, code),
  FOREIGN KEY (scheme, edition) REFERENCES @ledger@.classification_edition
);
CREATE UNIQUE INDEX classification_official_code ON @ledger@.classification (scheme, official_code, edition);
COMMENT ON TABLE @ledger@.classification IS 'Codes of each edition of each scheme (政府收支分类科目 and local ones).';
COMMENT ON COLUMN @ledger@.classification.scheme IS 'The scheme.';
COMMENT ON COLUMN @ledger@.classification.edition IS 'The edition.';
COMMENT ON COLUMN @ledger@.classification.code IS 'Tree key: the official digits.';
COMMENT ON COLUMN @ledger@.classification.official_code IS 'Official code, such as 2050201.';
COMMENT ON COLUMN @ledger@.classification.name IS 'Official name of that edition.';
COMMENT ON COLUMN @ledger@.classification.is_leaf IS 'Whether nothing stands below it in that edition (末级).';

CREATE TABLE @ledger@.classification_walk (
  scheme       varchar(40) COLLATE "C" NOT NULL,
  from_edition integer NOT NULL,
  from_code    budgetpm.budget_code NOT NULL,
  to_edition   integer NOT NULL,
  to_code      budgetpm.budget_code NOT NULL,
  share        numeric(9,8) NOT NULL DEFAULT 1 CHECK (share > 0 AND share <= 1),
  PRIMARY KEY (scheme, from_edition, from_code, to_edition, to_code),
  FOREIGN KEY (scheme, from_edition, from_code) REFERENCES @ledger@.classification,
  FOREIGN KEY (scheme, to_edition, to_code) REFERENCES @ledger@.classification,
  CHECK (from_edition <> to_edition)
);
CREATE INDEX classification_walk_to ON @ledger@.classification_walk (scheme, to_edition, to_code);
COMMENT ON TABLE @ledger@.classification_walk IS 'Cross-walk between editions (新旧科目对照): where the money of a code goes. A code without a row keeps its code, if the next edition has it.';
COMMENT ON COLUMN @ledger@.classification_walk.scheme IS 'The scheme.';
COMMENT ON COLUMN @ledger@.classification_walk.from_edition IS 'Edition of the old code.';
COMMENT ON COLUMN @ledger@.classification_walk.from_code IS 'The old code.';
COMMENT ON COLUMN @ledger@.classification_walk.to_edition IS 'Edition of the new code.';
COMMENT ON COLUMN @ledger@.classification_walk.to_code IS 'The new code.';
COMMENT ON COLUMN @ledger@.classification_walk.share IS 'Part of the old code''s money that goes there, above 0 and at most 1; the shares of one old code make 1.';

CREATE TABLE @ledger@.fund_type (
  fund_type varchar(10) COLLATE "C" PRIMARY KEY CHECK (fund_type ~ '^[0-9A-Za-z]+$'),
  name      varchar(100) NOT NULL
);
COMMENT ON TABLE @ledger@.fund_type IS 'Fund types (资金性质): which of the four books, special account or unit''s own money. Local types may be added.';
COMMENT ON COLUMN @ledger@.fund_type.fund_type IS 'Code.';
COMMENT ON COLUMN @ledger@.fund_type.name IS 'Name.';

CREATE TABLE @ledger@.element (
  element     varchar(40) COLLATE "C" PRIMARY KEY CHECK (element ~ '^[a-z][a-z0-9_]*$'),
  number      smallint UNIQUE,
  name        varchar(100) NOT NULL,
  kind        varchar(20) COLLATE "C" NOT NULL
              CHECK (kind IN ('year', 'division', 'unit', 'project', 'fund_type', 'classification', 'choice', 'flag', 'text', 'number', 'date')),
  scheme      varchar(40) COLLATE "C" REFERENCES @ledger@.classification_scheme,
  choices     jsonb CHECK (pg_catalog.jsonb_typeof(choices) = 'object'),
  line_column varchar(63) COLLATE "C",
  required    boolean NOT NULL DEFAULT false,
  max_length  integer NOT NULL DEFAULT 200 CHECK (max_length BETWEEN 1 AND 4000),
  CHECK ((kind = 'classification') = (scheme IS NOT NULL)),
  CHECK ((kind = 'choice') = (choices IS NOT NULL))
);
COMMENT ON TABLE @ledger@.element IS 'Catalogue of what a line says: the 26 elements (核算要素) of 财办〔2022〕36号 chapter 4, and local dimensions without a number. Those without a column of line are keys of line.elements.';
COMMENT ON COLUMN @ledger@.element.element IS 'Key in line.elements, and in messages.';
COMMENT ON COLUMN @ledger@.element.number IS 'Number in the national list; NULL for a local dimension.';
COMMENT ON COLUMN @ledger@.element.name IS 'Chinese name.';
COMMENT ON COLUMN @ledger@.element.kind IS 'What a value must be: year, division, unit, project, fund_type and classification are official codes that must exist, choice one of choices, flag true or false, text, number, date (YYYY-MM-DD).';
COMMENT ON COLUMN @ledger@.element.scheme IS 'Scheme of a classification.';
COMMENT ON COLUMN @ledger@.element.choices IS 'Allowed values of a choice with their names: {"1": "年初预算"}.';
COMMENT ON COLUMN @ledger@.element.line_column IS 'Column of line that holds it; NULL when it lives in line.elements.';
COMMENT ON COLUMN @ledger@.element.required IS 'Whether line.elements must have it.';
COMMENT ON COLUMN @ledger@.element.max_length IS 'Longest text, in characters.';

CREATE TABLE @ledger@.calendar_day (
  day     date PRIMARY KEY,
  working boolean NOT NULL,
  name    varchar(100) NOT NULL
);
COMMENT ON TABLE @ledger@.calendar_day IS 'Exceptions of the working-day calendar: holidays (放假) and make-up working days (调休上班). Every other day is working from Monday to Friday. Load each year''s 国务院办公厅 notice; none ships.';
COMMENT ON COLUMN @ledger@.calendar_day.day IS 'The day.';
COMMENT ON COLUMN @ledger@.calendar_day.working IS 'Whether people work on it.';
COMMENT ON COLUMN @ledger@.calendar_day.name IS 'Why, such as 春节 or 国庆节调休.';

-- Profiles
CREATE TABLE @ledger@.profile (
  profile    varchar(40) COLLATE "C" NOT NULL CHECK (profile ~ '^[a-z][a-z0-9_]*$'),
  version    integer NOT NULL CHECK (version > 0),
  title      varchar(200) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  created_by varchar(63) NOT NULL DEFAULT SESSION_USER,
  PRIMARY KEY (profile, version)
);
COMMENT ON TABLE @ledger@.profile IS 'Profiles (地区配置) known to this ledger, each version a set of rows that is never changed: a change is a new version.';
COMMENT ON COLUMN @ledger@.profile.profile IS 'Name: standard, jiangsu, inner_mongolia, hebei, jincai, key_projects, or your own.';
COMMENT ON COLUMN @ledger@.profile.version IS 'Version, from 1.';
COMMENT ON COLUMN @ledger@.profile.title IS 'Chinese name.';
COMMENT ON COLUMN @ledger@.profile.created_at IS 'When this version was stored.';
COMMENT ON COLUMN @ledger@.profile.created_by IS 'Who stored it.';

CREATE TABLE @ledger@.profile_setting (
  profile varchar(40) COLLATE "C" NOT NULL,
  version integer NOT NULL,
  key     varchar(100) COLLATE "C" NOT NULL CHECK (key ~ '^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$'),
  value   jsonb NOT NULL,
  name    varchar(200),
  PRIMARY KEY (profile, version, key),
  FOREIGN KEY (profile, version) REFERENCES @ledger@.profile
);
COMMENT ON TABLE @ledger@.profile_setting IS 'Settings of a profile version. The first part of a key names the module that reads it.';
COMMENT ON COLUMN @ledger@.profile_setting.profile IS 'The profile.';
COMMENT ON COLUMN @ledger@.profile_setting.version IS 'The version.';
COMMENT ON COLUMN @ledger@.profile_setting.key IS 'Key, such as planning.growth_flag.';
COMMENT ON COLUMN @ledger@.profile_setting.value IS 'Value; ratios are fractions (0.15 is 15 %), money is a string.';
COMMENT ON COLUMN @ledger@.profile_setting.name IS 'What it is, in Chinese.';

CREATE TABLE @ledger@.profile_category (
  profile  varchar(40) COLLATE "C" NOT NULL,
  version  integer NOT NULL,
  category varchar(40) COLLATE "C" NOT NULL CHECK (category ~ '^[a-z0-9_]+$'),
  name     varchar(100) NOT NULL,
  parent   varchar(40) COLLATE "C",
  PRIMARY KEY (profile, version, category),
  FOREIGN KEY (profile, version) REFERENCES @ledger@.profile
);
COMMENT ON TABLE @ledger@.profile_category IS 'Project categories (项目类别) that a profile version brings; those of standard hold everywhere.';
COMMENT ON COLUMN @ledger@.profile_category.profile IS 'The profile.';
COMMENT ON COLUMN @ledger@.profile_category.version IS 'The version.';
COMMENT ON COLUMN @ledger@.profile_category.category IS 'Code of the category.';
COMMENT ON COLUMN @ledger@.profile_category.name IS 'Name, such as 草原生态保护.';
COMMENT ON COLUMN @ledger@.profile_category.parent IS 'The more general category; in this profile or in standard.';

CREATE TABLE @ledger@.profile_binding (
  division   budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  valid_from date NOT NULL,
  valid_to   date CHECK (valid_to > valid_from),
  profile    varchar(40) COLLATE "C" NOT NULL,
  version    integer NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  applied_by varchar(63) NOT NULL DEFAULT SESSION_USER,
  PRIMARY KEY (division, valid_from),
  FOREIGN KEY (profile, version) REFERENCES @ledger@.profile
);
COMMENT ON TABLE @ledger@.profile_binding IS 'Which profile holds in which division and below, from when. The nearest division upwards whose profile has a key decides; then standard.';
COMMENT ON COLUMN @ledger@.profile_binding.division IS 'Top of the subtree.';
COMMENT ON COLUMN @ledger@.profile_binding.valid_from IS 'First day.';
COMMENT ON COLUMN @ledger@.profile_binding.valid_to IS 'First day after; NULL until another one follows.';
COMMENT ON COLUMN @ledger@.profile_binding.profile IS 'The profile.';
COMMENT ON COLUMN @ledger@.profile_binding.version IS 'The version.';
COMMENT ON COLUMN @ledger@.profile_binding.applied_at IS 'When it was applied.';
COMMENT ON COLUMN @ledger@.profile_binding.applied_by IS 'Who applied it.';

CREATE TABLE @ledger@.project (
  project_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  official_code varchar(21) COLLATE "C" NOT NULL UNIQUE CHECK (official_code ~ '^[0-9A-Za-z_.-]{1,21}$'),
  name          varchar(200) NOT NULL CHECK (name <> ''),
  unit          budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  division      budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  category      varchar(40) COLLATE "C" NOT NULL,
  parent_id     bigint REFERENCES @ledger@.project,
  setup_year    integer NOT NULL CHECK (setup_year BETWEEN 1949 AND 9999),
  registered_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  registered_by varchar(63) NOT NULL DEFAULT SESSION_USER,
  level         smallint NOT NULL DEFAULT 1 CHECK (level BETWEEN 1 AND 6),
  stage         varchar(12) COLLATE "C" NOT NULL DEFAULT 'proposed'
                CHECK (stage IN ('proposed', 'reviewed', 'admitted', 'selected', 'funded', 'under_way', 'completed',
                                 'accepted', 'evaluated', 'closed', 'suspended', 'cancelled')),
  stage_since   timestamptz,
  events        integer NOT NULL DEFAULT 0,
  head          bytea,
  planned_total budgetpm.amount,
  starts_on     date,
  ends_on       date,
  started_on    date,
  completed_on  date,
  responsible   varchar(100),
  industry      varchar(100),
  attributes    jsonb NOT NULL DEFAULT '{}' CHECK (pg_catalog.jsonb_typeof(attributes) = 'object'),
  grams         bigint[] NOT NULL GENERATED ALWAYS AS (budgetpm.grams(name)) STORED,
  CHECK (ends_on >= starts_on),
  -- Whoever inserts rows past register_project() inserts no project that is admitted.
  CHECK (stage = 'proposed' OR events > 0)
);
-- Without a list of pending entries, which makes a search after many new names dearer than reading all of them.
CREATE INDEX project_grams ON @ledger@.project USING gin (grams) WITH (fastupdate = off);
CREATE INDEX project_unit ON @ledger@.project (unit);
CREATE INDEX project_division ON @ledger@.project (division);
CREATE INDEX project_parent ON @ledger@.project (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE @ledger@.project IS 'Budget projects (预算项目) of the pool (项目库): programmes, projects, sub-projects, sections. The stage moves through move_project() and the effect project_stage only.';
COMMENT ON COLUMN @ledger@.project.project_id IS 'Key of a project in this ledger.';
COMMENT ON COLUMN @ledger@.project.official_code IS 'Official project code (项目代码), up to 21 characters.';
COMMENT ON COLUMN @ledger@.project.name IS 'Name.';
COMMENT ON COLUMN @ledger@.project.unit IS 'The unit whose project it is.';
COMMENT ON COLUMN @ledger@.project.division IS 'The unit''s division when the project was registered, for row security.';
COMMENT ON COLUMN @ledger@.project.category IS 'Category (项目类别) in force for the division when the project was registered.';
COMMENT ON COLUMN @ledger@.project.parent_id IS 'The programme (一级项目) above a sub-project.';
COMMENT ON COLUMN @ledger@.project.setup_year IS 'Year of initiation (立项年度).';
COMMENT ON COLUMN @ledger@.project.registered_at IS 'When it was registered.';
COMMENT ON COLUMN @ledger@.project.registered_by IS 'Who registered it.';
COMMENT ON COLUMN @ledger@.project.level IS 'Depth in its tree (项目级次): 1 programme (一级项目), 2 project (二级项目), 3 section and so on.';
COMMENT ON COLUMN @ledger@.project.stage IS 'Stage (项目阶段): proposed 申报, reviewed 评审, admitted 入库, selected 出库, funded 资金下达, under_way 执行, completed 完工, accepted 验收, evaluated 评价, closed 关闭; suspended 暂停, cancelled 取消.';
COMMENT ON COLUMN @ledger@.project.stage_since IS 'When it came to that stage; NULL: it has been proposed since it was registered.';
COMMENT ON COLUMN @ledger@.project.events IS 'Number of its events in project_event.';
COMMENT ON COLUMN @ledger@.project.head IS 'Digest of the last of them.';
COMMENT ON COLUMN @ledger@.project.planned_total IS 'Planned total over all years (项目总投资).';
COMMENT ON COLUMN @ledger@.project.starts_on IS 'Planned first day.';
COMMENT ON COLUMN @ledger@.project.ends_on IS 'Planned last day.';
COMMENT ON COLUMN @ledger@.project.started_on IS 'Day on which work began.';
COMMENT ON COLUMN @ledger@.project.completed_on IS 'Day on which it was completed.';
COMMENT ON COLUMN @ledger@.project.responsible IS 'Who answers for it (项目负责人): a login or a name.';
COMMENT ON COLUMN @ledger@.project.industry IS 'Sector (行业), such as 教育.';
COMMENT ON COLUMN @ledger@.project.attributes IS 'Fields that the forms of its place and category add (自定义表单), checked against them whenever they are written; {}: not filled in yet.';
COMMENT ON COLUMN @ledger@.project.grams IS 'Pairs of neighbouring characters of the name (字符二元组), by which similar_projects() finds names that are alike.';

-- What the stage rests on: nobody sets it but the function that records the move.
CREATE TRIGGER guard BEFORE UPDATE OF stage, stage_since, events, head ON @ledger@.project
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.project ENABLE ALWAYS TRIGGER guard, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

-- Rules that a backend may keep for a while
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.classification_scheme
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.classification_scheme ENABLE ALWAYS TRIGGER invalidate_ledger;
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.classification_edition
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.classification_edition ENABLE ALWAYS TRIGGER invalidate_ledger;
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.element
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.element ENABLE ALWAYS TRIGGER invalidate_ledger;
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.profile_binding
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.profile_binding ENABLE ALWAYS TRIGGER invalidate_ledger;
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.profile_setting
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.profile_setting ENABLE ALWAYS TRIGGER invalidate_ledger;
CREATE TRIGGER check_setting BEFORE INSERT OR UPDATE ON @ledger@.profile_setting
  FOR EACH ROW EXECUTE FUNCTION budgetpm.check_setting();

-- Registering: asks for EXECUTE and a duty there, then writes as the ledger's owner;
-- nobody else holds DML on these tables
CREATE FUNCTION @ledger@.register_division(official_code text, name text, parent text, level integer DEFAULT NULL,
  valid_from date DEFAULT '1949-10-01', document text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_division('@ledger@.ledger'::regclass, official_code, name, parent, level, valid_from, document);
END;
COMMENT ON FUNCTION @ledger@.register_division(text, text, text, integer, date, text) IS
  'Registers a division (财政区划) below parent, NULL for the root alone; level is one below the parent''s unless given. Returns its tree key. 22023 wrong width or level, 23503 unknown parent, 23505 code in use.';

CREATE FUNCTION @ledger@.register_divisions(items jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT pg_catalog.count(budgetpm.register_division('@ledger@.ledger'::regclass, i.official_code, i.name, i.parent, i.level,
           COALESCE(i.valid_from, '1949-10-01'::date), i.document))::integer
  FROM pg_catalog.jsonb_to_recordset(items)
    AS i(official_code text, name text, parent text, level integer, valid_from date, document text);
END;
COMMENT ON FUNCTION @ledger@.register_divisions(jsonb) IS
  'Registers many divisions in the order of the array, each {"official_code", "name", "parent", "level", "valid_from", "document"}; all or none. Returns how many.';

CREATE FUNCTION @ledger@.rename_division(official_code text, name text, valid_from date, document text DEFAULT NULL,
  new_official_code text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.rename_division('@ledger@.ledger'::regclass, official_code, name, valid_from, document, new_official_code);
END;
COMMENT ON FUNCTION @ledger@.rename_division(text, text, date, text, text) IS
  'Renames a division (更名), or gives it another official code, from a day on; history keeps the old ones. On the first day of the present state it corrects that state. 22023 for another day before it, or after today.';

CREATE FUNCTION @ledger@.move_division(official_code text, to_parent text, valid_from date, document text DEFAULT NULL,
  new_official_code text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.move_division('@ledger@.ledger'::regclass, official_code, to_parent, valid_from, document, new_official_code);
END;
COMMENT ON FUNCTION @ledger@.move_division(text, text, date, text, text) IS
  'Moves a division with all below it under another parent (隶属变更) from a day on. What was posted stays where it was posted; new lines go to the new node. Returns its tree key.';

CREATE FUNCTION @ledger@.merge_divisions(official_codes text[], into_code text, valid_from date, document text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.merge_divisions('@ledger@.ledger'::regclass, official_codes, into_code, valid_from, document);
END;
COMMENT ON FUNCTION @ledger@.merge_divisions(text[], text, date, text) IS
  'Merges divisions (撤并) into one that exists; their units and what stands below them go there. Returns how many ended. 22023 when one would go into itself.';

CREATE FUNCTION @ledger@.close_division(official_code text, valid_from date)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.close_division('@ledger@.ledger'::regclass, official_code, valid_from);
END;
COMMENT ON FUNCTION @ledger@.close_division(text, date) IS
  'Ends a division (撤销) that nothing belongs to any more; valid_from is the first day without it. 23503 while something does.';

CREATE FUNCTION @ledger@.register_unit(official_code text, name text, division text, parent text DEFAULT NULL, kind text DEFAULT NULL,
  valid_from date DEFAULT '1949-10-01', document text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_unit('@ledger@.ledger'::regclass, official_code, name, division, parent, kind, valid_from, document);
END;
COMMENT ON FUNCTION @ledger@.register_unit(text, text, text, text, text, date, text) IS
  'Registers a budget unit (预算单位) of a division, below another unit or at the top. Kind is department, unit, subordinate or finance; by default department at the top, unit below. Returns its tree key. 22023, 23503 and 23505 as register_division.';

CREATE FUNCTION @ledger@.register_units(items jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT pg_catalog.count(budgetpm.register_unit('@ledger@.ledger'::regclass, i.official_code, i.name, i.division, i.parent, i.kind,
           COALESCE(i.valid_from, '1949-10-01'::date), i.document))::integer
  FROM pg_catalog.jsonb_to_recordset(items)
    AS i(official_code text, name text, division text, parent text, kind text, valid_from date, document text);
END;
COMMENT ON FUNCTION @ledger@.register_units(jsonb) IS
  'Registers many units in the order of the array, each {"official_code", "name", "division", "parent", "kind", "valid_from", "document"}; all or none. Returns how many.';

CREATE FUNCTION @ledger@.rename_unit(official_code text, name text, valid_from date, document text DEFAULT NULL,
  new_official_code text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.rename_unit('@ledger@.ledger'::regclass, official_code, name, valid_from, document, new_official_code);
END;
COMMENT ON FUNCTION @ledger@.rename_unit(text, text, date, text, text) IS
  'Renames a unit, or gives it another official code, from a day on; history keeps the old ones.';

CREATE FUNCTION @ledger@.move_unit(official_code text, to_parent text, valid_from date, document text DEFAULT NULL,
  new_official_code text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.move_unit('@ledger@.ledger'::regclass, official_code, to_parent, valid_from, document, new_official_code);
END;
COMMENT ON FUNCTION @ledger@.move_unit(text, text, date, text, text) IS
  'Moves a unit with all below it under another unit, or to the top when to_parent is NULL. What was posted stays where it was posted. Returns the new tree key.';

CREATE FUNCTION @ledger@.merge_units(official_codes text[], into_code text, valid_from date, document text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.merge_units('@ledger@.ledger'::regclass, official_codes, into_code, valid_from, document);
END;
COMMENT ON FUNCTION @ledger@.merge_units(text[], text, date, text) IS
  'Merges units (机构合并) into one that exists; what stands below them goes there. Returns how many ended.';

CREATE FUNCTION @ledger@.close_unit(official_code text, valid_from date)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.close_unit('@ledger@.ledger'::regclass, official_code, valid_from);
END;
COMMENT ON FUNCTION @ledger@.close_unit(text, date) IS
  'Ends a unit (撤销) that has none below it; valid_from is the first day without it.';

CREATE FUNCTION @ledger@.register_project(official_code text, name text, unit text, category text DEFAULT '3',
  setup_year integer DEFAULT (pg_catalog.date_part('year', CURRENT_DATE))::integer, parent text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_project('@ledger@.ledger'::regclass, official_code, name, unit, category, setup_year, parent);
END;
COMMENT ON FUNCTION @ledger@.register_project(text, text, text, text, integer, text) IS
  'Registers a project (预算项目) of a unit; its category is one that holds in the unit''s division, 3 (特定目标类) by default. Below another project it takes a duty for that one too. Returns its id. 23503 for an unknown unit, category or parent, 23505 for a code in use.';

CREATE FUNCTION @ledger@.register_scheme(scheme text, name text, widths integer[], leaf_only boolean DEFAULT true)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_scheme('@ledger@.ledger'::regclass, scheme, name, widths::bigint[], leaf_only);
END;
COMMENT ON FUNCTION @ledger@.register_scheme(text, text, integer[], boolean) IS
  'Registers a classification scheme (分类体系) with the digits of each level, {3,2,2} for 类款项.';

CREATE FUNCTION @ledger@.load_classification(scheme text, edition integer, first_year integer, items jsonb, source text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.load_classification('@ledger@.ledger'::regclass, scheme, edition, first_year, items, source);
END;
COMMENT ON FUNCTION @ledger@.load_classification(text, integer, integer, jsonb, text) IS
  'Loads an edition of a scheme (科目版本), [{"code", "name"}] in any order, in force from first_year; the edition before it ends then. Further codes of an edition may follow in further calls. Returns how many; all or none.';

CREATE FUNCTION @ledger@.register_classification(scheme text, edition integer, code text, name text)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.load_classification('@ledger@.ledger'::regclass, scheme, edition, NULL,
    pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('code', code, 'name', name)), NULL);
END;
COMMENT ON FUNCTION @ledger@.register_classification(text, integer, text, text) IS
  'Adds one code to an edition that exists (23503 when it does not), such as a new 项 in the middle of a year.';

CREATE FUNCTION @ledger@.add_walk(scheme text, from_edition integer, from_code text, to_edition integer, to_code text,
  share numeric DEFAULT 1)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.add_walk('@ledger@.ledger'::regclass, scheme, from_edition, from_code, to_edition, to_code, share);
END;
COMMENT ON FUNCTION @ledger@.add_walk(text, integer, text, integer, text, numeric) IS
  'Adds a row to the cross-walk (新旧科目对照) between two editions: this share of the old code''s money goes to the new one.';

CREATE FUNCTION @ledger@.add_walks(scheme text, from_edition integer, to_edition integer, items jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT pg_catalog.count(budgetpm.add_walk('@ledger@.ledger'::regclass, add_walks.scheme, add_walks.from_edition, i.from_code,
           add_walks.to_edition, i.to_code, COALESCE(i.share, 1)) IS NULL)::integer
  FROM pg_catalog.jsonb_to_recordset(items) AS i(from_code text, to_code text, share numeric);
END;
COMMENT ON FUNCTION @ledger@.add_walks(text, integer, integer, jsonb) IS
  'Adds many rows to a cross-walk, each {"from_code", "to_code", "share"}; all or none. Returns how many.';

CREATE FUNCTION @ledger@.register_profile(profile text, title text, content jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_profile('@ledger@.ledger'::regclass, profile, title, content);
END;
COMMENT ON FUNCTION @ledger@.register_profile(text, text, jsonb) IS
  'Stores the next version of a profile (地区配置), {"settings": {key: {"value", "name"}}, "categories": [{"category", "name", "parent"}]}; nothing changes until it is applied. Returns the version. Every setting with a name of this library must be what budgetpm.known_settings() says; a key of your own begins with a word of your own. Errors: 22023 with every fault, 22004, 22001, 42501, ZB008.';

CREATE FUNCTION @ledger@.import_profile(profile text)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_profile('@ledger@.ledger'::regclass, s.profile, s.title, s.content)
  FROM budgetpm.profile_sources() s WHERE s.profile = import_profile.profile;
END;
COMMENT ON FUNCTION @ledger@.import_profile(text) IS
  'Stores a shipped profile of the installed extension as the next version; NULL when none of this name ships.';

CREATE FUNCTION @ledger@.apply_profile(profile text, division text DEFAULT NULL, valid_from date DEFAULT CURRENT_DATE, version integer DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.apply_profile('@ledger@.ledger'::regclass, profile, division, valid_from, version);
END;
COMMENT ON FUNCTION @ledger@.apply_profile(text, text, date, integer) IS
  'Binds a profile (the newest version unless given) to a division, the root unless named, and what stands below it, from a day until the next binding. Returns the version. preview_profile() shows first what it changes.';

-- Reading
CREATE FUNCTION @ledger@.setting(division text, key text, as_of date DEFAULT CURRENT_DATE)
RETURNS jsonb LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.setting('@ledger@.ledger'::regclass, division, key, as_of);
END;
COMMENT ON FUNCTION @ledger@.setting(text, text, date) IS
  'Setting that holds in a division on a day: the nearest profile upwards that has the key decides, then standard; NULL when none has it.';

-- These functions sort and group tree keys as text, which is in tree order too:
-- pg_upgrade makes functions before operator classes, and a body that sorts by a
-- type of ours cannot be read without its class.
CREATE FUNCTION @ledger@.settings(division text, as_of date DEFAULT CURRENT_DATE,
  OUT key varchar(100), OUT value jsonb, OUT name varchar(200), OUT profile varchar(40), OUT version integer, OUT bound_to varchar(12))
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT DISTINCT ON (c.key) c.key, c.value, c.name, c.profile, c.version, d.official_code
  FROM (SELECT s.key, s.value, s.name, s.profile, s.version, b.division
          FROM @ledger@.profile_binding b
          JOIN @ledger@.profile_setting s ON s.profile = b.profile AND s.version = b.version
         WHERE b.division OPERATOR(budgetpm.@>) budgetpm.division_key('@ledger@.ledger'::regclass, settings.division)
           AND b.valid_from <= settings.as_of AND (b.valid_to IS NULL OR b.valid_to > settings.as_of)
        UNION ALL
        SELECT s.key, s.value, s.name, s.profile, s.version, NULL
          FROM @ledger@.profile_setting s
         WHERE s.profile = 'standard'
           AND s.version = (SELECT pg_catalog.max(p.version) FROM @ledger@.profile p WHERE p.profile = 'standard')) c
  LEFT JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) c.division
  WHERE (SELECT budgetpm.division_key('@ledger@.ledger'::regclass, settings.division)) IS NOT NULL
  ORDER BY c.key, c.division::text COLLATE "C" DESC NULLS LAST;
END;
COMMENT ON FUNCTION @ledger@.settings(text, date) IS
  'Every setting that holds in a division on a day, with the profile it comes from and the division that profile is bound to (NULL for standard).';

CREATE FUNCTION @ledger@.categories(division text, as_of date DEFAULT CURRENT_DATE,
  OUT category varchar(40), OUT name varchar(100), OUT parent varchar(40), OUT profile varchar(40))
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT DISTINCT ON (c.category) c.category, c.name, c.parent, c.profile
  FROM @ledger@.profile_category c
  LEFT JOIN @ledger@.profile_binding b ON b.profile = c.profile AND b.version = c.version
   AND b.division OPERATOR(budgetpm.@>) budgetpm.division_key('@ledger@.ledger'::regclass, categories.division)
   AND b.valid_from <= categories.as_of AND (b.valid_to IS NULL OR b.valid_to > categories.as_of)
  WHERE b.division IS NOT NULL
     OR (c.profile = 'standard'
         AND c.version = (SELECT pg_catalog.max(p.version) FROM @ledger@.profile p WHERE p.profile = 'standard'))
  ORDER BY c.category, b.division::text COLLATE "C" DESC NULLS LAST;
END;
COMMENT ON FUNCTION @ledger@.categories(text, date) IS
  'Project categories (项目类别) that hold in a division on a day: of standard and of every profile bound to it or above it.';

CREATE FUNCTION @ledger@.preview_profile(profile text, division text, valid_from date DEFAULT CURRENT_DATE, version integer DEFAULT NULL,
  OUT kind varchar(20), OUT key varchar(100), OUT name varchar(200), OUT current_value jsonb, OUT new_value jsonb, OUT change varchar(20))
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  WITH wanted AS MATERIALIZED (
    SELECT budgetpm.division_key('@ledger@.ledger'::regclass, preview_profile.division) AS code,
           preview_profile.profile AS profile,
           budgetpm.profile_version('@ledger@.ledger'::regclass, preview_profile.profile, preview_profile.version) AS version
  ), binding AS (
    SELECT b.division, b.profile, b.version
      FROM @ledger@.profile_binding b, wanted w
     WHERE b.division OPERATOR(budgetpm.@>) w.code
       AND b.valid_from <= preview_profile.valid_from AND (b.valid_to IS NULL OR b.valid_to > preview_profile.valid_from)
  ), standard AS (
    SELECT NULL::budgetpm.budget_code AS division, p.profile, pg_catalog.max(p.version) AS version
      FROM @ledger@.profile p WHERE p.profile = 'standard' GROUP BY p.profile
  ), before AS (
    SELECT * FROM binding UNION ALL SELECT * FROM standard
  ), after AS (
    SELECT b.* FROM before b, wanted w WHERE b.division IS NULL OR b.division OPERATOR(budgetpm.<>) w.code
    UNION ALL SELECT w.code, w.profile, w.version FROM wanted w
  ), old_setting AS (
    SELECT DISTINCT ON (s.key) s.key, s.value, s.name FROM before b
      JOIN @ledger@.profile_setting s ON s.profile = b.profile AND s.version = b.version
     ORDER BY s.key, b.division::text COLLATE "C" DESC NULLS LAST
  ), new_setting AS (
    SELECT DISTINCT ON (s.key) s.key, s.value, s.name FROM after b
      JOIN @ledger@.profile_setting s ON s.profile = b.profile AND s.version = b.version
     ORDER BY s.key, b.division::text COLLATE "C" DESC NULLS LAST
  ), old_category AS (
    SELECT DISTINCT ON (c.category) c.category, c.name, c.parent FROM before b
      JOIN @ledger@.profile_category c ON c.profile = b.profile AND c.version = b.version
     ORDER BY c.category, b.division::text COLLATE "C" DESC NULLS LAST
  ), new_category AS (
    SELECT DISTINCT ON (c.category) c.category, c.name, c.parent FROM after b
      JOIN @ledger@.profile_category c ON c.profile = b.profile AND c.version = b.version
     ORDER BY c.category, b.division::text COLLATE "C" DESC NULLS LAST
  ), difference AS (
    SELECT 'setting' AS kind, COALESCE(n.key, o.key) AS key, COALESCE(n.name, o.name) AS name,
           o.value AS current_value, n.value AS new_value, o.key IS NULL AS added, n.key IS NULL AS removed
      FROM old_setting o FULL JOIN new_setting n ON n.key = o.key
     WHERE o.value IS DISTINCT FROM n.value
    UNION ALL
    SELECT 'category', COALESCE(n.category, o.category), COALESCE(n.name, o.name),
           pg_catalog.to_jsonb(o.name), pg_catalog.to_jsonb(n.name), o.category IS NULL, n.category IS NULL
      FROM old_category o FULL JOIN new_category n ON n.category = o.category
     WHERE (o.name, o.parent) IS DISTINCT FROM (n.name, n.parent)
    UNION ALL
    SELECT 'scheme', i.scheme, i.name, NULL, pg_catalog.to_jsonb(i.widths), true, false
      FROM wanted w JOIN @ledger@.profile_setting s ON s.profile = w.profile AND s.version = w.version AND s.key = 'registry.schemes'
     CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.value) AS i(scheme text, name text, widths integer[])
     WHERE NOT EXISTS (SELECT 1 FROM @ledger@.classification_scheme c WHERE c.scheme = i.scheme)
    UNION ALL
    SELECT 'own profile', d.official_code, d.name, pg_catalog.to_jsonb(b.profile), pg_catalog.to_jsonb(b.profile), false, false
      FROM @ledger@.profile_binding b JOIN wanted w ON w.code OPERATOR(budgetpm.@>) b.division
                                                   AND w.code OPERATOR(budgetpm.<>) b.division
      JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) b.division
     WHERE b.valid_from <= preview_profile.valid_from AND (b.valid_to IS NULL OR b.valid_to > preview_profile.valid_from)
  )
  SELECT d.kind, d.key, d.name, d.current_value, d.new_value,
         CASE WHEN d.kind = 'own profile' THEN 'keeps' WHEN d.added THEN 'added' WHEN d.removed THEN 'removed' ELSE 'changed' END
  FROM difference d
  ORDER BY pg_catalog.array_position(ARRAY['scheme', 'category', 'setting', 'own profile'], d.kind), d.key;
END;
COMMENT ON FUNCTION @ledger@.preview_profile(text, text, date, integer) IS
  'What apply_profile() with the same arguments would change, and changes nothing: settings and project categories added, changed or removed in the division, schemes added, and the divisions below that keep a profile of their own.';

CREATE FUNCTION @ledger@.check_classification(scheme text, fiscal_year integer, code text)
RETURNS boolean LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.check_classification('@ledger@.ledger'::regclass, scheme, fiscal_year, code);
END;
COMMENT ON FUNCTION @ledger@.check_classification(text, integer, text) IS
  'True when a line of the year may carry the code (科目); else the refusal that open_line() would give.';

CREATE FUNCTION @ledger@.check_elements(fiscal_year integer, elements jsonb)
RETURNS boolean LANGUAGE sql STABLE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.check_elements('@ledger@.ledger'::regclass, fiscal_year, elements);
END;
COMMENT ON FUNCTION @ledger@.check_elements(integer, jsonb) IS
  'True when a line of the year may carry the elements (核算要素); else the refusal that open_line() would give.';

CREATE FUNCTION @ledger@.classification_successors(scheme text, code text, from_year integer, to_year integer,
  OUT official_code varchar(20), OUT name varchar(200), OUT edition integer, OUT share numeric)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE sequence AS (
    SELECT e.edition, e.first_year, pg_catalog.lead(e.edition) OVER (ORDER BY e.first_year) AS next
      FROM @ledger@.classification_edition e WHERE e.scheme = classification_successors.scheme
  ), target AS (
    SELECT s.edition FROM sequence s WHERE s.first_year <= classification_successors.to_year ORDER BY s.first_year DESC LIMIT 1
  ), step(edition, code, share) AS (
    (SELECT s.edition, c.code, 1::numeric
      FROM sequence s JOIN @ledger@.classification c
        ON c.scheme = classification_successors.scheme AND c.edition = s.edition
       AND c.official_code = classification_successors.code
     WHERE s.first_year <= classification_successors.from_year ORDER BY s.first_year DESC LIMIT 1)
    UNION ALL
    SELECT s.next, COALESCE(w.to_code, same.code), step.share * COALESCE(w.share, 1)
      FROM step JOIN sequence s ON s.edition = step.edition AND s.next IS NOT NULL
      LEFT JOIN @ledger@.classification_walk w ON w.scheme = classification_successors.scheme
        AND w.from_edition = step.edition AND w.from_code OPERATOR(budgetpm.=) step.code AND w.to_edition = s.next
      LEFT JOIN @ledger@.classification same ON same.scheme = classification_successors.scheme
        AND same.edition = s.next AND same.code OPERATOR(budgetpm.=) step.code
     WHERE step.edition <> (SELECT t.edition FROM target t) AND COALESCE(w.to_code, same.code) IS NOT NULL
  )
  SELECT c.official_code, c.name, c.edition, pg_catalog.sum(step.share)
  FROM step JOIN target t ON t.edition = step.edition
  JOIN @ledger@.classification c ON c.scheme = classification_successors.scheme
   AND c.edition = step.edition AND c.code OPERATOR(budgetpm.=) step.code
  GROUP BY c.official_code, c.name, c.edition ORDER BY c.official_code;
END;
COMMENT ON FUNCTION @ledger@.classification_successors(text, text, integer, integer) IS
  'Where a code of one fiscal year stands in a later one, edition by edition through the cross-walks; a code without a row keeps its code. The shares make 1 unless money is lost on the way (check_walk).';

CREATE FUNCTION @ledger@.check_walk(scheme text, from_edition integer, to_edition integer,
  OUT official_code varchar(20), OUT name varchar(200), OUT problem text, OUT share numeric)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT * FROM (
    SELECT c.official_code, c.name,
           CASE WHEN w.share IS NULL AND n.code IS NULL THEN 'no successor'
                WHEN w.share IS NULL AND n.name <> c.name THEN 'same code, other name'
                WHEN w.share <> 1 THEN 'shares do not make 1' END AS problem, w.share
    FROM @ledger@.classification c
    LEFT JOIN (SELECT k.from_code::text AS from_code, pg_catalog.sum(k.share) AS share
                 FROM @ledger@.classification_walk k
                WHERE k.scheme = check_walk.scheme AND k.from_edition = check_walk.from_edition
                  AND k.to_edition = check_walk.to_edition GROUP BY k.from_code::text) w
      ON w.from_code = c.code::text
    LEFT JOIN @ledger@.classification n ON n.scheme = c.scheme AND n.edition = check_walk.to_edition
      AND n.code OPERATOR(budgetpm.=) c.code
    WHERE c.scheme = check_walk.scheme AND c.edition = check_walk.from_edition AND c.is_leaf) AS checked
  WHERE checked.problem IS NOT NULL ORDER BY checked.official_code;
END;
COMMENT ON FUNCTION @ledger@.check_walk(text, integer, integer) IS
  'Lowest-level codes whose money the cross-walk loses (no successor, shares do not make 1) or may misplace (same code, other name). No row: it is complete.';

CREATE FUNCTION @ledger@.divisions_as_of(day date,
  OUT key text, OUT official_code varchar(12), OUT name varchar(100), OUT parent_code varchar(12), OUT level integer,
  OUT valid_from date, OUT valid_to date)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT v.division::text, v.official_code, v.name, p.official_code, v.level::integer, v.valid_from, v.valid_to
  FROM @ledger@.division_version v
  LEFT JOIN @ledger@.division_version p ON p.division OPERATOR(budgetpm.=) v.parent
    AND p.valid_from <= divisions_as_of.day AND (p.valid_to IS NULL OR p.valid_to > divisions_as_of.day)
  WHERE v.valid_from <= divisions_as_of.day AND (v.valid_to IS NULL OR v.valid_to > divisions_as_of.day)
  ORDER BY v.division::text COLLATE "C";
END;
COMMENT ON FUNCTION @ledger@.divisions_as_of(date) IS
  'The divisions as they were on a day, with the names and official codes of that day, in tree order.';

CREATE FUNCTION @ledger@.division_history(official_code text,
  OUT key text, OUT code varchar(12), OUT name varchar(100), OUT valid_from date, OUT valid_to date,
  OUT change varchar(20), OUT ending varchar(20), OUT document varchar(200))
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  WITH RECURSIVE kin(code) AS (
    SELECT v.division::text FROM @ledger@.division_version v WHERE v.official_code = division_history.official_code
    UNION
    SELECT CASE WHEN d.code::text = kin.code THEN d.successor::text ELSE d.code::text END
      FROM kin JOIN @ledger@.division d
        ON d.successor IS NOT NULL AND (d.code::text = kin.code OR d.successor::text = kin.code)
  )
  SELECT v.division::text, v.official_code, v.name, v.valid_from, v.valid_to, v.change, v.ending, v.document
  FROM @ledger@.division_version v JOIN kin ON kin.code::budgetpm.budget_code OPERATOR(budgetpm.=) v.division
  ORDER BY v.valid_from, v.division::text COLLATE "C";
END;
COMMENT ON FUNCTION @ledger@.division_history(text) IS
  'Everything that the divisions which ever bore an official code were called (沿革), with those that were merged into them or took over from them, by date.';

-- Working days
CREATE FUNCTION @ledger@.working_day(day date)
RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT COALESCE((SELECT c.working FROM @ledger@.calendar_day c WHERE c.day = working_day.day),
                  pg_catalog.date_part('isodow', working_day.day) < 6);
END;
COMMENT ON FUNCTION @ledger@.working_day(date) IS
  'Whether a day is a working day (工作日): Monday to Friday, except what calendar_day says.';

CREATE FUNCTION @ledger@.add_working_days(day date, days integer)
RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT c.candidate
  FROM (SELECT (add_working_days.day + (n * CASE WHEN add_working_days.days < 0 THEN -1 ELSE 1 END)::integer) AS candidate, n
          FROM pg_catalog.generate_series(CASE WHEN budgetpm.in_range('days', add_working_days.days, -36600, 36600) THEN (add_working_days.days <> 0)::integer END::bigint,
                 pg_catalog.abs(add_working_days.days::bigint) * 2 + 7
                 + (SELECT pg_catalog.count(*) FROM @ledger@.calendar_day h WHERE NOT h.working)) AS n) c
  LEFT JOIN @ledger@.calendar_day e ON e.day = c.candidate
  WHERE COALESCE(e.working, pg_catalog.date_part('isodow', c.candidate) < 6)
  ORDER BY c.n
  OFFSET GREATEST(pg_catalog.abs(add_working_days.days::bigint), 1) - 1 LIMIT 1;
END;
COMMENT ON FUNCTION @ledger@.add_working_days(date, integer) IS
  'The working day that many after a day, which itself is not counted; before it when negative. With 0 the day itself, or the next working day. At most 36600 either way. Errors: 22023, 22004 days.';

CREATE FUNCTION @ledger@.working_days(from_day date, to_day date)
RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT pg_catalog.count(*)::integer
  FROM pg_catalog.generate_series(1, CASE WHEN budgetpm.in_range('days from from_day to to_day', working_days.to_day - working_days.from_day, -366000, 366000)
                                         THEN working_days.to_day - working_days.from_day END) AS n
  LEFT JOIN @ledger@.calendar_day e ON e.day = working_days.from_day + n
  WHERE COALESCE(e.working, pg_catalog.date_part('isodow', working_days.from_day + n) < 6);
END;
COMMENT ON FUNCTION @ledger@.working_days(date, date) IS
  'How many working days lie after the first day, up to and with the second; 0 when that is not later. Over 366000 days at most. Errors: 22023, 22004, 22008 a day that is infinite.';

-- What a new ledger knows
INSERT INTO @ledger@.classification_scheme (scheme, name, widths, leaf_only) VALUES
  ('function', '支出功能分类', '{3,2,2}', true),
  ('gov_economic', '政府预算支出经济分类', '{3,2}', true),
  ('dept_economic', '部门预算支出经济分类', '{3,2}', true),
  ('revenue', '收入分类', '{3,2,2,2}', false);

-- Codes to begin with, not the whole lists: load the edition in force with load_classification().
INSERT INTO @ledger@.classification_edition (scheme, edition, first_year, source) VALUES
  ('function', 2020, 2020, 'Ships with budgetpm: every class and common items by their published official names, an excerpt; compare with the list of the year (政府收支分类科目) before use'),
  ('gov_economic', 2018, 2018, 'Ships with budgetpm: every class and common items by their published official names, an excerpt; compare with the list of the year (政府收支分类科目) before use'),
  ('dept_economic', 2018, 2018, 'Ships with budgetpm: every class and common items by their published official names, an excerpt; compare with the list of the year (政府收支分类科目) before use'),
  ('revenue', 2018, 2018, 'Ships with budgetpm: every class and common items by their published official names, an excerpt; compare with the list of the year (政府收支分类科目) before use');
INSERT INTO @ledger@.classification (scheme, edition, code, official_code, name, is_leaf)
WITH chart(scheme, edition, code, name) AS (VALUES
  ('function', 2020, '201', '一般公共服务支出'),
  ('function', 2020, '20101', '人大事务'),
  ('function', 2020, '2010101', '行政运行'),
  ('function', 2020, '2010102', '一般行政管理事务'),
  ('function', 2020, '20103', '政府办公厅（室）及相关机构事务'),
  ('function', 2020, '2010301', '行政运行'),
  ('function', 2020, '2010302', '一般行政管理事务'),
  ('function', 2020, '20106', '财政事务'),
  ('function', 2020, '2010601', '行政运行'),
  ('function', 2020, '2010602', '一般行政管理事务'),
  ('function', 2020, '2010607', '信息化建设'),
  ('function', 2020, '2010699', '其他财政事务支出'),
  ('function', 2020, '20129', '群众团体事务'),
  ('function', 2020, '2012901', '行政运行'),
  ('function', 2020, '2012902', '一般行政管理事务'),
  ('function', 2020, '2012999', '其他群众团体事务支出'),
  ('function', 2020, '202', '外交支出'),
  ('function', 2020, '203', '国防支出'),
  ('function', 2020, '204', '公共安全支出'),
  ('function', 2020, '20402', '公安'),
  ('function', 2020, '2040201', '行政运行'),
  ('function', 2020, '2040202', '一般行政管理事务'),
  ('function', 2020, '205', '教育支出'),
  ('function', 2020, '20501', '教育管理事务'),
  ('function', 2020, '2050101', '行政运行'),
  ('function', 2020, '2050102', '一般行政管理事务'),
  ('function', 2020, '2050199', '其他教育管理事务支出'),
  ('function', 2020, '20502', '普通教育'),
  ('function', 2020, '2050201', '学前教育'),
  ('function', 2020, '2050202', '小学教育'),
  ('function', 2020, '2050203', '初中教育'),
  ('function', 2020, '2050204', '高中教育'),
  ('function', 2020, '2050205', '高等教育'),
  ('function', 2020, '2050299', '其他普通教育支出'),
  ('function', 2020, '20503', '职业教育'),
  ('function', 2020, '2050302', '中等职业教育'),
  ('function', 2020, '2050305', '高等职业教育'),
  ('function', 2020, '2050399', '其他职业教育支出'),
  ('function', 2020, '206', '科学技术支出'),
  ('function', 2020, '20601', '科学技术管理事务'),
  ('function', 2020, '2060101', '行政运行'),
  ('function', 2020, '2060102', '一般行政管理事务'),
  ('function', 2020, '20604', '技术研究与开发'),
  ('function', 2020, '2060404', '科技成果转化与扩散'),
  ('function', 2020, '2060499', '其他技术研究与开发支出'),
  ('function', 2020, '207', '文化旅游体育与传媒支出'),
  ('function', 2020, '20701', '文化和旅游'),
  ('function', 2020, '2070101', '行政运行'),
  ('function', 2020, '2070104', '图书馆'),
  ('function', 2020, '2070109', '群众文化'),
  ('function', 2020, '208', '社会保障和就业支出'),
  ('function', 2020, '20805', '行政事业单位养老支出'),
  ('function', 2020, '2080505', '机关事业单位基本养老保险缴费支出'),
  ('function', 2020, '2080506', '机关事业单位职业年金缴费支出'),
  ('function', 2020, '209', '社会保险基金支出'),
  ('function', 2020, '210', '卫生健康支出'),
  ('function', 2020, '21001', '卫生健康管理事务'),
  ('function', 2020, '2100101', '行政运行'),
  ('function', 2020, '2100102', '一般行政管理事务'),
  ('function', 2020, '21002', '公立医院'),
  ('function', 2020, '2100201', '综合医院'),
  ('function', 2020, '21004', '公共卫生'),
  ('function', 2020, '2100401', '疾病预防控制机构'),
  ('function', 2020, '2100408', '基本公共卫生服务'),
  ('function', 2020, '21007', '计划生育事务'),
  ('function', 2020, '2100717', '计划生育服务'),
  ('function', 2020, '21011', '行政事业单位医疗'),
  ('function', 2020, '2101101', '行政单位医疗'),
  ('function', 2020, '2101102', '事业单位医疗'),
  ('function', 2020, '211', '节能环保支出'),
  ('function', 2020, '21101', '环境保护管理事务'),
  ('function', 2020, '2110101', '行政运行'),
  ('function', 2020, '2110102', '一般行政管理事务'),
  ('function', 2020, '21103', '污染防治'),
  ('function', 2020, '2110301', '大气'),
  ('function', 2020, '2110302', '水体'),
  ('function', 2020, '21104', '自然生态保护'),
  ('function', 2020, '2110401', '生态保护'),
  ('function', 2020, '212', '城乡社区支出'),
  ('function', 2020, '21201', '城乡社区管理事务'),
  ('function', 2020, '2120101', '行政运行'),
  ('function', 2020, '2120102', '一般行政管理事务'),
  ('function', 2020, '2120199', '其他城乡社区管理事务支出'),
  ('function', 2020, '21203', '城乡社区公共设施'),
  ('function', 2020, '2120303', '小城镇基础设施建设'),
  ('function', 2020, '2120399', '其他城乡社区公共设施支出'),
  ('function', 2020, '213', '农林水支出'),
  ('function', 2020, '21301', '农业农村'),
  ('function', 2020, '2130101', '行政运行'),
  ('function', 2020, '2130102', '一般行政管理事务'),
  ('function', 2020, '2130104', '事业运行'),
  ('function', 2020, '21303', '水利'),
  ('function', 2020, '2130301', '行政运行'),
  ('function', 2020, '2130305', '水利工程建设'),
  ('function', 2020, '21305', '巩固拓展脱贫攻坚成果衔接乡村振兴'),
  ('function', 2020, '2130504', '农村基础设施建设'),
  ('function', 2020, '2130505', '生产发展'),
  ('function', 2020, '214', '交通运输支出'),
  ('function', 2020, '21401', '公路水路运输'),
  ('function', 2020, '2140101', '行政运行'),
  ('function', 2020, '2140104', '公路建设'),
  ('function', 2020, '2140106', '公路养护'),
  ('function', 2020, '215', '资源勘探工业信息等支出'),
  ('function', 2020, '21508', '支持中小企业发展和管理支出'),
  ('function', 2020, '2150805', '中小企业发展专项'),
  ('function', 2020, '216', '商业服务业等支出'),
  ('function', 2020, '217', '金融支出'),
  ('function', 2020, '219', '援助其他地区支出'),
  ('function', 2020, '220', '自然资源海洋气象等支出'),
  ('function', 2020, '22001', '自然资源事务'),
  ('function', 2020, '2200101', '行政运行'),
  ('function', 2020, '2200102', '一般行政管理事务'),
  ('function', 2020, '221', '住房保障支出'),
  ('function', 2020, '22101', '保障性安居工程支出'),
  ('function', 2020, '2210103', '棚户区改造'),
  ('function', 2020, '2210105', '农村危房改造'),
  ('function', 2020, '22102', '住房改革支出'),
  ('function', 2020, '2210201', '住房公积金'),
  ('function', 2020, '2210203', '购房补贴'),
  ('function', 2020, '222', '粮油物资储备支出'),
  ('function', 2020, '223', '国有资本经营预算支出'),
  ('function', 2020, '224', '灾害防治及应急管理支出'),
  ('function', 2020, '22401', '应急管理事务'),
  ('function', 2020, '2240101', '行政运行'),
  ('function', 2020, '2240102', '一般行政管理事务'),
  ('function', 2020, '227', '预备费'),
  ('function', 2020, '229', '其他支出'),
  ('function', 2020, '22999', '其他支出'),
  ('function', 2020, '2299999', '其他支出'),
  ('function', 2020, '230', '转移性支出'),
  ('function', 2020, '231', '债务还本支出'),
  ('function', 2020, '232', '债务付息支出'),
  ('function', 2020, '233', '债务发行费用支出'),
  ('function', 2020, '234', '抗疫特别国债安排的支出'),
  ('gov_economic', 2018, '501', '机关工资福利支出'),
  ('gov_economic', 2018, '50101', '工资奖金津补贴'),
  ('gov_economic', 2018, '50102', '社会保障缴费'),
  ('gov_economic', 2018, '50103', '住房公积金'),
  ('gov_economic', 2018, '50199', '其他工资福利支出'),
  ('gov_economic', 2018, '502', '机关商品和服务支出'),
  ('gov_economic', 2018, '50201', '办公经费'),
  ('gov_economic', 2018, '50202', '会议费'),
  ('gov_economic', 2018, '50203', '培训费'),
  ('gov_economic', 2018, '50204', '专用材料购置费'),
  ('gov_economic', 2018, '50205', '委托业务费'),
  ('gov_economic', 2018, '50206', '公务接待费'),
  ('gov_economic', 2018, '50207', '因公出国（境）费用'),
  ('gov_economic', 2018, '50208', '公务用车运行维护费'),
  ('gov_economic', 2018, '50209', '维修（护）费'),
  ('gov_economic', 2018, '50299', '其他商品和服务支出'),
  ('gov_economic', 2018, '503', '机关资本性支出（一）'),
  ('gov_economic', 2018, '50301', '房屋建筑物购建'),
  ('gov_economic', 2018, '50302', '基础设施建设'),
  ('gov_economic', 2018, '50303', '公务用车购置'),
  ('gov_economic', 2018, '50305', '土地征迁补偿和安置支出'),
  ('gov_economic', 2018, '50306', '设备购置'),
  ('gov_economic', 2018, '50307', '大型修缮'),
  ('gov_economic', 2018, '50399', '其他资本性支出'),
  ('gov_economic', 2018, '504', '机关资本性支出（二）'),
  ('gov_economic', 2018, '50401', '房屋建筑物购建'),
  ('gov_economic', 2018, '50402', '基础设施建设'),
  ('gov_economic', 2018, '50403', '公务用车购置'),
  ('gov_economic', 2018, '50404', '设备购置'),
  ('gov_economic', 2018, '50405', '大型修缮'),
  ('gov_economic', 2018, '50499', '其他资本性支出'),
  ('gov_economic', 2018, '505', '对事业单位经常性补助'),
  ('gov_economic', 2018, '50501', '工资福利支出'),
  ('gov_economic', 2018, '50502', '商品和服务支出'),
  ('gov_economic', 2018, '50599', '其他对事业单位补助'),
  ('gov_economic', 2018, '506', '对事业单位资本性补助'),
  ('gov_economic', 2018, '50601', '资本性支出（一）'),
  ('gov_economic', 2018, '50602', '资本性支出（二）'),
  ('gov_economic', 2018, '507', '对企业补助'),
  ('gov_economic', 2018, '50701', '费用补贴'),
  ('gov_economic', 2018, '50702', '利息补贴'),
  ('gov_economic', 2018, '50799', '其他对企业补助'),
  ('gov_economic', 2018, '508', '对企业资本性支出'),
  ('gov_economic', 2018, '509', '对个人和家庭的补助'),
  ('gov_economic', 2018, '50901', '社会福利和救助'),
  ('gov_economic', 2018, '50902', '助学金'),
  ('gov_economic', 2018, '50903', '个人农业生产补贴'),
  ('gov_economic', 2018, '50905', '离退休费'),
  ('gov_economic', 2018, '50999', '其他对个人和家庭补助'),
  ('gov_economic', 2018, '510', '对社会保障基金补助'),
  ('gov_economic', 2018, '51002', '对社会保险基金补助'),
  ('gov_economic', 2018, '51003', '补充全国社会保障基金'),
  ('gov_economic', 2018, '511', '债务利息及费用支出'),
  ('gov_economic', 2018, '51101', '国内债务付息'),
  ('gov_economic', 2018, '51102', '国外债务付息'),
  ('gov_economic', 2018, '51103', '国内债务发行费用'),
  ('gov_economic', 2018, '51104', '国外债务发行费用'),
  ('gov_economic', 2018, '512', '债务还本支出'),
  ('gov_economic', 2018, '51201', '国内债务还本'),
  ('gov_economic', 2018, '51202', '国外债务还本'),
  ('gov_economic', 2018, '513', '转移性支出'),
  ('gov_economic', 2018, '51301', '上下级政府间转移性支出'),
  ('gov_economic', 2018, '514', '预备费及预留'),
  ('gov_economic', 2018, '51401', '预备费'),
  ('gov_economic', 2018, '51402', '预留'),
  ('gov_economic', 2018, '599', '其他支出'),
  ('gov_economic', 2018, '59999', '其他支出'),
  ('dept_economic', 2018, '301', '工资福利支出'),
  ('dept_economic', 2018, '30101', '基本工资'),
  ('dept_economic', 2018, '30102', '津贴补贴'),
  ('dept_economic', 2018, '30103', '奖金'),
  ('dept_economic', 2018, '30106', '伙食补助费'),
  ('dept_economic', 2018, '30107', '绩效工资'),
  ('dept_economic', 2018, '30108', '机关事业单位基本养老保险缴费'),
  ('dept_economic', 2018, '30109', '职业年金缴费'),
  ('dept_economic', 2018, '30110', '职工基本医疗保险缴费'),
  ('dept_economic', 2018, '30111', '公务员医疗补助缴费'),
  ('dept_economic', 2018, '30112', '其他社会保障缴费'),
  ('dept_economic', 2018, '30113', '住房公积金'),
  ('dept_economic', 2018, '30114', '医疗费'),
  ('dept_economic', 2018, '30199', '其他工资福利支出'),
  ('dept_economic', 2018, '302', '商品和服务支出'),
  ('dept_economic', 2018, '30201', '办公费'),
  ('dept_economic', 2018, '30202', '印刷费'),
  ('dept_economic', 2018, '30203', '咨询费'),
  ('dept_economic', 2018, '30204', '手续费'),
  ('dept_economic', 2018, '30205', '水费'),
  ('dept_economic', 2018, '30206', '电费'),
  ('dept_economic', 2018, '30207', '邮电费'),
  ('dept_economic', 2018, '30208', '取暖费'),
  ('dept_economic', 2018, '30209', '物业管理费'),
  ('dept_economic', 2018, '30211', '差旅费'),
  ('dept_economic', 2018, '30212', '因公出国（境）费用'),
  ('dept_economic', 2018, '30213', '维修（护）费'),
  ('dept_economic', 2018, '30214', '租赁费'),
  ('dept_economic', 2018, '30215', '会议费'),
  ('dept_economic', 2018, '30216', '培训费'),
  ('dept_economic', 2018, '30217', '公务接待费'),
  ('dept_economic', 2018, '30218', '专用材料费'),
  ('dept_economic', 2018, '30224', '被装购置费'),
  ('dept_economic', 2018, '30225', '专用燃料费'),
  ('dept_economic', 2018, '30226', '劳务费'),
  ('dept_economic', 2018, '30227', '委托业务费'),
  ('dept_economic', 2018, '30228', '工会经费'),
  ('dept_economic', 2018, '30229', '福利费'),
  ('dept_economic', 2018, '30231', '公务用车运行维护费'),
  ('dept_economic', 2018, '30239', '其他交通费用'),
  ('dept_economic', 2018, '30240', '税金及附加费用'),
  ('dept_economic', 2018, '30299', '其他商品和服务支出'),
  ('dept_economic', 2018, '303', '对个人和家庭的补助'),
  ('dept_economic', 2018, '30301', '离休费'),
  ('dept_economic', 2018, '30302', '退休费'),
  ('dept_economic', 2018, '30303', '退职（役）费'),
  ('dept_economic', 2018, '30304', '抚恤金'),
  ('dept_economic', 2018, '30305', '生活补助'),
  ('dept_economic', 2018, '30306', '救济费'),
  ('dept_economic', 2018, '30307', '医疗费补助'),
  ('dept_economic', 2018, '30308', '助学金'),
  ('dept_economic', 2018, '30309', '奖励金'),
  ('dept_economic', 2018, '30310', '个人农业生产补贴'),
  ('dept_economic', 2018, '30399', '其他对个人和家庭的补助'),
  ('dept_economic', 2018, '307', '债务利息及费用支出'),
  ('dept_economic', 2018, '30701', '国内债务付息'),
  ('dept_economic', 2018, '30702', '国外债务付息'),
  ('dept_economic', 2018, '309', '资本性支出（基本建设）'),
  ('dept_economic', 2018, '30901', '房屋建筑物购建'),
  ('dept_economic', 2018, '30902', '办公设备购置'),
  ('dept_economic', 2018, '30903', '专用设备购置'),
  ('dept_economic', 2018, '30905', '基础设施建设'),
  ('dept_economic', 2018, '30906', '大型修缮'),
  ('dept_economic', 2018, '30907', '信息网络及软件购置更新'),
  ('dept_economic', 2018, '30908', '物资储备'),
  ('dept_economic', 2018, '30913', '公务用车购置'),
  ('dept_economic', 2018, '30999', '其他基本建设支出'),
  ('dept_economic', 2018, '310', '资本性支出'),
  ('dept_economic', 2018, '31001', '房屋建筑物购建'),
  ('dept_economic', 2018, '31002', '办公设备购置'),
  ('dept_economic', 2018, '31003', '专用设备购置'),
  ('dept_economic', 2018, '31005', '基础设施建设'),
  ('dept_economic', 2018, '31006', '大型修缮'),
  ('dept_economic', 2018, '31007', '信息网络及软件购置更新'),
  ('dept_economic', 2018, '31008', '物资储备'),
  ('dept_economic', 2018, '31009', '土地补偿'),
  ('dept_economic', 2018, '31010', '安置补助'),
  ('dept_economic', 2018, '31011', '地上附着物和青苗补偿'),
  ('dept_economic', 2018, '31012', '拆迁补偿'),
  ('dept_economic', 2018, '31013', '公务用车购置'),
  ('dept_economic', 2018, '31099', '其他资本性支出'),
  ('dept_economic', 2018, '311', '对企业补助（基本建设）'),
  ('dept_economic', 2018, '312', '对企业补助'),
  ('dept_economic', 2018, '31204', '费用补贴'),
  ('dept_economic', 2018, '31205', '利息补贴'),
  ('dept_economic', 2018, '31299', '其他对企业补助'),
  ('dept_economic', 2018, '313', '对社会保障基金补助'),
  ('dept_economic', 2018, '31302', '对社会保险基金补助'),
  ('dept_economic', 2018, '31303', '补充全国社会保障基金'),
  ('dept_economic', 2018, '399', '其他支出'),
  ('dept_economic', 2018, '39999', '其他支出'),
  ('revenue', 2018, '101', '税收收入'),
  ('revenue', 2018, '102', '社会保险基金收入'),
  ('revenue', 2018, '103', '非税收入'),
  ('revenue', 2018, '105', '债务收入'),
  ('revenue', 2018, '110', '转移性收入'))
SELECT c.scheme, c.edition, c.code::budgetpm.budget_code, c.code, c.name,
       -- The codes below one come right behind it.
       pg_catalog.starts_with(pg_catalog.lead(c.code) OVER (PARTITION BY c.scheme ORDER BY c.code COLLATE pg_catalog."C"),
                              c.code) IS NOT TRUE
FROM chart c;

-- The codes are the common ones of fund types; add local ones as rows.
INSERT INTO @ledger@.fund_type (fund_type, name) VALUES
  ('11', '一般公共预算资金'), ('12', '政府性基金预算资金'), ('13', '国有资本经营预算资金'),
  ('14', '社会保险基金预算资金'), ('2', '财政专户管理资金'), ('3', '单位资金');

INSERT INTO @ledger@.element (number, element, name, kind, scheme, choices, line_column) VALUES
  (1, 'fiscal_year', '预算年度', 'year', NULL, NULL, 'fiscal_year'),
  (2, 'division', '财政区划', 'division', NULL, NULL, 'division'),
  (3, 'document_no', '本级指标文号', 'text', NULL, NULL, NULL),
  (4, 'project', '预算项目代码', 'project', NULL, NULL, 'project_id'),
  (5, 'unit', '预算单位', 'unit', NULL, NULL, 'unit'),
  (6, 'fund_type', '资金性质', 'fund_type', NULL, NULL, 'fund_type'),
  (7, 'programme_office', '业务主管处室', 'text', NULL, NULL, NULL),
  (8, 'line_office', '指标管理处室', 'text', NULL, NULL, NULL),
  (9, 'revenue', '收入分类科目', 'classification', 'revenue', NULL, NULL),
  (10, 'transfer_function', '转移支付支出功能分类科目', 'classification', 'function', NULL, NULL),
  (11, 'function', '支出功能分类科目', 'classification', 'function', NULL, 'func'),
  (12, 'gov_economic', '政府支出经济分类', 'classification', 'gov_economic', NULL, 'gov_econ'),
  (13, 'dept_economic', '部门支出经济分类', 'classification', 'dept_economic', NULL, 'dept_econ'),
  (14, 'line_type', '指标类型', 'text', NULL, NULL, NULL),
  (15, 'budget_source', '预算来源', 'choice', NULL, '{"1": "年初预算", "2": "预算调整", "3": "预算调剂"}', NULL),
  (16, 'advance', '是否提前安排', 'flag', NULL, NULL, NULL),
  (17, 'receiving_division', '接收方财政区划', 'division', NULL, NULL, NULL),
  (18, 'budget_level', '预算级次', 'choice', NULL, '{"1": "中央", "2": "省", "3": "市", "4": "县", "5": "乡"}', NULL),
  (19, 'source_document', '上级指标文号', 'text', NULL, NULL, 'source_doc'),
  (20, 'procurement', '是否政府采购', 'flag', NULL, NULL, NULL),
  (21, 'payment_method', '支付方式', 'text', NULL, NULL, NULL),
  (22, 'payroll', '是否工资统发', 'flag', NULL, NULL, NULL),
  (23, 'direct', '直达资金标识', 'flag', NULL, NULL, 'direct'),
  (24, 'research', '是否科研', 'flag', NULL, NULL, NULL),
  (25, 'debt', '是否债务', 'flag', NULL, NULL, NULL),
  (26, 'construction', '是否基建', 'flag', NULL, NULL, NULL);

INSERT INTO @ledger@.profile (profile, version, title)
SELECT s.profile, 1, s.title FROM budgetpm.profile_sources() s;
INSERT INTO @ledger@.profile_setting (profile, version, key, value, name)
SELECT s.profile, 1, e.key, e.value -> 'value', e.value ->> 'name'
FROM budgetpm.profile_sources() s CROSS JOIN LATERAL pg_catalog.jsonb_each(s.content -> 'settings') e;
INSERT INTO @ledger@.profile_category (profile, version, category, name, parent)
SELECT s.profile, 1, c.category, c.name, c.parent
FROM budgetpm.profile_sources() s
CROSS JOIN LATERAL pg_catalog.jsonb_to_recordset(s.content -> 'categories') AS c(category text, name text, parent text);
