-- A province of 13 cities and 104 counties, 100 entries a line over twelve months.
\set ON_ERROR_STOP 1
SET client_min_messages = warning;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(budget.register_division(format('32%s00000', lpad(c::text, 2, '0')), '市' || c, '320000000', 2)) FROM generate_series(1, 13) c \g /dev/null
SELECT count(budget.register_division(format('32%s%s000', lpad(c::text, 2, '0'), lpad(k::text, 2, '0')), '县', format('32%s00000', lpad(c::text, 2, '0')), 3))
  FROM generate_series(1, 13) c, generate_series(1, 8) k \g /dev/null
SELECT count(budget.register_unit('U' || official_code, name, official_code)) FROM budget.division \g /dev/null
SELECT count(budget.open_line(2026, official_code, '2050201', '50201', fund_type => '11', title => 'L')) FROM budget.unit \g /dev/null

-- The first line of each unit is the pattern of the others.
ALTER TABLE budget.line DISABLE TRIGGER ALL;
ALTER TABLE budget.balance_2026 DISABLE TRIGGER ALL;
ALTER TABLE budget.journal_2026 DISABLE TRIGGER ALL;
CREATE TEMP TABLE pattern AS SELECT row_number() OVER (ORDER BY line_id) - 1 AS n, l.* FROM budget.line l;
CREATE TEMP TABLE old AS SELECT line_id FROM budget.line;
INSERT INTO budget.line
  SELECT 2026000001000000 + i, p.fiscal_year, NULL, p.division, p.unit, p.func, p.gov_econ, p.dept_econ,
         CASE i % 3 WHEN 0 THEN '12' ELSE '11' END, NULL, 'L' || i, true, NULL, false, 'b', '{}', NULL, p.opened_at, p.opened_by
    FROM generate_series(0, :entries / 100 - 1) i JOIN pattern p ON p.n = i % (SELECT count(*) FROM pattern);
DELETE FROM budget.balance_2026;
DELETE FROM budget.line WHERE line_id IN (TABLE old);
INSERT INTO budget.balance_2026 (line_id, division, unit, appropriated, available, paid, entry_no, posted_at, head, control, year_state, executable)
  SELECT line_id, division, unit, '1000000', '999901', '99', 100, '2026-12-01', sha256(line_id::text::bytea), 'b', 'o', true FROM budget.line;
DROP INDEX budget.journal_segment_idx, budget.journal_posting;
INSERT INTO budget.journal_2026 (line_id, entry_no, posting_id, kind, amount, available_after, division, unit, posted_at, accounting_date,
         document, actor, login, segment, digest)
  SELECT l.line_id, e, 2026000000000000 + e * 1000000::bigint + l.line_id % 1000000, CASE e WHEN 1 THEN 'appropriate' ELSE 'pay' END,
         CASE e WHEN 1 THEN '1000000' ELSE '1.00' END::budgetpm.amount, '0', l.division, l.unit, '2026-01-01'::timestamptz + e * interval '3 days',
         make_date(2026, 1 + e * 12 / 101, 1 + (e % 28)), '苏财预〔2026〕' || e || '号', 'clerk', 'clerk', 1, sha256((l.line_id + e)::text::bytea)
    FROM generate_series(1, 100) e, budget.line l;
CREATE INDEX journal_segment_idx ON budget.journal (segment);
CREATE INDEX journal_posting ON budget.journal (posting_id);
ALTER TABLE budget.line ENABLE TRIGGER ALL;
ALTER TABLE budget.line ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.balance_2026 ENABLE TRIGGER ALL;
ALTER TABLE budget.balance_2026 ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.journal_2026 ENABLE TRIGGER ALL;
ALTER TABLE budget.journal_2026 ENABLE ALWAYS TRIGGER guard;
VACUUM (ANALYZE) budget.line, budget.balance_2026, budget.journal_2026, budget.entry_kind, budget.division, budget.unit;
ANALYZE budget.journal, budget.balance;
