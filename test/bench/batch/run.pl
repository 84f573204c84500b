# run.pl: the measuring loop of batch.sh.
use strict;
use warnings;
use IPC::Open2;
use List::Util qw(min max);

my $rounds  = $ENV{ROUNDS}  // 7;
my $entries = $ENV{ENTRIES} // 10000;
$| = 1;

my $pid = open2(my $from, my $to, 'psql', '-XAtq', '-U', 'bench_app', '-v', 'ON_ERROR_STOP=1');
print $to "SET search_path = public;\n\\timing on\n";

# Runs a statement once and gives its milliseconds.
sub run {
	my ($statement) = @_;
	print $to "$statement\n";
	my $answer = '';
	while (my $line = <$from>) {
		return ($1, $answer) if $line =~ /^Time: ([\d.]+) ms/;
		$answer .= $line;
	}
	die "the server ended\n";
}

my @variants = (
	[ 'bare CTE, as many lines', "SELECT bare_many(lines, amounts) FROM prepared WHERE name = 'many';" ],
	[ 'bare CTE, 100 lines, summed first', "SELECT bare_few(lines, amounts) FROM prepared WHERE name = 'few';" ],
	[ 'post_batch, as many lines', "SELECT budget.post_batch(entries, 'abort') ->> 'posted' FROM prepared WHERE name = 'many';" ],
	[ 'post_batch, 100 lines', "SELECT budget.post_batch(entries, 'abort') ->> 'posted' FROM prepared WHERE name = 'few';" ],
	[ 'post_batch, reporting', "SELECT budget.post_batch(entries, 'report') ->> 'posted' FROM prepared WHERE name = 'many';" ]);

my %time;
for my $round (0 .. $rounds) {
	for my $variant (@variants) {
		my ($name, $statement) = @$variant;
		my ($milliseconds, $answer) = run($statement);
		die "$name wrote $answer" unless $answer =~ /^$entries$/m;
		push @{ $time{$name} }, $milliseconds if $round > 0;
	}
}
close $to;
waitpid $pid, 0;

sub median { my @sorted = sort { $a <=> $b } @_; return $sorted[ @sorted / 2 ] }
my $base = median(@{ $time{'bare CTE, as many lines'} });
printf "%-36s %10s %18s %12s %8s\n", "$entries entries, one call", 'ms', 'spread', 'entries/s', 'x CTE';
for my $variant (@variants) {
	my $name = $variant->[0];
	my $median = median(@{ $time{$name} });
	printf "%-36s %10.1f %9.1f-%8.1f %12.0f %8.2f\n", $name, $median, min(@{ $time{$name} }),
	  max(@{ $time{$name} }), $entries / $median * 1000, $base / $median;
}
