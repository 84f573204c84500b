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
# A text that is not found exactly once or a mutant that does not compile ends the run,
# and a test that fails without any fault catches none: a fault that was not planted
# proves nothing.  Prints what caught each; fails if one survives.
#
# What costs time is left out where it proves nothing: objects come from the checkout's
# build, a regress file or spec that has just passed with this very library
# (scripts/test.sh notes it in build/passed) is not run again without a fault, and one
# that has begun to differ from what is expected is ended.
#
# BUDGETPM_FAULT_SECONDS bounds the time: no fault is begun after it, and those left
# out are counted as skipped.  The order then follows from the commit, so that
# runs of different commits try different ones.
use strict;
use warnings;
use Digest::MD5 qw(md5_hex);
use Fcntl qw(:flock);
use File::Basename;
use File::Copy;
use File::Temp;
use IO::Select;
use List::Util qw(first max min);
use POSIX qw(WNOHANG);
use Time::HiRes qw(sleep time);

my ($mode, @names) = @ARGV;
$mode //= '';
$| = 1;
chdir dirname(__FILE__) . '/../..' or die "no checkout: $!\n";

my ($copy, $library, $script);
my $config = $ENV{PG_CONFIG} // 'pg_config';

# The first call runs this again beside a server: two of them, where there is more
# than one processor, which take the next faults when they are done with some.
exit(run_lanes(read_faults(grep { length } $mode, @names))) unless $mode =~ /^--(?:inside|fit)$/;

# Runs the lanes, prints what they print as it comes, and adds up; returns the exit status.
sub run_lanes
{
	my @faults = @_;

	# Every fault has to fit before the first is tried.
	return 1 if grep { !eval { planted($_); 1 } && warn $@ } @faults;
	chomp(my $processors = qx(nproc 2>/dev/null) || 1);
	my $lanes = $ENV{BUDGETPM_TEST_LANES} // ($processors > 1 && @faults > 3 ? 2 : 1);
	my $queue = File::Temp->new;
	print $queue map { join(' ', @$_) . "\n" } portions(@faults);
	close $queue;
	my ($lane_set, $start, %name_of) = (IO::Select->new, time);
	local $ENV{BUDGETPM_FAULT_END} = $start + $ENV{BUDGETPM_FAULT_SECONDS} if $ENV{BUDGETPM_FAULT_SECONDS};
	my %total = (passed => 0, failed => 0, broken => 0);
	for my $lane (0 .. $lanes - 1)
	{
		local $ENV{BUDGETPM_RESULTS} = "build/results/faults$lane";
		open my $out, '-|', 'scripts/cluster.sh', 'run', '--', $^X, 'test/faults/run.pl', '--inside', "$queue"
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
			elsif ($line =~ /^(\d+) passed, (\d+) failed$/)
			{
				$total{passed} += $1;
				$total{failed} += $2;
				$total{"counted$name_of{$out}"} = 1;
			}
			else
			{
				print $line;
			}
		}
	}
	my $left = @faults - $total{passed} - $total{failed};
	$total{failed} += $total{broken};
	printf "%d of %d faults caught in %.0f s, %d not tried\n", $total{passed}, scalar @faults, time - $start, $left;
	printf "%d passed, %d failed, %d skipped\n", $total{passed}, $total{failed}, $left;
	return $total{failed} || ($left && !$ENV{BUDGETPM_FAULT_SECONDS}) ? 1 : 0;
}

# The faults in portions that one lane takes at a time: of one test, so that it is looked
# at without a fault once, and not so many that the other lane waits at the end.  The
# longest tests come first, or, where time is short, those that the commit decides.
sub portions
{
	my %of_test;
	push @{ $of_test{ $_->{tests}[0] } }, $_->{name} for @_;
	chomp(my $commit = qx(git rev-parse HEAD 2>/dev/null) || '');
	my %place = map { $_ => $ENV{BUDGETPM_FAULT_SECONDS} ? md5_hex("$commit $_") : (m{^test/t/} ? 0 : 1) . $_ } keys %of_test;
	my @portions;
	for my $test (sort { $place{$a} cmp $place{$b} } keys %of_test)
	{
		my @names = @{ $of_test{$test} };
		push @portions, [ splice @names, 0, 8 ] while @names;
	}
	return @portions;
}

# The names of the next portion, taken out of the file they are in; none at its end.
sub next_portion
{
	my ($queue) = @_;
	open my $handle, '+<', $queue or die "could not open $queue: $!\n";
	flock $handle, LOCK_EX or die "could not lock $queue: $!\n";
	my ($next, @rest) = <$handle>;
	seek $handle, 0, 0;
	truncate $handle, 0;
	print $handle @rest;
	close $handle or die "could not write $queue: $!\n";
	return split ' ', $next // '';
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

# The faults of these names, or all.
sub read_faults
{
	my %wanted = map { $_ => 1 } @_;
	my @faults = map { read_fault($_) } sort glob 'test/faults/*.fault';
	@faults = grep { delete $wanted{ $_->{name} } } @faults if @_;
	die 'no such fault: ' . join(' ', sort keys %wanted) . "\n" if %wanted;
	return @faults;
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
	install_script(glob "$copy/extension/budgetpm--*[0-9].sql");
	return;
}

# Makes the template of the tests' databases anew where the extension's script is another one.
sub install_script
{
	my ($built) = @_;
	return if contents($built) eq contents($script);
	copy($built, $script) or die "could not copy to $script: $!\n";
	system('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'budgetpm_template',
		'-c', 'SET client_min_messages = warning; DROP EXTENSION budgetpm; CREATE EXTENSION budgetpm') == 0
	  or die "could not make the extension anew\n";
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

# Builds with the fault, and puts the source back in a way that nothing but what the
# fault touched is built again: one object, which is kept, or all for a header.
sub build_fault
{
	my ($fault) = @_;
	my $source = "$copy/$fault->{file}";
	my $object = $source =~ s/\.c$/.o/r;
	my @kept = grep { -e } $source =~ /\.c$/ ? ($source, $object) : ($source);
	system('cp', '-p', $_, "$_.kept") == 0 or die "could not keep $_\n" for @kept;
	store($source, planted($fault));
	build("$fault->{name}: the source with this fault");
	rename "$_.kept", $_ or die "could not put $_ back: $!\n" for @kept;
	utime undef, undef, $source if @kept < 2;
	return;
}

# Where the result of a regress file or spec appears while it runs, and what it should be.
sub output_of
{
	my ($test) = @_;
	my $name = basename($test) =~ s/\.\w+$//r;
	my ($runner, $expected) =
		$test =~ /^sql/ ? ('pg_regress', "expected/$name.out")
	  : $test =~ /\.spec$/ ? ('pg_isolation_regress', "test/isolation/expected/$name.out")
	  : return;
	return ("$ENV{BUDGETPM_RESULTS}/$runner/$name/results/$name.out", $expected);
}

# Whether the whole lines of a result so far are another text than the expected begins with.
sub differs
{
	my ($result, $expected) = @_;
	return 0 unless -s $result;
	my $text = contents($result);
	$text = substr $text, 0, rindex($text, "\n") + 1;
	return $text ne substr contents($expected), 0, length $text;
}

# Runs a test to its end, or until it is plain that it fails; its connections are then
# closed.  Returns what it printed.
sub run_test
{
	my ($test) = @_;
	my ($result, $expected) = output_of($test);
	unlink $result if defined $result;
	my $output = File::Temp->new;
	defined(my $child = fork) or die "could not fork: $!\n";
	if (!$child)
	{
		open STDOUT, '>&', $output;
		open STDERR, '>&', $output;
		exec 'scripts/test.sh', '--inside', $test or POSIX::_exit(127);
	}
	until (waitpid($child, WNOHANG) == $child)
	{
		sleep 0.1;
		next unless defined $result && differs($result, $expected);
		system q(psql -XqAt -U postgres -d postgres -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = '$PGDATABASE'" >/dev/null 2>&1);
	}
	return contents("$output");
}

# Takes away what a test that did not come to its end has left: prepared transactions, its
# database, and roles, which the next test would stumble over and seem to catch a fault.
sub clean_server
{
	my @psql = qw(psql -XqAt -v ON_ERROR_STOP=1 -U postgres);
	my $made = qx(@psql -d postgres -c "SELECT 1 FROM pg_roles WHERE oid >= 16384 AND rolname <> '$ENV{PGUSER}' UNION ALL SELECT 1 FROM pg_prepared_xacts");
	return unless $made =~ /\S/;
	my $script = File::Temp->new;
	print $script <<"SQL";
SET client_min_messages = warning;
SELECT format('ROLLBACK PREPARED %L', gid) FROM pg_prepared_xacts WHERE database = current_database() \\gexec
\\connect postgres
DROP DATABASE "$ENV{PGDATABASE}" WITH (FORCE);
SELECT format('DROP ROLE %I', rolname) FROM pg_roles WHERE oid >= 16384 AND rolname <> '$ENV{PGUSER}' \\gexec
SQL
	close $script;
	system(@psql, '-d', $ENV{PGDATABASE}, '-f', "$script") == 0 or die "could not clean up behind a test\n";
	return;
}

# How many seconds each test has; and how long a test that runs for a time does so.
my (%seconds, %stress);

# Says whether one test file passes with the library as it is now, within so many seconds.
sub passes
{
	my ($test, $limit) = @_;
	my $counts = File::Temp->new;

	# A crash is a way to be caught, once: the next test waits until it is over.
	for (1 .. 100)
	{
		last if system('psql -XqAt -U postgres -d postgres -c "SELECT 1" >/dev/null 2>&1') == 0;
		sleep 0.2;
	}
	clean_server();
	truncate "$ENV{BUDGETPM_CLUSTER}/log", 0;
	local $ENV{BUDGETPM_COUNTS} = $counts->filename;
	local $ENV{BUDGETPM_TEST_SECONDS} = $limit // 240;
	local $ENV{BUDGETPM_STRESS_SECONDS} = $stress{$test} // 4;
	local $ENV{BUDGETPM_MEMORY_POSTINGS} = 4000;
	my $output = run_test($test);
	my ($passed, $failed) = (0, 0);
	for (split /\n/, contents($counts->filename))
	{
		/^(\d+) (\d+) \d+$/ and ($passed += $1, $failed += $2);
	}
	return ($passed > 0 && $failed == 0, $output);
}

if ($mode eq '--fit')
{
	my @unfit = grep { !eval { planted($_); 1 } && warn $@ } read_faults();
	exit(@unfit ? 1 : 0);
}

my %fault_of = map { $_->{name} => $_ } read_faults();
my ($queue) = @names;
$copy = File::Temp->newdir;
chomp(my $libdir = qx($config --pkglibdir));
$library = "$ENV{BUDGETPM_STAGE}$libdir/budgetpm.so";
chomp(my $sharedir = qx($config --sharedir));
($script) = glob "$ENV{BUDGETPM_STAGE}$sharedir/extension/budgetpm--*[0-9].sql";
system('scripts/copy.sh', '--built', $copy) == 0 or die "could not copy the source\n";
build('the source without a fault');
copy("$copy/budgetpm.so", "$copy/whole.so") or die "could not keep the whole library: $!\n";
copy($script, "$copy/whole.sql") or die "could not keep the whole script: $!\n";

# A test proves something only if it passes without a fault, which is looked at before its
# first use unless it has just done so; on a busy machine one may need more time.
sub passes_whole
{
	my ($test) = @_;
	return 1 if $seconds{$test};
	return 0 if exists $seconds{$test};
	install("$copy/whole.so");
	install_script("$copy/whole.sql");
	chomp(my $stamp = defined output_of($test) ? qx(scripts/test.sh --stamp $test) : '');
	my $took = -s $stamp ? contents($stamp) : undef;
	if (!defined $took)
	{
		my $start = time;
		my ($good, $output) = passes($test);
		if (!$good)
		{
			$stress{$test} = 15;
			$start = time;
			($good, $output) = passes($test);
		}
		if (!$good)
		{
			print "$test fails without any fault:\n$output";
			$seconds{$test} = 0;
			return 0;
		}
		$took = time - $start;
	}

	# A fault that makes a test wait for ever is seen some time before that; the machine
	# may be busier now than it was.
	$seconds{$test} = min(240, 30 + int(6 * max($took, 1)));
	return 1;
}

my ($caught, $tried, $end) = (0, 0, $ENV{BUDGETPM_FAULT_END});
PORTION: while (my @portion = next_portion($queue))
{
	for my $fault (@fault_of{@portion})
	{
		last PORTION if defined $end && time > $end;
		my @tests = grep { passes_whole($_) } @{ $fault->{tests} };
		$tried++;
		my $start = time;
		build_fault($fault);
		my $by = first { !(passes($_, $seconds{$_}))[0] } @tests;
		$caught++ if defined $by;
		printf "%-24s %-72s %s, %.0f s\n", $fault->{name}, $fault->{what}, $by // 'NOTHING', time - $start;
	}
}
printf "%d passed, %d failed\n", $caught, $tried - $caught;
exit($caught == $tried ? 0 : 1);
