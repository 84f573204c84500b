# Likeness of names against pairs of titles of real works that are known to be the same
# project, or not: precision and recall at several thresholds, in the database's C locale.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;

my $shared = $ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared";
my $file = "$shared/data/duplicates/project_title_pairs_es.csv";
plan skip_all => "$file is not there" unless -r $file;
eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $server = Budgetpm::Server->new;
my ($status, $printed, $errors) = $server->run('psql', '-XAtq',
	'-c', 'CREATE EXTENSION IF NOT EXISTS budgetpm',
	'-c', 'CREATE TABLE public.pair (a text, b text, title_a text, title_b text, same int, ratio numeric)',
	'-c', "\\copy pair FROM '$file' CSV HEADER");
is($status, 0, 'the pairs are read') or BAIL_OUT($errors);

my ($same, $other) = split /\|/, $server->query('SELECT count(*) FILTER (WHERE same = 1), count(*) FILTER (WHERE same = 0) FROM pair');
cmp_ok($same, '>', 100, "$same pairs of one project, $other of two");
my %found;
for my $row (split /\n/, $server->query(q{
	SELECT t, count(*) FILTER (WHERE hit AND same = 1), count(*) FILTER (WHERE hit AND same = 0)
	  FROM generate_series(0.3, 0.9, 0.1) AS t,
	       LATERAL (SELECT same, s.shared >= t * (cardinality(a) + cardinality(b) - s.shared) AS hit
	                  FROM (SELECT same, budgetpm.grams(title_a) AS a, budgetpm.grams(title_b) AS b FROM pair) g,
	                       LATERAL (SELECT budgetpm.shared_grams(a, b) AS shared) s) x
	 GROUP BY t ORDER BY t}))
{
	my ($least, $right, $wrong) = split /\|/, $row;
	my ($precision, $recall) = ($right / (($right + $wrong) || 1), $right / $same);
	$found{$least} = [$precision, $recall];
	note(sprintf 'alike to %s or more: precision %.3f, recall %.3f', $least, $precision, $recall);
}
cmp_ok($found{'0.3'}[1], '>=', 0.9, 'at the default threshold nine of ten are found');
cmp_ok($found{'0.9'}[0], '>', $found{'0.3'}[0], 'a higher threshold is wrong less often');
done_testing();
