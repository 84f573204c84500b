-- rollup: what folding, reading and verifying of every ledger's rollups run

CREATE FUNCTION budgetpm.fold_rollup(ledger regclass, OUT segments_folded integer, OUT rows_written bigint,
  OUT runs_merged integer, OUT segment_begun integer, OUT segments_waiting integer, OUT waiting_for text)
RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 100000 ROWS 1 AS 'MODULE_PATHNAME', 'bpm_fold_rollup';
COMMENT ON FUNCTION budgetpm.fold_rollup(regclass) IS
  'Sums the finished segments of a ledger''s journal into runs, merges runs, and begins a new segment for a later call to sum. Waits for nobody. Errors: 25000 in a transaction that is not READ COMMITTED, 42501, ZB008.';

CREATE FUNCTION budgetpm.rebuild_rollup(ledger regclass) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000000 AS 'MODULE_PATHNAME', 'bpm_rebuild_rollup';
COMMENT ON FUNCTION budgetpm.rebuild_rollup(regclass) IS
  'Sums anew, from the journal, everything that the runs of a ledger cover, and returns the number of rows. Waits for a fold under way. Errors: 25000, 42501, ZB008.';

CREATE FUNCTION budgetpm.rollup_tail(ledger regclass, fiscal_year integer)
RETURNS TABLE (fiscal_year integer, month smallint, division budgetpm.budget_code, unit budgetpm.budget_code, func budgetpm.budget_code,
  gov_econ budgetpm.budget_code, fund_type varchar, project_id bigint,
  appropriated budgetpm.amount, available budgetpm.amount, allotted budgetpm.amount, transferred budgetpm.amount, frozen budgetpm.amount, pending_out budgetpm.amount, precommitted budgetpm.amount, committed budgetpm.amount, requested budgetpm.amount, paid budgetpm.amount, withdrawn budgetpm.amount, carried budgetpm.amount, entries bigint)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'bpm_rollup_tail';
COMMENT ON FUNCTION budgetpm.rollup_tail(regclass, integer) IS
  'Sums of the entries that no run of the caller''s snapshot covers, of one year or (NULL) of all, as far as the caller may read them. With rollup_detail they make up the journal.';

CREATE FUNCTION budgetpm.rollup_total(ledger regclass, division text, fiscal_year integer, month_from integer, month_to integer,
  fund_type text, own boolean, OUT entries bigint, OUT budget numeric, OUT appropriated numeric, OUT available numeric, OUT allotted numeric, OUT transferred numeric, OUT frozen numeric, OUT pending_out numeric, OUT precommitted numeric, OUT committed numeric, OUT requested numeric, OUT paid numeric, OUT withdrawn numeric, OUT carried numeric)
RETURNS SETOF record
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED COST 10000 ROWS 1 AS 'MODULE_PATHNAME', 'bpm_rollup_total';
COMMENT ON FUNCTION budgetpm.rollup_total(regclass, text, integer, integer, integer, text, boolean) IS
  'What the entries of a division and all below it (or its own only) moved, in yuan, between two accounting months. Errors: 22004, 23503 unknown division, 42501, ZB004 unknown year, ZB008.';

CREATE FUNCTION budgetpm.verify_rollup(ledger regclass, OUT grain text, OUT fiscal_year integer, OUT month integer,
  OUT division text, OUT place text, OUT bucket text, OUT expected numeric, OUT found numeric)
RETURNS SETOF record
LANGUAGE c STABLE PARALLEL UNSAFE COST 1000000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_verify_rollup';
COMMENT ON FUNCTION budgetpm.verify_rollup(regclass) IS
  'Compares a ledger''s rollups with sums of its journal, in one snapshot, as far as the caller may read. A row for each difference; no row is the good answer.';
