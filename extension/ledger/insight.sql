-- insight: views for BI tools, in a schema of their own
--
-- Core types only, official codes as bare columns of indexed tables, row security of
-- whoever asks.  The budget of a line is appropriated - allotted - transferred -
-- withdrawn: money given down is counted where it arrived, so any set of lines adds up.

CREATE VIEW @ledger@.edition_in_force WITH (security_invoker = true) AS
  SELECT y.fiscal_year,
         (array_agg(e.edition ORDER BY e.first_year DESC) FILTER (WHERE e.scheme = 'function'))[1] AS function,
         (array_agg(e.edition ORDER BY e.first_year DESC) FILTER (WHERE e.scheme = 'gov_economic'))[1] AS gov_economic,
         (array_agg(e.edition ORDER BY e.first_year DESC) FILTER (WHERE e.scheme = 'dept_economic'))[1] AS dept_economic
    FROM @ledger@.fiscal_year y
    LEFT JOIN @ledger@.classification_edition e
           ON e.first_year <= y.fiscal_year AND (e.last_year IS NULL OR e.last_year >= y.fiscal_year)
   GROUP BY y.fiscal_year;
COMMENT ON VIEW @ledger@.edition_in_force IS 'The edition of each national scheme in each fiscal year of the ledger: the latest that has begun and not ended, as open_line() takes it.';
COMMENT ON COLUMN @ledger@.edition_in_force.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @ledger@.edition_in_force.function IS 'Edition of 支出功能分类; NULL when none is in force.';
COMMENT ON COLUMN @ledger@.edition_in_force.gov_economic IS 'Edition of 政府支出经济分类; NULL when none is in force.';
COMMENT ON COLUMN @ledger@.edition_in_force.dept_economic IS 'Edition of 部门支出经济分类; NULL when none is in force.';

-- The join on <@ is a range scan of line's index for each division, unit or code,
-- and a filter on an official code reaches it through the dimension's own index.

CREATE VIEW @report@.execution_by_division WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.division_code, s.division_name, s.division_level, s.parent_division_code,
         s.lines,
         s.own_budget::numeric(20,2), s.own_paid::numeric(20,2), s.own_encumbered::numeric(20,2),
         s.own_blocked::numeric(20,2), s.own_carried::numeric(20,2), s.own_available::numeric(20,2),
         CASE WHEN s.own_budget > '0' THEN round(s.own_paid / s.own_budget, 4) END::numeric(24,4) AS own_execution_rate,
         s.own_transferred::numeric(20,2),
         s.total_budget::numeric(20,2), s.total_paid::numeric(20,2), s.total_encumbered::numeric(20,2),
         s.total_blocked::numeric(20,2), s.total_carried::numeric(20,2), s.total_available::numeric(20,2),
         CASE WHEN s.total_budget > '0' THEN round(s.total_paid / s.total_budget, 4) END::numeric(24,4) AS total_execution_rate,
         coalesce((SELECT budgetpm.sum(t.amount) FROM @ledger@.transfer t
                    WHERE t.state = 'sent' AND t.to_division <@ s.code AND t.from_division <@ s.code
                      AND t.from_line IS NOT NULL AND t.transfer_id / 1000000000000 = s.fiscal_year), '0')::numeric(20,2) AS total_in_transit
    FROM (
      SELECT min(l.line_id) * 20 + length(d.code::text) AS id,
             d.code, l.fiscal_year, d.official_code AS division_code, d.name AS division_name,
             d.level::integer AS division_level, p.official_code AS parent_division_code,
             count(*) AS lines,
             coalesce(budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn)
                      FILTER (WHERE l.division = d.code), '0') AS own_budget,
             coalesce(budgetpm.sum(b.paid) FILTER (WHERE l.division = d.code), '0') AS own_paid,
             coalesce(budgetpm.sum(b.precommitted + b.committed + b.requested)
                      FILTER (WHERE l.division = d.code), '0') AS own_encumbered,
             coalesce(budgetpm.sum(b.frozen + b.pending_out) FILTER (WHERE l.division = d.code), '0') AS own_blocked,
             coalesce(budgetpm.sum(b.carried) FILTER (WHERE l.division = d.code), '0') AS own_carried,
             coalesce(budgetpm.sum(b.available) FILTER (WHERE l.division = d.code), '0') AS own_available,
             coalesce(budgetpm.sum(b.transferred) FILTER (WHERE l.division = d.code), '0') AS own_transferred,
             budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS total_budget,
             budgetpm.sum(b.paid) AS total_paid,
             budgetpm.sum(b.precommitted + b.committed + b.requested) AS total_encumbered,
             budgetpm.sum(b.frozen + b.pending_out) AS total_blocked,
             budgetpm.sum(b.carried) AS total_carried,
             budgetpm.sum(b.available) AS total_available
        FROM @ledger@.division d
        JOIN @ledger@.line l ON l.division <@ d.code
        JOIN @ledger@.balance b ON b.line_id = l.line_id
        LEFT JOIN @ledger@.division p ON p.code = d.parent
       WHERE budgetpm.can_read('@ledger@.ledger'::regclass, d.code, NULL)
       GROUP BY d.code, d.official_code, d.name, d.level, p.code, p.official_code, l.fiscal_year) s;
COMMENT ON VIEW @report@.execution_by_division IS 'Execution by division (分地区预算执行): a row for each year and division with lines in or below it. own_ is the government itself (本级), total_ the consolidated figure (全辖). total_ of a division is the sum of own_ over its subtree. Shows the divisions that the reader may read as a whole.';
COMMENT ON COLUMN @report@.execution_by_division.id IS 'Unique in the view; for clients that need one integer key. It may change when a line is opened: do not store it.';
COMMENT ON COLUMN @report@.execution_by_division.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_by_division.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.execution_by_division.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_division.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.execution_by_division.parent_division_code IS 'Official code of the division above; NULL at the root.';
COMMENT ON COLUMN @report@.execution_by_division.lines IS 'Number of budget lines (指标数) below it, itself included.';
COMMENT ON COLUMN @report@.execution_by_division.own_budget IS 'Budget (预算数) of this government itself (本级), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_division.own_paid IS 'Paid (已支付) of this government itself (本级), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.own_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.own_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.own_carried IS 'Carried into the next year (结转) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.own_available IS 'Available (可用额度) of this government itself (本级), in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_division.own_execution_rate IS 'paid / budget (执行率) of this government itself (本级), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.execution_by_division.own_transferred IS 'Sent to other governments (转移支付) by this one, in yuan; not part of own_budget.';
COMMENT ON COLUMN @report@.execution_by_division.total_budget IS 'Budget (预算数) of this government and all below it (全辖), transfers between them eliminated, in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_division.total_paid IS 'Paid (已支付) of this government and all below it (全辖), transfers between them eliminated, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.total_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.total_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.total_carried IS 'Carried into the next year (结转) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_division.total_available IS 'Available (可用额度) of this government and all below it (全辖), transfers between them eliminated, in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_division.total_execution_rate IS 'paid / budget (执行率) of this government and all below it (全辖), transfers between them eliminated, as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.execution_by_division.total_in_transit IS 'Transfers of this ledger between governments of the subtree that are sent and not received (在途), in yuan: in no budget yet.';

CREATE VIEW @report@.execution_by_fund_type WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.division_code, s.division_name, s.division_level,
         s.fund_type, s.fund_type_name, s.lines,
         s.own_budget::numeric(20,2), s.own_paid::numeric(20,2), s.own_encumbered::numeric(20,2),
         s.own_blocked::numeric(20,2), s.own_carried::numeric(20,2), s.own_available::numeric(20,2),
         CASE WHEN s.own_budget > '0' THEN round(s.own_paid / s.own_budget, 4) END::numeric(24,4) AS own_execution_rate,
         s.total_budget::numeric(20,2), s.total_paid::numeric(20,2), s.total_encumbered::numeric(20,2),
         s.total_blocked::numeric(20,2), s.total_carried::numeric(20,2), s.total_available::numeric(20,2),
         CASE WHEN s.total_budget > '0' THEN round(s.total_paid / s.total_budget, 4) END::numeric(24,4) AS total_execution_rate
    FROM (
      SELECT min(l.line_id) * 20 + length(d.code::text) AS id,
             l.fiscal_year, d.official_code AS division_code, d.name AS division_name,
             d.level::integer AS division_level, l.fund_type, f.name AS fund_type_name,
             count(*) AS lines,
             coalesce(budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn)
                      FILTER (WHERE l.division = d.code), '0') AS own_budget,
             coalesce(budgetpm.sum(b.paid) FILTER (WHERE l.division = d.code), '0') AS own_paid,
             coalesce(budgetpm.sum(b.precommitted + b.committed + b.requested)
                      FILTER (WHERE l.division = d.code), '0') AS own_encumbered,
             coalesce(budgetpm.sum(b.frozen + b.pending_out) FILTER (WHERE l.division = d.code), '0') AS own_blocked,
             coalesce(budgetpm.sum(b.carried) FILTER (WHERE l.division = d.code), '0') AS own_carried,
             coalesce(budgetpm.sum(b.available) FILTER (WHERE l.division = d.code), '0') AS own_available,
             budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS total_budget,
             budgetpm.sum(b.paid) AS total_paid,
             budgetpm.sum(b.precommitted + b.committed + b.requested) AS total_encumbered,
             budgetpm.sum(b.frozen + b.pending_out) AS total_blocked,
             budgetpm.sum(b.carried) AS total_carried,
             budgetpm.sum(b.available) AS total_available
        FROM @ledger@.division d
        JOIN @ledger@.line l ON l.division <@ d.code
        JOIN @ledger@.balance b ON b.line_id = l.line_id
        JOIN @ledger@.fund_type f ON f.fund_type = l.fund_type
       WHERE budgetpm.can_read('@ledger@.ledger'::regclass, d.code, NULL)
       GROUP BY d.code, d.official_code, d.name, d.level, l.fund_type, f.fund_type, f.name, l.fiscal_year) s;
COMMENT ON VIEW @report@.execution_by_fund_type IS 'Execution by division and fund type (分资金性质预算执行), so that the four books (四本预算) are not added up: a row for each year, division and fund type. Otherwise as execution_by_division.';
COMMENT ON COLUMN @report@.execution_by_fund_type.id IS 'Unique in the view; for clients that need one integer key. It may change when a line is opened: do not store it.';
COMMENT ON COLUMN @report@.execution_by_fund_type.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_by_fund_type.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.execution_by_fund_type.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_fund_type.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.execution_by_fund_type.fund_type IS 'Code of the fund type (资金性质).';
COMMENT ON COLUMN @report@.execution_by_fund_type.fund_type_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_fund_type.lines IS 'Number of budget lines (指标数) below it, itself included.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_budget IS 'Budget (预算数) of this government itself (本级), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_paid IS 'Paid (已支付) of this government itself (本级), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_carried IS 'Carried into the next year (结转) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_available IS 'Available (可用额度) of this government itself (本级), in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_fund_type.own_execution_rate IS 'paid / budget (执行率) of this government itself (本级), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_budget IS 'Budget (预算数) of this government and all below it (全辖), transfers between them eliminated, in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_paid IS 'Paid (已支付) of this government and all below it (全辖), transfers between them eliminated, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_carried IS 'Carried into the next year (结转) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_available IS 'Available (可用额度) of this government and all below it (全辖), transfers between them eliminated, in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_fund_type.total_execution_rate IS 'paid / budget (执行率) of this government and all below it (全辖), transfers between them eliminated, as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';

CREATE VIEW @report@.execution_by_unit WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.unit_code, s.unit_name, s.unit_kind, s.parent_unit_code,
         s.division_code, s.division_name, s.lines,
         s.own_budget::numeric(20,2), s.own_paid::numeric(20,2), s.own_encumbered::numeric(20,2),
         s.own_blocked::numeric(20,2), s.own_carried::numeric(20,2), s.own_available::numeric(20,2),
         CASE WHEN s.own_budget > '0' THEN round(s.own_paid / s.own_budget, 4) END::numeric(24,4) AS own_execution_rate,
         s.total_budget::numeric(20,2), s.total_paid::numeric(20,2), s.total_encumbered::numeric(20,2),
         s.total_blocked::numeric(20,2), s.total_carried::numeric(20,2), s.total_available::numeric(20,2),
         CASE WHEN s.total_budget > '0' THEN round(s.total_paid / s.total_budget, 4) END::numeric(24,4) AS total_execution_rate
    FROM (
      SELECT min(l.line_id) * 20 + length(u.code::text) AS id,
             l.fiscal_year, u.official_code AS unit_code, u.name AS unit_name, u.kind AS unit_kind,
             p.official_code AS parent_unit_code, d.official_code AS division_code, d.name AS division_name,
             count(*) AS lines,
             coalesce(budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn)
                      FILTER (WHERE l.unit = u.code), '0') AS own_budget,
             coalesce(budgetpm.sum(b.paid) FILTER (WHERE l.unit = u.code), '0') AS own_paid,
             coalesce(budgetpm.sum(b.precommitted + b.committed + b.requested)
                      FILTER (WHERE l.unit = u.code), '0') AS own_encumbered,
             coalesce(budgetpm.sum(b.frozen + b.pending_out) FILTER (WHERE l.unit = u.code), '0') AS own_blocked,
             coalesce(budgetpm.sum(b.carried) FILTER (WHERE l.unit = u.code), '0') AS own_carried,
             coalesce(budgetpm.sum(b.available) FILTER (WHERE l.unit = u.code), '0') AS own_available,
             budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS total_budget,
             budgetpm.sum(b.paid) AS total_paid,
             budgetpm.sum(b.precommitted + b.committed + b.requested) AS total_encumbered,
             budgetpm.sum(b.frozen + b.pending_out) AS total_blocked,
             budgetpm.sum(b.carried) AS total_carried,
             budgetpm.sum(b.available) AS total_available
        FROM @ledger@.unit u
        JOIN @ledger@.division d ON d.code = u.division
        JOIN @ledger@.line l ON l.unit <@ u.code
        JOIN @ledger@.balance b ON b.line_id = l.line_id
        LEFT JOIN @ledger@.unit p ON p.code = u.parent
       WHERE budgetpm.can_read('@ledger@.ledger'::regclass, u.division, u.code)
       GROUP BY u.code, u.official_code, u.name, u.kind, p.code, p.official_code,
                d.code, d.official_code, d.name, l.fiscal_year) s;
COMMENT ON VIEW @report@.execution_by_unit IS 'Execution by budget unit (分单位预算执行): a row for each year and unit with lines on it or its subordinates. own_ is the unit itself, total_ with all units below it. Shows the units that the reader may read, and in total_ the lines that he may read.';
COMMENT ON COLUMN @report@.execution_by_unit.id IS 'Unique in the view; for clients that need one integer key. It may change when a line is opened: do not store it.';
COMMENT ON COLUMN @report@.execution_by_unit.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_by_unit.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.execution_by_unit.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_unit.unit_kind IS 'department 主管部门, unit 预算单位, subordinate 基层单位, finance 财政部门.';
COMMENT ON COLUMN @report@.execution_by_unit.parent_unit_code IS 'Official code of the unit above; NULL for a department.';
COMMENT ON COLUMN @report@.execution_by_unit.division_code IS 'Official code of the government that funds the unit now (财政区划代码).';
COMMENT ON COLUMN @report@.execution_by_unit.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_unit.lines IS 'Number of budget lines (指标数) below it, itself included.';
COMMENT ON COLUMN @report@.execution_by_unit.own_budget IS 'Budget (预算数) of the unit itself (本单位), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_unit.own_paid IS 'Paid (已支付) of the unit itself (本单位), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.own_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of the unit itself (本单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.own_blocked IS 'Frozen or asked to leave (冻结及在途调减) of the unit itself (本单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.own_carried IS 'Carried into the next year (结转) of the unit itself (本单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.own_available IS 'Available (可用额度) of the unit itself (本单位), in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_unit.own_execution_rate IS 'paid / budget (执行率) of the unit itself (本单位), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.execution_by_unit.total_budget IS 'Budget (预算数) of the unit and its subordinates (含下级单位), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_unit.total_paid IS 'Paid (已支付) of the unit and its subordinates (含下级单位), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.total_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of the unit and its subordinates (含下级单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.total_blocked IS 'Frozen or asked to leave (冻结及在途调减) of the unit and its subordinates (含下级单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.total_carried IS 'Carried into the next year (结转) of the unit and its subordinates (含下级单位), in yuan.';
COMMENT ON COLUMN @report@.execution_by_unit.total_available IS 'Available (可用额度) of the unit and its subordinates (含下级单位), in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_unit.total_execution_rate IS 'paid / budget (执行率) of the unit and its subordinates (含下级单位), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';

CREATE VIEW @report@.execution_by_function WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.division_code, s.division_name, s.division_level,
         s.func_code, s.func_name, budgetpm.level(s.func, s.widths) AS func_level, s.func_is_leaf, s.lines,
         s.own_budget::numeric(20,2), s.own_paid::numeric(20,2), s.own_encumbered::numeric(20,2),
         s.own_blocked::numeric(20,2), s.own_carried::numeric(20,2), s.own_available::numeric(20,2),
         CASE WHEN s.own_budget > '0' THEN round(s.own_paid / s.own_budget, 4) END::numeric(24,4) AS own_execution_rate,
         s.total_budget::numeric(20,2), s.total_paid::numeric(20,2), s.total_encumbered::numeric(20,2),
         s.total_blocked::numeric(20,2), s.total_carried::numeric(20,2), s.total_available::numeric(20,2),
         CASE WHEN s.total_budget > '0' THEN round(s.total_paid / s.total_budget, 4) END::numeric(24,4) AS total_execution_rate
    FROM (
      SELECT (min(l.line_id) * 20 + length(d.code::text)) * 20 + length(c.code::text) AS id,
             l.fiscal_year, d.official_code AS division_code, d.name AS division_name,
             d.level::integer AS division_level, c.code AS func, c.official_code AS func_code, c.name AS func_name,
             c.is_leaf AS func_is_leaf, m.widths, count(*) AS lines,
             coalesce(budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn)
                      FILTER (WHERE l.division = d.code), '0') AS own_budget,
             coalesce(budgetpm.sum(b.paid) FILTER (WHERE l.division = d.code), '0') AS own_paid,
             coalesce(budgetpm.sum(b.precommitted + b.committed + b.requested)
                      FILTER (WHERE l.division = d.code), '0') AS own_encumbered,
             coalesce(budgetpm.sum(b.frozen + b.pending_out) FILTER (WHERE l.division = d.code), '0') AS own_blocked,
             coalesce(budgetpm.sum(b.carried) FILTER (WHERE l.division = d.code), '0') AS own_carried,
             coalesce(budgetpm.sum(b.available) FILTER (WHERE l.division = d.code), '0') AS own_available,
             budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS total_budget,
             budgetpm.sum(b.paid) AS total_paid,
             budgetpm.sum(b.precommitted + b.committed + b.requested) AS total_encumbered,
             budgetpm.sum(b.frozen + b.pending_out) AS total_blocked,
             budgetpm.sum(b.carried) AS total_carried,
             budgetpm.sum(b.available) AS total_available
        FROM @ledger@.division d
        JOIN @ledger@.line l ON l.division <@ d.code
        JOIN @ledger@.balance b ON b.line_id = l.line_id
        JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
        JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND l.func <@ c.code
        JOIN @ledger@.classification_scheme m ON m.scheme = c.scheme
       WHERE budgetpm.can_read('@ledger@.ledger'::regclass, d.code, NULL)
       GROUP BY d.code, d.official_code, d.name, d.level, c.scheme, c.edition, c.code, c.official_code, c.name,
                c.is_leaf, m.scheme, m.widths, l.fiscal_year) s;
COMMENT ON VIEW @report@.execution_by_function IS 'Execution by function (支出功能分类预算执行) at every level 类, 款, 项: a row for each year, division and code that has lines at or below it, by the edition of the year. To add up rows, take one func_level, or func_is_leaf. A code that an edition loaded later does not have gets no row; its money is in the rows above it. Shows the divisions that the reader may read as a whole.';
COMMENT ON COLUMN @report@.execution_by_function.id IS 'Unique in the view; for clients that need one integer key. It may change when a line is opened: do not store it.';
COMMENT ON COLUMN @report@.execution_by_function.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_by_function.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.execution_by_function.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_function.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.execution_by_function.func_code IS 'Official code of the function (支出功能分类科目编码).';
COMMENT ON COLUMN @report@.execution_by_function.func_name IS 'Its name in the edition of the year.';
COMMENT ON COLUMN @report@.execution_by_function.func_level IS '1 类 class, 2 款 division, 3 项 item.';
COMMENT ON COLUMN @report@.execution_by_function.func_is_leaf IS 'Whether nothing stands below it in that edition (末级).';
COMMENT ON COLUMN @report@.execution_by_function.lines IS 'Number of budget lines (指标数) below it, itself included.';
COMMENT ON COLUMN @report@.execution_by_function.own_budget IS 'Budget (预算数) of this government itself (本级), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_function.own_paid IS 'Paid (已支付) of this government itself (本级), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.own_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.own_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.own_carried IS 'Carried into the next year (结转) of this government itself (本级), in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.own_available IS 'Available (可用额度) of this government itself (本级), in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_function.own_execution_rate IS 'paid / budget (执行率) of this government itself (本级), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.execution_by_function.total_budget IS 'Budget (预算数) of this government and all below it (全辖), transfers between them eliminated, in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_function.total_paid IS 'Paid (已支付) of this government and all below it (全辖), transfers between them eliminated, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.total_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.total_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.total_carried IS 'Carried into the next year (结转) of this government and all below it (全辖), transfers between them eliminated, in yuan.';
COMMENT ON COLUMN @report@.execution_by_function.total_available IS 'Available (可用额度) of this government and all below it (全辖), transfers between them eliminated, in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_function.total_execution_rate IS 'paid / budget (执行率) of this government and all below it (全辖), transfers between them eliminated, as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';

CREATE VIEW @report@.execution_by_project WITH (security_invoker = true) AS
  SELECT s.id, s.fiscal_year, s.project_id, s.project_code, s.project_name, s.category, s.setup_year,
         s.parent_project_code, s.unit_code, s.unit_name, s.division_code, s.division_name, s.lines,
         s.budget::numeric(20,2), s.paid::numeric(20,2), s.encumbered::numeric(20,2), s.blocked::numeric(20,2),
         s.carried::numeric(20,2), s.available::numeric(20,2),
         CASE WHEN s.budget > '0' THEN round(s.paid / s.budget, 4) END::numeric(24,4) AS execution_rate
    FROM (
      SELECT min(l.line_id) AS id,
             l.fiscal_year, r.project_id, r.official_code AS project_code, r.name AS project_name, r.category,
             r.setup_year, p.official_code AS parent_project_code, u.official_code AS unit_code, u.name AS unit_name,
             d.official_code AS division_code, d.name AS division_name, count(*) AS lines,
             budgetpm.sum(b.appropriated - b.allotted - b.transferred - b.withdrawn) AS budget,
             budgetpm.sum(b.paid) AS paid,
             budgetpm.sum(b.precommitted + b.committed + b.requested) AS encumbered,
             budgetpm.sum(b.frozen + b.pending_out) AS blocked,
             budgetpm.sum(b.carried) AS carried,
             budgetpm.sum(b.available) AS available
        FROM @ledger@.project r
        JOIN @ledger@.unit u ON u.code = r.unit
        JOIN @ledger@.division d ON d.code = u.division
        JOIN @ledger@.line l ON l.project_id = r.project_id
        JOIN @ledger@.balance b ON b.line_id = l.line_id
        LEFT JOIN @ledger@.project p ON p.project_id = r.parent_id
       GROUP BY r.project_id, r.official_code, r.name, r.category, r.setup_year, p.project_id, p.official_code,
                u.code, u.official_code, u.name, d.code, d.official_code, d.name, l.fiscal_year) s;
COMMENT ON VIEW @report@.execution_by_project IS 'Execution by project (分项目预算执行): a row for each year and project with lines. Figures are those of the lines that the reader may read.';
COMMENT ON COLUMN @report@.execution_by_project.id IS 'Unique in the view; for clients that need one integer key. It may change when a line is opened: do not store it.';
COMMENT ON COLUMN @report@.execution_by_project.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.execution_by_project.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.execution_by_project.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.execution_by_project.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_project.category IS 'Project category (项目类别).';
COMMENT ON COLUMN @report@.execution_by_project.setup_year IS 'Year of initiation (立项年度).';
COMMENT ON COLUMN @report@.execution_by_project.parent_project_code IS 'Official code of the programme above it (一级项目); NULL where it is one.';
COMMENT ON COLUMN @report@.execution_by_project.unit_code IS 'Official code of the unit whose project it is (预算单位代码).';
COMMENT ON COLUMN @report@.execution_by_project.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_project.division_code IS 'Official code of the government that funds that unit now (财政区划代码).';
COMMENT ON COLUMN @report@.execution_by_project.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.execution_by_project.lines IS 'Number of budget lines (指标数) of the project in the year.';
COMMENT ON COLUMN @report@.execution_by_project.budget IS 'Budget (预算数) of the lines of the project, in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.execution_by_project.paid IS 'Paid (已支付) of the lines of the project, net of refunds, in yuan.';
COMMENT ON COLUMN @report@.execution_by_project.encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of the lines of the project, in yuan.';
COMMENT ON COLUMN @report@.execution_by_project.blocked IS 'Frozen or asked to leave (冻结及在途调减) of the lines of the project, in yuan.';
COMMENT ON COLUMN @report@.execution_by_project.carried IS 'Carried into the next year (结转) of the lines of the project, in yuan.';
COMMENT ON COLUMN @report@.execution_by_project.available IS 'Available (可用额度) of the lines of the project, in yuan. budget = paid + encumbered + blocked + carried + available.';
COMMENT ON COLUMN @report@.execution_by_project.execution_rate IS 'paid / budget (执行率) of the lines of the project, as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';

-- What a filter is likely to name is joined first: beyond join_collapse_limit (8) the
-- planner keeps the order written here.
CREATE VIEW @report@.line_detail WITH (security_invoker = true) AS
  SELECT l.line_id, l.fiscal_year,
         CASE b.year_state WHEN 'p' THEN 'preparing' WHEN 'o' THEN 'open' WHEN 'c' THEN 'closing'
                           ELSE 'closed' END::varchar(10) AS year_state,
         l.parent_id AS parent_line_id,
         d.official_code AS division_code, d.name AS division_name, d.level::integer AS division_level,
         u.official_code AS unit_code, u.name AS unit_name,
         c.official_code AS func_code, c.name AS func_name,
         g.official_code AS gov_econ_code, g.name AS gov_econ_name,
         h.official_code AS dept_econ_code, h.name AS dept_econ_name,
         l.fund_type, f.name AS fund_type_name,
         l.project_id, r.official_code AS project_code, r.name AS project_name,
         l.title, l.executable,
         CASE b.control WHEN 'b' THEN 'block' WHEN 'w' THEN 'warn' ELSE 'off' END::varchar(10) AS control,
         CASE b.line_state WHEN 'o' THEN 'open' WHEN 'p' THEN 'provisional' ELSE 'closed' END::varchar(12) AS line_state,
         l.source_doc, l.direct, l.elements,
         (b.appropriated - b.allotted - b.transferred - b.withdrawn)::numeric(20,2) AS budget,
         b.appropriated::numeric(18,2), b.available::numeric(18,2), b.allotted::numeric(18,2),
         b.transferred::numeric(18,2), b.frozen::numeric(18,2), b.pending_out::numeric(18,2),
         b.precommitted::numeric(18,2), b.committed::numeric(18,2), b.requested::numeric(18,2),
         b.paid::numeric(18,2), b.withdrawn::numeric(18,2), b.carried::numeric(18,2),
         CASE WHEN b.appropriated - b.allotted - b.transferred - b.withdrawn > '0'
              THEN round(b.paid / (b.appropriated - b.allotted - b.transferred - b.withdrawn), 4)
         END::numeric(24,4) AS execution_rate,
         b.entry_no AS entries,
         CASE WHEN b.entry_no > 0 THEN b.posted_at END AS last_posted_at,
         l.opened_at, l.opened_by
    FROM @ledger@.line l
    JOIN @ledger@.balance b ON b.line_id = l.line_id
    JOIN @ledger@.unit u ON u.code = l.unit
    JOIN @ledger@.division d ON d.code = l.division
    JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = l.func
    LEFT JOIN @ledger@.project r ON r.project_id = l.project_id
    LEFT JOIN @ledger@.fund_type f ON f.fund_type = l.fund_type
    LEFT JOIN @ledger@.classification g
           ON g.scheme = 'gov_economic' AND g.edition = e.gov_economic AND g.code = l.gov_econ
    LEFT JOIN @ledger@.classification h
           ON h.scheme = 'dept_economic' AND h.edition = e.dept_economic AND h.code = l.dept_econ;
COMMENT ON VIEW @report@.line_detail IS 'Budget lines (指标明细), one row each: elements with their names, and where the money is now. budget adds up over any set of lines; appropriated does not, because allotted money is in it twice.';
COMMENT ON COLUMN @report@.line_detail.line_id IS 'The line; unique. Fiscal year times 10^12 plus a serial number.';
COMMENT ON COLUMN @report@.line_detail.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.line_detail.year_state IS 'State of the year: preparing, open, closing, closed.';
COMMENT ON COLUMN @report@.line_detail.parent_line_id IS 'The line that this one was allotted from; NULL for a root.';
COMMENT ON COLUMN @report@.line_detail.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.line_detail.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.line_detail.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.line_detail.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.func_code IS 'Function (支出功能分类科目编码), in the edition of the year; NULL if an edition loaded later does not have it.';
COMMENT ON COLUMN @report@.line_detail.func_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.gov_econ_code IS 'Economic class in the governments view (政府支出经济分类).';
COMMENT ON COLUMN @report@.line_detail.gov_econ_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.dept_econ_code IS 'Economic class in the department''s view (部门支出经济分类).';
COMMENT ON COLUMN @report@.line_detail.dept_econ_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.fund_type IS 'Code of the fund type (资金性质).';
COMMENT ON COLUMN @report@.line_detail.fund_type_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.project_id IS 'Key of the project in this ledger.';
COMMENT ON COLUMN @report@.line_detail.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.line_detail.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.line_detail.title IS 'What the line is called.';
COMMENT ON COLUMN @report@.line_detail.executable IS 'True: spendable (可执行指标). False: held for distribution (待分指标).';
COMMENT ON COLUMN @report@.line_detail.control IS 'What happens when money would run short: block, warn or off.';
COMMENT ON COLUMN @report@.line_detail.line_state IS 'open, provisional (before the vote, 人代会批准前) or closed.';
COMMENT ON COLUMN @report@.line_detail.source_doc IS 'The superior''s document (上级指标文号).';
COMMENT ON COLUMN @report@.line_detail.direct IS 'Direct-to-grass-roots money (直达资金).';
COMMENT ON COLUMN @report@.line_detail.elements IS 'The other elements of the national standard, by their keys.';
COMMENT ON COLUMN @report@.line_detail.budget IS 'Budget (预算数), in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.line_detail.appropriated IS 'Authority given to the line (批复/追加总额), in yuan: the sum of the eleven figures that follow.';
COMMENT ON COLUMN @report@.line_detail.available IS 'May be spent or moved (可用额度), in yuan.';
COMMENT ON COLUMN @report@.line_detail.allotted IS 'Given to child lines of the same government (已下达), in yuan.';
COMMENT ON COLUMN @report@.line_detail.transferred IS 'Sent to other governments (转移支付下级财政), in yuan.';
COMMENT ON COLUMN @report@.line_detail.frozen IS 'Not usable for a time (冻结), in yuan.';
COMMENT ON COLUMN @report@.line_detail.pending_out IS 'Asked to leave (在途调减), in yuan.';
COMMENT ON COLUMN @report@.line_detail.precommitted IS 'Held by procurement plans (采购计划占用), in yuan.';
COMMENT ON COLUMN @report@.line_detail.committed IS 'Held by contracts (合同占用), in yuan.';
COMMENT ON COLUMN @report@.line_detail.requested IS 'Held by payment requests (支付申请占用), in yuan.';
COMMENT ON COLUMN @report@.line_detail.paid IS 'Paid (已支付), net of refunds, in yuan.';
COMMENT ON COLUMN @report@.line_detail.withdrawn IS 'Taken back by finance (收回), in yuan.';
COMMENT ON COLUMN @report@.line_detail.carried IS 'Carried into the next year (结转), in yuan.';
COMMENT ON COLUMN @report@.line_detail.execution_rate IS 'paid / budget (执行率), as a fraction: 0.25 is 25 %. NULL where there is no budget above 0.';
COMMENT ON COLUMN @report@.line_detail.entries IS 'Number of journal entries of the line.';
COMMENT ON COLUMN @report@.line_detail.last_posted_at IS 'Moment of the last one; NULL before the first.';
COMMENT ON COLUMN @report@.line_detail.opened_at IS 'When the line was opened.';
COMMENT ON COLUMN @report@.line_detail.opened_by IS 'The login that opened it.';

CREATE VIEW @report@.journal WITH (security_invoker = true) AS
  SELECT j.line_id, j.entry_no, j.posting_id, l.fiscal_year, j.accounting_date, j.posted_at,
         j.kind, k.name_zh AS kind_name, k.source, k.target,
         j.amount::numeric(18,2),
         (CASE k.source WHEN 'appropriated' THEN j.amount WHEN 'allotted' THEN j.amount
                        WHEN 'transferred' THEN j.amount WHEN 'withdrawn' THEN j.amount ELSE '0' END
          - CASE k.target WHEN 'appropriated' THEN j.amount WHEN 'allotted' THEN j.amount
                          WHEN 'transferred' THEN j.amount WHEN 'withdrawn' THEN j.amount ELSE '0' END
         )::numeric(18,2) AS budget_change,
         (CASE k.target WHEN 'paid' THEN j.amount ELSE '0' END
          - CASE k.source WHEN 'paid' THEN j.amount ELSE '0' END)::numeric(18,2) AS paid_change,
         j.available_after::numeric(18,2),
         d.official_code AS division_code, d.name AS division_name,
         u.official_code AS unit_code, u.name AS unit_name,
         c.official_code AS func_code, l.fund_type, r.official_code AS project_code,
         j.document::varchar(200), j.actor::varchar(100), j.login::varchar(63), j.key::varchar(100), j.memo,
         j.peer_line AS peer_line_id, j.refers_line AS refers_line_id, j.refers_entry AS refers_entry_no,
         j.from_obligation AS from_obligation_id, j.to_obligation AS to_obligation_id,
         encode(j.digest, 'hex')::varchar(64) AS digest
    FROM @ledger@.line l
    JOIN @ledger@.journal j ON j.line_id = l.line_id
    JOIN @ledger@.entry_kind k ON k.kind = j.kind
    JOIN @ledger@.unit u ON u.code = l.unit
    JOIN @ledger@.division d ON d.code = l.division
    JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = l.func
    LEFT JOIN @ledger@.project r ON r.project_id = l.project_id;
COMMENT ON VIEW @report@.journal IS 'Journal (指标流水): every movement of money, one row an entry; line_id and entry_no together are unique. The sum of budget_change is the budget, that of paid_change the payments, of any set of lines up to any date.';
COMMENT ON COLUMN @report@.journal.line_id IS 'The line whose money moved.';
COMMENT ON COLUMN @report@.journal.entry_no IS 'Number of the entry on its line, from 1 without gaps.';
COMMENT ON COLUMN @report@.journal.posting_id IS 'The posting; its entries share it.';
COMMENT ON COLUMN @report@.journal.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.journal.accounting_date IS 'Accounting date (记账日期), inside the fiscal year.';
COMMENT ON COLUMN @report@.journal.posted_at IS 'When it was posted.';
COMMENT ON COLUMN @report@.journal.kind IS 'Kind of entry (业务类型), such as pay.';
COMMENT ON COLUMN @report@.journal.kind_name IS 'Its Chinese name, such as 支付.';
COMMENT ON COLUMN @report@.journal.source IS 'Bucket that lost; appropriated: the line''s total grew.';
COMMENT ON COLUMN @report@.journal.target IS 'Bucket that gained; appropriated: the line''s total shrank.';
COMMENT ON COLUMN @report@.journal.amount IS 'Amount moved, in yuan, always positive.';
COMMENT ON COLUMN @report@.journal.budget_change IS 'What the entry did to the line''s budget (预算数), in yuan.';
COMMENT ON COLUMN @report@.journal.paid_change IS 'What it did to the payments (已支付), in yuan; negative for refunds.';
COMMENT ON COLUMN @report@.journal.available_after IS 'The line''s available amount (可用额度) after it, in yuan.';
COMMENT ON COLUMN @report@.journal.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.journal.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.journal.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.journal.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.journal.func_code IS 'Function of the line (支出功能分类科目编码).';
COMMENT ON COLUMN @report@.journal.fund_type IS 'Fund type of the line (资金性质).';
COMMENT ON COLUMN @report@.journal.project_code IS 'Official project code of the line (项目代码).';
COMMENT ON COLUMN @report@.journal.document IS 'The document that gave authority (文号).';
COMMENT ON COLUMN @report@.journal.actor IS 'Who acted (经办人), as the application said.';
COMMENT ON COLUMN @report@.journal.login IS 'The database role that posted.';
COMMENT ON COLUMN @report@.journal.key IS 'Idempotency key of the posting.';
COMMENT ON COLUMN @report@.journal.memo IS 'Data of the application; part of the digest.';
COMMENT ON COLUMN @report@.journal.peer_line_id IS 'The line at the other end, where there is one.';
COMMENT ON COLUMN @report@.journal.refers_line_id IS 'With refers_entry_no: the entry that this one undoes in whole or part.';
COMMENT ON COLUMN @report@.journal.refers_entry_no IS 'See refers_line_id.';
COMMENT ON COLUMN @report@.journal.from_obligation_id IS 'The obligation (采购计划, 合同, 支付申请) that the money left.';
COMMENT ON COLUMN @report@.journal.to_obligation_id IS 'The obligation that the money went to.';
COMMENT ON COLUMN @report@.journal.digest IS 'Digest of the entry and all before it on the line, in hex.';

CREATE VIEW @report@.transfer_in_transit WITH (security_invoker = true) AS
  SELECT t.transfer_id, (t.transfer_id / 1000000000000)::integer AS fiscal_year, t.document,
         f.official_code AS from_division_code, f.name AS from_division_name, t.from_line AS from_line_id,
         o.official_code AS to_division_code, o.name AS to_division_name,
         t.amount::numeric(18,2), t.direct, t.sent_at,
         (current_date - t.sent_at::date) AS days_in_transit, t.origin
    FROM @ledger@.transfer t
    JOIN @ledger@.division f ON f.code = t.from_division
    JOIN @ledger@.division o ON o.code = t.to_division
   WHERE t.state = 'sent';
COMMENT ON VIEW @report@.transfer_in_transit IS 'Transfers between governments that are sent and neither received nor returned (在途转移支付). Shown to those who may read the sender or the receiver.';
COMMENT ON COLUMN @report@.transfer_in_transit.transfer_id IS 'The transfer; unique. It is what receive_transfer() takes.';
COMMENT ON COLUMN @report@.transfer_in_transit.fiscal_year IS 'Fiscal year of the sending line (预算年度).';
COMMENT ON COLUMN @report@.transfer_in_transit.document IS 'The sender''s document, the receiver''s 上级指标文号.';
COMMENT ON COLUMN @report@.transfer_in_transit.from_division_code IS 'Official code of the sending government.';
COMMENT ON COLUMN @report@.transfer_in_transit.from_division_name IS 'Its name.';
COMMENT ON COLUMN @report@.transfer_in_transit.from_line_id IS 'The sending line; NULL when it is one of another ledger.';
COMMENT ON COLUMN @report@.transfer_in_transit.to_division_code IS 'Official code of the government that is to receive.';
COMMENT ON COLUMN @report@.transfer_in_transit.to_division_name IS 'Its name.';
COMMENT ON COLUMN @report@.transfer_in_transit.amount IS 'Amount, in yuan.';
COMMENT ON COLUMN @report@.transfer_in_transit.direct IS 'Direct-to-grass-roots money (直达资金).';
COMMENT ON COLUMN @report@.transfer_in_transit.sent_at IS 'When it was sent.';
COMMENT ON COLUMN @report@.transfer_in_transit.days_in_transit IS 'Whole days since then, by the session''s time zone.';
COMMENT ON COLUMN @report@.transfer_in_transit.origin IS 'The other ledger that sent it, as announce_transfer() was told; NULL for this one.';
