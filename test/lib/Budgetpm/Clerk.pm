# Budgetpm::Clerk: a client that posts entries of all kinds at random, and writes
# down, synced to disk, each posting that the server has acknowledged.
#
#   my $pid = Budgetpm::Clerk::start(
#       name => 'c1', seed => 42, until => time + 8, directory => $dir,
#       connection => [ $server->connection ]);
#
# The clerk is a process of its own, to be killed.  Each of its postings carries a
# key; when a connection breaks it asks again with the same key, as a real client
# must.  $dir/<name>.acks holds "key posting" of what was acknowledged, one a line;
# $dir/<name>.trouble what no clerk should ever be told.
package Budgetpm::Clerk;

use strict;
use warnings;
use IO::Handle;
use IPC::Open2;
use Time::HiRes qw(time sleep);

my $done = 'clerk-statement-done';

# What a clerk may be refused for: funds, state, rules, and losing a race.
my %expected = map { $_ => 1 }
  qw(ZB001 ZB003 ZB004 ZB007 ZB010 40001 40P01 57P01 57P02 57P03 25P02);

my @province = map { "202500000000000$_" } 1 .. 5;
my @city = map { "202500000000000$_" } 6 .. 8;

# One government is a tree of three lines and a tree of two, the other a tree of
# three whose root receives; $document is what the transfers come under.
my $document = '苏财预9号';

# The lines that clerks post on, with money to begin with.
sub ledger_sql
{
	my $lines = '';
	my @row = (
		[ 101, 2010601, 'NULL' ], [ 101, 2010601, 1 ], [ 101, 2010602, 1 ],
		[ 101, 2010607, 'NULL' ], [ 101, 2010699, 4 ],
		[ 201, 2010601, 'NULL' ], [ 201, 2010601, 6 ], [ 201, 2010602, 6 ]);
	for my $row (@row)
	{
		my ($unit, $func, $parent) = @$row;
		my $source = $unit == 201 ? "'$document'" : 'NULL';
		$parent = "202500000000000$parent" if $parent ne 'NULL';
		$lines .= "SELECT budget.open_line(2025, '$unit', '$func', title => 'line', "
		  . "parent => $parent, source_document => $source);\n";
	}
	return <<"SQL";
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.register_division('320100000', '南京市', '320000000', 2, '2020-01-01');
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.register_unit('201', '南京市财政局', '320100000');
$lines
SELECT budget.appropriate($province[0], 3000, '苏财预1号', key => 'begin-1');
SELECT budget.appropriate($province[3], 1000, '苏财预1号', key => 'begin-2');
SELECT budget.allot($province[0], $province[1], 800, '苏财预2号', key => 'begin-3');
SELECT budget.allot($province[0], $province[2], 800, '苏财预2号', key => 'begin-4');
SELECT budget.allot($province[3], $province[4], 500, '苏财预2号', key => 'begin-5');
CREATE ROLE stress_officer LOGIN;
SELECT budgetpm.grant_ledger('budget', 'stress_officer', 'officer');
SQL
}

# Starts a clerk and returns its process id.
sub start
{
	my (%option) = @_;
	my $pid = fork;
	die "could not fork: $!\n" unless defined $pid;
	return $pid if $pid;

	# Neither the test's END blocks nor its plan are the clerk's business.
	$SIG{TERM} = $SIG{INT} = 'DEFAULT';
	$SIG{PIPE} = 'IGNORE';
	open STDERR, '>', '/dev/null';
	eval { work(bless {%option}) };
	if ($@)
	{
		my $error = $@;
		open my $trouble, '>>', "$option{directory}/$option{name}.trouble";
		print $trouble "died: $error";
		close $trouble;
	}
	require POSIX;
	POSIX::_exit(0);
}

sub work
{
	my ($self) = @_;
	srand $self->{seed};
	open $self->{acks}, '>>', "$self->{directory}/$self->{name}.acks" or die "acks: $!\n";
	$self->{number} = 0;
	while (time < $self->{until})
	{
		if (!$self->{alone} && rand() < 0.12)
		{
			$self->several;
		}
		elsif ($self->{owner} && rand() < 0.02)
		{
			$self->administer;
		}
		else
		{
			my $call = $self->choose or next;
			$self->insist($call);
		}
	}
	$self->disconnect;
	return;
}

sub connect_server
{
	my ($self) = @_;
	while (!$self->{out} && time < $self->{until} + 20)
	{
		my ($out, $in);
		$self->{psql} = open2($out, $in, 'psql', '-XAtq', @{ $self->{connection} });
		@{$self}{qw(in out)} = ($in, $out);
		$in->autoflush(1);
		my ($state) = $self->ask(
			rand() < 0.2 ? "SET default_transaction_isolation = 'repeatable read'" : 'SELECT 1');
		last if defined $state;
		sleep 0.05;
	}
	return;
}

sub disconnect
{
	my ($self) = @_;
	return unless $self->{psql};
	close $self->{in};
	close $self->{out};
	waitpid $self->{psql}, 0;
	delete @{$self}{qw(psql in out)};
	return;
}

# Sends one statement and returns its SQLSTATE and what it gave; nothing when the
# connection broke, which leaves open whether it was done.
sub ask
{
	my ($self, $statement) = @_;
	print { $self->{in} } "$statement;\n\\echo $done :SQLSTATE\n";
	my @rows;
	while (defined(my $row = readline $self->{out}))
	{
		chomp $row;
		if ($row =~ /^$done (\S*)$/)
		{
			my $state = $1;
			# A server that dies may close the connection without saying a state.
			last if $state =~ /^(?:08|57P0|$)/;
			$self->trouble("$state: $statement")
			  unless $state eq '00000' || $expected{$state};
			return ($state, @rows);
		}
		push @rows, $row;
	}
	$self->disconnect;
	return;
}

sub trouble
{
	my ($self, $text) = @_;
	open my $file, '>>', "$self->{directory}/$self->{name}.trouble";
	print $file "$text\n";
	close $file;
	return;
}

sub acknowledge
{
	my ($self, @done) = @_;
	print { $self->{acks} } map { "$_->[0] $_->[1]\n" } @done;
	$self->{acks}->flush;
	$self->{acks}->sync;
	return;
}

# Posts until the server has said yes or no; the key makes that safe.
sub insist
{
	my ($self, $call) = @_;
	my $key = $self->new_key;
	my $statement = sprintf $call, $key;
	for (1 .. 20)
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		my ($state, $posting) = $self->ask("SELECT $statement");
		if (defined $state)
		{
			$self->acknowledge([ $key, $posting ]) if $state eq '00000';
			return unless $state eq '40001' || $state eq '40P01';
		}
	}
	return;
}

# Closes the year for a moment, which waits for everybody, or opens a line meanwhile.
sub administer
{
	my ($self) = @_;
	for my $call (rand() < 0.5 ? ("set_year_state(2025, 'closing')", "set_year_state(2025, 'open')")
		: ("open_line(2025, '101', '2010601', title => 'new', parent => $province[0])"))
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		$self->ask("SELECT budget.$call");
	}
	return;
}

# Two or three postings in one transaction, each in a savepoint.  Locks are then
# taken in any order, so this is where deadlocks come from.
sub several
{
	my ($self) = @_;
	my @calls = grep { $_ } map { $self->choose } 1 .. 2 + int rand 2;
	my @posted;
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	my ($begun) = $self->ask('BEGIN');
	return unless defined $begun;
	for my $call (@calls)
	{
		my $key = $self->new_key;
		my ($state, $posting) = $self->ask('SAVEPOINT before');
		($state, $posting) = $self->ask('SELECT ' . sprintf $call, $key) if defined $state;
		return unless defined $state;
		if ($state eq '00000' && rand() < 0.8)
		{
			push @posted, [ $key, $posting ];
			next;
		}
		($state) = $self->ask('ROLLBACK TO before');
		return unless defined $state;
	}
	if (rand() < 0.2)
	{
		$self->ask('ROLLBACK');
		return;
	}
	my ($state) = $self->ask('COMMIT');
	$self->acknowledge(@posted) if defined $state && $state eq '00000';
	return;
}

sub new_key
{
	my ($self) = @_;
	return sprintf '%s-%d', $self->{name}, ++$self->{number};
}

sub pick { return $_[ int rand @_ ] }
sub amount { return sprintf '%.2f', (rand() < 0.1 ? 2000 : 40) * rand() + 0.01 }

# One of the newest postings of some kinds on a line, or nothing.
sub earlier
{
	my ($self, $line, @kinds) = @_;
	my $list = join ', ', map { "'$_'" } @kinds;
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	my ($state, $posting) = $self->ask(
		"SELECT posting_id FROM budget.journal WHERE line_id = $line AND kind IN ($list) "
		  . 'ORDER BY entry_no DESC LIMIT 1 OFFSET ' . int rand 6);
	return $posting;
}

sub transfer_in
{
	my ($self, @states) = @_;
	my $list = join ', ', map { "'$_'" } @states;
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	my ($state, $transfer) = $self->ask(
		"SELECT transfer_id FROM budget.transfer WHERE state IN ($list) "
		  . 'ORDER BY transfer_id DESC LIMIT 1 OFFSET ' . int rand 4);
	return $transfer;
}

my %parent = (
	$province[1] => $province[0], $province[2] => $province[0],
	$province[4] => $province[3], $city[1] => $city[0], $city[2] => $city[0]);
my @roots = ($province[0], $province[3], $city[0]);

# Two lines of one government.
sub pair
{
	my @tree = pick(\@province, \@city)->@*;
	my $from = pick(@tree);
	return ($from, pick(grep { $_ ne $from } @tree));
}

my %make = (
	pay => sub { sprintf 'pay(%s, %s, \'支付\'', pick(@province, @city), amount() },
	supplement => sub { sprintf 'supplement(%s, %s, \'追加\'', pick(@roots), amount() },
	reduce => sub { sprintf 'reduce(%s, %s, \'追减\'', pick(@roots), amount() },
	freeze => sub { sprintf 'freeze(%s, %s, \'冻结\'', pick(@province, @city), amount() },
	unfreeze => sub { sprintf 'unfreeze(%s, %s, \'解冻\'', pick(@province, @city), amount() },
	reserve_out => sub { sprintf 'reserve_out(%s, %s, \'在途\'', pick(@province, @city), amount() },
	release_out => sub { sprintf 'release_out(%s, %s, \'撤销\'', pick(@province, @city), amount() },
	withdraw => sub { sprintf 'withdraw(%s, %s, \'收回\', memo => \'{"why": [1, "超期"]}\'', pick(@province, @city), amount() },
	allot => sub { my $child = pick(keys %parent); sprintf 'allot(%s, %s, %s, \'下达\'', $parent{$child}, $child, amount() },
	return_allotment => sub { my $child = pick(keys %parent); sprintf 'return_allotment(%s, %s, %s, \'退回\'', $child, $parent{$child}, amount() },
	virement => sub { sprintf 'virement(%s, %s, %s, \'调剂\'', pair(), amount() },
	send_transfer => sub { sprintf 'send_transfer(%s, \'320100000\', %s, \'%s\'', pick(@province), amount(), $document },
	receive_transfer => sub { my $transfer = $_[0]->transfer_in('sent') or return; "receive_transfer($transfer, $city[0], '收到'" },
	return_transfer => sub { my $transfer = $_[0]->transfer_in('sent', 'received') or return; "return_transfer($transfer, '退回'" },
	refund => sub {
		my $payment = $_[0]->earlier(pick(@province, @city), 'pay', 'correct_in') or return;
		sprintf 'refund(%s, %s, \'退款\'', $payment, amount();
	},
	correct_payment => sub {
		my ($from, $to) = pair();
		my $payment = $_[0]->earlier($from, 'pay', 'correct_in') or return;
		sprintf 'correct_payment(%s, %s, %s, \'更正\'', $payment, $to, amount();
	},
	reverse => sub {
		my $posting = $_[0]->earlier(pick(@province, @city), qw(pay freeze supplement allot_in
			virement_in return_out withdraw refund correct_in reserve_out)) or return;
		sprintf 'reverse(%s, \'冲销\'%s', $posting, rand() < 0.5 ? ', ' . amount() : '';
	});
my %weight = (
	pay => 30, virement => 12, refund => 10, supplement => 8, allot => 8, reverse => 8,
	correct_payment => 8, send_transfer => 6, receive_transfer => 6, return_transfer => 4,
	return_allotment => 5, freeze => 4, unfreeze => 4, reserve_out => 3, release_out => 3,
	withdraw => 2, reduce => 2);
my @lot = map { ($_) x $weight{$_} } sort keys %weight;

# A call with a place for its key, or nothing when there is nothing to act on.
sub choose
{
	my ($self) = @_;
	my $operation = pick(@lot);
	my $call = $make{$operation}->($self);
	return unless defined $call;
	$call =~ s/%/%%/g;
	return "budget.$call, key => '%s')";
}

1;
