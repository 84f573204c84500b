# Median times of scans and of nights; a ratio, never a verdict.
use strict;
use warnings;
use Time::HiRes qw(time);

my $rounds = shift // 3;

sub run
{
	my ($sql) = @_;
	my $begin = time;
	my $out = `psql -XAtq -v ON_ERROR_STOP=1 -c "$sql"`;
	die "psql failed\n" if $?;
	chomp $out;
	return (time - $begin, $out);
}

sub median { my @s = sort { $a <=> $b } @_; return $s[ $#s / 2 ]; }

my $count = (run('SELECT count(*) FROM budget.project'))[1];
my $scan = join ', ', map { "(SELECT count(*) FROM budget.$_)" } qw(project line balance_2025 milestone delivery progress_report);
my $scans = "SET max_parallel_workers_per_gather = 0; SET enable_indexonlyscan = off; SET enable_indexscan = off; SET enable_bitmapscan = off; SELECT $scan";
run($scans);
my @scan = map { (run($scans))[0] } 1 .. $rounds;
my (@first, @again, $said);
for my $round (1 .. $rounds)
{
	my $day = sprintf '2025-06-%02d', $round + 20;
	(my $seconds, $said) = run("SELECT * FROM budget.assess_all('$day')");
	push @first, $seconds;
	printf "night %d: %.2f s  %s\n", $round, $seconds, $said;
	push @again, (run("SELECT * FROM budget.assess_all('$day')"))[0];
}
my ($judged) = run("SELECT count(signal) FROM budget.signal_judged('2025-06-30', NULL, NULL)");
my ($facts) = run("SELECT count(facts) FROM budget.signal_facts('2025-06-30', NULL, NULL)");
shift @first if @first > 1;
printf "%d projects, 24 reports each\n", $count;
printf "sequential scan of the same tables  %6.2f s\n", median(@scan);
printf "a night (assess_all)                %6.2f s   ratio %.1f\n", median(@first), median(@first) / median(@scan);
printf "the same night again                %6.2f s   ratio %.1f\n", median(@again), median(@again) / median(@scan);
printf "of which facts %.2f s, signals %.2f s; one project in %.1f microseconds\n", $facts, $judged - $facts, median(@first) / $count * 1e6;
