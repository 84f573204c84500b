# The SQL in these pages is that of a script beside them, and what the pages print
# beneath each step is what it prints today.
#
#   scripts/cluster.sh run -- perl test/t/docs_tour.pl --update
#
# writes today's output into the pages.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use IPC::Run ();
use Test::More;

my $top = abs_path(dirname(__FILE__) . '/../..');
# Each script with the pages that show it; one goes on where the other ends.
my @scripts = (
	[ 'docs/tour.sql', 'README.md', 'README.zh-CN.md' ],
	[ 'docs/reports.sql', 'docs/reports.md' ],
	[ 'docs/ledger.sql', 'docs/ledger.md' ],
	[ 'docs/evidence.sql', 'docs/evidence.md' ],
	[ 'docs/security.sql', 'docs/security.md' ],
	[ 'docs/closing.sql', 'docs/closing.md' ],
	[ 'docs/control.sql', 'docs/control.md' ],
	[ 'docs/batch.sql', 'docs/batch.md' ],
	[ 'docs/document.sql', 'docs/document.md' ],
	[ 'docs/planning.sql', 'docs/planning.md' ],
	[ 'docs/planning_rule.sql', 'docs/planning.md' ],
	[ 'docs/draft.sql', 'docs/draft.md' ],
	[ 'docs/form.sql', 'docs/form.md' ],
	[ 'docs/template.sql', 'docs/template.md' ],
	[ 'docs/performance.sql', 'docs/performance.md' ],
	[ 'docs/project.sql', 'docs/project.md' ],
	[ 'docs/project_map.sql', 'docs/project_map.md' ],
	[ 'docs/project_signal.sql', 'docs/project_signal.md' ],
	[ 'docs/settings.sql', 'docs/settings.md' ]);

sub read_file
{
	my ($path) = @_;
	open my $file, '<:raw', $path or die "could not read $path: $!\n";
	local $/;
	my $text = <$file>;
	close $file;
	return $text;
}

sub write_file
{
	my ($path, $text) = @_;
	open my $file, '>:raw', $path or die "could not write $path: $!\n";
	print $file $text;
	close $file or die "could not write $path: $!\n";
	return;
}

sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\A\n+|\n+\z//g;
	return $text;
}

# The steps of the script, each without the comment that names it.
sub steps
{
	my ($script) = @_;
	my @steps = split /^-- \d+\. .*\n/m, read_file("$top/$script");
	shift @steps;
	return map { trimmed($_) } @steps;
}

# What each step prints, errors in their place.
sub outputs
{
	my (@steps) = @_;
	my $mark = 'budgetpm-tour-step';
	my $input = join '', map { "\\echo $mark\n$_\n" } @steps;
	my $database = "docs_tour_$$";
	my ($output, $errors) = ('', '');
	IPC::Run::run([ 'createdb', '-T', 'budgetpm_template', $database ], \undef, '>&', \$errors)
	  or die "could not make a database: $errors\n";
	IPC::Run::run([ 'psql', '-X', '-d', $database ], \$input, '>&', \$output);
	IPC::Run::run([ 'dropdb', $database ]);
	my @outputs = split /^\Q$mark\E\n/m, $output;
	shift @outputs;
	return map { trimmed($_) } @outputs;
}

# A page with each step as SQL, and what it prints when it prints something.
sub with_outputs
{
	my ($page, $steps, $outputs) = @_;
	my @missing;
	for my $i (0 .. $#$steps)
	{
		my $output = $outputs->[$i] eq '' ? '' : "\n```text\n$outputs->[$i]\n```\n";
		$page =~ s/(^```sql\n\Q$steps->[$i]\E\n```\n)(?:\n```text\n.*?^```\n)?/$1$output/ms
		  or push @missing, $i + 1;
	}
	return ($page, @missing);
}

my @steps = map { [ steps($_->[0]) ] } @scripts;
my @outputs = outputs(map { @$_ } @steps);
for my $i (0 .. $#scripts)
{
	my ($script, @pages) = @{ $scripts[$i] };
	my @shown = splice @outputs, 0, scalar @{ $steps[$i] };
	for my $name (@pages)
	{
		my $page = read_file("$top/$name");
		my ($today, @missing) = with_outputs($page, $steps[$i], \@shown);
		if (grep { $_ eq '--update' } @ARGV)
		{
			write_file("$top/$name", $today);
			$page = $today;
		}
		is("@missing", '', "$name has every step of $script");
		is($page, $today, "$name shows what $script prints today");
	}
}

# Every link of a page leads to a file.
my @dead;
for my $page (glob("$top/*.md $top/docs/*.md"))
{
	my $text = read_file($page);
	while ($text =~ /\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)
	{
		push @dead, basename($page) . " to $1" unless -e dirname($page) . "/$1";
	}
}
is(join(', ', @dead), '', 'every link of a page leads to a file');
done_testing();
