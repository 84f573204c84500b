-- planning: what preparations, requests and ceilings say to people

CREATE VIEW @report@.preparation WITH (security_invoker = true) AS
  SELECT p.preparation_id AS id, p.preparation_id, p.fiscal_year, d.official_code AS division_code, d.name AS division_name,
         p.title, p.flow, p.draft_flow, p.state, p.opened_at, p.opened_by, p.drafted_at, p.approved_at,
         (SELECT count(*) FROM @ledger@.preparation_round r WHERE r.preparation_id = p.preparation_id) AS rounds,
         t.requests, t.units, t.submitted
    FROM @ledger@.preparation p
    JOIN @ledger@.division d ON d.code = p.division
    CROSS JOIN LATERAL (SELECT count(*) AS requests, count(DISTINCT r.unit) AS units,
                               count(*) FILTER (WHERE r.state IN ('submitted', 'accepted', 'approved')) AS submitted
                          FROM @ledger@.request r WHERE r.preparation_id = p.preparation_id) t;
COMMENT ON VIEW @report@.preparation IS 'Preparations of budgets (预算编制) and how far they are.';
COMMENT ON COLUMN @report@.preparation.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.preparation.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.preparation.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.preparation.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.preparation.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.preparation.title IS 'What people call it.';
COMMENT ON COLUMN @report@.preparation.flow IS 'Flow of the requests.';
COMMENT ON COLUMN @report@.preparation.draft_flow IS 'Flow of the draft.';
COMMENT ON COLUMN @report@.preparation.state IS 'open, drafted, approved or closed.';
COMMENT ON COLUMN @report@.preparation.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @report@.preparation.opened_by IS 'By whom.';
COMMENT ON COLUMN @report@.preparation.drafted_at IS 'When its draft was made.';
COMMENT ON COLUMN @report@.preparation.approved_at IS 'When it was approved.';
COMMENT ON COLUMN @report@.preparation.rounds IS 'Number of its rounds.';
COMMENT ON COLUMN @report@.preparation.requests IS 'Number of requests that the reader sees.';
COMMENT ON COLUMN @report@.preparation.units IS 'Number of units that made them.';
COMMENT ON COLUMN @report@.preparation.submitted IS 'How many are submitted, accepted or approved.';

CREATE VIEW @report@.request WITH (security_invoker = true) AS
  SELECT r.request_id AS id, r.request_id, r.preparation_id, r.fiscal_year,
         d.official_code AS division_code, d.name AS division_name, e.official_code AS department_code, e.name AS department_name,
         u.official_code AS unit_code, u.name AS unit_name, p.official_code AS project_code, p.name AS project_name,
         r.category, r.fund_type, r.title, r.state, r.case_id, v.version_id, v.version_no, v.round, v.kind,
         v.amount::numeric(20,2), s.amount::numeric(20,2) AS requested_amount, w.amount::numeric(20,2) AS reviewed_amount,
         a.amount::numeric(20,2) AS approved_amount, v.made_at, v.made_by, r.created_at, r.created_by
    FROM @ledger@.request r
    JOIN @ledger@.division d ON d.code = r.division
    JOIN @ledger@.unit u ON u.code = r.unit
    JOIN @ledger@.unit e ON e.code = r.department
    LEFT JOIN @ledger@.project p ON p.project_id = r.project_id
    LEFT JOIN LATERAL (SELECT * FROM @ledger@.request_version x WHERE x.request_id = r.request_id
                        ORDER BY x.version_no DESC LIMIT 1) v ON true
    LEFT JOIN LATERAL (SELECT x.amount FROM @ledger@.request_version x WHERE x.request_id = r.request_id AND x.kind = 'submitted'
                        ORDER BY x.version_no DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (SELECT x.amount FROM @ledger@.request_version x WHERE x.request_id = r.request_id AND x.kind = 'reviewed'
                        ORDER BY x.version_no DESC LIMIT 1) w ON true
    LEFT JOIN @ledger@.request_version a ON a.version_id = r.approved_version;
COMMENT ON VIEW @report@.request IS 'Requests for money (预算申报) with the newest version that the reader sees, and what was submitted (申报数), reviewed (审核数) and approved (批复数).';
COMMENT ON COLUMN @report@.request.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.request.request_id IS 'The request.';
COMMENT ON COLUMN @report@.request.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.request.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.request.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.request.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.request.department_code IS 'Official code of the department (主管部门).';
COMMENT ON COLUMN @report@.request.department_name IS 'Its name.';
COMMENT ON COLUMN @report@.request.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.request.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.request.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.request.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.request.category IS 'Category (项目类别).';
COMMENT ON COLUMN @report@.request.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @report@.request.title IS 'What the money is for.';
COMMENT ON COLUMN @report@.request.state IS 'draft, submitted, returned, accepted, approved, rejected or withdrawn.';
COMMENT ON COLUMN @report@.request.case_id IS 'The case that it goes or went through.';
COMMENT ON COLUMN @report@.request.version_id IS 'Its newest version.';
COMMENT ON COLUMN @report@.request.version_no IS 'Number of that version: the expected_version of a change.';
COMMENT ON COLUMN @report@.request.round IS 'Round of that version.';
COMMENT ON COLUMN @report@.request.kind IS 'working, submitted, reviewed or approved.';
COMMENT ON COLUMN @report@.request.amount IS 'Amount of that version, in yuan.';
COMMENT ON COLUMN @report@.request.requested_amount IS 'What was last submitted (申报数), in yuan.';
COMMENT ON COLUMN @report@.request.reviewed_amount IS 'What was last reviewed (审核数), in yuan.';
COMMENT ON COLUMN @report@.request.approved_amount IS 'What was accepted (批复数), in yuan.';
COMMENT ON COLUMN @report@.request.made_at IS 'When that version was saved or frozen.';
COMMENT ON COLUMN @report@.request.made_by IS 'By whom.';
COMMENT ON COLUMN @report@.request.created_at IS 'When the request was made.';
COMMENT ON COLUMN @report@.request.created_by IS 'By whom.';

CREATE VIEW @report@.request_version WITH (security_invoker = true) AS
  SELECT v.version_id AS id, r.fiscal_year, v.version_id, v.request_id, r.preparation_id, r.title, v.version_no, v.round, v.kind,
         v.amount::numeric(20,2), v.attributes, v.attachments, v.reason, v.made_at, v.made_by,
         d.official_code AS division_code, u.official_code AS unit_code, encode(v.digest, 'hex')::varchar(64) AS digest
    FROM @ledger@.request_version v
    JOIN @ledger@.request r ON r.request_id = v.request_id
    JOIN @ledger@.division d ON d.code = v.division
    JOIN @ledger@.unit u ON u.code = v.unit;
COMMENT ON VIEW @report@.request_version IS 'Versions of requests, oldest to newest: what was submitted, reviewed and approved in which round.';
COMMENT ON COLUMN @report@.request_version.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.request_version.fiscal_year IS 'Fiscal year (预算年度) that is prepared.';
COMMENT ON COLUMN @report@.request_version.version_id IS 'The version.';
COMMENT ON COLUMN @report@.request_version.request_id IS 'Its request.';
COMMENT ON COLUMN @report@.request_version.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.request_version.title IS 'What the money is for.';
COMMENT ON COLUMN @report@.request_version.version_no IS 'Number in the request.';
COMMENT ON COLUMN @report@.request_version.round IS 'Round of the preparation.';
COMMENT ON COLUMN @report@.request_version.kind IS 'working, submitted (申报数), reviewed (审核数) or approved (批复数).';
COMMENT ON COLUMN @report@.request_version.amount IS 'Amount, in yuan.';
COMMENT ON COLUMN @report@.request_version.attributes IS 'Fields of the divisions forms.';
COMMENT ON COLUMN @report@.request_version.attachments IS 'Documents, by digest.';
COMMENT ON COLUMN @report@.request_version.reason IS 'Why it was saved so, or the reviewers opinion.';
COMMENT ON COLUMN @report@.request_version.made_at IS 'When it was saved or frozen.';
COMMENT ON COLUMN @report@.request_version.made_by IS 'By whom.';
COMMENT ON COLUMN @report@.request_version.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.request_version.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.request_version.digest IS 'Its digest in hexadecimal; NULL: the working one.';

CREATE VIEW @report@.request_item WITH (security_invoker = true) AS
  SELECT i.version_id * 1000 + i.item_no AS id, r.fiscal_year, v.request_id, i.version_id, i.item_no, i.title, i.func::text::varchar(20) AS func_code,
         i.gov_econ::text::varchar(20) AS gov_econ_code, i.dept_econ::text::varchar(20) AS dept_econ_code, i.standard,
         i.unit_cost, i.quantity, i.measure, i.amount::numeric(20,2), i.procurement, i.reviewed
    FROM @ledger@.request_item i
    JOIN @ledger@.request_version v ON v.version_id = i.version_id
    JOIN @ledger@.request r ON r.request_id = v.request_id;
COMMENT ON VIEW @report@.request_item IS 'Items of versions: cost of one × quantity.';
COMMENT ON COLUMN @report@.request_item.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.request_item.fiscal_year IS 'Fiscal year (预算年度) that is prepared.';
COMMENT ON COLUMN @report@.request_item.request_id IS 'The request.';
COMMENT ON COLUMN @report@.request_item.version_id IS 'The version.';
COMMENT ON COLUMN @report@.request_item.item_no IS 'Number in it.';
COMMENT ON COLUMN @report@.request_item.title IS 'What it is.';
COMMENT ON COLUMN @report@.request_item.func_code IS 'Function (功能分类).';
COMMENT ON COLUMN @report@.request_item.gov_econ_code IS 'Government economic code (政府经济分类).';
COMMENT ON COLUMN @report@.request_item.dept_econ_code IS 'Departmental economic code (部门经济分类).';
COMMENT ON COLUMN @report@.request_item.standard IS 'Expenditure standard (支出标准).';
COMMENT ON COLUMN @report@.request_item.unit_cost IS 'Cost of one, in yuan.';
COMMENT ON COLUMN @report@.request_item.quantity IS 'How many.';
COMMENT ON COLUMN @report@.request_item.measure IS 'Unit of measure.';
COMMENT ON COLUMN @report@.request_item.amount IS 'Amount, in yuan.';
COMMENT ON COLUMN @report@.request_item.procurement IS 'Whether by government procurement.';
COMMENT ON COLUMN @report@.request_item.reviewed IS 'Whether the amount is what finance let of it.';

CREATE VIEW @report@.ceiling WITH (security_invoker = true) AS
  SELECT c.ceiling_id AS id, p.fiscal_year, c.ceiling_id, c.preparation_id, c.round, d.official_code AS division_code, u.official_code AS unit_code,
         u.name AS unit_name, c.func::text::varchar(20) AS func_code, c.fund_type, c.amount::numeric(20,2), t.used,
         (c.amount::numeric - t.used)::numeric(20,2) AS left_amount, c.document, c.issued_at, c.issued_by,
         NOT EXISTS (SELECT 1 FROM @ledger@.ceiling n WHERE n.preparation_id = c.preparation_id AND n.division = c.division
           AND (n.unit = c.unit OR (n.unit IS NULL AND c.unit IS NULL)) AND (n.func = c.func OR (n.func IS NULL AND c.func IS NULL))
           AND n.fund_type IS NOT DISTINCT FROM c.fund_type
           AND (n.round, n.ceiling_id) > (c.round, c.ceiling_id)) AS newest
    FROM @ledger@.ceiling c
    JOIN @ledger@.preparation p ON p.preparation_id = c.preparation_id
    JOIN @ledger@.division d ON d.code = c.division
    LEFT JOIN @ledger@.unit u ON u.code = c.unit
    CROSS JOIN LATERAL (
      SELECT COALESCE(sum(i.amount::numeric), 0)::numeric(20,2) AS used
        FROM @ledger@.request r
        JOIN @ledger@.request_version v ON v.version_id = r.current_version
        JOIN @ledger@.request_item i ON i.version_id = v.version_id
       WHERE r.preparation_id = c.preparation_id AND r.division = c.division
         AND r.state IN ('submitted', 'accepted', 'approved') AND EXISTS (SELECT 1 FROM @ledger@.request_version o WHERE o.request_id = r.request_id AND o.round > c.round)
         AND (c.unit IS NULL OR r.unit <@ c.unit) AND (c.func IS NULL OR i.func <@ c.func)
         AND (c.fund_type IS NULL OR r.fund_type = c.fund_type)) t;
COMMENT ON VIEW @report@.ceiling IS 'Ceilings (控制数) with what is asked for under them in later rounds, and left. Who sees all of a ceilings place sees all that is used.';
COMMENT ON COLUMN @report@.ceiling.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.ceiling.ceiling_id IS 'The ceiling.';
COMMENT ON COLUMN @report@.ceiling.fiscal_year IS 'Fiscal year (预算年度) that is prepared.';
COMMENT ON COLUMN @report@.ceiling.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.ceiling.round IS 'Round in which it was issued; later ones are bound.';
COMMENT ON COLUMN @report@.ceiling.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.ceiling.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.ceiling.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.ceiling.func_code IS 'Function (功能分类); NULL: all.';
COMMENT ON COLUMN @report@.ceiling.fund_type IS 'Fund type (资金性质); NULL: all.';
COMMENT ON COLUMN @report@.ceiling.amount IS 'The most that may be asked for, in yuan.';
COMMENT ON COLUMN @report@.ceiling.used IS 'Submitted under it, in yuan.';
COMMENT ON COLUMN @report@.ceiling.left_amount IS 'Left, in yuan; negative where it was lowered.';
COMMENT ON COLUMN @report@.ceiling.document IS 'The document.';
COMMENT ON COLUMN @report@.ceiling.issued_at IS 'When.';
COMMENT ON COLUMN @report@.ceiling.issued_by IS 'By whom.';
COMMENT ON COLUMN @report@.ceiling.newest IS 'Whether it is the newest one of its scope.';

CREATE VIEW @report@.round_status WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY p.preparation_id, u.code, r.round) AS id, p.preparation_id, p.fiscal_year, r.round, r.up_title,
         d.official_code AS division_code, u.official_code AS unit_code, u.name AS unit_name,
         greatest(r.up_closes_on, o.closes_on) AS last_day, s.submitted_at, s.requests, s.amount,
         CASE WHEN s.requests > 0 AND (s.submitted_at AT TIME ZONE current_setting('log_timezone'))::date > r.up_closes_on THEN 'submitted late'
              WHEN s.requests > 0 THEN 'submitted'
              WHEN greatest(r.up_closes_on, o.closes_on) < (now() AT TIME ZONE current_setting('log_timezone'))::date THEN 'late'
              ELSE 'awaited' END::varchar(20) AS status
    FROM @ledger@.preparation p
    JOIN @ledger@.preparation_round r ON r.preparation_id = p.preparation_id
    JOIN @ledger@.unit u ON u.division <@ p.division AND u.valid_to IS NULL
     AND budgetpm.can_read('@ledger@.ledger'::regclass, u.division, u.code)
     AND NOT EXISTS (SELECT 1 FROM @ledger@.preparation n WHERE n.fiscal_year = p.fiscal_year
                        AND n.division <> p.division AND n.division <@ p.division AND u.division <@ n.division)
    JOIN @ledger@.division d ON d.code = u.division
    CROSS JOIN LATERAL (SELECT max(x.closes_on) AS closes_on FROM @ledger@.round_reopening x
                         WHERE x.preparation_id = p.preparation_id AND x.round = r.round
                           AND u.division <@ x.division AND (x.unit IS NULL OR u.code <@ x.unit)) o
    CROSS JOIN LATERAL (SELECT max(v.made_at) AS submitted_at, count(*) AS requests, sum(v.amount::numeric)::numeric(20,2) AS amount
                          FROM @ledger@.request q
                          JOIN LATERAL (SELECT x.made_at, x.amount FROM @ledger@.request_version x
                                         WHERE x.request_id = q.request_id AND x.kind = 'submitted' AND x.round = r.round
                                         ORDER BY x.version_no DESC LIMIT 1) v ON true
                         WHERE q.preparation_id = p.preparation_id AND q.unit = u.code) s;
COMMENT ON VIEW @report@.round_status IS 'Which units have submitted in which round of a preparation, and which are late.';
COMMENT ON COLUMN @report@.round_status.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.round_status.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.round_status.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.round_status.round IS 'Round of the preparation.';
COMMENT ON COLUMN @report@.round_status.up_title IS 'Its name (一上).';
COMMENT ON COLUMN @report@.round_status.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.round_status.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.round_status.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.round_status.last_day IS 'Last day of submission, a later one where the round was opened again; NULL: none is set.';
COMMENT ON COLUMN @report@.round_status.submitted_at IS 'When the unit last submitted; NULL: not yet.';
COMMENT ON COLUMN @report@.round_status.requests IS 'How many requests it submitted.';
COMMENT ON COLUMN @report@.round_status.amount IS 'Their sum, in yuan.';
COMMENT ON COLUMN @report@.round_status.status IS 'submitted, submitted late, late or awaited.';

CREATE VIEW @report@.request_total WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY r.preparation_id, r.department_code, r.unit_code NULLS FIRST, r.request_id NULLS FIRST) AS id,
         r.preparation_id, min(r.fiscal_year) AS fiscal_year, r.division_code,
         CASE WHEN r.request_id IS NOT NULL THEN 'project' WHEN r.unit_code IS NOT NULL THEN 'unit' ELSE 'department' END::varchar(10) AS level,
         r.department_code, min(r.department_name)::varchar(200) AS department_name, r.unit_code,
         CASE WHEN r.unit_code IS NOT NULL THEN min(r.unit_name) END::varchar(200) AS unit_name,
         r.request_id, CASE WHEN r.request_id IS NOT NULL THEN min(r.project_code) END::varchar(21) AS project_code,
         CASE WHEN r.request_id IS NOT NULL THEN min(r.title) END::varchar(200) AS title,
         count(*) AS requests, sum(r.amount)::numeric(20,2) AS amount, sum(r.requested_amount)::numeric(20,2) AS requested_amount,
         sum(r.reviewed_amount)::numeric(20,2) AS reviewed_amount, sum(r.approved_amount)::numeric(20,2) AS approved_amount
    FROM @report@.request r
   WHERE r.state NOT IN ('rejected', 'withdrawn')
   GROUP BY GROUPING SETS ((r.preparation_id, r.division_code, r.department_code),
                           (r.preparation_id, r.division_code, r.department_code, r.unit_code),
                           (r.preparation_id, r.division_code, r.department_code, r.unit_code, r.request_id));
COMMENT ON VIEW @report@.request_total IS 'Totals of requests at three levels: department, unit, project (部门、单位、项目三级). To add up rows, take one level.';
COMMENT ON COLUMN @report@.request_total.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.request_total.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.request_total.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.request_total.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.request_total.level IS 'department, unit or project.';
COMMENT ON COLUMN @report@.request_total.department_code IS 'Official code of the department (主管部门).';
COMMENT ON COLUMN @report@.request_total.department_name IS 'Its name.';
COMMENT ON COLUMN @report@.request_total.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.request_total.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.request_total.request_id IS 'The request; NULL: a total.';
COMMENT ON COLUMN @report@.request_total.project_code IS 'Official code of the project (项目代码).';
COMMENT ON COLUMN @report@.request_total.title IS 'What the money is for.';
COMMENT ON COLUMN @report@.request_total.requests IS 'Number of requests.';
COMMENT ON COLUMN @report@.request_total.amount IS 'Sum of the newest versions, in yuan.';
COMMENT ON COLUMN @report@.request_total.requested_amount IS 'Sum of what was last submitted (申报数), in yuan.';
COMMENT ON COLUMN @report@.request_total.reviewed_amount IS 'Sum of what was last reviewed (审核数), in yuan.';
COMMENT ON COLUMN @report@.request_total.approved_amount IS 'Sum of what was accepted (批复数), in yuan.';

CREATE VIEW @report@.preparation_cycle WITH (security_invoker = true) AS
  SELECT p.preparation_id AS id, p.preparation_id, p.fiscal_year, d.official_code AS division_code, p.state,
         p.opened_at, s.first_submitted_at, s.last_submitted_at, p.drafted_at, p.approved_at,
         (extract(epoch FROM p.drafted_at - p.opened_at) / 86400)::numeric(12,2) AS days_to_draft,
         (extract(epoch FROM coalesce(p.approved_at, now()) - p.opened_at) / 86400)::numeric(12,2) AS days,
         b.days AS days_before,
         ((extract(epoch FROM coalesce(p.approved_at, now()) - p.opened_at) / 86400) / nullif(b.days, 0) - 1)::numeric(12,4) AS change
    FROM @ledger@.preparation p
    JOIN @ledger@.division d ON d.code = p.division
    CROSS JOIN LATERAL (SELECT min(v.made_at) AS first_submitted_at, max(v.made_at) AS last_submitted_at
                          FROM @ledger@.request r JOIN @ledger@.request_version v ON v.request_id = r.request_id
                         WHERE r.preparation_id = p.preparation_id AND v.kind = 'submitted') s
    LEFT JOIN LATERAL (SELECT (extract(epoch FROM q.approved_at - q.opened_at) / 86400)::numeric(12,2) AS days
                         FROM @ledger@.preparation q
                        WHERE q.division = p.division AND q.fiscal_year < p.fiscal_year AND q.approved_at IS NOT NULL
                        ORDER BY q.fiscal_year DESC LIMIT 1) b ON true;
COMMENT ON VIEW @report@.preparation_cycle IS 'How long preparations take (编制周期), in days from opening to approval, beside the one before: "45天缩短到25天" must be measurable.';
COMMENT ON COLUMN @report@.preparation_cycle.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.preparation_cycle.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.preparation_cycle.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.preparation_cycle.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.preparation_cycle.state IS 'open, drafted, approved or closed.';
COMMENT ON COLUMN @report@.preparation_cycle.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @report@.preparation_cycle.first_submitted_at IS 'When the first unit submitted.';
COMMENT ON COLUMN @report@.preparation_cycle.last_submitted_at IS 'When the last submission came.';
COMMENT ON COLUMN @report@.preparation_cycle.drafted_at IS 'When the draft was made.';
COMMENT ON COLUMN @report@.preparation_cycle.approved_at IS 'When it was approved.';
COMMENT ON COLUMN @report@.preparation_cycle.days_to_draft IS 'Days from opening to the draft.';
COMMENT ON COLUMN @report@.preparation_cycle.days IS 'Days from opening to approval, or to now.';
COMMENT ON COLUMN @report@.preparation_cycle.days_before IS 'Days that the last approved preparation of the division before took.';
COMMENT ON COLUMN @report@.preparation_cycle.change IS 'Change against that, as a fraction: -0.4444 is 44.44 % shorter.';
