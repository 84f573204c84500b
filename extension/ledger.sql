-- ledger: the functions behind every ledger's API, and the guards of its tables

CREATE FUNCTION budgetpm.guard_write() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_guard_write';
COMMENT ON FUNCTION budgetpm.guard_write() IS
  'Guard trigger of a ledger''s tables: refuses (ZB005) every write but the single one that the posting path has just permitted, whoever asks.';

CREATE FUNCTION budgetpm.buckets_hold(
  control "char", appropriated budgetpm.amount, available budgetpm.amount, allotted budgetpm.amount,
  transferred budgetpm.amount, frozen budgetpm.amount, pending_out budgetpm.amount, precommitted budgetpm.amount,
  committed budgetpm.amount, requested budgetpm.amount, paid budgetpm.amount, withdrawn budgetpm.amount,
  carried budgetpm.amount) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_buckets_hold';
COMMENT ON FUNCTION budgetpm.buckets_hold("char", budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount) IS
  'The identity of a budget line: appropriated is the sum of the other buckets, none of which is negative but, in control mode w (warn) or o (off), available.';

CREATE FUNCTION budgetpm.obligation_holds(amount budgetpm.amount, drawn budgetpm.amount, released budgetpm.amount) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'bpm_obligation_holds';
COMMENT ON FUNCTION budgetpm.obligation_holds(budgetpm.amount, budgetpm.amount, budgetpm.amount) IS
  'The identity of an obligation: nothing negative, and no more drawn and released than it was opened with.';

CREATE FUNCTION budgetpm.post(
  ledger regclass, operation text, line bigint, amount numeric, document text,
  key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL,
  actor text DEFAULT NULL, other bigint DEFAULT NULL, from_pending numeric DEFAULT NULL,
  from_frozen numeric DEFAULT NULL, detail text DEFAULT NULL, obligation bigint DEFAULT NULL) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_post';
COMMENT ON FUNCTION budgetpm.post(regclass, text, bigint, numeric, text, text, date, jsonb, text, bigint, numeric, numeric, text, bigint) IS
  'Posts one operation on a ledger and returns the posting''s id. Authorises its caller by EXECUTE on the ledger''s wrapper of that operation and by a duty, so that calling it directly gains nothing. Errors: ZB001 to ZB010, 42501, 42704, 22023, 22004.';

CREATE FUNCTION budgetpm.open_line(
  ledger regclass, fiscal_year integer, unit text, func_code text, gov_econ_code text,
  dept_econ_code text, fund_type text, title text, project text, parent bigint,
  executable boolean, control text, elements jsonb, key text, source_document text, direct boolean) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_open_line';
COMMENT ON FUNCTION budgetpm.open_line(regclass, integer, text, text, text, text, text, text, text, bigint, boolean, text, jsonb, text, text, boolean) IS
  'Opens a budget line (预算指标) with its elements checked against the editions of its year, and returns its id. Errors: 23503 unknown code, ZB004 year, ZB006 key, ZB008 duty, ZB010 parent.';

CREATE FUNCTION budgetpm.announce_transfer(
  ledger regclass, fiscal_year integer, from_division text, to_division text, amount numeric,
  document text, direct boolean, origin text, origin_id text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_announce_transfer';
COMMENT ON FUNCTION budgetpm.announce_transfer(regclass, integer, text, text, numeric, text, boolean, text, text) IS
  'Makes known a transfer that another ledger sent, so that it can be received here, and returns its id; the same origin and origin_id return the same transfer. Errors: ZB006 other content, ZB008 duty, ZB010 not below, 23503, 22004, 22023.';

CREATE FUNCTION budgetpm.add_year(ledger regclass, fiscal_year integer, state text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_add_year';
COMMENT ON FUNCTION budgetpm.add_year(regclass, integer, text) IS
  'Adds a fiscal year, preparing or open, with its partitions, policies and guards. Errors: 23505 the year is there, 22023.';

CREATE FUNCTION budgetpm.set_year_state(ledger regclass, fiscal_year integer, state text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_set_year_state';
COMMENT ON FUNCTION budgetpm.set_year_state(regclass, integer, text) IS
  'Moves a year on: preparing, open, closing, closed (closing may open again). Waits for every posting under way; what waits for it sees the new state. Errors: ZB004 unknown year, ZB007 order of states.';

CREATE FUNCTION budgetpm.close_month(ledger regclass, fiscal_year integer, month integer) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_close_month';
COMMENT ON FUNCTION budgetpm.close_month(regclass, integer, integer) IS
  'Closes the accounting months of a year up to one, for good. Errors: ZB004 unknown year, ZB007 closed already, 22023.';

CREATE FUNCTION budgetpm.check_funds(
  ledger regclass, line bigint, kind text, amount numeric, other bigint DEFAULT NULL,
  obligation bigint DEFAULT NULL, posting bigint DEFAULT NULL, target text DEFAULT NULL,
  from_pending numeric DEFAULT NULL, from_frozen numeric DEFAULT NULL, accounting_date date DEFAULT NULL) RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_check_funds';
COMMENT ON FUNCTION budgetpm.check_funds(regclass, bigint, text, numeric, bigint, bigint, bigint, text, numeric, numeric, date) IS
  'Decides as the posting would, without a lock or a write: passes, amount, available before and, where it passes, after it; where it would be refused, sqlstate, message, detail and hint (money as text). Errors: 22023 unknown kind or an argument that it does not take, 22004, 42501, 42704, ZB008.';

CREATE FUNCTION budgetpm.verify_ledger(
  ledger regclass, line bigint,
  OUT line_id bigint, OUT entry_no integer, OUT problem text, OUT expected text, OUT found text)
RETURNS SETOF record
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL UNSAFE COST 100000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_verify_ledger';
COMMENT ON FUNCTION budgetpm.verify_ledger(regclass, bigint) IS
  'Recomputes every balance, sum and digest from the journal, of one line or (NULL) of all that the caller may read, in one snapshot. A row for each difference; no row is the good answer.';
