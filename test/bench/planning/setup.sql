-- setup.sql: 600 units of one province, each with 10 requests of 10 items in hand
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS budgetpm CASCADE;
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026) \g /dev/null
SELECT budget.add_year(2027, 'preparing') \g /dev/null
SELECT count(budget.register_unit((1000 + u)::text, 'u' || u, '320000000', NULL, 'department')) FROM generate_series(1, 600) AS u \g /dev/null
SELECT budget.publish_flow(format('{"flow": "up", "title": "两上两下", "steps": [
   {"step": "down_1", "assign": [{"login": %1$s}], "self": "allow", "next": "up_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "review"}}, {"effect": "prepare", "arguments": {"move": "return"}}]},
   {"step": "up_2", "assign": [{"initiator": true}], "self": "allow", "next": "down_2",
    "effects": [{"effect": "prepare", "arguments": {"move": "submit", "round": 2}}]},
   {"step": "down_2", "assign": [{"login": %1$s}], "self": "allow", "next": "done"},
   {"step": "done", "type": "end"}],
  "effects": {"hold": [{"effect": "prepare", "as": "submission", "arguments": {"move": "submit", "round": 1}}],
   "release": [{"effect": "prepare", "arguments": {"move": "release"}}],
   "approved": [{"effect": "prepare", "arguments": {"move": "accept"}}]}}', to_json(current_user))::jsonb) \g /dev/null
SELECT budget.create_preparation(2027, '320000000', '2027年', 'up', rounds => '2') \g /dev/null
SELECT count(budget.save_request(1, (1000 + u)::text, '申报' || n, items.list))
  FROM generate_series(1, 600) AS u CROSS JOIN generate_series(1, 10) AS n
  CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_build_object('title', '明细' || i, 'func', '205010' || 1 + i % 2,
    'gov_econ', '50201', 'unit_cost', 100 + (i * u) % 997, 'quantity', i)) AS list FROM generate_series(1, 10) AS i) AS items \g /dev/null
CREATE SEQUENCE next_unit;
ANALYZE;
