-- budgetpm.signal(): every rule of 红黄绿蓝 with its exact boundaries, and the faults
-- that were seen in the field.
SET client_min_messages = warning;
SELECT plan(111);

CREATE FUNCTION public.colour(facts jsonb, rules jsonb DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT budgetpm.signal(facts, rules) ->> 'colour'$$;
CREATE FUNCTION public.reason(facts jsonb, rules jsonb DEFAULT '{}') RETURNS text LANGUAGE sql IMMUTABLE AS
  $$SELECT string_agg(concat_ws(' ', r ->> 'dimension', r ->> 'colour', r ->> 'value', r ->> 'relation', r ->> 'threshold', r ->> 'note'), '')
      FROM jsonb_array_elements(budgetpm.signal(facts, rules) -> 'reasons') AS r$$;
CREATE FUNCTION public.paid(paid numeric, as_of date DEFAULT '2026-06-30', budget numeric DEFAULT 1000000) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$SELECT jsonb_build_object('as_of', as_of, 'budget', budget, 'paid', paid)$$;
CREATE FUNCTION public.one(kind text, target numeric, actual anyelement, as_of date DEFAULT '2026-06-30') RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$SELECT jsonb_build_object('as_of', as_of, 'indicators', jsonb_build_array(jsonb_build_object('indicator', '受益人数', 'kind', kind, 'target', target, 'actual', actual)))$$;
CREATE FUNCTION public.faults(facts jsonb, rules jsonb DEFAULT '{}') RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text;
BEGIN
  PERFORM budgetpm.signal(facts, rules);
  RETURN 'none';
EXCEPTION WHEN OTHERS THEN
  GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  RETURN SQLSTATE || ' ' || SQLERRM || coalesce(': ' || nullif(detail, ''), '');
END $$;

-- 预算执行: v = (paid / budget) / (month / 12); <60 red, 60-80 yellow, >=80 green, >=120 blue
SELECT is(colour(paid(p)), c, format('half a year, %s of 1000000', p)) FROM (VALUES
  (0.00, 'red'), (299999.99, 'red'), (300000.00, 'yellow'), (399999.99, 'yellow'), (400000.00, 'green'),
  (599999.99, 'green'), (600000.00, 'blue'), (1000000.00, 'blue'), (1000000.01, 'yellow')) AS x(p, c);
SELECT is(colour(paid(p, m)), c, format('%s, %s', m, p)) FROM (VALUES
  (149999.99, '2026-03-01'::date, 'red'), (150000, '2026-03-31', 'yellow'), (200000, '2026-03-31', 'green'), (300000, '2026-03-31', 'blue'),
  (549999.99, '2026-11-30', 'red'), (550000, '2026-11-30', 'yellow'), (733333.33, '2026-11-30', 'yellow'), (733333.34, '2026-11-30', 'green'),
  (600000, '2026-12-31', 'yellow'), (800000, '2026-12-31', 'green'), (1000000, '2026-12-31', 'green')) AS x(p, m, c);
-- a seventh of a year's third has no finite decimals: compared by multiplication all the same
SELECT is(reason(paid(0.20, '2026-07-31', 0.50)), 'payment yellow 0.6857 < 0.8', 'cut off, not rounded');
SELECT is(reason(paid(299999.99)), 'payment red 0.5999 < 0.6', 'what is red never shows its threshold');
SELECT is(reason(paid(300000)), 'payment yellow 0.6000 < 0.8', 'exactly the threshold is not below it');
SELECT is(budgetpm.signal(paid(300000)) #>> '{reasons,0,formula}', '(paid 300000 / budget 1000000) / (6 / 12)', 'the formula with its numbers');
SELECT is(colour(paid(92233720368547758.07, '2026-12-31', 92233720368547758.07)), 'green', 'the largest amounts');
SELECT is(colour(paid(73786976294838206.45, '2026-12-31', 92233720368547758.07)), 'yellow', 'a fen below 80 % of the largest');
SELECT is(colour(paid(73786976294838206.46, '2026-12-31', 92233720368547758.07)), 'green', 'a fen above');

-- field fault: division by zero when the budget is 0
SELECT is(reason(paid(0, budget => 0)), 'payment none no budget', 'no budget, nothing paid');
SELECT is(reason(paid(1, budget => 0)), 'payment yellow > 1 paid over budget', 'no budget, something paid');
SELECT is(reason(paid(-1, budget => 0)), 'payment none no budget', 'a refund of a former year');
SELECT is(reason(paid(1, budget => -5)), 'payment yellow > 1 paid over budget', 'a budget below nothing');
-- field fault: paid over budget scores above the maximum
SELECT is(reason(paid(2000000)), 'payment yellow 2.0000 > 1 paid over budget', 'paid over budget is no good news');
SELECT is(colour(paid(1000000.01), '{"execution": {"over_budget": "red"}}'), 'red', 'a profile may take it for worse');
SELECT is(budgetpm.signal(paid(2000000), '{"weights": {"payment": 10}}') ->> 'score', '100.00', 'the score stops at 100');
-- field fault: January
SELECT is(reason(paid(1000, '2026-01-31')), 'payment none before the start month', 'January is not judged');
SELECT is(reason(paid(1000, '2026-02-28')), 'payment none before the start month', 'nor February, as standard has it');
SELECT is(reason(paid(1000, '2026-01-31'), '{"execution": {"start_month": 1}}'), 'payment red 0.0120 < 0.6', 'unless the profile wants it');
-- field fault: a trailing space in a qualitative word
SELECT is(colour(one('qualitative', NULL, w)), c, format('qualitative "%s"', w)) FROM (VALUES
  ('达成'::text, 'green'), ('达成 ', 'green'), (' 达成年度指标' || chr(9), 'green'), ('达成' || U&'\3000', 'green'), (U&'\00A0' || '达成', 'green'),
  ('部分达成', 'yellow'), ('部分达成年度指标并具有一定效果 ', 'yellow'), ('未达成', 'red'), ('未达成年度指标且效果较差', 'red'), ('大概达成', 'none'), (' ', 'none')) AS x(w, c);
SELECT is(reason(one('qualitative', NULL, '大概达成'::text)), 'indicator none not a word of the profile', 'an unknown word is told');
SELECT is(colour(one('qualitative', NULL, '好'::text), '{"indicator": {"words": {"green": ["好"]}}}'), 'green', 'a profile has words of its own');
-- field fault: a boundary that belongs to nobody: each value has exactly one colour
SELECT is((SELECT count(*) FROM generate_series(0, 1300) AS v WHERE colour(paid(v, '2026-12-31', 1000)) NOT IN ('red', 'yellow', 'green')), 0::bigint, 'no value without a colour');
SELECT is((SELECT string_agg(v || ' ' || c, ', ' ORDER BY v) FROM (SELECT v, colour(paid(v, '2026-06-30', 1000)) AS c, lag(colour(paid(v, '2026-06-30', 1000))) OVER (ORDER BY v) AS b
  FROM generate_series(0, 1100) AS v) x WHERE c IS DISTINCT FROM b), '0 red, 300 yellow, 400 green, 600 blue, 1001 yellow', 'where colours change');

-- the project's own part of the year
SELECT is(reason(paid(0) || '{"starts_on": "2026-07-01"}'), 'payment none not started', 'not yet started');
SELECT is(reason(paid(0, '2026-07-01') || '{"starts_on": "2026-07-01"}'), 'payment none before the start month', 'begun today');
SELECT is(budgetpm.signal(paid(0, '2026-09-30') || '{"starts_on": "2026-07-15"}') #>> '{reasons,0,formula}', '(paid 0 / budget 1000000) / (3 / 6)', 'July to December are six months');
SELECT is(budgetpm.signal(paid(0, '2026-09-30') || '{"ends_on": "2026-08-15"}') #>> '{reasons,0,formula}', '(paid 0 / budget 1000000) / (8 / 8)', 'after its end all of it is due');
SELECT is(budgetpm.signal(paid(0, '2026-06-30') || '{"starts_on": "2024-03-01", "ends_on": "2028-03-01"}') #>> '{reasons,0,formula}', '(paid 0 / budget 1000000) / (6 / 12)', 'of several years, this one counts');
SELECT is(budgetpm.signal(paid(0, '2026-03-31'), '{"execution": {"by": "day"}}') #>> '{reasons,0,formula}', '(paid 0 / budget 1000000) / (90 / 365)', 'by days');
SELECT is(budgetpm.signal(paid(0, '2026-02-10') || '{"starts_on": "2026-01-20", "ends_on": "2026-02-10"}') #>> '{reasons,0,formula}', '(paid 0 / budget 1000000) / (2 / 2)', 'one that is over before the start month is judged at its end');

-- 四川: dated ladder 25/40/60/80 %
CREATE FUNCTION public.ladder() RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$SELECT '{"execution": {"ladder": [{"from": "04-30", "at_least": 0.25}, {"from": "06-30", "at_least": 0.4},
  {"from": "08-31", "at_least": 0.6}, {"from": "10-31", "at_least": 0.8, "colour": "red"}]}}'::jsonb$$;
SELECT is(reason(paid(p, m), ladder()), r, format('%s, %s', m, p)) FROM (VALUES
  (0, '2026-04-29'::date, 'payment none before the first day of the ladder'), (249999.99, '2026-04-30', 'payment yellow 0.2499 < 0.25'), (250000, '2026-04-30', 'payment green 0.2500 >= 0.25'),
  (399999.99, '2026-08-30', 'payment yellow 0.3999 < 0.4'), (600000, '2026-08-31', 'payment green 0.6000 >= 0.6'), (799999.99, '2026-12-31', 'payment red 0.7999 < 0.8'), (1000001, '2026-12-31', 'payment yellow 1.0000 > 1 paid over budget')) AS x(p, m, r);

-- 合同履约, 物资到位, 形象进度
SELECT is(reason('{"as_of": "2026-06-30", "contract_due": 5, "contract_met": 3}'), 'contract yellow 0.6000 < 0.8', 'contract');
-- clauses of contracts: what is due and met, and how many days the latest one is late: 1 yellow, 30 red
CREATE FUNCTION public.late(days integer) RETURNS jsonb LANGUAGE sql IMMUTABLE AS
  $$SELECT jsonb_build_object('as_of', '2026-06-30', 'clause_due', 10, 'clause_met', 9, 'clause_late', days, 'clause', '合同1/2 竣工')$$;
SELECT is(reason(late(d)), 'contract green 0.9000 >= 0.8contract ' || r, format('%s days late', d)) FROM (VALUES
  (0, 'green 0 < 1'), (1, 'yellow 1 >= 1'), (29, 'yellow 29 >= 1'), (30, 'red 30 >= 30')) AS x(d, r);
SELECT is(budgetpm.signal(late(3)) #>> '{reasons,1,clause}', '合同1/2 竣工', 'the clause is named');
SELECT is(colour(late(29), '{"contract": {"red_days": 29}}'), 'red', 'a profile that is stricter');
SELECT is(reason(late(29), '{"contract": {"yellow_days": null}}'), 'contract green 0.9000 >= 0.8contract green 29 < 30', 'one that knows no yellow');
SELECT is(reason(late(400), '{"contract": {"yellow_days": null, "red_days": null}}'), 'contract green 0.9000 >= 0.8', 'one that counts no days');
SELECT is(budgetpm.signal(late(30) || '{"contract_due": 2, "contract_met": 1, "planned": 1, "physical": 1}', '{"weights": {"contract": 10, "schedule": 10}}') ->> 'score', '85.00', '(10 x (0.5 + 0.9) / 2 + 10 x 1) / 20: reasons of a dimension share its weight');
SELECT is(faults('{"as_of": "2026-06-30"}', '{"contract": {"red_days": 5, "yellow_days": 6}}'), '22023 rules of the signal have 1 fault: $.contract.red_days: must not be below yellow_days', 'red before yellow');
SELECT is(reason('{"as_of": "2026-06-30", "delivery_due": 200.5, "delivery_met": 120.2}'), 'delivery red 0.5995 < 0.6', 'delivery');
SELECT is(reason('{"as_of": "2026-06-30", "delivery_due": 0, "delivery_met": 3}'), 'delivery none nothing is due yet', 'nothing is due yet');
SELECT is(reason('{"as_of": "2026-01-02", "planned": 0.1, "physical": 0.12}'), 'schedule blue 1.2000 >= 1.2', 'ahead of the plan, in January too');
SELECT is(reason('{"as_of": "2026-01-02", "planned": 0.1}'), 'schedule red 0.0000 < 0.6', 'nothing reported is nothing done');

-- 绩效指标
SELECT is(colour(one(k, t, a)), c, format('%s %s: %s', k, t, a)) FROM (VALUES
  ('>=', 100, 29.99, 'red'), ('>=', 100, 30, 'yellow'), ('>=', 100, 40, 'green'), ('>=', 100, 60, 'blue'), ('>=', 100, 0, 'red'), ('>=', 0, 0, 'green'), ('>=', 0, 1, 'red'),
  ('<=', 10, 10, 'green'), ('<=', 10, 10.01, 'red'), ('<', 10, 10, 'red'), ('<', 10, 9.99, 'green'), ('=', 0, 1, 'red'), ('=', 4, 2, 'green')) AS x(k, t, a, c);

-- the worst wins; a profile chooses dimensions, colours, how bad one may be
SELECT is(colour('{"as_of": "2026-06-30", "budget": 10, "paid": 9, "planned": 1, "physical": 0.7, "contract_due": 2, "contract_met": 1}'), 'red', 'red over yellow over blue');
SELECT is(colour('{"as_of": "2026-06-30", "budget": 10, "paid": 9, "planned": 1, "physical": 0.7, "contract_due": 2, "contract_met": 1}', '{"dimensions": ["payment", "schedule"]}'), 'yellow', 'yellow over blue');
SELECT is(colour('{"as_of": "2026-06-30", "budget": 10, "paid": 9, "planned": 1, "physical": 0.8}'), 'green', 'green over blue');
SELECT is(colour(paid(900000), '{"colours": [{"colour": "green", "name": "绿"}, {"colour": "red", "name": "红"}]}'), 'green', 'without blue it is green');
SELECT is(colour('{"as_of": "2026-06-30", "contract_due": 2, "contract_met": 1}', '{"contract": {"worst": "yellow"}}'), 'yellow', 'a dimension that alone is never red');
SELECT is(colour('{"as_of": "2026-06-30"}'), 'none', 'nothing known, no colour');
SELECT is(budgetpm.signal('{"as_of": "2026-06-30", "contract_due": 4, "contract_met": 3, "planned": 0.5, "physical": 0.25, "indicators": [{"indicator": "a", "kind": "<=", "target": 1, "actual": 2}, {"indicator": "b", "kind": "<=", "target": 1, "actual": 1}]}',
  '{"weights": {"contract": 10, "schedule": 20, "indicator": 10}}') ->> 'score', '56.25', '(10 x 0.75 + 20 x 0.5 + 10 x (0 + 1) / 2) / 40');
-- 双监控: the gap between achievement and execution, above ten points
SELECT is(reason('{"as_of": "2026-01-31", "budget": 1000, "paid": 500.00, "achievement": 0.6}', '{"dimensions": ["gap"]}'), 'gap green 0.1000 <= 0.1', 'ten points are allowed');
SELECT is(reason('{"as_of": "2026-01-31", "budget": 1000, "paid": 499.99, "achievement": 0.6}', '{"dimensions": ["gap"]}'), 'gap yellow 0.1000 > 0.1', 'a fen more is not');

-- wrong input: every fault
SELECT is(faults('{"as_of": "2026-02-30", "budgett": 1, "paid": 2, "budget": "x"}'), E'22023 facts of the signal have 3 faults: $.budgett: unknown property\n$.as_of: "2026-02-30" is not a date YYYY-MM-DD\n$.budget: must be a number', 'facts');
SELECT is(faults('{"as_of": "2026-06-30"}', '{"execution": {"red_below": 0.9, "start_month": 0, "by": "week"}, "dimensions": ["money"]}'), E'22023 rules of the signal have 4 faults: $.execution.start_month: must be a whole number from 1 on\n$.execution.by: "week" is not one of month, day\n$.execution.red_below: must not be above yellow_below\n$.dimensions[0]: is not one of payment, contract, delivery, schedule, indicator, gap', 'rules');
SELECT is(faults('[]'), '22023 facts of the signal must be an object', 'not an object');
SELECT is(faults('{}'), E'22023 facts of the signal have 1 fault: $.as_of: missing', 'no day');
SELECT is(faults('{"as_of": "2026-06-30"}', '{"execution": {"ladder": [{"from": "06-31", "at_least": -1}, {"from": "02-29"}]}}') ~ '4 faults|3 faults', true, 'a ladder with faults');
SELECT is((SELECT provolatile FROM pg_proc WHERE oid = 'budgetpm.signal(jsonb, jsonb)'::regprocedure), 'i', 'may be used in sets and indexes');

-- rules that differ from row to row, more of them than are kept, and of one size
SELECT is((SELECT count(*) FROM generate_series(0, 99) AS n, LATERAL (SELECT (n * 37) % 90 + 10 AS percent) x
  WHERE colour(paid(275000), jsonb_build_object('execution', jsonb_build_object('red_below', ('0.' || percent)::numeric, 'yellow_below', 1)))
        <> CASE WHEN 275000 * 2 < percent * 10000 THEN 'red' ELSE 'yellow' END), 0::bigint, 'every row has its own rules');

-- what the code assumes is what profile standard says
SELECT is(budgetpm.signal(f, (SELECT jsonb_object_agg(substr(key, 16), value -> 'value') - 'weights' FROM jsonb_each(budgetpm.profile_source('standard') -> 'settings') WHERE key LIKE 'project.signal.%')),
          budgetpm.signal(f), 'standard') FROM (SELECT '{"as_of": "2026-06-30", "budget": 10, "paid": 3, "planned": 1, "physical": 0.8, "contract_due": 5, "contract_met": 3, "delivery_due": 5, "delivery_met": 4,
          "indicators": [{"indicator": "a", "kind": ">=", "target": 10, "actual": 6}]}'::jsonb AS f) x;
SELECT * FROM finish();
