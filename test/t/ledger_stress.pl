# Eight clerks post at random on eight lines, by single calls, batches and documents,
# under caps that change, while the journal is folded, clients are killed and the
# server crashes; afterwards the journal is recomputed from outside.
#
# BUDGETPM_STRESS_SECONDS (12) is how long they work, BUDGETPM_STRESS_SEED repeats
# what they try; what happens between them is for the machine to decide.
use strict;
use warnings;
use Budgetpm::Clerk;
use Budgetpm::Oracle;
use Budgetpm::Server;
use File::Temp;
use Test::More;
use Time::HiRes qw(time sleep);

my $seed = $ENV{BUDGETPM_STRESS_SEED} // int rand 1_000_000;
my $seconds = $ENV{BUDGETPM_STRESS_SECONDS} // 12;
my $clerks = 8;
note "seed $seed, $seconds s";
srand $seed;

my (%working, $generation, $directory);

sub start_clerk
{
	my ($server, $until, %option) = @_;
	my $name = 'c' . ++$generation;
	my $pid = Budgetpm::Clerk::start(
		name => $name, seed => $seed * 1000 + $generation, until => $until,
		directory => $directory, owner => $generation % 2 == 0, %option,
		connection => [ $server->connection($generation % 2 ? (user => 'stress_officer') : ()) ]);
	$working{$pid} = $name;
	return;
}

# A client dies without a word, or the server ends its session.
sub kill_someone
{
	my ($server, $until) = @_;
	if (rand() < 0.5)
	{
		my $pid = (sort keys %working)[ int rand keys %working ];
		kill KILL => $pid;
		waitpid $pid, 0;
		delete $working{$pid};
		start_clerk($server, $until);
		return 'client';
	}
	$server->psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE application_name = 'psql' AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1",
		user => 'postgres');
	return 'backend';
}

sub wait_for_clerks
{
	waitpid $_, 0 for keys %working;
	%working = ();
	return;
}

sub read_lines
{
	my ($pattern) = @_;
	my @lines;
	for my $file (glob "$directory/$pattern")
	{
		open my $handle, '<', $file or die "could not read $file: $!\n";
		push @lines, <$handle>;
		close $handle;
	}
	chomp @lines;
	return @lines;
}

# The last line of a clerk that was killed may be half written: it promised nothing.
sub acknowledgements
{
	return map { /^(\S+) (\d{16}|-) (\w+) (\S+)$/ ? ($1 => [ $2, $3, $4 ]) : () } read_lines('c*.acks');
}

sub new_ledger
{
	my (@settings) = @_;
	my $server = Budgetpm::Server->new('deadlock_timeout=50ms', 'autovacuum=off', @settings);
	$server->query(Budgetpm::Clerk::ledger_sql());
	$directory = File::Temp->newdir;
	($generation, %working) = (0);
	return $server;
}

sub check_ledger
{
	my ($server, $what) = @_;
	my @faults = Budgetpm::Oracle::faults($server, 'budget');
	is(scalar @faults, 0, "$what: the journal, the balances, the trees and the chains agree")
	  or diag join "\n", @faults;
	return;
}

sub work_through_a_crash
{
	my $server = new_ledger('synchronous_commit=on');
	my $until = time + $seconds;
	my $crash = time + $seconds / 2;
	my %killed = (client => 0, backend => 0);
	start_clerk($server, $until) for 1 .. $clerks;
	my $folder = Budgetpm::Clerk::start(name => 'folder', folder => 1, seed => $seed, until => $until,
		directory => $directory, connection => [ $server->connection ]);
	while (time < $until - 0.5)
	{
		sleep 0.1 + rand 0.4;
		$killed{ kill_someone($server, $until) }++;
		next unless $crash && time > $crash;
		$server->crash;
		$server->start;
		$crash = 0;
	}
	wait_for_clerks();
	waitpid $folder, 0;

	my %acks = acknowledgements();
	my ($entries, $kinds, $unasked) = split /\|/, $server->query(
		"SELECT count(*), count(DISTINCT kind), count(key) - ${\ scalar keys %acks} - 5 FROM budget.journal");
	note sprintf '%d clients and %d sessions killed, one crash; %d postings acknowledged, '
	  . '%d more found; %d entries of %d kinds',
	  $killed{client}, $killed{backend}, scalar keys %acks, $unasked, $entries, $kinds;
	note $server->query(<<'SQL');
SELECT format('%s obligations, %s payments and %s contracts as rows, %s changes of caps',
  (SELECT count(*) FROM budget.obligation), (SELECT count(*) FROM budget.payment),
  (SELECT count(*) FROM budget.contract), (SELECT count(*) FROM budget.cap_event))
SQL
	is(join("\n", read_lines('*.trouble')), '', 'no clerk was told what it should never be told');
	cmp_ok(scalar keys %acks, '>', 100, 'the clerks got work done');
	cmp_ok($kinds, '>=', 30, 'of most kinds');
	my $folds = grep { /^fold [1-9]/ } read_lines('folder.acks');
	cmp_ok($folds, '>', 2, "the journal was folded $folds times beside them");
	is(join(' ', Budgetpm::Oracle::unknown_acknowledgements($server, 'budget', \%acks)), '',
		'no acknowledged posting is lost');
	check_ledger($server, 'after a crash and many deaths');
	unlike($server->log, qr/PANIC|TRAP|terminated by signal/, 'only what was asked for crashed');
	work_without_deadlock($server);
	return;
}

# One call at a time, nobody can deadlock anybody.
sub work_without_deadlock
{
	my ($server) = @_;
	my $deadlocks = () = $server->log =~ /deadlock detected/g;
	start_clerk($server, time + $seconds / 4, alone => 1) for 1 .. $clerks;
	wait_for_clerks();
	my $more = () = $server->log =~ /deadlock detected/g;
	is($more, $deadlocks, "no deadlock between single calls, after $deadlocks between transactions of several");
	return;
}

# The control: commits that the server has not written are lost, and the same test
# sees it.  The WAL writer is held still, so that it is not luck.
sub lose_without_sync
{
	my $server = new_ledger('synchronous_commit=off', 'wal_writer_delay=10s',
		'bgwriter_lru_maxpages=0', 'wal_buffers=16MB');
	my $until = time + 2;
	my $writer = $server->query(
		"SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'", user => 'postgres');
	# The ledger itself is not what is to be lost.
	$server->query('CHECKPOINT', user => 'postgres');
	kill(STOP => $writer) or die "could not hold process $writer: $!\n";
	start_clerk($server, $until) for 1 .. $clerks;
	wait_for_clerks();
	my $stop = fork // die "could not fork: $!\n";
	if (!$stop)
	{
		# Held still, it could not obey the crash either.
		sleep 0.3;
		kill CONT => $writer;
		require POSIX;
		POSIX::_exit(0);
	}
	$server->crash;
	waitpid $stop, 0;
	$server->start;

	my %acks = acknowledgements();
	my @lost = Budgetpm::Oracle::unknown_acknowledgements($server, 'budget', \%acks);
	note sprintf '%d of %d acknowledged postings lost', scalar @lost, scalar keys %acks;
	cmp_ok(scalar @lost, '>', 0, 'without synchronous_commit acknowledged postings are lost, and this test sees it');
	check_ledger($server, 'what is left then');
	return;
}

work_through_a_crash();
lose_without_sync();
done_testing();
