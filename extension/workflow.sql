-- workflow: the engine of approval flows

CREATE FUNCTION budgetpm.decide(rule jsonb, votes text[], weights integer[]) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_decide';
COMMENT ON FUNCTION budgetpm.decide(jsonb, text[], integer[]) IS
  'How a step''s rule of decision (会签, 或签, 票签) decides these votes: pending, passed or rejected. Votes are open, pass, reject, abstain or absent; rule is the "decide" of a step. Whole numbers only. Errors: 22023.';

CREATE FUNCTION budgetpm.publish_flow(ledger regclass, definition jsonb)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_publish_flow';
COMMENT ON FUNCTION budgetpm.publish_flow(regclass, jsonb) IS
  'Publishes a definition (流程定义) as the next version of its flow and returns the version. Every fault is told at once, each with its JSON path; check_flow() gives them as rows. Needs a duty to post over the whole ledger. Called through the ledger''s own publish_flow(). Errors: 22023 faults, 42501, ZB008.';

CREATE FUNCTION budgetpm.check_flow(ledger regclass, definition jsonb)
RETURNS TABLE (path text, fault text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_check_flow';
COMMENT ON FUNCTION budgetpm.check_flow(regclass, jsonb) IS
  'Lists what is wrong with a definition of a flow, each fault with its JSON path; no row when it can be published. Writes nothing. Called through the ledger''s own check_flow(). Errors: 22004, 42501.';

CREATE FUNCTION budgetpm.describe_flow(ledger regclass, flow text, version integer)
RETURNS TABLE (place integer, step text, type text, title text, signers text, decided text, leads_to text, rest text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_describe_flow';
COMMENT ON FUNCTION budgetpm.describe_flow(regclass, text, integer) IS
  'Lists the steps of a flow: who signs, how it is decided, where it leads. Of the newest version, or the one given. Called through the ledger''s own describe_flow(). Errors: 42704, 42501.';

CREATE FUNCTION budgetpm.draw_flow(ledger regclass, flow text, version integer, format text)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_draw_flow';
COMMENT ON FUNCTION budgetpm.draw_flow(regclass, text, integer, text) IS
  'Draws a flow as text: mermaid, or dot for Graphviz. Called through the ledger''s own draw_flow(). Errors: 42704, 22023 unknown format, 42501.';

CREATE FUNCTION budgetpm.start_case(ledger regclass, flow text, subject text, facts jsonb, unit text, division text, key text, actor text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_start_case';
COMMENT ON FUNCTION budgetpm.start_case(regclass, text, text, jsonb, text, text, text, text) IS
  'Begins a case (发起) of the newest version of a flow for a unit or a division (official code) and returns it. facts is an object that conditions and effects look at. A repeated key returns the case that it began. actor is another role that the caller is a member of. Needs a duty to post there. Called through the ledger''s own start_case(). Errors: 42704 unknown flow, 23503 unknown place, 22004, 22023, 42501, ZB006 key, ZB008 duty, ZB010 nobody can sign, and those of effects.';

CREATE FUNCTION budgetpm.act(ledger regclass, task bigint, action text, opinion text, options jsonb, actor text)
RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_act';
COMMENT ON FUNCTION budgetpm.act(regclass, bigint, text, text, jsonb, text) IS
  'Does something with a task: approve (同意), reject (驳回), abstain (弃权), absent (缺席), return (退回: options to, resume through or direct), transfer (转办: to), delegate (委派: to), resolve (委派办毕), add_signer (加签: to, where before, after or beside), remove_signer (减签: task), copy (抄送: to), read (已阅). Further options: facts of a resubmission, attachments (digests), signature. Returns the state of the case after it. Called through the ledger''s own act(). Errors: 42704, 22004, 22023, 42501, ZB007 state, ZB008 not your task, ZB010 rule, and those of effects.';

CREATE FUNCTION budgetpm.retract(ledger regclass, case_id bigint, opinion text, actor text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_retract';
COMMENT ON FUNCTION budgetpm.retract(regclass, bigint, text, text) IS
  'Withdraws a case (撤回); only its initiator does, before its end. What it held is released. Called through the ledger''s own retract(). Errors: 42704, 22004, 42501, ZB007 state, ZB008 not the initiator, and those of effects.';

CREATE FUNCTION budgetpm.take_back(ledger regclass, task bigint, opinion text, actor text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_take_back';
COMMENT ON FUNCTION budgetpm.take_back(regclass, bigint, text, text) IS
  'Takes an approval back (拿回), as long as nobody has acted on the step after it; not where several people signed together, or where the approval had effects. Called through the ledger''s own take_back(). Errors: 42704, 22004, 42501, ZB007 acted on, ZB008 not the handler.';

CREATE FUNCTION budgetpm.remind(ledger regclass, case_id bigint, opinion text, actor text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_remind';
COMMENT ON FUNCTION budgetpm.remind(regclass, bigint, text, text) IS
  'Reminds everybody whom a case waits for (催办), not more often than its flow says, and returns how many. The initiator does, or who has a duty to post there. Called through the ledger''s own remind(). Errors: 42704, 22004, 42501, ZB007 too early, ZB008.';

CREATE FUNCTION budgetpm.my_tasks(ledger regclass, actor text)
RETURNS TABLE (task_id bigint, case_id bigint, flow varchar(63), subject varchar(200), step varchar(63), kind varchar(8), initiator varchar(63), assignee varchar(63), opened_at timestamptz, due_at timestamptz, reminders integer)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_my_tasks';
COMMENT ON FUNCTION budgetpm.my_tasks(regclass, text) IS
  'Lists the open tasks (待办) of the caller: his own, those of his groups, and of those whom he is the proxy for. Called through the ledger''s own my_tasks(). Errors: 42501.';

CREATE FUNCTION budgetpm.case_history(ledger regclass, case_id bigint, actor text)
RETURNS TABLE (event_no integer, happened_at timestamptz, action varchar(30), step varchar(63), to_step varchar(63), actor varchar(63), on_behalf_of varchar(63), to_whom varchar(63), opinion text, details jsonb, task_id bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_case_history';
COMMENT ON FUNCTION budgetpm.case_history(regclass, bigint, text) IS
  'Lists what happened in a case (流转记录), to those who take part in it or may read its place. Called through the ledger''s own case_history(). Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.verify_case(ledger regclass, case_id bigint)
RETURNS TABLE (event_no integer, fault text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_verify_case';
COMMENT ON FUNCTION budgetpm.verify_case(regclass, bigint) IS
  'Compares the events of a case with their digests; no row when all is as it was written. Called through the ledger''s own verify_case(). Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.suspend(ledger regclass, case_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_suspend';
COMMENT ON FUNCTION budgetpm.suspend(regclass, bigint, text) IS
  'Suspends a case (挂起): nobody can act on it, and its deadlines stand still. Called through the ledger''s own suspend(). Errors: 42704, 22004, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.resume(ledger regclass, case_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_resume';
COMMENT ON FUNCTION budgetpm.resume(regclass, bigint, text) IS
  'Lets a suspended case go on; its deadlines move by the time that it was suspended. Called through the ledger''s own resume(). Errors: 42704, 22004, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.terminate(ledger regclass, case_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_terminate';
COMMENT ON FUNCTION budgetpm.terminate(regclass, bigint, text) IS
  'Ends a case that has not ended (终止), with what it called; what it held is released. Called through the ledger''s own terminate(). Errors: 42704, 22004, 42501, ZB007, ZB008, and those of effects.';

CREATE FUNCTION budgetpm.void_case(ledger regclass, case_id bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_void_case';
COMMENT ON FUNCTION budgetpm.void_case(regclass, bigint, text) IS
  'Declares a case void (作废) that runs or was approved; its effects for that run in the same transaction. Called through the ledger''s own void_case(). Errors: 42704, 22004, 42501, ZB007, ZB008, and those of effects.';

CREATE FUNCTION budgetpm.jump(ledger regclass, case_id bigint, step text, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_jump';
COMMENT ON FUNCTION budgetpm.jump(regclass, bigint, text, text) IS
  'Moves a case by decree to a step that people sign (跳转), outside parallel branches; branches that are under way are cancelled. A case that was rejected, retracted or terminated goes on from there (唤醒). Called through the ledger''s own jump(). Errors: 42704, 22004, 22023 step, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.hand_over(ledger regclass, from_login text, to_login text, reason text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_hand_over';
COMMENT ON FUNCTION budgetpm.hand_over(regclass, text, text, text) IS
  'Hands over all undecided tasks of a person (离职转办) and returns how many. What the receiver must not decide stays, with a warning. Needs a duty to post wherever such a case is. Called through the ledger''s own hand_over(). Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.grant_proxy(ledger regclass, agent text, flow text, valid_from date, valid_to date, principal text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_grant_proxy';
COMMENT ON FUNCTION budgetpm.grant_proxy(regclass, text, text, date, date, text) IS
  'Lets an agent act on the callers tasks (代理), in one flow or all, from today or a given day, and returns the proxy. For another principal it needs a duty to post over the whole ledger. Called through the ledger''s own grant_proxy(). Errors: 42704 no such role, 23514 period, 22004, 22023, 42501, ZB008.';

CREATE FUNCTION budgetpm.end_proxy(ledger regclass, proxy bigint)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_end_proxy';
COMMENT ON FUNCTION budgetpm.end_proxy(regclass, bigint) IS
  'Ends a proxy at once; its principal does, or who has a duty to post over the whole ledger. Called through the ledger''s own end_proxy(). Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.run_deadlines(ledger regclass, now timestamptz)
RETURNS TABLE (case_id bigint, task_id bigint, action text, error text, deadline_id bigint)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 50 AS 'MODULE_PATHNAME', 'bpm_run_deadlines';
COMMENT ON FUNCTION budgetpm.run_deadlines(regclass, timestamptz) IS
  'Runs the deadlines (超时) that have passed by that moment: pass, reject, transfer, absent or remind, as each step says. What cannot be done is listed with its error and left as it was. Watched deadlines are reminded of and found overdue, each once. Call it from a job. Needs a duty to post over the whole ledger. Called through the ledger''s own run_deadlines(). Errors: 42501, ZB008.';

CREATE FUNCTION budgetpm.run_outbox(ledger regclass, most integer, channel text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_run_outbox';
COMMENT ON FUNCTION budgetpm.run_outbox(regclass, integer, text) IS
  'Delivers messages that wait in the outbox: marks them and notifies the channel of each, as JSON. Returns how many. Never part of a business transaction: call it from a job. Called through the ledger''s own run_outbox(). Errors: 22004, 42501, ZB008.';
