-- :projects projects under way in 104 counties, each with a line, 24 reports, 5 milestones and 2 deliveries,
-- and :contracts contracts of 3 clauses.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025) \g /dev/null
SELECT count(budget.register_division(format('32%s00000', lpad(c::text, 2, '0')), '市' || c, '320000000', 2)) FROM generate_series(1, 13) c \g /dev/null
SELECT count(budget.register_division(format('32%s%s000', lpad(c::text, 2, '0'), lpad(k::text, 2, '0')), '县', format('32%s00000', lpad(c::text, 2, '0')), 3))
  FROM generate_series(1, 13) c, generate_series(1, 8) k \g /dev/null
SELECT count(budget.register_unit('U' || official_code, name, official_code)) FROM budget.division WHERE level = 3 \g /dev/null
SELECT budget.apply_profile('jiangsu', '320100000', '2020-01-01'), budget.apply_profile('key_projects', '320200000', '2020-01-01') \g /dev/null
-- Who takes what yellow and red call for.
CREATE ROLE head LOGIN;
CREATE ROLE office LOGIN;
CREATE ROLE inspector LOGIN;
SELECT count(budget.grant_duty(l, division => '320000000', may_post => true)) FROM unnest('{head,office,inspector}'::text[]) AS l \g /dev/null
UPDATE budget.principal SET title = CASE login WHEN 'head' THEN '单位负责人' WHEN 'office' THEN '业务处室' ELSE '监督检查' END WHERE login IN ('head', 'office', 'inspector');
SELECT budget.adopt_flow('project_intervention'), budget.adopt_flow('project_audit') \g /dev/null
SELECT count(budget.open_line(2025, official_code, '2050201', '50201', title => 'L')) FROM budget.unit LIMIT 1 \g /dev/null

SET session_replication_role = replica;
ALTER TABLE budget.project DISABLE TRIGGER ALL;
ALTER TABLE budget.line DISABLE TRIGGER ALL;
ALTER TABLE budget.balance_2025 DISABLE TRIGGER ALL;
ALTER TABLE budget.progress_report DISABLE TRIGGER ALL;
ALTER TABLE budget.delivery DISABLE TRIGGER ALL;
ALTER TABLE budget.contract DISABLE TRIGGER ALL;
ALTER TABLE budget.contract_clause DISABLE TRIGGER ALL;
CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY l.line_id) - 1 AS n, l.* FROM budget.line l;
INSERT INTO budget.project (official_code, name, unit, division, category, setup_year, stage, events, planned_total, starts_on, ends_on, started_on)
  SELECT 'P' || i, '第' || i || '号农村公路改造工程', p.unit, p.division, '3', 2025, 'under_way', 1, '1000000', '2025-01-01', '2025-12-31', '2025-01-01'
    FROM generate_series(1, :projects) AS i JOIN pattern p ON p.n = i % (SELECT count(*) FROM pattern);
INSERT INTO budget.line SELECT 2025001000000000 + r.project_id, 2025, NULL, r.division, r.unit, (SELECT func FROM pattern LIMIT 1), NULL, NULL, '11', r.project_id, r.name, true, NULL, false, 'b', '{}', NULL, now(), 'x'
  FROM budget.project r;
INSERT INTO budget.balance_2025 (line_id, division, unit, appropriated, available, paid, entry_no, posted_at, head, control, year_state, executable)
  SELECT l.line_id, l.division, l.unit, '1000000', ('1000000'::budgetpm.amount - x.paid), x.paid, 1, now(), sha256(l.line_id::text::bytea), 'b', 'o', true
    FROM budget.line l CROSS JOIN LATERAL (SELECT CASE l.project_id % 100 WHEN 0 THEN '100000.25' WHEN 1 THEN '350000' ELSE '500000.50' END::budgetpm.amount AS paid) x WHERE l.project_id IS NOT NULL;
ALTER TABLE budget.milestone DISABLE TRIGGER guard;
INSERT INTO budget.milestone (project_id, milestone_no, title, planned_on, weight, done_on, division, unit)
  SELECT r.project_id, m, '节点' || m, make_date(2025, 2 * m, 1), 20, make_date(2025, 2 * m, 1), r.division, r.unit FROM budget.project r, generate_series(1, 5) AS m;
ALTER TABLE budget.milestone ENABLE ALWAYS TRIGGER guard;
INSERT INTO budget.delivery (delivery_id, project_id, title, planned_on, planned_quantity, delivered_on, delivered_quantity, division, unit)
  SELECT r.project_id * 2 + d, r.project_id, '物资' || d, make_date(2025, 3 * d, 1), 100, make_date(2025, 3 * d, 1), 95, r.division, r.unit FROM budget.project r, generate_series(1, 2) AS d;
INSERT INTO budget.progress_report (report_id, project_id, kind, reported_for, percent, note, taken_at, photos, flags, reported_at, reported_by, login, division, unit, digest)
  SELECT w * 1000000 + r.project_id, r.project_id, 'other', DATE '2025-01-01' + w * 7, w * 2.5, '本周按计划施工，完成路基处理和部分路面铺设', now(), '[]', '{}', now(), 'clerk', 'clerk', r.division, r.unit, sha256(r.project_id::text::bytea)
    FROM generate_series(1, 24) AS w, budget.project r;
INSERT INTO budget.contract (contract_id, contract_no, line_id, amount, supplier, state, division, unit)
  SELECT r.project_id * 10 + k, format('合同%s-%s', r.project_id, k), 2025001000000000 + r.project_id, 100000, '建筑公司', 'signed', r.division, r.unit
    FROM generate_series(1, :contracts) AS k, budget.project r;
INSERT INTO budget.contract_clause (contract_id, version, clause_no, kind, title, terms, document, set_by, set_at, division, unit)
  SELECT c.contract_id, 1, x.n, x.kind, x.title, x.terms, c.contract_no, 'x', now(), c.division, c.unit
    FROM budget.contract c, (VALUES (1, 'milestone', '基础完成', '{"share": 0.4, "milestone": 2}'::jsonb), (2, 'milestone', '竣工', '{"share": 0.6, "milestone": 5}'),
      (3, 'retention', '质保金', '{"share": 0.05, "until": "2027-12-31"}')) AS x(n, kind, title, terms);
RESET session_replication_role;
ALTER TABLE budget.project ENABLE TRIGGER ALL;
ALTER TABLE budget.project ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.line ENABLE TRIGGER ALL;
ALTER TABLE budget.line ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.balance_2025 ENABLE TRIGGER ALL;
ALTER TABLE budget.balance_2025 ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.progress_report ENABLE TRIGGER ALL;
ALTER TABLE budget.progress_report ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.delivery ENABLE TRIGGER ALL;
ALTER TABLE budget.delivery ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.contract ENABLE TRIGGER ALL;
ALTER TABLE budget.contract_clause ENABLE TRIGGER ALL;
ALTER TABLE budget.contract_clause ENABLE ALWAYS TRIGGER guard;
VACUUM (ANALYZE) budget.project, budget.line, budget.balance_2025, budget.milestone, budget.delivery, budget.progress_report, budget.contract, budget.contract_clause, budget.journal_2025, budget.profile_setting, budget.profile_binding, budget.division;
ANALYZE budget.journal, budget.balance;
CHECKPOINT;
