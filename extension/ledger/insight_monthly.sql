-- insight: months, out of the rollups
--
-- Folded sums, and rollup_tail() for what is not folded yet, in the snapshot of the
-- query. The LATERAL hands a filter on a year or a division down to the index.

CREATE VIEW @report@.monthly_by_division WITH (security_invoker = true) AS
  WITH tail AS MATERIALIZED (
    SELECT t.fiscal_year, t.division, t.fund_type, t.month, t.appropriated, t.available, t.allotted, t.transferred, t.frozen, t.pending_out, t.precommitted, t.committed, t.requested, t.paid, t.withdrawn, t.carried, t.entries
      FROM budgetpm.rollup_tail('@ledger@.ledger'::regclass, NULL) t)
  SELECT y.fiscal_year, s.month, d.official_code AS division_code, d.name AS division_name,
         d.level::integer AS division_level, p.official_code AS parent_division_code,
         s.fund_type::varchar(10), f.name AS fund_type_name, s.entries,
         s.own_budget, s.own_paid, s.own_encumbered, s.own_blocked, s.own_carried, s.own_available,
         s.total_budget, s.total_paid, s.total_encumbered, s.total_blocked, s.total_carried, s.total_available
    FROM @ledger@.fiscal_year y
    CROSS JOIN @ledger@.division d
    CROSS JOIN LATERAL (
      SELECT x.fund_type, x.month::integer AS month,
             coalesce(sum(x.entries) FILTER (WHERE x.is_total), 0)::bigint AS entries,
             coalesce(budgetpm.sum(x.appropriated - x.allotted - x.transferred - x.withdrawn) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_budget,
             coalesce(budgetpm.sum(x.paid) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_paid,
             coalesce(budgetpm.sum(x.precommitted + x.committed + x.requested) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_encumbered,
             coalesce(budgetpm.sum(x.frozen + x.pending_out) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_blocked,
             coalesce(budgetpm.sum(x.carried) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_carried,
             coalesce(budgetpm.sum(x.available) FILTER (WHERE x.is_own), '0')::numeric(20,2) AS own_available,
             coalesce(budgetpm.sum(x.appropriated - x.allotted - x.transferred - x.withdrawn) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_budget,
             coalesce(budgetpm.sum(x.paid) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_paid,
             coalesce(budgetpm.sum(x.precommitted + x.committed + x.requested) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_encumbered,
             coalesce(budgetpm.sum(x.frozen + x.pending_out) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_blocked,
             coalesce(budgetpm.sum(x.carried) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_carried,
             coalesce(budgetpm.sum(x.available) FILTER (WHERE x.is_total), '0')::numeric(20,2) AS total_available
        FROM (
          SELECT r.fund_type, r.month, r.subtree AS is_total, NOT r.subtree AS is_own, r.appropriated, r.available, r.allotted, r.transferred, r.frozen, r.pending_out, r.precommitted, r.committed, r.requested, r.paid, r.withdrawn, r.carried, r.entries
            FROM @ledger@.rollup_division r
           WHERE r.division = d.code AND r.fiscal_year = y.fiscal_year
          UNION ALL
          SELECT t.fund_type, t.month, true, t.division = d.code, t.appropriated, t.available, t.allotted, t.transferred, t.frozen, t.pending_out, t.precommitted, t.committed, t.requested, t.paid, t.withdrawn, t.carried, t.entries
            FROM tail t
           WHERE t.division <@ d.code AND t.fiscal_year = y.fiscal_year) x
       GROUP BY x.fund_type, x.month) s
    LEFT JOIN @ledger@.division p ON p.code = d.parent
    LEFT JOIN @ledger@.fund_type f ON f.fund_type = s.fund_type
   WHERE budgetpm.can_read('@ledger@.ledger'::regclass, d.code, NULL);
COMMENT ON VIEW @report@.monthly_by_division IS 'What moved in each accounting month (分月分地区预算执行): a row for each year, month, division and fund type with entries in or below the division. own_ is the government itself (本级), total_ with all below it (全辖). Months add up to the state at the end of the last one. Exact at any moment: folded sums and what is not folded yet, in one snapshot. Shows the divisions that the reader may read as a whole.';
COMMENT ON COLUMN @report@.monthly_by_division.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.monthly_by_division.month IS 'Accounting month, 1 to 12.';
COMMENT ON COLUMN @report@.monthly_by_division.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.monthly_by_division.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_by_division.division_level IS '1 省 province, 2 市 city, 3 县 county, 4 乡 township.';
COMMENT ON COLUMN @report@.monthly_by_division.parent_division_code IS 'Official code of the division above it; NULL at the root.';
COMMENT ON COLUMN @report@.monthly_by_division.fund_type IS 'Code of the fund type (资金性质).';
COMMENT ON COLUMN @report@.monthly_by_division.fund_type_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_by_division.entries IS 'Number of journal entries in it and below it.';
COMMENT ON COLUMN @report@.monthly_by_division.own_budget IS 'Budget (预算数) of this government itself (本级): change in the month, in yuan. appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.monthly_by_division.own_paid IS 'Paid (已支付), net of refunds of this government itself (本级): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.own_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government itself (本级): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.own_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government itself (本级): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.own_carried IS 'Carried into the next year (结转) of this government itself (本级): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.own_available IS 'Available (可用额度) of this government itself (本级): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.total_budget IS 'Budget (预算数) of this government and all below it (全辖): change in the month, in yuan. appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.monthly_by_division.total_paid IS 'Paid (已支付), net of refunds of this government and all below it (全辖): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.total_encumbered IS 'Held by procurement plans, contracts and payment requests (占用) of this government and all below it (全辖): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.total_blocked IS 'Frozen or asked to leave (冻结及在途调减) of this government and all below it (全辖): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.total_carried IS 'Carried into the next year (结转) of this government and all below it (全辖): change in the month, in yuan.';
COMMENT ON COLUMN @report@.monthly_by_division.total_available IS 'Available (可用额度) of this government and all below it (全辖): change in the month, in yuan.';

CREATE VIEW @report@.monthly_detail WITH (security_invoker = true) AS
  SELECT x.fiscal_year, x.month::integer AS month,
         d.official_code AS division_code, d.name AS division_name,
         u.official_code AS unit_code, u.name AS unit_name,
         c.official_code AS func_code, c.name AS func_name,
         g.official_code AS gov_econ_code, g.name AS gov_econ_name,
         x.fund_type::varchar(10), f.name AS fund_type_name,
         r.official_code AS project_code, r.name AS project_name,
         sum(x.entries)::bigint AS entries,
         budgetpm.sum(x.appropriated - x.allotted - x.transferred - x.withdrawn)::numeric(20,2) AS budget,
         budgetpm.sum(x.appropriated)::numeric(20,2) AS appropriated,
         budgetpm.sum(x.available)::numeric(20,2) AS available,
         budgetpm.sum(x.allotted)::numeric(20,2) AS allotted,
         budgetpm.sum(x.transferred)::numeric(20,2) AS transferred,
         budgetpm.sum(x.frozen)::numeric(20,2) AS frozen,
         budgetpm.sum(x.pending_out)::numeric(20,2) AS pending_out,
         budgetpm.sum(x.precommitted)::numeric(20,2) AS precommitted,
         budgetpm.sum(x.committed)::numeric(20,2) AS committed,
         budgetpm.sum(x.requested)::numeric(20,2) AS requested,
         budgetpm.sum(x.paid)::numeric(20,2) AS paid,
         budgetpm.sum(x.withdrawn)::numeric(20,2) AS withdrawn,
         budgetpm.sum(x.carried)::numeric(20,2) AS carried
    FROM (
      SELECT fiscal_year, month, division, unit, func, gov_econ, fund_type, project_id, appropriated, available, allotted, transferred, frozen, pending_out, precommitted, committed, requested, paid, withdrawn, carried, entries
        FROM @ledger@.rollup_detail
      UNION ALL
      SELECT t.fiscal_year, t.month, t.division, t.unit, t.func, t.gov_econ, t.fund_type, t.project_id, t.appropriated, t.available, t.allotted, t.transferred, t.frozen, t.pending_out, t.precommitted, t.committed, t.requested, t.paid, t.withdrawn, t.carried, t.entries
        FROM (SELECT * FROM budgetpm.rollup_tail('@ledger@.ledger'::regclass, NULL) OFFSET 0) t) x
    JOIN @ledger@.division d ON d.code = x.division
    JOIN @ledger@.unit u ON u.code = x.unit
    JOIN @ledger@.edition_in_force e ON e.fiscal_year = x.fiscal_year
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = x.func
    LEFT JOIN @ledger@.classification g
           ON g.scheme = 'gov_economic' AND g.edition = e.gov_economic AND g.code = x.gov_econ
    LEFT JOIN @ledger@.fund_type f ON f.fund_type = x.fund_type
    LEFT JOIN @ledger@.project r ON r.project_id = x.project_id
   GROUP BY x.fiscal_year, x.month, d.official_code, d.name, u.official_code, u.name, c.official_code, c.name,
            g.official_code, g.name, x.fund_type, f.name, r.official_code, r.name;
COMMENT ON VIEW @report@.monthly_detail IS 'What moved in each accounting month (分月明细): a row for each year, month, unit, function, economic class, fund type and project with entries. Adds up over anything. Exact at any moment: folded sums and what is not folded yet, in one snapshot.';
COMMENT ON COLUMN @report@.monthly_detail.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.monthly_detail.month IS 'Accounting month, 1 to 12.';
COMMENT ON COLUMN @report@.monthly_detail.division_code IS 'Official code of the division (财政区划代码).';
COMMENT ON COLUMN @report@.monthly_detail.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.unit_code IS 'Official code of the unit (预算单位代码).';
COMMENT ON COLUMN @report@.monthly_detail.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.func_code IS 'Function (支出功能分类科目编码), in the edition of the year.';
COMMENT ON COLUMN @report@.monthly_detail.func_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.gov_econ_code IS 'Economic class in the governments view (政府支出经济分类).';
COMMENT ON COLUMN @report@.monthly_detail.gov_econ_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.fund_type IS 'Code of the fund type (资金性质).';
COMMENT ON COLUMN @report@.monthly_detail.fund_type_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.project_code IS 'Official project code (项目代码).';
COMMENT ON COLUMN @report@.monthly_detail.project_name IS 'Its name.';
COMMENT ON COLUMN @report@.monthly_detail.entries IS 'Number of journal entries.';
COMMENT ON COLUMN @report@.monthly_detail.budget IS 'Budget (预算数), change in the month, in yuan: appropriated - allotted - transferred - withdrawn.';
COMMENT ON COLUMN @report@.monthly_detail.appropriated IS 'Change in the month of authority given to the lines (批复/追加总额), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.available IS 'Change in the month of may be spent or moved (可用额度), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.allotted IS 'Change in the month of given to child lines (已下达), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.transferred IS 'Change in the month of sent to other governments (转移支付下级财政), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.frozen IS 'Change in the month of not usable for a time (冻结), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.pending_out IS 'Change in the month of asked to leave (在途调减), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.precommitted IS 'Change in the month of held by procurement plans (采购计划占用), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.committed IS 'Change in the month of held by contracts (合同占用), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.requested IS 'Change in the month of held by payment requests (支付申请占用), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.paid IS 'Change in the month of paid, net of refunds (已支付), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.withdrawn IS 'Change in the month of taken back by finance (收回), in yuan.';
COMMENT ON COLUMN @report@.monthly_detail.carried IS 'Change in the month of carried into the next year (结转), in yuan.';
