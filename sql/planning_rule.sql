-- Rules of budget preparation are rows: what can be one, what ships, where each holds.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('r', root => '320000000', first_year => 2026);

-- 近三年平均支出增长率: 15 % is not over 15 %, by either mean, and what is over by anything is
SELECT label, budgetpm.average_growth(figures, 'arithmetic') AS arithmetic, budgetpm.average_growth(figures, 'compound') AS compound
  FROM (VALUES
    (1, 'by 15 % each year: 100, 115, 132.25', '{100,115,132.25}'::numeric[]),
    (2, '10 % and 20 %: (0.10 + 0.20) / 2; root of 1.32', '{100,110,132}'),
    (3, 'thirds and sevenths: (1/3 + -1/30) / 2 = 0.15', '{3,4,3.8666666666666666666666666666666666667}'),
    (4, '9, 12, 11.6: (1/3 - 1/30) / 2 = 0.15, exactly', '{9,12,11.6}'),
    (5, 'a fen more than that in a billion', '{9000000000,12000000000,11600000000.01}'),
    (6, '15.01 %', '{10000,11501,13227.3001}'),
    (7, 'a year without a figure: one rate', '{100,NULL,100,130}'),
    (8, 'from nothing: no rate; then 10 %', '{0,100,110}'),
    (9, 'to nothing', '{100,0}'),
    (10, 'more paid back than spent', '{100,-50,100}'),
    (11, 'one year', '{100}'), (12, 'none', '{}')) AS v(n, label, figures) ORDER BY n;
SELECT budgetpm.average_growth('{9000000000,12000000000,11600000000.01}', 'arithmetic') > 0.15 AS over,
       budgetpm.average_growth('{9000000000,12000000000,11600000000.00}', 'arithmetic') > 0.15 AS not_over;
-- against powers of whole numbers: 100 × (1 + rate)³ reaches the last figure, and one step less does not
SELECT last, rate, 100 * (1 + rate) ^ 3 >= last AS reaches, 100 * (1 + rate - 0.0000000001) ^ 3 < last AS least
  FROM unnest('{152.0875,152.08,152.09,100,99.99,300,1000000,0.01}'::numeric[]) AS last,
       budgetpm.average_growth(ARRAY[100, 1, NULL, last], 'compound') AS rate;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT budgetpm.average_growth('{1,2}', 'geometric')$$,
  $$SELECT budgetpm.average_growth('{1,NaN}', 'arithmetic')$$,
  $$SELECT budgetpm.average_growth('{1,2,3,4,5,6,7,8,9,10,11,12}', 'compound')$$]) AS s;

-- what ships
SELECT rule, title, severity, profile, category, in_force FROM r_report.planning_rule ORDER BY rule;
-- each could be defined again as it is
SELECT p.rule, f.* FROM r.planning_rule p
 CROSS JOIN LATERAL r.check_rule(to_jsonb(p) - '{version,defined_at,defined_by}'::text[]) AS f;

-- every fault at once, each with its place
SELECT * FROM r.check_rule('[]');
SELECT * FROM r.check_rule('{}');
SELECT * FROM r.check_rule('{"rule": "Über", "title": "", "severity": "fatal", "predicate": "$.amunt > $limit &&",
  "message": {"en": "{amount} and {limit%}", "fr": "non"}, "measures": {"amount": "$[", "total": 5}, "parameters": {"x": 1},
  "profile": "guangdong", "division": "999", "category": "x9", "from_year": 2027, "to_year": 2026, "setting": "growth", "active": "yes", "colour": "red"}');
SELECT * FROM r.check_rule('{"rule": "a", "title": "t", "severity": "warn", "message": {"zh": "{nothing}{x}"},
  "predicate": "$.amunt > $limit || exists($.items[*] ? (@.title like_regex \"x\" && @.amount.double() > $.cieling)) || $.items[$n to last].amount > 1",
  "parameters": [{"limit": 1, "x": 2}, {"limit": 2}]}');
SELECT * FROM r.check_rule('{"rule": "g", "title": "t", "severity": "warn", "message": {"zh": "x"},
  "predicate": "$.growth[*].average > $ratio", "parameters": {"ratio": 0.15, "mean": "geometric", "years": 11}}');
-- facts are joined to the document as they are named: a path that names none would find nothing, ever
SELECT p AS predicate, c.* FROM unnest(ARRAY['exists($ ? (@.history[*].spent > $.amount))', '$.* > 1', 'exists($.items[*] ? (@.amount > $.amount))']) AS p
  LEFT JOIN LATERAL r.check_rule(jsonb_build_object('rule', 'w', 'title', 't', 'severity', 'warn', 'message', jsonb_build_object('zh', 'x'), 'predicate', p)) AS c ON true;
-- a setting of one's own has a word of one's own in front: no profile could have the other
SELECT k AS setting, c.* FROM unnest('{planning.big_project,planning.growth_flag,suqian.big_project}'::text[]) AS k
  LEFT JOIN LATERAL r.check_rule(format('{"rule": "big", "title": "t", "severity": "warn", "message": {"zh": "x"}, "predicate": "$.amount > $limit", "parameters": {"limit": 1}, "setting": "%s"}', k)::jsonb) AS c ON true;
SELECT pg_temp.refused($$SELECT r.define_rule('{"rule": "a", "severity": "block", "predicate": "$.amount >", "message": {}}')$$);

-- versions
SELECT r.define_rule('{"rule": "big", "title": "大额", "severity": "warn", "predicate": "$.amount > $limit",
  "parameters": {"limit": 1000000}, "measures": {"amount": "$.amount"}, "message": {"zh": "{amount}元超过{limit}元"}, "active": false}');
SELECT r.define_rule('{"rule": "big", "title": "大额", "severity": "explain", "predicate": "$.amount > $limit",
  "parameters": {"limit": 2000000}, "measures": {"amount": "$.amount"}, "message": {"zh": "{amount}元超过{limit}元"}, "division": "320000000", "from_year": 2027}');
SELECT r.retire_rule('big');
SELECT r.activate_rule('big');
SELECT version, severity, division_code, from_year, in_force, defined_by FROM r_report.planning_rule WHERE rule = 'big' ORDER BY version;
SELECT pg_temp.refused(s) FROM unnest(ARRAY[
  $$SELECT r.activate_rule('big')$$, $$SELECT r.retire_rule('none')$$, $$SELECT r.retire_rule(NULL)$$,
  $$SELECT r.define_rule(NULL)$$, $$UPDATE r.planning_rule SET severity = 'warn'$$, $$DELETE FROM r.planning_rule$$,
  $$INSERT INTO r.planning_rule SELECT * FROM r.planning_rule$$, $$TRUNCATE r.planning_rule$$]) AS s;
