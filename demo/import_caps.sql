-- import_caps.sql: caps of the files, by the ledger's owner, over what has been posted:
-- nothing is undone for them, what is above its limit is named, and from here on they hold.
\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = info;

CREATE FUNCTION import.codes(list text) RETURNS text[]
LANGUAGE sql IMMUTABLE AS $$ SELECT regexp_split_to_array(list, ' +') $$;

CALL import.run('caps.csv', 'caps',
  $$INSERT INTO import.cap_done (n, cap_id)
    SELECT c.n, budget.create_cap(c.year::int, c.name, coalesce(c.basis, CASE WHEN c.amount IS NULL THEN 'lines' ELSE 'fixed' END),
             import.money(c.amount, 'amount'), division => c.division, unit => c.unit, func => import.codes(c.func),
             gov_econ => import.codes(c.gov_econ), dept_econ => import.codes(c.dept_econ), fund_type => c.fund_type,
             project => c.project, consumes => import.codes(c.consumes), warn_ratio => c.warn_ratio::numeric,
             block_ratio => coalesce(c.block_ratio::numeric, 1), slots => coalesce(c.slots::int, 0), kind => coalesce(c.kind, 'own'))
      FROM import.caps c WHERE c.n BETWEEN $1 AND $2 ORDER BY c.n$$, 1000);
