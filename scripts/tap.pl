#!/usr/bin/perl
# tap.pl COUNTS FILE...: runs tests that speak TAP, pgTAP scripts (.sql) and Perl
# (.pl), and adds what it counted to the file COUNTS: passed, failed, skipped.
#
# A file that dies, or runs another number of tests than it planned, is one more
# failure: a test that did not happen did not pass.
use strict;
use warnings;
use File::Basename;
use TAP::Parser;
use Time::HiRes qw(time);

my ($counts, @files) = @ARGV;
my %total = (passed => 0, failed => 0, skipped => 0);
$| = 1;

# The command that runs one file; a pgTAP script gets a new database of its own.
sub command_for
{
	my ($file) = @_;
	return [ $^X, '-Itest/lib', $file ] if $file =~ /\.pl$/;
	system('scripts/test.sh', '--fresh-database', 'pgtap') == 0
	  or die "could not make the database for $file\n";
	return [
		'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-P', 'pager=off',
		'-d', $ENV{PGDATABASE}, '-f', $file ];
}

# Runs one file, prints its failures as they come, and returns its counts.
sub run_file
{
	my ($file) = @_;
	my $start = time;
	my ($skipped, @shown) = (0);
	my $parser = TAP::Parser->new({ exec => command_for($file), merge => 1 });
	while (my $result = $parser->next)
	{
		if ($result->is_test)
		{
			$skipped++ if $result->has_skip;
			push @shown, $result->as_string unless $result->is_actual_ok;
		}
		elsif (!$result->is_plan && !$result->is_version && $result->raw =~ /\S/)
		{
			push @shown, $result->raw;
		}
	}
	my $failed = grep { !/^$/ } $parser->actual_failed;
	my $passed = $parser->tests_run - $failed - $skipped;
	my @errors = $parser->parse_errors;
	push @errors, 'exit status ' . ($parser->exit) if $parser->exit && !$failed;
	push @errors, 'no test was run' if !$parser->tests_run && !defined $parser->skip_all && !@errors;
	$failed++ if @errors;
	$skipped++ if defined $parser->skip_all;

	my $word = $failed ? 'FAIL' : defined $parser->skip_all ? 'skip' : 'ok  ';
	printf "%s  %s (%d) %.1f s%s\n", $word, $file, $parser->tests_run, time - $start,
	  defined $parser->skip_all ? ': ' . $parser->skip_all : '';
	if ($failed)
	{
		print "      $_\n" for @shown, @errors;
	}
	return ($passed, $failed, $skipped);
}

for my $file (@files)
{
	my @got = eval { run_file($file) };
	if ($@)
	{
		print "FAIL  $file: $@";
		@got = (0, 1, 0);
	}
	$total{passed} += $got[0];
	$total{failed} += $got[1];
	$total{skipped} += $got[2];
}

open my $out, '>>', $counts or die "could not write $counts: $!\n";
print $out "$total{passed} $total{failed} $total{skipped}\n";
close $out;
exit($total{failed} ? 1 : 0);
