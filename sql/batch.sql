-- Many postings by one call: what is refused is told, what is good is posted.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
SET SESSION client_min_messages = warning;
SELECT budget.appropriate(:root, 100000, '苏财预1号') > 0 AS given;

-- What an answer says, with ids as names.
CREATE FUNCTION pg_temp.told(answer jsonb) RETURNS TABLE (number int, sqlstate text, message text, detail text, hint text)
LANGUAGE sql AS $$
  SELECT (r ->> 'number')::int, r ->> 'sqlstate', pg_temp.named(r ->> 'message'), pg_temp.named(r ->> 'detail'), pg_temp.named(r ->> 'hint')
  FROM jsonb_array_elements(answer -> 'refusals') AS r ORDER BY 1 $$;

-- Every way to be wrong, and the first entries get the last money.
SELECT budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'allot', 'parent', :root, 'child', :child, 'amount', '1000.00', 'document', '苏财教1号'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 600, 'document', '凭证1', 'key', 'p1'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 500, 'document', '凭证2'),
  jsonb_build_object('operation', 'pay', 'line', :child::text, 'amount', '400.00', 'document', '凭证3', 'memo', '{"n": [1, {"a": null}]}'::jsonb, 'accounting_date', '2026-03-31', 'actor', '张三'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 600, 'document', '凭证1', 'key', 'p1'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 601, 'document', '凭证1', 'key', 'p1'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', '1.005', 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 'ten', 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', -1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 'NaN', 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', true, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', 'ten', 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', '99999999999999999999', 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', 2026000000999999, 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', 2031000000000001, 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :held, 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 1),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 1, 'document', 'x', 'accounting_date', '31.3.2026'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 1, 'document', 'x', 'accounting_date', '2026-02-29'),
  jsonb_build_object('operation', 'pay', 'line', :child, 'amount', 1, 'document', 'x', 'keyy', 'misspelt'),
  jsonb_build_object('operation', 'spend', 'line', :child, 'amount', 1, 'document', 'x'),
  jsonb_build_object('line', :child), '17'::jsonb, '[[{}]]'::jsonb,
  jsonb_build_object('operation', 'refund', 'payment', 2026000000999999, 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'send_transfer', 'line', :root, 'to_division', '999999999', 'amount', 1, 'document', 'x'),
  jsonb_build_object('operation', 'send_transfer', 'line', :root, 'to_division', '320505000', 'amount', 10, 'document', '苏财教9号')),
  'report') AS answer \gset
SELECT :'answer'::jsonb - 'postings' - 'refusals' AS counts,
       jsonb_path_query_array(:'answer', '$.postings[*].type()') AS postings;
SELECT (:'answer'::jsonb #>> '{postings,1}') = (:'answer'::jsonb #>> '{postings,4}') AS same_key_same_posting;
\x
SELECT * FROM pg_temp.told(:'answer');
\x
SELECT * FROM pg_temp.money('root', 'child');
SELECT kind, amount, available_after, document, actor, key, memo, accounting_date = '2026-03-31' AS dated
FROM budget.journal WHERE line_id = :child ORDER BY entry_no;
SELECT count(*) AS in_transit FROM budget.transfer WHERE state = 'sent';

-- abort: the first refusal is the error, with its place, and nothing is posted.
\set SHOW_CONTEXT errors
SELECT count(*) AS entries FROM budget.journal \gset
SELECT budget.post_batch('[{"operation": "freeze", "line": 2026000000000001, "amount": 1, "document": "d"},
  {"operation": "pay", "line": 2026000000000001, "document": "d"}]');
SELECT count(*) = :entries AS nothing_posted FROM budget.journal;

-- What is no batch.
SELECT budget.post_batch('{"operation": "pay"}');
SELECT budget.post_batch('7');
SELECT budget.post_batch(NULL);
SELECT budget.post_batch('[]', 'ignore');
SELECT budget.post_batch('[]');

-- 10,000 entries of which 37 are bad; the same again posts nothing.
SELECT jsonb_agg(jsonb_build_object('operation', 'pay', 'line', CASE WHEN i % 271 = 7 THEN 2026000000999999 ELSE :root END,
  'amount', '0.01', 'document', '凭证 ' || i, 'key', 'many ' || i) ORDER BY i) AS entries FROM generate_series(1, 10000) AS i \gset
SELECT budget.post_batch(:'entries', 'report') AS first \gset
SELECT budget.post_batch(:'entries', 'report') AS second \gset
SELECT :'first'::jsonb - 'postings' - 'refusals' AS first, :'second'::jsonb - 'postings' - 'refusals' AS second,
  :'first'::jsonb -> 'postings' = :'second'::jsonb -> 'postings' AS same_postings,
  jsonb_array_length(:'first'::jsonb -> 'refusals') AS reasons,
  (SELECT count(*) FROM jsonb_array_elements(:'first'::jsonb -> 'refusals') AS r
   WHERE r ->> 'sqlstate' = '42704' AND r ->> 'message' IS NOT NULL AND r ->> 'hint' IS NOT NULL AND (r ->> 'number')::int % 271 = 7) AS complete;

-- Obligations: a plan, its contract and a request, each drawn on by the next batch.
SELECT budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'commit_funds', 'line', :root, 'amount', 1000, 'document', '合同1'),
  jsonb_build_object('operation', 'commit_funds', 'line', :root, 'amount', 500, 'document', '合同2'))) #>> '{postings,0}' AS contract \gset
SELECT budget.post_batch(jsonb_build_array(
  jsonb_build_object('operation', 'request_payment', 'line', :root, 'amount', 700, 'document', '申请1', 'commitment', :contract),
  jsonb_build_object('operation', 'request_payment', 'line', :root, 'amount', 700, 'document', '申请2', 'commitment', :contract),
  jsonb_build_object('operation', 'release', 'obligation', :contract, 'document', '结清1'),
  jsonb_build_object('operation', 'release', 'obligation', :contract, 'document', '结清1')), 'report') AS answer \gset
SELECT number, sqlstate, message FROM pg_temp.told(:'answer');
SELECT stage, amount, drawn, released FROM budget.obligation ORDER BY opened_at;

-- Staged rows: all texts, each row answered in its place, and its own.
CREATE ROLE regress_stager LOGIN;
CREATE ROLE regress_other_stager LOGIN;
SELECT budgetpm.grant_ledger('budget', 'regress_stager', 'application') > 0 AS granted,
  budgetpm.grant_ledger('budget', 'regress_other_stager', 'officer') > 0 AS granted;
GRANT regress_stager, regress_other_stager TO CURRENT_USER;
SET ROLE regress_stager;
COPY budget.staged_entry FROM STDIN;
\.
COPY budget.staged_entry_load (batch, number, operation, line, amount, document, key, accounting_date, memo) FROM STDIN;
july	1	pay	2026000000000001	100.00	v1	j1	2026-07-01	{"voucher": 1}
july	2	pay	2026000000000001	1,000	v2	j2	2026-07-01	\N
july	3	pay	2026000000000001	10	v3	j3	July	\N
july	4	pay	2026000000000001	10	v4	j4	\N	{"voucher": 1
july	5	pay	2026000000000001	10	v5	j5	\N	{"n": 1e99999}
july	6	pay	one	10	v6	j6	\N	\N
july	7	allot	2026000000000001	10	v7	j7	\N	\N
july	8	pay	2026000000000001	100.00	v1	j1	2026-07-01	{"voucher": 1}
july	9	pay	2026000000000001	900000	v9	\N	\N	\N
\.
SELECT budget.post_staged('july', 'report');
SELECT number, posting_id IS NOT NULL AS posted, sqlstate, message, hint FROM budget.staged_entry ORDER BY number;
UPDATE budget.staged_entry SET amount = '1000' WHERE number = 2;
UPDATE budget.staged_entry SET amount = '1000' WHERE number = 1;
DELETE FROM budget.staged_entry WHERE posting_id IS NULL AND number > 2;
SELECT budget.post_staged('july');
SELECT budget.post_staged('july');
INSERT INTO budget.staged_entry (batch, operation, line, amount, document) VALUES ('august', 'pay', 'x', '1', 'd');
SELECT budget.post_staged('august');
SELECT sqlstate FROM budget.staged_entry WHERE batch = 'august';
SET ROLE regress_other_stager;
SELECT count(*) FROM budget.staged_entry;
SELECT budget.post_staged('july');
RESET ROLE;
SELECT count(*) AS damage FROM budget.verify_ledger();
SELECT budgetpm.revoke_ledger('budget', 'regress_stager'), budgetpm.revoke_ledger('budget', 'regress_other_stager');
DROP ROLE regress_stager, regress_other_stager;
