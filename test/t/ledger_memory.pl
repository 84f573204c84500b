# A backend that posts for a long time stays as small as it was: 100,000 postings
# leave less than 1 MB behind, and the same number of saved plans.
#
# BUDGETPM_MEMORY_POSTINGS says how many, for a quicker look.
use strict;
use warnings;
use Budgetpm::Server;
use Test::More;

my $postings = $ENV{BUDGETPM_MEMORY_POSTINGS} // 100_000;
my $server = Budgetpm::Server->new('synchronous_commit=off', 'max_wal_size=4GB', 'autovacuum=off');
$server->query(<<'SQL');
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.open_line(2025, '101', '2010601', title => 'a');
SELECT budget.open_line(2025, '101', '2010602', title => 'b');
SELECT budget.appropriate(2025000000000001, 90000000, '苏财预1号');
SELECT budget.appropriate(2025000000000002, 90000000, '苏财预1号');
CREATE ROLE memory_officer LOGIN;
SELECT budgetpm.grant_ledger('budget', 'memory_officer', 'officer');
-- Postings as clerks make them, one in forty of every kind, refusals included;
-- a transaction for each forty entries.
CREATE PROCEDURE public.work(first integer, entries integer) LANGUAGE plpgsql AS $$
DECLARE
  payment bigint;
BEGIN
  FOR i IN first .. first + entries / 40 - 1 LOOP
    FOR n IN 1 .. 31 LOOP
      payment := budget.pay(2025000000000001, 3.21, '支付', key => i || '-' || n, memo => '{"n": [1, 2]}');
    END LOOP;
    PERFORM budget.pay(2025000000000001, 3.21, '支付', key => i || '-31', memo => '{"n": [1, 2]}');
    PERFORM budget.refund(payment, 1.00, '退款');
    PERFORM budget.virement(2025000000000001, 2025000000000002, 0.50, '调剂');
    PERFORM budget.freeze(2025000000000002, 0.50, '冻结');
    PERFORM budget.correct_payment(payment, 2025000000000002, 0.21, '更正');
    PERFORM budget.unfreeze(2025000000000002, 0.50, '解冻');
    PERFORM budget.reverse(payment, '冲销');
    PERFORM budget.check_funds(2025000000000001, 'pay', 1e9);
    BEGIN
      PERFORM budget.pay(2025000000000001, 1e9, '支付');
    EXCEPTION WHEN SQLSTATE 'ZB001' THEN NULL;
    END;
    COMMIT;
  END LOOP;
END $$;
GRANT EXECUTE ON PROCEDURE public.work TO memory_officer;
SQL

my $ask = 'SELECT sum(total_bytes), sum(used_bytes), count(*) FILTER (WHERE name ~ \'CachedPlan\'), '
  . 'count(*) FROM pg_backend_memory_contexts;';
# The view is for superusers unless it is granted.
$server->query('GRANT SELECT ON pg_backend_memory_contexts TO regress_owner, memory_officer;
	GRANT EXECUTE ON FUNCTION pg_get_backend_memory_contexts() TO regress_owner, memory_officer',
	user => 'postgres');

sub measure
{
	my ($who, $first, $total) = @_;
	my $session = $server->session(user => $who);
	# The warm-up ends as autovacuum would end it: plans made on an empty year are
	# replaced once there are statistics.
	$session->query("CALL public.work($first, 800);");
	$server->query('ANALYZE budget.journal');
	$session->query("CALL public.work($first + 100, 800);");
	my @before = split /\|/, $session->query($ask);
	$session->send("CALL public.work($first + 1000, $total);");
	$session->wait_for(400);
	is($session->errors, '', "$who posted $total times");
	my @after = split /\|/, $session->query($ask);
	note "$who: before @before, after @after (bytes, used, plans, contexts)";
	cmp_ok($after[0] - $before[0], '<', 1 << 20, "$who: it grew by less than 1 MB");
	is($after[2], $before[2], "$who: as many saved plans as before");
	$session->close;
	return;
}

# Whoever changes a rule makes every backend read the ledger anew; what it had
# before must go.
sub measure_reloads
{
	my ($changes) = @_;
	my $session = $server->session;
	my $work = 'DO $$ BEGIN FOR i IN 1 .. %d LOOP UPDATE budget.virement_rule SET reason = reason; '
	  . 'COMMIT; PERFORM budget.pay(2025000000000001, 1, \'支付\'); '
	  . 'PERFORM budget.virement(2025000000000001, 2025000000000002, 1, \'调剂\'); COMMIT; END LOOP; END $$;';
	$session->query(sprintf $work, 20);
	my @before = split /\|/, $session->query($ask);
	$session->send(sprintf $work, $changes);
	$session->wait_for(200);
	is($session->errors, '', "rules changed $changes times");
	my @after = split /\|/, $session->query($ask);
	note "reloads: before @before, after @after";
	cmp_ok($after[0] - $before[0], '<', 1 << 20, 'reading the ledger anew leaves less than 1 MB behind');
	is($after[2], $before[2], 'and no saved plan');
	$session->close;
	return;
}

measure('regress_owner', 1, $postings);
measure('memory_officer', 1_000_000, $postings / 10);
measure_reloads($postings / 100);
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'the ledger verifies');
done_testing();
