-- project_report: the pool, its money and its calendar, as views

CREATE VIEW @report@.project_pool WITH (security_invoker = true) AS
  WITH RECURSIVE tree (project_id, root_id, path) AS (
    SELECT p.project_id, p.project_id, p.official_code::text FROM @ledger@.project p WHERE p.parent_id IS NULL
    UNION ALL
    SELECT p.project_id, t.root_id, t.path || '/' || p.official_code
      FROM tree t JOIN @ledger@.project p ON p.parent_id = t.project_id)
  SELECT p.project_id, p.official_code AS project_code, p.name AS project_name, t.path::varchar(1000) AS path, p.level::integer AS level,
         r.official_code AS root_code, a.official_code AS parent_code, u.official_code AS unit_code, u.name AS unit_name,
         d.official_code AS division_code, d.name AS division_name, p.category,
         (SELECT c.name FROM @ledger@.profile_category c WHERE c.category = p.category ORDER BY c.version DESC LIMIT 1)::varchar(100) AS category_name,
         p.stage, p.stage_since, p.setup_year, p.planned_total::numeric(20,2) AS planned_total,
         p.starts_on, p.ends_on, p.started_on, p.completed_on,
         CASE WHEN p.ends_on IS NULL OR p.stage IN ('cancelled', 'suspended') THEN NULL
              WHEN p.completed_on IS NOT NULL THEN p.completed_on - p.ends_on
              WHEN p.stage = 'under_way' AND CURRENT_DATE > p.ends_on THEN CURRENT_DATE - p.ends_on END AS days_late,
         p.responsible, p.industry,
         (SELECT count(*) FROM @ledger@.project s WHERE s.parent_id = p.project_id) AS sub_projects,
         (SELECT sum(m.weight) FILTER (WHERE m.done_on IS NOT NULL) FROM @ledger@.milestone m WHERE m.project_id = p.project_id)::numeric(9,4) AS milestones_done,
         (SELECT count(*) FROM @ledger@.quality_record q WHERE q.project_id = p.project_id AND q.result = 'failed'
             AND NOT EXISTS (SELECT 1 FROM @ledger@.quality_record q2 WHERE q2.repairs = q.record_id)) AS open_failures
    FROM tree t
    JOIN @ledger@.project p ON p.project_id = t.project_id
    JOIN @ledger@.project r ON r.project_id = t.root_id
    LEFT JOIN @ledger@.project a ON a.project_id = p.parent_id
    LEFT JOIN @ledger@.unit u ON u.code = p.unit
    LEFT JOIN @ledger@.division d ON d.code = p.division;
COMMENT ON VIEW @report@.project_pool IS 'The pool of projects (项目库), a row for each project, sub-project and section, with its place in the tree. A tree whose top the reader may not read does not show.';
COMMENT ON COLUMN @report@.project_pool.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_pool.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_pool.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_pool.path IS 'Codes from the top down to it; orders the tree.';
COMMENT ON COLUMN @report@.project_pool.level IS 'Depth (项目级次), from 1.';
COMMENT ON COLUMN @report@.project_pool.root_code IS 'Code of the project at the top of its tree.';
COMMENT ON COLUMN @report@.project_pool.parent_code IS 'Code of the one above.';
COMMENT ON COLUMN @report@.project_pool.unit_code IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.project_pool.unit_name IS 'Name of its unit.';
COMMENT ON COLUMN @report@.project_pool.division_code IS 'Official code of its division (财政区划代码).';
COMMENT ON COLUMN @report@.project_pool.division_name IS 'Name of its division.';
COMMENT ON COLUMN @report@.project_pool.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @report@.project_pool.category_name IS 'What it is called.';
COMMENT ON COLUMN @report@.project_pool.stage IS 'Stage (项目阶段), as in project.';
COMMENT ON COLUMN @report@.project_pool.stage_since IS 'Since when.';
COMMENT ON COLUMN @report@.project_pool.setup_year IS 'Year of initiation (立项年度).';
COMMENT ON COLUMN @report@.project_pool.planned_total IS 'Planned total over all years, in yuan.';
COMMENT ON COLUMN @report@.project_pool.starts_on IS 'Planned first day.';
COMMENT ON COLUMN @report@.project_pool.ends_on IS 'Planned last day.';
COMMENT ON COLUMN @report@.project_pool.started_on IS 'Day on which work began.';
COMMENT ON COLUMN @report@.project_pool.completed_on IS 'Day on which it was completed.';
COMMENT ON COLUMN @report@.project_pool.days_late IS 'Days between the planned end and the end; below 0 it came earlier. Of one under way: days beyond the planned end so far. NULL: not known, or not late yet.';
COMMENT ON COLUMN @report@.project_pool.responsible IS 'Who answers for it.';
COMMENT ON COLUMN @report@.project_pool.industry IS 'Sector.';
COMMENT ON COLUMN @report@.project_pool.sub_projects IS 'How many stand directly below it.';
COMMENT ON COLUMN @report@.project_pool.milestones_done IS 'Weight of the milestones that are done, in percent.';
COMMENT ON COLUMN @report@.project_pool.open_failures IS 'Failed inspections that nothing answers yet.';

CREATE VIEW @report@.project_money WITH (security_invoker = true) AS
  WITH RECURSIVE below (top_id, project_id) AS (
    SELECT p.project_id, p.project_id FROM @ledger@.project p
    UNION ALL
    SELECT b.top_id, p.project_id FROM below b JOIN @ledger@.project p ON p.parent_id = b.project_id),
  money AS (
    SELECT l.project_id, l.fiscal_year, budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn - b.carried) AS appropriated,
           budgetpm.sum(b.precommitted + b.committed + b.requested) AS encumbered, budgetpm.sum(b.paid) AS paid
      FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
     WHERE l.project_id IS NOT NULL GROUP BY l.project_id, l.fiscal_year),
  whole AS (
    SELECT s.top_id AS project_id, s.fiscal_year, budgetpm.sum(m.appropriated) AS appropriated, budgetpm.sum(m.paid) AS paid
      FROM (SELECT b.top_id, b.project_id, m.fiscal_year FROM below b JOIN money m ON m.project_id = b.project_id
            UNION SELECT y.project_id, y.project_id, y.fiscal_year FROM @ledger@.project_year y) s
      LEFT JOIN money m ON m.project_id = s.project_id AND m.fiscal_year = s.fiscal_year
     GROUP BY s.top_id, s.fiscal_year)
  SELECT x.project_id, x.project_code, x.project_name, x.parent_code, x.stage, x.fiscal_year,
         x.planned_total::numeric(20,2) AS planned_total, x.planned::numeric(20,2) AS planned,
         x.appropriated::numeric(20,2) AS appropriated, x.encumbered::numeric(20,2) AS encumbered, x.paid::numeric(20,2) AS paid,
         x.total_appropriated::numeric(20,2) AS total_appropriated, x.total_paid::numeric(20,2) AS total_paid,
         x.appropriated_to_date::numeric(20,2) AS appropriated_to_date, x.paid_to_date::numeric(20,2) AS paid_to_date,
         COALESCE(x.appropriated_to_date > x.planned_total, false) AS above_total,
         (x.appropriated > '0' AND x.stage IN ('cancelled', 'closed')) AS after_end
    FROM (
      SELECT p.project_id, p.official_code AS project_code, p.name AS project_name, a.official_code AS parent_code, p.stage,
             p.planned_total, w.fiscal_year, y.planned, COALESCE(m.appropriated, '0') AS appropriated,
             COALESCE(m.encumbered, '0') AS encumbered, COALESCE(m.paid, '0') AS paid,
             COALESCE(w.appropriated, '0') AS total_appropriated, COALESCE(w.paid, '0') AS total_paid,
             COALESCE(budgetpm.sum(w.appropriated) OVER upto, '0') AS appropriated_to_date,
             COALESCE(budgetpm.sum(w.paid) OVER upto, '0') AS paid_to_date
        FROM whole w
        JOIN @ledger@.project p ON p.project_id = w.project_id
        LEFT JOIN @ledger@.project a ON a.project_id = p.parent_id
        LEFT JOIN @ledger@.project_year y ON y.project_id = w.project_id AND y.fiscal_year = w.fiscal_year
        LEFT JOIN money m ON m.project_id = w.project_id AND m.fiscal_year = w.fiscal_year
      WINDOW upto AS (PARTITION BY p.project_id ORDER BY w.fiscal_year)) x;
COMMENT ON VIEW @report@.project_money IS 'What projects were to cost and what was given and paid (项目总投资与分年度资金), a row for each project and year with a plan or a line. Figures are those of the lines that the reader may read.';
COMMENT ON COLUMN @report@.project_money.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_money.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_money.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_money.parent_code IS 'Code of the one above.';
COMMENT ON COLUMN @report@.project_money.stage IS 'Its stage.';
COMMENT ON COLUMN @report@.project_money.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.project_money.planned_total IS 'Planned total over all years, in yuan.';
COMMENT ON COLUMN @report@.project_money.planned IS 'Planned amount of the year, in yuan.';
COMMENT ON COLUMN @report@.project_money.appropriated IS 'Budget of its own lines in the year, in yuan: appropriated - allotted - transferred - withdrawn - carried into the next year, so that years add up.';
COMMENT ON COLUMN @report@.project_money.encumbered IS 'Held by procurement plans, contracts and payment requests, in yuan.';
COMMENT ON COLUMN @report@.project_money.paid IS 'Paid, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.project_money.total_appropriated IS 'The same of itself and all below it, in yuan.';
COMMENT ON COLUMN @report@.project_money.total_paid IS 'Paid of itself and all below it, in yuan.';
COMMENT ON COLUMN @report@.project_money.appropriated_to_date IS 'Budget of itself and all below it, of all years up to this one, in yuan.';
COMMENT ON COLUMN @report@.project_money.paid_to_date IS 'Paid of itself and all below it, of all years up to this one, in yuan.';
COMMENT ON COLUMN @report@.project_money.above_total IS 'Whether more was given up to this year than the planned total: a warning.';
COMMENT ON COLUMN @report@.project_money.after_end IS 'Whether money stands on lines of a project that has ended.';

CREATE VIEW @report@.project_schedule WITH (security_invoker = true) AS
  SELECT p.project_id * 10000 + m.milestone_no AS id, p.project_id, p.official_code AS project_code, p.name AS project_name,
         p.stage, m.milestone_no, m.title::varchar(200) AS title, m.planned_on, m.done_on, m.weight,
         COALESCE(m.done_on, CASE WHEN CURRENT_DATE > m.planned_on AND p.stage = 'under_way' THEN CURRENT_DATE END) - m.planned_on AS days_late,
         (SELECT sum(b.weight) FROM @ledger@.milestone b
           WHERE b.project_id = m.project_id AND b.planned_on <= m.planned_on)::numeric(9,4) AS planned_progress
    FROM @ledger@.milestone m JOIN @ledger@.project p ON p.project_id = m.project_id;
COMMENT ON VIEW @report@.project_schedule IS 'Milestones with the days by which they came early or late (提前或滞后天数).';
COMMENT ON COLUMN @report@.project_schedule.id IS 'Unique in the view.';
COMMENT ON COLUMN @report@.project_schedule.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.project_schedule.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.project_schedule.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_schedule.stage IS 'Its stage.';
COMMENT ON COLUMN @report@.project_schedule.milestone_no IS 'Number of the milestone.';
COMMENT ON COLUMN @report@.project_schedule.title IS 'What is reached.';
COMMENT ON COLUMN @report@.project_schedule.planned_on IS 'Planned day.';
COMMENT ON COLUMN @report@.project_schedule.done_on IS 'Day on which it was reached.';
COMMENT ON COLUMN @report@.project_schedule.weight IS 'Part of the progress, in percent.';
COMMENT ON COLUMN @report@.project_schedule.days_late IS 'Days late; below 0 early. NULL: neither done nor due.';
COMMENT ON COLUMN @report@.project_schedule.planned_progress IS 'Progress planned by that day, in percent.';

CREATE VIEW @report@.project_dependency WITH (security_invoker = true) AS
  SELECT p.project_id * 1000000000 + b.project_id AS id, p.official_code AS project_code, p.name AS project_name, p.stage,
         b.official_code AS predecessor_code, b.name AS predecessor_name, b.stage AS predecessor_stage, d.lag_days,
         (COALESCE(b.completed_on, b.ends_on) + d.lag_days) AS earliest_start, p.starts_on,
         GREATEST(COALESCE(b.completed_on, GREATEST(b.ends_on, CASE WHEN b.stage = 'under_way' THEN CURRENT_DATE END)) + d.lag_days - p.starts_on, 0) AS pushes_by_days
    FROM @ledger@.project_dependency d
    JOIN @ledger@.project p ON p.project_id = d.project_id
    JOIN @ledger@.project b ON b.project_id = d.predecessor_id;
COMMENT ON VIEW @report@.project_dependency IS 'Which project waits for which (工期协同), and by how many days the one before pushes the one after.';
COMMENT ON COLUMN @report@.project_dependency.id IS 'Unique in the view.';
COMMENT ON COLUMN @report@.project_dependency.project_code IS 'Code of the project that waits.';
COMMENT ON COLUMN @report@.project_dependency.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_dependency.stage IS 'Its stage.';
COMMENT ON COLUMN @report@.project_dependency.predecessor_code IS 'Code of the one before.';
COMMENT ON COLUMN @report@.project_dependency.predecessor_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_dependency.predecessor_stage IS 'Its stage.';
COMMENT ON COLUMN @report@.project_dependency.lag_days IS 'Days between.';
COMMENT ON COLUMN @report@.project_dependency.earliest_start IS 'First day on which the project can begin, by plan or fact.';
COMMENT ON COLUMN @report@.project_dependency.starts_on IS 'Planned first day of the project that waits.';
COMMENT ON COLUMN @report@.project_dependency.pushes_by_days IS 'Days by which it will begin late for this one; 0: none.';

CREATE VIEW @report@.project_resource_overlap WITH (security_invoker = true) AS
  SELECT a.project_id * 1000000 + a.resource_no AS id, p.official_code AS project_code, q.official_code AS other_code,
         a.kind, a.title, a.quantity, b.quantity AS other_quantity, a.measure,
         GREATEST(a.valid_from, b.valid_from) AS from_day, LEAST(a.valid_to, b.valid_to) AS to_day
    FROM @ledger@.project_resource a
    JOIN @ledger@.project_resource b ON b.title = a.title AND b.kind = a.kind AND b.project_id > a.project_id
     AND b.valid_from <= a.valid_to AND a.valid_from <= b.valid_to
    JOIN @ledger@.project p ON p.project_id = a.project_id
    JOIN @ledger@.project q ON q.project_id = b.project_id;
COMMENT ON VIEW @report@.project_resource_overlap IS 'Projects and sections that need the same resource at the same time (资源冲突).';
COMMENT ON COLUMN @report@.project_resource_overlap.id IS 'The need of the first project; not unique.';
COMMENT ON COLUMN @report@.project_resource_overlap.project_code IS 'One project.';
COMMENT ON COLUMN @report@.project_resource_overlap.other_code IS 'The other one.';
COMMENT ON COLUMN @report@.project_resource_overlap.kind IS 'Kind of resource.';
COMMENT ON COLUMN @report@.project_resource_overlap.title IS 'The resource.';
COMMENT ON COLUMN @report@.project_resource_overlap.quantity IS 'What the one needs.';
COMMENT ON COLUMN @report@.project_resource_overlap.other_quantity IS 'What the other one needs.';
COMMENT ON COLUMN @report@.project_resource_overlap.measure IS 'Unit of measure.';
COMMENT ON COLUMN @report@.project_resource_overlap.from_day IS 'First day on which both do.';
COMMENT ON COLUMN @report@.project_resource_overlap.to_day IS 'Last day.';
