-- insight: obligations and contracts (合同执行)

CREATE VIEW @report@.obligation WITH (security_invoker = true) AS
  SELECT o.obligation_id, l.fiscal_year, o.stage,
         CASE o.stage WHEN 'precommit' THEN '采购计划' WHEN 'commit' THEN '合同' ELSE '支付申请' END::varchar(10) AS stage_name,
         o.line_id, l.title AS line_title,
         d.official_code AS division_code, d.name AS division_name,
         u.official_code AS unit_code, u.name AS unit_name,
         c.official_code AS func_code, c.name AS func_name, l.fund_type, r.official_code AS project_code,
         o.document, o.opened_at,
         o.amount::numeric(18,2), o.drawn::numeric(18,2), o.released::numeric(18,2),
         (o.amount - o.drawn - o.released)::numeric(18,2) AS remaining,
         o.predecessor AS predecessor_id,
         CASE WHEN o.amount - o.drawn - o.released > '0' THEN 'open' ELSE 'settled' END::varchar(10) AS state
    FROM @ledger@.line l
    JOIN @ledger@.obligation o ON o.line_id = l.line_id
    JOIN @ledger@.unit u ON u.code = l.unit
    JOIN @ledger@.division d ON d.code = l.division
    JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = l.func
    LEFT JOIN @ledger@.project r ON r.project_id = l.project_id;
COMMENT ON VIEW @report@.obligation IS 'What holds money for one purpose: procurement plans (采购计划), contracts (合同) and payment requests (支付申请), one row each. amount = drawn + released + remaining. remaining adds up over any set of rows: each yuan is held once.';
COMMENT ON COLUMN @report@.obligation.obligation_id IS 'The obligation, which is the posting that opened it; unique.';
COMMENT ON COLUMN @report@.obligation.fiscal_year IS 'Fiscal year of its line (预算年度).';
COMMENT ON COLUMN @report@.obligation.stage IS 'precommit, commit or request.';
COMMENT ON COLUMN @report@.obligation.stage_name IS '采购计划, 合同 or 支付申请.';
COMMENT ON COLUMN @report@.obligation.line_id IS 'The line whose money it holds (指标).';
COMMENT ON COLUMN @report@.obligation.line_title IS 'What that line is called.';
COMMENT ON COLUMN @report@.obligation.division_code IS 'Official code of the line''s division (财政区划代码).';
COMMENT ON COLUMN @report@.obligation.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.obligation.unit_code IS 'Official code of the line''s unit (预算单位代码).';
COMMENT ON COLUMN @report@.obligation.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.obligation.func_code IS 'Function of the line (支出功能分类科目编码).';
COMMENT ON COLUMN @report@.obligation.func_name IS 'Its name.';
COMMENT ON COLUMN @report@.obligation.fund_type IS 'Fund type of the line (资金性质).';
COMMENT ON COLUMN @report@.obligation.project_code IS 'Official project code of the line (项目代码).';
COMMENT ON COLUMN @report@.obligation.document IS 'The document that opened it: plan, contract number, request.';
COMMENT ON COLUMN @report@.obligation.opened_at IS 'When it was opened.';
COMMENT ON COLUMN @report@.obligation.amount IS 'What it was opened with, in yuan.';
COMMENT ON COLUMN @report@.obligation.drawn IS 'What went on to the next stage, or with a contract into the next year, net of what came back, in yuan.';
COMMENT ON COLUMN @report@.obligation.released IS 'What was given back (释放), in yuan.';
COMMENT ON COLUMN @report@.obligation.remaining IS 'What it still holds (余额), in yuan.';
COMMENT ON COLUMN @report@.obligation.predecessor_id IS 'The obligation that it was drawn on; NULL where its money came from the line.';
COMMENT ON COLUMN @report@.obligation.state IS 'open while it holds money, then settled (已结清).';

CREATE VIEW @report@.contract_execution WITH (security_invoker = true) AS
  SELECT o.obligation_id, l.fiscal_year, o.document, o.opened_at,
         o.line_id, l.title AS line_title,
         d.official_code AS division_code, d.name AS division_name,
         u.official_code AS unit_code, u.name AS unit_name,
         c.official_code AS func_code, l.fund_type, r.official_code AS project_code,
         CASE WHEN p.stage = 'precommit' THEN p.obligation_id END AS plan_id,
         CASE WHEN p.stage = 'precommit' THEN p.document END::varchar(200) AS plan_document,
         CASE WHEN p.stage = 'precommit' THEN p.amount END::numeric(18,2) AS planned,
         CASE WHEN p.stage = 'commit' THEN p.obligation_id END AS carried_from_id,
         o.amount::numeric(18,2) AS contracted,
         (o.drawn - n.carried)::numeric(18,2) AS requested,
         (n.paid - n.undone)::numeric(20,2) AS paid,
         n.refunded::numeric(20,2) AS refunded,
         n.pending::numeric(20,2) AS pending,
         n.carried::numeric(18,2) AS carried,
         o.released::numeric(18,2) AS released,
         (o.amount - o.drawn - o.released)::numeric(18,2) AS remaining,
         CASE WHEN o.amount > '0' THEN round((n.paid - n.undone) / o.amount, 4) END::numeric(24,4) AS payment_rate,
         CASE WHEN o.amount - o.drawn - o.released + n.pending > '0' THEN 'open' ELSE 'settled' END::varchar(10) AS state
    FROM @ledger@.line l
    JOIN @ledger@.obligation o ON o.line_id = l.line_id AND o.stage = 'commit'
    JOIN @ledger@.unit u ON u.code = l.unit
    JOIN @ledger@.division d ON d.code = l.division
    JOIN @ledger@.edition_in_force e ON e.fiscal_year = l.fiscal_year
    CROSS JOIN LATERAL (
      SELECT coalesce(budgetpm.sum(s.amount) FILTER (WHERE s.stage = 'commit'), '0') AS carried,
             coalesce(budgetpm.sum(s.amount - s.drawn - s.released) FILTER (WHERE s.stage = 'request'), '0') AS pending,
             coalesce(budgetpm.sum(g.paid), '0') AS paid,
             coalesce(budgetpm.sum(g.undone), '0') AS undone,
             coalesce(budgetpm.sum(g.refunded), '0') AS refunded
        FROM @ledger@.obligation s
        -- A payment, what undid a part of it, and what undid that.
        CROSS JOIN LATERAL (
          SELECT budgetpm.sum(j.amount) AS paid, budgetpm.sum(x.undone) AS undone, budgetpm.sum(x.refunded) AS refunded
            FROM @ledger@.journal j
            CROSS JOIN LATERAL (
              SELECT budgetpm.sum(b.amount - b.back) AS undone,
                     budgetpm.sum(b.amount - b.back) FILTER (WHERE b.kind LIKE 'refund%') AS refunded
                FROM (SELECT v.kind, v.amount,
                             coalesce((SELECT budgetpm.sum(w.amount) FROM @ledger@.journal w
                                        WHERE w.refers_line = v.line_id AND w.refers_entry = v.entry_no), '0') AS back
                        FROM @ledger@.journal v
                       WHERE v.refers_line = j.line_id AND v.refers_entry = j.entry_no AND v.kind <> 'refund_prior') b) x
           WHERE j.from_obligation = s.obligation_id AND j.kind = 'pay_drawn') g
       WHERE s.predecessor = o.obligation_id) n
    LEFT JOIN @ledger@.obligation p ON p.obligation_id = o.predecessor
    LEFT JOIN @ledger@.classification c ON c.scheme = 'function' AND c.edition = e.function AND c.code = l.func
    LEFT JOIN @ledger@.project r ON r.project_id = l.project_id;
COMMENT ON VIEW @report@.contract_execution IS 'Execution of contracts (合同执行情况), one row each: plan, contract, requests, payments, refunds, and what is left. contracted = requested + carried + released + remaining.';
COMMENT ON COLUMN @report@.contract_execution.obligation_id IS 'The contract, which is the posting that opened it; unique.';
COMMENT ON COLUMN @report@.contract_execution.fiscal_year IS 'Fiscal year of its line (预算年度).';
COMMENT ON COLUMN @report@.contract_execution.document IS 'The contract (合同编号).';
COMMENT ON COLUMN @report@.contract_execution.opened_at IS 'When it was recorded.';
COMMENT ON COLUMN @report@.contract_execution.line_id IS 'The line that pays for it (指标).';
COMMENT ON COLUMN @report@.contract_execution.line_title IS 'What that line is called.';
COMMENT ON COLUMN @report@.contract_execution.division_code IS 'Official code of the line''s division (财政区划代码).';
COMMENT ON COLUMN @report@.contract_execution.division_name IS 'Its name.';
COMMENT ON COLUMN @report@.contract_execution.unit_code IS 'Official code of the line''s unit (预算单位代码).';
COMMENT ON COLUMN @report@.contract_execution.unit_name IS 'Its name.';
COMMENT ON COLUMN @report@.contract_execution.func_code IS 'Function of the line (支出功能分类科目编码).';
COMMENT ON COLUMN @report@.contract_execution.fund_type IS 'Fund type of the line (资金性质).';
COMMENT ON COLUMN @report@.contract_execution.project_code IS 'Official project code of the line (项目代码).';
COMMENT ON COLUMN @report@.contract_execution.plan_id IS 'The procurement plan (采购计划) that it was drawn on; NULL without one.';
COMMENT ON COLUMN @report@.contract_execution.plan_document IS 'Its document.';
COMMENT ON COLUMN @report@.contract_execution.planned IS 'What that plan was opened with, in yuan. Contracts that share a plan show it each: do not add it up.';
COMMENT ON COLUMN @report@.contract_execution.carried_from_id IS 'The same contract in the year that it was carried over from (结转).';
COMMENT ON COLUMN @report@.contract_execution.contracted IS 'What was recorded for it (合同金额), of what was carried over into this year, in yuan.';
COMMENT ON COLUMN @report@.contract_execution.requested IS 'What went on to payment requests (已申请), net of what came back, in yuan.';
COMMENT ON COLUMN @report@.contract_execution.paid IS 'Paid on its requests (已支付), net of refunds, corrections and reversals, in yuan. Refunds after its year closed are money of the line that took them.';
COMMENT ON COLUMN @report@.contract_execution.refunded IS 'Refunds (退款) of these payments, in yuan; not part of paid.';
COMMENT ON COLUMN @report@.contract_execution.pending IS 'What its payment requests hold (在途申请), in yuan.';
COMMENT ON COLUMN @report@.contract_execution.carried IS 'What was carried into a later year with it (结转), in yuan.';
COMMENT ON COLUMN @report@.contract_execution.released IS 'What was given back (释放), in yuan.';
COMMENT ON COLUMN @report@.contract_execution.remaining IS 'What it still holds and nobody asked for yet (合同余额), in yuan.';
COMMENT ON COLUMN @report@.contract_execution.payment_rate IS 'paid / contracted (支付率) as a fraction: 0.25 is 25 %.';
COMMENT ON COLUMN @report@.contract_execution.state IS 'open while it or its requests hold money, then settled (已结清).';
