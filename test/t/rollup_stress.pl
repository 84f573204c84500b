# Writers, folders and readers at once: in every snapshot that a reader takes, old or
# new, the rollups are the GROUP BY of its journal.
#
# BUDGETPM_STRESS_SECONDS (16) is how long, BUDGETPM_STRESS_SEED repeats the choices.
use strict;
use warnings;
use Budgetpm::Server;
use IPC::Run ();
use Test::More;

my $seconds = $ENV{BUDGETPM_STRESS_SECONDS} // 16;
my $seed = $ENV{BUDGETPM_STRESS_SEED} // int rand 1_000_000;
note "seed $seed, $seconds s";
my $server = Budgetpm::Server->new('log_statement=none', 'synchronous_commit=off', 'max_prepared_transactions=20');
my $directory = $server->directory;

$server->query(<<'SQL');
SELECT budgetpm.create_ledger('budget', '320000000', first_year => 2026);
SELECT budget.add_year(2025, 'open');
SELECT budget.register_division('3205' || n || '0000', '市' || n, '320000000', 2) FROM generate_series(0, 3) n;
SELECT count(budget.register_unit('U' || official_code, name, official_code)) FROM budget.division;
SELECT count(budget.appropriate(budget.open_line(y, u.official_code, '2050201', fund_type => CASE n % 2 WHEN 0 THEN '11' ELSE '12' END,
  title => 'L' || n, control => 'off'), 1000, 'D', accounting_date => make_date(y, 1, 2)))
  FROM budget.unit u, generate_series(1, 4) n, (VALUES (2025), (2026)) y(y);
CREATE TABLE target AS SELECT row_number() OVER (ORDER BY line_id) AS n, line_id, fiscal_year FROM budget.line;
CREATE TABLE checked (reader text, at timestamptz DEFAULT clock_timestamp(), runs bigint, entries bigint, differences bigint);
-- Looks once, in the caller's snapshot.
CREATE FUNCTION check_rollup(who text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO checked (reader, runs, entries, differences)
  SELECT who, (SELECT count(*) FROM budget.rollup_run), (SELECT count(*) FROM budget.journal),
    (SELECT count(*) FROM budget.verify_rollup())
    + (SELECT count(*) FROM (VALUES (2025), (2026)) y(year), budget.rollup_total('320000000', year) t
        WHERE row(t.entries, t.paid)::text <> (SELECT row(count(*), coalesce(sum(b.paid_change), 0.00))::text
          FROM budget_report.journal b WHERE b.fiscal_year = year))
$$;
SQL

sub contents
{
	my ($file) = @_;
	open my $handle, '<', $file or die "could not read $file: $!\n";
	local $/;
	return scalar <$handle>;
}

my $pick = '\set n random(1, (:lines))' . "\n" . '\set month random(1, 12)' . "\n"
  . "SELECT line_id AS line, fiscal_year AS year FROM target WHERE n = :n \\gset\n";
my $pay = "SELECT budget.pay(:line, 0.01, 'V', accounting_date => make_date(:year, :month, 1));\n";
my %script = (
	pays => "$pick$pay",
	pays_twice => "BEGIN;\n$pick$pay$pick$pay\\sleep 20 ms\n${pick}${pay}COMMIT;\n",
	undoes => "BEGIN;\n$pick$pay\\sleep 5 ms\nROLLBACK;\n",
	saves => "BEGIN;\nSAVEPOINT s;\n$pick${pay}ROLLBACK TO s;\n\\sleep 10 ms\n$pick${pay}COMMIT;\n",
	prepares => "BEGIN;\n$pick${pay}PREPARE TRANSACTION 'p:client_id';\n\\sleep 30 ms\nCOMMIT PREPARED 'p:client_id';\n",
	folds => "SELECT * FROM budget.fold_rollup();\n\\sleep 10 ms\n",
	folds_and_fails => "BEGIN;\nSELECT * FROM budget.fold_rollup();\n\\sleep 10 ms\nROLLBACK;\n\\sleep 100 ms\n",
	rebuilds => "SELECT budget.rebuild_rollup();\n\\sleep 700 ms\n",
	reads => "SELECT check_rollup('new');\n\\sleep 20 ms\n",
	reads_old => "BEGIN ISOLATION LEVEL REPEATABLE READ;\nSELECT check_rollup('old');\n\\sleep 500 ms\nSELECT check_rollup('old');\n"
	  . "\\sleep 700 ms\nSELECT check_rollup('old');\nCOMMIT;\n",
);
# Two lines of one year in two orders deadlock: that is the writers' doing, not a fault here.
my %clients = (pays => 2, pays_twice => 1, undoes => 1, saves => 1, prepares => 1, folds => 1,
	folds_and_fails => 1, rebuilds => 1, reads => 1, reads_old => 1);

my @runs;
my $lines = $server->query('SELECT count(*) FROM target');
for my $name (sort keys %script)
{
	my $file = "$directory/$name.sql";
	open my $handle, '>', $file or die "could not write $file: $!\n";
	print $handle $script{$name};
	close $handle;
	my %run = (name => $name, out => "$directory/$name.out");
	$run{handle} = IPC::Run::start(
		[ 'pgbench', '-n', '-T', $seconds, '-c', $clients{$name}, '-D', "lines=$lines", '--random-seed', $seed,
			'--max-tries', '10', '-f', $file, $server->connection ], \undef, '>', $run{out}, '2>', "$run{out}.err");
	push @runs, \%run;
}
for my $run (@runs)
{
	$run->{handle}->finish;
	my ($done) = contents($run->{out}) =~ /transactions actually processed: (\d+)/;
	my $said = contents("$run->{out}.err");
	my $odd = join '', grep { !/deadlock/ } $said =~ /^.*(?:ERROR|error|aborted).*\n/mg;
	ok($done && $odd eq '', "$run->{name} worked") or diag substr $said, 0, 2000;
	note "$run->{name}: ", $done // 0;
}

note $server->query("SELECT reader, count(*), max(runs), max(entries) FROM checked GROUP BY 1 ORDER BY 1");
is($server->query('SELECT count(*) FROM checked WHERE differences > 0'), '0', 'no reader ever saw a difference');
cmp_ok($server->query("SELECT count(*) FROM checked WHERE reader = 'old' AND runs > 0"), '>', 1, 'old snapshots looked');
cmp_ok($server->query("SELECT count(DISTINCT runs) FROM checked"), '>', 3, 'runs came and went meanwhile');
is($server->query('SELECT segments_waiting FROM budget.fold_rollup()'), '0', 'afterwards nothing is waited for');
$server->query('SELECT * FROM budget.fold_rollup()');
is($server->query("SELECT count(*) FROM budgetpm.rollup_tail('budget.ledger', NULL)"), '0', 'and all is folded');
is($server->query('SELECT count(*) FROM budget.verify_rollup()'), '0', 'exactly');
is($server->query('SELECT (SELECT sum(entries) FROM budget.rollup_run) = (SELECT count(*) FROM budget.journal)'), 't', 'each entry once');
is($server->query('SELECT count(*) FROM budget.verify_ledger()'), '0', 'the ledger verifies');
unlike($server->log, qr/PANIC|TRAP:|terminated by signal/, 'no process crashed');

done_testing();
