# Budgetpm::Clerk: a client that posts entries of all kinds at random, and writes
# down, synced to disk, each posting that the server has acknowledged.
#
#   my $pid = Budgetpm::Clerk::start(
#       name => 'c1', seed => 42, until => time + 8, directory => $dir,
#       connection => [ $server->connection ]);
#
# The clerk is a process of its own, to be killed.  Each of its postings carries a
# key; when a connection breaks it asks again with the same key, as a real client
# must.  $dir/<name>.acks holds "key posting operation amount" of what was acknowledged,
# one a line; $dir/<name>.trouble what no clerk should ever be told.
package Budgetpm::Clerk;

use strict;
use warnings;
use IO::Handle;
use IPC::Open2;
use Time::HiRes qw(time sleep);

my $done = 'clerk-statement-done';

# What a clerk may be refused for: funds, state, rules, and losing a race.
my %expected = map { $_ => 1 }
  qw(ZB001 ZB002 ZB003 ZB004 ZB007 ZB010 23505 40001 40P01 57P01 57P02 57P03 25P02);

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
SELECT budget.create_cap(2025, '一行', amount => 1500, division => '320000000', warn_ratio => 0.5);
SELECT budget.create_cap(2025, '分槽', 'lines', warn_ratio => 0.2, block_ratio => 0.6, slots => 4);
SELECT budget.create_cap(2025, '名单', amount => 400, consumes => '{paid}', lines => '{$province[1],$province[4],$city[1]}');
SELECT budget.create_cap(2025, '以收定支', 'receipts', division => '320100000', fund_type => '11', slots => 2);
SELECT budget.record_receipt(2025, '320100000', '11', 500, '缴款书1');
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
	return $self->fold if $self->{folder};
	while (time < $self->{until})
	{
		if (!$self->{alone} && rand() < 0.12)
		{
			$self->several;
		}
		elsif ($self->{owner} && rand() < 0.04)
		{
			rand() < 0.4 ? $self->administer : $self->change_caps;
		}
		elsif (rand() < 0.08)
		{
			$self->insist_on_batch;
		}
		elsif (rand() < 0.12)
		{
			rand() < 0.6 ? $self->insert_documents : $self->change_documents;
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
			!$self->{folder} && rand() < 0.2 ? "SET default_transaction_isolation = 'repeatable read'" : 'SELECT 1');
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
	print { $self->{in} } "$statement;\n\\echo $done :SQLSTATE :LAST_ERROR_MESSAGE\n";
	my @rows;
	while (defined(my $row = readline $self->{out}))
	{
		chomp $row;
		if ($row =~ /^$done (\S*) ?(.*)$/)
		{
			my ($state, $message) = ($1, $2);
			# A server that dies may close the connection without saying a state.
			last if $state =~ /^(?:08|57P0|$)/;
			$self->trouble("$state $message: $statement")
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
	for my $done (@done)
	{
		my ($key, $posting, $call) = @$done;
		printf { $self->{acks} } "%s %s %s %s\n", $key, $posting, $call->{operation}, $call->{amount} // '-';
	}
	$self->{acks}->flush;
	$self->{acks}->sync;
	return;
}

# Posts until the server has said yes or no; the key makes that safe.
sub insist
{
	my ($self, $call) = @_;
	my $key = $self->new_key;
	my $statement = call_sql($call, $key);
	for (1 .. 20)
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		my ($state, $posting) = $self->ask("SELECT $statement");
		if (defined $state)
		{
			$self->acknowledge([ $key, $posting, $call ]) if $state eq '00000';
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

# Caps change under the postings: their limit, basis, buckets, slots and lines, and what came in.
sub change_caps
{
	my ($self) = @_;
	my $line = pick(@province, @city);
	my $call = pick(
		'change_cap(1, basis => \'fixed\', amount => ' . (500 + int rand 3000) . ', block_ratio => 1)',
		"change_cap(1, basis => 'lines', block_ratio => 0.7)", "change_cap(1, basis => 'fixed', amount => 1500, block_ratio => 1)",
		'change_cap(' . pick(1, 2, 4) . ', slots => ' . pick(0, 2, 4, 8) . ')',
		"change_cap(2, consumes => '{" . pick('paid', 'requested,paid', 'committed,requested,paid') . "}')",
		"add_cap_lines(3, ARRAY[$line])", "remove_cap_lines(3, ARRAY[$line])",
		sprintf("record_receipt(2025, '320100000', '11', %s, '缴款书', key => '%s')", amount(), $self->new_key),
		"reverse_receipt((SELECT max(receipt_id) FROM budget.receipt WHERE amount > '0'), '退库')");
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	$self->ask("SELECT budget.$call");
	return;
}

# Contracts and payments as rows of tables: one statement posts for all of them.  What
# it posts has keys made of the rows' numbers.
sub insert_documents
{
	my ($self) = @_;
	my $table = rand() < 0.25 ? 'contract' : 'payment';
	my %step = (signed => 'commit_funds', requested => 'request_payment', paid => 'pay');
	my @rows = map { { number => $self->new_key, line => pick(@province, @city), amount => amount(),
		state => $table eq 'contract' ? 'signed' : pick(qw(draft requested paid paid)) } } 1 .. 1 + int rand 4;
	my $on = 'NULL';
	if ($table eq 'payment' && rand() < 0.5)
	{
		my ($state, $found) = $self->ask("SELECT contract_id, line_id FROM budget.contract WHERE state = 'signed' ORDER BY contract_id DESC LIMIT 1 OFFSET " . int rand 5)
		  if $self->{out};
		($on, $rows[0]{line}) = split /\|/, $found if $found;
	}
	my $values = join ', ', map { "('$rows[$_]{number}', $rows[$_]{line}, $rows[$_]{amount}, '$rows[$_]{state}'"
		  . ($table eq 'payment' ? ', ' . ($_ == 0 ? $on : 'NULL') : '') . ')' } 0 .. $#rows;
	my $columns = "${table}_no, line_id, amount, state" . ($table eq 'payment' ? ', contract_id' : '');
	for (1 .. 20)
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		my ($state, @ids) = $self->ask("INSERT INTO budget.$table ($columns) VALUES $values RETURNING ${table}_id");
		next unless defined $state;
		if ($state eq '00000')
		{
			$self->acknowledge(map { [ "$table:$ids[$_]:$rows[$_]{state}", '-', { operation => $step{ $rows[$_]{state} }, amount => $rows[$_]{amount} } ] }
				  grep { $rows[$_]{state} ne 'draft' } 0 .. $#rows);
		}
		# Inserted already by a statement that was not answered: 23505.
		return unless $state eq '40001' || $state eq '40P01';
	}
	return;
}

# A clerk changes rows of its own only, so that the order in which it reaches them is nobody's business.
sub change_documents
{
	my ($self) = @_;
	my ($table, $from, $to) = pick([qw(payment draft requested)], [qw(payment requested paid)], [qw(payment requested cancelled)],
		[qw(payment paid returned)], [qw(payment draft paid)], [qw(contract signed closed)])->@*;
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	$self->ask("UPDATE budget.$table SET state = '$to' WHERE ${table}_id IN (SELECT ${table}_id FROM budget.$table "
		. "WHERE state = '$from' AND ${table}_no LIKE '$self->{name}-%' ORDER BY 1 DESC LIMIT " . (1 + int rand 4) . ')');
	return;
}

# Folds all the time, and compares in one snapshot each what the rollup and what the
# journal say of everybody's postings.
sub fold
{
	my ($self) = @_;
	my $moved = join ', ', map { "sum(CASE WHEN k.target = '$_' THEN j.amount::numeric WHEN k.source = '$_' THEN -j.amount::numeric ELSE 0.00 END)" } qw(available requested paid);
	while (time < $self->{until})
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		my ($state, $row) = $self->ask('SELECT segments_folded FROM budget.fold_rollup()');
		$self->acknowledge([ 'fold', $row, { operation => 'fold' } ]) if ($state // '') eq '00000';
		next unless defined $state;
		($state, $row) = $self->ask("SELECT r, s FROM (SELECT (entries, available, requested, paid)::text AS r FROM budget.rollup_total('320000000', 2025)) r, "
			. "(SELECT (count(*), $moved)::text AS s FROM budget.journal j JOIN budget.entry_kind k USING (kind)) s WHERE r <> s");
		$self->trouble("rollup against journal: $row") if defined $row;
		sleep 0.05;
	}
	$self->disconnect;
	return;
}

# Several postings by one call; what is not known to have happened is sent again.
sub insist_on_batch
{
	my ($self) = @_;
	my @calls = grep { $_ } map { $self->choose } 1 .. 3 + int rand 6;
	my @keys = map { $self->new_key } @calls;
	my $entries = join ', ', map { call_json($calls[$_], $keys[$_]) } 0 .. $#calls;
	for (1 .. 20)
	{
		$self->connect_server unless $self->{out};
		return unless $self->{out};
		my ($state, @postings) = $self->ask(
			"SELECT coalesce(p, '-') FROM jsonb_array_elements_text(budget.post_batch('[$entries]', 'report') -> 'postings') p");
		next unless defined $state;
		if ($state eq '00000')
		{
			$self->trouble(@postings . ' answers to ' . @calls . ' entries') if @postings != @calls;
			$self->acknowledge(map { [ $keys[$_], $postings[$_], $calls[$_] ] } grep { $postings[$_] ne '-' } 0 .. $#calls);
		}
		return unless $state eq '40001' || $state eq '40P01';
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
		($state, $posting) = $self->ask('SELECT ' . call_sql($call, $key)) if defined $state;
		return unless defined $state;
		if ($state eq '00000' && rand() < 0.8)
		{
			push @posted, [ $key, $posting, $call ];
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

# An obligation of some stage that holds money, its line and how much; or nothing.
sub holding
{
	my ($self, @stages) = @_;
	my $list = join ', ', map { "'$_'" } @stages;
	$self->connect_server unless $self->{out};
	return unless $self->{out};
	my ($state, $row) = $self->ask(
		'SELECT obligation_id, line_id, amount - drawn - released FROM budget.obligation '
		  . "WHERE stage IN ($list) AND amount > drawn + released ORDER BY obligation_id DESC LIMIT 1 OFFSET " . int rand 8);
	return split /\|/, $row // '';
}

# Part of what is there, all of it, or one fen too much.
sub part
{
	my ($there) = @_;
	my $choice = rand;
	return $choice < 0.2 ? $there : $choice < 0.25 ? sprintf('%.2f', $there + 0.01) : sprintf '%.2f', 0.01 + rand() * ($there - 0.01);
}

# A stage of spending: on what holds money for it, or on the line itself.
sub drawing
{
	my ($self, $argument, @stages) = @_;
	my ($obligation, $line, $left) = rand() < 0.7 ? $self->holding(@stages) : ();
	return (line => pick(@province, @city), amount => amount()) if !$obligation;
	return (line => $line, amount => part($left), $argument => $obligation);
}

sub simple { my (@lines) = @_; return (line => pick(@lines), amount => amount()) }

my @all = (@province, @city);
my @paid = qw(pay pay_drawn correct_in);
my %make = (
	pay => sub { $_[0]->drawing(request => 'request') },
	precommit => sub { simple(@all) },
	commit_funds => sub { $_[0]->drawing(precommitment => 'precommit') },
	request_payment => sub { $_[0]->drawing(commitment => 'commit') },
	release => sub {
		my ($obligation, undef, $left) = $_[0]->holding(pick([qw(precommit commit request)], ['request'], ['commit'])->@*) or return;
		(obligation => $obligation, rand() < 0.4 ? () : (amount => part($left)), rand() < 0.5 ? () : (target => pick(qw(predecessor available))));
	},
	supplement => sub { simple(@roots) }, reduce => sub { simple(@roots) },
	freeze => sub { simple(@all) }, unfreeze => sub { simple(@all) },
	reserve_out => sub { simple(@all) }, release_out => sub { simple(@all) },
	withdraw => sub { (simple(@all), memo => '{"why": [1, "超期"]}') },
	allot => sub { my $child = pick(keys %parent); (parent => $parent{$child}, child => $child, amount => amount()) },
	return_allotment => sub { my $child = pick(keys %parent); (child => $child, parent => $parent{$child}, amount => amount()) },
	virement => sub { my ($from, $to) = pair(); (from_line => $from, to_line => $to, amount => amount()) },
	send_transfer => sub { (line => pick(@province), to_division => '320100000', amount => amount(), document => $document) },
	receive_transfer => sub { my $transfer = $_[0]->transfer_in('sent') or return; (transfer => $transfer, line => $city[0]) },
	return_transfer => sub { my $transfer = $_[0]->transfer_in('sent', 'received') or return; (transfer => $transfer) },
	refund => sub {
		my $payment = $_[0]->earlier(pick(@all), @paid) or return;
		(payment => $payment, amount => amount(), target => pick(qw(available request commitment)));
	},
	correct_payment => sub {
		my ($from, $to) = pair();
		my $payment = $_[0]->earlier($from, @paid) or return;
		(payment => $payment, to_line => $to, amount => amount());
	},
	reverse => sub {
		my $posting = $_[0]->earlier(pick(@all), qw(pay freeze supplement allot_in virement_in return_out
			withdraw refund correct_in reserve_out pay_drawn precommit commit commit_drawn request request_drawn
			release_precommit release_commit release_commit_back release_request release_request_back
			refund_request refund_commit)) or return;
		(posting => $posting, rand() < 0.5 ? (amount => amount()) : ());
	});
my %weight = (
	pay => 30, virement => 10, refund => 10, supplement => 8, allot => 8, reverse => 12,
	correct_payment => 6, send_transfer => 6, receive_transfer => 6, return_transfer => 4,
	return_allotment => 5, freeze => 3, unfreeze => 3, reserve_out => 3, release_out => 3,
	withdraw => 2, reduce => 2, precommit => 8, commit_funds => 12, request_payment => 14, release => 10);
my @lot = map { ($_) x $weight{$_} } sort keys %weight;

# A call: an operation and its arguments by name; nothing when there is nothing to act on.
sub choose
{
	my ($self) = @_;
	my $operation = pick(@lot);
	my %arguments = $make{$operation}->($self);
	return %arguments ? { document => '文号', %arguments, operation => $operation } : undef;
}

# The call in SQL, and as an entry of a batch.
sub call_sql
{
	my ($call, $key) = @_;
	my @arguments = map { "$_ => " . ($call->{$_} =~ /^[0-9.]+$/ && $_ ne 'to_division' ? $call->{$_} : "'$call->{$_}'") }
	  grep { $_ ne 'operation' } sort keys %$call;
	return "budget.$call->{operation}(" . join(', ', @arguments, "key => '$key'") . ')';
}

sub call_json
{
	my ($call, $key) = @_;
	my %call = (%$call, key => $key);
	return '{' . join(', ', map { "\"$_\": " . ($call{$_} =~ /^\{/ || $call{$_} =~ /^[0-9.]+$/ && $_ ne 'to_division' ? $call{$_} : "\"$call{$_}\"") }
		  sort keys %call) . '}';
}

1;
