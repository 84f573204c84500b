-- province_post.sql: what is planned, contracted, requested and paid in the generated
-- province, by the application's role, as in province_lines.sql.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = info;

SELECT max(n) AS last FROM demo.plan \gset
CALL demo.step('procurement plans (采购计划)            ', $$
  INSERT INTO demo.planned (line_n, obligation)
  SELECT p.n, budget.precommit(o.line_id, round(p.amount * 0.9, 2), '采购计划2026-' || to_char(p.n, 'FM000000'), accounting_date => '2026-02-20')
    FROM demo.plan p JOIN demo.opened o USING (n)
   WHERE p.n BETWEEN $1 AND $2 AND p.n IN (SELECT line_n FROM demo.contract)$$, 1, :last, 5000);
SELECT max(n) AS last FROM demo.contract \gset
CALL demo.step('contracts (合同)                        ', $$
  INSERT INTO demo.signed (n, obligation)
  SELECT c.n, budget.commit_funds(o.line_id, c.amount, c.document, precommitment => p.obligation, accounting_date => '2026-02-28')
    FROM demo.contract c JOIN demo.opened o ON o.n = c.line_n JOIN demo.planned p USING (line_n)
   WHERE c.n BETWEEN $1 AND $2$$, 1, :last, 5000);

SELECT max(n) AS last FROM demo.payment \gset
CALL demo.step('requests (支付申请), payments (支付)       ', $$
  WITH requested AS (
    INSERT INTO demo.requested (n, obligation)
    SELECT p.n, budget.request_payment(o.line_id, p.requested, '支付申请' || to_char(p.day, 'YYYYMM') || '-' || to_char(p.n, 'FM000000'),
             commitment => c.obligation, accounting_date => p.day)
      FROM demo.payment p JOIN demo.opened o ON o.n = p.line_n JOIN demo.signed c ON c.n = p.contract_n
     WHERE p.n BETWEEN $1 AND $2
    RETURNING n, obligation)
  SELECT count(budget.pay(o.line_id, p.amount, '支付凭证' || to_char(p.day, 'YYYYMM') || '-' || to_char(p.n, 'FM000000'),
           request => r.obligation, accounting_date => p.day, memo => jsonb_build_object('收款人', p.payee, '用途', p.purpose)))
    FROM demo.payment p JOIN demo.opened o ON o.n = p.line_n LEFT JOIN requested r ON r.n = p.n
   WHERE p.n BETWEEN $1 AND $2$$, 1, :last, 5000);

-- What a request kept above its payment goes back to the contract; some contracts end early;
-- some suppliers give money back, and their contracts hold it again.
SELECT count(budget.release(r.obligation, '撤回余额 ' || to_char(p.n, 'FM000000'), accounting_date => p.day)) AS released
  FROM demo.requested r JOIN demo.payment p USING (n) WHERE p.requested > p.amount \gset
SELECT count(budget.release(s.obligation, '合同终止 ' || c.document, target => 'available', accounting_date => '2026-10-30')) AS ended
  FROM demo.contract c JOIN demo.signed s USING (n) WHERE c.n % 17 = 0 \gset
SELECT count(budget.refund(j.posting_id, round(j.amount::numeric / 4, 2), '供应商退款 ' || j.document, target => 'commitment', accounting_date => '2026-10-31')) AS returned
  FROM (SELECT * FROM budget.journal WHERE kind = 'pay_drawn' AND posting_id % 307 = 0) j \gset
\echo '  requests released in part (撤回余额)' :released ', contracts ended (合同终止)' :ended ', refunds to contracts (退回合同)' :returned

-- What goes wrong in a year as well: money that comes back, and payments undone.
SELECT count(budget.refund(j.posting_id, round(j.amount::numeric / 3, 2), '退款通知 ' || j.document, accounting_date => j.accounting_date)) AS refunds
  FROM (SELECT * FROM budget.journal WHERE kind = 'pay' AND posting_id % 701 = 0) j \gset
SELECT count(budget.reverse(j.posting_id, '冲销 ' || j.document, accounting_date => j.accounting_date)) AS reversals
  FROM (SELECT * FROM budget.journal WHERE kind = 'pay' AND posting_id % 1103 = 0) j
 WHERE NOT EXISTS (SELECT 1 FROM budget.journal r WHERE r.refers_line = j.line_id AND r.refers_entry = j.entry_no) \gset
\echo '  refunds (退款)' :refunds ', reversals (冲销)' :reversals
