# Budgetpm::FlowModel: approval flows as the field describes them, slowly and without
# looking at the engine: votes are decided by trying every way in which the open
# ones can fall, and a case is a tree of threads.
#
#   my $model = Budgetpm::FlowModel->new($definition);   # a hash, as published
#   $model->start('ann');
#   my $accepted = $model->act($step, $person, $action, \%options);
#   print $model->stand;
package Budgetpm::FlowModel;

use strict;
use warnings;
use List::Util qw(first max sum0);

# How a rule decides votes (open, pass, reject, abstain, absent).
sub decide
{
	my ($rule, $votes, $weights) = @_;
	my $kind = $rule->{rule} // 'all';
	my $open = grep { $_ eq 'open' } @$votes;
	return 'pending' if $rule->{collect} && $open;
	if ($kind eq 'any')
	{
		my $decided = first { $_ ne 'open' } (grep({ $_ eq 'pass' } @$votes), @$votes);
		return !defined $decided ? 'pending' : $decided eq 'pass' ? 'passed' : 'rejected';
	}
	return 'rejected'
	  if $rule->{reject} && $kind eq 'count' && !final($rule, $votes, $weights)
	  && grep({ $_ eq 'reject' } @$votes) >= $rule->{reject};
	# Only weight looks at who votes: otherwise ways that differ in their order are one.
	my %seen;
	each_completion($votes, 0, $kind eq 'weight' ? undef : 0, sub { $seen{ final($rule, $_[0], $weights) ? 'passed' : 'rejected' } = 1 });
	return keys %seen == 1 ? (keys %seen)[0] : 'pending';
}

# Calls back with every way in which the open votes can fall; with a number, 0 at first,
# with each multiset of them once.
sub each_completion
{
	my ($votes, $at, $from, $call) = @_;
	my @ways = qw(pass reject abstain absent);
	$at++ while $at < @$votes && $votes->[$at] ne 'open';
	return $call->($votes) if $at == @$votes;
	for my $way (($from // 0) .. $#ways)
	{
		my @next = @$votes;
		$next[$at] = $ways[$way];
		each_completion(\@next, $at + 1, defined $from ? $way : undef, $call);
	}
	return;
}

# Whether votes pass, as they stand.
sub final
{
	my ($rule, $votes, $weights) = @_;
	my $kind = $rule->{rule} // 'all';
	my %n = map { my $v = $_; $v => scalar grep { $_ eq $v } @$votes } qw(pass reject abstain absent);
	my $present = $n{pass} + $n{reject} + $n{abstain};
	if (my $quorum = $rule->{quorum})
	{
		my ($num, $den) = split m{/}, $quorum;
		return 0 if $present * $den < $num * @$votes;
	}
	return $n{pass} == @$votes if $kind eq 'all' || $kind eq 'sequence';
	return $n{pass} >= $rule->{pass} if $kind eq 'count';
	return sum0(map { $votes->[$_] eq 'pass' ? $weights->[$_] : 0 } 0 .. $#$votes) > $rule->{pass}
	  if $kind eq 'weight';
	my ($num, $den) = split m{/}, $rule->{pass};
	my $base = ($rule->{base} // 'due') eq 'due' ? @$votes : $present;
	return 0 unless $n{pass};
	return $rule->{more} ? $n{pass} * $den > $num * $base : $n{pass} * $den >= $num * $base;
}

sub new
{
	my ($class, $definition) = @_;
	my %step = map { $_->{step} => $_ } @{ $definition->{steps} };
	$step{start} = { step => 'start', type => 'start', next => $definition->{steps}[0]{step}, decide => { rule => 'any' } };
	return bless { definition => $definition, step => \%step, state => 'running', threads => [] }, $class;
}

sub start
{
	my ($self, $who) = @_;
	$self->{initiator} = $who;
	my $thread = $self->thread(undef);
	my $visit = { step => 'start', thread => $thread, seats => [ [ { who => $who, state => 'approved', by => $who } ] ] };
	$self->pass($thread, $visit);
	return;
}

sub thread
{
	my ($self, $parent) = @_;
	my $thread = { parent => $parent, state => 'at', last => $parent && $parent->{last} };
	push @{ $self->{threads} }, $thread;
	return $thread;
}

# The visit is over and the thread goes on.
sub pass
{
	my ($self, $thread, $visit) = @_;
	my $step = $self->{step}{ $visit->{step} };
	$self->lapse($visit);
	$self->{state} = 'running' if $visit->{step} eq 'start';
	$self->{origin} = $visit;
	$thread->{last} = $visit;
	$thread->{visit} = undef;
	if (my $resume = delete $thread->{resume})
	{
		return $self->visit($thread, $resume->{step}, $resume->{previous});
	}
	return $self->enter($thread, $step->{next});
}

sub lapse
{
	my ($self, $visit) = @_;
	for my $task (map { @$_ } @{ $visit->{seats} })
	{
		$task->{state} = 'lapsed' if $task->{state} =~ /^(?:open|waiting)$/;
	}
	return;
}

sub true
{
	my ($self, $condition) = @_;
	my ($name, $bound) = $condition =~ /^\$\.(\w+) > (\d+)$/ or die "condition $condition";
	return ($self->{facts}{$name} // -1) > $bound;
}

sub enter
{
	my ($self, $thread, $name) = @_;
	my $step = $self->{step}{$name};
	my $type = $step->{type} // 'sign';
	$thread->{visit} = undef;
	$thread->{state} = 'at';
	return $self->visit($thread, $name, $thread->{last}) if $type eq 'sign';
	return $self->finish($step->{state} // 'approved') if $type eq 'end';
	if ($type eq 'choose')
	{
		my $branch = first { $self->true($_->{when}) } @{ $step->{branches} };
		return $self->enter($thread, $branch ? $branch->{next} : $step->{default});
	}
	return $self->arrive($thread) if $type eq 'join';
	my @targets = map { $_->{next} }
	  grep { $type eq 'parallel' || $self->true($_->{when}) } @{ $step->{branches} };
	@targets = ($step->{default}) unless @targets;
	$thread->{state} = 'forked';
	$thread->{join} = $step->{join};
	my @children = map { $self->thread($thread) } @targets;
	$thread->{children} = \@children;
	for my $i (0 .. $#children)
	{
		last unless $self->{state} =~ /^(?:running|returned)$/;
		$self->enter($children[$i], $targets[$i]) unless $children[$i]{state} eq 'gone';
	}
	return;
}

sub arrive
{
	my ($self, $thread) = @_;
	my $parent = $thread->{parent};
	$thread->{state} = 'joined';
	return if grep { $_->{state} ne 'joined' } @{ $parent->{children} };
	$_->{state} = 'gone' for @{ $parent->{children} };
	$parent->{children} = [];
	return $self->enter($parent, $self->{step}{ $parent->{join} }{next});
}

sub visit
{
	my ($self, $thread, $name, $previous) = @_;
	my $step = $self->{step}{$name};
	my $visit = { step => $name, thread => $thread, previous => $previous, origin => $self->{origin} };
	my %before;
	if (($self->{definition}{repeated} // '') eq 'skip' && $visit->{origin} && $visit->{origin}{step} ne 'start')
	{
		%before = map { $_->{by} => 1 } grep { $_->{state} eq 'approved' } map { @$_ } @{ $visit->{origin}{seats} };
	}
	$visit->{seats} = $name eq 'start' ? [ [ { who => $self->{initiator}, state => 'waiting' } ] ] : [
		map { my $who = substr $_->{login}, 3;
			[ { who => $who, weight => $_->{weight} // 1, state => $before{$who} ? 'approved' : 'waiting', by => $who, auto => $before{$who} } ] }
		  grep { $_->{login} ne "wm_$self->{initiator}" } @{ $step->{assign} } ];
	$thread->{visit} = $visit;
	$thread->{state} = 'at';
	$self->settle($visit);
	return;
}

# The vote of a seat: rejected by anybody in it, open while anybody is awaited.
sub vote_of
{
	my (@tasks) = grep { $_->{state} ne 'removed' } @_;
	return 'reject' if grep { $_->{state} eq 'rejected' } @tasks;
	return 'open' if grep { $_->{state} =~ /^(?:open|waiting)$/ } @tasks;
	my $own = first { !$_->{added} || $_->{added} eq 'beside' } @tasks;
	return { approved => 'pass', abstained => 'abstain', absent => 'absent' }->{ $own->{state} } // die $own->{state};
}

# Decides the visit, or lets those act whose turn it is.
sub settle
{
	my ($self, $visit) = @_;
	my @seats = grep { grep { $_->{state} ne 'removed' } @$_ } @{ $visit->{seats} };
	my @votes = map { vote_of(@$_) } @seats;
	my $rule = $self->{step}{ $visit->{step} }{decide} // {};
	my $outcome = decide($rule, \@votes, [ map { (first { !$_->{added} || $_->{added} eq 'beside' } @$_)->{weight} // 1 } @seats ]);
	return $self->pass($visit->{thread}, $visit) if $outcome eq 'passed';
	return $self->reject($visit) if $outcome eq 'rejected';
	my $blocked = 0;
	for my $seat (@{ $visit->{seats} })
	{
		my @undecided = grep { $_->{state} =~ /^(?:open|waiting)$/ } @$seat;
		$_->{state} = 'waiting' for @undecided;
		$undecided[0]{state} = 'open' if @undecided && !$blocked;
		$blocked = 1 if @undecided && ($rule->{rule} // '') eq 'sequence';
	}
	return;
}

sub reject
{
	my ($self, $visit) = @_;
	my $policy = $self->{step}{ $visit->{step} }{on_reject} // 'end';
	$self->lapse($visit);
	return $self->finish('rejected') if $policy eq 'end';
	my $target = $visit->{previous};
	$target = $target->{previous} while $policy eq 'start' && $target->{step} ne 'start';
	return $self->back($visit, $target, 0);
}

# Back to an earlier visit's step: the threads beside the way there are cancelled.
sub back
{
	my ($self, $from, $target, $direct) = @_;
	my $mover = $target->{thread};
	$self->lapse($from);
	$self->cancel($mover) if $mover != $from->{thread};
	delete $mover->{resume};
	$mover->{resume} = { step => $from->{step}, previous => $from->{previous} } if $direct;
	$mover->{last} = $target->{previous};
	$self->{origin} = undef;
	$self->{state} = 'returned' if $target->{step} eq 'start';
	return $self->visit($mover, $target->{step}, $target->{previous});
}

sub cancel
{
	my ($self, $thread) = @_;
	for my $child (grep { $_->{state} ne 'gone' } @{ $thread->{children} // [] })
	{
		$self->cancel($child);
		$self->lapse($child->{visit}) if $child->{visit};
		$child->{visit} = undef;
		$child->{state} = 'gone';
	}
	$thread->{children} = [];
	return;
}

sub finish
{
	my ($self, $state) = @_;
	my $root = $self->{threads}[0];
	$self->cancel($root);
	$self->lapse($root->{visit}) if $root->{visit};
	$root->{visit} = undef;
	$root->{state} = 'gone';
	$self->{state} = $state;
	return;
}

sub visits { return map { $_->{visit} ? $_->{visit} : () } @{ $_[0]{threads} } }

# Where the case stands, as the test prints the engine's.
sub stand
{
	my ($self) = @_;
	my @tasks;
	for my $visit ($self->visits)
	{
		push @tasks, map { "$visit->{step}:$_->{who}:$_->{state}" } grep { $_->{state} =~ /^(?:open|waiting)$/ } map { @$_ } @{ $visit->{seats} };
	}
	return join ' ', $self->{state}, sort @tasks;
}

# The undecided task of a person at a step, with its seat and visit.
sub find
{
	my ($self, $step, $who) = @_;
	for my $visit (grep { $_->{step} eq $step } $self->visits)
	{
		for my $seat (@{ $visit->{seats} })
		{
			for my $i (0 .. $#$seat)
			{
				return ($visit, $seat, $i) if $seat->[$i]{who} eq $who && $seat->[$i]{state} =~ /^(?:open|waiting)$/;
			}
		}
	}
	return;
}

my %state_of = (approve => 'approved', reject => 'rejected', abstain => 'abstained', absent => 'absent');

# A person acts on the task that another (or he) holds at a step: 1 when that is done, 0 when it is refused.
sub act
{
	my ($self, $step, $holder, $who, $action, $options) = @_;
	my ($visit, $seat, $i) = $self->find($step, $holder);
	return 0 if !$visit || $who ne $holder || $self->{state} !~ /^(?:running|returned)$/;
	my $task = $seat->[$i];
	my $definition = $self->{step}{$step};
	if ($task->{state} ne 'open')
	{
		my $awaits = grep { $_->{state} eq 'open' && ($_->{added_by} // '') eq $holder } @$seat;
		return 0 unless $action eq 'reject' && $awaits && !$task->{home};
	}
	return $action eq 'approve' ? $self->vote($visit, $task, 'approve') : 0 if $step eq 'start';
	if ($task->{home})
	{
		return 0 unless $action =~ /^(?:resolve|delegate)$/;
		return 0 if $action eq 'delegate' && ($options->{to} eq $task->{home} || $self->cannot_sign($visit, $options->{to}));
		$task->{who} = $action eq 'resolve' ? delete $task->{home} : $options->{to};
		$self->touch($visit);
		return 1;
	}
	if (my $state = $state_of{$action})
	{
		return 0 if $state =~ /^ab/ && ($definition->{decide}{rule} // 'all') !~ /^(?:ratio|weight|count)$/;
		return $self->vote($visit, $task, $action);
	}
	return $self->return_to($visit, $task, $options) if $action eq 'return';
	return $self->change($visit, $seat, $i, $action, $options);
}

sub touch { $_[1]{touched} = 1; return }

sub vote
{
	my ($self, $visit, $task, $action) = @_;
	@$task{qw(state by)} = ($state_of{$action}, $task->{who});
	$self->touch($visit);
	$self->settle($visit);
	return 1;
}

sub return_to
{
	my ($self, $visit, $task, $options) = @_;
	my $target = $visit->{previous};
	my $to = $options->{to} // 'previous';
	$target = $target->{previous} while $target && $to ne 'previous' && $target->{step} ne $to;
	my $direct = ($options->{resume} // '') eq 'direct';
	return 0 if !$target || $direct && $target->{thread} != $visit->{thread};
	$task->{state} = 'returned';
	$self->touch($visit);
	$self->back($visit, $target, $direct);
	return 1;
}

# Whether a person must not be given a task of the visit.
sub cannot_sign
{
	my ($self, $visit, $who) = @_;
	return 1 if $who eq $self->{initiator};
	return scalar grep { ($_->{who} eq $who || ($_->{home} // '') eq $who) && $_->{state} =~ /^(?:open|waiting)$/ } map { @$_ } @{ $visit->{seats} };
}

# What changes who signs.
sub change
{
	my ($self, $visit, $seat, $i, $action, $options) = @_;
	my $task = $seat->[$i];
	my $to = $options->{to};
	if ($action eq 'remove_signer')
	{
		my ($other_visit, $other_seat, $j) = $self->find($visit->{step}, $to);
		return 0 if !$other_visit || $other_visit != $visit;
		my $other = $other_seat->[$j];
		return 0 if $other == $task;
		return 0 unless $self->{step}{ $visit->{step} }{remove} || ($other->{added_by} // '') eq $task->{who};
		my $own_seat = !$other->{added} || $other->{added} eq 'beside';
		return 0 if $own_seat && 1 >= grep { grep { $_->{state} ne 'removed' } @$_ } @{ $visit->{seats} };
		$_->{state} = 'removed' for $own_seat ? @$other_seat : ($other);
		$self->touch($visit);
		$self->settle($visit);
		return 1;
	}
	return 0 if $action !~ /^(?:transfer|delegate|add_signer)$/ || $self->cannot_sign($visit, $to);
	return 0 if $action eq 'transfer' && grep { $_ eq $to } @{ $task->{past} // [] };
	$self->touch($visit);
	if ($action eq 'add_signer')
	{
		my $where = $options->{where} // 'before';
		my $new = { who => $to, state => 'waiting', added => $where, added_by => $task->{who}, weight => $task->{weight} };
		push @{ $visit->{seats} }, [$new] if $where eq 'beside';
		splice @$seat, $where eq 'before' ? $i : $i + 1, 0, $new if $where ne 'beside';
		$self->settle($visit);
		return 1;
	}
	push @{ $task->{past} }, $task->{who} if $action eq 'transfer';
	$task->{home} = $task->{who} if $action eq 'delegate';
	$task->{who} = $to;
	return 1;
}

sub retract
{
	my ($self, $who) = @_;
	return 0 if $who ne $self->{initiator} || $self->{state} !~ /^(?:running|returned)$/;
	$self->finish('retracted');
	return 1;
}

# All visits that are open at a thread or below it.
sub below
{
	my ($self, $thread) = @_;
	return (($thread->{visit} ? $thread->{visit} : ()), map { $self->below($_) } @{ $thread->{children} // [] });
}

# Whether some thread below has come further than where the fork began.
sub moved
{
	my ($self, $thread, $from) = @_;
	return 1 if $thread->{last} != $from;
	return scalar grep { $self->moved($_, $from) } @{ $thread->{children} // [] };
}

# A person takes back his approval, the newest that he gave at a step.
sub take_back
{
	my ($self, $who, $step) = @_;
	return 0 if $self->{state} ne 'running';
	for my $thread (grep { $_->{state} ne 'gone' } @{ $self->{threads} })
	{
		my $visit = $thread->{last} or next;
		next if $visit->{step} ne $step || $visit->{thread} != $thread || $step eq 'start';
		my @seats = grep { grep { $_->{state} ne 'removed' } @$_ } @{ $visit->{seats} };
		my $task = first { $_->{state} eq 'approved' && !$_->{auto} && ($_->{by} // '') eq $who } map { @$_ } @seats;
		next unless $task;
		my $rule = $self->{step}{$step}{decide}{rule} // 'all';
		return 0 if grep { 1 < grep { $_->{state} ne 'removed' } @$_ } @seats;
		return 0 if @seats > 1 && $rule ne 'any';
		return 0 if $self->moved($thread, $visit) || grep { ($_->{origin} // 0) != $visit || $_->{touched} } $self->below($thread);
		$self->cancel($thread);
		$self->lapse($thread->{visit}) if $thread->{visit};
		my $again = { step => $step, thread => $thread, previous => $visit->{previous}, origin => $visit->{origin},
			seats => [ [ { who => $task->{who}, weight => $task->{weight}, state => 'waiting' } ] ] };
		@$thread{qw(state visit last)} = ('at', $again, $visit->{previous});
		$self->{origin} = $visit->{origin};
		$self->settle($again);
		return 1;
	}
	return 0;
}

1;
