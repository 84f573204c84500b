-- planning, rules: requests are checked against rows (审核规则), each a jsonpath over the request

CREATE TABLE @ledger@.planning_rule (
  rule        varchar(63) COLLATE "C" NOT NULL,
  version     integer NOT NULL,
  title       varchar(200) NOT NULL,
  severity    varchar(10) COLLATE "C" NOT NULL,
  predicate   text NOT NULL,
  parameters  jsonb NOT NULL,
  setting     varchar(100) COLLATE "C",
  measures    jsonb NOT NULL,
  message     jsonb NOT NULL,
  profile     varchar(40) COLLATE "C",
  division    budgetpm.budget_code REFERENCES @ledger@.division (code),
  category    varchar(40) COLLATE "C",
  from_year   integer,
  to_year     integer,
  active      boolean NOT NULL,
  defined_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  defined_by  varchar(63) COLLATE "C" NOT NULL,
  PRIMARY KEY (rule, version)
);
COMMENT ON TABLE @ledger@.planning_rule IS 'Rules that requests are checked against (审核规则), every version; none is ever changed, and the newest one holds while it is active. Written by define_rule(), activate_rule() and retire_rule() only.';
COMMENT ON COLUMN @ledger@.planning_rule.rule IS 'Name of the rule.';
COMMENT ON COLUMN @ledger@.planning_rule.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN @ledger@.planning_rule.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.planning_rule.severity IS 'block (禁止): cannot be submitted; explain (说明原因): can once it is explained; warn (提醒): can.';
COMMENT ON COLUMN @ledger@.planning_rule.predicate IS 'jsonpath over the request document; there is a finding where it is true, or finds something.';
COMMENT ON COLUMN @ledger@.planning_rule.parameters IS 'Variables of the jsonpaths: one object, or an array of them, for each of which the rule is applied. Ratios are fractions (0.15 is 15 %).';
COMMENT ON COLUMN @ledger@.planning_rule.setting IS 'Key of the profile setting whose members replace parameters of the same name; an array replaces the array. Its member action replaces the severity.';
COMMENT ON COLUMN @ledger@.planning_rule.measures IS 'Name and jsonpath of each value that a finding keeps.';
COMMENT ON COLUMN @ledger@.planning_rule.message IS 'What a finding says, by language: zh, en, mn. {name} stands for a measure or parameter, {name%} for it as a percentage.';
COMMENT ON COLUMN @ledger@.planning_rule.profile IS 'Holds only where this profile is bound; NULL: everywhere.';
COMMENT ON COLUMN @ledger@.planning_rule.division IS 'Holds only in this division and below; NULL: everywhere.';
COMMENT ON COLUMN @ledger@.planning_rule.category IS 'Holds only for this category of projects and those below it; NULL: for all.';
COMMENT ON COLUMN @ledger@.planning_rule.from_year IS 'First fiscal year of requests; NULL: any.';
COMMENT ON COLUMN @ledger@.planning_rule.to_year IS 'Last fiscal year of requests; NULL: any.';
COMMENT ON COLUMN @ledger@.planning_rule.active IS 'Whether it is in force, as long as the version is the newest.';
COMMENT ON COLUMN @ledger@.planning_rule.defined_at IS 'When it was published.';
COMMENT ON COLUMN @ledger@.planning_rule.defined_by IS 'By whom; (budgetpm) for those that ship.';

-- In force: the nearest year, profile and place decide at the request; numbers that a
-- place may set for itself are in the profile's setting.
INSERT INTO @ledger@.planning_rule
  (rule, version, title, severity, predicate, parameters, setting, measures, message, profile, category, active, defined_by)
VALUES
('growth_15', 1, '近三年平均支出增长率', 'explain',
 'exists($.growth[*] ? (@.scope == $scope && @.mean == $mean && @.years == $years && @.rates >= $rates && @.average > $ratio))',
 '{"scope": "unit", "mean": "arithmetic", "years": 3, "rates": 2, "ratio": 0.15}', 'planning.growth_flag',
 '{"growth": "$.growth[*] ? (@.scope == $scope && @.mean == $mean && @.years == $years).average",
   "found": "$.growth[*] ? (@.scope == $scope && @.mean == $mean && @.years == $years).rates",
   "spent": "$.history[*] ? (@.scope == $scope).spent"}',
 '{"zh": "近{years}年平均支出增长率{growth%}，超过{ratio%}，请负责人说明原因",
   "en": "spending grew by {growth%} a year over the last {years} years ({mean} mean of {found} rates), more than {ratio%}: the person responsible explains why",
   "mn": "сүүлийн {years} жилийн зарлагын дундаж өсөлт {growth%}, {ratio%}-иас давсан тул шалтгааныг тайлбарлана уу"}',
 'jiangsu', NULL, true, '(budgetpm)'),
('share_ceiling', 1, '支出占比上限', 'block',
 'exists($.share[*] ? (@.scheme == $scheme && @.code == $code && @.amount > $share * $.unit_total))',
 '[]', 'planning.share_ceilings',
 '{"amount": "$.share[*] ? (@.scheme == $scheme && @.code == $code).amount", "total": "$.unit_total",
   "actual": "$.share[*] ? (@.scheme == $scheme && @.code == $code).ratio"}',
 '{"zh": "科目{code}申报{amount}元，占单位申报总额{total}元的{actual%}，超过占比上限{share%}",
   "en": "code {code} has {amount} of the unit''s {total}, {actual%}, more than the share of {share%}",
   "mn": "{code} ангиллын {amount} нь нэгжийн нийт {total}-ийн {actual%}, дээд хязгаар {share%}-иас давсан"}',
 NULL, NULL, true, '(budgetpm)'),
('required_attachment', 1, '必备附件', 'block',
 'exists($.categories[*] ? (@ == $category)) && !exists($.attachments[*] ? (@.kind == $kind))',
 '[]', 'planning.required_attachments', '{"title": "$.title"}',
 '{"zh": "“{title}”缺少必备附件“{kind}”", "en": "\"{title}\" lacks its attachment \"{kind}\"",
   "mn": "\"{title}\" хүсэлтэд \"{kind}\" хавсралт дутуу"}',
 NULL, NULL, true, '(budgetpm)'),
('ex_ante', 1, '事前绩效评估', 'block',
 '$.amount >= $amount && $.new_project == true && !exists($.attachments[*] ? (@.kind == $kind))',
 '{"amount": 10000000, "kind": "ex_ante_assessment"}', 'planning.ex_ante', '{"requested": "$.amount"}',
 '{"zh": "新增项目申报{requested}元，达到{amount}元，须附事前绩效评估报告（{kind}）",
   "en": "a new project that asks for {requested}, {amount} or more, needs its ex-ante assessment (attachment {kind})",
   "mn": "{requested} хүссэн шинэ төсөл ({amount}-аас дээш) урьдчилсан үнэлгээ ({kind}) хавсаргана"}',
 NULL, '3', true, '(budgetpm)'),
('duplicate', 1, '重复申报', 'explain',
 'exists($.duplicates[*] ? (@.reason == "project" || (@.reason == "name" && @.same_unit == true)))', '{}', NULL,
 '{"requests": "$.duplicates[*] ? (@.reason == \"name\" && @.same_unit == true).request", "projects": "$.duplicates[*] ? (@.reason == \"project\").project"}',
 '{"zh": "疑似重复申报：本单位同名申报{requests}，同名项目{projects}", "en": "seems to have been asked for already: requests of the same name {requests}, projects {projects}",
   "mn": "давхардсан байж болзошгүй: ижил нэртэй хүсэлт {requests}, төсөл {projects}"}',
 NULL, NULL, true, '(budgetpm)'),
('duplicate_project', 1, '重复立项', 'explain', 'exists($.duplicates[*] ? (@.reason == "name" && @.same_unit == false))', '{}', NULL,
 '{"requests": "$.duplicates[*] ? (@.reason == \"name\" && @.same_unit == false).request", "units": "$.duplicates[*] ? (@.reason == \"name\" && @.same_unit == false).unit"}',
 '{"zh": "其他单位{units}有同名申报{requests}", "en": "another unit ({units}) asks for the same: request {requests}",
   "mn": "өөр нэгж ({units}) ижил нэртэй хүсэлт {requests} гаргасан"}',
 NULL, '3', true, '(budgetpm)'),
('similar_request', 1, '同类同额申报', 'warn', 'exists($.duplicates[*] ? (@.reason == "amount"))', '{}', NULL,
 '{"requests": "$.duplicates[*] ? (@.reason == \"amount\").request", "amount": "$.amount"}',
 '{"zh": "本单位同类申报{requests}金额相同（{amount}元）", "en": "request {requests} of the unit and category asks for the same {amount}",
   "mn": "ижил ангиллын хүсэлт {requests} ижил дүнтэй ({amount})"}',
 NULL, NULL, true, '(budgetpm)'),
('over_ceiling', 1, '超控制数', 'block', '$.amount > $.ceiling', '{}', NULL,
 '{"amount": "$.amount", "ceiling": "$.ceiling"}',
 '{"zh": "申报{amount}元，超过控制数{ceiling}元", "en": "asks for {amount}, more than the ceiling of {ceiling}",
   "mn": "{amount} хүссэн нь хяналтын дүн {ceiling}-аас давсан"}',
 NULL, NULL, true, '(budgetpm)'),
('missing_project', 1, '先有项目再安排预算', 'block', '$.project == null', '{}', NULL, '{"title": "$.title"}',
 '{"zh": "“{title}”属特定目标类，须先入项目库再申报预算", "en": "\"{title}\" is for a specific target: it needs a project before money",
   "mn": "\"{title}\" зорилтот ангилал тул эхлээд төсөл бүртгэнэ"}',
 NULL, '3', true, '(budgetpm)'),
('performance_targets', 1, '绩效目标', 'warn', '!exists($.targets[*])', '{}', NULL, '{"title": "$.title"}',
 '{"zh": "“{title}”未填报绩效目标", "en": "\"{title}\" has no performance targets", "mn": "\"{title}\" гүйцэтгэлийн зорилтгүй"}',
 NULL, '3', false, '(budgetpm)');

CREATE TABLE @ledger@.rule_explanation (
  explanation_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  request_id     bigint NOT NULL REFERENCES @ledger@.request,
  rule           varchar(63) COLLATE "C" NOT NULL,
  measured       jsonb NOT NULL,
  explanation    varchar(2000) NOT NULL,
  attachments    jsonb NOT NULL,
  explained_by   varchar(63) COLLATE "C" NOT NULL,
  explained_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code NOT NULL
);
CREATE INDEX rule_explanation_request ON @ledger@.rule_explanation (request_id, rule);
COMMENT ON TABLE @ledger@.rule_explanation IS 'Reasons that the person responsible gave (情况说明) for what a rule finds about a request, append-only; each holds for the values it was given for, and the newest counts. Written by explain_finding() only.';
COMMENT ON COLUMN @ledger@.rule_explanation.explanation_id IS 'The explanation.';
COMMENT ON COLUMN @ledger@.rule_explanation.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.rule_explanation.rule IS 'The rule.';
COMMENT ON COLUMN @ledger@.rule_explanation.measured IS 'What it had found then.';
COMMENT ON COLUMN @ledger@.rule_explanation.explanation IS 'The reason.';
COMMENT ON COLUMN @ledger@.rule_explanation.attachments IS 'Documents that support it: array of {kind, title, digest}.';
COMMENT ON COLUMN @ledger@.rule_explanation.explained_by IS 'The database role that gave it.';
COMMENT ON COLUMN @ledger@.rule_explanation.explained_at IS 'When.';
COMMENT ON COLUMN @ledger@.rule_explanation.division IS 'The request''s division, for row security.';
COMMENT ON COLUMN @ledger@.rule_explanation.unit IS 'The request''s unit, for row security.';

CREATE TABLE @ledger@.rule_finding (
  finding_id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  version_id     bigint NOT NULL REFERENCES @ledger@.request_version,
  request_id     bigint NOT NULL,
  rule           varchar(63) COLLATE "C" NOT NULL,
  rule_version   integer NOT NULL,
  severity       varchar(10) COLLATE "C" NOT NULL,
  measured       jsonb NOT NULL,
  explanation_id bigint REFERENCES @ledger@.rule_explanation,
  found_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  division       budgetpm.budget_code NOT NULL,
  unit           budgetpm.budget_code NOT NULL,
  FOREIGN KEY (rule, rule_version) REFERENCES @ledger@.planning_rule
);
CREATE INDEX rule_finding_version ON @ledger@.rule_finding (version_id);
CREATE INDEX rule_finding_rule ON @ledger@.rule_finding (rule, found_at);
COMMENT ON TABLE @ledger@.rule_finding IS 'What rules found about each version that was submitted (审核结果), append-only: what was explained, and what was only warned of; what blocks is never submitted.';
COMMENT ON COLUMN @ledger@.rule_finding.finding_id IS 'The finding.';
COMMENT ON COLUMN @ledger@.rule_finding.version_id IS 'The version of the request.';
COMMENT ON COLUMN @ledger@.rule_finding.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.rule_finding.rule IS 'The rule.';
COMMENT ON COLUMN @ledger@.rule_finding.rule_version IS 'Its version then.';
COMMENT ON COLUMN @ledger@.rule_finding.severity IS 'explain or warn.';
COMMENT ON COLUMN @ledger@.rule_finding.measured IS 'What was measured, and the parameters that the message names.';
COMMENT ON COLUMN @ledger@.rule_finding.explanation_id IS 'The reason that was given for it.';
COMMENT ON COLUMN @ledger@.rule_finding.found_at IS 'When.';
COMMENT ON COLUMN @ledger@.rule_finding.division IS 'The request''s division, for row security.';
COMMENT ON COLUMN @ledger@.rule_finding.unit IS 'The request''s unit, for row security.';

-- Two writings of one name are one name.
CREATE INDEX request_plain_name ON @ledger@.request (fiscal_year, division, budgetpm.plain_name(title), unit, request_id);
CREATE INDEX project_plain_name ON @ledger@.project (budgetpm.plain_name(name));

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.planning_rule
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.planning_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.planning_rule
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
ALTER TABLE @ledger@.planning_rule ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ALWAYS TRIGGER invalidate_ledger;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.rule_explanation
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.rule_explanation
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.rule_explanation ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.rule_explanation FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.rule_finding
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.rule_finding
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.rule_finding ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.rule_finding FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{define_rule,activate_rule,retire_rule}'),
    ('oa+', '{explain_finding}'),
    ('roa+', '{check_rule,check_request,test_rule,rehearse_rules}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.define_rule(definition jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.define_rule('@ledger@.ledger'::pg_catalog.regclass, define_rule.definition);
END;
COMMENT ON FUNCTION @ledger@.define_rule(jsonb) IS
  'Publishes a rule (审核规则) as its next version and returns the version: {"rule", "title", "severity": block, explain or warn, "predicate": jsonpath, "parameters": {}, "setting", "measures": {name: jsonpath}, "message": {"zh", "en", "mn"}, "profile", "division", "category", "from_year", "to_year", "active"}. In force at once unless active is false; test_rule() shows first what it finds. Every fault is told at once, each with its JSON path. Needs a duty to post over its division, or the whole ledger. Errors: 22023 faults, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.check_rule(definition jsonb)
RETURNS TABLE (path text, fault text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.check_rule('@ledger@.ledger'::pg_catalog.regclass, check_rule.definition);
END;
COMMENT ON FUNCTION @ledger@.check_rule(jsonb) IS
  'Lists what is wrong with the definition of a rule (审核规则), each fault with its JSON path; no row when it can be published. Writes nothing. Errors: 22004, 42501.';

CREATE FUNCTION @ledger@.activate_rule(rule text)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.switch_rule('@ledger@.ledger'::pg_catalog.regclass, activate_rule.rule, true);
END;
COMMENT ON FUNCTION @ledger@.activate_rule(text) IS
  'Puts a rule in force as it was last defined (启用) and returns its new version. Errors: 42704, 22004, 42501, ZB007 is in force, ZB008.';

CREATE FUNCTION @ledger@.retire_rule(rule text)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.switch_rule('@ledger@.ledger'::pg_catalog.regclass, retire_rule.rule, false);
END;
COMMENT ON FUNCTION @ledger@.retire_rule(text) IS
  'Takes a rule out of force (停用) and returns its new version; what it found stays. Errors: 42704, 22004, 42501, ZB007 is not in force, ZB008.';

CREATE FUNCTION @ledger@.check_request(request bigint, language text DEFAULT NULL)
RETURNS TABLE (rule varchar(63), version integer, severity varchar(10), message text, measured jsonb, explanation varchar(2000))
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.check_request('@ledger@.ledger'::pg_catalog.regclass, check_request.request, check_request.language);
END;
COMMENT ON FUNCTION @ledger@.check_request(bigint, text) IS
  'Lists what the rules in force find about the newest version of a request (试审核), of every severity, with the reason that was given for it; writes nothing. language is zh, en or mn; the setting registry.languages decides unless given. Needs a duty to read there. Errors: 42704, 22004, 22023 language, 42501, ZB008.';

CREATE FUNCTION @ledger@.explain_finding(request bigint, rule text, explanation text, attachments jsonb DEFAULT '[]', whole_unit boolean DEFAULT false)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.explain_finding('@ledger@.ledger'::pg_catalog.regclass, explain_finding.request, explain_finding.rule, explain_finding.explanation, explain_finding.attachments, explain_finding.whole_unit);
END;
COMMENT ON FUNCTION @ledger@.explain_finding(bigint, text, text, jsonb, boolean) IS
  'Gives the reason for what a rule finds about a request (情况说明), so that it can be submitted; holds as long as the rule finds the same values. With whole_unit, also for the other requests of the unit in that preparation about which it finds the same. attachments is an array of {kind, title, digest}. Returns how many findings it explains. Needs a duty to post there. Errors: 42704, 22004, 22023, 42501, ZB007 no such finding, or one that blocks or only warns, ZB008.';

CREATE FUNCTION @ledger@.test_rule(rule text, fiscal_year integer, division text DEFAULT NULL, definition jsonb DEFAULT NULL)
RETURNS TABLE (request bigint, unit_code varchar(21), title varchar(200), amount numeric, severity varchar(10), message text, measured jsonb)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 100
BEGIN ATOMIC
  SELECT t.request, t.unit_code, t.title, t.amount, t.severity, t.message, t.measured
    FROM budgetpm.rehearse_rules('@ledger@.ledger'::pg_catalog.regclass, 'test_rule',
      pg_catalog.jsonb_build_array(COALESCE(test_rule.definition, pg_catalog.to_jsonb(test_rule.rule))),
      test_rule.fiscal_year, test_rule.division) AS t;
END;
COMMENT ON FUNCTION @ledger@.test_rule(text, integer, text, jsonb) IS
  'Replays one rule over the requests of a year (规则试算), in a division and below or everywhere, in force or not yet, or a definition that nobody has published: what it would have found, and a last row with the sum. Each request is taken as it was approved, or else as it is now, and its profile and category decide as ever. Writes nothing. Needs a duty to read there. Errors: 42704, 22004, 22023 faults, 23503, 42501, ZB008.';

CREATE FUNCTION @ledger@.rehearse_rules(rules jsonb, fiscal_year integer, division text DEFAULT NULL)
RETURNS TABLE (rule varchar(63), request bigint, unit_code varchar(21), title varchar(200), amount numeric, severity varchar(10), message text, measured jsonb)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 100
BEGIN ATOMIC
  SELECT * FROM budgetpm.rehearse_rules('@ledger@.ledger'::pg_catalog.regclass, 'rehearse_rules',
    rehearse_rules.rules, rehearse_rules.fiscal_year, rehearse_rules.division);
END;
COMMENT ON FUNCTION @ledger@.rehearse_rules(jsonb, integer, text) IS
  'Replays several rules at once over the requests of a year (模拟): rules is an array of names and definitions. A row for each finding, and a last row with the sum. Beside rehearse(), which replays postings against caps. Writes nothing. Errors: 42704, 22004, 22023 faults, 23503, 42501, ZB008.';

CREATE VIEW @report@.rule_finding WITH (security_invoker = true) AS
  SELECT f.finding_id, r.fiscal_year, f.request_id, v.version_no, v.round, d.official_code AS division_code,
         u.official_code AS unit_code, u.name AS unit_name, r.title AS request_title, v.amount::numeric(20,2) AS amount,
         f.rule, f.rule_version, p.title AS rule_title, f.severity, f.measured, e.explanation, e.explained_by, f.found_at
    FROM @ledger@.rule_finding f
    JOIN @ledger@.request_version v ON v.version_id = f.version_id
    JOIN @ledger@.request r ON r.request_id = f.request_id
    JOIN @ledger@.planning_rule p ON p.rule = f.rule AND p.version = f.rule_version
    JOIN @ledger@.division d ON d.code = f.division
    JOIN @ledger@.unit u ON u.code = f.unit
    LEFT JOIN @ledger@.rule_explanation e ON e.explanation_id = f.explanation_id;
COMMENT ON VIEW @report@.rule_finding IS 'What rules found about the requests that were submitted (审核结果), with the reasons that were given.';
COMMENT ON COLUMN @report@.rule_finding.finding_id IS 'The finding.';
COMMENT ON COLUMN @report@.rule_finding.fiscal_year IS 'Fiscal year (预算年度) of the request.';
COMMENT ON COLUMN @report@.rule_finding.request_id IS 'The request.';
COMMENT ON COLUMN @report@.rule_finding.version_no IS 'Number of its version.';
COMMENT ON COLUMN @report@.rule_finding.round IS 'Round in which it was submitted.';
COMMENT ON COLUMN @report@.rule_finding.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.rule_finding.unit_code IS 'Unit (official code).';
COMMENT ON COLUMN @report@.rule_finding.unit_name IS 'Name of the unit.';
COMMENT ON COLUMN @report@.rule_finding.request_title IS 'What is asked for.';
COMMENT ON COLUMN @report@.rule_finding.amount IS 'Amount of the version, in yuan.';
COMMENT ON COLUMN @report@.rule_finding.rule IS 'The rule.';
COMMENT ON COLUMN @report@.rule_finding.rule_version IS 'Its version then.';
COMMENT ON COLUMN @report@.rule_finding.rule_title IS 'What people call the rule.';
COMMENT ON COLUMN @report@.rule_finding.severity IS 'explain or warn.';
COMMENT ON COLUMN @report@.rule_finding.measured IS 'What was measured.';
COMMENT ON COLUMN @report@.rule_finding.explanation IS 'The reason that was given.';
COMMENT ON COLUMN @report@.rule_finding.explained_by IS 'Who gave it.';
COMMENT ON COLUMN @report@.rule_finding.found_at IS 'When it was found.';

CREATE VIEW @report@.planning_rule WITH (security_invoker = true) AS
  SELECT pg_catalog.row_number() OVER (ORDER BY r.rule, r.version) AS id, r.rule, r.version, r.title, r.severity, r.predicate, r.parameters, r.setting, r.measures, r.message,
         r.profile, d.official_code AS division_code, r.category, r.from_year, r.to_year,
         r.active AND r.version = pg_catalog.max(r.version) OVER (PARTITION BY r.rule) AS in_force,
         r.defined_at, r.defined_by
    FROM @ledger@.planning_rule r
    LEFT JOIN @ledger@.division d ON d.code = r.division;
COMMENT ON VIEW @report@.planning_rule IS 'Rules of budget preparation (审核规则), every version, and which are in force.';
COMMENT ON COLUMN @report@.planning_rule.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.planning_rule.rule IS 'Name of the rule.';
COMMENT ON COLUMN @report@.planning_rule.version IS 'Number of the version.';
COMMENT ON COLUMN @report@.planning_rule.title IS 'What people call it.';
COMMENT ON COLUMN @report@.planning_rule.severity IS 'block, explain or warn.';
COMMENT ON COLUMN @report@.planning_rule.predicate IS 'jsonpath over the request document.';
COMMENT ON COLUMN @report@.planning_rule.parameters IS 'Its variables.';
COMMENT ON COLUMN @report@.planning_rule.setting IS 'Profile setting that replaces parameters.';
COMMENT ON COLUMN @report@.planning_rule.measures IS 'Values that a finding keeps.';
COMMENT ON COLUMN @report@.planning_rule.message IS 'What a finding says, by language.';
COMMENT ON COLUMN @report@.planning_rule.profile IS 'Profile where it holds.';
COMMENT ON COLUMN @report@.planning_rule.division_code IS 'Division where it holds, with those below (official code).';
COMMENT ON COLUMN @report@.planning_rule.category IS 'Category of projects for which it holds.';
COMMENT ON COLUMN @report@.planning_rule.from_year IS 'First fiscal year.';
COMMENT ON COLUMN @report@.planning_rule.to_year IS 'Last fiscal year.';
COMMENT ON COLUMN @report@.planning_rule.in_force IS 'Whether requests are checked against it now.';
COMMENT ON COLUMN @report@.planning_rule.defined_at IS 'When it was published.';
COMMENT ON COLUMN @report@.planning_rule.defined_by IS 'By whom; (budgetpm) for those that ship.';
