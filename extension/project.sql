-- project: the functions behind the pool of projects

CREATE FUNCTION budgetpm.move_project(ledger regclass, project text, to_stage text, reason text, on_day date, actor text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_move_project';
COMMENT ON FUNCTION budgetpm.move_project(regclass, text, text, text, date, text) IS
  'Moves a project to a stage (项目阶段), where that needs no approval; returns the number of the event. Errors: 22004 reason, 22023 day, 23503 project, ZB007 no such move, ZB008 duty or only through a flow, ZB010 everything that stands against it.';

CREATE FUNCTION budgetpm.verify_project(ledger regclass, project text, OUT event_no integer, OUT problem text) RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000 ROWS 1 AS 'MODULE_PATHNAME', 'bpm_verify_project';
COMMENT ON FUNCTION budgetpm.verify_project(regclass, text) IS
  'Compares the events of a project with their digests and its stage with them; a row for each difference. Errors: 23503.';
