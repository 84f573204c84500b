#!/usr/bin/perl
# run.pl [NAME...]: plants each fault of test/faults/*.fault into a copy of the
# source, one at a time, and lets the tests it names find it.
# run.pl --fit: only says which faults the source has grown away from.
#
# A fault is a small mistake that a careful author could make.  Each file holds a
# line that says what is wrong, the file it is in, the tests that should catch it in
# the order in which they are tried, and the text that is replaced:
#
#     # what is wrong
#     file: src/ledger/legs.c
#     tests: sql/ledger_invariants.sql
#     ---
#     text as it is
#     ---
#     text with the fault
#
# and more such pairs where one place is not enough.
#
# A text that is not found exactly once, a mutant that does not compile or a test
# that fails without any fault ends the run: a fault that was not planted proves
# nothing.  Prints what caught each; fails if one survives.
#
# BUDGETPM_FAULT_SECONDS bounds the time: no fault is begun after it, and those left
# out are counted as skipped.  The order then follows from the commit, so that
# runs of different commits try different ones.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use File::Basename;
use File::Copy;
use File::Temp;
use IO::Select;
use List::Util qw(first);
use Time::HiRes qw(sleep time);

my ($mode, @names) = @ARGV;
$mode //= '';
$| = 1;
chdir dirname(__FILE__) . '/../..' or die "no checkout: $!\n";

# The first call runs this again beside a server: two of them, with half of the faults
# each, where there is more than one processor.
exit(run_lanes()) unless $mode =~ /^--(?:inside|fit)$/;

my ($copy, $library);
my $config = $ENV{PG_CONFIG} // 'pg_config';

# Runs the lanes, prints what they print as it comes, and adds up; returns the exit status.
sub run_lanes
{
	my @wanted = grep { length } $mode, @names;
	@wanted = map { basename($_, '.fault') } sort glob 'test/faults/*.fault' unless @wanted;
	@wanted = shuffled(@wanted) if $ENV{BUDGETPM_FAULT_SECONDS};
	chomp(my $processors = qx(nproc 2>/dev/null) || 1);
	my $lanes = $ENV{BUDGETPM_TEST_LANES} // ($processors > 1 && @wanted > 3 ? 2 : 1);
	my ($lane_set, $start, %name_of) = (IO::Select->new, time);
	my %total = (passed => 0, failed => 0, skipped => 0, broken => 0);
	for my $lane (0 .. $lanes - 1)
	{
		my @mine = @wanted[ grep { $_ % $lanes == $lane } 0 .. $#wanted ];
		local $ENV{BUDGETPM_RESULTS} = "build/results/faults$lane";
		open my $out, '-|', 'scripts/cluster.sh', 'run', '--', $^X, 'test/faults/run.pl', '--inside', @mine
		  or die "could not start a lane: $!\n";
		$lane_set->add($out);
		$name_of{$out} = $lane;
	}
	printf "%-24s %-72s %s\n", 'fault', 'what is wrong', 'caught by';
	while (my @ready = $lane_set->can_read)
	{
		for my $out (@ready)
		{
			my $line = <$out>;
			if (!defined $line)
			{
				$lane_set->remove($out);
				$total{broken}++ unless close $out or $total{"counted$name_of{$out}"};
			}
			elsif ($line =~ /^(\d+) passed, (\d+) failed, (\d+) skipped/)
			{
				$total{passed} += $1;
				$total{failed} += $2;
				$total{skipped} += $3;
				$total{"counted$name_of{$out}"} = 1;
			}
			else
			{
				print $line;
			}
		}
	}
	$total{failed} += $total{broken};
	printf "%d of %d faults caught in %.0f s, %d not tried\n", $total{passed}, scalar @wanted, time - $start, $total{skipped};
	printf "%d passed, %d failed, %d skipped\n", @total{qw(passed failed skipped)};
	return $total{failed} || $total{passed} + $total{skipped} != @wanted ? 1 : 0;
}

# An order that the commit decides.
sub shuffled
{
	chomp(my $commit = qx(git rev-parse HEAD 2>/dev/null) || '');
	my %place = map { $_ => md5_hex("$commit $_") } @_;
	return sort { $place{$a} cmp $place{$b} } @_;
}

sub contents
{
	my ($file) = @_;
	open my $handle, '<', $file or die "could not read $file: $!\n";
	local $/;
	return scalar <$handle>;
}

sub store
{
	my ($file, $text) = @_;
	open my $handle, '>', $file or die "could not write $file: $!\n";
	print $handle $text;
	close $handle or die "could not write $file: $!\n";
	return;
}

sub read_fault
{
	my ($path) = @_;
	my ($head, @edits) = split /^---\n/m, contents($path), -1;
	die "$path: not of the form that this script explains\n" if !@edits || @edits % 2;
	chomp @edits;
	my ($what) = $head =~ /^# (.*)/ or die "$path: says not what is wrong\n";
	my ($file) = $head =~ /^file: (\S+)/m or die "$path: names no file\n";
	my ($tests) = $head =~ /^tests: (.+)/m or die "$path: names no test\n";
	return {
		name => basename($path, '.fault'), what => $what, file => $file,
		tests => [ split ' ', $tests ], edits => \@edits };
}

# The source with the fault in it.
sub planted
{
	my ($fault) = @_;
	my $text = contents($fault->{file});
	my @edits = @{ $fault->{edits} };
	while (my ($old, $new) = splice @edits, 0, 2)
	{
		my $found = () = $text =~ /\Q$old\E/g;
		die "$fault->{name}: this is $found times in $fault->{file}, not once:\n$old\n" if $found != 1;
		$text =~ s/\Q$old\E/$new/;
	}
	return $text;
}

sub build
{
	my ($what) = @_;
	delete local @ENV{qw(MAKEFLAGS MAKEOVERRIDES MAKELEVEL)};
	my $output = qx(make -s -j2 -C $copy PG_CONFIG=$config all 2>&1);
	die "$what does not build:\n$output" if $?;

	install("$copy/budgetpm.so");
	return;
}

# Puts a library where the server loads it from.
sub install
{
	my ($built) = @_;

	# Renamed into place: a running backend keeps the library it has.
	copy($built, "$library.new") or die "could not copy to $library: $!\n";
	chmod 0755, "$library.new";
	rename "$library.new", $library or die "could not rename to $library: $!\n";
	return;
}

# Says whether one test file passes with the library as it is now.
sub passes
{
	my ($test) = @_;
	my $counts = File::Temp->new;

	# A crash is a way to be caught, once: the next test waits until it is over.
	for (1 .. 100)
	{
		last if system('psql -XqAt -U postgres -d postgres -c "SELECT 1" >/dev/null 2>&1') == 0;
		sleep 0.2;
	}
	truncate "$ENV{BUDGETPM_CLUSTER}/log", 0;
	local $ENV{BUDGETPM_COUNTS} = $counts->filename;
	local $ENV{BUDGETPM_TEST_SECONDS} = 240;
	local $ENV{BUDGETPM_STRESS_SECONDS} = 4;
	local $ENV{BUDGETPM_MEMORY_POSTINGS} = 4000;
	my $output = qx(scripts/test.sh --inside $test 2>&1);
	my ($passed, $failed) = (0, 0);
	for (split /\n/, contents($counts->filename))
	{
		/^(\d+) (\d+) \d+$/ and ($passed += $1, $failed += $2);
	}
	return ($passed > 0 && $failed == 0, $output);
}

my @faults = map { read_fault($_) } sort glob 'test/faults/*.fault';
if (@names)
{
	my %wanted = map { basename($_, '.fault') => 1 } @names;
	my %place = map { $names[$_] => $_ } 0 .. $#names;
	@faults = sort { $place{ $a->{name} } <=> $place{ $b->{name} } } grep { delete $wanted{ $_->{name} } } @faults;
	die 'no such fault: ' . join(' ', sort keys %wanted) . "\n" if %wanted;
}
# Every fault has to fit before the first is tried.
my @unfit = grep { !eval { planted($_); 1 } && warn $@ } @faults;
exit(@unfit ? 1 : 0) if @unfit || $mode eq '--fit';

$copy = File::Temp->newdir;
chomp(my $libdir = qx($config --pkglibdir));
$library = "$ENV{BUDGETPM_STAGE}$libdir/budgetpm.so";
system('scripts/copy.sh', $copy) == 0 or die "could not copy the source\n";
build('the source without a fault');
copy("$copy/budgetpm.so", "$copy/whole.so") or die "could not keep the whole library: $!\n";

# A test proves something only if it passes without a fault: looked at before its first use.
my %good;

sub check_tests
{
	my @new = grep { !$good{$_} } @_;
	install("$copy/whole.so") if @new;
	for my $test (@new)
	{
		my ($good, $output) = passes($test);
		die "$test fails without any fault:\n$output" unless $good;
		$good{$test} = 1;
	}
	return;
}

my ($caught, $tried, $end) = (0, 0, $ENV{BUDGETPM_FAULT_SECONDS} ? time + $ENV{BUDGETPM_FAULT_SECONDS} : undef);
for my $fault (@faults)
{
	last if defined $end && time > $end;
	$tried++;
	check_tests(@{ $fault->{tests} });
	store("$copy/$fault->{file}", planted($fault));
	build("$fault->{name}: the source with this fault");
	my $by = first { !(passes($_))[0] } @{ $fault->{tests} };
	$caught++ if defined $by;
	printf "%-24s %-72s %s\n", $fault->{name}, $fault->{what}, $by // 'NOTHING';
	store("$copy/$fault->{file}", contents($fault->{file}));
}
printf "%d passed, %d failed, %d skipped\n", $caught, $tried - $caught, @faults - $tried;
exit($caught == $tried ? 0 : 1);
