-- closing: the chart of accounts

CREATE FUNCTION budgetpm.add_chart(ledger regclass, chart text, name text, division text, copy_of text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_chart';
COMMENT ON FUNCTION budgetpm.add_chart(regclass, text, text, text, text) IS
  'Adds a chart of accounts (科目表) to a ledger, empty or with another one''s accounts and rules. Errors: 23505, 23503, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.add_account(ledger regclass, chart text, code text, name text, side text, parent text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_account';
COMMENT ON FUNCTION budgetpm.add_account(regclass, text, text, text, text, text) IS
  'Adds a local account (扩展科目) to a chart. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.add_account_rule(
  ledger regclass, chart text, account text, side text, kind text, fund_type text, executable boolean, division text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_add_account_rule';
COMMENT ON FUNCTION budgetpm.add_account_rule(regclass, text, text, text, text, text, boolean, text) IS
  'Adds a rule that finds the account of an entry''s side, and returns it. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';

CREATE FUNCTION budgetpm.divert_account(
  ledger regclass, chart text, account text, into_account text, division text, fund_type text) RETURNS integer
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_divert_account';
COMMENT ON FUNCTION budgetpm.divert_account(regclass, text, text, text, text, text) IS
  'Copies the rules of an account to another one for a division or fund type, and returns how many. Errors: 23505, 23503, 22023, 22004, 42501, ZB008.';

-- closing: a fiscal year begins and ends

CREATE FUNCTION budgetpm.decide_closing(
  ledger regclass, fiscal_year integer, item text, decision text, document text, line bigint, project text, division text) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 1000 AS 'MODULE_PATHNAME', 'bpm_decide_closing';
COMMENT ON FUNCTION budgetpm.decide_closing(regclass, integer, text, text, text, bigint, text, text) IS
  'Records what is to become of money that a year leaves behind (年终处理决定), and returns the decision. Errors: 22023, 22004, 23503, 42704, ZB004, ZB008.';

CREATE FUNCTION budgetpm.open_year(ledger regclass, fiscal_year integer, document text) RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_open_year';
COMMENT ON FUNCTION budgetpm.open_year(regclass, integer, text) IS
  'Opens a preparing year (年度开启) unless opening_check() has something that blocks. Errors: ZB004, ZB007, ZB008, 22004.';

CREATE FUNCTION budgetpm.begin_closing(ledger regclass, fiscal_year integer, dry_run boolean, document text, stretch integer) RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_begin_closing';
COMMENT ON FUNCTION budgetpm.begin_closing(regclass, integer, boolean, text, integer) IS
  'First step of close_year(): checks its arguments and, unless dry, makes the year closing. Returns the ledger''s schema, quoted. Errors: ZB004, ZB007, ZB008, 42501, 22004, 22023.';

CREATE FUNCTION budgetpm.lock_unsettled(ledger regclass, fiscal_year integer, after_line bigint, count integer) RETURNS bigint
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_lock_unsettled';
COMMENT ON FUNCTION budgetpm.lock_unsettled(regclass, integer, bigint, integer) IS
  'Locks the next lines of a closing year that hold money, in id order, and returns the last of them; NULL when there are none. Errors: ZB004, 42501.';

CREATE FUNCTION budgetpm.finish_closing(ledger regclass, fiscal_year integer, document text, lines bigint, postings bigint) RETURNS text
LANGUAGE c VOLATILE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'bpm_finish_closing';
COMMENT ON FUNCTION budgetpm.finish_closing(regclass, integer, text, bigint, bigint) IS
  'Last step of close_year(): makes the year closed when no line of it holds money any more. Returns the year''s state. Errors: ZB007, ZB008, 42501, 22004.';

-- A procedure that commits can have no search_path of its own: every name and
-- operator here says where it is from.
CREATE PROCEDURE budgetpm.close_year(ledger regclass, fiscal_year integer, dry_run boolean, document text, stretch integer,
  INOUT state text, INOUT lines bigint, INOUT postings bigint, INOUT carried numeric, INOUT withdrawn numeric, INOUT blocked bigint)
LANGUAGE plpgsql AS $$
DECLARE
  home text;
  step record;
  settled bigint;
  last bigint;
  after bigint;
  failed_upto bigint;
  width integer;
  tries integer := 0;
  reason text;
BEGIN
  home := budgetpm.begin_closing(ledger, fiscal_year, dry_run, document, stretch);
  lines := 0;
  postings := 0;
  carried := 0.00;
  withdrawn := 0.00;
  blocked := 0;
  IF dry_run THEN
    FOR step IN EXECUTE pg_catalog.format('SELECT * FROM %s.closing_plan($1)', home) USING fiscal_year LOOP
      IF step.blocks THEN
        RAISE INFO 'line %: % % blocks: %', step.line_id, step.item, step.amount, step.note;
      ELSE
        RAISE INFO 'line %: % % %', step.line_id, step.action, step.item, pg_catalog.concat_ws(' ', step.amount,
          'of obligation ' OPERATOR(pg_catalog.||) step.obligation::pg_catalog.text, 'to line ' OPERATOR(pg_catalog.||) step.next_line::pg_catalog.text, step.note);
      END IF;
    END LOOP;
    EXECUTE pg_catalog.format('SELECT pg_catalog.count(DISTINCT p.line_id) FILTER (WHERE NOT p.stuck),'
      ' pg_catalog.count(*) FILTER (WHERE NOT p.stuck AND p.action IS NOT NULL),'
      ' COALESCE(pg_catalog.sum(p.amount) FILTER (WHERE NOT p.stuck AND p.action OPERATOR(pg_catalog.=) ''carry''), 0.00),'
      ' COALESCE(pg_catalog.sum(p.amount) FILTER (WHERE NOT p.stuck AND p.action OPERATOR(pg_catalog.=) ''withdraw''), 0.00),'
      ' pg_catalog.count(DISTINCT p.line_id) FILTER (WHERE p.stuck), (SELECT y.state FROM %1$s.fiscal_year y WHERE y.fiscal_year OPERATOR(pg_catalog.=) $1)'
      ' FROM (SELECT *, pg_catalog.bool_or(blocks) OVER (PARTITION BY line_id) AS stuck FROM %1$s.closing_plan($1)) p', home)
      INTO lines, postings, carried, withdrawn, blocked, state USING fiscal_year;
    RETURN;
  END IF;
  COMMIT;
  LOOP
    width := CASE WHEN failed_upto IS NULL OR COALESCE(after, 0) OPERATOR(pg_catalog.>=) failed_upto THEN stretch ELSE 1 END;
    last := NULL;
    BEGIN
      last := budgetpm.lock_unsettled(ledger, fiscal_year, after, width);
      EXIT WHEN last IS NULL;
      EXECUTE pg_catalog.format('SELECT * FROM %s.settle_lines($1, $2, $3, $4)', home)
        INTO step USING fiscal_year, after, last, document;
      lines := lines OPERATOR(pg_catalog.+) step.lines;
      postings := postings OPERATOR(pg_catalog.+) step.postings;
      carried := carried OPERATOR(pg_catalog.+) step.carried;
      withdrawn := withdrawn OPERATOR(pg_catalog.+) step.withdrawn;
      blocked := blocked OPERATOR(pg_catalog.+) step.blocked;
      after := last;
      tries := 0;
    EXCEPTION WHEN OTHERS THEN
      -- One line of many may fail all of them: they are tried one by one.  A lost race
      -- is run again.
      tries := tries OPERATOR(pg_catalog.+) 1;
      reason := SQLERRM;
      IF last IS NULL THEN
        IF tries OPERATOR(pg_catalog.>) 10
           OR NOT (SQLSTATE OPERATOR(pg_catalog.=) '40P01' OR SQLSTATE OPERATOR(pg_catalog.=) '40001') THEN
          RAISE;
        END IF;
      ELSIF width OPERATOR(pg_catalog.>) 1 THEN
        failed_upto := last;
        tries := 0;
      ELSIF tries OPERATOR(pg_catalog.>) 10
            OR NOT (SQLSTATE OPERATOR(pg_catalog.=) '40P01' OR SQLSTATE OPERATOR(pg_catalog.=) '40001') THEN
        RAISE WARNING USING ERRCODE = SQLSTATE, MESSAGE = pg_catalog.format('line %s could not be settled: %s', last, reason);
        blocked := blocked OPERATOR(pg_catalog.+) 1;
        after := last;
        tries := 0;
      END IF;
    END;
    COMMIT;
    PERFORM budgetpm.report_progress('close_year', 'lines settled', lines, 0);
  END LOOP;
  state := budgetpm.finish_closing(ledger, fiscal_year, document, lines, postings);
  COMMIT;
  PERFORM budgetpm.report_progress(NULL, NULL, 0, 0);
END;
$$;
COMMENT ON PROCEDURE budgetpm.close_year(regclass, integer, boolean, text, integer, text, bigint, bigint, numeric, numeric, bigint) IS
  'Closes a fiscal year (年终结账) in steps, each a transaction of its own, or prints what it would do. It runs every posting with its caller''s rights. Errors: ZB004, ZB007, ZB008, 42501, 22004, 22023.';
