-- Effects: money moves with the deciding signature, and is let go when the case ends otherwise.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT budget.open_line(2026, '101001', '2050202', '50201', title => 'from') AS "from" \gset
SELECT budget.open_line(2026, '101', '2050202', '50201', title => 'to') AS "to" \gset
SELECT budget.open_line(2026, '102', '2050203', '50201', title => 'other') AS "other" \gset
SELECT count(budget.appropriate(line_id, 1000, '苏财预1号')) FROM budget.line;
CREATE VIEW pg_temp.money AS SELECT l.title, b.available::text, b.pending_out::text, b.appropriated::text
  FROM budget.line l JOIN budget.balance b USING (line_id) ORDER BY l.line_id;

-- 调剂: submission holds, approval moves, everything else lets go
SELECT pg_temp.publish('adjust', ARRAY[pg_temp.sign('unit', 'bo', 'fin'), pg_temp.sign('fin', 'cy', 'done')], '{"effects": {
  "hold": [{"effect": "post", "arguments": {"operation": "reserve_out", "line": "$.from", "amount": "$.amount"}}],
  "release": [{"effect": "post", "arguments": {"operation": "release_out", "line": "$.from", "amount": "$.amount"}}],
  "approved": [{"effect": "post", "as": "posting", "arguments": {"operation": "virement", "from_line": "$.from", "to_line": "$.to", "amount": "$.amount", "from_pending": "$.amount", "document": "$.document"}}],
  "voided": [{"effect": "post", "when": "$.posting", "arguments": {"operation": "reverse", "posting": "$.posting", "document": "作废"}},
             {"effect": "post", "when": "$.posting", "arguments": {"operation": "release_out", "line": "$.from", "amount": "$.amount", "document": "作废"}}]}}');
SELECT format('{"from": %s, "to": %s, "amount": 300.50, "document": "苏财调1号"}', :from, :to) AS facts \gset
SELECT pg_temp.start('adjust', :'facts');
SELECT * FROM pg_temp.money;
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'approve');
SELECT * FROM pg_temp.money;
SELECT action, actor, to_whom FROM pg_temp.history() WHERE action = 'effect';
SELECT kind, amount::text, document, actor FROM budget.journal WHERE posting_id = (SELECT (facts ->> 'posting')::bigint FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case)) ORDER BY line_id;
-- 作废 after the approval undoes it, in the same transaction
SELECT pg_temp.do($$void_case(@case@, '依据错误')$$);
SELECT * FROM pg_temp.money;
-- 驳回, 撤回, 终止, 作废 release what is held; so does the return to the initiator, and submitting again holds again
SELECT pg_temp.start('adjust', :'facts') \g /dev/null
SELECT pg_temp.act('bo', 'return', '{"to": "start"}');
SELECT * FROM pg_temp.money;
SELECT pg_temp.act('ann', 'approve', '{"facts": {"amount": 100}}');
SELECT * FROM pg_temp.money;
SELECT pg_temp.act('bo', 'approve'), pg_temp.act('cy', 'reject');
SELECT * FROM pg_temp.money;
SELECT pg_temp.start('adjust', :'facts'), pg_temp.do($$retract(@case@, '', 'wf_ann')$$);
SELECT pg_temp.start('adjust', :'facts'), pg_temp.do($$terminate(@case@, '审计')$$);
SELECT pg_temp.start('adjust', :'facts'), pg_temp.do($$void_case(@case@, '重复')$$);
-- retracted while it is back with the initiator: nothing is held, nothing is released twice
SELECT pg_temp.start('adjust', :'facts'), pg_temp.act('bo', 'return'), pg_temp.do($$retract(@case@, '', 'wf_ann')$$);
SELECT * FROM pg_temp.money;

-- the place of the case must cover the lines: another unit's money is not moved by a school's case
SELECT pg_temp.publish('plain_post', ARRAY[pg_temp.sign('a', 'bo', 'done', '{"effects": [{"effect": "post", "arguments": {"operation": "freeze", "line": "$.line", "amount": 1}}]}')]);
SELECT pg_temp.start('plain_post', jsonb_build_object('line', :other)), regexp_replace(pg_temp.act('bo', 'approve'), '\d{4,}', 'N', 'g');
-- what a path does not find is missing
SELECT pg_temp.start('plain_post'), pg_temp.act('bo', 'approve');

-- nobody passes a posting off as the case's own: what effects keep is not among the facts from outside
SELECT pg_temp.tried(format($$SELECT pg_temp.start('adjust', '{"from": %s, "to": %s, "amount": 1, "posting": 2026000000000001}')$$, :from, :to));
SELECT pg_temp.start('adjust', :'facts'), pg_temp.act('bo', 'return'), pg_temp.act('ann', 'approve', '{"facts": {"posting": 2026000000000001}}'), pg_temp.act('ann', 'approve', '{"facts": {"amount": 2}}'), pg_temp.act('bo', 'approve', '{"facts": {"amount": 1}}');
SELECT pg_temp.do($$retract(@case@, '', 'wf_ann')$$);

-- a failing effect leaves the case as it was, with the reason
SELECT pg_temp.start('adjust', :'facts'), pg_temp.act('bo', 'approve') \g /dev/null
SELECT budget.close_month(2026, 12) \g /dev/null
SELECT pg_temp.act('cy', 'approve') ~ '^ZB004 accounting month', pg_temp.stand();
SELECT count(*) AS decided FROM pg_temp.tasks() WHERE decided_by = 'wf_cy';
SELECT * FROM pg_temp.money;
SELECT count(*) AS events FROM pg_temp.history();
-- and no case begins whose money is not there
SELECT count(*) AS before FROM budget.approval_case \gset
SELECT pg_temp.refused(format($$SELECT pg_temp.start('adjust', '{"from": %s, "to": %s, "amount": 5000}')$$, :from, :to)) ~ '^ZB00';
SELECT count(*) - :before AS begun FROM budget.approval_case;

-- an effect in SQL: the owner's function of the ledger's schema; and not anybody else's
CREATE FUNCTION budget.note_case(case_id bigint, facts jsonb, arguments jsonb) RETURNS jsonb LANGUAGE sql VOLATILE
  AS $$ SELECT jsonb_build_object('said', arguments ->> 'word', 'amount', facts -> 'amount') $$;
SELECT pg_temp.publish('called', ARRAY[pg_temp.sign('a', 'bo', 'done', '{"effects": [{"function": "note_case", "as": "note", "arguments": {"word": "$.name"}}]}')]);
SELECT pg_temp.start('called', '{"name": "好", "amount": 5}'), pg_temp.act('bo', 'approve');
SELECT facts FROM budget.approval_case WHERE case_id = (SELECT case_id FROM now_case);
DROP FUNCTION budget.note_case;
SELECT pg_temp.start('called', '{"name": "好"}'), pg_temp.act('bo', 'approve');

SELECT count(*) AS differences FROM budget.verify_ledger();
SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
DROP VIEW pg_temp.money;
\i :top/test/workflow/gone.sql
