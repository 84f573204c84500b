-- What the posting benchmark compares: a ledger of ten years, and the same money
-- kept in the barest and in the usual way.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.add_year(y) FROM generate_series(2027, 2035) AS y;
SELECT budget.set_year_state(2026, 'open') WHERE (SELECT state FROM budget.fiscal_year WHERE fiscal_year = 2026) = 'preparing';
SELECT budget.register_scheme('function', '支出功能分类', '{3,2,2}') WHERE NOT EXISTS
  (SELECT FROM budget.classification_scheme WHERE scheme = 'function');
SELECT budget.load_classification('function', 2026, 2026,
  '[{"code": "205", "name": "教育支出"}, {"code": "20502", "name": "普通教育"}, {"code": "2050201", "name": "学前教育"}]')
  WHERE NOT EXISTS (SELECT FROM budget.classification WHERE scheme = 'function' AND official_code = '2050201');
INSERT INTO budget.fund_type (fund_type, name) VALUES ('1', '一般公共预算') ON CONFLICT DO NOTHING;
SELECT budget.register_unit('101', '教育厅', '320000000', NULL);
SELECT count(budget.open_line(2026, '101', '2050201', fund_type => (SELECT min(fund_type) FROM budget.fund_type),
  title => '项目 ' || i, key => 'bench ' || i)) AS lines FROM generate_series(1, 10000) AS i;
SELECT count(budget.appropriate(line_id, 1000000000, '苏财预 1')) AS appropriated FROM budget.line;
SELECT min(contract) AS contracts_from_one_session_in_line_order FROM (
  SELECT budget.commit_funds(line_id, 100000000, '合同', key => 'contract') AS contract FROM (SELECT line_id FROM budget.line ORDER BY line_id) l) c;
CREATE TABLE bench_line AS SELECT row_number() OVER (ORDER BY line_id)::int AS n, line_id FROM budget.line;
SELECT min(line_id) AS first_line FROM budget.line \gset

CREATE TABLE bare_balance (line_id bigint PRIMARY KEY, available bigint NOT NULL, paid bigint NOT NULL, entry_no int NOT NULL) WITH (fillfactor = 70);
CREATE TABLE bare_journal (line_id bigint, entry_no int, amount bigint NOT NULL, document text NOT NULL, PRIMARY KEY (line_id, entry_no));
INSERT INTO bare_balance SELECT line_id, 100000000000, 0, 0 FROM budget.line;

-- The same rules the usual way: PL/pgSQL triggers on tables that applications write.
CREATE TABLE plain_balance (line_id bigint PRIMARY KEY, available numeric(18,2) NOT NULL CHECK (available >= 0),
  paid numeric(18,2) NOT NULL, entry_no int NOT NULL, head bytea NOT NULL, year_state text NOT NULL, unit text NOT NULL) WITH (fillfactor = 70);
CREATE TABLE plain_journal (line_id bigint NOT NULL, entry_no int NOT NULL, posting_id bigint NOT NULL, kind text NOT NULL,
  amount numeric(18,2) NOT NULL, document text NOT NULL, actor text NOT NULL, key text, accounting_date date NOT NULL,
  posted_at timestamptz NOT NULL, digest bytea NOT NULL, PRIMARY KEY (line_id, entry_no)) PARTITION BY RANGE (line_id);
SELECT format('CREATE TABLE plain_journal_%s PARTITION OF plain_journal FOR VALUES FROM (%s000000000000) TO (%s000000000000)', y, y, y + 1)
  FROM generate_series(2026, 2035) AS y \gexec
CREATE UNIQUE INDEX ON plain_journal (line_id, key) WHERE key IS NOT NULL;
CREATE INDEX ON plain_journal (posting_id);
CREATE SEQUENCE plain_seq CACHE 32;
CREATE TABLE plain_duty (login name, unit text, PRIMARY KEY (login, unit));
INSERT INTO plain_balance SELECT line_id, 1000000000, 0, 0, '\x00', 'open', '101' FROM budget.line;
CREATE FUNCTION plain_post() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE b plain_balance;
BEGIN
  SELECT * INTO b FROM plain_balance WHERE line_id = NEW.line_id FOR UPDATE;
  IF NOT FOUND THEN RAISE EXCEPTION 'no line %', NEW.line_id; END IF;
  IF NOT EXISTS (SELECT FROM plain_duty d WHERE d.login = session_user AND d.unit = b.unit) THEN
    RAISE EXCEPTION 'no duty'; END IF;
  IF b.year_state <> 'open' THEN RAISE EXCEPTION 'year is %', b.year_state; END IF;
  IF NEW.amount <= 0 THEN RAISE EXCEPTION 'amount %', NEW.amount; END IF;
  IF b.available < NEW.amount THEN RAISE EXCEPTION 'insufficient funds: % of %', b.available, NEW.amount; END IF;
  NEW.entry_no := b.entry_no + 1;
  NEW.posting_id := nextval('plain_seq');
  NEW.posted_at := clock_timestamp();
  NEW.accounting_date := coalesce(NEW.accounting_date, current_date);
  NEW.actor := session_user;
  NEW.digest := sha256(b.head || convert_to(concat_ws('|', NEW.line_id, NEW.entry_no, NEW.posting_id, NEW.kind,
    NEW.amount, NEW.document, NEW.actor, NEW.key, NEW.accounting_date, NEW.posted_at), 'UTF8'));
  UPDATE plain_balance SET available = available - NEW.amount, paid = paid + NEW.amount,
    entry_no = NEW.entry_no, head = NEW.digest WHERE line_id = NEW.line_id;
  RETURN NEW;
END $$;
CREATE TRIGGER post BEFORE INSERT ON plain_journal FOR EACH ROW EXECUTE FUNCTION plain_post();
CREATE FUNCTION plain_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'append only'; END $$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON plain_journal FOR EACH ROW EXECUTE FUNCTION plain_guard();

-- Sum, then insert, as applications do it; only SERIALIZABLE makes it right.
CREATE TABLE summed_journal (line_id bigint, amount numeric(18,2) NOT NULL, document text);
INSERT INTO summed_journal SELECT line_id, CASE i WHEN 1 THEN 1000000000 ELSE -0.01 END, 'x'
  FROM budget.line, generate_series(1, 200) AS i;
CREATE INDEX ON summed_journal (line_id);

CREATE ROLE bench_app LOGIN;
SELECT budgetpm.grant_ledger('budget', 'bench_app', 'application');
INSERT INTO plain_duty VALUES ('bench_app', '101');
GRANT ALL ON ALL TABLES IN SCHEMA public TO bench_app;
GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO bench_app;
VACUUM ANALYZE;
