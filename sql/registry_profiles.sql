--
-- Profiles: what ships, preview before apply, the nearest one decides, from its day on.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
SELECT budget.register_divisions('[{"official_code": "320500000", "name": "苏州市", "parent": "320000000"},
	{"official_code": "320505000", "name": "虎丘区", "parent": "320500000"},
	{"official_code": "321300000", "name": "宿迁市", "parent": "320000000"}]');
SELECT p.profile, p.version, p.title, (SELECT count(*) FROM budget.profile_setting s WHERE s.profile = p.profile) AS settings,
	(SELECT count(*) FROM budget.profile_category c WHERE c.profile = p.profile) AS categories
	FROM budget.profile p ORDER BY 1;
SELECT profile, key, value, name FROM budget.profile_setting WHERE profile <> 'standard' ORDER BY 1, 2;
SELECT key, value FROM budget.profile_setting WHERE profile = 'standard' ORDER BY 1;

-- A preview changes nothing and tells everything.
SELECT * FROM budget.preview_profile('inner_mongolia', '320500000');
SELECT count(*) FROM budget.profile_binding;
CREATE TEMP TABLE promised AS SELECT * FROM budget.preview_profile('inner_mongolia', '320500000', '2025-01-01');
CREATE TEMP TABLE before AS SELECT key, value FROM budget.settings('320500000', '2025-01-01');
SELECT budget.apply_profile('inner_mongolia', '320500000', '2025-01-01');
SELECT p.key, p.new_value, a.value FROM promised p FULL JOIN
	(SELECT a.key, a.value FROM budget.settings('320500000', '2025-01-01') a LEFT JOIN before b USING (key) WHERE a.value IS DISTINCT FROM b.value) a
	ON a.key = p.key WHERE p.kind = 'setting' AND p.new_value IS DISTINCT FROM a.value OR p.key IS NULL;
SELECT * FROM budget.preview_profile('inner_mongolia', '320500000', '2025-06-01');

-- The nearest profile that has the key decides, from its day until the next.
SELECT budget.apply_profile('hebei', '320000000', '2024-01-01'), budget.apply_profile('jiangsu', '320500000', '2026-01-01'),
	budget.apply_profile('jincai', '320505000', '2025-07-01');
SELECT d AS division, day, budget.setting(d, 'ledger.overspend_reminder', day) AS overspend, budget.setting(d, 'planning.rounds', day) AS rounds,
	budget.setting(d, 'registry.languages', day) AS languages, budget.setting(d, 'ledger.goal.deviation', day) AS deviation
	FROM unnest('{320000000,320500000,320505000,321300000}'::text[]) AS d,
		unnest('{2023-12-31,2024-01-01,2025-01-01,2025-07-01,2026-01-01}'::date[]) AS day ORDER BY 1, 2;
SELECT d.official_code, b.profile, b.version, b.valid_from, b.valid_to FROM budget.profile_binding b JOIN budget.division d ON d.code = b.division ORDER BY 1, 4;
-- One bound between two others ends where the next begins.
SELECT budget.apply_profile('key_projects', '320500000', '2025-06-01');
SELECT b.profile, b.valid_from, b.valid_to FROM budget.profile_binding b WHERE b.division = '3205' ORDER BY 2;
SELECT kind, key, change FROM budget.preview_profile('standard', '320500000', '2026-02-01');
-- setting() and settings() agree, everywhere and always.
SELECT count(*), count(*) FILTER (WHERE s.value IS DISTINCT FROM budget.setting(d, s.key, day)) AS differ
	FROM unnest('{320000000,320500000,320505000,321300000}'::text[]) AS d,
		unnest('{2023-12-31,2024-01-01,2025-01-01,2025-07-01,2026-01-01}'::date[]) AS day, budget.settings(d, day) AS s;
-- The scheme that hebei brings is there; categories hold where their profile does.
SELECT scheme, name, widths FROM budget.classification_scheme WHERE scheme = 'hebei_item';
SELECT * FROM budget.categories('320505000', '2025-02-01');
SELECT category FROM budget.categories('321300000', '2025-02-01');

-- Profiles of one's own, by version
SELECT budget.register_profile('suqian', '宿迁市', '{"settings": {"planning.rounds": {"value": 2, "name": "两上两下"},
	"suqian.colour.amber": {"value": {"name": "橙"}}}, "categories": [{"category": "sq1", "name": "乡村振兴专项", "parent": "3"}]}'),
	budget.register_profile('suqian', '宿迁市', '{"settings": {"planning.rounds": {"value": 4}}}');
SELECT * FROM budget.preview_profile('suqian', '321300000', version => 1);
SELECT * FROM budget.preview_profile('suqian', '321300000');
SELECT budget.apply_profile('suqian', '321300000', '2026-01-01', 1);
SELECT budget.register_unit('SQ', '宿迁市农业农村局', '321300000');
SELECT budget.register_project('SQ1', '乡村振兴', 'SQ', 'sq1', 2026) > 0;
SELECT budget.import_profile('jiangsu'), budget.import_profile('nowhere');

-- Refusals
SELECT pg_temp.refused($$SELECT budget.apply_profile('zhejiang')$$);
SELECT pg_temp.refused($$SELECT budget.apply_profile('hebei', '320000000', '2026-01-01', 7)$$);
SELECT pg_temp.refused($$SELECT budget.apply_profile('hebei', '329900000')$$);
SELECT pg_temp.refused($$SELECT budget.apply_profile('jiangsu', '320000000', '2024-01-01')$$);
SELECT pg_temp.refused($$SELECT * FROM budget.preview_profile('zhejiang', '320000000')$$);
SELECT pg_temp.refused($$SELECT * FROM budget.preview_profile('hebei', '329900000')$$);
SELECT pg_temp.refused($$SELECT budget.setting('329900000', 'planning.rounds')$$);
SELECT pg_temp.refused($$SELECT budget.setting('320000000', NULL)$$);
SELECT budget.setting('320000000', 'no.such.key');
SELECT pg_temp.refused($$SELECT budget.register_profile('宿迁', '宿迁市', '{}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('own', '自有', '[]')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('own', '自有', '{"rules": []}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('own', '自有', '{"settings": {"Rounds": {"value": 1}}}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('own', '自有', '{"settings": {"planning.rounds": 3}}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('own', '自有', NULL)$$);
-- A ledger may begin with one.
SELECT budgetpm.create_ledger('steppe', root => '150000000', profile => 'inner_mongolia');
SELECT category, name, profile FROM steppe.categories('150000000');
SELECT pg_temp.refused($$SELECT budgetpm.create_ledger('nowhere', root => '150000000', profile => 'zhejiang')$$);
