# Random flows and random actions: the engine against a model of the field's semantics.
#
# BUDGETPM_FLOWS says how many flows (120), BUDGETPM_SEED where to begin; a divergence
# names the seed of its flow, and BUDGETPM_FLOWS=1 BUDGETPM_SEED=<it> repeats it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use JSON::PP;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;
require Budgetpm::FlowModel;

my $flows = $ENV{BUDGETPM_FLOWS} // 120;
my $seed = $ENV{BUDGETPM_SEED} // time % 1_000_000;
my $json = JSON::PP->new->canonical;
my @people = qw(bo cy di ed fay gu);
my $counter;

sub pick { return $_[ int rand @_ ] }

# Some people, each once, in any order.
sub some
{
	my ($most) = @_;
	my @left = @people;
	return map { splice @left, int rand @left, 1 } 1 .. 1 + int rand $most;
}

sub random_rule
{
	my $rule = pick({ rule => 'all' }, { rule => 'all', collect => JSON::PP::true }, { rule => 'sequence' }, { rule => 'any' },
		{ rule => 'ratio', pass => pick('1/2', '2/3', '1/1') }, { rule => 'ratio', pass => '1/2', more => JSON::PP::true, base => pick('due', 'present') },
		{ rule => 'ratio', pass => '1/2', more => JSON::PP::true, quorum => '2/3', collect => JSON::PP::true },
		{ rule => 'weight', pass => 1 + int rand 60 }, { rule => 'count', pass => 1 + int rand 2 }, { rule => 'count', pass => 2, reject => 1 });
	return $rule;
}

# Adds steps that lead to $next, and returns the name of the first.
sub random_block
{
	my ($steps, $next, $depth) = @_;
	my $name = 's' . ++$counter;
	my $kind = $depth > 2 ? 0 : rand;
	if ($kind < 0.62)
	{
		my $step = { step => $name, next => $next, decide => random_rule(), on_reject => pick(qw(end previous start)),
			assign => [ map { { login => "wm_$_", weight => 10 + int rand 40 } } some(3) ] };
		$step->{remove} = JSON::PP::true if rand() < 0.2;
		unshift @$steps, $step;
		return $name;
	}
	my $facts = sub { return '$.' . pick('a', 'b') . ' > ' . int rand 10 };
	if ($kind < 0.76)
	{
		unshift @$steps, { step => $name, type => 'choose', default => random_way($steps, $next, $depth),
			branches => [ map { { when => $facts->(), next => random_way($steps, $next, $depth) } } 1 .. 1 + int rand 2 ] };
		return $name;
	}
	my $type = $kind < 0.9 ? 'parallel' : 'inclusive';
	my $join = "j$counter";
	unshift @$steps, { step => $join, type => 'join', next => $next };
	my $fork = { step => $name, type => $type, join => $join,
		branches => [ map { { next => random_way($steps, $join, $depth) } } 1 .. 2 + int rand 2 ] };
	if ($type eq 'inclusive')
	{
		$_->{when} = $facts->() for @{ $fork->{branches} };
		$fork->{default} = random_way($steps, $join, $depth);
	}
	unshift @$steps, $fork;
	return $name;
}

# A way of one or two blocks, or none.
sub random_way
{
	my ($steps, $next, $depth) = @_;
	return $next if $depth > 0 && rand() < 0.1;
	$next = random_block($steps, $next, $depth + 1) for 1 .. (rand() < 0.3 ? 2 : 1);
	return $next;
}

sub random_flow
{
	my ($name) = @_;
	$counter = 0;
	my @steps = ({ step => 'done', type => 'end' });
	my $first = 'done';
	$first = random_block(\@steps, $first, 0) for 1 .. 1 + int rand 3;
	my ($i) = grep { $steps[$_]{step} eq $first } 0 .. $#steps;
	unshift @steps, splice @steps, $i, 1;
	# what two branches join beside the flow's end is done once
	return { flow => $name, title => $name, steps => \@steps, repeated => pick('sign', 'sign', 'skip') };
}

my $server = Budgetpm::Server->new;
my $session = $server->session(user => 'postgres');
$session->query(<<'SQL');
SET client_min_messages = warning;
DO $$ DECLARE who text; BEGIN
  FOREACH who IN ARRAY '{ann,bo,cy,di,ed,fay,gu}'::text[] LOOP EXECUTE format('CREATE ROLE wm_%s LOGIN', who); END LOOP;
  PERFORM budgetpm.create_ledger('budget', root => '320000000', first_year => 2026);
  PERFORM budget.register_unit('101', '省财政厅', '320000000');
END $$;
CREATE FUNCTION pg_temp.stand(of bigint) RETURNS text LANGUAGE sql AS $f$
  SELECT concat_ws(' ', c.state, (SELECT string_agg(format('%s:%s:%s', t.step, substr(t.assignee, 4), t.state), ' ' ORDER BY format('%s:%s:%s', t.step, substr(t.assignee, 4), t.state) COLLATE "C")
    FROM budget.task t WHERE t.case_id = c.case_id AND t.state IN ('open', 'waiting')))
  FROM budget.approval_case c WHERE c.case_id = of $f$;
CREATE FUNCTION pg_temp.task(of bigint, at text, who text) RETURNS bigint LANGUAGE sql AS $f$
  SELECT max(task_id) FROM budget.task WHERE case_id = of AND step = at AND assignee = 'wm_' || who AND state IN ('open', 'waiting') $f$;
CREATE FUNCTION pg_temp.go(of bigint, call text) RETURNS text LANGUAGE plpgsql AS $f$
BEGIN
  EXECUTE 'SELECT budget.' || call;
  RETURN 'ok ' || pg_temp.stand(of);
EXCEPTION WHEN OTHERS THEN
  RETURN SQLSTATE || ' ' || pg_temp.stand(of);
END $f$;
SQL

# The engine's answer to a call: its SQLSTATE or ok, and where the case stands.
sub go
{
	my ($case, $call) = @_;
	$call =~ s/'/''/g;
	my $answer = $session->query("SELECT pg_temp.go($case, '$call');");
	$answer =~ s/\s+$//;
	return $answer =~ /^(\S+) (.*)$/s;
}

# One random action on both: what was done, what each said.
sub random_action
{
	my ($model, $case) = @_;
	my $dice = rand;
	if ($dice < 0.03)
	{
		my $who = rand() < 0.7 ? 'ann' : pick(@people);
		return ("retract $who", $model->retract($who), go($case, "retract($case, NULL, 'wm_$who')"));
	}
	my (undef, @tasks) = map { [ split /:/ ] } split / /, $model->stand;
	if ($dice < 0.15 || !@tasks)
	{
		my ($step, $who) = ('s' . (1 + int rand $counter), pick(@people));
		my $task = $session->query("SELECT coalesce(max(task_id), 0) FROM budget.task WHERE case_id = $case AND step = '$step' AND decided_by = 'wm_$who' AND state = 'approved';");
		$task =~ s/\s+$//;
		return ("take_back $who $step", $model->take_back($who, $step), go($case, "take_back($task, NULL, 'wm_$who')"));
	}
	my ($step, $holder, $state) = @{ pick(@tasks) };
	my $who = rand() < 0.93 ? $holder : pick(@people, 'ann');
	my $action = pick((('approve') x 9), qw(reject reject abstain absent return return transfer delegate add_signer add_signer remove_signer resolve resolve));
	my %options;
	$options{to} = pick(@people, 'ann') if $action =~ /^(?:transfer|delegate|add_signer|remove_signer)$/;
	$options{where} = pick(qw(before after beside)) if $action eq 'add_signer';
	%options = (to => pick('previous', 'start', 's' . (1 + int rand $counter)), resume => pick(qw(through direct))) if $action eq 'return';
	my %sent = %options;
	$sent{to} = "wm_$sent{to}" if $action =~ /^(?:transfer|delegate|add_signer)$/;
	my $sent = $json->encode(\%sent);
	$sent = qq({"task": ') . qq( || coalesce(pg_temp.task($case, '$step', '$options{to}'), 1) || ') . '}' if $action eq 'remove_signer';
	return ("$who $action at $step of $holder " . $json->encode(\%options), $model->act($step, $holder, $who, $action, \%options),
		go($case, "act(pg_temp.task($case, '$step', '$holder'), '$action', NULL, ('$sent')::jsonb, 'wm_$who')"));
}

my ($actions, $accepted, @divergence, %reached) = (0, 0);
FLOW: for my $number (0 .. $flows - 1)
{
	my $this = $seed + $number;
	srand $this;
	my $definition = random_flow("f$number");
	my $text = $json->encode($definition);
	my $faults = $session->query("SELECT string_agg(path || ' ' || fault, E'\\n') FROM budget.check_flow('$text');");
	if ($faults =~ /\S/)
	{
		push @divergence, "seed $this: the flow has faults\n$faults\n$text";
		last;
	}
	my %facts = (a => int rand 10, b => int rand 10);
	$session->query("SELECT budget.publish_flow('$text');");
	my $model = Budgetpm::FlowModel->new($definition);
	$model->{facts} = \%facts;
	$model->start('ann');
	my $case = $session->query("SELECT budget.start_case('f$number', 's', '" . $json->encode(\%facts) . "', unit => '101', actor => 'wm_ann');");
	$case =~ s/\s+$//;
	my @log = ($text, 'facts ' . $json->encode(\%facts), $model->stand);
	for (1 .. 25)
	{
		last if $model->{state} !~ /^(?:running|returned)$/;
		my ($what, $done, $code, $stand) = random_action($model, $case);
		my $mine = $model->stand;
		push @log, "$what: " . ($done ? 'done' : 'refused') . ": $mine";
		$actions++;
		$accepted++ if $done;
		next if $mine eq $stand && ($done ? $code eq 'ok' : $code ne 'ok' && $code !~ /^(?:XX|4[02]6)/);
		push @divergence, "seed $this:\n" . join("\n", @log) . "\nengine: $code: $stand";
		last FLOW;
	}
	$reached{ $model->{state} }++;
}
is(scalar @divergence, 0, "$flows flows from seed $seed, $actions actions, $accepted of them done, as the model says")
  or diag($divergence[0]);
is($session->query('SELECT count(*) FROM budget.approval_case c CROSS JOIN LATERAL budget.verify_case(c.case_id);') + 0, 0,
	'every event is as it was written');
note(join ', ', map { "$_ $reached{$_}" } sort keys %reached);
done_testing();
