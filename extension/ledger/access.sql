-- access: principals, duties, and which operation belongs to which profile of grants

CREATE TABLE @ledger@.principal (
  principal_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  login        varchar(63) COLLATE "C" NOT NULL UNIQUE,
  title        varchar(200)
);
COMMENT ON TABLE @ledger@.principal IS 'Who acts in this ledger (操作人员): one row a database login.';
COMMENT ON COLUMN @ledger@.principal.principal_id IS 'Number of the principal in this ledger.';
COMMENT ON COLUMN @ledger@.principal.login IS 'Database role, by name, so that it survives a dump. A duty belongs to every role with the privileges of this one.';
COMMENT ON COLUMN @ledger@.principal.title IS 'What people call it.';

CREATE TABLE @ledger@.duty (
  duty_id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  principal_id bigint NOT NULL REFERENCES @ledger@.principal,
  division     budgetpm.budget_code REFERENCES @ledger@.division,
  unit         budgetpm.budget_code REFERENCES @ledger@.unit,
  may_read     boolean NOT NULL DEFAULT true,
  may_post     boolean NOT NULL DEFAULT false,
  valid_from   date NOT NULL DEFAULT CURRENT_DATE,
  valid_to     date,
  granted_by   varchar(63) COLLATE "C" NOT NULL DEFAULT CURRENT_USER,
  granted_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  CONSTRAINT duty_period_check CHECK (valid_to OPERATOR(pg_catalog.>=) (valid_from OPERATOR(pg_catalog.-) 1))
);
CREATE INDEX duty_principal_id_idx ON @ledger@.duty (principal_id);
COMMENT ON TABLE @ledger@.duty IS 'Where a principal may read and post (岗位职责): in the subtree of a division or unit, from one day to another. Which operations he may run is a matter of EXECUTE.';
COMMENT ON COLUMN @ledger@.duty.duty_id IS 'Number of the duty in this ledger.';
COMMENT ON COLUMN @ledger@.duty.principal_id IS 'Whose duty it is.';
COMMENT ON COLUMN @ledger@.duty.division IS 'Division and everything below it; NULL: the whole ledger.';
COMMENT ON COLUMN @ledger@.duty.unit IS 'Unit and everything below it; NULL: every unit there.';
COMMENT ON COLUMN @ledger@.duty.may_read IS 'Whether rows there are shown.';
COMMENT ON COLUMN @ledger@.duty.may_post IS 'Whether operations that change something are allowed there.';
COMMENT ON COLUMN @ledger@.duty.valid_from IS 'First day, by the date of the server''s log_timezone.';
COMMENT ON COLUMN @ledger@.duty.valid_to IS 'Last day; NULL while it is open. A day before valid_from: ended before it took effect.';
COMMENT ON COLUMN @ledger@.duty.granted_by IS 'Role that gave it.';
COMMENT ON COLUMN @ledger@.duty.granted_at IS 'When it was given.';

CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.principal
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();
CREATE TRIGGER invalidate_ledger AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON @ledger@.duty
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.invalidate_ledger();

ALTER TABLE @ledger@.principal ENABLE ALWAYS TRIGGER invalidate_ledger, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.principal FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, NULL, NULL));
ALTER TABLE @ledger@.duty ENABLE ALWAYS TRIGGER invalidate_ledger, ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.duty FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::pg_catalog.regclass, division, unit));

CREATE TABLE @ledger@.grant_profile (
  profile   varchar(20) COLLATE "C" NOT NULL
            CHECK (profile IN ('reader', 'officer', 'application', 'administrator')),
  operation varchar(63) COLLATE "C" NOT NULL,
  PRIMARY KEY (profile, operation)
);
COMMENT ON TABLE @ledger@.grant_profile IS 'Which functions of this schema a role of each profile may execute; budgetpm.grant_ledger() reads it. A row gives nothing by itself.';
COMMENT ON COLUMN @ledger@.grant_profile.profile IS 'reader, officer, application or administrator.';
COMMENT ON COLUMN @ledger@.grant_profile.operation IS 'Name of a function of this schema, or of a table of it that the profile writes: policies and triggers decide which rows.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    -- what answers a question
    ('roa+', '{setting,settings,categories,preview_profile,check_classification,check_elements,
       classification_successors,check_walk,divisions_as_of,division_history,working_day,add_working_days,
       working_days,check_funds,explain_line,balance_as_of,verify_ledger,trace,posting,virement_verdict,
       obligation_history}'),
    -- daily operations
    ('oa', '{open_line,appropriate,approve_line,supplement,reduce,allot,return_allotment,send_transfer,
       receive_transfer,return_transfer,announce_transfer,virement,reserve_out,release_out,freeze,unfreeze,precommit,commit_funds,
       request_payment,release,pay,refund,refund_prior_year,withdraw,carry_forward,
       reverse,correct_payment}'),
    -- registers that an application feeds
    ('oa+', '{register_project}'),
    ('a+', '{register_unit,register_units,rename_unit,move_unit,merge_units,close_unit}'),
    -- administration
    ('+', '{register_division,register_divisions,rename_division,move_division,merge_divisions,
       close_division,register_scheme,load_classification,register_classification,add_walk,add_walks,
       register_profile,import_profile,apply_profile,add_year,set_year_state,close_month,
       register_principal,grant_duty,end_duty,relax_control}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.register_principal(login text, title text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_principal('@ledger@.ledger'::pg_catalog.regclass, login, title);
END;
COMMENT ON FUNCTION @ledger@.register_principal(text, text) IS
  'Makes a database login known to this ledger and returns its id; the title of a known one is changed. Needs a duty to post over the whole ledger. Errors: 42704 no such role, 42501, ZB008.';

CREATE FUNCTION @ledger@.grant_duty(login text, division text DEFAULT NULL, unit text DEFAULT NULL,
  may_read boolean DEFAULT true, may_post boolean DEFAULT false,
  valid_from date DEFAULT NULL, valid_to date DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.grant_duty('@ledger@.ledger'::pg_catalog.regclass, login, division, unit,
                             may_read, may_post, valid_from, valid_to);
END;
COMMENT ON FUNCTION @ledger@.grant_duty(text, text, text, boolean, boolean, date, date) IS
  'Gives a login a duty over a division or unit (official codes) and all below it, from today or a given day, and returns the duty. Nobody gives more than he holds. Errors: 42704 no such role, 23503 unknown code, 22023 wrong period, 42501, ZB008.';

CREATE FUNCTION @ledger@.end_duty(duty bigint, last_day date DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.end_duty('@ledger@.ledger'::pg_catalog.regclass, duty, last_day);
END;
COMMENT ON FUNCTION @ledger@.end_duty(bigint, date) IS
  'Ends a duty with that day; without a day, at once. The row stays, to show later who could do what. Errors: P0002 no such duty, 42501, ZB008.';
