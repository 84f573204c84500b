-- Clauses of contracts (合同条款): every kind at the fen and the day of its boundary, on
-- every road by which a payment can be requested.
SET client_min_messages = warning;
SELECT plan(144);
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT b.register_unit('101', '省教育厅', '320000000');
SELECT b.register_project('P', '学校', '101', '2', 2025), b.register_project('Q', '道路', '101', '2', 2025);
UPDATE b.project_stage_move SET road = 'function';
DELETE FROM b.project_template_document;
SELECT b.describe_project(p, 10000, '2025-01-01', '2025-12-31', '张三'),
       b.set_milestones(p, '[{"no": 1, "title": "基础", "planned_on": "2025-03-31", "weight": 40}, {"no": 2, "title": "封顶", "planned_on": "2025-06-30", "weight": 60}]')
  FROM unnest('{P,Q}'::text[]) AS p;
SELECT b.move_project(p, stage, on_day => '2025-01-05', reason => 't') FROM unnest('{P,Q}'::text[]) AS p, unnest('{reviewed,admitted}'::text[]) AS stage;
SELECT b.appropriate(b.open_line(2025, '101', '2050202', title => p, project => p), 100000, '预', accounting_date => '2025-01-05') FROM unnest('{P,Q}'::text[]) AS p;
SELECT b.move_project(p, stage, on_day => '2025-01-05', reason => 't') FROM unnest('{P,Q}'::text[]) AS p, unnest('{selected,funded,under_way}'::text[]) AS stage;
CREATE FUNCTION public.line() RETURNS bigint STABLE LANGUAGE sql AS $$SELECT min(line_id) FROM b.line$$;

-- 合同: deliveries, documents and invoices; 合同2 has none of them
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state) SELECT c, line(), 1000.05, '甲', 'signed' FROM unnest('{合同,合同2}'::text[]) AS c;
CREATE FUNCTION public.contract(no text) RETURNS bigint STABLE LANGUAGE sql AS $$SELECT max(obligation_id) FROM b.obligation WHERE document = no$$;
SELECT b.complete_milestone('P', 1, '2025-03-20', '监理报告'), b.complete_milestone('Q', 1, '2025-05-10', '监理报告');
-- of ten desks four are accepted on 12 April and six on 20 April; the chair came on 30 April, another one that nobody had ordered on 9 May
SELECT b.plan_delivery(title, '2025-04-15', quantity, contract_no => '合同') FROM (VALUES ('课桌', 10), ('椅子', 1)) AS d(title, quantity);
SELECT b.record_delivery(1, 10, '送货单', '2025-04-10'), b.accept_delivery(1, 4, '验收单', '2025-04-12'), b.accept_delivery(1, 6, '验收单2', '2025-04-20'),
       b.record_delivery(2, 1, '送货单', '2025-04-30'), b.accept_delivery(2, 1, '验收单', '2025-04-30'),
       b.record_delivery(2, 1, '送货单2', '2025-05-09'), b.accept_delivery(2, 1, '验收单2', '2025-05-09');
-- one of ten is accepted of 合同2
SELECT b.plan_delivery('课桌', '2025-04-15', 10, contract_no => '合同2') AS d \gset
SELECT b.record_delivery(:d, 10, '送货单', '2025-04-10'), b.accept_delivery(:d, 9.9999, '验收单', '2025-04-12');
SELECT b.register_document('warranty', '质保', 'sha256', repeat('0a', 32), 1, 'application/pdf', 's/1', contract_no => '合同'),
       b.register_document('inspection', '验货单', 'sha256', repeat('0b', 32), 1, 'application/pdf', 's/2', contract_no => '合同', subject => 'D');
SELECT b.register_invoice('12345678', '甲', 100.01, '2025-01-31', code => '1234567890', contract_no => '合同'),
       b.register_invoice('12345679', '甲', 200, '2025-01-31', code => '1234567890', contract_no => '合同');
SELECT b.publish_flow('{"flow": "ask", "title": "申请", "steps": [{"step": "签", "assign": [{"initiator": true}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}],
  "effects": {"approved": [{"effect": "post", "arguments": {"operation": "request_payment", "line": "$.line", "amount": "$.amount", "document": "D", "commitment": "$.commitment", "accounting_date": "$.day"}}]}}');

-- Sets clauses, looser or tighter: by a case.
SELECT b.publish_flow('{"flow": "agree", "title": "补充协议", "steps": [{"step": "签", "assign": [{"initiator": true}], "self": "allow", "next": "完"}, {"step": "完", "type": "end"}],
  "effects": {"approved": [{"effect": "contract_clauses", "arguments": {"contract": "$.contract", "clauses": "$.clauses", "document": "$.contract"}}]}}');
CREATE FUNCTION public.agree(no text, clauses jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM b.start_case('agree', no, jsonb_build_object('contract', no, 'clauses', clauses), unit => '101');
  PERFORM b.act(max(task_id), 'approve', '同意') FROM b.task WHERE state = 'open';
END $$;
-- Asks for a payment on one road.
CREATE FUNCTION public.ask(road text, no text, amount numeric, day date) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  entry jsonb := jsonb_build_object('operation', 'request_payment', 'line', line(), 'amount', amount::text, 'document', 'D', 'commitment', contract(no), 'accounting_date', day);
  answer jsonb;
BEGIN
  CASE road
    WHEN 'request' THEN PERFORM b.request_payment(line(), amount, 'D', commitment => contract(no), accounting_date => day);
    WHEN 'requested document', 'paid document' THEN
      INSERT INTO b.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date)
      SELECT 'D', line(), contract_id, ask.amount, '甲', split_part(road, ' ', 1), day FROM b.contract WHERE contract_no = no;
    WHEN 'staged document' THEN
      INSERT INTO b.payment_load (payment_no, line_id, contract_id, amount, payee, state, accounting_date)
      SELECT 'D', line(), contract_id, ask.amount, '甲', 'requested', day FROM b.contract WHERE contract_no = no;
    WHEN 'batch' THEN PERFORM b.post_batch(jsonb_build_array(entry));
    WHEN 'batch of two' THEN PERFORM b.post_batch(jsonb_build_array(entry || jsonb_build_object('amount', '0.01'), entry || jsonb_build_object('amount', (amount - 0.01)::text)));
    WHEN 'staged' THEN
      INSERT INTO b.staged_entry (batch, operation, line, amount, document, obligation, accounting_date) VALUES ('s', 'request_payment', line(), ask.amount, 'D', contract(no), day);
      PERFORM b.post_staged('s');
    WHEN 'flow' THEN
      PERFORM b.start_case('ask', 'D', jsonb_build_object('line', line(), 'amount', amount, 'commitment', contract(no), 'day', day), unit => '101');
      PERFORM b.act(max(task_id), 'approve', '同意') FROM b.task WHERE state = 'open';
    WHEN 'dry run' THEN
      answer := b.check_funds(line(), 'request_payment', amount, obligation => contract(no), accounting_date => day);
      IF NOT (answer ->> 'passes')::boolean THEN RAISE EXCEPTION USING ERRCODE = answer ->> 'sqlstate', MESSAGE = answer ->> 'message'; END IF;
  END CASE;
END $$;
-- What becomes of a request under these clauses, whichever road it comes by; nothing of it stays.
CREATE FUNCTION public.outcome(no text, clauses jsonb, amount numeric, day date, roads text[] DEFAULT '{request,requested document,paid document,staged document,batch,batch of two,staged,flow,dry run}')
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  road text;
  answers text[] := '{}';
BEGIN
  PERFORM agree(no, clauses);
  FOREACH road IN ARRAY roads LOOP
    CONTINUE WHEN road = 'batch of two' AND amount < 0.02;
    BEGIN
      PERFORM ask(road, no, amount, day);
      RAISE EXCEPTION USING ERRCODE = 'UNDO0';
    EXCEPTION
      WHEN SQLSTATE 'UNDO0' THEN answers := answers || 'passes'::text;
      WHEN SQLSTATE 'ZB010' THEN answers := answers || 'ZB010'::text;
      WHEN OTHERS THEN answers := answers || (road || ': ' || SQLSTATE || ' ' || SQLERRM);
    END;
  END LOOP;
  RETURN (SELECT CASE WHEN count(DISTINCT a) = 1 THEN min(a) ELSE string_agg(r || ': ' || a, ', ') END
            FROM unnest(answers, array_remove(roads, CASE WHEN amount < 0.02 THEN 'batch of two' END)) AS x(a, r));
END $$;
-- What check_contract() says can still be requested; 1000.05 where no clause limits it.
CREATE FUNCTION public.told(no text, clauses jsonb, day date) RETURNS numeric LANGUAGE plpgsql AS $$
BEGIN
  PERFORM agree(no, clauses);
  RETURN (SELECT coalesce(min(open), 1000.05) FROM b.check_contract(no, day));
END $$;
CREATE FUNCTION public.clause(kind text, terms jsonb) RETURNS jsonb IMMUTABLE LANGUAGE sql AS $$SELECT jsonb_build_object('no', 1, 'kind', kind, 'title', kind, 'terms', terms)$$;

CREATE TABLE public.edge (n serial, contract_no text, what text, clauses jsonb, day date, most numeric, roads text[]);
-- 付款节点: the shares of what is reached, on its very day
INSERT INTO edge (contract_no, what, clauses, day, most)
SELECT '合同', 'milestone: ' || what, jsonb_build_array(clause('milestone', '{"share": 0.3, "on": "signing"}'),
         jsonb_build_object('no', 2, 'kind', 'milestone', 'title', 't', 'terms', terms || '{"share": 0.7}')), day, most
  FROM (VALUES
    ('the day before', '{"milestone": 1}'::jsonb, '2025-03-19'::date, round(1000.05 * 0.3, 2)), ('its day', '{"milestone": 1}', '2025-03-20', 1000.05),
    ('one that is not done', '{"milestone": 2}', '2025-06-30', round(1000.05 * 0.3, 2)), ('one that is not there', '{"milestone": 9}', '2025-06-30', round(1000.05 * 0.3, 2)),
    ('of another project, the day before', '{"milestone": 1, "project": "Q"}', '2025-05-09', round(1000.05 * 0.3, 2)), ('of another project, its day', '{"milestone": 1, "project": "Q"}', '2025-05-10', 1000.05),
    ('until a day, the day before', '{"until": "2025-06-30"}', '2025-06-29', round(1000.05 * 0.3, 2)), ('until a day, that day', '{"until": "2025-06-30"}', '2025-06-30', 1000.05),
    ('two conditions, one met', '{"milestone": 1, "until": "2025-06-30"}', '2025-06-29', round(1000.05 * 0.3, 2)), ('two conditions, both met', '{"milestone": 1, "until": "2025-06-30"}', '2025-06-30', 1000.05)) AS x(what, terms, day, most);
-- 质保金: all but the share; 预付款上限: no more than the share
INSERT INTO edge (contract_no, what, clauses, day, most)
SELECT '合同', kind || ' ' || share || ': ' || what, jsonb_build_array(clause(kind, jsonb_build_object('share', share) || terms)), day,
       CASE WHEN NOT met AND kind = 'retention' THEN 1000.05 - round(1000.05 * share, 2) WHEN NOT met THEN round(1000.05 * share, 2) ELSE 1000.05 END
  FROM (VALUES ('retention', 0.05), ('retention', 0.1), ('retention', 1), ('advance_cap', 0.3), ('advance_cap', 0.000005), ('advance_cap', 0)) AS k(kind, share),
       (VALUES ('the day before', '{"until": "2025-06-30"}'::jsonb, '2025-06-29'::date, false), ('that day', '{"until": "2025-06-30"}', '2025-06-30', true)) AS x(what, terms, day, met);
INSERT INTO edge (contract_no, what, clauses, day, most)
SELECT contract_no, 'advance_cap: ' || what, jsonb_build_array(clause('advance_cap', terms || '{"share": 0.3}')), day, CASE WHEN met THEN 1000.05 ELSE round(1000.05 * 0.3, 2) END
  FROM (VALUES
    ('合同', 'any delivery, the day before', '{"delivery": "any"}'::jsonb, '2025-04-11'::date, false), ('合同', 'any delivery, the day of its first part', '{"delivery": "any"}', '2025-04-12', true),
    ('合同', 'all deliveries, the day before the last', '{"delivery": "all"}', '2025-04-29', false), ('合同', 'all deliveries, the day of the last', '{"delivery": "all"}', '2025-04-30', true),
    ('合同2', 'all deliveries, but for a ten thousandth', '{"delivery": "all"}', '2025-12-31', false), ('合同2', 'any delivery', '{"delivery": "any"}', '2025-04-12', true),
    ('合同', 'a document that is there', '{"document": "warranty"}', '2025-01-06', true), ('合同', 'a document that is not there', '{"document": "bond"}', '2025-12-31', false),
    ('合同2', 'a document of another contract', '{"document": "warranty"}', '2025-12-31', false),
    ('合同', 'document and day, the day before', '{"document": "warranty", "until": "2025-06-30"}', '2025-06-29', false), ('合同', 'document and day, that day', '{"document": "warranty", "until": "2025-06-30"}', '2025-06-30', true)) AS x(contract_no, what, terms, day, met);
-- 逾期违约金: per day after the day, the whole contract's share of it, at most max
INSERT INTO edge (contract_no, what, clauses, day, most)
SELECT contract_no, 'deadline: ' || what, jsonb_build_array(clause('deadline', terms)), day, most
  FROM (VALUES
    ('合同', 'on its day', '{"due_on": "2025-06-01", "per_day": 0.0005, "document": "bond"}'::jsonb, '2025-06-01'::date, 1000.05),
    ('合同', 'a day late', '{"due_on": "2025-06-01", "per_day": 0.0005, "document": "bond"}', '2025-06-02', 1000.05 - round(1000.05 * 0.0005 * 1, 2)),
    ('合同', 'three days late', '{"due_on": "2025-06-01", "per_day": 0.0005, "document": "bond"}', '2025-06-04', 1000.05 - round(1000.05 * 0.0005 * 3, 2)),
    ('合同', 'a day before its most', '{"due_on": "2025-06-01", "per_day": 0.01, "max": 0.1, "document": "bond"}', '2025-06-10', 1000.05 - round(1000.05 * 0.01 * 9, 2)),
    ('合同', 'at its most', '{"due_on": "2025-06-01", "per_day": 0.01, "max": 0.1, "document": "bond"}', '2025-06-11', 1000.05 - round(1000.05 * 0.1, 2)),
    ('合同', 'a day beyond its most', '{"due_on": "2025-06-01", "per_day": 0.01, "max": 0.1, "document": "bond"}', '2025-06-12', 1000.05 - round(1000.05 * 0.1, 2)),
    ('合同', 'more than all of it', '{"due_on": "2025-01-01", "per_day": 0.5, "document": "bond"}', '2025-06-12', 0),
    ('合同', 'met on its day', '{"due_on": "2025-03-20", "per_day": 0.01, "milestone": 1}', '2025-12-31', 1000.05),
    ('合同', 'met a day late', '{"due_on": "2025-03-19", "per_day": 0.01, "milestone": 1}', '2025-12-31', 1000.05 - round(1000.05 * 0.01, 2)),
    ('合同', 'any delivery by its day: what comes later does not make it late', '{"due_on": "2025-04-12", "per_day": 0.01, "delivery": "any"}', '2025-12-31', 1000.05),
    ('合同', 'any delivery, a day late', '{"due_on": "2025-04-11", "per_day": 0.01, "delivery": "any"}', '2025-12-31', 1000.05 - round(1000.05 * 0.01, 2)),
    ('合同', 'all deliveries by its day: what comes beyond them does not make it late', '{"due_on": "2025-04-30", "per_day": 0.01, "delivery": "all"}', '2025-12-31', 1000.05),
    ('合同', 'all deliveries, a day late', '{"due_on": "2025-04-29", "per_day": 0.01, "delivery": "all"}', '2025-12-31', 1000.05 - round(1000.05 * 0.01, 2)),
    ('合同2', 'not all delivered', '{"due_on": "2025-04-29", "per_day": 0.01, "delivery": "all"}', '2025-05-02', 1000.05 - round(1000.05 * 0.01 * 3, 2))) AS x(contract_no, what, terms, day, most);
-- 付款资料: no more than the share without it; with each, for every payment; invoices cover what is requested
INSERT INTO edge (contract_no, what, clauses, day, most, roads)
SELECT contract_no, 'document: ' || what, jsonb_build_array(clause('document', terms)), '2025-06-01', most, roads
  FROM (VALUES
    ('合同', 'there', '{"document": "warranty"}'::jsonb, 1000.05, NULL::text[]), ('合同', 'not there', '{"document": "bond"}', 0, NULL),
    ('合同', 'not there, above a share', '{"document": "bond", "above_share": 0.9}', round(1000.05 * 0.9, 2), NULL),
    ('合同', 'not there, above all', '{"document": "bond", "above_share": 1}', 1000.05, NULL),
    -- the dry run has no document, so it has none of its own
    ('合同', 'for each, this one has it', '{"document": "inspection", "each": true}', 1000.05, '{request,requested document,paid document,staged document,batch,batch of two,staged,flow}'),
    ('合同', 'for each, the dry run', '{"document": "inspection", "each": true}', 0, '{dry run}'),
    ('合同', 'for each, another kind has it', '{"document": "warranty", "each": true, "above_share": 0.2}', round(1000.05 * 0.2, 2), NULL),
    ('合同2', 'for each, another contract has it', '{"document": "inspection", "each": true}', 0, NULL),
    ('合同', 'invoices', '{"document": "invoice", "cover": true}', 100.01 + 200, NULL), ('合同2', 'no invoices', '{"document": "invoice", "cover": true}', 0, NULL)) AS x(contract_no, what, terms, most, roads);
-- several clauses: each of them is asked, the least one counts
INSERT INTO edge (contract_no, what, clauses, day, most)
SELECT '合同', 'several: ' || what, clauses, '2025-03-20', most FROM (VALUES
  ('the retention', '[{"no": 1, "kind": "milestone", "title": "a", "terms": {"share": 1, "milestone": 1}}, {"no": 2, "kind": "retention", "title": "b", "terms": {"share": 0.05, "until": "2025-03-21"}}]'::jsonb, 1000.05 - round(1000.05 * 0.05, 2)),
  ('the invoices', '[{"no": 1, "kind": "retention", "title": "b", "terms": {"share": 0.05, "until": "2025-03-21"}}, {"no": 2, "kind": "document", "title": "c", "terms": {"document": "invoice", "cover": true}}]', 300.01)) AS x(what, clauses, most);

SELECT is(outcome(contract_no, clauses, most, day, coalesce(roads, '{request,requested document,paid document,staged document,batch,batch of two,staged,flow,dry run}')), 'passes', format('%s, %s: %s passes', what, day, most))
  FROM edge WHERE most > 0 ORDER BY n;
-- beyond the contract itself the obligation refuses
SELECT is(outcome(contract_no, clauses, most + 0.01, day, coalesce(roads, '{request,requested document,paid document,staged document,batch,batch of two,staged,flow,dry run}')), 'ZB010', format('%s, %s: a fen more does not', what, day))
  FROM edge WHERE most < 1000.05 ORDER BY n;
-- what the contract is told to allow is what it allows
SELECT is(told(contract_no, clauses, day), most, format('%s, %s: check_contract()', what, day)) FROM edge WHERE what !~ 'for each' ORDER BY n;
SELECT * FROM finish();
