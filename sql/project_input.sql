-- Bad input to projects and performance: refused in words of this library, with the value, before anything is stored.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2026) \g /dev/null
SELECT b.register_unit('101', '省教育厅', '320000000') \g /dev/null
SELECT b.register_unit('102', '省卫生厅', '320000000') \g /dev/null
\pset format unaligned
\pset tuples_only on
CREATE FUNCTION pg_temp.shorter(answer text) RETURNS text LANGUAGE sql AS $$ SELECT regexp_replace(regexp_replace(answer, '长{30,}', '长…', 'g'), '(cannot be read: )[^\n]*', '\1(PostGIS)', 'g') $$;
CREATE FUNCTION pg_temp.each(call text, given text[]) RETURNS SETOF text LANGUAGE sql AS $$ SELECT pg_temp.shorter(pg_temp.refused(format(call, g))) FROM unnest(given) AS g $$;
\set blanks 'ARRAY['''', '' '', ''　'', E''\\t\\n'', E''\\u200b'', E'' \\u00a0　'']'

-- A name shows something: blanks of no width, of one and of two are none.
SELECT count(*), min(a), max(a) FROM pg_temp.each($$SELECT b.register_project('P', %L, '101', setup_year => 2026)$$, :blanks) AS a;
SELECT count(*), min(a), max(a) FROM pg_temp.each($$SELECT b.register_division('320100000', %L, '320000000')$$, :blanks) AS a;
SELECT b.register_project('P', '　新校　区', '101', '2', 2026) > 0, b.register_project('Q', '他', '102', '2', 2026) > 0;
SELECT b.open_line(2026, '101', '2050202', title => '校区', project => 'P') AS line, b.open_line(2026, '102', '2050202', title => '无项目') AS other \gset
INSERT INTO b.contract (contract_no, line_id, amount, supplier) VALUES ('合同1', :line, 100, '甲'), ('合同2', :other, 100, '乙');

-- What a project is
SELECT pg_temp.each($$SELECT b.describe_project('P', responsible => %L)$$, ARRAY[repeat('长', 5000), '　']);
SELECT pg_temp.each($$SELECT b.describe_project('P', industry => %L)$$, ARRAY[repeat('长', 101), E'a\u200bb']);
-- Milestones: on days that there are, with titles that are texts
SELECT pg_temp.each($$SELECT b.set_milestones('P', '[{"no": 1, "title": "封顶", "planned_on": %s, "weight": 100}]')$$, ARRAY['"2025-02-30"', '"2025-02-29"', '"infinity"', '"0044-03-15 BC"', '20250630', 'null']);
SELECT pg_temp.each($$SELECT b.set_milestones('P', '[{"no": 1, "title": %s, "planned_on": "2026-06-30", "weight": 100}]')$$, ARRAY['"　"', '5', '[]', '{}', 'null']);
SELECT pg_temp.each($$SELECT b.set_milestones('P', %L)$$, '{"null","5","\"x\"","{}","[[]]"}');
SELECT pg_temp.each($$SELECT b.set_resources('P', %L)$$, ARRAY['null', '"x"', '[{"kind": "other", "title": "　", "quantity": 1, "measure": 5, "valid_from": "2026-02-28", "valid_to": "2026-02-30"}]']);
-- Contracts: a clause may come before its milestone, with a warning
SELECT pg_temp.each($$SELECT b.set_contract_clauses('合同1', %L, 'x')$$, ARRAY['null', '7', '[{"no": 1, "kind": "retention", "title": ["a"], "terms": {"share": 0.1, "until": "2026-02-30"}}]']);
SET client_min_messages = warning;
SELECT b.set_contract_clauses('合同1', '[{"no": 1, "kind": "milestone", "title": "封顶", "terms": {"share": 1, "milestone": 7}}]', '合同1');
SELECT b.set_milestones('P', '[{"no": 1, "title": "封顶", "planned_on": "2026-06-30", "weight": 100}]') AS milestones;
SELECT b.set_contract_clauses('合同1', '[{"no": 1, "kind": "milestone", "title": "封顶", "terms": {"share": 0.5, "milestone": 7}}, {"no": 2, "kind": "milestone", "title": "封顶", "terms": {"share": 0.5, "milestone": 1}}]', '补充1');
SELECT b.set_contract_clauses('合同2', '[{"no": 1, "kind": "milestone", "title": "封顶", "terms": {"share": 1, "milestone": 2, "project": "P"}}]', '合同2');
SELECT b.set_contract_clauses('合同2', '[{"no": 1, "kind": "milestone", "title": "封顶", "terms": {"share": 1, "milestone": 1}}]', 'x');
SELECT clause_no, open FROM b.check_contract('合同1') ORDER BY 1;
-- Deliveries, documents, invoices
SELECT pg_temp.each($$SELECT b.plan_delivery('设备', '2026-12-01', %s, project => 'P')$$, ARRAY['99999999999999999999', '100000000000.0001', '''NaN''', '''-Infinity''', '0', '0.00001']);
SELECT b.plan_delivery('设备', '2026-12-01', 100000000000, project => 'P') AS delivery \gset
SELECT pg_temp.refused(format($$SELECT b.record_delivery(%s, 1e15, '送货单')$$, :delivery));
SELECT pg_temp.each($$SELECT b.register_document('report', '报告', 'sm3', repeat('00', 32), 1, 'text/plain', 's3', project => 'P', unit => %L)$$, '{"",　,102,999}');
SELECT pg_temp.each($$SELECT b.register_invoice('12345678901234567890', '甲', 1, '2026-01-01', unit => '101', document => %s)$$, '{-1,0,9223372036854775807}');

-- The map
SELECT pg_temp.each($$SELECT b.load_boundaries(%L, '示意')$$, ARRAY['[{"division": "320000000", "geometry": "somewhere"}]', '[{"division": "320000000", "geometry": "　"}]', '[{"division": "320000000", "geometry": {"type": "Polygon"}}, {"division": "999", "geometry": "{}"}, {"division": "320000000"}]', 'null']);
SELECT pg_temp.each($$SELECT b.load_boundaries('[]', %L)$$, ARRAY['　', repeat('长', 201)]);
SELECT pg_temp.each($$SELECT b.load_sites(%L)$$, ARRAY['[{"project": "P", "geometry": "　长"}]', '[{"project": "P", "title": {}, "reason": " ", "geometry": "SRID=4490;POINT(120 31)"}]']);
SELECT b.set_site('P', 'SRID=4490;POINT(120 31)') AS site;
SELECT pg_temp.each($$SELECT b.retire_site('P', 1, %L)$$, ARRAY['　', repeat('长', 5000)]);
SELECT pg_temp.each($$SELECT b.division_tiles(6, 53, 26, '{"level": %s}')$$, ARRAY['"x"', '[]', '{}', 'true', '1.5', '99']);
SELECT pg_temp.each($$SELECT b.heat_tiles(6, 53, 26, '{"late_by": %s}')$$, ARRAY['"NaN"', '[0]', '{}', 'false']);
SELECT octet_length(b.division_tiles(6, 53, 26, '{"level": null, "fiscal_year": ""}')) IS NOT NULL AS nothing_asked;

-- Days and months of reading
SELECT pg_temp.each($$SELECT * FROM b.idle_money(CURRENT_DATE, %s)$$, '{2000000000,-1}');
SELECT pg_temp.each($$SELECT * FROM b.idle_money(%L)$$, '{infinity,5874897-12-31,"4713-01-01 BC",1948-12-31}');
SELECT pg_temp.each($$SELECT * FROM b.missing_reports('daily', %L)$$, '{infinity,-infinity,5874897-12-31}');
SELECT pg_temp.each($$SELECT * FROM b.missing_reports('monthly', '2026-01-01', %L)$$, '{-infinity,"0044-03-15 BC"}');
SELECT pg_temp.each($$SELECT * FROM b.planned_progress(%L)$$, '{infinity}');
SELECT pg_temp.each($$SELECT * FROM b.project_curve('P', %L)$$, '{infinity,-infinity}');
SELECT pg_temp.each($$SELECT * FROM b.project_curve(%L)$$, '{none,NULL,""}'), pg_temp.refused('SELECT * FROM b.project_curve(NULL)');
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT b.signal_rules('999')$$, $$SELECT * FROM b.settings('999')$$, $$SELECT * FROM b.settings(NULL)$$]) AS s;
-- Who acts
SELECT pg_temp.each($$SELECT b.assess_project('P', actor => %L)$$, ARRAY['', '　', 'nobody', repeat('长', 5000)]);
-- Rules of monitoring
SELECT pg_temp.each($$SELECT b.set_monitor_rule('mine', title => 't', strength => 'log', predicate => %L)$$, '{"","　","%s%n","$.amount >"}');
SELECT pg_temp.each($$SELECT b.set_monitor_rule('mine', title => %L, strength => 'log', predicate => '$.amount > 1')$$, '{　}');

-- Performance
SELECT pg_temp.each($$SELECT b.define_indicator('X.1', 2026, '{"sector": "general", "level1": "output", "level2": "quantity", "name_zh": "甲", "measure": "项"}'::jsonb || %L)$$,
  ARRAY['{"sector": "　", "name_zh": 5, "name_en": [], "measure": "一二三四五六七八九十一二三四五六七八九十一", "provenance": {}, "tags": ["a", 5]}', '{"tags": "beneficiaries"}', '{"tags": {"a": 1}}']);
SELECT pg_temp.each($$SELECT b.define_indicator('X.1', %s, '{"sector": "general", "level1": "output", "level2": "quantity", "name_zh": "甲", "measure": "项"}')$$, '{-1,1948,10000,2147483647}');
SELECT pg_temp.each($$SELECT b.set_targets('P', 2026, '[{"name": %s, "level1": "output", "level2": "quantity", "target": 1, "measure": "项", "weight": 90}]')$$, '{"\"　\"","\"\""}');
SELECT pg_temp.each($$SELECT b.set_targets('P', 2026, '[]', document => %L)$$, ARRAY['　', repeat('长', 201)]);
SELECT pg_temp.each($$SELECT b.record_ex_ante('P', %s, '{}', 'support')$$, '{0,2147483647}');
SELECT pg_temp.each($$SELECT b.record_ex_ante('P', 2026, '{}', 'support', document => %L)$$, ARRAY['　', repeat('长', 5000)]);
SELECT pg_temp.each($$SELECT b.open_joint_evaluation(%L, 2026, '320000000', '{P}')$$, ARRAY['　', repeat('长', 5000)]);
SELECT pg_temp.refused(s) FROM unnest(ARRAY[$$SELECT b.open_joint_evaluation('联合', 0, '320000000', '{P}')$$, $$SELECT b.open_joint_evaluation('联合', 2026, '320000000', '{{P},{Q}}')$$, $$SELECT b.open_joint_evaluation('联合', 2026, '320000000', '{NULL}')$$]) AS s;
SELECT pg_temp.each($$SELECT b.define_consequence(%L, 2026, 'score', 'cut', -0.2, %1$L, max_score => 60)$$, '{　}');
SELECT b.set_targets('P', 2025, '[{"name": "甲", "level1": "output", "level2": "quantity", "target": 1, "measure": "项", "weight": 90}]') > 0 AS set;
SELECT b.evaluate_project('P', 2025, 'self', '[{"item": 1, "actual": 0}]', budget => 1, paid => 0) AS poor \gset
SELECT pg_temp.each(format('SELECT b.answer_evaluation(%s, %%L)', :poor), ARRAY['　', repeat('长', 2001)]);
SELECT pg_temp.each(format('SELECT b.answer_evaluation(%s, ''整改'', %%L)', :poor), ARRAY['　', repeat('长', 201)]);
SELECT b.answer_evaluation(:poor, E'整改:\n一、补报', '苏教函1号') > 0 AS answered;
SELECT pg_temp.each($$SELECT b.run_accountability(%s, '320000000')$$, '{0,-1,2147483647}');
SELECT pg_temp.each($$SELECT b.performance_report(%s)$$, '{0,2147483647}'), pg_temp.refused('SELECT b.performance_report(NULL)');
SELECT pg_temp.each($$SELECT b.performance_report_data(%s)$$, '{-1,99999}');
SELECT pg_temp.each($$SELECT budgetpm.share_met(1, %L)$$, '{NaN,Infinity}');
