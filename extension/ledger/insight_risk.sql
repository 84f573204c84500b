-- insight: how likely it is that a project's money is late, or grows

CREATE TABLE @ledger@.risk_model (
  outcome        varchar(20) COLLATE "C" NOT NULL CHECK (outcome IN ('delay', 'overrun')),
  version        integer NOT NULL,
  held_out       integer NOT NULL,
  fitted_cases   integer NOT NULL,
  held_out_cases integer NOT NULL,
  brier          double precision NOT NULL,
  base_brier     double precision NOT NULL,
  beats_base     boolean NOT NULL,
  fitted_at      timestamptz NOT NULL,
  fitted_by      varchar(63) COLLATE "C" NOT NULL,
  PRIMARY KEY (outcome, version)
);
COMMENT ON TABLE @ledger@.risk_model IS 'Risks of projects (项目风险) as they were fitted: what for, to how many cases, and how it did in a year that it had not seen. Written by fit_risk() only.';
COMMENT ON COLUMN @ledger@.risk_model.outcome IS 'delay (延期): less than half of the years money was paid. overrun (超支): the years money grew by more than a tenth.';
COMMENT ON COLUMN @ledger@.risk_model.version IS 'Number of the fit.';
COMMENT ON COLUMN @ledger@.risk_model.held_out IS 'The year that it was tried on, and not fitted to.';
COMMENT ON COLUMN @ledger@.risk_model.fitted_cases IS 'Projects and years it was fitted to.';
COMMENT ON COLUMN @ledger@.risk_model.held_out_cases IS 'Projects of the year that it was tried on.';
COMMENT ON COLUMN @ledger@.risk_model.brier IS 'Mean squared error of its probabilities in that year (Brier score); smaller is better.';
COMMENT ON COLUMN @ledger@.risk_model.base_brier IS 'The same for the rate of the fitted years, said of every project.';
COMMENT ON COLUMN @ledger@.risk_model.beats_base IS 'Whether it beats that rate. Probabilities come from the newest fit of the latest year that was tried, if it does.';
COMMENT ON COLUMN @ledger@.risk_model.fitted_at IS 'When it was fitted.';
COMMENT ON COLUMN @ledger@.risk_model.fitted_by IS 'By which role.';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.risk_model
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.risk_model
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.risk_model ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.risk_model FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

CREATE TABLE @ledger@.risk_weight (
  outcome varchar(20) COLLATE "C" NOT NULL,
  version integer NOT NULL,
  place   integer NOT NULL,
  feature varchar(40) COLLATE "C" NOT NULL,
  centre  double precision NOT NULL,
  scale   double precision NOT NULL,
  weight  double precision NOT NULL,
  PRIMARY KEY (outcome, version, place),
  FOREIGN KEY (outcome, version) REFERENCES @ledger@.risk_model (outcome, version)
);
COMMENT ON TABLE @ledger@.risk_weight IS 'Weights of a fitted risk. The score of a project is the sum of weight x (feature - centre) / scale, its probability 1 / (1 + exp(-score)).';
COMMENT ON COLUMN @ledger@.risk_weight.outcome IS 'Outcome.';
COMMENT ON COLUMN @ledger@.risk_weight.version IS 'Number of the fit.';
COMMENT ON COLUMN @ledger@.risk_weight.place IS 'Place of the feature; 0 is what every project has.';
COMMENT ON COLUMN @ledger@.risk_weight.feature IS 'Column of budget_report.risk_case; (always) for place 0.';
COMMENT ON COLUMN @ledger@.risk_weight.centre IS 'Mean of the feature in the cases that were fitted.';
COMMENT ON COLUMN @ledger@.risk_weight.scale IS 'Its standard deviation there; 1 for one that does not vary.';
COMMENT ON COLUMN @ledger@.risk_weight.weight IS 'Its weight, by standard deviations: positive raises the risk.';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.risk_weight
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.risk_weight
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.risk_weight ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.risk_weight FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

CREATE TABLE @ledger@.risk_calibration (
  outcome   varchar(20) COLLATE "C" NOT NULL,
  version   integer NOT NULL,
  band      integer NOT NULL CHECK (band BETWEEN 0 AND 9),
  cases     integer NOT NULL,
  predicted numeric NOT NULL,
  observed  numeric NOT NULL,
  PRIMARY KEY (outcome, version, band),
  FOREIGN KEY (outcome, version) REFERENCES @ledger@.risk_model (outcome, version)
);
COMMENT ON TABLE @ledger@.risk_calibration IS 'What was predicted of the year that was held out, and what came (校准表): a row for each tenth of probability with cases.';
COMMENT ON COLUMN @ledger@.risk_calibration.outcome IS 'Outcome.';
COMMENT ON COLUMN @ledger@.risk_calibration.version IS 'Number of the fit.';
COMMENT ON COLUMN @ledger@.risk_calibration.band IS 'Tenth of probability, 0 to 9.';
COMMENT ON COLUMN @ledger@.risk_calibration.cases IS 'Projects with a probability in it.';
COMMENT ON COLUMN @ledger@.risk_calibration.predicted IS 'Mean of their probabilities.';
COMMENT ON COLUMN @ledger@.risk_calibration.observed IS 'Share of them that it happened to.';
CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON @ledger@.risk_calibration
  FOR EACH ROW EXECUTE FUNCTION budgetpm.guard_write();
CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON @ledger@.risk_calibration
  FOR EACH STATEMENT EXECUTE FUNCTION budgetpm.guard_write();
ALTER TABLE @ledger@.risk_calibration ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate,
  ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_scope ON @ledger@.risk_calibration FOR SELECT
  USING (budgetpm.can_read('@ledger@.ledger'::regclass, NULL, NULL));

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES
  ('reader', 'project_risk'), ('officer', 'project_risk'), ('application', 'project_risk'), ('administrator', 'project_risk'),
  ('administrator', 'fit_risk');

CREATE VIEW @report@.risk_case WITH (security_invoker = true) AS
  WITH changed AS (
    SELECT m.line_id, sum(m.amount) AS amount FROM @ledger@.changed_money m GROUP BY m.line_id),
  year AS (
    SELECT l.fiscal_year, l.project_id, sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric + coalesce(x.amount, 0)) AS budget,
           sum(b.paid::numeric) AS paid, sum((b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric - coalesce(g.amount, 0)) AS planned
      FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id LEFT JOIN changed g ON g.line_id = l.line_id
      LEFT JOIN (SELECT y.line_id, sum(y.amount) AS amount FROM @ledger@.lapsed_money y GROUP BY y.line_id) x ON x.line_id = l.line_id
     WHERE l.project_id IS NOT NULL
     GROUP BY l.fiscal_year, l.project_id),
  placed AS (
    SELECT y.*, p.unit, p.division, p.official_code, p.name, p.setup_year FROM year y JOIN @ledger@.project p ON p.project_id = y.project_id),
  units AS (
    SELECT fiscal_year, unit::text AS unit, sum(paid) / nullif(sum(budget), 0) AS execution FROM placed GROUP BY fiscal_year, unit::text)
  SELECT c.project_id * 10000 + c.fiscal_year AS id, c.fiscal_year, c.official_code AS project_code, c.name AS project_name, d.official_code AS division_code, u.official_code AS unit_code,
         c.budget::numeric(20,2), c.planned::numeric(20,2), c.paid::numeric(20,2),
         CASE WHEN c.budget > 0 THEN c.paid * 2 < c.budget END AS delayed,
         CASE WHEN c.planned > 0 THEN c.budget * 10 > c.planned * 11 END AS overrun,
         pg_catalog.log(greatest(CASE WHEN c.planned > 0 THEN c.planned ELSE c.budget END, 1))::double precision AS log_budget,
         greatest(least(c.fiscal_year - c.setup_year, 10), 0)::double precision AS age,
         (coalesce(last.budget, 0) > 0)::integer::double precision AS had_last_year,
         coalesce(last.paid / nullif(last.budget, 0), 0)::double precision AS last_execution,
         coalesce(units.execution, 0)::double precision AS unit_last_execution,
         (c.planned <= 0)::integer::double precision AS unplanned,
         CASE WHEN c.planned > 0 THEN least(greatest(coalesce(last.budget - last.paid, 0), 0) / c.planned, 3) ELSE 0 END::double precision AS left_over
    FROM placed c
    JOIN @ledger@.division d ON d.code = c.division
    JOIN @ledger@.unit u ON u.code = c.unit
    LEFT JOIN year last ON last.project_id = c.project_id AND last.fiscal_year = c.fiscal_year - 1
    LEFT JOIN units ON units.unit = c.unit::text AND units.fiscal_year = c.fiscal_year - 1;
COMMENT ON VIEW @report@.risk_case IS 'What a risk of a project is fitted to (风险因素): a row for each year and project with lines, with what came of it and what was known of it at the beginning. Of what the reader may read.';
COMMENT ON COLUMN @report@.risk_case.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.risk_case.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.risk_case.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.risk_case.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.risk_case.division_code IS 'Official code of its division.';
COMMENT ON COLUMN @report@.risk_case.unit_code IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.risk_case.budget IS 'Budget (预算数) of its lines, in yuan.';
COMMENT ON COLUMN @report@.risk_case.planned IS 'What it was given at the beginning (年初预算数), carried money with it: the budget without what changed it in the course of the year (changed_money), in yuan.';
COMMENT ON COLUMN @report@.risk_case.paid IS 'Paid (已支付), in yuan.';
COMMENT ON COLUMN @report@.risk_case.delayed IS 'Whether less than half of the budget is paid; NULL without a budget.';
COMMENT ON COLUMN @report@.risk_case.overrun IS 'Whether the budget is more than a tenth above what was planned; NULL where nothing was.';
COMMENT ON COLUMN @report@.risk_case.log_budget IS 'Logarithm (base 10) of what the project was given at the beginning, or of its budget where it was given nothing then.';
COMMENT ON COLUMN @report@.risk_case.age IS 'Years since its setup year, ten at most.';
COMMENT ON COLUMN @report@.risk_case.had_last_year IS '1 when it had money in the year before.';
COMMENT ON COLUMN @report@.risk_case.last_execution IS 'Paid share of that money; 0 without.';
COMMENT ON COLUMN @report@.risk_case.unit_last_execution IS 'Paid share of all project money of its unit in the year before; 0 without.';
COMMENT ON COLUMN @report@.risk_case.unplanned IS '1 when it was given nothing at the beginning, only in the course of the year.';
COMMENT ON COLUMN @report@.risk_case.left_over IS 'Money of the year before that was not paid (上年结余), as a share of what the project was given at the beginning of this one; three at most, 0 without.';

CREATE VIEW @report@.risk_calibration WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY m.outcome, m.held_out, m.version, c.band) AS id, m.outcome, m.held_out AS fiscal_year, m.version,
         m.version = max(m.version) OVER (PARTITION BY m.outcome, m.held_out) AS newest, m.beats_base,
         m.brier::numeric(7,6) AS brier, m.base_brier::numeric(7,6) AS base_brier, (c.band * 0.1)::numeric(2,1) AS from_probability, (c.band * 0.1 + 0.1)::numeric(2,1) AS to_probability, c.cases,
         c.predicted::numeric(5,4) AS predicted, c.observed::numeric(5,4) AS observed
    FROM @ledger@.risk_model m JOIN @ledger@.risk_calibration c ON c.outcome = m.outcome AND c.version = m.version;
COMMENT ON VIEW @report@.risk_calibration IS 'Calibration of risks by year (分年度校准表): for each year that a fit was tried on and had not seen, and each tenth of probability, what was predicted of how many projects and what came. Of the whole ledger, for whoever has a duty in it.';
COMMENT ON COLUMN @report@.risk_calibration.id IS 'Number of the row.';
COMMENT ON COLUMN @report@.risk_calibration.outcome IS 'delay (延期) or overrun (超支).';
COMMENT ON COLUMN @report@.risk_calibration.fiscal_year IS 'The year that it was tried on.';
COMMENT ON COLUMN @report@.risk_calibration.version IS 'Number of the fit.';
COMMENT ON COLUMN @report@.risk_calibration.newest IS 'Whether no later fit was tried on that year.';
COMMENT ON COLUMN @report@.risk_calibration.beats_base IS 'Whether the fit beat the base rate in that year.';
COMMENT ON COLUMN @report@.risk_calibration.brier IS 'Mean squared error of its probabilities in that year (Brier score).';
COMMENT ON COLUMN @report@.risk_calibration.base_brier IS 'The same for the rate of the fitted years, said of every project.';
COMMENT ON COLUMN @report@.risk_calibration.from_probability IS 'Least probability of the band.';
COMMENT ON COLUMN @report@.risk_calibration.to_probability IS 'End of the band.';
COMMENT ON COLUMN @report@.risk_calibration.cases IS 'Projects with a probability in it.';
COMMENT ON COLUMN @report@.risk_calibration.predicted IS 'Mean of their probabilities.';
COMMENT ON COLUMN @report@.risk_calibration.observed IS 'Share of them that it happened to.';

CREATE FUNCTION @ledger@.fit_risk(outcome text, held_out integer)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.fit_risk('@ledger@.ledger'::regclass, fit_risk.outcome, fit_risk.held_out, c.years, c.outcomes,
           CASE fit_risk.outcome WHEN 'overrun' THEN '{left_over}' ELSE '{log_budget,age,had_last_year,last_execution,unit_last_execution,unplanned}' END::text[], c.features)
    FROM (SELECT pg_catalog.array_agg(x.fiscal_year ORDER BY x.fiscal_year, x.project_code) AS years,
                 pg_catalog.array_agg(x.came ORDER BY x.fiscal_year, x.project_code) AS outcomes,
                 pg_catalog.array_agg(CASE fit_risk.outcome WHEN 'overrun' THEN ARRAY[x.left_over]
                   ELSE ARRAY[x.log_budget, x.age, x.had_last_year, x.last_execution, x.unit_last_execution, x.unplanned] END ORDER BY x.fiscal_year, x.project_code) AS features
            FROM (SELECT r.*, CASE fit_risk.outcome WHEN 'delay' THEN r.delayed WHEN 'overrun' THEN r.overrun END AS came
                    FROM @report@.risk_case r
                   WHERE r.fiscal_year <= fit_risk.held_out
                     AND EXISTS (SELECT 1 FROM @ledger@.fiscal_year y WHERE y.fiscal_year = r.fiscal_year - 1)) x
           WHERE x.came IS NOT NULL) c;
END;
COMMENT ON FUNCTION @ledger@.fit_risk(text, integer) IS
  'Fits the risk of an outcome, delay (延期) or overrun (超支), to the projects of all years of the ledger before held_out that have a year before them, tries it on held_out, and stores weights, Brier scores and calibration (风险模型). Returns the version. A delay is judged by size, age, last year''s money and its execution, the unit''s execution and whether there was a plan, an overrun by what was left over from last year. It is in use if it beats the base rate there, and no later fit or year speaks against it. Needs a duty to post over the whole ledger. Errors: 22023 outcome, 42501, ZB007 too few cases, ZB008.';

CREATE FUNCTION @ledger@.project_risk(fiscal_year integer, outcome text DEFAULT 'delay')
RETURNS TABLE (project_code text, project_name text, unit_code text, budget numeric, probability numeric,
  reasons jsonb, version integer, held_out integer, brier numeric, base_brier numeric)
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 1000
BEGIN ATOMIC
  WITH model AS (
    SELECT m.* FROM (
      SELECT n.version, n.held_out, n.brier, n.base_brier, n.beats_base FROM @ledger@.risk_model n
       WHERE n.outcome = project_risk.outcome ORDER BY n.held_out DESC, n.version DESC LIMIT 1) m
     WHERE m.beats_base),
  scored AS (
    SELECT c.project_code, c.project_name, c.unit_code, c.budget,
           pg_catalog.sum(w.weight * (f.value - w.centre) / w.scale) AS score,
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('feature', w.feature, 'value', pg_catalog.round(f.value::numeric, 4),
             'adds', pg_catalog.round((w.weight * (f.value - w.centre) / w.scale)::numeric, 4))
             ORDER BY pg_catalog.abs(w.weight * (f.value - w.centre) / w.scale) DESC) AS reasons
      FROM @report@.risk_case c
     CROSS JOIN model m
      JOIN @ledger@.risk_weight w ON w.outcome = project_risk.outcome AND w.version = m.version
     CROSS JOIN LATERAL (SELECT CASE w.feature WHEN 'log_budget' THEN c.log_budget WHEN 'age' THEN c.age WHEN 'had_last_year' THEN c.had_last_year WHEN 'last_execution' THEN c.last_execution WHEN 'unit_last_execution' THEN c.unit_last_execution WHEN 'unplanned' THEN c.unplanned WHEN 'left_over' THEN c.left_over ELSE 1 END AS value) f
     WHERE c.fiscal_year = project_risk.fiscal_year AND (project_risk.outcome <> 'overrun' OR c.planned > 0)
     GROUP BY c.project_code, c.project_name, c.unit_code, c.budget)
  SELECT s.project_code, s.project_name, s.unit_code, s.budget, pg_catalog.round((1 / (1 + pg_catalog.exp(- s.score)))::numeric, 4),
         s.reasons, m.version, m.held_out, pg_catalog.round(m.brier::numeric, 6), pg_catalog.round(m.base_brier::numeric, 6)
    FROM scored s CROSS JOIN model m
   ORDER BY s.score DESC, s.project_code;
END;
COMMENT ON FUNCTION @ledger@.project_risk(integer, text) IS
  'How likely an outcome (delay 延期, overrun 超支) is for each project of a year (项目风险), the likeliest first, by the newest fit that was tried on the latest year, if it beat the base rate there; an overrun only of projects that were given money at the beginning of the year. reasons has each feature with its value and what it adds to the score; (always) is what every project has. brier and base_brier say how good that fit was in the year that it had not seen. No row when that fit did not, or there is none. Probabilities tell where to look; they decide nothing. Of what the caller may read. Errors: 42501.';
