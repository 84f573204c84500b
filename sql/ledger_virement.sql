-- Virement (调剂): between lines beside each other, through their parents, by the rules.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
CREATE FUNCTION pg_temp.answer(call text) RETURNS text LANGUAGE sql AS $$ SELECT concat_ws(' | ', s.state || ' ' || s.message, s.detail) FROM pg_temp.said(call) s $$;
SELECT budget.appropriate(:root, 1000, '苏财预1号'), budget.appropriate(:other, 1000, '苏财预2号') \g /dev/null
SELECT budget.allot(:root, :child, 600, '苏财教1号') \g /dev/null

-- two roots: one loses, one gains, the government's total stays
SELECT budget.virement(:root, :other, 100, '苏财调1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
-- out of what was reserved for it
SELECT budget.reserve_out(:root, 50, '请示1号') > 0 AS reserved;
SELECT budget.virement(:root, :other, 80, '苏财调2号', from_pending => 50) AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('root', 'other');

-- children of one parent: the parent is not touched
SELECT budget.open_line(2026, '101', '2050203', title => 'sibling', parent => :root) AS sibling \gset
SELECT budget.virement(:child, :sibling, 60, '苏财调3号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
-- children of two parents: up one way and down the other in one posting
SELECT budget.open_line(2026, '102', '2050203', title => 'cousin', parent => :other) AS cousin \gset
SELECT budget.virement(:child, :cousin, 40, '苏财调4号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
-- a child and another root
SELECT budget.virement(:child, :other, 30, '苏财调5号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.virement(:other, :child, 20, '苏财调6号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
-- two levels
SELECT budget.open_line(2026, '101001', '2050202', title => 'grandchild', parent => :child) AS grandchild \gset
SELECT budget.allot(:child, :grandchild, 100, '苏财教2号') > 0 AS allotted;
SELECT budget.virement(:grandchild, :cousin, 10, '苏财调7号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT budget.reverse(:p, '冲销1号') AS p \gset
SELECT * FROM pg_temp.entries(:p);
SELECT * FROM pg_temp.money('root', 'child', 'sibling', 'other', 'cousin', 'grandchild');
SELECT sum(appropriated)::text AS total FROM budget.balance JOIN budget.line USING (line_id) WHERE parent_id IS NULL;

-- what the rules refuse
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :root, :district));
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :root, :child));
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :child, :child));
SELECT budget.open_line(2026, '101', '2050202', title => 'fund', fund_type => '12') AS fund \gset
SELECT budget.open_line(2026, '101', '2050202', title => 'marked', source_document => '财教3号', direct => true) AS marked \gset
SELECT budget.open_line(2026, '101', '2050202', '50101', title => 'wages') AS wages \gset
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :root, :fund));
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :root, :marked));
SELECT budget.appropriate(:wages, 100, '苏财预3号') > 0 AS given;
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :wages, :root));
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'') > 0', :root, :wages));
SELECT budget.virement_verdict(:wages, :root), budget.virement_verdict(:root, :wages) IS NULL AS allowed;
-- more than there is
SELECT pg_temp.answer(format('budget.virement(%s, %s, 100000, ''调剂'')', :child, :cousin));
-- a rule of the site, felt at once
INSERT INTO budget.virement_rule (from_func, to_func, allowed, reason) VALUES ('2050202', '2050203', false, '小学经费不得调剂用于初中');
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :child, :cousin));
DELETE FROM budget.virement_rule WHERE allowed;
SELECT pg_temp.answer(format('budget.virement(%s, %s, 1, ''调剂'')', :other, :root));
SELECT * FROM budget.verify_ledger();
