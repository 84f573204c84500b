-- check_funds: what it says of any operation is what the operation then does.
\getenv top PG_ABS_SRCDIR
\i :top/test/lib/regress.sql
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
SELECT count(budget.register_division('320500000', '苏州市', '320000000', 2));
SELECT count(budget.register_unit(u, u, d)) FROM (VALUES ('101', '320000000'), ('501', '320500000')) AS v(u, d);
SELECT budget.open_line(2026, '101', '2050201', '50201', title => 'root') AS root \gset
SELECT budget.open_line(2026, '101', '2050202', '50201', title => 'child', parent => :root) AS child \gset
SELECT budget.open_line(2026, '101', '2050203', '50201', title => 'other') AS other \gset
SELECT budget.open_line(2026, '101', '2050204', '50201', title => 'held', executable => false) AS held \gset
SELECT budget.open_line(2026, '501', '2050204', '50201', title => 'city', source_document => '苏财教9号') AS city \gset
SELECT budget.open_line(2026, '101', '2050205', '50201', title => 'purchase', elements => '{"procurement": true}') AS purchase \gset
SELECT count(budget.appropriate(line_id, 1000, '苏财预1号')) FROM budget.line WHERE parent_id IS NULL AND title <> 'city';
SELECT budget.allot(:root, :child, 400, '苏财教1号') > 0 AS allotted, budget.freeze(:child, 50, '审1号') > 0 AS frozen, budget.reserve_out(:child, 30, '调1号') > 0 AS reserved;
SELECT budget.precommit(:child, 100, '采购计划1') AS plan \gset
SELECT budget.commit_funds(:child, 80, '合同1', precommitment => :plan) AS contract \gset
SELECT budget.request_payment(:child, 60, '申请1', commitment => :contract) AS request \gset
SELECT budget.pay(:child, 40, '凭证1', request => :request) AS paid \gset
SELECT budget.pay(:child, 10, '凭证2') AS plain \gset
SELECT budget.precommit(:other, 10, '采购计划2') AS plan2 \gset
SELECT budget.commit_funds(:other, 15, '合同2', precommitment => :plan2) AS above \gset
SELECT budget.send_transfer(:root, '320500000', 200, '苏财教9号') AS sent \gset

-- Asks, then posts, and takes it back: both must say the same, in the same words.
CREATE FUNCTION pg_temp.both(question text, call text, OUT passes boolean, OUT agreed boolean, OUT said text)
LANGUAGE plpgsql AS $$
DECLARE
	answer jsonb;
	after numeric;
	line bigint;
BEGIN
	EXECUTE 'SELECT budget.check_funds(' || question || ')' INTO answer;
	passes := (answer ->> 'passes')::boolean;
	said := coalesce(answer ->> 'sqlstate' || ' ' || (answer ->> 'message'), (answer ->> 'amount') || ': ' || (answer ->> 'available') || ' to ' || (answer ->> 'available_after'));
	BEGIN
		EXECUTE 'SELECT budget.' || call;
		SELECT j.line_id INTO line FROM budget.journal j ORDER BY posted_at DESC LIMIT 1;
		RAISE EXCEPTION USING ERRCODE = 'P0099';
	EXCEPTION WHEN SQLSTATE 'P0099' THEN
		agreed := passes;
	WHEN OTHERS THEN
		agreed := NOT passes AND said = SQLSTATE || ' ' || SQLERRM;
		IF NOT agreed THEN said := said || ' <> ' || SQLSTATE || ' ' || SQLERRM; END IF;
	END;
	said := regexp_replace(said, '\d{16}', 'N', 'g');
END $$;
CREATE TEMP TABLE ask (n serial, question text, call text);
INSERT INTO ask (question, call) VALUES
  (':root, ''appropriate'', 5', 'appropriate(:root, 5, ''d'')'),
  (':child, ''appropriate'', 5', 'appropriate(:child, 5, ''d'')'),
  (':root, ''supplement'', 5', 'supplement(:root, 5, ''d'')'),
  (':other, ''reduce'', 985', 'reduce(:other, 985, ''d'')'),
  (':other, ''reduce'', 985.01', 'reduce(:other, 985.01, ''d'')'),
  (':root, ''allot'', 400, other => :child', 'allot(:root, :child, 400, ''d'')'),
  (':root, ''allot'', 400.01, other => :child', 'allot(:root, :child, 400.01, ''d'')'),
  (':root, ''allot'', 1, other => :other', 'allot(:root, :other, 1, ''d'')'),
  (':root, ''allot'', 1, other => :child, from_pending => 1', 'allot(:root, :child, 1, ''d'', from_pending => 1)'),
  (':child, ''return_allotment'', 100, other => :root', 'return_allotment(:child, :root, 100, ''d'')'),
  (':child, ''return_allotment'', 300, other => :root', 'return_allotment(:child, :root, 300, ''d'')'),
  (':other, ''send_transfer'', 5, target => ''320500000''', 'send_transfer(:other, ''320500000'', 5, ''d'')'),
  (':other, ''send_transfer'', 5, target => ''320000000''', 'send_transfer(:other, ''320000000'', 5, ''d'')'),
  (':city, ''receive_transfer'', other => :sent', 'receive_transfer(:sent, :city, ''d'')'),
  (':other, ''receive_transfer'', other => :sent', 'receive_transfer(:sent, :other, ''d'')'),
  ('NULL, ''return_transfer'', posting => :sent', 'return_transfer(:sent, ''d'')'),
  (':root, ''virement'', 400, other => :other', 'virement(:root, :other, 400, ''d'')'),
  (':root, ''virement'', 401, other => :other', 'virement(:root, :other, 401, ''d'')'),
  (':root, ''virement'', 1, other => :city', 'virement(:root, :city, 1, ''d'')'),
  (':child, ''reserve_out'', 10', 'reserve_out(:child, 10, ''d'')'),
  (':child, ''release_out'', 30.01', 'release_out(:child, 30.01, ''d'')'),
  (':child, ''freeze'', 10', 'freeze(:child, 10, ''d'')'),
  (':child, ''unfreeze'', 51', 'unfreeze(:child, 51, ''d'')'),
  (':child, ''withdraw'', 90, from_frozen => 50, from_pending => 30', 'withdraw(:child, 90, ''d'', from_frozen => 50, from_pending => 30)'),
  (':child, ''withdraw'', 90, from_frozen => 50, from_pending => 31', 'withdraw(:child, 90, ''d'', from_frozen => 50, from_pending => 31)'),
  (':child, ''precommit'', 10', 'precommit(:child, 10, ''d'')'),
  (':held, ''precommit'', 10', 'precommit(:held, 10, ''d'')'),
  (':child, ''commit_funds'', 30, obligation => :plan', 'commit_funds(:child, 30, ''d'', precommitment => :plan)'),
  (':child, ''commit_funds'', 240, obligation => :plan', 'commit_funds(:child, 240, ''d'', precommitment => :plan)'),
  (':purchase, ''commit_funds'', 1', 'commit_funds(:purchase, 1, ''d'')'),
  (':child, ''request_payment'', 20, obligation => :contract', 'request_payment(:child, 20, ''d'', commitment => :contract)'),
  (':child, ''request_payment'', 20.01, obligation => :contract', 'request_payment(:child, 20.01, ''d'', commitment => :contract)'),
  (':child, ''request_payment'', 20, obligation => :plan', 'request_payment(:child, 20, ''d'', commitment => :plan)'),
  (':child, ''pay'', 20, obligation => :request', 'pay(:child, 20, ''d'', request => :request)'),
  (':child, ''pay'', 21, obligation => :request', 'pay(:child, 21, ''d'', request => :request)'),
  (':child, ''pay'', 211', 'pay(:child, 211, ''d'')'),
  (':child, ''pay'', 1, accounting_date => ''2027-01-01''', 'pay(:child, 1, ''d'', accounting_date => ''2027-01-01'')'),
  ('NULL, ''release'', obligation => :contract', 'release(:contract, ''d'')'),
  ('NULL, ''release'', obligation => :above', 'release(:above, ''d'')'),
  ('NULL, ''release'', 5, obligation => :contract, target => ''available''', 'release(:contract, ''d'', 5, ''available'')'),
  ('NULL, ''release'', 20.01, obligation => :contract', 'release(:contract, ''d'', 20.01)'),
  ('NULL, ''release'', obligation => :plan, target => ''predecessor''', 'release(:plan, ''d'', target => ''predecessor'')'),
  ('NULL, ''refund'', 40, posting => :paid', 'refund(:paid, 40, ''d'')'),
  ('NULL, ''refund'', 40, posting => :paid, target => ''commitment''', 'refund(:paid, 40, ''d'', target => ''commitment'')'),
  ('NULL, ''refund'', 40.01, posting => :paid', 'refund(:paid, 40.01, ''d'')'),
  ('NULL, ''refund'', 1, posting => :plain, target => ''request''', 'refund(:plain, 1, ''d'', target => ''request'')'),
  ('NULL, ''refund'', 1, posting => :plan', 'refund(:plan, 1, ''d'')'),
  ('NULL, ''correct_payment'', 10, posting => :plain, other => :other', 'correct_payment(:plain, :other, 10, ''d'')'),
  ('NULL, ''correct_payment'', 1001, posting => :plain, other => :other', 'correct_payment(:plain, :other, 1001, ''d'')'),
  ('NULL, ''reverse'', posting => :plain', 'reverse(:plain, ''d'')'),
  ('NULL, ''reverse'', 11, posting => :plain', 'reverse(:plain, ''d'', 11)'),
  ('NULL, ''reverse'', posting => :contract', 'reverse(:contract, ''d'')'),
  ('NULL, ''reverse'', posting => :sent', 'reverse(:sent, ''d'')');
CREATE FUNCTION pg_temp.ids(text) RETURNS text LANGUAGE sql AS $$
  SELECT replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace($1, ':above', current_setting('t.above')),
    ':root', current_setting('t.root')), ':child', current_setting('t.child')), ':other', current_setting('t.other')), ':held', current_setting('t.held')),
    ':city', current_setting('t.city')), ':purchase', current_setting('t.purchase')), ':plan', current_setting('t.plan')), ':contract', current_setting('t.contract')),
    ':request', current_setting('t.request')), ':paid', current_setting('t.paid')), ':plain', current_setting('t.plain')), ':sent', current_setting('t.sent')) $$;
SET t.root = :root; SET t.child = :child; SET t.other = :other; SET t.held = :held; SET t.city = :city; SET t.purchase = :purchase;
SET t.above = :above; SET t.plan = :plan; SET t.contract = :contract; SET t.request = :request; SET t.paid = :paid; SET t.plain = :plain; SET t.sent = :sent;
CREATE TEMP TABLE state AS SELECT b::text FROM budget.balance b UNION ALL SELECT o::text FROM budget.obligation o UNION ALL SELECT t::text FROM budget.transfer t;
SELECT a.question, b.passes, b.agreed, b.said FROM ask a CROSS JOIN LATERAL pg_temp.both(pg_temp.ids(a.question), pg_temp.ids(a.call)) b ORDER BY n;

-- money of a closing year
SELECT budget.add_year(2027);
SELECT budget.open_line(2027, '101', '2050201', '50201', title => 'next') AS next \gset
SELECT budget.set_year_state(2026, 'closing');
SELECT passes, agreed, said FROM pg_temp.both(format('%s, ''carry_forward'', 20, other => %s, obligation => %s', :child, :next, :contract), format('carry_forward(%s, %s, 20, ''d'', obligation => %s)', :child, :next, :contract));
SELECT passes, agreed, said FROM pg_temp.both(format('%s, ''carry_forward'', 1000, other => %s', :child, :next), format('carry_forward(%s, %s, 1000, ''d'')', :child, :next));
SELECT passes, agreed, said FROM pg_temp.both(format('%s, ''pay'', 1', :child), format('pay(%s, 1, ''d'')', :child));
SELECT budget.set_year_state(2026, 'open');

-- a cap refuses, and a new year's matters
SELECT count(budget.create_cap(2026, '三公经费', amount => 200, lines => ARRAY[:child, :other])) AS caps;
SELECT a.question, b.passes, b.agreed, b.said FROM (VALUES (1, format('%s, ''pay'', 60', :child), format('pay(%s, 60, ''d'')', :child)), (2, format('%s, ''precommit'', 91', :child), format('precommit(%s, 91, ''d'')', :child)),
  (3, format('%s, ''pay'', 20, obligation => %s', :child, :request), format('pay(%s, 20, ''d'', request => %s)', :child, :request)),
  (4, format('NULL, ''correct_payment'', 10, posting => %s, other => %s', :plain, :other), format('correct_payment(%s, %s, 10, ''d'')', :plain, :other)),
  (5, format('%s, ''approve_line'', 1000', :root), format('approve_line(%s, 1000, ''d'')', :root)),
  (6, format('NULL, ''refund_prior_year'', 1, posting => %s, other => %s', :plain, :next), format('refund_prior_year(%s, %s, 1, ''d'')', :plain, :next)),
  (7, format('NULL, ''refund_prior_year'', 1, posting => %s, other => %s', :plain, :other), format('refund_prior_year(%s, %s, 1, ''d'')', :plain, :other))) AS a(n, question, call)
  CROSS JOIN LATERAL pg_temp.both(question, call) b ORDER BY n;
SELECT budget.close_cap(cap_id) FROM budget.cap;

-- Nothing was written or locked by asking, and nothing stays of the postings above.
SELECT b::text FROM budget.balance b WHERE line_id < 2027000000000000 UNION ALL SELECT o::text FROM budget.obligation o UNION ALL SELECT t::text FROM budget.transfer t EXCEPT TABLE state;
BEGIN;
SELECT count(budget.check_funds(line_id, 'pay', 1)) FROM budget.line;
SELECT budget.check_funds(NULL, 'refund', 1, posting => :paid) ->> 'passes' AS passes;
SELECT relation::regclass, mode FROM pg_locks WHERE pid = pg_backend_pid() AND locktype IN ('relation', 'tuple')
  AND mode <> 'AccessShareLock' ORDER BY 1, 2;
ROLLBACK;

-- An argument that the operation does not take is not passed over.
SELECT pg_temp.attempt(call) FROM (VALUES (1, 'budget.check_funds(%1$s, ''pay'', 1, other => %1$s)'), (2, 'budget.check_funds(%1$s, ''freeze'', 1, obligation => 5)'),
  (3, 'budget.check_funds(%1$s, ''pay'', 1, target => ''x'')'), (4, 'budget.check_funds(%1$s, ''pay'', 1, from_pending => 1)'), (5, 'budget.check_funds(%1$s, ''reduce'', 1, from_frozen => 1)'),
  (6, 'budget.check_funds(%1$s, ''refund'', 1, posting => 5)'), (7, 'budget.check_funds(%1$s, ''pay'', 1, posting => 5)'), (8, 'budget.check_funds(NULL, ''refund'', 1)'), (9, 'budget.check_funds(NULL, ''release'', 1)'),
  (10, 'budget.check_funds(%1$s, ''pay'')'), (11, 'budget.check_funds(%1$s, ''allot'', 1)'), (12, 'budget.check_funds(%1$s, ''receive_transfer'', 1, other => 5)'), (13, 'budget.check_funds(NULL, ''refund'', 1, posting => 5, target => ''line'')'),
  (14, 'budget.check_funds(%1$s, ''withdraw'', 1, from_frozen => 1, from_pending => 1)'), (15, 'budget.check_funds(%1$s, ''mint'', 1)'), (16, 'budget.check_funds(NULL, ''release'', obligation => 2026000000999999)'),
  (17, 'budget.check_funds(NULL, ''reverse'', posting => 2026000000999999)'), (18, 'budget.check_funds(%1$s, ''pay'', 1, obligation => 2026000000999999)')) AS v(n, format), LATERAL (SELECT 'SELECT ' || format(format, :child) AS call) c ORDER BY n;
SELECT * FROM budget.verify_ledger();
