-- Every operation, as it goes well: what a posting moves, what stands afterwards.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small

-- 批复, 追加, 追减
SELECT budget.appropriate(:root, 10000, '苏财预1号') AS given \gset
SELECT * FROM pg_temp.entries(:given);
SELECT budget.supplement(:root, 2000, '苏财预2号', source => 'stabilisation_fund') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT memo FROM budget.posting(:p);
SELECT budget.reserve_out(:root, 700, '请示1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.reduce(:root, 1000, '苏财预3号', from_pending => 600) AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.release_out(:root, 100, '请示1号撤回') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('root');

-- 下达, 退回
SELECT budget.allot(:root, :child, 4000, '苏财教3号') AS allotted \gset
SELECT * FROM pg_temp.entries(:allotted);
SELECT budget.reserve_out(:root, 500, '请示2号') AS p \gset
SELECT budget.allot(:root, :child, 600, '苏财教4号', from_pending => 500) AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.return_allotment(:child, :root, 100, '退回1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('root', 'child');

-- 冻结, 解冻, 收回
SELECT budget.freeze(:child, 300, '冻结1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.unfreeze(:child, 100, '解冻1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.reserve_out(:child, 50, '请示3号') AS p \gset
SELECT budget.withdraw(:child, 400, '收回1号', from_frozen => 200, from_pending => 50) AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('child');

-- 支付, 退款, 更正, 冲销
SELECT budget.pay(:child, 1000, '凭证1号', key => 'pay-1', actor => '张三', memo => '{"payee": "供应商"}') AS paid \gset
SELECT * FROM pg_temp.entries(:paid);
SELECT actor, memo, login = current_user AS by_me FROM budget.posting(:paid);
SELECT budget.pay(:child, 1000, '凭证1号', key => 'pay-1', actor => '张三', memo => '{"payee": "供应商"}') = :paid AS same_posting;
SELECT budget.refund(:paid, 200, '退款1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.appropriate(:other, 1000, '苏财预5号') AS p \gset
SELECT budget.correct_payment(:paid, :other, 300, '更正1号') AS corrected \gset
SELECT * FROM pg_temp.entries(:corrected);
SELECT budget.reverse(:paid, '冲销1号', 100) AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.reverse(:paid, '冲销2号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
-- a posting over two lines goes back on both
SELECT budget.allot(:root, :child, 10, '苏财教5号') AS p \gset
SELECT budget.reverse(:p, '冲销3号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('root', 'child', 'other');

-- 待分 money is handed on, not spent; a warned line goes below zero and says so
SELECT budget.appropriate(:held, 100, '苏财预6号') > 0 AS posted;
SELECT budget.pay(:warned, 5, '凭证9号') > 0 AS posted;
SELECT * FROM pg_temp.money('held', 'warned');

-- Why each bucket holds what it holds
SELECT * FROM budget.explain_line(:child);
SELECT l.title, b.* FROM budget.line l CROSS JOIN LATERAL (SELECT appropriated, available, allotted, paid, withdrawn, entries, final
  FROM budget.balance_as_of(l.line_id)) b ORDER BY l.line_id;
SELECT appropriated, available, entries, final FROM budget.balance_as_of(:root, '2000-01-01');

-- Would it pass?
SELECT budget.check_funds(:child, 'pay', 10);
SELECT jsonb_pretty(budget.check_funds(:child, 'pay', 99999) - 'hint');
SELECT * FROM budget.verify_ledger();
