-- 1. Fields
CREATE FUNCTION pg_temp.content(VARIADIC fields text[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
  SELECT string_agg(CASE WHEN f IS NULL THEN '-,'::bytea
                         ELSE convert_to(octet_length(convert_to(f, 'UTF8')) || ':' || f || ',', 'UTF8') END,
                    ''::bytea ORDER BY n)
    FROM unnest(fields) WITH ORDINALITY AS u(f, n)
$$;
SELECT convert_from(pg_temp.content('pay', NULL, '支付', ''), 'UTF8') AS content;

-- 2. A line
SELECT convert_from(pg_temp.content('budgetpm/line/1', line_id::text, fiscal_year::text, parent_id::text,
         division::text, unit::text, func::text, gov_econ::text, dept_econ::text, fund_type, project_id::text,
         title, CASE WHEN executable THEN 't' ELSE 'f' END, source_doc, CASE WHEN direct THEN 't' ELSE 'f' END,
         elements::text, control::text), 'UTF8') AS content
  FROM budget.line WHERE line_id = :unit;

-- 3. Chains
WITH RECURSIVE entry AS (
  SELECT line_id, entry_no, digest,
         sha256(pg_temp.content('budgetpm/entry/1', line_id::text, entry_no::text, posting_id::text, kind,
           (amount::numeric * 100)::bigint::text, (available_after::numeric * 100)::bigint::text,
           (extract(epoch FROM posted_at) * 1000000)::bigint::text, to_char(accounting_date, 'YYYY-MM-DD'),
           document, actor, login, key, memo::text, peer_line::text, refers_line::text, refers_entry::text,
           from_obligation::text, to_obligation::text)) AS content
    FROM budget.journal
), link AS (
  SELECT line_id, 0 AS entry_no,
         sha256(pg_temp.content('budgetpm/line/1', line_id::text, fiscal_year::text, parent_id::text,
           division::text, unit::text, func::text, gov_econ::text, dept_econ::text, fund_type, project_id::text,
           title, CASE WHEN executable THEN 't' ELSE 'f' END, source_doc, CASE WHEN direct THEN 't' ELSE 'f' END,
           elements::text, control::text)) AS digest, NULL::bytea AS stored
    FROM budget.line
  UNION ALL
  SELECT e.line_id, e.entry_no, sha256(l.digest || e.content), e.digest
    FROM link l JOIN entry e ON e.line_id = l.line_id AND e.entry_no = l.entry_no + 1
)
SELECT count(*) FILTER (WHERE entry_no > 0) AS entries,
       count(*) FILTER (WHERE entry_no > 0 AND digest <> stored) AS broken,
       count(*) FILTER (WHERE digest = (SELECT head FROM budget.balance b WHERE b.line_id = link.line_id)) AS heads
  FROM link;
