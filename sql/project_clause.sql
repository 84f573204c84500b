-- Who sets which clauses of a contract: what is tighter is set by a function, what is looser by a case.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\pset format unaligned
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026) \g /dev/null
SELECT count(b.register_unit(code, code, '320000000')) FROM unnest('{101,102}'::text[]) AS code \g /dev/null
SELECT b.open_line(2026, '101', '2050202', title => '学校') AS line \gset
SELECT b.appropriate(:line, 10000, '苏财预1号') \g /dev/null
INSERT INTO b.contract (contract_no, line_id, amount, state) VALUES ('合同1', :line, 1000, 'signed'), ('草稿', :line, 1000, 'draft');
CREATE TEMP TABLE base AS SELECT '[
  {"no": 1, "kind": "milestone", "title": "预付", "terms": {"share": 0.3, "on": "signing"}},
  {"no": 2, "kind": "milestone", "title": "封顶", "terms": {"share": 0.7, "milestone": 3, "project": "P"}},
  {"no": 3, "kind": "retention", "title": "质保金", "terms": {"share": 0.05, "until": "2028-06-30", "document": "warranty"}},
  {"no": 4, "kind": "advance_cap", "title": "预付款上限", "terms": {"share": 0.3, "delivery": "any"}},
  {"no": 5, "kind": "deadline", "title": "工期", "terms": {"due_on": "2026-09-30", "per_day": 0.001, "max": 0.1, "delivery": "all"}},
  {"no": 6, "kind": "document", "title": "验货单", "terms": {"document": "inspection", "each": true}},
  {"no": 7, "kind": "document", "title": "发票", "terms": {"document": "invoice", "cover": true}}]'::jsonb AS clauses;
SELECT b.register_project('P', '项目', '101', setup_year => 2026), b.register_project('Q', '项目', '101', setup_year => 2026) \g /dev/null
SELECT b.set_contract_clauses(c, clauses, c) FROM base, unnest('{合同1,草稿}'::text[]) AS c;
-- The clauses of the contract with changes: by number, title, kind or terms of one; NULL leaves it out.
CREATE FUNCTION pg_temp.changed(changes jsonb) RETURNS jsonb LANGUAGE sql AS $$
  SELECT jsonb_agg(CASE WHEN changes ? no THEN jsonb_set(c, '{terms}', jsonb_strip_nulls(c -> 'terms' || (changes -> no))) ELSE c END ORDER BY no)
         || COALESCE((SELECT jsonb_agg(value) FROM jsonb_array_elements(changes -> 'more')), '[]')
    FROM base, jsonb_array_elements(clauses) AS c CROSS JOIN LATERAL (SELECT c ->> 'no') AS n(no) WHERE changes -> no IS DISTINCT FROM 'null' $$;
CREATE FUNCTION pg_temp.told(changes jsonb) RETURNS text LANGUAGE sql AS $$
  SELECT split_part(pg_temp.refused(format('SELECT b.set_contract_clauses(''合同1'', %L, ''补充协议'')', pg_temp.changed(changes))), E'\n', 2) $$;
-- 1. What loosens, or may.
SELECT change, pg_temp.told(change::jsonb) AS told FROM unnest(ARRAY[
  '{"3": {"share": 0.0499}}', '{"3": {"until": "2028-06-29"}}', '{"3": {"until": null}}', '{"3": {"document": null}}', '{"3": {"document": "x"}}', '{"3": null}',
  '{"4": {"share": 0.300001}}', '{"4": {"delivery": null, "until": "2026-01-01"}}',
  '{"5": {"due_on": "2026-10-01"}}', '{"5": {"per_day": 0.0009}}', '{"5": {"max": 0.09}}', '{"5": {"delivery": "any"}}',
  '{"6": {"each": null}}', '{"6": {"above_share": 0.1}}', '{"6": {"document": "x"}}', '{"7": {"cover": null}}', '{"6": {"each": null, "cover": true}}',
  '{"6": {"each": "true"}}', '{"6": {"each": "true"}, "7": {"cover": "true"}}',
  '{"1": {"share": 0.31}, "2": {"share": 0.69}}', '{"2": {"milestone": 1}}', '{"2": {"project": "Q"}}', '{"2": {"project": null}}',
  '{"1": {"share": 0.1}, "more": [{"no": 8, "kind": "milestone", "title": "再付", "terms": {"share": 0.2, "on": "signing"}}]}',
  '{"1": {"share": 0.2}, "2": {"share": 0.8}, "3": {"share": 0}}']) AS change;
-- a clause of another kind under its number is no longer there
SELECT pg_temp.refused(format('SELECT b.set_contract_clauses(''合同1'', %L, ''x'')', replace(clauses::text, 'advance_cap', 'retention'))) FROM base;
SELECT pg_temp.refused(format($$SELECT b.set_contract_clauses('合同1', %L, 'x', valid_from => CURRENT_DATE + 1)$$, clauses)) FROM base;
SELECT pg_temp.refused(format($$SELECT b.set_contract_clauses('合同1', %L, 'x', valid_from => '-infinity')$$, clauses)) FROM base;
-- 2. What does not: each is the next version, and counts from today.
SELECT b.set_contract_clauses('合同1', clauses, '同') AS same FROM base;
SELECT b.set_contract_clauses('合同1', pg_temp.changed('{"1": {"milestone": 1}, "3": {"share": 0.06, "until": "2028-07-01", "milestone": 2}, "4": {"share": 0.2, "delivery": "all"},
  "5": {"due_on": "2026-09-01", "per_day": 0.002, "max": null}, "more": [{"no": 8, "kind": "retention", "title": "保函", "terms": {"share": 0.1, "document": "guarantee"}}]}'), '收紧') AS tighter;
-- none of it goes back, then
SELECT pg_temp.refused(format('SELECT b.set_contract_clauses(''合同1'', %L, ''x'')', clauses)) FROM base;
-- a draft has promised nothing yet
SELECT b.set_contract_clauses('草稿', '[{"no": 9, "kind": "retention", "title": "质保金", "terms": {"share": 0, "until": "2026-01-01"}}]', '草稿') AS draft;
SELECT version, min(valid_from) = CURRENT_DATE AS from_today, count(*) FROM b.contract_clause GROUP BY 1 ORDER BY 1;
-- 3. A case loosens, of the contract's place and of clauses that are right.
SELECT pg_temp.supplement('b', '合同1', clauses, '补充协议', '2026-02-01') AS loosened FROM base;
SELECT DISTINCT version, valid_from, case_id IS NOT NULL AS by_case, document FROM b.contract_clause WHERE version = 4;
SELECT regexp_replace(pg_temp.refused(s), 'case \d+', 'case N') AS refused FROM unnest(ARRAY[
  $$SELECT pg_temp.supplement('b', '合同1', '[]', 'x')$$, $$SELECT pg_temp.supplement('b', '合同1', '[{"no": 0}]', 'x')$$, $$SELECT pg_temp.supplement('b', '合同1', (SELECT clauses FROM base), 'x', '2999-01-01')$$,
  $$SELECT pg_temp.supplement('b', '合同1', (SELECT clauses FROM base), NULL)$$]) AS s;
SELECT b.start_case('clause_supplement', 'x', jsonb_build_object('contract', '合同1', 'clauses', clauses, 'document', 'x'), unit => '102') AS elsewhere FROM base \gset
SELECT regexp_replace(pg_temp.refused(format('SELECT b.act(task_id, ''approve'', ''x'') FROM b.task WHERE state = ''open'' AND case_id = %s', :elsewhere)), 'case \d+', 'case N');
-- what was tightened while the case ran is not loosened by it
SELECT b.start_case('clause_supplement', 'x', jsonb_build_object('contract', '合同1', 'clauses', clauses, 'document', 'x'), unit => '101') AS older FROM base \gset
SELECT b.set_contract_clauses('合同1', pg_temp.changed('{"3": {"share": 0.2}}'), '收紧') AS tighter;
SELECT regexp_replace(pg_temp.refused(format('SELECT b.act(task_id, ''approve'', ''x'') FROM b.task WHERE state = ''open'' AND case_id = %s', :older)), 'case \d+', 'case N');
SELECT pg_temp.refused(format($$SELECT b.publish_flow('{"flow": "x", "title": "x", "steps": [{"step": "a", "assign": [{"login": "regress_owner"}], "next": "b"}, {"step": "b", "type": "end"}], "effects": {"approved": [{"effect": "contract_clauses", "arguments": %s}]}}')$$, a)) FROM unnest('{"{}","{\"contract\": \"$.c\", \"document\": \"$.d\"}"}'::text[]) AS a;
SELECT b.register_principal('regress_owner', '负责人') > 0 AS principal;
SELECT b.adopt_flow('contract_supplement', duties => '{"单位负责人": "负责人", "业务处室": "负责人"}') > 0 AS template;
DROP SCHEMA b CASCADE;
