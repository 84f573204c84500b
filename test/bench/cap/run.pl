# Runs pgbench for each way and number of clients, in turns, and prints medians.
use strict;
use warnings;
use File::Temp;
use List::Util qw(max min);

my $rounds = $ENV{ROUNDS} // 3;
my $seconds = $ENV{SECONDS_EACH} // 3;
my @clients = split ' ', $ENV{CLIENTS} // '1 8';
my @slots = split ' ', $ENV{SLOTS} // '8 16';
my @commits = split ' ', $ENV{COMMITS} // 'on off';
my @ways = ([ 'no cap', undef ], [ 'one row', 0 ], map { [ "$_ slots", $_ ] } @slots);

sub psql
{
	my ($sql) = @_;
	open my $pipe, '-|', 'psql', '-XAtqc', $sql or die "psql: $!\n";
	local $/;
	my $out = <$pipe>;
	close $pipe or die "psql failed: $sql\n";
	chomp $out;
	return $out;
}

my $first = psql('SELECT min(line_id) FROM budget.line');
my $script = File::Temp->new(SUFFIX => '.sql');
print $script "\\set n random(0, 9999)\nSELECT budget.pay($first + :n, 0.01, '凭证');\n";
close $script;

# Every line is in the cap, which never comes near its limit.
sub set_way
{
	my ($slots) = @_;
	psql(q{SELECT budget.close_cap(cap_id) FROM budget.cap WHERE state = 'active'});
	psql("SELECT budget.create_cap(2026, 'all', amount => 1000000000000, warn_ratio => 0.9, slots => $slots)") if defined $slots;
	psql('VACUUM ANALYZE budget.balance_2026');
	return;
}

sub throughput
{
	my ($clients, $commit) = @_;
	my $out = qx(PGOPTIONS='-c synchronous_commit=$commit' pgbench -n -M prepared -c $clients -j 2 -T $seconds -f $script 2>&1);
	my ($tps) = $out =~ /^tps = ([\d.]+)/m or die $out;
	my $differences = psql('SELECT * FROM budget.verify_caps() LIMIT 10');
	die "the cap does not verify:\n$differences\n$out" if $differences ne '';
	return $tps;
}

my %tps;
for my $round (1 .. $rounds)
{
	for my $way (@ways)
	{
		set_way($way->[1]);
		for my $commit (@commits)
		{
			push @{ $tps{$commit}{$_}{ $way->[0] } }, throughput($_, $commit) for @clients;
		}
	}
}
print "Payments a second on 10,000 lines; medians of $rounds rounds of $seconds s, (least-most), ratio to no cap\n\n";
for my $commit (@commits)
{
	print "| synchronous_commit=$commit | " . join(' | ', map { "$_ clients" } @clients) . " |\n|---" x 1 . "|---" x @clients . "|\n";
	for my $way (@ways)
	{
		print "| $way->[0] |";
		for my $clients (@clients)
		{
			my @sorted = sort { $a <=> $b } @{ $tps{$commit}{$clients}{ $way->[0] } };
			my @none = sort { $a <=> $b } @{ $tps{$commit}{$clients}{'no cap'} };
			printf ' %.0f (%.0f-%.0f) %.2f |', $sorted[ @sorted / 2 ], $sorted[0], $sorted[-1],
			  $sorted[ @sorted / 2 ] / $none[ @none / 2 ];
		}
		print "\n";
	}
	print "\n";
}
