# Random calls, one after the other, against a model of the ledger in Perl
# (Budgetpm::Model): it has to say which are refused, and what every bucket and
# every obligation is afterwards.
#
# BUDGETPM_MODEL_CALLS (3000) is how many; BUDGETPM_MODEL_SEED repeats a run.  After a
# failure build/model.sql holds the calls, to be run again on a new database.
use strict;
use warnings;
use Budgetpm::Kinds;
use Budgetpm::Model;
use Budgetpm::Oracle;
use Budgetpm::Server;
use IPC::Open2;
use List::Util qw(max min);
use Storable qw(dclone);
use Test::More;

my $seed = $ENV{BUDGETPM_MODEL_SEED} // int rand 1_000_000;
my $calls = $ENV{BUDGETPM_MODEL_CALLS} // 3000;
note "seed $seed, $calls calls";
srand $seed;

my $done = 'model-statement-done';
my (@script, @sessions, $model, @keyed, %outcome);

# Two governments; a tree of three levels, a tree held for distribution, a procurement
# line, lines that may be overspent, and the next year.
my @lines = (
	{ year => 2025, unit => 101 }, { year => 2025, unit => 101, parent => 1, econ => '50101' },
	{ year => 2025, unit => 101, parent => 1, econ => '50201' }, { year => 2025, unit => 101, parent => 2 },
	{ year => 2025, unit => 101, procurement => 1 }, { year => 2025, unit => 101, executable => 0 },
	{ year => 2025, unit => 101, parent => 6 }, { year => 2025, unit => 101, control => 'warn' },
	{ year => 2025, unit => 201 }, { year => 2026, unit => 101 }, { year => 2026, unit => 101, parent => 10 },
	{ year => 2026, unit => 101, parent => 11 }, { year => 2026, unit => 101, fund => '12' },
	{ year => 2026, unit => 101, control => 'warn' }, { year => 2026, unit => 101, parent => 14 },
	{ year => 2026, unit => 201 });
my $number = 0;
for my $line (@lines)
{
	$line = { econ => '', fund => '11', procurement => 0, executable => 1, control => 'block', parent => 0, %$line };
	$line->{id} = $line->{year} * 1e12 + ++$number;
	$line->{division} = $line->{unit} == 201 ? 'city' : 'province';
	$line->{parent} = $lines[ $line->{parent} - 1 ]{id} if $line->{parent};
}
my @ids = map { $_->{id} } @lines;
my @near = grep { /^2025/ } @ids;
my @next = grep { /^2026/ } @ids;
my @children = map { $_->{id} } grep { $_->{parent} } @lines;

sub quoted { my ($text) = @_; return $text eq '' ? 'NULL' : "'$text'" }

sub ledger_sql
{
	my $sql = <<'SQL';
SELECT budgetpm.create_ledger('budget', root => '320000000', first_year => 2025);
SELECT budget.add_year(2026);
SELECT budget.register_division('320100000', '南京市', '320000000', 2, '2020-01-01');
SELECT budget.register_unit('101', '省财政厅', '320000000');
SELECT budget.register_unit('201', '南京市财政局', '320100000');
SQL
	for my $line (@lines)
	{
		$sql .= sprintf "SELECT budget.open_line(%d, '%d', '2050201', gov_econ_code => %s, fund_type => '%s', "
		  . "title => 'line', parent => %s, executable => %s, control => '%s', elements => %s);\n",
		  @{$line}{qw(year unit)}, quoted($line->{econ}), $line->{fund}, $line->{parent} || 'NULL',
		  $line->{executable} ? 'true' : 'false', $line->{control},
		  $line->{procurement} ? q('{"procurement": true}') : 'NULL';
	}
	return $sql;
}

# Sends one statement: its SQLSTATE and its rows.
sub ask
{
	my ($session, $statement) = @_;
	push @script, $statement;
	print { $session->{in} } "$statement;\n\\echo $done :SQLSTATE\n";
	my @rows;
	while (defined(my $row = readline $session->{out}))
	{
		chomp $row;
		return ($1, @rows) if $row =~ /^$done (\S+)$/;
		push @rows, $row;
	}
	die "the server is gone after: $statement\n";
}

sub open_session
{
	my ($server) = @_;
	my ($out, $in);
	open2($out, $in, 'sh', '-c', 'exec "$@" 2>/dev/null', 'sh', 'psql', '-XAtq', $server->connection);
	$in->autoflush(1);
	my $session = { in => $in, out => $out };
	ask($session, 'SET client_min_messages = fatal');
	return $session;
}

sub pick { return $_[ int rand @_ ] }
sub yuan { my ($fen) = @_; return sprintf '%s%d.%02d', $fen < 0 ? '-' : '', abs($fen) / 100, abs($fen) % 100 }

# An amount that is sometimes all of what is there, or one fen more.
sub amount
{
	my ($there) = @_;
	my $choice = rand;
	return int(rand 30000) + 1 if $there <= 0 || $choice < 0.1;
	return $there if $choice < 0.4;
	return $there + 1 if $choice < 0.5;
	return pick(0, -100) if $choice > 0.995;
	return 1 + int(rand $there / pick(1, 4, 20));
}

sub line { return rand() < 0.005 ? '2025000000999999' : rand() < 0.8 ? pick(@near) : pick(@next) }
sub bucket { my ($line, $name) = @_; return $model->{line}{$line} ? $model->{line}{$line}{bucket}{$name} // 0 : 0 }

# One of the newest, rather than the thousandth.
sub recent
{
	my ($count, @ids) = @_;
	return @ids ? $ids[ -1 - int rand min($count, scalar @ids) ] : ();
}

# An obligation of some stage, mostly with money left; sometimes any at all.
sub obligation
{
	my (@stages) = @_;
	my @all = sort { $a <=> $b } keys %{ $model->{obligation} };
	return pick('2025000000999999', 7) if !@all || rand() < 0.01;
	return recent(30, @all) if rand() < 0.05;
	my %stage = map { $_ => 1 } @stages;
	my @fit = grep { $stage{ $model->{obligation}{$_}{stage} } } @all;
	my @full = grep { Budgetpm::Model::left($model->{obligation}{$_}) > 0 } @fit;
	return recent(12, @full) if @full && rand() < 0.9;
	return recent(12, @fit ? @fit : @all);
}

sub left
{
	my ($id) = @_;
	return $model->{obligation}{$id} ? Budgetpm::Model::left($model->{obligation}{$id}) : 0;
}

# A line to go with an obligation: nearly always its own.
sub line_of
{
	my ($id) = @_;
	return $model->{obligation}{$id} && rand() < 0.95 ? $model->{obligation}{$id}{line} : line();
}

sub posting
{
	my ($kinds) = @_;
	my @all = sort { $a <=> $b } keys %{ $model->{posting} };
	return '2025000000999999' if !@all || rand() < 0.01;
	my @fit = $kinds ? grep { grep { $_->{kind} =~ $kinds } @{ $model->{posting}{$_} } } @all[ max(0, $#all - 400) .. $#all ] : ();
	return recent(40, rand() < 0.95 && @fit ? @fit : @all);
}

sub undoable
{
	my ($id) = @_;
	my $entries = $model->{posting}{$id} or return 0;
	return min map { Budgetpm::Model::left_of_entry($_) } @$entries;
}

# A line and an amount that has to do with one of its buckets.
sub simple
{
	my ($bucket, @lines) = @_;
	my $line = @lines ? pick(@lines) : line();
	return (line => $line, amount => amount(bucket($line, $bucket)));
}

# Parts of the amount that come from other buckets.
sub parts
{
	my ($line, %call) = @_;
	return %call if rand() < 0.6;
	$call{from_pending} = int rand() * min($call{amount} + (rand() < 0.02), bucket($line, 'pending_out') + 1);
	return %call;
}

sub drawing
{
	my ($argument, $bucket, @stages) = @_;
	return simple($bucket) if rand() < 0.3;
	my $id = obligation(@stages);
	return (line => line_of($id), amount => amount(left($id)), $argument => $id);
}

my %make = (
	appropriate => sub { simple('none', grep { !$model->{line}{$_}{parent} || rand() < 0.05 } @ids) },
	supplement => sub { simple('none', grep { !$model->{line}{$_}{parent} || rand() < 0.05 } @ids) },
	reduce => sub { my %call = simple('available', grep { !$model->{line}{$_}{parent} || rand() < 0.05 } @ids); parts($call{line}, %call) },
	withdraw => sub {
		my %call = simple('available');
		%call = parts($call{line}, %call);
		$call{from_frozen} = int rand() * min($call{amount}, bucket($call{line}, 'frozen') + 1) if rand() < 0.4;
		return %call;
	},
	freeze => sub { simple('available') }, unfreeze => sub { simple('frozen') },
	reserve_out => sub { simple('available') }, release_out => sub { simple('pending_out') },
	allot => sub {
		my $child = pick(rand() < 0.97 ? @children : @ids);
		my $parent = rand() < 0.97 && $model->{line}{$child}{parent} || pick(@ids);
		parts($parent, parent => $parent, child => $child, amount => amount(bucket($parent, 'available')));
	},
	return_allotment => sub {
		my $child = pick(rand() < 0.97 ? @children : @ids);
		(child => $child, parent => rand() < 0.97 && $model->{line}{$child}{parent} || pick(@ids), amount => amount(bucket($child, 'available')));
	},
	virement => sub {
		my @pool = rand() < 0.9 ? @near[ 0 .. 7 ] : @ids;
		my %call = simple('available', @pool);
		parts($call{line}, %call, to_line => pick(@pool));
	},
	precommit => sub { simple('available') },
	commit_funds => sub { drawing(precommitment => 'available', 'precommit') },
	request_payment => sub { drawing(commitment => 'available', 'commit') },
	pay => sub { drawing(request => 'available', 'request') },
	release => sub {
		my $id = obligation(qw(precommit commit request));
		(obligation => $id, rand() < 0.4 ? () : (amount => amount(left($id))), rand() < 0.5 ? () : (target => pick(qw(predecessor available))));
	},
	refund => sub {
		my $payment = posting(qr/^(?:pay|pay_drawn|correct_in)$/);
		(payment => $payment, amount => amount(undoable($payment)), rand() < 0.3 ? () : (target => pick(qw(available request commitment))));
	},
	correct_payment => sub {
		my $payment = posting(qr/^(?:pay|pay_drawn|correct_in)$/);
		(payment => $payment, to_line => line(), amount => amount(undoable($payment)));
	},
	reverse => sub { my $posting = posting(qr/^(?!reverse_)/); (posting => $posting, rand() < 0.5 ? () : (amount => amount(undoable($posting)))) },
	carry_forward => sub {
		my %call = rand() < 0.5 ? drawing(obligation => 'available', 'commit') : simple('available', rand() < 0.95 ? @near : @ids);
		(%call, to_line => rand() < 0.7 ? pick(@next[ 0 .. 2 ]) : rand() < 0.9 ? pick(@next) : line());
	});
my %weight = (appropriate => 2, supplement => 5, reduce => 3, withdraw => 3, freeze => 3, unfreeze => 3,
	reserve_out => 4, release_out => 3, allot => 8, return_allotment => 4, virement => 7, precommit => 8,
	commit_funds => 10, request_payment => 10, pay => 14, release => 8, refund => 10, correct_payment => 5,
	reverse => 12, carry_forward => 1);
my @lot = map { ($_) x $weight{$_} } sort keys %weight;

my %first = (refund => 'payment', correct_payment => 'payment', reverse => 'posting', release => 'obligation',
	allot => 'parent', return_allotment => 'child');
# The call in SQL, every argument by name.
sub call_sql
{
	my ($operation, %call) = @_;
	my @arguments = ("document => '文号'");
	for my $name (sort keys %call)
	{
		my $value = $name =~ /^(?:amount|from_)/ ? yuan($call{$name}) : $name =~ /^(?:key|target)$/ ? "'$call{$name}'" : $call{$name};
		my $argument = $name eq 'line' && $operation =~ /^(?:virement|carry_forward)$/ ? 'from_line' : $name;
		push @arguments, "$argument => $value";
	}
	return "SELECT budget.$operation(" . join(', ', @arguments) . ')';
}

my @trouble;

sub wrong
{
	my ($text) = @_;
	push @trouble, $text;
	return;
}

# Compares what the model says of some lines and obligations with the ledger.
sub compare
{
	my ($session, $lines, $obligations) = @_;
	my $buckets = join " || ' ' || ", map { "b.$_" } @Budgetpm::Kinds::buckets;
	for my $line (@$lines)
	{
		my ($state, $found) = ask($session, "SELECT $buckets FROM budget.balance b WHERE line_id = $line");
		my $expected = join ' ', map { yuan($model->{line}{$line}{bucket}{$_}) } @Budgetpm::Kinds::buckets;
		wrong("line $line is\n$found, the model says\n$expected") if ($found // $state) ne $expected;
	}
	for my $id (@$obligations)
	{
		my ($state, $found) = ask($session, "SELECT line_id || ' ' || stage || ' ' || amount || ' ' || drawn || ' ' || released "
			. "|| ' ' || returnable || ' ' || coalesce(predecessor, 0) FROM budget.obligation WHERE obligation_id = $id");
		my $o = $model->{obligation}{$id};
		my $expected = join ' ', $o->{line}, $o->{stage}, map({ yuan($o->{$_}) } qw(amount drawn released returnable)), $o->{predecessor};
		wrong("obligation $id is $found, the model says $expected") if ($found // $state) ne $expected;
	}
	return;
}

# A call that was made before, whole or with another amount.
sub repeat
{
	my ($session) = @_;
	my $old = pick(@keyed) or return;
	my %call = %{ $old->{call} };
	my $other = defined $call{amount} && rand() < 0.4;
	$call{amount}++ if $other;
	my ($state, $posting) = ask($session, call_sql($old->{operation}, %call));
	my $expected = $other ? 'ZB006' : '00000';
	wrong("a repeated key gives $state, not $expected") if $state ne $expected;
	wrong("a repeated key gives $posting, not $old->{posting}") if $state eq '00000' && $posting ne $old->{posting};
	$outcome{repeat}{$state}++;
	return;
}

# check_funds() answers what the call itself would; what it cannot be asked it raises.
sub check_funds
{
	my ($session, $operation, $call, $refusals) = @_;
	my %call = %$call;
	my %question = (kind => "'$operation'");
	for my $name (keys %call)
	{
		my $first = $name eq ($first{$operation} // 'line');
		my $as = $name =~ /^(?:posting|payment)$/ ? 'posting' : $name =~ /^(?:precommitment|commitment|request|obligation)$/ ? 'obligation'
		  : $first ? 'line' : $name =~ /^(?:child|parent|to_line)$/ ? 'other' : $name;
		$question{$as} = $name =~ /^(?:amount|from_)/ ? yuan($call{$name}) : $name eq 'target' ? "'$call{$name}'" : $call{$name};
	}
	$question{line} //= 'NULL';
	my $arguments = join ', ', map { "$_ => $question{$_}" } sort keys %question;
	my ($state, $answer) = ask($session, "SELECT coalesce(c ->> 'sqlstate', '00000') FROM budget.check_funds($arguments) c");
	$answer = $state if $state ne '00000';
	my @right = @$refusals ? @$refusals : ('00000');
	wrong("check_funds answers $answer, the model says @right") if !grep { $_ eq $answer } @right;
	$outcome{check_funds}{$answer}++;
	return;
}

sub post
{
	my ($session, $operation, %call) = @_;
	my ($refusals, $moves) = $model->predict($operation, %call);
	check_funds($session, $operation, \%call, $refusals) if rand() < 0.1;
	$call{key} = 'k' . scalar @script if rand() < 0.1;
	my ($state, $posting) = ask($session, call_sql($operation, %call));
	my @right = @$refusals ? @$refusals : ('00000');
	$outcome{$operation}{$state}++;
	return wrong("it gives $state, the model says @right") if !grep { $_ eq $state } @right;
	return if $state ne '00000';
	return wrong("posting $posting was there before") if $model->{posting}{$posting};
	my %lines = map { $_->{line} => 1 } @$moves;
	$model->apply($posting, $moves);
	my %obligations = map { $_ => 1 } grep { $_ } map { @{$_}{qw(from to)} } @$moves;
	compare($session, [ sort keys %lines ], [ sort keys %obligations ]);
	push @keyed, { operation => $operation, call => {%call}, posting => $posting } if $call{key};
	return;
}

# The old year closes and opens again, the new one opens.
sub change_year
{
	my ($session) = @_;
	my $year = rand() < 0.9 ? 2025 : 2026;
	return if $year == 2026 && $model->{year}{2026} eq 'p' && rand() < 0.5;
	my $to = $model->{year}{$year} eq 'o' ? 'closing' : 'open';
	my ($state) = ask($session, "SELECT budget.set_year_state($year, '$to')");
	wrong("set_year_state gives $state") if $state ne '00000';
	$model->{year}{$year} = substr $to, 0, 1;
	return;
}

sub step
{
	my ($session) = @_;
	my $choice = rand;
	my $closed = $model->{year}{2025} eq 'c';
	return change_year($session) if $choice < ($closed ? 0.02 : 0.01);
	return repeat($session) if $choice < 0.05 && @keyed;
	my $operation = $closed && rand() < 0.15 ? 'carry_forward' : pick(@lot);
	return post($session, $operation, $make{$operation}->());
}

# Calls in one transaction that is given up: the ledger is as it was.
sub give_up
{
	my ($session) = @_;
	my ($before, @keys) = (dclone($model), @keyed);
	my $subtransaction = rand() < 0.5;
	ask($session, 'BEGIN');
	ask($session, 'SAVEPOINT before') if $subtransaction;
	for (1 .. 1 + int rand 6)
	{
		# What is refused ends the transaction, so only what passes is tried.
		my $operation = pick(@lot);
		my %call = $make{$operation}->();
		my ($refusals, $moves) = $model->predict($operation, %call);
		next if @$refusals;
		my ($state, $posting) = ask($session, call_sql($operation, %call));
		wrong("it gives $state, the model says 00000") if $state ne '00000';
		last if @trouble;
		$model->apply($posting, $moves);
	}
	ask($session, $subtransaction ? 'ROLLBACK TO before' : 'ROLLBACK');
	($model, @keyed) = ($before, @keys);
	if ($subtransaction && !@trouble)
	{
		compare($session, \@ids, []);
		ask($session, 'COMMIT');
	}
	return;
}

sub show_failure
{
	mkdir 'build';
	open my $file, '>', 'build/model.sql' or die "could not write build/model.sql: $!\n";
	print $file ledger_sql(), map { "$_;\n" } @script;
	close $file;
	diag "seed $seed; the calls are in build/model.sql, the last ones:\n", join "\n", @script[ max(0, $#script - 40) .. $#script ];
	diag $_ for @trouble;
	return;
}

my $server = Budgetpm::Server->new;
$server->query(ledger_sql());
@sessions = map { open_session($server) } 1 .. 2;
$model = Budgetpm::Model->new(lines => \@lines, years => { 2025 => 'o', 2026 => 'p' });
for my $line (grep { !$_->{parent} } @lines)
{
	post($sessions[0], 'appropriate', line => $line->{id}, amount => 1_000_000);
}
for my $line (grep { $_->{parent} } @lines)
{
	post($sessions[0], 'allot', parent => $line->{parent}, child => $line->{id}, amount => 300_000 - 50_000 * ($line->{id} % 5));
}
my $made = 0;
while ($made < $calls && !@trouble)
{
	my $session = pick(@sessions);
	$made++;
	rand() < 0.01 ? give_up($session) : step($session);
}
compare($sessions[0], \@ids, [ sort keys %{ $model->{obligation} } ]) if !@trouble;
is(scalar @trouble, 0, "the ledger and its model agree on $made calls") or show_failure();

for my $operation (sort keys %outcome)
{
	note sprintf '%-16s %s', $operation, join ', ', map { "$_ $outcome{$operation}{$_}" } sort keys %{ $outcome{$operation} };
}
my @never = grep { !$outcome{$_}{'00000'} } sort keys %weight;
is("@never", '', 'each operation was posted');
cmp_ok(scalar keys %{ $model->{obligation} }, '>', $calls / 40, 'many obligations were opened');
my @faults = Budgetpm::Oracle::faults($server, 'budget');
is(scalar @faults, 0, 'the journal, the balances, the trees, the obligations and the chains agree') or diag join "\n", @faults;
done_testing();
