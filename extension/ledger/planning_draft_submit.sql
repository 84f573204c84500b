-- planning: the functions that make a draft and bring it to its vote

CREATE FUNCTION @ledger@.estimate_faults(fiscal_year integer, estimates jsonb, OUT number bigint, OUT fault text)
RETURNS SETOF record LANGUAGE sql STABLE PARALLEL SAFE ROWS 20
BEGIN ATOMIC
  WITH given AS (
    SELECT e.n, e.v, e.v ->> 'fund_type' AS fund_type, e.v ->> 'revenue' AS revenue
      FROM jsonb_array_elements(estimates) WITH ORDINALITY AS e(v, n))
  SELECT g.n, format('[%s]: %s.', g.n, f.fault)
    FROM given g CROSS JOIN LATERAL (VALUES
      (1, CASE WHEN jsonb_typeof(g.v) <> 'object' THEN 'is not an object' END),
      (2, CASE WHEN jsonb_typeof(g.v) = 'object' AND NOT EXISTS (SELECT 1 FROM @ledger@.fund_type t WHERE t.fund_type = g.fund_type)
               THEN format('fund_type "%s" is not known', g.fund_type) END),
      (3, CASE WHEN jsonb_typeof(g.v) = 'object' AND NOT EXISTS (
                 SELECT 1 FROM @ledger@.classification c JOIN @ledger@.classification_edition e ON e.scheme = c.scheme AND e.edition = c.edition
                  WHERE c.scheme = 'revenue' AND c.official_code = g.revenue AND e.first_year <= estimate_faults.fiscal_year
                    AND (e.last_year IS NULL OR e.last_year >= estimate_faults.fiscal_year))
               THEN format('revenue code "%s" is not in the edition of %s', g.revenue, estimate_faults.fiscal_year) END),
      (4, CASE WHEN jsonb_typeof(g.v) = 'object' AND COALESCE(g.v ->> 'amount', '') !~ '^[0-9]{1,16}([.][0-9]{1,2}0*)?$'
               THEN format('amount "%s" is not an amount of yuan with at most two decimals', g.v ->> 'amount') END),
      (5, CASE WHEN jsonb_typeof(g.v) = 'object' AND COALESCE(btrim(g.v ->> 'basis'), '') = '' THEN 'basis does not say what it was estimated from' END),
      (6, CASE WHEN length(g.v ->> 'basis') > 1000 THEN 'basis has more than 1000 characters' END),
      (7, CASE WHEN EXISTS (SELECT 1 FROM given o WHERE o.n < g.n AND o.fund_type = g.fund_type AND o.revenue = g.revenue)
               THEN format('fund type %s and revenue %s were given before', g.fund_type, g.revenue) END),
      (8, (SELECT 'there is no ' || string_agg('"' || k || '"', ', ' ORDER BY k)
             FROM jsonb_object_keys(CASE WHEN jsonb_typeof(g.v) = 'object' THEN g.v ELSE '{}' END) AS k
            WHERE k NOT IN ('fund_type', 'revenue', 'amount', 'basis')))) AS f(place, fault)
   WHERE f.fault IS NOT NULL ORDER BY g.n, f.place;
END;
COMMENT ON FUNCTION @ledger@.estimate_faults(integer, jsonb) IS
  'Everything that is wrong with an array of revenue estimates, for load_revenue_estimates().';

CREATE FUNCTION @ledger@.set_revenue_estimate(preparation integer, division text, fund_type text, revenue text, amount numeric, basis text) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.load_revenue_estimates('@ledger@.ledger'::pg_catalog.regclass, set_revenue_estimate.preparation, set_revenue_estimate.division,
    pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('fund_type', set_revenue_estimate.fund_type, 'revenue', set_revenue_estimate.revenue,
      'amount', set_revenue_estimate.amount, 'basis', set_revenue_estimate.basis)), true);
END;
COMMENT ON FUNCTION @ledger@.set_revenue_estimate(integer, text, text, text, numeric, text) IS
  'Sets what a government estimates to receive (收入预算) under a fund type and revenue code, in yuan, and from what; an earlier estimate stays to be read. It counts as approved once approve_revenue() says so. Errors: 22023 with every fault, 22004, 23503 division, 42704 preparation, 42501, ZB007 the draft is out, ZB008 duty.';

CREATE FUNCTION @ledger@.load_revenue_estimates(preparation integer, division text, estimates jsonb) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.load_revenue_estimates('@ledger@.ledger'::pg_catalog.regclass, load_revenue_estimates.preparation, load_revenue_estimates.division,
    load_revenue_estimates.estimates, false);
END;
COMMENT ON FUNCTION @ledger@.load_revenue_estimates(integer, text, jsonb) IS
  'Sets many estimates at once: an array of {"fund_type", "revenue", "amount", "basis"}; returns how many. All or none, with every fault told. Errors: as set_revenue_estimate().';

CREATE FUNCTION @ledger@.approve_revenue(preparation integer, division text, document text) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.approve_revenue('@ledger@.ledger'::pg_catalog.regclass, approve_revenue.preparation, approve_revenue.division, approve_revenue.document);
END;
COMMENT ON FUNCTION @ledger@.approve_revenue(integer, text, text) IS
  'Approves all estimates of a government''s revenue that are not approved yet, by a document, and returns how many. Errors: 22004, 22023, 23503, 42704, 42501, ZB007 the draft is out, ZB008 duty.';

CREATE FUNCTION @ledger@.set_planned_transfer(
  preparation integer, from_division text, to_division text, func_code text, fund_type text, amount numeric, document text DEFAULT NULL,
  early boolean DEFAULT false) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.set_planned_transfer('@ledger@.ledger'::pg_catalog.regclass, set_planned_transfer.preparation, set_planned_transfer.from_division,
    set_planned_transfer.to_division, set_planned_transfer.func_code, set_planned_transfer.fund_type, set_planned_transfer.amount,
    set_planned_transfer.document, set_planned_transfer.early);
END;
COMMENT ON FUNCTION @ledger@.set_planned_transfer(integer, text, text, text, text, numeric, text, boolean) IS
  'Plans what a government gives to one below it (转移支付预算), in yuan, in place of what was planned between the two for the same function and fund type; 0 takes it out. early (提前下达) was told before the year, by the document. preparation is the giving government''s. Returns the planned transfer. Errors: 22004, 22023, 23503, 42704, 42501, ZB007 a draft of the two is out, ZB008 duty, ZB010 not below.';

CREATE FUNCTION @ledger@.check_draft(preparation integer, division text) RETURNS TABLE (
  item varchar(20), division_code varchar(12), unit_code varchar(21), fund_type varchar(10), amount numeric, limit_amount numeric, blocks boolean, note text)
LANGUAGE sql VOLATILE PARALLEL UNSAFE ROWS 20
BEGIN ATOMIC
  SELECT c.item, c.division_code, c.unit_code, c.fund_type, c.amount, c.limit_amount, c.blocks, c.note
    FROM budgetpm.check_draft('@ledger@.ledger'::pg_catalog.regclass, check_draft.preparation, check_draft.division) AS c;
END;
COMMENT ON FUNCTION @ledger@.check_draft(integer, text) IS
  'What there is to say of a government''s draft before it is sent off; rows with blocks keep it back: empty; balance (expenditure with transfers against revenue, by fund type); reserve (预备费, function 227) outside planning.reserve_minimum to planning.reserve_maximum (0.01 to 0.03, both included) of own expenditure of fund type planning.reserve_fund_type (11); unfinished units; ceiling (控制数) exceeded; revenue not approved; below, a government whose own draft is missing (blocks where planning.require_lower_drafts is true); provisional lines that no request answers; a project that is not admitted, or has ended, and so gets no money. Amounts in yuan. Errors: 22004, 23503, 42704, 42501, ZB008 duty to read.';

CREATE FUNCTION @ledger@.submit_draft(preparation integer, division text, key text DEFAULT NULL) RETURNS bigint
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.submit_draft('@ledger@.ledger'::pg_catalog.regclass, submit_draft.preparation, submit_draft.division, submit_draft.key);
END;
COMMENT ON FUNCTION @ledger@.submit_draft(integer, text, text) IS
  'Sends the draft budget (预算草案) of a government off to the vote: a numbered version is frozen and a case of the preparation''s draft_flow begun, which is returned. Until it comes back, no request, estimate or planned transfer of the government changes. Needs EXECUTE on start_case() too. Errors: 22004, 23503, 42704, 42501, ZB006 key, ZB007 out already or no flow, ZB008 duty, ZB010 with everything that check_draft() says blocks.';

CREATE FUNCTION @ledger@.set_congress_date(preparation integer, division text, congress_on date, resolution text DEFAULT NULL, final_accounts_on date DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.set_congress_date('@ledger@.ledger'::pg_catalog.regclass, set_congress_date.preparation, set_congress_date.division,
    set_congress_date.congress_on, set_congress_date.resolution, set_congress_date.final_accounts_on);
END;
COMMENT ON FUNCTION @ledger@.set_congress_date(integer, text, date, text, date) IS
  'Says when the people''s congress (人代会) of a government meets: its preliminary draft is due 30 days before. resolution is the number of its decision, under which appropriations are posted. final_accounts_on, the day on which last year''s final accounts (决算) are approved, opens the deadlines for telling departments (20 days), their units (15 more) and the public. Errors: 22004, 22023, 23503, 42704, 42501, ZB008 duty.';

CREATE FUNCTION @ledger@.issue_notice(notice bigint, document text, issued_on date DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.issue_notice('@ledger@.ledger'::pg_catalog.regclass, issue_notice.notice, issue_notice.document, issue_notice.issued_on);
END;
COMMENT ON FUNCTION @ledger@.issue_notice(bigint, text, date) IS
  'Issues a notice of approval (批复) under its document number, today or on a day before: finance to a department within 20 days of the vote, the department to each of its units within 15 of its own notice. Meets the deadline. Errors: 22004, 22023, 42704, 42501, ZB007 issued before, or the department''s own not received, ZB008 duty.';

CREATE FUNCTION @ledger@.receive_notice(notice bigint, received_on date DEFAULT NULL) RETURNS void
LANGUAGE sql VOLATILE PARALLEL UNSAFE
BEGIN ATOMIC
  SELECT budgetpm.receive_notice('@ledger@.ledger'::pg_catalog.regclass, receive_notice.notice, receive_notice.received_on);
END;
COMMENT ON FUNCTION @ledger@.receive_notice(bigint, date) IS
  'Says that a notice of approval was received; a department''s opens its 15 days to tell its units. Errors: 22004, 22023, 42704, 42501, ZB007 not issued or received before, ZB008 duty.';

INSERT INTO @ledger@.grant_profile (profile, operation)
SELECT p.profile, operation
  FROM (VALUES
    ('roa+', '{draft_findings,check_draft,estimate_faults,is_executable}'),
    ('oa+', '{set_revenue_estimate,load_revenue_estimates,set_planned_transfer,submit_draft,issue_notice,receive_notice}'),
    ('o+', '{approve_revenue,set_congress_date}')
  ) AS g(letters, operations)
  CROSS JOIN LATERAL pg_catalog.unnest(g.operations::pg_catalog.text[]) AS operation
  JOIN (VALUES ('r', 'reader'), ('o', 'officer'), ('a', 'application'), ('+', 'administrator')) AS p(letter, profile)
    ON pg_catalog.strpos(g.letters, p.letter) OPERATOR(pg_catalog.>) 0;
