-- control: the functions behind caps, plans, receipts and alerts

CREATE FUNCTION budgetpm.create_cap(
  ledger regclass, fiscal_year integer, name text, kind text, basis text, amount numeric, division text,
  unit text, func text[], gov_econ text[], dept_econ text[], fund_type text, project text, lines bigint[],
  revenue text[], consumes text[], warn_ratio numeric, block_ratio numeric, slots integer, plan numeric[],
  document text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_create_cap';
COMMENT ON FUNCTION budgetpm.create_cap(regclass, integer, text, text, text, numeric, text, text, text[], text[], text[], text, text, bigint[], text[], text[], numeric, numeric, integer, numeric[], text) IS
  'Makes a cap (控制限额) and lets the lines of its rule or list join it, in one step for every posting; returns its number. Errors: 22023, 22004, 23503 unknown code, 23505 name, 42704 line, ZB004 year, ZB008 duty, ZB010 line outside.';

CREATE FUNCTION budgetpm.change_cap(
  ledger regclass, cap integer, amount numeric, basis text, warn_ratio numeric, block_ratio numeric,
  slots integer, consumes text[], name text, plan numeric[], document text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_change_cap';
COMMENT ON FUNCTION budgetpm.change_cap(regclass, integer, numeric, text, numeric, numeric, integer, text[], text, numeric[], text) IS
  'Changes a cap under running postings; what is NULL stays, a ratio of 0 takes it away. Errors: 22023, 42704, ZB007 closed, ZB008 duty.';

CREATE FUNCTION budgetpm.add_cap_lines(ledger regclass, cap integer, lines bigint[], document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_add_cap_lines';
COMMENT ON FUNCTION budgetpm.add_cap_lines(regclass, integer, bigint[], text) IS
  'Lets lines join a cap that is a list, with what they have used; returns how many were not in it. Errors: 42704, ZB004 year, ZB007 a rule or closed, ZB008 duty, ZB010 line outside.';

CREATE FUNCTION budgetpm.remove_cap_lines(ledger regclass, cap integer, lines bigint[], document text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_remove_cap_lines';
COMMENT ON FUNCTION budgetpm.remove_cap_lines(regclass, integer, bigint[], text) IS
  'Lets lines leave a cap that is a list, with what they have used; returns how many were in it. Errors: 42704, ZB007 a rule or closed, ZB008 duty.';

CREATE FUNCTION budgetpm.close_cap(ledger regclass, cap integer, document text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_close_cap';
COMMENT ON FUNCTION budgetpm.close_cap(regclass, integer, text) IS
  'Ends a cap: its lines leave it. Errors: 42704, ZB007 closed already, ZB008 duty.';

CREATE FUNCTION budgetpm.record_receipt(
  ledger regclass, fiscal_year integer, division text, fund_type text, amount numeric, document text,
  revenue text, received_on date, key text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_receipt';
COMMENT ON FUNCTION budgetpm.record_receipt(regclass, integer, text, text, numeric, text, text, date, text) IS
  'Records money received (收入) and lets the caps of basis receipts grow by it; returns its number. Errors: 22023, 22004, 23503, ZB004 year, ZB006 key, ZB008 duty.';

CREATE FUNCTION budgetpm.reverse_receipt(ledger regclass, receipt bigint, document text, amount numeric) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_reverse_receipt';
COMMENT ON FUNCTION budgetpm.reverse_receipt(regclass, bigint, text, numeric) IS
  'Reverses a receipt in whole (no amount: all that is left) or part; returns the reversal. Errors: 42704, ZB001 more than is left, ZB004 year, ZB007 nothing left or a reversal itself, ZB008 duty.';

CREATE FUNCTION budgetpm.set_plan(
  ledger regclass, fiscal_year integer, amounts numeric[], line bigint, unit text, block boolean,
  reminder numeric, consumes text[], document text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_set_plan';
COMMENT ON FUNCTION budgetpm.set_plan(regclass, integer, numeric[], bigint, text, boolean, numeric, text[], text) IS
  'Sets the monthly plan (用款计划) of a line or of a unit and all below it, in place of the one it has; returns its cap. Errors: 22023, 22004, 23503, 42704, ZB004 year, ZB007 other buckets, ZB008 duty.';

CREATE FUNCTION budgetpm.assign_alert(ledger regclass, alert bigint, login text, note text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_assign_alert';
COMMENT ON FUNCTION budgetpm.assign_alert(regclass, bigint, text, text) IS
  'Says who has to answer an alert (派发). Errors: 42704 no such alert or role, ZB007 closed, ZB008 duty.';

CREATE FUNCTION budgetpm.answer_alert(ledger regclass, alert bigint, note text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_answer_alert';
COMMENT ON FUNCTION budgetpm.answer_alert(regclass, bigint, text) IS
  'Answers an alert (反馈), by the one it is assigned to. Errors: 42704, ZB007 not assigned, ZB008 somebody else''s.';

CREATE FUNCTION budgetpm.close_alert(ledger regclass, alert bigint, note text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_close_alert';
COMMENT ON FUNCTION budgetpm.close_alert(regclass, bigint, text) IS
  'Closes an alert that was answered (销号), by another than who answered. Errors: 42704, ZB007 not answered, ZB008 duty or own answer.';

CREATE FUNCTION budgetpm.run_reminders(ledger regclass, as_of date, division text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 AS 'MODULE_PATHNAME', 'bpm_run_reminders';
COMMENT ON FUNCTION budgetpm.run_reminders(regclass, date, text) IS
  'Raises the reminders of a day, each once a crossing, ends those whose reason is gone, and returns how many it raised. Errors: 23503 division, ZB004 year, ZB008 duty.';

CREATE FUNCTION budgetpm.rehearse(
  ledger regclass, caps jsonb, fiscal_year integer,
  OUT cap text, OUT posting bigint, OUT line bigint, OUT kind text, OUT accounting_date date, OUT amount numeric,
  OUT limit_amount numeric, OUT used numeric, OUT short_by numeric, OUT remark text)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE COST 100000 ROWS 100 AS 'MODULE_PATHNAME', 'bpm_rehearse';
COMMENT ON FUNCTION budgetpm.rehearse(regclass, jsonb, integer) IS
  'Replays a year''s postings in their order against caps that do not exist, and changes nothing: a row for each posting and cap that would have stopped it, then one with the sum. Errors: 22023, 23503, ZB004 year, ZB008 duty.';
