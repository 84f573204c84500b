-- project_take_over: projects that ran in an older system (在建项目移交)

-- One row of the list each, with everything that stands against it. Run by the owner.
CREATE FUNCTION @ledger@.take_over_rows(projects jsonb, document text, taken_over_on date)
RETURNS TABLE (row_no integer, project text, project_id bigint, division text, unit text, stage text, planned_total numeric, starts_on date,
  ends_on date, responsible text, started_on date, completed_on date, details jsonb, problem text)
LANGUAGE sql STABLE PARALLEL UNSAFE ROWS 1000
BEGIN ATOMIC
  WITH given AS MATERIALIZED (
    SELECT o.n::integer AS n, jsonb_typeof(o.value) = 'object' AS is_object,
           CASE WHEN jsonb_typeof(o.value) = 'object' THEN o.value ELSE '{}' END AS o
      FROM jsonb_array_elements(take_over_rows.projects) WITH ORDINALITY AS o(value, n)),
  known AS MATERIALIZED (
    SELECT g.n, g.is_object, g.o, g.o ->> 'project' AS code, g.o ->> 'stage' AS stage, t.total, p.project_id, p.division::text AS division, p.unit::text AS unit,
           p.parent_id, p.stage AS now, p.setup_year, COALESCE(t.total, p.planned_total::numeric) AS planned_total, d.fault,
           COALESCE(d.starts_on, p.starts_on) AS starts_on, COALESCE(d.ends_on, p.ends_on) AS ends_on, d.started_on, d.completed_on, d.admitted_on,
           COALESCE(g.o ->> 'responsible', p.responsible) AS responsible, COALESCE(g.o ->> 'document', take_over_rows.document) AS document,
           min(g.n) OVER (PARTITION BY g.o ->> 'project') AS first_n
      FROM given g
      CROSS JOIN LATERAL (SELECT CASE WHEN g.o ->> 'planned_total' ~ '^[0-9]{1,15}([.][0-9]{1,2})?$' THEN (g.o ->> 'planned_total')::numeric END AS total) t
      -- A day that the calendar does not have is no day: no cast is tried that could end the whole list.
      CROSS JOIN LATERAL (
        SELECT max(c.day) FILTER (WHERE c.key = 'starts_on') AS starts_on, max(c.day) FILTER (WHERE c.key = 'ends_on') AS ends_on,
               max(c.day) FILTER (WHERE c.key = 'started_on') AS started_on, max(c.day) FILTER (WHERE c.key = 'completed_on') AS completed_on,
               max(c.day) FILTER (WHERE c.key = 'admitted_on') AS admitted_on,
               string_agg(format('%s "%s" is not a day as YYYY-MM-DD', c.key, c.said), '; ' ORDER BY c.key)
                 FILTER (WHERE c.said IS NOT NULL AND c.said IS DISTINCT FROM to_char(c.day, 'YYYY-MM-DD')) AS fault
          FROM (SELECT k.key, g.o ->> k.key AS said,
                       CASE WHEN g.o ->> k.key ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'
                            THEN make_date(left(g.o ->> k.key, 4)::integer, substr(g.o ->> k.key, 6, 2)::integer, 1) + (right(g.o ->> k.key, 2)::integer - 1) END AS day
                  FROM (VALUES ('starts_on'), ('ends_on'), ('started_on'), ('completed_on'), ('admitted_on')) AS k(key)) c) d
      LEFT JOIN @ledger@.project p ON p.official_code = g.o ->> 'project'),
  place AS MATERIALIZED (
    SELECT k.division, d.official_code, s.value #>> '{}' AS said, GREATEST(take_over_rows.taken_over_on, (pg_catalog.timezone(pg_catalog.current_setting('log_timezone'), pg_catalog.now()))::date) <= (s.value #>> '{}')::date AS open
      FROM (SELECT DISTINCT n.division FROM known n WHERE n.division IS NOT NULL) k
      JOIN @ledger@.division d ON d.code::text = k.division
      CROSS JOIN LATERAL (SELECT @ledger@.setting(d.official_code, 'project.take_over_until') AS value) s),
  running AS MATERIALIZED (
    SELECT c.facts ->> 'project' AS code, min(c.case_id) AS case_id FROM @ledger@.approval_case c
     WHERE c.state = 'running' AND c.facts ->> 'project' IS NOT NULL GROUP BY 1),
  below AS MATERIALIZED (
    SELECT k.n, string_agg(format('project "%s" below it is %s', b.official_code, COALESCE(x.stage, b.stage)), '; ' ORDER BY b.official_code) AS fault
      FROM known k JOIN @ledger@.project b ON b.parent_id = k.project_id LEFT JOIN known x ON x.project_id = b.project_id
     WHERE k.stage IN ('completed', 'accepted') AND COALESCE(x.stage, b.stage) NOT IN ('completed', 'accepted', 'evaluated', 'closed', 'cancelled')
     GROUP BY k.n)
  SELECT k.n, COALESCE(k.code, ''), k.project_id, k.division, k.unit, k.stage, k.planned_total, k.starts_on, k.ends_on, k.responsible,
         CASE WHEN k.stage IN ('under_way', 'completed', 'accepted') THEN COALESCE(k.started_on,
           CASE WHEN k.starts_on <= LEAST(k.completed_on, take_over_rows.taken_over_on) THEN k.starts_on END) END,
         k.completed_on,
         jsonb_strip_nulls(jsonb_build_object('document', k.document, 'taken_over_on', take_over_rows.taken_over_on, 'admitted_on', k.admitted_on,
           'planned_total', k.planned_total::text, 'starts_on', k.starts_on, 'ends_on', k.ends_on, 'responsible', k.responsible,
           'started_on', k.started_on, 'completed_on', k.completed_on, 'passed_over', NULLIF(l.missing, ''))),
         (SELECT string_agg(f.problem, '; ' ORDER BY f.step, f.problem COLLATE "C") FROM (
            SELECT 1 AS step, format('member "%s" is not known', x.key) AS problem FROM jsonb_object_keys(k.o) AS x(key)
             WHERE x.key NOT IN ('project', 'stage', 'document', 'planned_total', 'starts_on', 'ends_on', 'responsible', 'started_on', 'completed_on', 'admitted_on')
            UNION ALL
            SELECT v.step, v.problem FROM (VALUES
              (1, CASE WHEN NOT k.is_object THEN 'it is not an object' END),
              (2, CASE WHEN k.is_object AND k.project_id IS NULL THEN CASE WHEN k.code IS NULL THEN 'it names no project' ELSE format('project "%s" is not in the ledger', k.code) END END),
              (2, CASE WHEN k.code IS NOT NULL AND k.first_n < k.n THEN format('it is in row %s already', k.first_n) END),
              (3, CASE WHEN k.is_object AND (k.stage IS NULL OR k.stage NOT IN ('admitted', 'selected', 'funded', 'under_way', 'completed', 'accepted'))
                       THEN format('stage "%s" is not admitted, selected, funded, under_way, completed or accepted', COALESCE(k.stage, 'null')) END),
              (4, CASE WHEN k.now <> 'proposed' THEN format('it is %s here', k.now) END),
              (4, CASE WHEN k.now = 'proposed' AND EXISTS (SELECT 1 FROM @ledger@.project_event e WHERE e.project_id = k.project_id AND e.to_stage IS NOT NULL)
                       THEN 'it was reviewed here before, and is admitted here or not at all' END),
              (4, CASE WHEN k.now = 'proposed' AND w.case_id IS NOT NULL THEN format('case %s is about it', w.case_id) END),
              (5, CASE WHEN k.project_id IS NOT NULL AND a.said IS NULL THEN format('nothing is taken over in division %s: setting project.take_over_until is not set', a.official_code)
                       WHEN k.project_id IS NOT NULL AND a.open IS NOT TRUE THEN format('in division %s projects were taken over until %s', a.official_code, a.said) END),
              (5, CASE WHEN k.setup_year > EXTRACT(YEAR FROM take_over_rows.taken_over_on) THEN format('it was initiated (立项) in %s, after it is taken over', k.setup_year) END),
              (6, k.fault),
              (6, CASE WHEN k.o ->> 'planned_total' IS NOT NULL AND k.total IS NULL THEN format('planned_total "%s" is not an amount in yuan', k.o ->> 'planned_total') END),
              (6, CASE WHEN k.o ? 'responsible' AND NOT budgetpm.is_text(k.o -> 'responsible', 100)
                       THEN 'responsible is not a text of 1 to 100 characters' END),
              (6, CASE WHEN k.o ? 'document' AND NOT budgetpm.is_text(k.o -> 'document', 200)
                       THEN 'document is not a text of 1 to 200 characters' END),
              (7, CASE WHEN k.ends_on < k.starts_on THEN 'it ends before it begins' END),
              (7, CASE WHEN GREATEST(k.admitted_on, k.started_on, k.completed_on) > take_over_rows.taken_over_on
                       THEN format('%s lies after %s, the day on which it is taken over', GREATEST(k.admitted_on, k.started_on, k.completed_on), take_over_rows.taken_over_on) END),
              (7, CASE WHEN k.completed_on < k.started_on THEN 'it was completed before it began' END),
              (7, CASE WHEN k.stage IN ('completed', 'accepted') AND k.completed_on IS NULL THEN format('it is %s and has no completed_on', k.stage) END),
              (7, CASE WHEN k.stage NOT IN ('completed', 'accepted') AND k.completed_on IS NOT NULL THEN format('it is %s and cannot have been completed', k.stage) END),
              (7, CASE WHEN k.stage IN ('admitted', 'selected', 'funded') AND k.started_on IS NOT NULL THEN format('it is %s and cannot have begun', k.stage) END),
              -- Money has not been given yet: the project is to be described as admission asks for it.
              (8, CASE WHEN k.project_id IS NOT NULL AND k.stage IN ('admitted', 'selected') AND l.missing <> '' THEN format('it has %s', l.missing) END),
              (9, CASE WHEN u.stage IN ('cancelled', 'closed') THEN format('project "%s" above it is %s', u.official_code, u.stage) END),
              (9, b.fault)) AS v(step, problem)
             WHERE v.problem IS NOT NULL) f)
    FROM known k
    CROSS JOIN LATERAL (SELECT concat_ws('; ', CASE WHEN COALESCE(k.planned_total, 0) <= 0 THEN 'no planned total (项目总投资)' END,
             CASE WHEN k.starts_on IS NULL OR k.ends_on IS NULL THEN 'no planned first and last day (起止日期)' END,
             CASE WHEN k.responsible IS NULL THEN 'nobody responsible (项目负责人)' END) AS missing) l
    LEFT JOIN place a ON a.division = k.division
    LEFT JOIN running w ON w.code = k.code
    LEFT JOIN below b ON b.n = k.n
    LEFT JOIN @ledger@.project u ON u.project_id = k.parent_id
   ORDER BY k.n;
END;
COMMENT ON FUNCTION @ledger@.take_over_rows(jsonb, text, date) IS
  'Internal: the rows of take_over_projects() as they would be taken over, and what stands against each.';

CREATE FUNCTION @ledger@.take_over_projects(
  projects jsonb, document text, taken_over_on date DEFAULT NULL, on_error text DEFAULT 'abort', actor text DEFAULT NULL) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.take_over_projects('@ledger@.ledger'::pg_catalog.regclass, projects, document, taken_over_on, on_error, actor);
END;
COMMENT ON FUNCTION @ledger@.take_over_projects(jsonb, text, date, text, text) IS
  'Takes registered projects over from an older system (在建项目移交) into the pool, at the stage that they had there, by a document: a list of {"project", "stage"} with, where wanted, "planned_total", "starts_on", "ends_on", "responsible", "started_on", "completed_on", "admitted_on" and a "document" of its own. It is no way round admission: it wants a duty over the whole division, a project that was only proposed here, and a day (today) not after the setting project.take_over_until, without which nothing is taken over. What a running project lacks is recorded with it. on_error abort (nothing is taken over when a row is wrong) or report. Returns {"taken_over", "refused", "refusals": [{"row", "project", "problem"}]}. Errors: 22004, 22023, ZB008 duty, ZB010 every wrong row.';

INSERT INTO @ledger@.grant_profile (profile, operation) VALUES ('administrator', 'take_over_projects');

CREATE VIEW @report@.project_taken_over WITH (security_invoker = true) AS
  SELECT p.project_id, p.official_code AS project_code, p.name AS project_name, u.official_code AS unit_code, u.name AS unit_name,
         d.official_code AS division_code, d.name AS division_name, e.to_stage AS taken_over_stage, (e.details ->> 'taken_over_on')::date AS taken_over_on,
         (e.details ->> 'document')::varchar(200) AS document, (e.details ->> 'admitted_on')::date AS admitted_on, (e.details ->> 'passed_over')::varchar(400) AS passed_over,
         e.happened_at, e.actor, e.login, p.stage, COALESCE(m.appropriated, 0)::numeric(20,2) AS appropriated
    FROM @ledger@.project_event e
    JOIN @ledger@.project p ON p.project_id = e.project_id
    LEFT JOIN @ledger@.unit u ON u.code = p.unit
    LEFT JOIN @ledger@.division d ON d.code = p.division
    LEFT JOIN LATERAL (SELECT sum(b.appropriated::numeric) AS appropriated FROM @ledger@.line l JOIN @ledger@.balance b ON b.line_id = l.line_id
                        WHERE l.project_id = p.project_id) m ON true
   WHERE e.action = 'taken_over';
COMMENT ON VIEW @report@.project_taken_over IS 'Projects that were not admitted here but taken over from an older system (在建项目移交): at which stage, from what document, by whom, and what has been given to them here.';
COMMENT ON COLUMN @report@.project_taken_over.project_id IS 'The project.';
COMMENT ON COLUMN @report@.project_taken_over.project_code IS 'Its official code.';
COMMENT ON COLUMN @report@.project_taken_over.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.project_taken_over.unit_code IS 'Official code of its unit.';
COMMENT ON COLUMN @report@.project_taken_over.unit_name IS 'Its unit''s name.';
COMMENT ON COLUMN @report@.project_taken_over.division_code IS 'Official code of its division.';
COMMENT ON COLUMN @report@.project_taken_over.division_name IS 'Its division''s name.';
COMMENT ON COLUMN @report@.project_taken_over.taken_over_stage IS 'The stage at which it was taken over.';
COMMENT ON COLUMN @report@.project_taken_over.taken_over_on IS 'As of which day.';
COMMENT ON COLUMN @report@.project_taken_over.document IS 'From what document.';
COMMENT ON COLUMN @report@.project_taken_over.admitted_on IS 'When the older system had admitted it, as that document says.';
COMMENT ON COLUMN @report@.project_taken_over.passed_over IS 'What admission would have asked for and it did not have.';
COMMENT ON COLUMN @report@.project_taken_over.happened_at IS 'When it was taken over.';
COMMENT ON COLUMN @report@.project_taken_over.actor IS 'Who took it over.';
COMMENT ON COLUMN @report@.project_taken_over.login IS 'The database role that called.';
COMMENT ON COLUMN @report@.project_taken_over.stage IS 'Its stage now.';
COMMENT ON COLUMN @report@.project_taken_over.appropriated IS 'What its lines of all years have been given here, in yuan.';
