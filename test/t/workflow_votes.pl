# Every vote of up to six members under many rules: the engine's arithmetic against
# trying all ways in which the open votes can fall.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use IPC::Run ();
use JSON::PP;
use Budgetpm::FlowModel;

my $json = JSON::PP->new->canonical;
my @words = qw(open pass reject abstain absent);
my (@cases, @expected);

# Adds one question; votes are a multiset, because no rule but weight looks at who votes.
sub ask
{
	my ($rule, $votes, $weights) = @_;
	push @cases, join "\t", $json->encode($rule), '{' . join(',', @$votes) . '}', '{' . join(',', @$weights) . '}';
	push @expected, Budgetpm::FlowModel::decide($rule, $votes, $weights);
	return;
}

# All multisets of votes of that size.
sub multisets
{
	my ($size, $from) = @_;
	return ([]) if $size == 0;
	return map { my $i = $_; map { [ $words[$i], @$_ ] } multisets($size - 1, $i) } $from .. $#words;
}

my @rules = ({ rule => 'all' }, { rule => 'all', collect => JSON::PP::true });
for my $share (qw(1/2 2/3 6667/10000 1/1 1/6))
{
	for my $base (qw(due present))
	{
		for my $extra ({}, { more => JSON::PP::true }, { quorum => '2/3' }, { quorum => '1/2', more => JSON::PP::true, collect => JSON::PP::true })
		{
			push @rules, { rule => 'ratio', pass => $share, base => $base, %$extra };
		}
	}
}
push @rules, map { { rule => 'count', pass => $_ } } 1 .. 4;
push @rules, map { { rule => 'count', pass => 2, reject => $_ } } 1 .. 3;
push @rules, { rule => 'count', pass => 2, quorum => '2/3' };
for my $n (1 .. 6)
{
	for my $votes (multisets($n, 0))
	{
		ask($_, $votes, [ (1) x $n ]) for @rules;
	}
}
# by weight it matters who votes
for my $pass (50, 65, 99)
{
	for my $i (0 .. 5**4 - 1)
	{
		my @votes = map { $words[ int($i / 5**$_) % 5 ] } 0 .. 3;
		ask({ rule => 'weight', pass => $pass }, \@votes, [ 30, 35, 25, 10 ]);
	}
}
# or by any: at most one has decided
ask({ rule => 'any' }, $_, [ 1, 1, 1 ]) for [qw(open open open)], [qw(open pass open)], [qw(reject open open)];

my $script = "CREATE TEMP TABLE asked (number bigint GENERATED ALWAYS AS IDENTITY, rule jsonb, votes text[], weights int[]);\n"
  . "COPY asked (rule, votes, weights) FROM stdin;\n" . join("\n", @cases) . "\n\\.\n"
  . "SELECT budgetpm.decide(rule, votes, weights) FROM asked ORDER BY number;\n";
my ($out, $err) = ('', '');
IPC::Run::run([ 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1' ], \$script, \$out, \$err) or BAIL_OUT($err);
my @answers = split /\n/, $out;
is(scalar @answers, scalar @cases, scalar(@cases) . ' votes were decided');
my @wrong = grep { $answers[$_] ne $expected[$_] } 0 .. $#cases;
is(scalar @wrong, 0, 'each as the model decides it')
  or diag(join "\n", map { "$cases[$_]: $answers[$_], not $expected[$_]" } @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]);
done_testing();
