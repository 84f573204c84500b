# Scores beside what others computed: random trees against the query of
# docs/performance.md, published forms and statements, and the targets of Madrid.
#
# BUDGETPM_TREES (10000) says how many trees.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use File::Temp;
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use JSON::PP;
use Test::More;

eval { require IPC::Run; 1 } or plan skip_all => 'IPC::Run is not installed';
require Budgetpm::Server;

my $top = "$FindBin::Bin/../..";
my $data = ($ENV{BUDGETPM_SHARED} // "$FindBin::Bin/../../../shared") . '/data';
my $server = Budgetpm::Server->new;
my $trees = $ENV{BUDGETPM_TREES} || 10000;

sub slurp
{
	my ($path) = @_;
	open my $file, '<:encoding(UTF-8)', $path or die "could not read $path: $!\n";
	local $/;
	return scalar <$file>;
}
binmode Test::More->builder->$_, ':encoding(UTF-8)' for qw(output failure_output todo_output);

# Random trees: score_project() and the one query of the docs.
{
	local $ENV{PGOPTIONS} = "-c perf.trees=$trees -c perf.called=150";
	my ($status, undef, $errors) = $server->run('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-f', "$top/test/performance/trees.sql");
	is($status, 0, 'random trees are made') or BAIL_OUT($errors);
}
my ($query) = slurp("$top/docs/performance.md") =~ /<!-- total -->\s*```sql\n(.*?)```/s;
$query =~ s/;\s*\z//;
is($server->query("SELECT count(*) FROM ($query) q JOIN p.evaluation e USING (evaluation_id) JOIN p.project USING (project_id) WHERE official_code LIKE 'C%' AND q.total = e.score AND q.indicators = e.indicator_score AND q.execution = e.execution_score"),
	150, 'the query of the docs gives every total that evaluate_project() stored');
$server->query("CREATE TABLE tree AS SELECT e.evaluation_id, s.* FROM p.evaluation e JOIN p.project USING (project_id) CROSS JOIN LATERAL p.score_project(official_code, 2025) s");
is($server->query("SELECT count(*) FROM tree JOIN ($query) q USING (evaluation_id) WHERE depth = 0 AND score = q.total"),
	$trees + 150, "score_project() and the query give the same total for $trees trees and 150 more");
is($server->query("SELECT count(DISTINCT score) > 1000 FROM tree WHERE depth = 0"), 't', 'which are of all kinds');
is($server->query(q{SELECT count(*) FROM (SELECT evaluation_id, level1, sum(score) FILTER (WHERE depth = 1) AS one, sum(score) FILTER (WHERE depth = 2) AS two, coalesce(sum(score) FILTER (WHERE depth = 3), 0) AS three
	FROM tree WHERE level1 <> 'execution' GROUP BY 1, 2) x WHERE one <> two OR two <> three}), 0, 'the levels of every tree add up');
is($server->query('SELECT count(*) FROM tree WHERE score NOT BETWEEN 0 AND weight'), 0, 'no row of a tree is below 0 or above its weight');
# In another order the same forms have the same totals.
is($server->query(q{WITH e AS (SELECT * FROM p.evaluation ORDER BY evaluation_id LIMIT 150),
	s AS (SELECT e.project_id, e.score, p.set_targets('R' || o.official_code, 2025, t.targets) FROM e JOIN p.project o USING (project_id)
	  CROSS JOIN LATERAL (SELECT p.register_project('R' || o.official_code, o.name, '101', setup_year => 2025)) AS r
	  CROSS JOIN LATERAL (SELECT jsonb_agg(to_jsonb(t) - '{set_id,item_no,flags,division,unit,indicator,tags,binding}'::text[] ORDER BY t.item_no DESC) AS targets FROM p.target t WHERE t.set_id = e.set_id) AS t)
	SELECT count(*) FROM s}), 150, 'targets are set again in the reverse order');
is($server->query(q{WITH e AS (SELECT e.*, o.official_code FROM p.evaluation e JOIN p.project o USING (project_id) WHERE official_code ~ '^C' ORDER BY evaluation_id)
	SELECT count(p.evaluate_project('R' || e.official_code, 2025, 'self', r.results, budget => e.budget, paid => e.paid)) FROM e
	CROSS JOIN LATERAL (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', t.name, 'actual', r.actual, 'level', r.level, 'applicable', r.applicable, 'reason', r.reason))) AS results
	  FROM p.evaluation_result r JOIN p.target t ON t.set_id = e.set_id AND t.item_no = r.item_no WHERE r.evaluation_id = e.evaluation_id) AS r}) > 0, 1, 'and evaluated again');
is($server->query(q{SELECT count(*) FROM p.evaluation a JOIN p.project x USING (project_id) JOIN p.project y ON y.official_code = 'R' || x.official_code JOIN p.evaluation b ON b.project_id = y.project_id WHERE a.score <> b.score}),
	0, 'the order of indicators does not matter');

SKIP:
{
	skip "no published forms: $data/performance is not there", 1 unless -r "$data/performance/self_evaluation_examples.csv";
	my %meta = map { $_->{example_id} => $_ } @{ decode_json(do { open my $f, '<', "$data/performance/self_evaluation_meta.json" or die; local $/; <$f> }) };
	my (%sum, %weight, %kinds);
	my ($header, @rows) = split /\n/, slurp("$data/performance/self_evaluation_examples.csv");
	for (@rows)
	{
		my ($form, undef, undef, $name, $direction, $target, undef, $actual, $w, $published) = split /,/, $_, -1;
		$weight{$form} += $w;
		next if $published eq '';
		# Words and one form's missing value were scored by judgement: the published points must fit the best band.
		my $call = $direction eq 'qual' || $actual eq '' ? "'qualitative', NULL, NULL, $published, $w, '{\"level\": \"achieved\"}'" : "'proportional', '$direction', $target, $actual, $w";
		my $score = $server->query("SELECT budgetpm.score_indicator($call)");
		cmp_ok($score, '==', $published, "$form $name: $score of $w, as published");
		$sum{$form} += $score;
	}
	for my $form (sort keys %sum)
	{
		my $m = $meta{$form};
		my $execution = $server->query("SELECT budgetpm.score_indicator('execution', NULL, $m->{budget_adjusted}, $m->{executed}, $m->{exec_weight})");
		cmp_ok($execution, '==', $m->{exec_score_published}, "$form: execution $m->{executed} of $m->{budget_adjusted}");
		if ($form eq 'zj2022')
		{
			is($sum{$form} + $execution, 110, 'zj2022: its points add up to 110 where 100 is published: the publisher left out the 10 of execution');
			is($weight{$form} + $m->{exec_weight}, 110, 'zj2022: because its weights do; set_targets() refuses them with that figure');
		}
		else
		{
			cmp_ok($sum{$form} + $execution, '==', $m->{total_published}, "$form: the published total");
		}
	}
	is($weight{qs2023} + $meta{qs2023}{exec_weight}, 100, 'qs2023: weights are right, actual values were left blank, so there is nothing to score');
}

SKIP:
{
	skip "no published statements: $data/published_facts is not there", 1 unless -r "$data/published_facts/facts.json";
	my %wrong = ('wz2-projshare' => 'the publisher divided by another total', 'qs-total' => 'the published total holds a fourth group', 'jy-total' => 'parts were rounded before they were added');
	for my $fact (@{ decode_json(do { open my $f, '<', "$data/published_facts/facts.json" or die; local $/; <$f> }) })
	{
		my $id = $fact->{id};
		my $expression = $fact->{expression} =~ m{^[\d.+*/()-]+$} ? $fact->{expression} : $fact->{computed};
		$expression =~ s/(\d+(?:\.\d+)?)/$1::numeric/g;
		my $holds = $server->query("SELECT abs(($expression) - ($fact->{published})) <= $fact->{tolerance}");
		is($holds, exists $wrong{$id} ? 'f' : 't', $wrong{$id} ? "$id does not hold: $wrong{$id}" : "$id: $fact->{expression} = $fact->{published}");
	}
}

SKIP:
{
	my $file = "$data/performance/madrid_indicators.csv.gz";
	skip "no indicators of Madrid: $file is not there", 1 unless -r $file;
	my $text;
	gunzip($file => \$text) or die $GunzipError;
	$server->query('CREATE TABLE madrid (year int, unit text, program text, objective text, indicator text, name text, measure text, target numeric, actual numeric)');
	my $plain = File::Temp->new;
	binmode $plain;
	print $plain $text;
	close $plain;
	chmod 0644, "$plain";
	my ($status, undef, $errors) = $server->run('psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-c', "\\copy madrid FROM '$plain' (FORMAT csv, HEADER)");
	is($status, 0, 'the indicators of Madrid are loaded') or diag $errors;
	is($server->query('SELECT count(*) FROM madrid'), 36363, 'all pairs are there');
	# Waiting times and complaints are better when they are less.
	$server->query(q{ALTER TABLE madrid ADD direction text; UPDATE madrid SET direction = CASE WHEN name ~ 'TIEMPO MEDIO|PLAZO MEDIO|TIEMPO DE ESPERA|QUEJAS|RECLAMACIONES' THEN '<=' ELSE '>=' END});
	is($server->query(q{SELECT count(*) FROM madrid WHERE budgetpm.score_indicator('proportional', direction, target, actual, 10) NOT BETWEEN 0 AND 10}), 0, 'every one has a score between 0 and 10');
	# The page shows the distribution and the command that it comes from.
	my ($command, $shown) = slurp("$top/docs/performance.md") =~ /<!-- madrid -->\s*```sql\n(.*?)```\s*```text\n(.*?)```/s;
	my (undef, $printed) = $server->run('psql', '-Xq', '-c', $command);
	is($printed =~ s/\s+\z//r, $shown =~ s/\s+\z//r, 'the distribution is what the page shows');
	# Fifty by hand, of weight 10: direction, target, actual, points.
	my @hand = map { [ split ] } split /\n/, slurp("$top/test/performance/madrid_by_hand.txt") =~ s/^#.*\n//mgr;
	is(scalar @hand, 50, 'fifty were computed by hand');
	for (@hand)
	{
		my ($direction, $target, $actual, $points, @how) = @$_;
		is($server->query("SELECT budgetpm.score_indicator('proportional', '$direction', $target, $actual, 10) || ' ' || EXISTS (SELECT FROM madrid WHERE target = $target AND actual = $actual AND direction = '$direction')"),
			"$points true", "@how");
	}
}
done_testing;
