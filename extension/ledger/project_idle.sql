-- project: idle money (资金沉淀), and the deviation of execution (执行偏差)

-- Oldest money is used first: what a line had before the last months, and has not used
-- by the day. All from the balance and the entries after the cut, so that nothing is
-- added up twice; exact for any day, and for any set of lines added up.
CREATE FUNCTION @ledger@.idle_money(as_of date DEFAULT CURRENT_DATE, months integer DEFAULT NULL)
RETURNS TABLE (line_id bigint, division_code varchar(12), unit_code varchar(21), project_code varchar(21), fund_type varchar(10), title varchar(200),
  since date, released numeric, used numeric, recent numeric, unused numeric, idle numeric, idle_rate numeric)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1000
BEGIN ATOMIC
  WITH place AS MATERIALIZED (
    SELECT d.code, d.official_code,
           (CASE WHEN idle_money.as_of BETWEEN '1949-01-01' AND '9999-12-31' THEN idle_money.as_of END - pg_catalog.make_interval(months => COALESCE(CASE WHEN idle_money.months BETWEEN 0 AND 1200 THEN idle_money.months END,
              (budgetpm.setting('@ledger@.ledger'::pg_catalog.regclass, d.official_code, 'project.idle_months', idle_money.as_of))::integer, 6)))::date AS cut
      FROM @ledger@.division d),
  moved AS MATERIALIZED (
    SELECT j.line_id,
           pg_catalog.sum(CASE WHEN j.accounting_date > idle_money.as_of THEN e.budget ELSE 0 END) AS later_budget,
           pg_catalog.sum(CASE WHEN j.accounting_date > idle_money.as_of THEN e.used ELSE 0 END) AS later_used,
           pg_catalog.sum(CASE WHEN j.accounting_date <= idle_money.as_of AND e.budget > 0 THEN e.budget ELSE 0 END) AS recent
      FROM (SELECT pg_catalog.min(p.cut) AS cut FROM place p) c
     CROSS JOIN @ledger@.journal j
      JOIN @ledger@.entry_kind k ON k.kind = j.kind
      JOIN place p ON p.code OPERATOR(budgetpm.=) j.division
     CROSS JOIN LATERAL (
       SELECT CASE WHEN k.source IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount::numeric ELSE 0 END
            - CASE WHEN k.target IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount::numeric ELSE 0 END AS budget,
              CASE WHEN k.target IN ('precommitted', 'committed', 'requested', 'paid', 'carried') THEN j.amount::numeric ELSE 0 END
            - CASE WHEN k.source IN ('precommitted', 'committed', 'requested', 'paid', 'carried') THEN j.amount::numeric ELSE 0 END AS used) e
     WHERE j.accounting_date > c.cut AND j.accounting_date > p.cut
     GROUP BY j.line_id)
  SELECT l.line_id, p.official_code, u.official_code, r.official_code, l.fund_type, l.title, p.cut,
         x.released, x.used, x.recent, GREATEST(x.released - x.used, 0), GREATEST(x.released - x.recent - x.used, 0),
         CASE WHEN x.released > 0 THEN pg_catalog.trunc(GREATEST(x.released - x.recent - x.used, 0) / x.released, 4) END
    FROM @ledger@.line l
    JOIN @ledger@.fiscal_year y ON y.fiscal_year = l.fiscal_year
    JOIN @ledger@.balance b ON b.line_id = l.line_id
    JOIN place p ON p.code OPERATOR(budgetpm.=) l.division
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) l.unit
    LEFT JOIN @ledger@.project r ON r.project_id = l.project_id
    LEFT JOIN moved m ON m.line_id = l.line_id
   CROSS JOIN LATERAL (
     SELECT (b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric - COALESCE(m.later_budget, 0) AS released,
            (b.precommitted + b.committed + b.requested + b.paid + b.carried)::numeric - COALESCE(m.later_used, 0) AS used,
            COALESCE(m.recent, 0) AS recent) x
   WHERE budgetpm.day_in_range('as_of', idle_money.as_of)
     AND budgetpm.one_of('months', CASE WHEN COALESCE(idle_money.months, 0) BETWEEN 0 AND 1200 THEN 'from 0 to 1200' ELSE idle_money.months::text END, '{from 0 to 1200}')
     AND l.executable AND l.fiscal_year <= EXTRACT(year FROM idle_money.as_of)
     AND (y.state <> 'closed' OR l.fiscal_year = EXTRACT(year FROM idle_money.as_of)) AND x.released > 0;
END;
COMMENT ON FUNCTION @ledger@.idle_money(date, integer) IS
  'Idle money (沉淀资金) of executable lines on a day, by accounting date: released (budget: appropriated - allotted - transferred - withdrawn), used (paid, carried, and held by plans, contracts and requests), recent (released within the last months), unused = released - used, idle = released - recent - used where that is above 0: the oldest money is taken to be used first. idle_rate (资金沉淀率) = idle / released, cut off after four decimals; NULL never, for a line that nothing is released to has no row. months: the setting project.idle_months of the division unless given. A row for each line that the caller may read, of the year of that day and of earlier years that are not closed. Errors: 22023 for no day from 1949 to 9999, or months that are not from 0 to 1200, 22004 as_of.';

CREATE VIEW @report@.idle_money WITH (security_invoker = true) AS
  SELECT i.line_id AS id, i.line_id, (i.line_id / 1000000000000)::integer AS fiscal_year, i.division_code::varchar(12) AS division_code, i.unit_code::varchar(21) AS unit_code,
         i.project_code::varchar(21) AS project_code, i.fund_type::varchar(10) AS fund_type, i.title::varchar(200) AS title, i.since,
         i.released::numeric(20,2), i.used::numeric(20,2), i.recent::numeric(20,2), i.unused::numeric(20,2), i.idle::numeric(20,2), i.idle_rate::numeric(24,4)
    FROM @ledger@.idle_money(CURRENT_DATE) i;
COMMENT ON VIEW @report@.idle_money IS 'Idle money by line (分指标沉淀资金) today, by the months of the setting project.idle_months. For another day or another number of months: idle_money() of the ledger.';
COMMENT ON COLUMN @report@.idle_money.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.idle_money.line_id IS 'The line (预算指标).';
COMMENT ON COLUMN @report@.idle_money.fiscal_year IS 'Its fiscal year (预算年度).';
COMMENT ON COLUMN @report@.idle_money.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.idle_money.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.idle_money.project_code IS 'Its project (official code); NULL: none.';
COMMENT ON COLUMN @report@.idle_money.fund_type IS 'Its fund type (资金性质).';
COMMENT ON COLUMN @report@.idle_money.title IS 'What it is called.';
COMMENT ON COLUMN @report@.idle_money.since IS 'What was released up to this day and is unused is idle.';
COMMENT ON COLUMN @report@.idle_money.released IS 'Released (已下达): budget, in yuan.';
COMMENT ON COLUMN @report@.idle_money.used IS 'Paid, carried, and held by plans, contracts and requests, in yuan.';
COMMENT ON COLUMN @report@.idle_money.recent IS 'Released after that day, in yuan.';
COMMENT ON COLUMN @report@.idle_money.unused IS 'released - used, in yuan.';
COMMENT ON COLUMN @report@.idle_money.idle IS 'Released up to that day and unused (沉淀资金), in yuan.';
COMMENT ON COLUMN @report@.idle_money.idle_rate IS 'idle / released (资金沉淀率), as a fraction: 0.25 is 25 %.';

CREATE VIEW @report@.idle_money_by_unit WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY i.unit_code, i.fiscal_year) AS id, i.fiscal_year, i.division_code, i.unit_code, u.name AS unit_name, count(*) AS lines,
         count(*) FILTER (WHERE i.idle > 0) AS idle_lines, sum(i.released)::numeric(20,2) AS released, sum(i.used)::numeric(20,2) AS used, sum(i.idle)::numeric(20,2) AS idle,
         trunc(sum(i.idle) / sum(i.released), 4)::numeric(24,4) AS idle_rate
    FROM @report@.idle_money i JOIN @ledger@.unit u ON u.official_code = i.unit_code
   GROUP BY i.fiscal_year, i.division_code, i.unit_code, u.name;
COMMENT ON VIEW @report@.idle_money_by_unit IS 'Idle money by budget unit (分单位沉淀资金) today: each line by itself, then added up, so that one line cannot hide what another lets lie.';
COMMENT ON COLUMN @report@.idle_money_by_unit.id IS 'Unique in the view; do not store it.';
COMMENT ON COLUMN @report@.idle_money_by_unit.fiscal_year IS 'Fiscal year (预算年度) of the lines.';
COMMENT ON COLUMN @report@.idle_money_by_unit.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.idle_money_by_unit.unit_code IS 'Unit (official code).';
COMMENT ON COLUMN @report@.idle_money_by_unit.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.idle_money_by_unit.lines IS 'Number of lines.';
COMMENT ON COLUMN @report@.idle_money_by_unit.idle_lines IS 'Number of lines with idle money.';
COMMENT ON COLUMN @report@.idle_money_by_unit.released IS 'Released, in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_unit.used IS 'Used, in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_unit.idle IS 'Idle (沉淀资金), in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_unit.idle_rate IS 'idle / released (资金沉淀率), as a fraction.';

CREATE VIEW @report@.idle_money_by_division WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY d.official_code, i.fiscal_year) AS id, i.fiscal_year, d.official_code AS division_code, d.name AS division_name,
         d.level::integer AS division_level, count(*) AS lines, count(*) FILTER (WHERE i.idle > 0) AS idle_lines,
         sum(i.released)::numeric(20,2) AS released, sum(i.used)::numeric(20,2) AS used, sum(i.idle)::numeric(20,2) AS idle,
         trunc(sum(i.idle) / sum(i.released), 4)::numeric(24,4) AS idle_rate
    FROM @report@.idle_money i
    JOIN @ledger@.division o ON o.official_code = i.division_code
    JOIN @ledger@.division d ON d.code @> o.code
   WHERE budgetpm.can_read('@ledger@.ledger'::regclass, d.code, NULL)
   GROUP BY i.fiscal_year, d.official_code, d.name, d.level;
COMMENT ON VIEW @report@.idle_money_by_division IS 'Idle money by division and all below it (分地区沉淀资金, 全辖) today. Shown of divisions that the reader may read as a whole.';
COMMENT ON COLUMN @report@.idle_money_by_division.id IS 'Unique in the view; do not store it.';
COMMENT ON COLUMN @report@.idle_money_by_division.fiscal_year IS 'Fiscal year (预算年度) of the lines.';
COMMENT ON COLUMN @report@.idle_money_by_division.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.idle_money_by_division.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.idle_money_by_division.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.idle_money_by_division.lines IS 'Number of lines in it and all below.';
COMMENT ON COLUMN @report@.idle_money_by_division.idle_lines IS 'Number of lines with idle money.';
COMMENT ON COLUMN @report@.idle_money_by_division.released IS 'Released, in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_division.used IS 'Used, in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_division.idle IS 'Idle (沉淀资金), in yuan.';
COMMENT ON COLUMN @report@.idle_money_by_division.idle_rate IS 'idle / released (资金沉淀率), as a fraction.';

-- A project's plan of a year is that of its lines: their monthly plans where they have
-- one, a twelfth of the budget a month where they have none.
CREATE VIEW @report@.execution_deviation_month WITH (security_invoker = true) AS
  SELECT (s.fiscal_year * 100 + s.month)::bigint * 1000000000 + s.project_id AS id, s.fiscal_year, s.month, r.official_code AS project_code, r.name AS project_name,
         d.official_code AS division_code, u.official_code AS unit_code, s.planned::numeric(20,2), s.actual::numeric(20,2), s.planned_lines,
         (s.actual - s.planned)::numeric(20,2) AS difference,
         CASE WHEN s.planned > 0 THEN trunc(abs(s.actual - s.planned) / s.planned, 4) END::numeric(24,4) AS deviation_rate,
         g.goal::numeric(24,4),
         CASE WHEN s.planned > 0 AND g.goal IS NOT NULL THEN abs(s.actual - s.planned) <= g.goal * s.planned
              WHEN g.goal IS NOT NULL THEN s.actual = 0 END AS within_goal
    FROM (
      SELECT w.project_id, w.fiscal_year, w.month, w.planned, w.planned_lines,
             sum(COALESCE(x.paid, 0)) OVER (PARTITION BY w.project_id, w.fiscal_year ORDER BY w.month) AS actual
        FROM (
          SELECT l.project_id, l.fiscal_year, m.month, sum(COALESCE(c.planned, l.budget * m.month / 12)) AS planned, count(c.planned) AS planned_lines
            FROM (SELECT l.line_id, l.project_id, l.fiscal_year, (b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric AS budget
                    FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id WHERE l.project_id IS NOT NULL) l
           CROSS JOIN generate_series(1, 12) AS m(month)
            LEFT JOIN LATERAL (
              SELECT (SELECT sum(a.amount::numeric) FROM unnest(c.plan) WITH ORDINALITY AS a(amount, month) WHERE a.month <= m.month) AS planned
                FROM @ledger@.cap_member e JOIN @ledger@.cap c ON c.cap_id = e.cap_id
               WHERE e.line_id = l.line_id AND c.basis = 'plan' AND c.state = 'active' AND c.listed
               ORDER BY c.cap_id DESC LIMIT 1) c ON true
           WHERE make_date(l.fiscal_year, m.month, 1) <= CURRENT_DATE
           GROUP BY l.project_id, l.fiscal_year, m.month) w
        LEFT JOIN (
          SELECT l.project_id, l.fiscal_year, extract(month FROM j.accounting_date)::integer AS month,
                 sum(CASE WHEN k.target = 'paid' THEN j.amount::numeric ELSE -j.amount::numeric END) AS paid
            FROM @ledger@.journal j
            JOIN @ledger@.entry_kind k ON k.kind = j.kind
            JOIN @ledger@.line l ON l.line_id = j.line_id
           WHERE 'paid' IN (k.source, k.target) AND l.project_id IS NOT NULL
           GROUP BY 1, 2, 3) x ON x.project_id = w.project_id AND x.fiscal_year = w.fiscal_year AND x.month = w.month) s
    JOIN @ledger@.project r ON r.project_id = s.project_id
    JOIN @ledger@.division d ON d.code = r.division
    JOIN @ledger@.unit u ON u.code = r.unit
   CROSS JOIN LATERAL (SELECT (budgetpm.setting('@ledger@.ledger'::regclass, d.official_code, 'ledger.goal.deviation',
                                 LEAST((make_date(s.fiscal_year, s.month, 1) + interval '1 month - 1 day')::date, CURRENT_DATE)))::text::numeric AS goal) g;
COMMENT ON VIEW @report@.execution_deviation_month IS 'Deviation of execution by project and month (执行偏差率月报), from January to the end of the month: |actual - planned| / planned. Planned are the monthly plans of its lines; of a line without one, its budget in twelfths. To the goal of the profile (江苏、内蒙古 5 %, 金财 3 %).';
COMMENT ON COLUMN @report@.execution_deviation_month.id IS 'Unique in the view.';
COMMENT ON COLUMN @report@.execution_deviation_month.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_deviation_month.month IS 'Month; all figures are from January to its end.';
COMMENT ON COLUMN @report@.execution_deviation_month.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.execution_deviation_month.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_deviation_month.division_code IS 'Its division (official code).';
COMMENT ON COLUMN @report@.execution_deviation_month.unit_code IS 'Its unit (official code).';
COMMENT ON COLUMN @report@.execution_deviation_month.planned IS 'Planned payments (计划支出), in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_month.actual IS 'Paid (实际支出), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_month.planned_lines IS 'Number of its lines that have a monthly plan (用款计划); the others are taken in twelfths.';
COMMENT ON COLUMN @report@.execution_deviation_month.difference IS 'actual - planned, in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_month.deviation_rate IS '|actual - planned| / planned (执行偏差率), as a fraction, cut off after four decimals; NULL where nothing was planned.';
COMMENT ON COLUMN @report@.execution_deviation_month.goal IS 'What the profile aims at; NULL: nothing.';
COMMENT ON COLUMN @report@.execution_deviation_month.within_goal IS 'Whether the deviation is not above it; where nothing was planned, whether nothing was paid.';

CREATE VIEW @report@.execution_deviation_quarter WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY s.fiscal_year, s.quarter, s.division_code) AS id, s.fiscal_year, s.quarter, s.division_code, d.name AS division_name,
         s.projects, s.projects_off, s.planned::numeric(20,2), s.actual::numeric(20,2), (s.actual - s.planned)::numeric(20,2) AS difference,
         CASE WHEN s.planned > 0 THEN trunc(abs(s.actual - s.planned) / s.planned, 4) END::numeric(24,4) AS deviation_rate,
         CASE WHEN s.planned > 0 THEN trunc(s.spread / s.planned, 4) END::numeric(24,4) AS project_deviation_rate,
         s.goal::numeric(24,4) AS goal,
         CASE WHEN s.planned > 0 AND s.goal IS NOT NULL THEN s.spread <= s.goal * s.planned
              WHEN s.goal IS NOT NULL THEN s.actual = 0 END AS within_goal
    FROM (SELECT m.fiscal_year, m.month / 3 AS quarter, m.division_code, count(*) AS projects, count(*) FILTER (WHERE NOT m.within_goal) AS projects_off,
                 sum(m.planned) AS planned, sum(m.actual) AS actual, sum(abs(m.difference)) AS spread, min(m.goal) AS goal
            FROM @report@.execution_deviation_month m
           WHERE m.month % 3 = 0
           GROUP BY m.fiscal_year, m.month / 3, m.division_code) s
    JOIN @ledger@.division d ON d.official_code = s.division_code;
COMMENT ON VIEW @report@.execution_deviation_quarter IS 'Deviation of execution by division and quarter (执行偏差率季评), from January to the end of the quarter, over the projects of the division itself. Late and early projects make up for each other in deviation_rate, and do not in project_deviation_rate, which the goal is compared with.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.id IS 'Unique in the view; do not store it.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_deviation_quarter.quarter IS 'Quarter, 1 to 4.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.division_code IS 'Division (official code).';
COMMENT ON COLUMN @report@.execution_deviation_quarter.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.projects IS 'Number of projects with lines.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.projects_off IS 'Number of them whose deviation is above the goal.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.planned IS 'Planned payments, in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.actual IS 'Paid, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.difference IS 'actual - planned, in yuan.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.deviation_rate IS '|actual - planned| / planned of the sums; NULL where nothing was planned.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.project_deviation_rate IS 'Sum of the |actual - planned| of each project / planned.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.goal IS 'What the profile aims at; NULL: nothing.';
COMMENT ON COLUMN @report@.execution_deviation_quarter.within_goal IS 'Whether project_deviation_rate is not above it.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, 'idle_money' FROM (VALUES ('reader'), ('officer'), ('application'), ('administrator')) AS p(profile);
