-- Every operation in every state of its year: what a preparing, an open, a closing
-- and a closed year takes, and nothing else.
SET client_min_messages = warning;
SELECT plan(96);
SELECT budgetpm.create_ledger('years', root => '320000000', first_year => 2026);
SELECT years.register_division('320100000', '南京市', '320000000', 2, '2020-01-01');
SELECT years.register_unit('101', '省财政厅', '320000000'), years.register_unit('201', '南京市财政局', '320100000');
SELECT years.add_year(2027);

CREATE TABLE public.name (name text PRIMARY KEY, id bigint);
CREATE FUNCTION public.id(wanted text) RETURNS bigint STABLE LANGUAGE sql AS 'SELECT id FROM public.name WHERE name = wanted';
-- SQLSTATE of a statement, 'posted' when it would be; either way nothing of it stays
CREATE FUNCTION public.outcome(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE statement;
  RAISE EXCEPTION USING ERRCODE = 'UNDO0';
EXCEPTION
  WHEN SQLSTATE 'UNDO0' THEN RETURN 'posted';
  WHEN OTHERS THEN RETURN SQLSTATE;
END $$;

-- preparing: appropriations, allotments and transfers, with their ways back (提前下达)
INSERT INTO name VALUES ('root', years.open_line(2027, '101', '2010601', title => 'root'));
INSERT INTO name VALUES ('child', years.open_line(2027, '101', '2010601', title => 'child', parent => id('root')));
INSERT INTO name VALUES ('other', years.open_line(2027, '101', '2010602', title => 'other'));
INSERT INTO name VALUES ('city', years.open_line(2027, '201', '2010601', title => 'city', source_document => 'D'));
INSERT INTO name VALUES ('appropriation', years.appropriate(id('root'), 1000, 'd'));
INSERT INTO name VALUES ('allotment', years.allot(id('root'), id('child'), 300, 'd'));
INSERT INTO name VALUES ('sent', years.send_transfer(id('root'), '320100000', 10, 'D'));
INSERT INTO name VALUES ('received', years.send_transfer(id('root'), '320100000', 20, 'D'));
SELECT years.receive_transfer(id('received'), id('city'), 'd');

CREATE TABLE public.rule (operation text, states text, statement text);
INSERT INTO rule VALUES
  ('open_line', 'po', $$SELECT years.open_line(2027, '101', '2010601', title => 'late')$$),
  ('appropriate', 'po', $$SELECT years.appropriate(id('root'), 1, 'd')$$),
  ('supplement', 'o', $$SELECT years.supplement(id('root'), 1, 'd')$$),
  ('reduce', 'oc', $$SELECT years.reduce(id('root'), 1, 'd')$$),
  ('allot', 'po', $$SELECT years.allot(id('root'), id('child'), 1, 'd')$$),
  ('return_allotment', 'poc', $$SELECT years.return_allotment(id('child'), id('root'), 1, 'd')$$),
  ('send_transfer', 'po', $$SELECT years.send_transfer(id('root'), '320100000', 1, 'D')$$),
  ('receive_transfer', 'po', $$SELECT years.receive_transfer(id('sent'), id('city'), 'd')$$),
  ('return_transfer in transit', 'poc', $$SELECT years.return_transfer(id('sent'), 'd')$$),
  ('return_transfer received', 'poc', $$SELECT years.return_transfer(id('received'), 'd')$$),
  ('virement', 'o', $$SELECT years.virement(id('child'), id('other'), 1, 'd')$$),
  ('reserve_out', 'o', $$SELECT years.reserve_out(id('child'), 1, 'd')$$),
  ('release_out', 'oc', $$SELECT years.release_out(id('child'), 1, 'd')$$),
  ('freeze', 'oc', $$SELECT years.freeze(id('child'), 1, 'd')$$),
  ('unfreeze', 'oc', $$SELECT years.unfreeze(id('child'), 1, 'd')$$),
  ('pay', 'o', $$SELECT years.pay(id('child'), 1, 'd')$$),
  ('refund', 'oc', $$SELECT years.refund(id('payment'), 1, 'd')$$),
  ('correct_payment', 'oc', $$SELECT years.correct_payment(id('payment'), id('root'), 1, 'd')$$),
  ('withdraw', 'oc', $$SELECT years.withdraw(id('child'), 1, 'd')$$),
  ('withdraw from frozen', 'oc', $$SELECT years.withdraw(id('child'), 1, 'd', from_frozen => 1)$$),
  ('reverse of an appropriation', 'poc', $$SELECT years.reverse(id('appropriation'), 'd', 1)$$),
  ('reverse of an allotment', 'poc', $$SELECT years.reverse(id('allotment'), 'd', 1)$$),
  ('reverse of a payment', 'oc', $$SELECT years.reverse(id('payment'), 'd', 1)$$),
  ('reverse of a freeze', 'oc', $$SELECT years.reverse(id('freeze'), 'd', 1)$$);
CREATE FUNCTION public.check_state(letter text, state text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE r rule;
BEGIN
  FOR r IN SELECT * FROM rule LOOP
    -- What there cannot be yet is asked for as an unknown posting.
    RETURN NEXT is(outcome(r.statement),
      CASE WHEN r.states LIKE '%' || letter || '%' THEN 'posted'
           WHEN letter = 'p' AND r.statement ~ '''(payment|freeze)''' THEN '22004'
           ELSE 'ZB004' END, format('%s in a year that is %s', r.operation, state));
  END LOOP;
END $$;

SELECT * FROM check_state('p', 'preparing');
SELECT years.set_year_state(2027, 'open');
INSERT INTO name VALUES ('payment', years.pay(id('child'), 50, 'd')), ('freeze', years.freeze(id('child'), 10, 'd'));
SELECT years.reserve_out(id('child'), 10, 'd');
SELECT * FROM check_state('o', 'open');
SELECT years.set_year_state(2027, 'closing');
SELECT * FROM check_state('c', 'closing');
SELECT years.set_year_state(2027, 'closed');
SELECT * FROM check_state('x', 'closed');
SELECT * FROM finish();
