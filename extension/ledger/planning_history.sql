-- planning, history: what was spent before, what drives spending, and what is suggested

CREATE TABLE @ledger@.spending_history (
  history_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year integer NOT NULL,
  division    budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  unit        budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  project_id  bigint REFERENCES @ledger@.project,
  category    varchar(40) COLLATE "C",
  func        varchar(20) COLLATE "C" NOT NULL,
  fund_type   varchar(10) COLLATE "C" NOT NULL REFERENCES @ledger@.fund_type (fund_type),
  budget      budgetpm.amount NOT NULL,
  spent       budgetpm.amount NOT NULL,
  source      varchar(200) NOT NULL,
  loaded_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  loaded_by   varchar(63) COLLATE "C" NOT NULL
);
CREATE UNIQUE INDEX spending_history_place ON @ledger@.spending_history
  (unit, fiscal_year, COALESCE(project_id, 0), COALESCE(category, ''), func, fund_type);
COMMENT ON TABLE @ledger@.spending_history IS 'Budget and spending of years that the ledger does not hold (历史数据), from final accounts or an older system. Of a unit that has lines in a year, the ledger''s own figures count and these do not. Written by load_spending_history() only.';
COMMENT ON COLUMN @ledger@.spending_history.history_id IS 'The row.';
COMMENT ON COLUMN @ledger@.spending_history.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.spending_history.division IS 'The unit''s division, for row security.';
COMMENT ON COLUMN @ledger@.spending_history.unit IS 'The unit.';
COMMENT ON COLUMN @ledger@.spending_history.project_id IS 'The project, where it is known.';
COMMENT ON COLUMN @ledger@.spending_history.category IS 'Category of projects (项目类别): the project''s own unless given.';
COMMENT ON COLUMN @ledger@.spending_history.func IS 'Function code (功能分类) as it was then; the edition of that year need not be in the ledger.';
COMMENT ON COLUMN @ledger@.spending_history.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.spending_history.budget IS 'Final budget (调整预算数) in fen (stored).';
COMMENT ON COLUMN @ledger@.spending_history.spent IS 'Spending (决算数) in fen (stored).';
COMMENT ON COLUMN @ledger@.spending_history.source IS 'Where the figures come from.';
COMMENT ON COLUMN @ledger@.spending_history.loaded_at IS 'When they were loaded.';
COMMENT ON COLUMN @ledger@.spending_history.loaded_by IS 'By whom.';

CREATE TABLE @ledger@.driver (
  driver  varchar(63) COLLATE "C" PRIMARY KEY,
  name    varchar(100) NOT NULL,
  kind    varchar(10) COLLATE "C" NOT NULL,
  measure varchar(20) NOT NULL,
  CHECK (kind OPERATOR(pg_catalog.=) ANY ('{level,rate}'))
);
COMMENT ON TABLE @ledger@.driver IS 'Series that spending follows or is looked at beside (测算因素): tax revenue, contributions, investment, GDP, pupils, or your own.';
COMMENT ON COLUMN @ledger@.driver.driver IS 'Name.';
COMMENT ON COLUMN @ledger@.driver.name IS 'Chinese name.';
COMMENT ON COLUMN @ledger@.driver.kind IS 'level: an amount or number, the growth of which is told from two periods; rate: a growth itself (0.05 is 5 %).';
COMMENT ON COLUMN @ledger@.driver.measure IS 'Unit of measure.';
INSERT INTO @ledger@.driver (driver, name, kind, measure) VALUES
  ('tax_revenue', '税收收入', 'level', '万元'), ('social_contributions', '社会保险费收入', 'level', '万元'),
  ('fixed_asset_investment', '固定资产投资', 'level', '万元'), ('gdp', '地区生产总值', 'level', '亿元'),
  ('gdp_growth', '地区生产总值增长率', 'rate', '比率'), ('pupils', '在校学生数', 'level', '人');

CREATE TABLE @ledger@.driver_value (
  driver       varchar(63) COLLATE "C" NOT NULL REFERENCES @ledger@.driver,
  division     budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  period       varchar(7) COLLATE "C" NOT NULL,
  revision     integer NOT NULL,
  value        numeric(24,6) NOT NULL,
  published_on date NOT NULL,
  source       varchar(200) NOT NULL,
  loaded_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  loaded_by    varchar(63) COLLATE "C" NOT NULL,
  PRIMARY KEY (driver, division, period, revision)
);
COMMENT ON TABLE @ledger@.driver_value IS 'Values of drivers by division and period, append-only: a value that is published again (修订数) is a further revision, and what was suggested on a day can be told again. Written by load_driver_values() only.';
COMMENT ON COLUMN @ledger@.driver_value.driver IS 'The driver.';
COMMENT ON COLUMN @ledger@.driver_value.division IS 'Division (区划) that the value is of.';
COMMENT ON COLUMN @ledger@.driver_value.period IS 'Year (2025), quarter (2025Q1) or month (2025-01).';
COMMENT ON COLUMN @ledger@.driver_value.revision IS '0 as first published, then one more each time.';
COMMENT ON COLUMN @ledger@.driver_value.value IS 'The value, in the driver''s measure.';
COMMENT ON COLUMN @ledger@.driver_value.published_on IS 'Day of publication.';
COMMENT ON COLUMN @ledger@.driver_value.source IS 'Who published it.';
COMMENT ON COLUMN @ledger@.driver_value.loaded_at IS 'When it was loaded.';
COMMENT ON COLUMN @ledger@.driver_value.loaded_by IS 'By whom.';

CREATE TABLE @ledger@.budget_advice (
  advice_id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  fiscal_year integer NOT NULL,
  division    budgetpm.budget_code NOT NULL REFERENCES @ledger@.division (code),
  unit        budgetpm.budget_code NOT NULL REFERENCES @ledger@.unit (code),
  project_id  bigint REFERENCES @ledger@.project,
  change      numeric(12,6),
  amount      budgetpm.amount,
  reason      varchar(1000) NOT NULL,
  source      varchar(200) NOT NULL,
  given_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
  given_by    varchar(63) COLLATE "C" NOT NULL,
  CHECK ((change IS NULL) OPERATOR(pg_catalog.<>) (amount IS NULL))
);
CREATE INDEX budget_advice_unit ON @ledger@.budget_advice (unit, fiscal_year);
COMMENT ON TABLE @ledger@.budget_advice IS 'Advice for a year''s budget (预算安排建议), such as 10 % more after a score of 90: append-only, the newest of a project, or else of its unit, counts. suggest_request() shows its arithmetic.';
COMMENT ON COLUMN @ledger@.budget_advice.advice_id IS 'The advice.';
COMMENT ON COLUMN @ledger@.budget_advice.fiscal_year IS 'Fiscal year (预算年度) whose budget is advised on.';
COMMENT ON COLUMN @ledger@.budget_advice.division IS 'The unit''s division, for row security.';
COMMENT ON COLUMN @ledger@.budget_advice.unit IS 'The unit.';
COMMENT ON COLUMN @ledger@.budget_advice.project_id IS 'The project; NULL: all that the unit does.';
COMMENT ON COLUMN @ledger@.budget_advice.change IS 'Change on the year before (0.1 is 10 % more).';
COMMENT ON COLUMN @ledger@.budget_advice.amount IS 'Or the amount itself, in fen (stored).';
COMMENT ON COLUMN @ledger@.budget_advice.reason IS 'Why.';
COMMENT ON COLUMN @ledger@.budget_advice.source IS 'What it follows from: a score, an audit.';
COMMENT ON COLUMN @ledger@.budget_advice.given_at IS 'When it was given.';
COMMENT ON COLUMN @ledger@.budget_advice.given_by IS 'By whom.';

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.spending_history
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.spending_history
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.spending_history ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.spending_history FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.driver_value
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.driver_value
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.driver_value ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.driver_value FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.budget_advice
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.budget_advice
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.budget_advice ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.budget_advice FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, division, unit));

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{define_driver,load_driver_values,load_spending_history}'),
    ('a+', '{give_advice}'),
    ('roa+', '{request_history,suggest_request}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.load_spending_history(items jsonb, source text)
RETURNS TABLE (item integer, fault text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.load_spending_history('@ledger@.ledger'::pg_catalog.regclass, load_spending_history.items, load_spending_history.source);
END;
COMMENT ON FUNCTION @ledger@.load_spending_history(jsonb, text) IS
  'Loads yearly figures (历史数据) of years that the ledger does not hold: an array of {"fiscal_year", "unit", "project", "category", "func", "fund_type", "budget", "spent"}, amounts in yuan. What is right is loaded, and a row says what is wrong with each of the others; an item that is loaded already is right when it says the same. Needs a duty to post over the whole ledger. Errors: 22004, 22023 no array, 42501, ZB008.';

CREATE FUNCTION @ledger@.request_history(request bigint)
RETURNS TABLE (scope varchar(10), fiscal_year integer, budget numeric, spent numeric, growth numeric, complete boolean, source varchar(10))
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.request_history('@ledger@.ledger'::pg_catalog.regclass, request_history.request);
END;
COMMENT ON FUNCTION @ledger@.request_history(bigint) IS
  'Shows what was budgeted and spent in the years before a request (三年历史), in yuan: by its unit, by the unit for its category, and for its project. growth is that of spending on the year before, ten decimals; NULL where that had none. A year that is not closed is there, and no part of any average. source is ledger or loaded, never both. Needs a duty to read there. Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION @ledger@.define_driver(driver text, name text, kind text DEFAULT 'level', measure text DEFAULT '万元')
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.define_driver('@ledger@.ledger'::pg_catalog.regclass, define_driver.driver, define_driver.name, define_driver.kind, define_driver.measure);
END;
COMMENT ON FUNCTION @ledger@.define_driver(text, text, text, text) IS
  'Makes a driver series (测算因素): a level, such as a number of pupils, or a rate. Needs a duty to post over the whole ledger. Errors: 22004, 22023, 23505, 42501, ZB008.';

CREATE FUNCTION @ledger@.load_driver_values(items jsonb, source text)
RETURNS TABLE (item integer, fault text) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.load_driver_values('@ledger@.ledger'::pg_catalog.regclass, load_driver_values.items, load_driver_values.source);
END;
COMMENT ON FUNCTION @ledger@.load_driver_values(jsonb, text) IS
  'Loads values of drivers: an array of {"driver", "division", "period", "value", "published_on"}; a period is 2025, 2025Q1 or 2025-01. A value that differs from the newest one becomes a further revision (修订数). What is right is loaded, and a row says what is wrong with each of the others. Needs a duty to post over the whole ledger. Errors: 22004, 22023 no array, 42501, ZB008.';

CREATE FUNCTION @ledger@.give_advice(fiscal_year integer, unit text, reason text, source text, change numeric DEFAULT NULL, amount numeric DEFAULT NULL, project text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.give_advice('@ledger@.ledger'::pg_catalog.regclass, give_advice.fiscal_year, give_advice.unit, give_advice.reason, give_advice.source, give_advice.change, give_advice.amount, give_advice.project);
END;
COMMENT ON FUNCTION @ledger@.give_advice(integer, text, text, text, numeric, numeric, text) IS
  'Gives advice for a year''s budget of a unit or one of its projects (预算安排建议): a change (0.1 is 10 % more than the year before) or an amount in yuan. Returns its number. Errors: 22004, 22023, 23503, 42501, ZB008.';

CREATE FUNCTION @ledger@.suggest_request(unit text, fiscal_year integer, method text DEFAULT NULL, project text DEFAULT NULL, category text DEFAULT NULL, driver text DEFAULT NULL, standard text DEFAULT NULL, quantity numeric DEFAULT NULL, years integer DEFAULT 3, as_of date DEFAULT NULL)
RETURNS TABLE (step integer, description text, value numeric) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 10
BEGIN ATOMIC
  SELECT * FROM budgetpm.suggest_request('@ledger@.ledger'::pg_catalog.regclass, suggest_request.unit, suggest_request.fiscal_year, suggest_request.method, suggest_request.project, suggest_request.category, suggest_request.driver, suggest_request.standard, suggest_request.quantity, suggest_request.years, suggest_request.as_of);
END;
COMMENT ON FUNCTION @ledger@.suggest_request(text, integer, text, text, text, text, text, numeric, integer, date) IS
  'Suggests what a unit, or it for a category or project, could ask for in a year (智能测算建议), and shows the arithmetic: numbered lines, the last of which is the suggestion in yuan. method is index (the last complete year × (1 + growth of a driver, such as GDP)), norm (支出标准 × quantity, or the newest value of a driver such as pupils), history (average of the last complete years) or advice (预算安排建议); the setting planning.suggestion of the unit''s division says it and the driver unless given. as_of takes driver values as they were published on that day. Needs a duty to read there. Errors: 22004, 22023, 23503, 42704 nothing to stand on, 42501, ZB008.';

CREATE VIEW @report@.request_history WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY s.request_id, s.scope, s.fiscal_year) AS id, s.request_id, s.request_year, d.official_code AS division_code,
         u.official_code AS unit_code, s.title, s.scope::varchar(10) AS scope, s.fiscal_year,
         s.budget::numeric(20,2) AS budget, s.spent::numeric(20,2) AS spent, s.complete, s.source::varchar(10) AS source
    FROM (SELECT r.request_id, r.fiscal_year AS request_year, r.division, r.unit, r.title, p.scope, y.fiscal_year,
                 sum(y.budget) AS budget, sum(y.spent) AS spent, bool_and(y.complete) AS complete, min(y.source) AS source
            FROM @ledger@.request r
            CROSS JOIN LATERAL (
              SELECT l.fiscal_year, l.project_id, j.category::text AS category,
                     b.appropriated::numeric - b.allotted::numeric - b.transferred::numeric - b.withdrawn::numeric
                       + COALESCE((SELECT sum(x.amount) FROM @ledger@.lapsed_money x WHERE x.line_id = l.line_id), 0) AS budget,
                     b.paid::numeric AS spent, f.state IN ('closing', 'closed') AS complete, 'ledger'::text AS source
                FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
                JOIN @ledger@.fiscal_year f ON f.fiscal_year = l.fiscal_year
                LEFT JOIN @ledger@.project j ON j.project_id = l.project_id
               WHERE l.unit = r.unit AND l.fiscal_year BETWEEN r.fiscal_year - 4 AND r.fiscal_year - 1
              UNION ALL
              SELECT h.fiscal_year, h.project_id, h.category::text, h.budget::numeric, h.spent::numeric, true, 'loaded'
                FROM @ledger@.spending_history h
               WHERE h.unit = r.unit AND h.fiscal_year BETWEEN r.fiscal_year - 4 AND r.fiscal_year - 1
                 AND NOT EXISTS (SELECT FROM @ledger@.line o WHERE o.unit = h.unit AND o.fiscal_year = h.fiscal_year)) y
            CROSS JOIN LATERAL (VALUES ('unit', true), ('category', y.category = r.category), ('project', y.project_id = r.project_id)) AS p(scope, holds)
           WHERE p.holds
           GROUP BY r.request_id, p.scope, y.fiscal_year) s
    JOIN @ledger@.division d ON d.code = s.division
    JOIN @ledger@.unit u ON u.code = s.unit;
COMMENT ON VIEW @report@.request_history IS 'What was budgeted and spent in the four years before each request (历史数据对比), by its unit, by the unit for its category, and for its project.';
COMMENT ON COLUMN @report@.request_history.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.request_history.request_id IS 'The request.';
COMMENT ON COLUMN @report@.request_history.request_year IS 'Fiscal year (预算年度) that is asked for.';
COMMENT ON COLUMN @report@.request_history.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.request_history.unit_code IS 'Unit (official code).';
COMMENT ON COLUMN @report@.request_history.title IS 'What is asked for.';
COMMENT ON COLUMN @report@.request_history.scope IS 'unit, category or project.';
COMMENT ON COLUMN @report@.request_history.fiscal_year IS 'The year before.';
COMMENT ON COLUMN @report@.request_history.budget IS 'Budget of that year, in yuan.';
COMMENT ON COLUMN @report@.request_history.spent IS 'Spending of that year, in yuan.';
COMMENT ON COLUMN @report@.request_history.complete IS 'Whether the year is closed, or loaded.';
COMMENT ON COLUMN @report@.request_history.source IS 'ledger or loaded, never both.';
