-- workflow: watched deadlines

CREATE FUNCTION budgetpm.watch_deadline(ledger regclass, kind text, subject text, starts_on date, division text, unit text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_watch_deadline_for';
COMMENT ON FUNCTION budgetpm.watch_deadline(regclass, text, text, date, text, text) IS
  'Watches a deadline of a kind (法定期限) for a unit or a division (official code), counted from a day, or back from it where the kind says before; returns its number. Needs a duty to post there. Called through the ledger''s own watch_deadline(). Errors: 22004, 22023, 42704 kind, 23503 place, 42501, ZB008.';

CREATE FUNCTION budgetpm.meet_deadline(ledger regclass, deadline bigint, met_on date, document text)
RETURNS boolean
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_meet_this_deadline';
COMMENT ON FUNCTION budgetpm.meet_deadline(regclass, bigint, date, text) IS
  'Says that a watched deadline was met, by which document; returns whether in time. Called through the ledger''s own meet_deadline(). Errors: 22004, 22023 day, 42704, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.cancel_deadline(ledger regclass, deadline bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_cancel_deadline';
COMMENT ON FUNCTION budgetpm.cancel_deadline(regclass, bigint, text) IS
  'Gives up the watch of a deadline that does not apply, with the reason. Called through the ledger''s own cancel_deadline(). Errors: 22004, 42704, 42501, ZB007, ZB008.';
