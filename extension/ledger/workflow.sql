-- workflow: approval flows (审批流), their cases, and the tasks of people

CREATE SEQUENCE @ledger@.flow_version_seq;
COMMENT ON SEQUENCE @ledger@.flow_version_seq IS 'Numbers of published versions of flows.';
CREATE SEQUENCE @ledger@.case_seq;
COMMENT ON SEQUENCE @ledger@.case_seq IS 'Numbers of cases.';
CREATE SEQUENCE @ledger@.token_seq CACHE 20;
COMMENT ON SEQUENCE @ledger@.token_seq IS 'Numbers of tokens of cases.';
CREATE SEQUENCE @ledger@.task_seq;
COMMENT ON SEQUENCE @ledger@.task_seq IS 'Numbers of tasks.';
CREATE SEQUENCE @ledger@.outbox_seq CACHE 20;
COMMENT ON SEQUENCE @ledger@.outbox_seq IS 'Numbers of messages.';
CREATE SEQUENCE @ledger@.proxy_seq;
COMMENT ON SEQUENCE @ledger@.proxy_seq IS 'Numbers of proxies.';

CREATE TABLE @ledger@.flow_version (
  version_id   integer PRIMARY KEY,
  flow         varchar(63) COLLATE "C" NOT NULL,
  version      integer NOT NULL,
  title        varchar(200) NOT NULL,
  definition   jsonb NOT NULL,
  published_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  published_by varchar(63) COLLATE "C" NOT NULL,
  UNIQUE (flow, version)
);

CREATE TABLE @ledger@.approval_case (
  case_id      bigint PRIMARY KEY,
  root_case    bigint NOT NULL,
  parent_case  bigint,
  parent_token bigint,
  version_id   integer NOT NULL REFERENCES @ledger@.flow_version,
  flow         varchar(63) COLLATE "C" NOT NULL,
  subject      varchar(200) NOT NULL,
  facts        jsonb NOT NULL,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  initiator    varchar(63) COLLATE "C" NOT NULL,
  state        varchar(12) COLLATE "C" NOT NULL,
  held         boolean NOT NULL,
  started_at   timestamptz NOT NULL,
  ended_at     timestamptz,
  suspended_at timestamptz,
  reminded_at  timestamptz,
  reminders    integer NOT NULL,
  events       integer NOT NULL,
  visits       integer NOT NULL,
  key          varchar(100) COLLATE "C" UNIQUE,
  head         bytea NOT NULL
);
CREATE INDEX approval_case_parent ON @ledger@.approval_case (parent_case) WHERE parent_case IS NOT NULL;
CREATE INDEX approval_case_initiator ON @ledger@.approval_case (initiator);
CREATE INDEX approval_case_flow ON @ledger@.approval_case (flow, started_at);

CREATE TABLE @ledger@.case_token (
  token_id        bigint PRIMARY KEY,
  case_id         bigint NOT NULL,
  parent_token    bigint,
  step            varchar(63) NOT NULL,
  state           varchar(12) COLLATE "C" NOT NULL,
  visit           integer NOT NULL,
  last_visit      integer NOT NULL,
  resume          varchar(63),
  resume_previous integer NOT NULL,
  division        budgetpm.budget_code NOT NULL,
  unit            budgetpm.budget_code
);
CREATE INDEX case_token_case ON @ledger@.case_token (case_id);

CREATE TABLE @ledger@.task (
  task_id      bigint PRIMARY KEY,
  case_id      bigint NOT NULL,
  token_id     bigint NOT NULL,
  flow         varchar(63) COLLATE "C" NOT NULL,
  visit        integer NOT NULL,
  origin       integer NOT NULL,
  previous     integer NOT NULL,
  step         varchar(63) NOT NULL,
  kind         varchar(8) COLLATE "C" NOT NULL,
  seat         bigint NOT NULL,
  seat_no      integer NOT NULL,
  weight       integer NOT NULL,
  assignee     varchar(63) COLLATE "C" NOT NULL,
  added_by     varchar(63) COLLATE "C",
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  state        varchar(12) COLLATE "C" NOT NULL,
  rank         integer NOT NULL,
  returns_to   varchar(63) COLLATE "C",
  holders      text COLLATE "C",
  opened_at    timestamptz,
  due_at       timestamptz,
  decided_at   timestamptz,
  reminded_at  timestamptz,
  reminders    integer NOT NULL,
  decided_by   varchar(63) COLLATE "C",
  on_behalf_of varchar(63) COLLATE "C"
);
CREATE INDEX task_case ON @ledger@.task (case_id);
CREATE INDEX task_assignee ON @ledger@.task (assignee) WHERE state = 'open';
CREATE INDEX task_due ON @ledger@.task (due_at) WHERE state = 'open' AND due_at IS NOT NULL;

CREATE TABLE @ledger@.case_event (
  case_id      bigint NOT NULL,
  event_no     integer NOT NULL,
  action       varchar(30) COLLATE "C" NOT NULL,
  task_id      bigint,
  step         varchar(63),
  to_step      varchar(63),
  actor        varchar(63) COLLATE "C" NOT NULL,
  on_behalf_of varchar(63) COLLATE "C",
  to_whom      varchar(63) COLLATE "C",
  login        varchar(63) COLLATE "C" NOT NULL,
  happened_at  timestamptz NOT NULL,
  opinion      text,
  details      jsonb,
  signature    text COLLATE "C",
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  digest       bytea NOT NULL,
  PRIMARY KEY (case_id, event_no)
);

CREATE TABLE @ledger@.outbox (
  outbox_id    bigint PRIMARY KEY,
  case_id      bigint,
  task_id      bigint,
  deadline_id  bigint,
  kind         varchar(10) COLLATE "C" NOT NULL,
  recipient    varchar(63) COLLATE "C" NOT NULL,
  subject      varchar(200) NOT NULL,
  state        varchar(12) COLLATE "C" NOT NULL,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  created_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  delivered_at timestamptz
);
CREATE INDEX outbox_waiting ON @ledger@.outbox (outbox_id) WHERE delivered_at IS NULL;

CREATE TABLE @ledger@.proxy (
  proxy_id   bigint PRIMARY KEY,
  principal  varchar(63) COLLATE "C" NOT NULL,
  agent      varchar(63) COLLATE "C" NOT NULL,
  flow       varchar(63) COLLATE "C",
  valid_from date NOT NULL,
  valid_to   date,
  granted_by varchar(63) COLLATE "C" NOT NULL,
  ended_at   timestamptz,
  CONSTRAINT proxy_period_check CHECK (valid_to OPERATOR(pg_catalog.>=) valid_from)
);
CREATE INDEX proxy_agent ON @ledger@.proxy (agent) WHERE ended_at IS NULL;

COMMENT ON TABLE @ledger@.flow_version IS 'Published flows (流程定义), every version; none is ever changed, and a running case keeps the one it began with. Written by publish_flow() only.';
COMMENT ON COLUMN @ledger@.flow_version.version_id IS 'Number of the version in this ledger.';
COMMENT ON COLUMN @ledger@.flow_version.flow IS 'Name of the flow.';
COMMENT ON COLUMN @ledger@.flow_version.version IS 'Number of the version in its flow, from 1.';
COMMENT ON COLUMN @ledger@.flow_version.title IS 'What people call it.';
COMMENT ON COLUMN @ledger@.flow_version.definition IS 'The JSON document; docs/workflow.md describes it.';
COMMENT ON COLUMN @ledger@.flow_version.published_at IS 'When.';
COMMENT ON COLUMN @ledger@.flow_version.published_by IS 'By whom.';

COMMENT ON TABLE @ledger@.approval_case IS 'Cases (流程实例): one run of a flow over one subject. Written by the functions of this schema only; every action locks the row of its root case first.';
COMMENT ON COLUMN @ledger@.approval_case.case_id IS 'Number of the case.';
COMMENT ON COLUMN @ledger@.approval_case.root_case IS 'The case at the top of those that called each other; itself where nothing called it.';
COMMENT ON COLUMN @ledger@.approval_case.parent_case IS 'The case that called it as a sub-flow (子流程).';
COMMENT ON COLUMN @ledger@.approval_case.parent_token IS 'The token there that waits for it.';
COMMENT ON COLUMN @ledger@.approval_case.version_id IS 'The version of the flow that it runs.';
COMMENT ON COLUMN @ledger@.approval_case.flow IS 'Name of the flow.';
COMMENT ON COLUMN @ledger@.approval_case.subject IS 'What it is about.';
COMMENT ON COLUMN @ledger@.approval_case.facts IS 'What conditions and effects look at; a resubmission and the results of effects add to it.';
COMMENT ON COLUMN @ledger@.approval_case.division IS 'Division that it belongs to, for row security and duties.';
COMMENT ON COLUMN @ledger@.approval_case.unit IS 'Unit that it belongs to; NULL: the division.';
COMMENT ON COLUMN @ledger@.approval_case.initiator IS 'Who began it; he does not decide it unless the step allows that.';
COMMENT ON COLUMN @ledger@.approval_case.state IS 'running (审批中), returned (已退回, to its initiator), suspended (挂起), approved (通过), rejected (驳回), retracted (撤回), terminated (终止) or voided (作废).';
COMMENT ON COLUMN @ledger@.approval_case.held IS 'Whether what the flow holds at submission is held now.';
COMMENT ON COLUMN @ledger@.approval_case.started_at IS 'When it began.';
COMMENT ON COLUMN @ledger@.approval_case.ended_at IS 'When it ended.';
COMMENT ON COLUMN @ledger@.approval_case.suspended_at IS 'Since when it is suspended.';
COMMENT ON COLUMN @ledger@.approval_case.reminded_at IS 'When it was last reminded of (催办).';
COMMENT ON COLUMN @ledger@.approval_case.reminders IS 'How often it was.';
COMMENT ON COLUMN @ledger@.approval_case.events IS 'Number of its events.';
COMMENT ON COLUMN @ledger@.approval_case.visits IS 'Number of visits to steps so far.';
COMMENT ON COLUMN @ledger@.approval_case.key IS 'Idempotency key: a repeated start_case() with it returns this case.';
COMMENT ON COLUMN @ledger@.approval_case.head IS 'Digest of its last event.';

COMMENT ON TABLE @ledger@.case_token IS 'Where each case stands: one token, and one more for each branch that is under way.';
COMMENT ON COLUMN @ledger@.case_token.token_id IS 'Number of the token.';
COMMENT ON COLUMN @ledger@.case_token.case_id IS 'The case.';
COMMENT ON COLUMN @ledger@.case_token.parent_token IS 'The token that waits at the fork; NULL: the cases own.';
COMMENT ON COLUMN @ledger@.case_token.step IS 'Where it is.';
COMMENT ON COLUMN @ledger@.case_token.state IS 'active, forked (waits for its branches), joined (waits for the other branches), called (waits for a sub-case) or ended.';
COMMENT ON COLUMN @ledger@.case_token.visit IS 'The visit that it has open; 0: none.';
COMMENT ON COLUMN @ledger@.case_token.last_visit IS 'The visit before.';
COMMENT ON COLUMN @ledger@.case_token.resume IS 'Step to which it goes straight once the one that it was returned to is passed.';
COMMENT ON COLUMN @ledger@.case_token.resume_previous IS 'The visit before that steps.';
COMMENT ON COLUMN @ledger@.case_token.division IS 'The cases division, for row security.';
COMMENT ON COLUMN @ledger@.case_token.unit IS 'The cases unit.';

COMMENT ON TABLE @ledger@.task IS 'Tasks (待办): who has to decide, handle or read what. Written by the functions of this schema only.';
COMMENT ON COLUMN @ledger@.task.task_id IS 'Number of the task.';
COMMENT ON COLUMN @ledger@.task.case_id IS 'The case.';
COMMENT ON COLUMN @ledger@.task.token_id IS 'The token at whose visit it is.';
COMMENT ON COLUMN @ledger@.task.flow IS 'Name of the flow.';
COMMENT ON COLUMN @ledger@.task.visit IS 'Visit of the case; 0: a copy.';
COMMENT ON COLUMN @ledger@.task.origin IS 'Visit that led straight to this one.';
COMMENT ON COLUMN @ledger@.task.previous IS 'Visit before this one on the way back.';
COMMENT ON COLUMN @ledger@.task.step IS 'The step.';
COMMENT ON COLUMN @ledger@.task.kind IS 'sign, submit (the initiators own) or copy (抄送).';
COMMENT ON COLUMN @ledger@.task.seat IS 'The task whose vote it belongs to; itself unless it was added before or after one.';
COMMENT ON COLUMN @ledger@.task.seat_no IS 'Order of the seats.';
COMMENT ON COLUMN @ledger@.task.weight IS 'Weight of the vote.';
COMMENT ON COLUMN @ledger@.task.assignee IS 'Whose it is: a login, or a group (role without login).';
COMMENT ON COLUMN @ledger@.task.added_by IS 'Who added the signer (加签).';
COMMENT ON COLUMN @ledger@.task.division IS 'The cases division, for row security.';
COMMENT ON COLUMN @ledger@.task.unit IS 'The cases unit.';
COMMENT ON COLUMN @ledger@.task.state IS 'waiting, open, approved, rejected, abstained, absent, returned, lapsed (失效), removed (减签) or read (已阅).';
COMMENT ON COLUMN @ledger@.task.rank IS 'Order in its seat.';
COMMENT ON COLUMN @ledger@.task.returns_to IS 'To whom it returns once handled (委派).';
COMMENT ON COLUMN @ledger@.task.holders IS 'Who had it before (转办), each name after a slash.';
COMMENT ON COLUMN @ledger@.task.opened_at IS 'When it was opened to its assignee.';
COMMENT ON COLUMN @ledger@.task.due_at IS 'Until when it is to be decided.';
COMMENT ON COLUMN @ledger@.task.decided_at IS 'When it was.';
COMMENT ON COLUMN @ledger@.task.reminded_at IS 'When its holder was last reminded.';
COMMENT ON COLUMN @ledger@.task.reminders IS 'How often he was.';
COMMENT ON COLUMN @ledger@.task.decided_by IS 'Who decided; (deadline) where time did.';
COMMENT ON COLUMN @ledger@.task.on_behalf_of IS 'For whom: the principal of a proxy, or a group.';

COMMENT ON TABLE @ledger@.case_event IS 'What happened in each case (留痕), in order and only added to. Each event is chained to the one before by digest; verify_case() checks that.';
COMMENT ON COLUMN @ledger@.case_event.case_id IS 'The case.';
COMMENT ON COLUMN @ledger@.case_event.event_no IS 'Number of the event in its case, from 1.';
COMMENT ON COLUMN @ledger@.case_event.action IS 'What was done.';
COMMENT ON COLUMN @ledger@.case_event.task_id IS 'The task that it was done with.';
COMMENT ON COLUMN @ledger@.case_event.step IS 'The step.';
COMMENT ON COLUMN @ledger@.case_event.to_step IS 'The step that it led to.';
COMMENT ON COLUMN @ledger@.case_event.actor IS 'Who acted; (deadline) where time did.';
COMMENT ON COLUMN @ledger@.case_event.on_behalf_of IS 'For whom.';
COMMENT ON COLUMN @ledger@.case_event.to_whom IS 'Whom it concerns: receiver of a task or copy, or the effect that ran.';
COMMENT ON COLUMN @ledger@.case_event.login IS 'The database role that called.';
COMMENT ON COLUMN @ledger@.case_event.happened_at IS 'When.';
COMMENT ON COLUMN @ledger@.case_event.opinion IS 'Opinion (意见) or reason.';
COMMENT ON COLUMN @ledger@.case_event.details IS 'Options of the action, such as attachments digests, or facts of a submission, or the result of an effect.';
COMMENT ON COLUMN @ledger@.case_event.signature IS 'Signature over the decision, in hexadecimal.';
COMMENT ON COLUMN @ledger@.case_event.division IS 'The cases division, for row security.';
COMMENT ON COLUMN @ledger@.case_event.unit IS 'The cases unit.';
COMMENT ON COLUMN @ledger@.case_event.digest IS 'Digest that links it to the event before; docs/workflow.md has its bytes.';

COMMENT ON TABLE @ledger@.outbox IS 'Messages that wait for delivery, written with what they tell of; run_outbox() delivers them apart from it.';
COMMENT ON COLUMN @ledger@.outbox.outbox_id IS 'Number of the message.';
COMMENT ON COLUMN @ledger@.outbox.case_id IS 'The case; NULL: a watched deadline.';
COMMENT ON COLUMN @ledger@.outbox.task_id IS 'The task.';
COMMENT ON COLUMN @ledger@.outbox.deadline_id IS 'The watched deadline.';
COMMENT ON COLUMN @ledger@.outbox.kind IS 'task, copy, remind, status or overdue.';
COMMENT ON COLUMN @ledger@.outbox.recipient IS 'To whom.';
COMMENT ON COLUMN @ledger@.outbox.subject IS 'Subject of the case, or what the deadline is about.';
COMMENT ON COLUMN @ledger@.outbox.state IS 'State of the case then; open or overdue of a deadline.';
COMMENT ON COLUMN @ledger@.outbox.division IS 'The cases division, for row security.';
COMMENT ON COLUMN @ledger@.outbox.unit IS 'The cases unit.';
COMMENT ON COLUMN @ledger@.outbox.created_at IS 'When it was written.';
COMMENT ON COLUMN @ledger@.outbox.delivered_at IS 'When it was delivered; NULL: waits.';

COMMENT ON TABLE @ledger@.proxy IS 'Standing proxies (代理): both see the task, and whoever acts first completes it for the other.';
COMMENT ON COLUMN @ledger@.proxy.proxy_id IS 'Number of the proxy.';
COMMENT ON COLUMN @ledger@.proxy.principal IS 'Whose tasks.';
COMMENT ON COLUMN @ledger@.proxy.agent IS 'Who may act on them.';
COMMENT ON COLUMN @ledger@.proxy.flow IS 'In which flow; NULL: in all.';
COMMENT ON COLUMN @ledger@.proxy.valid_from IS 'First day, by the date of the servers log_timezone.';
COMMENT ON COLUMN @ledger@.proxy.valid_to IS 'Last day; NULL while it is open.';
COMMENT ON COLUMN @ledger@.proxy.granted_by IS 'The role that gave it.';
COMMENT ON COLUMN @ledger@.proxy.ended_at IS 'When it was ended before its time.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.flow_version
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.flow_version
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.approval_case
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.approval_case
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.case_token
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.case_token
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.task
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.task
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.case_event
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.case_event
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.outbox
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.outbox
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.proxy
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.proxy
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();

-- Whoever may read a place reads its cases; a persons own tasks come from my_tasks().
ALTER TABLE @ledger@.flow_version ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.flow_version FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));
ALTER TABLE @ledger@.approval_case ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.approval_case FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.case_token ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.case_token FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.task ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.task FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.case_event ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.case_event FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.outbox ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.outbox FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));
ALTER TABLE @ledger@.proxy ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.proxy FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{publish_flow,suspend,resume,terminate,void_case,jump,hand_over}'),
    ('roa+', '{check_flow,describe_flow,draw_flow,my_tasks,case_history,verify_case}'),
    ('oa+', '{start_case,act,retract,take_back,remind,grant_proxy,end_proxy}'),
    ('a+', '{run_deadlines,run_outbox}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.publish_flow(definition jsonb)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.publish_flow('@ledger@.ledger'::pg_catalog.regclass, publish_flow.definition);
END;
COMMENT ON FUNCTION @ledger@.publish_flow(jsonb) IS
  'Publishes a definition (流程定义) as the next version of its flow and returns the version. Every fault is told at once, each with its JSON path; check_flow() gives them as rows. Needs a duty to post over the whole ledger. Errors: 22023 faults, 42501, ZB008.';

CREATE FUNCTION @ledger@.check_flow(definition jsonb)
RETURNS TABLE (path text, fault text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.check_flow('@ledger@.ledger'::pg_catalog.regclass, check_flow.definition);
END;
COMMENT ON FUNCTION @ledger@.check_flow(jsonb) IS
  'Lists what is wrong with a definition of a flow, each fault with its JSON path; no row when it can be published. Writes nothing. Errors: 22004, 42501.';

CREATE FUNCTION @ledger@.describe_flow(flow text, version integer DEFAULT NULL)
RETURNS TABLE (place integer, step text, type text, title text, signers text, decided text, leads_to text, rest text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.describe_flow('@ledger@.ledger'::pg_catalog.regclass, describe_flow.flow, describe_flow.version);
END;
COMMENT ON FUNCTION @ledger@.describe_flow(text, integer) IS
  'Lists the steps of a flow: who signs, how it is decided, where it leads. Of the newest version, or the one given. Errors: 42704, 42501.';

CREATE FUNCTION @ledger@.draw_flow(flow text, version integer DEFAULT NULL, format text DEFAULT 'mermaid')
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.draw_flow('@ledger@.ledger'::pg_catalog.regclass, draw_flow.flow, draw_flow.version, draw_flow.format);
END;
COMMENT ON FUNCTION @ledger@.draw_flow(text, integer, text) IS
  'Draws a flow as text: mermaid, or dot for Graphviz. Errors: 42704, 22023 unknown format, 42501.';

CREATE FUNCTION @ledger@.start_case(flow text, subject text, facts jsonb, unit text DEFAULT NULL, division text DEFAULT NULL, key text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.start_case('@ledger@.ledger'::pg_catalog.regclass, start_case.flow, start_case.subject, start_case.facts, start_case.unit, start_case.division, start_case.key, start_case.actor);
END;
COMMENT ON FUNCTION @ledger@.start_case(text, text, jsonb, text, text, text, text) IS
  'Begins a case (发起) of the newest version of a flow for a unit or a division (official code) and returns it. facts is an object that conditions and effects look at. A repeated key returns the case that it began. actor is another role that the caller is a member of. Needs a duty to post there. Errors: 42704 unknown flow, 23503 unknown place, 22004, 22023, 42501, ZB006 key, ZB008 duty, ZB010 nobody can sign, and those of effects.';

CREATE FUNCTION @ledger@.act(task bigint, action text, opinion text DEFAULT NULL, options jsonb DEFAULT NULL, actor text DEFAULT NULL)
RETURNS text LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.act('@ledger@.ledger'::pg_catalog.regclass, act.task, act.action, act.opinion, act.options, act.actor);
END;
COMMENT ON FUNCTION @ledger@.act(bigint, text, text, jsonb, text) IS
  'Does something with a task: approve (同意), reject (驳回), abstain (弃权), absent (缺席), return (退回: options to, resume through or direct), transfer (转办: to), delegate (委派: to), resolve (委派办毕), add_signer (加签: to, where before, after or beside), remove_signer (减签: task), copy (抄送: to), read (已阅). Further options: facts of a resubmission, attachments (digests), signature. Returns the state of the case after it. Errors: 42704, 22004, 22023, 42501, ZB007 state, ZB008 not your task, ZB010 rule, and those of effects.';

CREATE FUNCTION @ledger@.retract(case_id bigint, opinion text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.retract('@ledger@.ledger'::pg_catalog.regclass, retract.case_id, retract.opinion, retract.actor);
END;
COMMENT ON FUNCTION @ledger@.retract(bigint, text, text) IS
  'Withdraws a case (撤回); only its initiator does, before its end. What it held is released. Errors: 42704, 22004, 42501, ZB007 state, ZB008 not the initiator, and those of effects.';

CREATE FUNCTION @ledger@.take_back(task bigint, opinion text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.take_back('@ledger@.ledger'::pg_catalog.regclass, take_back.task, take_back.opinion, take_back.actor);
END;
COMMENT ON FUNCTION @ledger@.take_back(bigint, text, text) IS
  'Takes an approval back (拿回), as long as nobody has acted on the step after it; not where several people signed together, or where the approval had effects. Errors: 42704, 22004, 42501, ZB007 acted on, ZB008 not the handler.';

CREATE FUNCTION @ledger@.remind(case_id bigint, opinion text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.remind('@ledger@.ledger'::pg_catalog.regclass, remind.case_id, remind.opinion, remind.actor);
END;
COMMENT ON FUNCTION @ledger@.remind(bigint, text, text) IS
  'Reminds everybody whom a case waits for (催办), not more often than its flow says, and returns how many. The initiator does, or who has a duty to post there. Errors: 42704, 22004, 42501, ZB007 too early, ZB008.';

CREATE FUNCTION @ledger@.my_tasks(actor text DEFAULT NULL)
RETURNS TABLE (task_id bigint, case_id bigint, flow varchar(63), subject varchar(200), step varchar(63), kind varchar(8), initiator varchar(63), assignee varchar(63), opened_at timestamptz, due_at timestamptz, reminders integer) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.my_tasks('@ledger@.ledger'::pg_catalog.regclass, my_tasks.actor);
END;
COMMENT ON FUNCTION @ledger@.my_tasks(text) IS
  'Lists the open tasks (待办) of the caller: his own, those of his groups, and of those whom he is the proxy for. Errors: 42501.';

CREATE FUNCTION @ledger@.case_history(case_id bigint, actor text DEFAULT NULL)
RETURNS TABLE (event_no integer, happened_at timestamptz, action varchar(30), step varchar(63), to_step varchar(63), actor varchar(63), on_behalf_of varchar(63), to_whom varchar(63), opinion text, details jsonb, task_id bigint) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.case_history('@ledger@.ledger'::pg_catalog.regclass, case_history.case_id, case_history.actor);
END;
COMMENT ON FUNCTION @ledger@.case_history(bigint, text) IS
  'Lists what happened in a case (流转记录), to those who take part in it or may read its place. Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.verify_case(case_id bigint)
RETURNS TABLE (event_no integer, fault text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.verify_case('@ledger@.ledger'::pg_catalog.regclass, verify_case.case_id);
END;
COMMENT ON FUNCTION @ledger@.verify_case(bigint) IS
  'Compares the events of a case with their digests; no row when all is as it was written. Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.suspend(case_id bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.suspend('@ledger@.ledger'::pg_catalog.regclass, suspend.case_id, suspend.reason);
END;
COMMENT ON FUNCTION @ledger@.suspend(bigint, text) IS
  'Suspends a case (挂起): nobody can act on it, and its deadlines stand still. Errors: 42704, 22004, 42501, ZB007, ZB008.';

CREATE FUNCTION @ledger@.resume(case_id bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.resume('@ledger@.ledger'::pg_catalog.regclass, resume.case_id, resume.reason);
END;
COMMENT ON FUNCTION @ledger@.resume(bigint, text) IS
  'Lets a suspended case go on; its deadlines move by the time that it was suspended. Errors: 42704, 22004, 42501, ZB007, ZB008.';

CREATE FUNCTION @ledger@.terminate(case_id bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.terminate('@ledger@.ledger'::pg_catalog.regclass, terminate.case_id, terminate.reason);
END;
COMMENT ON FUNCTION @ledger@.terminate(bigint, text) IS
  'Ends a case that has not ended (终止), with what it called; what it held is released. Errors: 42704, 22004, 42501, ZB007, ZB008, and those of effects.';

CREATE FUNCTION @ledger@.void_case(case_id bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.void_case('@ledger@.ledger'::pg_catalog.regclass, void_case.case_id, void_case.reason);
END;
COMMENT ON FUNCTION @ledger@.void_case(bigint, text) IS
  'Declares a case void (作废) that runs or was approved; its effects for that run in the same transaction. Errors: 42704, 22004, 42501, ZB007, ZB008, and those of effects.';

CREATE FUNCTION @ledger@.jump(case_id bigint, step text, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.jump('@ledger@.ledger'::pg_catalog.regclass, jump.case_id, jump.step, jump.reason);
END;
COMMENT ON FUNCTION @ledger@.jump(bigint, text, text) IS
  'Moves a case by decree to a step that people sign (跳转), outside parallel branches; branches that are under way are cancelled. A case that was rejected, retracted or terminated goes on from there (唤醒). Errors: 42704, 22004, 22023 step, 42501, ZB007, ZB008.';

CREATE FUNCTION @ledger@.hand_over(from_login text, to_login text, reason text)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.hand_over('@ledger@.ledger'::pg_catalog.regclass, hand_over.from_login, hand_over.to_login, hand_over.reason);
END;
COMMENT ON FUNCTION @ledger@.hand_over(text, text, text) IS
  'Hands over all undecided tasks of a person (离职转办) and returns how many. What the receiver must not decide stays, with a warning. Needs a duty to post wherever such a case is. Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.grant_proxy(agent text, flow text DEFAULT NULL, valid_from date DEFAULT NULL, valid_to date DEFAULT NULL, principal text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.grant_proxy('@ledger@.ledger'::pg_catalog.regclass, grant_proxy.agent, grant_proxy.flow, grant_proxy.valid_from, grant_proxy.valid_to, grant_proxy.principal);
END;
COMMENT ON FUNCTION @ledger@.grant_proxy(text, text, date, date, text) IS
  'Lets an agent act on the callers tasks (代理), in one flow or all, from today or a given day, and returns the proxy. For another principal it needs a duty to post over the whole ledger. Errors: 42704 no such role, 23514 period, 22004, 22023, 42501, ZB008.';

CREATE FUNCTION @ledger@.end_proxy(proxy bigint)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.end_proxy('@ledger@.ledger'::pg_catalog.regclass, end_proxy.proxy);
END;
COMMENT ON FUNCTION @ledger@.end_proxy(bigint) IS
  'Ends a proxy at once; its principal does, or who has a duty to post over the whole ledger. Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.run_deadlines(now timestamptz DEFAULT NULL)
RETURNS TABLE (case_id bigint, task_id bigint, action text, error text, deadline_id bigint) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 50
BEGIN ATOMIC
  SELECT * FROM budgetpm.run_deadlines('@ledger@.ledger'::pg_catalog.regclass, run_deadlines.now);
END;
COMMENT ON FUNCTION @ledger@.run_deadlines(timestamptz) IS
  'Runs the deadlines (超时) that have passed by that moment: pass, reject, transfer, absent or remind, as each step says. What cannot be done is listed with its error and left as it was. Watched deadlines are reminded of and found overdue, each once. Call it from a job. Needs a duty to post over the whole ledger. Errors: 42501, ZB008.';

CREATE FUNCTION @ledger@.run_outbox(most integer DEFAULT 100, channel text DEFAULT 'budgetpm')
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.run_outbox('@ledger@.ledger'::pg_catalog.regclass, run_outbox.most, run_outbox.channel);
END;
COMMENT ON FUNCTION @ledger@.run_outbox(integer, text) IS
  'Delivers messages that wait in the outbox: marks them and notifies the channel of each, as JSON. Returns how many. Never part of a business transaction: call it from a job. Errors: 22004, 42501, ZB008.';

CREATE VIEW @report@.approval_case WITH (security_invoker = true) AS
  SELECT c.case_id AS id, c.case_id, c.parent_case, c.flow, v.version, v.title AS flow_title, c.subject, c.state,
         c.initiator, d.official_code AS division_code, u.official_code AS unit_code,
         c.started_at, c.ended_at,
         (extract(epoch FROM coalesce(c.ended_at, now()) - c.started_at) / 3600)::numeric(24,4) AS hours,
         c.reminders, c.events
    FROM @ledger@.approval_case c
    JOIN @ledger@.flow_version v ON v.version_id = c.version_id
    LEFT JOIN @ledger@.division d ON d.code = c.division
    LEFT JOIN @ledger@.unit u ON u.code = c.unit;
COMMENT ON VIEW @report@.approval_case IS 'Cases (审批单) with their flow, place, state and how long they took or have taken.';

CREATE VIEW @report@.task WITH (security_invoker = true) AS
  SELECT t.task_id AS id, t.task_id, t.case_id, t.flow, c.subject, t.step, t.kind, t.state, t.assignee, t.added_by,
         t.decided_by, t.on_behalf_of, d.official_code AS division_code, u.official_code AS unit_code,
         t.opened_at, t.due_at, t.decided_at,
         (extract(epoch FROM coalesce(t.decided_at, now()) - t.opened_at) / 3600)::numeric(24,4) AS hours,
         t.state = 'open' AND t.due_at < now() AS overdue, t.reminders
    FROM @ledger@.task t
    JOIN @ledger@.approval_case c ON c.case_id = t.case_id
    LEFT JOIN @ledger@.division d ON d.code = t.division
    LEFT JOIN @ledger@.unit u ON u.code = t.unit;
COMMENT ON VIEW @report@.task IS 'Tasks (审批任务) with whose they are, their state, and how long they took or have taken.';

CREATE VIEW @report@.case_event WITH (security_invoker = true) AS
  SELECT e.case_id * 1000000 + e.event_no AS id, e.case_id, e.event_no, e.happened_at, e.action, e.step, e.to_step,
         e.actor, e.on_behalf_of, e.to_whom, e.opinion::varchar(4000), e.details, e.signature IS NOT NULL AS signed, e.task_id
    FROM @ledger@.case_event e;
COMMENT ON VIEW @report@.case_event IS 'What happened in cases (审批留痕), one row an event.';

CREATE VIEW @report@.approval_duration WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY t.flow, t.step, d.official_code, t.month) AS id,
         t.flow, t.step::varchar(63) AS step, d.official_code AS division_code, t.month, count(*) AS decided,
         avg(t.hours)::numeric(24,4) AS average_hours,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY t.hours)::numeric(24,4) AS median_hours,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY t.hours)::numeric(24,4) AS p90_hours
    FROM (SELECT k.flow, k.step, k.division, date_trunc('month', k.decided_at)::date AS month,
                 extract(epoch FROM k.decided_at - k.opened_at) / 3600 AS hours
            FROM @ledger@.task k
           WHERE k.kind = 'sign' AND k.decided_at IS NOT NULL AND k.opened_at IS NOT NULL
          UNION ALL
          SELECT c.flow, NULL, c.division, date_trunc('month', c.ended_at)::date,
                 extract(epoch FROM c.ended_at - c.started_at) / 3600
            FROM @ledger@.approval_case c WHERE c.ended_at IS NOT NULL) t
    LEFT JOIN @ledger@.division d ON d.code = t.division
   GROUP BY t.flow, t.step, d.official_code, t.month;
COMMENT ON VIEW @report@.approval_duration IS 'How long approvals take (审批时长), in hours: average, median and ninth decile by flow, step, division and month of the decision. step NULL: from submission to the end of the case. Compare two months to measure that it became shorter.';
COMMENT ON COLUMN @report@.approval_case.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.approval_case.case_id IS 'The case.';
COMMENT ON COLUMN @report@.approval_case.parent_case IS 'The case that called it.';
COMMENT ON COLUMN @report@.approval_case.flow IS 'Name of the flow.';
COMMENT ON COLUMN @report@.approval_case.version IS 'Version of the flow that it runs.';
COMMENT ON COLUMN @report@.approval_case.flow_title IS 'What people call the flow.';
COMMENT ON COLUMN @report@.approval_case.subject IS 'What it is about.';
COMMENT ON COLUMN @report@.approval_case.state IS 'running, returned, suspended, approved, rejected, retracted, terminated or voided.';
COMMENT ON COLUMN @report@.approval_case.initiator IS 'Who began it.';
COMMENT ON COLUMN @report@.approval_case.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.approval_case.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.approval_case.started_at IS 'When it began.';
COMMENT ON COLUMN @report@.approval_case.ended_at IS 'When it ended.';
COMMENT ON COLUMN @report@.approval_case.hours IS 'Hours from its beginning to its end, or to now.';
COMMENT ON COLUMN @report@.approval_case.reminders IS 'How often it was reminded of.';
COMMENT ON COLUMN @report@.approval_case.events IS 'Number of its events.';
COMMENT ON COLUMN @report@.task.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.task.task_id IS 'The task.';
COMMENT ON COLUMN @report@.task.case_id IS 'Its case.';
COMMENT ON COLUMN @report@.task.flow IS 'Name of the flow.';
COMMENT ON COLUMN @report@.task.subject IS 'What the case is about.';
COMMENT ON COLUMN @report@.task.step IS 'The step.';
COMMENT ON COLUMN @report@.task.kind IS 'sign, submit or copy.';
COMMENT ON COLUMN @report@.task.state IS 'waiting, open, approved, rejected, abstained, absent, returned, lapsed, removed or read.';
COMMENT ON COLUMN @report@.task.assignee IS 'Whose it is.';
COMMENT ON COLUMN @report@.task.added_by IS 'Who added the signer.';
COMMENT ON COLUMN @report@.task.decided_by IS 'Who decided.';
COMMENT ON COLUMN @report@.task.on_behalf_of IS 'For whom.';
COMMENT ON COLUMN @report@.task.division_code IS 'Division of the case (official code).';
COMMENT ON COLUMN @report@.task.unit_code IS 'Unit of the case (official code).';
COMMENT ON COLUMN @report@.task.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @report@.task.due_at IS 'Until when it is to be decided.';
COMMENT ON COLUMN @report@.task.decided_at IS 'When it was.';
COMMENT ON COLUMN @report@.task.hours IS 'Hours from its opening to its decision, or to now.';
COMMENT ON COLUMN @report@.task.overdue IS 'Whether it is open beyond its time.';
COMMENT ON COLUMN @report@.task.reminders IS 'How often its holder was reminded.';
COMMENT ON COLUMN @report@.case_event.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.case_event.case_id IS 'The case.';
COMMENT ON COLUMN @report@.case_event.event_no IS 'Number of the event in its case.';
COMMENT ON COLUMN @report@.case_event.happened_at IS 'When.';
COMMENT ON COLUMN @report@.case_event.action IS 'What was done.';
COMMENT ON COLUMN @report@.case_event.step IS 'The step.';
COMMENT ON COLUMN @report@.case_event.to_step IS 'The step that it led to.';
COMMENT ON COLUMN @report@.case_event.actor IS 'Who acted.';
COMMENT ON COLUMN @report@.case_event.on_behalf_of IS 'For whom.';
COMMENT ON COLUMN @report@.case_event.to_whom IS 'Whom it concerns.';
COMMENT ON COLUMN @report@.case_event.opinion IS 'Opinion or reason.';
COMMENT ON COLUMN @report@.case_event.details IS 'Options of the action.';
COMMENT ON COLUMN @report@.case_event.signed IS 'Whether it carries a signature.';
COMMENT ON COLUMN @report@.case_event.task_id IS 'The task.';
COMMENT ON COLUMN @report@.approval_duration.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.approval_duration.flow IS 'Name of the flow.';
COMMENT ON COLUMN @report@.approval_duration.step IS 'The step; NULL: the whole case.';
COMMENT ON COLUMN @report@.approval_duration.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.approval_duration.month IS 'First day of the month.';
COMMENT ON COLUMN @report@.approval_duration.decided IS 'Number of decisions, or of cases that ended.';
COMMENT ON COLUMN @report@.approval_duration.average_hours IS 'Average, in hours.';
COMMENT ON COLUMN @report@.approval_duration.median_hours IS 'Median, in hours.';
COMMENT ON COLUMN @report@.approval_duration.p90_hours IS 'Nine of ten took no longer, in hours.';
