-- The flows of budget preparation that ship: adopted, and driven by the people themselves through all
-- rounds; what goes back over a submission gives the requests back (两上两下, 三上三下).
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
\i :top/test/workflow/titles.sql
SELECT template, budget.adopt_flow(template) AS version FROM budget.flow_template WHERE template IN ('two_up_two_down', 'three_up_three_down', 'budget_draft') ORDER BY template;
SELECT budget.draw_flow('three_up_three_down');
SELECT budget.add_year(2027, 'preparing'), budget.add_year(2028, 'preparing') \g /dev/null
SELECT budget.create_preparation(2027, '320500000', '2027年', 'two_up_two_down', 'budget_draft', '2') AS p \gset
CREATE FUNCTION pg_temp.hands_in(preparation integer) RETURNS text LANGUAGE plpgsql AS $$
DECLARE result text := pg_temp.by('clerk', format('SELECT budget.submit_requests(%s, %L)', preparation, '101001'));
BEGIN
  IF result !~ '^\d+$' THEN RETURN result; END IF;
  UPDATE now_case SET case_id = result::bigint;
  RETURN pg_temp.stand();
END $$;
CREATE VIEW pg_temp.requests AS SELECT r.title, r.state, v.kind, v.round, v.amount::text FROM budget.request r JOIN budget.request_version v ON v.version_id = r.current_version ORDER BY r.request_id;

-- 一上: frozen with the submission; the department sends it back, and the unit has it in hand again
SELECT pg_temp.by('clerk', format($$SELECT budget.save_request(%s, '101001', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 300, "quantity": 100}]')$$, :p)) AS desks \gset
SELECT pg_temp.hands_in(:p);
SELECT * FROM pg_temp.requests;
SELECT pg_temp.does('dept', 'reject') AS back;
SELECT * FROM pg_temp.requests;
SELECT pg_temp.hands_in(:p), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve');
-- 一下: reviewed, and a ceiling comes down with it
SELECT pg_temp.by('bud', format($$SELECT budget.review_request(%s, '核减', 25000)$$, :desks)) ~ '^\d+$' AS reviewed, pg_temp.by('bud', format($$SELECT budget.issue_ceiling(%s, 25000, '控制数1号', unit => '101001')$$, :p)) ~ '^\d+$' AS ceiling;
SELECT pg_temp.does('bud', 'approve');
SELECT * FROM pg_temp.requests;
-- 二上 above the ceiling is refused, and the case stays where it is
SELECT pg_temp.by('clerk', format($$SELECT budget.save_request(%s, '101001', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 300, "quantity": 90}]', request => %s, expected_version => %s)$$, :p, :desks, (SELECT v.version_no FROM budget.request r JOIN budget.request_version v ON v.version_id = r.current_version WHERE r.request_id = :desks))) ~ '^\d+$' AS saved;
SELECT pg_temp.hands_in(:p) ~ '^ZB002' AS above_ceiling, pg_temp.stand();
SELECT pg_temp.by('clerk', format($$SELECT budget.save_request(%s, '101001', '课桌', '[{"title": "课桌", "func": "2050202", "unit_cost": 250, "quantity": 100}]', request => %s, expected_version => %s)$$, :p, :desks, (SELECT v.version_no FROM budget.request r JOIN budget.request_version v ON v.version_id = r.current_version WHERE r.request_id = :desks))) ~ '^\d+$' AS saved;
SELECT pg_temp.hands_in(:p);
SELECT * FROM pg_temp.requests;
-- the department sends the second submission back: what it froze is undone, and it is handed in again
SELECT pg_temp.does('dept', 'reject') AS back;
SELECT * FROM pg_temp.requests;
SELECT pg_temp.hands_in(:p), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS settle;
-- so does the budget office, two steps further on
SELECT pg_temp.does('bud', 'return', '{"to": "submit_2"}') AS back;
SELECT state FROM pg_temp.requests;
SELECT pg_temp.hands_in(:p), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve'), pg_temp.does('bud', 'approve') AS settled;
SELECT * FROM pg_temp.requests;

-- 三上三下: three submissions; retracted in the third round, the requests are the unit's again
SELECT budget.create_preparation(2028, '320500000', '2028年', 'three_up_three_down', NULL, '3') AS q \gset
SELECT pg_temp.by('clerk', format($$SELECT budget.save_request(%s, '101001', '图书', '[{"title": "图书", "func": "2050202", "unit_cost": 25.55, "quantity": 1000}]')$$, :q)) AS books \gset
SELECT pg_temp.hands_in(:q), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve'), pg_temp.does('bud', 'approve') AS first_down;
SELECT pg_temp.hands_in(:q), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS ceilings, pg_temp.does('bud', 'approve') AS second_down;
SELECT pg_temp.hands_in(:q), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS settle;
SELECT * FROM pg_temp.requests WHERE title = '图书';
SELECT pg_temp.retracts('clerk');
SELECT * FROM pg_temp.requests WHERE title = '图书';
-- handed in anew it is in its third round, and goes straight to the settlement
SELECT pg_temp.hands_in(:q), pg_temp.does('dept', 'approve'), pg_temp.does('div', 'approve') AS settle, pg_temp.does('bud', 'approve') AS settled;
SELECT * FROM pg_temp.requests WHERE title = '图书';
SELECT action, step, to_step, actor, to_whom FROM pg_temp.history() WHERE action IN ('passed', 'effect', 'approved');
-- void afterwards: they are the unit's again
SELECT pg_temp.do($$void_case(@case@, '重新编制')$$);
SELECT * FROM pg_temp.requests WHERE title = '图书';
SELECT count(*) AS faults FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);
DROP VIEW pg_temp.requests;
\i :top/test/workflow/no_titles.sql
\i :top/test/workflow/gone.sql
