-- planning: what people call

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('+', '{create_preparation,set_round,register_standard}'),
    ('o+a', '{reopen_round,save_request,withdraw_request,copy_requests,submit_requests,review_request,issue_ceiling}'),
    ('ro+a', '{request_document,diff_request}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;

CREATE FUNCTION @ledger@.create_preparation(
  fiscal_year integer, division text, title text, flow text, draft_flow text DEFAULT NULL, rounds jsonb DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.create_preparation('@ledger@.ledger'::pg_catalog.regclass, create_preparation.fiscal_year, create_preparation.division,
    create_preparation.title, create_preparation.flow, create_preparation.draft_flow, create_preparation.rounds);
END;
COMMENT ON FUNCTION @ledger@.create_preparation(integer, text, text, text, text, jsonb) IS
  'Opens the preparation of a budget (预算编制) of a year for a division (official code) and the governments below it that open none of their own; returns its number. flow carries the requests of a unit through all rounds and holds the effect prepare at submission; draft_flow carries the draft. rounds is a number (2 两上两下, 3 三上三下) or an array of objects {up, down, up_closes_on, down_closes_on, ceiling_binds}; the setting planning.rounds of the division unless given. Ceilings bind every round but the first, by default. Errors: 22004, 22023, 23503 division, 23505 there is one, 42704 flow, ZB004 year, ZB008 duty.';

CREATE FUNCTION @ledger@.set_round(
  preparation integer, round integer, up_closes_on date DEFAULT NULL, down_closes_on date DEFAULT NULL,
  ceiling_binds boolean DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.set_round('@ledger@.ledger'::pg_catalog.regclass, set_round.preparation, set_round.round, set_round.up_closes_on,
    set_round.down_closes_on, set_round.ceiling_binds);
END;
COMMENT ON FUNCTION @ledger@.set_round(integer, integer, date, date, boolean) IS
  'Sets until when a round takes submissions and is to be returned, and whether ceilings bind it; what is NULL stays. Errors: 22004, 42704, ZB007 not open, ZB008 duty.';

CREATE FUNCTION @ledger@.reopen_round(
  preparation integer, round integer, closes_on date, reason text, unit text DEFAULT NULL, division text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.reopen_round('@ledger@.ledger'::pg_catalog.regclass, reopen_round.preparation, reopen_round.round, reopen_round.closes_on,
    reopen_round.reason, reopen_round.unit, reopen_round.division);
END;
COMMENT ON FUNCTION @ledger@.reopen_round(integer, integer, date, text, text, text) IS
  'Lets a unit, a division or everybody submit up to another day after a round has closed, with the reason; returns the decision. Errors: 22004, 23503, 42704, ZB007 not open, ZB008 duty over the division, ZB010 outside.';

CREATE FUNCTION @ledger@.register_standard(
  standard text, division text, title text, measure text, unit_cost numeric, valid_from date,
  valid_to date DEFAULT NULL, func text DEFAULT NULL, document text DEFAULT NULL)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.register_standard('@ledger@.ledger'::pg_catalog.regclass, register_standard.standard, register_standard.division,
    register_standard.title, register_standard.measure, register_standard.unit_cost, register_standard.valid_from,
    register_standard.valid_to, register_standard.func, register_standard.document);
END;
COMMENT ON FUNCTION @ledger@.register_standard(text, text, text, text, numeric, date, date, text, text) IS
  'Registers an expenditure standard (支出标准) of a division and those below: the most that one of something may cost, in yuan with four decimals at most, from a day on, for functions below func. The one before it of the same code ends on that day. Errors: 22004, 22023, 23503, 23505, ZB008 duty.';

CREATE FUNCTION @ledger@.save_request(
  preparation integer, unit text, title text, items jsonb, fund_type text DEFAULT '11', category text DEFAULT NULL,
  project text DEFAULT NULL, attributes jsonb DEFAULT NULL, attachments jsonb DEFAULT NULL,
  request bigint DEFAULT NULL, expected_version integer DEFAULT NULL, reason text DEFAULT NULL, key text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.save_request('@ledger@.ledger'::pg_catalog.regclass, save_request.preparation, save_request.unit, save_request.title,
    save_request.items, save_request.fund_type, save_request.category, save_request.project, save_request.attributes,
    save_request.attachments, save_request.request, save_request.expected_version, save_request.reason,
    save_request.key);
END;
COMMENT ON FUNCTION @ledger@.save_request(integer, text, text, jsonb, text, text, text, jsonb, jsonb, bigint, integer, text, text) IS
  'Makes a request for money (预算申报) of a unit, or replaces the working version of one, and returns it. items is an array of objects {title, func, gov_econ, dept_econ, standard, unit_cost, quantity, measure, amount, procurement}: the amount is unit_cost × quantity (four decimals each), rounded half away from zero to the fen; one that is given must be equal. An item that names a standard takes its cost, or asks less. Codes must hold in the year, the category in the division, a project must be the unit''s. To change a request give its number and, as expected_version, the version_no that the change is based on; title, fund type, category and project stay once it was submitted. Every fault of every item is told at once. A repeated key returns what it saved. Errors: 22004, 22023 faults, 23503 where all are unknown codes, 42704, ZB006 key, ZB007 submitted, closed or changed meanwhile, ZB008 duty, ZB010.';

CREATE FUNCTION @ledger@.withdraw_request(
  request bigint, reason text)
RETURNS void LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.withdraw_request('@ledger@.ledger'::pg_catalog.regclass, withdraw_request.request, withdraw_request.reason);
END;
COMMENT ON FUNCTION @ledger@.withdraw_request(bigint, text) IS
  'Gives up a request that is in its unit''s hands. Errors: 22004, 42704, ZB007 submitted or over, ZB008 duty.';

CREATE FUNCTION @ledger@.copy_requests(
  preparation integer, unit text, factor numeric DEFAULT 1, source text DEFAULT NULL)
RETURNS integer LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.copy_requests('@ledger@.ledger'::pg_catalog.regclass, copy_requests.preparation, copy_requests.unit, copy_requests.factor,
    copy_requests.source);
END;
COMMENT ON FUNCTION @ledger@.copy_requests(integer, text, numeric, text) IS
  'Pre-fills a unit''s requests from last year: from what was approved then (source requests), or from its lines, net of what was passed on (source lines); from the first that has anything unless said. Costs are multiplied by factor; an item with a standard takes the cost that holds now; codes follow the cross-walk. Done again it adds what is missing. Returns how many requests it made. Errors: 22004, 22023, 42704, ZB007, ZB008 duty, ZB010.';

CREATE FUNCTION @ledger@.submit_requests(
  preparation integer, unit text, opinion text DEFAULT NULL, key text DEFAULT NULL, actor text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.submit_requests('@ledger@.ledger'::pg_catalog.regclass, submit_requests.preparation, submit_requests.unit,
    submit_requests.opinion, submit_requests.key, submit_requests.actor);
END;
COMMENT ON FUNCTION @ledger@.submit_requests(integer, text, text, text, text) IS
  'Hands in everything that a unit has in hand (一上, 二上, 三上) and returns the case: begins it, or decides the unit''s open task of it in later rounds. The effect prepare freezes and checks the requests, here as in act(). Errors: 22004, 42704, ZB002 a ceiling is passed, ZB006 key, ZB007 closed round or nothing to submit, ZB008 duty, ZB010 rule, and those of the flow.';

CREATE FUNCTION @ledger@.review_request(
  request bigint, opinion text, amount numeric DEFAULT NULL, items jsonb DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.review_request('@ledger@.ledger'::pg_catalog.regclass, review_request.request, review_request.opinion, review_request.amount,
    review_request.items);
END;
COMMENT ON FUNCTION @ledger@.review_request(bigint, text, numeric, jsonb) IS
  'Writes what finance lets of a submitted request (审核数), with its opinion: the whole amount, shared among the items to the fen, or those of items {item_no, amount}; with neither all of it. Never more than was asked for. Returns the version, which the unit sees once it is returned. Needs a duty over the division. Errors: 22004, 22023, 42704, ZB007 not submitted, ZB008 duty, ZB010 more than asked.';

CREATE FUNCTION @ledger@.issue_ceiling(
  preparation integer, amount numeric, document text, unit text DEFAULT NULL, func text DEFAULT NULL,
  fund_type text DEFAULT NULL, round integer DEFAULT NULL, division text DEFAULT NULL, key text DEFAULT NULL)
RETURNS bigint LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.issue_ceiling('@ledger@.ledger'::pg_catalog.regclass, issue_ceiling.preparation, issue_ceiling.amount, issue_ceiling.document,
    issue_ceiling.unit, issue_ceiling.func, issue_ceiling.fund_type, issue_ceiling.round, issue_ceiling.division,
    issue_ceiling.key);
END;
COMMENT ON FUNCTION @ledger@.issue_ceiling(integer, numeric, text, text, text, text, integer, text, text) IS
  'Issues a ceiling (控制数, in yuan) over a unit and those below it, or over a division''s own requests, of a function or fund type or all, and returns it. It binds the submissions of the rounds after the one in which it is issued (the last one submitted unless said) and takes the place of the one of the same scope. Errors: 22004, 22023, 23503, 42704, ZB006 key, ZB007 not open, ZB008 duty over the division, ZB010 outside.';

CREATE FUNCTION @ledger@.request_document(
  version bigint)
RETURNS jsonb LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.request_document('@ledger@.ledger'::pg_catalog.regclass, request_document.version);
END;
COMMENT ON FUNCTION @ledger@.request_document(bigint) IS
  'Returns a version of a request as the JSON document that rules read, numbers as numbers. Errors: 22004, 42704.';

CREATE FUNCTION @ledger@.diff_request(
  a bigint, b bigint)
RETURNS TABLE (change text, part text, name text, before_amount numeric, after_amount numeric, difference numeric, before_content jsonb, after_content jsonb) LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 20
BEGIN ATOMIC
  SELECT * FROM budgetpm.diff_request('@ledger@.ledger'::pg_catalog.regclass, diff_request.a, diff_request.b);
END;
COMMENT ON FUNCTION @ledger@.diff_request(bigint, bigint) IS
  'Lists what is added, removed or changed in version b of a request against version a: items with their amounts in yuan, attributes, attachments. Items are the same by title. Errors: 22004, 42704.';
