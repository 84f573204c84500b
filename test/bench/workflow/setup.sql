-- A flow of three signers, 200 open tasks for each of 5,000 people, and one of them.
SET client_min_messages = warning;
DO $$ BEGIN
  FOR i IN 0..3 LOOP EXECUTE format('CREATE ROLE wb_%s LOGIN', i); END LOOP;
  PERFORM budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
  PERFORM budget.register_unit('101', '省财政厅', '320000000');
  PERFORM budget.publish_flow('{"flow": "bench", "title": "bench", "steps": [
    {"step": "a", "assign": [{"login": "wb_1"}], "next": "b"}, {"step": "b", "assign": [{"login": "wb_2"}], "next": "band"},
    {"step": "band", "type": "choose", "default": "c", "branches": [{"when": "$.amount > 1000000", "next": "done"}]},
    {"step": "c", "assign": [{"login": "wb_3"}], "next": "done"}, {"step": "done", "type": "end"}]}');
END $$;
-- Behind the guards, as nobody does outside a benchmark.
ALTER TABLE budget.approval_case DISABLE TRIGGER guard;
ALTER TABLE budget.task DISABLE TRIGGER guard;
INSERT INTO budget.approval_case (case_id, root_case, version_id, flow, subject, facts, division, unit, initiator, state, held, started_at, reminders, events, visits, head)
  SELECT i, i, 1, 'bench', '事项', '{}', '32', u.code, 'wb_0', 'running', false, now(), 0, 0, 2, '\x00'
    FROM generate_series(10000000, 10099999) i, budget.unit u;
INSERT INTO budget.task (task_id, case_id, token_id, flow, visit, origin, previous, step, kind, seat, seat_no, weight, assignee, division, unit, state, rank, opened_at, reminders)
  SELECT 10000000 + i, 10000000 + i / 10, i, 'bench', 2, 1, 1, 'a', 'sign', i, 1, 1, CASE WHEN i % 5000 = 0 THEN 'wb_0' ELSE 'p' || i % 5000 END, '32', u.code, 'open', 0, now(), 0
    FROM generate_series(0, 999999) i, budget.unit u;
ALTER TABLE budget.approval_case ENABLE ALWAYS TRIGGER guard;
ALTER TABLE budget.task ENABLE ALWAYS TRIGGER guard;
ANALYZE;
CHECKPOINT;
