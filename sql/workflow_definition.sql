-- Definitions: every fault at once with its JSON path, versions, and flows drawn as text.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql

-- form
SELECT * FROM budget.check_flow('[]');
SELECT * FROM budget.check_flow('{}');
SELECT * FROM budget.check_flow('{"flow": "Bad Name", "title": "t", "color": "red", "repeated": "maybe", "remind_minutes": -1, "steps": [
  {"step": "start", "next": "x", "assign": []},
  {"step": "a", "type": "dance"},
  {"step": "b", "assign": [{"login": "wf_bo", "duty": "科长"}, {"fact": "$.("}, "bo"], "next": "a", "self": "yes", "colour": 1,
   "decide": {"rule": "ratio", "pass": "3/2", "quorum": "half", "collect": "yes"}, "deadline": {"hours": 1, "days": 2, "action": "explode"}},
  {"step": "b", "type": "choose", "branches": [{"next": "a"}], "join": "z"},
  {"step": "c", "type": "parallel", "branches": [{"next": "a", "when": "true"}]}, 5]}');
-- ways: unknown, unreachable, no default, no end, a circle without a person, a join that is not the fork's
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [
  {"step": "a", "assign": [{"login": "wf_bo"}], "next": "nowhere", "on_reject": "nowhere"},
  {"step": "c", "type": "choose", "default": "nowhere", "branches": [{"when": "$.x == 1", "next": "gone"}]},
  {"step": "e", "type": "end", "state": "well"}]}');
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [
  {"step": "a", "assign": [{"login": "wf_bo"}], "next": "c"},
  {"step": "lost", "assign": [{"login": "wf_bo"}], "next": "e"},
  {"step": "c", "type": "choose", "default": "d", "branches": [{"when": "$.x == 1", "next": "e"}]},
  {"step": "d", "type": "choose", "default": "e", "branches": [{"when": "$.y == 1", "next": "c"}, {"when": "$.y == 2", "next": "p"}]},
  {"step": "p", "assign": [{"login": "wf_bo"}], "next": "q"}, {"step": "q", "assign": [{"login": "wf_bo"}], "next": "p", "on_reject": "e"},
  {"step": "e", "type": "end"}]}');
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [
  {"step": "f", "type": "parallel", "join": "j", "branches": [{"next": "a"}, {"next": "b"}, {"next": "e"}, {"next": "g"}]},
  {"step": "g", "type": "inclusive", "join": "k", "default": "j", "branches": [{"when": "true", "next": "k"}]},
  {"step": "k", "type": "join", "next": "j"},
  {"step": "a", "assign": [{"login": "wf_bo"}], "next": "last"}, {"step": "b", "assign": [{"login": "wf_bo"}], "next": "j"},
  {"step": "j", "type": "join", "next": "last"}, {"step": "last", "assign": [{"login": "wf_bo"}], "next": "e"},
  {"step": "e", "type": "end"}]}');
-- a rejection that leads to a later step, to itself, or into another branch
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [
  {"step": "a", "assign": [{"login": "wf_bo"}], "next": "b", "on_reject": "b"}, {"step": "b", "assign": [{"login": "wf_bo"}], "next": "f", "on_reject": "b"},
  {"step": "f", "type": "parallel", "join": "j", "branches": [{"next": "x"}, {"next": "y"}]},
  {"step": "x", "assign": [{"login": "wf_bo"}], "next": "j", "on_reject": "a"}, {"step": "y", "assign": [{"login": "wf_bo"}], "next": "j", "on_reject": "x"},
  {"step": "j", "type": "join", "next": "c"}, {"step": "c", "assign": [{"login": "wf_bo"}], "next": "e", "on_reject": "x"}, {"step": "e", "type": "end"}]}');
-- names: duties, logins, flows, effects and their arguments
-- modules register further effects: which there are is not this test's
SELECT path, regexp_replace(fault, '; there are post.*', '') AS fault FROM budget.check_flow('{"flow": "f", "title": "t", "parties": [{"duty": "银行"}], "administrator": "wf_none", "effects": {
   "approved": [{"effect": "fly"}, {"effect": "post", "arguments": {"operation": "steal"}}, {"effect": "post", "arguments": {"operation": "pay", "amount": 1}},
     {"effect": "post", "arguments": {"operation": "pay", "line": 1, "lien": 1}}, {"function": "missing"}, {}], "someday": []}, "steps": [
  {"step": "a", "assign": [{"duty": "局长"}, {"login": "wf_none"}], "next": "s", "deadline": {"days": 1, "action": "transfer", "to": "wf_none"}},
  {"step": "s", "type": "call", "flow": "f", "next": "u"}, {"step": "u", "type": "call", "flow": "unknown", "next": "e"},
  {"step": "e", "type": "end"}]}');
SELECT * FROM budget.check_flow('{"flow": "f", "title": "t", "steps": [{"step": "a", "assign": [{"login": "wf_bo"}], "next": "e"}, {"step": "e", "type": "end"}],
  "effects": {"hold": [{"effect": "post", "arguments": {"operation": "reserve_out", "line": "$.("}}]}}');
SELECT pg_temp.refused($$SELECT budget.publish_flow('{"flow": "f", "title": "t", "steps": [{"step": "a", "assign": [{"login": "wf_none"}], "next": "b"}]}')$$);
SELECT pg_temp.refused('SELECT budget.publish_flow(NULL)');

-- a whole one
SELECT pg_temp.publish('whole', ARRAY[
  '{"step": "dept", "title": "科室 \"审核\"", "assign": [{"duty": "科长"}], "next": "band", "deadline": {"working_days": 3, "action": "remind"}}'::jsonb,
  '{"step": "band", "type": "choose", "default": "fork", "branches": [{"when": "$.amount < 100", "next": "done"}]}',
  '{"step": "fork", "type": "parallel", "join": "meet", "branches": [{"next": "x"}, {"next": "vote"}]}',
  pg_temp.sign('x', 'bo cy', 'meet', '{"on_reject": "start"}'),
  '{"step": "vote", "assign": [{"duty": "专家", "at": "division"}], "decide": {"rule": "ratio", "pass": "1/2", "more": true, "quorum": "2/3", "collect": true}, "next": "meet", "on_reject": "dept"}',
  '{"step": "meet", "type": "join", "next": "done"}']);
SELECT * FROM budget.describe_flow('whole');
SELECT budget.draw_flow('whole');
SELECT budget.draw_flow('whole', format => 'dot');
SELECT pg_temp.refused($$SELECT budget.draw_flow('whole', 2)$$), pg_temp.refused($$SELECT budget.draw_flow('whole', 1, 'svg')$$), pg_temp.refused($$SELECT * FROM budget.describe_flow('none')$$);
-- nobody changes a version
SELECT pg_temp.refused('UPDATE budget.flow_version SET title = title');
SELECT pg_temp.start('whole');
SELECT pg_temp.refused('DELETE FROM budget.case_event'), pg_temp.refused('INSERT INTO budget.task SELECT * FROM budget.task');
\i :top/test/workflow/gone.sql
