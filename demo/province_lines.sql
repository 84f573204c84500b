-- province_lines.sql: opens the lines of the generated province and gives them their money,
-- by the application's role, through the ledger's API and nothing else: one set-based
-- SELECT budget.xxx(...) a step.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = info;

-- Stages are runs of n, so that a range of numbers is a range of one stage.
SELECT format('CALL demo.step(%L, %L, %s, %s, 2000)', s.title, s.statement, min(p.n), max(p.n))
  FROM (VALUES
    (1, 1, 'departments'' lines opened (待分指标)     ', 'open'), (2, 1, 'appropriated (批复)                      ', 'appropriate'),
    (3, 2, 'units'' lines opened (可执行指标)         ', 'open'), (4, 2, 'allotted to units (下达)                 ', 'allot'),
    (5, 3, 'transfers: province''s lines (专项)       ', 'open'), (6, 3, 'transfers: appropriated                  ', 'appropriate'),
    (7, 4, 'transfers: cities'' lines                 ', 'open'), (8, 4, 'transfers: sent and received by cities   ', 'transfer'),
    (9, 5, 'transfers: counties'' lines               ', 'open'), (10, 5, 'transfers: sent and received by counties ', 'transfer'),
    (11, 6, 'transfers: units'' lines                  ', 'open'), (12, 6, 'transfers: allotted to units             ', 'allot'),
    (13, 7, '三公经费: lines                          ', 'open'), (14, 7, '三公经费: allotted                       ', 'allot'))
    AS o(ord, stage, title, action)
  JOIN LATERAL (SELECT o.title, CASE o.action
    WHEN 'open' THEN format($$
      INSERT INTO demo.opened (n, line_id)
      SELECT p.n, budget.open_line(p.year, p.unit, p.func, p.gov_econ, p.dept_econ, '11', p.title, p.project,
               parent => r.line_id, executable => p.executable, source_document => p.source_document, direct => p.direct)
        FROM demo.plan p LEFT JOIN demo.opened r ON r.n = p.parent_n
       WHERE p.stage = %s AND p.n BETWEEN $1 AND $2 ORDER BY p.n$$, o.stage)
    WHEN 'appropriate' THEN format($$
      SELECT count(budget.appropriate(o.line_id, p.amount, p.document, accounting_date => make_date(p.year, 1, 20)))
        FROM demo.plan p JOIN demo.opened o USING (n) WHERE p.stage = %s AND p.n BETWEEN $1 AND $2$$, o.stage)
    WHEN 'allot' THEN format($$
      SELECT count(budget.allot(r.line_id, o.line_id, p.amount, p.document, accounting_date => make_date(p.year, 2, 10)))
        FROM demo.plan p JOIN demo.opened o USING (n) JOIN demo.opened r ON r.n = p.parent_n
       WHERE p.stage = %s AND p.n BETWEEN $1 AND $2$$, o.stage)
    WHEN 'transfer' THEN format($$
      WITH sent AS (
        INSERT INTO demo.sent (n, transfer)
        SELECT p.n, budget.send_transfer(f.line_id, p.division, p.amount, p.source_document, accounting_date => make_date(p.year, 2, 1))
          FROM demo.plan p JOIN demo.government g ON g.code = p.division
          JOIN demo.plan s ON s.year = p.year AND s.programme = p.programme AND s.division = g.parent AND s.stage = p.stage - 1
          JOIN demo.opened f ON f.n = s.n
         WHERE p.stage = %s AND p.n BETWEEN $1 AND $2
        RETURNING n, transfer)
      SELECT count(budget.receive_transfer(t.transfer, o.line_id, p.document, accounting_date => make_date(p.year, 2, 5)))
        FROM sent t JOIN demo.plan p USING (n) JOIN demo.opened o USING (n)$$, o.stage)
    END AS statement) s ON true
  JOIN demo.plan p ON p.stage = o.stage
 GROUP BY o.ord, s.title, s.statement ORDER BY o.ord
\gexec
