-- Obligations and contracts in reports: figures, index, row security; what explains them.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2));
SELECT count(budget.register_unit(u, '单位' || u, d)) FROM (VALUES ('101', '320000000'), ('501', '320500000')) AS v(u, d);
SELECT budget.register_project('P1', '校舍', '101', setup_year => 2026);
SELECT pg_temp.take_over('budget') AS taken_over;
SELECT budget.open_line(2026, '101', '2050201', '50201', title => '校舍', project => 'P1') AS a \gset
SELECT budget.open_line(2026, '501', '2050202', '50201', title => '设备') AS b \gset
SELECT count(budget.appropriate(line_id, 1000, '苏财预1号')) FROM budget.line;

SELECT budget.precommit(:a, 600, '采购计划1') AS plan \gset
SELECT budget.commit_funds(:a, 500, '合同A', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:a, 200, '申请1', commitment => :contract) AS request1 \gset
SELECT budget.request_payment(:a, 150, '申请2', commitment => :contract) AS request2 \gset
SELECT budget.pay(:a, 120, '凭证1', request => :request1) AS paid1 \gset
SELECT budget.pay(:a, 80, '凭证2', request => :request1) AS paid2 \gset
SELECT budget.refund(:paid1, 20, '退款1') AS refund1 \gset
SELECT budget.refund(:paid1, 30, '退款2', target => 'commitment') AS refund2 \gset
SELECT budget.refund(:paid2, 10, '退款3', target => 'request') AS refund3 \gset
SELECT budget.reverse(:refund1, '冲退款1', 5) > 0 AS a;
SELECT budget.pay(:a, 7, '凭证3', request => :request1) AS paid3 \gset
SELECT budget.reverse(:paid3, '冲凭证3', 3) > 0 AS a;
SELECT budget.release(:request2, '撤申请2', 50) > 0 AS a, budget.release(:contract, '合同A减', 25) > 0 AS b;
SELECT budget.commit_funds(:b, 100, '合同B') AS contract_b \gset
SELECT budget.request_payment(:b, 100, '申请3', commitment => :contract_b) AS request_b \gset
SELECT budget.pay(:b, 100, '凭证4', request => :request_b) > 0 AS paid;
SELECT budget.request_payment(:b, 50, '无合同') > 0 AS bare;

SELECT stage_name, fiscal_year, line_title, unit_code, func_code, project_code, document, amount, drawn, released, remaining, predecessor_id IS NOT NULL AS drawn_on, state
  FROM budget_report.obligation ORDER BY obligation_id;
SELECT document, plan_document, planned, contracted, requested, paid, refunded, pending, carried, released, remaining, payment_rate, state
  FROM budget_report.contract_execution ORDER BY obligation_id;
-- what the view says is what the journal says
SELECT sum(remaining) FILTER (WHERE stage = 'precommit') - (SELECT sum(precommitted) FROM budget_report.line_detail) AS precommitted,
       sum(remaining) FILTER (WHERE stage = 'commit') - (SELECT sum(committed) FROM budget_report.line_detail) AS committed,
       sum(remaining) FILTER (WHERE stage = 'request') - (SELECT sum(requested) FROM budget_report.line_detail) AS requested,
       bool_and(amount = drawn + released + remaining) AS sums
  FROM budget_report.obligation;
SELECT bool_and(contracted = requested + carried + released + remaining) AS contract_sums, sum(paid) = (SELECT sum(paid) FROM budget_report.line_detail) AS paid
  FROM budget_report.contract_execution;

-- a contract's history ends with what is left of it
CREATE FUNCTION pg_temp.history(bigint) RETURNS TABLE (entry_no int, kind varchar, name_zh varchar, change numeric, remaining numeric, other varchar, document varchar) LANGUAGE sql AS $$
  SELECT h.entry_no, h.kind, h.name_zh, h.change, h.remaining, o.document, h.document FROM budget.obligation_history($1) h
  LEFT JOIN budget.obligation o ON o.obligation_id = h.other_obligation ORDER BY 1 $$;
SELECT * FROM pg_temp.history(:contract);
SELECT * FROM pg_temp.history(:request1);
SELECT * FROM pg_temp.history(:plan);
SELECT * FROM pg_temp.history(1);
SELECT count(*) FROM budget.obligation o WHERE o.amount::numeric - o.drawn::numeric - o.released::numeric
  <> (SELECT h.remaining FROM budget.obligation_history(o.obligation_id) h ORDER BY entry_no DESC LIMIT 1);

-- and explain_line() names each that holds money
SELECT bucket, kind, entries, amount, bucket_total, obligation_document, obligation_left FROM budget.explain_line(:a) WHERE bucket IN ('precommitted', 'committed', 'requested', 'paid');
SELECT bucket, kind, entries, amount, bucket_total, obligation_document, obligation_left FROM budget.explain_line(:b) WHERE bucket IN ('precommitted', 'committed', 'requested', 'paid');
SELECT bool_and(e.total = e.bucket_total) AS totals FROM (SELECT sum(amount) OVER (PARTITION BY bucket) AS total, bucket_total FROM budget.explain_line(:a)) e;
SELECT count(*) FROM budget.explain_line(:a, '2000-01-01');

-- the next year: the same contract, seen from both
SELECT budget.add_year(2027, 'open');
SELECT budget.open_line(2027, '101', '2050201', '50201', title => '校舍27') AS a27 \gset
SELECT budget.set_year_state(2026, 'closing');
SELECT budget.carry_forward(:a, :a27, 150, '结转合同A', obligation => :contract) AS carried \gset
SELECT budget.request_payment(:a27, 60, '申请4', commitment => :carried) AS request27 \gset
SELECT budget.pay(:a27, 60, '凭证5', request => :request27) > 0 AS paid;
SELECT fiscal_year, document, carried_from_id = :contract AS carried_from, plan_document, contracted, requested, paid, refunded, pending, carried, released, remaining, state
  FROM budget_report.contract_execution WHERE unit_code = '101' ORDER BY obligation_id;
SELECT bool_and(contracted = requested + carried + released + remaining) AS contract_sums FROM budget_report.contract_execution;
SELECT * FROM pg_temp.history(:contract) WHERE kind LIKE 'carry%';
SELECT * FROM pg_temp.history(:carried);
SELECT * FROM budget.verify_ledger();

-- Each sees the obligations of his own government.
CREATE ROLE regress_obligation_city;
GRANT regress_obligation_city TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_obligation_city', 'reader', '320500000') > 0 AS granted;
SET ROLE regress_obligation_city;
SELECT document, unit_name, remaining FROM budget_report.obligation ORDER BY obligation_id;
SELECT document, paid FROM budget_report.contract_execution;
SELECT count(*) FROM budget.obligation_history(:contract);
SELECT count(*) > 0 AS own FROM budget.obligation_history(:contract_b);
RESET ROLE;
DROP OWNED BY regress_obligation_city;
DROP ROLE regress_obligation_city;

-- A filter by unit, line or number goes through an index, here of 3,000 obligations on 100 of 1,000 lines.
SELECT budget.set_year_state(2026, 'open');
SELECT count(budget.register_unit('U' || n, 'U' || n, '320500000')) FROM generate_series(1, 1000) n;
SELECT count(budget.appropriate(budget.open_line(2026, 'U' || n, '2050201', '50201', title => 'U' || n), 10000, 'd')) FROM generate_series(1, 1000) n;
SELECT count(budget.pay(line_id, 1, 'd', request => budget.request_payment(line_id, 2, 'd', commitment => budget.commit_funds(line_id, 3, 'd'))))
  FROM budget.line, generate_series(1, 15) WHERE title LIKE 'U%0';
ANALYZE budget.unit, budget.line, budget.obligation, budget.journal, budget.balance, budget.fiscal_year;
CREATE FUNCTION pg_temp.indexes(query text, OUT index text, OUT condition text) RETURNS SETOF record LANGUAGE plpgsql AS $$
DECLARE
	plan jsonb;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json, COSTS off) ' || query INTO plan;
	RETURN QUERY
	SELECT DISTINCT coalesce(n ->> 'Index Name', n ->> 'Node Type' || ' on ' || (n ->> 'Relation Name')), coalesce(n ->> 'Index Cond', '')
	FROM jsonb_path_query(plan, 'strict $.** ? (@.type() == "object" && (exists(@."Index Name") || @."Node Type" == "Seq Scan"))') n
	WHERE coalesce(n ->> 'Index Name', n ->> 'Relation Name') ~ '^(unit|line|obligation_2026|journal_2026)'
	ORDER BY 1, 2;
END $$;
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget_report.obligation WHERE unit_code = 'U70'$$);
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget_report.obligation WHERE line_id = 2026000000000001$$);
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget_report.obligation WHERE obligation_id = 2026000000000007$$);
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget_report.contract_execution WHERE unit_code = 'U70'$$);
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget_report.contract_execution WHERE line_id = 2026000000000001$$);
SELECT count(*), sum(paid) FROM budget_report.contract_execution WHERE unit_code = 'U70';
-- so do the questions
SELECT * FROM pg_temp.indexes($$SELECT * FROM budget.obligation_history(2026000000000007)$$);
SELECT index FROM pg_temp.indexes($$SELECT * FROM budget.trace(2026000000000007, 'up')$$) WHERE index LIKE 'Seq%';
