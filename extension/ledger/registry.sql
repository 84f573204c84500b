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
CREATE INDEX unit_parent ON @ledger@.unit (parent);
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
  registered_by varchar(63) NOT NULL DEFAULT SESSION_USER
);
CREATE INDEX project_unit ON @ledger@.project (unit);
CREATE INDEX project_division ON @ledger@.project (division);
CREATE INDEX project_parent ON @ledger@.project (parent_id) WHERE parent_id IS NOT NULL;
COMMENT ON TABLE @ledger@.project IS 'Budget projects (预算项目), the least that a line needs to name one.';
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

ALTER TABLE @ledger@.project ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY insert_scope ON @ledger@.project FOR INSERT
  WITH CHECK (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));
CREATE POLICY update_scope ON @ledger@.project FOR UPDATE
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

-- Rules that a backend may keep for a while
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.classification_scheme
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.classification_edition
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.element
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.profile_binding
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.profile_setting
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
