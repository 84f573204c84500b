-- project: the functions behind the pool of projects

CREATE FUNCTION budgetpm.move_project(
  ledger regclass, project text, to_stage text, reason text, on_day date, actor text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_move_project';
COMMENT ON FUNCTION budgetpm.move_project(regclass, text, text, text, date, text) IS
  'Moves a project to a stage (项目阶段), where project_stage_move lets a function do so; on_day (today) is the day on which work began or was completed. Returns the number of the event. What stands against it is listed as a whole; what a reason can pass over (a predecessor that is not completed, a milestone that is not done) is recorded with the reason. Errors: 22004 reason, 22023 day, 23503 project, ZB007 no such move, ZB008 duty or only through a flow, ZB010.';

CREATE FUNCTION budgetpm.describe_project(
  ledger regclass, project text, planned_total numeric, starts_on date, ends_on date, responsible text,
  industry text, attributes jsonb, years jsonb, reason text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_describe_project';
COMMENT ON FUNCTION budgetpm.describe_project(regclass, text, numeric, date, date, text, text, jsonb, jsonb, text) IS
  'Says what a project is: planned total in yuan over all years (项目总投资), planned first and last day, who is responsible (负责人), sector, fields of a local form, and the plan by years as {"2026": "100.00"} (分年度计划, replaces the one there was). What is NULL stays. Once it is in the pool, total and period change with a reason only. Errors: 22004 reason, 22023 every fault of the years, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION budgetpm.set_milestones(ledger regclass, project text, milestones jsonb, reason text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_milestones';
COMMENT ON FUNCTION budgetpm.set_milestones(regclass, text, jsonb, text) IS
  'Sets the milestones of a project (里程碑), all at once, and returns how many: an array of {"no", "title", "planned_on", "weight"}, whose weights make 100. Those that are done must be there unchanged. Once the project is funded this needs a reason. Errors: 22004 reason, 22023 every fault, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION budgetpm.apply_project_template(ledger regclass, project text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_apply_project_template';
COMMENT ON FUNCTION budgetpm.apply_project_template(regclass, text) IS
  'Gives a project the standard milestones (标准化模板) of its category, or of the nearest more general one, spread over its planned period; returns how many. Errors: 23503 project, 42704 no template, ZB007 no period or ended, ZB008 duty.';

CREATE FUNCTION budgetpm.complete_milestone(
  ledger regclass, project text, milestone_no integer, done_on date, document text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_complete_milestone';
COMMENT ON FUNCTION budgetpm.complete_milestone(regclass, text, integer, date, text) IS
  'Records that a milestone was reached, on a day (today) and by a document, once. Contracts that wait for it become payable. Errors: 22004 document, 22023 day, 23503 project, ZB007 not under way, or no such open milestone, ZB008 duty.';

CREATE FUNCTION budgetpm.add_dependency(
  ledger regclass, project text, predecessor text, lag_days integer, reason text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_dependency';
COMMENT ON FUNCTION budgetpm.add_dependency(regclass, text, text, integer, text) IS
  'Lets a project begin only after another one is completed, lag_days later (工期协同). Errors: 22023, 23503 project, ZB008 duty, ZB010 a circle, named as a whole.';

CREATE FUNCTION budgetpm.remove_dependency(ledger regclass, project text, predecessor text, reason text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_remove_dependency';
COMMENT ON FUNCTION budgetpm.remove_dependency(regclass, text, text, text) IS
  'Lets a project wait for another one no longer. Errors: 22004 reason, 23503 project, 42704 it does not wait, ZB008 duty.';

CREATE FUNCTION budgetpm.set_resources(ledger regclass, project text, resources jsonb) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_resources';
COMMENT ON FUNCTION budgetpm.set_resources(regclass, text, jsonb) IS
  'Sets what a project or section needs and when (资源调配), all at once, and returns how many rows: an array of {"kind", "title", "quantity", "measure", "valid_from", "valid_to"}. Errors: 22023 every fault, 23503 project, ZB007 ended, ZB008 duty.';

CREATE FUNCTION budgetpm.record_quality(
  ledger regclass, project text, checked_on date, title text, result text, finding text, document text,
  inspector text, repairs bigint) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_quality';
COMMENT ON FUNCTION budgetpm.record_quality(regclass, text, date, text, text, text, text, text, bigint) IS
  'Records an inspection (质量监督) and returns its number: passed, failed, or repaired, which answers the failed one that repairs names. A project with a failed inspection that nothing answers is not accepted. Errors: 22023, 22004, 23503 project, ZB007 nothing to repair, ZB008 duty.';

CREATE FUNCTION budgetpm.plan_delivery(
  ledger regclass, title text, planned_on date, quantity numeric, contract_no text, project text,
  measure text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_plan_delivery';
COMMENT ON FUNCTION budgetpm.plan_delivery(regclass, text, date, numeric, text, text, text) IS
  'Plans a delivery (物资) of a contract, or of a project, and returns its number. Errors: 22004 neither given, 22023 quantity, 23503 contract or project, ZB008 duty.';

CREATE FUNCTION budgetpm.record_delivery(
  ledger regclass, delivery bigint, quantity numeric, document text, on_day date) RETURNS text[]
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_record_delivery';
COMMENT ON FUNCTION budgetpm.record_delivery(regclass, bigint, numeric, text, date) IS
  'Records that something of a delivery has come (到货), on a day (today), by its delivery note. It is checked on arrival, and what is noticed returned: late, beyond_quantity, clause_n for each deadline of the contract that has passed. A delivery note counts once. Errors: 22023, 22004, 42704, ZB008 duty, ZB010 the document was recorded before.';

CREATE FUNCTION budgetpm.accept_delivery(
  ledger regclass, delivery bigint, quantity numeric, document text, on_day date) RETURNS text[]
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_accept_delivery';
COMMENT ON FUNCTION budgetpm.accept_delivery(regclass, bigint, numeric, text, date) IS
  'Records that something of a delivery was accepted (验收), on a day (today), by the acceptance record; never more than has come. Returns what was noticed of it at arrival. Errors: 22023, 22004, 42704, ZB008 duty, ZB010 more than has come, or the document was recorded before.';

CREATE FUNCTION budgetpm.verify_project(
  ledger regclass, project text, OUT event_no integer, OUT problem text) RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'bpm_verify_project';
COMMENT ON FUNCTION budgetpm.verify_project(regclass, text) IS
  'Compares the events of a project with their digests and its stage with them; a row for each difference. Errors: 23503 no such project, or not to be seen.';
