-- workflow: deadlines that the law or a profile sets (法定期限), watched until they are met

CREATE SEQUENCE @ledger@.deadline_seq;
COMMENT ON SEQUENCE @ledger@.deadline_seq IS 'Numbers of watched deadlines.';

CREATE TABLE @ledger@.statutory_deadline (
  kind    varchar(40) COLLATE "C" PRIMARY KEY CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
  title   varchar(100) NOT NULL,
  length  integer NOT NULL CHECK (length BETWEEN 1 AND 3650),
  measure varchar(12) COLLATE "C" NOT NULL CHECK (measure IN ('days', 'working_days', 'hours')),
  side    varchar(6) COLLATE "C" NOT NULL CHECK (side IN ('after', 'before')),
  article varchar(200) NOT NULL,
  setting varchar(100) COLLATE "C",
  CHECK (measure <> 'hours' OR side = 'after')
);
COMMENT ON TABLE @ledger@.statutory_deadline IS 'Kinds of deadlines (法定期限) with the article that sets them. The owner adds his own; a setting of the profile goes before the length given here.';
COMMENT ON COLUMN @ledger@.statutory_deadline.kind IS 'Name of the kind.';
COMMENT ON COLUMN @ledger@.statutory_deadline.title IS 'What has to be done, in Chinese.';
COMMENT ON COLUMN @ledger@.statutory_deadline.length IS 'How long, in the measure. The day that it begins with is not counted.';
COMMENT ON COLUMN @ledger@.statutory_deadline.measure IS 'days (calendar days), working_days (by the registrys calendar) or hours.';
COMMENT ON COLUMN @ledger@.statutory_deadline.side IS 'after the day given, or before it: 30 days before the congress.';
COMMENT ON COLUMN @ledger@.statutory_deadline.article IS 'The article, or other document, that sets it.';
COMMENT ON COLUMN @ledger@.statutory_deadline.setting IS 'Key of the profile setting that goes before the length; NULL: none.';

CREATE TABLE @ledger@.watched_deadline (
  deadline_id  bigint PRIMARY KEY,
  kind         varchar(40) COLLATE "C" NOT NULL REFERENCES @ledger@.statutory_deadline,
  division     budgetpm.budget_code NOT NULL,
  unit         budgetpm.budget_code,
  subject      varchar(200) NOT NULL,
  starts_on    date NOT NULL,
  due_on       date NOT NULL,
  due_at       timestamptz NOT NULL,
  remind_at    timestamptz NOT NULL,
  watched_by   varchar(63) COLLATE "C" NOT NULL,
  watched_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  reminded_at  timestamptz,
  overdue_at   timestamptz,
  met_on       date,
  met_at       timestamptz,
  document     varchar(200),
  ended_by     varchar(63) COLLATE "C",
  cancelled_at timestamptz
);
CREATE UNIQUE INDEX watched_deadline_open ON @ledger@.watched_deadline (kind, division, unit, subject, starts_on)
  NULLS NOT DISTINCT WHERE met_on IS NULL AND cancelled_at IS NULL;
CREATE INDEX watched_deadline_due ON @ledger@.watched_deadline (remind_at) WHERE met_on IS NULL AND cancelled_at IS NULL;
CREATE INDEX watched_deadline_place ON @ledger@.watched_deadline (division, due_on);
COMMENT ON TABLE @ledger@.watched_deadline IS 'Deadlines that are watched, or were. Written by watch_deadline(), meet_deadline(), cancel_deadline() and run_deadlines(), and by what they belong to, only.';
COMMENT ON COLUMN @ledger@.watched_deadline.deadline_id IS 'Number of the deadline.';
COMMENT ON COLUMN @ledger@.watched_deadline.kind IS 'Its kind.';
COMMENT ON COLUMN @ledger@.watched_deadline.division IS 'Division that has to meet it, for row security and duties.';
COMMENT ON COLUMN @ledger@.watched_deadline.unit IS 'Unit that has to meet it; NULL: the division.';
COMMENT ON COLUMN @ledger@.watched_deadline.subject IS 'What it is about.';
COMMENT ON COLUMN @ledger@.watched_deadline.starts_on IS 'Day that it is counted from, or back from.';
COMMENT ON COLUMN @ledger@.watched_deadline.due_on IS 'Last day.';
COMMENT ON COLUMN @ledger@.watched_deadline.due_at IS 'Moment from which it is overdue: the end of the last day in the servers log_timezone, or the hour.';
COMMENT ON COLUMN @ledger@.watched_deadline.remind_at IS 'Moment from which run_deadlines() reminds of it.';
COMMENT ON COLUMN @ledger@.watched_deadline.watched_by IS 'Who began to watch it.';
COMMENT ON COLUMN @ledger@.watched_deadline.watched_at IS 'When.';
COMMENT ON COLUMN @ledger@.watched_deadline.reminded_at IS 'When it was reminded of; once.';
COMMENT ON COLUMN @ledger@.watched_deadline.overdue_at IS 'When it was found overdue; once.';
COMMENT ON COLUMN @ledger@.watched_deadline.met_on IS 'Day on which it was met; NULL: not yet.';
COMMENT ON COLUMN @ledger@.watched_deadline.met_at IS 'Moment for which that counts, of those in hours.';
COMMENT ON COLUMN @ledger@.watched_deadline.document IS 'The document that met it, or the reason why it is not watched any more.';
COMMENT ON COLUMN @ledger@.watched_deadline.ended_by IS 'Who said so.';
COMMENT ON COLUMN @ledger@.watched_deadline.cancelled_at IS 'When the watch was given up.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.watched_deadline
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.watched_deadline
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.watched_deadline ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.watched_deadline FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{cancel_deadline}'),
    ('oa+', '{watch_deadline,meet_deadline}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

INSERT INTO @ledger@.statutory_deadline (kind, title, length, measure, side, article, setting) VALUES
  ('preliminary_draft', '预算草案初步方案提交人大初步审查', 30, 'days', 'before', '《预算法》第四十四条', NULL),
  ('finance_to_department', '财政部门向本级各部门批复预算', 20, 'days', 'after', '《预算法》第五十二条', 'planning.deadline.finance_to_department'),
  ('department_to_unit', '部门向所属单位批复预算', 15, 'days', 'after', '《预算法》第五十二条', 'planning.deadline.department_to_unit'),
  ('central_general_transfer', '中央对地方的一般性转移支付下达', 30, 'days', 'after', '《预算法》第五十二条', NULL),
  ('central_earmarked_transfer', '中央对地方的专项转移支付下达', 90, 'days', 'after', '《预算法》第五十二条', NULL),
  ('pass_on_transfer', '省级接到转移支付后下达到本行政区域', 30, 'days', 'after', '《预算法》第五十二条', NULL),
  ('general_transfer', '县级以上地方对下级的一般性转移支付下达', 30, 'days', 'after', '《预算法》第五十二条', 'planning.deadline.general_transfer'),
  ('earmarked_transfer', '县级以上地方对下级的专项转移支付下达', 60, 'days', 'after', '《预算法》第五十二条', 'planning.deadline.earmarked_transfer'),
  ('budget_disclosure', '预算公开', 20, 'days', 'after', '《预算法》第十四条', 'planning.deadline.disclosure'),
  ('final_accounts_to_department', '财政部门向本级各部门批复决算', 20, 'days', 'after', '《预算法》第八十条', NULL),
  ('final_accounts_to_unit', '部门向所属单位批复决算', 15, 'days', 'after', '《预算法》第八十条', NULL),
  ('final_accounts_disclosure', '决算公开', 20, 'days', 'after', '《预算法》第十四条', 'planning.deadline.disclosure'),
  ('response', '限时响应', 48, 'hours', 'after', '河北省预算项目管理要求', 'workflow.response_hours'),
  ('lagging_project', '执行滞后项目由单位选择继续、调剂或取消', 10, 'working_days', 'after', '川财绩〔2025〕10号', NULL);

CREATE FUNCTION @ledger@.watch_deadline(kind text, subject text, starts_on date, division text DEFAULT NULL, unit text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.watch_deadline('@ledger@.ledger'::pg_catalog.regclass, watch_deadline.kind, watch_deadline.subject, watch_deadline.starts_on, watch_deadline.division, watch_deadline.unit);
END;
COMMENT ON FUNCTION @ledger@.watch_deadline(text, text, date, text, text) IS
  'Watches a deadline of a kind (法定期限) for a unit or a division (official code), counted from a day, or back from it where the kind says before; one in hours that begins today begins now. The same again, while it is open, is the same deadline. Returns its number. Needs a duty to post there. Errors: 22004, 22023, 42704 kind, 23503 place, 42501, ZB008.';

CREATE FUNCTION @ledger@.meet_deadline(deadline bigint, met_on date DEFAULT NULL, document text DEFAULT NULL)
RETURNS boolean LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.meet_deadline('@ledger@.ledger'::pg_catalog.regclass, meet_deadline.deadline, meet_deadline.met_on, meet_deadline.document);
END;
COMMENT ON FUNCTION @ledger@.meet_deadline(bigint, date, text) IS
  'Says that a watched deadline was met, today or on a day that has come and was not before it began, by which document (文号); returns whether in time. Needs a duty to post there. Errors: 22004, 22023 day, 42704, 42501, ZB007 met or given up, ZB008.';

CREATE FUNCTION @ledger@.cancel_deadline(deadline bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.cancel_deadline('@ledger@.ledger'::pg_catalog.regclass, cancel_deadline.deadline, cancel_deadline.reason);
END;
COMMENT ON FUNCTION @ledger@.cancel_deadline(bigint, text) IS
  'Gives up the watch of a deadline that does not apply, with the reason; it stays to be read. Needs a duty to post there. Errors: 22004, 42704, 42501, ZB007 met or given up, ZB008.';

CREATE VIEW @report@.deadline WITH (security_invoker = true) AS
  SELECT w.deadline_id AS id, w.deadline_id, w.kind, s.title, w.subject, s.article,
         d.official_code AS division_code, u.official_code AS unit_code, w.starts_on, w.due_on, w.due_at,
         CASE WHEN w.cancelled_at IS NOT NULL THEN 'cancelled' WHEN w.met_on IS NOT NULL THEN 'met'
              WHEN w.due_at <= now() THEN 'overdue' ELSE 'open' END::varchar(10) AS state,
         CASE WHEN w.met_on IS NULL AND w.cancelled_at IS NULL
              THEN w.due_on - timezone(current_setting('log_timezone'), now())::date END AS days_left,
         w.met_on, w.document,
         CASE WHEN w.cancelled_at IS NULL THEN coalesce(w.met_at, now()) < w.due_at END AS in_time,
         CASE WHEN w.cancelled_at IS NULL THEN greatest(0,
              coalesce(w.met_on, timezone(current_setting('log_timezone'), now())::date) - w.due_on) END AS days_late,
         w.watched_by, w.watched_at, w.reminded_at, w.overdue_at
    FROM @ledger@.watched_deadline w
    JOIN @ledger@.statutory_deadline s ON s.kind = w.kind
    LEFT JOIN @ledger@.division d ON d.code = w.division
    LEFT JOIN @ledger@.unit u ON u.code = w.unit;
COMMENT ON VIEW @report@.deadline IS 'Watched deadlines (法定期限): when each is due, how many days are left, and whether it was met in time.';
COMMENT ON COLUMN @report@.deadline.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.deadline.deadline_id IS 'Number of the deadline.';
COMMENT ON COLUMN @report@.deadline.kind IS 'Its kind.';
COMMENT ON COLUMN @report@.deadline.title IS 'What has to be done.';
COMMENT ON COLUMN @report@.deadline.subject IS 'What it is about.';
COMMENT ON COLUMN @report@.deadline.article IS 'The article that sets it.';
COMMENT ON COLUMN @report@.deadline.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.deadline.unit_code IS 'Unit (official code); NULL: the division.';
COMMENT ON COLUMN @report@.deadline.starts_on IS 'Day that it is counted from, or back from.';
COMMENT ON COLUMN @report@.deadline.due_on IS 'Last day.';
COMMENT ON COLUMN @report@.deadline.due_at IS 'Moment from which it is overdue.';
COMMENT ON COLUMN @report@.deadline.state IS 'open, overdue, met or cancelled.';
COMMENT ON COLUMN @report@.deadline.days_left IS 'Days from today to the last day, negative when it has passed; NULL when it is met or given up.';
COMMENT ON COLUMN @report@.deadline.met_on IS 'Day on which it was met.';
COMMENT ON COLUMN @report@.deadline.document IS 'The document that met it, or the reason why the watch was given up.';
COMMENT ON COLUMN @report@.deadline.in_time IS 'Whether it was met in time, or can still be.';
COMMENT ON COLUMN @report@.deadline.days_late IS 'Days by which it is or was late; 0: it is not.';
COMMENT ON COLUMN @report@.deadline.watched_by IS 'Who began to watch it.';
COMMENT ON COLUMN @report@.deadline.watched_at IS 'When.';
COMMENT ON COLUMN @report@.deadline.reminded_at IS 'When it was reminded of.';
COMMENT ON COLUMN @report@.deadline.overdue_at IS 'When it was found overdue.';
