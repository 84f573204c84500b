-- planning: what was approved, what raised it since, and whether the ledger says the same

-- Entries that change what a government may spend in all, each with the operation that it
-- belongs to (of a reversal: that of the entry undone) and its sign.
CREATE VIEW @ledger@.budget_change WITH (security_invoker = true) AS
  SELECT j.line_id, j.entry_no, j.line_id / 1000000000000 AS fiscal_year, j.division::varchar(17) AS division, COALESCE(o.operation, k.operation) AS operation,
         CASE WHEN COALESCE(o.operation, k.operation) = 'supplement'
              THEN COALESCE(j.memo ->> 'source', CASE WHEN k.reverses IS NOT NULL
                     THEN (SELECT r.memo ->> 'source' FROM @ledger@.journal r WHERE r.line_id = j.refers_line AND r.entry_no = j.refers_entry) END) END AS source,
         (CASE WHEN k.source IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount::numeric ELSE 0 END
          - CASE WHEN k.target IN ('appropriated', 'allotted', 'transferred', 'withdrawn') THEN j.amount::numeric ELSE 0 END) AS amount
    FROM @ledger@.journal j
    JOIN @ledger@.entry_kind k ON k.kind = j.kind
    LEFT JOIN @ledger@.entry_kind o ON o.kind = k.reverses
   WHERE (k.source IN ('appropriated', 'allotted', 'transferred', 'withdrawn')) <> (k.target IN ('appropriated', 'allotted', 'transferred', 'withdrawn'));
COMMENT ON VIEW @ledger@.budget_change IS 'Entries that change the budget of a line (appropriated − allotted − transferred − withdrawn).';
COMMENT ON COLUMN @ledger@.budget_change.line_id IS 'The line.';
COMMENT ON COLUMN @ledger@.budget_change.entry_no IS 'The entry.';
COMMENT ON COLUMN @ledger@.budget_change.fiscal_year IS 'Fiscal year of the line.';
COMMENT ON COLUMN @ledger@.budget_change.division IS 'Division of the line.';
COMMENT ON COLUMN @ledger@.budget_change.operation IS 'The operation that posted it; of a reversal the one that it undoes.';
COMMENT ON COLUMN @ledger@.budget_change.source IS 'Source of a supplement; NULL: none was named.';
COMMENT ON COLUMN @ledger@.budget_change.amount IS 'By how much, in yuan.';

CREATE VIEW @report@.approved_total WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY x.fiscal_year, d.official_code) AS id, x.fiscal_year, d.official_code AS division_code, d.name AS division_name,
         a.document, a.approved_on, a.amount::numeric(20,2) AS plan,
         x.approved::numeric(20,2), x.higher_level_transfer::numeric(20,2), x.stabilisation_fund::numeric(20,2), x.debt::numeric(20,2),
         x.adjustment::numeric(20,2), x.other_supplement::numeric(20,2), x.reduced::numeric(20,2), x.carried_in::numeric(20,2),
         x.transferred::numeric(20,2), x.withdrawn::numeric(20,2), b.current::numeric(20,2) AS current_total,
         (b.current - x.total)::numeric(20,2) AS difference
    FROM (SELECT c.fiscal_year::integer AS fiscal_year, c.division, sum(c.amount) AS total,
                 sum(c.amount) FILTER (WHERE c.operation IN ('appropriate', 'approve_line')) AS approved,
                 sum(c.amount) FILTER (WHERE c.source = 'higher_level_transfer' OR c.operation = 'receive_transfer'
                                          OR (c.operation = 'return_transfer' AND c.amount < 0)) AS higher_level_transfer,
                 sum(c.amount) FILTER (WHERE c.source = 'stabilisation_fund') AS stabilisation_fund,
                 sum(c.amount) FILTER (WHERE c.source = 'debt') AS debt,
                 sum(c.amount) FILTER (WHERE c.source = 'adjustment') AS adjustment,
                 sum(c.amount) FILTER (WHERE c.operation = 'supplement'
                   AND COALESCE(c.source NOT IN ('higher_level_transfer', 'stabilisation_fund', 'debt', 'adjustment'), true)) AS other_supplement,
                 sum(c.amount) FILTER (WHERE c.operation = 'reduce') AS reduced,
                 sum(c.amount) FILTER (WHERE c.operation IN ('carry_forward', 'refund_prior_year')) AS carried_in,
                 sum(c.amount) FILTER (WHERE c.operation = 'send_transfer' OR (c.operation = 'return_transfer' AND c.amount > 0)) AS transferred,
                 sum(c.amount) FILTER (WHERE c.operation = 'withdraw') AS withdrawn
            FROM @ledger@.budget_change c
           GROUP BY c.fiscal_year, c.division) AS x
    JOIN (SELECT b.line_id / 1000000000000 AS fiscal_year, b.division,
                 sum(b.appropriated::numeric - b.allotted::numeric - b.transferred::numeric - b.withdrawn::numeric) AS current
            FROM @ledger@.balance b GROUP BY b.line_id / 1000000000000, b.division) AS b
      ON b.fiscal_year = x.fiscal_year AND b.division::text = x.division
    JOIN @ledger@.division d ON d.code::text = x.division
    LEFT JOIN @ledger@.budget_approval a ON a.fiscal_year = x.fiscal_year AND a.division::text = x.division;
COMMENT ON VIEW @report@.approved_total IS 'The budget of each government from what its congress approved to what it is now, by what changed it (预算变动情况), in yuan. difference is what the entries do not explain of the balances: always zero. The reserve moves inside the total and has no column.';
COMMENT ON COLUMN @report@.approved_total.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.approved_total.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.approved_total.division_code IS 'Official code of the government.';
COMMENT ON COLUMN @report@.approved_total.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.approved_total.document IS 'Document of the approval; NULL: none went through a draft.';
COMMENT ON COLUMN @report@.approved_total.approved_on IS 'Day of the vote.';
COMMENT ON COLUMN @report@.approved_total.plan IS 'Own expenditure that the draft was approved with, in yuan.';
COMMENT ON COLUMN @report@.approved_total.approved IS 'Appropriated and approved on lines (年初预算), in yuan.';
COMMENT ON COLUMN @report@.approved_total.higher_level_transfer IS 'Raised by transfers from above (上级转移支付), received or supplemented, in yuan.';
COMMENT ON COLUMN @report@.approved_total.stabilisation_fund IS 'Raised from the budget stabilisation fund (预算稳定调节基金), in yuan.';
COMMENT ON COLUMN @report@.approved_total.debt IS 'Raised by new debt (新增债务), in yuan.';
COMMENT ON COLUMN @report@.approved_total.adjustment IS 'Raised by adjustments that the standing committee approved (预算调整), in yuan.';
COMMENT ON COLUMN @report@.approved_total.other_supplement IS 'Raised with another source or none named, in yuan.';
COMMENT ON COLUMN @report@.approved_total.reduced IS 'Lowered (追减); negative, in yuan.';
COMMENT ON COLUMN @report@.approved_total.carried_in IS 'Carried from the year before (上年结转), or refunded to it, in yuan.';
COMMENT ON COLUMN @report@.approved_total.transferred IS 'Sent to governments below; negative, in yuan.';
COMMENT ON COLUMN @report@.approved_total.withdrawn IS 'Taken back by finance (收回); negative, in yuan.';
COMMENT ON COLUMN @report@.approved_total.current_total IS 'The total now, as the balances have it, in yuan.';
COMMENT ON COLUMN @report@.approved_total.difference IS 'What the entries do not explain: 0.00, in yuan.';

CREATE VIEW @report@.appropriation_against_plan WITH (security_invoker = true) AS
  SELECT row_number() OVER (ORDER BY x.fiscal_year, d.official_code, u.official_code, x.project_id, x.func, x.gov_econ, x.dept_econ, x.fund_type, x.executable) AS id,
         x.fiscal_year, d.official_code AS division_code, u.official_code AS unit_code, u.name AS unit_name, p.official_code AS project_code,
         x.func::varchar(20) AS func_code, x.gov_econ::varchar(20) AS gov_econ_code, x.dept_econ::varchar(20) AS dept_econ_code, x.fund_type, x.executable,
         sum(x.planned)::numeric(20,2) AS planned, sum(x.appropriated)::numeric(20,2) AS appropriated,
         (sum(x.appropriated) - sum(x.planned))::numeric(20,2) AS difference
    FROM (SELECT i.fiscal_year, i.division::text AS division, i.unit::text AS unit, i.project_id, i.func::text AS func, i.gov_econ::text AS gov_econ,
                 i.dept_econ::text AS dept_econ, i.fund_type, i.executable, i.amount AS planned, 0.00 AS appropriated
            FROM @ledger@.drafted_item i WHERE i.state = 'approved'
          UNION ALL
          SELECT l.fiscal_year, l.division::text, l.unit::text, l.project_id, l.func::text, l.gov_econ::text, l.dept_econ::text, l.fund_type, l.executable, 0, c.amount
            FROM @ledger@.budget_change c JOIN @ledger@.line l ON l.line_id = c.line_id
            JOIN @ledger@.budget_approval a ON a.fiscal_year = l.fiscal_year AND a.division OPERATOR(budgetpm.=) l.division AND a.approved_on IS NOT NULL
           WHERE c.operation IN ('appropriate', 'approve_line')) AS x
    JOIN @ledger@.division d ON d.code::text = x.division
    JOIN @ledger@.unit u ON u.code::text = x.unit
    LEFT JOIN @ledger@.project p ON p.project_id = x.project_id
   GROUP BY x.fiscal_year, d.official_code, u.official_code, u.name, p.official_code, x.project_id, x.func, x.gov_econ, x.dept_econ, x.fund_type, x.executable;
COMMENT ON VIEW @report@.appropriation_against_plan IS 'What was appropriated against what the congress approved (批复数与指标对照), by the elements of a line, in yuan, for governments whose draft was approved. A difference was appropriated beside the draft, or undone.';
COMMENT ON COLUMN @report@.appropriation_against_plan.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.appropriation_against_plan.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.appropriation_against_plan.division_code IS 'Official code of the government.';
COMMENT ON COLUMN @report@.appropriation_against_plan.unit_code IS 'Official code of the unit.';
COMMENT ON COLUMN @report@.appropriation_against_plan.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.appropriation_against_plan.project_code IS 'Official code of the project; NULL: none.';
COMMENT ON COLUMN @report@.appropriation_against_plan.func_code IS 'Function (功能分类).';
COMMENT ON COLUMN @report@.appropriation_against_plan.gov_econ_code IS 'Government economic code (政府经济分类).';
COMMENT ON COLUMN @report@.appropriation_against_plan.dept_econ_code IS 'Departmental economic code (部门经济分类).';
COMMENT ON COLUMN @report@.appropriation_against_plan.fund_type IS 'Fund type (资金性质).';
COMMENT ON COLUMN @report@.appropriation_against_plan.executable IS 'Whether it can be spent, or is held for distribution (待分配).';
COMMENT ON COLUMN @report@.appropriation_against_plan.planned IS 'Approved, in yuan.';
COMMENT ON COLUMN @report@.appropriation_against_plan.appropriated IS 'Appropriated, in yuan, reversals taken off.';
COMMENT ON COLUMN @report@.appropriation_against_plan.difference IS 'Appropriated less approved, in yuan.';

CREATE VIEW @report@.draft WITH (security_invoker = true) AS
  SELECT f.draft_id AS id, f.draft_id, f.preparation_id, f.fiscal_year, d.official_code AS division_code, d.name AS division_name, f.version, f.state, f.case_id,
         f.requests, f.expenditure::numeric(20,2), f.reserve::numeric(20,2), f.transfers_out::numeric(20,2), f.revenue::numeric(20,2), f.transfers_in::numeric(20,2),
         f.made_at, f.made_by, f.ended_at, f.document
    FROM @ledger@.draft f JOIN @ledger@.division d ON d.code OPERATOR(budgetpm.=) f.division;
COMMENT ON VIEW @report@.draft IS 'Drafts that were sent off (预算草案), each version of each government, amounts in yuan.';
COMMENT ON COLUMN @report@.draft.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.draft.draft_id IS 'The draft.';
COMMENT ON COLUMN @report@.draft.preparation_id IS 'The preparation.';
COMMENT ON COLUMN @report@.draft.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.draft.division_code IS 'Official code of the government.';
COMMENT ON COLUMN @report@.draft.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.draft.version IS 'Number of the draft, from 1.';
COMMENT ON COLUMN @report@.draft.state IS 'out, returned or approved.';
COMMENT ON COLUMN @report@.draft.case_id IS 'The case that carries it.';
COMMENT ON COLUMN @report@.draft.requests IS 'Number of requests in it.';
COMMENT ON COLUMN @report@.draft.expenditure IS 'Own expenditure (本级支出), in yuan.';
COMMENT ON COLUMN @report@.draft.reserve IS 'The reserve (预备费) in it, in yuan.';
COMMENT ON COLUMN @report@.draft.transfers_out IS 'Planned transfers to governments below, in yuan.';
COMMENT ON COLUMN @report@.draft.revenue IS 'Own revenue (本级收入), in yuan.';
COMMENT ON COLUMN @report@.draft.transfers_in IS 'Planned transfers from above, in yuan.';
COMMENT ON COLUMN @report@.draft.made_at IS 'When it was sent off.';
COMMENT ON COLUMN @report@.draft.made_by IS 'By whom.';
COMMENT ON COLUMN @report@.draft.ended_at IS 'When it was returned or approved.';
COMMENT ON COLUMN @report@.draft.document IS 'The document that approved it.';

CREATE VIEW @report@.approval_notice WITH (security_invoker = true) AS
  SELECT n.notice_id AS id, n.notice_id, n.fiscal_year, v.official_code AS division_code, d.official_code AS department_code, d.name AS department_name,
         u.official_code AS unit_code, u.name AS unit_name, (CASE WHEN n.unit OPERATOR(budgetpm.=) n.department THEN 'department' ELSE 'unit' END)::varchar(10) AS level,
         n.amount::numeric(20,2), n.requests, n.document, n.issued_on, n.received_on
    FROM @ledger@.approval_notice n
    JOIN @ledger@.division v ON v.code OPERATOR(budgetpm.=) n.division
    JOIN @ledger@.unit d ON d.code OPERATOR(budgetpm.=) n.department
    JOIN @ledger@.unit u ON u.code OPERATOR(budgetpm.=) n.unit;
COMMENT ON VIEW @report@.approval_notice IS 'Notices of approval (预算批复): who is told how much, by which document, and when it was issued and received. Amounts in yuan.';
COMMENT ON COLUMN @report@.approval_notice.id IS 'Key of the row.';
COMMENT ON COLUMN @report@.approval_notice.notice_id IS 'The notice.';
COMMENT ON COLUMN @report@.approval_notice.fiscal_year IS 'Fiscal year (预算年度).';
COMMENT ON COLUMN @report@.approval_notice.division_code IS 'Official code of the government.';
COMMENT ON COLUMN @report@.approval_notice.department_code IS 'Official code of the department.';
COMMENT ON COLUMN @report@.approval_notice.department_name IS 'Its name.';
COMMENT ON COLUMN @report@.approval_notice.unit_code IS 'Official code of who is told.';
COMMENT ON COLUMN @report@.approval_notice.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.approval_notice.level IS 'department (of finance to it, all its units together) or unit (of the department to the unit).';
COMMENT ON COLUMN @report@.approval_notice.amount IS 'What was approved, in yuan.';
COMMENT ON COLUMN @report@.approval_notice.requests IS 'Number of requests in it.';
COMMENT ON COLUMN @report@.approval_notice.document IS 'Document number (批复文号).';
COMMENT ON COLUMN @report@.approval_notice.issued_on IS 'Day of the notice.';
COMMENT ON COLUMN @report@.approval_notice.received_on IS 'Day on which it was received.';
