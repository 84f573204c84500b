-- planning, history and suggestions: the years before, drivers of spending, advice

CREATE FUNCTION budgetpm.load_spending_history(ledger regclass, items jsonb, source text)
RETURNS TABLE (item integer, fault text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_load_spending_history';
COMMENT ON FUNCTION budgetpm.load_spending_history(regclass, jsonb, text) IS
  'Loads yearly figures (历史数据) and lists what is wrong with those that it does not load. Called through the ledger''s own load_spending_history(). Errors: 22004, 22023, 42501, ZB008.';

CREATE FUNCTION budgetpm.request_history(ledger regclass, request bigint)
RETURNS TABLE (scope varchar(10), fiscal_year integer, budget numeric, spent numeric, growth numeric, complete boolean, source varchar(10))
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_request_history';
COMMENT ON FUNCTION budgetpm.request_history(regclass, bigint) IS
  'Lists what was budgeted and spent in the years before a request (三年历史). Called through the ledger''s own request_history(). Errors: 42704, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.define_driver(ledger regclass, driver text, name text, kind text, measure text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_define_driver';
COMMENT ON FUNCTION budgetpm.define_driver(regclass, text, text, text, text) IS
  'Makes a driver series (测算因素). Called through the ledger''s own define_driver(). Errors: 22004, 22023, 23505, 42501, ZB008.';

CREATE FUNCTION budgetpm.load_driver_values(ledger regclass, items jsonb, source text)
RETURNS TABLE (item integer, fault text)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_load_driver_values';
COMMENT ON FUNCTION budgetpm.load_driver_values(regclass, jsonb, text) IS
  'Loads values of drivers and lists what is wrong with those that it does not load. Called through the ledger''s own load_driver_values(). Errors: 22004, 22023, 42501, ZB008.';

CREATE FUNCTION budgetpm.give_advice(ledger regclass, fiscal_year integer, unit text, reason text, source text, change numeric, amount numeric, project text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_give_advice';
COMMENT ON FUNCTION budgetpm.give_advice(regclass, integer, text, text, text, numeric, numeric, text) IS
  'Gives advice for a year''s budget of a unit or project (预算安排建议) and returns its number. Called through the ledger''s own give_advice(). Errors: 22004, 22023, 23503, 42501, ZB008.';

CREATE FUNCTION budgetpm.suggest_request(ledger regclass, unit text, fiscal_year integer, method text, project text, category text, driver text, standard text, quantity numeric, years integer, as_of date)
RETURNS TABLE (step integer, description text, value numeric)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 10 AS 'MODULE_PATHNAME', 'bpm_suggest_request';
COMMENT ON FUNCTION budgetpm.suggest_request(regclass, text, integer, text, text, text, text, text, numeric, integer, date) IS
  'Suggests what a unit could ask for in a year and shows the arithmetic (智能测算建议). Called through the ledger''s own suggest_request(). Errors: 22004, 22023, 23503, 42704, 42501, ZB008.';
