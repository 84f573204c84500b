-- Opening lines: what is stored, what is inherited, what is refused.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
SELECT line_id / 1000000000000 AS year, title, (SELECT p.title FROM budget.line p WHERE p.line_id = l.parent_id) AS parent,
  division, unit, func, gov_econ, fund_type, executable, source_doc, direct, control, elements FROM budget.line l ORDER BY line_id;
SELECT title, b.appropriated, b.available, b.entry_no, b.control, b.year_state, b.line_state, octet_length(b.head) AS head
  FROM budget.balance b JOIN budget.line USING (line_id) ORDER BY line_id;

-- a child takes over the document and the mark of its parent, and cannot differ from them
SELECT budget.open_line(2026, '101', '2050201', title => 'direct', source_document => '财教1号', direct => true) AS direct \gset
SELECT budget.open_line(2026, '101001', '2050201', title => 'direct child', parent => :direct) AS direct_child \gset
SELECT title, source_doc, direct FROM budget.line WHERE line_id IN (:direct, :direct_child) ORDER BY line_id;
\x on
SELECT * FROM pg_temp.said(format('budget.open_line(2026, ''101001'', ''2050201'', title => ''x'', parent => %s, source_document => ''财教2号'')', :direct));
SELECT * FROM pg_temp.said(format('budget.open_line(2026, ''101001'', ''2050201'', title => ''x'', parent => %s, direct => false)', :direct));
-- a parent of another government, fund, year; no parent at all
SELECT * FROM pg_temp.said(format('budget.open_line(2026, ''201'', ''2050202'', title => ''x'', parent => %s)', :root));
SELECT * FROM pg_temp.said(format('budget.open_line(2026, ''101'', ''2050202'', title => ''x'', parent => %s, fund_type => ''12'')', :root));
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''x'', parent => 2026000000999999)');
SELECT budget.add_year(2027), budget.add_year(2019, 'open');
SELECT * FROM pg_temp.said(format('budget.open_line(2027, ''101'', ''2050202'', title => ''x'', parent => %s)', :root));
-- codes
SELECT * FROM pg_temp.said('budget.open_line(2026, ''999'', ''2050202'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2059999'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''205'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', ''99999'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', fund_type => ''99'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', project => ''NONE'', title => ''x'')');
-- a code before its edition, a year that is not there
SELECT * FROM pg_temp.said('budget.open_line(2019, ''101'', ''2050202'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.open_line(2031, ''101'', ''2050202'', title => ''x'')');
-- elements
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''x'', elements => ''{"colour": "red"}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''x'', elements => ''{"payroll": "yes"}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''x'', elements => ''[1]'')');
\x off
-- the key of a line
SELECT budget.open_line(2026, '101', '2050202', title => 'keyed', key => 'L1', elements => '{"payroll": true}') AS keyed \gset
SELECT budget.open_line(2026, '101', '2050202', title => 'keyed', key => 'L1', elements => '{"payroll": true}') = :keyed AS same;
\x on
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''another'', key => ''L1'', elements => ''{"payroll": true}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''102'', ''2050202'', title => ''keyed'', key => ''L1'', elements => ''{"payroll": true}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050203'', title => ''keyed'', key => ''L1'', elements => ''{"payroll": true}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''keyed'', key => ''L1'', elements => ''{"payroll": false}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''keyed'', key => ''L1'', control => ''off'', elements => ''{"payroll": true}'')');
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''keyed'', key => ''L1'', source_document => ''x'', elements => ''{"payroll": true}'')');
\x off
SELECT * FROM budget.verify_ledger();
