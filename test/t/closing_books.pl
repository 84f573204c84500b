# The books are balanced at every moment: readers that add up vouchers and trial balances
# beside running postings find zero, in fresh snapshots and in one that is held.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp;
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new('synchronous_commit=off', 'autovacuum=off', 'jit=off');
$server->query(<<'SQL');
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.add_year(2026, 'open');
SELECT budget.open_line(2025, '101', '2010601', title => 'root') FROM generate_series(1, 2);
SELECT budget.open_line(2025, '101', '2010602', title => 'leaf', parent => 2025000000000001 + n % 2) FROM generate_series(1, 6) n;
SELECT budget.appropriate(2025000000000001, 1000000, '批复'), budget.appropriate(2025000000000002, 1000000, '批复');
SELECT budget.allot(2025000000000001 + n % 2, 2025000000000002 + n, 100000, '下达') FROM generate_series(1, 6) n;
SQL
my $script = File::Temp->new;
print $script <<'SQL';
\set a random(3, 8)
\set b random(3, 8)
\set m random(1, 9)
\set k random(1, 5)
\if :k = 1
SELECT budget.pay(2025000000000000 + :a, :m, 'x');
\elif :k = 2
SELECT budget.commit_funds(2025000000000000 + :a, :m, 'x') AS c \gset
SELECT budget.request_payment(2025000000000000 + :a, :m, 'x', commitment => :c) AS r \gset
SELECT budget.release(:r, 'x');
\elif :k = 3
SELECT budget.freeze(2025000000000000 + :a, :m, 'x');
SELECT budget.unfreeze(2025000000000000 + :a, :m, 'x');
\elif :k = 4
SELECT CASE WHEN :a <> :b THEN budget.virement(2025000000000000 + :a, 2025000000000000 + :b, :m, 'x') END;
\else
\set p 2025000000000001 + (:a - 2) % 2
SELECT budget.allot(:p, 2025000000000000 + :a, :m, 'x');
\endif
SQL
close $script;
chmod 0644, $script->filename;
my ($out, $err) = ('', '');
my $bench = IPC::Run::start([ 'pgbench', '-n', '-c', '3', '-T', '6', '-f', $script->filename, $server->connection ], \undef, \$out, \$err);
my $zero = q{SELECT count(*), count(*) FILTER (WHERE closing <> 0), min(entries) FROM (
	SELECT sum(closing) AS closing, (SELECT count(*) FROM budget.journal) AS entries FROM budget_report.trial_balance GROUP BY fiscal_year) x;};
my $vouchers = q{SELECT count(*) FROM (SELECT posting_id FROM budget_report.account_entry GROUP BY posting_id HAVING sum(debit) <> sum(credit)) x;};
my $held = $server->session;
$held->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM budget.journal;');
my ($first) = $held->query($zero) =~ /\|(\d+)$/;
my ($looks, $wrong, $last) = (0, 0, 0);
my $until = time + 6;
while (time < $until)
{
	my (undef, $bad, $entries) = split /\|/, $server->query($zero);
	$wrong += $bad;
	$wrong += $server->query($vouchers) if $looks % 4 == 0;
	$looks++;
	$last = $entries;
}
$bench->finish;
note $err if $err =~ /aborted/;
unlike($err, qr/aborted/, 'no client gave up');
note "$looks looks while the journal grew to $last entries; ", $out =~ /(tps = \S+)/;
cmp_ok($looks, '>', 5, 'readers looked');
cmp_ok($last, '>', $first, 'while the journal grew');
is($wrong, 0, 'and every trial balance and voucher was balanced');
is((split /\|/, $held->query($zero))[1], 0, 'in the held snapshot too');
is((split /\|/, $held->query($zero))[2], $first, 'which is still the old one');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), 0, 'the ledger verifies');
done_testing();
