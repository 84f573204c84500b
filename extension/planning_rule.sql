-- planning, rules: what requests are checked against, and what is known of the years before

CREATE FUNCTION budgetpm.average_growth(figures numeric[], mean text) RETURNS numeric
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_average_growth';
COMMENT ON FUNCTION budgetpm.average_growth(numeric[], text) IS
  'Average yearly growth (平均增长率) of yearly figures, the oldest first, NULL for a year without one: the arithmetic mean of the yearly rates, or the compound rate from the first to the last. 0.15 is 15 %; ten decimals, rounded up, so that "over a limit" is exact. A year after none, or after one of zero or less, has no rate; NULL when there is none at all. Errors: 22023.';

CREATE FUNCTION budgetpm.plain_name(name text) RETURNS text
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'bpm_plain_name';
COMMENT ON FUNCTION budgetpm.plain_name(text) IS
  'A name without what two writings of it differ in: width and case of letters, blanks and whatever nobody sees, brackets, quotes, hyphens and punctuation. Two requests of one plain name are the same one (重复申报), two payees one payee.';

CREATE FUNCTION budgetpm.define_rule(ledger regclass, definition jsonb) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_define_rule';
COMMENT ON FUNCTION budgetpm.define_rule(regclass, jsonb) IS
  'Publishes a rule (审核规则) as its next version and returns the version. Every fault is told at once, each with its JSON path. Called through the ledger''s own define_rule(). Errors: 22023 faults, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.check_rule(ledger regclass, definition jsonb)
RETURNS TABLE (path text, fault text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_check_rule';
COMMENT ON FUNCTION budgetpm.check_rule(regclass, jsonb) IS
  'Lists what is wrong with the definition of a rule, each fault with its JSON path. Called through the ledger''s own check_rule(). Errors: 22004, 42501.';

CREATE FUNCTION budgetpm.switch_rule(ledger regclass, rule text, active boolean) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_switch_rule';
COMMENT ON FUNCTION budgetpm.switch_rule(regclass, text, boolean) IS
  'Puts a rule in force or out of it, as its next version, and returns the version. Called through the ledger''s own activate_rule() and retire_rule(). Errors: 42704, 22004, 42501, ZB007 is so already, ZB008.';

CREATE FUNCTION budgetpm.check_request(ledger regclass, request bigint, language text)
RETURNS TABLE (rule varchar(63), version integer, severity varchar(10), message text, measured jsonb, explanation varchar(2000))
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_check_request';
COMMENT ON FUNCTION budgetpm.check_request(regclass, bigint, text) IS
  'Lists what the rules in force find about the newest version of a request; writes nothing. Called through the ledger''s own check_request(). Errors: 42704, 22004, 22023 language, 42501, ZB008.';

CREATE FUNCTION budgetpm.explain_finding(ledger regclass, request bigint, rule text, explanation text, attachments jsonb, whole_unit boolean) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_explain_finding';
COMMENT ON FUNCTION budgetpm.explain_finding(regclass, bigint, text, text, jsonb, boolean) IS
  'Gives the reason for what a rule finds about a request and returns how many findings it explains. Called through the ledger''s own explain_finding(). Errors: 42704, 22004, 22023, 42501, ZB007, ZB008.';

CREATE FUNCTION budgetpm.rehearse_rules(ledger regclass, operation text, rules jsonb, fiscal_year integer, division text)
RETURNS TABLE (rule varchar(63), request bigint, unit_code varchar(21), title varchar(200), amount numeric, severity varchar(10), message text, measured jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 ROWS 100 AS 'MODULE_PATHNAME', 'bpm_rehearse_rules';
COMMENT ON FUNCTION budgetpm.rehearse_rules(regclass, text, jsonb, integer, text) IS
  'Replays rules over the requests of a year; writes nothing. Called through the ledger''s own test_rule() and rehearse_rules(). Errors: 42704, 22004, 22023 faults, 23503, 42501, ZB008.';

CREATE FUNCTION budgetpm.growth_rates(figures numeric[], mean text) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'bpm_growth_rates';
COMMENT ON FUNCTION budgetpm.growth_rates(numeric[], text) IS
  'How many yearly rates average_growth() of the same figures stands on. Errors: 22023.';
