-- project_monitor: the functions behind payment monitoring

CREATE FUNCTION budgetpm.set_monitor_rule(
  ledger regclass, rule text, active boolean, title text, strength text, predicate text, parameters jsonb,
  days integer, division text, valid_from date, valid_to date) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_monitor_rule';
COMMENT ON FUNCTION budgetpm.set_monitor_rule(regclass, text, boolean, text, text, text, jsonb, integer, text, date, date) IS
  'Sets a rule of payment monitoring (监控规则): makes a new one, changes one (what is NULL stays, but place and period are set as given), or makes one that ships active. Needs a duty over its division, or the whole ledger where it has none. Errors: 22004, 22023 every fault, 23503 division, 42601 the predicate is no jsonpath, ZB008 duty.';

CREATE FUNCTION budgetpm.register_account(
  ledger regclass, unit text, account text, bank text, title text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_account';
COMMENT ON FUNCTION budgetpm.register_account(regclass, text, text, text, text) IS
  'Registers a bank account of a budget unit itself (单位账户), for the rule that a unit does not pay itself. Errors: 22004, 22023 every fault, 23503 unit, ZB008 duty.';

CREATE FUNCTION budgetpm.decide_stop(
  ledger regclass, stop bigint, decision text, reason text, actor text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_decide_stop';
COMMENT ON FUNCTION budgetpm.decide_stop(regclass, bigint, text, text, text) IS
  'Decides a payment request that was stopped (拦截): release (放行) lets it be paid, correct (改正) and forbid (禁止) do not. Not by the role that asked for the payment, and not where a case of flow payment_stop decides. Errors: 22004, 22023, 42704, ZB007 decided, ZB008 duty, own payment or a case.';
