--
-- Settings of profiles are what their readers can read: wrong ones are refused when they are registered, all at once.
--
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SET search_path = public, budgetpm;
SELECT budgetpm.create_ledger('budget', root => '320000000', title => '江苏省');
\pset format unaligned
-- What ships passes, and every key of it is known.
SELECT s.profile, budget.register_profile(s.profile, s.title, s.content) FROM budgetpm.profile_sources() AS s ORDER BY 1;
SELECT count(*), count(DISTINCT key), count(*) FILTER (WHERE used_by IS NULL) AS kept_and_shown, count(*) FILTER (WHERE meaning = '' OR expected = '') AS unsaid FROM budgetpm.known_settings();

-- Every fault of a profile, in one error.
SELECT pg_temp.refused($$SELECT budget.register_profile('bad', '错', '{"settings": {
	"project.idle_months": {"value": "six"}, "project.idle_month": {"value": 6}, "planing.rounds": {"value": 3}, "performance.total": {"value": 90.125},
	"performance.blending": {"value": {"self": 0.7, "finance": 0.7, "neighbour": -0.4, "missing": "guess"}}, "performance.cutoffs": {"value": [60, 80, 90]},
	"performance.ladder": {"value": [["04-30", 25], ["02-30", 40], ["03-31", 60]]}, "project.similar": {"value": {"name": -1, "near": 0, "colour": 3}},
	"project.signal.execution": {"value": {"red_below": 0.9, "yellow_below": 0.8}}, "project.site_bounds": {"value": [1, 2, 0, 4]}, "project.take_over_until": {"value": "2026-02-29"},
	"workflow.flow.payment": {"value": "　"}, "workflow.flow.x.y": {"value": "x"}, "Rounds": {"value": 1}, "planning.flow": 3, "own.x": {"value": null, "name": 5}},
	"categories": [3, {"category": "1"}, {"category": "1", "name": "x", "colour": 1}], "rules": []}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('bad', '错', '{"settings": {"performance.blending": {"value": {"self": 0.3, "third_party": 0.6}}, "project.signal.contract": {"value": {"red_days": 3, "yellow_days": 5}}}}')$$);
SELECT pg_temp.refused($$SELECT budget.register_profile('bad', '错', '{"settings": [], "categories": {}}')$$);
SELECT pg_temp.refused(format('SELECT budget.register_profile(%L, %L, %L)', 'bad', '错', jsonb_build_object('settings', jsonb_build_object('own.' || repeat('x', 97), '{"value": 1}'::jsonb,
	'own.y', jsonb_build_object('value', 1, 'name', repeat('字', 201)), 'planning.flow', jsonb_build_object('value', repeat('长', 300))))));
SELECT count(*) FROM budget.profile WHERE profile = 'bad';
-- A key of one's own begins with a word of one's own, and may be anything.
SELECT budget.register_profile('own', '自有', '{"settings": {"suqian.colour": {"value": [{"x": null}]}, "suqian.growth.limit": {"value": 0.2, "name": "增幅"}}}');
-- No other road: the owner's own INSERT and UPDATE ask the same.
SELECT pg_temp.refused($$INSERT INTO budget.profile_setting (profile, version, key, value) VALUES ('own', 1, 'project.idle_months', '-1')$$);
SELECT pg_temp.refused($$UPDATE budget.profile_setting SET value = '{"red_below": "60%"}' WHERE key = 'project.signal.delivery'$$);
SELECT pg_temp.refused($$INSERT INTO budget.profile_setting (profile, version, key, value) VALUES ('own', 1, 'performance.weights', '{}')$$);
INSERT INTO budget.profile_setting (profile, version, key, value) VALUES ('own', 1, 'project.site_bounds', '[-4.6, 39.8, -3.0, 41.2]');

-- Every declared setting against values of every kind: what each value is accepted by.
CREATE TEMP TABLE pool (n serial, value jsonb);
INSERT INTO pool (value) SELECT v::jsonb FROM unnest(ARRAY['null', 'true', '"true"', '0', '1', '2', '6', '-1', '-0.5', '0.5', '0.12345', '1.5', '1.0', '13', '2000000000', '1e20', '1e-9', '"six"', '"1"', '""', '" "', '"　"', '"2026-12-31"', '"2026-02-30"',
	'"infinity"', '"zh"', '"year"', '"month"', '[]', '[null]', '[[]]', '[1, 2]', '[1, 2, 3, 4]', '[3, 2, 1]', '["zh", "mn"]', '["month"]', '["payment"]', '[{}]', '[["04-30", 25]]', '[["4-30", 25]]',
	'{}', '{"zz": 1}', '{"zz": {}}', '{"zz": null}', '{"self": 1}', '{"red_below": 0.5}', '{"red_below": null}', '{"red_below": "0.5"}', '{"red": "audit"}', '{"red": "stop"}', '{"audit": "a"}', '{"method": "index"}', '{"flow": "x"}', '{"years": 3}', '{"years": 30}']) AS v;
CREATE TEMP TABLE tried AS SELECT k.key, p.n, p.value, pg_temp.refused(format('SELECT budget.register_profile(''tried'', ''试'', %L)',
	jsonb_build_object('settings', jsonb_build_object(replace(k.key, '*', 'any'), jsonb_build_object('value', p.value))))) AS answer FROM budgetpm.known_settings() AS k CROSS JOIN pool p;
SELECT value, count(*) AS accepted, CASE WHEN count(*) < 7 THEN string_agg(key, ' ' ORDER BY key) END AS by FROM tried WHERE answer = 'not refused' GROUP BY n, value ORDER BY n;
SELECT key, string_agg(value::text, ' ' ORDER BY n) AS accepts FROM tried WHERE answer = 'not refused' GROUP BY key ORDER BY key;
-- Each refusal is one of ours, and names key, value and what is expected.
SELECT count(*), count(*) FILTER (WHERE answer NOT LIKE '22023 profile "tried" has _ fault%' OR strpos(answer, replace(key, '*', 'any')) = 0) AS unclear FROM tried WHERE answer <> 'not refused';
-- No setting takes values of all kinds: each refuses a text, a number, an array or an object at least three times.
SELECT key FROM tried WHERE answer <> 'not refused' GROUP BY key HAVING count(DISTINCT jsonb_typeof(value)) < 5;

-- What registering accepts, its readers can read.
SELECT key, value FROM tried WHERE answer = 'not refused' AND key LIKE 'project.signal.%'
	AND pg_temp.refused(format('SELECT budgetpm.signal(''{"as_of": "2026-06-30"}'', %L)', jsonb_build_object(substr(key, 16), value))) <> 'not refused' ORDER BY 1, n;
SELECT t.key, t.value, p.* FROM tried t CROSS JOIN LATERAL budget.performance_setting_problems(CASE WHEN key = 'performance.total' THEN value::text::numeric ELSE 90 END,
	CASE WHEN key = 'performance.execution_weight' THEN value::text::numeric ELSE 10 END,
	'{"cutoffs": [90, 80, 60], "blending": {}, "execution_plan": "year"}'::jsonb || jsonb_build_object(substr(key, 13), value)) AS p
	WHERE t.answer = 'not refused' AND key IN ('performance.total', 'performance.execution_weight', 'performance.cutoffs', 'performance.blending', 'performance.execution_plan');
SELECT count(*) AS never_settings FROM budget.profile_setting s WHERE NOT EXISTS (SELECT FROM budgetpm.known_settings() k WHERE s.key LIKE replace(k.key, '*', '%')) AND s.key !~ '^(suqian|own)[.]';
