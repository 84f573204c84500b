-- What signals are made of: clauses of contracts, and the edges of money, plans and reports.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT b.register_unit('101', '省教育厅', '320000000') IS NOT NULL AS unit;
DELETE FROM b.project_template_document;
UPDATE b.project_stage_move SET road = 'function';
SELECT b.add_year(2026, 'open') \g /dev/null
-- A project under way with money of the year, 0: a line without any, NULL: no line; those are funded in the year after.
CREATE TEMP TABLE l (p text PRIMARY KEY, line bigint);
CREATE FUNCTION pg_temp.begin_project(code text, budget numeric, starts date DEFAULT '2025-01-01', ends date DEFAULT '2025-12-31', total numeric DEFAULT 1200) RETURNS void LANGUAGE plpgsql AS $$
DECLARE line bigint;
BEGIN
  PERFORM b.register_project(code, '项目' || code, '101', setup_year => 2025);
  UPDATE b.project SET starts_on = '2025-01-01', ends_on = '2025-12-31', planned_total = '1200', responsible = 'x' WHERE official_code = code;
  PERFORM b.move_project(code, s, reason => '测试') FROM unnest('{reviewed,admitted,selected}'::text[]) AS s;
  IF budget IS NOT NULL THEN
    line := b.open_line(2025, '101', '2050202', title => code, project => code);
    INSERT INTO l VALUES (code, line);
  END IF;
  IF budget > 0 THEN
    PERFORM b.appropriate(line, budget, 'd', accounting_date => '2025-01-10');
  ELSE
    PERFORM b.appropriate(b.open_line(2026, '101', '2050202', title => code, project => code), 1, 'd', accounting_date => '2026-01-10');
  END IF;
  PERFORM b.move_project(code, s, reason => '测试') FROM unnest('{funded,under_way}'::text[]) AS s;
  UPDATE b.project SET starts_on = starts, ends_on = ends, started_on = NULL, planned_total = total WHERE official_code = code;
END $$;
CREATE FUNCTION pg_temp.line(code text) RETURNS bigint LANGUAGE sql STABLE AS $$SELECT line FROM l WHERE p = code$$;
-- Assesses a project and gives its colour with the reasons of one dimension, or of all.
CREATE FUNCTION pg_temp.reasons(code text, day date, which text DEFAULT NULL) RETURNS TABLE (colour text, reason text) LANGUAGE plpgsql AS $$
BEGIN
  PERFORM b.assess_project(code, day);
  RETURN QUERY SELECT s.colour::text, (SELECT string_agg(concat_ws(' ', r ->> 'dimension', r ->> 'colour', r ->> 'value', r ->> 'relation', r ->> 'threshold', '[' || (r ->> 'clause') || ']', r ->> 'note', '(' || (r ->> 'formula') || ')'), E'\n' ORDER BY n)
       FROM jsonb_array_elements(s.reasons) WITH ORDINALITY AS e(r, n) WHERE which IS NULL OR r ->> 'dimension' = which)
    FROM b.project_signal s JOIN b.project p USING (project_id) WHERE p.official_code = code AND s.as_of = day ORDER BY s.revision DESC LIMIT 1;
END $$;

-- 合同条款: a contract with a deadline, milestones of the project and of deliveries, retention
SELECT pg_temp.begin_project('C1', 1000);
SELECT b.set_milestones('C1', '[{"no": 1, "title": "基础", "planned_on": "2025-03-10", "weight": 50}, {"no": 2, "title": "竣工", "planned_on": "2025-09-30", "weight": 50}]', reason => '计划') IS NOT NULL AS planned;
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state, accounting_date) VALUES ('合同1', pg_temp.line('C1'), 600, '建筑公司', 'signed', '2025-01-15');
SELECT b.set_contract_clauses('合同1', '[
  {"no": 1, "kind": "milestone", "title": "基础完成", "terms": {"share": 0.4, "milestone": 1}},
  {"no": 2, "kind": "milestone", "title": "设备到货", "terms": {"share": 0.6, "delivery": "all"}},
  {"no": 3, "kind": "deadline", "title": "竣工期限", "terms": {"due_on": "2025-04-01", "per_day": 0.001, "milestone": 2}},
  {"no": 4, "kind": "retention", "title": "质保金", "terms": {"share": 0.05, "until": "2025-06-01"}},
  {"no": 5, "kind": "advance_cap", "title": "预付款", "terms": {"share": 0.3, "milestone": 1}},
  {"no": 6, "kind": "document", "title": "发票", "terms": {"document": "invoice"}}]', '合同1');
SELECT b.plan_delivery('设备', '2025-05-01', 10, contract_no => '合同1') > 0 AS planned;
-- nothing due; the day itself; a day, 29 and 30 days later
SELECT d, r.* FROM unnest('{2025-03-09,2025-03-10,2025-03-11,2025-04-08,2025-04-09}'::date[]) AS d, pg_temp.reasons('C1', d, 'contract') AS r;
-- the milestone is done, late: it is met; the deadline waits for another one
SELECT b.complete_milestone('C1', 1, '2025-04-05', '验收单') \g /dev/null
SELECT d, r.* FROM unnest('{2025-04-04,2025-04-05}'::date[]) AS d, pg_temp.reasons('C1', d, 'contract') AS r;
-- a delivery that has come is not yet one that is accepted
SELECT b.record_delivery(delivery_id, 10, '送货单', '2025-04-20') FROM b.delivery;
SELECT r.* FROM pg_temp.reasons('C1', '2025-05-01', 'contract') AS r;
SELECT b.accept_delivery(delivery_id, 10, '验收单', '2025-05-02') FROM b.delivery;
SELECT b.complete_milestone('C1', 2, '2025-05-02', '验收单') \g /dev/null
SELECT d, r.* FROM unnest('{2025-05-01,2025-05-02}'::date[]) AS d, pg_temp.reasons('C1', d, 'contract') AS r;
-- 质保金: from its day on all is to be requested that the contract allows: 600.00 less 31 days at 0.1 %
-- as long as a document is missing, nothing more can be
SELECT r.* FROM pg_temp.reasons('C1', '2025-06-01', 'contract') AS r;
SELECT b.register_document('invoice', '发票', 'sha256', repeat('a', 64), 1, 'application/pdf', 'x', contract_no => '合同1') > 0 AS registered;
SELECT d, r.* FROM unnest('{2025-05-31,2025-06-01,2025-06-02,2025-07-01}'::date[]) AS d, pg_temp.reasons('C1', d, 'contract') AS r;
INSERT INTO b.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date) SELECT '支付1', line_id, contract_id, 581.39, supplier, 'requested', '2025-07-01' FROM b.contract;
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-01', 'contract') AS r;
INSERT INTO b.payment (payment_no, line_id, contract_id, amount, payee, state, accounting_date) SELECT '支付2', line_id, contract_id, 0.01, supplier, 'requested', '2025-07-01' FROM b.contract;
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-01', 'contract') AS r;
-- thresholds are the profile's
SELECT budgetpm.signal('{"as_of": "2025-07-01", "clause_due": 10, "clause_met": 9, "clause_late": 12, "clause": "合同1/3 竣工期限"}', r::jsonb) ->> 'colour' AS colour, r AS rules
  FROM unnest(ARRAY['{}', '{"contract": {"red_days": 12}}', '{"contract": {"yellow_days": 13}}', '{"contract": {"red_days": null, "yellow_days": null}}', '{"contract": {"red_days": 3, "yellow_days": 3}}']) AS r;
SELECT pg_temp.refused($$SELECT budgetpm.signal('{"as_of": "2025-07-01"}', '{"contract": {"red_days": 1, "yellow_days": 2}}')$$);
-- the newest version of the clauses counts, of several contracts all; what is late longest is named
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state, accounting_date) VALUES ('合同2', pg_temp.line('C1'), 100, '供货公司', 'signed', '2025-01-15'), ('合同3', pg_temp.line('C1'), 10, '草稿公司', 'draft', NULL);
SELECT b.set_contract_clauses(c, '[{"no": 1, "kind": "deadline", "title": "交货", "terms": {"due_on": "2025-02-01", "per_day": 0.001, "delivery": "any"}}]', 'd') FROM unnest('{合同2,合同3}'::text[]) AS c;
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-02', 'contract') AS r;
SELECT pg_temp.supplement('b', '合同2', '[{"no": 1, "kind": "deadline", "title": "交货", "terms": {"due_on": "2025-06-30", "per_day": 0.001, "delivery": "any"}}]', '补充协议', '2025-07-03') AS version;
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-03', 'contract') AS r;
-- one that is closed or cancelled asks for nothing any more, its deliveries neither
SELECT b.plan_delivery('课桌', '2025-06-01', 10, contract_no => '合同2') > 0 AS planned;
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-04') AS r;
UPDATE b.contract SET state = 'closed', accounting_date = '2025-07-05' WHERE contract_no = '合同2';
SELECT r.* FROM pg_temp.reasons('C1', '2025-07-05') AS r;
-- a milestone of another project, and conditions that are all to be met
SELECT pg_temp.begin_project('C2', 500);
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state, accounting_date) VALUES ('合同4', pg_temp.line('C2'), 100, '监理公司', 'signed', '2025-01-15');
SELECT b.set_contract_clauses('合同4', '[
  {"no": 1, "kind": "milestone", "title": "监理报告", "terms": {"share": 1, "milestone": 1, "project": "C1", "document": "supervision"}},
  {"no": 2, "kind": "deadline", "title": "不存在的节点", "terms": {"due_on": "2025-12-31", "per_day": 0.001, "milestone": 77}}]', 'd');
SELECT d, r.* FROM unnest('{2025-03-09,2025-03-10,2025-04-05}'::date[]) AS d, pg_temp.reasons('C2', d, 'contract') AS r;
SELECT b.register_document('supervision', '监理报告', 'sha256', repeat('b', 64), 1, 'application/pdf', 'x', contract_no => '合同4') > 0 AS registered;
SELECT contract_no, clause_no, due_on, met FROM b.clause_duties(CURRENT_DATE, (SELECT project_id FROM b.project WHERE official_code = 'C2')) ORDER BY 2;

-- 边界: the edges of money
SELECT pg_temp.begin_project('E0', 0), pg_temp.begin_project('EN', NULL), pg_temp.begin_project('ET', 1000, total => NULL), pg_temp.begin_project('EF', 1000, '2025-08-01', '2025-12-31'), pg_temp.begin_project('EP', 1000, NULL, NULL), pg_temp.begin_project('ER', 1000);
-- the amount of the year is zero; there is no line at all; no planned total
SELECT r.* FROM pg_temp.reasons('E0', '2025-06-30') AS r;
SELECT r.* FROM pg_temp.reasons('EN', '2025-06-30') AS r;
SELECT r.* FROM pg_temp.reasons('ET', '2025-06-30') AS r;
-- January, before the start month and in it
SELECT d, r.* FROM unnest('{2025-01-31,2025-02-28,2025-03-01}'::date[]) AS d, pg_temp.reasons('ET', d) AS r;
-- not begun, begun in its first month, in its third
SELECT d, r.* FROM unnest('{2025-07-31,2025-08-01,2025-10-01}'::date[]) AS d, pg_temp.reasons('EF', d) AS r;
-- no period: the year itself
SELECT r.* FROM pg_temp.reasons('EP', '2025-06-30') AS r;
-- all that was paid has come back; more than that can come back of former years
SELECT b.pay(pg_temp.line('ER'), 100, '凭证', accounting_date => '2025-02-01') AS paid \gset
SELECT b.refund(:paid, 100, '退款', accounting_date => '2025-03-01') > 0 AS refunded;
SELECT r.* FROM pg_temp.reasons('ER', '2025-06-30') AS r;
SELECT budgetpm.signal('{"as_of": "2025-06-30", "budget": 1000, "paid": -0.01}') -> 'reasons' -> 0 AS below_nothing;

-- the edges of plans and reports
SELECT pg_temp.begin_project('S0', NULL), pg_temp.begin_project('SA', NULL), pg_temp.begin_project('SR', NULL), pg_temp.begin_project('SN', NULL, NULL, NULL), pg_temp.begin_project('SX', NULL);
-- milestones that weigh nothing; all of them later; a report of 0 percent
ALTER TABLE b.milestone DISABLE TRIGGER guard;
INSERT INTO b.milestone (project_id, milestone_no, title, planned_on, weight, done_on, division, unit) SELECT project_id, 1, 'm', '2025-03-01', 0, '2025-03-01', division, unit FROM b.project WHERE official_code = 'S0';
ALTER TABLE b.milestone ENABLE ALWAYS TRIGGER guard;
SELECT b.set_milestones('SA', '[{"no": 1, "title": "a", "planned_on": "2025-07-01", "weight": 40}, {"no": 2, "title": "b", "planned_on": "2025-12-01", "weight": 60}]', reason => '计划') IS NOT NULL AS planned;
SELECT b.set_milestones('SR', '[{"no": 1, "title": "a", "planned_on": "2025-03-01", "weight": 40}, {"no": 2, "title": "b", "planned_on": "2025-12-01", "weight": 60}]', reason => '计划') IS NOT NULL AS planned;
SELECT b.report_progress(p, 0, '2025-06-01') > 0 AS reported FROM unnest('{SA,SR,SN,SX}'::text[]) AS p;
SELECT r.* FROM pg_temp.reasons('S0', '2025-06-30') AS r;
SELECT d, r.* FROM unnest('{2025-06-30,2025-07-01}'::date[]) AS d, pg_temp.reasons('SA', d) AS r;
SELECT r.* FROM pg_temp.reasons('SR', '2025-06-30') AS r;
-- no milestones: against the planned days; no days either: nothing to compare with
SELECT r.* FROM pg_temp.reasons('SX', '2025-06-30') AS r;
SELECT r.* FROM pg_temp.reasons('SN', '2025-06-30') AS r;
-- a report that was replaced does not count
SELECT b.report_progress('SR', 30, '2025-06-02') AS first \gset
SELECT b.report_progress('SR', 38, '2025-06-02', replaces => :first) > 0 AS replaced;
SELECT r.* FROM pg_temp.reasons('SR', '2025-06-29') AS r;

-- What a night keeps is what signal() says of its inputs, score and all, and the inputs are what the
-- tables say when they are asked plainly: for projects whose facts come from a fixed sequence of chances.
SELECT setseed(0.5) \g /dev/null
SELECT count(pg_temp.begin_project('R' || i, CASE WHEN i % 7 = 0 THEN 0 WHEN i % 11 = 0 THEN NULL ELSE round((random() * 1000)::numeric, 2) + 1 END,
  CASE WHEN i % 5 = 0 THEN NULL ELSE DATE '2024-11-01' + (random() * 200)::integer END, CASE WHEN i % 6 = 0 THEN NULL ELSE DATE '2025-06-01' + (random() * 400)::integer END)) AS projects FROM generate_series(1, 60) AS i;
CREATE TEMP TABLE r AS SELECT project_id AS id, official_code AS code, division, unit, row_number() OVER (ORDER BY project_id) AS n FROM b.project WHERE official_code ~ '^R';
SELECT count(b.pay(l.line, (1 + floor(random() * 99))::numeric / 100, '凭证', accounting_date => DATE '2025-02-01' + (random() * 250)::integer)) AS payments
  FROM l, generate_series(1, 3) AS k WHERE l.p ~ '^R' AND (SELECT available FROM b.balance WHERE line_id = l.line) OPERATOR(budgetpm.>) '0';
ALTER TABLE b.milestone DISABLE TRIGGER guard;
INSERT INTO b.milestone (project_id, milestone_no, title, planned_on, weight, done_on, division, unit)
  SELECT id, m, 'm' || m, d, CASE WHEN n % 9 = 0 THEN 0 ELSE round((random() * 30)::numeric, 4) END, CASE WHEN random() < 0.6 THEN d + (random() * 60)::integer END, division, unit
    FROM (SELECT r.*, m, DATE '2025-01-15' + (random() * 330)::integer AS d FROM r, generate_series(1, 4) AS m WHERE n % 4 > 0) x;
ALTER TABLE b.milestone ENABLE ALWAYS TRIGGER guard;
ALTER TABLE b.delivery DISABLE TRIGGER guard;
INSERT INTO b.delivery (delivery_id, project_id, title, planned_on, planned_quantity, delivered_on, delivered_quantity, division, unit)
  SELECT 1000 + n * 10 + k, id, 'd' || k, DATE '2025-01-15' + (random() * 330)::integer, round((random() * 90)::numeric, 4) + 0.0001, CASE WHEN q > 0 THEN DATE '2025-02-01' + (random() * 300)::integer END, q, division, unit
    FROM (SELECT r.*, k, CASE WHEN random() < 0.3 THEN 0 ELSE round((random() * 120)::numeric, 4) END AS q FROM r, generate_series(1, 3) AS k WHERE n % 3 > 0) x;
ALTER TABLE b.delivery ENABLE ALWAYS TRIGGER guard;
SELECT count(b.report_progress(code, round((random() * 100)::numeric, 2), DATE '2025-02-01' + (random() * 250)::integer)) AS reports FROM r, generate_series(1, 2) WHERE n % 5 > 0;
SELECT count(b.report_indicators(code, 2025, jsonb_build_array(jsonb_build_object('indicator', '人数', 'kind', '>=', 'target', n, 'actual', round((random() * n)::numeric, 2)), '{"indicator": "满意度", "kind": "qualitative", "actual": "部分达成"}'::jsonb), round(random()::numeric, 4))) AS indicators FROM r WHERE n % 4 = 0;
SELECT b.apply_profile('key_projects', '320000000', '2025-10-01') \g /dev/null
SELECT d, assessed FROM unnest('{2025-01-31,2025-05-14,2025-08-31,2025-12-31}'::date[]) AS d, b.assess_all(d);
SELECT count(*) > 200 AS enough, count(DISTINCT s.colour) AS colours,
       count(*) FILTER (WHERE g -> 'reasons' IS DISTINCT FROM s.reasons OR g ->> 'colour' <> s.colour OR (g ->> 'score')::numeric IS DISTINCT FROM s.score) AS differ,
       count(*) FILTER (WHERE (g -> 'reasons')::text <> s.reasons::text) AS written_otherwise
  FROM b.project_signal s, budgetpm.signal(s.inputs, b.signal_rules('320000000', s.as_of)) AS g;
SELECT count(*) AS inputs, count(*) FILTER (WHERE s.inputs - '{clause,clause_due,clause_met,clause_late,contract_due,contract_met}'::text[] IS DISTINCT FROM x.facts) AS differ
  FROM b.project_signal s JOIN r ON r.id = s.project_id JOIN b.project p USING (project_id) CROSS JOIN LATERAL (
    SELECT jsonb_strip_nulls(jsonb_build_object('as_of', s.as_of, 'starts_on', COALESCE(p.starts_on, p.started_on), 'ends_on', p.ends_on,
      'budget', (SELECT COALESCE(sum(CASE WHEN k.source = 'appropriated' THEN j.amount::numeric ELSE 0 END - CASE WHEN j.accounting_date > s.as_of AND k.source = 'appropriated' THEN j.amount::numeric ELSE 0 END), 0)
                   FROM b.line l LEFT JOIN b.journal j USING (line_id) LEFT JOIN b.entry_kind k USING (kind) WHERE l.project_id = r.id AND l.fiscal_year = 2025),
      'paid', (SELECT COALESCE(sum(j.amount::numeric) FILTER (WHERE j.kind = 'pay' AND j.accounting_date <= s.as_of), 0)
                 FROM b.line l LEFT JOIN b.journal j USING (line_id) WHERE l.project_id = r.id AND l.fiscal_year = 2025),
      'delivery_due', NULLIF((SELECT count(*) FROM b.delivery d WHERE d.project_id = r.id AND d.planned_on <= s.as_of), 0),
      'delivery_met', (SELECT sum(CASE WHEN d.delivered_on <= s.as_of THEN trunc(LEAST(d.delivered_quantity / d.planned_quantity, 1), 6) ELSE 0 END) FROM b.delivery d WHERE d.project_id = r.id AND d.planned_on <= s.as_of),
      'planned', CASE WHEN m.n > 0 THEN m.planned * 0.01 WHEN q.percent IS NOT NULL AND p.starts_on <= p.ends_on
                      THEN trunc(LEAST(GREATEST(s.as_of - p.starts_on + 1, 0)::numeric / (p.ends_on - p.starts_on + 1), 1), 4) END,
      'physical', COALESCE(q.percent, m.done) * 0.01, 'indicators', i.indicators, 'achievement', i.achievement)) AS facts
      FROM (SELECT count(*) AS n, COALESCE(sum(weight) FILTER (WHERE planned_on <= s.as_of), 0) AS planned,
                   CASE WHEN count(*) > 0 THEN COALESCE(sum(weight) FILTER (WHERE done_on <= s.as_of), 0) END AS done FROM b.milestone m WHERE m.project_id = r.id) m
      LEFT JOIN LATERAL (SELECT percent FROM b.progress_report q WHERE q.project_id = r.id AND q.reported_for <= s.as_of ORDER BY reported_for DESC, report_id DESC LIMIT 1) q ON true
      LEFT JOIN b.project_indicator i ON i.project_id = r.id AND i.fiscal_year = 2025) x;
