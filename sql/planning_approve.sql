-- The vote: lines, appropriations, notices and deadlines by one effect, exact to the fen; what may raise the total afterwards.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\set fixture :top '/test/planning/draft.sql'
\i :fixture

-- the fen that thirds leave, two requests that share a line, money that finance holds
SELECT count(pg_temp.ask(:p, u, t, f, g, a, x)) FROM (VALUES
  ('101001', '课桌', '2050202', '50206', 33.33, NULL), ('101001', '椅子', '2050202', '50206', 33.34, NULL), ('101001', '教学楼', '2050202', '50201', 300.08, NULL),
  ('101', '厅本级', '2050101', '50201', 594.17, NULL), ('900', '预备费', '227', '51401', 19.08, NULL),
  ('900', '代编', '2050202', '50201', 20, '{"held": true}'::jsonb), ('900', '机关运行', '2050101', '50201', 0.01, NULL)) AS r(u, t, f, g, a, x);
SELECT count(pg_temp.ask(:p, '201', '市本级', '2050101', '50201', 99)), count(pg_temp.ask(:p, '901', '市预备费', '227', '51401', 1));
SELECT b.set_revenue_estimate(:p, '320000000', '11', '101', 1000.01, '测算'), b.set_revenue_estimate(:p, '320100000', '11', '101', 100, '测算'),
  b.approve_revenue(:p, '320000000', '纪要'), b.approve_revenue(:p, '320100000', '纪要');

-- before the vote: lines that were opened early get the difference, those that nobody asked for stay
SELECT b.open_line(2027, '101001', '2050202', '50201', title => '早开', provisional => true) AS early \gset
SELECT b.open_line(2027, '101001', '2050202', '50206', title => '过多', provisional => true) AS much \gset
SELECT b.open_line(2027, '101002', '2050202', '50201', title => '无人申报', provisional => true) AS other \gset
SELECT count(b.appropriate(l, a, '预安排1号')) FROM (VALUES (:early, 100), (:much, 70), (:other, 5)) AS v(l, a);
SELECT item, unit_code, amount, blocks, note FROM b.check_draft(:p, '320000000');
SELECT b.set_congress_date(:p, '320000000', CURRENT_DATE + 20);
SELECT b.set_congress_date(:p, '320000000', CURRENT_DATE + 40, '苏人发〔2027〕1号', CURRENT_DATE + 200);
SELECT kind, due_on - CURRENT_DATE AS days, state FROM b_report.deadline ORDER BY deadline_id;
SELECT b.submit_draft(:p, '320000000', key => 'k') AS c, b.submit_draft(:p, '320000000', key => 'k') AS again;
SELECT pg_temp.vote('approve');
SELECT kind, state FROM b_report.deadline WHERE kind = 'preliminary_draft' ORDER BY deadline_id;

-- two early lines of the same elements: the vote fails as a whole, and the case is as it was
SELECT b.open_line(2027, '101001', '2050202', '50201', title => '重复', provisional => true) AS twin \gset
SELECT b.appropriate(:twin, 1, '预安排2号') AS given \gset
SELECT pg_temp.refused('SELECT pg_temp.vote(''approve'')');
SELECT count(*) AS lines, (SELECT state FROM b_report.draft) AS draft, (SELECT count(*) FROM b.my_tasks()) AS tasks FROM b.line;
SELECT b.reverse(:given, '撤销预安排') > 0 AS reversed;
-- a draft that somebody changed past the guard is not what was sent off
ALTER TABLE b.request_version DISABLE TRIGGER guard;
UPDATE b.request_version SET amount = amount OPERATOR(budgetpm.+) '0.01' WHERE version_id = (SELECT version_id FROM b.draft_item ORDER BY amount DESC LIMIT 1);
ALTER TABLE b.request_version ENABLE ALWAYS TRIGGER guard;
SELECT pg_temp.refused('SELECT pg_temp.vote(''approve'')');
ALTER TABLE b.request_version DISABLE TRIGGER guard;
UPDATE b.request_version SET amount = amount OPERATOR(budgetpm.-) '0.01' WHERE version_id = (SELECT version_id FROM b.draft_item ORDER BY amount DESC LIMIT 1);
ALTER TABLE b.request_version ENABLE ALWAYS TRIGGER guard;
-- items that do not add up to their version are found by the sum at the end
ALTER TABLE b.request_item DISABLE TRIGGER guard;
UPDATE b.request_item SET amount = amount OPERATOR(budgetpm.+) '0.01', reviewed = true WHERE version_id = (SELECT version_id FROM b.draft_item ORDER BY amount DESC LIMIT 1);
SELECT pg_temp.refused('SELECT pg_temp.vote(''approve'')');
UPDATE b.request_item SET amount = amount OPERATOR(budgetpm.-) '0.01' WHERE version_id = (SELECT version_id FROM b.draft_item ORDER BY amount DESC LIMIT 1);
ALTER TABLE b.request_item ENABLE ALWAYS TRIGGER guard;
SELECT count(*) AS lines FROM b.line;

-- the vote
SELECT pg_temp.vote('approve');
SELECT u.official_code AS unit, l.title, l.func, l.gov_econ, l.executable, l.elements, a.appropriated::numeric(20,2), a.line_state, j.kind, j.document
  FROM b.line l JOIN b.balance a USING (line_id) JOIN b.unit u ON u.code OPERATOR(budgetpm.=) l.unit JOIN b.journal j ON j.line_id = l.line_id AND j.entry_no = a.entry_no ORDER BY l.line_id;
SELECT state, expenditure, document FROM b_report.draft;
SELECT state, count(*) FROM b.request GROUP BY 1 ORDER BY 1;
SELECT b.verify_ledger();
SELECT unit_code, project_code, func_code, gov_econ_code, executable, planned, appropriated, difference FROM b_report.appropriation_against_plan;
SELECT pg_temp.refused(format('SELECT b.save_request(%s, ''101002'', ''晚'', ''[{"title": "a", "func": "2050202", "unit_cost": 1, "quantity": 1}]'')', :p));
SELECT pg_temp.refused(format('SELECT b.submit_draft(%s, ''320000000'')', :p));

-- notices: finance to departments in 20 days, they to their units in 15 after
SELECT department_code, unit_code, level, amount, requests FROM b_report.approval_notice ORDER BY department_code, unit_code;
SELECT notice_id AS department FROM b_report.approval_notice WHERE unit_code = '101' \gset
SELECT notice_id AS unit FROM b_report.approval_notice WHERE unit_code = '101001' \gset
SELECT pg_temp.refused(s) FROM unnest(ARRAY['SELECT b.issue_notice(99, ''x'')', format('SELECT b.issue_notice(%s, '''')', :department), format('SELECT b.issue_notice(%s, ''x'')', :unit),
  format('SELECT b.receive_notice(%s)', :department), format('SELECT b.issue_notice(%s, ''x'', CURRENT_DATE + 1)', :department)]) AS s;
SELECT b.issue_notice(:department, '苏财教〔2027〕5号');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[format('SELECT b.issue_notice(%s, ''x'')', :department), format('SELECT b.receive_notice(%s, CURRENT_DATE - 1)', :department)]) AS s;
SELECT b.receive_notice(:department);
SELECT b.issue_notice(:unit, '苏教财〔2027〕1号');
SELECT b.receive_notice(:unit);
SELECT kind, subject, unit_code, due_on - starts_on AS days, state, document FROM b_report.deadline WHERE kind NOT LIKE 'final%' AND kind <> 'preliminary_draft' ORDER BY deadline_id;

-- the year opens with what was approved, and not with more
SELECT item, blocks, note FROM b.opening_check(2027) WHERE item = 'budget';
SELECT b.open_line(2027, '101', '2050101', title => '另给') AS beside \gset
SELECT b.appropriate(:beside, 7, '无据') AS gift \gset
SELECT item, amount, blocks, note FROM b.opening_check(2027) WHERE item = 'budget';
SELECT pg_temp.refused('SELECT b.open_year(2027, ''开启'')');
SELECT b.reverse(:gift, '更正') > 0 AS undone;
SELECT b.submit_draft(:p, '320100000') > 0 AS sent;
SELECT item, blocks, note FROM b.opening_check(2027) WHERE item = 'budget';
SELECT pg_temp.vote('approve'), pg_temp.vote('approve');
SELECT state FROM b.preparation;
SELECT b.withdraw(:other, 5, '收回', actor => 'x') > 0 AS not_yet;
SELECT b.open_year(2027, '苏政发〔2027〕1号');

-- the same government in a preparation of its own: one budget a year is enough
BEGIN;
SELECT b.create_preparation(2027, '320100000', '市级另编', 'up', 'vote') AS p2 \gset
SELECT pg_temp.ask(:p2, '201', '再编', '2050101', '50201', 99) > 0, pg_temp.ask(:p2, '901', '再编预备费', '227', '51401', 1) > 0, b.set_revenue_estimate(:p2, '320100000', '11', '101', 100, 'x'), b.approve_revenue(:p2, '320100000', 'x');
SELECT pg_temp.refused(format('SELECT b.submit_draft(%s, ''320100000'')', :p2));
ROLLBACK;

-- in the year: every supplement says where the money is from
SELECT line_id AS own FROM b.line WHERE title = '厅本级' \gset
SELECT line_id AS reserve FROM b.line WHERE title = '预备费' \gset
SELECT pg_temp.refused(s) FROM unnest(ARRAY[format('SELECT b.supplement(%s, 10, ''追加1号'')', :own), format('SELECT b.supplement(%s, 10, ''追加1号'', ''别处'')', :own),
  format('SELECT b.supplement(%s, 10, ''追加1号'', ''reserve'')', :own), format('SELECT b.supplement(%s, 10, ''追加1号'', ''adjustment'')', :own), format('SELECT b.check_funds(%s, ''supplement'', 10)', :own)]) AS s;
SELECT count(b.supplement(:own, a, '追加2号', s)) FROM (VALUES ('higher_level_transfer', 10), ('stabilisation_fund', 20), ('debt', 30)) AS v(s, a);
SELECT b.virement(:reserve, :own, 19.08, '动用预备费1号') > 0 AS moved;
SELECT b.publish_flow('{"flow": "adjust", "title": "预算调整", "steps": [{"step": "committee", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"approved": [{"effect": "post", "arguments": {"operation": "supplement", "line": "$.line", "amount": "$.amount", "source": "adjustment", "document": "$.document"}}]}}') AS adjust;
SELECT b.start_case('adjust', '预算调整方案', jsonb_build_object('line', :own, 'amount', 40, 'document', '苏人常〔2027〕7号'), division => '320000000') AS adjusting \gset
SELECT b.act(task_id, 'approve') FROM b.my_tasks() WHERE flow = 'adjust';
SELECT document, memo = jsonb_build_object('source', 'adjustment', 'case', :adjusting) AS names_its_case FROM b.journal WHERE memo ? 'case';
SELECT b.reduce(:own, 5, '追减1号') > 0 AS reduced, b.reverse((SELECT posting_id FROM b.journal WHERE memo ->> 'source' = 'debt'), '冲销') > 0 AS reversed;
SELECT fiscal_year, division_code, document, plan, approved, higher_level_transfer, stabilisation_fund, debt, adjustment, other_supplement, reduced, withdrawn, current_total, difference FROM b_report.approved_total;
SELECT sum(difference) AS beside_the_plan FROM b_report.appropriation_against_plan;
SELECT * FROM budgetpm.check_ledger('b');
DROP SCHEMA b CASCADE;
