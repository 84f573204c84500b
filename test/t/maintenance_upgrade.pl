# pg_upgrade carries a ledger over.  It makes functions before operator classes, and
# quotes every name: a body that sorts by a type of ours, or a name that needs no
# quotes today, would break only there.
use strict;
use warnings;
use Budgetpm::Server;
use IPC::Run ();
use Test::More;

my $server = Budgetpm::Server->new('log_statement=none');
my $directory = $server->directory;
my $new = "$directory/upgrade/data";
chomp(my $bindir = `pg_config --bindir`);

# A server program, as the user that owns the cluster: status, and all it said.
sub as_server
{
	my (@command) = @_;
	my $user = getpwuid((stat "$directory/data")[4]);
	unshift @command, 'runuser', '-u', $user, '--' if $> == 0;
	my $out = '';
	my $ok = IPC::Run::run(\@command, \undef, '>&', \$out, init => sub { chdir $directory });
	return ($ok, $out);
}

sub control
{
	my ($data, $what) = @_;
	my ($ok, $out) = as_server("$bindir/pg_ctl", '-D', $data, '-l', "$directory/upgrade/log", '-w', '-m', 'fast', $what);
	die "pg_ctl $what: $out\n" unless $ok;
	return;
}

$server->query(<<'SQL');
SELECT budgetpm.create_ledger('budget', '320000000', 'jiangsu', first_year => 2026);
SELECT budgetpm.create_ledger('Training 培训', '320000000', digest => 'sm3', first_year => 2026);
SELECT budget.register_unit('A', '教育厅', '320000000');
SELECT budget.open_line(2026, 'A', '2050201', '50201', fund_type => '11', title => 'L') AS line \gset
SELECT budget.appropriate(:line, 1000, 'D1', accounting_date => '2026-01-02');
SELECT budget.pay(:line, 10, 'V1', key => 'k1', accounting_date => '2026-01-03');
SELECT * FROM budget.fold_rollup();
SELECT * FROM budget.fold_rollup();
SELECT budget.pay(:line, 20, 'V3', accounting_date => '2026-01-03');
SQL

as_server('mkdir', "$directory/upgrade");
my ($ok, $said) = as_server("$bindir/initdb", '-D', $new, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--no-locale', '--no-sync');
ok($ok, 'a new cluster') or diag $said;
as_server('sh', '-c', "cat '$directory/settings' >>'$new/postgresql.conf'");
$server->stop;
($ok, $said) = as_server("$bindir/pg_upgrade", '-b', $bindir, '-B', $bindir, '-d', "$directory/data", '-D', $new,
	'-s', "$directory/upgrade", '-U', 'postgres');
ok($ok, 'pg_upgrade takes the old one over');
diag $said, (as_server('sh', '-c', "grep -h -A 3 'error:' '$new'/pg_upgrade_output.d/*/log/*.log"))[1] unless $ok;

SKIP:
{
	skip 'there is nothing to look at', 9 unless $ok;
	control($new, 'start');
	for my $name ('budget', 'Training 培训')
	{
		is($server->query("SELECT * FROM budgetpm.check_ledger('$name')"), '', "$name: nothing is damaged");
		is($server->query(qq{SELECT count(*) FROM "$name".verify_ledger()}), '0', "$name: it verifies");
	}
	my $pay = "SELECT budget.pay(line_id, 10, 'V2', key => 'k2', accounting_date => '2026-01-04') FROM budget.line";
	is($server->query($pay), $server->query($pay), 'postings go on, once for a key');
	is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'and verify');
	is($server->query('SELECT count(*), (SELECT count(*) FROM budget.verify_rollup()) FROM budget.rollup_run'), '1|0',
		'rollups are right, what is folded and what is not');
	$server->query('SELECT * FROM budget.fold_rollup(); SELECT * FROM budget.fold_rollup()');
	is($server->query("SELECT paid, (SELECT count(*) FROM budgetpm.rollup_tail('budget.ledger', NULL)) FROM budget.rollup_total('320000000', 2026)"),
		'40.00|0', 'and folding goes on');
	is($server->query('SELECT count(*) FROM budget.verify_rollup()'), '0', 'exactly');
	control($new, 'stop');
}
$server->start;

done_testing();
