-- form: fields that divisions and units add to the forms of requests and projects (自定义表单)

CREATE SEQUENCE @ledger@.form_field_seq;
COMMENT ON SEQUENCE @ledger@.form_field_seq IS 'Numbers of fields of forms.';

CREATE TABLE @ledger@.form_field (
  field_id   bigint PRIMARY KEY,
  form       varchar(10) COLLATE "C" NOT NULL CHECK (form IN ('request', 'project')),
  field      varchar(63) COLLATE "C" NOT NULL,
  division   budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  unit       budgetpm.budget_code REFERENCES @ledger@.unit (code),
  category   varchar(40) COLLATE "C",
  type       varchar(10) COLLATE "C" NOT NULL CHECK (type IN ('text', 'number', 'integer', 'date', 'boolean', 'choice', 'amount')),
  required   boolean NOT NULL,
  options    jsonb,
  minimum    numeric,
  maximum    numeric,
  max_length integer,
  label      jsonb NOT NULL,
  rule       text,
  message    jsonb,
  place      integer NOT NULL,
  valid_from date NOT NULL,
  valid_to   date CHECK (valid_to > valid_from),
  active     boolean NOT NULL,
  defined_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  defined_by varchar(63) COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX form_field_key ON @ledger@.form_field (form, division, unit, category, field, valid_from)
  NULLS NOT DISTINCT WHERE active;
COMMENT ON TABLE @ledger@.form_field IS 'Fields of forms (表单字段) beyond those of the tables: what attributes of a request or a project may and must hold. Written by define_form_field() and retire_form_field() only.';
COMMENT ON COLUMN @ledger@.form_field.field_id IS 'Number of the field.';
COMMENT ON COLUMN @ledger@.form_field.form IS 'request (预算申报) or project (项目).';
COMMENT ON COLUMN @ledger@.form_field.field IS 'Name: the key in attributes.';
COMMENT ON COLUMN @ledger@.form_field.division IS 'Division in which, and below which, the form has it.';
COMMENT ON COLUMN @ledger@.form_field.unit IS 'Unit for which, and below which; NULL: all of the division.';
COMMENT ON COLUMN @ledger@.form_field.category IS 'Project category (项目类别) for which, with those below it; NULL: all.';
COMMENT ON COLUMN @ledger@.form_field.type IS 'text, number, integer, date (YYYY-MM-DD), boolean, choice (of options) or amount (yuan as text or number, at most two decimals).';
COMMENT ON COLUMN @ledger@.form_field.required IS 'Whether it must be filled in (必填).';
COMMENT ON COLUMN @ledger@.form_field.options IS 'Of a choice: array of texts, or of {"value", "label": {"zh"}}.';
COMMENT ON COLUMN @ledger@.form_field.minimum IS 'Least value of a number, integer or amount (yuan); NULL: none.';
COMMENT ON COLUMN @ledger@.form_field.maximum IS 'Greatest value; NULL: none.';
COMMENT ON COLUMN @ledger@.form_field.max_length IS 'Most characters of a text; NULL: 4000.';
COMMENT ON COLUMN @ledger@.form_field.label IS 'What people see, by language: {"zh", "en", "mn"}.';
COMMENT ON COLUMN @ledger@.form_field.rule IS 'jsonpath predicate over all attributes that must be true when the field is filled in; NULL: none.';
COMMENT ON COLUMN @ledger@.form_field.message IS 'What is said when it is not, by language.';
COMMENT ON COLUMN @ledger@.form_field.place IS 'Order in the form.';
COMMENT ON COLUMN @ledger@.form_field.valid_from IS 'First day, by the date of the servers log_timezone.';
COMMENT ON COLUMN @ledger@.form_field.valid_to IS 'First day on which the form has it no more; NULL: open.';
COMMENT ON COLUMN @ledger@.form_field.active IS 'Whether it counts; false: replaced or retired before it did.';
COMMENT ON COLUMN @ledger@.form_field.defined_at IS 'When it was defined.';
COMMENT ON COLUMN @ledger@.form_field.defined_by IS 'By whom.';

-- An empty object is a form that nobody has filled in yet.
CREATE TRIGGER check_form BEFORE INSERT OR UPDATE OF attributes ON @ledger@.project
  FOR EACH ROW WHEN (NEW.attributes <> '{}') EXECUTE FUNCTION budgetpm.check_form_attributes('project');
ALTER TABLE @ledger@.project ENABLE ALWAYS TRIGGER check_form;

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.form_field
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.form_field
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.form_field ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.form_field FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('o+', '{define_form_field,retire_form_field}'),
    ('oa+', '{set_project_attributes}'),
    ('roa+', '{describe_form}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.define_form_field(form text, field text, type text, label jsonb, division text DEFAULT NULL, unit text DEFAULT NULL, category text DEFAULT NULL, required boolean DEFAULT false, options jsonb DEFAULT NULL, minimum numeric DEFAULT NULL, maximum numeric DEFAULT NULL, max_length integer DEFAULT NULL, rule text DEFAULT NULL, message jsonb DEFAULT NULL, place integer DEFAULT 0, valid_from date DEFAULT NULL, valid_to date DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.define_form_field('@ledger@.ledger'::pg_catalog.regclass, define_form_field.form, define_form_field.field, define_form_field.type, define_form_field.label,
    define_form_field.division, define_form_field.unit, define_form_field.category, define_form_field.required, define_form_field.options, define_form_field.minimum, define_form_field.maximum,
    define_form_field.max_length, define_form_field.rule, define_form_field.message, define_form_field.place, define_form_field.valid_from, define_form_field.valid_to);
END;
COMMENT ON FUNCTION @ledger@.define_form_field(text, text, text, jsonb, text, text, text, boolean, jsonb, numeric, numeric, integer, text, jsonb, integer, date, date) IS
  'Adds a field to the form request or project, for a division with what is below it (the root unless given), a unit with what is below it, a category, from a day on (today unless given). The same field of the same place again replaces it from that day. Type is text, number, integer, date, boolean, choice or amount; label and message are {"zh", "en", "mn"}; rule is a jsonpath over all attributes. Every fault is told at once. Returns the number of the field. The finance department does it; a unit with a duty over itself alone where setting workflow.local_forms is true. Errors: 22023 faults, 22004, 23503 place or category, 23505 the name is taken there, 42501, ZB008.';

CREATE FUNCTION @ledger@.retire_form_field(field bigint, valid_to date DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.retire_form_field('@ledger@.ledger'::pg_catalog.regclass, retire_form_field.field, retire_form_field.valid_to);
END;
COMMENT ON FUNCTION @ledger@.retire_form_field(bigint, date) IS
  'Takes a field out of its form, from today or a later day on; what was filled in stays. Who may define it does. Errors: 22004, 22023 day, 42704, 42501, ZB007 retired already, ZB008.';

CREATE FUNCTION @ledger@.describe_form(form text, unit text DEFAULT NULL, category text DEFAULT NULL, language text DEFAULT 'zh', division text DEFAULT NULL)
RETURNS TABLE (place integer, field varchar(63), label text, type varchar(10), required boolean, options jsonb, minimum numeric, maximum numeric, max_length integer, rule text, message text, defined_for varchar(21), field_id bigint) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 20
BEGIN ATOMIC
  SELECT * FROM budgetpm.describe_form('@ledger@.ledger'::pg_catalog.regclass, describe_form.form, describe_form.unit, describe_form.category, describe_form.language, describe_form.division);
END;
COMMENT ON FUNCTION @ledger@.describe_form(text, text, text, text, text) IS
  'Lists the fields that a form has today for a unit or a division (official code) and a category, in their order, with labels in a language (zh where there is none). defined_for is the unit or division whose field it is. Needs a duty to read there. Errors: 22004, 22023, 23503, 42501, ZB008.';

CREATE FUNCTION @ledger@.set_project_attributes(project text, attributes jsonb)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.set_project_attributes('@ledger@.ledger'::pg_catalog.regclass, set_project_attributes.project, set_project_attributes.attributes);
END;
COMMENT ON FUNCTION @ledger@.set_project_attributes(text, jsonb) IS
  'Fills in the form of a project (official code): all its attributes, in place of those before. Every bad field is told at once. Needs a duty to post where the project is. Errors: 22023 fields, 22004, 23503 project, 42501, ZB008.';

CREATE VIEW @report@.form_field WITH (security_invoker = true) AS
  SELECT f.field_id AS id, f.field_id, f.form, f.place, f.field, (f.label ->> 'zh')::varchar(200) AS label, f.type, f.required, f.options,
         f.minimum::numeric(38,10) AS minimum, f.maximum::numeric(38,10) AS maximum, f.max_length, f.rule::varchar(1000) AS rule, d.official_code AS division_code, u.official_code AS unit_code,
         f.category, f.valid_from, f.valid_to, f.defined_at, f.defined_by
    FROM @ledger@.form_field f
    LEFT JOIN @ledger@.division d ON d.code = f.division
    LEFT JOIN @ledger@.unit u ON u.code = f.unit
   WHERE f.active;
COMMENT ON VIEW @report@.form_field IS 'Fields of forms (表单字段) with the place that they are for, past and future ones too.';
COMMENT ON COLUMN @report@.form_field.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.form_field.field_id IS 'Number of the field.';
COMMENT ON COLUMN @report@.form_field.form IS 'request or project.';
COMMENT ON COLUMN @report@.form_field.place IS 'Order in the form.';
COMMENT ON COLUMN @report@.form_field.field IS 'Name.';
COMMENT ON COLUMN @report@.form_field.label IS 'Chinese label.';
COMMENT ON COLUMN @report@.form_field.type IS 'Type.';
COMMENT ON COLUMN @report@.form_field.required IS 'Whether it must be filled in.';
COMMENT ON COLUMN @report@.form_field.options IS 'Options of a choice.';
COMMENT ON COLUMN @report@.form_field.minimum IS 'Least value.';
COMMENT ON COLUMN @report@.form_field.maximum IS 'Greatest value.';
COMMENT ON COLUMN @report@.form_field.max_length IS 'Most characters.';
COMMENT ON COLUMN @report@.form_field.rule IS 'jsonpath predicate that must be true.';
COMMENT ON COLUMN @report@.form_field.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.form_field.unit_code IS 'Unit (official code); NULL: all of the division.';
COMMENT ON COLUMN @report@.form_field.category IS 'Project category; NULL: all.';
COMMENT ON COLUMN @report@.form_field.valid_from IS 'First day.';
COMMENT ON COLUMN @report@.form_field.valid_to IS 'First day on which it is no more.';
COMMENT ON COLUMN @report@.form_field.defined_at IS 'When it was defined.';
COMMENT ON COLUMN @report@.form_field.defined_by IS 'By whom.';
