# Rollups through crashes, on a standby, and after a restore into a cluster whose
# transaction numbers begin again: what is folded and what is not stay the journal.
use strict;
use warnings;
use Budgetpm::Server;
use IPC::Run ();
use Test::More;

my $server = Budgetpm::Server->new('log_statement=none', 'fsync=on');
my $directory = $server->directory;
chomp(my $bindir = `pg_config --bindir`);
my $fold = 'SELECT segments_folded, segment_begun, segments_waiting FROM budget.fold_rollup()';
my $paid = "SELECT paid FROM budget.rollup_total('320000000', 2026)";
my $differences = 'SELECT count(*) FROM budget.verify_rollup()';

# A server program, as the user that owns the cluster: whether it went well, and what it said.
sub as_server
{
	my (@command) = @_;
	my $user = getpwuid((stat "$directory/data")[4]);
	unshift @command, 'runuser', '-u', $user, '--' if $> == 0;
	my $out = '';
	my $ok = IPC::Run::run(\@command, \undef, '>&', \$out, init => sub { chdir $directory });
	return ($ok, $out);
}

sub pay
{
	my ($line, $amount) = @_;
	return "SELECT budget.pay(2026000000000000 + $line, $amount, 'V', accounting_date => '2026-03-01')";
}

$server->query(<<'SQL');
SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026);
SELECT budget.register_unit('A', '教育厅', '320000000');
SELECT budget.appropriate(budget.open_line(2026, 'A', '2050201', title => 'L' || n), 1000, 'D', accounting_date => '2026-01-02')
  FROM generate_series(1, 4) n;
SQL

# A fold that a crash ends never happened; a payment that was prepared before it is
# held for, under the number that recovery gives it.
$server->query(pay(1, 1));
my $prepared = $server->session;
$prepared->query('BEGIN;');
$prepared->query(pay(2, 2) . ';');
$prepared->query("PREPARE TRANSACTION 'half';");
is($server->query($fold), '0|2|0', 'a segment begins');
$server->query(pay(3, 4));
is($server->query($fold), '0|3|1', 'a prepared payment holds up the segment that it is in');
my $folder = $server->session;
$folder->query('BEGIN;');
is($folder->query($fold . ';'), '1||1', 'the next one is folded');
$folder->query(pay(3, 8) . ';');
$server->crash;
$server->start;
is($server->query($differences), '0', 'after a crash in the middle of a fold it is as if it had not begun');
is($server->query($paid), '5.00', 'with what was committed');
is($server->query($fold), '1||1', 'the prepared payment goes on holding up its segment, and no other');
is($server->query($fold), '0||1', 'as long as it stands');
$server->query("COMMIT PREPARED 'half'");
is($server->query($paid), '7.00', 'committed, it counts');
is($server->query($fold), '1||0', 'and is folded');
is($server->query("SELECT string_agg(first_segment || '-' || last_segment, ' ' ORDER BY first_segment) FROM budget.rollup_run"),
	'1-1 2-2', 'out of order, and each segment once');
is($server->query($differences), '0', 'exactly');

# Prepared behind the look that wrote it down as running: it must not be taken for ended.
my $late = $server->session;
$late->query('BEGIN;');
$late->query(pay(1, 16) . ';');
$server->query(pay(2, 0.01));
is($server->query($fold), '0|4|0', 'a payment is under way when a segment ends');
is($server->query($fold), '0||1', 'it is waited for by name');
$late->query("PREPARE TRANSACTION 'late';");
is($server->query($fold), '0||1', 'prepared, it is waited for still');
$server->crash;
$server->start;
is($server->query($fold), '0||1', 'and after a crash');
$server->query("ROLLBACK PREPARED 'late'");
is($server->query($fold), '1||0', 'until it is over');
is($server->query($paid), '7.01', 'and left nothing');
is($server->query($differences), '0', 'exactly');

# An unfolded rest, a snapshot that is held, and a standby that replays both.
$server->query(pay(4, 32));
my ($ok, $said) = as_server("$bindir/pg_basebackup", '-h', $directory, '-p', '5432', '-U', 'postgres', '-D', "$directory/standby", '-R', '-c', 'fast', '--no-sync');
ok($ok, 'a standby is made') or diag $said;
SKIP:
{
	skip 'there is no standby', 6 unless $ok;
	as_server('mkdir', "$directory/socket");
	($ok, $said) = as_server("$bindir/pg_ctl", '-D', "$directory/standby", '-l', "$directory/standby.log", '-w',
		'-o', "-c unix_socket_directories='$directory/socket'", 'start');
	ok($ok, 'and started') or diag $said, skip 'it does not run', 5;
	my $standby = Budgetpm::Session->new('-h', "$directory/socket", '-p', '5432', '-U', $server->user, '-d', $server->database);
	$standby->query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;');
	my $now = Budgetpm::Session->new('-h', "$directory/socket", '-p', '5432', '-U', $server->user, '-d', $server->database);
	$server->query("$fold; " . pay(4, 64) . "; $fold; $fold; SELECT budget.rebuild_rollup()");
	my $lsn = $server->query('SELECT pg_current_wal_lsn()');
	for (1 .. 100)
	{
		last if $now->query("SELECT pg_last_wal_replay_lsn() >= '$lsn';") eq 't';
		select undef, undef, undef, 0.1;
	}
	is($now->query($paid . ';'), '103.01', 'the standby shows what was folded meanwhile');
	is($now->query($differences . ';'), '0', 'exactly');
	is($standby->query($paid . ';'), '39.01', 'and its old snapshot what it saw');
	is($standby->query($differences . ';'), '0', 'exactly');
	my $answer = '';
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-h', "$directory/socket", '-p', '5432', '-U', $server->user,
			'-d', $server->database, '-c', 'SELECT * FROM budget.fold_rollup()' ], \undef, '>&', \$answer);
	like($answer, qr/25006/, 'it does not fold');
	$_->close for $standby, $now;
	as_server("$bindir/pg_ctl", '-D', "$directory/standby", '-w', '-m', 'immediate', 'stop');
}

# Out of a cluster with more transactions behind it than a restore takes, with a rest that is not folded and a
# name of a prepared transaction that the other cluster has too.
$server->query("BEGIN; " . pay(1, 128) . "; PREPARE TRANSACTION 'same'; SELECT 1");
$server->query("DO \$\$ BEGIN FOR i IN 1..20000 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END \$\$");
$server->query(pay(2, 200) . "; $fold; " . pay(2, 56));
my $before = $server->query('SELECT budget.rollup_total(\'320000000\', 2026)');
my ($dumped, $dump, $error) = $server->run('pg_dump', '--no-sync');
is($dumped, 0, 'dumped with a rest that is not folded') or diag $error;
$server->query("ROLLBACK PREPARED 'same'");

my $other = Budgetpm::Server->new('log_statement=none');
my @there = (database => 'restored');
$other->query('CREATE DATABASE restored TEMPLATE template0 OWNER ' . $other->user, user => 'postgres', database => 'postgres');
$SIG{PIPE} = 'IGNORE';
my ($restored, undef, $complaint) = $other->psql($dump, user => 'postgres', @there);
is($restored, 0, 'restored into another cluster') or diag $complaint;
cmp_ok($other->query('SELECT pg_current_xact_id()::text::bigint'), '<', $server->query('SELECT pg_current_xact_id()::text::bigint'),
	'whose transaction numbers are lower');
is($other->query("SELECT budget.rollup_total('320000000', 2026)", @there), $before, 'the totals are the same');
is($other->query($differences, @there), '0', 'exactly');
$other->query('BEGIN; ' . pay(3, 512) . "; PREPARE TRANSACTION 'same'; SELECT 1", @there);
like($other->query($fold, @there), qr/^\d\|\d+\|[0-2]$/, 'it begins a segment');
like($other->query($fold, @there), qr/^0\|\d*\|[12]$/, 'its own prepared payment is held for, whatever the other one was called');
$other->query("COMMIT PREPARED 'same'", @there);
$other->query("$fold; $fold", @there);
is($other->query("SELECT count(*) FROM budgetpm.rollup_tail('budget.ledger', NULL)", @there), '0', 'all is folded there');
is($other->query($paid, @there), '871.01', 'with what was posted before and after');
is($other->query($differences, @there), '0', 'exactly');

done_testing();
