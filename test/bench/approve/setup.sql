-- setup.sql: a province whose draft budget for 2027 is before the congress: :units units, a request each of
-- 100 items that become a line each, and the reserve.
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS budgetpm CASCADE;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT budget.add_year(2027);
SELECT count(budget.register_unit((1000 + u)::text, 'u' || u, '320000000', NULL, 'department')) FROM generate_series(1, :units) AS u;
SELECT budget.register_unit('900', '省财政厅', '320000000', NULL, 'finance');
SELECT budget.publish_flow('{"flow": "up", "title": "上报", "steps": [{"step": "finance", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "prepare", "arguments": {"move": "submit"}}], "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
             "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}');
SELECT budget.publish_flow('{"flow": "vote", "title": "预算草案", "steps": [{"step": "congress", "assign": [{"initiator": true}], "self": "allow", "next": "done"}, {"step": "done", "type": "end"}],
 "effects": {"hold": [{"effect": "hold_draft", "as": "draft"}], "release": [{"effect": "release_draft"}], "approved": [{"effect": "approve_budget", "as": "approval"}]}}');
SELECT budget.create_preparation(2027, '320000000', '2027年预算', 'up', 'vote') AS p \gset
CREATE TEMP TABLE item AS
  SELECT row_number() OVER (ORDER BY f.official_code, g.official_code) AS n, f.official_code AS func, g.official_code AS gov
    FROM (SELECT official_code FROM budget.classification WHERE scheme = 'function' AND is_leaf AND official_code LIKE '205%'
            AND edition = (SELECT max(edition) FROM budget.classification WHERE scheme = 'function') ORDER BY 1 LIMIT 10) AS f
    CROSS JOIN (SELECT official_code FROM budget.classification WHERE scheme = 'gov_economic' AND is_leaf
            AND edition = (SELECT max(edition) FROM budget.classification WHERE scheme = 'gov_economic') ORDER BY 1 LIMIT 10) AS g;
SELECT count(budget.save_request(:p, (1000 + u)::text, '申报', (SELECT jsonb_agg(jsonb_build_object('title', '明细' || n, 'func', func, 'gov_econ', gov,
    'unit_cost', 100 + (n * u) % 997 + 0.37, 'quantity', 1 + n % 9)) FROM item))) FROM generate_series(1, :units) AS u;
SELECT budget.save_request(:p, '900', '预备费', (SELECT jsonb_build_array(jsonb_build_object('title', '预备费', 'func', '227', 'gov_econ', '51401',
    'unit_cost', round(sum(amount::numeric) * 0.02, 2), 'quantity', 1)) FROM budget.request_item));
SELECT sum(amount::numeric) AS revenue FROM budget.request_item \gset
SELECT count(budget.submit_requests(:p, official_code::text)) FROM budget.unit;
SELECT count(budget.act(task_id, 'approve')) FROM budget.my_tasks() WHERE flow = 'up';
SELECT budget.set_revenue_estimate(:p, '320000000', '11', '101', :revenue, '测算');
SELECT budget.approve_revenue(:p, '320000000', '纪要');
SELECT budget.submit_draft(:p, '320000000');
CREATE TABLE bare_line (LIKE budget.line INCLUDING ALL);
CREATE TABLE bare_balance (LIKE budget.balance_2027 INCLUDING ALL);
CREATE TABLE bare_journal (LIKE budget.journal_2027 INCLUDING ALL);
VACUUM ANALYZE;
