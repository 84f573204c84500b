-- Payment monitoring (动态监控): every rule that ships at its exact boundaries, and each of
-- the five strengths: what it does to a payment, and how its case ends.
SET client_min_messages = warning;
SELECT plan(185);
CREATE ROLE regress_bounds_payer;
CREATE ROLE regress_bounds_control;
GRANT regress_bounds_payer, regress_bounds_control TO CURRENT_USER;
SELECT budgetpm.create_ledger('b', root => '320000000', first_year => 2025);
SELECT b.register_division('320100000', '南京市', '320000000', 2), b.register_division('320104000', '秦淮区', '320100000', 3), b.register_division('320500000', '苏州市', '320000000', 2);
SELECT b.register_unit('101', '南京市教育局', '320100000'), b.register_unit('101001', '南京市第一中学', '320100000', '101'), b.register_unit('101002', '南京市第二中学', '320100000', '101'),
       b.register_unit('102', '南京市卫生局', '320100000');
CREATE TABLE public.name (name text PRIMARY KEY, id bigint);
CREATE FUNCTION public.id(wanted text) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT id FROM public.name WHERE name = wanted';
INSERT INTO name SELECT n, b.open_line(2025, u, '2050202', '50201', e, title => n)
  FROM (VALUES ('school', '101001', '30201'), ('second', '101002', '30201'), ('office', '101', '30201'), ('health', '102', '30201'), ('guests', '101001', '30217'), ('wages', '101001', '30101'),
         ('pensions', '101001', '30301'), ('plain', '101001', NULL)) AS l(n, u, e);
SELECT b.appropriate(id, 1000000, '预', accounting_date => '2025-01-05') FROM name;
SELECT budgetpm.grant_ledger('b', 'regress_bounds_payer', 'officer'), budgetpm.grant_ledger('b', 'regress_bounds_control', 'officer');
GRANT ALL ON public.name TO PUBLIC;
SELECT b.register_account('101001', '32001122', '工行', '基本户'), b.register_account('101', '32009999', '工行', '基本户'), b.register_account('102', '32005555', '工行', '基本户');

-- What the rules found of the last statement's payments, which have document X, or what they refuse; nothing of any of them stays.
CREATE FUNCTION public.found(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  answer text;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  SELECT coalesce(string_agg(f.rule || ' ' || f.strength, ', ' ORDER BY f.rule), 'nothing') INTO answer FROM b.monitor_finding f WHERE f.facts ->> 'document' = 'X';
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || coalesce(substring(answer FROM '\): (\w+)'), SQLERRM);
END $$;
-- The statement that asks for a payment.
CREATE FUNCTION public.ask(amount numeric, day date, memo jsonb DEFAULT '{}', line text DEFAULT 'school', document text DEFAULT 'X', kind text DEFAULT 'request_payment') RETURNS text IMMUTABLE LANGUAGE sql AS
  $$SELECT format('SELECT b.%I(id(%L), %s, %L, accounting_date => %L, memo => %L)', kind, line, amount, document, day, memo)$$;
CREATE FUNCTION public.activate(VARIADIC rules text[]) RETURNS void LANGUAGE sql AS $$
  SELECT b.set_monitor_rule(rule, rule = ANY (rules)) FROM b.monitor_rule WHERE active OR rule = ANY (rules) $$;

SELECT is((SELECT string_agg(rule || ' ' || strength, ', ' ORDER BY rule) FROM b.monitor_rule WHERE NOT active),
  'beside_contract stop, cash forbid, december_surge log, economic_mismatch warn, not_contractor stop, own_account stop, split_payment warn_attachment', 'what ships, none of it active');
SELECT is(found(ask(5000, '2025-12-31', '{"settlement": "cash", "payee_account": "32001122"}')), 'nothing', 'nothing is looked at');

-- own_account: the unit's own name or account, and those above and below it
SELECT activate('own_account');
SELECT is(found(ask(0.01, '2025-03-01', memo, line)), wanted, format('own account: %s of %s', memo, line)) FROM (VALUES
  ('{"payee_account": "32001122"}'::jsonb, 'school', 'own_account stop'), ('{"payee_account": "32009999"}', 'school', 'own_account stop'), ('{"payee_account": "32001122"}', 'office', 'own_account stop'),
  ('{"payee_account": "32001122"}', 'second', 'nothing'), ('{"payee_account": "32005555"}', 'school', 'nothing'), ('{"payee_account": "3200112"}', 'school', 'nothing'), ('{"payee_account": "320011220"}', 'school', 'nothing'),
  ('{"payee": "南京市第一中学"}', 'school', 'own_account stop'), ('{"payee": "南京市教育局"}', 'school', 'nothing'), ('{"payee": "南京市第一中学工会"}', 'school', 'nothing'),
  ('{"payee": "乙", "payee_account": "32001122"}', 'school', 'own_account stop'), ('{"payee": "乙"}', 'school', 'nothing'), ('{}', 'school', 'nothing'),
  -- white space makes nobody somebody else
  ('{"payee_account": "3200 1122"}', 'school', 'own_account stop'), ('{"payee_account": " 32001122\t"}', 'school', 'own_account stop'), ('{"payee": "南京市第一中学 "}', 'school', 'own_account stop'), ('{"payee": "　南京市第一中学"}', 'school', 'own_account stop'), ('{"payee_account": "3200-1122"}', 'school', 'own_account stop')) AS x(memo, line, wanted);

-- not_contractor: on a contract another is paid; beside_contract: the contractor is paid, but not on the contract
INSERT INTO b.contract (contract_no, line_id, amount, supplier, state) VALUES ('合同', id('school'), 1000, '建筑公司', 'signed'), ('草稿', id('school'), 1000, '供货公司', 'draft'), ('无名', id('school'), 1000, NULL, 'signed');
CREATE FUNCTION public.on_contract(no text, payee text) RETURNS text STABLE LANGUAGE sql AS
  $$SELECT format('SELECT b.request_payment(id(''school''), 1, ''X'', commitment => %s, accounting_date => ''2025-03-01'', memo => %L)', max(obligation_id), jsonb_build_object('payee', payee)) FROM b.obligation WHERE document = no$$;
SELECT activate('not_contractor', 'beside_contract');
SELECT is(found(s), wanted, 'contractor: ' || what) FROM (VALUES
  ('the contractor on the contract', on_contract('合同', '建筑公司'), 'nothing'), ('another one', on_contract('合同', '皮包公司'), 'not_contractor stop'), ('a longer name', on_contract('合同', '建筑公司二分公司'), 'not_contractor stop'),
  ('nobody is named', on_contract('合同', NULL), 'nothing'), ('a contract that names nobody', on_contract('无名', '皮包公司'), 'nothing'), ('white space', on_contract('合同', '建筑公司 '), 'nothing'),
  ('beside the contract', ask(1, '2025-03-01', '{"payee": "建筑公司"}'), 'beside_contract stop'), ('beside it, with white space', ask(1, '2025-03-01', '{"payee": " 建筑公司"}'), 'beside_contract stop'),
  ('beside a draft', ask(1, '2025-03-01', '{"payee": "供货公司"}'), 'nothing'), ('from another line', ask(1, '2025-03-01', '{"payee": "建筑公司"}', 'second'), 'nothing')) AS x(what, s, wanted);
SELECT is(found($$UPDATE b.contract SET state = 'closed' WHERE contract_no = '合同'$$, ask(1, '2025-03-01', '{"payee": "建筑公司"}')), 'nothing', 'contractor: beside one that is closed');

-- split_payment: each below the band of 200000, together at it, within 15 days
SELECT activate('split_payment');
CREATE FUNCTION public.split(first numeric, second numeric, days integer DEFAULT 0, one jsonb DEFAULT '{"payee": "乙"}', other jsonb DEFAULT '{"payee": "乙"}', line text DEFAULT 'school') RETURNS text LANGUAGE sql AS
  $$SELECT found(ask(first, '2025-03-15', one, 'school', 'first'), ask(second, '2025-03-15'::date + days, other, line))$$;
SELECT is(split(a, c), wanted, format('split: %s and %s', a, c)) FROM (VALUES
  (100000, 99999.99, 'nothing'), (100000, 100000, 'split_payment warn_attachment'), (100000, 100000.01, 'split_payment warn_attachment'), (0.01, 199999.99, 'split_payment warn_attachment'), (0.01, 199999.98, 'nothing'),
  (100000, 200000, 'nothing'), (199999.99, 200000, 'nothing'), (200000, 0.01, 'split_payment warn_attachment'), (199999.99, 0.01, 'split_payment warn_attachment'), (199999.98, 0.01, 'nothing')) AS x(a, c, wanted);
SELECT is(found(ask(a, '2025-03-15', '{"payee": "乙"}')), 'nothing', format('split: %s alone', a)) FROM unnest('{199999.99,200000,200000.01}'::numeric[]) AS a;
SELECT is(split(100000, 100000, d, who, who), wanted, format('split: %s days later to %s', d, who)) FROM (VALUES
  (14, 'split_payment warn_attachment'), (15, 'nothing'), (16, 'nothing'), (-14, 'split_payment warn_attachment'), (-15, 'nothing')) AS x(d, wanted), unnest(ARRAY['{"payee": "乙"}', '{"payee_account": "1"}']::jsonb[]) AS who;
SELECT is(split(100000, 100000, 0, one, other, line), wanted, format('split: %s, %s from %s', one, other, line)) FROM (VALUES
  ('{"payee": "乙"}'::jsonb, '{"payee": "丙"}'::jsonb, 'school', 'nothing'), ('{"payee": "乙", "payee_account": "1"}', '{"payee": "丙", "payee_account": "1"}', 'school', 'split_payment warn_attachment'),
  ('{"payee": "乙", "payee_account": "1"}', '{"payee": "乙", "payee_account": "2"}', 'school', 'split_payment warn_attachment'), ('{"payee": "乙", "payee_account": "1"}', '{"payee": "丙", "payee_account": "2"}', 'school', 'nothing'),
  ('{"payee": "乙", "payee_account": "1"}', '{"payee_account": "1"}', 'school', 'split_payment warn_attachment'), ('{}', '{}', 'school', 'nothing'),
  ('{"payee": "乙"}', '{"payee": "乙"}', 'guests', 'split_payment warn_attachment'), ('{"payee": "乙"}', '{"payee": "乙"}', 'second', 'nothing'),
  ('{"payee": "乙"}', '{"payee": "乙 "}', 'school', 'split_payment warn_attachment'), ('{"payee_account": "11 22"}', '{"payee_account": "1122"}', 'school', 'split_payment warn_attachment')) AS x(one, other, line, wanted);
-- one that has both name and account in common is one payment; what is released is none
SELECT is(split(100000, 99999.99, 0, '{"payee": "乙", "payee_account": "1"}', '{"payee": "乙", "payee_account": "1"}'), 'nothing', 'split: by name and account, counted once');
SELECT is(found(ask(100000, '2025-03-15', '{"payee": "乙"}', document => 'first'), format($$SELECT b.release(max(obligation_id), '退回', %s) FROM b.obligation WHERE document = 'first'$$, released), ask(100000, '2025-03-15', '{"payee": "乙"}')), wanted,
  format('split: %s of it released', released)) FROM (VALUES (0.01, 'nothing'), (100000, 'nothing')) AS x(released, wanted);
SELECT is(found(ask(100000, '2025-03-15', '{"payee": "乙"}', document => 'first'), $$SELECT b.release(max(obligation_id), '退回', 0.01) FROM b.obligation WHERE document = 'first'$$, ask(100000.01, '2025-03-15', '{"payee": "乙"}')), 'split_payment warn_attachment',
  'split: a fen released, a fen more asked for');

-- cash: forbidden above 1000, however it is written
SELECT activate('cash');
SELECT is(found(ask(amount, '2025-03-01', jsonb_build_object('settlement', word), kind => kind)), CASE WHEN refused THEN 'ZB010 cash' ELSE 'nothing' END, format('cash: %s of %s in "%s"', kind, amount, word))
  FROM (VALUES (999.99, 'cash', false), (1000, 'cash', false), (1000.01, 'cash', true), (1000.01, 'CASH', true), (1000.01, '现金', true), (1000.01, ' 现金 ', true), (1000.01, '现金支票', false), (1000.01, 'cashless', false), (1000.01, 'transfer', false),
         (1000.01, '　现金' || chr(9), true)) AS x(amount, word, refused), unnest('{request_payment,pay}'::text[]) AS kind;
SELECT is(found(ask(1000.01, '2025-03-01')), 'nothing', 'cash: nothing is said');

-- economic_mismatch: words of the purpose beside the economic class (部门经济分类)
SELECT activate('economic_mismatch');
SELECT is(found(ask(0.01, '2025-03-01', jsonb_build_object('purpose', purpose), line)), wanted, format('economic class: %s from %s', purpose, line)) FROM (VALUES
  ('公务接待餐费', 'school', 'economic_mismatch warn'), ('招待', 'wages', 'economic_mismatch warn'), ('公务接待餐费', 'guests', 'nothing'), ('办公用品', 'school', 'nothing'), ('接', 'school', 'nothing'),
  ('一月工资', 'school', 'economic_mismatch warn'), ('一月工资', 'guests', 'economic_mismatch warn'), ('一月工资', 'wages', 'nothing'), ('生活补贴', 'pensions', 'nothing'), ('特殊津贴', 'school', 'economic_mismatch warn'),
  ('一月工资', 'plain', 'nothing'), ('', 'school', 'nothing')) AS x(purpose, line, wanted);

-- december_surge: more than 30 % of the line's budget of 1000000 in December
SELECT activate('december_surge');
SELECT is(found(ask(amount, day)), wanted, format('December: %s on %s', amount, day)) FROM (VALUES
  (300000, '2025-12-01'::date, 'nothing'), (300000.01, '2025-12-01', 'december_surge log'), (300000.01, '2025-12-31', 'december_surge log'), (299999.99, '2025-12-31', 'nothing'), (300000.01, '2025-11-30', 'nothing'), (990000, '2025-11-30', 'nothing')) AS x(amount, day, wanted);
SELECT is(found(ask(a, day, document => 'first', line => line), ask(c, '2025-12-31')), wanted, format('December: %s on %s from %s, then %s', a, day, line, c)) FROM (VALUES
  (300000, '2025-11-30'::date, 'school', 0.01, 'nothing'), (300000, '2025-12-01', 'school', 0.01, 'december_surge log'), (299999.99, '2025-12-01', 'school', 0.01, 'nothing'), (300000, '2025-12-01', 'guests', 0.01, 'nothing')) AS x(a, day, line, c, wanted);
SELECT is(found(ask(300000, '2025-12-01', document => 'first'), $$SELECT b.release(max(obligation_id), '退回') FROM b.obligation WHERE document = 'first'$$, ask(300000, '2025-12-31')), 'nothing', 'December: what was released is not spent');
SELECT is(found(ask(300000, '2025-12-01', document => 'first'), $$SELECT b.release(max(obligation_id), '退回', 0.01) FROM b.obligation WHERE document = 'first'$$, ask(0.01, '2025-12-31')), 'nothing', 'December: a fen released, a fen asked for');
SELECT is(found(ask(300000, '2025-12-01', document => 'first'), $$SELECT b.pay(id('school'), 300000, 'first', request => max(obligation_id)) FROM b.obligation WHERE document = 'first'$$, ask(0.01, '2025-12-31')), 'december_surge log', 'December: what was paid counts once');
SELECT is(found($$SELECT b.reduce(id('school'), 0.01, '收回', accounting_date => '2025-11-30')$$, ask(300000, '2025-12-31')), 'december_surge log', 'December: a fen less of budget');

-- where and when a rule holds: its division and below, from its first to its last day
SELECT b.set_monitor_rule(rule, false) FROM b.monitor_rule WHERE active;
CREATE FUNCTION public.rule_of(strength text, more text DEFAULT '') RETURNS text IMMUTABLE LANGUAGE sql AS
  $$SELECT format('SELECT b.set_monitor_rule(''limit'', title => ''限额'', strength => %L, predicate => ''$.amount > $most'', parameters => ''{"most": 100}'' %s)', strength, more)$$;
SELECT is(found(rule_of('log', more), ask(amount, day)), wanted, format('rule %s: %s on %s', more, amount, day)) FROM (VALUES
  ('', 100, '2025-03-01'::date, 'nothing'), ('', 100.01, '2025-03-01', 'limit log'),
  (', division => ''320100000''', 100.01, '2025-03-01', 'limit log'), (', division => ''320000000''', 100.01, '2025-03-01', 'limit log'), (', division => ''320104000''', 100.01, '2025-03-01', 'nothing'), (', division => ''320500000''', 100.01, '2025-03-01', 'nothing'),
  (', valid_from => ''2025-03-01''', 100.01, '2025-02-28', 'nothing'), (', valid_from => ''2025-03-01''', 100.01, '2025-03-01', 'limit log'), (', valid_to => ''2025-03-01''', 100.01, '2025-03-01', 'limit log'), (', valid_to => ''2025-03-01''', 100.01, '2025-03-02', 'nothing'),
  (', active => false', 100.01, '2025-03-01', 'nothing')) AS x(more, amount, day, wanted);
-- how many: the second and the third payment, of three that the rule allows two
CREATE FUNCTION public.times(n integer) RETURNS text[] IMMUTABLE LANGUAGE sql AS
  $$SELECT ARRAY[$a$SELECT b.set_monitor_rule('often', title => '频繁', strength => 'log', predicate => '$.recent.count >= $n', parameters => '{"n": 3}', days => 5)$a$] || array_agg(ask(1, '2025-03-01', '{"payee": "乙"}', document => CASE WHEN i = n THEN 'X' ELSE 'earlier' END) ORDER BY i) FROM generate_series(1, n) AS i$$;
SELECT is(found(VARIADIC times(n)), CASE WHEN n >= 3 THEN 'often log' ELSE 'nothing' END, format('payment %s of at least 3', n)) FROM generate_series(1, 4) AS n;

-- The five strengths: what becomes of a payment of 100.01 where 100 is the most, and of its money.
CREATE FUNCTION public.fate(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  statement text;
  answer text;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
  RESET ROLE;
  SELECT concat_ws(', ', (SELECT string_agg(f.rule || ' ' || f.strength, ', ' ORDER BY f.finding_id) FROM b.monitor_finding f WHERE f.facts ->> 'document' = 'X'),
           'requested ' || requested, 'paid ' || paid, 'stop ' || (SELECT string_agg(state, ' ') FROM b.monitor_stop)) INTO answer FROM b.balance WHERE line_id = id('school');
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN answer;
  WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
    RETURN SQLSTATE || ' ' || regexp_replace(coalesce(substring(answer FROM '\): (\w+)'), substring(answer FROM '拦截\) (is \w+)'), SQLERRM), '\d+', 'N', 'g');
END $$;
CREATE FUNCTION public.payer() RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'SET LOCAL ROLE regress_bounds_payer'$$;
CREATE FUNCTION public.control() RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT 'SET LOCAL ROLE regress_bounds_control'$$;
CREATE FUNCTION public.request(amount numeric DEFAULT 100.01) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT ask(amount, '2025-03-01')$$;
CREATE FUNCTION public.pay(amount numeric DEFAULT 100.01) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT ask(amount, '2025-03-01', kind => 'pay')$$;
CREATE FUNCTION public.pay_it() RETURNS text IMMUTABLE LANGUAGE sql AS
  $f$SELECT $a$SELECT b.pay(id('school'), 100.01, 'X', request => max(obligation_id), accounting_date => '2025-03-01') FROM b.obligation WHERE document = 'X'$a$$f$;
CREATE FUNCTION public.give_back() RETURNS text IMMUTABLE LANGUAGE sql AS $f$SELECT $a$SELECT b.release(max(obligation_id), '退回', accounting_date => '2025-03-01') FROM b.obligation WHERE document = 'X'$a$$f$;
CREATE FUNCTION public.decide(decision text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT format('SELECT b.decide_stop(max(stop_id), %L, ''核实'') FROM b.monitor_stop', decision)$$;
CREATE FUNCTION public.attach(unit text DEFAULT '101001', subject text DEFAULT 'X') RETURNS text IMMUTABLE LANGUAGE sql AS
  $$SELECT format('SELECT b.register_document(''explanation'', ''说明'', ''sha256'', repeat(''ee'', 32), 1, ''application/pdf'', ''s'', subject => %L, unit => %L)', subject, unit)$$;
SELECT unnest(ARRAY[is(fate(rule_of(strength), payer(), request(100)), 'requested 100.00, paid 0.00', strength || ': a request of 100 is none of its business'),
       is(fate(rule_of(strength), payer(), pay(100)), 'requested 0.00, paid 100.00', strength || ': nor is a payment of 100')])
  FROM unnest('{log,warn,warn_attachment,stop,forbid}'::text[]) AS strength;
SELECT unnest(ARRAY[is(fate(rule_of(strength), payer(), request()), format('limit %s, requested 100.01, paid 0.00', strength), strength || ': requested'),
       is(fate(rule_of(strength), payer(), pay()), format('limit %s, requested 0.00, paid 100.01', strength), strength || ': paid'),
       is(fate(rule_of(strength), payer(), request(), pay_it()), format('limit %s, requested 0.00, paid 100.01', strength), strength || ': requested and paid, found once')])
  FROM unnest('{log,warn}'::text[]) AS strength;
SELECT is(fate(VARIADIC rule_of(strength) || (payer() || steps)), wanted, strength || ': ' || what) FROM (VALUES
  ('warn_attachment', 'requested', ARRAY[request()], 'limit warn_attachment, requested 100.01, paid 0.00'),
  ('warn_attachment', 'paid without a file', ARRAY[pay()], 'ZB010 limit'), ('warn_attachment', 'the request is paid without one', ARRAY[request(), pay_it()], 'ZB010 limit'),
  ('warn_attachment', 'paid with one', ARRAY[attach(), pay()], 'limit warn_attachment, requested 0.00, paid 100.01'),
  ('warn_attachment', 'the request is paid with one', ARRAY[request(), attach(), pay_it()], 'limit warn_attachment, requested 0.00, paid 100.01'),
  ('warn_attachment', 'one of the unit above', ARRAY[request(), attach('101'), pay_it()], 'limit warn_attachment, requested 0.00, paid 100.01'),
  ('warn_attachment', 'one of the unit beside', ARRAY[request(), attach('101002'), pay_it()], 'ZB010 limit'),
  ('warn_attachment', 'one for another payment', ARRAY[request(), attach(subject => 'XX'), pay_it()], 'ZB010 limit'),
  ('stop', 'requested: the money is held', ARRAY[request()], 'limit stop, requested 100.01, paid 0.00, stop open'),
  ('stop', 'paid without a request', ARRAY[pay()], 'ZB010 limit'), ('stop', 'the request is paid', ARRAY[request(), pay_it()], 'ZB010 is open'),
  ('stop', 'taken back before anybody decides', ARRAY[request(), give_back()], 'limit stop, requested 0.00, paid 0.00, stop open'),
  ('stop', 'whoever asked does not decide', ARRAY[request(), decide('release')], 'ZB008 stop N is of a payment that role "regress_bounds_payer" asked for himself'),
  ('stop', '放行, and paid', ARRAY[request(), control(), decide('release'), payer(), pay_it()], 'limit stop, requested 0.00, paid 100.01, stop released'),
  ('stop', '放行, by half', ARRAY[request(), control(), decide('release'), payer(), replace(pay_it(), '100.01', '50')], 'limit stop, requested 50.01, paid 50.00, stop released'),
  ('stop', '改正, and paid', ARRAY[request(), control(), decide('correct'), payer(), pay_it()], 'ZB010 is corrected'),
  ('stop', '改正, and taken back', ARRAY[request(), control(), decide('correct'), payer(), give_back()], 'limit stop, requested 0.00, paid 0.00, stop corrected'),
  ('stop', '禁止, and paid', ARRAY[request(), control(), decide('forbid'), payer(), pay_it()], 'ZB010 is forbidden'),
  ('stop', '禁止, and taken back', ARRAY[request(), control(), decide('forbid'), payer(), give_back()], 'limit stop, requested 0.00, paid 0.00, stop forbidden'),
  ('stop', 'decided twice', ARRAY[request(), control(), decide('release'), decide('forbid')], 'ZB007 stop N is released'),
  ('stop', 'decided as nobody knows', ARRAY[request(), control(), decide('pass')], '22023 decision "pass" is not known'),
  ('stop', 'the rule is no longer active: a stop stands', ARRAY[request(), 'RESET ROLE', rule_of('stop', ', active => false'), payer(), pay_it()], 'ZB010 is open'),
  ('stop', 'the rule only logs now: a stop stands', ARRAY[request(), 'RESET ROLE', rule_of('log'), payer(), pay_it()], 'ZB010 is open'),
  ('forbid', 'requested', ARRAY[request()], 'ZB010 limit'), ('forbid', 'paid', ARRAY[pay()], 'ZB010 limit'),
  ('log', 'forbidden since it was requested', ARRAY[request(), 'RESET ROLE', rule_of('forbid'), payer(), pay_it()], 'ZB010 limit'),
  ('log', 'stopped since it was requested', ARRAY[request(), 'RESET ROLE', rule_of('stop'), payer(), pay_it()], 'ZB010 limit')) AS x(strength, what, steps, wanted);
-- the strictest decides, the others are found too
CREATE FUNCTION public.also(strength text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT replace(rule_of(strength), '''limit''', '''also''')$$;
SELECT unnest(ARRAY[is(fate(rule_of('log'), also('stop'), payer(), request()), 'also stop, limit log, requested 100.01, paid 0.00, stop open', 'log and stop'),
       is(fate(rule_of('stop'), also('stop'), payer(), request()), 'also stop, limit stop, requested 100.01, paid 0.00, stop open', 'two that stop make one stop'),
       is(fate(rule_of('stop'), also('forbid'), payer(), request()), 'ZB010 also', 'stop and forbid')]);
-- with a flow payment_stop the case decides: agreed 放行, rejected 禁止, retracted 改正
SELECT b.adopt_flow('payment_stop', changes => '{"steps": {"inspect": {"assign": [{"login": "regress_bounds_control"}]}}}');
CREATE FUNCTION public.act(action text) RETURNS text IMMUTABLE LANGUAGE sql AS $$SELECT format('SELECT b.act(task_id, %L, ''核实'') FROM b.task WHERE state = ''open'' AND assignee = ''regress_bounds_control''', action)$$;
SELECT is(fate(VARIADIC ARRAY[rule_of('stop'), payer(), request()] || steps), wanted, 'case: ' || what) FROM (VALUES
  ('waits', '{}'::text[], 'limit stop, requested 100.01, paid 0.00, stop open'), ('nobody pays meanwhile', ARRAY[pay_it()], 'ZB010 is open'),
  ('nobody decides beside it', ARRAY[control(), decide('release')], 'ZB008 stop N is decided by case N'),
  ('放行', ARRAY[control(), act('approve'), payer(), pay_it()], 'limit stop, requested 0.00, paid 100.01, stop released'),
  ('禁止: the money is free', ARRAY[control(), act('reject')], 'limit stop, requested 0.00, paid 0.00, stop forbidden'),
  ('禁止: not paid', ARRAY[control(), act('reject'), payer(), pay_it()], 'ZB001 obligation N has only N.N left'),
  ('改正: the money is free', ARRAY['SELECT b.retract(max(case_id), ''填错'') FROM b.approval_case'], 'limit stop, requested 0.00, paid 0.00, stop corrected'),
  ('改正: not paid', ARRAY['SELECT b.retract(max(case_id), ''填错'') FROM b.approval_case', pay_it()], 'ZB001 obligation N has only N.N left')) AS x(what, steps, wanted);
SELECT is((SELECT count(*) FROM b.verify_ledger()), 0::bigint, 'the books are right');
SELECT * FROM finish();
DROP SCHEMA b CASCADE;
DROP OWNED BY regress_bounds_payer, regress_bounds_control;
DROP ROLE regress_bounds_payer, regress_bounds_control;
