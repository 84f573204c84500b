-- A past day is judged by what was so on that day: contracts, clauses, requests, deliveries and plans as they were.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025) \g /dev/null
SELECT b.register_unit('101', '教育局', '320000000') \g /dev/null
SELECT b.add_year(2026, 'open') \g /dev/null
SELECT b.register_project('P', '学校', '101', setup_year => 2025), b.register_project('L', '迟', '101', setup_year => 2024) \g /dev/null
SELECT b.describe_project('P', 2000, '2025-01-01', '2026-12-31'), b.describe_project('L', 2000, '2024-01-01', '2025-05-31') \g /dev/null
SELECT pg_temp.take_over('b', 'under_way') AS taken_over;
SELECT b.open_line(2025, '101', '2050202', title => 'p', project => 'P') AS line, b.open_line(2025, '101', '2050202', title => 'l', project => 'L') AS late \gset
SELECT b.appropriate(:line, 1000, 'd', accounting_date => '2025-01-10'), b.appropriate(:late, 1000, 'd', accounting_date => '2025-01-10'), b.pay(:late, 100, 'v', accounting_date => '2025-03-01') \g /dev/null
SELECT project_id AS p FROM b.project WHERE official_code = 'P' \gset
CREATE FUNCTION pg_temp.facts(day date) RETURNS TABLE (day_of date, contract text, clause text, late bigint, delivery text, planned numeric, physical numeric) LANGUAGE sql STABLE AS $$
  SELECT day, contract_met || '/' || contract_due, clause_met || '/' || clause_due, clause_late, delivery_met || '/' || delivery_due, planned, physical
    FROM b.signal_facts(day, NULL, (SELECT project_id FROM b.project WHERE official_code = 'P')) $$;

-- 1. A contract asks from the day on which it is signed to the day on which it ends.
INSERT INTO b.contract (contract_no, line_id, amount, state, accounting_date) VALUES ('合同1', :line, 500, 'draft', NULL), ('合同2', :line, 100, 'signed', '2025-02-01'), ('合同3', :line, 100, 'signed', NULL);
UPDATE b.contract SET state = 'signed', accounting_date = '2025-03-01', signed_on = '2020-01-01', ended_on = '2020-01-01' WHERE contract_no = '合同1';
SELECT b.set_contract_clauses('合同1', '[{"no": 1, "kind": "deadline", "title": "工期", "terms": {"due_on": "2025-02-10", "per_day": 0.001, "delivery": "all"}}, {"no": 2, "kind": "retention", "title": "质保金", "terms": {"share": 0.1, "until": "2025-06-01"}}]', '合同1');
SELECT b.plan_delivery('设备', '2025-02-15', 10, contract_no => '合同1') AS d \gset
SELECT (pg_temp.facts(d)).* FROM unnest('{2025-02-28,2025-03-01}'::date[]) AS d;
UPDATE b.contract SET title = '工程', signed_on = '2020-01-01' WHERE contract_no = '合同1';
SELECT contract_no, state, signed_on, ended_on FROM b.contract ORDER BY 1;
-- a draft that was dropped was never signed
INSERT INTO b.contract (contract_no, line_id, amount) VALUES ('合同4', :line, 100);
UPDATE b.contract SET state = 'cancelled' WHERE contract_no = '合同4';
UPDATE b.contract SET state = 'cancelled', accounting_date = '2025-04-01' WHERE contract_no = '合同2';
UPDATE b.contract SET state = 'closed' WHERE contract_no = '合同3';
SELECT contract_no, state, signed_on, ended_on = CURRENT_DATE AS ended_today, ended_on <> CURRENT_DATE AS ended_before FROM b.contract ORDER BY 1;

-- 2. Deliveries step by step: what came and was accepted by the day, and since when all of it.
SELECT b.record_delivery(:d, 4, '送1', '2025-03-05'), b.accept_delivery(:d, 4, '验1', '2025-03-06');
SELECT b.record_delivery(:d, 6, '送2', '2025-03-20'), b.accept_delivery(:d, 6, '验2', '2025-03-25');
SELECT b.record_delivery(:d, 1, '送3', '2025-05-20'), b.accept_delivery(:d, 1, '验3', '2025-05-25');
SELECT delivered_on, accepted_on, first_accepted_on, whole_accepted_on FROM b.delivery;
SELECT (pg_temp.facts(d)).* FROM unnest('{2025-03-04,2025-03-05,2025-03-19,2025-03-20,2025-03-24,2025-03-25,2025-05-20}'::date[]) AS d;
-- days late end when all had come, not with one more that came later
SELECT needs FROM b.check_contract('合同1', '2025-12-31') WHERE clause_no = 1;

-- 3. What was requested counts from its day, what came back from its own: retention is 500 less 10 %, then all of it less days late.
SELECT obligation_id AS c FROM b.obligation WHERE document = '合同1' \gset
SELECT b.request_payment(:line, 450, '付1', commitment => :c, accounting_date => '2025-05-01') > 0 AS requested;
SELECT b.request_payment(:line, 28.5, '付2', commitment => :c, accounting_date => '2025-07-01') AS r \gset
SELECT (pg_temp.facts(d)).* FROM unnest('{2025-06-30,2025-07-01}'::date[]) AS d;
SELECT b.release(:r, '退', accounting_date => '2025-08-01') > 0 AS released;
SELECT (pg_temp.facts(d)).clause FROM unnest('{2025-06-30,2025-07-01,2025-07-31,2025-08-01}'::date[]) AS d;

-- 4. A version of the clauses counts from its day on; the first from the signing.
SELECT pg_temp.supplement('b', '合同1', '[{"no": 1, "kind": "deadline", "title": "工期", "terms": {"due_on": "2025-03-15", "per_day": 0.001, "delivery": "all"}}, {"no": 2, "kind": "retention", "title": "质保金", "terms": {"share": 0, "until": "2025-06-01"}}]', '补充协议', '2025-03-10') AS version;
SELECT (pg_temp.facts(d)).late FROM unnest('{2025-03-09,2025-03-10,2025-03-16}'::date[]) AS d;
UPDATE b.contract SET state = 'closed', accounting_date = '2025-09-01' WHERE contract_no = '合同1';
SELECT (pg_temp.facts(d)).* FROM unnest('{2025-08-31,2025-09-01}'::date[]) AS d;

-- 5. A plan that was changed judges the days since; the days before are judged by the plan of then.
SELECT b.set_milestones('P', '[{"no": 1, "title": "a", "planned_on": "2025-03-01", "weight": 40}, {"no": 2, "title": "b", "planned_on": "2025-12-01", "weight": 60}]', reason => '计划');
SELECT b.complete_milestone('P', 1, '2025-03-10', '监理');
-- it was set on 1 February 2025, not today
ALTER TABLE b.project_event DISABLE TRIGGER guard;
UPDATE b.project_event SET happened_at = '2025-02-01 12:00+08' WHERE action = 'planned';
ALTER TABLE b.project_event ENABLE ALWAYS TRIGGER guard;
SELECT b.set_milestones('P', '[{"no": 1, "title": "a", "planned_on": "2025-03-01", "weight": 10}, {"no": 3, "title": "c", "planned_on": "2027-12-01", "weight": 90}]', reason => '推迟');
SELECT day_of, planned, physical FROM unnest(ARRAY['2025-01-31', '2025-03-09', '2025-03-10', '2025-12-01', CURRENT_DATE]::date[]) AS d, pg_temp.facts(d) WHERE day_of < CURRENT_DATE;
SELECT planned, physical FROM pg_temp.facts(CURRENT_DATE);

-- 6. Past its planned end: in the year of its end all is due, in a later one the year goes on; no line: no budget.
SELECT b.assess_project('L', d) AS colour FROM unnest('{2025-05-31,2025-06-30}'::date[]) AS d;
SELECT as_of, r ->> 'note' AS note, r ->> 'formula' AS formula FROM b.project_signal s, jsonb_array_elements(reasons) AS r WHERE r ->> 'dimension' = 'payment' ORDER BY 1;
SELECT b.open_line(2026, '101', '2050202', title => 'l', project => 'L') AS late \gset
SELECT b.appropriate(:late, 1000, 'd', accounting_date => '2026-01-10'), b.pay(:late, 400, 'v', accounting_date => '2026-03-01') \g /dev/null
SELECT b.assess_project('L', '2026-06-30') AS colour, b.assess_project('P', '2026-06-30') AS no_line;
SELECT p.official_code, r ->> 'note' AS note, r ->> 'formula' AS formula FROM b.project_signal s JOIN b.project p USING (project_id), jsonb_array_elements(reasons) AS r WHERE r ->> 'dimension' = 'payment' AND as_of = '2026-06-30' ORDER BY 1;
-- a first day that is put off does not undo that work has begun; what is said of indicators is on record with its year
SELECT b.describe_project('L', starts_on => '2026-12-01', ends_on => '2027-12-31', reason => '推迟');
SELECT starts_on, ends_on FROM b.signal_facts('2026-06-30', NULL, (SELECT project_id FROM b.project WHERE official_code = 'L'));
SELECT b.report_indicators('L', 2026, '[{"indicator": "人数", "kind": ">=", "target": 10, "actual": 5}]', 0.5);
SELECT details FROM b.project_event WHERE action = 'indicators';
DROP SCHEMA b CASCADE;
