-- project: what is paid of suspended projects all the same

CREATE INDEX project_halted ON @ledger@.project (project_id) WHERE stage::pg_catalog.text = ANY ('{suspended,cancelled,closed}'::pg_catalog.text[]);
CREATE SEQUENCE @ledger@.release_seq;
COMMENT ON SEQUENCE @ledger@.release_seq IS 'Numbers of releases.';
CREATE TABLE @ledger@.project_release (
  release_id  bigint PRIMARY KEY,
  project_id  bigint NOT NULL REFERENCES @ledger@.project,
  line_id     bigint NOT NULL REFERENCES @ledger@.line,
  amount      budgetpm.amount NOT NULL,
  paid_limit  budgetpm.amount NOT NULL,
  drawn_limit budgetpm.amount NOT NULL,
  entry_no    integer NOT NULL,
  valid_to    date,
  document    varchar(200) NOT NULL,
  reason      text NOT NULL,
  actor       varchar(100) NOT NULL,
  login       varchar(63) COLLATE "C" NOT NULL,
  released_at timestamptz NOT NULL,
  division    budgetpm.budget_code NOT NULL,
  unit        budgetpm.budget_code NOT NULL
);
CREATE INDEX project_release_line ON @ledger@.project_release (line_id);
COMMENT ON TABLE @ledger@.project_release IS 'What may be paid of a line although its project is suspended (暂停期间放行): the newest one of a line counts, until the project is resumed. Only added to, by release_suspended().';
COMMENT ON COLUMN @ledger@.project_release.release_id IS 'Number of the release.';
COMMENT ON COLUMN @ledger@.project_release.project_id IS 'The project that it was given for: the line''s, or one above it.';
COMMENT ON COLUMN @ledger@.project_release.line_id IS 'The line that pays: of the project, or without one below a line of it.';
COMMENT ON COLUMN @ledger@.project_release.amount IS 'How much more may be paid of the line.';
COMMENT ON COLUMN @ledger@.project_release.paid_limit IS 'What its payments may reach: what was paid of it when it was released, and the amount.';
COMMENT ON COLUMN @ledger@.project_release.drawn_limit IS 'What they may reach together with what is requested: what both were when it was released, and the amount.';
COMMENT ON COLUMN @ledger@.project_release.entry_no IS 'The line''s last entry when it was released: what comes back of payments up to it makes no room for others.';
COMMENT ON COLUMN @ledger@.project_release.valid_to IS 'Last day, where the server stands; NULL: until the project is resumed.';
COMMENT ON COLUMN @ledger@.project_release.document IS 'The document that says so.';
COMMENT ON COLUMN @ledger@.project_release.reason IS 'Why.';
COMMENT ON COLUMN @ledger@.project_release.actor IS 'Who acted.';
COMMENT ON COLUMN @ledger@.project_release.login IS 'The database role that called.';
COMMENT ON COLUMN @ledger@.project_release.released_at IS 'When.';
COMMENT ON COLUMN @ledger@.project_release.division IS 'The project''s division, for row security.';
COMMENT ON COLUMN @ledger@.project_release.unit IS 'The project''s unit, for row security.';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.project_release
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.project_release
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.project_release ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.project_release FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE FUNCTION @ledger@.release_suspended(project text, line bigint, amount numeric, document text, reason text,
  valid_to date DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.release_suspended('@ledger@.ledger'::pg_catalog.regclass, project, line, amount, document, reason, valid_to, actor);
END;
COMMENT ON FUNCTION @ledger@.release_suspended(text, bigint, numeric, text, text, date, text) IS
  'Lets an amount in yuan be requested and paid of a line although its project, or one above it, is suspended (暂停期间放行), by a document and with a reason, until a day or until it is resumed; returns the number of the release. The newest one of a line counts, in place of what is left of those before. Needs a duty over the whole division. Errors: 22004, 22001, 22023 amount or day, 23503 project, 42501, ZB007 nothing is suspended, ZB008 duty, ZB010 a line of another project.';

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES ('administrator', 'release_suspended');
