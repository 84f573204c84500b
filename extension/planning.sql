-- planning: the functions behind preparations, requests, ceilings

CREATE FUNCTION budgetpm.create_preparation(
  ledger regclass, fiscal_year integer, division text, title text, flow text, draft_flow text, rounds jsonb)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_create_preparation';
COMMENT ON FUNCTION budgetpm.create_preparation(regclass, integer, text, text, text, text, jsonb) IS
  'Opens the preparation of a budget (预算编制) of a year for a division (official code) and the governments below it that open none of their own; returns its number. flow carries the requests of a unit through all rounds and holds the effect prepare at submission; draft_flow carries the draft. rounds is a number (2 两上两下, 3 三上三下) or an array of objects {up, down, up_closes_on, down_closes_on, ceiling_binds}; the setting planning.rounds of the division unless given. Ceilings bind every round but the first, by default. Errors: 22004, 22023, 23503 division, 23505 there is one, 42704 flow, ZB004 year, ZB008 duty. Called through the ledger''s own create_preparation().';

CREATE FUNCTION budgetpm.set_round(
  ledger regclass, preparation integer, round integer, up_closes_on date, down_closes_on date, ceiling_binds boolean)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_set_round';
COMMENT ON FUNCTION budgetpm.set_round(regclass, integer, integer, date, date, boolean) IS
  'Sets until when a round takes submissions and is to be returned, and whether ceilings bind it; what is NULL stays. Errors: 22004, 42704, ZB007 not open, ZB008 duty. Called through the ledger''s own set_round().';

CREATE FUNCTION budgetpm.reopen_round(
  ledger regclass, preparation integer, round integer, closes_on date, reason text, unit text, division text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_reopen_round';
COMMENT ON FUNCTION budgetpm.reopen_round(regclass, integer, integer, date, text, text, text) IS
  'Lets a unit, a division or everybody submit up to another day after a round has closed, with the reason; returns the decision. Errors: 22004, 23503, 42704, ZB007 not open, ZB008 duty over the division, ZB010 outside. Called through the ledger''s own reopen_round().';

CREATE FUNCTION budgetpm.register_standard(
  ledger regclass, standard text, division text, title text, measure text, unit_cost numeric, valid_from date,
  valid_to date, func text, document text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_register_standard';
COMMENT ON FUNCTION budgetpm.register_standard(regclass, text, text, text, text, numeric, date, date, text, text) IS
  'Registers an expenditure standard (支出标准) of a division and those below: the most that one of something may cost, in yuan with four decimals at most, from a day on, for functions below func. The one before it of the same code ends on that day. Errors: 22004, 22023, 23503, 23505, ZB008 duty. Called through the ledger''s own register_standard().';

CREATE FUNCTION budgetpm.save_request(
  ledger regclass, preparation integer, unit text, title text, items jsonb, fund_type text, category text,
  project text, attributes jsonb, attachments jsonb, request bigint, expected_version integer, reason text, key text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_save_request';
COMMENT ON FUNCTION budgetpm.save_request(regclass, integer, text, text, jsonb, text, text, text, jsonb, jsonb, bigint, integer, text, text) IS
  'Makes a request for money (预算申报) of a unit, or replaces the working version of one, and returns it. items is an array of objects {title, func, gov_econ, dept_econ, standard, unit_cost, quantity, measure, amount, procurement}: the amount is unit_cost × quantity (four decimals each), rounded half away from zero to the fen; one that is given must be equal. An item that names a standard takes its cost, or asks less. Codes must hold in the year, the category in the division, a project must be the unit''s. To change a request give its number and, as expected_version, the version_no that the change is based on; title, fund type, category and project stay once it was submitted. Every fault of every item is told at once. A repeated key returns what it saved. Errors: 22004, 22023 faults, 23503 where all are unknown codes, 42704, ZB006 key, ZB007 submitted, closed or changed meanwhile, ZB008 duty, ZB010. Called through the ledger''s own save_request().';

CREATE FUNCTION budgetpm.withdraw_request(
  ledger regclass, request bigint, reason text)
RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_withdraw_request';
COMMENT ON FUNCTION budgetpm.withdraw_request(regclass, bigint, text) IS
  'Gives up a request that is in its unit''s hands. Errors: 22004, 42704, ZB007 submitted or over, ZB008 duty. Called through the ledger''s own withdraw_request().';

CREATE FUNCTION budgetpm.copy_requests(
  ledger regclass, preparation integer, unit text, factor numeric, source text)
RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_copy_requests';
COMMENT ON FUNCTION budgetpm.copy_requests(regclass, integer, text, numeric, text) IS
  'Pre-fills a unit''s requests from last year: from what was approved then (source requests), or from its lines, net of what was passed on (source lines); from the first that has anything unless said. Costs are multiplied by factor; an item with a standard takes the cost that holds now; codes follow the cross-walk. Done again it adds what is missing. Returns how many requests it made. Errors: 22004, 22023, 42704, ZB007, ZB008 duty, ZB010. Called through the ledger''s own copy_requests().';

CREATE FUNCTION budgetpm.submit_requests(
  ledger regclass, preparation integer, unit text, opinion text, key text, actor text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_submit_requests';
COMMENT ON FUNCTION budgetpm.submit_requests(regclass, integer, text, text, text, text) IS
  'Hands in everything that a unit has in hand (一上, 二上, 三上) and returns the case: begins it, or decides the unit''s open task of it in later rounds. The effect prepare freezes and checks the requests, here as in act(). Errors: 22004, 42704, ZB002 a ceiling is passed, ZB006 key, ZB007 closed round or nothing to submit, ZB008 duty, ZB010 rule, and those of the flow. Called through the ledger''s own submit_requests().';

CREATE FUNCTION budgetpm.review_request(
  ledger regclass, request bigint, opinion text, amount numeric, items jsonb)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_review_request';
COMMENT ON FUNCTION budgetpm.review_request(regclass, bigint, text, numeric, jsonb) IS
  'Writes what finance lets of a submitted request (审核数), with its opinion: the whole amount, shared among the items to the fen, or those of items {item_no, amount}; with neither all of it. Never more than was asked for. Returns the version, which the unit sees once it is returned. Needs a duty over the division. Errors: 22004, 22023, 42704, ZB007 not submitted, ZB008 duty, ZB010 more than asked. Called through the ledger''s own review_request().';

CREATE FUNCTION budgetpm.issue_ceiling(
  ledger regclass, preparation integer, amount numeric, document text, unit text, func text, fund_type text,
  round integer, division text, key text)
RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_issue_ceiling';
COMMENT ON FUNCTION budgetpm.issue_ceiling(regclass, integer, numeric, text, text, text, text, integer, text, text) IS
  'Issues a ceiling (控制数, in yuan) over a unit and those below it, or over a division''s own requests, of a function or fund type or all, and returns it. It binds the submissions of the rounds after the one in which it is issued (the last one submitted unless said) and takes the place of the one of the same scope. Errors: 22004, 22023, 23503, 42704, ZB006 key, ZB007 not open, ZB008 duty over the division, ZB010 outside. Called through the ledger''s own issue_ceiling().';

CREATE FUNCTION budgetpm.request_document(
  ledger regclass, version bigint)
RETURNS jsonb
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_show_request_document';
COMMENT ON FUNCTION budgetpm.request_document(regclass, bigint) IS
  'Returns a version of a request as the JSON document that rules read, numbers as numbers. Errors: 22004, 42704. Called through the ledger''s own request_document().';

CREATE FUNCTION budgetpm.diff_request(
  ledger regclass, a bigint, b bigint)
RETURNS TABLE (change text, part text, name text, before_amount numeric, after_amount numeric, difference numeric, before_content jsonb, after_content jsonb)
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 ROWS 20 AS 'MODULE_PATHNAME', 'bpm_diff_request';
COMMENT ON FUNCTION budgetpm.diff_request(regclass, bigint, bigint) IS
  'Lists what is added, removed or changed in version b of a request against version a: items with their amounts in yuan, attributes, attachments. Items are the same by title. Errors: 22004, 42704. Called through the ledger''s own diff_request().';
