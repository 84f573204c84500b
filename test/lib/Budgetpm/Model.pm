# Budgetpm::Model: a ledger as docs/ledger.md describes it, in a few hundred lines of
# Perl that share nothing with the C code.  It says of each call whether it is
# refused, and what every bucket and obligation is after it.  Amounts are fen.
#
#   my $model = Budgetpm::Model->new(lines => [...], years => { 2025 => 'o' });
#   my ($refusals, $moves) = $model->predict('pay', line => 1, amount => 500, request => 7);
#   $model->apply($posting, $moves) if !@$refusals;
#
# A call may break several rules at once.  Which of them the ledger names is its own
# choice, so predict() gives all SQLSTATEs that are right.
package Budgetpm::Model;

use strict;
use warnings;
use Budgetpm::Kinds;
use List::Util qw(any min sum0);

# A line: { id, year, parent, division, unit, fund, econ, executable, procurement, control }.
sub new
{
	my ($class, %given) = @_;
	my $self = bless { line => {}, year => $given{years}, obligation => {}, posting => {}, key => {} }, $class;
	for my $line (@{ $given{lines} })
	{
		$self->{line}{ $line->{id} } = { control => 'block', executable => 1, parent => 0, %$line,
			bucket => { map { $_ => 0 } @Budgetpm::Kinds::buckets } };
	}
	return $self;
}

sub left
{
	my ($obligation) = @_;
	return $obligation->{amount} - $obligation->{drawn} - $obligation->{released};
}

# What is left of an entry: what undid it counts unless it was undone itself.
sub left_of_entry
{
	my ($entry) = @_;
	return $entry->{amount} - sum0 map { left_of_entry($_) } @{ $entry->{undone} };
}

# Says what refuses a call, and which moves it would make otherwise.
sub predict
{
	my ($self, $operation, %call) = @_;
	my $rules = Budgetpm::Model->can("call_$operation") or die "the model knows no $operation\n";
	return (['22023']) if defined $call{amount} && ($call{amount} <= 0
		|| ($call{from_pending} // 0) + ($call{from_frozen} // 0) > $call{amount});
	# What the call says of what there is may be refused before what there is not.
	return ([ '42704', 'ZB010' ]) if !$self->all_there(\%call);
	my ($refusals, @moves) = $rules->($self, \%call);
	my @moves_made = grep { $_->{amount} > 0 } @moves;
	my %refused = map { $_ => 1 } @$refusals, $self->refusals_of_moves(@moves_made);
	my %years = map { $self->{line}{ $_->{line} }{year} => 1 } @moves_made;
	$refused{ZB004} = 1 if keys %years > 1 && $operation ne 'carry_forward';
	return ([ sort keys %refused ], \@moves_made);
}

# Whether every line, obligation and posting that a call names exists.
sub all_there
{
	my ($self, $call) = @_;
	my %kind = ((map { $_ => 'line' } qw(line to_line parent child)), (map { $_ => 'posting' } qw(posting payment)),
		(map { $_ => 'obligation' } qw(precommitment commitment request obligation)));
	return !any { defined $call->{$_} && !$self->{ $kind{$_} }{ $call->{$_} } } keys %kind;
}

# What refuses the moves themselves: states of years, buckets and obligations.
sub refusals_of_moves
{
	my ($self, @moves) = @_;
	my (%bucket, %taken, @refused);
	for my $move (@moves)
	{
		my $line = $self->{line}{ $move->{line} };
		my ($source, $target, $years) = @{ $Budgetpm::Kinds::kind{ $move->{kind} } };
		push @refused, 'ZB004' if index($years, $self->{year}{ $line->{year} }) < 0;
		my $now = $bucket{ $move->{line} } //= { %{ $line->{bucket} } };
		if ($source ne 'appropriated')
		{
			$now->{$source} -= $move->{amount};
			push @refused, 'ZB001' if $now->{$source} < 0 && !may_fall_short($line, $move, $source, $now->{$source});
			$now->{$target} += $move->{amount} if $target ne 'appropriated';
		}
		else
		{
			$now->{$target} += $move->{amount};
		}
		next if !$move->{from};
		$taken{ $move->{from} } += $move->{amount};
		push @refused, 'ZB001' if $taken{ $move->{from} } > left($self->{obligation}{ $move->{from} });
	}
	return @refused;
}

# A line in mode warn spends more than it has, but hands over only what it has.
sub may_fall_short
{
	my ($line, $move, $bucket, $result) = @_;
	return 0 if $bucket ne 'available' || $line->{control} eq 'block';
	return $move->{kind} !~ /^(?:reverse_)?(?:allot|return|virement|carry)_|^(?:reverse_)?reserve_out/
	  || $result >= $line->{bucket}{available};
}

# Makes the moves of a posting.
sub apply
{
	my ($self, $posting, $moves) = @_;
	for my $move (@$moves)
	{
		my ($source, $target) = @{ $Budgetpm::Kinds::kind{ $move->{kind} } };
		my $bucket = $self->{line}{ $move->{line} }{bucket};
		$bucket->{$source} += $source eq 'appropriated' ? $move->{amount} : -$move->{amount};
		$bucket->{$target} += $target eq 'appropriated' ? -$move->{amount} : $move->{amount};
		$self->take($move) if $move->{from};
		$self->give($posting, $move) if $move->{to};
		my $entry = { %$move, undone => [] };
		push @{ $move->{undoes}{undone} }, $entry if $move->{undoes};
		push @{ $self->{posting}{$posting} }, $entry;
		$self->remember_road(@{$move}{qw(from to amount)}) if $move->{from} && $move->{to};
	}
	return;
}

# What of an obligation came from its predecessor and has not gone back.
sub remember_road
{
	my ($self, $from, $to, $amount) = @_;
	my ($source, $target) = @{ $self->{obligation} }{ $from, $to };
	$target->{returnable} += $amount if $target->{predecessor} == $from;
	$source->{returnable} -= $amount if $source->{predecessor} == $to;
	return;
}

sub take
{
	my ($self, $move) = @_;
	my $back = $move->{kind} =~ /^release_|^reverse_(?:precommit|commit|request)(?:_drawn)?$/;
	$self->{obligation}{ $move->{from} }{ $back ? 'released' : 'drawn' } += $move->{amount};
	return;
}

sub give
{
	my ($self, $posting, $move) = @_;
	if ($move->{to} eq 'new')
	{
		$move->{to} = $posting;
		my $new = $self->{obligation}{$posting} //= { line => $move->{line}, stage => $move->{stage},
			amount => 0, drawn => 0, released => 0, returnable => 0, predecessor => 0 };
		$new->{amount} += $move->{amount};
		$new->{predecessor} = $move->{of} // $move->{from} if $move->{of} // $move->{from};
		return;
	}
	my $part = $move->{kind} =~ /^reverse_release_/ ? 'released' : 'drawn';
	$self->{obligation}{ $move->{to} }{$part} -= $move->{amount};
	die "obligation $move->{to} took back more than it gave\n" if $self->{obligation}{ $move->{to} }{$part} < 0;
	return;
}

sub move
{
	my ($line, $kind, $amount, %more) = @_;
	return { line => $line, kind => $kind, amount => $amount, %more };
}

# The rules of each operation, as refusals and moves.

sub only_root
{
	my ($self, $call) = @_;
	return $self->{line}{ $call->{line} }{parent} ? ['ZB010'] : [];
}

sub call_appropriate { my ($self, $c) = @_; return (only_root($self, $c), move($c->{line}, 'appropriate', $c->{amount})) }
sub call_supplement { my ($self, $c) = @_; return (only_root($self, $c), move($c->{line}, 'supplement', $c->{amount})) }

# What goes out of pending and frozen money first, and of available for the rest.
sub outflow
{
	my ($call, $line, $kind) = @_;
	my ($pending, $frozen) = map { $_ // 0 } @{$call}{qw(from_pending from_frozen)};
	return (move($line, "${kind}_frozen", $frozen), move($line, "${kind}_pending", $pending),
		move($line, $kind, $call->{amount} - $pending - $frozen));
}

sub call_reduce { my ($self, $c) = @_; return (only_root($self, $c), outflow($c, $c->{line}, 'reduce')) }
sub call_withdraw { my ($self, $c) = @_; return ([], outflow($c, $c->{line}, 'withdraw')) }
sub call_freeze { my ($self, $c) = @_; return ([], move($c->{line}, 'freeze', $c->{amount})) }
sub call_unfreeze { my ($self, $c) = @_; return ([], move($c->{line}, 'unfreeze', $c->{amount})) }
sub call_reserve_out { my ($self, $c) = @_; return ([], move($c->{line}, 'reserve_out', $c->{amount})) }
sub call_release_out { my ($self, $c) = @_; return ([], move($c->{line}, 'release_out', $c->{amount})) }

sub call_allot
{
	my ($self, $c) = @_;
	return (['ZB010']) if $self->{line}{ $c->{child} }{parent} != $c->{parent};
	return ([], outflow($c, $c->{parent}, 'allot_out'), move($c->{child}, 'allot_in', $c->{amount}));
}

sub call_return_allotment
{
	my ($self, $c) = @_;
	return (['ZB010']) if $self->{line}{ $c->{child} }{parent} != $c->{parent};
	return ([], move($c->{child}, 'return_out', $c->{amount}), move($c->{parent}, 'return_in', $c->{amount}));
}

# A line and those above it, itself first.
sub path
{
	my ($self, $line) = @_;
	my @path;
	for (; $line; $line = $self->{line}{$line}{parent})
	{
		push @path, $line;
	}
	return @path;
}

sub call_virement
{
	my ($self, $c) = @_;
	my ($from, $to) = @{ $self->{line} }{ @{$c}{qw(line to_line)} };
	my @up = $self->path($c->{line});
	my @down = $self->path($c->{to_line});
	pop @up, pop @down while @up && @down && $up[-1] == $down[-1];
	return (['ZB010'])
	  if !@up || !@down || any { $from->{$_} ne $to->{$_} } qw(division fund year);
	return (['ZB010']) if $from->{econ} =~ /^501/ && $to->{econ} =~ /^502/;
	my $amount = $c->{amount};
	return ([], outflow($c, shift @up, 'virement_out'),
		(map { (move($_, 'virement_up_in', $amount), move($_, 'virement_up_out', $amount)) } @up),
		(map { (move($_, 'virement_down_in', $amount), move($_, 'virement_down_out', $amount)) }
			reverse @down[ 1 .. $#down ]),
		move($down[0], 'virement_in', $amount));
}

sub held_for_distribution
{
	my ($self, $line) = @_;
	return $self->{line}{$line}{executable} ? () : 'ZB010';
}

# A stage draws on its own predecessor, of its own line.
sub wrong_predecessor
{
	my ($self, $call, $id, $stage) = @_;
	my $obligation = $self->{obligation}{$id};
	return $obligation->{line} != $call->{line} || $obligation->{stage} ne $stage ? 'ZB010' : ();
}

sub call_precommit
{
	my ($self, $c) = @_;
	return ([ held_for_distribution($self, $c->{line}) ],
		move($c->{line}, 'precommit', $c->{amount}, to => 'new', stage => 'precommit'));
}

# A contract above its plan takes the rest from the line; a procurement contract may not.
sub call_commit_funds
{
	my ($self, $c) = @_;
	my @refused = held_for_distribution($self, $c->{line});
	my $plan = $c->{precommitment};
	my $planned = $plan ? left($self->{obligation}{$plan}) : 0;
	push @refused, 'ZB010' if $self->{line}{ $c->{line} }{procurement} && $c->{amount} > $planned;
	push @refused, wrong_predecessor($self, $c, $plan, 'precommit') if $plan;
	return (\@refused) if @refused;
	# A plan of which nothing is left is no plan, and refuses like one.
	my $drawn = $plan && $planned == 0 ? $c->{amount} : min($planned, $c->{amount});
	my %new = (to => 'new', stage => 'commit');
	return (\@refused, move($c->{line}, 'commit_drawn', $drawn, from => $plan, %new),
		move($c->{line}, 'commit', $c->{amount} - $drawn, %new));
}

sub call_request_payment
{
	my ($self, $c) = @_;
	my @refused = held_for_distribution($self, $c->{line});
	my %new = (to => 'new', stage => 'request');
	my $contract = $c->{commitment};
	return (\@refused, move($c->{line}, 'request', $c->{amount}, %new)) if !$contract;
	push @refused, wrong_predecessor($self, $c, $contract, 'commit');
	return (\@refused) if @refused;
	return ([], move($c->{line}, 'request_drawn', $c->{amount}, from => $contract, %new));
}

sub call_pay
{
	my ($self, $c) = @_;
	my @refused = held_for_distribution($self, $c->{line});
	my $request = $c->{request};
	return (\@refused, move($c->{line}, 'pay', $c->{amount})) if !$request;
	push @refused, wrong_predecessor($self, $c, $request, 'request');
	return (\@refused) if @refused;
	return ([], move($c->{line}, 'pay_drawn', $c->{amount}, from => $request));
}

# Back to the predecessor as far as it came from there, the rest to the line.
sub call_release
{
	my ($self, $c) = @_;
	my $obligation = $self->{obligation}{ $c->{obligation} };
	my $amount = $c->{amount} // left($obligation);
	my $target = $c->{target} // '';
	my @refused = $target eq 'predecessor' && !$obligation->{returnable} ? 'ZB010' : ();
	push @refused, 'ZB007' if $amount == 0;
	return (\@refused) if @refused;
	my $back = $target eq 'available' ? 0 : min($amount, $obligation->{returnable});
	my ($line, $stage) = @{$obligation}{qw(line stage)};
	return ([], move($line, "release_${stage}_back", $back, from => $c->{obligation}, to => $obligation->{predecessor}),
		move($line, "release_$stage", $amount - $back, from => $c->{obligation}));
}

# The entry by which a posting paid.
sub payment_entry
{
	my ($self, $posting) = @_;
	my ($entry) = grep { $_->{kind} =~ /^(?:pay|pay_drawn|correct_in)$/ } @{ $self->{posting}{$posting} };
	return $entry;
}

sub call_refund
{
	my ($self, $c) = @_;
	my $paid = $self->payment_entry($c->{payment}) or return (['ZB010']);
	my @refused = $c->{amount} > left_of_entry($paid) ? 'ZB001' : ();
	my $target = $c->{target} // 'available';
	my ($kind, $to) = ('refund', 0);
	if ($target eq 'request')
	{
		($kind, $to) = ('refund_request', $paid->{from});
	}
	elsif ($target eq 'commitment')
	{
		($kind, $to) = ('refund_commit', $paid->{from} && $self->{obligation}{ $paid->{from} }{predecessor});
	}
	push @refused, 'ZB010' if $target ne 'available' && !$to;
	return (\@refused) if @refused;
	return ([], move($paid->{line}, $kind, $c->{amount}, to => $to, undoes => $paid));
}

sub call_correct_payment
{
	my ($self, $c) = @_;
	my $paid = $self->payment_entry($c->{payment}) or return (['ZB010']);
	my ($from, $to) = map { $self->{line}{$_} } $paid->{line}, $c->{to_line};
	my @refused = held_for_distribution($self, $c->{to_line});
	push @refused, 'ZB010' if $from == $to || $from->{division} ne $to->{division};
	push @refused, 'ZB001' if $c->{amount} > left_of_entry($paid);
	return (\@refused, move($from->{id}, 'correct_out', $c->{amount}, undoes => $paid),
		move($to->{id}, 'correct_in', $c->{amount}));
}

# A posting is undone in part where all its entries moved the whole of it: no two of
# them parts of it, out of two buckets or into two.
sub divisible
{
	my (@entries) = @_;
	my %seen;
	for my $entry (@entries)
	{
		return 0 if $entry->{amount} != $entries[0]{amount};
		my ($source, $target) = @{ $Budgetpm::Kinds::kind{ $entry->{kind} } };
		return 0 if $seen{"$entry->{line} from $source"}++ || $seen{"$entry->{line} to $target"}++;
	}
	return 1;
}

sub call_reverse
{
	my ($self, $c) = @_;
	my @entries = @{ $self->{posting}{ $c->{posting} } };
	return (['ZB007']) if any { $_->{kind} =~ /^reverse_/ } @entries;
	return (['ZB010']) if any { $_->{kind} =~ /^carry_/ } @entries;
	return (['ZB010']) if defined $c->{amount} && !divisible(@entries);
	my @left = map { left_of_entry($_) } @entries;
	@left = (min @left) x @left if divisible(@entries);
	return (['ZB001']) if defined $c->{amount} && any { $c->{amount} > $_ } @left;
	return (['ZB007']) if !any { $_ } @left;
	return ([], reverse map { my $e = $entries[$_]; move($e->{line}, "reverse_$e->{kind}", $c->{amount} // $left[$_],
			from => $e->{to}, to => $e->{from}, undoes => $e) } 0 .. $#entries);
}

# Out of the old line, in at the root of the new one's tree, and down to it.
sub call_carry_forward
{
	my ($self, $c) = @_;
	my ($from, $to) = @{ $self->{line} }{ @{$c}{qw(line to_line)} };
	my @refused = $to->{year} <= $from->{year} || $to->{division} ne $from->{division}
	  || $to->{fund} ne $from->{fund} ? 'ZB010' : ();
	my $contract = $c->{obligation};
	push @refused, wrong_predecessor($self, $c, $contract, 'commit') if $contract;
	return (\@refused) if @refused;
	my $amount = $c->{amount};
	my @road = reverse $self->path($to->{id});
	pop @road;
	my $in = 'carry_in';
	my $in_committed = @road ? 'carry_down_committed' : 'carry_in_committed';
	my @down;
	for my $line (@road)
	{
		push @down, move($line, $in, $amount), move($line, 'carry_down', $amount);
		$in = 'carry_down_in';
	}
	return ([], move($from->{id}, 'carry_out', $amount), @down, move($to->{id}, $in, $amount)) if !$contract;
	return ([], move($from->{id}, 'carry_out_committed', $amount, from => $contract), @down,
		move($to->{id}, $in_committed, $amount, to => 'new', stage => 'commit', of => $contract));
}

1;
