-- cap: the arithmetic of limits, for whoever checks it

CREATE FUNCTION budgetpm.cap_limit(basis budgetpm.amount, ratio numeric) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_cap_limit_of';
COMMENT ON FUNCTION budgetpm.cap_limit(budgetpm.amount, numeric) IS
  'The limit (限额) of a cap: basis x ratio, rounded down to the fen, as postings compute it. ratio has at most four decimals. Errors: 22023 ratio, 22003.';

CREATE FUNCTION budgetpm.cap_short_by(basis budgetpm.amount, used budgetpm.amount,
  basis_change budgetpm.amount, used_change budgetpm.amount, ratio numeric) RETURNS budgetpm.amount
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'bpm_cap_short_by';
COMMENT ON FUNCTION budgetpm.cap_short_by(budgetpm.amount, budgetpm.amount, budgetpm.amount, budgetpm.amount, numeric) IS
  'By how much a cap of that basis and use would refuse a posting that changes both: what the excess over the limit would grow by; 0 where it passes. The decision that postings make. Errors: 22023 ratio, 22003.';
