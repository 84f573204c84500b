-- ledger: the API. Thin wrappers that inline; EXECUTE on one is the right to its operation.

CREATE FUNCTION @ledger@.add_year(
  fiscal_year integer, state text DEFAULT 'preparing') RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.add_year('@ledger@.ledger'::regclass, fiscal_year, state);
END;
COMMENT ON FUNCTION @ledger@.add_year(integer, text) IS
  'Adds a fiscal year, preparing or open, with its partitions. Errors: 23505 the year is there, 22023.';

CREATE FUNCTION @ledger@.set_year_state(
  fiscal_year integer, state text) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.set_year_state('@ledger@.ledger'::regclass, fiscal_year, state);
END;
COMMENT ON FUNCTION @ledger@.set_year_state(integer, text) IS
  'Moves a year on: preparing, open, closing, closed; a closing year may open again. Errors: ZB004, ZB007.';

CREATE FUNCTION @ledger@.close_month(
  fiscal_year integer, month integer) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.close_month('@ledger@.ledger'::regclass, fiscal_year, month);
END;
COMMENT ON FUNCTION @ledger@.close_month(integer, integer) IS
  'Closes the accounting months of a year up to this one, for good. Errors: ZB004, ZB007, 22023.';

CREATE FUNCTION @ledger@.open_line(
  fiscal_year integer, unit text, func_code text, gov_econ_code text DEFAULT NULL, dept_econ_code text DEFAULT NULL, fund_type text DEFAULT '11', title text DEFAULT NULL, project text DEFAULT NULL, parent bigint DEFAULT NULL, executable boolean DEFAULT true, control text DEFAULT 'block', elements jsonb DEFAULT NULL, key text DEFAULT NULL, source_document text DEFAULT NULL, direct boolean DEFAULT NULL, provisional boolean DEFAULT false) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.open_line('@ledger@.ledger'::regclass, fiscal_year, unit, func_code, gov_econ_code,
    dept_econ_code, fund_type, title, project, parent, executable, control,
    CASE WHEN provisional THEN COALESCE(elements, '{}'::jsonb) || '{"provisional": true}'::jsonb ELSE elements END, key,
    source_document, direct);
END;
COMMENT ON FUNCTION @ledger@.open_line(integer, text, text, text, text, text, text, text, bigint, boolean, text, jsonb, text, text, boolean, boolean) IS
  'Opens a budget line (预算指标) and returns its id. Codes are official codes, checked in the edition of the year; control is block, or warn or off for those who may execute relax_control(); source_document (上级指标文号) and direct (直达) are taken from the parent where there is one; elements holds the rest of the 26 elements by their keys; provisional opens it before the People''s Congress has voted (the element of that name): it is spent under a blocking cap only, until approve_line(). Errors: 23503 unknown code, 22004, 22023, ZB004 year, ZB006 key, ZB008 duty, ZB010 parent.';

CREATE FUNCTION @ledger@.relax_control() RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT true;
END;
COMMENT ON FUNCTION @ledger@.relax_control() IS
  'The right to open lines that may be overspent: whoever may execute this function may call open_line() with control warn or off. Calling it says only that one may.';

CREATE FUNCTION @ledger@.appropriate(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'appropriate', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.appropriate(bigint, numeric, text, text, date, jsonb, text) IS
  'Gives a root line its authority (批复): appropriated and available grow. Once the congress has voted and the year has begun, a supplement() does. Amount in yuan, at most two decimals. Returns the posting. Errors: ZB010 voted, ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.approve_line(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'approve_line', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.approve_line(bigint, numeric, text, text, date, jsonb, text) IS
  'Makes a provisional line an approved one (人代会批准): amount is what was approved in all, and what was given more or less before is posted on the same line. Below another line it must be what was allotted. Returns the posting. Errors: ZB001 more was spent than is approved, ZB007 not provisional, ZB010 below another line, ZB003, ZB004, ZB006, ZB008, 22023.';

CREATE FUNCTION @ledger@.supplement(
  line bigint, amount numeric, document text, source text DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'supplement', line, amount, document, key, accounting_date,
    memo, actor, detail => source);
END;
COMMENT ON FUNCTION @ledger@.supplement(bigint, numeric, text, text, text, date, jsonb, text) IS
  'Raises a root line in the year (追加); source is a word of supplement_source, such as higher_level_transfer (上级转移支付), stabilisation_fund (动用预算稳定调节基金) or debt (新增债务), kept in the memo, which has no key of that name then. It must be given once the people''s congress has approved the budget of the line''s government; reserve (动用预备费) is a virement() from the line that holds it, adjustment (预算调整) the effect of an approved case. Returns the posting. Errors: ZB010 no source, or one that this posting cannot have, ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.reduce(
  line bigint, amount numeric, document text, from_pending numeric DEFAULT 0, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'reduce', line, amount, document, key, accounting_date,
    memo, actor, NULL, from_pending);
END;
COMMENT ON FUNCTION @ledger@.reduce(bigint, numeric, text, numeric, text, date, jsonb, text) IS
  'Lowers a root line in the year (追减), as much of it as from_pending says out of what was reserved with reserve_out(). Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.allot(
  parent bigint, child bigint, amount numeric, document text, from_pending numeric DEFAULT 0, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'allot', parent, amount, document, key, accounting_date,
    memo, actor, child, from_pending);
END;
COMMENT ON FUNCTION @ledger@.allot(bigint, bigint, numeric, text, numeric, text, date, jsonb, text) IS
  'Gives money down to a child line of the same government (下达): the parent''s allotted and the child''s appropriated grow together. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 not its child.';

CREATE FUNCTION @ledger@.return_allotment(
  child bigint, parent bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'return_allotment', child, amount, document, key, accounting_date,
    memo, actor, parent);
END;
COMMENT ON FUNCTION @ledger@.return_allotment(bigint, bigint, numeric, text, text, date, jsonb, text) IS
  'Gives money back up to the parent line. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 not its parent.';

CREATE FUNCTION @ledger@.send_transfer(
  line bigint, to_division text, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'send_transfer', line, amount, document, key, accounting_date,
    memo, actor, NULL, NULL, NULL, to_division);
END;
COMMENT ON FUNCTION @ledger@.send_transfer(bigint, text, numeric, text, text, date, jsonb, text) IS
  'Sends money to a lower government (转移支付) under this document, the receiver''s 上级指标文号. Returns the posting, which is the transfer''s id. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. 23503 unknown division, ZB010 not below.';

CREATE FUNCTION @ledger@.announce_transfer(
  fiscal_year integer, from_division text, to_division text, amount numeric, document text,
  origin text, origin_id text, direct boolean DEFAULT false) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.announce_transfer('@ledger@.ledger'::regclass, fiscal_year, from_division, to_division, amount,
    document, direct, origin, origin_id);
END;
COMMENT ON FUNCTION @ledger@.announce_transfer(integer, text, text, numeric, text, text, text, boolean) IS
  'Makes known a transfer (转移支付) that another ledger or system sent, so that receive_transfer() can take it here; document is the sender''s, origin and origin_id say where it comes from and its number there. Announced again, it returns the same id. Errors: ZB006 other content, ZB008 duty in the receiving division, ZB010 not below, 23503, 22004, 22023.';

CREATE FUNCTION @ledger@.receive_transfer(
  transfer bigint, line bigint, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'receive_transfer', line, NULL, document, key, accounting_date,
    memo, actor, transfer);
END;
COMMENT ON FUNCTION @ledger@.receive_transfer(bigint, bigint, text, text, date, jsonb, text) IS
  'Receives a transfer, whole, into a root line of the receiving government that carries the sender''s document and mark. Returns the posting. Errors: ZB007 received or returned already, ZB010 wrong line, 42704.';

CREATE FUNCTION @ledger@.return_transfer(
  transfer bigint, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'return_transfer', transfer, NULL, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.return_transfer(bigint, text, text, date, jsonb, text) IS
  'Undoes a transfer: from transit, or out of the line that received it. Returns the posting. Errors: ZB001, ZB007, 42704.';

CREATE FUNCTION @ledger@.virement(
  from_line bigint, to_line bigint, amount numeric, document text, from_pending numeric DEFAULT 0, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'virement', from_line, amount, document, key, accounting_date,
    memo, actor, to_line, from_pending);
END;
COMMENT ON FUNCTION @ledger@.virement(bigint, bigint, numeric, text, numeric, text, date, jsonb, text) IS
  'Moves money between two lines of one government and year that virement_rule allows (调剂), through their parents where they have different ones; totals stay. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 pair not allowed.';

CREATE FUNCTION @ledger@.reserve_out(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'reserve_out', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.reserve_out(bigint, numeric, text, text, date, jsonb, text) IS
  'Holds money that is asked to leave (在途调减): it bites at once. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.release_out(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'release_out', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.release_out(bigint, numeric, text, text, date, jsonb, text) IS
  'Gives back what reserve_out() held. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.freeze(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'freeze', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.freeze(bigint, numeric, text, text, date, jsonb, text) IS
  'Makes money unusable for a time (冻结). Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.unfreeze(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'unfreeze', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.unfreeze(bigint, numeric, text, text, date, jsonb, text) IS
  'Undoes freeze() (解冻). Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.precommit(
  line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'precommit', line, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.precommit(bigint, numeric, text, text, date, jsonb, text) IS
  'Holds money for a procurement plan (采购计划): available becomes precommitted. Returns the posting, which is the obligation''s id. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 line held for distribution.';

CREATE FUNCTION @ledger@.commit_funds(
  line bigint, amount numeric, document text, precommitment bigint DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'commit_funds', line, amount, document, key, accounting_date,
    memo, actor, obligation => precommitment);
END;
COMMENT ON FUNCTION @ledger@.commit_funds(bigint, numeric, text, bigint, text, date, jsonb, text) IS
  'Holds money for a contract (合同): drawn on the procurement plan that precommitment names, the rest and without one all of it from available. On a line for government procurement (政府采购) all must come from a plan. Returns the posting, which is the obligation''s id. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 wrong obligation, no plan, 42704.';

CREATE FUNCTION @ledger@.request_payment(
  line bigint, amount numeric, document text, commitment bigint DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'request_payment', line, amount, document, key, accounting_date,
    memo, actor, obligation => commitment);
END;
COMMENT ON FUNCTION @ledger@.request_payment(bigint, numeric, text, bigint, text, date, jsonb, text) IS
  'Holds money for a payment request (支付申请): drawn on the contract that commitment names and never more than is left of it, or from available. Returns the posting, which is the obligation''s id. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 wrong obligation, 42704.';

CREATE FUNCTION @ledger@.release(
  obligation bigint, document text, amount numeric DEFAULT NULL, target text DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'release', obligation, amount, document, key, accounting_date,
    memo, actor, detail => target);
END;
COMMENT ON FUNCTION @ledger@.release(bigint, text, numeric, text, text, date, jsonb, text) IS
  'Gives back what an obligation still holds, or a part of it: to the obligation that it was drawn on, as far as it came from there (target predecessor, the default where there is one), and the rest, or with target available all of it, to available. Returns the posting. Errors: ZB001 more than is left, ZB003, ZB004 year or month, ZB006 key, ZB007 nothing left, ZB008 duty, ZB010 no predecessor, 42704, 22023.';

CREATE FUNCTION @ledger@.carry_forward(
  from_line bigint, to_line bigint, amount numeric, document text, obligation bigint DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'carry_forward', from_line, amount, document, key,
    accounting_date, memo, actor, to_line, obligation => carry_forward.obligation);
END;
COMMENT ON FUNCTION @ledger@.carry_forward(bigint, bigint, numeric, text, bigint, text, date, jsonb, text) IS
  'Carries money of a closing year to a line of a later one (结转): what is available, or what a contract still holds, which then has a new obligation on the new line. Returns the posting, whose id begins with the new year. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 wrong pair of lines or obligation, 42704.';

CREATE FUNCTION @ledger@.pay(
  line bigint, amount numeric, document text, request bigint DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'pay', line, amount, document, key, accounting_date,
    memo, actor, obligation => request);
END;
COMMENT ON FUNCTION @ledger@.pay(bigint, numeric, text, bigint, text, date, jsonb, text) IS
  'Records a payment that the bank has confirmed (支付): drawn on the payment request that request names and never more than is left of it, or from available. Returns the posting, which is the payment''s id. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. ZB010 line held for distribution, wrong obligation, 42704.';

CREATE FUNCTION @ledger@.refund(
  payment bigint, amount numeric, document text, target text DEFAULT 'available', key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'refund', payment, amount, document, key, accounting_date,
    memo, actor, NULL, NULL, NULL, target);
END;
COMMENT ON FUNCTION @ledger@.refund(bigint, numeric, text, text, text, date, jsonb, text) IS
  'Takes back part or all of a payment (退款), never more than is left of it, to available or to what the payment was drawn on: target request, or commitment behind that. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount. 42704, ZB010 not a payment.';

CREATE FUNCTION @ledger@.refund_prior_year(
  payment bigint, to_line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'refund_prior_year', payment, amount, document, key, accounting_date,
    memo, actor, to_line);
END;
COMMENT ON FUNCTION @ledger@.refund_prior_year(bigint, bigint, numeric, text, text, date, jsonb, text) IS
  'Takes back part or all of a closed year''s payment into an open year (以前年度退回): onto the line that money of its line was carried to, or one that finance holds, never more than is left of the payment. The closed year stays as it is. Returns the posting, which names the payment. Errors: ZB001 more than is left, ZB007 the payment''s year is not closed, ZB010 wrong line or not a payment, ZB003, ZB004, ZB006, ZB008, 22023, 42704.';

CREATE FUNCTION @ledger@.correct_payment(
  payment bigint, to_line bigint, amount numeric, document text, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'correct_payment', payment, amount, document, key, accounting_date,
    memo, actor, to_line);
END;
COMMENT ON FUNCTION @ledger@.correct_payment(bigint, bigint, numeric, text, text, date, jsonb, text) IS
  'Moves part or all of a payment to the line that should have paid (支付更正). Returns the posting, which stands for the payment on that line. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.withdraw(
  line bigint, amount numeric, document text, from_frozen numeric DEFAULT 0, from_pending numeric DEFAULT 0, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'withdraw', line, amount, document, key, accounting_date,
    memo, actor, NULL, from_pending, from_frozen);
END;
COMMENT ON FUNCTION @ledger@.withdraw(bigint, numeric, text, numeric, numeric, text, date, jsonb, text) IS
  'Takes money back to finance (收回), parts of it out of frozen or pending money as said. Returns the posting. Errors: ZB001 short of money, ZB003 line closed, ZB004 year or month, ZB006 key, ZB008 duty, 22023 amount.';

CREATE FUNCTION @ledger@.reverse(
  posting bigint, document text, amount numeric DEFAULT NULL, key text DEFAULT NULL, accounting_date date DEFAULT NULL, memo jsonb DEFAULT NULL, actor text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.post('@ledger@.ledger'::regclass, 'reverse', posting, amount, document, key, accounting_date,
    memo, actor);
END;
COMMENT ON FUNCTION @ledger@.reverse(bigint, text, numeric, text, date, jsonb, text) IS
  'Reverses a posting in whole (no amount: all that is left) or part (冲销), on every line that it touched. Returns the reversal. Errors: ZB001 more than is left, ZB007 nothing left or a reversal itself, ZB010 transfers, 42704.';

CREATE FUNCTION @ledger@.check_funds(
  line bigint, kind text, amount numeric DEFAULT NULL, other bigint DEFAULT NULL, obligation bigint DEFAULT NULL, posting bigint DEFAULT NULL, target text DEFAULT NULL, from_pending numeric DEFAULT NULL, from_frozen numeric DEFAULT NULL, accounting_date date DEFAULT NULL) RETURNS jsonb
LANGUAGE sql VOLATILE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT budgetpm.check_funds('@ledger@.ledger'::regclass, line, kind, amount, other, obligation, posting, target,
    from_pending, from_frozen, accounting_date);
END;
COMMENT ON FUNCTION @ledger@.check_funds(bigint, text, numeric, bigint, bigint, bigint, text, numeric, numeric, date) IS
  'Would it pass, and if not why, and from where could money legally come? Writes nothing and locks nothing. kind is the name of any posting function, and the arguments are its own: other is its second line (the transfer of receive_transfer), obligation what it draws on or releases, posting what refund, correct_payment, reverse and return_transfer undo (line is then NULL), target its target or to_division. Tells of caps too. Errors: 22023 unknown kind or an argument that it does not take, 22004, 42501, 42704, ZB008 no duty to read.';

CREATE FUNCTION @ledger@.verify_ledger(
  line bigint DEFAULT NULL) RETURNS TABLE (line_id bigint, entry_no integer, problem text, expected text, found text)
LANGUAGE sql STABLE PARALLEL UNSAFE BEGIN ATOMIC
  SELECT v.line_id, v.entry_no, v.problem, v.expected, v.found
  FROM budgetpm.verify_ledger('@ledger@.ledger'::regclass, line) AS v;
END;
COMMENT ON FUNCTION @ledger@.verify_ledger(bigint) IS
  'Recomputes every balance, sum and digest from the journal, of one line or all; a row for each difference, none when the ledger is right. Errors: 42704 unknown line.';

CREATE FUNCTION @ledger@.virement_verdict(from_line bigint, to_line bigint) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT CASE
    WHEN f.division OPERATOR(budgetpm.<>) t.division THEN 'The lines belong to different governments'
    WHEN f.fiscal_year <> t.fiscal_year THEN 'The lines belong to different years'
    WHEN f.fund_type <> t.fund_type THEN 'The lines have different fund types'
    WHEN f.direct <> t.direct OR f.source_doc IS DISTINCT FROM t.source_doc
      THEN 'The lines differ in 上级指标文号 or in the mark of direct money'
    ELSE COALESCE(
      (SELECT 'Rule ' || r.rule_id || ' forbids it: ' || r.reason
       FROM @ledger@.virement_rule r
       WHERE NOT r.allowed
         AND (r.fund_type IS NULL OR r.fund_type = f.fund_type)
         AND (r.from_func IS NULL OR f.func OPERATOR(budgetpm.<@) r.from_func)
         AND (r.to_func IS NULL OR t.func OPERATOR(budgetpm.<@) r.to_func)
         AND (r.from_gov_econ IS NULL OR f.gov_econ OPERATOR(budgetpm.<@) r.from_gov_econ)
         AND (r.to_gov_econ IS NULL OR t.gov_econ OPERATOR(budgetpm.<@) r.to_gov_econ)
         AND (NOT r.same_unit OR f.unit OPERATOR(budgetpm.=) t.unit)
       ORDER BY r.rule_id LIMIT 1),
      (SELECT 'No rule allows it' WHERE NOT EXISTS (
       SELECT 1 FROM @ledger@.virement_rule r
       WHERE r.allowed
         AND (r.fund_type IS NULL OR r.fund_type = f.fund_type)
         AND (r.from_func IS NULL OR f.func OPERATOR(budgetpm.<@) r.from_func)
         AND (r.to_func IS NULL OR t.func OPERATOR(budgetpm.<@) r.to_func)
         AND (r.from_gov_econ IS NULL OR f.gov_econ OPERATOR(budgetpm.<@) r.from_gov_econ)
         AND (r.to_gov_econ IS NULL OR t.gov_econ OPERATOR(budgetpm.<@) r.to_gov_econ)
         AND (NOT r.same_unit OR f.unit OPERATOR(budgetpm.=) t.unit))))
    END
  FROM @ledger@.line f, @ledger@.line t
  WHERE f.line_id = from_line AND t.line_id = to_line;
END;
COMMENT ON FUNCTION @ledger@.virement_verdict(bigint, bigint) IS
  'Why virement between two lines is not allowed, NULL where it is (调剂规则).';

CREATE FUNCTION @ledger@.posting(posting bigint) RETURNS TABLE (
  posting_id bigint, line_id bigint, entry_no integer, kind varchar(40), source varchar(20), target varchar(20),
  amount numeric, available_before numeric, available_after numeric, posted_at timestamptz, accounting_date date,
  document text, actor text, login text, memo jsonb, peer_line bigint, refers_line bigint, refers_entry integer,
  from_obligation bigint, to_obligation bigint, digest text)
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  SELECT j.posting_id, j.line_id, j.entry_no, j.kind, k.source, k.target, j.amount::numeric,
         CASE 'available' WHEN k.source THEN j.available_after::numeric + j.amount::numeric
                          WHEN k.target THEN j.available_after::numeric - j.amount::numeric
                          ELSE j.available_after::numeric END,
         j.available_after::numeric, j.posted_at, j.accounting_date, j.document, j.actor, j.login, j.memo,
         j.peer_line, j.refers_line, j.refers_entry, j.from_obligation, j.to_obligation, encode(j.digest, 'hex')
  FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
  WHERE j.posting_id = posting.posting
    AND j.line_id >= (posting.posting / 1000000000000 - 1) * 1000000000000
    AND j.line_id < (posting.posting / 1000000000000 + 1) * 1000000000000
  ORDER BY j.line_id, j.entry_no;
END;
COMMENT ON FUNCTION @ledger@.posting(bigint) IS
  'A posting: its lines and entries, the available amount before and after each, its digest in hex. Amounts in yuan.';

CREATE FUNCTION @ledger@.balance_as_of(line bigint, as_of timestamptz DEFAULT NULL) RETURNS TABLE (
  line_id bigint, appropriated numeric, available numeric, allotted numeric, transferred numeric, frozen numeric,
  pending_out numeric, precommitted numeric, committed numeric, requested numeric, paid numeric, withdrawn numeric,
  carried numeric, entries bigint, final boolean)
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  WITH entry AS (
    SELECT k.source, k.target, j.amount::numeric AS amount
    FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
    WHERE j.line_id = line AND (as_of IS NULL OR j.posted_at <= as_of)),
  moved AS (
    SELECT e.source AS bucket, CASE WHEN e.source = 'appropriated' THEN e.amount ELSE -e.amount END AS amount FROM entry e
    UNION ALL
    SELECT e.target, CASE WHEN e.target = 'appropriated' THEN -e.amount ELSE e.amount END FROM entry e)
  SELECT l.line_id,
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'appropriated'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'available'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'allotted'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'transferred'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'frozen'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'pending_out'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'precommitted'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'committed'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'requested'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'paid'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'withdrawn'),
    (SELECT COALESCE(sum(m.amount), 0.00) FROM moved m WHERE m.bucket = 'carried'),
    (SELECT count(*) FROM entry),
    as_of IS NOT NULL AND EXISTS (
      SELECT 1 FROM @ledger@.fiscal_year y
      WHERE y.fiscal_year = l.fiscal_year
        AND (y.state = 'closed' OR y.closed_month > 0
             -- A month closed before it is over leaves the rest of its days to other months' entries.
             AND as_of <= y.changed_at
             AND as_of::date < make_date(l.fiscal_year, 1, 1) + make_interval(months => y.closed_month::integer)))
  FROM @ledger@.line l WHERE l.line_id = line;
END;
COMMENT ON FUNCTION @ledger@.balance_as_of(bigint, timestamptz) IS
  'The buckets of a line as the journal had them at a moment (now when NULL), in yuan. final says that no entry can still appear before that moment, because its accounting month was closed after it, or its year is closed.';

CREATE FUNCTION @ledger@.explain_line(line bigint, as_of timestamptz DEFAULT NULL) RETURNS TABLE (
  bucket varchar(20), kind varchar(40), name_zh varchar(40), entries bigint, amount numeric, bucket_total numeric,
  obligation bigint, obligation_document varchar(200), obligation_left numeric)
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  WITH moved AS (
    SELECT k.source AS bucket, k.kind, k.name_zh, j.from_obligation AS obligation, NULL::text AS opened_under,
           CASE WHEN k.source = 'appropriated' THEN j.amount::numeric ELSE -j.amount::numeric END AS amount
    FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
    WHERE j.line_id = line AND (as_of IS NULL OR j.posted_at <= as_of)
    UNION ALL
    SELECT k.target, k.kind, k.name_zh, j.to_obligation,
           CASE WHEN j.to_obligation = j.posting_id THEN j.document END,
           CASE WHEN k.target = 'appropriated' THEN -j.amount::numeric ELSE j.amount::numeric END
    FROM @ledger@.journal j JOIN @ledger@.entry_kind k ON k.kind = j.kind
    WHERE j.line_id = line AND (as_of IS NULL OR j.posted_at <= as_of)),
  held AS (
    SELECT m.*, NULLIF(sum(m.amount) OVER o, 0) AS still, max(m.opened_under) OVER o AS document
    FROM moved m WINDOW o AS (PARTITION BY m.bucket, m.obligation)),
  -- What an obligation that holds nothing any more went through adds up to nothing: told by kind alone.
  told AS (
    SELECT h.bucket, h.kind, h.name_zh, h.amount,
           CASE WHEN h.still IS NOT NULL THEN h.obligation END AS obligation,
           CASE WHEN h.obligation IS NOT NULL THEN h.still END AS still,
           CASE WHEN h.still IS NOT NULL THEN h.document END AS document
    FROM held h)
  SELECT t.bucket, t.kind, t.name_zh, count(*), sum(t.amount), sum(sum(t.amount)) OVER (PARTITION BY t.bucket),
         t.obligation, t.document::varchar(200), t.still
  FROM told t GROUP BY t.bucket, t.kind, t.name_zh, t.obligation, t.document, t.still
  ORDER BY array_position(ARRAY['appropriated', 'available', 'allotted', 'transferred', 'frozen', 'pending_out',
    'precommitted', 'committed', 'requested', 'paid', 'withdrawn', 'carried']::varchar[], t.bucket),
    t.obligation NULLS FIRST, t.kind;
END;
COMMENT ON FUNCTION @ledger@.explain_line(bigint, timestamptz) IS
  'Why each bucket of a line holds what it holds: the entries behind it by kind, with their number and sum in yuan, as of a moment (now when NULL). In precommitted, committed and requested each obligation (采购计划, 合同, 支付申请) that holds money then has rows of its own: its id, its document and what is left of it.';

CREATE FUNCTION @ledger@.trace(posting bigint, direction text DEFAULT 'up') RETURNS TABLE (
  depth integer, posting_id bigint, line_id bigint, kind varchar(40), amount numeric, document text,
  accounting_date date, relation varchar(20))
LANGUAGE sql STABLE PARALLEL SAFE BEGIN ATOMIC
  -- OFFSET 0 keeps a search through an index: nobody can tell beforehand how many steps there will be.
  WITH RECURSIVE step AS (
    SELECT 0 AS depth, j.posting_id, j.line_id, 'itself'::text AS relation
    FROM @ledger@.journal j
    WHERE j.posting_id = posting AND budgetpm.one_of('direction', direction, '{up,down}')
    UNION
    SELECT s.depth + 1, n.posting_id, n.line_id, n.relation
    FROM step s CROSS JOIN LATERAL (
      -- up: what this posting undoes, what it was drawn on, and where the money of its line came from
      SELECT e.posting_id, e.line_id, 'undoes'::text AS relation
      FROM @ledger@.journal r JOIN @ledger@.journal e ON e.line_id = r.refers_line AND e.entry_no = r.refers_entry
      WHERE direction = 'up' AND r.posting_id = s.posting_id
      UNION ALL
      SELECT i.from_obligation, i.line_id, CASE WHEN i.kind LIKE 'release%' THEN 'released from' ELSE 'drawn on' END
      FROM @ledger@.journal i
      WHERE direction = 'up' AND i.posting_id = s.posting_id AND i.line_id = s.line_id
        AND i.from_obligation IS NOT NULL AND i.refers_line IS NULL
      UNION ALL
      SELECT g.posting_id, g.line_id, 'funded by'
      FROM @ledger@.journal g JOIN @ledger@.entry_kind k ON k.kind = g.kind
      WHERE direction = 'up' AND g.line_id = s.line_id AND g.posting_id <> s.posting_id
        AND k.source = 'appropriated' AND k.target = 'available' AND k.reverses IS NULL
        AND EXISTS (
          SELECT FROM @ledger@.journal i JOIN @ledger@.entry_kind ki ON ki.kind = i.kind
          WHERE i.posting_id = s.posting_id AND i.line_id = s.line_id AND ki.source <> 'appropriated'
            AND i.from_obligation IS NULL AND i.refers_line IS NULL)
      UNION ALL
      SELECT o.posting_id, o.line_id, CASE WHEN i.kind LIKE 'carry%' THEN 'carried from' ELSE 'given by' END
      FROM @ledger@.journal i JOIN @ledger@.journal o ON o.posting_id = i.posting_id AND o.line_id = i.peer_line
      WHERE direction = 'up' AND i.posting_id = s.posting_id AND i.line_id = s.line_id
        AND i.kind IN ('allot_in', 'virement_in', 'carry_in', 'carry_in_committed', 'carry_down_in', 'carry_down_committed')
      UNION ALL
      SELECT t.transfer_id, t.from_line, 'sent by'
      FROM @ledger@.transfer t
      WHERE direction = 'up' AND t.receive_posting = s.posting_id
      UNION ALL
      -- down: what undid this posting, what was drawn on it, and what the money became
      SELECT r.posting_id, r.line_id, 'undone by'
      FROM @ledger@.journal e CROSS JOIN LATERAL (
        SELECT u.posting_id, u.line_id FROM @ledger@.journal u
        WHERE u.refers_line = e.line_id AND u.refers_entry = e.entry_no OFFSET 0) r
      WHERE direction = 'down' AND e.posting_id = s.posting_id
      UNION ALL
      SELECT g.posting_id, g.line_id, CASE WHEN g.kind LIKE 'release%' THEN 'released by' ELSE 'drawn by' END
      FROM @ledger@.journal g
      WHERE direction = 'down' AND g.from_obligation = s.posting_id AND g.line_id = s.line_id
        AND g.refers_line IS NULL
      UNION ALL
      SELECT g.posting_id, g.line_id, 'spent by'
      FROM @ledger@.journal g JOIN @ledger@.entry_kind k ON k.kind = g.kind
      WHERE direction = 'down' AND g.line_id = s.line_id AND g.posting_id <> s.posting_id
        AND k.source = 'available' AND k.reverses IS NULL
        AND EXISTS (
          SELECT FROM @ledger@.journal i JOIN @ledger@.entry_kind ki ON ki.kind = i.kind
          WHERE i.posting_id = s.posting_id AND i.line_id = s.line_id
            AND ki.source = 'appropriated' AND ki.target = 'available')
      UNION ALL
      SELECT o.posting_id, o.line_id, CASE WHEN o.kind LIKE 'carry%' THEN 'carried to' ELSE 'given to' END
      FROM @ledger@.journal i JOIN @ledger@.journal o ON o.posting_id = i.posting_id AND o.line_id = i.peer_line
      WHERE direction = 'down' AND i.posting_id = s.posting_id AND i.line_id = s.line_id
        AND (o.kind IN ('allot_in', 'virement_in')
          OR i.kind IN ('carry_out', 'carry_out_committed')
            AND o.kind IN ('carry_in', 'carry_in_committed', 'carry_down_in', 'carry_down_committed'))
      UNION ALL
      SELECT t.receive_posting, t.to_line, 'received by'
      FROM @ledger@.transfer t
      WHERE direction = 'down' AND t.transfer_id = s.posting_id AND t.receive_posting IS NOT NULL) n
    WHERE s.depth < 30)
  SELECT s.depth, j.posting_id, j.line_id, j.kind, j.amount, j.document, j.accounting_date, s.relation::varchar(20)
  FROM (SELECT f.posting_id, f.line_id, min(f.depth) AS depth, (array_agg(f.relation ORDER BY f.depth))[1] AS relation
        FROM step f GROUP BY f.posting_id, f.line_id) s
  CROSS JOIN LATERAL (
    SELECT e.posting_id, e.line_id, e.entry_no, e.kind, e.amount::numeric AS amount, e.document, e.accounting_date
    FROM @ledger@.journal e WHERE e.posting_id = s.posting_id AND e.line_id = s.line_id OFFSET 0) j
  ORDER BY s.depth, j.posting_id, j.line_id, j.entry_no;
END;
COMMENT ON FUNCTION @ledger@.trace(bigint, text) IS
  'Follows money (顺向可控, 逆向可溯): up from a posting to what it was drawn on (支付申请, 合同, 采购计划) and what funded it, over allotment, transfer and earlier years to the 上级指标文号, or down to what it became, refunds, releases and reversals included. direction is up or down.';
