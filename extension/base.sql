-- base: the ground that every module stands on

REVOKE ALL ON SCHEMA budgetpm FROM PUBLIC;
GRANT USAGE ON SCHEMA budgetpm TO PUBLIC;
COMMENT ON SCHEMA budgetpm IS
  'Machinery of budgetpm: types, operators and the functions behind every ledger. It holds no data; a ledger is a schema made by budgetpm.create_ledger().';

CREATE FUNCTION budgetpm.invalidate_ledger() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_invalidate_ledger';
COMMENT ON FUNCTION budgetpm.invalidate_ledger() IS
  'Statement trigger of a ledger''s rule tables: every backend reloads the ledger after the change, because DML alone invalidates no cache.';

CREATE FUNCTION budgetpm.report_progress(kind text, phase text, done bigint, total bigint) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'bpm_report_progress';
COMMENT ON FUNCTION budgetpm.report_progress(text, text, bigint, bigint) IS
  'Shows other sessions, through budgetpm.progress(), how far the caller''s long operation has come; a NULL kind ends the report. An error ends it too. Names are cut at 24 bytes.';

CREATE FUNCTION budgetpm.progress(OUT pid integer, OUT login text, OUT kind text, OUT phase text,
  OUT done bigint, OUT total bigint, OUT started_at timestamptz) RETURNS SETOF record
LANGUAGE c VOLATILE PARALLEL RESTRICTED ROWS 2 AS 'MODULE_PATHNAME', 'bpm_progress';
COMMENT ON FUNCTION budgetpm.progress() IS
  'Long operations under way in this database (create_ledger, check_ledger, verify_ledger and their like), one row a session: the operation, what it does now, how much of that is done, how much there is (0: not known), and since when. What other roles do is shown to members of pg_read_all_stats only.';

CREATE FUNCTION budgetpm.one_of(name text, value text, allowed text[]) RETURNS boolean
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_one_of';
COMMENT ON FUNCTION budgetpm.one_of(text, text, text[]) IS
  'True when an argument of that name has one of the allowed values; otherwise an error with the list. Errors: 22023.';

CREATE FUNCTION budgetpm.day_in_range(name text, day date) RETURNS boolean
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_day_in_range';
COMMENT ON FUNCTION budgetpm.day_in_range(text, date) IS
  'True for a day from 1949-01-01 to 9999-12-31; fails for any other, an infinite one among them (22023), and for NULL (22004), by the name of the argument.';

CREATE FUNCTION budgetpm.is_day(value text) RETURNS boolean
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_is_day';
COMMENT ON FUNCTION budgetpm.is_day(text) IS
  'Whether a text is a day of the calendar as YYYY-MM-DD, from 1949 to 9999: false for 2025-02-30, and for NULL.';

CREATE FUNCTION budgetpm.is_text(value jsonb, longest integer) RETURNS boolean
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_is_text';
COMMENT ON FUNCTION budgetpm.is_text(jsonb, integer) IS
  'Whether a JSON value is a text that shows something - more than blanks, of whatever width - in so many characters at most; false for NULL.';

CREATE FUNCTION budgetpm.in_range(name text, value bigint, lowest bigint, highest bigint) RETURNS boolean
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE AS 'MODULE_PATHNAME', 'bpm_in_range';
COMMENT ON FUNCTION budgetpm.in_range(text, bigint, bigint, bigint) IS
  'True when an argument of that name lies between two numbers, both included; otherwise an error. Asked before anything is made in that number. Errors: 22023, 22004.';
