-- Where money came from and what it became (顺向可控, 逆向可溯).
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
CREATE FUNCTION pg_temp.way(posting bigint, direction text) RETURNS TABLE (depth int, line varchar, kind varchar, amount numeric, document text, relation varchar)
LANGUAGE sql AS $$ SELECT t.depth, l.title, t.kind, t.amount, t.document, t.relation FROM budget.trace(posting, direction) t JOIN budget.line l USING (line_id)
  ORDER BY t.depth, t.posting_id, l.line_id, t.kind $$;
-- 市 appropriates, transfers to the district, which allots to a school, which pays, gets some back and corrects the rest
SELECT budget.appropriate(:root, 1000, '苏财预1号') AS given \gset
SELECT budget.send_transfer(:root, '320505000', 300, '苏财教9号') AS sent \gset
SELECT budget.receive_transfer(:sent, :district, '虎财收1号') AS received \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'school', parent => :district) AS school \gset
SELECT budget.open_line(2026, '201', '2050202', title => 'second school', parent => :district) AS school2 \gset
SELECT budget.allot(:district, :school, 200, '虎财教1号') AS allotted \gset
SELECT budget.allot(:district, :school2, 50, '虎财教2号') > 0 AS allotted2;
SELECT budget.pay(:school, 120, '凭证1号') AS paid \gset
SELECT budget.refund(:paid, 20, '退款1号') AS refunded \gset
SELECT budget.correct_payment(:paid, :school2, 30, '更正1号') AS corrected \gset
SELECT * FROM pg_temp.way(:paid, 'up');
SELECT * FROM pg_temp.way(:paid, 'down');
SELECT * FROM pg_temp.way(:refunded, 'up');
SELECT * FROM pg_temp.way(:given, 'down');
SELECT * FROM pg_temp.way(:sent, 'down') WHERE depth < 2;
-- virement
SELECT budget.virement(:root, :other, 40, '苏财调1号') AS moved \gset
SELECT budget.pay(:other, 10, '凭证2号') AS paid2 \gset
SELECT * FROM pg_temp.way(:paid2, 'up');

-- The whole way: 上级指标文号, transfer, allotment, plan, contract, request, payment, refund.
SELECT budget.open_line(2026, '201', '2050202', title => 'third school', parent => :district) AS third \gset
SELECT budget.allot(:district, :third, 50, '虎财教3号') > 0 AS allotted;
SELECT budget.precommit(:third, 40, '采购计划1') AS plan \gset
SELECT budget.commit_funds(:third, 45, '合同1', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:third, 30, '申请1', commitment => :contract) AS request \gset
SELECT budget.pay(:third, 25, '凭证3号', request => :request) AS paid3 \gset
SELECT budget.refund(:paid3, 5, '退款3号', target => 'commitment') AS refunded3 \gset
SELECT budget.release(:request, '撤申请1') AS released \gset
SELECT * FROM pg_temp.way(:refunded3, 'up');
SELECT * FROM pg_temp.way(:paid3, 'up') WHERE depth < 4;
SELECT * FROM pg_temp.way(:released, 'up') WHERE depth < 2;
SELECT * FROM pg_temp.way(:contract, 'down');
SELECT * FROM pg_temp.way(:request, 'down');
SELECT * FROM pg_temp.way(:plan, 'down') WHERE depth < 3;
SELECT * FROM pg_temp.way(:given, 'down') WHERE line = 'third school';
-- Another contract of the same line is on neither way.
SELECT budget.commit_funds(:third, 4, '合同2') AS contract2 \gset
SELECT count(*) FROM budget.trace(:contract, 'down') WHERE posting_id = :contract2;
SELECT count(*) FROM budget.trace(:paid3, 'up') WHERE posting_id = :contract2;

-- Into the next year, with the contract and without, and back.
SELECT budget.add_year(2027, 'open');
SELECT budget.open_line(2027, '201', '2050202', title => 'district 27', source_document => '苏财教9号') AS district27 \gset
SELECT budget.open_line(2027, '201', '2050202', title => 'school 27', parent => :district27) AS school27 \gset
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.carry_forward(:third, :school27, 15, '结转合同1', obligation => :contract) AS carried \gset
SELECT budget.carry_forward(:third, :school27, 1, '结转1') AS carried_free \gset
SELECT budget.request_payment(:school27, 10, '申请2', commitment => :carried) AS request27 \gset
SELECT budget.pay(:school27, 8, '凭证4号', request => :request27) AS paid27 \gset
SELECT budget.pay(:school27, 1, '凭证5号') AS free27 \gset
SELECT budget.refund(:paid27, 3, '退款4号', target => 'request') > 0 AS refunded;
SELECT * FROM pg_temp.way(:paid27, 'up');
SELECT * FROM pg_temp.way(:free27, 'up') WHERE depth < 5;
SELECT * FROM pg_temp.way(:contract, 'down') WHERE line LIKE '%27' OR kind LIKE 'carry%';
SELECT * FROM pg_temp.way(:given, 'down') WHERE line LIKE '%27';
-- What comes back after the year has closed names its payment, and is money of the line that took it.
SELECT budget.set_year_state(2026, 'closed');
SELECT budget.open_line(2027, '201', '2050202', title => 'held 27', executable => false) AS held27 \gset
SELECT budget.refund_prior_year(:paid3, :held27, 10, '退回1') AS late \gset
SELECT budget.freeze(:held27, 4, '审1') AS frozen \gset
SELECT * FROM pg_temp.way(:late, 'up') WHERE depth < 4;
SELECT * FROM pg_temp.way(:paid3, 'down');
SELECT * FROM pg_temp.way(:frozen, 'up') WHERE depth < 3;
SELECT * FROM budget.verify_ledger();

-- nothing of that id
SELECT * FROM pg_temp.way(2026000000999999, 'up');
