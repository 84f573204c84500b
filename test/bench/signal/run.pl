# Median times of scans and of nights, in turns; ratios, never a verdict.
#
# Each statement's time and CPU are the server's own, without starting a client.  The
# scan is taken twice: bare, count(*) of each table, and with every column that a
# night reads touched.  What a night writes is part of its time; it is also shown
# by itself: the same rows, inserted once more into an empty table of the same indexes.
use strict;
use warnings;

my $rounds = shift // 3;

# Runs a statement after others that are not measured; returns elapsed and CPU seconds, and what it gave.
sub run
{
	my ($sql, @before) = @_;
	my @set = ('SET client_min_messages = log', 'SET max_parallel_workers_per_gather = 0', @before, 'SET log_statement_stats = on');
	open my $psql, '-|', 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', (map { ('-c', $_) } @set, $sql), '-c', 'RESET log_statement_stats'
	  or die "psql: $!\n";
	my @out = <$psql>;
	close $psql or die "psql failed\n";
	return @out;
}

sub measure
{
	my ($sql, @before) = @_;
	open my $save, '>&', \*STDERR or die;
	my $file = "/tmp/signal_bench.$$";
	open STDERR, '>', $file or die;
	my @out = eval { run($sql, @before) };
	my $failure = $@;
	open STDERR, '>&', $save or die;
	open my $in, '<', $file or die;
	my $said = do { local $/; <$in> };
	unlink $file;
	die $said . $failure if $failure;
	my ($user, $system, $elapsed) = $said =~ /!\s+([\d.]+) s user, ([\d.]+) s system, ([\d.]+) s elapsed/ or die "no statistics: $said\n";
	chomp @out;
	return ($elapsed, $user + $system, $out[-1] // '');
}

sub median { my @s = sort { $a <=> $b } @_; return $s[ $#s / 2 ]; }

# What a night reads of each table.
my %columns = (
	project => 'project_id, division, unit, stage, starts_on, ends_on, started_on',
	line => 'line_id, project_id',
	balance_2025 => 'line_id, appropriated, allotted, transferred, withdrawn, paid',
	milestone => 'project_id, milestone_no, planned_on, weight, done_on',
	delivery => 'contract_id, project_id, planned_on, planned_quantity, delivered_on, delivered_quantity, accepted_on, accepted_quantity',
	progress_report => 'report_id, project_id, reported_for, percent, replaces',
	contract => 'contract_id, line_id, state, contract_no, amount',
	contract_clause => 'contract_id, version, clause_no, kind, title, terms');
my $bare = 'SELECT ' . join ', ', map { "(SELECT count(*) FROM budget.$_)" } sort keys %columns;
my $touched = 'SELECT ' . join ', ', map { my $t = $_; "(SELECT row(" . join(', ', map { "count($_)" } split /, /, $columns{$t}) . ")::text FROM budget.$t)" } sort keys %columns;
my @plain = map { "SET enable_$_ = off" } qw(indexonlyscan indexscan bitmapscan);

my $count = (measure('SELECT count(*) FROM budget.project'))[2];
my (%time, %cpu);

sub keep
{
	my ($what, @measured) = @_;
	push @{ $time{$what} }, $measured[0];
	push @{ $cpu{$what} }, $measured[1];
	return $measured[2];
}

measure($_, @plain) for $bare, $touched;
for my $round (0 .. $rounds)
{
	my $day = sprintf '2025-06-%02d', $round + 20;
	my @scan = (measure($bare, @plain));
	my @read = (measure($touched, @plain));
	my @night = measure("SELECT * FROM budget.assess_all('$day')");
	my @again = measure("SELECT * FROM budget.assess_all('$day')");
	print "night $round: $night[2]\n";
	# the first one begins what its colours call for
	next if $round == 0;
	keep('scan, count(*)', @scan);
	keep('scan, every column used', @read);
	keep('a night (assess_all)', @night);
	keep('the same night again', @again);
	keep('of it: facts', measure("SELECT count(starts_on), count(budget), count(contract_due), count(clause_due), count(delivery_met), count(planned), count(physical), count(indicators) FROM budget.signal_facts('$day', NULL, NULL)"));
	keep('of it: facts and signals', measure("SELECT count(reasons), count(inputs) FROM budget.signal_judged('$day', NULL, NULL)"));
	keep('of it: writing', measure("INSERT INTO written SELECT * FROM given",
			"CREATE TEMP TABLE given AS SELECT * FROM budget.project_signal WHERE as_of = '$day'",
			"CREATE UNLOGGED TABLE public.written_$round (LIKE budget.project_signal INCLUDING INDEXES)", "ALTER TABLE public.written_$round SET LOGGED", "CREATE TEMP VIEW written AS TABLE public.written_$round"));
}
printf "%d projects, 24 reports each; medians of %d rounds; seconds elapsed and of CPU\n", $count, $rounds;
printf "%-26s %8s %8s   %s\n", '', 'elapsed', 'CPU', 'to count(*)  to every column used';
for my $what ('scan, count(*)', 'scan, every column used', 'a night (assess_all)', 'the same night again', 'of it: facts', 'of it: facts and signals', 'of it: writing')
{
	my ($e, $c) = (median(@{ $time{$what} }), median(@{ $cpu{$what} }));
	printf "%-26s %8.3f %8.3f   %5.1f %5.1f  %5.1f %5.1f\n", $what, $e, $c, map { ($e / median(@{ $time{$_} }), $c / median(@{ $cpu{$_} })) } 'scan, count(*)', 'scan, every column used';
}
printf "a project in %.1f microseconds of CPU\n", median(@{ $cpu{'a night (assess_all)'} }) / $count * 1e6;
