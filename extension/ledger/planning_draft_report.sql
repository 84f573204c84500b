-- planning: what the draft of a budget adds up to, what keeps it from its vote, and what became of it

CREATE FUNCTION @ledger@.is_executable(kind text, attributes jsonb, func text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT NOT (kind = 'finance' AND (COALESCE(attributes -> 'held' = 'true', false) OR left(func, 3) IN ('227', '230')));
END;
COMMENT ON FUNCTION @ledger@.is_executable(text, jsonb, text) IS
  'Whether what a request asks for can be spent once it is approved (可执行指标). What a unit of kind finance asks for under 227 (预备费), 230 (转移性支出) or with the attribute held, where a form has that field (define_form_field), is held for distribution (待分配、代编).';

CREATE VIEW @ledger@.drafted_item WITH (security_invoker = true) AS
  SELECT q.preparation_id, q.fiscal_year, q.request_id, v.version_id, i.item_no, q.division::varchar(17) AS division, q.unit::varchar(17) AS unit,
         q.department::varchar(17) AS department, q.fund_type, q.project_id, q.title, q.state, i.func::varchar(17) AS func,
         i.gov_econ::varchar(17) AS gov_econ, i.dept_econ::varchar(17) AS dept_econ, i.amount::numeric(20,2) AS amount,
         @ledger@.is_executable(k.kind, v.attributes, i.func::text) AS executable
    FROM @ledger@.request q
    JOIN @ledger@.request_version v ON v.version_id = COALESCE(q.approved_version, q.current_version)
    JOIN @ledger@.request_item i ON i.version_id = v.version_id
    JOIN @ledger@.unit k ON k.code OPERATOR(budgetpm.=) q.unit
   WHERE q.state IN ('accepted', 'approved');
COMMENT ON VIEW @ledger@.drafted_item IS 'Items of requests that finance has accepted, or that were approved: the expenditure side of drafts.';
COMMENT ON COLUMN @ledger@.drafted_item.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @ledger@.drafted_item.fiscal_year IS 'Its fiscal year.';
COMMENT ON COLUMN @ledger@.drafted_item.request_id IS 'The request.';
COMMENT ON COLUMN @ledger@.drafted_item.version_id IS 'The version that counts.';
COMMENT ON COLUMN @ledger@.drafted_item.item_no IS 'The item.';
COMMENT ON COLUMN @ledger@.drafted_item.division IS 'Division of the unit.';
COMMENT ON COLUMN @ledger@.drafted_item.unit IS 'The unit.';
COMMENT ON COLUMN @ledger@.drafted_item.department IS 'Its department.';
COMMENT ON COLUMN @ledger@.drafted_item.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.drafted_item.project_id IS 'The project; NULL: none.';
COMMENT ON COLUMN @ledger@.drafted_item.title IS 'Title of the request.';
COMMENT ON COLUMN @ledger@.drafted_item.state IS 'State of the request.';
COMMENT ON COLUMN @ledger@.drafted_item.func IS 'Function (功能分类).';
COMMENT ON COLUMN @ledger@.drafted_item.gov_econ IS 'Government economic code (政府经济分类).';
COMMENT ON COLUMN @ledger@.drafted_item.dept_econ IS 'Departmental economic code (部门经济分类).';
COMMENT ON COLUMN @ledger@.drafted_item.amount IS 'Amount in yuan.';
COMMENT ON COLUMN @ledger@.drafted_item.executable IS 'Whether it can be spent once it is approved: is_executable().';

CREATE VIEW @ledger@.draft_figure WITH (security_invoker = true) AS
  SELECT i.fiscal_year, i.division, NULL::varchar(17) AS to_division, 'expenditure'::text AS side, i.fund_type,
         left(i.func, 3)::varchar(3) AS func_class, left(i.func, 3) = '227' AS reserve, sum(i.amount)::numeric(20,2) AS amount
    FROM @ledger@.drafted_item i
   GROUP BY i.fiscal_year, i.division, i.fund_type, left(i.func, 3)
  UNION ALL
  SELECT r.fiscal_year, r.division::varchar(17), NULL, 'revenue', r.fund_type, NULL, false, sum(r.amount::numeric)
    FROM @ledger@.revenue_estimate r WHERE r.replaced_at IS NULL
   GROUP BY r.fiscal_year, r.division, r.fund_type
  UNION ALL
  SELECT t.fiscal_year, t.from_division::varchar(17), t.to_division::varchar(17), 'transfer', t.fund_type, left(t.func::text, 3), false, sum(t.amount::numeric)
    FROM @ledger@.planned_transfer t WHERE t.replaced_at IS NULL
   GROUP BY t.fiscal_year, t.from_division, t.to_division, t.fund_type, left(t.func::text, 3);
COMMENT ON VIEW @ledger@.draft_figure IS 'Sums that drafts are made of, each once, of the governments themselves.';
COMMENT ON COLUMN @ledger@.draft_figure.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.draft_figure.division IS 'The government; of a transfer the one that gives.';
COMMENT ON COLUMN @ledger@.draft_figure.to_division IS 'The government that receives a transfer.';
COMMENT ON COLUMN @ledger@.draft_figure.side IS 'expenditure, revenue or transfer.';
COMMENT ON COLUMN @ledger@.draft_figure.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @ledger@.draft_figure.func_class IS 'Function class (类); NULL for revenue.';
COMMENT ON COLUMN @ledger@.draft_figure.reserve IS 'Whether it is reserve (227 预备费).';
COMMENT ON COLUMN @ledger@.draft_figure.amount IS 'Amount in yuan.';

CREATE VIEW @report@.budget_draft WITH (security_invoker = true) AS
  WITH shown AS (
    SELECT f.fiscal_year, f.division, 'own'::varchar(12) AS scope, f.fund_type, f.func_class,
           CASE WHEN f.side = 'expenditure' THEN f.amount ELSE 0 END AS expenditure,
           CASE WHEN f.reserve THEN f.amount ELSE 0 END AS reserve,
           CASE WHEN f.side = 'transfer' THEN f.amount ELSE 0 END AS transfers_out,
           CASE WHEN f.side = 'revenue' THEN f.amount ELSE 0 END AS revenue, 0 AS transfers_in
      FROM @ledger@.draft_figure f
    UNION ALL
    SELECT f.fiscal_year, f.to_division, 'own', f.fund_type, NULL, 0, 0, 0, 0, f.amount
      FROM @ledger@.draft_figure f WHERE f.side = 'transfer'
    UNION ALL
    SELECT f.fiscal_year, d.code::varchar(17), 'consolidated', f.fund_type, f.func_class,
           CASE WHEN f.side = 'expenditure' THEN f.amount ELSE 0 END, CASE WHEN f.reserve THEN f.amount ELSE 0 END,
           CASE WHEN f.side = 'transfer' THEN f.amount ELSE 0 END, CASE WHEN f.side = 'revenue' THEN f.amount ELSE 0 END, 0
      FROM @ledger@.draft_figure f JOIN @ledger@.division d ON starts_with(f.division, d.code::text)
     WHERE f.side <> 'transfer' OR NOT starts_with(f.to_division, d.code::text)
    UNION ALL
    SELECT f.fiscal_year, d.code::varchar(17), 'consolidated', f.fund_type, NULL, 0, 0, 0, 0, f.amount
      FROM @ledger@.draft_figure f JOIN @ledger@.division d ON starts_with(f.to_division, d.code::text)
     WHERE f.side = 'transfer' AND NOT starts_with(f.division, d.code::text)),
  added AS (
    SELECT s.fiscal_year, s.division, s.scope, s.fund_type, s.func_class, grouping(s.func_class) = 1 AS total,
           sum(s.expenditure)::numeric(20,2) AS expenditure, sum(s.reserve)::numeric(20,2) AS reserve,
           sum(s.transfers_out)::numeric(20,2) AS transfers_out, sum(s.revenue)::numeric(20,2) AS revenue,
           sum(s.transfers_in)::numeric(20,2) AS transfers_in
      FROM shown s GROUP BY GROUPING SETS ((s.fiscal_year, s.division, s.scope, s.fund_type, s.func_class),
                                           (s.fiscal_year, s.division, s.scope, s.fund_type)))
  SELECT row_number() OVER (ORDER BY a.fiscal_year, d.official_code, a.scope DESC, a.fund_type, a.func_class NULLS FIRST) AS id,
         a.fiscal_year, d.official_code AS division_code, d.name AS division_name, a.scope::varchar(12) AS scope, a.fund_type, t.name AS fund_type_name,
         a.func_class::varchar(20) AS func_class, (SELECT c.name FROM @ledger@.classification c JOIN @ledger@.classification_edition e
                          ON e.scheme = c.scheme AND e.edition = c.edition AND e.first_year <= a.fiscal_year
                         AND (e.last_year IS NULL OR e.last_year >= a.fiscal_year)
                         WHERE c.scheme = 'function' AND c.official_code = a.func_class LIMIT 1) AS func_name,
         a.expenditure, a.reserve, a.transfers_out,
         (CASE WHEN a.total THEN a.revenue END)::numeric(20,2) AS revenue, (CASE WHEN a.total THEN a.transfers_in END)::numeric(20,2) AS transfers_in,
         (CASE WHEN a.total THEN a.revenue + a.transfers_in - a.expenditure - a.transfers_out END)::numeric(20,2) AS balance
    FROM added a
    JOIN @ledger@.division d ON d.code::text = a.division
    LEFT JOIN @ledger@.fund_type t ON t.fund_type = a.fund_type
   WHERE a.total OR a.func_class IS NOT NULL;
COMMENT ON VIEW @report@.budget_draft IS 'Draft budgets (预算草案) of governments: what was accepted of requests, estimated as revenue and planned as transfers; the government itself (本级) and with all below it (全辖, transfers among them eliminated). A row for each function class, and one with func_class NULL for the fund type as a whole. Amounts in yuan.';
COMMENT ON COLUMN @report@.budget_draft.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.budget_draft.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.budget_draft.division_code IS 'Official code of the government.';
COMMENT ON COLUMN @report@.budget_draft.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.budget_draft.scope IS 'own (本级), or consolidated (全辖): with all governments below.';
COMMENT ON COLUMN @report@.budget_draft.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @report@.budget_draft.fund_type_name IS 'Its name.';
COMMENT ON COLUMN @report@.budget_draft.func_class IS 'Function class (功能分类类级); NULL: the whole fund type.';
COMMENT ON COLUMN @report@.budget_draft.func_name IS 'Name of the class.';
COMMENT ON COLUMN @report@.budget_draft.expenditure IS 'Expenditure (支出), in yuan, transfers to governments below apart.';
COMMENT ON COLUMN @report@.budget_draft.reserve IS 'The reserve (227 预备费) in it, in yuan.';
COMMENT ON COLUMN @report@.budget_draft.transfers_out IS 'Transfers to governments below (补助下级), consolidated: out of all that is added up, in yuan.';
COMMENT ON COLUMN @report@.budget_draft.revenue IS 'Own revenue (收入); of the whole fund type only, in yuan.';
COMMENT ON COLUMN @report@.budget_draft.transfers_in IS 'Transfers from the government above (上级补助); of the whole fund type only, in yuan.';
COMMENT ON COLUMN @report@.budget_draft.balance IS 'Revenue and transfers in, less expenditure and transfers out: zero in a balanced draft (收支平衡), in yuan.';

-- What keeps a draft from being sent off. Run by check_draft() as the owner, for whoever
-- may read the division.
CREATE FUNCTION @ledger@.draft_findings(preparation integer, place text,
  OUT item varchar(20), OUT division_code varchar(12), OUT unit_code varchar(21), OUT fund_type varchar(10), OUT amount numeric,
  OUT limit_amount numeric, OUT blocks boolean, OUT note text)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  WITH RECURSIVE target (category) AS (
    SELECT '3'::varchar COLLATE "C" UNION SELECT c.category FROM target t JOIN @ledger@.profile_category c ON c.parent = t.category),
  halted (project_id) AS (
    SELECT p.project_id FROM @ledger@.project p WHERE p.stage = 'suspended'
    UNION SELECT p.project_id FROM halted h JOIN @ledger@.project p ON p.parent_id = h.project_id),
  own AS (
    SELECT p.preparation_id, p.fiscal_year, d.code, d.official_code, d.name,
           COALESCE((@ledger@.setting(d.official_code, 'project.pool_required') #>> '{}')::boolean, false) AS pool,
           COALESCE((@ledger@.setting(d.official_code, 'project.suspended_held') #>> '{}')::boolean, true) AS held,
           COALESCE((@ledger@.setting(d.official_code, 'planning.reserve_minimum') #>> '{}')::numeric, 0.01) AS least,
           COALESCE((@ledger@.setting(d.official_code, 'planning.reserve_maximum') #>> '{}')::numeric, 0.03) AS most,
           COALESCE(@ledger@.setting(d.official_code, 'planning.reserve_fund_type') #>> '{}', '11') AS reserve_fund,
           COALESCE((@ledger@.setting(d.official_code, 'planning.require_lower_drafts') #>> '{}')::boolean, false) AS require_lower
      FROM @ledger@.preparation p JOIN @ledger@.division d ON d.official_code = draft_findings.place
     WHERE p.preparation_id = draft_findings.preparation),
  items AS MATERIALIZED (
    SELECT i.* FROM own o JOIN @ledger@.drafted_item i ON i.preparation_id = o.preparation_id AND i.division = o.code::text),
  side AS (
    SELECT x.fund_type, sum(x.spent) AS spent, sum(x.received) AS received, sum(x.reserve) AS reserve, sum(x.own_spent) AS own_spent
      FROM (SELECT i.fund_type, i.amount AS spent, 0.00 AS received, i.amount AS own_spent,
                   CASE WHEN left(i.func, 3) = '227' THEN i.amount ELSE 0 END AS reserve FROM items i
            UNION ALL
            SELECT r.fund_type, 0, r.amount::numeric, 0, 0 FROM own o JOIN @ledger@.revenue_estimate r
                ON r.preparation_id = o.preparation_id AND r.division OPERATOR(budgetpm.=) o.code AND r.replaced_at IS NULL
            UNION ALL
            SELECT t.fund_type, t.amount::numeric, 0, 0, 0 FROM own o JOIN @ledger@.planned_transfer t
                ON t.fiscal_year = o.fiscal_year AND t.from_division OPERATOR(budgetpm.=) o.code AND t.replaced_at IS NULL
            UNION ALL
            SELECT t.fund_type, 0, t.amount::numeric, 0, 0 FROM own o JOIN @ledger@.planned_transfer t
                ON t.fiscal_year = o.fiscal_year AND t.to_division OPERATOR(budgetpm.=) o.code AND t.replaced_at IS NULL) x
     GROUP BY x.fund_type),
  limits AS (
    SELECT DISTINCT ON (c.unit::text, c.func::text, c.fund_type) c.*
      FROM own o JOIN @ledger@.ceiling c ON c.preparation_id = o.preparation_id AND c.division OPERATOR(budgetpm.=) o.code
     ORDER BY c.unit::text, c.func::text, c.fund_type, c.round DESC, c.ceiling_id DESC),
  found AS (
    SELECT 1 AS step, 'empty' AS item, NULL::varchar AS unit_code, NULL::varchar AS fund_type, NULL::numeric AS amount, NULL::numeric AS limit_amount,
           true AS blocks, format('No request of %s was accepted.', o.name) AS note
      FROM own o WHERE NOT EXISTS (SELECT 1 FROM items)
    UNION ALL
    SELECT 2, 'balance', NULL, s.fund_type, s.spent, s.received, true,
           format('Of fund type %s, expenditure and transfers are %s, revenue is %s: a difference of %s.', s.fund_type, s.spent, s.received, s.received - s.spent)
      FROM side s WHERE s.spent <> s.received
    UNION ALL
    SELECT 3, 'reserve', NULL, s.fund_type, s.reserve, CASE WHEN s.reserve < s.own_spent * o.least THEN s.own_spent * o.least ELSE s.own_spent * o.most END, true,
           format('The reserve (预备费) is %s, and must be from %s%% to %s%% of own expenditure %s: %s to %s.', s.reserve, trim_scale(o.least * 100), trim_scale(o.most * 100),
                  s.own_spent, trim_scale(s.own_spent * o.least), trim_scale(s.own_spent * o.most))
      FROM side s JOIN own o ON o.reserve_fund = s.fund_type
     WHERE s.reserve < s.own_spent * o.least OR s.reserve > s.own_spent * o.most
    UNION ALL
    SELECT 4, 'unfinished', u.official_code, NULL, sum(v.amount::numeric), NULL, true,
           format('%s has %s requests that are not decided: %s.', u.name, count(*), string_agg(DISTINCT q.state, ', '))
      FROM own o JOIN @ledger@.request q ON q.preparation_id = o.preparation_id AND q.division OPERATOR(budgetpm.=) o.code
      JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) q.unit
      LEFT JOIN @ledger@.request_version v ON v.version_id = q.current_version
     WHERE q.state IN ('draft', 'submitted', 'returned')
     GROUP BY u.official_code, u.name
    UNION ALL
    SELECT 5, 'ceiling', u.official_code, c.fund_type, l.asked, c.amount::numeric, true,
           format('Accepted are %s, and the ceiling%s is %s (%s).', l.asked, CASE WHEN c.func IS NULL THEN '' ELSE ' of function ' || c.func::text END, c.amount::numeric(20,2), c.document)
      FROM limits c LEFT JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) c.unit
      CROSS JOIN LATERAL (SELECT sum(i.amount) AS asked FROM items i
                           WHERE (c.unit IS NULL OR starts_with(i.unit, c.unit::text)) AND (c.func IS NULL OR starts_with(i.func, c.func::text))
                             AND (c.fund_type IS NULL OR i.fund_type = c.fund_type)) l
     WHERE l.asked > c.amount::numeric
    UNION ALL
    SELECT 6, 'revenue', NULL, r.fund_type, sum(r.amount::numeric), NULL, true,
           format('%s revenue estimates of fund type %s are not approved.', count(*), r.fund_type)
      FROM own o JOIN @ledger@.revenue_estimate r ON r.preparation_id = o.preparation_id AND r.division OPERATOR(budgetpm.=) o.code
     WHERE r.replaced_at IS NULL AND r.approved_at IS NULL AND r.amount OPERATOR(budgetpm.<>) '0'::budgetpm.amount
     GROUP BY r.fund_type
    UNION ALL
    SELECT 8, 'provisional', u.official_code, l.fund_type, b.appropriated::numeric, NULL, false,
           format('Line %s was opened before the vote, and no accepted request has its elements.', l.line_id)
      FROM own o JOIN @ledger@.line l ON l.fiscal_year = o.fiscal_year AND l.division OPERATOR(budgetpm.=) o.code AND l.parent_id IS NULL
      JOIN @ledger@.balance b ON b.line_id = l.line_id AND b.line_state = 'p'
      JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) l.unit
     WHERE b.line_id >= o.fiscal_year * 1000000000000 AND b.line_id < (o.fiscal_year + 1) * 1000000000000
       AND NOT EXISTS (SELECT 1 FROM items i WHERE i.unit = l.unit::text AND i.project_id IS NOT DISTINCT FROM l.project_id
                         AND i.fund_type = l.fund_type AND i.func = l.func::text AND i.executable = l.executable
                         AND i.gov_econ IS NOT DISTINCT FROM l.gov_econ::text AND i.dept_econ IS NOT DISTINCT FROM l.dept_econ::text)
    UNION ALL
    SELECT 9, 'project', u.official_code, i.fund_type, sum(i.amount), NULL, true,
           format('Project %s (%s) is %s and gets no money%s.', r.official_code, r.name, r.stage,
                  CASE WHEN r.stage IN ('cancelled', 'closed') THEN '' WHEN r.stage IN ('proposed', 'reviewed') THEN ' before it is admitted (先有项目再安排预算)'
                       WHEN r.stage = 'suspended' THEN ' before it is resumed (暂停项目不拨付)' ELSE ', for a project above it is suspended (暂停项目不拨付)' END)
      FROM own o CROSS JOIN items i JOIN @ledger@.project r ON r.project_id = i.project_id JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) r.unit
     WHERE r.stage IN ('cancelled', 'closed')
        OR (o.pool AND r.stage IN ('proposed', 'reviewed') AND r.category IN (SELECT t.category FROM target t))
        OR (o.held AND EXISTS (SELECT 1 FROM halted h WHERE h.project_id = r.project_id))
     GROUP BY u.official_code, i.fund_type, r.official_code, r.name, r.stage)
  SELECT w.item::varchar(20), w.division_code::varchar(12), w.unit_code::varchar(21), w.fund_type::varchar(10),
         w.amount::numeric(20,2), w.limit_amount, w.blocks, w.note
    FROM (SELECT f.step, f.item, o.official_code AS division_code, f.unit_code, f.fund_type, f.amount, f.limit_amount, f.blocks, f.note
            FROM found f CROSS JOIN own o
          UNION ALL
          SELECT 7, 'below', d.official_code, NULL, NULL, NULL, NULL, o.require_lower, format('The draft of %s has not been sent off.', d.name)
            FROM own o JOIN @ledger@.division d ON d.parent OPERATOR(budgetpm.=) o.code
           WHERE EXISTS (SELECT 1 FROM @ledger@.request q WHERE q.fiscal_year = o.fiscal_year AND q.division OPERATOR(budgetpm.=) d.code AND q.state <> 'withdrawn')
             AND NOT EXISTS (SELECT 1 FROM @ledger@.division_draft x WHERE x.fiscal_year = o.fiscal_year AND x.division OPERATOR(budgetpm.=) d.code AND x.state <> 'open')) AS w
   ORDER BY w.step, w.division_code, w.unit_code, w.fund_type, w.note;
END;
COMMENT ON FUNCTION @ledger@.draft_findings(integer, text) IS
  'What check_draft() answers, as far as the asker may read it.';
