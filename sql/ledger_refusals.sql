-- Every refusal: its SQLSTATE, its figures, and what to do.
\getenv source PG_ABS_SRCDIR
\set small :source '/test/ledger/small.sql'
\i :small
SELECT budget.appropriate(:root, 1000, '苏财预1号') AS given \gset
SELECT budget.allot(:root, :child, 400, '苏财教1号') AS allotted \gset
SELECT budget.pay(:child, 100, '凭证1号', key => 'k1') AS paid \gset
SELECT budget.freeze(:child, 30, '冻结1号'), budget.reserve_out(:child, 20, '请示1号') \g /dev/null
SELECT budget.appropriate(:other, 500, '苏财预2号') \g /dev/null
SELECT budget.send_transfer(:root, '320505000', 50, '苏财教9号') AS sent \gset
\x on

-- ZB001 short of money, in each bucket
SELECT * FROM pg_temp.said(format('budget.pay(%s, 1000, ''凭证'')', :child));
SELECT * FROM pg_temp.said(format('budget.pay(%s, 250.01, ''凭证'')', :child));
SELECT * FROM pg_temp.said(format('budget.unfreeze(%s, 31, ''解冻'')', :child));
SELECT * FROM pg_temp.said(format('budget.release_out(%s, 21, ''撤回'')', :child));
SELECT * FROM pg_temp.said(format('budget.allot(%s, %s, 1000, ''下达'')', :root, :child));
SELECT * FROM pg_temp.said(format('budget.allot(%s, %s, 10, ''下达'', from_pending => 10)', :root, :child));
SELECT * FROM pg_temp.said(format('budget.return_allotment(%s, %s, 1000, ''退回'')', :child, :root));
SELECT * FROM pg_temp.said(format('budget.reduce(%s, 1000, ''追减'')', :root));
SELECT * FROM pg_temp.said(format('budget.withdraw(%s, 100, ''收回'', from_frozen => 40)', :child));
SELECT * FROM pg_temp.said(format('budget.refund(%s, 100.01, ''退款'')', :paid));
SELECT * FROM pg_temp.said(format('budget.reverse(%s, ''冲销'', 101)', :paid));
SELECT * FROM pg_temp.said(format('budget.correct_payment(%s, %s, 101, ''更正'')', :paid, :other));
SELECT * FROM pg_temp.said(format('budget.reverse(%s, ''冲销'')', :given));
SELECT * FROM pg_temp.said(format('budget.send_transfer(%s, ''320505000'', 5000, ''苏财教10号'')', :root));

-- ZB010 a rule
SELECT * FROM pg_temp.said(format('budget.appropriate(%s, 1, ''批复'')', :child));
SELECT * FROM pg_temp.said(format('budget.allot(%s, %s, 1, ''下达'')', :child, :root));
SELECT * FROM pg_temp.said(format('budget.allot(%s, %s, 1, ''下达'')', :other, :child));
SELECT * FROM pg_temp.said(format('budget.allot(%s, %s, 1, ''下达'')', :root, :root));
SELECT * FROM pg_temp.said(format('budget.pay(%s, 1, ''凭证'')', :held));
SELECT * FROM pg_temp.said(format('budget.correct_payment(%s, %s, 1, ''更正'')', :paid, :held));
SELECT * FROM pg_temp.said(format('budget.correct_payment(%s, %s, 1, ''更正'')', :paid, :child));
SELECT * FROM pg_temp.said(format('budget.refund(%s, 1, ''退款'')', :allotted));
SELECT * FROM pg_temp.said(format('budget.reverse(%s, ''冲销'')', :sent));
SELECT * FROM pg_temp.said(format('budget.send_transfer(%s, ''320200000'', 1, ''苏财教11号'')', :root));
SELECT * FROM pg_temp.said(format('budget.send_transfer(%s, ''320500000'', 1, ''苏财教11号'')', :root));
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :other));
SELECT * FROM pg_temp.said(format('budget.virement(%s, %s, 1, ''调剂'')', :root, :child));
SELECT * FROM pg_temp.said(format('budget.virement(%s, %s, 1, ''调剂'')', :child, :district));

-- ZB007 a state: nothing left, a reversal, a transfer that came already
SELECT budget.reverse(:paid, '冲销1号') AS reversal \gset
SELECT * FROM pg_temp.said(format('budget.reverse(%s, ''冲销'')', :paid));
SELECT * FROM pg_temp.said(format('budget.reverse(%s, ''冲销'')', :reversal));
SELECT budget.receive_transfer(:sent, :district, '收1号') > 0 AS received;
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :sent, :district));
SELECT budget.return_transfer(:sent, '退1号') > 0 AS returned;
SELECT * FROM pg_temp.said(format('budget.return_transfer(%s, ''退'')', :sent));

-- ZB006 a key that said something else
SELECT * FROM pg_temp.said(format('budget.pay(%s, 100.01, ''凭证1号'', key => ''k1'')', :child));
SELECT * FROM pg_temp.said(format('budget.pay(%s, 100, ''凭证2号'', key => ''k1'')', :child));
SELECT * FROM pg_temp.said(format('budget.freeze(%s, 100, ''凭证1号'', key => ''k1'')', :child));
SELECT * FROM pg_temp.said(format('budget.pay(%s, 100, ''凭证1号'', key => ''k1'', memo => ''{"a": 1}'')', :child));
SELECT * FROM pg_temp.said(format('budget.pay(%s, 100, ''凭证1号'', key => ''k1'', accounting_date => ''2026-02-03'')', :child));
-- the same words again are answered by the first posting, also when the money is gone
SELECT budget.pay(:child, 100, '凭证1号', key => 'k1') = :paid AS same_posting;

-- 42704 what is not there
SELECT * FROM pg_temp.said('budget.pay(2026000000999999, 1, ''凭证'')');
SELECT * FROM pg_temp.said('budget.pay(1, 1, ''凭证'')');
SELECT * FROM pg_temp.said('budget.pay(-5, 1, ''凭证'')');
SELECT * FROM pg_temp.said('budget.pay(9223372036854775807, 1, ''凭证'')');
SELECT * FROM pg_temp.said('budget.reverse(2026000000999999, ''冲销'')');
SELECT * FROM pg_temp.said('budget.refund(77, 1, ''退款'')');
SELECT * FROM pg_temp.said(format('budget.receive_transfer(%s, %s, ''收'')', :paid, :district));
SELECT budget.add_year(2027, 'open');
SELECT budget.open_line(2027, '101', '2050202', title => 'next year') AS next \gset

-- ZB004 the year
SELECT * FROM pg_temp.said(format('budget.pay(%s, 1, ''凭证'', accounting_date => ''2025-12-31'')', :child));
SELECT * FROM pg_temp.said(format('budget.virement(%s, %s, 1, ''调剂'')', :other, :next));

-- ZB008 and 42501: nobody's duty, nobody's grant
CREATE ROLE regress_refused;
GRANT regress_refused TO CURRENT_USER;
SELECT budgetpm.grant_ledger('budget', 'regress_refused', 'officer', '320505000') > 0 AS duty;
SET ROLE regress_refused;
SELECT * FROM pg_temp.said(format('budget.pay(%s, 1, ''凭证'')', :child));
SELECT * FROM pg_temp.said('budget.open_line(2026, ''101'', ''2050202'', title => ''x'')');
SELECT * FROM pg_temp.said('budget.set_year_state(2026, ''closing'')');
RESET ROLE;
-- ZB005: not through the functions
CREATE FUNCTION pg_temp.write(statement text) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN EXECUTE statement; RETURN 1; END $$;
SELECT * FROM pg_temp.said('pg_temp.write(''UPDATE budget.balance SET available = available'')');
SELECT * FROM pg_temp.said('pg_temp.write(''DELETE FROM budget.journal'')');
SELECT * FROM pg_temp.said('pg_temp.write(''TRUNCATE budget.journal_2026'')');
SELECT * FROM pg_temp.said('pg_temp.write(''ALTER TABLE budget.balance_2026 DISABLE TRIGGER guard'') + budget.pay('||:other||', 1, ''凭证'')');
\x off
SELECT * FROM pg_temp.money('root', 'child', 'other', 'held', 'district');
SELECT * FROM budget.verify_ledger();
SELECT budgetpm.revoke_ledger('budget', 'regress_refused');
DROP ROLE regress_refused;
