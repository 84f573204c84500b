-- Obligations: each stage draws on its own predecessor, in whole or part, and gives back to it.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT count(budget.register_unit('101', '省教育厅', '320000000'));
SELECT budget.open_line(2026, '101', '2050201', title => '设备') AS a \gset
SELECT budget.open_line(2026, '101', '2050202', title => '校舍') AS b \gset
SELECT budget.open_line(2026, '101', '2050203', title => '集中采购', elements => '{"procurement": true}') AS p \gset
SELECT budget.open_line(2026, '101', '2050204', title => '待分', executable => false) AS held \gset
SELECT count(budget.appropriate(line_id, 1000, '苏财预1号')) FROM budget.line;

CREATE FUNCTION pg_temp.refusal(statement text) RETURNS text LANGUAGE sql AS $$
  SELECT regexp_replace(pg_temp.refused(statement), '\d{16}', 'N', 'g') $$;
CREATE VIEW pg_temp.money AS
  SELECT l.title, b.available::text, b.precommitted::text, b.committed::text, b.requested::text, b.paid::text
    FROM budget.line l JOIN budget.balance b USING (line_id) WHERE b.entry_no > 1 ORDER BY l.line_id;
CREATE VIEW pg_temp.held AS
  SELECT o.document, o.stage, o.amount::text, o.drawn::text, o.released::text,
         (o.amount - o.drawn - o.released)::text AS still, p.document AS predecessor
    FROM budget.obligation o LEFT JOIN budget.obligation p ON p.obligation_id = o.predecessor
   ORDER BY o.obligation_id;

-- the whole way: plan, contract below the plan, two requests, several payments
SELECT budget.precommit(:a, 600, '采购计划1') AS plan \gset
SELECT budget.commit_funds(:a, 500, '合同A', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:a, 200, '申请1', commitment => :contract) AS request1 \gset
SELECT budget.request_payment(:a, 250, '申请2', commitment => :contract) AS request2 \gset
SELECT budget.pay(:a, 120, '凭证1', request => :request1) AS paid1 \gset
SELECT budget.pay(:a, 80, '凭证2', request => :request1) AS paid2 \gset
SELECT * FROM pg_temp.money;
SELECT * FROM pg_temp.held;
SELECT kind, amount::text, from_obligation IN (:plan, :contract, :request1) AS has_from, to_obligation IN (:contract, :request1, :request2) AS has_to
  FROM budget.journal WHERE line_id = :a ORDER BY entry_no;

-- contract B's money is not there for contract A
SELECT budget.commit_funds(:a, 300, '合同B') AS other \gset
SELECT pg_temp.refusal(format('SELECT budget.request_payment(%s, 51, ''申请3'', commitment => %s)', :a, :contract));
SELECT pg_temp.refusal(format('SELECT budget.pay(%s, 0.01, ''凭证3'', request => %s)', :a, :request1));
SELECT pg_temp.refusal(format('SELECT budget.pay(%s, 250.01, ''凭证3'', request => %s)', :a, :request2));
-- nor can one stage draw on another's, on another line's, or on none
SELECT pg_temp.refusal(format('SELECT budget.pay(%s, 1, ''凭证3'', request => %s)', :a, :contract));
SELECT pg_temp.refusal(format('SELECT budget.commit_funds(%s, 1, ''合同C'', precommitment => %s)', :a, :request2));
SELECT pg_temp.refusal(format('SELECT budget.request_payment(%s, 1, ''申请3'', commitment => %s)', :b, :contract));
SELECT pg_temp.refusal(format('SELECT budget.request_payment(%s, 1, ''申请3'', commitment => 2026000000999999)', :a));
SELECT pg_temp.refusal(format('SELECT budget.request_payment(%s, 1, ''申请3'', commitment => 1)', :a));
SELECT pg_temp.refusal(format('SELECT budget.precommit(%s, 1, ''计划'')', :held));

-- a contract above its plan takes the rest from the line
SELECT budget.precommit(:b, 100, '采购计划2') AS plan2 \gset
SELECT budget.commit_funds(:b, 130, '合同D', precommitment => :plan2) AS above \gset
SELECT kind, amount::text FROM budget.posting(:above);
-- its release gives back to the plan what came from there, and the rest to the line
SELECT budget.release(:above, '终止合同D', 110, key => 'd') AS moved \gset
SELECT kind, amount::text FROM budget.posting(:moved);
SELECT budget.release(:above, '终止合同D', 110, key => 'd') = :moved AS same;
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''终止'', target => ''predecessor'')', :above));
SELECT budget.reverse(:moved, '恢复合同D') AS moved \gset
SELECT kind, amount::text FROM budget.posting(:moved);
-- a plan of which nothing is left is none; parts of equal size are reversed together
SELECT pg_temp.refusal(format('SELECT budget.commit_funds(%s, 1, ''合同'', precommitment => %s)', :b, :plan2));
SELECT budget.precommit(:b, 10, '采购计划4') AS plan4 \gset
SELECT budget.commit_funds(:b, 20, '合同G', precommitment => :plan4) AS halves \gset
SELECT pg_temp.refusal(format('SELECT budget.reverse(%s, ''冲合同G'', 5)', :halves));
SELECT budget.reverse(:halves, '冲合同G') AS moved \gset
SELECT kind, amount::text FROM budget.posting(:moved);
-- on a procurement line it does not
SELECT pg_temp.refusal(format('SELECT budget.commit_funds(%s, 10, ''合同E'')', :p));
SELECT budget.precommit(:p, 100, '采购计划3') AS plan3 \gset
SELECT pg_temp.refusal(format('SELECT budget.commit_funds(%s, 100.01, ''合同E'', precommitment => %s)', :p, :plan3));
SELECT budget.commit_funds(:p, 60, '合同E', precommitment => :plan3) AS e1 \gset
SELECT budget.commit_funds(:p, 40, '合同F', precommitment => :plan3) AS e2 \gset

-- release: a part, the rest, and nothing more; back to the predecessor unless told otherwise
SELECT budget.release(:request2, '撤回申请2', 50) AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT budget.release(:request2, '撤回申请2') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤回'')', :request2));
SELECT budget.release(:contract, '合同A终止', target => 'available') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''再撤'', 1)', :contract));
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤'', target => ''predecessor'')', :plan));
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤'', target => ''committed'')', :plan));
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤'', 100.01)', :plan));
SELECT pg_temp.refusal('SELECT budget.release(7, ''撤'')');
SELECT * FROM pg_temp.money;
SELECT * FROM pg_temp.held;

-- a refund goes to the line, to the request, or to the contract
SELECT budget.refund(:paid1, 20, '退票1', target => 'request') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT budget.refund(:paid1, 30, '退款1', target => 'commitment') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT budget.refund(:paid1, 40, '退款2') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT pg_temp.refusal(format('SELECT budget.refund(%s, 30.01, ''退款3'', target => ''request'')', :paid1));
SELECT budget.pay(:a, 10, '直接支付') AS direct \gset
SELECT pg_temp.refusal(format('SELECT budget.refund(%s, 1, ''退'', target => ''request'')', :direct));
SELECT pg_temp.refusal(format('SELECT budget.refund(%s, 1, ''退'', target => ''line'')', :direct));
SELECT budget.request_payment(:a, 5, '无合同申请') AS bare \gset
SELECT budget.pay(:a, 5, '凭证9', request => :bare) AS barepay \gset
SELECT pg_temp.refusal(format('SELECT budget.refund(%s, 1, ''退'', target => ''commitment'')', :barepay));
-- what came back to the request can be paid again, what came back to the contract requested again
SELECT budget.pay(:a, 20, '重付', request => :request1) > 0 AS paid_again;
SELECT budget.request_payment(:a, 30, '再申请', commitment => :contract) > 0 AS requested_again;

-- reversals take the obligations with them
SELECT budget.reverse(:e2, '冲合同F') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT pg_temp.refusal(format('SELECT budget.reverse(%s, ''冲合同D'', 10)', :above));
SELECT budget.reverse(:above, '冲合同D') AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT pg_temp.refusal(format('SELECT budget.reverse(%s, ''冲'')', :plan3));
SELECT budget.reverse(:paid2, '冲凭证2', 30) AS p \gset
SELECT kind, amount::text FROM budget.posting(:p);
SELECT * FROM pg_temp.money;
SELECT * FROM pg_temp.held;

-- a repeated key, and the same key for something else
SELECT budget.request_payment(:a, 7, '申请K', commitment => :other, key => 'k1') AS k1 \gset
SELECT budget.request_payment(:a, 7, '申请K', commitment => :other, key => 'k1') = :k1 AS same;
SELECT pg_temp.refusal(format('SELECT budget.request_payment(%s, 7, ''申请K'', key => ''k1'')', :a));
SELECT budget.release(:k1, '撤K', key => 'k2') AS k2 \gset
SELECT budget.release(:k1, '撤K', key => 'k2') = :k2 AS same;
SELECT budget.release(:k1, '撤K', target => 'predecessor', key => 'k2') = :k2 AS same;
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤K'', target => ''available'', key => ''k2'')', :k1));
SELECT pg_temp.refusal(format('SELECT budget.release(%s, ''撤K'', key => ''k2'')', :other));

-- nobody writes them by hand
SELECT pg_temp.refusal('UPDATE budget.obligation SET drawn = ''0''');
SELECT pg_temp.refusal('DELETE FROM budget.obligation_2026');
SELECT pg_temp.refusal('TRUNCATE budget.obligation_2026');
SELECT * FROM budget.verify_ledger();
-- and what was written all the same is found
ALTER TABLE budget.obligation_2026 DISABLE TRIGGER guard;
UPDATE budget.obligation SET drawn = drawn - '1' WHERE obligation_id = :contract;
ALTER TABLE budget.obligation_2026 ENABLE ALWAYS TRIGGER guard;
SELECT line_id = :a AS on_a, problem, regexp_replace(expected, '\d{16}', 'N') AS expected, found FROM budget.verify_ledger();
ALTER TABLE budget.obligation_2026 DISABLE TRIGGER guard;
UPDATE budget.obligation SET drawn = drawn + '1', returnable = returnable + '1' WHERE obligation_id = :contract;
ALTER TABLE budget.obligation_2026 ENABLE ALWAYS TRIGGER guard;
SELECT line_id = :a AS on_a, problem, regexp_replace(expected, '\d{16}', 'N') AS expected, found FROM budget.verify_ledger();
