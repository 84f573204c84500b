-- Forms: fields that divisions and units add themselves; what is filled in is checked, every bad field at once.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
\i :top/test/workflow/small.sql
SELECT session_user AS owner \gset
-- 内蒙古: units may change their own forms; elsewhere only the finance department
SELECT budget.register_division('320200000', '无锡市', '320000000', 2), budget.register_unit('201', '无锡市教育局', '320200000') \g /dev/null
SELECT budget.apply_profile('inner_mongolia', '320500000', '2026-01-01') \g /dev/null
SELECT timezone(current_setting('log_timezone'), now())::date AS today \gset

-- one field of each type
SELECT count(f) FROM (VALUES
  (budget.define_form_field('project', 'site', 'text', '{"zh": "建设地点", "en": "Site", "mn": "ᠭᠠᠵᠠᠷ"}', '320500000', required => true, max_length => 10, place => 1)),
  (budget.define_form_field('project', 'area', 'number', '{"zh": "建筑面积"}', '320500000', minimum => 0.5, maximum => 99999.99, place => 2)),
  (budget.define_form_field('project', 'floors', 'integer', '{"zh": "层数"}', '320500000', minimum => 1, place => 3)),
  (budget.define_form_field('project', 'begins', 'date', '{"zh": "开工日期"}', '320500000', place => 4)),
  (budget.define_form_field('project', 'ends', 'date', '{"zh": "竣工日期"}', '320500000', place => 5, rule => '$.ends > $.begins', message => '{"zh": "竣工须在开工之后", "en": "ends before it begins"}')),
  (budget.define_form_field('project', 'urgent', 'boolean', '{"zh": "是否应急"}', '320500000', place => 6)),
  (budget.define_form_field('project', 'level', 'choice', '{"zh": "级别"}', '320500000', options => '["国家级", {"value": "省级", "label": {"zh": "省级", "en": "provincial"}}]', place => 7)),
  (budget.define_form_field('project', 'own_funds', 'amount', '{"zh": "自筹资金"}', '320500000', maximum => 1000000, place => 8)),
  (budget.define_form_field('project', 'species', 'text', '{"zh": "草种"}', '320500000', category => 'nm01', required => true, place => 9)),
  (budget.define_form_field('project', 'purpose', 'text', '{"zh": "用途"}', '320500000', category => '3', place => 10)),
  (budget.define_form_field('request', 'pupils', 'integer', '{"zh": "学生数"}'))) AS v(f);
SELECT place, field, label, type, required, options, minimum, maximum, max_length, rule, message, defined_for FROM budget.describe_form('project', '101001');
SELECT field, label, message FROM budget.describe_form('project', '101001', language => 'en') WHERE place IN (1, 5, 6);
-- a category has its own and those of what it is a kind of
SELECT string_agg(field, ' ' ORDER BY place) AS of_nm01 FROM budget.describe_form('project', '101001', 'nm01');
SELECT string_agg(field, ' ' ORDER BY place) AS of_1 FROM budget.describe_form('project', '101001', '1');
-- what the root defines holds below; another city has its own forms
SELECT field, defined_for FROM budget.describe_form('request', '101001');
SELECT count(*) AS in_wuxi FROM budget.describe_form('project', '201');

-- filled in right, then wrong in every field: all are told
SELECT budget.register_project('P1', '教学楼', '101001', '3', 2026), budget.register_project('P2', '草原', '101001', 'nm01', 2026) \g /dev/null
SELECT attributes AS empty FROM budget.project WHERE official_code = 'P1';
SELECT budget.set_project_attributes('P1', '{"site": "虎丘区", "area": 1234.5, "floors": 3, "begins": "2026-03-01", "ends": "2027-03-01", "urgent": false, "level": "省级", "own_funds": "1000.50", "purpose": "教学"}');
SELECT attributes FROM budget.project WHERE official_code = 'P1';
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P1', '{"site": "一二三四五六七八九十一", "area": 0.4, "floors": 2.5, "begins": "2026-02-30", "ends": "2026-02-01", "urgent": "no", "level": "县级", "own_funds": "1000.505", "purpose": 5, "colour": "红", "species": "羊草"}')$$);
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P1', '{"area": 1e9, "floors": 0, "begins": 20260301, "ends": "2026-03-01", "own_funds": 1000000.01, "level": 1}')$$);
-- a whole number is one however it is written; an amount may be a number; null and '' are empty
SELECT budget.set_project_attributes('P1', '{"site": "x", "floors": 3.0, "own_funds": 5.10, "area": null, "purpose": ""}');
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P1', '{"site": ""}')$$), pg_temp.refused($$SELECT budget.set_project_attributes('P1', '{}')$$);
SELECT pg_temp.refused(format($$SELECT budget.set_project_attributes('P1', '{"site": "x", "own_funds": %s}')$$, v)) FROM unnest('{"\".5\"","\"5.\"","\"1e3\"","\"\"","-0.001","\"-12345678901234567\"","true"}'::text[]) v;
SELECT pg_temp.refused(format($$SELECT budget.set_project_attributes('P1', '{"site": "x", "begins": "%s"}')$$, v)) FROM unnest('{2026-2-1,2025-02-29,2024-02-29,0000-01-01,2026-13-01,20260-1-01,"2026-01-01 "}'::text[]) v;
-- of the category, too
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P2', '{"site": "x"}')$$);
SELECT budget.set_project_attributes('P2', '{"site": "x", "species": "羊草", "purpose": "p"}');
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P1', '[1]')$$), pg_temp.refused($$SELECT budget.set_project_attributes('P1', '5')$$);
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P9', '{}')$$), pg_temp.refused($$SELECT budget.set_project_attributes('P1', NULL)$$);
-- not even the owner writes past it; other columns are written as they were
SELECT pg_temp.refused($$UPDATE budget.project SET attributes = '{"colour": "红"}'$$);
UPDATE budget.project SET name = '新教学楼' WHERE official_code = 'P1';
-- a long value is not told in full
SELECT length(pg_temp.refused(format($$SELECT budget.set_project_attributes('P1', '{"site": "%s"}')$$, repeat('长', 5000)))) < 300 AS cut;
-- in the first language of the place
SELECT budget.register_profile('english', '英文', '{"settings": {"registry.languages": {"value": ["en", "zh"], "name": "语言"}}, "categories": []}'), budget.apply_profile('english', '320500000', '2026-01-02') \g /dev/null
SELECT pg_temp.refused($$SELECT budget.set_project_attributes('P1', '{"ends": "2026-02-01"}')$$);

-- replaced from a day on, and from today; retired
SELECT budget.define_form_field('project', 'urgent', 'choice', '{"zh": "应急"}', '320500000', options => '["是", "否"]', place => 6, valid_from => :'today'::date + 10) AS later \gset
SELECT type, valid_from - :'today'::date AS from_day, valid_to - :'today'::date AS to_day, active FROM budget.form_field WHERE field = 'urgent' ORDER BY field_id;
SELECT type FROM budget.describe_form('project', '101001') WHERE field = 'urgent';
SELECT pg_temp.refused(format('SELECT budget.retire_form_field(%s, %L)', :later, :'today'::date - 1));
SELECT budget.retire_form_field(:later);
SELECT pg_temp.refused(format('SELECT budget.retire_form_field(%s)', :later)) ~ '^ZB007' AS again;
SELECT budget.define_form_field('project', 'floors', 'integer', '{"zh": "层数"}', '320500000', minimum => 1, maximum => 2, place => 3) AS floors \gset
SELECT maximum, active FROM budget.form_field WHERE field = 'floors' ORDER BY field_id;
SELECT budget.retire_form_field(:floors, :'today'::date + 5);
SELECT valid_to - :'today'::date AS days FROM budget_report.form_field WHERE field_id = :floors;
-- the name is taken, above and below
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'site', 'text', '{"zh": "地点"}', unit => '101001')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'site', 'text', '{"zh": "地点"}')$$);
SELECT budget.define_form_field('project', 'site', 'text', '{"zh": "地点"}', '320200000') > 0 AS beside;

-- every fault of a definition at once
SELECT pg_temp.refused($$SELECT budget.define_form_field('letter', '1st', 'blob', '{"fr": "lieu", "zh": ""}', rule => '$.a >', message => '[]', valid_from => '2026-01-02', valid_to => '2026-01-01')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'choice', '{"en": "x"}', options => '["a", "a", 5, {"label": "b"}]', minimum => 1, max_length => 5, message => '{"zh": "m"}')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'choice', '{"zh": "x"}')$$), pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'choice', '{"zh": "x"}', options => '[]')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'number', '{"zh": "x"}', options => '["a"]', minimum => 2, maximum => 1)$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'number', '{"zh": "x"}', minimum => 'NaN')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'text', '{"zh": "x"}', max_length => 0)$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'text', '{"zh": "x"}', category => 'zz')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'text', '{"zh": "x"}', '320500000', '101')$$);
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'x', 'text', '{"zh": "x"}', '999')$$) ~ '^23503' AS unknown, pg_temp.refused($$SELECT budget.define_form_field('project', NULL, 'text', '{"zh": "x"}')$$);
SELECT pg_temp.refused($$SELECT * FROM budget.describe_form('letter')$$), pg_temp.refused('SELECT budget.retire_form_field(0)');
SELECT pg_temp.refused('DELETE FROM budget.form_field') ~ '^ZB005' AS guarded;

-- who may: the finance department; a unit for itself where the profile says so
SELECT count(budget.end_duty(budgetpm.grant_ledger('budget', 'wf_' || who, 'officer'))) FROM unnest('{ann,bo,cy}'::text[]) who \g /dev/null
SELECT format('GRANT wf_%s TO %I', who, :'owner') FROM unnest('{ann,bo,cy}'::text[]) who \gexec
SET ROLE wf_cy;
SELECT budget.define_form_field('project', 'finance', 'text', '{"zh": "财政"}', '320500000') > 0 AS finance, budget.define_form_field('project', 'for_unit', 'text', '{"zh": "财政"}', unit => '101') > 0 AS for_unit;
SET ROLE wf_ann;
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'own', 'text', '{"zh": "自定"}', unit => '101001')$$);
RESET ROLE;
SELECT budget.apply_profile('inner_mongolia', '320500000', '2026-01-03') \g /dev/null
SET ROLE wf_ann;
SELECT budget.define_form_field('project', 'own', 'text', '{"zh": "自定"}', unit => '101001') AS own \gset
SELECT field, defined_for FROM budget.describe_form('project', '101001', '1') WHERE place = 0;
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'own', 'text', '{"zh": "自定"}', unit => '102')$$) ~ '^ZB008' AS other_unit;
SELECT pg_temp.refused($$SELECT budget.define_form_field('project', 'own', 'text', '{"zh": "自定"}', '320500000')$$) ~ '^ZB008' AS division;
SELECT pg_temp.refused($$SELECT * FROM budget.describe_form('project', '102')$$) ~ '^ZB008' AS elsewhere;
SELECT pg_temp.refused(format('SELECT budget.retire_form_field(%s)', :floors)) ~ '^ZB008' AS not_theirs;
SELECT budget.set_project_attributes('P1', '{"site": "x", "own": "好"}');
SELECT string_agg(field, ' ') AS seen FROM budget_report.form_field;
SELECT budget.retire_form_field(:own);
RESET ROLE;
\i :top/test/workflow/gone.sql
