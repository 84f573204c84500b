-- workflow: flows that ship as templates, to be adopted as they are or with changes

ALTER TABLE @ledger@.flow_version ADD COLUMN template varchar(63) COLLATE "C";
COMMENT ON COLUMN @ledger@.flow_version.template IS 'The template that it was adopted from; NULL: none.';

CREATE TABLE @ledger@.flow_template (
  template   varchar(63) COLLATE "C" PRIMARY KEY,
  title      varchar(200) NOT NULL,
  purpose    varchar(1000) NOT NULL,
  profile    varchar(40) COLLATE "C",
  definition jsonb NOT NULL
);
COMMENT ON TABLE @ledger@.flow_template IS 'Templates of flows (流程模板). None runs before adopt_flow() publishes it. The owner may add his own.';
COMMENT ON COLUMN @ledger@.flow_template.template IS 'Name; the flow is called so unless another name is given.';
COMMENT ON COLUMN @ledger@.flow_template.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.flow_template.purpose IS 'What it is for, which facts a case has, and what its effects do.';
COMMENT ON COLUMN @ledger@.flow_template.profile IS 'The profile that asks for it; NULL: all.';
COMMENT ON COLUMN @ledger@.flow_template.definition IS 'The definition of the flow, as publish_flow() takes it.';

INSERT INTO @ledger@.flow_template (template, title, purpose, profile, definition) VALUES
('two_up_two_down', '部门预算编制：两上两下', '一个单位的申报走完两轮：一上、一下控制数、二上、审定。由 submit_requests() 发起；事实 preparation 由其给出。每次提交冻结申报数并检查规则与控制数，退回则还给单位。', NULL, '{
  "flow": "two_up_two_down", "title": "部门预算编制：两上两下", "remind_minutes": 720,
  "steps": [
    {"step": "department", "title": "主管部门审核", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "division"},
    {"step": "division", "title": "业务处室审核", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "which_round"},
    {"step": "which_round", "type": "choose", "title": "第几轮", "branches": [{"when": "$.submitted.round == 1", "next": "ceilings_1"}], "default": "settle"},
    {"step": "ceilings_1", "title": "一下：下达控制数", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "submit_2",
     "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
    {"step": "submit_2", "title": "二上：单位再次申报", "assign": [{"initiator": true}], "self": "allow", "next": "department",
     "effects": [{"effect": "prepare", "as": "submitted", "arguments": {"move": "submit"}}],
     "undo": [{"effect": "prepare", "arguments": {"move": "release"}}]},
    {"step": "settle", "title": "审定", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "done",
     "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "accept"}}]},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "prepare", "as": "submitted", "arguments": {"move": "submit"}}],
    "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
    "rejected": [{"effect": "prepare", "arguments": {"move": "reject"}}],
    "voided": [{"effect": "prepare", "arguments": {"move": "release"}}]}}'),
('three_up_three_down', '部门预算编制：三上三下', '江苏的三轮：一上、一下、二上、二下、三上、审定；余同两上两下。', 'jiangsu', '{
  "flow": "three_up_three_down", "title": "部门预算编制：三上三下", "remind_minutes": 720,
  "steps": [
    {"step": "department", "title": "主管部门审核", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "division"},
    {"step": "division", "title": "业务处室审核", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "which_round"},
    {"step": "which_round", "type": "choose", "title": "第几轮", "branches": [{"when": "$.submitted.round == 1", "next": "ceilings_1"}, {"when": "$.submitted.round == 2", "next": "ceilings_2"}], "default": "settle"},
    {"step": "ceilings_1", "title": "一下：下达控制数", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "submit_2",
     "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
    {"step": "submit_2", "title": "二上：单位再次申报", "assign": [{"initiator": true}], "self": "allow", "next": "department",
     "effects": [{"effect": "prepare", "as": "submitted", "arguments": {"move": "submit"}}],
     "undo": [{"effect": "prepare", "arguments": {"move": "release"}}]},
    {"step": "ceilings_2", "title": "二下：下达调整意见", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "submit_3",
     "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
    {"step": "submit_3", "title": "三上：单位最后申报", "assign": [{"initiator": true}], "self": "allow", "next": "department",
     "effects": [{"effect": "prepare", "as": "submitted", "arguments": {"move": "submit"}}],
     "undo": [{"effect": "prepare", "arguments": {"move": "release"}}]},
    {"step": "settle", "title": "审定", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "previous", "next": "done",
     "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "accept"}}]},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "prepare", "as": "submitted", "arguments": {"move": "submit"}}],
    "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
    "rejected": [{"effect": "prepare", "arguments": {"move": "reject"}}],
    "voided": [{"effect": "prepare", "arguments": {"move": "release"}}]}}'),
('budget_draft', '预算草案：报批', '一级政府的预算草案：财政局、政府常务会议、人大初步审查、人民代表大会表决；表决通过即开立指标、批复下达。由 submit_draft() 发起；事实 preparation，可有 document（决议文号）。', NULL, '{
  "flow": "budget_draft", "title": "预算草案：报批", "retract": "before_first",
  "steps": [
    {"step": "bureau", "title": "财政局审定", "assign": [{"duty": "财政局长", "at": "division"}], "on_reject": "start", "next": "government"},
    {"step": "government", "title": "政府常务会议", "assign": [{"duty": "政府常务会议", "at": "division"}], "decide": {"rule": "ratio", "pass": "1/2", "more": true, "base": "due", "quorum": "2/3", "collect": true}, "on_reject": "start", "next": "preliminary"},
    {"step": "preliminary", "title": "人大初步审查", "assign": [{"duty": "人大财经委", "at": "division"}], "on_reject": "start", "next": "congress",
     "effects": [{"effect": "present_draft", "arguments": {"preparation": "$.preparation"}}]},
    {"step": "congress", "title": "人民代表大会表决", "assign": [{"duty": "人民代表大会", "at": "division"}], "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "hold_draft", "arguments": {"preparation": "$.preparation"}}],
    "release": [{"effect": "release_draft", "arguments": {"preparation": "$.preparation"}}],
    "voided": [{"effect": "release_draft", "arguments": {"preparation": "$.preparation"}}],
    "approved": [{"effect": "approve_budget", "as": "approval", "arguments": {"preparation": "$.preparation", "document": "$.document"}}]}}'),
('three_majors_one_large', '三重一大：集体决策', '重大决策、重要人事、重大项目、大额资金：应到三分之二出席方可开会，赞成超过应到半数通过，逐人记名，弃权与缺席如实记录。可由其他流程调用。', NULL, '{
  "flow": "three_majors_one_large", "title": "三重一大：集体决策", "retract": "before_first",
  "steps": [
    {"step": "meeting", "title": "党组会议表决", "assign": [{"duty": "党组成员", "at": "division"}], "self": "allow",
     "decide": {"rule": "ratio", "pass": "1/2", "more": true, "base": "due", "quorum": "2/3", "collect": true},
     "deadline": {"working_days": 3, "action": "absent"}, "next": "done"},
    {"step": "done", "type": "end"}]}'),
('project_admission', '项目入库：评审与公示', '单位申报、主管部门审核、专家评审（记名投票，应到三分之二赞成）、公示七日、入库。公示期内不得提前通过；有异议则退回单位。事实 project（项目代码）。', 'inner_mongolia', '{
  "flow": "project_admission", "title": "项目入库：评审与公示",
  "steps": [
    {"step": "department", "title": "主管部门审核", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "experts"},
    {"step": "experts", "title": "专家评审", "assign": [{"duty": "评审专家", "at": "division"}],
     "decide": {"rule": "ratio", "pass": "2/3", "base": "due", "quorum": "2/3", "collect": true}, "next": "notice",
     "effects": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "reviewed"}}],
     "undo": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "proposed", "reason": "评审后退回"}}]},
    {"step": "notice", "title": "公示", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "wait": true,
     "deadline": {"days": 7, "action": "pass"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {"approved": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "admitted"}}]}}'),
('payment_request', '用款支付申请', '单位、主管部门、财政业务处室、国库处、清算银行。五万元以下由主管部门直送国库，一百万元及以上另经局领导。提交即占用（支付申请），清算银行确认即支付，退回即释放。事实 line、amount（数字，元），可有 commitment（合同）、document。', NULL, '{
  "flow": "payment_request", "title": "用款支付申请",
  "steps": [
    {"step": "unit", "title": "单位负责人", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "department"},
    {"step": "department", "title": "主管部门", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "small"},
    {"step": "small", "type": "choose", "title": "小额", "branches": [{"when": "$.amount < 50000", "next": "treasury"}], "default": "division"},
    {"step": "division", "title": "财政业务处室", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "large"},
    {"step": "large", "type": "choose", "title": "大额", "branches": [{"when": "$.amount < 1000000", "next": "treasury"}], "default": "leader"},
    {"step": "leader", "title": "局领导", "assign": [{"duty": "财政局长", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "treasury"},
    {"step": "treasury", "title": "国库处", "assign": [{"duty": "国库处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "deadline": {"working_days": 2, "action": "remind"}, "next": "bank"},
    {"step": "bank", "title": "清算银行", "assign": [{"duty": "清算银行", "at": "division"}], "decide": {"rule": "any"}, "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "post", "as": "request", "arguments": {"operation": "request_payment", "line": "$.line", "amount": "$.amount", "commitment": "$.commitment", "document": "$.document"}}],
    "release": [{"effect": "post", "arguments": {"operation": "release", "obligation": "$.request", "document": "$.document"}}],
    "approved": [{"effect": "post", "as": "payment", "arguments": {"operation": "pay", "line": "$.line", "amount": "$.amount", "request": "$.request", "document": "$.document"}}],
    "voided": [{"effect": "post", "when": "$.payment", "arguments": {"operation": "reverse", "posting": "$.payment", "document": "$.document"}},
               {"effect": "post", "when": "$.payment", "arguments": {"operation": "release", "obligation": "$.request", "document": "$.document"}}]}}'),
('virement', '预算调剂', '总额不变，在指标之间调剂。提交即锁定调减额，终审即调剂，退回即解锁；十万元以下由业务处室终审。事实 from、to（指标）、amount（数字，元），可有 document。', NULL, '{
  "flow": "virement", "title": "预算调剂",
  "steps": [
    {"step": "department", "title": "主管部门", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "division"},
    {"step": "division", "title": "财政业务处室", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "band"},
    {"step": "band", "type": "choose", "title": "额度", "branches": [{"when": "$.amount < 100000", "next": "done"}], "default": "budget"},
    {"step": "budget", "title": "预算处", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "post", "arguments": {"operation": "reserve_out", "line": "$.from", "amount": "$.amount", "document": "$.document"}}],
    "release": [{"effect": "post", "arguments": {"operation": "release_out", "line": "$.from", "amount": "$.amount", "document": "$.document"}}],
    "approved": [{"effect": "post", "as": "posting", "arguments": {"operation": "virement", "from_line": "$.from", "to_line": "$.to", "amount": "$.amount", "from_pending": "$.amount", "document": "$.document"}}],
    "voided": [{"effect": "post", "when": "$.posting", "arguments": {"operation": "reverse", "posting": "$.posting", "document": "$.document"}},
               {"effect": "post", "when": "$.posting", "arguments": {"operation": "release_out", "line": "$.from", "amount": "$.amount", "document": "$.document"}}]}}'),
('supplement', '预算追加', '增加总额，须有来源。来源为 adjustment（预算调整）时须经人大常委会。事实 line、amount（数字，元）、source，可有 document。', NULL, '{
  "flow": "supplement", "title": "预算追加",
  "steps": [
    {"step": "department", "title": "主管部门", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "division"},
    {"step": "division", "title": "财政业务处室", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "budget"},
    {"step": "budget", "title": "预算处", "assign": [{"duty": "预算处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "leader"},
    {"step": "leader", "title": "局领导", "assign": [{"duty": "财政局长", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "source"},
    {"step": "source", "type": "choose", "title": "来源", "branches": [{"when": "$.source != \"adjustment\"", "next": "done"}], "default": "standing_committee"},
    {"step": "standing_committee", "title": "人大常委会", "assign": [{"duty": "人大常委会", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "approved": [{"effect": "post", "as": "posting", "arguments": {"operation": "supplement", "line": "$.line", "amount": "$.amount", "source": "$.source", "document": "$.document"}}],
    "voided": [{"effect": "post", "when": "$.posting", "arguments": {"operation": "reverse", "posting": "$.posting", "document": "$.document"}}]}}'),
('payment_correction', '支付更正', '把一笔支付更正到另一条指标。提交即锁定新指标的额度，终审即更正，退回即解锁。事实 payment（支付记账）、to_line、amount（数字，元），可有 document。', NULL, '{
  "flow": "payment_correction", "title": "支付更正",
  "steps": [
    {"step": "department", "title": "主管部门", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "treasury"},
    {"step": "treasury", "title": "国库处", "assign": [{"duty": "国库处", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "post", "arguments": {"operation": "reserve_out", "line": "$.to_line", "amount": "$.amount", "document": "$.document"}}],
    "release": [{"effect": "post", "arguments": {"operation": "release_out", "line": "$.to_line", "amount": "$.amount", "document": "$.document"}}],
    "approved": [{"effect": "post", "arguments": {"operation": "release_out", "line": "$.to_line", "amount": "$.amount", "document": "$.document"}},
                 {"effect": "post", "as": "posting", "arguments": {"operation": "correct_payment", "payment": "$.payment", "to_line": "$.to_line", "amount": "$.amount", "document": "$.document"}}],
    "voided": [{"effect": "post", "when": "$.posting", "arguments": {"operation": "reverse", "posting": "$.posting", "document": "$.document"}}]}}'),
('rectification', '整改', '监督部门通知、单位整改（十个工作日）、监督部门复核、销号。事实 line 与 amount 若有，则整改期间冻结该额度（暂缓拨款）。', NULL, '{
  "flow": "rectification", "title": "整改",
  "steps": [
    {"step": "rectify", "title": "单位整改", "assign": [{"duty": "单位负责人"}], "decide": {"rule": "any"}, "deadline": {"working_days": 10, "action": "remind"}, "on_reject": "start", "next": "check"},
    {"step": "check", "title": "复核", "assign": [{"duty": "监督检查", "at": "division"}], "self": "allow", "decide": {"rule": "any"}, "on_reject": "rectify", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {
    "hold": [{"effect": "post", "when": "$.line", "arguments": {"operation": "freeze", "line": "$.line", "amount": "$.amount"}}],
    "release": [{"effect": "post", "when": "$.line", "arguments": {"operation": "unfreeze", "line": "$.line", "amount": "$.amount"}}],
    "approved": [{"effect": "post", "when": "$.line", "arguments": {"operation": "unfreeze", "line": "$.line", "amount": "$.amount"}}]}}'),
('project_acceptance', '项目验收', '单位申请、主管部门、专家验收（应到三分之二出席，三分之二赞成）、财政业务处室；通过即转入已验收。事实 project（项目代码）。', NULL, '{
  "flow": "project_acceptance", "title": "项目验收",
  "steps": [
    {"step": "department", "title": "主管部门", "assign": [{"duty": "部门负责人"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "experts"},
    {"step": "experts", "title": "专家验收", "assign": [{"duty": "评审专家", "at": "division"}],
     "decide": {"rule": "ratio", "pass": "2/3", "base": "due", "quorum": "2/3", "collect": true}, "on_reject": "start", "next": "division"},
    {"step": "division", "title": "财政业务处室", "assign": [{"duty": "业务处室", "at": "division"}], "decide": {"rule": "any"}, "on_reject": "start", "next": "done"},
    {"step": "done", "type": "end"}],
  "effects": {"approved": [{"effect": "project_stage", "arguments": {"project": "$.project", "to": "accepted"}}]}}');

ALTER TABLE @ledger@.flow_template ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.flow_template FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{adopt_flow}'),
    ('roa+', '{compose_flow}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.adopt_flow(template text, flow text DEFAULT NULL, duties jsonb DEFAULT NULL, changes jsonb DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.adopt_flow('@ledger@.ledger'::pg_catalog.regclass, adopt_flow.template, adopt_flow.flow, adopt_flow.duties, adopt_flow.changes);
END;
COMMENT ON FUNCTION @ledger@.adopt_flow(text, text, jsonb, jsonb) IS
  'Publishes a template (流程模板) as the next version of a flow, called like the template unless named, and returns the version. duties says by what title here those of the template go: {"业务处室": "预算科"}. changes are members to be put in place of the template''s, null to take one away; its "steps" is an object by the steps'' names (or a whole array). Every fault is told at once. Needs a duty to post over the whole ledger. Errors: 22004, 22023 faults, 42704 template, 42501, ZB008.';

CREATE FUNCTION @ledger@.compose_flow(template text, flow text DEFAULT NULL, duties jsonb DEFAULT NULL, changes jsonb DEFAULT NULL)
RETURNS jsonb LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.compose_flow('@ledger@.ledger'::pg_catalog.regclass, compose_flow.template, compose_flow.flow, compose_flow.duties, compose_flow.changes);
END;
COMMENT ON FUNCTION @ledger@.compose_flow(text, text, jsonb, jsonb) IS
  'The definition that adopt_flow() with the same arguments would publish, for check_flow(); writes nothing. Errors: 22004, 22023 duties or changes, 42704 template, 42501.';

CREATE VIEW @report@.flow_template WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY t.template) AS id, t.template, t.title, t.purpose, t.profile,
         (SELECT string_agg(DISTINCT v.flow, ', ' ORDER BY v.flow) FROM @ledger@.flow_version v WHERE v.template = t.template)::varchar(1000) AS flows,
         (SELECT max(v.published_at) FROM @ledger@.flow_version v WHERE v.template = t.template) AS adopted_at
    FROM @ledger@.flow_template t;
COMMENT ON VIEW @report@.flow_template IS 'Templates of flows (流程模板), and which of them are adopted.';
COMMENT ON COLUMN @report@.flow_template.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.flow_template.template IS 'Name.';
COMMENT ON COLUMN @report@.flow_template.title IS 'What people call it.';
COMMENT ON COLUMN @report@.flow_template.purpose IS 'What it is for.';
COMMENT ON COLUMN @report@.flow_template.profile IS 'The profile that asks for it; NULL: all.';
COMMENT ON COLUMN @report@.flow_template.flows IS 'Flows that were adopted from it; NULL: none.';
COMMENT ON COLUMN @report@.flow_template.adopted_at IS 'When it was last adopted.';
